# SPDX-License-Identifier: Apache-2.0
"""instance evacuate and host evacuate up to the message, with a listener where nova's conductor would be."""
import json
import os
import shutil
import time
import uuid

import amqp

import harness
import landing
from harness import A, B, BUS_UNREACHABLE, C, ENV, FENCED, NOT_FOUND, OK, REFUSED, TIMEOUT, USAGE, rows, value

GO = FENCED + ["--yes"]


def instance(name):
    return rows("nova", "SELECT * FROM instances WHERE display_name = %s AND deleted = 0", (name,))[0]


class Evacuations(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def evacuate(self, name, *words):
        return self.tool.run("instance", "evacuate", name, *words, *GO, "--no-wait", "-f", "json")

    def cast_of(self, *words, name="image-active-0"):
        self.expect(self.evacuate(name, *words), OK)
        (cast,) = self.conductor.wait_for(1)
        return cast

    def test_the_message_is_what_every_conductor_takes(self):
        message, inner = self.cast_of()
        self.assertEqual(message.content_type, "application/json")
        self.assertEqual(message.content_encoding, "utf-8")
        self.assertEqual((message.delivery_mode, message.priority), (2, 0))
        self.assertEqual(json.loads(message.body)["oslo.version"], "2.0")
        self.assertEqual((inner["method"], inner["namespace"], inner["version"]), ("rebuild_instance", "compute_task", "1.12"))
        self.assertEqual(set(inner["args"]), {
            "instance", "new_pass", "injected_files", "image_ref", "orig_image_ref", "orig_sys_metadata", "bdms", "recreate",
            "on_shared_storage", "preserve_ephemeral", "host", "request_spec"})
        self.assertEqual(inner["args"]["recreate"], True)
        self.assertIsNone(inner["args"]["host"])
        self.assertIsNone(inner["_context_auth_token"])
        self.assertIs(inner["_context_is_admin"], True)
        self.assertEqual(inner["_context_service_catalog"][0]["type"], "image")

    def test_the_instance_in_the_message_is_the_row_that_was_locked(self):
        row = instance("image-active-0")
        _, inner = self.cast_of()
        sent = inner["args"]["instance"]
        self.assertEqual((sent["nova_object.name"], sent["nova_object.version"]), ("Instance", "2.3"))
        self.assertNotIn("nova_object.changes", sent)
        data = sent["nova_object.data"]
        self.assertEqual(data.pop("task_state"), "rebuilding")
        self.assertIs(data.pop("deleted"), False)
        for column, got in data.items():
            want = row[column]
            if hasattr(want, "isoformat"):
                want = want.strftime("%Y-%m-%dT%H:%M:%SZ")
            if isinstance(got, bool):
                want = bool(want)
            self.assertEqual(got, want, column)
        self.assertEqual(set(row) - set(data), {"internal_id", "hidden", "deleted", "task_state"})

    def test_the_request_spec_is_the_stored_one_without_leftovers(self):
        _, inner = self.cast_of()
        row = rows("nova_api", "SELECT * FROM request_specs WHERE instance_uuid = %s", (instance("image-active-0")["uuid"],))[0]
        stored, sent = json.loads(row["spec"]), inner["args"]["request_spec"]
        self.assertEqual(sent["nova_object.version"], stored["nova_object.version"])
        data = sent["nova_object.data"]
        self.assertEqual((data["id"], data["retry"], data["ignore_hosts"]), (row["id"], None, None))
        self.assertFalse({"requested_destination", "network_metadata", "requested_resources"} & set(data))
        self.assertEqual(data["flavor"], stored["nova_object.data"]["flavor"])

    def test_the_rows_are_those_that_nova_api_writes(self):
        before = instance("image-stopped-0")
        _, inner = self.cast_of(name="image-stopped-0")
        now = instance("image-stopped-0")
        self.assertEqual(now["task_state"], "rebuilding")
        self.assertEqual({k for k in now if now[k] != before[k]}, {"task_state", "updated_at"})
        (migration,) = rows("nova", "SELECT * FROM migrations WHERE instance_uuid = %s AND migration_type = 'evacuation'",
                            (now["uuid"],))
        self.assertEqual({k: migration[k] for k in ("status", "source_compute", "source_node", "dest_compute", "hidden", "deleted",
                                                    "cross_cell_move", "user_id", "project_id")},
                         {"status": "accepted", "source_compute": A, "source_node": before["node"], "dest_compute": None,
                          "hidden": 0, "deleted": 0, "cross_cell_move": 0, "user_id": before["user_id"],
                          "project_id": before["project_id"]})
        (action,) = rows("nova", "SELECT * FROM instance_actions WHERE instance_uuid = %s AND action = 'evacuate'", (now["uuid"],))
        self.assertEqual(action["request_id"], inner["_context_request_id"])
        self.assertEqual((action["user_id"], action["project_id"]), (inner["_context_user_id"], inner["_context_project_id"]))
        uuid.UUID(action["request_id"][4:])

    def test_a_target_is_asked_of_the_scheduler_and_a_forced_one_bypasses_it(self):
        _, inner = self.cast_of(C)
        self.assertIsNone(inner["args"]["host"])
        destination = inner["args"]["request_spec"]["nova_object.data"]["requested_destination"]
        self.assertEqual((destination["nova_object.name"], destination["nova_object.version"]), ("Destination", "1.0"))
        self.assertEqual(destination["nova_object.data"]["host"], C)
        self.conductor.casts.clear()
        _, inner = self.cast_of(C, "--force", name="image-active-1")
        self.assertEqual(inner["args"]["host"], C)
        self.assertNotIn("requested_destination", inner["args"]["request_spec"]["nova_object.data"])
        self.assertEqual(value("nova", "SELECT dest_compute FROM migrations WHERE instance_uuid = %s AND status = 'accepted'",
                               (instance("image-active-1")["uuid"],)), C)

    def test_a_target_state_goes_only_to_a_nova_that_takes_it(self):
        def release(conductor, compute):
            for database in ("nova", "nova_cell0"):
                rows(database, "UPDATE services SET version = %s WHERE `binary` = 'nova-conductor'", (conductor,))
                rows(database, "UPDATE services SET version = %s WHERE `binary` = 'nova-compute'", (compute,))
        for conductor, compute in ((64, 64), (66, 64), (64, 66)):
            release(conductor, compute)
            self.refused("target-state-unsupported", "instance", "evacuate", "image-active-0", "--target-state", "stopped")
        self.expect(self.evacuate("image-active-0", "--target-state", "active"), USAGE, "stopped")
        self.expect(self.tool.run("host", "evacuate", A, "--target-state", "stopped", *GO), USAGE)
        release(66, 66)
        _, inner = self.cast_of("--target-state", "stopped")
        self.assertEqual((inner["version"], inner["args"]["target_state"]), ("1.25", "stopped"))
        self.conductor.casts.clear()
        _, inner = self.cast_of(name="image-active-1")
        self.assertEqual((inner["version"], "target_state" in inner["args"]), ("1.12", False))

    def said(self, process, text):
        """Reads what it says until it says that."""
        for line in iter(process.stderr.readline, b""):
            if text in line.decode():
                return line.decode()
        self.fail("it never said: " + text)

    def test_phases_and_the_fault_are_told_as_nova_writes_them(self):
        """What a compute writes that takes it and then fails, by hand."""
        uuid_ = instance("image-active-0")["uuid"]
        process = self.tool.start("instance", "evacuate", "image-active-0", *GO, "--timeout", "60", "--debug", "-f", "json")
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        self.conductor.wait_for(1)
        mine = "instance_uuid = '%s' AND migration_type = 'evacuation' AND status = '%s'"
        rows("nova", "UPDATE migrations SET status = 'pre-migrating', dest_compute = %s WHERE " + mine % (uuid_, "accepted"), (B,))
        self.assertIn("image-active-0", self.said(process, "pre-migrating, to " + B))
        rows("nova", "INSERT INTO instance_faults (created_at, deleted, instance_uuid, code, message, host) VALUES (UTC_TIMESTAMP(), 0, %s, 500,"
             " 'no such image', %s)", (uuid_, B))
        rows("nova", "UPDATE instances SET vm_state = 'error', task_state = NULL WHERE uuid = %s", (uuid_,))
        rows("nova", "UPDATE migrations SET status = 'failed' WHERE " + mine % (uuid_, "pre-migrating"))
        self.said(process, "nova ended it as 'failed' (instance error): no such image (fault 500)")
        out = process.communicate(timeout=60)[0]
        self.assertEqual(process.returncode, harness.ERROR)
        step = json.loads(out)["steps"][0]
        self.assertEqual((step["state"], step["outcome"]), ("failed", "failed"))
        self.assertIn("no such image", step["error"])

    def test_a_stopped_one_that_failed_is_remembered_as_stopped_and_the_dead_service_is_named(self):
        """What a compute writes that cannot reach cinder, by hand; then the same command, with its journal and without."""
        uuid_ = instance("image-stopped-0")["uuid"]
        process = self.tool.start("instance", "evacuate", "image-stopped-0", *GO, "--timeout", "60", "-f", "json")
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        self.conductor.wait_for(1)
        rows("nova", "INSERT INTO instance_actions (created_at, deleted, action, instance_uuid, request_id, start_time) VALUES (UTC_TIMESTAMP(),"
             " 0, 'stop', %s, 'req-stop', UTC_TIMESTAMP() - INTERVAL 1 DAY)", (uuid_,))
        rows("nova", "INSERT INTO instance_faults (created_at, deleted, instance_uuid, code, message, details, host) VALUES (UTC_TIMESTAMP(), 0,"
             " %s, 500, 'ConnectFailure', %s, %s)",
             (uuid_, '  File "/x/cinderclient/client.py", line 1, in request\nConnectFailure: Unable to establish connection to'
              ' http://u:pw@ctl1:8776/v3: refused', B))
        rows("nova", "UPDATE instances SET vm_state = 'error', task_state = NULL WHERE uuid = %s", (uuid_,))
        rows("nova", "UPDATE migrations SET status = 'failed' WHERE instance_uuid = %s AND status = 'accepted'", (uuid_,))
        out = json.loads(process.communicate(timeout=60)[0])
        error = out["steps"][0]["error"]
        self.assertTrue(error.startswith("cinder-api at http://ctl1:8776 does not answer; nova ended it as 'failed' (instance error):"), error)
        self.assertIn("start cinder-api, then the same command evacuates it again", error)
        shown = self.expect(self.tool.run("instance", "show", uuid_, "-f", "json"), OK).json
        self.assertIn("cinder-api at http://ctl1:8776 does not answer", [r["value"] for r in shown])
        self.assertIn(("before", "stopped"), [(r["item"], r["value"]) for r in shown])
        for before in ("was stopped before run " + out["run"], "was stopped before that"):
            dry = self.expect(self.tool.run("instance", "evacuate", "image-stopped-0", *GO, "--dry-run", "-f", "json"), OK).json
            note = [f for f in dry["findings"] if f["code"] == "expected-state"]
            self.assertIn(before, note[0]["message"])
            self.assertEqual(note[0]["hint"], "once it is ACTIVE: openstack server stop " + uuid_)
            shutil.rmtree(os.path.join(self.tool.state, "journal"), ignore_errors=True)

    def test_one_that_nova_itself_has_stopped_is_named(self):
        """A host that was switched on in between without its guests: nova's look at power states stops them, as nobody."""
        uuid_ = instance("image-stopped-0")["uuid"]
        for user, found in (("f" * 32, []), (None, ["image-stopped-0 was found off by nova 10 min ago, and nobody has asked for that: it stays stopped"])):
            rows("nova", "INSERT INTO instance_actions (created_at, updated_at, deleted, action, instance_uuid, request_id, user_id, project_id, start_time)"
                 " VALUES (UTC_TIMESTAMP(), UTC_TIMESTAMP(), 0, 'stop', %s, 'req-00000000-0000-4000-8000-000000000000', %s, %s, UTC_TIMESTAMP() - INTERVAL 10 MINUTE)",
                 (uuid_, user, user))
            dry = self.expect(self.tool.run("instance", "evacuate", "image-stopped-0", *GO, "--dry-run", "-f", "json"), OK).json
            self.assertEqual([f["message"] for f in dry["findings"] if f["code"] == "stopped-by-nova"], found)
        self.assertEqual([f["hint"] for f in dry["findings"] if f["code"] == "stopped-by-nova"], ["once it is evacuated, if it is to run: openstack server start " + uuid_])

    def test_one_that_is_under_way_is_not_cast_again(self):
        self.cast_of()
        before = harness.checksum()
        self.expect(self.evacuate("image-active-0"), REFUSED)
        self.unchanged(before)
        self.assertEqual(len(self.conductor.casts), 1)

    def test_a_host_is_cast_whole_and_what_nova_would_not_take_is_named(self):
        rows("cinder", "UPDATE volumes SET host = REPLACE(host, %s, %s) WHERE BINARY LEFT(host, %s) = BINARY %s",
             (A, B, len(A), A))
        r = self.expect(self.tool.run("host", "evacuate", A, *GO, "--no-wait", "-f", "json"), OK)
        self.assertEqual(len(self.conductor.wait_for(10)), 10)
        skipped = {f["subject"] for f in r.json["findings"] if f["severity"] == "skip"}
        names = ("image-paused-0", "image-shelved-0", "volume-rescued-0")
        self.assertEqual(skipped, {instance(n)["uuid"] for n in names})
        for name in names:
            self.assertNotEqual(instance(name)["task_state"], "rebuilding")
        twin = rows("nova", "SELECT task_state FROM instances WHERE BINARY host = BINARY %s", (A.replace("-", "_", 1),))
        self.assertTrue(twin and all(t["task_state"] != "rebuilding" for t in twin))

    def test_names_that_nobody_knows(self):
        before = harness.checksum()
        uuid_ = instance("image-active-0")["uuid"]
        self.expect(self.evacuate("image-aktive-0"), NOT_FOUND, "image-aktive-0")
        self.expect(self.evacuate(uuid_[:-1] + ("0" if uuid_[-1] != "0" else "1")), NOT_FOUND)
        self.expect(self.evacuate("image-active-0", C[:-1]), NOT_FOUND, "did you mean", C)
        self.expect(self.tool.run("host", "evacuate", A[:-1], *GO), NOT_FOUND, "did you mean", A)
        self.expect(self.tool.run("host", "evacuate", A.upper(), *GO), NOT_FOUND, A)
        self.expect(self.tool.run("host", "rescue", A, "--to", B[:-1], *GO), NOT_FOUND, B)
        self.expect(self.tool.run("host", "evacuate", A, "--only", "nobody", *GO), NOT_FOUND, "nobody")
        self.expect(self.tool.run("host", "evacuate", A, "--exclude", "image-activ-0", *GO), NOT_FOUND, "did you mean", "image-active-0")
        self.expect(self.tool.run("instance", "list", "--host", A[:-1]), NOT_FOUND, A)
        self.unchanged(before)
        self.assertEqual(self.conductor.casts, [])

    def test_a_name_of_what_has_left_the_host_is_said_and_passed_over(self):
        """The same command again, after the host has returned and cleaned up, and a tenant has deleted."""
        names = ("image-active-0", "image-active-1", "image-error-0")
        self.cast_of()
        landing.land(instance(names[0])["uuid"], B)
        rows("nova", "UPDATE migrations SET status = 'completed' WHERE instance_uuid = %s AND status = 'done'", (instance(names[0])["uuid"],))
        gone = instance(names[1])["uuid"]
        rows("nova", "UPDATE instances SET deleted = id, deleted_at = UTC_TIMESTAMP() WHERE uuid = %s", (gone,))
        harness.heartbeats()
        r = self.tool.run("host", "evacuate", A, "--only", names[0], "--only", gone, "--exclude", names[2], *FENCED, "--dry-run")
        self.expect(r, OK, "--only '%s': already moved" % names[0], "--only '%s': deleted meanwhile" % gone)
        elsewhere = value("nova", "SELECT uuid FROM instances WHERE BINARY host = BINARY %s AND deleted = 0 AND uuid <> %s LIMIT 1", (B, instance(names[0])["uuid"]))
        self.expect(self.tool.run("host", "evacuate", A, "--only", elsewhere, *FENCED, "--dry-run"), NOT_FOUND, elsewhere)   # never was here

    def refused(self, code, *words):
        before = harness.checksum()
        r = self.expect(self.tool.run(*words, *GO, "-f", "json"), REFUSED)
        self.assertIn(code, r.findings())
        self.unchanged(before)
        self.assertEqual(self.conductor.casts, [])
        return r

    def test_a_target_that_will_not_do(self):
        self.refused("target-is-source", "instance", "evacuate", "image-active-0", A)
        rows("nova", "UPDATE services SET disabled = 1 WHERE host = %s AND `binary` = 'nova-compute'", (C,))
        self.refused("target-disabled", "instance", "evacuate", "image-active-0", C)
        harness.heartbeats(alive=(B, harness.ENV["SB_CONTROLLER"]), dead=(A, C))
        self.refused("target-down", "instance", "evacuate", "image-active-0", C)
        harness.heartbeats(alive=(harness.ENV["SB_CONTROLLER"],), dead=(A, B, C))
        self.refused("target-down", "instance", "evacuate", "image-active-0")
        self.expect(self.tool.run("instance", "evacuate", "image-active-0", "--force", *GO), USAGE)

    def test_a_host_that_lives_is_never_evacuated(self):
        harness.heartbeats(alive=(A, B, C, harness.ENV["SB_CONTROLLER"]), dead=())
        self.refused("source-alive", "host", "evacuate", A, "--accept", "source-alive")
        harness.heartbeats()
        rows("cinder", "UPDATE services SET updated_at = UTC_TIMESTAMP() WHERE host = %s AND deleted = 0", (A + "@nvme",))
        self.refused("source-alive", "instance", "evacuate", "image-active-0")
        harness.heartbeats(alive=(A, B, C, harness.ENV["SB_CONTROLLER"]), dead=())
        harness.heartbeats(alive=(), dead=())
        rows("cinder", "UPDATE services SET updated_at = UTC_TIMESTAMP() - INTERVAL 1 HOUR WHERE host LIKE %s", (A + "%",))
        rows("neutron", "UPDATE agents SET heartbeat_timestamp = UTC_TIMESTAMP() - INTERVAL 1 HOUR WHERE host = %s", (A,))
        rows("nova", "UPDATE services SET forced_down = 1, last_seen_up = UTC_TIMESTAMP() WHERE host = %s", (A,))
        self.cast_of()

    def test_a_volume_whose_owner_is_dead_comes_first(self):
        r = self.refused("volume-owner-dead", "instance", "evacuate", "volume-active-0")
        self.assertIn("volume update_host", json.dumps(r.json["findings"]))

    def test_a_root_disk_that_may_be_lost_needs_a_token(self):
        os.unlink(self.tool.site)
        with open(self.tool.site, "w") as f:
            f.write("[site]\n")
        self.refused("needs-token", "instance", "evacuate", "image-active-0")
        self.refused("needs-token", "instance", "evacuate", "image-active-0", "--accept", "local-disk", "--accept", "needs-token")

    def test_the_sites_version(self):
        for version, fits in (("6.4.2.9", False), ("6.10.0.0", True), ("6.4.3", True)):
            with open(self.tool.site, "w") as f:
                f.write("[site]\nshared_disks = true\nversion = %s\nmin_version = 6.4.3.0.0.0\n" % version)
            r = self.tool.run("instance", "evacuate", "image-active-0", *FENCED, "--dry-run", "-f", "json")
            self.assertEqual("site-version" in r.findings(), not fits, version)

    def test_nobody_listens(self):
        self.conductor.close()
        self.refused("no-consumer", "instance", "evacuate", "image-active-0")   # the queue is gone
        self.refused("no-consumer", "host", "rescue", A, "--to", B)
        self.conductor = harness.Conductor()
        self.conductor.stop_listening()
        self.refused("no-consumer", "instance", "evacuate", "image-active-0")   # a queue that nobody reads

    def scheduler_queue(self):
        """As a scheduler that has died leaves it."""
        other = amqp.Connection("127.0.0.1:%s" % ENV["SB_AMQP_PORT"], userid=ENV["SB_AMQP_USER"], password=ENV["SB_AMQP_PASS"])
        other.connect()
        channel = other.channel()
        channel.queue_declare("scheduler", durable=False, auto_delete=False)
        self.addCleanup(lambda: (channel.queue_delete("scheduler"), other.close()))
        return channel

    def test_requests_that_wait_for_a_scheduler_stop_the_cast(self):
        channel = self.scheduler_queue()
        before = harness.checksum()
        self.assertIn("scheduler-missing", self.expect(self.evacuate("image-active-0"), REFUSED).findings())
        # a forced target is not asked of it, but nova-compute tells it at the end, and fails where nobody listens
        r = self.tool.run("instance", "evacuate", "image-active-0", B, "--force", *FENCED, "--dry-run", "-f", "json")
        self.assertIn("cannot tell any nova-scheduler", [f for f in r.json["findings"] if f["code"] == "scheduler-missing"][0]["message"])
        channel.basic_publish(amqp.Message("{}"), "", "scheduler")
        time.sleep(0.2)
        r = self.tool.run("instance", "evacuate", "image-active-0", B, "--force", *FENCED, "--dry-run", "-f", "json")
        (finding,) = [f for f in r.json["findings"] if f["code"] == "scheduler-missing"]
        self.assertIn("has no consumer and 1 message", finding["message"])
        self.assertIn("purge_queue scheduler", finding["hint"])
        self.unchanged(before)
        self.assertEqual(self.conductor.casts, [])

    def test_a_scheduler_that_dies_in_the_middle_stops_the_rest(self):
        channel = self.scheduler_queue()
        tag = channel.basic_consume("scheduler", no_ack=True, callback=lambda m: None)
        process = self.tool.start("host", "evacuate", A, "--only", "image-active-0", "--only", "image-active-1", "--max-in-flight", "1", *GO,
                                  "--timeout", "6", "-f", "json")
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        first = landing.uuid_of(self.conductor.wait_for(1)[0])
        channel.basic_cancel(tag)
        landing.land(first, B)
        out, err = process.communicate(timeout=60)
        self.assertRegex(err.decode(), "queue 'scheduler' on .* has no consumer any more")
        self.assertEqual(len(self.conductor.casts), 1)
        self.assertEqual({s["id"]: s["state"] for s in json.loads(out)["steps"]}[first], "proved")

    def test_a_database_that_goes_away_before_the_claim_is_written_has_sent_nothing(self):
        uuid_ = instance("image-active-0")["uuid"]
        other = harness.connect("nova", autocommit=False)
        self.addCleanup(other.close)
        with other.cursor() as cursor:
            cursor.execute("SELECT id FROM instances WHERE uuid = %s FOR UPDATE", (uuid_,))
        process = self.tool.start("instance", "evacuate", uuid_, *GO, "--no-wait", "-f", "json")
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        waits, end = [], time.monotonic() + 8
        while not waits and time.monotonic() < end:
            time.sleep(0.05)
            waits = [p for p in rows("nova", "SHOW PROCESSLIST") if "nova/instance_lock" in (p["Info"] or "")]
        self.assertTrue(waits, process.poll() is not None and process.communicate())
        rows("nova", "KILL %d" % waits[0]["Id"])
        other.rollback()
        (step,) = [s for s in json.loads(process.communicate(timeout=60)[0])["steps"] if s["id"] == uuid_]
        self.assertEqual(step["state"], "failed")
        self.assertRegex(step["error"], "^not sent: ")
        self.assertEqual(self.conductor.casts, [])

    def test_a_message_that_no_queue_takes_is_taken_back(self):
        before = instance("image-busy-0")
        self.conductor.unbind()
        r = self.expect(self.evacuate("image-busy-0"), harness.ERROR)
        self.assertIn("not sent", r.json["steps"][0]["error"])
        now = instance("image-busy-0")
        self.assertEqual((now["task_state"], now["host"]), (before["task_state"], A))
        self.assertEqual(value("nova", "SELECT status FROM migrations WHERE instance_uuid = %s ORDER BY id DESC LIMIT 1", (now["uuid"],)), "error")
        self.assertEqual([x["outcome"] for j in self.tool.journals() for x in j if x["type"] == "publish_outcome"], ["returned"])
        self.assertEqual(self.conductor.casts, [])

    def test_what_does_not_end_is_a_timeout_and_is_said(self):
        r = self.tool.run("instance", "evacuate", "image-active-0", *GO, "--timeout", "2", "-f", "json")
        self.expect(r, TIMEOUT)
        self.assertIn("accepted", r.json["steps"][0]["error"])
        self.assertEqual(len(self.conductor.casts), 1)
        listed = self.expect(self.tool.run("journal", "list", "-f", "json"), OK, "not all is known: ", " journal recover ")
        self.assertEqual([listed.json[0][k] for k in ("state", "units_done", "units_unknown")], ["unknown", 0, 1])

    def test_without_a_fence_or_a_yes_nothing_is_cast(self):
        before = harness.checksum()
        self.expect(self.tool.run("instance", "evacuate", "image-active-0", "--yes"), REFUSED, "fencing-unconfirmed")
        self.expect(self.tool.run("instance", "evacuate", "image-active-0", *FENCED), REFUSED, "--yes")
        self.expect(self.tool.run("host", "evacuate", A, *FENCED), REFUSED)
        self.expect(self.tool.run("host", "rescue", A, "--to", B, *FENCED), REFUSED)
        self.unchanged(before)
        self.assertEqual(self.conductor.casts, [])

    def test_a_refusal_says_why_and_what_comes_first_and_no_line_that_would_go_on(self):
        r = self.expect(self.tool.run("instance", "evacuate", "image-paused-0", *GO), REFUSED, "image-paused-0: it is paused: nova evacuates only",
                        "refused: 1 problem; nothing was written")
        self.assertEqual((r.out + r.err).count("image-paused-0: it is paused"), 1, str(r))
        r = self.expect(self.tool.run("host", "evacuate", A), REFUSED, "refused: ", " first")
        for answer in ("--yes", "--fenced '", '--fenced "', "--accept"):
            self.assertNotIn(answer, r.err)
        self.expect(self.tool.run("host", "evacuate", A, "--accept", "local-disk:%s" % uuid.uuid4()), harness.NOT_FOUND)

    def test_more_than_half_of_the_computes_down_is_no_host_failure(self):
        harness.heartbeats(alive=(C, harness.ENV["SB_CONTROLLER"]), dead=(A, B))
        rows("nova", "UPDATE services SET disabled = 0 WHERE `binary` = 'nova-compute'")
        self.refused("mass-failure", "instance", "evacuate", "image-active-0")
