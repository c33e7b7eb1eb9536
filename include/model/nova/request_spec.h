/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_REQUEST_SPEC_H
#define MODEL_NOVA_REQUEST_SPEC_H

#include <json-c/json.h>

#include "db/db.h"
#include "util/error.h"

/* The request spec of an instance, as the conductor takes it: the stored JSON, brought to what nova's own
 * RequestSpec._from_db_object would give (nova objects/request_spec.py), and not one version newer than it was stored. */

struct request_spec {
	bool exists;
	int64_t id;
	const char *instance_uuid, *spec; /* JSON text */
	struct arena arena;
};
int request_spec_get(struct db *api, const char *instance_uuid, struct request_spec *out, struct error *err);
void request_spec_free(struct request_spec *spec);

/* ${host} and ${node}: a destination that the scheduler must use (it may refuse it); NULL: it chooses. ERROR_ERROR when the text is
 * no request spec. The caller puts ${out}. */
int request_spec_object(const struct request_spec *spec, const char *host, const char *node, json_object **out,
    struct error *err);
/* Would the conductor take it? ERROR_ERROR when it is no request spec, or one of a newer object version than ${newest} ("1.14";
 * NULL: not known): a conductor asks itself, without end, to make such an object older (oslo.versionedobjects: object_backport_versions). */
int request_spec_check(const struct request_spec *spec, const char *newest, struct error *err);

#endif
