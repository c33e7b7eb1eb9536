# SPDX-License-Identifier: Apache-2.0
"""Every statement, a plan and a transaction on the schema of every release: a column that a release lacks is never named."""
import contextlib
import glob
import os
import re
import shutil

import pymysql

import harness
import releases
from harness import A, B, ENV, FENCED, OK, REFUSED, rows
from releases import DATABASES, RELEASES

# Statements that are sent only when a probe has found this.
PROBED = {"nova/migration_insert": ("nova", "migrations", "cross_cell_move"), "nova/share_count_by_instance": ("nova", "share_mapping", "instance_uuid"),
          "nova_api/instance_mapping_list_by_instance": ("nova_api", "instance_mappings", "queued_for_delete"),
          "nova_api/group_list_by_instance": ("nova_api", "instance_group_policy", "rules"),
          "cinder/quota_count": ("cinder", "volumes", "use_quota"),
          "cinder/quota_usage_remove": ("cinder", "quota_usages", "race_preventer")}
URL = "mysql+pymysql://%s:%s@127.0.0.1:%s/" % (ENV["SB_DB_ADMIN"], ENV["SB_DB_ADMIN_PASS"], ENV["SB_DB_PORT"])

PASSWORD = "the-least-of-all-9"


def columns(database):
    found = {}
    for r in rows("mysql", "SELECT table_name AS t, column_name AS c, is_nullable AS n FROM information_schema.columns"
                  " WHERE table_schema = %s", (database,)):
        found.setdefault(r["t"], {})[r["c"]] = r["n"]
    return found


def statements():
    for path in sorted(glob.glob(os.path.join(harness.ROOT, "sql", "*", "*.sql"))):
        room, name = path.split(os.sep)[-2], os.path.basename(path)[:-4]
        if room in DATABASES:
            text = "\n".join(line for line in open(path).read().splitlines() if not line.startswith("--"))
            text = re.sub(r"--[^\n]*", "", text)
            yield "%s/%s" % (room, name), room, re.sub(r"(?<![@\w'])@[a-z_][a-z_0-9]*", "?", text).strip().rstrip(";")


class Schemas(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.addCleanup(releases.drop)

    @staticmethod
    def copy(databases):
        harness.heartbeats()
        for database in databases:
            name, have = "schema_" + database, columns(database)
            for table, there in columns(name).items():
                both = [c for c in there if c in have.get(table, {})]
                if both:
                    names = ", ".join("`%s`" % c for c in both)
                    rows(name, "INSERT INTO `%s` (%s) SELECT %s FROM `%s`.`%s`" % (table, names, names, database, table),
                         settings="foreign_key_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO'")

    def fill(self, release):
        """The sandbox's rows, as far as the tables have their columns."""
        _, version, spec = RELEASES[release]
        self.copy(DATABASES)
        rows("schema_nova", "UPDATE services SET version = %s", (version,))
        rows("schema_nova_api", "UPDATE request_specs SET spec = REPLACE(spec, %s, %s)", (
            '"RequestSpec", "nova_object.namespace": "nova", "nova_object.version": "1.14"',
            '"RequestSpec", "nova_object.namespace": "nova", "nova_object.version": "%s"' % spec))
        url = URL
        rows("schema_nova_api", "UPDATE cell_mappings SET database_connection = %s", (url + "schema_nova",))
        rows("schema_nova_api", "DELETE FROM cell_mappings WHERE uuid = '00000000-0000-0000-0000-000000000000'")
        # the conductor reports into cell0 here; that is one database less to make
        rows("schema_nova", "INSERT INTO services (created_at, host, `binary`, topic, report_count, disabled, deleted, version, last_seen_up)"
             " SELECT UTC_TIMESTAMP(), 'super', 'nova-conductor', 'conductor', 1, 0, 0, %s, UTC_TIMESTAMP()", (version,))
        self.write("nova-db.conf", "[database]\nconnection = %s\n[api_database]\nconnection = %s\n" % (
            url + "schema_nova", url + "schema_nova_api"))
        self.cinder_alone()
        self.write("placement.conf", "[placement_database]\nconnection = %s\n" % (url + "schema_placement"))
        self.tool.nova = [ENV["SB_NOVA_CONF"], os.path.join(self.tool.state, "nova-db.conf")]
        self.placement = ["--placement-config-file", os.path.join(self.tool.state, "placement.conf")]

    def cinder_alone(self):
        self.write("cinder.conf", "[DEFAULT]\nservice_down_time = 60\n[database]\nconnection = %s\n" % (URL + "schema_cinder"))
        self.tool.cinder = [os.path.join(self.tool.state, "cinder.conf")]

    def write(self, name, text):
        with open(os.path.join(self.tool.state, name), "w") as f:
            f.write(text)

    def inside_nova(self):
        """As Queens and Rocky have it: placement's rows in nova's API database, and nowhere else."""
        for table in columns("schema_placement"):
            if table != "alembic_version":
                rows("schema_nova_api", "INSERT INTO `%s` SELECT * FROM schema_placement.`%s`" % (table, table),
                     settings="foreign_key_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO'")
        rows("mysql", "DROP DATABASE schema_placement")

    def least(self, where):
        """The login of an account with what 'grants' prints for these databases, and what it prints ${where} some sites have it."""
        harness.make_account("least@'127.0.0.1'", PASSWORD)
        self.addCleanup(rows, "mysql", "DROP USER IF EXISTS least@'127.0.0.1'")
        given = 0
        for line in self.expect(self.tool.run("grants", "--read-only", "--account", "least@127.0.0.1"), OK).out.splitlines():
            grant = re.search(r"GRANT [^;]* ON `(nova|nova_api|cinder|neutron)`[^;]*", line)
            if not grant or line.startswith("-- ") and not line.startswith(where):
                continue
            with contextlib.suppress(pymysql.err.MySQLError):        # a table or a column that came later
                rows("mysql", grant[0].replace("`%s`." % grant[1], "`schema_%s`." % grant[1]) if grant[1] in DATABASES else grant[0])
                given += line.startswith(where)
        self.assertTrue(given)
        path = os.path.join(self.tool.state, "least.cnf")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            f.write("[evac-manage]\nuser = least\npassword = %s\n" % PASSWORD)
        return path

    def test_placement_inside_novas_api_database(self):
        def seen(*words):
            r = self.expect(self.tool.run("host", "show", A, *words, "-f", "json"), OK)
            return {"placement" in x["detail"] for x in r.json if x["section"] == "capacity"}

        def unknown():
            r = self.tool.run("audit", "run", "allocation-unknown-consumer", "--no-second-look", "-f", "json", "--fail-on", "never")
            return [f["subject"] for f in r.json if f["check"] == "allocation-unknown-consumer"]
        releases.make("queens")
        self.fill("queens")
        self.inside_nova()
        lost = "5f0c1f7e-0000-4000-8000-0000000000aa"
        rows("schema_nova_api", "INSERT INTO allocations (created_at, resource_provider_id, consumer_id, resource_class_id, used)"
             " SELECT UTC_TIMESTAMP() - INTERVAL 2 DAY, MIN(id), %s, 0, 1 FROM resource_providers", (lost,))
        self.assertEqual((seen(), unknown()), ({True}, [lost]))
        self.assertEqual(seen("--defaults-file", self.least("-- where its tables are in nova_api")), {True})
        self.write("apart.conf", "[placement_database]\nconnection = %sschema_elsewhere\n" % URL)     # Rocky may have it elsewhere
        self.tool.nova.append(os.path.join(self.tool.state, "apart.conf"))
        self.assertEqual((seen(), unknown()), ({False}, []))
        self.tool.nova.pop()
        rows("schema_nova_api", "ALTER TABLE instance_mappings ADD user_id VARCHAR(255)")     # Stein's: they may be left over
        self.assertEqual((seen(), unknown()), ({False}, []))

    def test_an_image_on_queens_needs_a_token_whatever_is_accepted(self):
        """17 and 18 read the image from glance in the caller's name: without a token that ends in ERROR, five in a row before a run stops."""
        releases.make("queens")
        self.fill("queens")
        words = ["instance", "evacuate", "image-active-0", *FENCED, "--yes", "--accept", "needs-token", "--accept", "local-disk", "--accept", "release-deletes-disks"]
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        with open(self.tool.site, "w") as f:
            f.write("[site]\n")
        r = self.expect(self.tool.run(*words, "-f", "json"), REFUSED)
        (found,) = [f for f in r.json["findings"] if f["code"] == "needs-token"]
        self.assertEqual((found["severity"], found["accepted"], rows("schema_nova", "SELECT 1 FROM migrations WHERE status = 'accepted'")), ("skip", False, []))
        with open(self.tool.site, "w") as f:
            f.write(harness.SITE)      # shared: then its disk is there, and nothing is asked of glance
        self.assertNotIn("needs-token", [f["code"] for f in self.tool.run(*words, "--dry-run", "-f", "json").json["findings"]])

    def test_every_statement_is_understood_by_every_release(self):
        missing = set()
        for release in RELEASES:
            releases.make(release)
            there = {d: columns("schema_" + d) for d in DATABASES}
            n = 0
            for name, room, text in statements():
                if name in PROBED:
                    database, table, column = PROBED[name]
                    if column not in there[database].get(table, {}):
                        missing.add(name)
                        continue
                with self.subTest(release=releases.named(release), statement=name):
                    rows("schema_" + room, "PREPARE s FROM %s", (text,))
                    n += 1
            self.assertGreater(n, 40)
        self.assertEqual(missing, set(PROBED), "nothing here shows that the probe is needed")

    def test_a_host_is_evacuated_on_every_release(self):
        rows("cinder", "UPDATE volumes SET host = REPLACE(host, %s, %s) WHERE BINARY LEFT(host, %s) = BINARY %s", (A, B, len(A), A))
        for release in RELEASES:
            with self.subTest(release=releases.named(release)):
                releases.make(release)
                self.fill(release)
                shutil.rmtree(os.path.join(self.tool.state, "journal"), ignore_errors=True)   # of another cloud, whose rows are gone
                conductor = harness.Conductor()
                try:
                    r = self.tool.run("host", "evacuate", A, *FENCED, "--yes", "--no-wait", "--accept", "release-deletes-disks", *self.placement,
                                      "-f", "json")
                    self.assertEqual(r.code, OK, str(r))
                    busy = RELEASES[release][1] <= 53   # one is powering off, which old nova does not take
                    self.assertEqual(len(conductor.wait_for(9 if busy else 10)), 9 if busy else 10, str(r))
                finally:
                    conductor.close()
                written = rows("schema_nova", "SELECT * FROM migrations WHERE status = 'accepted' AND migration_type = 'evacuation'")
                self.assertEqual(len(written), len(conductor.casts))
                for m in written:
                    self.assertEqual((m["deleted"], m["hidden"], m.get("cross_cell_move", 0)), (0, 0, 0))
                    self.assertIsNone(m.get("dest_compute_id"))
                self.assertEqual(len(rows("schema_nova", "SELECT 1 FROM instances WHERE task_state = 'rebuilding'")), len(written))
                for _, inner in conductor.casts:
                    self.assertEqual(inner["version"], "1.12")
                    self.assertEqual(inner["args"]["request_spec"]["nova_object.version"], RELEASES[release][2])
                self.expect(self.tool.run("instance", "show", "volume-data-active-0", *self.placement), OK)
                self.expect(self.tool.run("host", "show", A, *self.placement), OK, "placement")

    def test_cinder_is_taken_over_on_every_release(self):
        """What is owned moves, is counted, and comes back, to the last column."""
        owned = ("volumes", "backups", "groups", "consistencygroups", "image_volume_cache_entries", "workers")
        free = rows("cinder", "SELECT id FROM volumes WHERE BINARY host = BINARY %s AND status = 'available' AND deleted = 0 LIMIT 1", (A + "@ceph#ceph",))[0]["id"]
        rows("cinder", "UPDATE volumes SET status = 'creating' WHERE id = %s", (free,))

        def state():
            return {(t, r["id"]): {c: v for c, v in r.items() if c != "updated_at"} for t in owned for r in rows("schema_cinder", "SELECT * FROM `%s`" % t)}

        for release in RELEASES:
            with self.subTest(release=releases.named(release)):
                releases.make(release, ["cinder"])
                self.copy(["cinder"])
                self.cinder_alone()
                before = state()
                r = self.expect(self.tool.run("volume", "update_host", "--currenthost", A, "--newhost", B, "--settle", "--follow-zone", *FENCED, "--yes", "-f", "json"), OK)
                self.assertTrue(all(s["state"] == "proved" for s in r.json["steps"]))
                self.assertEqual(len(r.json["steps"]), 18)
                moved = [k for k, row in state().items() if row != before[k]]
                self.assertEqual(len(moved), 17)        # one of them with its status
                self.expect(self.tool.run("journal", "undo", r.json["run"], *FENCED, "--yes", "--accept", "target-down"), OK)
                self.assertEqual(state(), before)
                rows("schema_cinder", "UPDATE volumes SET service_uuid = NULL WHERE BINARY host = BINARY %s", (B + "@nvme#nvme",))
                for words in (["backup", "update_backup_host", "--currenthost", A, "--newhost", B, *FENCED], ["volume", "update_service", "--host", B],
                              ["volume", "delete", rows("schema_cinder", "SELECT id FROM volumes WHERE host IS NULL")[0]["id"]], ["quota", "sync"]):
                    self.assertNotIn("nothing to do", self.expect(self.tool.run(*words, "--yes"), OK).out)
                self.expect(self.tool.run("quota", "check"), OK)
