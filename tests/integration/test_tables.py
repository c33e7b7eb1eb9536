# SPDX-License-Identifier: Apache-2.0
"""Every listing on a terminal of 80 columns: no line is wider, no row is lost, and no two rows look the same."""
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata

import harness
from harness import A, B, OK, rows

LONG = "rack-12-compute-with-a-very-long-name-10e114e56e89.example.org"
CHINESE = "数据库主节点-财务系统-生产环境"

LISTINGS = [
    ("volume", "list", "--host", LONG),
    ("backup", "list"),
    ("instance", "list", "--host", A),
    ("service", "list"),
    ("migration", "list"),
    ("host", "list"),
    ("cluster", "list"),
    ("journal", "list"),
    ("audit", "list"),
    ("audit", "run"),
    ("doctor",),
    ("host", "show", A),
    ("host", "return", A),
    ("config", "show"),
    ("quota", "check"),
    ("sql", "list"),
    ("instance", "show", "image-active-0"),
    ("explain",),
    ("version",),
]


def columns_of(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


class Tables(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        # the longest that an operator has, and a tenant's letters
        rows("cinder", "UPDATE volumes SET host = REPLACE(host, %s, %s) WHERE BINARY host LIKE %s", (B, LONG, B + "@%"))
        rows("cinder", "UPDATE services SET host = REPLACE(host, %s, %s) WHERE BINARY host LIKE %s", (B, LONG, B + "%"))
        rows("cinder", "UPDATE volumes SET display_name = %s WHERE display_name = 'spare-ceph-0'", (CHINESE,))

    def on_terminal(self, *words, width=80, **environment):
        """stdout as a terminal of that width gets it."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
        process = subprocess.Popen(self.tool.command(*words), stdin=subprocess.DEVNULL, stdout=slave, stderr=subprocess.PIPE,
                                   env=dict({k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))},
                                            NO_COLOR="1", **environment))
        os.close(slave)
        out = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                break
            if not piece:
                break
            out += piece
        os.close(master)
        err = process.stderr.read().decode()
        process.stderr.close()
        process.wait()
        return out.decode("utf-8").replace("\r\n", "\n"), err

    def assert_fits(self, text, width, words):
        for line in text.splitlines():
            # a command that is pasted is broken between its words only: one word may be a long path
            if columns_of(line) > width and not (len(line.split()) <= 2 and "/" in line):
                self.fail("%s: %d columns, not %d:\n%s" % (" ".join(words), columns_of(line), width, line))

    def test_no_line_is_wider_than_the_terminal(self):
        for width in (80, 120):
            for words in LISTINGS:
                text, err = self.on_terminal(*words, width=width)
                self.assertTrue(text, (words, err))
                self.assert_fits(text, width, words)

    def test_every_row_is_there_and_has_its_own_id(self):
        for words in (("volume", "list", "--host", A), ("instance", "list", "--host", A), ("backup", "list")):
            ids = [r["id"] for r in self.expect(self.tool.run(*words, "-f", "json"), OK).json]
            text, _ = self.on_terminal(*words)
            firsts = re.findall(r"^(?:ID +)?([0-9a-f]{8}[0-9a-f-]*|[0-9a-f]{7}…[0-9a-f]{7})(?: |$)", text, re.M)
            pattern = {f: re.compile(f.replace("…", ".*") + ("$" if "…" in f else "")) for f in firsts}
            self.assertEqual(sorted(i for f in firsts for i in ids if pattern[f].match(i)), sorted(ids), text)
            self.assertIn("(shortened to fit; in full: --fit no)", text)

    def test_hosts_that_differ_look_different(self):
        hosts = {r["host"] for r in self.expect(self.tool.run("host", "list", "-f", "json"), OK).json}
        text, _ = self.on_terminal("host", "list", width=40)
        for state in re.findall(r"^(\S+) .* (?:up|down)$", text, re.M):
            self.assertTrue(state)
        self.assertEqual(len(re.findall(r"\b(?:up|down)$", text, re.M)), len(hosts), text)

    def test_fit_no_and_a_pipe_keep_everything(self):
        words = ("volume", "list", "--host", A)
        listed = self.expect(self.tool.run(*words, "-f", "json"), OK).json
        terminal, _ = self.on_terminal(*words, "--fit", "no")
        pipe = self.expect(self.tool.run(*words), OK).out
        narrow = self.expect(self.tool.run(*words, "--max-width", "80"), OK).out
        self.assertNotEqual(narrow, pipe)
        self.assert_fits(narrow, 80, words)
        for volume in listed:
            for text in (terminal, pipe):
                self.assertIn(volume["id"], text)
                self.assertIn(volume["host"], text)

    def test_ages_are_words_on_a_table_and_seconds_elsewhere(self):
        rows("cinder", "UPDATE services SET updated_at = UTC_TIMESTAMP() - INTERVAL 3 DAY WHERE BINARY host = BINARY %s", (A + "@ceph",))
        said = self.expect(self.tool.run("service", "list", "--host", A + "@ceph"), OK).out
        self.assertRegex(said, r"\b3 d\b")
        self.assertIn("Heartbeat Age", said)
        csv = self.expect(self.tool.run("service", "list", "--host", A + "@ceph", "-f", "value", "-c", "heartbeat_age_s"), OK).out
        self.assertGreaterEqual(int(csv), 3 * 86400)

    def test_no_rows_are_said_in_words_to_people_alone(self):
        rows("cinder", "UPDATE volumes SET deleted = 1 WHERE BINARY host LIKE %s", (LONG + "@%",))
        words = ("volume", "list", "--host", LONG)
        self.assertEqual(self.expect(self.tool.run(*words), OK).out, "No volumes on '%s'.\n" % LONG)
        self.assertEqual(self.expect(self.tool.run(*words, "-f", "json"), OK).out, "[]\n")
        self.assertTrue(self.expect(self.tool.run(*words, "-f", "csv"), OK).out.startswith("id,name,"))
        self.assertEqual(self.expect(self.tool.run(*words, "-f", "value"), OK).out, "")

    def test_a_name_in_chinese_is_readable_where_no_locale_is_chosen(self):
        words = ("volume", "list", "--host", A + "@ceph", "--fit", "no")
        for environment in ({}, {"LANG": "C"}, {"LC_CTYPE": "POSIX"}, {"LC_ALL": "C.UTF-8"}):
            self.assertIn(CHINESE, self.on_terminal(*words, **environment)[0], environment)
        text, _ = self.on_terminal(*words, LC_ALL="C")
        self.assertIn("\\xe6\\x95\\xb0", text)
        self.assertTrue(text.isascii())
