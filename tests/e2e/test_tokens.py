# SPDX-License-Identifier: Apache-2.0
"""Disks on the dead host's own storage: nova makes them anew of images that glance gives for a token alone."""
import json
import os
import urllib.request

import harness
from cloud import named
from harness import A, B, ENV, ERROR, FENCED, OK, REFUSED, rows

GO = FENCED + ["--yes", "-f", "json"]
ONE, OTHER = "image-active-0", "image-active-1"


def keystones_token():
    """As 'openstack token issue' asks for one."""
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": "nova", "password": ENV["SB_SERVICE_PASS"], "domain": {"name": "Default"}}}},
        "scope": {"project": {"name": "service", "domain": {"name": "Default"}}}}}
    request = urllib.request.Request(ENV["SB_KEYSTONE_URL"] + "/auth/tokens", data=json.dumps(body).encode(),
                                     headers={"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.headers["X-Subject-Token"]


class LocalDisks(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset")
        harness.sandbox("fail", "A", "--now")
        open(os.path.join(ENV["SB_KNOBS"], "local_disks"), "w").close()
        self.site("")
        self.seen = len(self.asked())

    def site(self, text):
        with open(self.tool.site, "w") as f:
            f.write("[site]\n" + text)

    def asked(self):
        """What glance was asked for what is in an image: (with a token, its answer)."""
        with open(os.path.join(ENV["SB_LOG"], "glance.jsonl")) as f:
            return [(r["token"], r["code"]) for r in map(json.loads, f) if r["path"].endswith("/file")]

    def evacuate(self, *words, name=ONE):
        return self.tool.run("instance", "evacuate", name, B, *GO, "--timeout", "60", *words)

    def test_without_a_token_nothing_is_begun(self):
        r = self.expect(self.evacuate("--accept", "local-disk", "--accept", "needs-token"), REFUSED)
        self.assertEqual([f["subject"] for f in r.json["findings"] if f["code"] == "needs-token"], [named(ONE)["uuid"]])
        self.assertEqual((named(ONE)["host"], named(ONE)["task_state"]), (A, None))
        self.assertEqual(rows("nova", "SELECT * FROM migrations WHERE instance_uuid = %s", (named(ONE)["uuid"],)), [])

    def test_sent_without_one_it_ends_in_error(self):
        """What the finding is for: the disks are not shared, and somebody said that they are."""
        self.site("shared_disks = true\n")
        self.expect(self.evacuate(), ERROR)
        self.assertEqual((named(ONE)["host"], named(ONE)["vm_state"]), (A, "error"))
        self.assertFalse([code for token, code in self.asked()[self.seen:] if code == 200])

    def test_with_one_it_lands_and_the_cache_saves_the_next(self):
        path = os.path.join(self.tool.state, "token")
        token = keystones_token()
        with open(path, "w") as f:
            f.write(token)
        os.chmod(path, 0o600)
        r = self.expect(self.evacuate("--accept", "local-disk", "--os-token-file", path), OK)
        self.assertEqual((named(ONE)["host"], named(ONE)["vm_state"]), (B, "active"))
        self.assertEqual(self.asked()[self.seen:], [(True, 200)])
        self.assertNotIn(token, r.out + r.err + json.dumps(self.tool.journals()))
        self.site("shared_disks = true\n")        # no token goes with this one
        self.expect(self.evacuate(name=OTHER), OK)
        self.assertEqual(len(self.asked()), self.seen + 1)

    def test_novas_own_login_gets_one(self):
        r = self.expect(self.evacuate("--accept", "local-disk", "--os-token-from", "nova-conf"), OK)
        self.assertEqual(named(ONE)["host"], B)
        self.assertIn("user nova", next(f["message"] for f in r.json["findings"] if f["code"] == "token-used"))
        self.assertEqual(self.asked()[self.seen:], [(True, 200)])
