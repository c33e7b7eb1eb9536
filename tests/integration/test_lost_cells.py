# SPDX-License-Identifier: Apache-2.0
"""A cell whose database is away, or was left behind: only the failed host's own cell must answer, the others are witnesses."""
import uuid

import cells
import harness
from harness import A, B, CONFIG, DB_UNREACHABLE, FENCED, NOT_FOUND, OK, PARTIAL, rows, value

GO = FENCED + ["--yes", "--no-wait", "-f", "json"]
LOST = "the database of cell 'lost'"


def lose_cell(name="lost", disabled=0):
    rows("nova_api", "INSERT INTO cell_mappings (created_at, uuid, name, transport_url, database_connection, disabled) VALUES"
         " (UTC_TIMESTAMP(), %s, %s, 'rabbit://u:p@127.0.0.1:1/', 'mysql+pymysql://nova:x@127.0.0.1:1/nova_lost', %s)",
         (str(uuid.uuid4()), name, disabled))
    return value("nova_api", "SELECT id FROM cell_mappings WHERE name = %s", (name,))


class LostCells(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        self.addCleanup(rows, "nova_api", "DELETE FROM cell_mappings WHERE name LIKE 'lost%%'")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def lose(self, which):
        if which == "cell0":
            old = value("nova_api", "SELECT database_connection FROM cell_mappings WHERE uuid = %s", ("0" * 8 + "-0000-0000-0000-" + "0" * 12,))
            self.addCleanup(rows, "nova_api", "UPDATE cell_mappings SET database_connection = %s WHERE uuid LIKE '00000000-%%'", (old,))
            rows("nova_api", "UPDATE cell_mappings SET database_connection = 'mysql+pymysql://nova:x@127.0.0.1:1/nova_cell0'"
                 " WHERE uuid LIKE '00000000-%%'")
            return "cell0"
        lose_cell("lost", int(which == "disabled"))
        return "lost"

    def test_a_host_of_another_cell_is_evacuated_and_the_lost_one_is_named(self):
        for which in ("enabled", "disabled", "cell0"):
            harness.sandbox("reset", "--rows")
            harness.heartbeats()
            self.tool = harness.Tool()
            name = self.lose(which)
            r = self.expect(self.tool.run("instance", "evacuate", "image-active-0", *GO), OK)
            (found,) = [f for f in r.json["findings"] if f["code"] == "cell-not-checked"]
            self.assertEqual((found["severity"], found["subject"]), ("warn", name))
            self.assertIn("127.0.0.1:1", found["message"])
            rows("nova_api", "DELETE FROM cell_mappings WHERE name LIKE 'lost%%'")
            self.doCleanups()
            self.conductor = harness.Conductor()
            self.addCleanup(self.conductor.close)

    def test_a_whole_host_is_rescued_beside_it(self):
        self.lose("enabled")
        r = self.expect(self.tool.run("host", "rescue", A, "--to", B, *GO), PARTIAL)   # some of its instances cannot go
        self.assertIn("cell-not-checked", r.findings())
        self.assertEqual(value("cinder", "SELECT COUNT(*) FROM volumes WHERE deleted = 0 AND BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s", (A,)), 0)

    def test_what_is_about_one_host_is_whole_without_the_others(self):
        self.lose("enabled")
        for words in (("instance", "list", "--host", A), ("host", "show", A), ("host", "return", A), ("migration", "list", "--host", A),
                      ("instance", "show", "image-active-0")):
            r = self.expect(self.tool.run(*words, "-f", "json"), OK, "unknown: rows of cell 'lost'")
            self.assertTrue(r.json or words[0] == "migration", words)
        shown = self.tool.run("host", "show", A, "-f", "json").json
        self.assertIn("rows of cell 'lost'", [f["item"] for f in shown if f["section"] == "unknown"])

    def test_what_is_about_all_of_them_is_half(self):
        self.lose("enabled")
        for words in (("service", "list"), ("migration", "list"), ("journal", "recover", "--scan")):
            r = self.expect(self.tool.run(*words, "-f", "json"), DB_UNREACHABLE, "error: ", LOST)
            self.assertIsInstance(r.json, list)
        self.assertIn(A, {s["host"] for s in self.tool.run("service", "list", "-f", "json").json})
        volume = value("cinder", "SELECT volume_id FROM volume_attachment WHERE deleted = 0 AND BINARY attached_host = BINARY %s LIMIT 1", (A,))
        self.expect(self.tool.run("volume", "show", volume, "-f", "json"), DB_UNREACHABLE, LOST)
        state = {c["check"]: c for c in self.tool.run("doctor", "-f", "json").json}
        self.assertEqual(state["nova cell lost database"]["result"], "fail")

    def test_what_no_cell_that_answers_knows_may_be_in_the_lost_one(self):
        self.lose("enabled")
        for words in (("instance", "evacuate", "of-nobody", *GO), ("instance", "show", "of-nobody"), ("instance", "list", "--host", A[:-1]),
                      ("host", "evacuate", A[:-1], *GO), ("migration", "close", "999999", "--yes")):
            self.expect(self.tool.run(*words), DB_UNREACHABLE, LOST)
        rows("nova_api", "DELETE FROM cell_mappings WHERE name LIKE 'lost%%'")
        self.expect(self.tool.run("instance", "list", "--host", A[:-1]), NOT_FOUND)

    def test_the_number_of_a_migration_may_be_another_ones_in_the_lost_one(self):
        rows("nova", "INSERT INTO migrations (id, created_at, updated_at, deleted, uuid, source_compute, source_node, instance_uuid, status, migration_type)"
             " SELECT 987654, UTC_TIMESTAMP() - INTERVAL 3 HOUR, UTC_TIMESTAMP() - INTERVAL 3 HOUR, 0, UUID(), host, host, uuid, 'accepted', 'evacuation'"
             " FROM instances WHERE host = %s AND deleted = 0 AND task_state IS NULL LIMIT 1", (A,))
        self.addCleanup(rows, "nova", "DELETE FROM migrations WHERE id = 987654", None)
        known = value("nova", "SELECT uuid FROM migrations WHERE id = 987654")
        self.lose("enabled")
        listed = self.tool.run("migration", "list", "-f", "json").json
        self.assertIn("migration close " + known, [m["meaning"] for m in listed if m["id"] == 987654][0])
        before = harness.checksum()
        self.expect(self.tool.run("migration", "close", "987654", *FENCED, "--yes"), DB_UNREACHABLE, "cell 'lost' does not answer", known)
        self.unchanged(before)
        self.expect(self.tool.run("migration", "close", known, *FENCED, "--yes"), OK)

    def test_a_host_whose_own_cell_is_lost_is_an_error(self):
        number = lose_cell()
        old = value("nova_api", "SELECT cell_id FROM host_mappings WHERE BINARY host = BINARY %s", (A,))
        rows("nova_api", "UPDATE host_mappings SET cell_id = %s WHERE BINARY host = BINARY %s", (number, A))
        self.addCleanup(rows, "nova_api", "UPDATE host_mappings SET cell_id = %s WHERE BINARY host = BINARY %s", (old, A))
        before = harness.checksum()
        for words in (("host", "evacuate", A, *GO), ("host", "rescue", A, "--to", B, *GO), ("instance", "list", "--host", A), ("host", "return", A)):
            r = self.expect(self.tool.run(*words), DB_UNREACHABLE, "host '%s' is in cell 'lost'" % A)
            self.assertEqual(r.err.count("127.0.0.1:1"), 1, str(r))
        shown = self.expect(self.tool.run("host", "show", A, "-f", "json"), DB_UNREACHABLE, LOST).json
        self.assertIn("volumes", {f["section"] for f in shown})
        self.unchanged(before)

    def test_volumes_move_whatever_nova_s_cells_do(self):
        self.lose("enabled")
        r = self.expect(self.tool.run("volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *FENCED, "--yes", "-f", "json"), OK)
        self.assertIn("cell-not-checked", r.findings())

    # ---- the audit

    def audit(self, code, *words):
        r = self.expect(self.tool.run("audit", "run", "--no-second-look", "--fail-on", "never", "-f", "json", *words), code)
        return r, {(f["check"], f["subject"], f["cell"]) for f in r.json}

    def test_an_audit_reports_what_it_could_look_at_and_what_not(self):
        rows("nova", "UPDATE instances SET host = NULL WHERE display_name = 'image-active-1'")     # active without a host
        _, whole = self.audit(OK)
        self.assertTrue([f for f in whole if f[2] == "cell1"])
        self.lose("enabled")
        r, half = self.audit(DB_UNREACHABLE)
        self.assertEqual(len([line for line in r.err.splitlines() if line.startswith("error: ") and LOST in line]), 1, r.err)
        unrun = {f for f in half if f[0] == "check-not-run"}
        self.assertTrue(unrun)
        self.assertEqual({f for f in whole if f[2] == "cell1"} - half, set())       # what is in the other cells is found all the same
        self.assertEqual(half - whole - unrun, set())
        r, found = self.audit(DB_UNREACHABLE, "volume-stuck")
        self.assertNotIn("check-not-run", {f[0] for f in found})        # cinder's alone
        self.expect(self.tool.run("audit", "run"), DB_UNREACHABLE, LOST, "not finished")

    def test_what_a_lost_cell_holds_is_absent_from_nothing(self):
        _, whole = self.audit(OK)
        old = value("nova_api", "SELECT database_connection FROM cell_mappings WHERE name = 'cell1'")
        rows("nova_api", "UPDATE cell_mappings SET database_connection = 'mysql+pymysql://nova:x@127.0.0.1:1/nova' WHERE name = 'cell1'")
        self.addCleanup(rows, "nova_api", "UPDATE cell_mappings SET database_connection = %s WHERE name = 'cell1'", (old,))
        _, half = self.audit(DB_UNREACHABLE)
        self.assertEqual({f for f in half - whole if f[0] != "check-not-run"}, set())
        self.assertTrue([f for f in half if f[0] == "check-not-run"])
        self.assertTrue([f for f in half if f[0] != "check-not-run"])

    def test_an_audit_without_one_of_the_services_reports_the_others(self):
        _, whole = self.audit(OK)
        for option in ("nova", "cinder"):
            self.tool = harness.Tool()
            setattr(self.tool, option, ["/nonexistent/of-nobody.conf"])
            r, half = self.audit(CONFIG)
            self.assertEqual(r.err.count("/nonexistent/of-nobody.conf"), 1, r.err)
            self.assertEqual({f for f in half - whole if f[0] != "check-not-run"}, set())
            self.assertTrue([f for f in half if f[0] != "check-not-run"], option)
            # without nova's own database nobody knows the cells: their checks were not run, they are not "not applicable"
            self.assertIn(("check-not-run", {"nova": "instance-active-without-host", "cinder": "volume-stuck"}[option], None), half)
