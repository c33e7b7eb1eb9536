# SPDX-License-Identifier: Apache-2.0
"""What nova, cinder and neutron write at the end of an evacuation, by hand: for the light sandbox, where nobody does."""
from harness import rows


def bind(uuid, host, vif_type=None, status="ACTIVE", blocked=None):
    """Its ports as ML2 leaves them on ${host}; ${blocked}: who has not reported yet, of a port that is not ACTIVE."""
    rows("neutron", "UPDATE ml2_port_bindings b JOIN ports p ON p.id = b.port_id SET b.host = %s, b.vif_type = COALESCE(%s, b.vif_type)"
         " WHERE p.device_id = %s AND b.status = 'ACTIVE'", (host, vif_type, uuid))
    rows("neutron", "UPDATE ports SET status = %s WHERE device_id = %s", (status, uuid))
    rows("neutron", "DELETE x FROM provisioningblocks x JOIN ports p ON p.standard_attr_id = x.standard_attr_id WHERE p.device_id = %s", (uuid,))
    if blocked:
        rows("neutron", "INSERT INTO provisioningblocks (standard_attr_id, entity) SELECT standard_attr_id, %s FROM ports WHERE device_id = %s",
             (blocked, uuid))


def land(uuid, host, ports=bind):
    ports(uuid, host)
    rows("cinder", "UPDATE volume_attachment SET attached_host = %s WHERE instance_uuid = %s AND deleted = 0", (host, uuid))
    rows("nova", "UPDATE migrations SET status = 'done', dest_compute = %s WHERE instance_uuid = %s AND migration_type = 'evacuation'"
         " AND status IN ('accepted', 'pre-migrating')", (host, uuid))
    rows("nova", "UPDATE instances SET host = %s, node = %s, task_state = NULL, vm_state = IF(vm_state = 'error', 'active', vm_state)"
         " WHERE uuid = %s", (host, host, uuid))


def uuid_of(cast):
    return cast[1]["args"]["instance"]["nova_object.data"]["uuid"]
