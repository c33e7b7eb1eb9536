/* SPDX-License-Identifier: Apache-2.0 */
#include "find/finding.h"

#include <stdlib.h>
#include <string.h>

#include "util/str.h"

const char *const severity_name[] = { "stop", "warn", "note", "skip" };

static struct skip_chain *chain_of(const struct findings *findings, const char *subject)
{
	size_t hash = 5381;

	for (; *subject; subject++)
		hash = hash * 33 + (unsigned char)*subject;
	return &findings->chain[hash % findings->nchain];
}

static void chain_skip(struct findings *findings, size_t i)
{
	struct skip_chain *chain = chain_of(findings, findings->v[i].subject);

	findings->v[i].later = 0;
	if (chain->last)
		findings->v[chain->last - 1].later = i + 1;
	else
		chain->first = i + 1;
	chain->last = i + 1;
}

/* Whether an instance is left out is asked for each instance, again and again: with many of both, the list is too long for it.
 */
static void index_skip(struct findings *findings, size_t i)
{
	if (++findings->nskip <= findings->nchain) {
		chain_skip(findings, i);
		return;
	}
	free(findings->chain);
	findings->nchain = findings->nskip * 4;
	findings->chain = xcalloc(findings->nchain, sizeof *findings->chain);
	for (size_t k = 0; k <= i; k++)
		if (findings->v[k].severity == SEVERITY_SKIP)
			chain_skip(findings, k);
}

struct finding *finding_add(struct findings *findings, const char *code, enum severity severity, const char *subject,
    const char *message, const char *hint)
{
	struct finding *f;

	findings->v = vec_grow(findings->v, findings->n, &findings->cap, sizeof *findings->v);
	f = &findings->v[findings->n++];
	*f = (struct finding){ .code = code,
		.severity = severity,
		.subject = arena_dup(&findings->arena, subject),
		.message = arena_dup(&findings->arena, message),
		.hint = arena_dup(&findings->arena, str_or(hint, "")) };
	if (severity == SEVERITY_SKIP)
		index_skip(findings, findings->n - 1);
	return f;
}

void findings_free(struct findings *findings)
{
	auto_free_(&findings->v);
	auto_free_(&findings->chain);
	arena_free(&findings->arena);
	*findings = (struct findings){ 0 };
}

bool request_accepts(const struct request *request, const char *code, const char *subject)
{
	size_t n = strlen(code);

	for (size_t i = 0; i < request->how.accept.n; i++) {
		if (!str_starts(request->how.accept.v[i], code))
			continue;
		if (request->how.accept.v[i][n] == '\0' ||
		    (request->how.accept.v[i][n] == ':' && str_equal(request->how.accept.v[i] + n + 1, subject)))
			return true;
	}
	return false;
}

bool request_accepts_one(const struct request *request, const char *code, const char *subject)
{
	size_t n = strlen(code);

	for (size_t i = 0; i < request->how.accept.n; i++) {
		const char *word = request->how.accept.v[i];

		if (str_starts(word, code) && word[n] == ':' && str_equal(word + n + 1, subject))
			return true;
	}
	return false;
}

bool findings_stop(const struct findings *findings)
{
	for (size_t i = 0; i < findings->n; i++)
		if (findings->v[i].severity == SEVERITY_STOP && !findings->v[i].accepted)
			return true;
	return false;
}

const struct finding *findings_skip(const struct findings *findings, const char *subject)
{
	for (size_t i = findings->nskip ? chain_of(findings, subject)->first : 0; i; i = findings->v[i - 1].later)
		if (!findings->v[i - 1].accepted && strcmp(findings->v[i - 1].subject, subject) == 0)
			return &findings->v[i - 1];
	return NULL;
}
