/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include "util/lang.h"
#include "util/str.h"

/* A host that is on may write to its disks. What the run itself switches off first is no reason against it. */
void guard_report_power(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str said = { 0 };

	if (!scene->power.asked || scene->power.answer.state != FENCE_ON || scene_fences(scene->request, "power"))
		return;
	scene_say_power(scene, &said);
	guard_found(self, scene, out, scene->subject.host,
	    N_("power the host off by hand, or let this command do it: add --fence power"),
	    scene->request->how.fenced ? N_("'%s' is on, whatever --fenced says: %s") : N_("'%s' is on: %s"),
	    scene->subject.host, said.s);
}

/* No answer is none: neither on nor off. */
void guard_power_unknown(const struct guard *self, const struct scene *scene, struct findings *out)
{
	auto_str struct str said = { 0 };

	if (!scene->power.absent && (!scene->power.asked || scene->power.answer.state != FENCE_UNKNOWN))
		return;
	scene_say_power(scene, &said);
	guard_found(self, scene, out, scene->subject.host, NULL, "whether '%s' is on is not known: %s", scene->subject.host,
	    said.s);
}

void guard_fence_live_host(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (!scene->subject.host || !guard_node_reports(scene))
		return;
	if (scene_fences(scene->request, "power"))
		guard_found(self, scene, out, scene->subject.host, NULL,
		    "--fence power would switch off '%s', and a service of it reports", scene->subject.host);
	if (scene_fences(scene->request, "storage"))
		guard_found(self, scene, out, scene->subject.host, NULL,
		    "--fence storage would keep the guests of '%s' off their disks for ever, and a service of it reports",
		    scene->subject.host);
}

void guard_fence_agent_missing(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene_fences(scene->request, "power") && !scene->power.asked)
		guard_found(self, scene, out, str_or(scene->subject.host, "?"), NULL,
		    scene->power.absent ? N_("--fence power: %s") : N_("--fence power: no fence agent is configured for '%s'"),
		    scene->power.absent ? scene->power.absent : str_or(scene->subject.host, "?"));
}
