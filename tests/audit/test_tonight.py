# SPDX-License-Identifier: Apache-2.0
"""audit run --readiness: whom nobody could bring back tonight is found, compared with earlier nights, accepted and drawn as all else is."""
import contextlib
import json
import os
import shlex
import subprocess

from browser import Browser
from harness import A, B, C, CONFIG, DB_UNREACHABLE, ENV, OK, TOOL, TestCase, heartbeats, rows, sandbox

FINDINGS = 3
HOSTS = {A, B, C}
OF_HOSTS = {"host-not-ready", "host-partly-ready", "host-readiness-unknown"}


def room_elsewhere(mb):
    rows("placement", "UPDATE inventories SET total = %s, reserved = 0, allocation_ratio = 1 WHERE resource_class_id = 1", (mb,))


class Tonight(TestCase):
    def setUp(self):
        super().setUp()
        sandbox("reset", "--rows")

    def run_tool(self, *words):
        heartbeats(alive=(*HOSTS, ENV["SB_CONTROLLER"]), dead=())
        return self.tool.run(*words, "--placement-config-file", ENV["SB_PLACEMENT_CONF"])

    def audit(self, *words):
        return self.run_tool("audit", "run", "A09", "--readiness", *words)

    def path(self, name):
        return os.path.join(self.tool.state, name)

    def document(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return json.load(file)

    def readiness(self, *words):
        return {(r["kind"], r["name"]): r for r in self.expect(self.run_tool("host", "readiness", "--all", "-f", "json", *words), OK).json}

    @contextlib.contextmanager
    def drawn(self, name):
        with contextlib.closing(Browser(1280, 900)) as browser:
            browser.open(self.path(name))
            yield browser

    def test_it_is_what_host_readiness_says(self):
        room_elsewhere(1)
        said = {key: r for key, r in self.readiness().items() if r["ready"] != "yes"}
        self.assertLessEqual({("host", A), ("zone", "nova")}, set(said))
        r = self.expect(self.audit("-f", "json"), FINDINGS)
        found = {(f["subject_kind"], f["subject"]): f for f in r.json}
        self.assertEqual(set(found), set(said))
        for key, f in found.items():
            self.assertEqual([f["details"][k] for k in ("instances", "could_go", "could_not", "unknown", "reasons")],
                             [str(said[key][k]) for k in ("instances", "could_go", "could_not", "unknown", "reasons")], key)
            self.assertEqual(f["details"]["missing"], said[key]["missing"])
            self.assertIn("%(could_not)s of %(instances)s instances could not be evacuated (%(reasons)s)" % said[key], f["message"])
            if said[key]["missing"]:
                self.assertIn("what would help: " + said[key]["missing"], f["message"])
            if key[0] == "host":
                self.assertEqual(f["check"], {"no": "host-not-ready", "partly": "host-partly-ready"}[said[key]["ready"]])
                self.assertEqual(f["host"], key[1])
        self.assertIn("no-capacity", found["host", A]["message"])
        pasted = subprocess.run([TOOL, *shlex.split(found["host", A]["remedy"])[1:]], capture_output=True, text=True, check=True)
        self.assertIn("no-capacity", pasted.stdout)

    def test_who_is_ready_is_no_finding_and_was_looked_at(self):
        rows("nova", "UPDATE instances SET deleted = id WHERE deleted = 0")
        self.expect(self.audit("-f", "json", "--save", self.path("a.json")), OK)
        checks = {c["check"]: c for c in self.document("a.json")["checks"]}
        for name in (*OF_HOSTS, "zone-not-ready", "aggregate-not-ready"):
            self.assertEqual((checks[name]["outcome"], checks[name]["found"]), ("done", 0))
        self.audit("--html", self.path("a.html"))
        with self.drawn("a.html") as b:
            self.assertIn("Every host, zone and aggregate could be evacuated whole.", b.js("return document.body.innerText"))

    def test_the_nights_are_compared(self):
        self.expect(self.run_tool("audit", "run", "A09", "--save", self.path("0.json")), OK)        # did not look
        room_elsewhere(1 << 24)
        self.audit("--save", self.path("1.json"))
        before = {f["subject"] for f in self.document("1.json")["findings"] if f["check"] in OF_HOSTS}
        room_elsewhere(1)
        earlier = [w for n in "01" for w in ("--earlier", self.path(n + ".json"))]
        self.expect(self.audit("--save", self.path("2.json"), "--html", self.path("2.html"), *earlier), FINDINGS)
        now = {f["subject"]: f for f in self.document("2.json")["findings"] if f["check"] in OF_HOSTS}
        self.assertLess(before, set(now))
        with self.drawn("2.html") as b:
            self.assertEqual(b.complaints(), [])
            lines = b.js("return [...document.querySelectorAll('#tonight tbody tr')].map(r => [...r.cells].map(c => c.textContent))")
            self.assertEqual({line[0] for line in lines}, set(now) | {"nova zone"})
            line = next(x for x in lines if x[0] == A)
            details = now[A]["details"]
            self.assertEqual(line[1:4], ["%s of %s" % (details["could_go"], details["instances"]), details["reasons"], details["missing"] or "-"])
            dots = b.js("return [...document.querySelectorAll('#tonight-trend .dot title')].map(t => t.textContent.split(': ')[1])")
            self.assertEqual(dots, ["%d not ready" % len(before), "%d not ready" % len(now)])       # of the two that looked
            self.assertEqual(b.js("return document.querySelectorAll('#trend .line').length"), 4)
            self.assertLessEqual(b.js("return document.documentElement.scrollWidth"), b.js("return window.innerWidth"))
        with open(self.path("known"), "w", encoding="utf-8") as file:
            file.writelines("%s %s 2099-01-01 no money\n" % (f["check"], s) for s, f in now.items())
            file.write("zone-not-ready * 2099-01-01 no money\n")
        self.assertEqual(self.expect(self.audit("--baseline", self.path("known"), "-f", "json"), OK).json, [])

    def test_one_of_its_checks_is_asked_for_by_name(self):
        room_elsewhere(1)
        r = self.expect(self.run_tool("audit", "run", "host-not-ready", "-f", "json"), FINDINGS)
        self.assertEqual({f["check"] for f in r.json}, {"host-not-ready"})
        self.expect(self.tool.run("explain", "host-not-ready"), OK, "R01")

    def test_a_night_that_nobody_looked_at_is_none(self):
        r = self.run_tool("audit", "run", "A09", "--readiness", "--nova-config-file", "/nowhere/nova.conf", "--html", self.path("b.html"), "-f", "json")
        self.assertIn(r.code, (CONFIG, DB_UNREACHABLE), str(r))
        self.assertEqual({f["subject"] for f in r.json if f["check"] == "check-not-run"} & OF_HOSTS, OF_HOSTS)
        with self.drawn("b.html") as b:
            text = b.js("return document.body.innerText")
            self.assertIn("It was not looked at:", text)
            self.assertNotIn("could be evacuated whole", text)
