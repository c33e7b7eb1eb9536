/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/migration.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "model/nova/cause.h"
#include "sql_catalogue.h"
#include "util/lang.h"
#include "util/secret.h"
#include "util/str.h"

/* A spawn waits for neutron, a call of the conductor 60 s (nova conf: rpc_response_timeout). Its HTTP calls have no end: an
 * event that was begun and not finished is no silence. */
#define FRESH_S EVACUATION_SILENT_S
/* A compute that has begun may copy an image for long. */
#define LONG_S 3600
/* What a conductor has not taken it may take in a moment. */

static const struct db_shape standing_migration_shape = DB_SHAPE(struct standing_migration,
    DB_COLUMNS(struct standing_migration, id, instance_uuid, status, age_s, idle_s, instance_idle_s),
    DB_NULLABLES(struct standing_migration, uuid, instance_name, migration_type, source_compute, dest_compute, instance_host,
	vm_state, task_state));

int migrations_standing(struct db *cell, const char *host, struct standing_migrations *out, struct error *err)
{
	const struct db_param params[] = { p_str("host", host), p_end };

	if (!host)
		return db_read(cell, &SQL_NOVA_MIGRATION_LIST_STANDING, NULL, &standing_migration_shape, &out->rows, err);
	return db_read(cell, &SQL_NOVA_MIGRATION_LIST_STANDING_BY_HOST, params, &standing_migration_shape, &out->rows, err);
}

int migrations_standing_of(struct db *cell, const struct words *hosts, struct standing_migrations *out, struct error *err)
{
	return db_read_set(cell, &SQL_NOVA_MIGRATION_LIST_STANDING_BY_HOSTS, hosts, &standing_migration_shape, "source_compute",
	    &out->rows, err);
}

const struct standing_migration *standing_migrations_find(const struct standing_migrations *all, const char *host, size_t *n)
{
	return db_rows_find(&all->rows, &standing_migration_shape, "source_compute", host, n);
}

int migrations_of_host(struct db *cell, const char *host, struct standing_migrations *out, struct error *err)
{
	const struct db_param params[] = { p_str("host", host), p_end };

	return db_read(cell, &SQL_NOVA_MIGRATION_LIST_BY_HOST, params, &standing_migration_shape, &out->rows, err);
}

int migration_find(struct db *cell, const char *id, struct standing_migrations *out, struct error *err)
{
	bool is_number = *id && strlen(id) <= 18 && id[strspn(id, "0123456789")] == '\0';
	const struct db_param params[] = { p_int("id", is_number ? strtoll(id, NULL, 10) : -1),
		p_str("uuid", is_number ? NULL : id), p_end };

	return db_read(cell, &SQL_NOVA_MIGRATION_LIST_BY_ID, params, &standing_migration_shape, &out->rows, err);
}

int migration_events(struct db *cell, int64_t id, struct action_events *out, struct error *err)
{
	const struct db_param params[] = { p_int("id", id), p_end };

	return action_events_read(cell, &SQL_NOVA_EVENT_LIST_BY_MIGRATION, params, out, err);
}

bool migration_is_evacuation(const struct standing_migration *m)
{
	return str_equal(m->migration_type, "evacuation");
}

bool migration_is_tombstone(const struct standing_migration *m)
{
	return migration_is_evacuation(m) &&
	    (str_equal(m->status, "accepted") || str_equal(m->status, "pre-migrating") || str_equal(m->status, "done"));
}

bool migration_is_open(const struct standing_migration *m)
{
	static const char *const closed[] = { "done", "completed", "finished", "error", "failed", "cancelled", "confirmed",
		"reverted" };

	for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
		if (str_equal(m->status, closed[i]))
			return false;
	return m->status != NULL;
}

bool instance_is_rebuilding(const char *task_state)
{
	return str_equal(task_state, "rebuilding") || str_equal(task_state, "rebuild_block_device_mapping") ||
	    str_equal(task_state, "rebuild_spawning");
}

static const struct action_event *event_of(const struct migration_signs *signs, const char *event, const char *result)
{
	for (size_t i = 0; i < signs->events->n; i++)
		if (str_equal(signs->events->v[i].event, event) && str_equal(signs->events->v[i].result, result))
			return &signs->events->v[i];
	return NULL;
}

static int64_t idle_s(const struct standing_migration *m)
{
	return m->instance_idle_s.set && m->instance_idle_s.v < m->idle_s.v ? m->instance_idle_s.v : m->idle_s.v;
}

/* An event with an error says that its worker gave up (nova conductor/manager.py: what rebuild_instance() does not catch ends
 * its event and touches neither migration nor instance; nova compute/manager.py: the same after the claim). */
static const struct action_event *event_of_giving_up(const struct standing_migration *m, const struct migration_signs *signs)
{
	return str_equal(m->status, "accepted") ? event_of(signs, "rebuild_server", "Error") :
						  event_of(signs, "compute_rebuild_instance", "Error");
}

static bool is_of_compute(const struct action_event *e)
{
	return strncmp(e->event, "compute_", strlen("compute_")) == 0;
}

/* nova conductor/manager.py: rebuild_server is begun before the first call and ended after the last; nova compute/manager.py:
 * compute_rebuild_instance likewise. Past 'accepted' it is no conductor's any more, and a compute that is down has dropped
 * it. */
const struct action_event *migration_holder(const struct standing_migration *m, const struct migration_signs *signs)
{
	bool accepted = str_equal(m->status, "accepted");

	if (event_of_giving_up(m, signs))
		return NULL;
	for (const struct action_event *e = signs->events->v; e < signs->events->v + signs->events->n; e++)
		if (!e->result && (accepted || (is_of_compute(e) && signs->dest_up)))
			return e;
	return NULL;
}

/* nova conductor/manager.py: the event is begun as soon as the message is. */
bool migration_may_be_held_unseen(const struct standing_migration *m, const struct migration_signs *signs)
{
	if (!str_equal(m->status, "accepted"))
		return false;
	for (const struct action_event *e = signs->events->v; e < signs->events->v + signs->events->n; e++)
		if (str_equal(e->event, "rebuild_server"))
			return false;
	return true;
}

void action_event_service(const struct action_event *event, struct str *out)
{
	str_addf(out, "nova-%s%s%s%s", is_of_compute(event) ? "compute" : "conductor", event->host ? " on '" : "",
	    str_or(event->host, ""), event->host ? "'" : "");
}

static void say_given_up(const struct standing_migration *m, const struct action_event *event, struct str *out)
{
	const char *by = str_equal(m->status, "accepted") ? "conductor" : "compute";
	auto_arena struct arena arena = { 0 };
	struct cause cause;

	cause_read(&(struct cause_words){ event->details, event->traceback }, &arena, &cause);
	if (cause.what)
		str_addf(out, _("the %s gave it up: %s"), by, cause.what);
	else
		str_addf(out, _("the %s gave it up: its event ended with an error"), by);
}

const char *migration_worker(const struct standing_migration *m, const struct migration_signs *signs, struct str *why)
{
	const struct action_event *given_up = event_of_giving_up(m, signs);
	bool accepted = str_equal(m->status, "accepted");

	str_clear(why);
	if (given_up) {
		say_given_up(m, given_up, why);
		return NULL;
	}
	if (accepted && !signs->queue_known) /* oslo.messaging: a cast is taken whenever somebody consumes again */
		str_add(why, _("its message may wait in the conductor's queue, which could not be looked at"));
	else if (accepted && signs->queued > 0)
		str_addf(why, _("%u message%s in the conductor's queue: its own may be among them; check again in %d s"),
		    signs->queued, signs->queued == 1 ? " waits" : "s wait", CONDUCTOR_QUEUE_S);
	else if (accepted && event_of(signs, "rebuild_server", "Success") && !signs->computes_known)
		str_add(why, _("the conductor has handed it to a compute, and not every compute's queue could be looked at"));
	else if (accepted && event_of(signs, "rebuild_server", "Success") && signs->waits_in)
		str_addf(why,
		    _("the conductor has handed it to a compute, and queue '%s' holds messages: its own may be among them, and would be "
		      "begun whenever that nova-compute returns; delete the queue first"),
		    signs->waits_in);
	else if (idle_s(m) < FRESH_S)
		str_addf(why,
		    _("it or its instance was written %lld s ago; nova may be silent for %d s: check again in %lld s"),
		    (long long)idle_s(m), FRESH_S, (long long)(FRESH_S - idle_s(m)));
	else if (accepted && event_of(signs, "rebuild_server", "Success") && idle_s(m) < LONG_S)
		str_addf(why, _("the conductor has handed it to a compute, which may still be at it: check again in %lld s"),
		    (long long)(LONG_S - idle_s(m)));
	else if (!accepted && signs->dest_up && idle_s(m) < LONG_S)
		str_addf(why, _("nova-compute on '%s' is alive and has claimed it: check again in %lld s"),
		    str_or(m->dest_compute, "?"), (long long)(LONG_S - idle_s(m)));
	else {
		str_addf(why, _("nothing was written for %lld s, %s"), (long long)idle_s(m),
		    accepted           ? _("and no message waits for the conductor") :
			signs->dest_up ? _("longer than a compute is silent") :
					 _("and the compute that claimed it is down"));
		return NULL;
	}
	return why->s;
}
