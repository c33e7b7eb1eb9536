# SPDX-License-Identifier: Apache-2.0
"""A fence agent beside real rows: what it says before the plan, before the first message, and after a switch-off; and its password."""
import os

import harness
import journals
from harness import A, B, DRIFT, FENCED, OK, PARTIAL, REFUSED, USAGE

AGENT = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib", "fence_agent")
PASSWORD = "Bmc-s3cret/of+the=rack"
UNKNOWN = 9
RESCUE = ["host", "rescue", A, "--to", B]
GO = ["--yes", "--timeout", "1"]


class Fencing(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.tool.types = False  # other files type these
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)
        self.power = os.path.join(self.tool.state, "power")
        password = os.path.join(self.tool.state, "password")
        with open(password, "w") as f:
            f.write(PASSWORD + "\n")
        os.chmod(password, 0o600)
        with open(self.tool.site, "a") as f:
            f.write("[fencing]\nagent = %s\noptions = file=%s\npassword_file = %s\ntimeout = 2\noff_timeout = 2\n" % (AGENT, self.power, password))

    def now(self, state):
        with open(self.power, "w") as f:
            f.write(state)

    def calls(self):
        with open(self.power + ".calls") as f:
            return f.read().split()

    def records(self, kind):
        return [r for r in journals.read(journals.path_of(self.tool)) if r["type"] == kind]

    def dry(self, state, *words):
        self.now(state)
        harness.heartbeats()
        return self.tool.run(*RESCUE, *words, "--dry-run", "-f", "json")

    def nothing_secret(self):
        seen = open(self.power + ".seen").read()
        self.assertIn("has a password of %d letters" % len(PASSWORD), seen)
        self.assertNotIn(PASSWORD, seen)
        for said in self.tool.said:
            self.assertNotIn(PASSWORD, said)
        directory = os.path.join(self.tool.state, "journal")
        for name in os.listdir(directory) if os.path.isdir(directory) else []:
            with open(os.path.join(directory, name), errors="replace") as f:
                self.assertNotIn(PASSWORD, f.read())

    def test_what_it_says_is_the_evidence(self):
        r = self.dry("off")
        self.assertNotIn("fencing-unconfirmed", r.findings())
        self.assertEqual((r.json["power"]["state"], r.json["power"]["exit_code"], r.json["power"]["words"]), ("off", 2, "Status: OFF"))
        r = self.dry("on", *FENCED, "--accept", "source-alive")
        self.assertEqual(r.code, REFUSED)
        self.assertIn("whatever --fenced says", [f["message"] for f in r.json["findings"] if f["code"] == "source-alive"][0])
        for state, words in (("cannot", "cannot say"), ("hang", "no answer in 2 s"), ("silent", "did not say OFF")):
            r = self.dry(state)
            self.assertEqual(r.code, REFUSED, state)
            self.assertIn("fencing-unconfirmed", r.findings())
            self.assertIn(words, [f["message"] for f in r.json["findings"] if f["code"] == "power-unknown"][0])
            self.assertEqual(r.json["power"]["state"], "unknown")
            self.assertEqual(self.dry(state, *FENCED).code, OK, state)
        self.dry("echo")
        self.nothing_secret()

    def test_host_show_asks_it(self):
        for state, seen, risk in (("on", "on", "source-alive"), ("off", "off", None), ("cannot", "unknown", "power-unknown")):
            self.now(state)
            shown = self.expect(self.tool.run("host", "show", A, "-f", "json"), OK).json
            self.assertEqual([x["state"] for x in shown if x["section"] == "power"], [seen])
            risks = {x["item"] for x in shown if x["section"] == "risks"}
            self.assertEqual(risks & {"source-alive", "power-unknown"}, {risk} - {None}, state)
        with open(self.tool.site, "a") as f:
            f.write("[fencing %s]\nagent = none\n" % A)
        shown = self.expect(self.tool.run("host", "show", A, "-f", "json"), OK).json
        self.assertEqual([x for x in shown if x["section"] == "power"], [])

    def test_off_needs_nobodys_word_and_is_journalled_first(self):
        self.now("off")
        r = self.tool.run(*RESCUE, *GO)
        self.assertNotEqual(r.code, REFUSED, str(r))
        self.assertTrue(self.conductor.casts)
        types = [x["type"] for x in journals.read(journals.path_of(self.tool))]
        self.assertLess(types.index("evidence"), types.index("intent"))
        self.assertEqual(self.records("evidence")[0]["power"]["words"], "Status: OFF")
        self.assertIn("power", types[types.index("intent"):types.index("publish_intent")])  # and once more before the first message
        report = self.tool.run("journal", "report", self.records("run")[0]["run"])
        self.expect(report, OK, "Status: OFF")
        self.nothing_secret()

    def test_one_that_lied_stops_before_the_first_message(self):
        self.now("lies")
        r = self.tool.run(*RESCUE, *GO)
        self.assertIn(r.code, (DRIFT, PARTIAL), str(r))  # the volumes have moved by then
        self.assertIn("is on", r.err)
        self.assertFalse(self.conductor.casts)
        self.assertEqual(self.calls()[:2], ["status", "status"])
        self.nothing_secret()

    def test_a_switch_off_comes_first(self):
        self.now("on")
        self.expect(self.tool.run(*RESCUE, "--fence", "brick"), USAGE, "power", "storage")
        r = self.dry("on", "--fence", "power")
        self.assertEqual((r.code, r.json["units"][0]["kind"]), (OK, "power"), str(r))
        self.assertEqual(set(self.calls()), {"status"})
        self.expect(self.tool.run(*RESCUE, "--fence", "power"), REFUSED, "not confirmed")  # no terminal, no --yes
        self.assertNotIn("off", self.calls())
        plan = os.path.join(self.tool.state, "plan")
        self.expect(self.tool.run(*RESCUE, "--fence", "power", "--timeout", "1", "--plan-out", plan), OK)
        self.expect(self.tool.run("plan", "show", plan), OK, "Status: ON", "switch " + A + " off")
        r = self.tool.run("plan", "apply", plan, *GO[:1])
        self.assertIn("is off", r.err, str(r))
        self.assertEqual(open(self.power).read().strip(), "off")
        self.assertTrue(self.conductor.casts)
        states = [x["state"] for x in self.records("outcome") if x["unit"] == 0]
        self.assertEqual(states, ["proved"])
        self.assertEqual([x["action"] for x in self.records("power")][:2], ["off", "status"])
        self.nothing_secret()

    def test_a_host_that_stays_on_is_not_rescued(self):
        self.now("stuck")
        before = harness.checksum()
        self.expect(self.tool.run(*RESCUE, "--fence", "power", "--yes"), 1, "is still on")
        self.unchanged(before)
        self.assertFalse(self.conductor.casts)
        self.now("hang")
        self.expect(self.tool.run(*RESCUE, "--fence", "power", "--yes"), UNKNOWN, "not known")
        self.unchanged(before)
        run = self.records("run")[0]["run"]
        self.expect(self.tool.run("journal", "recover", run), UNKNOWN, "no answer")
        self.now("off")
        self.expect(self.tool.run("journal", "recover", run), OK, "is off")
        self.now("cannot")  # a switch-off of unknown end keeps nobody out
        self.assertNotEqual(self.tool.run(*RESCUE, *FENCED, "--dry-run").code, 8)

    def test_a_death_in_the_switch_off_is_asked_from_the_agent(self):
        self.now("on")
        self.tool.run(*RESCUE, "--fence", "power", *GO)
        run = self.records("run")[0]["run"]
        journals.cut_after(journals.path_of(self.tool), lambda r: r["type"] == "intent")
        for state, code, says in (("cannot", UNKNOWN, "cannot say"), ("on", OK, "the host is on"), ):
            self.now(state)
            self.expect(self.tool.run("journal", "recover", run), code, says)
        self.assertEqual(self.calls().count("off"), 1)  # nothing is switched by a recovery

    def test_no_agent_and_a_living_host(self):
        self.now("on")
        harness.heartbeats(alive=(A, B, harness.C, harness.ENV["SB_CONTROLLER"]), dead=())
        r = self.tool.run(*RESCUE, "--fence", "power", "--yes", "-f", "json")
        self.assertEqual(r.code, REFUSED)
        self.assertIn("fence-live-host", r.findings())
        self.assertNotIn("off", self.calls())
        with open(self.tool.site, "a") as f:
            f.write("[fencing %s]\nagent = none\n" % A)
        harness.heartbeats()
        r = self.tool.run(*RESCUE, "--fence", "power", "--yes", "-f", "json")
        self.assertEqual((r.code, r.json["power"]), (REFUSED, None))
        self.assertIn("fence-agent-missing", r.findings())
