# SPDX-License-Identifier: Apache-2.0
"""A fence agent beside real rows: what it says before the plan, before the first message, and after a switch-off; and its password."""
import glob
import os

import harness
import journals
import terminal
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
        self.base = os.path.join(self.tool.state, "power")
        self.power = self.base + "-" + A
        password = os.path.join(self.tool.state, "password")
        with open(password, "w") as f:
            f.write(PASSWORD + "\n")
        os.chmod(password, 0o600)
        with open(self.tool.site, "a") as f:
            f.write("[fencing]\nagent = %s\noptions = file=%s-{host}\npassword_file = %s\ntimeout = 2\noff_timeout = 2\n" % (AGENT, self.base, password))

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

    def test_doctor_asks_before_anybody_is_in_a_hurry(self):
        def agents():
            found = self.tool.run("doctor", "-f", "json")
            return found, [(x["result"], x["detail"]) for x in found.json if x["check"] == "fence agent"]
        base = open(self.tool.site).read().split("[fencing]")[0]
        own = "[fencing]\nagent = %s\noptions = file=%s-{host}\npassword_file = %s\ntimeout = 2\n" % (AGENT, self.base, os.path.join(self.tool.state, "password"))
        hosts = [A, B, harness.C]

        def configure(text, **states):
            with open(self.tool.site, "w") as f:
                f.write(base + text)
            for host in hosts:
                with open(self.base + "-" + host, "w") as f:
                    f.write(states.get({A: "a", B: "b", harness.C: "c"}[host], "on"))
        configure("")
        self.assertEqual([x[0] for x in agents()[1]], ["ok"])
        others = "".join("[fencing %s]\nagent = none\n" % x["host"] for x in harness.rows("nova", "SELECT DISTINCT host FROM services WHERE `binary` = 'nova-compute'") if x["host"] not in hosts)
        configure(own + others, a="cannot", c="hang")
        found, said = agents()
        self.assertEqual(found.code, OK, str(found))  # a person's word is as good as it was
        self.assertEqual(sorted(x[0] for x in said), ["ok", "ok", "warn", "warn"])
        self.assertIn("3 of 3 hosts that have one were asked: 1 on, 0 off, 2 no answer", said[-1][1])
        self.assertTrue(any(x[1].startswith("'%s': fence_agent: cannot say" % A) for x in said), said)
        configure(own + others, b="off", a="off", c="off")  # B lives
        found, said = agents()
        self.assertEqual(found.code, REFUSED)
        self.assertIn("'%s' is off to its agent, and its nova-compute reports" % B, [x[1] for x in said if x[0] == "fail"][0])
        configure(own.replace("-{host}", "-" + B) + others)
        self.assertIn("have one machine: their options are the same", [x[1] for x in agents()[1] if x[0] == "fail"][0])
        configure(own + others)
        os.chmod(os.path.join(self.tool.state, "password"), 0o644)
        said = agents()[1]
        self.assertEqual([x[0] for x in said][:3], ["warn"] * 3, said)
        self.assertIn("others than its owner may read or write", said[0][1])

    def shown_secrets(self, name, options="", password=True):
        """What doctor says when an agent of that name is everybody's."""
        with open(self.tool.site) as f:
            site = f.read()
        agent = os.path.join(self.tool.state, name)
        if not os.path.exists(agent):
            os.symlink(AGENT, agent)
        told = site.replace("agent = " + AGENT, "agent = " + agent).replace("-{host}\n", "-{host} %s\n" % options)
        with open(self.tool.site, "w") as f:
            f.write("".join(line for line in told.splitlines(True) if password or not line.startswith("password_file")))
        harness.heartbeats()
        found = self.expect(self.tool.run("doctor", "-f", "json"), OK)
        with open(self.tool.site, "w") as f:
            f.write(site)
        self.assertNotIn(PASSWORD, found.out + found.err)
        return [x for x in found.json if x["check"] == "fence agent" and "argv" in x["detail"]]

    def test_doctor_warns_of_an_agent_that_shows_its_secrets(self):
        """A name of ClusterLabs' that gives them to snmpget in its argv; with SNMP 3 and none of ours there is nothing to show."""
        for host in (A, B, harness.C):
            with open(self.base + "-" + host, "w") as f:
                f.write("on")
        installed = [os.path.basename(path) for path in glob.glob("/usr/sbin/fence_*") if b"fencing_snmp" in open(path, "rb").read()]
        for name, options, password, shows in (("fence_agent", "", True, False), ("fence_new_snmp", "snmp_version=2c", True, True),
                                               ("fence_apc_snmp", "", False, True), ("fence_apc_snmp", "snmp_version=3", True, True),
                                               ("fence_apc_snmp", "snmp_version=3", False, False), *((name, "", True, True) for name in installed)):
            warned = self.shown_secrets(name, options, password)
            self.assertEqual([x["result"] for x in warned], ["warn"] * shows, (name, options))   # once, of three hosts
            for x in warned:
                self.assertIn("%s gives community and passwords to snmpget in its argv" % name, x["detail"])
                self.assertIn("SNMP 3", x["hint"])

    def test_one_machine_for_all_hosts_proves_nothing_and_switches_nothing(self):
        site = open(self.tool.site).read()
        for text in (site.replace("-{host}", "-all"), site.replace("-{host}", "-all") + "[fencing %s]\ntimeout = 3\n" % A,
                     site.replace("-{host}", "-all") + "[fencing %s]\noptions = login=x file=%s-all\n" % (A, self.base)):
            with open(self.tool.site, "w") as f:
                f.write(text)
            for path in (self.base + "-all", self.power):
                with open(path, "w") as f:
                    f.write("off")
            harness.heartbeats()
            r = self.tool.run(*RESCUE, "--dry-run", "-f", "json")
            self.assertEqual((r.code, r.json["power"]["state"]), (REFUSED, "unknown"), str(r))
            self.assertLessEqual({"fencing-unconfirmed", "power-unknown"}, set(r.findings()))
            harness.heartbeats()
            r = self.tool.run(*RESCUE, "--fence", "power", "--yes", *FENCED, "-f", "json")
            self.assertEqual(r.code, REFUSED, str(r))
            self.assertIn("fence-shared", r.findings())
            said = [f["message"] for f in r.json["findings"] if f["code"] == "fence-shared"][0]
            self.assertIn("[fencing] has one machine for '%s' and" % A, said)
            self.assertFalse(os.path.exists(self.base + "-all.calls"))
        self.assertFalse(self.conductor.casts)
        with open(self.tool.site, "w") as f:   # its own group, or its name: then its word counts
            f.write(site.replace("-{host}", "-all") + "[fencing %s]\noptions = file=%s\n" % (A, self.power))
        self.assertNotIn("power-unknown", self.dry("off").findings())

    def test_a_secret_stands_in_a_file_and_nowhere_else(self):
        secrets, community = os.path.join(self.tool.state, "secrets"), "Comm-unity/4711"
        site = open(self.tool.site).read()
        for name in ("community", "snmp_auth_passwd", "hexadecimal_kg", "passwd_script", "secret_key", "apikey", "token"):
            with open(self.tool.site, "w") as f:
                f.write(site.replace("file=", name + "=" + community + " file="))
            r = self.tool.run(*RESCUE, "--dry-run")
            self.assertEqual(r.code, 11, name)
            self.assertIn("'%s' is a secret" % name, r.err)
            self.assertNotIn(community, r.out + r.err)
        with open(self.tool.site, "w") as f:
            f.write(site + "secrets_file = %s\n" % secrets)
        with open(secrets, "w") as f:
            f.write("# of the PDU\ncommunity=%s\n" % community)
        os.chmod(secrets, 0o640)
        self.assertIn("others than its owner", [f["message"] for f in self.dry("off").json["findings"] if f["code"] == "power-unknown"][0])
        os.chmod(secrets, 0o600)
        self.assertNotIn("power-unknown", self.dry("off").findings())
        self.now("told")
        r = self.tool.run(*RESCUE, "--dry-run", "-f", "json")
        self.assertIn("community=***", r.json["power"]["words"])
        self.assertNotIn(community, "".join(self.tool.said))
        self.assertNotIn(community, open(self.power + ".seen").read())

    def test_host_return_has_what_it_says(self):
        for state, weight in (("on", "note"), ("off", "ok"), ("cannot", "note")):
            self.now(state)
            row, = [x for x in self.tool.run("host", "return", A, "-f", "json").json if x["check"] == "power"]
            self.assertEqual(row["state"], weight, row)
            self.assertIn({"on": "is on", "off": "is off", "cannot": "is not known"}[state], row["message"])

    def test_an_undo_leaves_the_power_as_it_is(self):
        self.now("on")
        self.tool.run(*RESCUE, "--fence", "power", *GO)
        run = self.records("run")[0]["run"]
        self.expect(self.tool.run("journal", "report", run), OK, "It was told to switch the host off: 'Success: Powered OFF'", "The fence agent said then: off")
        self.expect(self.tool.run("--lang", "zh", "journal", "report", run), OK, "要求它关闭节点电源")
        calls = len(self.calls())
        undo = self.tool.run("journal", "undo", run, "--dry-run")
        self.assertIn("the run has switched '%s' off; an undo does not switch it on" % A, undo.out + undo.err)
        zh = self.tool.run("--lang", "zh", "journal", "undo", run, "--dry-run")
        self.assertIn("撤销不会重新开机", zh.out + zh.err)
        self.assertNotIn("on", self.calls()[calls:])

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

    def typed(self, answer):
        """On a terminal, where the question is answered by the host's name."""
        harness.heartbeats()
        seen = terminal.run(self.tool.command(*RESCUE, "--fence", "power", "--timeout", "1"), answers=[("type the failed host's name", answer)], timeout=60)
        self.tool.said.append(seen.text)
        self.assertIn("SWITCH OFF %s, by fence_agent, before anything else" % A, seen.text)
        return seen

    def test_on_a_terminal_its_name_is_typed_before_it_is_switched_off(self):
        self.now("on")
        before = harness.checksum()
        for answer in (B, A[:-1], "yes", "", None):
            self.typed(answer)
            self.assertEqual(set(self.calls()), {"status"}, answer)
            self.assertEqual(open(self.power).read(), "on")
            self.assertEqual((self.tool.journals(), self.conductor.casts), ([], []), answer)
            self.unchanged(before)
        seen = self.typed(A)
        self.assertIn("is off", seen.text)
        self.assertEqual(open(self.power).read().strip(), "off")
        types = [x["type"] for x in journals.read(journals.path_of(self.tool))]
        written = types.index("intent", types.index("power"))   # of the first unit behind the fence
        self.assertLess(types.index("power"), written)
        self.assertNotIn("publish_intent", types[:written])
        self.assertEqual([x["action"] for x in self.records("power")][:2], ["off", "status"])
        self.assertTrue(self.conductor.casts)
        self.nothing_secret()

    def test_a_host_that_stays_on_is_not_rescued(self):
        self.now("stuck")
        before = harness.checksum()
        stuck = self.expect(self.tool.run(*RESCUE, "--fence", "power", "--yes"), 1, "is still on")
        self.assertFalse([line for line in (stuck.out + stuck.err).splitlines() if line.count("Status: ON") > 1])  # once is enough
        undo = self.tool.run("journal", "undo", self.records("run")[0]["run"], "--dry-run")
        self.assertNotIn("does not switch it on", undo.out + undo.err)  # it was not switched off
        self.unchanged(before)
        self.assertFalse(self.conductor.casts)
        self.now("hang")
        harness.heartbeats()
        self.expect(self.tool.run(*RESCUE, "--fence", "power", "--yes"), UNKNOWN, "not known")
        self.unchanged(before)
        run = self.records("run")[0]["run"]
        for _ in range(2):
            self.expect(self.tool.run("journal", "recover", run), UNKNOWN, "no answer", "host rescue %s --resume %s" % (A, run))
        self.assertIn("left something: evac-manage", self.tool.run("journal", "list").err)
        for words in ((), ("--resume", run)):  # a switch-off whose end nobody has seen keeps no later run out, nor its own
            harness.heartbeats()
            r = self.tool.run("host", "rescue", A, *(words or ("--to", B)), *FENCED, "--dry-run")
            self.assertIn(r.code, (OK, 6), str(r))
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

    def test_a_second_sending_asks_once_more(self):
        self.now("off")
        one = harness.value("nova", "SELECT uuid FROM instances WHERE display_name = 'image-stopped-0' AND host = %s", (A,))
        self.tool.run("instance", "evacuate", one, *GO)
        self.conductor.wait_for(1)
        journals.cut_after(journals.path_of(self.tool), lambda r: r["type"] == "publish_intent")
        journals.older(journals.path_of(self.tool), 600)
        run = self.records("run")[0]["run"]
        for state, words in (("cannot", "not sent again: whether '%s' is still off is not known" % A), ("on", "not sent again: '%s' is on" % A)):
            self.now(state)
            self.expect(self.tool.run("journal", "recover", run, "--resend"), UNKNOWN, words)
            self.assertEqual(len(self.conductor.casts), 1)
        self.now("off")
        self.tool.run("journal", "recover", run, "--resend")
        self.conductor.wait_for(2)

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
