# SPDX-License-Identifier: Apache-2.0
"""What 'host readiness' says of a host is what its rescue would find, were it dead."""
import harness
from harness import A, B, C, ENV, NOT_FOUND, OK, USAGE, rows, value

HOSTS = (A, B, C)


def aggregate(name, *hosts, **metadata):
    rows("nova_api", "INSERT INTO aggregates (uuid, name, created_at) VALUES (UUID(), %s, UTC_TIMESTAMP())", (name,))
    number = value("nova_api", "SELECT id FROM aggregates WHERE name = %s", (name,))
    for host in hosts:
        rows("nova_api", "INSERT INTO aggregate_hosts (aggregate_id, host) VALUES (%s, %s)", (number, host))
    for key, text in metadata.items():
        rows("nova_api", "INSERT INTO aggregate_metadata (aggregate_id, `key`, value) VALUES (%s, %s, %s)", (number, key, text))


def memory_of_all_but(host, mb):
    """What the others have left, in nova's rows and in placement's books."""
    rows("placement", "UPDATE inventories i JOIN resource_providers p ON p.id = i.resource_provider_id SET i.total = %s, i.reserved = 0,"
         " i.allocation_ratio = 1 WHERE i.resource_class_id = 1 AND p.name <> %s", (mb, host))


class Readiness(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats(alive=(A, B, C, ENV["SB_CONTROLLER"]), dead=())

    def ready(self, *words):
        return self.expect(self.tool.run("host", "readiness", *words, "--placement-config-file", ENV["SB_PLACEMENT_CONF"], "-f", "json"), OK).json

    def row(self, name, *words):
        found = [r for r in self.ready(*words) if r["name"] == name]
        self.assertEqual(len(found), 1, (name, found))
        return found[0]

    def dry_run(self, host, *words):
        """The same host, dead: what a run would evacuate and leave out."""
        harness.heartbeats(alive=[h for h in HOSTS if h != host] + [ENV["SB_CONTROLLER"]], dead=(host,))
        r = self.tool.run("host", "rescue", host, "--to", next(h for h in HOSTS if h != host), "--dry-run", "--fenced", "the test pulled the plug",
                          "--placement-config-file", ENV["SB_PLACEMENT_CONF"], "-f", "json", *words)
        harness.heartbeats(alive=(A, B, C, ENV["SB_CONTROLLER"]), dead=())
        return r.json

    def verdicts(self, host):
        return {r["id"]: r["reason"] for r in self.ready(host, "--instances")}

    def as_a_rescue_says(self, host):
        run = self.dry_run(host)
        self.assertTrue(run["dry_run"])
        skipped = {f["subject"]: f["code"] for f in run["findings"] if f["severity"] == "skip"}
        said = self.verdicts(host)
        self.assertEqual({i for i, reason in said.items() if reason}, set(skipped), host)
        self.assertEqual({i: reason for i, reason in said.items() if reason}, skipped)
        return said

    def test_says_of_each_host_what_its_rescue_would(self):
        for host in (A, B):
            said = self.as_a_rescue_says(host)
            self.assertTrue(said)
            row = self.row(host, host)
            self.assertEqual((row["instances"], row["could_not"]), (len(said), sum(1 for r in said.values() if r)))

    def test_no_room_is_said_with_what_is_missing(self):
        memory_of_all_but(A, 1)
        row = self.row(A, A)
        self.assertEqual(row["could_go"], 0)
        self.assertEqual(row["ready"], "no")
        self.assertIn("no-capacity", row["reasons"])
        self.assertRegex(row["missing"], r"^1 more host of \d+ vCPU and \d+ GB")
        self.as_a_rescue_says(A)

    def test_hosts_that_die_together_have_no_room_in_each_other(self):
        alone = {h: self.row(h, h) for h in (A, B)}
        self.assertTrue(all(r["could_go"] for r in alone.values()), alone)
        rows("placement", "UPDATE inventories i JOIN resource_providers p ON p.id = i.resource_provider_id SET i.total = 1, i.reserved = 0,"
             " i.allocation_ratio = 1 WHERE i.resource_class_id = 1 AND p.name = %s", (C,))
        self.assertEqual({h: self.row(h, h)["could_go"] for h in (A, B)}, {h: r["could_go"] for h, r in alone.items()})
        aggregate("rack7", A, B)
        rack = self.row("rack7", "--aggregate", "rack7")
        self.assertEqual((rack["kind"], rack["hosts"], rack["could_go"]), ("aggregate", 2, 0))
        self.assertEqual(rack["instances"], sum(r["instances"] for r in alone.values()))
        self.assertIn("no-capacity", rack["reasons"])
        together = self.row("together", A, B)
        self.assertEqual({k: together[k] for k in ("instances", "could_go", "reasons", "missing")},
                         {k: rack[k] for k in ("instances", "could_go", "reasons", "missing")})

    def test_a_zone_is_its_hosts(self):
        aggregate("east", A, availability_zone="az-east")
        answer = self.ready("--zone", "az-east")
        self.assertEqual({(r["kind"], r["name"]) for r in answer}, {("host", A), ("zone", "az-east")})
        self.assertEqual({r["zone"] for r in answer if r["kind"] == "host"}, {"az-east"})

    def test_a_backend_that_nobody_else_has_is_said_of_the_host(self):
        rows("cinder", "UPDATE services SET deleted = 1 WHERE `binary` = 'cinder-volume' AND BINARY host LIKE '%%@ceph' AND BINARY host <> BINARY %s",
             (A + "@ceph",))
        row = self.row(A, A)
        self.assertEqual(row["could_go"], 0)
        self.assertIn("no-counterpart", row["reasons"])

    def test_all_is_every_compute_zone_and_aggregate(self):
        aggregate("rack1", A, B)
        answer = self.ready("--all")
        computes = {r["host"] for r in rows("nova", "SELECT host FROM services WHERE `binary` = 'nova-compute' AND deleted = 0")}
        self.assertEqual({r["name"] for r in answer if r["kind"] == "host"}, computes)
        self.assertEqual({r["name"] for r in answer if r["kind"] == "aggregate"}, {"rack1"})
        self.assertIn("nova", {r["name"] for r in answer if r["kind"] == "zone"})
        for row in answer:
            self.assertEqual(row["could_go"] + row["could_not"], row["instances"])

    def test_writes_nothing(self):
        before = harness.checksum()
        self.ready("--all")
        self.assertEqual(harness.checksum(), before)

    def test_wrong_words(self):
        self.expect(self.tool.run("host", "readiness"), USAGE, "--all")
        self.expect(self.tool.run("host", "readiness", "--all", A), USAGE)
        self.expect(self.tool.run("host", "readiness", A[:-1]), NOT_FOUND, A)
        self.expect(self.tool.run("host", "readiness", "--zone", "nowhere"), NOT_FOUND, "nova")
        aggregate("rack7", A)
        self.expect(self.tool.run("host", "readiness", "--aggregate", "rack8"), NOT_FOUND, "rack7")


if __name__ == "__main__":
    harness.main(__file__)
