#!/usr/bin/python3
"""The seeds that the real APIs make: volumes, snapshots, backups, a volume group and instances; then states by SQL.

usage: seed.py ENVIRONMENT-FILE     prints "uuid name" for every instance
"""
import sys

from sandbox_api import IMAGE, Sandbox

sandbox = Sandbox(sys.argv[1])
cinder, nova, neutron, rows, wait = sandbox.cinder, sandbox.nova, sandbox.neutron, sandbox.rows, sandbox.wait
POOLS = {"ceph": "ceph#ceph", "fast": "ceph#fast", "nvme": "nvme#nvme"}    # volume type: where it goes

# name: the types of its volumes, none for an image-backed one
ON_A = {"image-active-0": [], "image-active-1": [], "image-stopped-0": [], "image-error-0": [],
        "volume-active-0": ["ceph"], "volume-active-1": ["fast"], "volume-stopped-0": ["nvme"],
        "volume-error-0": ["ceph"], "volume-data-active-0": ["ceph", "nvme"],
        "image-paused-0": [], "image-shelved-0": [], "image-busy-0": [], "volume-rescued-0": ["fast"]}
ON_B = {"bystander-image-0": [], "bystander-volume-0": ["ceph"]}
FRONT, BACK = "aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000004"    # sql/networks.sql
# who has no port, two, or a virtual function of a network card; all others have one in FRONT
NO_PORTS, TWO_PORTS, DIRECT_PORT = ("image-error-0", "bystander-image-0"), ("image-active-1", "volume-data-active-0"), ("volume-active-1",)
# vm_state, power_state, task_state
STATES = {"stopped": ("stopped", 4, None), "error": ("error", 0, None), "paused": ("paused", 3, None),
          "shelved": ("shelved_offloaded", 4, None), "busy": ("active", 1, "powering-off"),
          "rescued": ("rescued", 1, None)}
SPARE_A = {"spare-ceph-0": "ceph", "spare-ceph-1": "ceph", "spare-fast-0": "fast", "spare-nvme-0": "nvme"}
SPARE_B = {"bystander-spare-0": "ceph", "bystander-spare-1": "nvme"}


def only(host):
    """New volumes go to the backends of this host; None: of any host."""
    # not by the API: cinder 28 answers 200 to enable and disable, and writes nothing (api/v3/services.py)
    rows("cinder", "update services set disabled = %s and binary substring_index(host, '@', 1) <> %s where `binary` = 'cinder-volume'",
         (host is not None, host or ""))
    # a question that was on its way can put back what the scheduler has just crossed out
    wait("the scheduler knows", lambda: {p["name"].split("@")[0] for p in cinder("GET", "/scheduler-stats/get_pools")["pools"]}
         == ({host} if host else {sandbox.a, sandbox.b, sandbox.c}))


def volume(name, kind, **more):
    return cinder("POST", "/volumes", {"volume": dict(size=1, name=name, volume_type=kind, **more)})["volume"]["id"]


def settled(table, ids, want="available"):
    states = [r["status"] for r in rows("cinder", "select status from %s where id in %%s" % table, (tuple(ids),))]
    bad = [s for s in states if s.startswith("error")]
    if bad:
        raise SystemExit("a row of %s became %s" % (table, bad[0]))
    return all(s == want for s in states)


def make_volumes(host, instances, spares):
    """The volumes of instances and the spare ones; answers {instance name: [volume id]} and {spare name: volume id}."""
    only(host)
    of_instances = {name: [volume("%s-vol%d" % (name, i), kind) for i, kind in enumerate(kinds)]
                    for name, kinds in instances.items() if kinds}
    of_spares = {name: volume(name, kind) for name, kind in spares.items()}
    ids = [v for vs in of_instances.values() for v in vs] + list(of_spares.values())
    wait("volumes", lambda: settled("volumes", ids))
    for name, kinds in list(instances.items()) + [(n, [k]) for n, k in spares.items()]:
        for i, vid in enumerate(of_instances.get(name) or [of_spares.get(name)] if kinds else []):
            where = rows("cinder", "select host from volumes where id = %s", (vid,))[0]["host"]
            assert where == "%s@%s" % (host, POOLS[kinds[i]]), (name, where)
    for vs in of_instances.values():
        cinder("POST", "/volumes/%s/action" % vs[0], {"os-set_bootable": {"bootable": True}})
        cinder("POST", "/volumes/%s/action" % vs[0], {"os-set_image_metadata": {"metadata": {
            "image_id": IMAGE, "disk_format": "raw", "container_format": "bare", "min_ram": "0", "min_disk": "0",
            "size": "1048576"}}})
    return of_instances, of_spares


def networks_of(name):
    if name in DIRECT_PORT:     # a port of this kind is not made by nova
        port = neutron("POST", "/ports", {"port": {"network_id": FRONT, "binding:vnic_type": "direct", "name": name,
                                                   "project_id": sandbox.env["SB_PROJECT"]}})
        return [{"port": port["port"]["id"]}]
    return "none" if name in NO_PORTS else [{"uuid": FRONT}] + ([{"uuid": BACK}] if name in TWO_PORTS else [])


def boot(host, names, volumes):
    answer = {}
    for name in names:
        server = {"name": name, "flavorRef": "sandbox-small", "networks": networks_of(name),
                  "availability_zone": "nova:" + host, "metadata": {"sandbox": "yes"}}
        if name in volumes:
            server["block_device_mapping_v2"] = [
                {"boot_index": 0 if i == 0 else None, "source_type": "volume", "destination_type": "volume",
                 "uuid": vid, "delete_on_termination": False} for i, vid in enumerate(volumes[name])]
        else:
            server["imageRef"] = IMAGE
        answer[name] = nova("POST", "/servers", {"server": server})["server"]["id"]
    return answer


types = {}
for kind, where in POOLS.items():
    backend, pool = where.split("#")
    types[kind] = cinder("POST", "/types", {"volume_type": {"name": kind, "extra_specs": {
        "volume_backend_name": backend, "pool_name": pool}}})["volume_type"]["id"]
nova("POST", "/flavors", {"flavor": {"name": "sandbox.small", "ram": 64, "vcpus": 1, "disk": 1, "id": "sandbox-small"}})

# a scheduler that has not heard of a pool would call a volume's creation an error
wait("pools", lambda: len(cinder("GET", "/scheduler-stats/get_pools")["pools"]) == 3 * len(POOLS))
volumes_b, spares_b = make_volumes(sandbox.b, ON_B, SPARE_B)
volumes_a, spares_a = make_volumes(sandbox.a, ON_A, SPARE_A)
group_type = cinder("POST", "/group_types", {"group_type": {"name": "generic"}})["group_type"]["id"]
group = cinder("POST", "/groups", {"group": {"name": "group-0", "group_type": group_type,
                                             "volume_types": [types["ceph"]]}})["group"]["id"]

# while the group is made and the instances boot, the backups
instances = boot(sandbox.a, ON_A, volumes_a)
instances.update(boot(sandbox.b, ON_B, volumes_b))
backups = [cinder("POST", "/backups", {"backup": {"volume_id": vid, "name": "backup-" + name}})["backup"]["id"]
           for name, vid in (("spare-ceph-0", spares_a["spare-ceph-0"]), ("spare-nvme-0", spares_a["spare-nvme-0"]),
                             ("bystander-spare-0", spares_b["bystander-spare-0"]))]
snapshot = cinder("POST", "/snapshots", {"snapshot": {"volume_id": spares_a["spare-ceph-1"], "name": "snapshot-0"}}
                  )["snapshot"]["id"]
wait("the group", lambda: settled("`groups`", [group]))
member = volume("group-member-0", "ceph", group_id=group)
wait("the group's volume", lambda: settled("volumes", [member]))
wait("the snapshot", lambda: settled("snapshots", [snapshot]))
only(None)
wait("backups", lambda: settled("backups", backups))
made = {r["display_name"]: r["host"] for r in rows("cinder", "select display_name, host from backups")}
assert made == {"backup-spare-ceph-0": sandbox.a, "backup-spare-nvme-0": sandbox.a,
                "backup-bystander-spare-0": sandbox.b}, made


def booted():
    states = {r["display_name"]: r["vm_state"] for r in rows("nova", "select display_name, vm_state from instances")}
    bad = [name for name, state in states.items() if state == "error"]
    if bad:
        raise SystemExit("could not boot " + bad[0])
    return all(states.get(name) == "active" for name in instances)


wait("instances", booted)
wait("ports", lambda: all(p["status"] == "ACTIVE" for p in rows("neutron", "select status from ports")))
wait("attachments", lambda: settled("volumes", [v for vs in list(volumes_a.values()) + list(volumes_b.values())
                                                for v in vs], "in-use"))
for name, uuid in instances.items():
    for state, values in STATES.items():
        if "-%s-" % state in name:
            rows("nova", "update instances set vm_state = %s, power_state = %s, task_state = %s where uuid = %s",
                 values + (uuid,))
    print(uuid, name)
