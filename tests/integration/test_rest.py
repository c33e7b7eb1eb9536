# SPDX-License-Identifier: Apache-2.0
"""A rescue that left something is named with its resumption, as long as nothing has settled that."""
import json
import os
import re
import time

import harness
import journals
import landing
from harness import A, B, DRIFT, FENCED, OK, PARTIAL, TIMEOUT, rows, value

GO = FENCED + ["--yes", "--no-wait", "-f", "json"]
RESCUE = ("host", "rescue", A, "--to", B)


class Rest(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def left(self):
        """The runs that the list names with their resumption."""
        return re.findall(r"^(\S+) left something: evac-manage .*host rescue %s --resume \1$" % re.escape(A), self.expect(
            self.tool.run("journal", "list"), OK).err, re.M)

    def abandon(self, uuid):
        """The migration's number: nova has lost the message long ago."""
        for table, column in (("instances", "uuid"), ("migrations", "instance_uuid"), ("instance_actions", "instance_uuid")):
            rows("nova", "UPDATE %s SET created_at = created_at - INTERVAL 2 HOUR, updated_at = UTC_TIMESTAMP() - INTERVAL 1 HOUR WHERE %s = '%s'"
                 % (table, column, uuid))
        return str(value("nova", "SELECT id FROM migrations WHERE instance_uuid = %s AND status = 'accepted'", (uuid,)))

    def rescue(self, code, *words):
        harness.heartbeats()
        return self.expect(self.tool.run(*RESCUE, *words, *GO), code)

    def land_all(self):
        for message in self.conductor.casts:
            landing.land(landing.uuid_of(message), B)

    def test_it_is_named_until_a_rescue_has_left_nothing(self):
        run = self.rescue(PARTIAL).json["run"]
        self.assertEqual(self.left(), [run])
        sent = landing.uuid_of(self.conductor.wait_for(1)[0])
        closed = self.expect(self.tool.run("migration", "close", self.abandon(sent), *FENCED, "--yes", "-f", "json"), OK)
        self.assertTrue(closed.json["next"].endswith(" host rescue %s --resume %s" % (A, run)), closed.json["next"])
        self.assertEqual(len(self.tool.run("journal", "list", "-f", "json").json), 2)
        self.assertEqual(self.left(), [run])                              # which settles nothing of it
        self.expect(self.tool.run("instance", "evacuate", sent, *GO), OK)
        self.assertEqual(self.left(), [run])
        self.land_all()
        rows("nova", "UPDATE instances SET deleted = id WHERE deleted = 0 AND BINARY host = BINARY %s", (A,))
        self.rescue(OK, "--resume", run)
        self.assertEqual(self.left(), [])

    def test_the_last_one_that_came_to_an_end_is_named(self):
        self.rescue(PARTIAL)
        back = landing.uuid_of(self.conductor.wait_for(1)[0])
        self.land_all()
        rows("nova", "UPDATE instances SET host = %s, node = %s WHERE uuid = %s", (A, A, back))   # there is something to do again
        time.sleep(1)   # the names of runs, in whose order they are listed, have whole seconds
        last = self.rescue(PARTIAL).json["run"]
        self.assertEqual(self.left(), [last])

    def test_one_that_died_and_was_recovered_is_named(self):
        self.rescue(PARTIAL)
        self.land_all()
        path = journals.path_of(self.tool)
        run = os.path.basename(path)[:-len(".jsonl")]
        journals.cut_after(path, lambda r: r["type"] == "outcome")   # and it has begun nothing else
        self.expect(self.tool.run("journal", "recover", run), OK)
        self.assertEqual(self.left(), [run])
        rows("nova", "UPDATE instances SET deleted = id WHERE deleted = 0 AND BINARY host = BINARY %s", (A,))
        for _ in range(2):
            self.rescue(OK, "--resume", run)                              # which finds nothing, and says so in that journal
            self.assertEqual(self.left(), [])
        self.assertEqual([r["type"] for r in journals.read(path)].count("nothing_left"), 2)

    def test_a_part_of_it_settles_nothing_of_it(self):
        run = self.rescue(PARTIAL).json["run"]
        there = landing.uuid_of(self.conductor.wait_for(1)[0])
        self.land_all()
        self.rescue(OK, "--resume", run, "--only", there)   # it is not on the host any more
        self.assertEqual(self.left(), [run])
        rows("nova", "UPDATE instances SET host = %s, node = %s WHERE uuid = %s", (A, A, there))
        rows("nova", "DELETE FROM migrations WHERE instance_uuid = %s", (there,))
        time.sleep(1)
        harness.heartbeats()
        running = self.tool.start("host", "rescue", A, "--resume", run, "--only", there, *FENCED, "--yes", "-f", "json")
        self.conductor.wait_for(len(self.conductor.casts) + 1, 30)
        landing.land(there, B)
        out, err = (x.decode() for x in running.communicate(timeout=60))
        self.assertEqual(running.returncode, OK, out + err)
        self.assertTrue(json.loads(out)["next"].endswith(" host rescue %s --resume %s" % (A, run)), out)   # not the host's return
        self.assertEqual(self.left(), [run])

    def test_one_whose_time_ended_and_that_was_recovered_is_named(self):
        harness.heartbeats()
        self.expect(self.tool.run(*RESCUE, *FENCED, "--yes", "--timeout", "2"), TIMEOUT)
        self.land_all()
        run = os.path.basename(journals.path_of(self.tool))[:-len(".jsonl")]
        self.assertEqual(self.left(), [])                                 # it is to be recovered first
        self.expect(self.tool.run("journal", "recover", run), OK)
        self.assertEqual(self.left(), [run])

    def test_one_whose_recovery_found_another_value_is_named(self):
        """What it had begun is not as it should be, and what it had not begun is still to be done."""
        self.rescue(PARTIAL)
        path = journals.path_of(self.tool)
        run = os.path.basename(path)[:-len(".jsonl")]
        journals.cut_after(path, lambda r: r["type"] == "intent" and r["kind"] == "ownership")
        rows("cinder", "UPDATE volumes SET host = CONCAT(host, '-else') WHERE host LIKE %s ORDER BY id LIMIT 1", (B + "@%",))
        self.expect(self.tool.run("journal", "recover", run), DRIFT)
        self.assertIn("%s left something, and rows that are not as it wrote them: evac-manage journal recover %s\n" % (run, run),
                      re.sub(" --[a-z-]+ /[^ \n]+", "", self.tool.run("journal", "list").err))
        rows("cinder", "UPDATE volumes SET host = REPLACE(host, '-else', '')", None)
        self.expect(self.tool.run("journal", "recover", run), OK)
        self.assertEqual(self.left(), [run])

    def test_one_that_failed_is_named(self):
        harness.heartbeats()
        rows("cinder", "CREATE TRIGGER t_rest BEFORE UPDATE ON volumes FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not now'", None)
        self.addCleanup(rows, "cinder", "DROP TRIGGER IF EXISTS t_rest", None)
        r = self.tool.run(*RESCUE, *GO)
        self.assertNotEqual(r.code, OK)
        run = os.path.basename(journals.path_of(self.tool))[:-len(".jsonl")]
        self.assertEqual(self.left(), [run])
        rows("cinder", "DROP TRIGGER t_rest", None)
        time.sleep(1)
        self.rescue(PARTIAL, "--resume", run)
        self.assertEqual(len(self.left()), 1)
        self.assertNotEqual(self.left(), [run])

    def test_behind_a_closing_the_rescue_whose_time_ended_goes_on(self):
        harness.heartbeats()
        self.expect(self.tool.run(*RESCUE, *FENCED, "--yes", "--timeout", "2"), TIMEOUT)
        run = os.path.basename(journals.path_of(self.tool))[:-len(".jsonl")]
        sent = landing.uuid_of(self.conductor.wait_for(1)[0])
        closed = self.expect(self.tool.run("migration", "close", self.abandon(sent), *FENCED, "--yes", "-f", "json"), OK)
        self.assertTrue(closed.json["next"].endswith(" host rescue %s --resume %s" % (A, run)), closed.json["next"])
        self.assertEqual(self.left(), [])                                 # it is to be recovered first

    def test_behind_a_closing_a_run_that_is_not_settled_comes_first(self):
        """A resumption of the older one would be refused."""
        older = self.rescue(PARTIAL).json["run"]
        sent = [landing.uuid_of(m) for m in self.conductor.wait_for(2)][:2]
        time.sleep(1)
        number = self.abandon(sent[0])
        self.expect(self.tool.run("migration", "close", self.abandon(sent[1]), *FENCED, "--yes"), OK)
        self.expect(self.tool.run("instance", "evacuate", sent[1], *GO), OK)
        path = journals.path_of(self.tool)
        run = os.path.basename(path)[:-len(".jsonl")]
        journals.cut_after(path, lambda r: r["type"] == "publish_intent")
        self.assertNotEqual(run, older)
        closed = self.expect(self.tool.run("migration", "close", number, *FENCED, "--yes", "-f", "json"), OK)
        self.assertTrue(closed.json["next"].endswith(" journal recover " + run), closed.json["next"])

    def test_behind_a_closing_of_one_of_two_evacuations_the_other_one_is_listed(self):
        self.rescue(PARTIAL)
        sent = landing.uuid_of(self.conductor.wait_for(1)[0])
        number = self.abandon(sent)
        rows("nova", "INSERT INTO migrations (created_at, updated_at, deleted, uuid, source_compute, source_node, dest_compute, instance_uuid, status, migration_type, hidden, cross_cell_move)"
             " SELECT created_at, updated_at, 0, UUID(), source_compute, source_node, %s, instance_uuid, 'pre-migrating', migration_type, 0, 0 FROM migrations WHERE id = %s", (B, number))
        closed = self.expect(self.tool.run("migration", "close", number, *FENCED, "--yes", "-f", "json"), OK)
        self.assertTrue(closed.json["next"].endswith(" migration list --host " + A), closed.json["next"])

    def test_behind_a_closing_a_rescue_that_is_not_settled_is_resumed(self):
        """Which settles it first."""
        self.rescue(PARTIAL)
        sent = [landing.uuid_of(m) for m in self.conductor.wait_for(2)][:2]
        path = journals.path_of(self.tool)
        run = os.path.basename(path)[:-len(".jsonl")]
        journals.cut_after(path, lambda r: r["type"] == "publish_outcome")
        closed = self.expect(self.tool.run("migration", "close", self.abandon(sent[1]), *FENCED, "--yes", "-f", "json"), OK)
        self.assertTrue(closed.json["next"].endswith(" host rescue %s --resume %s" % (A, run)), closed.json["next"])
        self.assertIn(self.tool.run("host", "rescue", A, "--resume", run, *FENCED, "--dry-run").code, (OK, PARTIAL))
