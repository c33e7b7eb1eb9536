# SPDX-License-Identifier: Apache-2.0
"""What the benches have in common: rows with their bounds, the server's settings, a program's time and memory.

    import lib
    bench = lib.Bench("moves")
    bench.row("move of 100,000 against plain SQL", ours / plain, 2.5, "times", "6.1 s against 2.4 s")
    sys.exit(bench.end())

Each bench runs alone; under the frame (tests/bench/bench) its rows also go into the file $BENCH_ROWS, of which the frame makes a table.
A number that a bench starts from is an upper-case name of the environment: lib.number("VOLUMES", 1000000).
"""
import collections
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))

# what a server has been told that changes what a write costs; the last two only when it starts
SETTINGS = ("innodb_flush_log_at_trx_commit", "sync_binlog", "innodb_buffer_pool_size", "log_bin", "innodb_flush_method")


def number(name, default):
    """Of the environment, or the one that the bench was made with; an integer stays one."""
    return type(default)(os.environ.get(name, default))


def settings():
    """Of the sandbox's server: its version, and each of SETTINGS as text."""
    from harness import rows
    found = {r["Variable_name"]: r["Value"] for r in rows("mysql", "SHOW GLOBAL VARIABLES")}
    return {"version": found["version"], **{name: found.get(name, "-") for name in SETTINGS}}


def settings_text():
    s = settings()
    return "server %s, binary log %s, flushed at commit: redo log %s, binary log %s; pool %d MiB" % (
        s["version"], s["log_bin"].lower(), s["innodb_flush_log_at_trx_commit"], s["sync_binlog"] if s["log_bin"] == "ON" else "-",
        int(s["innodb_buffer_pool_size"]) >> 20)


def pool(mib):
    """A buffer pool that holds the tables, as a database server's does: otherwise it is the disk that is measured."""
    from harness import rows
    rows("mysql", "SET GLOBAL innodb_buffer_pool_size = %d" % (mib << 20))


def rest(seconds=600, few=1000):
    """Until the server has written and purged what was made before, which it would do beside what is measured: at most that many pages of it left.
    A server of the sandbox writes 200 pages a second while nobody presses it."""
    from harness import rows
    hurry = {"innodb_io_capacity_max": 20000, "innodb_io_capacity": 20000, "innodb_max_dirty_pages_pct": 0}
    was = {r["Variable_name"]: r["Value"] for r in rows("mysql", "SHOW GLOBAL VARIABLES LIKE 'innodb_%%'")}
    end = time.monotonic() + seconds
    for name, value in hurry.items():
        rows("mysql", "SET GLOBAL %s = %s" % (name, value))
    while sum(int(r["Value"]) for r in rows("mysql", "SHOW GLOBAL STATUS WHERE Variable_name IN ('Innodb_buffer_pool_pages_dirty', 'Innodb_history_list_length')")) > few:
        if time.monotonic() > end:
            sys.exit("after %d s the server still writes what was made" % seconds)
        time.sleep(0.2)
    for name in reversed(hurry):
        rows("mysql", "SET GLOBAL %s = %s" % (name, was[name]))


Measured = collections.namedtuple("Measured", "took mib code out err")  # seconds; MiB resident at the most


def run(command, keep=True, **more):
    """The program as a process of its own, which begins small: a fork of Python would count as large as Python. keep: its output as text, or
    to nowhere. What goes wrong is for who asked: look at .code."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err, tempfile.NamedTemporaryFile("r") as peak:
        began = time.monotonic()
        done = subprocess.run(["/usr/bin/time", "-q", "-f", "%M", "-o", peak.name, *command], stdin=subprocess.DEVNULL,
                              stdout=out if keep else subprocess.DEVNULL, stderr=err, check=False, **more)
        took = time.monotonic() - began
        out.seek(0)
        err.seek(0)
        return Measured(took, int(peak.read().split()[-1]) / 1024, done.returncode, out.read(), err.read())


def must(command, codes=(0,), **more):
    """run(), and the end of the bench when the program ended otherwise."""
    done = run(command, **more)
    if done.code not in codes:
        sys.exit("%s\nexit %d\n%s%s" % (" ".join(command), done.code, done.out[-3000:], done.err[-3000:]))
    return done


def client(database, statement, *options):
    """Seconds that mariadb takes to read the rows to nowhere: what the least of all programs needs."""
    from harness import ENV
    return must(["mariadb", "--defaults-file=" + ENV["SB_DB_ADMIN_FILE"], "--quick", "-N", *options, "-e", statement, database], keep=False).took


def alternately(times, *ways):
    """The medians of each way's seconds: one after the other, so that what else the machine does meets all of them. A way gives its own seconds,
    or None to be timed."""
    took = [[] for _ in ways]
    for _ in range(times):
        for mine, way in zip(took, ways):
            began = time.monotonic()
            said = way()
            mine.append(time.monotonic() - began if said is None else said)
    return [statistics.median(mine) for mine in took]


def rows_text(rows):
    """As a table for people: what, how much, the bound, and whether it holds."""
    width = max((len(r["what"]) for r in rows), default=0)
    return "\n".join(("%-6s %-*s %10s %-5s %-12s %s" % (
        "" if r["bound"] is None else "ok" if r["ok"] else "OVER", width, r["what"], "%.2f" % r["value"], r["unit"],
        "" if r["bound"] is None else "at most %g" % r["bound"], r["detail"])).rstrip() for r in rows)


class Bench:
    """One bench and its rows. with_server: it asks the sandbox's database."""

    def __init__(self, name, with_server=True):
        self.name, self.rows = name, []
        if with_server:
            rest()
        print("%s: %s; load %s of %d cores" % (name, settings_text() if with_server else "no server", open("/proc/loadavg").read().split()[0], os.cpu_count()),
              flush=True)

    def row(self, what, value, bound=None, unit="times", detail=""):
        """A measured value, and the bound that it may not exceed; None: it has none."""
        row = {"bench": self.name, "what": what, "value": value, "bound": bound, "unit": unit, "detail": detail, "ok": bound is None or value <= bound}
        self.rows.append(row)
        print(rows_text([row]), flush=True)
        return row["ok"]

    def end(self):
        """The exit code: 1 when a bound is exceeded."""
        path = os.environ.get("BENCH_ROWS")
        if path:
            with open(path, "a") as f:
                f.writelines(json.dumps(r) + "\n" for r in self.rows)
        over = [r["what"] for r in self.rows if not r["ok"]]
        if over:
            print("%s: over the bound: %s" % (self.name, "; ".join(over)))
        return 1 if over else 0


def rows_of(path):
    """What the benches under the frame have measured."""
    with open(path) as f:
        return [json.loads(line) for line in f if re.match(r"\{", line)]
