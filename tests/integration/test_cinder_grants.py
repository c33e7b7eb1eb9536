# SPDX-License-Identifier: Apache-2.0
"""Every command under exactly the privileges that `grants` prints."""
import os
import re
import subprocess

import pymysql

import harness
from harness import A, B, C, ENV, FENCED, OK, rows, value

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
        lines = self.expect(self.tool.run("grants", kind, "--account", "least@127.0.0.1"), OK).out.splitlines()
        lines = [line for line in lines if not line.startswith("-- where ")]
        self.assertTrue(lines)
        for line in lines:
            try:
                rows("mysql", line)
            except pymysql.err.ProgrammingError as e:
                if e.args[0] != 1146:   # a table that only other releases have: a server refuses such a line
                    raise
        for password in ("", "%s"):     # the account is there, and nobody can log in until it has a password
            self.assertRaises(pymysql.err.OperationalError, harness.connect, "cinder", user="least", password=password)
        rows("mysql", "ALTER USER least@'127.0.0.1' IDENTIFIED BY '%s' ACCOUNT UNLOCK" % PASSWORD)
        file = os.path.join(self.tool.state, "login.cnf")
        with open(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            f.write("[evac-manage]\nuser = least\npassword = %s\n" % PASSWORD)
        self.run = lambda *words: self.tool.run(*words, "--neutron-config-file", ENV["SB_NEUTRON_CONF"], "--placement-config-file", ENV["SB_PLACEMENT_CONF"],
                                               "--defaults-file", file)
        return lines

    # ---- what there is to do, for every command of the program

    def prepare(self):
        """Something to do for each command; the order of COMMANDS is the order of a bad night."""
        rows("cinder", "INSERT INTO clusters (deleted, name, `binary`, race_preventer, frozen) VALUES (0, 'a@ceph', 'cinder-volume', 0, 0), (0, 'b@ceph', 'cinder-volume', 0, 0)")
        rows("cinder", "UPDATE volumes SET cluster_name = 'a@ceph#ceph' WHERE BINARY host = BINARY %s", (C + "@ceph#ceph",))
        for table in ("volumes", "`groups`", "consistencygroups", "image_volume_cache_entries"):
            rows("cinder", "UPDATE %s SET cluster_name = 'a@ceph#ceph' WHERE BINARY host = BINARY %%s LIMIT 1" % table, (B + "@ceph#ceph",))
        rows("cinder", "UPDATE volumes SET service_uuid = NULL WHERE BINARY host = BINARY %s", (A + "@ceph#fast",))
        self.lonely = value("cinder", "SELECT id FROM volumes WHERE host IS NULL AND deleted = 0")
        for table in ("volume_metadata", "volume_admin_metadata", "volume_glance_metadata"):
            rows("cinder", "INSERT INTO %s (deleted, volume_id, `key`, value) VALUES (0, %%s, 'a', 'b')" % table, (self.lonely,))
        free = rows("cinder", "SELECT id FROM volumes WHERE BINARY host = BINARY %s AND status = 'available' AND deleted = 0 ORDER BY id", (A + "@ceph#ceph",))
        rows("cinder", "UPDATE volumes SET status = 'creating' WHERE id = %s", (free[0]["id"],))
        rows("cinder", "INSERT INTO snapshots (deleted, id, volume_id, project_id, status, volume_size, volume_type_id, use_quota)"
             " SELECT 0, 'planted', id, project_id, 'creating', size, volume_type_id, 1 FROM volumes WHERE id = %s", (free[1]["id"],))
        rows("cinder", "UPDATE backups SET status = 'creating' WHERE BINARY host = BINARY %s AND deleted = 0 LIMIT 1", (A,))
        usage = rows("cinder", "SELECT id, project_id FROM quota_usages WHERE resource = 'snapshots' LIMIT 1")[0]
        rows("cinder", "INSERT INTO quota_usages (deleted, project_id, resource, in_use, reserved, race_preventer) VALUES (0, %s, 'snapshots', 4, 1, NULL)", (usage["project_id"],))
        rows("cinder", "INSERT INTO reservations (deleted, uuid, usage_id, project_id, resource, delta) SELECT 0, 'r1', MAX(id), %s, 'snapshots', 2 FROM quota_usages", (usage["project_id"],))
        busy = value("nova", "SELECT uuid FROM instances WHERE display_name = 'image-active-1' AND deleted = 0")
        rows("nova", "DELETE FROM migrations")
        rows("nova", "UPDATE instances SET task_state = 'rebuilding', updated_at = UTC_TIMESTAMP() - INTERVAL 2 HOUR WHERE uuid = %s", (busy,))
        rows("nova", "INSERT INTO instance_actions (created_at, deleted, action, instance_uuid, request_id, start_time) VALUES"
             " (UTC_TIMESTAMP(), 0, 'evacuate', %s, 'req-stale', UTC_TIMESTAMP() - INTERVAL 2 HOUR)", (busy,))
        rows("nova", "INSERT INTO migrations (created_at, updated_at, deleted, uuid, source_compute, source_node, instance_uuid, status, migration_type, hidden,"
             " cross_cell_move) VALUES (UTC_TIMESTAMP() - INTERVAL 2 HOUR, UTC_TIMESTAMP() - INTERVAL 2 HOUR, 0, UUID(), %s, %s, %s, 'accepted', 'evacuation', 0, 0)", (A, A, busy))
        self.stale = str(value("nova", "SELECT MAX(id) FROM migrations"))
        self.volume = value("cinder", "SELECT id FROM volumes WHERE BINARY host = BINARY %s AND deleted = 0 LIMIT 1", (A + "@ceph#ceph",))
        self.in_state = lambda name: os.path.join(self.tool.state, name)
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        # a run of somebody who may write, for the commands that are about runs
        rows("cinder", "UPDATE volumes SET service_uuid = NULL WHERE BINARY host = BINARY %s", (B + "@nvme#nvme",))
        self.past = self.expect(self.tool.run("volume", "update_service", "--host", B + "@nvme", "--yes", "-f", "json"), OK).json["run"]

    # What is asked of each command, in this order; a callable is asked for its words when it is its turn.
    COMMANDS = {
        "doctor": [], "service list": [], "host list": [], "host show": [A], "host return": [A], "host readiness": [A], "instance list": ["--host", A],
        "instance show": ["volume-active-0"], "migration list": [], "volume list": ["--host", A], "volume show": lambda t: [t.volume],
        "backup list": [], "cluster list": [], "quota check": [], "audit list": [],
        "audit run": lambda t: ["--save", t.in_state("report.json"), "--no-second-look"],
        "audit diff": lambda t: [t.in_state("report.json"), t.in_state("report.json")],
        "inventory save": lambda t: [t.signs()], "inventory verify": lambda t: [t.in_state("inventory")],
        "journal list": [], "sql list": [], "sql show": ["cinder/volume_move"], "grants": ["--read-only"], "version": [], "explain": ["fencing-unconfirmed"], "config show": [], "config sample": [], "completion": ["bash"],
        "cluster rename": ["a@ceph", "b@ceph"], "cluster remove": ["cinder-volume", "a@ceph", "--accept", "cluster-owns"],
        "volume update_service": ["--host", A], "volume delete": lambda t: [t.lonely], "quota sync": [], "migration close": lambda t: [t.stale],
        "group update_host": ["--currenthost", A + "@ceph", "--newhost", B + "@ceph"],
        "consistencygroup update_cg_host": ["--currenthost", A + "@ceph", "--newhost", B + "@ceph"],
        "backup update_backup_host": ["--currenthost", A, "--newhost", B, "--settle"],
        "journal show": lambda t: [t.past], "journal report": lambda t: [t.past], "journal pause": lambda t: [t.past], "journal resume": lambda t: [t.past], "journal recover": lambda t: [t.past], "journal undo": lambda t: [t.past],
        "plan show": lambda t: [t.planned()], "plan apply": lambda t: [t.in_state("plan.json")],
        "volume update_host": ["--currenthost", A, "--newhost", B, "--settle", "--follow-zone"],
        "instance evacuate": ["image-active-0", "--no-wait"], "host evacuate": [A, "--only", "image-stopped-0", "--no-wait"],
        "host rescue": [A, "--to", B, "--only", "volume-active-0", "--no-wait"], "service remove": ["cinder-backup", A, "--accept", "service-owns"],
    }
    MAY_FIND = {"doctor", "journal pause", "journal resume", "audit run", "quota check", "host return", "audit diff", "host rescue"}     # what they find is their answer

    def signs(self):
        """Where to; the key is made."""
        key = self.in_state("inventory.key")
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True, stderr=subprocess.DEVNULL)
        os.chmod(key, 0o600)
        with open(self.tool.site, "a") as f:
            f.write("[inventory]\nkey = %s\n" % key)
        return self.in_state("inventory")

    def planned(self):
        path = self.in_state("plan.json")
        if not os.path.exists(path):
            self.expect(self.run("volume", "update_host", "--currenthost", A + "@nvme", "--newhost", B + "@nvme", *GO, "--plan-out", path), OK)
        return path

    def commands(self):
        """As the program itself lists them."""
        found = re.findall(r"^  (\w+(?: \w+)?)(?:  .*)?$", self.tool.run("--help").out.partition("commands:\n")[2].partition("\n\n")[0], re.M)
        self.assertGreater(len(found), 35)
        self.assertEqual([c for c in found if c not in self.COMMANDS], [], "nobody has tried these with the least privileges")
        return [c for c in self.COMMANDS if c in found]

    def writes(self, command):
        return "--yes" in self.tool.run(*command.split(), "--help").out

    def ask(self, command):
        words = self.COMMANDS[command]
        words = [*command.split(), *(words(self) if callable(words) else words)]
        harness.heartbeats()       # an audit takes longer than a service may be silent here
        takes = self.tool.run(*command.split(), "--help").out
        return self.run(*words, *(FENCED if re.search(r"^  --fenced", takes, re.M) else []), *(["--yes"] if "--yes" in takes else []))

    def test_the_read_only_set_reads_all_and_writes_nothing(self):
        self.prepare()
        lines = self.account("--read-only")
        self.assertTrue(all(re.fullmatch(r"GRANT SELECT(?: \([^)]+\))? ON `\w+`\.`\w+` TO 'least'@'127\.0\.0\.1';", l) for l in lines[1:]), lines)
        before = harness.checksum()
        for command in self.commands():
            with self.subTest(command):
                r = self.ask(command)
                if self.writes(command) and command != "journal recover":      # that has nothing to settle
                    self.assertIn("lacks a right", r.out + r.err, str(r))
                    self.assertNotEqual(r.code, OK, str(r))
                else:
                    self.assertNotIn("lacks a right", r.out + r.err, str(r))
                    self.assertTrue(r.code == OK or command in self.MAY_FIND, str(r))
        self.unchanged(before)

    def test_the_operating_set_is_enough_for_every_command(self):
        self.prepare()
        self.account("--operate")
        for command in self.commands():
            with self.subTest(command):
                r = self.ask(command)
                self.assertNotIn("lacks a right", r.out + r.err, str(r))
                self.assertTrue(r.code == OK or command in self.MAY_FIND, str(r))
                if self.writes(command) and command != "journal recover":       # that has nothing to settle
                    self.assertIn("journal/", r.out + r.err, str(r))        # it did write

    def test_no_privilege_is_for_nothing(self):
        """Without any one of them some command fails: the set is the least. Tables are enough; columns differ by release."""
        create, *lines = self.expect(self.tool.run("grants", "--operate"), OK).out.splitlines()
        self.assertRegex(create, r"^CREATE USER IF NOT EXISTS ")
        self.assertRegex(lines.pop(), r"^-- where the audit reads a replica: GRANT SLAVE MONITOR ON \*\.\* TO 'evac_manage'@'%'; ")
        lines = [l for l in lines if not l.startswith("-- where its tables are in nova_api (nova 17 and 18): ")]
        tables = {re.search(r"ON `(\w+)`\.`(\w+)`", l).groups() for l in lines}
        self.assertEqual(len(tables), len(lines) - len([l for l in lines if "before cinder 18" in l]))
        self.assertEqual([l for l in lines if "UPDATE" in l and not re.search(r"UPDATE \(\w+(, \w+)*\) ON", l)], [])
        self.assertEqual([l for l in lines if re.search(r"UPDATE \([^)]*(report_count|\bhost\b)[^)]*\) ON `(nova|cinder)`\.`(services|instances)`", l)], [])
        listed = self.expect(self.tool.run("sql", "list", "-f", "json"), OK).json
        named = {t for x in listed if x["access"] != "session" for t in x["tables"].replace("performance_schema.", "").split()}
        self.assertTrue({t for _, t in tables} <= named)
        self.assertFalse([l for l in lines if " DELETE" in l or "ALL" in l or "*" in l], lines)
