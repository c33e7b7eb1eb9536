# SPDX-License-Identifier: Apache-2.0
"""An answer that could not look everywhere says so, source by source, and is not 0; what it knows is printed all the same."""
import os

import harness
import wire
from harness import A, B, BUS_UNREACHABLE, CONFIG, DB_UNREACHABLE, ENV, FENCED, NOT_FOUND, OK, REFUSED, rows

NOWHERE = "/nonexistent/of-nobody.conf"


class HalfAnswers(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()

    def without_nova(self):
        self.tool.nova = [ENV["SB_NOVA_CONF"], self.rewrite(ENV["SB_NOVA_DB_CONF"], r"(connection = .*:)\d+/", r"\g<1>1/")]

    def without_cinder(self):
        self.tool.cinder = [self.rewrite(ENV["SB_CINDER_CONF"], r"(connection = .*:)\d+/", r"\g<1>1/")]

    def without_broker(self):
        self.tool.nova = [self.rewrite(ENV["SB_NOVA_CONF"], r"(transport_url = .*:)\d+/", r"\g<1>1/"), ENV["SB_NOVA_DB_CONF"]]

    def half(self, code, sources, *words):
        """The rows, and one error line for each source that was not asked."""
        r = self.expect(self.tool.run(*words, "-f", "json"), code)
        errors = [line for line in r.err.splitlines() if line.startswith("error: ")]
        self.assertEqual(len(errors), len(sources), str(r))
        for source in sources:
            self.assertEqual(len([line for line in errors if source in line]), 1, "%s\n%s" % (source, r))
        return r.json

    def services(self, listed):
        return {s["service"] for s in listed}

    def test_a_list_of_services_without_a_database_has_those_of_the_other_and_ends_with_its_code(self):
        self.without_nova()
        self.assertEqual(self.services(self.half(DB_UNREACHABLE, ["nova's API database"], "service", "list")), {"cinder"})
        self.tool = harness.Tool()
        self.without_cinder()
        self.assertEqual(self.services(self.half(DB_UNREACHABLE, ["cinder's database"], "service", "list")), {"nova"})

    def test_a_file_that_was_named_and_is_not_there_is_an_error_whatever_was_asked(self):
        self.tool.nova = [NOWHERE]
        self.assertEqual(self.services(self.half(CONFIG, [NOWHERE], "service", "list")), {"cinder"})
        self.assertTrue(self.half(CONFIG, [NOWHERE], "volume", "list", "--host", A))
        shown = self.half(CONFIG, [NOWHERE], "host", "show", A)
        self.assertIn("nova's rows", [f["item"] for f in shown if f["section"] == "unknown"])
        before = harness.checksum()
        move = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *FENCED, "--yes"]
        self.expect(self.tool.run(*move), CONFIG, NOWHERE)
        self.unchanged(before)
        self.tool.nova = [ENV["SB_NOVA_CONF"], ENV["SB_NOVA_DB_CONF"]]
        self.tool.cinder = [NOWHERE]
        self.half(CONFIG, [NOWHERE], "instance", "list", "--host", A)
        self.expect(self.tool.run("host", "return", A), CONFIG, NOWHERE, "must stay off")

    def test_a_host_without_one_of_the_databases_is_shown_by_half(self):
        self.without_nova()
        shown = self.half(DB_UNREACHABLE, ["nova's API database"], "host", "show", A)
        self.assertIn("volumes", {f["section"] for f in shown})
        self.assertIn("nova's rows", [f["item"] for f in shown if f["section"] == "unknown"])
        self.tool = harness.Tool()
        self.without_cinder()
        shown = self.half(DB_UNREACHABLE, ["cinder's database"], "host", "show", A)
        self.assertIn("instances", {f["section"] for f in shown})
        shown = self.half(DB_UNREACHABLE, ["cinder's database"], "instance", "show", "image-active-0")
        self.assertIn("cinder's rows", [f["item"] for f in shown if f["section"] == "unknown"])

    def test_nothing_that_could_be_asked_is_no_matter_of_configuration(self):
        self.without_nova()
        self.without_cinder()
        for words in (("service", "list"), ("host", "show", A)):
            r = self.expect(self.tool.run(*words, "-f", "json"), DB_UNREACHABLE, "cinder's database", "nova's API database")
            self.assertEqual(r.out, "")
        self.tool.cinder = [NOWHERE]
        for words in (("service", "list"), ("host", "show", A)):
            self.expect(self.tool.run(*words), CONFIG, NOWHERE, "nova's API database")   # the configuration comes first

    def test_a_name_that_half_of_the_answer_does_not_know_may_be_the_other_halfs(self):
        self.without_nova()
        self.expect(self.tool.run("host", "show", A[:-1]), DB_UNREACHABLE, "nova's API database")
        self.expect(self.tool.run("service", "list", "--host", A[:-1]), DB_UNREACHABLE, "nova's API database")

    def test_a_broker_that_is_away_leaves_what_it_would_have_said_unknown(self):
        self.without_broker()
        listed = self.half(BUS_UNREACHABLE, ["nova's broker"], "service", "list")
        self.assertEqual({s["consumers"] for s in listed if s["service"] == "nova"}, {None})
        self.assertEqual(self.services(listed), {"nova", "cinder"})
        self.half(BUS_UNREACHABLE, ["nova's broker"], "migration", "list")
        self.tool = harness.Tool()
        self.tool.cinder = [self.rewrite(ENV["SB_CINDER_CONF"], r"(transport_url = .*:)\d+/", r"\g<1>1/")]
        listed = self.half(BUS_UNREACHABLE, ["cinder's broker"], "service", "list")
        self.assertEqual({s["consumers"] for s in listed if s["service"] == "cinder"}, {None})
        shown = self.half(BUS_UNREACHABLE, ["cinder's broker"], "host", "show", A)
        self.assertIn("messages in its queues", [f["item"] for f in shown if f["section"] == "unknown"])

    def test_journals_are_not_looked_for_in_a_place_that_is_not_there(self):
        wrong = os.path.join(self.tool.state, "mistyped")
        for words in (("list",), ("show", "20260101T000000Z-host-rescue-1"), ("recover", "20260101T000000Z-host-rescue-1"),
                      ("undo", "20260101T000000Z-host-rescue-1", "--yes")):
            there, self.tool.state = self.tool.state, wrong
            r = self.expect(self.tool.run("journal", *words), CONFIG, wrong)
            self.assertEqual(r.out, "")
            self.tool.state = there
        self.assertEqual(self.expect(self.tool.run("journal", "list", "-f", "json"), OK).json, [])   # there, and nothing in it
        whole, self.tool.state = self.tool.state, self.tool.site                                      # a file
        self.expect(self.tool.run("journal", "list"), CONFIG, "no state directory", "Not a directory")
        self.tool.state = whole
        self.expect(self.tool.run("journal", "show", "nothing"), NOT_FOUND)

    # ---- one snapshot a database

    def test_a_volume_that_goes_while_quotas_are_checked_is_no_drift(self):
        self.expect(self.tool.run("quota", "sync", "--yes"), OK)
        volume = rows("cinder", "SELECT v.id, v.size, v.project_id, t.name AS type FROM volumes AS v LEFT JOIN volume_types AS t"
                      " ON t.id = v.volume_type_id WHERE v.deleted = 0 AND v.id NOT IN (SELECT volume_id FROM snapshots WHERE deleted = 0)"
                      " ORDER BY v.id LIMIT 1")[0]

        def go():
            with harness.connect("cinder", autocommit=False) as c, c.cursor() as cursor:
                cursor.execute("UPDATE volumes SET deleted = 1, status = 'deleted' WHERE id = %s", (volume["id"],))
                for resource, n in (("volumes", 1), ("gigabytes", volume["size"])):
                    cursor.execute("UPDATE quota_usages SET in_use = in_use - %s WHERE project_id = %s AND deleted = 0 AND resource IN (%s, %s)",
                                   (n, volume["project_id"], resource, "%s_%s" % (resource, volume["type"])))
                c.commit()

        link = wire.Between(int(ENV["SB_DB_PORT"]), b"cinder/quota_count", go)
        self.addCleanup(link.close)
        self.tool.cinder = [self.rewrite(ENV["SB_CINDER_CONF"], r"(connection = .*:)\d+/", r"\g<1>%d/" % link.here)]
        self.assertEqual(self.expect(self.tool.run("quota", "check", "-f", "json"), OK).json, [])
        self.assertEqual(link.called, 1)
        self.expect(self.tool.run("quota", "check"), OK)     # it is gone in both

    # ---- host return: what could not be looked at keeps the host off

    def test_a_host_whose_cinder_cannot_be_asked_must_stay_off(self):
        self.expect(self.tool.run("host", "return", A), OK)
        self.without_cinder()
        r = self.expect(self.tool.run("host", "return", A, "-f", "json"), REFUSED, "must stay off")
        state = {row["check"]: row for row in r.json}
        for check in ("volumes and backups", "waiting for cinder"):
            self.assertEqual(state[check]["state"], "stop")
            self.assertIn("could not be read", state[check]["message"])
        self.tool.cinder = [self.rewrite(ENV["SB_CINDER_CONF"], r"(transport_url = .*:)\d+/", r"\g<1>1/")]
        r = self.expect(self.tool.run("host", "return", A, "-f", "json"), REFUSED, "must stay off")
        self.assertEqual({row["check"]: row["state"] for row in r.json}["waiting for cinder"], "stop")
        self.tool.cinder = []
        if not os.path.exists("/etc/cinder/cinder.conf"):
            self.expect(self.tool.run("host", "return", A), REFUSED, "no cinder configuration")
