# SPDX-License-Identifier: Apache-2.0
"""The dead host's records were deleted in nova, nova_api and cinder: its instances come up elsewhere all the same."""
import harness
from harness import A, B, FENCED, PARTIAL, rows, value

GO = FENCED + ["--yes", "-f", "json"]


class LostRecords(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset")
        harness.sandbox("fail", "A", "--now")

    def test_a_host_without_any_record_is_rescued_by_a_real_nova(self):
        for table in ("services", "compute_nodes"):
            rows("nova", "UPDATE " + table + " SET deleted = id, deleted_at = UTC_TIMESTAMP() WHERE BINARY host = BINARY %s AND deleted = 0", (A,))
        rows("nova_api", "DELETE FROM host_mappings WHERE BINARY host = BINARY %s", (A,))
        rows("cinder", "UPDATE services SET deleted = 1, deleted_at = UTC_TIMESTAMP() WHERE BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s"
             " AND deleted = 0", (A,))
        r = self.expect(self.tool.run("host", "rescue", A, "--to", B, *GO, timeout=600), PARTIAL)     # some are in states that nova evacuates not
        self.assertIn("service-record-missing", r.findings())
        proved = {s["id"] for s in r.json["steps"] if s["kind"] == "instance" and s["state"] == "proved"}
        self.assertGreater(len(proved), 5)
        self.assertEqual({s["id"]: s["error"] for s in r.json["steps"] if s["kind"] == "instance" and s["state"] != "proved"}, {})
        for uuid in proved:
            now = rows("nova", "SELECT host, vm_state, task_state FROM instances WHERE uuid = %s", (uuid,))[0]
            self.assertNotEqual(now["host"], A)
            self.assertIsNone(now["task_state"])
            self.assertEqual(value("nova", "SELECT status FROM migrations WHERE instance_uuid = %s ORDER BY id DESC LIMIT 1", (uuid,)), "done")
