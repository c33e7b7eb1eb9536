# SPDX-License-Identifier: Apache-2.0
"""No answer depends on the collation of a column: as newer servers make tables, and as a partial conversion leaves them."""
import glob
import itertools
import os
import re

import collations
import plants
from harness import A, ENV, OK, ROOT, TestCase, connect, heartbeats, rows, sandbox, value

UNDER = "aud_live"     # '_' is before '-' in Unicode's order, and behind the letters in general_ci

FINDINGS = 3

STATES = {
    "Unicode's order": lambda database, table, column: "utf8mb3_unicode_520_ci",
    "a column here and there": lambda database, table, column: "utf8mb4_unicode_ci" if sum(map(ord, table + column)) % 2 else "utf8mb3_general_ci",
    "one of four each": lambda database, table, column: ("utf8mb3_general_ci", "utf8mb3_unicode_ci", "utf8mb3_unicode_520_ci",
                                                         "utf8mb3_roman_ci")[sum(map(ord, table + column)) % 4],
    "by bytes": lambda database, table, column: "utf8mb4_bin" if sum(map(ord, table)) % 3 else "utf8mb3_unicode_ci",
}

# what the servers since 2018 and 2024 give to tables that name none
OWN = {"utf8mb4_0900_ai_ci": "MySQL 8's own", "utf8mb4_uca1400_ai_ci": "MariaDB 11.5's own"}

ROOMS = {"cell": "nova", "cell0": "nova_cell0", "cells": "nova", "api": "nova_api"}
OF_OTHER_RELEASES = {"audit/instance_compute_id", "nova/share_count_by_instance"}     # what they name came with nova 28 and 30


def statements():
    """(name, database, text with ? for the parameters, their types)"""
    for path in sorted(glob.glob(os.path.join(ROOT, "sql", "*", "*.sql"))):
        head, room = open(path).read(), os.path.basename(os.path.dirname(path))
        if room == "session":
            continue
        name = "%s/%s" % (room, os.path.basename(path)[:-4])
        room = re.search(r"^-- :database (\w+)", head, re.M).group(1) if room == "audit" else room
        text = re.sub(r"\s--[^\n]*", "", "\n".join(line for line in head.splitlines() if not line.startswith("--")))
        kinds, given = dict(re.findall(r"^-- :param (\w+)\s+(\w+)", head, re.M)), []
        text = re.sub(r"(?<![@\w'])@([a-z_][a-z_0-9]*)", lambda m: given.append(kinds[m[1]]) or "?", text).strip().rstrip(";")
        yield name, ROOMS.get(room, room), text, given


class Statements(TestCase):
    """Where no two columns have the same collation, whatever compares or joins two of them is refused: 1267, 1271."""

    @classmethod
    def setUpClass(cls):
        cls.addClassCleanup(collations.drop)
        # utf8: so MariaDB 10.5 calls it
        names = sorted(r["n"] for r in rows("mysql", "SELECT collation_name AS n FROM information_schema.collations"
                                            " WHERE character_set_name IN ('utf8', 'utf8mb3') AND collation_name NOT LIKE '%%bin'"))
        names += sorted("utf8mb3_" + r["n"] for r in rows("mysql", "SELECT collation_name AS n FROM information_schema.collations"
                                                          " WHERE collation_name LIKE 'uca1400%%'"))
        names += sorted(r["n"] for r in rows("mysql", "SELECT collation_name AS n FROM information_schema.collations WHERE collation_name LIKE 'utf8mb4_0900%%'"
                                             " AND collation_name NOT LIKE '%%bin'"))
        next_one, given = itertools.cycle(names), {}
        collations.make(lambda *column: given.setdefault(column, next(next_one)), copies=False)

    def each(self, mode):
        connections, failed = {}, {}
        for name, database, text, kinds in statements():
            if database not in connections:
                connections[database] = connect(collations.PREFIX + database)
                self.addCleanup(connections[database].close)
            with connections[database].cursor() as cursor:
                try:
                    cursor.execute("SET sql_mode = %s", (mode,))
                    cursor.execute("PREPARE s FROM %s", (text,))
                    cursor.execute("SET @number = 7, @text = 'x'")
                    cursor.execute("BEGIN")
                    cursor.execute("EXECUTE s" + (" USING " + ", ".join("@number" if k == "int" else "@text" for k in kinds) if kinds else ""))
                    cursor.fetchall()
                    cursor.execute("ROLLBACK")
                except Exception as error:     # noqa: BLE001: whatever it is, it is named
                    failed[name] = str(error)
        return {name: why for name, why in failed.items() if name not in OF_OTHER_RELEASES}

    def test_each_is_understood(self):
        self.assertGreater(len(list(statements())), 200)
        self.assertEqual(self.each("STRICT_ALL_TABLES"), {})

    def test_each_is_understood_in_a_client_that_wants_only_full_groups(self):
        self.assertEqual(self.each("STRICT_ALL_TABLES,ONLY_FULL_GROUP_BY"), {})


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

        self.tool.nova = [self.rewrite(ENV["SB_NOVA_CONF"], r"service_down_time = .*", "service_down_time = 86400"),
                          write("nova-db.conf", "[database]\nconnection = %snova\n[api_database]\nconnection = %snova_api\n" % (url, url))]
        self.tool.cinder = [write("cinder.conf", "[DEFAULT]\nservice_down_time = 86400\n[database]\nconnection = %scinder\n" % url)]
        self.tool.neutron = [write("neutron.conf", "[DEFAULT]\nagent_down_time = 86400\n[database]\nconnection = %sneutron\n" % url)]
        placement = write("placement.conf", "[placement_database]\nconnection = %splacement\n" % url)
        if prefix:
            rows(prefix + "nova_api", "UPDATE cell_mappings SET database_connection = CONCAT(%s, IF(name = 'cell0', 'nova_cell0', 'nova'))", (url,))
        for database, table, column in (("nova", "services", "last_seen_up"), ("nova_cell0", "services", "last_seen_up"), ("cinder", "services", "updated_at"),
                                        ("neutron", "agents", "heartbeat_timestamp"), ("cinder", "workers", "updated_at")):
            rows(prefix + database, "UPDATE `%s` SET %s = UTC_TIMESTAMP() WHERE %s >= UTC_TIMESTAMP() - INTERVAL 12 HOUR" % (table, column, column))
        r = self.expect(self.tool.run("audit", "run", "--no-second-look", "--placement-config-file", placement, "-f", "json", "--fail-on", "never"), OK)
        answers = {"audit": sorted((f["check"], f["subject"], f["severity"]) for f in r.json)}
        instance = value("nova", "SELECT MIN(uuid) FROM instances WHERE host = %s AND deleted = 0", (A,))
        volume = value("cinder", "SELECT MIN(volume_id) FROM volume_attachment WHERE deleted = 0 AND instance_uuid IS NOT NULL")
        for words in (("host", "show", A), ("instance", "show", instance), ("volume", "show", volume), ("volume", "list", "--host", A),
                      ("migration", "list"), ("cluster", "list"), ("quota", "check")):
            r = self.tool.run(*words, "-f", "json")
            self.assertIn(r.code, (OK, FINDINGS), str(r))
            answers[words] = [tuple(re.sub(r"\b\d+ (?:s|min|h|days?)\b", "", str(v)) for k, v in row.items() if "age" not in k and "heartbeat" not in k) for row in r.json]
        return answers

    def test_two_spellings_of_a_host_are_two_hosts(self):
        """MariaDB's cache of subqueries would give the second one the answer for the first."""
        twin = "aud-twin"
        plants.compute(twin)
        for host in (twin.upper(), twin):
            plants.instance("on " + host, host=host, node=twin)
        r = self.tool.run("audit", "run", "N01", "--no-second-look", "-f", "json", "--fail-on", "never")
        self.assertEqual([f["subject"] for f in self.expect(r, OK).json if f["subject"].lower() == twin], [twin.upper()])

    def test_every_answer_is_the_same(self):
        expected = self.asked_of("")
        self.assertGreater(len(expected["audit"]), 100)
        self.assertEqual({f[0] for f in expected["audit"] if UNDER in f[1]}, {"compute-node-without-provider"})
        states = dict(STATES)
        for row in rows("mysql", "SHOW COLLATION WHERE Collation IN ('utf8mb4_0900_ai_ci', 'utf8mb4_uca1400_ai_ci', 'uca1400_ai_ci')"):
            own = row["Collation"] if row["Collation"].startswith("utf8mb4") else "utf8mb4_" + row["Collation"]
            states[OWN[own]] = lambda database, table, column, own=own: own
        for name, collation_of in states.items():
            with self.subTest(name):
                collations.make(collation_of)
                there = self.asked_of(collations.PREFIX)
                for asked in expected:
                    self.assertEqual([x for x in there[asked] if x not in expected[asked]], [], asked)
                    self.assertEqual([x for x in expected[asked] if x not in there[asked]], [], asked)
