# SPDX-License-Identifier: Apache-2.0
"""A host that is kept free for a failure: enabled for what fits nowhere else, and disabled again, however the run ends."""
import json
import time

import harness
from cloud import clone
from evacuations import GO, Evacuations
from harness import A, B, C, DRIFT, ENV, FENCED, OK, PARTIAL, rows, value

TRAIT, MARK = "CUSTOM_RESERVE", "evac-manage: reserved host, in service for a run"
PLACEMENT = ["--placement-config-file", ENV["SB_PLACEMENT_CONF"]]


def ask_for_trait(id_):
    for database, table, column, inner in (("nova", "instance_extra", "flavor", ("cur",)), ("nova_api", "request_specs", "spec", ("nova_object.data", "flavor"))):
        text = json.loads(value(database, "SELECT %s FROM %s WHERE instance_uuid = %%s" % (column, table), (id_,)))
        flavor = text
        for key in inner:
            flavor = flavor[key]
        flavor["nova_object.data"]["extra_specs"] = {"trait:" + TRAIT: "required"}
        rows(database, "UPDATE %s SET %s = %%s WHERE instance_uuid = %%s" % (table, column), (json.dumps(text), id_))


class Reserve(Evacuations):
    def setUp(self):
        super().setUp()
        with open(self.tool.site, "a") as f:
            f.write("[targets]\nreserved = %s\n" % C)
        provider = value("placement", "SELECT id FROM resource_providers WHERE BINARY name = BINARY %s", (C,))
        rows("placement", "INSERT IGNORE INTO traits (name) VALUES (%s)", (TRAIT,))
        rows("placement", "INSERT INTO resource_provider_traits (resource_provider_id, trait_id) SELECT %s, id FROM traits WHERE name = %s", (provider, TRAIT))
        self.ids = clone(3)
        ask_for_trait(self.ids[0])
        self.disable("Reserved for HA")
        self.wait_until(self.is_marked)
        self.wait_for_a_target()

    def disable(self, reason):
        """As nova-api does; the trait comes with its nova-compute's start."""
        rows("nova", "UPDATE services SET disabled = 1, disabled_reason = %s WHERE host = %s AND `binary` = 'nova-compute'", (reason, C))
        harness.sandbox("stop", "nova-compute-" + C)
        harness.sandbox("start", "nova-compute-" + C)

    def is_marked(self):
        return bool(rows("placement", "SELECT 1 FROM resource_provider_traits x JOIN traits t ON t.id = x.trait_id JOIN resource_providers p"
                         " ON p.id = x.resource_provider_id WHERE t.name = 'COMPUTE_STATUS_DISABLED' AND BINARY p.name = BINARY %s", (C,)))

    def wait_until(self, what, seconds=120):
        end = time.monotonic() + seconds
        while not what() and time.monotonic() < end:
            time.sleep(0.2)
        self.assertTrue(what())

    def service(self):
        return rows("nova", "SELECT disabled, disabled_reason, forced_down FROM services WHERE host = %s AND `binary` = 'nova-compute'", (C,))[0]

    def is_reserved(self):
        self.assertEqual(self.service(), {"disabled": 1, "disabled_reason": "Reserved for HA", "forced_down": 0})

    def words(self):
        return ["host", "evacuate", A, *self.only(self.ids), *PLACEMENT]

    def test_it_takes_what_fits_nowhere_else_and_is_given_back(self):
        said = self.expect(self.tool.run(*self.words(), *FENCED, "--dry-run", "-f", "json"), OK)
        kinds = [s["kind"] for s in said.json["steps"]]
        self.assertLess(kinds.index("reserve"), kinds.index("instance"))
        self.assertEqual(kinds[-1], "release")
        self.is_reserved()
        self.expect(self.tool.run(*self.words(), *FENCED, "--dry-run"), OK, "reserved host %s for 1 instance (disabled: Reserved for HA)" % C)
        r = self.expect(self.tool.run(*self.words(), *GO, "--timeout", "300", timeout=400), OK)
        now = self.built(self.ids)[1]
        self.assertEqual([now[i]["host"] for i in self.ids], [C, B, B])
        self.assertEqual(set(self.accounted_for(self.ids, r.json["steps"]).values()), {"done"})
        self.is_reserved()
        self.wait_until(self.is_marked)     # its nova-compute was told
        told = [(x["host"], x["enabled"], x["outcome"]) for x in self.tool.journals()[-1] if x["type"] == "host_enabled"]
        self.assertEqual(told, [(C, True, "acked"), (C, False, "acked")])

    def test_it_is_not_needed_or_not_a_reserve(self):
        self.ids = self.ids[1:]
        said = self.expect(self.tool.run(*self.words(), *FENCED, "--dry-run", "-f", "json"), OK)
        self.assertNotIn("reserve", [s["kind"] for s in said.json["steps"]])
        self.ids.append(clone(1)[0])
        ask_for_trait(self.ids[-1])
        rows("nova", "UPDATE services SET disabled_reason = 'memory is broken' WHERE host = %s AND `binary` = 'nova-compute'", (C,))
        said = self.tool.run(*self.words(), *FENCED, "--dry-run", "-f", "json")
        self.assertIn(said.code, (OK, PARTIAL), said)
        self.assertNotIn("reserve", [s["kind"] for s in said.json["steps"]])
        self.assertIn("no-capacity", [f["code"] for f in said.json["findings"]])

    def killed(self):
        """As soon as the reserve is enabled."""
        process = self.tool.start(*self.words(), *GO, "--timeout", "300")
        self.wait_until(lambda: self.service()["disabled"] == 0)
        process.kill()
        process.communicate()
        self.assertEqual(self.service()["disabled_reason"], MARK)
        return sorted(self.tool.journals(), key=lambda j: j[0]["time"])[-1][0]["run"]

    def test_recovery_gives_it_back_and_the_rest_is_done(self):
        run = self.killed()
        end = time.monotonic() + 200
        while self.service()["disabled"] == 0 and time.monotonic() < end:   # a message that had left is waited for
            self.tool.run("journal", "recover", run, *PLACEMENT)
            time.sleep(1)
        self.is_reserved()
        self.wait_until(self.is_marked)
        r = self.expect(self.tool.run(*self.words(), *GO, "--timeout", "300", timeout=400), OK)
        now = self.built(self.ids)[1]
        self.assertEqual([now[i]["host"] for i in self.ids], [C, B, B])
        self.assertLessEqual(max(self.built(self.ids)[0].values()), 1, r.out)
        self.is_reserved()

    def test_undo_of_a_killed_run_gives_it_back(self):
        run = self.killed()
        self.tool.run("journal", "recover", run, *PLACEMENT)
        self.tool.run("journal", "undo", run, *GO, *PLACEMENT)
        self.is_reserved()

    def test_whoever_enables_it_meanwhile_keeps_it(self):
        run = self.killed()
        rows("nova", "UPDATE services SET disabled_reason = NULL WHERE host = %s AND `binary` = 'nova-compute'", (C,))
        end = time.monotonic() + 100
        while time.monotonic() < end:
            r = self.tool.run("journal", "recover", run, *PLACEMENT)
            if r.code == DRIFT:
                break
            time.sleep(1)
        self.assertEqual(r.code, DRIFT, r)
        self.assertEqual(self.service(), {"disabled": 0, "disabled_reason": None, "forced_down": 0})
