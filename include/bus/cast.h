/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUS_CAST_H
#define BUS_CAST_H

#include "bus/oslo.h"

/* One function per remote method, named after it; the struct's members are the method's arguments. */

/* nova conductor/manager.py: ComputeTaskManager.rebuild_instance, as RPC 1.12 has it: the lowest version that carries all an
 * evacuation needs, taken by every conductor from Queens (17) to 2026.2 (34). A key of a newer version would be refused by an
 * older conductor without a word, and the instance would stay 'rebuilding'. So only a message with a target state is newer. */
#define REBUILD_INSTANCE_VERSION "1.12"
#define REBUILD_INSTANCE_VERSION_STATE "1.25" /* since 27 (2023.1) */
struct rebuild_instance {
	json_object *instance;     /* given away */
	json_object *request_spec; /* given away; NULL only with a host */
	const char *host;          /* the forced host; NULL: the scheduler's choice */
	const char *target_state;  /* "stopped"; NULL: the state that it is in, and no newer version than that needs */
};
void cast_rebuild_instance(const struct rebuild_instance *args, const struct oslo_context *context, const char *unique_id,
    struct str *out);

/* nova compute/manager.py: external_instance_event(instances, events). Nova's computes take RPC 5.0 in every release from
 * Queens (17: 5.0 beside 4.22) to 2026.2 (23 and later: 6.x, and 5.x by _ComputeV5Proxy); 4.0 and a 6.x that is too new are
 * dropped there with a line in the log alone. The Instance needs no more than its uuid; its states spare the compute a look
 * when it waits for nothing (external_instance_event logs both). InstanceExternalEvent 1.0 has had these four fields from the
 * start. */
#define EXTERNAL_INSTANCE_EVENT_VERSION "5.0"
struct external_instance_event {
	const char *instance_uuid, *vm_state, *task_state;
	const char *name;   /* "network-vif-plugged" */
	const char *status; /* "completed": the deed is done; a compute believes it without a look of its own */
	const char *tag;    /* the port */
};
/* ${request_id}: to find it in nova-compute's log. */
void cast_external_instance_event(const struct external_instance_event *args, const char *request_id, const char *unique_id,
    struct str *out);

/* nova compute/manager.py: set_host_enabled(enabled), of the same versions: nova 20 and later give the host's provider the
 * trait COMPUTE_STATUS_DISABLED, or take it away; earlier ones do nothing with most drivers. */
void cast_set_host_enabled(bool enabled, const char *unique_id, struct str *out);

#endif
