# SPDX-License-Identifier: Apache-2.0
"""One run a failed host: the lock file, the server's named lock, the services row, and runs that never came to their end."""
import fcntl
import hashlib
import json
import os
import time

import blocking
import harness
import journals
import landing
import wire
from harness import A, B, C, DRIFT, ENV, FENCED, OK, PARTIAL, REFUSED, rows, value

BUSY = 8
GO = FENCED + ["--yes"]
MOVE = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph"]
MOVE_BACKUPS = ["backup", "update_backup_host", "--currenthost", A, "--newhost", B]
RESCUE = ["host", "rescue", A, "--to", B]


def lock_name(host):
    text = "evac-manage:" + "".join(c if c.islower() or c.isdigit() or c in "._-" else "".join("%%%02X" % b for b in c.encode())
                                    for c in host)
    return text if len(text) <= 64 else "evac-manage:#" + hashlib.sha256(host.encode()).hexdigest()[:50]


def give_back(connection):
    """In the pool of a router a session lives on without its client, for some seconds, and so do its locks."""
    with connection.cursor() as cursor:
        cursor.execute("DO RELEASE_ALL_LOCKS()")


class Locks(blocking.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()

    def journal_file(self, run, records, cut=0):
        directory = os.path.join(self.tool.state, "journal")
        os.makedirs(directory, mode=0o700, exist_ok=True)
        path = os.path.join(directory, run + ".jsonl")
        self.tool.keeps_real_journals = False
        journals.write(path, [{"type": "run", "version": 1, "time": "2026-01-31T03:04:05.678Z", "run": run, "host": A, "command": "volume update_host",
                               **records[0]}, *records[1:]])
        os.truncate(path, max(0, os.path.getsize(path) - cut))

    def test_a_second_operator_on_the_machine_is_told_who_works(self):
        running, c = self.blocked(*MOVE, *GO)
        before = harness.checksum()
        for words in (MOVE, MOVE_BACKUPS, RESCUE, ["host", "evacuate", A], ["instance", "evacuate", "image-active-0"]):
            conductor = harness.Conductor()
            r = self.tool.run(*words, *GO, "-f", "json")
            conductor.close()
            self.expect(r, BUSY, "another run works on '%s'" % A, "pid %d" % running.pid, "since 20", "by root", "volume-update-host",
                        os.uname().nodename)
            self.assertEqual((r.json["result"], r.json["exit_code"], r.json["steps"]), ("busy", BUSY, []))
            self.assertEqual(conductor.casts, [])
        self.unchanged(before)
        self.expect(self.tool.run(*MOVE, *GO, "--dry-run"), OK)          # who only looks is never in the way
        self.expect(self.tool.run("volume", "list", "--host", A), OK)
        c.rollback()
        out, err = running.communicate(timeout=30)
        self.assertEqual(running.returncode, OK, err)
        self.expect(self.tool.run(*MOVE_BACKUPS, *GO), OK)
        (lock,) = os.listdir(os.path.join(self.tool.state, "lock"))
        self.assertEqual((lock, os.path.getsize(os.path.join(self.tool.state, "lock", lock))), (A, 0))

    def test_another_host_is_nobodys_business(self):
        harness.heartbeats(alive=(B, ENV["SB_CONTROLLER"]), dead=(A, C))
        running, c = self.blocked(*MOVE, *GO)
        self.expect(self.tool.run("backup", "update_backup_host", "--currenthost", C, "--newhost", B, *GO), OK)
        c.rollback()
        self.assertEqual(running.wait(30), OK)

    def test_a_second_operator_on_another_machine_is_told_by_the_server(self):
        running, c = self.blocked(*MOVE, *GO)
        before = harness.checksum()
        other = harness.Tool()
        for words in (MOVE, MOVE_BACKUPS):
            r = self.expect(other.run(*words, *GO), BUSY, "another run works on '%s'" % A, "session ", "account ", "from 127.0.0.1:",
                            " for ", "cinder's database")
        self.unchanged(before)
        self.assertFalse(os.path.exists(os.path.join(other.state, "journal")), r)
        c.rollback()
        self.assertEqual(running.wait(30), OK)
        self.expect(other.run(*MOVE_BACKUPS, *GO), OK)

    def test_the_servers_lock_has_the_hosts_exact_name(self):
        odd = "Ctl-ä.1 "
        for host, other in ((A, A.upper()), (A, A.replace("-", "_", 1)), (odd, odd.lower()), ("x" * 80, "x" * 79 + "y")):
            self.assertNotEqual(lock_name(host).lower().rstrip(), lock_name(other).lower().rstrip())
            self.assertLessEqual(len(lock_name(host)), 64)
        c = self.connection()
        with c.cursor() as cursor:
            self.addCleanup(give_back, c)
            cursor.execute("SELECT GET_LOCK(%s, 0)", (lock_name(A.upper()),))
            self.expect(self.tool.run(*MOVE_BACKUPS, *GO, "--limit", "1"), OK)
            cursor.execute("SELECT GET_LOCK(%s, 0)", (lock_name(A),))
            self.expect(self.tool.run(*MOVE, *GO), BUSY, "another run works on")
            cursor.execute("SELECT RELEASE_LOCK(%s)", (lock_name(A),))
            self.expect(self.tool.run(*MOVE, *GO), OK)

    def test_no_table_is_made_anywhere(self):
        tables = rows("mysql", "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES ORDER BY 1, 2")
        self.expect(self.tool.run(*MOVE, *GO), OK)
        self.assertEqual(tables, rows("mysql", "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.TABLES ORDER BY 1, 2"))

    def test_a_run_that_was_killed_must_be_recovered_first(self):
        before = harness.checksum()
        running, c = self.blocked(*MOVE, *GO)
        running.kill()
        running.wait()
        c.rollback()
        time.sleep(0.5)
        self.unchanged(before)
        (name,) = os.listdir(os.path.join(self.tool.state, "journal"))
        run = name[:-len(".jsonl")]
        for words in (MOVE, MOVE_BACKUPS, RESCUE):
            conductor = harness.Conductor()
            self.expect(self.tool.run(*words, *GO), BUSY, "unfinished", " journal recover " + run)
            conductor.close()
        self.unchanged(before)
        self.assertEqual(len(self.tool.journals()), 1)
        self.expect(self.tool.run(*MOVE, *GO, "--dry-run"), OK)
        harness.heartbeats(alive=(B, ENV["SB_CONTROLLER"]), dead=(A, C))
        self.expect(self.tool.run("backup", "update_backup_host", "--currenthost", C, "--newhost", B, *GO), OK)

    def test_which_journals_are_unfinished(self):
        intent = {"type": "intent", "unit": 0, "kind": "mark", "rows": 0}
        done, unknown = {"type": "outcome", "unit": 0, "state": "proved"}, {"type": "outcome", "unit": 0, "state": "unknown"}
        end = {"type": "end", "result": "ok", "totals": {"unknown": 0}}
        cases = (("no-end", [{}, intent, done], 0, True), ("ended", [{}, intent, done, end], 0, False),
                 ("end-cut-off", [{}, intent, done, end], 5, True), ("open-unit", [{}, intent, {**end, "totals": {}}], 0, True),
                 ("unknown", [{}, intent, unknown, {**end, "totals": {"unknown": 1}}], 0, True),
                 ("settled", [{}, intent, unknown, {**end, "totals": {"unknown": 1}}, done], 0, False),
                 ("recovered", [{}, intent, done, {"type": "recover_end", "result": "ok"}], 0, False),
                 ("other-host", [{"host": B}, intent], 0, False), ("twin", [{"host": A.upper()}, intent], 0, False),
                 ("nothing-yet", [{}], 10000, False))
        before = harness.checksum()
        for run, records, cut, unfinished in cases:
            with self.subTest(run):
                self.journal_file(run, records, cut)
                r = self.tool.run(*MOVE, "--yes")  # nobody has said that the host is off: nothing is written in either case
                if unfinished:
                    self.expect(r, BUSY, " journal recover " + run)
                else:
                    self.expect(r, REFUSED, "fencing-unconfirmed")
                os.unlink(os.path.join(self.tool.state, "journal", run + ".jsonl"))
        self.journal_file("flipped", [{}, intent, done, {**end, "totals": {"unknown": 1}}])
        path = os.path.join(self.tool.state, "journal", "flipped.jsonl")
        text = open(path).read()
        with open(path, "w") as f:
            f.write(text.replace('"command":"volume update_host"', '"command":"volume_update_host"'))
        self.expect(self.tool.run(*MOVE, *GO), BUSY, "damaged journal")
        self.unchanged(before)

    def test_a_lock_file_left_by_a_dead_one_locks_nobody_out(self):
        os.makedirs(os.path.join(self.tool.state, "lock"), mode=0o700)
        path = os.path.join(self.tool.state, "lock", A)
        with open(path, "w") as f:
            f.write('{"run":"gone","pid":1,"user":"ann","since":"then","on":"there","command":"x"}\n')
        with open(path) as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.expect(self.tool.run(*MOVE, *GO), BUSY, "gone", "ann", "then", "there")
        self.expect(self.tool.run(*MOVE, *GO), OK)

    def test_the_first_write_of_a_rescue_is_the_services_row_that_names_run_and_operator(self):
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        dry = self.expect(self.tool.run(*RESCUE, "--fenced", "Ann zog den Stecker " + "ä" * 300 + "🔥", "--dry-run", "-f", "json"), OK).json
        self.assertEqual((dry["steps"][0]["kind"], dry["steps"][0]["unit"]), ("compute_service", 0))
        r = self.expect(self.tool.run(*RESCUE, "--fenced", "🔥 Ann zog den Stecker " + "ä" * 300, "--yes", "--no-wait", "-f", "json"), harness.PARTIAL)
        reason = value("nova", "SELECT disabled_reason FROM services WHERE host = %s AND `binary` = 'nova-compute'", (A,))
        self.assertTrue(reason.startswith("evac-manage %s by root on %s: failed host, fenced: ? Ann zog den Stecker ää" % (r.json["run"], os.uname().nodename)),
                        reason)
        self.assertTrue(200 < len(reason.encode()) <= 255 and reason.endswith("ä"), reason)
        (journal,) = self.tool.journals()
        self.assertEqual(next(x for x in journal if x["type"] == "intent")["kind"], "mark")

    def landed(self, uuid):
        """What nova writes at the end of an evacuation."""
        rows("nova", "UPDATE migrations SET status = 'done', dest_compute = %s WHERE instance_uuid = %s", (B, uuid))
        rows("nova", "UPDATE instances SET host = %s, node = %s, task_state = NULL WHERE uuid = %s", (B, B, uuid))
        landing.bind(uuid, B)

    def during_a_run(self, between):
        """Two instances, one after the other, over a link to the cell's database; ${between} happens while the first is on its way. How it
        ended, and how many messages were sent."""
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        link = wire.Partition(int(ENV["SB_DB_PORT"]))
        self.addCleanup(link.close)
        rows("nova_api", "UPDATE cell_mappings SET database_connection = REPLACE(database_connection, ':%d/', ':%d/') WHERE name = 'cell1'"
             % (int(ENV["SB_DB_PORT"]), link.here))
        running = self.tool.start("host", "evacuate", A, "--only", "image-active-0", "--only", "image-active-1", "--max-in-flight", "1", *GO,
                                  "--timeout", "14", "-f", "json")
        first = conductor.wait_for(1)[0][1]["args"]["instance"]["nova_object.data"]["uuid"]
        between(link)
        self.landed(first)
        second = conductor.wait_for(2, 15)
        if len(second) == 2:
            self.landed(second[1][1]["args"]["instance"]["nova_object.data"]["uuid"])
        out, err = running.communicate(timeout=60)
        return harness.Result([], running.returncode, out.decode(), err.decode()), len(conductor.casts)

    def test_a_session_of_our_own_that_the_server_has_not_missed_yet_is_no_other_run(self):
        """Behind a dead link the server keeps our old sessions, and the named lock with them."""
        r, sent = self.during_a_run(lambda link: link.cut())
        self.assertEqual((r.code, sent), (OK, 2), str(r))
        self.assertIn("trying again", r.err)

    def test_who_came_while_the_database_was_away_keeps_the_host(self):
        other = harness.connect("nova")
        self.addCleanup(other.close)
        self.addCleanup(give_back, other)

        def between(link):
            for (session,) in self.holders():
                with other.cursor() as cursor:
                    cursor.execute("KILL %d" % session)
            with other.cursor() as cursor:
                cursor.execute("SELECT GET_LOCK(%s, 5)", (lock_name(A),))
                self.assertEqual(cursor.fetchone(), (1,))
            link.cut()
        r, sent = self.during_a_run(between)
        self.assertEqual((r.code, sent), (PARTIAL, 1), str(r))
        self.assertIn("another run works on '%s'" % A, r.err)

    def holders(self):
        connection = harness.connect("nova")
        with connection.cursor() as cursor:
            cursor.execute("SELECT IS_USED_LOCK(%s)", (lock_name(A),))
            found = [cursor.fetchone()]
        connection.close()
        return found

    def test_on_two_nodes_of_a_cluster_the_services_row_decides(self):
        """Galera's named locks are a node's own: here the other run is one that changed the row after our plan was made."""
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        running, c = self.blocked(*RESCUE, *GO, database="nova", table="services",
                                  where="host = '%s' AND `binary` = 'nova-compute'" % A)
        with c.cursor() as cursor:
            cursor.execute("UPDATE services SET disabled = 1, disabled_reason = 'evac-manage other by bob on m2: failed host'"
                           " WHERE host = %s AND `binary` = 'nova-compute'", (A,))
        c.commit()
        before = harness.checksum()
        out, err = running.communicate(timeout=30)
        self.assertEqual(running.returncode, DRIFT, out + err)
        self.unchanged(before)
        self.assertEqual(conductor.casts, [])

    def test_a_finished_rescue_of_a_marked_host_has_nothing_to_do(self):
        rows("nova", "UPDATE instances SET host = %s WHERE host = %s", (B, A))
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        self.expect(self.tool.run(*RESCUE, *GO), OK)
        before = harness.checksum()
        self.expect(self.tool.run(*RESCUE, *GO), OK, "nothing to do")
        self.unchanged(before)
