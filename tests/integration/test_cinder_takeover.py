# SPDX-License-Identifier: Apache-2.0
"""The takeover of a node changes exactly the rows that tests/data/cinder/takeover.py lists, and undo gives every column back."""
import importlib.util
import os

import harness
from harness import FENCED, OK, rows

GO = FENCED + ["--yes", "-f", "json"]
spec = importlib.util.spec_from_file_location("takeover", os.path.join(harness.ROOT, "tests", "data", "cinder", "takeover.py"))
expected = importlib.util.module_from_spec(spec)
spec.loader.exec_module(expected)
DEAD, NEXT = expected.DEAD, expected.NEXT
TABLES = sorted({r[0] for r in expected.ROWS} | {"services"})
NEEDED = {"groups": {"group_type_id": "g"}, "snapshots": {"volume_size": 1}, "image_volume_cache_entries": {"last_used": "2024-01-01 00:00:00"}}
TABLE_OF = {"volume": "volumes", "group": "groups", "consistencygroup": "consistencygroups", "worker": "workers",
            "image_volume_cache_entry": "image_volume_cache_entries", "backup": "backups"}


def everything():
    return {(t, r["id"]): r for t in TABLES for r in rows("cinder", "SELECT * FROM `%s`" % t)}


class Takeover(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        kind = rows("cinder", "SELECT id FROM volume_types WHERE name = 'ceph'")[0]["id"]
        for table in ("workers", "volume_attachment", "snapshots", "image_volume_cache_entries", "backups"):
            rows("cinder", "DELETE FROM %s WHERE id > 0" % table)
        for id, host, uuid, binary, cluster, deleted in expected.SERVICES:
            self.insert("services", id=id, host=host, uuid=uuid, binary=binary, topic=binary, report_count=5, disabled=0, cluster_name=cluster,
                        availability_zone="nova", deleted=deleted)
        for table, id, columns, _ in expected.ROWS:
            more = {"volume_type_id": kind} if table in ("volumes", "snapshots") else {}
            if table == "volumes":
                more.update(size=1, project_id="p", use_quota=1)
            self.insert(table, id=id, **{**NEEDED.get(table, {}), **more, **columns})
        harness.heartbeats(alive=(NEXT, "other-1", "member-1"), dead=(DEAD, "dead_1", "DEAD-1"))

    def insert(self, table, **columns):
        rows("cinder", "INSERT INTO `%s` (%s) VALUES (%s)" % (table, ", ".join("`%s`" % c for c in columns), ", ".join(["%s"] * len(columns))),
             list(columns.values()))

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
            if promised[key] != before[key]:
                want.pop("updated_at", None), have.pop("updated_at", None)
            self.assertEqual(have, want, key)

    def take(self, backups=False):
        words = ["backup", "update_backup_host"] if backups else ["volume", "update_host"]
        return self.expect(self.tool.run(*words, "--currenthost", DEAD, "--newhost", NEXT, *GO), OK)

    def test_exactly_the_listed_rows_change(self):
        before = everything()
        self.assertGreater(len([1 for r in expected.ROWS if r[3]]), 20)
        r = self.take()
        self.compare(self.promised(before, False), before)
        self.assertEqual(len(r.json["steps"]), len([1 for x in expected.ROWS if x[3] and x[3] != "backups"]))

    def test_exactly_the_listed_backups_change(self):
        before = everything()
        self.take(backups=True)
        self.compare(self.promised(before, True), before)

    def test_undo_gives_every_column_back(self):
        before = everything()
        run = self.take().json["run"]
        if "undo" in self.tool.run("journal", "--help").out:
            self.expect(self.tool.run("journal", "undo", run, *GO), OK)
        else:
            self.undo_by_hand()
        now = everything()
        for key, row in before.items():
            self.assertEqual({k: v for k, v in now[key].items() if k not in ("updated_at", "race_preventer")},
                             {k: v for k, v in row.items() if k not in ("updated_at", "race_preventer")}, key)

    def undo_by_hand(self):
        """With nothing but the journal's before-values, each where the row still holds what was written."""
        (journal,) = self.tool.journals()
        for row in reversed([r for r in journal if r["type"] == "row"]):
            back = ", ".join("`%s` = %%s" % c for c in row["before"])
            still = " AND ".join("BINARY `%s` <=> BINARY %%s" % c for c in row["after"])
            n = rows("cinder", "UPDATE `%s` SET %s WHERE id = %%s AND %s" % (TABLE_OF[row["kind"]], back, still),
                     [*row["before"].values(), row["id"], *row["after"].values()])
            self.assertEqual(n, 1, row)

    def test_many_rows_go_as_few_do(self):
        """From 2,000 volumes on one statement moves them, after each was locked and compared."""
        names = [r["Field"] for r in rows("cinder", "SHOW COLUMNS FROM volumes")]
        picked = ", ".join("CONCAT(LPAD(HEX(s.seq), 8, '0'), '-b167-4000-8000-000000000000')" if n == "id" else "v.`%s`" % n for n in names)
        rows("cinder", "INSERT INTO volumes SELECT %s FROM volumes v JOIN seq_1_to_3000 s WHERE v.id = '00000001-0000-4000-8000-000000000000'" % picked)
        rows("cinder", "UPDATE volumes SET host = REPLACE(host, '#ceph', '#fast') WHERE id LIKE %s", ("%7-b167-4000-8000-000000000000",))
        rows("cinder", "UPDATE volumes SET service_uuid = NULL WHERE id LIKE %s", ("%3-b167-4000-8000-000000000000",))
        before = everything()
        promised = self.promised(before, False)
        for (table, id), row in promised.items():
            if "b167" in str(id):
                row.update(host=row["host"].replace(DEAD, NEXT), service_uuid=expected.UUID["next@ceph"])
        r = self.expect(self.tool.run("volume", "update_host", "--currenthost", DEAD, "--newhost", NEXT, *GO, "--debug"), OK)
        self.assertIn("volumes_move_all", r.err)
        self.compare(promised, before)
