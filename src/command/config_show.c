/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "commands.h"
#include "find/world.h"
#include "journal/journal.h"
#include "out/table.h"
#include "util/log.h"
#include "util/str.h"

/* Every value that counts, and where it was read. Opens no database and no broker, so that it still answers when they do
 * not. */

static const struct table_column columns[] = {
	{ "service", NULL, false, COLUMN_TEXT },
	{ "group", NULL, false, COLUMN_TEXT },
	{ "key", NULL, false, COLUMN_TEXT },
	{ "value", NULL, false, COLUMN_SENTENCE },
	{ "origin", NULL, false, COLUMN_NOTE },
};

#define NCOLUMNS (sizeof columns / sizeof *columns)

static void add_state_dir(struct config_values *values, const struct request *request)
{
	const char *environment = getenv("EVAC_MANAGE_STATE_DIR");
	const char *origin = request->where.state_dir ? "--state-dir" :
	    environment && *environment               ? "$EVAC_MANAGE_STATE_DIR" :
							NULL;

	config_values_add(values,
	    (struct config_value){ .service = "site",
		.group = xstrdup("-"),
		.key = xstrdup("state_dir"),
		.value = xstrdup(state_dir(request)),
		.origin = origin ? xstrdup(origin) : NULL });
}

/* A service that is not on this machine, or whose default file has nothing for us, is no error unless its file was named. */
static int note_unread(const char *service, const struct words *files, const struct error *e, struct error *err)
{
	if (files->n == 0 && (e->code == ENOENT || e->code == ENODATA)) {
		log_notice("%s is not configured here: %s", service, e->text);
		return 0;
	}
	if (err->kind == ERROR_OK)
		*err = *e;
	else
		log_error("%s", e->text);
	return -1;
}

/* A broker that is not given is in the list, and only who opens it misses it. */
static int note_broker(const struct broker_config *bus, struct error *err)
{
	if (!bus->trouble || bus->trouble->code == ENODATA)
		return 0;
	if (err->kind == ERROR_OK)
		*err = *bus->trouble;
	else
		log_error("%s", bus->trouble->text);
	return -1;
}

/* All are read, so that all that is wrong is seen at once. */
static int load_all(const struct request *request, struct config_values *values, struct error *err)
{
	struct config_sources sources = config_sources_of(request);
	struct nova_config nova;
	struct cinder_config cinder;
	struct placement_config placement;
	struct neutron_config neutron;
	struct catalog_config catalog;
	struct site_config site;
	struct error e = { 0 };
	int rc = 0;

	sources.values = values;
	if (config_load_nova(&sources, &nova, &e) != 0)
		rc |= note_unread("nova", &request->where.nova_files, &e, err);
	else {
		rc |= note_broker(&nova.bus, err);
		nova_config_free(&nova);
	}
	error_clear(&e);
	if (config_load_cinder(&sources, &cinder, &e) != 0)
		rc |= note_unread("cinder", &request->where.cinder_files, &e, err);
	else {
		rc |= note_broker(&cinder.bus, err);
		cinder_config_free(&cinder);
	}
	error_clear(&e);
	if (config_load_placement(&sources, &placement, &e) != 0)
		rc |= note_unread("placement", &request->where.placement_files, &e, err);
	else
		placement_config_free(&placement);
	error_clear(&e);
	if (config_load_neutron(&sources, &neutron, &e) != 0)
		rc |= note_unread("neutron", &request->where.neutron_files, &e, err);
	else {
		rc |= note_broker(&neutron.bus, err);
		neutron_config_free(&neutron);
	}
	error_clear(&e);
	if (config_load_catalog(&sources, &catalog, &e) != 0)
		rc |= note_unread("keystone", &request->where.keystone_files, &e, err);
	else
		catalog_config_free(&catalog);
	if (config_load_site(&sources, &site, err->kind == ERROR_OK ? err : &e) != 0)
		rc = -1;
	else
		site_config_free(&site);
	return rc;
}

static void fill_values(const struct config_values *values, struct table *t)
{
	for (const struct config_value *v = values->v; v < values->v + values->n; v++) {
		table_add(t);
		table_text(t, "service", v->service);
		table_text(t, "group", v->group);
		table_text(t, "key", v->key);
		table_text(t, "value", v->value);
		table_text(t, "origin", v->origin ? v->origin : v->value ? "default" : "not given");
	}
}

static enum error_kind run_config_show(const struct request *request, struct error *err)
{
	struct config_values values = { 0 };
	struct error print_error = { 0 };
	struct table t;
	int rc;

	if (table_check(columns, NCOLUMNS, &request->shown, err) != 0)
		return err->kind;
	table_init(&t, columns, NCOLUMNS);
	rc = load_all(request, &values, err);
	add_state_dir(&values, request);
	fill_values(&values, &t);
	if (table_print(&t, &request->shown, &print_error) != 0 && rc == 0) {
		*err = print_error;
		rc = -1;
	}
	table_free(&t);
	config_values_free(&values);
	return rc == 0 ? ERROR_OK : err->kind;
}

/* clang-format off */
const struct command command_config_show = {
	.noun = "config", .verb = "show",
	.sentence = "every value in effect, and its source",
	.details = "Passwords are shown as ***. Needs no database and no broker. Leaves out a service that has no configuration file on this machine.",
	.run = run_config_show,
};
