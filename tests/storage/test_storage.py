#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What src/storage says of a real Ceph (tests/storage/run has started it): guests' disks that live, die, freeze and are fenced.

A watch of who died stays for 27 to 30 seconds, so each test works on images of its own and waits for what it needs. On a machine that has much
else to do Ceph's own answers come late, and a look may end as unknown: that is asked again, and is never taken for "nobody"."""
import json
import os
import re
import signal
import subprocess
import sys
import time
import unittest

import rados
import rbd as librbd

RBD, SEE, CONF = os.environ["RBD"], os.environ["SEE"], os.environ["CEPH_CONF"]
CEPH = os.environ["EVAC_CEPH"]
OLD, NEW = "127.0.0.31", "127.0.0.32"
PATIENCE_S = 300  # the end of every wait for a state: an idle machine needs 30.1 s for the longest of them


def rbd(*words, user="client.admin"):
    return subprocess.run([RBD, user, *words], capture_output=True, text=True, timeout=PATIENCE_S)


class Guest:
    """A guest's disk as qemu has it, on a host of its own address."""

    def __init__(self, image, host, tag, user="client.cinder", ms=100):
        self.log = open(f"{CEPH}/{tag}.log", "w+")
        self.process = subprocess.Popen([RBD, user, "guest", "volumes", image, tag, str(ms)],
                                        stdout=self.log, stderr=subprocess.STDOUT, env={**os.environ, "SRCIP": host})

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def wait(self, words):
        end = time.monotonic() + PATIENCE_S
        while words not in self.said():
            if time.monotonic() > end or self.process.poll() is not None:
                raise AssertionError(f"the guest never said {words!r}: {self.said()}")
            time.sleep(0.1)
        return self

    def send(self, number):
        self.process.send_signal(number)

    def end(self):
        self.send(signal.SIGKILL)
        self.process.wait()


class Seen(dict):
    """The lines of see.c: fsid, may and so on; disks by name."""

    def __init__(self, text):
        super().__init__()
        self.disks, self.entries, last = {}, {}, None
        for line in text.splitlines():
            words = line.split()
            if words[0] == "entry":
                self.entries[words[1]] = words[2]
            elif words[0] in ("watcher", "lock"):
                self.disks[last][words[0]].append(words[1:])
            elif "/" in words[0]:
                last = words[0].split("/")[1]
                self.disks[last] = {"seen": words[1], "why": " ".join(words[2:-1]), "watcher": [], "lock": [],
                                    "features": int(words[-1].split("=")[1])}
            else:
                self[words[0]] = " ".join(words[1:])


def see(*words, user="witness", conf=CONF, keyring="-", monitors=None):
    env = {**os.environ, **({"MONITORS": monitors} if monitors else {})}
    done = subprocess.run([SEE, conf, keyring, user, *words], capture_output=True, text=True, timeout=PATIENCE_S, env=env, check=True)
    return Seen(done.stdout)


def until(what, ask):
    """The first answer that is one; ask() gives None while it is not."""
    end = time.monotonic() + PATIENCE_S
    while (answer := ask()) is None:
        if time.monotonic() > end:
            raise AssertionError(f"never: {what}")
        time.sleep(0.2)
    return answer


def disk(image, so=lambda seen: True, pool="volumes"):
    """What Ceph says of it, once it says something, and this."""
    last = {}

    def ask():
        last.update(see(f"{pool}/{image}").disks[image])
        return last if (last["seen"] != "unknown" or "may not" in last["why"]) and so(last) else None
    return until(last, ask)


def hosts(seen):
    return {w[0].split(":")[0] for w in seen["watcher"]}


def epoch():
    """Of the OSDs' map, which each order to the blocklist makes anew."""
    return json.loads(rbd("mon", json.dumps({"prefix": "osd stat", "format": "json"})).stdout)["epoch"]


def number(image):
    """The last one that a guest has written."""
    return int(rbd("read", "volumes", image).stdout.split()[-1])


def until_unwatched(image):
    disk(image, lambda seen: not seen["watcher"])


class Storage(unittest.TestCase):
    def setUp(self):
        self.image = re.sub("[^a-z]", "", self.id().rsplit(".", 1)[-1])
        self.guests = []
        self.assertEqual(rbd("create", "volumes", self.image, "16").returncode, 0)

    def tearDown(self):
        for guest in self.guests:
            guest.end()
            guest.log.close()

    def guest(self, host, tag, says="write 1 ok", **options):
        guest = Guest(options.pop("image", self.image), host, f"{self.image}-{tag}", **options)
        self.guests.append(guest)
        return guest.wait(says) if says else guest

    def test_a_guest_that_writes_is_watcher_and_owner(self):
        self.guest(OLD, "a")
        seen = disk(self.image)
        (watcher,), (lock,) = seen["watcher"], seen["lock"]
        self.assertRegex(watcher[0], rf"^{re.escape(OLD)}:0/[1-9][0-9]*$")
        self.assertEqual(watcher[:2], lock[:2])
        self.assertEqual(lock[2], "auto")
        self.assertEqual(lock[3], watcher[2])  # so the lock's name for 'rbd lock rm' is "auto" and the watch's cookie
        self.assertEqual(seen["features"] & 4, 4)

    def test_a_guest_that_has_not_written_holds_no_lock(self):
        self.guest(OLD, "a", says="open", ms=0)
        seen = disk(self.image)
        self.assertEqual((len(seen["watcher"]), seen["lock"]), (1, []))

    def test_a_look_is_no_watcher_and_writes_nothing(self):
        before, map_before = see(user="cinder").entries, epoch()
        for user in ("witness", "cinder"):
            seen = see("probe", f"volumes/{self.image}", user=user)
            self.assertEqual(seen.disks[self.image]["watcher"], [])
        self.assertEqual(see(user="cinder").entries, before)
        self.assertEqual(disk(self.image)["lock"], [])
        self.assertEqual(epoch(), map_before)

    def test_without_a_write_it_is_told_who_may_blocklist(self):
        for user, may in (("cinder", "yes"), ("fence", "yes"), ("old", "no"), ("witness", "no")):
            self.assertEqual(see("probe", user=user)["may"], may, user)

    def test_death_leaves_the_lock_and_for_half_a_minute_the_watch(self):
        guest = self.guest(OLD, "a")
        owner = disk(self.image)["lock"]
        died = time.monotonic()
        guest.end()
        watched = disk(self.image)["watcher"]
        if time.monotonic() - died < 20:     # a look that took longer saw a disk of which the watch may be over
            self.assertEqual(len(watched), 1)
        until_unwatched(self.image)
        self.assertEqual(disk(self.image)["lock"], owner)

    def test_the_trap_new_watcher_and_old_lock(self):
        """Caps without the blocklist: the new guest opens the disk, and every write of it is refused."""
        self.guest(OLD, "a").end()
        until_unwatched(self.image)
        self.guest(NEW, "b", says="Permission denied", user="client.old")
        seen = disk(self.image)
        self.assertTrue(seen["watcher"][0][0].startswith(NEW))
        self.assertTrue(seen["lock"][0][0].startswith(OLD))
        self.assertEqual(see("probe", user="old")["may"], "no")  # what guest-cannot-write is told by
        # the remedy: the running guest writes again
        self.assertEqual(rbd("unlock", "volumes", self.image).returncode, 0)
        self.guests[-1].wait("ok")

    def test_a_fenced_client_is_gone_at_once_and_for_ever(self):
        guest = self.guest(OLD, "a")
        owner = disk(self.image)["lock"][0][0]
        seen = see(f"fence={owner}@157680000", f"volumes/{self.image}", user="fence")
        self.assertEqual(seen["fenced"], "1 -")
        self.assertIn(owner, seen.entries)
        self.assertGreater(seen.entries[owner][:4], "2030")
        guest.wait("shutdown")
        until_unwatched(self.image)
        self.assertIsNone(guest.process.poll())     # it runs, and would be there still
        self.guest(NEW, "b")
        self.assertTrue(disk(self.image)["lock"][0][0].startswith(NEW))

    def test_a_frozen_client_that_was_fenced_never_writes_again(self):
        guest = self.guest(OLD, "a")
        owner = disk(self.image)["lock"][0][0]
        guest.send(signal.SIGSTOP)
        self.assertEqual(see(f"fence={owner}@157680000", user="fence")["fenced"], "1 -")
        self.guest(NEW, "b")
        guest.send(signal.SIGCONT)
        guest.wait("shutdown")
        self.assertIn(f"{self.image}-b", rbd("read", "volumes", self.image).stdout)

    def test_two_guests_are_seen_as_two_watchers(self):
        """The exclusive lock does not stop two living clients: the lock is now one's, now the other's."""
        self.guest(OLD, "a")
        self.guest(NEW, "b")
        disk(self.image, lambda seen: hosts(seen) == {OLD, NEW})

    def test_a_backup_that_reads_is_neither_owner_nor_writer(self):
        self.guest(OLD, "a").end()
        until_unwatched(self.image)
        self.guest("127.0.0.33", "backup", says="open", ms=0)
        seen = disk(self.image)
        self.assertEqual([w[0].split(":")[0] for w in seen["watcher"]], ["127.0.0.33"])
        self.assertTrue(seen["lock"][0][0].startswith(OLD))

    def test_an_entry_that_ended_lets_a_frozen_client_write_again(self):
        """Why an entry has to last: a client that never noticed it is no longer kept out (old-client-expires)."""
        guest = self.guest(OLD, "a")
        owner = disk(self.image)["lock"][0][0]
        guest.send(signal.SIGSTOP)
        self.assertEqual(see(f"fence={owner}@157680000", user="fence")["fenced"], "1 -")
        self.assertIn(owner, see().entries)
        done = rbd("mon", json.dumps({"prefix": "osd blocklist", "blocklistop": "rm", "addr": owner}))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn(owner, see().entries)
        before = number(self.image)
        guest.send(signal.SIGCONT)
        until("it writes", lambda: number(self.image) > before or None)
        self.assertNotIn("shutdown", guest.said())

    def test_an_entry_lasts_when_it_is_made_anew(self):
        """librbd's own ends in an hour, and Ceph lengthens none that exists, whatever it answers."""
        client = "192.0.2.77:0/4711"
        order = {"prefix": "osd blocklist", "blocklistop": "add", "addr": client}
        self.assertEqual(rbd("mon", json.dumps({**order, "expire": 3600.0})).returncode, 0)
        soon = see().entries[client]
        self.assertEqual(rbd("mon", json.dumps({**order, "expire": 157680000.0})).returncode, 0)
        self.assertEqual(see().entries[client], soon)
        seen = see(f"fence={client}@157680000", user="cinder")     # may add, and may take none away
        self.assertTrue(seen["fenced"].startswith("0 "), seen["fenced"])
        self.assertEqual(seen.entries[client], soon)
        seen = see(f"fence={client}@157680000", user="fence")
        self.assertEqual(seen["fenced"], "1 -")
        self.assertGreater(seen.entries[client][:4], "2030")

    def test_a_whole_host_is_never_fenced(self):
        for nonce in ("0", "4294967296"):
            done = subprocess.run([SEE, CONF, "-", "fence", f"fence={OLD}:0/{nonce}@60"], capture_output=True, text=True)
            self.assertNotIn("fenced 1", done.stdout)
        self.assertNotIn(f"{OLD}:0/0", see().entries)

    def test_a_whole_host_is_fenced_where_that_is_meant_and_never_a_server(self):
        """A guest that has not written and whose watch is over has no client that anybody could know."""
        host = "127.0.0.41"
        guest = self.guest(host, "a")
        self.assertEqual(see("whole", f"fence={host}:0/0@600", user="fence")["fenced"], "1 -")
        guest.wait("shutdown")
        until_unwatched(self.image)
        self.guest(NEW, "b")
        again = self.guest(host, "c", says=None)
        again.process.wait(PATIENCE_S)
        self.assertNotIn("write 1 ok", again.said())
        self.assertEqual(see(f"lift={host}:0/0", user="fence")["lifted"], "0 a client without a nonce is all clients of its host")
        self.assertIn("0 ", see("whole", f"lift={host}:0/0", user="cinder")["lifted"])
        self.assertEqual(see("whole", f"lift={host}:0/0", user="fence")["lifted"], "1 -")
        self.assertNotIn(f"{host}:0/0", see().entries)
        seen = see("whole", "fence=127.0.0.1:0/0@60", user="fence")
        self.assertEqual(seen["fenced"], "0 an OSD or a monitor has this address")
        self.assertEqual(seen["osds"], "known 1")
        self.assertNotIn("127.0.0.1:0/0", seen.entries)

    def test_an_entry_is_taken_away_and_is_no_error_where_there_is_none(self):
        guest = self.guest(OLD, "a")
        owner = disk(self.image)["lock"][0][0]
        see(f"fence={owner}@600", user="fence")
        guest.wait("shutdown")
        seen = see(f"lift={owner}", user="witness")
        self.assertTrue(seen["lifted"].startswith("0 "), seen["lifted"])
        self.assertIn(owner, seen.entries)
        for _ in range(2):
            seen = see(f"lift={owner}", user="fence")
            self.assertEqual(seen["lifted"], "1 -")
            self.assertNotIn(owner, seen.entries)

    def test_what_is_missing_is_told_from_what_may_not_be_read(self):
        rbd("create", "images", self.image, "16")
        self.assertEqual(disk("unheard-of")["seen"], "missing")
        self.assertEqual(disk(self.image, pool="images")["why"], "this key may not read the image")
        self.assertEqual(disk(self.image, pool="nowhere")["seen"], "missing")

    def test_without_key_configuration_or_monitor_it_is_absent(self):
        self.assertIn("Permission denied", see(user="nobody")["absent"])
        self.assertIn("/nonexistent", see(conf="/nonexistent")["absent"])
        seen = see(f"volumes/{self.image}", conf="-", keyring=f"{CEPH}/keyring", monitors="127.0.0.1:1")
        self.assertIn("timed out", seen["absent"])
        self.assertEqual(seen.disks[self.image]["seen"], "unknown")

    def test_silent_servers_end_in_time_as_unknown(self):
        """By the deadline of the look, and what this machine needs beside it now: some of what it needs while they answer."""
        images = [f"volumes/{self.image}"] * 4
        disk(self.image)
        answered = int(see(*images)["ms"])
        for server in ("osd", "mon"):
            with open(f"{CEPH}/{server}.pid") as f:
                pid = int(f.read())
            os.kill(pid, signal.SIGSTOP)
            try:
                seen = see(*images)
            finally:
                os.kill(pid, signal.SIGCONT)
            self.assertLess(int(seen["ms"]), int(seen["deadline"]) + 20 * answered, server)
            self.assertEqual(seen.disks[self.image]["seen"], "unknown", server)
            self.assertEqual(disk(self.image)["seen"], "seen", server)

    def test_two_hundred_disks_take_two_seconds_at_most(self):
        """Two seconds on a machine that has nothing else to do; on any, not much more than what librbd itself takes for them."""
        images = [f"many{i}" for i in range(200)]
        for image in images:
            rbd("create", "volumes", image, "1")
        ours, plain = [], []
        for _ in range(5):
            ours.append(until("all of them seen", lambda: look_at_all(images)))
            plain.append(look_plainly(images))
        print(f"200 disks: {ours} ms, librbd alone {plain} ms", file=sys.stderr)
        self.assertLess(min(mine / its for mine, its in zip(ours, plain)), 1.5)
        if os.getloadavg()[0] < os.cpu_count():
            self.assertLess(min(ours), 2000)


def look_at_all(images):
    """How many ms the room takes; None: not all of them were answered."""
    seen = see(*(f"volumes/{image}" for image in images))
    return int(seen["ms"]) if {seen.disks[image]["seen"] for image in images} == {"seen"} else None


def look_plainly(images):
    """How many ms librbd takes when it is asked for the same by itself."""
    began = time.monotonic()
    with rados.Rados(conffile=CONF, name="client.witness") as cluster, cluster.open_ioctx("volumes") as pool:
        for image in images:
            with librbd.Image(pool, image, read_only=True) as opened:
                opened.features(), list(opened.watchers_list()), opened.list_lockers()
    return round((time.monotonic() - began) * 1000)


if __name__ == "__main__":
    unittest.main(verbosity=2)
