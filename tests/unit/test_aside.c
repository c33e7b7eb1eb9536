/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/aside.h"
#include "util/thread.h"

static bool no_threads;

int thread_begin(pthread_t *out, bool detached, void *(*run)(void *arg), void *arg)
{
	assert_false(detached);
	return no_threads ? EAGAIN : pthread_create(out, NULL, run, arg);
}

struct sum {
	long by; /* the thread's number */
	int n;
};

static void add_one(void *ctx)
{
	struct sum *sum = ctx;

	sum->by = syscall(SYS_gettid);
	sum->n++;
}

static void each_call_is_made_once_and_has_ended_when_that_is_said(void **state)
{
	struct aside *aside = NULL;
	struct sum sum = { 0 };
	long first = 0;

	(void)state;
	for (int i = 1; i <= 1000; i++) {
		aside_begin(&aside, add_one, &sum);
		aside_end(aside);
		assert_int_equal(sum.n, i);
		first = first ? first : sum.by;
		assert_int_equal(sum.by, first); /* one thread for all of them */
	}
	assert_int_not_equal(first, syscall(SYS_gettid));
	aside_end(aside); /* none is under way */
	assert_int_equal(sum.n, 1000);
	aside_free(&aside);
	assert_null(aside);
	aside_end(aside);
	aside_free(&aside);
}

static void without_a_thread_the_call_is_made_at_its_end(void **state)
{
	struct aside *aside = NULL;
	struct sum sum = { 0 };

	(void)state;
	no_threads = true;
	for (int i = 1; i <= 2; i++) {
		aside_begin(&aside, add_one, &sum);
		assert_int_equal(sum.n, i - 1);
		aside_end(aside);
		assert_int_equal(sum.n, i);
	}
	assert_int_equal(sum.by, syscall(SYS_gettid));
	aside_free(&aside);
	no_threads = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_call_is_made_once_and_has_ended_when_that_is_said),
		cmocka_unit_test(without_a_thread_the_call_is_made_at_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
