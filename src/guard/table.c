/* SPDX-License-Identifier: Apache-2.0 */
#include "guard/guard.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/shell.h"
#include "util/str.h"
#include "util/words.h"

/* clang-format off */
const struct guard guards[] = {
#define GUARD(word, how, by, looks, ...) { .code = word, .severity = how, .accept = by, .look = { looks }, __VA_ARGS__ },
#define LOOK(runs, name) { .when = runs, .check = guard_##name },
#define LATER { .check = NULL },
#include "table.h"
#undef LOOK
#undef LATER
#undef GUARD
	{ .code = NULL },
};
/* clang-format on */

static unsigned when_of(const struct subject *run)
{
	if (run->past)
		return run->moves_things ? WHEN_GIVES_BACK : WHEN_UNDOES_REST;
	if (run->closes)
		return WHEN_CLOSES;
	if (run->evacuates)
		return run->moves_things ? WHEN_RESCUES : WHEN_EVACUATES_ALONE;
	return run->moves_things ? WHEN_MOVES_ALONE : WHEN_CHANGES;
}

void guard_ask(const struct guard *guard, const struct scene *scene, struct findings *out)
{
	unsigned when = when_of(&scene->subject);

	for (const struct guard_look *look = guard->look; look->check; look++)
		if (look->when & when)
			look->check(guard, scene, out);
}

const struct finding *guard_first_found(const struct findings *found, const char *code, const char *subject)
{
	for (const struct finding *f = found->v; f < found->v + found->n; f++)
		if (strcmp(f->code, code) == 0 && (!subject || strcmp(f->subject, subject) == 0))
			return f;
	return NULL;
}

static void add_to_hint(struct findings *findings, struct finding *f, const char *more)
{
	f->hint = arena_printf(&findings->arena, "%s%s%s", f->hint, f->hint[0] ? "; " : "", more);
}

static void offer_accept(struct findings *findings, struct finding *f, const struct guard *g)
{
	auto_str struct str word = { 0 }, hint = { 0 };

	str_add(&word, f->code);
	if (!g->offer_for_all)
		str_addf(&word, ":%s", f->subject);
	else if (f->host)
		str_addf(&word, ":%s", f->host);
	str_addf(&hint, "%s: --accept ", _(g->offer));
	shell_add_word(&hint, word.s);
	add_to_hint(findings, f, hint.s);
	f->offered = true;
}

static int compare_subjects(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What is left out by something that nothing accepts: what is accepted of it besides changes nothing. Sorted, as thousands of
 * instances may have a finding each. */
static struct words subjects_past_help(const struct findings *findings)
{
	struct words out = { .v = xcalloc(findings->n + 1, sizeof *out.v) };

	for (const struct finding *f = findings->v; f < findings->v + findings->n; f++)
		if (f->severity == SEVERITY_SKIP && !f->acceptable)
			out.v[out.n++] = f->subject;
	vec_sort(out.v, out.n, sizeof *out.v, compare_subjects);
	return out;
}

static bool is_past_help(const struct words *past_help, const struct finding *f)
{
	return vec_search(&f->subject, past_help->v, past_help->n, sizeof *past_help->v, compare_subjects) != NULL;
}

/* Of this code, about the same host. */
static const struct finding *first_of_host(const struct findings *findings, const struct finding *f)
{
	for (const struct finding *o = findings->v; o < findings->v + findings->n; o++)
		if (strcmp(o->code, f->code) == 0 && str_equal(o->host, f->host))
			return o;
	return f;
}

static bool is_offered(const struct scene *scene, const struct findings *findings, const struct words *past_help,
    const struct finding *f, const struct guard *g)
{
	if (!g->offer || !f->acceptable || f->accepted || is_past_help(past_help, f) ||
	    (g->offer_for_all && first_of_host(findings, f) != f))
		return false;
	/* an undo is no move that was planned */
	return g->accept != ACCEPT_FENCED_MOVE || !scene->subject.past;
}

/* What may be typed in spite of a finding stands beside it, and nowhere else. */
static void offer_ways_past(const struct scene *scene, struct findings *findings)
{
	/* two names that were exchanged are no run that was meant */
	const bool swapped = guard_first_found(findings, "looks-swapped", NULL) != NULL;
	struct words past_help = subjects_past_help(findings);

	for (struct finding *f = findings->v; f < findings->v + findings->n; f++) {
		const struct guard *g = guard_find(f->code);

		if (!swapped && is_offered(scene, findings, &past_help, f, g))
			offer_accept(findings, f, g);
		if (f->excludable && !f->accepted) {
			auto_free char *leave = xasprintf(_("or leave it out: --exclude %s"), f->subject);

			add_to_hint(findings, f, leave);
		}
	}
	free(past_help.v);
}

void guards_run(const struct scene *scene, struct findings *out)
{
	if (scene->each && !scene->subject.past)
		guards_ask_each(scene, out);
	else
		for (const struct guard *g = guards; g->code; g++)
			guard_ask(g, scene, out);
	offer_ways_past(scene, out);
}

const struct guard *guard_find(const char *code)
{
	const struct guard *g = guards;

	while (g->code && strcmp(g->code, code) != 0)
		g++;
	return g->code ? g : NULL;
}

bool guard_is_acceptable(const struct guard *guard, const struct scene *scene)
{
	return guard->accept == ACCEPT_CODE || (guard->accept == ACCEPT_FENCED_MOVE && !scene->subject.evacuates);
}

const char *guard_only_name(const struct scene *scene, const char *uuid)
{
	const struct candidate *c = scene->subject.candidate;
	const char *name = NULL;
	size_t i, n = 0;

	for (i = 0; i < scene->subject.ncandidate; i++)
		if (strcmp(c[i].instance->uuid, uuid) == 0)
			name = c[i].instance->name;
	for (i = 0; i < scene->subject.ncandidate && name; i++)
		n += str_equal(c[i].instance->name, name);
	return n == 1 ? name : NULL;
}

/* Where several hosts have failed, a word about one of them is none about the others: what stops is accepted by its subject, or
 * by its host. */
static bool takes_word(const struct guard *self, const struct scene *scene, const char *subject)
{
	if (!scene->whole || self->severity != SEVERITY_STOP)
		return request_accepts(scene->request, self->code, subject);
	return request_accepts_one(scene->request, self->code, subject) ||
	    request_accepts_one(scene->request, self->code, scene->subject.host);
}

static bool is_accepted(const struct guard *self, const struct scene *scene, const char *subject)
{
	const char *name;

	if (scene->request->how.accept.n == 0 || !guard_is_acceptable(self, scene) ||
	    (self->accept == ACCEPT_FENCED_MOVE && !scene->request->how.fenced))
		return false;
	name = guard_only_name(scene, subject);
	return takes_word(self, scene, subject) || (name && takes_word(self, scene, name));
}

static bool has_other_wanted(const struct scene *scene, const struct candidate *one)
{
	EACH_WANTED(c, scene) {
		if (c != one)
			return true;
	}
	return false;
}

/* One of several instances. Findings come in the order of the instances: the next one is looked for behind the last. */
static bool is_excludable(const struct guard *self, const struct scene *scene, const char *subject, size_t *last)
{
	const size_t n = scene->subject.ncandidate;

	for (size_t k = 0; self->severity == SEVERITY_STOP && k < n; k++) {
		const struct candidate *c = &scene->subject.candidate[(*last + k) % n];

		if (!c->wanted || !str_equal(c->instance->uuid, subject))
			continue;
		*last = (*last + k) % n;
		return has_other_wanted(scene, c);
	}
	return false;
}

void guard_found(const struct guard *self, const struct scene *scene, struct findings *out, const char *subject,
    const char *hint, const char *fmt, ...)
{
	auto_free char *message = NULL;
	struct finding *found;
	va_list ap;

	va_start(ap, fmt);
	message = lang_vformat(lang_text(fmt), ap);
	va_end(ap);
	hint = hint ? hint : self->hint;
	if (!subject) /* about several hosts */
		subject = scene->each ? scene->each[0].subject.host : "?";
	found = finding_add(out, self->code, self->severity, subject, message, hint ? lang_text(hint) : NULL);
	found->acceptable = guard_is_acceptable(self, scene);
	found->accepted = is_accepted(self, scene, subject);
	found->excludable = is_excludable(self, scene, subject, &out->last_found);
}
