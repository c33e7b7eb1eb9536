/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_GUARD_CASES_H
#define TEST_GUARD_CASES_H

/* For tests of guards: each case changes one thing in a world where all is well, and says all that the guards find then. */

#include "findings_seen.h"
#include "guard/guard.h"
#include "scene.h"
#include "util/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct fixture f;

struct guard_case {
	void (*change)(void);
	const char *expected; /* "code subject: message", a line each */
};

static inline int begin(void **state)
{
	(void)state;
	fixture_init(&f);
	return 0;
}

static inline const struct guard *row(const char *code)
{
	const struct guard *g = guards;

	while (g->code && strcmp(g->code, code) != 0)
		g++;
	if (!g->code)
		fail_msg("no guard %s", code);
	return g;
}

/* "code subject: message" of every finding but the two that every evacuation has. */
static inline void describe(const struct findings *findings, struct str *out)
{
	str_add(out, "");
	for (size_t i = 0; i < findings->n; i++) {
		const struct finding *found = &findings->v[i];

		if (strcmp(found->code, "cinder-credentials-unknown") == 0 || strcmp(found->code, "capacity-unknown") == 0)
			continue;
		str_addf(out, "%s%s %s: %s", out->n ? "\n" : "", found->code, found->subject, found->message);
	}
}

static inline void all_seen(const struct findings *findings)
{
	size_t i;

	for (const struct guard *g = guards; g->code; g++) {
		for (i = 0; i < findings->n && strcmp(findings->v[i].code, g->code) != 0; i++)
			;
		finding_seen(g->code, i < findings->n);
	}
}

/* A hint is no way past a finding: it may offer the one --accept of its own, and never answers for the operator. */
static inline void answers_for_nobody(const struct finding *found)
{
	const char *accept = strstr(found->hint, "--accept ");

	if (strstr(found->hint, "--yes") || strstr(found->hint, "--fenced \"") || (accept && strstr(accept + 1, "--accept ")) ||
	    (accept && !strstr(accept, found->code)))
		fail_msg("%s: %s", found->code, found->hint);
}

/* What a guard says in full, and that all others keep still. */
static inline void run_cases(const struct guard_case *cases, size_t n)
{
	struct findings findings = { 0 };
	auto_str struct str got = { 0 };

	for (size_t i = 0; i < n; i++) {
		fixture_init(&f);
		cases[i].change();
		fixture_read_specs(&f);
		guards_run(&f.scene, &findings);
		str_clear(&got);
		describe(&findings, &got);
		all_seen(&findings);
		assert_string_equal(got.s, cases[i].expected);
		for (size_t k = 0; k < findings.n; k++) {
			const struct guard *g = row(findings.v[k].code);

			assert_int_equal(findings.v[k].severity, g->severity);
			assert_false(findings.v[k].accepted);
			answers_for_nobody(&findings.v[k]);
			if (g->severity == SEVERITY_STOP || g->severity == SEVERITY_SKIP) { /* what to do now */
				if (!findings.v[k].hint[0])
					fail_msg("%s has no hint", g->code);
			}
		}
		findings_free(&findings);
	}
}

#define in_a_scene(t) cmocka_unit_test_setup(t, begin)

#endif
