# SPDX-License-Identifier: Apache-2.0
"""The trail: what nova-api and cinder-api would have told an audit, in syslog. A mount namespace of its own gives the run a private /dev/log."""
import json
import os
import socket
import tempfile
import threading

import harness
from harness import A, B, FENCED, OK, PARTIAL, SECRETS, rows, value

GO = FENCED + ["--yes"]


class Log:
    """A /dev/log that only what runs behind prefix sees."""

    def __init__(self, directory):
        self.path = os.path.join(directory, "log")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(0.2)
        self.lines, self.over = [], threading.Event()
        # a /dev of its own, that has what a process needs and our socket; the machine's is not touched
        self.prefix = ["unshare", "-m", "sh", "-ec", """
            mkdir -p "$0/dev"; mount -t tmpfs tmpfs "$0/dev"; mkdir "$0/dev/shm"; ln -s "$0/log" "$0/dev/log"
            for f in null zero urandom random; do : >"$0/dev/$f"; mount --bind "/dev/$f" "$0/dev/$f"; done
            mount --rbind "$0/dev" /dev; exec "$@" """, directory]
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self):
        while True:
            try:
                self.lines.append(self.socket.recv(1 << 20).decode())
            except socket.timeout:
                if self.over.is_set():
                    return

    def close(self):
        self.over.set()
        self.thread.join()
        self.socket.close()


class Trail(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.tool.types = False     # what is pasted has no private /dev/log
        with open(self.tool.site, "a") as f:
            f.write("[log]\nsyslog = local3\n")

    def events(self, *words):
        log = Log(tempfile.mkdtemp(prefix="evac-manage-log."))
        self.tool.prefix = log.prefix
        try:
            result = self.tool.run(*words)
        finally:
            self.tool.prefix = []
            log.close()
        for line in log.lines:
            self.assertRegex(line, r"^<1(56|57)>.{15} evac-manage\[\d+\]: @cee: \{")    # local3, warning or notice
            for secret in SECRETS:
                self.assertNotIn(secret, line)
        self.tool.said += log.lines
        return result, [json.loads(line.split("@cee: ", 1)[1]) for line in log.lines], log.lines

    def test_a_rescue_tells_each_unit_once(self):
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        result, events, _ = self.events("host", "rescue", A, "--to", B, *GO, "--operator", "Ann O'Neil", "--timeout", "1")
        self.assertIn(result.code, (PARTIAL, harness.TIMEOUT), str(result))
        (journal,) = self.tool.journals()
        units = next(r for r in journal if r["type"] == "plan")["units"]
        self.assertEqual([e["name"] for e in (events[0], events[-1])], ["evac-manage.run.start", "evac-manage.run.end"])
        told = [e for e in events if e["name"] == "evac-manage.unit"]
        last = {r["unit"]: r["state"] for r in journal if r["type"] == "outcome"}
        self.assertGreaterEqual(len(last), 3)
        self.assertEqual(sorted(e["attachments"][0]["content"]["unit"] for e in told), sorted(last))    # what was never begun tells nothing
        outcome = {"proved": "success", "applied": "pending", "failed": "failure", "unknown": "unknown"}
        for e in told:
            content = e["attachments"][0]["content"]
            self.assertEqual(e["outcome"], outcome[last[content["unit"]]])
            self.assertEqual(content["kind"], units[content["unit"]]["kind"])
            if content["kind"] == "evacuation":
                self.assertEqual(e["target"]["id"], units[content["unit"]]["instance"])
        for e in events:
            self.assertEqual(e["initiator"]["name"], "Ann O'Neil")
            self.assertEqual(e["attachments"][0]["content"]["run"], journal[0]["run"])
        self.assertEqual(journal[0]["operator"], "Ann O'Neil")
        reason = value("nova", "SELECT disabled_reason FROM services WHERE host = %s AND `binary` = 'nova-compute' AND deleted = 0", (A,))
        self.assertIn("Ann O'Neil", reason)

    def test_what_fails_is_a_warning(self):
        rows("cinder", "CREATE TRIGGER t_trail BEFORE UPDATE ON volumes FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'not now'", None)
        self.addCleanup(rows, "cinder", "DROP TRIGGER t_trail", None)
        result, events, lines = self.events("volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *GO)
        self.assertNotEqual(result.code, OK, str(result))
        self.assertEqual([e["outcome"] for e in events], ["pending", "failure", "failure"])
        self.assertIn("not now", events[1]["attachments"][0]["content"]["error"])
        self.assertEqual([line[:5] for line in lines], ["<157>", "<156>", "<156>"])

    def test_nobody_listens_and_nobody_asks(self):
        """No log daemon: the run is the same. A dry run tells nothing."""
        self.expect(self.tool.run("volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *GO), OK)
        _, events, _ = self.events("volume", "update_host", "--currenthost", B + "@ceph", "--newhost", A + "@ceph", "--dry-run")
        self.assertEqual(events, [])
        with open(self.tool.site, "a") as f:
            f.write("syslog = loud\n")
        self.expect(self.tool.run("volume", "list", "--host", A), 11, "'loud' is not a syslog facility", "authpriv")
