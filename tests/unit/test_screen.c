/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "evacuation_scene.h"
#include "out/paragraph.h"
#include "report/screen.h"
#include "util/mem.h"

/* The screen before the question: whatever a host has, it fits. */

#define MOST 5000

static struct instance many[MOST];
static struct candidate wanted[MOST];
static char names[MOST][64];
static struct work work;
static struct report report = { .command = "host rescue", .work = &work };

/* ${n} instances, one in ten of them paused and left out; a plan for the others. */
static void host_with(size_t n)
{
	static const char *const states[] = { "active", "stopped", "error", "paused" };

	for (size_t i = 0; i < n; i++) {
		snprintf(names[i], sizeof names[i], "00000000-0000-4000-8000-%012zu", i);
		many[i] = (struct instance){ .uuid = names[i], .name = "guest", .vm_state = states[i % 10 == 9 ? 3 : i % 3], .image_ref = "" };
		wanted[i] = (struct candidate){ .instance = &many[i], .wanted = true, .volume = &no_volume };
	}
	work = (struct work){ .request = &request, .run = "20260131T030405Z-host-rescue-1a2b3c4d" };
	request.command = "host rescue";
	request.how.fenced = NULL;
	work.scene = scene;
	work.scene.subject.host = "sh03-compute-10e114e56e89";
	work.scene.subject.candidate = wanted;
	work.scene.subject.ncandidate = n;
	for (size_t i = 0; i < n; i++) {
		struct unit *unit;

		if (i % 10 == 9) {
			finding_add(&report.findings, "not-evacuable", SEVERITY_SKIP, many[i].uuid, "guest is paused: nova evacuates it not", "unpause it");
			continue;
		}
		unit = plan_unit(&work.plan, UNIT_EVACUATION);
		unit->candidate = &wanted[i];
		unit_step(unit, STEP_INSTANCE, many[i].uuid, many[i].name);
		finding_add(&report.findings, "expected-state", SEVERITY_NOTE, many[i].uuid, "guest will be ACTIVE", "");
	}
	finding_add(&report.findings, "fencing-unconfirmed", SEVERITY_STOP, "a", "power-off of 'a' is not confirmed", "power it off");
}

static void drop_host(void)
{
	plan_free(&work.plan);
	findings_free(&report.findings);
	report.findings = (struct findings){ 0 };
}

/* Ten kinds of each, with sentences and commands of any length. */
static void add_trouble(size_t kinds)
{
	static char code[64][32];

	for (size_t i = 0; i < kinds; i++) {
		snprintf(code[i], sizeof code[i], "trouble-%zu", i);
		for (size_t k = 0; k <= i; k++)
			finding_add(&report.findings, code[i], i % 4 == 0 ? SEVERITY_STOP : i % 2 ? SEVERITY_WARN : SEVERITY_NOTE, "x",
			    "a sentence about 'sh03-compute-10e114e56e89@ceph#ceph' that is so long that no terminal of eighty columns has it in a line",
			    "first: evac-manage volume update_host --currenthost sh03-compute-10e114e56e89@ceph --newhost sh03-compute-10e114e56e141@ceph");
	}
}

/* No line of it is wider, but those that end in a command. */
static void assert_fits(const char *text, size_t columns)
{
	for (size_t n; *text; text += n + (text[n] == '\n')) {
		auto_str struct str line = { 0 };

		n = strcspn(text, "\n");
		str_addn(&line, text, n);
		if (!strstr(str_or(line.s, ""), "evac-manage ") && text_columns(str_or(line.s, "")) > columns)
			fail_msg("%zu columns: '%s'", text_columns(line.s), line.s);
	}
}

static void a_host_of_any_size_fits(void **state)
{
	static const size_t sizes[] = { 3, 13, 213, MOST };
	static const size_t terminals[][2] = { { 80, 20 }, { 120, 36 } };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++)
		for (size_t t = 0; t < COUNT(terminals); t++) {
			auto_str struct str text = { 0 };

			host_with(sizes[i]);
			report_screen(&report, terminals[t][0], terminals[t][1], &text);
			assert_fits(text.s, terminals[t][0]);
			if (text_lines(text.s, terminals[t][0]) > terminals[t][1])
				fail_msg("%zu instances:\n%s", sizes[i], text.s);
			assert_non_null(strstr(text.s, "STOP  fencing-unconfirmed: power-off of 'a' is not confirmed"));
			assert_non_null(strstr(text.s, "20260131T030405Z-host-rescue-1a2b3c4d"));
			drop_host();
		}
}

static void counts_are_what_is_in_the_plan(void **state)
{
	auto_str struct str text = { 0 };

	(void)state;
	host_with(213);
	report_screen(&report, 80, 20, &text);
	assert_non_null(strstr(text.s, "  evacuate  192 of 213 instances (active "));
	assert_non_null(strstr(text.s, "  leave     21 instances (paused 21); list: --dry-run\n"));
	assert_non_null(strstr(text.s, "note  expected-state (192): "));
	drop_host();
}

/* Notes go first, and a stop never. */
static void trouble_of_many_kinds_loses_notes_first(void **state)
{
	(void)state;
	for (size_t kinds = 0; kinds < 24; kinds++) {
		auto_str struct str text = { 0 };

		host_with(13);
		add_trouble(kinds);
		report_screen(&report, 80, 20, &text);
		assert_fits(text.s, 80);
		for (size_t i = 0; i < kinds; i += 4) {
			auto_str struct str head = { 0 };

			str_addf(&head, "STOP  trouble-%zu", i);
			assert_non_null(strstr(text.s, head.s));
		}
		if (kinds <= 20 && text_lines(text.s, 80) > 20)
			fail_msg("%zu kinds:\n%s", kinds, text.s);
		drop_host();
	}
}

static void without_a_terminal_nothing_is_cut(void **state)
{
	auto_str struct str text = { 0 };

	(void)state;
	host_with(13);
	add_trouble(9);
	report_screen(&report, 0, 0, &text);
	assert_non_null(strstr(text.s, "so long that no terminal of eighty columns has it in a line\n"));
	assert_null(strstr(text.s, "--dry-run; one"));
	drop_host();
}

static void an_accepted_stop_needs_no_next_step(void **state)
{
	auto_str struct str text = { 0 };

	(void)state;
	host_with(3);
	report.findings.v[report.findings.n - 1].accepted = true;
	report_screen(&report, 80, 20, &text);
	assert_non_null(strstr(text.s, "ok    fencing-unconfirmed: power-off of 'a' is not confirmed (accepted)"));
	assert_null(strstr(text.s, "power it off"));
	drop_host();
}

/* Each of them names its own subject at the end; what they have in common is a command, and stays one. */
static void many_that_stop_keep_the_command_they_share(void **state)
{
	static const char move[] = "move its volumes first: evac-manage volume update_host --currenthost b@ceph --newhost c@ceph";
	auto_str struct str text = { 0 };

	(void)state;
	host_with(3);
	for (int i = 0; i < 3; i++) {
		auto_free char *hint = xasprintf("%s; or leave it out: --exclude guest-%d", move, i);

		finding_add(&report.findings, "volume-owner-dead", SEVERITY_STOP, names[i], "guest uses a volume", hint);
		report.findings.v[report.findings.n - 1].excludable = true;
	}
	report_screen(&report, 0, 0, &text);
	assert_non_null(strstr(text.s, "STOP  volume-owner-dead (3): "));
	assert_non_null(strstr(text.s, move));
	assert_non_null(strstr(text.s, "--newhost c@ceph; or leave each out with --exclude\n"));
	drop_host();
	str_clear(&text);
	host_with(3);
	for (int i = 0; i < 2; i++) { /* "b@ceph" and "b@ceph2": no clause in common */
		auto_free char *hint = xasprintf("move: evac-manage volume update_host --currenthost b@ceph%s", i ? "2" : "");

		finding_add(&report.findings, "volume-owner-dead", SEVERITY_STOP, names[i], "guest uses a volume", hint);
	}
	report_screen(&report, 0, 0, &text);
	assert_non_null(strstr(text.s, "or move them with volume update_host, a backend each"));
	assert_null(strstr(text.s, "--currenthost b@ceph"));
	drop_host();
}

/* ---- sentences */

static void words_wrap_and_commands_do_not(void **state)
{
	auto_str struct str text = { 0 };

	(void)state;
	paragraph_add(&text, "one two three four, then evac-manage host show sh03-compute-10e114e56e89", 4, 0, 20);
	assert_string_equal(text.s, "one two three four,\n    then\n    evac-manage host show sh03-compute-10e114e56e89\n");
	assert_int_equal(text_lines(text.s, 20), 5);
	str_clear(&text);
	line_add_cut(&text, "one two three", 8);
	assert_string_equal(text.s, "one two\xe2\x80\xa6\n");
	str_clear(&text);
	paragraph_add(&text, "look: 'evac-manage doctor' looks at all of them, one by one", 2, 0, 24);
	assert_string_equal(text.s, "look:\n  'evac-manage doctor'\n  looks at all of them,\n  one by one\n");
	str_clear(&text);
	paragraph_add(&text, "a\nb\x1b[31m", 0, 0, 80);
	assert_string_equal(text.s, "a\\nb\\x1b[31m\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_host_of_any_size_fits, make_scene, drop_scene),
		cmocka_unit_test_setup_teardown(counts_are_what_is_in_the_plan, make_scene, drop_scene),
		cmocka_unit_test_setup_teardown(trouble_of_many_kinds_loses_notes_first, make_scene, drop_scene),
		cmocka_unit_test_setup_teardown(without_a_terminal_nothing_is_cut, make_scene, drop_scene),
		cmocka_unit_test_setup_teardown(an_accepted_stop_needs_no_next_step, make_scene, drop_scene),
		cmocka_unit_test_setup_teardown(many_that_stop_keep_the_command_they_share, make_scene, drop_scene),
		cmocka_unit_test(words_wrap_and_commands_do_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
