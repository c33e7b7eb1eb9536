# SPDX-License-Identifier: Apache-2.0
"""Hosts by whatever name cinder's configuration gives them (host, backend_host): found, moved, rescued, printed as they are."""
import subprocess

import harness
from harness import A, B, FENCED, NOT_FOUND, OK, REFUSED, rows, value

# backend_host as deployers write it; "@" ends the host for cinder, too; and what each way of quoting for a shell is there for
NAMES = ["rbd:volumes", "hostgroup", "x@y", "a \"b\" $home`id`\\\\ 50%_*?[]", "!it's/../~;&|<>()", "speicher \u00fc, \u4e3b\u673a", "-x", "--to=-f"]
GO = FENCED + ["--yes"]


class AnyHost(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        self.addCleanup(harness.sandbox, "reset", "--rows")
        harness.heartbeats()
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)

    def rename(self, old, new):
        """What cinder calls the dead host; nova's name stays."""
        for table in ("services", "volumes", "backups"):
            rows("cinder", "UPDATE %s SET host = CONCAT(%%s, SUBSTRING(host, CHAR_LENGTH(%%s) + 1)) WHERE BINARY LEFT(CONCAT(host, '@'), CHAR_LENGTH(%%s) + 1)"
                 " = BINARY CONCAT(%%s, '@')" % table, (new, old, old, old))

    def owned(self, host):
        return value("cinder", "SELECT COUNT(*) FROM volumes WHERE deleted = 0 AND BINARY SUBSTRING_INDEX(host, '#', 1) = BINARY %s", (host,))

    def move(self, name):
        owned = self.owned(name + "@ceph")
        self.assertGreater(owned, 0)
        before = harness.checksum("cinder")
        listed = self.expect(self.tool.run("volume", "list", "--host=" + name + "@ceph", "-f", "json"), OK).json
        self.assertEqual(len(listed), owned)
        words = ("volume", "update_host", "--currenthost=" + name + "@ceph", "--newhost", B + "@ceph", *GO)
        self.expect(self.tool.run(*words, "--dry-run"), OK)
        self.unchanged_in_cinder(before)
        run = self.expect(self.tool.run(*words, "-f", "json"), OK).json["run"]
        self.assertEqual(self.owned(name + "@ceph"), 0)
        self.expect(self.tool.run("journal", "show", run), OK)
        self.expect(self.tool.run("journal", "report", run), OK)
        self.expect(self.tool.run("journal", "undo", run, *GO, "--accept", "target-down"), OK)
        self.assertEqual(self.owned(name + "@ceph"), owned)

    def unchanged_in_cinder(self, before):
        self.assertEqual(before, harness.checksum("cinder"), "rows were changed")

    def test_each_is_found_and_moved_and_given_back(self):
        old = A
        for name in NAMES:
            with self.subTest(name=name):
                self.tool = harness.Tool()
                harness.heartbeats()  # each name takes its time
                self.rename(old, name)
                old = name
                node = name.split("@")[0]
                services = self.expect(self.tool.run("service", "list", "--host=" + node, "-f", "json"), OK).json
                self.assertIn(name + "@ceph", [s["host"] for s in services])
                self.assertTrue(self.expect(self.tool.run("host", "show", "-f", "json", "--", node), OK).json)
                self.expect(self.tool.run("host", "show", "--", node), OK)
                self.move(name)

    def test_a_rescue_knows_what_cinder_calls_the_dead_host(self):
        old = A
        for name in NAMES:
            if "@" in name:   # its node is what stands before that
                continue
            with self.subTest(name=name):
                self.tool = harness.Tool()
                harness.heartbeats()  # each name takes its time
                self.rename(old, name)
                old = name
                r = self.expect(self.tool.run("host", "rescue", A, "--to", B, "--cinder-host=" + name, *GO, "--dry-run", "-f", "json"), OK)
                moved = [s for s in r.json["steps"] if s["kind"] == "volume"]
                self.assertEqual(len(moved), sum(self.owned(name + "@" + b) for b in ("ceph", "nvme")))
                self.expect(self.tool.run("host", "rescue", A, "--to", B, "--cinder-host=" + name, *GO, "--dry-run"), OK)

    def words_of(self, line):
        """Of our commands in it, as a shell takes them apart."""
        done = subprocess.run(["bash", "-c", "evac-manage() { printf '%s\\0' \"$@\"; }; " + line], stdout=subprocess.PIPE, check=True)
        return done.stdout.decode().split("\0")[:-1]

    def test_what_the_audit_says_about_it_can_be_pasted(self):
        old = A
        for name in NAMES:
            self.rename(old, name)
            old = name
            found = [f for f in self.tool.run("audit", "run", "backend-down", "-f", "json").json if f["subject"] == name + "@ceph"]
            self.assertEqual(len(found), 1, name)
            words = self.words_of(found[0]["remedy"])
            self.assertIn(" --currenthost %s@ceph " % name, " ".join(words).replace("--currenthost=", "--currenthost "))

    def test_other_commands_take_it(self):
        old = A
        for name in NAMES:
            with self.subTest(name=name):
                self.rename(old, name)
                old = name
                before = harness.checksum("cinder")
                self.expect(self.tool.run("backup", "list", "--host=" + name), OK)
                if "@" not in name:
                    self.expect(self.tool.run("backup", "update_backup_host", "--currenthost=" + name, "--newhost", B, *GO, "--dry-run"), OK)
                self.expect(self.tool.run("service", "remove", *GO, "--dry-run", "--", "cinder-volume", name + "@ceph"), REFUSED, "service-owns")
                self.unchanged_in_cinder(before)

    def test_what_others_are_to_be_told_about_it_can_be_pasted(self):
        for name in NAMES:
            if "@" in name:
                continue
            harness.sandbox("reset", "--rows")
            harness.heartbeats()
            for schema, table in (("nova", "services"), ("nova", "compute_nodes"), ("nova", "instances"), ("nova_api", "host_mappings")):
                rows(schema, "UPDATE %s SET host = %%s WHERE BINARY host = BINARY %%s" % table, (name, A))
            self.expect(self.tool.run("instance", "list", "--host=" + name), OK)
            self.expect(self.tool.run("host", "evacuate", *GO, "--accept", "volume-owner-dead", "--dry-run", "--", name), OK)
            rows("nova", "UPDATE services SET disabled = 1, disabled_reason = 'of before' WHERE BINARY host = BINARY %s", (name,))
            r = self.tool.run("host", "return", "-f", "json", "--", name)
            (hint,) = [c["hint"] for c in r.json if "openstack compute service set" in (c["hint"] or "")]
            words = self.words_of("evac-manage" + hint[hint.index(" compute service set"):])
            self.assertEqual(words[-2:], [name, "nova-compute"])

    def test_a_name_that_nobody_has_is_answered_by_the_nearest(self):
        self.rename(A, "rbd:volumes")
        r = self.expect(self.tool.run("volume", "list", "--host", "rbd:volume@ceph"), NOT_FOUND)
        self.assertIn("rbd:volumes@ceph", r.err)
        self.expect(self.tool.run("volume", "list", "--host", "*"), NOT_FOUND)
