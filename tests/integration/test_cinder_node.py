# SPDX-License-Identifier: Apache-2.0
"""volume update_host by node: bare hosts, pools that are renamed, storage that no node owns."""
import harness
from harness import A, B, C, FENCED, NOT_FOUND, OK, REFUSED, USAGE, rows, value

GO = FENCED + ["--yes", "-f", "json"]
NODE = ["volume", "update_host", "--currenthost", A, "--newhost", B]


def volumes():
    return {r["id"]: r["host"] for r in rows("cinder", "SELECT id, host FROM volumes WHERE deleted = 0 AND host IS NOT NULL")}


def service(binary, host, **more):
    """A copy of the victim's cinder-volume row under another name."""
    columns = dict({"host": host, "`binary`": binary, "uuid": value("cinder", "SELECT UUID()")}, **more)
    names = [r["Field"] for r in rows("cinder", "SHOW COLUMNS FROM services")]
    names = ["`%s`" % n for n in names if n not in ("id",)]
    source = value("cinder", "SELECT id FROM services WHERE BINARY host = BINARY %s", (A + "@ceph",))
    have = {n.strip("`"): n for n in names}
    change = {n.strip("`"): v for n, v in columns.items()}
    rows("cinder", "INSERT INTO services (%s) SELECT %s FROM services WHERE id = %%s" % (
        ", ".join(names), ", ".join("%s" if n in change else have[n] for n in have)),
        [change[n] for n in have if n in change] + [source])
    return columns["uuid"]


class ByNode(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()

    def second_backend(self):
        """ssd on both nodes, with a volume, and a group on a backend that owns no volume."""
        service("cinder-volume", A + "@ssd")
        service("cinder-volume", B + "@ssd")
        moved = sorted(i for i, h in volumes().items() if h == A + "@ceph#ceph")[0]
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (A + "@ssd#gold", moved))
        rows("cinder", "UPDATE services SET updated_at = UTC_TIMESTAMP() WHERE BINARY host = BINARY %s", (B + "@ssd",))
        return moved

    def test_every_backend_goes_to_the_one_of_the_same_name(self):
        self.second_backend()
        before = volumes()
        r = self.expect(self.tool.run(*NODE, *GO), OK)
        for i, host in before.items():
            expected = host.replace(A, B, 1) if host.split("@")[0] == A else host
            self.assertEqual(volumes()[i], expected, i)
        self.assertIn("backups-remain", r.findings())
        self.assertIn("pool-unseen", r.findings())
        left = rows("cinder", "SELECT id FROM backups WHERE BINARY host = BINARY %s", (A,))
        self.assertTrue(left)      # another command's
        self.expect(self.tool.run(*NODE, *GO), OK, "nothing to do")

    def test_a_backend_without_counterpart_stops_all(self):
        self.second_backend()
        rows("cinder", "UPDATE services SET deleted = 1 WHERE BINARY host = BINARY %s", (B + "@ssd",))
        before = harness.checksum()
        r = self.expect(self.tool.run(*NODE, *GO), REFUSED)
        self.assertIn("no-counterpart", r.findings())
        self.unchanged(before)
        r = self.expect(self.tool.run(*NODE, *GO, "--accept", "no-counterpart"), REFUSED)
        self.unchanged(before)

    def test_a_host_without_backends_in_its_names(self):
        """Deployments without enabled_backends: the service is the host itself."""
        service("cinder-volume", A)
        service("cinder-volume", B)
        rows("cinder", "UPDATE services SET updated_at = UTC_TIMESTAMP() WHERE BINARY host = BINARY %s", (B,))
        some = sorted(i for i, h in volumes().items() if h == A + "@ceph#ceph")[:2]
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (A, some[0]))
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (A + "#pool", some[1]))
        self.expect(self.tool.run(*NODE, *GO), OK)
        self.assertEqual(volumes()[some[0]], B)
        self.assertEqual(volumes()[some[1]], B + "#pool")

    def test_pools_are_renamed_as_the_map_says(self):
        before = volumes()
        rows("cinder", "UPDATE volumes SET host = %s WHERE BINARY host = BINARY %s LIMIT 1", (B + "@ceph#nvme", B + "@ceph#ceph"))
        if not rows("cinder", "SELECT 1 FROM volumes WHERE BINARY host = BINARY %s", (B + "@ceph#nvme",)):
            rows("cinder", "UPDATE volumes SET host = %s WHERE BINARY host = BINARY %s LIMIT 1", (C + "@ceph#nvme", A + "@ceph#ceph"))
        before = volumes()
        groups = rows("cinder", "SELECT id, host FROM image_volume_cache_entries")
        self.assertTrue(groups)
        self.expect(self.tool.run(*NODE, "--pool-map", "ceph=nvme", *GO), OK)
        for i, host in before.items():
            node, _, rest = host.partition("@")
            if node == A:
                host = B + "@" + rest.replace("#ceph", "#nvme")
            self.assertEqual(volumes()[i], host, i)
        for g in groups:
            now = value("cinder", "SELECT host FROM image_volume_cache_entries WHERE id = %s", (g["id"],))
            self.assertEqual(now, g["host"].replace(A, B).replace("#ceph", "#nvme"))

    def test_pools_that_nobody_knows(self):
        before = harness.checksum()
        self.expect(self.tool.run(*NODE, "--pool-map", "cehp=ceph", *GO), NOT_FOUND, "cehp", "'ceph'")
        self.expect(self.tool.run(*NODE, "--pool-map", "ceph=fsat", *GO), NOT_FOUND, "fsat", "'fast'")
        self.expect(self.tool.run(*NODE, "--pool-map", "ceph", *GO), USAGE)
        self.unchanged(before)

    def test_storage_that_no_node_owns(self):
        """kolla and TripleO: cinder-volume runs everywhere under one backend_host."""
        rows("cinder", "UPDATE volumes SET host = 'rbd:volumes@ceph#ceph' WHERE BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s", (A,))
        rows("cinder", "DELETE FROM workers")
        rows("cinder", "UPDATE services SET host = REPLACE(host, %s, 'rbd:volumes') WHERE BINARY host LIKE %s", (A, A + "@%"))
        before = harness.checksum()
        r = self.expect(self.tool.run(*NODE, *GO), OK, "nothing to move", "rbd:volumes@ceph#ceph")
        self.assertIn("shared-backend-host", r.findings())
        self.unchanged(before)

    def test_unknown_hosts(self):
        before = harness.checksum()
        self.expect(self.tool.run("volume", "update_host", "--currenthost", A[:-1], "--newhost", B, *GO), NOT_FOUND, A)
        self.expect(self.tool.run("volume", "update_host", "--currenthost", A, "--newhost", B + "x", *GO), NOT_FOUND, B)
        self.expect(self.tool.run("volume", "update_host", "--currenthost", A, "--newhost", A, *GO), REFUSED)
        self.expect(self.tool.run("volume", "update_host", "--currenthost", A, "--newhost", B + "@ceph", *GO), USAGE)
        self.unchanged(before)
