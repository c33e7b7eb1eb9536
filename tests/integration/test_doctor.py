# SPDX-License-Identifier: Apache-2.0
"""What the doctor does not know is not fit; its last lines say what all is fit for."""
import os
import re
import subprocess

import amqp

import harness
import releases
from harness import CONFIG, DB_UNREACHABLE, ENV, OK, REFUSED, rows, value

WORKS = ("moves of volumes and backups", "evacuations", "the audit")


class Doctor(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def doctor(self, unfit, *checks):
        """Not fit for these works, because of these checks."""
        r = self.expect(self.tool.run("doctor", "-f", "json"), REFUSED if unfit else OK)
        verdicts = {row["detail"].split(":")[0]: row for row in r.json if row["check"] == "verdict"}
        self.assertEqual(set(verdicts), {("not " if w in unfit else "") + "fit for " + w for w in WORKS}, str(r))
        self.assertEqual([row["check"] for row in r.json][-3:], ["verdict"] * 3)
        last = r.err.strip().splitlines()[-1]
        for work in WORKS:
            said = last.split("not fit for ")[1] if work in unfit else last.split("not fit for ")[0]
            self.assertIn(work, said, last)
            if work in unfit:
                named = verdicts["not fit for " + work]["detail"].split(": ")[1].split(", ")
                self.assertTrue(set(named) & set(checks), named)
        return {row["check"]: row for row in r.json if row["result"] != "ok" or row["check"] not in checks}

    def account(self, *databases, rights="SELECT"):
        harness.make_account("reader@'127.0.0.1'", "reads-only-5")
        self.addCleanup(rows, "mysql", "DROP USER reader@'127.0.0.1'")
        for database in databases:
            rows("mysql", "GRANT %s ON %s.* TO reader@'127.0.0.1'" % (rights, database))
        login = os.path.join(self.tool.state, "login")
        with open(login, "w") as f:
            f.write("[evac-manage]\nuser = reader\npassword = reads-only-5\n")
        os.chmod(login, 0o600)
        return ["--defaults-file", login]

    def test_all_is_fit_where_all_was_looked_at(self):
        before = harness.checksum()
        found = self.doctor(())
        self.assertEqual({row["check"] for row in found.values() if row["result"] != "ok"}, {"scheduler queue", "nova-api", "neutron agents"})
        self.assertEqual({"cinder account", "nova API account", "nova cell0 account", "nova cell cell1 account"} - set(found), set())
        self.unchanged(before)

    def test_without_a_configuration_of_neutron_nothing_is_unfit(self):
        self.tool.neutron = []
        self.assertEqual(self.doctor(())["neutron database"]["result"], "unknown")

    def test_a_scheduler_that_nobody_is_any_more_is_told(self):
        """Fit for evacuations is what an evacuation would not stop at (scheduler-missing)."""
        queue = amqp.Connection("127.0.0.1:%s" % ENV["SB_AMQP_PORT"], userid=ENV["SB_AMQP_USER"], password=ENV["SB_AMQP_PASS"])
        queue.connect()
        channel = queue.channel()
        self.addCleanup(lambda: (channel.queue_delete("scheduler"), queue.close()))
        channel.queue_declare("scheduler", durable=False, auto_delete=False)
        self.assertIn("no consumer", self.doctor(WORKS[1:2], "scheduler queue")["scheduler queue"]["detail"])
        reader = channel.basic_consume("scheduler", no_ack=True)
        self.assertEqual(self.doctor(())["scheduler queue"]["result"], "ok")
        channel.basic_cancel(reader)

    def test_unknown_is_not_fit(self):
        if not os.path.exists("/etc/cinder/cinder.conf"):
            self.tool.cinder = []
            found = self.doctor((WORKS[0], WORKS[2]), "cinder database")
            self.assertEqual(found["cinder database"]["result"], "unknown")
        self.tool = harness.Tool()
        if not os.path.exists("/etc/nova/nova.conf"):
            self.tool.nova = []
            found = self.doctor(WORKS[1:], "nova databases", "nova broker")
            self.assertEqual(found["nova databases"]["result"], "unknown")
        self.tool = harness.Tool()
        self.tool.nova = [self.rewrite(ENV["SB_NOVA_CONF"], r"(transport_url = .*:)\d+/", r"\g<1>1/"), ENV["SB_NOVA_DB_CONF"]]
        self.doctor(WORKS[1:2], "nova broker")
        self.tool.cinder = ["/nonexistent/of-nobody.conf"]
        self.expect(self.tool.run("doctor"), CONFIG, "/nonexistent/of-nobody.conf", "not fit for")

    def test_what_was_configured_and_does_not_answer_is_not_told_to_be_configured(self):
        closed = {"cinder": ("cinder", ENV["SB_CINDER_CONF"], ENV["SB_DB_PORT"]), "neutron": ("neutron", ENV["SB_NEUTRON_CONF"], ENV["SB_DB_PORT"]),
                  "nova": ("nova", ENV["SB_NOVA_DB_CONF"], ENV["SB_DB_PORT"])}
        for name, (member, conf, port) in closed.items():
            files = getattr(self.tool, member)
            setattr(self.tool, member, [f for f in files if f != conf] + [self.rewrite(conf, r"@127.0.0.1:%s/" % port, "@127.0.0.1:1/")])
        told = {c["check"]: c["hint"] for c in self.tool.run("doctor", "-f", "json").json if c["result"] == "fail"}
        for check in ("cinder database", "nova databases", "neutron database"):
            self.assertIn("check that the server runs", told[check] or "", check)
            self.assertNotIn("config-file", told[check], check)

    def test_no_evacuation_needs_cell0(self):
        """It has instances that never had a host; an evacuation takes it for a witness, and so does this."""
        where = " WHERE uuid LIKE '00000000-0000-%%'"
        old = value("nova_api", "SELECT database_connection FROM cell_mappings" + where)
        self.addCleanup(rows, "nova_api", "UPDATE cell_mappings SET database_connection = %s" + where, (old,))
        rows("nova_api", "UPDATE cell_mappings SET database_connection = 'mysql+pymysql://nova:x@127.0.0.1:1/nova_cell0'" + where)
        found = self.doctor(WORKS[2:], "nova cell0 database")
        self.assertEqual(found["nova cell0 database"]["result"], "fail")

    def test_an_account_that_cannot_write_is_fit_for_the_audit_alone(self):
        options = self.account("cinder", "nova", "nova_api", "nova_cell0", "neutron")
        run, self.tool.run = self.tool.run, lambda *words: run(*words, *options)
        found = self.doctor(WORKS[:2], "cinder account", "nova cell cell1 account")
        for check in ("cinder account", "nova cell cell1 account"):
            self.assertIn("may not write ", found[check]["detail"])
            self.assertIn("grants --operate", found[check]["hint"])
        rows("mysql", "REVOKE SELECT ON nova_api.* FROM reader@'127.0.0.1'")
        rows("mysql", "GRANT SELECT ON nova_api.cell_mappings TO reader@'127.0.0.1'")
        rows("mysql", "GRANT SELECT ON nova_api.host_mappings TO reader@'127.0.0.1'")
        found = self.doctor(WORKS, "cinder account", "nova cell cell1 account", "nova API account")
        self.assertIn("may not read ", found["nova API account"]["detail"])

    def test_a_socket_of_the_defaults_file_is_for_who_connects_to_localhost(self):
        """Only over the socket is one reader@localhost, whom the server knows by the socket alone; over TCP one is reader@127.0.0.1."""
        harness.make_account("reader@localhost", "reads-only-5")
        self.addCleanup(rows, "mysql", "DROP USER reader@localhost")
        rows("mysql", "GRANT SELECT ON cinder.* TO reader@localhost")
        login = os.path.join(self.tool.state, "login")
        with open(os.open(login, os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            f.write("[evac-manage]\nuser = reader\npassword = reads-only-5\nsocket = %s\n" % ENV["SB_DB_SOCKET"])
        listing = ("volume", "list", "--host", harness.A, "--defaults-file", login)
        self.expect(self.tool.run(*listing), DB_UNREACHABLE, "(127.0.0.1:%s cinder)" % ENV["SB_DB_PORT"], "'reader'@'127.0.0.1'")
        for host in ("localhost", ""):
            self.tool.cinder = [self.rewrite(ENV["SB_CINDER_CONF"], r"@127.0.0.1:%s/" % ENV["SB_DB_PORT"], "@%s/" % host)]
            self.expect(self.tool.run(*listing), OK)
            shown = self.expect(self.tool.run("config", "show", "--defaults-file", login), OK).out
            self.assertRegex(shown, r"evac-manage-cinder +socket +%s +%s:4 \[evac-manage\] socket" % (ENV["SB_DB_SOCKET"], login))
        self.tool.cinder = [self.rewrite(ENV["SB_CINDER_CONF"], r"@127.0.0.1:%s/" % ENV["SB_DB_PORT"], "@localhost:1/")]
        self.expect(self.tool.run(*listing), DB_UNREACHABLE, "(localhost:1 cinder)")  # another port is another server

    def test_the_rights_that_grants_prints_are_enough(self):
        harness.make_account("reader@'127.0.0.1'", "reads-only-5")
        options = self.account()
        for line in self.expect(self.tool.run("grants", "--operate", "--account", "reader@127.0.0.1"), OK).out.splitlines():
            if line.startswith("GRANT"):
                rows("mysql", line.rstrip(";"))
        run, self.tool.run = self.tool.run, lambda *words: run(*words, *options)
        self.doctor(())

    def test_a_schema_that_lacks_something_is_told(self):
        rows("nova", "ALTER TABLE migrations RENAME COLUMN source_compute TO elsewhere")
        try:
            found = self.doctor(WORKS[1:], "nova cell cell1 account")
        finally:
            rows("nova", "ALTER TABLE migrations RENAME COLUMN elsewhere TO source_compute")
        self.assertIn("source_compute", found["nova cell cell1 account"]["detail"])

    def test_every_release_has_all_that_is_asked_for(self):
        self.addCleanup(releases.drop)
        for account in ("nova", "cinder"):
            rows("mysql", "GRANT ALL ON `schema\\_%%`.* TO " + account + "@'127.0.0.1'")
            self.addCleanup(rows, "mysql", "REVOKE ALL ON `schema\\_%%`.* FROM " + account + "@'127.0.0.1'")
        for release in releases.RELEASES:
            releases.make(release)
            url = re.search(r"(?m)^connection = (.*/)nova", open(ENV["SB_NOVA_DB_CONF"]).read()).group(1)
            rows("schema_nova_api", "INSERT INTO cell_mappings (created_at, uuid, name, transport_url, database_connection) VALUES"
                 " (UTC_TIMESTAMP(), UUID(), 'cell1', 'none:///', %s)", (url + "schema_nova",))
            self.tool = harness.Tool()
            self.tool.cinder = [self.rewrite(ENV["SB_CINDER_CONF"], r"(connection = .*:\d+/)cinder", r"\g<1>schema_cinder")]
            self.tool.nova = [ENV["SB_NOVA_CONF"], self.rewrite(ENV["SB_NOVA_DB_CONF"], r"(connection = .*:\d+/)(nova\w*)", r"\g<1>schema_\g<2>")]
            found = {}
            for row in self.expect(self.tool.run("doctor", "-f", "json"), REFUSED).json:
                found.setdefault(row["check"], row)
            with self.subTest(release):
                self.assertEqual(found["cinder account"]["result"], "ok", found["cinder account"])
                self.assertEqual(found["nova API account"]["result"], "ok", found["nova API account"])
                self.assertEqual(found["nova cell cell1 account"]["result"], "ok", found["nova cell cell1 account"])

    def test_a_state_directory_that_is_full_or_in_memory_is_told(self):
        small = os.path.join(self.tool.state, "small")
        os.mkdir(small)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", small], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("only root can mount a small file system")
        self.addCleanup(subprocess.run, ["umount", small])
        self.tool.state = small
        r = self.expect(self.tool.run("doctor", "-f", "json"), REFUSED)
        journal = [row for row in r.json if row["check"] == "journal"]
        self.assertEqual([row["result"] for row in journal], ["warn", "fail"])
        self.assertIn("tmpfs", journal[0]["detail"])
        self.assertRegex(journal[1]["detail"], "is full: [01] MB")
        self.doctor(WORKS[:2], "journal")
