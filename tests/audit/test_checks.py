# SPDX-License-Identifier: Apache-2.0
"""Every check finds what was planted for it, and does not find what only looks like it."""
import contextlib
import datetime
import glob
import json
import os
import re
import threading

import plants
from harness import DB_UNREACHABLE, ENV, OK, ROOT, TestCase, Tool, checksum, heartbeats, rows, sandbox, value

FINDINGS = 3
# What this sandbox's databases cannot show; test_releases.py shows it on others.
NOT_HERE = {"instance-compute-id": "instances.compute_id came with nova 28",
            "compute-in-two-cells": "the sandbox has one cell beside cell 0"}


# What others look for, and by which of ours it is found. sapcc/openstack-nannies: cinder- and nova-consistency.py, cinder-quota-sync;
# openstack/osops: its nagios checks; nova-manage: cell_v2, placement, db; cinder-manage: db, quota.
PEERS = {
    "nannies: attachment of an instance that nova does not know": ["attachment-of-unknown-instance", "attachment-without-instance"],
    "nannies: volume in error_deleting": ["volume-error-deleting"],
    "nannies: snapshot in error_deleting": ["snapshot-error-deleting"],
    "nannies: live metadata and attachments of deleted volumes, snapshots and groups": ["cinder-deleted-parent", "snapshot-of-deleted-volume"],
    "nannies: deleted without a time": ["cinder-deleted-flag", "nova-deleted-flag"],
    "nannies: deleted service that live volumes name": ["volume-service-deleted"],
    "nannies: quota of volumes, gigabytes and snapshots, by type": ["quota-drift", "quota-usage-twice"],
    "nannies: mapping whose volume cinder does not have": ["bdm-without-volume"],
    "nannies: old reservations": ["reservation-expired"],
    "nannies: volume too long attaching, detaching, creating, deleting, reserved": ["volume-stuck", "attachment-stuck"],
    "nannies: volume available with attachments": ["volume-free-but-attached"],
    "nannies: volume in-use without attachments": ["volume-in-use-without-attachment"],
    "osops: cinder service down": ["cinder-service-down", "backend-down"],
    "osops: nova service down": ["nova-service-down", "instances-host-down"],
    "nova-manage placement audit": ["allocation-unknown-consumer", "allocation-on-other-host"],
    "nova-manage placement heal_allocations": ["instance-without-allocation"],
    "nova-manage cell_v2 verify_instance, map_instances": ["instance-without-mapping", "instance-mapped-to-other-cell", "mapping-without-instance"],
    "nova-manage cell_v2 discover_hosts, list_hosts": ["compute-without-mapping", "host-mapping-without-service"],
    "nova-manage volume_attachment refresh": ["attachment-on-other-host", "attachment-connector-host", "bdm-without-attachment"],
    "nova-manage db archive_deleted_rows": ["deleted-instance-children", "deleted-instance-bdm"],
    "nova-status upgrade check: older computes": ["nova-version-drift"],
    "cinder-manage quota check": ["quota-drift"],
    "cinder-manage service list, cluster list": ["cinder-service-twice", "cluster-unknown", "cinder-version-drift"],
}


def audit(tool, *words, **more):
    return tool.run("audit", "run", "--settle-time", "1", "--placement-config-file", ENV["SB_PLACEMENT_CONF"], "--neutron-config-file", ENV["SB_NEUTRON_CONF"], *words, **more)


@contextlib.contextmanager
def living():
    """Who has reported goes on, for as long as the audit takes."""
    ended = threading.Event()

    def report():
        for database, table, column in (("nova", "services", "last_seen_up"), ("cinder", "services", "updated_at"), ("neutron", "agents", "heartbeat_timestamp")):
            rows(database, "UPDATE {0} SET {1} = UTC_TIMESTAMP() WHERE {1} >= UTC_TIMESTAMP() - INTERVAL 1 HOUR".format(table, column))

    def go_on():
        while not ended.wait(2):
            report()

    report()
    thread = threading.Thread(target=go_on, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def subjects(result, check):
    return [f["subject"] for f in result.json if f["check"] == check]


class Checks(TestCase):
    @classmethod
    def setUpClass(cls):
        sandbox("reset", "--rows")
        heartbeats(dead=())
        cls.before = audit(Tool(), "-f", "json", "--fail-on", "never")
        plants.foundation()
        cls.expected = {name: make() for name, make in plants.plants.items()}
        cls.sum = checksum()
        tool = Tool()
        with living():
            cls.after = audit(tool, "-f", "json", "--fail-on", "never", env=plants.cluster(tool))

    def test_every_check_has_its_plant(self):
        listed = {c["check"] for c in Tool().run("audit", "list", "-f", "json").json}
        self.assertGreaterEqual(len(listed), 60)
        self.assertEqual(listed, set(plants.plants))
        for check, pair in self.expected.items():
            self.assertEqual(len(set(pair)), 2, check)
            self.assertTrue(all(isinstance(s, str) and s for s in pair), check)

    def test_the_network_of_a_quiet_cloud_is_quiet(self):
        network = {c["check"] for c in Tool().run("audit", "list", "-f", "json").json if c["number"].startswith("V")}
        self.assertEqual(len(network), 5)
        self.assertEqual([f for f in self.before.json if f["check"] in network], [])
        self.assertEqual({f["check"] for f in self.after.json} & network, network)

    def test_without_neutron_its_checks_are_not_for_here(self):
        self.tool.neutron = []
        save = os.path.join(self.tool.state, "r.json")
        self.expect(self.tool.run("audit", "run", "V01", "A01", "--settle-time", "1", "--fail-on", "never", "--save", save), OK, "1 not applicable to these databases")
        outcomes = {c["check"]: (c["outcome"], c["why"]) for c in json.load(open(save))["checks"]}
        self.assertEqual(outcomes["port-on-other-host"], ("not here", "neutron: not configured"))
        self.assertEqual(outcomes["volume-without-bdm"][0], "done")

    def test_a_neutron_that_does_not_answer_is_said(self):
        self.tool.neutron = []
        conf, save = os.path.join(self.tool.state, "neutron.conf"), os.path.join(self.tool.state, "r.json")
        with open(os.open(conf, os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            f.write("[database]\nconnection = mysql://n:N3utron@127.0.0.1:1/neutron\n")
        r = self.tool.run("audit", "run", "V01", "A01", "--settle-time", "1", "--fail-on", "never", "--neutron-config-file", conf, "--save", save, "-f", "json")
        self.expect(r, DB_UNREACHABLE, "cannot connect to neutron's database")
        self.assertEqual({c["check"]: c["outcome"] for c in json.load(open(save))["checks"]}["port-on-other-host"], "failed")
        self.assertEqual(subjects(r, "check-not-run"), ["port-on-other-host"])

    def test_all_of_them_ran(self):
        self.expect(self.after, OK)
        self.assertEqual(subjects(self.after, "check-not-run"), [])

    def test_a_trace_means_the_same_to_the_audit_and_to_an_evacuation(self):
        source = open(os.path.join(ROOT, "src/model/nova/attempt.c")).read()
        places = re.findall(r'\{ "(.*)", GUEST_(ABSENT|UNKNOWN|THERE) \}', source)
        self.assertGreater(len(places), 15)
        vms = {}
        for i, (place, guest) in enumerate(places + [("in nowhere\\n", "UNKNOWN")]):
            text = place.replace("\\n", "\n").replace('\\"', '"')
            vms[plants.instance("trace %d" % i)] = (text, guest)
            plants.attempt(plants.u("trace %d" % i), traceback="  File x\n" + text + "\n")
        died, at_it = plants.instance("trace died"), plants.instance("trace at it")
        plants.attempt(died, result=None, finish_time=None, traceback=None)
        plants.attempt(at_it, result=None, finish_time=None, traceback=None, start_time=plants.NOW)
        for name, to in (("queens", "aud-other"), ("queens own", None)):    # before Rocky the migration alone names the compute
            plants.attempt(plants.instance(name), host=None)
            plants.migration(plants.u(name), created_at=plants.OLD, status="error", dest_compute=to or plants.LIVE)
        plants.attempt(plants.instance("queens twice"), host=None)     # of two in a minute the nearest
        plants.migration(plants.u("queens twice"), created_at=plants.OLD, status="error", dest_compute=plants.LIVE)
        plants.migration(plants.u("queens twice"), created_at=plants.OLD + datetime.timedelta(seconds=20), status="error", dest_compute="zz-other")
        found = subjects(audit(Tool(), "evacuation-guest-may-run", "-f", "json", "--fail-on", "never"), "evacuation-guest-may-run")
        self.assertEqual([plants.u(name) in found for name in ("queens", "queens own", "queens twice")], [True, False, False])
        for vm, (text, guest) in vms.items():
            self.assertEqual(vm in found, guest != "ABSENT", text)
        self.assertEqual((died in found, at_it in found), (True, False))     # a compute that died at it; one that is at it

    def test_planted_rows_are_found(self):
        missed = {c: s for c, (s, _) in self.expected.items() if s not in subjects(self.after, c) and c not in NOT_HERE}
        self.assertEqual(missed, {})
        early = {c: s for c, (s, _) in self.expected.items() if s in subjects(self.before, c) and s not in (
            "cinder-scheduler", "volumes", "instances", "instance_info_caches", "volume_metadata")}
        self.assertEqual(early, {}, "found before they were planted")

    def test_near_misses_are_not_found(self):
        wrong = {c: s for c, (_, s) in self.expected.items() if s in subjects(self.after, c)}
        self.assertEqual(wrong, {})

    def test_findings_are_whole(self):
        for f in self.after.json:
            for key in ("check", "severity", "subject_kind", "subject", "message", "remedy", "details"):
                self.assertTrue(f[key] or key == "details", f)
            self.assertIsInstance(f["details"], dict)
            self.assertNotRegex(f["message"] + f["remedy"], r"\{[a-z_]+\}", f)

    def test_the_audit_writes_nothing(self):
        before = checksum()
        audit(self.tool)
        self.assertEqual(before, checksum())

    def test_no_password_is_shown(self):
        for secret in ("s3cr3t", "C1nder", "N0va", "N3utron", plants.SECRET):
            self.assertNotIn(secret, self.after.out + self.after.err)


class Comparisons(TestCase):
    def setUp(self):
        super().setUp()
        sandbox("reset", "--rows")
        heartbeats(dead=())

    def test_a_check_that_needs_a_column_says_that_it_is_not_for_this_schema(self):
        save = os.path.join(self.tool.state, "r.json")
        self.expect(audit(self.tool, "N39", "--save", save), OK, "1 not applicable to these databases")
        check = json.load(open(save))["checks"][0]
        self.assertEqual((check["check"], check["outcome"]), ("instance-compute-id", "not here"))
        self.assertIn("instances.compute_id", check["why"])

    def test_compute_id_is_compared_where_the_column_is(self):
        rows("nova", "ALTER TABLE instances ADD COLUMN compute_id BIGINT")
        try:
            rows("nova", "UPDATE instances AS i JOIN compute_nodes AS c ON c.hypervisor_hostname = i.node AND c.deleted = 0 SET i.compute_id = c.id")
            self.assertEqual(audit(self.tool, "N39", "-f", "json").json, [])
            vm = value("nova", "SELECT uuid FROM instances WHERE deleted = 0 AND compute_id IS NOT NULL LIMIT 1")
            rows("nova", "UPDATE instances SET compute_id = 4711 WHERE uuid = %s", (vm,))
            self.assertEqual(subjects(audit(self.tool, "N39", "-f", "json"), "instance-compute-id"), [vm])
        finally:
            rows("nova", "ALTER TABLE instances DROP COLUMN compute_id")

    def test_a_host_in_two_cells(self):
        url = value("nova_api", "SELECT database_connection FROM cell_mappings WHERE uuid <> '00000000-0000-0000-0000-000000000000'")
        rows("nova_api", "INSERT INTO cell_mappings (uuid, name, transport_url, database_connection, disabled)"
             " SELECT %s, 'cell2', transport_url, REPLACE(database_connection, '/nova?', '/nova_cell0?'), 0 FROM cell_mappings"
             " WHERE database_connection = %s", (plants.u("cell2"), url))
        host = value("nova", "SELECT host FROM services WHERE `binary` = 'nova-compute' AND deleted = 0 LIMIT 1")
        try:
            self.assertEqual(subjects(audit(self.tool, "N27", "-f", "json"), "compute-in-two-cells"), [])
            plants.nova_service(host, cell="nova_cell0", mapped=False)
            self.assertEqual(subjects(audit(self.tool, "N27", "-f", "json"), "compute-in-two-cells"), [host])
        finally:
            rows("nova_api", "DELETE FROM cell_mappings WHERE name = 'cell2'")


class Catalogue(TestCase):
    def test_the_page_of_checks_is_the_checks(self):
        text = open(os.path.join(ROOT, "docs", "audit.md")).read()
        listed = Tool().run("audit", "list", "-f", "json").json
        for c in listed:
            self.assertIn("### %s `%s`" % (c["number"], c["check"]), text)
        self.assertEqual(len(re.findall(r"^### ", text, re.M)), len(listed))

    def test_what_others_look_for_is_looked_for(self):
        listed = Tool().run("audit", "list", "-f", "json").json
        names, numbers = ({c[k] for c in listed} for k in ("check", "number"))
        self.assertEqual({n for ours in PEERS.values() for n in ours} - names, set())
        # A01 to A38: the contradictions in cinder's database that the design names, by its numbers
        self.assertEqual({"A%02d" % i for i in range(1, 39)} - numbers, set())

    def test_every_statement_only_reads(self):
        for path in glob.glob(os.path.join(ROOT, "sql", "audit", "*.sql")):
            text = "\n".join(line for line in open(path) if not line.startswith("--"))
            self.assertRegex(text.strip(), r"^SELECT\b", path)
            self.assertNotRegex(text, r"(?i)\b(for update|lock in share|into outfile|provider_auth)\b", path)
            asks_ceph = "-- :rule ceph\n" in open(path).read()    # it has to know where the disk is: src/audit/ceph.c takes that out of it, and no more
            self.assertEqual(asks_ceph, "connection_info" in text, path)
