# SPDX-License-Identifier: Apache-2.0
"""What is proved is proved when it was done. What users do with it while the rest goes on is a note, with what it is now."""
import threading
import time

import harness
import journals
import landing
from harness import A, B, C, FENCED, OK, rows, value

GO = FENCED + ["--yes"]
UNPROVED, PARTIAL = 10, 6
LATEST = "SELECT id FROM volumes WHERE BINARY SUBSTRING_INDEX(host, '#', 1) = BINARY %s AND deleted = 0 AND attach_status <> 'attached' ORDER BY id"


class Proof(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)
        self.free = [r["id"] for r in rows("cinder", LATEST, (A + "@ceph",))]
        self.assertGreaterEqual(len(self.free), 3)

    def rescue(self, meanwhile, land=landing.land, **more):
        """A whole rescue; ${meanwhile} when the first message has come, then nova does its work."""
        process = self.tool.start("host", "rescue", A, "--to", B, *GO, "--timeout", "120", "-f", more.get("form", "json"))
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        self.conductor.wait_for(1)
        meanwhile()
        stop = threading.Event()

        def nova():
            done = set()
            while not stop.is_set():
                for cast in list(self.conductor.casts):
                    uuid = landing.uuid_of(cast)
                    if uuid not in done:
                        done.add(uuid)
                        land(uuid, C)
                time.sleep(0.1)
        thread = threading.Thread(target=nova)
        thread.start()
        try:
            out, err = process.communicate(timeout=200)
        finally:
            stop.set()
            thread.join()
        return harness.Result(["host", "rescue"], process.returncode, out.decode(), err.decode())

    def users_at_work(self):
        deleted, moved, gone = self.free[:3]
        self.changed = {"deleted": deleted, "moved": moved, "gone": gone}
        rows("cinder", "UPDATE volumes SET deleted = 1, deleted_at = UTC_TIMESTAMP(), status = 'deleted' WHERE id = %s", (deleted,))
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (C + "@ceph#ceph", moved))

    def asked_of_nova(self, action):
        """image-active-0 lands, and is 'stopped' before anybody looks; nova has a record of that action behind ours."""
        target = value("nova", "SELECT uuid FROM instances WHERE display_name = 'image-active-0' AND deleted = 0")

        def land(uuid, host):
            if uuid == target:
                rows("nova", "INSERT INTO instance_actions (created_at, action, instance_uuid, request_id, start_time, deleted) VALUES"
                     " (UTC_TIMESTAMP(), %s, %s, 'req-of-its-user', UTC_TIMESTAMP(), 0)", (action, uuid))
                rows("nova", "UPDATE instances SET vm_state = 'stopped' WHERE uuid = %s", (uuid,))
            landing.land(uuid, host)
            if uuid == target:
                rows("nova", "UPDATE instances SET vm_state = 'stopped', power_state = 4 WHERE uuid = %s", (uuid,))
        r = self.rescue(lambda: None, land)
        return [s for s in r.json["steps"] if s["id"] == target][0], r

    def test_a_user_who_stops_it_right_away_is_a_note(self):
        step, r = self.asked_of_nova("stop")
        self.assertEqual(step["state"], "proved", str(r))
        self.assertIn("(stop)", step["since"])
        self.assertIn(r.code, (OK, PARTIAL), str(r))

    def test_a_lock_explains_no_state(self):
        step, r = self.asked_of_nova("lock")
        self.assertEqual(r.code, UNPROVED, str(r))
        self.assertIsNone(step["since"])

    def test_users_who_delete_and_migrate_volumes_meanwhile_are_a_note(self):
        r = self.rescue(self.users_at_work)
        self.assertIn(r.code, (OK, PARTIAL), str(r))     # some of the sandbox's instances are left out
        steps = {s["id"]: s for s in r.json["steps"]}
        self.assertEqual({s["state"] for s in r.json["steps"]}, {"proved"}, str(r))
        self.assertEqual(steps[self.changed["deleted"]]["since"], "deleted")
        self.assertIn("host '%s'" % (C + "@ceph#ceph"), steps[self.changed["moved"]]["since"])
        self.assertIsNone(steps[self.changed["gone"]]["since"])
        self.assertNotIn("'another'", r.out + r.err)
        made = {x["uuid"] for x in rows("nova", "SELECT uuid FROM instances WHERE image_ref <> ''")}       # the rest are on volumes
        unrecorded = {s["id"]: s["disks_unrecorded"] for s in r.json["steps"] if s["kind"] == "instance"}
        self.assertEqual(unrecorded, {i: i in made for i in unrecorded})
        self.assertEqual(set(unrecorded.values()), {True, False})
        n = value("cinder", "SELECT COUNT(*) FROM volumes WHERE BINARY SUBSTRING_INDEX(host, '#', 1) = BINARY %s AND deleted = 0", (B + "@ceph",))
        self.assertEqual({c["now"] for c in r.json["checks"] if (c["kind"], c["owner"]) == ("volume", B + "@ceph")}, {n})
        self.expect(self.tool.run("journal", "recover", r.json["run"], "-f", "json"), OK, "nothing to recover")

    def test_people_read_the_same(self):
        r = self.rescue(self.users_at_work, form="table")
        self.assertIn("note       volume %s was changed after it was verified: now deleted" % self.changed["deleted"], r.out)
        self.assertIn("note       volume %s was changed after it was verified: now host '%s@ceph#ceph'" % (self.changed["moved"], C), r.out)
        said = " ".join(r.out.split())
        names, found, _ = said.partition("nova does not record whether it found the old disk or made a new one: ")[2].partition(" on %s; " % C)
        self.assertTrue(found, said)
        self.assertIn("image-active-0", names.split(", "))
        self.assertLess(said.index("guests started, and booting now"), said.index(" journal "))

    def test_the_proof_is_in_the_journal_before_the_first_message(self):
        self.tool.run("host", "rescue", A, "--to", B, *GO, "--no-wait")
        (journal,) = self.tool.journals()
        first = next(i for i, x in enumerate(journal) if x["type"] == "publish_intent")
        before = {(x["unit"], x["state"]) for x in journal[:first] if x["type"] == "outcome"}
        for x in journal:
            if x["type"] == "intent" and x["kind"] in ("mark", "ownership"):
                self.assertIn((x["unit"], "proved"), before)

    def test_what_its_user_does_with_an_instance_that_has_arrived_is_no_failure(self):
        """Stopped, and another one deleted, as soon as they are there; the rest still goes on."""
        names = {r["display_name"]: r["uuid"] for r in rows("nova", "SELECT display_name, uuid FROM instances WHERE deleted = 0")}

        def land(uuid, host):
            landing.land(uuid, host)
            if uuid == names["image-active-1"]:
                rows("nova", "UPDATE instances SET vm_state = 'deleted', deleted = id, deleted_at = UTC_TIMESTAMP() WHERE uuid = %s", (uuid,))
            elif uuid == names["volume-data-active-0"]:     # a data volume is taken away and deleted
                rows("nova", "UPDATE block_device_mapping SET deleted = id WHERE instance_uuid = %s AND boot_index <> 0 AND volume_id IS NOT NULL", (uuid,))
                rows("cinder", "UPDATE volume_attachment a JOIN nova.block_device_mapping b ON b.volume_id = a.volume_id SET a.deleted = 1,"
                     " a.attach_status = 'detached' WHERE a.instance_uuid = %s AND b.deleted <> 0", (uuid,))
        r = self.rescue(lambda: None, land=land)
        self.assertIn(r.code, (OK, PARTIAL), str(r))
        steps = {s["id"]: s for s in r.json["steps"]}
        for name in ("image-active-1", "volume-data-active-0"):
            self.assertEqual(steps[names[name]]["state"], "proved", str(steps[names[name]]))
        self.assertEqual(steps[names["image-active-1"]]["since"], "deleted")

    def test_a_database_that_has_the_old_value_again_is_no_note(self):
        victim = self.free[0]
        old = rows("cinder", "SELECT host, service_uuid FROM volumes WHERE id = %s", (victim,))[0]
        r = self.rescue(lambda: rows("cinder", "UPDATE volumes SET host = %s, service_uuid = %s WHERE id = %s",
                                     (old["host"], old["service_uuid"], victim)))
        self.expect(r, UNPROVED, "holds its old value again")
        (step,) = [s for s in r.json["steps"] if s["id"] == victim]
        self.assertEqual(step["state"], "applied")
        again = "host rescue %s --resume %s" % (A, r.json["run"])
        self.assertTrue(r.json["next"].endswith(again), r.json["next"])
        harness.heartbeats()
        said = self.expect(self.tool.run("journal", "recover", r.json["run"]), harness.DRIFT, victim, "hold their old value again", again)
        self.assertNotIn("neither their old value", said.err)
        harness.heartbeats()
        self.expect(self.tool.run("host", "rescue", A, "--resume", r.json["run"], *GO), PARTIAL)
        self.assertNotEqual(value("cinder", "SELECT host FROM volumes WHERE id = %s", (victim,)), old["host"])


class Recovered(harness.TestCase):
    """Dead after the commit and before the proof."""

    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        r = self.expect(self.tool.run("volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *GO, "-f", "json"), OK)
        self.run_id = r.json["run"]
        self.volumes = [s["id"] for s in r.json["steps"] if s["kind"] == "volume"]

    def recover(self):
        return self.tool.run("journal", "recover", self.run_id, "-f", "json")

    def test_a_volume_that_was_deleted_since_is_a_note(self):
        for died in (lambda r: r["type"] == "outcome" and r["state"] == "applied", lambda r: r["type"] == "intent"):
            journals.cut_after(journals.path_of(self.tool), died)
            rows("cinder", "UPDATE volumes SET deleted = 1, status = 'deleted' WHERE id = %s", (self.volumes[0],))
            r = self.expect(self.recover(), OK)
            steps = {s["id"]: s for s in r.json["steps"]}
            self.assertEqual((steps[self.volumes[0]]["state"], steps[self.volumes[0]]["since"]), ("proved", "deleted"))

    def test_a_volume_that_was_migrated_since_a_commit_that_was_answered_is_a_note(self):
        journals.cut_after(journals.path_of(self.tool), lambda r: r["type"] == "outcome" and r["state"] == "applied")
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (C + "@ceph#ceph", self.volumes[0]))
        r = self.expect(self.recover(), OK)
        steps = {s["id"]: s for s in r.json["steps"]}
        self.assertEqual(steps[self.volumes[0]]["state"], "proved")
        self.assertIn(C + "@ceph#ceph", steps[self.volumes[0]]["since"])

    def test_a_third_value_is_never_counted_as_unknown(self):
        journals.cut_after(journals.path_of(self.tool), lambda r: r["type"] == "intent")
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (C + "@ceph#ceph", self.volumes[0]))
        r = self.expect(self.recover(), harness.DRIFT, "0 unknown", "1 with a row that holds neither value", C + "@ceph#ceph")
        self.assertIn("0 unknown", r.json["summary"])
