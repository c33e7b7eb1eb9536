# SPDX-License-Identifier: Apache-2.0
"""What is seen while a host is evacuated: the status line on a terminal, lines elsewhere, and a pause from another terminal."""
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
import threading
import time

import harness
import landing
from harness import A, B, FENCED, NOT_FOUND, OK, PARTIAL, REFUSED, rows

GO = FENCED + ["--yes"]
NAMES = ("image-active-0", "image-active-1", "image-busy-0")
LIFT = b"\r\x1b[K"


class Nova(threading.Thread):
    """Lands each instance as it is cast, so many seconds later; fails at those of these names."""

    def __init__(self, conductor, seconds=0.0, fails=(), then=0.0):
        super().__init__(daemon=True)
        self.conductor, self.seconds, self.fails, self.then, self.stopping, self.ended = conductor, seconds, fails, then, False, []
        self.start()

    def fail(self, uuid):
        rows("nova", "UPDATE instances SET vm_state = 'error', task_state = NULL WHERE uuid = %s", (uuid,))
        rows("nova", "UPDATE migrations SET status = 'failed' WHERE instance_uuid = %s AND migration_type = 'evacuation' AND status = 'accepted'", (uuid,))

    def run(self):
        while not self.stopping:
            time.sleep(0.05)
            for cast in self.conductor.casts[len(self.ended):]:
                time.sleep(self.then if self.ended else self.seconds)
                uuid = landing.uuid_of(cast)
                name = cast[1]["args"]["instance"]["nova_object.data"]["display_name"]
                self.fail(uuid) if name in self.fails else landing.land(uuid, B)
                self.ended.append(name)

    def stop(self):
        self.stopping = True
        self.join()


class Progress(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def nova(self, **how):
        nova = Nova(self.conductor, **how)
        self.addCleanup(nova.stop)
        return nova

    def words(self, *more):
        only = [w for name in NAMES for w in ("--only", name)]
        return ["host", "evacuate", A, *only, *GO, "--max-in-flight", "1", *more]

    def on_terminal(self, *more, columns=80, term="xterm"):
        """All that a terminal of that width gets to see."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        running = subprocess.Popen(self.tool.command(*self.words(*more)), stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
                                   env={**os.environ, "TERM": term})
        os.close(theirs)
        seen = b""
        while True:
            try:
                piece = os.read(ours, 4096)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        os.close(ours)
        return running.wait(), seen

    def test_a_terminal_has_one_status_line_that_no_other_line_tears(self):
        self.nova(seconds=1.2, then=0.6, fails=("image-active-1",))
        code, seen = self.on_terminal()
        self.assertEqual(code, PARTIAL, seen)
        drawn = [d for d in re.split(rb"\r\x1b\[K|\n", seen) if b" of 3 ended, " in d and b"under way" in d]
        self.assertGreater(len(drawn), 3, seen)
        self.assertRegex(drawn[0], rb"^0 of 3 ended, 0 failed, 1 under way$")
        self.assertTrue(any(re.match(rb"1 of 3 ended, \d failed, \d under way, [\d.]+ a minute, about \d+ s left", d) for d in drawn), drawn)
        for line in seen.decode().replace("\r\n", "\n").split("\n"):        # what stands on each line when it is over
            self.assertNotRegex(line.split("\r\x1b[K")[-1], "under way, ")
        self.assertEqual(len(re.findall(rb"warning: \S+ \(image-active-1\): nova ended it as 'failed'", seen)), 1, seen)
        for word in (b"done, on", b"pre-migrating", b"sent to nova-conductor"):
            self.assertNotIn(word, seen)

    def test_the_status_line_is_cut_where_the_terminal_ends(self):
        self.nova(seconds=0.8)
        code, seen = self.on_terminal(columns=30)
        self.assertEqual(code, OK, seen)
        drawn = [d for d in re.split(rb"\r\x1b\[K|\r?\n", seen) if d.startswith(tuple(b"%d of 3 ended" % i for i in range(4)))]
        self.assertTrue(drawn)
        self.assertEqual(max(map(len, drawn)), 29)

    def test_no_status_line_where_none_can_be_or_none_is_wanted(self):
        for words, term in ((["--progress", "line"], "xterm"), (["--progress", "off"], "xterm"), ([], "dumb"), (["--log-json"], "xterm")):
            with self.subTest((words, term)):
                harness.sandbox("reset", "--rows")
                harness.heartbeats()
                self.conductor.casts.clear()
                nova = Nova(self.conductor, fails=("image-active-1",))
                code, seen = self.on_terminal(*words, term=term)
                nova.stop()
                self.assertEqual(code, PARTIAL, seen)
                self.assertNotIn(LIFT, seen)
                self.assertNotIn(b" ended, ", seen)      # over before the first line was due
                self.assertEqual(len(re.findall(rb"(warning: |\"level\":\"warning\".*)\S+ \(image-active-1\): nova ended it", seen)),
                                 0 if "off" in words else 1, seen)
                self.assertIn(b"image-active-1", seen)   # the ending names it all the same

    def test_elsewhere_a_line_comes_every_ten_seconds_at_most(self):
        self.nova(seconds=0.1, then=5.5)
        r = self.tool.run(*self.words("--progress", "bar"))
        self.expect(r, OK)
        self.assertNotIn("\x1b", r.err)
        lines = [line for line in r.err.splitlines() if "ended, " in line]
        self.assertEqual(len(lines), 1, r.err)
        self.assertRegex(lines[0], r"^2 of 3 ended, 0 failed, \d under way, [\d.]+ a minute(, about \d+ s left)?$")

    def test_each_change_is_in_the_log_of_a_debug_run(self):
        self.nova()
        r = self.expect(self.tool.run(*self.words("--debug")), OK)
        for text in ("(image-active-0): sent to nova-conductor; the scheduler picks the host", "(image-active-0): done, on %s after " % B):
            self.assertIn(text, r.err)
