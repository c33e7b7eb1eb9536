# SPDX-License-Identifier: Apache-2.0
"""A host dies; everything of it comes back elsewhere, once, and what cannot is named."""
import socket

import harness
from harness import A, B, C, ENV, FENCED, OK, PARTIAL, REFUSED, rows, value

GO = FENCED + ["--yes"]
LEFT_OUT = ("image-paused-0", "image-shelved-0", "volume-rescued-0")
EXPECTED = {"active": "active", "stopped": "stopped", "error": "active"}


def instances(host=None):
    return {r["display_name"]: r for r in rows("nova", "SELECT * FROM instances WHERE deleted = 0"
                                               + (" AND BINARY host = BINARY %s" if host else ""), (host,) if host else ())}


def nova_api_answers():
    port = int(ENV["SB_NOVA_URL"].split(":")[2].split("/")[0])
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


class Rescue(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset")
        harness.sandbox("fail", "A")
        self.before = instances(A)
        self.assertFalse(nova_api_answers())

    def on_new_host(self, names, host=None):
        """Where it should be, in the state it should be in, its volumes attached there and nowhere else."""
        now = instances()
        for name in names:
            old, new = self.before[name], now[name]
            self.assertNotEqual(new["host"], A, name)
            self.assertEqual(new["host"], new["node"], name)
            if host:
                self.assertEqual(new["host"], host, name)
            self.assertEqual((new["vm_state"], new["task_state"]), (EXPECTED[old["vm_state"]], None), name)
            done = rows("nova", "SELECT status, dest_compute FROM migrations WHERE instance_uuid = %s AND source_compute = %s",
                        (new["uuid"], A))
            self.assertEqual([(m["status"], m["dest_compute"]) for m in done], [("done", new["host"])], name)
            for bdm in rows("nova", "SELECT volume_id, attachment_id FROM block_device_mapping WHERE instance_uuid = %s"
                            " AND deleted = 0 AND volume_id IS NOT NULL", (new["uuid"],)):
                live = rows("cinder", "SELECT id, attached_host, attach_status FROM volume_attachment WHERE volume_id = %s"
                            " AND deleted = 0", (bdm["volume_id"],))
                self.assertEqual([(a["id"], a["attached_host"], a["attach_status"]) for a in live],
                                 [(bdm["attachment_id"], new["host"], "attached")], name)

    def test_the_whole_host_is_rescued_with_one_command_and_again(self):
        volumes = {r["id"]: r["host"] for r in rows(
            "cinder", "SELECT id, host FROM volumes WHERE deleted = 0 AND BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s", (A,))}
        backups = [r["id"] for r in rows("cinder", "SELECT id FROM backups WHERE deleted = 0 AND BINARY host = BINARY %s", (A,))]
        r = self.expect(self.tool.run("host", "rescue", A, "--to", B, *GO, "-f", "json"), PARTIAL)
        report = r.json
        wanted = set(self.before) - set(LEFT_OUT)
        # of every kind: each must come out as nova would have it
        self.assertEqual({self.before[n]["vm_state"] for n in wanted}, {"active", "stopped", "error"})
        self.assertIn("powering-off", {self.before[n]["task_state"] for n in wanted})
        (run,) = self.tool.run("journal", "list", "-f", "json").json
        self.assertEqual((run["state"], run["units_failed"]), ("done", 0))
        self.on_new_host(wanted)
        for id_, host in volumes.items():
            self.assertEqual(value("cinder", "SELECT host FROM volumes WHERE id = %s", (id_,)), host.replace(A, B, 1))
        self.assertTrue(all(value("cinder", "SELECT host FROM backups WHERE id = %s", (b,)) == B for b in backups))
        self.assertEqual(report["totals"]["moved"], len(volumes) + len(backups))
        self.assertEqual((report["totals"]["evacuated"], report["totals"]["left_out"]), (len(wanted), len(LEFT_OUT)))
        self.assertTrue(all(s["state"] == "proved" for s in report["steps"]))
        self.assertEqual({f["subject"] for f in report["findings"] if f["severity"] == "skip"},
                         {self.before[n]["uuid"] for n in LEFT_OUT})
        for name in LEFT_OUT:
            now = instances()[name]
            self.assertEqual({k: now[k] for k in ("host", "vm_state", "task_state")},
                             {k: self.before[name][k] for k in ("host", "vm_state", "task_state")})
        self.assertEqual({s["disabled"] for s in rows("cinder", "SELECT disabled FROM services WHERE deleted = 0 AND BINARY"
                                                      " SUBSTRING_INDEX(host, '@', 1) = BINARY %s", (A,))}, {1})
        # each was built once: one finished event of a compute for each
        for name in wanted:
            built = rows("nova", "SELECT e.result FROM instance_actions a JOIN instance_actions_events e ON e.action_id = a.id"
                         " WHERE a.instance_uuid = %s AND a.action = 'evacuate' AND e.event = 'compute_rebuild_instance'",
                         (self.before[name]["uuid"],))
            self.assertEqual([b["result"] for b in built], ["Success"], name)
        migrations = value("nova", "SELECT COUNT(*) FROM migrations")
        again = self.expect(self.tool.run("host", "rescue", A, "--to", B, *GO, "-f", "json"), PARTIAL)
        self.assertEqual(again.json["steps"], [])
        self.assertIn("nothing that could be done is left; instances left out: %d" % len(LEFT_OUT), again.json["summary"])
        self.assertEqual(value("nova", "SELECT COUNT(*) FROM migrations"), migrations)

    def test_volumes_first_then_instances_one_by_one(self):
        """As the operators' page has it, with our words: refused before the takeover, done after it."""
        before = harness.checksum("nova")
        for name in ("volume-active-0", "volume-data-active-0"):
            r = self.expect(self.tool.run("instance", "evacuate", name, *GO, "-f", "json"), REFUSED)
            self.assertIn("volume-owner-dead", r.findings())
        self.assertEqual(before, harness.checksum("nova"))
        for backend in ("ceph", "nvme"):
            self.expect(self.tool.run("volume", "update_host", "--currenthost", "%s@%s" % (A, backend),
                                      "--newhost", "%s@%s" % (B, backend), *GO), OK)
        self.expect(self.tool.run("backup", "update_backup_host", "--currenthost", A, "--newhost", B, *GO), OK)
        self.expect(self.tool.run("instance", "evacuate", "volume-active-0", *GO), OK)
        self.on_new_host(["volume-active-0"])
        self.expect(self.tool.run("instance", "evacuate", "volume-data-active-0", C, *GO), OK)
        self.on_new_host(["volume-data-active-0"], C)
        self.expect(self.tool.run("instance", "evacuate", self.before["volume-stopped-0"]["uuid"], B, "--force", *GO), OK)
        self.on_new_host(["volume-stopped-0"], B)
        self.expect(self.tool.run("instance", "evacuate", "image-paused-0", *GO), REFUSED, "not-evacuable")
        r = self.expect(self.tool.run("host", "evacuate", A, "--target_host", C, "--max-in-flight", "3", *GO), OK,
                        "Server UUID", "Evacuate Accepted", "Error Message")
        self.on_new_host(set(self.before) - set(LEFT_OUT) - {"volume-active-0", "volume-data-active-0", "volume-stopped-0"}, C)
        for name in LEFT_OUT:
            self.assertIn(name, r.out)

    def test_no_scheduler(self):
        harness.sandbox("stop", "nova-scheduler")
        self.addCleanup(harness.sandbox, "start", "nova-scheduler")
        before = harness.checksum("nova")
        r = self.expect(self.tool.run("instance", "evacuate", "image-active-0", *GO, "-f", "json"), REFUSED)
        self.assertIn("scheduler-missing", r.findings())
        self.assertEqual(before, harness.checksum("nova"))

    def test_an_evacuation_that_nova_ends_badly_is_told(self):
        """A scheduler that hangs still consumes its queue: the conductor gives up, and nobody would tell the operator."""
        harness.sandbox("pause", "nova-scheduler")
        self.addCleanup(harness.sandbox, "start", "nova-scheduler")
        self.addCleanup(harness.sandbox, "rabbitmqctl", "purge_queue", "scheduler")   # the dead request would claim room
        self.addCleanup(harness.sandbox, "kill", "nova-scheduler")
        r = self.tool.run("instance", "evacuate", "image-active-0", *GO, "--timeout", "60", "-f", "json")
        self.assertIn(r.code, (harness.ERROR, harness.TIMEOUT), str(r))
        self.assertTrue(r.json["steps"][0]["error"])
        self.assertEqual(instances()["image-active-0"]["host"], A)

    def test_no_conductor(self):
        harness.sandbox("stop", "nova-conductor")
        self.addCleanup(harness.sandbox, "start", "nova-conductor")
        before = harness.checksum("nova")
        r = self.expect(self.tool.run("instance", "evacuate", "image-active-0", *GO, "-f", "json"), REFUSED)
        self.assertIn("no-consumer", r.findings())
        self.assertEqual(before, harness.checksum("nova"))
