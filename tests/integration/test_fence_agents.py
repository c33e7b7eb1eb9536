# SPDX-License-Identifier: Apache-2.0
"""The fence agents that sites have, as Debian ships them, beside real rows: fence_dummy, fence_ipmilan on a simulated BMC, fence_redfish
on a stand-in. On, off, cannot say, hangs, lies once, is gone; a switch-off; and that a password is nowhere to be seen meanwhile."""
import glob
import os
import re
import subprocess
import textwrap
import threading
import time

import bmc
import harness
import journals
from harness import A, B, FENCED, OK, REFUSED

RESCUE = ["host", "rescue", A, "--to", B]
GO = ["--yes", "--timeout", "1"]


def examples(document):
    """The groups of [fencing] that a document shows."""
    with open(os.path.join(harness.ROOT, document), encoding="utf-8") as f:
        blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", f.read(), re.M)
    return [textwrap.dedent(b) for b in blocks if "    [fencing" in b]


class Watcher(threading.Thread):
    """Reads the argv and the environment of every process that has begun after it: what ps shows."""

    def __init__(self, secret):
        super().__init__(daemon=True)
        self.secret, self.found, self.seen, self.over = secret.encode(), [], set(), False
        self.old = set(self.processes())

    @staticmethod
    def processes():
        return (name for name in os.listdir("/proc") if name.isdigit())

    def look_at(self, path):
        try:
            with open(path, "rb") as f:
                said = f.read()
        except OSError:
            return
        self.seen |= {name for name in (b"fence_", b"ipmitool") if name in said}
        if self.secret in said:
            self.found.append((path, said))

    def run(self):
        while not self.over:
            for name in set(self.processes()) - self.old:
                for what in ("cmdline", "environ"):
                    self.look_at("/proc/%s/%s" % (name, what))
            time.sleep(0.02)

    def stop(self):
        self.over = True
        self.join()


class Agents:
    """What is so for each of them; the classes below say which."""
    password = None

    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.tool.types = False
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)
        self.directory = os.path.join(self.tool.state, "bmc")
        os.mkdir(self.directory)
        self.watcher = Watcher(bmc.PASSWORD)
        self.begin()
        self.configure()
        self.watcher.start()

    def configure(self, timeout=15, off_timeout=20):
        with open(self.tool.site) as f:
            before = f.read().split("[fencing")[0]
        bmc.put(self.tool.site, before + "[fencing %s]\nagent = %s\noptions = %s\ntimeout = %d\noff_timeout = %d\n%s" % (
            A, self.agent, self.options(), timeout, off_timeout, "password_file = %s\n" % self.password if self.password else ""))

    def shown(self):
        shown = self.expect(self.tool.run("host", "show", A, "-f", "json"), OK).json
        row, = [x for x in shown if x["section"] == "power"]
        return row["state"], row["detail"]

    def nothing_secret(self):
        self.watcher.stop()
        self.assertIn(b"fence_", self.watcher.seen)
        self.assertEqual(self.watcher.found, [])
        for said in self.tool.said:
            self.assertNotIn(bmc.PASSWORD, said)
        for path in glob.glob(os.path.join(self.tool.state, "journal", "*")):
            with open(path, errors="replace") as f:
                self.assertNotIn(bmc.PASSWORD, f.read())

    def test_it_is_on_off_or_no_answer(self):
        self.set("on")
        state, detail = self.shown()
        self.assertEqual((state, detail.split(" (")[0]), ("on", self.agent + " says 'Status: ON'"))
        self.set("off")
        state, detail = self.shown()
        self.assertEqual((state, detail.split(" (exit 2")[0]), ("off", self.agent + " says 'Status: OFF'"))
        self.cannot_say()
        state, detail = self.shown()
        self.assertEqual(state, "unknown", detail)
        self.assertIn("cannot say", detail)
        self.assertNotIn("Warning", detail)  # Python's, not the BMC's
        r = self.tool.run(*RESCUE, "--dry-run", "-f", "json")
        self.assertEqual(r.code, REFUSED)
        self.assertLessEqual({"fencing-unconfirmed", "power-unknown"}, set(r.findings()))
        self.hang()
        self.configure(timeout=2)
        self.assertEqual(self.shown(), ("unknown", "%s: no answer in 2 s" % self.agent))
        self.nothing_secret()

    def test_one_that_lies_once_stops_before_the_first_message(self):
        self.set("lies")
        r = self.tool.run(*RESCUE, *GO)
        self.assertIn("is on", r.err, str(r))
        self.assertFalse(self.conductor.casts)
        self.nothing_secret()

    def test_a_switch_off_really_comes_first_and_is_waited_for(self):
        self.set("on")
        r = self.tool.run(*RESCUE, "--fence", "power", *GO)
        self.assertIn("'%s' is off" % A, r.err, str(r))
        self.assertEqual(self.state(), "off")
        self.assertTrue(self.conductor.casts)
        records = journals.read(journals.path_of(self.tool))
        told = [(x["action"], x["words"]) for x in records if x["type"] == "power"][:2]
        self.assertEqual(told, [("off", "Success: Powered OFF"), ("status", "Status: OFF")])
        types = [x["type"] for x in records]
        self.assertLess(types.index("power"), types.index("publish_intent"))
        run = next(x["run"] for x in records if x["type"] == "run")
        self.expect(self.tool.run("journal", "report", run), OK, "It was told to switch the host off: 'Success: Powered OFF' (" + self.agent)
        self.nothing_secret()


class Dummy(Agents, harness.TestCase):
    agent = "fence_dummy"

    def begin(self):
        self.file = os.path.join(self.directory, "power")

    def options(self):
        return "status_file=" + self.file

    def set(self, state):
        bmc.put(self.file, state)

    def state(self):
        with open(self.file) as f:
            return f.read()

    def cannot_say(self):
        self.set("maybe")

    def hang(self):
        os.remove(self.file)
        os.mkfifo(self.file)  # whoever opens it waits for somebody who writes

    def test_a_password_that_it_does_not_take_is_not_repeated(self):
        self.password = bmc.put(os.path.join(self.directory, "password"), bmc.PASSWORD + "\n")
        self.configure()
        self.set("off")
        self.assertIn("Ignoring unknown option 'passwd=***'", self.shown()[1])
        self.nothing_secret()

    test_one_that_lies_once_stops_before_the_first_message = None  # it has no BMC that could


class OnBmc(Agents):
    def begin(self):
        self.password = bmc.put(os.path.join(self.directory, "password"), bmc.PASSWORD + "\n")
        self.bmc = self.kind(self.directory)
        self.addCleanup(self.bmc.close)

    def set(self, state):
        self.bmc.set(state)

    def state(self):
        return self.bmc.state()

    def cannot_say(self):
        bmc.put(self.password, "another\n")

    def hang(self):
        bmc.put(self.password, bmc.PASSWORD + "\n")
        self.bmc.freeze()
        self.addCleanup(self.bmc.thaw)

    def test_one_that_obeys_nothing_ends_the_run_before_it_begins(self):
        self.set("stuck")
        self.configure(off_timeout=6)
        before = harness.checksum()
        r = self.tool.run(*RESCUE, "--fence", "power", *GO)
        self.assertEqual(r.code, 1, str(r))
        self.assertIn("is still on", r.err)
        self.assertTrue(self.bmc.orders())
        self.unchanged(before)
        self.assertFalse(self.conductor.casts)
        self.bmc.close()
        state, detail = self.shown()
        self.assertEqual(state, "unknown", detail)
        self.nothing_secret()


class Documents(harness.TestCase):
    """What they show to be copied is taken, and is what the agents know."""

    def test_their_examples_are_of_agents_as_they_are(self):
        for document in ("docs/configuration.md", "docs/runbook.md", "docs/runbook.zh.md"):
            shown = examples(document)
            self.assertTrue(shown, document)
            for text in shown:
                bmc.put(self.tool.site, text)
                self.expect(self.tool.run("config", "show"), OK, "fence_ipmilan")
                for agent, options in re.findall(r"agent = (fence_\w+)\noptions = (.*)", text):
                    self.assertEqual(set(re.findall(r"(\w+)=", options)) - self.known(agent), set(), document)

    @staticmethod
    def known(agent):
        told = subprocess.run(["/usr/sbin/" + agent, "-o", "metadata"], stdout=subprocess.PIPE, check=True, text=True).stdout
        return {name.replace("-", "_") for name in re.findall(r'<parameter name="([\w-]+)"', told)}


class Ipmi(OnBmc, harness.TestCase):
    agent, kind = "fence_ipmilan", bmc.Ipmi

    def options(self):
        # the wrapper has what ps could show of ipmitool, however fast that overwrites it
        self.argv = os.path.join(self.directory, "argv")
        wrapper = bmc.put(os.path.join(self.directory, "ipmitool"), "#!/bin/sh\necho \"$*\" >>%s\nexec /usr/bin/ipmitool \"$@\"\n" % self.argv, 0o700)
        return "ip=127.0.0.1 ipport=%d username=%s lanplus=1 cipher=3 power_timeout=4 ipmitool_path=%s" % (self.bmc.port, bmc.USER, wrapper)

    def nothing_secret(self):
        super().nothing_secret()
        with open(self.argv) as f:
            said = f.read()
        self.assertIn("chassis power status", said)
        self.assertNotIn(bmc.PASSWORD, said)


class Redfish(OnBmc, harness.TestCase):
    agent, kind = "fence_redfish", bmc.Redfish

    def options(self):
        return "ip=127.0.0.1 ipport=%d username=%s ssl_insecure=1 power_timeout=4 systems_uri=%s" % (self.bmc.port, bmc.USER, bmc.Redfish.SYSTEM)
