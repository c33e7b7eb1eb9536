#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The whole audit against the sum, over its checks, of reading each check's input columns, in its order, with mariadb --quick to nowhere.

usage: bench.py [N]      makes N rows of each kind first (generate.py) and runs once to warm up; without N the databases are taken as they are.
The input of a check is, for each table that its statements read, the columns that they name, ordered by the key where two servers are compared.
A reading that two checks have in common is done once and counted for each.
"""
import glob
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(HERE), "lib"), os.path.join(os.path.dirname(HERE), "bench")]
import lib  # noqa: E402
from harness import ENV, ROOT, Tool, rows  # noqa: E402

DATABASES = {"cinder": ["cinder"], "cell": ["nova"], "cell0": ["nova_cell0"], "cells": ["nova", "nova_cell0"], "api": ["nova_api"],
             "placement": ["placement"], "neutron": ["neutron"]}
RATIO, MEMORY_MIB = 0.9, 64


def statement_of(path):
    text = open(path).read()
    head = dict(re.findall(r"(?m)^-- :(\w+) (.*)$", text))
    return head, "\n".join(line for line in text.splitlines() if not line.startswith("--"))


def inputs(database, head, body):
    key = re.search(r"(?m)^SELECT (\w+)\.(\w+) AS k\b", body)
    for table in head["reads"].split():
        have = [r["c"] for r in rows(database, "SELECT column_name AS c FROM information_schema.columns WHERE table_schema = %s AND table_name = %s",
                                     (database, table))]
        aliases = re.findall(r"(?:FROM|JOIN) `?%s`? AS (\w+)" % table, body)
        wanted = {c for a in aliases for c in re.findall(r"\b%s\.`?(\w+)`?" % a, body)}
        if not aliases:
            wanted = {c for c in have if re.search(r"\b%s\b" % c, body)}
        columns = [c for c in have if c in wanted] or ["id"]
        order = " ORDER BY `%s`" % key.group(2) if key and key.group(1) in aliases else ""
        yield "SELECT %s FROM `%s`%s" % (", ".join("`%s`" % c for c in columns), table, order)


def read_to_nowhere(database, statement):
    began = time.monotonic()
    subprocess.run(["mariadb", "--defaults-file=" + ENV["SB_DB_ADMIN_FILE"], "--quick", "-N", "-e", statement, database],
                   stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - began


def audit(save):
    """After a run that nobody measures, where asked for: the tables are then in the server's memory, as they are for the readings."""
    command = Tool().command("audit", "run", "--fail-on", "never", "--settle-time", "1", "--placement-config-file", ENV["SB_PLACEMENT_CONF"], "--neutron-config-file", ENV["SB_NEUTRON_CONF"],
                             "--check-timeout", "600", "--save", save, "--html", save + ".html", "-f", "json")
    for _ in range(1 + (len(sys.argv) > 1)):
        for database in ("nova", "nova_cell0"):
            rows(database, "UPDATE services SET last_seen_up = UTC_TIMESTAMP()")
        began = time.monotonic()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        seconds = time.monotonic() - began
    return seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def main():
    bench = lib.Bench("audit")
    # a pool that holds the tables, as a database server's does: otherwise it is the disk that is measured
    rows("cinder", "SET GLOBAL innodb_buffer_pool_size = 2147483648")
    if len(sys.argv) > 1:
        began = time.monotonic()
        subprocess.run([os.path.join(HERE, "generate.py"), sys.argv[1]], check=True)
        print("made %s rows of each kind in %.0f s" % (sys.argv[1], time.monotonic() - began), flush=True)
    save = os.path.join(tempfile.mkdtemp(), "report.json")
    seconds, memory = audit(save)
    report = json.load(open(save))
    took = {c["check"]: c["took_ms"] / 1000 for c in report["checks"] if c["outcome"] == "done"}
    files = {os.path.basename(p)[:-4]: statement_of(p) for p in glob.glob(os.path.join(ROOT, "sql", "audit", "*.sql"))}
    reading, known = {}, {}
    for name, (head, _) in sorted(files.items()):
        check = head.get("check", " ").split(" ")[1]
        if check not in took or "lacks" in head:
            continue
        for part in [name] + ([head["with"]] if "with" in head else []):
            for database in DATABASES[files[part][0]["database"]]:
                for statement in inputs(database, *files[part]):
                    if (database, statement) not in known:
                        known[database, statement] = read_to_nowhere(database, statement)
                    reading[check] = reading.get(check, 0) + known[database, statement]
    for check in sorted(reading, key=lambda c: took[c] - RATIO * reading[c], reverse=True)[:15]:
        print("%-36s %7.2f s, reading its input %7.2f s" % (check, took[check], reading[check]))
    total = sum(reading.values())
    failed = [c["check"] for c in report["checks"] if c["outcome"] not in ("done", "not here")]
    bench.row("audit of %s rows of each kind against reading its inputs" % (sys.argv[1] if len(sys.argv) > 1 else "the"), seconds / total, RATIO, "times",
              "%d checks in %.1f s, %d findings; reading %.1f s" % (len(took), seconds, len(report["findings"]), total))
    bench.row("its memory", memory, MEMORY_MIB, "MiB")
    bench.row("checks that did not come to their end", len(failed), 0, "", ", ".join(failed))
    return bench.end()


sys.exit(main())
