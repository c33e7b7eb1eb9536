/* SPDX-License-Identifier: Apache-2.0 */
#include "op/command_line.h"

#include <string.h>

#define PLAIN_LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@#%+=,"

static void add_word(struct str *out, const char *word)
{
	if (out->n)
		str_addc(out, ' ');
	if (*word && *word != '#' && word[strspn(word, PLAIN_LETTERS)] == '\0') {
		str_add(out, word);
		return;
	}
	str_addc(out, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			str_add(out, "'\\''");
		else
			str_addc(out, *word);
	}
	str_addc(out, '\'');
}

static bool is_in_the_way(const struct finding *f)
{
	return f->severity == SEVERITY_STOP && !f->accepted && strcmp(f->code, "fence-unproven") != 0;
}

/* By one of the findings before ${end}. */
static bool is_excluded(const struct findings *findings, size_t end, const char *subject)
{
	for (size_t i = 0; i < end; i++)
		if (is_in_the_way(&findings->v[i]) && findings->v[i].excludable && str_equal(findings->v[i].subject, subject))
			return true;
	return false;
}

static bool said_before(const struct findings *findings, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(findings->v[k].code, findings->v[i].code) == 0 && !findings->v[k].accepted &&
		    !is_excluded(findings, findings->n, findings->v[k].subject))
			return true;
	return false;
}

static bool has_open(const struct findings *findings, const char *code)
{
	for (size_t i = 0; i < findings->n; i++)
		if (strcmp(findings->v[i].code, code) == 0 && !findings->v[i].accepted)
			return true;
	return false;
}

/* It may have been asked for on a terminal. */
static bool was_typed(const struct request *request, const char *option)
{
	for (int i = 1; i < request->argc; i++)
		if (str_starts(request->argv[i], option))
			return true;
	return false;
}

static void add_fenced(const struct request *request, bool asks, struct str *out)
{
	if (asks) {
		str_add(out, " --fenced 'WHO POWERED IT OFF, AND HOW WE KNOW'");
	} else if (request->fenced && !was_typed(request, "--fenced")) {
		str_add(out, " --fenced");
		add_word(out, request->fenced);
	}
}

bool command_line_to_go_on(const struct request *request, const struct findings *findings, struct str *out)
{
	bool asks_fence = has_open(findings, "fence-unproven"), adds = asks_fence;

	add_word(out, "evac-manage");
	for (int i = 1; i < request->argc; i++)
		add_word(out, request->argv[i]);
	add_fenced(request, asks_fence, out);
	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *f = &findings->v[i];

		if (is_in_the_way(f) && f->acceptable && !said_before(findings, i) && !is_excluded(findings, findings->n, f->subject)) {
			str_addf(out, " --accept %s", f->code);
			adds = true;
		}
		if (is_in_the_way(f) && f->excludable && !is_excluded(findings, i, f->subject)) {
			str_addf(out, " --exclude %s", f->subject);
			adds = true;
		}
	}
	if (!request->yes && !request->dry_run)
		str_add(out, " --yes");
	return adds;
}
