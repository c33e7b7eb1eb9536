# SPDX-License-Identifier: Apache-2.0
"""More of what the sandbox's cloud has."""
import json
import uuid

from cells import copy_ports, copy_row
from harness import rows, value

# what a host that was rescued leaves behind until it is back or taken out: its services are down, its evacuations are not cleaned up, and their
# allocations remain
OF_A_RESCUED_HOST = {"nova-service-down", "cinder-service-down", "evacuation-not-cleaned-up", "allocation-on-other-host", "backend-disabled",
                     "request-spec-down-host"}


def named(name):
    return rows("nova", "SELECT * FROM instances WHERE display_name = %s AND deleted = 0", (name,))[0]


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
        copy_row("nova", "nova", "instance_info_caches", where, instance_uuid=new, network_info=copy_ports(cached, new))
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


def join_group(name, policy, members, in_spec=True):
    """Instances booted into a server group, as nova-api records it: the group, its members, and in the spec of each which group it is, without
    its members. in_spec=False: the spec does not know it."""
    group = str(uuid.uuid4())
    known = {"nova_object.name": "InstanceGroup", "nova_object.namespace": "nova", "nova_object.version": "1.11", "nova_object.changes": ["uuid"],
             "nova_object.data": {"uuid": group, "name": name, "policy": policy, "policies": [policy], "rules": {}, "members": None, "hosts": None}}
    rows("nova_api", "INSERT INTO instance_groups (created_at, uuid, name, project_id, user_id) VALUES (UTC_TIMESTAMP(), %s, %s, 'p', 'u')", (group, name))
    number = value("nova_api", "SELECT id FROM instance_groups WHERE uuid = %s", (group,))
    rows("nova_api", "INSERT INTO instance_group_policy (group_id, policy, rules) VALUES (%s, %s, '{}')", (number, policy))
    for id_ in members:
        rows("nova_api", "INSERT INTO instance_group_member (created_at, group_id, instance_uuid) VALUES (UTC_TIMESTAMP(), %s, %s)", (number, id_))
        spec = json.loads(value("nova_api", "SELECT spec FROM request_specs WHERE instance_uuid = %s", (id_,)))
        if in_spec:
            spec["nova_object.data"].update({"instance_group": known, "scheduler_hints": {"group": [group]}})
        rows("nova_api", "UPDATE request_specs SET spec = %s WHERE instance_uuid = %s", (json.dumps(spec), id_))
    return group


def make_zone(zone, aggregate, hosts, instances):
    """An aggregate of nova's that is an availability zone, with hosts in it and instances that were booted into it. Placement does not know it, as if
    each host had become a member before nova-api told placement; gives its uuid, for mirror_zone()."""
    rows("nova_api", "INSERT INTO aggregates (uuid, name, created_at) VALUES (UUID(), %s, UTC_TIMESTAMP())", (aggregate,))
    number = value("nova_api", "SELECT id FROM aggregates WHERE name = %s", (aggregate,))
    rows("nova_api", "INSERT INTO aggregate_metadata (aggregate_id, `key`, value) VALUES (%s, 'availability_zone', %s)", (number, zone))
    for host in hosts:
        rows("nova_api", "INSERT INTO aggregate_hosts (aggregate_id, host) VALUES (%s, %s)", (number, host))
    for name in instances:
        rows("nova_api", "UPDATE request_specs SET spec = JSON_SET(spec, '$.\"nova_object.data\".availability_zone', %s) WHERE instance_uuid = %s", (zone, named(name)["uuid"]))
    return value("nova_api", "SELECT uuid FROM aggregates WHERE id = %s", (number,))


def mirror_zone(aggregate_uuid, *hosts):
    """As nova-manage placement sync_aggregates does."""
    rows("placement", "INSERT IGNORE INTO placement_aggregates (uuid) VALUES (%s)", (aggregate_uuid,))
    for host in hosts:
        rows("placement", "INSERT INTO resource_provider_aggregates (resource_provider_id, aggregate_id) SELECT p.id, a.id FROM resource_providers p, placement_aggregates a"
             " WHERE p.name = %s AND a.uuid = %s", (host, aggregate_uuid))
