# SPDX-License-Identifier: Apache-2.0
"""Evacuations of many: what became of each, by nova's own records, and what the program says to do about those that failed, done."""
import json
import re
import time

import harness
from harness import A, B, C, ENV, FENCED, OK, REFUSED, rows, value

GO = FENCED + ["--yes", "-f", "json"]


class Evacuations(harness.TestCase):
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
            self.wait_for_a_target()
            report = harness.Tool().run("host", "evacuate", A, *self.only(left), *options, *GO, "--timeout", "90").json
        self.assertNotIn(A, {row["host"] for row in self.built(ids)[1].values()}, json.dumps(report, indent=1))
        self.assertEqual({row["task_state"] for row in self.built(ids)[1].values()}, {None})

    def wait_for_a_target(self, seconds=90):
        """As the operator does who reads that no compute reports: after its broker's restart each needs its time, more on a busy machine."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not rows("nova", "SELECT 1 FROM services WHERE `binary` = 'nova-compute' AND host IN (%s, %s) AND deleted = 0"
                                                  " AND forced_down = 0 AND last_seen_up > UTC_TIMESTAMP() - INTERVAL 3 SECOND", (B, C)):
            time.sleep(0.5)

    def hours_pass(self):
        """For what nobody has written to since; nova may be silent for long."""
        for table in ("migrations", "instances"):
            rows("nova", "UPDATE %s SET created_at = created_at - INTERVAL 2 HOUR, updated_at = updated_at - INTERVAL 2 HOUR" % table)

    def close_stale(self):
        """One that nova takes up between the list and the closing is waited for, as the refusal says."""
        self.hours_pass()
        for m in harness.Tool().run("migration", "list", "--host", A, "--stale", "-f", "json").json:
            r = harness.Tool().run("migration", "close", str(m["id"]), *GO)
            if r.code == REFUSED and "migration-in-progress" in r.findings():
                self.wait_for_nova(m["instance"])
            else:
                self.expect(r, OK)

    def wait_for_nova(self, id_, seconds=90):
        end = time.monotonic() + seconds
        while time.monotonic() < end and value("nova", "SELECT task_state FROM instances WHERE uuid = %s", (id_,)):
            time.sleep(0.5)

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
        """To the last thing that a compute writes: it moves instances.host first, and a kill between the two leaves none done."""
        holes = ", ".join(["%s"] * len(ids))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            done = rows("nova", "SELECT DISTINCT a.instance_uuid FROM instance_actions a JOIN instance_actions_events e ON e.action_id = a.id"
                        " WHERE e.event = 'compute_rebuild_instance' AND e.result = 'Success' AND a.instance_uuid IN (%s)" % holes, ids)
            if len(done) >= n:
                return
            time.sleep(0.2)
        self.fail("nova did not finish %d" % n)

    def only(self, ids):
        return [word for id_ in ids for word in ("--only", id_)]

    def finish(self, process, timeout=150):
        out, err = process.communicate(timeout=timeout)
        return process.returncode, json.loads(out), err.decode()
