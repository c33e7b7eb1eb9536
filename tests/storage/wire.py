#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The cable of one host to its storage: what connects here leaves from the host's address. Who stops this process (SIGSTOP) has
pulled the cable: nothing is refused and nothing comes, and what was on its way arrives when it goes on.

usage: wire.py PORT ADDRESS     PORT on 127.0.0.1. The first six bytes of a connection say where it goes (rbd.c)."""
import asyncio
import contextlib
import socket
import struct
import sys


async def pass_on(reader, writer):
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.close()


async def connected(reader, writer):
    try:
        where = await reader.readexactly(6)
        there = await asyncio.open_connection(socket.inet_ntoa(where[:4]), *struct.unpack("!H", where[4:]), local_addr=(ADDRESS, 0))
    except (OSError, asyncio.IncompleteReadError):
        writer.close()
        return
    await asyncio.gather(pass_on(reader, there[1]), pass_on(there[0], writer))


async def main(port):
    server = await asyncio.start_server(connected, "127.0.0.1", port)
    async with server:
        await server.serve_forever()


ADDRESS = sys.argv[2]
asyncio.run(main(int(sys.argv[1])))
