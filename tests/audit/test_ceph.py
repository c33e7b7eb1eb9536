# SPDX-License-Identifier: Apache-2.0
"""What the audit says of disks on Ceph, whose libraries are stand-ins (tests/storage/fake.c): what is found, what goes away by itself, and
that nothing is called well that nobody was asked about."""
import json
import os

import plants
from harness import OK, TestCase, heartbeats, rows, sandbox

FINDINGS = 3
CHECKS = ["guest-cannot-write", "disk-open-twice", "old-client-expires"]
OLD, NEW = "192.0.2.7:0/5", "192.0.2.8:0/9"
STALE = f"lock IMAGE {OLD} 4253 auto", f"watch IMAGE {NEW} 77 1"


class Ceph(TestCase):
    @classmethod
    def setUpClass(cls):
        sandbox("reset", "--rows")
        heartbeats(dead=())
        plants.foundation()

    def setUp(self):
        super().setUp()
        plants.CEPH.clear()
        self.planted = 0
        self.save = os.path.join(self.tool.state, "report.json")

    def plant(self, *lines):
        self.planted += 1
        vm = plants.on_ceph("%s %d" % (self.id().rsplit(".", 1)[-1][:40], self.planted), *lines)
        self.addCleanup(rows, "nova", "DELETE FROM block_device_mapping WHERE instance_uuid = %s", (vm,))
        return vm

    def audit(self, env, *words, checks=("S01", "S02", "S03"), settle=0):
        more = ("--settle-time", str(settle)) if settle else ("--no-second-look",)
        return self.tool.run("audit", "run", *checks, *more, "--save", self.save, *words, env=env)

    def outcomes(self):
        return {c["check"]: c["outcome"] for c in json.load(open(self.save))["checks"] if c["check"] in CHECKS}

    def not_run(self, result, why):
        self.assertIn("not run: " + ", ".join(CHECKS) + ": storage: not asked: " + why, " ".join(result.out.split()))

    def found(self, result):
        return {(f["check"], f["subject"]) for f in result.json}

    def without_storage(self):
        """The stand-in answers, and nobody has said in a configuration of ours that it is to be asked."""
        env, site = plants.cluster(self.tool), open(self.tool.site).read()
        with open(self.tool.site, "w") as f:
            f.write(site[:site.index("[storage]")])
        return env

    def test_a_guest_that_cannot_write_has_its_cure(self):
        vm = self.plant(*STALE)
        r = self.expect(self.audit(plants.cluster(self.tool), "-f", "json"), FINDINGS)
        (f,) = r.json
        self.assertEqual((f["check"], f["subject"], f["host"], f["severity"]), ("guest-cannot-write", vm, plants.LIVE, "critical"))
        image = f["details"]["image"]
        self.assertEqual(f["remedy"], f"rbd lock rm {image} \"auto 1\" client.4253; virsh -c qemu+ssh://root@{plants.LIVE}/system reset {vm}")
        self.assertIn(OLD, f["message"])
        self.assertEqual(self.outcomes(), dict.fromkeys(CHECKS, "done"))

    def test_a_lock_that_its_guest_takes_is_gone_at_the_second_look(self):
        """A guest that has just been started takes the lock at its first write."""
        self.plant(*STALE, f"after 2 watch IMAGE {OLD} 4253 2")
        self.expect(self.audit(plants.cluster(self.tool), checks=("S01",), settle=1), OK, "1 more were gone at the second look")

    def test_a_disk_for_several_guests_is_open_twice_rightly(self):
        both = f"watch IMAGE {OLD} 4253 1", f"watch IMAGE {NEW} 77 1"
        vm = self.plant(*both)
        self.assertEqual(self.found(self.audit(plants.cluster(self.tool), "-f", "json")), {("disk-open-twice", vm)})
        plants.connect(vm, multiattach=True)
        self.assertEqual(self.found(self.audit(plants.cluster(self.tool), "-f", "json")), set())

    def test_the_disk_of_an_image_backed_instance_is_asked_for_where_its_pool_is_said(self):
        vm = plants.instance(self.id()[-40:])
        image = f"vms/{vm}_disk"
        plants.CEPH.extend([f"image {image} 61", *(line.replace("IMAGE", image) for line in STALE)])
        plants.entry(OLD, hours=1)
        env = plants.cluster(self.tool)
        self.not_run(self.expect(self.audit(env), OK), "nova records no disk on Ceph")
        with open(self.tool.site, "a") as f:
            f.write("pool = vms\n")
        r = self.audit(env, "-f", "json")
        self.assertEqual(self.found(r), {("guest-cannot-write", vm), ("old-client-expires", OLD)})
        self.assertIn(f"rbd lock rm {image} ", r.out)

    def test_an_entry_is_told_of_once(self):
        self.plant()
        plants.connect(self.plant(), user="glance")
        entry = plants.entry(OLD, hours=1)
        r = self.expect(self.audit(plants.cluster(self.tool), "-f", "json", "--fail-on", "low"), FINDINGS, entry)
        self.assertEqual([(f["check"], f["subject"]) for f in r.json], [("old-client-expires", OLD)])

    def test_where_nothing_is_configured_the_checks_are_not_run_and_say_why(self):
        self.plant(*STALE)
        env = self.without_storage()
        r = self.expect(self.audit(env), OK, "0 checks finished, 3 not applicable")
        self.not_run(r, "/etc/ceph/ceph.conf: No such file")
        self.assertEqual(r.out.count("not run: "), 1)
        self.assertEqual(self.outcomes(), dict.fromkeys(CHECKS, "not here"))

    def test_without_the_library_the_same(self):
        """Ceph's own may be installed here; the first that is found is none."""
        self.plant(*STALE)
        self.without_storage()
        for library in ("librados.so.2", "librbd.so.1"):
            with open(os.path.join(self.tool.state, library), "w") as f:
                f.write("no library\n")
        self.not_run(self.expect(self.audit({**os.environ, "LD_LIBRARY_PATH": self.tool.state}), OK), "")

    def test_without_a_disk_on_ceph_there_is_nothing_to_ask(self):
        self.not_run(self.expect(self.audit(plants.cluster(self.tool)), OK), "nova records no disk on Ceph")

    def test_a_cluster_that_does_not_answer_fails_the_checks_by_name(self):
        self.plant(*STALE)
        for line in ("connect -110", "connect abort"):
            r = self.audit(plants.cluster(self.tool, [line]), "-f", "json", "--fail-on", "medium")
            self.expect(r, FINDINGS)
            self.assertEqual([f["subject"] for f in r.json if f["check"] == "check-not-run"], CHECKS, line)
            self.assertEqual(self.outcomes(), dict.fromkeys(CHECKS, "failed"), line)

    def test_a_silent_cluster_is_no_missing_configuration(self):
        plants.connect(self.plant(*STALE), monitors=True)
        plants.CEPH.append("connect -110")
        self.expect(self.audit(self.without_storage(), "-f", "json", "--fail-on", "medium"), FINDINGS, "not asked of 1 of 1 disks")
        self.assertEqual(self.outcomes(), dict.fromkeys(CHECKS, "failed"))

    def test_one_disk_that_does_not_answer_is_said_beside_what_is_found(self):
        """Also where nobody configured it: a cluster that answers was asked."""
        vm = self.plant(*STALE)
        plants.connect(vm, monitors=True)
        silent = self.plant()
        plants.connect(silent, monitors=True)
        plants.CEPH.append("error %s -110" % plants.image_of(silent))
        for env in (self.without_storage(), plants.cluster(self.tool)):
            r = self.expect(self.audit(env, "-f", "json"), FINDINGS, "not asked of 1 of 2 disks")
            self.assertEqual(self.found(r) & {("guest-cannot-write", vm), ("check-not-run", "guest-cannot-write"), ("check-not-run", "old-client-expires")},
                             {("guest-cannot-write", vm), ("check-not-run", "guest-cannot-write")})

    def test_no_key_is_shown(self):
        self.plant(*STALE)
        page, metrics = (os.path.join(self.tool.state, name) for name in ("page.html", "metrics"))
        r = self.audit(plants.cluster(self.tool), "--debug", "--html", page, "--prometheus", metrics)
        for text in (r.out, r.err, *(open(path).read() for path in (self.save, page, metrics))):
            self.assertNotIn(plants.SECRET.rstrip("="), text)
            self.assertNotIn("connection_info", text)

    def test_each_has_its_page(self):
        self.expect(self.tool.run("explain", "guest-cannot-write"), OK, "S01", "every write of the guest is refused")
        self.expect(self.tool.run("explain", "S02"), OK, "disk-open-twice")
        self.expect(self.tool.run("explain", "old-client-expires"), OK, "evac-manage explain S03")
