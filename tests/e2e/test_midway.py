# SPDX-License-Identifier: Apache-2.0
"""Bad days while many are on their way: each ends done, untouched, or named with its cure; none runs twice."""
import time

import harness
from cloud import clone
from evacuations import GO, Evacuations
from harness import A, C, OK, rows, value

BUSY = 8


class Midway(Evacuations):
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
        self.expect(self.tool.run(*go), BUSY, " journal recover " + run["run"])
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
