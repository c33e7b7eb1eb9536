/* SPDX-License-Identifier: Apache-2.0 */
#include "config_file.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sites_own_file_is_read_with_its_version_file),
		cmocka_unit_test(the_sites_own_file_may_be_missing_unless_it_was_named),
		cmocka_unit_test(disks_are_shared_by_host_and_pattern),
		cmocka_unit_test(a_wrong_site_file_is_refused_by_line),
		cmocka_unit_test(each_value_tells_its_origin_and_no_password),
		cmocka_unit_test(the_table_of_our_options_says_the_defaults_that_count),
		cmocka_unit_test(a_login_of_its_own_shows_its_user_alone),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
