# SPDX-License-Identifier: Apache-2.0
"""Journals as they would be after a death at any moment: cut, and with a clock that went on."""
import glob
import hashlib
import json
import os

import kept


def path_of(tool, index=-1):
    return sorted(glob.glob(os.path.join(tool.state, "journal", "*.jsonl")), key=os.path.getmtime)[index]


def read(path):
    return [json.loads(line) for line in open(path)]


def write(path, records, happened=False):
    """The same chain that the tool makes: prev is the digest of the line before, sum that of the line itself. happened: it could
    really have come to be so, by a death or by time."""
    if not happened:
        kept.made_up.add(os.path.realpath(path))
    prev = "0" * 64
    with open(path, "w") as f:
        for seq, record in enumerate(records):
            record = dict(record, seq=seq, prev=prev)
            record.pop("sum", None)
            head = json.dumps(record, separators=(",", ":"), ensure_ascii=False)[:-1]
            line = '%s,"sum":"%s"}' % (head, hashlib.sha256(head.encode()).hexdigest())
            prev = hashlib.sha256(line.encode()).hexdigest()
            f.write(line + "\n")


def cut_after(path, wanted, nth=1):
    """Keeps everything up to the nth record for which wanted(record) is true."""
    records, n = read(path), 0
    for i, record in enumerate(records):
        n += bool(wanted(record))
        if n == nth:
            # what was durable before something happened cannot be lost, when it did
            write(path, records[:i + 1], happened=not any(r["type"] in ("intent", "publish_intent") for r in records[i + 1:]))
            return
    raise AssertionError("no such record")


def older(path, seconds):
    """As if everything had been written that many seconds ago."""
    import datetime
    records = read(path)
    for r in records:
        t = datetime.datetime.strptime(r["time"], "%Y-%m-%dT%H:%M:%S.%fZ") - datetime.timedelta(seconds=seconds)
        r["time"] = t.strftime("%Y-%m-%dT%H:%M:%S.") + "000Z"
    write(path, records, happened=True)


def never_expires(path):
    """As written where the broker keeps a message until somebody takes it."""
    write(path, [dict(r, expiration_ms=0) if r["type"] == "publish_intent" else r for r in read(path)])
