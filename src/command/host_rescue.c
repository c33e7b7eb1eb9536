/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "commands.h"
#include "evacuating.h"
#include "host_rescue.h"
#include "words.h"
#include "cli/fenced.h"
#include "find/moves.h"
#include "recover/recover.h"
#include "run/run.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/shell.h"
#include "util/signals.h"
#include "util/str.h"

#define LOOK_AGAIN_MS 5000

/* The whole page for a failed host: ownership to one host, instances to wherever they fit. */

/* A name of nova's that may be the same machine's: its instances would be left behind. */
static int look_for_twin(const struct scene *scene, bool *found, struct error *err)
{
	struct arena arena = { 0 };
	struct host_twins twins;
	struct host_list hosts;

	*found = false;
	scene_find_twins(scene, scene->request->what.host, &arena, &twins);
	for (size_t i = 0; i < twins.n; i++)
		*found |= twins.v[i].nova_services > 0;
	arena_free(&arena);
	for (size_t c = 0; c < scene->nova.ncell && !*found; c++) {
		if (instance_hosts_near(scene->nova.cell[c].cell->db, scene->request->what.host, &hosts, err) != 0)
			return -1;
		for (size_t i = 0; i < hosts.n; i++)
			*found |= str_is_twin(hosts.v[i].host, scene->request->what.host);
		host_list_free(&hosts);
	}
	return 0;
}

/* A host that no compute and no instance of nova's names, but cinder knows: its volumes and backups are all there is. */
static int find_rescued_home(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;
	struct error trouble = { 0 };
	bool twin;

	if (scene_find_home(scene, r->what.host, err) == 0)
		return 0;
	if (err->kind != ERROR_NOT_FOUND || r->what.target_host)
		return -1;
	if (look_for_twin(scene, &twin, &trouble) != 0) {
		*err = trouble;
		return -1;
	}
	if (twin)
		return -1;
	error_clear(err);
	log_notice("nova has no nova-compute and no instance on '%s': only its volumes and backups can be moved", r->what.host);
	scene->subject.evacuates = scene->subject.marks = false;
	return 0;
}

int rescue_find_host(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;

	if (scene_check_node(scene, r->what.host, err) != 0 || scene_check_node(scene, r->what.to, err) != 0 ||
	    (r->what.cinder_host && scene_check_node(scene, r->what.cinder_host, err) != 0))
		return -1;
	if (find_rescued_home(scene, err) != 0 || scene_find_who_owns(scene, err) != 0 ||
	    scene_add_counterparts(scene, r->what.host, r->what.to, 1u << MOVE_BACKEND | 1u << MOVE_BACKUPS, err) != 0)
		return -1;
	if (r->what.cinder_host &&
	    scene_add_counterparts(scene, r->what.cinder_host, r->what.to, 1u << MOVE_BACKEND | 1u << MOVE_BACKUPS, err) != 0)
		return -1;
	return 0;
}

static int find_rescue(struct scene *scene, struct error *err)
{
	const struct request *r = scene->request;

	scene->subject.evacuates = scene->subject.moves_things = true;
	scene->subject.marks = !r->what.no_mark;
	scene_ask_nova(scene);
	if (scene_find_cinder_near(scene, err) != 0 || scene_find_nova(scene, err) != 0 || rescue_find_host(scene, err) != 0)
		return -1;
	if (scene->subject.evacuates && scene_find_instances(scene, err) != 0)
		return -1;
	if (evacuating_find_targets(scene, err) != 0)
		return -1;
	return scene_find_bus(scene, err);
}

void rescue_plan(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	plan_ownership(plan, scene);
	plan_evacuations(plan, scene, findings);
	plan_drop_idle_marks(plan, scene);
}

static void plan_rescue(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	plan_mark(plan, scene);
	rescue_plan(plan, scene, findings);
}

static const struct operation host_rescue = {
	.name = "host rescue",
	.needs = NEEDS_CINDER | NEEDS_NOVA | NEEDS_BUS | WITNESS_NEUTRON,
	.find = find_rescue,
	.plan = plan_rescue,
	.rescues = true,
};

static int check_resumed(const struct request *r, const struct past *past, struct error *err)
{
	if (!str_equal(past->command, host_rescue.name)) {
		error_set(err, ERROR_REFUSED, "run '%s' is a %s, not a host rescue", r->what.resume,
		    str_or(past->command, "?"));
		return past_is_settled(past) ?
		    error_hint(err, "it is settled; runs that left something are named by: evac-manage journal list") :
		    error_hint(err, "to settle it: evac-manage journal recover %s", r->what.resume);
	}
	if (past->has_hosts ? !rescue_names_all_of(r, past) : rescue_is_of_several(r) || !str_equal(past->host, r->what.host)) {
		auto_arena struct arena arena = { 0 };
		const char *hosts = str_or(past_hosts_words(past, &arena), "HOST");

		if (past->has_hosts || rescue_is_of_several(r))
			error_set(err, ERROR_REFUSED, "run '%s' is about other hosts: %s", r->what.resume, hosts);
		else
			error_set(err, ERROR_REFUSED, "run '%s' is about '%s', not about '%s'", r->what.resume,
			    str_or(past->host, "?"), r->what.host);
		return error_hint(err, "%s", resume_command(&arena, hosts, r->what.resume, past->fences_disks));
	}
	if (r->what.spread.n > 0) {
		error_set(err, ERROR_USAGE, "--resume goes on with the --spread of the run");
		return error_hint(err, "leave --spread out");
	}
	if ((r->what.to && !str_equal(r->what.to, past->to)) ||
	    (r->what.cinder_host && !str_equal(r->what.cinder_host, past->cinder_host)) ||
	    (r->what.target_host && !str_equal(r->what.target_host, past->target_host)))
		return error_set(err, ERROR_REFUSED,
		    "run '%s' was --to %s: leave --to, --cinder-host and --target_host out to go on with it", r->what.resume,
		    str_or(past->to, "?"));
	return 0;
}

/* Settled, and what nova still has in hand waited for (a dry run waits for nobody); then what is left of the host is a rescue
 * like the first one. */
static enum error_kind recover_and_wait(const struct request *r, struct recovered *out, struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + r->how.timeout_s * 1000;
	enum error_kind result;
	size_t said = 0;

	do {
		if (out->under_way > 0) {
			if (out->under_way != said)
				log_notice("%zu evacuation%s of run %s under way; waiting", out->under_way,
				    out->under_way == 1 ? "" : "s", r->what.resume);
			said = out->under_way;
			clock_sleep_ms(LOOK_AGAIN_MS);
		}
		past_free(&out->past);
		error_clear(err);
		result = recover_run(r, r->what.resume, true, out, err);
	} while ((result == ERROR_OK || result == ERROR_UNPROVED) && out->under_way > 0 && !r->how.no_wait && !r->how.dry_run &&
	    !signal_came() && clock_monotonic_ms() < deadline);
	return result;
}

static enum error_kind resume_rescue(const struct request *request, struct error *err)
{
	struct request own = *request;
	struct recovered recovered = { 0 };
	struct operation rest = rescue_is_of_several(request) ? host_rescue_several : host_rescue;
	auto_arena struct arena arena = { 0 };
	struct past *past = &recovered.past;
	enum error_kind result;

	if (recover_peek(request, request->what.resume, past, err) != 0 || check_resumed(request, past, err) != 0)
		result = err->kind;
	else
		result = recover_and_wait(request, &recovered, err);
	if (result == ERROR_UNPROVED) { /* the rest of the host does not wait for their networks */
		rest.not_ready_before = recovered.not_ready;
		result = ERROR_OK;
	}
	if (recovered.lost || recovered.fence_unknown) { /* it was said; the plan is made from what is now */
		error_clear(err);
		result = ERROR_OK;
	}
	own.what.to = past->to;
	own.what.cinder_host = past->cinder_host;
	own.what.target_host = past->target_host;
	own.what.spread = past->spread;
	own.how.order = past->order;
	own.how.keeps_order = past->has_order && !request->how.order_file;
	own.how.fenced = request->how.fenced ? request->how.fenced : past->fenced;
	if (past->has_hosts)
		rescue_take_hosts(&own, past, &arena);
	if (result == ERROR_OK && fenced_check("the --fenced of the run", own.how.fenced, err) != 0)
		result = err->kind;
	if (result == ERROR_OK)
		result = run_operation(&rest, &own, err);
	past_free(past);
	return result;
}

static enum error_kind run_host_rescue(const struct request *request, struct error *err)
{
	auto_arena struct arena arena = { 0 };
	struct request all;

	if (!rescue_is_of_several(request))
		return request->what.resume ? resume_rescue(request, err) : run_operation(&host_rescue, request, err);
	all = rescue_name_all(request, &arena);
	return all.what.resume ? resume_rescue(&all, err) : run_operation(&host_rescue_several, &all, err);
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "to", .type = OPTION_HOST, .offset = AT(what.to), .metavar = "HOST2",
	  .sentence = "the host that gets the volumes and backups; needed unless --resume" },
	{ .name = "cinder-host", .type = OPTION_HOST, .offset = AT(what.cinder_host), .metavar = "NAME",
	  .sentence = "also move the rows that cinder has under this other name of the failed host (its short name or its FQDN)" },
	{ .name = "resume", .type = OPTION_TEXT, .offset = AT(what.resume), .metavar = "RUN",
	  .sentence = "settle this interrupted run, then continue with the rest of the host, with the run's --to, --cinder-host, --target_host and --fenced" },
	{ .name = "target_host", .type = OPTION_HOST, .offset = AT(what.target_host), .metavar = "HOST3",
	  .sentence = "request this host for every instance; without: the scheduler picks" },
	OPTION_SPREAD,
	{ .name = "no-mark", .type = OPTION_FLAG, .offset = AT(what.no_mark), .sentence = "leave the host's services enabled" },
	{ .name = "aggregate", .type = OPTION_WORDS, .offset = AT(what.aggregates), .metavar = "AGGREGATE",
	  .sentence = "the hosts of this aggregate, as one failure; repeatable; --exclude HOST leaves one out" },
	{ .name = "zone", .type = OPTION_WORDS, .offset = AT(what.zones), .metavar = "ZONE",
	  .sentence = "the same of an availability zone; repeatable" },
	OPTION_FOLLOW_ZONE,
	OPTION_TO_CLUSTER,
	OPTION_SETTLE,
	{ 0 }
};
static const struct argument_spec arguments[] = {
	{ .metavar = "HOST", .type = OPTION_HOST, .offset = AT(what.host), .optional = true,
	  .sentence = "the failed host, as nova names it" },
	{ .metavar = "HOST...", .type = OPTION_WORDS, .offset = AT(what.hosts), .optional = true,
	  .sentence = "more hosts that failed with it: one plan, one journal" },
	{ 0 }
};
/* clang-format on */

static int to_or_resume(const struct request *request, struct error *err)
{
	if (evacuating_check_targets(request, err) != 0)
		return -1;
	if (rescue_is_of_several(request) && request->what.cinder_host)
		return error_set(err, ERROR_USAGE,
		    "--cinder-host is another name of one failed host: rescue that one by itself");
	if (!rescue_is_of_several(request) && !request->what.host) {
		error_set(err, ERROR_USAGE,
		    "'host rescue' needs HOST (the failed host, as nova names it), or --aggregate or --zone");
		return error_hint(err, "usage: evac-manage host rescue HOST --to HOST2 [options]");
	}
	if (request->what.resume && request->what.aggregates.n + request->what.zones.n > 0)
		return error_set(err, ERROR_USAGE,
		    "--resume takes the hosts of the run by their names, not by --aggregate or --zone");
	if (request->what.resume && request->how.plan_out) {
		error_set(err, ERROR_USAGE, "--resume writes (it settles the run first), --plan-out only makes a plan");
		return error_hint(err,
		    "first: evac-manage journal recover %s; then the same command with --to HOST2 and --plan-out FILE",
		    request->what.resume);
	}
	if (request->what.to || request->what.resume)
		return 0;
	error_set(err, ERROR_USAGE, "'host rescue' needs --to (the host that gets the volumes and backups), or --resume RUN");
	return error_hint(err, "usage: evac-manage host rescue HOST --to HOST2 [options]");
}

/* clang-format off */
const struct command command_host_rescue = {
	.noun = "host", .verb = "rescue",
	.sentence = "move volumes, evacuate instances, verify both",
	.details = "Disables the host's services, moves its volumes and backups to HOST2 in one transaction, then evacuates its "
		"instances and follows each until its evacuation ends. Can be resumed. Volumes and backups can be moved back; an evacuation that "
		"nova has begun cannot. Several hosts that failed together are one run: all are moved first, their instances are "
		"placed together, and --fenced counts for the hosts that it names.\n\n"
		"Examples:\n"
		"  evac-manage host rescue ctl1 --to ctl2 --dry-run\n"
		"  evac-manage host rescue ctl1 --to ctl2\n"
		"  evac-manage host rescue ctl1 ctl4 ctl7 --to ctl2",
	.flags = COMMAND_WRITES | COMMAND_EVACUATES,
	.options = options, .arguments = arguments,
	.check = to_or_resume,
	.run = run_host_rescue,
};
