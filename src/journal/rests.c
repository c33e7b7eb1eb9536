/* SPDX-License-Identifier: Apache-2.0 */
#include "journal/rests.h"

#include <stdlib.h>
#include <string.h>

#include "journal/journal.h"
#include "journal/runs.h"
#include "util/str.h"

static void forget_rest(struct rests *all, const char *host)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].kind == REST_UNSETTLED || !str_equal(all->v[i].host, host))
			all->v[n++] = all->v[i];
	all->n = n;
}

static bool has_rest(const struct rests *all, const char *host)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].kind != REST_UNSETTLED && str_equal(all->v[i].host, host))
			return true;
	return false;
}

/* One that failed counts when it had begun; one that was interrupted between two units has nothing unknown, and no unit of it
 * failed. */
static bool came_to_its_end(const struct past *p, bool rescue)
{
	const char *state = past_state(p);

	return strcmp(state, "done") == 0 || strcmp(state, "recovered") == 0 ||
	    (rescue && strcmp(state, "failed") == 0 && (past_has_begun(p) || str_equal(p->result, "interrupted")));
}

/* What had not been begun, turned out not to be done or failed, and what its plan had left out. */
static bool left_something(const struct past *p)
{
	return !p->nothing_left &&
	    (str_equal(p->result, "partial") || str_equal(p->result, "interrupted") ||
		(strcmp(past_state(p), "done") != 0 && past_count_units(p, "proved", "proved") < p->nunit));
}

static void keep_rest(struct rests *all, enum rest_kind kind, const char *host, const struct past *p)
{
	all->v = vec_grow(all->v, all->n, &all->cap, sizeof *all->v);
	all->v[all->n++] = (struct rest){ kind, host, arena_dup(&all->arena, p->run), p->fences_disks,
		str_equal(p->command, "host rescue") };
}

static bool is_unsettled(const struct past *p)
{
	return strcmp(past_state(p), "open") == 0 || strcmp(past_state(p), "unknown") == 0;
}

void rests_note(struct rests *all, const struct past *p)
{
	const char *host = past_hosts_words(p, &all->arena);
	const bool rescue = str_equal(p->command, "host rescue"), waits = !p->recovery && past_was_left_waiting(p);
	enum rest_kind kind;

	if (!host || !p->run)
		return;
	if (!waits && is_unsettled(p)) {
		keep_rest(all, REST_UNSETTLED, host, p);
		return;
	}
	if (!(rescue || str_equal(p->command, "host return")) || !((rescue && waits) || came_to_its_end(p, rescue)))
		return;
	kind = waits ? REST_WAITS : str_equal(p->recovery, "drift") ? REST_DRIFTED : REST_LEFT;
	if (!p->part)
		forget_rest(all, host);
	else if (kind == REST_LEFT && has_rest(all, host)) /* whose resumption goes on with this, too */
		return;
	if (rescue && (waits || left_something(p)))
		keep_rest(all, kind, host, p);
}

/* A journal that cannot be read says nothing here: the list says that. */
static void note_run(struct rests *all, const struct runs *runs, const char *run)
{
	auto_free char *path = runs_path(runs, run);
	struct past past = { 0 };
	struct error ignored = { 0 };
	bool torn;

	if (journal_read(path, past_record, &past, &torn, &ignored) == 0 && past_check(&past, path, &ignored) == 0)
		rests_note(all, &past);
	past_free(&past);
}

void rests_read(struct rests *all, const struct request *request, const char *except)
{
	struct error ignored = { 0 };
	struct runs runs;

	if (runs_list(request, &runs, &ignored) == 0)
		for (size_t i = 0; i < runs.n; i++)
			if (!str_equal(runs.v[i], except))
				note_run(all, &runs, runs.v[i]);
	runs_free(&runs);
}

/* Among "h1 h2". */
static bool is_word_of(const char *words, const char *word)
{
	const size_t n = strlen(word);

	for (const char *at = words; (at = strstr(at, word)); at++)
		if ((at == words || at[-1] == ' ') && (at[n] == ' ' || !at[n]))
			return true;
	return false;
}

const struct rest *rests_find(const struct rests *all, const char *word)
{
	const struct rest *found = NULL;

	for (const struct rest *r = all->v; r < all->v + all->n; r++)
		if (is_word_of(r->host, word) && (r->kind == REST_UNSETTLED || !found || found->kind != REST_UNSETTLED))
			found = r;
	return found;
}

const char *rest_command(const struct rest *r, struct arena *arena)
{
	return r->kind == REST_DRIFTED || (r->kind == REST_UNSETTLED && !r->rescue) ?
	    arena_printf(arena, "evac-manage journal recover %s", r->run) :
	    resume_command(arena, r->host, r->run, r->fences_disks);
}

void rests_free(struct rests *all)
{
	free(all->v);
	arena_free(&all->arena);
}
