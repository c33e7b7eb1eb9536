# SPDX-License-Identifier: Apache-2.0
"""A keystone of our own: tokens that it knows, a login that it takes, and what it was asked."""
import datetime
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ISSUED = "gAAAAABissued-by-keystone_0123456789-abcdefghijklmnop="
PASSWORD = 'ks"p\\assw0rd-of-nova'


class Keystone:
    def __init__(self):
        self.tokens = {}       # text: the body of its answer
        self.asked = []        # (method, path, X-Auth-Token, body)
        self.status = None     # instead of an answer
        keystone = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args):
                pass

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                keystone.asked.append((self.command, self.path, self.headers.get("X-Auth-Token"), body))
                code, document, token = keystone.reply(self.command, self.headers, body)
                data = json.dumps(document).encode()
                self.send_response(code)
                if token:
                    self.send_header("X-Subject-Token", token)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            do_GET = do_POST = answer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d/identity" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reply(self, method, headers, body):
        if self.status:
            return self.status, {"error": {}}, None
        if method == "POST":
            user = json.loads(body)["auth"]["identity"]["password"]["user"]
            if (user["name"], user["password"]) != ("nova", PASSWORD):
                return 401, {"error": {}}, None
            return 201, self.tokens.get(ISSUED) or self.know(ISSUED, "service"), ISSUED
        token = headers.get("X-Subject-Token")
        return (200, self.tokens[token], None) if token in self.tokens else (404, {"error": {}}, None)

    def know(self, token, project, roles=("admin",), seconds=3600, services=("image", "network", "volumev3")):
        ends = datetime.datetime.utcnow() + datetime.timedelta(seconds=seconds)
        self.tokens[token] = {"token": {
            "user": {"name": "ann", "id": "u1"}, "project": {"id": project, "name": "name-of-" + project}, "roles": [{"name": r} for r in roles],
            "expires_at": ends.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "catalog": [{"type": s, "name": s, "id": s, "endpoints": [{"interface": i, "region": "RegionOne", "url": "http://127.0.0.1:1/%s/%s" % (s, i)}
                                                                       for i in ("public", "internal", "admin")]} for s in services]}}
        return self.tokens[token]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
