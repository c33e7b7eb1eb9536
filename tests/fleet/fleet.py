# SPDX-License-Identifier: Apache-2.0
"""A cloud out of a seed, in the light sandbox's databases: hosts of some kinds in zones and racks, flavors, server groups, traits, aggregates, and
instances that stand where a scheduler could have put them. The same seed gives the same cloud."""
import json
import os
import random
import sys
import uuid
from dataclasses import dataclass, field

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from harness import A, connect, rows, value  # noqa: E402

CLASSES = ("VCPU", "MEMORY_MB", "DISK_GB")
KINDS = ((32, 128, 2000), (64, 256, 4000), (64, 512, 4000), (128, 1024, 8000))  # vCPU, GB of memory, GB of disk
CPU_RATIO = 4.0
SIZES = ((1, 1, 10), (1, 2, 20), (2, 4, 20), (2, 8, 40), (4, 16, 80), (8, 32, 160), (16, 64, 320))
TRAIT = "CUSTOM_FLEET"


@dataclass
class Host:
    name: str
    zone: str
    rack: str
    vcpus: int
    memory_mb: int
    disk_gb: int
    fast: bool       # in the aggregate that some flavors ask for
    trait: bool
    up: bool = True
    disabled: bool = False
    uuid: str = ""
    used: dict = field(default_factory=lambda: dict.fromkeys(CLASSES, 0))

    def capacity(self):
        return {"VCPU": int(self.vcpus * CPU_RATIO), "MEMORY_MB": self.memory_mb - 4096, "DISK_GB": self.disk_gb}


@dataclass
class Instance:
    uuid: str
    name: str
    host: Host
    needs: dict
    zone: str = None     # that its owner asked for
    fast: bool = False
    trait: bool = False
    group: int = None    # index into the cloud's groups
    state: str = "active"


class Cloud:
    def __init__(self, seed, hosts=12, instances=120):
        self.random = random.Random(seed)
        self.seed = seed
        zones = ["az%d" % n for n in range(1, 1 + self.random.randint(1, 3))]
        self.load = self.random.uniform(0.3, 0.95)
        self.hosts = [self.host(n, zones) for n in range(hosts)]
        self.groups = [self.random.choice(("anti-affinity", "affinity", "soft-anti-affinity", "soft-affinity")) for _ in range(instances // 15)]
        self.instances, self.members = [], {}
        for n in range(instances):
            self.boot(n)

    def id(self):
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def host(self, n, zones):
        vcpus, memory, disk = self.random.choice(KINDS)
        return Host(name="fleet-%04d" % n, zone=zones[n % len(zones)], rack="rack%d" % (n // 5), vcpus=vcpus, memory_mb=memory * 1024, disk_gb=disk,
                    fast=self.random.random() < 0.5, trait=self.random.random() < 0.5, up=self.random.random() > 0.04,
                    disabled=self.random.random() < 0.04, uuid=self.id())

    def boot(self, n):
        """Where a scheduler could have put it; a cloud that is as full as it shall be takes no more."""
        vcpus, memory, disk = self.random.choice(SIZES)
        i = Instance(uuid=self.id(), name="fleet-vm-%d" % n, host=None, needs={"VCPU": vcpus, "MEMORY_MB": memory * 1024, "DISK_GB": disk},
                     fast=self.random.random() < 0.1, trait=self.random.random() < 0.1,
                     group=self.random.randrange(len(self.groups)) if self.groups and self.random.random() < 0.3 else None,
                     state=self.random.choice(("active",) * 12 + ("stopped", "error", "paused")))
        fitting = [h for h in self.hosts if self.could_stand(i, h)]
        if not fitting:
            return
        i.host = self.random.choice(fitting)
        if self.random.random() < 0.5:
            i.zone = i.host.zone
        for c in CLASSES:
            i.host.used[c] += i.needs[c]
        self.instances.append(i)
        if i.group is not None:
            self.members.setdefault(i.group, []).append(i.host)

    def could_stand(self, i, h):
        members = self.members.get(i.group, [])
        policy = self.groups[i.group] if i.group is not None else None
        return (all(h.used[c] + i.needs[c] <= h.capacity()[c] * (self.load if c == "MEMORY_MB" else 1) for c in CLASSES)
                and (not i.fast or h.fast) and (not i.trait or h.trait)
                and not (policy == "anti-affinity" and h in members) and not (policy == "affinity" and members and h not in members))

    # ---- into the databases

    def write(self):
        put = Rows()
        put.hosts(self.hosts)
        put.instances(self)
        put.close()


def templates():
    """The seeded rows that are copied."""
    of_a = "BINARY host = BINARY '%s'" % A
    one = lambda database, table, where: rows(database, "SELECT * FROM `%s` WHERE %s LIMIT 1" % (table, where))[0]
    instance = one("nova", "instances", "display_name = 'image-active-0' AND deleted = 0")
    of_it = "instance_uuid = '%s'" % instance["uuid"]
    return {("nova", "services"): one("nova", "services", of_a + " AND `binary` = 'nova-compute'"), ("nova", "compute_nodes"): one("nova", "compute_nodes", of_a),
            ("nova", "instances"): instance, ("nova", "instance_extra"): one("nova", "instance_extra", of_it),
            ("nova", "instance_info_caches"): one("nova", "instance_info_caches", of_it),
            ("nova", "block_device_mapping"): one("nova", "block_device_mapping", of_it + " AND boot_index = 0 AND deleted = 0"),
            ("nova_api", "host_mappings"): one("nova_api", "host_mappings", of_a), ("nova_api", "instance_mappings"): one("nova_api", "instance_mappings", of_it),
            ("nova_api", "request_specs"): one("nova_api", "request_specs", of_it),
            ("placement", "resource_providers"): one("placement", "resource_providers", "name = '%s'" % A),
            ("placement", "consumers"): one("placement", "consumers", "1")}


EMPTIED = {"nova": ("services", "compute_nodes", "instances", "instance_extra", "instance_info_caches", "block_device_mapping", "migrations", "instance_actions",
                    "instance_actions_events"),
           "nova_api": ("host_mappings", "instance_mappings", "request_specs", "aggregates", "aggregate_hosts", "aggregate_metadata", "instance_groups",
                        "instance_group_policy", "instance_group_member"),
           "placement": ("resource_providers", "inventories", "allocations", "consumers", "resource_provider_traits", "placement_aggregates", "resource_provider_aggregates")}
TEMPLATES = {}


class Rows:
    """What was there goes; each row is a seeded one with some of its columns changed."""

    def __init__(self):
        if not TEMPLATES:
            TEMPLATES.update(templates())
            rows("placement", "INSERT IGNORE INTO traits (name) VALUES (%s)", (TRAIT,))
        self.trait = value("placement", "SELECT id FROM traits WHERE name = %s", (TRAIT,))
        self.connection = {d: connect(d) for d in EMPTIED}
        for database, tables in EMPTIED.items():
            with self.connection[database].cursor() as c:
                c.execute("SET foreign_key_checks = 0, unique_checks = 0")
                for table in tables:
                    c.execute("DELETE FROM `%s`" % table)

    def add(self, database, table, several):
        if not several:
            return
        template = TEMPLATES.get((database, table), {})
        columns = [c for c in template if c != "id" or "id" in several[0]] + [c for c in several[0] if c not in template]
        with self.connection[database].cursor() as c:
            c.executemany("INSERT INTO `%s` (%s) VALUES (%s)" % (table, ", ".join("`%s`" % n for n in columns), ", ".join(["%s"] * len(columns))),
                          [[{**template, **row}[n] for n in columns] for row in several])

    def hosts(self, hosts):
        now = value("nova", "SELECT UTC_TIMESTAMP()")
        self.add("nova", "services", [{"host": h.name, "uuid": str(uuid.uuid5(uuid.NAMESPACE_DNS, h.name)), "disabled": h.disabled,
                                       "last_seen_up": now if h.up else "2020-01-01 00:00:00"} for h in hosts])
        self.add("nova", "compute_nodes", [{"host": h.name, "hypervisor_hostname": h.name, "uuid": h.uuid, "vcpus": h.vcpus, "memory_mb": h.memory_mb, "local_gb": h.disk_gb,
                                            "vcpus_used": h.used["VCPU"], "memory_mb_used": h.used["MEMORY_MB"], "local_gb_used": h.used["DISK_GB"]} for h in hosts])
        self.add("nova_api", "host_mappings", [{"host": h.name} for h in hosts])
        groups = sorted({(h.zone, "availability_zone", h.zone) for h in hosts} | {(h.rack, None, None) for h in hosts}) + [("fast", "fleet_fast", "true")]
        self.add("nova_api", "aggregates", [{"id": n, "uuid": str(uuid.uuid5(uuid.NAMESPACE_DNS, g[0])), "name": g[0]} for n, g in enumerate(groups, 1)])
        self.add("nova_api", "aggregate_metadata", [{"aggregate_id": n, "key": g[1], "value": g[2]} for n, g in enumerate(groups, 1) if g[1]])
        members = [(n, m, h) for n, g in enumerate(groups, 1) for m, h in enumerate(hosts, 1) if g[0] in (h.zone, h.rack) or (g[0] == "fast" and h.fast)]
        self.add("nova_api", "aggregate_hosts", [{"aggregate_id": n, "host": h.name} for n, _, h in members])
        self.add("placement", "resource_providers", [{"id": n, "root_provider_id": n, "uuid": h.uuid, "name": h.name} for n, h in enumerate(hosts, 1)])
        # nova-api mirrors its aggregates there (nova 26 compute/api.py add_host_to_aggregate), and the scheduler asks placement for those of a zone
        self.add("placement", "placement_aggregates", [{"id": n, "uuid": str(uuid.uuid5(uuid.NAMESPACE_DNS, g[0]))} for n, g in enumerate(groups, 1)])
        self.add("placement", "resource_provider_aggregates", [{"resource_provider_id": m, "aggregate_id": n} for n, m, _ in members])
        self.add("placement", "inventories", [
            {"resource_provider_id": n, "resource_class_id": k, "total": total, "reserved": reserved, "min_unit": 1, "max_unit": total, "step_size": 1, "allocation_ratio": ratio}
            for n, h in enumerate(hosts, 1)
            for k, (total, reserved, ratio) in enumerate(((h.vcpus, 0, CPU_RATIO), (h.memory_mb, 4096, 1.0), (h.disk_gb, 0, 1.0)))])
        self.add("placement", "resource_provider_traits", [{"resource_provider_id": n, "trait_id": self.trait} for n, h in enumerate(hosts, 1) if h.trait])

    @staticmethod
    def flavor(flavor, i):
        specs = {**({"trait:" + TRAIT: "required"} if i.trait else {}), **({"aggregate_instance_extra_specs:fleet_fast": "true"} if i.fast else {})}
        flavor["nova_object.data"].update({"vcpus": i.needs["VCPU"], "memory_mb": i.needs["MEMORY_MB"], "root_gb": i.needs["DISK_GB"], "extra_specs": specs})
        return flavor

    def spec(self, i):
        spec = json.loads(TEMPLATES["nova_api", "request_specs"]["spec"])
        data = spec["nova_object.data"]
        data.update({"instance_uuid": i.uuid, "availability_zone": i.zone, "force_hosts": None, "force_nodes": None})
        self.flavor(data["flavor"], i)
        return json.dumps(spec)

    def extra(self, i):
        flavor = json.loads(TEMPLATES["nova", "instance_extra"]["flavor"])
        self.flavor(flavor["cur"], i)
        return json.dumps(flavor)

    def instances(self, cloud):
        all_of = cloud.instances
        number = {h.name: n for n, h in enumerate(cloud.hosts, 1)}
        self.add("nova", "instances", [{"uuid": i.uuid, "display_name": i.name, "hostname": i.name, "host": i.host.name, "node": i.host.name, "vm_state": i.state, "task_state": None,
                                        "vcpus": i.needs["VCPU"], "memory_mb": i.needs["MEMORY_MB"], "root_gb": i.needs["DISK_GB"]} for i in all_of])
        self.add("nova", "instance_extra", [{"instance_uuid": i.uuid, "flavor": self.extra(i)} for i in all_of])
        self.add("nova", "instance_info_caches", [{"instance_uuid": i.uuid, "network_info": "[]"} for i in all_of])
        self.add("nova", "block_device_mapping", [{"instance_uuid": i.uuid, "uuid": str(uuid.uuid4())} for i in all_of])
        self.add("nova_api", "instance_mappings", [{"instance_uuid": i.uuid} for i in all_of])
        self.add("nova_api", "request_specs", [{"instance_uuid": i.uuid, "spec": self.spec(i)} for i in all_of])
        self.add("nova_api", "instance_groups", [{"id": n, "uuid": str(uuid.uuid4()), "name": "group%d" % n, "project_id": "p", "user_id": "u"}
                                                 for n, _ in enumerate(cloud.groups, 1)])
        self.add("nova_api", "instance_group_policy", [{"group_id": n, "policy": p, "rules": "{}"} for n, p in enumerate(cloud.groups, 1)])
        self.add("nova_api", "instance_group_member", [{"group_id": i.group + 1, "instance_uuid": i.uuid} for i in all_of if i.group is not None])
        self.add("placement", "consumers", [{"uuid": i.uuid} for i in all_of])
        self.add("placement", "allocations", [{"resource_provider_id": number[i.host.name], "consumer_id": i.uuid, "resource_class_id": k, "used": i.needs[c]}
                                              for i in all_of for k, c in enumerate(CLASSES)])

    def close(self):
        for c in self.connection.values():
            c.commit()
            c.close()
