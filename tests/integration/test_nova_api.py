# SPDX-License-Identifier: Apache-2.0
"""Whether nova-api answers is asked where neutron posts to, wherever it is asked: by the address depends who tells the nova-computes."""
import os
import signal
import time

import amqp

import cloud
import harness
import landing
from harness import A, C, ENV, FENCED, OK, REFUSED, Service, rows

KEYSTONE = ["--keystone-config-file", ENV["SB_KEYSTONE_CONF"]]
GO = FENCED + ["--yes", "-f", "json"]
NAME = "image-active-0"
GRACE = 10   # seconds in which a nova-api that answers goes first


class NovaApi(harness.TestCase):
    """nova-compute of C waits for the port of one instance, by the rows; a queue of ours takes what it is told."""

    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        with open(self.tool.site, "w") as f:
            f.write(harness.SITE + "computes_wait_for_ports = true\n")
        self.uuid = cloud.named(NAME)["uuid"]
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)
        broker = amqp.Connection("127.0.0.1:%s" % ENV["SB_AMQP_PORT"], userid=ENV["SB_AMQP_USER"], password=ENV["SB_AMQP_PASS"])
        broker.connect()
        self.addCleanup(broker.close)
        channel = broker.channel()
        channel.queue_declare("compute." + C, durable=False, auto_delete=True)
        channel.queue_bind("compute." + C, "nova", "compute." + C)
        self.addCleanup(channel.queue_delete, "compute." + C)
        self.own, self.neutrons = Service(), Service()
        self.addCleanup(self.own.close)
        self.addCleanup(self.neutrons.close)
        self.listen_at(self.own)
        self.catalog()

    def listen_at(self, service):
        self.tool.nova.append(os.path.join(self.tool.state, "listen.conf"))
        with open(self.tool.nova[-1], "w") as f:
            f.write("[DEFAULT]\nosapi_compute_listen = 127.0.0.1\nosapi_compute_listen_port = %d\n[neutron]\nregion_name = test-One\n" % service.port)

    def catalog(self):
        """Two regions; nova.conf is of the first, neutron tells the nova-api of the second, by its internal interface."""
        def undo():
            for table in ("endpoint", "region"):
                rows("keystone", "DELETE FROM %s WHERE LEFT(id, 5) = 'test-'" % table)
        self.addCleanup(undo)
        for region in ("One", "Two"):
            rows("keystone", "INSERT INTO region (id, description, extra) VALUES (%s, '', '{}')", ("test-" + region,))
        service = rows("keystone", "SELECT id FROM service WHERE type = 'compute'")[0]["id"]
        old = rows("keystone", "SELECT id, region_id FROM endpoint WHERE service_id = %s", (service,))
        self.addCleanup(lambda: [rows("keystone", "UPDATE endpoint SET region_id = %s WHERE id = %s", (e["region_id"], e["id"])) for e in old])
        rows("keystone", "UPDATE endpoint SET region_id = 'test-One' WHERE service_id = %s", (service,))
        for interface, url in (("public", self.own.url), ("internal", self.neutrons.url)):
            rows("keystone", "INSERT INTO endpoint (id, interface, service_id, url, extra, enabled, region_id) VALUES (%s, %s, %s, %s, '{}', 1, 'test-Two')",
                 ("test-" + interface, interface, service, url + "v2.1"))
        self.tool.neutron[0] = self.rewrite(ENV["SB_NEUTRON_CONF"], r"\[nova\]\n", "[nova]\nregion_name = test-Two\nendpoint_type = internal\n")

    def compute_waits(self):
        """As nova-compute of C leaves the rows when it waits, and the agent when the port is plugged."""
        rows("nova", "UPDATE migrations SET status = 'pre-migrating', dest_compute = %s, dest_node = %s WHERE instance_uuid = %s AND status = 'accepted'",
             (C, C, self.uuid))
        rows("nova", "UPDATE instance_info_caches SET network_info = REPLACE(network_info, '\"active\": true', '\"active\": false') WHERE instance_uuid = %s",
             (self.uuid,))
        landing.bind(self.uuid, C)
        rows("nova", "UPDATE instances SET task_state = 'rebuild_spawning' WHERE uuid = %s", (self.uuid,))

    def of_kind(self, kind):
        return [r for journal in self.tool.journals() for r in journal if r["type"] == kind]

    def told(self, seconds):
        end = time.monotonic() + seconds
        while not self.of_kind("vif_event") and time.monotonic() < end:
            time.sleep(0.1)
        return self.of_kind("vif_event")

    def begin(self):
        process = self.tool.start("instance", "evacuate", NAME, *KEYSTONE, *GO, "--timeout", "60")
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        self.conductor.wait_for(1)
        return process

    def end(self, process):
        landing.land(self.uuid, C)
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, OK, (out + err).decode())

    def test_where_neutrons_does_not_answer_the_compute_is_told_at_once(self):
        self.neutrons.close()
        process = self.begin()
        self.compute_waits()
        (event,) = self.told(GRACE - 3)
        self.assertEqual((event["outcome"], event["nova_api"], event["host"]), ("acked", False, C))
        self.end(process)
        (run,) = [r["run"] for r in self.of_kind("run")]
        self.assertIn("that told nova-compute of a plugged port: 1.", self.expect(self.tool.run("journal", "report", run), OK).out)
        self.assertEqual(self.own.heard, [], "nobody asks the address of nova.conf: neutron does not")

    def test_and_by_a_recovery(self):
        self.neutrons.close()
        process = self.begin()
        process.send_signal(signal.SIGKILL)
        process.communicate()
        self.compute_waits()
        (run,) = [r["run"] for r in self.of_kind("run")]
        recovery = self.tool.start("journal", "recover", run, *KEYSTONE, "-f", "json", "--timeout", "60")
        self.addCleanup(lambda: (recovery.poll() is None and recovery.kill(), recovery.communicate()))
        (event,) = self.told(GRACE - 3)
        self.assertEqual((event["outcome"], event["nova_api"]), ("acked", False))
        self.end(recovery)

    def test_where_neutrons_answers_it_goes_first_whatever_nova_conf_says(self):
        self.own.close()
        process = self.begin()
        self.compute_waits()
        end = time.monotonic() + GRACE
        while not self.of_kind("vif_wait") and time.monotonic() < end:
            time.sleep(0.1)
        self.assertIn("neutron tells nova-compute through nova-api, which answers", self.of_kind("vif_wait")[0]["waits_for"])
        self.assertEqual(self.of_kind("vif_event"), [])
        self.end(process)

    def found(self, *more, code):
        r = self.expect(self.tool.run("instance", "evacuate", NAME, *FENCED, "--dry-run", "-f", "json", *more), code)
        return {f["code"]: f for f in r.json["findings"]}

    def test_the_findings_ask_the_same_one(self):
        self.assertEqual(self.found("--no-wait", *KEYSTONE, code=OK)["nova-api-answers"]["subject"], self.neutrons.url)
        self.neutrons.close()
        found = self.found("--no-wait", *KEYSTONE, code=REFUSED)
        self.assertIn("nova-api is down", found["vif-event-undeliverable"]["message"])
        self.assertNotIn("nova-api-answers", found)
        doctor = {r["check"]: r for r in self.tool.run("doctor", *KEYSTONE, "-f", "json").json}
        self.assertIn(self.neutrons.url, doctor["nova-api"]["detail"])
        found = self.found("--no-wait", code=OK)   # without the catalog there is nova.conf's, and that is said
        self.assertIn("whether neutron reaches it", found["service-not-checked"]["message"])

    def test_a_neutron_that_does_not_notify_nova_tells_nobody(self):
        self.tool.neutron[0] = self.rewrite(self.tool.neutron[0], r"\[DEFAULT\]\n", "[DEFAULT]\nnotify_nova_on_port_status_changes = false\n")
        self.assertIn("notify_nova_on_port_status_changes", self.found("--no-wait", *KEYSTONE, code=REFUSED)["vif-event-undeliverable"]["message"])
        process = self.begin()
        self.compute_waits()
        self.assertEqual(len(self.told(GRACE - 3)), 1)
        self.end(process)
