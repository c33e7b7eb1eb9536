/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evacuate/order.h"
#include "plan/evacuation.h"
#include "scene.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MOST 40

static struct instance instance[MOST];
static struct candidate candidate[MOST];
static struct plan plan;
static char uuid[MOST][8];
static struct world world;
static struct order_config *order;
static struct scene scene;

static uint64_t seed;

static size_t pick(size_t n)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(seed >> 33) % n;
}

static void begin(size_t n)
{
	world = (struct world){ 0 };
	order = &world.site.order;
	order_config_init(order);
	scene = (struct scene){ .world = &world };
	plan = (struct plan){ 0 };
	plan_unit(&plan, UNIT_MARK); /* what is no evacuation stands before them */
	for (size_t i = 0; i < n; i++) {
		struct unit *unit = plan_unit(&plan, UNIT_EVACUATION);

		snprintf(uuid[i], sizeof uuid[i], "i%zu", i);
		instance[i] = (struct instance){ .uuid = uuid[i], .root_destination = "local" };
		candidate[i] = (struct candidate){ .instance = &instance[i], .wanted = true };
		unit_step(unit, STEP_INSTANCE, uuid[i], NULL);
		unit->candidate = &candidate[i];
		unit->sentence = "go";
	}
}

static void finish(void)
{
	evacuations_free(&plan);
	plan_free(&plan);
	order_config_free(order);
}

static void set_phases(const char *text)
{
	assert_int_equal(order_config_set(order, ORDER_PHASES, text, "here", &(struct error){ 0 }), 0);
	plan_sort_phases(&plan, 1);
	plan_name_phases(&plan, 1, &scene);
}

static void join_group(size_t i, const char *group, const char *policy)
{
	candidate[i].group = (struct server_group){ .exists = true, .uuid = group, .policy = policy, .max_per_host = 1 };
}

/* "1 2 2": by unit, without the first, which is no evacuation. */
static void say_limited(const struct limits *limits, struct str *out)
{
	auto_free int64_t *wave = xcalloc(plan.nunit, sizeof *wave);

	order_waves(&plan, limits, wave);
	assert_int_equal(wave[0], 0);
	str_clear(out);
	for (size_t i = 1; i < plan.nunit; i++)
		str_addf(out, "%s%s:%lld", i > 1 ? " " : "", plan.unit[i].step[0].id, (long long)wave[i]);
}

static void say_waves(size_t window, struct str *out)
{
	say_limited(&(struct limits){ .window = window }, out);
}

static void phases_come_one_after_the_other_with_as_many_as_have_room(void **state)
{
	auto_str struct str said = { 0 };

	(void)state;
	begin(6);
	candidate[4].rank.rule = candidate[5].rank.rule = 0;
	for (size_t i = 0; i < 4; i++)
		candidate[i].rank.rule = 1;
	set_phases("tag db");
	say_waves(5, &said);
	assert_string_equal(said.s, "i4:1 i5:2 i0:3 i1:3 i2:3 i3:3");
	assert_int_equal(plan.nphase, 2);
	assert_string_equal(plan.phase[0], "tag db");
	assert_string_equal(plan.phase[1], "rest");
	assert_string_equal(plan.unit[1].sentence, "go; phase 1 of 2 (tag db)");
	assert_int_equal(plan_count_phase(&plan, 2), 4);
	finish();
}

/* The kind is as ever: a first of a later phase waits for the phase before it. */
static void a_later_phase_has_firsts_of_its_own(void **state)
{
	static struct volume_fact volume = { .owner = { .known = true } };
	auto_str struct str said = { 0 };

	(void)state;
	begin(5);
	for (size_t i = 2; i < 5; i++) {
		candidate[i].rank.rule = 1;
		candidate[i].volume = &volume;
		candidate[i].nvolume = i > 2;
	}
	set_phases("tag db");
	say_waves(5, &said);
	assert_string_equal(said.s, "i0:1 i1:2 i2:3 i3:3 i4:4");
	finish();
}

static void one_phase_alone_is_none(void **state)
{
	auto_str struct str said = { 0 };

	(void)state;
	begin(3);
	set_phases("tag db, rest");
	assert_string_equal(plan.unit[1].sentence, "go");
	say_waves(5, &said);
	assert_string_equal(said.s, "i0:1 i1:2 i2:2");
	finish();
}

static void members_of_an_anti_affinity_group_are_never_together(void **state)
{
	static const struct {
		const char *policy, *waves;
	} cases[] = {
		{ "anti-affinity", "i0:1 i1:2 i2:3 i3:4 i4:2" },
		{ "soft-anti-affinity", "i0:1 i1:2 i2:2 i3:2 i4:2" },
		{ "affinity", "i0:1 i1:2 i2:2 i3:2 i4:2" },
	};
	auto_str struct str said = { 0 };

	(void)state;
	for (size_t c = 0; c < COUNT(cases); c++) {
		begin(5);
		for (size_t i = 1; i < 4; i++)
			join_group(i, "g", cases[c].policy);
		say_waves(5, &said);
		assert_string_equal(said.s, cases[c].waves);
		finish();
	}
}

/* ---- in any plan */

static void make_any_plan(size_t n)
{
	static const char *const group[] = { "g0", "g1", "g2" };
	static struct volume_fact volume = { .owner = { .known = true } };

	begin(n);
	for (size_t i = 0; i < n; i++) {
		candidate[i].rank = (struct rank){ .rule = pick(3), .priority = (int64_t)pick(2) };
		candidate[i].volume = &volume;
		candidate[i].nvolume = pick(2);
		instance[i].root_destination = pick(2) ? "local" : "volume";
		if (pick(2))
			join_group(i, group[pick(3)], pick(4) ? "anti-affinity" : "soft-anti-affinity");
	}
	set_phases("tag a, tag b");
}

static void check_waves(size_t window)
{
	auto_free int64_t *wave = xcalloc(plan.nunit, sizeof *wave);
	size_t inside;

	order_waves(&plan, &(struct limits){ .window = window }, wave);
	for (size_t i = 1; i < plan.nunit; i++) {
		const struct server_group *a = &plan.unit[i].candidate->group;

		inside = 0;
		assert_true(wave[i] > 0); /* each goes, and once: it has one wave */
		for (size_t k = 1; k < plan.nunit; k++) {
			const struct server_group *b = &plan.unit[k].candidate->group;

			inside += wave[k] == wave[i];
			if (plan.unit[i].phase < plan.unit[k].phase && wave[i] >= wave[k])
				fail_msg("seed %llu: phases", (unsigned long long)seed);
			if (i != k && wave[i] == wave[k] && a->exists && b->exists && strcmp(a->uuid, b->uuid) == 0 &&
			    strcmp(a->policy, "anti-affinity") == 0 && strcmp(b->policy, "anti-affinity") == 0)
				fail_msg("seed %llu: two of %s in wave %lld", (unsigned long long)seed, a->uuid, (long long)wave[i]);
		}
		assert_in_range(inside, 1, window);
	}
}

/* Each unit of the plan stands in it once, sorted by phase, and in the order it had within one. */
static void check_sorting(size_t n)
{
	bool seen[MOST] = { false };

	assert_int_equal(plan.nunit, n + 1);
	for (size_t i = 1; i < plan.nunit; i++) {
		size_t id = (size_t)(plan.unit[i].candidate - candidate);

		assert_false(seen[id]);
		seen[id] = true;
		if (i > 1 && plan.unit[i].phase == plan.unit[i - 1].phase)
			assert_true(plan.unit[i].candidate > plan.unit[i - 1].candidate);
		if (i > 1)
			assert_in_range(plan.unit[i].phase - plan.unit[i - 1].phase, 0, 1);
	}
}

static void any_plan_goes_whole_in_order_and_without_two_of_a_group(void **state)
{
	(void)state;
	for (uint64_t s = 1; s <= 2000; s++) {
		size_t n = (seed = s, pick(MOST)) + 1;

		make_any_plan(n);
		check_sorting(n);
		check_waves(1 + pick(6));
		finish();
	}
}

/* ---- targets */

static const char *target[] = { NULL, "c2", "c2", "c2", "c3", "c3", NULL, "c2" }; /* as planned, by unit */

static void targets_have_places_of_their_own(void **state)
{
	static const struct {
		size_t window, per_target;
		const char *waves;
	} cases[] = {
		{ 9, 0, "i0:1 i1:2 i2:2 i3:2 i4:2 i5:2 i6:2" },
		{ 9, 2, "i0:1 i1:2 i2:2 i3:2 i4:2 i5:2 i6:3" }, /* of i5 it is not known */
		{ 9, 1, "i0:1 i1:2 i2:3 i3:2 i4:3 i5:2 i6:4" },
		{ 2, 1, "i0:1 i1:2 i2:3 i3:2 i4:3 i5:4 i6:4" }, /* whoever has no place lets others by */
	};
	auto_str struct str said = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		begin(7);
		say_limited(&(struct limits){ .window = cases[i].window, .per_target = cases[i].per_target, .planned = target }, &said);
		assert_string_equal(said.s, cases[i].waves);
		finish();
	}
}

static void where_one_goes_counts_before_where_it_was_planned(void **state)
{
	struct evacuation landed = { .phase = PHASE_PROVED, .dest = "c2" }, under_way = { .phase = PHASE_SENT };
	struct order o;

	(void)state;
	begin(4);
	plan.unit[1].evacuation = &landed;
	plan.unit[2].evacuation = &under_way;
	order_begin(&o, &plan, &(struct limits){ .per_target = 1, .planned = target });
	order_look(&o, &plan, 0);
	assert_int_equal(order_next(&o, 9), 4); /* c2 has its one, as far as is known */
	under_way.dest = "c3";                  /* and the scheduler has chosen c3 */
	order_look(&o, &plan, 0);
	assert_int_equal(order_next(&o, 9), 3);
	plan.unit[1].evacuation = plan.unit[2].evacuation = NULL;
	order_free(&o);
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phases_come_one_after_the_other_with_as_many_as_have_room),
		cmocka_unit_test(a_later_phase_has_firsts_of_its_own),
		cmocka_unit_test(one_phase_alone_is_none),
		cmocka_unit_test(members_of_an_anti_affinity_group_are_never_together),
		cmocka_unit_test(any_plan_goes_whole_in_order_and_without_two_of_a_group),
		cmocka_unit_test(targets_have_places_of_their_own),
		cmocka_unit_test(where_one_goes_counts_before_where_it_was_planned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
