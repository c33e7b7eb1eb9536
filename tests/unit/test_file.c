/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/file.h"
#include "util/mem.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char top[] = "/tmp/test_file_XXXXXX";

static int make_top(void **state)
{
	(void)state;
	return mkdtemp(top) ? chdir(top) : -1;
}

static int remove_top(void **state)
{
	(void)state;
	return chdir("/") == 0 ? rmdir(top) : -1;
}

static void write_bytes(const char *name, const char *bytes, size_t n)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static unsigned mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return (unsigned)st.st_mode & 07777;
}

/* ---- reading */

static void a_file_is_read_whole_with_its_zero_bytes(void **state)
{
	auto_str struct str got = { 0 };
	struct error err = { 0 };
	char bytes[20000];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof bytes; i++)
		bytes[i] = (char)(i % 251);
	write_bytes("f", bytes, sizeof bytes);
	assert_int_equal(0, file_read("f", sizeof bytes, ERROR_CONFIG, &got, &err));
	assert_int_equal(got.n, sizeof bytes);
	assert_memory_equal(got.s, bytes, sizeof bytes);
	unlink("f");
}

static void a_file_of_exactly_the_limit_is_read_and_one_byte_more_is_not(void **state)
{
	auto_str struct str got = { 0 };
	struct error err = { 0 };

	(void)state;
	write_bytes("f", "12345", 5);
	assert_int_equal(0, file_read("f", 5, ERROR_CONFIG, &got, &err));
	str_clear(&got);
	assert_int_equal(-1, file_read("f", 4, ERROR_CONFIG, &got, &err));
	assert_int_equal(err.kind, ERROR_CONFIG);
	assert_string_equal(err.text, "'f' is larger than 4 bytes");
	unlink("f");
}

static void an_empty_file_is_no_error(void **state)
{
	auto_str struct str got = { 0 };
	struct error err = { 0 };

	(void)state;
	write_bytes("f", "", 0);
	assert_int_equal(0, file_read("f", 5, ERROR_CONFIG, &got, &err));
	assert_int_equal(got.n, 0);
	unlink("f");
}

static void what_is_no_regular_file_is_refused_without_waiting(void **state)
{
	static const struct {
		const char *path, *text;
		int code;
	} rows[] = {
		{ "missing", "cannot open 'missing': No such file or directory", ENOENT },
		{ ".", "'.' is not a regular file", 0 },
		{ "/dev/null", "'/dev/null' is not a regular file", 0 },
		{ "pipe", "'pipe' is not a regular file", 0 }, /* nobody will ever write into it */
	};
	auto_str struct str got = { 0 };
	struct error err = { 0 };

	(void)state;
	assert_int_equal(0, mkfifo("pipe", 0600));
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(-1, file_read(rows[i].path, 100, ERROR_NOT_FOUND, &got, &err));
		assert_int_equal(err.kind, ERROR_NOT_FOUND);
		assert_int_equal(err.code, rows[i].code);
		assert_string_equal(err.text, rows[i].text);
	}
	unlink("pipe");
}

/* ---- directories */

static void a_directory_and_its_parents_are_made_for_us_alone(void **state)
{
	struct error err = { 0 };
	mode_t old = umask(0);

	(void)state;
	assert_int_equal(0, directory_ensure("a/b/c", &err));
	assert_int_equal(mode_of("a"), 0700);
	assert_int_equal(mode_of("a/b"), 0700);
	assert_int_equal(mode_of("a/b/c"), 0700);
	assert_int_equal(0, directory_ensure("a/b/c", &err)); /* there already */
	assert_int_equal(0, directory_ensure("a/b/c/", &err));
	umask(old);
	rmdir("a/b/c");
	rmdir("a/b");
	rmdir("a");
}

static void a_directory_that_others_may_write_to_is_refused(void **state)
{
	static const struct {
		mode_t mode;
		int rc;
	} rows[] = { { 0700, 0 }, { 0755, 0 }, { 0770, -1 }, { 0707, -1 }, { 0777, -1 }, { 01777, 0 } };
	struct error err = { 0 };

	(void)state;
	mkdir("d", 0700);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(0, chmod("d", rows[i].mode));
		assert_int_equal(rows[i].rc, directory_ensure("d", &err));
		if (rows[i].rc != 0) {
			assert_int_equal(err.kind, ERROR_ERROR);
			assert_non_null(strstr(err.text, "'d' may be written to by others (mode 0"));
		}
	}
	rmdir("d");
}

static void a_file_in_the_way_of_a_directory_is_an_error(void **state)
{
	struct error err = { 0 };

	(void)state;
	write_bytes("f", "", 0);
	assert_int_equal(-1, directory_ensure("f", &err));
	assert_string_equal(err.text, "'f' is not a directory");
	assert_int_equal(-1, directory_ensure("f/below", &err));
	assert_int_equal(err.code, ENOTDIR);
	assert_non_null(strstr(err.text, "cannot create 'f/below'"));
	unlink("f");
}

/* ---- digests: FIPS 180-4's own examples, and a zero byte inside */

static void sha256_is_the_one_of_the_standard(void **state)
{
	auto_free char *million = xmalloc(1000000);
	char hex[65];

	(void)state;
	sha256_hex("", 0, hex);
	assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	sha256_hex("abc", 3, hex);
	assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	memset(million, 'a', 1000000);
	sha256_hex(million, 1000000, hex);
	assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	sha256_hex("a\0b", 3, hex);
	assert_string_equal(hex, "59b271ae1bbcb1d31d41929817f4b16fb439eb4f31520b5ad1d5ce98920a7138");
}

/* statfs(2)'s numbers: what a power cut or a lost network takes along, and what stays */
static void file_systems_that_do_not_stay_are_told(void **state)
{
	(void)state;
	assert_string_equal(file_system_unsafe_kind(0x6969), "nfs");
	assert_string_equal(file_system_unsafe_kind(0x01021994), "tmpfs");
	assert_string_equal(file_system_unsafe_kind(0xff534d42), "cifs");
	assert_string_equal(file_system_unsafe_kind(0xffffffffff534d42), "cifs"); /* f_type is signed on some machines */
	assert_string_equal(file_system_unsafe_kind(0x65735546), "fuse");
	assert_null(file_system_unsafe_kind(0xef53));     /* ext4 */
	assert_null(file_system_unsafe_kind(0x58465342)); /* xfs */
	assert_null(file_system_unsafe_kind(0x9123683e)); /* btrfs */
}

static void random_bytes_are_not_the_same_twice(void **state)
{
	unsigned char a[32] = { 0 }, b[32] = { 0 };

	(void)state;
	random_bytes(a, sizeof a);
	random_bytes(b, sizeof b);
	assert_memory_not_equal(a, b, sizeof a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read_whole_with_its_zero_bytes),
		cmocka_unit_test(a_file_of_exactly_the_limit_is_read_and_one_byte_more_is_not),
		cmocka_unit_test(an_empty_file_is_no_error),
		cmocka_unit_test(what_is_no_regular_file_is_refused_without_waiting),
		cmocka_unit_test(a_directory_and_its_parents_are_made_for_us_alone),
		cmocka_unit_test(a_directory_that_others_may_write_to_is_refused),
		cmocka_unit_test(a_file_in_the_way_of_a_directory_is_an_error),
		cmocka_unit_test(sha256_is_the_one_of_the_standard),
		cmocka_unit_test(file_systems_that_do_not_stay_are_told),
		cmocka_unit_test(random_bytes_are_not_the_same_twice),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}
