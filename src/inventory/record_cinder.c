/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"
#include "model/cinder/service.h"
#include "model/cinder/volume.h"
#include "util/mem.h"

static int save_cinder_services(struct saving *s, struct error *err)
{
	struct cinder_services services;
	json_object *record;

	if (cinder_services_list(s->world->cinder_db, &services, err) != 0)
		return -1;
	for (const struct cinder_service *v = services.v; v < services.v + services.n; v++) {
		record = record_of("service");
		put_text(record, "of", "cinder");
		put_text(record, "binary", v->binary);
		put_text(record, "host", v->host);
		put_text(record, "cluster_name", v->cluster_name);
		put_bool(record, "disabled", v->disabled);
		put_maybe(record, "heartbeat_age_s", v->heartbeat_age_s);
		saving_add(s, record);
	}
	cinder_services_free(&services);
	return 0;
}

static void add_volume_record(struct saving *s, const struct stored_volume *v)
{
	json_object *record = record_of("volume");

	put_text(record, "id", v->id);
	put_text(record, "name", v->name);
	put_text(record, "project_id", v->project_id);
	put_text(record, "status", v->status);
	put_text(record, "attach_status", v->attach_status);
	put_maybe(record, "size_gb", v->size_gb);
	put_text(record, "type", v->type);
	put_text(record, "host", v->host);
	put_text(record, "cluster_name", v->cluster_name);
	put_text(record, "service_uuid", v->service_uuid);
	put_text(record, "name_id", v->name_id);
	saving_add(s, record);
	s->counts.volumes++;
}

static void add_backup_record(struct saving *s, const struct backup *b)
{
	json_object *record = record_of("backup");

	put_text(record, "id", b->id);
	put_text(record, "name", b->name);
	put_text(record, "project_id", b->project_id);
	put_text(record, "status", b->status);
	put_maybe(record, "size_gb", b->size_gb);
	put_text(record, "host", b->host);
	put_text(record, "volume_id", b->volume_id);
	saving_add(s, record);
	s->counts.backups++;
}

static int save_volumes(struct saving *s, struct error *err)
{
	struct db_walk *walk;
	const void *row;
	int rc;

	if (stored_volumes_walk(s->world->cinder_db, &walk, err) != 0)
		return -1;
	while ((rc = db_walk_next(walk, &row, err)) == 1)
		add_volume_record(s, row);
	db_walk_close(&walk);
	return rc;
}

static int save_backups(struct saving *s, struct error *err)
{
	struct db_walk *walk;
	const void *row;
	int rc;

	if (backups_walk(s->world->cinder_db, &walk, err) != 0)
		return -1;
	while ((rc = db_walk_next(walk, &row, err)) == 1)
		add_backup_record(s, row);
	db_walk_close(&walk);
	return rc;
}

void save_cinder(struct saving *s)
{
	struct error err = { 0 };

	if (save_cinder_services(s, &err) != 0 || save_volumes(s, &err) != 0 || save_backups(s, &err) != 0)
		saving_add_part(s, xstrdup("cinder"), PART_UNKNOWN, err.text);
	else
		saving_add_part(s, xstrdup("cinder"), PART_READ, NULL);
}
