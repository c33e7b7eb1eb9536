/* SPDX-License-Identifier: Apache-2.0 */
#include "host_show.h"
#include "util/lang.h"
#include "util/str.h"

/* What neutron has of one host: its agents, and the ports of its instances. */

/* An agent by its heartbeat, as neutron sees it. With OVN there are none: ovn-controller reports elsewhere. */
void host_show_agents(struct table *t, const struct scene *scene)
{
	auto_str struct str detail = { 0 }, item = { 0 };
	const struct neutron_agents *all = &scene->neutron.agents;

	for (const struct neutron_agent *a = all->v; a < all->v + all->n; a++) {
		if (!str_equal(a->host, scene->subject.host))
			continue;
		str_clear(&item);
		str_addf(&item, "%s %s", a->binary, a->host);
		host_show_age(&detail, (struct maybe_int){ true, a->age_s }, !a->admin_state_up);
		host_show_add(t, "service", item.s, neutron_agent_is_alive(a, scene->neutron.down_s) ? "up" : "down", -1,
		    detail.s);
	}
}

/* By where they are bound and their status. */
static bool is_same_port_row(const struct port *a, const struct port *b)
{
	return str_equal(a->status, b->status) && str_equal(a->host, b->host);
}

void host_show_ports(struct table *t, const struct scene *scene)
{
	const struct ports *all = &scene->neutron.ports;
	auto_str struct str item = { 0 };

	for (size_t i = 0, k, n; i < all->n; i++) {
		for (k = 0; k < i && !is_same_port_row(&all->v[k], &all->v[i]); k++)
			;
		if (k < i)
			continue;
		for (n = 0, k = i; k < all->n; k++)
			n += is_same_port_row(&all->v[k], &all->v[i]);
		str_clear(&item);
		str_addf(&item, _("bound to %s"), all->v[i].host && *all->v[i].host ? all->v[i].host : _("no host"));
		host_show_add(t, "ports", item.s, all->v[i].status, (int64_t)n,
		    str_equal(all->v[i].host, scene->subject.host) ? NULL : _("its instances are here"));
	}
}
