# SPDX-License-Identifier: Apache-2.0
"""journal report: the incident report of real runs, as text, Markdown and a page in Chromium, with every server down."""
import os
import shutil
import stat
import sys

import harness
import journals
from harness import A, B, FENCED, NOT_FOUND, OK, SECRETS, USAGE, rows

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "audit"))
from browser import Browser  # noqa: E402

GO = FENCED + ["--yes"]
NASTY = "<img src=x onerror=alert(1)> | `x` \x1b[31m"


class Incident(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.tool.types = False

    def run_id(self):
        return os.path.basename(journals.path_of(self.tool))[:-len(".jsonl")]

    def rescue(self):
        rows("nova", "UPDATE instances SET display_name = %s WHERE host = %s", (NASTY, A))
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        self.tool.run("host", "rescue", A, "--to", B, *GO, "--operator", "Ann <b>O'Neil</b>", "--timeout", "1")
        return self.run_id()

    def report(self, *words):
        """No server, no configuration: the journal alone."""
        self.tool.nova, self.tool.cinder = [], []
        return self.tool.run("journal", "report", *words)

    def test_a_rescue_as_text_markdown_and_page(self):
        run = self.rescue()
        html, markdown = (os.path.join(self.tool.state, name) for name in ("r.html", "r.md"))
        text = self.expect(self.report(run), OK, "Ann <b>O'Neil</b>", A, "journal recover " + run, "the test pulled the plug").out
        self.expect(self.report(run, "--html", html, "--markdown", markdown), OK)
        page, marked = open(html).read(), open(markdown).read()
        self.assertIn("nova still worked on some instances when the run ended", text)
        for said in (text, page, marked):
            self.assertNotIn("\x1b", said)
            self.assertNotIn("--yes", said)        # what answers for the operator is nothing to paste
            self.assertNotIn(" --fenced", said)
            self.assertNotIn(">proved<", said)
            for secret in SECRETS:
                self.assertNotIn(secret, said)
        self.assertNotIn("<img", page)
        self.assertNotIn("<script", page)
        self.assertNotIn("<img", marked.replace("\\<img", ""))
        self.assertIn('<html lang="en">', page)
        self.assertEqual(stat.S_IMODE(os.stat(html).st_mode), 0o600)
        project = rows("nova", "SELECT project_id, user_id FROM instances WHERE host = %s LIMIT 1", (A,))[0]
        for name in project.values() if isinstance(project, dict) else project:
            self.assertIn(name, page)
        self.assertIn("nova-compute", page)
        if not shutil.which("chromium"):
            self.skipTest("no Chromium here")
        for width in (1280, 390):
            browser = Browser(width, 900)
            try:
                browser.open(html)
                self.assertEqual(browser.complaints(), [])
                self.assertLessEqual(browser.js("return document.documentElement.scrollWidth"), browser.js("return window.innerWidth"))
                self.assertGreater(browser.js("return document.querySelectorAll('svg.timeline g').length"), 0)
                self.assertEqual(browser.js("return document.querySelectorAll('img').length"), 0)
                if os.environ.get("EVAC_PAGE_SHOTS"):
                    browser.shot(os.path.join(os.environ["EVAC_PAGE_SHOTS"], "incident-%d.png" % width))
            finally:
                browser.close()
        self.expect(self.report(run, "--html", html, "--lang", "zh"), OK)
        self.assertIn('<html lang="zh-CN">', open(html).read())

    def test_a_move_and_what_followed(self):
        move = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph"]
        self.expect(self.tool.run(*move, *GO), OK)
        first = self.run_id()
        harness.heartbeats(alive=(A, B, harness.C, harness.ENV["SB_CONTROLLER"]), dead=())
        self.expect(self.tool.run("journal", "undo", first, "--yes"), OK)
        self.expect(self.report(first), OK, "done, verified", A + "@ceph", B + "@ceph", "journal undo", self.run_id())

    def test_an_interrupted_and_an_old_journal(self):
        self.rescue()
        path = journals.path_of(self.tool)
        journals.write(path, [r for r in journals.read(path) if r["type"] not in ("end", "evidence")])
        self.expect(self.report(self.run_id()), OK, "it did not come to its end", "an older evac-manage wrote it", "journal recover " + self.run_id())

    def test_what_is_refused(self):
        run = self.rescue()
        link = os.path.join(self.tool.state, "link")
        os.symlink("/dev/null", link)
        self.expect(self.report(run, "--html", link), USAGE, "no regular file")
        self.expect(self.report("nothing"), NOT_FOUND)
        path = journals.path_of(self.tool)
        with open(path) as f:
            text = f.read()
        with open(path, "w") as f:
            f.write(text.replace("host rescue", "host rescxe", 1))
        self.expect(self.report(run), 1, "is not the record that was written there")
