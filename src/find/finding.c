/* SPDX-License-Identifier: Apache-2.0 */
#include "find/finding.h"

#include <string.h>

#include "util/str.h"

const char *const severity_name[] = { "stop", "warn", "note", "skip" };

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
	return f;
}

void findings_free(struct findings *findings)
{
	auto_free_(&findings->v);
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
	for (size_t i = 0; i < findings->n; i++)
		if (findings->v[i].severity == SEVERITY_SKIP && !findings->v[i].accepted &&
		    strcmp(findings->v[i].subject, subject) == 0)
			return &findings->v[i];
	return NULL;
}
