# SPDX-License-Identifier: Apache-2.0
"""What real daemons have written, in the order of their commits: the sandbox's binary log, in which each row stands as it was and as it is."""
import datetime
import os
import re
import subprocess

from harness import ENV, rows


class Change:
    """One row: what was done to ${table} ("schema.table"), and its columns as text before and after; None: NULL."""

    def __init__(self, how, table):
        self.how, self.table, self.before, self.after = how, table, {}, {}

    def is_(self, table, **columns):
        """Is it of that table, and the row now as these columns say? A set: one of them."""
        return self.table == table and all(self.after.get(k) in (v if isinstance(v, set) else {v}) for k, v in columns.items())


class Transaction:
    """${end}: the position behind it; ${at}: the second of its commit."""

    def __init__(self, changes, end, at):
        self.changes, self.end, self.at = changes, end, at


def path():
    (log,) = rows("mysql", "SHOW BINARY LOGS")
    return os.path.join(ENV["SB_RUN"], "mysql", log["Log_name"])


def position():
    return rows("mysql", "SHOW MASTER STATUS")[0]["Position"]


class Log:
    def __init__(self):
        self.columns = {}
        for r in rows("information_schema", "SELECT table_schema AS s, table_name AS t, column_name AS c FROM columns ORDER BY ordinal_position"):
            self.columns.setdefault("%s.%s" % (r["s"], r["t"]), []).append(r["c"])

    def value(self, text):
        text = text.split(" /* ")[0]
        if text == "NULL":
            return None
        return re.sub(r"\\x([0-9A-F]{2})", lambda m: chr(int(m.group(1), 16)), text[1:-1]) if text.startswith("'") else text.split(" ")[0]

    def transactions(self, since):
        """All that were committed after that position."""
        text = subprocess.run(["mariadb-binlog", "--no-defaults", "--base64-output=decode-rows", "-vv", "--start-position=%d" % since, path()],
                              stdout=subprocess.PIPE, text=True, errors="replace", check=True).stdout
        found, changes, side, end, at = [], [], {}, since, None
        for line in text.splitlines():
            row = re.match(r"### (INSERT INTO|UPDATE|DELETE FROM) `(\w+)`\.`(\w+)`", line)
            column = re.match(r"###   @(\d+)=(.*)", line)
            here = re.match(r"#(\d{6} +[\d:]+) server id .* end_log_pos (\d+)", line)
            if row:
                changes.append(Change(row.group(1).split()[0].lower(), "%s.%s" % row.group(2, 3)))
            elif line in ("### WHERE", "### SET"):
                side = changes[-1].before if line == "### WHERE" else changes[-1].after
            elif column:
                side[self.columns[changes[-1].table][int(column.group(1)) - 1]] = self.value(column.group(2))
            elif here:
                at, end = here.group(1), int(here.group(2)) or end
            elif line.startswith("COMMIT"):
                found.append(Transaction(changes, end, datetime.datetime.strptime(at, "%y%m%d %H:%M:%S")))
                changes = []
        return found


def must_be_there():
    (now,) = rows("mysql", "SELECT @@global.log_bin AS log, @@global.binlog_format AS format")
    if not int(now["log"]) or now["format"] != "ROW":
        raise SystemExit("the sandbox's server has no binary log of rows: tests/actors/own starts one that has")
