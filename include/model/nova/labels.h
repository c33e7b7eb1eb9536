/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_LABELS_H
#define MODEL_NOVA_LABELS_H

#include "db/db.h"
#include "util/words.h"

/* What people have written on an instance: its metadata and its tags, which its project sets; extra specs of its flavor and
 * properties of its image, as nova copied them when it was booted (instance_extra.flavor; instance_system_metadata image_…).
 * Nova itself obeys none of it. */

struct label {
	const char *name, *value; /* value NULL: none is stored */
};
struct label_list {
	struct label *v;
	size_t n;
};
struct labels {
	struct label_list metadata, image, flavor;
	const char **tag;
	size_t ntag;
	const char *flavor_name; /* NULL: the flavor could not be read */
};
/* ${out}[i] are those of instance_uuids->v[i], in ${arena}; four statements a set of keys. */
int labels_get(struct db *cell, const struct words *instance_uuids, struct arena *arena, struct labels *out, struct error *err);
/* The last of that name, which is compared letter by letter; NULL: there is none. */
const struct label *label_find(const struct label_list *list, const char *name);
/* Pure: name and extra specs of instance_extra.flavor; NULL, or what is none: nothing. */
void labels_of_flavor(const char *flavor, struct arena *arena, struct labels *out);

#endif
