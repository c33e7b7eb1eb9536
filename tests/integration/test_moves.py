# SPDX-License-Identifier: Apache-2.0
"""volume update_host and backup update_backup_host on the seeded rows."""
import os
import subprocess
import time

import harness
from harness import A, B, C, ENV, FENCED, NOT_FOUND, OK, REFUSED, USAGE, rows, value

MOVE = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph"]
MOVE_BACKUPS = ["backup", "update_backup_host", "--currenthost", A, "--newhost", B]
GO = FENCED + ["--yes"]


def owned(table, backend):
    return rows("cinder", "SELECT * FROM `%s` WHERE BINARY SUBSTRING_INDEX(host, '#', 1) = BINARY %%s%s ORDER BY id"
                % (table, "" if table == "image_volume_cache_entries" else " AND deleted = 0"), (backend,))


class Moves(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        harness.sandbox("reset", "--rows")

    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()

    def test_a_backend_moves_with_all_that_belongs_to_it(self):
        before = {t: owned(t, A + "@ceph") for t in ("volumes", "groups", "consistencygroups", "image_volume_cache_entries")}
        self.assertTrue(all(before.values()), {t: len(r) for t, r in before.items()})
        uuid = value("cinder", "SELECT uuid FROM services WHERE host = %s AND deleted = 0", (B + "@ceph",))
        workers = rows("cinder", "SELECT w.id, w.race_preventer FROM workers w JOIN services s ON s.id = w.service_id"
                       " WHERE s.host = %s AND w.resource_type IN ('Volume', 'Snapshot')", (A + "@ceph",))
        self.assertTrue(workers)
        r = self.expect(self.tool.run(*MOVE, *GO, "-f", "json"), OK)
        self.assertEqual(r.json["result"], "ok")
        self.assertTrue(all(s["state"] == "proved" for s in r.json["steps"]))
        for table, old in before.items():
            for row in old:
                now = rows("cinder", "SELECT * FROM `%s` WHERE id = %%s" % table, (row["id"],))[0]
                self.assertEqual(now["host"], row["host"].replace(A, B, 1), (table, row["id"]))
                if table == "volumes":
                    self.assertEqual(now["service_uuid"], uuid)
                same = set(row) - {"host", "service_uuid", "updated_at"}
                self.assertEqual({k: now[k] for k in same}, {k: row[k] for k in same})
            self.assertFalse(owned(table, A + "@ceph"))
        for w in workers:
            now = rows("cinder", "SELECT s.host, w.race_preventer FROM workers w JOIN services s ON s.id = w.service_id"
                       " WHERE w.id = %s", (w["id"],))[0]
            self.assertEqual((now["host"], now["race_preventer"]), (B + "@ceph", w["race_preventer"] + 1))

    def test_both_owners_are_counted_again_after_the_commit_by_another_session(self):
        """What is said of them now must be what others see, and not what the transaction itself has seen."""
        rows("mysql", "SET GLOBAL log_output = 'TABLE'")
        rows("mysql", "TRUNCATE TABLE mysql.general_log")
        rows("mysql", "SET GLOBAL general_log = 1")
        try:
            self.expect(self.tool.run(*MOVE, *GO, "-f", "json"), OK)
        finally:
            rows("mysql", "SET GLOBAL general_log = 0")
        sent = rows("mysql", "SELECT thread_id, CONVERT(argument USING utf8) AS text FROM mysql.general_log WHERE command_type IN ('Query', 'Execute')")
        wrote = [i for i, s in enumerate(sent) if "UPDATE volumes" in s["text"]]
        self.assertTrue(wrote)
        writer = sent[wrote[-1]]["thread_id"]
        commit = max(i for i, s in enumerate(sent) if s["thread_id"] == writer and s["text"].strip().startswith("COMMIT"))
        counted = [s["thread_id"] for s in sent[commit + 1:] if "n_old" in s["text"] and "FROM volumes" in s["text"]]
        self.assertTrue(counted, "nobody has counted them after COMMIT")
        self.assertNotIn(writer, counted)

    def test_other_backends_twins_and_deleted_rows_stay(self):
        others = ("SELECT id, host, service_uuid, updated_at FROM volumes WHERE deleted = 1 OR host IS NULL"
                  " OR BINARY SUBSTRING_INDEX(host, '#', 1) <> BINARY %s ORDER BY id")
        before = rows("cinder", others, (A + "@ceph",))
        twins = [r["host"] for r in before if r["host"] and r["host"].lower().replace("_", "-").startswith(A)]
        self.assertIn(A.replace("-", "_", 1) + "@ceph#ceph", twins)
        self.assertIn(A.upper() + "@ceph#ceph", twins)
        self.expect(self.tool.run(*MOVE, *GO, "-f", "json"), OK)
        ids = {r["id"] for r in before}
        after = [r for r in rows("cinder", "SELECT id, host, service_uuid, updated_at FROM volumes ORDER BY id") if r["id"] in ids]
        self.assertEqual(sorted(before, key=lambda r: r["id"]), sorted(after, key=lambda r: r["id"]))

    def test_a_twin_as_currenthost_moves_only_the_twin(self):
        for twin in (A.replace("-", "_", 1) + "@ceph", A.upper() + "@ceph"):
            before = owned("volumes", A + "@ceph")
            r = self.tool.run("volume", "update_host", "--currenthost", twin, "--newhost", B + "@ceph", *GO, "-f", "json")
            self.expect(r, OK)
            self.assertEqual(before, owned("volumes", A + "@ceph"), twin)

    def test_a_pool_alone_moves_and_a_pool_can_be_renamed(self):
        fast = [r["id"] for r in owned("volumes", A + "@ceph") if r["host"].endswith("#fast")]
        rest = [(r["id"], r["host"]) for r in owned("volumes", A + "@ceph") if not r["host"].endswith("#fast")]
        self.assertTrue(fast and rest)
        self.expect(self.tool.run("volume", "update_host", "--currenthost", A + "@ceph#fast", "--newhost", B + "@ceph#fast", *GO), OK)
        self.assertEqual({value("cinder", "SELECT host FROM volumes WHERE id = %s", (i,)) for i in fast}, {B + "@ceph#fast"})
        self.assertEqual(rest, [(r["id"], r["host"]) for r in owned("volumes", A + "@ceph")])

    def test_volumes_only_leaves_the_rest(self):
        before = owned("groups", A + "@ceph")
        self.expect(self.tool.run(*MOVE, "--volumes-only", *GO), OK)
        self.assertFalse(owned("volumes", A + "@ceph"))
        self.assertEqual(before, owned("groups", A + "@ceph"))

    def test_backups_move(self):
        before = rows("cinder", "SELECT id FROM backups WHERE BINARY host = BINARY %s AND deleted = 0", (A,))
        self.assertTrue(before)
        r = self.expect(self.tool.run(*MOVE_BACKUPS, *GO, "-f", "json"), OK)
        self.assertEqual(r.json["totals"]["moved"], len(before))
        for row in before:
            self.assertEqual(value("cinder", "SELECT host FROM backups WHERE id = %s", (row["id"],)), B)

    def test_a_second_run_has_nothing_to_do(self):
        self.expect(self.tool.run(*MOVE, *GO), OK)
        before = harness.checksum()
        self.expect(self.tool.run(*MOVE, *GO), OK, "nothing to do")
        self.unchanged(before)

    def test_a_dry_run_writes_nothing_and_says_so(self):
        before = harness.checksum()
        r = self.expect(self.tool.run(*MOVE, *FENCED, "--dry-run", "-f", "json"), OK)
        self.assertTrue(r.json["dry_run"])
        self.assertTrue(all(s["state"] == "planned" for s in r.json["steps"]))
        self.unchanged(before)
        self.assertEqual(self.tool.journals(), [])
        self.expect(self.tool.run(*MOVE, "--dry-run"), REFUSED, "fencing-unconfirmed")

    def test_what_is_missing_is_refused_and_nothing_changes(self):
        before = harness.checksum()
        for words in (MOVE + ["--yes"],                       # no fencing statement
                      MOVE + FENCED):                         # no terminal, no --yes
            self.expect(self.tool.run(*words), REFUSED)
            self.unchanged(before)
        self.expect(self.tool.run(*MOVE, "--yes"), REFUSED, "fencing-unconfirmed", "--fenced")

    def test_names_that_nobody_knows(self):
        before = harness.checksum()
        typo = A[:-1] + "8"
        for current, new, near in ((typo + "@ceph", B + "@ceph", A + "@ceph"),
                                   (A + "@cepf", B + "@ceph", A + "@ceph"),
                                   (A + "@ceph", B[:-1] + "@ceph", B + "@ceph"),
                                   (A + "@ceph", B + "@cpeh", B + "@ceph"),
                                   (A + "@ceph#fsat", B + "@ceph#fast", "fast"),
                                   (A + "@ceph#fast", B + "@ceph#fsat", "fast")):
            r = self.tool.run("volume", "update_host", "--currenthost", current, "--newhost", new, *GO)
            self.expect(r, NOT_FOUND, "did you mean", near)
            self.unchanged(before)
        self.expect(self.tool.run("backup", "update_backup_host", "--currenthost", typo, "--newhost", B, *GO), NOT_FOUND, A)
        self.expect(self.tool.run("backup", "update_backup_host", "--currenthost", A, "--newhost", B[:-1], *GO), NOT_FOUND, B)
        self.expect(self.tool.run("volume", "list", "--host", typo), NOT_FOUND, A)
        self.expect(self.tool.run("volume", "list", "--host", A + "@cepf"), NOT_FOUND, A + "@ceph")
        self.expect(self.tool.run("backup", "list", "--host", typo), NOT_FOUND, A)
        self.unchanged(before)

    def test_words_that_mean_nothing_here(self):
        before = harness.checksum()
        self.expect(self.tool.run("volume", "update_host", "--currenthost", A, "--newhost", B + "@ceph", *GO), USAGE, "whole node")
        self.expect(self.tool.run("volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph#fast", *GO), USAGE)
        self.expect(self.tool.run("backup", "update_backup_host", "--currenthost", A + "@ceph", "--newhost", B, *GO), USAGE)
        self.unchanged(before)

    def test_a_target_that_will_not_do(self):
        cases = {
            "target-down": "UPDATE services SET updated_at = UTC_TIMESTAMP() - INTERVAL 1 HOUR WHERE host = %s",
            "target-disabled": "UPDATE services SET disabled = 1, disabled_reason = 'broken' WHERE host = %s",
            "target-frozen": "UPDATE services SET frozen = 1 WHERE host = %s",
            "target-service-missing": "UPDATE services SET deleted = 1 WHERE host = %s",
        }
        for code, statement in cases.items():
            harness.sandbox("reset", "--rows")
            harness.heartbeats()
            rows("cinder", statement, (B + "@ceph",))
            before = harness.checksum()
            r = self.expect(self.tool.run(*MOVE, *GO, "-f", "json"), REFUSED)
            self.assertIn(code, r.findings())
            self.unchanged(before)

    def test_a_source_that_lives_is_refused_unless_fenced_and_accepted(self):
        harness.heartbeats(alive=(A, B, C, ENV["SB_CONTROLLER"]), dead=())
        before = harness.checksum()
        self.assertIn("source-alive", self.expect(self.tool.run(*MOVE, *GO, "-f", "json"), REFUSED).findings())
        self.expect(self.tool.run(*MOVE, "--yes", "--accept", "source-alive"), REFUSED)
        self.unchanged(before)
        self.expect(self.tool.run(*MOVE, *GO, "--accept", "source-alive"), OK)

    def test_source_and_target_must_differ(self):
        before = harness.checksum()
        r = self.tool.run("volume", "update_host", "--currenthost", A + "@ceph", "--newhost", A + "@ceph", *GO, "-f", "json")
        self.assertIn("target-is-source", self.expect(r, REFUSED).findings())
        self.unchanged(before)

    def test_a_migrating_row_stops(self):
        victim = owned("volumes", A + "@ceph")[0]["id"]
        rows("cinder", "UPDATE volumes SET migration_status = 'migrating' WHERE id = %s", (victim,))
        before = harness.checksum()
        self.assertIn("in-flight", self.expect(self.tool.run(*MOVE, *GO, "-f", "json"), REFUSED).findings())
        self.unchanged(before)
        self.expect(self.tool.run(*MOVE, *GO, "--exclude", victim), OK)   # what is left out stops nothing

    def test_rows_in_the_middle_of_something_move_and_are_named(self):
        victim = owned("volumes", A + "@ceph")[0]["id"]
        rows("cinder", "UPDATE volumes SET status = 'deleting' WHERE id = %s", (victim,))
        r = self.expect(self.tool.run(*MOVE, *GO, "-f", "json"), OK)
        self.assertIn(victim, [f["subject"] for f in r.json["findings"] if f["code"] == "delete-pending"])
        self.assertTrue(value("cinder", "SELECT host FROM volumes WHERE id = %s", (victim,)).startswith(B + "@ceph"))

    def test_only_exclude_and_limit_take_a_part(self):
        ids = [r["id"] for r in owned("volumes", A + "@ceph")]
        self.expect(self.tool.run(*MOVE, *GO, "--only", ids[0]), OK)
        self.assertEqual([r["id"] for r in owned("volumes", A + "@ceph")], ids[1:])
        self.expect(self.tool.run(*MOVE, *GO, "--volumes-only", "--limit", "1"), OK)
        self.assertEqual(len(owned("volumes", A + "@ceph")), len(ids) - 2)

    def test_killed_in_the_transaction_nothing_moves_and_the_journal_knows_the_rows(self):
        before = harness.checksum()
        ids = sorted(r["id"] for r in owned("volumes", A + "@ceph"))
        lock = harness.pymysql.connect(host="127.0.0.1", port=int(ENV["SB_DB_PORT"]), user=ENV["SB_DB_ADMIN"],
                                       password=ENV["SB_DB_ADMIN_PASS"], database="cinder", autocommit=False)
        with lock.cursor() as cursor:  # the last row is held, so the tool waits in the middle of its transaction
            cursor.execute("SELECT id FROM volumes WHERE id = %s FOR UPDATE", (ids[-1],))
            running = self.tool.start(*MOVE, *GO)
            self.wait_for(lambda: [j for j in self.tool.journals() if any(r["type"] == "intent" for r in j)])
            self.wait_for(lambda: value("information_schema", "SELECT COUNT(*) FROM innodb_trx WHERE trx_state = 'LOCK WAIT'"))
            running.kill()
            running.communicate()
            lock.rollback()
        lock.close()
        self.wait_for(lambda: value("information_schema", "SELECT COUNT(*) FROM innodb_trx") == 0)
        self.unchanged(before)
        (journal,) = self.tool.journals()
        told = {r["id"]: r["before"]["host"] for r in journal if r["type"] == "row" and r["kind"] == "volume"}
        self.assertEqual(sorted(told), ids)
        self.assertEqual(told, {r["id"]: r["host"] for r in owned("volumes", A + "@ceph")})
        (run,) = self.tool.run("journal", "list", "-f", "json").json
        self.assertEqual((run["state"], run["units_unknown"]), ("open", 1))

    def test_a_run_of_which_nothing_failed_is_not_called_failed_because_something_remains(self):
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        r = self.tool.run("host", "rescue", A, "--to", B, "--only", "image-active-0", "--no-wait", *GO, "-f", "json")
        self.expect(r, harness.PARTIAL)
        (run,) = self.tool.run("journal", "list", "-f", "json").json
        self.assertEqual((run["state"], run["units_failed"]), ("done", 0))

    def wait_for(self, condition, seconds=20):
        end = time.time() + seconds
        while not condition():
            self.assertLess(time.time(), end, "waited in vain")
            time.sleep(0.3)  # innodb_trx is a cache that a reader every 0.1 s keeps from being renewed

    def test_a_row_that_is_held_by_another_is_waited_for_and_then_given_up(self):
        before = harness.checksum()
        victim = owned("volumes", A + "@ceph")[0]["id"]
        lock = harness.pymysql.connect(host="127.0.0.1", port=int(ENV["SB_DB_PORT"]), user=ENV["SB_DB_ADMIN"],
                                       password=ENV["SB_DB_ADMIN_PASS"], database="cinder", autocommit=False)
        with lock.cursor() as cursor:
            cursor.execute("SELECT id FROM volumes WHERE id = %s FOR UPDATE", (victim,))
            self.expect(self.tool.run(*MOVE, *GO), 8)
            lock.rollback()
        lock.close()
        self.unchanged(before)

    def test_the_journal_tells_the_whole_story(self):
        r = self.expect(self.tool.run(*MOVE, *GO, "-f", "json"), OK)
        (journal,) = self.tool.journals()
        self.assertEqual([x["type"] for x in journal if x["type"] != "row"],
                         ["run", "evidence", "plan", "server", "intent", "outcome", "outcome", "end"])
        self.assertEqual([x["seq"] for x in journal], list(range(len(journal))))
        self.assertEqual(journal[0]["fenced"], FENCED[1])
        self.assertEqual(len([x for x in journal if x["type"] == "row"]), len(r.json["steps"]))
        (run,) = self.tool.run("journal", "list", "-f", "json").json
        self.assertEqual((run["run"], run["state"], run["units_done"]), (r.json["run"], "done", 1))
        shown = self.expect(self.tool.run("journal", "show", r.json["run"], "-f", "json"), OK).json
        self.assertEqual(len(shown), len(journal))
        self.expect(self.tool.run("journal", "show", r.json["run"][:-1]), NOT_FOUND, r.json["run"])

    def test_a_journal_that_cannot_be_written_stops_before_any_change(self):
        before = harness.checksum()
        os.mkdir(os.path.join(self.tool.state, "no"))
        full = subprocess.run(["bash", "-c", 'trap "" XFSZ; ulimit -f 1; exec "$@"', "-", *self.tool.command(*MOVE, *GO)],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(full.returncode, harness.ERROR, full.stderr)
        self.assertIn("cannot write the journal", full.stderr)
        self.unchanged(before)
        self.tool.state = "/proc/nowhere"
        self.expect(self.tool.run(*MOVE, *GO), harness.ERROR, "/proc/nowhere")
        self.unchanged(before)

    def test_a_report_that_cannot_be_printed_is_an_error(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run(self.tool.command("volume", "list", "--host", A, "-f", "json"), stdin=subprocess.DEVNULL,
                                  stdout=full, stderr=subprocess.PIPE)
        self.assertEqual(done.returncode, harness.ERROR)
