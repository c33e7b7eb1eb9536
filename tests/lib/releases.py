# SPDX-License-Identifier: Apache-2.0
"""Empty databases as the releases' own tools make them, from tests/data/schemas, beside the sandbox's."""
import os
import re

import harness
from harness import rows

DATA = os.path.join(harness.ROOT, "tests", "data", "schemas")
RELEASES = {  # directory, services.version, RequestSpec version
    "victoria": ("nova-22-victoria", 53, "1.13"), "zed": ("nova-26-zed", 64, "1.14"), "2025.1": ("nova-31-2025.1", 68, "1.14"),
    "2026.1": ("nova-33-2026.1", 72, "1.14"), "2026.2": ("nova-34-2026.2", 74, "1.14"),
    "queens": ("nova-22-victoria", 30, "1.8"), "stein": ("nova-22-victoria", 37, "1.12"),
}
# What came after Queens, and after Stein, in the tables that we name.
AFTER_STEIN = {"nova": {"instances": ["hidden"], "migrations": ["cross_cell_move", "user_id", "project_id"],
                        "instance_extra": ["resources"]}}
AFTER_QUEENS = {"nova": {"instances": ["hidden"], "migrations": ["cross_cell_move", "user_id", "project_id"],
                         "instance_extra": ["resources", "trusted_certs"], "block_device_mapping": ["volume_type"]},
                "nova_api": {"instance_mappings": ["queued_for_delete", "user_id"], "instance_group_policy": ["rules"],
                             "cell_mappings": ["disabled"]}}
AFTER_QUEENS["cinder"] = {"transfers": ["no_snapshots", "source_project_id", "destination_project_id", "accepted"]}
OLDER = {"queens": AFTER_QUEENS, "stein": AFTER_STEIN}
# No release's own tool made these: they are what is known of the releases, and are called so wherever they are named.
DERIVED = set(OLDER)
DATABASES = ("nova", "nova_api", "placement", "cinder")
PREFIX = "schema_"


def named(release):
    return release + (" (derived)" if release in DERIVED else "")


def name_of(database):
    return PREFIX + database


def make(release, databases=DATABASES):
    """Empty; a second cell is named nova_…"""
    directory = RELEASES[release][0]
    for database in databases:
        name, of = name_of(database), "nova" if database.startswith("nova_cell") else database
        rows("mysql", "DROP DATABASE IF EXISTS `%s`" % name)
        rows("mysql", "CREATE DATABASE `%s` CHARACTER SET utf8mb3" % name)
        for table in re.split(r";\n", open(os.path.join(DATA, directory, of + ".sql")).read()):
            if table.strip():
                rows(name, re.sub(r"CONSTRAINT `[^`]*` CHECK", "CHECK", table), settings="foreign_key_checks = 0")  # MySQL: a name once in a schema
        if of == "nova_api" and release == "queens":     # until Stein placement's tables are nova's
            for table in re.split(r";\n", open(os.path.join(DATA, directory, "placement.sql")).read()):
                if table.strip() and "alembic_version" not in table:
                    rows(name, re.sub(r"CONSTRAINT `[^`]*` CHECK", "CHECK", table), settings="foreign_key_checks = 0")
        for table, gone in OLDER.get(release, {}).get(of, {}).items():
            for column in gone:
                rows(name, "ALTER TABLE `%s` DROP COLUMN `%s`" % (table, column), settings="foreign_key_checks = 0")


def drop(databases=DATABASES):
    for database in databases:
        rows("mysql", "DROP DATABASE IF EXISTS `%s`" % name_of(database))
