/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plan/evacuation.h"
#include "report/report.h"
#include "scene.h"

/* How a run ended, for people: one fact a line, whatever the size of the host. */

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define RUN "20260131T030405Z-host-rescue-1a2b3c4d"
#define MANY 5000

static struct fixture f;
static struct work work;
static struct report report;
static char state[] = "/tmp/evac-manage-ending.XXXXXX", name[MANY][24], host[MANY][8];
static struct instance instance[MANY];
static struct candidate candidate[MANY];
static struct evacuation evacuation[MANY];

/* Every third instance fails, is left out, or lands: what the letter says for its place. */
static void enter(struct unit *unit, struct evacuation *of, char letter, size_t i)
{
	unit->evacuation = of;
	if (letter == 'f')
		evacuation_enter(unit, PHASE_FAILED, "no valid host; next: evac-manage instance evacuate X");
	else if (letter == 'u')
		evacuation_enter(unit, PHASE_IN_DOUBT, "the broker did not answer");
	else if (letter == 't')
		evacuation_enter(unit, PHASE_TIMEOUT, NULL);
	else if (letter == 'd') {
		evacuation_enter(unit, PHASE_NOT_READY, "on 'h1', but its network is not ready: port p9: its status is DOWN");
		of->network = NETWORK_NOT_READY;
	} else if (letter == 'w') {
		unit->evacuation = NULL;
		unit_set_state(unit, STATE_SKIPPED, "interrupted before it was begun");
	} else {
		evacuation_enter(unit, PHASE_PROVED, NULL);
		unit->step[0].after[0] = host[i % 3];
		of->network = letter == 'n' ? NETWORK_NOT_LOOKED_AT : NETWORK_READY;
		of->network_why = letter == 'n' ? "neutron's database does not answer" :
		    letter == 'a'               ? "port p8: it is administratively down" :
						  NULL;
	}
}

/* A rescue of so many instances; of each the next letter of ${fate}, which begins anew: o verified, f failed, u unknown, t under
 * way, w not begun, k left out; verified, but n its network not looked at, a a port of it put down; d its port DOWN. */
static void rescue(size_t n, const char *fate, const char *directory)
{
	struct error err = { 0 };
	size_t k = 0;

	fixture_init(&f);
	memset(evacuation, 0, sizeof evacuation);
	f.request.where.state_dir = directory;
	f.request.where.globals = " --state-dir /s";
	work = (struct work){ .request = &f.request, .run = RUN, .scene = f.scene };
	report = (struct report){ .command = "host rescue", .work = &work, .rescues = true };
	for (size_t i = 0; i < n; i++) {
		snprintf(name[i], sizeof name[i], "instance-%zu", i);
		snprintf(host[i], sizeof host[i], "h%zu", i);
		instance[i] = f.instance[I1];
		instance[i].uuid = instance[i].name = name[i];
		instance[i].vm_state = "paused";
		candidate[i] = (struct candidate){ .instance = &instance[i], .wanted = true };
		if (fate[i % strlen(fate)] == 'k')
			finding_add(&report.findings, "not-evacuable", SEVERITY_SKIP, name[i], "it is paused", NULL);
	}
	work.scene.subject.candidate = candidate;
	work.scene.subject.ncandidate = n;
	plan_mark(&work.plan, &work.scene);
	plan_ownership(&work.plan, &work.scene);
	for (size_t i = 0; i < work.plan.nunit; i++)
		unit_set_state(&work.plan.unit[i], STATE_PROVED, NULL);
	for (size_t i = 0; i < n; i++) {
		if (fate[i % strlen(fate)] == 'k')
			continue;
		struct unit *unit = plan_unit(&work.plan, UNIT_EVACUATION);

		unit->candidate = &candidate[i];
		unit_step(unit, STEP_INSTANCE, name[i], name[i])->before[0] = "c1";
		enter(unit, &evacuation[k++], fate[i % strlen(fate)], i);
	}
	assert_int_equal(journal_create(&f.request, RUN, "c1", &work.journal, &err), 0);
}

static void over(void)
{
	unlink(journal_path(work.journal));
	journal_close(&work.journal);
	plan_free(&work.plan);
	findings_free(&report.findings);
}

static void ending(enum error_kind result, size_t columns, struct str *out)
{
	struct error why = { 0 };

	report_ending(&report, result, &why, columns, out);
}

static size_t lines_of(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* No line is wider, but for a word, a path or a command that nobody may break. */
static void assert_fits(const char *text, size_t columns)
{
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		int n = (int)strcspn(line, "\n");
		const char *last = line + n;

		if ((size_t)n <= columns || memmem(line, (size_t)n, "evac-manage ", 12))
			continue;
		while (last > line && last[-1] != ' ')
			last--;
		if (last - line > 13)
			fail_msg("%d columns of %zu: %.*s", n, columns, n, line);
	}
}

static void assert_says(const char *text, const char *expected)
{
	if (!strstr(text, expected))
		fail_msg("no '%s' in:\n%s", expected, text);
}

static void a_rescue_ends_with_one_fact_a_line(void **unused)
{
	auto_str struct str text = { 0 };

	(void)unused;
	rescue(13, "oook", state);
	report.next = "evac-manage host show c1";
	for (struct move *m = f.move; m < f.move + MOVES; m++) {
		m->before = (struct ownership_count){ .known = true };
		m->now = (struct ownership_count){ .known = true };
	}
	f.move[MOVE_VOLUMES].before.old_owner[OWNED_VOLUME] = 2;
	f.move[MOVE_VOLUMES].before.new_owner[OWNED_VOLUME] = 7;
	f.move[MOVE_VOLUMES].now.new_owner[OWNED_VOLUME] = 9;
	f.move[MOVE_BACKUP].before.old_owner[OWNED_BACKUP] = 1;
	f.move[MOVE_BACKUP].now.new_owner[OWNED_BACKUP] = 1;
	ending(ERROR_PARTIAL, 80, &text);
	assert_true(str_starts(text.s, "partial: 10 of 13 instances verified on another host; 3 left out\n"));
	assert_says(text.s, "\n  disabled   1 nova service (forced down), 2 cinder services\n");
	assert_says(text.s, "\n  moved      2 volumes, 1 backup, 1 other row\n  from       c1: 3 before, 0 now\n  to         c2: 7 before, 10 now\n");
	assert_says(text.s, "\n  evacuated  4 to h0, 3 to h1, 3 to h2\n");
	assert_says(text.s, "\n  left out   instance-3 (paused), instance-7 (paused), instance-11 (paused)\n");
	assert_says(text.s, "\n  journal    /tmp/evac-manage-ending.");
	assert_true(strstr(text.s, "\n  next       evac-manage --state-dir /s host show c1\n") == text.s + text.n - strlen("\n  next       evac-manage --state-dir /s host show c1\n"));
	over();
}

static const struct {
	const char *fate;
	enum error_kind result;
	const char *first, *says[3];
} fates[] = {
	{ "o", ERROR_OK, "ok: 13 of 13 instances verified on another host\n", { "evacuated  5 to h0, 4 to h1, 4 to h2" } },
	{ "oooooooooooof", ERROR_PARTIAL, "partial: 12 of 13 instances verified on another host; 1 failed\n",
	    { "failed     instance-12: no valid host; next: evac-manage --state-dir /s instance evacuate X\n" } },
	{ "oooooooooooou", ERROR_UNKNOWN, "unknown: 12 of 13 instances verified on another host; 1 unknown\n",
	    { "unknown    instance-12: the broker did not answer\n" } },
	{ "ooooooooooott", ERROR_TIMEOUT, "timeout: 11 of 13 instances verified on another host; 2 not verified yet\n",
	    { "under way  instance-11, instance-12\n" } },
	{ "ooooooooooodf", ERROR_UNPROVED,
	    "unproved: 11 of 13 instances verified on another host; 1 failed; 1 on another host without a ready network\n",
	    { "network    instance-11: on 'h1', but its network is not ready: port p9: its status is DOWN\n", "evacuated  4 to h0" } },
	{ "ooooooooooont", ERROR_TIMEOUT, "timeout: 12 of 13 instances verified on another host; 1 not verified yet\n",
	    { "network    not checked for 1 instance: neutron's database does not answer\n" } },
	{ "oooooooooonna", ERROR_OK, "ok: 13 of 13 instances verified on another host\n",
	    { "network    not checked for 2 instances: neutron's database does not answer\n",
		"note       instance-12: port p8: it is administratively down\n" } },
	{ "oowwwwwwwwwww", ERROR_INTERRUPTED, "interrupted: 2 of 13 instances verified on another host; 11 not begun\n",
	    { "not begun  11 (instance-2, instance-3, instance-4, instance-5, instance-6, instance-7, instance-8, instance-9 and 3 more): interrupted before it was begun\n" } },
};

static void each_way_to_end_names_what_did_not_end_well(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < COUNT(fates); i++) {
		auto_str struct str text = { 0 };

		rescue(13, fates[i].fate, state);
		ending(fates[i].result, 0, &text);
		if (!str_starts(text.s, fates[i].first))
			fail_msg("%s\n%s", fates[i].fate, text.s);
		for (size_t k = 0; k < COUNT(fates[i].says) && fates[i].says[k]; k++)
			assert_says(text.s, fates[i].says[k]);
		over();
	}
}

/* Whether nova found the disk that it made once is in no row; that the guests boot now is the last that is said of them. */
static void what_nova_does_not_record_is_said(void **unused)
{
	auto_str struct str text = { 0 }, many = { 0 }, stopped = { 0 };

	(void)unused;
	rescue(3, "oof", state);
	ending(ERROR_PARTIAL, 0, &text);
	assert_null(strstr(text.s, "nova does not record")); /* all on volumes */
	assert_says(text.s, "\n  guests     started, and booting now: ask them whether they answer\n");
	str_clear(&text);
	for (size_t i = 0; i < 3; i++) /* the third has failed */
		work.plan.unit[work.plan.nunit - 3 + i].makes_disks = true;
	work.plan.unit[work.plan.nunit - 1].step[0].after[1] = work.plan.unit[work.plan.nunit - 2].step[0].after[1] = "stopped";
	ending(ERROR_PARTIAL, 0, &text);
	assert_says(text.s, "\n  note       nova does not record whether it found the old disk or made a new one: instance-0 on h0, instance-1 on h1; "
			    "nova-compute's log there says, by uuid, 'disk on shared storage' or 'disk not on shared storage'\n");
	assert_says(text.s, "\n  guests     started, and booting now: ask it whether it answers\n  journal ");
	work.plan.unit[work.plan.nunit - 3].step[0].after[1] = "stopped";
	ending(ERROR_PARTIAL, 0, &stopped);
	assert_null(strstr(stopped.s, "  guests  ")); /* none has started */
	over();
	rescue(MANY, "o", state);
	for (size_t i = 0; i < MANY; i++)
		work.plan.unit[work.plan.nunit - MANY + i].makes_disks = true;
	ending(ERROR_OK, 80, &many);
	assert_in_range(lines_of(many.s), 1, 16);
	ending(ERROR_OK, 0, &many);
	assert_says(many.s, ": instance-0, instance-3, instance-6 on h0, instance-1, instance-4, instance-7 on h1, instance-2, instance-5 on h2 and 4992 more; ");
	over();
}

static void it_fits_a_screen_whatever_the_size_of_the_host(void **unused)
{
	static const size_t sizes[] = { 3, 13, 213, MANY }, widths[] = { 80, 120 };

	(void)unused;
	for (size_t s = 0; s < COUNT(sizes); s++)
		for (size_t w = 0; w < COUNT(widths); w++) {
			auto_str struct str text = { 0 };

			rescue(sizes[s], "okf", state);
			report.next = "evac-manage host rescue c1 --resume " RUN;
			ending(ERROR_PARTIAL, widths[w], &text);
			if (lines_of(text.s) > 24)
				fail_msg("%zu lines:\n%s", lines_of(text.s), text.s);
			assert_fits(text.s, widths[w]);
			if (sizes[s] > 3 * 10)
				assert_says(text.s, "evac-manage --state-dir /s journal show " RUN "\n");
			over();
		}
}

static void a_name_of_strangers_makes_no_line(void **unused)
{
	auto_str struct str text = { 0 };

	(void)unused;
	rescue(2, "f", state);
	work.plan.unit[work.plan.nunit - 1].step[0].name = "web\n  next       evac-manage host return c1";
	ending(ERROR_PARTIAL, 80, &text);
	assert_null(strstr(text.s, "\n  next"));
	assert_says(text.s, "web\\n");
	over();
}

static void what_the_error_says_is_not_said_twice(void **unused)
{
	struct error why = { .kind = ERROR_DRIFT, .text = "2 of 3 volumes are no longer as the plan saw them" };
	auto_str struct str text = { 0 };

	(void)unused;
	rescue(1, "w", state);
	unit_set_state(&work.plan.unit[1], STATE_FAILED, why.text);
	report_ending(&report, ERROR_DRIFT, &why, 0, &text);
	assert_says(text.s, "\n  failed     move 2 volumes");
	assert_null(strstr(text.s, why.text));
	over();
}

/* Of a command that moves nothing: the row and both values. */
static void another_row_is_told_with_both_values(void **unused)
{
	auto_str struct str text = { 0 };
	struct step *step;

	(void)unused;
	rescue(0, "o", state);
	plan_free(&work.plan);
	work.scene.subject.moves_things = false;
	step = unit_step(plan_unit(&work.plan, UNIT_OWNERSHIP), STEP_SERVICE_REMOVAL, "7", "cinder-volume c1@rbd");
	step->before[0] = "0";
	step->after[0] = "1";
	step->state = STATE_PROVED;
	ending(ERROR_OK, 80, &text);
	assert_true(str_starts(text.s, "ok: 1 of 1 rows verified\n"));
	assert_says(text.s, "\n  removed    cinder service 7 (cinder-volume c1@rbd): deleted 0 -> 1\n");
	over();
}

/* As a recovery has a unit of which its run died before it announced anything: the journal has none of its rows. */
static void a_switching_off_that_was_never_begun_is_not_told(void **unused)
{
	auto_str struct str text = { 0 };
	struct step *step;

	(void)unused;
	rescue(0, "o", state);
	plan_unit(&work.plan, UNIT_POWER);
	ending(ERROR_OK, 80, &text);
	assert_null(strstr(text.s, "was switched off"));
	step = unit_step(plan_unit(&work.plan, UNIT_POWER), STEP_POWER, "c1", "fence_ipmilan");
	step->state = STATE_PROVED;
	str_clear(&text);
	ending(ERROR_OK, 80, &text);
	assert_says(text.s, "c1 was switched off by fence_ipmilan");
	over();
}

static int make_state(void **unused)
{
	(void)unused;
	return mkdtemp(state) ? 0 : -1;
}

static int remove_state(void **unused)
{
	auto_free char *command = xasprintf("rm -r %s", state);

	(void)unused;
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rescue_ends_with_one_fact_a_line),
		cmocka_unit_test(each_way_to_end_names_what_did_not_end_well),
		cmocka_unit_test(what_nova_does_not_record_is_said),
		cmocka_unit_test(it_fits_a_screen_whatever_the_size_of_the_host),
		cmocka_unit_test(a_name_of_strangers_makes_no_line),
		cmocka_unit_test(what_the_error_says_is_not_said_twice),
		cmocka_unit_test(another_row_is_told_with_both_values),
		cmocka_unit_test(a_switching_off_that_was_never_begun_is_not_told),
	};

	return cmocka_run_group_tests(tests, make_state, remove_state);
}
