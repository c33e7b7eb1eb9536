# SPDX-License-Identifier: Apache-2.0
"""What the listing commands print is what the databases hold, under the names that other programs rely on."""
import csv
import io
import json
import zlib

import harness
import wire
from harness import A, B, ENV, NOT_FOUND, OK, rows, value

ON_A = "SELECT * FROM volumes WHERE deleted = 0 AND BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s"
TWIN = A.replace("-", "_", 1)

KEYS = {
    ("service", "list"): {"service", "binary", "host", "cell", "zone", "disabled", "forced_down", "state", "heartbeat_age_s",
                          "consumers", "sessions"},
    ("volume", "list", "--host", A): {"id", "name", "project_id", "status", "attach_status", "size_gb", "host", "backend",
                                      "pool", "cluster_name", "service_uuid"},
    ("backup", "list", "--host", A): {"id", "name", "project_id", "status", "size_gb", "host", "volume_id"},
    ("instance", "list", "--host", A): {"id", "name", "project_id", "host", "node", "vm_state", "task_state", "power_state",
                                        "vcpus", "memory_mb", "boot", "root_gb", "cell"},
}


def other_case_of_the_same_number(name):
    """A name that differs in the case of some letters alone and has the same CRC32: each change of a letter's case changes the number by bits of its
    own, and of more than 32 letters some changes together change nothing."""
    basis = {}
    for i in (i for i, c in enumerate(name) if c.isalpha()):
        bits, letters = zlib.crc32(name.encode()) ^ zlib.crc32((name[:i] + name[i].swapcase() + name[i + 1:]).encode()), {i}
        while bits and bits.bit_length() in basis:
            other = basis[bits.bit_length()]
            bits, letters = bits ^ other[0], letters ^ other[1]
        if not bits:
            return "".join(c.swapcase() if i in letters else c for i, c in enumerate(name))
        basis[bits.bit_length()] = bits, letters
    raise AssertionError("too few letters: " + name)


class Listings(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()

    def list(self, *words):
        answer = self.expect(self.tool.run(*words, "-f", "json"), OK).json
        self.assertIsInstance(answer, list)
        return answer

    def test_each_has_the_keys_that_others_rely_on(self):
        for words, keys in KEYS.items():
            answer = self.list(*words)
            self.assertTrue(answer, words)
            for row in answer:
                self.assertLessEqual(keys, set(row), words)

    def test_volumes_of_a_node_a_backend_and_a_pool(self):
        owned = {r["id"]: r for r in rows("cinder", ON_A, (A,))}
        listed = self.list("volume", "list", "--host", A)
        self.assertEqual({v["id"] for v in listed}, set(owned))
        for v in listed:
            row = owned[v["id"]]
            self.assertEqual((v["host"], v["name"], v["status"], v["size_gb"], v["service_uuid"]),
                             (row["host"], row["display_name"], row["status"], row["size"], row["service_uuid"]))
            self.assertEqual(v["backend"], row["host"].split("@")[1].split("#")[0])
            self.assertEqual(v["pool"], row["host"].split("#")[1] if "#" in row["host"] else None)
        for part in (A + "@ceph", A + "@ceph#fast"):
            wanted = {i for i, r in owned.items() if r["host"] == part or r["host"].startswith(part + "#")}
            self.assertEqual({v["id"] for v in self.list("volume", "list", "--host", part)}, wanted)
            self.assertTrue(wanted)

    def test_a_twin_lists_only_its_own(self):
        for twin in (TWIN, A.upper()):
            listed = self.list("volume", "list", "--host", twin)
            self.assertTrue(listed)
            self.assertEqual({v["host"].split("@")[0] for v in listed}, {twin})

    def test_owners_that_differ_in_case_alone_are_two_whatever_number_their_names_have(self):
        one = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
        owners = one + "@ceph#ceph", other_case_of_the_same_number(one + "@ceph#ceph")
        self.assertNotEqual(*owners)
        self.assertEqual(*(zlib.crc32(o.encode()) for o in owners))
        ids = [r["id"] for r in rows("cinder", ON_A + " LIMIT 3", (A,))]
        for volume, owner in zip(ids, (owners[0], owners[1], owners[1])):
            rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (owner, volume))
        for owner, n in zip(owners, (1, 2)):
            shown = {f["item"]: f["count"] for f in self.list("host", "show", owner.split("@")[0]) if f["section"] == "volumes"}
            self.assertEqual(shown, {owner: n})

    def test_an_unknown_host_is_an_error_and_not_an_empty_list(self):
        for words in (("volume", "list"), ("backup", "list"), ("instance", "list"), ("service", "list")):
            r = self.expect(self.tool.run(*words, "--host", A + "x"), NOT_FOUND, A)
            self.assertEqual(r.out, "")
        self.expect(self.tool.run("host", "show", A[:-1]), NOT_FOUND, A)

    def test_services_say_who_is_up(self):
        states = {(s["binary"], s["host"]): s["state"] for s in self.list("service", "list")}
        self.assertEqual(states["nova-compute", A], "down")
        self.assertEqual(states["nova-compute", B], "up")
        self.assertEqual(states["cinder-volume", B + "@ceph"], "up")
        down = self.list("service", "list", "--down")
        self.assertEqual({s["state"] for s in down}, {"down"})
        self.assertIn(A, {s["host"] for s in down})

    def test_a_host_is_shown_whole(self):
        facts = self.list("host", "show", A)
        count = {}
        for f in facts:
            count[f["section"]] = count.get(f["section"], 0) + (f["count"] or 0)
        self.assertEqual(count["instances"], value("nova", "SELECT COUNT(*) FROM instances WHERE deleted = 0"
                                                   " AND BINARY host = BINARY %s", (A,)))
        self.assertEqual(count["volumes"], len(rows("cinder", ON_A, (A,))))
        self.assertEqual(count["attachments"], value("cinder", "SELECT COUNT(*) FROM volume_attachment WHERE deleted = 0"
                                                     " AND BINARY attached_host = BINARY %s", (A,)))
        self.assertEqual({f["item"] for f in facts if f["section"] == "service"},
                         {"nova-compute " + A, "cinder-backup " + A, "cinder-volume %s@ceph" % A, "cinder-volume %s@nvme" % A,
                          "neutron-openvswitch-agent " + A, "neutron-sriov-nic-agent " + A})

    def test_every_format_has_the_same_rows(self):
        wanted = [v["id"] for v in self.list("volume", "list", "--host", A, "--sort-column", "id")]
        for form in ("csv", "value", "yaml", "table"):
            r = self.expect(self.tool.run("volume", "list", "--host", A, "--sort-column", "id", "-c", "id", "-f", form), OK)
            positions = [r.out.index(i) for i in wanted]
            self.assertEqual(positions, sorted(positions), form)
        r = self.tool.run("volume", "list", "--host", A, "-f", "csv")
        self.assertEqual(sorted(row["id"] for row in csv.DictReader(io.StringIO(r.out))), sorted(wanted))

    def test_half_a_list_is_an_error_and_does_not_look_whole(self):
        names = ["`%s`" % r["Field"] for r in rows("cinder", "SHOW COLUMNS FROM volumes")]
        picked = {"`id`": "CONCAT('5e1f0000-0000-4000-8000-', LPAD(n.seq, 12, '0'))"}
        rows("cinder", "INSERT INTO volumes (%s) SELECT %s FROM volumes AS v JOIN %s AS n WHERE v.id = %%s"
             % (", ".join(names), ", ".join(picked.get(c, "v." + c) for c in names), harness.numbers(4000)),
             (rows("cinder", ON_A, (A,))[0]["id"],))
        whole = {f: self.expect(self.tool.run("volume", "list", "--host", A, "-f", f), OK).out for f in ("value", "csv", "json")}
        for breaks, code in ((wire.Short, harness.DB_UNREACHABLE), (wire.Interrupted, harness.ERROR)):
            for form, most, written in (("value", 500000, True), ("csv", 500000, True), ("json", 500000, True), ("table", 500000, False),
                                        ("value", 20000, False), ("json", 20000, False)):
                broken = breaks(int(ENV["SB_DB_PORT"]), b"volume_list_near_node", most)
                self.addCleanup(broken.close)
                self.tool.cinder = [self.rewrite(ENV["SB_CINDER_CONF"], r"@127.0.0.1:\d+/", "@127.0.0.1:%d/" % broken.here)]
                r = self.expect(self.tool.run("volume", "list", "--host", A, "-f", form), code, "volume_list_near_node")
                self.assertEqual(broken.broken, 1)
                self.assertEqual("the list on stdout is not whole" in r.err, written, r)
                self.assertEqual(bool(r.out), written)
                if written:
                    self.assert_half(form, whole[form], r)

    def assert_half(self, form, whole, r):
        """Whole rows, as many as the error says, and no reader of JSON takes it for a list."""
        self.assertTrue(whole.startswith(r.out))
        if form == "json":
            self.assertTrue(r.out.endswith("\n  }"))
            self.assertRaises(ValueError, json.loads, r.out)
        else:
            self.assertTrue(r.out.endswith("\n"))
            self.assertIn("ends after %d rows" % (r.out.count("\n") - (form == "csv")), r.err)

    def test_cinder_alone_is_enough_for_cinders_lists(self):
        self.tool.nova = []
        self.assertTrue(self.list("volume", "list", "--host", A))
        self.assertTrue(self.list("backup", "list"))
        self.assertIn(ENV["SB_HOST_B"], {b["host"] for b in self.list("backup", "list")})

    def test_the_configuration_is_shown_with_its_origins_and_no_password(self):
        shown = {(v["service"], v["group"], v["key"]): v for v in self.list("config", "show")}
        connection = shown["cinder", "database", "connection"]
        self.assertIn(":***@", connection["value"])
        self.assertRegex(connection["origin"], r"cinder\.conf:\d+ \[database\] connection")
        self.assertEqual(shown["site", "-", "state_dir"]["origin"], "--state-dir")
        self.tool.nova = ["/nowhere.conf"]
        wrong = self.expect(self.tool.run("config", "show"), harness.CONFIG, "/nowhere.conf")
        self.assertIn("cinder.conf", wrong.out, "the rest is shown all the same")
