/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"
#include "util/lang.h"
#include "util/str.h"

/* Why neutron does not. */
static const char *why_not_by_neutron(const struct scene *scene)
{
	if (scene->witness.nova_api)
		return _("neutron is set up not to notify nova (notify_nova_on_port_status_changes)");
	if (peer_state(&scene->peers.v[PEER_NOVA]) == PEER_DOWN)
		return _("nova-api is down");
	return _("whether nova-api answers neutron is not known");
}

/* Does nobody tell a nova-compute that a port is plugged? neutron does by way of nova-api, and this run does while it follows
 * what it has sent and can ask neutron's database. ${why}: why this run does not. */
static bool is_untold(const struct scene *scene, struct str *why)
{
	if (scene_neutron_tells(scene) || !scene->world->site.computes_wait_for_ports)
		return false;
	if (scene->request->how.no_wait)
		str_add(why, _("with --no-wait this run tells it nothing"));
	else if (!scene->neutron.known)
		str_addf(why, _("neutron's database cannot be asked: %s"),
		    scene->world->neutron_absent[0] ? scene->world->neutron_absent : _("its tables could not be read"));
	return why->n > 0;
}

void guard_vif_event_undeliverable(const struct guard *self, const struct scene *scene, struct findings *out)
{
	const char *hint = scene->request->how.no_wait ? N_("leave out --no-wait, or bring nova-api back") : NULL;
	auto_str struct str why = { 0 };

	if (!is_untold(scene, &why))
		return;
	EACH_TAKEN(t, scene, out) {
		const char *uuid = t.c->instance->uuid, *name = str_or(t.c->instance->name, uuid);

		if (!vifs_may_be_awaited(&t.c->vifs))
			continue;
		if (t.c->vifs.known)
			guard_found(self, scene, out, uuid, hint, "%s has ports, %s, and %s", name, why_not_by_neutron(scene),
			    why.s);
		else
			guard_found(self, scene, out, uuid, hint, "the ports of %s could not be read, %s, and %s", name,
			    why_not_by_neutron(scene), why.s);
	}
}
