# SPDX-License-Identifier: Apache-2.0
"""A wire that breaks at the worst moment: it hands everything on until a client has sent certain words, one after the other on one
connection, and then ends that connection without an answer; with the last words delivered, or not."""
import select
import socket
import threading
import time


class Link:
    """Between a client and a server's port: what either says is handed on as _carry() has it."""

    def __init__(self, port):
        self.port = port
        self.server = socket.create_server(("127.0.0.1", 0))
        self.here = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            behind = socket.create_connection(("127.0.0.1", self.port))
            threading.Thread(target=self._carry, args=(client, behind), daemon=True).start()

    def close(self):
        self.server.close()


class Plain(Link):
    """What many a proxy makes of a MariaDB's greeting: its version, and none of the abilities that only a MariaDB has."""

    def _carry(self, client, behind):
        with client, behind:
            greeting = bytearray(behind.recv(65536))
            at = greeting.index(0, 5) + 1 + 4 + 8 + 1      # behind header, protocol, version, session's number, half a salt, zero
            greeting[at + 14:at + 18] = bytes(4)           # behind what all have, charset, status, the salt's length, six zeros
            client.sendall(greeting)
            while True:
                for s in select.select([client, behind], [], [])[0]:
                    data = s.recv(65536)
                    if not data:
                        return
                    (behind if s is client else client).sendall(data)


class Refusing(Link):
    """The server rolls back instead of committing, and says why: number, and the words of its error; ${then} is done before it is said."""

    def __init__(self, port, number, then=lambda: None):
        self.number, self.then, self.refused = number, then, 0
        super().__init__(port)

    def _carry(self, client, behind):
        with client, behind:
            while True:
                for s in select.select([client, behind], [], [])[0]:
                    data = s.recv(65536)
                    if not data:
                        return
                    if s is behind:
                        client.sendall(data)
                    elif data[4:] == b"\x03COMMIT":
                        rollback = b"\x03ROLLBACK"
                        behind.sendall(bytes((len(rollback), 0, 0, 0)) + rollback)
                        behind.recv(65536)
                        self.then()
                        self.refused += 1
                        words = b"\xff" + self.number.to_bytes(2, "little") + b"#HY000the server's reason"
                        client.sendall(bytes((len(words), 0, 0, 1)) + words)
                    else:
                        behind.sendall(data)


class Wire(Link):
    """Breaks when a client has sent certain words."""

    def __init__(self, port, words, deliver):
        self.words, self.deliver, self.broken = words, deliver, 0
        super().__init__(port)

    def _carry(self, client, behind):
        with client, behind:
            seen, left = b"", list(self.words)
            while True:
                for s in select.select([client, behind], [], [])[0]:
                    try:
                        data = s.recv(65536)
                    except OSError:
                        data = b""
                    if not data:
                        return
                    if s is behind:
                        client.sendall(data)
                        continue
                    seen = seen[-64:] + data
                    while left and not self.broken and left[0] in seen:
                        seen = seen[seen.index(left[0]) + len(left[0]):]
                        left.pop(0)
                    if left or self.broken:
                        behind.sendall(data)
                        continue
                    self.broken += 1
                    if self.deliver:
                        behind.sendall(data)
                        self._drain(client, behind)
                    return

    @staticmethod
    def _drain(client, behind):
        """The rest of what the client had to say, and time for the server to do it; the answers go nowhere."""
        end = time.monotonic() + 0.5
        while time.monotonic() < end:
            for s in select.select([client, behind], [], [], 0.1)[0]:
                data = s.recv(65536)
                if not data:
                    return
                if s is client:
                    behind.sendall(data)


class Short(Link):
    """Ends the connection in the middle of a long answer: behind so many bytes of it after the client has sent certain words."""

    def __init__(self, port, words, most):
        self.words, self.most, self.broken = words, most, 0
        super().__init__(port)

    def _carry(self, client, behind):
        with client, behind:
            left = None
            while True:
                for s in select.select([client, behind], [], [])[0]:
                    data = s.recv(65536)
                    if not data:
                        return
                    if s is client:
                        if self.words in data:
                            left = self.most
                        behind.sendall(data)
                        continue
                    client.sendall(data if left is None else data[:left])
                    if left is not None:
                        left -= len(data)
                        if left <= 0:
                            self.broken += 1
                            return


class Interrupted(Link):
    """The server gives up in the middle of a long answer, and says why, as for KILL QUERY: behind so many bytes of it after the client has sent
    certain words. Its rest goes nowhere, and the connection goes on."""

    def __init__(self, port, words, most, number=1317):
        self.words, self.most, self.number, self.broken = words, most, number, 0
        super().__init__(port)

    def _carry(self, client, behind):
        with client, behind:
            left, came = None, b""     # of the answer, to hand on; None: it is not that answer
            while True:
                for s in select.select([client, behind], [], [])[0]:
                    data = s.recv(65536)
                    if not data:
                        return
                    if s is client:
                        left = self.most if self.words in data else left
                        behind.sendall(data)
                        continue
                    came += data
                    while left is not None and len(came) >= 4 and len(came) >= (n := 4 + int.from_bytes(came[:3], "little")):
                        packet, came = came[:n], came[n:]
                        if left > 0:
                            client.sendall(packet)
                            left -= n
                            if left <= 0:
                                self._interrupt(client, packet[3] + 1)
                        elif packet[4] == 0xfe:     # the end of the rows
                            left = None
                    if left is None:
                        client.sendall(came)
                        came = b""

    def _interrupt(self, client, nth):
        self.broken += 1
        words = b"\xff" + self.number.to_bytes(2, "little") + b"#70100Query execution was interrupted"
        client.sendall(bytes((len(words), 0, 0, nth % 256)) + words)


class Between(Link):
    """Calls somebody before it hands on certain words of a client, once: what others do between two statements of ours."""

    def __init__(self, port, words, call):
        self.words, self.call, self.called = words, call, 0
        super().__init__(port)

    def _carry(self, client, behind):
        with client, behind:
            while True:
                for s in select.select([client, behind], [], [])[0]:
                    try:
                        data = s.recv(65536)
                    except OSError:
                        data = b""
                    if not data:
                        return
                    if s is client and self.words in data and not self.called:
                        self.called += 1
                        self.call()
                    (behind if s is client else client).sendall(data)


class Partition(Link):
    """Hands everything on until it is cut: every client then loses its connection, and the server is not told. What connects later is
    carried again."""

    def __init__(self, port):
        self.pairs = []
        super().__init__(port)

    def _carry(self, client, behind):
        self.pairs.append((client, behind))
        while True:
            for s in select.select([client, behind], [], [])[0]:
                try:
                    data = s.recv(65536)
                except OSError:
                    data = b""
                if not data:
                    client.close()     # the server's side stays open, as behind a dead link
                    return
                (behind if s is client else client).sendall(data)

    def cut(self):
        for client, _ in self.pairs:
            if client.fileno() >= 0:
                client.shutdown(socket.SHUT_RDWR)

    def close(self):
        super().close()
        for _, behind in self.pairs:
            behind.close()


class Drip(Link):
    """Hands a client's words on at once, and the server's answers a byte at a time, once a client has said certain words (b"": from the start);
    ${most} of them."""

    def __init__(self, port, words=b"", pause=0.3, most=10000):
        self.words, self.pause, self.most, self.drips = words, pause, most, 0
        super().__init__(port)

    def _carry(self, client, behind):
        with client, behind:
            slow = not self.words
            while True:
                for s in select.select([client, behind], [], [])[0]:
                    try:
                        data = s.recv(65536)
                        if s is client:
                            slow = slow or self.words in data
                            behind.sendall(data)
                        elif not slow:
                            client.sendall(data)
                        for byte in data if s is behind and slow else b"":
                            client.sendall(bytes([byte]))
                            self.drips += 1
                            time.sleep(self.pause if self.drips < self.most else 0)
                    except OSError:
                        data = b""
                    if not data:
                        return
