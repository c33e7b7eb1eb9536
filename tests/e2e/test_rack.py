# SPDX-License-Identifier: Apache-2.0
"""Two hosts die at once, nova-api is off: all of both comes back in one run, each guest once, and after a kill in the middle as well."""
import time

import harness
from evacuations import Evacuations
from harness import A, B, C, PARTIAL, rows, value

LEFT_OUT = ("image-paused-0", "image-shelved-0", "volume-rescued-0")
GO = ["--fenced", "the test pulled the plugs of %s and %s" % (A, B), "--accept", "mass-failure", "--yes", "-f", "json", "--timeout", "120"]


class Rack(Evacuations):
    def setUp(self):
        super().setUp()
        harness.sandbox("fail", "B", "--now")
        found = rows("nova", "SELECT uuid, display_name, host FROM instances WHERE deleted = 0 AND (BINARY host = BINARY %s OR BINARY host = BINARY %s)", (A, B))
        self.ids = [r["uuid"] for r in found if r["display_name"] not in LEFT_OUT]
        self.assertEqual({r["host"] for r in found if r["uuid"] in self.ids}, {A, B})

    def all_are_back(self):
        began, now = self.built(self.ids)
        self.assertEqual(began, {id_: 1 for id_ in self.ids})
        self.assertEqual({(row["host"], row["task_state"]) for row in now.values()}, {(C, None)})
        for host in (A, B):
            self.assertEqual(value("cinder", "SELECT COUNT(*) FROM volumes WHERE deleted = 0 AND BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s", (host,)), 0)
            self.assertEqual(value("nova", "SELECT forced_down FROM services WHERE BINARY host = BINARY %s AND `binary` = 'nova-compute'", (host,)), 1)
        for bad in rows("cinder", "SELECT a.instance_uuid, a.attached_host FROM volume_attachment a WHERE a.deleted = 0 AND a.instance_uuid IN (%s)"
                        % ", ".join(["%s"] * len(self.ids)), self.ids):
            self.assertEqual(bad["attached_host"], C, bad)

    def test_both_are_rescued_in_one_run(self):
        r = self.expect(self.tool.run("host", "rescue", A, B, "--to", C, *GO), PARTIAL)
        self.assertEqual(r.json["totals"]["evacuated"], len(self.ids))
        self.assertEqual(r.json["totals"]["failed"] + r.json["totals"]["unknown"], 0)
        self.all_are_back()

    def test_killed_midway_and_resumed_none_comes_twice(self):
        process = self.tool.start("host", "rescue", A, B, "--to", C, *GO)
        end = time.monotonic() + 90
        while sum(r["host"] == C for r in self.built(self.ids)[1].values()) < 2 and time.monotonic() < end:
            time.sleep(0.1)
        process.kill()
        process.communicate()
        (run,) = self.tool.run("journal", "list", "-f", "json").json
        self.assertEqual((run["state"], run["host"]), ("open", "%s,%s" % (A, B)))
        self.expect(self.tool.run("host", "rescue", B, "--to", C, *GO), 8, " journal recover " + run["run"])
        self.expect(self.tool.run("host", "rescue", B, A, "--resume", run["run"], *GO), PARTIAL)
        self.all_are_back()
