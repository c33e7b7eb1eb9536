# SPDX-License-Identifier: Apache-2.0
"""Sixty instances with ports whose computes wait, as nova is shipped: nova-api off, nova-api on, and with nobody who tells them."""
import time

import harness
from cloud import clone
from harness import A, ENV, FENCED, rows, value

MANY = 60
GO = FENCED + ["--yes", "-f", "json", "--timeout", "900"]


class Sixty(harness.TestCase):
    def prepare(self):
        harness.sandbox("reset")
        harness.sandbox("fail", "A", "--now")
        return clone(MANY, like="image-active-0")

    def evacuate(self, ids):
        only = [w for i in ids for w in ("--only", i)]
        began = time.monotonic()
        r = self.tool.run("host", "evacuate", A, *only, *GO, *self.more)
        return r, time.monotonic() - began

    def told(self):
        return [r for journal in self.tool.journals() for r in journal if r["type"] == "vif_event"]

    def landed(self, ids):
        """Of them: on another host, every port of it ACTIVE and bound there."""
        good = 0
        for id_ in ids:
            host = value("nova", "SELECT host FROM instances WHERE uuid = %s", (id_,))
            ports = rows("neutron", "SELECT p.status, b.host FROM ports p JOIN ml2_port_bindings b ON b.port_id = p.id AND b.status = 'ACTIVE'"
                         " WHERE p.device_id = %s", (id_,))
            self.assertTrue(ports, id_)
            good += host != A and {(p["status"], p["host"]) for p in ports} == {("ACTIVE", host)}
        return good

    def setUp(self):
        super().setUp()
        self.more = []

    def test_nova_api_off_costs_no_more_than_a_tenth(self):
        ids = self.prepare()
        r, off = self.evacuate(ids)
        self.assertEqual(self.landed(ids), MANY, str(r)[-4000:])
        told = self.told()
        self.assertGreaterEqual(len({t["port"] for t in told}), MANY)
        for t in told:
            self.assertEqual((t["proof"]["port_status"], t["proof"]["binding_host"]), ("ACTIVE", t["host"]))
        ids = self.prepare()
        harness.sandbox("start", "nova-api")
        self.addCleanup(harness.sandbox, "stop", "nova-api")
        before = len(self.told())
        r, on = self.evacuate(ids)
        self.assertEqual(self.landed(ids), MANY, str(r)[-4000:])
        print("nova-api off %.1f s, on %.1f s, ratio %.2f; told by us while it was on: %d" % (off, on, off / on, len(self.told()) - before))
        self.assertLessEqual(off / on, 1.1)

    def test_with_nobody_who_tells_them_none_lands(self):
        """The computes' own limit, for each wave of them: what the test above shows is no accident."""
        ids = self.prepare()
        with open(self.tool.site, "w") as f:
            f.write("[site]\nshared_disks = true\ncomputes_wait_for_ports = false\n")
        self.tool.neutron = []
        self.more = ["--stop-after-failures", str(MANY), "--max-in-flight", str(MANY)]
        self.evacuate(ids)
        self.assertEqual(self.told(), [])
        self.assertEqual(self.landed(ids), 0)
        states = rows("nova", "SELECT vm_state, COUNT(*) AS n FROM instances WHERE uuid IN (%s) GROUP BY 1" % ", ".join(["%s"] * len(ids)), ids)
        print("nobody tells them: %s" % states)
