# SPDX-License-Identifier: Apache-2.0
"""What 'host readiness' says of a host is what its rescue would find, were it dead."""
import os
import re

import harness
from harness import A, B, C, DB_UNREACHABLE, ENV, NOT_FOUND, OK, USAGE, rows, value

HOSTS = (A, B, C)


def aggregate(name, *hosts, **metadata):
    rows("nova_api", "INSERT INTO aggregates (uuid, name, created_at) VALUES (UUID(), %s, UTC_TIMESTAMP())", (name,))
    number = value("nova_api", "SELECT id FROM aggregates WHERE name = %s", (name,))
    for host in hosts:
        rows("nova_api", "INSERT INTO aggregate_hosts (aggregate_id, host) VALUES (%s, %s)", (number, host))
    for key, text in metadata.items():
        rows("nova_api", "INSERT INTO aggregate_metadata (aggregate_id, `key`, value) VALUES (%s, %s, %s)", (number, key, text))


def memory_of_all_but(host, mb):
    """What the others have left, in nova's rows and in placement's books."""
    rows("placement", "UPDATE inventories i JOIN resource_providers p ON p.id = i.resource_provider_id SET i.total = %s, i.reserved = 0,"
         " i.allocation_ratio = 1 WHERE i.resource_class_id = 1 AND p.name <> %s", (mb, host))


def all_alive():
    """Shortly before each look: on a busy machine a heartbeat is old by the next one."""
    harness.heartbeats(alive=(A, B, C, ENV["SB_CONTROLLER"]), dead=())


def lost_cell(test):
    """With a host that nobody can ask about."""
    rows("nova_api", "INSERT INTO cell_mappings (created_at, uuid, name, transport_url, database_connection) VALUES"
         " (UTC_TIMESTAMP(), UUID(), 'lost', 'rabbit://x', 'mysql+pymysql://nova:x@127.0.0.1:1/nova_lost')")
    test.addCleanup(rows, "nova_api", "DELETE FROM cell_mappings WHERE name = 'lost'")
    rows("nova_api", "INSERT INTO host_mappings (created_at, cell_id, host) SELECT UTC_TIMESTAMP(), id, 'far-away' FROM cell_mappings WHERE name = 'lost'")
    test.addCleanup(rows, "nova_api", "DELETE FROM host_mappings WHERE host = 'far-away'")


class Readiness(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")

    def ready(self, *words, code=OK):
        all_alive()
        return self.expect(self.tool.run("host", "readiness", *words, "--placement-config-file", ENV["SB_PLACEMENT_CONF"], "-f", "json"), code).json

    def row(self, name, *words, code=OK):
        found = [r for r in self.ready(*words, code=code) if r["name"] == name]
        self.assertEqual(len(found), 1, (name, found))
        return found[0]

    def dry_run(self, host, *words):
        """The same host, dead: what a run would evacuate and leave out."""
        harness.heartbeats(alive=[h for h in HOSTS if h != host] + [ENV["SB_CONTROLLER"]], dead=(host,))
        r = self.tool.run("host", "rescue", host, "--to", next(h for h in HOSTS if h != host), "--dry-run", "--fenced", "the test pulled the plug",
                          "--placement-config-file", ENV["SB_PLACEMENT_CONF"], "-f", "json", *words)
        return r.json

    def verdicts(self, host):
        return {r["id"]: r["reason"] if r["ready"] == "no" else None for r in self.ready(host, "--instances")}

    def as_a_rescue_says(self, host):
        run = self.dry_run(host)
        self.assertTrue(run["dry_run"])
        skipped = {f["subject"]: f["code"] for f in run["findings"] if f["severity"] == "skip"}
        said = self.verdicts(host)
        self.assertEqual({i for i, reason in said.items() if reason}, set(skipped), host)
        self.assertEqual({i: reason for i, reason in said.items() if reason}, skipped)
        return said

    def test_says_of_each_host_what_its_rescue_would(self):
        for host in (A, B):
            said = self.as_a_rescue_says(host)
            self.assertTrue(said)
            row = self.row(host, host)
            self.assertEqual((row["instances"], row["could_not"]), (len(said), sum(1 for r in said.values() if r)))

    def executes(self, *words):
        """How many statements the answer takes."""
        status = "SHOW GLOBAL STATUS LIKE 'Com_stmt_execute'"
        before = int(rows("nova", status)[0]["Value"])
        self.ready(*words)
        return int(rows("nova", status)[0]["Value"]) - before

    def test_more_hosts_take_no_more_statements(self):
        self.assertEqual(self.executes(A, B), self.executes(A, B, C))
        self.assertEqual(self.executes("--all"), self.executes(A, B, C))

    def test_a_host_has_what_names_it_byte_for_byte(self):
        """Its own name in other letters is another host, to the database too little of one."""
        def on_hosts():
            return {(r["host"], r["id"]) for r in self.ready("--all", "--instances")}

        before = on_hosts()
        other = value("nova", "SELECT uuid FROM instances WHERE BINARY host = BINARY %s AND deleted = 0 ORDER BY id LIMIT 1", (B,))
        rows("nova", "UPDATE instances SET host = %s WHERE uuid = %s", (A.upper(), other))
        self.assertIn((B, other), before)
        self.assertEqual(on_hosts(), before - {(B, other)})

    def test_what_is_away_from_a_host_is_said_of_it_alone(self):
        """Each has its own, whoever is asked for beside it."""
        one = {h: value("nova", "SELECT uuid FROM instances WHERE BINARY host = BINARY %s AND vm_state = 'active' AND deleted = 0 LIMIT 1", (h,)) for h in (A, B)}
        rows("nova", "INSERT INTO migrations (created_at, uuid, instance_uuid, source_compute, dest_compute, status, migration_type, deleted) VALUES"
             " (UTC_TIMESTAMP(), UUID(), %s, %s, %s, 'running', 'live-migration', 0)", (one[A], A, C))
        together = {r["id"]: r["reason"] if r["ready"] == "no" else None for r in self.ready(A, B, "--instances")}
        alone = {**self.verdicts(A), **self.verdicts(B)}
        self.assertEqual((together[one[A]], together[one[B]]), ("in-flight", None))
        self.assertEqual(together, alone)

    def test_no_room_is_said_with_what_is_missing(self):
        memory_of_all_but(A, 1)
        row = self.row(A, A)
        self.assertEqual(row["could_go"], 0)
        self.assertEqual(row["ready"], "no")
        self.assertIn("no-capacity (memory) ", row["reasons"])
        self.assertRegex(row["missing"], r"^1 more host of \d+ vCPU and \d+ GB")
        self.as_a_rescue_says(A)

    def test_a_reserved_host_is_room_for_what_fits_nowhere_else(self):
        rows("nova", "UPDATE services SET disabled = 1, disabled_reason = 'reserved' WHERE BINARY host = BINARY %s AND `binary` = 'nova-compute'", (C,))
        memory_of_all_but(C, 1)
        alone = self.row(A, A)
        self.assertEqual((alone["could_go"], alone["to"]), (0, None))
        with open(self.tool.site, "a") as f:
            f.write("[targets]\nreserved = %s\n" % C)
        row = self.row(A, A)
        self.assertEqual(row["to"], "%s (reserved) %d" % (C, row["could_go"] + row["unknown"]))
        self.assertGreater(row["could_go"], 0)
        self.as_a_rescue_says(A)
        aggregate("rack8", A, C)        # which may itself be what dies
        self.assertEqual(self.row("rack8", "--aggregate", "rack8")["could_go"], 0)

    def test_hosts_that_die_together_have_no_room_in_each_other(self):
        alone = {h: self.row(h, h) for h in (A, B)}
        self.assertTrue(all(r["could_go"] for r in alone.values()), alone)
        rows("placement", "UPDATE inventories i JOIN resource_providers p ON p.id = i.resource_provider_id SET i.total = 1, i.reserved = 0,"
             " i.allocation_ratio = 1 WHERE i.resource_class_id = 1 AND p.name = %s", (C,))
        self.assertEqual({h: self.row(h, h)["could_go"] for h in (A, B)}, {h: r["could_go"] for h, r in alone.items()})
        aggregate("rack7", A, B)
        rack = self.row("rack7", "--aggregate", "rack7")
        self.assertEqual((rack["kind"], rack["hosts"], rack["could_go"]), ("aggregate", 2, 0))
        self.assertEqual(rack["instances"], sum(r["instances"] for r in alone.values()))
        self.assertIn("no-capacity", rack["reasons"])
        together = self.row("together", A, B)
        self.assertEqual({k: together[k] for k in ("instances", "could_go", "reasons", "missing")},
                         {k: rack[k] for k in ("instances", "could_go", "reasons", "missing")})

    def test_a_zone_is_its_hosts(self):
        aggregate("east", A, availability_zone="az-east")
        answer = self.ready("--zone", "az-east")
        self.assertEqual({(r["kind"], r["name"]) for r in answer}, {("host", A), ("zone", "az-east")})
        self.assertEqual({r["zone"] for r in answer if r["kind"] == "host"}, {"az-east"})

    def test_a_backend_that_nobody_else_has_is_said_of_the_host(self):
        rows("cinder", "UPDATE services SET deleted = 1 WHERE `binary` = 'cinder-volume' AND BINARY host LIKE '%%@ceph' AND BINARY host <> BINARY %s",
             (A + "@ceph",))
        row = self.row(A, A)
        self.assertEqual(row["could_go"], 0)
        self.assertIn("no-counterpart", row["reasons"])

    def test_a_host_that_is_stopped_takes_no_other_with_it(self):
        """In a rack its instances stay, and those of the others could go."""
        rows("cinder", "UPDATE services SET deleted = 1 WHERE `binary` = 'cinder-volume' AND BINARY host LIKE '%%@ceph' AND BINARY host <> BINARY %s",
             (A + "@ceph",))
        alone = {h: self.row(h, h) for h in (A, B)}
        self.assertEqual((alone[A]["could_go"], alone[A]["ready"]), (0, "no"))
        self.assertTrue(alone[B]["could_go"])
        stopped = [r for r in self.ready(A, "--instances") if r["reason"] == "no-counterpart"]
        self.assertTrue(stopped)
        self.assertEqual({(r["ready"], r["to"]) for r in stopped}, {("no", None)})
        together = self.row("together", A, B)
        self.assertEqual(together["could_go"], alone[B]["could_go"])
        self.assertIn("no-counterpart %d" % len(stopped), together["reasons"])

    def test_a_reason_has_its_cause(self):
        rows("nova_api", "INSERT INTO instance_groups (id, uuid, name, user_id, project_id) VALUES (77, UUID(), 'g', 'u', 'p')")
        rows("nova_api", "INSERT INTO instance_group_policy (group_id, policy, rules) VALUES (77, 'affinity', '{}')")
        one = value("nova", "SELECT uuid FROM instances WHERE BINARY host = BINARY %s AND vm_state = 'active' AND deleted = 0 LIMIT 1", (A,))
        rows("nova_api", "INSERT INTO instance_group_member (group_id, instance_uuid) VALUES (77, %s)", (one,))
        row = self.row(A, A)
        self.assertIn("no-capacity (group) 1", row["reasons"])
        self.assertIsNone(row["missing"])       # a new host has no member of the group either
        aggregate("east", C, availability_zone="az-east")
        for host in (A, B):
            aggregate("west " + host, host, availability_zone="az-west")
        rows("nova_api", "UPDATE request_specs SET spec = JSON_SET(spec, '$.\"nova_object.data\".availability_zone', 'az-none')")
        self.assertIn("no-capacity (zone) ", self.row(A, A)["reasons"])

    def test_without_placement_it_is_not_known(self):
        known = self.row(A, A)
        self.assertEqual((known["unknown"] < known["could_go"], known["could_go"] > 0), (True, True))
        fits = known["could_go"] + known["unknown"]

        def without(*words):
            all_alive()
            return self.expect(self.tool.run("host", "readiness", *words, "-f", "json"), OK).json
        row = without(A)[0]
        self.assertEqual((row["could_go"], row["unknown"], row["could_not"]), (0, fits, known["could_not"]))
        self.assertEqual(row["ready"], "unknown")
        self.assertIn("capacity-unknown %d" % fits, row["reasons"])
        self.assertEqual(sorted(r["ready"] for r in without(A, "--instances")), ["no"] * known["could_not"] + ["unknown"] * fits)
        together = [r for r in without(A, B) if r["kind"] == "hosts"][0]
        self.assertEqual((together["could_go"], together["unknown"] > 0), (0, True))

    def test_a_volume_that_cinder_does_not_know_makes_its_instance_unknown(self):
        known = self.row(A, A)
        one = next(r for r in self.ready(A, "--instances") if r["ready"] == "yes" and r["name"].startswith("volume"))
        rows("nova", "UPDATE block_device_mapping SET volume_id = UUID() WHERE instance_uuid = %s AND deleted = 0", (one["id"],))
        row = self.row(A, A)
        self.assertEqual((row["could_go"], row["unknown"]), (known["could_go"] - 1, known["unknown"] + 1))
        self.assertIn("volume-unknown ", row["reasons"])

    def test_a_cell_that_does_not_answer_makes_its_hosts_and_their_groups_unknown(self):
        lost_cell(self)
        aggregate("rack9", A, "far-away")
        aggregate("rack8", A)
        answer = {(r["kind"], r["name"]): r for r in self.ready("--all", code=DB_UNREACHABLE)}
        far = answer["host", "far-away"]
        self.assertEqual((far["ready"], far["instances"], far["could_go"], far["reasons"]), ("unknown", None, None, "cell-not-checked"))
        for group in (("aggregate", "rack9"), ("zone", "nova")):
            self.assertEqual(answer[group]["ready"], "unknown", group)
            self.assertIn("cell-not-checked", answer[group]["reasons"])
        self.assertEqual(answer["aggregate", "rack9"]["hosts"], 2)
        self.assertEqual(answer["aggregate", "rack8"]["ready"], answer["host", A]["ready"])
        self.assertNotIn("cell-not-checked", answer["aggregate", "rack8"]["reasons"])

    def test_a_host_by_its_hypervisor_s_name_is_that_host_once(self):
        rows("nova", "UPDATE compute_nodes SET hypervisor_hostname = 'hyper-a' WHERE BINARY host = BINARY %s", (A,))
        self.assertEqual({(r["kind"], r["name"]) for r in self.ready("hyper-a", A)}, {("host", A)})
        self.assertEqual({(r["kind"], r["name"], r["hosts"]) for r in self.ready("hyper-a", B)},
                         {("host", A, 1), ("host", B, 1), ("hosts", "together", 2)})

    def test_all_is_every_compute_zone_and_aggregate(self):
        aggregate("rack1", A, B)
        answer = self.ready("--all")
        computes = {r["host"] for r in rows("nova", "SELECT host FROM services WHERE `binary` = 'nova-compute' AND deleted = 0")}
        self.assertEqual({r["name"] for r in answer if r["kind"] == "host"}, computes)
        self.assertEqual({r["name"] for r in answer if r["kind"] == "aggregate"}, {"rack1"})
        self.assertIn("nova", {r["name"] for r in answer if r["kind"] == "zone"})
        for row in answer:
            self.assertEqual(row["could_go"] + row["could_not"] + row["unknown"], row["instances"])

    def test_writes_nothing(self):
        all_alive()
        before = harness.checksum()
        self.expect(self.tool.run("host", "readiness", "--all", "--placement-config-file", ENV["SB_PLACEMENT_CONF"]), OK)
        self.assertEqual(harness.checksum(), before)

    def metrics(self, *words, code=OK):
        path = os.path.join(self.tool.state, "ready.prom")
        all_alive()
        self.expect(self.tool.run("host", "readiness", *words, "--placement-config-file", ENV["SB_PLACEMENT_CONF"], "--prometheus", path), code)
        with open(path) as f:
            text = f.read()
        self.assertEqual(os.stat(path).st_mode & 0o777, 0o644)
        for line in text.splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) .*|[a-z_]+(\{[a-z]+=TEXT(,[a-z]+=TEXT)*\})? [0-9]+)$'.replace("TEXT", r'"([^"\\]|\\.)*"'))
        return text

    def test_metrics_are_what_the_rows_say(self):
        memory_of_all_but(A, 1)
        aggregate('rack "7"', A, B)
        rows_ = self.ready("--all")
        text = self.metrics("--all")
        for r in rows_:
            labels = 'kind="%s",name="%s"' % (r["kind"], r["name"].replace('"', '\\"'))
            for outcome in ("could_go", "could_not", "unknown"):
                self.assertIn('evac_manage_readiness_instances{%s,outcome="%s"} %d\n' % (labels, outcome, r[outcome]), text)
        self.assertRegex(text, r'evac_manage_readiness_reason_instances\{kind="host",name="%s",code="no-capacity",cause="memory"\} [1-9]' % A)

    def test_metrics_make_up_no_number(self):
        """A file of before stays where nothing could be asked; of hosts that were not seen there is no count."""
        lost_cell(self)
        text = self.metrics("--all", code=DB_UNREACHABLE)
        self.assertIn('evac_manage_readiness_unseen_hosts{kind="host",name="far-away"} 1\n', text)
        self.assertNotIn('instances{kind="host",name="far-away"', text)
        self.assertNotIn('instances{kind="zone",name="nova"', text)
        self.expect(self.tool.run("host", "readiness", "--zone", "nowhere", "--prometheus", os.path.join(self.tool.state, "ready.prom")), DB_UNREACHABLE, "nowhere")
        with open(os.path.join(self.tool.state, "ready.prom")) as f:
            self.assertEqual(f.read(), text)

    def test_the_alert_rules_ask_for_what_is_written(self):
        import yaml
        memory_of_all_but(A, 1)
        text = self.metrics("--all")
        with open(os.path.join(harness.ROOT, "docs", "readiness-alerts.yml")) as f:
            rules = [r for g in yaml.safe_load(f)["groups"] for r in g["rules"]]
        asked = set()
        for rule in rules:
            self.assertTrue(rule["alert"] and rule["labels"]["severity"] and rule["annotations"]["summary"], rule)
            self.assertEqual(rule["expr"].count("("), rule["expr"].count(")"))
            for name, _, wanted in re.findall(r"(evac_manage_[a-z_]+)(\{([^}]*)\})?", rule["expr"]):
                asked.add(name)
                lines = [line for line in text.splitlines() if re.match(name + r"[{ ]", line)]
                self.assertTrue([line for line in lines if all(w in line for w in wanted.split(",") if w)], (rule["alert"], wanted))
            for label in re.findall(r"\$labels\.([a-z]+)", str(rule["annotations"])):
                self.assertIn("by (instance, %s)" % label, rule["expr"])
        self.assertEqual(asked, {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")})

    def test_wrong_words(self):
        self.expect(self.tool.run("host", "readiness"), USAGE, "--all")
        self.expect(self.tool.run("host", "readiness", "--all", A), USAGE)
        self.expect(self.tool.run("host", "readiness", A[:-1]), NOT_FOUND, A)
        self.expect(self.tool.run("host", "readiness", "--zone", "nowhere"), NOT_FOUND, "nova")
        aggregate("rack7", A)
        self.expect(self.tool.run("host", "readiness", "--aggregate", "rack8"), NOT_FOUND, "rack7")


if __name__ == "__main__":
    harness.main(__file__)
