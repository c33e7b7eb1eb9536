#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The network of one machine of the sandbox: a namespace in which 127.0.0.1 has the servers' ports, and from which no other way leads out.

usage: network.py PORT...
Who joins /proc/PID/ns/net reaches the servers through this process. Stopped (SIGSTOP) it lets nothing through, in either direction, and tells
nobody: a cable that was pulled. When it goes on (SIGCONT), what was under way arrives late.
"""
import asyncio
import ctypes
import fcntl
import os
import signal
import socket
import struct
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import relay  # noqa: E402

CLONE_NEWNET = 0x40000000
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def begin_network():
    """This thread's alone: the loop stays where the servers are."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        sys.exit("network: no namespace: errno %d" % ctypes.get_errno())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(s, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(s, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | IFF_UP))


def main():
    begin = threading.Event()
    listeners = []

    def loop():
        begin.wait()
        asyncio.run(relay.carry([(s, s.getsockname()[1], "127.0.0.1") for s in listeners]))

    threading.Thread(target=loop, daemon=True).start()      # made before this thread leaves
    begin_network()
    listeners.extend(socket.create_server(("127.0.0.1", int(port)), backlog=128) for port in sys.argv[1:])
    begin.set()
    while True:
        signal.pause()


main()
