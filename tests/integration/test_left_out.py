# SPDX-License-Identifier: Apache-2.0
"""A stop wins over an empty plan; what is said about something that is left out stops nothing."""
import harness
from harness import A, B, C, ENV, FENCED, OK, REFUSED, rows, value

OWNERS = ["--accept", "volume-owner-dead"]


class LeftOut(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def run_(self, *words):
        return self.tool.run(*words, "-f", "json")

    def stops(self, r):
        return {f["code"] for f in r.json["findings"] if f["severity"] == "stop" and not f["accepted"]}

    def every_instance_is_left_out(self):
        rows("nova", "UPDATE instances SET vm_state = 'paused' WHERE BINARY host = BINARY %s AND deleted = 0", (A,))

    def test_a_stop_wins_where_every_instance_is_left_out(self):
        self.every_instance_is_left_out()
        harness.heartbeats(alive=(A, B, C, ENV["SB_CONTROLLER"]), dead=())
        for way in (["--dry-run"], ["--yes"]):
            r = self.expect(self.run_("host", "evacuate", A, *FENCED, *way), REFUSED)
            self.assertEqual(self.stops(r), {"source-alive"})
        harness.heartbeats()
        for way in (["--dry-run"], ["--yes"]):
            r = self.expect(self.run_("host", "evacuate", A, "--target_host", A, *FENCED, *OWNERS, *way), REFUSED)
            self.assertIn("target-is-source", self.stops(r))
            r = self.expect(self.run_("host", "evacuate", A, *way), REFUSED)
            self.assertEqual(self.stops(r), {"fencing-unconfirmed"})
            self.assertEqual(r.json["steps"], [])
        self.expect(self.run_("host", "evacuate", A, *FENCED, "--yes"), OK)     # skipped only: listed, and no failure

    def test_a_stop_wins_where_nothing_is_there_at_all(self):
        rows("cinder", "UPDATE volumes SET host = %s WHERE BINARY host = BINARY %s", (C + "@nvme#nvme", A + "@nvme#nvme"))
        move = ["volume", "update_host", "--currenthost", A + "@nvme", "--newhost", B + "@nvme"]
        r = self.run_(*move, "--yes")
        while r.json["steps"]:                                 # whatever else it owns there
            self.expect(self.run_(*move, "--yes", *FENCED), OK)
            r = self.run_(*move, "--yes")
        self.expect(r, OK)                                     # nobody's word is needed for nothing
        harness.heartbeats(alive=(A, B, C, ENV["SB_CONTROLLER"]), dead=())
        for way in (["--dry-run"], ["--yes"]):
            r = self.expect(self.run_(*move, *FENCED, *way), REFUSED)
            self.assertEqual(self.stops(r), {"source-alive"})

    def cut_short(self, name="image-active-1", task_state="migrating"):
        uuid = value("nova", "SELECT uuid FROM instances WHERE display_name = %s AND deleted = 0", (name,))
        rows("nova", "UPDATE instances SET task_state = %s WHERE uuid = %s", (task_state, uuid))
        rows("nova", "INSERT INTO migrations (created_at, updated_at, deleted, uuid, source_compute, dest_compute, source_node, dest_node, instance_uuid,"
             " status, migration_type, hidden) VALUES (UTC_TIMESTAMP() - INTERVAL 10 MINUTE, UTC_TIMESTAMP() - INTERVAL 10 MINUTE, 0, UUID(),"
             " %s, %s, %s, %s, %s, 'running', 'live-migration', 0)", (A, B, A, B, uuid))
        return uuid

    def test_a_live_migration_that_was_cut_short_stops_nobody_else(self):
        uuid = self.cut_short()
        r = self.expect(self.run_("host", "rescue", A, "--to", B, *FENCED, "--dry-run"), OK)
        self.assertNotIn("in-flight", r.findings())
        (left,) = [f for f in r.json["findings"] if f["subject"] == uuid and f["code"] == "not-evacuable"]
        self.assertIn("live-migration", left["message"])
        self.assertIn("on '%s': virsh domstate %s" % (B, uuid), left["hint"])
        self.assertIn("openstack server set --state active " + uuid, left["hint"])
        self.assertNotIn("migration close", left["hint"])
        self.assertGreater(len([s for s in r.json["steps"] if s["kind"] == "instance"]), 5)

    def test_a_migration_of_an_instance_that_would_go_stops_the_run_until_it_is_left_out(self):
        uuid = self.cut_short(task_state=None)
        r = self.expect(self.run_("host", "evacuate", A, *FENCED, *OWNERS, "--dry-run"), REFUSED)
        self.assertEqual(self.stops(r), {"in-flight"})
        self.expect(self.run_("host", "evacuate", A, *FENCED, *OWNERS, "--dry-run", "--exclude", uuid), OK)
        self.expect(self.run_("host", "evacuate", A, *FENCED, *OWNERS, "--dry-run", "--only", "image-active-0"), OK)
        self.expect(self.run_("host", "evacuate", A, *FENCED, *OWNERS, "--dry-run", "--limit", "1"), OK)      # the first is another one
        rows("nova", "UPDATE instances SET launched_at = NULL WHERE uuid = %s", (uuid,))
        self.expect(self.run_("host", "evacuate", A, *FENCED, *OWNERS, "--dry-run"), OK)

    def test_a_volume_that_is_being_migrated_and_is_left_out_stops_nothing(self):
        volume = value("cinder", "SELECT id FROM volumes WHERE BINARY host = BINARY %s AND deleted = 0 ORDER BY id LIMIT 1", (A + "@ceph#ceph",))
        rows("cinder", "UPDATE volumes SET migration_status = 'migrating' WHERE id = %s", (volume,))
        move = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *FENCED, "--dry-run"]
        self.assertEqual(self.stops(self.expect(self.run_(*move), REFUSED)), {"in-flight"})
        self.assertEqual(self.stops(self.expect(self.run_(*move, "--only", volume), REFUSED)), {"in-flight"})
        self.expect(self.run_(*move, "--exclude", volume), OK)
