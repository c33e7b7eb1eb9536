# SPDX-License-Identifier: Apache-2.0
"""Who tells that a host which no longer reports is alive: sessions in the databases from its own address, consumers of its queues."""
import os
import subprocess
import time

import amqp
import pymysql

import harness
from harness import A, B, ENV, FENCED, OK, REFUSED, rows, value

GO = FENCED + ["--yes", "--no-wait", "-f", "json"]
OURS, OTHER = (harness.address_of_ours(n) for n in (2, 3))
DOWN_S = 3


def add_address(address):
    """To the loopback interface, which makes it one of this machine's: the server sees it as the peer's. False: not root."""
    return subprocess.run(["ip", "address", "add", address + "/32", "dev", "lo"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def drop_address(address):
    subprocess.run(["ip", "address", "delete", address + "/32", "dev", "lo"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Witnesses(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)
        for address in (OURS, OTHER):
            self.addCleanup(drop_address, address)
            if not add_address(address):
                self.skipTest("only root can give this machine another address")
        # one account from everywhere, as deployments have it: its sessions are seen without more rights
        rows("mysql", "RENAME USER cinder@'127.0.0.1' TO cinder@'%%'")
        self.addCleanup(rows, "mysql", "RENAME USER cinder@'%%' TO cinder@'127.0.0.1'")
        # seconds instead of a minute, so that a session is old soon
        for which in ("nova", "cinder"):
            path = os.path.join(self.tool.state, which + "-down.conf")
            with open(path, "w") as f:
                f.write("[DEFAULT]\nservice_down_time = %d\n" % DOWN_S)
            getattr(self.tool, which).append(path)
        rows("nova", "UPDATE compute_nodes SET host_ip = %s WHERE BINARY host = BINARY %s", (OURS, A))
        with open(self.tool.site, "a") as f:   # this machine would answer for it: test_life.py has that
            f.write("[site]\nlife_ports = none\n")

    def session(self, address):
        """As a cinder-volume that still runs on that host would have it; its source is that address, its peer 127.0.0.1."""
        c = pymysql.connect(host="127.0.0.1", port=int(ENV["SB_DB_PORT"]), user="cinder", password=ENV["SB_DB_CINDER_PASS"],
                            database="cinder", bind_address=address, autocommit=True)
        self.addCleanup(lambda: c.open and c.close())
        return c

    def ask(self, c):
        with c.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM services")

    def evacuate(self, *words):
        harness.heartbeats()
        return self.tool.run("instance", "evacuate", "image-active-0", *words, *GO)

    def refused(self, *words):
        before = harness.checksum()
        r = self.expect(self.evacuate(*words), REFUSED)
        self.assertEqual({f["code"] for f in r.json["findings"] if f["severity"] == "stop" and not f["accepted"]}, {"source-alive"})
        self.unchanged(before)
        self.assertEqual(self.conductor.casts, [])
        return [f for f in r.json["findings"] if f["code"] == "source-alive"]

    def test_a_fresh_session_from_the_hosts_own_address_stops_an_evacuation_and_an_old_one_does_not(self):
        c = self.session(OURS)
        self.ask(c)
        (found,) = self.refused()
        self.assertRegex(found["message"], r"'%s' has a session in .* from %s:\d+; its last command was [0-2] s ago" % (A, OURS))
        self.refused("--accept", "source-alive")   # nothing waives that
        time.sleep(DOWN_S + 1)                     # it has said nothing since: a connection of a dead host looks like that
        self.expect(self.evacuate("--dry-run"), OK)
        self.ask(c)
        self.refused()                             # it lives after all
        time.sleep(DOWN_S + 1)
        self.expect(self.evacuate(), OK)           # still there, and idle
        self.ask(c)
        self.assertEqual(len(self.conductor.wait_for(1)), 1)

    def test_an_account_a_host_is_seen_with_the_right_to_see_processes(self):
        harness.make_account("cinder@'%s'" % OURS, ENV["SB_DB_CINDER_PASS"])
        self.addCleanup(rows, "mysql", "DROP USER cinder@%s", (OURS,))
        rows("mysql", "GRANT SELECT ON cinder.* TO cinder@%s", (OURS,))
        c = self.session(OURS)
        self.ask(c)
        self.expect(self.evacuate("--dry-run"), OK)
        rows("mysql", "GRANT PROCESS ON *.* TO cinder@'%%'")
        self.addCleanup(rows, "mysql", "REVOKE PROCESS ON *.* FROM cinder@'%%'")
        self.ask(c)
        self.refused()

    def test_a_session_from_elsewhere_or_from_an_address_of_several_says_nothing(self):
        self.ask(self.session(OTHER))
        self.expect(self.evacuate("--dry-run"), OK)
        self.ask(self.session(OURS))
        rows("nova", "UPDATE compute_nodes SET host_ip = %s WHERE BINARY host = BINARY %s", (OURS, B))   # a gateway, say
        self.expect(self.evacuate("--dry-run"), OK)
        rows("nova", "UPDATE compute_nodes SET host_ip = %s WHERE BINARY host = BINARY %s", (OTHER, B))
        self.ask(self.session(OURS))
        self.refused()

    def test_loopback_counts_for_nobody(self):
        rows("nova", "UPDATE compute_nodes SET host_ip = '127.0.0.1' WHERE BINARY host = BINARY %s", (A,))
        rows("nova", "UPDATE compute_nodes SET host_ip = '192.0.2.99' WHERE BINARY host <> BINARY %s", (A,))
        self.ask(self.session("127.0.0.1"))
        self.expect(self.evacuate("--dry-run"), OK)

    def test_neutrons_agent_that_still_reports_stops_an_evacuation(self):
        """nova-compute died alone: on block devices nothing would refuse the second guest."""
        harness.heartbeats()
        agent = value("neutron", "SELECT id FROM agents WHERE host = %s LIMIT 1", (A,))
        self.expect(self.evacuate("--dry-run"), OK)
        young = lambda seconds: rows("neutron", "UPDATE agents SET heartbeat_timestamp = UTC_TIMESTAMP() - INTERVAL %s SECOND WHERE id = %s", (seconds, agent))
        report = harness.heartbeats
        self.addCleanup(setattr, harness, "heartbeats", report)
        harness.heartbeats = lambda *words: (report(*words), young(1))
        (found,) = self.refused()
        self.assertRegex(found["message"], "reported to neutron [1-9] s ago: the host is not off")
        self.refused("--accept", "source-alive")
        harness.heartbeats = lambda *words: (report(*words), young(90))
        self.expect(self.evacuate("--dry-run"), OK)

    def test_the_queue_of_neutrons_agent_has_a_consumer(self):
        """Of Open vSwitch, and of the others; where neutron's rows are not known it is all that tells."""
        self.tool.neutron = []
        connection = amqp.Connection("127.0.0.1:%s" % ENV["SB_AMQP_PORT"], userid=ENV["SB_AMQP_USER"], password=ENV["SB_AMQP_PASS"])
        connection.connect()
        self.addCleanup(connection.close)
        channel = connection.channel()
        for topic in ("q-agent-notifier-port-update", "q-agent-notifier-tunnel-update"):
            queue = "%s.%s" % (topic, A)
            channel.queue_declare(queue, durable=False, auto_delete=False, exclusive=False)
            self.expect(self.evacuate("--dry-run"), OK)
            tag = channel.basic_consume(queue, no_ack=True)
            (found,) = self.refused()
            self.assertIn("queue '%s' has a consumer" % queue, found["message"])
            self.tool.neutron = [ENV["SB_NEUTRON_CONF"]]        # its row is an hour old: a connection that was not dropped yet
            r = self.expect(self.evacuate("--dry-run"), OK)
            self.assertIn(queue, [f["subject"] for f in r.json["findings"] if f["code"] == "consumer-still-connected"])
            self.tool.neutron = []
            channel.basic_cancel(tag)
            channel.queue_delete(queue)

    def test_a_rescue_asks_the_same_witness(self):
        self.ask(self.session(OURS))
        harness.heartbeats()
        before = harness.checksum()
        r = self.expect(self.tool.run("host", "rescue", A, "--to", B, *GO), REFUSED)
        self.assertIn("source-alive", r.findings())
        self.unchanged(before)

    def test_a_list_of_services_counts_the_fresh_sessions_of_their_host(self):
        def sessions():
            harness.heartbeats()
            return {(s["binary"], s["host"]): s["sessions"] for s in self.expect(self.tool.run("service", "list", "-f", "json"), OK).json}

        self.assertEqual(set(sessions().values()), {0})
        c = self.session(OURS)
        self.ask(c)
        counted = sessions()
        self.assertEqual({k: n for k, n in counted.items() if n}, {k: 1 for k in counted if k[1].split("@")[0] == A})
        time.sleep(DOWN_S + 1)
        self.assertEqual(set(sessions().values()), {0})
