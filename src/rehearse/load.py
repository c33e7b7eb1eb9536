# SPDX-License-Identifier: Apache-2.0
"""From the dumps into the private server, in one stream: what the server is sent is masked already."""
import re
import subprocess
import tempfile

from server import CannotStart

CHARACTERS = ("utf8", "utf8mb3", "utf8mb4", "latin1", "binary")
BATCH = 1 << 19


class Loader:
    def __init__(self, server, masks):
        self.masks, self.now = masks, None
        self.rules, self.said = {}, tempfile.TemporaryFile()
        self.child = subprocess.Popen(server.client("--force", "--batch"), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self.said)
        self.put(b"SET foreign_key_checks = 0, unique_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00', autocommit = 0;\n")

    def put(self, data):
        try:
            self.child.stdin.write(data)
        except BrokenPipeError:
            raise CannotStart("the client of the private server has ended: %s" % " ".join(self._refused()[-3:])) from None

    def names(self, characters):
        if characters in CHARACTERS:
            self.put(b"SET NAMES %s;\n" % characters.encode())

    def begin(self, database):
        if database != self.now:
            name = database.replace("`", "").encode()
            self.put(b"CREATE DATABASE IF NOT EXISTS `%s` CHARACTER SET utf8mb3;\nUSE `%s`;\n" % (name, name))
            self.now = database

    def create(self, database, table, statement):
        self.put(statement.rstrip(b"; \n") + b";\n")

    def insert(self, database, table, columns, rows):
        key = table, tuple(columns)
        if key not in self.rules:
            self.rules[key] = self.masks.of_table(table, columns)
        rules, logins = self.rules[key], self.masks.logins
        head = b"INSERT INTO `%s` (%s) VALUES " % (table.encode(), b",".join(b"`%s`" % c.encode() for c in columns))
        held, size = [], 0
        for row in rows:
            masked = list(row)
            for index, rule in rules:
                masked[index] = rule(row[index], row)
            held.append(b"(" + b",".join(map(logins, masked)) + b")")
            size += len(held[-1])
            if size > BATCH:
                self.put(head + b",".join(held) + b";\n")
                held, size = [], 0
        if held:
            self.put(head + b",".join(held) + b";\n")

    def end(self):
        """What the server has refused, a line each."""
        self.put(b"COMMIT;\n")
        self.child.stdin.close()
        self.child.wait()
        return self._refused()

    def _refused(self):
        self.said.seek(0)
        refused = self.said.read().decode("utf-8", "replace").splitlines()
        return [re.sub(r" at line \d+", "", line) for line in refused if line.startswith("ERROR")]
