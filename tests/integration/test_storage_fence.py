# SPDX-License-Identifier: Apache-2.0
"""--fence storage beside real rows: old clients on the blocklist before the first message, a record each, and what a recovery finds.
Both libraries of Ceph are stand-ins whose cluster is a file (tests/storage/fake.c); make check-storage has the real ones."""
import json
import os
import time

import fake_ceph
import harness
import journals
import landing
from harness import A, B, C, DRIFT, FENCED, OK, PARTIAL, REFUSED, USAGE, rows

UNKNOWN, FAILED = 9, 1
OLD, ROOT, DATA = "192.0.2.7", "192.0.2.7:0/5", "192.0.2.7:0/6"
FENCE = ["--fence", "storage", "--yes", "--no-wait", "-f", "json"]


class StorageFence(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.tool.types = False  # other files type these
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)
        found = rows("nova", """
            SELECT b.instance_uuid, GROUP_CONCAT(b.volume_id ORDER BY b.boot_index DESC, b.id) volumes, COUNT(*) n
              FROM block_device_mapping b JOIN instances i ON i.uuid = b.instance_uuid
             WHERE i.host = %s AND i.vm_state = 'active' AND i.task_state IS NULL AND b.volume_id IS NOT NULL AND b.deleted = 0
             GROUP BY b.instance_uuid HAVING SUM(b.boot_index = 0) > 0 ORDER BY n DESC, b.instance_uuid LIMIT 1""", (A,))[0]
        self.instance, volumes = found["instance_uuid"], found["volumes"].split(",")
        self.images = ["volumes/volume-" + volume for volume in volumes]
        for volume, image in zip(volumes, self.images):
            rows("nova", "UPDATE block_device_mapping SET connection_info = %s WHERE volume_id = %s", (fake_ceph.connection_info(image), volume))
            rows("cinder", "UPDATE volumes SET host = REPLACE(host, %s, %s) WHERE id = %s", (A, B, volume))
        rows("nova", "UPDATE block_device_mapping SET deleted = id WHERE instance_uuid = %s AND volume_id IS NULL AND boot_index != 0",
             (self.instance,))
        self.cluster = fake_ceph.Cluster(self.tool, "fence_user = fence")
        self.tell, self.orders = self.cluster.tell, self.cluster.orders

    def put(self, *more):
        self.cluster.put(*(line for i, image in enumerate(self.images)
                           for line in (f"image {image} 61", f"lock {image} {OLD}:0/{5 + i} {i} auto")), *more)

    def run_it(self, *words):
        return self.tool.run(*words, env=self.cluster.env)

    def evacuate(self, *words):
        return self.run_it("instance", "evacuate", self.instance, *FENCE, *words)

    def journal(self):
        return journals.read(journals.path_of(self.tool))

    def run_id(self):
        return self.journal()[0]["run"]

    def test_old_clients_are_kept_out_before_the_first_message(self):
        self.put()
        r = self.expect(self.evacuate("--dry-run"), OK)
        self.assertEqual([s["id"] for s in r.json["steps"] if s["kind"] == "client"], [f"{OLD}:0/{5 + i}" for i in range(len(self.images))])
        self.assertEqual(r.json["units"][0]["kind"], "fence")
        self.assertEqual(set(r.findings()) & {"fencing-unconfirmed", "fence-storage-alone"}, {"fence-storage-alone"})
        self.assertEqual(self.orders(), [])
        r = self.expect(self.evacuate(), OK)
        self.assertEqual(self.orders(), [["added", f"{OLD}:0/{5 + i}", "157680000"] for i in range(len(self.images))])
        self.assertEqual(len(self.conductor.casts), 1)
        types = [x["type"] for x in self.journal() if x["type"] != "row"]
        begin = types.index("intent")
        self.assertEqual(types[begin:begin + 2 + len(self.images)], ["intent"] + ["fence"] * len(self.images) + ["outcome"])
        self.assertLess(begin + 2, types.index("publish_intent"))
        self.assertEqual({x["state"] for x in self.journal() if x["type"] == "fence"}, {"proved"})
        self.assertNotIn("SECRETKEY", json.dumps(self.journal()) + r.out + r.err)
        self.assertEqual([o[0] for o in self.orders()], ["added"] * len(self.images))

    def test_nobody_is_kept_out_without_a_word(self):
        self.put()
        before = harness.checksum()
        self.expect(self.run_it("instance", "evacuate", self.instance, "--fence", "storage"), REFUSED, "not confirmed")
        self.assertEqual((self.orders(), self.conductor.casts), ([], []))
        self.unchanged(before)

    def test_one_that_is_refused_stops_it_and_the_recovery_tells_which(self):
        self.put(f"refuse {ROOT} -22 no")
        before = harness.checksum()
        self.expect(self.evacuate(), FAILED, ROOT + ": no")
        self.assertEqual(self.conductor.casts, [])
        self.unchanged(before)
        self.assertIn("failed", {x["state"] for x in self.journal() if x["type"] == "fence"})
        self.put()
        self.expect(self.evacuate(), OK)
        self.assertEqual(len(self.conductor.casts), 1)

    def test_a_client_that_came_since_is_seen_before_the_first_message(self):
        self.put()
        # it appears with the first order: as one that was started while the question was on the screen
        self.tell(f"then {ROOT} watch {self.images[0]} {OLD}:0/99 9 9")
        self.expect(self.evacuate(), UNKNOWN, f"{OLD}:0/99")
        self.assertEqual(self.conductor.casts, [])

    def test_a_death_is_asked_from_the_cluster(self):
        self.put()
        self.expect(self.evacuate(), OK)
        journals.cut_after(journals.path_of(self.tool), lambda r: r["type"] == "intent")
        run, orders = self.run_id(), self.orders()
        self.tell("connect -13")
        self.expect(self.run_it("journal", "recover", run), UNKNOWN, "Permission denied")
        self.put(*[" ".join(o) for o in orders[:1]])
        r = self.expect(self.run_it("journal", "recover", run, "--dry-run", "-f", "json"), OK)
        self.assertIn("proved", {s["state"] for s in r.json["steps"] if s["kind"] == "client"})
        if len(orders) > 1:
            self.assertIn("skipped", {s["state"] for s in r.json["steps"] if s["kind"] == "client"})
        self.put(*[" ".join(o) for o in orders])
        self.expect(self.run_it("journal", "recover", run), OK, "1 done")
        self.assertEqual(len(self.orders()), len(orders))  # nothing is added by a recovery

    def test_an_entry_that_is_taken_away_before_the_first_message_stops_it(self):
        self.put(f"after 5 removed {ROOT}")   # after the plan, its caps, the order and the look that verified it
        self.expect(self.evacuate(), PARTIAL, f"fence-gone: client {ROOT} of Ceph", "it is not on the blocklist any more")
        self.assertEqual(self.conductor.casts, [])
        records = self.journal()
        self.assertEqual({x["state"] for x in records if x["type"] == "fence" and x["action"] == "add"}, {"proved"})
        self.assertEqual([(x["client"], x["state"]) for x in records if x["type"] == "fence" and x["action"] == "look"], [(ROOT, "failed")])
        run = self.run_id()
        self.expect(self.run_it("journal", "recover", run), OK, "fence-gone", "nothing to recover")
        self.put()
        self.expect(self.evacuate(), OK)
        self.assertEqual(len(self.conductor.casts), 1)
        self.tell(f"removed {ROOT}")
        run = self.run_id()
        self.expect(self.run_it("journal", "recover", run), DRIFT, "fence-gone: client " + ROOT)
        self.tell("connect -13")
        self.expect(self.run_it("journal", "recover", run), OK, "whether the old clients are still kept out is not known")

    def another_on(self, host, image):
        """A guest of another host that failed with it, whose disk has a client of that host; its uuid."""
        found = rows("nova", """
            SELECT b.instance_uuid, b.volume_id FROM block_device_mapping b JOIN instances i ON i.uuid = b.instance_uuid
             WHERE i.host = %s AND i.vm_state = 'active' AND i.task_state IS NULL AND b.volume_id IS NOT NULL AND b.deleted = 0
                   AND b.boot_index = 0 AND i.uuid != %s ORDER BY i.uuid LIMIT 1""", (A, self.instance))[0]
        rows("nova", "UPDATE block_device_mapping SET deleted = id WHERE instance_uuid = %s AND volume_id IS NOT NULL AND volume_id != %s",
             (found["instance_uuid"], found["volume_id"]))
        rows("nova", "UPDATE block_device_mapping SET connection_info = %s WHERE volume_id = %s", (fake_ceph.connection_info(image), found["volume_id"]))
        rows("nova", "UPDATE instances SET host = %s, node = %s WHERE uuid = %s", (host, host, found["instance_uuid"]))
        rows("cinder", "UPDATE volumes SET host = REPLACE(host, %s, %s) WHERE id = %s", (A, B, found["volume_id"]))
        return found["instance_uuid"]

    def test_the_old_clients_of_each_of_several_hosts_are_kept_out(self):
        theirs, image = "192.0.2.8:0/7", "volumes/volume-theirs"
        other = self.another_on(C, image)
        harness.heartbeats(alive=(B, harness.ENV["SB_CONTROLLER"]), dead=(A, C))
        self.put(f"image {image} 62", f"lock {image} {theirs} 9 auto")
        rescue = ["host", "rescue", A, C, "--to", B, "--only", self.instance, "--only", other, "--accept", "mass-failure", *FENCE]
        r = self.expect(self.run_it(*rescue, "--dry-run"), OK)
        old = [f"{OLD}:0/{5 + i}" for i in range(len(self.images))]
        units = {u["unit"]: u for u in r.json["units"]}
        self.assertEqual([(units[s["unit"]]["host"], s["id"]) for s in r.json["steps"] if s["kind"] == "client"], [*((A, c) for c in old), (C, theirs)])
        self.assertEqual(self.orders(), [])
        self.expect(self.run_it(*rescue), PARTIAL, "2 not verified yet")
        run = os.path.basename(journals.path_of(self.tool))[:-len(".jsonl")]
        for said in (self.tool.run("host", "rescue", A, "--resume", run), self.tool.run("journal", "recover", run)):
            self.assertRegex(said.out + said.err, "--resume %s --fence storage" % run)   # without it is refused
        self.assertEqual(self.cluster.clients("added"), [*old, theirs])
        self.assertEqual(len(self.conductor.casts), 2)
        records = self.journal()
        first = [x["type"] for x in records].index("publish_intent")
        self.assertEqual([(x["client"], x["state"]) for x in records[:first] if x["type"] == "fence" and x["action"] == "add"],
                         [(c, "proved") for c in (*old, theirs)])

    def test_a_refused_client_of_one_host_stops_all_of_them(self):
        theirs, image = "192.0.2.8:0/7", "volumes/volume-theirs"
        other = self.another_on(C, image)
        harness.heartbeats(alive=(B, harness.ENV["SB_CONTROLLER"]), dead=(A, C))
        self.put(f"image {image} 62", f"lock {image} {theirs} 9 auto", f"refuse {theirs} -22 no")
        before = harness.checksum()
        rescue = ["host", "rescue", A, C, "--to", B, "--only", self.instance, "--only", other, "--accept", "mass-failure", *FENCE]
        r = self.expect(self.run_it(*rescue), PARTIAL, theirs + ": no")      # the first host's are kept out by then
        self.assertIn("'%s'" % C, r.json["error"])
        self.assertEqual(self.conductor.casts, [])
        self.unchanged(before)

    def test_an_undo_takes_no_entry_away_and_says_what_does(self):
        """The host is enabled again, its old guests are kept out all the same."""
        self.put()
        self.expect(self.run_it("host", "evacuate", A, "--only", self.instance, *FENCE, *FENCED), OK)
        run, kept = self.run_id(), self.orders()
        self.assertEqual([o[0] for o in kept], ["added"] * len(self.images))
        self.assertEqual(rows("nova", "SELECT disabled FROM services WHERE BINARY host = BINARY %s AND `binary` = 'nova-compute'", (A,)), [{"disabled": 1}])
        harness.heartbeats(alive=(A, B, harness.C, harness.ENV["SB_CONTROLLER"]), dead=())
        for words in (["--dry-run"], ["--yes"]):
            r = self.expect(self.run_it("journal", "undo", run, *words, "-f", "json"), OK)
            (stays,) = [f for f in r.json["findings"] if f["code"] == "not-undoable" and "blocklist" in f["message"]]
            self.assertIn(f"has put {len(kept)} client{'s' * (len(kept) > 1)} of '{A}' on Ceph's blocklist; an undo takes no entry away", stays["message"])
            self.assertRegex(stays["hint"], f"whether it may be taken away: evac-manage .*host return {A}$")
            self.assertEqual([s["kind"] for s in r.json["steps"] if s["kind"] == "client"], [])
        self.assertEqual(rows("nova", "SELECT disabled FROM services WHERE BINARY host = BINARY %s AND `binary` = 'nova-compute'", (A,)), [{"disabled": 0}])
        self.assertEqual(self.orders(), kept)
        self.assertEqual([r["type"] for r in self.journal() if r["type"] in ("fence", "unfence")], [])   # of the undo
        (row,), _ = self.returned()
        self.assertEqual((row["state"], row["count"]), ("note", len(kept)))
        self.assertRegex(row["hint"], f"switched off since, or rebooted: evac-manage .*host return {A} --unfence$")

    def test_a_run_that_has_nothing_to_be_undone_but_fenced_says_so_too(self):
        self.put(f"refuse {DATA} -22 no")
        self.evacuate()
        kept = self.orders()
        r = self.expect(self.run_it("journal", "undo", self.run_id(), "--yes"), OK)   # it wrote no row
        self.assertIn("an undo takes no entry away", r.out)
        self.assertEqual(self.orders(), kept)
        self.put(*[" ".join(o) for o in kept])
        self.expect(self.evacuate(), OK)
        kept = self.orders()
        r = self.expect(self.run_it("journal", "undo", self.run_id(), "--yes"), REFUSED, f"only fenced '{A}' and evacuated instances", "the fence stays")
        self.assertRegex(r.err, f"what of the fence may be taken away: evac-manage .*host return {A};")
        self.assertEqual(self.orders(), kept)

    def test_an_entry_that_is_taken_away_between_two_waves_ends_the_run(self):
        self.put()
        running = self.tool.start("host", "evacuate", A, "--only", self.instance, "--only", "image-active-1", "--fence", "storage", *FENCED,
                                  "--yes", "--max-in-flight", "1", "-f", "json", env=self.cluster.env)
        self.addCleanup(lambda: (running.poll() is None and running.kill(), running.communicate()))
        (first,) = self.conductor.wait_for(1, 30)
        self.assertEqual(len(self.orders()), len(self.images))
        self.tell(f"removed {ROOT}")
        time.sleep(10)   # how old a look may be
        landing.land(landing.uuid_of(first), B)
        if landing.uuid_of(first) == self.instance:   # its guest writes where it is now
            text = "\n".join(self.cluster.lines())
            for i, image in enumerate(self.images):
                text = text.replace(f"lock {image} {OLD}:0/{5 + i} ", f"watch {image} 192.0.2.8:0/9 9 1\nlock {image} 192.0.2.8:0/9 ")
            self.cluster.put(text)
        out, err = (x.decode() for x in running.communicate(timeout=90))
        self.assertEqual(running.returncode, PARTIAL, out + err)
        self.assertIn(f"fence-gone: client {ROOT}", err)
        self.assertEqual(len(self.conductor.casts), 1)

    def test_a_message_is_not_sent_again_when_the_fence_is_gone(self):
        self.put(f"entry {ROOT} 2099-01-01T00:00:00.000000+0000")   # it stood there before: no step of this run
        self.expect(self.evacuate(), OK)
        self.assertNotIn(ROOT, [o[1] for o in self.orders()])
        journals.cut_after(journals.path_of(self.tool), lambda r: r["type"] == "publish_intent")
        journals.older(journals.path_of(self.tool), 600)
        run, orders = self.run_id(), [" ".join(o) for o in self.orders()]
        self.put(*orders)
        self.expect(self.run_it("journal", "recover", run, "--resend"), UNKNOWN, f"not sent again: fence-gone: client {ROOT}")
        self.assertEqual(len(self.conductor.casts), 1)
        self.put(f"entry {ROOT} 2099-01-01T00:00:00.000000+0000", *orders)
        self.run_it("journal", "recover", run, "--resend")
        self.assertEqual(len(self.conductor.wait_for(2)), 2)

    def test_what_changes_while_the_agent_is_asked_is_seen_before_a_second_sending(self):
        """The agent may take twenty seconds; who is kept out is looked at after it."""
        self.put(f"entry {ROOT} 2099-01-01T00:00:00.000000+0000")
        power, wrapper, now = (os.path.join(self.tool.state, name) for name in ("power", "agent", "now"))
        with open(power, "w") as f:
            f.write("off")
        with open(wrapper, "w") as f:
            f.write("#!/bin/sh\n[ -e %s ] && echo 'removed %s' >>%s\nexec %s \"$@\"\n" % (
                now, ROOT, self.cluster.path, os.path.join(harness.ROOT, "tests", "lib", "fence_agent")))
        os.chmod(wrapper, 0o755)
        with open(self.tool.site, "a") as f:
            f.write(f"[fencing {A}]\nagent = {wrapper}\noptions = file={power}\n")
        self.expect(self.evacuate(), OK)
        journals.cut_after(journals.path_of(self.tool), lambda r: r["type"] == "publish_intent")
        journals.older(journals.path_of(self.tool), 600)
        open(now, "w").close()
        harness.heartbeats()
        self.expect(self.run_it("journal", "recover", self.run_id(), "--resend"), UNKNOWN, f"not sent again: fence-gone: client {ROOT}")
        self.assertEqual(len(self.conductor.casts), 1)

    def test_a_living_host_is_not_kept_out(self):
        self.put()
        harness.heartbeats(alive=(A, B, harness.C, harness.ENV["SB_CONTROLLER"]), dead=())
        r = self.expect(self.evacuate("--accept", "source-alive"), REFUSED)
        self.assertIn("fence-live-host", r.findings())
        self.assertEqual(self.orders(), [])

    def test_a_whole_host_needs_its_own_word_and_is_never_a_servers(self):
        self.put()
        unwritten = [line for line in self.cluster.lines() if not line.startswith(f"lock {self.images[-1]}")]
        if len(self.images) == 1:
            unwritten += ["image volumes/other 61"]
        osd = "osd 192.0.2.7:6800/1"
        self.cluster.put(*unwritten)
        r = self.evacuate()
        self.assertEqual(r.code, REFUSED)
        self.assertTrue(set(r.findings()) & {"fence-whole-host", "fence-impossible"}, str(r))
        if "fence-whole-host" in r.findings():
            self.tell(osd)
            r = self.expect(self.evacuate("--accept", "fence-whole-host"), REFUSED)
            self.assertIn("fence-impossible", r.findings())
            self.cluster.put(*unwritten)
            self.expect(self.evacuate("--accept", "fence-whole-host"), OK)
            self.assertIn(["added", f"{OLD}:0/0", "157680000"], self.orders())

    def returned(self, *words):
        r = self.run_it("host", "return", A, *words, "-f", "json")
        return [row for row in r.json if row["check"] == "blocklist"], r

    def test_a_host_that_returns_gets_rid_of_it_when_it_was_off(self):
        self.put()
        self.expect(self.evacuate(), OK)
        rows("nova", "UPDATE migrations SET status = 'completed' WHERE instance_uuid = %s AND status = 'accepted'", (self.instance,))
        rows("nova", "UPDATE instances SET task_state = NULL WHERE uuid = %s", (self.instance,))
        (row,), r = self.returned()
        others = [x["check"] for x in r.json if x["state"] == "stop"]
        self.assertEqual((row["state"], row["count"], others), ("note", len(self.images), []))
        for words in ((), ("--rebooted", "off")):  # nobody says that it was off; a word that says nothing
            r = self.run_it("host", "return", A, "--unfence", *words)
            self.assertIn(r.code, (REFUSED, USAGE), str(r))
        self.assertNotIn("removed", [o[0] for o in self.orders()])
        word = ("--unfence", "--rebooted", "Ann pulled both plugs and put them back")
        self.tell(f"refuse {ROOT} -13 access denied")
        (row,), r = self.returned(*word)
        self.assertEqual((row["state"], r.code), ("stop", REFUSED))
        self.assertIn(f"ceph osd blocklist rm {ROOT}", row["hint"])
        self.put(*[" ".join(o) for o in self.orders() if o[0] == "added"])
        (row,), r = self.returned(*word)
        self.assertEqual((row["state"], r.code), ("ok", OK), str(r))
        self.assertEqual(sorted(o[1] for o in self.orders() if o[0] == "removed"), sorted(o[1] for o in self.orders() if o[0] == "added"))
        types = [x["type"] for x in self.journal()]
        last = len(types) - 1 - types[::-1].index("unfence")
        self.assertEqual(types[last + 1:], ["fence"] * len(self.images))
        self.assertEqual({x["state"] for x in self.journal()[last + 1:]}, {"proved"})
        self.assertIn("Ann pulled", self.journal()[last]["rebooted"])
        (row,), r = self.returned()
        self.assertEqual((row["state"], row["count"]), ("ok", 0))

    def test_an_entry_that_was_made_anew_since_the_look_stays(self):
        self.put()
        self.expect(self.evacuate(), OK)
        rows("nova", "UPDATE migrations SET status = 'completed' WHERE instance_uuid = %s AND status = 'accepted'", (self.instance,))
        rows("nova", "UPDATE instances SET task_state = NULL WHERE uuid = %s", (self.instance,))
        agent, calls = (os.path.join(self.tool.state, name) for name in ("agent", "calls"))
        with open(agent, "w") as f:   # it is asked for the check of the power, then again once the blocklist was looked at
            f.write(f"#!/bin/sh\necho status >>{calls}\n[ $(wc -l <{calls}) != 2 ] || "
                    f"sed -i 's|^added {ROOT} .*|entry {ROOT} 2031-01-01T00:00:00.000000+0000|' {self.cluster.path}\necho 'Status: OFF'\nexit 2\n")
        os.chmod(agent, 0o755)
        with open(self.tool.site, "a") as f:
            f.write(f"[fencing {A}]\nagent = {agent}\noptions = plug=1\n")
        (row,), r = self.returned("--unfence")
        self.assertEqual((row["state"], row["count"], r.code), ("stop", 1, REFUSED), str(r))
        self.assertIn(f"client {ROOT} was not taken off Ceph's blocklist: its entry has changed since it was looked at", row["message"])
        removed = [o[1] for o in self.orders() if o[0] == "removed"]
        self.assertEqual((len(removed), ROOT in removed), (len(self.images) - 1, False))
        self.assertEqual([x["client"] for x in self.journal() if x["type"] == "fence" and x["action"] == "remove"], removed)

    def test_a_record_that_was_torn_by_a_death_keeps_nothing_from_being_taken_away(self):
        """The same words again, wherever it died: no recovery comes first, and the journal is whole in the end."""
        word = ("--unfence", "--rebooted", "Ann pulled both plugs and put them back")
        self.put()
        self.expect(self.evacuate(), OK)
        rows("nova", "UPDATE migrations SET status = 'completed' WHERE instance_uuid = %s AND status = 'accepted'", (self.instance,))
        rows("nova", "UPDATE instances SET task_state = NULL WHERE uuid = %s", (self.instance,))
        path, run = journals.path_of(self.tool), self.run_id()
        added = [" ".join(o) for o in self.orders()]
        self.expect(self.run_it("host", "return", A, *word), OK)
        with open(path) as f:
            lines = f.read().splitlines(True)
        first = next(i for i, line in enumerate(lines) if '"type":"unfence"' in line)
        for end in range(first, len(lines)):
            for torn in (lines[end][:len(lines[end]) // 2], lines[end][:-1]):   # half a record; a whole one without its line end
                removed = [f"removed {client}" for client in self.cluster.clients("added")] if end > first else []
                for there in ([], removed, removed[:1]):
                    with open(path, "w") as f:
                        f.write("".join(lines[:end]) + torn)
                    self.put(*added, *there)
                    before = self.expect(self.run_it("journal", "list", "-f", "json"), OK).json
                    self.assertEqual([x["state"] for x in before], ["done"], torn)
                    (row,), r = self.returned(*word)
                    self.assertEqual((row["state"], r.code), ("ok", OK), str(r))
                    self.assertEqual(set(self.cluster.clients("removed")), set(self.cluster.clients("added")))
                    if len(there) < len(added):
                        self.assertEqual(self.journal()[-1]["type"], "fence", torn)
                    if end > first:
                        self.expect(self.run_it("journal", "report", run), OK, "to be taken off the blocklist: Ann pulled both plugs")
                    r = self.expect(self.run_it("journal", "recover", run), OK)
                    self.assertNotIn("stay there", r.out, torn)   # it is known what has become of them

    def test_nothing_is_taken_away_under_another_run(self):
        """It may rely on an entry that it found, which no look at the entry tells; nor before an unfinished one has its end."""
        word = ("--unfence", "--rebooted", "Ann pulled both plugs and put them back")
        self.put()
        self.expect(self.evacuate(), OK)
        rows("nova", "UPDATE migrations SET status = 'completed' WHERE instance_uuid = %s AND status = 'accepted'", (self.instance,))
        rows("nova", "UPDATE instances SET task_state = NULL WHERE uuid = %s", (self.instance,))
        other = harness.connect("nova")
        with other.cursor() as cursor:
            cursor.execute("SELECT GET_LOCK(%s, 5)", ("evac-manage:" + A,))
            (row,), r = self.returned(*word)
            self.assertEqual((row["state"], row["count"], r.code), ("stop", len(self.images), REFUSED), str(r))
            self.assertIn("another run works on '%s'" % A, row["message"])
        other.close()
        with open(journals.path_of(self.tool)) as f:
            whole = f.read()
        journals.cut_after(journals.path_of(self.tool), lambda r: r["type"] == "publish_intent")
        (row,), r = self.returned(*word)
        self.assertEqual((row["state"], r.code), ("stop", REFUSED), str(r))
        self.assertIn("unfinished", row["message"])
        self.assertNotIn("removed", [o[0] for o in self.orders()])
        with open(journals.path_of(self.tool), "w") as f:
            f.write(whole)
        (row,), r = self.returned(*word)
        self.assertEqual((row["state"], r.code), ("ok", OK), str(r))

    def test_an_agent_that_says_off_needs_no_word_and_silence_is_a_stop(self):
        self.put()
        self.expect(self.evacuate(), OK)
        rows("nova", "UPDATE migrations SET status = 'completed' WHERE instance_uuid = %s AND status = 'accepted'", (self.instance,))
        power = os.path.join(self.tool.state, "power")
        agent = os.path.join(harness.ROOT, "tests", "lib", "fence_agent")
        with open(self.tool.site, "a") as f:
            f.write(f"[fencing {A}]\nagent = {agent}\noptions = file={power}\n")
        for state in ("on", "cannot"):
            with open(power, "w") as f:
                f.write(state)
            self.assertEqual(self.returned("--unfence")[0][0]["state"], "stop", state)
        self.tell("connect -13")
        with open(power, "w") as f:
            f.write("off")
        (row,), _ = self.returned("--unfence")
        self.assertIn("not known", row["message"])
        self.put(*[" ".join(o) for o in self.orders()])
        (row,), r = self.returned("--unfence")
        self.assertEqual((row["state"], r.code), ("ok", OK), str(r))
        self.assertEqual(len([o for o in self.orders() if o[0] == "removed"]), len(self.images))
