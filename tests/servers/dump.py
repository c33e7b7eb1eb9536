#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The schemas and rows of databases as statements that every server takes.

usage: SANDBOX_PASSWORD=... dump.py PORT DATABASE... >FILE
"""
import os
import re
import sys

import pymysql

AT_ONCE = 200
connection = pymysql.connect(host="127.0.0.1", port=int(sys.argv[1]), user="sandbox", password=os.environ["SANDBOX_PASSWORD"], charset="utf8mb4")
cursor = connection.cursor()


def ask(statement):
    cursor.execute(statement)
    return cursor.fetchall()


def literal(value):
    # as bytes: what is no text, too, goes through a client as it is
    return "_binary 0x%s" % value.hex() if isinstance(value, bytes) and value else connection.literal(value)


print("SET NAMES utf8mb4; SET foreign_key_checks = 0, unique_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO';")
for database in sys.argv[2:]:
    print("CREATE DATABASE `%s` CHARACTER SET utf8mb3; USE `%s`; START TRANSACTION;" % (database, database))
    for table, kind in ask("SHOW FULL TABLES FROM `%s`" % database):
        assert kind == "BASE TABLE", table
        made = ask("SHOW CREATE TABLE `%s`.`%s`" % (database, table))[0][1]
        print(re.sub(r"CONSTRAINT `[^`]*` CHECK", "CHECK", made) + ";")  # MySQL wants a name once in a schema
        found = ask("SELECT * FROM `%s`.`%s`" % (database, table))
        for i in range(0, len(found), AT_ONCE):
            print("INSERT INTO `%s` VALUES %s;" % (table, ",\n".join("(%s)" % ", ".join(map(literal, row)) for row in found[i:i + AT_ONCE])))
    print("COMMIT;")
