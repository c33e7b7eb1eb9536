#!/usr/bin/python3
"""Disks on a private Ceph, and a guest for each: a process that has the disk open as qemu has it, from the address of its host, and
writes a counter that goes on from what the disk says (tests/storage/rbd.c). Used by the computes' driver, and by the sandbox:

usage: sandbox_disks.py seed ENVIRONMENT     images for the seeded volumes and instances, and a guest for each that runs
       sandbox_disks.py clear RUN            every guest's process ends, and whom Ceph still knows is let go of; the images go, too
       sandbox_disks.py show RUN             each disk: who wrote it last, and the number

RUN/disks.json says where everything is: {"rbd": program, "conf": ceph.conf, "hosts": {host: {"address": ..., "wire": port}}}.
"""
import glob
import json
import os
import signal
import subprocess
import sys
import time

POOLS = ("volumes", "vms")
EVERY_MS = 200      # that a guest writes


def start_time(pid):
    try:
        with open("/proc/%d/stat" % pid) as f:
            state, *fields = f.read().rpartition(") ")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if state == "Z" else fields[18]


class Disks:
    """The disks of a sandbox that has some; what is not there is said by exists()."""

    def __init__(self, run):
        self.run = run

    def exists(self):
        return os.path.exists(os.path.join(self.run, "disks.json"))

    @property
    def settings(self):
        with open(os.path.join(self.run, "disks.json")) as f:
            return json.load(f)

    def rbd(self, *words, user="client.admin", **more):
        settings = self.settings
        return subprocess.run([settings["rbd"], user, *words], env={**os.environ, "CEPH_CONF": settings["conf"]}, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, **more)

    def file_of(self, host, uuid, image):
        """A daemon's pid file, as all of the sandbox's are: lib/daemons.sh."""
        return os.path.join(self.run, "pid", "guest-%s.%s.%s" % (host, uuid, image))

    def guests(self, host="*", uuid="*"):
        """{(host, instance, image): pid} of the processes that are there, stopped ones, too."""
        found = {}
        for path in glob.glob(self.file_of(host, uuid, "*")):
            try:
                with open(path) as f:
                    pid, started = f.read().split()
            except (FileNotFoundError, ValueError):
                continue
            if start_time(int(pid)) == started:
                found[tuple(os.path.basename(path)[len("guest-"):].split("."))] = int(pid)
        return found

    def start(self, host, uuid, pool, image, user="cinder", wait=30):
        """Answers when the disk is open, as a hypervisor does; else the guest's last words."""
        settings = self.settings
        at = settings["hosts"][host]
        log = os.path.join(self.run, "log", "guest-%s.%s.%s.out" % (host, uuid, image))
        with open(log, "ab") as out:
            begin = out.tell()
            guest = subprocess.Popen([settings["rbd"], "client." + user, "guest", pool, image, host, str(EVERY_MS), "on"],
                                     stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True,
                                     env={**os.environ, "CEPH_CONF": settings["conf"], "WIRE": str(at["wire"])})
        with open(self.file_of(host, uuid, image), "w") as f:
            f.write("%d %s\n" % (guest.pid, start_time(guest.pid)))
        end = time.monotonic() + wait
        while wait:
            with open(log, "rb") as f:
                f.seek(begin)
                said = f.read().decode()
            if "open\n" in said:
                break
            if guest.poll() is not None or time.monotonic() > end:
                return said.strip().split("\n")[-1] or "no answer from the storage"
            time.sleep(0.05)
        return None

    def stop(self, host, uuid):
        """As a hypervisor ends a guest: asked first, and who is stuck is killed."""
        left = self.guests(host, uuid)
        for pid in left.values():
            os.kill(pid, signal.SIGTERM)
        end = time.monotonic() + 5
        while left and time.monotonic() < end:
            time.sleep(0.05)
            left = {k: pid for k, pid in left.items() if start_time(pid)}
        for pid in left.values():
            os.kill(pid, signal.SIGKILL)
        for path in glob.glob(self.file_of(host, uuid, "*")):
            os.unlink(path)

    def root_of(self, uuid):
        """Where nova has the root of an instance that boots from an image (nova 26.2.2 virt/libvirt/imagebackend.py Rbd)."""
        return "vms", uuid + "_disk"

    def of_instance(self, uuid, image_backed, connections):
        """(pool, image, user) of each of its disks on RBD; ${connections} as nova keeps them (BlockDeviceMapping.connection_info)."""
        found = [(*self.root_of(uuid), "cinder")] if image_backed else []
        for info in connections:
            if info.get("driver_volume_type") == "rbd":
                found.append((*info["data"]["name"].split("/"), info["data"]["auth_username"]))
        return found


def connection_of(disks, volume):
    """What cinder's RBD driver answers (cinder 21.3.1 volume/drivers/rbd.py initialize_connection)."""
    with open(disks.settings["conf"]) as f:
        port = f.read().partition("v1:127.0.0.1:")[2].partition("]")[0]
    return {"name": "volumes/volume-" + volume, "hosts": ["127.0.0.1"], "ports": [port], "cluster_name": "ceph", "auth_enabled": True,
            "auth_username": "cinder", "secret_type": "ceph", "secret_uuid": disks.settings["secret"], "volume_id": volume,
            "discard": True, "qos_specs": None, "access_mode": "rw", "encrypted": False, "cacheable": False}


def create(disks, wanted):
    """All at the same time; an image that is there stays."""
    conf = {**os.environ, "CEPH_CONF": disks.settings["conf"]}
    for maker in [subprocess.Popen([disks.settings["rbd"], "client.admin", "create", pool, image, str(mib)], env=conf,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for pool, image, mib in wanted]:
        maker.wait()


def seed(path):
    """The seeded volumes of the backend ceph become images, as if they had been made there; those of the nvme stay files."""
    from sandbox_api import Sandbox
    sandbox = Sandbox(path)
    disks = Disks(sandbox.env["SB_RUN"])
    volumes = sandbox.rows("cinder", "select id, size from volumes where deleted = 0 and host like '%%@ceph#%%'")
    instances = sandbox.rows("nova", "select uuid, host, image_ref, power_state from instances where deleted = 0 and binary host in %s",
                             ((sandbox.a, sandbox.b, sandbox.c),))
    create(disks, [("volumes", "volume-" + v["id"], v["size"] << 10) for v in volumes] +
           [(*disks.root_of(i["uuid"]), 1024) for i in instances if i["image_ref"]])
    for table, column in (("nova.block_device_mapping", "volume_id"), ("cinder.volume_attachment", "volume_id")):
        for row in sandbox.rows("nova", "select id, volume_id, connection_info from " + table + " where deleted = 0 and volume_id in %s"
                                " and connection_info is not null", ([v["id"] for v in volumes],)):
            info, data = json.loads(row["connection_info"]), connection_of(disks, row["volume_id"])
            if "data" in info:
                info["data"] = data
            else:
                info = {**{k: v for k, v in info.items() if k != "device_path"}, **data}    # cinder keeps it flat
            info["driver_volume_type"] = "rbd"
            sandbox.rows("nova", "update " + table + " set connection_info = %s where id = %s", (json.dumps(info), row["id"]))
    started = []
    for instance in instances:
        if instance["power_state"] != 1:
            continue
        bdms = sandbox.rows("nova", "select connection_info from block_device_mapping where deleted = 0 and instance_uuid = %s"
                            " and connection_info is not null", (instance["uuid"],))
        for pool, image, user in disks.of_instance(instance["uuid"], instance["image_ref"], [json.loads(b["connection_info"]) for b in bdms]):
            disks.start(instance["host"], instance["uuid"], pool, image, user, wait=0)
            started.append((pool, image))
    end = time.monotonic() + 60
    while any(" " not in disks.rbd("read", *disk).stdout for disk in started):
        if time.monotonic() > end:
            sys.exit("disks: a guest does not write: see log/guest-*")
        time.sleep(0.1)


def clear(run):
    """A client that was killed stays a watcher for a while, and nobody may remove what is watched: so it is put on the blocklist,
    which is empty again in the end."""
    import rados
    import rbd
    disks = Disks(run)
    for pid in disks.guests().values():
        os.kill(pid, signal.SIGKILL)
    for path in glob.glob(disks.file_of("*", "*", "*")):
        os.unlink(path)
    with rados.Rados(conffile=disks.settings["conf"], name="client.admin") as cluster:
        def mon(**words):
            code, _, said = cluster.mon_command(json.dumps(words), b"")
            if code:
                sys.exit("disks: %s: %s" % (words, said))
        images = [(pool, name) for pool in POOLS for name in rbd.RBD().list(cluster.open_ioctx(pool))]
        for pool, name in images:
            with rbd.Image(cluster.open_ioctx(pool), name, read_only=True) as image:
                for watcher in image.watchers_list():
                    mon(prefix="osd blocklist", blocklistop="add", addr=watcher["addr"])
        cluster.wait_for_latest_osdmap()
        for pool, name in images:
            rbd.RBD().remove(cluster.open_ioctx(pool), name)
        mon(prefix="osd blocklist clear")


def show(run):
    import rados
    import rbd
    disks = Disks(run)
    with rados.Rados(conffile=disks.settings["conf"], name="client.admin") as cluster:
        for pool in POOLS:
            io = cluster.open_ioctx(pool)
            for name in sorted(rbd.RBD().list(io)):
                with rbd.Image(io, name, read_only=True) as image:
                    host, _, number = image.read(0, min(512, image.size())).partition(b"\0")[0].decode().rpartition(" ")
                if number:
                    print("%-52s %-30s %s" % (pool + "/" + name, host, number))


if __name__ == "__main__":
    {"seed": seed, "clear": clear, "show": show}[sys.argv[1]](sys.argv[2])
