# SPDX-License-Identifier: Apache-2.0
"""Servers that are away, wrong passwords, a server that takes no writes; what the tool says, and that it says no password."""
import json
import os
import re
import socket
import subprocess
import threading
import time

import harness
from harness import A, B, BUS_UNREACHABLE, CONFIG, DB_UNREACHABLE, ENV, FENCED, OK, REFUSED, SECRETS, rows

GO = FENCED + ["--yes"]
MOVE = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph"]
EVACUATIONS = (["instance", "evacuate", "image-active-0"], ["host", "evacuate", A], ["host", "rescue", A, "--to", B])


class Faults(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()

    def nova_with(self, pattern, replacement):
        self.tool.nova = [self.rewrite(ENV["SB_NOVA_CONF"], pattern, replacement), ENV["SB_NOVA_DB_CONF"]]

    def test_the_doctor_knows_a_site_below_its_minimum(self):
        for version, result in (("6.10.0", "ok"), ("6.4.2.9", "fail"), ("", "fail")):
            with open(self.tool.site, "w") as f:
                f.write("[site]\nversion = %s\nmin_version = 6.4.3\n" % version)
            checks = {c["check"]: c for c in self.tool.run("doctor", "-f", "json").json}
            self.assertEqual(checks["site version"]["result"], result, version)

    def test_a_broker_that_is_down(self):
        self.nova_with(r"(transport_url = .*:)\d+/", r"\g<1>1/")
        before = harness.checksum()
        for words in EVACUATIONS:
            self.expect(self.tool.run(*words, *GO), BUS_UNREACHABLE, "127.0.0.1:1")
        self.unchanged(before)
        self.expect(self.tool.run(*MOVE, *GO), OK)     # cinder's rows need no broker

    def test_a_wrong_password_for_the_broker(self):
        self.nova_with(r"(transport_url = rabbit://[^:]*:)[^@]*@", r"\g<1>wrong-one@")
        before = harness.checksum()
        for words in EVACUATIONS:
            r = self.expect(self.tool.run(*words, *GO), BUS_UNREACHABLE, "check user and password")
            self.assertNotIn("wrong-one", r.out + r.err)
        self.unchanged(before)

    def test_a_virtual_host_that_is_not_there(self):
        self.nova_with(r"(transport_url = .*:\d+/).*", r"\g<1>nowhere")
        self.expect(self.tool.run(*EVACUATIONS[0], *GO), BUS_UNREACHABLE, "nowhere")

    def test_a_database_that_is_down(self):
        before = harness.checksum()
        self.tool.cinder = [self.rewrite(ENV["SB_CINDER_CONF"], r"(connection = .*:)\d+/", r"\g<1>1/")]
        for words in (MOVE, EVACUATIONS[2], ["volume", "list", "--host", A], ["backup", "list"]):
            self.expect(self.tool.run(*words, *(GO if "list" not in words else [])), DB_UNREACHABLE, "127.0.0.1:1")
        self.tool.cinder = [ENV["SB_CINDER_CONF"]]
        self.tool.nova = [ENV["SB_NOVA_CONF"], self.rewrite(ENV["SB_NOVA_DB_CONF"], r"(connection = .*:)\d+/", r"\g<1>1/")]
        for words in EVACUATIONS:
            self.expect(self.tool.run(*words, *GO), DB_UNREACHABLE, "127.0.0.1:1")
        self.unchanged(before)
        self.expect(self.tool.run(*MOVE, *GO), OK)     # nova is only a witness of it

    def test_a_wrong_password_for_the_database(self):
        self.tool.cinder = [self.rewrite(ENV["SB_CINDER_CONF"], r"(connection = mysql[^:]*://[^:]*:)[^@]*@", r"\g<1>wrong-one@")]
        r = self.expect(self.tool.run(*MOVE, *GO), DB_UNREACHABLE, "check user and password")
        self.assertNotIn("wrong-one", r.out + r.err)

    def test_configuration_that_is_missing_or_bad(self):
        empty = os.path.join(self.tool.state, "empty.conf")
        open(empty, "w").close()
        self.tool.cinder = [empty]
        self.expect(self.tool.run(*MOVE, *GO), CONFIG, "connection")
        self.tool.cinder = ["/nonexistent/cinder.conf"]
        self.expect(self.tool.run(*MOVE, *GO), CONFIG, "/nonexistent/cinder.conf")
        self.tool.cinder = [ENV["SB_CINDER_CONF"]]
        self.tool.nova = [empty]
        self.expect(self.tool.run(*EVACUATIONS[0], *GO), CONFIG)

    def test_a_stock_file_without_a_connection_is_not_configured(self):
        """Debian's placement.conf, on a machine that has no placement: in a mount namespace, where /etc is ours."""
        stock = "mount -t tmpfs none /etc && mkdir /etc/placement && echo '[placement_database]' > /etc/placement/placement.conf && exec \"$@\""
        if subprocess.run(["unshare", "-m", "sh", "-c", stock, "sh", "true"], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no right to mount")
        self.tool.prefix = ["unshare", "-m", "sh", "-c", stock, "sh"]
        self.expect(self.tool.run("config", "show"), OK, "placement is not configured here")
        r = self.tool.run("audit", "run", "--no-second-look", "--fail-on", "never")
        self.assertNotEqual(r.code, CONFIG, str(r))
        named = ["--placement-config-file", "/etc/placement/placement.conf"]
        self.expect(self.tool.run("config", "show", *named), CONFIG, "connection")

    def test_a_server_that_takes_no_writes(self):
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        before = harness.checksum()
        rows("cinder", "SET GLOBAL read_only = 1")
        try:
            self.expect(self.tool.run(*MOVE, *GO), REFUSED, "read only")
            self.expect(self.tool.run(*EVACUATIONS[0], *GO), REFUSED, "read only")
            self.expect(self.tool.run("volume", "list", "--host", A), OK)
        finally:
            rows("cinder", "SET GLOBAL read_only = 0")
        self.unchanged(before)
        self.assertEqual(conductor.casts, [])

    def test_a_broker_that_gives_its_user_few_channels(self):
        """Queues are looked at on many channels at a time; where the user may open three in all they are asked one after the other, and as much is known."""
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        self.addCleanup(harness.sandbox, "rabbitmqctl", "-q", "clear_user_limits", ENV["SB_AMQP_USER"], "all")
        found = {}
        for most in (100, 4):       # the conductor has one of them
            harness.sandbox("rabbitmqctl", "-q", "set_user_limits", ENV["SB_AMQP_USER"], '{"max-channels": %d}' % most)
            harness.heartbeats()
            self.wait_until_closed(ENV["SB_AMQP_USER"])
            r = self.expect(self.tool.run("host", "rescue", A, "--to", B, *FENCED, "--dry-run", "-f", "json"), OK)
            found[most] = sorted((f["code"], f["subject"]) for f in r.json["findings"])
        self.assertEqual(found[100], found[4])
        harness.sandbox("rabbitmqctl", "-q", "set_user_limits", ENV["SB_AMQP_USER"], '{"max-channels": 1}')
        self.expect(self.tool.run("host", "rescue", A, "--to", B, *FENCED, "--dry-run"), BUS_UNREACHABLE, "maximum allowed user limit of (1)",
                    "rabbitmqctl list_user_limits")

    def wait_until_closed(self, user, seconds=60):
        """The broker counts what the command before has opened until it has noticed its end: all but the conductor's one."""
        end = time.monotonic() + seconds
        while harness.sandbox("rabbitmqctl", "-q", "list_channels", "user").split().count(user) > 1:
            self.assertLess(time.monotonic(), end, "channels stay open")
            time.sleep(0.2)

    def test_an_account_without_the_right_to_write(self):
        harness.make_account("reader@'127.0.0.1'", "reads-only-4")
        for database in ("cinder", "nova", "nova_api", "nova_cell0"):
            rows("mysql", "GRANT SELECT ON %s.* TO reader@'127.0.0.1'" % database)
        self.tool.cinder = [self.rewrite(ENV["SB_CINDER_CONF"], r"(connection = mysql[^:]*://)[^@]*@", r"\g<1>reader:reads-only-4@")]
        before = harness.checksum()
        r = self.expect(self.tool.run(*MOVE, *GO), REFUSED, "lacks a right")
        self.assertNotIn("reads-only-4", r.out + r.err)
        self.expect(self.tool.run("volume", "list", "--host", A), OK)
        self.unchanged(before)

    def test_passwords_are_said_nowhere(self):
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        running = self.tool.start(*MOVE, *GO, "--debug", "-f", "json")
        seen = ""
        while running.poll() is None:
            try:
                seen += open("/proc/%d/cmdline" % running.pid).read() + open("/proc/%d/environ" % running.pid).read()
            except OSError:
                pass
            time.sleep(0.001)
        seen += "".join(x.decode() for x in running.communicate())
        self.assertEqual(running.returncode, OK, seen)
        self.expect(self.tool.run("instance", "evacuate", "image-active-0", *GO, "--debug", "--no-wait", "-f", "json",
                                  "--log-file", os.path.join(self.tool.state, "log")), OK)
        self.nova_with(r"(transport_url = .*:)\d+/", r"\g<1>1/")
        self.expect(self.tool.run("instance", "evacuate", "image-active-1", *GO, "--debug"), BUS_UNREACHABLE)
        self.expect(self.tool.run("doctor", "--debug"), REFUSED)
        self.expect(self.tool.run("service", "list", "--debug"), BUS_UNREACHABLE)
        seen += "".join(self.tool.said) + json.dumps(self.tool.journals())
        seen += open(os.path.join(self.tool.state, "log")).read()
        for secret in SECRETS:
            for form in (secret, json.dumps(secret)[1:-1], re.sub(r"[^A-Za-z0-9]", lambda m: "%%%02X" % ord(m[0]), secret),
                         re.sub(r"[^A-Za-z0-9]", lambda m: "%%%02x" % ord(m[0]), secret)):
                self.assertNotIn(form, seen)
        self.assertIn("cinder/volume_move", seen)      # the debugging was on

    def test_a_password_that_is_a_word_takes_nothing_out_of_the_line_to_paste(self):
        for user, password in (("cinder2", "cinder"), ("volume", "volume"), ("placing", "placement"), ("words", "update_host"),
                               ("words", "evac-manage")):
            harness.make_account("%s@'127.0.0.1'" % user, password)
            rows("mysql", "GRANT SELECT ON cinder.* TO %s@'127.0.0.1'", (user,))
            self.addCleanup(rows, "mysql", "DROP USER IF EXISTS %s@'127.0.0.1'", (user,))
            self.tool.cinder = [self.rewrite(ENV["SB_CINDER_CONF"], r"(connection = mysql[^:]*://)[^@]*@", r"\g<1>%s:%s@" % (user, password))]
            r = self.tool.run("--debug", "host", "rescue", A, "--to", B, *FENCED, "--dry-run")
            self.assertNotIn("***", r.out + r.err, str(r))
            self.assertRegex(r.out, r"this step only: evac-manage .*--cinder-config-file .* volume update_host --currenthost", str(r))
            self.assertNotIn("%s:%s" % (user, password), r.out + r.err)
            shown = self.expect(self.tool.run("config", "show"), OK)
            self.assertIn("//%s:***@" % user, shown.out)

    def test_a_server_that_repeats_our_login_gives_it_to_nobody(self):
        """What a proxy or a driver says may hold the URL or the password; on stdout, on stderr and in the document it does not."""
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        for user, password in (("cinder", "pa55/W0rd"), ("cinder", "s3cret-7"), ("cinder", "blackbird")):
            told = ("login refused: mysql://%s:%s@db/cinder password '%s'" % (user, password, password)).encode()

            def refuse(told=told):
                while True:
                    try:
                        peer, _ = listener.accept()
                    except OSError:
                        return
                    body = b"\xff\x15\x04" + told
                    peer.sendall(len(body).to_bytes(3, "little") + b"\0" + body)
                    peer.close()

            threading.Thread(target=refuse, daemon=True).start()
            self.tool.cinder = [self.rewrite(ENV["SB_CINDER_CONF"], r"(connection = mysql[^:]*://)[^@]*@[^/]*",
                                             r"\g<1>%s:%s@127.0.0.1:%d" % (user, password.replace("/", "%2F"), listener.getsockname()[1]))]
            for words in (["doctor"], ["doctor", "-f", "json"], MOVE + ["-f", "json"], ["volume", "list", "--host", A]):
                r = self.tool.run(*words, "--debug")
                self.assertIn("login refused", r.out + r.err)
                self.assertNotIn(password, r.out + r.err)

    def test_a_broken_url_shows_no_piece_of_its_password(self):
        for url in ("mysql+pymysql//cinder:pa$lac3rta@127.0.0.1/cinder", "mysql+pymysql://cinder:pa$lac3rta-127.0.0.1/cinder",
                    "mysql+pymysql:cinder:pa$lac3rta@127.0.0.1/cinder", "mysql+pymysql://cinder:p@lac3rta/x@127.0.0.1/cinder",
                    "mysql+pymysql://cinder:p@x/lac3rta@127.0.0.1/cinder", "mysql+pymysql://cinder:p@lac3rta?x@127.0.0.1/cinder"):
            conf = os.path.join(self.tool.state, "broken.conf")
            with open(conf, "w") as f:
                f.write("[database]\nconnection = %s\n" % url)
            self.tool.cinder = [conf]
            for words in (MOVE, ["config", "show"], ["doctor"], ["backup", "list", "--debug"]):
                r = self.tool.run(*words)
                self.assertNotEqual(r.code, OK, str(r))
                self.assertNotIn("lac3rta", r.out + r.err)

    def test_valgrind_finds_no_leak_and_no_error(self):
        if "asan" in harness.TOOL:
            return  # the sanitizers look at the same
        # a busy machine needs longer under valgrind than the heartbeats count
        longer = r"service_down_time = .*", "service_down_time = 900"
        self.tool.nova = [self.rewrite(ENV["SB_NOVA_CONF"], *longer), ENV["SB_NOVA_DB_CONF"]]
        self.tool.cinder = [self.rewrite(ENV["SB_CINDER_CONF"], *longer)]
        self.tool.prefix = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect,possible"]
        self.expect(self.tool.run("volume", "list", "--host", A), OK)
        self.expect(self.tool.run(*MOVE, *GO), OK)
        self.expect(self.tool.run(*MOVE, *GO), OK, "nothing to do")
        self.expect(self.tool.run("volume", "list", "--host", A[:-1]), harness.NOT_FOUND)
