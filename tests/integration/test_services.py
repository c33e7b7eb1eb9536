# SPDX-License-Identifier: Apache-2.0
"""The services that an evacuation needs beside the conductor: who is down is seen before the first message, and by doctor."""
import os
import re
import ssl
import subprocess
import time

import harness
import landing
from harness import A, B, ENV, FENCED, OK, REFUSED, Service, rows

IMAGE, VOLUME = "image-active-0", "volume-active-0"
KEYS = ("placement_url", "neutron_url", "cinder_url", "keystone_url")
NAMES = {"placement_url": "placement", "neutron_url": "neutron-server", "cinder_url": "cinder-api", "keystone_url": "keystone"}


class Services(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)
        self.service = {}
        for key in KEYS:
            self.serve(key)

    def serve(self, key, status=200, **more):
        self.service[key] = Service(status, **more)
        self.addCleanup(self.service[key].close)
        self.site({k: s.url for k, s in self.service.items()})

    def site(self, urls, *lines):
        with open(self.tool.site, "w") as f:
            f.write("\n".join(["[site]", "shared_disks = true", "computes_wait_for_ports = false", *lines, *("%s = %s" % u for u in urls.items()), ""]))

    def refuse(self, key):
        """Nothing listens there any more."""
        self.service[key].close()

    def dry(self, *words, code=OK):
        harness.heartbeats()
        only = [w for name in (IMAGE, VOLUME) for w in ("--only", name)] if "host" in words else []
        return self.expect(self.tool.run(*words, *only, *FENCED, "--accept", "volume-owner-dead", "--dry-run", "-f", "json"), code)

    def host(self, *words, code=OK):
        return self.dry("host", "evacuate", A, *words, code=code)

    def found(self, r, code):
        return {f["subject"]: f["message"] for f in r.json["findings"] if f["code"] == code}

    def taken(self, r):
        return {s["name"] for s in r.json["steps"] if s["kind"] == "instance" and s["state"] == "planned"}

    # ---- before a run

    def test_who_answers_has_nothing_against_it_and_was_asked_without_a_token(self):
        self.service["neutron_url"].status = 300
        self.service["cinder_url"].status = 401
        self.service["keystone_url"].status = 302  # where to is not looked at
        r = self.host()
        self.assertEqual(self.taken(r), {IMAGE, VOLUME})
        self.assertFalse({"service-needed-down", "service-not-checked", "cinder-api-down"} & set(r.findings()), r)
        for service in self.service.values():
            self.assertEqual({path for path, _ in service.heard}, {"/"})
            self.assertFalse({"x-auth-token", "authorization", "cookie"} & {h.lower() for h in service.heard[0][1]}, service.heard)

    def test_a_service_that_all_need_stops_the_run_and_is_told_how_it_is_down(self):
        for key in ("placement_url", "neutron_url", "keystone_url"):
            self.service[key].status = 503
            message = self.found(self.host(code=REFUSED), "service-needed-down")[NAMES[key]]
            self.assertIn("answers with an error (503)", message)
            self.assertIn("[site] " + key, message)
            self.service[key].status = 0
            self.assertIn("it hangs", self.found(self.host(code=REFUSED), "service-needed-down")[NAMES[key]])
            self.refuse(key)
            r = self.host(code=REFUSED)
            self.assertIn("refuses the connection", self.found(r, "service-needed-down")[NAMES[key]])
            self.assertEqual(set(self.found(r, "service-needed-down")), {NAMES[key]})
            self.assertEqual(self.taken(self.host("--accept", "service-needed-down:" + NAMES[key])), {IMAGE, VOLUME})
            self.serve(key)
        self.assertEqual(self.conductor.casts, [])

    def test_without_cinder_api_those_without_volumes_go(self):
        self.refuse("cinder_url")
        r = self.host()
        self.assertEqual(self.taken(r), {IMAGE})
        (message,) = self.found(r, "cinder-api-down").values()
        self.assertIn("cinder-api at %s refuses the connection" % self.service["cinder_url"].url, message)
        self.assertEqual(self.found(r, "service-needed-down"), {})
        self.assertEqual(self.taken(self.host("--accept", "cinder-api-down")), {IMAGE, VOLUME})
        r = self.dry("host", "rescue", A, "--to", B)
        self.assertEqual(self.taken(r), {IMAGE})
        self.assertIn("volume", {s["kind"] for s in r.json["steps"]})  # which needs cinder's database alone
        self.assertEqual(set(self.found(self.dry("instance", "evacuate", VOLUME, code=REFUSED), "cinder-api-down")), set(self.found(r, "cinder-api-down")))
        self.assertEqual(self.taken(self.dry("instance", "evacuate", IMAGE)), {IMAGE})

    def test_where_all_have_volumes_cinder_api_stops_the_run(self):
        self.refuse("cinder_url")
        r = self.expect(self.tool.run("host", "evacuate", A, "--only", VOLUME, *FENCED, "--accept", "volume-owner-dead", "--dry-run", "-f", "json"), REFUSED)
        self.assertEqual(set(self.found(r, "service-needed-down")), {"cinder-api"})
        for accept in ("service-needed-down:cinder-api", "cinder-api-down"):
            self.assertEqual(self.taken(self.host("--exclude", IMAGE, "--accept", accept)), {VOLUME})

    def test_what_is_not_known_is_said(self):
        self.site({})
        self.assertEqual(set(self.found(self.host(), "service-not-checked")), {"placement", "neutron-server", "cinder-api"})  # nova.conf has keystone's
        self.assertEqual(set(self.found(self.dry("instance", "evacuate", IMAGE), "service-not-checked")), {"placement", "neutron-server"})
        self.tool.nova[0] = self.rewrite(ENV["SB_NOVA_CONF"], r"\[placement\]\n", "[placement]\nendpoint_override = http://$my_nowhere:1/\n")
        self.assertIn("placement", self.found(self.host(), "service-not-checked"))

    def test_the_catalog_has_what_nova_conf_has_not(self):
        """keystone's own tables; the addresses are those that the sandbox serves, or this test's."""
        self.site({})
        self.assertEqual(self.found(self.host("--keystone-config-file", ENV["SB_KEYSTONE_CONF"]), "service-not-checked"), {})
        ill = Service(503)
        self.addCleanup(ill.close)
        old = {r["id"]: r["url"] for r in rows("keystone", "SELECT e.id, e.url FROM endpoint AS e JOIN service AS s ON s.id = e.service_id WHERE s.type = 'placement'")}
        self.addCleanup(lambda: [rows("keystone", "UPDATE endpoint SET url = %s WHERE id = %s", (url, one)) for one, url in old.items()])
        for one in old:
            rows("keystone", "UPDATE endpoint SET url = %s WHERE id = %s", (ill.url + "placement/v1.0/$(project_id)s", one))
        message = self.found(self.host("--keystone-config-file", ENV["SB_KEYSTONE_CONF"], code=REFUSED), "service-needed-down")["placement"]
        self.assertIn("keystone's catalog (placement, ", message)
        self.assertEqual(ill.heard[0][0], "/placement")
        for one in old:
            rows("keystone", "UPDATE endpoint SET url = %s WHERE id = %s", ("http://nova:s3cret@%(host)s:8778/", one))
        r = self.host("--keystone-config-file", ENV["SB_KEYSTONE_CONF"])
        self.assertIn("no address that can be asked", self.found(r, "service-not-checked")["placement"])
        self.assertNotIn("s3cret", r.out + r.err)
        away = self.rewrite(ENV["SB_KEYSTONE_CONF"], r"@127\.0\.0\.1:\d+/", "@127.0.0.1:1/")
        self.assertIn("keystone's database", self.found(self.host("--keystone-config-file", away), "service-not-checked")["placement"])

    def test_a_certificate_that_nobody_trusts_is_no_outage(self):
        pem = os.path.join(self.tool.state, "server.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                        "subjectAltName = IP:127.0.0.1", "-keyout", pem, "-out", pem + ".crt"], check=True, stderr=subprocess.DEVNULL)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(pem + ".crt", pem)
        self.serve("placement_url", tls=tls)
        self.assertIn("certificate is not trusted here", self.found(self.host(), "service-not-checked")["placement"])
        for line in ("cafile = %s.crt" % pem, "insecure = true"):
            self.tool.nova[0] = self.rewrite(ENV["SB_NOVA_CONF"], r"\[placement\]\n", "[placement]\n%s\n" % line)
            self.assertEqual(self.found(self.host(), "service-not-checked"), {}, line)
        self.service["placement_url"].status = 503
        self.assertIn("placement", self.found(self.host(code=REFUSED), "service-needed-down"))

    def test_no_proxy_of_the_environment_is_asked(self):
        proxy = Service()
        self.addCleanup(proxy.close)
        self.refuse("placement_url")
        r = self.tool.run("host", "evacuate", A, *FENCED, "--dry-run", "-f", "json", env={**os.environ, "http_proxy": proxy.url, "HTTP_PROXY": proxy.url, "ALL_PROXY": proxy.url})
        self.assertIn("placement", self.found(self.expect(r, REFUSED), "service-needed-down"))
        self.assertEqual(proxy.heard, [])

    def test_four_that_hang_take_as_long_as_one(self):
        def took():
            began = time.monotonic()
            self.host(code=REFUSED)
            return time.monotonic() - began
        self.service["placement_url"].status = 0
        one = took()
        for service in self.service.values():
            service.status = 0
        self.assertLess(took(), one + 2)

    # ---- in the middle of a run

    def test_a_service_that_dies_in_the_middle_lets_nothing_more_begin_until_it_is_back(self):
        only = [w for name in (IMAGE, "image-active-1") for w in ("--only", name)]
        running = self.tool.start("host", "evacuate", A, *only, *FENCED, "--yes", "--max-in-flight", "1", "-f", "json")
        self.addCleanup(lambda: (running.poll() is None and running.kill(), running.communicate()))
        self.assertEqual(len(self.conductor.wait_for(1)), 1)
        self.service["placement_url"].status = 503
        time.sleep(4)  # a look is good for three seconds
        landing.land(landing.uuid_of(self.conductor.casts[0]), B)
        time.sleep(4)
        self.assertEqual(len(self.conductor.casts), 1)
        self.assertIsNone(running.poll())
        self.service["placement_url"].status = 200
        landing.land(landing.uuid_of(self.conductor.wait_for(2)[1]), B)
        out, err = (text.decode() for text in running.communicate(timeout=60))
        self.assertEqual(running.returncode, OK, out + err)
        self.assertRegex(err, r"placement at \S+ answers with an error \(503\); no more instances are begun")
        self.assertIn("instances are begun again", err)

    # ---- doctor

    def doctor(self, *words):
        r = self.tool.run("doctor", "-f", "json", *words)
        return r, {row["check"]: row for row in r.json}

    def test_doctor_has_a_row_for_each(self):
        r, row = self.doctor()
        self.expect(r, OK)
        for key, name in NAMES.items():
            self.assertEqual(row[name]["result"], "ok")
            self.assertIn(self.service[key].url, row[name]["detail"])
        self.assertEqual(row["service user"]["result"], "ok")
        for key, name in NAMES.items():
            self.service[key].status = 500
            r, row = self.doctor()
            self.expect(r, REFUSED)
            self.assertEqual(row[name]["result"], "fail")
            self.assertIn("not fit for evacuations: " + name, [v["detail"] for v in r.json if v["check"] == "verdict"])
            self.assertIn("fit for moves of volumes and backups", [v["detail"] for v in r.json if v["check"] == "verdict"])
            self.service[key].status = 200
        self.site({})
        r, row = self.doctor()
        self.expect(r, REFUSED)
        self.assertEqual({name for name in NAMES.values() if row[name]["result"] == "unknown"}, {"placement", "neutron-server", "cinder-api"})
        self.tool.nova[0] = self.rewrite(ENV["SB_NOVA_CONF"], r"send_service_user_token = true", "send_service_user_token = false")
        self.assertEqual(self.doctor()[1]["service user"]["result"], "warn")
        self.assertNotRegex(r.out + r.err, re.escape(ENV["SB_DB_KEYSTONE_PASS"]))
