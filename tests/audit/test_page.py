# SPDX-License-Identifier: Apache-2.0
"""The page in headless Chromium: 10,000 findings, names that would do harm, filter and sort, desktop and phone. EVAC_PAGE_SHOTS keeps pictures."""
import base64
import json
import os
import shutil
import socket
import subprocess
import time
import unittest
import urllib.request

import plants
from harness import TestCase, Tool, heartbeats, rows, sandbox

N = 10000
NASTY = "<img src=x onerror=\"document.title='harmed'\"><script>document.title='harmed'</script>\x1b[31m\u202e"


class Browser:
    """As much of WebDriver as is needed."""

    def __init__(self, width, height):
        port = socket.socket()
        port.bind(("127.0.0.1", 0))
        self.url = "http://127.0.0.1:%d" % port.getsockname()[1]
        port.close()
        self.driver = subprocess.Popen(["chromedriver", "--port=" + self.url.rsplit(":", 1)[1]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=%d,%d" % (width, height)]}
        if width < 500:
            options["mobileEmulation"] = {"deviceMetrics": {"width": width, "height": height, "pixelRatio": 2.0, "touch": True}}
        for _ in range(50):
            try:
                made = self.call("POST", "/session", {"capabilities": {"alwaysMatch": {
                    "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}}})
                break
            except OSError:
                time.sleep(0.2)
        self.url += "/session/" + made["sessionId"]

    def call(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method, data=json.dumps(body).encode() if body is not None else None,
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)["value"]

    def open(self, path):
        self.call("POST", "/url", {"url": "file://" + path})

    def js(self, script):
        return self.call("POST", "/execute/sync", {"script": script, "args": []})

    def shot(self, path):
        with open(path, "wb") as f:
            f.write(base64.b64decode(self.call("GET", "/screenshot")))

    def complaints(self):
        return self.call("POST", "/se/log", {"type": "browser"})

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.driver.terminate()
            self.driver.wait()


@unittest.skipUnless(shutil.which("chromedriver"), "no chromium here (apt-get install chromium chromium-driver)")
class Pages(TestCase):
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
             " CONCAT('many-', s.seq), 1, v.volume_type_id, 'nova' FROM volumes AS v JOIN seq_1_to_{0} AS s WHERE v.display_name = 'a20'".format(N), None)
        tool = Tool()
        cls.page = os.path.join(tool.state, "page.html")
        save = os.path.join(tool.state, "earlier.json")
        tool.run("audit", "run", "A33", "--save", save)
        tool.run("audit", "run", "--settle-time", "1", "--max-findings", "20000", "--html", cls.page, "--earlier", save)
        cls.shots = os.environ.get("EVAC_PAGE_SHOTS")

    def browse(self, width, height):
        browser = Browser(width, height)
        self.addCleanup(browser.close)
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

    def test_desktop(self):
        b = self.browse(1280, 900)
        total = b.js("return document.querySelectorAll('#findings tbody tr').length")
        self.assertGreater(total, N)
        self.assertGreater(b.js("return document.querySelectorAll('#heat rect').length"), 40)
        self.shoot(b, "desktop")
        self.well(b)

    def test_phone(self):
        b = self.browse(390, 844)
        self.shoot(b, "phone")
        b.js("document.querySelector('#findings').scrollIntoView()")
        self.shoot(b, "phone-findings")
        self.assertEqual(b.js("return getComputedStyle(document.querySelector('#findings thead')).display"), "none")
        self.well(b)

    def seen(self, b):
        return b.js("return [...document.querySelectorAll('#findings tbody tr')].filter(r => !r.hidden).length")

    def test_filter_and_sort(self):
        b = self.browse(1280, 900)
        b.js("const f = document.querySelector('#filter'); f.value = 'many-77 VOLUME-stuck'; f.dispatchEvent(new Event('input'))")
        time.sleep(0.4)
        self.assertEqual(self.seen(b), 111)     # many-77, many-770…779, many-7700…7799
        self.assertTrue(b.js("return document.querySelector('#shown').textContent").startswith("111 of "))
        b.js("const f = document.querySelector('#filter'); f.value = ''; f.dispatchEvent(new Event('input'))")
        time.sleep(0.4)
        b.js("document.querySelector('.card.critical').click()")
        self.assertEqual(b.js("return new Set([...document.querySelectorAll('#findings tbody tr')].filter(r => !r.hidden).map(r => r.className)).size"), 1)
        b.js("document.querySelector('.card.critical').click()")
        for column, name in ((1, "check"), (2, "subject"), (3, "host")):
            b.js("document.querySelectorAll('#findings th')[%d].click()" % column)
            cells = b.js("return [...document.querySelectorAll('#findings tbody tr')].map(r => r.cells[%d].textContent)" % column)
            self.assertEqual(cells, sorted(cells), name)
            b.js("document.querySelectorAll('#findings th')[%d].click()" % column)
            cells = b.js("return [...document.querySelectorAll('#findings tbody tr')].map(r => r.cells[%d].textContent)" % column)
            self.assertEqual(cells, sorted(cells, reverse=True), name)
        b.js("document.querySelectorAll('#findings th')[0].click()")
        ranks = b.js("return [...document.querySelectorAll('#findings tbody tr')].map(r => Number(r.dataset.rank))")
        self.assertEqual(ranks, sorted(ranks))
        b.js("document.querySelector('#heat rect').dispatchEvent(new Event('click'))")
        self.assertGreater(self.seen(b), 0)
        self.assertLess(self.seen(b), 1000)
        b.js("document.querySelector('#findings tbody tr:not([hidden]) details').open = true")
        self.shoot(b, "filtered")
        self.well(b)
