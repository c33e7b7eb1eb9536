# SPDX-License-Identifier: Apache-2.0
"""What Ceph says of the disks of a dead host, before anything is written. Both libraries of Ceph are stand-ins whose cluster is a file
(tests/storage/fake.c); make check-storage has the real ones."""
import json
import os
import time

import fake_ceph
import harness
import landing
from harness import A, B, C, DRIFT, ENV, FENCED, OK, REFUSED, rows, value

UNPROVED = 10
GO = FENCED + ["--yes", "--no-wait", "-f", "json"]
OLD, NEW = "192.0.2.7:0/5", "192.0.2.8:0/9"


class Storage(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)
        found, = rows("nova", """
            SELECT b.instance_uuid, b.volume_id FROM block_device_mapping b JOIN instances i ON i.uuid = b.instance_uuid
             WHERE i.host = %s AND i.vm_state = 'active' AND i.task_state IS NULL AND b.volume_id IS NOT NULL AND b.deleted = 0
               AND b.boot_index = 0 ORDER BY b.id LIMIT 1""", (A,))
        self.instance, self.volume = found["instance_uuid"], found["volume_id"]
        self.image = "volumes/volume-" + self.volume
        rows("nova", "UPDATE block_device_mapping SET connection_info = %s WHERE volume_id = %s", (fake_ceph.connection_info(self.image), self.volume))
        rows("cinder", "UPDATE volumes SET host = REPLACE(host, %s, %s) WHERE id = %s", (A, B, self.volume))
        self.cluster = fake_ceph.Cluster(self.tool)

    def run_with(self, cluster, *words):
        self.cluster.put(*cluster)
        return self.tool.run(*words, env=self.cluster.env)

    def evacuate(self, cluster, *words):
        return self.run_with(cluster, "instance", "evacuate", self.instance, *words, *GO)

    def died(self, *more):
        return f"image {self.image} 61", f"lock {self.image} {OLD} 4253 auto", *more

    def codes(self, result):
        return {f["code"] for f in result.json["findings"]} & {
            "disk-watched", "lock-breakers-missing", "lock-breakers-unknown", "disk-watched-elsewhere", "old-client-expires",
            "disk-unprotected", "storage-unknown"}

    def test_a_dead_hosts_disk_is_frozen_into_the_journal(self):
        r = self.expect(self.evacuate(self.died()), OK)
        self.assertEqual(self.codes(r), set())
        (journal,) = self.tool.journals()
        seen = [record for record in journal if record["type"] == "evidence"][0]["storage"]
        self.assertEqual(seen["disks"], [{
            "instance": self.instance, "volume": self.volume, "image": self.image, "cluster": "7db2ac12-76f5-4c1d-9729-3271ab723376",
            "state": "stale lock", "unknown": None, "watchers": [], "lock": OLD}])
        self.assertNotIn("SECRETKEY", json.dumps(journal) + r.out + r.err)

    def test_disks_that_nova_made_are_asked_of_cinders_cluster(self):
        """[storage] says their pool alone; cinder.conf has the cluster and the user, as for volumes."""
        made = value("nova", "SELECT uuid FROM instances i WHERE host = %s AND vm_state = 'active' AND task_state IS NULL AND deleted = 0"
                     " AND image_ref <> '' AND uuid <> %s LIMIT 1", (A, self.instance))
        self.image = "vms/%s_disk" % made
        self.rewrite(self.tool.site, r"\[storage\]\nconf = .*\n", "[storage]\npool = vms\n")
        cinder = os.path.join(self.tool.state, "cinder.conf")
        with open(cinder, "w") as f:
            f.write(open(ENV["SB_CINDER_CONF"]).read().replace(
                "[ceph]\nvolume_driver = sandbox_cinder.SandboxDriver\n",
                "[ceph]\nvolume_driver = cinder.volume.drivers.rbd.RBDDriver\nrbd_ceph_conf = %s\nrbd_user = cinder\n" % self.cluster.path))
        self.tool.cinder = [cinder]
        self.instance = made
        r = self.expect(self.evacuate(self.died(), "--dry-run"), OK)
        self.assertEqual([(d["image"], d["state"]) for d in r.json["storage"]["disks"]], [(self.image, "stale lock")])
        unknown = [f for f in self.expect(self.evacuate(self.died("connect -13"), "--dry-run"), OK).json["findings"]]
        self.assertNotIn("client.of", str(unknown))

    def test_who_may_not_break_the_lock_stops_it(self):
        before = harness.checksum()
        r = self.expect(self.evacuate(self.died("user client.cinder may -13 access denied")), REFUSED, "profile rbd")
        self.assertEqual(self.codes(r), {"lock-breakers-missing"})
        self.unchanged(before)
        self.assertEqual(self.conductor.casts, [])

    def test_what_cannot_be_asked_is_unknown_and_stops_nothing(self):
        for cluster in (f"error {self.image} -110", "connect -13", "connect abort"):
            self.assertEqual(self.codes(self.expect(self.evacuate([cluster], "--dry-run"), OK)), {"storage-unknown"}, cluster)

    def test_others_are_told_from_the_host(self):
        r = self.expect(self.evacuate(self.died(f"watch {self.image} {NEW} 77 1"), "--dry-run"), OK)
        self.assertEqual(self.codes(r), {"disk-watched-elsewhere"})

    def test_who_comes_back_before_the_first_message_stops_it(self):
        """Not there at the plan's look, there at the next: nothing has to be waited for, it is alive."""
        before = harness.checksum()
        for line, words in ((f"watch {self.image} {OLD} 4253 1", "disk-watched"), (f"lock {self.image} {NEW} 7 auto", NEW),
                            ("user client.cinder may -13 access denied", "lock-breakers-missing")):
            seen = self.died() if "lock " not in line else (f"image {self.image} 61",)
            r = self.expect(self.evacuate((*seen, f"after 2 {line}")), DRIFT, words)
            self.assertEqual([s["state"] for s in r.json["steps"]], ["skipped"])
            self.assertEqual(self.conductor.casts, [])
        self.unchanged(before)

    def test_a_cluster_that_falls_silent_stops_nothing(self):
        r = self.expect(self.evacuate(self.died(f"after 2 error {self.image} -110")), OK, "is not known any more")
        self.assertEqual(self.codes(r), set())

    def test_who_comes_back_while_the_disk_is_awaited_stops_it(self):
        """The journal's disk takes four seconds for what is about to be sent; what was looked at before is old by then."""
        self.cluster.put(*self.died())
        process = self.tool.start("instance", "evacuate", self.instance, *GO, env={**harness.slow_disk('"publish_intent"', 4), **self.cluster.variables})
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        end = time.monotonic() + 30
        while not any(record["type"] == "publish_intent" for journal in self.tool.journals() for record in journal):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)
        self.cluster.tell(f"watch {self.image} {OLD} 4253 1")
        out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, DRIFT, err.decode())
        self.assertIn("disk-watched", err.decode())
        (step,) = json.loads(out)["steps"]
        self.assertEqual((step["state"], self.conductor.casts), ("failed", []))
        self.assertIn("its rows are as before", step["error"])
        self.assertEqual(rows("nova", "SELECT i.task_state, m.status FROM instances i JOIN migrations m ON m.instance_uuid = i.uuid WHERE i.uuid = %s"
                              " ORDER BY m.id DESC LIMIT 1", (self.instance,)), [{"task_state": None, "status": "error"}])

    def test_what_may_be_a_dead_clients_watch_is_waited_for(self):
        """Unknown at the plan's look, open from there at a later one. What is looked at again is looked at each three seconds, and the wave
        comes by each second."""
        disks = {r["instance_uuid"]: r["volume_id"] for r in rows("nova", """
            SELECT b.instance_uuid, b.volume_id FROM block_device_mapping b JOIN instances i ON i.uuid = b.instance_uuid
             WHERE i.host = %s AND i.vm_state = 'active' AND i.task_state IS NULL AND b.volume_id IS NOT NULL AND b.deleted = 0
             GROUP BY b.instance_uuid HAVING COUNT(*) = 1 ORDER BY b.id LIMIT 2""", (A,))}
        for volume in disks.values():
            rows("nova", "UPDATE block_device_mapping SET connection_info = %s WHERE volume_id = %s",
                 (fake_ceph.connection_info("volumes/volume-" + volume), volume))
            rows("cinder", "UPDATE volumes SET host = REPLACE(host, %s, %s) WHERE id = %s", (A, B, volume))
        self.cluster.put(*("error volumes/volume-%s -110" % volume for volume in disks.values()))
        process = self.tool.start("host", "evacuate", A, *(word for uuid in disks for word in ("--only", uuid)), "--max-in-flight", "1",
                                  *FENCED, "--yes", "--timeout", "60", env=self.cluster.env)
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        self.conductor.wait_for(1, 30)
        first = landing.uuid_of(self.conductor.casts[0])
        (second,) = set(disks) - {first}
        image = "volumes/volume-" + disks[second]
        dead = (f"image {image} 61", f"lock {image} {OLD} 4253 auto", f"image volumes/volume-{disks[first]} 61")
        self.cluster.put(*dead, f"watch {image} {OLD} 4253 1")
        time.sleep(3.5)     # the plan's look is old by now
        landing.land(first, C)
        time.sleep(6)
        self.assertEqual(len(self.conductor.casts), 1)
        self.cluster.put(*dead)
        self.conductor.wait_for(2, 30)
        landing.land(second, C)
        out, err = process.communicate(timeout=100)
        self.assertEqual(err.decode().count("Ceph drops a dead client's watch within 30 s: nothing more is begun until then"), 1, err.decode())

    def land(self, there, *words):
        """The evacuation, and what the cluster has of the disk when nova has done it."""
        self.cluster.put(*self.died(*self.caps))
        process = self.tool.start("instance", "evacuate", self.instance, *FENCED, "--yes", "-f", "json", *words, env=self.cluster.env)
        self.addCleanup(lambda: (process.poll() is None and process.kill(), process.communicate()))
        self.conductor.wait_for(1, 30)
        self.cluster.put(f"image {self.image} 61", *self.caps, *there)
        landing.land(self.instance, C)
        out, err = process.communicate(timeout=100)
        return harness.Result(["instance", "evacuate"], process.returncode, out.decode(), err.decode())

    caps = ()
    writes = f"lock {{}} {NEW} 77 auto", f"watch {{}} {NEW} 77 1"
    opened = f"lock {{}} {OLD} 4253 auto", f"watch {{}} {NEW} 77 1"

    def of(self, lines):
        return tuple(line.format(self.image) for line in lines)

    def test_a_guest_that_writes_is_verified(self):
        r = self.expect(self.land(self.of(self.writes)), OK)
        self.assertEqual(r.json["steps"][0]["disks"], "written")
        (journal,) = self.tool.journals()
        self.assertEqual([x["disks"] for x in journal if x["type"] == "outcome" and x["state"] == "proved"], ["written"])

    def test_a_guest_that_cannot_write_is_not_verified(self):
        """The trap: new watcher, old lock, and who opens the disk may not break it. With its cure the recovery verifies it."""
        self.caps = ("user client.cinder may -13 access denied",)
        r = self.expect(self.land(self.of(self.opened), "--accept", "lock-breakers-missing"), UNPROVED, "guest-cannot-write",
                        f"rbd lock rm {self.image} 'auto 1' client.4253", f"virsh reset {self.instance}")
        (step,) = r.json["steps"]
        self.assertEqual((step["state"], step["outcome"], step["disks"]), ("applied", "guest-cannot-write", "cannot-write"))
        self.assertEqual(r.json["totals"]["cannot_write"], 1)
        run = r.json["run"]
        self.expect(self.tool.run("journal", "report", run), OK, "guest-cannot-write", "its guest cannot write", "rbd lock rm")
        still = (f"image {self.image} 61", *self.caps, *self.of(self.opened))
        self.expect(self.run_with(still, "journal", "recover", run), UNPROVED, "guest_cannot_write", "virsh reset")
        cured = (f"image {self.image} 61", *self.of(self.writes))
        self.expect(self.run_with(cured, "journal", "recover", run), OK)

    def test_the_failed_host_beside_the_new_guest_is_not_verified(self):
        r = self.expect(self.land(self.of(self.writes) + (f"watch {self.image} {OLD} 4253 1",)), UNPROVED, "disk-watched", OLD)
        self.assertEqual(r.json["steps"][0]["disks"], "shared")

    def test_it_is_shown(self):
        alive = self.died(f"watch {self.image} {OLD} 4253 1")
        for words in (("host", "show", A), ("instance", "show", self.instance), ("volume", "show", self.volume)):
            r = self.expect(self.run_with(alive, *words, "-f", "json"), OK)
            row = [row for row in r.json if row["section"] == "storage"]
            self.assertEqual([one["item"] for one in row], [self.image], words)
            self.assertIn(OLD, json.dumps(row))
            self.assertNotIn("SECRETKEY", r.out + r.err)

    def test_doctor_asks_the_cluster(self):
        r = self.run_with((), "doctor", "-f", "json")
        (row,) = [row for row in r.json if row["check"] == "storage"]
        self.assertIn("7db2ac12", row["detail"])
        with open(self.tool.site, "a") as f:
            f.write("fence_user = fence\n")
        for cluster, verdict, says in (((), "ok", "may keep"), (("user client.fence may -13 access denied",), "warn", "may not keep")):
            (row,) = [row for row in self.run_with(cluster, "doctor", "-f", "json").json if row["check"] == "storage fence"]
            self.assertIn(says, row["detail"], verdict)

    def test_doctor_asks_an_osd_too(self):
        """Monitors answer while no OSD does; and a key may be good for them alone."""
        with open(self.tool.site, "a") as f:
            f.write("pool = vms\n")
        for code, why in ((-110, "no OSD answered in time"), (-1, "this key may not read the image")):
            r = self.run_with(("error vms/evac-manage-doctor %d" % code,), "doctor", "-f", "json")
            (row,) = [row for row in r.json if row["check"] == "storage"]
            self.assertEqual(row["result"], "warn")
            self.assertIn("no image of pool 'vms' can be asked for: " + why, row["detail"])
        (row,) = [row for row in self.run_with((), "doctor", "-f", "json").json if row["check"] == "storage"]
        self.assertEqual(row["result"], "ok")

    def test_a_cluster_before_ceph_16_is_told_in_its_own_word(self):
        with open(self.tool.site, "a") as f:
            f.write("fence_user = fence\n")
        for more, word in (("blacklist",), "osd blacklist"), ((), "osd blocklist"):
            cluster = self.died("user client.fence may -13 access denied", *more)
            r = self.expect(self.run_with(cluster, "instance", "evacuate", self.instance, "--fence", "storage", "--dry-run", "-f", "json"), REFUSED)
            (found,) = [f for f in r.json["findings"] if f["code"] == "fence-caps-missing"]
            self.assertIn('allow command "%s"' % word, found["hint"])
            (row,) = [row for row in self.run_with(cluster, "doctor", "-f", "json").json if row["check"] == "storage fence"]
            self.assertIn('allow command "%s"' % word, row["hint"])

    def test_a_host_that_is_alive_is_seen_twice(self):
        """The one that waits: 35 s, the time in which Ceph drops a dead client's watch."""
        self.tool.types = False  # after 35 s the other hosts count as down
        r = self.expect(self.evacuate(self.died(f"watch {self.image} {OLD} 4253 1")), REFUSED, "looking again in 35 s")
        self.assertEqual(self.codes(r), {"disk-watched"})
        self.assertEqual(self.conductor.casts, [])
