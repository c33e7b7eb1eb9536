# SPDX-License-Identifier: Apache-2.0
"""Findings of evacuations against real rows: each present, and absent without its cause."""
import json
import re
import os
import socket
import threading

import harness
from harness import A, B, C, ENV, ERROR, FENCED, NOT_FOUND, OK, REFUSED, rows, value

PLACEMENT = ["--placement-config-file", ENV["SB_PLACEMENT_CONF"]]
AMPHORA = "amphora-5a1b2c3d-0000-4000-8000-00000000000a"


def instance(name):
    return rows("nova", "SELECT * FROM instances WHERE display_name = %s AND deleted = 0", (name,))[0]


def change_flavor(name, **changes):
    uuid = instance(name)["uuid"]
    flavor = json.loads(value("nova", "SELECT flavor FROM instance_extra WHERE instance_uuid = %s", (uuid,)))
    flavor["cur"]["nova_object.data"].update(changes)
    rows("nova", "UPDATE instance_extra SET flavor = %s WHERE instance_uuid = %s", (json.dumps(flavor), uuid))


def change_ports(name, ports):
    rows("nova", "UPDATE instance_info_caches SET network_info = %s WHERE instance_uuid = %s", (json.dumps(ports), instance(name)["uuid"]))


class Guards(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def dry(self, *words):
        harness.heartbeats()
        r = self.tool.run(*words, *FENCED, "--dry-run", "-f", "json")
        self.assertTrue(r.out, str(r))
        self.last = {f["code"]: f for f in r.json["findings"]}
        return self.last

    def instance(self, name="image-active-0", *words):
        return self.dry("instance", "evacuate", name, *words)

    def both(self, code, cause, *words, name="image-active-0"):
        """Absent, then present; the finding."""
        self.assertNotIn(code, self.instance(name, *words))
        cause()
        found = self.instance(name, *words)
        self.assertIn(code, found)
        return found[code]

    def test_octavia(self):
        self.both("octavia", lambda: rows("nova", "UPDATE instances SET display_name = %s WHERE display_name = 'image-active-1'", (AMPHORA,)),
                  name=instance("image-active-1")["uuid"])
        self.assertNotIn("octavia", [c for c, f in self.instance(AMPHORA, "--accept", "octavia").items() if not f["accepted"]])

    def test_needs_token_for_a_key(self):
        uuid = instance("volume-active-0")["uuid"]
        volume = value("nova", "SELECT volume_id FROM block_device_mapping WHERE instance_uuid = %s AND deleted = 0", (uuid,))
        f = self.both("needs-token", lambda: rows("cinder", "UPDATE volumes SET encryption_key_id = UUID() WHERE id = %s", (volume,)),
                      name="volume-active-0")
        self.assertIn(volume, f["message"])
        rows("cinder", "UPDATE volumes SET encryption_key_id = '00000000-0000-0000-0000-000000000000' WHERE id = %s", (volume,))
        self.assertNotIn("needs-token", self.instance("volume-active-0"))

    def test_what_flavors_and_ports_ask_for(self):
        f = self.both("needs-token", lambda: change_flavor("image-active-0", extra_specs={"accel:device_profile": "fpga"}))
        self.assertIn("cyborg", f["message"])
        change_flavor("image-active-0", extra_specs={})
        f = self.both("not-evacuable", lambda: change_flavor("image-active-0", extra_specs={"hw:tpm_version": "2.0"}))
        self.assertIn("vTPM", f["message"])
        change_flavor("image-active-0", extra_specs={})
        f = self.both("not-evacuable", lambda: change_ports("image-active-0", [{"id": "p", "vnic_type": "accelerator-direct"}]))
        self.assertIn("accelerator", f["message"])
        change_ports("image-active-0", [{"id": "p", "vnic_type": "normal", "profile": {"allocation": "a"}}])
        self.assertNotIn("not-evacuable", self.instance())
        self.assertIn("not-evacuable", self.instance("image-active-0", C, "--force"))

    def test_the_release_rules(self):
        def release(version):
            for database in ("nova", "nova_cell0"):
                rows(database, "UPDATE services SET version = %s WHERE `binary` = 'nova-conductor'", (version,))
        self.assertNotIn("not-evacuable", self.instance("image-busy-0"))     # powering off, and Zed does not mind
        release(61)
        self.assertIn("task-state", self.instance("image-busy-0"))
        self.assertNotIn("task-state", self.instance())
        self.assertTrue(self.instance("image-busy-0", "--accept", "task-state")["task-state"]["accepted"])
        release(53)
        found = self.instance("image-busy-0")
        self.assertIn("powering-off", found["not-evacuable"]["message"])
        self.assertIn("1.14", self.instance()["not-evacuable"]["message"])   # a spec that Victoria does not know
        release(64)
        self.assertNotIn("release-deletes-disks", self.instance())
        rows("nova", "UPDATE services SET version = 51 WHERE `binary` = 'nova-compute' AND host = %s", (C,))
        self.assertIn("21.1.0", self.instance()["release-deletes-disks"]["message"])
        self.assertNotIn("release-deletes-disks", self.instance("volume-active-0"))
        r = self.tool.run("host", "rescue", A, "--to", B, *FENCED, "--dry-run", "-f", "json")      # and no volume-backed one is kept back
        left = {f["subject"] for f in r.json["findings"] if f["code"] == "release-deletes-disks"}
        self.assertEqual(({f["severity"] for f in r.json["findings"] if f["code"] == "release-deletes-disks"}, r.code), ({"skip"}, OK), str(r))
        self.assertIn(instance("image-active-0")["uuid"], left)
        self.assertNotIn(instance("volume-active-0")["uuid"], left)
        with open(self.tool.site, "a") as f:
            f.write("nova_release = 21.1.2\n")
        self.assertNotIn("release-deletes-disks", self.instance())
        self.assertNotIn("release-unclear", self.last)
        rows("nova", "UPDATE services SET version = 64 WHERE `binary` = 'nova-compute' AND host = %s", (C,))
        self.assertIn("nova_release is 21.1.2", self.instance()["release-unclear"]["message"])      # of no service any more
        with open(self.tool.site, "w") as f:
            f.write(harness.SITE)
        self.assertNotIn("release-unclear", self.instance())
        release(1000)
        self.assertIn("release-unclear", self.instance())

    def test_a_refusal_with_nothing_to_accept_shows_no_command(self):
        with open(self.tool.site, "w") as f:
            f.write("[site]\n")
        rows("cinder", "UPDATE volumes SET host = REPLACE(host, %s, %s) WHERE BINARY LEFT(host, %s) = BINARY %s", (A, B, len(A), A))
        r = self.expect(self.tool.run("instance", "evacuate", "image-paused-0", *FENCED, "--yes"), REFUSED)
        self.assertIn("local-disk", r.out)
        self.assertNotIn("--accept", r.out + r.err)
        r = self.tool.run("host", "evacuate", A, "--only", "image-paused-0", "--only", "image-shelved-0", *FENCED, "--yes")    # in groups, too
        self.assertIn("local-disk (2)", r.out)
        self.assertNotIn("--accept", r.out + r.err)

    def test_missing_records(self):
        uuid = instance("image-active-0")["uuid"]
        f = self.both("not-evacuable", lambda: rows("nova_api", "DELETE FROM instance_mappings WHERE instance_uuid = %s", (uuid,)))
        self.assertIn("mapping", f["message"])
        uuid = instance("image-active-1")["uuid"]
        f = self.both("not-evacuable", lambda: rows("nova_api", "DELETE FROM request_specs WHERE instance_uuid = %s", (uuid,)),
                      name="image-active-1")
        self.assertIn("request spec", f["message"])

    def test_an_older_accepted_row(self):
        uuid = instance("image-active-0")["uuid"]

        def leave(deleted):
            rows("nova", "INSERT INTO migrations (created_at, deleted, uuid, instance_uuid, status, migration_type, source_compute)"
                 " VALUES (UTC_TIMESTAMP() - INTERVAL 2 DAY, %s, UUID(), %s, 'accepted', 'resize', %s)", (deleted, uuid, A))
        f = self.both("stale-accepted", lambda: leave(1))   # a conductor reads deleted ones too
        self.assertNotIn("migration close", f["hint"])       # which refuses a resize, and finds no deleted one
        self.assertIn("the DBA", f["hint"])
        self.assertNotIn("in-flight", self.last)
        leave(0)
        self.assertIn("in-flight", self.instance())
        before = harness.checksum()
        self.expect(self.tool.run("instance", "evacuate", "image-active-0", *FENCED, "--yes", "--accept", "in-flight", "--accept",
                                  "stale-accepted"), REFUSED, "stale-accepted")
        self.unchanged(before)

    def attempt(self, uuid, host, result, frame, action="evacuate"):
        """What a compute leaves when it fails at an evacuation; its id."""
        rows("nova", "INSERT INTO instance_actions (created_at, deleted, action, instance_uuid, request_id, start_time)"
             " VALUES (UTC_TIMESTAMP(), 0, %s, %s, CONCAT('req-', UUID()), UTC_TIMESTAMP())", (action, uuid))
        id_ = value("nova", "SELECT MAX(id) FROM instance_actions")
        rows("nova", "INSERT INTO instance_actions_events (created_at, deleted, action_id, event, start_time, finish_time, result, traceback,"
             " host, details) VALUES (UTC_TIMESTAMP(), 0, %s, 'compute_rebuild_instance', UTC_TIMESTAMP() - INTERVAL 90 SECOND,"
             " UTC_TIMESTAMP() - INTERVAL 60 SECOND, %s, %s, %s, 'MessagingTimeout')", (id_, result, frame, host))

    def test_a_guest_that_a_failed_evacuation_left(self):
        spawned = "  in _do_rebuild_instance\n    instance.save(expected_task_state=[task_states.REBUILD_SPAWNING])\n"
        not_yet = "  in _rebuild_default_impl\n    x\n  in _prep_block_device\n    raise\n"
        uuid = instance("image-active-0")["uuid"]
        self.attempt(uuid, B, "Error", not_yet)
        self.attempt(uuid, A, "Error", spawned)            # its own host: nova knows that guest
        self.attempt(uuid, B, "Error", spawned, "rebuild")
        f = self.both("guest-may-still-run", lambda: self.attempt(uuid, B, "Error", spawned))
        self.assertEqual(f["severity"], "skip")
        self.assertRegex(f["message"], "may still be on '%s': an evacuation failed there [67][0-9] s ago \\(MessagingTimeout\\)" % B)
        self.assertIn("virsh domstate " + uuid, f["hint"])
        self.expect(self.tool.run("instance", "evacuate", "image-active-0", *FENCED, "--yes"), REFUSED, "run twice")
        self.assertTrue(self.instance("image-active-0", "--accept", "guest-may-still-run:image-active-0")["guest-may-still-run"]["accepted"])
        self.assertNotIn("guest-may-still-run", self.instance("image-active-1"))
        shown = [r for r in self.tool.run("instance", "show", uuid, "-f", "json").json if r["section"] == "evacuation"]
        self.assertEqual([(r["item"], r["contradiction"]) for r in shown],
                         [("failed on " + B, None), ("failed on " + B, "its guest may be there still")])
        self.attempt(uuid, C, "Success", None)             # and it came back from there since, by nova's own means
        self.assertNotIn("guest-may-still-run", self.instance())
        self.attempt(uuid, C, None, None)                  # a nova-compute that died at it
        self.assertIn("and did not end", self.instance()["guest-may-still-run"]["message"])

    def test_an_attempt_of_queens_whose_event_has_no_host(self):
        uuid = instance("image-active-0")["uuid"]
        def failed_on(host, frame):
            rows("nova", "DELETE e FROM instance_actions_events AS e JOIN instance_actions AS a ON a.id = e.action_id WHERE a.instance_uuid = %s", (uuid,))
            rows("nova", "DELETE FROM migrations WHERE instance_uuid = %s", (uuid,))
            rows("nova", "INSERT INTO migrations (created_at, deleted, uuid, instance_uuid, status, migration_type, source_compute, dest_compute)"
                 " VALUES (UTC_TIMESTAMP(), 0, UUID(), %s, 'error', 'evacuation', %s, %s)", (uuid, A, host))
            self.attempt(uuid, None, "Error", frame)
        spawned = "  in _do_rebuild_instance\n    instance.save(expected_task_state=[task_states.REBUILD_SPAWNING])\n"
        failed_on(B, "  in _do_rebuild_instance\n    x\n  in from_image_ref\n    raise\n")     # of 17 and 18: before anything else
        self.assertNotIn("guest-may-still-run", self.instance("image-active-0"))
        failed_on(A, spawned)
        self.assertNotIn("guest-may-still-run", self.instance("image-active-0"))
        failed_on(B, spawned)
        self.assertIn("on '%s'" % B, self.instance("image-active-0")["guest-may-still-run"]["message"])

    def test_a_guest_on_a_host_that_only_the_collation_takes_for_its_own(self):
        self.assertNotEqual(A, A.upper())
        self.attempt(instance("image-active-0")["uuid"], A.upper(), "Error", "  save(expected_task_state=[task_states.REBUILD_SPAWNING])\n")
        self.assertIn("on '%s'" % A.upper(), self.instance()["guest-may-still-run"]["message"])

    def test_tombstones(self):
        uuid = instance("image-active-1")["uuid"]
        f = self.both("evacuations-not-cleaned-up", lambda: rows(
            "nova", "INSERT INTO migrations (created_at, deleted, uuid, instance_uuid, status, migration_type, source_compute)"
            " VALUES (UTC_TIMESTAMP(), 0, UUID(), %s, 'done', 'evacuation', %s)", (uuid, A)))
        self.assertEqual(f["severity"], "note")

    def test_nova_api_answers(self):
        self.assertNotIn("nova-api-answers", self.instance())
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen()
            self.tool.nova.append(os.path.join(self.tool.state, "listen.conf"))
            with open(self.tool.nova[-1], "w") as f:
                f.write("[DEFAULT]\nosapi_compute_listen = 0.0.0.0\nosapi_compute_listen_port = %d\n" % s.getsockname()[1])

            def answer(text):
                peer, _ = s.accept()
                peer.recv(1000)
                peer.sendall(text)
                peer.close()
            for text, found in ((b"HTTP/1.1 300 Multiple Choices\r\n\r\n{}", True), (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False),
                                (b"SSH-2.0-hello\r\n", False)):
                thread = threading.Thread(target=answer, args=(text,), daemon=True)
                thread.start()
                self.assertEqual("nova-api-answers" in self.instance(), found, text)
                thread.join(5)

    def test_no_capacity(self):
        self.assertIn("capacity-unknown", self.instance())
        f = self.both("no-capacity", lambda: change_flavor("image-active-0", memory_mb=1199617))   # 800,000 times 1.5, 512 used
        self.assertIn("MB of memory", f["message"])
        # placement takes what is reserved off before the ratio
        change_flavor("image-active-0", memory_mb=1199233)
        self.assertNotIn("no-capacity", self.instance())
        self.assertIn("no-capacity", self.instance("image-active-0", *PLACEMENT))
        self.assertNotIn("capacity-unknown", self.last)
        change_flavor("image-active-0", memory_mb=1199232)
        self.assertIn("to one instance", self.instance("image-active-0", *PLACEMENT)["no-capacity"]["message"])   # max_unit: the node has 800,000
        rows("placement", "UPDATE inventories SET max_unit = 2000000 WHERE resource_class_id = 1")
        self.assertNotIn("no-capacity", self.instance("image-active-0", *PLACEMENT))
        self.assertIn("no-capacity", self.instance("image-active-0", B, *PLACEMENT))   # two live there
        change_flavor("image-active-0", memory_mb=64)
        self.assertNotIn("no-capacity", self.instance("image-active-0", B, *PLACEMENT))
        rows("nova", "UPDATE compute_nodes SET cpu_allocation_ratio = 0, vcpus = 1, vcpus_used = 16 WHERE host IN (%s, %s)", (B, C))
        self.assertIn("vCPU", self.instance()["no-capacity"]["message"])
        rows("nova", "UPDATE compute_nodes SET vcpus_used = 15 WHERE host = %s", (C,))   # 16 is nova's own default
        self.assertNotIn("no-capacity", self.instance())

    def test_a_host_run_leaves_out_what_does_not_fit(self):
        rows("nova", "UPDATE services SET disabled = 1 WHERE host = %s AND `binary` = 'nova-compute'", (B,))
        rows("nova", "UPDATE compute_nodes SET ram_allocation_ratio = 1, memory_mb = 1000, memory_mb_used = 0 WHERE host = %s", (C,))
        change_flavor("image-active-0", memory_mb=700)
        change_flavor("image-active-1", memory_mb=400)
        harness.heartbeats()
        names = ["--only", "image-active-0", "--only", "image-active-1", "--only", "image-error-0"]
        r = self.expect(self.tool.run("host", "evacuate", A, *names, *FENCED, "--yes", "--no-wait", "-f", "json"), OK)
        skipped = {f["subject"]: f for f in r.json["findings"] if f["code"] == "no-capacity"}
        self.assertEqual(set(skipped), {instance("image-active-1")["uuid"]})
        self.assertIn(B, skipped[instance("image-active-1")["uuid"]]["message"])   # what would help
        self.assertEqual(len(self.conductor.wait_for(2)), 2)
        self.assertEqual([s["id"] for s in r.json["steps"] if s["kind"] == "instance"][0], instance("image-active-0")["uuid"])   # the biggest first

    def test_zones_and_groups(self):
        uuid = instance("image-active-0")["uuid"]

        def ask_for_zone(zone):
            rows("nova_api", "UPDATE request_specs SET spec = JSON_SET(spec, '$.\"nova_object.data\".availability_zone', %s) WHERE instance_uuid = %s",
                 (zone, uuid))
        rows("nova_api", "INSERT INTO aggregates (id, uuid, name) VALUES (77, UUID(), 'east')")
        rows("nova_api", "INSERT INTO aggregate_metadata (aggregate_id, `key`, value) VALUES (77, 'availability_zone', 'east')")
        rows("nova_api", "INSERT INTO aggregate_hosts (aggregate_id, host) VALUES (77, %s)", (A,))
        f = self.both("no-capacity", lambda: ask_for_zone("east"))
        self.assertIn("zone", f["message"])
        rows("nova_api", "INSERT INTO aggregate_hosts (aggregate_id, host) VALUES (77, %s)", (C,))
        self.assertNotIn("no-capacity", self.instance())
        self.assertIn("no-capacity", self.instance("image-active-0", B))
        self.assertNotIn("no-capacity", self.instance("image-active-0", B, "--force"))
        ask_for_zone("nova")
        self.assertNotIn("no-capacity", self.instance("image-active-0", B))
        rows("nova_api", "DELETE FROM aggregate_hosts")
        # a server group of two that both live on the dead host
        rows("nova_api", "INSERT INTO instance_groups (id, uuid, name) VALUES (77, 'a0a0a0a0-0000-4000-8000-00000000000a', 'g')")
        rows("nova_api", "INSERT INTO instance_group_policy (group_id, policy, rules) VALUES (77, 'anti-affinity', '{}')")
        for name in ("image-active-0", "image-active-1"):
            rows("nova_api", "INSERT INTO instance_group_member (group_id, instance_uuid) VALUES (77, %s)", (instance(name)["uuid"],))
        self.assertNotIn("no-capacity", self.instance())
        rows("nova_api", "UPDATE instance_group_policy SET policy = 'affinity' WHERE group_id = 77")
        self.assertIn("affinity", self.instance()["no-capacity"]["message"])
        self.assertNotIn("no-capacity", self.instance("image-active-0", C, "--force"))

    def test_a_server_group_that_is_gone_is_left_out_of_the_request(self):
        uuid = instance("image-active-0")["uuid"]
        group = {"nova_object.name": "InstanceGroup", "nova_object.namespace": "nova", "nova_object.version": "1.11",
                 "nova_object.data": {"uuid": "b0b0b0b0-0000-4000-8000-00000000000b", "members": None, "hosts": None}}

        def was_in_a_group():
            rows("nova_api", "UPDATE request_specs SET spec = JSON_SET(spec, '$.\"nova_object.data\".instance_group', JSON_EXTRACT(%s, '$'),"
                 " '$.\"nova_object.data\".scheduler_hints.group', JSON_EXTRACT('[\"b0b0\"]', '$')) WHERE instance_uuid = %s", (json.dumps(group), uuid))
        self.both("server-group-gone", was_in_a_group)
        harness.heartbeats()
        self.expect(self.tool.run("instance", "evacuate", "image-active-0", *FENCED, "--yes", "--no-wait"), OK)
        (_, inner), = self.conductor.wait_for(1)
        data = inner["args"]["request_spec"]["nova_object.data"]
        self.assertIsNone(data["instance_group"])
        self.assertNotIn("group", data["scheduler_hints"])

    def test_a_forced_target_and_placements_books(self):
        uuid = instance("image-active-0")["uuid"]
        self.assertNotIn("not-evacuable", self.instance("image-active-0", C, "--force", *PLACEMENT))
        provider = value("placement", "SELECT id FROM resource_providers WHERE name = %s", (B,))
        rows("placement", "INSERT INTO allocations (resource_provider_id, consumer_id, resource_class_id, used) VALUES (%s, %s, 10, 1)",
             (provider, uuid))
        self.assertIn("several providers", self.instance("image-active-0", C, "--force", *PLACEMENT)["not-evacuable"]["message"])
        self.assertNotIn("not-evacuable", self.instance("image-active-0", C, *PLACEMENT))
        rows("placement", "DELETE FROM allocations WHERE consumer_id = %s", (uuid,))
        self.assertIn("no allocation", self.instance("image-active-0", C, "--force", *PLACEMENT)["not-evacuable"]["message"])

    def test_room_that_a_returning_scheduler_has_claimed(self):
        """For a request whose conductor had given up: on a third host, and no evacuation says why."""
        i = instance("image-active-0")
        uuid, (there,) = i["uuid"], rows("placement", "SELECT id, uuid FROM resource_providers WHERE name = %s", (C,))

        def found(*words):
            return self.instance("image-active-0", *words, *PLACEMENT).get("allocation-unexplained")
        self.assertIsNone(found())
        rows("placement", "INSERT INTO allocations (resource_provider_id, consumer_id, resource_class_id, used) VALUES (%s, %s, 1, 64)",
             (there["id"], uuid))
        for words in ((), (B, "--force")):
            f = found(*words)
            self.assertEqual((f["severity"], f["subject"]), ("warn", uuid))
            self.assertIn("'%s', and no evacuation explains it" % C, f["message"])
            self.assertEqual(f["hint"], "openstack resource provider allocation unset --provider %s %s" % (there["uuid"], uuid))
        self.assertIn("complex allocations", f["message"])
        rows("nova", "INSERT INTO migrations (created_at, deleted, uuid, source_compute, source_node, dest_compute, dest_node, instance_uuid, status,"
             " migration_type, hidden, cross_cell_move) VALUES (UTC_TIMESTAMP(), 0, UUID(), %s, %s, %s, %s, %s, 'done', 'evacuation', 0, 0)",
             (C, C, A, i["node"], uuid))
        self.assertIsNone(found())          # it came from there, and that host has not cleaned up yet
        rows("nova", "UPDATE migrations SET status = 'completed' WHERE instance_uuid = %s AND migration_type = 'evacuation'", (uuid,))
        self.assertIsNotNone(found())

    def test_targets_that_cannot_be(self):
        f = self.both("target-node-missing", lambda: rows("nova", "UPDATE compute_nodes SET deleted = id WHERE host = %s", (C,)), C)
        self.assertIn("no compute node", f["message"])
        rows("nova", "UPDATE compute_nodes SET deleted = 0 WHERE host = %s", (C,))
        f = self.both("target-node-missing", lambda: rows("nova_api", "DELETE FROM host_mappings WHERE host = %s", (C,)), C)
        self.assertIn("discover_hosts", f["hint"])

    def test_two_cells(self):
        """cell0's database stands for a second cell: it has the same tables."""
        def move(to):
            rows(to, "INSERT INTO services SELECT * FROM nova.services WHERE host = %s AND `binary` = 'nova-compute' AND deleted = 0", (C,))
        move("nova_cell0")
        r = self.expect(self.tool.run("instance", "evacuate", "image-active-0", C, *FENCED, "--dry-run"), ERROR)
        self.assertRegex(r.err, "host '%s' has a nova-compute in cell '.+' and in cell '.+'" % C)
        rows("nova", "DELETE FROM services WHERE host = %s AND `binary` = 'nova-compute'", (C,))
        self.assertIn("cell1", self.instance("image-active-0", C)["target-other-cell"]["message"])
        self.assertNotIn("target-other-cell", self.instance("image-active-0", B))

    def test_a_hypervisors_name_is_its_hosts(self):
        rows("nova", "UPDATE compute_nodes SET hypervisor_hostname = 'dead.example.org' WHERE host = %s AND deleted = 0", (A,))
        self.assertNotIn("host-resolved", self.dry("host", "evacuate", A))
        self.assertIn("host-resolved", self.dry("host", "evacuate", "dead.example.org"))
        r = self.expect(self.tool.run("host", "evacuate", "dead.example.com", *FENCED, "--dry-run"), NOT_FOUND)
        self.assertNotIn("Traceback", r.err)

    def test_a_consumer_of_the_dead_hosts_queue(self):
        import amqp
        self.assertNotIn("consumer-still-connected", self.instance())
        with amqp.Connection("127.0.0.1:%s" % ENV["SB_AMQP_PORT"], userid=ENV["SB_AMQP_USER"], password=ENV["SB_AMQP_PASS"]) as connection:
            for queue in ("compute." + A, "compute-alt." + A, "cinder-volume.%s@ceph.%s" % (A, A)):
                channel = connection.channel()
                channel.queue_declare(queue, durable=False, auto_delete=False)
                self.assertNotIn("consumer-still-connected", self.instance())
                channel.basic_consume(queue, no_ack=True)
                f = self.instance()["consumer-still-connected"]
                self.assertEqual((f["severity"], f["subject"]), ("warn", queue))
                channel.close()
                connection.channel().queue_delete(queue)

    def test_the_mark(self):
        def mark():
            return rows("nova", "SELECT disabled, disabled_reason, forced_down FROM services WHERE host = %s AND `binary` = 'nova-compute'"
                        " AND deleted = 0", (A,))[0]
        before = mark()
        go = [*FENCED, "--yes", "--no-wait", "--only", "image-active-0", "-f", "json"]
        self.expect(self.tool.run("host", "evacuate", A, *go, "--no-mark"), OK)
        self.assertEqual(mark(), before)
        rows("nova", "UPDATE instances SET task_state = NULL WHERE display_name = 'image-active-0'")
        rows("nova", "UPDATE migrations SET status = 'error' WHERE status = 'accepted'")
        harness.heartbeats()
        r = self.expect(self.tool.run("host", "evacuate", A, *go), OK)
        now = mark()
        self.assertEqual((now["disabled"], now["forced_down"]), (1, 1))
        self.assertIn("the test pulled the plug", now["disabled_reason"])
        step = r.json["steps"][0]
        self.assertEqual((step["kind"], step["before"]["forced_down"], step["after"]["forced_down"], step["state"]),
                         ("compute_service", "0", "1", "proved"))

    def test_a_conductor_that_failed_is_told_with_its_cure(self):
        """What a conductor leaves behind when it fails, by hand."""
        uuid = instance("image-active-0")["uuid"]
        process = self.tool.start("instance", "evacuate", "image-active-0", *FENCED, "--yes", "--timeout", "30", "-f", "json")
        self.conductor.wait_for(1)
        action = rows("nova", "SELECT id FROM instance_actions WHERE instance_uuid = %s ORDER BY id DESC LIMIT 1", (uuid,))[0]["id"]
        rows("nova", "INSERT INTO instance_actions_events (created_at, deleted, event, action_id, start_time, finish_time, result, details)"
             " VALUES (UTC_TIMESTAMP(), 0, 'rebuild_server', %s, UTC_TIMESTAMP(), UTC_TIMESTAMP(), 'Error', 'MessagingTimeout')", (action,))
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, ERROR, err)
        migration = value("nova", "SELECT MAX(id) FROM migrations WHERE instance_uuid = %s", (uuid,))
        text = json.loads(out)["steps"][0]["error"]
        self.assertIn("MessagingTimeout", text)
        self.assertRegex(text, r"evac-manage .*migration list --host %s --stale" % A)
        self.assertTrue(migration)

    def test_instance_show(self):
        def show(name):
            r = self.expect(self.tool.run("instance", "show", name, *PLACEMENT, "-f", "json"), OK)
            return {(x["section"], x["item"]): dict(x, value=x["value"] and re.sub(r"\d+ s (old|ago)", r"N s \1", x["value"])) for x in r.json}
        name = "volume-data-active-0"
        row = instance(name)
        seen = show(name)
        self.assertEqual(show(row["uuid"]), seen)
        self.assertEqual([x for x in seen.values() if x["contradiction"]], [])
        self.assertEqual(seen[("place", "host")]["value"], A)
        bdms = rows("nova", "SELECT volume_id, attachment_id FROM block_device_mapping WHERE instance_uuid = %s AND deleted = 0"
                    " AND volume_id IS NOT NULL", (row["uuid"],))
        self.assertEqual({i for s, i in seen if s == "volume"}, {b["volume_id"] for b in bdms})
        one, other = bdms[0], bdms[1]
        rows("cinder", "UPDATE volume_attachment SET attached_host = %s WHERE id = %s", (B, one["attachment_id"]))
        rows("cinder", "UPDATE volume_attachment SET deleted = 1 WHERE id = %s", (other["attachment_id"],))
        rows("nova", "UPDATE instances SET task_state = 'rebuilding', node = 'elsewhere' WHERE uuid = %s", (row["uuid"],))
        rows("nova_api", "DELETE FROM instance_mappings WHERE instance_uuid = %s", (row["uuid"],))
        rows("nova_api", "DELETE FROM request_specs WHERE instance_uuid = %s", (row["uuid"],))
        seen = show(name)
        self.assertIn(B, seen[("attachment", one["attachment_id"])]["contradiction"])
        self.assertIn("no attachment", seen[("attachment", other["attachment_id"])]["contradiction"])
        for key in (("instance", "task_state"), ("place", "node"), ("nova_api", "cell"), ("nova_api", "request spec")):
            self.assertTrue(seen[key]["contradiction"], key)
        rows("nova", "UPDATE instances SET host = NULL, node = NULL WHERE uuid = %s", (row["uuid"],))
        self.assertIsNone(show(name)[("place", "host")]["value"])
        self.expect(self.tool.run("instance", "show", "nobody"), NOT_FOUND, "nobody")

    def test_host_show_names_the_risks_before_anybody_is_in_a_hurry(self):
        def risks(host=A):
            harness.heartbeats()
            r = self.expect(self.tool.run("host", "show", host, "-f", "json"), OK)
            return {x["item"]: (x["state"], x["count"]) for x in r.json if x["section"] == "risks"}
        before = risks()
        self.assertEqual(before["not-evacuable"], ("skip", 3))
        self.assertEqual(before["volume-owner-dead"][0], "stop")
        self.assertFalse({"fencing-unconfirmed", "no-consumer", "target-is-source", "capacity-unknown", "source-alive"} & set(before))
        uuid = instance("image-active-0")["uuid"]
        self.attempt(uuid, C, "Error", "  in _do_rebuild_instance\n    instance.save(expected_task_state=[task_states.REBUILD_SPAWNING])\n")
        rows("cinder", "UPDATE volumes SET migration_status = 'migrating' WHERE host LIKE %s LIMIT 1", (A + "@ceph#%",))
        self.assertEqual({k: v for k, v in risks().items() if before.get(k) != v}, {"guest-may-still-run": ("skip", 1), "in-flight": ("stop", 1)})
        self.assertEqual(risks(B)["source-alive"][0], "stop")

    def test_host_show_ends_with_the_command_that_comes_next(self):
        def after(host=A, **who):
            harness.heartbeats(**who)
            r = self.expect(self.tool.run("host", "show", host, "-f", "json"), OK)
            said = [(n, x["detail"]) for n, x in enumerate(r.json) if x["section"] == "next"]
            self.assertTrue(not said or [n for n, _ in said] == [len(r.json) - 1], r)
            for printed in harness.pasted.commands_of("", "".join(d for _, d in said)):
                self.assertIsNone(harness.PASTER.paste(printed, ""), r)
            return re.sub(r"evac-manage (--\S+ \S+ )+", "evac-manage ", said[0][1]) if said else None
        self.assertIn(after(), ["evac-manage host rescue %s --to %s" % (A, B), "evac-manage host rescue %s --to %s" % (A, C)])
        self.assertIsNone(after(B))  # alive
        # one of its backends has no counterpart there, then one is frozen, then no backup host is left
        rows("cinder", "UPDATE services SET deleted = 1 WHERE host = %s", (B + "@nvme",))
        self.assertEqual(after(), "evac-manage host rescue %s --to %s" % (A, C))
        rows("cinder", "UPDATE services SET deleted = 0 WHERE host = %s", (B + "@nvme",))
        rows("cinder", "UPDATE services SET frozen = 1 WHERE host = %s", (C + "@ceph",))
        self.assertEqual(after(), "evac-manage host rescue %s --to %s" % (A, B))
        rows("cinder", "UPDATE services SET disabled = 1 WHERE host = %s AND `binary` = 'cinder-backup'", (B,))
        self.assertIn("evac-manage service list", after())
        rows("cinder", "UPDATE services SET frozen = 0, disabled = 0 WHERE host IN (%s, %s)", (B, C + "@ceph"))
        self.assertIn("evac-manage doctor", after(alive=(ENV["SB_CONTROLLER"],), dead=(A, B, C)))
        for table in ("volumes", "backups", "groups", "consistencygroups", "image_volume_cache_entries"):
            rows("cinder", "UPDATE `%s` SET host = REPLACE(host, %%s, %%s)" % table, (A, B))
        rows("cinder", "DELETE FROM workers")
        self.assertEqual(after(), "evac-manage host evacuate " + A)
        rows("nova", "UPDATE instances SET vm_state = 'paused' WHERE host = %s", (A,))
        self.assertEqual(after(), "evac-manage host return " + A)
        rows("nova", "UPDATE instances SET task_state = 'rebuilding' WHERE host = %s LIMIT 1", (A,))
        self.assertEqual(after(), "evac-manage migration list --host " + A)   # it has to stay off until that has ended
        rows("nova", "UPDATE instances SET task_state = NULL WHERE host = %s", (A,))
        self.assertEqual(after(), "evac-manage host return " + A)
        rows("nova", "INSERT INTO migrations (created_at, deleted, uuid, source_compute, source_node, instance_uuid, status, migration_type)"
             " SELECT UTC_TIMESTAMP(), 0, UUID(), host, host, uuid, 'pre-migrating', 'evacuation' FROM instances WHERE host = %s LIMIT 1", (A,))
        self.assertEqual(after(), "evac-manage migration list --host " + A)   # a compute that failed half-way leaves no task state
        self.assertIn(" migration list --host " + A, self.tool.run("host", "return", A).out)
        rows("nova", "DELETE FROM migrations WHERE source_compute = %s", (A,))
        rows("nova", "UPDATE instances SET host = %s, node = %s WHERE host = %s", (B, B, A))
        self.assertIsNone(after())  # nothing is its own any more

    def test_host_show_has_what_is_free(self):
        r = self.expect(self.tool.run("host", "show", A, "-f", "json"), OK)
        free = {x["item"]: x["detail"] for x in r.json if x["section"] == "capacity"}
        self.assertIn("15998 of 16000 vCPU", free[B])
        self.assertIn("1200000 MB", free[B])
        self.assertIn("compute node", free[B])
        r = self.expect(self.tool.run("host", "show", A, "-f", "json", *PLACEMENT), OK)
        free = {x["item"]: x["detail"] for x in r.json if x["section"] == "capacity"}
        self.assertIn("1199232 MB", free[B])
        self.assertIn("placement", free[B])
        self.expect(self.tool.run("host", "show", A, "--placement-config-file", "/nowhere"), harness.CONFIG, "/nowhere")
