/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evacuation_scene.h"
#include "find/fit.h"

/* Rooms that are kept in an order give each instance the host that a look at all of them gives it. */

#define BOOK(top, of, called, number, is, has) { .root = top, .uuid = of, .name = called, .class = number, .class_name = is, .capacity = has, .min_unit = 1, .max_unit = 1000000, .step_size = 1 }
#define HOSTS 40
#define PLACED 400
#define SEEDS 60

static struct nova_service many_services[HOSTS];
static struct compute_node many_nodes[HOSTS];
static struct inventory books[2 * HOSTS + 1];
static struct provider sharing[HOSTS];
static char names[HOSTS][8];

static int64_t any(int64_t most)
{
	return rand() % most;
}

/* A few memory sizes alone, so that many are equal; some are down or disabled; some have no memory of their own but share some. */
static void make_hosts(bool shares)
{
	size_t n = 0, m = 0;

	for (size_t i = 0; i < HOSTS; i++) {
		snprintf(names[i], sizeof names[i], "h%02zu", i);
		set_service(&many_services[i], "nova-compute", names[i], any(8) ? 1 : 600);
		many_services[i].disabled = any(8) == 0;
		set_node(&many_nodes[i], names[i], "192.0.2.9");
		many_nodes[i].uuid = names[i];
		many_nodes[i].memory_mb_limit = 4096 * (1 + any(4));
		books[n++] = (struct inventory)BOOK(names[i], names[i], names[i], CLASS_VCPU, "VCPU", 8 + any(8));
		if (shares && any(4) == 0)
			sharing[m++] = (struct provider){ "pool", names[i] };
		else
			books[n++] = (struct inventory)BOOK(names[i], names[i], names[i], CLASS_MEMORY_MB, "MEMORY_MB", many_nodes[i].memory_mb_limit);
	}
	books[n++] = (struct inventory)BOOK("pool", "pool", "pool", CLASS_MEMORY_MB, "MEMORY_MB", 20000);
	facts[0].services = (struct nova_services){ .v = many_services, .n = HOSTS };
	facts[0].nodes = (struct compute_nodes){ .v = many_nodes, .n = HOSTS };
	scene.placing.sharing = (struct providers){ .v = sharing, .n = m };
	scene.placing.inventories = (struct inventories){ .v = books, .n = n };
}

static int64_t left(const struct rooms *rooms, const struct room *room, int class)
{
	const struct inventory *base = room->base[class];

	return base ? base->capacity - rooms->now[base - books] : room->limit[class] - room->used[class];
}

/* The first one with the most memory of those that have enough. */
static const struct room *choose(const struct rooms *rooms, const struct candidate *c)
{
	const struct room *best = NULL;

	for (const struct room *r = rooms->v; r < rooms->v + rooms->n; r++)
		if (!r->closed && !r->absent && left(rooms, r, CLASS_VCPU) >= c->needs.vcpus &&
		    left(rooms, r, CLASS_MEMORY_MB) >= c->needs.memory_mb &&
		    (!best || left(rooms, r, CLASS_MEMORY_MB) > left(rooms, best, CLASS_MEMORY_MB)))
			best = r;
	return best;
}

static size_t place_all(void)
{
	struct str why = { 0 }, help = { 0 };
	const struct room *expected;
	struct rooms rooms;
	size_t placed = 0;

	rooms_make(&scene, &rooms);
	for (size_t i = 0; i < PLACED; i++) {
		candidates[0].needs = (struct needs){ .known = true, .vcpus = any(3), .memory_mb = 256 * any(9) };
		expected = choose(&rooms, &candidates[0]);
		assert_ptr_equal(rooms_place(&rooms, &scene, &candidates[0], &why, &help), expected);
		placed += expected != NULL;
	}
	rooms_free(&rooms);
	str_free(&why);
	str_free(&help);
	return placed;
}

static void place_in_many_clouds(bool shares, bool from_placement)
{
	size_t placed = 0;

	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		srand(seed);
		make_hosts(shares);
		if (!from_placement)
			scene.placing.inventories.n = 0;
		placed += place_all();
	}
	assert_in_range(placed, SEEDS * PLACED / 20, SEEDS * PLACED - 1); /* not all, and not none */
}

static void each_gets_the_host_that_all_of_them_give_it(void **state)
{
	(void)state;
	place_in_many_clouds(false, true);
	place_in_many_clouds(false, false);
}

static void what_is_shared_changes_for_all_at_once(void **state)
{
	(void)state;
	place_in_many_clouds(true, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_gets_the_host_that_all_of_them_give_it),
		TEST(what_is_shared_changes_for_all_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
