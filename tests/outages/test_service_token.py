# SPDX-License-Identifier: Apache-2.0
"""A cinder with the fix of OSSA-2023-003 and a nova-compute without a service token: what becomes of an instance with volumes."""
import http.server
import json
import os
import socket
import subprocess
import threading
import time
import urllib.parse

import harness
from harness import A, B, ENV, FENCED, OK, REFUSED, ROOT, rows

GO = FENCED + ["--yes", "-f", "json", "--timeout", "120"]
VOLUME = "volume-active-0"


class Keystone:
    """For cinder, which asks nova-api in the name of the caller: gives a token for a token, as keystone does (method "token")."""

    def __init__(self):
        compute = {"type": "compute", "name": "nova", "id": "n", "endpoints": [
            {"id": i, "interface": i, "region": "RegionOne", "region_id": "RegionOne", "url": ENV["SB_NOVA_URL"]} for i in ("public", "internal")]}
        self.asked = 0
        outer = self

        class Answer(http.server.BaseHTTPRequestHandler):
            def say(self, status, body, headers=()):
                data = json.dumps(body).encode()
                self.send_response(status)
                for name, value in (("Content-Type", "application/json"), ("Content-Length", str(len(data))), *headers):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def do_GET(self):
                self.say(200, {"version": {"id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": outer.url}]}})

            def do_POST(self):
                outer.asked += 1
                self.rfile.read(int(self.headers["Content-Length"]))
                self.say(201, {"token": {"methods": ["token"], "user": {"id": "u", "name": "admin", "domain": {"id": "default", "name": "Default"}},
                                         "project": {"id": ENV["SB_PROJECT"], "name": "p", "domain": {"id": "default", "name": "Default"}},
                                         "roles": [{"id": "a", "name": "admin"}], "catalog": [compute], "audit_ids": ["a"],
                                         "issued_at": "2026-01-01T00:00:00.000000Z", "expires_at": "2036-01-01T00:00:00.000000Z"}},
                         [("X-Subject-Token", ENV["SB_TOKEN"])])

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d/v3" % self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class ServiceToken(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.changed = []
        self.keystone = Keystone()
        self.addCleanup(self.as_it_was)

    def configure(self, daemon, files, more, program=None):
        """The daemon anew with a file of its own behind the sandbox's, until the test ends."""
        own = os.path.join(self.tool.state, daemon + ".conf")
        with open(own, "w") as f:
            f.write(more)
        harness.sandbox("kill", daemon)
        log = os.path.join(ENV["SB_LOG"], daemon)
        words = [daemon, log + ".out", "-", program or daemon]     # in the network of all
        for path in [*files, own]:
            words += ["--config-file", path]
        words += ["--log-file", log + ".log"]
        launch = os.path.join(ROOT, "tests", "sandbox", "python", "launch.py")
        subprocess.run(["/usr/bin/python3", launch, "--ask", os.path.join(ENV["SB_RUN"], "launch-%s.sock" % daemon.split("-")[0])],
                       input="\t".join(words) + "\n", text=True, check=True)
        self.changed.append(daemon)

    def as_it_was(self):
        for daemon in self.changed:
            harness.sandbox("kill", daemon)
            harness.sandbox("start", daemon)
        self.changed = []

    def wait(self, condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.5)

    def cinder_asks_nova(self):
        def answers():
            try:
                socket.create_connection(("127.0.0.1", urllib.parse.urlsplit(ENV["SB_CINDER_URL"]).port), 1).close()
            except OSError:
                return False
            return True
        self.configure("cinder-api", [ENV["SB_CINDER_CONF"], os.path.join(ENV["SB_ETC"], "cinder-%s.conf" % ENV["SB_CONTROLLER"])],
                       "[nova]\ntoken_auth_url = %s\n" % self.keystone.url)
        self.wait(answers)

    def compute_sends_no_token(self):
        since = harness.value("nova", "SELECT UTC_TIMESTAMP()")
        self.configure("nova-compute-" + B, [ENV["SB_NOVA_CONF"], os.path.join(ENV["SB_ETC"], "nova-%s.conf" % B)],
                       "[service_user]\nsend_service_user_token = false\n", "nova-compute")
        self.wait(lambda: harness.value("nova", "SELECT last_seen_up > %s + INTERVAL 2 SECOND FROM services WHERE host = %s AND `binary` = 'nova-compute' AND deleted = 0", (since, B)))

    def evacuate(self, *more):
        # its volumes are moved by hand of the same command: only the instance's own fate is the subject
        return self.tool.run("host", "rescue", A, "--to", B, "--target_host", B, "--only", VOLUME, *GO, *more)

    def state(self):
        one = rows("nova", "SELECT uuid, host, vm_state, task_state FROM instances WHERE display_name = %s AND deleted = 0", (VOLUME,))[0]
        attached = rows("cinder", "SELECT attach_status, attached_host, deleted FROM volume_attachment WHERE instance_uuid = %s AND deleted = 0", (one["uuid"],))
        return one, attached

    def begin(self, api, compute_sends):
        harness.sandbox("reset")
        self.cinder_asks_nova()
        if not compute_sends:
            self.compute_sends_no_token()
        harness.sandbox("fail", "A", "--now")
        harness.sandbox("start" if api else "stop", "nova-api")
        self.addCleanup(harness.sandbox, "stop", "nova-api")

    def test_with_it_nobody_asks_nova_api(self):
        self.begin(False, True)
        r = self.expect(self.evacuate(), OK)
        one, attached = self.state()
        self.assertEqual((one["host"], one["vm_state"]), (B, "active"), str(r))
        self.assertEqual([(x["attach_status"], x["attached_host"]) for x in attached], [("attached", B)])
        self.assertEqual(self.keystone.asked, 0)

    def fails(self, api):
        """What the tool cannot see: the computes' own nova.conf is without it."""
        self.begin(api, False)
        r = self.evacuate()
        self.assertNotEqual(r.code, OK, str(r))
        one, attached = self.state()
        self.assertEqual((one["host"], one["vm_state"]), (A, "error"), str(r))
        self.assertEqual(sorted(x["attach_status"] for x in attached), ["attached", "reserved"], "a stray attachment")
        self.assertGreater(self.keystone.asked, 0, "cinder did not ask")
        self.assertIn("nova-compute sends it no service token", str(r))

    def test_without_it_and_without_nova_api_the_instance_is_in_error(self):
        self.fails(False)

    def test_without_it_nova_api_is_no_help(self):
        self.fails(True)

    def test_a_nova_conf_without_it_stops_the_run(self):
        harness.sandbox("reset")
        harness.sandbox("fail", "A", "--now")
        before = harness.checksum("nova")
        self.tool.nova[0] = self.rewrite(ENV["SB_NOVA_CONF"], "send_service_user_token = true", "send_service_user_token = false")
        r = self.expect(self.evacuate(), REFUSED)
        self.assertIn("service-token-missing", r.findings())
        self.assertEqual(before, harness.checksum("nova"))
