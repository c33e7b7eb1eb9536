/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <sys/file.h>
#include <unistd.h>
#include <cmocka.h>

#include "cli/fenced.h"
#include "find/fit.h"
#include "findings_seen.h"
#include "guard/guard.h"
#include "journal/lock.h"
#include "journal/past.h"
#include "plan/plan.h"
#include "scene.h"
#include "util/json.h"
#include "util/str.h"

/* c1 and c3 are dead: c1 with what it has in the healthy scene, c3 with an instance of its own. */
static struct fixture f;
static struct scene all;
static struct instance third;
static struct candidate of_third;
static struct words names;
static const char *const both[] = { "c1", "c3" };
static const char *list[2];

static int begin(void **state)
{
	(void)state;
	fixture_init(&f);
	f.nova_service[C3].heartbeat_age_s = AGE(500);
	third = f.instance[I1];
	third.uuid = "i3";
	third.name = "third";
	third.id = 3;
	third.host = "c3";
	of_third = f.candidate[I1];
	of_third.instance = &third;
	of_third.nvolume = 0;
	list[0] = both[0];
	list[1] = both[1];
	names = (struct words){ .v = list, .n = 2 };
	f.request.how.fenced = "Ann: c1 and c3 are off.";
	all = f.scene;
	all.subject = (struct subject){ .evacuates = true, .moves_things = true, .marks = true };
	all.nova.compute = NULL;
	scene_divide(&all, &names);
	all.each[0].subject = f.scene.subject;
	all.each[0].nova.compute = &f.nova_service[C1];
	all.each[1].subject.host = "c3";
	all.each[1].subject.candidate = &of_third;
	all.each[1].subject.ncandidate = 1;
	all.each[1].nova.compute = &f.nova_service[C3];
	all.each[0].bus = all.each[1].bus = f.scene.bus;
	return 0;
}

static int end(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++)
		arena_free(&all.each[i].arena);
	free(all.each);
	free(all.subject.move);
	arena_free(&all.arena);
	return 0;
}

static void join(void)
{
	struct error err = { 0 };

	assert_int_equal(scene_join(&all, &err), 0);
	scene_share_words(&all);
}

static size_t count_of(const struct findings *found, const char *code, const char *host)
{
	size_t n = 0;

	for (size_t i = 0; i < found->n; i++)
		n += strcmp(found->v[i].code, code) == 0 && str_equal(found->v[i].host, host);
	return n;
}

/* ---- the words */

static void a_statement_names_a_host_as_a_word_of_its_own(void **state)
{
	static const struct {
		const char *text, *host;
		bool named;
	} row[] = {
		{ "Ann switched c1 off", "c1", true }, { "c1: off, Ann", "c1", true }, { "off are c1, c2 and c3.", "c3", true },
		{ "c10 is off", "c1", false }, { "xc1 is off", "c1", false }, { "c1-2 is off", "c1", false }, { "a.c1 is off", "c1", false },
		{ "c1.example.org is off", "c1", false }, { "c1.example.org is off", "c1.example.org", true }, { "c10 and c1", "c1", true },
		{ "Ann pulled the plug", "c1", false }, { "c1_b", "c1", false }, { "c1", "", false }, { "\xe5\xb7\xb2\xe5\x85\xb3 c1\xef\xbc\x8c", "c1", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++)
		if (fenced_names(row[i].text, row[i].host) != row[i].named)
			fail_msg("row %zu", i);
}

static void each_host_has_the_words_that_are_about_it(void **state)
{
	(void)state;
	assert_string_equal(all.each[0].request->how.fenced, f.request.how.fenced);
	assert_string_equal(all.each[1].request->what.host, "c3");
	f.request.how.fenced = "Ann: c1 is off";
	scene_share_words(&all);
	assert_non_null(all.each[0].request->how.fenced);
	assert_null(all.each[1].request->how.fenced);
}

static void all_of_them_are_one_run(void **state)
{
	size_t n = 0;

	(void)state;
	join();
	EACH_HOST_OF(h, &all)
		assert_string_equal(h->subject.host, both[n++]);
	assert_int_equal(n, 2);
	assert_int_equal(all.subject.ncandidate, 3);
	assert_int_equal(all.subject.nmove, MOVES);
	assert_string_equal(scene_hosts_words(&all, &all.arena), "c1 c3");
	assert_true(scene_has_failed(&all, "c3") && scene_has_failed(&all.each[0], "c3"));
	assert_false(scene_has_failed(&all, "c2"));
	assert_ptr_equal(scene_about(&all, "c3"), &all.each[1]);
	assert_null(scene_about(&all, "c2"));
	assert_ptr_equal(scene_about(&f.scene, "c2"), &f.scene); /* about one: that one */
}

static void one_without_a_counterpart_goes_behind(void **state)
{
	(void)state;
	f.move[MOVE_VOLUMES].target = NULL;
	f.move[MOVE_VOLUMES].target_known = false;
	join();
	assert_int_equal(all.neach, 1);
	assert_int_equal(all.nleft, 1);
	assert_string_equal(all.each[0].subject.host, "c3");
	assert_string_equal(all.each[1].subject.host, "c1");
	assert_ptr_equal(all.each[1].request, &all.each[1].own);
	assert_int_equal(all.subject.nmove, 0);
	assert_int_equal(all.subject.ncandidate, 1);
	assert_true(scene_has_failed(&all, "c1")); /* and takes nothing */
}

/* ---- findings */

static void each_host_is_asked_for_itself(void **state)
{
	struct findings found = { 0 };

	(void)state;
	f.nova_service[C3].heartbeat_age_s = AGE(5);
	f.request.how.fenced = "Ann: c1 is off";
	join();
	guards_run(&all, &found);
	assert_true(count_of(&found, "source-alive", "c3") > 0);
	assert_int_equal(count_of(&found, "source-alive", "c1"), 0);
	assert_int_equal(count_of(&found, "fencing-unconfirmed", "c3"), 1);
	assert_int_equal(count_of(&found, "fencing-unconfirmed", "c1"), 0);
	findings_free(&found);
}

static void what_is_the_same_for_all_is_said_once(void **state)
{
	struct findings found = { 0 };
	size_t n = 0;

	(void)state;
	all.each[0].bus.conductor.consumers = all.each[1].bus.conductor.consumers = 0;
	join();
	guards_run(&all, &found);
	for (size_t i = 0; i < found.n; i++)
		n += strcmp(found.v[i].code, "no-consumer") == 0;
	assert_int_equal(n, 1);
	findings_free(&found);
}

static void a_word_accepts_for_the_host_that_it_names(void **state)
{
	static const struct {
		const char *word;
		bool c1, c3;
	} row[] = { { "fencing-unconfirmed", false, false }, { "fencing-unconfirmed:c3", false, true }, { "fencing-unconfirmed:c1", true, false } };

	(void)state;
	f.request.how.fenced = NULL;
	join();
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		struct findings found = { 0 };

		f.request.how.accept.n = 0;
		fixture_accept(&f, row[i].word);
		scene_share_words(&all);
		guards_run(&all, &found);
		for (size_t k = 0; k < found.n; k++)
			if (strcmp(found.v[k].code, "fencing-unconfirmed") == 0)
				assert_int_equal(found.v[k].accepted, str_equal(found.v[k].host, "c1") ? row[i].c1 : row[i].c3);
		findings_free(&found);
	}
}

/* ---- room */

/* Alone each has room on c2, together they have not. */
static void they_share_what_room_there_is(void **state)
{
	struct findings found = { 0 };
	struct rooms rooms;

	(void)state;
	f.node[1].memory_mb_limit = 7000;
	f.node[2] = (struct compute_node){ .id = 3, .host = "c3", .hypervisor_hostname = "c3.example", .vcpus_limit = 64, .memory_mb_limit = 65536, .local_gb_limit = 1000 };
	f.facts.nodes.n = 3;
	join();
	rooms_make(&all, &rooms);
	assert_int_equal(rooms.n, 1); /* neither of the dead takes anything */
	assert_string_equal(rooms.v[0].host, "c2");
	rooms_free(&rooms);
	guards_run(&all, &found);
	assert_int_equal(count_of(&found, "no-capacity", "c1") + count_of(&found, "no-capacity", "c3"), 1);
	findings_free(&found);
}

static void what_fits_nowhere_is_a_fact(void **state)
{
	(void)state;
	for (int64_t memory = 7000; memory <= 70000; memory *= 10) {
		struct findings found = { 0 };

		f.node[1].memory_mb_limit = memory; /* needed: 2048, 2048 and 4096 */
		if (memory == 7000)
			join();
		guards_run(&all, &found);
		assert_int_equal(count_of(&found, "capacity-bound", NULL), memory == 7000);
		finding_seen("capacity-bound", memory == 7000);
		for (size_t i = 0; i < found.n; i++)
			if (strcmp(found.v[i].code, "capacity-bound") == 0)
				assert_string_equal(found.v[i].message, "at least 1 of 3 instances fit nowhere, however they are placed: "
					"7000 MB of memory are free, 8192 are needed");
		findings_free(&found);
	}
}

/* ---- the plan */

static void marks_come_before_all_moves_and_these_before_the_first_instance(void **state)
{
	static const enum unit_kind order[] = { UNIT_MARK, UNIT_MARK, UNIT_OWNERSHIP, UNIT_EVACUATION, UNIT_EVACUATION, UNIT_EVACUATION };
	struct findings none = { 0 };
	struct plan plan = { 0 };

	(void)state;
	join();
	EACH_HOST_OF(h, &all)
		plan_mark(&plan, h);
	plan_ownership(&plan, &all);
	plan_evacuations(&plan, &all, &none);
	plan_drop_idle_marks(&plan, &all);
	assert_int_equal(plan.nunit, sizeof order / sizeof *order);
	for (size_t i = 0; i < plan.nunit; i++)
		assert_int_equal(plan.unit[i].kind, order[i]);
	assert_string_equal(plan.unit[0].host, "c1");
	assert_string_equal(plan.unit[1].host, "c3");
	assert_null(plan.unit[2].host);
	for (size_t i = 3; i < plan.nunit; i++)
		assert_string_equal(plan.unit[i].host, plan.unit[i].candidate->instance->host);
	assert_ptr_equal(unit_scene(&all, &plan.unit[1]), &all.each[1]);
	assert_ptr_equal(unit_scene(&all, &plan.unit[2]), &all);
	plan_free(&plan);
}

/* ---- locks and journals */

static char dir[] = "/tmp/test_several_XXXXXX";

static bool is_free(const char *host)
{
	auto_free char *path = xasprintf("%s/lock/%s", dir, host);
	int fd = open(path, O_RDONLY);
	bool got = fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0;

	if (fd >= 0)
		close(fd);
	return got;
}

/* No server is written: the files alone. */
static void be_without_servers(void)
{
	f.request.where.state_dir = dir;
	for (size_t i = 0; i < 2; i++) {
		all.each[i].subject.evacuates = all.each[i].subject.marks = all.each[i].subject.moves_things = false;
		all.each[i].subject.host = both[i];
		all.each[i].own.where.state_dir = dir;
	}
}

static void all_locks_or_none_in_the_order_of_their_names(void **state)
{
	struct lock *lock = NULL, *other = NULL;
	struct error err = { 0 };
	struct scene alone = { .request = &f.request, .world = &f.world, .run = "OTHER", .subject.host = "c3" };

	(void)state;
	be_without_servers();
	all.each[0].subject.host = "c3"; /* as they were named the other way round */
	all.each[1].subject.host = "c1";
	assert_int_equal(lock_take(&alone, NULL, &other, &err), 0);
	assert_int_equal(lock_take(&all, NULL, &lock, &err), -1);
	assert_int_equal(err.kind, ERROR_BUSY);
	assert_non_null(strstr(err.text, "'c3'"));
	assert_null(lock);
	assert_true(is_free("c1"));
	lock_release(&other);
	error_clear(&err);
	assert_int_equal(lock_take(&all, NULL, &lock, &err), 0);
	assert_false(is_free("c1"));
	assert_false(is_free("c3"));
	assert_int_equal(lock_take(&alone, NULL, &other, &err), -1);
	lock_release(&lock);
	assert_true(is_free("c1") && is_free("c3"));
}

static void a_journal_of_several_is_about_each_of_them(void **state)
{
	const char *hosts[] = { "c1", "c3", "c9" };
	struct journal *journal = NULL;
	struct error err = { 0 };
	struct past past = { 0 };
	auto_free char *path = xasprintf("%s/journal/RUN.jsonl", dir);
	struct scene scene = { .request = &f.request };
	bool torn;

	(void)state;
	f.request.where.state_dir = dir;
	f.request.what.hosts = (struct words){ .v = hosts, .n = 3 };
	f.request.what.hosts_left = 1;
	assert_int_equal(journal_create(&f.request, "RUN", "c1", &journal, &err), 0);
	journal_close(&journal);
	assert_int_equal(journal_read(path, past_record, &past, &torn, &err), 0);
	assert_int_equal(past_check(&past, path, &err), 0);
	assert_int_equal(past.version, JOURNAL_VERSION_HOSTS);
	assert_true(past.has_hosts && past_is_about(&past, "c1") && past_is_about(&past, "c3"));
	assert_false(past_is_about(&past, "c9")); /* nothing was done of it */
	assert_string_equal(past_hosts_words(&past, &past.plan.arena), "c1 c3 c9");
	past_be_about(&past, &scene);
	assert_int_equal(scene.neach, 2);
	assert_string_equal(scene.each[1].subject.host, "c3");
	free(scene.each);
	for (size_t i = 0; i < 2; i++) { /* it did not end: it keeps out the next run of either, and of no other */
		error_clear(&err);
		assert_int_equal(unfinished_check(&f.request, both[i], NULL, NULL, &err), -1);
		assert_int_equal(err.kind, ERROR_BUSY);
	}
	assert_int_equal(unfinished_check(&f.request, "c9", NULL, NULL, &err), 0);
	past_free(&past);
	unlink(path);
}

static void a_journal_of_one_is_as_it_was(void **state)
{
	auto_free char *path = xasprintf("%s/journal/ONE.jsonl", dir);
	struct journal *journal = NULL;
	struct error err = { 0 };
	struct past past = { 0 };
	bool torn;

	(void)state;
	f.request.where.state_dir = dir;
	assert_int_equal(journal_create(&f.request, "ONE", "c1", &journal, &err), 0);
	journal_close(&journal);
	assert_int_equal(journal_read(path, past_record, &past, &torn, &err), 0);
	assert_int_equal(past.version, JOURNAL_VERSION);
	assert_false(past.has_hosts);
	assert_true(past_is_about(&past, "c1"));
	past_free(&past);
	unlink(path);
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	auto_free char *command = xasprintf("rm -r '%s'", dir);

	(void)state;
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_statement_names_a_host_as_a_word_of_its_own, begin, end),
		cmocka_unit_test_setup_teardown(each_host_has_the_words_that_are_about_it, begin, end),
		cmocka_unit_test_setup_teardown(all_of_them_are_one_run, begin, end),
		cmocka_unit_test_setup_teardown(one_without_a_counterpart_goes_behind, begin, end),
		cmocka_unit_test_setup_teardown(each_host_is_asked_for_itself, begin, end),
		cmocka_unit_test_setup_teardown(what_is_the_same_for_all_is_said_once, begin, end),
		cmocka_unit_test_setup_teardown(a_word_accepts_for_the_host_that_it_names, begin, end),
		cmocka_unit_test_setup_teardown(they_share_what_room_there_is, begin, end),
		cmocka_unit_test_setup_teardown(what_fits_nowhere_is_a_fact, begin, end),
		cmocka_unit_test_setup_teardown(marks_come_before_all_moves_and_these_before_the_first_instance, begin, end),
		cmocka_unit_test_setup_teardown(all_locks_or_none_in_the_order_of_their_names, begin, end),
		cmocka_unit_test_setup_teardown(a_journal_of_several_is_about_each_of_them, begin, end),
		cmocka_unit_test_setup_teardown(a_journal_of_one_is_as_it_was, begin, end),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
