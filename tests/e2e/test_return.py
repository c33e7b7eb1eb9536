# SPDX-License-Identifier: Apache-2.0
"""The failed host comes back: its real nova-compute destroys what was evacuated from it and nothing else, and what we said before is so."""
import json
import time

import harness
from cloud import clone
from harness import A, DRIFT, FENCED, OK, PARTIAL, REFUSED, rows, value

GO = FENCED + ["--yes", "-f", "json"]
NAMES = ("image-active-0", "volume-data-active-0")


def instances():
    return {r["display_name"]: (r["uuid"], r["host"], r["vm_state"], r["task_state"])
            for r in rows("nova", "SELECT display_name, uuid, host, vm_state, task_state FROM instances WHERE deleted = 0")}


class Return(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset")
        harness.sandbox("fail", "A", "--now")

    def wait(self, what, seconds=60):
        end = time.monotonic() + seconds
        while not what():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.3)

    def returns(self, code):
        return {r["check"]: r for r in self.expect(self.tool.run("host", "return", A, "-f", "json"), code).json}

    def test_a_host_that_comes_back_in_the_middle(self):
        """Somebody powers it on while its instances are being evacuated: nothing more is begun, and what stays stays its own."""
        process = self.tool.start("host", "evacuate", A, *[w for id_ in clone(14) for w in ("--only", id_)], *GO, "--max-in-flight", "1", "--timeout", "60")
        self.addCleanup(harness.sandbox, "stop", "nova-compute-A")
        self.wait(lambda: value("nova", "SELECT COUNT(*) FROM migrations WHERE status = 'accepted' AND migration_type = 'evacuation'") > 0, 20)
        harness.sandbox("start", "nova-compute-A")
        out, err = process.communicate(timeout=90)
        report = json.loads(out)
        self.assertIn("reports again: the host is alive", err.decode())
        self.assertEqual(process.returncode, PARTIAL if any(s["state"] == "proved" for s in report["steps"] if s["kind"] == "instance") else DRIFT)
        states = {s["id"]: s["state"] for s in report["steps"] if s["kind"] == "instance"}
        self.assertEqual([s["state"] for s in report["steps"] if "reports again" in (s["error"] or "") and "not begun" not in s["error"]], ["failed"])
        now = {r["uuid"]: (r["uuid"], r["host"], r["vm_state"], r["task_state"]) for r in rows("nova", "SELECT * FROM instances WHERE deleted = 0")}
        for id_, state in states.items():
            self.assertEqual(now[id_][1] == A, state != "proved", state)
            self.assertEqual(now[id_][3], None)

    def test_a_host_that_comes_back(self):
        self.expect(self.tool.run("volume", "update_host", "--currenthost", A, "--newhost", harness.B, *GO), OK)
        before = instances()
        r = self.expect(self.tool.run("host", "evacuate", A, *[w for n in NAMES for w in ("--only", n)], *GO), OK)
        moved = instances()
        self.assertEqual({n for n in NAMES if moved[n][1] != A}, set(NAMES))
        now = self.returns(OK)
        self.assertEqual((now["evacuated from it"]["state"], now["evacuated from it"]["count"]), ("note", 2))
        self.assertEqual(now["forced down"]["state"], "note")
        # taken back before it was cleaned up: enabled, and still down for nova
        undone = self.expect(self.tool.run("journal", "undo", r.json["run"], "--yes", "--accept", "target-down", "-f", "json"), OK)
        self.assertIn("forced-down-stays", undone.findings())
        service = lambda column: value("nova", "SELECT %s FROM services WHERE host = '%s' AND `binary` = 'nova-compute'" % (column, A))
        self.assertEqual((service("disabled"), service("forced_down")), (0, 1))
        harness.sandbox("start", "nova-compute-A")
        self.addCleanup(harness.sandbox, "stop", "nova-compute-A")
        status = lambda: [m["status"] for m in rows("nova", "SELECT status FROM migrations WHERE source_compute = %s AND instance_uuid IN (%s, %s)",
                                                    (A, before[NAMES[0]][0], before[NAMES[1]][0]))]
        self.wait(lambda: status() == ["completed", "completed"])
        self.assertEqual({n: instances()[n] for n in NAMES}, {n: moved[n] for n in NAMES})
        self.assertEqual(service("forced_down"), 1)            # it reports, and counts as down until somebody says otherwise
        now = self.returns(OK)
        self.assertEqual(now["evacuated from it"]["state"], "ok")
        self.assertEqual(now["forced down"]["state"], "note")
        # and it is not taken for dead: forced down or not, it reports
        refused = self.expect(self.tool.run("host", "evacuate", A, "--accept", "source-alive", *GO), REFUSED)
        (alive,) = [f["message"] for f in refused.json["findings"] if f["code"] == "source-alive"]
        self.assertIn("a heartbeat arrived during this check", alive)
