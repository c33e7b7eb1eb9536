# SPDX-License-Identifier: Apache-2.0
"""The takeover of a node changes exactly the rows that tests/data/cinder/takeover.py lists, and undo gives every column back."""
import importlib.util
import os
import subprocess

import pymysql

import blocking
import harness
from harness import FENCED, OK, REFUSED, rows, value

GO = FENCED + ["--yes", "-f", "json"]
IN_FLIGHT = ["--accept", "in-flight"]      # two of the rows are being migrated
spec = importlib.util.spec_from_file_location("takeover", os.path.join(harness.ROOT, "tests", "data", "cinder", "takeover.py"))
expected = importlib.util.module_from_spec(spec)
spec.loader.exec_module(expected)
DEAD, NEXT = expected.DEAD, expected.NEXT
TABLES = sorted({r[0] for r in expected.ROWS} | {"services"})
NEEDED = {"groups": {"group_type_id": "g"}, "snapshots": {"volume_size": 1}, "image_volume_cache_entries": {"last_used": "2024-01-01 00:00:00"}}


def everything():
    return {(t, r["id"]): r for t in TABLES for r in rows("cinder", "SELECT * FROM `%s`" % t)}


class Takeover(blocking.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        kind = rows("cinder", "SELECT id FROM volume_types WHERE name = 'ceph'")[0]["id"]
        for table in ("workers", "volume_attachment", "snapshots", "image_volume_cache_entries", "backups"):
            rows("cinder", "DELETE FROM %s" % table)
        for id, host, uuid, binary, cluster, deleted in expected.SERVICES:
            self.insert("services", id=id, host=host, uuid=uuid, binary=binary, topic=binary, report_count=5, disabled=0, cluster_name=cluster,
                        availability_zone="nova", deleted=deleted)
        for table, id, columns, _ in sorted(expected.ROWS, key=lambda r: r[0] not in ("groups", "consistencygroups")):   # volumes name them
            more = {"volume_type_id": kind} if table in ("volumes", "snapshots") else {}
            if table == "volumes":
                more.update(size=1, project_id="p", use_quota=1)
            self.insert(table, id=id, **{**NEEDED.get(table, {}), **more, **columns})
        harness.heartbeats(alive=(NEXT, "other-1", "member-1"), dead=(DEAD, "dead_1", "DEAD-1"))

    def insert(self, table, **columns):
        rows("cinder", "INSERT INTO `%s` (%s) VALUES (%s)" % (table, ", ".join("`%s`" % c for c in columns), ", ".join(["%s"] * len(columns))),
             list(columns.values()))

    @staticmethod
    def other_tables():
        """The tables that no row of the file is in, as one checksum each."""
        names = [next(iter(r.values())) for r in rows("cinder", "SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'")]
        return rows("cinder", "CHECKSUM TABLE " + ", ".join("`%s`" % n for n in names if n not in TABLES))

    def promised(self, before, backups):
        """What the file says the database is afterwards."""
        after = {key: dict(row) for key, row in before.items()}
        for table, id, _, change in expected.ROWS:
            if change == "backups":
                change = {"host": NEXT} if backups else None
            elif backups:
                change = None
            if change:
                after[table, id].update(change)
        return after

    def compare(self, promised, before):
        now = everything()
        self.assertEqual(set(now), set(promised))
        for key in sorted(promised, key=str):
            want, have = dict(promised[key]), dict(now[key])
            if promised[key] != before[key] or key[0] == "services":  # heartbeats stand still: the harness moves them on
                want.pop("updated_at", None), have.pop("updated_at", None)
            self.assertEqual(have, want, key)

    def take(self, backups=False):
        words = ["backup", "update_backup_host"] if backups else ["volume", "update_host"]
        return self.expect(self.tool.run(*words, "--currenthost", DEAD, "--newhost", NEXT, *IN_FLIGHT, *GO), OK)

    def test_exactly_the_listed_rows_change(self):
        before, others = everything(), self.other_tables()
        self.assertGreater(len(others), 20)
        self.expect(self.tool.run("volume", "update_host", "--currenthost", DEAD, "--newhost", NEXT, *GO), REFUSED, expected.MIGRATED)
        r = self.take()
        self.assertEqual(others, self.other_tables())
        self.compare(self.promised(before, False), before)
        self.assertEqual(len(r.json["steps"]), len([1 for x in expected.ROWS if x[3] and x[3] != "backups"]))

    def test_exactly_the_listed_backups_change(self):
        before = everything()
        self.take(backups=True)
        self.compare(self.promised(before, True), before)

    def test_undo_gives_every_column_back(self):
        before = everything()
        run = self.take().json["run"]
        self.expect(self.tool.run("journal", "undo", run, *GO, *IN_FLIGHT, "--accept", "target-down", "--accept", "source-alive"), OK)
        now = everything()
        for key, row in before.items():
            self.assertEqual({k: v for k, v in now[key].items() if k != "updated_at"}, {k: v for k, v in row.items() if k != "updated_at"}, key)

    def test_the_statements_of_undo_do_the_same_in_a_client(self):
        before = everything()
        run = self.take().json["run"]
        script = self.expect(self.tool.run("journal", "undo", run, "--sql"), OK).out
        subprocess.run(["mariadb", "--defaults-file=" + harness.ENV["SB_DB_ADMIN_FILE"], "cinder"], input=script + "\nCOMMIT;\n",
                       text=True, check=True, stdout=subprocess.DEVNULL)
        self.assertEqual({k: {c: v for c, v in r.items() if c != "updated_at"} for k, r in everything().items()},
                         {k: {c: v for c, v in r.items() if c != "updated_at"} for k, r in before.items()})

    def test_others_write_their_rows_while_ours_are_locked(self):
        self.others_write()

    def test_others_write_their_rows_while_many_of_ours_are_locked(self):
        self.many()
        self.others_write()

    def test_a_row_of_another_host_that_somebody_holds_is_not_waited_for(self):
        """A backup, a deletion or a DBA may hold any volume for minutes: the move locks by ids, and only its own."""
        held = [id_ for t, id_, columns, change in expected.ROWS if t == "volumes" and not change and columns.get("host") != DEAD + "@ceph#ceph"]
        self.assertGreater(len(held), 3)
        for many in (False, True):
            with self.subTest(many=many):
                if many:
                    self.many()
                holder = self.connection()
                with holder.cursor() as cursor:
                    for id_ in held:
                        cursor.execute("SELECT id FROM volumes WHERE id = %s FOR UPDATE", (id_,))
                        self.assertEqual(cursor.rowcount, 1)
                self.assertTrue(value("mysql", "SELECT COUNT(*) FROM information_schema.INNODB_TRX"))
                r = self.take()
                self.expect(self.tool.run("journal", "undo", r.json["run"], *GO, *IN_FLIGHT, "--accept", "target-down", "--accept", "source-alive"), OK)
                holder.rollback()

    def others_write(self):
        """The tool waits in the middle of its transaction, with rows locked; nobody else waits for it."""
        running, c = self.blocked("volume", "update_host", "--currenthost", DEAD, "--newhost", NEXT, *IN_FLIGHT, *GO,
                                  where="id = '00000016-0000-4000-8000-000000000000'")
        other = self.connection()
        with other.cursor() as cursor:
            cursor.execute("SET innodb_lock_wait_timeout = 1")
            for table, id_, columns, change in expected.ROWS:
                if not change and columns.get("host") != DEAD + "@ceph#ceph":
                    when = "last_used" if table == "image_volume_cache_entries" else "created_at"
                    cursor.execute("UPDATE `%s` SET %s = UTC_TIMESTAMP() WHERE id = %%s" % (table, when), (id_,))
                    self.assertEqual(cursor.rowcount, 1)
            for host in ("other-1@ceph", NEXT + "@ceph"):
                cursor.execute("UPDATE services SET report_count = report_count + 1, updated_at = UTC_TIMESTAMP() WHERE host = %s", (host,))
            with self.assertRaises(pymysql.err.OperationalError, msg="the tool was not in its transaction"):
                cursor.execute("UPDATE volumes SET created_at = UTC_TIMESTAMP() WHERE id = '00000001-0000-4000-8000-000000000000'")
        other.commit()
        c.rollback()
        out, err = running.communicate(timeout=60)
        self.assertEqual(running.returncode, OK, err)

    @staticmethod
    def many():
        """3,000 volumes more, in two pools; some never had a service_uuid."""
        names = [r["Field"] for r in rows("cinder", "SHOW COLUMNS FROM volumes")]
        picked = ", ".join("CONCAT(LPAD(HEX(s.seq), 8, '0'), '-b167-4000-8000-000000000000')" if n == "id" else "v.`%s`" % n for n in names)
        rows("cinder", "INSERT INTO volumes SELECT %s FROM volumes v JOIN %s s WHERE v.id = '00000001-0000-4000-8000-000000000000'" % (picked, harness.numbers(3000)))
        rows("cinder", "UPDATE volumes SET host = REPLACE(host, '#ceph', '#fast') WHERE id LIKE %s", ("%7-b167-4000-8000-000000000000",))
        rows("cinder", "UPDATE volumes SET service_uuid = NULL WHERE id LIKE %s", ("%3-b167-4000-8000-000000000000",))

    def test_many_rows_go_as_few_do(self):
        """One statement moves up to 500 of them that share their values, and compares each."""
        self.many()
        before = everything()
        promised = self.promised(before, False)
        for (table, id), row in promised.items():
            if "b167" in str(id):
                row.update(host=row["host"].replace(DEAD, NEXT), service_uuid=expected.UUID["next@ceph"])
        r = self.expect(self.tool.run("volume", "update_host", "--currenthost", DEAD, "--newhost", NEXT, *IN_FLIGHT, *GO, "--debug"), OK)
        self.assertIn("volume_move_many", r.err)
        self.assertRegex(r.err, r"1\. writing 30\d\d rows in one transaction")   # it takes a while, and says so
        self.compare(promised, before)
