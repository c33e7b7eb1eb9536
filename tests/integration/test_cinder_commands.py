# SPDX-License-Identifier: Apache-2.0
"""The other commands of cinder-manage, on the seeded rows."""
import os
import re
import subprocess

import harness
from harness import A, B, C, ENV, NOT_FOUND, OK, REFUSED, USAGE, rows, value

FINDINGS = 3
GO = ["--yes", "-f", "json"]
FENCE = harness.FENCED + GO
PROJECT = harness.ENV["SB_PROJECT"]


def one(statement, *params):
    return rows("cinder", statement, params)[0]


class Commands(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()

    def uuid(self, host):
        return value("cinder", "SELECT uuid FROM services WHERE BINARY host = BINARY %s AND deleted = 0", (host,))

    # ---- volumes

    def test_update_service_gives_the_uuid_of_the_owner(self):
        wrong = rows("cinder", "SELECT id FROM volumes WHERE BINARY host = BINARY %s AND deleted = 0", (A + "@ceph#ceph",))
        rows("cinder", "UPDATE volumes SET service_uuid = %s WHERE id = %s", (self.uuid(C + "@ceph"), wrong[0]["id"]))
        rows("cinder", "UPDATE volumes SET service_uuid = NULL WHERE id = %s", (wrong[1]["id"],))
        other = one("SELECT id FROM volumes WHERE BINARY host = BINARY %s AND deleted = 0 LIMIT 1", B + "@nvme#nvme")["id"]
        rows("cinder", "UPDATE volumes SET service_uuid = %s WHERE id = %s", (self.uuid(C + "@ceph"), other))
        r = self.expect(self.tool.run("volume", "update_service", "--host", A, *GO), OK)
        self.assertEqual(sorted(s["id"] for s in r.json["steps"]), sorted(w["id"] for w in wrong[:2]))
        self.assertTrue(all(s["state"] == "proved" for s in r.json["steps"]))
        for w in wrong[:2]:
            self.assertEqual(one("SELECT service_uuid u FROM volumes WHERE id = %s", w["id"])["u"], self.uuid(A + "@ceph"))
        r = self.expect(self.tool.run("volume", "update_service", *GO), OK)
        self.assertEqual([s["id"] for s in r.json["steps"]], [other])
        self.expect(self.tool.run("volume", "update_service", *GO), OK, "nothing to do")
        self.expect(self.tool.run("volume", "update_service", "--host", A + "@chep", *GO), NOT_FOUND, A + "@ceph")

    def test_update_service_asks_first(self):
        rows("cinder", "UPDATE volumes SET service_uuid = NULL WHERE BINARY host = BINARY %s", (A + "@ceph#ceph",))
        before = harness.checksum()
        self.expect(self.tool.run("volume", "update_service"), REFUSED, "--yes")
        self.expect(self.tool.run("volume", "update_service", "--dry-run"), OK, "DRY-RUN")
        self.unchanged(before)

    def test_delete_takes_only_what_no_backend_has(self):
        lonely = one("SELECT id FROM volumes WHERE host IS NULL AND deleted = 0")["id"]
        rows("cinder", "INSERT INTO volume_metadata (deleted, volume_id, `key`, value) VALUES (0, %s, 'a', 'b')", (lonely,))
        rows("cinder", "INSERT INTO volume_glance_metadata (deleted, volume_id, `key`, value) VALUES (0, %s, 'a', 'b')", (lonely,))
        owned = one("SELECT id FROM volumes WHERE BINARY host = BINARY %s AND status = 'available' AND deleted = 0 LIMIT 1", A + "@ceph#ceph")["id"]
        before = harness.checksum()
        self.assertIn("volume-has-owner", self.expect(self.tool.run("volume", "delete", owned, *GO), REFUSED).findings())
        self.expect(self.tool.run("volume", "delete", "no-such-id", *GO), NOT_FOUND, "no-such-id")
        rows("cinder", "INSERT INTO volume_attachment (deleted, id, volume_id, attach_status) VALUES (0, 'x', %s, 'reserved')", (lonely,))
        self.assertIn("volume-in-use", self.expect(self.tool.run("volume", "delete", lonely, *GO), REFUSED).findings())
        rows("cinder", "DELETE FROM volume_attachment WHERE id = 'x'")
        self.unchanged(before)
        r = self.expect(self.tool.run("volume", "delete", lonely, *GO), OK)
        self.assertEqual([s["state"] for s in r.json["steps"]], ["proved"] * 3)
        gone = one("SELECT deleted, status, deleted_at FROM volumes WHERE id = %s", lonely)
        self.assertEqual((gone["deleted"], gone["status"]), (1, "deleted"))
        self.assertTrue(gone["deleted_at"])
        for table in ("volume_metadata", "volume_glance_metadata"):
            self.assertFalse(rows("cinder", "SELECT 1 FROM %s WHERE volume_id = %%s AND deleted = 0" % table, (lonely,)))
        self.expect(self.tool.run("volume", "delete", lonely, *GO), NOT_FOUND)

    def test_show_marks_what_contradicts(self):
        used = one("SELECT a.volume_id, a.id FROM volume_attachment a JOIN volumes v ON v.id = a.volume_id WHERE BINARY v.host = BINARY %s"
                   " AND a.deleted = 0 ORDER BY a.id LIMIT 1", A + "@ceph#ceph")
        volume = used["volume_id"]
        r = self.expect(self.tool.run("volume", "show", volume, "-f", "json"), OK)
        said = {(x["section"], x["item"]): x for x in r.json}
        self.assertEqual(said[("volume", volume)]["state"], "in-use")
        self.assertIsNone(said[("attachment", used["id"])]["contradiction"])
        self.assertTrue([x for x in r.json if x["section"] == "block device" and x["contradiction"] is None])
        owner = next(x for x in r.json if x["section"] == "owner")
        self.assertIn("owner is down", owner["contradiction"])
        rows("cinder", "INSERT INTO volume_attachment (deleted, id, volume_id, attach_status, instance_uuid)"
             " SELECT 0, 'stray', volume_id, 'reserved', instance_uuid FROM volume_attachment WHERE id = %s", (used["id"],))
        rows("cinder", "UPDATE volumes SET status = 'available' WHERE id = %s", (volume,))
        rows("cinder", "UPDATE volume_attachment SET attached_host = %s WHERE id = %s", (C, used["id"]))
        r = self.expect(self.tool.run("volume", "show", volume, "-f", "json"), OK)
        said = {(x["section"], x["item"]): x["contradiction"] for x in r.json}
        self.assertIn("stray", said[("attachment", "stray")])
        self.assertIn("another host", said[("attachment", used["id"])])
        self.assertIn("second instance", said[("volume", volume)])
        rows("cinder", "DELETE FROM volume_attachment WHERE id = %s", (used["id"],))
        r = self.expect(self.tool.run("volume", "show", volume, "-f", "json"), OK)
        self.assertTrue([x for x in r.json if x["section"] == "block device" and "unknown to cinder" in (x["contradiction"] or "")])
        self.expect(self.tool.run("volume", "show", "nope"), NOT_FOUND, "nope")
        rows("cinder", "UPDATE services SET deleted = 1 WHERE BINARY host = BINARY %s", (A + "@ceph",))
        self.expect(self.tool.run("volume", "show", volume), OK, "no cinder-volume serves it")

    # ---- groups

    def test_groups_alone(self):
        group = one("SELECT id FROM `groups` WHERE BINARY host = BINARY %s", A + "@ceph#ceph")["id"]
        cg = one("SELECT id FROM consistencygroups WHERE BINARY host = BINARY %s", A + "@ceph#ceph")["id"]
        volumes = rows("cinder", "SELECT id, host FROM volumes ORDER BY id")
        words = ["--currenthost", A + "@ceph", "--newhost", B + "@ceph", *FENCE]
        r = self.expect(self.tool.run("group", "update_host", *words), OK)
        self.assertIn("group-volumes-stay", r.findings())
        self.assertEqual(one("SELECT host FROM `groups` WHERE id = %s", group)["host"], B + "@ceph#ceph")
        self.assertEqual(one("SELECT host FROM consistencygroups WHERE id = %s", cg)["host"], A + "@ceph#ceph")
        self.expect(self.tool.run("consistencygroup", "update_cg_host", *words), OK)
        self.assertEqual(one("SELECT host FROM consistencygroups WHERE id = %s", cg)["host"], B + "@ceph#ceph")
        self.assertEqual(volumes, rows("cinder", "SELECT id, host FROM volumes ORDER BY id"))
        self.expect(self.tool.run("group", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *GO), OK, "nothing to do")

    def test_groups_ask_for_a_fence(self):
        before = harness.checksum()
        words = ["group", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *GO]
        self.assertIn("fencing-unconfirmed", self.expect(self.tool.run(*words), REFUSED).findings())
        self.unchanged(before)

    # ---- services and hosts

    def test_service_remove_takes_the_exact_row_of_a_dead_one(self):
        before = harness.checksum()
        r = self.expect(self.tool.run("service", "remove", "cinder-volume", B + "@ceph", *GO), REFUSED)
        self.assertIn("service-alive", r.findings())
        self.expect(self.tool.run("service", "remove", "cinder-volume", A, *GO), NOT_FOUND, A + "@ceph")
        self.expect(self.tool.run("service", "remove", "cinder-volum", A + "@ceph", *GO), NOT_FOUND, "cinder-volume")
        r = self.expect(self.tool.run("service", "remove", "cinder-volume", A + "@ceph", *GO), REFUSED)
        self.assertIn("service-owns", r.findings())
        self.assertIn("service-referenced", r.findings())
        self.assertIn("volume update_host", r.out)
        self.unchanged(before)
        self.expect(self.tool.run("volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *FENCE), OK)
        heartbeat = one("SELECT updated_at FROM services WHERE BINARY host = BINARY %s", A + "@ceph")
        r = self.expect(self.tool.run("service", "remove", "cinder-volume", A + "@ceph", *GO), OK)
        self.assertNotIn("service-owns", r.findings())
        gone = one("SELECT deleted, deleted_at, updated_at FROM services WHERE BINARY host = BINARY %s", A + "@ceph")
        self.assertEqual((gone["deleted"], gone["updated_at"]), (1, heartbeat["updated_at"]))
        self.assertEqual([x["deleted"] for x in rows("cinder", "SELECT deleted FROM services WHERE BINARY host <> BINARY %s", (A + "@ceph",)) if x["deleted"]], [])
        self.expect(self.tool.run("service", "remove", "cinder-volume", A + "@ceph", *GO), NOT_FOUND)

    def test_host_list(self):
        r = self.expect(self.tool.run("host", "list", "-f", "json"), OK)
        by = {x["host"]: x for x in r.json}
        self.assertEqual(len(by), len(r.json))
        self.assertEqual((by[A]["state"], by[B]["state"]), ("down", "up"))
        self.assertIn(A + "@ceph", by)
        self.assertEqual(self.expect(self.tool.run("host", "list", "nova", "-f", "json"), OK).json, r.json)
        self.expect(self.tool.run("host", "list", "nvoa"), NOT_FOUND, "'nova'")

    # ---- clusters

    def cluster(self):
        rows("cinder", "INSERT INTO clusters (deleted, name, `binary`, disabled, race_preventer, frozen) VALUES (0, 'east@ceph', 'cinder-volume', 0, 0, 0)")
        rows("cinder", "INSERT INTO clusters (deleted, name, `binary`, disabled, race_preventer, frozen) VALUES (0, 'west@ceph', 'cinder-volume', 0, 0, 0)")
        for table in ("volumes", "`groups`", "consistencygroups", "image_volume_cache_entries"):
            rows("cinder", "UPDATE %s SET cluster_name = 'east@ceph#ceph' WHERE BINARY host = BINARY %%s%s"
                 % (table, " AND deleted = 0" if table == "volumes" else ""), (A + "@ceph#ceph",))
        rows("cinder", "UPDATE volumes SET cluster_name = 'East@ceph#ceph' WHERE BINARY host = BINARY %s", (B + "@ceph#ceph",))
        rows("cinder", "UPDATE services SET cluster_name = 'east@ceph' WHERE BINARY host = BINARY %s", (A + "@ceph",))

    def test_cluster_list(self):
        self.assertEqual(self.expect(self.tool.run("cluster", "list", "-f", "json"), OK).json, [])
        self.cluster()
        east = next(x for x in self.expect(self.tool.run("cluster", "list", "-f", "json"), OK).json if x["name"] == "east@ceph")
        self.assertEqual((east["state"], east["hosts"], east["down_hosts"]), ("down", 1, 1))

    def test_cluster_rename_takes_all_four_tables(self):
        self.cluster()
        n = {t: value("cinder", "SELECT COUNT(*) FROM %s WHERE BINARY cluster_name = BINARY 'east@ceph#ceph'" % t)
             for t in ("volumes", "`groups`", "consistencygroups", "image_volume_cache_entries")}
        self.assertTrue(all(n.values()), n)
        twins = value("cinder", "SELECT COUNT(*) FROM volumes WHERE BINARY cluster_name = BINARY 'East@ceph#ceph'")
        self.assertTrue(twins)
        before = harness.checksum()
        self.expect(self.tool.run("cluster", "rename", "esat@ceph", "west@ceph", *GO), NOT_FOUND, "east@ceph")
        r = self.expect(self.tool.run("cluster", "rename", "east@ceph", "south@ceph", *GO), REFUSED)
        self.assertIn("cluster-unknown", r.findings())
        r = self.expect(self.tool.run("cluster", "rename", "--full-rename", "east@ceph", "west@ceph", *GO), REFUSED)
        self.assertIn("pools-lost", r.findings())
        self.unchanged(before)
        self.expect(self.tool.run("cluster", "rename", "east@ceph", "west@ceph", *GO), OK)
        for table, k in n.items():
            self.assertEqual(value("cinder", "SELECT COUNT(*) FROM %s WHERE BINARY cluster_name = BINARY 'west@ceph#ceph'" % table), k)
        self.assertEqual(twins, value("cinder", "SELECT COUNT(*) FROM volumes WHERE BINARY cluster_name = BINARY 'East@ceph#ceph'"))
        self.expect(self.tool.run("cluster", "rename", "east@ceph", "west@ceph", *GO), OK, "nothing to do")

    def test_cluster_remove(self):
        self.cluster()
        before = harness.checksum()
        words = ["cluster", "remove", "cinder-volume", "east@ceph", *GO]
        r = self.expect(self.tool.run(*words), REFUSED)
        self.assertTrue({"cluster-has-hosts", "cluster-owns"} <= set(r.findings()), r.findings())
        self.expect(self.tool.run("cluster", "remove", "cinder-volume", "esat@ceph", *GO), NOT_FOUND, "east@ceph")
        rows("cinder", "UPDATE services SET updated_at = UTC_TIMESTAMP() WHERE BINARY host = BINARY %s", (A + "@ceph",))
        r = self.expect(self.tool.run(*words, "--recursive", "--accept", "cluster-owns"), REFUSED)
        self.assertIn("service-alive", r.findings())
        self.unchanged(before)
        harness.heartbeats()
        self.expect(self.tool.run(*words, "--recursive", "--accept", "cluster-owns"), OK)
        gone = one("SELECT id, deleted, race_preventer FROM clusters WHERE name = 'east@ceph'")
        self.assertEqual((gone["deleted"], gone["race_preventer"]), (1, gone["id"]))
        self.assertEqual(one("SELECT deleted FROM services WHERE BINARY host = BINARY %s", A + "@ceph")["deleted"], 1)

    # ---- quotas

    def test_quota_of_the_seeds(self):
        """The APIs made most rows; those that SQL added were never counted."""
        r = self.tool.run("quota", "check", "-f", "json")
        self.expect(r, FINDINGS)
        counted = value("cinder", "SELECT COUNT(*) FROM volumes WHERE project_id = %s AND deleted = 0"
                        " AND (migration_status IS NULL OR migration_status NOT LIKE 'target:%%')", (PROJECT,))
        volumes = next(x for x in r.json if x["resource"] == "volumes")
        self.assertEqual((volumes["project_id"], volumes["saved"], volumes["actual"]),
                         (PROJECT, value("cinder", "SELECT in_use FROM quota_usages WHERE resource = 'volumes'"), counted))

    def test_sync_writes_what_check_found_and_nothing_else(self):
        self.expect(self.tool.run("quota", "sync", *GO), OK)
        self.expect(self.tool.run("quota", "check"), OK)
        rows("cinder", "UPDATE quota_usages SET in_use = in_use + 3 WHERE resource = 'volumes_ceph'")
        rows("cinder", "UPDATE quota_usages SET reserved = 7 WHERE resource = 'gigabytes'")
        usage = value("cinder", "SELECT id FROM quota_usages WHERE resource = 'snapshots'")
        rows("cinder", "UPDATE quota_usages SET race_preventer = NULL WHERE id = %s", (usage,))
        rows("cinder", "INSERT INTO quota_usages (deleted, project_id, resource, in_use, reserved) VALUES (0, %s, 'snapshots', 4, 1)", (PROJECT,))
        second = value("cinder", "SELECT MAX(id) FROM quota_usages")
        rows("cinder", "INSERT INTO reservations (deleted, uuid, usage_id, project_id, resource, delta) VALUES (0, 'r1', %s, %s, 'snapshots', 2)", (second, PROJECT))
        rows("cinder", "INSERT INTO reservations (deleted, uuid, usage_id, project_id, resource, delta) VALUES (0, 'r2', %s, %s, 'snapshots', -2)", (usage, PROJECT))
        other = "SELECT * FROM quota_usages WHERE resource NOT IN ('volumes_ceph', 'gigabytes', 'snapshots') ORDER BY id"
        before = rows("cinder", other)
        r = self.expect(self.tool.run("quota", "check", "-f", "json"), FINDINGS)
        self.assertEqual(sorted((x["resource"], x["what"]) for x in r.json),
                         [("gigabytes", "reserved"), ("snapshots", "reserved"), ("snapshots", "second row"), ("volumes_ceph", "in use")])
        r = self.expect(self.tool.run("quota", "sync", *GO), OK)
        self.assertTrue(all(s["state"] == "proved" for s in r.json["steps"]))
        self.assertEqual(before, rows("cinder", other))
        self.assertEqual(one("SELECT deleted, race_preventer FROM quota_usages WHERE id = %s", second), {"deleted": 1, "race_preventer": None})
        self.assertEqual(one("SELECT usage_id FROM reservations WHERE uuid = 'r1'")["usage_id"], usage)
        self.assertEqual(one("SELECT reserved FROM quota_usages WHERE id = %s", usage)["reserved"], 2)
        self.expect(self.tool.run("quota", "check"), OK)
        self.expect(self.tool.run("quota", "sync", *GO), OK, "nothing to do")

    def test_quota_by_project(self):
        rows("cinder", "INSERT INTO quota_usages (deleted, project_id, resource, in_use, reserved) VALUES (0, 'other', 'backups', 2, 0)")
        self.assertEqual([x["project_id"] for x in self.expect(self.tool.run("quota", "check", "--project-id", "other", "-f", "json"), FINDINGS).json], ["other"])
        self.expect(self.tool.run("quota", "check", "--project-id", "otehr"), NOT_FOUND, "otehr")
        self.expect(self.tool.run("quota", "sync", "--project-id", "other", *GO), OK)
        self.assertEqual(value("cinder", "SELECT in_use FROM quota_usages WHERE project_id = 'other'"), 0)

    def test_quota_counts_as_cinder_does(self):
        """Targets of migrations, temporary volumes and volumes without quota are no usage."""
        self.expect(self.tool.run("quota", "sync", *GO), OK)
        some = rows("cinder", "SELECT id FROM volumes WHERE BINARY host = BINARY %s AND deleted = 0 ORDER BY id LIMIT 3", (A + "@ceph#ceph",))
        before = value("cinder", "SELECT in_use FROM quota_usages WHERE resource = 'volumes'")
        rows("cinder", "UPDATE volumes SET migration_status = 'target:x' WHERE id = %s", (some[0]["id"],))
        rows("cinder", "UPDATE volumes SET use_quota = 0 WHERE id = %s", (some[1]["id"],))
        rows("cinder", "INSERT INTO volume_admin_metadata (deleted, volume_id, `key`, value) VALUES (0, %s, 'temporary', 'True')", (some[2]["id"],))
        r = self.expect(self.tool.run("quota", "check", "-f", "json"), FINDINGS)
        self.assertEqual(next(x for x in r.json if x["resource"] == "volumes")["actual"], before - 3)

    # ---- plans

    def test_each_that_writes_can_be_planned_and_applied_later(self):
        """The same rows as at once; what the words said is in the file."""
        self.cluster()
        free = one("SELECT id FROM volumes WHERE BINARY host = BINARY %s AND status = 'available' AND deleted = 0 LIMIT 1", A + "@ceph#fast")["id"]
        for name, words in enumerate([
                ["cluster", "rename", "--full-rename", "east@ceph", "west@ceph", "--accept", "pools-lost"],
                ["cluster", "remove", "cinder-volume", "east@ceph", "--recursive"],
                ["volume", "update_service", "--host", B + "@nvme"], ["volume", "delete", one("SELECT id FROM volumes WHERE host IS NULL AND deleted = 0")["id"]],
                ["service", "remove", "cinder-backup", A, "--accept", "service-owns"], ["quota", "sync", "--project-id", PROJECT],
                ["group", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *harness.FENCED],
                ["cg", "update_cg_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *harness.FENCED],
                ["volume", "update_host", "--currenthost", A + "@nvme", "--newhost", B + "@nvme", "--settle", "--follow-zone", *harness.FENCED]]):
            with self.subTest(words):
                rows("cinder", "UPDATE volumes SET service_uuid = NULL WHERE BINARY host = BINARY %s", (B + "@nvme#nvme",))
                rows("cinder", "UPDATE volumes SET status = 'creating', availability_zone = 'az9', host = %s WHERE id = %s", (A + "@nvme#nvme", free))
                for table in ("volumes", "`groups`", "consistencygroups", "image_volume_cache_entries"):
                    rows("cinder", "UPDATE %s SET cluster_name = NULL" % table) if name > 1 else None
                harness.heartbeats()
                path, before = "%s/plan-%s" % (self.tool.state, name), harness.checksum()
                self.expect(self.tool.run(*words, "--yes", "--plan-out", path), OK)
                self.unchanged(before)
                planned = [s["id"] for s in self.expect(self.tool.run("plan", "show", path, "-f", "json"), OK).json["units"][0]["steps"]]
                r = self.expect(self.tool.run("plan", "apply", path, *GO), OK)
                self.assertEqual([(s["id"], s["state"]) for s in r.json["steps"]], [(i, "proved") for i in planned])
        self.assertEqual(one("SELECT status, availability_zone z FROM volumes WHERE id = %s", free), {"status": "error", "z": "nova"})

    # ---- statements

    def test_sql_shows_what_a_client_can_run(self):
        listed = self.expect(self.tool.run("sql", "list", "-f", "json"), OK).json
        self.assertIn("cinder/volume_move", [x["name"] for x in listed])
        for x in listed:
            text = self.expect(self.tool.run("sql", "show", x["name"]), OK).out
            self.assertEqual(text, open(os.path.join(harness.ROOT, "sql", x["name"] + ".sql")).read())
            room = x["name"].split("/")[0]
            if x["access"] != "reads" or room not in ("cinder", "nova", "nova_api", "placement") or "share_mapping" in x["tables"]:
                continue
            set_lines = "".join("SET @%s = '1';\n" % name for name in re.findall(r"^-- :param (\w+)", text, re.M))
            client = subprocess.run(["mariadb", "--defaults-file=" + ENV["SB_DB_ADMIN_FILE"], room], input=set_lines + text,
                                    capture_output=True, text=True)
            self.assertEqual((client.returncode, client.stderr), (0, ""), x["name"])
        self.assertIn("@old_host", self.tool.run("sql", "show", "cinder/volume_move").out)
        self.expect(self.tool.run("sql", "show", "cinder/volume_mvoe"), NOT_FOUND, "cinder/volume_move")
