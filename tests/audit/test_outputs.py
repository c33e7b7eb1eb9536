# SPDX-License-Identifier: Apache-2.0
"""What the audit prints and writes, and what it does when something is in its way."""
import contextlib
import csv
import html.parser
import io
import json
import os
import re
import shlex
import signal
import subprocess
import threading
import time

import plants
from browser import Browser
from harness import (CONFIG, DB_UNREACHABLE, ENV, NOT_FOUND, OK, ROOT, USAGE, TestCase, heartbeats, numbers, rows, sandbox, value)

FINDINGS, INTERRUPTED = 3, 130
NASTY = "</script><!--<script>alert(1)</script>\"'&\x1b[31m\u202e\u2028evil"
UNASKED = {"evac_manage_audit_check_seconds", "evac_manage_audit_host_findings", "evac_manage_audit_duration_seconds"}     # no alert needs these
FORMULA = "=cmd|' /C calc'!A0"


class Page(html.parser.HTMLParser):
    """Tags and texts, as they are where no script runs."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)


class Outputs(TestCase):
    @classmethod
    def setUpClass(cls):
        sandbox("reset", "--rows")
        heartbeats(dead=())
        plants.foundation()
        plants.volume("plain", status="detaching")
        plants.volume(NASTY, status="detaching")
        plants.volume(FORMULA, status="detaching")
        plants.volume("nowhere", host=None, status="error")

    def setUp(self):
        super().setUp()
        heartbeats(dead=())

    def audit(self, *words, **more):
        return self.tool.run("audit", "run", "--settle-time", "1", *words, **more)

    def path(self, name):
        return os.path.join(self.tool.state, name)

    @contextlib.contextmanager
    def drawn(self, name):
        with contextlib.closing(Browser(1280, 900)) as browser:
            browser.open(self.path(name))
            yield browser

    def test_exit_code_follows_fail_on(self):
        self.expect(self.audit("volume-stuck"), FINDINGS)
        self.expect(self.audit("A20", "--fail-on", "high"), FINDINGS)
        self.expect(self.audit("A20", "--fail-on", "critical"), OK)
        self.expect(self.audit("A20", "--fail-on", "never"), OK)
        self.expect(self.audit("A33", "--fail-on", "low"), FINDINGS)
        self.expect(self.audit("A09", "--fail-on", "low"), OK, "findings: 0 critical")

    def test_words_that_are_wrong(self):
        self.expect(self.audit("volume-stock"), NOT_FOUND, "volume-stuck")
        self.expect(self.audit("--fail-on", "worst"), USAGE)
        self.expect(self.audit("A20", "-c", "nonsense"), USAGE)
        self.expect(self.audit("A20", "--baseline", "/nowhere"), CONFIG)
        self.expect(self.audit("A20", "--earlier", "/nowhere"), NOT_FOUND)

    def test_json_is_an_array_with_details(self):
        found = self.audit("A20", "-f", "json").json
        self.assertEqual(len(found), 3)
        self.assertEqual({f["details"]["name"] for f in found}, {"plain", NASTY, FORMULA})
        self.assertTrue(all(f["host"] == plants.LIVE and f["severity"] == "high" for f in found))

    def test_names_do_no_harm(self):
        text = self.audit("A20").out
        self.assertNotIn("\x1b", text)
        self.assertNotIn("\u202e", text)
        cells = [cell for row in csv.reader(io.StringIO(self.audit("A20", "-f", "csv").out)) for cell in row]
        self.assertFalse([c for c in cells if c[:1] in "=+-@" and c not in ("", "-")])
        self.audit("A20", "--html", self.path("p.html"))
        page = Page(open(self.path("p.html")).read())
        self.assertEqual([a.get("type") for t, a in page.tags if t == "script"], ["application/json", "application/json", None])
        self.assertEqual({t for t, a in page.tags}, set("html head meta link title style body header h1 span p main noscript ul li b br pre script".split()))
        self.assertFalse([a for t, a in page.tags if any(k.startswith("on") for k in a)])
        self.assertFalse([a for t, a in page.tags if a.get("src") or str(a.get("href", "")).startswith("http")])
        raw = open(self.path("p.html")).read()
        self.assertNotIn("\x1b", raw)
        self.assertNotIn("\u202e", raw)
        self.assertNotIn("\u2028", raw)
        report = raw.partition('<script type="application/json" id="report">')[2].partition("</script>")[0]
        self.assertNotIn("<", report)
        shown = NASTY.replace("\x1b", "\\x1b").replace("\u202e", "\\u202e").replace("\u2028", "\\u2028")
        self.assertEqual({f["details"]["name"] for f in json.loads(report)["findings"]}, {"plain", shown, FORMULA})

    def test_the_page_carries_the_saved_report(self):
        self.audit("A33", "--html", self.path("p.html"), "--save", self.path("r.json"))
        report = open(self.path("p.html")).read().partition('<script type="application/json" id="report">')[2].partition("</script>")[0]
        self.assertEqual(json.loads(report), json.load(open(self.path("r.json"))))

    def test_an_earlier_report_does_no_harm(self):
        self.audit("A20", "--save", self.path("1.json"))
        report = json.load(open(self.path("1.json")))
        report["started_at"] = report["findings"][0]["since"] = "<img src=x>" + NASTY
        with open(self.path("1.json"), "w") as f:
            json.dump(report, f)
        self.audit("A20", "--html", self.path("p.html"), "--earlier", self.path("1.json"))
        with self.drawn("p.html") as b:
            self.assertEqual(b.complaints(), [])
            self.assertEqual(b.js("return [document.querySelectorAll('script').length, document.querySelectorAll('img').length]"), [3, 0])
            self.assertEqual(b.js("return document.querySelector('#trend text[text-anchor=start]').textContent"), "<img src=x")

    def test_a_remedy_is_quoted_for_the_shell(self):
        rows("cinder", "UPDATE volumes SET host = %s, service_uuid = NULL WHERE display_name = 'plain'", ("x; rm -rf $HOME@ceph#ceph",))
        try:
            found = self.audit("A11", "-f", "json").json
            remedy = re.sub(r"\b(LIVE-HOST|BACKEND)\b", "other", found[0]["remedy"])
            words = subprocess.run(["bash", "-c", "evac-manage() { printf '%s\\n' \"$@\"; }; " + remedy], stdout=subprocess.PIPE, text=True, check=True).stdout
            self.assertIn("x; rm -rf $HOME@ceph", words.splitlines())
        finally:
            rows("cinder", "UPDATE volumes SET host = %s WHERE display_name = 'plain'", (plants.LIVE + "@ceph#ceph",))

    def test_metrics(self):
        self.audit("--prometheus", self.path("m.prom"))
        text = open(self.path("m.prom")).read()
        self.assertIn('evac_manage_audit_findings{check="volume-stuck",severity="high"} 3\n', text)
        self.assertIn('evac_manage_audit_findings{check="volume-attached-twice",severity="critical"} 0\n', text)
        self.assertIn('evac_manage_audit_check_ok{check="volume-stuck"} 1\n', text)
        for line in text.splitlines():
            self.assertRegex(line, r'^(# (HELP|TYPE) .*|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.]+)$')
        self.assertEqual(os.stat(self.path("m.prom")).st_mode & 0o777, 0o644)

    def test_the_alert_rules_ask_for_what_is_written(self):
        import yaml
        self.audit("--prometheus", self.path("m.prom"))
        labels = {}
        for line in open(self.path("m.prom")):
            if not line.startswith("#"):
                name, _, rest = re.match(r"([a-z_]+)(\{(.*)\})?", line).groups()
                labels.setdefault(name, {}).update(dict(re.findall(r'([a-z]+)="([^"]*)"', rest or "")))
        with open(os.path.join(ROOT, "docs", "audit-alerts.yml")) as f:
            groups = yaml.safe_load(f)["groups"]
        asked = set()
        for rule in [r for g in groups for r in g["rules"]]:
            self.assertTrue(rule["alert"] and rule["labels"]["severity"] and rule["annotations"]["summary"], rule)
            for name, _, wanted in re.findall(r"(evac_manage_[a-z_]+)(\{([^}]*)\})?", rule["expr"]):
                asked.add(name)
                self.assertIn(name, labels, rule["alert"])
                for label, value_ in re.findall(r'([a-z]+)="([^"]*)"', wanted):
                    self.assertIn(label, labels[name], rule["alert"])
                    self.assertIn('%s="%s"' % (label, value_), open(self.path("m.prom")).read())
            for label in re.findall(r"\$labels\.([a-z]+)", str(rule["annotations"])):
                self.assertTrue("by (instance, %s)" % label in rule["expr"] or "sum" not in rule["expr"], rule["alert"])
            self.assertEqual(rule["expr"].count("("), rule["expr"].count(")"))
        self.assertEqual(set(labels) - asked, UNASKED)

    def test_the_unit_runs_what_there_is(self):
        """Its command line is taken, and the files that it names are those of the timer and of docs/audit.md."""
        unit = open(os.path.join(ROOT, "docs", "systemd", "evac-manage-audit.service")).read()
        words = shlex.split(re.search(r"(?ms)^ExecStart=(.*?[^\\])$", unit).group(1).replace("\\\n", " "))
        self.assertEqual(words[0], "/usr/bin/evac-manage")
        there = {"/etc/evac-manage/audit.cnf": "audit.cnf", "/etc/evac-manage/audit.baseline": "audit.baseline", "/var/lib/evac-manage-audit/reports": "reports",
                 "/var/lib/evac-manage-audit/index.html": "index.html", "/var/lib/prometheus/node-exporter/evac-manage-audit.prom": "m.prom"}
        self.assertEqual({w for w in words[1:] if w.startswith("/")}, set(there))
        os.mkdir(self.path("reports"))
        open(self.path("audit.baseline"), "w").close()
        with open(self.path("audit.cnf"), "w") as f:
            f.write("[evac-manage]\nuser = %s\npassword = %s\n" % (ENV["SB_DB_ADMIN"], ENV["SB_DB_ADMIN_PASS"]))
        os.chmod(self.path("audit.cnf"), 0o600)
        r = self.tool.run(*[self.path(there[w]) if w in there else w for w in words[1:]], "--no-second-look")
        self.assertIn(r.code, (OK, FINDINGS), str(r))
        self.assertIn("SuccessExitStatus=%d\n" % FINDINGS, unit)
        self.assertEqual(len(os.listdir(self.path("reports"))), 1)
        self.assertTrue(os.path.getsize(self.path("index.html")) and os.path.getsize(self.path("m.prom")))

    def test_a_baseline_knows_until_its_day(self):
        with open(self.path("b"), "w") as f:
            f.write("# known\nvolume-stuck %s 2999-01-01 ticket 1\nA20 %s 2020-01-01 ticket 2\n" % (plants.u("plain"), plants.u(NASTY)))
        r = self.expect(self.audit("A20", "--baseline", self.path("b")), FINDINGS, "1 are in the baseline", "has expired")
        self.assertNotIn(plants.u("plain"), r.out)
        self.assertIn(plants.u(NASTY), r.out)
        with open(self.path("b"), "w") as f:
            f.write("volume-stuck * 2999-01-01 all of them\n")
        self.expect(self.audit("A20", "--baseline", self.path("b")), OK)
        for bad in ("volume-stock * 2999-01-01\n", "volume-stuck * soon\n", "volume-stuck\n"):
            with open(self.path("b"), "w") as f:
                f.write("\n" + bad)
            self.expect(self.audit("A20", "--baseline", self.path("b")), CONFIG, ":2:")

    def test_diff_says_new_gone_and_since_when(self):
        self.audit("A20", "--save", self.path("1.json"))
        rows("cinder", "UPDATE volumes SET status = 'available' WHERE display_name = 'plain'")
        other = plants.volume("another %f" % time.time(), status="detaching")
        time.sleep(0.01)
        try:
            self.audit("A20", "--save", self.path("2.json"), "--earlier", self.path("1.json"))
            self.audit("A33", "--save", self.path("3.json"))
        finally:
            rows("cinder", "UPDATE volumes SET status = 'detaching' WHERE display_name = 'plain'")
            rows("cinder", "DELETE FROM volumes WHERE id = %s", (other,))
        one, two = (json.load(open(self.path(n))) for n in ("1.json", "2.json"))
        diff = {d["subject"]: d for d in self.tool.run("audit", "diff", self.path("1.json"), self.path("2.json"), "-f", "json").json}
        self.assertEqual(diff[plants.u("plain")]["change"], "gone")
        self.assertEqual(diff[other]["change"], "new")
        self.assertEqual((diff[plants.u(NASTY)]["change"], diff[plants.u(NASTY)]["since"]), ("still there", one["started_at"]))
        since = {f["subject"]: f["since"] for f in two["findings"]}
        self.assertEqual((since[plants.u(NASTY)], since[other]), (one["started_at"], two["started_at"]))
        diff = self.tool.run("audit", "diff", self.path("1.json"), self.path("3.json"), "-f", "json").json
        self.assertEqual({d["change"] for d in diff if d["check"] == "volume-stuck"}, {"not looked for"})

    def test_diff_of_what_is_no_report(self):
        for text in ("", "{", "{}", "[1]", '{"schema": "evac-manage-audit/1"}', '[{"check": "a", "subject": "b", "severity": "c"}]'):
            with open(self.path("x"), "w") as f:
                f.write(text)
            self.expect(self.tool.run("audit", "diff", self.path("x"), self.path("x")), CONFIG)
        self.expect(self.tool.run("audit", "diff", self.path("x")), USAGE)

    def test_the_page_has_a_trend_when_earlier_reports_are_given(self):
        self.audit("A20", "--save", self.path("1.json"))
        self.audit("A20", "--html", self.path("p.html"), "--earlier", self.path("1.json"))
        with self.drawn("p.html") as b:
            self.assertEqual(b.js("return document.querySelectorAll('#trend').length"), 1)
            self.assertEqual(b.js("return document.querySelectorAll('.heat').length"), 1)

    def test_a_directory_keeps_the_reports_and_knows_since_when(self):
        reports = self.path("reports")
        os.mkdir(reports)
        for _ in range(3):
            self.audit("A20", "--max-findings", "1", "--earlier", reports, "--save", reports, "--html", self.path("p.html"))
        names = sorted(os.listdir(reports))
        self.assertEqual(len(names), 3)
        made = [json.load(open(os.path.join(reports, n))) for n in names]
        self.assertEqual([n[:-len(".json")] for n in names], [m["started_at"] for m in made])
        self.assertEqual({f["since"] for f in made[2]["findings"]}, {made[0]["started_at"]})
        with self.drawn("p.html") as b:
            heights = b.js("return [...document.querySelectorAll('.dot.high')].map(dot => dot.getAttribute('cy'))")
        self.assertEqual(len(heights), 3)
        # three were found each time, though one is listed
        self.assertEqual(len(set(heights)), 1)

    def test_more_findings_than_are_listed_are_counted(self):
        r = self.expect(self.audit("A20", "--max-findings", "1"), FINDINGS, "3 high", "more than are listed")
        self.assertEqual(len(self.audit("A20", "--max-findings", "1", "-f", "json").json), 1)
        self.assertIn("--max-findings", r.out)

    def test_a_server_is_asked_for_its_load_once_a_second_whatever_is_read_there(self):
        def asked():
            return int(rows("mysql", "SHOW GLOBAL STATUS LIKE 'Com_show_status'")[0]["Value"])
        before, began = asked(), time.monotonic()
        self.assertIn(self.audit("--fail-on", "never").code, (OK, FINDINGS))
        n, took = asked() - before - 1, time.monotonic() - began   # one of them is ours
        self.assertGreaterEqual(n, 1)
        self.assertLessEqual(n, took + 2)

    def test_rows_in_motion_are_looked_at_twice(self):
        vid = plants.volume("moving %f" % time.time(), status="in-use", updated_at=value("cinder", "SELECT UTC_TIMESTAMP()"))
        self.assertIn(vid, self.audit("A02").out)
        def settle():
            time.sleep(1)
            rows("cinder", "UPDATE volumes SET status = 'available' WHERE id = %s", (vid,))
        for check in ("A01", "A02"):
            rows("cinder", "UPDATE volumes SET status = 'in-use', updated_at = UTC_TIMESTAMP() WHERE id = %s", (vid,))
            other = threading.Thread(target=settle)
            other.start()
            r = self.tool.run("audit", "run", check, "--settle-time", "3")
            other.join()
            self.expect(r, OK, "1 more were gone at the second look")
            self.assertNotIn(vid, r.out)
        rows("cinder", "UPDATE volumes SET status = 'in-use', updated_at = UTC_TIMESTAMP() WHERE id = %s", (vid,))
        self.assertIn(vid, self.audit("A02", "--no-second-look").out)
        rows("cinder", "DELETE FROM volumes WHERE id = %s", (vid,))

    def test_a_check_that_takes_too_long_is_reported_and_the_others_go_on(self):
        # a lock that keeps readers out: the statement waits until its time is over
        import pymysql
        lock = pymysql.connect(host="127.0.0.1", port=int(ENV["SB_DB_PORT"]), user=ENV["SB_DB_ADMIN"],
                               password=ENV["SB_DB_ADMIN_PASS"], database="cinder")
        lock.cursor().execute("LOCK TABLES backups WRITE")
        try:
            began = time.monotonic()
            r = self.audit("A20", "A28", "--check-timeout", "2", "-f", "json")
            self.assertLess(time.monotonic() - began, 20)
        finally:
            lock.close()
        self.expect(r, FINDINGS)
        self.assertEqual({(f["check"], f["subject"]) for f in r.json if f["check"] != "volume-stuck"},
                         {("check-not-run", "backup-chain-broken")})
        self.assertEqual(len([f for f in r.json if f["check"] == "volume-stuck"]), 3)

    def test_rows_that_wait_for_the_other_side_are_not_lost(self):
        # a side's rows are more than the sockets hold, and the other side waits for a lock for longer than the server waits for a reader
        import pymysql
        kind = value("cinder", "SELECT MIN(id) FROM volume_types")
        before = value("mysql", "SELECT @@GLOBAL.net_write_timeout")
        rows("cinder", "INSERT INTO volumes (created_at, updated_at, deleted, id, status, display_name, volume_type_id, use_quota) SELECT UTC_TIMESTAMP(), UTC_TIMESTAMP(), 0,"
             " CONCAT('waits-', LPAD(n.seq, 8, '0')), 'in-use', REPEAT('n', 255), %s, 1 FROM " + numbers(40000) + " AS n", (kind,))
        lock = pymysql.connect(host="127.0.0.1", port=int(ENV["SB_DB_PORT"]), user=ENV["SB_DB_ADMIN"], password=ENV["SB_DB_ADMIN_PASS"], database="nova")
        lock.cursor().execute("LOCK TABLES block_device_mapping WRITE")
        ended = threading.Timer(6, lock.close)
        ended.start()
        rows("mysql", "SET GLOBAL net_write_timeout = 1")
        try:
            r = self.audit("A01", "--no-second-look", "--fail-on", "never", "-f", "json")
        finally:
            rows("mysql", "SET GLOBAL net_write_timeout = %s", (before,))
            ended.join()
            rows("cinder", "DELETE FROM volumes WHERE id LIKE 'waits-%%'")
        self.assertEqual({f["check"] for f in self.expect(r, OK).json}, {"volume-without-bdm"})

    def test_a_long_audit_does_not_take_hosts_for_dead(self):
        # the snapshot stands still while the clock goes on: a check waits for a lock, and the heartbeats age
        import pymysql
        conf = self.path("down.conf")
        with open(conf, "w") as f:
            f.write("[DEFAULT]\nservice_down_time = 6\n")
        self.tool.nova = [*self.tool.nova, conf]
        plants.instance("aging")
        lock = pymysql.connect(host="127.0.0.1", port=int(ENV["SB_DB_PORT"]), user=ENV["SB_DB_ADMIN"], password=ENV["SB_DB_ADMIN_PASS"], database="cinder")
        lock.cursor().execute("LOCK TABLES backups WRITE")
        try:
            rows("nova", "UPDATE services SET last_seen_up = UTC_TIMESTAMP() WHERE host = %s", (plants.LIVE,))
            r = self.audit("A28", "N02", "--check-timeout", "8", "-f", "json", "--fail-on", "never")
        finally:
            lock.close()
        self.assertIn("backup-chain-broken", [f["subject"] for f in r.json])
        self.assertNotIn(plants.LIVE, [f["subject"] for f in r.json if f["check"] == "instances-host-down"])

    def test_a_busy_server_is_waited_for_and_then_said(self):
        r = self.audit("A20", "--max-load", "1", "--check-timeout", "2", "-f", "json")
        # one statement is our own; where nothing else runs the brake stays open
        self.assertIn(r.code, (OK, FINDINGS))
        others = [__import__("subprocess").Popen([*self.sql_client(), "-e", "SELECT SLEEP(8)"]) for _ in range(3)]
        time.sleep(0.5)
        try:
            r = self.audit("A20", "--max-load", "2", "--check-timeout", "2", "-f", "json")
        finally:
            for o in others:
                o.kill()
                o.wait()
        self.assertEqual([f["check"] for f in r.json], ["check-not-run"])
        self.assertIn("--max-load", r.json[0]["message"])

    def test_a_server_is_asked_for_its_load_once_a_second(self):
        rows("mysql", "SET GLOBAL log_output = 'TABLE'")
        rows("mysql", "TRUNCATE mysql.general_log")
        rows("mysql", "SET GLOBAL general_log = 1")
        began = time.monotonic()
        try:
            self.audit("--fail-on", "never", "--no-second-look", "-f", "json")
        finally:
            took = time.monotonic() - began
            rows("mysql", "SET GLOBAL general_log = 0")
        asked = rows("mysql", "SELECT argument FROM mysql.general_log WHERE command_type = 'Execute' AND argument LIKE %s",
                     ("%SHOW GLOBAL STATUS%Threads_running%",))
        self.assertGreaterEqual(len(asked), 1)
        self.assertLessEqual(len(asked), 1 + took)

    def sql_client(self):
        return ["mariadb", "--defaults-file=" + ENV["SB_DB_ADMIN_FILE"]]

    def test_a_database_that_is_named_must_answer(self):
        conf = self.path("cinder.conf")
        with open(conf, "w") as f:
            f.write("[database]\nconnection = mysql+pymysql://x:y@127.0.0.1:1/cinder\n")
        self.tool.cinder = [conf]
        self.expect(self.audit("A20"), DB_UNREACHABLE)

    def test_the_replica_is_read_unless_the_primary_is_asked_for(self):
        conf = self.path("cinder.conf")
        with open(ENV["SB_CINDER_CONF"]) as f:
            text = f.read()
        with open(conf, "w") as f:
            f.write(re.sub(r"(?m)^(connection = .*)$", r"connection = mysql+pymysql://x:y@127.0.0.1:1/cinder\nslave_\1", text))
        self.tool.cinder = [conf]
        self.expect(self.audit("A17", "--fail-on", "medium"), FINDINGS, "volume-without-pool", "replica-lag-unknown")
        self.expect(self.audit("A17", "--primary"), DB_UNREACHABLE)

    def test_cinder_alone(self):
        self.tool.nova = []
        r = self.expect(self.audit("--fail-on", "never"), OK, "not applicable to these databases")
        self.assertIn("volume-stuck", r.out)

    def test_an_account_that_may_only_read_is_enough(self):
        """With exactly the rights that grants --read-only prints, every check runs."""
        account = "aud_reader@127.0.0.1"
        rows("mysql", "DROP USER IF EXISTS aud_reader@'127.0.0.1'")
        rows("mysql", "CREATE USER aud_reader@'127.0.0.1' IDENTIFIED BY 'aud'")
        lines = self.expect(self.tool.run("grants", "--read-only", "--account", account), OK).out.splitlines()
        for line in lines:
            if not line.startswith("-- "):      # a table that other releases have
                self.assertRegex(line, r"^(GRANT SELECT (\([^)]+\) )?ON|CREATE USER IF NOT EXISTS) ")
                rows("mysql", line)
        with open(self.path("login"), "w") as f:
            f.write("[evac-manage]\nuser = aud_reader\npassword = aud\n")
        os.chmod(self.path("login"), 0o600)
        plants.on_ceph("a disk that S01 to S03 ask for")
        r = self.audit("--defaults-file", self.path("login"), "--placement-config-file", ENV["SB_PLACEMENT_CONF"], "--neutron-config-file", ENV["SB_NEUTRON_CONF"], "-f", "json", "--fail-on", "never",
                       "--save", self.path("r.json"), env=plants.cluster(self.tool))
        self.expect(r, OK)
        outcomes = {c["check"]: c["outcome"] for c in json.load(open(self.path("r.json")))["checks"]}
        self.assertEqual({c for c, o in outcomes.items() if o != "done"}, {"instance-compute-id"})
        self.assertIn("volume-stuck", [f["check"] for f in r.json])

    def last_word(self, name):
        """Of a whole file: what is found may be another thing every second, how it ends is not."""
        with open(self.path(name)) as f:
            text = f.read()
        if name.endswith(".json"):
            return sorted(json.loads(text))
        self.assertTrue(text.endswith("\n"), name)
        return text.splitlines()[-1].split("{")[0].split(" ")[0]

    def test_an_interrupt_at_any_time_leaves_no_half_written_file(self):
        names = ("r.json", "p.html", "m.prom")
        words = ["audit", "run", "--settle-time", "1", "--no-second-look", "--save", self.path(names[0]), "--html", self.path(names[1]), "--prometheus",
                 self.path(names[2])]
        began = time.monotonic()
        self.tool.run(*words)
        took = time.monotonic() - began
        last = {n: self.last_word(n) for n in names}
        before = set(os.listdir(self.tool.state))
        interrupted = 0
        for i in range(60):
            for n in names:
                os.unlink(self.path(n)) if os.path.exists(self.path(n)) else None
            p = self.tool.start(*words)
            time.sleep(took * (i + 1) / 60)
            p.send_signal(signal.SIGINT)
            p.communicate()
            interrupted += p.returncode == INTERRUPTED
            self.assertIn(p.returncode, (INTERRUPTED, FINDINGS, -signal.SIGINT))
            self.assertEqual(set(os.listdir(self.tool.state)) - before, set())
            for n in names:
                if os.path.exists(self.path(n)):
                    self.assertEqual(self.last_word(n), last[n], n)
        self.assertGreater(interrupted, 0)   # how many depends on the machine; each was looked at
