# SPDX-License-Identifier: Apache-2.0
"""A broker on paper, for a plan: AMQP 0-9-1 as far as one asks whether a queue has a consumer. It takes no message.

No dump says what was in a broker. A queue here has a consumer where the service that reads it reports in the dumps. Frames and methods: the
specification AMQP 0-9-1, sections 1.1 and 4.2.
"""
import re
import socket
import struct
import threading

METHOD, END = 1, b"\xce"


def short_text(text):
    return bytes([len(text)]) + text


def long_text(text):
    return struct.pack(">I", len(text)) + text


def member(name, value):
    if isinstance(value, bytes):
        return short_text(name) + b"S" + long_text(value)
    if isinstance(value, bool):
        return short_text(name) + b"t" + bytes([value])
    return short_text(name) + b"F" + long_text(b"".join(member(n, v) for n, v in value.items()))


PROPERTIES = {b"product": b"RabbitMQ", b"version": b"3.10.8", b"platform": b"a rehearsal", b"capabilities": {
    b"publisher_confirms": True, b"basic.nack": True, b"consumer_cancel_notify": True, b"authentication_failure_close": True, b"connection.blocked": True}}
START = bytes((0, 9)) + long_text(b"".join(member(n, v) for n, v in PROPERTIES.items())) + long_text(b"PLAIN") + long_text(b"en_US")


class Broker:
    def __init__(self):
        self.queues, self.refused = set(), []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.over, self.thread = False, threading.Thread(target=self._accept, daemon=True)
        self.thread.start()

    def read_by(self, reporting):
        """reporting: [(binary, host)] of the services whose queues have a consumer."""
        for binary, host in reporting:
            project, _, topic = binary.partition("-")
            topic = topic if project == "nova" else binary
            self.queues |= {topic, "%s.%s" % (topic, host)}
            if "@" in host:      # cinder 21 rpc.py: a queue of the backend, and one of it and its host
                self.queues |= {"%s.%s" % (topic, host), "%s.%s.%s" % (topic, host, host.partition("@")[0])}

    def url(self):
        return "rabbit://masked:masked@127.0.0.1:%d/" % self.port

    def close(self):
        """Its port is another's from here on."""
        self.over = True
        self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join()
        self.listener.close()

    def _accept(self):
        while not self.over:
            try:
                peer = self.listener.accept()[0]
            except OSError:
                break
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        try:
            with peer, peer.makefile("rb") as heard:
                heard.read(8)
                say(peer, 0, 10, 10, START)
                while self._answer(peer, heard):
                    pass
        except (OSError, struct.error):
            pass

    def _answer(self, peer, heard):
        head = heard.read(7)
        if len(head) < 7:
            return False
        kind, channel, size = struct.unpack(">BHI", head)
        body = heard.read(size + 1)[:-1]
        if kind != METHOD:
            return True
        method = struct.unpack(">HH", body[:4])
        if method == (50, 10):
            self._declare(peer, channel, body[4:])
        elif method in ANSWERS:
            if ANSWERS[method]:
                say(peer, channel, *ANSWERS[method])
        else:
            self.refused.append(method)
            say(peer, 0, 10, 50, struct.pack(">H", 403) + short_text(b"ACCESS_REFUSED - a rehearsal on paper takes no message") + struct.pack(">HH", *method))
        return method != (10, 50)

    def _declare(self, peer, channel, arguments):
        name = arguments[3:3 + arguments[2]]
        if re.sub(rb"_fanout_.*", b"", name).decode("utf-8", "replace") in self.queues:
            say(peer, channel, 50, 11, short_text(name) + struct.pack(">II", 0, 1))
        else:
            say(peer, channel, 20, 40, struct.pack(">H", 404) + short_text(b"NOT_FOUND - no queue '%s'" % name[:180]) + struct.pack(">HH", 50, 10))


def say(peer, channel, cls, method, arguments=b""):
    body = struct.pack(">HH", cls, method) + arguments
    peer.sendall(struct.pack(">BHI", METHOD, channel, len(body)) + body + END)


# what each is answered with; None: with nothing
ANSWERS = {(10, 11): (10, 30, struct.pack(">HIH", 2047, 131072, 60)), (10, 31): None, (10, 40): (10, 41, b"\0"), (10, 50): (10, 51), (10, 51): None,
           (20, 10): (20, 11, b"\0\0\0\0"), (20, 40): (20, 41), (20, 41): None, (40, 10): (40, 11), (85, 10): (85, 11), (60, 10): (60, 11)}
