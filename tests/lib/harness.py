# SPDX-License-Identifier: Apache-2.0
"""What the integration and end-to-end tests stand on: the sandbox, its databases and the tool as an operator runs it.

EVAC_MANAGE names the binary under test (build/evac-manage); EVAC_SANDBOX and EVAC_SANDBOX_PORT choose the sandbox.
"""
import contextlib
import fnmatch
import http.server
import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.parse

import pymysql

import pasted
import kept
import schemas

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SANDBOX = os.path.join(ROOT, "tests", "sandbox", "sandbox")
TOOL = os.environ.get("EVAC_MANAGE", os.path.join(ROOT, "build", "evac-manage"))
FENCED = ["--fenced", "the test pulled the plug"]
os.environ["LANGUAGE"] = "en"  # whatever the locale of who runs the tests: they read English

# exit codes, by name: docs/exit-codes.md
OK, ERROR, USAGE, NOT_FOUND, REFUSED, PARTIAL, DRIFT = 0, 1, 2, 4, 5, 6, 7
CONFIG, DB_UNREACHABLE, BUS_UNREACHABLE, TIMEOUT = 11, 12, 13, 14


def sandbox(*words):
    done = subprocess.run([SANDBOX, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise RuntimeError("sandbox %s: exit %d\n%s" % (" ".join(words), done.returncode, done.stdout))
    return done.stdout


def environment():
    values = {}
    for line in sandbox("env").splitlines():
        name, _, value = line.partition("=")
        values[name] = (shlex.split(value) or [""])[0]
    return values


ENV = environment()
A, B, C = ENV["SB_HOST_A"], ENV["SB_HOST_B"], ENV["SB_HOST_C"]
SECRETS = [ENV[k] for k in ("SB_DB_NOVA_PASS", "SB_DB_CINDER_PASS", "SB_DB_NEUTRON_PASS", "SB_DB_KEYSTONE_PASS", "SB_SERVICE_PASS", "SB_AMQP_PASS")]


def address_of_ours(n):
    """For documents, so nobody's; another one for each sandbox, of which several may run: who takes it off this machine takes it from its own tests. n: 0 to 3."""
    return "198.51.100.%d" % (int(ENV["EVAC_SANDBOX_PORT"]) // 1000 * 4 % 252 + n)


def slow_disk(record, seconds):
    """The environment of a tool whose disk takes so long for the first sync behind a record with that in it (slow_disk.c)."""
    return {**os.environ, "LD_PRELOAD": os.path.join(os.path.dirname(TOOL), "tests", "fake", "slow_disk.so"), "SLOW_RECORD": record, "SLOW_S": str(seconds)}


def connect(database, **more):
    """As the sandbox's administrator."""
    return pymysql.connect(**{**dict(host="127.0.0.1", port=int(ENV["SB_DB_PORT"]), user=ENV["SB_DB_ADMIN"], password=ENV["SB_DB_ADMIN_PASS"],
                                     database=database, autocommit=True, charset="utf8mb4"), **more})


def rows(database, statement, params=(), settings=None):
    """A list of dicts; the settings are those of a SET before it."""
    connection = connect(database, cursorclass=pymysql.cursors.DictCursor)
    try:
        with connection.cursor() as cursor:
            if settings:
                cursor.execute("SET " + settings)
            cursor.execute(statement, params)
            return list(cursor.fetchall()) if cursor.description else cursor.rowcount
    finally:
        connection.close()


def value(database, statement, params=()):
    return next(iter(rows(database, statement, params)[0].values()))


def make_account(account, password):
    """Anew, without any right. In words that MariaDB and MySQL both have."""
    rows("mysql", "DROP USER IF EXISTS " + account)
    rows("mysql", "CREATE USER %s IDENTIFIED BY %%s" % account, (password,))


def numbers(n):
    """1 to n in a column "seq", to select from."""
    digits = range(len(str(n)))
    tables = ", ".join("(SELECT 0 AS n%s) AS d%d" % ("".join(" UNION ALL SELECT %d" % i for i in range(1, 10)), d) for d in digits)
    value = " + ".join("%d * d%d.n" % (10 ** d, d) for d in digits)
    return "(SELECT 1 + %s AS seq FROM %s WHERE %s < %d)" % (value, tables, value, n)


# Everything that the tool could ever write, without what the services themselves keep moving.
WATCHED = {
    "cinder": ["volumes", "backups", "groups", "consistencygroups", "image_volume_cache_entries", "workers",
               "volume_attachment"],
    "nova": ["instances", "migrations", "instance_actions", "block_device_mapping"],
    "nova_api": ["request_specs", "instance_mappings", "host_mappings"],
}


class Snapshot:
    """Rows as they were; assertEqual() of two says where they differ."""

    def __init__(self, rows):
        self.rows = rows

    def __eq__(self, other):
        return self.rows == other.rows

    def differences(self, other):
        found = []
        for place in sorted(set(self.rows) | set(other.rows)):
            mine, theirs = self.rows.get(place), other.rows.get(place)
            if mine is None or theirs is None:
                found.append("%s: %s" % (place, "gone" if theirs is None else "new"))
            else:
                found += ["%s: %s was %r, is %r" % (place, k, mine[k], theirs[k]) for k in mine if mine[k] != theirs[k]]
        return found


SERVICES = {"cinder": "id, host, disabled, disabled_reason, deleted", "nova": "id, host, disabled, disabled_reason, forced_down, deleted"}


def checksum(only=None):
    """The rows that matter: the same before and after whatever changed nothing."""
    seen = {}
    for database, tables in sorted(WATCHED.items()):
        if only and database != only:
            continue
        for table in tables:
            same = {}
            for row in rows(database, "SELECT * FROM `%s` ORDER BY 1, id" % table):
                key = str(row.get("id", next(iter(row.values()))))
                same[key] = same.get(key, 0) + 1
                seen["%s.%s %s.%d" % (database, table, key, same[key])] = row
    for database, columns in SERVICES.items():
        for row in rows(database, "SELECT %s FROM services ORDER BY id" % columns):
            seen["%s.services %s" % (database, row["id"])] = row
    return Snapshot(seen)


def heartbeats(alive=(B, C, ENV["SB_CONTROLLER"]), dead=(A,)):
    """For the light sandbox, where nobody reports: who is up and who is down, by the database's clock."""
    for host in alive:
        rows("cinder", "UPDATE services SET updated_at = UTC_TIMESTAMP() WHERE BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s",
             (host,))
        rows("nova", "UPDATE services SET last_seen_up = UTC_TIMESTAMP() WHERE BINARY host = BINARY %s", (host,))
        rows("nova_cell0", "UPDATE services SET last_seen_up = UTC_TIMESTAMP() WHERE BINARY host = BINARY %s", (host,))
        rows("neutron", "UPDATE agents SET heartbeat_timestamp = UTC_TIMESTAMP() WHERE BINARY host = BINARY %s", (host,))
    for host in dead:
        rows("neutron", "UPDATE agents SET heartbeat_timestamp = UTC_TIMESTAMP() - INTERVAL 1 HOUR WHERE BINARY host = BINARY %s", (host,))
        rows("cinder", "UPDATE services SET updated_at = UTC_TIMESTAMP() - INTERVAL 1 HOUR"
             " WHERE BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s", (host,))
        rows("nova", "UPDATE services SET last_seen_up = UTC_TIMESTAMP() - INTERVAL 1 HOUR WHERE BINARY host = BINARY %s",
             (host,))


owed = [0.0]  # of time that the heartbeats have not been given yet: they are whole seconds


def stand_still(seconds):
    """Nobody reports in the light sandbox: who lived before this time passed still does."""
    owed[0] += seconds
    if owed[0] < 1:
        return
    with contextlib.suppress(pymysql.err.OperationalError):  # a test may have its server away
        for database, column in (("cinder", "updated_at"), ("nova", "last_seen_up"), ("nova_cell0", "last_seen_up")):
            rows(database, "UPDATE services SET {0} = {0} + INTERVAL %s SECOND WHERE {0} < UTC_TIMESTAMP()".format(column), (int(owed[0]),))
        rows("neutron", "UPDATE agents SET heartbeat_timestamp = heartbeat_timestamp + INTERVAL %s SECOND"
             " WHERE heartbeat_timestamp < UTC_TIMESTAMP()", (int(owed[0]),))
    owed[0] -= int(owed[0])


class Service:
    """Answers a GET as a service of the cloud would, or as one that is ill: `status` and what it has heard. 0: takes the connection and hangs."""

    def __init__(self, status=200, port=0, tls=None):
        service = self

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                service.heard.append((self.path, dict(self.headers)))
                if not service.status:
                    service.over.wait(60)
                    return
                self.send_response(service.status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *args):
                pass

        self.status, self.heard, self.over = status, [], threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer)
        self.server.daemon_threads, self.server.block_on_close = True, False
        self.server.handle_error = lambda *args: None  # a client that is gone
        if tls:
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = "http%s://127.0.0.1:%d/" % ("s" if tls else "", self.port)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()


# what nova.conf leaves to keystone's catalog, which most tests do not read
ADDRESSES = {"placement_url": ENV["SB_PLACEMENT_URL"], "neutron_url": ENV["SB_NEUTRON_URL"], "cinder_url": ENV["SB_CINDER_URL"]}
SITE = "[site]\nshared_disks = true\n" + "".join("%s = %s\n" % a for a in ADDRESSES.items())


def stand_for_services():
    """The light sandbox has no API: something answers where they would be, as long as these tests run."""
    for url in (ENV["SB_KEYSTONE_URL"], *ADDRESSES.values()):
        with contextlib.suppress(OSError):  # the whole cloud has its own
            Service(port=urllib.parse.urlsplit(url).port)


stand_for_services()


class Result:
    def __init__(self, words, code, out, err):
        self.words, self.code, self.out, self.err = words, code, out, err

    @property
    def json(self):
        return json.loads(self.out)

    def findings(self):
        return [f["code"] for f in self.json["findings"]]

    def __str__(self):
        return "%s\nexit %s\n--- stdout\n%s\n--- stderr\n%s" % (" ".join(self.words), self.code, self.out, self.err)


PASTER = pasted.Paster(TOOL)


class Tool:
    """evac-manage with the sandbox's configuration; every one has its own state directory."""

    types = True  # what is printed to be typed is typed
    keeps_real_journals = True  # none that a test made up
    computes_wait = False       # in the light sandbox there are none that could
    made = []                   # in this test: a second operator's, and those that came before it in a loop

    def __init__(self):
        self.made.append(self)
        self.state = tempfile.mkdtemp(prefix="evac-manage-state.")
        self.nova = [ENV["SB_NOVA_CONF"], ENV["SB_NOVA_DB_CONF"]]
        self.cinder = [ENV["SB_CINDER_CONF"]]
        self.neutron = [ENV["SB_NEUTRON_CONF"]]
        self.site = os.path.join(self.state, "site.conf")
        with open(self.site, "w") as f:
            f.write(SITE + "computes_wait_for_ports = %s\n" % str(self.computes_wait).lower())
        self.said = []   # all that was ever printed, for the search for passwords
        self.prefix = []
        self.hints_that_fail = []
        self.against_schemas = []

    def command(self, *words):
        end = words.index("--") if "--" in words else len(words)
        command = [*self.prefix, TOOL, *words[:end], "--state-dir", self.state, "--config", self.site]
        for f in self.nova:
            command += ["--nova-config-file", f]
        for f in self.cinder:
            command += ["--cinder-config-file", f]
        for f in self.neutron:
            command += ["--neutron-config-file", f]
        return [*command, *words[end:]]

    def run(self, *words, stdin=subprocess.DEVNULL, timeout=300, **more):
        command = self.command(*words)
        began = time.monotonic()
        done = subprocess.run(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout, **more)
        out, err = done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")
        self.said += [out, err]
        result = Result(command, done.returncode, out, err)
        self.against_schemas += schemas.of_output(words, out) + schemas.of_log(words, err) + schemas.of_saved(words)
        self.paste(result, time.monotonic() - began)
        return result

    def paste(self, result, took):
        """What it told somebody to type is typed, in the state that it was told in; but who lived when a long run began counts as down by now."""
        said = result.out + result.err + (" target-down mass-failure" if took > 5 else "")
        for printed in pasted.commands_of(result.out, result.err) if self.types else ():
            began = time.monotonic()
            wrong = PASTER.paste(printed, said)
            if wrong:
                self.hints_that_fail.append("%s\n  %s\n  printed by: %s" % (printed.command, wrong.strip().replace("\n", "\n  "), " ".join(result.words)))
            stand_still(time.monotonic() - began)

    def start(self, *words, env=None):
        # who runs us in the background ignores Ctrl-C, and a child would
        return subprocess.Popen(self.command(*words), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=env,
                                stderr=subprocess.PIPE, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))

    def journals(self):
        directory = os.path.join(self.state, "journal")
        if not os.path.isdir(directory):
            return []
        return [[json.loads(line) for line in open(os.path.join(directory, name)) if line.endswith("\n")]
                for name in sorted(os.listdir(directory)) if not name.startswith(".")]  # a dot: not yet a journal


class TestCase(unittest.TestCase):
    longMessage = True
    maxDiff = None

    def setUp(self):
        self.addTypeEqualityFunc(Snapshot, self.same_rows)
        Tool.made.clear()
        self.tool = Tool()
        self.addCleanup(lambda: self.assertFalse(self.tool.hints_that_fail, "\n".join(["printed to be typed, and does not do:", *self.tool.hints_that_fail])))
        self.addCleanup(self.documents_are_as_promised)
        self.addCleanup(lambda: [kept.keep(tool.state, self.id()) for tool in Tool.made])

    def documents_are_as_promised(self):
        """docs/schema/README.md"""
        wrong = [w for tool in Tool.made for w in tool.against_schemas + (schemas.of_journals(tool.state) if tool.keeps_real_journals else [])]
        self.assertFalse(wrong, "\n".join(["not as docs/schema says:", *sorted(set(wrong))[:20]]))

    def same_rows(self, before, now, msg=None):
        if before != now:
            self.fail(self._formatMessage(msg, "rows have changed:\n" + "\n".join(before.differences(now)[:40])))

    def expect(self, result, code, *texts):
        self.assertEqual(result.code, code, str(result))
        for text in texts:
            self.assertIn(text, result.out + result.err, str(result))
        return result

    def rewrite(self, path, pattern, replacement):
        """A copy of a configuration file with every match replaced; there must be one."""
        text = open(path).read()
        changed = re.sub(pattern, replacement, text)
        self.assertNotEqual(text, changed, pattern)
        copy = os.path.join(self.tool.state, os.path.basename(path))
        with open(copy, "w") as f:
            f.write(changed)
        return copy

    def unchanged(self, before):
        self.assertEqual(before, checksum(), "rows were changed")


class Conductor:
    """Takes casts where nova-conductor would, and keeps them: for the light sandbox, which has none. It does nothing with them."""

    def __init__(self):
        import amqp
        self.casts, self.stopping, self.thread = [], False, None
        self.connection = amqp.Connection("127.0.0.1:%s" % ENV["SB_AMQP_PORT"], userid=ENV["SB_AMQP_USER"],
                                          password=ENV["SB_AMQP_PASS"])
        self.connection.connect()
        self.channel = self.connection.channel()
        self.channel.exchange_declare("nova", "topic", durable=False, auto_delete=False)
        quorum = os.environ.get("EVAC_QUEUES") == "quorum"
        self.channel.queue_declare("conductor", durable=quorum, auto_delete=False, arguments={"x-queue-type": "quorum"} if quorum else None)
        self.channel.queue_bind("conductor", "nova", "conductor")
        self.channel.queue_purge("conductor")
        self.tag = self.channel.basic_consume("conductor", no_ack=True, callback=self._got)
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _got(self, message):
        self.casts.append((message, json.loads(json.loads(message.body)["oslo.message"])))

    def _listen(self):
        while not self.stopping:
            try:
                self.connection.drain_events(timeout=0.1)
            except socket.timeout:
                pass

    def _halt(self):
        self.stopping = True
        if self.thread:
            self.thread.join()
        self.thread = None

    def wait_for(self, n, seconds=10):
        end = time.monotonic() + seconds
        while len(self.casts) < n and time.monotonic() < end:
            time.sleep(0.02)
        return self.casts

    def stop_listening(self):
        self._halt()
        if self.tag:
            self.channel.basic_cancel(self.tag)
        self.tag = None

    def unbind(self):
        """The queue is there and read, but nothing leads to it: a cast comes back."""
        self._halt()
        self.channel.queue_unbind("conductor", "nova", "conductor")

    def close(self):
        if not self.connection:
            return
        self.stop_listening()
        self.channel.queue_delete("conductor")
        self.connection.close()
        self.connection = None


TAKEN = os.environ.get("TESTS_TAKEN")


def mine(name):
    """Beside other runs of the same tests (the lanes of tests/check): each file is whose who takes it first."""
    if not TAKEN:
        return True
    with contextlib.suppress(FileExistsError):
        os.mkdir(os.path.join(TAKEN, name))
        return True
    return False


class TimedResult(unittest.TextTestResult):
    """Says of each test how long it took: who makes the whole faster looks for those that wait."""

    def startTest(self, test):
        self.began = time.monotonic()
        super().startTest(test)

    passed = 0   # testsRun less the bad ones is not it: one that fails and errs in its cleanup as well is there twice, a class that errs has no test

    def addSuccess(self, test):
        unittest.TestResult.addSuccess(self, test)
        self.passed += 1
        self.stream.writeln("ok, %.1f s" % (time.monotonic() - self.began))
        self.stream.flush()


def main(directory, first=()):
    """Runs every test_*.py of a directory and ends with a line that says how many passed. ${first}: the long ones, which nobody shall
    take when all others are done."""
    wanted = sys.argv[1] if len(sys.argv) > 1 else "test_*.py"
    passed = failed = 0
    long = ["test_%s.py" % name for name in first]
    for name in sorted(fnmatch.filter(os.listdir(directory), wanted), key=lambda name: (name not in long, name)):
        if not mine(name):
            continue
        suite = unittest.defaultTestLoader.discover(directory, pattern=name)
        result = unittest.TextTestRunner(verbosity=2, stream=sys.stdout, resultclass=TimedResult).run(suite)
        bad, skipped = len(result.failures) + len(result.errors), len(result.skipped)
        passed += result.passed
        failed += bad + (skipped if os.environ.get("CI") else 0)  # nothing is left out there
    print("%d passed, %d failed" % (passed, failed))
    none = passed == 0 and not (TAKEN and os.listdir(TAKEN))  # who comes late to what others have taken has nothing left to do
    sys.exit(1 if failed or none else 0)
