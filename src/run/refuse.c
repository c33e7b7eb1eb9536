/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "find/token.h"
#include "find/words.h"
#include "guard/guard.h"
#include "run/run.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

/* A run that must not begin: what to mend first, and what of it can be done without waiting for that. */

/* In the table's order, which begins with the failed host; but two names that were exchanged make nonsense of all the rest. */
static const struct finding *first_to_mend(const struct findings *findings)
{
	const struct finding *stop = NULL, *skip = NULL;

	for (const struct finding *f = findings->v; f < findings->v + findings->n; f++) {
		if (strcmp(f->code, "looks-swapped") == 0)
			return f;
		if (!stop && f->severity == SEVERITY_STOP && !f->accepted)
			stop = f;
		if (!skip && f->severity == SEVERITY_SKIP && !f->accepted) /* something alone */
			skip = f;
	}
	return stop ? stop : skip;
}

/* ---- the others of several hosts */

static bool tells_of_life(const struct finding *f)
{
	return f->severity == SEVERITY_STOP && !f->accepted && f->host &&
	    (strcmp(f->code, "source-alive") == 0 || strcmp(f->code, "guest-alive") == 0);
}

static bool is_dead(const struct findings *findings, const struct scene *host)
{
	for (const struct finding *f = findings->v; f < findings->v + findings->n; f++)
		if (tells_of_life(f) && strcmp(f->host, host->subject.host) == 0)
			return false;
	return true;
}

static bool has_id(const struct scene *host, const char *id)
{
	const struct request one = { .what.only = { .v = &id, .n = 1 } };

	for (const struct candidate *c = host->subject.candidate; c < host->subject.candidate + host->subject.ncandidate; c++)
		if (request_wants(&one, c->instance->uuid, c->instance->name))
			return true;
	return false;
}

static void say_option(struct str *out, const char *option, const char *word)
{
	str_addf(out, " --%s ", option);
	shell_add_word(out, word);
}

/* What --only and --exclude say of these hosts: of the others it would be a mistake. */
static size_t add_own_words(struct str *out, const char *option, const struct words *words, const struct scene *const *host,
    size_t n)
{
	size_t added = 0;

	for (size_t i = 0; i < words->n; i++)
		for (size_t h = 0; h < n; h++)
			if (has_id(host[h], words->v[i])) {
				say_option(out, option, words->v[i]);
				added++;
				break;
			}
	return added;
}

/* What is done and where to, as it was asked for. Not who has confirmed what, nor which risk was taken: that is for a person to
 * say again, of these hosts. */
static void add_same_options(struct str *out, const struct request *r)
{
	const struct {
		const char *option, *word;
	} text[] = { { "to", r->what.to }, { "target_host", r->what.target_host } };
	const struct {
		const char *option;
		bool given;
	} flag[] = { { "no-mark", r->what.no_mark }, { "follow-zone", r->what.follow_zone }, { "cluster", r->what.to_cluster },
		{ "settle", r->what.settle } };

	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		if (text[i].word)
			say_option(out, text[i].option, text[i].word);
	for (size_t i = 0; i < r->what.spread.n; i++)
		say_option(out, "spread", r->what.spread.v[i]);
	for (size_t i = 0; i < sizeof flag / sizeof *flag; i++)
		if (flag[i].given)
			str_addf(out, " --%s", flag[i].option);
	for (size_t i = 0; i < r->how.fence.n; i++)
		say_option(out, "fence", r->how.fence.v[i]);
	if (r->what.limit > 0)
		str_addf(out, " --limit %lld", (long long)r->what.limit);
	if (r->how.order_file)
		say_option(out, "order", r->how.order_file);
	token_add_options(r, out);
}

/* One of several hosts lives, and nothing is done of the others until it is off: their command, without it. NULL: it is about
 * one host, none of several lives, or nothing is to be done of the others. */
static const char *command_of_the_dead(struct run *run, size_t *ndead)
{
	const struct scene *scene = &run->work.scene, **dead;
	const struct request *r = run->work.request;
	auto_str struct str s = { 0 };
	size_t n = 0;
	bool work = false;

	if (!scene->each || !run->operation->rescues)
		return NULL;
	dead = arena_alloc(&run->work.plan.arena, scene->neach * sizeof *dead);
	EACH_HOST_OF(h, scene)
	if (is_dead(&run->report.findings, h)) {
		dead[n++] = h;
		work |= guard_takes_anything(h);
	}
	if (n == 0 || n == scene->neach || !work)
		return NULL;
	str_addf(&s, "evac-manage %s", run->operation->name);
	for (size_t i = 0; i < n; i++) {
		str_addc(&s, ' ');
		shell_add_word(&s, dead[i]->subject.host);
	}
	add_same_options(&s, r);
	if (add_own_words(&s, "only", &r->what.only, dead, n) == 0 && r->what.only.n > 0)
		return NULL;
	add_own_words(&s, "exclude", &r->what.exclude, dead, n);
	*ndead = n;
	return arena_dup(&run->work.plan.arena, s.s);
}

/* ---- */

int refuse_run(struct run *run, struct error *err)
{
	const struct finding *first = run->report.first = first_to_mend(&run->report.findings);
	const bool on_screen = strcmp(run->work.request->shown.format, "table") == 0; /* it has what to do about it */
	const char *others;
	size_t stops = 0, skips = 0, n, ndead = 0;

	for (const struct finding *f = run->report.findings.v; f < run->report.findings.v + run->report.findings.n; f++) {
		stops += f->severity == SEVERITY_STOP && !f->accepted;
		skips += f->severity == SEVERITY_SKIP && !f->accepted;
	}
	assert(first);
	n = stops ? stops : skips;
	error_set(err, ERROR_REFUSED, "refused: %zu problem%s; nothing was written", n, n == 1 ? "" : "s");
	if (tells_of_life(first) && (others = command_of_the_dead(run, &ndead)))
		return error_hint(err,
		    ndead == 1 ? N_("fix %s first; the other host without it: %s") :
				 N_("fix %s first; the other hosts without it: %s"),
		    first->code, others);
	if (on_screen)
		return error_hint(err, "fix %s first", first->code);
	return error_hint(err, "fix %s first: %s", first->code, first->hint[0] ? first->hint : first->message);
}
