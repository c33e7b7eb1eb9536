# SPDX-License-Identifier: Apache-2.0
"""Which instances go before which: [order], --order FILE, and where it is kept."""
import json
import os
import re
import time

import harness
import landing
from harness import A, B, CONFIG, FENCED, OK, PARTIAL, REFUSED, TIMEOUT, rows, value

ONE, TWO, THREE = NAMES = ("image-active-0", "image-active-1", "image-busy-0")
ONLY = [word for name in NAMES for word in ("--only", name)]
GO = FENCED + ["--yes"]
PHASES = "[order]\nphases = tag db, priority\nphase_timeout = %d\n"


def uuid(name):
    return value("nova", "SELECT uuid FROM instances WHERE display_name = %s AND deleted = 0", (name,))


def forget():
    rows("nova", "DELETE FROM instance_metadata WHERE `key` IN ('restart_priority', 'HA_Enabled')")
    rows("nova", "DELETE FROM tags WHERE tag = 'db'")
    rows("nova_api", "DELETE FROM instance_group_member WHERE group_id = 7790")
    rows("nova_api", "DELETE FROM instance_group_policy WHERE group_id = 7790")
    rows("nova_api", "DELETE FROM instance_groups WHERE id = 7790")


def set_metadata(name, key, text):
    rows("nova", "INSERT INTO instance_metadata (instance_uuid, `key`, `value`, deleted) VALUES (%s, %s, %s, 0)", (uuid(name), key, text))


class Order(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        forget()
        self.addCleanup(forget)
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)
        # the last of the plan is the first here, and the middle one the last
        rows("nova", "INSERT INTO tags (resource_id, tag) VALUES (%s, 'db')", (uuid(THREE),))
        set_metadata(ONE, "restart_priority", "900")
        set_metadata(TWO, "restart_priority", "soon")

    def order(self, text=PHASES % 600):
        path = os.path.join(self.tool.state, "order.conf")
        with open(path, "w") as f:
            f.write(text)
        return path

    def begin(self, *more):
        running = self.tool.start("host", "evacuate", A, *ONLY, *GO, "-f", "json", *more)
        self.addCleanup(lambda: (running.poll() is None and running.kill(), running.communicate()))
        return running

    def ends(self, running, code):
        out, err = running.communicate(timeout=60)
        self.assertEqual(running.returncode, code, (out + err).decode())
        return json.loads(out), err.decode()

    def cast(self, n):
        """The names of the first ${n} that were cast; and no other one is, in the time that it would take."""
        names = {uuid(name): name for name in NAMES}
        self.conductor.wait_for(n)
        time.sleep(1.2)
        return [names[landing.uuid_of(c)] for c in self.conductor.casts]

    def phases(self):
        (journal,) = self.tool.journals()
        return [(r["phase"], r["name"], r["after"], [x["outcome"] for x in r["not_verified"]]) for r in journal if r["type"] == "phase"]

    def test_the_plan_shows_phases_and_waves_and_writes_nothing(self):
        before = harness.checksum()
        words = ["host", "evacuate", A, *ONLY, *FENCED, "--dry-run", "--order", self.order()]
        text = self.expect(self.tool.run(*words), OK, "3 phases, one after the other: tag db 1, priority 900 1, priority 500 1").out
        self.assertRegex(text, r"%s \(%s\).*; phase 1 of 3 \(tag db\), wave 1\n" % (uuid(THREE), THREE))
        self.assertRegex(text, r"%s \(%s\).*; phase 3 of 3 \(priority 500\), wave 3\n" % (uuid(TWO), TWO))
        harness.heartbeats()
        result = self.tool.run(*words, "-f", "json")
        steps = [(s["name"], s["phase"], s["wave"]) for s in result.json["steps"] if s["kind"] == "instance"]
        self.assertEqual(steps, [(THREE, 1, 1), (ONE, 2, 2), (TWO, 3, 3)])
        self.assertEqual(result.json["phases"], ["tag db", "priority 900", "priority 500"])
        (finding,) = [f for f in result.json["findings"] if f["code"] == "order-unclear"]
        self.assertIn("restart_priority = soon", finding["message"])
        self.unchanged(before)

    def test_nobody_asks_for_metadata_without_an_order(self):
        words = ["host", "evacuate", A, *ONLY, *FENCED, "--dry-run", "--debug"]
        asked = ("metadata_list_by_instance", "tag_list_by_instance", "image_property_list_by_instance", "flavor_list_by_instance")
        plain, ordered = self.tool.run(*words), self.tool.run(*words, "--order", self.order())
        for name in asked:
            self.assertNotIn(name, plain.err)
            self.assertEqual(len(re.findall(r"nova/%s\b" % name, ordered.err)), 1, ordered.err)  # of all at once
        self.assertNotIn("phase", plain.out)

    def test_a_phase_begins_when_the_last_one_is_verified(self):
        running = self.begin("--order", self.order())
        for n, name in enumerate((THREE, ONE, TWO), 1):
            self.assertEqual(self.cast(n)[n - 1:], [name])
            landing.land(uuid(name), B)
        document, err = self.ends(running, OK)
        self.assertEqual(self.phases(), [(1, "tag db", None, []), (2, "priority 900", "verified", []), (3, "priority 500", "verified", [])])
        self.assertIn("phase 2 of 3 (priority 900): 1 instance", err)
        self.assertNotIn("not verified", err)
        self.expect(self.tool.run("journal", "show", document["run"]), OK)

    def test_what_hangs_is_named_and_does_not_block_for_ever(self):
        running = self.begin("--order", self.order(PHASES % 3), "--timeout", "12", "--max-in-flight", "1")
        self.assertEqual(self.cast(1), [THREE])
        self.conductor.wait_for(2, 6)
        self.assertEqual(self.cast(2), [THREE, ONE])  # in the only place there is
        landing.land(uuid(ONE), B)
        self.assertEqual(self.cast(3), [THREE, ONE, TWO])
        landing.land(uuid(TWO), B)
        document, err = self.ends(running, TIMEOUT)
        self.assertEqual(self.phases(), [(1, "tag db", None, []), (2, "priority 900", "timeout", ["under way"]), (3, "priority 500", "verified", [])])
        self.assertRegex(err, r"phase 1 \(tag db\): 0 of 1 verified, and nothing of it .* for 3 s .*; not verified: %s \(under way\)" % THREE)
        self.assertEqual([s["outcome"] for s in document["steps"] if s["kind"] == "instance"], ["timeout", "done", "done"])

    def test_a_failure_is_named_and_the_next_phase_begins(self):
        set_metadata(THREE, "restart_priority", "1")  # the tag goes first
        running = self.begin("--order", self.order())
        self.assertEqual(self.cast(1), [THREE])
        landing.land(uuid(THREE), B)
        self.assertEqual(self.cast(2), [THREE, ONE])
        rows("nova", "UPDATE migrations SET status = 'error' WHERE instance_uuid = %s AND status = 'accepted'", (uuid(ONE),))
        rows("nova", "UPDATE instances SET vm_state = 'error', task_state = NULL WHERE uuid = %s", (uuid(ONE),))
        self.assertEqual(self.cast(3), [THREE, ONE, TWO])
        landing.land(uuid(TWO), B)
        _, err = self.ends(running, PARTIAL)
        self.assertEqual(self.phases()[-1], (3, "priority 500", "partly", ["failed"]))
        self.assertIn("phase 2 (priority 900): 0 of 1 verified; not verified: %s (failed)" % ONE, err)

    def test_a_plan_that_is_applied_keeps_the_order_that_it_was_made_with(self):
        plan, order = os.path.join(self.tool.state, "r.plan"), self.order()
        self.expect(self.tool.run("host", "evacuate", A, *ONLY, *FENCED, "--order", order, "--plan-out", plan), OK)
        document = json.load(open(plan))
        self.assertEqual([(u["phase"], u["wave"]) for u in document["units"] if u["kind"] == "evacuation"], [(1, 1), (2, 2), (3, 3)])
        self.assertEqual(document["phases"], ["tag db", "priority 900", "priority 500"])
        os.remove(order)
        rows("nova", "UPDATE instance_metadata SET `value` = '1' WHERE `key` = 'restart_priority' AND instance_uuid = %s", (uuid(ONE),))
        rows("nova", "UPDATE instance_metadata SET `value` = '1000' WHERE `key` = 'restart_priority' AND instance_uuid = %s", (uuid(TWO),))
        running = self.tool.start("plan", "apply", plan, "--yes", "-f", "json")
        self.addCleanup(lambda: (running.poll() is None and running.kill(), running.communicate()))
        for n, name in enumerate((THREE, ONE, TWO), 1):
            self.assertEqual(self.cast(n)[n - 1:], [name])
            landing.land(uuid(name), B)
        self.ends(running, OK)
        self.assertEqual([p[1] for p in self.phases()], ["tag db", "priority 900", "priority 500"])

    def test_a_rescue_that_is_resumed_goes_by_the_order_of_its_run(self):
        rows("cinder", "UPDATE volumes SET host = %s WHERE BINARY host = BINARY %s", (B + "@ceph#ceph", A + "@ceph#ceph"))
        order = self.order()
        running = self.tool.start("host", "rescue", A, "--to", B, *ONLY, *GO, "--order", order)
        self.addCleanup(lambda: (running.poll() is None and running.kill(), running.communicate()))
        self.assertEqual(self.cast(1), [THREE])
        running.kill()
        running.wait()
        os.remove(order)
        landing.land(uuid(THREE), B)
        (journal,) = self.tool.journals()
        self.assertEqual(journal[0]["order"], ["phases = tag db, priority", "phase_timeout = 600"])
        resumed = self.tool.start("host", "rescue", A, "--resume", journal[0]["run"], *ONLY, "--yes")
        self.addCleanup(lambda: (resumed.poll() is None and resumed.kill(), resumed.communicate()))
        for n, name in enumerate((ONE, TWO), 2):
            self.assertEqual(self.cast(n)[n - 1:], [name])
            landing.land(uuid(name), B)
        out, err = resumed.communicate(timeout=60)
        self.assertIn(resumed.returncode, (OK, PARTIAL), (out + err).decode())  # others of the host were not asked for
        (then,) = [j for j in self.tool.journals() if j[0]["run"] != journal[0]["run"]]
        self.assertEqual(then[0]["order"], journal[0]["order"])
        self.assertEqual([(r["phase"], r["name"]) for r in then if r["type"] == "phase"], [(1, "priority 900"), (2, "priority 500")])

    def test_a_key_that_says_no_leaves_out_only_where_that_is_obeyed(self):
        set_metadata(TWO, "HA_Enabled", "False")
        words = ["host", "evacuate", A, *ONLY, *FENCED, "--dry-run", "-f", "json"]
        plain = self.tool.run(*words, "--order", self.order("[order]\nphases = ha\n"))
        self.assertEqual(len([s for s in plain.json["steps"] if s["kind"] == "instance"]), 3, str(plain))
        obeyed = self.tool.run(*words, "--order", self.order("[order]\nrespect_ha_tags = true\n"))
        self.assertNotIn(TWO, [s["name"] for s in obeyed.json["steps"]])
        (finding,) = [f for f in obeyed.json["findings"] if f["code"] == "ha-says-no"]
        self.assertEqual(finding["subject"], uuid(TWO))
        self.assertIn("HA_Enabled = False", finding["message"])
        accepted = self.tool.run(*words, "--order", self.order("[order]\nrespect_ha_tags = true\n"), "--accept", "ha-says-no:" + TWO)
        self.assertIn(TWO, [s["name"] for s in accepted.json["steps"]], str(accepted))
        self.expect(self.tool.run("instance", "evacuate", TWO, *FENCED, "--yes", "--order", self.order("[order]\nrespect_ha_tags = true\n")),
                    REFUSED, "ha-says-no")

    def test_our_configuration_has_the_order_too(self):
        with open(os.path.join(self.tool.state, "site.conf"), "a") as f:
            f.write("\n" + PHASES % 600)
        result = self.tool.run("host", "evacuate", A, *ONLY, *FENCED, "--dry-run", "-f", "json")
        self.assertEqual(result.json["phases"], ["tag db", "priority 900", "priority 500"], str(result))

    def test_members_of_an_anti_affinity_group_go_one_after_the_other(self):
        rows("nova_api", "INSERT INTO instance_groups (id, uuid, name) VALUES (7790, UUID(), 'apart')")
        rows("nova_api", "INSERT INTO instance_group_policy (group_id, policy, rules) VALUES (7790, 'anti-affinity', '{}')")
        for name in (TWO, THREE):
            rows("nova_api", "INSERT INTO instance_group_member (group_id, instance_uuid) VALUES (7790, %s)", (uuid(name),))
        running = self.begin()
        (first,) = self.cast(1)
        landing.land(uuid(first), B)
        second = self.cast(2)
        self.assertEqual(len(set(second) & {TWO, THREE}), 1, second)  # the window has room for five
        while len(self.conductor.casts) < 3:
            landing.land(landing.uuid_of(self.conductor.casts[-1]), B)
            self.conductor.wait_for(len(self.conductor.casts) + 1, 5)
        landing.land(landing.uuid_of(self.conductor.casts[-1]), harness.C)
        self.ends(running, OK)

    def test_an_order_that_cannot_be_read_is_refused_before_anything(self):
        before = harness.checksum()
        words = ["host", "evacuate", A, *FENCED, "--dry-run", "--order"]
        self.expect(self.tool.run(*words, self.order("[order]\nphases = tags db\n")), CONFIG, "'tags db' is no rule for a phase")
        self.expect(self.tool.run(*words, self.order("[order]\nphase = tag db\n")), CONFIG, "did you mean 'phases'")
        self.expect(self.tool.run(*words, self.order("[site]\nshared_disks = true\n")), CONFIG, "no place in a file of --order")
        self.assertNotEqual(self.tool.run(*words, os.path.join(self.tool.state, "none")).code, OK)
        self.unchanged(before)
