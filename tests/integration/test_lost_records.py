# SPDX-License-Identifier: Apache-2.0
"""The failed host's service records were deleted before it was rescued: it is what instances, volumes and attachments name."""
import shlex

import harness
from harness import A, B, ENV, FENCED, NOT_FOUND, OK, PARTIAL, REFUSED, rows, value

GO = FENCED + ["--yes", "--no-wait", "-f", "json"]


def delete_records(host=A, nodes=True):
    """As 'openstack compute service delete' of old, or a script that cleans up, leaves it."""
    rows("nova", "UPDATE services SET deleted = id, deleted_at = UTC_TIMESTAMP() WHERE BINARY host = BINARY %s AND deleted = 0", (host,))
    if nodes:
        rows("nova", "UPDATE compute_nodes SET deleted = id, deleted_at = UTC_TIMESTAMP() WHERE BINARY host = BINARY %s AND deleted = 0", (host,))
    rows("nova_api", "DELETE FROM host_mappings WHERE BINARY host = BINARY %s", (host,))
    rows("cinder", "DELETE FROM workers")
    rows("cinder", "UPDATE services SET deleted = 1, deleted_at = UTC_TIMESTAMP() WHERE BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s"
         " AND deleted = 0", (host,))


class LostRecords(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def test_reading_goes_on_as_if_they_were_there(self):
        instances = value("nova", "SELECT COUNT(*) FROM instances WHERE deleted = 0 AND BINARY host = BINARY %s", (A,))
        delete_records()
        self.assertEqual(len(self.expect(self.tool.run("instance", "list", "--host", A, "-f", "json"), OK).json), instances)
        shown = self.expect(self.tool.run("host", "show", A, "-f", "json"), OK).json
        self.assertEqual(sum(f["count"] for f in shown if f["section"] == "instances"), instances)
        self.assertTrue([f for f in shown if f["section"] == "volumes"])
        self.assertNotIn("no-counterpart", [f["item"] for f in shown])   # nobody has named a host that would take over
        facts = self.expect(self.tool.run("instance", "show", "image-active-0", "-f", "json"), OK).json
        self.assertIn("no nova-compute of that name is registered", [f["contradiction"] for f in facts])
        self.assertTrue(self.expect(self.tool.run("volume", "list", "--host", A, "-f", "json"), OK).json)
        self.expect(self.tool.run("migration", "list", "--host", A), OK)
        self.expect(self.tool.run("service", "list", "--host", A), OK)
        self.expect(self.tool.run("backup", "list", "--host", A), OK)

    def test_the_audits_remedy_is_accepted(self):
        delete_records()
        found = self.tool.run("audit", "run", "instances-host-service-deleted", "--fail-on", "never", "-f", "json").json
        (remedy,) = {f["remedy"] for f in found if f["subject"] == A}
        self.tool.command = lambda *words: [harness.TOOL, *words]     # the remedy has the run's own options
        shown = self.expect(self.tool.run(*shlex.split(remedy)[1:], "-f", "json"), OK).json
        self.assertEqual(shown[-1]["section"], "next")
        r = self.expect(self.tool.run(*shlex.split(shown[-1]["detail"])[1:], *GO), PARTIAL)  # three cannot be evacuated
        self.assertIn("service-record-missing", r.findings())
        self.assertGreater(len(self.conductor.wait_for(5)), 4)

    def test_one_instance_is_evacuated(self):
        delete_records()
        self.expect(self.tool.run("instance", "evacuate", "image-active-0", *GO), OK)
        self.assertEqual(len(self.conductor.wait_for(1)), 1)

    def test_a_whole_rescue(self):
        delete_records()
        r = self.expect(self.tool.run("host", "rescue", A, "--to", B, *GO), PARTIAL)   # some instances cannot go
        self.assertIn("service-record-missing", r.findings())
        self.assertNotIn("compute_service", {s["kind"] for s in r.json["steps"]})
        self.assertEqual(value("cinder", "SELECT COUNT(*) FROM volumes WHERE deleted = 0 AND BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s", (A,)), 0)

    def test_what_instances_spell_otherwise_than_a_compute_is_no_host_of_its_own(self):
        for other in (A.upper(), A + ".example.org"):
            rows("nova", "UPDATE instances SET host = %s WHERE display_name = 'image-active-1'", (other,))
            before = harness.checksum()
            for words in (("host", "evacuate", other), ("instance", "evacuate", "image-active-1")):
                self.expect(self.tool.run(*words, *GO), NOT_FOUND, "'%s'" % A)
            self.assertIn("image-active-1", [i["name"] for i in self.expect(self.tool.run("instance", "list", "--host", other, "-f", "json"), OK).json])
            self.unchanged(before)
        self.assertEqual(self.conductor.casts, [])

    def test_a_host_that_is_cinders_alone_is_rescued_of_its_volumes(self):
        rows("cinder", "UPDATE volumes SET host = CONCAT('storage-1@ceph', SUBSTRING(host, LOCATE('#', host))) WHERE BINARY host LIKE %s AND deleted = 0"
             " AND attach_status = 'detached'", (A + "@ceph#%",))
        count = "SELECT COUNT(*) FROM volumes WHERE deleted = 0 AND BINARY SUBSTRING_INDEX(host, '@', 1) = 'storage-1'"
        self.assertTrue(value("cinder", count))
        r = self.expect(self.tool.run("host", "rescue", "storage-1", "--to", B, *GO), OK, "only its volumes and backups can be moved")
        self.assertEqual((value("cinder", count), {s["kind"] for s in r.json["steps"]} & {"instance", "compute_service"}), (0, set()))
        self.assertEqual(self.conductor.casts, [])
        self.expect(self.tool.run("host", "rescue", "storage-2", "--to", B, *GO), NOT_FOUND)

    def test_who_reads_its_queue_is_all_that_could_tell_that_it_lives(self):
        delete_records()
        self.conductor.stop_listening()
        channel = self.conductor.connection.channel()
        channel.queue_delete("compute." + A)
        channel.queue_declare("compute." + A, durable=False, auto_delete=True)
        channel.basic_consume("compute." + A, no_ack=True)
        other = harness.Conductor()
        self.addCleanup(other.close)
        before = harness.checksum()
        r = self.expect(self.tool.run("instance", "evacuate", "image-active-0", *GO, "--accept", "source-alive"), REFUSED)
        self.assertIn("source-alive", r.findings())
        self.unchanged(before)

    def test_the_forced_way_needs_its_compute_node(self):
        delete_records(nodes=True)
        before = harness.checksum()
        r = self.expect(self.tool.run("instance", "evacuate", "image-active-0", B, "--force", *GO), REFUSED)
        self.assertIn("source-node-missing", r.findings())
        self.unchanged(before)
        self.assertNotIn("source-node-missing", self.expect(self.tool.run("instance", "evacuate", "image-active-0", B, *GO), OK).findings())

    def test_a_host_is_known_by_whatever_names_it(self):
        delete_records()
        rows("cinder", "UPDATE volume_attachment SET attached_host = 'only-attached' WHERE deleted = 0 AND BINARY attached_host = BINARY %s LIMIT 1", (A,))
        rows("nova", "UPDATE instances SET host = 'only-instances' WHERE display_name = 'image-active-1'")
        self.assertEqual(self.expect(self.tool.run("volume", "list", "--host", "only-attached", "-f", "json"), OK).json, [])
        shown = self.expect(self.tool.run("host", "show", "only-attached", "-f", "json"), OK).json
        self.assertEqual([f["count"] for f in shown if f["section"] == "attachments"], [1])
        self.assertEqual(len(self.expect(self.tool.run("instance", "list", "--host", "only-instances", "-f", "json"), OK).json), 1)
        self.expect(self.tool.run("host", "show", "only-instances"), OK)
        self.expect(self.tool.run("instance", "list", "--host", ENV["SB_CONTROLLER"]), OK)      # its conductor names it
        self.expect(self.tool.run("instance", "list", "--host", "only-instance"), NOT_FOUND, "'only-instances'")
        self.expect(self.tool.run("host", "show", "only-instance"), NOT_FOUND, "'only-instances'")
        self.expect(self.tool.run("volume", "list", "--host", "only-attache"), NOT_FOUND)

    def test_a_host_that_may_return_has_no_record_to_look_at(self):
        delete_records()
        state = {r["check"]: r for r in self.expect(self.tool.run("host", "return", A, "-f", "json"), OK).json}
        self.assertIn("no nova-compute of that name is registered", state["service"]["message"])
