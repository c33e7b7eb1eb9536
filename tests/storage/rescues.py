#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Rescues by the thousand on a real Ceph, each of a seed: a host is killed, frozen, cut off, or lives, a moment or half a minute before
the command; it comes back never, before the second look, at the message or in the end, when Ceph's short entries have expired; with
--fence storage or without; the new guest may break locks or not. What counts is what the disks say in the end.

usage: rescues.py SEEDS [FIRST]      SEEDS rescues, from FIRST (1); in the light sandbox, which has disks. LANES: so many at a time

Each lane is a host that died long ago by all rows, with an address and a cable of its own; nova is a stand-in that starts the guest's process
on another host and writes what nova writes. A guest writes its number into a block of its own, so the disk tells who wrote when."""
import collections
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid

here = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(here), "lib"))
import rados  # noqa: E402
import rbd  # noqa: E402

import cells  # noqa: E402
import cloud  # noqa: E402
import harness  # noqa: E402
import landing  # noqa: E402
from harness import A, B, C, ENV, FENCED, rows, value  # noqa: E402

RBD, CONF = os.path.abspath(os.environ["RBD"]), ENV["SB_CEPH_CONF"]
LANES = int(os.environ.get("LANES") or 8)
WIRES = int(ENV["EVAC_SANDBOX_PORT"]) + 170
LIKE = "volume-active-0"
OLD, NEW = 0, 1                      # the block that each writes
WATCH_S, AGAIN_S = 30, 35            # Ceph's, and when the program looks again
LONG_S = 24 * 3600                   # an entry that ends sooner is librbd's own
PROVED = "proved"


class Ceph:
    def __init__(self):
        self.cluster = rados.Rados(conffile=CONF, name="client.admin")
        self.cluster.connect()
        self.pool = self.cluster.open_ioctx("volumes")

    def mon(self, **words):
        code, out, said = self.cluster.mon_command(json.dumps({"format": "json", **words}), b"")
        if code:
            raise RuntimeError("%s: %s" % (words, said))
        return json.JSONDecoder().raw_decode(out.decode())[0] if out else None       # a sentence follows, of some

    def entries(self, address):
        """{client: seconds that are left} of a host's clients on the blocklist."""
        ends = {e["addr"]: e["until"] for e in self.mon(prefix="osd blocklist ls")}
        now = time.time()
        left = lambda until: time.mktime(time.strptime(until[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone - now
        return {a: left(until) for a, until in ends.items() if a.startswith(address + ":")}

    def forget(self, client):
        self.mon(prefix="osd blocklist", blocklistop="rm", addr=client)

    def number(self, image, slot):
        """What the disk says in this one's block; 0: it never wrote."""
        with rbd.Image(self.pool, image, read_only=True) as opened:
            said = opened.read(slot * 4096, 512).partition(b"\0")[0].decode()
        return int(said.rpartition(" ")[2]) if said else 0

    def watched_from(self, image, address):
        with rbd.Image(self.pool, image, read_only=True) as opened:
            return any(w["addr"].startswith(address + ":") for w in opened.watchers_list())


CEPH = Ceph()


class Guest:
    def __init__(self, image, tag, slot, user, log, **env):
        self.log = open(log, "w+")
        self.process = subprocess.Popen([RBD, "client." + user, "guest", "volumes", image, tag, "100"], stdin=subprocess.DEVNULL,
                                        stdout=self.log, stderr=self.log, env={**os.environ, "CEPH_CONF": CONF, "SLOT": str(slot), **env})

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def wait(self, words, seconds=60):
        end = time.monotonic() + seconds
        while words not in self.said():
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError("the guest never said %r: %r" % (words, self.said()))
            time.sleep(0.2)

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()


class Lane:
    """A host that is down by all rows, its address, its cable; and the address of where its guests go."""

    def __init__(self, number):
        self.host, self.number = "lane-%02d" % number, number
        self.old, self.new = "127.0.1.%d" % (10 + number), "127.0.2.%d" % (10 + number)
        self.port = WIRES + number
        for database, table, where, more in (
                ("nova", "services", "BINARY host = BINARY '%s' AND `binary` = 'nova-compute' AND deleted = 0" % A, {"uuid": str(uuid.uuid4())}),
                ("nova", "compute_nodes", "BINARY host = BINARY '%s' AND deleted = 0" % A,
                 {"uuid": str(uuid.uuid4()), "hypervisor_hostname": self.host}),
                ("nova_api", "host_mappings", "BINARY host = BINARY '%s'" % A, {})):
            rows(database, "DELETE FROM `%s` WHERE host = %%s" % table, (self.host,))
            cells.copy_row(database, database, table, where, host=self.host, **more)
        self.wire = None
        self.plug()

    def plug(self):
        self.wire = subprocess.Popen([os.path.join(here, "wire.py"), str(self.port), self.old], stdin=subprocess.DEVNULL)
        time.sleep(0.3)

    def close(self):
        self.wire.send_signal(signal.SIGKILL)
        self.wire.wait()


def instance_on(lane, user):
    """One that boots from a volume which another host's cinder-volume has; as rows, and as an image."""
    made, volume, attachment = str(uuid.uuid4()), str(uuid.uuid4()), str(uuid.uuid4())
    old = cloud.named(LIKE)
    where = "instance_uuid = '%s'" % old["uuid"]
    bdm = rows("nova", "SELECT * FROM block_device_mapping WHERE deleted = 0 AND " + where)[0]
    info = {"driver_volume_type": "rbd", "data": {"name": "volumes/volume-" + volume, "hosts": ["127.0.0.1"], "ports": ["1"],
                                                  "auth_username": user}}
    cells.copy_row("nova", "nova", "instances", "uuid = '%s'" % old["uuid"], uuid=made, display_name="seed-" + made[:8], hostname=made[:8],
                   host=lane.host, node=lane.host, launched_on=lane.host)
    cells.copy_row("nova", "nova", "instance_extra", where, instance_uuid=made)
    cells.copy_row("nova", "nova", "instance_info_caches", where, instance_uuid=made, network_info="[]")
    cells.copy_row("nova", "nova", "block_device_mapping", "id = %d" % bdm["id"], instance_uuid=made, uuid=str(uuid.uuid4()), volume_id=volume,
                   attachment_id=attachment, connection_info=json.dumps(info))
    for meta in rows("nova", "SELECT id FROM instance_system_metadata WHERE " + where):
        cells.copy_row("nova", "nova", "instance_system_metadata", "id = %d" % meta["id"], instance_uuid=made)
    cells.copy_row("nova_api", "nova_api", "instance_mappings", where, instance_uuid=made)
    spec = value("nova_api", "SELECT spec FROM request_specs WHERE " + where)
    cells.copy_row("nova_api", "nova_api", "request_specs", where, instance_uuid=made, spec=spec.replace(old["uuid"], made))
    row = rows("cinder", "SELECT * FROM volumes WHERE id = %s", (bdm["volume_id"],))[0]
    row.update(id=volume, host=B + "@ceph#ceph", display_name="seed")
    link = rows("cinder", "SELECT * FROM volume_attachment WHERE volume_id = %s AND deleted = 0", (bdm["volume_id"],))[0]
    link.update(id=attachment, volume_id=volume, instance_uuid=made, attached_host=lane.host)
    for table, new in (("volumes", row), ("volume_attachment", link)):
        rows("cinder", "INSERT INTO %s (%s) VALUES (%s)" % (table, ", ".join("`%s`" % c for c in new), ", ".join(["%s"] * len(new))), list(new.values()))
    rbd.RBD().create(CEPH.pool, "volume-" + volume, 8 << 20, old_format=False, features=61)
    return made, "volume-" + volume


def remove(instance):
    rows("nova", "UPDATE instances SET deleted = id WHERE uuid = %s", (instance,))
    rows("nova", "UPDATE block_device_mapping SET deleted = id WHERE instance_uuid = %s", (instance,))
    rows("nova", "DELETE FROM migrations WHERE instance_uuid = %s", (instance,))


class Nova(harness.Conductor):
    """Takes the casts of all lanes, and does for each what nova does."""

    def __init__(self):
        self.rescues = {}
        super().__init__()

    def _got(self, message):
        cast = (message, json.loads(json.loads(message.body)["oslo.message"]))
        rescue = self.rescues.get(landing.uuid_of(cast))
        if rescue:
            threading.Thread(target=rescue.land, daemon=True).start()


class Rescue:
    def __init__(self, seed, lane):
        r = random.Random(seed)
        self.seed, self.lane = seed, lane
        self.fate = r.choices(["kill", "freeze", "cut", "none"], [3, 4, 3, 1])[0]
        self.before_s = r.choice([r.uniform(0, 3), r.uniform(0, 3), r.uniform(3, 29), WATCH_S + 2])
        back = ["never"] if self.fate in ("kill", "none") else ["never", "at the message", "in the end", "in the end", "while it looks"]
        self.back = r.choice(back)
        if self.back == "while it looks":      # it has to be watched at the first look for that
            self.before_s = r.uniform(0, 3)
        self.fence = r.random() < 0.75
        self.user = "old" if r.random() < 0.2 else "cinder"
        self.expires = r.random() < 0.5
        self.lives = self.fate == "none" or self.back == "while it looks"
        self.at_cast, self.new, self.guests, self.broken = None, None, [], []

    def __str__(self):
        return "seed %d: %s %.0f s before, back %s, %s, client.%s%s" % (
            self.seed, self.fate, self.before_s, self.back, "--fence storage" if self.fence else "no fence", self.user,
            ", short entries expire" if self.expires else "")

    def guest(self, **more):
        guest = Guest(log=os.path.join(self.tool.state, "guest-%d" % len(self.guests)), image=self.image, **more)
        self.guests.append(guest)
        return guest

    def strike(self):
        if self.fate == "kill":
            self.guests[0].process.send_signal(signal.SIGKILL)
        elif self.fate == "freeze":
            self.guests[0].process.send_signal(signal.SIGSTOP)
        elif self.fate == "cut":
            self.lane.wire.send_signal(signal.SIGSTOP)

    def come_back(self):
        self.lane.wire.send_signal(signal.SIGCONT)
        if self.fate != "kill":
            self.guests[0].process.send_signal(signal.SIGCONT)

    def land(self):
        """nova, when the message has come."""
        try:
            if self.at_cast is not None:
                return
            self.at_cast = CEPH.number(self.image, OLD)
            if self.back == "at the message":
                self.come_back()
            self.new = self.guest(tag="new", slot=NEW, user=self.user, SRCIP=self.lane.new)
            self.new.wait("open")
            landing.land(self.instance, C)
        except Exception as e:  # the rescue is told, not the thread
            self.broken.append("nova: %s" % e)

    def evacuate(self):
        self.tool.types = False
        with open(self.tool.site, "a") as f:
            f.write("[storage]\nconf = %s\nuser = cinder\nfence_user = fence\n" % CONF)
        words = ["--fence", "storage"] if self.fence else FENCED
        words = words + ["--accept", "mass-failure"]    # the other lanes are down, too
        if self.user == "old":      # the operator was told, and goes on
            words = words + ["--accept", "lock-breakers-missing"]
        return self.tool.run("instance", "evacuate", self.instance, *words, "--yes", "-f", "json", "--timeout", "120")

    def run(self, nova):
        """Answers {claim: 1 where it is broken}."""
        self.tool = harness.Tool()
        self.instance, self.image = instance_on(self.lane, self.user)
        nova.rescues[self.instance] = self
        try:
            return self.judge(self.play())
        finally:
            self.lane.wire.send_signal(signal.SIGCONT)
            for guest in self.guests:
                guest.end()
            nova.rescues.pop(self.instance)
            remove(self.instance)
            for client in CEPH.entries(self.lane.old):
                CEPH.forget(client)
            if not self.broken:
                shutil.rmtree(self.tool.state, ignore_errors=True)

    def play(self):
        self.guest(tag="old", slot=OLD, user=self.user, WIRE=str(self.lane.port)).wait("write 1 ok")
        self.strike()
        time.sleep(self.before_s)
        if self.back == "while it looks":
            threading.Timer(random.Random(-self.seed).uniform(8, AGAIN_S - 12), self.come_back).start()
        r = self.evacuate()
        self.entries = CEPH.entries(self.lane.old)
        if self.expires:            # as in an hour
            for client in [c for c, left in self.entries.items() if left < LONG_S]:
                CEPH.forget(client)
        if self.back == "in the end":
            self.come_back()
        time.sleep(3)
        return r

    def judge(self, r):
        found = collections.Counter()
        try:
            report = r.json
        except ValueError:
            self.broken.append("no report: %s" % r)
            return found
        codes = {f["code"] for f in report["findings"]}
        step = next((s for s in report["steps"] if s["kind"] == "instance"), {"state": "none"})
        before = CEPH.number(self.image, NEW)
        time.sleep(1)
        writes = CEPH.number(self.image, NEW) > before
        old = CEPH.number(self.image, OLD)
        if self.at_cast is not None and old > self.at_cast:
            found["old writes with --fence storage" if self.fence else "old writes without it"] += 1
        if step["state"] == PROVED and not writes:
            found["verified, and cannot write"] += 1
        if self.lives and self.entries:
            found["living hosts fenced"] += 1
        if self.lives and self.at_cast is not None:
            found["living hosts evacuated"] += 1
        if not self.lives and "disk-watched" in codes:
            found["stopped by a late watcher"] += 1
        if not self.lives and self.user == "cinder" and step["state"] != PROVED:
            found["not verified, and could write"] += 1
        found["rescued" if step["state"] == PROVED else "stopped, as it lives" if self.lives else "told that it cannot write" if self.at_cast is not None
              else "refused"] += 1
        if any(found[c] for c in NEVER):
            self.broken.append("%s\n%s" % (dict(found), r))
        return found


NEVER = ("old writes with --fence storage", "verified, and cannot write", "living hosts fenced", "living hosts evacuated",
         "stopped by a late watcher", "not verified, and could write")
TOLD = ("rescued", "stopped, as it lives", "told that it cannot write", "refused", "old writes without it")


def keep_alive(stop):
    while not stop.wait(3):
        try:
            harness.heartbeats(alive=(B, C, ENV["SB_CONTROLLER"]), dead=())
        except Exception as e:
            print("heartbeats: %s" % e, flush=True)


def work(lane, seeds, nova, totals, lock):
    while True:
        with lock:
            if not seeds:
                return
            seed = seeds.popleft()
        rescue = Rescue(seed, lane)
        try:
            found = rescue.run(nova)
        except Exception as e:
            rescue.broken.append("%s: %s" % (type(e).__name__, e))
            found = collections.Counter()
        with lock:
            totals.update(found)
            totals["seeds"] += 1
            totals["broken"] += bool(rescue.broken)
            if rescue.broken:
                print("%s\n%s" % (rescue, "\n".join(rescue.broken)), flush=True)
            if totals["seeds"] % 20 == 0:
                print("%d rescues, %d broken" % (totals["seeds"], totals["broken"]), flush=True)


def main():
    count, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    seeds, totals, lock, stop = collections.deque(range(first, first + count)), collections.Counter(), threading.Lock(), threading.Event()
    harness.sandbox("reset", "--rows")
    harness.heartbeats()
    threading.Thread(target=keep_alive, args=(stop,), daemon=True).start()
    nova, lanes, began = Nova(), [Lane(i) for i in range(min(LANES, count))], time.monotonic()
    workers = [threading.Thread(target=work, args=(lane, seeds, nova, totals, lock)) for lane in lanes]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    stop.set()
    nova.close()
    for lane in lanes:
        lane.close()
    print("\n| of %d rescues in %d s | |\n|---|---|" % (totals["seeds"], time.monotonic() - began))
    for name in NEVER + TOLD:
        print("| %s | %d |" % (name, totals[name]))
    print("%d passed, %d failed" % (totals["seeds"] - totals["broken"], totals["broken"]))
    sys.exit(totals["broken"] > 0 or totals["seeds"] != count)


main()
