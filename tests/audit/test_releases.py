# SPDX-License-Identifier: Apache-2.0
"""Every check on the schema of every release: what was planted is found, what only looks like it is not, and a check that a release has
no columns for says so."""
import json
import os

import harness
import plants
import releases
from harness import ENV, OK, TestCase, rows
from releases import RELEASES, name_of

DATABASES = ("cinder", "nova", "nova_cell0", "nova_cell2", "nova_api", "placement")
CELL0 = "00000000-0000-0000-0000-000000000000"
NETWORK = ("networks", "standardattributes", "ports", "ml2_port_bindings", "provisioningblocks", "agents")
NEEDS = {"instance-compute-id": ("nova", "instances", "compute_id")}     # all others are for every release


class Releases(TestCase):
    @classmethod
    def setUpClass(cls):
        plants.PREFIX, plants.SECOND_CELL = releases.PREFIX, "nova_cell2"

    @classmethod
    def tearDownClass(cls):
        plants.PREFIX, plants.SECOND_CELL = "", None
        releases.drop(DATABASES + ("neutron",))

    def write(self, name, text):
        path = os.path.join(self.tool.state, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def make(self, release):
        releases.make(release, DATABASES)
        rows("mysql", "CREATE DATABASE IF NOT EXISTS `%s` CHARACTER SET utf8mb3" % name_of("neutron"))
        for table in NETWORK:  # the columns that are read are the same from Queens on: those of the sandbox's neutron
            rows(name_of("neutron"), "DROP TABLE IF EXISTS `%s`" % table)
            rows(name_of("neutron"), "CREATE TABLE `%s` LIKE neutron.`%s`" % (table, table))
        plants.columns_of.cache_clear()
        url = "mysql+pymysql://%s:%s@127.0.0.1:%s/" % (ENV["SB_DB_ADMIN"], ENV["SB_DB_ADMIN_PASS"], ENV["SB_DB_PORT"])
        for uuid, name, database in ((CELL0, "cell0", "nova_cell0"), (plants.u("cell1"), "cell1", "nova"), (plants.u("cell2"), "cell2", "nova_cell2")):
            plants.add("nova_api", "cell_mappings", uuid=uuid, name=name, transport_url="none:///", disabled=0, database_connection=url + name_of(database))
        plants.add("cinder", "volume_types", id=plants.u("a type"), name="ceph", deleted=0)
        self.tool.nova = [ENV["SB_NOVA_CONF"], self.write("nova-db.conf", "[database]\nconnection = %s\n[api_database]\nconnection = %s\n" % (
            url + name_of("nova"), url + name_of("nova_api")))]
        self.tool.cinder = [self.write("cinder.conf", "[DEFAULT]\nservice_down_time = 600\n[database]\nconnection = %s\n" % (url + name_of("cinder")))]
        self.placement = self.write("placement.conf", "[placement_database]\nconnection = %s\n" % (url + name_of("placement")))
        self.tool.neutron = [self.write("neutron.conf", "[DEFAULT]\nagent_down_time = 600\n[database]\nconnection = %s\n" % (url + name_of("neutron")))]

    def test_every_check_on_every_release(self):
        for release in sorted(set(RELEASES) - {"zed", "victoria", "stein"}):    # the sandbox is Zed; Queens has the tables of Victoria, less some columns
            with self.subTest(release=release):
                self.make(release)
                plants.foundation()
                expected = {name: make() for name, make in plants.plants.items()}
                for database in ("nova", "nova_cell0", "nova_cell2"):
                    rows(name_of(database), "UPDATE services SET last_seen_up = UTC_TIMESTAMP() WHERE last_seen_up >= UTC_TIMESTAMP() - INTERVAL 1 HOUR")
                rows(name_of("cinder"), "UPDATE services SET updated_at = UTC_TIMESTAMP() WHERE updated_at >= UTC_TIMESTAMP() - INTERVAL 1 HOUR")
                save = os.path.join(self.tool.state, "report.json")
                r = self.expect(self.tool.run("audit", "run", "--no-second-look", "--placement-config-file", self.placement, "--save", save,
                                              "-f", "json", "--fail-on", "never", env=plants.cluster(self.tool)), OK)
                found = {(f["check"], f["subject"]) for f in r.json}
                lacking = {c for c, (d, table, column) in NEEDS.items() if column not in plants.columns_of(name_of(d), table)}
                outcomes = {c["check"]: c["outcome"] for c in json.load(open(save))["checks"]}
                self.assertEqual({c: o for c, o in outcomes.items() if o != "done"}, {c: "not here" for c in lacking})
                self.assertEqual({c: s for c, (s, _) in expected.items() if (c, s) not in found and c not in lacking}, {}, "not found")
                self.assertEqual({c: s for c, (_, s) in expected.items() if (c, s) in found}, {}, "found, and only looks like it")
