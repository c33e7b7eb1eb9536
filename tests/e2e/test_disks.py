# SPDX-License-Identifier: Apache-2.0
"""A host dies whose guests have their disks on Ceph: what the disks themselves say before the rescue and after it. The guests are
processes that have them open as qemu has (tests/sandbox/disks)."""
import time

import harness
from harness import A, B, ENV, FENCED, OK, REFUSED, value

GO = ["--yes", "--timeout", "90", "-f", "json"]
NAME = "volume-active-0"


class Disks(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        harness.sandbox("reset")
        harness.sandbox("disks", "up")

    @classmethod
    def tearDownClass(cls):
        harness.sandbox("disks", "down")
        harness.sandbox("reset")

    def setUp(self):
        super().setUp()
        harness.sandbox("reset")
        self.uuid = value("nova", "SELECT uuid FROM instances WHERE display_name = %s AND deleted = 0", (NAME,))
        self.image = "volumes/volume-" + value("nova", "SELECT volume_id FROM block_device_mapping WHERE instance_uuid = %s AND deleted = 0", (self.uuid,))
        # whose volumes' owner is dead as well is not what this is about
        harness.rows("cinder", "UPDATE volumes SET host = REPLACE(host, %s, %s) WHERE id = %s", (A, B, self.image[-36:]))
        with open(self.tool.site, "a") as f:
            f.write("[storage]\nconf = %s\nuser = cinder\nfence_user = fence\npool = vms\n" % ENV["SB_CEPH_CONF"])

    def counter(self, image=None):
        """Who wrote the disk last, and the number."""
        for line in harness.sandbox("disks", "show").splitlines():
            name, host, number = line.split()
            if name == (image or self.image):
                return host, int(number)
        return None

    def evacuate(self, fenced=FENCED):
        return self.tool.run("instance", "evacuate", self.uuid, *fenced, *GO)

    def frozen_disk(self):
        """What the journal has of the disk."""
        (journal,) = self.tool.journals()
        (seen,) = [d for r in journal if r["type"] == "evidence" for d in r["storage"]["disks"] if d["image"] == self.image]
        return seen

    def test_killed_the_counter_goes_on_on_the_same_disk(self):
        harness.sandbox("fail", "A")
        host, before = self.counter()
        self.assertEqual(host, A)
        r = self.expect(self.evacuate(), OK)
        self.assertEqual([s["state"] for s in r.json["steps"] if s["kind"] == "instance"], ["proved"])
        self.assertTrue(self.frozen_disk()["lock"].startswith("127.0.0.21:0/"))
        new = value("nova", "SELECT host FROM instances WHERE uuid = %s", (self.uuid,))
        host, after = self.counter()
        self.assertEqual(host, new)
        self.assertGreater(after, before)

    def test_a_guest_that_still_has_its_disk_stops_it(self):
        """nova-compute is gone and nobody reports; the guests run on."""
        harness.sandbox("stop", "nova-compute-A", "cinder-volume-A", "cinder-backup-A", "neutron-agent-A")
        harness.heartbeats(alive=())
        r = self.expect(self.evacuate(), REFUSED, "looking again in 35 s")
        self.assertIn("disk-watched", r.findings())
        self.assertEqual(self.counter()[0], A)

    def test_frozen_fenced_and_thawed_the_old_guest_writes_no_more(self):
        harness.sandbox("fail", "A", "--freeze")
        _, before = self.counter()
        r = self.expect(self.evacuate(["--fence", "storage"]), OK)
        self.assertEqual([s["state"] for s in r.json["steps"] if s["kind"] == "instance"], ["proved"])
        harness.sandbox("thaw", "A")
        time.sleep(3)
        host, after = self.counter()
        self.assertNotEqual(host, A)
        self.assertGreater(after, before)
        # nothing else of that host was fenced: its other guests go on
        other = "vms/%s_disk" % value("nova", "SELECT uuid FROM instances WHERE display_name = 'image-active-0' AND deleted = 0")
        host, now = self.counter(other)
        time.sleep(1)
        self.assertEqual(host, A)
        self.assertGreater(self.counter(other)[1], now)
