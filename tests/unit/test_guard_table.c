/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "guard_cases.h"
#include "journal/past.h"

static void every_code_is_lower_case_hyphenated_and_there_once(void **state)
{
	const struct guard *g, *other;
	size_t n;

	(void)state;
	for (g = guards; g->code; g++) {
		n = strlen(g->code);
		assert_true(n > 3 && strspn(g->code, "abcdefghijklmnopqrstuvwxyz-") == n);
		assert_true(g->code[0] != '-' && g->code[n - 1] != '-' && !strstr(g->code, "--"));
		for (other = guards; other < g; other++)
			assert_string_not_equal(other->code, g->code);
	}
	assert_true(g - guards > 20);
}

static bool is_asked_by_nobody_before(const struct guard *g, const struct guard_look *look)
{
	for (const struct guard *other = guards; other <= g; other++)
		for (const struct guard_look *l = other->look; l->check && l != look; l++)
			if (l->check == look->check)
				return false;
	return true;
}

static void every_row_is_whole(void **state)
{
	(void)state;
	for (const struct guard *g = guards; g->code; g++) {
		/* what a run meets while it goes on is looked for elsewhere */
		assert_true(g->look[0].check || strcmp(g->code, "fence-gone") == 0);
		assert_non_null(g->sentence);
		assert_true(strlen(g->sentence) > 15 && g->sentence[strlen(g->sentence) - 1] != '.');
		assert_true(!g->hint || (g->hint[0] && g->hint[strlen(g->hint) - 1] != '.'));
		if (g->severity == SEVERITY_WARN || g->severity == SEVERITY_NOTE)
			assert_int_equal(g->accept, ACCEPT_NOTHING); /* nothing to waive */
		for (const struct guard_look *look = g->look; look->check; look++)
			assert_true(look->when && !(look->when & ~(unsigned)WHEN_ALWAYS) && is_asked_by_nobody_before(g, look));
	}
}

/* Others ask whether an instance is left out. */
static void what_leaves_out_is_looked_for_first(void **state)
{
	bool others = false;

	(void)state;
	for (const struct guard *g = guards; g->code; g++) {
		assert_false(others && g->severity == SEVERITY_SKIP);
		others |= g->severity != SEVERITY_SKIP;
	}
}

/* The promise of the product page, once more: what can be answered for, and what cannot. */
static const struct {
	const char *code;
	enum severity severity;
	enum guard_accept accept;
} promised[] = {
	{ "source-alive", SEVERITY_STOP, ACCEPT_FENCED_MOVE },
	{ "fencing-unconfirmed", SEVERITY_STOP, ACCEPT_CODE },
	{ "target-service-missing", SEVERITY_STOP, ACCEPT_NOTHING },
	{ "target-down", SEVERITY_STOP, ACCEPT_CODE },
	{ "target-disabled", SEVERITY_STOP, ACCEPT_CODE },
	{ "target-frozen", SEVERITY_STOP, ACCEPT_CODE },
	{ "target-is-source", SEVERITY_STOP, ACCEPT_NOTHING },
	{ "clustered", SEVERITY_STOP, ACCEPT_NOTHING },
	{ "no-counterpart", SEVERITY_STOP, ACCEPT_NOTHING },
	{ "in-flight", SEVERITY_STOP, ACCEPT_CODE },
	{ "volume-owner-dead", SEVERITY_STOP, ACCEPT_CODE },
	{ "scheduler-missing", SEVERITY_STOP, ACCEPT_NOTHING },
	{ "no-consumer", SEVERITY_STOP, ACCEPT_NOTHING },
	{ "vif-event-undeliverable", SEVERITY_STOP, ACCEPT_CODE },
	{ "target-state-unsupported", SEVERITY_STOP, ACCEPT_NOTHING },
	{ "release-deletes-disks", SEVERITY_SKIP, ACCEPT_CODE },
	{ "mass-failure", SEVERITY_STOP, ACCEPT_CODE },
	{ "site-version", SEVERITY_STOP, ACCEPT_CODE },
	{ "database-not-writable", SEVERITY_STOP, ACCEPT_NOTHING },
	{ "unit-too-large", SEVERITY_STOP, ACCEPT_NOTHING },
	{ "not-evacuable", SEVERITY_SKIP, ACCEPT_NOTHING },
	{ "local-disk", SEVERITY_SKIP, ACCEPT_CODE },
	{ "transitional", SEVERITY_WARN, ACCEPT_NOTHING },
	{ "az-differs", SEVERITY_WARN, ACCEPT_NOTHING },
	{ "pool-unseen", SEVERITY_WARN, ACCEPT_NOTHING },
	{ "other-backends-remain", SEVERITY_WARN, ACCEPT_NOTHING },
	{ "backend-name-differs", SEVERITY_WARN, ACCEPT_NOTHING },
	{ "cinder-credentials-unknown", SEVERITY_WARN, ACCEPT_NOTHING },
	{ "volume-unknown", SEVERITY_WARN, ACCEPT_NOTHING },
	{ "capacity-unknown", SEVERITY_WARN, ACCEPT_NOTHING },
	{ "config-readable", SEVERITY_WARN, ACCEPT_NOTHING },
	{ "similar-names", SEVERITY_NOTE, ACCEPT_NOTHING },
	{ "expected-state", SEVERITY_NOTE, ACCEPT_NOTHING },
	{ "stopped-by-nova", SEVERITY_NOTE, ACCEPT_NOTHING },
};

static void severities_and_accepts_are_those_that_were_promised(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(promised); i++)
		if (row(promised[i].code)->severity != promised[i].severity || row(promised[i].code)->accept != promised[i].accept)
			fail_msg("%s", promised[i].code);
}

/* ---- the runs in which a guard is asked */

static void speak(const struct guard *self, const struct scene *scene, struct findings *out)
{
	guard_found(self, scene, out, "subject", NULL, "%s", "message");
}

static unsigned asked(const struct subject *subject)
{
	struct findings findings = { 0 };
	unsigned when = 0;

	fixture_init(&f);
	f.scene.subject = *subject;
	for (unsigned bit = 1; bit & WHEN_ALWAYS; bit <<= 1) {
		const struct guard guard = { .code = "a-code", .look = { { bit, speak } } };

		guard_ask(&guard, &f.scene, &findings);
		when |= findings.n ? bit : 0;
		findings_free(&findings);
	}
	return when;
}

static void each_run_asks_the_guards_of_what_it_does(void **state)
{
	struct past past = { 0 };

	(void)state;
	assert_int_equal(asked(&(struct subject){ 0 }), WHEN_CHANGES);
	assert_int_equal(asked(&(struct subject){ .moves_things = true }), WHEN_MOVES_ALONE);
	assert_int_equal(asked(&(struct subject){ .evacuates = true, .marks = true }), WHEN_EVACUATES_ALONE);
	assert_int_equal(asked(&(struct subject){ .moves_things = true, .evacuates = true }), WHEN_RESCUES);
	assert_int_equal(asked(&(struct subject){ .closes = true }), WHEN_CLOSES);
	assert_int_equal(asked(&(struct subject){ .past = &past, .moves_things = true }), WHEN_GIVES_BACK);
	assert_int_equal(asked(&(struct subject){ .past = &past }), WHEN_UNDOES_REST);
}

static void one_code_may_be_looked_for_in_several_ways(void **state)
{
	const struct guard guard = { .code = "a-code", .look = { { WHEN_RESCUES, speak }, { WHEN_CLOSES, speak }, { WHEN_MOVES, speak } } };
	struct findings findings = { 0 };

	(void)state;
	fixture_init(&f);
	guard_ask(&guard, &f.scene, &findings);
	assert_int_equal(findings.n, 2);
	findings_free(&findings);
}

/* ---- accepting */

struct acceptance {
	const char *accept; /* "%" stands for the code */
	bool fenced, evacuates;
	bool nothing, code, fenced_move; /* accepted by a row of that kind */
};
static const struct acceptance acceptances[] = {
	{ NULL, true, false, false, false, false },
	{ "%", true, false, false, true, true },
	{ "%", false, false, false, true, false },
	{ "%", true, true, false, true, false }, /* an evacuation from a live host: never */
	{ "%", false, true, false, true, false },
	{ "%:subject", true, false, false, true, true },
	{ "%:subject", true, true, false, true, false },
	{ "%:Subject", true, false, false, false, false },
	{ "%:other", true, false, false, false, false },
	{ "%:", true, false, false, false, false },
	{ "x%", true, false, false, false, false },
	{ "%x", true, false, false, false, false },
	{ "all", true, false, false, false, false },
	{ "*", true, false, false, false, false },
};

static bool is_accepted(const struct guard *g, const struct acceptance *a)
{
	struct findings findings = { 0 };
	auto_str struct str word = { 0 };
	bool accepted;

	fixture_init(&f);
	f.scene.subject.evacuates = a->evacuates;
	f.request.how.fenced = a->fenced ? "off" : NULL;
	for (const char *p = str_or(a->accept, ""); *p; p++)
		*p == '%' ? str_add(&word, g->code) : str_addc(&word, *p);
	if (a->accept)
		fixture_accept(&f, word.s);
	guard_found(g, &f.scene, &findings, "subject", NULL, "%s", "message");
	assert_string_equal(findings.v[0].hint, str_or(g->hint, ""));
	accepted = findings.v[0].accepted;
	findings_free(&findings);
	return accepted;
}

static void an_accept_counts_by_the_rule_of_its_row(void **state)
{
	(void)state;
	for (const struct guard *g = guards; g->code; g++)
		for (size_t i = 0; i < COUNT(acceptances); i++) {
			const struct acceptance *a = &acceptances[i];
			bool expected = g->accept == ACCEPT_NOTHING ? a->nothing : g->accept == ACCEPT_CODE ? a->code : a->fenced_move;

			if (is_accepted(g, a) != expected)
				fail_msg("%s with --accept '%s', case %zu", g->code, str_or(a->accept, ""), i);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_is_lower_case_hyphenated_and_there_once),
		cmocka_unit_test(every_row_is_whole),
		cmocka_unit_test(what_leaves_out_is_looked_for_first),
		cmocka_unit_test(severities_and_accepts_are_those_that_were_promised),
		cmocka_unit_test(each_run_asks_the_guards_of_what_it_does),
		cmocka_unit_test(one_code_may_be_looked_for_in_several_ways),
		cmocka_unit_test(an_accept_counts_by_the_rule_of_its_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
