# SPDX-License-Identifier: Apache-2.0
"""A program on a terminal, as a person sees it: a pty of so many columns and lines behind pyte, the emulator.

    seen = terminal.run(["evac-manage", "host", "rescue", …], columns=80, lines=24, answers=[("(empty: stop here)", "")])
    seen.code, seen.text        # all that scrolled by, without what was rewritten in place
    seen.screens[0]             # the lines on the screen when the first answer was waited for

An answer is typed, with a line end, when its text stands in the last lines; None instead of an answer is Ctrl-C.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time

import pyte

HISTORY = 10000


class Seen:
    def __init__(self):
        self.code, self.screens, self.text = None, [], ""


class Screen:
    def __init__(self, columns, lines):
        self.screen = pyte.HistoryScreen(columns, lines, history=HISTORY, ratio=0.5)
        self.stream = pyte.ByteStream(self.screen)

    def feed(self, data):
        self.stream.feed(data)

    def _line(self, row):
        # the second cell of a wide letter is empty
        return "".join(row[column].data for column in range(self.screen.columns)).rstrip()

    def now(self):
        return [self._line(self.screen.buffer[line]) for line in range(self.screen.lines)]

    def whole(self):
        lines = [self._line(row) for row in self.screen.history.top] + self.now()
        while lines and not lines[-1]:
            lines.pop()
        return "\n".join(lines)


def _start(command, columns, lines, environment):
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update({"TERM": "xterm", "LC_ALL": "C.UTF-8"}, **environment)
        os.execvp(command[0], command)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    return pid, fd


def _read(fd, screen, seconds):
    """False at the end."""
    if not select.select([fd], [], [], seconds)[0]:
        return True
    try:
        data = os.read(fd, 65536)
    except OSError:  # the program ended
        return False
    screen.feed(data)
    return bool(data)


def run(command, columns=80, lines=24, answers=(), timeout=300, **environment):
    pid, fd = _start(command, columns, lines, environment)
    screen, seen, waiting, end = Screen(columns, lines), Seen(), list(answers), time.monotonic() + timeout
    try:
        while _read(fd, screen, 0.2) and time.monotonic() < end:
            # a long question wraps: its words are looked for in the last lines together
            if waiting and waiting[0][0] in " ".join(" ".join(line for line in screen.now() if line).split()):
                seen.screens.append(screen.now())
                _, answer = waiting.pop(0)
                os.write(fd, b"\x03" if answer is None else answer.encode() + b"\n")
                _read(fd, screen, 0.1)
    finally:
        if time.monotonic() >= end:
            os.kill(pid, signal.SIGKILL)
        os.close(fd)
        seen.code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    if waiting:
        raise AssertionError("never asked for %r:\n%s" % (waiting[0][0], screen.whole()))
    seen.text = screen.whole()
    return seen
