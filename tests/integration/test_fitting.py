# SPDX-License-Identifier: Apache-2.0
"""Capacity is what the scheduler would find: by the provider's uuid, in every class, for every trait; and what nobody reckoned is named."""
import json
import os
import time

import cloud
import harness
import landing
from harness import A, B, C, ENV, FENCED, OK, REFUSED, rows, value

PLACEMENT = ["--placement-config-file", ENV["SB_PLACEMENT_CONF"]]
DATA = "$.\"nova_object.data\""


class Fitting(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def uuid(self, name):
        return value("nova", "SELECT uuid FROM instances WHERE display_name = %s AND deleted = 0", (name,))

    def asks(self, name, **extra_specs):
        extra_specs = {k.replace("__", ":"): v for k, v in extra_specs.items()}
        uuid = self.uuid(name)
        flavor = json.loads(value("nova", "SELECT flavor FROM instance_extra WHERE instance_uuid = %s", (uuid,)))
        flavor["cur"]["nova_object.data"]["extra_specs"] = extra_specs
        rows("nova", "UPDATE instance_extra SET flavor = %s WHERE instance_uuid = %s", (json.dumps(flavor), uuid))
        rows("nova_api", "UPDATE request_specs SET spec = JSON_SET(spec, %s, JSON_EXTRACT(%s, '$')) WHERE instance_uuid = %s",
             (DATA + ".flavor.\"nova_object.data\".extra_specs", json.dumps(extra_specs), uuid))

    def dry(self, *words):
        harness.heartbeats()
        r = self.tool.run(*words, *FENCED, "--dry-run", "-f", "json")
        self.assertTrue(r.out, str(r))
        return {f["code"]: f for f in r.json["findings"]}

    def instance(self, name="image-stopped-0", *words):
        return self.dry("instance", "evacuate", name, *words)

    def give(self, host, class_id, total, name=None, parent=True):
        """A provider below the host's own."""
        top = value("placement", "SELECT id FROM resource_providers WHERE name = %s", (host,))
        name = name or host + "_gpu"
        rows("placement", "INSERT INTO resource_providers (uuid, name, generation, root_provider_id, parent_provider_id) VALUES (UUID(), %s, 1, %s, %s)",
             (name, top if parent else None, top if parent else None))
        mine = value("placement", "SELECT id FROM resource_providers WHERE name = %s", (name,))
        rows("placement", "INSERT INTO inventories (resource_provider_id, resource_class_id, total, reserved, min_unit, max_unit, step_size, allocation_ratio)"
             " VALUES (%s, %s, %s, 0, 1, %s, 1, 1)", (mine, class_id, total, total))
        return mine

    def test_a_class_that_no_host_has_is_no_capacity(self):
        self.asks("image-stopped-0", resources__VGPU="1")
        found = self.instance()
        self.assertNotIn("no-capacity", found)
        self.assertIn("VGPU", found["unchecked-resources"]["message"])         # without placement's books
        found = self.instance("image-stopped-0", *PLACEMENT)
        self.assertIn("0 of the 1 VGPU", found["no-capacity"]["message"])
        self.assertNotIn("unchecked-resources", found)
        mine = self.give(C, 10, 1)
        self.assertNotIn("no-capacity", self.instance("image-stopped-0", *PLACEMENT))
        found = self.instance("image-stopped-0", B, *PLACEMENT)
        self.assertIn("evac-manage", found["no-capacity"]["hint"])
        self.assertIn("instance evacuate %s %s" % (self.uuid("image-stopped-0"), C), found["no-capacity"]["hint"])
        rows("placement", "INSERT INTO allocations (resource_provider_id, consumer_id, resource_class_id, used) VALUES (%s, UUID(), 10, 1)", (mine,))
        self.assertIn("no-capacity", self.instance("image-stopped-0", *PLACEMENT))

    def zone_option(self, word):
        """[scheduler] query_placement_for_availability_zone in nova.conf; None: it says nothing of it."""
        own = os.path.join(self.tool.state, "scheduler.conf")
        with open(own, "w") as f:
            f.write("[scheduler]\nquery_placement_for_availability_zone = %s\n" % word if word else "")
        self.tool.nova = [ENV["SB_NOVA_CONF"], ENV["SB_NOVA_DB_CONF"], own]

    def test_a_zone_that_placement_does_not_have(self):
        """map_az_to_placement_aggregate (nova 26 scheduler/request_filter.py) asks placement for members of the zone's aggregates alone."""
        zone = cloud.make_zone("az-east", "racks 1 to 4", (B, C), ["image-stopped-0"])
        said = lambda option, *words: (self.zone_option(option), self.instance("image-stopped-0", *words, *PLACEMENT))[1]
        found = said(None)["zone-not-in-placement"]
        self.assertEqual((found["severity"], found["subject"], found["hint"]),
                         ("warn", self.uuid("image-stopped-0"), "nova-manage placement sync_aggregates, then the same command again"))
        for word in ("availability zone 'az-east'", "'%s' (aggregate 'racks 1 to 4')" % B, "'%s' (aggregate 'racks 1 to 4')" % C):
            self.assertIn(word, found["message"])
        self.assertIn("zone-not-in-placement", said(None, C))
        of_zones = lambda found: {"zone-not-in-placement", "no-capacity"} & set(found)
        self.assertEqual(of_zones(said("false")), set())                                    # the scheduler does not ask
        self.assertIn("racks 1 to 4", said("true")["no-capacity"]["message"])               # it does
        self.zone_option(None)
        self.assertEqual(of_zones(self.instance("image-stopped-0")), set())                 # without placement's records
        self.assertNotIn("zone-not-in-placement", self.instance("image-active-0", *PLACEMENT))  # of another zone
        self.assertIn("zone-not-in-placement 1", " ".join(r["reasons"] or "" for r in self.tool.run("host", "readiness", A, *PLACEMENT, "-f", "json").json))
        rows("nova", "UPDATE services SET version = 67 WHERE version >= 61")                # since nova 28 there is no option
        self.assertIn("placement does not have", said("false")["no-capacity"]["message"])
        cloud.mirror_zone(zone, C)
        self.assertEqual(of_zones(said(None)), set())
        self.assertIn("'%s'" % B, said(None, B)["no-capacity"]["message"])
        cloud.mirror_zone(zone, B)
        self.assertEqual(of_zones(said(None, B)), set())

    def test_two_that_want_the_same_device_in_one_run(self):
        for name in ("image-stopped-0", "image-active-0"):
            self.asks(name, resources__VGPU="1")
        self.give(C, 10, 1)
        r = self.tool.run("host", "evacuate", A, *FENCED, "--dry-run", "--only", "image-stopped-0", "--only", "image-active-0", *PLACEMENT, "-f", "json")
        self.assertEqual([f["code"] for f in r.json["findings"] if f["code"] == "no-capacity"], ["no-capacity"])
        self.assertEqual(len([s for s in r.json["steps"] if s["kind"] == "instance"]), 1)

    def test_two_of_two_failed_hosts_that_want_the_same_device(self):
        """Placement's books are one for all hosts of a run: the device that one's instance gets is not there for the other's."""
        for name in ("image-stopped-0", "image-active-0"):
            self.asks(name, resources__VGPU="1")
        rows("nova", "UPDATE instances SET host = %s, node = %s WHERE uuid = %s", (C, C, self.uuid("image-active-0")))
        harness.heartbeats(alive=(B, ENV["SB_CONTROLLER"]), dead=(A, C))
        rescue = ("host", "rescue", A, C, "--to", B, "--fenced", "Ann pulled the plugs of %s and %s" % (A, C), "--accept", "mass-failure", "--dry-run",
                  "--only", "image-stopped-0", "--only", "image-active-0", *PLACEMENT, "-f", "json")
        mine = self.give(B, 10, 1)
        r = self.tool.run(*rescue)
        self.assertEqual([f["code"] for f in r.json["findings"] if f["code"] == "no-capacity"], ["no-capacity"], str(r))
        self.assertEqual(len([s for s in r.json["steps"] if s["kind"] == "instance"]), 1)
        rows("placement", "UPDATE inventories SET total = 2, max_unit = 2 WHERE resource_provider_id = %s", (mine,))
        r = self.expect(self.tool.run(*rescue), OK)
        self.assertEqual({(u["host"]) for u in r.json["units"] if u["kind"] == "evacuation"}, {A, C})

    def test_custom_classes_and_traits(self):
        rows("placement", "INSERT INTO resource_classes (id, name) VALUES (10077, 'CUSTOM_LICENSE') ON DUPLICATE KEY UPDATE name = name")
        self.addCleanup(rows, "placement", "DELETE FROM resource_classes WHERE id = 10077")
        self.asks("image-stopped-0", resources__CUSTOM_LICENSE="2")
        self.assertIn("CUSTOM_LICENSE", self.instance("image-stopped-0", *PLACEMENT)["no-capacity"]["message"])
        self.give(C, 10077, 2, "licenses", parent=True)
        self.assertNotIn("no-capacity", self.instance("image-stopped-0", *PLACEMENT))
        self.asks("image-stopped-0", trait__COMPUTE_NODE="required")
        self.assertNotIn("no-capacity", self.instance("image-stopped-0", *PLACEMENT))
        self.asks("image-stopped-0", trait__COMPUTE_NODE="forbidden")
        self.assertIn("COMPUTE_NODE", self.instance("image-stopped-0", *PLACEMENT)["no-capacity"]["message"])
        self.asks("image-stopped-0", trait__CUSTOM_NOBODY_HAS_IT="required")
        self.assertIn("lacks trait CUSTOM_NOBODY_HAS_IT", self.instance("image-stopped-0", *PLACEMENT)["no-capacity"]["message"])
        self.asks("image-stopped-0")
        rows("nova_api", "UPDATE request_specs SET spec = JSON_SET(spec, %s, JSON_EXTRACT('[\"CUSTOM_OF_THE_IMAGE\"]', '$')) WHERE instance_uuid = %s",
             (DATA + ".image.\"nova_object.data\".properties.\"nova_object.data\".traits_required", self.uuid("image-stopped-0")))
        self.assertIn("CUSTOM_OF_THE_IMAGE", self.instance("image-stopped-0", *PLACEMENT)["no-capacity"]["message"])

    def test_what_is_not_reckoned_is_named(self):
        self.assertNotIn("unchecked-resources", self.instance("image-stopped-0", *PLACEMENT))
        self.asks("image-stopped-0", pci_passthrough__alias="gpu:1", hw__mem_page_size="1GB", hw__numa_nodes="2")
        found = self.instance("image-stopped-0", *PLACEMENT)["unchecked-resources"]
        for word in ("PCI devices (gpu:1)", "huge pages", "NUMA cells"):
            self.assertIn(word, found["message"])
        self.assertEqual((found["severity"], found["subject"]), ("warn", self.uuid("image-stopped-0")))

    def test_a_compute_that_was_installed_anew_has_no_capacity(self):
        for host in (B, C):
            self.assertNotIn("no-capacity", self.instance("image-active-0", host, *PLACEMENT))
        rows("nova", "UPDATE compute_nodes SET uuid = UUID() WHERE BINARY host = BINARY %s AND deleted = 0", (B,))
        self.assertIn("under another uuid", self.instance("image-active-0", B, *PLACEMENT)["no-capacity"]["message"])
        self.assertNotIn("no-capacity", self.instance("image-active-0", *PLACEMENT))
        free = {x["item"]: x["detail"] for x in self.tool.run("host", "show", A, "-f", "json", *PLACEMENT).json if x["section"] == "capacity"}
        self.assertIn("under another uuid", free[B])
        self.assertNotIn("uuid", free[C])

    def test_a_host_that_was_enabled_past_nova_api_is_seen_before_the_cast(self):
        rows("placement", "INSERT INTO traits (name) VALUES ('COMPUTE_STATUS_DISABLED') ON DUPLICATE KEY UPDATE name = name")
        rows("placement", "INSERT INTO resource_provider_traits (trait_id, resource_provider_id) SELECT t.id, p.id FROM traits t, resource_providers p"
             " WHERE t.name = 'COMPUTE_STATUS_DISABLED' AND p.name = %s", (B,))
        self.addCleanup(rows, "placement", "DELETE FROM resource_provider_traits WHERE trait_id = (SELECT id FROM traits WHERE name = 'COMPUTE_STATUS_DISABLED')")
        self.assertIn("placement still has '%s' as disabled" % B, self.instance("image-active-0", B, *PLACEMENT)["no-capacity"]["message"])
        for words in ((C, *PLACEMENT), PLACEMENT, (B,)):        # another one takes it, and without placement's records nobody knows
            self.assertNotIn("no-capacity", self.instance("image-active-0", *words))
        free = {x["item"]: x["detail"] for x in self.tool.run("host", "show", A, "-f", "json", *PLACEMENT).json if x["section"] == "capacity"}
        self.assertIn("COMPUTE_STATUS_DISABLED", free[B])
        self.assertNotIn("COMPUTE_STATUS_DISABLED", free[C])

    def test_one_that_is_marked_while_the_run_goes_on_gets_no_message(self):
        names = ("image-active-0", "image-active-1")
        running = self.tool.start("host", "evacuate", A, "--target_host", B, *[w for n in names for w in ("--only", n)], *FENCED, "--yes", "--max-in-flight", "1", *PLACEMENT)
        self.addCleanup(lambda: (running.poll() is None and running.kill(), running.communicate()))
        (first,) = self.conductor.wait_for(1, 30)
        rows("placement", "INSERT INTO traits (name) VALUES ('COMPUTE_STATUS_DISABLED') ON DUPLICATE KEY UPDATE name = name")
        rows("placement", "INSERT INTO resource_provider_traits (trait_id, resource_provider_id) SELECT t.id, p.id FROM traits t, resource_providers p"
             " WHERE t.name = 'COMPUTE_STATUS_DISABLED' AND p.name = %s", (B,))
        take_away = ("placement", "DELETE FROM resource_provider_traits WHERE trait_id = (SELECT id FROM traits WHERE name = 'COMPUTE_STATUS_DISABLED')")
        self.addCleanup(rows, *take_away)
        time.sleep(3)   # how old a look may be
        landing.land(landing.uuid_of(first), B)
        time.sleep(4)
        self.assertEqual(len(self.conductor.casts), 1)
        rows(*take_away)
        self.assertEqual(len(self.conductor.wait_for(2, 30)), 2)
        running.kill()
        self.assertIn("placement has '%s' as disabled (COMPUTE_STATUS_DISABLED)" % B, running.communicate()[1].decode())

    def test_a_provider_gives_no_more_at_once_than_it_says(self):
        rows("placement", "UPDATE inventories SET max_unit = 63 WHERE resource_class_id = 1")
        self.assertIn("to one instance", self.instance("image-active-0", *PLACEMENT)["no-capacity"]["message"])
        rows("placement", "UPDATE inventories SET max_unit = 64 WHERE resource_class_id = 1")
        self.assertNotIn("no-capacity", self.instance("image-active-0", *PLACEMENT))

    def group_with(self, policy, names):
        group, number = "a0a0a0a0-0000-4000-8000-00000000000a", 77
        rows("nova_api", "INSERT INTO instance_groups (id, uuid, name) VALUES (%s, %s, 'quorum')", (number, group))
        rows("nova_api", "INSERT INTO instance_group_policy (group_id, policy, rules) VALUES (%s, %s, '{}')", (number, policy))
        for name in names:
            rows("nova_api", "INSERT INTO instance_group_member (group_id, instance_uuid) VALUES (%s, %s)", (number, self.uuid(name)))
        object_ = {"nova_object.name": "InstanceGroup", "nova_object.namespace": "nova", "nova_object.version": "1.11",
                   "nova_object.data": {"uuid": group, "members": None, "hosts": None}}
        rows("nova_api", "UPDATE request_specs SET spec = JSON_SET(spec, %s, JSON_EXTRACT(%s, '$'), %s, JSON_EXTRACT(%s, '$')) WHERE instance_uuid = %s",
             (DATA + ".instance_group", json.dumps(object_), DATA + ".scheduler_hints", json.dumps({"group": [group]}), self.uuid(names[0])))

    def test_a_full_hard_group_is_not_to_be_forced(self):
        self.group_with("anti-affinity", ["image-active-0", "bystander-image-0"])
        there = value("nova", "SELECT host FROM instances WHERE uuid = %s", (self.uuid("bystander-image-0"),))
        other = C if there == B else B
        found = self.instance("image-active-0", there)["no-capacity"]
        self.assertIn("already has a member", found["message"])
        self.assertNotIn("--force", found["hint"])
        self.assertIn("soft-anti-affinity", found["hint"])
        self.assertRegex(found["hint"], "evac-manage .*instance evacuate %s %s" % (self.uuid("image-active-0"), other))
        self.assertIn("already has a member", self.instance("image-active-0", there, "--force")["no-capacity"]["message"])
        self.assertNotIn("no-capacity", self.instance("image-active-0", other, "--force"))

    def test_hypervisors_that_evacuate_nothing(self):
        for kind in ("ironic", "VMware vCenter Server"):
            rows("nova", "UPDATE compute_nodes SET hypervisor_type = %s WHERE BINARY host = BINARY %s AND deleted = 0", (kind, A))
            self.assertIn(kind, self.instance("image-active-0")["not-evacuable"]["message"])
            r = self.expect(self.tool.run("host", "rescue", A, "--to", B, *FENCED, "--dry-run", "-f", "json"), OK)
            self.assertEqual([s for s in r.json["steps"] if s["kind"] == "instance"], [])
        rows("nova", "UPDATE compute_nodes SET hypervisor_type = 'QEMU' WHERE BINARY host = BINARY %s AND deleted = 0", (A,))
        self.assertNotIn("not-evacuable", self.instance("image-active-0"))
        rows("nova", "UPDATE compute_nodes SET hypervisor_type = 'ironic' WHERE host IN (%s, %s)", (B, C))
        self.assertIn("no-capacity", self.instance("image-active-0"))       # they would not take it, either
        harness.heartbeats()
        self.expect(self.tool.run("instance", "evacuate", "image-active-0", *FENCED, "--yes"), REFUSED)
