# SPDX-License-Identifier: Apache-2.0
"""No answer depends on the collation of a column: as newer servers make tables, and as a partial conversion leaves them."""
import os
import re

import collations
import plants
from harness import A, ENV, OK, TestCase, heartbeats, rows, sandbox, value

UNDER = "aud_live"     # '_' is before '-' in Unicode's order, and behind the letters in general_ci

FINDINGS = 3

STATES = {
    "Unicode's order": lambda database, table, column: "utf8mb3_unicode_520_ci",
    "a column here and there": lambda database, table, column: "utf8mb4_unicode_ci" if sum(map(ord, table + column)) % 2 else "utf8mb3_general_ci",
    "by bytes": lambda database, table, column: "utf8mb4_bin" if sum(map(ord, table)) % 3 else "utf8mb3_unicode_ci",
}


class Collations(TestCase):
    @classmethod
    def setUpClass(cls):
        sandbox("reset", "--rows")
        cls.addClassCleanup(sandbox, "reset", "--rows")
        cls.addClassCleanup(collations.drop)
        heartbeats(dead=())
        plants.foundation()
        for make in plants.plants.values():
            make()
        for table in ("services", "compute_nodes"):
            columns = ", ".join("`%s`" % r["c"] for r in rows("mysql", "SELECT column_name AS c FROM information_schema.columns WHERE table_schema = 'nova'"
                                " AND table_name = %s AND column_name NOT IN ('id', 'uuid', 'host', 'hypervisor_hostname')", (table,)))
            more = ", hypervisor_hostname" if table == "compute_nodes" else ""
            rows("nova", "INSERT INTO %s (host, uuid%s, %s) SELECT '%s', UUID()%s, %s FROM %s WHERE host = '%s' AND deleted = 0 %s LIMIT 1" % (
                table, more, columns, UNDER, ", '%s'" % UNDER if more else "", columns, table, plants.LIVE, "" if more else "AND `binary` = 'nova-compute'"))
        rows("nova_api", "INSERT INTO host_mappings (cell_id, host) SELECT cell_id, %s FROM host_mappings LIMIT 1", (UNDER,))

    def asked_of(self, prefix):
        url = "mysql+pymysql://%s:%s@127.0.0.1:%s/%s" % (ENV["SB_DB_ADMIN"], ENV["SB_DB_ADMIN_PASS"], ENV["SB_DB_PORT"], prefix)

        def write(name, text):
            path = os.path.join(self.tool.state, name)
            with open(path, "w") as f:
                f.write(text)
            return path

        self.tool.nova = [ENV["SB_NOVA_CONF"], write("nova-db.conf", "[database]\nconnection = %snova\n[api_database]\nconnection = %snova_api\n" % (url, url))]
        self.tool.cinder = [write("cinder.conf", "[DEFAULT]\nservice_down_time = 86400\n[database]\nconnection = %scinder\n" % url)]
        self.tool.neutron = [write("neutron.conf", "[DEFAULT]\nagent_down_time = 86400\n[database]\nconnection = %sneutron\n" % url)]
        placement = write("placement.conf", "[placement_database]\nconnection = %splacement\n" % url)
        if prefix:
            rows(prefix + "nova_api", "UPDATE cell_mappings SET database_connection = CONCAT(%s, IF(name = 'cell0', 'nova_cell0', 'nova'))", (url,))
        for database, table, column in (("nova", "services", "last_seen_up"), ("nova_cell0", "services", "last_seen_up"), ("cinder", "services", "updated_at"),
                                        ("neutron", "agents", "heartbeat_timestamp")):
            rows(prefix + database, "UPDATE `%s` SET %s = UTC_TIMESTAMP() WHERE %s >= UTC_TIMESTAMP() - INTERVAL 12 HOUR" % (table, column, column))
        r = self.expect(self.tool.run("audit", "run", "--no-second-look", "--placement-config-file", placement, "-f", "json", "--fail-on", "never"), OK)
        answers = {"audit": sorted((f["check"], f["subject"], f["severity"]) for f in r.json)}
        instance = value("nova", "SELECT MIN(uuid) FROM instances WHERE host = %s AND deleted = 0", (A,))
        volume = value("cinder", "SELECT MIN(volume_id) FROM volume_attachment WHERE deleted = 0 AND instance_uuid IS NOT NULL")
        for words in (("host", "show", A), ("instance", "show", instance), ("volume", "show", volume), ("volume", "list", "--host", A),
                      ("migration", "list"), ("cluster", "list"), ("quota", "check")):
            r = self.tool.run(*words, "-f", "json")
            self.assertIn(r.code, (OK, FINDINGS), str(r))
            answers[words] = [tuple(re.sub(r"\b\d+ s\b", "", str(v)) for k, v in row.items() if "age" not in k and "heartbeat" not in k) for row in r.json]
        return answers

    def test_every_answer_is_the_same(self):
        expected = self.asked_of("")
        self.assertGreater(len(expected["audit"]), 100)
        self.assertEqual({f[0] for f in expected["audit"] if UNDER in f[1]}, {"compute-node-without-provider"})
        for name, collation_of in STATES.items():
            with self.subTest(name):
                collations.make(collation_of)
                there = self.asked_of(collations.PREFIX)
                for asked in expected:
                    self.assertEqual([x for x in there[asked] if x not in expected[asked]], [], asked)
                    self.assertEqual([x for x in expected[asked] if x not in there[asked]], [], asked)
