# SPDX-License-Identifier: Apache-2.0
"""A second cell beside the sandbox's own: a database with nova's tables, a vhost of the broker, a row of cell_mappings that is a template."""
import json
import uuid

import harness
from harness import A, B, ENV, rows, value

DATABASE, VHOST, NAME, ID = "nova_cell2", "cell2", "cell2", 3
UUID = "c2c2c2c2-0000-4000-8000-0000000000c2"
DEAD, ALIVE = "cell2-dead", "cell2-alive"
ROWS_IN = ("services", "compute_nodes", "instances", "instance_extra", "instance_info_caches", "instance_system_metadata",
           "block_device_mapping", "migrations", "instance_actions", "instance_actions_events", "instance_faults")
ACCOUNT = "nova@'127.0.0.1'"


def copy_row(source, target, table, where, **changes):
    """One row again, with other values; its id is the server's."""
    row = rows(source, "SELECT * FROM `%s` WHERE %s" % (table, where))[0]
    row.pop("id", None)
    row.update(changes)
    names = sorted(row)
    rows(target, "INSERT INTO `%s` (%s) VALUES (%s)" % (table, ", ".join("`%s`" % n for n in names), ", ".join(["%s"] * len(names))),
         [row[n] for n in names])


def copy_ports(network_info, instance, **binding):
    """The ports of a cached network_info once more, for another instance: neutron's rows of each, and the text with their ids.

    binding: what is to be other in its binding, as host=.
    """
    for old in [vif["id"] for vif in json.loads(network_info)]:
        new = str(uuid.uuid4())
        copy_row("neutron", "neutron", "standardattributes", "id = (SELECT standard_attr_id FROM ports WHERE id = '%s')" % old)
        attribute = value("neutron", "SELECT MAX(id) FROM standardattributes")
        mac = "fa:17:%02x:%02x:%02x:%02x" % tuple(attribute.to_bytes(4, "big"))
        copy_row("neutron", "neutron", "ports", "id = '%s'" % old, id=new, device_id=instance, standard_attr_id=attribute, mac_address=mac)
        for table, changes in (("ml2_port_bindings", binding), ("ml2_port_binding_levels", binding), ("ipallocations", {
                "ip_address": "10.3.%d.%d" % (attribute >> 8 & 255, attribute & 255)})):
            copy_row("neutron", "neutron", table, "port_id = '%s'" % old, port_id=new, **changes)
        network_info = network_info.replace(old, new)
    return network_info


def remove():
    rows("mysql", "DROP DATABASE IF EXISTS " + DATABASE)
    for table in ("host_mappings", "instance_mappings"):
        rows("nova_api", "DELETE FROM %s WHERE cell_id = %d" % (table, ID))
    rows("nova_api", "DELETE FROM cell_mappings WHERE id = %s", (ID,))
    if value("mysql", "SELECT COUNT(*) FROM db WHERE Db = %s", (DATABASE,)):
        rows("mysql", "REVOKE ALL PRIVILEGES ON %s.* FROM %s" % (DATABASE, ACCOUNT))
    if VHOST in harness.sandbox("rabbitmqctl", "-q", "list_vhosts").split():
        harness.sandbox("rabbitmqctl", "-q", "delete_vhost", VHOST)


def make():
    """Its servers: an empty database, a vhost."""
    remove()
    rows("mysql", "CREATE DATABASE %s CHARACTER SET utf8mb3" % DATABASE)
    for r in rows("mysql", "SELECT table_name AS t FROM information_schema.tables WHERE table_schema = 'nova'"):
        rows(DATABASE, "CREATE TABLE `%s` LIKE nova.`%s`" % (r["t"], r["t"]))
    rows(DATABASE, "INSERT INTO alembic_version SELECT * FROM nova.alembic_version")
    rows("mysql", "GRANT ALL ON %s.* TO %s" % (DATABASE, ACCOUNT))
    harness.sandbox("rabbitmqctl", "-q", "add_vhost", VHOST)
    harness.sandbox("rabbitmqctl", "-q", "set_permissions", "-p", VHOST, ENV["SB_AMQP_USER"], ".*", ".*", ".*")


def announce():
    """To nova, which a reset of the sandbox's rows undoes; without any rows of its own."""
    for table in ROWS_IN:
        rows(DATABASE, "DELETE FROM " + table)
    rows("nova_api", "INSERT INTO cell_mappings (created_at, id, uuid, name, transport_url, database_connection, disabled) VALUES"
         " (UTC_TIMESTAMP(), %s, %s, %s, %s, %s, 0)", (
             ID, UUID, NAME, "{scheme}://{username}:{password}@{hostname}:{port}/" + VHOST,
             "{scheme}://{username}:{password}@{hostname}:{port}/" + DATABASE + "?{query}"))


def add_compute(host, like=B, age_s=0, mapped=True):
    """Its rows as a nova-compute has them that reported so many seconds ago. A host is mapped to one cell only."""
    copy_row("nova", DATABASE, "services", "BINARY host = BINARY '%s' AND `binary` = 'nova-compute' AND deleted = 0" % like, host=host,
             uuid=str(uuid.uuid4()), disabled=0, forced_down=0)
    rows(DATABASE, "UPDATE services SET last_seen_up = UTC_TIMESTAMP() - INTERVAL %s SECOND WHERE host = %s", (age_s, host))
    copy_row("nova", DATABASE, "compute_nodes", "BINARY host = BINARY '%s' AND deleted = 0" % like, host=host, hypervisor_hostname=host,
             uuid=str(uuid.uuid4()))
    if mapped:
        map_host(host)


def map_host(host):
    rows("nova_api", "INSERT INTO host_mappings (created_at, cell_id, host) VALUES (UTC_TIMESTAMP(), %s, %s)", (ID, host))


def add_instance(name, host, like="image-active-0"):
    """As nova would have booted it there; its uuid."""
    old = value("nova", "SELECT uuid FROM instances WHERE display_name = %s AND deleted = 0", (like,))
    new, of_old = str(uuid.uuid4()), "instance_uuid = '%s'" % old
    copy_row("nova", DATABASE, "instances", "uuid = '%s'" % old, uuid=new, display_name=name, hostname=name, host=host, node=host,
             launched_on=host, task_state=None)
    copy_row("nova", DATABASE, "instance_extra", of_old, instance_uuid=new)
    ports = copy_ports(value("nova", "SELECT network_info FROM instance_info_caches WHERE " + of_old), new, host=host)
    copy_row("nova", DATABASE, "instance_info_caches", of_old, instance_uuid=new, network_info=ports)
    copy_row("nova", DATABASE, "block_device_mapping", of_old, instance_uuid=new, uuid=str(uuid.uuid4()))
    for meta in rows("nova", "SELECT id FROM instance_system_metadata WHERE " + of_old):
        copy_row("nova", DATABASE, "instance_system_metadata", "id = %d" % meta["id"], instance_uuid=new)
    copy_row("nova_api", "nova_api", "instance_mappings", of_old, instance_uuid=new, cell_id=ID)
    spec = value("nova_api", "SELECT spec FROM request_specs WHERE " + of_old)
    copy_row("nova_api", "nova_api", "request_specs", of_old, instance_uuid=new, spec=spec.replace(old, new))
    return new


def add_provider(host, instances):
    """Placement's books for a host that never ran, and what the instances hold there."""
    provider = value(DATABASE, "SELECT uuid FROM compute_nodes WHERE host = %s", (host,))
    like = value("placement", "SELECT id FROM resource_providers WHERE name = %s", (A,))
    copy_row("placement", "placement", "resource_providers", "id = %d" % like, uuid=provider, name=host, root_provider_id=None)
    mine = value("placement", "SELECT id FROM resource_providers WHERE uuid = %s", (provider,))
    rows("placement", "UPDATE resource_providers SET root_provider_id = id WHERE id = %s", (mine,))
    for inventory in rows("placement", "SELECT id FROM inventories WHERE resource_provider_id = %s", (like,)):
        copy_row("placement", "placement", "inventories", "id = %d" % inventory["id"], resource_provider_id=mine)
    for id_ in instances:
        model = json.loads(value("nova_api", "SELECT spec FROM request_specs WHERE instance_uuid = %s", (id_,)))
        flavor = model["nova_object.data"]["flavor"]["nova_object.data"]
        consumer = rows("placement", "SELECT id FROM consumers LIMIT 1")[0]["id"]
        copy_row("placement", "placement", "consumers", "id = %d" % consumer, uuid=id_)
        for kind, used in ((0, flavor["vcpus"]), (1, flavor["memory_mb"])):
            rows("placement", "INSERT INTO allocations (created_at, resource_provider_id, consumer_id, resource_class_id, used)"
                 " VALUES (UTC_TIMESTAMP(), %s, %s, %s, %s)", (mine, id_, kind, used))
