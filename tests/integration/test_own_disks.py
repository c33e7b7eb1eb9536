# SPDX-License-Identifier: Apache-2.0
"""Disks that nova made on the compute: whatever an instance boots from, they are named with their sizes before they are given up."""
import json
import os

import harness
from harness import A, B, C, FENCED, OK, REFUSED, rows, value

NAME = "volume-active-1"


class OwnDisks(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)
        self.uuid = value("nova", "SELECT uuid FROM instances WHERE display_name = %s AND deleted = 0", (NAME,))

    def site(self, text):
        with open(self.tool.site, "w") as f:
            f.write("[site]\ncomputes_wait_for_ports = false\n" + text)

    def dry(self, *words, code=OK):
        harness.heartbeats()
        return self.expect(self.tool.run(*words, *FENCED, "--accept", "volume-owner-dead", "--dry-run", "-f", "json"), code)

    def local(self, r):
        return [f["message"] for f in r.json["findings"] if f["code"] == "local-disk" and f["subject"] == self.uuid]

    def device(self, size, guest_format=None):
        rows("nova", "INSERT INTO block_device_mapping (created_at, deleted, uuid, instance_uuid, source_type, destination_type, guest_format,"
             " delete_on_termination, boot_index, volume_size) VALUES (UTC_TIMESTAMP(), 0, UUID(), %s, 'blank', 'local', %s, 1, -1, %s)",
             (self.uuid, guest_format, size))

    def test_a_volume_booted_instance_with_an_ephemeral_disk_is_left_out_until_it_is_accepted(self):
        self.site("")
        self.assertEqual(self.local(self.dry("instance", "evacuate", NAME)), [])
        self.device(20)
        self.device(512, "swap")
        r = self.dry("instance", "evacuate", NAME, code=REFUSED)
        self.assertIn("20 GB ephemeral, 512 MB swap", self.local(r)[0])
        r = self.dry("host", "evacuate", A)
        self.assertTrue(self.local(r))
        self.assertNotIn(self.uuid, [s["id"] for s in r.json["steps"]])
        r = self.dry("host", "evacuate", A, "--accept", "local-disk:" + NAME)
        self.assertIn(self.uuid, [s["id"] for s in r.json["steps"]])
        harness.heartbeats()
        shown = self.tool.run("instance", "evacuate", NAME, *FENCED, "--accept", "volume-owner-dead", "--accept", "local-disk", "--dry-run")
        self.assertIn("20 GB ephemeral, 512 MB swap", " ".join((shown.out + shown.err).split()))   # the plan says what is made anew
        for shared, found in (("true", 0), (A, 0), ("nobody, %s*" % A, 0), ("%s, %s" % (B, C), 1)):
            self.site("shared_disks = %s\n" % shared)
            r = self.dry("instance", "evacuate", NAME, code=REFUSED if found else OK)
            self.assertEqual(len(self.local(r)), found, shared)

    def test_a_flavors_own_ephemeral_and_swap_need_no_block_device(self):
        self.site("")
        flavor = json.loads(value("nova", "SELECT flavor FROM instance_extra WHERE instance_uuid = %s", (self.uuid,)))
        flavor["cur"]["nova_object.data"].update(swap=256)
        rows("nova", "UPDATE instance_extra SET flavor = %s WHERE instance_uuid = %s", (json.dumps(flavor), self.uuid))
        self.assertIn("256 MB swap", self.local(self.dry("instance", "evacuate", NAME, code=REFUSED))[0])
        rows("nova", "UPDATE instances SET ephemeral_gb = 7 WHERE uuid = %s", (self.uuid,))
        self.assertIn("(7 GB ephemeral, 256 MB swap)", self.local(self.dry("instance", "evacuate", NAME, code=REFUSED))[0])

    def test_an_image_that_is_a_snapshot_of_a_volume_backed_instance_boots_from_a_volume(self):
        self.site("")
        rows("nova", "UPDATE instances SET image_ref = UUID() WHERE uuid = %s", (self.uuid,))
        self.assertEqual(self.local(self.dry("instance", "evacuate", NAME)), [])
        listed = {i["id"]: i["boot"] for i in self.tool.run("instance", "list", "--host", A, "-f", "json").json}
        self.assertEqual(listed[self.uuid], "volume")

    def test_the_listings_have_the_sizes(self):
        self.device(20)
        self.device(512, "swap")
        rows("nova", "UPDATE instances SET config_drive = 'True' WHERE uuid = %s", (self.uuid,))
        row = {i["id"]: i for i in self.tool.run("instance", "list", "--host", A, "-f", "json").json}[self.uuid]
        self.assertEqual((row["boot"], row["ephemeral_gb"], row["swap_mb"]), ("volume", 20, 512))
        for text, says in (("", "own disk"), ("shared_disks = %s\n" % A, "shared storage")):
            self.site(text)
            show = {r["item"]: r["value"] for r in self.tool.run("instance", "show", NAME, "-f", "json").json if r["section"] == "instance"}
            self.assertTrue(show["disks"].startswith("20 GB ephemeral, 512 MB swap: on "), show["disks"])
            self.assertIn(says, show["disks"])
            self.assertIn("21 GB of its own", show["size"])
            self.assertIn("made again on the new host", show["config drive"])
            disks = {r["item"]: (r["state"], r["count"], r["detail"]) for r in self.tool.run("host", "show", A, "-f", "json").json
                     if r["section"] == "disks"}
            state = "shared" if text else "local"
            self.assertEqual((disks["ephemeral"], disks["swap"]), ((state, 1, "20 GB"), (state, 1, "512 MB")))
            images = value("nova", "SELECT COUNT(*) FROM instances WHERE BINARY host = BINARY %s AND image_ref <> '' AND deleted = 0", (A,))
            self.assertEqual(disks["roots of images"][:2], (state, images))
