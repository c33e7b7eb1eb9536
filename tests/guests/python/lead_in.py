#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Carry connections to 127.0.0.1:PORT in a network namespace to 127.0.0.1:PORT outside: lead_in.py NAMESPACE-FILE PORT[@SOURCE]...

Without this process the namespace is cut off. SOURCE: the address from which it connects, where somebody writes down who came.
"""
import asyncio
import ctypes
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "lib"))
import relay  # noqa: E402

CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def enter(fd):
    if libc.setns(fd, CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


def listening(namespace, ports):
    home, there = os.open("/proc/self/ns/net", os.O_RDONLY), os.open(namespace, os.O_RDONLY)
    enter(there)
    listeners = []
    for port, source in ports:
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("127.0.0.1", port))
        listeners.append((s, port, source))
    enter(home)
    return listeners


ports = [(int(port), source or "127.0.0.1") for port, _, source in (word.partition("@") for word in sys.argv[2:])]
asyncio.run(relay.carry(listening(sys.argv[1], ports)))
