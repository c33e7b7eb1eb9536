# SPDX-License-Identifier: Apache-2.0
"""Configurations as other sites have them: what a command does not need does not stop it, and old names are known."""
import os
import re
import shutil
import urllib.parse

import harness
from harness import A, B, CONFIG, DB_UNREACHABLE, ENV, FENCED, OK, rows, value

GO = FENCED + ["--yes", "--no-wait"]


class Sites(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()

    def nova_with(self, pattern, replacement):
        self.tool.nova = [self.rewrite(ENV["SB_NOVA_CONF"], pattern, replacement), ENV["SB_NOVA_DB_CONF"]]

    def cell_url(self, change):
        """The cell's URL, changed; ${change} gets the URL's parts."""
        old = value("nova_api", "SELECT database_connection FROM cell_mappings WHERE uuid NOT LIKE '00000000-%%' AND name = %s", ("cell1",))
        self.addCleanup(rows, "nova_api", "UPDATE cell_mappings SET database_connection = %s WHERE name = 'cell1'", (old,))
        rows("nova_api", "UPDATE cell_mappings SET database_connection = %s WHERE name = 'cell1'", (change(old),))
        return value("nova_api", "SELECT uuid FROM cell_mappings WHERE name = 'cell1'")

    def test_who_opens_no_broker_needs_none(self):
        self.nova_with(r"transport_url = .*\n", "osapi_compute_listen = $my_ip\n")
        self.assertTrue(self.expect(self.tool.run("instance", "list", "--host", A, "-f", "json"), OK).json)
        self.expect(self.tool.run("instance", "show", "image-active-0"), OK)
        self.expect(self.tool.run("config", "show"), OK)
        before = harness.checksum()
        self.expect(self.tool.run("instance", "evacuate", "image-active-0", *GO), CONFIG, "no [DEFAULT] transport_url in", "--nova-config-file")
        self.unchanged(before)
        state = {c["check"]: c for c in self.tool.run("doctor", "-f", "json").json}
        self.assertEqual(state["nova broker"]["result"], "fail")
        self.assertIn("no [DEFAULT] transport_url", state["nova broker"]["detail"])
        self.nova_with(r"(transport_url = )rabbit", r"\1rabbit:/x")  # nor is a wrong one anybody's but its own
        self.expect(self.tool.run("instance", "list", "--host", A), OK)
        self.expect(self.tool.run("config", "show"), CONFIG, "transport_url: ")
        self.expect(self.tool.run("instance", "evacuate", "image-active-0", *GO), CONFIG, "transport_url: ")

    def test_the_names_of_queens_for_its_broker_are_read(self):
        with open(ENV["SB_NOVA_CONF"]) as f:
            text = next(line for line in f if line.startswith("transport_url"))
        url = urllib.parse.urlsplit(text.split("=", 1)[1].strip())
        self.nova_with(r"transport_url = .*\n", "rpc_backend = rabbit\nrabbit_host = %s\nrabbit_port = %d\nrabbit_userid = %s\nrabbit_password = %s\n"
                       "rabbit_virtual_host = %s\n" % (url.hostname, url.port, url.username, urllib.parse.unquote(url.password),
                                                      urllib.parse.unquote(url.path[1:]) or "/"))
        state = {c["check"]: c for c in self.tool.run("doctor", "-f", "json").json}
        self.assertEqual(state["nova broker"]["result"], "ok", state["nova broker"])

    def test_a_password_that_a_cell_still_has_is_named_with_the_command_that_changes_it(self):
        uuid = self.cell_url(lambda url: re.sub(r":[^:@/]*@", ":of-last-year@", url))
        for words in (("service", "list"), ("audit", "run")):
            r = self.expect(self.tool.run(*words), DB_UNREACHABLE, "the database of cell 'cell1'", "(1045)")
            self.assertIn("nova-manage cell_v2 update_cell --cell_uuid " + uuid, " ".join(r.err.split()), words)
        self.cell_url(lambda url: "{scheme}://{username}:of-last-year@{hostname}:{port}/nova?{query}")
        r = self.expect(self.tool.run("service", "list"), DB_UNREACHABLE)
        self.assertIn("which [database] connection of nova.conf fills in", " ".join(r.err.split()))
        self.cell_url(lambda url: "{scheme}://{username}:{password}@{hostname}:{port}/nova?{query}")
        self.expect(self.tool.run("service", "list"), OK)

    def test_a_directory_is_read_as_oslos_config_dir(self):
        place = os.path.join(self.tool.state, "nova.conf.d")
        os.mkdir(place)
        shutil.copy(ENV["SB_NOVA_DB_CONF"], os.path.join(place, "20-own.conf"))
        with open(os.path.join(place, "10-wrong.conf"), "w") as f:
            f.write("[api_database]\nconnection = mysql+pymysql://nova:x@127.0.0.1:1/nova_api\n")
        self.tool.nova = [ENV["SB_NOVA_CONF"], place]
        self.assertTrue(self.expect(self.tool.run("instance", "list", "--host", A, "-f", "json"), OK).json)
        os.rename(os.path.join(place, "10-wrong.conf"), os.path.join(place, "30-wrong.conf"))
        self.expect(self.tool.run("instance", "list", "--host", A), DB_UNREACHABLE, "127.0.0.1:1")
        empty = os.path.join(self.tool.state, "empty")
        os.mkdir(empty)
        self.tool.nova = [empty]
        self.expect(self.tool.run("instance", "list", "--host", A), CONFIG, "has no *.conf file")
