# SPDX-License-Identifier: Apache-2.0
"""Who owns a volume: clusters and their members, backends without a service, pools that were lost; and which of them a word means."""
import shlex
import subprocess
import unittest

import harness
from harness import A, B, C, ENV, FENCED, NOT_FOUND, OK, REFUSED, USAGE, rows, value

GO = FENCED + ["--yes"]
CLUSTER = "ceph@ceph"
TABLES = ("volumes", "groups", "consistencygroups", "image_volume_cache_entries")


def update_host(current, new, *more):
    return ["volume", "update_host", "--currenthost", current, "--newhost", new, *more]


def owned(table, backend):
    return rows("cinder", "SELECT * FROM `%s` WHERE BINARY SUBSTRING_INDEX(host, '#', 1) = BINARY %%s%s ORDER BY id"
                % (table, "" if table == "image_volume_cache_entries" else " AND deleted = 0"), (backend,))


def make_cluster(*members):
    """Active-active: every row of backend 'ceph' is the cluster's; its members are the 'ceph' of these hosts."""
    rows("cinder", "INSERT INTO clusters (created_at, deleted, name, `binary`, disabled, replication_status, race_preventer)"
         " VALUES (UTC_TIMESTAMP(), 0, %s, 'cinder-volume', 0, 'not-capable', 0)", (CLUSTER,))
    for host in members:
        rows("cinder", "UPDATE services SET cluster_name = %s WHERE host = %s AND `binary` = 'cinder-volume' AND deleted = 0",
             (CLUSTER, host + "@ceph"))
    for table in TABLES:
        rows("cinder", "UPDATE `%s` SET cluster_name = CONCAT(%%s, IF(LOCATE('#', host), CONCAT('#', SUBSTRING_INDEX(host, '#', -1)), ''))"
             " WHERE BINARY SUBSTRING_INDEX(host, '#', 1) = BINARY %%s" % table, (CLUSTER, A + "@ceph"))


def stops(result):
    """The light sandbox has no conductor: that is all that may stop a rescue here."""
    return [f["code"] for f in result.json["findings"] if f["severity"] == "stop" and f["code"] != "no-consumer"]


class Case(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        rows("cinder", "DELETE FROM clusters")
        harness.heartbeats()
        self.addCleanup(rows, "cinder", "DELETE FROM clusters")
        self.addCleanup(harness.sandbox, "reset", "--rows")

    def only_these_changed(self, before, ids):
        after = {r["id"]: r for r in rows("cinder", "SELECT * FROM volumes")}
        self.assertEqual({i for i, r in before.items() if r != after[i]}, set(ids))

    def volumes(self):
        return {r["id"]: r for r in rows("cinder", "SELECT * FROM volumes")}


class Clusters(Case):
    def test_rows_of_a_cluster_whose_only_member_died_leave_it_with_the_rest_of_the_host(self):
        make_cluster(A)
        before = {t: owned(t, A + "@ceph") for t in TABLES}
        self.assertTrue(all(before.values()))
        r = self.tool.run("host", "rescue", A, "--to", B, *FENCED, "--dry-run", "-f", "json")
        self.assertIn("cluster-dead", r.findings())
        self.assertEqual(stops(r), [])
        r = self.expect(self.tool.run(*update_host(A + "@ceph", B + "@ceph"), *GO, "-f", "json"), OK)
        self.assertEqual({s["state"] for s in r.json["steps"]}, {"proved"})
        for table, was in before.items():
            for old in was:
                (now,) = rows("cinder", "SELECT * FROM `%s` WHERE id = %%s" % table, (old["id"],))
                self.assertEqual((now["host"], now["cluster_name"]), (old["host"].replace(A, B, 1), None), (table, old["id"]))
            self.assertEqual(owned(table, A + "@ceph"), [])
        self.expect(self.tool.run("journal", "undo", r.json["run"], "--yes", *FENCED, "--accept", "target-down"), OK)
        for table, was in before.items():
            same = {c for c in was[0] if c != "updated_at"}
            self.assertEqual([{c: x[c] for c in same} for x in owned(table, A + "@ceph")], [{c: x[c] for c in same} for x in was])

    def test_rows_of_a_dead_cluster_go_into_the_live_one_of_their_new_owner(self):
        make_cluster(A)
        rows("cinder", "UPDATE services SET cluster_name = 'other@ceph' WHERE host = %s", (B + "@ceph",))
        was = owned("volumes", A + "@ceph")
        before = harness.checksum()
        r = self.expect(self.tool.run(*update_host(A + "@ceph", B + "@ceph"), *GO, "-f", "json"), REFUSED)
        self.assertEqual([f["hint"] for f in r.json["findings"] if f["code"] == "clustered"], ["if the cluster shall own the rows: --cluster"])
        self.unchanged(before)
        self.expect(self.tool.run(*update_host(A + "@ceph", B + "@ceph", "--cluster"), *GO), OK)
        for old in was:
            now = rows("cinder", "SELECT * FROM volumes WHERE id = %s", (old["id"],))[0]
            self.assertEqual(now["cluster_name"], old["cluster_name"].replace(CLUSTER, "other@ceph", 1))
        self.expect(self.tool.run("journal", "undo", self.tool.run("journal", "list", "-f", "json").json[-1]["run"], "--yes", *FENCED,
                                  "--accept", "target-down"), OK)
        self.assertEqual([(r["id"], r["host"], r["cluster_name"], r["service_uuid"]) for r in owned("volumes", A + "@ceph")],
                         [(r["id"], r["host"], r["cluster_name"], r["service_uuid"]) for r in was])

    def test_rows_of_a_cluster_with_a_live_member_stay_and_the_rest_of_the_host_moves(self):
        make_cluster(A, B, C)
        clustered = {t: owned(t, A + "@ceph") for t in TABLES}
        nvme, backups = owned("volumes", A + "@nvme"), rows("cinder", "SELECT id FROM backups WHERE BINARY host = BINARY %s AND deleted = 0", (A,))
        self.assertTrue(nvme and backups)
        r = self.tool.run("host", "rescue", A, "--to", B, *FENCED, "--dry-run", "-f", "json")
        self.assertEqual([f["severity"] for f in r.json["findings"] if f["code"] == "cluster-serves"], ["note"])
        self.assertEqual(stops(r), [])
        moved = {s["id"] for s in r.json["steps"]}
        self.assertLessEqual({v["id"] for v in nvme} | {b["id"] for b in backups}, moved)
        self.assertFalse(moved & {x["id"] for table in TABLES[:3] for x in clustered[table]})
        self.assertNotIn("image_volume_cache_entry", {s["kind"] for s in r.json["steps"]})
        before = harness.checksum()
        self.expect(self.tool.run(*update_host(A + "@ceph", B + "@ceph"), *GO), OK, "nothing to do")
        self.unchanged(before)
        self.expect(self.tool.run(*update_host(A, B), *GO), OK)
        self.assertEqual({t: owned(t, A + "@ceph") for t in TABLES}, clustered)
        self.assertEqual([v["host"] for v in owned("volumes", A + "@nvme")], [])

    def test_no_row_of_a_cluster_moves_beside_one_that_stays(self):
        """One of the backend's volumes is no cluster's: it alone moves, and what stays is no latecomer."""
        make_cluster(A, C)
        lone = owned("volumes", A + "@ceph")[0]
        rows("cinder", "UPDATE volumes SET cluster_name = NULL WHERE id = %s", (lone["id"],))
        before = self.volumes()
        self.expect(self.tool.run(*update_host(A + "@ceph", B + "@ceph"), *GO), OK)
        self.only_these_changed(before, [lone["id"]])

    def test_an_instance_whose_volume_is_of_a_dead_cluster_is_stopped_and_the_hint_cures_it(self):
        make_cluster(A)
        r = self.expect(self.tool.run("host", "evacuate", A, *FENCED, "--dry-run", "-f", "json"), REFUSED)
        hints = {f["hint"].partition("; or")[0] for f in r.json["findings"] if f["code"] == "volume-owner-dead" and "ceph" in f["hint"]}
        self.assertEqual(len(hints), 1, hints)
        words = shlex.split(hints.pop().partition("first: ")[2].partition("; or")[0])
        self.expect(self.tool.run(*words[words.index("volume"):], *GO), OK)
        rows("cinder", "UPDATE services SET updated_at = UTC_TIMESTAMP() WHERE host = %s", (words[-1],))
        left = self.tool.run("host", "evacuate", A, *FENCED, "--dry-run", "-f", "json").json["findings"]
        self.assertFalse([f for f in left if f["code"] == "volume-owner-dead" and CLUSTER in f["message"]])

    def test_the_audit_gives_nothing_to_the_one_that_has_it(self):
        """A backend that was taken out of its cluster lives, and its volumes still name the cluster, of which nobody does."""
        make_cluster(A)
        rows("cinder", "UPDATE volumes SET cluster_name = %s WHERE BINARY host = BINARY %s", (CLUSTER + "#ceph", B + "@ceph#ceph"))
        found = [f for f in self.tool.run("audit", "run", "instance-volume-owner-dead", "-f", "json").json if f["host"] == B]
        self.assertTrue(found)
        for f in found:
            self.assertIn("belongs to cluster %s, which is down" % CLUSTER, f["message"])
            self.assertRegex(f["remedy"], "--currenthost %s@ceph --newhost %s@ceph$" % (B, harness.C))

    def test_shows_say_whether_a_cluster_lives(self):
        name = "volume-active-0"
        bdm = value("nova", "SELECT b.volume_id FROM block_device_mapping b JOIN instances i ON i.uuid = b.instance_uuid WHERE i.display_name"
                    " = %s AND i.deleted = 0 AND b.deleted = 0 AND b.volume_id IS NOT NULL LIMIT 1", (name,))
        backend = value("cinder", "SELECT SUBSTRING_INDEX(host, '#', 1) FROM volumes WHERE id = %s", (bdm,))
        self.assertEqual(backend, A + "@ceph")
        for members, state in (((A,), "down"), ((A, B), "up")):
            harness.sandbox("reset", "--rows")
            rows("cinder", "DELETE FROM clusters")
            harness.heartbeats()
            make_cluster(*members)
            with self.subTest(members=members):
                shown = self.expect(self.tool.run("volume", "show", bdm, "-f", "json"), OK).json
                (owner,) = [x for x in shown if x["section"] == "owner"]
                self.assertEqual((owner["item"].partition("#")[0], owner["state"]), (CLUSTER, state))
                self.assertEqual(bool(owner["contradiction"]), state == "down")
                shown = self.expect(self.tool.run("instance", "show", name, "-f", "json"), OK).json
                (volume,) = [x for x in shown if x["section"] == "volume" and x["item"] == bdm]
                self.assertIn("(%s)" % state, volume["value"])
                self.assertEqual(bool(volume["contradiction"]), state == "down")
                shown = self.expect(self.tool.run("host", "show", A, "-f", "json"), OK).json
                states = {x["state"] for x in shown if x["section"] == "volumes" and x["item"].startswith(A + "@ceph")}
                self.assertEqual(states, {"dead cluster" if state == "down" else "served"})
                self.assertEqual({x["state"] for x in shown if x["section"] == "volumes" and x["item"].startswith(A + "@nvme")}, {None})
                returned = {x["check"]: x for x in self.tool.run("host", "return", A, "-f", "json").json}
                own = len([o for b in ("@ceph", "@nvme") for o in owned("volumes", A + b)])
                served = len(owned("volumes", A + "@ceph")) if state == "up" else 0
                self.assertEqual(returned.get("volumes of clusters", {}).get("count", 0), served)
                self.assertGreaterEqual(returned["volumes and backups"]["count"], own - served)

    def test_a_member_that_reports_again_stops_the_move_inside_the_transaction(self):
        make_cluster(A, C)
        harness.heartbeats(alive=(B, ENV["SB_CONTROLLER"]), dead=(A, C))
        victim = owned("volumes", A + "@ceph")[0]["id"]
        plan = self.tool.state + "/plan.json"
        self.expect(self.tool.run(*update_host(A + "@ceph", B + "@ceph"), *FENCED, "--plan-out", plan), OK)
        rows("cinder", "UPDATE services SET updated_at = UTC_TIMESTAMP() WHERE host = %s", (C + "@ceph",))
        before = harness.checksum()
        self.assertNotEqual(self.tool.run("plan", "apply", plan, "--yes").code, OK)
        self.unchanged(before)
        self.assertEqual(value("cinder", "SELECT SUBSTRING_INDEX(host, '#', 1) FROM volumes WHERE id = %s", (victim,)), A + "@ceph")


class Words(Case):
    MOVE = update_host(A + "@ceph", B + "@ceph")

    def test_a_volume_is_named_by_its_exact_name_or_its_id(self):
        one, other = owned("volumes", A + "@ceph")[:2]
        rows("cinder", "UPDATE volumes SET display_name = 'my disk' WHERE id = %s", (one["id"],))
        before = self.volumes()
        self.expect(self.tool.run(*self.MOVE, *GO, "--only", "my disk"), OK)
        self.only_these_changed(before, [one["id"]])
        rows("cinder", "UPDATE volumes SET display_name = 'keep me' WHERE id = %s", (other["id"],))
        self.expect(self.tool.run(*self.MOVE, *GO, "--exclude", "keep me"), OK)
        self.assertEqual([v["id"] for v in owned("volumes", A + "@ceph")], [other["id"]])

    def test_a_row_that_was_deleted_meanwhile_is_said_and_passed_over(self):
        """The same command again, after a tenant has deleted: no mistyped name, of no command that moves rows of cinder."""
        volume, backup = (value("cinder", "SELECT id FROM %s WHERE deleted = 0 AND BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY '%s' LIMIT 1" % (t, A))
                          for t in ("volumes", "backups"))
        for table, gone in (("volumes", volume), ("backups", backup)):
            rows("cinder", "UPDATE %s SET deleted = 1, deleted_at = UTC_TIMESTAMP(), status = 'deleted' WHERE id = '%s'" % (table, gone))
        for words, gone in ((self.MOVE, volume), (("volume", "update_service"), volume),
                            (("backup", "update_backup_host", "--currenthost", A, "--newhost", B), backup)):
            for option in ("--only", "--exclude"):
                self.expect(self.tool.run(*words, *FENCED, "--dry-run", option, gone), OK, "%s '%s': deleted meanwhile" % (option, gone))
        self.expect(self.tool.run(*self.MOVE, *GO, "--only", "00000000-0000-4000-8000-000000000000"), NOT_FOUND)

    def test_a_word_that_nobody_has_is_an_error_with_the_nearest(self):
        one = owned("volumes", A + "@ceph")[0]
        rows("cinder", "UPDATE volumes SET display_name = 'database-disk' WHERE id = %s", (one["id"],))
        before = harness.checksum()
        for option in ("--only", "--exclude"):
            for word, near in (("databsae-disk", "database-disk"), (one["id"][:-1], one["id"]), ("Database-disk", "database-disk")):
                self.expect(self.tool.run(*self.MOVE, *GO, option, word), NOT_FOUND, "did you mean", near)
                self.expect(self.tool.run(*self.MOVE, *FENCED, "--dry-run", option, word), NOT_FOUND, near)
        backup = value("cinder", "SELECT id FROM backups WHERE BINARY host = BINARY %s AND deleted = 0 LIMIT 1", (A,))
        self.expect(self.tool.run("backup", "update_backup_host", "--currenthost", A, "--newhost", B, *GO, "--only", backup[:-1]),
                    NOT_FOUND, backup)
        group = owned("groups", A + "@ceph")[0]
        self.expect(self.tool.run("group", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *GO, "--only",
                                  group["id"][:-1]), NOT_FOUND, group["id"])
        self.expect(self.tool.run("volume", "update_service", *GO, "--only", one["id"][:-1]), NOT_FOUND, one["id"])
        self.unchanged(before)

    def test_the_same_command_again_takes_what_has_moved_for_no_mistyped_word(self):
        one = owned("volumes", A + "@ceph")[0]
        self.expect(self.tool.run(*self.MOVE, *GO, "--only", one["id"]), OK)
        before = harness.checksum()
        self.expect(self.tool.run(*self.MOVE, *GO, "--only", one["id"]), OK, "already moved")
        self.unchanged(before)

    def test_an_undo_takes_names_too_and_no_unknown_ones(self):
        one, other = owned("volumes", A + "@ceph")[:2]
        rows("cinder", "UPDATE volumes SET display_name = 'my disk' WHERE id = %s", (one["id"],))
        run = self.expect(self.tool.run(*self.MOVE, *GO, "-f", "json"), OK).json["run"]
        undo = ["journal", "undo", run, "--yes", *FENCED, "--accept", "target-down"]
        before = self.volumes()
        self.expect(self.tool.run(*undo, "--only", "my disc"), NOT_FOUND, "my disk")
        self.expect(self.tool.run(*undo, "--only", "my disk"), OK)
        self.only_these_changed(before, [one["id"]])

    def test_a_cluster_is_renamed_in_part(self):
        make_cluster(A)
        rows("cinder", "INSERT INTO clusters (deleted, name, `binary`, race_preventer, frozen) VALUES (0, 'new@ceph', 'cinder-volume', 0, 0)")
        one = owned("volumes", A + "@ceph")[0]
        rename = ["cluster", "rename", CLUSTER, "new@ceph", "--yes"]
        self.expect(self.tool.run(*rename, "--only", one["id"][:-1]), NOT_FOUND, one["id"])
        self.expect(self.tool.run(*rename, "--limit", "1"), OK)
        self.assertEqual(sum(value("cinder", "SELECT COUNT(*) FROM `%s` WHERE LEFT(cluster_name, 8) = 'new@ceph'" % t) for t in TABLES), 1)

    def test_rows_of_a_live_cluster_are_given_to_no_dead_one(self):
        """Two names that were typed the wrong way round; where neither lives there is nothing to lose."""
        make_cluster(A)
        rows("cinder", "INSERT INTO clusters (deleted, name, `binary`, race_preventer, frozen) VALUES (0, 'live@ceph', 'cinder-volume', 0, 0)")
        rows("cinder", "UPDATE services SET cluster_name = 'live@ceph' WHERE BINARY host = BINARY %s", (B + "@ceph",))
        rows("cinder", "UPDATE volumes SET cluster_name = 'live@ceph#ceph' WHERE BINARY host = BINARY %s", (B + "@ceph#ceph",))
        before = harness.checksum()
        for words in (["live@ceph", CLUSTER], ["live", CLUSTER.partition("@")[0]]):
            r = self.expect(self.tool.run("cluster", "rename", *words, "--yes", "-f", "json"), REFUSED)
            (found,) = [f for f in r.json["findings"] if f["severity"] == "stop"]
            self.assertEqual((found["code"], found["subject"]), ("target-down", words[1]))
            self.assertIn("cluster rename %s %s" % (words[1], words[0]), found["hint"])
        self.unchanged(before)
        self.expect(self.tool.run("cluster", "rename", CLUSTER, "live@ceph", "--yes"), OK)

    def test_a_limit_is_the_runs_and_not_each_backends(self):
        before = self.volumes()
        self.assertTrue(owned("volumes", A + "@nvme"))
        r = self.expect(self.tool.run(*update_host(A, B), *GO, "--limit", "1", "-f", "json"), OK)
        self.assertEqual([s["kind"] for s in r.json["steps"]], ["volume"])
        self.only_these_changed(before, [r.json["steps"][0]["id"]])


class Backends(Case):
    def test_a_backend_without_a_service_on_a_living_host_needs_no_fence(self):
        fast = [v["id"] for v in owned("volumes", A + "@ceph") if v["host"].endswith("#fast")]
        rows("cinder", "UPDATE volumes SET host = CONCAT(%s, '@cehp') WHERE BINARY host = BINARY %s AND deleted = 0", (B, A + "@ceph#fast"))
        self.assertTrue(fast)
        r = self.expect(self.tool.run(*update_host(B + "@cehp", B + "@ceph"), "--yes", "-f", "json"), OK)
        self.assertFalse({"source-alive", "fencing-unconfirmed", "other-backends-remain"} & set(r.findings()), r.findings())
        for id_ in fast:
            self.assertEqual(value("cinder", "SELECT host FROM volumes WHERE id = %s", (id_,)), B + "@ceph")

    def test_a_backend_that_was_renamed_in_its_configuration_is_said_to_be_silent(self):
        rows("cinder", "INSERT INTO services (created_at, updated_at, deleted, host, `binary`, topic, report_count, disabled, availability_zone, uuid)"
             " VALUES (UTC_TIMESTAMP(), UTC_TIMESTAMP() - INTERVAL 1 HOUR, 0, %s, 'cinder-volume', 'cinder-volume', 5, 0, 'nova', UUID())",
             (B + "@old",))
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (B + "@old#ceph", owned("volumes", A + "@ceph")[0]["id"]))
        r = self.expect(self.tool.run(*update_host(B + "@old", B + "@ceph"), "--yes", "-f", "json"), OK)
        self.assertIn("backend-silent", r.findings())
        self.assertFalse({"source-alive", "fencing-unconfirmed"} & set(r.findings()))

    def test_a_backend_that_reports_is_asked_whatever_else_its_node_does(self):
        before = harness.checksum()
        r = self.expect(self.tool.run(*update_host(B + "@ceph", C + "@ceph"), "--yes", "-f", "json"), REFUSED)
        self.assertEqual([f["subject"] for f in r.json["findings"] if f["code"] == "source-alive"], ["cinder-volume " + B + "@ceph"])
        self.assertIn("fencing-unconfirmed", r.findings())
        self.unchanged(before)

    def test_a_lost_pool_is_given_back_and_taken_again(self):
        lost = owned("volumes", A + "@nvme")
        rows("cinder", "UPDATE volumes SET host = %s WHERE BINARY SUBSTRING_INDEX(host, '#', 1) = BINARY %s AND deleted = 0",
             (B + "@ceph", A + "@nvme"))
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (B + "@ceph#ceph", lost[0]["id"]))
        lost = lost[1:]
        self.assertTrue(lost)
        before = self.volumes()
        r = self.expect(self.tool.run(*update_host(B + "@ceph", B + "@ceph"), "--pool-map", "=ceph", "--yes", "-f", "json"), OK)
        self.only_these_changed(before, [v["id"] for v in lost])
        had = sum(v["host"] == B + "@ceph#ceph" for v in before.values() if not v["deleted"])
        self.assertEqual([(c["owner"], c["before"], c["now"]) for c in r.json["checks"]],   # as a DBA would count them
                         [(B + "@ceph", len(lost), 0), (B + "@ceph#ceph", had, had + len(lost))])
        for v in lost:
            self.assertEqual(value("cinder", "SELECT host FROM volumes WHERE id = %s", (v["id"],)), B + "@ceph#ceph")
        self.expect(self.tool.run(*update_host(B + "@ceph", B + "@ceph"), "--pool-map", "=ceph", "--yes"), OK, "nothing to do")
        r = self.expect(self.tool.run("journal", "undo", r.json["run"], "--yes", *FENCED, "--accept", "source-alive", "-f", "json"), OK)
        self.assertEqual([(c["owner"], c["before"], c["now"]) for c in r.json["checks"]],
                         [(B + "@ceph#ceph", had + len(lost), had), (B + "@ceph", 0, len(lost))])
        same = [(v["id"], before[v["id"]]["host"], before[v["id"]]["service_uuid"]) for v in lost]
        self.assertEqual([(i, self.volumes()[i]["host"], self.volumes()[i]["service_uuid"]) for i, _, _ in same], same)
        self.expect(self.tool.run(*update_host(B + "@ceph", B + "@ceph"), "--pool-map", "=cehp", "--yes"), NOT_FOUND, "ceph")
        self.expect(self.tool.run(*update_host(B + "@ceph", B + "@ceph#ceph"), "--yes"), USAGE, "--pool-map '=ceph'")
        self.expect(self.tool.run(*update_host(B + "@ceph", B + "@ceph"), *GO), REFUSED, "target-is-source")

    def test_a_bare_name_that_is_a_backend_goes_to_a_backend(self):
        rows("cinder", "INSERT INTO services (created_at, updated_at, deleted, host, `binary`, topic, report_count, disabled, availability_zone, uuid)"
             " VALUES (UTC_TIMESTAMP(), UTC_TIMESTAMP() - INTERVAL 1 HOUR, 0, 'oldctl', 'cinder-volume', 'cinder-volume', 5, 0, 'nova', UUID())")
        ids = [v["id"] for v in owned("volumes", A + "@nvme")][:2]
        for target, host in ((B + "@ceph", B + "@ceph"), (B + "@ceph#ceph", B + "@ceph#ceph")):
            for id_ in ids:
                rows("cinder", "UPDATE volumes SET host = 'oldctl' WHERE id = %s", (id_,))
            self.expect(self.tool.run(*update_host("oldctl", target), "--yes"), REFUSED, "fencing-unconfirmed")
            self.expect(self.tool.run(*update_host("oldctl", target), *GO), OK)
            self.assertEqual({value("cinder", "SELECT host FROM volumes WHERE id = %s", (i,)) for i in ids}, {host})
        before = harness.checksum()
        rows("cinder", "UPDATE volumes SET host = 'oldctl#a' WHERE id = %s", (ids[0],))
        before = harness.checksum()
        self.expect(self.tool.run(*update_host("oldctl", B + "@ceph#ceph"), *GO), USAGE, "would put all of them into one pool")
        r = self.expect(self.tool.run(*update_host(A, B + "@ceph"), *GO), USAGE, "whole node", "--currenthost %s@ceph --newhost %s@ceph" % (A, B))
        self.assertNotIn("oldctl@", r.err)
        self.unchanged(before)

    def test_a_pools_name_is_any_text(self):
        odd = "10.0.0.7:/vol/gold 1"
        one = owned("volumes", A + "@ceph")[0]
        for host in (A + "@ceph#" + odd, A + "@ceph#a=b"):
            rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (host, one["id"]))
            listed = self.expect(self.tool.run("volume", "list", "--host", host, "-f", "json"), OK).json
            self.assertEqual([(v["id"], v["pool"]) for v in listed], [(one["id"], host.partition("#")[2])])
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (A + "@ceph#" + odd, one["id"]))
        self.expect(self.tool.run(*update_host(A + "@ceph#" + odd, B + "@ceph#" + odd), *GO), OK)
        self.assertEqual(value("cinder", "SELECT host FROM volumes WHERE id = %s", (one["id"],)), B + "@ceph#" + odd)
        self.expect(self.tool.run(*update_host(B + "@ceph", A + "@ceph"), "--pool-map", odd + "=fast", *FENCED, "--dry-run",
                                  "--accept", "source-alive", "--accept", "target-down"), OK)


class Near(Case):
    """Owners near the hosts that are named are read, and not all: none that matters is missed by that."""

    def similar(self, current, new):
        r = self.expect(self.tool.run(*update_host(current, new, *FENCED, "--dry-run", "-f", "json")), OK)
        return {f["subject"] for f in r.json["findings"] if f["code"] == "similar-names"}

    def test_names_that_are_easily_taken_for_the_hosts(self):
        mine = [v["id"] for v in owned("volumes", A + "@ceph")]
        others = ["_" + A[1:] + "@ceph#ceph", A.upper() + "@ceph", A[:-1] + "_@ceph", A + "@_eph"]
        for volume, other in zip(mine, others):
            rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (other, volume))
        self.assertLessEqual(set(others), self.similar(A + "@ceph", B + "@ceph"))
        self.assertLessEqual({A + "@ceph#ceph", A.upper() + "@ceph"}, self.similar("_" + A[1:] + "@ceph", B + "@ceph"))
        self.expect(self.tool.run(*update_host(A + "@ceph", B + "@ceph"), *GO), OK)
        now = self.volumes()
        self.assertEqual([now[i]["host"] for i in mine[:len(others)]], others)
        self.assertEqual({now[i]["host"].split("#")[0] for i in mine[len(others):]}, {B + "@ceph"})

    def test_case_is_told_whether_or_not_the_column_tells_it_apart(self):
        other = A.upper() + "@ceph"
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (other, owned("volumes", A + "@ceph")[0]["id"]))
        as_it_is = rows("cinder", "SHOW FULL COLUMNS FROM volumes LIKE 'host'")[0]["Collation"]
        column = "ALTER TABLE volumes MODIFY host varchar(255) CHARACTER SET %s COLLATE %s"
        self.addCleanup(rows, "cinder", column % (as_it_is.split("_")[0], as_it_is))
        for collation in ("utf8mb4_bin", "utf8mb4_unicode_ci"):
            rows("cinder", column % ("utf8mb4", collation))
            self.assertIn(other, self.similar(A + "@ceph", B + "@ceph"), collation)

    def test_signs_that_like_takes_for_its_own(self):
        for odd in ("we\\ird_%n", "we\\\\ird", "%odd", "_odd", "oéd", "odd\\"):
            with self.subTest(odd=odd):
                harness.sandbox("reset", "--rows")
                harness.heartbeats()
                ids = [v["id"] for v in owned("volumes", A + "@ceph")][:2]
                for volume in ids:
                    rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (odd + "@ceph#ceph", volume))
                self.expect(self.tool.run(*update_host(odd + "@ceph", B + "@ceph"), *GO), OK)
                self.assertEqual({self.volumes()[i]["host"] for i in ids}, {B + "@ceph#ceph"})

    def test_a_hypervisors_name_has_what_its_host_owns(self):
        other = "dead.example.org"
        rows("nova", "UPDATE compute_nodes SET hypervisor_hostname = %s WHERE BINARY host = BINARY %s AND deleted = 0", (other, A))
        self.addCleanup(rows, "nova", "UPDATE compute_nodes SET hypervisor_hostname = %s WHERE BINARY host = BINARY %s AND deleted = 0", (A, A))
        returned = [[f for f in self.tool.run("host", "return", name, "-f", "json").json if f["check"] == "volumes and backups"] for name in (A, other)]
        self.assertTrue(returned[0][0]["count"])
        self.assertEqual(*returned)


class Remedies(Case):
    """What the audit says about such rows is taken by the program, as it stands."""

    def remedy(self, check, subject):
        found = [f for f in self.tool.run("audit", "run", check, "--no-second-look", "--fail-on", "never", "-f", "json").json
                 if f["subject"] == subject]
        self.assertEqual(len(found), 1, (check, subject, found))
        return [shlex.split(line)[1:] for line in found[0]["remedy"].split("; ")]

    def taken(self, words, *more):
        done = subprocess.run([harness.TOOL, *words, *more], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, OK, " ".join(words) + done.stdout + done.stderr)

    def test_of_each_kind(self):
        make_cluster(A)
        rows("cinder", "INSERT INTO services (created_at, updated_at, deleted, host, `binary`, topic, report_count, disabled, availability_zone, uuid)"
             " VALUES (UTC_TIMESTAMP(), UTC_TIMESTAMP() - INTERVAL 1 HOUR, 0, 'oldctl', 'cinder-volume', 'cinder-volume', 5, 0, 'nova', UUID())")
        bare, lost = [v["id"] for v in owned("volumes", A + "@nvme")][:2]
        odd = owned("volumes", A + "@ceph")[-1]["id"]
        rows("cinder", "UPDATE volumes SET cluster_name = NULL WHERE id = %s", (odd,))
        rows("cinder", "UPDATE volumes SET host = 'oldctl' WHERE id = %s", (bare,))
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (B + "@ceph", lost))
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (B + "@cehp#ceph", odd))
        if not [v for v in owned("volumes", B + "@ceph") if "#" in v["host"]]:
            rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (B + "@ceph#ceph", owned("volumes", A + "@ceph")[0]["id"]))
        for check, subject, moves in (("backend-down", "oldctl", False), ("backend-down", A + "@ceph", True),   # a live backend has its name
                                      ("backend-without-service", B + "@cehp", False), ("volume-without-pool", B + "@ceph", True)):
            with self.subTest(check=check, subject=subject):
                lines = self.remedy(check, subject)
                self.assertEqual("update_host" in lines[-1], moves, lines)
                for words in lines:
                    self.taken(words, *(FENCED + ["--dry-run"] if "update_host" in words else []))
        dead = {f["details"]["volume_id"] for f in self.tool.run("audit", "run", "instance-volume-owner-dead", "--no-second-look",
                                                                 "--fail-on", "never", "-f", "json").json}
        self.assertTrue(dead & {v["id"] for v in owned("volumes", A + "@ceph")})


if __name__ == "__main__":
    unittest.main()
