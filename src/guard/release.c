/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"
#include "util/lang.h"
#include "util/str.h"

/* The code that deletes runs on the new host, so the oldest live compute rules; neutron's word that a port is plugged comes
 * through nova-api, and without it every spawn fails after its time-out. A volume is only disconnected; what nova made itself
 * (a root disk of an image, ephemeral, swap) is deleted. */
void guard_release_deletes_disks(const struct guard *self, const struct scene *scene, struct findings *out)
{
	int64_t version = scene->nova.builder_version ? scene->nova.builder_version : scene->nova.conductor_version;
	const struct release r = release_with_point(release_of(version), scene->world->site.nova_release);
	auto_str struct str which = { 0 };

	if (!version || r.destroys_disks.when == NEVER)
		return;
	str_addf(&which, "nova %d (%s)", r.nova, r.name);
	if (r.destroys_disks.when == UNTIL)
		str_addf(&which, _(", which has bug 1550919 before %s"), str_or(r.destroys_disks.until, ""));
	EACH_WANTED(c, scene)
		if (needs_own_disks(&c->needs, c->instance) && !findings_skip(out, c->instance->uuid))
			guard_found(self, scene, out, c->instance->uuid, NULL,
			    "%s: the oldest live compute runs %s: a failed spawn would delete its disks on shared storage%s",
			    str_or(c->instance->name, c->instance->uuid), which.s,
			    scene_neutron_tells(scene) ?
				"" :
				_("; nova-api does not answer, so neutron cannot report that a port is plugged"));
}

static void report_other_release(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const char *point = scene->world->site.nova_release;

	if (point && !release_has_point(scene->nova.release, point) &&
	    !(scene->nova.builder_version && release_has_point(release_of(scene->nova.builder_version), point)))
		guard_found(self, scene, out, "nova_release", NULL,
		    "[site] nova_release is %s, and the oldest live conductor is of nova %d (%s): it is not used", point,
		    scene->nova.release->nova, scene->nova.release->name);
}

void guard_release_unclear(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (!scene->nova.conductor_version)
		return;
	report_other_release(self, scene, out);
	if (!release_is_known(scene->nova.conductor_version))
		guard_found(self, scene, out, scene->nova.release->name, NULL,
		    "service version %lld of the conductor is unknown: the rules of nova %d (%s) are used",
		    (long long)scene->nova.conductor_version, scene->nova.release->nova, scene->nova.release->name);
	if (scene->nova.newest_conductor > scene->nova.conductor_version)
		guard_found(self, scene, out, scene->nova.release->name, NULL,
		    "conductors of service versions %lld and %lld are alive: the rules of the oldest are used, nova %d (%s)",
		    (long long)scene->nova.conductor_version, (long long)scene->nova.newest_conductor,
		    scene->nova.release->nova, scene->nova.release->name);
}

/* An older conductor drops the message without a word; a newer one refuses to hand it to an older compute (RPC 6.2), and the
 * instance stays 'rebuilding'. nova counts every compute of every cell, so it need not be the one that would take it. */
void guard_target_state_unsupported(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (!scene->request->how.target_state)
		return;
	if (!scene->nova.release->takes_target_state)
		guard_found(self, scene, out, scene->request->how.target_state, NULL,
		    "--target-state %s needs nova 27 (2023.1); the oldest conductor is of nova %d (%s)",
		    scene->request->how.target_state, scene->nova.release->nova, scene->nova.release->name);
	else if (scene->nova.compute_version < COMPUTE_TAKES_TARGET_STATE)
		guard_found(self, scene, out, scene->request->how.target_state, NULL,
		    "--target-state %s needs service version %d of every nova-compute; the oldest has %lld",
		    scene->request->how.target_state, COMPUTE_TAKES_TARGET_STATE, (long long)scene->nova.compute_version);
	else if (scene->world->nova.compute_level && !compute_level_takes_target_state(scene->world->nova.compute_level))
		guard_found(self, scene, out, scene->request->how.target_state, NULL,
		    "--target-state %s needs compute RPC %s; [upgrade_levels] compute limits the conductor to '%s'",
		    scene->request->how.target_state, REBUILD_STATE_RPC, scene->world->nova.compute_level);
}
