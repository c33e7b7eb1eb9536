# SPDX-License-Identifier: Apache-2.0
"""What rescues.py stands on: the private Ceph as its administrator sees it, guests' processes, and lanes: each a host that died long ago by
all rows, with an address and a cable of its own."""
import json
import os
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
from harness import A, B, ENV, rows, value  # noqa: E402

RBD, CONF = os.path.abspath(os.environ["RBD"]), ENV["SB_CEPH_CONF"]
WIRES = int(ENV["EVAC_SANDBOX_PORT"]) + 170
LANES_MOST = 120                     # as many ports are free from there
LIKE = "volume-active-0"
OLD, NEW = 0, 1                      # the block that each writes


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

    def make(self, image):
        rbd.RBD().create(self.pool, image, 8 << 20, old_format=False, features=61)

    def number(self, image, slot):
        """What the disk says in this one's block; 0: it never wrote."""
        with rbd.Image(self.pool, image, read_only=True) as opened:
            said = opened.read(slot * 4096, 512).partition(b"\0")[0].decode()
        return int(said.rpartition(" ")[2]) if said else 0

    def watchers(self, image, address):
        with rbd.Image(self.pool, image, read_only=True) as opened:
            return {w["addr"] for w in opened.watchers_list() if w["addr"].startswith(address + ":")}


CEPH = Ceph()
STARTED = []                         # processes, of guests and cables


def start(words, **more):
    STARTED.append(subprocess.Popen(words, stdin=subprocess.DEVNULL, **more))
    return STARTED[-1]


def end_all():
    for process in STARTED:
        if process.returncode is None:
            process.send_signal(signal.SIGKILL)


class Guest:
    """A process that has a disk open and writes the next number into its block."""

    def __init__(self, image, tag, slot, user, log, **env):
        self.image, self.slot, self.log, self.mark = image, slot, log, 0
        with open(log, "wb") as out:      # not where it is read: both would share one position
            self.process = start([RBD, "client." + user, "guest", "volumes", image, tag, "100"], stdout=out, stderr=out,
                                 env={**os.environ, "CEPH_CONF": CONF, "SLOT": str(slot), **env})

    def said(self):
        with open(self.log) as log:
            log.seek(self.mark)
            return log.read()

    def listen(self):
        """From here on."""
        self.mark = os.path.getsize(self.log)

    def wait(self, words, seconds=60):
        end = time.monotonic() + seconds
        while words not in self.said():
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError("the guest never said %r: %r" % (words, self.said()))
            time.sleep(0.2)

    def number(self):
        return CEPH.number(self.image, self.slot)

    def goes_on(self, beyond, seconds):
        """Does its number on the disk pass ${beyond} within that time?"""
        end = time.monotonic() + seconds
        while self.number() <= beyond:
            if time.monotonic() > end:
                return False
            time.sleep(0.2)
        return True

    def is_heard(self, beyond, seconds):
        """Does it write, or say that it may not, within that time?"""
        end = time.monotonic() + seconds
        while not self.said() and self.number() <= beyond:
            if time.monotonic() > end:
                return False
            time.sleep(0.2)
        return True

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()


class Lane:
    """A host that is down by all rows, its address, its cable; and the address of where its guests go."""

    def __init__(self, number):
        self.host = "lane-%02d" % number
        self.old, self.new = "127.0.1.%d" % (10 + number), "127.0.2.%d" % (10 + number)
        self.port, self.reporting, self.lock = WIRES + number, False, threading.Lock()
        for database, table, where, more in (
                ("nova", "services", "BINARY host = BINARY '%s' AND `binary` = 'nova-compute' AND deleted = 0" % A, {"uuid": str(uuid.uuid4())}),
                ("nova", "compute_nodes", "BINARY host = BINARY '%s' AND deleted = 0" % A,
                 {"uuid": str(uuid.uuid4()), "hypervisor_hostname": self.host}),
                ("nova_api", "host_mappings", "BINARY host = BINARY '%s'" % A, {})):
            rows(database, "DELETE FROM `%s` WHERE host = %%s" % table, (self.host,))
            cells.copy_row(database, database, table, where, host=self.host, **more)
        self.wire = start([os.path.join(here, "wire.py"), str(self.port), self.old])
        self.be_silent()

    def pull(self):
        self.wire.send_signal(signal.SIGSTOP)

    def plug(self):
        self.wire.send_signal(signal.SIGCONT)

    def report(self):
        """Its nova-compute does, as long as nobody says otherwise."""
        with self.lock:
            self.reporting = True
            self.beat()

    def beat(self):
        rows("nova", "UPDATE services SET last_seen_up = UTC_TIMESTAMP() WHERE host = %s", (self.host,))

    def keep_reporting(self):
        with self.lock:
            if self.reporting:
                self.beat()

    def be_silent(self):
        """As before the first seed: down for an hour, and nobody has marked it."""
        with self.lock:
            self.reporting = False
            rows("nova", "UPDATE services SET last_seen_up = UTC_TIMESTAMP() - INTERVAL 1 HOUR, disabled = 0, disabled_reason = NULL, forced_down = 0"
                 " WHERE host = %s", (self.host,))


def insert(table, row):
    rows("cinder", "INSERT INTO %s (%s) VALUES (%s)" % (table, ", ".join("`%s`" % c for c in row), ", ".join(["%s"] * len(row))),
         list(row.values()))


def volume_of(lane, made, bdm, user, **more):
    """One more volume of an instance, which another host's cinder-volume has; as rows, and as an image, whose name is the answer."""
    volume, attachment = str(uuid.uuid4()), str(uuid.uuid4())
    info = {"driver_volume_type": "rbd", "data": {"name": "volumes/volume-" + volume, "hosts": ["127.0.0.1"], "ports": ["1"],
                                                  "auth_username": user}}
    cells.copy_row("nova", "nova", "block_device_mapping", "id = %d" % bdm["id"], instance_uuid=made, uuid=str(uuid.uuid4()), volume_id=volume,
                   attachment_id=attachment, connection_info=json.dumps(info), **more)
    row = rows("cinder", "SELECT * FROM volumes WHERE id = %s", (bdm["volume_id"],))[0]
    row.update(id=volume, host=B + "@ceph#ceph", display_name="seed")
    insert("volumes", row)
    link = rows("cinder", "SELECT * FROM volume_attachment WHERE volume_id = %s AND deleted = 0", (bdm["volume_id"],))[0]
    link.update(id=attachment, volume_id=volume, instance_uuid=made, attached_host=lane.host)
    insert("volume_attachment", link)
    CEPH.make("volume-" + volume)
    return "volume-" + volume


def instance_on(lane, user, disks):
    """One that boots from a volume, and its images."""
    made, old = str(uuid.uuid4()), cloud.named(LIKE)
    where = "instance_uuid = '%s'" % old["uuid"]
    cells.copy_row("nova", "nova", "instances", "uuid = '%s'" % old["uuid"], uuid=made, display_name="seed-" + made[:8], hostname=made[:8],
                   host=lane.host, node=lane.host, launched_on=lane.host)
    cells.copy_row("nova", "nova", "instance_extra", where, instance_uuid=made)
    cells.copy_row("nova", "nova", "instance_info_caches", where, instance_uuid=made, network_info="[]")
    for meta in rows("nova", "SELECT id FROM instance_system_metadata WHERE " + where):
        cells.copy_row("nova", "nova", "instance_system_metadata", "id = %d" % meta["id"], instance_uuid=made)
    cells.copy_row("nova_api", "nova_api", "instance_mappings", where, instance_uuid=made)
    spec = value("nova_api", "SELECT spec FROM request_specs WHERE " + where)
    cells.copy_row("nova_api", "nova_api", "request_specs", where, instance_uuid=made, spec=spec.replace(old["uuid"], made))
    bdm = rows("nova", "SELECT * FROM block_device_mapping WHERE deleted = 0 AND " + where)[0]
    root = volume_of(lane, made, bdm, user)
    return made, [root] + [volume_of(lane, made, bdm, user, boot_index=None, device_name="/dev/vd" + "bcd"[i]) for i in range(disks - 1)]


def remove(instance):
    rows("nova", "UPDATE instances SET deleted = id WHERE uuid = %s", (instance,))
    rows("nova", "UPDATE block_device_mapping SET deleted = id WHERE instance_uuid = %s", (instance,))
    rows("nova", "DELETE FROM migrations WHERE instance_uuid = %s", (instance,))
