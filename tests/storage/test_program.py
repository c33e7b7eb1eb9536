#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The whole program beside a real Ceph (tests/storage/run-program has started it, in a light sandbox with disks): monitors and OSDs that say
nothing, and what the audit finds on quiet days. What it tells somebody to type to Ceph is typed, with Ceph's own programs."""
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import unittest

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(here), "lib"))
import rados  # noqa: E402
import rbd  # noqa: E402

import harness  # noqa: E402
import journals  # noqa: E402
import landing  # noqa: E402
from harness import A, B, C, ENV, FENCED, OK, PARTIAL, REFUSED, rows  # noqa: E402

UNKNOWN, FINDINGS = 9, 3
CONF, CEPH = ENV["SB_CEPH_CONF"], os.path.dirname(ENV["SB_CEPH_CONF"])
RBD = os.path.abspath(os.environ["RBD"])
PATIENCE_S = 300            # the end of every wait for a state
DEADLINE_S = 12             # of a look: 11 s, and the end of who asked
LONG_S = "157680000"
AUDIT = "guest-cannot-write", "disk-open-twice", "old-client-expires"


def until(what, ask):
    end = time.monotonic() + PATIENCE_S
    while not ask():
        if time.monotonic() > end:
            raise AssertionError("never: " + what)
        time.sleep(0.2)


def ceph_pid(server):
    with open(os.path.join(CEPH, server + ".pid")) as f:
        return int(f.read())


@contextlib.contextmanager
def stopped(*servers):
    for server in servers:
        os.kill(ceph_pid(server), signal.SIGSTOP)
    try:
        yield
    finally:
        for server in servers:
            os.kill(ceph_pid(server), signal.SIGCONT)


def watchers(image):
    with rados.Rados(conffile=CONF, name="client.admin") as cluster, cluster.open_ioctx(image.split("/")[0]) as pool, \
            rbd.Image(pool, image.split("/")[1], read_only=True) as opened:
        return [w["addr"] for w in opened.watchers_list()]


def mon(**words):
    with rados.Rados(conffile=CONF, name="client.admin") as cluster:
        code, _, said = cluster.mon_command(json.dumps(words), b"")
    assert code == 0, said


def epoch():
    """Of the OSDs' map, which each order to the blocklist makes anew."""
    with rados.Rados(conffile=CONF, name="client.admin") as cluster:
        return json.loads(cluster.mon_command(json.dumps({"prefix": "osd stat", "format": "json"}), b"")[1])["epoch"]


def with_ceph(line):
    """A command of Ceph's own, as it was printed: by who may do it, with the programs that were unpacked."""
    return subprocess.run([os.path.join(here, "ceph"), "run", "sh", "-c", line], capture_output=True, text=True, timeout=PATIENCE_S,
                          env={**os.environ, "EVAC_CEPH": CEPH, "CEPH_ARGS": "--name client.admin"})


class Program(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.tool.types = False     # the other files type what is said beside storage
        harness.sandbox("reset", "--rows")
        self.stop = threading.Event()
        keeper = threading.Thread(target=self.keep_alive)
        harness.heartbeats()
        keeper.start()
        self.addCleanup(lambda: (self.stop.set(), keeper.join()))
        self.configure()
        found = rows("nova", """
            SELECT b.instance_uuid, b.volume_id FROM block_device_mapping b JOIN instances i ON i.uuid = b.instance_uuid
             WHERE i.host = %s AND i.vm_state = 'active' AND i.task_state IS NULL AND b.connection_info LIKE '%%"rbd"%%' AND b.deleted = 0
               AND b.boot_index = 0 ORDER BY b.id LIMIT 1""", (A,))[0]
        self.instance, self.volume = found["instance_uuid"], found["volume_id"]
        self.image = "volumes/volume-" + self.volume
        until("its guest writes", lambda: len(watchers(self.image)) == 1)

    def keep_alive(self):
        """Nobody reports in the light sandbox, and a test may be long."""
        while not self.stop.wait(3):
            with contextlib.suppress(Exception):
                harness.heartbeats(dead=())

    def configure(self, conf=CONF, **more):
        """Another file each time: what a cluster is called once must not be what it was before."""
        with open(self.tool.site, "w") as f:
            f.write(harness.SITE + "computes_wait_for_ports = false\n[storage]\npool = vms\n")
            f.write("".join("%s = %s\n" % one for one in {"conf": conf, "user": "witness", "fence_user": "fence", **more}.items()))

    def guest_pid(self, host=A):
        with open(os.path.join(ENV["SB_RUN"], "pid", "guest-%s.%s.%s" % (host, self.instance, self.image.split("/")[1]))) as f:
            return int(f.read().split()[0])

    def kill_guest(self):
        os.kill(self.guest_pid(), signal.SIGKILL)

    def start_guest(self, address, user="cinder"):
        log = open(os.path.join(self.tool.state, "guest-" + address), "w+")
        guest = subprocess.Popen([RBD, "client." + user, "guest", *self.image.split("/"), "new", "100"], stdin=subprocess.DEVNULL, stdout=log,
                                 stderr=log, env={**os.environ, "CEPH_CONF": CONF, "SRCIP": address})

        def said():
            log.seek(0)
            return log.read()
        self.addCleanup(lambda: (guest.kill(), guest.wait(), log.close()))
        until("the guest of %s has opened it" % address, lambda: "open" in said())
        return guest, said


class Silent(Program):
    """Who says nothing is unknown, never "nobody"; and whoever is silent, a command ends, while they are silent still."""

    def setUp(self):
        super().setUp()
        self.looked = {}

    def nobody(self):
        conf = os.path.join(self.tool.state, "ceph.conf")
        with open(CONF) as f, open(conf, "w") as out:     # a port that refuses would be told at once; this address has nobody at all
            out.writelines("mon host = 198.51.100.1:6789\n" if line.startswith("mon host") else line for line in f)
        self.configure(conf)

    def ways(self):
        """What is silent."""
        for name, servers in (("monitor", ("mon",)), ("OSD", ("osd",)), ("nobody", ())):
            if name == "nobody":
                self.nobody()
            with self.subTest(silent=name), stopped(*servers):
                yield name
            if servers:
                until("it answers again", lambda: watchers(self.image) is not None)

    def in_time(self, looks, *words, **more):
        """As many looks one after the other as it may take; what it needs beside them is what it needs while all answer."""
        if words not in self.looked:
            raise AssertionError("not timed while all answer: %s" % (words,))
        began = time.monotonic()
        result = self.tool.run(*words, timeout=PATIENCE_S, **more)
        took = time.monotonic() - began
        print("%-60s %5.1f s, of %.1f s while all answer" % (" ".join(words)[:60], took, self.looked[words]), file=sys.stderr)
        self.assertLess(took, looks * DEADLINE_S + 20 * self.looked[words], str(result))
        return result

    def time_while_all_answer(self, *commands):
        for words in commands:
            began = time.monotonic()
            self.tool.run(*words)
            self.looked[words] = time.monotonic() - began

    def test_what_only_reads_says_unknown_in_time(self):
        shows = ("host", "show", A, "-f", "json"), ("instance", "show", self.instance, "-f", "json"), ("volume", "show", self.volume, "-f", "json")
        doctor, audit = ("doctor", "-f", "json"), ("audit", "run", "S01", "S02", "S03", "--no-second-look", "-f", "json", "--fail-on", "medium")
        map_before, watched = epoch(), watchers(self.image)
        self.time_while_all_answer(*shows, doctor, audit)
        self.assertEqual((epoch(), watchers(self.image)), (map_before, watched))
        for silent in self.ways():
            for words in shows:
                r = self.expect(self.in_time(1, *words), OK)
                (row,) = [x for x in r.json if x.get("item") == self.image]
                said = row.get("detail") or row.get("value")
                self.assertRegex(said, "not asked: .*(timed out|no OSD answered in time)")
                self.assertNotIn("no client of Ceph", r.out)
            r = self.in_time(2, *doctor)
            found = {x["check"]: x for x in r.json}
            self.assertEqual(found["storage"]["result"], "warn", found["storage"])
            self.assertRegex(found["storage"]["detail"], "not asked: .*timed out|no OSD answered in time")
            if silent != "OSD":
                self.assertEqual(found["storage fence"]["result"], "warn")
            r = self.expect(self.in_time(3, *audit), FINDINGS)
            told = [f["subject"] for f in r.json if f["check"] == "check-not-run"]
            self.assertEqual(told, list(AUDIT[:2]) if silent == "OSD" else list(AUDIT))     # its entries are the monitors'
            self.assertEqual([f["check"] for f in r.json if f["check"] in AUDIT], [])

    def test_a_rescue_says_unknown_and_a_fence_is_refused_in_time(self):
        harness.sandbox("fail", A, "--now")
        until("no guest of it is left", lambda: not watchers(self.image))
        plan = ("host", "rescue", A, "--to", B, *FENCED, "--dry-run", "-f", "json")
        fence = ("host", "rescue", A, "--to", B, "--fence", "storage", "--yes", "-f", "json")
        self.time_while_all_answer(plan, (*fence[:-3], "--dry-run", "-f", "json"))
        self.looked[fence] = self.looked[(*fence[:-3], "--dry-run", "-f", "json")]
        before = harness.checksum()
        for silent in self.ways():
            r = self.in_time(1, *plan)
            self.assertIn("storage-unknown", r.findings())
            self.assertEqual({d["state"] for d in r.json["storage"]["disks"]}, {"unknown"})
            r = self.expect(self.in_time(2, *fence), REFUSED)
            self.assertIn("fence-impossible", r.findings())
            self.assertIn("storage-unknown" if silent == "OSD" else "fence-caps-missing", r.findings())
            self.unchanged(before)

    def test_a_rescue_that_goes_on_without_it_ends_and_looks_at_no_disk(self):
        """Storage that says nothing stops nothing: it was no witness before there was Ceph either."""
        harness.sandbox("fail", A, "--now")
        until("no guest of it is left", lambda: not watchers(self.image))
        words = ("host", "rescue", A, "--to", B, *FENCED, "--yes", "-f", "json")
        began = time.monotonic()
        self.tool.run(*words[:-3], "--dry-run", "-f", "json")
        self.looked[words] = time.monotonic() - began
        with Nova(), stopped("mon"):
            # the plan's look, one before the waves, one of what has landed, for each wave and in the end
            r = self.expect(self.in_time(6, *words), PARTIAL)
        self.assertIn("storage-unknown", r.findings())
        landed = [s for s in r.json["steps"] if s["kind"] == "instance" and s["state"] == "proved"]
        self.assertGreater(len(landed), 5)
        self.assertEqual({s["disks"] for s in landed} - {None}, {"not-looked-at"})

    def test_a_host_that_returns_and_a_recovery_say_unknown_in_time(self):
        harness.sandbox("fail", A, "--now")
        until("no guest of it is left", lambda: not watchers(self.image))
        rows("cinder", "UPDATE volumes SET host = REPLACE(host, %s, %s) WHERE id = %s", (A, B, self.volume))
        words = ("instance", "evacuate", self.instance, "--fence", "storage", "--yes", "--no-wait", "-f", "json")
        with Nova():
            self.expect(self.tool.run(*words), OK)
        run = journals.read(journals.path_of(self.tool))[0]["run"]
        returns, recover = ("host", "return", A, "-f", "json"), ("journal", "recover", run, "--dry-run", "-f", "json")
        journals.cut_after(journals.path_of(self.tool), lambda r: r["type"] == "intent" and r.get("unit", 0) == 0)
        self.time_while_all_answer(returns, recover)
        for silent in self.ways():
            if silent == "OSD":     # both ask the monitors alone
                continue
            (row,) = [x for x in self.in_time(1, *returns).json if x["check"] == "blocklist"]
            self.assertEqual(row["state"], "stop")
            self.assertIn("is not known", row["message"])
            if silent == "monitor":     # the run's own journal says how to reach its cluster, whatever is configured now
                self.expect(self.in_time(2, *recover), UNKNOWN, "not known")


class Nova(harness.Conductor):
    """nova, as soon as the message has come; with a guest it does not bother."""

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.close()

    def _got(self, message):
        super()._got(message)
        landing.land(landing.uuid_of(self.casts[-1]), C)


class Audit(Program):
    """S01 to S03: each is found on a real cluster, is not found beside it, and its remedy ends it."""

    def audit(self):
        return self.tool.run("audit", "run", "S01", "S02", "S03", "--no-second-look", "-f", "json", "--fail-on", "low")

    def found(self):
        r = self.audit()
        self.assertIn(r.code, (OK, FINDINGS), str(r))
        found = [f for f in r.json]
        self.assertEqual([f for f in found if f["check"] == "check-not-run"], [])
        return found

    def only(self, check):
        found = self.found()
        self.assertEqual({f["check"] for f in found}, {check})
        return found

    def test_a_cluster_that_is_well_has_none(self):
        self.assertEqual(self.found(), [])

    def test_a_running_guest_under_a_dead_ones_lock_and_its_remedy(self):
        self.kill_guest()
        until("it is forgotten", lambda: not watchers(self.image))
        self.assertEqual(self.found(), [])      # nobody has it open: it does not run, whatever nova says
        _, said = self.start_guest("127.0.0.51", user="old")
        until("its write is refused", lambda: "Permission denied" in said())
        (f,) = self.only("guest-cannot-write")
        self.assertEqual((f["subject"], f["details"]["image"]), (self.instance, self.image))
        unlock, reset = f["remedy"].split("; ")
        self.assertTrue(reset.startswith("virsh "))
        done = with_ceph(unlock)
        self.assertEqual(done.returncode, 0, done.stderr)
        until("it writes", lambda: "ok" in said())
        mon(prefix="osd blocklist clear")       # rbd lock rm has put the old one there, for an hour
        self.assertEqual(self.found(), [])

    def test_two_guests_of_one_disk_and_its_remedy(self):
        guest, said = self.start_guest("127.0.0.52")
        until("both have it open", lambda: len(watchers(self.image)) == 2)
        (f,) = self.only("disk-open-twice")
        self.assertEqual(f["subject"], self.instance)
        self.assertEqual({f["details"]["client"].split(":")[0], f["details"]["other"].split(":")[0]}, {"127.0.0.21", "127.0.0.52"})
        done = with_ceph(f["remedy"].split("; ")[0])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("127.0.0.52", done.stdout)
        guest.terminate()
        guest.wait()
        until("one is left", lambda: len(watchers(self.image)) == 1)
        self.assertEqual(self.found(), [])

    def test_an_entry_that_ends_soon_and_its_remedy(self):
        soon, later = "192.0.2.77:0/1234", "192.0.2.77:0/1235"
        mon(prefix="osd blocklist", blocklistop="add", addr=soon, expire=3600.0)
        mon(prefix="osd blocklist", blocklistop="add", addr=later, expire=float(LONG_S))
        (f,) = self.only("old-client-expires")
        self.assertEqual(f["subject"], soon)
        self.assertEqual(f["remedy"], f"ceph osd blocklist rm {soon} && ceph osd blocklist add {soon} {LONG_S}")
        done = with_ceph(f["remedy"])
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.found(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
