# SPDX-License-Identifier: Apache-2.0
"""After a move the new owner, a real cinder-volume, does the work and the old one, started again, touches nothing; what was asked
while nobody was there is named, each with its cure, and the cure works."""
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request

import harness
from harness import A, B, ENV, FENCED, OK, ROOT, rows, value

sys.path.append(os.path.join(ROOT, "tests", "sandbox", "python"))
import sandbox_api  # noqa: E402

GO = FENCED + ["--yes"]
ACCEPT_ALIVE = ["--accept", "source-alive"]
DRIVER_LOG = os.path.join(ENV["SB_LOG"], "cinder-driver.jsonl")


def id_of(name):
    return value("cinder", "SELECT id FROM volumes WHERE display_name = %s AND deleted = 0", (name,))


def volume(id_):
    return rows("cinder", "SELECT * FROM volumes WHERE id = %s", (id_,))[0]


def queue(backend):
    return "cinder-volume.%s@%s.%s" % (A, backend, A)


def wait_until(what, done, seconds=60):
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise AssertionError("gave up waiting: " + what)
        time.sleep(0.2)


def calls():
    """What the drivers were asked, by whom."""
    with open(DRIVER_LOG) as f:
        return [json.loads(line) for line in f]


class Cinder(sandbox_api.Sandbox):
    """cinder's API as an operator asks it; a refusal is an answer: its status."""

    def ask(self, method, path, body=None):
        try:
            return self.http(method, self.env["SB_CINDER_URL"] + path, body, "volume 3.60")
        except SystemExit as e:
            if not isinstance(e.__context__, urllib.error.HTTPError):
                raise
            return e.__context__.code

    def as_service(self, method, path):
        """As nova does it: with the token of a service."""
        request = urllib.request.Request(self.env["SB_CINDER_URL"] + path, method=method, headers={
            "X-Auth-Token": self.env["SB_TOKEN"], "X-Service-Token": self.env["SB_TOKEN"], "OpenStack-API-Version": "volume 3.60"})
        urllib.request.urlopen(request, timeout=60).close()

    def act(self, id_, **action):
        return self.ask("POST", "/volumes/%s/action" % id_, {k.replace("_", "-", 1): v for k, v in action.items()})

    def extend(self, id_, size):
        return self.act(id_, os_extend={"new_size": size})

    def snapshot(self, id_):
        return self.ask("POST", "/snapshots", {"snapshot": {"volume_id": id_, "name": "after", "force": True}})["snapshot"]["id"]


class Owner(harness.TestCase):
    """One death for all tests; each looks at volumes of its own."""

    @classmethod
    def setUpClass(cls):
        harness.sandbox("reset")
        cls.api = Cinder()
        cls.shared = harness.Tool()
        cls.poolless, cls.deleted, cls.left = id_of("spare-ceph-0"), id_of("spare-nvme-0"), id_of("spare-fast-0")
        cls.spare, cls.attached = id_of("spare-ceph-1"), id_of("volume-active-0-vol0")
        harness.sandbox("fail", "A", "--now")
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (A + "@ceph#gone", cls.poolless))
        for id_ in (cls.deleted, cls.left):
            cls.api.ask("DELETE", "/volumes/" + id_)
        cls.fail_an_evacuation()
        cls.show = cls.shared.run("host", "show", A, "-f", "json")
        cls.dry = cls.shared.run("volume", "update_host", "--currenthost", A, "--newhost", B, *FENCED, "--dry-run", "-f", "json")
        cls.move = cls.shared.run("volume", "update_host", "--currenthost", A, "--newhost", B, *GO)
        cls.moved_at = len(calls())

    @classmethod
    def fail_an_evacuation(cls):
        """The new host asks cinder to end the attachment on the old one, and cinder asks its dead owner, five times."""
        os.environ["EVAC_SANDBOX_RPC_TIMEOUT"] = "2"
        try:
            harness.sandbox("stop", "cinder-api")
            harness.sandbox("start", "cinder-api")
            cls.failed = cls.shared.run("instance", "evacuate", "volume-active-0", B, *GO, "--accept", "volume-owner-dead", "--timeout", "120")
        finally:
            del os.environ["EVAC_SANDBOX_RPC_TIMEOUT"]
            harness.sandbox("stop", "cinder-api")
            harness.sandbox("start", "cinder-api")

    def setUp(self):
        super().setUp()
        self.tool = self.shared
        self.expect(self.move, OK)

    def found(self, code, subject):
        found = [f for f in self.dry.json["findings"] if (f["code"], f["subject"]) == (code, subject)]
        self.assertEqual(len(found), 1, self.dry)
        return found[0]

    def served(self, op, id_, owner):
        """The driver of this owner did it, and no other has touched it since the move."""
        wait_until("%s of %s" % (op, id_), lambda: [c for c in calls()[self.moved_at:] if (c["op"], c["id"]) == (op, id_)])
        self.assertEqual({c["host"] for c in calls()[self.moved_at:] if id_ in (c["id"], c.get("volume"))}, {owner})

    def gone(self, id_):
        return volume(id_)["deleted"] == 1

    def test_what_waits_is_told(self):
        """By host show, by a finding, and by the report of the move."""
        shown = {r["item"]: r for r in self.show.json if r["section"] == "queues"}
        told = {q["queue"]: q["messages"] for q in self.dry.json["queues"]}
        self.assertEqual(told[queue("nvme")], 1)
        self.assertGreaterEqual(told[queue("ceph")], 1)    # and the questions of the failed evacuation, as long as they live
        for backend in ("nvme", "ceph"):
            name = queue(backend)
            self.assertEqual(shown[name]["state"], "waiting")
            self.assertGreaterEqual(shown[name]["count"], 1)
            self.assertIn("purge_queue %s;" % name, shown[name]["detail"])
            self.assertIn("purge_queue %s;" % name, self.found("casts-waiting", name)["hint"])
            self.assertRegex(self.move.out, r"queue '%s' holds \d+ messages?;" % re.escape(name))
        self.assertEqual(shown["cinder-backup." + A]["state"], "empty")
        self.assertNotIn("casts-waiting", [f["code"] for f in self.dry.json["findings"] if f["subject"] == "cinder-backup." + A])

    def test_the_new_owner_extends_snapshots_and_deletes(self):
        owner = B + "@ceph"
        self.api.extend(self.spare, 2)
        self.served("extend_volume", self.spare, owner)
        wait_until("the size", lambda: (volume(self.spare)["size"], volume(self.spare)["status"]) == (2, "available"))
        new = self.api.snapshot(self.spare)
        wait_until("the snapshot", lambda: value("cinder", "SELECT status FROM snapshots WHERE id = %s", (new,)) == "available")
        for snapshot in [r["id"] for r in rows("cinder", "SELECT id FROM snapshots WHERE volume_id = %s AND deleted = 0", (self.spare,))]:
            self.api.ask("DELETE", "/snapshots/" + snapshot)
            wait_until("its deletion", lambda: value("cinder", "SELECT deleted FROM snapshots WHERE id = %s", (snapshot,)))
            self.served("delete_snapshot", snapshot, owner)
        self.api.ask("DELETE", "/volumes/" + self.spare)
        wait_until("the deletion", lambda: self.gone(self.spare))
        self.served("delete_volume", self.spare, owner)

    def test_a_pool_that_the_new_owner_lacks(self):
        self.assertIn("--pool-map", self.found("pool-unseen", B + "@ceph#gone")["hint"])
        self.assertEqual(volume(self.poolless)["host"], B + "@ceph#gone")
        lost = self.api.snapshot(self.poolless)
        wait_until("its failure", lambda: value("cinder", "SELECT status FROM snapshots WHERE id = %s", (lost,)) == "error")
        self.expect(self.tool.run("volume", "update_host", "--currenthost", B + "@ceph#gone", "--newhost", B + "@ceph#ceph", *GO, *ACCEPT_ALIVE), OK)
        made = self.api.snapshot(self.poolless)
        self.served("create_snapshot", made, B + "@ceph")
        wait_until("the snapshot", lambda: value("cinder", "SELECT status FROM snapshots WHERE id = %s", (made,)) == "available")
        self.api.extend(self.poolless, 2)
        self.served("extend_volume", self.poolless, B + "@ceph")

    def test_a_deletion_that_was_asked_of_the_dead(self):
        self.assertIn("reset-state --state available", self.found("delete-pending", self.deleted)["hint"])
        self.assertEqual(volume(self.deleted)["status"], "deleting")
        self.api.act(self.deleted, os_reset_status={"status": "available"})
        self.api.ask("DELETE", "/volumes/" + self.deleted)
        wait_until("the deletion", lambda: self.gone(self.deleted))
        self.served("delete_volume", self.deleted, B + "@nvme")

    def test_a_stray_attachment_of_a_failed_evacuation(self):
        self.assertNotEqual(self.failed.code, OK, self.failed)
        stray = value("cinder", "SELECT id FROM volume_attachment WHERE volume_id = %s AND deleted = 0 AND attach_status = 'reserved'", (self.attached,))
        self.assertIn("volume attachment delete " + stray, self.found("stray-attachment", stray)["hint"])
        self.expect(self.tool.run("instance", "evacuate", "volume-active-0", *GO), OK)
        # the guest goes: what it has is released, and the volume is kept by the stray one alone
        (live,) = rows("cinder", "SELECT id FROM volume_attachment WHERE volume_id = %s AND deleted = 0 AND attach_status = 'attached'", (self.attached,))
        self.api.as_service("DELETE", "/attachments/" + live["id"])
        self.assertEqual(self.api.ask("DELETE", "/volumes/" + self.attached), 400)
        self.assertEqual(volume(self.attached)["status"], "reserved")
        self.api.ask("DELETE", "/attachments/" + stray)
        wait_until("the volume", lambda: volume(self.attached)["status"] == "available")
        self.api.ask("DELETE", "/volumes/" + self.attached)
        wait_until("the deletion", lambda: self.gone(self.attached))
        self.served("delete_volume", self.attached, B + "@ceph")

    def test_the_old_owner_started_again_touches_nothing(self):
        """It reads the deletion that waits for it, refuses it, and leaves every row as it is."""
        returned = self.tool.run("host", "return", A, "-f", "json")
        waits = [r for r in returned.json if r["check"] == "waiting for cinder" and queue("ceph") in r["message"]]
        self.assertEqual([r["state"] for r in waits], ["stop"], returned)
        before = {r["id"]: r for r in rows("cinder", "SELECT * FROM volumes WHERE BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s", (B,))}
        self.assertEqual(before[self.left]["status"], "deleting")
        harness.sandbox("start", "cinder-volume-A")
        n = len(calls())
        wait_until("the queue", lambda: queue("ceph") + "\t0" in harness.sandbox("rabbitmqctl", "list_queues", "-q", "--no-table-headers", "name", "messages"))
        time.sleep(6)       # more than one of its periodic tasks
        self.assertEqual(before, {r["id"]: r for r in rows("cinder", "SELECT * FROM volumes WHERE BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s", (B,))})
        self.assertEqual([c for c in calls()[self.moved_at:] if c["host"].startswith(A + "@") and c["id"] in before], [])
        self.assertEqual(len([c for c in calls()[n:] if c["host"].startswith(A)]), 0)
        self.api.act(self.left, os_reset_status={"status": "available"})
        self.api.ask("DELETE", "/volumes/" + self.left)
        wait_until("the deletion", lambda: self.gone(self.left))
        self.served("delete_volume", self.left, B + "@ceph")
