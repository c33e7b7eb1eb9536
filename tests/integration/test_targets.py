# SPDX-License-Identifier: Apache-2.0
"""Where instances may go: hosts that a tight plan names, hosts of --spread, and reserved ones."""
import harness
import landing
from harness import A, B, C, DRIFT, ENV, FENCED, NOT_FOUND, OK, USAGE, rows, value

GO = [*FENCED, "--yes", "-f", "json"]
PLACEMENT = ["--placement-config-file", ENV["SB_PLACEMENT_CONF"]]
NAMES = ("image-stopped-0", "image-active-0")
WORDS = ["host", "evacuate", A, *[w for n in NAMES for w in ("--only", n)]]
MARK = {"disabled": 1, "disabled_reason": "Reserved for HA", "forced_down": 0}
LENT = {"disabled": 0, "disabled_reason": "evac-manage: reserved host, in service for a run", "forced_down": 0}


class Targets(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def named(self, casts):
        spec = lambda inner: inner["args"]["request_spec"]["nova_object.data"].get("requested_destination")
        return sorted(str(d and d["nova_object.data"]["host"]) for d in (spec(c[1]) for c in casts))

    def planned(self, *words):
        harness.heartbeats()
        r = self.tool.run(*WORDS, *words, *FENCED, "--dry-run", "-f", "json")
        return r, sorted(str(s["after"]["host"]) for s in r.json["steps"] if s["kind"] == "instance" and s["state"] == "planned")

    def only_memory(self, host, mb):
        rows("placement", "UPDATE inventories i JOIN resource_providers p ON p.id = i.resource_provider_id SET i.total = %s + COALESCE((SELECT SUM(a.used)"
             " FROM allocations a WHERE a.resource_provider_id = p.id AND a.resource_class_id = 1), 0), i.reserved = 0, i.allocation_ratio = 1"
             " WHERE BINARY p.name = BINARY %s AND i.resource_class_id = 1", (mb, host))

    def test_a_host_is_named_where_capacity_is_tight_alone(self):
        self.assertEqual(self.planned(*PLACEMENT)[1], ["None", "None"])
        mb = int(value("nova", "SELECT memory_mb FROM instances WHERE display_name = %s AND deleted = 0", (NAMES[0],)))
        self.only_memory(B, mb)
        self.only_memory(C, mb)
        self.assertEqual(self.planned(*PLACEMENT)[1], ["None", "None"])     # one each: wherever the first goes
        self.becomes_larger(NAMES[1], 2 * mb)
        self.only_memory(B, 2 * mb)     # where the scheduler might put the small one
        self.assertEqual(self.planned(*PLACEMENT)[1], sorted([B, C]))
        self.expect(self.tool.run(*WORDS, *PLACEMENT, *FENCED, "--dry-run"), OK, "named hosts, as capacity is tight")
        harness.heartbeats()
        self.expect(self.tool.run(*WORDS, *PLACEMENT, *GO, "--no-wait"), OK)
        self.assertEqual(self.named(self.conductor.wait_for(2)), sorted([B, C]))

    def becomes_larger(self, name, mb):
        uuid = value("nova", "SELECT uuid FROM instances WHERE display_name = %s AND deleted = 0", (name,))
        data = '."nova_object.data"'
        rows("nova", "UPDATE instances SET memory_mb = %s WHERE uuid = %s", (mb, uuid))
        rows("nova", "UPDATE instance_extra SET flavor = JSON_SET(flavor, %s, %s) WHERE instance_uuid = %s", ("$.cur" + data + ".memory_mb", mb, uuid))
        rows("nova_api", "UPDATE request_specs SET spec = JSON_SET(spec, %s, %s) WHERE instance_uuid = %s", ("$" + data + ".flavor" + data + ".memory_mb", mb, uuid))

    def test_spread_names_each_host_and_no_other(self):
        r, hosts = self.planned("--spread", C)
        self.assertEqual(hosts, [C, C])
        self.assertEqual({u["command"].rsplit(" ", 1)[1] for u in r.json["units"] if u["kind"] == "evacuation"}, {C})
        self.assertEqual(self.planned("--spread", "%s,%s" % (B, C))[0].code, OK)
        self.expect(self.tool.run(*WORDS, *FENCED, "--spread", C + "x", "--dry-run"), NOT_FOUND, C)
        self.expect(self.tool.run(*WORDS, *FENCED, "--spread", A, "--dry-run"), USAGE, "has failed", "leave '%s' out of --spread" % A)
        self.expect(self.tool.run(*WORDS, *FENCED, "--spread", C, "--target_host", B, "--dry-run"), USAGE, "--target_host names one host")
        harness.heartbeats()
        self.expect(self.tool.run(*WORDS, "--spread", C, *GO, "--no-wait"), OK)
        self.assertEqual(self.named(self.conductor.wait_for(2)), [C, C])
        self.assertEqual({r["dest_compute"] for r in rows("nova", "SELECT dest_compute FROM migrations WHERE status = 'accepted'")}, {C})
        self.assertEqual(self.tool.journals()[-1][0]["spread"], [C])

    # ---- reserved hosts

    def reserve(self):
        """B has no room, C is kept."""
        with open(self.tool.site, "a") as f:
            f.write("[targets]\nreserved = %s\n" % C)
        rows("nova", "UPDATE compute_nodes SET memory_mb_used = memory_mb * 100 WHERE BINARY host = BINARY %s", (B,))
        rows("nova", "UPDATE services SET disabled = 1, disabled_reason = %s WHERE BINARY host = BINARY %s AND `binary` = 'nova-compute'", (MARK["disabled_reason"], C))

    def service(self):
        return rows("nova", "SELECT disabled, disabled_reason, forced_down FROM services WHERE BINARY host = BINARY %s AND `binary` = 'nova-compute'", (C,))[0]

    def lent(self):
        """A run that ends while its evacuations are under way, as one that was killed."""
        self.reserve()
        said, hosts = self.planned()
        self.assertEqual((hosts, self.service()), ([C, C], MARK), said)
        self.assertEqual([s["kind"] for s in said.json["steps"]][-4:], ["reserve", "instance", "instance", "release"])
        harness.heartbeats()
        r = self.tool.run(*WORDS, *GO, "--no-wait")
        self.assertIn("stay enabled", r.err)
        self.assertEqual(self.named(self.conductor.wait_for(2)), [C, C])
        self.assertEqual(self.service(), LENT)
        return self.tool.journals()[-1][0]["run"]

    def recover(self, run):
        harness.heartbeats()
        return self.tool.run("journal", "recover", run, "-f", "json")

    def test_a_reserve_is_given_back_when_nothing_is_under_way(self):
        run = self.lent()
        self.recover(run)
        self.assertEqual(self.service(), LENT)
        for cast in self.conductor.casts:
            landing.land(landing.uuid_of(cast), C)
        self.expect(self.tool.run("journal", "recover", run, "--dry-run"), 9)
        self.assertEqual(self.service(), LENT)
        self.expect(self.recover(run), OK)
        self.assertEqual(self.service(), MARK)
        self.expect(self.recover(run), OK, "nothing to recover")

    def test_a_killed_run_leaves_it_to_its_recovery_and_the_rest_takes_it_again(self):
        self.reserve()
        harness.heartbeats()
        process = self.tool.start(*WORDS, *GO)
        (cast,) = self.conductor.wait_for(1)[:1]
        process.kill()
        process.communicate()
        run = self.tool.journals()[-1][0]["run"]
        self.assertEqual(self.service(), LENT)
        harness.heartbeats()
        self.expect(self.tool.run(*WORDS, *GO, "--no-wait"), 8, "journal recover %s" % run)
        landing.land(landing.uuid_of(cast), C)
        self.expect(self.recover(run), OK)
        self.assertEqual(self.service(), MARK)
        harness.heartbeats()
        again = self.tool.run(*WORDS, *GO, "--no-wait")
        self.assertIn("stay enabled", again.err)
        self.assertEqual(len({landing.uuid_of(c) for c in self.conductor.wait_for(2)}), 2)

    def test_undo_gives_it_back_once(self):
        run = self.lent()
        self.expect(self.tool.run("journal", "undo", run, "--yes", "--accept", "target-down", "-f", "json"), OK)
        self.assertEqual(self.service(), MARK)

    def test_after_its_release_an_undo_leaves_it_alone(self):
        run = self.lent()
        for cast in self.conductor.casts:
            landing.land(landing.uuid_of(cast), C)
        self.expect(self.recover(run), OK)
        self.expect(self.tool.run("journal", "undo", run, "--yes", "--accept", "target-down", "-f", "json"), OK)
        self.assertEqual(self.service(), MARK)

    def test_who_enables_it_meanwhile_keeps_it(self):
        run = self.lent()
        rows("nova", "UPDATE services SET disabled_reason = NULL WHERE BINARY host = BINARY %s AND `binary` = 'nova-compute'", (C,))
        for cast in self.conductor.casts:
            landing.land(landing.uuid_of(cast), C)
        self.expect(self.recover(run), DRIFT)
        self.assertEqual(self.service(), {**LENT, "disabled_reason": None})

    def test_what_is_disabled_for_another_reason_stays_so(self):
        self.reserve()
        rows("nova", "UPDATE services SET disabled_reason = 'memory is broken' WHERE BINARY host = BINARY %s AND `binary` = 'nova-compute'", (C,))
        said, hosts = self.planned()
        self.assertEqual((hosts, {f["code"] for f in said.json["findings"] if f["severity"] == "skip"}), ([], {"no-capacity"}))
