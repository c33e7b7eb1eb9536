# SPDX-License-Identifier: Apache-2.0
"""Pools and proxies that share a server's sessions among connections: what a run has set and locked is its own, or nothing is written."""
import contextlib

import harness
import sharing
import wire
from harness import A, B, DB_UNREACHABLE, ENV, FENCED, OK, REFUSED, value
from test_locks import BUSY, lock_name

GO = FENCED + ["--yes"]
MOVE = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph"]
MOVE_BACKUPS = ["backup", "update_backup_host", "--currenthost", A, "--newhost", B]
PORT = int(ENV["SB_DB_PORT"])


class SharedSessions(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()

    def behind(self, proxy):
        self.addCleanup(proxy.close)
        self.tool.cinder = [self.rewrite(ENV["SB_CINDER_CONF"], r"@127.0.0.1:%d/" % PORT, "@127.0.0.1:%d/" % proxy.here)]
        return proxy

    def sharing(self, **how):
        return self.behind(sharing.Sharing(PORT, "cinder", ENV["SB_DB_CINDER_PASS"], **how))

    def free(self):
        return value("mysql", "SELECT IS_FREE_LOCK(%s)", (lock_name(A),)) == 1

    def refused(self, *words, code=DB_UNREACHABLE):
        """Nothing is written, and the reason is said."""
        before = harness.checksum()
        r = self.expect(self.tool.run(*words), code)
        self.unchanged(before)
        self.assertEqual([x for j in self.tool.journals() for x in j if x.get("state") in ("applied", "proved", "unknown")], [], str(r))
        return r

    def test_a_pool_that_keeps_the_session_keeps_no_lock(self):
        pool = self.behind(sharing.Pool(PORT, 30))
        self.expect(self.tool.run(*MOVE_BACKUPS, *GO), OK)
        self.assertGreater(pool.kept, 0)
        self.assertTrue(self.free())
        self.expect(self.tool.run(*MOVE, *GO), OK)
        self.assertTrue(self.free())

    def test_a_run_that_fails_leaves_no_lock_behind_a_pool(self):
        self.behind(sharing.Pool(PORT, 30))
        self.tool.nova = []
        open(self.tool.state + "/journal", "w").close()   # no journal can be written; the lock is taken before
        self.assertNotEqual(self.tool.run(*MOVE, *GO).code, OK)
        self.assertTrue(self.free())

    def test_a_proxy_that_shares_sessions_is_refused_with_the_reason(self):
        self.sharing()
        for words in (MOVE + GO, ["volume", "list", "--host", A]):
            r = self.refused(*words)
            self.expect(r, DB_UNREACHABLE, "a proxy in between shares sessions", "mysql-multiplexing = false")
        self.assertTrue(self.free())
        doctor = self.tool.run("doctor", "-f", "json")
        self.assertEqual(doctor.code, REFUSED, str(doctor))
        (row,) = [r for r in doctor.json if r["check"] == "cinder database"]
        self.assertEqual(row["result"], "fail", row)
        self.assertIn("a proxy in between shares sessions", row["detail"])

    def test_a_proxy_that_keeps_a_session_for_who_marks_it_is_as_good_as_none(self):
        self.sharing(pins=(b"@`evac_manage_session`", b"GET_LOCK"))
        self.expect(self.tool.run(*MOVE, *GO), OK)
        self.expect(self.tool.run(*MOVE_BACKUPS, *GO), OK)

    def test_one_that_begins_to_share_later_is_noticed_before_the_next_write(self):
        for after, code in ((b"GET_LOCK", DB_UNREACHABLE), (b"session/lock_get_own", DB_UNREACHABLE), (b"session/isolation_set_write", DB_UNREACHABLE),
                            (b"session/begin_write", DB_UNREACHABLE), (b"session/begin_read", DB_UNREACHABLE), (b"cinder/volume_move", BUSY)):
            with self.subTest(after):
                self.tool = harness.Tool()
                proxy = self.sharing(after=after)
                r = self.refused(*MOVE, *GO, code=code)
                self.assertTrue(proxy.begun, str(r))
                self.assertTrue(self.free() or after == b"GET_LOCK")   # which the server gave to a session of the proxy's

    def test_a_lock_that_another_session_got_stops_before_the_commit(self):
        other = harness.connect("cinder")
        self.addCleanup(other.close)

        def steal():
            with other.cursor() as cursor:
                cursor.execute("SELECT IS_USED_LOCK(%s)", (lock_name(A),))
                with contextlib.suppress(Exception):
                    cursor.execute("KILL %d" % cursor.fetchone())
                cursor.execute("SELECT GET_LOCK(%s, 5)", (lock_name(A),))
                self.assertEqual(cursor.fetchone(), (1,))
        between = self.behind(wire.Between(PORT, b"session/begin_write", steal))
        r = self.refused(*MOVE, *GO, code=BUSY)
        self.assertEqual(between.called, 1)
        self.expect(r, BUSY, "another run works on '%s'" % A)

    def test_a_lock_that_was_lost_and_is_free_is_taken_again(self):
        other = harness.connect("cinder")
        self.addCleanup(other.close)

        def end():
            with other.cursor() as cursor:
                cursor.execute("SELECT IS_USED_LOCK(%s)", (lock_name(A),))
                cursor.execute("KILL %d" % cursor.fetchone())
        between = self.behind(wire.Between(PORT, b"session/begin_write", end))
        self.expect(self.tool.run(*MOVE, *GO), OK)
        self.assertEqual(between.called, 1)
