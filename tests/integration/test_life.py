# SPDX-License-Identifier: Apache-2.0
"""Does the failed host itself answer? A real socket on its own address: what is accepted or refused is life, silence proves nothing."""
import socket
import subprocess
import time

import harness
import journals
import landing
from harness import A, B, PARTIAL, FENCED, OK, REFUSED, rows

ITS, OTHERS = (harness.address_of_ours(n) for n in (0, 1))
PORT = 16509
NAMES = ("image-active-0", "image-active-1")
GO = FENCED + ["--yes"]


def address(word, which):
    """To the loopback interface, which makes it one of this machine's; a closed port of it is refused by the kernel."""
    return subprocess.run(["ip", "address", word, which + "/32", "dev", "lo"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


class Life(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.tool.types = False   # other files type these
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)
        for which in (ITS, OTHERS):
            self.addCleanup(address, "delete", which)
            if not address("add", which):
                self.skipTest("only root can give this machine another address")
        rows("nova", "UPDATE compute_nodes SET host_ip = %s WHERE BINARY host = BINARY %s", (ITS, A))
        rows("nova", "UPDATE compute_nodes SET host_ip = %s WHERE BINARY host = BINARY %s", (OTHERS, B))
        with open(self.tool.site, "a") as f:
            f.write("[site]\nlife_ports = %d\n" % PORT)

    def listen(self, full=False):
        """On the failed host's address. With a full queue its kernel drops what comes: nothing is heard, as of a host that is off."""
        s = socket.create_server((ITS, PORT), backlog=0 if full else 16)
        self.addCleanup(s.close)
        for _ in range(2 if full else 0):
            c = socket.socket()
            c.setblocking(False)
            c.connect_ex((ITS, PORT))
            self.addCleanup(c.close)
        return s

    def dry(self, *words):
        harness.heartbeats()
        return self.tool.run("instance", "evacuate", NAMES[0], *FENCED, "--dry-run", *words)

    def life(self, *words):
        r = self.dry("-f", "json", *words)
        return r, [f["message"] for f in r.json["findings"] if f["code"] == "source-alive"]

    def test_an_answer_is_life_and_silence_proves_nothing(self):
        before = harness.checksum()
        r, (said,) = self.life()
        self.assertEqual(r.code, REFUSED)
        self.assertEqual(said, "'%s' answers: %s refused a connection to port %d, which takes a running kernel" % (A, ITS, PORT))
        s = self.listen()
        r, (said,) = self.life("--accept", "source-alive")   # nothing waives that
        self.assertEqual(r.code, REFUSED)
        self.assertEqual(said, "'%s' answers: a connection to %s, port %d, was accepted" % (A, ITS, PORT))
        self.assertIn("IT ANSWERS at %s:%d" % (ITS, PORT), self.dry().out)
        self.unchanged(before)
        s.close()
        self.listen(full=True)
        r, said = self.life()
        self.assertEqual((r.code, said), (OK, []))
        shown = " ".join(self.dry().out.split())
        self.assertIn("no answer at " + ITS, shown)
        self.assertNotIn("proves nothing", shown)
        wires = int(shown.split("; witnesses: ")[1].split("on ")[1].split()[0])
        rows("nova", "UPDATE compute_nodes SET host_ip = NULL WHERE BINARY host = BINARY %s", (B,))   # whom nothing is heard from
        shown = " ".join(self.dry().out.split())
        self.assertIn("no answer at %s, which proves nothing" % ITS, shown)
        self.assertEqual(int(shown.split("; witnesses: ")[1].split("on ")[1].split()[0]), wires - 1)
        with open(self.tool.site, "a") as f:
            f.write("life_ports = none\n")
        self.assertNotIn(ITS, self.dry().out)

    def test_where_its_tunnels_end_is_an_address_of_its_own(self):
        rows("nova", "UPDATE compute_nodes SET host_ip = '127.0.0.1' WHERE BINARY host = BINARY %s", (A,))
        self.assertEqual(self.life()[1], [])
        own = '{"tunneling_ip": "%s", "bridge_mappings": {}}' % ITS
        rows("neutron", "UPDATE agents SET configurations = %s WHERE BINARY host = BINARY %s", (own, A))
        r, (said,) = self.life()
        self.assertEqual(r.code, REFUSED)
        self.assertEqual(said, "'%s' answers: %s refused a connection to port %d, which takes a running kernel" % (A, ITS, PORT))
        rows("neutron", "UPDATE agents SET configurations = %s WHERE BINARY host = BINARY %s", (own, B))   # whose is it?
        self.assertEqual(self.life()[1], [])

    def test_a_host_that_answers_between_two_waves_ends_the_run(self):
        silent = self.listen(full=True)
        only = [w for name in NAMES for w in ("--only", name)]
        running = self.tool.start("host", "evacuate", A, *only, *GO, "--max-in-flight", "1", "-f", "json")
        self.addCleanup(lambda: (running.poll() is None and running.kill(), running.communicate()))
        self.assertEqual(len(self.conductor.wait_for(1, 20)), 1)
        silent.close()
        time.sleep(3)   # how old an answer may be
        landing.land(landing.uuid_of(self.conductor.casts[0]), B)
        out, err = (x.decode() for x in running.communicate(timeout=60))
        self.assertEqual(running.returncode, PARTIAL, out + err)
        self.assertIn("refused a connection to port %d, which takes a running kernel: the host is alive" % PORT, err)
        self.assertEqual(len(self.conductor.casts), 1)
        records = journals.read(journals.path_of(self.tool))
        (evidence,) = [r for r in records if r["type"] == "evidence"]
        self.assertEqual((evidence["life"]["answer"], evidence["life"]["other"], evidence["life"]["other_answer"]), ("silent", B, "refused"))
        self.assertEqual(evidence["wires"]["network"], 1)
        self.assertTrue(evidence["agents"]["rows"])
        seen = [r["life"]["answer"] for r in records if r["type"] == "witness"]
        self.assertEqual((seen[0], seen[-1]), ("silent", "refused"))
        run = records[0]["run"]
        self.expect(self.tool.run("journal", "report", run), OK, "The host's own address", "silent", "neutron's")
        self.expect(self.tool.run("journal", "show", run, "--follow"), OK, "its address %s: refused" % ITS)

    def test_an_agent_that_reports_again_is_heard_over_another_connection(self):
        """The one that it was asked over was cut between two waves."""
        silent = self.listen(full=True)
        self.addCleanup(silent.close)
        only = [w for name in NAMES for w in ("--only", name)]
        running = self.tool.start("host", "evacuate", A, *only, *GO, "--max-in-flight", "1", "-f", "json")
        self.addCleanup(lambda: (running.poll() is None and running.kill(), running.communicate()))
        self.assertEqual(len(self.conductor.wait_for(1, 20)), 1)
        for r in rows("mysql", "SELECT id FROM information_schema.processlist WHERE db = 'neutron' AND id <> CONNECTION_ID()"):
            rows("mysql", "KILL %s", (r["id"],))
        rows("neutron", "UPDATE agents SET heartbeat_timestamp = UTC_TIMESTAMP() WHERE BINARY host = BINARY %s", (A,))
        landing.land(landing.uuid_of(self.conductor.casts[0]), B)
        out, err = (x.decode() for x in running.communicate(timeout=60))
        self.assertEqual(running.returncode, PARTIAL, out + err)
        self.assertRegex(err, "reported to neutron [0-9]+ s ago: the host is alive")
        self.assertEqual(len(self.conductor.casts), 1)

    def test_agents_that_cannot_be_asked_any_more_are_missed_once(self):
        """Between two waves: the other witnesses are asked, and the run goes on."""
        silent = self.listen(full=True)
        self.addCleanup(silent.close)
        only = [w for name in NAMES for w in ("--only", name)]
        running = self.tool.start("host", "evacuate", A, *only, *GO, "--max-in-flight", "1", "-f", "json")
        self.addCleanup(lambda: (running.poll() is None and running.kill(), running.communicate()))
        self.assertEqual(len(self.conductor.wait_for(1, 20)), 1)
        rows("neutron", "RENAME TABLE agents TO agents_there")
        self.addCleanup(rows, "neutron", "RENAME TABLE agents_there TO agents")
        rows("neutron", "CREATE DEFINER = 'nobody'@'nowhere' VIEW agents AS SELECT * FROM agents_there")
        self.addCleanup(rows, "neutron", "DROP VIEW agents")
        for n in (1, 2):
            landing.land(landing.uuid_of(self.conductor.wait_for(n, 20)[n - 1]), B)
        out, err = (x.decode() for x in running.communicate(timeout=60))
        self.assertEqual(running.returncode, OK, out + err)
        self.assertEqual(err.count("whether neutron's agents on '%s' report is not known any more" % A), 1, err)
