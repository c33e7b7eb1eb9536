# SPDX-License-Identifier: Apache-2.0
"""The host is not off. A guest that still runs holds its disk, and qemu on the new host says so; a compute that was cut off comes back
with the copies that nova has evacuated."""
import json
import os
import time

import harness
from harness import A, B, DRIFT, ENV, FENCED, OK, REFUSED, value

GO = FENCED + ["--yes", "-f", "json"]
HELD = "volume-data-active-0"


def uuid_of(name):
    return value("nova", "SELECT uuid FROM instances WHERE display_name = %s AND deleted = 0", (name,))


def casts(uuid):
    return value("nova", "SELECT COUNT(*) FROM migrations WHERE instance_uuid = %s", (uuid,))


class Alive(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset")
        harness.sandbox("fail", "A", "--now")

    def returns(self, code):
        return {r["check"]: r for r in self.expect(self.tool.run("host", "return", A, "-f", "json"), code).json}

    def hold(self, *uuids):
        path = os.path.join(ENV["SB_KNOBS"], "guests_alive")
        with open(path, "w") as f:
            f.write(" ".join(uuids))
        self.addCleanup(lambda: os.path.exists(path) and os.unlink(path))
        return path

    def wait(self, what, seconds=60):
        end = time.monotonic() + seconds
        while not what():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.5)

    def test_a_guest_that_holds_its_disk_stops_the_run(self):
        self.expect(self.tool.run("volume", "update_host", "--currenthost", A, "--newhost", B, *GO), OK)
        uuid, others = uuid_of(HELD), [uuid_of(n) for n in ("image-active-0", "image-stopped-0")]
        held = self.hold(uuid)
        only = [w for id_ in [uuid] + others for w in ("--only", id_)]
        r = self.expect(self.tool.run("host", "evacuate", A, *only, *GO, "--max-in-flight", "1", "--timeout", "60"), DRIFT)
        self.assertIn("'%s' is not off" % A, r.err)
        steps = {s["id"]: s for s in r.json["steps"] if s["kind"] == "instance"}
        self.assertEqual([steps[id_]["state"] for id_ in [uuid] + others], ["failed", "skipped", "skipped"])
        self.assertRegex(steps[uuid]["error"], "^guest-alive: .*2 ports and 2 volume attachments of it are on '.*host return")
        self.assertEqual([("guest-alive" in steps[id_]["error"], casts(id_)) for id_ in others], [(True, 0), (True, 0)])
        # what the attempt took to the new host is named, with the commands
        now = self.returns(REFUSED)
        self.assertEqual([(now[c]["state"], now[c]["count"]) for c in ("guest alive", "left behind")], [("note", 1), ("stop", 4)])
        port = value("neutron", "SELECT id FROM ports WHERE device_id = %s LIMIT 1", (uuid,))
        self.assertIn("openstack port set --host %s %s" % (A, port), now["left behind"]["hint"])
        for check in ("port-on-other-host", "attachment-on-other-host"):
            self.assertIn(uuid, json.dumps(self.tool.run("audit", "run", check, "-f", "json").json), check)
        shown = {(x["section"], x["item"]): x["value"] for x in self.tool.run("instance", "show", uuid, "-f", "json").json}
        self.assertIn('Failed to get "write" lock', shown["fault", "latest"])
        self.assertIn("guest-alive", shown["fault", "cause"])
        # no second try before somebody says that it is off; then all of it goes along
        again = self.expect(self.tool.run("host", "evacuate", A, *only, *GO), REFUSED)
        self.assertIn("was refused the write lock", next(f["message"] for f in again.json["findings"] if f["code"] == "guest-alive"))
        self.assertEqual(casts(uuid), 1)
        os.unlink(held)
        self.expect(self.tool.run("host", "evacuate", A, *only, *GO, "--accept", "guest-alive", "--timeout", "60"), OK)
        now = self.returns(OK)
        self.assertEqual([now[c]["state"] for c in ("guest alive", "left behind")], ["ok", "ok"])

    def test_a_compute_that_was_cut_off_and_comes_back(self):
        """Stopped in the middle of its work, and it goes on: no start has destroyed what was evacuated from it."""
        harness.sandbox("reset")
        harness.sandbox("stop", "cinder-volume-A", "cinder-backup-A", "neutron-agent-A")
        harness.sandbox("pause", "nova-compute-A")
        self.addCleanup(harness.sandbox, "stop", "nova-compute-A")
        harness.heartbeats(alive=())
        uuid = uuid_of("image-active-0")
        self.expect(self.tool.run("host", "evacuate", A, "--only", uuid, *GO, "--timeout", "60"), OK)
        self.assertEqual(self.returns(OK)["copies"]["state"], "ok")
        harness.sandbox("resume", "nova-compute-A")
        reported = lambda: value("nova", "SELECT s.last_seen_up > m.updated_at + INTERVAL 2 SECOND FROM services s, migrations m WHERE s.host = %s"
                                 " AND s.`binary` = 'nova-compute' AND m.instance_uuid = %s AND m.status = 'done'", (A, uuid))
        self.wait(reported)
        now = self.returns(REFUSED)
        self.assertEqual((now["copies"]["state"], now["copies"]["count"]), ("stop", 1))
        self.assertIn("restart nova-compute there now", now["copies"]["hint"])
        self.assertEqual(now["service"]["message"], "nova-compute on '%s' reports" % A)      # forced down, and it reports
        self.assertEqual(now["forced down"]["state"], "note")
        listed = [m for m in self.tool.run("migration", "list", "--host", A, "-f", "json").json if m["instance"] == uuid]
        self.assertIn("DANGER: nova-compute on '%s' reports again" % A, listed[0]["meaning"])
        found = [f for f in self.tool.run("audit", "run", "evacuation-copy-runs", "evacuation-not-cleaned-up", "-f", "json").json]
        self.assertEqual([(f["check"], f["severity"], f["subject"]) for f in found], [("evacuation-copy-runs", "critical", uuid)])
        harness.sandbox("stop", "nova-compute-A")
        harness.sandbox("start", "nova-compute-A")
        self.wait(lambda: value("nova", "SELECT status FROM migrations WHERE instance_uuid = %s", (uuid,)) == "completed")
        self.assertEqual(self.returns(OK)["copies"]["state"], "ok")
