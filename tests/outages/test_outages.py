# SPDX-License-Identifier: Apache-2.0
"""What must be up: a service that is needed and is not is seen before the first message; one that is not needed is not missed."""
import os

import harness
from harness import A, B, FENCED, OK, PARTIAL, REFUSED, ROOT, rows

DOCUMENT = os.path.join(ROOT, "docs", "services.md")
GO = FENCED + ["--yes", "-f", "json", "--timeout", "120"]

# the rows of the document: which seeded instance stands for the kind, and how it is evacuated
KINDS = {
    "image-backed": ("image-active-1", []),
    "volume-backed": ("volume-active-0", []),
    "image-backed with a data volume": ("volume-data-active-0", []),
    "stopped": ("image-stopped-0", []),
    "without a port": ("image-error-0", []),
    "with `TARGET --force`": ("image-active-1", [B, "--force"]),
}
# its columns: the sandbox's daemon, and the findings one of which keeps an instance from being begun
SERVICES = {
    "nova-conductor": ("nova-conductor", {"no-consumer"}),
    "nova-scheduler": ("nova-scheduler", {"scheduler-missing"}),
    "placement": ("placement", {"service-needed-down"}),
    "neutron-server": ("neutron-server", {"service-needed-down"}),
    "keystone": ("keystone", {"service-needed-down"}),
    "cinder-api": ("cinder-api", {"service-needed-down", "cinder-api-down"}),
}
OVER_HTTP = ("placement", "neutron-server", "keystone", "cinder-api")


def table():
    """{kind: {service: "needed" or "-"}} as the document has it."""
    lines = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in open(DOCUMENT) if line.startswith("| ")]
    heads, cells = lines[0], lines[1:]
    return {row[0]: dict(zip(heads[1:], row[1:])) for row in cells}


class Outages(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset")
        harness.sandbox("fail", "A", "--now")

    def instance(self, name):
        return rows("nova", "SELECT * FROM instances WHERE display_name = %s AND deleted = 0", (name,))[0]

    def evacuate(self, kind):
        name, how = KINDS[kind]
        if how:
            return self.tool.run("instance", "evacuate", name, *how, *GO)
        return self.tool.run("host", "rescue", A, "--to", B, "--only", name, *GO)

    def lands(self, kind):
        r = self.evacuate(kind)
        self.assertIn(r.code, (OK, PARTIAL), str(r))
        now = self.instance(KINDS[kind][0])
        self.assertNotEqual(now["host"], A, str(r))
        self.assertNotEqual(now["vm_state"], "error", str(r))

    def is_refused(self, kind, findings):
        before = harness.checksum("nova")
        r = self.expect(self.evacuate(kind), REFUSED)
        self.assertTrue(findings & set(r.findings()), str(r))
        self.assertEqual(before, harness.checksum("nova"))

    def column(self, service, how):
        """One service away, every kind after the other; then it is back and all of them go."""
        daemon, findings = SERVICES[service]
        harness.sandbox(how, daemon)
        self.addCleanup(harness.sandbox, "start", daemon)
        for kind, cells in table().items():
            if kind not in KINDS:
                continue
            with self.subTest(service=service, how=how, kind=kind):
                if cells[service] == "needed":
                    self.is_refused(kind, findings)
                else:
                    self.lands(kind)
                    harness.sandbox("reset")
                    harness.sandbox("fail", "A", "--now")
                    harness.sandbox(how, daemon)
        if how == "pause":
            harness.sandbox("kill", daemon)
        harness.sandbox("start", daemon)

    def test_the_document_has_every_kind_and_service(self):
        cells = table()
        self.assertLessEqual(set(KINDS), set(cells))
        for kind in KINDS:
            self.assertLessEqual(set(SERVICES), set(cells[kind]))
            self.assertLessEqual(set(cells[kind].values()), {"needed", "-"})


def add(service, how):
    name = "test_%s_%s" % (service.replace("-", "_"), {"stop": "stopped", "pause": "hangs"}[how])
    setattr(Outages, name, lambda self: self.column(service, how))


for each in SERVICES:
    add(each, "stop")
for each in OVER_HTTP:
    add(each, "pause")
