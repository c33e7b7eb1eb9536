/* SPDX-License-Identifier: Apache-2.0 */
#include "config_file.h"

/* A database's address: what stands behind its '?', in the files that it names, in ours, and in a cell. */

/* ---- options behind the '?' of a database's URL */

static void load_cinder_with(const char *query, struct cinder_config *c, struct error *err)
{
	static const char *const files[] = { file };
	const struct config_sources sources = { .cinder_files = files, .n_cinder_files = 1 };
	auto_free char *text = xasprintf("[database]\nconnection = mysql+pymysql://c:cin-s3cret@h/cinder?%s\n", query);

	write_file(text);
	*c = (struct cinder_config){ 0 };
	error_clear(err);
	config_load_cinder(&sources, c, err);
}

static const char *option_of(const struct cinder_config *c, const char *name)
{
	return str_or(url_option(c->database.option, c->database.noption, name), "");
}

static void what_an_option_file_of_the_url_says_is_read_where_the_url_is_silent(void **state)
{
	auto_free char *cnf = xasprintf("%s.cnf", file), *query = NULL, *with_ca = NULL, *plain = NULL, *wrong = NULL;
	struct error err = { 0 };
	struct cinder_config c;
	FILE *f = fopen(cnf, "w");

	(void)state;
	assert_non_null(f);
	fputs("[client]\nssl-capath=/capath\nport=3307\n[wrong]\nport=33o7\n[tripleo]\nssl=1\nssl-ca=/ca.pem\nbind-address=192.0.2.7\nuser=other\nsocket=/s\n", f);
	fclose(f);
	query = xasprintf("read_default_file=%s&read_default_group=tripleo", cnf);
	load_cinder_with(query, &c, &err);
	assert_string_equal(err.text, "");
	assert_string_equal(option_of(&c, "ssl_ca"), "/ca.pem");
	assert_string_equal(option_of(&c, "ssl"), "1");
	assert_string_equal(option_of(&c, "bind_address"), "192.0.2.7");
	assert_string_equal(option_of(&c, "unix_socket"), "/s");
	assert_string_equal(c.database.user, "c");
	cinder_config_free(&c);
	with_ca = xasprintf("%s&ssl_ca=/own.pem", query);
	load_cinder_with(with_ca, &c, &err);
	assert_string_equal(option_of(&c, "ssl_ca"), "/own.pem");
	cinder_config_free(&c);
	plain = xasprintf("read_default_file=%s", cnf); /* pymysql's default group */
	load_cinder_with(plain, &c, &err);
	assert_string_equal(option_of(&c, "ssl_capath"), "/capath");
	assert_int_equal(c.database.port, 3307);
	cinder_config_free(&c);
	wrong = xasprintf("%s&read_default_group=wrong", plain);
	load_cinder_with(wrong, &c, &err);
	assert_non_null(strstr(err.text, "the port '33o7' is not a number from 1 to 65535"));
	cinder_config_free(&c);
	unlink(cnf);
}

static void an_option_that_cannot_be_obeyed_is_refused_by_name(void **state)
{
	static const struct {
		const char *query, *name;
	} rows[] = {
		{ "read_default_file=/nowhere/my.cnf", "'read_default_file'" },
		{ "read_default_file=~/my.cnf", "'read_default_file'" },
		{ "read_default_file=my.cnf", "'read_default_file'" },
		{ "ssl_ca=/a&ssl_ca=/b", "'ssl_ca' of the URL: it is given more than once" },
		{ "ssl_verify_cert=perhaps", "'ssl_verify_cert'" },
		{ "ssl_mode=SOME", "'ssl_mode'" },
		{ "tls_fp=00", "'tls_fp'" },
		{ "host=other", "'host'" },
		{ "passwd=cin-s3cret", "'passwd'" },
		{ "ssl_crl=/crl.pem", "'ssl_crl'" },
		{ "ssl=maybe", "'ssl'" },
		{ "option_files=/my.cnf", "'option_files'" },
		{ "server_public_key=/k.pem", "'server_public_key'" },
	};
	struct error err = { 0 };
	struct cinder_config c;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		load_cinder_with(rows[i].query, &c, &err);
		assert_int_equal(err.kind, ERROR_CONFIG);
		if (!strstr(err.text, rows[i].name))
			fail_msg("%s: %s", rows[i].query, err.text);
		assert_non_null(strstr(err.hint, i == 0 ? "copy '/nowhere/my.cnf' from the host or container" : "--defaults-file"));
		assert_no_secret(&err);
	}
}

/* What db_tls_of() makes of them is shown beside PyMySQL itself in tests/rooms/test_db_tls.c; here is what that cannot open. */
static void the_options_of_other_drivers_mean_tls_too(void **state)
{
	static const struct {
		const char *url, *tls; /* what it uses, whether it checks CA and name */
	} rows[] = {
		{ "mysql+pymysql://h/d", "none" },
		{ "mysql+pymysql://h/d?ssl_ca=/c", "required ca name" },
		{ "mysql+pymysql://h/d?ssl_verify_cert=off", "required" },
		{ "mysql+pymysql://h/d?ssl=0&charset=utf8", "none" },
		{ "mysql+pymysql://h/d?ssl=on", "required" },
		{ "mysql+pymysql://h/d?ssl_key=", "offered" },
		{ "mysql+pymysql://h/d?ssl_mode=PREFERRED", "offered" },
		{ "mysql+pymysql://h/d?ssl_mode=required", "required" },
		{ "mysql+mysqldb://h/d?ssl_mode=VERIFY_CA", "required ca" },
		{ "mysql+mysqldb://h/d?ssl_mode=VERIFY_CA&ssl_ca=/c", "required ca" },
		{ "mysql+mysqldb://h/d?ssl_mode=VERIFY_IDENTITY", "required ca name" },
		{ "mysql+mysqldb://h/d?ssl_mode=DISABLED", "none" },
		{ "mysql+mysqldb://h/d", "offered" },
		{ "mysql://h/d", "offered" },
		{ "mysql+mysqlconnector://h/d?ssl_disabled=True", "none" },
		{ "mysql+mysqlconnector://h/d?ssl_ca=/c&ssl_verify_identity=True", "required ca name" },
		{ "mariadb+mariadbconnector://h/d?ssl_verify_cert=1&ssl_ca=/c", "required ca" },
	};
	static const char *const used[] = { "none", "offered", "required" };
	struct error err = { 0 };
	struct db_url url;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free char *got = NULL;
		struct db_tls tls;

		assert_int_equal(db_url_parse(rows[i].url, "here", &url, &err), 0);
		if (db_url_resolve(&url, "here", "nova", &err) != 0)
			fail_msg("%s: %s", rows[i].url, err.text);
		tls = db_tls_of(&url);
		got = xasprintf("%s%s%s", used[tls.use], tls.checks_ca ? " ca" : "", tls.checks_name ? " name" : "");
		if (strcmp(got, rows[i].tls) != 0)
			fail_msg("%s: %s", rows[i].url, got);
		db_url_free(&url);
	}
}

static void the_defaults_file_has_the_last_word_on_tls(void **state)
{
	static const struct {
		const char *query, *text;
		bool checks_name;
	} rows[] = {
		{ "ssl_disabled=true", "ssl-ca = /own.pem\n", true },
		{ "ssl_verify_cert=false", "ssl-ca = /own.pem\n", true },
		{ "ssl_ca=/urls.pem", "ssl-verify-server-cert = 0\n", false },
		{ "ssl_ca=/urls.pem&ssl_check_hostname=false", "ssl-verify-server-cert = 1\n", true },
	};
	struct error err = { 0 };
	struct db_url url;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free char *text = xasprintf("[evac-manage]\n%s", rows[i].text);
		auto_free char *from = xasprintf("mysql+pymysql://h/d?%s", rows[i].query);
		const struct config_sources sources = { .nova_files = (const char *const[]){ DATA "nova.conf" }, .n_nova_files = 1,
			.defaults_file = file };
		struct nova_config nova;
		struct db_tls tls;

		write_file(text);
		if (config_load_nova(&sources, &nova, &err) != 0)
			fail_msg("%s", err.text);
		assert_int_equal(db_url_parse(from, "here", &url, &err), 0);
		db_login_apply(&nova.login, &url);
		tls = db_tls_of(&url);
		assert_int_equal(tls.use, DB_TLS_REQUIRED);
		assert_true(tls.checks_ca);
		assert_int_equal(tls.checks_name, rows[i].checks_name);
		db_url_free(&url);
		nova_config_free(&nova);
	}
}

/* MySQL's libraries read [client] beside the group, and stop at what they would include; PyMySQL does neither. */
static void each_driver_reads_its_option_file_in_its_own_way(void **state)
{
	static const struct {
		const char *driver, *text, *expected;
	} rows[] = {
		{ "mysql+pymysql", "[client]\nssl-ca=/client.pem\n!include /x.cnf\n[g]\nSSL-CA: /g.pem\nssl-mode=DISABLED\n", "/g.pem mode=" },
		{ "mysql+pymysql", "[client]\nssl-ca=/client.pem\n[g]\n", " mode=" },
		{ "mysql+pymysql", "[DEFAULT]\nssl-ca=/all.pem\n[g]\n", "/all.pem mode=" },
		{ "mysql+mysqldb", "[client]\nssl-ca=/client.pem\n[g]\nssl_mode=VERIFY_CA # all\n", "/client.pem mode=VERIFY_CA" },
		{ "mysql+mysqldb", "[g]\n!include /x.cnf\n", "includes are not read" },
	};
	struct error err;
	struct db_url url;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free char *text = xasprintf("%s://h/d?read_default_file=%s&read_default_group=g", rows[i].driver, file), *got = NULL;

		err = (struct error){ 0 };
		write_file(rows[i].text);
		assert_int_equal(db_url_parse(text, "here", &url, &err), 0);
		if (db_url_resolve(&url, "here", "nova", &err) != 0)
			got = xstrdup(strstr(err.text, rows[i].expected) ? rows[i].expected : err.text);
		else
			got = xasprintf("%s mode=%s", str_or(url_option(url.option, url.noption, "ssl_ca"), ""),
			    str_or(url_option(url.option, url.noption, "ssl_mode"), ""));
		assert_string_equal(got, rows[i].expected);
		db_url_free(&url);
	}
}

static void options_that_do_not_say_how_to_connect_are_let_pass(void **state)
{
	struct error err = { 0 };
	struct cinder_config c;

	(void)state;
	load_cinder_with("charset=utf8&connect_timeout=10&read_timeout=5&ssl_disabled=true&local_infile=0", &c, &err);
	assert_string_equal(err.text, "");
	cinder_config_free(&c);
}

static void connection_parameters_are_a_part_of_the_url(void **state)
{
	static const char *const files[] = { file };
	const struct config_sources sources = { .cinder_files = files, .n_cinder_files = 1 };
	struct error err = { 0 };
	struct cinder_config c;

	(void)state;
	write_file("[database]\nconnection = mysql+pymysql://c:cin-s3cret@h/cinder\nconnection_parameters = ssl_ca=/ca.pem\n");
	assert_int_equal(config_load_cinder(&sources, &c, &err), 0);
	assert_string_equal(option_of(&c, "ssl_ca"), "/ca.pem");
	cinder_config_free(&c);
}

/* ---- the --defaults-file */

static void the_defaults_file_goes_over_the_services_login(void **state)
{
	static const char *const nova_files[] = { DATA "nova.conf" }, *const cinder_files[] = { DATA "cinder.conf" };
	const struct config_sources sources = { .nova_files = nova_files, .n_nova_files = 1, .cinder_files = cinder_files,
		.n_cinder_files = 1, .defaults_file = DATA "defaults.cnf" };
	struct cinder_config cinder;
	struct nova_config nova;
	struct error err = { 0 };
	struct db_url cell;

	(void)state;
	assert_int_equal(0, config_load_nova(&sources, &nova, &err));
	assert_string_equal(nova.api_database.user, "rescue");
	assert_string_equal(nova.api_database.password, "no$va-s3cret"); /* the specific group wins, and a '$' is a '$' */
	assert_string_equal(nova.database.user, "rescue");
	assert_string_equal(url_option(nova.database.option, nova.database.noption, "ssl_ca"), "/etc/ssl/rescue.pem");
	assert_int_equal(nova.database.noption, 2);
	assert_non_null(strstr(nova.database_text, "nova:pa$w0rd")); /* templates are filled as nova fills them */
	assert_int_equal(0, db_url_parse("mysql://nova:cell-s3cret@cell1/nova", "cell", &cell, &err));
	db_login_apply(&nova.login, &cell);
	assert_string_equal(cell.user, "rescue");
	assert_string_equal(cell.password, "no$va-s3cret");
	assert_string_equal(cell.host, "cell1");
	db_url_free(&cell);
	nova_config_free(&nova);
	assert_int_equal(0, config_load_cinder(&sources, &cinder, &err));
	assert_string_equal(cinder.database.user, "rescue");
	assert_string_equal(cinder.database.password, "both-s3cret#1");
	assert_string_equal(url_option(cinder.database.option, cinder.database.noption, "ssl_ca"), "/etc/ssl/rescue.pem");
	cinder_config_free(&cinder);
}

static void a_wrong_defaults_file_is_refused(void **state)
{
	static const char *const rows[][2] = {
		{ "[client]\npassword=s3cret\n", "' has none of the groups [evac-manage], [evac-manage-nova], [evac-manage-cinder]" },
		{ "[evac-manage]\npasword=s3cret\n", ":2 [evac-manage] pasword: unknown option" },
		{ "[evac-manage-cinder]\nhost=x\n", ":2 [evac-manage-cinder] host: unknown option" },
		{ "password=s3cret\n", ":1: an option stands before the first [group]" },
	};
	static const char *const files[] = { DATA "nova.conf" };
	const struct config_sources sources = { .nova_files = files, .n_nova_files = 1, .defaults_file = file };
	struct error err = { 0 };
	struct nova_config c;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		write_file(rows[i][0]);
		assert_int_equal(-1, config_load_nova(&sources, &c, &err));
		assert_int_equal(err.kind, ERROR_CONFIG);
		assert_non_null(strstr(err.text, rows[i][1]));
		assert_no_secret(&err);
		assert_null(c.api_database.driver);
	}
}

/* A socket is one server: it takes nobody away from the server that the URL names. */
static void the_defaults_files_socket_is_for_who_connects_to_localhost(void **state)
{
	static const struct {
		const char *url, *socket;
	} rows[] = {
		{ "mysql://c@localhost/cinder", "/run/own.sock" },
		{ "mysql://c@localhost:3306/cinder", "/run/own.sock" },
		{ "mysql://c@/cinder", "/run/own.sock" },
		{ "mysql://c@localhost:3307/cinder", NULL },
		{ "mysql://c@127.0.0.1/cinder", NULL },
		{ "mysql://c@db1/cinder", NULL },
		{ "mysql://c@localhost/cinder?unix_socket=/run/urls.sock", "/run/urls.sock" },
		{ "mysql://c@/cinder?unix_socket=/run/urls.sock", "/run/urls.sock" },
	};
	static const char *const files[] = { DATA "nova.conf" };
	const struct config_sources sources = { .nova_files = files, .n_nova_files = 1, .defaults_file = file };
	struct error err = { 0 };
	struct nova_config nova;
	struct db_url url;

	(void)state;
	write_file("[evac-manage]\nsocket = /run/all.sock\n[evac-manage-nova]\nsocket = /run/own.sock\n");
	if (config_load_nova(&sources, &nova, &err) != 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(0, db_url_parse(rows[i].url, "cell", &url, &err));
		db_login_apply(&nova.login, &url);
		assert_string_equal(str_or(url_option(url.option, url.noption, "unix_socket"), "none"), str_or(rows[i].socket, "none"));
		db_url_free(&url);
	}
	nova_config_free(&nova);
}

/* ---- cells */

#define DB_BASE "mysql+pymysql://nova:p%40w@DB1:3307/nova_cell0?charset=utf8"
#define MQ_BASE "rabbit://a:1@h1:5672,b:2@H2:5673//v?ssl=1"
/* nova 26 (CellMapping._format_url) gave the same. */
static const struct {
	const char *text, *base, *expected;
} cell_rows[] = {
	{ "mysql+pymysql://u:p@h/nova", DB_BASE, "mysql+pymysql://u:p@h/nova" },
	{ "{scheme}://{username}:{password}@{hostname}:{port}/{path}?{query}", DB_BASE,
	    "mysql+pymysql://nova:p%40w@db1:3307/nova_cell0?charset=utf8" },
	{ "{scheme}://{username}:{password}@cell1/{path}_x?{query}#{fragment}", DB_BASE,
	    "mysql+pymysql://nova:p%40w@cell1/nova_cell0_x?charset=utf8#" },
	{ "{scheme}://{username1}:{password1}@{hostname1}:{port1},{username2}:{password2}@{hostname2}:{port2}/{path}", MQ_BASE,
	    "rabbit://a:1@h1:5672,b:2@H2:5673/v" },
	{ "{scheme}://{username}:{password}@{hostname}:{port}", MQ_BASE, "rabbit://a:1@h1:5672,b:2@h2:5673" },
	{ "{hostname1}{port1}", "rabbit://a:1@[::1]:5672,b:2@h2/", "::1:5672" }, /* nova's own slip; newer Pythons refuse the base */
	{ "{port}", "mysql://h:003307/d", "3307" },
	{ "{username}:{password}@{hostname}:{port}", "mysql:///d", "None:None@None:None" },
	{ "{{{path}}}", DB_BASE, "{nova_cell0}" },
	{ "a}}b", DB_BASE, "a}b" },
	/* what cannot be filled stays */
	{ "{username1}", DB_BASE, "{username1}" },
	{ "{nope}", DB_BASE, "{nope}" },
	{ "{}", DB_BASE, "{}" },
	{ "{username", DB_BASE, "{username" },
	{ "a}b{path}", DB_BASE, "a}b{path}" },
	{ "{path}", "mysql://h:x/d", "{path}" },
	{ "{path}", "mysql://h:65536/d", "{path}" },
	{ "{path}", "mysql://[::1/d", "{path}" },
	{ "{path1}{hostname1}", "rabbit://[::1],[::2/", "{path1}{hostname1}" },
	{ "{path}", "", "{path}" },
	{ "{path}", NULL, "{path}" },
	{ "none:///", MQ_BASE, "none:///" },
	{ "", DB_BASE, "" },
};

static void a_cells_url_template_is_filled_as_nova_does(void **state)
{
	char *got;

	(void)state;
	for (size_t i = 0; i < COUNT(cell_rows); i++) {
		got = config_expand_cell_url(cell_rows[i].text, cell_rows[i].base);
		assert_string_equal(got, cell_rows[i].expected);
		free_secret(got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_an_option_file_of_the_url_says_is_read_where_the_url_is_silent),
		cmocka_unit_test(an_option_that_cannot_be_obeyed_is_refused_by_name),
		cmocka_unit_test(the_options_of_other_drivers_mean_tls_too),
		cmocka_unit_test(the_defaults_file_has_the_last_word_on_tls),
		cmocka_unit_test(each_driver_reads_its_option_file_in_its_own_way),
		cmocka_unit_test(options_that_do_not_say_how_to_connect_are_let_pass),
		cmocka_unit_test(connection_parameters_are_a_part_of_the_url),
		cmocka_unit_test(the_defaults_file_goes_over_the_services_login),
		cmocka_unit_test(a_wrong_defaults_file_is_refused),
		cmocka_unit_test(the_defaults_files_socket_is_for_who_connects_to_localhost),
		cmocka_unit_test(a_cells_url_template_is_filled_as_nova_does),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
