#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A cloud dies and is brought back, in one release: each step judged by rows and exit codes. Needs the whole sandbox up.

The steps are the methods, in this order; a step's name is its first line. EVAC_RELEASE_STEPS: a file that gets STEP <tab> RESULT.
"""
import json
import os
import re
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(os.path.dirname(HERE), "lib"), os.path.join(os.path.dirname(HERE), "sandbox", "python")]
import harness  # noqa: E402
import rows_dump  # noqa: E402
import sandbox_api  # noqa: E402
from cloud import OF_A_RESCUED_HOST, join_group, named  # noqa: E402
from harness import A, B, C, ENV, FENCED, OK, PARTIAL, rows, value  # noqa: E402

harness.Tool.types = False  # what is typed is looked at in tests/integration
GO = FENCED + ["--yes", "-f", "json"]
PATIENT = ["--timeout", "240"]  # an evacuation takes 15 s where oslo.messaging polls, on an idle machine
ON_A = "BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s"
NOVA = int(re.match(r"(?:\d+:)?(\d+)", subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "python3-nova"], check=True, text=True,
                                                     stdout=subprocess.PIPE).stdout).group(1))
# what nova does not evacuate; what has a task state not before 26 (bug 1978983)
LEFT_OUT = ("image-paused-0", "image-shelved-0", "volume-rescued-0") + (("image-busy-0",) if NOVA < 26 else ())
# of columns that came later: nova 28's instances.compute_id
NOT_IN_OLD = ("instance-compute-id",)
NOT_ON_CEPH = ("guest-cannot-write", "disk-open-twice", "old-client-expires")    # no volume of the sandbox is: tests/audit asks a cluster that is a file
BECOMES = {"active": "active", "stopped": "stopped", "error": "active"}


def wait(what, done, seconds=120):
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise AssertionError("gave up waiting: " + what)
        time.sleep(0.5)


def of_host(host):
    return {r["display_name"]: r for r in rows("nova", "SELECT * FROM instances WHERE deleted = 0 AND BINARY host = BINARY %s", (host,))}


def owned(host):
    """What a cinder-volume or cinder-backup of this host owns: every column of each row."""
    return {(table, r["id"]): r for table in ("volumes", "backups", "groups")
            for r in rows("cinder", "SELECT * FROM `%s` WHERE deleted = 0 AND " % table + ON_A, (host,))}


class Steps(harness.TestCase):
    quiet = None  # what the audit found before

    def evacuate(self, name, *words):
        """The instance, as it was."""
        old = named(name)
        self.assertEqual(old["host"], A)
        r = self.expect(self.tool.run("instance", "evacuate", name, *words, *GO, *PATIENT), OK)
        self.assertEqual([s["state"] for s in r.json["steps"] if s["kind"] == "instance"], ["proved"], str(r))
        return old

    def landed(self, old, host=None):
        """Elsewhere, as nova would have it, built once, its allocation, its volumes and its ports there."""
        new = rows("nova", "SELECT * FROM instances WHERE uuid = %s", (old["uuid"],))[0]
        self.assertIn(new["host"], (host,) if host else (B, C))
        self.assertEqual((new["node"], new["vm_state"], new["task_state"]), (new["host"], BECOMES[old["vm_state"]], None))
        done = rows("nova", "SELECT status, dest_compute FROM migrations WHERE instance_uuid = %s AND source_compute = %s", (old["uuid"], A))
        self.assertEqual([(m["status"], m["dest_compute"]) for m in done], [("done", new["host"])])
        # nova-compute ends the event by another call, after its migration is done: half a second where oslo.messaging polls
        built = lambda: [r["result"] for r in rows(
            "nova", "SELECT e.result FROM instance_actions a JOIN instance_actions_events e ON e.action_id = a.id"
            " WHERE a.instance_uuid = %s AND a.action = 'evacuate' AND e.event = 'compute_rebuild_instance'", (old["uuid"],))]
        wait("nova-compute says that it has built it", lambda: None not in built())
        self.assertEqual(built(), ["Success"])
        self.assertIn(new["host"], [r["name"] for r in rows("placement", "SELECT p.name FROM allocations a JOIN resource_providers p"
                                                            " ON p.id = a.resource_provider_id WHERE a.consumer_id = %s", (old["uuid"],))])
        self.attached(old["uuid"], new["host"])
        for port in rows("neutron", "SELECT b.host FROM ports p JOIN ml2_port_bindings b ON b.port_id = p.id AND b.status = 'ACTIVE'"
                         " WHERE p.device_id = %s", (old["uuid"],)):
            self.assertEqual(port["host"], new["host"])

    def attached(self, uuid, host):
        for bdm in rows("nova", "SELECT volume_id, attachment_id FROM block_device_mapping WHERE instance_uuid = %s AND deleted = 0"
                        " AND volume_id IS NOT NULL", (uuid,)):
            live = rows("cinder", "SELECT id, attached_host, attach_status FROM volume_attachment WHERE volume_id = %s AND deleted = 0",
                        (bdm["volume_id"],))
            self.assertEqual([(a["id"], a["attached_host"], a["attach_status"]) for a in live], [(bdm["attachment_id"], host, "attached")])

    def audit(self):
        """Each check ran to its end, but for those of columns that older releases lack. What it found."""
        save = os.path.join(self.tool.state, "report.json")
        r = self.expect(self.tool.run("audit", "run", "--settle-time", "2", "--fail-on", "never", "--placement-config-file",
                                      ENV["SB_PLACEMENT_CONF"], "--save", save, "-f", "json"), OK)
        with open(save) as f:
            ran = json.load(f)["checks"]
        self.assertEqual({c["check"]: (c["outcome"], c["why"]) for c in ran if c["outcome"] != "done" and c["check"] not in NOT_IN_OLD + NOT_ON_CEPH}, {})
        self.assertEqual([f for f in r.json if f["check"] == "check-not-run"], [])
        return {(f["check"], f["subject"], f["severity"], f["host"]) for f in r.json}

    def dies(self):
        """Again, five seconds later: a heartbeat that the compute had given to a conductor before it was killed is written when that comes to it."""
        harness.sandbox("reset")
        harness.sandbox("fail", "A", "--now")
        time.sleep(5)
        harness.sandbox("fail", "A", "--now")

    def move(self):
        return self.expect(self.tool.run("volume", "update_host", "--currenthost", A, "--newhost", B, *GO), OK)

    def test_doctor(self):
        """doctor"""
        before = harness.checksum()
        r = self.expect(self.tool.run("doctor", "-f", "json"), OK)
        self.assertEqual({row["check"] for row in r.json if row["result"] not in ("ok", "note")} - {"nova-api"}, set(), str(r))
        self.assertEqual(len([row for row in r.json if row["check"] == "verdict" and row["detail"].startswith("fit for")]), 3, str(r))
        self.unchanged(before)

    def test_rehearsal(self):
        """evac-rehearse --really on its dump: what was predicted happens"""
        dump = os.path.join(self.tool.state, "cloud.sql")
        rows_dump.write(dump, "nova_api", "nova_cell0", "nova", "cinder", "placement", "neutron")
        site = os.path.join(self.tool.state, "site.conf")
        with open(site, "w") as f:
            f.write("[site]\nshared_disks = true\n")
        done = subprocess.run([os.path.join(harness.ROOT, "src", "rehearse", "evac-rehearse"), "--really", "--host", A, "--to", B, "--config", site, "-f", "json", dump],
                              env={**os.environ, "EVAC_MANAGE": harness.TOOL}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        report = json.loads(done.stdout)
        really = report["really"] or {}
        self.assertEqual((report["error"], really.get("why"), [i for i in really.get("instances", []) if i["differs"]], done.returncode), (None, None, [], 0), done.stderr)
        self.assertGreater(len([i for i in really["instances"] if i["happened"] == "evacuated"]), 4)
        self.assertEqual(really["packets_without_route"], 0)

    def test_undo(self):
        """move, and journal undo"""
        self.dies()
        before, others = owned(A), owned(B)
        self.assertTrue(before)
        moved = self.move()
        self.assertEqual(owned(A).keys() & before.keys(), {k for k in before if k[0] == "backups"})
        self.expect(self.tool.run("journal", "undo", moved.json["run"], "--yes", "--accept", "target-down", "-f", "json"), OK)
        strip = lambda of: {k: {c: v for c, v in r.items() if c != "updated_at"} for k, r in of.items()}
        self.assertEqual((strip(owned(A)), strip(owned(B))), (strip(before), strip(others)))

    def test_move(self):
        """volume move; the new owner works"""
        before = owned(A)
        r = self.move()
        self.assertEqual(r.json["totals"]["moved"], len([k for k in before if k[0] == "volumes"]))
        for (table, id_), old in before.items():
            now = value("cinder", "SELECT host FROM `%s` WHERE id = %%s" % table, (id_,))
            self.assertEqual(now, old["host"] if table == "backups" else old["host"].replace(A, B, 1))
        spare = value("cinder", "SELECT id FROM volumes WHERE display_name = 'spare-nvme-0' AND deleted = 0")
        sandbox_api.Sandbox().cinder("POST", "/volumes/%s/action" % spare, {"os-extend": {"new_size": 2}})
        wait("the new owner extends it", lambda: rows("cinder", "SELECT size, status FROM volumes WHERE id = %s", (spare,))
             == [{"size": 2, "status": "available"}])

    def test_scheduler(self):
        """evacuation by the scheduler, of a member of a server group"""
        member = named("bystander-image-0")
        join_group("apart", "anti-affinity", [named("image-active-0")["uuid"], member["uuid"]])
        self.landed(self.evacuate("image-active-0"), {B: C, C: B}[member["host"]])

    def test_target(self):
        """to a chosen host"""
        self.landed(self.evacuate("image-active-1", C), C)

    def test_forced(self):
        """forced onto a host"""
        self.landed(self.evacuate("volume-active-0", B, "--force"), B)

    def test_volume_backed(self):
        """volume-backed, with a second disk"""
        self.landed(self.evacuate("volume-data-active-0"))

    def test_stopped(self):
        """a stopped instance"""
        self.landed(self.evacuate("image-stopped-0"))

    def test_error(self):
        """an instance in error"""
        self.landed(self.evacuate("image-error-0"))

    def test_return(self):
        """the host returns"""
        gone = [named(n) for n in ("image-active-0", "image-active-1", "volume-active-0", "volume-data-active-0", "image-stopped-0", "image-error-0")]
        stays = of_host(A)
        self.assertTrue(stays)
        checks = {r["check"]: r for r in self.expect(self.tool.run("host", "return", A, "-f", "json"), OK).json}
        self.assertEqual((checks["evacuated from it"]["state"], checks["evacuated from it"]["count"]), ("note", len(gone)))
        harness.sandbox("start", "nova-compute-A", "cinder-volume-A", "neutron-agent-A")
        status = lambda: {m["status"] for m in rows("nova", "SELECT status FROM migrations WHERE source_compute = %s AND migration_type = 'evacuation'"
                                                    " AND deleted = 0", (A,))}
        wait("its nova-compute cleans up", lambda: status() == {"completed"})
        for old in gone:
            now = rows("nova", "SELECT host, vm_state, task_state FROM instances WHERE uuid = %s", (old["uuid"],))[0]
            self.assertEqual((now["host"], now["vm_state"]), (old["host"], old["vm_state"]))
        self.assertEqual(set(of_host(A)), set(stays))
        self.assertEqual(rows("placement", "SELECT a.consumer_id FROM allocations a JOIN resource_providers p ON p.id = a.resource_provider_id"
                              " WHERE p.name = %s AND a.consumer_id IN (%s)" % ("%s", ", ".join(["%s"] * len(gone))),
                              (A, *[old["uuid"] for old in gone])), [])
        checks = {r["check"]: r for r in self.expect(self.tool.run("host", "return", A, "-f", "json"), OK).json}
        self.assertEqual(checks["evacuated from it"]["state"], "ok")

    def test_audit_before(self):
        """audit: each check runs"""
        harness.sandbox("reset")
        type(self).quiet = self.audit()

    def test_rescue(self):
        """rescue of the whole host"""
        self.dies()
        owns, there = owned(A), of_host(A)
        r = self.expect(self.tool.run("host", "rescue", A, "--to", B, *GO, *PATIENT), PARTIAL)
        wanted = set(there) - set(LEFT_OUT)
        moved = [k for k in owns if k[0] != "groups"]  # they go along
        self.assertEqual((r.json["totals"]["moved"], r.json["totals"]["evacuated"], r.json["totals"]["left_out"]), (len(moved), len(wanted), len(LEFT_OUT)))
        for name in wanted:
            with self.subTest(name):
                self.landed(there[name])
        self.assertEqual(set(of_host(A)), set(LEFT_OUT))
        for (table, id_), old in owns.items():
            self.assertEqual(value("cinder", "SELECT host FROM `%s` WHERE id = %%s" % table, (id_,)), old["host"].replace(A, B, 1))

    def test_audit(self):
        """audit after it: nothing but what the host leaves"""
        self.assertIsNotNone(self.quiet, "no audit before it")
        new = self.audit() - self.quiet
        # three stay on the host, one of them in the middle of its task
        self.assertEqual({c for c, s, severity, host in new if host == A and severity != "low"}
                         - OF_A_RESCUED_HOST - {"instances-host-down", "instance-task-stuck"}, set())
        self.assertIn("evacuation-not-cleaned-up", {c for c, s, severity, host in new})
        # the volume without a pool went along, as it was
        self.assertEqual({f for f in new if f[3] != A and f[2] != "low"} - {("volume-without-pool", B + "@ceph", "medium", B)}, set())


def in_order():
    """As they are written: each finds the cloud as the one before has left it."""
    names = [n for n in vars(Steps) if n.startswith("test_")]
    return unittest.TestSuite(Steps(n) for n in names)


class Told(unittest.TextTestResult):
    """What became of each step goes into the table."""

    def stopTest(self, test):
        bad = {getattr(t, "test_case", t) for t, _ in self.failures + self.errors}
        with open(os.environ.get("EVAC_RELEASE_STEPS", os.devnull), "a") as f:
            f.write("%s\t%s\n" % (test.shortDescription(), "failed" if test in bad else "passed"))
        super().stopTest(test)


result = unittest.TextTestRunner(verbosity=2, stream=sys.stdout, resultclass=Told).run(in_order())
wrong = len({getattr(t, "test_case", t) for t, _ in result.failures + result.errors})
print("%d passed, %d failed" % (result.testsRun - wrong, wrong))
sys.exit(1 if wrong or not result.testsRun else 0)
