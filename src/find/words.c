/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "find/scene.h"
#include "find/words.h"
#include "model/cinder/volume.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"
#include "util/uuid.h"

/* What --only and --exclude name: one rule for things of every kind, an id or an exact name, and nothing that nobody knows. */

static bool words_name(const struct words *words, const char *id, const char *name)
{
	for (size_t i = 0; i < words->n; i++)
		if (str_equal(words->v[i], id) || (name && str_equal(words->v[i], name)))
			return true;
	return false;
}

bool request_wants(const struct request *request, const char *id, const char *name)
{
	return !words_name(&request->what.exclude, id, name) &&
	    (request->what.only.n == 0 || words_name(&request->what.only, id, name));
}

void nameables_add(struct nameables *all, const char *id, const char *name)
{
	all->v = vec_grow(all->v, all->n, &all->cap, sizeof *all->v);
	all->v[all->n++] = (struct nameable){ .id = arena_dup(&all->arena, id), .name = arena_dup(&all->arena, name) };
}

void nameables_free(struct nameables *all)
{
	free(all->v);
	arena_free(&all->arena);
	*all = (struct nameables){ 0 };
}

static const struct nameable *nameable_of(const struct nameables *all, const char *word)
{
	const struct words words = { .v = &word, .n = 1 };

	for (size_t i = 0; all && i < all->n; i++)
		if (words_name(&words, all->v[i].id, all->v[i].name))
			return &all->v[i];
	return NULL;
}

bool nameables_have(const struct nameables *all, const char *word)
{
	return nameable_of(all, word);
}

static int unknown_word(const char *option, const char *word, const struct nameables *known, const char *what, const char *list,
    struct error *err)
{
	const char **names = xcalloc(2 * known->n + 1, sizeof *names);
	auto_str struct str near = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < known->n; i++) {
		names[n++] = known->v[i].id;
		if (known->v[i].name && known->v[i].name[0])
			names[n++] = known->v[i].name;
	}
	str_nearest(word, names, n, &near);
	free(names);
	error_set(err, ERROR_NOT_FOUND, "%s '%s': no such %s here; give an id or an exact name", option, word, _(what));
	if (near.n)
		return error_hint(err, "did you mean %s? '%s' shows all", near.s, list);
	return error_hint(err, "'%s' shows all", list);
}

static int check_each_word(const char *option, const struct words *words, const struct nameables *known,
    const struct nameables *gone, const char *what, const char *list, struct error *err)
{
	for (size_t i = 0; i < words->n; i++) {
		const struct nameable *left;

		if (nameables_have(known, words->v[i]))
			continue;
		left = nameable_of(gone, words->v[i]);
		if (!left)
			return unknown_word(option, words->v[i], known, what, list, err);
		if (left->deleted)
			log_notice("%s '%s': deleted meanwhile", option, words->v[i]);
		else
			log_notice("%s '%s': already moved", option, words->v[i]);
	}
	return 0;
}

int request_check_words(const struct request *request, const struct nameables *known, const struct nameables *gone,
    const char *what, const char *list, struct error *err)
{
	if (check_each_word("--only", &request->what.only, known, gone, what, list, err) != 0)
		return -1;
	return check_each_word("--exclude", &request->what.exclude, known, gone, what, list, err);
}

static int add_deleted(const struct words *words, struct db *cinder, const struct nameables *known, struct nameables *gone,
    struct error *err)
{
	struct uuid id;
	bool deleted;

	for (size_t i = 0; i < words->n; i++) {
		if (nameables_have(known, words->v[i]) || nameables_have(gone, words->v[i]) || !uuid_parse(words->v[i], &id))
			continue;
		if (cinder_row_is_deleted(cinder, id.text, &deleted, err) != 0)
			return -1;
		if (!deleted)
			continue;
		nameables_add(gone, words->v[i], NULL);
		gone->v[gone->n - 1].deleted = true;
	}
	return 0;
}

int request_check_cinder_words(const struct request *request, struct db *cinder, const struct nameables *known,
    struct nameables *gone, const char *what, const char *list, struct error *err)
{
	if (add_deleted(&request->what.only, cinder, known, gone, err) != 0 ||
	    add_deleted(&request->what.exclude, cinder, known, gone, err) != 0)
		return -1;
	return request_check_words(request, known, gone, what, list, err);
}
