# SPDX-License-Identifier: Apache-2.0
"""What nova asks others in an evacuation, answered from the rows of the dump: keystone, neutron, cinder-api; and consumers for cinder's queues.

usage: stand_in.py SETTINGS          SETTINGS: a file of JSON, written by control.py
These are no services: they keep the rules that decide whether an evacuation lands, with their sources in neutron 21 and cinder 21, and write what the
services would write. It runs under nova's Python, which has pymysql and amqp.
"""
import json
import os
import socket
import sys
import threading
import time
import traceback
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import amqp
import pymysql

import stand_in_cinder
import stand_in_neutron

NOWHERE = 404, {"error": {"code": 404, "message": "a rehearsal has no answer to this"}}
TOKEN = "a-token-of-the-rehearsal"


class Rows:
    """A transaction in one database."""

    def __init__(self, settings, database):
        self.settings, self.database = settings, database

    def __enter__(self):
        self.connection = pymysql.connect(unix_socket=self.settings["socket"], user=self.settings["user"], database=self.database, charset="utf8mb4",
                                          cursorclass=pymysql.cursors.DictCursor)
        return self

    def __exit__(self, kind, *rest):
        if kind is None:
            self.connection.commit()
        self.connection.close()

    def __call__(self, statement, *args):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, args)
            return cursor.fetchall() if cursor.description else cursor.rowcount


class Request:
    def __init__(self, method, full, body):
        self.method, self.body = method, body
        path, _, query = full.partition("?")
        self.path, self.query = path.rstrip("/"), urllib.parse.parse_qs(query)

    @property
    def json(self):
        return json.loads(self.body) if self.body else {}


def serve(port, answer):
    """In threads of its own. answer(request) gives the code, what becomes JSON (None: nothing), and perhaps headers."""
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *args):
            pass

        def any(self):
            length = int(self.headers.get("Content-Length") or 0)
            try:
                code, what, *more = answer(Request(self.command, self.path, self.rfile.read(length) if length else b""))
            except Exception:
                traceback.print_exc(file=sys.stderr)
                code, what, more = 500, {"error": {"code": 500, "message": "the stand-in failed"}}, ()
            if code >= 400:
                print("%s %s: %d %s" % (self.command, self.path, code, json.dumps(what)), file=sys.stderr, flush=True)
            data = b"" if what is None else json.dumps(what, default=str).encode()
            self.send_response(code)
            for name, value in (more[0] if more else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = any

    class Server(ThreadingHTTPServer):
        request_queue_size = 64

        def handle_error(self, request, client_address):
            if not isinstance(sys.exc_info()[1], ConnectionError):      # who only asks whether we are here goes away at once
                super().handle_error(request, client_address)

    server = Server(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()


def keystone(settings):
    url = "http://127.0.0.1:%d/v3/" % settings["ports"]["keystone"]
    version = {"id": "v3.14", "status": "stable", "updated": "2020-04-07T00:00:00Z", "links": [{"rel": "self", "href": url}],
               "media-types": [{"base": "application/json", "type": "application/vnd.openstack.identity-v3+json"}]}
    domain = {"id": "default", "name": "Default"}
    catalog = [{"id": kind, "type": kind, "name": kind, "endpoints": [{"id": kind + i, "interface": i, "region": "RegionOne", "region_id": "RegionOne", "url": url}
                                                                      for i in ("public", "internal", "admin")]} for kind, url in settings["catalog"].items()]
    token = {"token": {"methods": ["password"], "catalog": catalog, "user": {"id": "0" * 32, "name": "nova", "domain": domain}, "project": {"id": "0" * 32, "name": "service", "domain": domain},
                       "roles": [{"id": r, "name": r} for r in ("admin", "member", "reader", "service")], "issued_at": "2020-01-01T00:00:00.000000Z",
                       "expires_at": "2099-01-01T00:00:00.000000Z"}}

    def answer(request):
        if request.path == "/v3/auth/tokens":
            return 201 if request.method == "POST" else 200, token, {"X-Subject-Token": TOKEN}
        if request.path in ("", "/v3"):
            return (200, {"version": version}) if request.path else (300, {"versions": {"values": [version]}})
        return NOWHERE
    return answer


def read_queues(settings):
    """A consumer for each queue of a service of cinder that reports; what comes there is dropped."""
    while socket.socket().connect_ex(("127.0.0.1", settings["ports"]["broker"])) != 0:
        time.sleep(0.2)
    connection = amqp.Connection(host="127.0.0.1:%d" % settings["ports"]["broker"], userid="masked", password="masked", heartbeat=0)
    connection.connect()
    channel = connection.channel()
    for queue in settings["queues"]:
        channel.queue_declare(queue, durable=False, auto_delete=True)
        channel.basic_consume(queue, no_ack=True)
    while True:
        connection.drain_events()


def main():
    with open(sys.argv[1]) as f:
        settings = json.load(f)
    serve(settings["ports"]["keystone"], keystone(settings))
    serve(settings["ports"]["neutron"], stand_in_neutron.Neutron(lambda: Rows(settings, settings["neutron"])).answer)
    if settings["cinder"]:
        serve(settings["ports"]["cinder"], stand_in_cinder.Cinder(lambda: Rows(settings, settings["cinder"])).answer)
    if settings["queues"]:
        threading.Thread(target=read_queues, args=(settings,), daemon=True).start()
    with open(os.path.join(settings["up"], "stand-in"), "w"):
        pass
    threading.Event().wait()


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    main()
