/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/file.h"
#include "util/lang.h"
#include "util/mem.h"

/* A file that was looked at. */
struct looked {
	char *path, *problem; /* problem NULL: none */
	struct inventory_facts facts;
};

static void add_problem(struct looked *l, char *problem)
{
	auto_free char *was = l->problem;

	l->problem = was ? xasprintf("%s; %s", was, problem) : xstrdup(problem);
	free(problem);
}

static void look_at_file(struct looked *l, const struct sign_key *key, int64_t serial)
{
	struct error err = { 0 };

	if (inventory_read(l->path, key, NULL, NULL, &l->facts, &err) != 0)
		add_problem(l, xstrdup(err.text));
	else if (serial && l->facts.serial != serial)
		add_problem(l,
		    xasprintf(_("its name has another number than it has itself, %lld"), (long long)l->facts.serial));
	if (serial)
		l->facts.serial = serial;
}

/* Does ${next} stand behind ${l}? Half ones are removed before the last whole one: that one is named, too. */
static void look_at_chain(const struct looked *l, struct looked *next)
{
	const struct inventory_facts *a = &l->facts, *b = &next->facts;

	if (next->problem)
		return;
	if (b->previous == a->serial && strcmp(b->previous_sha256, a->sha256) == 0)
		return;
	if (b->previous != a->serial && b->last_whole == a->serial && strcmp(b->last_whole_sha256, a->sha256) == 0)
		return;
	if (b->serial == a->serial)
		add_problem(next, xasprintf(_("there is another file with the number %lld"), (long long)b->serial));
	else if (b->previous == a->serial)
		add_problem(next,
		    xasprintf(_("the file before it, %lld, is not the one that it was saved behind"), (long long)a->serial));
	else
		add_problem(next, xasprintf(_("files are missing before it: %lld"), (long long)(b->serial - a->serial - 1)));
}

static enum error_kind tell(const struct looked *l, inventory_verdict_fn *fn, void *ctx)
{
	const bool whole = !l->problem && l->facts.whole;

	fn(ctx,
	    &(struct inventory_verdict){ .path = l->path,
		.facts = &l->facts,
		.state = l->problem ? "wrong" :
		    whole           ? "whole" :
				      "half",
		.problem = l->problem });
	return l->problem ? ERROR_FINDINGS : whole ? ERROR_OK : ERROR_PARTIAL;
}

static int verify_directory(const char *dir, const struct sign_key *key, inventory_verdict_fn *fn, void *ctx,
    enum error_kind *worst, struct error *err)
{
	struct inventory_files files;
	enum error_kind kind = ERROR_OK;
	struct looked *all;
	bool any_wrong = false;

	if (inventory_files_list(dir, &files, err) != 0)
		return -1;
	if (files.n == 0)
		return error_set(err, ERROR_NOT_FOUND, "there is no inventory in '%s'", dir);
	all = xcalloc(files.n, sizeof *all);
	for (size_t i = 0; i < files.n; i++) {
		all[i].path = xasprintf("%s/%s", dir, files.v[i].name);
		look_at_file(&all[i], key, files.v[i].serial);
		if (i > 0)
			look_at_chain(&all[i - 1], &all[i]);
	}
	for (size_t i = 0; i < files.n; i++) {
		kind = tell(&all[i], fn, ctx);
		any_wrong = any_wrong || kind == ERROR_FINDINGS;
		free(all[i].path);
		free(all[i].problem);
	}
	*worst = any_wrong ? ERROR_FINDINGS : kind; /* of half ones the newest alone counts */
	free(all);
	inventory_files_free(&files);
	return 0;
}

int inventory_verify(const char *path, const struct sign_key *key, inventory_verdict_fn *fn, void *ctx, enum error_kind *worst,
    struct error *err)
{
	struct looked one = { 0 };

	if (file_is_directory(path))
		return verify_directory(path, key, fn, ctx, worst, err);
	one.path = xstrdup(path);
	if (inventory_read(path, key, NULL, NULL, &one.facts, err) != 0) {
		if (err->code) { /* it could not be read at all */
			free(one.path);
			return -1;
		}
		add_problem(&one, xstrdup(err->text));
		error_clear(err);
	}
	*worst = tell(&one, fn, ctx);
	free(one.path);
	free(one.problem);
	return 0;
}
