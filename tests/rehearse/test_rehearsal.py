# SPDX-License-Identifier: Apache-2.0
"""The whole of evac-rehearse, on dumps of the light sandbox."""
import gzip
import os
import shutil
import signal
import subprocess
import sys
import time
import unittest

import cloud
import harness
from harness import A, B, ENV, rows
from whole import ADDRESS, DATABASES, PLANT, REHEARSE, ROOT, Case, dumped

class Rehearsal(Case):
    def test_the_plan_is_that_of_the_rows_that_were_dumped(self):
        harness.heartbeats()
        before = harness.checksum()
        report = self.rehearse(self.whole, "--host", A, "--to", B, "-f", "json").json
        self.same_plan(report, harness.heartbeats, A, B)
        self.assertEqual(before, harness.checksum())

    def test_the_plan_is_the_same_of_a_folder_that_mydumper_wrote(self):
        folder = os.path.join(self.directory, "mydumper")
        self.addCleanup(shutil.rmtree, folder)
        harness.heartbeats()
        subprocess.run(["mydumper", "--defaults-file", ENV["SB_DB_ADMIN_FILE"], "--host", "127.0.0.1", "--port", ENV["SB_DB_PORT"], "--user", ENV["SB_DB_ADMIN"], "--password", ENV["SB_DB_ADMIN_PASS"],
                        "--outputdir", folder, "--compress", "--regex", r"^(%s)\." % "|".join(DATABASES)], check=True)
        report = self.rehearse(folder, "--host", A, "--to", B, "-f", "json").json
        self.assertEqual({d["kind"] for d in report["dumps"]}, {"mydumper"})
        self.same_plan(report, harness.heartbeats, A, B)

    def test_an_aggregate_s_hosts_die_together(self):
        self.addCleanup(harness.sandbox, "reset", "--rows")
        harness.heartbeats()
        rows("nova_api", "INSERT INTO aggregates (id, uuid, name) VALUES (77, UUID(), 'rack 7'), (78, UUID(), 'empty')")
        for host in (A, B):
            rows("nova_api", "INSERT INTO aggregate_hosts (host, aggregate_id) VALUES (%s, 77)", (host,))
        dump = self.file("rack.sql", dumped(*DATABASES))
        report = self.rehearse(dump, "--aggregate", "rack 7", "-f", "json").json
        self.assertEqual((sorted(report["hosts"]), report["error"]), (sorted((A, B)), None))
        steps = lambda document: sorted((s["kind"], str(s["id"]), s["before"]["host"]) for s in document["plan"]["steps"] if s["before"] and "host" in s["before"])
        self.assertEqual(steps(report), steps(self.rehearse(dump, "--host", A, "--host", B, "-f", "json").json))
        self.assertEqual({s[2].split("@")[0] for s in steps(report)}, {A, B})
        self.expect(self.rehearse(dump, "--aggregate", "empty"), harness.NOT_FOUND, "no aggregate 'empty' with hosts")

    def test_hosts_that_die_together_are_all_taken_as_fenced(self):
        report = self.rehearse(self.whole, "--host", A, "--host", B, "-f", "json").json
        self.assertEqual((report["hosts"], report["error"]), ([A, B], None))
        self.assertTrue(report["plan"]["steps"])
        self.assertEqual([f for f in report["plan"]["findings"] if f["code"] == "fencing-unconfirmed"], [])

    def test_hosts_that_die_together_and_have_no_volumes_are_one_rescue(self):
        """'host evacuate' takes one host, and 'host rescue' asks cinder's database."""
        nova, cinder = self.file("nova.sql", dumped("nova_api", "nova_cell0", "nova", "placement", "neutron")), self.file("cinder.sql", dumped("cinder", options=("--no-data",)))
        report = self.rehearse(nova, cinder, "--host", A, "--host", B, *self.shared(), "-f", "json").json
        self.assertEqual((report["hosts"], report["error"], report["to"]), ([A, B], None, harness.C))
        self.assertEqual({s["kind"] for s in report["plan"]["steps"]} & {"instance", "volume"}, {"instance"})
        self.expect(self.rehearse(nova, "--host", A, "--host", B), harness.CONFIG, "no dump of cinder", "--host alone")

    def test_what_the_site_s_scheduler_asks_is_in_the_plan(self):
        self.addCleanup(harness.sandbox, "reset", "--rows")
        cloud.make_zone("az-east", "racks 1 to 4", (B, harness.C), ["image-stopped-0"])
        dump = self.file("zone.sql", dumped(*DATABASES))
        codes = lambda *words: {f["code"] for f in self.rehearse(dump, "--host", A, "--only", "image-stopped-0", *self.shared(), *words, "-f", "json").json["plan"]["findings"]}
        self.assertIn("zone-not-in-placement", codes())
        says = lambda word: ("--nova-config-file", self.file("%s.conf" % word, b"[DEFAULT]\nx = 1\n[scheduler]\nquery_placement_for_availability_zone = %s\n[x]\n" % word.encode()))
        self.assertEqual({"zone-not-in-placement", "no-capacity"} & codes(*says("false")), set())
        self.assertIn("no-capacity", codes(*says("true")))

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

    def shared(self):
        """Disks that nova made are on all hosts."""
        return "--config", self.file("site.conf", b"[site]\nshared_disks = true\n")

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
        planted, kept = self.plant(), os.path.join(self.directory, "kept")
        os.makedirs(kept)
        for words_more in ((), ("-f", "json", "--save", kept, "--prometheus", os.path.join(kept, "x.prom"), "--keep")):
            self.rehearse(planted, "--host", A, *words_more)
            self.assertNotIn(PLANT, self.said)
            self.assertNotIn(ADDRESS, self.said)
        place = self.said.rpartition("kept: ")[2].strip()
        self.assertTrue(os.path.exists(place), self.said)
        self.addCleanup(shutil.rmtree, place, True)
        self.assertGreater(self.nothing_planted(kept, place), 100)
        self.assertIn("evac_rehearse_exit_code", open(os.path.join(kept, "x.prom")).read())


if os.environ.get("LARGE"):     # make check-rehearsal
    class LargeRehearsal(Case):
        """A cloud that was made of a seed: 200 hosts, 2,000 instances."""

        site = "shared_disks = true\n"

        def test_a_cloud_of_200_hosts_and_2000_instances_is_planned_as_on_its_own_rows(self):
            sys.path.insert(0, os.path.join(ROOT, "tests", "fleet"))
            import fleet
            self.addCleanup(harness.sandbox, "reset", "--rows")
            made = fleet.Cloud(1, hosts=200, instances=2000)
            made.write()
            busiest = max((h for h in made.hosts if h.up and not h.disabled), key=lambda h: sum(1 for i in made.instances if i.host is h)).name
            began = time.monotonic()
            report = self.rehearse(self.file("large.sql", dumped(*DATABASES)), "--host", busiest, "-f", "json", "--config", self.file("site.conf", b"[site]\n" + self.site.encode())).json
            print("\nof %d instances on 200 hosts, %d on %s: %.1f s" % (len(made.instances), len(report["plan"]["steps"]), busiest, time.monotonic() - began))
            self.same_plan(report, lambda: rows("nova", "UPDATE services SET last_seen_up = IF(host = %s OR last_seen_up < '2021-01-01', UTC_TIMESTAMP() - INTERVAL 1 HOUR,"
                                                " UTC_TIMESTAMP())", (busiest,)), busiest, None)


if __name__ == "__main__":
    unittest.main()
