/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_RELEASE_H
#define MODEL_NOVA_RELEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What differs between nova's releases and matters to an evacuation, one row a release. A release is known by the
 * services.version that its services report (nova objects/service.py: SERVICE_VERSION at the release's last tag). */

/* Since when something is so, where a number tells the release but not its point release. */
enum when {
	NEVER,
	UNTIL, /* in the first point releases; the rule's text names the one that ended it */
	ALWAYS,
};
struct rule {
	enum when when;
	const char *until; /* UNTIL: "23.2.2"; else NULL */
};

/* Does the scheduler ask placement for a host of an availability zone's aggregate, which placement has only where nova mirrored
 * it? nova scheduler/request_filter.py: map_az_to_placement_aggregate, [scheduler] query_placement_for_availability_zone. */
enum zone_query {
	ZONE_QUERY_NEVER,
	ZONE_QUERY_OFF, /* where that option is set */
	ZONE_QUERY_ON,  /* unless it is set to false */
	ZONE_QUERY_ALWAYS,
};

struct release {
	int64_t service_version; /* the highest of that release */
	int nova;                /* major version; the older one where two releases share a number */
	const char *name;
	/* The newest that its conductor takes (nova conductor/manager.py: ComputeTaskManager.target; objects' VERSION). */
	const char *conductor_rpc, *instance, *request_spec, *destination;
	struct rule no_task_state;      /* evacuate asks for an empty task state (nova compute/api.py: check_instance_state) */
	struct rule destroys_disks;     /* bug 1550919: a failed spawn deletes disks on shared storage */
	struct rule rejects_vdpa;       /* nova compute/api.py: reject_vdpa_instances on evacuate */
	struct rule breaks_pinning;     /* bug 1952941: what was pinned before Victoria cannot be scheduled */
	bool rejects_vtpm;              /* reject_vtpm_instances */
	bool rejects_device_profiles;   /* block_accelerators without an end; later it ends at compute version 53 */
	bool rejects_accelerator_ports; /* block_port_accelerators */
	bool rejects_bandwidth_ports;   /* no resource request of a port is kept in a move */
	bool rejects_shares;            /* block_shares_not_supported */
	bool needs_request_spec;        /* the conductor cannot schedule without one */
	bool takes_target_state;        /* compute_task 1.25: arrive stopped */
	enum zone_query zone_query;
};

/* The release of a service version. A number between two rows belongs to the newer one (it was on the way to it); one
 * above the table gets the newest row; 0 (nothing known) the oldest. */
const struct release *release_of(int64_t service_version);
bool release_is_known(int64_t service_version);
bool release_has_point(const struct release *release, const char *point); /* "19.3.1" is of the row of 19 */
/* The same where its point release is known: its rules say NEVER or ALWAYS, nothing is left to UNTIL. A ${point} of another
 * release, or NULL, changes nothing. */
struct release release_with_point(const struct release *release, const char *point);
const struct release *release_at(size_t i); /* by row, oldest first; NULL after the last */

/* "1.9" before "1.14": dotted numbers of two parts. */
bool object_version_fits(const char *version, const char *newest);
/* May a conductor with this [upgrade_levels] compute tell a compute which state to leave an instance in? nova
 * compute/rpcapi.py: rebuild_instance() raises UnsupportedRPCVersion below 6.2, and the instance stays 'rebuilding'. */
#define REBUILD_STATE_RPC "6.2"
bool compute_level_takes_target_state(const char *level);

/* Minimum nova-compute versions of two decorators of evacuate (nova compute/api.py). */
#define COMPUTE_TAKES_DEVICE_PROFILES 53
#define COMPUTE_TAKES_EXTENDED_REQUESTS 59
#define COMPUTE_COMPLETES_ALL \
	31 /* services.version: after Queens a start completes every evacuation away from the host, whether its hypervisor \
	      still has the guest or not */
#define COMPUTE_HAS_SECOND_QUEUE \
	71 /* compute RPC 6.5; nova service.py: start() reads "compute-alt.HOST", too, and while it shuts down \
	      that one alone */
#define COMPUTE_TAKES_TARGET_STATE 66 /* compute RPC 6.2, not the 62 that nova-api asks for */

#endif
