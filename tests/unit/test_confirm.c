/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run/run.h"
#include "scene.h"
#include "util/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct operation rescue = { .name = "host rescue" };
static const char *const typed[] = { "evac-manage", "host", "rescue", "c1", "--to", "c2" };
static struct fixture f;
static struct run run;
static int saved_in, saved_err, master;

/* stdin and stderr become a terminal whose other end is ours, or a file and a pipe that are none. */
static void sit_at(bool terminal)
{
	int slave, ends[2];

	fflush(stderr);
	saved_in = dup(STDIN_FILENO);
	saved_err = dup(STDERR_FILENO);
	if (terminal) {
		assert_int_equal(0, openpty(&master, &slave, NULL, NULL, NULL));
		dup2(slave, STDIN_FILENO);
		dup2(slave, STDERR_FILENO);
		close(slave);
	} else {
		assert_int_equal(0, pipe(ends));
		master = ends[0];
		dup2(ends[1], STDERR_FILENO);
		close(ends[1]);
		slave = open("/dev/null", O_RDONLY);
		dup2(slave, STDIN_FILENO);
		close(slave);
	}
	clearerr(stdin);
}

/* What was shown, without the terminal's carriage returns. */
static void stand_up(struct str *shown)
{
	struct pollfd ready = { .fd = master, .events = POLLIN };
	char piece[4096];
	ssize_t n;

	fflush(stderr);
	while (poll(&ready, 1, 0) > 0 && ready.revents & POLLIN && (n = read(master, piece, sizeof piece)) > 0)
		for (ssize_t i = 0; i < n; i++)
			if (piece[i] != '\r')
				str_addc(shown, piece[i]);
	dup2(saved_in, STDIN_FILENO);
	dup2(saved_err, STDERR_FILENO);
	close(saved_in);
	close(saved_err);
	close(master);
}

static void type(const char *answer)
{
	assert_int_equal(write(master, answer, strlen(answer)), strlen(answer));
}

static int begin(void **state)
{
	(void)state;
	fixture_init(&f);
	run = (struct run){ .operation = &rescue, .own = f.request, .work.run = "20260131T030405Z-host-rescue-1a2b3c4d" };
	run.own.argc = COUNT(typed);
	run.own.argv = typed;
	run.work.request = &run.own;
	run.report.work = &run.work;
	run.work.scene = f.scene;
	run.work.scene.request = &run.own;
	plan_ownership(&run.work.plan, &run.work.scene);
	plan_mark(&run.work.plan, &run.work.scene);
	finding_add(&run.report.findings, "az-differs", SEVERITY_WARN, "c2", "zones differ", "make sure of it");
	finding_add(&run.report.findings, "target-down", SEVERITY_STOP, "c2", "it is down", "look at it")->accepted = true;
	return 0;
}

static int end(void **state)
{
	(void)state;
	plan_free(&run.work.plan);
	findings_free(&run.report.findings);
	arena_free(&run.work.scene.arena);
	return 0;
}

/* ---- the question */

static const struct {
	const char *answer;
	int rc;
} answers[] = {
	{ "c1\n", 0 }, { "c1\x04\x04", 0 }, { "\n", -1 }, { "yes\n", -1 }, { "y\n", -1 }, { "C1\n", -1 }, { "c1 \n", -1 }, { " c1\n", -1 },
	{ "c2\n", -1 }, { "c\n1\n", -1 }, { "\x04", -1 },
};

static void only_the_failed_hosts_name_goes_on(void **state)
{
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(answers); i++) {
		auto_str struct str shown = { 0 };
		int rc;

		sit_at(true);
		type(answers[i].answer);
		error_clear(&err);
		rc = confirm(&run, &err);
		stand_up(&shown);
		setvbuf(stdin, NULL, _IONBF, 0); /* what was left of this answer is not the next one's */
		if (rc != answers[i].rc)
			fail_msg("answer %zu", i);
		if (rc == 0)
			continue;
		assert_int_equal(err.kind, ERROR_REFUSED);
		assert_string_equal(err.text, "not confirmed; nothing was written");
		assert_string_equal(err.hint, "the same command asks again");
	}
}

static void plan_and_findings_are_shown_before_the_question(void **state)
{
	auto_str struct str shown = { 0 };
	const char *plan, *finding, *question;
	struct error err;

	(void)state;
	sit_at(true);
	type("c1\n");
	confirm(&run, &err);
	stand_up(&shown);
	plan = strstr(shown.s, "  move      2 volumes, 1 backup, 1 other row -> c2");
	finding = strstr(shown.s, "warn  az-differs: zones differ");
	question = strstr(shown.s, "type the failed host's name to go on: ");
	assert_true(plan && finding && question);
	assert_true(plan < finding && finding < question);
	assert_non_null(strstr(shown.s, "  run       20260131T030405Z-host-rescue-1a2b3c4d"));
	assert_non_null(strstr(shown.s, "  disable   nova-compute (forced down)"));
	assert_non_null(strstr(shown.s, "ok    target-down: it is down (accepted)"));
	assert_non_null(strstr(shown.s, "next: make sure of it"));
	assert_null(strstr(shown.s, "look at it")); /* it was accepted */
}

static void a_command_without_a_host_asks_for_a_yes(void **state)
{
	auto_str struct str shown = { 0 };
	struct error err;
	int yes, no;

	(void)state;
	run.work.scene.subject.host = NULL;
	sit_at(true);
	type("yes\nc1\n");
	yes = confirm(&run, &err);
	no = confirm(&run, &err);
	stand_up(&shown);
	assert_int_equal(yes, 0);
	assert_int_equal(no, -1);
	assert_non_null(strstr(shown.s, "type yes to go on: "));
}

static void yes_skips_the_question_and_still_shows_the_plan(void **state)
{
	auto_str struct str shown = { 0 };
	struct error err;
	int rc;

	(void)state;
	run.own.how.yes = true;
	sit_at(false);
	rc = confirm(&run, &err);
	stand_up(&shown);
	assert_int_equal(rc, 0);
	assert_non_null(strstr(shown.s, "  move      2 volumes"));
	assert_null(strstr(shown.s, "type "));
}

static void off_a_terminal_nothing_is_confirmed_without_yes(void **state)
{
	auto_str struct str shown = { 0 };
	struct error err;
	int rc;

	(void)state;
	sit_at(false);
	rc = confirm(&run, &err);
	stand_up(&shown);
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, ERROR_REFUSED);
	assert_string_equal(err.text, "not confirmed: there is no terminal to ask on; nothing was written");
	assert_string_equal(err.hint, "on a terminal it asks; without one it goes on only with --yes");
	assert_int_equal(shown.n, 0); /* the report shows the plan, once */
}

/* ---- the fencing text */

static const struct {
	const char *answer, *fenced; /* NULL: not given */
	int rc;
} fences[] = {
	{ "iLO says off, Ann\n", "iLO says off, Ann", 1 }, { "\n", NULL, 0 }, { "  \t\n", NULL, 0 }, { "\x04", NULL, 0 }, { "x\n", NULL, -1 },
	{ "iLO off\n", NULL, -1 }, { "who powered it off, and how we know\n", NULL, -1 }, { "x x x x x x x x x\n", NULL, -1 },
};

/* A stop finding for want of the word, and whatever else the test adds. */
static void nobody_fenced(void)
{
	run.own.how.fenced = NULL;
	finding_add(&run.report.findings, "fencing-unconfirmed", SEVERITY_STOP, "c1", "nobody has said it", "say it");
}

static void a_missing_fence_is_asked_for_on_a_terminal(void **state)
{
	(void)state;
	nobody_fenced();
	for (size_t i = 0; i < COUNT(fences); i++) {
		auto_str struct str shown = { 0 };
		struct error err = { 0 };
		int given;

		run.own.how.fenced = NULL;
		sit_at(true);
		type(fences[i].answer);
		given = confirm_fence(&run, &err);
		stand_up(&shown);
		assert_int_equal(given, fences[i].rc);
		assert_int_equal(err.kind, given < 0 ? ERROR_USAGE : ERROR_OK);
		if (fences[i].fenced)
			assert_string_equal(run.own.how.fenced, fences[i].fenced);
		else
			assert_null(run.own.how.fenced);
		assert_non_null(strstr(shown.s, "who powered the host off, and how do we know?"));
	}
}

static void a_plan_that_was_shown_with_the_first_question_is_not_shown_again(void **state)
{
	auto_str struct str first = { 0 }, second = { 0 };
	struct error err;
	int given, rc;

	(void)state;
	nobody_fenced();
	sit_at(true);
	type("iLO says off, Ann\n");
	given = confirm_fence(&run, &err);
	stand_up(&first);
	sit_at(true);
	type("c1\n");
	rc = confirm(&run, &err);
	stand_up(&second);
	assert_int_equal(given, 1);
	assert_int_equal(rc, 0);
	assert_true(run.report.shown); /* nor by the report, when that is read on the same terminal */
	assert_non_null(strstr(first.s, "  disable   nova-compute"));
	assert_null(strstr(second.s, "disable"));
}

static void nobody_is_asked_who_cannot_or_need_not_answer(void **state)
{
	auto_str struct str shown = { 0 };
	struct error err = { 0 };
	int given[6];
	size_t nunit = run.work.plan.nunit;

	(void)state;
	sit_at(true);
	given[0] = confirm_fence(&run, &err); /* said already */
	nobody_fenced();
	run.own.how.yes = true;
	given[1] = confirm_fence(&run, &err);
	run.own.how.yes = false;
	run.own.how.dry_run = true;
	given[2] = confirm_fence(&run, &err);
	run.own.how.dry_run = false;
	run.work.plan.nunit = 0; /* nothing to do */
	given[3] = confirm_fence(&run, &err);
	run.work.plan.nunit = nunit;
	finding_add(&run.report.findings, "target-disabled", SEVERITY_STOP, "c2", "it is disabled", "enable it");
	given[4] = confirm_fence(&run, &err); /* the answer would not let it go on */
	run.report.findings.n--;
	stand_up(&shown);
	sit_at(false);
	given[5] = confirm_fence(&run, &err);
	stand_up(&shown);
	for (size_t i = 0; i < COUNT(given); i++)
		assert_int_equal(given[i], 0);
	assert_int_equal(shown.n, 0);
}

#define in_a_run(t) cmocka_unit_test_setup_teardown(t, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_run(only_the_failed_hosts_name_goes_on),
		in_a_run(plan_and_findings_are_shown_before_the_question),
		in_a_run(a_command_without_a_host_asks_for_a_yes),
		in_a_run(yes_skips_the_question_and_still_shows_the_plan),
		in_a_run(off_a_terminal_nothing_is_confirmed_without_yes),
		in_a_run(a_missing_fence_is_asked_for_on_a_terminal),
		in_a_run(a_plan_that_was_shown_with_the_first_question_is_not_shown_again),
		in_a_run(nobody_is_asked_who_cannot_or_need_not_answer),
	};

	setvbuf(stdin, NULL, _IONBF, 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
