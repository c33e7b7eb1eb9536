# SPDX-License-Identifier: Apache-2.0
"""A database of the same shape with the same rows: a private server that begins with the sandbox's seeds and follows its binary log, up to any
commit. There a step of the simulator is tried, looked at, and rolled back."""
import datetime
import decimal
import importlib.util
import os
import shutil
import subprocess
import tempfile

import binlog
from harness import ENV, ROOT

SCHEMAS = ("nova_api", "nova_cell0", "nova", "cinder", "placement", "neutron")


def simulator():
    """tests/simulate/server.py, which knows how such a server is started."""
    spec = importlib.util.spec_from_file_location("simulate_server", os.path.join(ROOT, "tests", "simulate", "server.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Second:
    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="evac-manage-actors.", dir="/dev/shm")
        subprocess.run(["tar", "-C", self.directory, "-xf", ENV["SB_GOLDEN"], "mysql"], check=True)
        module = simulator()
        self.kept = module.TABLES
        self.server, self.connection = module.start(self.directory)
        self.do("CREATE DATABASE world")
        self.at = 4
        self.do("SET foreign_key_checks = 0, time_zone = '+00:00'")  # as the world's own session in server.c
        self.do("USE world")
        self.types, self.keys = {}, {}
        for r in self.do("SELECT table_schema AS s, table_name AS t, column_name AS c, data_type AS d, extra AS e, column_key AS k FROM"
                         " information_schema.columns WHERE table_schema IN %s ORDER BY ordinal_position", (SCHEMAS,)):
            name = "%s.%s" % (r["s"], r["t"])
            self.types.setdefault(name, {})[r["c"]] = "auto" if "auto_increment" in r["e"] else r["d"]
            if r["k"] == "PRI":
                self.keys.setdefault(name, []).append(r["c"])

    def close(self):
        self.server.kill()
        self.server.wait()
        shutil.rmtree(self.directory)

    def do(self, statement, params=None):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, params)
            return list(cursor.fetchall())

    def follow(self, to):
        """To the commit that ends there."""
        if to == self.at:
            return
        log = subprocess.Popen(["mariadb-binlog", "--no-defaults", "--start-position=%d" % self.at, "--stop-position=%d" % to, binlog.path()],
                               stdout=subprocess.PIPE)
        subprocess.run(["mariadb", "--no-defaults", "--user=root", "--socket=" + os.path.join(self.directory, "s")], stdin=log.stdout, check=True)
        log.stdout.close()
        if log.wait() != 0:
            raise RuntimeError("mariadb-binlog ended with %d" % log.returncode)
        self.at = to

    def rows(self):
        """All rows of all schemas: {table: {key: {column: value}}}."""
        def plain(v):
            return v.isoformat(" ") if isinstance(v, datetime.datetime) else str(v) if isinstance(v, decimal.Decimal) else v

        found = {}
        for table, types in self.types.items():
            key = self.keys.get(table) or list(types)
            found[table] = {tuple(str(r[c]) for c in key): {c: plain(v) for c, v in r.items()}
                            for r in self.do("SELECT * FROM " + ".".join("`%s`" % part for part in table.split(".")))}
        return found

    def tried(self, text, values):
        """The rows as the step makes them."""
        self.do("SET " + ", ".join("@%s = %%s" % name for name in values), list(values.values()))
        # so that a time that it writes is another one than any that is there
        self.do("SET timestamp = UNIX_TIMESTAMP() + 86400")
        self.do("START TRANSACTION")
        try:
            for statement in statements_of(text):
                self.do(statement)
            return self.rows()
        finally:
            self.do("ROLLBACK")
            self.do("SET timestamp = DEFAULT")


def statements_of(text):
    lines = [line for line in text.splitlines() if not line.startswith("--")]
    return [s for s in "\n".join(lines).split(";") if s.strip()]
