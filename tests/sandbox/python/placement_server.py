#!/usr/bin/python3
"""Placement's own WSGI application behind the standard library's server, a thread for every request.

usage: placement_server.py PORT CONF     (CONF: for keystone; OS_PLACEMENT_CONFIG_DIR names the directory of placement.conf)
HTTP/1.0 on purpose: with a kept connection that the server has closed, keystoneauth sleeps half a second at every retry.
"""
import socketserver
import sys
from wsgiref import simple_server

PORT, CONF = int(sys.argv.pop(1)), sys.argv.pop(1)   # placement parses sys.argv too

from placement import wsgi    # noqa: E402

import stand_in               # noqa: E402
import tokens                 # noqa: E402

VALIDATOR = tokens.Validator(stand_in.configuration(CONF)["keystone_authtoken"])
SAID = {401: "401 Unauthorized", 503: "503 Service Unavailable"}


def checked(app):
    """In the place of keystonemiddleware: who has a token of keystone is an administrator. The root tells its versions to all."""
    def check(environ, start_response):
        code = 200 if environ["PATH_INFO"] in ("", "/") else VALIDATOR.check(environ.get("HTTP_X_AUTH_TOKEN"))
        if code != 200:
            start_response(SAID[code], [("Content-Type", "application/json")])
            return [b"{}"]
        environ["HTTP_X_AUTH_TOKEN"] = "admin"
        return app(environ, start_response)
    return check


class Server(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    daemon_threads = True
    request_queue_size = 64

    def server_bind(self):
        # the parent asks the resolver for our name, which a bare machine may not have
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", PORT
        self.setup_environ()


class Handler(simple_server.WSGIRequestHandler):
    def address_string(self):
        return "127.0.0.1"

    def log_message(self, *args):
        pass


server = Server(("127.0.0.1", PORT), Handler)
server.set_app(checked(wsgi.init_application()))
server.serve_forever()
