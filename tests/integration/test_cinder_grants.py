# SPDX-License-Identifier: Apache-2.0
"""Every command under exactly the privileges that `grants` prints."""
import os
import re

import pymysql

import harness
from harness import A, B, ENV, FENCED, OK, REFUSED, rows, value

GO = FENCED + ["--yes"]
PASSWORD = "least-7-privileges"


class Grants(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()

    def account(self, kind):
        """An account with these grants and nothing else; the tool uses it everywhere."""
        rows("mysql", "DROP USER IF EXISTS least@'127.0.0.1'")
        rows("mysql", "CREATE USER least@'127.0.0.1' IDENTIFIED BY '%s'" % PASSWORD)
        lines = self.expect(self.tool.run("grants", kind, "--account", "least@127.0.0.1"), OK).out.splitlines()
        lines = [line for line in lines if not line.startswith("-- where the table is there: GRANT ")]
        self.assertTrue(lines)
        for line in lines:
            try:
                rows("mysql", line)
            except pymysql.err.ProgrammingError as e:
                if e.args[0] != 1146:   # a table that only other releases have: a server refuses such a line
                    raise
        file = os.path.join(self.tool.state, "login.cnf")
        with open(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            f.write("[evac-manage]\nuser = least\npassword = %s\n" % PASSWORD)
        self.run = lambda *words: self.tool.run(*words, "--defaults-file", file)
        return lines

    READS = [["volume", "list", "--host", A], ["backup", "list"], ["instance", "list", "--host", A], ["service", "list"],
             ["host", "show", A], ["host", "list"], ["cluster", "list"], ["quota", "check"], ["doctor"], ["audit", "run"]]

    def run_reads(self):
        volume = value("cinder", "SELECT id FROM volumes WHERE BINARY host = BINARY %s AND deleted = 0 LIMIT 1", (A + "@ceph#ceph",))
        for words in self.READS + [["volume", "show", volume], ["volume", "update_host", "--currenthost", A, "--newhost", B, "--dry-run", *GO]]:
            harness.heartbeats()       # an audit takes longer than a service may be silent here
            r = self.run(*words)
            self.assertNotIn("lacks a right", r.out + r.err, str(r))
            if words[0] not in ("quota", "doctor", "audit"):
                self.expect(r, OK)

    def test_the_read_only_set_reads_all_and_writes_nothing(self):
        lines = self.account("--read-only")
        self.assertTrue(all(re.fullmatch(r"GRANT SELECT ON `\w+`\.`\w+` TO 'least'@'127\.0\.0\.1';", l) for l in lines), lines)
        self.run_reads()
        rows("cinder", "UPDATE volumes SET service_uuid = NULL WHERE BINARY host = BINARY %s", (A + "@ceph#fast",))
        before = harness.checksum()
        lonely = value("cinder", "SELECT id FROM volumes WHERE host IS NULL AND deleted = 0")
        for words in (["volume", "update_host", "--currenthost", A, "--newhost", B], ["backup", "update_backup_host", "--currenthost", A, "--newhost", B],
                      ["volume", "update_service"], ["volume", "delete", lonely], ["quota", "sync"],
                      ["service", "remove", "cinder-backup", A, "--accept", "service-owns"]):
            self.expect(self.run(*words, *GO), REFUSED, "lacks a right")
        self.unchanged(before)

    def test_the_operating_set_is_enough_for_every_command(self):
        self.account("--operate")
        self.run_reads()
        rows("cinder", "INSERT INTO clusters (deleted, name, `binary`, race_preventer, frozen) VALUES (0, 'a@ceph', 'cinder-volume', 0, 0), (0, 'b@ceph', 'cinder-volume', 0, 0)")
        for table in ("volumes", "`groups`", "consistencygroups", "image_volume_cache_entries"):
            rows("cinder", "UPDATE %s SET cluster_name = 'a@ceph#ceph' WHERE BINARY host = BINARY %%s LIMIT 1" % table, (A + "@ceph#ceph",))
        self.expect(self.run("cluster", "rename", "a@ceph", "b@ceph", *GO), OK)
        self.expect(self.run("cluster", "remove", "cinder-volume", "a@ceph", *GO), OK)
        for table in ("volumes", "`groups`", "consistencygroups", "image_volume_cache_entries"):
            rows("cinder", "UPDATE %s SET cluster_name = NULL" % table)
        rows("cinder", "UPDATE volumes SET service_uuid = NULL WHERE BINARY host = BINARY %s", (A + "@ceph#fast",))
        lonely = value("cinder", "SELECT id FROM volumes WHERE host IS NULL AND deleted = 0")
        rows("cinder", "INSERT INTO volume_metadata (deleted, volume_id, `key`, value) VALUES (0, %s, 'a', 'b')", (lonely,))
        back = ["--currenthost", B + "@ceph", "--newhost", A + "@ceph", "--accept", "source-alive", "--accept", "target-down"]
        for words in (["volume", "update_service"], ["volume", "delete", lonely], ["quota", "sync"],
                      ["volume", "update_host", "--currenthost", A, "--newhost", B],
                      ["backup", "update_backup_host", "--currenthost", A, "--newhost", B],
                      ["group", "update_host", *back], ["consistencygroup", "update_cg_host", *back],
                      ["service", "remove", "cinder-backup", A]):
            harness.heartbeats()
            self.expect(self.run(*words, *GO), OK)
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        self.expect(self.run("instance", "evacuate", "image-active-0", *GO, "--no-wait"), OK)
        self.assertEqual(len(conductor.wait_for(1)), 1)

    def test_no_privilege_is_for_nothing(self):
        """Without any one of them some command fails: the set is the least. Tables are enough; columns differ by release."""
        lines = self.expect(self.tool.run("grants", "--operate"), OK).out.splitlines()
        tables = {re.search(r"ON `(\w+)`\.`(\w+)`", l).groups() for l in lines}
        self.assertEqual(len(tables), len(lines))
        listed = self.expect(self.tool.run("sql", "list", "-f", "json"), OK).json
        named = {t for x in listed if x["access"] != "session" for t in x["tables"].split()}
        self.assertTrue({t for _, t in tables} <= named)
        self.assertFalse([l for l in lines if " DELETE" in l or "ALL" in l or "*" in l], lines)
