# SPDX-License-Identifier: Apache-2.0
"""Rows of an evacuation that are not there any more: a database that came back without its last commits, or somebody who deleted
them. It is unknown at once, keeps the next run out, and 'journal recover' settles it by what is left."""
import time

import amqp

import harness
import journals
import landing
from harness import A, B, C, FENCED, OK, rows, value

GO = FENCED + ["--yes"]
BUSY, UNKNOWN = 8, 9
NAME = "image-active-0"


class Vanished(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def instance(self):
        return rows("nova", "SELECT * FROM instances WHERE display_name = %s", (NAME,))[0]

    def forget_migration(self):
        self.assertEqual(rows("nova", "DELETE FROM migrations WHERE instance_uuid = %s AND SUBSTRING(uuid, 15, 1) = '5'", (self.instance()["uuid"],)), 1)

    def forget_all(self):
        """As a replica that had not yet got the claim has it."""
        uuid = self.instance()["uuid"]
        self.forget_migration()
        rows("nova", "DELETE FROM instance_actions_events WHERE action_id IN (SELECT id FROM instance_actions WHERE instance_uuid = %s)", (uuid,))
        rows("nova", "DELETE FROM instance_actions WHERE instance_uuid = %s AND action = 'evacuate'", (uuid,))
        rows("nova", "UPDATE instances SET task_state = NULL WHERE uuid = %s", (uuid,))

    def event(self, name, result):
        rows("nova", "INSERT INTO instance_actions_events (created_at, deleted, event, action_id, start_time, result) SELECT UTC_TIMESTAMP(), 0, %s, id,"
             " UTC_TIMESTAMP(), %s FROM instance_actions WHERE instance_uuid = %s AND action = 'evacuate' ORDER BY id DESC LIMIT 1",
             (name, result, self.instance()["uuid"]))

    def run_id(self):
        return self.tool.journals()[-1][0]["run"]

    def lose(self, how):
        """An evacuation is followed, and its rows vanish."""
        process = self.tool.start("instance", "evacuate", NAME, *GO, "--timeout", "120", "-f", "json")
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        self.conductor.wait_for(1)
        time.sleep(0.3)
        begun = time.monotonic()
        how()
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, UNKNOWN, out.decode() + err.decode())
        self.assertLess(time.monotonic() - begun, 30)
        return err.decode()

    def quiet(self):
        """Ten minutes later."""
        journals.older(journals.path_of(self.tool), 600)
        rows("nova", "UPDATE instances SET updated_at = UTC_TIMESTAMP() - INTERVAL 600 SECOND WHERE display_name = %s", (NAME,))

    def recover(self, *words):
        return self.tool.run("journal", "recover", self.run_id(), *words, "-f", "json")

    def settles(self, state, *words, text=""):
        r = self.expect(self.recover(*words), OK)
        (step,) = r.json["steps"]
        self.assertEqual(step["state"], state, str(r))
        self.assertIn(text, step["error"] or "")
        (repeated,) = self.recover().json["steps"]     # what the run itself had said of it is settled
        self.assertEqual((repeated["state"], repeated["error"]), (state, step["error"]))
        return r

    def stays_unknown(self, *texts):
        before = harness.checksum()
        self.expect(self.recover(), UNKNOWN, *texts)
        self.unchanged(before)

    def may_go_again(self):
        casts = len(self.conductor.casts)
        self.expect(self.tool.run("instance", "evacuate", NAME, *GO, "--no-wait"), OK)
        self.assertEqual(len(self.conductor.wait_for(casts + 1)), casts + 1)

    def test_it_is_unknown_at_once_and_keeps_the_next_run_out(self):
        said = self.lose(self.forget_migration)
        self.assertIn("not in the database any more", said)
        self.assertIn(" journal recover " + self.run_id(), said)
        outcomes = [x["state"] for x in self.tool.journals()[-1] if x["type"] == "outcome"]
        self.assertEqual(outcomes[-1], "unknown")
        (listed,) = self.tool.run("journal", "list", "-f", "json").json
        self.assertEqual(listed["state"], "unknown")
        for words in (["instance", "evacuate", NAME], ["host", "evacuate", A]):
            self.expect(self.tool.run(*words, *GO, "--no-wait"), BUSY, " journal recover " + self.run_id())
        self.assertEqual(len(self.conductor.casts), 1)

    def test_nothing_more_is_begun_after_it(self):
        process = self.tool.start("host", "evacuate", A, "--only", "image-active-0", "--only", "image-active-1", "--max-in-flight", "1", *GO,
                                  "--timeout", "120", "-f", "json")
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        self.conductor.wait_for(1)
        time.sleep(0.3)
        rows("nova", "DELETE FROM migrations WHERE SUBSTRING(uuid, 15, 1) = '5'")
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, UNKNOWN)
        self.assertEqual(len(self.conductor.casts), 1)

    def test_nobody_has_begun_with_it_and_no_queue_holds_it(self):
        """The record of its request is there, and nobody has written under it."""
        self.lose(self.forget_migration)
        self.stays_unknown("may still be in the broker")
        journals.older(journals.path_of(self.tool), 600)
        self.stays_unknown("nova can work for 300 s without an update")
        self.quiet()
        self.conductor.stop_listening()
        self.conductor.channel.basic_publish(amqp.Message("{}"), "nova", "conductor")
        time.sleep(0.2)
        self.stays_unknown("nova-conductor's queue holds 1 message,")
        self.conductor.channel.queue_purge("conductor")
        channel = self.conductor.connection.channel()
        channel.queue_declare("compute." + C, durable=False, auto_delete=False)
        channel.basic_publish(amqp.Message("{}"), "", "compute." + C)
        time.sleep(0.2)
        self.stays_unknown("compute.%s" % C)
        channel.queue_delete("compute." + C)
        self.settles("failed", text="nova has not begun to work on it")
        self.assertIsNone(self.instance()["task_state"])
        (migration,) = rows("nova", "SELECT status FROM migrations WHERE instance_uuid = %s", (self.instance()["uuid"],))
        self.assertEqual(migration["status"], "error")
        (listed,) = self.tool.run("journal", "list", "-f", "json").json
        self.assertEqual(listed["state"], "recovered")
        self.conductor.close()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)
        self.may_go_again()

    def test_a_message_that_does_not_expire_is_looked_for_by_a_person(self):
        self.lose(self.forget_migration)
        journals.never_expires(journals.path_of(self.tool))
        self.stays_unknown("may still be in the broker")
        self.quiet()
        uuid = self.instance()["uuid"]
        self.stays_unknown("its broker does not let its message expire: first restart every nova-conductor",
                           " journal recover %s --accept guest-may-still-run:%s" % (self.run_id(), uuid))
        self.conductor.stop_listening()
        self.conductor.channel.basic_publish(amqp.Message("{}"), "nova", "conductor")
        time.sleep(0.2)
        self.expect(self.recover("--accept", "guest-may-still-run:" + uuid), UNKNOWN, "nova-conductor's queue holds 1 message,")
        self.conductor.channel.queue_purge("conductor")
        self.settles("failed", "--accept", "guest-may-still-run:" + uuid)
        self.assertIsNone(self.instance()["task_state"])

    def test_what_was_recorded_is_lost_too_and_somebody_must_look(self):
        self.lose(self.forget_all)
        self.quiet()
        uuid = self.instance()["uuid"]
        self.stays_unknown("its guest may still run on a compute", "virsh domstate " + uuid,
                           " journal recover %s --accept guest-may-still-run:%s" % (self.run_id(), uuid))
        self.expect(self.recover("--accept", "guest-may-still-run:" + self.instance()["display_name"]), UNKNOWN)
        self.settles("failed", "--accept", "guest-may-still-run:" + uuid)
        self.may_go_again()

    def test_somebody_had_begun_with_it(self):
        self.lose(self.forget_migration)
        self.event("rebuild_server", None)
        self.quiet()
        self.stays_unknown("nova had begun to work on it")
        self.settles("failed", "--accept", "guest-may-still-run:" + self.instance()["uuid"])
        self.assertIsNone(self.instance()["task_state"])

    def test_somebody_has_failed_at_it(self):
        self.lose(self.forget_migration)
        self.event("rebuild_server", "Error")
        self.settles("failed", text="had failed at it")
        self.assertIsNone(self.instance()["task_state"])
        self.may_go_again()

    def test_the_instance_has_arrived_all_the_same(self):
        self.lose(self.forget_migration)
        rows("nova", "UPDATE instances SET host = %s, task_state = 'rebuild_spawning' WHERE display_name = %s", (C, NAME))
        self.settles("applied", text="nova works on it")
        landing.land(self.instance()["uuid"], C)
        r = self.settles("proved")
        self.assertEqual(r.json["steps"][0]["after"]["host"], C)

    def test_the_instance_was_deleted(self):
        self.lose(self.forget_migration)
        rows("nova", "UPDATE instances SET deleted = id, deleted_at = UTC_TIMESTAMP(), vm_state = 'deleted', task_state = NULL"
             " WHERE display_name = %s", (NAME,))
        self.settles("failed", text="its instance is deleted")

    def claimed_only(self):
        """Dead between the claim and its message."""
        self.expect(self.tool.run("instance", "evacuate", NAME, *GO, "--no-wait"), OK)
        self.conductor.wait_for(1)
        journals.cut_after(journals.path_of(self.tool), lambda r: r["type"] == "outcome")

    def test_what_was_never_sent_is_put_back_without_its_migration(self):
        self.claimed_only()
        self.forget_migration()
        self.assertEqual(self.instance()["task_state"], "rebuilding")
        self.settles("skipped", text="its migration record is gone")
        self.assertIsNone(self.instance()["task_state"])
        self.may_go_again()

    def test_what_was_never_sent_is_put_back_without_its_action(self):
        self.claimed_only()
        rows("nova", "DELETE FROM instance_actions WHERE instance_uuid = %s AND action = 'evacuate'", (self.instance()["uuid"],))
        self.settles("skipped")
        self.assertIsNone(self.instance()["task_state"])

    def test_what_was_never_sent_of_an_instance_that_was_deleted(self):
        self.claimed_only()
        rows("nova", "UPDATE instances SET deleted = id, deleted_at = UTC_TIMESTAMP(), vm_state = 'deleted' WHERE display_name = %s", (NAME,))
        self.settles("skipped", text="its instance is deleted")
        self.assertEqual(value("nova", "SELECT status FROM migrations WHERE instance_uuid = %s AND SUBSTRING(uuid, 15, 1) = '5'",
                               (self.instance()["uuid"],)), "error")

    def test_a_run_that_left_it_under_way_keeps_the_next_one_out_too(self):
        """Sent without waiting, and then the database came back without it: to the rows nothing was ever asked for."""
        self.expect(self.tool.run("instance", "evacuate", NAME, *GO, "--no-wait"), OK)
        self.conductor.wait_for(1)
        self.forget_all()
        self.expect(self.tool.run("instance", "evacuate", NAME, *GO, "--no-wait"), BUSY, "the migration is no longer in the database",
                    " journal recover " + self.run_id())
        self.assertEqual(len(self.conductor.casts), 1)
        self.quiet()
        self.settles("failed", "--accept", "guest-may-still-run:" + self.instance()["uuid"])
        self.may_go_again()
