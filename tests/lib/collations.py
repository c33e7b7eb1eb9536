# SPDX-License-Identifier: Apache-2.0
"""The sandbox's databases once more beside themselves, with other collations: as newer servers make them, as a partial conversion leaves them."""
import glob
import os
import re

import harness
from harness import rows

PREFIX = "collation_"
DATABASES = ("cinder", "nova", "nova_cell0", "nova_api", "placement", "neutron", "keystone")
ROOM_OF = {"nova_cell0": "nova"}
TEXT = re.compile(r"^(\s+`(\w+)` (?:(?:var)?char\(\d+\)|\w*text|enum\([^)]*\)))(?: CHARACTER SET \w+)?(?: COLLATE \w+)?(.*)$")


def tables():
    """What the statements name, by database: nobody asks for the rest."""
    found = {d: set() for d in DATABASES}
    for path in glob.glob(os.path.join(harness.ROOT, "sql", "*", "*.sql")):
        text = open(path).read()
        room = os.path.basename(os.path.dirname(path))
        if room == "audit":
            room = re.search(r"^-- :database (\w+)", text, re.M).group(1)
        rooms = {"cell": ["nova"], "cell0": ["nova_cell0"], "cells": ["nova", "nova_cell0"], "api": ["nova_api"], "nova": ["nova", "nova_cell0"]}.get(room, [room])
        for line in re.findall(r"^-- :(?:reads|writes) ([^:\n]*)", text, re.M):
            for r in rooms:
                found.get(r, set()).update(t for t in line.split() if "." not in t)
    for database in DATABASES:
        found[database] &= {next(iter(r.values())) for r in rows(database, "SHOW TABLES")}
    return found


def definition(text, collation_of):
    """Another table's, without its foreign keys: they want both columns alike."""
    made = []
    for line in text.splitlines():
        column = TEXT.match(line)
        if column:
            line = "%s CHARACTER SET %s COLLATE %s%s" % (column[1], collation_of(column[2]).split("_")[0], collation_of(column[2]), column[3])
        elif line.strip().startswith("CONSTRAINT"):
            continue
        made.append(line)
    return re.sub(r",\n\)", "\n)", "\n".join(made))


def make(collation_of, copies=True):
    """collation_of: what a column (database, table, column) gets."""
    drop()
    for database, names in tables().items():
        rows("mysql", "CREATE DATABASE `%s%s` CHARACTER SET utf8mb3" % (PREFIX, database))
        for table in sorted(names):
            text = rows(database, "SHOW CREATE TABLE `%s`" % table)[0]["Create Table"]
            rows(PREFIX + database, definition(text, lambda column: collation_of(database, table, column)))
            if copies:
                rows(PREFIX + database, "INSERT INTO `%s` SELECT * FROM `%s`.`%s`" % (table, database, table), settings="sql_mode = 'NO_AUTO_VALUE_ON_ZERO'")


def drop():
    for database in DATABASES:
        rows("mysql", "DROP DATABASE IF EXISTS `%s%s`" % (PREFIX, database))
