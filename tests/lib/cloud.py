# SPDX-License-Identifier: Apache-2.0
"""More of what the sandbox's cloud has."""
import json
import uuid

from cells import copy_row
from harness import rows, value


def named(name):
    return rows("nova", "SELECT * FROM instances WHERE display_name = %s AND deleted = 0", (name,))[0]


def clone_ports(network_info, instance):
    """The ports of a cached network_info once more, for another instance: neutron's rows of each, and the text with their ids."""
    for old in [vif["id"] for vif in json.loads(network_info)]:
        new = str(uuid.uuid4())
        copy_row("neutron", "neutron", "standardattributes", "id = (SELECT standard_attr_id FROM ports WHERE id = '%s')" % old)
        attribute = value("neutron", "SELECT MAX(id) FROM standardattributes")
        mac = "fa:17:%02x:%02x:%02x:%02x" % tuple(attribute.to_bytes(4, "big"))
        copy_row("neutron", "neutron", "ports", "id = '%s'" % old, id=new, device_id=instance, standard_attr_id=attribute, mac_address=mac)
        for table, changes in (("ml2_port_bindings", {}), ("ml2_port_binding_levels", {}), ("ipallocations", {
                "ip_address": "10.3.%d.%d" % (attribute >> 8 & 255, attribute & 255)})):
            copy_row("neutron", "neutron", table, "port_id = '%s'" % old, port_id=new, **changes)
        network_info = network_info.replace(old, new)
    return network_info


def clone(count, like="image-active-0"):
    """More instances on the dead host, as nova would have booted them: every row that an evacuation looks at."""
    old, made = named(like)["uuid"], []
    state = lambda i: ("active", "stopped", "error")[i % 3]
    spec = value("nova_api", "SELECT spec FROM request_specs WHERE instance_uuid = %s", (old,))
    for i in range(count):
        new = str(uuid.uuid4())
        where = "instance_uuid = '%s'" % old
        copy_row("nova", "nova", "instances", "uuid = '%s'" % old, uuid=new, display_name="many-%02d" % i, hostname="many-%02d" % i,
                 vm_state=state(i), power_state=4 if state(i) == "stopped" else 1, task_state=None)
        copy_row("nova", "nova", "instance_extra", where, instance_uuid=new)
        cached = value("nova", "SELECT network_info FROM instance_info_caches WHERE " + where)
        copy_row("nova", "nova", "instance_info_caches", where, instance_uuid=new, network_info=clone_ports(cached, new))
        copy_row("nova", "nova", "block_device_mapping", where, instance_uuid=new, uuid=str(uuid.uuid4()))
        for meta in rows("nova", "SELECT id FROM instance_system_metadata WHERE " + where):
            copy_row("nova", "nova", "instance_system_metadata", "id = %d" % meta["id"], instance_uuid=new)
        copy_row("nova_api", "nova_api", "instance_mappings", where, instance_uuid=new)
        copy_row("nova_api", "nova_api", "request_specs", where, instance_uuid=new, spec=spec.replace(old, new))
        copy_row("placement", "placement", "consumers", "uuid = '%s'" % old, uuid=new)
        for allocation in rows("placement", "SELECT id FROM allocations WHERE consumer_id = %s", (old,)):
            copy_row("placement", "placement", "allocations", "id = %d" % allocation["id"], consumer_id=new)
        made.append(new)
    return made
