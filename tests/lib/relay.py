# SPDX-License-Identifier: Apache-2.0
"""Connections carried from a listening socket, which may be of another network namespace, to 127.0.0.1 of ours: a socket belongs to the namespace in
which it was made, so that one process listens there and connects here."""
import asyncio


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


def carry_to(port, source):
    async def one(reader, writer):
        try:
            there, back = await asyncio.open_connection("127.0.0.1", port, local_addr=(source, 0))
        except OSError:     # the server is away
            writer.transport.abort()
            return
        await asyncio.gather(pump(reader, back), pump(there, writer))
    return one


async def carry(listeners):
    """[(socket, PORT here, the address from which it is connected to, where somebody writes down who came)]; does not return."""
    servers = [await asyncio.start_server(carry_to(port, source), sock=s) for s, port, source in listeners]
    await asyncio.gather(*(s.serve_forever() for s in servers))
