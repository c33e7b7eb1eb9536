# SPDX-License-Identifier: Apache-2.0
"""Proxies between the tool and a server. Pool keeps a server's session for some time after its client has closed, as mysql-router's
connection_pool does. Sharing hands the statements outside of a transaction to whichever of its sessions is next, as ProxySQL does."""
import itertools
import os
import select
import socket
import struct
import threading
import time

import pymysql
from pymysql.constants import CLIENT

import wire

QUIT, QUERY, PREPARE, EXECUTE, CLOSE = 1, 3, 0x16, 0x17, 0x19
IN_TRANSACTION = 1
ABLE = (CLIENT.LONG_PASSWORD | CLIENT.FOUND_ROWS | CLIENT.LONG_FLAG | CLIENT.CONNECT_WITH_DB | CLIENT.PROTOCOL_41 | CLIENT.TRANSACTIONS
        | CLIENT.SECURE_CONNECTION | CLIENT.MULTI_RESULTS | CLIENT.PS_MULTI_RESULTS | CLIENT.PLUGIN_AUTH)


class Pool(wire.Link):
    def __init__(self, port, seconds):
        self.seconds, self.kept = seconds, 0
        super().__init__(port)

    def _carry(self, client, behind):
        with client, behind:
            while True:
                for s in select.select([client, behind], [], [])[0]:
                    try:
                        data = s.recv(65536)
                    except OSError:
                        data = b""
                    if s is client and data.endswith(b"\x01\x00\x00\x00\x01"):  # the client's goodbye is not the session's
                        behind.sendall(data[:-5])
                        data = b""
                    if not data:
                        if s is client:
                            self.kept += 1
                            time.sleep(self.seconds)
                        return
                    (behind if s is client else client).sendall(data)


class Peer:
    """Packets over a socket."""

    def __init__(self, s):
        self.socket, self.left = s, b""

    def _bytes(self, n):
        while len(self.left) < n:
            data = self.socket.recv(65536)
            if not data:
                raise EOFError
            self.left += data
        data, self.left = self.left[:n], self.left[n:]
        return data

    def read(self):
        head = self._bytes(4)
        return head[3], self._bytes(head[0] | head[1] << 8 | head[2] << 16)

    def send(self, number, body):
        self.socket.sendall(struct.pack("<I", len(body))[:3] + bytes([number & 255]) + body)


class Session(Peer):
    """One of the server's."""

    def __init__(self, connection):
        self.connection, self.prepared, self.status = connection, {}, 0
        super().__init__(connection._sock)

    def ask(self, body):
        """The packets of the answer."""
        self.send(0, body)
        first = self.read()[1]
        answer = [first]
        if first[0] == 0xff:
            return answer
        if body[0] == PREPARE:
            columns, parameters = struct.unpack("<HH", first[5:9])
            for n in (parameters, columns):
                answer += [self.read()[1] for _ in range(n + 1 if n else 0)]
            return answer
        if first[0] == 0:
            self.status = self._status_of_ok(first)
            return answer
        for _ in range(2):  # the columns, the rows
            while True:
                packet = self.read()[1]
                answer.append(packet)
                if packet[0] == 0xff:
                    return answer
                if packet[0] == 0xfe and len(packet) < 9:
                    self.status = struct.unpack("<H", packet[3:5])[0]
                    break
        return answer

    @staticmethod
    def _status_of_ok(packet):
        at = 1
        for _ in range(2):  # rows, the last id
            at += {0xfc: 3, 0xfd: 4, 0xfe: 9}.get(packet[at], 1)
        return struct.unpack("<H", packet[at:at + 2])[0]


class Sharing:
    """${pins}: words that keep the session for the client that said them, for good, as ProxySQL does with user variables and GET_LOCK.
    ${after}: only what comes after these words, on any connection, is shared."""

    def __init__(self, port, account, password, sessions=3, pins=(), after=None):
        self.port, self.account, self.password, self.sessions, self.pins, self.after = port, account, password, sessions, pins, after
        self.begun, self.lock, self.threads = after is None, threading.Lock(), 0
        self.server = socket.create_server(("127.0.0.1", 0))
        self.here = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self.server.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _connect(self, database):
        return Session(pymysql.connect(host="127.0.0.1", port=self.port, user=self.account, password=self.password, database=database,
                                       client_flag=ABLE, charset="utf8mb4", autocommit=True))

    def _serve(self, socket_):
        sessions = []
        try:
            with socket_:
                self._talk(Peer(socket_), sessions)
        except (EOFError, OSError):
            pass
        finally:
            for s in sessions:
                s.connection.close()

    def _greet(self, client):
        """Anybody may; the database that is asked for."""
        self.threads += 1
        salt = os.urandom(20).translate(bytes(max(c, 1) for c in range(256)))
        client.send(0, b"\x0a8.0.30\x00" + struct.pack("<I", 900000 + self.threads) + salt[:8] + b"\0" + struct.pack("<HBHH", ABLE & 0xffff, 45, 2, ABLE >> 16)
                    + bytes([21]) + bytes(10) + salt[8:] + b"\0mysql_native_password\0")
        number, body = client.read()
        rest = body[32:].split(b"\0", 1)[1]
        rest = rest[1 + rest[0]:]
        client.send(number + 1, b"\0\0\0\2\0\0\0")
        return rest.split(b"\0", 1)[0].decode()

    def _talk(self, client, sessions):
        database = self._greet(client)
        sessions += [self._connect(database) for _ in range(self.sessions)]
        at, pinned, statements, numbers = 0, False, {}, itertools.count(7)
        while True:
            _, body = client.read()
            kind = body[0]
            if kind == QUIT:
                return
            if kind == CLOSE:
                statements.pop(body[1:5], None)
                continue
            text = statements.get(body[1:5], b"") if kind == EXECUTE else body[1:] if kind in (QUERY, PREPARE) else b""
            with self.lock:
                self.begun = self.begun or self.after in text
            if self.begun and not pinned and not sessions[at].status & IN_TRANSACTION:
                at = (at + 1) % len(sessions)
            pinned = pinned or any(word in text for word in self.pins)
            session = sessions[at]
            if kind == EXECUTE:
                if text not in session.prepared:
                    session.prepared[text] = session.ask(bytes([PREPARE]) + text)[0][1:5]
                body = body[:1] + session.prepared[text] + body[5:]
            answer = session.ask(body)
            if kind == PREPARE and answer[0][0] == 0:
                session.prepared[text] = answer[0][1:5]
                mine = struct.pack("<I", next(numbers))
                statements[mine] = text
                answer[0] = answer[0][:1] + mine + answer[0][5:]
            for number, packet in enumerate(answer, 1):
                client.send(number, packet)
