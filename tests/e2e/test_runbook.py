# SPDX-License-Identifier: Apache-2.0
"""A reader who has docs/runbook.zh.md and nothing else: each command of its steps is typed on a terminal of 80 columns, in the page's
order and as it stands there, and each ends as the page says."""
import os
import re
import tempfile

import harness
import terminal
from harness import A, B, ENV, OK, PARTIAL, REFUSED, NOT_FOUND, rows

PAGE = os.path.join(harness.ROOT, "docs", "runbook.zh.md")
CHINESE = re.compile("[一-鿿]")  # a sentence in the reader's language
FENCE, NAME = "留空：到此为止", "输入故障节点名以继续"
FENCED = "ipmitool: chassis power is off, Ann, 03:10"

# a command in the page: the first line of a screen, a line by itself, or a word of a sentence
COMMAND = re.compile(r"^<!-- screen: (?P<screen>[a-z-]+) -->\n```\n# (?P<first>.*)\n(?P<shown>(?:.*\n)*?)```$|^    (?P<line>evac-manage .*)$|`(?P<word>evac-manage [^`]*)`", re.M)

# how the page shows that these end
CODES = {"doctor": OK, "service-list": OK, "mistyped": NOT_FOUND, "swapped": REFUSED, "refused": REFUSED, "rescue": PARTIAL, "host-return": OK,
         "journal-list": OK}
ANSWERS = {"refused": [(FENCE, "")], "rescue": [(FENCE, FENCED), (NAME, A)]}


def steps():
    """(screen's name or "", words as they stand, what the page shows), from the first step on."""
    text = open(PAGE).read()
    seen = set()
    for match in COMMAND.finditer(text, text.index("\n## 1.")):
        command = match["first"] or match["line"] or match["word"]
        if match["screen"] or command not in seen:
            seen.add(command)
            yield match["screen"] or "", command.split()[1:], match["shown"] or ""


def codes_of_the_page():
    """The exit codes that its table has a next step for."""
    table = re.findall(r"^\| ([0-9、]+) \|", open(PAGE).read(), re.M)
    return {int(code) for row in table for code in row.split("、")}


class Runbook(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset")
        harness.sandbox("fail", "A")
        self.directory = tempfile.mkdtemp()
        self.addCleanup(lambda: os.system("rm -rf '%s'" % self.directory))
        self.token = os.path.join(self.directory, "token")
        with open(os.open(self.token, os.O_CREAT | os.O_WRONLY, 0o600), "w") as f:
            f.write(ENV["SB_TOKEN"])
        self.run_id = None
        self.locale = re.search("`export LC_ALL=([^`]*)`", open(PAGE).read())[1]

    def typed(self, words):
        place = {"HOST": A, "HOST2": B, "RUN": self.run_id, "CODE": "source-alive", "/root/token": self.token,
                 "incident.html": os.path.join(self.directory, "incident.html")}
        return [place.get(word, word) for word in words]

    def type(self, screen, words):
        words = self.typed(words)
        self.assertNotIn(None, words, "the page has not said by now which run")
        seen = terminal.run(self.tool.command(*words), answers=ANSWERS.get(screen, ()), timeout=60, LANGUAGE="", LC_ALL=self.locale)
        if words[:2] != ["journal", "show"] or "--follow" in words:  # records are for programs
            self.assertIsNotNone(CHINESE.search(seen.text), words)
        return seen

    def left(self):
        return {r["display_name"] for r in rows("nova", "SELECT display_name FROM instances WHERE deleted = 0 AND BINARY host = BINARY %s", (A,))}

    def test_the_chinese_page_typed_line_by_line(self):
        known, text = codes_of_the_page(), {}
        before = self.left()
        for screen, words, shown in steps():
            seen = self.type(screen, words)
            text[screen or " ".join(words[:2])] = seen.text
            if screen in CODES:
                self.assertEqual(seen.code, CODES[screen], seen.text)
            self.assertIn(seen.code, known, "the page does not say what to do then: %s\n%s" % (words, seen.text))
            if screen == "refused":
                self.assertEqual(self.left(), before)
            if screen == "rescue":
                self.run_id = re.search(r"^\s+\S+\s+(\d{8}T\d{6}Z-host-rescue-[0-9a-f]{8})$", seen.text, re.M)[1]
        self.assertEqual(self.left(), {"volume-rescued-0", "image-paused-0", "image-shelved-0"})
        self.assertIn("'%s@ceph'" % A, re.sub(r"\n", "", text["mistyped"]))
        self.assertIn("looks-swapped", text["swapped"])
        self.assertIn(self.run_id, text["journal-list"])
        self.assertIn("Ann", open(os.path.join(self.directory, "incident.html")).read())
        # what the page says of a run that left some out: the reason of each is in 'host show'
        self.assertIn("paused", self.type("", ["host", "show", A]).text)
