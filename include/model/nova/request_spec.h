/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_REQUEST_SPEC_H
#define MODEL_NOVA_REQUEST_SPEC_H

#include <json-c/json.h>

#include "db/db.h"
#include "util/error.h"

/* The request spec of an instance, as the conductor takes it: the stored JSON, brought to what nova's own
 * RequestSpec._from_db_object would give (nova objects/request_spec.py), and not one version newer than it was stored. */

#define DESTINATION_VERSION "1.0" /* host and node: enough in every release */

struct request_spec {
	bool exists;
	int64_t id;
	const char *instance_uuid, *spec; /* JSON text */
};
/* ${out}[i] is that of instance_uuids->v[i]; texts live as long as ${arena}. */
int request_specs_get(struct db *api, const struct words *instance_uuids, struct arena *arena, struct request_spec *out,
    struct error *err);
void request_specs_ahead(struct db *api, const struct words *instance_uuids); /* as db_ask_set_ahead() */

/* What the guards ask of it. */
struct spec_facts {
	bool valid;          /* it is a nova RequestSpec; else the rest is empty */
	const char *version; /* "1.14" */
	const char *zone;    /* the availability zone that was asked for; NULL: any */
	const char *group;   /* uuid of the server group that it was booted into; NULL: none */
	bool group_hint;     /* the group is asked for by a hint: the compute checks its rule once more */
	bool old_pinning;    /* a NUMA cell as nova stored it before Victoria, with pinned CPUs */
};
/* Its JSON, to be read once for all that it says; NULL: there is none, or it is no nova RequestSpec. The caller puts it. */
json_object *request_spec_open(const struct request_spec *spec);
/* ${spec} may be NULL. Texts live as long as ${arena}. */
void request_spec_facts(json_object *spec, struct arena *arena, struct spec_facts *out);

struct spec_options {
	const char *host, *node; /* a destination that the scheduler must use (it may refuse it); NULL: it chooses */
	bool without_group;      /* the server group is gone, or the instance has left it: bug 1890244, compute's late check */
	const char *group, *group_policy; /* uuid and policy of the server group that it is a member of; NULL: of none */
	/* All of that group's members, as nova-api sends them: the conductor asks where they are, and cannot load who they are
	 * (nova scheduler/utils.py: setup_instance_group, objects/instance_group.py: get_hosts). */
	const char *const *group_member;
	size_t ngroup_member;
	bool with_pcpuset; /* Victoria and later: pinned CPUs have a field of their own */
};
/* ERROR_ERROR when the text is no request spec. The caller puts ${out}. */
int request_spec_object(const struct request_spec *spec, const struct spec_options *options, json_object **out,
    struct error *err);
/* Would the conductor take it? ERROR_ERROR when it is no request spec, or one of a newer object version than ${newest} ("1.14";
 * NULL: not known): a conductor asks itself, without end, to make such an object older (oslo.versionedobjects:
 * object_backport_versions). */
int request_spec_check(const struct request_spec *spec, const struct spec_facts *facts, const char *newest, struct error *err);

#endif
