# SPDX-License-Identifier: Apache-2.0
"""migration list, migration close and host return: what a returning host would destroy, and who may still work on it."""
import threading
import time
import uuid

import amqp

import blocking
import harness
from harness import A, B, C, DRIFT, ENV, FENCED, NOT_FOUND, OK, REFUSED, rows, value

BUSY, UNPROVED = 8, 10
HOUR = 3600


class Migrations(blocking.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        rows("nova", "DELETE FROM instance_actions_events")
        rows("nova", "DELETE FROM instance_actions")
        rows("nova", "DELETE FROM migrations")
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def instance(self, name="image-active-0"):
        return rows("nova", "SELECT * FROM instances WHERE display_name = %s AND deleted = 0", (name,))[0]

    def make(self, name="image-active-0", status="accepted", kind="evacuation", source=A, dest=None, age=2 * HOUR, idle=None,
             task_state="rebuilding", events=()):
        """An evacuation as nova-api or we left it ${age} seconds ago; its number."""
        instance = self.instance(name)
        idle = age if idle is None else idle
        request = "req-" + str(uuid.uuid4())
        rows("nova", "UPDATE instances SET task_state = %s, updated_at = UTC_TIMESTAMP() - INTERVAL %s SECOND WHERE uuid = %s",
             (task_state, idle, instance["uuid"]))
        rows("nova", "INSERT INTO instance_actions (created_at, deleted, action, instance_uuid, request_id, start_time) VALUES"
             " (UTC_TIMESTAMP(), 0, 'evacuate', %s, %s, UTC_TIMESTAMP() - INTERVAL %s SECOND)", (instance["uuid"], request, age))
        action = value("nova", "SELECT id FROM instance_actions WHERE request_id = %s", (request,))
        for event, result in events:
            rows("nova", "INSERT INTO instance_actions_events (created_at, deleted, event, action_id, start_time, result)"
                 " VALUES (UTC_TIMESTAMP(), 0, %s, %s, UTC_TIMESTAMP(), %s)", (event, action, result))
        rows("nova", "INSERT INTO migrations (created_at, updated_at, deleted, uuid, source_compute, source_node, dest_compute,"
             " instance_uuid, status, migration_type, hidden, cross_cell_move) VALUES (UTC_TIMESTAMP() - INTERVAL %s SECOND,"
             " UTC_TIMESTAMP() - INTERVAL %s SECOND, 0, %s, %s, %s, %s, %s, %s, %s, 0, 0)",
             (age, idle, str(uuid.uuid4()), source, source, dest, instance["uuid"], status, kind))
        return str(value("nova", "SELECT MAX(id) FROM migrations"))

    def status(self, number):
        return value("nova", "SELECT status FROM migrations WHERE id = %s", (number,))

    def close(self, number, *words):
        return self.tool.run("migration", "close", number, "--yes", "-f", "json", *words)

    def refuses(self, number, *texts, code="migration-in-progress", tool=None):
        before = harness.checksum()
        r = self.expect((tool or self.tool).run("migration", "close", number, "--yes", "-f", "json"), REFUSED)
        (finding,) = [f for f in r.json["findings"] if f["severity"] == "stop"]
        self.assertEqual(finding["code"], code)
        for text in texts:
            self.assertIn(text, finding["message"])
        self.unchanged(before)
        listed = [m for m in self.tool.run("migration", "list", "--stale", "-f", "json").json if str(m["id"]) == number]
        self.assertEqual(listed, [])

    def test_what_only_a_closing_looks_at_is_said_to_be_of_it(self):
        for code in ("migration-not-closable", "done-not-completed", "migration-in-progress", "service-restart-needed", "conductor-may-be-frozen"):
            self.assertRegex(self.expect(self.tool.run("explain", code), OK).out, r"(?m)^asked +migration close$")

    # ---- list

    def test_the_list_says_what_each_means(self):
        stale = self.make()
        fresh = self.make("image-active-1", age=20)
        done = self.make("image-stopped-0", status="done", task_state=None, dest=B)
        moved = self.make("image-error-0", status="done", task_state=None, dest=B)
        live = self.make("volume-active-0", kind="live-migration", status="running", dest=C, task_state="migrating")
        other = self.make("volume-active-1", source=B, status="done", task_state=None)
        for status in ("error", "failed", "completed"):
            self.make("image-busy-0", status=status, task_state=None)
        self.make("image-busy-0", status="done", kind="resize", task_state=None)
        rows("nova", "UPDATE instances SET host = %s WHERE uuid = %s", (B, self.instance("image-stopped-0")["uuid"]))
        all_ = {str(m["id"]): m for m in self.tool.run("migration", "list", "-f", "json").json}
        self.assertEqual(set(all_), {stale, fresh, done, moved, live, other})
        here = {str(m["id"]): m for m in self.tool.run("migration", "list", "--host", A, "-f", "json").json}
        self.assertEqual(set(here), {stale, fresh, done, moved, live})
        self.assertIn("no sign of a service working on it", here[stale]["meaning"])
        self.assertRegex(here[stale]["meaning"], "; if no nova-conductor is frozen: evac-manage .*migration close " + stale)
        self.assertIn("under way", here[fresh]["meaning"])
        self.assertIn("when '%s' returns" % A, here[done]["meaning"])
        self.assertIn("DANGER", here[moved]["meaning"])
        self.assertIn("live-migration", here[live]["meaning"])
        self.assertEqual({n: m["stale"] for n, m in here.items()},
                         {stale: True, fresh: False, done: False, moved: False, live: False})
        (only,) = self.tool.run("migration", "list", "--stale", "-f", "json").json
        self.assertEqual(str(only["id"]), stale)
        self.assertEqual({k: only[k] for k in ("instance", "type", "status", "source", "dest")},
                         {"instance": self.instance()["uuid"], "type": "evacuation", "status": "accepted", "source": A, "dest": None})
        self.assertGreaterEqual(only["age_s"], 2 * HOUR)
        self.expect(self.tool.run("migration", "list", "--host", A[:-1]), NOT_FOUND, A)
        self.expect(self.tool.run("migration", "list"), OK, "Meaning", "DANGER")

    def test_a_hosts_list_has_what_comes_to_it_and_what_waits_for_a_word(self):
        coming = self.make("bystander-image-0", kind="live-migration", status="running", source=B, dest=A, task_state="migrating")
        waits = self.make("volume-active-0", kind="resize", status="finished", dest=B, task_state=None)
        leaving = self.make("volume-active-1", kind="resize", status="reverting", source=B, dest=A, task_state=None)
        cut = self.make("image-active-1", kind="live-migration", status="running", dest=B, task_state="migrating")
        self.make("image-busy-0", source=B, dest=C, status="running", kind="live-migration", task_state="migrating")
        self.make("image-busy-0", status="confirmed", kind="resize", dest=B, task_state=None)
        here = {str(m["id"]): m["meaning"] for m in self.tool.run("migration", "list", "--host", A, "-f", "json").json}
        self.assertEqual(set(here), {coming, waits, leaving, cut})
        self.assertIn("cut short: '%s' is down" % A, here[coming])
        self.assertIn("waits to be confirmed or reverted", here[waits])
        self.assertIn("on '%s': virsh domstate %s" % (B, self.instance("image-active-1")["uuid"]), here[cut])
        self.assertFalse([m for m in here.values() if "migration close" in m])
        harness.heartbeats(alive=(A, B, C, harness.ENV["SB_CONTROLLER"]), dead=())
        here = {str(m["id"]): m["meaning"] for m in self.tool.run("migration", "list", "--host", A, "-f", "json").json}
        self.assertIn("nova ends it", here[coming])

    def test_an_empty_list_and_a_host_whose_twin_has_some(self):
        self.make(source=A.upper(), status="done", task_state=None)
        self.assertEqual(self.tool.run("migration", "list", "--host", A, "-f", "json").json, [])

    def test_host_commands_note_tombstones(self):
        self.make("image-stopped-0", status="done", task_state=None, dest=B)
        r = self.tool.run("host", "evacuate", A, *FENCED, "--dry-run", "-f", "json")
        (finding,) = [f for f in r.json["findings"] if f["code"] == "evacuations-not-cleaned-up"]
        self.assertEqual((finding["severity"], finding["subject"]), ("note", A))
        self.assertIn(" migration list --host " + A, finding["hint"])
        rows("nova", "DELETE FROM migrations")
        r = self.tool.run("host", "evacuate", A, *FENCED, "--dry-run", "-f", "json")
        self.assertNotIn("evacuations-not-cleaned-up", r.findings())

    # ---- close

    def test_what_nobody_works_on_is_closed_and_its_instance_can_go_again(self):
        number = self.make()
        before = self.instance()
        r = self.expect(self.close(number), OK)
        self.assertEqual(self.status(number), "error")
        now = self.instance()
        self.assertEqual({k for k in now if now[k] != before[k]}, {"task_state", "updated_at"})
        self.assertIsNone(now["task_state"])
        self.assertEqual([(s["kind"], s["before"]["status"] if "status" in s["before"] else s["before"]["task_state"], s["state"])
                          for s in r.json["steps"]], [("migration", "accepted", "proved"), ("task_state", "rebuilding", "proved")])
        (journal,) = self.tool.journals()
        self.assertEqual([x["kind"] for x in journal if x["type"] == "row"], ["migration", "task_state"])
        self.assertEqual([x["before"] for x in journal if x["type"] == "row"],
                         [{"status": "accepted"}, {"task_state": "rebuilding", "host": A}])
        self.assertTrue(r.json["next"].endswith(" instance show %s" % value("nova", "SELECT uuid FROM instances WHERE display_name = 'image-active-0'")), r.json["next"])
        self.assertEqual(self.conductor.casts, [])
        self.assertIsNone(self.expect(self.close(number), OK).json["next"])     # nothing is left to close
        self.expect(self.tool.run("instance", "evacuate", "image-active-0", *FENCED, "--yes", "--no-wait"), OK)
        self.assertEqual(len(self.conductor.wait_for(1)), 1)

    def test_by_uuid_with_a_dry_run_and_off_a_terminal(self):
        number = self.make()
        name = value("nova", "SELECT uuid FROM migrations WHERE id = %s", (number,))
        before = harness.checksum()
        self.expect(self.tool.run("migration", "close", name), REFUSED, "--yes")
        self.assertNotIn("--fenced", self.tool.said[-1])
        self.expect(self.close(name, "--dry-run"), OK)
        self.unchanged(before)
        self.expect(self.close(name), OK)
        self.assertEqual(self.status(number), "error")
        self.expect(self.close("999999"), NOT_FOUND, "migration list")
        self.expect(self.close(str(uuid.uuid4())), NOT_FOUND)
        self.expect(self.close("1 OR 1"), NOT_FOUND)
        self.expect(self.close(number + "9" * 30), NOT_FOUND)

    def test_a_live_source_is_no_reason_to_keep_it_open(self):
        harness.heartbeats(alive=(A, B, C, ENV["SB_CONTROLLER"]), dead=())
        self.expect(self.close(self.make()), OK)

    def test_fresh_rows_are_somebodys_work(self):
        self.refuses(self.make(age=20), "written")
        self.refuses(self.make("image-active-1", age=2 * HOUR, idle=100), "written")
        number = self.make("image-stopped-0", age=280)
        self.refuses(number, "300 s")

    def test_a_message_that_waits_may_be_its_own(self):
        number = self.make()
        self.conductor.stop_listening()

        self.conductor.channel.basic_publish(amqp.Message("{}"), "nova", "conductor")
        self.refuses(number, "1 message waits")
        self.conductor.channel.queue_purge("conductor")
        self.expect(self.close(number), OK)

    def test_a_conductor_that_gave_up_works_no_more(self):
        number = self.make(age=5, events=[("rebuild_server", "Error")])
        self.expect(self.close(number), OK)

    def test_what_an_attempt_before_it_came_to_says_nothing_about_this_one(self):
        """Of the same minute: the first ended without a host, and a conductor that stands still has the second one's message."""
        self.make(age=25, status="error", events=[("rebuild_server", "Error")])
        number = self.make(age=5)
        self.refuses(number, "written")
        self.make("image-active-1", age=25, status="error", events=[("rebuild_server", "Success")])
        number = self.make("image-active-1", age=5, events=[("rebuild_server", "Error")])
        self.expect(self.close(number), OK)

    def test_what_an_attempt_before_it_has_begun_and_not_ended_may_go_on_with_this_one(self):
        first = self.make(age=5 * HOUR + 20, status="error", events=[("rebuild_server", None)])
        number = self.make(age=5 * HOUR)
        self.begun(first, "rebuild_server", ENV["SB_CONTROLLER"])
        self.refuses(number, "nova-conductor on '%s'" % ENV["SB_CONTROLLER"], code="service-restart-needed")

    def begun(self, number, event, host):
        rows("nova", "UPDATE instance_actions_events SET host = %s WHERE event = %s AND action_id IN (SELECT a.id FROM instance_actions a"
             " JOIN migrations m ON m.instance_uuid = a.instance_uuid WHERE m.id = %s)", (host, event, number))

    def test_what_a_conductor_has_begun_and_not_ended_needs_its_restart(self):
        """Its calls have no time-out: closed after hours of silence, it went on when neutron answered, and both evacuations ran."""
        number = self.make(age=5 * HOUR, events=[("rebuild_server", None)])
        self.begun(number, "rebuild_server", ENV["SB_CONTROLLER"])
        self.refuses(number, "nova-conductor on '%s'" % ENV["SB_CONTROLLER"], code="service-restart-needed")
        r = self.close(number)
        (finding,) = [f for f in r.json["findings"] if f["code"] == "service-restart-needed"]
        self.assertLess(finding["hint"].index("restart nova-conductor"), finding["hint"].index("--accept service-restart-needed:" + number))
        (listed,) = self.tool.run("migration", "list", "-f", "json").json
        self.assertEqual(listed["stale"], False)
        self.assertIn("restart that service first; only then: evac-manage ", listed["meaning"])
        self.expect(self.close(number, "--accept", "service-restart-needed:" + number), OK)
        self.assertEqual(self.status(number), "error")

    def test_what_is_fresh_is_not_to_be_accepted(self):
        number = self.make(age=20, events=[("rebuild_server", None)])
        self.refuses(number, "written")
        self.expect(self.close(number, "--accept", "service-restart-needed:" + number), REFUSED)

    def test_what_a_live_compute_has_begun_needs_its_restart(self):
        number = self.make(age=5 * HOUR, status="pre-migrating", dest=B, task_state="rebuild_spawning",
                           events=[("rebuild_server", "Success"), ("compute_rebuild_instance", None)])
        self.begun(number, "compute_rebuild_instance", B)
        self.refuses(number, "nova-compute on '%s'" % B, code="service-restart-needed")
        self.expect(self.close(number, "--accept", "service-restart-needed"), OK)

    def test_one_that_a_compute_was_given(self):
        number = self.make(age=1000, events=[("rebuild_server", "Success")])
        self.refuses(number, "handed it to a compute")
        number = self.make("image-active-1", age=1000, status="pre-migrating", dest=B, task_state="rebuild_spawning",
                           events=[("rebuild_server", "Success"), ("compute_rebuild_instance", None)])
        self.refuses(number, "nova-compute on '%s' is alive" % B)
        harness.heartbeats(alive=(C, ENV["SB_CONTROLLER"]), dead=(A, B))
        self.expect(self.close(number), OK)
        self.assertEqual((self.status(number), self.instance("image-active-1")["task_state"]), ("error", None))
        harness.heartbeats()
        number = self.make("image-stopped-0", age=10, status="pre-migrating", dest=B, events=[("compute_rebuild_instance", "Error")])
        self.expect(self.close(number), OK)

    def test_one_that_waits_in_a_computes_queue(self):
        """What a conductor has handed on waits there for ever, and is begun when that nova-compute comes back."""
        number = self.make(age=3 * HOUR, events=[("rebuild_server", "Success")])
        self.conductor.stop_listening()
        channel = self.conductor.connection.channel()
        channel.queue_declare("compute." + C, durable=False, auto_delete=False)     # of the other computes none is there
        self.addCleanup(channel.queue_delete, "compute." + C)
        channel.basic_publish(amqp.Message("{}"), "", "compute." + C)
        time.sleep(0.2)
        self.refuses(number, "queue 'compute.%s' holds messages" % C, "delete the queue first")
        (listed,) = self.tool.run("migration", "list", "--host", A, "-f", "json").json
        self.assertEqual((listed["stale"], "compute." + C in listed["meaning"]), (False, True))
        channel.queue_purge("compute." + C)
        channel.queue_declare("compute-alt." + C, durable=False, auto_delete=False)     # the second of a nova 33
        self.addCleanup(channel.queue_delete, "compute-alt." + C)
        channel.basic_publish(amqp.Message("{}"), "", "compute-alt." + C)
        rows("nova", "UPDATE services SET version = 72 WHERE host = %s AND `binary` = 'nova-compute'", (C,))
        time.sleep(0.2)
        self.refuses(number, "queue 'compute-alt.%s' holds messages" % C)
        channel.queue_purge("compute-alt." + C)
        rows("nova_api", "UPDATE cell_mappings SET transport_url = REPLACE(transport_url, ':%s/', ':1/') WHERE name = 'cell1'" % ENV["SB_AMQP_PORT"])
        self.refuses(number, "not every compute's queue could be looked at")
        rows("nova_api", "UPDATE cell_mappings SET transport_url = REPLACE(transport_url, ':1/', ':%s/') WHERE name = 'cell1'" % ENV["SB_AMQP_PORT"])
        self.expect(self.close(number), OK)

    def test_a_done_one_protects_from_a_second_copy(self):
        self.refuses(self.make(status="done", task_state=None, dest=B), "the instance would run twice", code="migration-not-closable")
        self.refuses(self.make("image-active-1", kind="live-migration", status="running", dest=B, task_state="migrating"),
                     "live-migration", code="migration-not-closable")
        for accept in ("migration-not-closable", "migration-in-progress"):
            number = self.make("image-stopped-0", age=5)
            self.expect(self.close(number, "--accept", accept), REFUSED)

    def test_a_done_one_that_queens_leaves(self):
        """nova 17 completes only what its hypervisor still has; the rest would keep the host forced down for ever."""
        number = self.make(status="done", task_state=None, dest=B)
        rows("nova", "UPDATE instances SET host = %s WHERE display_name = 'image-active-0'", (B,))
        everybody = (A, B, C, ENV["SB_CONTROLLER"])
        harness.heartbeats(alive=everybody, dead=())
        self.refuses(number, "the instance would run twice", code="migration-not-closable")     # of Zed it is completed yet
        rows("nova", "UPDATE services SET version = 30 WHERE host = %s AND `binary` = 'nova-compute'", (A,))
        harness.heartbeats()
        self.refuses(number, "the instance would run twice", code="migration-not-closable")     # it has not come back
        self.assertIn("destroys only those", self.returns(OK)["evacuated from it"]["message"])
        self.assertEqual(self.tool.run("migration", "list", "--stale", "--host", A, "-f", "json").json, [])
        harness.heartbeats(alive=everybody, dead=())
        self.expect(self.close(number), REFUSED, "done-not-completed")
        self.assertEqual(self.status(number), "done")
        (stale,) = self.tool.run("migration", "list", "--stale", "--host", A, "-f", "json").json
        self.assertIn("migration close " + number, stale["meaning"])
        rows("nova", "UPDATE instances SET host = %s WHERE display_name = 'image-active-0'", (A,))
        self.refuses(number, "the instance would run twice", code="migration-not-closable")     # it came back: it would be destroyed
        rows("nova", "UPDATE instances SET host = %s WHERE display_name = 'image-active-0'", (B,))
        self.expect(self.close(number, "--accept", "done-not-completed:" + number), OK)
        self.assertEqual(self.status(number), "completed")
        self.assertEqual(self.returns(OK)["evacuated from it"]["count"], 0)     # what forced down waits for

    def test_a_task_state_that_is_not_this_evacuations_stays(self):
        first = self.make()
        second = self.make(age=10)
        rows("nova", "UPDATE instances SET updated_at = UTC_TIMESTAMP() - INTERVAL 1 HOUR WHERE display_name = 'image-active-0'")
        self.expect(self.close(first), OK)
        self.assertEqual((self.status(first), self.status(second), self.instance()["task_state"]), ("error", "accepted", "rebuilding"))
        number = self.make("image-active-1", task_state="powering-off")
        self.expect(self.close(number), OK)
        self.assertEqual(self.instance("image-active-1")["task_state"], "powering-off")
        number = self.make("image-stopped-0")
        rows("nova", "UPDATE instances SET host = %s WHERE display_name = 'image-stopped-0'", (B,))
        self.expect(self.close(number), OK)
        self.assertEqual(self.instance("image-stopped-0")["task_state"], "rebuilding")

    def test_whoever_comes_while_we_close_wins(self):
        number = self.make()
        running, c = self.blocked("migration", "close", number, "--yes", table="migrations", database="nova", where="id = " + number)
        with c.cursor() as cursor:
            cursor.execute("UPDATE migrations SET status = 'pre-migrating', dest_compute = %s WHERE id = %s", (B, number))
        c.commit()
        out, err = running.communicate(timeout=30)
        self.assertEqual(running.returncode, DRIFT, err)
        self.assertEqual((self.status(number), self.instance()["task_state"]), ("pre-migrating", "rebuilding"))
        number = self.make("image-active-1")
        self.tool = harness.Tool()
        running, c = self.blocked("migration", "close", number, "--yes", table="migrations", database="nova", where="id = " + number)
        rows("nova", "INSERT INTO instance_actions_events (created_at, deleted, event, action_id, start_time) SELECT UTC_TIMESTAMP(), 0,"
             " 'rebuild_server', MAX(id), UTC_TIMESTAMP() FROM instance_actions WHERE instance_uuid = %s",
             (self.instance("image-active-1")["uuid"],))
        c.rollback()
        out, err = running.communicate(timeout=30)
        self.assertEqual(running.returncode, DRIFT, err)
        self.assertIn(b"so nova may be working on it", err)
        self.assertEqual((self.status(number), self.instance("image-active-1")["task_state"]), ("accepted", "rebuilding"))

    def closed_and_undone(self, status):
        """A closing whose rows have other values by the time it reads them back: ${status}, and the task state as it was."""
        number, instance = self.make(), self.instance()["uuid"]
        running, c = self.blocked("migration", "close", number, "--yes", "-f", "json", table="instances", database="nova", where="uuid = '%s'" % instance)
        other = self.connection("nova")

        def undo():     # behind the closing's COMMIT, before its proof
            with other.cursor() as cursor:
                cursor.execute("LOCK TABLES migrations WRITE, instances WRITE")
                cursor.execute("UPDATE migrations SET status = %s, updated_at = updated_at - INTERVAL 2 HOUR WHERE id = %s", (status, number))
                cursor.execute("UPDATE instances SET task_state = 'rebuilding', updated_at = updated_at - INTERVAL 2 HOUR WHERE uuid = %s", (instance,))
                other.commit()
                cursor.execute("UNLOCK TABLES")
        thread = threading.Thread(target=undo)
        thread.start()
        while not value("mysql", "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'LOCK TABLES%%' AND state LIKE 'Waiting%%'"):
            time.sleep(0.05)
        c.rollback()
        out, err = running.communicate(timeout=30)
        thread.join()
        return number, harness.Result(["migration", "close"], running.returncode, out.decode(), err.decode())

    def test_a_closing_that_the_database_lost_is_typed_again(self):
        number, r = self.closed_and_undone("accepted")
        self.expect(r, UNPROVED, "it was written, but holds its old value again (status 'accepted'): the database lost the write, or another session undid it")
        self.assertTrue(r.json["next"].endswith(" migration close " + number), r.json["next"])
        self.expect(self.close(number), OK)
        self.assertEqual((self.status(number), self.instance()["task_state"]), ("error", None))

    def test_a_closing_whose_row_has_a_third_value_is_for_a_person(self):
        number, r = self.closed_and_undone("pre-migrating")
        self.expect(r, UNPROVED, "it reads back as status 'pre-migrating', but status 'error' was written")
        self.assertTrue(r.json["next"].endswith(" journal show " + r.json["run"]), r.json["next"])

    def test_it_keeps_out_of_a_run_of_the_same_host(self):
        number = self.make()
        running, c = self.blocked("volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *FENCED, "--yes")
        self.expect(self.close(number), BUSY, "another run works on '%s'" % A)
        c.rollback()
        self.assertEqual(running.wait(30), OK)

    def test_valgrind_finds_no_leak_and_no_error(self):
        if "asan" in harness.TOOL:
            return  # the sanitizers look at the same
        number = self.make()
        self.tool.prefix = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect,possible"]
        self.expect(self.tool.run("migration", "list"), OK)
        self.expect(self.close(number), OK)
        self.expect(self.close(number), OK)
        self.expect(self.close("999999"), NOT_FOUND)
        self.expect(self.tool.run("host", "return", A), OK)

    # ---- host return

    def returns(self, code, host=A):
        r = self.expect(self.tool.run("host", "return", host, "-f", "json"), code)
        return {row["check"]: row for row in r.json}

    def test_a_host_of_which_nothing_is_left_may_return(self):
        now = self.returns(OK)
        self.assertEqual(now["evacuations under way"]["state"], "ok")
        self.assertEqual(now["instances"]["state"], "note")       # those that are still its own
        self.make("image-stopped-0", status="done", task_state=None, dest=B)
        rows("nova", "UPDATE instances SET host = %s WHERE display_name = 'image-stopped-0'", (B,))
        now = self.returns(OK)
        self.assertEqual((now["evacuated from it"]["state"], now["evacuated from it"]["count"]), ("note", 1))
        self.expect(self.tool.run("host", "return", A[:-1]), NOT_FOUND, A)

    def test_a_host_whose_return_would_destroy_something_must_stay_off(self):
        number = self.make(age=10)
        self.assertEqual(self.returns(REFUSED)["evacuations under way"]["count"], 1)
        rows("nova", "UPDATE migrations SET status = 'done' WHERE id = %s", (number,))
        now = self.returns(REFUSED)
        self.assertEqual((now["came back"]["state"], now["evacuations under way"]["state"]), ("stop", "ok"))
        rows("nova", "UPDATE migrations SET status = 'completed' WHERE id = %s", (number,))
        self.returns(OK)

    def test_a_host_whose_instance_may_run_elsewhere_must_stay_off(self):
        self.assertEqual(self.returns(OK)["guests elsewhere"]["state"], "ok")
        self.make(status="failed", task_state=None, dest=B, events=[("rebuild_server", "Success"), ("compute_rebuild_instance", "Error")])
        now = self.returns(REFUSED)
        self.assertEqual((now["guests elsewhere"]["state"], now["guests elsewhere"]["count"]), ("stop", 1))
        self.assertIn("on '%s': virsh domstate %s" % (B, self.instance()["uuid"]), now["guests elsewhere"]["hint"])
        self.assertIn("if it is not, this check is answered", now["guests elsewhere"]["hint"])
        rows("nova", "UPDATE instance_actions_events SET traceback = 'in _prep_block_device\n' WHERE event = 'compute_rebuild_instance'")
        self.assertEqual(self.returns(OK)["guests elsewhere"]["state"], "ok")     # no guest was begun

    def test_a_host_whose_guest_held_its_disk(self):
        """As nova 26 leaves it: qemu's sentence is in the details alone, ports and attachments are on the other host."""
        self.assertEqual([self.returns(OK)[c]["state"] for c in ("guest alive", "left behind")], ["ok", "ok"])
        uuid = self.instance()["uuid"]
        self.make(status="failed", task_state=None, dest=B, events=[("rebuild_server", "Success"), ("compute_rebuild_instance", "Error")])
        rows("nova", "UPDATE instance_actions_events SET traceback = 'in _create_guest_with_network\n' WHERE event = 'compute_rebuild_instance'")
        rows("nova", "INSERT INTO instance_faults (created_at, deleted, instance_uuid, code, message, details, host) VALUES (UTC_TIMESTAMP(), 0, %s,"
             " 500, 'libvirtError', %s, %s)", (uuid, 'libvirt.libvirtError: x: Failed to get "write" lock\nIs another process using the image [/d]?\n', B))
        now = self.returns(OK)
        self.assertEqual([(now[c]["state"], now[c]["count"]) for c in ("guest alive", "left behind")], [("note", 1), ("ok", 0)])
        self.assertIn("virsh domstate " + uuid, now["guest alive"]["hint"])
        port = value("neutron", "SELECT id FROM ports WHERE device_id = %s", (uuid,))
        rows("neutron", "UPDATE ml2_port_bindings SET host = %s WHERE port_id = %s", (B, port))
        now = self.returns(REFUSED)
        self.assertEqual((now["left behind"]["state"], now["left behind"]["count"]), ("stop", 1))
        self.assertIn("openstack port set --host %s %s" % (A, port), now["left behind"]["hint"])
        self.assertIn("1 port of it is on '%s' now" % B, now["left behind"]["message"])

    def test_a_host_whose_compute_was_not_restarted(self):
        """done and a younger heartbeat: a start would have completed it before."""
        number = self.make("image-stopped-0", age=300, status="done", task_state=None, dest=B)
        rows("nova", "UPDATE instances SET host = %s WHERE display_name = 'image-stopped-0'", (B,))
        rows("nova", "UPDATE services SET forced_down = 1 WHERE host = %s AND `binary` = 'nova-compute'", (A,))
        now = self.returns(OK)
        self.assertEqual((now["copies"]["state"], now["service"]["message"]), ("ok", "nova-compute on '%s' does not report" % A))
        rows("nova", "UPDATE services SET last_seen_up = UTC_TIMESTAMP() WHERE host = %s AND `binary` = 'nova-compute'", (A,))
        now = self.returns(REFUSED)
        self.assertEqual((now["copies"]["state"], now["copies"]["count"]), ("stop", 1))
        self.assertIn("restart nova-compute there now", now["copies"]["hint"])
        self.assertEqual(now["service"]["message"], "nova-compute on '%s' reports" % A)     # forced down or not
        self.assertNotIn("evacuated from it", now)                                      # it will not, as long as it runs on
        rows("nova", "UPDATE migrations SET status = 'completed' WHERE id = %s", (number,))
        self.assertEqual(self.returns(OK)["copies"]["state"], "ok")

    def test_messages_that_wait_for_it(self):
        self.conductor.stop_listening()      # one thread at a time reads the connection
        channel = self.conductor.connection.channel()
        channel.queue_declare("compute." + A, durable=False, auto_delete=False)
        self.addCleanup(channel.queue_delete, "compute." + A)
        self.assertEqual(self.returns(OK)["waiting messages"]["message"], "queue 'compute.%s' is empty" % A)
        channel.basic_publish(amqp.Message("{}"), "", "compute." + A)
        now = self.returns(REFUSED)
        self.assertEqual((now["waiting messages"]["state"], now["waiting messages"]["count"]), ("stop", 1))
        self.assertIn("purge_queue compute." + A, now["waiting messages"]["hint"])
        channel.queue_purge("compute." + A)
        self.returns(OK)
        channel.queue_declare("compute-alt." + A, durable=False, auto_delete=False)     # of nova 33 and later
        self.addCleanup(channel.queue_delete, "compute-alt." + A)
        self.returns(OK)
        channel.basic_publish(amqp.Message("{}"), "", "compute-alt." + A)
        self.assertIn("queue 'compute-alt.%s' holds" % A, self.returns(REFUSED)["waiting messages"]["message"])
        channel.queue_purge("compute-alt." + A)
        tag = channel.basic_consume("compute-alt." + A, no_ack=True)
        (service,) = [s for s in self.tool.run("service", "list", "--host", A, "-f", "json").json if s["binary"] == "nova-compute"]
        self.assertEqual(service["consumers"], 1)
        channel.basic_cancel(tag)
