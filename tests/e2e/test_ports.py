# SPDX-License-Identifier: Apache-2.0
"""nova-api is off, the computes wait for their ports as libvirt's do, and the tool tells them, once neutron's rows prove it; without
it nobody does."""
import json
import os
import signal
import time
import uuid as uuids

import amqp

import harness
from harness import A, C, ENV, FENCED, OK, REFUSED, rows, value

GO = FENCED + ["--yes", "-f", "json"]
WITH_PORT = "image-active-0"
ERROR, UNPROVED = 1, 10


def ports(instance):
    return rows("neutron", "SELECT p.id, p.status, b.host FROM ports p LEFT JOIN ml2_port_bindings b ON b.port_id = p.id AND b.status = 'ACTIVE'"
                " WHERE p.device_id = %s ORDER BY p.id", (instance,))


def uuid_of(name):
    return value("nova", "SELECT uuid FROM instances WHERE display_name = %s AND deleted = 0", (name,))


class Ports(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset")
        harness.sandbox("stop", "nova-api")
        harness.sandbox("fail", "A", "--now")
        if int(value_of(ENV["SB_NOVA_CONF"], "vif_plugging_timeout")) == 0:
            self.fail("the computes of this sandbox do not wait: EVAC_SANDBOX_VIF_TIMEOUT=30 when it is brought up")

    def knob(self, name, text):
        path = os.path.join(ENV["SB_KNOBS"], name)
        with open(path, "w") as f:
            f.write(text)
        self.addCleanup(lambda: os.path.exists(path) and os.unlink(path))
        return path

    def of_kind(self, kind):
        return [r for journal in self.tool.journals() for r in journal if r["type"] == kind]

    def wait(self, what, condition, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, "not within %d s: %s" % (seconds, what))
            time.sleep(0.2)

    def is_spawning(self, uuid):
        return value("nova", "SELECT task_state FROM instances WHERE uuid = %s", (uuid,)) == "rebuild_spawning"

    def test_every_instance_arrives_with_its_ports(self):
        r = self.tool.run("host", "rescue", A, "--to", ENV["SB_HOST_B"], *GO, "--timeout", "200")
        told = self.of_kind("vif_event")
        states = {s["id"]: s["state"] for s in r.json["steps"] if s["kind"] == "instance"}
        self.assertEqual(set(states.values()), {"proved"}, str(r))
        ids = [i for i in states if ports(i)]
        self.assertGreater(len(ids), 5)
        self.assertIn(2, [len(ports(i)) for i in ids], "one instance has two ports")
        for i in ids:
            host = value("nova", "SELECT host FROM instances WHERE uuid = %s", (i,))
            self.assertNotEqual(host, A)
            for port in ports(i):
                self.assertEqual((port["status"], port["host"]), ("ACTIVE", host), "%s of %s" % (port["id"], i))
                of_port = [t for t in told if t["port"] == port["id"]]
                self.assertTrue(of_port, "nobody told of %s: %s" % (port["id"], told))
                for t in of_port:
                    self.assertEqual((t["outcome"], t["host"], t["routing_key"], t["nova_api"]), ("acked", host, "compute." + host, False))
                    self.assertEqual((t["proof"]["port_status"], t["proof"]["binding_host"]), ("ACTIVE", host))

    def test_when_nobody_tells_them_none_arrives(self):
        """The same, with a tool that may neither ask neutron nor is stopped for it: what the test above shows is no accident."""
        with open(self.tool.site, "w") as f:
            f.write("[site]\nshared_disks = true\ncomputes_wait_for_ports = false\n")
        self.tool.neutron = []
        r = self.tool.run("instance", "evacuate", WITH_PORT, *GO, "--timeout", "120")
        self.assertEqual(r.code, ERROR, str(r))
        self.assertEqual(self.of_kind("vif_event"), [])
        now = rows("nova", "SELECT vm_state, host FROM instances WHERE uuid = %s", (uuid_of(WITH_PORT),))[0]
        self.assertEqual((now["vm_state"], now["host"]), ("error", A))

    def test_a_run_that_could_not_tell_them_is_refused(self):
        before = harness.checksum("nova")
        self.tool.neutron = []
        r = self.expect(self.tool.run("instance", "evacuate", WITH_PORT, *GO), REFUSED)
        self.assertIn("vif-event-undeliverable", r.findings())
        self.assertEqual(before, harness.checksum("nova"))
        self.tool.neutron = [ENV["SB_NEUTRON_CONF"]]
        r = self.expect(self.tool.run("instance", "evacuate", WITH_PORT, *GO, "--no-wait"), REFUSED)
        self.assertIn("vif-event-undeliverable", r.findings())

    def test_a_port_that_stays_down_is_never_told_and_the_agent_is_named(self):
        self.knob("agent_delay", "never")
        r = self.tool.run("instance", "evacuate", WITH_PORT, *GO, "--timeout", "15")
        self.assertEqual(r.code, harness.TIMEOUT, str(r))
        self.assertEqual(self.of_kind("vif_event"), [])
        (wait,) = self.of_kind("vif_wait")
        self.assertIn(ports(uuid_of(WITH_PORT))[0]["id"], wait["waits_for"])
        self.assertRegex(wait["waits_for"], "has not reported it")
        self.assertIn(wait["waits_for"], str(r))

    def test_neutrons_own_way_goes_first_where_nova_api_answers(self):
        harness.sandbox("start", "nova-api")
        self.addCleanup(harness.sandbox, "stop", "nova-api")
        r = self.expect(self.tool.run("instance", "evacuate", WITH_PORT, *GO, "--timeout", "60"), OK)
        self.assertEqual(self.of_kind("vif_event"), [], "neutron had told it: %s" % r)

    def test_and_where_its_word_was_lost_it_is_said_after_a_while(self):
        """nova-api is back, but neutron had dropped its event; it says each once."""
        harness.sandbox("start", "nova-api")
        self.addCleanup(harness.sandbox, "stop", "nova-api")
        self.knob("post_events", "0")
        began = time.monotonic()
        self.expect(self.tool.run("instance", "evacuate", WITH_PORT, *GO, "--timeout", "60"), OK)
        (told,) = self.of_kind("vif_event")
        self.assertTrue(told["nova_api"])
        self.assertGreater(time.monotonic() - began, 10)

    def killed_while_it_waits(self):
        uuid = uuid_of(WITH_PORT)
        never = self.knob("agent_delay", "never")
        process = self.tool.start("instance", "evacuate", WITH_PORT, C, *GO, "--timeout", "200")
        self.wait("it waits for its port", lambda: self.is_spawning(uuid))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        self.assertEqual(self.of_kind("vif_event"), [])
        return uuid, never, self.of_kind("run")[0]["run"]

    def test_the_recovery_of_a_killed_run_tells_its_computes(self):
        uuid, never, run = self.killed_while_it_waits()
        os.unlink(never)
        r = self.expect(self.tool.run("journal", "recover", run, "-f", "json", "--timeout", "60"), OK)
        self.assertEqual([s["state"] for s in r.json["steps"] if s["id"] == uuid], ["proved"], str(r))
        (told,) = self.of_kind("vif_event")
        self.assertEqual((told["outcome"], told["host"], told["proof"]["port_status"]), ("acked", C, "ACTIVE"))
        now = rows("nova", "SELECT host, vm_state, task_state FROM instances WHERE uuid = %s", (uuid,))[0]
        self.assertEqual((now["host"], now["vm_state"], now["task_state"]), (C, "active", None))

    def test_and_says_what_they_wait_for_when_it_goes(self):
        uuid, never, run = self.killed_while_it_waits()
        r = self.expect(self.tool.run("journal", "recover", run, "--timeout", "6"), OK)
        self.assertIn("its nova-compute waits for port " + ports(uuid)[0]["id"], r.err, str(r))
        self.assertIn("journal recover " + run, r.out)
        self.assertEqual(self.of_kind("vif_event"), [])
        os.unlink(never)   # and the same command again goes on
        r = self.expect(self.tool.run("journal", "recover", run, "-f", "json", "--timeout", "60"), OK)
        self.assertEqual([s["state"] for s in r.json["steps"] if s["id"] == uuid], ["proved"], str(r))

    def tell_wrongly(self, uuid, host):
        """Somebody tells the compute of a port that is not plugged in: nova believes it, and starts the guest without network."""
        event = lambda port: {"nova_object.name": "InstanceExternalEvent", "nova_object.namespace": "nova", "nova_object.version": "1.0", "nova_object.data": {
            "instance_uuid": uuid, "name": "network-vif-plugged", "status": "completed", "tag": port["id"]}}
        body = {"method": "external_instance_event", "version": "5.0", "args": {"events": [event(p) for p in ports(uuid)], "instances": [
            {"nova_object.name": "Instance", "nova_object.namespace": "nova", "nova_object.version": "2.3", "nova_object.data": {
                "uuid": uuid, "vm_state": "active", "task_state": "rebuild_spawning"}}]},
                "_unique_id": uuids.uuid4().hex, "_context_is_admin": True, "_context_roles": ["admin"], "_context_read_deleted": "no",
                "_context_request_id": "req-" + str(uuids.uuid4()), "_context_timestamp": "2026-01-31T03:04:05.000000"}
        broker = amqp.Connection("127.0.0.1:%s" % ENV["SB_AMQP_PORT"], userid=ENV["SB_AMQP_USER"], password=ENV["SB_AMQP_PASS"])
        broker.connect()
        self.addCleanup(broker.close)
        broker.channel().basic_publish(amqp.Message(
            json.dumps({"oslo.version": "2.0", "oslo.message": json.dumps(body)}), content_type="application/json",
            content_encoding="utf-8", delivery_mode=2, priority=0), exchange="nova", routing_key="compute." + host)

    def lands_without_network(self, timeout):
        """The run, when it has seen that."""
        uuid = uuid_of(WITH_PORT)
        never = self.knob("agent_delay", "never")
        process = self.tool.start("instance", "evacuate", WITH_PORT, C, *GO, "--timeout", timeout)
        self.wait("it waits for its port", lambda: self.is_spawning(uuid))
        time.sleep(1)   # the wait is registered a moment later
        self.tell_wrongly(uuid, C)
        self.wait("it is on another host, without network", lambda: [r for r in self.of_kind("outcome") if r.get("network") == "not-ready"])
        return process, uuid, never

    def end(self, process):
        out, err = process.communicate(timeout=120)
        return harness.Result(process.args, process.returncode, out.decode(), err.decode())

    def test_an_instance_whose_agent_is_late_is_verified_when_it_has_reported(self):
        process, uuid, never = self.lands_without_network("120")
        self.assertIsNone(process.poll())
        os.unlink(never)
        r = self.expect(self.end(process), OK)
        (step,) = [s for s in r.json["steps"] if s["id"] == uuid]
        self.assertEqual((step["state"], step["network"]), ("proved", "ready"))
        self.assertEqual({p["status"] for p in ports(uuid)}, {"ACTIVE"})
        self.assertEqual([r.get("network") for r in self.of_kind("outcome")][-2:], ["not-ready", "ready"])

    def test_one_whose_port_stays_down_is_done_by_nova_and_not_verified(self):
        process, uuid, never = self.lands_without_network("25")
        r = self.expect(self.end(process), UNPROVED)
        (step,) = [s for s in r.json["steps"] if s["id"] == uuid]
        self.assertEqual((step["state"], step["outcome"], step["network"]), ("applied", "network-not-ready", "not-ready"))
        self.assertIn("port %s: the network agent of host '%s' has not reported it" % (ports(uuid)[0]["id"], C), step["error"])
        now = rows("nova", "SELECT host, vm_state, task_state FROM instances WHERE uuid = %s", (uuid,))[0]
        self.assertEqual((now["host"], now["vm_state"], now["task_state"]), (C, "active", None))
        os.unlink(never)   # the agent reports; the same ports are looked at again
        self.wait("its port is ACTIVE", lambda: ports(uuid)[0]["status"] == "ACTIVE")
        r = self.expect(self.tool.run("journal", "recover", r.json["run"], "-f", "json"), OK)
        self.assertEqual([s["state"] for s in r.json["steps"] if s["id"] == uuid], ["proved"], str(r))

    def test_an_interrupted_run_says_who_goes_on(self):
        uuid = uuid_of(WITH_PORT)
        never = self.knob("agent_delay", "never")
        process = self.tool.start("instance", "evacuate", WITH_PORT, C, *GO, "--timeout", "200")
        self.wait("it waits for its port", lambda: self.is_spawning(uuid))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130, err.decode())
        (step,) = [s for s in json.loads(out)["steps"] if s["id"] == uuid]
        self.assertRegex(step["error"], "waits to be told of its ports.*journal recover")
        os.unlink(never)
        run = self.of_kind("run")[0]["run"]
        self.expect(self.tool.run("journal", "recover", run, "--timeout", "60"), OK)
        self.assertEqual(value("nova", "SELECT host FROM instances WHERE uuid = %s", (uuid,)), C)


def value_of(path, key):
    with open(path) as f:
        return next(line.split("=", 1)[1].strip() for line in f if line.startswith(key))
