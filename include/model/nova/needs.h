/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_NEEDS_H
#define MODEL_NOVA_NEEDS_H

#include "db/db.h"
#include "model/nova/cell.h"
#include "model/nova/vif.h"
#include "util/str.h"

/* What an instance asks of the host that takes it, out of its flavor, its NUMA cells and its ports. */

struct extra_spec {
	const char *name, *value;
};
/* What its flavor and its image ask of placement beside vCPU, memory and disk (nova scheduler/utils.py: ResourceRequest). */
enum ask_kind { ASK_RESOURCE, ASK_TRAIT, ASK_NO_TRAIT };
struct ask {
	enum ask_kind kind;
	const char *group; /* "": any provider of the tree; else all of a group from one */
	const char *name;  /* of the class or the trait */
	int64_t amount;
	bool or_vcpu; /* pinned CPUs, which a host that has no PCPU gives of its vCPU (nova scheduler/manager.py: the fallback
	                 query) */
};
/* What nova made for it on the compute, and nowhere else unless the site's instance disks are shared. */
struct own_disks {
	int64_t root_gb; /* 0 of one that boots from an image: as large as the image */
	int64_t ephemeral_gb, swap_mb;
};
struct needs {
	int64_t vcpus, memory_mb, disk_gb; /* disk: root (unless it boots from a volume), ephemeral and swap */
	struct own_disks disks;
	struct ask *ask;
	size_t nask;
	struct maybe_int asked[3]; /* by enum resource_class: what its flavor says instead of its own size */
	bool asks_pcpu;            /* resources:PCPU: then it gets no vCPU beside */
	const char **unreckoned;   /* what the scheduler or the compute looks at and we do not, in words */
	size_t nunreckoned;
	bool pinned;           /* hw:cpu_policy dedicated: its CPUs are another class than vCPU since nova 20 */
	bool mixed;            /* some of its CPUs are pinned, some not */
	bool numa;             /* it has NUMA cells, which a host must have room for one by one */
	bool old_pinning;      /* its NUMA cells are as nova stored them before Victoria, with pinned CPUs */
	bool vtpm;             /* hw:tpm_version (nova compute/api.py: reject_vtpm_instances); a legal key may be asked for */
	bool device_profile;   /* accel:device_profile, cyborg's */
	bool nested_resources; /* resources of a provider below the host's own: vGPU, numbered groups */
	bool vdpa_port, accelerator_port;
	bool bandwidth_port; /* a port with a resource request, as older nova writes it */
	bool extended_port;  /* the same with several groups (nova 24) */
	int64_t shares;
	const char *kernel_id;        /* it boots with a kernel of glance; NULL: it does not */
	struct extra_spec *aggregate; /* aggregate_instance_extra_specs:NAME of the flavor */
	size_t naggregate;
	bool known; /* its flavor could be read */
};

/* The root disk is the instance's own, none where it boots from a volume. Texts live as long as ${arena}. An unknown instance
 * has no needs. */
struct instance;
int needs_read(struct db *cell, const struct cell_columns *have, const struct instance *instances, size_t n,
    struct arena *arena, struct needs *out, struct vifs *vifs,
    struct error
	*err); /* ${out}[i] of instances[i]; its interfaces, too, unless ${vifs} is NULL: their own arenas stay empty */

struct json_object;
void needs_ahead(struct db *cell, const struct words *instance_uuids); /* of those instances, as db_ask_set_ahead() */
/* Pure: a flavor's data, and an image's properties or NULL. */
void needs_ask(struct json_object *flavor, struct json_object *image, struct arena *arena, struct needs *out);
/* What the scheduler is told: the request spec's flavor and image, instead of what the instance's own flavor asks of placement.
 * NULL (request_spec_open()) changes nothing. */
void needs_of_request(struct json_object *spec, struct arena *arena, struct needs *out);

/* A root that is made of an image, an ephemeral disk, swap: all of them are made anew, empty, where they are not found. */
bool needs_own_disks(const struct needs *needs, const struct instance *instance);
int64_t needs_own_gb(const struct needs *needs);
/* "10 GB root, 20 GB ephemeral, 512 MB swap"; nothing: it has none. */
void needs_say_disks(const struct needs *needs, const struct instance *instance, struct str *out);

/* Pure: the JSON texts as nova keeps them; NULL: none. */
void needs_of_flavor(const char *flavor, bool from_volume, struct arena *arena, struct needs *out);
void needs_of_ports(const char *network_info, struct needs *out);
void needs_of_numa(const char *numa_topology, struct needs *out);

#endif
