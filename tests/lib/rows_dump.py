# SPDX-License-Identifier: Apache-2.0
"""A dump of the sandbox's databases in the form of mariadb-dump, where that program is not: the roots of tests/releases have a server's client alone."""
import pymysql

import harness


def write(path, *databases):
    """Whole, in one snapshot."""
    connection = harness.connect(None, cursorclass=pymysql.cursors.Cursor)
    with open(path, "w", encoding="utf-8") as f:
        f.write("-- MariaDB dump 10.19  Distrib 10.11.0-MariaDB, for debian-linux-gnu (x86_64)\n--\n-- Host: sandbox    Database: %s\n" % databases[0])
        with connection.cursor() as cursor:
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
            for database in databases:
                f.write("USE `%s`;\n" % database)
                cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = %s AND table_type = 'BASE TABLE' ORDER BY 1", (database,))
                for (table,) in cursor.fetchall():
                    cursor.execute("SHOW CREATE TABLE `%s`.`%s`" % (database, table))
                    f.write(cursor.fetchone()[1] + ";\n")
                    cursor.execute("SELECT * FROM `%s`.`%s`" % (database, table))
                    for row in cursor.fetchall():
                        f.write("INSERT INTO `%s` VALUES (%s);\n" % (table, ",".join("NULL" if v is None else connection.literal(v if isinstance(v, (int, float, bytes)) else str(v)) for v in row)))
        f.write("-- Dump completed on 2026-11-30  3:10:12\n")
    connection.close()
