#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Rescues by the thousand on a real Ceph, each of a seed: a host is killed, frozen, cut off, or lives, a moment or half a minute before
the command; it comes back never, before the second look, about then, at the message or in the end, when Ceph's short entries have expired; with
--fence storage or without; the new guest may break locks or not. What counts is what the disks say in the end.

usage: rescues.py SEEDS [FIRST]      SEEDS rescues, from FIRST (1); in the light sandbox, which has disks. LANES: so many at a time

Each lane (lanes.py) is a host; nova is a stand-in that starts the guest's processes on another host and writes what nova writes. A guest
writes its number into a block of its own, so the disk tells who wrote when: what the old one's block gains after the cast is an old write."""
import collections
import json
import os
import random
import re
import shutil
import signal
import sys
import threading
import time

from lanes import CEPH, CONF, LANES_MOST, NEW, OLD, Guest, Lane, end_all, instance_on, remove
import harness
import landing
from harness import B, C, ENV, FENCED

LANES = min(int(os.environ.get("LANES") or 32), LANES_MOST)
WATCH_S, AGAIN_S = 30, 35            # Ceph's, and when the program looks again
LONG_S = 24 * 3600                   # an entry that ends sooner is librbd's own
PROVED, CANNOT = "proved", "guest-cannot-write"
LIFE = {"disk-watched", "source-alive"}
# whoever came back between two looks: the finding, before a wave, after its fence
BACK = r"disk-watched|has written to disk|has the disk .* open|has taken the lock"


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
        self.fate = r.choices(["kill", "freeze", "cut", "none", "cut and reports"], [6, 8, 6, 2, 1])[0]
        self.before_s = r.choice([r.uniform(0, 3), r.uniform(0, 3), r.uniform(3, 29), WATCH_S + 2])
        comes = self.fate in ("freeze", "cut")
        self.back = r.choice(["never", "at the message", "in the end", "in the end", "while it looks", "at the second look"]) if comes else "never"
        self.back_s = {"while it looks": r.uniform(8, AGAIN_S - 12), "at the second look": r.uniform(AGAIN_S - 1, AGAIN_S + 6)}.get(self.back)
        if self.back_s or self.fate == "cut and reports":      # it has to be watched at the first look for that
            self.before_s = r.uniform(0, 3)
        self.fence = r.random() < 0.75
        self.user = "old" if r.random() < 0.2 else "cinder"
        self.expires = r.random() < 0.5
        self.disks = r.choice([1, 1, 1, 2])
        self.whole = r.random() < 0.3        # host evacuate
        self.lives = self.fate in ("none", "cut and reports") or self.back == "while it looks"
        self.casts, self.at_cast, self.entries_at_cast, self.there_at_cast = 0, None, {}, set()
        self.old, self.new, self.broken, self.lock = [], [], [], threading.Lock()
        self.entries, self.goes_on, self.met, self.unheard = {}, False, False, []

    def __str__(self):
        return "seed %d: %s %.0f s before, back %s, %s, client.%s, %d disk%s%s%s" % (
            self.seed, self.fate, self.before_s, self.back, "--fence storage" if self.fence else "no fence", self.user, self.disks,
            "s" * (self.disks > 1), ", host evacuate" if self.whole else "", ", short entries expire" if self.expires else "")

    def guests(self, tag, slot, **env):
        return [Guest(image, tag, slot, self.user, os.path.join(self.tool.state, "%s-%d" % (tag, i)), **env) for i, image in enumerate(self.images)]

    def strike(self):
        if self.fate.startswith("cut"):
            self.lane.pull()
        elif self.fate != "none":
            for guest in self.old:
                guest.process.send_signal(signal.SIGKILL if self.fate == "kill" else signal.SIGSTOP)
        if self.fate == "cut and reports":
            self.lane.report()

    def come_back(self):
        for guest in self.old:
            guest.listen()
        self.lane.plug()
        if self.fate == "freeze":
            for guest in self.old:
                guest.process.send_signal(signal.SIGCONT)

    def land(self):
        """nova, when the message has come."""
        with self.lock:
            self.casts += 1
            if self.casts > 1:
                return
        try:
            self.at_cast = [guest.number() for guest in self.old]
            self.entries_at_cast = CEPH.entries(self.lane.old)
            self.there_at_cast = {w for image in self.images for w in CEPH.watchers(image, self.lane.old)}
            if self.back == "at the message":
                self.come_back()
            self.new = self.guests("new", NEW, SRCIP=self.lane.new)
            for guest in self.new:
                guest.wait("open")
            landing.land(self.instance, C)
        except Exception as e:  # the rescue is told, not the thread
            self.broken.append("nova: %s" % e)

    def evacuate(self):
        self.tool.types = False
        with open(self.tool.site, "a") as f:
            f.write("[storage]\nconf = %s\nuser = cinder\nfence_user = fence\n" % CONF)
        patient = os.path.join(self.tool.state, "patient.conf")
        with open(patient, "w") as f:   # as everywhere; the sandbox's 10 s are too short for heartbeats by hand beside so many rescues
            f.write("[DEFAULT]\nservice_down_time = 60\n")
        self.tool.nova.append(patient)
        self.tool.cinder.append(patient)
        words = ["host", "evacuate", self.lane.host] if self.whole else ["instance", "evacuate", self.instance]
        words += ["--fence", "storage"] if self.fence else FENCED
        words += ["--accept", "mass-failure"]    # the other lanes are down, too
        if self.user == "old":      # the operator was told, and goes on
            words += ["--accept", "lock-breakers-missing"]
        return self.tool.run(*words, "--yes", "-f", "json", "--timeout", "120")

    def run(self, nova):
        """Answers how often each of NEVER and TOLD was seen."""
        self.tool = harness.Tool()
        self.instance, self.images = instance_on(self.lane, self.user, self.disks)
        nova.rescues[self.instance] = self
        try:
            return self.judge(self.play())
        finally:
            self.lane.plug()
            for guest in self.old + self.new:
                guest.end()
            nova.rescues.pop(self.instance)
            remove(self.instance)
            self.lane.be_silent()
            for client in {**CEPH.entries(self.lane.old), **CEPH.entries(self.lane.new)}:
                CEPH.forget(client)
            if not self.broken:
                shutil.rmtree(self.tool.state, ignore_errors=True)

    def play(self):
        self.old = self.guests("old", OLD, WIRE=str(self.lane.port))
        for guest in self.old:
            guest.wait("write 1 ok")
        self.clients = {w for image in self.images for w in CEPH.watchers(image, self.lane.old)}
        self.strike()
        time.sleep(self.before_s)
        timer = threading.Timer(self.back_s or 0, self.come_back if self.back_s else lambda: None)
        timer.start()
        try:
            r = self.evacuate()
        finally:
            timer.cancel()
            timer.join()
        self.entries, self.strangers = CEPH.entries(self.lane.old), CEPH.entries(self.lane.new)
        then = [guest.number() for guest in self.old]
        self.goes_on = self.all_go_on(self.new)
        if self.meets_another() and self.casts:         # they take turns, of a second or two
            self.met = any(guest.goes_on(n, 4) for guest, n in zip(self.old, then))
        if self.expires:            # as in an hour
            for client in [c for c, left in self.entries.items() if left < LONG_S]:
                CEPH.forget(client)
        if self.back == "in the end":
            self.come_back()
        if self.is_refused_or_writes():
            self.unheard = [g.image for i, g in enumerate(self.old) if not g.is_heard(self.at_cast[i], 60)]
        time.sleep(1)               # one that may write does so ten times
        return r

    def has_old_writes(self):
        return self.at_cast is not None and any(g.number() > then for g, then in zip(self.old, self.at_cast))

    @staticmethod
    def all_go_on(guests):
        return bool(guests) and all(g.goes_on(g.number(), 3) for g in guests)

    def is_refused_or_writes(self):
        """There is a new guest, and the old one came back after it had been looked at for the last time."""
        return self.at_cast is not None and self.back in ("in the end", "at the message", "at the second look")

    def meets_another(self):
        """Nothing keeps the old guest out that comes back before the new one is verified: the program may see both."""
        return self.back in ("at the message", "at the second look") and not self.fence

    def judge(self, r):
        found = collections.Counter()
        try:
            report = r.json
        except ValueError:
            self.broken.append("no report: %s" % r)
            return found
        step = next((s for s in report["steps"] if s["kind"] == "instance"), {"state": "none", "outcome": None})
        self.judge_disks(found, step)
        if (step["state"] == PROVED) != (r.code == harness.OK):
            found["another exit code"] += 1
        if self.lives:
            self.judge_living(found, {f["code"] for f in report["findings"]})
        elif self.back == "at the second look" and not self.casts:
            found["stopped, as it came back" if re.search(BACK, r.out + r.err) else "stopped, and not told that it lives"] += 1
        else:
            self.judge_dead(found, step, r)
        if any(found[c] for c in NEVER):
            self.broken.append("%s\n%s" % (dict(found), r))
        return found

    def judge_disks(self, found, step):
        """Of every rescue, whatever its host is."""
        if self.has_old_writes():
            found["old writes with --fence storage" if self.fence else "old writes without it"] += 1
        elif self.is_refused_or_writes():
            found["came back and said nothing" if self.unheard else "came back and was refused"] += 1
        if step["state"] == PROVED and not self.goes_on:
            found["verified, and cannot write"] += 1
        if step["state"] == PROVED and self.met:
            found["verified, and the old one writes"] += 1
        if step["state"] == PROVED and self.fence and not self.all_go_on(self.new):
            found["stopped writing later, with --fence storage"] += 1
        if self.casts > 1:
            found["cast twice"] += 1
        if self.strangers or set(self.entries) - self.clients:
            found["others fenced"] += 1

    def judge_living(self, found, codes):
        if self.entries:
            found["living hosts fenced"] += 1
        if self.casts:
            found["living hosts evacuated"] += 1
        found["stopped, as it lives" if codes & LIFE else "stopped, and not told that it lives"] += 1

    def judge_dead(self, found, step, r):
        cast, shared = self.at_cast is not None, self.meets_another() and step.get("disks") == "shared"
        if "disk-watched" in r.out + r.err and not shared:
            found["stopped by a late watcher"] += 1
        if cast and self.there_at_cast and not (self.back == "at the second look" and not self.fence):
            found["cast while the old client was there"] += 1
        if cast and self.fence and {c for c, left in self.entries_at_cast.items() if left > LONG_S} != self.clients:
            found["cast before its fence stood"] += 1
        if step["state"] == PROVED:
            found["rescued"] += 1
        elif shared:
            found["told that both write"] += 1
        elif self.user == "old" and step["outcome"] == CANNOT and not self.goes_on:
            found["told that it cannot write"] += 1
        else:
            found["dead, and neither rescued nor told why"] += 1


NEVER = ("old writes with --fence storage", "verified, and cannot write", "living hosts fenced", "stopped by a late watcher",
         "living hosts evacuated", "stopped, and not told that it lives", "dead, and neither rescued nor told why", "cast twice",
         "cast while the old client was there", "cast before its fence stood", "others fenced", "came back and said nothing",
         "stopped writing later, with --fence storage", "verified, and the old one writes", "another exit code")
TOLD = ("rescued", "told that it cannot write", "told that both write", "stopped, as it lives", "stopped, as it came back",
        "came back and was refused", "old writes without it")


def keep_alive(stop, lanes):
    while not stop.wait(3):
        try:
            harness.heartbeats(alive=(B, C, ENV["SB_CONTROLLER"]), dead=())
            for lane in lanes:
                lane.keep_reporting()
        except Exception as e:
            print("heartbeats: %s" % e, flush=True)


class Totals:
    def __init__(self):
        self.lock, self.began, self.found, self.drawn, self.seeds, self.broken = threading.Lock(), time.monotonic(), collections.Counter(), {}, 0, []

    def add(self, rescue, found, took):
        said = [name for name in NEVER + TOLD if found[name]]
        with self.lock:
            self.seeds += 1
            self.found.update(found)
            self.drawn.setdefault((rescue.fate, rescue.back), collections.Counter()).update(["fence" if rescue.fence else "no fence"])
            print("%s -> %s, %d s%s" % (rescue, ", ".join(said) or "broken", took, "; BROKEN" * bool(rescue.broken)), flush=True)
            if rescue.broken:
                self.broken.append(rescue.seed)
                print("\n".join(rescue.broken), flush=True)

    def show(self):
        print("\n| of %d rescues in %d s | |\n|---|---|" % (self.seeds, time.monotonic() - self.began))
        for name in NEVER + TOLD:
            print("| %s | %d |" % (name, self.found[name]))
        print("\n| host | back | with `--fence storage` | without |\n|---|---|---|---|")
        for (fate, back), n in sorted(self.drawn.items()):
            print("| %s | %s | %d | %d |" % (fate, back, n["fence"], n["no fence"]))
        print("\nbroken: %s" % (" ".join(map(str, self.broken)) or "none"))
        print("%d passed, %d failed" % (self.seeds - len(self.broken), len(self.broken)))


def work(lane, seeds, nova, totals):
    while True:
        with totals.lock:
            if not seeds:
                return
            seed = seeds.popleft()
        rescue, found, began = Rescue(seed, lane), collections.Counter(), time.monotonic()
        try:
            found = rescue.run(nova)
        except Exception as e:
            rescue.broken.append("%s: %s" % (type(e).__name__, e))
        totals.add(rescue, found, time.monotonic() - began)


def main():
    count, first = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    seeds, stop = collections.deque(range(first, first + count)), threading.Event()
    harness.sandbox("reset", "--rows")
    harness.heartbeats()
    lanes = [Lane(i) for i in range(min(LANES, count))]
    threading.Thread(target=keep_alive, args=(stop, lanes), daemon=True).start()
    nova, totals = Nova(), Totals()

    def give_up(*_):
        end_all()
        totals.show()
        os._exit(1)

    signal.signal(signal.SIGTERM, give_up)
    signal.signal(signal.SIGINT, give_up)
    workers = [threading.Thread(target=work, args=(lane, seeds, nova, totals)) for lane in lanes]
    for worker in workers:
        worker.start()
        time.sleep(1)               # they would all start their guests at once
    for worker in workers:
        worker.join()
    stop.set()
    nova.close()
    end_all()
    totals.show()
    sys.exit(bool(totals.broken) or totals.seeds != count)


main()
