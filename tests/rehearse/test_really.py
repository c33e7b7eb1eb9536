# SPDX-License-Identifier: Apache-2.0
"""--really: what is compared with what, what stands in for neutron and cinder; and with LARGE (make check-rehearsal) the whole of it, with a real nova."""
import contextlib
import json
import os
import shutil
import socket
import sys
import threading
import unittest
import uuid

import cloud
import harness
from harness import A, B, C, rows, value
from whole import ADDRESS, DATABASES, PLANT, ROOT, Case, dumped

sys.path.append(os.path.join(ROOT, "src", "rehearse"))    # behind tests/lib, which has a cloud.py of its own
import daemon  # noqa: E402
import really  # noqa: E402
import stand_in_cinder  # noqa: E402
import stand_in_neutron  # noqa: E402
from really import Instance, Now, Really, outcome, predictions  # noqa: E402

# the cloud that is made of a seed
SEED, HOSTS, INSTANCES = [int(os.environ.get(name, default)) for name, default in (("SEED", 1), ("HOSTS", 12), ("INSTANCES", 100))]
PLAN = {"steps": [{"kind": "instance", "id": "u1", "state": "planned"}, {"kind": "volume", "id": "v1", "state": "planned"}, {"kind": "volume", "id": "v2", "state": "planned"}],
        "findings": [{"severity": "skip", "code": "not-evacuable", "subject": "u2"}, {"severity": "warn", "code": "transitional", "subject": "u1"}]}


class Compared(unittest.TestCase):
    def test_the_plan_says_what_becomes_of_each_instance(self):
        found = predictions(PLAN, {"u1": ("one", "A"), "u2": ("two", "A"), "u3": ("three", "A")})
        self.assertEqual({i.id: i.predicted for i in found}, {"u1": "evacuated", "u2": "left: not-evacuable", "u3": "left: not chosen"})

    def happened(self, predicted, now, step):
        instance = Instance("u1", "one", "A", predicted)
        outcome(instance, now, step, {"A"})
        return instance.happened, instance.differs

    def test_evacuated_is_what_nova_s_rows_and_the_report_say(self):
        proved = {"state": "proved", "error": None}
        there = Now("B", "active", "", "done", 3.0)
        self.assertEqual(self.happened("evacuated", there, proved), ("evacuated", False))
        for now in (Now("A", "active", "", "done"), Now("B", "error", "", "done"), Now("B", "active", "rebuilding", "done"), Now("B", "active", "", "failed"), Now("B", "active", "")):
            self.assertTrue(self.happened("evacuated", now, proved)[1], now)
        self.assertEqual(self.happened("evacuated", there, {"state": "failed", "error": "x"}), ("evacuated, and not verified", True))
        self.assertEqual(self.happened("evacuated", there, None), ("evacuated, and not verified", True))
        self.assertEqual(self.happened("evacuated", None, proved), ("gone", True))
        self.assertEqual(self.happened("evacuated", Now("A", "error", "", "failed"), {"state": "failed", "error": "No valid host"}),
                         ("not evacuated: its evacuation is failed, the instance error", True))

    def test_left_is_what_was_not_touched(self):
        self.assertEqual(self.happened("left: not-evacuable", Now("A", "paused", ""), None), ("left: not-evacuable", False))
        self.assertTrue(self.happened("left: not-evacuable", Now("B", "active", "", "done"), {"state": "proved"})[1])
        self.assertTrue(self.happened("left: not-evacuable", Now("B", "active", ""), None)[1])

    def test_what_differs_comes_first_and_makes_it_not_as_predicted(self):
        r = Really("", None, None, None)
        r.rows, r.started_s, r.took_s, r.code = (2, 2), 1.0, 2.0, 0
        r.instances = [Instance("u1", "one", "A", "evacuated", "evacuated", "B", 3.0)]
        self.assertTrue(r.as_predicted)
        r.rows = (2, 1)
        self.assertFalse(r.as_predicted)
        r.rows = (2, 2)
        r.instances.insert(0, Instance("u2", "two\x1b[2J", "A", "evacuated", "not begun", "A", None, "why\x1b"))
        self.assertFalse(r.as_predicted)
        lines = r.lines()
        self.assertLess([i for i, l in enumerate(lines) if "DIFFERS" in l][0], [i for i, l in enumerate(lines) if l.startswith("one")][0])
        self.assertIn("1 of 2", lines[1])
        self.assertNotIn("\x1b", "\n".join(lines))
        r.why = "no"
        self.assertFalse(r.as_predicted)

    def test_rows_count_where_the_report_verified_them(self):
        done = {"steps": [{"kind": "volume", "id": "v1", "state": "proved"}, {"kind": "volume", "id": "v2", "state": "failed"}, {"kind": "instance", "id": "u1", "state": "proved"}]}
        self.assertEqual(really.moved(PLAN, done), (2, 1))


class OfCloud:
    def __init__(self, **databases):
        self.kinds = {"nova_api": ["nova_api"], "nova": ["nova", "nova_cell0"], "placement": ["placement"], "neutron": ["neutron"], **databases}

    def of_kind(self, kind):
        return self.kinds[kind]

    def version(self):
        return 1

    def targets(self, dead):
        return []


class Options:
    nova_python = None


class NotDone(unittest.TestCase):
    def why(self, **databases):
        with self.assertRaises(really.NotDone) as e:
            Really("", None, OfCloud(**databases), Options).prepare(["A"])
        return str(e.exception)

    def test_it_says_what_is_not_there(self):
        self.assertIn("no neutron", self.why(neutron=[]))
        self.assertIn("2 cells", self.why(nova=["nova", "nova_cell2", "nova_cell0"]))
        self.assertIn("0 cells", self.why(nova=["nova_cell0"]))

    def test_another_release_is_named_with_both_versions(self):
        installed = really.installed
        self.addCleanup(setattr, really, "installed", installed)
        really.installed = lambda python: ("/usr/bin/python3", {"nova": "26.2.2", "service": 66})
        self.assertRegex(self.why(), "version 1;.*26.2.2, which has 66")
        OfCloud.version, version = lambda self: 66, OfCloud.version
        self.addCleanup(setattr, OfCloud, "version", version)
        self.assertIn("no target", self.why())

    def test_a_python_without_nova_is_none(self):
        with self.assertRaisesRegex(really.NotInstalled, "no /not/there"):
            really.installed("/not/there")


class Waiting(unittest.TestCase):
    def test_who_listens_is_seen_with_the_sockets_of_an_old_eventlet(self):
        """greenio/base.py of 0.26.1: connect_ex() gives None when it is connected."""
        class Green(socket.socket):
            def connect_ex(self, address):
                return super().connect_ex(address) or None
        self.addCleanup(setattr, socket, "socket", socket.socket)
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
            socket.socket = Green
            waiting = threading.Thread(target=daemon.wait_for, args=({"ports": {"broker": port, "placement": port}},), daemon=True)
            waiting.start()
            waiting.join(20)
            self.assertFalse(waiting.is_alive())
        self.assertFalse(daemon.listens(port))


class Asked:
    def __init__(self, path, method="GET", body=None):
        path, _, query = path.partition("?")
        self.path, self.method, self.json = path, method, body
        self.query = {k: [v] for k, _, v in (p.partition("=") for p in query.split("&") if p)}


@contextlib.contextmanager
def rows_of(database):
    yield lambda statement, *args: rows(database, statement, args)


class StandIns(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        self.addCleanup(harness.sandbox, "reset", "--rows")
        harness.heartbeats()
        self.neutron = stand_in_neutron.Neutron(lambda: rows_of("neutron")).answer
        self.cinder = stand_in_cinder.Cinder(lambda: rows_of("cinder")).answer
        self.instance = value("nova", "SELECT uuid FROM instances WHERE display_name = 'volume-active-0' AND deleted = 0")

    def test_a_port_is_bound_where_an_agent_reports_and_active_when_it_is_plugged(self):
        (port,) = self.neutron(Asked("/v2.0/ports?device_id=%s" % self.instance))[1]["ports"]
        self.assertEqual((port["binding:host_id"], port["status"]), (A, "ACTIVE"))
        one = lambda host: self.neutron(Asked("/v2.0/ports/" + port["id"], "PUT", {"port": {"binding:host_id": host}}))[1]["port"]
        self.assertEqual((one(B)["binding:vif_type"], one(B)["status"]), ("ovs", "DOWN"))
        self.assertEqual(self.neutron(Asked("/plugged/%s/%s" % (C, port["id"]), "POST"))[0], 409)
        self.assertEqual(self.neutron(Asked("/plugged/%s/%s" % (B, port["id"]), "POST"))[0], 204)
        self.assertEqual(self.neutron(Asked("/v2.0/ports/" + port["id"]))[1]["port"]["status"], "ACTIVE")
        self.assertEqual(one(A)["binding:vif_type"], "binding_failed")          # its agents are an hour old
        self.assertEqual(self.neutron(Asked("/plugged/%s/%s" % (A, port["id"]), "POST"))[0], 409)

    def test_where_the_dump_has_no_agent_every_host_binds(self):
        rows("neutron", "DELETE FROM agents")
        (port,) = self.neutron(Asked("/v2.0/ports?device_id=%s" % self.instance))[1]["ports"]
        self.assertEqual(self.neutron(Asked("/v2.0/ports/" + port["id"], "PUT", {"port": {"binding:host_id": C}}))[1]["port"]["binding:vif_type"], "ovs")

    def test_an_attachment_is_reserved_connected_completed_and_the_old_one_deleted(self):
        old = rows("cinder", "SELECT * FROM volume_attachment WHERE instance_uuid = %s AND deleted = 0", (self.instance,))[0]
        ask = lambda path, method, body=None: self.cinder(Asked("/v3/p" + path, method, body))
        status = lambda: value("cinder", "SELECT status FROM volumes WHERE id = %s", (old["volume_id"],))
        code, made = ask("/attachments", "POST", {"attachment": {"volume_uuid": old["volume_id"], "instance_uuid": self.instance}})
        self.assertEqual(code, 200)
        new = "/attachments/" + made["attachment"]["id"]
        self.assertEqual(ask("/attachments/" + old["id"], "DELETE")[0], 200)
        self.assertEqual(status(), "reserved")
        connector = {"attachment": {"connector": {"host": B, "mountpoint": "/dev/vda"}}}
        self.assertEqual(ask(new, "PUT", connector)[0], 500)                    # its owner is the dead host
        rows("cinder", "UPDATE volumes SET host = REPLACE(host, %s, %s) WHERE id = %s", (A, B, old["volume_id"]))
        self.assertEqual(ask(new, "PUT", connector)[0], 200)
        self.assertEqual(ask(new + "/action", "POST", {"os-complete": None})[0], 204)
        self.assertEqual(status(), "in-use")
        row = rows("cinder", "SELECT * FROM volume_attachment WHERE volume_id = %s AND deleted = 0", (old["volume_id"],))
        self.assertEqual([(r["attached_host"], r["attach_status"], r["instance_uuid"]) for r in row], [(B, "attached", self.instance)])
        shown = ask("/volumes/" + old["volume_id"], "GET")[1]["volume"]
        self.assertEqual([a["attachment_id"] for a in shown["attachments"]], [row[0]["id"]])

    def test_a_volume_in_error_and_one_of_another_instance_are_refused(self):
        volume = value("cinder", "SELECT volume_id FROM volume_attachment WHERE instance_uuid = %s AND deleted = 0", (self.instance,))
        ask = lambda instance: self.cinder(Asked("/v3/p/attachments", "POST", {"attachment": {"volume_uuid": volume, "instance_uuid": instance}}))[0]
        self.assertEqual(ask(str(uuid.uuid4())), 400)
        self.assertEqual(ask(self.instance), 200)
        rows("cinder", "UPDATE volumes SET status = 'error' WHERE id = %s", (volume,))
        self.assertEqual(ask(self.instance), 400)


class Whole(Case):
    def test_what_is_not_installed_is_said_and_the_plan_stands(self):
        result = self.rehearse(self.whole, "--host", A, "--to", B, "--really", "--nova-python", "/not/there")
        self.expect(result, harness.PARTIAL, "NOT DONE: there is no /not/there")
        self.assertIn("evacuate ", result.out)


if os.environ.get("LARGE"):     # make check-rehearsal
    class Done(Case):
        site = "shared_disks = true\n"

        def really(self, dump, *words):
            return self.rehearse(dump, "--host", A, "--to", B, "--really", "--config", self.file("site.conf", b"[site]\n" + self.site.encode()), *words)

        def test_what_was_predicted_happens(self):
            report = self.really(self.whole, "-f", "json").json
            done = report["really"]
            self.assertEqual((done["why"], done["as_predicted"], report["exit_code"]), (None, True, 0), [i for i in done["instances"] if i["differs"]])
            self.assertEqual(len([i for i in done["instances"] if i["predicted"] == "evacuated"]), 10)
            self.assertEqual(len([i for i in done["instances"] if i["predicted"] == "left: not-evacuable"]), 3)
            self.assertEqual({i["host"] for i in done["instances"] if i["happened"] == "evacuated"} - {B, C}, set())
            self.assertGreater(done["rows"]["predicted"], 20)
            self.assertEqual(done["packets_without_route"], 0)
            print("\n%d instances, started in %.0f s, rescued in %.0f s, all of it %.0f s" % (len(done["instances"]), done["started_s"], done["took_s"], report["seconds"]))

        def test_a_cloud_that_was_made_of_a_seed_lands_as_predicted(self):
            sys.path.insert(0, os.path.join(ROOT, "tests", "fleet"))
            import fleet
            self.addCleanup(harness.sandbox, "reset", "--rows")
            control = rows("nova", "SELECT * FROM services WHERE `binary` IN ('nova-conductor', 'nova-scheduler') AND deleted = 0")
            made = fleet.Cloud(SEED, hosts=HOSTS, instances=INSTANCES)
            made.write()
            for row in control:
                rows("nova", "INSERT INTO services (%s) VALUES (%s)" % (", ".join("`%s`" % c for c in row), ", ".join(["%s"] * len(row))), list(row.values()))
            harness.heartbeats(alive=(harness.ENV["SB_CONTROLLER"],), dead=())
            busiest = max((h for h in made.hosts if h.up and not h.disabled), key=lambda h: sum(1 for i in made.instances if i.host is h)).name
            report = self.rehearse(self.file("cloud.sql", dumped(*DATABASES)), "--host", busiest, "--really", "--config", self.file("site.conf", b"[site]\n" + self.site.encode()),
                                   "-f", "json", timeout=7200).json
            done = report["really"]
            self.assertEqual((done["why"], [i for i in done["instances"] if i["differs"]], report["exit_code"]), (None, [], 0))
            self.assertGreater(len([i for i in done["instances"] if i["happened"] == "evacuated"]), 3)
            print("\n%d of %d instances on %d hosts, %d evacuated; started in %.0f s, rescued in %.0f s" % (
                len(done["instances"]), len(made.instances), HOSTS, len([i for i in done["instances"] if i["happened"] == "evacuated"]), done["started_s"], done["took_s"]))

        def test_a_zone_that_placement_does_not_have_is_what_the_plan_says_of_it(self):
            """Nova's own scheduler sends nothing there, unless the site's nova.conf has it not ask."""
            self.addCleanup(harness.sandbox, "reset", "--rows")
            cloud.make_zone("az-east", "racks 1 to 4", (B, C), ["image-stopped-0"])
            dump = self.file("zone.sql", dumped(*DATABASES))
            version = int(value("nova", "SELECT MAX(version) FROM services WHERE `binary` = 'nova-compute' AND deleted = 0"))

            def one(word):
                conf = self.file("zone.conf", b"[scheduler]\nquery_placement_for_availability_zone = %s\n" % word if word else b"")
                report = self.really(dump, "--only", "image-stopped-0", "--nova-config-file", conf, "-f", "json").json
                self.assertIsNone(report["really"]["why"])
                (found,) = [i for i in report["really"]["instances"] if i["name"] == "image-stopped-0"]
                return {f["code"] for f in report["plan"]["findings"]}, found["predicted"], found["happened"].split(":")[0]

            codes, predicted, happened = one(b"true")
            self.assertEqual((predicted, happened), ("left: no-capacity", "left"))
            if 60 <= version <= 66:     # an option, on by default
                codes, predicted, happened = one(None)
                self.assertIn("zone-not-in-placement", codes)
                self.assertEqual((predicted, happened), ("evacuated", "not evacuated"))
            if version <= 66:
                codes, predicted, happened = one(b"false")
                self.assertNotIn("zone-not-in-placement", codes)
                self.assertEqual((predicted, happened), ("evacuated", "evacuated"))

        def test_with_a_guard_switched_off_the_difference_is_shown(self):
            self.addCleanup(harness.sandbox, "reset", "--rows")
            big = value("nova", "SELECT uuid FROM instances WHERE display_name = 'image-active-1' AND deleted = 0")
            for database, table, column, inner in (("nova", "instance_extra", "flavor", ("cur",)), ("nova_api", "request_specs", "spec", ("nova_object.data", "flavor"))):
                text = flavor = json.loads(value(database, "SELECT %s FROM %s WHERE instance_uuid = %%s" % (column, table), (big,)))
                for key in inner:
                    flavor = flavor[key]
                flavor["nova_object.data"]["memory_mb"] = 10 ** 8
                rows(database, "UPDATE %s SET %s = %%s WHERE instance_uuid = %%s" % (table, column), (json.dumps(text), big))
            rows("nova", "UPDATE instances SET memory_mb = %s WHERE uuid = %s", (10 ** 8, big))
            dump = self.file("big.sql", dumped(*DATABASES))
            guarded = self.rehearse(dump, "--host", A, "--to", B, "--config", self.file("site.conf", b"[site]\n" + self.site.encode()), "-f", "json").json
            self.assertIn(("no-capacity", big), [(f["code"], f["subject"]) for f in guarded["plan"]["findings"]])
            result = self.really(dump, "--accept", "no-capacity")
            self.expect(result, harness.ERROR, "12 of 13 instances: what was predicted happened; what differs comes first")
            said = result.out[result.out.index("12 of 13"):].splitlines()
            self.assertRegex(said[3], "^image-active-1 +evacuated +DIFFERS: not evacuated")
            self.assertRegex(said[4], "[Nn]o valid host")

        def test_nothing_of_a_planted_secret_is_in_anything_and_no_packet_leaves(self):
            planted, kept = self.plant(), os.path.join(self.directory, "kept")
            os.makedirs(kept)
            nova = self.file("site-nova.conf", ("[DEFAULT]\ntransport_url = rabbit://u:%s@%s/\n[filter_scheduler]\nhost_subset_size = 2\n" % (PLANT, ADDRESS)).encode())
            report = self.really(planted, "-f", "json", "--save", kept, "--prometheus", os.path.join(kept, "x.prom"), "--keep", "--nova-config-file", nova).json
            self.assertEqual((report["really"]["why"], report["really"]["packets_without_route"]), (None, 0))
            self.assertNotIn(PLANT, self.said)
            self.assertNotIn(ADDRESS, self.said)
            place = self.said.rpartition("kept: ")[2].strip()
            self.addCleanup(shutil.rmtree, place, True)
            self.assertTrue({"nova-conductor.log", "nova-compute.log", "nova-scheduler.log", "placement.out"} <= set(os.listdir(os.path.join(place, "log"))))
            self.assertIn("host_subset_size", open(os.path.join(place, "etc", "nova.conf")).read())
            self.assertGreater(self.nothing_planted(kept, place), 150)
            self.assertIn('evac_rehearse_really_instances{as_predicted="yes"} 13', open(os.path.join(kept, "x.prom")).read())


if __name__ == "__main__":
    unittest.main()
