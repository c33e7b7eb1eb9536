# SPDX-License-Identifier: Apache-2.0
"""The whole of evac-rehearse, on dumps of the light sandbox."""
import gzip
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import harness
import schemas
from harness import A, B, ENV, SECRETS, rows

ROOT = harness.ROOT
REHEARSE = os.path.join(ROOT, "src", "rehearse", "evac-rehearse")
DATABASES = ("nova_api", "nova_cell0", "nova", "cinder", "placement", "neutron")
PLANT = "PLANTED"
# everything that may hold a secret; {0} is a word of its own
PLANTS = (
    ("nova", "UPDATE instances SET user_data = '{0}', key_data = '{0}', display_description = 'https://ann:{0}@example.org/'"),
    ("nova", "UPDATE instance_extra SET keypairs = '{{\"nova_object.data\": {{\"objects\": [{{\"public_key\": \"{0}\"}}]}}}}'"),
    ("nova", "INSERT INTO instance_system_metadata (instance_uuid, `key`, value, deleted) SELECT uuid, 'password_0', '{0}', 0 FROM instances LIMIT 1"),
    ("nova", "INSERT INTO instance_metadata (instance_uuid, `key`, value, deleted) SELECT uuid, 'db', '{0}', 0 FROM instances LIMIT 1"),
    ("nova", "UPDATE block_device_mapping SET connection_info = '{{\"driver_volume_type\": \"iscsi\", \"data\": {{\"auth_password\": \"{0}\"}}}}'"),
    ("nova", "INSERT INTO instance_faults (instance_uuid, code, message, details, deleted) SELECT uuid, 500, 'x', '{0}', 0 FROM instances LIMIT 1"),
    ("nova", "INSERT INTO console_auth_tokens (token_hash, console_type, host, port, instance_uuid, expires) SELECT '{0}', 'novnc', 'h', 1, uuid, 1 FROM instances LIMIT 1"),
    ("nova_api", "INSERT INTO key_pairs (user_id, name, public_key, fingerprint, type) VALUES ('u', 'n', 'ssh-rsa {0}', '{0}', 'ssh')"),
    ("cinder", "UPDATE volumes SET provider_auth = 'CHAP u {0}', provider_location = '10.9.8.7:3260,1 {0}'"),
    ("cinder", "UPDATE volume_attachment SET connection_info = '{{\"data\": {{\"auth_password\": \"{0}\"}}}}', connector = '{{\"host\": \"h\", \"password\": \"{0}\"}}'"),
    ("cinder", "INSERT INTO volume_metadata (volume_id, `key`, value, deleted) SELECT id, 'k', '{0}', 0 FROM volumes LIMIT 1"),
    ("neutron", "UPDATE agents SET configurations = '{{\"tunneling_ip\": \"10.9.8.7\"}}'"))
ADDRESS = "10.9.8.7"


def dumped(*databases, options=()):
    return subprocess.run(["mariadb-dump", "--defaults-file=" + ENV["SB_DB_ADMIN_FILE"], "--single-transaction", *options, "--databases", *databases], check=True,
                          stdout=subprocess.PIPE).stdout


class Case(harness.TestCase):
    site = ""       # of the site's own file, in [site]

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="rehearsal.")
        cls.addClassCleanup(shutil.rmtree, cls.directory, True)
        harness.sandbox("reset", "--rows")     # of what others have planted
        harness.heartbeats()
        cls.whole = cls.file("whole.sql", dumped(*DATABASES))

    @classmethod
    def file(cls, name, data):
        path = os.path.join(cls.directory, name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    def rehearse(self, *words):
        done = subprocess.run([REHEARSE, *words, "--directory", self.directory], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, "EVAC_MANAGE": harness.TOOL}, timeout=600)
        result = harness.Result(["evac-rehearse", *words], done.returncode, done.stdout.decode(), done.stderr.decode())
        self.said = result.out + result.err
        if "json" in words:
            self.assertEqual(schemas.of_rehearsal(result.json), [])
        for secret in SECRETS:
            self.assertNotIn(secret, self.said)
        return result

    def planned(self, host, to):
        """What evac-manage itself plans in the sandbox, on the rows that were dumped."""
        with open(self.tool.site, "w") as f:
            f.write("[site]\nlife_ports = none\n%s" % self.site)
        self.tool.types = False     # what it prints to be typed is other tests'
        done = self.tool.run("host", *(["rescue", host, "--to", to] if to else ["evacuate", host]), *harness.FENCED, "--dry-run", "-f", "json", "--placement-config-file", ENV["SB_PLACEMENT_CONF"])
        return done.json

    def same_plan(self, report, alive, host, to):
        """As evac-manage plans on the rows themselves, as soon as alive() has made their heartbeats new; of servers that no dump has each says its own."""
        self.assertEqual((report["schema"], report["error"], report["without"], report["refused"]), ("evac-rehearse/1", None, [], []))
        self.assertEqual([d["cut"] for d in report["dumps"]], [None])
        alive()
        expected = self.planned(host, to)
        steps = lambda document: sorted((s["kind"], str(s["id"]), s["state"]) for s in document["steps"])
        self.assertGreater(len(steps(expected)), 10)
        self.assertEqual(steps(report["plan"]), steps(expected))
        servers = {"no-consumer", "service-not-checked", "service-down", "broker-keeps-messages", "needs-token", "service-token-missing", "host-not-checked"}
        findings = lambda document: sorted((f["code"], str(f["subject"])) for f in document["findings"] if f["code"] not in servers)
        self.assertEqual(findings(report["plan"]), findings(expected))


class Rehearsal(Case):
    def test_the_plan_is_that_of_the_rows_that_were_dumped(self):
        harness.heartbeats()
        before = harness.checksum()
        report = self.rehearse(self.whole, "--host", A, "--to", B, "-f", "json").json
        self.same_plan(report, harness.heartbeats, A, B)
        self.assertEqual(before, harness.checksum())

    def test_hosts_that_die_together_are_all_taken_as_fenced(self):
        report = self.rehearse(self.whole, "--host", A, "--host", B, "-f", "json").json
        self.assertEqual((report["hosts"], report["error"]), ([A, B], None))
        self.assertTrue(report["plan"]["steps"])
        self.assertEqual([f for f in report["plan"]["findings"] if f["code"] == "fencing-unconfirmed"], [])

    def test_text_has_the_plan_and_nothing_to_type_that_names_private_files(self):
        result = self.rehearse(self.whole, "--host", A)
        for text in ("host rescue %s" % A, "the newest heartbeat, is now", "masked", "evacuate "):
            self.assertIn(text, result.out)
        self.assertNotIn(self.directory + "/evac-rehearse.", result.out)
        self.assertEqual(self.private(), [])

    def test_what_is_missing_or_cut_is_named_and_the_rest_is_planned(self):
        whole = dumped("nova_api", "nova_cell0", "nova", "cinder", "placement")
        cut = self.file("cut.sql.gz", gzip.compress(whole)[:-2000])
        report = self.rehearse(cut, "--host", A, "-f", "json").json
        self.assertIn("ends too early", report["dumps"][0]["cut"])
        self.assertIn("no dump of neutron: nothing says whether ports can be plugged elsewhere", report["without"])
        self.assertTrue(report["plan"]["steps"])
        self.assertNotEqual(report["exit_code"], 0)
        less = self.file("less.sql", dumped("nova_api", "nova_cell0", "nova", "placement", "neutron", options=("--ignore-table=nova_api.request_specs",)))
        report = self.rehearse(less, "--host", A, "-f", "json").json
        self.assertIn("the dump of nova_api has no table request_specs", report["without"])
        self.assertIn("no dump of cinder: no volume or backup is known, and none is moved", report["without"])
        self.assertNotEqual(report["exit_code"], 0)

    def test_a_host_that_is_not_there_has_the_nearest_names(self):
        self.expect(self.rehearse(self.whole, "--host", A[:-1]), harness.NOT_FOUND, "no nova-compute", A)
        self.expect(self.rehearse(self.file("keystone.sql", dumped("keystone")), "--host", A), harness.DB_UNREACHABLE, "no database of nova_api")
        self.expect(self.rehearse(self.whole), harness.USAGE, "--host")

    def test_nothing_of_it_goes_on_when_it_is_ended(self):
        for number in (signal.SIGTERM, signal.SIGKILL):
            child = subprocess.Popen([REHEARSE, self.whole, "--host", A, "--directory", self.directory], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                     env={**os.environ, "EVAC_MANAGE": harness.TOOL})
            self.until(lambda: [f for f in self.private() if os.path.exists(os.path.join(f, "sql"))])
            place = self.private()[0]
            child.send_signal(number)
            self.assertEqual(child.wait(30), 143 if number == signal.SIGTERM else -number)
            self.until(lambda: not subprocess.run(["pgrep", "-f", place], stdout=subprocess.DEVNULL).returncode == 0)
            self.assertEqual(os.path.exists(place), number == signal.SIGKILL)
            shutil.rmtree(place, ignore_errors=True)

    def private(self):
        return [os.path.join(self.directory, f) for f in os.listdir(self.directory) if f.startswith("evac-rehearse.")]

    def until(self, what):
        end = time.monotonic() + 240
        while not what():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.1)

    def test_a_replica_is_dumped_and_a_random_host_is_the_same_of_one_seed(self):
        seen = [self.rehearse("--from", ENV["SB_DB_ADMIN_FILE"], "--databases", ",".join(DATABASES), "--random", "--seed", "7", "-f", "json").json for _ in range(2)]
        self.assertEqual(seen[0]["hosts"], seen[1]["hosts"])
        self.assertEqual(len(seen[0]["hosts"]), 1)
        self.assertTrue(seen[0]["plan"]["steps"])
        self.assertEqual([d["cut"] for d in seen[0]["dumps"]], [None])

    def test_nothing_of_a_planted_secret_is_in_anything_that_is_written(self):
        self.addCleanup(harness.sandbox, "reset", "--rows")
        words = []
        for n, (database, statement) in enumerate(PLANTS):
            words.append("%s%dx" % (PLANT, n))
            self.assertGreater(rows(database, statement.format(words[-1])), 0, statement)
        rows("nova", "UPDATE compute_nodes SET host_ip = %s", (ADDRESS,))
        data = dumped(*DATABASES)
        self.assertLess(8, sum(w.encode() in data for w in words))
        kept = os.path.join(self.directory, "kept")
        os.makedirs(kept)
        planted = self.file("planted.sql", data)
        for words_more in ((), ("-f", "json", "--save", kept, "--prometheus", os.path.join(kept, "x.prom"), "--keep")):
            self.rehearse(planted, "--host", A, *words_more)
            self.assertNotIn(PLANT, self.said)
            self.assertNotIn(ADDRESS, self.said)
        place = self.said.rpartition("kept: ")[2].strip()
        self.assertTrue(os.path.exists(place), self.said)
        self.addCleanup(shutil.rmtree, place, True)
        looked = 0
        for top in (kept, place):
            for folder, _, names in os.walk(top):
                for name in names:
                    path = os.path.join(folder, name)
                    if not os.path.isfile(path):
                        continue
                    looked += 1
                    with open(path, "rb") as f:
                        found = f.read()
                    for secret in (PLANT, ADDRESS, *SECRETS):
                        self.assertNotIn(secret.encode(), found, path)
        self.assertGreater(looked, 100)
        self.assertIn("evac_rehearse_exit_code", open(os.path.join(kept, "x.prom")).read())


if os.environ.get("LARGE"):     # make check-rehearsal
    class LargeRehearsal(Case):
        """A cloud that was made of a seed: 200 hosts, 2,000 instances."""

        site = "shared_disks = true\n"

        def test_a_cloud_of_200_hosts_and_2000_instances_is_planned_as_on_its_own_rows(self):
            sys.path.insert(0, os.path.join(ROOT, "tests", "fleet"))
            import fleet
            self.addCleanup(harness.sandbox, "reset", "--rows")
            cloud = fleet.Cloud(1, hosts=200, instances=2000)
            cloud.write()
            busiest = max((h for h in cloud.hosts if h.up and not h.disabled), key=lambda h: sum(1 for i in cloud.instances if i.host is h)).name
            began = time.monotonic()
            report = self.rehearse(self.file("large.sql", dumped(*DATABASES)), "--host", busiest, "-f", "json", "--config", self.file("site.conf", b"[site]\n" + self.site.encode())).json
            print("\nof %d instances on 200 hosts, %d on %s: %.1f s" % (len(cloud.instances), len(report["plan"]["steps"]), busiest, time.monotonic() - began))
            self.same_plan(report, lambda: rows("nova", "UPDATE services SET last_seen_up = IF(host = %s OR last_seen_up < '2021-01-01', UTC_TIMESTAMP() - INTERVAL 1 HOUR,"
                                                " UTC_TIMESTAMP())", (busiest,)), busiest, None)


if __name__ == "__main__":
    unittest.main()
