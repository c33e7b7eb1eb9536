/* SPDX-License-Identifier: Apache-2.0 */
#include "find/left_behind.h"

#include "model/cinder/volume.h"
#include "model/neutron/port.h"
#include "util/lang.h"
#include "util/shell.h"

static void keep_left(struct left_behind *left, const char *id, const char *volume_id, const char *host)
{
	left->v = vec_grow(left->v, left->n, &left->cap, sizeof *left->v);
	left->v[left->n++] = (struct left_thing){ arena_dup(&left->arena, id), arena_dup(&left->arena, volume_id),
		arena_dup(&left->arena, host) };
	left->ports += !volume_id;
	left->attachments += volume_id != NULL;
}

static int find_left_ports(const struct world *w, const char *instance_uuid, const char *host, struct left_behind *out,
    struct error *err)
{
	struct neutron_columns columns;
	struct ports ports;

	if (neutron_columns_probe(w->neutron_db, &columns, err) != 0 ||
	    ports_of_device(w->neutron_db, &columns, instance_uuid, &ports, err) != 0)
		return -1;
	for (const struct port *p = ports.v; p < ports.v + ports.n; p++)
		if (p->host && *p->host && !str_equal(p->host, host))
			keep_left(out, p->id, NULL, p->host);
	ports_free(&ports);
	return 0;
}

static int find_left_attachments(const struct world *w, const char *instance_uuid, const char *host, struct left_behind *out,
    struct error *err)
{
	struct attachments all;

	if (attachments_of_instance(w->cinder_db, NULL, instance_uuid, &all, err) != 0)
		return -1;
	for (const struct attachment *a = all.v; a < all.v + all.n; a++)
		if (a->attached_host && *a->attached_host && !str_equal(a->attached_host, host))
			keep_left(out, a->id, a->volume_id, a->attached_host);
	attachments_free(&all);
	return 0;
}

void left_behind_find(const struct world *w, const char *instance_uuid, const char *host, struct left_behind *out)
{
	struct error err = { 0 };

	*out = (struct left_behind){ 0 };
	if (!w->neutron_db)
		out->absent = w->neutron_absent;
	else if (find_left_ports(w, instance_uuid, host, out, &err) != 0)
		out->absent = arena_dup(&out->arena, err.text);
	error_clear(&err);
	if (!w->cinder_db)
		out->absent = out->absent ? out->absent : w->cinder_absent;
	else if (find_left_attachments(w, instance_uuid, host, out, &err) != 0)
		out->absent = arena_dup(&out->arena, err.text);
}

void left_behind_free(struct left_behind *left)
{
	free(left->v);
	arena_free(&left->arena);
	*left = (struct left_behind){ 0 };
}

void left_behind_say(const struct left_behind *left, struct str *out)
{
	if (left->n == 0)
		return;
	if (left->ports)
		str_addf(out, left->ports == 1 ? _("%zu port") : _("%zu ports"), left->ports);
	if (left->ports && left->attachments)
		str_add(out, _(" and "));
	if (left->attachments)
		str_addf(out, left->attachments == 1 ? _("%zu volume attachment") : _("%zu volume attachments"),
		    left->attachments);
	str_addf(out, left->n == 1 ? _(" of it is on '%s' now") : _(" of it are on '%s' now"), left->v[0].host);
}

void left_behind_add_remedy(const struct left_behind *left, const char *instance_uuid, const char *host, struct str *out)
{
	auto_str struct str word = { 0 };

	shell_add_word(&word, host);
	for (const struct left_thing *t = left->v; t < left->v + left->n; t++) {
		str_add(out, out->n ? "; " : "");
		if (t->volume_id)
			str_addf(out, "nova-manage volume_attachment refresh %s %s connector.json", instance_uuid,
			    t->volume_id);
		else
			str_addf(out, "openstack port set --host %s %s", word.s, t->id);
	}
}
