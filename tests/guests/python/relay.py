#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Carry connections to 127.0.0.1:PORT in a network namespace to 127.0.0.1:PORT outside: relay.py NAMESPACE-FILE PORT[@SOURCE]...

A socket belongs to the namespace in which it was made, so that one process listens there and connects here. Without this process
the namespace is cut off. SOURCE: the address from which it connects, where somebody writes down who came.
"""
import asyncio
import ctypes
import os
import socket
import sys

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
        listeners.append((port, source, s))
    enter(home)
    return listeners


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def to(port, source):
    async def one(reader, writer):
        try:
            r, w = await asyncio.open_connection("127.0.0.1", port, local_addr=(source or "127.0.0.1", 0))
        except OSError:
            writer.close()
            return
        await asyncio.gather(pump(reader, w), pump(r, writer))
    return one


async def main():
    ports = [(int(port), source) for port, _, source in (word.partition("@") for word in sys.argv[2:])]
    servers = [await asyncio.start_server(to(port, source), sock=s) for port, source, s in listening(sys.argv[1], ports)]
    await asyncio.gather(*(s.serve_forever() for s in servers))

asyncio.run(main())
