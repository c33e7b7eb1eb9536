/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "find/migration.h"
#include "guard/guard.h"
#include "run/list.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

static const struct table_column columns[] = {
	{ "id", NULL, false, COLUMN_NUMBER },
	{ "uuid", NULL, true, COLUMN_UUID },
	{ "instance", NULL, false, COLUMN_UUID },
	{ "name", NULL, true, COLUMN_NAME },
	{ "type", NULL, false, COLUMN_TEXT },
	{ "status", NULL, false, COLUMN_TEXT },
	{ "source", NULL, false, COLUMN_NAME },
	{ "dest", NULL, false, COLUMN_NAME },
	{ "age_s", NULL, false, COLUMN_AGE },
	{ "stale", NULL, false, COLUMN_TEXT },
	{ "cell", NULL, true, COLUMN_NAME },
	{ "meaning", NULL, false, COLUMN_REMARK },
};

/* nova compute/manager.py: _destroy_evacuated_instances, when nova-compute starts on the source. */
static void say_tombstone(const struct scene *scene, const struct cell_facts *cell, const struct standing_migration *m,
    struct str *out)
{
	const char *source = str_or(m->source_compute, "?");
	const struct nova_service *s = nova_service_find(&cell->services, "nova-compute", source);

	if (migration_copy_runs(s, m, scene->nova.down_s) && s->version >= COMPUTE_COMPLETES_ALL) {
		str_addf(out,
		    _("DANGER: nova-compute on '%s' reports again and was not restarted: its old copy most likely still runs; restart it there now"),
		    source);
		return;
	}
	if (!str_equal(m->status, "done"))
		str_addf(out, _("a nova-compute that starts on '%s' now destroys its copy"), source);
	else if (str_equal(m->instance_host, m->source_compute))
		str_addf(out,
		    _("DANGER: the instance is on '%s' again, and the next start of nova-compute there destroys it (bug 1922053)"),
		    source);
	else
		str_addf(out, _("when '%s' returns, its nova-compute destroys its old copy of the instance"), source);
}

static bool is_compute_down(const struct scene *scene, const struct cell_facts *cell, const char *host)
{
	const struct nova_service *s = host ? nova_service_find(&cell->services, "nova-compute", host) : NULL;

	return host && !(s && nova_service_is_up(s, scene->nova.down_s));
}

/* What is no evacuation: nova's own to end while both hosts live. nova compute/manager.py: a resize is confirmed by its source,
 * and reverted by both. */
static void say_other(const struct scene *scene, const struct cell_facts *cell, const struct standing_migration *m,
    struct str *out)
{
	const struct migration_ends ends = { m->instance_uuid, m->source_compute, m->dest_compute, m->id };
	const char *type = str_or(m->migration_type, "migration of no type");
	const char *dead = is_compute_down(scene, cell, m->source_compute) ? m->source_compute :
	    is_compute_down(scene, cell, m->dest_compute)                  ? m->dest_compute :
									     NULL;

	if (str_equal(m->status, "finished")) {
		str_addf(out,
		    _("a %s that waits to be confirmed or reverted: the instance is on '%s', its old disks are still on '%s'"),
		    type, str_or(m->dest_compute, "?"), str_or(m->source_compute, "?"));
		if (dead)
			str_addf(out, _("; '%s' is down: %s"), dead,
			    dead == m->source_compute ? _("neither is possible until that host is back") :
							_("it can only be confirmed, and that deletes the old disks"));
		return;
	}
	if (!dead) {
		str_addf(out, _("a %s under way; nova ends it"), type);
		return;
	}
	str_addf(out, _("a %s that was cut short: '%s' is down; "), type, dead);
	migration_say_way_out(m->migration_type, &ends, out);
}

/* Numbers are a cell's own: where there are several cells only the uuid tells which. */
static const char *migration_word(const struct scene *scene, const struct standing_migration *m, char number[24])
{
	snprintf(number, 24, "%lld", (long long)m->id);
	return m->uuid && world_has_several_cells(scene->world) ? m->uuid : number;
}

static void add_migration_row(struct table *t, const struct cell_facts *cell, const struct standing_migration *m,
    const char *stale, const char *meaning)
{
	table_add(t);
	table_members(t, struct standing_migration, m, id, uuid, status, age_s);
	table_text(t, "instance", m->instance_uuid);
	table_text(t, "name", m->instance_name);
	table_text(t, "type", m->migration_type);
	table_text(t, "source", m->source_compute);
	table_text(t, "dest", m->dest_compute);
	table_bool(t, "stale", stale != NULL);
	table_text(t, "cell", cell->cell->name);
	table_advice(t, "meaning", meaning);
}

static int add_standing_migration(struct scene *scene, struct table *t, const struct cell_facts *cell,
    const struct waiting_queues *waiting, const struct standing_migration *m, struct error *err)
{
	auto_str struct str why = { 0 }, meaning = { 0 };
	struct action_events events = { 0 };
	struct migration_signs signs;
	const char *stale = NULL, *worker = NULL, *word;
	const struct action_event *holder;
	bool unseen = false;
	char number[24];

	word = migration_word(scene, m, number);
	if (!migration_is_evacuation(m)) {
		say_other(scene, cell, m, &meaning);
	} else if (migration_is_open(m)) {
		if (migration_look(scene, cell, m, waiting, &events, &signs, err) != 0)
			return -1;
		worker = migration_worker(m, &signs, &why);
		holder = worker ? NULL : migration_holder(m, &signs);
		if (holder) {
			str_clear(&why);
			action_event_service(holder, &why);
			str_addf(&meaning,
			    _("%s began it and has not ended it; restart that service first; only then: evac-manage migration close %s --accept service-restart-needed:%lld; "),
			    why.s, word, (long long)m->id);
		} else {
			unseen = !worker && migration_may_be_held_unseen(m, &signs);
			str_addf(&meaning,
			    worker     ? _("under way: %s; ") :
				unseen ? _("no sign of a service working on it: %s; ") :
					 _("no service is working on it: %s; "),
			    why.s);
		}
		stale = worker || holder ? NULL : why.s;
		say_tombstone(scene, cell, m, &meaning);
		if (stale)
			str_addf(&meaning,
			    unseen ? _("; if no nova-conductor is frozen: evac-manage migration close %s") :
				     "; evac-manage migration close %s",
			    word);
		action_events_free(&events);
	} else {
		say_tombstone(scene, cell, m, &meaning);
		if (m->source_compute &&
		    migration_is_left_done(scene, nova_service_find(&cell->services, "nova-compute", m->source_compute), m)) {
			stale = m->status;
			str_addf(&meaning,
			    _("; it has reported since and not completed it, as nova 17 does where the guest is gone; where 'virsh domstate %s' finds none there: evac-manage migration close %s --accept done-not-completed:%lld"),
			    m->instance_uuid, word, (long long)m->id);
		}
	}
	if (stale || !scene->request->what.stale)
		add_migration_row(t, cell, m, stale, meaning.s);
	return 0;
}

static void say_no_migrations(const struct scene *scene, struct table *t)
{
	const char *host = scene->request->what.host;

	if (host)
		table_say_none(t,
		    scene->request->what.stale ? "No stale evacuations away from '%s' or to it." :
						 _("No open or finished migrations away from '%s' or to it."),
		    host);
	else
		table_say_none(t, scene->request->what.stale ? "No stale evacuations." : _("No open or finished migrations."));
}

static int fill_migrations(struct scene *scene, struct table *t, struct error *err)
{
	const char *host = scene->request->what.host;
	struct waiting_queues waiting;
	struct standing_migrations all;
	int rc = 0;

	if (scene_find_nova(scene, err) != 0 || (host && scene_find_home(scene, host, err) != 0))
		return -1;
	scene_look_for_conductor(scene);
	say_no_migrations(scene, t);
	for (size_t c = 0; c < scene->nova.ncell && rc == 0; c++) {
		if (host && &scene->nova.cell[c] != scene->nova.home)
			continue;
		rc = migrations_of_host(scene->nova.cell[c].cell->db, host, &all, err);
		if (rc == 0 && all.n > 0)
			scene_find_waiting(scene, &scene->nova.cell[c], &scene->arena, &waiting);
		for (size_t i = 0; i < all.n && rc == 0; i++)
			rc = add_standing_migration(scene, t, &scene->nova.cell[c], &waiting, &all.v[i], err);
		standing_migrations_free(&all);
	}
	return rc;
}

static const struct listing migration_list = { .needs = NEEDS_NOVA | WITNESS_BUS, LISTED(columns), .fill = fill_migrations };

static enum error_kind run_migration_list(const struct request *request, struct error *err)
{
	return run_listing(&migration_list, request, err);
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "host", .type = OPTION_HOST, .offset = AT(what.host), .metavar = "HOST", .sentence = "only migrations from or to this host" },
	{ .name = "stale", .type = OPTION_FLAG, .offset = AT(what.stale), .sentence = "only evacuations that no service is working on" },
	{ 0 }
};

const struct command command_migration_list = {
	.noun = "migration", .verb = "list",
	.sentence = "open migrations, and guests a host would destroy",
	.details = "When nova-compute starts, it destroys the guests on its host whose evacuation is accepted, pre-migrating or done. Each "
		"row says its meaning.\n\n"
		"Example:\n"
		"  evac-manage migration list --host ctl1 --stale",
	.options = options,
	.run = run_migration_list,
};
