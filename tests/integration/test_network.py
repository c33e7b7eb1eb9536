# SPDX-License-Identifier: Apache-2.0
"""Ports of instances as nova's cache and neutron's own tables have them; what was not looked at, and what contradicts, is said."""
import json
import os

import harness
from harness import A, B, CONFIG, DB_UNREACHABLE, ENV, OK, REFUSED, rows, value

NEUTRON = ["--neutron-config-file", ENV["SB_NEUTRON_CONF"]]
PASSWORD = "of-the-ports-7"


def uuid_of(name):
    return value("nova", "SELECT uuid FROM instances WHERE display_name = %s AND deleted = 0", (name,))


def ports_of(name):
    return [r["id"] for r in rows("neutron", "SELECT id FROM ports WHERE device_id = %s ORDER BY id", (uuid_of(name),))]


class Network(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.tool.neutron = []  # each test says what it gives
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.port = ports_of("image-active-0")[0]

    def shown(self, name="image-active-0", code=OK, options=NEUTRON):
        """The rows about its network: (section, item): row."""
        r = self.expect(self.tool.run("instance", "show", name, *options, "-f", "json"), code)
        return {(x["section"], x["item"]): x for x in r.json if x["section"] in ("port", "unknown")}, r

    def contradiction(self, port=None, **more):
        found, _ = self.shown(**more)
        return found["port", port or self.port]["contradiction"]

    # ---- instance show

    def test_every_port_is_shown_and_none_contradicts_in_a_quiet_cloud(self):
        before, two = harness.checksum(), None
        for vm in rows("nova", "SELECT display_name AS name FROM instances WHERE BINARY host = BINARY %s AND deleted = 0", (A,)):
            found, _ = self.shown(vm["name"])
            self.assertEqual({item for section, item in found if section == "port"}, set(ports_of(vm["name"])), vm)
            self.assertEqual([x for x in found.values() if x["contradiction"] and x["section"] == "port"], [], vm)
            two = vm["name"] if len(ports_of(vm["name"])) == 2 else two
        self.assertIsNotNone(two, "no instance of the sandbox has two ports")
        found, _ = self.shown()
        self.assertRegex(found["port", self.port]["value"], r"^ACTIVE, bound to %s \(ovs, normal\)$" % A)
        self.unchanged(before)

    def test_a_port_that_is_elsewhere_or_not_plugged_in_contradicts(self):
        attribute = value("neutron", "SELECT standard_attr_id FROM ports WHERE id = %s", (self.port,))
        rows("neutron", "UPDATE ports SET status = 'DOWN' WHERE id = %s", (self.port,))
        self.assertEqual(self.contradiction(), "its status is DOWN")
        rows("neutron", "INSERT INTO provisioningblocks (standard_attr_id, entity) VALUES (%s, 'L2')", (attribute,))
        self.assertEqual(self.contradiction(), "the network agent of host '%s' has not reported it" % A)
        self.assertIn(", waits for L2", self.shown()[0]["port", self.port]["value"])
        rows("neutron", "UPDATE ports SET admin_state_up = 0 WHERE id = %s", (self.port,))
        self.assertIsNone(self.contradiction())     # its owner wants it so
        rows("neutron", "UPDATE ports SET admin_state_up = 1, status = 'ACTIVE' WHERE id = %s", (self.port,))
        rows("neutron", "UPDATE ml2_port_bindings SET host = %s WHERE port_id = %s", (B, self.port))
        self.assertEqual(self.contradiction(), "neutron has bound it to host '%s'" % B)
        rows("neutron", "UPDATE ml2_port_bindings SET host = %s WHERE port_id = %s", (A.upper(), self.port))    # the collation thinks it is A
        self.assertEqual(self.contradiction(), "neutron has bound it to host '%s'" % A.upper())
        rows("neutron", "UPDATE ml2_port_bindings SET status = 'INACTIVE' WHERE port_id = %s", (self.port,))    # a migration's other end is no binding
        self.assertEqual(self.contradiction(), "neutron has bound it to no host")

    def test_a_cache_that_cannot_be_read_is_no_instance_without_ports(self):
        for text in (None, "", "[{", "[{\"id\": \"x\"}]", "{}", "null"):
            rows("nova", "UPDATE instance_info_caches SET network_info = %s WHERE instance_uuid = %s", (text, uuid_of("image-active-0")))
            for options in (NEUTRON, []):
                found, _ = self.shown(options=options)
                self.assertIn("missing or cannot be read", found["unknown", "the instance's network in nova"]["contradiction"], text)
                self.assertEqual(("port", self.port) in found, options == NEUTRON)
        rows("nova", "UPDATE instance_info_caches SET network_info = '[]' WHERE instance_uuid = %s", (uuid_of("image-active-0"),))
        found, _ = self.shown()
        self.assertNotIn(("unknown", "the instance's network in nova"), found)
        self.assertEqual(found["port", self.port]["contradiction"], "nova's network cache of the instance does not have it")

    def test_a_port_that_neutron_lost_is_shown_by_the_cache(self):
        rows("neutron", "UPDATE ports SET device_id = '' WHERE id = %s", (self.port,))
        found, _ = self.shown()
        self.assertEqual(found["port", self.port]["contradiction"], "neutron has no such port of this instance")

    # ---- without neutron's database

    def test_without_a_configuration_nova_says_what_it_knows(self):
        found, _ = self.shown(options=[])
        self.assertEqual(found["unknown", "neutron's rows"]["value"], "no neutron configuration")
        self.assertRegex(found["port", self.port]["value"], r"^active by nova's network cache \(ovs, normal\)$")
        self.assertIsNone(found["port", self.port]["contradiction"])

    def test_a_database_that_does_not_answer_is_half_an_answer(self):
        conf = self.rewrite(ENV["SB_NEUTRON_CONF"], r"(connection = .*:)\d+/", r"\g<1>1/")
        found, r = self.shown(code=DB_UNREACHABLE, options=["--neutron-config-file", conf])
        self.assertIn("cannot connect to neutron's database", found["unknown", "neutron's rows"]["value"])
        self.assertIn(("port", self.port), found)
        self.expect(self.tool.run("host", "show", A, "--neutron-config-file", conf), DB_UNREACHABLE, "neutron's rows", "cannot connect to neutron's database")
        self.expect(self.tool.run("host", "show", A, "--neutron-config-file", "/nowhere"), CONFIG, "/nowhere")
        self.expect(self.tool.run("host", "evacuate", A, "--dry-run", "--neutron-config-file", conf), DB_UNREACHABLE, "neutron's database")
        self.assertEqual(r.out.count("N3utron"), 0)

    def account(self, *grants):
        harness.make_account("ports@'127.0.0.1'", PASSWORD)
        self.addCleanup(rows, "mysql", "DROP USER IF EXISTS ports@'127.0.0.1'")
        for grant in grants:
            rows("mysql", "GRANT %s TO ports@'127.0.0.1'" % grant)
        path = os.path.join(self.tool.state, "login.cnf")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            f.write("[evac-manage-neutron]\nuser = ports\npassword = %s\n" % PASSWORD)
        return [*NEUTRON, "--defaults-file", path]

    def test_what_the_account_may_not_read_is_unknown(self):
        ports = ("SELECT ON neutron.ports", "SELECT ON neutron.ml2_port_bindings")
        options = self.account(*ports)      # no blocks, no agents: the ports are known all the same
        rows("neutron", "UPDATE ports SET status = 'DOWN' WHERE id = %s", (self.port,))
        rows("neutron", "INSERT INTO provisioningblocks SELECT standard_attr_id, 'L2' FROM ports WHERE id = %s", (self.port,))
        self.assertEqual(self.contradiction(options=options), "its status is DOWN")
        self.assertNotIn("agent", self.expect(self.tool.run("host", "show", A, *options), OK).out)
        options = self.account(ports[0], "SELECT (port_id, host, vif_type, vnic_type) ON neutron.ml2_port_bindings")   # but not which one is in force
        found, _ = self.shown(code=REFUSED, options=options)
        self.assertIn("the account may not read them", found["unknown", "neutron's rows"]["value"])

    def test_the_columns_that_grants_names_are_enough_and_no_more(self):
        lines = [l for l in self.expect(self.tool.run("grants", "--read-only", "--account", "ports@127.0.0.1"), OK).out.splitlines() if "`neutron`" in l]
        self.assertEqual(len(lines), 4)
        options = self.account()
        for line in lines:
            rows("mysql", line)
        found, _ = self.shown(options=options)
        self.assertNotIn(("unknown", "neutron's rows"), found)
        checks = {x["check"]: x for x in self.tool.run("doctor", *options, "-f", "json").json}
        self.assertEqual((checks["neutron database"]["result"], checks["neutron account"]["result"]), ("ok", "ok"))
        audit = os.path.join(self.tool.state, "report.json")
        self.expect(self.tool.run("audit", "run", *options, "--no-second-look", "--fail-on", "never", "--save", audit), OK)
        outcomes = {c["check"]: c["outcome"] for c in json.load(open(audit))["checks"] if c["check"].startswith(("port-", "network-"))}
        self.assertEqual(set(outcomes.values()), {"done"})
        self.assertEqual(len(outcomes), 5)
        for line in lines:
            table, columns = line.split("`neutron`.`")[1].split("`")[0], line.split("(")[1].split(")")[0].split(", ")
            self.assertNotIn({"ml2_port_bindings": "profile", "agents": "description"}.get(table), columns)
            for column in columns:
                with self.subTest(table=table, column=column):
                    rows("mysql", "REVOKE SELECT (%s) ON neutron.`%s` FROM ports@'127.0.0.1'" % (column, table))
                    account = {x["check"]: x["result"] for x in self.tool.run("doctor", *options, "-f", "json").json}["neutron account"]
                    self.assertEqual(account, "fail", "nothing needs this column")
                    rows("mysql", "GRANT SELECT (%s) ON neutron.`%s` TO ports@'127.0.0.1'" % (column, table))

    # ---- host show

    def test_a_host_has_its_agents_and_counts_its_ports(self):
        rows("neutron", "UPDATE ml2_port_bindings SET host = %s WHERE port_id = %s", (B, self.port))
        listed = self.expect(self.tool.run("host", "show", A, *NEUTRON, "-f", "json"), OK).json
        counted = {(x["item"], x["state"]): x["count"] for x in listed if x["section"] == "ports"}
        total = value("neutron", "SELECT COUNT(*) FROM ports AS p JOIN nova.instances AS i ON i.uuid = p.device_id AND i.deleted = 0 WHERE BINARY i.host = BINARY %s", (A,))
        self.assertEqual(counted, {("bound to " + A, "ACTIVE"): total - 1, ("bound to " + B, "ACTIVE"): 1})
        agents = {x["item"]: x["state"] for x in listed if x["section"] == "service" and x["item"].startswith("neutron")}
        self.assertEqual(agents["neutron-openvswitch-agent " + A], "down")
        alive = self.expect(self.tool.run("host", "show", B, *NEUTRON, "-f", "json"), OK).json
        self.assertEqual({x["state"] for x in alive if x["item"] == "neutron-openvswitch-agent " + B}, {"up"})

    def test_many_instances_are_not_many_round_trips(self):
        log = os.path.join(self.tool.state, "log")
        self.expect(self.tool.run("host", "show", A, *NEUTRON, "--debug", "--log-file", log), OK)
        text = open(log).read()
        self.assertLessEqual(text.count("neutron/"), 5)     # columns, agents, ports, blocks
        self.assertEqual(text.count("nova/instance_list_needs"), 1)   # has the info caches, too
