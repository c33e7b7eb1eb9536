# SPDX-License-Identifier: Apache-2.0
"""What nova and cinder write at the end of an evacuation, by hand: for the light sandbox, where nobody does."""
from harness import rows


def land(uuid, host):
    rows("cinder", "UPDATE volume_attachment SET attached_host = %s WHERE instance_uuid = %s AND deleted = 0", (host, uuid))
    rows("nova", "UPDATE migrations SET status = 'done', dest_compute = %s WHERE instance_uuid = %s AND migration_type = 'evacuation'"
         " AND status IN ('accepted', 'pre-migrating')", (host, uuid))
    rows("nova", "UPDATE instances SET host = %s, node = %s, task_state = NULL, vm_state = IF(vm_state = 'error', 'active', vm_state)"
         " WHERE uuid = %s", (host, host, uuid))


def uuid_of(cast):
    return cast[1]["args"]["instance"]["nova_object.data"]["uuid"]
