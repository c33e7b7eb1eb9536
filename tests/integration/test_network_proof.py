# SPDX-License-Identifier: Apache-2.0
"""An instance that nova has evacuated is verified when each of its ports is bound to its new host and ACTIVE, by neutron's own rows."""
import signal
import tempfile
import time

import cloud
import harness
import journals
import landing
from harness import A, B, C, ENV, FENCED, OK, rows, value

GO = FENCED + ["--yes"]
UNPROVED = 10
NOT_READY = "network-not-ready"


class Network(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.anew()

    def anew(self):
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def move_volumes(self):
        for backend in ("@ceph", "@nvme"):
            self.expect(self.tool.run("volume", "update_host", "--currenthost", A + backend, "--newhost", B + backend, *GO), OK)

    def name(self, name):
        self.uuid = cloud.named(name)["uuid"]
        self.ports = [r["id"] for r in rows("neutron", "SELECT id FROM ports WHERE device_id = %s ORDER BY id", (self.uuid,))]
        return name

    def start(self, name="image-active-0", *more, timeout="30"):
        process = self.tool.start("instance", "evacuate", self.name(name), *GO, "--timeout", timeout, *(more or ("-f", "json")))
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        self.conductor.wait_for(1)
        return process

    def end(self, process):
        out, err = process.communicate(timeout=120)
        return harness.Result(process.args, process.returncode, out.decode(), err.decode())

    def evacuate(self, name="image-active-0", ports=landing.bind, *more, timeout="30"):
        process = self.start(name, *more, timeout=timeout)
        landing.land(self.uuid, C, ports)
        return self.end(process)

    def outcomes(self):
        (journal,) = self.tool.journals()
        return [(r["state"], r.get("network")) for r in journal if r["type"] == "outcome"]

    def wait_until_seen(self, network="not-ready"):
        deadline = time.monotonic() + 20
        while not any(seen == network for _, seen in self.outcomes()):
            self.assertLess(time.monotonic(), deadline, "it is not in the journal")
            time.sleep(0.1)

    def step(self, result):
        return next(s for s in result.json["steps"] if s["kind"] == "instance")

    def assert_seen(self, result, network, why=None):
        step = self.step(result)
        self.assertEqual(step["network"], network, str(result))
        if why is None:
            self.assertIsNone(step["network_why"], str(result))
        else:
            self.assertIn(why, step["network_why"], str(result))

    def not_ready(self, ports, why, name="image-active-0"):
        r = self.expect(self.evacuate(name, ports, timeout="2"), UNPROVED)
        step = self.step(r)
        self.assertEqual((r.json["result"], step["state"], step["outcome"], step["accepted"]), ("unproved", "applied", NOT_READY, True))
        self.assert_seen(r, "not-ready", "on '%s', but its network is not ready: port %s: " % (C, self.ports[0]))
        self.assertIn(why, step["error"])
        self.assertEqual((r.json["totals"]["evacuated"], r.json["totals"]["network_not_ready"]), (0, 1))
        return r


class Proved(Network):
    def test_a_port_that_is_bound_there_and_active(self):
        r = self.expect(self.evacuate(), OK)
        self.assert_seen(r, "ready")
        self.assertEqual(self.step(r)["state"], "proved")

    def test_each_of_several(self):
        name = rows("nova", "SELECT display_name FROM instances i JOIN neutron.ports p ON p.device_id = i.uuid WHERE BINARY i.host = BINARY %s"
                    " AND i.vm_state = 'active' GROUP BY i.uuid HAVING COUNT(*) = 2", (A,))[0]["display_name"]

        def one_down(uuid, host):
            landing.bind(uuid, host)
            rows("neutron", "UPDATE ports SET status = 'DOWN' WHERE id = %s", (max(self.ports),))
        self.move_volumes()
        self.name(name)
        r = self.expect(self.evacuate(name, one_down, timeout="2"), UNPROVED)
        self.assert_seen(r, "not-ready", "port %s: its status is DOWN" % max(self.ports))

    def test_without_ports(self):
        self.assert_seen(self.expect(self.evacuate("image-error-0"), OK), "no-ports")
        self.assertEqual(self.ports, [])

    def test_a_port_that_its_user_has_put_down_is_down_and_said(self):
        """neutron 21 plugins/ml2/plugin.py: _port_provisioned leaves it; nova network/neutron.py: _build_vif_model counts it as active."""
        def put_down(uuid, host):
            landing.bind(uuid, host, status="DOWN")
            rows("neutron", "UPDATE ports SET admin_state_up = 0 WHERE device_id = %s", (uuid,))
        r = self.expect(self.evacuate("image-active-0", put_down, "-f", "table"), OK, "verified")
        self.assertRegex(r.out, r"note +image-active-0: port %s: it is administratively down" % self.ports[0])

    def test_a_stopped_instance_has_nothing_plugged_in(self):
        r = self.expect(self.evacuate("image-stopped-0", lambda uuid, host: landing.bind(uuid, host, status="DOWN")), OK)
        self.assert_seen(r, "ready", self.name("image-stopped-0") and self.ports[0])

    def test_an_agent_that_is_late(self):
        process = self.start()
        landing.land(self.uuid, C, lambda uuid, host: landing.bind(uuid, host, status="DOWN", blocked="L2"))
        self.wait_until_seen()
        self.assertIsNone(process.poll())
        landing.bind(self.uuid, C)
        r = self.expect(self.end(process), OK)
        self.assert_seen(r, "ready")
        self.assertEqual(self.outcomes()[-2:], [("applied", "not-ready"), ("proved", "ready")])

    def test_what_its_user_does_meanwhile_is_no_failure(self):
        process = self.start()
        landing.land(self.uuid, C, lambda uuid, host: landing.bind(uuid, host, status="DOWN"))
        self.wait_until_seen()
        rows("nova", "UPDATE instances SET vm_state = 'stopped', power_state = 4 WHERE uuid = %s", (self.uuid,))
        self.assert_seen(self.expect(self.end(process), OK), "ready", "its status is DOWN")


class NotReady(Network):
    def test_each_reason(self):
        """Done by nova, not verified by us: with the port and what it waits for."""
        cases = [
            (lambda uuid, host: landing.bind(uuid, host, status="DOWN"), "its status is DOWN"),
            (lambda uuid, host: landing.bind(uuid, host, status="BUILD"), "its status is BUILD"),
            (lambda uuid, host: landing.bind(uuid, host, status="DOWN", blocked="L2"), "the network agent of host '%s' has not reported it" % C),
            (lambda uuid, host: None, "neutron has bound it to host '%s'" % A),
            (lambda uuid, host: landing.bind(uuid, B), "neutron has bound it to host '%s'" % B),
            (lambda uuid, host: landing.bind(uuid, host, vif_type="binding_failed", status="DOWN"), "neutron could not bind it on host"),
            (lambda uuid, host: rows("neutron", "DELETE FROM ports WHERE device_id = %s", (uuid,)), "neutron has no such port of this instance"),
        ]
        for ports, why in cases:
            with self.subTest(why):
                self.conductor.close()
                self.anew()
                self.tool.state = tempfile.mkdtemp(prefix="evac-manage-state.")  # where nothing is unfinished
                self.not_ready(ports, why)

    def test_people_read_the_port_and_the_next_command(self):
        r = self.expect(self.evacuate("image-active-0", lambda uuid, host: landing.bind(uuid, host, status="DOWN"), "-f", "table", timeout="2"), UNPROVED)
        self.assertRegex(r.out, r"(?m)^unproved: 0 of 1 instances verified on another host; 1 on another host without a ready network$")
        text = " ".join(r.out.split())
        self.assertIn("network image-active-0: on '%s', but its network is not ready: port %s: its status is DOWN" % (C, self.ports[0]), text)
        self.assertIn(NOT_READY, r.out)
        self.assertRegex(r.out, r"(?m)^  next +evac-manage .*journal recover \S+$")
        zh = self.expect(self.tool.run("journal", "recover", self.tool.journals()[0][0]["run"], "--lang", "zh"), UNPROVED)
        self.assertIn("但其网络未就绪", zh.out)

    def test_a_recovery_looks_again_and_stands_in_nobodys_way(self):
        run = self.not_ready(lambda uuid, host: landing.bind(uuid, host, status="DOWN"), "DOWN").json["run"]
        recover = lambda code: self.expect(self.tool.run("journal", "recover", run, "-f", "json"), code)
        r = recover(UNPROVED)
        self.assertEqual((self.step(r)["outcome"], self.step(r)["state"]), (NOT_READY, "applied"))
        self.assertIn("port %s: its status is DOWN" % self.ports[0], self.step(r)["error"])
        (last,) = [x for x in self.tool.journals()[0] if x["type"] == "recovery"][-1:]
        self.assertEqual((last["verdict"], last["network"], last["host"]), ("network_not_ready", "not-ready", C))
        self.expect(self.tool.run("instance", "evacuate", "image-active-1", *GO, "--no-wait"), OK)
        landing.bind(self.uuid, C)
        r = recover(OK)
        self.assertEqual((self.step(r)["state"], self.step(r)["network"]), ("proved", "ready"))
        self.expect(self.tool.run("journal", "recover", run), OK, "nothing to recover")

    def test_one_that_was_killed_while_it_waited_is_recovered_the_same_way(self):
        process = self.start(timeout="60")
        landing.land(self.uuid, C, lambda uuid, host: landing.bind(uuid, host, status="DOWN"))
        self.wait_until_seen()
        process.kill()
        process.communicate()
        run = self.tool.journals()[0][0]["run"]
        self.assert_seen(self.expect(self.tool.run("journal", "recover", run, "-f", "json"), UNPROVED), "not-ready", "DOWN")
        landing.bind(self.uuid, C)
        self.assert_seen(self.expect(self.tool.run("journal", "recover", run, "-f", "json"), OK), "ready")

    def test_an_interrupted_run_says_the_same(self):
        process = self.start(timeout="60")
        landing.land(self.uuid, C, lambda uuid, host: landing.bind(uuid, host, status="DOWN", blocked="L2"))
        self.wait_until_seen()
        process.send_signal(signal.SIGINT)
        r = self.expect(self.end(process), UNPROVED)
        self.assert_seen(r, "not-ready", "the network agent of host '%s' has not reported it" % C)

    def test_a_port_that_was_down_before_is_not_waited_for_until_the_timeout(self):
        uuid = cloud.named("image-active-0")["uuid"]
        rows("neutron", "UPDATE ports SET status = 'DOWN' WHERE device_id = %s", (uuid,))
        began = time.monotonic()
        r = self.expect(self.evacuate("image-active-0", lambda uuid, host: landing.bind(uuid, host, status="DOWN"), timeout="600"), UNPROVED)
        self.assertLess(time.monotonic() - began, 120)
        self.assert_seen(r, "not-ready", "its status is DOWN, as on '%s' before" % A)

    def test_a_rescue_that_is_resumed_goes_on_and_does_not_forget_it(self):
        process = self.tool.start("host", "rescue", A, "--to", B, *GO, "--timeout", "2", "--only", "image-active-0", "-f", "json")
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        self.name("image-active-0")
        self.conductor.wait_for(1)
        landing.land(self.uuid, C, lambda uuid, host: landing.bind(uuid, host, status="DOWN"))
        run = self.expect(self.end(process), UNPROVED).json["run"]
        again = ("host", "rescue", A, "--resume", run, "--only", "image-active-1", "--yes", "--no-wait", "-f", "json")
        r = self.tool.run(*again)
        self.assertEqual(r.code, UNPROVED, str(r))
        self.assertIn("1 of the resumed run without a ready network", r.json["summary"])
        self.assertIn("journal recover %s" % run, r.json["next"])

    def test_the_incident_report_has_it(self):
        run = self.not_ready(lambda uuid, host: landing.bind(uuid, host, status="DOWN"), "DOWN").json["run"]
        text = " ".join(self.expect(self.tool.run("journal", "report", run), OK).out.split())
        self.assertIn("done by nova, network not ready", text)
        self.assertIn("1 done without a ready network", text)
        self.assertIn("port %s: its status is DOWN" % self.ports[0], text)
        shown = self.expect(self.tool.run("journal", "show", run, "--follow"), OK).out
        self.assertIn("done by nova, not verified: on '%s', but its network is not ready" % C, shown)


class NotLookedAt(Network):
    """Where neutron cannot be asked nothing is claimed, and nothing fails."""

    def test_no_configuration(self):
        self.tool.neutron = []
        r = self.expect(self.evacuate("image-active-0", landing.bind, "-f", "table"), OK)
        self.assertRegex(r.out, r"(?m)^  network +not checked for 1 instance: ")

    def test_json_has_it(self):
        self.tool.neutron = []
        r = self.expect(self.evacuate(), OK)
        self.assertEqual(self.step(r)["network"], "not-looked-at")
        self.assertTrue(self.step(r)["network_why"])
        self.assertEqual(self.outcomes()[-1], ("proved", "not-looked-at"))

    def test_that_it_has_no_ports_nova_knows(self):
        self.tool.neutron = []
        self.assert_seen(self.expect(self.evacuate("image-error-0"), OK), "no-ports")


class GoesAway(Network):
    def test_a_right_that_is_taken_in_the_middle(self):
        process = self.start()
        accounts = rows("mysql", "SELECT user AS user, host AS host FROM global_priv WHERE user = %s", (ENV["SB_DB_NEUTRON"],))
        for a in accounts:
            rows("mysql", "ALTER USER %s@%s ACCOUNT LOCK", (a["user"], a["host"]))
            self.addCleanup(rows, "mysql", "ALTER USER %s@%s ACCOUNT UNLOCK", (a["user"], a["host"]))
        landing.land(self.uuid, C)
        r = self.expect(self.end(process), OK)
        self.assertEqual(self.step(r)["network"], "not-looked-at", str(r))
        self.assertIn("neutron", self.step(r)["network_why"])
