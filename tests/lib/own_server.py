# SPDX-License-Identifier: Apache-2.0
"""A MariaDB of a test's own, for what the sandbox's cannot be: a binary log, a replica, an option of the server's start."""
import os
import socket
import subprocess
import time

import pymysql

from harness import ENV, rows


def install(directory):
    subprocess.run(["mariadb-install-db", "--no-defaults", "--datadir=" + os.path.join(directory, "data"), "--auth-root-authentication-method=normal",
                    "--skip-test-db", "--user=root"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Server:
    """A MariaDB on 127.0.0.1 and a free port: without rights or passwords, or with ${rights}, where root has no password."""

    def __init__(self, directory, number, *options, rights=False):
        self.user = "root" if rights else "anybody"
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        os.makedirs(os.path.join(directory, "tmp"), exist_ok=True)
        self.log = open(os.path.join(directory, "log"), "w")
        self.process = subprocess.Popen(
            ["mariadbd", "--no-defaults", "--user=" + ENV.get("USER", "root"), "--datadir=" + os.path.join(directory, "data"), "--bind-address=127.0.0.1",
             "--port=%d" % self.port, "--socket=" + os.path.join(directory, "s"), "--tmpdir=" + os.path.join(directory, "tmp"), "--skip-networking=0",
             "--skip-name-resolve", "--server-id=%d" % number, "--character-set-server=utf8mb3", "--innodb-buffer-pool-size=32M",
             "--innodb-log-file-size=8M", "--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync", "--sync-binlog=0",
             *([] if rights else ["--skip-grant-tables"]), *options],
            stdout=self.log, stderr=self.log)
        until = time.monotonic() + 60
        while True:
            try:
                self.do("SELECT 1")
                return
            except pymysql.err.OperationalError:
                if time.monotonic() > until or self.process.poll() is not None:
                    raise
                time.sleep(0.1)

    def connection(self, database=None):
        return pymysql.connect(host="127.0.0.1", port=self.port, user=self.user, database=database, autocommit=True, charset="utf8mb4",
                               cursorclass=pymysql.cursors.DictCursor)

    def do(self, statement, database=None, params=None):
        with self.connection(database) as c, c.cursor() as cursor:
            cursor.execute(statement, params)
            return list(cursor.fetchall())

    def take(self, database):
        """The sandbox's tables of that name, with their rows."""
        self.do("CREATE DATABASE `%s` CHARACTER SET utf8mb3" % database)
        with self.connection(database) as c, c.cursor() as cursor:
            cursor.execute("SET foreign_key_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO'")
            for table in [next(iter(r.values())) for r in rows(database, "SHOW TABLES")]:
                cursor.execute(rows(database, "SHOW CREATE TABLE `%s`" % table)[0]["Create Table"])
                for row in rows(database, "SELECT * FROM `%s`" % table):
                    cursor.execute("INSERT INTO `%s` VALUES (%s)" % (table, ", ".join(["%s"] * len(row))), tuple(row.values()))

    def close(self):
        self.process.kill()
        self.process.wait()
        self.log.close()
