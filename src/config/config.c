/* SPDX-License-Identifier: Apache-2.0 */
#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/lang.h"
#include "util/mem.h"

/* What differs between the services, as far as reading goes. */
struct service {
	const char *name, *daemon; /* of oslo.config: project and program */
	bool has_script;           /* Debian and Ubuntu start the daemon by a script of /etc/init.d */
	const char *option, *exchange, *whose_file;
};
static const struct service nova = { "nova", "nova-conductor", true, "--nova-config-file", "nova",
	N_("the file of nova-api or of the super conductor") };
static const struct service cinder = { "cinder", "cinder-volume", true, "--cinder-config-file", "openstack",
	N_("the file of cinder-volume") };
static const struct service placement = { "placement", "placement-api", false, "--placement-config-file", NULL,
	N_("the file of placement-api") };
static const struct service neutron = { "neutron", "neutron-server", true, "--neutron-config-file", "neutron",
	N_("the file of neutron-server") };
static const struct service keystone = { "keystone", "keystone", false, "--keystone-config-file", NULL,
	N_("the file of keystone") };

/* ---- opening */

static int open_default_files(const struct service *service, struct ini **out, struct error *err)
{
	struct file_list files = { 0 };
	int rc;

	add_default_files("", service->name, service->daemon, service->has_script, &files);
	rc = ini_open(files.v, files.n, out, err);
	file_list_free(&files);
	return rc;
}

static int open_named_files(const char *const *paths, size_t n, struct ini **out, struct error *err)
{
	struct file_list files = { 0 };
	int rc;

	for (size_t i = 0; i < n; i++)
		add_named_file(paths[i], &files);
	if (files.n > 0)
		rc = ini_open(files.v, files.n, out, err);
	else
		rc = error_set(err, ERROR_CONFIG, "the directory '%s' has no *.conf file", paths[0]);
	file_list_free(&files);
	return rc;
}

static int open_files(const struct service *service, const char *const *files, size_t n, struct ini **out, struct error *err)
{
	int rc = n ? open_named_files(files, n, out, err) : open_default_files(service, out, err);

	if (rc != 0 && err->code == EACCES)
		return error_hint(err, "run as root, or as a user who may read /etc/%s/%s.conf", service->name, service->name);
	if (rc != 0 && err->code == ENOENT)
		return error_hint(err, "name %s with %s FILE", _(service->whose_file), service->option);
	return rc;
}

/* ---- URLs */

static int missing(const struct service *service, const struct ini *ini, const struct ini_name *names, struct error *err)
{
	auto_str struct str paths = { 0 };

	ini_add_paths(ini, &paths);
	error_set(err, ERROR_CONFIG, "no [%s] %s in %s", names->group, names->key, paths.s);
	err->code = ENODATA; /* a standard file of a package has nothing for us */
	return error_hint(err, "name %s with %s FILE", _(service->whose_file), service->option);
}

/* Options that oslo.db still knows under the names of long ago; nova's [api_database] is only ever written as it is. */
static const struct ini_name database_connection[] = { { "database", "connection" }, { "DEFAULT", "sql_connection" },
	{ "database", "sql_connection" }, { "sql", "connection" }, { NULL, NULL } };
static const struct ini_name api_connection[] = { { "api_database", "connection" }, { NULL, NULL } };
static const struct ini_name database_replica[] = { { "database", "slave_connection" }, { NULL, NULL } };
static const struct ini_name api_replica[] = { { "api_database", "slave_connection" }, { NULL, NULL } };
static const struct ini_name placement_connection[] = { { "placement_database", "connection" }, { NULL, NULL } };
static const struct ini_name placement_replica[] = { { "placement_database", "slave_connection" }, { NULL, NULL } };

/* [database] connection_parameters is put behind the URL as it is (oslo_db sqlalchemy/enginefacade.py). */
static int parse_database(struct ini *ini, const struct ini_name *names, const char *value, const char *origin,
    struct db_url *out, struct error *err)
{
	const char *more;
	char *whole;
	int rc;

	if (ini_get(ini, names->group, "connection_parameters", &more, NULL, err) != 0)
		return -1;
	whole = more && *more ? xasprintf("%s%c%s", value, strchr(value, '?') ? '&' : '?', more) : xstrdup(value);
	rc = db_url_parse(whole, origin, out, err);
	free_secret(whole);
	if (rc == 0 && db_url_resolve(out, origin, ini->service, err) == 0)
		return 0;
	db_url_free(out);
	return -1;
}

/* ${text} NULL, or gets a copy. Absent or empty: driver stays NULL. */
static int read_database(struct ini *ini, const struct ini_name *names, struct db_url *out, char **text, struct error *err)
{
	auto_str struct str shown = { 0 };
	const char *value, *origin;

	if (ini_get_first(ini, names, &value, &origin, err) != 0)
		return -1;
	if (!value || !*value) {
		ini_note(ini, names, NULL, NULL);
		return 0;
	}
	if (parse_database(ini, names, value, origin, out, err) != 0)
		return -1;
	db_url_show(out, &shown);
	ini_note(ini, names, shown.s, origin);
	if (text)
		*text = xstrdup(value);
	return 0;
}

/* ---- the rest */

static int raise_down_time(struct ini *ini, unsigned report_interval, unsigned *out)
{
	auto_free char *text = NULL;

	*out = report_interval * 2 + report_interval / 2;
	text = xasprintf("%u", *out);
	ini_note(ini, NAMES({ "DEFAULT", "service_down_time" }), text, "raised to 2.5 times report_interval");
	return 0;
}

/* Both services raise a down time that is not longer than the reports' interval. */
static int read_service_down_time(struct ini *ini, unsigned *out, unsigned *report_interval, struct error *err)
{
	*report_interval = 10;
	*out = 60;
	if (read_number(ini, NAMES({ "DEFAULT", "service_down_time" }), out, err) != 0)
		return -1;
	if (read_number(ini, NAMES({ "DEFAULT", "report_interval" }), report_interval, err) != 0)
		return -1;
	if (*out <= *report_interval)
		return raise_down_time(ini, *report_interval, out);
	return 0;
}

static int load_login(const struct service *service, const struct config_sources *sources, struct db_login *out,
    struct error *err)
{
	return sources->defaults_file ? login_load(sources, service->name, out, err) : 0;
}

static void login_free(struct db_login *login)
{
	free(login->user);
	free_secret(login->password);
	free(login->ssl_ca);
	free(login->ssl_cert);
	free(login->ssl_key);
	free(login->ssl_verify_server_cert);
	free(login->socket);
	free(login->readable_by_all);
}

static void read_bus(const struct service *service, struct ini *ini, struct broker_config *out, char **text)
{
	broker_read(ini, service->exchange, out, text);
	if (out->trouble && out->trouble->code == ENODATA)
		missing(service, ini, broker_url_names, out->trouble);
}

/* Who listens everywhere listens on the loopback address, too. */
static int read_api(struct ini *ini, struct nova_config *out, struct error *err)
{
	static const struct ini_name listen[] = { { "DEFAULT", "osapi_compute_listen" }, { NULL, NULL } };

	out->api_port = 8774;
	if (read_text(ini, listen, &out->api_listen, err) != 0) {
		if (err->code != INI_UNKNOWN_REFERENCE)
			return -1;
		error_clear(err); /* $my_ip, whose default only the host knows: only a note asks for it */
		ini_note(ini, listen, NULL, NULL);
		return 0;
	}
	if (!out->api_listen || strcmp(out->api_listen, "0.0.0.0") == 0 || strcmp(out->api_listen, "::") == 0) {
		free(out->api_listen);
		out->api_listen = xstrdup("127.0.0.1");
	}
	return read_number(ini, NAMES({ "DEFAULT", "osapi_compute_listen_port" }), &out->api_port, err);
}

static int read_placement_apart(struct ini *ini, bool *out, struct error *err)
{
	const char *value;

	if (ini_get_first(ini, placement_connection, &value, NULL, err) != 0)
		return -1;
	*out = value && *value;
	return 0;
}

/* What it is where it is not given depends on the release. */
static int read_zone_query(struct ini *ini, struct nova_config *out, struct error *err)
{
	static const struct ini_name option[] = { { "scheduler", "query_placement_for_availability_zone" }, { NULL, NULL } };
	const char *value;

	if (ini_get_first(ini, option, &value, NULL, err) != 0)
		return -1;
	out->zone_query_said = value;
	if (value)
		return read_bool(ini, option, &out->zone_query, err);
	ini_note(ini, option, NULL, NULL);
	return 0;
}

static int read_nova(struct ini *ini, struct nova_config *out, struct error *err)
{
	out->conductor_topic = xstrdup("conductor");
	if (read_text(ini, NAMES({ "conductor", "topic" }), &out->conductor_topic, err) != 0 ||
	    read_text(ini, NAMES({ "upgrade_levels", "compute" }), &out->compute_level, err) != 0 ||
	    read_zone_query(ini, out, err) != 0 || read_api(ini, out, err) != 0 || endpoints_read(ini, out, err) != 0)
		return -1;
	if (read_database(ini, api_connection, &out->api_database, NULL, err) != 0)
		return -1;
	if (!out->api_database.driver)
		return missing(&nova, ini, api_connection, err);
	if (read_database(ini, database_connection, &out->database, &out->database_text, err) != 0)
		return -1;
	out->has_database = out->database.driver;
	if (read_database(ini, database_replica, &out->replica, NULL, err) != 0 ||
	    read_database(ini, api_replica, &out->api_replica, NULL, err) != 0 ||
	    read_placement_apart(ini, &out->placement_apart, err) != 0)
		return -1;
	read_bus(&nova, ini, &out->bus, &out->transport_text);
	if (keystone_read(ini, &out->keystone, err) != 0 || service_addresses_read(ini, out, err) != 0)
		return -1;
	return read_service_down_time(ini, &out->service_down_time_s, &out->report_interval_s, err);
}

/* Both lists of files in one; ${own} is given away. */
static char *both(char *own, const char *of_login)
{
	char *all;

	if (!own || !of_login)
		return own ? own : of_login ? xstrdup(of_login) : NULL;
	all = xasprintf("%s %s", own, of_login);
	free(own);
	return all;
}

int config_load_nova(const struct config_sources *sources, struct nova_config *out, struct error *err)
{
	auto_ini struct ini *ini = NULL;

	*out = (struct nova_config){ 0 };
	if (open_files(&nova, sources->nova_files, sources->n_nova_files, &ini, err) != 0)
		return -1;
	ini_note_to(ini, sources->values, nova.name);
	if (read_nova(ini, out, err) != 0 || load_login(&nova, sources, &out->login, err) != 0) {
		nova_config_free(out);
		return -1;
	}
	db_login_apply(&out->login, &out->api_database);
	if (out->has_database)
		db_login_apply(&out->login, &out->database);
	if (out->replica.driver)
		db_login_apply(&out->login, &out->replica);
	if (out->api_replica.driver)
		db_login_apply(&out->login, &out->api_replica);
	out->readable_by_all = both(ini_readable_by_all(ini), out->login.readable_by_all);
	return 0;
}

void nova_config_free(struct nova_config *config)
{
	db_url_free(&config->database);
	db_url_free(&config->api_database);
	db_url_free(&config->replica);
	db_url_free(&config->api_replica);
	free_secret(config->database_text);
	free_secret(config->transport_text);
	login_free(&config->login);
	broker_config_free(&config->bus);
	free(config->conductor_topic);
	free(config->compute_level);
	free(config->api_listen);
	keystone_config_free(&config->keystone);
	free(config->glance_url);
	endpoints_free(config);
	free(config->readable_by_all);
	*config = (struct nova_config){ 0 };
}

static int read_cinder(struct ini *ini, struct cinder_config *out, struct error *err)
{
	unsigned report_interval;

	if (read_database(ini, database_connection, &out->database, NULL, err) != 0)
		return -1;
	if (!out->database.driver)
		return missing(&cinder, ini, database_connection, err);
	if (read_database(ini, database_replica, &out->replica, NULL, err) != 0)
		return -1;
	read_bus(&cinder, ini, &out->bus, NULL);
	out->has_bus = !out->bus.trouble || out->bus.trouble->code != ENODATA;
	rbd_backends_read(ini, out);
	if (read_bool(ini, NAMES({ "DEFAULT", "no_snapshot_gb_quota" }), &out->no_snapshot_gb_quota, err) != 0)
		return -1;
	return read_service_down_time(ini, &out->service_down_time_s, &report_interval, err);
}

int config_load_cinder(const struct config_sources *sources, struct cinder_config *out, struct error *err)
{
	auto_ini struct ini *ini = NULL;
	struct db_login login = { 0 };
	int rc;

	*out = (struct cinder_config){ 0 };
	if (open_files(&cinder, sources->cinder_files, sources->n_cinder_files, &ini, err) != 0)
		return -1;
	ini_note_to(ini, sources->values, cinder.name);
	rc = read_cinder(ini, out, err);
	if (rc == 0)
		rc = load_login(&cinder, sources, &login, err);
	if (rc == 0) {
		db_login_apply(&login, &out->database);
		if (out->replica.driver)
			db_login_apply(&login, &out->replica);
		out->readable_by_all = both(ini_readable_by_all(ini), login.readable_by_all);
	} else {
		cinder_config_free(out);
	}
	login_free(&login);
	return rc;
}

void cinder_config_free(struct cinder_config *config)
{
	rbd_backends_free(config);
	db_url_free(&config->database);
	db_url_free(&config->replica);
	broker_config_free(&config->bus);
	free(config->readable_by_all);
	*config = (struct cinder_config){ 0 };
}

/* A service of which little but its database is asked. */
struct lone {
	const struct service *service;
	const char *const *files;
	size_t nfile;
	const struct ini_name *connection, *slave_connection;
	struct db_url *database, *replica;
	char **readable_by_all;
	struct neutron_config *more; /* what else is read of neutron's; NULL: it is not neutron's */
};

/* Ubuntu's neutron.conf and placement.conf come with sqlite:////var/lib/…: nobody has configured that service here. */
static int note_stock_file(struct ini *ini, const struct ini_name *names, struct error *err)
{
	struct error ignored = { 0 };
	const char *value;

	if (ini_get_first(ini, names, &value, NULL, &ignored) == 0 && value && str_starts(value, "sqlite:"))
		err->code = ENODATA;
	return -1;
}

static int read_lone(struct ini *ini, const struct lone *lone, struct error *err)
{
	if (read_database(ini, lone->connection, lone->database, NULL, err) != 0)
		return note_stock_file(ini, lone->connection, err);
	if (!lone->database->driver)
		return missing(lone->service, ini, lone->connection, err);
	if (lone->more &&
	    (read_number(ini, NAMES({ "DEFAULT", "agent_down_time" }), &lone->more->agent_down_time_s, err) != 0 ||
		notifier_read(ini, lone->more, err) != 0))
		return -1;
	if (lone->more) {
		read_bus(lone->service, ini, &lone->more->bus, NULL);
		lone->more->has_bus = !lone->more->bus.trouble || lone->more->bus.trouble->code != ENODATA;
	}
	return read_database(ini, lone->slave_connection, lone->replica, NULL, err);
}

static int load_lone(const struct config_sources *sources, const struct lone *lone, struct error *err)
{
	auto_ini struct ini *ini = NULL;
	struct db_login login = { 0 };
	int rc;

	if (open_files(lone->service, lone->files, lone->nfile, &ini, err) != 0)
		return -1;
	ini_note_to(ini, sources->values, lone->service->name);
	rc = read_lone(ini, lone, err);
	if (rc == 0)
		rc = load_login(lone->service, sources, &login, err);
	if (rc == 0) {
		db_login_apply(&login, lone->database);
		if (lone->replica->driver)
			db_login_apply(&login, lone->replica);
		*lone->readable_by_all = both(ini_readable_by_all(ini), login.readable_by_all);
	}
	login_free(&login);
	return rc;
}

int config_load_placement(const struct config_sources *sources, struct placement_config *out, struct error *err)
{
	const struct lone lone = { .service = &placement,
		.files = sources->placement_files,
		.nfile = sources->n_placement_files,
		.connection = placement_connection,
		.slave_connection = placement_replica,
		.database = &out->database,
		.replica = &out->replica,
		.readable_by_all = &out->readable_by_all };

	*out = (struct placement_config){ 0 };
	if (load_lone(sources, &lone, err) == 0)
		return 0;
	placement_config_free(out);
	return -1;
}

void placement_config_free(struct placement_config *config)
{
	db_url_free(&config->database);
	db_url_free(&config->replica);
	free(config->readable_by_all);
	*config = (struct placement_config){ 0 };
}

int config_load_neutron(const struct config_sources *sources, struct neutron_config *out, struct error *err)
{
	const struct lone lone = { .service = &neutron,
		.files = sources->neutron_files,
		.nfile = sources->n_neutron_files,
		.connection = database_connection,
		.slave_connection = database_replica,
		.database = &out->database,
		.replica = &out->replica,
		.readable_by_all = &out->readable_by_all,
		.more = out };

	*out = (struct neutron_config){ .agent_down_time_s = 75, .tells_nova = true };
	if (load_lone(sources, &lone, err) == 0)
		return 0;
	neutron_config_free(out);
	return -1;
}

void neutron_config_free(struct neutron_config *config)
{
	db_url_free(&config->database);
	db_url_free(&config->replica);
	broker_config_free(&config->bus);
	endpoint_free(&config->nova);
	free(config->readable_by_all);
	*config = (struct neutron_config){ 0 };
}

int config_load_catalog(const struct config_sources *sources, struct catalog_config *out, struct error *err)
{
	const struct lone lone = { .service = &keystone,
		.files = sources->keystone_files,
		.nfile = sources->n_keystone_files,
		.connection = database_connection,
		.slave_connection = database_replica,
		.database = &out->database,
		.replica = &out->replica,
		.readable_by_all = &out->readable_by_all };

	*out = (struct catalog_config){ 0 };
	if (load_lone(sources, &lone, err) == 0)
		return 0;
	catalog_config_free(out);
	return -1;
}

void catalog_config_free(struct catalog_config *config)
{
	db_url_free(&config->database);
	db_url_free(&config->replica);
	free(config->readable_by_all);
	*config = (struct catalog_config){ 0 };
}
