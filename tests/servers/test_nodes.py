# SPDX-License-Identifier: Apache-2.0
"""A broker of three nodes. The first, which is home to nova's queues, dies, then the third. What a queue is decides what is left of it:
a durable one is there and cannot be read, a mirrored one and a quorum queue go on elsewhere, and a quorum queue without a majority takes
nothing and says what it likes. The program must say which, and never take what it cannot read for what is not there."""
import json
import os
import shutil
import socket
import threading
import time

import amqp

import cluster
import harness
import landing
from harness import A, B, BUS_UNREACHABLE, C, ENV, ERROR, FENCED, OK, REFUSED, rows

UNKNOWN = 9
GO = FENCED + ["--yes", "--no-wait", "-f", "json"]
NAMES = ("image-active-0", "image-active-1")
OFFSET = 320   # of the ports, behind the sandbox's own


def arguments(kind):
    return {"x-queue-type": "quorum"} if kind == "quorum" else {}


class Conductor:
    """Takes casts where nova-conductor would, through one node, from queues that another one is home to."""

    def __init__(self, test, kind, node):
        self.casts, self.stopping = [], False
        self.connection = test.connect(kind, node)
        self.channel = self.connection.channel()
        self.channel.basic_consume("conductor", no_ack=True, callback=lambda m: self.casts.append(json.loads(json.loads(m.body)["oslo.message"])))
        self.channel.basic_consume("scheduler", no_ack=True, callback=lambda m: None)
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        while not self.stopping:
            try:
                self.connection.drain_events(timeout=0.1)
            except socket.timeout:
                pass
            except (OSError, amqp.exceptions.AMQPError):
                return

    def wait_for(self, n, seconds=10):
        end = time.monotonic() + seconds
        while len(self.casts) < n and time.monotonic() < end:
            time.sleep(0.05)
        return len(self.casts)

    def close(self):
        self.stopping = True
        self.thread.join()
        try:
            self.connection.close()
        except (OSError, amqp.exceptions.AMQPError):
            pass


class Nodes(harness.TestCase):
    """One broker for all, in this order: a start of three takes long, and what is dead stays so."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.broker = cluster.Cluster(os.path.join(ENV["SB_RUN"], "nodes"), int(ENV["EVAC_SANDBOX_PORT"]) + OFFSET, "nodes", "nodes-secret")
        cls.addClassCleanup(cls.broker.stop)
        cls.broker.start()
        cls.version = cls.broker.version()
        # what is said of a durable queue without its home: RabbitMQ 4 says nothing, for as long as one waits
        cls.lost = "home node 'n1@localhost' of durable queue" if cls.version < (4, 0) else "request timed out"
        cls.elsewhere = ["mirrored", "quorum"] if cls.version < (4, 0) else ["quorum"]   # RabbitMQ 4 mirrors no classic queue
        cls.kinds = ["durable", *cls.elsewhere]
        for kind in cls.kinds:
            cls.broker.add_vhost(kind)
        if "mirrored" in cls.kinds:
            cls.broker.control(1, "set_policy", "-p", "mirrored", "all", ".*", '{"ha-mode":"all"}', "--apply-to", "queues")
        for kind in cls.kinds:
            cls.declare(kind, 1, "conductor", "scheduler", "compute." + A, "compute." + B)
        cls.declare("quorum", 3, "compute." + C)
        cls.conductors = {kind: Conductor(cls, kind, 2) for kind in cls.kinds}
        for conductor in cls.conductors.values():
            cls.addClassCleanup(conductor.close)
        mapping = rows("nova_api", "SELECT transport_url FROM cell_mappings WHERE name = 'cell1'")[0]["transport_url"]
        cls.addClassCleanup(rows, "nova_api", "UPDATE cell_mappings SET transport_url = %s WHERE name = 'cell1'", (mapping,))

    def setUp(self):
        super().setUp()
        self.anew()

    def anew(self):
        """Rows as they were, and no run that knows others."""
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        shutil.rmtree(os.path.join(self.tool.state, "journal"), ignore_errors=True)

    @classmethod
    def connect(cls, kind, node):
        c = amqp.Connection("127.0.0.1:%d" % cls.broker.port_of(node), userid=cls.broker.user, password=cls.broker.password, virtual_host=kind)
        c.connect()
        return c

    @classmethod
    def declare(cls, kind, node, *queues):
        """At the node that shall be their home."""
        c = cls.connect(kind, node)
        channel = c.channel()
        channel.exchange_declare("nova", "topic", durable=True, auto_delete=False)
        for queue in queues:
            channel.queue_declare(queue, durable=True, auto_delete=False, arguments=arguments(kind))
            channel.queue_bind(queue, "nova", queue)
        c.close()

    def put(self, kind, node, queue):
        c = self.connect(kind, node)
        channel = c.channel()
        channel.confirm_select()
        channel.basic_publish_confirm(amqp.Message("{}", delivery_mode=2), "", queue)
        c.close()

    def at(self, kind):
        """The program's configuration, and the cell's."""
        url = "rabbit://" + ",".join("%s:%s@127.0.0.1:%d" % (self.broker.user, self.broker.password, self.broker.port_of(n)) for n in cluster.NODES) + "/" + kind
        path = os.path.join(self.tool.state, "nodes.conf")
        with open(path, "w") as f:
            f.write("[DEFAULT]\ntransport_url = %s\n[oslo_messaging_rabbit]\nrabbit_quorum_queue = %s\n" % (url, kind == "quorum"))
        os.chmod(path, 0o600)
        self.tool.nova = [ENV["SB_NOVA_CONF"], ENV["SB_NOVA_DB_CONF"], path]
        rows("nova_api", "UPDATE cell_mappings SET transport_url = %s WHERE name = 'cell1'", (url,))
        return self.conductors[kind]

    def doctor(self):
        r = self.tool.run("doctor", "-f", "json")
        return {row["check"]: row for row in r.json}

    def returns(self, kind, host=A):
        self.at(kind)
        r = self.tool.run("host", "return", host, "-f", "json")
        return {row["check"]: row for row in r.json}["waiting messages"]

    def evacuate(self, name):
        harness.heartbeats()
        return self.tool.run("instance", "evacuate", name, *GO)

    def task_state(self, name):
        return rows("nova", "SELECT task_state FROM instances WHERE display_name = %s AND deleted = 0", (name,))[0]["task_state"]

    # ---- what must be so, for each kind of queue

    def goes_on(self, kind, name):
        conductor = self.at(kind)
        row = self.doctor()["conductor queue"]
        self.assertEqual((row["result"], "1 consumer" in row["detail"]), ("ok", True), row)
        n = len(conductor.casts)
        self.expect(self.evacuate(name), OK)
        self.assertEqual(conductor.wait_for(n + 1), n + 1)
        (sent,) = [r for r in self.tool.journals()[-1] if r["type"] == "publish_intent"]
        self.assertEqual([r["outcome"] for r in self.tool.journals()[-1] if r["type"] == "publish_outcome"], ["acked"])
        expires = kind != "quorum" or self.version >= (3, 10)
        self.assertEqual((sent["expiration_ms"] > 0, self.doctor()["message expiry"]["result"]), (expires, "ok" if expires else "warn"))

    def witness_of(self, kind):
        """Who still reads the dead host's queue, through another node, is seen where the queue can be."""
        self.anew()
        self.at(kind)
        c = self.connect(kind, 2)
        c.channel().basic_consume("compute." + A, callback=lambda m: None)   # taken, and never said to be: it is back when we have gone
        r = self.tool.run("instance", "evacuate", NAMES[0], "--dry-run", *FENCED, "-f", "json")
        self.assertEqual([f["subject"] for f in r.json["findings"] if f["code"] == "consumer-still-connected"], ["compute." + A], str(r))
        c.close()

    def no_witness(self, kind):
        """What the queue would tell is not told: not that nobody reads it."""
        self.anew()
        self.at(kind)
        r = self.tool.run("service", "list", "--host", A, "-f", "json")
        self.assertEqual((r.code, self.lost in r.err), (BUS_UNREACHABLE, True), str(r))
        (compute,) = [s for s in r.json if s["binary"] == "nova-compute"]
        self.assertIsNone(compute["consumers"])

    def cannot_be_read(self, kind, name):
        """It is there, its node is not: refused with nothing written, and named."""
        conductor = self.at(kind)
        for check in ("conductor queue", "scheduler queue"):
            row = self.doctor()[check]
            self.assertEqual(row["result"], "fail")
            self.assertIn(self.lost, row["detail"])
            if self.version < (4, 0):
                self.assertIn("start the broker's node", row["hint"])
        before, n = harness.checksum(), len(conductor.casts)
        r = self.expect(self.evacuate(name), BUS_UNREACHABLE, self.lost)
        self.assertNotIn("does not exist", r.out + r.err)
        self.unchanged(before)
        self.assertEqual(conductor.wait_for(n + 1, 0.5), n)
        waiting = self.returns(kind)
        self.assertEqual((waiting["state"], self.lost in waiting["message"]), ("stop", True), waiting)

    def kill(self, node):
        if node in self.broker.children:
            self.broker.kill(node)
            time.sleep(2)

    def all_mirrors_go_on(self):
        """With what waits in a dead host's queue."""
        for kind in self.elsewhere:
            self.anew()
            self.goes_on(kind, NAMES[0])
            self.anew()
            self.assertEqual((self.returns(kind)["state"], self.returns(kind)["count"]), ("stop", 1))

    def test_1_all_nodes_are_there(self):
        for kind in self.kinds:
            self.anew()
            self.goes_on(kind, NAMES[0])
            self.anew()
            self.assertEqual(self.returns(kind)["state"], "note" if kind == "quorum" else "ok")
            self.put(kind, 1, "compute." + A)
            self.assertEqual((self.returns(kind)["state"], self.returns(kind)["count"]), ("stop", 1))
        self.put("quorum", 3, "compute." + C)

    def test_2_the_home_node_dies_between_two_casts(self):
        """The second instance is left as it was; the first has its message."""
        conductor = self.at("durable")
        n = len(conductor.casts)
        process = self.tool.start("host", "evacuate", A, "--only", NAMES[0], "--only", NAMES[1], "--max-in-flight", "1", *FENCED, "--yes",
                                  "--timeout", "60", "-f", "json")
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        self.assertEqual(conductor.wait_for(n + 1), n + 1)
        self.kill(1)
        (first,) = [name for name in NAMES if self.task_state(name)]
        (second,) = set(NAMES) - {first}
        landing.land(rows("nova", "SELECT uuid FROM instances WHERE display_name = %s AND deleted = 0", (first,))[0]["uuid"], B)
        out, err = process.communicate(timeout=120)
        said = out.decode() + err.decode()
        self.assertNotEqual(process.returncode, OK, said)
        self.assertIn(self.lost, said)
        self.assertIsNone(self.task_state(second), said)
        self.assertEqual(conductor.wait_for(n + 2, 0.5), n + 1)

    def test_3_the_home_node_is_gone(self):
        self.kill(1)
        self.cannot_be_read("durable", NAMES[0])
        self.no_witness("durable")
        self.all_mirrors_go_on()
        for kind in self.elsewhere:
            self.witness_of(kind)

    def test_4_the_majority_is_gone(self):
        self.kill(1)
        self.kill(3)
        self.cannot_be_read("durable", NAMES[0])
        for kind in self.elsewhere[:-1]:
            self.anew()
            self.goes_on(kind, NAMES[0])
        self.anew()
        self.without_majority()

    def without_majority(self):
        """Neither sent nor lost: refused before anything is written, or unknown and said to be; and it is not called empty."""
        conductor = self.at("quorum")
        n, before = len(conductor.casts), harness.checksum()
        r = self.evacuate(NAMES[0])
        self.assertIn(r.code, (REFUSED, ERROR, BUS_UNREACHABLE, UNKNOWN), str(r))
        if r.code == UNKNOWN:
            self.assertEqual([x["outcome"] for x in self.tool.journals()[-1] if x["type"] == "publish_outcome"], ["timeout"])
            self.assertEqual(self.task_state(NAMES[0]), "rebuilding")
            self.expect(self.tool.run("journal", "recover", self.tool.journals()[-1][0]["run"], "-f", "json"), UNKNOWN, "may or may not have been sent")
        else:
            self.unchanged(before)
        self.assertEqual(conductor.wait_for(n + 1, 1), n)
        self.anew()
        row = self.returns("quorum", C)
        self.assertEqual(row["state"], "note", row)     # its one message is not seen, and it is not called empty
        self.assertIn("unless it is a quorum queue that has lost its leader", row["message"])
