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

/* Who answers is alive, whatever its heartbeats say. */
void guard_report_answer(const struct guard *self, const struct scene *scene, const char *hint, struct findings *out)
{
	auto_str struct str how = { 0 };

	if (scene_answers(scene, &how) && !scene_fences(scene->request, "power"))
		guard_found(self, scene, out, scene->life.address, hint, "'%s' answers: %s", scene->subject.host, how.s);
}

/* A service of the control plane that does not report though it is not disabled: the wire itself may be broken. */
static const struct nova_service *control_service_down(const struct scene *scene)
{
	for (size_t i = 0; i < scene->nova.ncell; i++)
		for (const struct nova_service *s = scene->nova.cell[i].services.v;
		     s < scene->nova.cell[i].services.v + scene->nova.cell[i].services.n; s++)
			if ((str_equal(s->binary, "nova-conductor") || str_equal(s->binary, "nova-scheduler")) &&
			    !s->disabled && !str_equal(s->host, scene->subject.host) &&
			    !nova_service_is_up(s, scene->nova.down_s))
				return s;
	return NULL;
}

void guard_witnesses_share_a_wire(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const struct wires w = scene_wires(scene);
	const struct nova_service *down = control_service_down(scene);
	const char *host = scene->subject.host;

	if (w.wires != 1 || w.of[WIRE_BROKER] == 0 || guard_first_found(out, "source-alive", NULL))
		return;
	if (scene->life.dumb_broker)
		guard_found(self, scene, out, host, NULL,
		    "all evidence that '%s' is dead came through the message broker, AND THE BROKER %s ACCEPTS NO CONNECTION: '%s' may have lost the broker alone",
		    host, scene->life.dumb_broker, host);
	else if (down)
		guard_found(self, scene, out, host, NULL,
		    "all evidence that '%s' is dead came through the message broker, AND %s ON '%s' IS DOWN: '%s' may have lost the control plane alone",
		    host, down->binary, down->host, host);
	else
		guard_found(self, scene, out, host, NULL,
		    "all evidence that '%s' is dead came through the message broker; a host that has lost the broker alone looks the same",
		    host);
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
	if (scene_fences(scene->request, "power") && !scene_is_off(scene))
		guard_found(self, scene, out, scene->subject.host, NULL,
		    "--fence power would switch off '%s', and a service of it reports", scene->subject.host);
	if (scene_fences(scene->request, "storage"))
		guard_found(self, scene, out, scene->subject.host, NULL,
		    "--fence storage would keep the guests of '%s' off their disks for ever, and a service of it reports",
		    scene->subject.host);
}

void guard_fence_agent_missing(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene_fences(scene->request, "power") && !scene->power.asked && !scene->power.shared)
		guard_found(self, scene, out, str_or(scene->subject.host, "?"), NULL,
		    scene->power.absent ? N_("--fence power: %s") : N_("--fence power: no fence agent is configured for '%s'"),
		    scene->power.absent ? scene->power.absent : str_or(scene->subject.host, "?"));
}

void guard_fence_shared(const struct guard *self, const struct scene *scene, struct findings *out)
{
	if (scene_fences(scene->request, "power") && scene->power.shared)
		guard_found(self, scene, out, scene->subject.host, NULL, "--fence power: %s", scene->power.shared);
}
