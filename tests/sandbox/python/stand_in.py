"""What the stand-ins for OpenStack's services share: JSON over HTTP, a line of a log for every request."""
import configparser
import json
import sys
import threading
import time
import traceback
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LOCK = threading.Lock()
NOWHERE = 404, {"error": {"code": 404, "message": "Not Found"}}


class Request:
    def __init__(self, handler, body):
        self.method, self.headers, self.full = handler.command, handler.headers, handler.path
        path, _, query = handler.path.partition("?")
        self.path = path.rstrip("/")
        self.query = urllib.parse.parse_qs(query)
        self.body = body

    @property
    def json(self):
        return json.loads(self.body) if self.body else {}


def serve(port, log, answer):
    """For ever. answer(request) gives the code, what becomes JSON (None: no body; bytes: as they are), and perhaps headers."""
    lines = open(log, "a", buffering=1)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *args):
            pass

        def handle_any(self):
            began, length = time.time(), int(self.headers.get("Content-Length") or 0)
            request = Request(self, self.rfile.read(length) if length else b"")
            try:
                code, what, *more = answer(request)
            except Exception:
                traceback.print_exc(file=sys.stderr)
                code, what, *more = 500, {"error": {"code": 500, "message": "see the log"}}
            data = b"" if what is None else what if isinstance(what, bytes) else json.dumps(what).encode()
            self.send_response(code)
            for name, value in (more[0] if more else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/octet-stream" if isinstance(what, bytes) else "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(data)
            with LOCK:
                lines.write(json.dumps({"t": round(began, 3), "method": self.command, "path": self.path, "code": code,
                                        "who": self.headers.get("User-Agent"), "token": bool(self.headers.get("X-Auth-Token")),
                                        "body": None if "auth" in request.path else request.body.decode("utf-8", "replace")[:400]}) + "\n")

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = handle_any

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    server.serve_forever()


def configuration(path):
    """An oslo.config file, as far as ours go."""
    parser = configparser.ConfigParser(interpolation=None, strict=False, default_section="no such section")
    parser.read(path)
    return parser
