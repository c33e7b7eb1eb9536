# SPDX-License-Identifier: Apache-2.0
"""The rows and the broker under the crash tests: put back between two deaths in milliseconds, looked at over one connection."""
import json
import os
import sys
import threading

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(here), "lib"))
import amqp  # noqa: E402
import harness  # noqa: E402
import pymysql  # noqa: E402
from harness import A, ENV  # noqa: E402

SNAPSHOT = "crash_snapshot"
TABLES = [("cinder", t) for t in harness.WATCHED["cinder"] + ["services"]] + \
         [("nova", t) for t in harness.WATCHED["nova"] + ["services", "instance_actions_events", "instance_faults", "instance_info_caches"]] + \
         [("neutron", t) for t in ("ports", "ml2_port_bindings")]
WANTED = ["image-active-0", "volume-active-0"]


class Rows:
    """The seeded rows; what a scenario makes of them is kept beside them, under its name."""
    dead = (A,)

    def __init__(self):
        self.connection = pymysql.connect(host="127.0.0.1", port=int(ENV["SB_DB_PORT"]), user=ENV["SB_DB_ADMIN"],
                                          password=ENV["SB_DB_ADMIN_PASS"], autocommit=True, charset="utf8mb4",
                                          cursorclass=pymysql.cursors.DictCursor)
        self.kept = set()
        self.query("DROP DATABASE IF EXISTS " + SNAPSHOT)
        self.query("CREATE DATABASE " + SNAPSHOT)
        self.query("SET foreign_key_checks = 0, unique_checks = 0")
        # nothing of what is killed here is the server
        self.flush = self.query("SELECT @@GLOBAL.innodb_flush_log_at_trx_commit AS v")[0]["v"]
        self.query("SET GLOBAL innodb_flush_log_at_trx_commit = 0")
        self.thin_out()
        self.keep("seeded")

    def query(self, statement, params=None):
        with self.connection.cursor() as c:
            c.execute(statement, params)
            return list(c.fetchall()) if c.description else c.rowcount

    def thin_out(self):
        """Each kind of row once or twice, as every row of a unit has three points of its own in the journal: of the failed host's
        volumes those of the wanted instances and one of each backend, and one of its backups."""
        keep = {r["volume_id"] for r in self.query(
            "SELECT b.volume_id FROM nova.block_device_mapping b JOIN nova.instances i ON i.uuid = b.instance_uuid WHERE b.deleted = 0"
            " AND b.volume_id IS NOT NULL AND i.display_name IN %s", (WANTED,))}
        volumes = self.query("SELECT id, SUBSTRING_INDEX(host, '#', 1) AS backend FROM cinder.volumes WHERE deleted = 0"
                             " AND BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s ORDER BY id", (A,))
        for backend in sorted({v["backend"] for v in volumes}):
            keep.add(next(v["id"] for v in volumes if v["backend"] == backend))
        self.query("UPDATE cinder.volumes SET deleted = 1 WHERE BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s AND id NOT IN %s",
                   (A, sorted(keep)))
        self.query("UPDATE cinder.backups SET deleted = 1 WHERE BINARY host = BINARY %s AND deleted = 0 ORDER BY id DESC LIMIT 1", (A,))

    def keep(self, name):
        if name not in self.kept:
            for d, t in TABLES:
                self.query("CREATE TABLE %s.`%s_%s_%s` AS SELECT * FROM %s.`%s`" % (SNAPSHOT, name, d, t, d, t))
            self.kept.add(name)
            return
        self.query("BEGIN")
        for d, t in TABLES:
            self.query("DELETE FROM %s.`%s_%s_%s`" % (SNAPSHOT, name, d, t))
            self.query("INSERT INTO %s.`%s_%s_%s` SELECT * FROM %s.`%s`" % (SNAPSHOT, name, d, t, d, t))
        self.query("COMMIT")

    def back_to(self, name):
        self.query("BEGIN")
        for d, t in TABLES:
            self.query("DELETE FROM %s.`%s`" % (d, t))
            self.query("INSERT INTO %s.`%s` SELECT * FROM %s.`%s_%s_%s`" % (d, t, SNAPSHOT, name, d, t))
        self.heartbeats()
        self.query("COMMIT")

    def heartbeats(self):
        for statement in ("UPDATE cinder.services SET updated_at = UTC_TIMESTAMP() - INTERVAL IF(BINARY SUBSTRING_INDEX(host, '@', 1) IN %s, 3600, 0) SECOND",
                          "UPDATE nova.services SET last_seen_up = UTC_TIMESTAMP() - INTERVAL IF(BINARY host IN %s, 3600, 0) SECOND",
                          "UPDATE neutron.agents SET heartbeat_timestamp = UTC_TIMESTAMP() - INTERVAL IF(BINARY host IN %s, 3600, 0) SECOND"):
            self.query(statement, (self.dead,))
        self.query("UPDATE nova_cell0.services SET last_seen_up = UTC_TIMESTAMP()")

    def close(self):
        self.query("SET GLOBAL innodb_flush_log_at_trx_commit = %s", (self.flush,))
        self.query("DROP DATABASE IF EXISTS " + SNAPSHOT)


class Conductor(harness.Conductor):
    """Knows when it has everything that the broker had before it was asked: a marker goes through the same queue."""

    def __init__(self):
        self.seen = threading.Event()
        self.hears = None   # what a scenario does about a message of its own queue
        super().__init__()
        self.second = amqp.Connection("127.0.0.1:%s" % ENV["SB_AMQP_PORT"], userid=ENV["SB_AMQP_USER"], password=ENV["SB_AMQP_PASS"])
        self.second.connect()
        self.way = self.second.channel()

    def _got(self, message):
        body = json.loads(message.body)
        if "marker" in body:
            self.seen.set()
            return
        inner = json.loads(body["oslo.message"])
        if inner["method"] == "rebuild_instance":
            self.casts.append((message, inner))
        if self.hears:
            self.hears(inner)

    def inner(self):
        self.seen.clear()
        self.way.basic_publish(amqp.Message('{"marker": 1}'), "", "conductor")
        if not self.seen.wait(10):
            raise RuntimeError("the broker does not deliver")
        return [inner for _, inner in self.casts]

    def listen_as_compute(self, host):
        """To what a nova-compute is told, too."""
        queue = "compute." + host
        self.way.queue_declare(queue, durable=False, auto_delete=True)
        self.way.queue_bind(queue, "nova", queue)
        # another thread reads this connection: no answer is waited for
        self.channel.basic_consume(queue, consumer_tag=queue, no_ack=True, nowait=True, callback=self._got)

    def bind(self, bound):
        """Whether the exchange leads to the conductor's queue."""
        (self.way.queue_bind if bound else self.way.queue_unbind)("conductor", "nova", "conductor")
