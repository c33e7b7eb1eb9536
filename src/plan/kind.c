/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/kind.h"

#include <stdlib.h>
#include <string.h>

#include "util/lang.h"
#include "util/str.h"

#define UNKNOWN "?"

static int compare_parts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In order and each once, so that equal ones have equal texts. */
static const char *join_parts(const char **part, size_t n, struct arena *arena)
{
	auto_str struct str all = { 0 };

	vec_sort(part, n, sizeof *part, compare_parts);
	str_add(&all, "");
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(part[i], part[i - 1]) != 0)
			str_addf(&all, "%s%s", all.n ? ", " : "", part[i]);
	return arena_dup(arena, all.s);
}

/* Without an @ the node's own name is all that there is. */
static const char *volume_text(const struct volume_fact *v, struct arena *arena)
{
	struct host_name owner;
	const char *name = UNKNOWN;

	if (v->owner.host && host_name_parse(v->owner.host, &owner))
		name = arena_dup(arena, owner.backend[0] ? owner.backend : owner.node);
	if (v->owner.type)
		name = arena_printf(arena, "%s type %s", name, v->owner.type);
	return v->owner.encryption_key_id ? arena_printf(arena, "%s (encrypted)", name) : name;
}

static const char *volumes_of(const struct candidate *c, struct arena *arena)
{
	const char **volume = arena_alloc(arena, (c->nvolume + 1) * sizeof *volume);

	for (size_t i = 0; i < c->nvolume; i++)
		volume[i] = volume_text(&c->volume[i], arena);
	return join_parts(volume, c->nvolume, arena);
}

/* "ovs", and "hw_veb direct" of what is no plain port. */
static const char *vif_text(const struct vif *vif, struct arena *arena)
{
	const char *type = str_or(vif->type, UNKNOWN);

	return !vif->vnic_type || strcmp(vif->vnic_type, "normal") == 0 ? type :
									  arena_printf(arena, "%s %s", type, vif->vnic_type);
}

static const char *network_of(const struct candidate *c, struct arena *arena)
{
	const char **port = arena_alloc(arena, (c->vifs.n + 1) * sizeof *port);

	for (size_t i = 0; i < c->vifs.n; i++)
		port[i] = vif_text(&c->vifs.v[i], arena);
	return c->vifs.known ? join_parts(port, c->vifs.n, arena) : NULL;
}

void kind_of_unit(const struct unit *unit, struct arena *arena, struct kind *out)
{
	const struct candidate *c = unit->candidate;

	*out = (struct kind){ .boots_from_volume = instance_boots_from_volume(c->instance),
		.volumes = volumes_of(c, arena),
		.network = network_of(c, arena) };
}

bool kind_is_reached(const struct kind *kind, enum cause_reach reach)
{
	switch (reach) {
	case REACH_ALL:
		return true;
	case REACH_VOLUMES:
		return !kind->volumes || *kind->volumes;
	case REACH_PORTS:
		return !kind->network || *kind->network;
	case REACH_IMAGES:
		return !kind->boots_from_volume;
	case REACH_UNKNOWN:
	case REACH_INSTANCE:
		break;
	}
	return false;
}

bool kind_equal(const struct kind *a, const struct kind *b)
{
	return a->boots_from_volume == b->boots_from_volume && str_equal(a->volumes, b->volumes) &&
	    str_equal(a->network, b->network);
}

void kind_say(const struct kind *kind, struct str *out)
{
	str_add(out, kind->boots_from_volume ? _("a root volume") : _("a root disk of an image"));
	str_add(out, ", ");
	if (!kind->volumes || *kind->volumes)
		str_addf(out, _("volumes of %s"), str_or(kind->volumes, _("an unknown backend")));
	else
		str_add(out, _("no volumes"));
	str_add(out, ", ");
	if (kind->network && !*kind->network)
		str_add(out, _("no ports"));
	else
		str_addf(out, _("ports of %s"), str_or(kind->network, _("an unknown kind")));
}
