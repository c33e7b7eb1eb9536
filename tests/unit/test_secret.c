/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "util/secret.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static int forget(void **state)
{
	(void)state;
	secrets_forget();
	return 0;
}

static const struct {
	const char *secret[3], *said, *shown;
} cases[] = {
	/* a password that can be nothing else goes wherever it stands */
	{ { "s3cret/Pass" }, "xs3cret/Passs3cret/Pass s3cret", "x****** s3cret" },
	{ { "s3cret/Pass", "other:Pa55" }, "other:Pa55 s3cret/Pass", "*** ***" },
	{ { "abc/def/", "abc/def/ghi" }, "xabc/def/ghix", "x***x" }, /* the longer one is hidden whole */
	{ { "new\nline" }, "a new\nline", "a ***" },
	/* one that could be a name, where it stands by itself */
	{ { "cinder7" }, "login cinder7 refused on cinder7-a and xcinder7", "login *** refused on cinder7-a and xcinder7" },
	/* one that is a word, where it is called a password, or in a URL */
	{ { "cinder" }, "Access denied for user 'cinder'@'h' to database 'cinder'", "Access denied for user 'cinder'@'h' to database 'cinder'" },
	{ { "cinder" }, "login: user cinder, password 'cinder'", "login: user cinder, password '***'" },
	{ { "cinder" }, "user=cinder PASSWD=cinder", "user=cinder PASSWD=***" },
	{ { "cinder" }, "cannot open mysql+pymysql://cinder:cinder@db/cinder", "cannot open mysql+pymysql://cinder:***@db/cinder" },
	/* the login of any URL, also of one that we do not know and of one that is broken */
	{ { NULL }, "tried 'rabbit://a:b@h:1,c:d@i:2/', then https://x:y@z", "tried 'rabbit://a:***@i:2/', then https://x:***@z" },
	{ { NULL }, "mysql+pymysql//u:p@ss/word@h/d", "mysql+pymysql//u:***@h/d" },
	{ { NULL }, "see https://docs.example.org:80/a//b and user@host", "see https://docs.example.org:80/a//b and user@host" },
	{ { "pw", "" }, "pw", "pw" }, /* too short to be told from text */
};

static void the_words_of_others_lose_what_is_a_password_in_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		auto_str struct str out = { 0 };

		for (size_t k = 0; k < 3 && cases[i].secret[k]; k++)
			secret_keep(cases[i].secret[k]);
		str_add_foreign(&out, cases[i].said);
		assert_string_equal(out.s, cases[i].shown);
		secrets_forget();
	}
}

static void a_secret_is_copied_when_it_is_kept(void **state)
{
	char secret[] = "s3cret/Pass";
	auto_str struct str out = { 0 };

	(void)state;
	secret_keep(secret);
	memset(secret, 'x', sizeof secret - 1);
	str_add_public(&out, "s3cret/Pass");
	assert_string_equal(out.s, "***");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_words_of_others_lose_what_is_a_password_in_them, forget),
		cmocka_unit_test_teardown(a_secret_is_copied_when_it_is_kept, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
