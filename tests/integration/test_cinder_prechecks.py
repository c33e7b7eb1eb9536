# SPDX-License-Identifier: Apache-2.0
"""Every look that is taken before a move: a world in which all is well finds nothing, and each thing that is wrong finds its own
finding and no other. Then the options that decide what becomes of a row, and the second look inside the transaction."""
import os
import pty
import subprocess

import amqp

import harness
from cinder_rows import everything, put_back
from harness import A, B, C, DRIFT, ENV, FENCED, OK, PARTIAL, REFUSED, rows, value

GO = FENCED + ["--yes", "-f", "json"]
NODE = ["volume", "update_host", "--currenthost", A, "--newhost", B]
BACKEND = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph"]
BACKUPS = ["backup", "update_backup_host", "--currenthost", A, "--newhost", B]
QUEUE = "cinder-volume.%s@ceph.%s" % (A, A)


def sql(statement, *params):
    return lambda: rows("cinder", statement, params)


def service(column, host=B + "@ceph"):
    return sql("UPDATE services SET %s WHERE BINARY host = BINARY %%s" % column, host)


def volume(column):
    return sql("UPDATE volumes SET %s WHERE BINARY host = BINARY %%s AND status = 'available' AND deleted = 0 ORDER BY id LIMIT 1" % column, A + "@ceph#ceph")


def attachment(instance, host, status="attached"):
    return sql("INSERT INTO volume_attachment (deleted, id, volume_id, attach_status, instance_uuid, attached_host) SELECT 0, 'planted', id, %s, %s, %s"
               " FROM volumes WHERE BINARY host = BINARY %s AND deleted = 0 ORDER BY id LIMIT 1", status, instance, host, A + "@ceph#ceph")


def stray():
    rows("cinder", "INSERT INTO volume_attachment (deleted, id, volume_id, attach_status, instance_uuid) SELECT 0, 'planted', a.volume_id, 'reserved',"
         " a.instance_uuid FROM volume_attachment a JOIN volumes v ON v.id = a.volume_id WHERE BINARY v.host = BINARY %s AND a.deleted = 0 LIMIT 1",
         (A + "@ceph#ceph",))


# What of the pre-checks, what is planted, which command, what it finds.
CHECKS = [
    ("P0 a column is missing", sql("ALTER TABLE workers CHANGE race_preventer race_preventer_x INT NOT NULL DEFAULT 0"), NODE, "schema-unknown"),
    ("P1 a clock goes wrong", service("updated_at = UTC_TIMESTAMP() + INTERVAL 90 SECOND", C + "@ceph"), NODE, "clock-ahead"),
    ("P2 the old owner lives", service("updated_at = UTC_TIMESTAMP()", A + "@ceph"), NODE, "source-alive"),
    ("P3 no row", service("deleted = 1"), BACKEND, "target-service-missing"),
    ("P3 no row on the node", service("deleted = 1", B + "@nvme"), NODE, "target-service-missing"),
    ("P3 two rows", sql("INSERT INTO services (deleted, host, `binary`, report_count, disabled, uuid, availability_zone) VALUES (0, %s, 'cinder-volume', 0, 0, UUID(), 'nova')",
                        B + "@ceph"), NODE, "duplicate-services"),
    ("P3 disabled", service("disabled = 1"), NODE, "target-disabled"),
    ("P3 frozen", service("frozen = 1"), NODE, "target-frozen"),
    ("P3 down", service("updated_at = UTC_TIMESTAMP() - INTERVAL 1 HOUR"), NODE, "target-down"),
    ("P3 failed over", service("replication_status = 'failed-over'"), NODE, "target-failed-over"),
    ("P3 another zone", service("availability_zone = 'az9'"), NODE, "az-differs"),
    ("P4 a twin", sql("UPDATE volumes SET host = %s WHERE display_name = 'trap-case-0'", A.upper() + "@ceph#ceph"), NODE, "similar-names"),
    ("P5 of a cluster", volume("cluster_name = 'east@ceph#ceph'"), NODE, "cluster-dead"),
    ("P5 into a cluster", service("cluster_name = 'east@ceph'"), NODE, "clustered"),
    ("P5 a migration", volume("migration_status = 'migrating'"), NODE, "in-flight"),
    ("P5 in the middle of something", volume("status = 'extending'"), NODE, "transitional"),
    ("P5 a deletion", volume("status = 'deleting'"), NODE, "delete-pending"),
    ("P6 a new pool", volume("host = '%s@ceph#new'" % A), NODE, "pool-unseen"),
    ("P7 nobody for the backups", sql("UPDATE services SET deleted = 1 WHERE BINARY host = BINARY %s AND `binary` = 'cinder-backup'", B), BACKUPS, "target-service-missing"),
    ("P7 a backup in the middle", sql("UPDATE backups SET status = 'restoring' WHERE BINARY host = BINARY %s AND deleted = 0 LIMIT 1", A), BACKUPS, "transitional"),
    ("P7 backups stay", sql("UPDATE backups SET deleted = 0 WHERE BINARY host = BINARY %s", A), NODE, "backups-remain"),
    ("P8 a worker", sql("INSERT INTO workers (deleted, resource_type, resource_id, status, service_id) SELECT 0, 'Volume', 'planted', 'creating', id"
                        " FROM services WHERE BINARY host = BINARY %s", A + "@ceph"), NODE, "transitional"),
    ("P8 a group", sql("UPDATE `groups` SET status = 'creating' WHERE BINARY host = BINARY %s", A + "@ceph#ceph"), NODE, "transitional"),
    ("P9 a local attachment", attachment(None, A), NODE, "local-attachment"),
    ("P9 a stray one", stray, NODE, "stray-attachment"),
    ("P10 a snapshot", sql("UPDATE snapshots SET status = 'creating'"), NODE, "snapshot-in-flight"),
    ("P11 a backup elsewhere", sql("INSERT INTO backups (deleted, id, volume_id, host, status) SELECT 0, 'planted', id, %s, 'creating' FROM volumes"
                                   " WHERE BINARY host = BINARY %s AND deleted = 0 LIMIT 1", C, A + "@ceph#ceph"), NODE, "backup-elsewhere"),
    ("the rest of the node", lambda: None, BACKEND, "other-backends-remain"),
]


class PreChecks(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        harness.sandbox("reset", "--rows")
        rows("cinder", "DELETE FROM workers WHERE resource_type <> 'SENTINEL'")
        rows("cinder", "UPDATE volumes SET host = %s WHERE display_name LIKE 'trap-%%'", (C + "@ceph#ceph",))
        rows("cinder", "UPDATE volumes SET host = %s WHERE display_name = 'bystander-spare-0'", (B + "@ceph#fast",))
        rows("cinder", "UPDATE backups SET host = %s WHERE display_name LIKE 'backup-trap-%%'", (C,))
        rows("cinder", "UPDATE backups SET deleted = 1 WHERE BINARY host = BINARY %s", (A,))
        cls.well = everything()

    @classmethod
    def tearDownClass(cls):
        harness.sandbox("reset", "--rows")

    def setUp(self):
        super().setUp()
        put_back(self.well)
        harness.heartbeats()

    def codes(self, words, code=None):
        r = self.tool.run(*words, *FENCED, "--dry-run", "-f", "json")
        self.assertIn(r.code, (OK, REFUSED) if code is None else (code,), str(r))
        for f in r.json["findings"]:
            self.assertTrue(f["hint"] or f["severity"] == "note", "no way out of %s" % f["code"])
        return sorted({f["code"] for f in r.json["findings"] if f["code"] != "casts-waiting"})

    def test_each_finds_its_own_and_nothing_else(self):
        rest = {tuple(BACKEND): ["other-backends-remain"]}
        for name, plant, words, code in CHECKS:
            with self.subTest(name):
                put_back(self.well)
                harness.heartbeats()
                if words is BACKUPS:
                    rows("cinder", "UPDATE backups SET deleted = 0 WHERE BINARY host = BINARY %s", (A,))
                usual = rest.get(tuple(words), [])
                self.assertEqual(self.codes(words, OK), usual)
                try:
                    plant()
                    self.assertEqual(self.codes(words), sorted({*usual, code}))
                finally:
                    if name.startswith("P0"):
                        rows("cinder", "ALTER TABLE workers CHANGE race_preventer_x race_preventer INT NOT NULL DEFAULT 0")

    def test_casts_that_wait_in_the_dead_owners_queue(self):
        """Seen while the broker answers; a broker that does not answer is said, and stops nothing."""
        connection = amqp.Connection("127.0.0.1:" + ENV["SB_AMQP_PORT"], userid=ENV["SB_AMQP_USER"], password=ENV["SB_AMQP_PASS"])
        connection.connect()
        channel = connection.channel()
        channel.queue_declare(QUEUE, durable=False, auto_delete=False)
        self.addCleanup(lambda: (channel.queue_delete(QUEUE), connection.close()))
        channel.queue_purge(QUEUE)
        found = self.tool.run(*NODE, *FENCED, "--dry-run", "-f", "json").json
        self.assertEqual([f["subject"] for f in found["findings"] if f["code"] == "casts-waiting"], [])
        self.assertEqual([q for q in found["queues"] if q["queue"] == QUEUE], [{"queue": QUEUE, "messages": 0, "consumers": 0}])
        for _ in range(3):
            channel.basic_publish_confirm(amqp.Message("{}"), routing_key=QUEUE)
        found = self.tool.run(*NODE, *FENCED, "--dry-run", "-f", "json").json
        (said,) = [f for f in found["findings"] if f["code"] == "casts-waiting"]
        self.assertEqual((said["subject"], said["severity"]), (QUEUE, "warn"))
        self.assertIn("3 messages", said["message"])
        self.assertIn("rabbitmqctl purge_queue %s;" % QUEUE, said["hint"])
        shown = [x for x in self.expect(self.tool.run("host", "show", A, "-f", "json"), OK).json if x["item"] == QUEUE]
        self.assertEqual([(x["section"], x["state"], x["count"]) for x in shown], [("queues", "waiting", 3)])
        self.expect(self.tool.run("host", "return", A), REFUSED, "queue '%s' holds messages" % QUEUE)
        self.expect(self.tool.run(*NODE, *FENCED, "--yes"), OK, "queue '%s' holds 3 messages;" % QUEUE)
        put_back(self.well)
        harness.heartbeats()
        with open(ENV["SB_CINDER_CONF"]) as f:
            text = f.read().replace("127.0.0.1:" + ENV["SB_AMQP_PORT"], "127.0.0.1:1")
        self.tool.cinder = [os.path.join(self.tool.state, "cinder.conf")]
        with open(os.open(self.tool.cinder[0], os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            f.write(text)
        r = self.expect(self.tool.run(*NODE, *GO), OK)
        self.assertIsNone(r.json["queues"])
        put_back(self.well)
        harness.heartbeats()
        self.expect(self.tool.run(*NODE, *FENCED, "--yes"), OK, "messages in the queues of '%s' are not known" % A)
        self.expect(self.tool.run("host", "show", A), harness.BUS_UNREACHABLE, "messages in its queues")

    # ---- what becomes of a row

    def owned(self, column, host):
        return {r["id"]: r[column] for r in rows("cinder", "SELECT id, %s FROM volumes WHERE BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %%s AND deleted = 0" % column, (host,))}

    def test_the_zone_of_the_new_owner(self):
        rows("cinder", "UPDATE services SET availability_zone = 'az9' WHERE BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s", (B,))
        odd = min(self.owned("host", A))
        rows("cinder", "UPDATE volumes SET availability_zone = NULL WHERE id = %s", (odd,))
        before = self.owned("availability_zone", A)
        self.expect(self.tool.run(*NODE, *GO), OK)
        self.assertEqual({i: z for i, z in self.owned("availability_zone", B).items() if i in before}, before)     # as it was, unless asked
        put_back(self.well)
        harness.heartbeats()
        rows("cinder", "UPDATE services SET availability_zone = 'az9' WHERE BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s", (B,))
        rows("cinder", "UPDATE volumes SET availability_zone = NULL WHERE id = %s", (odd,))
        state = everything()
        r = self.expect(self.tool.run(*NODE, "--follow-zone", *GO), OK)
        self.assertTrue(all(s["state"] == "proved" for s in r.json["steps"]))
        self.assertEqual({z for i, z in self.owned("availability_zone", B).items() if i in before}, {"az9"})
        self.assertEqual({r["availability_zone"] for r in rows("cinder", "SELECT availability_zone FROM volumes WHERE display_name LIKE 'bystander-%%'")}, {"nova"})
        harness.heartbeats()
        self.undo(r, state)

    def undo(self, r, state):
        self.expect(self.tool.run("journal", "undo", r.json["run"], *GO, "--accept", "target-down"), OK)
        now = everything()
        self.assertEqual({k: {c: v for c, v in x.items() if c != "updated_at"} for k, x in now.items()},
                         {k: {c: v for c, v in x.items() if c != "updated_at"} for k, x in state.items()})

    def test_into_a_cluster(self):
        """Its members all serve what is the cluster's: hosts and pools stay those of the one that was named."""
        rows("cinder", "UPDATE services SET cluster_name = 'east@ceph' WHERE BINARY host IN (BINARY %s, BINARY %s)", (B + "@ceph", C + "@ceph"))
        state = everything()
        self.assertIn("clustered", self.codes(BACKEND, REFUSED))
        self.assertIn("clustered", self.codes(["volume", "update_host", "--currenthost", A + "@nvme", "--newhost", B + "@nvme", "--cluster"], REFUSED))
        r = self.expect(self.tool.run(*BACKEND, "--cluster", *GO), OK)
        self.assertTrue(all(s["state"] == "proved" for s in r.json["steps"]))
        for (table, id_), row in state.items():
            if table in ("volumes", "groups", "consistencygroups", "image_volume_cache_entries"):
                mine = (row["host"] or "").startswith(A + "@ceph") and not row.get("deleted")
                now = rows("cinder", "SELECT host, cluster_name FROM `%s` WHERE id = %%s" % table, (id_,))[0]
                self.assertEqual(now, {"host": row["host"].replace(A, B), "cluster_name": row["host"].replace(A + "@ceph", "east@ceph")} if mine else
                                 {"host": row["host"], "cluster_name": row["cluster_name"]}, (table, id_))
        harness.heartbeats()
        self.undo(r, state)
        r = self.expect(self.tool.run(*BACKEND, "--cluster", *GO), OK)
        harness.heartbeats()
        script = self.expect(self.tool.run("journal", "undo", r.json["run"], "--sql"), OK).out
        subprocess.run(["mariadb", "--defaults-file=" + ENV["SB_DB_ADMIN_FILE"], "cinder"], input=script + "\nCOMMIT;\n", text=True, check=True,
                       stdout=subprocess.DEVNULL)
        self.assertEqual({r["cluster_name"] for r in rows("cinder", "SELECT cluster_name FROM volumes")}, {None})
        self.assertEqual(self.owned("host", B), {i[1]: x["host"] for i, x in state.items() if i[0] == "volumes" and not x["deleted"]
                                                 and (x["host"] or "").startswith(B + "@")})

    def test_rows_of_a_cluster_with_a_live_member_are_left_behind(self):
        rows("cinder", "UPDATE volumes SET cluster_name = 'east@ceph#ceph' WHERE BINARY host = BINARY %s AND status = 'available' AND deleted = 0 ORDER BY id LIMIT 1",
             (A + "@ceph#ceph",))
        rows("cinder", "UPDATE services SET cluster_name = 'east@ceph' WHERE BINARY host = BINARY %s", (C + "@ceph",))
        one = value("cinder", "SELECT id FROM volumes WHERE cluster_name = 'east@ceph#ceph'")
        self.assertEqual(self.codes(NODE, OK), ["cluster-serves"])
        self.expect(self.tool.run(*NODE, *GO), OK)
        self.assertEqual(self.owned("id", A), {one: one})

    # ---- the second look, inside the transaction

    def between(self, change, *words):
        """The plan is shown, something happens, and only then the operator confirms."""
        ours, theirs = pty.openpty()
        running = subprocess.Popen(self.tool.command(*NODE, *FENCED, *words), stdin=theirs, stdout=theirs, stderr=theirs)
        os.close(theirs)
        seen = b""
        try:
            while b"type the failed host" not in seen:
                seen += os.read(ours, 4096)
            change()
            os.write(ours, A.encode() + b"\n")
            while True:
                seen += os.read(ours, 4096)
        except OSError:          # the terminal is closed when it ends
            pass
        os.close(ours)
        return running.wait(30), seen.decode()

    def test_who_reports_between_plan_and_transaction_is_seen(self):
        before = self.owned("host", A)
        code, said = self.between(service("report_count = report_count + 1", A + "@ceph"))
        self.assertEqual(code, DRIFT, said)
        self.assertIn("has reported since the plan was made", said)
        self.assertEqual(self.owned("host", A), before)
        code, said = self.between(service("updated_at = UTC_TIMESTAMP() - INTERVAL 1 HOUR"))
        self.assertEqual(code, DRIFT, said)
        self.assertIn("went down since the plan was made", said)
        self.assertEqual(self.owned("host", A), before)
        harness.heartbeats()
        code, said = self.between(service("report_count = report_count + 1", C + "@ceph"))       # a stranger's report is nothing
        self.assertEqual(code, OK, said)
        self.assertEqual(self.owned("host", A), {})

    def one_more(self, service_uuid):
        """A volume that is the same host's, as others write it."""
        id_ = "1a7e0000-0000-4000-8000-000000000000"
        names = ["`%s`" % r["Field"] for r in rows("cinder", "SHOW COLUMNS FROM volumes")]
        picked = {"`id`": "'%s'" % id_, "`service_uuid`": service_uuid}
        statement = "INSERT INTO volumes (%s) SELECT %s FROM volumes AS v WHERE v.host = '%s@ceph#ceph' AND v.deleted = 0 LIMIT 1" % (
            ", ".join(names), ", ".join(picked.get(n, "v." + n) for n in names), A)
        return id_, lambda: rows("cinder", statement)

    def test_a_volume_that_came_between_plan_and_transaction_stops_it(self):
        for service_uuid in ("v.service_uuid", "NULL"):      # taken by its cinder-volume; as the scheduler leaves it
            put_back(self.well)
            harness.heartbeats()
            id_, come = self.one_more(service_uuid)
            before = self.owned("host", A)
            code, said = self.between(come)
            self.assertEqual(code, DRIFT, said)
            self.assertIn("1 more volumes came to '%s@ceph' since the plan was made; nothing was changed" % A, said)
            self.assertEqual({k: v for k, v in self.owned("host", A).items() if k != id_}, before)

    def test_one_of_another_service_is_told_when_the_rest_has_moved(self):
        """As cinder-manage volume update_host leaves it: the index of the old owner's service does not have it, the pass after COMMIT has."""
        id_, come = self.one_more("(SELECT uuid FROM services WHERE host = '%s@ceph' AND deleted = 0)" % C)
        code, said = self.between(come)
        self.assertEqual(code, PARTIAL, said)
        self.assertIn("1 more volumes came to '%s@ceph' since the plan was made and are still there" % A, said)
        self.assertEqual(set(self.owned("host", A)), {id_})
        self.expect(self.tool.run(*NODE, *GO), OK)
        self.assertEqual(self.owned("host", A), {})

    def test_an_accepted_source_may_report(self):
        harness.heartbeats()
        code, said = self.between(service("report_count = report_count + 1", A + "@ceph"), "--accept", "source-alive")
        self.assertEqual(code, OK, said)
