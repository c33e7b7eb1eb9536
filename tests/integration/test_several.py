# SPDX-License-Identifier: Apache-2.0
"""host rescue of several hosts that failed together: one plan, one journal, a lock and a statement for each."""
import json
import os
import re
import shlex
import threading
import time

import blocking
import harness
import journals
import landing
from harness import A, B, C, DRIFT, ENV, NOT_FOUND, OK, PARTIAL, REFUSED, USAGE, rows, value

BUSY, UNKNOWN = 8, 9
AGENT = os.path.join(harness.ROOT, "tests", "lib", "fence_agent")
RESCUE = ["host", "rescue", A, C, "--to", B]
BOTH = ["--fenced", "Ann pulled the plugs of %s and %s" % (A, C)]
RACK = ["--accept", "mass-failure"]
GO = BOTH + RACK + ["--yes"]
SLOWLY = ["--timeout", "60"]
AWAY = ("image-active-1", "volume-active-1")     # on C, the others on A


def give(host, instances=(), volumes=()):
    for name in instances:
        rows("nova", "UPDATE instances SET host = %s, node = %s WHERE display_name = %s AND deleted = 0", (host, host, name))
    for name in volumes:
        old = value("cinder", "SELECT host FROM volumes WHERE display_name = %s", (name,))
        new = host + old[old.index("@"):]
        rows("cinder", "UPDATE volumes SET host = %s, service_uuid = (SELECT uuid FROM services WHERE `binary` = 'cinder-volume' AND host = %s AND deleted = 0)"
             " WHERE display_name = %s", (new, new.split("#")[0], name))


class Nova:
    """Lands each instance that a cast asks for on B, once; counts the casts of each."""

    def __init__(self, conductor):
        self.conductor, self.casts, self.over = conductor, [], False
        self.thread = threading.Thread(target=self._land, daemon=True)
        self.thread.start()

    def _land(self):
        done = 0
        while not self.over:
            while done < len(self.conductor.casts):
                uuid = landing.uuid_of(self.conductor.casts[done])
                done += 1
                self.casts.append(uuid)
                landing.land(uuid, B)
            time.sleep(0.05)

    def close(self):
        self.over = True
        self.thread.join()


class Several(blocking.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        give(C, AWAY, ("volume-active-1-vol0", "volume-stopped-0-vol0"))
        self.beat()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    @staticmethod
    def beat(alive=(B,)):
        harness.heartbeats(alive=(*alive, ENV["SB_CONTROLLER"]), dead=[h for h in (A, C) if h not in alive])

    def nova(self):
        nova = Nova(self.conductor)
        self.addCleanup(nova.close)
        return nova

    def rescue(self, *words, who=RESCUE, **more):
        return self.tool.run(*who, *words, "-f", "json", **more)

    def dry(self, *words, who=RESCUE):
        return self.rescue(*words, "--dry-run", who=who)

    @staticmethod
    def found(r, code):
        return [f for f in r.json["findings"] if f["code"] == code]

    def journal(self, run):
        return journals.read(os.path.join(self.tool.state, "journal", run + ".jsonl"))

    @staticmethod
    def left_on(host):
        return value("nova", "SELECT COUNT(*) FROM instances WHERE BINARY host = BINARY %s AND deleted = 0", (host,))

    @staticmethod
    def owned_by(host):
        return value("cinder", "SELECT COUNT(*) FROM volumes WHERE BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s AND deleted = 0", (host,)) + \
            value("cinder", "SELECT COUNT(*) FROM backups WHERE BINARY host = BINARY %s AND deleted = 0", (host,))

    # ---- the whole

    def test_all_of_both_is_moved_first_and_evacuated_once(self):
        nova = self.nova()
        r = self.expect(self.rescue(*GO, *SLOWLY), PARTIAL)        # what nova does not evacuate remains
        self.assertEqual(sorted(nova.casts), sorted(set(nova.casts)))
        self.assertEqual(len(nova.casts), r.json["totals"]["evacuated"])
        self.assertEqual([u["kind"] for u in r.json["units"]][:3], ["mark", "mark", "ownership"])
        self.assertEqual({u["kind"] for u in r.json["units"][3:]}, {"evacuation"})
        self.assertEqual([u.get("host") for u in r.json["units"]][:3], [A, C, None])
        self.assertEqual({u["host"] for u in r.json["units"][3:]}, {A, C})
        self.assertEqual((self.owned_by(A), self.owned_by(C), self.left_on(C)), (0, 0, 0))
        self.assertEqual([h["host"] for h in r.json["hosts"]], [A, C])
        self.assertEqual((r.json["host"], r.json["hosts_left_out"]), (None, []))
        for host in (A, C):
            row = rows("nova", "SELECT disabled, forced_down, disabled_reason FROM services WHERE host = %s AND `binary` = 'nova-compute'", (host,))[0]
            self.assertEqual((row["disabled"], row["forced_down"]), (1, 1))
            self.assertIn(r.json["run"], row["disabled_reason"])
        records = self.journal(r.json["run"])
        self.assertEqual((records[0]["version"], records[0]["host"], records[0]["hosts"]), (2, A, [A, C]))
        self.assertEqual([e["host"] for e in records if e["type"] == "evidence"], [A, C])
        whole = [i for i, x in enumerate(records) if x["type"] == "outcome" and x["unit"] == 2 and x["state"] == "proved"][0]
        self.assertFalse([x for x in records[:whole] if x["type"] == "publish_intent"])

    def test_what_a_dry_run_and_a_plan_show_is_what_is_done(self):
        plan = os.path.join(self.tool.state, "x.plan")
        before = harness.checksum()
        dry = self.expect(self.dry(*BOTH, *RACK), OK)
        self.beat()
        self.expect(self.rescue(*BOTH, *RACK, "--plan-out", plan), OK)
        self.unchanged(before)
        document = json.load(open(plan))
        self.assertEqual((document["host"], document["request"]["hosts"]), (None, [A, C]))
        self.assertNotIn("aggregate", document["request"])
        self.assertEqual([h["host"] for h in document["hosts"]], [A, C])
        self.nova()
        self.beat()
        done = self.expect(self.tool.run("plan", "apply", plan, "--yes", "-f", "json"), PARTIAL)
        self.assertEqual(done.json["run"], document["made"]["run"])
        shown = [(s["kind"], s["id"]) for s in dry.json["steps"]]
        self.assertEqual([(s["kind"], s["id"]) for u in document["units"] for s in u["steps"]], shown)
        self.assertEqual([(s["kind"], s["id"]) for s in done.json["steps"]], shown)

    def test_a_plan_of_one_host_has_no_words_of_several(self):
        plan = os.path.join(self.tool.state, "x.plan")
        self.expect(self.tool.run("host", "rescue", A, "--to", B, "--fenced", "Ann pulled the plug", *RACK, "--exclude", "volume-stopped-0", "--plan-out", plan,
                                  "-f", "json"), OK)
        document = json.load(open(plan))
        self.assertFalse({"hosts", "aggregate", "zone"} & set(document["request"]))
        self.assertNotIn("hosts", document)

    # ---- each for itself

    def test_a_statement_counts_for_the_hosts_that_it_names(self):
        before = harness.checksum()
        for said, missing in (("Ann pulled the plug", [A, C]), ("Ann pulled the plug of %s" % A, [C]), ("Ann: %s-2 and %s" % (A, C), [A]),
                              ("Ann: x%s, and %s." % (A, C), [A])):
            r = self.expect(self.rescue("--fenced", said, *RACK, "--yes"), REFUSED)
            self.assertEqual([f["subject"] for f in self.found(r, "fencing-unconfirmed")], missing, said)
            self.assertIn("--fenced counts for those that it names", self.found(r, "fencing-unconfirmed")[0]["message"])
        self.unchanged(before)
        self.assertFalse(self.conductor.casts)
        r = self.expect(self.dry(*BOTH, *RACK), OK)
        self.assertFalse(self.found(r, "fencing-unconfirmed"))

    def test_a_word_for_one_host_is_none_for_the_others(self):
        r = self.expect(self.dry(*RACK, "--accept", "fencing-unconfirmed"), REFUSED)
        self.assertEqual([f["accepted"] for f in self.found(r, "fencing-unconfirmed")], [False, False])
        self.assertIn("it counts with its subject", self.found(r, "accept-unused")[0]["message"])
        r = self.expect(self.dry(*RACK, "--accept", "fencing-unconfirmed:" + C), REFUSED)
        self.assertEqual([(f["host"], f["accepted"]) for f in self.found(r, "fencing-unconfirmed")], [(A, False), (C, True)])
        self.expect(self.dry(*RACK, "--accept", "fencing-unconfirmed:" + C, "--accept", "fencing-unconfirmed:" + A), OK)

    def agents(self, **states):
        """A fence agent of each host that says what its file does."""
        base = os.path.join(self.tool.state, "power")
        password = os.path.join(self.tool.state, "password")
        for path, text in ((password, "geheim\n"), (base + "-" + A, states["a"]), (base + "-" + C, states["c"])):
            with open(path, "w") as f:
                f.write(text)
        os.chmod(password, 0o600)
        with open(self.tool.site, "a") as f:
            f.write("[fencing]\nagent = %s\noptions = file=%s-{host}\npassword_file = %s\ntimeout = 2\noff_timeout = 2\n" % (AGENT, base, password))
        return lambda host: open("%s-%s" % (base, host)).read()

    def test_an_agent_counts_for_its_own_host(self):
        self.agents(a="off", c="cannot")
        r = self.expect(self.dry(*RACK), REFUSED)
        self.assertEqual([f["host"] for f in self.found(r, "fencing-unconfirmed")], [C])
        self.expect(self.dry(*RACK, "--fenced", "Ann pulled the plug of %s" % C), OK)

    def test_each_is_switched_off_first(self):
        state = self.agents(a="on", c="on")
        self.nova()
        r = self.expect(self.rescue("--fence", "power", *RACK, "--yes", *SLOWLY), PARTIAL)
        self.assertEqual([(u["kind"], u.get("host")) for u in r.json["units"]][:4], [("power", A), ("power", C), ("mark", A), ("mark", C)])
        self.assertEqual((state(A).strip(), state(C).strip()), ("off", "off"))
        self.assertEqual([(h["host"], h["power"]["state"]) for h in r.json["hosts"]], [(A, "off"), (C, "off")])
        told = [(x["host"], x["action"]) for x in self.journal(r.json["run"]) if x["type"] == "power"]
        self.assertEqual(told[:4], [(A, "off"), (A, "status"), (C, "off"), (C, "status")])

    def test_one_that_stays_on_ends_the_run_before_anything_else(self):
        self.agents(a="on", c="stuck")
        self.tool.types = False     # the --resume that it prints is refused as long as the host stays on, which it does
        r = self.rescue("--fence", "power", *RACK, "--yes", *SLOWLY)
        self.assertNotEqual(r.code, OK)
        self.assertFalse(self.conductor.casts)
        self.assertFalse([s for s in r.json["steps"] if s["kind"] in ("volume", "instance") and s["state"] != "skipped"])

    def test_one_that_lives_stops_all_and_is_named(self):
        self.beat(alive=(B, C))
        before = harness.checksum()
        r = self.expect(self.rescue(*BOTH, "--yes"), REFUSED)
        alive = self.found(r, "source-alive")
        self.assertTrue(alive)
        self.assertEqual({f["host"] for f in alive}, {C})
        self.assertFalse(any("--accept" in (f["hint"] or "") for f in alive))
        self.assertEqual(self.hint_of_others(r), ["host", "rescue", A, "--to", B])
        self.unchanged(before)
        self.assertFalse(self.conductor.casts)

    @staticmethod
    def hint_of_others(r):
        """What is printed for those of the hosts that are dead, as words."""
        (command,) = re.findall(r"evac-manage .*(host rescue .*)", r.json["hint"])
        return shlex.split(command)

    def test_the_others_are_rescued_without_the_one_that_lives_by_what_is_printed(self):
        """Whatever it was asked for stays as it was; who has confirmed what is for a person to say again."""
        nova = self.nova()
        self.beat(alive=(B, C))
        words = ("--target_host", B, "--no-mark", "--exclude", "image-active-0", "--exclude", "image-active-1", "--fence", "power", "--limit", "9")
        self.agents(a="off", c="on")
        r = self.expect(self.rescue(*RACK, *words, "--yes"), REFUSED)
        self.assertEqual(self.hint_of_others(r), ["host", "rescue", A, "--to", B, "--target_host", B, "--no-mark", "--fence", "power", "--limit", "9",
                                                  "--exclude", "image-active-0"])
        r = self.expect(self.rescue("--only", AWAY[0], "--yes"), REFUSED)      # nothing of A was meant
        self.assertNotIn("host rescue", r.json["hint"])
        said = self.expect(self.tool.run(*RESCUE, *GO), REFUSED).err        # a terminal, too
        self.assertIn("the other host without it: evac-manage", " ".join(said.split()))
        r = self.expect(self.rescue(*GO), REFUSED)
        r = self.expect(self.rescue("--fenced", "Ann pulled the plug of %s" % A, *RACK, "--yes", *SLOWLY, who=self.hint_of_others(r)), PARTIAL)
        self.assertEqual(self.owned_by(A), 0)
        self.assertTrue(nova.casts)
        self.assertEqual((self.left_on(C), self.owned_by(C)), (len(AWAY), 2))  # the one that lives keeps what it has
        self.beat(alive=(A, B, C))
        r = self.expect(self.rescue(*GO), REFUSED)
        self.assertNotIn("host rescue", r.json["hint"])

    def test_one_that_comes_back_before_its_turn_stops_the_run(self):
        running, c = self.blocked(*RESCUE, *GO, "--max-in-flight", "1")
        self.beat(alive=(B, C))
        c.rollback()
        said = running.communicate(timeout=60)[1].decode()
        self.assertIn(running.returncode, (DRIFT, PARTIAL), said)
        self.assertRegex(said, "on '%s[^']*' .*alive" % re.escape(C))     # the first that is asked: cinder's or nova's
        self.assertFalse(self.conductor.casts)

    def test_more_than_half_of_the_computes_down_asks_whether_it_is_a_rack(self):
        r = self.expect(self.dry(*BOTH), REFUSED)
        (f,) = self.found(r, "mass-failure")
        for host in (A, C):
            self.assertIn("'%s' by " % host, f["message"])
        self.assertIn("witnesses", f["message"])
        self.assertIn("--accept mass-failure", f["hint"])
        self.assertNotIn("host", f)

    def test_one_without_a_counterpart_is_left_and_the_others_go_on(self):
        rows("cinder", "UPDATE volumes SET host = CONCAT(%s, '@odd#odd') WHERE display_name = 'volume-active-1-vol0'", (C,))
        rows("cinder", "UPDATE services SET host = CONCAT(%s, '@odd') WHERE host = CONCAT(%s, '@ceph')", (C, C))
        give(A, (), ("volume-stopped-0-vol0",))
        nova = self.nova()
        r = self.expect(self.rescue(*GO, *SLOWLY), PARTIAL)
        self.assertEqual(r.json["hosts_left_out"], [C])
        (f,) = self.found(r, "no-counterpart")
        self.assertEqual((f["severity"], f["host"]), ("skip", C))
        self.assertEqual(self.left_on(C), len(AWAY))
        self.assertEqual((self.owned_by(A), self.owned_by(C)), (0, 1))
        self.assertEqual(value("nova", "SELECT disabled FROM services WHERE host = %s AND `binary` = 'nova-compute'", (C,)), 0)
        names = [value("nova", "SELECT display_name FROM instances WHERE uuid = %s", (u,)) for u in nova.casts]
        self.assertFalse(set(AWAY) & set(names))
        self.assertEqual(self.journal(r.json["run"])[0]["hosts_left_out"], [C])
        text = self.tool.run(*RESCUE, *BOTH, *RACK, "--dry-run")
        self.assertIn("host %s (no-counterpart)" % C, text.out)

    def test_a_volume_of_one_dead_host_and_an_instance_of_another_go_together(self):
        r = self.expect(self.dry(*BOTH, *RACK), OK)       # volume-stopped-0 is on A, its volume C's
        self.assertFalse(self.found(r, "volume-owner-dead"))
        alone = self.expect(self.dry("--fenced", "Ann pulled the plug", *RACK, who=["host", "rescue", A, "--to", B]), REFUSED)
        self.assertTrue(self.found(alone, "volume-owner-dead"))

    # ---- the words

    def test_names_are_looked_at_before_anything_else(self):
        before = harness.checksum()
        computes = [w for r in rows("nova", "SELECT host FROM services WHERE `binary` = 'nova-compute' AND deleted = 0") for w in ("--exclude", r["host"])]
        for who, code, said in ((["host", "rescue", A, A, "--to", B], USAGE, "'%s' is named twice" % A),
                                (["host", "rescue", A, B, "--to", B], USAGE, "'%s' is among the failed hosts" % B),
                                (["host", "rescue", A, C, "--to", B, "--target_host", C], USAGE, "'%s' is among the failed hosts" % C),
                                (["host", "rescue", A, C[:-1], "--to", B], NOT_FOUND, C),
                                (["host", "rescue", "--aggregate", "rak", "--to", B], NOT_FOUND, "no aggregate 'rak'"),
                                (["host", "rescue", "--zone", "nowhere", "--to", B], NOT_FOUND, "no availability zone 'nowhere'"),
                                # the zone is known, whoever else names its hosts
                                (["host", "rescue", "--zone", "nova", "--to", B, *computes], NOT_FOUND, "no host is left"),
                                (["host", "rescue", A, C, "--to", B, "--cinder-host", "x"], USAGE, "--cinder-host")):
            self.expect(self.tool.run(*who, *GO), code, said)
        self.expect(self.rescue(*GO, "--only", "no-such-instance"), NOT_FOUND, "no-such-instance")
        self.unchanged(before)

    def test_an_aggregate_is_its_hosts(self):
        rows("nova_api", "INSERT INTO aggregates (created_at, id, uuid, name) VALUES (UTC_TIMESTAMP(), 9907, UUID(), 'rack7')")
        for host in (A, C):
            rows("nova_api", "INSERT INTO aggregate_hosts (created_at, host, aggregate_id) VALUES (UTC_TIMESTAMP(), %s, 9907)", (host,))
        self.addCleanup(rows, "nova_api", "DELETE FROM aggregates WHERE id = 9907")
        self.addCleanup(rows, "nova_api", "DELETE FROM aggregate_hosts WHERE aggregate_id = 9907")
        rack = ["host", "rescue", "--aggregate", "rack7", "--to", B]
        r = self.expect(self.dry(*BOTH, *RACK, who=rack), OK)
        self.assertEqual(sorted(h["host"] for h in r.json["hosts"]), sorted((A, C)))
        r = self.expect(self.dry("--fenced", "Ann pulled the plug of %s" % A, *RACK, "--exclude", C, "--exclude", "volume-stopped-0", who=rack), OK)
        self.assertEqual([h["host"] for h in r.json["hosts"]], [A])
        rows("nova_api", "INSERT INTO aggregate_hosts (created_at, host, aggregate_id) VALUES (UTC_TIMESTAMP(), %s, 9907)", (B,))
        self.expect(self.dry(*BOTH, *RACK, who=rack), USAGE, "'%s' is among the failed hosts" % B)

    # ---- locks, journals

    def test_a_run_holds_each_of_its_hosts(self):
        running, c = self.blocked(*RESCUE, *GO)
        for host in (A, C):
            r = self.tool.run("host", "rescue", host, "--to", B, "--fenced", "Ann pulled the plug", *RACK, "--yes")
            self.expect(r, BUSY, "another run works on '%s'" % host)
        self.expect(self.tool.run("host", "rescue", C, A, "--to", B, *GO), BUSY, "another run works on")
        c.rollback()
        running.kill()

    def test_a_journal_of_both_keeps_the_next_run_of_either_out(self):
        running, c = self.blocked(*RESCUE, *GO)
        running.kill()
        running.wait()
        c.close()
        for host in (A, C):
            r = self.tool.run("host", "rescue", host, "--to", B, "--fenced", "Ann pulled the plug", *RACK, "--yes")
            self.expect(r, BUSY, "an earlier run on '%s' is unfinished" % host, "journal recover")

    def test_a_killed_run_is_resumed_and_nothing_comes_twice(self):
        nova = self.nova()
        running = self.tool.start(*RESCUE, *GO, *SLOWLY)
        self.addCleanup(lambda: (running.poll() is None and running.kill(), running.communicate()))
        end = time.monotonic() + 30
        while len(nova.casts) < 3 and time.monotonic() < end:      # of both hosts
            time.sleep(0.02)
        running.kill()
        running.wait()
        (run,) = [name[:-len(".jsonl")] for name in os.listdir(os.path.join(self.tool.state, "journal"))]
        time.sleep(1)
        self.beat()
        self.expect(self.rescue("--resume", run, *RACK, "--yes", who=["host", "rescue", A]), REFUSED, "is about other hosts",
                    "host rescue %s %s --resume" % (A, C))
        r = self.expect(self.rescue("--resume", run, *RACK, "--yes", *SLOWLY, who=["host", "rescue", C, A]), PARTIAL)
        self.assertEqual(sorted(nova.casts), sorted(set(nova.casts)))
        self.assertEqual((self.owned_by(A), self.owned_by(C), self.left_on(C)), (0, 0, 0))
        self.assertEqual(r.json["command"], "host rescue")

    def test_a_run_of_both_is_undone_listed_and_told(self):
        before = {h: self.owned_by(h) for h in (A, C)}
        nova = self.nova()
        r = self.expect(self.rescue(*GO, *SLOWLY, "--only", "image-active-1"), OK)
        self.assertEqual(len(nova.casts), 1)
        run = r.json["run"]
        listed = json.loads(self.tool.run("journal", "list", "-f", "json").out)
        self.assertEqual([x["host"] for x in listed if x["run"] == run], ["%s,%s" % (A, C)])
        self.expect(self.tool.run("journal", "show", run), OK, A, C)
        self.expect(self.tool.run("journal", "show", run, "--follow"), OK, "host rescue %s %s" % (A, C))
        self.expect(self.tool.run("journal", "report", run), OK, "Failed hosts", "%s %s" % (A, C), "host return " + A, "host return " + C)
        self.expect(self.tool.run("journal", "undo", run, "--sql"), OK, "host return " + A, "host return " + C)
        self.beat(alive=(A, B, C))
        u = self.expect(self.tool.run("journal", "undo", run, "--yes", "-f", "json"), OK)
        self.assertEqual({h: self.owned_by(h) for h in (A, C)}, before)
        for host in (A, C):
            self.assertEqual(value("nova", "SELECT disabled FROM services WHERE host = %s AND `binary` = 'nova-compute'", (host,)), 0)
        self.assertEqual([x["kind"] for x in u.json["units"]], ["ownership", "mark", "mark"])

    def test_a_message_of_one_host_is_sent_again_when_that_one_is_dead(self):
        """What was said of the other, or that it lives, is no word for it."""
        self.expect(self.rescue(*GO, "--no-wait", "--only", "image-active-1"), PARTIAL)
        (name,) = os.listdir(os.path.join(self.tool.state, "journal"))
        run, path = name[:-len(".jsonl")], os.path.join(self.tool.state, "journal", name)
        self.conductor.wait_for(1)
        journals.cut_after(path, lambda x: x["type"] == "publish_intent")
        journals.older(path, 600)
        whole = journals.read(path)
        resend = ["journal", "recover", run, "--resend"]
        self.beat(alive=(B, C))
        self.expect(self.tool.run(*resend), UNKNOWN, "so '%s' is alive" % C)
        journals.write(path, [dict(x, fenced="Ann pulled the plug of %s" % A) if "fenced" in x else x for x in whole])
        self.beat()
        self.expect(self.tool.run(*resend), UNKNOWN, "whether '%s' is still off is not known" % C)
        self.assertEqual(len(self.conductor.casts), 1)
        journals.write(path, whole)
        self.beat(alive=(A, B))
        self.expect(self.tool.run(*resend), OK, "a second copy can start the same disk twice")
        self.assertEqual(len(self.conductor.casts), 2)
