/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MODEL_NOVA_RELEASE_H
#define MODEL_NOVA_RELEASE_H

#include <stdbool.h>
#include <stdint.h>

/* What differs between nova's releases and matters to an evacuation, one row a release. A release is known by the
 * services.version that its conductor reports (nova objects/service.py: SERVICE_VERSION at the release's last tag). */
struct release {
	int64_t service_version; /* the highest of that release */
	int nova;                /* major version; the older one where two releases share a number */
	const char *name;
	const char *conductor_rpc;  /* the highest compute_task version that it takes */
	const char *request_spec;   /* the highest RequestSpec object that it knows */
	/* nova compute/api.py: evacuate. Up to 22, and in the first point releases of 23 to 25, the task state must be NULL; where
	 * a number does not tell the point release, the stricter rule holds. */
	bool needs_no_task_state;
	/* bug 1550919: a failed spawn deletes disks on shared storage. Never fixed in 17 and 18, in point releases of 19 to 21. */
	bool destroys_disks;
};

/* The release of the oldest live conductor. A number between two rows belongs to the newer one (it was on the way to it); one
 * above the table gets the newest row; 0 (nothing known) the oldest. */
const struct release *release_of(int64_t service_version);
bool release_is_known(int64_t service_version);

#endif
