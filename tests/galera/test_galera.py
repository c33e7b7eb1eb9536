# SPDX-License-Identifier: Apache-2.0
"""Three nodes that all take writes: what one of them says, loses or forbids, and two operators on two of them."""
import threading
import time

import harness
import wire
from cluster import NODES, Cluster
from harness import A, B, C, DB_UNREACHABLE, DRIFT, ENV, FENCED, OK, PARTIAL, REFUSED, TestCase, Tool

BUSY, UNKNOWN = 8, 9
MOVE = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *FENCED, "--yes", "-f", "json"]
ON = "SELECT id, host FROM volumes WHERE deleted = 0 AND BINARY SUBSTRING_INDEX(host, '#', 1) = BINARY %s ORDER BY id"   # no twins


class Galera(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.addClassCleanup(cls.cluster.down)
        cls.cluster.up()

    def setUp(self):
        super().setUp()
        self.tool = self.at(0)
        if not hasattr(type(self), "seeded"):
            type(self).seeded = self.rows(0, "SELECT id, host, service_uuid FROM volumes")
        for row in self.seeded:
            self.rows(0, "UPDATE volumes SET host = %s, service_uuid = %s WHERE id = %s AND NOT (host <=> %s)",
                      (row["host"], row["service_uuid"], row["id"], row["host"]))
        self.rows(0, "UPDATE services SET updated_at = UTC_TIMESTAMP() - INTERVAL IF(host LIKE %s, 1, 0) HOUR, disabled = 0", (A + "%",))
        self.before = self.on(0, A)
        self.assertGreater(len(self.before), 3)
        for node in NODES:                              # a test may hold one up before it has applied what was seeded here
            self.assertEqual(self.on(node, A), self.before)

    def rows(self, node, statement, params=()):
        return self.cluster.rows(node, statement, params, "cinder")

    def on(self, node, host):
        """By a read that waits for what was committed before it."""
        connection = self.cluster.connect(node, "cinder", init_command="SET SESSION wsrep_sync_wait = 15")
        try:
            with connection.cursor() as cursor:
                cursor.execute(ON, (host + "@ceph",))
                return list(cursor.fetchall())
        finally:
            connection.close()

    def at(self, node, port=None):
        """An operator whose configuration names that node, or what stands before it; cinder's alone, which is all that a move needs."""
        tool = Tool()
        copy = tool.state + "/cinder.conf"
        with open(ENV["SB_CINDER_CONF"]) as f, open(copy, "w") as out:
            out.write(f.read().replace("127.0.0.1:%s/cinder" % ENV["SB_DB_PORT"], "127.0.0.1:%d/cinder" % (port or self.cluster.port(node))))
        tool.nova, tool.cinder = [], [copy]
        return tool

    def test_a_move_is_on_every_node(self):
        r = self.expect(self.tool.run(*MOVE), OK)
        self.assertTrue(all(s["state"] == "proved" for s in r.json["steps"]))
        for node in NODES:
            self.assertEqual(self.on(node, A), [])
            self.assertEqual({v["id"] for v in self.before} - {v["id"] for v in self.on(node, B)}, set())
        (journal,) = self.tool.journals()
        (server,) = {r["server"] for r in journal if r["type"] == "server"}
        self.assertIn("galera=%s node=node0" % self.cluster.status(0, "wsrep_cluster_state_uuid"), server)
        # and back, on another node
        back = self.at(1)
        self.expect(back.run(*[w.replace(A, "\0").replace(B, A).replace("\0", B) for w in MOVE], "--accept", "source-alive", "--accept", "target-down",
                             "--only", self.before[0]["id"]), OK)
        self.assertIn(self.before[0], self.on(2, A))

    def test_a_node_that_lags_is_waited_for(self):
        """What was committed on one node may not be applied on another yet: a listing there must not show the old owner."""
        holder = self.cluster.connect(2, "cinder")
        with holder.cursor() as cursor:
            cursor.execute("LOCK TABLES volumes READ")     # the applier waits for it
        self.expect(self.tool.run(*MOVE), OK)
        with holder.cursor() as cursor:
            cursor.execute(ON, (A + "@ceph",))
            self.assertEqual(list(cursor.fetchall()), self.before)                  # still the old rows
        release = threading.Timer(2, holder.close)
        release.start()
        r = self.expect(self.at(2).run("volume", "list", "--host", B + "@ceph", "-f", "json"), OK)
        release.join()
        self.assertEqual({v["id"] for v in self.before} - {v["id"] for v in r.json}, set())

    def held(self, tool, row):
        """The tool inside its transaction on node 0, waiting for a row that we hold there."""
        holder = self.cluster.connect(0, "cinder", autocommit=False)
        with holder.cursor() as cursor:
            cursor.execute("SELECT id FROM volumes WHERE id = %s FOR UPDATE", (row,))
        running = tool.start(*MOVE)
        self.addCleanup(lambda: (running.poll() is None and running.kill(), running.communicate()))
        end = time.monotonic() + 30
        while not self.cluster.rows(0, "SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'"):
            self.assertIsNone(running.poll())
            self.assertLess(time.monotonic(), end)
            time.sleep(0.2)
        return running, holder

    def ends(self, running):
        out, err = running.communicate(timeout=60)
        return harness.Result(MOVE, running.returncode, out.decode(), err.decode())

    def test_a_write_on_another_node_wins_and_all_of_ours_goes_back(self):
        """It comes for a row that we have written already, while we wait for another: the server ends our transaction there and then.
        Nothing of it may stay, be the row that we wait for the first, one in the middle or the last."""
        for waits_for in (1, len(self.before) // 2, len(self.before) - 1):
            with self.subTest(waits_for):
                running, holder = self.held(self.tool, self.before[waits_for]["id"])
                self.rows(1, "UPDATE volumes SET display_description = UUID() WHERE id = %s", (self.before[0]["id"],))
                time.sleep(0.5)
                holder.close()
                r = self.ends(running)
                for node in NODES:
                    self.assertEqual(self.on(node, A), self.before, str(r))
                self.assertEqual(r.code, BUSY, str(r))
                self.assertIn("run the same command again", r.err)
        self.expect(self.tool.run(*MOVE), OK)

    def lose(self):
        """The other node's write to a row of ours is ordered before ours and not applied here for three seconds: nobody tells us."""
        applier = self.cluster.connect(0, "cinder")
        with applier.cursor() as cursor:
            cursor.execute("LOCK TABLES volume_types READ")
        self.rows(1, "UPDATE volume_types SET description = UUID()")
        self.rows(1, "UPDATE volumes SET display_description = UUID() WHERE id = %s", (self.before[0]["id"],))
        release = threading.Timer(3, applier.close)
        release.start()
        self.addCleanup(release.join)

    def lost(self, r, words):
        self.assertEqual(r.code, BUSY, str(r))
        self.assertIn(words, r.err)
        self.assertIn("run the same command again", r.err)
        for node in NODES:
            self.assertEqual(self.on(node, A), self.before)
        self.expect(self.at(0).run(*MOVE), OK)

    def test_a_write_that_came_first_is_met_before_the_commit(self):
        """The last statement before the COMMIT asks whose session it is, waits for what is ordered before it, and meets it."""
        running, holder = self.held(self.tool, self.before[-1]["id"])
        self.lose()
        holder.close()
        self.lost(self.ends(running), "(1213) in session/connection_get")

    def test_a_commit_that_loses_the_certification_is_rolled_back(self):
        """It comes behind the last statement: the COMMIT is the first to hear of it."""
        link = wire.Between(self.cluster.port(0), b"\x03COMMIT", self.lose)
        self.addCleanup(link.close)
        self.lost(self.at(0, link.here).run(*MOVE), "the commit was rolled back")
        self.assertEqual(link.called, 1)

    def lag_of(self, node):
        """What the audit says of a slave_connection that leads to this node, of the cluster that connection leads to."""
        tool = self.at(0)
        with open(tool.cinder[0]) as f:
            lines = f.read().split("\n")
        url = next(line for line in lines if line.startswith("connection"))
        lines.insert(lines.index(url), "slave_" + url.replace(":%d/" % self.cluster.port(0), ":%d/" % self.cluster.port(node)))
        with open(tool.cinder[0], "w") as out:
            out.write("\n".join(lines))
        r = tool.run("audit", "run", "A12", "--no-second-look", "-f", "json", "--fail-on", "never")
        self.expect(r, OK)
        return [f["message"] for f in r.json if f["check"] == "replica-lag-unknown"]

    def test_a_node_is_as_good_as_another_unless_it_follows_a_server_outside(self):
        self.rows(1, "GRANT SLAVE MONITOR ON *.* TO cinder@'127.0.0.1'")
        try:
            self.assertEqual(self.lag_of(1), [])
            self.rows(1, "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_PORT = 1, MASTER_USER = 'nobody'")
            self.addCleanup(self.rows, 1, "RESET SLAVE ALL")
            (told,) = self.lag_of(1)
            self.assertIn("its replication is stopped", told)
        finally:
            self.rows(1, "REVOKE SLAVE MONITOR ON *.* FROM cinder@'127.0.0.1'")
        (told,) = self.lag_of(1)
        self.assertRegex(told, "lacks|denied|privilege")

    def test_a_node_that_dies_in_the_transaction(self):
        running, holder = self.held(self.tool, self.before[-1]["id"])
        self.cluster.kill(0)
        r = self.ends(running)
        try:
            self.assertEqual(r.code, DB_UNREACHABLE, str(r))
            for node in NODES[1:]:
                self.cluster.wait(node, "wsrep_cluster_size", "2")
                self.assertEqual(self.on(node, A), self.before)
            # nothing is in doubt: the journal says so, and the operator goes on with another node
            self.assertEqual([j["state"] for j in self.tool.run("journal", "list", "-f", "json").json], ["failed"])
            self.tool.cinder = self.at(1).cinder
            self.expect(self.tool.run(*MOVE), OK)
            self.assertEqual(self.on(2, A), [])
        finally:
            self.cluster.start(0)
            self.cluster.wait_synced(0)

    def test_a_node_outside_the_primary_component_is_not_used(self):
        for node in (1, 2):
            self.cluster.signal(node, 19)      # SIGSTOP: two of three are silent
        try:
            self.cluster.wait(0, "wsrep_cluster_status", "non-Primary", 60)
            r = self.expect(self.tool.run(*MOVE), DB_UNREACHABLE)
            self.assertIn("primary component", r.err)
            self.assertEqual(self.tool.journals(), [])
        finally:
            for node in (1, 2):
                self.cluster.signal(node, 18)
        for node in NODES:
            self.cluster.wait(node, "wsrep_cluster_status", "Primary", 60)
            self.cluster.wait_synced(node)
        self.assertEqual(self.on(1, A), self.before)

    def test_a_node_that_is_desynced_takes_no_write_of_ours(self):
        self.cluster.rows(0, "SET GLOBAL wsrep_desync = ON")
        try:
            r = self.expect(self.tool.run(*MOVE), REFUSED)
            self.assertIn("database-not-writable", r.findings())
            self.assertIn("Galera node", str(r.json["findings"]))
            self.assertEqual(self.on(1, A), self.before)
        finally:
            self.cluster.rows(0, "SET GLOBAL wsrep_desync = OFF")
            self.cluster.wait_synced(0)
        self.expect(self.tool.run(*MOVE), OK)

    def test_a_transaction_that_the_cluster_forbids_is_refused_before(self):
        self.cluster.rows(0, "SET GLOBAL wsrep_max_ws_rows = 3")
        try:
            r = self.expect(self.tool.run(*MOVE), REFUSED)
            self.assertIn("unit-too-large", r.findings())
        finally:
            self.cluster.rows(0, "SET GLOBAL wsrep_max_ws_rows = 0")
        self.assertEqual(self.on(1, A), self.before)

    def test_two_operators_on_two_nodes(self):
        """Named locks are a node's own: the rows decide, and one of the two gets all of them or neither does."""
        ids = {v["id"] for v in self.before}
        won = {B: 0, C: 0, None: 0}
        for _ in range(6):
            self.setUp()
            started = [self.at(0).start(*MOVE), self.at(1).start(*[w.replace(B, C) for w in MOVE])]
            ended = [self.ends(p) for p in started]
            did = [r.code == OK and bool(r.json["steps"]) for r in ended]   # one that begins when the other has ended has nothing to do
            owners = {host: {v["id"] for v in self.on(2, host)} & ids for host in (A, B, C)}
            full = [host for host, found in owners.items() if found]
            self.assertEqual(len(full), 1, (owners, str(ended[0]), str(ended[1])))
            for host, r, moved in zip((B, C), ended, did):
                self.assertEqual(moved, full == [host], str(r))
                self.assertIn(r.code, (OK, BUSY, DRIFT), str(r))
            won[full[0] if full != [A] else None] += 1
        self.assertGreater(won[B] + won[C], 0, won)

    def all_of_nova(self, tool, node):
        """nova's databases, too: the cells' addresses are templates that each operator's own file fills."""
        for name, source in (("nova.conf", ENV["SB_NOVA_CONF"]), ("nova-db.conf", ENV["SB_NOVA_DB_CONF"])):
            with open(source) as f, open("%s/%s" % (tool.state, name), "w") as out:
                out.write(f.read().replace("127.0.0.1:%s/" % ENV["SB_DB_PORT"], "127.0.0.1:%d/" % self.cluster.port(node)))
            tool.nova.append("%s/%s" % (tool.state, name))
        tool.cinder = []
        return tool

    def test_two_operators_evacuate_on_two_nodes_and_nothing_is_cast_twice(self):
        url = "{scheme}://{username}:{password}@{hostname}:{port}/%s?{query}"
        for name, database in (("cell0", "nova_cell0"), ("cell1", "nova")):
            self.cluster.rows(0, "UPDATE cell_mappings SET database_connection = %s WHERE name = %s", (url % database, name), "nova_api")
        up = "UPDATE services SET last_seen_up = UTC_TIMESTAMP() - INTERVAL IF(BINARY host = BINARY %s, 1, 0) HOUR"
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        names = ("image-active-0", "image-active-1", "image-stopped-0", "image-error-0", "image-busy-0")
        for i, name in enumerate(names):
            for database in ("nova", "nova_cell0"):
                self.cluster.rows(0, up, (A,), database)
            go = ["host", "evacuate", A, "--only", name, "--no-wait", *FENCED, "--yes", "-f", "json"]
            go += ["--no-mark"] if i % 2 else []      # without it the services row does not tell: the instance's own must
            started = [self.all_of_nova(self.at(node), node).start(*go) for node in (0, 1)]
            ended = [self.ends(p) for p in started]
            for r in ended:
                self.assertIn(r.code, (OK, BUSY, DRIFT, REFUSED, PARTIAL, harness.ERROR), str(r))
                self.assertNotEqual(r.json["error"], "", str(r))
                if r.code != OK:
                    self.assertTrue(r.json["error"] or any(s["error"] for s in r.json["steps"]) or
                                    any(f["severity"] == "stop" for f in r.json["findings"]), str(r))
        uuids = [message["args"]["instance"]["nova_object.data"]["uuid"] for _, message in conductor.wait_for(len(names))]
        time.sleep(0.5)
        self.assertEqual(len(uuids), len(set(uuids)))
        self.assertEqual(len(conductor.casts), len(uuids))
        self.assertGreater(len(uuids), 0)
        # every instance that is being rebuilt has one migration, and was cast
        claimed = {i["uuid"] for i in self.cluster.rows(2, "SELECT uuid FROM instances WHERE task_state = 'rebuilding' AND host = %s", (A,), "nova")}
        self.assertEqual(claimed, set(uuids))
        ours = self.cluster.rows(2, "SELECT instance_uuid FROM migrations WHERE status = 'accepted' AND source_compute = %s", (A,), "nova")
        self.assertEqual(sorted(m["instance_uuid"] for m in ours), sorted(uuids))
