/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "guard/guard.h"
#include "out/paragraph.h"
#include "screen_internal.h"
#include "util/lang.h"
#include "util/shell.h"

#define TEXT_AT 6

void count_word(struct counts *counts, const char *word)
{
	for (size_t i = 0; i < counts->n; i++)
		if (strcmp(counts->v[i].word, word) == 0) {
			counts->v[i].n++;
			return;
		}
	counts->v = vec_grow(counts->v, counts->n, &counts->cap, sizeof *counts->v);
	counts->v[counts->n++] = (struct count){ word, 1 };
}

void counts_add(const struct counts *counts, struct str *out)
{
	for (size_t i = 0; i < counts->n; i++)
		str_addf(out, "%s%s %zu", i ? ", " : "", counts->v[i].word, counts->v[i].n);
}

void counts_free(struct counts *counts)
{
	auto_free_(&counts->v);
}

void screen_add_age(int64_t seconds, struct str *out)
{
	long long s = seconds;

	if (s < 120)
		str_addf(out, _("%lld s"), s);
	else if (s < 7200)
		str_addf(out, _("%lld min"), s / 60);
	else if (s < 172800)
		str_addf(out, _("%lld h"), s / 3600);
	else
		str_addf(out, _("%lld d"), s / 86400);
}

/* All findings of one code and one fate. */
struct group {
	const struct finding *first;
	size_t n;
	bool same_hint, offered, excludable;
	size_t shared;    /* bytes of its first hint, whole clauses, that all of them begin with */
	struct str hosts; /* of what stops, where several have failed: each once */
	const char *last; /* the last of them */
};
struct groups {
	struct group *v;
	size_t n, cap;
};

static bool is_of_one_host(const struct finding *f)
{
	return f->host && f->severity == SEVERITY_STOP;
}

/* Findings come host by host. */
static void add_host_of_group(struct group *g, const struct finding *f)
{
	if (!is_of_one_host(f) || str_equal(g->last, f->host))
		return;
	str_addf(&g->hosts, "%s%s", g->hosts.n ? ", " : "", f->host);
	g->last = f->host;
}

static void free_groups(struct groups *groups)
{
	for (struct group *g = groups->v; g < groups->v + groups->n; g++)
		str_free(&g->hosts);
	auto_free_(&groups->v);
}

static bool ends_clause(const char *at)
{
	return !*at || strncmp(at, "; ", 2) == 0;
}

/* Of ${n} bytes of ${a}. */
static size_t shared_clauses(const char *a, size_t n, const char *b)
{
	size_t shared = 0;

	for (size_t i = 0; i <= n; i++) {
		if ((i == n || ends_clause(a + i)) && ends_clause(b + i))
			shared = i;
		if (i == n || a[i] != b[i])
			break;
	}
	return shared;
}

static void add_to_groups(struct groups *groups, const struct finding *f)
{
	for (struct group *g = groups->v; g < groups->v + groups->n; g++)
		if (strcmp(g->first->code, f->code) == 0 && g->first->accepted == f->accepted) {
			g->n++;
			g->offered |= f->offered;
			g->excludable |= f->excludable;
			g->same_hint &= strcmp(g->first->hint, f->hint) == 0;
			g->shared = shared_clauses(g->first->hint, g->shared, f->hint);
			add_host_of_group(g, f);
			return;
		}
	groups->v = vec_grow(groups->v, groups->n, &groups->cap, sizeof *groups->v);
	groups->v[groups->n++] = (struct group){ .first = f,
		.n = 1,
		.same_hint = true,
		.offered = f->offered,
		.excludable = f->excludable,
		.shared = strlen(f->hint) };
	add_host_of_group(&groups->v[groups->n - 1], f);
}

static bool is_swap(const struct finding *f)
{
	return strcmp(f->code, "looks-swapped") == 0;
}

/* Worst first: what stops, what is left out, what should be known. Two names that were exchanged make nonsense of all the rest.
 */
static int rank_of(const struct finding *f)
{
	static const int rank[] = { [SEVERITY_STOP] = 0, [SEVERITY_SKIP] = 1, [SEVERITY_WARN] = 2, [SEVERITY_NOTE] = 3 };

	if (is_swap(f))
		return 0;
	return f->accepted ? 2 : rank[f->severity];
}

static struct groups groups_of(const struct findings *findings)
{
	struct groups groups = { 0 };

	for (const struct finding *f = findings->v; f < findings->v + findings->n; f++)
		if (is_swap(f))
			add_to_groups(&groups, f);
	for (int rank = 0; rank <= 3; rank++)
		for (const struct finding *f = findings->v; f < findings->v + findings->n; f++)
			if (rank_of(f) == rank && !is_swap(f))
				add_to_groups(&groups, f);
	return groups;
}

static const char *group_sentence(const struct group *g)
{
	const struct guard *guard = g->n > 1 ? guard_find(g->first->code) : NULL;

	return guard ? _(guard->sentence) : g->first->message;
}

/* Of one, its own; of many, what holds for all of them. Whoever accepted it needs no other way. */
static void add_hint(const struct group *g, struct str *out)
{
	const struct guard *guard = guard_find(g->first->code);

	if (g->first->accepted)
		return;
	if (g->same_hint || !guard) {
		str_add(out, g->first->hint);
		return;
	}
	if (g->shared > 0)
		str_addn(out, g->first->hint, g->shared);
	else if (guard->hint)
		str_add(out, _(guard->hint));
	if (g->shared > 0 && g->excludable)
		str_add(out, _("; or leave each out with --exclude"));
	if (guard->offer && g->offered && !is_of_one_host(g->first)) /* of several hosts each is accepted by itself */
		str_addf(out, "%s%s: --accept %s", out->n ? "; " : "", _(guard->offer), g->first->code);
	if (out->n == 0)
		str_addf(out, _("each has its own, see --dry-run; explain %s"), g->first->code);
}

static void add_severity(const struct group *g, struct str *out)
{
	const char *label = g->first->severity == SEVERITY_STOP ? "STOP" : severity_name[g->first->severity];

	str_addf(out, "%-*s", TEXT_AT, g->first->accepted ? "ok" : label);
}

/* "pool-unseen (2): nothing lives in …" */
static void add_group_sentence(const struct group *g, struct str *out)
{
	str_add(out, g->first->code);
	if (g->n > 1 && g->hosts.n)
		str_addf(out, " (%zu: %s)", g->n, g->hosts.s);
	else if (g->n > 1)
		str_addf(out, " (%zu)", g->n);
	str_addf(out, ": %s", group_sentence(g));
	if (g->first->accepted)
		str_add(out, _(" (accepted)"));
}

static void add_whole(const struct screen *s, const struct group *g, struct str *out)
{
	auto_str struct str sentence = { 0 }, hint = { 0 }, line = { 0 };

	add_severity(g, out);
	add_group_sentence(g, &sentence);
	paragraph_add(out, sentence.s, TEXT_AT, TEXT_AT, s->width);
	add_hint(g, &hint);
	if (!hint.n)
		return;
	str_addf(&line, _("next: %s"), hint.s);
	str_clear(&hint);
	shell_add_commands(&hint, line.s, s->report->work->request->where.globals);
	str_addf(out, "%*s", TEXT_AT, "");
	paragraph_add(out, hint.s, TEXT_AT, TEXT_AT, s->width);
}

static void add_short(const struct screen *s, const struct group *g, struct str *out)
{
	auto_str struct str sentence = { 0 };

	add_severity(g, out);
	add_group_sentence(g, &sentence);
	line_add_cut(out, sentence.s, s->width ? s->width - TEXT_AT : 0);
}

/* How much of each group is printed: all of it, a line, nothing. */
enum amount { NOTHING, SHORT, WHOLE };

static size_t lines_of(const struct screen *s, const struct group *g, enum amount amount)
{
	auto_str struct str text = { 0 };

	if (amount == WHOLE)
		add_whole(s, g, &text);
	return amount == WHOLE ? text_lines(text.s, s->width) : amount == SHORT;
}

/* With the line that says where the rest is. */
static size_t lines_of_all(const struct screen *s, const struct groups *groups, const enum amount *amount)
{
	size_t n = 0;
	bool is_cut = false;

	for (size_t i = 0; i < groups->n; i++) {
		n += lines_of(s, &groups->v[i], amount[i]);
		is_cut |= amount[i] != WHOLE;
	}
	return n + is_cut;
}

/* The last of ${rank} that still has more than ${least} gets one step less; false: none has. */
static bool shorten(const struct groups *groups, enum amount *amount, int rank, enum amount least)
{
	for (size_t i = groups->n; i-- > 0;)
		if (rank_of(groups->v[i].first) == rank && amount[i] > least) {
			amount[i] = least;
			return true;
		}
	return false;
}

/* First the notes lose their next step, then the warnings, what is left out, then notes and warnings go; stops lose theirs
 * last, and stay. */
static void fit_amounts(const struct screen *s, const struct groups *groups, enum amount *amount, size_t lines)
{
	static const struct {
		int rank;
		enum amount least;
	} order[] = { { 3, SHORT }, { 2, SHORT }, { 1, SHORT }, { 3, NOTHING }, { 2, NOTHING }, { 1, NOTHING }, { 0, SHORT } };

	for (size_t i = 0; i < groups->n; i++)
		amount[i] = WHOLE;
	for (size_t k = 0; k < sizeof order / sizeof *order; k++)
		while (lines_of_all(s, groups, amount) > lines)
			if (!shorten(groups, amount, order[k].rank, order[k].least))
				break;
}

/* Where everything is. */
static void add_rest(const struct screen *s, size_t hidden, size_t cut)
{
	auto_str struct str text = { 0 };

	if (hidden)
		str_addf(&text,
		    hidden == 1 ? _("%zu more kind, all of it: --dry-run; one: explain CODE") :
				  _("%zu more kinds, all of it: --dry-run; one: explain CODE"),
		    hidden);
	else if (cut)
		str_add(&text, _("all of it: --dry-run; one: explain CODE"));
	else
		return;
	str_addf(s->out, "%*s", TEXT_AT, "");
	line_add_cut(s->out, text.s, s->width ? s->width - TEXT_AT : 0);
}

void screen_add_findings(const struct screen *s, size_t lines)
{
	struct groups groups = groups_of(&s->report->findings);
	enum amount *amount = xcalloc(groups.n + 1, sizeof *amount);
	size_t hidden = 0, cut = 0;

	if (groups.n > 0)
		str_addc(s->out, '\n');
	fit_amounts(s, &groups, amount, lines);
	for (size_t i = 0; i < groups.n; i++) {
		if (amount[i] == WHOLE)
			add_whole(s, &groups.v[i], s->out);
		else if (amount[i] == SHORT)
			add_short(s, &groups.v[i], s->out);
		cut += amount[i] != WHOLE;
		hidden += amount[i] == NOTHING;
	}
	add_rest(s, hidden, cut);
	free(amount);
	free_groups(&groups);
}
