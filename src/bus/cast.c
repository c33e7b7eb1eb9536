/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/cast.h"

void cast_rebuild_instance(const struct rebuild_instance *args, const struct oslo_context *context, const char *unique_id,
    struct str *out)
{
	/* orig_image_ref to on_shared_storage have no defaults in the conductor: all must be there. */
	static const char *const nulls[] = { "new_pass", "injected_files", "image_ref", "orig_image_ref", "orig_sys_metadata",
		"bdms", "on_shared_storage" };
	json_object *named = json_object_new_object();

	json_object_object_add(named, "instance", args->instance);
	for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
		json_object_object_add(named, nulls[i], NULL);
	json_object_object_add(named, "recreate", json_object_new_boolean(1));
	json_object_object_add(named, "preserve_ephemeral", json_object_new_boolean(0));
	json_object_object_add(named, "host", args->host ? json_object_new_string(args->host) : NULL);
	json_object_object_add(named, "request_spec", args->request_spec);
	if (args->target_state) {
		json_object_object_add(named, "reimage_boot_volume", json_object_new_boolean(0));
		json_object_object_add(named, "target_state", json_object_new_string(args->target_state));
	}
	oslo_cast_text(&(struct oslo_cast){ .method = "rebuild_instance",
	                   .namespace = "compute_task",
	                   .version = args->target_state ? REBUILD_INSTANCE_VERSION_STATE : REBUILD_INSTANCE_VERSION,
	                   .args = named,
	                   .unique_id = unique_id },
	    context, out);
}
