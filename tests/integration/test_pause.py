# SPDX-License-Identifier: Apache-2.0
"""A run that is watched, paused and let go on from another terminal."""
import json
import os
import signal
import subprocess
import time

import blocking
import harness
import journals
import landing
from harness import A, B, FENCED, NOT_FOUND, OK, REFUSED, USAGE, rows

UNKNOWN = 9
GO = FENCED + ["--yes"]
NAMES = ("image-active-0", "image-active-1", "image-busy-0")


class Paused(blocking.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def begin(self, *more):
        """A run of three instances, one after the other; the first is under way."""
        only = [w for name in NAMES for w in ("--only", name)]
        running = self.tool.start("host", "evacuate", A, *only, *GO, "--max-in-flight", "1", "-f", "json", *more)
        self.addCleanup(lambda: (running.poll() is None and running.kill(), running.communicate()))
        self.assertEqual(len(self.conductor.wait_for(1)), 1)
        self.run_name = self.names()[0]
        return running

    def names(self):
        return [n[:-len(".jsonl")] for n in os.listdir(os.path.join(self.tool.state, "journal")) if n.endswith(".jsonl")]

    def pause_file(self):
        return os.path.join(self.tool.state, "journal", self.run_name + ".pause")

    def land(self, n):
        """The first ${n} that are cast."""
        for i in range(n):
            landing.land(landing.uuid_of(self.conductor.wait_for(i + 1)[i]), B)

    def ends(self, running, code):
        out, err = running.communicate(timeout=60)
        self.assertEqual(running.returncode, code, (out + err).decode())
        return out.decode(), err.decode()

    def pause(self):
        self.tool.types = False  # what goes on from here is another test's
        return self.tool.run("journal", "pause", self.run_name)

    def resume(self):
        return self.tool.run("journal", "resume", self.run_name)

    def test_a_paused_run_follows_what_is_under_way_and_begins_nothing_until_it_may(self):
        running = self.begin("--timeout", "6")
        self.expect(self.pause(), OK, "begins no more instances", "evac-manage", "journal resume " + self.run_name)
        self.assertEqual(os.stat(self.pause_file()).st_mode & 0o7777, 0o600)
        by = json.load(open(self.pause_file()))["by"]
        self.assertRegex(by, r"^\S+ on \S+$")
        self.expect(self.pause(), OK, "already paused, by " + by)
        self.assertEqual(self.tool.run("journal", "pause", self.run_name, "-f", "json").json["by"], by)
        self.land(1)
        time.sleep(8)                                    # longer than --timeout
        self.assertIsNone(running.poll())
        self.assertEqual(len(self.conductor.casts), 1)
        (journal,) = [j for j in self.tool.journals() if j[0].get("type") == "run"]
        self.assertEqual([r["state"] for r in journal if r["type"] == "outcome"][-1], "proved")  # followed to its end
        self.expect(self.resume(), OK, "goes on")
        self.expect(self.resume(), OK, "was not paused")
        self.land(3)
        _, err = self.ends(running, OK)
        self.assertEqual(err.count("paused by " + by), 1, err)
        self.assertIn("journal resume " + self.run_name, err)
        self.assertEqual(err.count("resumed; instances are begun again"), 1, err)
        (journal,) = self.tool.journals()
        self.assertEqual([(r["type"], r["by"]) for r in journal if r["type"] in ("pause", "resume")], [("pause", by), ("resume", None)])
        self.expect(self.tool.run("journal", "show", self.run_name), OK, by)  # whose chain holds

    def test_ctrl_c_ends_a_paused_run_and_the_pause_ends_with_it(self):
        running = self.begin()
        self.expect(self.pause(), OK)
        running.send_signal(signal.SIGINT)
        _, err = self.ends(running, 130)
        self.assertIn("Ctrl-C: stopping after this step; press again to stop now", err)
        self.assertFalse(os.path.exists(self.pause_file()))

    def test_only_a_run_that_goes_on_and_evacuates_is_paused(self):
        running = self.begin("--timeout", "2")
        self.assertEqual(running.wait(30), harness.TIMEOUT)
        self.expect(self.pause(), REFUSED, "is not running")
        self.assertFalse(os.path.exists(self.pause_file()))
        self.expect(self.resume(), OK, "does not run any more: nothing goes on by itself", "next: evac-manage ", "--state-dir " + self.tool.state + " journal list")
        self.expect(self.tool.run("journal", "pause", self.run_name[:-1]), NOT_FOUND, "did you mean", self.run_name)
        self.expect(self.tool.run("journal", "pause", "../x"), NOT_FOUND)
        self.tool = harness.Tool()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        moving, c = self.blocked("volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *GO)
        (self.run_name,) = self.names()
        self.expect(self.pause(), REFUSED, "evacuates no instance")
        c.rollback()
        self.ends(moving, OK)

    def test_what_a_killed_run_leaves_behind_goes_with_its_recovery(self):
        running = self.begin()
        self.expect(self.pause(), OK)
        running.kill()
        running.wait()
        self.expect(self.pause(), REFUSED, "is not running")
        self.assertTrue(os.path.exists(self.pause_file()))
        self.assertEqual(self.tool.run("journal", "resume", self.run_name, "-f", "json").json,
                         {"run": self.run_name, "paused": False, "was_paused": True, "running": False})
        with open(self.pause_file(), "w") as f:
            f.write("{}")
        self.expect(self.tool.run("journal", "recover", self.run_name, "-f", "json"), OK)
        self.assertFalse(os.path.exists(self.pause_file()))

    def wait_until_held(self):
        """By who takes the journal over; a lock of ours beside it could be met by theirs."""
        inode = ":%d " % os.stat(os.path.join(self.tool.state, "journal", self.run_name + ".jsonl")).st_ino
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with open("/proc/locks") as locks:
                if inode in locks.read():
                    return
            time.sleep(0.02)
        self.fail("nobody holds the journal")

    def taken_over(self, *words):
        """A command that has the dead run's journal, and waits for a database before it has written in it; paused by somebody then."""
        harness.sandbox("pause", "mariadb")
        try:
            taking = self.tool.start(*words)
            self.addCleanup(lambda: (taking.poll() is None and taking.kill(), taking.communicate()))
            self.wait_until_held()
            self.expect(self.pause(), OK, "begins no more instances")
        finally:
            harness.sandbox("resume", "mariadb")
        return taking

    def test_a_pause_in_the_moment_in_which_a_run_is_taken_over_is_heeded(self):
        only = [w for name in NAMES for w in ("--only", name)]
        running = self.tool.start("host", "rescue", A, "--to", B, *only, *GO, "--max-in-flight", "1")
        self.assertEqual(len(self.conductor.wait_for(1)), 1)
        running.kill()
        running.communicate()
        (self.run_name,) = self.names()
        again = "host rescue %s --resume %s" % (A, self.run_name)
        _, err = self.ends(self.taken_over(*again.split(), "--yes"), REFUSED)
        self.assertRegex(err, "was paused meanwhile, by .* on .* since .*: nothing more is begun")
        self.assertIn(again, err)                        # what is printed is typed, and goes on
        self.assertFalse(os.path.exists(self.pause_file()))
        self.assertEqual((len(self.conductor.casts), self.names()), (1, [self.run_name]))
        self.land(1)
        going = self.tool.start(*again.split(), *only, "--yes")
        self.addCleanup(lambda: (going.poll() is None and going.kill(), going.communicate()))
        self.assertEqual(len(self.conductor.wait_for(2)), 2)

    def test_nothing_is_sent_again_that_was_paused_in_that_moment(self):
        running = self.begin()
        running.kill()
        running.communicate()
        path = journals.path_of(self.tool)
        journals.cut_after(path, lambda r: r["type"] == "publish_intent")
        journals.older(path, 600)                        # nova has not taken it, and never will
        self.tool.types = False
        _, err = self.ends(self.taken_over("journal", "recover", self.run_name, "--resend"), UNKNOWN)   # as before it
        self.assertRegex(err, "was paused meanwhile, by .* on .* since .*: nothing more is begun")
        self.assertEqual(len(self.conductor.casts), 1)

    # ---- journal show --follow

    def follow(self, *more):
        following = self.tool.start("journal", "show", self.run_name, "--follow", *more)
        self.addCleanup(lambda: (following.poll() is None and following.kill(), following.communicate()))
        return following

    def test_a_run_is_followed_to_its_end_line_by_line(self):
        running = self.begin()
        following, machine = self.follow(), self.follow("-f", "json")
        self.land(3)
        self.ends(running, OK)
        out, _ = self.ends(following, OK)
        lines = out.splitlines()
        self.assertRegex(lines[0], r"^\d\d:\d\d:\d\d  run %s: host evacuate %s, by \S+ on \S+$" % (self.run_name, A))
        for word in ("sent to nova-conductor", "verified"):
            self.assertEqual(sum(" (image-active-0): " + word in line for line in lines), 1, out)
        self.assertRegex(lines[-1], r"^\d\d:\d\d:\d\d  ended: ok, exit code 0, \d+ verified$")
        out, _ = self.ends(machine, OK)
        (journal,) = self.tool.journals()
        self.assertEqual([json.loads(line) for line in out.splitlines()], journal)
        self.expect(self.tool.run("journal", "show", self.run_name, "--follow"), OK, "ended: ok")     # all of it, afterwards too

    def test_a_follower_sees_a_run_that_is_killed_and_says_how_to_recover_it(self):
        running = self.begin()
        following = self.follow()
        self.assertIn(b"run ", following.stdout.readline())
        running.kill()
        running.wait()
        _, err = self.ends(following, UNKNOWN)
        self.assertIn("stopped in the middle of a step", err)
        self.assertRegex(err, "hint: evac-manage .*journal recover " + self.run_name)
        self.expect(self.tool.run("journal", "recover", self.run_name, "-f", "json"), OK)
        self.expect(self.tool.run("journal", "show", self.run_name, "--follow"), OK, "recovery by ", "ended: ok")

    def test_the_end_of_a_follower_is_no_end_of_the_run(self):
        running = self.begin()
        following = self.follow()
        following.stdout.readline()
        following.send_signal(signal.SIGINT)
        self.assertEqual(following.wait(10), -signal.SIGINT)
        self.land(3)
        self.ends(running, OK)

    def test_a_follower_prints_lines(self):
        self.begin()
        for words in (["-f", "yaml"], ["-c", "state"], ["--sort-column", "seq"]):
            self.expect(self.tool.run("journal", "show", self.run_name, "--follow", *words), USAGE, "--follow")
