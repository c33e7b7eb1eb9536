/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "command/commands.h"
#include "cli/fenced.h"
#include "recover/recover.h"
#include "run/run.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/signals.h"
#include "util/str.h"

#define SETTLE_MS 5000

/* The whole page for a failed host: ownership to one host, instances to wherever they fit. */

/* A name of nova's that may be the same machine's: its instances would be left behind. */
static int look_for_twin(const struct scene *scene, bool *found, struct error *err)
{
	struct arena arena = { 0 };
	struct host_twins twins;
	struct host_list hosts;

	*found = false;
	scene_find_twins(scene, scene->request->host, &arena, &twins);
	for (size_t i = 0; i < twins.n; i++)
		*found |= twins.v[i].nova_services > 0;
	arena_free(&arena);
	for (size_t c = 0; c < scene->ncell && !*found; c++) {
		if (instance_hosts_list(scene->cell[c].cell->db, &hosts, err) != 0)
			return -1;
		for (size_t i = 0; i < hosts.n; i++)
			*found |= str_is_twin(hosts.v[i].host, scene->request->host);
		host_list_free(&hosts);
	}
	return 0;
}

/* A host that no compute and no instance of nova's names, but cinder knows: its volumes and backups are all there is. */
static int find_home(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;
	struct error trouble = { 0 };
	bool twin;

	if (scene_find_home(scene, r->host, err) == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND || r->target_host)
		return -1;
	if (look_for_twin(scene, &twin, &trouble) != 0) {
		*err = trouble;
		return -1;
	}
	if (twin)
		return -1;
	error_clear(err);
	log_notice("nova has no compute and no instance of '%s': its volumes and backups are all that can be moved", r->host);
	scene->evacuates = scene->marks = false;
	return 0;
}

static int find(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;

	scene->evacuates = scene->moves_things = true;
	scene->marks = !r->no_mark;
	if (scene_find_cinder(scene, err) != 0 || scene_find_nova(scene, err) != 0)
		return -1;
	if (scene_check_node(scene, r->host, err) != 0 || scene_check_node(scene, r->to, err) != 0 ||
	    (r->cinder_host && scene_check_node(scene, r->cinder_host, err) != 0))
		return -1;
	if (find_home(scene, err) != 0 || scene_add_counterparts(scene, r->host, r->to, 1u << MOVE_BACKEND | 1u << MOVE_BACKUPS, err) != 0)
		return -1;
	if (r->cinder_host && scene_add_counterparts(scene, r->cinder_host, r->to, 1u << MOVE_BACKEND | 1u << MOVE_BACKUPS, err) != 0)
		return -1;
	if (scene->evacuates && scene_find_instances(scene, err) != 0)
		return -1;
	if (r->target_host && scene_find_target(scene, r->target_host, err) != 0)
		return -1;
	return scene_find_bus(scene, err);
}

static void plan(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	plan_mark(plan, scene);
	plan_ownership(plan, scene);
	plan_evacuations(plan, scene, findings);
	plan_drop_idle_mark(plan, scene);
}

static const struct operation host_rescue = {
	.name = "host rescue",
	.needs = NEEDS_CINDER | NEEDS_NOVA | NEEDS_BUS,
	.find = find,
	.plan = plan,
	.rescues = true,
};

static int check_past(const struct request *r, const struct past *past, struct error *err)
{
	if (!str_equal(past->command, host_rescue.name)) {
		error_set(err, ERROR_REFUSED, "run '%s' is no host rescue, it is a %s", r->resume, str_or(past->command, "?"));
		return error_hint(err, "'evac-manage journal recover %s' settles it", r->resume);
	}
	if (!str_equal(past->host, r->host)) {
		error_set(err, ERROR_REFUSED, "run '%s' is about '%s', not about '%s'", r->resume, str_or(past->host, "?"), r->host);
		return error_hint(err, "evac-manage host rescue %s --resume %s", str_or(past->host, "HOST"), r->resume);
	}
	if ((r->to && !str_equal(r->to, past->to)) || (r->cinder_host && !str_equal(r->cinder_host, past->cinder_host)) || (r->target_host && !str_equal(r->target_host, past->target_host)))
		return error_set(err, ERROR_REFUSED, "run '%s' was --to %s: leave --to, --cinder-host and --target_host out to go on with it", r->resume,
		    str_or(past->to, "?"));
	return 0;
}

/* Settled, and what nova still has in hand waited for (a dry run waits for nobody); then what is left of the host is a rescue like the first one. */
static enum error_kind settle(const struct request *r, struct past *past, struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + r->timeout_s * 1000;
	enum error_kind result;
	size_t under_way = 0;

	do {
		if (under_way > 0) {
			log_notice("%zu evacuation%s of run %s under way; waiting", under_way, under_way == 1 ? "" : "s", r->resume);
			clock_sleep_ms(SETTLE_MS);
		}
		past_free(past);
		result = recover_run(r, r->resume, true, past, &under_way, err);
	} while (result == ERROR_OK && under_way > 0 && !r->no_wait && !r->dry_run && !signal_came() && clock_monotonic_ms() < deadline);
	return result;
}

static enum error_kind resume(const struct request *request, struct error *err)
{
	struct request own = *request;
	struct past past = { 0 };
	enum error_kind result;

	if (recover_peek(request, request->resume, &past, err) != 0 || check_past(request, &past, err) != 0)
		result = err->kind;
	else
		result = settle(request, &past, err);
	own.to = past.to;
	own.cinder_host = past.cinder_host;
	own.target_host = past.target_host;
	own.fenced = request->fenced ? request->fenced : past.fenced;
	if (result == ERROR_OK && fenced_check("the --fenced of the run", own.fenced, err) != 0)
		result = err->kind;
	if (result == ERROR_OK)
		result = op_run(&host_rescue, &own, err);
	past_free(&past);
	return result;
}

enum error_kind op_host_rescue(const struct request *request, struct error *err)
{
	return request->resume ? resume(request, err) : op_run(&host_rescue, request, err);
}
