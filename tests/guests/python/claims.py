# SPDX-License-Identifier: Apache-2.0
"""What a story stands on: hosts, guests that are asked over the tenants' wire, the program, and claims. A claim is a sentence about a guest
and what the guest said; it is printed as it is decided, with what was seen when it is not so.
"""
import collections
import contextlib
import ctypes
import os
import re
import shlex
import socket
import subprocess
import time

from sandbox_api import IMAGE, Sandbox

GUESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ROOT = os.path.dirname(os.path.dirname(GUESTS))
TOOL = os.path.abspath(os.environ.get("EVAC_MANAGE", os.path.join(ROOT, "build", "evac-manage")))
KERNEL, RAMDISK = IMAGE[:-4] + "aaaa", IMAGE[:-4] + "bbbb"
BOOT_VOLUME = {"image_id": IMAGE, "disk_format": "raw", "container_format": "bare", "min_ram": "0", "min_disk": "0", "size": "16777216",
               "kernel_id": KERNEL, "ramdisk_id": RAMDISK, "os_command_line": "console=ttyS0 quiet panic=1 counter=vda"}
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)
began = time.monotonic()
counted = collections.Counter()

# what a guest said: the number that it wrote last, in which boot, and what it found on its disk when it came up
Answer = collections.namedtuple("Answer", "counter boot found")
SPOKEN = re.compile(r"counter (\d+) boot (\S+) found (.*)")


def say(text):
    print("%5d s  %s" % (time.monotonic() - began, text), flush=True)


def claim(text, so, seen=""):
    """Count it, print it. ${so}: a value, or a function to call; ${seen}: what to show where it is false."""
    if callable(so):
        so = so()
    counted[bool(so)] += 1
    say(("ok    " if so else "FAIL  ") + text)
    if not so:
        for line in str(seen() if callable(seen) else seen).splitlines()[-40:]:
            print("               " + line, flush=True)
    return so


def cloud(*words, check=True):
    done = subprocess.run([os.path.join(GUESTS, "cloud"), *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if check and done.returncode:
        raise SystemExit("cloud %s: exit %d\n%s" % (" ".join(words), done.returncode, done.stdout))
    return done.stdout


def until(what, done, seconds=90):
    end = time.monotonic() + seconds
    while not (found := done()):
        if time.monotonic() > end:
            raise SystemExit("gave up waiting for " + what)
        time.sleep(0.5)
    return found


class Wire:
    """Sockets on the tenants' wire: a socket belongs to the network namespace in which it was made."""

    def __init__(self, name):
        self.home = os.open("/proc/self/ns/net", os.O_RDONLY)
        self.there = os.open("/run/netns/" + name, os.O_RDONLY)

    def socket(self):
        if libc.setns(self.there, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        try:
            return socket.socket()
        finally:
            libc.setns(self.home, CLONE_NEWNET)

    def ask(self, ip, seconds=2):
        """The line that a guest answers, or nothing."""
        with contextlib.suppress(OSError), self.socket() as s:
            s.settimeout(seconds)
            s.connect((ip, 7))
            return s.makefile().readline().strip()
        return ""


class Cloud(Sandbox):
    def __init__(self):
        super().__init__(os.path.join(os.environ["EVAC_SANDBOX"], "run", "environment"))
        self.hosts = self.env["SB_HOSTS"].split()
        self.wire = Wire(self.env["SB_SWITCH"])
        self.state = os.path.join(self.env["SB_RUN"], "evac-manage")
        self.config = os.path.join(self.env["SB_RUN"], "evac-manage.conf")
        self.site()

    def site(self, *lines):
        """The program's own configuration, with these lines more in [site]."""
        with open(self.config, "w") as f:
            f.write("[site]\nshared_disks = true\n{1}\n[storage]\nconf = {0}/ceph.conf\nkeyring = {0}/keyring\nuser = witness\nfence_user = fence\n"
                    .format(self.env["SB_CEPH"], "\n".join(lines)))

    def up(self, host):
        """Whether all of a host's services report."""
        return not self.rows("nova", "select 1 from services where deleted = 0 and binary host = %s and (last_seen_up is null or"
                             " last_seen_up < utc_timestamp() - interval 10 second)", (host,)) and not self.rows(
            "cinder", "select 1 from services where deleted = 0 and binary substring_index(host, '@', 1) = %s and"
            " updated_at < utc_timestamp() - interval 10 second", (host,))

    def down(self, host, agent):
        """Whether none of them does, as nova, cinder and (${agent}) neutron count; real time passes, no row is aged."""
        late = {"nova": "select 1 from services where deleted = 0 and binary host = %s and last_seen_up >= utc_timestamp() - interval 11 second",
                "cinder": "select 1 from services where deleted = 0 and binary substring_index(host, '@', 1) = %s and"
                          " updated_at >= utc_timestamp() - interval 11 second"}
        if agent:
            late["neutron"] = "select 1 from agents where binary host = %s and heartbeat_timestamp >= utc_timestamp() - interval 13 second"
        return not any(self.rows(database, statement, (host,)) for database, statement in late.items())

    def wait_down(self, host, agent=True):
        until("the services of %s to count as down" % host, lambda: self.down(host, agent), 60)

    def line(self, words):
        """The program's, as an operator on the controller types it."""
        etc = self.env["SB_ETC"]
        return ["nsenter", "--net=/run/netns/" + self.env["SB_SWITCH"], TOOL, *words, "--color", "never", "--state-dir", self.state,
                "--config", self.config, "--nova-config-file", etc + "/nova.conf", "--nova-config-file", etc + "/nova-db.conf",
                "--cinder-config-file", etc + "/cinder.conf", "--neutron-config-file", etc + "/neutron.conf",
                "--keystone-config-file", etc + "/keystone.conf", "--placement-config-file", etc + "/placement.conf"]

    def begin_tool(self, *words):
        """It runs beside what follows; end_tool() waits for it."""
        return words, subprocess.Popen(self.line(words), text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                       env=dict(os.environ, LANGUAGE="en"))

    def end_tool(self, running, seconds=400):
        """Its exit code and everything that it printed."""
        words, process = running
        try:
            said = process.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        with open(os.path.join(self.env["SB_LOG"], "evac-manage.log"), "a") as f:
            f.write("$ evac-manage %s\n%s(exit %d)\n\n" % (shlex.join(words), said, process.returncode))
        if os.environ.get("GUESTS_SHOW"):
            print("\n$ evac-manage %s\n%s" % (shlex.join(words), said), flush=True)
        return process.returncode, said

    def tool(self, *words, seconds=400):
        return self.end_tool(self.begin_tool(*words), seconds)

    def begin_rescue(self, host, to, fenced, *more):
        """With a token of nova's own, as a kernel of glance needs one."""
        return self.begin_tool("host", "rescue", host, "--to", to, "--yes", "--fenced", fenced, "--os-token-from", "nova-conf", *more)

    def rescue(self, *words):
        return self.end_tool(self.begin_rescue(*words))

    def begin(self):
        """As the first story found it: everything up and enabled, no guest."""
        cloud("start", "nova-api")
        for host in self.hosts:
            cloud("on", host)
        for row in self.rows("nova", "select uuid from services where deleted = 0 and `binary` = 'nova-compute'"):
            self.nova("PUT", "/os-services/" + row["uuid"], {"forced_down": False})
            self.nova("PUT", "/os-services/" + row["uuid"], {"status": "enabled"})
        self.place(None, None)
        for row in self.rows("nova", "select uuid from instances where deleted = 0"):
            self.nova("DELETE", "/servers/" + row["uuid"])
        until("the guests of the last story to be gone", lambda: not self.rows("nova", "select 1 from instances where deleted = 0"), 180)

    def is_on(self, host):
        return os.path.exists(os.path.join(self.env["SB_RUN"], "hosts", host, "init.pid"))

    def domains(self, host):
        """The instances whose domains libvirt of that host has, running or not."""
        return cloud("on-host", host, "virsh", "-q", "list", "--all", "--uuid").split()

    def running(self, host):
        return cloud("on-host", host, "virsh", "-q", "list", "--uuid").split()

    def rbd(self, *words):
        """tests/storage/rbd.c, as Ceph's administrator."""
        return subprocess.run([self.env["SB_RBD"], "client.admin", *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              env=dict(os.environ, CEPH_CONF=self.env["SB_CEPH"] + "/ceph.conf"), timeout=60).stdout

    def blocklist(self):
        """Who is kept off, one a line."""
        return [line for line in self.rbd("mon", '{"prefix": "osd blocklist ls"}').splitlines() if re.search(r":\d+/\d+ ", line)]

    def takes_guests(self, host, does):
        """What nova's ComputeFilter reads, for those that the scheduler is asked for from now on."""
        self.rows("nova", "update services set disabled = %s where deleted = 0 and `binary` = 'nova-compute' and binary host = %s", (not does, host))

    def evacuations(self, guest):
        return self.rows("nova", "select id, status, source_compute, dest_compute from migrations where migration_type = 'evacuation' and"
                         " instance_uuid = %s order by id", (guest.uuid,))

    # -- guests
    def place(self, host, backend):
        """Volumes are made on this host's backend alone. None: on any."""
        for name in self.hosts:
            for other in self.env["SB_BACKENDS"].split():
                how = "enable" if host in (None, name) and backend in (None, other) else "disable"
                self.cinder("PUT", "/os-services/" + how, {"binary": "cinder-volume", "host": "%s@%s" % (name, other)})

    def volume(self, name, host, backend, bootable):
        self.place(host, backend)
        # what is disabled is not counted; a scheduler that has not heard of the pool would call the creation an error
        until("the pool", lambda: [p["name"].partition("#")[0] for p in self.cinder("GET", "/scheduler-stats/get_pools")["pools"]] ==
              ["%s@%s" % (host, backend)], 60)
        made = self.cinder("POST", "/volumes", {"volume": {"size": 1, "name": name, "volume_type": backend}})["volume"]["id"]

        def ready():
            status = self.rows("cinder", "select status from volumes where id = %s", (made,))[0]["status"]
            if status == "error":
                raise SystemExit("no volume for " + name)
            return status == "available"
        until("the volume of " + name, ready)
        self.place(None, None)
        if bootable:
            self.cinder("POST", "/volumes/%s/action" % made, {"os-set_bootable": {"bootable": True}})
            self.cinder("POST", "/volumes/%s/action" % made, {"os-set_image_metadata": {"metadata": BOOT_VOLUME}})
        return made

    def boot(self, host, **kinds):
        """Guests on a host: NAME="image" (its disk is a file of nova's), "volume BACKEND" (boots from it), "data BACKEND" (both, and
        counts on the volume). They are returned when they answer."""
        network = self.rows("neutron", "select id from networks")[0]["id"]
        guests = []
        for name, kind in kinds.items():
            kind, _, backend = kind.partition(" ")
            server = {"name": name, "flavorRef": "small", "networks": [{"uuid": network}], "availability_zone": "nova:" + host}
            disks = []
            volume = self.volume(name, host, backend, kind == "volume") if backend else None
            if kind != "volume":
                server["imageRef"] = IMAGE
                disks.append({"boot_index": 0, "source_type": "image", "destination_type": "local", "uuid": IMAGE, "delete_on_termination": True})
            if volume:
                disks.append({"boot_index": 0 if kind == "volume" else None, "source_type": "volume", "destination_type": "volume",
                              "uuid": volume, "delete_on_termination": False})
            server["block_device_mapping_v2"] = disks
            guests.append(Guest(self, name, self.nova("POST", "/servers", {"server": server})["server"]["id"], volume, backend))
        for guest in guests:
            guest.settled()
        return guests


class Guest:
    def __init__(self, cloud, name, uuid, volume, backend):
        self.cloud, self.name, self.uuid, self.volume, self.backend, self.ip = cloud, name, uuid, volume, backend, None

    def row(self):
        return (self.cloud.rows("nova", "select host, vm_state, task_state, power_state from instances where uuid = %s", (self.uuid,))
                or [{"host": None, "vm_state": None, "task_state": "scheduling", "power_state": None}])[0]

    def settled(self, seconds=240):
        """nova has ended what it did with it."""
        def ended():
            row = self.row()
            if row["vm_state"] == "error":
                raise SystemExit("%s: %s" % (self.name, self.cloud.rows("nova", "select message from instance_faults order by id desc limit 1")[0]["message"]))
            return row["vm_state"] in ("active", "stopped") and not row["task_state"]
        until("nova and %s" % self.name, ended, seconds)
        self.ip = self.cloud.rows("neutron", "select ip_address from ipallocations a join ports p on p.id = a.port_id where p.device_id = %s",
                                  (self.uuid,))[0]["ip_address"]

    def answer(self):
        said = SPOKEN.fullmatch(self.cloud.wire.ask(self.ip))
        return Answer(int(said.group(1)), said.group(2), said.group(3)) if said else None

    def answers(self, seconds=90):
        """What it says, once it says something."""
        end = time.monotonic() + seconds
        while not (said := self.answer()) and time.monotonic() < end:
            time.sleep(0.5)
        return said

    def goes_on(self, seconds=20):
        """Its counter grows, within the same boot: it writes to its disk now."""
        before = self.answers(seconds)
        end = time.monotonic() + seconds
        while before and time.monotonic() < end:
            time.sleep(1)
            now = self.answer()
            if now and now.boot == before.boot and now.counter > before.counter:
                return now
        return None

    def silent(self, times=3):
        return not any(self.cloud.wire.ask(self.ip, 1) for _ in range(times))

    def on_disk(self):
        """The line on its volume, read past the cache of this file, which a loop device with direct I/O does not write through."""
        if self.backend == "rbd":
            return self.cloud.rbd("read", "volumes", "volume-" + self.volume).split("\n")[0].strip()
        path = os.path.join(self.cloud.env["SB_RUN"], "shared", "pool", "volume-" + self.volume)
        read = subprocess.run(["dd", "if=" + path, "bs=4096", "count=1", "iflag=direct"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        return read.stdout.split(b"\n")[0].decode(errors="replace").strip()

    def last(self):
        """What was written on its volume last, as an answer of the guest that wrote it."""
        said = re.match(r"counter (\d+) boot (\S+)", self.on_disk())
        return Answer(int(said.group(1)), said.group(2), "") if said else None

    def refused(self, boot):
        """Whether this boot has said on its console that a write failed. Both guests' consoles are one file, which the second one empties:
        what the first says later stands behind a hole."""
        with open(os.path.join(self.cloud.env["SB_RUN"], "shared", "instances", self.uuid, "console.log"), "rb") as f:
            return b"boot %s: write failed" % boot.encode() in f.read()

    def found_on_disk(self, line):
        """Whether the boot that answers now found this line on its disk when it came up."""
        now = self.answers(150)
        return bool(now and line and now.found.startswith(line))

    def writers(self, seconds=6):
        """Which boots write on its volume, by what is on it: two are two guests with one disk."""
        time.sleep(2)   # the line of one that has just ended is written over by then
        seen, end = set(), time.monotonic() + seconds
        while time.monotonic() < end:
            said = re.match(r"counter \d+ boot (\S+)", self.on_disk())
            if said:
                seen.add(said.group(1))
            time.sleep(0.25)
        return seen


# -- what is claimed of guests in more than one story
def first_boot(guests):
    """They answer and count. What each said is returned, by name."""
    said = {}
    for guest in guests:
        claim("%s answers" % guest.name, lambda: guest.answers(), guest.row)
        said[guest.name] = guest.goes_on()
        claim("%s: its counter goes on" % guest.name, said[guest.name], guest.answer)
    return said


def all_silent(guests):
    for guest in guests:
        claim("%s is silent" % guest.name, guest.silent, guest.answer)


def same_disk(guests, before, *left):
    """They answer from another boot, which found on its disk what the last boot wrote, and count on from there, on one host alone. What
    the hosts that they have left still have, where these are not off, is for the story to say."""
    for guest in guests:
        old = before[guest.name]
        now = guest.answers(150)
        claim("%s answers again, at its address" % guest.name, now, guest.row)
        if not now:
            continue
        found = re.match(r"counter (\d+) boot (\S+)", now.found)
        claim("%s: another boot" % guest.name, now.boot != old.boot, (old, now))
        claim("%s: on the same disk, where the last boot had written" % guest.name,
              found and found.group(2) == old.boot and int(found.group(1)) >= old.counter, (old, now))
        claim("%s: its counter goes on" % guest.name, lambda: guest.goes_on(), guest.answer)
        where = [h for h in guest.cloud.hosts if h not in left and guest.cloud.is_on(h) and guest.uuid in guest.cloud.running(h)]
        claim("%s runs exactly once, where nova says" % guest.name, where == [guest.row()["host"]], (where, guest.row()))
