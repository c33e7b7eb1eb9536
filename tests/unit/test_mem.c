/* SPDX-License-Identifier: Apache-2.0 */
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/mem.h"

static void an_arena_gives_zeroed_and_aligned_room_of_any_size(void **state)
{
	static const size_t sizes[] = { 1, 3, 0, 15, 16, 17, 1000, 65535, 65536, 65537, 300000, 1, 7 };
	auto_arena struct arena arena = { 0 };
	unsigned char *p[sizeof sizes / sizeof *sizes];
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		p[i] = arena_alloc(&arena, sizes[i]);
		assert_non_null(p[i]);
		assert_int_equal((uintptr_t)p[i] % alignof(max_align_t), 0);
		for (k = 0; k < sizes[i]; k++)
			assert_int_equal(p[i][k], 0);
		memset(p[i], (int)i + 1, sizes[i]);
	}
	for (i = 0; i < sizeof sizes / sizeof *sizes; i++) /* nobody wrote into another's room */
		for (k = 0; k < sizes[i]; k++)
			assert_int_equal(p[i][k], i + 1);
}

static void an_arena_copies_text_and_leaves_absent_absent(void **state)
{
	auto_arena struct arena arena = { 0 };
	char word[] = "word";
	const char *copy = arena_dup(&arena, word);

	(void)state;
	word[0] = 'W';
	assert_string_equal(copy, "word");
	assert_null(arena_dup(&arena, NULL));
	assert_string_equal(arena_dupn(&arena, "abcdef", 3), "abc");
	assert_string_equal(arena_dupn(&arena, "abcdef", 0), "");
	assert_string_equal(arena_printf(&arena, "%s=%d", "n", 5), "n=5");
	assert_int_equal(strlen(arena_printf(&arena, "%070000d", 1)), 70000);
}

static void an_arena_that_was_freed_is_empty_and_usable(void **state)
{
	struct arena arena = { 0 };

	(void)state;
	arena_free(&arena);
	arena_dup(&arena, "x");
	arena_free(&arena);
	assert_null(arena.block);
	assert_string_equal(arena_dup(&arena, "y"), "y");
	arena_free(&arena);
}

static void an_array_grows_and_keeps_what_it_has(void **state)
{
	size_t cap = 0, i;
	int *v = NULL;

	(void)state;
	for (i = 0; i < 1000; i++) {
		v = vec_grow(v, i, &cap, sizeof *v);
		assert_true(cap > i);
		v[i] = (int)i;
	}
	for (i = 0; i < 1000; i++)
		assert_int_equal(v[i], i);
	free(v);
}

static int compare_ints(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void an_array_of_nothing_is_sorted_and_searched(void **state)
{
	int v[] = { 3, 1, 2 }, key = 2;

	(void)state;
	vec_sort(NULL, 0, sizeof *v, compare_ints);
	assert_null(vec_search(&key, NULL, 0, sizeof *v, compare_ints));
	vec_sort(v, 3, sizeof *v, compare_ints);
	assert_ptr_equal(vec_search(&key, v, 3, sizeof *v, compare_ints), &v[1]);
}

static void allocations_of_nothing_give_something(void **state)
{
	auto_free char *none = xmalloc(0), *zero = xcalloc(0, 0), *again = xreallocarray(NULL, 0, 8), *text = xstrndup("abc", 0);
	auto_free char *given = xasprintf("%s", "g");
	char *kept = take(given);

	(void)state;
	assert_non_null(none);
	assert_non_null(zero);
	assert_non_null(again);
	assert_string_equal(text, "");
	assert_null(given);
	assert_string_equal(kept, "g");
	free_secret(kept);
	free_secret(NULL);
}

/* A child that asks for more than can be had; how it ended. */
static int die(void (*ask)(void))
{
	static const struct rlimit no_core = { 0, 0 };
	pid_t child = fork();
	int status, null;

	if (child == 0) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, STDERR_FILENO);
		setrlimit(RLIMIT_CORE, &no_core);
		signal(SIGABRT, SIG_DFL);
		ask();
		_exit(0);
	}
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void overflow(void)
{
	static volatile size_t many = SIZE_MAX / 4;

	xreallocarray(NULL, many, 8); /* the product does not fit: never a short block */
}

static void what_cannot_be_had_ends_the_program(void **state)
{
	(void)state;
	assert_int_not_equal(die(overflow), 0); /* abort(), or a sanitizer's own way out */
}

static void an_arena_takes_in_another_and_goes_on_filling_its_own_block(void **state)
{
	auto_arena struct arena arena = { 0 }, more = { 0 }, none = { 0 };
	char *own = arena_dup(&arena, "own"), *next, *of_more[3];

	(void)state;
	for (size_t i = 0; i < 3; i++) { /* a block each */
		of_more[i] = arena_alloc(&more, 100000);
		memset(of_more[i], 'm', 99999);
	}
	arena_join(&arena, &more);
	arena_join(&arena, &none);
	assert_null(more.block);
	next = arena_dup(&arena, "next");
	assert_ptr_equal(next, own + 16);
	assert_string_equal(own, "own");
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(strlen(of_more[i]), 99999);
	arena_join(&none, &arena); /* into an empty one */
	assert_null(arena.block);
	assert_string_equal(next, "next");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arena_gives_zeroed_and_aligned_room_of_any_size),
		cmocka_unit_test(an_arena_copies_text_and_leaves_absent_absent),
		cmocka_unit_test(an_arena_takes_in_another_and_goes_on_filling_its_own_block),
		cmocka_unit_test(an_arena_that_was_freed_is_empty_and_usable),
		cmocka_unit_test(an_array_grows_and_keeps_what_it_has),
		cmocka_unit_test(an_array_of_nothing_is_sorted_and_searched),
		cmocka_unit_test(allocations_of_nothing_give_something),
		cmocka_unit_test(what_cannot_be_had_ends_the_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
