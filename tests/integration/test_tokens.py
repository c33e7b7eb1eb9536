# SPDX-License-Identifier: Apache-2.0
"""A token for the instances whose root disk is made anew: who gets it, what keystone says to it, and that nobody else ever reads it."""
import glob
import json
import os
import signal
import socket
import subprocess

import harness
import identity
import journals
from harness import ENV, FENCED, OK, REFUSED, CONFIG, rows, value

TOKEN = "gAAAAABtoken-of-ann_0123456789-abcdefghijklmnopqrstuv="
IMAGE, VOLUME = "image-active-0", "volume-active-0"
GO = FENCED + ["--yes", "-f", "json"]
UNKNOWN = 9


class Tokens(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)
        self.keystone = identity.Keystone()
        self.addCleanup(self.keystone.close)
        self.configure(self.keystone.url)
        with open(self.tool.site, "w") as f:
            f.write("[site]\ncomputes_wait_for_ports = false\n")
        self.file = self.token_file(TOKEN)
        self.project = value("nova", "SELECT project_id FROM instances WHERE display_name = %s AND deleted = 0", (IMAGE,))

    def configure(self, url, more="", group="keystone_authtoken"):
        path = os.path.join(self.tool.state, "keystone.conf")
        with open(path, "w") as f:
            f.write("[%s]\nauth_url = %s\nusername = nova\npassword = %s\nuser_domain_name = Default\nproject_name = service\n"
                    "project_domain_name = Default\n%s" % (group, url, identity.PASSWORD, more))
        self.tool.nova = [ENV["SB_NOVA_CONF"], ENV["SB_NOVA_DB_CONF"], path]

    def token_file(self, text, mode=0o600):
        path = os.path.join(self.tool.state, "token")
        with open(path, "w") as f:
            f.write(text + "\n")
        os.chmod(path, mode)
        return path

    def evacuate(self, *words, name=IMAGE, **more):
        harness.heartbeats()
        return self.tool.run("instance", "evacuate", name, *GO, "--no-wait", "--accept", "volume-owner-dead", *words, **more)

    def finding(self, r, code="needs-token"):
        return next(f for f in r.json["findings"] if f["code"] == code)

    def nobody_read_it(self, *more):
        """In all that was printed, written, or left by a process that died."""
        for text in (*self.tool.said, *more):
            for secret in (TOKEN, identity.ISSUED, identity.PASSWORD):
                self.assertNotIn(secret, text)
        for path in glob.glob(os.path.join(self.tool.state, "**"), recursive=True):
            if os.path.isfile(path) and os.path.basename(path) not in ("token", "keystone.conf"):
                data = open(path, "rb").read()
                for secret in (TOKEN, identity.ISSUED, identity.PASSWORD):
                    self.assertNotIn(secret.encode(), data, path)

    def test_without_one_nothing_is_begun_and_no_accept_helps(self):
        before = harness.checksum()
        r = self.expect(self.evacuate(), REFUSED)
        f = self.finding(r)
        self.assertIn("no token is given", f["message"])
        self.assertIn("--os-token-file", f["hint"])
        self.assertNotIn("--accept", f["hint"])
        self.assertNotIn("local-disk", r.findings())
        r = self.expect(self.evacuate("--accept", "needs-token", "--accept", "local-disk"), REFUSED, "cannot be accepted")
        self.assertFalse(self.finding(r)["accepted"])
        self.unchanged(before)
        self.assertEqual(self.keystone.asked, [])
        self.assertEqual(self.conductor.casts, [])

    def sent(self, *words, **more):
        r = self.expect(self.evacuate("--accept", "local-disk", *words, **more), OK)
        (_, cast), = self.conductor.wait_for(1)
        return r, cast

    def test_a_token_goes_with_the_message_and_its_catalog(self):
        self.keystone.know(TOKEN, "admins")
        r = self.expect(self.evacuate("--os-token-file", self.file), REFUSED)     # the disk is lost all the same
        self.assertEqual(self.finding(r, "local-disk")["accepted"], False)
        r = self.expect(self.evacuate("--os-token-file", self.file, "--accept", "local-disk", "--dry-run"), OK)
        self.assertEqual([u["command"].split(" instance evacuate ")[1] for u in r.json["units"] if u["kind"] == "evacuation"],
                         ["%s --os-token-file %s" % (value("nova", "SELECT uuid FROM instances WHERE display_name = %s", (IMAGE,)), self.file)])
        r, cast = self.sent("--os-token-file", self.file, "--log-file", os.path.join(self.tool.state, "log"), "--debug")
        self.assertEqual(cast["_context_auth_token"], TOKEN)
        self.assertTrue(cast["_context_is_admin"])
        self.assertEqual(cast["_context_project_id"], self.project)               # the instance's, as its action has it
        catalog = {s["type"]: s["endpoints"] for s in cast["_context_service_catalog"]}
        self.assertEqual(set(catalog), {"image", "network", "volumev3"})
        self.assertEqual(catalog["image"], [{"region": "RegionOne", "publicURL": "http://127.0.0.1:1/image/public",
                                             "internalURL": "http://127.0.0.1:1/image/internal", "adminURL": "http://127.0.0.1:1/image/admin"}])
        self.assertIn("ann", self.finding(r, "token-used")["message"])
        self.assertEqual({(m, p, t) for m, p, t, _ in self.keystone.asked}, {("GET", "/identity/v3/auth/tokens", TOKEN)})
        intent, = [x for x in self.tool.journals()[0] if x["type"] == "publish_intent"]
        self.assertEqual(intent["token"], "file")
        self.tool.run("journal", "show", self.tool.journals()[0][0]["run"])
        self.tool.run("journal", "report", self.tool.journals()[0][0]["run"])
        self.nobody_read_it()

    def test_one_of_the_environment(self):
        self.keystone.know(TOKEN, self.project, roles=("member",))
        _, cast = self.sent(env={**os.environ, "OS_TOKEN": TOKEN})
        self.assertEqual(cast["_context_auth_token"], TOKEN)
        self.nobody_read_it()

    def test_novas_own_login_is_asked_once_and_only_when_an_instance_needs_it(self):
        self.expect(self.evacuate("--os-token-from", "nova-conf", name=VOLUME), OK)
        self.assertEqual(self.keystone.asked, [])
        self.assertIsNone(self.conductor.wait_for(1)[0][1]["_context_auth_token"])
        self.conductor.casts.clear()
        _, cast = self.sent("--os-token-from", "nova-conf")
        self.assertEqual(cast["_context_auth_token"], identity.ISSUED)
        (method, path, _, body), = self.keystone.asked
        self.assertEqual((method, path), ("POST", "/identity/v3/auth/tokens"))
        self.assertEqual(json.loads(body)["auth"]["scope"], {"project": {"name": "service", "domain": {"name": "Default"}}})
        self.nobody_read_it()

    def test_only_those_that_need_it_get_it(self):
        self.keystone.know(TOKEN, "admins")
        self.expect(self.evacuate("--os-token-file", self.file, name=VOLUME), OK)
        cast = self.conductor.wait_for(1)[0][1]
        self.assertIsNone(cast["_context_auth_token"])
        self.assertEqual([s["type"] for s in cast["_context_service_catalog"]], ["image"])
        self.assertEqual(self.keystone.asked, [])

    def refused(self, text, *words):
        r = self.expect(self.evacuate("--accept", "local-disk", *(words or ("--os-token-file", self.file))), REFUSED)
        self.assertIn(text, self.finding(r)["message"])
        self.assertEqual(self.conductor.casts, [])
        self.nobody_read_it()

    def test_one_that_cannot_be_used(self):
        self.refused("does not know it (404)")
        self.keystone.know(TOKEN, "admins", seconds=30)
        self.refused("nova may need it for 300 s")
        self.keystone.know(TOKEN, "other", roles=("member",))
        self.refused("of project name-of-other")
        self.keystone.know(TOKEN, "admins", services=("image",))
        self.refused("its catalog has no service 'network'")
        self.keystone.status = 503
        self.refused("answers with an error (503)", "--os-token-from", "nova-conf")
        self.keystone.status = None
        self.configure(self.keystone.url, "password = wrong-one\n")
        self.refused("refused the login of [keystone_authtoken] (401)", "--os-token-from", "nova-conf")
        self.tool.nova = [self.rewrite(ENV["SB_NOVA_CONF"], r"(?m)^password = .*\n", ""), ENV["SB_NOVA_DB_CONF"]]
        self.refused("has no login", "--os-token-from", "nova-conf")

    def nowhere(self):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            return "http://127.0.0.1:%d" % s.getsockname()[1]

    def test_without_keystone_the_configuration_says_where_glance_and_neutron_are(self):
        self.configure(self.nowhere())
        self.refused("does not say where the service 'image' is")
        self.configure(self.nowhere(), "[glance]\nendpoint_override = http://g:9292\n[neutron]\nendpoint_override = http://n:9696\n")
        # nobody answers at these addresses, and keystone is away
        r, cast = self.sent("--os-token-file", self.file, "--accept", "service-needed-down")
        self.assertIn("refuses the connection", self.finding(r, "token-unchecked")["message"])
        self.assertEqual(cast["_context_auth_token"], TOKEN)
        self.assertEqual({s["type"]: s["endpoints"][0]["internalURL"] for s in cast["_context_service_catalog"]},
                         {"image": "http://g:9292", "network": "http://n:9696"})

    def test_a_file_that_is_not_its_owners_alone(self):
        before = harness.checksum()
        for mode in (0o640, 0o604, 0o660):
            r = self.expect(self.evacuate("--os-token-file", self.token_file(TOKEN, mode)), CONFIG, "chmod 600")
        self.expect(self.evacuate("--os-token-file", self.token_file("two words")), CONFIG, "holds no token")
        self.expect(self.evacuate("--os-token-file", self.file + ".not"), CONFIG, "cannot open")
        r = self.expect(self.evacuate("--os-token-file", TOKEN), CONFIG, "takes the name of a file")    # the token where the file's name belongs
        self.assertNotIn(TOKEN, r.out + r.err)
        self.unchanged(before)
        self.expect(self.evacuate("--os-token-file", self.file, "--os-token-from", "nova-conf"), harness.USAGE)

    def test_a_plan_file_has_no_token_and_is_applied_with_one(self):
        self.keystone.know(TOKEN, "admins")
        plan = os.path.join(self.tool.state, "a.plan")
        harness.heartbeats()
        words = ["instance", "evacuate", IMAGE, *FENCED, "--accept", "local-disk", "--os-token-file", self.file, "--plan-out", plan]
        r = self.expect(self.tool.run(*words), OK)
        self.assertIn("plan apply %s --os-token-file %s" % (plan, self.file), r.out + r.err)
        self.assertNotIn("token", json.dumps(json.load(open(plan))["request"]))
        self.nobody_read_it(open(plan).read())
        harness.heartbeats()
        self.expect(self.tool.run("plan", "apply", plan, "--yes"), REFUSED, "needs-token")
        process = self.tool.start("plan", "apply", plan, "--yes", "--os-token-file", self.file)
        self.assertEqual(self.conductor.wait_for(1)[0][1]["_context_auth_token"], TOKEN)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)

    def test_a_resend_needs_it_again(self):
        self.keystone.know(TOKEN, "admins")
        _, first = self.sent("--os-token-file", self.file)
        path = journals.path_of(self.tool)
        journals.cut_after(path, lambda r: r["type"] == "publish_intent")
        journals.older(path, 600)
        run = os.path.basename(path)[:-len(".jsonl")]
        resend = ["journal", "recover", run, "--resend", "-f", "json"]
        self.expect(self.tool.run(*resend), UNKNOWN, "its first message had a token, and none is given")
        self.assertEqual(len(self.conductor.casts), 1)
        other = TOKEN[:-4] + "2nd="
        self.expect(self.tool.run(*resend, "--os-token-file", self.token_file(other)), UNKNOWN, "does not know it (404)")
        self.assertEqual(len(self.conductor.casts), 1)
        self.keystone.know(other, "admins")
        self.expect(self.tool.run(*resend, "--os-token-file", self.token_file(other)), OK)
        second = self.conductor.wait_for(2)[1][1]
        self.assertEqual((second["_context_auth_token"], second["_unique_id"]), (other, first["_unique_id"]))
        self.assertNotIn(other, "".join(self.tool.said) + open(path).read())

    def test_a_process_that_dies_leaves_no_core(self):
        self.keystone.know(TOKEN, "admins")
        where = os.path.join(self.tool.state, "cores")
        os.mkdir(where)
        process = subprocess.Popen(self.tool.command("instance", "evacuate", IMAGE, *GO, "--accept", "local-disk", "--os-token-file", self.file),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=where,
                                   env={**os.environ, "ASAN_OPTIONS": "handle_segv=0"})   # the signal is its end in that build, too
        self.conductor.wait_for(1)
        process.send_signal(signal.SIGSEGV)
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, -signal.SIGSEGV)
        self.assertEqual(os.listdir(where), [])
        self.nobody_read_it(out.decode(), err.decode())

    def test_a_kernel_and_a_key_may_be_had_without(self):
        with open(self.tool.site, "w") as f:
            f.write("[site]\ncomputes_wait_for_ports = false\nshared_disks = true\n")
        rows("nova", "UPDATE instances SET kernel_id = 'k1' WHERE display_name = %s", (IMAGE,))
        f = self.finding(self.expect(self.evacuate(), REFUSED))
        self.assertIn("kernel k1", f["message"])
        self.assertIn("--accept needs-token:", f["hint"])
        self.expect(self.evacuate("--accept", "needs-token:" + IMAGE), OK)
        self.assertIsNone(self.conductor.wait_for(1)[0][1]["_context_auth_token"])
