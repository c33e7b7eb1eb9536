# SPDX-License-Identifier: Apache-2.0
"""What a person sees on a terminal of 80 by 24: all before the question fits it, and nothing is said twice after it."""
import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios

import harness
from harness import A, B, FENCED, OK, REFUSED

COLUMNS, LINES = 80, 24
INTERRUPTED = 130
RESCUE = ("host", "rescue", A, "--to", B, "--no-wait")
FENCE, NAME = "how do we know?", "to go on: "


def lines_on_screen(text):
    """How many lines of the terminal it fills: a long one goes on in the next."""
    return sum(max(1, -(-len(line) // COLUMNS)) for line in text.rstrip("\n").split("\n"))


class Screens(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)

    def on_terminal(self, *words, answers=(), stdout=None):
        """The exit code, what was there at each question, and all of it. None instead of an answer is Ctrl-C."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        running = subprocess.Popen(self.tool.command(*words), stdin=theirs, stdout=stdout or theirs, stderr=theirs)
        os.close(theirs)
        seen, screens, waiting = b"", [], list(answers)
        while True:
            try:
                seen += os.read(ours, 4096)
            except OSError:  # it ended
                break
            if waiting and waiting[0][0].encode() in seen[sum(map(len, screens)):]:
                screens.append(seen[sum(map(len, screens)):])
                answer = waiting.pop(0)[1]
                if answer is None:
                    running.send_signal(signal.SIGINT)
                else:
                    os.write(ours, answer.encode() + b"\n")
        os.close(ours)
        self.assertEqual(waiting, [], seen.decode())
        return running.wait(60), [s.decode().replace("\r", "") for s in screens], seen.decode().replace("\r", "")

    def once(self, seen, *texts):
        for text in texts:
            self.assertEqual(seen.count(text), 1, "'%s' in:\n%s" % (text, seen))

    def test_the_screen_and_the_question_fit_and_a_stop_is_there(self):
        _, (screen,), _ = self.on_terminal(*RESCUE, answers=[(FENCE, "")])
        self.assertLessEqual(lines_on_screen(screen), LINES, screen)
        self.once(screen, "STOP  fencing-unconfirmed", "  evacuate ", "  leave ", "  move ")

    def test_nothing_is_said_twice_after_a_refusal_a_no_and_ctrl_c(self):
        before = harness.checksum()
        for answers, code, last in (([(FENCE, "")], REFUSED, "refused: 1 problem"),
                                    ([(FENCE, None)], INTERRUPTED, "interrupted before anything was begun"),
                                    ([(FENCE, "the test pulled the plug"), (NAME, "no")], REFUSED, "not confirmed; nothing was written"),
                                    ([(FENCE, "the test pulled the plug"), (NAME, None)], INTERRUPTED, "interrupted before anything was begun")):
            with self.subTest(last, answers=answers):
                ended, _, seen = self.on_terminal(*RESCUE, answers=answers)
                self.assertEqual(ended, code, seen)
                self.once(seen, "  evacuate ", "  leave ", "  move ", last)
                self.assertLessEqual(seen.count("fencing-unconfirmed"), 2, seen)  # on the screen, and as what to fix first
                self.assertNotIn("this step only: ", seen)
        self.unchanged(before)

    def test_stdout_in_a_file_has_no_second_plan(self):
        """The screen was printed to a person on stderr."""
        path = os.path.join(self.tool.state, "out")
        with open(path, "w", encoding="utf-8") as out:
            ended, _, seen = self.on_terminal(*RESCUE, *FENCED, answers=[(NAME, "no")], stdout=out)
        self.assertEqual(ended, REFUSED, seen)
        with open(path, encoding="utf-8") as out:
            self.assertNotIn("  move ", out.read())

    def test_the_fence_is_not_asked_for_where_its_answer_would_not_help(self):
        harness.rows("cinder", "UPDATE services SET disabled = 1 WHERE host LIKE %s", (B + "@%",))
        ended, _, seen = self.on_terminal(*RESCUE)
        self.assertEqual(ended, REFUSED, seen)
        self.assertNotIn(FENCE, seen)
        self.once(seen, "STOP  target-disabled", "  evacuate ")

    def test_off_a_terminal_a_refusal_has_the_screen_once(self):
        r = self.expect(self.tool.run(*RESCUE), REFUSED)
        self.once(r.out + r.err, "STOP  fencing-unconfirmed", "  evacuate ", "  leave ", "  move ")

    def test_a_dry_run_begins_with_the_screen_and_has_all_after_it(self):
        r = self.expect(self.tool.run(*RESCUE, *FENCED, "--dry-run"), OK)
        self.assertLess(r.out.index("  evacuate "), r.out.index("this step only: evac-manage "))

    def test_a_run_ends_with_one_fact_a_line_that_fits(self):
        _, _, seen = self.on_terminal("volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *FENCED, "--yes")
        ending = seen[seen.index("ok: "):]
        self.assertLessEqual(lines_on_screen(ending), LINES, ending)
        self.once(ending, "  moved ", "  from ", "  to ", "  journal ")
        for line in ending.splitlines():
            self.assertTrue(len(line) <= COLUMNS or "/" in line, line)
