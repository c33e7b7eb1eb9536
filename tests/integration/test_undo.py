# SPDX-License-Identifier: Apache-2.0
"""journal undo: back to what was, row by row, and only what still is as the run left it."""
import os
import subprocess

import harness
import journals
import landing
from harness import A, B, C, DRIFT, ENV, FENCED, NOT_FOUND, OK, REFUSED, rows, value

GO = FENCED + ["--yes"]
MOVE = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph"]
UNKNOWN = 9


def owners():
    """Everything that a move changes, without the columns that count changes."""
    cinder = [rows("cinder", "SELECT id, host, service_uuid FROM volumes ORDER BY id"), rows("cinder", "SELECT id, host FROM backups ORDER BY id"),
              rows("cinder", "SELECT id, host FROM `groups` ORDER BY id"), rows("cinder", "SELECT id, host FROM consistencygroups ORDER BY id"),
              rows("cinder", "SELECT id, host FROM image_volume_cache_entries ORDER BY id"), rows("cinder", "SELECT id, service_id FROM workers ORDER BY id"),
              rows("cinder", "SELECT id, disabled, disabled_reason FROM services ORDER BY id")]
    return cinder + [rows("nova", "SELECT id, disabled, disabled_reason FROM services ORDER BY id")]


class Undo(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()

    def run_id(self):
        return os.path.basename(journals.path_of(self.tool))[:-len(".jsonl")]

    def undo(self, *words, run=None, back=True):
        """As a rule after the host has come back: an undo gives things to it."""
        if back:
            harness.heartbeats(alive=(A, B, C, ENV["SB_CONTROLLER"]), dead=())
        return self.tool.run("journal", "undo", run or self.run_id(), *words, "-f", "json")

    def test_a_move_is_taken_back_and_the_undo_of_the_undo_is_the_move(self):
        before = owners()
        self.expect(self.tool.run(*MOVE, *GO), OK)
        moved, first = owners(), self.run_id()
        self.assertNotEqual(before, moved)
        r = self.expect(self.undo("--yes"), OK)
        self.assertEqual({s["state"] for s in r.json["steps"]}, {"proved"})
        self.assertEqual(before, owners())
        self.expect(self.undo("--yes"), OK)
        self.assertEqual(moved, owners())
        self.expect(self.undo("--yes"), OK)
        self.assertEqual(before, owners())
        self.expect(self.undo("--yes", run=first), DRIFT)     # that one has been taken back already

    def refused(self, result, *codes):
        self.expect(result, REFUSED)
        self.assertEqual({f["code"] for f in result.json["findings"] if f["severity"] == "stop"}, set(codes), str(result))

    def test_nothing_is_given_back_to_a_dead_or_disabled_owner(self):
        before = owners()
        self.expect(self.tool.run(*MOVE, *GO), OK)
        moved, run = owners(), self.run_id()
        r = self.undo("--yes", back=False)
        self.refused(r, "target-down")
        (found,) = [f for f in r.json["findings"] if f["code"] == "target-down"]
        self.assertIn("start it first", found["hint"])      # nobody else is asked to take them
        self.assertEqual(found["subject"], A + "@ceph")
        rows("cinder", "UPDATE services SET disabled = 1 WHERE host = %s", (A + "@ceph",))
        self.refused(self.undo("--yes"), "target-disabled")
        rows("cinder", "UPDATE services SET disabled = 0, deleted = 1 WHERE host = %s", (A + "@ceph",))
        self.refused(self.undo("--yes"), "target-service-missing")
        rows("cinder", "UPDATE services SET deleted = 0 WHERE host = %s", (A + "@ceph",))
        self.assertEqual(moved, owners())
        self.expect(self.undo("--yes", "--accept", "target-down", run=run, back=False), OK)     # who means it
        self.assertEqual(before, owners())

    def test_its_sentences_read_in_the_direction_of_the_write(self):
        self.expect(self.tool.run(*MOVE, *GO), OK)
        harness.heartbeats(alive=(A, B, C, ENV["SB_CONTROLLER"]), dead=())
        run = self.run_id()
        dry = self.expect(self.tool.run("journal", "undo", run, "--dry-run"), OK)
        self.assertIn("from %s@ceph to %s@ceph" % (B, A), dry.out)
        self.assertIn("1. move back ", dry.out)
        r = self.expect(self.tool.run("journal", "undo", run, "--yes"), OK)
        self.assertRegex(r.err, "  move  .* -> %s@ceph" % A)
        self.assertNotIn("from %s@ceph to %s@ceph" % (A, B), r.out + r.err)
        owner = [line.split()[:2] for line in r.out.splitlines() if line.startswith(("  from ", "  to "))]
        self.assertEqual(owner, [["from", B + ":"], ["to", A + ":"]])

    def test_what_the_live_owner_is_at_work_on_stays_with_it(self):
        r = self.expect(self.tool.run(*MOVE, *GO, "-f", "json"), OK)
        victim = next(s["id"] for s in r.json["steps"] if s["kind"] == "volume")
        rows("cinder", "UPDATE volumes SET status = 'extending' WHERE id = %s", (victim,))
        r = self.undo("--yes")
        self.refused(r, "source-alive")
        self.expect(self.undo("--yes", "--exclude", victim), OK)

    def test_the_volumes_of_a_guest_that_left_stay_with_their_new_owner(self):
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        r = self.tool.run("host", "rescue", A, "--to", B, *GO, "--only", "volume-active-0", "--no-wait", "-f", "json")
        (uuid,) = [s["id"] for s in r.json["steps"] if s["kind"] == "instance" and s["accepted"]]
        rows("nova", "UPDATE instances SET host = %s, node = %s, task_state = NULL WHERE uuid = %s", (C, C, uuid))   # what nova does then
        landing.bind(uuid, C)
        rows("cinder", "UPDATE volume_attachment SET attached_host = %s WHERE instance_uuid = %s AND deleted = 0", (C, uuid))
        rows("nova", "UPDATE migrations SET status = 'done', dest_compute = %s WHERE instance_uuid = %s AND migration_type = 'evacuation'", (C, uuid))
        rows("nova", "UPDATE instance_actions_events SET result = 'Success' WHERE result IS NULL")
        self.expect(self.tool.run("journal", "recover", self.run_id()), OK)
        before = harness.checksum()
        r = self.undo("--yes", back=False)
        self.expect(r, REFUSED)
        self.assertLessEqual({"target-down", "in-use-elsewhere"}, set(r.findings()))
        r = self.undo("--yes")
        self.refused(r, "in-use-elsewhere")
        used = [f["subject"] for f in r.json["findings"] if f["code"] == "in-use-elsewhere"]
        self.assertEqual(sorted(used), sorted(b["volume_id"] for b in rows(
            "nova", "SELECT volume_id FROM block_device_mapping WHERE instance_uuid = %s AND deleted = 0 AND volume_id IS NOT NULL", (uuid,))))
        self.unchanged(before)
        self.expect(self.undo("--yes", *[w for v in used for w in ("--exclude", v)]), OK)
        for volume in used:
            self.assertTrue(value("cinder", "SELECT host FROM volumes WHERE id = %s", (volume,)).startswith(B + "@"))

    def leave(self, name, source):
        """An instance of A whose evacuation is done, as nova leaves its rows, with its volumes."""
        (uuid,) = [r["uuid"] for r in rows("nova", "SELECT uuid FROM instances WHERE display_name = %s AND host = %s AND deleted = 0", (name, A))]
        rows("nova", "UPDATE instances SET host = %s, node = %s WHERE uuid = %s", (C, C, uuid))
        rows("nova", "INSERT INTO migrations (created_at, uuid, instance_uuid, source_compute, dest_compute, status, migration_type, deleted)"
             " VALUES (UTC_TIMESTAMP(), UUID(), %s, %s, %s, 'done', 'evacuation', 0)", (uuid, source, C))
        return {b["volume_id"] for b in rows(
            "nova", "SELECT volume_id FROM block_device_mapping WHERE instance_uuid = %s AND deleted = 0 AND volume_id IS NOT NULL", (uuid,))}

    def test_a_host_that_nova_knows_by_its_fqdn_is_the_one_that_the_guest_left(self):
        self.expect(self.tool.run(*MOVE, *GO), OK)
        volumes = self.leave("volume-active-0", A + ".example.org")
        r = self.undo("--yes")
        self.refused(r, "in-use-elsewhere")
        self.assertEqual({f["subject"] for f in r.json["findings"] if f["code"] == "in-use-elsewhere"}, volumes)

    def test_that_nova_was_not_asked_who_uses_them_is_said(self):
        r = self.expect(self.tool.run(*MOVE, *GO, "-f", "json"), OK)
        self.assertNotIn("nova-not-checked", r.findings())
        self.leave("volume-active-0", A)
        self.refused(self.undo("--dry-run"), "in-use-elsewhere")
        self.tool.nova = []
        self.assertIn("nova-not-checked", self.expect(self.undo("--dry-run"), OK).findings())
        harness.heartbeats()
        self.assertIn("nova-not-checked", self.expect(self.tool.run(*MOVE, *GO, "--dry-run", "-f", "json"), OK).findings())

    def test_a_cell_that_is_away_stops_no_undo_of_cinders_rows(self):
        before = owners()
        self.expect(self.tool.run(*MOVE, *GO), OK)
        (cell,) = rows("nova_api", "SELECT id, database_connection AS url FROM cell_mappings WHERE id IN (SELECT cell_id FROM host_mappings WHERE host = %s)", (A,))
        self.addCleanup(rows, "nova_api", "UPDATE cell_mappings SET database_connection = %s WHERE id = %s", (cell["url"], cell["id"]))
        rows("nova_api", "UPDATE cell_mappings SET database_connection = 'mysql+pymysql://nova:x@127.0.0.1:1/nova' WHERE id = %s", (cell["id"],))
        r = self.expect(self.undo("--yes"), OK)
        (found,) = [f for f in r.json["findings"] if f["code"] == "cell-not-checked"]
        self.assertNotIn("own cell", found["hint"])    # which is the one that is away
        self.assertEqual(before, owners())

    def test_backups_go_back(self):
        before = owners()
        self.expect(self.tool.run("backup", "update_backup_host", "--currenthost", A, "--newhost", B, *GO), OK)
        self.assertNotEqual(before, owners())
        self.expect(self.undo("--yes"), OK)
        self.assertEqual(before, owners())

    def test_it_is_a_plan_like_any_other(self):
        self.expect(self.tool.run(*MOVE, *GO), OK)
        moved, journals_before = harness.checksum(), self.tool.journals()
        r = self.expect(self.undo("--dry-run"), OK)
        self.assertEqual({s["state"] for s in r.json["steps"]}, {"planned"})
        self.expect(self.undo(), REFUSED, "--yes")
        self.unchanged(moved)
        self.assertEqual(journals_before, self.tool.journals())
        self.expect(self.undo("--yes", run="20200101T000000Z-nothing-00000000"), NOT_FOUND)

    def test_a_row_that_somebody_moved_since_stops_it(self):
        r = self.expect(self.tool.run(*MOVE, *GO, "-f", "json"), OK)
        victim = next(s["id"] for s in r.json["steps"] if s["kind"] == "volume")
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (C + "@ceph#ceph", victim))
        before = harness.checksum()
        self.expect(self.undo("--yes"), DRIFT, victim, C + "@ceph#ceph")
        self.unchanged(before)
        r = self.expect(self.undo("--yes", "--skip-drifted"), OK)
        self.assertNotIn(victim, [s["id"] for s in r.json["steps"]])
        self.assertEqual(value("cinder", "SELECT host FROM volumes WHERE id = %s", (victim,)), C + "@ceph#ceph")
        self.assertEqual(value("cinder", "SELECT COUNT(*) FROM volumes WHERE id IN (%s)" % ",".join(
            "'%s'" % s["id"] for s in r.json["steps"] if s["kind"] == "volume") + " AND host NOT LIKE %s", (A + "@%",)), 0)

    def test_what_is_unknown_is_settled_first(self):
        self.expect(self.tool.run(*MOVE, *GO), OK)
        journals.cut_after(journals.path_of(self.tool), lambda r: r["type"] == "intent")
        before = harness.checksum()
        self.expect(self.undo("--yes"), UNKNOWN, "journal recover")
        r = self.expect(self.tool.run("journal", "undo", self.run_id(), "--sql"), UNKNOWN, "may or may not have written its rows", "journal recover")
        self.assertEqual(r.out, "")     # a part of it would pass for the whole
        self.unchanged(before)
        self.expect(self.tool.run("journal", "recover", self.run_id()), OK)
        self.expect(self.undo("--yes"), OK)

    def test_of_commands_that_are_about_no_host(self):
        one = value("cinder", "SELECT id FROM volumes WHERE BINARY host = BINARY %s LIMIT 1", (B + "@nvme#nvme",))
        uuid = value("cinder", "SELECT service_uuid FROM volumes WHERE id = %s", (one,))
        rows("cinder", "UPDATE volumes SET service_uuid = NULL WHERE id = %s", (one,))
        self.expect(self.tool.run("volume", "update_service", "--yes"), OK)
        journals.cut_after(journals.path_of(self.tool), lambda r: r["type"] == "intent")
        self.expect(self.tool.run("journal", "recover", self.run_id()), OK)
        self.assertEqual(value("cinder", "SELECT service_uuid FROM volumes WHERE id = %s", (one,)), uuid)
        self.expect(self.undo("--yes"), OK)
        self.assertIsNone(value("cinder", "SELECT service_uuid FROM volumes WHERE id = %s", (one,)))

    def test_of_a_rescue_the_moves_go_back_and_the_evacuations_are_named(self):
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        before = owners()
        r = self.tool.run("host", "rescue", A, "--to", B, *GO, "--no-wait", "-f", "json")
        cast = [s["id"] for s in r.json["steps"] if s["kind"] == "instance" and s["accepted"]]
        self.assertTrue(cast, str(r))
        r = self.expect(self.undo("--yes"), OK)
        self.assertEqual({f["subject"] for f in r.json["findings"] if f["code"] == "not-undoable"}, set(cast))
        self.assertEqual(before, owners())
        self.assertEqual(len(conductor.casts), len(cast))

    def forced_down(self):
        return value("nova", "SELECT forced_down FROM services WHERE host = %s AND `binary` = 'nova-compute'", (A,))

    def test_forced_down_stays_while_an_evacuation_is_not_cleaned_up(self):
        """nova compute/manager.py, _destroy_evacuated_instances: a nova-compute that starts destroys what it has of an instance whose
        evacuation is accepted, pre-migrating or done. With the host up for nova an instance could come back to it before, and would
        then be destroyed: bug 1922053, for which nova-api refuses to end forced_down."""
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        r = self.tool.run("host", "rescue", A, "--to", B, "--only", "image-active-0", *GO, "--no-wait", "-f", "json")
        (uuid,) = [s["id"] for s in r.json["steps"] if s["kind"] == "instance"]
        run = self.run_id()
        for status in ("accepted", "pre-migrating", "done"):
            rows("nova", "UPDATE migrations SET status = %s WHERE instance_uuid = %s AND migration_type = 'evacuation'", (status, uuid))
            with self.subTest(status):
                r = self.expect(self.undo("--dry-run", run=run), OK)
                (finding,) = [f for f in r.json["findings"] if f["code"] == "forced-down-stays"]
                self.assertEqual((finding["severity"], finding["subject"]), ("warn", A))
                self.assertIn("host return " + A, finding["hint"])
        self.expect(self.tool.run("journal", "undo", run, "--sql"), OK, "forced_down stays as it is")
        self.assertEqual(self.forced_down(), 1)
        r = self.expect(self.undo("--yes", run=run), OK)
        (mark,) = [s for s in r.json["steps"] if s["kind"] == "compute_service"]
        self.assertEqual((mark["after"]["disabled"], mark["after"]["forced_down"], mark["state"]), ("0", "1", "proved"))
        self.assertEqual(self.forced_down(), 1)
        self.expect(self.undo("--yes"), OK)                  # the undo of the undo
        self.assertEqual(self.forced_down(), 1)
        self.assertEqual(len(conductor.casts), 1)

    def test_without_evacuations_the_mark_goes_whole(self):
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        rows("nova", "DELETE FROM migrations WHERE source_compute = %s", (A,))
        rows("nova", "UPDATE instances SET host = %s WHERE host = %s", (B, A))
        self.expect(self.tool.run("host", "rescue", A, "--to", B, *GO, "-f", "json"), OK)
        self.assertEqual(self.forced_down(), 1)
        r = self.expect(self.undo("--yes"), OK)
        self.assertNotIn("forced-down-stays", r.findings())
        self.assertEqual(self.forced_down(), 0)

    def test_a_plan_of_an_undo_does_not_end_forced_down_behind_an_evacuation_that_came_since(self):
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        rows("nova", "DELETE FROM migrations WHERE source_compute = %s", (A,))
        rows("nova", "UPDATE instances SET host = %s WHERE host = %s", (B, A))
        self.expect(self.tool.run("host", "rescue", A, "--to", B, *GO), OK)
        plan = os.path.join(self.tool.state, "u.plan")
        self.expect(self.undo("--plan-out", plan), OK)
        rows("nova", "INSERT INTO migrations (created_at, deleted, uuid, source_compute, source_node, instance_uuid, status, migration_type)"
             " SELECT UTC_TIMESTAMP(), 0, UUID(), %s, %s, uuid, 'done', 'evacuation' FROM instances WHERE display_name = 'image-active-0'"
             " AND deleted = 0", (A, A))
        self.expect(self.tool.run("plan", "apply", plan, "--yes"), DRIFT, "another value")
        self.assertEqual(self.forced_down(), 1)

    def test_a_closed_evacuation_is_opened_again_only_when_that_is_meant(self):
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        uuid = value("nova", "SELECT uuid FROM instances WHERE display_name = 'image-active-0' AND deleted = 0")
        rows("nova", "UPDATE instances SET task_state = 'rebuilding', updated_at = UTC_TIMESTAMP() - INTERVAL 2 HOUR WHERE uuid = %s", (uuid,))
        rows("nova", "INSERT INTO migrations (created_at, deleted, uuid, source_compute, source_node, instance_uuid, status, migration_type)"
             " VALUES (UTC_TIMESTAMP() - INTERVAL 2 HOUR, 0, UUID(), %s, %s, %s, 'accepted', 'evacuation')", (A, A, uuid))
        number = str(value("nova", "SELECT MAX(id) FROM migrations WHERE instance_uuid = %s", (uuid,)))
        self.expect(self.tool.run("migration", "close", number, "--yes"), OK)
        before = harness.checksum()
        r = self.expect(self.undo("--yes"), REFUSED)
        self.assertEqual([(f["code"], f["severity"], f["subject"]) for f in r.json["findings"] if f["severity"] == "stop"],
                         [("undo-reopens-evacuation", "stop", number)])
        self.expect(self.undo("--yes", "--only", number), OK, "nothing to do")      # nor a half of it
        self.expect(self.undo("--yes", "--exclude", number), OK, "nothing to do")
        self.unchanged(before)
        self.expect(self.undo("--yes", "--accept", "undo-reopens-evacuation:" + number), OK)
        self.assertEqual(rows("nova", "SELECT m.status, i.task_state FROM migrations m JOIN instances i ON i.uuid = m.instance_uuid"
                              " WHERE m.id = %s", (number,)), [{"status": "accepted", "task_state": "rebuilding"}])
        self.assertEqual(conductor.casts, [])

    def test_a_part_is_taken_back(self):
        r = self.expect(self.tool.run(*MOVE, *GO, "-f", "json"), OK)
        run, volumes = self.run_id(), [s["id"] for s in r.json["steps"] if s["kind"] == "volume"]
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (C + "@ceph#ceph", volumes[1]))
        r = self.expect(self.undo("--yes", "--only", volumes[0], run=run), OK)     # that another one was moved since is no matter
        self.assertEqual([s["id"] for s in r.json["steps"] if s["kind"] != "worker"], [volumes[0]])    # which may have one
        r = self.expect(self.undo("--dry-run", "--skip-drifted", "--limit", "2", run=run), OK)
        self.assertEqual(len([s for s in r.json["steps"] if s["kind"] != "worker"]), 2)
        self.expect(self.undo("--sql", "--only", volumes[0], run=run), harness.USAGE)

    def test_work_goes_with_its_volume_and_counts_for_nothing(self):
        rows("cinder", "DELETE FROM workers")
        rows("cinder", "INSERT INTO workers (deleted, resource_type, resource_id, status, service_id) SELECT 0, 'Volume', v.id, 'deleting', MIN(s.id)"
             " FROM volumes v JOIN services s ON s.host = %s AND s.deleted = 0 WHERE BINARY SUBSTRING_INDEX(v.host, '#', 1) = s.host AND v.deleted = 0 GROUP BY v.id", (A + "@ceph",))
        r = self.expect(self.tool.run(*MOVE, *GO, "-f", "json"), OK)
        run, moved = self.run_id(), [s["id"] for s in r.json["steps"]]
        self.assertIn("worker", {s["kind"] for s in r.json["steps"]})
        of = {str(w["id"]): w["resource_id"] for w in rows("cinder", "SELECT id, resource_id FROM workers")}
        for limit in range(1, 5):
            steps = self.expect(self.undo("--dry-run", "--limit", str(limit), run=run), OK).json["steps"]
            taken = [s["id"] for s in steps if s["kind"] != "worker"]
            self.assertEqual(len(taken), limit)
            self.assertEqual({of[s["id"]] for s in steps if s["kind"] == "worker"},
                             {of[w] for w in moved if w in of} & {s["id"] for s in steps if s["kind"] == "volume"})

    def test_evacuations_alone_cannot_be_undone(self):
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        self.expect(self.tool.run("instance", "evacuate", "image-active-0", *GO, "--no-wait"), OK)
        before = harness.checksum()
        self.expect(self.undo("--yes"), REFUSED, "cannot be undone")
        self.unchanged(before)

    def test_the_printed_statements_do_the_same(self):
        before = owners()
        rows("cinder", "UPDATE volumes SET display_name = 'it''s \\\\ odd' WHERE host = %s", (A + "@ceph#ceph",))
        self.expect(self.tool.run(*MOVE, *GO), OK)
        moved = owners()
        r = self.expect(self.tool.run("journal", "undo", self.run_id(), "--sql"), OK, "rows_taken_back")
        self.assertEqual(moved, owners())
        client = ["mariadb", "-h", "127.0.0.1", "-P", ENV["SB_DB_PORT"], "-u", ENV["SB_DB_ADMIN"], "cinder"]
        done = subprocess.run(client, input=(r.out + "COMMIT;\n").encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=dict(os.environ, MYSQL_PWD=ENV["SB_DB_ADMIN_PASS"]))
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        n, of = done.stdout.decode().split()[-2:]
        self.assertEqual(n, of)
        self.assertEqual(before, owners())
