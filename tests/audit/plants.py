# SPDX-License-Identifier: Apache-2.0
"""For every check of the audit one row that is to be found and one, as near to it as can be, that is not.

A plant is a function of the check's name with _ for -; it writes its rows and answers (subject to find, subject not to find).
"""
import functools
import json
import uuid

import fake_ceph
import harness

PREFIX = ""            # of the databases' names: tests plant into other schemas, too
SECOND_CELL = None     # a second cell's database, where there is one


def rows(database, statement, params=()):
    return harness.rows(PREFIX + database, statement, params)


def value(database, statement, params=()):
    return harness.value(PREFIX + database, statement, params)


SPACE = uuid.UUID("6ba7b812-9dad-11d1-80b4-00c04fd430c8")
NOW = value("cinder", "SELECT UTC_TIMESTAMP()")
OLD = value("cinder", "SELECT UTC_TIMESTAMP() - INTERVAL 2 DAY")
LIVE = "aud-live"      # a host on which all is well
plants = {}


def plant(function):
    plants[function.__name__.replace("_", "-")] = function
    return function


def u(name):
    return str(uuid.uuid5(SPACE, name))


@functools.lru_cache(None)
def columns_of(name, table):
    return {r["c"] for r in harness.rows("mysql", "SELECT column_name AS c FROM information_schema.columns WHERE table_schema = %s AND table_name = %s",
                                         (name, table))}


def add(database, table, **values):
    """What a release has no column for is left out."""
    values = {c: v for c, v in values.items() if c in columns_of(PREFIX + database, table)}
    columns = ", ".join("`%s`" % c for c in values)
    marks = ", ".join(["%s"] * len(values))
    rows(database, "INSERT INTO `%s` (%s) VALUES (%s)" % (table, columns, marks), tuple(values.values()))


def last(database, table):
    return value(database, "SELECT MAX(id) FROM `%s`" % table)


# ---- cinder
def volume(name, **more):
    row = dict(created_at=OLD, updated_at=OLD, deleted=0, id=u(name), project_id="aud-project", host=LIVE + "@ceph#ceph", size=1,
               availability_zone="nova", status="available", attach_status="detached", display_name=name, multiattach=0,
               service_uuid=u("service " + LIVE + "@ceph"), use_quota=1,
               volume_type_id=value("cinder", "SELECT MIN(id) FROM volume_types"))
    row.update(more)
    if "service_uuid" not in more and row["host"] and not row["host"].startswith(LIVE + "@ceph"):
        row["service_uuid"] = None
    add("cinder", "volumes", **row)
    return row["id"]


def cinder_service(host, binary="cinder-volume", at=None, **more):
    row = dict(created_at=OLD, updated_at=at or NOW, deleted=0, host=host, binary=binary, topic=binary, report_count=1, disabled=0,
               availability_zone="nova", rpc_current_version="3.16", object_current_version="1.38", uuid=u("service " + host))
    if binary != "cinder-volume":
        row["uuid"] = u("service %s %s" % (binary, host))
    row.update(more)
    add("cinder", "services", **row)
    return last("cinder", "services")


def attachment(name, volume_id, instance=None, **more):
    row = dict(created_at=OLD, updated_at=OLD, deleted=0, id=u(name), volume_id=volume_id, attached_host=LIVE, instance_uuid=instance,
               attach_status="attached")
    row.update(more)
    add("cinder", "volume_attachment", **row)
    return row["id"]


def backup(name, **more):
    row = dict(created_at=OLD, updated_at=OLD, deleted=0, id=u(name), volume_id=u("no volume"), project_id="aud-project", host=LIVE,
               display_name=name, status="available", size=1, num_dependent_backups=0)
    row.update(more)
    add("cinder", "backups", **row)
    return row["id"]


def snapshot(name, volume_id, **more):
    row = dict(created_at=OLD, updated_at=OLD, deleted=0, id=u(name), volume_id=volume_id, project_id="aud-project", status="available",
               display_name=name, volume_size=1, volume_type_id=value("cinder", "SELECT MIN(id) FROM volume_types"))
    row.update(more)
    add("cinder", "snapshots", **row)
    return row["id"]


# ---- nova
def instance(name, without=(), cell="nova", mapped=None, **more):
    """Whole, but for what stands in without: cache flavor root mapping spec allocation."""
    row = dict(created_at=OLD, updated_at=OLD, launched_at=OLD, deleted=0, uuid=u(name), project_id="aud-project", user_id="aud", host=LIVE,
               node=LIVE, display_name=name, vm_state="active", power_state=1, memory_mb=64, vcpus=1, root_gb=1, hidden=0)
    row.update(more)
    add(cell, "instances", **row)
    parts = {
        "cache": lambda: add(cell, "instance_info_caches", created_at=OLD, deleted=0, instance_uuid=row["uuid"], network_info="[]"),
        "flavor": lambda: add(cell, "instance_extra", created_at=OLD, deleted=0, instance_uuid=row["uuid"], flavor="{}"),
        "root": lambda: bdm(row["uuid"], cell=cell, boot_index=0, source_type="image", destination_type="local"),
        "mapping": lambda: add("nova_api", "instance_mappings", created_at=OLD, instance_uuid=row["uuid"], project_id="aud-project",
                               cell_id=mapped or cell_id(), queued_for_delete=0, user_id="aud"),
        "spec": lambda: spec(row["uuid"]),
        "allocation": lambda: allocation(row["uuid"], row["node"] or LIVE),
    }
    for part, make in parts.items():
        if part not in without:
            make()
    return row["uuid"]


def spec(instance_uuid, **fields):
    data = {"force_hosts": None, "ignore_hosts": None}
    data.update(fields)
    rows("nova_api", "DELETE FROM request_specs WHERE instance_uuid = %s", (instance_uuid,))
    add("nova_api", "request_specs", created_at=OLD, instance_uuid=instance_uuid, spec=json.dumps({"nova_object.data": data}))


def bdm(instance_uuid, cell="nova", **more):
    row = dict(created_at=OLD, updated_at=OLD, deleted=0, instance_uuid=instance_uuid, source_type="volume", destination_type="volume",
               device_name="/dev/vdb")
    row.update(more)
    add(cell, "block_device_mapping", **row)
    return last(cell, "block_device_mapping")


def compute_version():
    return value("nova", "SELECT COALESCE(MAX(version), 64) FROM services WHERE `binary` = 'nova-compute' AND deleted = 0")


def nova_service(host, binary="nova-compute", at=None, cell="nova", mapped=True, **more):
    row = dict(created_at=OLD, updated_at=NOW, last_seen_up=at or NOW, deleted=0, host=host, binary=binary,
               topic=binary.replace("nova-", ""), report_count=1, disabled=0, forced_down=0, uuid=u("nova service %s %s %s" % (binary, host, cell)),
               version=compute_version())
    row.update(more)
    add(cell, "services", **row)
    if mapped:
        add("nova_api", "host_mappings", created_at=OLD, cell_id=cell_id(), host=host)
    return last(cell, "services")


def cell_id():
    return value("nova_api", "SELECT MAX(id) FROM cell_mappings WHERE name = 'cell1'")


def node(host, name=None, provider=True, **more):
    name = name or host
    row = dict(created_at=OLD, updated_at=NOW, deleted=0, vcpus=8, memory_mb=8192, local_gb=100, vcpus_used=0, memory_mb_used=0, local_gb_used=0,
               hypervisor_type="fake", hypervisor_version=1, cpu_info="{}", hypervisor_hostname=name, host=host,
               uuid=u("node %s %s" % (host, name)))
    row.update(more)
    add("nova", "compute_nodes", **row)
    if provider:
        resource_provider(name, row["uuid"])
    return last("nova", "compute_nodes")


def compute(host):
    nova_service(host)
    node(host)


def resource_provider(name, uuid_, **more):
    add("placement", "resource_providers", created_at=OLD, uuid=uuid_, name=name, generation=1, **more)
    provider = last("placement", "resource_providers")
    rows("placement", "UPDATE resource_providers SET root_provider_id = id WHERE id = %s", (provider,))
    for kind, total in ((0, 8), (1, 8192)):
        add("placement", "inventories", resource_provider_id=provider, resource_class_id=kind, total=total, reserved=0, min_unit=1,
            max_unit=total, step_size=1, allocation_ratio=100.0)
    return provider


def allocation(consumer, provider_name, used=1, kind=1):
    found = rows("placement", "SELECT id FROM resource_providers WHERE name = %s", (provider_name,))
    provider = found[0]["id"] if found else value("placement", "SELECT MIN(id) FROM resource_providers")
    add("placement", "allocations", created_at=OLD, resource_provider_id=provider, consumer_id=consumer, resource_class_id=kind, used=used)


def standard_attribute(kind):
    add("neutron", "standardattributes", resource_type=kind, created_at=OLD, updated_at=OLD, revision_number=0)
    return last("neutron", "standardattributes")


def port(name, instance_uuid, host=LIVE, waits_for=(), **more):
    """Bound to the host, as ML2 writes it."""
    row = dict(project_id="aud-project", id=u(name), name=name, network_id=value("neutron", "SELECT MIN(id) FROM networks") or u("network"),
               mac_address=u("mac " + name)[-17:], admin_state_up=1, status="ACTIVE", device_id=instance_uuid, device_owner="compute:nova",
               standard_attr_id=standard_attribute("ports"))
    row.update(more)
    add("neutron", "ports", **row)
    binding(row["id"], host)
    for entity in waits_for:
        add("neutron", "provisioningblocks", standard_attr_id=row["standard_attr_id"], entity=entity)
    return row["id"]


def binding(port_id, host, **more):
    row = dict(port_id=port_id, host=host, vif_type="ovs", vnic_type="normal", profile="", vif_details="", status="ACTIVE")
    row.update(more)
    add("neutron", "ml2_port_bindings", **row)


def agent(host, at=None, kind="Open vSwitch agent", binary="neutron-openvswitch-agent", **more):
    row = dict(id=u("agent %s %s" % (host, kind)), agent_type=kind, binary=binary, topic="N/A", host=host, admin_state_up=1, created_at=OLD,
               started_at=OLD, heartbeat_timestamp=at or NOW, configurations="{}", load=0)
    row.update(more)
    add("neutron", "agents", **row)
    return "%s %s" % (binary, host)


def migration(instance_uuid, **more):
    row = dict(created_at=OLD, updated_at=OLD, deleted=0, uuid=u("migration %s %s" % (instance_uuid, sorted(more.items(), key=str))), hidden=0, source_compute=LIVE,
               dest_compute="aud-other", instance_uuid=instance_uuid, migration_type="evacuation", status="accepted", cross_cell_move=0)
    row.update(more)
    add("nova", "migrations", **row)
    return last("nova", "migrations")


def attached(name, **more):
    """A volume, its attachment and its mapping, as they should be."""
    vm = instance(name + " vm")
    vid = volume(name, status="in-use", attach_status="attached", **more)
    aid = attachment(name + " attachment", vid, vm)
    bdm(vm, volume_id=vid, attachment_id=aid)
    return vm, vid, aid


CEPH = []    # what the cluster has that tests/storage/fake.c is: cluster()
SECRET = "RBDSECRETKEY=="    # in connection_info, and to be shown nowhere


def image_of(vm):
    return "volumes/volume-" + value("nova", "SELECT volume_id FROM block_device_mapping WHERE instance_uuid = %s AND volume_id IS NOT NULL", (vm,))


def connect(vm, user="cinder", monitors=False, multiattach=False):
    """How its compute reaches its disk, as cinder's driver for Ceph says it."""
    data = {"name": image_of(vm), "auth_username": user, "keyring": SECRET}
    if monitors:
        data.update(hosts=["192.0.2.1"], ports=["6789"])
    info = {"driver_volume_type": "rbd", "data": data, "multiattach": multiattach}
    rows("nova", "UPDATE block_device_mapping SET connection_info = %s WHERE instance_uuid = %s AND volume_id IS NOT NULL", (json.dumps(info), vm))


def on_ceph(name, *lines):
    """An instance with a disk on Ceph, and what that has of it: IMAGE stands for its name."""
    vm = attached(name)[0]
    connect(vm)
    CEPH.append("image %s 61" % image_of(vm))
    CEPH.extend(line.replace("IMAGE", image_of(vm)) for line in lines)
    return vm


def entry(address, hours):
    """On the blocklist for so long."""
    until = value("cinder", "SELECT DATE_FORMAT(UTC_TIMESTAMP() + INTERVAL %s HOUR, '%%Y-%%m-%%dT%%H:%%i:%%s.000000+0000')", (hours,))
    CEPH.append("entry %s %s" % (address, until))
    return until


def cluster(tool, more=()):
    """From now on this tool's runs in the environment that is given back ask Ceph, and see what was planted."""
    made = fake_ceph.Cluster(tool)
    made.put(*CEPH, *more)
    return made.env


def foundation():
    CEPH.clear()
    cinder_service(LIVE + "@ceph")
    cinder_service(LIVE, "cinder-backup")
    compute(LIVE)


# ---- A: cinder
@plant
def volume_without_bdm():
    return volume("a01", status="in-use"), attached("a01 near")[1]


@plant
def volume_in_use_without_attachment():
    near = volume("a02 near", status="in-use")
    attachment("a02 near a", near, u("a02 vm"))
    return volume("a02", status="in-use"), near


@plant
def volume_free_but_attached():
    found, near = volume("a03"), volume("a03 near", status="in-use")
    attachment("a03 a", found, u("a03 vm"))
    attachment("a03 near a", near, u("a03 vm"))
    attachment("a03 near b", volume("a03 near 2"), u("a03 vm"), attach_status="reserved")
    return found, near


@plant
def bdm_without_volume():
    found, near = instance("a04"), instance("a04 near")
    bdm(found, volume_id=u("a04 gone"))
    bdm(near, volume_id=volume("a04 there", status="in-use"))
    return found, near


@plant
def bdm_without_attachment():
    found = instance("a05")
    bdm(found, volume_id=volume("a05 v", status="in-use"), attachment_id=u("a05 gone"))
    return found, attached("a05 near")[0]


@plant
def attachment_without_bdm():
    vm, vid, aid = attached("a06")
    legacy = instance("a06 legacy")
    vol = volume("a06 legacy v", status="in-use")
    near = attachment("a06 legacy a", vol, legacy)
    bdm(legacy, volume_id=vol)          # of before nova 17: the mapping knows no attachment
    return attachment("a06 left over", vid, vm, attach_status="reserved"), near


@plant
def attachment_of_unknown_instance():
    return attachment("a07", volume("a07 v", status="in-use"), u("a07 gone")), attached("a07 near")[2]


@plant
def attachment_on_other_host():
    vm = instance("a08")
    vid = volume("a08 v", status="in-use")
    found = attachment("a08 a", vid, vm, attached_host="aud-old")
    bdm(vm, volume_id=vid, attachment_id=found)
    moving = instance("a08 near", task_state="migrating")
    return found, attachment("a08 near a", volume("a08 near v", status="in-use"), moving, attached_host="aud-old")


@plant
def volume_attached_twice():
    found, near = volume("a09", status="in-use"), volume("a09 near", status="in-use", multiattach=1)
    for vid in (found, near):
        attachment(vid + "1", vid, u("a09 vm1"))
        attachment(vid + "2", vid, u("a09 vm2"))
    return found, near


@plant
def volume_in_two_instances():
    found, near = volume("a10", status="in-use"), volume("a10 near", status="in-use", multiattach=1)
    for vid in (found, near):
        bdm(instance("a10 1" + vid), volume_id=vid)
        bdm(instance("a10 2" + vid), volume_id=vid)
    return found, near


@plant
def backend_without_service():
    """A cluster serves what its members' hosts name, as long as one member lives."""
    cinder_service("aud-member@aud", cluster_name="aud-c@ceph")
    volume("a11", host="aud-none@ceph#ceph", cluster_name="aud-dead@ceph#ceph")
    volume("a11 near", host="aud-none2@ceph#ceph", cluster_name="aud-c@ceph#ceph")
    return "aud-none@ceph", "aud-none2@ceph"


@plant
def backend_down():
    cinder_service("aud-down@ceph", at=OLD, cluster_name="aud-dead@ceph")
    volume("a12", host="aud-down@ceph#ceph", cluster_name="aud-dead@ceph#ceph")
    cinder_service("aud-down2@ceph", at=OLD, cluster_name="aud-live@ceph")
    cinder_service("aud-up2@ceph", cluster_name="aud-live@ceph")
    volume("a12 near", host="aud-down2@ceph#ceph", cluster_name="aud-live@ceph#ceph")
    return "aud-down@ceph", "aud-down2@ceph"


@plant
def backup_host_dead():
    backup("a13", host="aud-nobackup")
    backup("a13 near")
    return "aud-nobackup", LIVE


@plant
def cinder_service_twice():
    for i in "12":
        cinder_service("aud-twice@ceph", uuid=u("aud-twice" + i))
    cinder_service("aud-Twice@nvme")
    return "cinder-volume aud-twice@ceph", "cinder-volume aud-Twice@nvme"


@plant
def cinder_version_drift():
    cinder_service("aud-b1", "cinder-aud", at=OLD, rpc_current_version="3.0")
    cinder_service("aud-b2", "cinder-aud", rpc_current_version="3.16")
    for host in ("aud-b1", "aud-b2"):
        cinder_service(host, "cinder-near", rpc_current_version="2.1")
    return "cinder-aud", "cinder-near"


@plant
def volume_service_uuid():
    cinder_service("aud-uuid@ceph")
    volume("a16", host="aud-uuid@ceph#ceph", service_uuid=u("service " + LIVE + "@ceph"))
    cinder_service("aud-uuid2@ceph")
    volume("a16 near", host="aud-uuid2@ceph#ceph", service_uuid=u("service aud-uuid2@ceph"))
    return "aud-uuid@ceph", "aud-uuid2@ceph"


@plant
def volume_without_pool():
    cinder_service("aud-pool@ceph")
    for host in ("aud-pool@ceph", "aud-pool@ceph#p1", "aud-pool2@ceph", ):
        volume("a17 " + host, host=host)
    return "aud-pool@ceph", "aud-pool2@ceph"


@plant
def volume_host_twins():
    cinder_service("aud-twin@ceph")
    volume("a18 1", host="AUD-twin@ceph#ceph")
    volume("a18 2", host="aud-twin@ceph#ceph")
    volume("a18 3", host="aud_twin@ceph#ceph")
    return "AUD-twin@ceph#ceph", "aud_twin@ceph#ceph"


@plant
def volume_cluster_differs():
    add("cinder", "clusters", created_at=OLD, deleted=0, name="good@ceph", binary="cinder-volume", race_preventer=0, frozen=0)
    cinder_service("aud-cl@ceph", cluster_name="good@ceph")
    volume("a19", host="aud-cl@ceph#ceph", cluster_name="bad@ceph#ceph")
    cinder_service("aud-cl2@ceph", cluster_name="good@ceph")
    volume("a19 near", host="aud-cl2@ceph#ceph", cluster_name="good@ceph#ceph")
    return "aud-cl@ceph", "aud-cl2@ceph"


@plant
def volume_stuck():
    return volume("a20", status="detaching"), volume("a20 near", status="detaching", updated_at=NOW)


@plant
def volume_backup_gone():
    near = volume("a21 near", status="backing-up")
    backup("a21 b", volume_id=near, status="creating")
    return volume("a21", status="backing-up"), near


@plant
def worker_orphan():
    dead = cinder_service("aud-wdead@ceph", at=OLD)
    alive = cinder_service("aud-walive@ceph")
    ids = []
    for name, service in (("a22", dead), ("a22 near", alive)):
        add("cinder", "workers", created_at=OLD, updated_at=OLD, deleted=0, resource_type="Volume", resource_id=volume(name, status="creating"),
            status="creating", service_id=service)
        ids.append(str(last("cinder", "workers")))
    return tuple(ids)


@plant
def snapshot_of_deleted_volume():
    gone = volume("a23 v", deleted=1, deleted_at=OLD, status="deleted")
    return snapshot("a23", gone), snapshot("a23 near", volume("a23 near v"))


@plant
def cinder_deleted_flag():
    volume("a24", deleted=1, deleted_at=None, status="deleted")
    snapshot("a24 near", volume("a24 near v"), deleted=1, deleted_at=OLD)
    return "volumes", "snapshots"


@plant
def image_cache_host():
    ids = []
    for name, host in (("a25", "aud-elsewhere@ceph#ceph"), ("a25 near", LIVE + "@ceph#ceph")):
        add("cinder", "image_volume_cache_entries", host=host, image_id=u("image"), image_updated_at=OLD, volume_id=volume(name), size=1,
            last_used=OLD)
        ids.append(str(last("cinder", "image_volume_cache_entries")))
    return tuple(ids)


@plant
def group_on_other_backend():
    for name, host in (("a26", "aud-group@ceph#ceph"), ("a26 near", LIVE + "@ceph#other")):
        add("cinder", "groups", created_at=OLD, deleted=0, id=u(name), name=name, host=host, status="available")
        volume(name + " v", group_id=u(name))
    return u("a26"), u("a26 near")


@plant
def volume_migration_stale():
    return volume("a27", migration_status="target:x"), volume("a27 near", migration_status="success")


@plant
def backup_chain_broken():
    whole = backup("a28 parent", num_dependent_backups=1)
    return backup("a28", parent_id=u("a28 gone")), backup("a28 near", parent_id=whole)


@plant
def backup_dependents():
    near = backup("a29 near", num_dependent_backups=1)
    backup("a29 child", parent_id=near)
    return backup("a29", num_dependent_backups=2), near


def usage(project, resource, in_use, race=None):
    add("cinder", "quota_usages", created_at=OLD, updated_at=OLD, deleted=0, project_id=project, resource=resource, in_use=in_use, reserved=0,
        race_preventer=race)


@plant
def quota_drift():
    usage("aud-q", "volumes", 5, 1)
    volume("a30", project_id="aud-q")
    usage("aud-q2", "volumes", 1, 1)
    volume("a30 near", project_id="aud-q2")
    volume("a30 near target", project_id="aud-q2", use_quota=0, migration_status="target:x")
    temporary = volume("a30 near temporary", project_id="aud-q2", use_quota=0)
    add("cinder", "volume_admin_metadata", created_at=OLD, deleted=0, volume_id=temporary, key="temporary", value="True")
    return "aud-q", "aud-q2"


@plant
def snapshot_error_deleting():
    vid = volume("a47 v")
    return snapshot("a47", vid, status="error_deleting"), snapshot("a47 near", vid, status="error")


@plant
def cinder_service_down():
    cinder_service("aud-sdown", "cinder-scheduler", at=OLD, rpc_current_version=None, object_current_version=None)
    cinder_service("aud-sup", "cinder-scheduler", rpc_current_version=None, object_current_version=None)
    return "cinder-scheduler aud-sdown", "cinder-scheduler aud-sup"


@plant
def quota_usage_twice():
    usage("aud-t", "gigabytes", 1)
    usage("aud-t", "gigabytes", 1)
    usage("aud-t2", "gigabytes", 1, 1)
    usage("aud-t2", "backups", 1, 1)
    return "aud-t", "aud-t2"


@plant
def volume_zone_differs():
    cinder_service("aud-zone@ceph", availability_zone="az2")
    volume("a32", host="aud-zone@ceph#ceph")
    return "aud-zone@ceph", LIVE + "@ceph"


@plant
def volume_without_host():
    return volume("a33", host=None, status="error"), volume("a33 near", host=None, status="creating", created_at=NOW, updated_at=NOW)


@plant
def attachment_stuck():
    vid = volume("a34 v", status="reserved")
    return (attachment("a34", vid, u("a34 vm"), attach_status="reserved"),
            attachment("a34 near", vid, u("a34 vm2"), attach_status="reserved", updated_at=NOW))


@plant
def attachment_without_instance():
    return (attachment("a35", volume("a35 v")), attachment("a35 near", volume("a35 near v", status="backing-up")))


@plant
def bdm_attachment_disagree():
    vm = instance("a36")
    vid, other = volume("a36 v", status="in-use"), volume("a36 other", status="in-use")
    bdm(vm, volume_id=vid, attachment_id=attachment("a36 a", other, vm))
    return vm, attached("a36 near")[0]


@plant
def backup_in_flight_dead():
    return backup("a37", host="aud-bdead", status="creating"), backup("a37 near", status="creating")


@plant
def backend_disabled():
    cinder_service("aud-dis@ceph", disabled=1, disabled_reason="new disks")
    cinder_service("aud-dis2@ceph", disabled=1, disabled_reason="new disks")
    volume("a38", host="aud-dis@ceph#ceph", service_uuid=u("service aud-dis@ceph"))
    return "aud-dis@ceph", "aud-dis2@ceph"


@plant
def cinder_disabled_without_reason():
    cinder_service("aud-why@ceph", disabled=1, disabled_reason=" ")
    cinder_service("aud-why2@ceph", disabled=1, disabled_reason="disk")
    return "cinder-volume aud-why@ceph", "cinder-volume aud-why2@ceph"


@plant
def snapshot_stuck():
    vid = volume("a40 v")
    return snapshot("a40", vid, status="deleting"), snapshot("a40 near", vid, status="deleting", updated_at=NOW)


@plant
def backup_stuck():
    return backup("a41", status="deleting"), backup("a41 near", status="deleting", updated_at=NOW)


@plant
def cluster_unknown():
    add("cinder", "clusters", created_at=OLD, deleted=0, name="aud-known@ceph", binary="cinder-volume", race_preventer=0, frozen=0)
    volume("a42", cluster_name="aud-gone@ceph#ceph")
    volume("a42 near", cluster_name="aud-known@ceph#ceph")
    return "aud-gone@ceph", "aud-known@ceph"


@plant
def cinder_deleted_parent():
    gone = volume("a43", deleted=1, deleted_at=OLD, status="deleted")
    add("cinder", "volume_metadata", created_at=OLD, deleted=0, volume_id=gone, key="k", value="v")
    add("cinder", "volume_admin_metadata", created_at=OLD, deleted=1, deleted_at=OLD, volume_id=gone, key="k", value="v")
    return "volume_metadata", "volume_admin_metadata"


@plant
def reservation_expired():
    for project, expire in (("aud-r", OLD), ("aud-r2", "2099-01-01")):
        usage(project, "volumes", 0, 1)
        add("cinder", "reservations", created_at=OLD, deleted=0, uuid=u(project), project_id=project, resource="volumes", delta=1, expire=expire)
    return "aud-r", "aud-r2"


@plant
def volume_service_deleted():
    cinder_service("aud-sdel@ceph", deleted=1, deleted_at=OLD)
    volume("a45", service_uuid=u("service aud-sdel@ceph"))
    return u("service aud-sdel@ceph"), u("service " + LIVE + "@ceph")


@plant
def volume_error_deleting():
    return volume("a46", status="error_deleting"), volume("a46 near", status="error")


# ---- N: nova
@plant
def instances_host_without_service():
    instance("n01", host="aud-noservice", node=LIVE)
    return "aud-noservice", LIVE


@plant
def instances_host_down():
    nova_service("aud-ndown", at=OLD)
    instance("n02", host="aud-ndown", node=LIVE)
    nova_service("aud-ndown2", at=OLD)
    return "aud-ndown", "aud-ndown2"


@plant
def instances_host_service_deleted():
    nova_service("aud-ndel", deleted=77001, deleted_at=OLD, mapped=False)
    instance("n03", host="aud-ndel", node=LIVE)
    nova_service("aud-nback", deleted=77002, deleted_at=OLD, mapped=False)
    nova_service("aud-nback", uuid=u("aud-nback again"))
    instance("n03 near", host="aud-nback", node=LIVE)
    return "aud-ndel", "aud-nback"


@plant
def instances_without_compute_node():
    nova_service("aud-nonode")
    instance("n04", host="aud-nonode", node="aud-nonode")
    return "aud-nonode", LIVE


@plant
def instance_node_of_other_host():
    compute("aud-n5")
    return instance("n05", node="aud-n5"), instance("n05 near", host="aud-n5", node="aud-n5")


@plant
def instance_active_without_host():
    return instance("n06", host=None, node=None), instance("n06 near", host=None, node=None, vm_state="shelved_offloaded")


@plant
def instance_without_mapping():
    return instance("n07", without=("mapping",)), instance("n07 near")


@plant
def instance_mapped_to_other_cell():
    return instance("n08", mapped=value("nova_api", "SELECT MIN(id) FROM cell_mappings")), instance("n08 near")


@plant
def mapping_without_instance():
    add("nova_api", "instance_mappings", created_at=OLD, instance_uuid=u("n09"), project_id="p", cell_id=cell_id(), queued_for_delete=0)
    return u("n09"), instance("n09 near", deleted=77009, deleted_at=OLD)


@plant
def cell0_leftover():
    cell0 = value("nova_api", "SELECT MIN(id) FROM cell_mappings")
    bare = ("root", "spec", "allocation", "cache", "flavor")
    return (instance("n10", cell="nova_cell0", mapped=cell0, without=bare),
            instance("n10 near", cell="nova_cell0", mapped=cell0, without=bare, host=None, node=None, vm_state="error"))


@plant
def instance_in_two_cells():
    vm = instance("n11")
    instance("n11", cell="nova_cell0", without=("mapping", "root", "spec", "allocation", "cache", "flavor"))
    near = instance("n11 near")
    instance("n11 near", cell="nova_cell0", without=("mapping", "root", "spec", "allocation", "cache", "flavor"), deleted=77011, deleted_at=OLD)
    return vm, near


@plant
def evacuation_unfinished():
    found, near = instance("n12"), instance("n12 near")
    migration(found)
    migration(near, updated_at=NOW)
    return found, near


def attempt(instance_uuid, **more):
    """An evacuation that a compute began to build, and what it left of it."""
    add("nova", "instance_actions", created_at=OLD, deleted=0, action="evacuate", instance_uuid=instance_uuid, request_id="req-" + u(instance_uuid),
        start_time=OLD)
    row = dict(created_at=OLD, deleted=0, action_id=last("nova", "instance_actions"), event="compute_rebuild_instance", start_time=OLD,
               finish_time=OLD, result="Error", host="aud-other", details="MessagingTimeout",
               traceback="  in _do_rebuild_instance\n    instance.save(expected_task_state=[task_states.REBUILD_SPAWNING])\n")
    row.update(more)
    add("nova", "instance_actions_events", **row)


@plant
def evacuation_guest_may_run():
    found, near = instance("n45"), instance("n45 near")
    attempt(found, host=LIVE.upper())   # another host than the instance's, whatever the collation says
    attempt(near)
    attempt(near, result="Success", traceback=None)
    return found, near


@plant
def evacuation_not_cleaned_up():
    vm = instance("n13")
    migration(vm, source_compute="aud-tomb", status="done")
    migration(vm, source_compute="aud-tomb2", status="completed")
    return "aud-tomb", "aud-tomb2"


@plant
def evacuation_copy_runs():
    found, near = instance("n46"), instance("n46 near")
    nova_service("aud-healed", version=61)               # reports since, and was not restarted
    migration(found, source_compute="aud-healed", status="done")
    nova_service("aud-healed2", at=OLD, version=61)
    migration(near, source_compute="aud-healed2", status="done")
    return found, near


@plant
def instance_rebuilding_alone():
    near = instance("n14 near", task_state="rebuild_spawning")
    migration(near, status="pre-migrating")
    return instance("n14", task_state="rebuilding"), near


@plant
def instance_task_stuck():
    return instance("n15", task_state="powering-off"), instance("n15 near", task_state="powering-off", updated_at=NOW)


@plant
def instance_deleting_stuck():
    return instance("n16", task_state="deleting"), instance("n16 near", task_state="deleting", updated_at=NOW)


@plant
def deleted_instance_bdm():
    found, near = instance("n17", deleted=77017, deleted_at=OLD), instance("n17 near", deleted=77018, deleted_at=OLD)
    bdm(found, volume_id=u("n17 v"))
    bdm(near, volume_id=u("n17 v2"), deleted=77019, deleted_at=OLD)
    return found, near


@plant
def deleted_instance_children():
    # other plants leave live extras of deleted instances: this one looks at the caches alone
    rows("nova", "UPDATE instance_extra AS x JOIN instances AS i ON i.uuid = x.instance_uuid SET x.deleted = x.id WHERE i.deleted <> 0")
    instance("n18", deleted=77020, deleted_at=OLD, without=("flavor",))
    return "instance_info_caches", "instance_extra"


@plant
def instance_without_request_spec():
    return instance("n19", without=("spec",)), instance("n19 near")


@plant
def request_spec_unknown_host():
    found, near = instance("n20"), instance("n20 near")
    spec(found, force_hosts=["aud-nowhere"])
    spec(near, force_hosts=[LIVE])
    return found, near


@plant
def request_spec_ignores_hosts():
    found, near = instance("n21"), instance("n21 near")
    spec(found, ignore_hosts=["aud-ignored"])
    spec(near, ignore_hosts=[])
    return found, near


@plant
def compute_node_twice():
    nova_service("aud-two1")
    nova_service("aud-two2")
    node("aud-two1", "aud-two", uuid=u("two1"))
    node("aud-two2", "aud-two", uuid=u("two2"), provider=False)
    node("aud-two2", "aud-gone-node", deleted=77022, deleted_at=OLD, uuid=u("two3"))
    node("aud-two1", "aud-gone-node", uuid=u("two4"), provider=False)
    return "aud-two", "aud-gone-node"


@plant
def compute_node_without_service():
    node("aud-lonely")
    return "aud-lonely", LIVE


@plant
def compute_without_node():
    nova_service("aud-nn")
    nova_service("aud-nn2", created_at=NOW)
    return "aud-nn", "aud-nn2"


@plant
def host_mapping_without_service():
    add("nova_api", "host_mappings", created_at=OLD, cell_id=cell_id(), host="aud-hm")
    return "aud-hm", LIVE


@plant
def compute_without_mapping():
    nova_service("aud-unmapped", mapped=False)
    return "aud-unmapped", LIVE


@plant
def nova_service_twice():
    # the unique key ignores case, but not blanks in front
    nova_service("aud-st")
    nova_service(" aud-st", mapped=False)
    return "nova-compute  aud-st", "nova-compute " + LIVE


@plant
def nova_disabled_without_reason():
    nova_service("aud-nwhy", disabled=1)
    nova_service("aud-nwhy2", disabled=1, disabled_reason="disk")
    return "nova-compute aud-nwhy", "nova-compute aud-nwhy2"


@plant
def nova_version_drift():
    nova_service("aud-v1", binary="nova-aud", version=60, mapped=False)
    nova_service("aud-v2", binary="nova-aud", version=61, mapped=False)
    nova_service("aud-v3", binary="nova-near", version=61, mapped=False)
    return "nova-aud", "nova-near"


@plant
def compute_forced_down_alive():
    nova_service("aud-forced", forced_down=1)
    nova_service("aud-forced2", forced_down=1, at=OLD)
    return "aud-forced", "aud-forced2"


@plant
def migration_stuck():
    found, near = instance("n32"), instance("n32 near")
    migration(found, migration_type="resize", status="migrating")
    migration(near, migration_type="resize", status="finished")
    return found, near


@plant
def instance_without_info_cache():
    return instance("n33", without=("cache",)), instance("n33 near")


@plant
def instance_without_flavor():
    return instance("n34", without=("flavor",)), instance("n34 near")


@plant
def bdm_twice():
    found, near = instance("n35"), instance("n35 near")
    for i in range(2):
        bdm(found, volume_id=u("n35 v"))
        bdm(near, volume_id=u("n35 near v%d" % i))
    return found, near


@plant
def instance_without_root():
    return instance("n36", without=("root",)), instance("n36 near")


@plant
def instance_host_twins():
    nova_service("aud-Case")
    instance("n37", host="aud-case", node=LIVE)
    return "aud-case", LIVE


@plant
def nova_deleted_flag():
    instance("n38", deleted=77038, deleted_at=None, without=("flavor",))
    migration(instance("n38 near"), deleted=77039, deleted_at=OLD, status="done")
    return "instances", "migrations"


@plant
def build_request_stale():
    for name, at in (("n40", OLD), ("n40 near", NOW)):
        add("nova_api", "build_requests", created_at=at, project_id="p", instance_uuid=u(name), instance="{}")
    return u("n40"), u("n40 near")


@plant
def compute_node_stale():
    nova_service("aud-stale")
    node("aud-stale", updated_at=OLD)
    return "aud-stale", LIVE


@plant
def instance_in_error():
    return instance("n42", vm_state="error"), instance("n42 near", vm_state="stopped")


@plant
def instance_compute_id():
    of_live = value("nova", "SELECT id FROM compute_nodes WHERE hypervisor_hostname = %s AND deleted = 0", (LIVE,))
    return instance("n39", compute_id=47110000), instance("n39 near", compute_id=of_live)


@plant
def compute_in_two_cells():
    for host in ("aud-c1", "aud-c2"):
        nova_service(host)
    if SECOND_CELL:
        nova_service("aud-c1", cell=SECOND_CELL, mapped=False)
        nova_service("aud-c2", cell=SECOND_CELL, mapped=False, deleted=77027, deleted_at=OLD)
    return "aud-c1", "aud-c2"


@plant
def nova_service_down():
    nova_service("aud-n43", "nova-aud43", at=OLD, mapped=False)
    nova_service("aud-n43", "nova-osapi_compute", at=OLD, mapped=False)
    return "nova-aud43 aud-n43", "nova-osapi_compute aud-n43"


@plant
def request_spec_down_host():
    nova_service("aud-n44", at=OLD)
    found, near = instance("n44"), instance("n44 near")
    spec(found, force_hosts=["aud-n44"])
    spec(near, force_hosts=[LIVE])
    return found, near


# ---- X: nova with cinder
@plant
def bdm_volume_free():
    found = volume("x01")
    bdm(instance("x01 vm"), volume_id=found)
    near = volume("x01 near")
    bdm(instance("x01 near vm", task_state="shelving"), volume_id=near)
    return found, near


@plant
def attachment_twice():
    found, near = volume("x02", status="in-use"), volume("x02 near", status="in-use")
    for i in range(2):
        attachment("x02 a%d" % i, found, u("x02 vm"))
        attachment("x02 near a%d" % i, near, u("x02 near vm%d" % i))
    return found, near


@plant
def bdm_attachment_not_attached():
    found = instance("x03")
    vid = volume("x03 v", status="reserved")
    bdm(found, volume_id=vid, attachment_id=attachment("x03 a", vid, found, attach_status="reserved"))
    near = instance("x03 near", vm_state="shelved_offloaded")
    vid = volume("x03 near v", status="reserved")
    bdm(near, volume_id=vid, attachment_id=attachment("x03 near a", vid, near, attach_status="reserved"))
    return found, near


@plant
def volume_of_other_project():
    found = attached("x04", project_id="aud-thief")[1]
    return found, attached("x04 near")[1]


@plant
def instance_volume_owner_dead():
    cinder_service("aud-xdead@ceph", at=OLD, cluster_name="aud-xdead@ceph")
    cinder_service("aud-xdead2@ceph", at=OLD, cluster_name="aud-xlive@ceph")
    cinder_service("aud-xlive@ceph", cluster_name="aud-xlive@ceph")
    return (attached("x05", host="aud-xdead@ceph#ceph", cluster_name="aud-xdead@ceph#ceph")[0],
            attached("x05 near", host="aud-xdead2@ceph#ceph", cluster_name="aud-xlive@ceph#ceph")[0])


@plant
def attachment_connector_host():
    ids = []
    for name, host in (("x06", "aud-before"), ("x06 near", LIVE)):
        vm = instance(name + " vm")
        vid = volume(name, status="in-use")
        ids.append(attachment(name + " a", vid, vm, connector=json.dumps({"host": host, "ip": "10.0.0.1", "multipath": False})))
        bdm(vm, volume_id=vid, attachment_id=ids[-1])
    return tuple(ids)


# ---- P: placement
@plant
def allocation_unknown_consumer():
    allocation(u("p01"), LIVE)
    near = migration(instance("p01 near vm"), status="migrating", migration_type="migration")
    near = value("nova", "SELECT uuid FROM migrations WHERE id = %s", (near,))
    allocation(near, LIVE)
    return u("p01"), near


@plant
def allocation_on_other_host():
    compute("aud-p2")
    found, near = instance("p02"), instance("p02 near", task_state="resize_migrating")
    allocation(found, "aud-p2")
    allocation(near, "aud-p2")
    return found, near


@plant
def instance_without_allocation():
    return instance("p03", without=("allocation",)), instance("p03 near", without=("allocation",), vm_state="shelved_offloaded")


@plant
def provider_without_compute_node():
    resource_provider("aud-rp", u("aud-rp"))
    near = resource_provider("aud-share", u("aud-share"))
    rows("placement", "DELETE FROM inventories WHERE resource_provider_id = %s", (near,))
    return u("aud-rp"), u("aud-share")


@plant
def compute_node_without_provider():
    nova_service("aud-norp")
    node("aud-norp", provider=False)
    return "aud-norp", LIVE


@plant
def provider_name_differs():
    nova_service("aud-renamed")
    node("aud-renamed", provider=False)
    resource_provider("aud-before", u("node aud-renamed aud-renamed"))
    return "aud-renamed", LIVE


@plant
def provider_overcommitted():
    resource_provider("aud-full", u("aud-full"))
    allocation(u("p07"), "aud-full", used=801, kind=0)
    resource_provider("aud-full2", u("aud-full2"))
    allocation(u("p07 near"), "aud-full2", used=800, kind=0)
    return u("aud-full"), u("aud-full2")


# ---- S: Ceph
@plant
def guest_cannot_write():
    return (on_ceph("s01", "lock IMAGE 192.0.2.7:0/5 4253 auto", "watch IMAGE 192.0.2.8:0/9 77 1"),
            on_ceph("s01 near", "lock IMAGE 192.0.2.8:0/10 78 auto", "watch IMAGE 192.0.2.8:0/10 78 1"))


@plant
def disk_open_twice():
    both = "watch IMAGE 192.0.2.7:0/6 4254 1", "watch IMAGE 192.0.2.8:0/11 79 1"
    near = on_ceph("s02 near", *both)
    rows("nova", "UPDATE instances SET task_state = 'migrating' WHERE uuid = %s", (near,))
    return on_ceph("s02", *both), near


@plant
def old_client_expires():
    on_ceph("s03")
    entry("192.0.2.7:0/12", hours=1)
    entry("192.0.2.7:0/13", hours=30)
    return "192.0.2.7:0/12", "192.0.2.7:0/13"


# ---- V: neutron
@plant
def port_on_other_host():
    return (port("v01", instance("v01 vm"), host="aud-before"),
            port("v01 near", instance("v01 near vm", task_state="migrating"), host="aud-before"))


@plant
def port_down_of_active():
    return (port("v02", instance("v02 vm"), status="DOWN", waits_for=("DHCP", "L2")),
            port("v02 near", instance("v02 near vm"), status="DOWN", admin_state_up=0))


@plant
def port_on_dead_host():
    nova_service("aud-empty", at=OLD)
    nova_service("aud-full3", at=OLD)
    return (port("v03", instance("v03 vm"), host="aud-empty"),
            port("v03 near", instance("v03 near vm", host="aud-full3", node="aud-full3"), host="aud-full3"))


@plant
def port_binding_left():
    found, near = port("v04", instance("v04 vm")), port("v04 near", instance("v04 near vm", task_state="migrating"))
    for left in (found, near):
        binding(left, "aud-before", status="INACTIVE", vif_type="unbound")
    return found, near


@plant
def network_agent_down():
    compute("aud-deaf")
    nova_service("aud-gone", at=OLD)
    return agent("aud-deaf", at=OLD), agent("aud-gone", at=OLD)
