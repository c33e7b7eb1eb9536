# SPDX-License-Identifier: Apache-2.0
"""What was under way when the host died, what an earlier failed evacuation left, targets that will not do; --settle."""
import re

import harness
from harness import A, B, C, FENCED, OK, REFUSED, rows, value

GO = FENCED + ["--yes", "-f", "json"]
MOVE = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph"]
BACKUPS = ["backup", "update_backup_host", "--currenthost", A, "--newhost", B]


class Findings(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.free = [r["id"] for r in rows("cinder", "SELECT id FROM volumes WHERE BINARY host = BINARY %s AND status = 'available'"
                                           " AND deleted = 0 ORDER BY id", (A + "@ceph#ceph",))]
        self.used = rows("cinder", "SELECT a.id, a.volume_id, a.instance_uuid FROM volume_attachment a JOIN volumes v ON v.id = a.volume_id"
                         " WHERE BINARY v.host = BINARY %s AND a.deleted = 0 ORDER BY a.id", (A + "@ceph#ceph",))

    def status(self, table, id):
        return value("cinder", "SELECT status FROM %s WHERE id = %%s" % table, (id,))

    def volume(self, id, status, previous=None):
        rows("cinder", "UPDATE volumes SET status = %s, previous_status = %s WHERE id = %s", (status, previous, id))

    def snapshot(self, volume, status, id="5a5a5a5a-0000-4000-8000-000000000001"):
        rows("cinder", "INSERT INTO snapshots (deleted, id, volume_id, project_id, status, volume_size, volume_type_id, use_quota)"
             " SELECT 0, %s, id, project_id, %s, size, volume_type_id, 1 FROM volumes WHERE id = %s", (id, status, volume))
        return id

    def attachment(self, id, volume, status, instance=None, host=None):
        rows("cinder", "INSERT INTO volume_attachment (deleted, id, volume_id, attach_status, instance_uuid, attached_host)"
             " VALUES (0, %s, %s, %s, %s, %s)", (id, volume, status, instance, host))

    def backup(self, volume, status, host=A, restore=None, id="b0b0b0b0-0000-4000-8000-000000000001"):
        rows("cinder", "INSERT INTO backups (deleted, id, volume_id, host, status, restore_volume_id) VALUES (0, %s, %s, %s, %s, %s)",
             (id, volume, host, status, restore))
        return id

    def found(self, *words, code=OK):
        r = self.expect(self.tool.run(*words, "--dry-run", *GO), code)
        return {(f["code"], f["subject"]): f for f in r.json["findings"]}

    def test_nothing_under_way_finds_nothing(self):
        rows("cinder", "DELETE FROM workers WHERE resource_type <> 'SENTINEL'")
        codes = {c for c, _ in self.found(*MOVE)}
        self.assertFalse(codes & {"transitional", "delete-pending", "snapshot-in-flight", "backup-elsewhere", "local-attachment",
                                  "stray-attachment", "clock-ahead", "duplicate-services", "target-failed-over", "schema-unknown"}, codes)

    def test_each_is_named_with_its_cure(self):
        self.volume(self.free[0], "deleting")
        snapshot = self.snapshot(self.free[1], "creating")
        elsewhere = self.backup(self.free[1], "creating", C)
        self.attachment("10ca1", self.free[1], "attached", None, A)
        self.attachment("57ea1", self.used[0]["volume_id"], "reserved", self.used[0]["instance_uuid"])
        self.attachment("fresh", self.free[1], "reserved", self.used[0]["instance_uuid"])   # nothing attached beside it: an attach under way
        found = self.found(*MOVE)
        self.assertIn("reset-state", found["delete-pending", self.free[0]]["hint"])
        self.assertIn("--settle", found["snapshot-in-flight", snapshot]["hint"])
        self.assertIn(C, found["backup-elsewhere", elsewhere]["message"])
        self.assertIn("attachment delete", found["local-attachment", "10ca1"]["hint"])
        self.assertIn("attachment delete 57ea1", found["stray-attachment", "57ea1"]["hint"])
        self.assertNotIn(("stray-attachment", "fresh"), found)
        self.assertNotIn(("transitional", self.free[0]), found)
        self.assertIn("--pool-map", found["pool-unseen", B + "@ceph#fast"]["hint"])
        before = rows("cinder", "SELECT * FROM volume_attachment ORDER BY id")
        self.expect(self.tool.run(*MOVE, *GO), OK)
        self.assertEqual(before, rows("cinder", "SELECT * FROM volume_attachment ORDER BY id"))
        self.assertEqual(self.status("volumes", self.free[0]), "deleting")
        self.assertEqual(self.status("snapshots", snapshot), "creating")

    def test_a_deletion_with_a_worker_is_finished_by_the_new_owner(self):
        self.volume(self.free[0], "deleting")
        rows("cinder", "INSERT INTO workers (deleted, resource_type, resource_id, status, service_id) SELECT 0, 'Volume', %s, 'deleting', id"
             " FROM services WHERE BINARY host = BINARY %s", (self.free[0], A + "@ceph"))
        self.assertIn("started again", self.found(*MOVE)["delete-pending", self.free[0]]["hint"])

    def test_settle_writes_what_a_database_can_settle(self):
        expected = {}
        for id, status, after in zip(self.free, ("creating", "deleting", "extending", "downloading"), ("error", "error", "extending", "error")):
            self.volume(id, status)
            expected["volumes", id] = after
        self.volume(self.used[0]["volume_id"], "uploading")
        expected["volumes", self.used[0]["volume_id"]] = "in-use"
        expected["snapshots", self.snapshot(self.free[2], "creating")] = "error"
        expected["snapshots", self.snapshot(self.free[2], "deleting", "5a5a5a5a-0000-4000-8000-000000000002")] = "error"
        expected["snapshots", self.snapshot(self.free[2], "backing-up", "5a5a5a5a-0000-4000-8000-000000000003")] = "backing-up"
        elsewhere = self.backup(self.free[2], "creating", C)
        expected["backups", elsewhere] = "creating"
        rest = rows("cinder", "SELECT id, status FROM volumes WHERE deleted = 0")
        r = self.expect(self.tool.run(*MOVE, "--settle", *GO), OK)
        self.assertTrue(all(s["state"] == "proved" for s in r.json["steps"]))
        for (table, id), status in expected.items():
            self.assertEqual(self.status(table, id), status, (table, id))
        for v in rest:
            if ("volumes", v["id"]) not in expected:
                self.assertEqual(self.status("volumes", v["id"]), v["status"])

    def test_settle_of_backups_gives_the_volume_back(self):
        making = self.backup(self.free[0], "creating")
        self.volume(self.free[0], "backing-up", "available")
        restoring = self.backup(self.free[1], "restoring", restore=self.free[2], id="b0b0b0b0-0000-4000-8000-000000000002")
        self.volume(self.free[2], "restoring-backup", "available")
        deleting = self.backup(self.free[1], "deleting", id="b0b0b0b0-0000-4000-8000-000000000003")
        self.expect(self.tool.run(*BACKUPS, "--settle", *GO), OK)
        self.assertEqual([self.status("backups", b) for b in (making, restoring, deleting)], ["error", "available", "deleting"])
        self.assertEqual(self.status("volumes", self.free[0]), "available")
        self.assertEqual(self.status("volumes", self.free[2]), "error_restoring")

    def test_targets_that_will_not_do(self):
        before = harness.checksum()
        rows("cinder", "UPDATE services SET replication_status = 'failed-over' WHERE BINARY host = BINARY %s", (B + "@ceph",))
        self.assertIn(("target-failed-over", B + "@ceph"), self.found(*MOVE, code=REFUSED))
        rows("cinder", "UPDATE services SET replication_status = NULL, active_backend_id = 'dr' WHERE BINARY host = BINARY %s", (B + "@ceph",))
        self.assertIn(("target-failed-over", B + "@ceph"), self.found(*MOVE, code=REFUSED))
        rows("cinder", "UPDATE services SET active_backend_id = NULL WHERE BINARY host = BINARY %s", (B + "@ceph",))
        rows("cinder", "INSERT INTO services (deleted, host, `binary`, report_count, disabled, uuid) VALUES (0, %s, 'cinder-volume', 0, 0, UUID())", (B + "@ceph",))
        self.assertIn(("duplicate-services", B + "@ceph"), self.found(*MOVE, code=REFUSED))
        rows("cinder", "DELETE FROM services WHERE BINARY host = BINARY %s AND report_count = 0", (B + "@ceph",))
        rows("cinder", "UPDATE services SET updated_at = UTC_TIMESTAMP() + INTERVAL 90 SECOND WHERE BINARY host = BINARY %s", (C + "@ceph",))
        self.assertIn(("clock-ahead", C + "@ceph"), self.found(*MOVE))
        self.unchanged(before)

    def test_a_schema_that_lacks_a_column_is_read_only(self):
        rows("cinder", "UPDATE volumes SET service_uuid = NULL WHERE BINARY host = BINARY %s", (B + "@nvme#nvme",))
        run = self.expect(self.tool.run("volume", "update_service", "--host", B + "@nvme", "--yes", "-f", "json"), OK).json["run"]
        rows("cinder", "UPDATE volumes SET service_uuid = NULL WHERE BINARY host = BINARY %s", (A + "@nvme#nvme",))
        rows("cinder", "INSERT INTO clusters (deleted, name, `binary`, race_preventer, frozen) VALUES (0, 'a@ceph', 'cinder-volume', 0, 0), (0, 'b@ceph', 'cinder-volume', 0, 0)")
        rows("cinder", "UPDATE volumes SET cluster_name = 'a@ceph#ceph' WHERE BINARY host = BINARY %s", (C + "@ceph#ceph",))
        lonely = value("cinder", "SELECT id FROM volumes WHERE host IS NULL AND deleted = 0")
        before = harness.checksum()
        rows("cinder", "ALTER TABLE workers CHANGE race_preventer race_preventer_x INT NOT NULL DEFAULT 0")
        try:
            self.assertIn(("schema-unknown", "cinder"), self.found(*MOVE, code=REFUSED))
            for words in (MOVE, BACKUPS, ["group", "update_host", *MOVE[2:]], ["cg", "update_cg_host", *MOVE[2:]]):
                self.assertIn("schema-unknown", self.expect(self.tool.run(*words, *GO), REFUSED).findings())
            for words in (["volume", "update_service"], ["volume", "delete", lonely], ["quota", "sync"], ["cluster", "rename", "a@ceph", "b@ceph"],
                          ["cluster", "remove", "cinder-volume", "b@ceph"], ["service", "remove", "cinder-backup", A, "--accept", "service-owns"]):
                self.assertIn("schema-unknown", self.expect(self.tool.run(*words, "--yes", "-f", "json"), REFUSED).findings())
            self.expect(self.tool.run("journal", "undo", run, "--yes"), REFUSED, "workers.race_preventer")
            for words in (["volume", "list", "--host", A], ["backup", "list"], ["cluster", "list"], ["host", "list"], ["service", "list"]):
                self.expect(self.tool.run(*words), OK)
        finally:
            rows("cinder", "ALTER TABLE workers CHANGE race_preventer_x race_preventer INT NOT NULL DEFAULT 0")
        self.unchanged(before)

    def test_both_owners_are_counted_as_by_hand_before_and_now(self):
        """Not twice after the writes, where the one has nothing and the other all."""
        def by_hand(table, owner):
            return value("cinder", "SELECT COUNT(*) FROM `%s` WHERE BINARY SUBSTRING_INDEX(host, '#', 1) = BINARY %%s%s" % (
                table, "" if table == "image_volume_cache_entries" else " AND deleted = 0"), (owner,))
        tables = {"volume": "volumes", "group": "groups", "consistencygroup": "consistencygroups",
                  "image_volume_cache_entry": "image_volume_cache_entries"}
        owners = (A + "@ceph", B + "@ceph")
        before = {(k, o): by_hand(t, o) for k, t in tables.items() for o in owners}
        r = self.expect(self.tool.run(*MOVE, *GO, "--limit", "3"), OK)
        self.assertGreater(before["volume", owners[1]], 0)
        self.assertGreater(before["volume", owners[0]], 3)
        for c in r.json["checks"]:
            if c["kind"] in tables:
                self.assertEqual((c["before"], c["now"]), (before[c["kind"], c["owner"]], by_hand(tables[c["kind"]], c["owner"])), str(c))
        r = self.expect(self.tool.run(*MOVE, *GO), OK)
        said = {(c["kind"], c["owner"]): (c["before"], c["now"]) for c in r.json["checks"]}
        self.assertEqual(said["volume", owners[0]][1], 0)
        self.assertEqual(said["volume", owners[1]][1], before["volume", owners[0]] + before["volume", owners[1]])
        self.assertEqual({k for k, _ in said} - {"worker"}, set(tables))
        said = self.expect(self.tool.run(*BACKUPS, *FENCED, "--yes"), OK).out.splitlines()
        for line in ("from       %s: 2 before, 0 now" % A, "to         %s: 1 before, 3 now" % B):
            self.assertIn("  " + line, said)

    def test_what_was_rolled_back_has_no_count_of_now(self):
        blocker = harness.connect("cinder", autocommit=False)
        self.addCleanup(blocker.close)
        with blocker.cursor() as cursor:
            cursor.execute("SELECT id FROM volumes WHERE BINARY host = %s AND deleted = 0 ORDER BY id DESC LIMIT 1 FOR UPDATE", (A + "@ceph#ceph",))
            r = self.tool.run(*MOVE, *GO)
        self.assertNotEqual(r.code, OK)
        self.assertEqual({c["now"] for c in r.json["checks"]}, {None})
        self.assertGreater(next(c["before"] for c in r.json["checks"] if c["owner"] == A + "@ceph"), 0)
