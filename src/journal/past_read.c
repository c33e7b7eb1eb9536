/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "journal/past.h"
#include "plan/step_json.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/str.h"

/* The records of a journal, one after the other: what each adds to what is known of the run. past.c answers from it. */

#define UNITS_MAX 1000000

static const char *copy(struct past *past, json_object *record, const char *key)
{
	return arena_dup(&past->plan.arena, get_text(record, key));
}

static int reject_record(struct past *past, json_object *record, const char *what)
{
	past->trouble = arena_printf(&past->plan.arena, _("record %lld: %s"),
	    (long long)json_object_get_int64(json_object_object_get(record, "seq")), _(what));
	return 1;
}

static void add_past_unit(struct past *past)
{
	plan_unit(&past->plan, UNIT_OWNERSHIP)->sentence = "";
	past->unit = vec_grow(past->unit, past->nunit, &past->cap, sizeof *past->unit);
	past->unit[past->nunit++] = (struct past_unit){ 0 };
}

/* The unit that a record is about; NULL: it names none that makes sense. */
static struct past_unit *unit_of(struct past *past, json_object *record, struct unit **planned)
{
	json_object *number = json_object_object_get(record, "unit");
	int64_t i = json_object_is_type(number, json_type_int) ? json_object_get_int64(number) : -1;

	if (i < 0 || i >= UNITS_MAX || (size_t)i > past->nunit + UNITS_MAX / 10)
		return NULL;
	while ((size_t)i >= past->nunit)
		add_past_unit(past);
	*planned = &past->plan.unit[i];
	return &past->unit[i];
}

static bool lists_word(json_object *list, const char *word)
{
	for (size_t i = 0; i < count_members(list); i++)
		if (str_equal(json_object_get_string(json_object_array_get_idx(list, i)), word))
			return true;
	return false;
}

static void take_past_words(struct past *past, json_object *list, struct words *out)
{
	size_t n = count_members(list);

	out->v = arena_alloc(&past->plan.arena, (n + 1) * sizeof *out->v);
	for (out->n = 0; out->n < n; out->n++)
		out->v[out->n] = arena_dup(&past->plan.arena,
		    str_or(json_object_get_string(json_object_array_get_idx(list, out->n)), ""));
}

static void copy_hosts(struct past *past, json_object *record)
{
	past->has_hosts = past->version == JOURNAL_VERSION_HOSTS;
	if (past->has_hosts) {
		take_past_words(past, json_object_object_get(record, "hosts"), &past->hosts);
		take_past_words(past, json_object_object_get(record, "hosts_left_out"), &past->left);
	} else if (past->host) {
		past->hosts.v = arena_alloc(&past->plan.arena, sizeof *past->hosts.v);
		past->hosts.v[past->hosts.n++] = past->host;
	}
}

static int on_run(struct past *past, json_object *record)
{
	past->version = json_object_get_int64(json_object_object_get(record, "version"));
	past->tool = copy(past, record, "tool");
	past->run = copy(past, record, "run");
	past->command = copy(past, record, "command");
	past->host = copy(past, record, "host");
	past->to = copy(past, record, "to");
	past->cinder_host = copy(past, record, "cinder_host");
	past->target_host = copy(past, record, "target_host");
	past->target_state = copy(past, record, "target_state");
	past->fenced = copy(past, record, "fenced");
	past->user = copy(past, record, "user");
	past->on = copy(past, record, "on");
	past->started_at = copy(past, record, "time");
	past->force = json_object_get_boolean(json_object_object_get(record, "force"));
	past->part = json_object_get_boolean(json_object_object_get(record, "part"));
	past->fences_disks = lists_word(json_object_object_get(record, "fence"), "storage");
	past->foreign = past->version != JOURNAL_VERSION && past->version != JOURNAL_VERSION_HOSTS;
	copy_hosts(past, record);
	if (past->foreign) /* its records may mean something else */
		return 1;
	if (past->has_hosts && past->hosts.n == 0)
		return reject_record(past, record, N_("a run about several hosts names none"));
	take_past_words(past, json_object_object_get(record, "accept"), &past->accept);
	take_past_words(past, json_object_object_get(record, "spread"), &past->spread);
	past->has_order = json_object_object_get_ex(record, "order", NULL);
	take_past_words(past, json_object_object_get(record, "order"), &past->order);
	return 0;
}

static int on_plan(struct past *past, json_object *record)
{
	json_object *units = json_object_object_get(record, "units");
	size_t n = count_members(units);

	if (past->nunit > 0 || n > UNITS_MAX)
		return reject_record(past, record, N_("a plan was not expected here"));
	for (size_t i = 0; i < n; i++) {
		json_object *one = json_object_array_get_idx(units, i);
		int kind = unit_kind_named(get_text(one, "kind"));

		if (kind < 0)
			return reject_record(past, record, N_("this version does not know this kind of unit"));
		add_past_unit(past);
		past->plan.unit[i].kind = (enum unit_kind)kind;
		past->plan.unit[i].sentence = arena_dup(&past->plan.arena, str_or(get_text(one, "sentence"), ""));
		past->plan.unit[i].host = copy(past, one, "host");
		past->plan.unit[i].makes_disks = json_object_get_boolean(json_object_object_get(one, "makes_disks"));
		if (get_text(one, "instance"))
			unit_step(&past->plan.unit[i], STEP_INSTANCE, copy(past, one, "instance"), NULL);
	}
	return 0;
}

static bool lists_row(const struct unit *unit, const char *id)
{
	for (size_t i = 0; i < unit->nstep; i++)
		if (str_equal(unit->step[i].id, id))
			return true;
	return false;
}

static int on_row(struct past *past, json_object *record)
{
	struct unit *planned;
	struct past_unit *unit = unit_of(past, record, &planned);

	if (!unit)
		return reject_record(past, record, N_("this version does not know this row"));
	if (unit->begun)
		return reject_record(past, record, N_("a row comes after the end of its unit"));
	if (planned->kind == UNIT_RELEASE && lists_row(planned, get_text(record, "id")))
		return 0; /* again, by the recovery of a run that had written its rows and not its intent */
	if (planned->kind == UNIT_EVACUATION && planned->nstep == 1 && !planned->step[0].before[0])
		planned->nstep = 0; /* the plan named it only */
	if (!unit_step_json(planned, record, &past->plan.arena))
		return reject_record(past, record, N_("this version does not know this row"));
	return 0;
}

static int on_intent(struct past *past, json_object *record)
{
	int kind = unit_kind_named(get_text(record, "kind"));
	struct unit *planned;
	struct past_unit *unit = unit_of(past, record, &planned);

	if (!unit || kind < 0 || unit->begun)
		return reject_record(past, record, N_("an intent is not valid"));
	if (json_object_get_int64(json_object_object_get(record, "rows")) != (int64_t)planned->nstep)
		return reject_record(past, record, N_("the number of rows of its unit is wrong"));
	planned->kind = (enum unit_kind)kind;
	planned->sentence = arena_dup(&past->plan.arena, str_or(get_text(record, "sentence"), ""));
	unit->begun = true;
	unit->where = copy(past, record, "where");
	return 0;
}

static bool knows_cluster(const struct past *past, const char *fsid)
{
	for (size_t i = 0; i < past->ncluster; i++)
		if (str_equal(past->cluster[i].fsid, fsid))
			return true;
	return false;
}

/* Of several hosts each has a record of its own: what they name is added. */
static void remember_clusters(struct past *past, json_object *storage)
{
	json_object *list = json_object_object_get(storage, "clusters"), *one;
	const size_t n = count_members(list);
	struct past_cluster *all = arena_alloc(&past->plan.arena, (past->ncluster + n + 1) * sizeof *all);

	if (past->ncluster)
		memcpy(all, past->cluster, past->ncluster * sizeof *all);
	past->cluster = all;
	for (size_t i = 0; i < n; i++) {
		one = json_object_array_get_idx(list, i);
		if (past->has_hosts && knows_cluster(past, get_text(one, "cluster")))
			continue;
		past->cluster[past->ncluster++] = (struct past_cluster){ .fsid = copy(past, one, "cluster"),
			.opener = copy(past, one, "opener"),
			.access = { .cluster = copy(past, one, "name"),
			    .conf = copy(past, one, "conf"),
			    .keyring = copy(past, one, "keyring"),
			    .user = copy(past, one, "user"),
			    .monitors = copy(past, one, "monitors") } };
	}
}

static void remember_disks(struct past *past, json_object *storage)
{
	json_object *list = json_object_object_get(storage, "disks"), *one;
	const size_t n = count_members(list);
	struct past_disk *all = arena_alloc(&past->plan.arena, (past->ndisk + n + 1) * sizeof *all);

	if (past->ndisk)
		memcpy(all, past->disk, past->ndisk * sizeof *all);
	past->disk = all;
	for (size_t i = 0; i < n; i++) {
		const char *image, *slash;

		one = json_object_array_get_idx(list, i);
		image = get_text(one, "image");
		slash = image ? strchr(image, '/') : NULL;
		if (!slash || !get_text(one, "instance") || !get_text(one, "cluster"))
			continue;
		past->disk[past->ndisk++] = (struct past_disk){ .instance = copy(past, one, "instance"),
			.pool = arena_dupn(&past->plan.arena, image, (size_t)(slash - image)),
			.image = arena_dup(&past->plan.arena, slash + 1),
			.fsid = copy(past, one, "cluster"),
			.lock = copy(past, one, "lock") };
	}
}

static int on_evidence(struct past *past, json_object *record)
{
	json_object *storage = json_object_object_get(record, "storage");

	remember_clusters(past, storage);
	remember_disks(past, storage);
	return 0;
}

/* The unit that an outcome is about; NULL: it was never begun. */
static struct past_unit *begun_unit(struct past *past, json_object *record)
{
	struct unit *planned;
	struct past_unit *unit = unit_of(past, record, &planned);

	if (unit && unit->begun)
		return unit;
	reject_record(past, record, N_("its unit was never begun"));
	return NULL;
}

static int on_outcome(struct past *past, json_object *record)
{
	struct past_unit *unit = begun_unit(past, record);

	if (!unit)
		return 1;
	unit->outcome = copy(past, record, "state");
	unit->error = copy(past, record, "error");
	unit->host = copy(past, record, "host");
	unit->network = copy(past, record, "network");
	unit->disks = copy(past, record, "disks");
	return 0;
}

static int on_publish_intent(struct past *past, json_object *record)
{
	int64_t then = clock_parse(str_or(get_text(record, "time"), ""));
	struct past_unit *unit = begun_unit(past, record);

	if (!unit)
		return 1;
	unit->publish_begun = true;
	unit->has_token = get_text(record, "token") != NULL;
	unit->sends++;
	unit->publish_outcome = NULL;
	unit->unique_id = copy(past, record, "unique_id");
	unit->migration_uuid = copy(past, record, "migration_uuid");
	unit->request_id = copy(past, record, "request_id");
	unit->expiration_ms = json_object_get_int64(json_object_object_get(record, "expiration_ms"));
	unit->broker_version = copy(past, record, "broker_version");
	unit->publish_age_s = then > 0 ? clock_wall_s() - then : 0;
	return 0;
}

static int on_publish_outcome(struct past *past, json_object *record)
{
	struct past_unit *unit = begun_unit(past, record);

	if (!unit)
		return 1;
	unit->publish_outcome = copy(past, record, "outcome");
	/* that a second copy was not taken proves nothing about the first */
	if (unit->sends > 1 && !str_equal(unit->publish_outcome, "acked"))
		unit->publish_outcome = "lost";
	return 0;
}

/* Only for people: what was told is true, and may be told again. */
static int on_vif_event(struct past *past, json_object *record)
{
	struct past_unit *unit = begun_unit(past, record);

	if (!unit)
		return 1;
	unit->told += str_equal(get_text(record, "outcome"), "acked");
	return 0;
}

static int on_vif_wait(struct past *past, json_object *record)
{
	struct past_unit *unit = begun_unit(past, record);

	if (!unit)
		return 1;
	unit->waits_for = copy(past, record, "waits_for");
	return 0;
}

static void note_lifted(struct past *past, const char *client, const char *cluster, const char *since)
{
	for (struct unit *u = past->plan.unit; u < past->plan.unit + past->nunit; u++)
		for (struct step *s = u->step; u->kind == UNIT_FENCE && s < u->step + u->nstep; s++)
			if (str_equal(s->id, client) && str_equal(step_after(s, "cluster"), cluster))
				s->since = since;
}

/* 'host return' was about to take them off the blocklist: the host had been off by then, so that who is missed there since is
 * missed by nobody, whatever became of the record of its end. */
static int on_unfence(struct past *past, json_object *record)
{
	json_object *clients = json_object_object_get(record, "clients");

	for (size_t i = 0; i < count_members(clients); i++)
		note_lifted(past, json_object_get_string(json_object_array_get_idx(clients, i)), get_text(record, "cluster"),
		    "perhaps removed");
	return 0;
}

/* What an addition came to stands in the unit's outcome. */
static int on_fence(struct past *past, json_object *record)
{
	if (str_equal(get_text(record, "action"), "remove") && str_equal(get_text(record, "state"), "proved"))
		note_lifted(past, get_text(record, "client"), get_text(record, "cluster"), "removed");
	return 0;
}

static int on_recovery(struct past *past, json_object *record)
{
	struct unit *planned;
	struct past_unit *unit = unit_of(past, record, &planned);

	if (!unit)
		return reject_record(past, record, N_("it names no unit of the plan"));
	unit->verdict = copy(past, record, "verdict");
	unit->error = copy(past, record, "error"); /* what the run itself had said is settled */
	unit->host = copy(past, record, "host");
	unit->network = copy(past, record, "network");
	unit->disks = copy(past, record, "disks");
	return 0;
}

static int on_recover(struct past *past, json_object *record)
{
	(void)record;
	past->recovery = NULL;
	past->recovering = true;
	return 0;
}

static int on_recover_end(struct past *past, json_object *record)
{
	past->recovery = copy(past, record, "result");
	past->recovering = false;
	return 0;
}

static int on_nothing_left(struct past *past, json_object *record)
{
	(void)record;
	past->nothing_left = true;
	return 0;
}

static int on_end(struct past *past, json_object *record)
{
	static const enum state bad[] = { STATE_FAILED, STATE_UNKNOWN, STATE_SKIPPED, STATE_APPLIED };
	json_object *totals = json_object_object_get(record, "totals");
	int64_t n = 0;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		n += json_object_get_int64(json_object_object_get(totals, state_name[bad[i]]));
	past->result = copy(past, record, "result");
	past->whole = n == 0;
	return 0;
}

/* Those that say how far a run is. Every other one is for people: what must not be ignored has another version of the format.
 */
static const struct {
	const char *type;
	int (*read)(struct past *past, json_object *record); /* non-zero: it makes no sense, and nothing more is read */
} records[] = {
	{ "run", on_run },
	{ "evidence", on_evidence },
	{ "plan", on_plan },
	{ "row", on_row },
	{ "intent", on_intent },
	{ "outcome", on_outcome },
	{ "fence", on_fence },
	{ "unfence", on_unfence },
	{ "publish_intent", on_publish_intent },
	{ "publish_outcome", on_publish_outcome },
	{ "vif_event", on_vif_event },
	{ "vif_wait", on_vif_wait },
	{ "end", on_end },
	{ "recover", on_recover },
	{ "recovery", on_recovery },
	{ "recover_end", on_recover_end },
	{ "nothing_left", on_nothing_left },
};

int past_record(void *ctx, json_object *record)
{
	const char *type = get_text(record, "type");
	struct past *past = ctx;

	if (!past->run && !str_equal(type, "run"))
		return reject_record(past, record, N_("the journal does not begin with a run record"));
	for (size_t i = 0; i < sizeof records / sizeof *records; i++)
		if (str_equal(type, records[i].type))
			return records[i].read(past, record);
	return 0;
}
