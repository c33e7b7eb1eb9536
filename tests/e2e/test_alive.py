# SPDX-License-Identifier: Apache-2.0
"""The host is not off. A guest that still runs holds its disk, and qemu on the new host says so; a compute that was cut off comes back
with the copies that nova has evacuated."""
import os

import harness
from cloud import clone  # noqa: F401 (the instances of the cloud)
from harness import A, ENV, FENCED, OK, PARTIAL, REFUSED, rows, value

GO = FENCED + ["--yes", "-f", "json"]
HELD = "volume-data-active-0"


def uuid_of(name):
    return value("nova", "SELECT uuid FROM instances WHERE display_name = %s AND deleted = 0", (name,))


class Alive(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset")
        harness.sandbox("fail", "A", "--now")

    def returns(self, code):
        return {r["check"]: r for r in self.expect(self.tool.run("host", "return", A, "-f", "json"), code).json}

    def hold(self, *uuids):
        path = os.path.join(ENV["SB_KNOBS"], "guests_alive")
        with open(path, "w") as f:
            f.write(" ".join(uuids))
        self.addCleanup(lambda: os.path.exists(path) and os.unlink(path))
        return path

    def audited(self, check, uuid):
        r = self.tool.run("audit", "run", check, "-f", "json")
        return [f for f in r.json["findings"] if uuid in str(f)]

    def test_a_guest_that_holds_its_disk_stops_the_run(self):
        self.expect(self.tool.run("volume", "update_host", "--currenthost", A, "--newhost", harness.B, *GO), OK)
        uuid, others = uuid_of(HELD), [uuid_of(n) for n in ("image-active-0", "image-stopped-0")]
        held = self.hold(uuid)
        only = [w for id_ in [uuid] + others for w in ("--only", id_)]
        r = self.tool.run("host", "evacuate", A, *only, *GO, "--max-in-flight", "1", "--timeout", "60")
        print(r)
