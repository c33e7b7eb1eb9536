/* SPDX-License-Identifier: Apache-2.0 */
#include "run/plan_file.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/who.h"
#include "evacuate/order.h"
#include "plan/step_json.h"
#include "plan_file_internal.h"
#include "util/clock.h"
#include "util/crash.h"
#include "util/file.h"
#include "util/json.h"
#include "util/shell.h"
#include "util/str.h"

#define PLAIN (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

/* What a command was asked. A new option that changes what is planned belongs here. */
#define AT(member) offsetof(struct request, member)
const struct plan_word plan_words[] = { { "host", PLAN_WORD_TEXT, AT(what.host) }, { "to", PLAN_WORD_TEXT, AT(what.to) },
	{ "target_host", PLAN_WORD_TEXT, AT(what.target_host) }, { "spread", PLAN_WORD_LIST, AT(what.spread) },
	{ "currenthost", PLAN_WORD_TEXT, AT(what.currenthost) }, { "cinder_host", PLAN_WORD_TEXT, AT(what.cinder_host) },
	{ "newhost", PLAN_WORD_TEXT, AT(what.newhost) }, { "id", PLAN_WORD_TEXT, AT(what.id) },
	{ "binary", PLAN_WORD_TEXT, AT(what.binary) }, { "name", PLAN_WORD_TEXT, AT(what.name) },
	{ "new_name", PLAN_WORD_TEXT, AT(what.new_name) }, { "project_id", PLAN_WORD_TEXT, AT(what.project_id) },
	{ "force", PLAN_WORD_BOOL, AT(what.force) }, { "volumes_only", PLAN_WORD_BOOL, AT(what.volumes_only) },
	{ "settle", PLAN_WORD_BOOL, AT(what.settle) }, { "no_mark", PLAN_WORD_BOOL, AT(what.no_mark) },
	{ "recursive", PLAN_WORD_BOOL, AT(what.recursive) }, { "full_rename", PLAN_WORD_BOOL, AT(what.full_rename) },
	{ "pool_map", PLAN_WORD_LIST, AT(what.pool_map) }, { "follow_zone", PLAN_WORD_BOOL, AT(what.follow_zone) },
	{ "cluster", PLAN_WORD_BOOL, AT(what.to_cluster) }, { "fenced", PLAN_WORD_TEXT, AT(how.fenced) },
	{ "fence", PLAN_WORD_LIST, AT(how.fence) }, { "accept", PLAN_WORD_LIST, AT(how.accept) },
	{ "only", PLAN_WORD_LIST, AT(what.only) }, { "exclude", PLAN_WORD_LIST, AT(what.exclude) },
	{ "limit", PLAN_WORD_INT, AT(what.limit) }, { "target_state", PLAN_WORD_TEXT, AT(how.target_state) },
	{ "no_wait", PLAN_WORD_BOOL, AT(how.no_wait) }, { "timeout_s", PLAN_WORD_INT, AT(how.timeout_s) },
	{ "max_in_flight", PLAN_WORD_INT, AT(how.max_in_flight) }, { "max_per_target", PLAN_WORD_INT, AT(how.max_per_target) },
	{ "stop_after_failures", PLAN_WORD_INT, AT(how.stop_after_failures) }, { "order", PLAN_WORD_LIST, AT(how.order) },
	{ "hosts", PLAN_WORD_HOSTS, AT(what.hosts) }, { "aggregate", PLAN_WORD_HOSTS, AT(what.aggregates) },
	{ "zone", PLAN_WORD_HOSTS, AT(what.zones) }, { NULL, PLAN_WORD_TEXT, 0 } };

static json_object *list(const struct words *words)
{
	json_object *array = json_object_new_array();

	for (size_t i = 0; i < words->n; i++)
		json_object_array_add(array, jv_text(words->v[i]));
	return array;
}

static json_object *words_of(const struct request *request)
{
	json_object *object = json_object_new_object();

	for (const struct plan_word *w = plan_words; w->name; w++) {
		const void *member = (const char *)request + w->offset;

		if (w->type == PLAN_WORD_HOSTS && ((const struct words *)member)->n == 0)
			continue;
		put(object, w->name,
		    w->type == PLAN_WORD_TEXT     ? jv_text(*(const char *const *)member) :
			w->type == PLAN_WORD_BOOL ? json_object_new_boolean(*(const bool *)member) :
			w->type == PLAN_WORD_INT  ? json_object_new_int64(*(const int64_t *)member) :
						    list(member));
	}
	return object;
}

static json_object *made_by(const struct run *run, const char *end)
{
	json_object *object = json_object_new_object();
	char now[CLOCK_TEXT_SIZE];

	clock_now(now);
	put_text(object, "run", run->work.run);
	put_text(object, "tool", EVAC_MANAGE_VERSION);
	put_text(object, "at", now);
	put_text(object, "expires_at", end);
	journal_who(object);
	json_object_object_del(object, "pid");
	return object;
}

json_object *plan_servers(const struct run *run)
{
	json_object *array = json_object_new_array(), *one;
	const struct db *dbs[] = { run->work.world.cinder_db, run->work.world.api_db,
		run->work.scene.nova.home ? run->work.scene.nova.home->cell->db : NULL };

	for (size_t i = 0; i < sizeof dbs / sizeof *dbs; i++) {
		if (!dbs[i])
			continue;
		one = json_object_new_object();
		put_text(one, "label", db_label(dbs[i]));
		put_text(one, "server", db_server(dbs[i])->text);
		json_object_array_add(array, one);
	}
	return array;
}

static json_object *world_of(const struct run *run)
{
	json_object *object = json_object_new_object();

	put(object, "servers", plan_servers(run));
	put_text(object, "release", run->work.scene.nova.release ? run->work.scene.nova.release->name : NULL);
	put_int(object, "conductor_version", run->work.scene.nova.conductor_version);
	put_bool(object, "migrations_have_project", run->work.scene.nova.columns.migrations_have_project);
	return object;
}

/* With whom each is begun, if all land. */
static int64_t *waves_of(const struct run *run)
{
	int64_t *wave = xcalloc(run->work.plan.nunit + 1, sizeof *wave);
	struct limits limits;

	limits_make(run->work.request, &run->work.scene, &run->work.plan, &limits);
	order_waves(&run->work.plan, &limits, wave);
	limits_free(&limits);
	return wave;
}

static json_object *units_of(const struct run *run)
{
	json_object *array = json_object_new_array(), *one, *steps;
	auto_free int64_t *wave = waves_of(run);

	for (size_t i = 0; i < run->work.plan.nunit; i++) {
		const struct unit *u = &run->work.plan.unit[i];

		one = json_object_new_object();
		steps = json_object_new_array();
		for (size_t k = 0; k < u->nstep; k++) {
			json_object_array_add(steps, json_object_new_object());
			step_add_json(&u->step[k], json_object_array_get_idx(steps, k));
		}
		put_text(one, "kind", unit_kind_name[u->kind]);
		put_text(one, "sentence", u->sentence);
		if (u->host)
			put_text(one, "host", u->host);
		if (u->kind == UNIT_EVACUATION)
			put_int(one, "wave", wave[i]);
		if (u->phase)
			put_count(one, "phase", u->phase);
		put(one, "steps", steps);
		json_object_array_add(array, one);
	}
	return array;
}

static json_object *phases_of(const struct plan *plan)
{
	json_object *array = json_object_new_array();

	for (size_t i = 0; i < plan->nphase; i++)
		json_object_array_add(array, jv_text(plan->phase[i]));
	return array;
}

static json_object *findings_of(const struct run *run)
{
	json_object *array = json_object_new_array(), *one;

	for (const struct finding *f = run->report.findings.v; f < run->report.findings.v + run->report.findings.n; f++) {
		one = json_object_new_object();
		put_text(one, "code", f->code);
		put_text(one, "severity", severity_name[f->severity]);
		put_text(one, "subject", f->subject);
		put_text(one, "message", f->message);
		put_bool(one, "accepted", f->accepted);
		if (f->host)
			put_text(one, "host", f->host);
		json_object_array_add(array, one);
	}
	return array;
}

/* Over the units alone, without the run's own name, which the reason of a disabled service tells: the same world gives the
 * same. */
static void digest_units(const struct run *run, json_object *units, char sha256[65])
{
	auto_str struct str all = { 0 };
	const char *p = json_object_to_json_string_ext(units, PLAIN), *found;

	while ((found = strstr(p, run->work.run))) {
		str_addn(&all, p, (size_t)(found - p));
		p = found + strlen(run->work.run);
	}
	str_add(&all, p);
	sha256_hex(all.s, all.n, sha256);
}

/* What was seen of the failed host; of several: of each. */
static void put_what_was_seen(json_object *d, const struct scene *scene)
{
	if (scene->each) {
		put(d, "hosts", scene_hosts_json(scene));
		return;
	}
	put(d, "power", scene_power_json(scene));
	put(d, "storage", scene->subject.evacuates ? scene_storage_json(scene) : NULL);
}

static void write_text(const struct run *run, const char *expires_at, struct str *out)
{
	json_object *d = json_object_new_object(), *units = units_of(run);
	char sha256[65];

	digest_units(run, units, sha256);
	put_text(d, "schema", PLAN_SCHEMA);
	put_text(d, "command", run->work.request->command);
	put_text(d, "host", run->work.scene.subject.host);
	put(d, "made", made_by(run, expires_at));
	put(d, "request", words_of(run->work.request));
	put(d, "world", world_of(run));
	put_what_was_seen(d, &run->work.scene);
	put(d, "findings", findings_of(run));
	put(d, "phases", phases_of(&run->work.plan));
	put(d, "units", units);
	put_text(d, "units_sha256", sha256);
	str_add(out, json_object_to_json_string_ext(d, PLAIN));
	json_object_put(d);
	out->n--; /* the closing brace */
	sha256_hex(out->s, out->n, sha256);
	str_addf(out, PLAN_SUM "%s\"}\n", sha256);
}

int plan_file_write(const struct run *run, const char *path, char expires_at[CLOCK_TEXT_SIZE], struct error *err)
{
	auto_str struct str all = { 0 };
	int rc;

	if (access(path, F_OK) == 0) {
		error_set(err, ERROR_ERROR, "'%s' is there already: a plan is not written over anything", path);
		return error_hint(err, "name a file that does not exist; nothing was written");
	}
	clock_text(clock_wall_s() + PLAN_LIFE_S, expires_at);
	write_text(run, expires_at, &all);
	CRASH_POINT("plan_before_write");
	rc = file_write(path, &all, 0600, err);
	CRASH_POINT("plan_after_write");
	return rc;
}

const char *plan_file_command(struct arena *arena, const char *path)
{
	return arena_printf(arena, "evac-manage plan apply %s%s", path[0] == '-' ? "./" : "", shell_word(arena, path));
}
