# SPDX-License-Identifier: Apache-2.0
"""nova knows a host by its FQDN and cinder by its short name, or the reverse: one machine, to a person alone."""
import glob
import json
import os

import harness
from harness import A, B, ENV, FENCED, NOT_FOUND, OK, PARTIAL, REFUSED, TestCase, rows, value

GO = FENCED + ["--yes", "--no-wait", "-f", "json"]
FQDN = A + ".example.org"
OWNED = "SELECT COUNT(*) FROM %s WHERE deleted = 0 AND BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %%s"


def nova_takes_the_fqdn():
    for statement in ("UPDATE instances SET host = %s, node = %s WHERE BINARY host = BINARY %s AND deleted = 0",
                      "UPDATE compute_nodes SET host = %s, hypervisor_hostname = %s WHERE BINARY host = BINARY %s AND deleted = 0"):
        rows("nova", statement, (FQDN, FQDN, A))
    rows("nova", "UPDATE services SET host = %s WHERE BINARY host = BINARY %s AND deleted = 0", (FQDN, A))
    rows("nova_api", "UPDATE host_mappings SET host = %s WHERE BINARY host = BINARY %s", (FQDN, A))
    rows("placement", "UPDATE resource_providers SET name = %s WHERE BINARY name = BINARY %s", (FQDN, A))
    rows("cinder", "UPDATE volume_attachment SET attached_host = %s WHERE BINARY attached_host = BINARY %s AND deleted = 0", (FQDN, A))


def cinder_takes_the_fqdn():
    for table in ("volumes", "services", "backups", "`groups`", "image_volume_cache_entries", "consistencygroups"):
        rows("cinder", "UPDATE " + table + " SET host = CONCAT(%s, SUBSTRING(host, LENGTH(%s) + 1)) WHERE BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s",
             (FQDN, A, A))


class Twins(TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        self.addCleanup(harness.sandbox, "reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def owned(self, node):
        return value("cinder", OWNED % "volumes", (node,)), value("cinder", OWNED % "backups", (node,))

    def test_the_twin_is_the_first_that_was_meant(self):
        nova_takes_the_fqdn()
        for words in (("host", "rescue", A, "--to", B, *GO), ("host", "evacuate", A, *GO), ("instance", "list", "--host", A), ("host", "return", A)):
            r = self.expect(self.tool.run(*words), NOT_FOUND)
            self.assertIn("did you mean '%s'" % FQDN, r.out.replace("\\u0027", "'") + r.err, words)

    def test_a_twin_without_any_record_is_shown_with_its_instances(self):
        nova_takes_the_fqdn()
        rows("nova", "UPDATE services SET deleted = id WHERE BINARY host = BINARY %s", (FQDN,))
        (twin,) = [f for f in self.expect(self.tool.run("host", "show", A, "-f", "json"), OK).json if f["section"] == "twin"]
        self.assertEqual(twin["item"], FQDN)
        self.assertRegex(twin["detail"], r"^%d instances; .* host show %s$" % (twin["count"], FQDN))

    def test_each_spelling_that_instances_name_is_a_twin(self):
        nova_takes_the_fqdn()
        rows("nova", "UPDATE services SET deleted = id WHERE BINARY host = BINARY %s", (FQDN,))
        spellings = [A + ".Example.org", A + ".example.ORG"]
        for other in spellings:
            rows("nova", "UPDATE instances SET host = %s WHERE BINARY host = BINARY %s AND deleted = 0 ORDER BY id LIMIT 1", (other, FQDN))
        shown = self.expect(self.tool.run("host", "show", A, "-f", "json"), OK).json
        self.assertEqual({f["item"]: f["count"] for f in shown if f["section"] == "twin" and f["item"] != FQDN}, dict.fromkeys(spellings, 1))
        self.assertIn(FQDN, [f["item"] for f in shown if f["section"] == "twin"])

    def test_a_host_is_shown_with_what_its_twin_owns(self):
        volumes, backups = self.owned(A)
        nova_takes_the_fqdn()
        shown = self.expect(self.tool.run("host", "show", FQDN, "-f", "json"), OK).json
        (twin,) = [f for f in shown if f["section"] == "twin"]
        self.assertEqual((twin["item"], twin["state"], twin["count"]), (A, "down", volumes + backups))
        self.assertIn("%d volumes, %d backups" % (volumes, backups), twin["detail"])
        self.assertRegex(twin["detail"], r"host rescue %s --to \S+ --cinder-host %s$" % (FQDN, A))
        (twin,) = [f for f in self.expect(self.tool.run("host", "show", A, "-f", "json"), OK).json if f["section"] == "twin"]
        self.assertEqual(twin["item"], FQDN)
        self.assertRegex(twin["detail"], "host show %s$" % FQDN)
        instances = value("nova", "SELECT COUNT(*) FROM instances WHERE deleted = 0 AND BINARY host = BINARY %s", (FQDN,))
        self.assertTrue(instances)
        self.assertEqual(twin["count"], instances)
        self.assertIn("1 nova service, %d instances" % instances, twin["detail"])
        self.assertEqual([f for f in self.tool.run("host", "show", B, "-f", "json").json if f["section"] == "twin"], [])

    def test_an_empty_list_says_whose_name_it_may_be(self):
        nova_takes_the_fqdn()
        r = self.expect(self.tool.run("volume", "list", "--host", FQDN, "-f", "json"), OK, "volume list --host " + A)     # its attachments name it
        self.assertEqual(r.json, [])
        self.assertNotIn("up to the first dot", self.expect(self.tool.run("volume", "list", "--host", B), OK).err)

    def test_it_is_named_and_left_where_nobody_asked_for_it(self):
        nova_takes_the_fqdn()
        owned = self.owned(A)
        r = self.tool.run("host", "rescue", FQDN, "--to", B, *GO)
        (found,) = [f for f in r.json["findings"] if f["code"] == "host-alias"]
        self.assertEqual((found["subject"], found["severity"]), (A, "warn"))
        self.assertIn("--cinder-host " + A, found["hint"])
        self.assertEqual(r.code, REFUSED)          # the volumes of its instances have a dead owner
        self.assertEqual(self.owned(A), owned)
        r = self.tool.run("volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *FENCED, "--yes", "-f", "json", "--dry-run")
        self.assertIn(FQDN, [f["subject"] for f in r.json["findings"] if f["code"] == "host-alias"])

    def rescue(self, host, twin):
        disabled = "SELECT COUNT(*) FROM services WHERE deleted = 0 AND disabled = 0 AND BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s"
        r = self.expect(self.tool.run("host", "rescue", host, "--to", B, "--cinder-host", twin, *GO), PARTIAL)     # some instances cannot go
        self.assertEqual({f["code"] for f in r.json["findings"]} & {"host-alias", "volume-owner-dead", "shared-backend-host"}, set())
        self.assertEqual(self.owned(twin), (0, 0))
        self.assertEqual(value("cinder", disabled, (twin,)), 0)
        self.assertTrue(self.conductor.wait_for(5))
        (path,) = glob.glob(os.path.join(self.tool.state, "journal", "*.jsonl"))
        head = json.loads(open(path).readline())
        self.assertEqual((head["host"], head["cinder_host"]), (host, twin))
        self.assertEqual({s["before"]["host"].split("@")[0] for s in r.json["steps"] if s["kind"] == "volume"}, {twin})

    def test_a_short_name_in_cinder_is_taken_along_on_request(self):
        nova_takes_the_fqdn()
        self.rescue(FQDN, A)

    def test_an_fqdn_in_cinder_is_taken_along_on_request(self):
        cinder_takes_the_fqdn()
        self.rescue(A, FQDN)

    def test_a_twin_that_reports_is_no_dead_hosts(self):
        cinder_takes_the_fqdn()
        rows("cinder", "UPDATE services SET updated_at = UTC_TIMESTAMP() WHERE host = %s", (FQDN + "@ceph",))
        before = harness.checksum()
        r = self.expect(self.tool.run("host", "rescue", A, "--to", B, "--cinder-host", FQDN, *GO), REFUSED)
        self.assertIn("cinder-volume %s@ceph" % FQDN, [f["subject"] for f in r.json["findings"] if f["code"] == "source-alive"])
        self.expect(self.tool.run("host", "rescue", A, "--to", B, "--cinder-host", FQDN[:-1], *GO), NOT_FOUND, FQDN)
        self.unchanged(before)

    def test_a_plan_keeps_it(self):
        nova_takes_the_fqdn()
        path = os.path.join(self.tool.state, "plan.json")
        self.expect(self.tool.run("host", "rescue", FQDN, "--to", B, "--cinder-host", A, *FENCED, "--no-wait", "--plan-out", path), OK)
        self.expect(self.tool.run("plan", "apply", path, "--yes", "-f", "json"), PARTIAL)
        self.assertEqual(self.owned(A), (0, 0))
