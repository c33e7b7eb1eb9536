# SPDX-License-Identifier: Apache-2.0
"""Many instances at the same time, and targets that take none or not all: each ends done, untouched, or named with its cure."""
import json

import harness
from cloud import clone, named
from evacuations import GO, Evacuations
from harness import A, C, ENV, OK, PARTIAL, REFUSED, TIMEOUT, rows, value

MANY = 60


class Evacuation(Evacuations):
    def test_sixty_instances_in_waves(self):
        ids = clone(MANY)
        before = self.built(ids)[1]
        process = self.tool.start("host", "evacuate", A, *self.only(ids), *GO, "--max-in-flight", "8", "--timeout", "400")
        self.wait_for_events(ids, 3)
        # a second operator at the same host, from another machine
        other = harness.Tool()
        r = other.run("host", "evacuate", A, *self.only(ids), *GO, "--no-wait")
        self.assertNotIn(r.code, (OK, PARTIAL), str(r))
        code, report, err = self.finish(process, 420)
        self.assertEqual(code, OK, err)
        self.assertEqual(set(self.accounted_for(ids, report["steps"]).values()), {"done"})
        for id_, now in self.built(ids)[1].items():
            self.assertEqual(now["vm_state"], "stopped" if before[id_]["vm_state"] == "stopped" else "active")
        self.assertRegex(err, r"\d+ of 60 ended, 0 failed, \d under way, \d+\.\d a minute, about \d+ s left")

    def kinds(self, ids):
        """Boot source and port types of each: what an outage tells apart. The sandbox's clones have one backend."""
        kinds = {}
        for id_ in ids:
            boot = value("nova", "SELECT destination_type FROM block_device_mapping WHERE instance_uuid = %s AND boot_index = 0 AND deleted = 0", (id_,))
            vifs = json.loads(value("nova", "SELECT network_info FROM instance_info_caches WHERE instance_uuid = %s", (id_,)) or "[]")
            volumes = rows("nova", "SELECT volume_id FROM block_device_mapping WHERE instance_uuid = %s AND deleted = 0 AND volume_id IS NOT NULL",
                           (id_,))
            kinds[id_] = (boot, bool(volumes), tuple(sorted({(v["type"], v["vnic_type"]) for v in vifs})))
        return kinds

    def test_the_first_of_each_kind_goes_alone(self):
        """By the journal's own clock: nothing beside the very first, and no second of a kind before its first has arrived."""
        ids = clone(5) + clone(5, like="image-stopped-0")
        for id_ in ids[3:7]:   # a kind without ports
            rows("nova", "UPDATE instance_info_caches SET network_info = '[]' WHERE instance_uuid = %s", (id_,))
            rows("neutron", "DELETE FROM ports WHERE device_id = %s", (id_,))
        kinds = self.kinds(ids)
        self.assertGreaterEqual(len(set(kinds.values())), 2)
        r = self.tool.run("host", "evacuate", A, *self.only(ids), *GO, "--max-in-flight", "4", "--timeout", "200")
        self.expect(r, OK)
        sent, arrived, of = {}, {}, {}
        for record in self.tool.journals()[-1]:
            if record["type"] == "publish_intent":
                sent[record["instance"]] = record["time"]
                of[record["unit"]] = record["instance"]
            if record["type"] == "outcome" and record["state"] == "proved" and record["unit"] in of:
                arrived[of[record["unit"]]] = record["time"]
        order = sorted(sent, key=sent.get)
        self.assertEqual(set(order), set(ids))
        self.assertGreaterEqual(sent[order[1]], arrived[order[0]])
        for kind in set(kinds.values()):
            first, *rest = [i for i in order if kinds[i] == kind]
            for other in rest:
                self.assertGreaterEqual(sent[other], arrived[first], "%s beside the first of its kind" % other)

    def test_a_forced_target_that_is_down(self):
        harness.sandbox("fail", "C", "--now")
        before = harness.checksum("nova")
        r = self.expect(self.tool.run("instance", "evacuate", "image-active-0", C, "--force", *GO), REFUSED)
        self.assertIn("target-down", [f["code"] for f in r.json["findings"]])
        self.assertEqual(before, harness.checksum("nova"))
        # the operator insists: told what became of it, and how to be rid of it
        r = self.expect(self.tool.run("instance", "evacuate", "image-active-0", C, "--force", "--accept", "target-down",
                                      "--accept", "mass-failure", "--accept", "target-agent-down", *GO, "--timeout", "8"), TIMEOUT)
        text = r.json["steps"][0]["error"]
        self.assertIn("compute." + C, text)
        self.assertRegex(text, r"evac-manage .*migration list --host %s --stale" % A)
        self.assertEqual(named("image-active-0")["host"], A)

    def test_a_full_target(self):
        ids = clone(3)
        room = value("placement", "SELECT i.id FROM inventories i JOIN resource_providers p ON p.id = i.resource_provider_id"
                     " WHERE p.name = %s AND i.resource_class_id = 1", (C,))
        rows("placement", "UPDATE inventories SET total = reserved + 100, allocation_ratio = 1 WHERE id = %s", (room,))
        r = self.expect(self.tool.run("host", "evacuate", A, "--target_host", C, *self.only(ids), *GO,
                                      "--placement-config-file", ENV["SB_PLACEMENT_CONF"]), OK)
        outcome = self.accounted_for(ids, r.json["steps"])
        self.assertEqual(sorted(outcome.values()), ["done", "untouched", "untouched"])   # each needs 64 of 100 MB
        self.assertEqual([f["code"] for f in r.json["findings"] if f["severity"] == "skip" and f["subject"] in ids], ["no-capacity"] * 2)
