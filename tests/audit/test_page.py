# SPDX-License-Identifier: Apache-2.0
"""The page in headless Chromium: 10,000 findings, names that would do harm, filter and sort, desktop and phone. EVAC_PAGE_SHOTS keeps pictures."""
import base64
import os
import time

import plants
from browser import Browser
from harness import TestCase, Tool, heartbeats, numbers, rows, sandbox

N = 10000
SEVERITIES = ["critical", "high", "medium", "low"]
NASTY = "<img src=x onerror=\"document.title='harmed'\"></script><!--<script>document.title='harmed'</script>\x1b[31m\u202e\u2028"
SHOWN = NASTY.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e").replace("\u2028", "\\u2028")


class Pages(TestCase):
    wide = None     # one browser for all that are not a phone

    @classmethod
    def setUpClass(cls):
        sandbox("reset", "--rows")
        heartbeats(dead=())
        plants.foundation()
        for make in plants.plants.values():
            make()
        plants.volume(NASTY, status="detaching")
        rows("cinder", "INSERT INTO volumes (created_at, updated_at, deleted, id, host, status, display_name, size, volume_type_id, availability_zone)"
             " SELECT v.created_at, v.updated_at, 0, CONCAT('f', SUBSTR(UUID(), 2)), CONCAT('cmp-', s.seq % 60, '@ceph#ceph'), 'detaching',"
             " CONCAT('many-', s.seq), 1, v.volume_type_id, 'nova' FROM volumes AS v JOIN {0} AS s WHERE v.display_name = 'a20'".format(numbers(N)), None)
        tool = Tool()
        cls.page = os.path.join(tool.state, "page.html")
        save = os.path.join(tool.state, "earlier.json")
        tool.run("audit", "run", "A33", "--save", save)
        tool.run("audit", "run", "--settle-time", "1", "--max-findings", "20000", "--html", cls.page, "--earlier", save)
        cls.shots = os.environ.get("EVAC_PAGE_SHOTS")

    @classmethod
    def tearDownClass(cls):
        if cls.wide:
            cls.wide.close()

    def browse(self, width, height):
        if width < 1000:
            browser = Browser(width, height)
            self.addCleanup(browser.close)
        else:
            browser = type(self).wide = self.wide or Browser(width, height)
            browser.cdp("Emulation.setEmulatedMedia", media="", features=[])
        browser.open(self.page)
        return browser

    def shoot(self, browser, name):
        if self.shots:
            browser.shot(os.path.join(self.shots, name + ".png"))

    def well(self, browser):
        self.assertEqual(browser.complaints(), [])
        self.assertEqual(browser.js("return document.title"), "evac-manage audit")
        self.assertEqual(browser.js("return document.querySelectorAll('img').length"), 0)
        self.assertLessEqual(browser.js("return document.documentElement.scrollWidth"), browser.js("return window.innerWidth"))

    def seen(self, b):
        return b.js("return [...document.querySelectorAll('#findings tbody tr')].filter(r => !r.hidden).length")

    def cells(self, b, column):
        return b.js("return [...document.querySelectorAll('#findings tbody tr')].map(r => r.cells[%d].textContent)" % column)

    def wait_until_seen(self, b, n):
        until = time.monotonic() + 30
        while self.seen(b) != n and time.monotonic() < until:
            time.sleep(0.05)
        self.assertEqual(self.seen(b), n)

    def test_desktop(self):
        b = self.browse(1280, 900)
        self.assertGreater(b.js("return document.querySelectorAll('#findings tbody tr').length"), N)
        self.assertGreater(b.js("return document.querySelectorAll('#heat .heat').length"), 40)
        self.assertEqual(b.js("return document.querySelectorAll('#trend .line').length"), 4)
        self.shoot(b, "desktop")
        self.well(b)

    def test_names_are_texts(self):
        b = self.browse(1280, 900)
        details = b.js("return [...document.querySelectorAll('#findings dd')].map(d => d.textContent).filter(t => t.includes('harmed'))")
        self.assertEqual(set(details), {SHOWN})
        self.assertEqual(b.js("return document.querySelectorAll('script').length"), 3)
        self.well(b)

    def test_the_policy_refuses_what_is_not_the_page_s_own(self):
        b = Browser(1280, 900)
        self.addCleanup(b.close)
        b.open(self.page)
        self.assertEqual(b.complaints(), [])
        b.js("const s = document.createElement('script'); s.append(\"document.title = 'harmed'\"); document.body.append(s)")
        self.assertEqual(b.js("return document.title"), "evac-manage audit")
        with self.assertRaisesRegex(RuntimeError, "TrustedHTML"):
            b.js("document.body.innerHTML = '<b>harmed</b>'")
        self.assertGreater(len(b.complaints()), 0)

    def test_a_list_is_there_where_no_script_runs(self):
        b = Browser(1280, 900)
        self.addCleanup(b.close)
        b.cdp("Emulation.setScriptExecutionDisabled", value=True)
        b.open(self.page)
        kinds = b.js("return [...document.querySelectorAll('noscript li')].map(li => li.className)")
        self.assertGreater(len(kinds), N)
        self.assertEqual(kinds, sorted(kinds, key=SEVERITIES.index))
        self.assertEqual(b.js("return document.querySelectorAll('noscript li pre').length"), len(kinds))
        self.shoot(b, "list")
        self.well(b)

    def test_dark(self):
        b = self.browse(1280, 900)
        light = b.js("return getComputedStyle(document.body).backgroundColor")
        b.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        self.assertNotEqual(b.js("return getComputedStyle(document.body).backgroundColor"), light)
        self.shoot(b, "dark")

    def test_phone(self):
        b = self.browse(390, 844)
        self.shoot(b, "phone")
        b.js("document.querySelector('#findings').scrollIntoView()")
        self.shoot(b, "phone-findings")
        self.assertEqual(b.js("return getComputedStyle(document.querySelector('#findings thead')).display"), "none")
        b.js("const s = document.querySelector('#sort'); s.value = 3; s.dispatchEvent(new Event('change'))")
        hosts = self.cells(b, 3)
        self.assertEqual(hosts, sorted(hosts))
        self.well(b)

    def test_filter(self):
        b = self.browse(1280, 900)
        every = self.seen(b)
        b.type("#filter", "many-77 VOLUME-stuck")
        self.wait_until_seen(b, 111)            # many-77, many-770…779, many-7700…7799
        self.assertTrue(b.js("return document.querySelector('#shown').textContent").startswith("111 of "))
        b.click("#clear")
        self.wait_until_seen(b, every)
        b.type("#filter", "no such words at all")
        self.wait_until_seen(b, 0)
        self.assertFalse(b.js("return document.querySelector('#none').hidden"))
        b.click("#clear")
        b.click(".card.critical")
        self.assertEqual(b.js("return [...new Set([...document.querySelectorAll('#findings tbody tr')].filter(r => !r.hidden).map(r => r.className))]"),
                         ["critical"])
        b.click(".card.critical")
        # the report of before had looked for volumes without a host alone, and found all there are
        b.click(".card.new")
        self.wait_until_seen(b, 0)
        b.click(".card.new")
        b.js("document.querySelector('#heat .heat').scrollIntoView()")
        host, check = b.js("const d = document.querySelector('#heat .heat').dataset; return [d.host, d.check]")
        b.click("#heat .heat")
        shown = b.js("return [...document.querySelectorAll('#findings tbody tr')].filter(r => !r.hidden).map(r => [r.cells[3].textContent, r.cells[1].textContent])")
        self.assertTrue(shown)
        self.assertEqual([s for s in shown if s != [host, check]], [])
        self.shoot(b, "filtered")
        self.well(b)

    def test_sort(self):
        b = self.browse(1280, 900)
        for column, name in ((1, "check"), (2, "subject"), (3, "host"), (5, "since")):
            b.click("#findings th:nth-child(%d) button" % (column + 1))
            self.assertEqual(self.cells(b, column), sorted(self.cells(b, column)), name)
            b.click("#findings th:nth-child(%d) button" % (column + 1))
            self.assertEqual(self.cells(b, column), sorted(self.cells(b, column), reverse=True), name)
        b.click("#findings th:nth-child(1) button")
        ranks = [SEVERITIES.index(s) for s in self.cells(b, 0)]
        self.assertEqual(ranks, sorted(ranks))
        self.well(b)

    def test_a_remedy_is_copied(self):
        b = self.browse(1280, 900)
        b.cdp("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
        b.type("#filter", "backend-without-service cmp-7@ceph")
        self.wait_until_seen(b, 1)
        b.click("#findings tbody tr:not([hidden]) summary")
        b.click("#findings tbody tr:not([hidden]) .copy")
        until = time.monotonic() + 30
        while b.js("return document.querySelector('#findings tbody tr:not([hidden]) .copy').textContent") != "copied":
            self.assertLess(time.monotonic(), until)
        copied = b.js("return navigator.clipboard.readText()")
        self.assertRegex(copied, r"^evac-manage .*volume update_host --currenthost cmp-7@ceph --newhost \S+@ceph$")
        self.shoot(b, "opened")
        self.well(b)

    def test_paper(self):
        b = self.browse(1280, 900)
        b.type("#filter", "backend-without-service")
        until = time.monotonic() + 30
        while self.seen(b) > 200 and time.monotonic() < until:
            time.sleep(0.05)
        b.cdp("Emulation.setEmulatedMedia", media="print")
        self.assertEqual(b.js("return getComputedStyle(document.querySelector('.tools')).display"), "none")
        paper = base64.b64decode(b.cdp("Page.printToPDF", paperWidth=8.27, paperHeight=11.7)["data"])
        self.assertEqual(paper[:5], b"%PDF-")
        self.assertEqual(b.js("return [...document.querySelectorAll('#findings tbody tr')].filter(r => !r.hidden && !r.querySelector('details').open).length"), 0)
        if self.shots:
            with open(os.path.join(self.shots, "paper.pdf"), "wb") as f:
                f.write(paper)
        self.well(b)
