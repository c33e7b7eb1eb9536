# SPDX-License-Identifier: Apache-2.0
"""Cinder on a server of its own, and on a replica that falls behind; what the servers are sent."""
import os
import re
import shutil
import tempfile
import time

import own_server
import plants
from harness import DB_UNREACHABLE, ENV, OK, TestCase, heartbeats, rows, sandbox
from own_server import Server

FINDINGS = 3


class Servers(TestCase):
    @classmethod
    def setUpClass(cls):
        sandbox("reset", "--rows")
        heartbeats(dead=())
        plants.foundation()
        for make in plants.plants.values():
            make()
        cls.directory = tempfile.mkdtemp(prefix="evac-manage-servers.")
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        first, second = (os.path.join(cls.directory, d) for d in ("primary", "replica"))
        os.makedirs(first)
        own_server.install(first)
        shutil.copytree(first, second)
        cls.primary = Server(first, 1, "--log-bin=binlog", "--binlog-format=ROW", rights=True)
        cls.addClassCleanup(cls.primary.close)
        cls.replica = Server(second, 2, "--read-only", rights=True)
        cls.addClassCleanup(cls.replica.close)
        cls.replica.do("CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = %d, MASTER_USER = 'root', MASTER_CONNECT_RETRY = 1,"
                       " MASTER_LOG_FILE = 'binlog.000001', MASTER_LOG_POS = 4" % cls.primary.port)
        cls.replica.do("START SLAVE")
        cls.primary.take("cinder")
        # a service's account, and one that may ask how far the replica is behind
        for account in ("service", "watcher"):
            cls.primary.do("CREATE USER %s@'127.0.0.1' IDENTIFIED BY 'secret'" % account)
            cls.primary.do("GRANT SELECT ON cinder.* TO %s@'127.0.0.1'" % account)
        cls.primary.do("GRANT SLAVE MONITOR ON *.* TO watcher@'127.0.0.1'")

    def setUp(self):
        super().setUp()
        self.primary.do("UPDATE services SET updated_at = UTC_TIMESTAMP() WHERE updated_at >= UTC_TIMESTAMP() - INTERVAL 12 HOUR", "cinder")
        rows("cinder", "UPDATE services SET updated_at = UTC_TIMESTAMP() WHERE updated_at >= UTC_TIMESTAMP() - INTERVAL 12 HOUR")
        for cell in ("nova", "nova_cell0"):
            rows(cell, "UPDATE services SET last_seen_up = UTC_TIMESTAMP() WHERE last_seen_up >= UTC_TIMESTAMP() - INTERVAL 12 HOUR")
        rows("neutron", "UPDATE agents SET heartbeat_timestamp = UTC_TIMESTAMP() WHERE heartbeat_timestamp >= UTC_TIMESTAMP() - INTERVAL 12 HOUR")
        self.wait_for_the_replica()

    def wait_for_the_replica(self):
        at = self.primary.do("SHOW MASTER STATUS")[0]
        done = self.replica.do("SELECT MASTER_POS_WAIT('%s', %d, 60) AS n" % (at["File"], at["Position"]))[0]["n"]
        self.assertIsNotNone(done)
        self.assertGreaterEqual(done, 0)

    def cinder_is(self, server, replica=None, account="watcher", down_s=600):
        conf = os.path.join(self.tool.state, "cinder.conf")
        with open(conf, "w") as f:
            f.write("[DEFAULT]\nservice_down_time = %d\n[database]\nconnection = mysql+pymysql://%s:secret@127.0.0.1:%d/cinder\n" % (down_s, account, server.port))
            if replica:
                f.write("slave_connection = mysql+pymysql://%s:secret@127.0.0.1:%d/cinder\n" % (account, replica.port))
        self.tool.cinder = [conf]

    def found(self, *words):
        r = self.tool.run("audit", "run", "--no-second-look", "--placement-config-file", ENV["SB_PLACEMENT_CONF"], "--neutron-config-file", ENV["SB_NEUTRON_CONF"], "-f", "json", "--fail-on", "never", *words)
        self.expect(r, OK)
        return sorted((f["check"], f["subject"], f["severity"], f["cell"] or "") for f in r.json)

    def a_volume_on_the_primary(self, name, status):
        self.primary.do("INSERT INTO volumes (created_at, updated_at, deleted, id, host, status, volume_type_id, availability_zone) SELECT created_at, updated_at,"
                        " 0, %s, host, %s, volume_type_id, availability_zone FROM volumes WHERE display_name = 'a20'", "cinder", (plants.u(name), status))
        return plants.u(name)

    def test_what_lies_on_two_servers_is_found_as_on_one(self):
        on_one = self.found()
        self.cinder_is(self.primary)
        self.assertEqual(self.found(), on_one)
        self.assertGreater(len(on_one), 100)
        there = self.a_volume_on_the_primary("only there", "in-use")
        try:
            self.assertIn(("volume-without-bdm", there, "high", ""), self.found("A01"))
        finally:
            self.primary.do("DELETE FROM volumes WHERE id = %s", "cinder", (there,))

    def test_a_replica_that_is_behind_is_waited_for(self):
        self.cinder_is(self.primary, self.replica)
        before = self.found("A12", "A20")
        self.assertEqual([f for f in before if f[0] == "check-not-run"], [])
        # whoever holds this lock keeps the replica from applying what comes
        holder = self.replica.connection("cinder")
        holder.cursor().execute("LOCK TABLES services READ, volumes READ")
        try:
            self.primary.do("UPDATE services SET report_count = report_count + 1, updated_at = UTC_TIMESTAMP() WHERE updated_at >= UTC_TIMESTAMP() - INTERVAL 12 HOUR",
                            "cinder")
            until = time.monotonic() + 60
            while (self.replica.do("SHOW SLAVE STATUS")[0]["Seconds_Behind_Master"] or 0) < 4:
                self.assertLess(time.monotonic(), until)
                time.sleep(0.2)
            r = self.tool.run("audit", "run", "A20", "--max-lag", "2", "--check-timeout", "1", "--no-second-look", "-f", "json")
            self.assertEqual([f["check"] for f in r.json], ["check-not-run"], str(r))
            self.assertRegex(r.json[0]["message"], r"is a replica \d+ s behind \(--max-lag 2\)")
            # the heartbeats there are as old as the replica is behind: no backend is dead for that
            self.cinder_is(self.primary, self.replica, down_s=3)
            live = [f for f in self.found("A12", "--max-lag", "600") if f[1] == plants.LIVE + "@ceph"]
            self.assertEqual(live, [])
        finally:
            holder.close()
        self.wait_for_the_replica()

    def a_run(self, *words):
        return self.tool.run("audit", "run", *words, "--max-lag", "600", "--no-second-look", "-f", "json", "--fail-on", "never")

    def found_of(self, r, check):
        return [f["subject"] for f in r.json if f["check"] == check]

    def age_the_replica(self):
        """The primary's heartbeats are of now, the replica's of a day ago, as in one that stopped then."""
        self.replica.do("STOP SLAVE SQL_THREAD")
        self.replica.do("SET GLOBAL read_only = 0")
        self.replica.do("UPDATE services SET updated_at = UTC_TIMESTAMP() - INTERVAL 1 DAY WHERE updated_at >= UTC_TIMESTAMP() - INTERVAL 12 HOUR", "cinder")

    def follow_again(self):
        self.replica.do("SET GLOBAL read_only = 1")
        self.replica.do("START SLAVE SQL_THREAD")

    def test_heartbeats_are_the_primarys_where_nobody_knows_how_old_the_replica_is(self):
        for account, why in (("service", "lacks|denied|privilege"), ("watcher", "its replication is stopped")):
            self.cinder_is(self.primary, self.replica, account=account)
            self.age_the_replica()
            try:
                r = self.a_run("A12", "A20")
                self.expect(r, OK)
                self.assertNotIn(plants.LIVE + "@ceph", self.found_of(r, "backend-down"), account)
                self.assertTrue(self.found_of(r, "backend-down"), account)       # the dead are dead there, too
                told = [f for f in r.json if f["check"] == "replica-lag-unknown"]
                self.assertEqual([(f["subject"], f["severity"]) for f in told], [("cinder's database", "medium")], str(r))
                self.assertRegex(told[0]["message"], why)
                self.assertEqual(self.found_of(r, "check-not-run"), [])
                self.assertEqual(self.found_of(self.a_run("A12", "--primary"), "replica-lag-unknown"), [])
            finally:
                self.follow_again()

    def test_a_lag_that_is_known_is_told_to_nobody(self):
        self.cinder_is(self.primary, self.replica)
        self.assertEqual(self.found_of(self.a_run("A12"), "replica-lag-unknown"), [])
        self.cinder_is(self.primary, self.primary, account="service")    # one address for both
        self.assertEqual(self.found_of(self.a_run("A12"), "replica-lag-unknown"), [])

    def test_without_the_primary_nothing_is_called_dead(self):
        self.cinder_is(self.primary, self.replica, account="service")
        conf = self.tool.cinder[0]
        with open(conf) as f:
            text = f.read()
        with open(conf, "w") as f:
            f.write(text.replace(":%d/cinder" % self.primary.port, ":9/cinder"))
        self.age_the_replica()
        try:
            r = self.a_run("A12", "A13")
            self.assertEqual(r.code, DB_UNREACHABLE, str(r))
            self.assertEqual(self.found_of(r, "backend-down"), [])
            self.assertIn("backend-down", self.found_of(r, "check-not-run"))
        finally:
            self.follow_again()

    def test_the_primary_is_asked_when_told_so(self):
        self.cinder_is(self.primary, self.replica)
        self.replica.do("STOP SLAVE SQL_THREAD")
        try:
            new = self.a_volume_on_the_primary("not yet there", "in-use")
            self.assertNotIn(new, [f[1] for f in self.found("A01")])
            self.assertIn(new, [f[1] for f in self.found("A01", "--primary")])
        finally:
            self.primary.do("DELETE FROM volumes WHERE id = %s", "cinder", (new,))
            self.replica.do("START SLAVE SQL_THREAD")

    def test_all_that_is_sent_reads_in_one_snapshot_and_locks_nothing(self):
        rows("mysql", "SET GLOBAL log_output = 'TABLE'")
        rows("mysql", "TRUNCATE TABLE mysql.general_log")
        rows("mysql", "SET GLOBAL general_log = 1")
        try:
            r = self.tool.run("audit", "run", "--settle-time", "1", "--placement-config-file", ENV["SB_PLACEMENT_CONF"], "--neutron-config-file", ENV["SB_NEUTRON_CONF"])
        finally:
            rows("mysql", "SET GLOBAL general_log = 0")
        self.assertEqual(r.code, FINDINGS, str(r))
        sent = {}
        for line in rows("mysql", "SELECT thread_id, user_host, command_type, CONVERT(argument USING utf8) AS text FROM mysql.general_log"
                         " WHERE command_type IN ('Query', 'Execute')"):
            if not line["user_host"].startswith(ENV["SB_DB_ADMIN"]):
                sent.setdefault(line["thread_id"], []).append(re.sub(r"/\*.*?\*/", "", line["text"]).strip())
        self.assertEqual(len(sent), 6)     # cinder, nova's API, two cells, placement, neutron
        for texts in sent.values():
            begins = [i for i, t in enumerate(texts) if t.startswith("START TRANSACTION")]
            self.assertEqual([texts[i] for i in begins], ["START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"] * 2)     # and for the second look
            for t in texts:
                self.assertRegex(t, r"^(SELECT|SHOW|SET|START TRANSACTION|ROLLBACK|COMMIT)\b")
                self.assertNotRegex(t, r"(?i)\b(for update|lock in share mode|lock tables|get_lock|set global|into outfile)\b")
            # what reads rows of the services does it after the snapshot was taken
            first = next(i for i, t in enumerate(texts) if re.search(r"(?s)^SELECT.*\bFROM\b(?!\s+information_schema)", t) and "cell_mappings" not in t)
            self.assertGreater(first, begins[0])
