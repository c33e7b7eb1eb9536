# SPDX-License-Identifier: Apache-2.0
"""Where nothing can be reached: a network without a route, processes that end with us, and a directory that goes with us."""
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile

from server import dies_with_us

INSIDE = "EVAC_REHEARSE_INSIDE"
# the most that the kernel lets us have comes first
WAYS = (("a network and processes of its own", ["--net", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"]),
        ("a network and processes of its own, as a user's", ["--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child=KILL", "--mount-proc"]),
        # a root directory that is no mount point, as in a chroot, has no /proc of its own, and root there no user's namespace
        ("a network of its own", ["--net"]),
        # a service whose /proc systemd has covered in parts cannot mount another one
        ("a network of its own, as a user's", ["--user", "--map-root-user", "--net"]))


def ways():
    for name, words in WAYS:
        try:
            if subprocess.run(["unshare", *words, "true"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0:
                return name, ["unshare", *words]
        except FileNotFoundError:
            break
    return "", []


def run_inside(where, fds, keep=False):
    """This command once more, apart; gives its exit code, with the directory gone. where: for the directory."""
    directory = tempfile.mkdtemp(prefix="evac-rehearse.", dir=where)
    name, words = ways()
    child = subprocess.Popen([*words, sys.executable, *sys.argv], env={**os.environ, INSIDE: "%s\t%s" % (directory, name)}, pass_fds=fds, preexec_fn=dies_with_us)

    ended = []

    def end(number, _frame):
        ended.append(number)
        child.kill()        # unshare waits on through anything else, and takes its child along
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)      # the terminal gives it to the child, too
    try:
        code = child.wait()
        return 128 + ended[0] if ended else 128 - code if code < 0 else code
    finally:
        if keep:
            print("kept: %s" % directory, file=sys.stderr)
        else:
            shutil.rmtree(directory, ignore_errors=True)


def inside():
    """(directory, how we are apart), or None outside."""
    said = os.environ.get(INSIDE)
    if not said:
        return None
    dies_with_us()      # a new user's namespace forgets it
    return tuple(said.split("\t"))


def loopback_up():
    """A new network has one, and it is down: linux/if.h IFF_UP, SIOCSIFFLAGS."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, 0x8914, struct.pack("16sH14x", b"lo", 0x1 | 0x40))


def tried_to_leave():
    """Packets of this network that found no route, since it was made (the kernel's OutNoRoutes). With an interface other than the loopback none can be
    told from the machine's own: None."""
    with open("/proc/net/dev") as f:
        if {line.partition(":")[0].strip() for line in f if ":" in line} != {"lo"}:
            return None
    with open("/proc/net/snmp") as f:
        names, values = [line.split() for line in f if line.startswith("Ip:")]
    found = int(values[names.index("OutNoRoutes")])
    if os.path.exists("/proc/net/snmp6"):
        with open("/proc/net/snmp6") as f:
            found += sum(int(line.split()[1]) for line in f if line.startswith("Ip6OutNoRoutes"))
    return found
