/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "find/finding.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void a_findings_texts_are_its_own(void **state)
{
	struct findings findings = { 0 };
	char subject[] = "s", message[] = "m", hint[] = "h";
	const struct finding *f;

	(void)state;
	finding_add(&findings, "code", SEVERITY_WARN, subject, message, hint);
	finding_add(&findings, "other", SEVERITY_NOTE, "s2", "m2", NULL);
	subject[0] = message[0] = hint[0] = 'x';
	f = &findings.v[0];
	assert_string_equal(f->subject, "s");
	assert_string_equal(f->message, "m");
	assert_string_equal(f->hint, "h");
	assert_false(f->accepted);
	assert_string_equal(findings.v[1].hint, "");
	findings_free(&findings);
	assert_int_equal(findings.n, 0);
	assert_null(findings.v);
}

static void every_severity_has_its_word(void **state)
{
	(void)state;
	assert_string_equal(severity_name[SEVERITY_STOP], "stop");
	assert_string_equal(severity_name[SEVERITY_WARN], "warn");
	assert_string_equal(severity_name[SEVERITY_NOTE], "note");
	assert_string_equal(severity_name[SEVERITY_SKIP], "skip");
}

static const struct {
	const char *accept, *code, *subject;
	bool accepted;
} rows[] = {
	{ "target-down", "target-down", "c2@rbd", true },
	{ "target-down", "target-down", NULL, true },
	{ "target-down:c2@rbd", "target-down", "c2@rbd", true },
	{ "target-down:c2@rbd", "target-down", "c2@rbd2", false },
	{ "target-down:c2@rbd", "target-down", NULL, false },
	{ "target-down:", "target-down", "c2@rbd", false },
	{ "target-down:", "target-down", "", true },
	{ "target-down:C2@rbd", "target-down", "c2@rbd", false },
	{ "target-dow", "target-down", "c2", false },
	{ "target-downs", "target-down", "c2", false },
	{ "target-down ", "target-down", "c2", false },
	{ "Target-down", "target-down", "c2", false },
	{ "target", "target-down", "c2", false },
	{ "", "target-down", "c2", false },
	{ "in-flight:a:b", "in-flight", "a:b", true }, /* the first colon alone divides */
	{ "in-flight:a:b", "in-flight", "a", false },
};

static void an_accept_is_for_a_code_or_for_one_subject_of_it(void **state)
{
	struct request request = { 0 };
	const char *words[2];

	(void)state;
	request.how.accept.v = words;
	for (size_t i = 0; i < COUNT(rows); i++) {
		words[0] = rows[i].accept;
		request.how.accept.n = 1;
		if (request_accepts(&request, rows[i].code, rows[i].subject) != rows[i].accepted)
			fail_msg("--accept '%s' for %s:%s", rows[i].accept, rows[i].code, rows[i].subject);
		words[0] = "something-else";
		words[1] = rows[i].accept; /* a later one counts as well */
		request.how.accept.n = 2;
		assert_int_equal(request_accepts(&request, rows[i].code, rows[i].subject), rows[i].accepted);
		request.how.accept.n = 0;
		assert_false(request_accepts(&request, rows[i].code, rows[i].subject));
	}
}

static void only_a_stop_that_nothing_accepts_stops(void **state)
{
	static const struct {
		enum severity severity;
		bool accepted, stops;
	} cases[] = {
		{ SEVERITY_STOP, false, true }, { SEVERITY_STOP, true, false }, { SEVERITY_WARN, false, false },
		{ SEVERITY_NOTE, false, false }, { SEVERITY_SKIP, false, false },
	};
	struct findings findings = { 0 };

	(void)state;
	assert_false(findings_stop(&findings));
	for (size_t i = 0; i < COUNT(cases); i++) {
		finding_add(&findings, "first", SEVERITY_NOTE, "s", "m", NULL);
		finding_add(&findings, "code", cases[i].severity, "s", "m", NULL)->accepted = cases[i].accepted;
		assert_int_equal(findings_stop(&findings), cases[i].stops);
		findings_free(&findings);
	}
}

static void what_is_left_out_is_told_by_its_exact_subject(void **state)
{
	struct findings findings = { 0 };

	(void)state;
	finding_add(&findings, "in-flight", SEVERITY_STOP, "i1", "m", NULL);
	finding_add(&findings, "local-disk", SEVERITY_SKIP, "i2", "m", NULL);
	finding_add(&findings, "local-disk", SEVERITY_SKIP, "i3", "m", NULL)->accepted = true;
	finding_add(&findings, "not-evacuable", SEVERITY_SKIP, "i4", "m", NULL);
	finding_add(&findings, "local-disk", SEVERITY_SKIP, "i4", "m", NULL)->accepted = true;
	assert_null(findings_skip(&findings, "i1"));
	assert_string_equal(findings_skip(&findings, "i2")->code, "local-disk");
	assert_null(findings_skip(&findings, "i3"));
	assert_string_equal(findings_skip(&findings, "i4")->code, "not-evacuable"); /* one of two accepted is not enough */
	assert_null(findings_skip(&findings, "I2"));
	assert_null(findings_skip(&findings, "i"));
	findings_free(&findings);
}

static void of_very_many_each_is_told(void **state)
{
	struct findings findings = { 0 };
	char subject[16];

	(void)state;
	assert_null(findings_skip(&findings, "i0"));
	for (int i = 0; i < 2000; i++) {
		snprintf(subject, sizeof subject, "i%d", i % 1000);
		finding_add(&findings, "warned", SEVERITY_WARN, subject, "m", NULL);
		finding_add(&findings, i < 1000 ? "first" : "second", SEVERITY_SKIP, subject, "m", NULL)->accepted = i % 1000 < 500 && i < 1000;
	}
	for (int i = 0; i < 1000; i++) {
		snprintf(subject, sizeof subject, "i%d", i);
		assert_string_equal(findings_skip(&findings, subject)->code, i < 500 ? "second" : "first");
		assert_string_equal(findings_skip(&findings, subject)->subject, subject);
	}
	assert_null(findings_skip(&findings, "i1000"));
	findings_free(&findings);
	assert_null(findings_skip(&findings, "i0"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_findings_texts_are_its_own),
		cmocka_unit_test(every_severity_has_its_word),
		cmocka_unit_test(an_accept_is_for_a_code_or_for_one_subject_of_it),
		cmocka_unit_test(only_a_stop_that_nothing_accepts_stops),
		cmocka_unit_test(what_is_left_out_is_told_by_its_exact_subject),
		cmocka_unit_test(of_very_many_each_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
