# SPDX-License-Identifier: Apache-2.0
"""Two cells, each with its own database and vhost; the second is known by URL templates alone."""
import amqp

import cells
import harness
from harness import A, B, C, ENV, ERROR, FENCED, NOT_FOUND, OK, REFUSED, rows, value

GO = FENCED + ["--yes", "--no-wait", "-f", "json"]


def broker(vhost):
    c = amqp.Connection("127.0.0.1:%s" % ENV["SB_AMQP_PORT"], userid=ENV["SB_AMQP_USER"], password=ENV["SB_AMQP_PASS"], virtual_host=vhost)
    c.connect()
    return c


class Cells(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        cells.make()
        cls.addClassCleanup(cells.remove)

    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        cells.announce()
        cells.add_compute(cells.DEAD, age_s=3600)
        cells.add_compute(cells.ALIVE)
        self.there = cells.add_instance("in-cell2", cells.DEAD)
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)
        # a conductor of the cell itself: it has no scheduler, nothing may be cast to it
        self.cell_bus = broker(cells.VHOST)
        self.addCleanup(self.cell_bus.close)
        channel = self.cell_bus.channel()
        channel.exchange_declare("nova", "topic", durable=False, auto_delete=False)
        channel.queue_declare("conductor", durable=False, auto_delete=False)
        channel.queue_bind("conductor", "nova", "conductor")
        self.cell_channel = channel

    def evacuate(self, name, *words):
        harness.heartbeats()
        rows(cells.DATABASE, "UPDATE services SET last_seen_up = UTC_TIMESTAMP() WHERE host = %s", (cells.ALIVE,))
        return self.tool.run("instance", "evacuate", name, *words, *GO)

    def test_both_are_looked_into(self):
        listed = self.expect(self.tool.run("service", "list", "-f", "json"), OK).json
        where = {s["host"]: s["cell"] for s in listed if s["binary"] == "nova-compute"}
        self.assertEqual((where[cells.DEAD], where[A]), (cells.NAME, "cell1"))
        (one,) = self.expect(self.tool.run("instance", "list", "--host", cells.DEAD, "-f", "json"), OK).json
        self.assertEqual((one["id"], one["cell"]), (self.there, cells.NAME))
        for name, cell in (("in-cell2", cells.NAME), ("image-active-1", "cell1"), (self.there, cells.NAME)):
            shown = self.expect(self.tool.run("instance", "show", name, "-f", "json"), OK).json
            self.assertIn(cell, [x["value"] for x in shown if x["item"] == "cell"], name)
            self.assertEqual([x for x in shown if x["contradiction"]], [], name)

    def test_an_evacuation_stays_in_its_cell_and_goes_by_the_broker_that_nova_api_casts_on(self):
        others = harness.checksum()
        self.expect(self.evacuate("in-cell2"), OK)
        self.assertEqual(others, harness.checksum(), "the first cell was written to")
        self.assertEqual(rows(cells.DATABASE, "SELECT task_state FROM instances")[0]["task_state"], "rebuilding")
        (migration,) = rows(cells.DATABASE, "SELECT * FROM migrations")
        (action,) = rows(cells.DATABASE, "SELECT * FROM instance_actions")
        ((_, inner),) = self.conductor.wait_for(1)
        self.assertEqual((migration["status"], migration["source_compute"], migration["instance_uuid"]), ("accepted", cells.DEAD, self.there))
        self.assertEqual(inner["_context_request_id"], action["request_id"])
        self.assertEqual(inner["args"]["instance"]["nova_object.data"]["uuid"], self.there)
        # the conductor of all cells finds the cell by the instance's mapping, as after nova-api's own cast
        self.assertEqual(value("nova_api", "SELECT cell_id FROM instance_mappings WHERE instance_uuid = %s", (self.there,)), cells.ID)
        self.assertIsNone(self.cell_channel.basic_get("conductor"))

    def test_an_instance_of_each_cell_goes_its_own_way(self):
        self.expect(self.evacuate("in-cell2", cells.ALIVE), OK)
        self.expect(self.evacuate("image-active-0", C), OK)
        casts = self.conductor.wait_for(2)
        asked = {inner["args"]["instance"]["nova_object.data"]["display_name"]:
                 inner["args"]["request_spec"]["nova_object.data"]["requested_destination"]["nova_object.data"]["host"] for _, inner in casts}
        self.assertEqual(asked, {"in-cell2": cells.ALIVE, "image-active-0": C})

    def test_the_number_of_a_migration_is_its_own_cells(self):
        ids = []
        for database, host in (("nova", A), (cells.DATABASE, cells.DEAD)):
            rows(database, "INSERT INTO migrations (id, created_at, updated_at, deleted, uuid, source_compute, source_node, instance_uuid, status, migration_type)"
                 " SELECT 987654, UTC_TIMESTAMP() - INTERVAL 3 HOUR, UTC_TIMESTAMP() - INTERVAL 3 HOUR, 0, UUID(), host, host, uuid, 'accepted', 'evacuation'"
                 " FROM instances WHERE host = %s AND deleted = 0 AND task_state IS NULL LIMIT 1", (host,))
            ids.append(value(database, "SELECT uuid FROM migrations WHERE id = 987654"))
            self.addCleanup(rows, database, "DELETE FROM migrations WHERE id = 987654", None)
        listed = self.expect(self.tool.run("migration", "list", "-f", "json"), OK).json
        for m in listed:
            if m["id"] == 987654:
                self.assertIn("migration close " + m["uuid"], m["meaning"])
        self.assertEqual({m["uuid"] for m in listed if m["id"] == 987654}, set(ids))
        self.expect(self.tool.run("migration", "close", "987654", *FENCED, "--yes"), NOT_FOUND, "2 cells have a migration 987654", *ids)
        self.expect(self.tool.run("migration", "close", ids[1], *FENCED, "--yes"), OK)
        self.assertEqual([value(d, "SELECT status FROM migrations WHERE id = 987654") for d in ("nova", cells.DATABASE)], ["accepted", "error"])

    def test_a_target_of_the_other_cell_is_refused(self):
        for name, target in (("in-cell2", B), ("image-active-0", cells.ALIVE)):
            r = self.expect(self.evacuate(name, target), REFUSED)
            self.assertIn("target-other-cell", r.findings())
            r = self.expect(self.evacuate(name, target, "--force"), REFUSED)
            self.assertIn("target-other-cell", r.findings())
        self.assertEqual(self.conductor.casts, [])

    def test_the_consumers_of_a_host_are_looked_for_on_its_cells_own_broker(self):
        queue = "compute." + cells.DEAD
        with broker("/") as wrong:
            channel = wrong.channel()
            channel.queue_declare(queue, durable=False, auto_delete=True)
            channel.basic_consume(queue, no_ack=True)
            self.assertNotIn("consumer-still-connected", self.expect(self.evacuate("in-cell2", "--dry-run"), OK).findings())
        self.cell_channel.queue_declare(queue, durable=False, auto_delete=True)
        self.cell_channel.basic_consume(queue, no_ack=True)
        r = self.expect(self.evacuate("in-cell2", "--dry-run"), OK)
        self.assertEqual([f["subject"] for f in r.json["findings"] if f["code"] == "consumer-still-connected"], [queue])

    def test_hosts_of_two_cells_are_no_one_run(self):
        harness.heartbeats(alive=(B, C, ENV["SB_CONTROLLER"]), dead=(A,))
        before = harness.checksum()
        for hosts in ((A, cells.DEAD), (cells.DEAD, A)):
            r = self.expect(self.tool.run("host", "rescue", *hosts, "--to", B, "--fenced", "Ann pulled the plugs of %s and %s" % hosts, "--yes", "-f", "json"),
                            REFUSED)
            self.assertIn("the hosts are of different cells: '%s'" % hosts[1], r.err + r.out)
            self.assertIn("one run a cell", r.err + r.out)
        self.unchanged(before)
        self.assertEqual(self.conductor.casts, [])

    def test_a_host_of_both_cells_is_an_error_that_names_both(self):
        cells.add_compute(C, like=C, mapped=False)
        before = harness.checksum()
        for words in (("instance", "evacuate", "image-active-0", C), ("host", "evacuate", C), ("host", "show", C), ("instance", "list", "--host", C)):
            more = [*GO] if "evacuate" in words else []
            r = self.expect(self.tool.run(*words, *more), ERROR)
            self.assertRegex(r.err + r.out, "host '%s' has a nova-compute in cell 'cell1' and in cell 'cell2'" % C)
        self.unchanged(before)

    def test_a_template_that_cannot_be_filled_is_told_with_its_cell(self):
        rows("nova_api", "UPDATE cell_mappings SET database_connection = '{scheme}://{nobody}@{hostname}/x' WHERE id = %s", (cells.ID,))
        r = self.evacuate("in-cell2")
        self.assertNotIn(r.code, (OK, NOT_FOUND))
        self.assertIn("cell2", r.out + r.err)
        for secret in harness.SECRETS:
            self.assertNotIn(secret, r.out + r.err)
