"""A WSGI application behind the standard library's server, a thread for every request.

HTTP/1.0 on purpose: with a kept connection that the server has closed, keystoneauth sleeps half a second at every retry.
"""
import socketserver
from wsgiref import simple_server


class Handler(simple_server.WSGIRequestHandler):
    def address_string(self):
        return "127.0.0.1"

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingMixIn, simple_server.WSGIServer):
    daemon_threads = True
    request_queue_size = 64

    def server_bind(self):
        # the parent asks the resolver for our name, which a bare machine may not have
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address
        self.setup_environ()


def serve(port, app):
    """For ever."""
    server = Server(("127.0.0.1", port), Handler)
    server.set_app(app)
    server.serve_forever()
