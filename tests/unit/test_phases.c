/* SPDX-License-Identifier: Apache-2.0 */
#include "scripted_cloud.h"

/* Who waits for whom: phases, groups, and a cloud that takes no more. */

#define UNWELL(who) who ": not begun within 200 s: queue 'conductor' holds 500 messages, and instances are begun when 50 or fewer are left ([pace] conductor_queue is 100)"

static void give_phases(const char *phases)
{
	static const char *names[] = { "tag db", "priority 800", "rest" };

	work.plan.phase = names;
	work.plan.nphase = 0;
	for (size_t i = 0; phases[i]; i++) {
		work.plan.unit[i].phase = (size_t)(phases[i] - '0');
		work.plan.nphase = work.plan.unit[i].phase > work.plan.nphase ? work.plan.unit[i].phase : work.plan.nphase;
	}
	work.world.site.order.phase_timeout_s = 20;
	str_clear(&said_phases);
	str_add(&said_phases, "");
}

static const struct {
	const char *script, *phases;
	int64_t max_in_flight;
	bool no_wait;
	const char *events, *records, *left_out;
} phase_runs[] = {
	{ "oooo", "1122", 4, false, ">0 =0 >1 =1 >2 >3 =2 =3", "1 after nothing; 2 after verified", "" },
	/* one alone is none */
	{ "oooo", "1111", 4, false, ">0 =0 >1 >2 >3 =1 =2 =3", "", "" },
	/* what failed is named, and blocks nothing */
	{ "ofoo", "1122", 4, false, ">0 =0 >1 !1 >2 >3 =2 =3", "1 after nothing; 2 after partly failed", "" },
	/* nor does what hangs, when the time is over: neither as the first of its kind nor by its place */
	{ "hoo", "122", 4, false, ">0 >1 =1 >2 =2", "1 after nothing; 2 after timeout under way", "" },
	{ "ohoo", "1122", 1, false, ">0 =0 >1 >2 =2 >3 =3", "1 after nothing; 2 after timeout under way", "" },
	/* what it has not begun by then goes before the next phase, all the same */
	{ "ohoo", "1112", 1, false, ">0 =0 >1 >2 =2 >3 =3", "1 after nothing; 2 after timeout under way not begun", "" },
	{ "ohoO", "1112", 1, false, ">0 =0 >1 >2 =2 >3 =3", "1 after nothing; 2 after timeout under way not begun", "" },
	/* nova has done it, nobody else is under way, and it is not verified yet: the run waits, and so does the phase */
	{ "bo", "12", 4, false, ">0 =0 >1 =1", "1 after nothing; 2 after verified", "" },
	/* a port that is not ready is waited for; one that never is, as long as for all else */
	{ "olo", "112", 4, false, ">0 =0 >1 =1 +1 >2 =2", "1 after nothing; 2 after verified", "" },
	{ "oko", "112", 4, false, ">0 =0 >1 =1 >2 =2", "1 after nothing; 2 after timeout network-not-ready", "" },
	/* a kind that is left is left in every phase, and a phase without anybody begins at once */
	{ "FOo", "123", 4, false, ">0 !0 >2 =2", "1 after nothing; 2 after partly failed; 3 after partly not begun", "i1: " VOLUMES_FAILED },
	{ "fo", "12", 4, false, ">0 !0", "1 after nothing", "i1: " IMAGE_FAILED },
	/* a first of a later phase waits for the phase, too */
	{ "ooO", "112", 4, false, ">0 =0 >1 =1 >2 =2", "1 after nothing; 2 after verified", "" },
	/* nobody waits */
	{ "ooo", "123", 4, true, ">0 >1 >2", "", "" },
};

static void a_phase_begins_when_the_last_is_verified_or_its_time_is_over(void **state)
{
	auto_str struct str left = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(phase_runs); i++) {
		struct error err = { 0 };

		begin(phase_runs[i].script);
		give_phases(phase_runs[i].phases);
		f.request.how.max_in_flight = phase_runs[i].max_in_flight;
		f.request.how.no_wait = phase_runs[i].no_wait;
		assert_int_equal(apply_evacuations(&work, &err), 0);
		left_out(&left);
		if (strcmp(events.s, phase_runs[i].events) != 0 || strcmp(said_phases.s, phase_runs[i].records) != 0 ||
		    strcmp(left.s, phase_runs[i].left_out) != 0)
			fail_msg("%s %s: %s (%s) (%s)", phase_runs[i].script, phase_runs[i].phases, events.s, said_phases.s, left.s);
		end();
	}
}

/* Each takes 35 s, and a phase 40: together they may take longer. */
static void a_long_phase_has_its_time_as_long_as_something_moves(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin("ssso");
	give_phases("1112");
	work.world.site.order.phase_timeout_s = 40;
	f.request.how.max_in_flight = 1;
	f.request.how.timeout_s = 600;
	assert_int_equal(apply_evacuations(&work, &err), 0);
	assert_string_equal(events.s, ">0 =0 >1 =1 >2 =2 >3 =3");
	assert_string_equal(said_phases.s, "1 after nothing; 2 after verified");
	end();
}

/* 10 s from the message its port is not ACTIVE yet, 10 s from its end it is. */
static void the_time_of_a_phase_begins_again_with_an_end(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin("olo");
	give_phases("112");
	work.world.site.order.phase_timeout_s = 10;
	assert_int_equal(apply_evacuations(&work, &err), 0);
	assert_string_equal(said_phases.s, "1 after nothing; 2 after verified");
	end();
}

static void no_phase_begins_while_the_run_is_paused(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin("hoo");
	give_phases("122");
	f.request.how.timeout_s = 300;
	pause_ms = now_ms + 5000;
	resume_ms = now_ms + 105000;
	assert_int_equal(apply_evacuations(&work, &err), 0);
	assert_string_equal(events.s, ">0 >1 =1 >2 =2");
	/* its time begins again with the resumption: 20 s after it, not at once */
	assert_true(work.plan.unit[1].evacuation->sent_ms >= resume_ms + 20000);
	assert_true(work.plan.unit[1].evacuation->sent_ms < resume_ms + 22000);
	end();
}

/* Under way together they would both be given the host that has none of them yet. */
static void a_group_has_one_member_under_way(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin("osso");
	for (size_t i = 1; i < 3; i++)
		candidate[i].group = (struct server_group){ .exists = true, .uuid = "g", .policy = "anti-affinity", .max_per_host = 1 };
	f.request.how.max_in_flight = 4;
	f.request.how.timeout_s = 600;
	assert_int_equal(apply_evacuations(&work, &err), 0);
	assert_string_equal(events.s, ">0 =0 >1 >3 =3 =1 >2 =2");
	end();
}

/* The cloud takes no more now: what is under way is followed, nothing is begun; a pause does not count. */
static const struct {
	const char *script;
	int64_t from_ms, to_ms, pause_ms, resume_ms, timeout_s;
	bool no_wait;
	const char *events, *records, *left_out;
} ills[] = {
	{ "oooo", 500, 60000, 0, 0, 600, false, ">0 =0 >1 >2 =1 =2 >3 =3", "health health", "" },
	{ "oooo", 0, 60000, 0, 0, 600, false, ">0 =0 >1 >2 =1 =2 >3 =3", "health health", "" },
	{ "ooo", 0, 60000, 0, 0, 600, true, ">0 >1 >2", "health health", "" }, /* nobody waits, and all the same */
	{ "oo", 0, 500000, 0, 0, 600, false, "", "health health", UNWELL("i0") "; " UNWELL("i1") },
	{ "oooo", 500, 500000, 60000, 180000, 600, false, ">0 =0 >1 >2 =1 =2", "health pause resume health", UNWELL("i3") },
	{ "oooo", 500, 500000, 0, 0, 100, false, ">0 =0 >1 >2 =1 =2", "health", "i3: not begun before --timeout ended" },
};

static void a_cloud_that_takes_no_more_is_waited_for_and_not_for_ever(void **state)
{
	auto_str struct str left = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(ills); i++) {
		struct error err = { 0 };
		int64_t start = now_ms;

		begin(ills[i].script);
		unwell_ms = start + ills[i].from_ms;
		well_ms = start + ills[i].to_ms;
		pause_ms = start + ills[i].pause_ms;
		resume_ms = start + ills[i].resume_ms;
		f.request.how.timeout_s = ills[i].timeout_s;
		f.request.how.no_wait = ills[i].no_wait;
		work.world.site.pace.patience_s = 200;
		assert_int_equal(apply_evacuations(&work, &err), 0);
		left_out(&left);
		if (strcmp(events.s, ills[i].events) != 0 || strcmp(records.s, ills[i].records) != 0 ||
		    strcmp(left.s, ills[i].left_out) != 0)
			fail_msg("%zu: %s (%s) (%s)", i, events.s, records.s, left.s);
		if (strstr(ills[i].left_out, "within"))
			assert_in_range(now_ms - start, 200000 + ills[i].resume_ms - ills[i].pause_ms,
			    206000 + ills[i].resume_ms - ills[i].pause_ms);
		else
			assert_true(now_ms - start >= (ills[i].to_ms < 100000 ? ills[i].to_ms : 100000));
		assert_true(health_looks <= (size_t)(now_ms - start) / HEALTH_LOOK_MS + 2); /* once a second */
		end();
	}
}

static void the_time_of_a_phase_stands_still_while_the_cloud_takes_no_more(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin("hoo");
	give_phases("122");
	f.request.how.timeout_s = 300;
	unwell_ms = now_ms + 5000;
	well_ms = now_ms + 105000;
	assert_int_equal(apply_evacuations(&work, &err), 0);
	assert_string_equal(events.s, ">0 >1 =1 >2 =2");
	assert_true(work.plan.unit[1].evacuation->sent_ms >= well_ms + 20000);
	assert_true(work.plan.unit[1].evacuation->sent_ms < well_ms + 24000);
	end();
}

/* A broker that is away is tried for every other second, by the way to it, and not looked at beside that. */
static void who_is_away_is_not_asked_for_the_clouds_health(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin("ww");
	back_ms = now_ms + 50000;
	assert_int_equal(apply_evacuations(&work, &err), 0);
	assert_in_range(health_looks, 1, 4);
	end();
}

/* Nobody says how many: it begins with two for each target, and never all at once. */
static void without_a_number_the_run_finds_its_own(void **state)
{
	static const struct {
		const char *script, *target, *events, *paces;
	} finds[] = {
		/* two hosts could take them, and half of eight are four */
		{ "oooooooo", NULL, ">0 =0 >1 >2 >3 >4 =1 =2 =3 =4 >5 >6 >7 =5 =6 =7", "4 begins" },
		{ "oooooooo", "c2", ">0 =0 >1 >2 =1 =2 >3 >4 =3 =4 >5 >6 >7 =5 =6 =7", "2 begins, 4 rate-rises" },
		{ "oo", NULL, ">0 =0 >1 =1", "1 begins" },
		{ "o", NULL, ">0 =0", "" }, /* one has no width */
		/* what nova fails at for the cloud's reason halves it; an instance's own reason does not */
		{ "offooooo", NULL, ">0 =0 >1 >2 >3 >4 !1 !2 =3 =4 >5 >6 =5 =6 >7 =7", "4 begins, 2 failure" },
		{ "oiiooooo", NULL, ">0 =0 >1 >2 >3 >4 !1 !2 >5 >6 =3 =4 >7 =5 =6 =7", "4 begins" },
	};
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(finds); i++) {
		begin(finds[i].script);
		f.request.how.max_in_flight = 0;
		f.request.what.target_host = finds[i].target;
		f.node[2] = f.node[1];
		f.node[2].id = 3;
		f.node[2].host = f.node[2].hypervisor_hostname = "c3";
		f.facts.nodes.n = 3;
		assert_int_equal(apply_evacuations(&work, &err), 0);
		if (strcmp(events.s, finds[i].events) != 0 || strcmp(paces.s, finds[i].paces) != 0)
			fail_msg("%s: %s (%s)", finds[i].script, events.s, paces.s);
		end();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_phase_begins_when_the_last_is_verified_or_its_time_is_over),
		cmocka_unit_test(a_long_phase_has_its_time_as_long_as_something_moves),
		cmocka_unit_test(the_time_of_a_phase_begins_again_with_an_end),
		cmocka_unit_test(no_phase_begins_while_the_run_is_paused),
		cmocka_unit_test(a_group_has_one_member_under_way),
		cmocka_unit_test(a_cloud_that_takes_no_more_is_waited_for_and_not_for_ever),
		cmocka_unit_test(the_time_of_a_phase_stands_still_while_the_cloud_takes_no_more),
		cmocka_unit_test(who_is_away_is_not_asked_for_the_clouds_health),
		cmocka_unit_test(without_a_number_the_run_finds_its_own),
	};

	return cmocka_run_group_tests(tests, quiet, forget);
}
