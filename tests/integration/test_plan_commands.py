# SPDX-License-Identifier: Apache-2.0
"""Every writing command by way of a plan file: written, shown, applied, taken back; stopped by drift, row by row. The commands are the
program's own list: one that is new and not in WORLDS below fails the first test."""
import json
import os
import re

import harness
import journals
from harness import A, B, C, DRIFT, ENV, FENCED, OK, PARTIAL, REFUSED, rows, value

MORE = ["quota_usages", "reservations", "clusters", "volume_metadata", "volume_admin_metadata", "volume_glance_metadata"]
MOVED = ["--currenthost", A + "@ceph", "--newhost", B + "@ceph", *FENCED]


def commands_that_plan(tool):
    text = re.search(r"^commands:\n(.*?)\n\n", tool.run("--help").out, re.S | re.M).group(1)
    names = [re.split(r"  +", line.strip())[0] for line in text.splitlines() if re.match(r"  [a-z]", line)]
    return {name for name in names if re.search(r"^  --plan-out ", tool.run(*name.split(), "--help").out, re.M)}


class World:
    """What a command needs to have something to do: its words; a change that somebody makes meanwhile, and the row that it is about;
    whether its rows are only written together; codes of a success."""

    def __init__(self, words, drift, whole=False, codes=(OK,), undo=True, casts=0):
        self.words, self.drift, self.whole, self.codes, self.undo, self.casts = words, drift, whole, codes, undo, casts


def seeded(statement, *params):
    return value("cinder", statement, params)


def volume_of(pool="ceph#ceph"):
    return seeded("SELECT id FROM volumes WHERE BINARY host = BINARY %s AND deleted = 0 ORDER BY id LIMIT 1", A + "@" + pool)


def change(database, table, column, to, row, by="id"):
    def drift():
        rows(database, "UPDATE `%s` SET `%s` = %%s WHERE `%s` = %%s" % (table, column, by), (to, row))
        return str(row)
    return drift


def instance(name="image-active-0"):
    return value("nova", "SELECT uuid FROM instances WHERE display_name = %s AND deleted = 0", (name,))


def host_rescue(test):
    return World(["host", "rescue", A, "--to", B, *FENCED, "--no-wait"], change("cinder", "volumes", "host", A + "@ceph#other", volume_of()),
                 codes=(OK, PARTIAL), casts=10)


def host_evacuate(test):
    rows("cinder", "UPDATE volumes SET host = %s WHERE BINARY host = BINARY %s", (B + "@ceph#ceph", A + "@ceph#ceph"))
    return World(["host", "evacuate", A, *FENCED, "--no-wait", "--accept", "volume-owner-dead"],
                 change("nova", "instances", "vm_state", "stopped", instance(), by="uuid"), codes=(OK, PARTIAL), casts=10)


def instance_evacuate(test):
    return World(["instance", "evacuate", "image-active-0", *FENCED, "--no-wait"],
                 change("nova", "instances", "vm_state", "stopped", instance(), by="uuid"), undo=False, casts=1)


def volume_update_host(test):
    return World(["volume", "update_host", *MOVED], change("cinder", "volumes", "host", A + "@ceph#other", volume_of()))


def volume_update_service(test):
    other = seeded("SELECT uuid FROM services WHERE BINARY host = BINARY %s", C + "@ceph")
    wrong = rows("cinder", "SELECT id FROM volumes WHERE BINARY host = BINARY %s AND deleted = 0 ORDER BY id LIMIT 2", (A + "@ceph#ceph",))
    rows("cinder", "UPDATE volumes SET service_uuid = %s WHERE id IN (%s, %s)", (other, *[w["id"] for w in wrong]))
    return World(["volume", "update_service", "--host", A], change("cinder", "volumes", "service_uuid", None, wrong[0]["id"]))


def volume_delete(test):
    lonely = seeded("SELECT id FROM volumes WHERE host IS NULL AND deleted = 0")
    rows("cinder", "INSERT INTO volume_metadata (deleted, volume_id, `key`, value) VALUES (0, %s, 'a', 'b')", (lonely,))
    return World(["volume", "delete", lonely], change("cinder", "volumes", "status", "error_deleting", lonely), whole=True)


def backup_update_backup_host(test):
    backup = seeded("SELECT id FROM backups WHERE BINARY host = BINARY %s AND deleted = 0 ORDER BY id LIMIT 1", A)
    return World(["backup", "update_backup_host", "--currenthost", A, "--newhost", B, *FENCED],
                 change("cinder", "backups", "host", C, backup))


def group_update_host(test):
    group = seeded("SELECT id FROM `groups` WHERE BINARY host = BINARY %s", A + "@ceph#ceph")
    return World(["group", "update_host", *MOVED], change("cinder", "groups", "host", C + "@ceph#ceph", group))


def consistencygroup_update_cg_host(test):
    group = seeded("SELECT id FROM consistencygroups WHERE BINARY host = BINARY %s", A + "@ceph#ceph")
    return World(["consistencygroup", "update_cg_host", *MOVED], change("cinder", "consistencygroups", "host", C + "@ceph#ceph", group))


def service_remove(test):
    service = seeded("SELECT id FROM services WHERE `binary` = 'cinder-backup' AND BINARY host = BINARY %s", A)
    return World(["service", "remove", "cinder-backup", A, "--accept", "service-owns"],
                 change("cinder", "services", "report_count", 4711, service), whole=True)


def cluster(test):
    for name in ("east@ceph", "west@ceph"):
        rows("cinder", "INSERT INTO clusters (deleted, name, `binary`, disabled, race_preventer, frozen)"
             " VALUES (0, %s, 'cinder-volume', 0, 0, 0)", (name,))
    rows("cinder", "UPDATE services SET cluster_name = 'east@ceph' WHERE BINARY host = BINARY %s", (A + "@ceph",))


def cluster_rename(test):
    cluster(test)
    for table in ("volumes", "`groups`"):
        rows("cinder", "UPDATE %s SET cluster_name = 'east@ceph#ceph' WHERE BINARY host = BINARY %%s" % table, (A + "@ceph#ceph",))
    return World(["cluster", "rename", "east@ceph", "west@ceph"], change("cinder", "volumes", "cluster_name", "south@ceph#ceph", volume_of()))


def cluster_remove(test):
    cluster(test)
    service = seeded("SELECT id FROM services WHERE BINARY host = BINARY %s", A + "@ceph")
    return World(["cluster", "remove", "cinder-volume", "east@ceph", "--recursive"],
                 change("cinder", "services", "report_count", 4711, service), whole=True)


def quota_sync(test):
    rows("cinder", "UPDATE quota_usages SET in_use = in_use + 3 WHERE resource IN ('volumes_ceph', 'gigabytes_ceph')")
    usage = seeded("SELECT id FROM quota_usages WHERE resource = 'volumes_ceph'")
    return World(["quota", "sync"], change("cinder", "quota_usages", "in_use", 99, usage), whole=True)


def migration_close(test):
    uuid = instance()
    rows("nova", "UPDATE instances SET task_state = 'rebuilding', updated_at = UTC_TIMESTAMP() - INTERVAL 2 HOUR WHERE uuid = %s", (uuid,))
    rows("nova", "INSERT INTO migrations (created_at, updated_at, deleted, uuid, source_compute, source_node, instance_uuid, status,"
         " migration_type) VALUES (UTC_TIMESTAMP() - INTERVAL 2 HOUR, UTC_TIMESTAMP() - INTERVAL 2 HOUR, 0, UUID(), %s, %s, %s,"
         " 'accepted', 'evacuation')", (A, A, uuid))
    number = value("nova", "SELECT id FROM migrations WHERE instance_uuid = %s AND status = 'accepted'", (uuid,))
    return World(["migration", "close", str(number)], change("nova", "instances", "task_state", "rebuild_spawning", uuid, by="uuid"), whole=True)


def journal_undo(test):
    test.expect(test.tool.run("volume", "update_host", *MOVED, "--yes"), OK)
    run = os.path.basename(journals.path_of(test.tool))[:-len(".jsonl")]
    moved = seeded("SELECT id FROM volumes WHERE BINARY host = BINARY %s AND deleted = 0 ORDER BY id LIMIT 1", B + "@ceph#fast")
    return World(["journal", "undo", run, "--accept", "target-down"], change("cinder", "volumes", "host", C + "@ceph#ceph", moved))


WORLDS = [host_rescue, host_evacuate, instance_evacuate, volume_update_host, volume_update_service, volume_delete,
          backup_update_backup_host, group_update_host, consistencygroup_update_cg_host, service_remove, cluster_rename, cluster_remove,
          quota_sync, migration_close, journal_undo]


def name_of(make):
    return make.__name__.replace("_", " ", 1)


class PlanCommands(harness.TestCase):
    def begin(self, make):
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.tool = harness.Tool()
        self.file = os.path.join(self.tool.state, "x.plan")
        if hasattr(self, "conductor"):
            self.conductor.close()
        self.conductor = harness.Conductor()
        return make(self)

    def tearDown(self):
        if hasattr(self, "conductor"):
            self.conductor.close()

    def everything(self):
        return [harness.checksum()] + [rows("cinder", "SELECT * FROM `%s` ORDER BY id" % t) for t in MORE]

    def write(self, world, file):
        self.expect(self.tool.run(*world.words, "--plan-out", file, "-f", "json"), OK)
        return json.load(open(file))

    def apply(self, *words):
        return self.tool.run("plan", "apply", self.file, *words, "-f", "json")

    def codes(self, result, world):
        self.assertIn(result.code, world.codes, str(result))
        return result

    def test_the_commands_are_all_here(self):
        self.assertEqual(commands_that_plan(harness.Tool()), {name_of(make) for make in WORLDS})

    def test_a_plan_is_shown_applied_and_taken_back(self):
        for make in WORLDS:
            with self.subTest(name_of(make)):
                self.one_way(self.begin(make), name_of(make))

    def one_way(self, world, name):
        before, runs = self.everything(), len(self.tool.journals())
        plan, other = self.write(world, self.file), self.write(world, self.file + ".2")
        self.assertEqual((plan["command"], plan["units_sha256"]), (name, other["units_sha256"]))
        self.assertEqual((before, runs), (self.everything(), len(self.tool.journals())))
        steps = [s for u in plan["units"] for s in u["steps"]]
        self.assertTrue(steps)
        shown = self.expect(self.tool.run("plan", "show", self.file, "--max-width", "500"), OK)
        for s in steps:
            self.assertIn(s["id"], shown.out)
        text = open(self.file, "rb").read()
        for at in (1, len(text) // 3, len(text) - 3):
            with open(self.file, "wb") as f:
                f.write(text[:at] + bytes([text[at] ^ 1]) + text[at + 1:])
            self.expect(self.apply("--yes"), REFUSED)
        with open(self.file, "wb") as f:
            f.write(text)
        self.expect(self.apply("--dry-run"), OK)
        self.assertEqual(before, self.everything())
        r = self.codes(self.apply("--yes"), world)
        self.assertEqual(r.json["run"], plan["made"]["run"])
        self.assertEqual([(s["kind"], s["id"], s["before"]) for s in r.json["steps"] if s["state"] != "skipped"],
                         [(s["kind"], s["id"], s["before"]) for s in steps])
        self.assertEqual({s["state"] for s in r.json["steps"] if s["kind"] != "instance"} - {"proved"}, set())
        self.assertEqual(len(self.conductor.wait_for(world.casts)), world.casts)
        self.expect(self.apply("--yes"), DRIFT, "applied already")
        undone = self.tool.run("journal", "undo", r.json["run"], "--yes", "--accept", "undo-reopens-evacuation", "--accept", "target-down", "-f", "json")
        self.expect(undone, OK if world.undo else REFUSED)
        if world.undo:
            self.assertEqual({s["state"] for s in undone.json["steps"]}, {"proved"})
        self.assertEqual(len(self.conductor.casts), world.casts)

    def test_drift_stops_it_row_by_row_and_the_rest_may_go(self):
        for make in WORLDS:
            with self.subTest(name_of(make)):
                self.drifts(self.begin(make))

    def drifts(self, world):
        plan = self.write(world, self.file)
        row = world.drift()
        before = self.everything()
        r = self.expect(self.apply("--yes"), DRIFT, row)
        others = {s["id"] for u in plan["units"] for s in u["steps"]} - {row}
        self.assertFalse([i for i in others if len(i) > 8 and i in r.err], "others are named, too")
        self.assertEqual(before, self.everything())
        self.assertEqual(self.conductor.casts, [])
        r = self.apply("--yes", "--skip-drifted")
        self.assertIn(r.code, world.codes, str(r))
        written = {s["id"] for s in r.json["steps"] if s["state"] in ("proved", "applied")}
        self.assertEqual(written, set() if world.whole else others, str(r))
        if world.whole:
            self.assertEqual(before, self.everything())
