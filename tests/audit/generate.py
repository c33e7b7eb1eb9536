#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A cloud of N instances, each with a volume, an attachment and a mapping, in the sandbox's databases, by INSERT … SELECT.

usage: generate.py N     The same N gives the same rows. About three rows in ten thousand are wrong in some way.
"""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from harness import numbers, rows, value  # noqa: E402

N = int(sys.argv[1])
HOSTS = 200
ID = "LOWER(CONCAT(SUBSTR(h, 1, 8), '-', SUBSTR(h, 9, 4), '-4', SUBSTR(h, 14, 3), '-8', SUBSTR(h, 18, 3), '-', SUBSTR(h, 21, 12)))"
HOST = "CONCAT('gen-', LPAD(i.seq % {0}, 4, '0'))".format(HOSTS)
OLD = "UTC_TIMESTAMP() - INTERVAL 2 DAY"


def numbered(kind):
    """seq, and an id that any run makes again."""
    return "(SELECT seq, %s AS id FROM (SELECT seq, MD5(CONCAT('%s', seq)) AS h FROM %s AS s) AS m)" % (ID, kind, numbers(N))


def fill(database, table, columns, values, source):
    rows(database, "INSERT INTO `%s` (%s) SELECT %s FROM %s" % (table, columns, values, source), None,
         settings="unique_checks = 0, foreign_key_checks = 0")


def hosts(cell):
    for h in range(HOSTS):
        name = "gen-%04d" % h
        rows("cinder", "INSERT INTO services (created_at, updated_at, deleted, host, `binary`, topic, report_count, disabled, availability_zone, uuid)"
             " VALUES (UTC_TIMESTAMP(), UTC_TIMESTAMP() + INTERVAL 1 DAY, 0, %s, 'cinder-volume', 'cinder-volume', 1, 0, 'nova', UUID())",
             (name + "@ceph",))
        rows("nova", "INSERT INTO services (created_at, last_seen_up, deleted, host, `binary`, topic, report_count, disabled, forced_down, version,"
             " uuid) VALUES (UTC_TIMESTAMP(), UTC_TIMESTAMP(), 0, %s, 'nova-compute', 'compute', 1, 0, 0, 64, UUID())", (name,))
        rows("nova_api", "INSERT INTO host_mappings (created_at, cell_id, host) VALUES (UTC_TIMESTAMP(), %s, %s)", (cell, name))
        rows("nova", "INSERT INTO compute_nodes (created_at, deleted, vcpus, memory_mb, local_gb, vcpus_used, memory_mb_used, local_gb_used,"
             " hypervisor_type, hypervisor_version, cpu_info, hypervisor_hostname, host, uuid)"
             " VALUES (UTC_TIMESTAMP(), 0, 8, 8, 8, 0, 0, 0, 'f', 1, '', %s, %s, UUID())", (name, name))
        rows("placement", "INSERT INTO resource_providers (created_at, uuid, name, generation) SELECT UTC_TIMESTAMP(), uuid, host, 1"
             " FROM nova.compute_nodes WHERE host = %s", (name,))


def main():
    cell = value("nova_api", "SELECT MAX(id) FROM cell_mappings")
    kind = value("cinder", "SELECT MIN(id) FROM volume_types")
    instances, volumes, attachments = (numbered(k) + " AS " + k for k in "iva")
    hosts(cell)
    fill("cinder", "volumes", "created_at, updated_at, deleted, id, project_id, host, size, availability_zone, status, attach_status, display_name,"
         " volume_type_id, multiattach, service_uuid, use_quota",
         OLD + ", " + OLD + ", 0, i.id, CONCAT('p', i.seq % 500), CONCAT(" + HOST + ", '@ceph#ceph'), 1, 'nova', 'in-use', 'attached',"
         " CONCAT('vol-', i.seq), '" + kind + "', 0, s.uuid, 1",
         numbered("v") + " AS i JOIN services AS s ON s.host = CONCAT(" + HOST + ", '@ceph')")
    fill("cinder", "volume_attachment", "created_at, updated_at, deleted, id, volume_id, attached_host, instance_uuid, attach_status",
         OLD + ", " + OLD + ", 0, a.id, v.id, IF(i.seq % 10000 = 7, 'gen-lost', " + HOST + "), i.id, 'attached'",
         instances + " JOIN " + volumes + " ON v.seq = i.seq JOIN " + attachments + " ON a.seq = i.seq")
    fill("nova", "instances", "created_at, updated_at, launched_at, deleted, uuid, project_id, user_id, host, node, display_name, vm_state,"
         " power_state, memory_mb, vcpus, root_gb, hidden",
         OLD + ", " + OLD + ", " + OLD + ", IF(i.seq % 10000 = 3, i.seq, 0), i.id, CONCAT('p', i.seq % 500), 'u', " + HOST + ", " + HOST +
         ", CONCAT('vm-', i.seq), 'active', 1, 64, 1, 1, 0", instances)
    fill("nova", "block_device_mapping", "created_at, updated_at, deleted, instance_uuid, source_type, destination_type, device_name, boot_index,"
         " volume_id, attachment_id", OLD + ", " + OLD + ", 0, i.id, 'volume', 'volume', '/dev/vda', 0, v.id, a.id",
         instances + " JOIN " + volumes + " ON v.seq = i.seq JOIN " + attachments + " ON a.seq = i.seq WHERE i.seq % 10000 <> 5")
    fill("nova", "instance_info_caches", "created_at, deleted, instance_uuid, network_info", "UTC_TIMESTAMP(), 0, i.id, '[]'", instances)
    fill("nova", "instance_extra", "created_at, deleted, instance_uuid, flavor", "UTC_TIMESTAMP(), 0, i.id, '{}'", instances)
    # what nova recorded about each: its creation, of one in fifty an evacuation, which for a few failed
    began = "1000000000 + i.seq", "'req-1', " + OLD
    fill("nova", "instance_actions", "created_at, deleted, id, action, instance_uuid, request_id, start_time",
         OLD + ", 0, " + began[0] + ", IF(i.seq % 50 = 1, 'evacuate', 'create'), i.id, " + began[1], instances)
    fill("nova", "instance_actions_events", "created_at, deleted, action_id, event, start_time, finish_time, result, host",
         OLD + ", 0, " + began[0] + ", IF(i.seq % 50 = 1, 'compute_rebuild_instance', 'compute__do_build_instance'), " + OLD + ", " + OLD +
         ", IF(i.seq % 10000 = 1, 'Error', 'Success'), CONCAT('gen-', LPAD((i.seq + 1) % {0}, 4, '0'))".format(HOSTS), instances)
    fill("nova_api", "instance_mappings", "created_at, instance_uuid, cell_id, project_id, queued_for_delete",
         "UTC_TIMESTAMP(), i.id, %d, 'p', 0" % cell, instances)
    fill("nova_api", "request_specs", "created_at, instance_uuid, spec",
         "UTC_TIMESTAMP(), i.id, '{\"nova_object.data\": {\"force_hosts\": null, \"ignore_hosts\": null}}'", instances)
    fill("placement", "allocations", "created_at, resource_provider_id, consumer_id, resource_class_id, used",
         "UTC_TIMESTAMP(), p.id, i.id, 1, 64", instances + " JOIN resource_providers AS p ON p.name = " + HOST)
    for database in ("cinder", "nova", "nova_api", "placement"):
        for table in rows(database, "SELECT table_name AS t FROM information_schema.tables WHERE table_schema = %s AND table_rows > 1000", (database,)):
            rows(database, "ANALYZE TABLE `%s`" % table["t"])


main()
