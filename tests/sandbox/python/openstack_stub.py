#!/usr/bin/python3
"""Stand-in for neutron and glance: the minimum that nova asks of them.

usage: openstack_stub.py PORT LOGFILE     (LOGFILE: one JSON line for every request)
"""
import json
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PORT = int(sys.argv[1])
LOG = open(sys.argv[2], "a", buffering=1)
LOCK = threading.Lock()
IMAGE_ID = "11111111-2222-4333-8444-555555555555"
DAY = "2024-01-01T00:00:00Z"
NEUTRON_LISTS = ("extensions", "ports", "networks", "subnets", "floatingips", "security-groups", "agents")


def image(image_id):
    return {"id": image_id, "name": "sandbox-image", "status": "active", "visibility": "public",
            "container_format": "bare", "disk_format": "raw", "size": 1048576, "min_ram": 0, "min_disk": 0,
            "protected": False, "checksum": "0" * 32, "owner": "sandbox", "tags": [], "created_at": DAY,
            "updated_at": DAY, "file": "/v2/images/%s/file" % image_id, "self": "/v2/images/" + image_id,
            "schema": "/v2/schemas/image", "locations": [], "hw_disk_bus": "virtio"}


def neutron(method, path):
    kind = path.rpartition("/")[2]
    if method == "GET" and path == "/v2.0/" + kind and kind in NEUTRON_LISTS:
        return 200, {kind.replace("-", "_"): []}
    if path.startswith("/v2.0/quotas"):
        return 200, {"quota": {"port": -1}}
    return 404, {"NeutronError": {"type": "NotFound", "message": path, "detail": ""}}


def glance(method, path):
    one = re.match(r"/v2/images/([0-9a-f-]{36})(/file)?$", path)
    if one:
        return (204, None) if one.group(2) else (200, image(one.group(1)))
    if path == "/v2/images":
        return 200, {"images": [image(IMAGE_ID)]}
    if path.startswith("/v2/schemas/image"):   # glanceclient takes only what the schema names as base properties
        return 200, {"name": "image", "additionalProperties": {"type": "string"},
                     "properties": {k: {} for k in image(IMAGE_ID) if not k.startswith("hw_")}}
    if path in ("/", "/versions"):
        return 300, {"versions": [{"id": "v2.9", "status": "CURRENT", "links": [
            {"rel": "self", "href": "http://127.0.0.1:%d/glance/v2/" % PORT}]}]}
    return 404, {}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        service, _, rest = self.path.lstrip("/").partition("/")
        path = "/" + rest.split("?")[0].rstrip("/")
        serve = {"neutron": neutron, "glance": glance}.get(service)
        code, answer = serve(self.command, path) if serve else (404, {})
        data = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)
        with LOCK:
            LOG.write(json.dumps({"method": self.command, "path": self.path, "code": code,
                                  "token": self.headers.get("X-Auth-Token"),
                                  "body": body.decode("utf-8", "replace")[:400]}) + "\n")

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = handle_any


server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
server.daemon_threads = True
server.serve_forever()
