# SPDX-License-Identifier: Apache-2.0
"""Real signals at both kinds of units, and a state directory that cannot take the journal."""
import json
import os
import pty
import resource
import shutil
import signal
import subprocess
import tempfile
import time

import blocking
import harness
from harness import A, B, ENV, ERROR, FENCED, OK, REFUSED, rows, value

BUSY, INTERRUPTED = 8, 130
GO = FENCED + ["--yes"]
MOVE = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph"]
RESCUE = ["host", "rescue", A, "--to", B]


class Signals(blocking.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def send(self, running, number):
        running.send_signal(number)
        time.sleep(0.3)

    def ends(self, running, code):
        out, err = running.communicate(timeout=30)
        out, err = out.decode(), err.decode()
        self.assertEqual(running.returncode, code, out + err)
        return out, err

    def states(self):
        """The last word on each unit, by its kind, and the journal's end."""
        journal = self.tool.journals()[-1]
        kinds = {r["unit"]: r["kind"] for r in journal if r["type"] == "intent"}
        return ({kinds[r["unit"]]: r["state"] for r in journal if r["type"] == "outcome"},
                [r["result"] for r in journal if r["type"] == "end"])

    def test_one_signal_within_a_move_ends_it_whole_and_begins_nothing_more(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                harness.sandbox("reset", "--rows")
                harness.heartbeats()
                self.tool = harness.Tool()
                running, c = self.blocked(*RESCUE, *GO, "-f", "json")
                self.send(running, number)
                self.assertIsNone(running.poll())        # it is within its unit
                c.rollback()
                out, err = self.ends(running, INTERRUPTED)
                self.assertIn("stopping after this step", err)
                self.assertEqual(self.states(), ({"mark": "proved", "ownership": "proved"}, ["interrupted"]))
                self.assertEqual(self.conductor.casts, [])
                left = value("cinder", "SELECT COUNT(*) FROM volumes WHERE deleted = 0 AND BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s", (A,))
                self.assertEqual(left, 0)

                document = json.loads(out)
                self.assertEqual((document["result"], document["exit_code"]), ("interrupted", INTERRUPTED))
                self.assertEqual({s["state"] for s in document["steps"] if s["kind"] == "instance"}, {"skipped"})
                self.assertEqual({s["state"] for s in document["steps"] if s["kind"] != "instance"}, {"proved"})
        r = self.tool.run(*RESCUE, *GO, "--no-wait")     # nothing is in the way of going on
        self.assertNotEqual(r.code, BUSY, str(r))
        self.assertEqual(len(self.conductor.wait_for(10)), 10)

    def test_a_signal_within_the_last_unit_changes_nothing(self):
        running, c = self.blocked(*MOVE, *GO)
        self.send(running, signal.SIGINT)
        c.rollback()
        self.ends(running, OK)

    def test_the_second_signal_ends_a_move_at_once(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                self.tool = harness.Tool()
                before = harness.checksum()
                running, c = self.blocked(*MOVE, *GO)
                self.send(running, number)
                self.send(running, number)
                out, err = self.ends(running, 128 + number)
                run = os.listdir(os.path.join(self.tool.state, "journal"))[0][:-len(".jsonl")]
                self.assertIn(" journal recover " + run, err)
                c.rollback()
                time.sleep(0.5)
                self.unchanged(before)
                self.assertEqual(self.states(), ({}, []))
                self.expect(self.tool.run(*MOVE, *GO), BUSY, run)

    def test_one_signal_among_evacuations_leaves_what_was_cast_to_nova(self):
        running = self.tool.start("host", "rescue", A, "--to", B, *GO, "--max-in-flight", "1", "-f", "json")
        self.conductor.wait_for(1)
        self.send(running, signal.SIGTERM)
        out, err = self.ends(running, INTERRUPTED)

        steps = [s for s in json.loads(out)["steps"] if s["kind"] == "instance"]
        self.assertEqual(sorted(s["state"] for s in steps), ["applied"] + ["skipped"] * 9)
        (cast,) = [s for s in steps if s["state"] == "applied"]
        self.assertIn("nova goes on with it", cast["error"])
        self.assertEqual(len(self.conductor.casts), 1)
        self.assertEqual(value("nova", "SELECT task_state FROM instances WHERE uuid = %s", (cast["id"],)), "rebuilding")
        self.assertEqual(self.states()[1], ["interrupted"])

    def test_the_second_signal_within_an_evacuation(self):
        before = harness.checksum()
        running, c = self.blocked("instance", "evacuate", "image-active-0", *GO, database="nova", table="instances",
                                  where="display_name = 'image-active-0' AND deleted = 0")
        self.send(running, signal.SIGINT)
        self.send(running, signal.SIGINT)
        self.ends(running, INTERRUPTED)
        c.rollback()
        time.sleep(0.5)
        self.unchanged(before)
        self.assertEqual(self.conductor.casts, [])
        self.expect(self.tool.run("instance", "evacuate", "image-active-0", *GO), BUSY, "journal recover")

    def test_a_signal_within_a_recovery_stops_between_two_units(self):
        running, c = self.blocked(*RESCUE, *GO)      # in its second unit, the move
        running.kill()
        running.wait()
        c.rollback()
        (name,) = os.listdir(os.path.join(self.tool.state, "journal"))
        run = name[:-len(".jsonl")]
        running, c = self.blocked("journal", "recover", run)
        self.send(running, signal.SIGINT)
        self.assertIsNone(running.poll())            # it is within its unit
        c.rollback()
        out, err = self.ends(running, INTERRUPTED)
        self.assertIn(" journal recover " + run, err)
        (journal,) = self.tool.journals()
        self.assertEqual([(r["unit"], r["verdict"]) for r in journal if r["type"] == "recovery"], [(1, "done")])
        self.assertIn((0, "proved"), [(r["unit"], r["state"]) for r in journal if r["type"] == "outcome"])   # before it was killed
        self.expect(self.tool.run(*MOVE, *GO), BUSY, run)
        self.expect(self.tool.run("journal", "recover", run), OK)

    def test_a_signal_at_the_question_writes_nothing(self):
        for words, question in (([*MOVE], b"how do we know?"), ([*MOVE, *FENCED], b"type the failed host")):
            with self.subTest(question):
                before = harness.checksum()
                ours, theirs = pty.openpty()
                running = subprocess.Popen(self.tool.command(*words), stdin=theirs, stdout=theirs, stderr=theirs)
                os.close(theirs)
                seen = b""
                while question not in seen:
                    seen += os.read(ours, 4096)
                running.send_signal(signal.SIGINT)
                self.assertEqual(running.wait(10), INTERRUPTED)
                os.close(ours)
                self.unchanged(before)
                self.assertEqual(self.tool.journals(), [])

    def test_an_end_of_the_terminal_at_the_question_is_a_no_on_a_line_of_its_own(self):
        ours, theirs = pty.openpty()
        running = subprocess.Popen(self.tool.command(*MOVE, *FENCED), stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        seen = b""
        while b"to go on: " not in seen:
            seen += os.read(ours, 4096)
        os.write(ours, b"\x04")
        self.assertEqual(running.wait(10), REFUSED)
        self.assertRegex(seen + os.read(ours, 4096), rb"to go on: \r?\nerror: not confirmed")
        os.close(ours)
        self.assertEqual(self.tool.journals(), [])

    # ---- the place of the journal

    def small_disk(self, size):
        if os.geteuid() != 0:
            self.skipTest("mounts need root")
        where = tempfile.mkdtemp(prefix="evac-manage-disk.")
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0700,size=" + size, "tmpfs", where], stderr=subprocess.PIPE)
        if done.returncode != 0:
            shutil.rmtree(where)
            self.skipTest("no mounts here")
        self.addCleanup(lambda: (subprocess.run(["umount", where], check=True), os.rmdir(where)))
        self.tool.state = where
        return where

    def test_a_full_disk_is_met_before_anything_is_begun(self):
        for free in (0, 4096, 20480, 40960):
            with self.subTest(free):
                where = self.small_disk("256k")
                self.fill(where)
                with open(os.path.join(where, "ballast"), "r+b") as f:
                    f.truncate(os.path.getsize(f.name) - free)
                before = harness.checksum()
                self.expect(self.tool.run(*RESCUE, *GO), ERROR, where, "No space left on device", "--state-dir", "nothing was changed")
                self.unchanged(before)
                self.assertEqual(self.conductor.casts, [])
                self.assertEqual(self.tool.journals(), [])
                os.unlink(os.path.join(where, "ballast"))
                self.expect(self.tool.run(*MOVE, "--limit", "1", *GO), OK, "journal-volatile", "tmpfs")  # nothing is left in the way
                (name,) = os.listdir(os.path.join(where, "journal"))
                self.assertLess(os.stat(os.path.join(where, "journal", name)).st_blocks * 512, 16384)

    def fill(self, where):
        with open(os.path.join(where, "ballast"), "wb", buffering=0) as f:
            try:
                while True:
                    f.write(b"x" * 4096)
            except OSError:
                pass

    def test_a_journal_that_may_not_grow_recovers_nothing(self):
        running, c = self.blocked(*MOVE, *GO)
        running.kill()
        running.wait()
        c.rollback()
        time.sleep(0.3)
        directory, before = os.path.join(self.tool.state, "journal"), harness.checksum()
        (name,) = os.listdir(directory)
        size = os.path.getsize(os.path.join(directory, name))
        for more in (0, 20):
            r = self.tool.run("journal", "recover", name[:-len(".jsonl")],
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size + more, size + more)))
            self.expect(r, ERROR, "journal")
            self.unchanged(before)
        self.expect(self.tool.run("journal", "recover", name[:-len(".jsonl")]), OK)

    def test_a_plan_that_finds_no_room_is_no_plan(self):
        where = self.small_disk("64k")
        self.fill(where)
        plan = os.path.join(where, "x.plan")
        self.expect(self.tool.run(*MOVE, *FENCED, "--plan-out", plan), ERROR, "No space left on device", plan)
        self.assertEqual(os.listdir(where), ["ballast"])

    def test_a_file_that_may_not_grow(self):
        before = harness.checksum()
        for limit in (10, 600, 1400, 2600, 5000):
            with self.subTest(limit):
                self.tool = harness.Tool()
                r = self.tool.run(*MOVE, *GO, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
                self.expect(r, ERROR, "File too large" if limit == 10 else "", "--state-dir")
                self.unchanged(before)

    def test_a_directory_that_takes_nothing(self):
        before = harness.checksum()
        where = self.small_disk("256k")
        subprocess.run(["mount", "-o", "remount,ro", where], check=True)
        self.expect(self.tool.run(*MOVE, *GO), ERROR, "Read-only file system", where, "--state-dir", "nothing was changed")
        with tempfile.NamedTemporaryFile() as f:
            self.tool.state = f.name
            self.expect(self.tool.run(*MOVE, *GO), ERROR, "--state-dir")
        self.tool.state = tempfile.mkdtemp()
        os.chmod(self.tool.state, 0o700)
        os.mkdir(os.path.join(self.tool.state, "lock"))
        os.chmod(os.path.join(self.tool.state, "lock"), 0o777)
        self.expect(self.tool.run(*MOVE, *GO), ERROR, "may be written to by others")
        self.unchanged(before)
        self.tool.state = "/proc/nowhere"
        self.expect(self.tool.run(*MOVE, *GO, "--dry-run"), OK)      # which writes none

    def test_a_journal_that_a_power_cut_takes_along_is_said(self):
        self.small_disk("256k")
        r = self.expect(self.tool.run(*MOVE, *FENCED, "--dry-run", "-f", "json"), OK)
        (finding,) = [f for f in r.json["findings"] if f["code"] == "journal-volatile"]
        self.assertEqual(finding["severity"], "warn")
        self.assertIn("tmpfs", finding["message"])
        self.tool.state = os.path.join(ENV.get("SB_DIR", "/var/tmp"), "not", "there", "yet")
        r = self.expect(self.tool.run(*MOVE, *FENCED, "--dry-run", "-f", "json"), OK)
        self.assertNotIn("journal-volatile", r.findings())
