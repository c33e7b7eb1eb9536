# SPDX-License-Identifier: Apache-2.0
"""Whatever a column of a table that the program reads may hold, as information_schema lists them: NULL ends no command, and a text that
would steer a terminal or forge a line reaches nobody's screen as it is."""
import glob
import os
import re
import unicodedata

import harness
from harness import A, B, ENV, rows, value

SCHEMAS = {"nova": ["nova"], "nova_api": ["nova_api"], "cinder": ["cinder"], "placement": ["placement"]}
BUG, ERROR = 70, 1
ROWS = 8  # so many of a table are changed at a time, each in a column of its own
FORGED = "9. forged: everything is evacuated"
# C0, C1, direction marks, both separators of Unicode, a letter that nobody sees, a line that looks like ours
HOSTILE = "x\x1b[2J\x07\x9b31m\u202egnp.exe\u2066\u2028\u2029\u200b\ufeff\r\n" + FORGED + "\nerror: forged"
SET = "UPDATE `%s` SET `%s` = %s WHERE `%s` = %%s"
FREE = "foreign_key_checks = 0"


def tables_read():
    """schema -> tables, from the heads of the statements; the audit's stand in its own directory and read both."""
    read = {schema: set() for schema in SCHEMAS}
    for path in sorted(glob.glob(os.path.join(harness.ROOT, "sql", "*", "*.sql"))):
        head = re.search(r"^-- :reads (.*?) :", open(path).read(), re.M)
        room = path.split(os.sep)[-2]
        for table in head[1].split() if head else ():
            for schema in SCHEMAS if room == "audit" else [room] if room in SCHEMAS else ():
                read[schema].add(table)
    return read


def columns_where(condition):
    """(schema, table) -> columns."""
    found = {}
    for schema, tables in tables_read().items():
        for r in rows("mysql", "SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = %s"
                      " AND " + condition + " ORDER BY table_name, ordinal_position", (schema,)):
            if r["t"] in tables:
                found.setdefault((schema, r["t"]), []).append(r["c"])
    return found


def columns(schema, table):
    return {r["c"] for r in rows("mysql", "SELECT column_name AS c FROM information_schema.columns WHERE table_schema = %s"
                                 " AND table_name = %s", (schema, table))}


def steers(text):
    """The characters in it that a terminal obeys, or that hide or turn what stands beside them; its own line ends apart."""
    return {c for c in text if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")}


class AnyValue(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.tool.types = False  # thousands of the same few hints
        harness.sandbox("reset", "--rows")
        self.addCleanup(harness.sandbox, "reset", "--rows")
        harness.heartbeats()
        self.instances = [r["uuid"] for r in rows("nova", "SELECT uuid FROM instances WHERE host = %s AND deleted = 0 ORDER BY id LIMIT %s",
                                                (A, ROWS))]
        self.volumes = [r["id"] for r in rows("cinder", "SELECT id FROM volumes WHERE host LIKE %s AND deleted = 0 ORDER BY id LIMIT %s",
                                             (A + "@%", ROWS))]
        uuid = self.instances[0]
        self.fill(uuid, self.volumes[0])
        self.mine = [(c, A) for c in ("host", "source_compute", "attached_host", "server_name")] + \
            [(c, uuid) for c in ("instance_uuid", "uuid", "consumer_id")] + [(c, self.volumes[0]) for c in ("volume_id", "resource_id")]

    @staticmethod
    def fill(uuid, volume):
        """One row at least where the sandbox has none."""
        for status in ("accepted", "done"):
            rows("nova", "INSERT INTO migrations (created_at, updated_at, deleted, uuid, source_compute, source_node, dest_compute,"
                 " instance_uuid, status, migration_type, hidden) VALUES (UTC_TIMESTAMP() - INTERVAL 1 DAY, UTC_TIMESTAMP() - INTERVAL 1 DAY,"
                 " 0, UUID(), %s, %s, %s, %s, %s, 'evacuation', 0)", (A, A, B, uuid, status))
        rows("nova", "INSERT INTO instance_faults (created_at, deleted, instance_uuid, code, message, host) VALUES (UTC_TIMESTAMP(), 0, %s,"
             " 500, 'No valid host', %s)", (uuid, A))
        rows("nova_api", "INSERT INTO aggregates (id, uuid, name) VALUES (7701, UUID(), 'walk')")
        rows("nova_api", "INSERT INTO aggregate_hosts (aggregate_id, host) VALUES (7701, %s)", (B,))
        rows("nova_api", "INSERT INTO aggregate_metadata (aggregate_id, `key`, value) VALUES (7701, 'availability_zone', 'nova')")
        rows("nova_api", "INSERT INTO instance_groups (id, uuid, name) VALUES (7701, UUID(), 'walk')")
        rows("nova_api", "INSERT INTO instance_group_member (group_id, instance_uuid) VALUES (7701, %s)", (uuid,))
        rows("nova_api", "INSERT INTO instance_group_policy (group_id, policy, rules) VALUES (7701, 'anti-affinity', '{}')")
        rows("placement", "INSERT INTO placement_aggregates (id, uuid) VALUES (7701, UUID())")
        rows("placement", "INSERT INTO resource_provider_aggregates (resource_provider_id, aggregate_id) SELECT MIN(id), 7701"
             " FROM resource_providers")
        rows("cinder", "INSERT INTO clusters (deleted, name, `binary`, race_preventer) VALUES (0, 'walk@ceph', 'cinder-volume', 0)")
        rows("cinder", "INSERT INTO transfers (deleted, id, volume_id) VALUES (0, UUID(), %s)", (volume,))
        for table in ("volume_metadata", "volume_admin_metadata"):
            rows("cinder", "INSERT INTO %s (deleted, volume_id, `key`, value) VALUES (0, %%s, 'k', 'v')" % table, (volume,))

    def commands(self):
        fenced = [*harness.FENCED, "--dry-run"]
        return [
            ["doctor"], ["service", "list"], ["host", "list"], ["host", "show", A], ["host", "show", B], ["host", "return", A],
            ["instance", "list", "--host", A], *[["instance", "show", i] for i in self.instances], ["migration", "list"],
            ["volume", "list", "--host", A], *[["volume", "show", v] for v in self.volumes], ["backup", "list"], ["cluster", "list"],
            ["quota", "check"], ["audit", "run", "--no-second-look"],
            ["host", "rescue", A, "--to", B, *fenced], ["host", "evacuate", A, *fenced], ["instance", "evacuate", self.instances[0], *fenced],
            ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *fenced],
            ["volume", "update_service", "--dry-run"], ["volume", "delete", self.volumes[0], "--dry-run"],
            ["backup", "update_backup_host", "--currenthost", A, "--newhost", B, *fenced],
            ["service", "remove", "cinder-volume", A + "@ceph", "--dry-run"], ["quota", "sync", "--dry-run"],
            ["migration", "close", self.migration(), "--dry-run"],
        ]

    @staticmethod
    def migration():
        return str(value("nova", "SELECT MAX(id) FROM migrations WHERE status = 'accepted'") or 1)

    def change(self, schema, table, column, to, have, at):
        """In one row, one of the failed host's own if there are enough; how to put it back, or None where there is no such row."""
        order = ["BINARY SUBSTRING_INDEX(`%s`, '@', 1) = BINARY %%s DESC" % c for c, _ in self.mine if c in have]
        order += ["`%s` = 0 DESC" % c for c in ("deleted",) if c in have]
        words = [v for c, v in self.mine if c in have]
        key = "id" if "id" in have else sorted(have)[0]
        found = rows(schema, "SELECT `%s` AS k, `%s` AS v FROM `%s` ORDER BY %s LIMIT 1 OFFSET %d" %
                     (key, column, table, ", ".join([*order, "`%s`" % key]), at), words)
        if not found or column == key:
            return None
        rows(schema, SET % (table, column, "%s", key), (to, found[0]["k"]), settings=FREE)
        return schema, SET % (table, column, "%s", key), (found[0]["v"], found[0]["k"])

    def wrong(self, words):
        r = self.tool.run("--placement-config-file", ENV["SB_PLACEMENT_CONF"], *words)
        bad = r.code < 0 or r.code in (BUG, ERROR) or "(null)" in r.out + r.err
        return str(r) if bad else None

    def steered(self, words):
        log = os.path.join(self.tool.state, "log")
        r = self.tool.run("--placement-config-file", ENV["SB_PLACEMENT_CONF"], "--debug", "--log-file", log, *words)
        told = r.out + r.err
        if os.path.exists(log):  # not where the words themselves are refused
            told += open(log, errors="surrogateescape").read()
            os.unlink(log)
        forged = [line for line in told.splitlines() if line.startswith((FORGED, "error: forged"))]
        return "%r %s\n%s" % (steers(told), forged, r) if steers(told) or forged or r.code < 0 or r.code == BUG else None

    def walk(self, left, to, judge):
        """What ${judge} says of each command with ${to} in a few columns, until every column had it."""
        have = {t: columns(*t) for t in left}
        counts = {t: value(t[0], "SELECT COUNT(*) FROM `%s`" % t[1]) for t in left}
        self.assertEqual([t for t in counts if not counts[t]], [], "tables without a row")
        failed = []
        while left:
            harness.heartbeats()
            back, names = [], []
            for table in sorted(left):  # some columns of each table at a time, each in a row of its own
                for at in range(min(ROWS, counts[table], len(left[table]))):
                    column = left[table].pop(0)
                    undo = self.change(*table, column, to, have[table], at)
                    if undo:
                        back.append(undo)
                        names.append("%s.%s.%s" % (*table, column))
            left = {t: c for t, c in left.items() if c}
            failed += [", ".join(names) + ": " + w for w in map(judge, self.commands()) if w]
            for schema, statement, words in back:
                rows(schema, statement, words, settings=FREE)
        self.assertEqual(failed, [], "\n\n".join(failed[:5]))

    def test_null_in_any_nullable_column_ends_no_listing_no_dry_run_and_no_audit(self):
        left = columns_where("is_nullable = 'YES'")
        self.assertGreater(sum(map(len, left.values())), 300)
        self.walk(left, None, self.wrong)

    def test_no_text_of_any_column_steers_a_terminal_or_forges_a_line(self):
        left = columns_where("(character_maximum_length >= %d OR data_type LIKE '%%%%text') AND column_key <> 'PRI'" % len(HOSTILE))
        self.assertGreater(sum(map(len, left.values())), 100)
        self.walk(left, HOSTILE, self.steered)

    def test_a_host_with_a_hostile_name_is_shown_and_refused_in_plain_letters(self):
        host = "h\x1b[31m\u202e\u2028\n" + FORGED
        for schema, table, column in (("nova", "services", "host"), ("nova", "compute_nodes", "host"), ("nova", "instances", "host"),
                                      ("nova_api", "host_mappings", "host"), ("cinder", "backups", "host")):
            rows(schema, "UPDATE `%s` SET `%s` = %%s WHERE `%s` = %%s" % (table, column, column), (host, A))
        for table in ("services", "volumes"):
            rows("cinder", "UPDATE `%s` SET host = REPLACE(host, %%s, %%s) WHERE BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %%s" % table,
                 (A, host, A))
        harness.heartbeats(dead=(host,))
        for words in (["host", "list"], ["host", "show", host], ["host", "return", host], ["service", "list"],
                      ["host", "rescue", host, "--to", B, *harness.FENCED, "--dry-run"],
                      ["host", "rescue", host, "--to", B, *harness.FENCED],
                      ["volume", "update_host", "--currenthost", host + "@ceph", "--newhost", B + "@ceph", "--dry-run"],
                      ["volume", "list", "--host", host + "x"], ["host", "show", host + "x"]):
            self.assertIsNone(self.steered(words))
            self.assertNotIn("\x1b", self.tool.run("--log-json", *words).err)
