/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bus/cast.h"
#include "op/commands.h"
#include "op/list.h"
#include "op/guard.h"
#include "op/journal.h"
#include "util/str.h"

/* Is everything fit for the work? One line each, asked one by one, so that all that is wrong is seen at once. */

static const struct table_column columns[] = {
	{ "check", NULL, false, false },
	{ "result", NULL, false, false },
	{ "detail", NULL, false, false },
	{ "hint", NULL, false, false },
};

enum verdict { FIT, WARN, FAIL, NOT_ASKED };
static const char *const verdict_name[] = { "ok", "warn", "fail", "unknown" };

static void say(struct table *t, const char *check, enum verdict verdict, const char *hint, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
static void say(struct table *t, const char *check, enum verdict verdict, const char *hint, const char *fmt, ...)
{
	auto_free char *detail = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&detail, fmt, ap) < 0)
		detail = NULL;
	va_end(ap);
	table_add(t);
	table_text(t, "check", check);
	table_text(t, "result", verdict_name[verdict]);
	table_text(t, "detail", detail);
	table_advice(t, "hint", verdict == FIT ? NULL : hint);
}

static void check_database(struct table *t, const char *check, struct db *db)
{
	const struct db_server *s = db_server(db);

	if (s->read_only)
		say(t, check, FAIL, "connect to the server that takes writes", "%s is read only (%s)", db_label(db), s->text);
	else if (s->galera && !s->galera_ready)
		say(t, check, FAIL, "connect to a node that is Primary and Synced", "this node of the cluster is not ready (%s)", s->text);
	else
		say(t, check, FIT, NULL, "%s", s->text);
}

static void check_cinder(struct table *t, struct scene *scene)
{
	const struct world *w = scene->world;
	struct error err = { 0 };
	size_t up = 0;

	if (!w->cinder_db) {
		say(t, "cinder database", w->has_cinder_config ? FAIL : NOT_ASKED, "--cinder-config-file names cinder.conf", "%s",
		    w->cinder_absent);
		return;
	}
	check_database(t, "cinder database", w->cinder_db);
	if (scene_find_cinder(scene, &err) != 0) {
		say(t, "cinder schema", FAIL, str_or(err.hint, NULL), "%s", err.text);
		return;
	}
	for (size_t i = 0; i < scene->cinder_services.n; i++)
		up += cinder_service_is_up(&scene->cinder_services.v[i], scene->cinder_down_s);
	say(t, "cinder services", up ? FIT : FAIL, "is cinder running, and is the database's clock right?", "%zu of %zu are up", up,
	    scene->cinder_services.n);
}

static void check_release(struct table *t, const struct scene *scene)
{
	if (!scene->conductor_version)
		say(t, "nova conductor", FAIL, "start nova-conductor", "none has reported in the last %u s", scene->nova_down_s);
	else if (!release_is_known(scene->conductor_version))
		say(t, "nova release", WARN, "the rules of the nearest known release are used", "service version %lld is not known",
		    (long long)scene->conductor_version);
	else if (scene->release->destroys_disks.when != NEVER)
		say(t, "nova release", WARN, "see finding release-hazard", "nova %d (%s): a failed spawn deletes shared disks (bug 1550919)",
		    scene->release->nova, scene->release->name);
	else
		say(t, "nova release", FIT, NULL, "the oldest live conductor is of nova %d (%s), service version %lld",
		    scene->release->nova, scene->release->name, (long long)scene->conductor_version);
}

static void check_computes(struct table *t, const struct scene *scene, const struct cell_facts *cell)
{
	size_t all = 0, up = 0;

	for (const struct nova_service *s = cell->services.v; s < cell->services.v + cell->services.n; s++) {
		if (strcmp(s->binary, "nova-compute") != 0)
			continue;
		all++;
		up += nova_service_is_up(s, scene->nova_down_s) && !s->disabled;
	}
	if (all > 0)
		say(t, "nova computes", up ? FIT : FAIL, "nothing can be evacuated to", "cell '%s': %zu of %zu are up and enabled",
		    cell->cell->name, up, all);
}

static void check_lost_cell(struct table *t, const struct world *w, const struct cell_mapping *cell)
{
	auto_free char *check = xasprintf("nova cell %s database", str_or(cell->name, cell->uuid));
	const struct absence *lost = world_lost_cell(w, cell->id);

	if (lost)
		say(t, check, FAIL, str_or(lost->hint, ""), "%s", lost->text);
}

static void check_nova(struct table *t, struct scene *scene)
{
	const struct world *w = scene->world;
	struct error err = { 0 };

	if (!w->api_db) {
		say(t, "nova databases", w->has_nova_config ? FAIL : NOT_ASKED, "--nova-config-file names nova.conf (repeatable)", "%s",
		    w->nova_absent);
		return;
	}
	check_database(t, "nova API database", w->api_db);
	for (size_t i = 0; i < w->ncell; i++) {
		auto_free char *check = xasprintf("nova %s%s database", strcmp(w->cell[i].name, "cell0") == 0 ? "" : "cell ",
		    w->cell[i].name);

		check_database(t, check, w->cell[i].db);
	}
	for (size_t i = 0; i < w->mappings.n; i++)
		check_lost_cell(t, w, &w->mappings.v[i]);
	if (scene_find_nova(scene, &err) != 0) {
		say(t, "nova schema", FAIL, str_or(err.hint, NULL), "%s", err.text);
		return;
	}
	check_release(t, scene);
	for (size_t i = 0; i < scene->ncell; i++)
		check_computes(t, scene, &scene->cell[i]);
}

static void check_conductor_queue(struct table *t, const struct world *w)
{
	const char *topic = w->nova.conductor_topic;
	struct error err = { 0 };
	struct bus_queue queue;

	if (bus_queue_look(w->bus, topic, &queue, &err) != 0)
		say(t, "conductor queue", FAIL, err.hint, "%s", err.text);
	else if (!queue.exists || queue.consumers == 0)
		say(t, "conductor queue", FAIL, "start nova-conductor", "queue '%s' %s", topic,
		    queue.exists ? "has no consumer" : "does not exist");
	else
		say(t, "conductor queue", FIT, NULL, "queue '%s': %u consumer%s, %u message%s waiting", topic, (unsigned)queue.consumers,
		    queue.consumers == 1 ? "" : "s", (unsigned)queue.messages, queue.messages == 1 ? "" : "s");
}

static void check_bus(struct table *t, const struct world *w)
{
	struct error err = { 0 };
	int there;

	if (!w->bus) {
		say(t, "nova broker", w->has_nova_config ? FAIL : NOT_ASKED, "see transport_url in nova.conf", "%s", w->bus_absent);
		return;
	}
	say(t, "nova broker", FIT, NULL, "%s", bus_server(w->bus));
	there = bus_exchange_exists(w->bus, w->nova.bus.exchange, &err);
	if (there != 1) {
		say(t, "nova exchange", FAIL, "has any nova service ever run on this broker? see control_exchange", "%s",
		    there < 0 ? err.text : "it does not exist");
		return;
	}
	check_conductor_queue(t, w);
	if (bus_canary(w->bus, w->nova.bus.exchange, &err) != 0)
		say(t, "publishing", FAIL, err.hint, "%s", err.text);
	else
		say(t, "publishing", FIT, NULL, "the broker takes and answers a message that goes nowhere");
}

static void check_state_dir(struct table *t, const struct request *request)
{
	const char *dir = state_dir(request);
	auto_str struct str parent = { 0 };

	str_add(&parent, dir);
	while (parent.n > 1 && access(parent.s, F_OK) != 0) {
		parent.s[parent.n = (size_t)(strrchr(parent.s, '/') ? strrchr(parent.s, '/') - parent.s : 0)] = '\0';
		if (parent.n == 0)
			str_add(&parent, "/");
	}
	if (access(parent.s, W_OK | X_OK) != 0)
		say(t, "journal", FAIL, "--state-dir DIR names a place that you may write to", "'%s' cannot be written", dir);
	else
		say(t, "journal", FIT, NULL, "journals go to '%s/journal'", dir);
}

static void check_site(struct table *t, const struct world *w)
{
	if (w->site.version || w->site.min_version)
		say(t, "site version", site_is_too_old(&w->site) ? FAIL : FIT, "see finding site-version", "%s (the least is %s)", str_or(w->site.version, "unknown"),
		    str_or(w->site.min_version, "not given"));
}

static int fill(struct scene *scene, struct table *t, struct error *err)
{
	(void)err; /* what cannot be asked is a row */
	check_site(t, scene->world);
	check_cinder(t, scene);
	check_nova(t, scene);
	check_bus(t, scene->world);
	check_state_dir(t, scene->request);
	return 0;
}

static int judge(const struct table *shown, const struct request *request, struct error *err)
{
	size_t failed = table_count(shown, "result", verdict_name[FAIL]);

	(void)request;
	return failed == 0 ? 0 : error_set(err, ERROR_REFUSED, "not fit for the work: %zu check%s failed", failed, failed == 1 ? "" : "s");
}

static const struct listing doctor = { .needs = WITNESS_CINDER | WITNESS_NOVA | WITNESS_BUS, LISTED(columns), .fill = fill, .judge = judge,
	.judges_absences = true };

enum error_kind op_doctor(const struct request *request, struct error *err)
{
	return op_list(&doctor, request, err);
}
