/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/deadline.h"

/* A pair of sockets whose first is watched; what the end of its time does is seen at the second. */
struct line {
	int fd[2];
	struct deadline_watch watch;
};

static void line_make(struct line *l, int64_t within_ms)
{
	*l = (struct line){ 0 };
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, l->fd), 0);
	deadline_watch(&l->watch, l->fd[0], within_ms);
}

static void line_end(struct line *l)
{
	deadline_unwatch(&l->watch);
	close(l->fd[0]);
	close(l->fd[1]);
}

static bool ends(const struct line *l)
{
	char c;

	return read(l->fd[1], &c, 1) == 0 && deadline_has_cut(&l->watch);
}

static void a_socket_ends_by_its_own_time_and_all_by_the_commands(void **state)
{
	struct line early, late;
	int64_t began = clock_monotonic_ms(), first;

	(void)state;
	deadline_begin(1);
	line_make(&late, 0);
	line_make(&early, 200);
	assert_true(ends(&early));
	first = clock_monotonic_ms() - began;
	assert_true(first >= 200);
	assert_false(deadline_has_cut(&late.watch));
	assert_false(deadline_is_over());
	assert_true(ends(&late));
	assert_true(clock_monotonic_ms() - began >= 1000);
	assert_true(deadline_is_over());
	line_end(&early);
	line_end(&late);
}

static void while_it_works_there_is_no_end_of_the_whole(void **state)
{
	struct line l;

	(void)state;
	deadline_begin(1);
	assert_int_equal(deadline_answer_ms(), 0);
	deadline_work();
	assert_int_equal(deadline_answer_ms(), 1000);
	line_make(&l, 0);
	clock_sleep_ms(1300);
	assert_false(deadline_is_over());
	assert_false(deadline_has_cut(&l.watch));
	deadline_watch(&l.watch, l.fd[0], 100); /* an answer's */
	assert_true(ends(&l));
	line_end(&l);
	deadline_again();
	assert_int_equal(deadline_answer_ms(), 0);
	line_make(&l, 0);
	assert_true(ends(&l));
	line_end(&l);
}

static void what_is_left_is_for_all(void **state)
{
	(void)state;
	deadline_begin(1);
	assert_int_equal(deadline_left_ms(100), 100);
	assert_in_range(deadline_left_ms(5000), 1, 1000);
	deadline_change(600); /* of the site's configuration, which is read meanwhile */
	assert_int_equal(deadline_seconds(), 600);
	assert_int_equal(deadline_left_ms(5000), 5000);
	deadline_change(1);
	clock_sleep_ms(1100);
	assert_int_equal(deadline_left_ms(5000), 0);
	assert_true(deadline_is_over());
	deadline_work(); /* each answer its own */
	assert_int_equal(deadline_left_ms(5000), 1000);
	assert_int_equal(deadline_left_ms(100), 100);
}

static void the_time_in_which_a_person_is_asked_does_not_count(void **state)
{
	int64_t began = clock_monotonic_ms();
	struct line l;

	(void)state;
	deadline_begin(1);
	line_make(&l, 0); /* the snapshot is open while he reads the screen */
	deadline_pause();
	clock_sleep_ms(1300);
	assert_false(deadline_is_over());
	assert_false(deadline_has_cut(&l.watch));
	deadline_resume();
	assert_false(deadline_is_over());
	assert_true(ends(&l));
	assert_true(clock_monotonic_ms() - began >= 2300);
	line_end(&l);
	deadline_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_ends_by_its_own_time_and_all_by_the_commands),
		cmocka_unit_test(what_is_left_is_for_all),
		cmocka_unit_test(while_it_works_there_is_no_end_of_the_whole),
		cmocka_unit_test(the_time_in_which_a_person_is_asked_does_not_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
