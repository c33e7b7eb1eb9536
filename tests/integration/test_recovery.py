# SPDX-License-Identifier: Apache-2.0
"""journal recover: journals that end at any record, databases that know more or less than the journal."""
import json
import os
import signal
import time

import harness
import journals
import landing
from harness import A, B, C, DRIFT, ENV, FENCED, NOT_FOUND, OK, PARTIAL, REFUSED, TIMEOUT, USAGE, rows, value

GO = FENCED + ["--yes"]
MOVE = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph"]
BUSY, UNKNOWN, UNPROVED = 8, 9, 10


def is_type(kind, **more):
    return lambda r: r["type"] == kind and all(r.get(k) == v for k, v in more.items())


class Recovery(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()

    def conductor(self):
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        return conductor

    def journal(self):
        return journals.path_of(self.tool)

    def run_id(self):
        return os.path.basename(self.journal())[:-len(".jsonl")]

    def recover(self, *words):
        return self.tool.run("journal", "recover", self.run_id(), *words, "-f", "json")

    def state(self):
        listed = self.tool.run("journal", "list", "-f", "json").json
        return next(r for r in listed if r["run"] == self.run_id())["state"]

    def moved(self):
        return self.tool.run(*MOVE, *GO, "-f", "json")


class Rows(Recovery):
    def test_a_run_that_ended_has_nothing_to_recover(self):
        self.expect(self.moved(), OK)
        before, text = harness.checksum(), open(self.journal()).read()
        self.assertEqual(self.expect(self.recover(), OK).json["result"], "ok")
        self.unchanged(before)
        self.assertEqual(text, open(self.journal()).read())
        self.assertEqual(self.state(), "done")

    def test_an_unknown_commit_that_was_none_is_done_again(self):
        """The database never got it: the same compare-and-set writes it now, once."""
        self.expect(self.moved(), OK)
        for half in ("", '{"seq":99,"type":"outco'):
            harness.sandbox("reset", "--rows")
            harness.heartbeats()
            journals.cut_after(self.journal(), is_type("intent"))
            with open(self.journal(), "a") as f:
                f.write(half)
            self.assertEqual(self.state(), "open")
            r = self.expect(self.recover(), OK)
            self.assertEqual({s["state"] for s in r.json["steps"]}, {"proved"})
            self.assertEqual(self.state(), "recovered")
            now = {v["id"]: v["host"] for v in rows("cinder", "SELECT id, host FROM volumes")}
            for s in r.json["steps"]:
                if s["kind"] == "volume":
                    self.assertEqual(now[s["id"]], s["after"]["host"])
            self.assertEqual(self.expect(self.recover(), OK).json["result"], "ok")

    def test_an_unknown_commit_that_was_one_is_seen(self):
        self.expect(self.moved(), OK)
        before = harness.checksum()
        journals.cut_after(self.journal(), is_type("intent"))
        r = self.expect(self.recover(), OK)
        self.assertEqual({s["state"] for s in r.json["steps"]}, {"proved"})
        self.unchanged(before)
        self.assertEqual(journals.read(self.journal())[-1]["type"], "recover_end")

    def test_a_run_that_died_before_its_intent_did_nothing(self):
        self.expect(self.moved(), OK)
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        before = harness.checksum()
        for wanted in (is_type("run"), is_type("plan"), is_type("row")):
            journals.cut_after(self.journal(), wanted)
            self.assertEqual(self.state(), "open")
            self.expect(self.recover(), OK)
            self.assertEqual(self.state(), "recovered")
            self.unchanged(before)
            self.expect(self.moved(), OK)
            harness.sandbox("reset", "--rows")
            harness.heartbeats()

    def test_a_third_value_is_named_and_left_alone(self):
        r = self.expect(self.moved(), OK)
        journals.cut_after(self.journal(), is_type("intent"))
        victim = next(s["id"] for s in r.json["steps"] if s["kind"] == "volume")
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (C + "@ceph#ceph", victim))
        before = harness.checksum()
        r = self.expect(self.recover(), DRIFT, victim, C + "@ceph#ceph")
        self.unchanged(before)
        self.assertEqual({s["id"] for s in r.json["steps"] if s["state"] == "failed"}, {victim})
        self.assertEqual(self.state(), "failed")
        self.expect(self.recover(), DRIFT, victim)
        self.expect(self.moved(), OK)               # it is known what every row holds: nobody is kept out

    def test_a_source_that_lives_again_keeps_its_rows(self):
        self.expect(self.moved(), OK)
        harness.sandbox("reset", "--rows")
        harness.heartbeats(alive=(A, B, C, ENV["SB_CONTROLLER"]), dead=())
        journals.cut_after(self.journal(), is_type("intent"))
        before = harness.checksum()
        self.expect(self.recover(), UNKNOWN, "reports")
        self.unchanged(before)
        harness.heartbeats()
        self.expect(self.recover(), OK)
        self.assertEqual(self.state(), "recovered")

    def test_a_dry_run_writes_nothing_at_all(self):
        self.expect(self.moved(), OK)
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        journals.cut_after(self.journal(), is_type("intent"))
        before, text = harness.checksum(), open(self.journal()).read()
        self.expect(self.recover("--dry-run"), UNKNOWN)
        self.unchanged(before)
        self.assertEqual(text, open(self.journal()).read())

    def test_a_run_that_goes_on_is_left_alone(self):
        import fcntl
        self.expect(self.moved(), OK)
        journals.cut_after(self.journal(), is_type("intent"))
        with open(self.journal()) as f:
            fcntl.flock(f, fcntl.LOCK_EX)
            self.expect(self.recover(), BUSY, "still going on")
        self.expect(self.recover(), OK)

    def test_words_that_make_no_sense(self):
        self.expect(self.moved(), OK)
        self.expect(self.tool.run("journal", "recover"), USAGE, "--scan")
        self.expect(self.tool.run("journal", "recover", self.run_id(), "--scan"), USAGE)
        self.expect(self.tool.run("journal", "recover", self.run_id()[:-1] + ("1" if self.run_id()[-1] == "0" else "0")), NOT_FOUND, "did you mean")
        self.expect(self.tool.run("journal", "recover", "../" + self.run_id()), NOT_FOUND)

    def test_a_journal_that_was_changed_decides_nothing(self):
        self.expect(self.moved(), OK)
        journals.cut_after(self.journal(), is_type("intent"))
        text = open(self.journal()).read()
        with open(self.journal(), "w") as f:
            f.write(text.replace(B, C, 1))
        before = harness.checksum()
        self.expect(self.recover(), harness.ERROR, "is not the record")
        self.unchanged(before)

    def test_killed_in_the_middle_of_a_move(self):
        """kill -9 while the transaction waits for a lock that somebody else holds."""
        import pymysql
        blocker = pymysql.connect(host="127.0.0.1", port=int(ENV["SB_DB_PORT"]), user=ENV["SB_DB_ADMIN"],
                                  password=ENV["SB_DB_ADMIN_PASS"], database="cinder")
        with blocker.cursor() as c:
            c.execute("SELECT id FROM volumes WHERE BINARY host = %s AND deleted = 0 LIMIT 1 FOR UPDATE", (A + "@ceph#ceph",))
            running = self.tool.start(*MOVE, *GO)
            end = time.monotonic() + 20
            while time.monotonic() < end and not any(j[-1]["type"] == "intent" for j in self.tool.journals() if j):
                time.sleep(0.05)
            time.sleep(0.3)
            running.send_signal(signal.SIGKILL)
            running.communicate()
        blocker.rollback()
        blocker.close()
        self.assertEqual(self.state(), "open")
        r = self.expect(self.recover(), OK)
        self.assertEqual({s["state"] for s in r.json["steps"]}, {"proved"})


class Evacuations(Recovery):
    NAME = "image-active-0"

    def instance(self):
        return rows("nova", "SELECT * FROM instances WHERE display_name = %s AND deleted = 0", (self.NAME,))[0]

    def migrations(self):
        return rows("nova", "SELECT * FROM migrations WHERE instance_uuid = %s AND SUBSTRING(uuid, 15, 1) = '5' ORDER BY id",
                    (self.instance()["uuid"],))

    def evacuate(self, *words):
        return self.tool.run("instance", "evacuate", self.NAME, *words, *GO, "--no-wait", "-f", "json")

    def outcome(self, recovered):
        (step,) = recovered.json["steps"]
        return step["state"]

    def cut_evacuation(self, name, until):
        """Its uuid; the run's journal ends with that record."""
        self.expect(self.tool.run("instance", "evacuate", name, *GO, "--no-wait"), OK)
        journals.cut_after(self.journal(), is_type(until))
        return value("nova", "SELECT uuid FROM instances WHERE display_name = %s AND deleted = 0", (name,))

    def test_what_nova_has_done_is_as_promised_or_named(self):
        """As the run would have verified it: its state, its volumes; its user's own deeds are a note."""
        self.conductor()
        for name, wrong, say, good in (
                ("image-active-0", "UPDATE instances SET vm_state = 'error' WHERE uuid = %s", "the instance is error, but active was expected",
                 "UPDATE instances SET vm_state = 'active' WHERE uuid = %s"),
                ("image-active-1", "UPDATE instances SET task_state = 'rebuilding' WHERE uuid = %s", "the instance is active/rebuilding, but active was expected",
                 "UPDATE instances SET task_state = NULL WHERE uuid = %s")):
            harness.heartbeats()
            self.tool = harness.Tool()
            uuid = self.cut_evacuation(name, "publish_outcome")
            landing.land(uuid, B)
            rows("nova", wrong, (uuid,))
            r = self.expect(self.recover(), UNPROVED, say)
            self.assertTrue(r.json["next"].endswith(" instance show " + uuid), r.json["next"])
            self.assertEqual(self.state(), "failed")
            self.assertNotEqual(self.tool.run("host", "rescue", A, "--to", B, *FENCED, "--dry-run").code, 8)  # it keeps nobody out
            rows("nova", good, (uuid,))
            self.expect(self.recover(), OK)

    def test_what_its_user_did_with_what_nova_had_done_is_a_note(self):
        self.conductor()
        uuid = self.cut_evacuation("image-active-0", "publish_outcome")
        landing.land(uuid, B)
        rows("nova", "UPDATE instances SET vm_state = 'stopped' WHERE uuid = %s", (uuid,))
        rows("nova", "INSERT INTO instance_actions (created_at, deleted, action, instance_uuid, request_id, start_time)"
             " VALUES (UTC_TIMESTAMP(), 0, 'stop', %s, 'req-of-its-user', UTC_TIMESTAMP() + INTERVAL 1 SECOND)", (uuid,))
        self.expect(self.recover(), OK, "stopped")

    def test_a_claim_whose_task_state_somebody_cleared_is_settled(self):
        conductor = self.conductor()
        uuid = self.cut_evacuation("image-active-0", "outcome")   # its rows are there, and its message never left
        rows("nova", "UPDATE instances SET task_state = NULL WHERE uuid = %s", (uuid,))
        self.expect(self.recover(), OK, "not sent")
        self.assertEqual(value("nova", "SELECT status FROM migrations WHERE instance_uuid = %s ORDER BY id DESC LIMIT 1", (uuid,)), "error")
        self.assertIsNone(value("nova", "SELECT task_state FROM instances WHERE uuid = %s", (uuid,)))
        self.assertEqual(len(conductor.casts), 1)

    def test_a_claim_that_a_conductor_took_for_another_request_is_not(self):
        self.conductor()
        uuid = self.cut_evacuation("image-active-0", "outcome")
        rows("nova", "UPDATE instances SET task_state = NULL WHERE uuid = %s", (uuid,))
        rows("nova", "UPDATE migrations SET dest_compute = %s WHERE instance_uuid = %s ORDER BY id DESC LIMIT 1", (B, uuid))
        self.expect(self.recover(), UNKNOWN, "nova works on it", " migration list --host " + A)
        self.assertEqual(value("nova", "SELECT status FROM migrations WHERE instance_uuid = %s ORDER BY id DESC LIMIT 1", (uuid,)), "accepted")

    def test_a_claim_that_was_never_sent_is_put_back(self):
        conductor = self.conductor()
        before = self.instance()
        self.expect(self.evacuate(), OK)
        conductor.wait_for(1)
        del conductor.casts[:]
        journals.cut_after(self.journal(), is_type("outcome"))
        self.assertEqual(self.outcome(self.expect(self.recover(), OK)), "skipped")
        now = self.instance()
        self.assertEqual((now["task_state"], now["host"]), (before["task_state"], A))
        self.assertEqual([m["status"] for m in self.migrations()], ["error"])
        self.assertEqual(self.state(), "recovered")
        self.assertEqual(conductor.casts, [])
        self.expect(self.evacuate(), OK)    # a new run with ids of its own
        self.assertEqual(len(conductor.wait_for(1)), 1)
        self.assertEqual([m["status"] for m in self.migrations()], ["error", "accepted"])

    def test_a_claim_whose_commit_is_unknown_can_no_longer_come(self):
        self.conductor()
        self.expect(self.evacuate(), OK)
        journals.cut_after(self.journal(), is_type("intent"))
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.assertEqual(self.outcome(self.expect(self.recover(), OK)), "skipped")
        (fence,) = self.migrations()       # the same uuid is taken: the first try fails for ever
        self.assertEqual(fence["status"], "error")
        self.assertIsNone(self.instance()["task_state"])
        self.expect(self.recover(), OK)

    def test_a_claim_that_was_committed_without_an_answer_is_put_back(self):
        self.conductor()
        self.expect(self.evacuate(), OK)
        journals.cut_after(self.journal(), is_type("intent"))
        self.assertEqual(self.outcome(self.expect(self.recover(), OK)), "skipped")
        self.assertIsNone(self.instance()["task_state"])
        self.assertEqual([m["status"] for m in self.migrations()], ["error"])

    def test_what_may_have_been_sent_is_unknown_and_never_resent(self):
        conductor = self.conductor()
        self.expect(self.evacuate(), OK)
        conductor.wait_for(1)
        journals.cut_after(self.journal(), is_type("publish_intent"))
        before = harness.checksum()
        r = self.expect(self.recover(), UNKNOWN, "may or may not have been sent")
        self.assertEqual(self.outcome(r), "unknown")
        self.assertIn(r.json["steps"][0]["request_id"], r.json["steps"][0]["error"])
        self.expect(self.recover("--resend"), UNKNOWN, "a conductor can still take the first message for")
        self.unchanged(before)
        self.assertEqual(len(conductor.casts), 1)
        self.assertEqual(self.state(), "unknown")

    def test_evidence_settles_what_may_have_been_sent(self):
        self.conductor()
        self.expect(self.evacuate(), OK)
        journals.cut_after(self.journal(), is_type("publish_intent"))
        uuid = self.instance()["uuid"]
        rows("nova", "INSERT INTO instance_actions_events (event, action_id, start_time, deleted) SELECT 'conductor_rebuild', id,"
             " UTC_TIMESTAMP(), 0 FROM instance_actions WHERE instance_uuid = %s AND action = 'evacuate' ORDER BY id DESC LIMIT 1", (uuid,))
        self.assertEqual(self.outcome(self.expect(self.recover(), OK)), "applied")
        rows("nova", "UPDATE migrations SET status = 'pre-migrating' WHERE instance_uuid = %s AND status = 'accepted'", (uuid,))
        self.assertEqual(self.outcome(self.expect(self.recover(), OK)), "applied")
        rows("nova", "UPDATE migrations SET status = 'done' WHERE instance_uuid = %s AND status = 'pre-migrating'", (uuid,))
        self.assertEqual(self.outcome(self.expect(self.recover(), OK)), "applied")   # not before the host has changed
        rows("nova", "UPDATE instances SET host = %s, task_state = NULL WHERE uuid = %s", (C, uuid))
        landing.bind(uuid, C)
        r = self.expect(self.recover(), OK)
        self.assertEqual((self.outcome(r), r.json["steps"][0]["after"]["host"]), ("proved", C))
        self.assertEqual(self.state(), "recovered")
        again = self.expect(self.recover(), OK).json["steps"][0]    # settled: from the journal alone
        for key in ("accepted", "outcome", "request_id", "migration_uuid", "after"):
            self.assertEqual(again[key], r.json["steps"][0][key], key)

    def test_a_finished_one_has_the_note_on_its_disks(self):
        """As a run that waits says it: the plan that the journal has knows which of them have disks that nova made."""
        said = "nova does not record whether it found the old disk or made a new one: "
        for name, made in ((self.NAME, True), ("volume-active-1", False)):
            conductor = self.conductor()
            self.tool.run("instance", "evacuate", name, *GO, "--no-wait", "--accept", "volume-owner-dead")
            journals.cut_after(self.journal(), is_type("publish_outcome"))
            conductor.close()
            self.assertNotIn(said, " ".join(self.tool.run("journal", "recover", self.run_id()).out.split()))   # on its way
            landing.land(value("nova", "SELECT uuid FROM instances WHERE display_name = %s AND deleted = 0", (name,)), C)
            for told in ("now", "before"):   # read from nova; and settled, from the journal alone
                shown = " ".join(self.expect(self.tool.run("journal", "recover", self.run_id()), OK).out.split())
                self.assertIn(name, shown)
                (self.assertIn if made else self.assertNotIn)(said + "%s on %s; " % (name, C) if made else said, shown, told)

    def test_what_nova_ended_in_error_is_said(self):
        self.conductor()
        self.expect(self.evacuate(), OK)
        rows("nova", "UPDATE migrations SET status = 'error' WHERE instance_uuid = %s AND status = 'accepted'", (self.instance()["uuid"],))
        r = self.expect(self.recover(), OK)
        self.assertEqual(self.outcome(r), "failed")
        self.assertIn("it ended in error (by nova", r.json["steps"][0]["error"])

    def test_somebody_works_on_what_was_never_sent(self):
        """A journal that lost its end: never a wrong step from it."""
        self.conductor()
        self.expect(self.evacuate(), OK)
        journals.cut_after(self.journal(), is_type("outcome"))
        rows("nova", "UPDATE migrations SET status = 'pre-migrating' WHERE instance_uuid = %s AND status = 'accepted'",
             (self.instance()["uuid"],))
        before = harness.checksum()
        self.expect(self.recover(), UNKNOWN, "nova works on it")
        self.unchanged(before)

    def test_a_message_that_was_returned_is_taken_back(self):
        conductor = self.conductor()
        conductor.unbind()
        before = self.instance()
        self.expect(self.evacuate(), harness.ERROR)
        rows("nova", "UPDATE instances SET task_state = 'rebuilding' WHERE uuid = %s", (before["uuid"],))
        rows("nova", "UPDATE migrations SET status = 'accepted' WHERE instance_uuid = %s AND SUBSTRING(uuid, 15, 1) = '5'", (before["uuid"],))
        journals.cut_after(self.journal(), is_type("publish_outcome"))
        self.assertEqual(self.outcome(self.expect(self.recover(), OK)), "skipped")
        self.assertIsNone(self.instance()["task_state"])
        self.assertEqual([m["status"] for m in self.migrations()], ["error"])

    def test_a_resend_has_the_first_ones_ids(self):
        conductor = self.conductor()
        self.expect(self.evacuate(), OK)
        first, = conductor.wait_for(1)
        journals.cut_after(self.journal(), is_type("publish_intent"))
        journals.older(self.journal(), 600)
        self.expect(self.recover(), UNKNOWN, "and no conductor is frozen: --resend")
        self.assertEqual(len(conductor.casts), 1)
        r = self.expect(self.recover("--resend"), OK, "a second copy can start the same disk twice")
        self.assertEqual(self.outcome(r), "applied")
        _, second = conductor.wait_for(2)
        for key in ("_unique_id", "_context_request_id", "method", "version"):
            self.assertEqual(first[1][key], second[1][key])
        self.assertEqual(first[1]["args"]["request_spec"], second[1]["args"]["request_spec"])
        self.expect(self.recover("--resend"), OK)      # it is under way: not a third one
        time.sleep(0.3)
        self.assertEqual(len(conductor.casts), 2)
        self.assertEqual(len(self.migrations()), 1)

    def test_a_resend_whose_record_took_long_is_not_sent(self):
        """What was looked at before it is old by then; it can be typed again."""
        conductor = self.conductor()
        self.expect(self.evacuate(), OK)
        conductor.wait_for(1)
        journals.cut_after(self.journal(), is_type("publish_intent"))
        journals.older(self.journal(), 600)
        r = self.expect(self.tool.run("journal", "recover", self.run_id(), "--resend", "-f", "json", env=harness.slow_disk('"attempt":2', 4)), UNKNOWN,
                        "not sent again: a look or the journal took too long")
        self.assertEqual(self.outcome(r), "unknown")
        time.sleep(0.3)
        self.assertEqual(len(conductor.casts), 1)
        journals.older(self.journal(), 600)
        self.expect(self.recover("--resend"), OK, "a second copy can start the same disk twice")
        conductor.wait_for(2)

    def test_a_message_that_does_not_expire_is_never_sent_again(self):
        conductor = self.conductor()
        self.expect(self.evacuate(), OK)
        conductor.wait_for(1)
        journals.never_expires(self.journal())
        self.assertEqual(self.outcome(self.expect(self.recover(), OK)), "applied")     # young
        journals.cut_after(self.journal(), is_type("publish_outcome"))
        journals.older(self.journal(), 600)
        self.expect(self.recover(), UNKNOWN, "may at any time: its broker does not let its message expire", " migration list --host " + A)
        self.expect(self.recover("--resend"), UNKNOWN, "not sent again: the broker does not let the first message expire")
        time.sleep(0.3)
        self.assertEqual(len(conductor.casts), 1)

    def test_a_resend_needs_an_empty_queue_and_somebody_who_reads_it(self):
        conductor = self.conductor()
        self.expect(self.evacuate(), OK)
        conductor.wait_for(1)
        journals.cut_after(self.journal(), is_type("publish_intent"))
        journals.older(self.journal(), 600)
        conductor.stop_listening()
        self.expect(self.recover("--resend"), UNKNOWN, "has no consumer")
        self.assertEqual(len(conductor.casts), 1)

    def test_a_resend_needs_a_dead_source(self):
        conductor = self.conductor()
        self.expect(self.evacuate(), OK)
        conductor.wait_for(1)
        journals.cut_after(self.journal(), is_type("publish_intent"))
        journals.older(self.journal(), 600)
        harness.heartbeats(alive=(A, B, C, ENV["SB_CONTROLLER"]), dead=())
        self.expect(self.recover("--resend"), UNKNOWN, "so '%s' is alive" % A)
        self.assertEqual(len(conductor.casts), 1)

    def test_a_resend_asks_all_that_tell_that_the_source_lives(self):
        """What stops a first message stops a second one, and so does a witness whose answer is not to be had."""
        conductor = self.conductor()
        self.expect(self.evacuate(), OK)
        conductor.wait_for(1)
        journals.cut_after(self.journal(), is_type("publish_intent"))
        journals.older(self.journal(), 600)
        beat = "UPDATE services SET updated_at = UTC_TIMESTAMP() - INTERVAL %s SECOND WHERE host = %s"
        rows("cinder", beat, (0, A + "@ceph"))
        self.expect(self.recover("--resend"), UNKNOWN, "cinder-volume on '%s@ceph' reported" % A, "so '%s' is alive" % A)
        rows("cinder", beat, (3600, A + "@ceph"))
        rows("neutron", "RENAME TABLE agents TO agents_there")
        self.addCleanup(rows, "neutron", "RENAME TABLE agents_there TO agents")
        rows("neutron", "CREATE DEFINER = 'nobody'@'nowhere' VIEW agents AS SELECT * FROM agents_there")
        self.addCleanup(rows, "neutron", "DROP VIEW agents")
        self.expect(self.recover("--resend"), UNKNOWN, "not sent again: whether neutron's agents on '%s' report is not known" % A)
        time.sleep(0.3)
        self.assertEqual(len(conductor.casts), 1)

    def test_what_was_taken_and_never_begun_becomes_unknown(self):
        self.conductor()
        self.expect(self.evacuate(), OK)
        self.assertEqual(self.outcome(self.expect(self.recover(), OK)), "applied")
        journals.older(self.journal(), 600)
        self.expect(self.recover(), UNKNOWN, "may have died")

    def test_a_scan_finds_ours_without_a_journal(self):
        self.conductor()
        self.expect(self.tool.run("journal", "recover", "--scan", "-f", "json"), OK)
        r = self.expect(self.evacuate(), OK)
        os.unlink(self.journal())
        request, migration, other = r.json["steps"][0]["request_id"], r.json["steps"][0]["migration_uuid"], "req-01234567-89ab-5def-8123-456789abcdef"
        # the rows of a claim are written in two seconds at times; another of ours, which nova began with, may be just before
        rows("nova", "UPDATE migrations SET created_at = created_at - INTERVAL 1 SECOND WHERE uuid = %s", (migration,))
        rows("nova", "INSERT INTO instance_actions (action, instance_uuid, request_id, start_time, deleted) SELECT 'evacuate', instance_uuid,"
             " %s, start_time - INTERVAL 20 SECOND, 0 FROM instance_actions WHERE request_id = %s", (other, request))
        rows("nova", "INSERT INTO instance_actions_events (event, action_id, start_time, deleted) SELECT 'conductor_rebuild', id, start_time, 0"
             " FROM instance_actions WHERE request_id = %s", (other,))
        scan = self.expect(self.tool.run("journal", "recover", "--scan", "-f", "json"), UNKNOWN)
        (found,) = scan.json
        self.assertEqual((found["instance_uuid"], found["request_id"], found["state"], found["migration_uuid"]),
                         (self.instance()["uuid"], request, "unknown", migration))

    def rescue(self, *words):
        return self.tool.run("host", "rescue", A, *words, *GO, "--no-wait", "-f", "json")

    def test_a_whole_rescue_that_died_is_resumed(self):
        """Dead between the move and the evacuations: the rest is done by a run of its own, with the words of the first."""
        conductor = self.conductor()
        r = self.rescue("--to", B)
        casts = len([s for s in r.json["steps"] if s["kind"] == "instance" and s["state"] == "applied"])
        self.assertGreater(casts, 1, str(r))
        self.assertEqual(len(conductor.wait_for(casts)), casts)
        path, run = self.journal(), self.run_id()
        owners = "SELECT id, host, service_uuid, updated_at FROM volumes ORDER BY id"
        moved = rows("cinder", owners)
        journals.cut_after(path, is_type("outcome", unit=1))
        # what came later has not happened
        rows("nova", "UPDATE instances i JOIN migrations m ON m.instance_uuid = i.uuid SET i.task_state = NULL, m.status = 'error'"
             " WHERE SUBSTRING(m.uuid, 15, 1) = '5'")
        del conductor.casts[:]
        said = self.expect(self.tool.run("journal", "recover", run, "--dry-run"), OK).out.splitlines()[-1]
        self.assertRegex(said, "^  next +evac-manage .*host rescue %s --resume %s$" % (A, run))
        self.expect(self.rescue(), USAGE, "--to", "--resume")
        self.expect(self.rescue("--resume", "20200101T000000Z-host-rescue-00000000"), NOT_FOUND)
        again = self.rescue("--resume", run)
        self.assertEqual(again.json["command"], "host rescue", str(again))
        self.assertEqual(len(conductor.wait_for(casts)), casts, str(again))
        self.assertEqual(moved, rows("cinder", owners))
        listed = {x["run"]: x["state"] for x in self.tool.run("journal", "list", "-f", "json").json}
        self.assertEqual(listed[run], "recovered")
        self.assertEqual(journals.read(journals.path_of(self.tool))[0]["resumes"], run)
        self.assertEqual(journals.read(journals.path_of(self.tool))[0]["to"], B)

    def test_the_last_line_of_a_rescue_is_the_command_that_comes_next(self):
        def following(r):
            self.assertRegex(r.out.splitlines()[-1], "^  next +evac-manage ")
            (printed,) = harness.pasted.commands_of("", r.out.splitlines()[-1])
            self.assertIsNone(harness.PASTER.paste(printed, ""), r)
            return printed.command
        conductor = self.conductor()
        r = self.expect(self.tool.run("host", "rescue", A, "--to", B, *GO, "--timeout", "1"), TIMEOUT)
        self.assertTrue(following(r).endswith(" host rescue %s --resume %s" % (A, self.run_id())), r)
        self.expect(self.tool.run("host", "rescue", A, "--resume", self.run_id(), "--no-wait", "--yes"), PARTIAL)
        for cast in conductor.wait_for(10):
            landing.land(landing.uuid_of(cast), C)
        stay = "UPDATE instances SET host = %s, vm_state = 'active' WHERE host = %s AND vm_state IN ('paused', 'rescued', 'shelved_offloaded')"
        rows("nova", "UPDATE services SET disabled = 0, forced_down = 0 WHERE host = %s", (A,))    # or there is nothing to do
        harness.heartbeats()
        r = self.expect(self.tool.run("host", "rescue", A, "--to", B, *GO), PARTIAL)               # three cannot be evacuated
        self.assertTrue(following(r).endswith(" host show " + A), r)
        rows("nova", stay, (C, A))
        rows("nova", "UPDATE services SET disabled = 0, forced_down = 0 WHERE host = %s", (A,))
        harness.heartbeats()
        r = self.expect(self.tool.run("host", "rescue", A, "--to", B, *GO), OK)
        self.assertTrue(following(r).endswith(" host return " + A), r)

    def test_what_is_unknown_is_not_resumed(self):
        conductor = self.conductor()
        self.rescue("--to", B)
        n = len(conductor.wait_for(99, 1))
        journals.cut_after(self.journal(), is_type("publish_intent"))
        self.expect(self.rescue("--resume", self.run_id()), UNKNOWN)
        time.sleep(0.3)
        self.assertEqual(len(conductor.casts), n)

    def test_another_hosts_run_is_not_resumed(self):
        self.conductor()
        self.expect(self.tool.run(*MOVE, *GO), OK)
        self.expect(self.rescue("--resume", self.run_id()), REFUSED, "volume update_host")
        self.rescue("--to", B)
        self.expect(self.tool.run("host", "rescue", C, "--resume", self.run_id(), *GO), REFUSED, A)
        self.expect(self.rescue("--resume", self.run_id(), "--to", C), REFUSED, B)
