/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "commands.h"
#include "find/moves.h"
#include "find/words.h"
#include "run/run.h"
#include "util/lang.h"
#include "util/str.h"

/* Volumes of one host, backend or of all get the uuid of the service that serves them now. */

static bool is_of_asked_host(const struct scene *scene, const char *host)
{
	const char *asked = scene->request->what.host;

	return !asked || (strchr(asked, '@') ? host_is_on_backend(host, asked) : host_is_on_node(host, asked));
}

static int add_nameable_volumes(const struct scene *scene, const char *node, struct nameables *out, struct error *err)
{
	struct volumes all;

	if (volumes_on_node(scene->world->cinder_db, node, &all, err) != 0)
		return -1;
	for (size_t i = 0; i < all.n; i++)
		if (is_of_asked_host(scene, all.v[i].host))
			nameables_add(out, all.v[i].id, all.v[i].name);
	volumes_free(&all);
	return 0;
}

/* A volume that names the right service already is no mistyped one. */
static int check_volume_words(const struct scene *scene, struct error *err)
{
	const struct owners *owners = &scene->cinder.owners;
	struct nameables known = { 0 }, gone = { 0 };
	struct host_name owner, last = { 0 };
	int rc = 0;

	if (scene->request->what.only.n + scene->request->what.exclude.n == 0)
		return 0;
	for (size_t i = 0; i < owners->n && rc == 0; i++) { /* by host: a node's lie together, or are asked twice */
		if (strcmp(owners->v[i].kind, "volume") != 0 || !is_of_asked_host(scene, owners->v[i].host) ||
		    !host_name_parse(owners->v[i].host, &owner) || strcmp(owner.node, last.node) == 0)
			continue;
		last = owner;
		rc = add_nameable_volumes(scene, owner.node, &known, err);
	}
	if (rc == 0)
		rc = request_check_cinder_words(scene->request, scene->world->cinder_db, &known, &gone, "volume",
		    "evac-manage service list", err);
	nameables_free(&known);
	nameables_free(&gone);
	return rc;
}

static int find_volumes_of_other(struct scene *scene, struct error *err)
{
	struct host_name host;

	if (scene_find_cinder(scene, err) != 0)
		return -1;
	if (scene->request->what.host && (!host_name_parse(scene->request->what.host, &host) || host.pool[0]))
		return error_set(err, ERROR_USAGE, "--host '%s' is not HOST or HOST@BACKEND", scene->request->what.host);
	if (scene->request->what.host && scene_check_owner(scene, &host, err) != 0)
		return -1;
	if (volumes_of_other_service(scene->world->cinder_db, &scene->subject.volumes_of_other, err) != 0)
		return -1;
	return check_volume_words(scene, err);
}

/* Of several service rows of one backend, the one that reports is meant. */
static bool is_of_owner(const struct scene *scene, const struct volume_of_other *v)
{
	const struct cinder_service *owner = cinder_service_find(&scene->cinder.services, "cinder-volume", v->owner_host);

	return owner && str_equal(owner->uuid, v->owner_uuid);
}

static void plan_service_uuids(struct plan *plan, const struct scene *scene, const struct findings *findings)
{
	struct unit *unit = plan_unit(plan, UNIT_OWNERSHIP);
	const struct volumes_of_other *all = &scene->subject.volumes_of_other;

	(void)findings;
	for (const struct volume_of_other *v = all->v; v < all->v + all->n; v++) {
		struct step *step;

		if (!is_of_asked_host(scene, v->host) || !is_of_owner(scene, v) ||
		    !request_wants(scene->request, v->id, v->name) ||
		    (scene->request->what.limit > 0 && unit->nstep >= (size_t)scene->request->what.limit))
			continue;
		step = unit_step(unit, STEP_VOLUME_SERVICE, v->id, v->name);
		step->before[0] = v->service_uuid;
		step->after[0] = v->owner_uuid;
		step->before[1] = step->after[1] = v->host;
	}
	if (unit->nstep == 0)
		plan->nunit--;
	else
		unit->sentence = arena_printf(&plan->arena, _("give %zu volume%s the uuid of the service that serves %s"),
		    unit->nstep, unit->nstep == 1 ? "" : "s", unit->nstep == 1 ? "it" : "them");
}

static const struct operation volume_update_service = {
	.name = "volume update_service",
	.needs = NEEDS_CINDER,
	.find = find_volumes_of_other,
	.plan = plan_service_uuids,
};

static enum error_kind run_volume_update_service(const struct request *request, struct error *err)
{
	return run_operation(&volume_update_service, request, err);
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "host", .type = OPTION_HOST, .offset = AT(what.host), .metavar = "HOST[@BACKEND]",
	  .sentence = "only volumes of this host or backend; without: all" },
	{ 0 }
};

const struct command command_volume_update_service = {
	.noun = "volume", .verb = "update_service",
	.sentence = "set volumes' service_uuid to that of their owner",
	.details = "A volume names its service by host and by uuid. After a move by hand the two differ, and cinder cannot purge the old "
		"service's row. Volumes without a uuid get one too.\n\n"
		"Example:\n"
		"  evac-manage volume update_service --host ctl2 --dry-run",
	.flags = COMMAND_WRITES, .config_file_is = "cinder",
	.options = options,
	.run = run_volume_update_service,
};
