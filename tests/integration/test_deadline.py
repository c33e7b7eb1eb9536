# SPDX-License-Identifier: Apache-2.0
"""A server that drips a byte now and then never lets the library's timeouts come: a command ends by its own deadline."""
import socket
import time

import harness
import wire
from harness import A, B, DB_UNREACHABLE, ENV, FENCED, OK, REFUSED

PORT = int(ENV["SB_DB_PORT"])
MOVE = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *FENCED, "--yes"]
LIST = ["volume", "list", "--host", A]


class Deadline(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()

    def dripping(self, **how):
        drip = wire.Drip(PORT, **how)
        self.addCleanup(drip.close)
        self.tool.cinder = [self.rewrite(ENV["SB_CINDER_CONF"], r"@127.0.0.1:%d/" % PORT, "@127.0.0.1:%d/" % drip.here)]
        return drip

    def timed(self, *words):
        began = time.monotonic()
        r = self.tool.run(*words)
        return r, time.monotonic() - began

    def test_a_server_that_drips_is_given_up_and_the_others_are_asked(self):
        drip = self.dripping()
        self.tool.types = False   # what it says to type would drip as well
        r, took = self.timed("doctor", "--deadline", "3", "-f", "json")
        self.assertEqual(r.code, REFUSED, str(r))
        found = {x["check"]: x for x in r.json}
        self.assertEqual(found["cinder database"]["result"], "fail")
        self.assertIn("no answer to the end within 3 s", found["cinder database"]["detail"])
        self.assertEqual(found["deadline"]["result"], "fail")
        self.assertIn("not asked: nova's API database", str(found["nova databases"]))
        self.assertGreater(drip.drips, 0)
        self.assertLess(took, 100 * drip.pause)   # the greeting alone has more bytes

    def test_the_doctor_says_how_long_it_would_wait(self):
        for words, seconds in (([], 60), (["--deadline", "77"], 77)):
            (row,) = [r for r in self.tool.run("doctor", "-f", "json", *words).json if r["check"] == "deadline"]
            self.assertEqual(row["result"], "ok")
            self.assertIn("after %d s" % seconds, row["detail"])

    def test_an_answer_that_drips_ends_a_listing_and_a_run_that_has_not_written(self):
        self.tool.types = False
        before = harness.checksum()
        for words in (LIST, MOVE):
            drip = self.dripping(words=b"session/begin_read")
            r, took = self.timed(*words, "--deadline", "2")
            self.expect(r, DB_UNREACHABLE, "cinder's database", "no answer to the end within 2 s, the deadline of this command", "--deadline SECONDS")
            self.assertLess(took, 200 * drip.pause)
        self.unchanged(before)

    def test_a_look_inside_the_transaction_that_drips_ends_it_and_nothing_was_written(self):
        self.tool.types = False
        before = harness.checksum()
        drip = self.dripping(words=b"session/begin_write")
        r, took = self.timed(*MOVE, "--deadline", "2")
        self.expect(r, DB_UNREACHABLE, "no answer to the end within 2 s")
        self.assertLess(took, 300 * drip.pause)
        self.unchanged(before)
        (journal,) = self.tool.journals()
        self.assertNotIn("unknown", [x.get("state") for x in journal])

    def test_what_is_written_is_not_cut_off(self):
        """The COMMIT takes longer than the deadline of what was read before it."""
        drip = self.dripping(words=b"\x03COMMIT", pause=0.35, most=9)
        r, took = self.timed(*MOVE, "--deadline", "2")
        self.assertGreater(drip.drips, 6)
        self.assertGreater(took, 2)
        self.assertEqual(r.code, OK, str(r))

    def test_a_statement_that_writes_has_as_long_as_a_lock_is_waited_for(self):
        """What is cut off there was never committed."""
        self.tool.types = False
        before = harness.checksum()
        drip = self.dripping(words=b"UPDATE volumes")
        r, took = self.timed(*MOVE, "--deadline", "2")
        self.expect(r, DB_UNREACHABLE, "cannot write to cinder's database", "no answer to the end within 15 s")
        self.assertLess(took, 300 * drip.pause)
        self.unchanged(before)
        (journal,) = self.tool.journals()
        self.assertNotIn("unknown", [x.get("state") for x in journal])

    def test_the_site_says_how_long(self):
        with open(self.tool.site, "a") as f:
            f.write("deadline = 88\n")
        for words, seconds in (([], 88), (["--deadline", "77"], 77)):
            (row,) = [r for r in self.tool.run("doctor", "-f", "json", *words).json if r["check"] == "deadline"]
            self.assertIn("after %d s" % seconds, row["detail"])

    def test_brokers_get_what_is_left(self):
        """One that takes connections and says nothing, three times in the URL: 5 s each before, for each call."""
        silent = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.addCleanup(silent.close)
        at = silent.getsockname()[1]
        self.tool.nova = [self.rewrite(ENV["SB_NOVA_CONF"], r"(?m)^transport_url = .*", "transport_url = rabbit://" + ",".join(["u:p@127.0.0.1:%d" % at] * 3)),
                          *self.tool.nova[1:]]
        self.tool.types = False
        r, took = self.timed("doctor", "--deadline", "3", "-f", "json")
        self.assertEqual(r.code, REFUSED, str(r))
        found = {x["check"]: x for x in r.json}
        self.assertIn("not asked: nova's broker", str(found))
        self.assertEqual(found["deadline"]["result"], "fail")
        self.assertLess(took, 14)   # less than three calls without it
