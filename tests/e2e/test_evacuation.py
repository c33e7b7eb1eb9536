# SPDX-License-Identifier: Apache-2.0
"""Many instances, and bad days while they are on their way: each ends done, untouched, or named with its cure; none runs twice."""
import json
import re
import time

import harness
from cloud import clone, named
from harness import A, C, ENV, FENCED, OK, PARTIAL, REFUSED, TIMEOUT, rows, value

BUSY = 8
GO = FENCED + ["--yes", "-f", "json"]
MANY = 60


class Evacuation(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset")
        harness.sandbox("fail", "A", "--now")

    def built(self, ids):
        """How often computes began to build each, from their own events; and the state it is in now."""
        holes = ", ".join(["%s"] * len(ids))
        began = {r["u"]: r["n"] for r in rows(
            "nova", "SELECT a.instance_uuid AS u, COUNT(*) AS n FROM instance_actions a JOIN instance_actions_events e ON e.action_id = a.id"
            " WHERE e.event = 'compute_rebuild_instance' AND a.action = 'evacuate' AND a.instance_uuid IN (%s) GROUP BY 1" % holes, ids)}
        now = {r["uuid"]: r for r in rows("nova", "SELECT uuid, host, vm_state, task_state FROM instances WHERE uuid IN (%s)" % holes, ids)}
        return began, now

    def accounted_for(self, ids, steps):
        """Every one is done, untouched, or named with what to do; none was built twice. What became of each."""
        began, now = self.built(ids)
        told = {s["id"]: s for s in steps if s["kind"] == "instance"}
        outcome = {}
        for id_ in ids:
            self.assertLessEqual(began.get(id_, 0), 1, "%s was built twice" % id_)
            step, row = told.get(id_), now[id_]
            if step and step["state"] == "proved":
                self.assertNotEqual(row["host"], A)
                self.assertEqual(row["task_state"], None)
                outcome[id_] = "done"
            elif not step or step["state"] == "skipped":
                self.assertEqual((row["host"], row["task_state"], began.get(id_, 0)), (A, None, 0), str(step))
                outcome[id_] = "untouched"
            else:
                self.assertTrue(step["error"], str(step))
                outcome[id_] = "named"
        return outcome

    def cured(self, ids, report):
        """What was named says what to do; done so, everything ends on another host, and no guest was started twice."""
        deleted = set()
        for _ in range(6):
            left = [i for i, row in self.built(ids)[1].items() if row["host"] == A]
            if not left:
                break
            options = []
            for error in (s["error"] for s in report["steps"] if s["id"] in left and s["error"]):
                queue = re.search(r"waits? in queue '(compute\.[^']+)'.*delete the queue", error)
                if queue and queue.group(1) not in deleted:
                    harness.sandbox("rabbitmqctl", "delete_queue", queue.group(1))
                    deleted.add(queue.group(1))
                if re.search(r"evac-manage .*migration list --host %s --stale" % A, error):
                    self.close_stale()
                else:
                    self.assertRegex(error, "evacuates it again|look there first|not begun|not sent")
            for f in report["findings"]:
                if f["code"] == "guest-may-still-run":
                    self.assertIn("virsh destroy", f["hint"])
                    options += ["--accept", "guest-may-still-run:" + f["subject"]]
            for letter in {f["message"].split("on '")[1].split("'")[0] for f in report["findings"] if f["code"] == "guest-may-still-run"}:
                self.lose_guests(letter)
            report = harness.Tool().run("host", "evacuate", A, *self.only(left), *options, *GO, "--timeout", "90").json
        self.assertNotIn(A, {row["host"] for row in self.built(ids)[1].values()}, json.dumps(report, indent=1))
        self.assertEqual({row["task_state"] for row in self.built(ids)[1].values()}, {None})

    def hours_pass(self):
        """For what nobody has written to since; nova may be silent for long."""
        for table in ("migrations", "instances"):
            rows("nova", "UPDATE %s SET created_at = created_at - INTERVAL 2 HOUR, updated_at = updated_at - INTERVAL 2 HOUR" % table)

    def close_stale(self):
        self.hours_pass()
        for m in harness.Tool().run("migration", "list", "--host", A, "--stale", "-f", "json").json:
            self.expect(harness.Tool().run("migration", "close", str(m["id"]), *GO), OK)

    def lose_guests(self, host):
        """nova's fake driver keeps its guests in memory: what virsh destroy and undefine do elsewhere."""
        letter = next(n for n in ("B", "C") if ENV["SB_HOST_" + n] == host)
        harness.sandbox("stop", "nova-compute-" + letter)
        harness.sandbox("start", "nova-compute-" + letter)

    def wait_for_events(self, ids, n, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if len(self.built(ids)[0]) >= n:
                return
            time.sleep(0.2)
        self.fail("nova did not get as far as %d" % n)

    def wait_for_done(self, ids, n, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if sum(r["host"] != A for r in self.built(ids)[1].values()) >= n:
                return
            time.sleep(0.2)
        self.fail("nova did not finish %d" % n)

    def only(self, ids):
        return [word for id_ in ids for word in ("--only", id_)]

    def finish(self, process, timeout=150):
        out, err = process.communicate(timeout=timeout)
        return process.returncode, json.loads(out), err.decode()

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

    def restarted(self, daemon, in_flight, timeout, away):
        """A daemon is killed when the first is done, and started again. What became of each by the end of the run, which was then cured."""
        ids = clone(10)
        process = self.tool.start("host", "evacuate", A, *self.only(ids), *GO, "--max-in-flight", str(in_flight), "--timeout", str(timeout))
        self.wait_for_done(ids, 1)
        harness.sandbox("kill", daemon)
        time.sleep(away)
        harness.sandbox("start", daemon)
        code, report, err = self.finish(process)
        outcome = self.accounted_for(ids, report["steps"])
        self.cured(ids, report)
        return outcome, err

    def test_the_conductor_killed_midway(self):
        outcome, err = self.restarted("nova-conductor", 4, 40, 3)
        self.assertIn("done", outcome.values(), err)

    def test_the_broker_restarted_midway(self):
        self.restarted("rabbitmq", 3, 45, 0)

    def test_the_database_restarted_midway(self):
        rows("nova", "SET GLOBAL innodb_flush_log_at_trx_commit = 2")     # a commit is one, as on a real server; the sandbox's own is faster
        _, err = self.restarted("mariadb", 3, 25, 2)
        self.assertIn("trying again", err)

    def test_placement_stopped_midway(self):
        ids = clone(8)
        process = self.tool.start("host", "evacuate", A, *self.only(ids), *GO, "--max-in-flight", "2", "--timeout", "60",
                                  "--stop-after-failures", "2")
        self.wait_for_done(ids, 2)
        harness.sandbox("stop", "placement")
        try:
            code, report, err = self.finish(process)
        finally:
            harness.sandbox("start", "placement")
        outcome = self.accounted_for(ids, report["steps"])
        self.assertIn("done", outcome.values(), err)
        self.assertIn("untouched", outcome.values(), err)   # two failures, and no more were begun
        self.assertNotEqual(code, OK)

    def test_we_ourselves_are_killed_midway(self):
        ids = clone(10)
        go = ["host", "evacuate", A, *self.only(ids), *GO, "--max-in-flight", "3", "--timeout", "60"]
        process = self.tool.start(*go)
        self.wait_for_done(ids, 2)
        process.kill()
        process.communicate()
        (run,) = self.tool.run("journal", "list", "-f", "json").json
        self.assertEqual(run["state"], "open")
        r = self.expect(self.tool.run(*go), BUSY, " journal recover " + run["run"])
        # nova goes on with what it has, and its computes wait for ports of which nobody but us tells
        self.expect(self.tool.run("journal", "recover", run["run"], "-f", "json"), OK)
        self.assertEqual(value("nova", "SELECT COUNT(*) FROM migrations WHERE status IN ('accepted', 'pre-migrating')"), 0)
        left = [i for i, row in self.built(ids)[1].items() if row["host"] == A]
        self.assertTrue(left)
        r = self.expect(self.tool.run("host", "evacuate", A, *self.only(left), *GO), OK)
        began, now = self.built(ids)
        self.assertEqual({id_: began[id_] for id_ in ids}, {id_: 1 for id_ in ids})
        self.assertEqual({(row["host"] != A, row["task_state"]) for row in now.values()}, {(True, None)})
        self.expect(self.tool.run(*go), OK, "nothing to do", "already moved")      # the same command again

    def test_the_target_dies_midway(self):
        ids = clone(6)
        process = self.tool.start("host", "evacuate", A, "--target_host", C, *self.only(ids), *GO, "--max-in-flight", "2", "--timeout", "20")
        self.wait_for_done(ids, 1)
        harness.sandbox("kill", "nova-compute-C")
        self.addCleanup(harness.sandbox, "start", "nova-compute-C")
        code, report, err = self.finish(process)
        outcome = self.accounted_for(ids, report["steps"])
        self.assertEqual(set(outcome.values()) & {"done", "named"}, {"done", "named"}, err)
        self.cured(ids, report)

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
