#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The whole audit against the sum, over its checks, of reading each check's input columns, in its order, with mariadb --quick to nowhere.

usage: bench.py [N [HOSTS]]      makes a cloud of N instances on HOSTS (5,000) hosts first (tests/bench/cloud_rows.py), of which about three rows in
ten thousand are wrong in some way; without N the databases are taken as they are. ROUNDS=3: the audit and the readings so often, in turns, after one
audit that nobody measures; the medians count.
The input of a check is, for each table that its statements read, the columns that they name, ordered by the key where two servers are compared.
A reading that two checks have in common is done once and counted for each.
"""
import contextlib
import glob
import json
import os
import re
import resource
import statistics
import sys
import tempfile
import threading
import time

if len(sys.argv) > 1:
    os.environ["CLOUD"] = sys.argv[1]
if len(sys.argv) > 2:
    os.environ["HOSTS"] = sys.argv[2]
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(os.path.dirname(HERE), "lib"), os.path.join(os.path.dirname(HERE), "bench")]
import cloud_rows  # noqa: E402
import lib  # noqa: E402
from cloud_rows import ATTACHMENT, INSTANCE  # noqa: E402
from harness import ENV, ROOT, Tool, rows, sandbox, value  # noqa: E402

DATABASES = {"cinder": ["cinder"], "cell": ["nova"], "cell0": ["nova_cell0"], "cells": ["nova", "nova_cell0"], "api": ["nova_api"],
             "placement": ["placement"], "neutron": ["neutron"]}
# of the full cloud; of a smaller one what a check costs before its first row weighs more
FULL, RATIO, RATIO_OF_SMALLER, MEMORY_MIB = 1000000, 0.9, 1.0, 64
SHOWN = 15
BEAT_S = 25
HEARTBEATS = (("nova", "services", "last_seen_up"), ("nova_cell0", "services", "last_seen_up"), ("cinder", "services", "updated_at"),
              ("neutron", "agents", "heartbeat_timestamp"))


def make():
    """A cloud, and what is wrong in it: attachments on a lost host, instances that are gone, volumes that no mapping names, evacuations that failed."""
    began, last = time.monotonic(), cloud_rows.N
    cloud_rows.make()
    for database, statement in (
            ("cinder", "UPDATE seq_7_to_%d_step_10000 AS n JOIN volume_attachment AS a ON a.id = CONVERT(%s USING ascii) SET a.attached_host = 'cloud-lost'" % (last, ATTACHMENT)),
            ("nova", "UPDATE seq_3_to_%d_step_10000 AS n JOIN instances AS i ON i.uuid = CONVERT(%s USING ascii) SET i.deleted = i.id" % (last, INSTANCE)),
            ("nova", "DELETE b FROM seq_6_to_%d_step_10000 AS n JOIN block_device_mapping AS b ON b.instance_uuid = CONVERT(%s USING ascii)" % (last, INSTANCE)),
            ("nova", "INSERT INTO instance_actions (created_at, deleted, id, action, instance_uuid, request_id, start_time)"
             " SELECT UTC_TIMESTAMP(), 0, 1000000000 + n.seq, 'evacuate', %s, 'req-e', UTC_TIMESTAMP() FROM seq_1_to_%d_step_50 AS n" % (INSTANCE, last)),
            ("nova", "INSERT INTO instance_actions_events (created_at, deleted, action_id, event, start_time, finish_time, result, host)"
             " SELECT UTC_TIMESTAMP(), 0, 1000000000 + n.seq, 'compute_rebuild_instance', UTC_TIMESTAMP(), UTC_TIMESTAMP(), IF(MOD(n.seq, 10000) = 1, 'Error', 'Success'), %s"
             " FROM seq_1_to_%d_step_50 AS n" % (cloud_rows.named("1 + MOD(n.seq, %d)" % cloud_rows.HOSTS), last))):
        rows(database, statement, None)
    print("%d instances and volumes on %d hosts, made in %.0f s" % (last, cloud_rows.HOSTS, time.monotonic() - began), flush=True)


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


def readings_of_checks():
    """Of each check: its inputs, as (database, statement)."""
    files = {os.path.basename(p)[:-4]: statement_of(p) for p in glob.glob(os.path.join(ROOT, "sql", "audit", "*.sql"))}
    found = {}
    for name, (head, _) in sorted(files.items()):
        if "check" not in head or "lacks" in head:
            continue
        for part in [name] + ([head["with"]] if "with" in head else []):
            for database in DATABASES[files[part][0]["database"]]:
                found.setdefault(head["check"].split(" ")[1], []).extend((database, s) for s in inputs(database, *files[part]))
    return found


def processor():
    """Seconds of the server and of the programs that have ended here: what another's load does not change."""
    with open(value("mysql", "SELECT @@pid_file")) as f, open("/proc/%s/stat" % f.read().strip()) as stat:
        server = stat.read().rsplit(")", 1)[1].split()
    ours = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (int(server[11]) + int(server[12])) / os.sysconf("SC_CLK_TCK") + ours.ru_utime + ours.ru_stime


def beat():
    for database, table, column in HEARTBEATS:
        rows(database, "UPDATE {0} SET {1} = UTC_TIMESTAMP()".format(table, column))


@contextlib.contextmanager
def alive():
    """All services report, as long as it lasts: else an audit of more than a minute finds all of them dead."""
    over = threading.Event()

    def go_on():
        while not over.wait(BEAT_S):
            beat()
    beat()
    heart = threading.Thread(target=go_on)
    heart.start()
    try:
        yield
    finally:
        over.set()
        heart.join()


def audit(save):
    """Seconds of each check that came to its end, the whole, its memory, and the report."""
    with alive():
        done = lib.must(Tool().command("audit", "run", "--fail-on", "never", "--settle-time", "1", "--placement-config-file", ENV["SB_PLACEMENT_CONF"],
                                       "--neutron-config-file", ENV["SB_NEUTRON_CONF"], "--check-timeout", "600", "--save", save, "--html", save + ".html",
                                       "-f", "json"), keep=False)
    with open(save) as f:
        report = json.load(f)
    return {c["check"]: c["took_ms"] / 1000 for c in report["checks"] if c["outcome"] == "done"}, done.took, done.mib, report


def median_of(rounds):
    return {k: statistics.median(r[k] for r in rounds) for k in rounds[0]}


def main():
    bench = lib.Bench("audit")
    # a pool that holds the tables, as a database server's does: otherwise it is the disk that is measured
    lib.pool(4096)
    if len(sys.argv) > 1:
        make()
        lib.rest()
    of = readings_of_checks()
    save = os.path.join(tempfile.mkdtemp(), "report.json")
    audit(save)
    audits, reads, worked = [], [], []
    for _ in range(lib.number("ROUNDS", 3)):
        began = processor()
        audits.append(audit(save))
        ended = processor()
        reads.append({})
        read = {}
        for one in sorted({r for check in audits[0][0] for r in of.get(check, [])}):
            before = processor()
            reads[-1][one] = lib.client(*one)
            read[one] = processor() - before
        worked.append((ended - began, sum(read[r] for check in audits[0][0] for r in of.get(check, []))))
    took, known = median_of([a[0] for a in audits]), median_of(reads)
    reading = {check: sum(known[r] for r in of[check]) for check in took if check in of}
    for check in sorted(reading, key=lambda c: took[c] - RATIO * reading[c], reverse=True)[:SHOWN]:
        print("%-36s %7.2f s, reading its input %7.2f s" % (check, took[check], reading[check]))
    seconds, total = statistics.median(a[1] for a in audits), statistics.median(sum(r[x] for check in reading for x in of[check]) for r in reads)
    failed = [c["check"] for c in audits[-1][3]["checks"] if c["outcome"] not in ("done", "not here")]
    bench.row("audit of %d instances on %d hosts against reading its inputs" % (cloud_rows.N, cloud_rows.HOSTS), seconds / total,
              RATIO if cloud_rows.N >= FULL else RATIO_OF_SMALLER, "times",
              "%d checks in %.1f s, %d findings; reading %.1f s" % (len(took), seconds, len(audits[-1][3]["findings"]), total))
    ours, theirs = (statistics.median(w[i] for w in worked) for i in (0, 1))
    bench.row("processor time of the programs and the server", ours / theirs, None, "times", "%.1f s against %.1f s" % (ours, theirs))
    bench.row("its memory", max(a[2] for a in audits), MEMORY_MIB, "MiB")
    bench.row("checks that did not come to their end", len(failed), 0, "", ", ".join(failed))
    if os.environ.get("BENCH_ROWS"):
        sandbox("reset", "--rows")
    return bench.end()


sys.exit(main())
