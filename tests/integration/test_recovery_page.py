# SPDX-License-Identifier: Apache-2.0
"""docs/recovery.md, line by line: each command is read out of the page and typed after an ending that really happened. Time alone is
helped: a journal is made older, rows are, instead of waiting."""
import json
import os
import re
import shlex
import time

import blocking
import fake_ceph
import harness
import journals
import landing
import wire
from harness import A, B, BUS_UNREACHABLE, C, DRIFT, ENV, ERROR, FENCED, OK, PARTIAL, REFUSED, rows, value

BUSY, UNKNOWN, INTERRUPTED = 8, 9, 130
GO = FENCED + ["--yes"]
MOVE = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph"]
RESCUE = ["host", "rescue", A, "--to", B, "--no-wait"]
EVACUATE = ["instance", "evacuate", "image-active-0", "--no-wait"]
PAGE = open(os.path.join(harness.ROOT, "docs", "recovery.md")).read()
COMMANDS = sorted({" ".join(c.split()) for c in re.findall(r"`(evac-manage [^`]+)`", PAGE) + re.findall(r"^    (evac-manage .*)$", PAGE, re.M)})
TYPED = set()


class Page(blocking.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def says(self, *sentences):
        for sentence in sentences:
            self.assertIn(sentence, " ".join(PAGE.split()))

    def type(self, command, *more, **names):
        """A command of the page, with its words in capitals filled in."""
        self.assertIn(command, COMMANDS)
        TYPED.add(command)
        words = [names.get(w, {"RUN": self.run_id(), "HOST": A}.get(w, w)) for w in shlex.split(command)[1:]]
        return self.tool.run(*words, *more)

    def run_id(self):
        directory = os.path.join(self.tool.state, "journal")
        return os.path.basename(journals.path_of(self.tool))[:-len(".jsonl")] if os.path.isdir(directory) and os.listdir(directory) else "RUN"

    def state(self, run=None):
        listed = {r["run"]: r["state"] for r in self.type("evac-manage journal list", "-f", "json").json}
        return listed.get(run or self.run_id())

    def recover(self, code, *texts):
        return self.expect(self.type("evac-manage journal recover RUN", "-f", "json"), code, *texts)

    def killed(self, *words, **where):
        running, c = self.blocked(*words, **where)
        running.kill()
        running.wait()
        c.rollback()
        time.sleep(0.3)

    def through(self, port, words, deliver):
        w = wire.Wire(int(port), words, deliver)
        self.addCleanup(w.close)
        return w

    def lost_commit(self, deliver):
        """The database's answer to the commit of a move is lost."""
        w = self.through(ENV["SB_DB_PORT"], [b"UPDATE", b"COMMIT"], deliver)
        self.tool.cinder = [self.rewrite(ENV["SB_CINDER_CONF"], r"(connection = .*:)\d+/", r"\g<1>%d/" % w.here)]
        self.expect(self.tool.run(*MOVE, *GO), UNKNOWN)
        self.assertEqual(w.broken, 1)
        self.tool.cinder = [ENV["SB_CINDER_CONF"]]

    def lost_cast(self, deliver):
        """The broker's answer to the message of an evacuation is lost; the instance."""
        w = self.through(ENV["SB_AMQP_PORT"], [b"rebuild_instance"], deliver)
        self.tool.nova = [self.rewrite(ENV["SB_NOVA_CONF"], r"(transport_url = .*:)\d+/", r"\g<1>%d/" % w.here), ENV["SB_NOVA_DB_CONF"]]
        self.expect(self.tool.run(*EVACUATE, *GO), UNKNOWN)
        self.assertEqual(w.broken, 1)
        self.tool.nova = [ENV["SB_NOVA_CONF"], ENV["SB_NOVA_DB_CONF"]]
        self.assertEqual(len(self.conductor.wait_for(1, 10 if deliver else 1)), int(deliver))
        return rows("nova", "SELECT * FROM instances WHERE display_name = 'image-active-0' AND deleted = 0")[0]

    def moved(self):
        return value("cinder", "SELECT COUNT(*) FROM volumes WHERE deleted = 0 AND BINARY SUBSTRING_INDEX(host, '#', 1) = BINARY %s",
                     (A + "@ceph",)) == 0

    # ---- the table of states

    def test_not_listed(self):
        self.says("nothing was written: it ended before its first write")
        before = harness.checksum()
        self.tool.nova = [self.rewrite(ENV["SB_NOVA_CONF"], r"(transport_url = .*:)\d+/", r"\g<1>1/"), ENV["SB_NOVA_DB_CONF"]]
        self.expect(self.tool.run(*EVACUATE, *GO), BUS_UNREACHABLE)
        self.assertIsNone(self.state())
        self.unchanged(before)
        self.tool.nova = [ENV["SB_NOVA_CONF"], ENV["SB_NOVA_DB_CONF"]]
        self.expect(self.tool.run(*EVACUATE, *GO), OK)

    def test_done(self):
        self.expect(self.tool.run(*MOVE, *GO), OK)
        self.assertEqual(self.state(), "done")
        self.expect(self.tool.run(*MOVE, *GO), OK, "nothing to do")

    def test_failed(self):
        self.conductor.unbind()
        self.expect(self.tool.run(*EVACUATE, *GO), ERROR)
        self.assertEqual(self.state(), "failed")
        self.expect(self.type("evac-manage journal show RUN"), OK, "not sent")
        self.conductor.channel.queue_bind("conductor", "nova", "conductor")
        self.expect(self.tool.run(*EVACUATE, *GO), OK)

    def test_open_because_it_goes_on(self):
        running, c = self.blocked(*MOVE, *GO)
        self.assertEqual(self.state(), "open")
        self.recover(BUSY, "still going on")
        self.expect(self.tool.run(*MOVE, *GO), BUSY, "pid %d" % running.pid)
        c.rollback()
        self.assertEqual(running.wait(30), OK)

    def test_open_because_it_was_killed(self):
        self.killed(*MOVE, *GO)
        run, before = self.run_id(), harness.checksum()
        self.assertEqual(self.state(), "open")
        self.expect(self.tool.run(*MOVE, *GO), BUSY, "journal recover " + run)
        self.expect(self.type("evac-manage journal recover RUN --dry-run"), UNKNOWN, "would run the same")
        self.unchanged(before)
        self.recover(OK)
        self.assertTrue(self.moved())
        self.assertEqual(self.state(run), "recovered")
        self.recover(OK)
        self.expect(self.tool.run(*MOVE, *GO), OK, "nothing to do")

    def test_interrupted_between_two_units(self):
        import signal
        running, c = self.blocked(*RESCUE, *GO)
        running.send_signal(signal.SIGINT)
        time.sleep(0.3)
        c.rollback()
        self.assertEqual(running.wait(30), INTERRUPTED)
        r = self.tool.run(*RESCUE, *GO)
        self.assertIn(r.code, (OK, PARTIAL), str(r))
        self.assertEqual(len(self.conductor.wait_for(10)), 10)

    # ---- the fence

    def kept_out(self):
        """Two clients are kept off the disks of an instance; its cluster and id."""
        cluster = fake_ceph.Cluster(self.tool)
        found = rows("nova", "SELECT b.instance_uuid, b.volume_id FROM block_device_mapping b JOIN instances i ON i.uuid = b.instance_uuid"
                     " WHERE i.host = %s AND i.vm_state = 'active' AND i.task_state IS NULL AND b.volume_id IS NOT NULL AND b.deleted = 0"
                     " AND b.boot_index = 0 ORDER BY b.instance_uuid LIMIT 1", (A,))[0]
        volumes = [r["volume_id"] for r in rows("nova", "SELECT volume_id FROM block_device_mapping WHERE instance_uuid = %s AND deleted = 0"
                                                " AND volume_id IS NOT NULL", (found["instance_uuid"],))]
        rows("nova", "UPDATE block_device_mapping SET deleted = id WHERE instance_uuid = %s AND volume_id IS NULL AND boot_index != 0",
             (found["instance_uuid"],))
        for i, volume in enumerate(volumes):
            image = "volumes/volume-" + volume
            cluster.tell("image %s 61" % image, "lock %s 192.0.2.7:0/%d %d auto" % (image, 5 + i, i))
            rows("nova", "UPDATE block_device_mapping SET connection_info = %s WHERE volume_id = %s", (fake_ceph.connection_info(image), volume))
            rows("cinder", "UPDATE volumes SET host = REPLACE(host, %s, %s) WHERE id = %s", (A, B, volume))
        for name, text in cluster.variables.items():
            self.addCleanup(os.environ.pop, name)
            os.environ[name] = text
        self.tool.types = False   # --unfence is typed here
        self.expect(self.tool.run("instance", "evacuate", found["instance_uuid"], "--fence", "storage", "--yes", "--no-wait"), OK)
        return cluster, found["instance_uuid"]

    def test_a_death_in_the_middle_of_fencing(self):
        self.says("nothing is added or taken away")
        cluster, _ = self.kept_out()
        journals.cut_after(journals.path_of(self.tool), lambda r: r["type"] == "intent")
        before = cluster.orders()
        self.assertEqual([x[0] for x in before], ["added"] * len(before))
        self.assertTrue(before)
        self.recover(OK)
        self.assertEqual(cluster.orders(), before)
        cluster.tell("removed 192.0.2.7:0/5")
        self.recover(OK, "fence-gone")

    def test_entries_stay_when_a_run_has_ended_and_a_return_takes_them_away(self):
        cluster, instance = self.kept_out()
        self.expect(self.type("evac-manage journal report RUN"), OK, "Fences", "its clients kept off their disks on Ceph", "192.0.2.7:0/5",
                    "on the blocklist, and no disk open", "reaches disks on Ceph and nothing else")
        rows("nova", "UPDATE migrations SET status = 'completed' WHERE instance_uuid = %s AND status = 'accepted'", (instance,))
        rows("nova", "UPDATE instances SET task_state = NULL WHERE uuid = %s", (instance,))
        self.expect(self.type("evac-manage host return HOST"), OK, "blocklist")
        self.assertEqual(cluster.clients("removed"), [])
        self.expect(self.type("evac-manage host return HOST --unfence --rebooted 'Ann pulled both plugs and put them back'"), OK)
        self.assertEqual(sorted(cluster.clients("removed")), sorted(cluster.clients("added")))
        self.expect(self.type("evac-manage journal report RUN"), OK, "taken off the blocklist")

    # ---- recover

    def test_a_lost_answer_to_a_commit(self):
        for deliver in (True, False):
            with self.subTest(deliver=deliver):
                harness.sandbox("reset", "--rows")
                harness.heartbeats()
                self.tool = harness.Tool()
                self.lost_commit(deliver)
                self.assertEqual((self.state(), self.moved()), ("unknown", deliver))
                self.expect(self.tool.run(*MOVE, *GO), BUSY, self.run_id())
                self.recover(OK)
                self.assertTrue(self.moved())
                self.assertEqual(self.state(), "recovered")

    def test_a_third_value(self):
        self.lost_commit(True)
        victim = value("cinder", "SELECT id FROM volumes WHERE host = %s AND deleted = 0 ORDER BY id LIMIT 1", (B + "@ceph#fast",))
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (C + "@ceph#fast", victim))
        run, before = self.run_id(), harness.checksum()
        self.recover(DRIFT, victim, C + "@ceph#fast")
        self.unchanged(before)
        self.expect(self.type("evac-manage journal show RUN", "--max-width", "400"), OK, victim, A + "@ceph#fast", B + "@ceph#fast")
        self.expect(self.tool.run(*MOVE, *GO), OK)                    # nobody is kept out
        harness.heartbeats(alive=(A, B, C, ENV["SB_CONTROLLER"]), dead=())
        self.expect(self.type("evac-manage journal undo RUN --skip-drifted", "--yes", RUN=run), OK)
        self.assertEqual(value("cinder", "SELECT host FROM volumes WHERE id = %s", (victim,)), C + "@ceph#fast")
        self.assertEqual(value("cinder", "SELECT COUNT(*) FROM volumes WHERE deleted = 0 AND host = %s", (A + "@ceph#fast",)), 2)

    def test_a_claim_that_was_never_sent(self):
        self.killed(*EVACUATE, *GO, database="nova", table="instances", where="display_name = 'image-active-0' AND deleted = 0")
        self.recover(OK)
        (m,) = rows("nova", "SELECT status FROM migrations WHERE SUBSTRING(uuid, 15, 1) = '5'")
        self.assertEqual(m["status"], "error")
        self.assertIsNone(value("nova", "SELECT task_state FROM instances WHERE display_name = 'image-active-0' AND deleted = 0"))
        self.assertEqual(self.conductor.casts, [])
        self.expect(self.tool.run(*EVACUATE, *GO), OK)
        self.assertEqual(len(self.conductor.wait_for(1)), 1)

    def closable(self):
        uuid = value("nova", "SELECT uuid FROM instances WHERE display_name = 'image-active-0' AND deleted = 0")
        rows("nova", "UPDATE instances SET task_state = 'rebuilding', updated_at = UTC_TIMESTAMP() - INTERVAL 2 HOUR WHERE uuid = %s", (uuid,))
        rows("nova", "INSERT INTO migrations (created_at, updated_at, deleted, uuid, source_compute, source_node, instance_uuid, status,"
             " migration_type) VALUES (UTC_TIMESTAMP() - INTERVAL 2 HOUR, UTC_TIMESTAMP() - INTERVAL 2 HOUR, 0, UUID(), %s, %s, %s,"
             " 'accepted', 'evacuation')", (A, A, uuid))
        return str(value("nova", "SELECT id FROM migrations WHERE instance_uuid = %s AND status = 'accepted'", (uuid,)))

    def test_a_closing_that_was_killed_is_not_tried_again(self):
        self.says("The closing of an evacuation is not tried again")
        number = self.closable()
        self.killed("migration", "close", number, "--yes", database="nova", table="migrations", where="id = " + number)
        r = self.recover(OK, "can no longer be committed")
        self.assertTrue(r.json["next"].endswith(" migration list --host " + A), r.json["next"])
        self.assertEqual(value("nova", "SELECT status FROM migrations WHERE id = %s", (number,)), "accepted")
        self.expect(self.type("evac-manage migration close ID", "--yes", ID=number), REFUSED, "300 s")
        rows("nova", "UPDATE migrations SET updated_at = UTC_TIMESTAMP() - INTERVAL 2 HOUR WHERE id = %s", (number,))
        self.expect(self.type("evac-manage migration close ID", "--yes", ID=number), OK)

    # ---- still unknown

    def test_a_lost_answer_to_a_message_that_nova_has(self):
        instance = self.lost_cast(True)
        self.assertEqual(self.state(), "unknown")
        r = self.recover(UNKNOWN, "it may or may not have been sent", "check again in")
        self.assertIn(r.json["steps"][0]["request_id"], r.json["steps"][0]["error"])
        rows("nova", "UPDATE migrations SET status = 'pre-migrating' WHERE instance_uuid = %s AND status = 'accepted'", (instance["uuid"],))
        self.assertEqual(self.recover(OK).json["steps"][0]["state"], "applied")      # under way
        rows("nova", "UPDATE migrations SET status = 'done' WHERE instance_uuid = %s AND status = 'pre-migrating'", (instance["uuid"],))
        rows("nova", "UPDATE instances SET host = %s, task_state = NULL WHERE uuid = %s", (C, instance["uuid"]))
        landing.bind(instance["uuid"], C)
        self.assertEqual(self.recover(OK).json["steps"][0]["state"], "proved")
        self.assertEqual(len(self.conductor.casts), 1)

    def test_a_message_that_was_lost_is_sent_again_when_a_person_says_so(self):
        self.lost_cast(False)
        self.recover(UNKNOWN, "it may or may not have been sent")
        self.expect(self.type("evac-manage journal recover RUN --resend"), UNKNOWN, "a conductor can still take the first message for")
        # where a token goes with it the same waits are kept; tests/integration/test_tokens.py has a message that needs one
        token = os.path.join(self.tool.state, "token")
        with open(os.open(token, os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            f.write("a-token\n")
        self.expect(self.type("evac-manage journal recover RUN --resend --os-token-file FILE", FILE=token), UNKNOWN,
                    "a conductor can still take the first message for")
        journals.older(journals.path_of(self.tool), 151)
        self.recover(UNKNOWN, "--resend")
        self.assertEqual(self.conductor.casts, [])
        self.expect(self.type("evac-manage journal recover RUN --resend"), OK, "a second copy can start the same disk twice")
        self.assertEqual(len(self.conductor.wait_for(1)), 1)

    def test_a_conductor_that_died_with_it(self):
        self.expect(self.tool.run(*EVACUATE, *GO), OK)
        journals.older(journals.path_of(self.tool), 151)
        self.recover(UNKNOWN, "the nova-conductor that took it may have died")

    def test_one_whose_rows_vanished_needs_a_look_on_the_computes(self):
        instance = self.lost_cast(True)
        uuid, run = instance["uuid"], self.run_id()
        rows("nova", "DELETE FROM migrations WHERE instance_uuid = %s AND SUBSTRING(uuid, 15, 1) = '5'", (uuid,))
        rows("nova", "DELETE FROM instance_actions WHERE instance_uuid = %s AND action = 'evacuate'", (uuid,))
        rows("nova", "UPDATE instances SET task_state = NULL, updated_at = UTC_TIMESTAMP() - INTERVAL 301 SECOND WHERE uuid = %s", (uuid,))
        journals.older(journals.path_of(self.tool), 301)
        self.recover(UNKNOWN, "its guest may still run on a compute")
        self.expect(self.tool.run(*EVACUATE, *GO), BUSY, run)
        self.expect(self.type("evac-manage journal recover RUN --accept guest-may-still-run:ID", **{"guest-may-still-run:ID": "guest-may-still-run:" + uuid}), OK)
        self.expect(self.tool.run(*EVACUATE, *GO), OK)

    def test_one_that_nobody_can_decide_is_given_up(self):
        instance, run = self.lost_cast(False), self.run_id()
        listed = self.type("evac-manage migration list --host HOST", "-f", "json").json
        number = next(str(m["id"]) for m in listed if m["instance"] == instance["uuid"])
        self.expect(self.type("evac-manage migration close ID", "--yes", ID=number), REFUSED, "300 s")
        rows("nova", "UPDATE migrations SET created_at = created_at - INTERVAL 301 SECOND, updated_at = NULL WHERE id = %s", (number,))
        rows("nova", "UPDATE instances SET updated_at = updated_at - INTERVAL 301 SECOND WHERE uuid = %s", (instance["uuid"],))
        self.expect(self.tool.run(*EVACUATE, *GO), BUSY, run)
        self.expect(self.type("evac-manage migration close ID", "--yes", ID=number), OK)
        self.expect(self.type("evac-manage journal recover RUN", RUN=run), OK)
        self.expect(self.tool.run(*EVACUATE, *GO), OK)
        self.assertEqual(len(self.conductor.wait_for(1)), 1)

    # ---- go on

    def test_an_evacuation_that_failed_on_its_new_host(self):
        """Played as nova-compute leaves it: the migration ended, the instance not moved, an event with the place where it broke off."""
        self.expect(self.tool.run(*EVACUATE, *GO), OK)
        self.conductor.wait_for(1)
        (uuid,) = [i["uuid"] for i in rows("nova", "SELECT uuid FROM instances WHERE task_state = 'rebuilding' AND host = %s", (A,))]
        rows("nova", "UPDATE instances SET task_state = NULL, vm_state = 'error' WHERE uuid = %s", (uuid,))
        rows("nova", "UPDATE migrations SET status = 'failed', dest_compute = %s WHERE instance_uuid = %s", (C, uuid))
        rows("nova", "INSERT INTO instance_actions_events (created_at, deleted, action_id, event, start_time, finish_time, result, traceback, host,"
             " details) SELECT UTC_TIMESTAMP(), 0, MAX(id), 'compute_rebuild_instance', UTC_TIMESTAMP(), UTC_TIMESTAMP(), 'Error',"
             " 'in _do_rebuild_instance\n    instance.save(expected_task_state=[task_states.REBUILD_SPAWNING])\n', %s, 'MessagingTimeout'"
             " FROM instance_actions WHERE instance_uuid = %s", (C, uuid))
        r = self.expect(self.tool.run("host", "evacuate", A, "--only", uuid, "--no-wait", *GO, "-f", "json"), OK)
        (finding,) = [f for f in r.json["findings"] if f["code"] == "guest-may-still-run"]
        self.assertIn(C, finding["message"])
        self.says("`virsh domstate UUID`", "`virsh destroy UUID`, `virsh undefine --nvram UUID`")
        self.assertEqual(len(self.conductor.casts), 1)
        self.expect(self.type("evac-manage host return HOST"), REFUSED, "virsh domstate " + uuid)
        self.expect(self.type("evac-manage host evacuate HOST --accept guest-may-still-run:ID", "--only", uuid, "--no-wait", *GO, **{"guest-may-still-run:ID": "guest-may-still-run:" + uuid}),
                    OK)
        self.assertEqual(len(self.conductor.wait_for(2)), 2)

    def test_an_evacuation_whose_guest_held_its_disk(self):
        """Played as nova 26 leaves it: qemu's sentence is in the fault's details alone."""
        self.expect(self.tool.run(*EVACUATE, *GO), OK)
        self.conductor.wait_for(1)
        (uuid,) = [i["uuid"] for i in rows("nova", "SELECT uuid FROM instances WHERE task_state = 'rebuilding' AND host = %s", (A,))]
        rows("nova", "UPDATE instances SET task_state = NULL, vm_state = 'error' WHERE uuid = %s", (uuid,))
        rows("nova", "UPDATE migrations SET status = 'failed', dest_compute = %s WHERE instance_uuid = %s", (C, uuid))
        rows("nova", "INSERT INTO instance_actions_events (created_at, deleted, action_id, event, start_time, finish_time, result, traceback, host,"
             " details) SELECT UTC_TIMESTAMP(), 0, MAX(id), 'compute_rebuild_instance', UTC_TIMESTAMP(), UTC_TIMESTAMP(), 'Error',"
             " 'in _create_guest_with_network\n', %s, 'libvirtError' FROM instance_actions WHERE instance_uuid = %s", (C, uuid))
        rows("nova", "INSERT INTO instance_faults (created_at, deleted, instance_uuid, code, message, details, host) VALUES (UTC_TIMESTAMP(), 0, %s,"
             " 500, 'libvirtError', 'libvirt.libvirtError: x: Failed to get \"write\" lock\n', %s)", (uuid, C))
        self.expect(self.tool.run("host", "evacuate", A, "--only", uuid, "--no-wait", *GO), REFUSED, "guest-alive")
        self.assertEqual(len(self.conductor.casts), 1)
        self.expect(self.type("evac-manage host evacuate HOST --accept guest-alive", "--only", uuid, "--no-wait", *GO), OK)
        self.assertEqual(len(self.conductor.wait_for(2)), 2)

    def test_a_rescue_of_several_that_was_killed_is_resumed_with_all_of_them(self):
        self.says("Of a run about several hosts all are named, in any order")
        both = ["--fenced", "the test pulled the plugs of %s and %s" % (A, C), "--accept", "mass-failure"]
        rows("nova", "UPDATE instances SET host = %s, node = %s WHERE display_name = 'image-active-1' AND deleted = 0", (C, C))
        harness.heartbeats(alive=(B, ENV["SB_CONTROLLER"]), dead=(A, C))
        self.killed("host", "rescue", A, C, "--to", B, "--no-wait", *both, "--yes")
        run = self.run_id()
        harness.heartbeats(alive=(B, ENV["SB_CONTROLLER"]), dead=(A, C))
        r = self.type("evac-manage host rescue HOST HOST3 --resume RUN", *both, "--yes", "--no-wait", "-f", "json", RUN=run, HOST3=C)
        self.expect(r, PARTIAL)
        self.assertEqual([h["host"] for h in r.json["hosts"]], [A, C])

    def test_a_rescue_that_was_killed_is_resumed(self):
        self.killed(*RESCUE, *GO)
        run = self.run_id()
        r = self.type("evac-manage host rescue HOST --resume RUN", "--no-wait", "-f", "json", RUN=run)
        self.expect(r, REFUSED, "--yes")                               # off a terminal
        r = self.type("evac-manage host rescue HOST --resume RUN", "--yes", "--no-wait", "-f", "json", RUN=run)
        self.assertIn(r.code, (OK, PARTIAL), str(r))
        self.assertEqual(len(self.conductor.wait_for(10)), 10)
        self.assertEqual(self.state(run), "recovered")
        journal = journals.read(journals.path_of(self.tool))[0]
        self.assertEqual((journal["resumes"], journal["to"], journal["fenced"]), (run, B, FENCED[1]))

    # ---- a plan

    def test_a_plan_that_no_longer_fits(self):
        plan = os.path.join(self.tool.state, "x.plan")
        self.expect(self.tool.run(*MOVE, *FENCED, "--plan-out", plan), OK)
        victim = value("cinder", "SELECT id FROM volumes WHERE host = %s AND deleted = 0 ORDER BY id LIMIT 1", (A + "@ceph#fast",))
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (C + "@ceph#fast", victim))
        before = harness.checksum()
        self.expect(self.type("evac-manage plan apply FILE", "--yes", FILE=plan), DRIFT, victim)
        self.unchanged(before)
        self.assertIsNone(self.state())
        self.expect(self.type("evac-manage plan apply FILE --skip-drifted", "--yes", FILE=plan), OK)
        self.assertEqual(value("cinder", "SELECT host FROM volumes WHERE id = %s", (victim,)), C + "@ceph#fast")

    def test_a_plan_whose_application_was_killed(self):
        plan = os.path.join(self.tool.state, "x.plan")
        self.expect(self.tool.run(*MOVE, *FENCED, "--plan-out", plan), OK)
        self.killed("plan", "apply", plan, "--yes")
        self.assertEqual((self.run_id(), self.state()), (json.load(open(plan))["made"]["run"], "open"))
        self.recover(OK)
        self.assertTrue(self.moved())

    # ---- back

    def test_it_is_taken_back(self):
        self.expect(self.tool.run(*MOVE, *GO), OK)
        run, before = self.run_id(), harness.checksum()
        self.expect(self.type("evac-manage journal undo RUN --dry-run"), REFUSED, "target-down")      # its old owner is dead
        harness.heartbeats(alive=(A, B, C, ENV["SB_CONTROLLER"]), dead=())
        self.expect(self.type("evac-manage journal undo RUN --dry-run"), OK, "DRY-RUN")
        self.expect(self.type("evac-manage journal undo RUN --sql"), OK, "START TRANSACTION")
        self.unchanged(before)
        self.expect(self.type("evac-manage journal undo RUN"), REFUSED, "--yes")
        self.expect(self.type("evac-manage journal undo RUN", "--yes", RUN=run), OK)
        self.assertFalse(self.moved())

    def test_an_undo_that_was_killed_is_recovered(self):
        self.expect(self.tool.run(*MOVE, *GO), OK)
        harness.heartbeats(alive=(A, B, C, ENV["SB_CONTROLLER"]), dead=())
        self.killed("journal", "undo", self.run_id(), "--yes", where="host LIKE '" + B + "@ceph#fast'")
        self.assertEqual(self.state(), "open")
        self.recover(OK)
        self.assertFalse(self.moved())

    # ---- the journal itself

    def test_the_journal_is_gone(self):
        instance = self.lost_cast(False)
        os.unlink(journals.path_of(self.tool))
        (found,) = self.expect(self.type("evac-manage journal recover --scan", "-f", "json"), UNKNOWN).json
        self.assertEqual(found["instance_uuid"], instance["uuid"])
        rows("nova", "UPDATE migrations SET created_at = created_at - INTERVAL 301 SECOND, updated_at = NULL WHERE uuid = %s", (found["migration_uuid"],))
        rows("nova", "UPDATE instances SET updated_at = updated_at - INTERVAL 301 SECOND WHERE uuid = %s", (instance["uuid"],))
        self.expect(self.type("evac-manage migration close ID", "--yes", ID=found["migration_uuid"]), OK)
        self.expect(self.type("evac-manage journal recover --scan", "-f", "json"), OK)

    def test_the_journal_is_damaged(self):
        self.killed(*MOVE, *GO)
        path, run = journals.path_of(self.tool), self.run_id()
        records = open(path).read().splitlines(keepends=True)
        at = next(i for i, line in enumerate(records) if '"type":"intent"' in line)
        records[at] = records[at].replace('"intent"', '"Intent"')
        with open(path, "w") as f:
            f.writelines(records)
        before = harness.checksum()
        self.recover(ERROR, "is not the record that was written there")
        shown = self.expect(self.type("evac-manage journal show RUN", "-f", "json"), ERROR, "line %d is not the record" % (at + 1))
        self.assertEqual(len(shown.json), at)
        self.expect(self.tool.run(*MOVE, *GO), BUSY, "damaged journal", "move '%s'" % path)
        self.unchanged(before)
        os.rename(path, os.path.join(self.tool.state, run))
        self.expect(self.tool.run(*MOVE, *GO), OK)
        self.assertTrue(self.moved())

    def test_a_last_line_that_was_cut_is_no_damage(self):
        self.killed(*MOVE, *GO)
        with open(journals.path_of(self.tool), "a") as f:
            f.write('{"seq":99,"type":"outc')
        self.expect(self.type("evac-manage journal show RUN"), OK, "is incomplete; the step that it announces was not begun")
        self.recover(OK)

    def test_no_place_for_the_journal(self):
        before, state = harness.checksum(), self.tool.state
        self.tool.state = os.path.join(state, "site.conf")            # no directory
        self.expect(self.tool.run(*MOVE, *GO), ERROR, "--state-dir")
        self.unchanged(before)
        self.tool.state = "/dev/shm"
        self.assertIn("journal-volatile", self.tool.run(*MOVE, *FENCED, "--dry-run", "-f", "json").findings())

    def test_zz_every_command_of_the_page_was_typed(self):
        self.assertEqual(sorted(TYPED), COMMANDS)
