# SPDX-License-Identifier: Apache-2.0
"""What a server's defaults would do to our sessions: what can be set is set, and what cannot is refused by name, before any write."""
import os
import shutil
import tempfile

import own_server
import wire
from harness import A, B, DB_UNREACHABLE, ENV, FENCED, OK, REFUSED, TestCase, heartbeats, rows, sandbox, value

BUSY, UNKNOWN = 8, 9
MOVE = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *FENCED, "-f", "json"]
ON = "SELECT COUNT(*) AS n FROM volumes WHERE deleted = 0 AND BINARY SUBSTRING_INDEX(host, '#', 1) = BINARY %s"


def cinder_at(tool, port):
    copy = os.path.join(tool.state, "cinder.conf")
    with open(ENV["SB_CINDER_CONF"]) as f, open(copy, "w") as out:
        out.write(f.read().replace("127.0.0.1:%s/cinder" % ENV["SB_DB_PORT"], "127.0.0.1:%d/cinder" % port))
    tool.cinder = [copy]


class Defaults(TestCase):
    def setUp(self):
        super().setUp()
        sandbox("reset", "--rows")
        heartbeats()

    def with_globals(self, *words, **settings):
        for name, bad in settings.items():
            rows("mysql", "SET GLOBAL %s = %s" % (name, bad))
        try:
            return self.tool.run(*words)
        finally:
            for name in settings:
                rows("mysql", "SET GLOBAL %s = DEFAULT" % name)

    def test_a_limit_of_rows_is_none_for_us(self):
        """With two rows for each SELECT a move of two volumes was verified, and the others stayed."""
        n = value("cinder", ON, (A + "@ceph",))
        self.assertGreater(n, 2)
        r = self.expect(self.with_globals("volume", "list", "--host", A + "@ceph", "-f", "json", sql_select_limit=2), OK)
        self.assertEqual(len(r.json), n)
        r = self.expect(self.with_globals(*MOVE, "--yes", sql_select_limit=2, max_join_size=1, sql_big_selects=0, sql_safe_updates=1,
                                          completion_type=2, group_concat_max_len=4), OK)
        self.assertEqual(len([s for s in r.json["steps"] if s["kind"] == "volume"]), n)
        self.assertEqual(value("cinder", ON, (A + "@ceph",)), 0)

    def test_a_proxy_without_a_mariadbs_abilities_gets_the_rows_one_by_one(self):
        """Each move of two rows and more ended in error 5003 there."""
        n = value("cinder", ON, (A + "@ceph",))
        proxy = wire.Plain(int(ENV["SB_DB_PORT"]))
        self.addCleanup(proxy.close)
        cinder_at(self.tool, proxy.here)
        r = self.expect(self.tool.run(*MOVE, "--yes"), OK)
        self.assertEqual(len([s for s in r.json["steps"] if s["kind"] == "volume" and s["state"] == "proved"]), n)

    def test_a_server_that_takes_no_writes_refuses_the_dry_run_too(self):
        r = self.expect(self.with_globals(*MOVE, "--dry-run", read_only=1), REFUSED)
        self.assertIn("database-not-writable", r.findings())
        r = self.expect(self.with_globals(*MOVE, "--yes", read_only=1), REFUSED)
        self.assertEqual(self.tool.journals(), [])


class CommitsThatFail(TestCase):
    """Errors that say that it was rolled back, one that does not, and a member that lost its group meanwhile."""

    def setUp(self):
        super().setUp()
        sandbox("reset", "--rows")
        heartbeats()
        self.addCleanup(rows, "mysql", "SET GLOBAL read_only = 0")

    def move(self, number, code, state, then=lambda: None):
        wire_ = wire.Refusing(int(ENV["SB_DB_PORT"]), number, then)
        cinder_at(self.tool, wire_.here)
        n = value("cinder", ON, (A + "@ceph",))
        r = self.expect(self.tool.run(*MOVE, "--yes"), code)
        wire_.close()
        self.assertEqual(wire_.refused, 1)
        self.assertEqual(value("cinder", ON, (A + "@ceph",)), n)
        self.assertEqual({s["state"] for s in r.json["steps"]}, {state}, str(r))
        return r

    def test_what_surely_was_rolled_back_is_not_unknown(self):
        for number, code in ((3101, BUSY), (3100, REFUSED), (1205, BUSY), (1213, BUSY), (1290, REFUSED), (1047, DB_UNREACHABLE)):
            with self.subTest(number):
                self.assertIn("the commit was rolled back", self.move(number, code, "failed").err)

    def test_a_member_that_lost_its_group_says_nothing_about_the_others(self):
        self.tool.types = False     # what is printed cannot be done on a server that is read only
        self.assertIn("left its group", self.move(3101, UNKNOWN, "unknown", lambda: rows("mysql", "SET GLOBAL read_only = 1")).err)

    def test_an_error_of_the_engine_leaves_it_open(self):
        self.assertIn("may or may not", self.move(1180, UNKNOWN, "unknown").err)


class AnotherServer(TestCase):
    """One that says to be a MySQL, and writes its binary log as statements, which READ COMMITTED does not allow: 1665 at each write."""

    @classmethod
    def setUpClass(cls):
        sandbox("reset", "--rows")
        cls.directory = tempfile.mkdtemp(prefix="evac-manage-statements.")
        cls.addClassCleanup(shutil.rmtree, cls.directory, ignore_errors=True)
        own_server.install(cls.directory)
        cls.server = own_server.Server(cls.directory, 1, "--log-bin=binlog", "--binlog-format=STATEMENT", "--version=8.0.27", rights=True)
        cls.addClassCleanup(cls.server.close)
        cls.server.take("cinder")
        cls.server.do("CREATE USER cinder@'127.0.0.1' IDENTIFIED BY %s", params=(ENV["SB_DB_CINDER_PASS"],))
        cls.server.do("GRANT ALL ON cinder.* TO cinder@'127.0.0.1'")

    def setUp(self):
        super().setUp()
        cinder_at(self.tool, self.server.port)
        self.tool.nova, self.tool.neutron = [], []
        self.server.do("UPDATE services SET updated_at = UTC_TIMESTAMP() - INTERVAL IF(host LIKE %s, 1, 0) HOUR", "cinder", (A + "%",))

    def left(self):
        return self.server.do(ON, "cinder", (A + "@ceph",))[0]["n"]

    def test_it_is_said_before_any_write_and_done_where_the_account_may(self):
        before = self.left()
        self.assertGreater(before, 2)
        row = next(r for r in self.tool.run("doctor", "-f", "json").json if r["check"] == "cinder database")
        self.assertEqual(row["result"], "fail")
        self.assertIn("binlog_format", row["detail"])
        self.assertIn("BINLOG ADMIN", row["hint"])
        for how in ("--dry-run", "--yes"):
            r = self.expect(self.tool.run(*MOVE, how), REFUSED)
            self.assertIn("database-not-writable", r.findings())
        self.assertEqual((self.left(), self.tool.journals()), (before, []))
        self.server.do("GRANT BINLOG ADMIN ON *.* TO cinder@'127.0.0.1'")
        try:
            row = next(r for r in self.tool.run("doctor", "-f", "json").json if r["check"] == "cinder database")
            self.assertEqual(row["result"], "ok", row)
            self.expect(self.tool.run(*MOVE, "--yes"), OK)
        finally:
            self.server.do("REVOKE BINLOG ADMIN ON *.* FROM cinder@'127.0.0.1'")
        self.assertEqual(self.left(), 0)

    def test_the_audit_limits_its_statements_by_what_the_server_has(self):
        """By the version's text it was MySQL's variable, which a MariaDB has not: 1193, and no check was run."""
        r = self.expect(self.tool.run("audit", "run", "A20", "--no-second-look", "--fail-on", "never", "-f", "json"), OK)
        self.assertNotIn("1193", r.err)
        self.assertNotIn("time limit", r.err)
