/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/log.h"
#include "util/mem.h"
#include "util/url.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void add_options(const struct url_option *option, size_t n, struct str *out)
{
	for (size_t i = 0; i < n; i++)
		str_addf(out, "|%s%s%s%s", option[i].name, option[i].bare ? "" : "=", option[i].value, option[i].repeated ? " again" : "");
}

static void describe_db(const struct db_url *u, struct str *out)
{
	str_addf(out, "%s|%s|%s|%s|%u|%s", u->driver, str_or(u->user, "-"), str_or(u->password, "-"), str_or(u->host, "-"), u->port,
	    u->database);
	add_options(u->option, u->noption, out);
}

static void describe_transport(const struct transport_url *u, struct str *out)
{
	str_addf(out, "%s|%s", u->driver, u->vhost);
	for (size_t i = 0; i < u->nbroker; i++)
		str_addf(out, "|%s,%s,%s,%u", u->broker[i].user, u->broker[i].password, u->broker[i].host, u->broker[i].port);
	add_options(u->option, u->noption, out);
}

/* SQLAlchemy 1.4.46 (make_url) gave the same for every row but those that say otherwise. */
static const struct {
	const char *text, *expected;
} db_rows[] = {
	{ "mysql+pymysql://nova:pw@db1/nova", "mysql+pymysql|nova|pw|db1|3306|nova" },
	{ "mysql://nova:pw@db1:3307/nova?charset=utf8", "mysql|nova|pw|db1|3307|nova|charset=utf8" },
	{ "mariadb+mariadbconnector://u:p@h/d", "mariadb+mariadbconnector|u|p|h|3306|d" },
	{ "mysql+pymysql://u:p@[2001:db8::1]:3307/d", "mysql+pymysql|u|p|2001:db8::1|3307|d" },
	{ "mysql+pymysql://u:p@[::1]/d", "mysql+pymysql|u|p|::1|3306|d" },
	{ "mysql+pymysql://u%40x:p%40%2F%25@h/d", "mysql+pymysql|u@x|p@/%|h|3306|d" },
	{ "mysql+pymysql://u:a+b@h/d", "mysql+pymysql|u|a+b|h|3306|d" },
	{ "mysql+pymysql://u:100%@h/d", "mysql+pymysql|u|100%|h|3306|d" },
	{ "mysql+pymysql://u:%zz%4@h/d", "mysql+pymysql|u|%zz%4|h|3306|d" },
	{ "mysql+pymysql://u:a/b?c#d@h/d", "mysql+pymysql|u|a/b?c#d|h|3306|d" },
	{ "mysql+pymysql://u:a:b@h/d", "mysql+pymysql|u|a:b|h|3306|d" },
	{ "mysql+pymysql://u:a@b@h/d", "mysql+pymysql|u|a@b|h|3306|d" }, /* 1.4: host b@h; up to 1.3 as here */
	{ "mysql+pymysql://u:p@h/d?mail=a@b", "mysql+pymysql|u|p|h|3306|d|mail=a@b" },
	{ "mysql+pymysql://u:@h/d", "mysql+pymysql|u||h|3306|d" },
	{ "mysql+pymysql://u@h/d", "mysql+pymysql|u|-|h|3306|d" },
	{ "mysql+pymysql://u@v@h/d", "mysql+pymysql|u@v|-|h|3306|d" },
	{ "mysql+pymysql://h/d", "mysql+pymysql|-|-|h|3306|d" },
	{ "mysql+pymysql://u:p@/d?unix_socket=/run/mysqld/mysqld.sock",
	    "mysql+pymysql|u|p|-|3306|d|unix_socket=/run/mysqld/mysqld.sock" },
	{ "mysql+pymysql:///d", "mysql+pymysql|-|-|-|3306|d" },
	{ "mysql+pymysql://u:p@h/a%41/b", "mysql+pymysql|u|p|h|3306|a%41/b" },
	{ "mysql+pymysql://u:p@h/d?ssl_ca=/a+b%2Bc&empty=&lone&x=1=2&&y=%zz",
	    "mysql+pymysql|u|p|h|3306|d|ssl_ca=/a b+c|empty|lone|x=1=2|y=%zz" }, /* SQLAlchemy drops what is bare */
	{ "mysql+pymysql://u:p@h/d?x=1&x=2", "mysql+pymysql|u|p|h|3306|d|x=1,2 again" },
	{ "mysql+pymysql://u:p@h/d?x=&x=2&x", "mysql+pymysql|u|p|h|3306|d|x=2" },
	{ "mysql+pymysql://u:p@h/d?=2&&x=", "mysql+pymysql|u|p|h|3306|d|x" },
};

static void database_urls_are_read_as_sqlalchemy_does(void **state)
{
	auto_str struct str got = { 0 };
	struct error err = { 0 };
	struct db_url url;

	(void)state;
	for (size_t i = 0; i < COUNT(db_rows); i++) {
		assert_int_equal(0, db_url_parse(db_rows[i].text, "here", &url, &err));
		str_clear(&got);
		describe_db(&url, &got);
		assert_string_equal(got.s, db_rows[i].expected);
		db_url_free(&url);
	}
}

/* oslo.messaging 14 (TransportURL.parse) gave the same; an absent user and password are what kombu makes of them. */
static const struct {
	const char *text, *expected;
} transport_rows[] = {
	{ "rabbit://nova:pw@ctl1:5672/", "rabbit|/|nova,pw,ctl1,5672" },
	{ "rabbit://nova:pw@ctl1", "rabbit|/|nova,pw,ctl1,5672" },
	{ "rabbit://nova:pw@ctl1:/", "rabbit|/|nova,pw,ctl1,5672" },
	{ "rabbit://nova:pw@ctl1//", "rabbit|/|nova,pw,ctl1,5672" },
	{ "rabbit://nova:pw@ctl1/nova", "rabbit|nova|nova,pw,ctl1,5672" },
	{ "rabbit://nova:pw@ctl1//nova", "rabbit|/nova|nova,pw,ctl1,5672" },
	{ "rabbit://nova:pw@ctl1/%2Fnova%20x", "rabbit|/nova x|nova,pw,ctl1,5672" },
	{ "rabbit://a:1@h1:1,b:2@h2:2,c:3@h3:3/v", "rabbit|v|a,1,h1,1|b,2,h2,2|c,3,h3,3" },
	{ "rabbit://a:1@h1,h2/v", "rabbit|v|a,1,h1,5672|guest,guest,h2,5672" },
	{ "rabbit://a:1@h1,,b:2@h2,/v", "rabbit|v|a,1,h1,5672|b,2,h2,5672" },
	{ "rabbit://a:1@h1,\n\tb:2@h2/v", "rabbit|v|a,1,h1,5672|b,2,h2,5672" },
	{ "rabbit://a:1@[2001:db8::1]:5671/v", "rabbit|v|a,1,2001:db8::1,5671" },
	{ "rabbit://a:1@[::1],b:2@[::2]:5/v", "rabbit|v|a,1,::1,5672|b,2,::2,5" }, /* Python 3.11.7 wants one bracket at most */
	{ "rabbit://u@dom:p@h/v", "rabbit|v|u@dom,p,h,5672" },
	{ "rabbit://u:p%40%2C%2F@h/v", "rabbit|v|u,p@,/,h,5672" },
	{ "rabbit://u:a+b%@h/v", "rabbit|v|u,a+b%,h,5672" },
	{ "rabbit://u@h/v", "rabbit|v|u,guest,h,5672" },
	{ "rabbit://:@h/v", "rabbit|v|guest,guest,h,5672" },
	{ "rabbit://", "rabbit|/|guest,guest,localhost,5672" },
	{ "rabbit:///v", "rabbit|v|guest,guest,localhost,5672" },
	{ "  RABBIT://u:p@H/V", "rabbit|V|u,p,H,5672" },
	{ "kombu+rabbit://u:p@h/v", "kombu+rabbit|v|u,p,h,5672" },
	{ "none:///", "none|/" },
	{ "rabbit://u:p@h/v?ssl=1&ssl_ca_file=/a%20b+c&x=", "rabbit|v|u,p,h,5672|ssl=1|ssl_ca_file=/a b c|x" },
	{ "rabbit://u:p@h?ssl=1&ssl=0", "rabbit|/|u,p,h,5672|ssl=1,0 again" },
	{ "rabbit://u:p@h/v#fragment", "rabbit|v|u,p,h,5672" },
};

static void transport_urls_are_read_as_oslo_messaging_does(void **state)
{
	auto_str struct str got = { 0 };
	struct transport_url url;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(transport_rows); i++) {
		assert_int_equal(0, transport_url_parse(transport_rows[i].text, "here", &url, &err));
		str_clear(&got);
		describe_transport(&url, &got);
		assert_string_equal(got.s, transport_rows[i].expected);
		transport_url_free(&url);
	}
}

/* "s3cret" is in every one, and in no error. */
static const struct {
	bool is_db;
	const char *text, *expected;
} wrong_rows[] = {
	{ true, "", "not of the form mysql+pymysql://USER" },
	{ true, "nova:s3cret@db1/nova", "not of the form" },
	{ true, "mysql+pymysql:/nova:s3cret@db1/nova", "not of the form" },
	{ true, "mysql-x://nova:s3cret@db1/nova", "not of the form" },
	{ true, "://nova:s3cret@db1/nova", "not of the form" },
	{ true, " mysql://nova:s3cret@db1/nova", "not of the form" },
	{ true, "postgresql+psycopg2://nova:s3cret@db1/nova", "the database driver 'postgresql+psycopg2' is not supported" },
	{ true, "sqlite:////var/lib/s3cret.db", "the database driver 'sqlite' is not supported" },
	{ true, "mysql://nova:s3cret@db1:port/nova", "the port is not a number" },
	{ true, "mysql://nova:s3cret@db1:/nova", "the port is not a number" },
	{ true, "mysql://nova:s3cret@db1:0/nova", "the port is not a number" },
	{ true, "mysql://nova:s3cret@db1:65536/nova", "the port is not a number" },
	{ true, "mysql://nova:s3cret@db1:99999999999999999999/nova", "the port is not a number" },
	{ true, "mysql://nova:s3cret@[::1]x/nova", "the port is not a number" },
	{ true, "mysql://nova:s3cret@[::1/nova", "brackets do not match" },
	{ true, "mysql://nova:s3cret@[]/nova", "brackets do not match" },
	{ true, "mysql://nova:s3cret@db1", "names no database" },
	{ true, "mysql://nova:s3cret@db1/", "names no database" },
	{ true, "mysql://nova:s3cret@db1/?charset=utf8", "names no database" },
	{ true, "mysql://nova:12@sec/ret@db1/nova", "an '@' behind the host" },
	{ true, "mysql://nova:12@s/3?cret@db1/nova", "an '@' behind the host" },
	{ false, "rabbit://nova:12@sec/ret@ctl1/nova", "an '@' behind the host" },
	{ false, "rabbit://nova:12@sec?ret@ctl1/nova", "an '@' behind the host" },
	{ true, "mysql://nova:s3%00cret@db1/nova", "holds %00" },
	{ true, "mysql://nova:s3cret@db1/nova?x=%00", "holds %00" },
	{ true, "mysql://nova:s3cret@db1,\nnova:s3cret@db2/nova", "line break" },
	{ false, "", "not of the form rabbit://USER" },
	{ false, "nova:s3cret@ctl1:5672/nova", "not of the form" },
	{ false, "rabbit:nova:s3cret@ctl1:5672/nova", "not of the form" },
	{ false, "rabbit:/nova:s3cret@ctl1:5672/nova", "not of the form" },
	{ false, "//nova:s3cret@ctl1:5672/nova", "not of the form" },
	{ false, "rabbit:///nova:s3cret@ctl1:5672/nova", "an '@' behind the host" },
	{ false, "rabbit://nova:12/s3cret@ctl1/nova", "an '@' behind the host" },
	{ false, "rabbit://nova:12?s3cret@ctl1/nova", "an '@' behind the host" },
	{ false, "rabbit://nova:12#s3cret@ctl1/nova", "an '@' behind the host" },
	{ false, "rabbit://nova:12,s3cret@ctl1:x/nova", "the port of a broker is not a number" },
	{ false, "rabbit://nova:s3cret@ctl1:amqp/nova", "the port of a broker is not a number" },
	{ false, "rabbit://nova:s3cret@ctl1:0/nova", "the port of a broker is not a number" },
	{ false, "rabbit://nova:s3cret@fe80::1/nova", "the port of a broker is not a number" },
	{ false, "rabbit://nova:s3cret@/nova", "a broker has no host" },
	{ false, "rabbit://nova:s3cret@:5672/nova", "a broker has no host" },
	{ false, "rabbit://nova:s3cret@[::1/nova", "brackets of a host do not match" },
	{ false, "rabbit://nova:s3%00cret@ctl1/nova", "holds %00" },
	{ false, "rabbit://nova:s3cret@ctl1/%00", "the vhost holds %00" },
	{ false, "rabbit://nova:s3cret@ctl1/?%00=1", "holds %00" },
};

static void a_wrong_url_says_where_and_why_but_not_the_password(void **state)
{
	struct transport_url transport;
	struct error err;
	struct db_url db;
	int rc;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong_rows); i++) {
		err = (struct error){ 0 };
		memset(&db, 1, sizeof db);
		memset(&transport, 1, sizeof transport);
		rc = wrong_rows[i].is_db ? db_url_parse(wrong_rows[i].text, "nova.conf:7 [x] y", &db, &err) :
		    transport_url_parse(wrong_rows[i].text, "nova.conf:7 [x] y", &transport, &err);
		assert_int_equal(rc, -1);
		assert_int_equal(err.kind, ERROR_CONFIG);
		assert_ptr_equal(strstr(err.text, "nova.conf:7 [x] y: "), err.text);
		if (!strstr(err.text, wrong_rows[i].expected))
			fail_msg("%s: '%s' is not in '%s'", wrong_rows[i].text, wrong_rows[i].expected, err.text);
		assert_true(err.hint[0]);
		assert_null(strstr(err.text, "cret"));
		assert_null(strstr(err.hint, "cret"));
		assert_true(wrong_rows[i].is_db ? !db.driver && !db.option : !transport.driver && transport.nbroker == 0);
	}
}

static void a_shown_url_has_stars_for_its_passwords(void **state)
{
	static const struct {
		bool is_db;
		const char *text, *expected;
	} rows[] = {
		{ true, "mysql+pymysql://no%40va:s3cret@db1/nova?charset=utf8&ssl_ca=/a%26b",
		    "mysql+pymysql://no%40va:***@db1:3306/nova?charset=utf8&ssl_ca=/a%26b" },
		{ true, "mysql://u:s3cret@[::1]:7/d?ssl_key_passphrase=s3cret", "mysql://u:***@[::1]:7/d?ssl_key_passphrase=***" },
		{ true, "mysql://u@h/d", "mysql://u@h:3306/d" },
		{ true, "mysql:///d?unix_socket=/s", "mysql:///d?unix_socket=/s" },
		{ false, "rabbit://a:s3cret@h1,b:s3cret@[::1]:5/v%20w?ssl=1", "rabbit://a:***@h1:5672,b:***@[::1]:5/v%20w?ssl=1" },
		{ false, "rabbit://a:s3cret@h1", "rabbit://a:***@h1:5672//" },
		{ false, "none:///", "none:////" },
	};
	auto_str struct str got = { 0 };
	struct transport_url transport;
	struct error err = { 0 };
	struct db_url db;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		str_clear(&got);
		if (rows[i].is_db) {
			assert_int_equal(0, db_url_parse(rows[i].text, "here", &db, &err));
			db_url_show(&db, &got);
			db_url_free(&db);
		} else {
			assert_int_equal(0, transport_url_parse(rows[i].text, "here", &transport, &err));
			transport_url_show(&transport, &got);
			transport_url_free(&transport);
		}
		assert_string_equal(got.s, rows[i].expected);
	}
}

static void read_back(const char *path, char out[4096])
{
	FILE *f = fopen(path, "r");
	size_t n;

	assert_non_null(f);
	n = fread(out, 1, 4095, f);
	out[n] = '\0';
	fclose(f);
}

static void a_password_is_hidden_from_the_log_in_every_form(void **state)
{
	char path[] = "/tmp/test_url_XXXXXX", line[4096];
	struct transport_url transport;
	struct error err = { 0 };
	struct db_url db;

	(void)state;
	close(mkstemp(path));
	assert_int_equal(0, db_url_parse("mysql://u:p%61ss%2fdb@h/d", "here", &db, &err));
	assert_int_equal(0, transport_url_parse("rabbit://guest:guest@h1,u:t@p@h2/v", "here", &transport, &err));
	assert_int_equal(0, log_open(&(struct log_options){ .level = LOG_NOTICE, .file = path }, &err));
	log_notice("<p%%61ss%%2fdb> <pass/db> <pass%%2Fdb> <guest>");
	read_back(path, line);
	log_close();
	unlink(path);
	assert_non_null(strstr(line, "<***> <***> <***> <guest>"));
	db_url_free(&db);
	transport_url_free(&transport);
}

static void an_option_is_found_by_its_name(void **state)
{
	struct error err = { 0 };
	struct db_url url;

	(void)state;
	assert_int_equal(0, db_url_parse("mysql://h/d?ssl_ca=/x&charset=utf8&ssl_cert=&ssl", "here", &url, &err));
	assert_string_equal(url_option(url.option, url.noption, "charset"), "utf8");
	assert_null(url_option(url.option, url.noption, "ssl"));
	assert_null(url_option(url.option, url.noption, "ssl_cert"));
	db_url_free(&url);
}

static void escapes_are_decoded_as_python_does(void **state)
{
	static const char *const rows[][2] = { { "a%20b", "a b" }, { "%4A%4a", "JJ" }, { "a+b", "a+b" }, { "%", "%" }, { "%4", "%4" },
		{ "%4g%zz", "%4g%zz" }, { "%%41", "%A" }, { "%c3%bc", "\xc3\xbc" }, { "%2541", "%41" } };
	auto_str struct str out = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		str_clear(&out);
		assert_true(percent_decode(rows[i][0], strlen(rows[i][0]), &out));
		assert_string_equal(out.s, rows[i][1]);
	}
	assert_false(percent_decode("a%00b", 5, &out));
}

static int forget_passwords(void **state)
{
	(void)state;
	log_close();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(database_urls_are_read_as_sqlalchemy_does),
		cmocka_unit_test(transport_urls_are_read_as_oslo_messaging_does),
		cmocka_unit_test(a_wrong_url_says_where_and_why_but_not_the_password),
		cmocka_unit_test(a_shown_url_has_stars_for_its_passwords),
		cmocka_unit_test(a_password_is_hidden_from_the_log_in_every_form),
		cmocka_unit_test(an_option_is_found_by_its_name),
		cmocka_unit_test(escapes_are_decoded_as_python_does),
	};

	return cmocka_run_group_tests(tests, NULL, forget_passwords);
}
