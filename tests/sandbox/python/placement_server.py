#!/usr/bin/python3
"""Placement's own WSGI application behind the standard library's server, a thread for every request.

usage: placement_server.py PORT     (OS_PLACEMENT_CONFIG_DIR names the directory of placement.conf)
HTTP/1.0 on purpose: with a kept connection that the server has closed, keystoneauth sleeps half a second at every retry.
"""
import socketserver
import sys
from wsgiref import simple_server

PORT = int(sys.argv.pop(1))   # placement parses sys.argv too

from placement import wsgi    # noqa: E402


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
server.set_app(wsgi.init_application())
server.serve_forever()
