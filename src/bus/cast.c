/* SPDX-License-Identifier: Apache-2.0 */
#include "bus/cast.h"
#include "util/json.h"

#define INSTANCE_VERSION "2.3" /* every release since Queens takes both */
#define EVENT_VERSION "1.0"

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

/* ${data} is given away. */
static json_object *list_of_one(const char *name, const char *version, json_object *data)
{
	json_object *object = json_object_new_object(), *list = json_object_new_array();

	put_text(object, "nova_object.name", name);
	put_text(object, "nova_object.namespace", "nova");
	put_text(object, "nova_object.version", version);
	put(object, "nova_object.data", data);
	json_object_array_add(list, object);
	return list;
}

void cast_external_instance_event(const struct external_instance_event *args, const char *request_id, const char *unique_id,
    struct str *out)
{
	json_object *named = json_object_new_object(), *instance = json_object_new_object(), *event = json_object_new_object();
	const struct oslo_context context = { .request_id = request_id };

	put_text(instance, "uuid", args->instance_uuid);
	put_text(instance, "vm_state", args->vm_state);
	put_text(instance, "task_state", args->task_state);
	put_text(event, "instance_uuid", args->instance_uuid);
	put_text(event, "name", args->name);
	put_text(event, "status", args->status);
	put_text(event, "tag", args->tag);
	put(named, "instances", list_of_one("Instance", INSTANCE_VERSION, instance));
	put(named, "events", list_of_one("InstanceExternalEvent", EVENT_VERSION, event));
	oslo_cast_text(&(struct oslo_cast){ .method = "external_instance_event",
			   .version = EXTERNAL_INSTANCE_EVENT_VERSION,
			   .args = named,
			   .unique_id = unique_id },
	    &context, out);
}

void cast_set_host_enabled(bool enabled, const char *unique_id, struct str *out)
{
	json_object *named = json_object_new_object();
	const struct oslo_context context = { 0 };

	put_bool(named, "enabled", enabled);
	oslo_cast_text(&(struct oslo_cast){ .method = "set_host_enabled",
			   .version = EXTERNAL_INSTANCE_EVENT_VERSION,
			   .args = named,
			   .unique_id = unique_id },
	    &context, out);
}
