/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "words.h"
#include "model/nova/volume_use.h"
#include "run/list.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/str.h"

/* One volume as both databases see it: one row a fact, with what contradicts beside it. */

static const struct table_column columns[] = {
	{ "section", NULL, false, COLUMN_TEXT },
	{ "item", NULL, false, COLUMN_SENTENCE },
	{ "state", NULL, false, COLUMN_TEXT },
	{ "detail", NULL, false, COLUMN_REMARK },
	{ "contradiction", NULL, false, COLUMN_NOTE },
};

struct sight {
	struct scene *scene;
	struct table *t;
	struct volume_detail volume;
	struct volume_things things;
	struct volume_uses *uses; /* one a cell */
	struct arena arena;
};

static void add_volume_row(struct table *t, const char *section, const char *item, const char *state, const char *detail,
    const char *wrong)
{
	table_add(t);
	table_text(t, "section", section);
	table_text(t, "item", item);
	table_text(t, "state", state);
	table_text(t, "detail", detail);
	table_advice(t, "contradiction", wrong);
}

static size_t count_attached(const struct sight *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->things.n; i++)
		n += strcmp(s->things.v[i].kind, "attachment") == 0 && str_equal(s->things.v[i].state, "attached");
	return n;
}

static const char *status_wrong(const struct sight *s)
{
	size_t attached = count_attached(s);

	if (str_equal(s->volume.status, "in-use") && attached == 0)
		return _("in use, but nothing is attached");
	if (str_equal(s->volume.status, "available") && attached > 0)
		return _("available, but attached: a second instance could take it");
	return NULL;
}

static void add_volume(const struct sight *s)
{
	const struct volume_detail *v = &s->volume;
	auto_str struct str detail = { 0 };
	char age[CLOCK_AGE_SIZE];

	str_addf(&detail, "%s", str_or(v->name, ""));
	if (v->size_gb.set)
		str_addf(&detail, ", %lld GB", (long long)v->size_gb.v);
	str_addf(&detail, _(", project %s"), str_or(v->project_id, "none"));
	if (v->age_s.set)
		str_addf(&detail, _(", changed %s ago"), clock_age(v->age_s.v, age));
	add_volume_row(s->t, "volume", v->id, v->deleted ? "deleted" : v->status, detail.s,
	    v->deleted ? NULL : status_wrong(s));
	if (v->migration_status && *v->migration_status)
		add_volume_row(s->t, "volume", "migration", v->migration_status, NULL, NULL);
	if (v->group_id)
		add_volume_row(s->t, "volume", "group", NULL, v->group_id, NULL);
}

/* Messages about it go by the cluster's name: any member that lives takes them, whoever its host is. */
static void add_cluster_state(const struct sight *s)
{
	const struct cinder_services *all = &s->scene->cinder.services;
	const char *cluster = s->volume.cluster_name;
	bool is_up = cinder_cluster_is_up(all, cluster, s->scene->cinder.down_s);
	auto_str struct str detail = { 0 };

	str_addf(&detail, _("cluster; host '%s'; members: "), str_or(s->volume.host, "none"));
	for (const struct cinder_service *m = all->v; m < all->v + all->n; m++)
		if (cinder_service_is_member(m, cluster))
			str_addf(&detail, "'%s' (%s) ", m->host,
			    cinder_service_is_up(m, s->scene->cinder.down_s) ? "up" : "down");
	add_volume_row(s->t, "owner", cluster, is_up ? "up" : "down", detail.s,
	    is_up || s->volume.deleted ? NULL : _("no member of its cluster is alive: attach, detach and delete hang"));
}

static void add_owner_state(const struct sight *s)
{
	const struct volume_detail *v = &s->volume;
	const struct cinder_service *owner = NULL;
	auto_str struct str detail = { 0 };
	const char *wrong = NULL, *state = "none";
	struct host_name host;

	if (v->cluster_name) {
		add_cluster_state(s);
		return;
	}
	if (v->host && host_name_parse(v->host, &host))
		owner = cinder_service_find(&s->scene->cinder.services, "cinder-volume", host.backend_host);
	if (owner) {
		state = cinder_service_is_up(owner, s->scene->cinder.down_s) ? "up" : "down";
		str_addf(&detail, _("zone %s%s"), str_or(owner->zone, ""), owner->disabled ? ", disabled" : "");
		if (strcmp(state, "down") == 0)
			wrong = _("its owner is down: attach, detach and delete hang");
		else if (!str_equal(owner->uuid, v->service_uuid))
			wrong = _("service_uuid is another service's: evac-manage volume update_service");
	} else if (v->host) {
		wrong = _("no such service: no cinder-volume serves it");
	}
	add_volume_row(s->t, "owner", str_or(v->host, "no host"), state, str_or(detail.s, ""), v->deleted ? NULL : wrong);
}

/* Is there a block device for this attachment? Every cell was asked. */
static const struct volume_use *use_of(const struct sight *s, const char *attachment_id)
{
	for (size_t c = 0; c < s->scene->nova.ncell; c++)
		for (size_t i = 0; i < s->uses[c].n; i++)
			if (str_equal(s->uses[c].v[i].attachment_id, attachment_id))
				return &s->uses[c].v[i];
	return NULL;
}

static const char *attachment_wrong(const struct sight *s, const struct volume_thing *a)
{
	const struct volume_use *use = use_of(s, a->id);

	if (!s->scene->world->api_db || (world_any_lost_cell(s->scene->world) && !use))
		return NULL; /* its instance may be in what was not asked */
	if (!a->instance_uuid)
		return s->volume.status && strstr("backing-up restoring-backup uploading downloading", s->volume.status) ?
		    NULL :
		    _("of no instance, and no backup or image transfer is under way: attachment-delete");
	if (!use && str_equal(a->state, "reserved"))
		return _("stray: no block device names it (a failed evacuation leaves one): attachment-delete");
	if (!use)
		return _("no block device of an instance names it");
	if (use->host && a->host && !str_equal(use->host, a->host))
		return _("the instance is on another host");
	return NULL;
}

static void add_thing(const struct sight *s, const struct volume_thing *t)
{
	auto_str struct str detail = { 0 };
	bool is_attachment = strcmp(t->kind, "attachment") == 0;

	str_addf(&detail, "%s%s", t->host ? "on " : "", str_or(t->host, ""));
	if (t->instance_uuid)
		str_addf(&detail, _("%sinstance %s"), detail.n ? ", " : "", t->instance_uuid);
	if (t->name)
		str_addf(&detail, "%s%s", detail.n ? ", " : "", t->name);
	add_volume_row(s->t, t->kind, t->id, t->state, str_or(detail.s, ""), is_attachment ? attachment_wrong(s, t) : NULL);
}

static bool has_attachment(const struct sight *s, const char *id)
{
	for (size_t i = 0; i < s->things.n; i++)
		if (strcmp(s->things.v[i].kind, "attachment") == 0 && str_equal(s->things.v[i].id, id))
			return true;
	return false;
}

static void add_uses(const struct sight *s, size_t cell)
{
	for (const struct volume_use *u = s->uses[cell].v; u < s->uses[cell].v + s->uses[cell].n; u++) {
		auto_str struct str detail = { 0 };
		const char *wrong = NULL;

		str_addf(&detail, _("%s, on %s, device %s, cell '%s'"), str_or(u->name, _("no such instance")),
		    str_or(u->host, "no host"), str_or(u->device_name, "?"), s->scene->world->cell[cell].name);
		if (!u->vm_state)
			wrong = _("the instance is gone");
		else if (u->attachment_id && !has_attachment(s, u->attachment_id))
			wrong = _("its attachment is unknown to cinder");
		add_volume_row(s->t, "block device", u->instance_uuid, u->vm_state, detail.s, wrong);
	}
}

static int look_at_volume(struct sight *s, struct error *err)
{
	const struct world *w = s->scene->world;
	const char *id = s->scene->request->what.id;
	int found = volume_detail_get(w->cinder_db, id, &s->volume, &s->arena, err);

	if (found < 0 || (found && volume_things_list(w->cinder_db, id, &s->things, err) != 0))
		return -1;
	if (!found) {
		error_set(err, ERROR_NOT_FOUND, "cinder knows no volume '%s'", id);
		return error_hint(err, "give the volume's id; the host's list has it: 'volume list --host'");
	}
	for (size_t c = 0; c < s->scene->nova.ncell; c++)
		if (volume_uses_list(w->cell[c].db, id, &s->uses[c], err) != 0)
			return -1;
	return 0;
}

static void add_volume_storage(const struct sight *s)
{
	struct scene *scene = s->scene;
	auto_str struct str detail = { 0 };

	for (size_t c = 0; c < scene->nova.ncell; c++)
		for (const struct volume_use *u = s->uses[c].v; u < s->uses[c].v + s->uses[c].n; u++)
			scene_find_disk_of_volume(scene, scene->world->cell[c].db, u->instance_uuid, s->volume.id);
	scene_look_at_disks(scene);
	for (const struct disk_fact *d = scene->storage.disk; d < scene->storage.disk + scene->storage.ndisk; d++) {
		str_clear(&detail);
		disk_say(d, &detail);
		add_volume_row(s->t, "storage", d->name, disk_state(d), detail.s, NULL);
	}
}

static void add_lost_cell(struct table *t, const struct world *w, const struct cell_mapping *cell)
{
	const struct absence *lost = world_lost_cell(w, cell->id);
	auto_free char *item = xasprintf(_("rows of cell '%s'"), str_or(cell->name, cell->uuid));

	if (lost)
		add_volume_row(t, "unknown", item, NULL, lost->text, NULL);
}

static int fill_volume(struct scene *scene, struct table *t, struct error *err)
{
	struct sight s = { .scene = scene, .t = t };
	int rc;

	if (scene_find_cinder(scene, err) != 0 || (scene->world->api_db && scene_find_nova(scene, err) != 0))
		return -1;
	s.uses = xcalloc(scene->nova.ncell + 1, sizeof *s.uses);
	rc = look_at_volume(&s, err);
	if (rc == 0) {
		add_volume(&s);
		add_owner_state(&s);
		for (size_t i = 0; i < s.things.n; i++)
			add_thing(&s, &s.things.v[i]);
		for (size_t c = 0; c < scene->nova.ncell; c++)
			add_uses(&s, c);
		add_volume_storage(&s);
		if (!scene->world->api_db)
			add_volume_row(t, "unknown", _("nova's rows"), NULL, scene->world->nova_absent, NULL);
		for (size_t i = 0; i < scene->world->mappings.n; i++)
			add_lost_cell(t, scene->world, &scene->world->mappings.v[i]);
	}
	for (size_t c = 0; c < scene->nova.ncell; c++)
		volume_uses_free(&s.uses[c]);
	free(s.uses);
	volume_things_free(&s.things);
	arena_free(&s.arena);
	return rc;
}

static const struct listing volume_show = { .needs = NEEDS_CINDER | WITNESS_NOVA, LISTED(columns), .fill = fill_volume };

static enum error_kind run_volume_show(const struct request *request, struct error *err)
{
	return run_listing(&volume_show, request, err);
}

/* clang-format off */
const struct command command_volume_show = {
	.noun = "volume", .verb = "show",
	.sentence = "all that both databases know about a volume",
	.details = "Shows its owner and the owner's state, attachments, snapshots, backups, unfinished work, and the block devices of "
		"instances that use it. Marks contradictions. Writes nothing.",
	.config_file_is = "cinder",
	.arguments = volume_arguments,
	.run = run_volume_show,
};
