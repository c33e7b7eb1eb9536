/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/cast.h"
#include "util/json.h"

void cast_rebuild_instance(const struct rebuild_instance *args, const struct oslo_context *context, const char *unique_id,
    struct str *out)
{
	/* orig_image_ref to on_shared_storage have no defaults in the conductor: all must be there. */
	static const char *const nulls[] = { "new_pass", "injected_files", "image_ref", "orig_image_ref", "orig_sys_metadata",
		"bdms", "on_shared_storage" };
	json_object *named = json_object_new_object();

	put(named, "instance", args->instance);
	for (size_t i = 0; i < sizeof nulls / sizeof *nulls; i++)
		put(named, nulls[i], NULL);
	put_bool(named, "recreate", 1);
	put_bool(named, "preserve_ephemeral", 0);
	put_text(named, "host", args->host);
	put(named, "request_spec", args->request_spec);
	if (args->target_state) {
		put_bool(named, "reimage_boot_volume", 0);
		put_text(named, "target_state", args->target_state);
	}
	oslo_cast_text(&(struct oslo_cast){ .method = "rebuild_instance",
			   .namespace = "compute_task",
			   .version = args->target_state ? REBUILD_INSTANCE_VERSION_STATE : REBUILD_INSTANCE_VERSION,
			   .args = named,
			   .unique_id = unique_id },
	    context, out);
}
