/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <string.h>

#include "commands.h"
#include "find/migration.h"
#include "run/run.h"
#include "util/lang.h"
#include "util/str.h"

/* Ends an evacuation that nobody works on: its migration becomes 'error', its instance gets an empty task state, so that it can
 * be evacuated again and a returning host lets it live. */

/* Of a cell, which counts its own; a uuid is of the whole cloud. */
static bool is_number(const char *id)
{
	return strspn(id, "0123456789") == strlen(id);
}

static int find_in_cells(struct scene *scene, struct standing_migrations *out, struct error *err)
{
	const char *id = scene->request->what.id;
	auto_str struct str all = { 0 };
	struct standing_migrations found;
	size_t n = 0;

	*out = (struct standing_migrations){ 0 };
	for (size_t c = 0; c < scene->nova.ncell; c++) {
		if (migration_find(scene->nova.cell[c].cell->db, scene->request->what.id, &found, err) != 0)
			return -1;
		n += found.n;
		for (size_t i = 0; i < found.n; i++)
			str_addf(&all, _("%s%s of instance %s, in cell '%s'"), all.n ? "; " : "", str_or(found.v[i].uuid, "?"),
			    found.v[i].instance_uuid, scene->nova.cell[c].cell->name);
		if (found.n > 0 && out->n == 0) {
			*out = found;
			scene->nova.home = &scene->nova.cell[c];
		} else {
			standing_migrations_free(&found);
		}
	}
	if (n == 0 && world_any_lost_cell(scene->world))
		return scene_not_known_in_all_cells(scene, "migration", id, err);
	if (is_number(id) && world_any_lost_cell(scene->world) && world_has_several_cells(scene->world)) {
		error_set(err, world_any_lost_cell(scene->world)->kind,
		    "which migration %s is meant is not known: cell '%s' does not answer", id,
		    str_or(world_any_lost_cell(scene->world)->cell->name, world_any_lost_cell(scene->world)->cell->uuid));
		return error_hint(err, "each cell counts its own: give the uuid of %s", all.s);
	}
	if (n == 0) {
		error_set(err, ERROR_NOT_FOUND, "no migration '%s' is known", scene->request->what.id);
		return error_hint(err, "an ID is a number or a uuid, from: evac-manage migration list");
	}
	if (n > 1) {
		error_set(err, ERROR_NOT_FOUND, "%zu cells have a migration %s", n, id);
		return error_hint(err, "give its uuid: %s", all.s);
	}
	return 0;
}

static int find_migration_to_close(struct scene *scene, struct error *err)
{
	struct closing *c = arena_alloc(&scene->arena, sizeof *c);
	const struct standing_migration *m;
	struct waiting_queues waiting;
	struct words instance;

	scene->subject.closes = true;
	scene->subject.closing = c;
	if (scene_find_nova(scene, err) != 0 || find_in_cells(scene, &c->found, err) != 0)
		return -1;
	assert(c->found.n == 1 && c->found.v);
	m = c->migration = &c->found.v[0];
	if (!m->source_compute)
		return error_set(err, ERROR_REFUSED, "migration %lld names no source host", (long long)m->id);
	scene->subject.host = m->source_compute;
	scene->nova.compute = nova_service_find(&scene->nova.home->services, "nova-compute", scene->subject.host);
	scene_find_waiting(scene, scene->nova.home, &scene->arena, &waiting);
	if (migration_look(scene, scene->nova.home, m, &waiting, &c->events, &c->signs, err) != 0)
		return -1;
	instance = (struct words){ .v = &c->found.v[0].instance_uuid, .n = 1 };
	if (m->instance_host && migrations_open(scene->nova.home->cell->db, &instance, &scene->subject.migrations, err) != 0)
		return -1;
	for (size_t i = 0; i < scene->subject.migrations.n; i++)
		c->others += scene->subject.migrations.v[i].id != m->id &&
		    str_equal(scene->subject.migrations.v[i].instance_uuid, m->instance_uuid);
	if (scene_find_bus(scene, err) != 0)
		return -1;
	c->signs.queue_known = !scene->bus.conductor.unsure;
	c->signs.queued = scene->bus.conductor.messages;
	return 0;
}

/* The task state goes back only while it is this evacuation's: on the old host, and with no other one open. */
static bool owns_task_state(const struct scene *scene)
{
	const struct standing_migration *m = scene->subject.closing->migration;

	return instance_is_rebuilding(m->task_state) && str_equal(m->instance_host, m->source_compute) &&
	    scene->subject.closing->others == 0;
}

static void plan_migration_close(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	const struct standing_migration *m = scene->subject.closing->migration;
	struct unit *unit;
	struct step *step;
	bool left_done = migration_is_left_done(scene, scene->nova.compute, m);

	(void)findings;
	if (!migration_is_open(m) && !left_done)
		return;
	unit = plan_unit(plan, UNIT_CLOSE);
	step = unit_step(unit, STEP_MIGRATION, arena_printf(&plan->arena, "%lld", (long long)m->id), m->uuid);
	step->before[0] = m->status;
	step->after[0] = left_done ? "completed" : "error";
	if (left_done) {
		unit->sentence = arena_printf(&plan->arena,
		    _("complete evacuation %lld of instance %s from %s ('done' to 'completed')"), (long long)m->id,
		    m->instance_uuid, m->source_compute);
		return;
	}
	if (owns_task_state(scene)) {
		step = unit_step(unit, STEP_TASK_STATE, m->instance_uuid, m->instance_name);
		step->before[0] = m->task_state;
		step->before[1] = step->after[1] = m->instance_host;
	}
	unit->sentence = arena_printf(&plan->arena, _("close evacuation %lld of instance %s from %s ('%s' to 'error')%s"),
	    (long long)m->id, m->instance_uuid, m->source_compute, m->status,
	    unit->nstep > 1 ? _(", empty its task state") : "");
}

static const struct operation migration_close = {
	.name = "migration close",
	.needs = NEEDS_NOVA | NEEDS_BUS,
	.find = find_migration_to_close,
	.plan = plan_migration_close,
	.alone = true,
};

static enum error_kind run_migration_close(const struct request *request, struct error *err)
{
	return run_operation(&migration_close, request, err);
}

/* clang-format off */
static const struct argument_spec arguments[] = {
	{ .metavar = "ID", .type = OPTION_TEXT, .offset = AT(what.id), .sentence = "the migration's number or uuid" },
	{ 0 }
};

const struct command command_migration_close = {
	.noun = "migration", .verb = "close",
	.sentence = "end an evacuation that no service is working on",
	.details = "Sets the migration to 'error' and empties the instance's task state, so that the instance can be evacuated again. "
		"Refused while a message waits for it or a conductor or a live compute may still work on it, and when it is done. With nova 17 "
		"a done one whose source host reports again becomes 'completed' (--accept done-not-completed:ID).",
	.flags = COMMAND_WRITES,
	.arguments = arguments,
	.run = run_migration_close,
};
