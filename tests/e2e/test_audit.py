# SPDX-License-Identifier: Apache-2.0
"""What the audit says after a rescue: of the rescued host what is to be expected, and of all others nothing that was not there before."""
import harness
from cloud import OF_A_RESCUED_HOST
from harness import A, B, ENV, FENCED, OK, rows, value

GO = FENCED + ["--yes"]
# the seeds leave three instances on the host that nova does not evacuate
OF_THE_HOST = OF_A_RESCUED_HOST | {"instances-host-down", "instance-task-stuck"}


class Audits(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset")

    def audit(self):
        r = self.expect(self.tool.run("audit", "run", "--settle-time", "2", "--fail-on", "never", "--placement-config-file", ENV["SB_PLACEMENT_CONF"], "--neutron-config-file", ENV["SB_NEUTRON_CONF"],
                                      "-f", "json"), OK)
        return {(f["check"], f["subject"], f["severity"], f["host"]) for f in r.json}

    def test_after_a_complete_rescue_nothing_new_but_what_the_host_leaves(self):
        before = self.audit()
        harness.sandbox("fail", "A", "--now")
        self.tool.run("host", "rescue", A, "--to", B, *GO)
        new = self.audit() - before
        self.assertIn("evacuation-not-cleaned-up", {c for c, s, severity, host in new})
        self.assertEqual({c for c, s, severity, host in new if host == A and severity != "low"} - OF_THE_HOST, set())
        # the volume without a pool went along, as it was
        self.assertEqual({f for f in new if f[3] != A and f[2] != "low"} - {("volume-without-pool", B + "@ceph", "medium", B)}, set())

    def test_after_all_of_it_was_rescued_only_the_expected_set_is_left(self):
        rows("nova", "UPDATE instances SET vm_state = 'active', task_state = NULL WHERE BINARY host = BINARY %s AND deleted = 0"
             " AND (vm_state NOT IN ('active', 'stopped', 'error') OR task_state IS NOT NULL)", (A,))
        before = self.audit()
        harness.sandbox("fail", "A", "--now")
        self.expect(self.tool.run("host", "rescue", A, "--to", B, *GO), OK)
        new = self.audit() - before
        self.assertEqual({c for c, s, severity, host in new if host == A} - OF_A_RESCUED_HOST, set())
        self.assertEqual({f for f in new if f[3] != A and f[2] != "low"} - {("volume-without-pool", B + "@ceph", "medium", B)}, set())
        down = {s for c, s, severity, host in new if c in ("nova-service-down", "cinder-service-down")}
        self.assertIn("nova-compute " + A, down)
        self.assertEqual({s for s in down if A not in s}, set())

    def test_after_half_a_rescue_the_other_half_is_found(self):
        harness.sandbox("fail", "A", "--now")
        found = {c: [] for c in ("backend-down", "instances-host-down", "instance-volume-owner-dead", "backup-host-dead")}
        for check, subject, severity, host in self.audit():
            if check in found and host == A:
                found[check].append(subject)
        self.assertTrue(all(found.values()), found)
        self.tool.run("volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *GO)
        left = {c: [s for check, s, severity, host in self.audit() if check == c and host == A] for c in found}
        self.assertEqual(left["backend-down"], [A + "@nvme"])
        self.assertEqual(left["instances-host-down"], [A])
        moved = {r["instance_uuid"] for r in rows("cinder", "SELECT a.instance_uuid FROM volume_attachment AS a JOIN volumes AS v ON v.id = a.volume_id"
                                                  " WHERE a.deleted = 0 AND v.deleted = 0 AND v.host LIKE '%%@nvme#%%' AND BINARY a.attached_host = BINARY %s", (A,))}
        self.assertEqual(set(left["instance-volume-owner-dead"]), moved)

    def test_an_evacuation_that_broke_off_is_found(self):
        uuid = value("nova", "SELECT uuid FROM instances WHERE display_name = 'volume-active-0'")
        old = "UTC_TIMESTAMP() - INTERVAL 2 DAY"
        rows("nova", "INSERT INTO migrations (created_at, updated_at, deleted, source_compute, dest_compute, instance_uuid, migration_type, status, hidden, cross_cell_move)"
             " VALUES (" + old + ", " + old + ", 0, %s, %s, %s, 'evacuation', 'accepted', 0, 0)", (A, B, uuid))
        rows("nova", "UPDATE instances SET task_state = 'rebuilding', updated_at = " + old + " WHERE uuid = %s", (uuid,))
        checks = {c for c, s, severity, host in self.audit() if s == uuid}
        self.assertIn("evacuation-unfinished", checks)
