/* SPDX-License-Identifier: Apache-2.0 */
#include "config_file.h"

/* What the files of nova, cinder, neutron and keystone say. */

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_super_conductors_file_is_read_whole),
		cmocka_unit_test(the_login_to_keystone_is_the_first_that_is_whole),
		cmocka_unit_test(addresses_of_their_own_are_those_of_the_groups),
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
		cmocka_unit_test(addresses_of_services_are_nova_s_own),
		cmocka_unit_test(an_address_that_cannot_be_known_is_none),
		cmocka_unit_test(keystone_s_file_gives_its_database_alone),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
