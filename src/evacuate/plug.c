/* SPDX-License-Identifier: Apache-2.0 */
#include "evacuate/plug.h"

#include <stdio.h>

#include "util/lang.h"
#include "util/str.h"

bool plug_is_waited_for(const struct plug_facts *facts)
{
	return str_equal(facts->status, STATUS_WAITS) && str_equal(facts->task_state, TASK_WAITS) && facts->dest &&
	    vif_is_waited_for(facts->vif);
}

static bool is_proved(const struct plug_facts *facts, struct str *why)
{
	if (!facts->port) {
		str_addf(why, _("port %s is not in neutron's database"), facts->vif->port_id);
		return false;
	}
	str_addf(why, _("port %s: "), facts->vif->port_id);
	return port_on_host(facts->port, facts->dest, why) == PORT_READY;
}

/* Another compute that has the evacuation now was told nothing yet. */
static void turn_to(struct plug *plug, const char *host)
{
	if (str_equal(plug->host, host))
		return;
	snprintf(plug->host, sizeof plug->host, "%s", host);
	plug->proved_ms = plug->tried_ms = 0;
}

static bool was_told(const struct plug_facts *facts, const struct plug *plug)
{
	return str_equal(plug->host, facts->dest) && plug->tried_ms && facts->now_ms - plug->tried_ms < PLUG_REPEAT_MS;
}

bool plug_asks_for_api(const struct plug_facts *facts, const struct plug *plug)
{
	return plug_is_waited_for(facts) && facts->port && port_on_host(facts->port, facts->dest, NULL) == PORT_READY &&
	    !was_told(facts, plug);
}

enum plug_answer plug_decide(const struct plug_facts *facts, struct plug *plug, struct str *why)
{
	if (!plug_is_waited_for(facts)) {
		plug->proved_ms = 0;
		return PLUG_NOTHING;
	}
	turn_to(plug, facts->dest);
	if (!is_proved(facts, why)) {
		plug->proved_ms = 0;
		return PLUG_WAIT;
	}
	if (!plug->proved_ms)
		plug->proved_ms = facts->read_ms;
	if (was_told(facts, plug)) {
		str_addf(why, _("it is ACTIVE on '%s', and nova-compute was told so"), facts->dest);
		return PLUG_WAIT;
	}
	if (facts->nova_api && facts->now_ms - plug->proved_ms < PLUG_GRACE_MS) {
		str_addf(why, _("it is ACTIVE on '%s', and neutron tells nova-compute through nova-api, which answers"),
		    facts->dest);
		return PLUG_WAIT;
	}
	return PLUG_TELL;
}

bool plug_may_be_awaited(const struct scene *scene, const struct unit *unit)
{
	return scene->world->site.computes_wait_for_ports && (!unit->candidate || vifs_may_be_awaited(&unit->candidate->vifs));
}
