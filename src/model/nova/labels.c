/* SPDX-License-Identifier: Apache-2.0 */
#include "model/nova/labels.h"

#include <stddef.h>
#include <string.h>

#include "model/nova/object.h"
#include "sql_catalogue.h"
#include "util/str.h"

struct label_row {
	const char *instance_uuid, *name, *value;
};
static const struct db_shape label_row_shape = DB_SHAPE(struct label_row, DB_COLUMNS(struct label_row, instance_uuid),
    DB_NULLABLES(struct label_row, name, value));

struct tag_row {
	const char *instance_uuid, *name;
};
static const struct db_shape tag_row_shape = DB_SHAPE(struct tag_row, DB_COLUMNS(struct tag_row, instance_uuid, name));

struct flavor_row {
	const char *instance_uuid, *flavor;
};
static const struct db_shape flavor_row_shape = DB_SHAPE(struct flavor_row, DB_COLUMNS(struct flavor_row, instance_uuid),
    DB_NULLABLES(struct flavor_row, flavor));

static void take_labels(const struct label_row *row, size_t n, struct arena *arena, struct label_list *out)
{
	out->v = arena_alloc(arena, (n + 1) * sizeof *out->v);
	out->n = 0;
	for (size_t i = 0; i < n; i++)
		if (row[i].name)
			out->v[out->n++] = (struct label){ row[i].name, row[i].value };
}

struct reading {
	struct db *cell;
	const struct words *uuids;
	struct arena *arena;
	struct labels *out; /* of each of ${uuids} */
};

/* Metadata or image properties, which have rows of one shape; ${list} is where they stand in struct labels. */
static int read_labels(const struct reading *r, const struct sql *sql, size_t list, struct error *err)
{
	const struct label_row *row;
	struct db_rows rows;
	size_t n;

	if (db_read_set(r->cell, sql, r->uuids, &label_row_shape, "instance_uuid", &rows, err) != 0)
		return -1;
	for (size_t i = 0; i < r->uuids->n; i++) {
		row = db_rows_find(&rows, &label_row_shape, "instance_uuid", r->uuids->v[i], &n);
		take_labels(row, row ? n : 0, r->arena, (struct label_list *)((char *)&r->out[i] + list));
	}
	arena_join(r->arena, &rows.arena);
	return 0;
}

static int read_tags(const struct reading *r, struct error *err)
{
	const struct tag_row *row;
	struct labels *out = r->out;
	struct db_rows rows;
	size_t n;

	if (db_read_set(r->cell, &SQL_NOVA_TAG_LIST_BY_INSTANCE, r->uuids, &tag_row_shape, "instance_uuid", &rows, err) != 0)
		return -1;
	for (size_t i = 0; i < r->uuids->n; i++, out++) {
		row = db_rows_find(&rows, &tag_row_shape, "instance_uuid", r->uuids->v[i], &n);
		out->ntag = row ? n : 0;
		out->tag = arena_alloc(r->arena, (out->ntag + 1) * sizeof *out->tag);
		for (size_t k = 0; k < out->ntag; k++)
			out->tag[k] = row[k].name;
	}
	arena_join(r->arena, &rows.arena);
	return 0;
}

void labels_of_flavor(const char *flavor, struct arena *arena, struct labels *out)
{
	json_object *object = flavor ? object_parse(flavor) : NULL, *cur = NULL, *data, *specs;

	if (json_object_is_type(object, json_type_object))
		json_object_object_get_ex(object, "cur", &cur);
	data = object_data(cur);
	out->flavor_name = data ? arena_dup(arena, object_text(data, "name")) : NULL;
	specs = data ? json_object_object_get(data, "extra_specs") : NULL;
	if (json_object_is_type(specs, json_type_object)) {
		out->flavor.v = arena_alloc(arena, ((size_t)json_object_object_length(specs) + 1) * sizeof *out->flavor.v);
		json_object_object_foreach(specs, name, value)
			out->flavor.v[out->flavor.n++] = (struct label){ arena_dup(arena, name),
				arena_dup(arena, json_object_get_string(value)) };
	}
	json_object_put(object);
}

static int read_flavors(const struct reading *r, struct error *err)
{
	const struct flavor_row *row;
	struct db_rows rows;
	size_t n;

	if (db_read_set(r->cell, &SQL_NOVA_FLAVOR_LIST_BY_INSTANCE, r->uuids, &flavor_row_shape, "instance_uuid", &rows, err) !=
	    0)
		return -1;
	for (size_t i = 0; i < r->uuids->n; i++) {
		row = db_rows_find(&rows, &flavor_row_shape, "instance_uuid", r->uuids->v[i], &n);
		labels_of_flavor(row ? row->flavor : NULL, r->arena, &r->out[i]);
	}
	db_rows_free(&rows);
	return 0;
}

int labels_get(struct db *cell, const struct words *uuids, struct arena *arena, struct labels *out, struct error *err)
{
	const struct reading r = { cell, uuids, arena, out };

	for (size_t i = 0; i < uuids->n; i++)
		out[i] = (struct labels){ 0 };
	if (read_labels(&r, &SQL_NOVA_METADATA_LIST_BY_INSTANCE, offsetof(struct labels, metadata), err) != 0 ||
	    read_labels(&r, &SQL_NOVA_IMAGE_PROPERTY_LIST_BY_INSTANCE, offsetof(struct labels, image), err) != 0 ||
	    read_tags(&r, err) != 0)
		return -1;
	return read_flavors(&r, err);
}

const struct label *label_find(const struct label_list *list, const char *name)
{
	for (size_t i = list->n; i-- > 0;)
		if (strcmp(list->v[i].name, name) == 0)
			return &list->v[i];
	return NULL;
}
