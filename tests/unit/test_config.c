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
#include <unistd.h>

#include "config/config.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define DATA "tests/data/config/" /* make runs the tests at the top of the tree */
#define API "[api_database]\nconnection = mysql://a:api-s3cret@h/nova_api\n"
#define RABBIT "[oslo_messaging_rabbit]\n"
#define BUS "[DEFAULT]\ntransport_url = rabbit://b:bus-s3cret@h/\n"

static char file[] = "/tmp/test_config_XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(file);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	log_close(); /* forgets the passwords */
	return unlink(file);
}

static void write_file(const char *text)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static const char *const file_list[] = { file };

static void assert_no_secret(const struct error *err)
{
	assert_null(strstr(err->text, "s3cret"));
	assert_null(strstr(err->hint, "s3cret"));
}

/* ---- what nova logs in to keystone with */

#define LOGIN "username = nova\npassword = ks-s3cret\nauth_url = http://k:5000\n"

static const struct {
	const char *text, *group, *user, *url;
	bool has_login, insecure;
} keystones[] = {
	{ "", NULL, "-", "-", false, false },
	{ "[keystone_authtoken]\n" LOGIN "insecure = true\n", "keystone_authtoken", "nova", "http://k:5000", true, true },
	{ "[service_user]\n" LOGIN, "service_user", "nova", "http://k:5000", true, false },
	{ "[keystone_authtoken]\nauth_url = http://first\n[service_user]\n" LOGIN, "service_user", "nova", "http://k:5000", true, false },
	{ "[keystone_authtoken]\nauth_url = http://first\n", "keystone_authtoken", "-", "http://first", false, false },
	{ "[keystone_authtoken]\nauth_section = ks\n[ks]\nuser_name = n\npassword = ks-s3cret\nauth_url = http://k\n", "ks", "n", "http://k", true, false },
	{ "[keystone_authtoken]\nauth_url = http://$my_ip:5000\nusername = x\npassword = ks-s3cret\n[service_user]\n" LOGIN, "service_user", "nova",
	    "http://k:5000", true, false }, /* its default only the host knows */
};

static void the_login_to_keystone_is_the_first_that_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(keystones); i++) {
		const struct config_sources sources = { .nova_files = file_list, .n_nova_files = 1 };
		auto_free char *text = xasprintf("%s%s%s", API, BUS, keystones[i].text);
		struct error err = { 0 };
		struct nova_config c;

		write_file(text);
		if (config_load_nova(&sources, &c, &err) != 0)
			fail_msg("%zu: %s", i, err.text);
		assert_string_equal(str_or(c.keystone.group, "-"), str_or(keystones[i].group, "-"));
		assert_string_equal(str_or(c.keystone.username, "-"), keystones[i].user);
		assert_string_equal(str_or(c.keystone.auth_url, "-"), keystones[i].url);
		assert_int_equal(keystone_config_has_login(&c.keystone), keystones[i].has_login);
		assert_int_equal(c.keystone.insecure, keystones[i].insecure);
		nova_config_free(&c);
	}
}

static void addresses_of_their_own_are_those_of_the_groups(void **state)
{
	const struct config_sources sources = { .nova_files = file_list, .n_nova_files = 1 };
	struct error err = { 0 };
	struct nova_config c;

	(void)state;
	write_file(API BUS "[glance]\napi_servers = http://g1:9292,http://g2:9292\n[neutron]\nurl = http://n:9696\n[cinder]\n"
			   "endpoint_template = http://c/v3/%(project_id)s\n");
	assert_int_equal(config_load_nova(&sources, &c, &err), 0);
	assert_string_equal(c.glance_url, "http://g1:9292");
	assert_string_equal(c.endpoint[PEER_NEUTRON].url, "http://n:9696");
	assert_string_equal(c.endpoint[PEER_CINDER].url, "http://c/v3/%(project_id)s");
	nova_config_free(&c);
	write_file(API BUS "[glance]\nendpoint_override = http://$my_ip:9292\n[neutron]\nendpoint_override = http://o:9696\n");
	assert_int_equal(config_load_nova(&sources, &c, &err), 0);
	assert_null(c.glance_url);
	assert_string_equal(c.endpoint[PEER_NEUTRON].url, "http://o:9696");
	nova_config_free(&c);
}

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

static void a_reference_to_a_default_that_only_the_host_knows_stops_nothing_that_does_not_need_it(void **state)
{
	static const char *const files[] = { file };
	const struct config_sources sources = { .nova_files = files, .n_nova_files = 1 };
	struct error err = { 0 };
	struct nova_config c;

	(void)state;
	write_file(API BUS "osapi_compute_listen = $my_ip\n");
	if (config_load_nova(&sources, &c, &err) != 0)
		fail_msg("%s", err.text);
	assert_null(c.api_listen); /* not asked */
	nova_config_free(&c);
	write_file(API "[DEFAULT]\ntransport_url = rabbit://b:bus-s3cret@$my_ip/\n");
	assert_int_equal(config_load_nova(&sources, &c, &err), 0);
	assert_non_null(c.bus.trouble); /* needed, by who opens the broker */
	assert_non_null(strstr(c.bus.trouble->text, "'$my_ip'"));
	nova_config_free(&c);
}

/* Queens: without a transport_url the options of before count. */
static const struct {
	const char *text, *url; /* NULL: none */
} old_brokers[] = {
	{ "[DEFAULT]\nrabbit_host = r1\nrabbit_userid = openstack\nrabbit_password = b@s-s3cret\n", "rabbit://openstack:***@r1:5672//" },
	{ RABBIT "rabbit_hosts = r1:5671, r2 ,[::1]:5\nrabbit_port = 5673\nrabbit_password = bus-s3cret\nrabbit_virtual_host = /nova x\n",
	    "rabbit://guest:***@r1:5671,guest:***@r2:5673,guest:***@[::1]:5//nova%20x" },
	{ RABBIT "rabbit_host = new\n[DEFAULT]\nrabbit_host = old\nrabbit_port = 1\n", "rabbit://guest:***@new:1//" },
	{ RABBIT "rabbit_hosts = $rabbit_host:$rabbit_port\nrabbit_host = r1\n", "rabbit://guest:***@r1:5672//" },
	{ "[DEFAULT]\nrpc_backend = nova.openstack.common.rpc.impl_kombu\nrabbit_host = r1\n", "rabbit://guest:***@r1:5672//" },
	{ "[DEFAULT]\nrpc_backend = zmq\nrabbit_host = r1\n", NULL },
	{ RABBIT "rabbit_password = bus-s3cret\n", NULL },
	{ BUS RABBIT "rabbit_host = other\n", "rabbit://b:***@h:5672//" },
	{ RABBIT "rabbit_host = r1:port\n", NULL },
};

static void a_broker_of_queens_is_read_by_its_own_names(void **state)
{
	const struct config_sources sources = { .nova_files = file_list, .n_nova_files = 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(old_brokers); i++) {
		auto_free char *text = xasprintf("%s%s", API, old_brokers[i].text);
		auto_str struct str shown = { 0 };
		struct error err = { 0 };
		struct nova_config c;

		write_file(text);
		if (config_load_nova(&sources, &c, &err) != 0)
			fail_msg("%s", err.text);
		if (c.bus.trouble) {
			assert_no_secret(c.bus.trouble);
			if (old_brokers[i].url)
				fail_msg("%zu: %s", i, c.bus.trouble->text);
		} else {
			transport_url_show(&c.bus.url, &shown);
			assert_string_equal(shown.s, str_or(old_brokers[i].url, "none"));
		}
		nova_config_free(&c);
	}
}

/* ---- nova */

static void a_super_conductors_file_is_read_whole(void **state)
{
	static const char *const files[] = { DATA "nova.conf" };
	const struct config_sources sources = { .nova_files = files, .n_nova_files = 1 };
	struct error err = { 0 };
	struct nova_config c;

	(void)state;
	if (config_load_nova(&sources, &c, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(c.api_database.password, "api-s3cret");
	assert_string_equal(c.api_database.host, "192.0.2.10");
	assert_true(c.has_database);
	assert_string_equal(c.database.password, "pa$w0rd-s3cret");
	assert_int_equal(c.database.port, 3307);
	assert_string_equal(url_option(c.database.option, c.database.noption, "ssl_ca"), "/etc/ssl/db.pem");
	assert_string_equal(c.database_text,
	    "mysql+pymysql://nova:pa$w0rd-s3cret@db.example.org:3307/nova_cell0?charset=utf8&ssl_ca=/etc/ssl/db.pem");
	assert_int_equal(c.bus.url.nbroker, 3);
	assert_string_equal(c.bus.url.broker[2].host, "2001:db8::3");
	assert_string_equal(c.bus.url.broker[2].password, "r@bbit-s3cret");
	assert_string_equal(c.bus.url.vhost, "nova");
	assert_true(c.bus.tls.enabled);
	assert_string_equal(c.bus.tls.ca_file, "/etc/ssl/rabbit.pem"); /* the URL's own wins */
	assert_string_equal(c.bus.tls.cert_file, "/etc/nova/client.pem");
	assert_string_equal(c.bus.tls.key_file, "/etc/nova/client.key");
	assert_string_equal(c.bus.exchange, "nova");
	assert_int_equal(c.bus.heartbeat_s, 10);
	assert_string_equal(c.conductor_topic, "conductor");
	assert_int_equal(c.service_down_time_s, 60);
	assert_non_null(strstr(c.transport_text, "r%40bbit-s3cret@ctl2"));
	assert_null(c.login.user);
	nova_config_free(&c);
	nova_config_free(&c); /* twice is fine */
}

static void a_second_file_wins_also_in_what_the_first_refers_to(void **state)
{
	static const char *const files[] = { DATA "nova.conf", DATA "nova-override.conf" };
	const struct config_sources sources = { .nova_files = files, .n_nova_files = 2 };
	struct error err = { 0 };
	struct nova_config c;

	(void)state;
	assert_int_equal(0, config_load_nova(&sources, &c, &err));
	assert_string_equal(c.api_database.host, "192.0.2.99");
	assert_string_equal(c.bus.exchange, "nova_b");
	assert_int_equal(c.service_down_time_s, 75); /* int(30 * 2.5), as nova raises it */
	nova_config_free(&c);
}

/* A value of nova's configuration as text, for the tables. */
static void describe(const struct nova_config *c, struct str *out)
{
	str_addf(out, "db=%s", c->has_database ? c->database.database : "-");
	str_addf(out, " tls=%d,%s,%s,%s", c->bus.tls.enabled, str_or(c->bus.tls.ca_file, "-"), str_or(c->bus.tls.cert_file, "-"),
	    str_or(c->bus.tls.key_file, "-"));
	str_addf(out, " exchange=%s topic=%s down=%u", c->bus.exchange, c->conductor_topic, c->service_down_time_s);
}

static const struct {
	const char *text, *expected;
} nova_rows[] = {
	{ "", "db=- tls=0,-,-,- exchange=nova topic=conductor down=60" },
	{ "control_exchange=\nservice_down_time=\n[conductor]\ntopic=\n", "db=- tls=0,-,-,- exchange=nova topic=conductor down=60" },
	{ "[conductor]\ntopic=c2\n", "db=- tls=0,-,-,- exchange=nova topic=c2 down=60" },
	{ "service_down_time= +090 \n", "db=- tls=0,-,-,- exchange=nova topic=conductor down=90" },
	{ "service_down_time=10\n", "db=- tls=0,-,-,- exchange=nova topic=conductor down=25" },
	{ "service_down_time=11\n", "db=- tls=0,-,-,- exchange=nova topic=conductor down=11" },
	{ "report_interval=61\n", "db=- tls=0,-,-,- exchange=nova topic=conductor down=152" },
	{ "[database]\nconnection=\n", "db=- tls=0,-,-,- exchange=nova topic=conductor down=60" },
	{ "[database]\nconnection=mysql://h/d\n", "db=d tls=0,-,-,- exchange=nova topic=conductor down=60" },
	{ "sql_connection=mysql://h/old\n", "db=old tls=0,-,-,- exchange=nova topic=conductor down=60" },
	{ "[sql]\nconnection=mysql://h/old\n", "db=old tls=0,-,-,- exchange=nova topic=conductor down=60" },
	{ "[DATABASE]\nsql_connection=mysql://h/old\nconnection=mysql://h/new\n",
	    "db=new tls=0,-,-,- exchange=nova topic=conductor down=60" },
	{ RABBIT "ssl=1\nssl_ca_file=a\nssl_cert_file=b\nssl_key_file=c\n",
	    "db=- tls=1,a,b,c exchange=nova topic=conductor down=60" },
	{ RABBIT "rabbit_use_ssl=YES\nkombu_ssl_ca_certs=a\nkombu_ssl_certfile=b\nkombu_ssl_keyfile=c\n",
	    "db=- tls=1,a,b,c exchange=nova topic=conductor down=60" },
	{ RABBIT "ssl=off\nrabbit_use_ssl=on\nssl_ca_file=\n", "db=- tls=0,-,-,- exchange=nova topic=conductor down=60" },
	{ "transport_url=rabbit://h?ssl=True&ssl_ca_file=/u&ssl_key_file=/k\n" RABBIT "ssl=0\nssl_ca_file=a\nssl_cert_file=b\n",
	    "db=- tls=1,/u,b,/k exchange=nova topic=conductor down=60" },
	{ "transport_url=rabbit://h?ssl=no&rabbit_use_ssl=1&kombu_ssl_ca_certs=/u\n" RABBIT "ssl=1\n",
	    "db=- tls=0,-,-,- exchange=nova topic=conductor down=60" },
};

static void novas_options_and_their_defaults_are_oslos(void **state)
{
	const struct config_sources sources = { .nova_files = file_list, .n_nova_files = 1 };
	auto_str struct str text = { 0 }, got = { 0 };
	struct error err = { 0 };
	struct nova_config c;

	(void)state;
	for (size_t i = 0; i < COUNT(nova_rows); i++) {
		str_clear(&text);
		str_clear(&got);
		str_addf(&text, "%s%s%s", API, BUS, nova_rows[i].text);
		write_file(text.s);
		if (config_load_nova(&sources, &c, &err) != 0)
			fail_msg("%s: %s", text.s, err.text);
		describe(&c, &got);
		assert_string_equal(got.s, nova_rows[i].expected);
		nova_config_free(&c);
	}
}

static const struct {
	const char *text, *expected; /* %s: the file */
} wrong_nova_rows[] = {
	{ BUS, "no [api_database] connection in %s" },
	{ BUS "[api_database]\nconnection=\n", "no [api_database] connection in %s" },
	{ BUS "[database]\nconnection = mysql://u:s3cret@h/d\n", "no [api_database] connection in %s" },
	{ API, "no [DEFAULT] transport_url in %s" },
	{ API "[DEFAULT]\ntransport_url =\n", "no [DEFAULT] transport_url in %s" },
	{ BUS "[api_database]\nconnection = postgresql://u:s3cret@h/d\n",
	    "%s:4 [api_database] connection: the database driver 'postgresql' is not supported" },
	{ BUS API "[database]\nconnection = u:s3cret@h/d\n",
	    "%s:6 [database] connection: not of the form mysql+pymysql://USER:PASSWORD@HOST/DATABASE" },
	{ BUS API "[database]\nconnection = mysql://u:s3cret@h/d\n  more-s3cret\n",
	    "%s:6 [database] connection: the URL holds a line break or another control character" },
	{ API "[DEFAULT]\ntransport_url = rabbit://u:s3cret@h:x/\n",
	    "%s:4 [DEFAULT] transport_url: the port of a broker is not a number from 1 to 65535" },
	{ API "[DEFAULT]\ntransport_url = kafka://u:s3cret@h\n", "%s:4 [DEFAULT] transport_url: the messaging driver 'kafka' is not supported" },
	{ API "[DEFAULT]\ntransport_url = rabbit://u:a$s3cret@h\n",
	    "%s:4 [DEFAULT] transport_url: a '$' in the user or password refers to an option that no file sets" },
	{ API BUS "service_down_time = 60s\n", "%s:5 [DEFAULT] service_down_time: '60s' is not a whole number from 0 to 1000000000" },
	{ API BUS "service_down_time = -1\n", "%s:5 [DEFAULT] service_down_time: '-1' is not a whole number from 0 to 1000000000" },
	{ API BUS "report_interval = 99999999999\n",
	    "%s:5 [DEFAULT] report_interval: '99999999999' is not a whole number from 0 to 1000000000" },
	{ API BUS RABBIT "ssl = maybe\n", "%s:6 [oslo_messaging_rabbit] ssl: 'maybe' is neither true nor false" },
	{ API BUS RABBIT "ssl =\n", "%s:6 [oslo_messaging_rabbit] ssl: '' is neither true nor false" },
	{ API "[DEFAULT]\ntransport_url = rabbit://u:s3cret@h/?ssl=maybe\n",
	    "%s:4 [DEFAULT] transport_url ?ssl: 'maybe' is neither true nor false" },
	{ API BUS RABBIT "rabbit_login_method = EXTERNAL\n",
	    "%s:4 [DEFAULT] transport_url: rabbit_login_method 'EXTERNAL' is not supported; only a login by password is" },
	{ API "[DEFAULT]\ntransport_url = rabbit://u:s3cret@h/?rabbit_login_method=RABBIT-CR-DEMO\n" RABBIT "rabbit_login_method = plain\n",
	    "%s:4 [DEFAULT] transport_url: rabbit_login_method 'RABBIT-CR-DEMO' is not supported; only a login by password is" },
	{ API "[DEFAULT]\ntransport_url = rabbit://u:s3cret@h/?ssl_enforce_fips_mode=true\n",
	    "%s:4 [DEFAULT] transport_url: ssl_enforce_fips_mode is set, but evac-manage cannot switch OpenSSL to FIPS mode" },
	{ API BUS "s3cret\n", "%s:5: the line has neither '=' nor ':'" },
};

static void what_is_wrong_with_novas_file_is_said_by_line(void **state)
{
	const struct config_sources sources = { .nova_files = file_list, .n_nova_files = 1 };
	auto_str struct str expected = { 0 };
	const char *place;
	struct error err;
	struct nova_config c;

	(void)state;
	for (size_t i = 0; i < COUNT(wrong_nova_rows); i++) {
		err = (struct error){ 0 };
		memset(&c, 1, sizeof c);
		write_file(wrong_nova_rows[i].text);
		if (config_load_nova(&sources, &c, &err) == 0) { /* a broker's trouble is for who opens it */
			assert_non_null(c.bus.trouble);
			err = *c.bus.trouble;
			nova_config_free(&c);
		}
		assert_int_equal(err.kind, ERROR_CONFIG);
		place = strstr(wrong_nova_rows[i].expected, "%s");
		str_clear(&expected);
		str_addn(&expected, wrong_nova_rows[i].expected, (size_t)(place - wrong_nova_rows[i].expected));
		str_addf(&expected, "%s%s", file, place + 2);
		assert_string_equal(err.text, expected.s);
		assert_no_secret(&err);
		assert_true(!c.api_database.driver && !c.bus.exchange && !c.bus.url.broker && !c.transport_text);
	}
}

static void booleans_are_oslos(void **state)
{
	static const char *const yes[] = { "1", "true", "TRUE", "True", "yes", "Yes", "on", "ON" };
	static const char *const no[] = { "0", "false", "False", "no", "NO", "off" };
	static const char *const wrong[] = { "2", "y", "t", "enabled", "true x", "''x" };
	const struct config_sources sources = { .site_file = file };
	auto_str struct str text = { 0 };
	struct site_config c;
	struct error err = { 0 };
	const char *word;

	(void)state;
	for (size_t i = 0; i < COUNT(yes) + COUNT(no) + COUNT(wrong); i++) {
		word = i < COUNT(yes) ? yes[i] : i - COUNT(yes) < COUNT(no) ? no[i - COUNT(yes)] : wrong[i - COUNT(yes) - COUNT(no)];
		str_clear(&text);
		str_addf(&text, "[site]\nshared_disks = %s\n", word);
		write_file(text.s);
		if (i >= COUNT(yes) + COUNT(no)) {
			assert_int_equal(-1, config_load_site(&sources, &c, &err));
			assert_non_null(strstr(err.text, word));
			assert_non_null(strstr(err.text, ":2 [site] shared_disks: "));
			continue;
		}
		assert_int_equal(0, config_load_site(&sources, &c, &err));
		assert_int_equal(c.shared_disks, i < COUNT(yes));
		site_config_free(&c);
	}
}

static void a_file_that_is_not_there_says_which_option_names_another(void **state)
{
	static const char *const files[] = { "/nonexistent/nova.conf" };
	const struct config_sources sources = { .nova_files = files, .n_nova_files = 1, .cinder_files = files, .n_cinder_files = 1 };
	struct cinder_config cinder;
	struct nova_config nova;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(-1, config_load_nova(&sources, &nova, &err));
	assert_int_equal(err.kind, ERROR_CONFIG);
	assert_non_null(strstr(err.text, "/nonexistent/nova.conf"));
	assert_non_null(strstr(err.hint, "--nova-config-file FILE"));
	assert_int_equal(-1, config_load_cinder(&sources, &cinder, &err));
	assert_non_null(strstr(err.hint, "--cinder-config-file FILE"));
}

/* ---- cinder */

static void cinders_file_is_read_with_its_old_names(void **state)
{
	static const char *const files[] = { DATA "cinder.conf" };
	const struct config_sources sources = { .cinder_files = files, .n_cinder_files = 1 };
	struct cinder_config c;
	struct error err = { 0 };

	(void)state;
	if (config_load_cinder(&sources, &c, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(c.database.password, "cinder-db-s3cret");
	assert_string_equal(c.database.database, "cinder");
	assert_true(c.has_bus);
	assert_string_equal(c.bus.exchange, "openstack");
	assert_string_equal(c.bus.url.vhost, "/");
	assert_int_equal(c.service_down_time_s, 60);
	cinder_config_free(&c);
}

static void cinder_needs_a_database_and_no_broker(void **state)
{
	const struct config_sources sources = { .cinder_files = file_list, .n_cinder_files = 1 };
	struct cinder_config c;
	struct error err = { 0 };

	(void)state;
	write_file("[database]\nconnection = mysql://u:s3cret@h/cinder\n");
	assert_int_equal(0, config_load_cinder(&sources, &c, &err));
	assert_false(c.has_bus);
	cinder_config_free(&c);
	write_file("[database]\nconnection = mysql://u:s3cret@h/cinder\n[DEFAULT]\ntransport_url = rabbit:u:s3cret@h\n");
	assert_int_equal(0, config_load_cinder(&sources, &c, &err));
	assert_true(c.has_bus); /* and whoever opens it is told */
	assert_non_null(strstr(c.bus.trouble->text, "transport_url: not of the form"));
	cinder_config_free(&c);
	write_file(BUS);
	assert_int_equal(-1, config_load_cinder(&sources, &c, &err));
	assert_int_equal(err.kind, ERROR_CONFIG);
	assert_non_null(strstr(err.text, "no [database] connection in /tmp/"));
	assert_null(c.database.driver);
}

/* ---- neutron */

static void neutron_is_a_database_and_how_long_an_agent_may_be_silent(void **state)
{
	const struct config_sources sources = { .neutron_files = file_list, .n_neutron_files = 1, .defaults_file = DATA "defaults.cnf" };
	struct neutron_config n;
	struct error err = { 0 };

	(void)state;
	write_file("[database]\nconnection = mysql+pymysql://n:neu-s3cret@h/neutron\nslave_connection = mysql://n:neu-s3cret@r/neutron\n");
	assert_int_equal(0, config_load_neutron(&sources, &n, &err));
	assert_string_equal(n.database.database, "neutron");
	assert_string_equal(n.database.user, "rescue");
	assert_string_equal(n.replica.host, "r");
	assert_string_equal(n.replica.user, "rescue");
	assert_int_equal(n.agent_down_time_s, 75);
	neutron_config_free(&n);
	write_file("[DEFAULT]\nagent_down_time = 30\n[database]\nconnection = mysql://n:neu-s3cret@h/neutron\n");
	assert_int_equal(0, config_load_neutron(&sources, &n, &err));
	assert_int_equal(n.agent_down_time_s, 30);
	neutron_config_free(&n);
	write_file("[DEFAULT]\nagent_down_time = soon\n[database]\nconnection = mysql://n:neu-s3cret@h/neutron\n");
	assert_int_equal(-1, config_load_neutron(&sources, &n, &err));
	assert_non_null(strstr(err.text, "agent_down_time"));
	assert_no_secret(&err);
	assert_null(n.database.driver);
}

static void neutron_says_which_nova_api_it_tells(void **state)
{
	const struct config_sources sources = { .neutron_files = file_list, .n_neutron_files = 1 };
	struct neutron_config n;
	struct error err = { 0 };

	(void)state;
	write_file("[database]\nconnection = mysql://n:neu-s3cret@h/neutron\n[nova]\n");
	assert_int_equal(0, config_load_neutron(&sources, &n, &err));
	assert_null(n.nova.url);
	assert_null(n.nova.region);
	assert_string_equal(n.nova.interfaces, "public");
	assert_true(n.tells_nova && !n.nova.insecure);
	neutron_config_free(&n);
	write_file("[DEFAULT]\nnotify_nova_on_port_status_changes = False\n[database]\nconnection = mysql://n:neu-s3cret@h/neutron\n"
		   "[nova]\nregion_name = Two\nendpoint_type = internal\ncafile = /ca.pem\ninsecure = yes\n");
	assert_int_equal(0, config_load_neutron(&sources, &n, &err));
	assert_string_equal(n.nova.region, "Two");
	assert_string_equal(n.nova.interfaces, "internal");
	assert_string_equal(n.nova.ca_file, "/ca.pem");
	assert_true(!n.tells_nova && n.nova.insecure);
	neutron_config_free(&n);
}

/* A compute's file, and the one of Ubuntu's package. */
static void a_neutron_file_without_a_server_has_nothing_for_us(void **state)
{
	static const char *const texts[] = { "", "[database]\n", "[database]\nconnection =\n",
		"[database]\nconnection = sqlite:////var/lib/neutron/neutron.sqlite\n" };
	const struct config_sources sources = { .neutron_files = file_list, .n_neutron_files = 1 };
	struct neutron_config n;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct error err = { 0 };

		write_file(texts[i]);
		assert_int_equal(-1, config_load_neutron(&sources, &n, &err));
		assert_int_equal(err.kind, ERROR_CONFIG);
		assert_int_equal(err.code, ENODATA);
	}
	for (size_t i = 0; i < 2; i++) {
		struct error err = { 0 };

		write_file(i ? "[database]\nconnection = postgresql://n:neu-s3cret@h/neutron\n" :
			       "[database]\nconnection = mysql://n:neu-s3cret@h/\n");
		assert_int_equal(-1, config_load_neutron(&sources, &n, &err));
		assert_int_not_equal(err.code, ENODATA); /* somebody has configured it */
		assert_no_secret(&err);
	}
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

/* ---- the services that nova asks */

static void load_endpoints(const char *more, struct nova_config *nova)
{
	static const char *const files[] = { DATA "nova.conf", NULL };
	const char *both[] = { files[0], file };
	const struct config_sources sources = { .nova_files = both, .n_nova_files = 2 };
	struct error err = { 0 };

	write_file(more);
	if (config_load_nova(&sources, nova, &err) != 0)
		fail_msg("%s", err.text);
}

static void addresses_of_services_are_nova_s_own(void **state)
{
	struct nova_config nova;
	const struct endpoint_config *e = nova.endpoint;

	(void)state;
	load_endpoints("[placement]\nendpoint_override = http://p:8778\nos_region_name = old\nregion_name = R1\ncafile = /ca.pem\ninsecure = true\n"
		       "[neutron]\nurl = http://n:9696\nvalid_interfaces = public\nauth_url = http://k2/v3\n"
		       "[cinder]\nendpoint_template = http://c:8776/v3/%(project_id)s\ncatalog_info = volumev3:cinderv3:internalURL\n"
		       "[service_user]\nsend_service_user_token = true\n[keystone_authtoken]\nauth_url = http://k1/v3\n"
		       "[scheduler]\nquery_placement_for_availability_zone = yes\n", &nova);
	assert_true(nova.zone_query_said && nova.zone_query);
	assert_string_equal(e[PEER_PLACEMENT].url, "http://p:8778");
	assert_non_null(strstr(e[PEER_PLACEMENT].origin, "[placement] endpoint_override"));
	assert_string_equal(e[PEER_PLACEMENT].region, "R1");
	assert_string_equal(e[PEER_PLACEMENT].interfaces, "internal,public");
	assert_string_equal(e[PEER_PLACEMENT].ca_file, "/ca.pem");
	assert_true(e[PEER_PLACEMENT].insecure && !e[PEER_NEUTRON].insecure);
	assert_string_equal(e[PEER_NEUTRON].url, "http://n:9696");
	assert_string_equal(e[PEER_NEUTRON].interfaces, "public");
	assert_string_equal(e[PEER_CINDER].url, "http://c:8776/v3/%(project_id)s");
	assert_string_equal(e[PEER_CINDER].interfaces, "internal");
	assert_string_equal(e[PEER_KEYSTONE].url, "http://k2/v3"); /* with which nova asks, before the one that validates */
	assert_true(nova.sends_service_token);
	nova_config_free(&nova);
}

/* The default of such an option only the host knows: nothing ends because of it. */
static void an_address_that_cannot_be_known_is_none(void **state)
{
	struct nova_config nova;

	(void)state;
	load_endpoints("[placement]\nendpoint_override = http://$my_block_storage_ip:8778\n[neutron]\nendpoint_override =\n", &nova);
	for (int peer = 0; peer < PEERS; peer++)
		assert_null(nova.endpoint[peer].url);
	assert_string_equal(nova.endpoint[PEER_CINDER].interfaces, "public");
	assert_false(nova.sends_service_token);
	nova_config_free(&nova);
}

static void keystone_s_file_gives_its_database_alone(void **state)
{
	static const char *const files[] = { file };
	const struct config_sources sources = { .keystone_files = files, .n_keystone_files = 1 };
	struct catalog_config c;
	struct error err = { 0 };

	(void)state;
	write_file("[database]\nconnection = mysql+pymysql://k:s3cret@db1/keystone\n");
	assert_int_equal(0, config_load_catalog(&sources, &c, &err));
	assert_string_equal(c.database.database, "keystone");
	catalog_config_free(&c);
	write_file("[DEFAULT]\ndebug = true\n");
	assert_int_equal(-1, config_load_catalog(&sources, &c, &err));
	assert_int_equal(err.code, ENODATA);
}

/* ---- the site */

static void the_sites_own_file_is_read_with_its_version_file(void **state)
{
	const struct config_sources sources = { .site_file = DATA "evac-manage.conf" };
	struct site_config c;
	struct error err = { 0 };

	(void)state;
	if (config_load_site(&sources, &c, &err) != 0)
		fail_msg("%s", err.text);
	assert_true(c.shared_disks);
	assert_string_equal(c.version, "6.4.2.1.0.0");
	assert_string_equal(c.min_version, "6.4.3.0.0.0");
	assert_int_equal(c.deadline_s, 600);
	site_config_free(&c);
}

static void the_sites_own_file_may_be_missing_unless_it_was_named(void **state)
{
	const struct config_sources usual = { 0 }, named = { .site_file = "/nonexistent/evac-manage.conf" };
	struct site_config c;
	struct error err = { 0 };

	(void)state;
	if (access("/etc/evac-manage/evac-manage.conf", F_OK) != 0) {
		assert_int_equal(0, config_load_site(&usual, &c, &err));
		assert_true(!c.shared_disks && !c.version && !c.min_version);
		assert_int_equal(err.kind, ERROR_OK);
		site_config_free(&c);
	}
	assert_int_equal(-1, config_load_site(&named, &c, &err));
	assert_int_equal(err.kind, ERROR_CONFIG);
	assert_non_null(strstr(err.text, "/nonexistent/evac-manage.conf"));
}

static void disks_are_shared_by_host_and_pattern(void **state)
{
	static const struct {
		const char *value, *host;
		bool shared;
	} rows[] = {
		{ "compute-0*, kvm17", "compute-07", true },
		{ "compute-0*, kvm17", "kvm17", true },
		{ "compute-0*, kvm17", "kvm170", false },
		{ "compute-0*, kvm17", "compute-17", false },
		{ "compute-0*, kvm17", NULL, false },
		{ "kvm17", "kvm17", true },
		{ "kvm17", "kvm18", false },
		{ "kvm[12].example", "kvm2.example", true },
		{ "alpha,", "alpha", true }, /* a word of letters alone needs its comma */
		{ "alpha,", "beta", false },
		{ " , alpha , ", "", false },
		{ "*", "any", true },
		{ "true", "any", true },
		{ "true", NULL, true },
		{ "1", "any", true },
		{ "true,", "any", false }, /* a host of this name */
		{ "false", "any", false },
	};
	const struct config_sources sources = { .site_file = file };
	auto_str struct str text = { 0 };
	struct site_config c;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		str_clear(&text);
		str_addf(&text, "[site]\nshared_disks = %s\n", rows[i].value);
		write_file(text.s);
		if (config_load_site(&sources, &c, &err) != 0)
			fail_msg("%s", err.text);
		if (site_shares_disks(&c, rows[i].host) != rows[i].shared)
			fail_msg("'%s' of '%s'", rows[i].value, rows[i].host ? rows[i].host : "no host");
		site_config_free(&c);
	}
	write_file("[site]\nshared_disks = computes\n");
	assert_int_equal(-1, config_load_site(&sources, &c, &err));
	assert_non_null(strstr(err.hint, "names of hosts"));
}

static void a_wrong_site_file_is_refused_by_line(void **state)
{
	static const char *const rows[][2] = {
		{ "[site]\nversion = six\n", ":2 [site] version: 'six' is not a version" },
		{ "[site]\nversion = 6.\n", ":2 [site] version: '6.' is not a version" },
		{ "[site]\nnova_release = stein\n", ":2 [site] nova_release: 'stein' is not a version" },
		{ "[site]\ndeadline = 0\n", ":2 [site] deadline: '0' is no number of seconds from 1 to 86400" },
		{ "[site]\ndeadline = 5m\n", ":2 [site] deadline: '5m' is no number of seconds from 1 to 86400" },
		{ "[site]\ndeadline = -5\n", ":2 [site] deadline: '-5' is no number of seconds from 1 to 86400" },
		{ "[site]\nmin_version = .6\n", ":2 [site] min_version: '.6' is not a version" },
		{ "[site]\nmin_version = 6..4\n", ":2 [site] min_version: '6..4' is not a version" },
		{ "[site]\nshared_disk = yes\n", ":2 [site] shared_disk: unknown option" },
		{ "[site]\nversion = 1\nversion_file = x\n", ":3 [site] version_file: version and version_file are both set" },
		{ "[site]\nplacement_url = placement:8778\n", ":2 [site] placement_url: the value is no http or https URL" },
		{ "[site]\ncinder_url = http://u:s3cret@[fd00::1/\n", ":2 [site] cinder_url: the value is no http or https URL" },
		{ "[site]\nversion_file = /nonexistent\n", ":2 [site] version_file: cannot open '/nonexistent'" },
		{ "[site]\nversion_file = /dev/null\n", ":2 [site] version_file: '/dev/null' is not a regular file" },
		{ "[site]\nversion_file = " DATA "defaults.cnf\n",
		    ":2 [site] version_file: " DATA "defaults.cnf:1: '[client]' is not a version" },
	};
	const struct config_sources sources = { .site_file = file };
	struct site_config c;
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		write_file(rows[i][0]);
		assert_int_equal(-1, config_load_site(&sources, &c, &err));
		assert_int_equal(err.kind, ERROR_CONFIG);
		if (!strstr(err.text, rows[i][1]))
			fail_msg("'%s' is not in '%s'", rows[i][1], err.text);
		assert_true(!c.version && !c.min_version && !c.shared_disks);
	}
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

/* ---- what was read, for people */

static const struct config_value *value_of(const struct config_values *values, const char *group, const char *key)
{
	const struct config_value *found = NULL;

	for (const struct config_value *v = values->v; v < values->v + values->n; v++)
		if (strcmp(v->group, group) == 0 && strcmp(v->key, key) == 0)
			found = v;
	assert_non_null(found);
	return found;
}

static void each_value_tells_its_origin_and_no_password(void **state)
{
	struct config_values values = { 0 };
	const struct config_sources sources = { .nova_files = file_list, .n_nova_files = 1, .values = &values };
	const struct config_value *v;
	struct error err = { 0 };
	struct nova_config c;

	(void)state;
	write_file(API BUS "service_down_time = 5\n[oslo_messaging_rabbit]\nssl_ca_file = /ca.pem\n");
	assert_int_equal(config_load_nova(&sources, &c, &err), 0);
	for (size_t i = 0; i < values.n; i++)
		assert_true(!values.v[i].value || !strstr(values.v[i].value, "s3cret"));
	v = value_of(&values, "api_database", "connection");
	assert_string_equal(v->service, "nova");
	assert_string_equal(v->value, "mysql://a:***@h:3306/nova_api");
	assert_non_null(strstr(v->origin, ":2 [api_database] connection"));
	assert_null(value_of(&values, "database", "connection")->value);
	v = value_of(&values, "conductor", "topic");
	assert_string_equal(v->value, "conductor");
	assert_null(v->origin);
	assert_string_equal(value_of(&values, "oslo_messaging_rabbit", "ssl_ca_file")->value, "/ca.pem");
	assert_string_equal(value_of(&values, "DEFAULT", "service_down_time")->value, "25"); /* as nova raises it */
	nova_config_free(&c);
	config_values_free(&values);
}

/* The table that reads our file says what counts without it; and each option's sample is taken. */
static void the_table_of_our_options_says_the_defaults_that_count(void **state)
{
	struct config_values values = { 0 };
	const struct config_sources sources = { .site_file = file, .values = &values };
	struct error err = { 0 };
	struct site_config c;

	(void)state;
	write_file("\n");
	assert_int_equal(config_load_site(&sources, &c, &err), 0);
	for (const struct own_option *o = own_options; o->group; o++) {
		if (strcmp(o->key, "version_file") == 0)
			continue;
		if (o->standard)
			assert_string_equal(str_or(value_of(&values, o->group, o->key)->value, "none"), o->standard);
		else
			assert_null(value_of(&values, o->group, o->key)->value);
		assert_null(value_of(&values, o->group, o->key)->origin);
	}
	site_config_free(&c);
	config_values_free(&values);
}

static void a_login_of_its_own_shows_its_user_alone(void **state)
{
	struct config_values values = { 0 };
	const struct config_sources sources = { .cinder_files = (const char *const[]){ DATA "cinder.conf" }, .n_cinder_files = 1,
		.defaults_file = file, .values = &values };
	struct error err = { 0 };
	struct cinder_config c;

	(void)state;
	write_file("[evac-manage]\nuser = ops\npassword = own-s3cret\n");
	if (config_load_cinder(&sources, &c, &err) != 0)
		fail_msg("%s", err.text);
	assert_string_equal(value_of(&values, "evac-manage-cinder", "user")->value, "ops");
	assert_string_equal(value_of(&values, "evac-manage-cinder", "password")->value, "***");
	assert_non_null(strstr(value_of(&values, "evac-manage-cinder", "password")->origin, "[evac-manage] password"));
	cinder_config_free(&c);
	config_values_free(&values);
}

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
		cmocka_unit_test(a_super_conductors_file_is_read_whole),
		cmocka_unit_test(the_login_to_keystone_is_the_first_that_is_whole),
		cmocka_unit_test(addresses_of_their_own_are_those_of_the_groups),
		cmocka_unit_test(what_an_option_file_of_the_url_says_is_read_where_the_url_is_silent),
		cmocka_unit_test(an_option_that_cannot_be_obeyed_is_refused_by_name),
		cmocka_unit_test(the_options_of_other_drivers_mean_tls_too),
		cmocka_unit_test(the_defaults_file_has_the_last_word_on_tls),
		cmocka_unit_test(each_driver_reads_its_option_file_in_its_own_way),
		cmocka_unit_test(options_that_do_not_say_how_to_connect_are_let_pass),
		cmocka_unit_test(connection_parameters_are_a_part_of_the_url),
		cmocka_unit_test(a_broker_of_queens_is_read_by_its_own_names),
		cmocka_unit_test(a_reference_to_a_default_that_only_the_host_knows_stops_nothing_that_does_not_need_it),
		cmocka_unit_test(a_second_file_wins_also_in_what_the_first_refers_to),
		cmocka_unit_test(novas_options_and_their_defaults_are_oslos),
		cmocka_unit_test(what_is_wrong_with_novas_file_is_said_by_line),
		cmocka_unit_test(booleans_are_oslos),
		cmocka_unit_test(a_file_that_is_not_there_says_which_option_names_another),
		cmocka_unit_test(cinders_file_is_read_with_its_old_names),
		cmocka_unit_test(cinder_needs_a_database_and_no_broker),
		cmocka_unit_test(neutron_says_which_nova_api_it_tells),
		cmocka_unit_test(neutron_is_a_database_and_how_long_an_agent_may_be_silent),
		cmocka_unit_test(a_neutron_file_without_a_server_has_nothing_for_us),
		cmocka_unit_test(the_defaults_file_goes_over_the_services_login),
		cmocka_unit_test(a_wrong_defaults_file_is_refused),
		cmocka_unit_test(the_defaults_files_socket_is_for_who_connects_to_localhost),
		cmocka_unit_test(addresses_of_services_are_nova_s_own),
		cmocka_unit_test(an_address_that_cannot_be_known_is_none),
		cmocka_unit_test(keystone_s_file_gives_its_database_alone),
		cmocka_unit_test(the_sites_own_file_is_read_with_its_version_file),
		cmocka_unit_test(the_sites_own_file_may_be_missing_unless_it_was_named),
		cmocka_unit_test(disks_are_shared_by_host_and_pattern),
		cmocka_unit_test(a_wrong_site_file_is_refused_by_line),
		cmocka_unit_test(each_value_tells_its_origin_and_no_password),
		cmocka_unit_test(the_table_of_our_options_says_the_defaults_that_count),
		cmocka_unit_test(a_login_of_its_own_shows_its_user_alone),
		cmocka_unit_test(a_cells_url_template_is_filled_as_nova_does),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
