/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/ini.h"
#include "util/mem.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static char directory[] = "/tmp/test_ini_XXXXXX";

static int make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) && chdir(directory) == 0 ? 0 : -1;
}

static int remove_directory(void **state)
{
	(void)state;
	unlink("a.conf");
	unlink("b.conf");
	return chdir("/") == 0 ? rmdir(directory) : -1;
}

static void write_bytes(const char *path, const char *text, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
}

static void write_text(const char *path, const char *text)
{
	write_bytes(path, text, strlen(text));
}

static struct ini *open_text(const char *text)
{
	const char *path = "a.conf";
	struct error err = { 0 };
	struct ini *ini;

	write_text(path, text);
	if (ini_open(&path, 1, &ini, &err) != 0)
		fail_msg("%s\n%s", text, err.text);
	return ini;
}

/* What oslo.config 9.0 gave for [g] a (a StrOpt, its name registered in each group that has it). */
static const struct {
	const char *text, *expected; /* NULL: absent */
} value_rows[] = {
	{ "[g]\na=1\n", "1" },
	{ "[g]\na = 1", "1" },
	{ "[g]\na : 1\n", "1" },
	{ "[g]\na: x=y\n", "x=y" },
	{ "[g]\na = x:y\n", "x:y" },
	{ "[g]\na =\n", "" },
	{ "[g]\nb = 1\n", NULL },
	{ "[h]\na = 1\n", NULL },
	{ "", NULL },
	{ "[g]\r\na = 1\r\n\r\n", "1" },
	{ "[g]\ra = 1\r", "1" },
	/* names */
	{ "[G]\na = 1\n", "1" },
	{ "[g ]\na = 1\n", NULL },
	{ "[g]\nA = 1\n", NULL },
	{ "[g]\n\xc2\xa0" "a\t= 1\n", "1" },
	{ "[g]\na = 1\n[h]\na = 2\n[G]\na = 3\n", "3" },
	/* lists: a plain option gets the last */
	{ "[g]\na = 1\na = 2\n", "2" },
	/* comments are whole lines */
	{ "[g]\n# a = 1\n; a = 2\n", NULL },
	{ "[g]\na = 1 # one\n", "1 # one" },
	{ "[g]\na = 1 ; one\n", "1 ; one" },
	{ "[g]\na = se ;cret#1\n", "se ;cret#1" },
	{ "[g]\na = 1\n# c\na2 = 2\n", "1" },
	/* continuation lines join with a line break; also what looks like a comment, a group or an option */
	{ "[g]\na = 1\n  2\n\t3  \n", "1\n2\n3" },
	{ "[g]\na =\n  1\n", "\n1" },
	{ "[g]\na = 1\n  # c\n", "1\n# c" },
	{ "[g]\na = 1\n  [h]\n", "1\n[h]" },
	{ "[g]\na = 1\n b = 2\n", "1\nb = 2" },
	{ "[g]\na = 1\n   \n", "1" },
	/* quotes go when they match, on the first line alone */
	{ "[g]\na = \"x y\"\n", "x y" },
	{ "[g]\na = ' x '\n", " x " },
	{ "[g]\na = \"x'\n", "\"x'" },
	{ "[g]\na = \"x\" y\n", "\"x\" y" },
	{ "[g]\na = \"\n", "" },
	{ "[g]\na = ''\n", "" },
	{ "[g]\na = ''x''\n", "'x'" },
	{ "[g]\na = \"x\n  y\"\n", "\"x\ny\"" },
	{ "[g]\na = \"x\"\n  \"y\"\n", "x\n\"y\"" },
	/* blanks as Unicode has them */
	{ "[g]\na = \xc2\xa0" "1\xe3\x80\x80\n", "1" },
	{ "[g]\na = 1\x0b\x1c\n", "1" },
	{ "[g]\na = \xc3\xbc\xff\n", "\xc3\xbc\xff" }, /* not UTF-8: Python stops there, we keep the bytes */
	/* references */
	{ "[DEFAULT]\nx = 1\n[g]\na = <$x>\n", "<1>" },
	{ "[DEFAULT]\nx = 1\n[g]\na = <${x}y>\n", "<1y>" },
	{ "[DEFAULT]\nx = 1\n[g]\nx = 2\na = $x\n", "2" },
	{ "[h]\nx = 1\n[g]\na = $h.x\n", "1" },
	{ "[h]\nx = 1\n[g]\na = ${h.x}.y\n", "1.y" },
	{ "[h]\nx = $y\ny = 1\n[g]\ny = 2\na = $h.x\n", "1" },
	{ "[g]\na = $x\nx = \"<$y>\"\ny = 1\n  2\n", "<1\n2>" },
	{ "[DEFAULT]\nx =\n[g]\na = <$x>\n", "<>" },
	{ "[g]\na = $$x\n", "$x" },
	{ "[g]\na = \\$x\n", "$x" },
	{ "[g]\na = \\$$x\nx = 1\n", "$1" },
	{ "[g]\na = $\\$x\nx = 1\n", "$1" },
	{ "[g]\na = $$$x\nx = 1\n", "$1" },
	{ "[g]\na = $$$$\n", "$$" },
	{ "[g]\na = $1 $ ${ ${} ${a-b} ${a $\n", "$1 $ ${ ${} ${a-b} ${a $" },
	{ "[g]\na = $X_1\nX_1 = 1\n", "1" },
	{ "[g]\nb = $b\na = 1\n", "1" },
	{ "[g]\na = $b1\nb1=$b2\nb2=$b3\nb3=$b4\nb4=$b5\nb5=$b6\nb6=$b7\nb7=$b8\nb8=deep\n", "deep" },
};

static void values_are_read_as_oslo_config_does(void **state)
{
	const char *got, *origin;
	struct error err = { 0 };
	struct ini *ini;

	(void)state;
	for (size_t i = 0; i < COUNT(value_rows); i++) {
		ini = open_text(value_rows[i].text);
		if (ini_get(ini, "g", "a", &got, &origin, &err) != 0)
			fail_msg("%s\n%s", value_rows[i].text, err.text);
		if (value_rows[i].expected && got)
			assert_string_equal(got, value_rows[i].expected);
		else if (value_rows[i].expected || got)
			fail_msg("%s: '%s' instead of '%s'", value_rows[i].text, got ? got : "(absent)",
			    value_rows[i].expected ? value_rows[i].expected : "(absent)");
		assert_true(!got == !origin);
		ini_close(&ini);
	}
}

/* oslo.config refuses these files too. */
static const struct {
	const char *text, *expected;
} file_rows[] = {
	{ "[g]\nnothing s3cret\n", "a.conf:2: the line has neither '=' nor ':'" },
	{ "[g]\n\n= s3cret\n", "a.conf:3: the line has no name before '=' or ':'" },
	{ "[g]\n: s3cret\n", "a.conf:2: the line has no name before '=' or ':'" },
	{ "a = s3cret\n", "a.conf:1: an option stands before the first [group]" },
	{ "[g\na = s3cret\n", "a.conf:1: a line that begins with '[' must end with ']'" },
	{ "[g] # s3cret\n", "a.conf:1: a line that begins with '[' must end with ']'" },
	{ "[]\n", "a.conf:1: the group has no name" },
	{ "[g]\n  s3cret\n", "a.conf:2: the line begins with a blank but continues no value" },
	{ " [g]\n", "a.conf:1: the line begins with a blank but continues no value" },
	{ "[g]\na = 1\n# c\n  s3cret\n", "a.conf:4: the line begins with a blank but continues no value" },
	{ "[g]\na = 1\n\n  s3cret\n", "a.conf:4: the line begins with a blank but continues no value" },
	{ "\xef\xbb\xbf[g]\na = s3cret\n", "a.conf:1: the file begins with a byte order mark, and oslo.config does not read such a file" },
	{ "[g]\rs3cret\r", "a.conf:2: the line has neither '=' nor ':'" },
};

static void a_broken_file_is_refused_by_line_without_showing_it(void **state)
{
	const char *path = "a.conf";
	struct error err;
	struct ini *ini;

	(void)state;
	for (size_t i = 0; i < COUNT(file_rows); i++) {
		err = (struct error){ 0 };
		write_text(path, file_rows[i].text);
		assert_int_equal(-1, ini_open(&path, 1, &ini, &err));
		assert_int_equal(err.kind, ERROR_CONFIG);
		assert_string_equal(err.text, file_rows[i].expected);
		assert_null(strstr(err.hint, "s3cret"));
		assert_null(ini);
	}
}

static void a_nul_byte_is_refused_by_line(void **state)
{
	static const char text[] = "[g]\na = 1\nb = s3\0cret\n";
	const char *path = "a.conf";
	struct error err = { 0 };
	struct ini *ini;

	(void)state;
	write_bytes(path, text, sizeof text - 1);
	assert_int_equal(-1, ini_open(&path, 1, &ini, &err));
	assert_string_equal(err.text, "a.conf:3: the line has a NUL byte");
}

static void a_file_larger_than_a_mebibyte_is_refused_and_a_long_line_is_not(void **state)
{
	size_t n = (size_t)1024 * 1024;
	auto_free char *text = xmalloc(n + 1);
	const char *path = "a.conf", *got;
	struct error err = { 0 };
	struct ini *ini;

	(void)state;
	memset(text, 'x', n);
	memcpy(text, "[g]\na=", 6);
	text[n] = '\0';
	ini = open_text(text);
	assert_int_equal(0, ini_get(ini, "g", "a", &got, NULL, &err));
	assert_int_equal(strlen(got), n - 6);
	ini_close(&ini);
	text[n] = 'x';
	write_bytes(path, text, n + 1);
	assert_int_equal(-1, ini_open(&path, 1, &ini, &err));
	assert_int_equal(err.kind, ERROR_CONFIG);
	assert_string_equal(err.text, "'a.conf' is larger than 1048576 bytes");
}

static void a_missing_file_and_a_directory_are_configuration_errors(void **state)
{
	const char *missing = "none.conf", *folder = "/tmp";
	struct error err = { 0 };
	struct ini *ini;

	(void)state;
	assert_int_equal(-1, ini_open(&missing, 1, &ini, &err));
	assert_int_equal(err.kind, ERROR_CONFIG);
	assert_non_null(strstr(err.text, "none.conf"));
	assert_int_equal(-1, ini_open(&folder, 1, &ini, &err));
	assert_string_equal(err.text, "'/tmp' is not a regular file");
}

static const struct {
	const char *text, *expected;
} reference_rows[] = { /* oslo.config fails on each but the one that is merely deep */
	{ "[g]\n\na = <$nope>\n", "a.conf:3 [g] a: '$nope' refers to an option that no file sets" },
	{ "[g]\na = ${h.nope}\n", "a.conf:2 [g] a: '$h.nope' refers to an option that no file sets" },
	{ "[DEFAULT]\nh = 1\n[g]\na = $h.example.org\n",
	    "a.conf:4 [g] a: '$h.example.org' refers to an option that no file sets" },
	{ "[g]\na = $b\nb = $c\nc = 1 $nope\n", "a.conf:4 [g] c: '$nope' refers to an option that no file sets" },
	{ "[g]\na = $a\n", "a.conf:2 [g] a refers to itself, through its '$' references" },
	{ "[g]\na = $b\nb = $c\nc = $a\n", "a.conf:2 [g] a refers to itself, through its '$' references" },
	{ "[g]\na = $b\nb = $b\n", "a.conf:3 [g] b refers to itself, through its '$' references" },
	{ "[g]\na = $b1\nb1=$b2\nb2=$b3\nb3=$b4\nb4=$b5\nb5=$b6\nb6=$b7\nb7=$b8\nb8=$b9\nb9=deep\n",
	    "a.conf:11 [g] b9: '$' references more than 8 deep" },
	/* here the name of the reference is a piece of a password */
	{ "[g]\na = mysql://u:pa$s3cret@h/d\n", "a.conf:2 [g] a: a '$' in the user or password refers to an option that no file sets" },
	{ "[g]\na = mysql://u:$p@h/d\np = pa$s3cret\n",
	    "a.conf:3 [g] p: a '$' in the user or password refers to an option that no file sets" },
	{ "[g]\na = $db_password\ndb_password = pa$s3cret\n",
	    "a.conf:3 [g] db_password: a '$' in the user or password refers to an option that no file sets" },
	{ "[g]\na = mysql://u:p@$host/d\n", "a.conf:2 [g] a: '$host' refers to an option that no file sets" },
	/* broken URLs: whatever is in them may be one */
	{ "[g]\na = mysql+pymysql//u:pa$s3cret@h/d\n", "a.conf:2 [g] a: a '$' in the user or password refers to an option that no file sets" },
	{ "[g]\na = mysql://u:pa$s3cret-host/d\n", "a.conf:2 [g] a: a '$' in the user or password refers to an option that no file sets" },
	{ "[g]\na = $transport_url\ntransport_url = rabbit:u:pa$s3cret\n",
	    "a.conf:3 [g] transport_url: a '$' in the user or password refers to an option that no file sets" },
};

static void a_reference_to_nothing_or_in_a_circle_is_an_error(void **state)
{
	struct error err;
	const char *got;
	struct ini *ini;

	(void)state;
	for (size_t i = 0; i < COUNT(reference_rows); i++) {
		err = (struct error){ 0 };
		ini = open_text(reference_rows[i].text);
		assert_int_equal(-1, ini_get(ini, "g", "a", &got, NULL, &err));
		assert_int_equal(err.kind, ERROR_CONFIG);
		assert_string_equal(err.text, reference_rows[i].expected);
		assert_null(got);
		assert_int_equal(-1, ini_get(ini, "g", "a", &got, NULL, &err)); /* and again, not "a circle" */
		assert_string_equal(err.text, reference_rows[i].expected);
		ini_close(&ini);
	}
}

static void references_that_multiply_are_stopped(void **state)
{
	auto_str struct str text = { 0 };
	struct error err = { 0 };
	const char *got;
	struct ini *ini;

	(void)state;
	str_add(&text, "[g]\na = ");
	for (int i = 0; i < 300; i++)
		str_add(&text, "$b");
	str_add(&text, "\nb = 1\n");
	ini = open_text(text.s);
	assert_int_equal(-1, ini_get(ini, "g", "a", &got, NULL, &err));
	assert_string_equal(err.text, "a.conf:2 [g] a: more than 256 '$' references");
	ini_close(&ini);
	str_clear(&text);
	str_add(&text, "[g]\na = $b$b$b$b$b\nb = $c$c$c$c$c\nc = ");
	for (int i = 0; i < 100000; i++)
		str_addc(&text, 'x');
	ini = open_text(text.s);
	assert_int_equal(-1, ini_get(ini, "g", "a", &got, NULL, &err));
	assert_string_equal(err.text, "a.conf:2 [g] a: longer than 1048576 bytes with its '$' references filled in");
	ini_close(&ini);
}

static void a_later_file_wins_and_the_origin_says_which(void **state)
{
	static const char *const paths[] = { "a.conf", "b.conf" };
	static const struct ini_name names[] = { { "g", "new" }, { "DEFAULT", "old" }, { NULL, NULL } };
	const char *got, *origin;
	struct error err = { 0 };
	struct ini *ini;

	(void)state;
	write_text("a.conf", "[g]\na = 1\nc = $b\nnew = 1\n");
	write_text("b.conf", "[DEFAULT]\nb = later\nold = 2\n[G]\n\na = 2\n");
	assert_int_equal(0, ini_open(paths, 2, &ini, &err));
	assert_int_equal(0, ini_get(ini, "g", "a", &got, &origin, &err));
	assert_string_equal(got, "2");
	assert_string_equal(origin, "b.conf:6 [G] a");
	assert_int_equal(0, ini_get(ini, "g", "c", &got, &origin, &err));
	assert_string_equal(got, "later");
	assert_string_equal(origin, "a.conf:3 [g] c");
	/* as oslo: the older name in the later file beats the newer name in the earlier one */
	assert_int_equal(0, ini_get_first(ini, names, &got, &origin, &err));
	assert_string_equal(got, "2");
	assert_string_equal(origin, "b.conf:3 [DEFAULT] old");
	assert_true(ini_has_group(ini, "g"));
	assert_false(ini_has_group(ini, "default"));
	ini_close(&ini);
}

static void a_name_that_nobody_reads_is_a_typing_error(void **state)
{
	static const char *const known[] = { "shared_disks", "version" };
	struct error err = { 0 };
	struct ini *ini = open_text("[other]\nx = 1\n[site]\nversion = 1\nshared_disk = yes\n");

	(void)state;
	assert_int_equal(-1, ini_check_keys(ini, "site", known, COUNT(known), &err));
	assert_string_equal(err.text, "a.conf:5 [site] shared_disk: unknown option");
	assert_string_equal(err.hint, "did you mean 'shared_disks'?");
	ini_close(&ini);
}

/* my_print_defaults of MariaDB 10.11 gave the same. */
static const struct {
	const char *line, *key, *expected;
} option_rows[] = {
	{ "user = \"x y\"", "user", "x y" },
	{ " password = ab#c", "password", "ab" },
	{ "password=ab;c", "password", "ab;c" },
	{ "password=a$b$$", "password", "a$b$$" },
	{ "password=a:b", "password", "a:b" },
	{ "password='a#b'  # c", "password", "a#b" },
	{ "password=\"a#b\" # c", "password", "a#b" },
	{ "password=\"q\\\"x\" #y", "password", "q\"x" },
	{ "password='it''s'", "password", "it''s" },
	{ "password=a\"b#c\"d", "password", "a\"b#c\"d" },
	{ "password=\"", "password", "\"" },
	{ "password=a\\sb\\tc\\\\d\\e", "password", "a b\tc\\d\\e" },
	{ "password=", "password", "" },
	{ "password", "password", "" },
	{ "ssl_ca = /a", "ssl-ca", "/a" },
	{ "ssl-ca = /a", "ssl-ca", "/a" },
	{ "# password=x", "password", NULL },
	{ "  ; password=x", "password", NULL },
	{ "password=1\npassword=2", "password", "2" },
	{ "[other]\npassword=x", "password", NULL },
	{ "[other]\n[ g ] # c\npassword=x", "password", "x" },
};

static void option_files_are_read_as_mariadb_does(void **state)
{
	auto_str struct str text = { 0 };
	struct error err = { 0 };
	const char *got;
	struct ini *ini;

	(void)state;
	for (size_t i = 0; i < COUNT(option_rows); i++) {
		str_clear(&text);
		str_addf(&text, "[g]\n%s\n", option_rows[i].line);
		write_text("a.conf", text.s);
		assert_int_equal(0, ini_open_options("a.conf", OPTIONS_OF_MARIADB, &ini, &err));
		assert_int_equal(0, ini_get(ini, "g", option_rows[i].key, &got, NULL, &err));
		if (option_rows[i].expected && got)
			assert_string_equal(got, option_rows[i].expected);
		else if (option_rows[i].expected || got)
			fail_msg("%s: '%s'", option_rows[i].line, got ? got : "(absent)");
		ini_close(&ini);
	}
}

static void a_broken_option_file_is_refused_by_line(void **state)
{
	static const char *const rows[][2] = {
		{ "user=x\n", "a.conf:1: an option stands before the first [group]" },
		{ "[g\n", "a.conf:1: a line that begins with '[' must have a ']'" },
		{ "[g]\n!include /etc/x\n", "a.conf:2: includes are not read: name the included file itself" },
	};
	struct error err = { 0 };
	struct ini *ini;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		write_text("a.conf", rows[i][0]);
		assert_int_equal(-1, ini_open_options("a.conf", OPTIONS_OF_MARIADB, &ini, &err));
		assert_int_equal(err.kind, ERROR_CONFIG);
		assert_string_equal(err.text, rows[i][1]);
		assert_null(ini);
	}
}

static void only_a_password_that_everybody_can_reach_is_readable_by_all(void **state)
{
	static const struct {
		const char *text;
		mode_t file, folder;
		bool expected;
	} rows[] = {
		{ "[g]\nconnection = mysql://u:p@h/d\n", 0644, 0755, true },
		{ "[g]\nconnection = mysql://u:p@h/d\n", 0640, 0755, false },
		{ "[g]\nconnection = mysql://u:p@h/d\n", 0644, 0750, false },
		{ "[g]\nconnection = mysql://u@h/d\n", 0644, 0755, false },
		{ "[g]\nadmin_password = x\n", 0644, 0755, true },
		{ "[g]\nadmin_password =\n", 0644, 0755, false },
		{ "[g]\nurl = http://h:80/\n", 0644, 0755, false },
	};
	struct ini *ini;
	char *files;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		ini_close(&(struct ini *){ open_text(rows[i].text) });
		assert_int_equal(0, chmod("a.conf", rows[i].file));
		assert_int_equal(0, chmod(directory, rows[i].folder));
		ini = open_text(rows[i].text);
		files = ini_readable_by_all(ini);
		if (rows[i].expected)
			assert_string_equal(files, "a.conf");
		else
			assert_null(files);
		free(files);
		ini_close(&ini);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_read_as_oslo_config_does),
		cmocka_unit_test(a_broken_file_is_refused_by_line_without_showing_it),
		cmocka_unit_test(a_nul_byte_is_refused_by_line),
		cmocka_unit_test(a_file_larger_than_a_mebibyte_is_refused_and_a_long_line_is_not),
		cmocka_unit_test(a_missing_file_and_a_directory_are_configuration_errors),
		cmocka_unit_test(a_reference_to_nothing_or_in_a_circle_is_an_error),
		cmocka_unit_test(references_that_multiply_are_stopped),
		cmocka_unit_test(a_later_file_wins_and_the_origin_says_which),
		cmocka_unit_test(a_name_that_nobody_reads_is_a_typing_error),
		cmocka_unit_test(option_files_are_read_as_mariadb_does),
		cmocka_unit_test(a_broken_option_file_is_refused_by_line),
		cmocka_unit_test(only_a_password_that_everybody_can_reach_is_readable_by_all),
	};

	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
