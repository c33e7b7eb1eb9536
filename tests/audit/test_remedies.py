# SPDX-License-Identifier: Apache-2.0
"""What the audit says is to be done: lines that can be typed. Ours are understood by ourselves, statements hit the row they are about."""
import json
import os
import re
import shlex

import pymysql

import pasted
import plants
from harness import Conductor, ENV, PASTER, ROOT, TestCase, Tool, checksum, heartbeats, rows, sandbox

OTHERS = {"openstack", "cinder", "nova-manage", "cinder-manage", "ceph", "rbd", "virsh"}
DATABASE = {"cinder": "cinder", "cell": "nova", "cells": "nova", "cell0": "nova_cell0", "api": "nova_api", "placement": "placement",
            "neutron": "neutron"}


def database_of(check):
    with open(os.path.join(ROOT, "sql", "audit", check.replace("-", "_") + ".sql")) as f:
        return DATABASE[re.search(r"(?m)^-- :database (\w+)$", f.read()).group(1)]


class Remedies(TestCase):
    @classmethod
    def setUpClass(cls):
        sandbox("reset", "--rows")
        heartbeats(dead=())
        plants.foundation()
        cls.planted = {name: make()[0] for name, make in plants.plants.items()}
        cls.live_on()
        tool = Tool()
        r = tool.run("audit", "run", "--no-second-look", "--placement-config-file", ENV["SB_PLACEMENT_CONF"], "--neutron-config-file", ENV["SB_NEUTRON_CONF"], "-f", "json", "--fail-on", "never",
                     env=plants.cluster(tool))
        cls.remedies = {f["check"]: f["remedy"] for f in r.json if cls.planted[f["check"]] == f["subject"]}

    @staticmethod
    def live_on():
        """Who lived when the rows were planted still does, however long all of this takes."""
        rows("cinder", "UPDATE services SET updated_at = UTC_TIMESTAMP() WHERE updated_at >= %s", (plants.NOW,))
        rows("nova", "UPDATE services SET last_seen_up = UTC_TIMESTAMP() WHERE last_seen_up >= %s", (plants.NOW,))
        rows("neutron", "UPDATE agents SET heartbeat_timestamp = UTC_TIMESTAMP() WHERE heartbeat_timestamp >= %s", (plants.NOW,))

    def test_ours_do_what_they_say(self):
        """Each line as it stands, typed into a shell on the rows that it is about."""
        conductor = Conductor()
        self.addCleanup(conductor.close)
        before, seen = checksum(), 0
        for check, remedy in sorted(self.remedies.items()):
            if remedy.startswith(("UPDATE ", "DELETE ")):
                continue
            self.assertTrue(remedy, check)
            for line in remedy.split("; "):
                with self.subTest(check=check, line=line):
                    self.assertIn(shlex.split(line)[0], OTHERS | {"evac-manage"})
                    self.assertIsNone(pasted.TO_FILL_IN.search(line))
            self.live_on()
            for printed in pasted.commands_of(json.dumps({"remedy": remedy}), ""):
                with self.subTest(check=check, command=printed.command):
                    self.assertIsNone(PASTER.paste(printed, remedy))
                    seen += 1
        self.assertGreater(seen, 40)
        self.assertEqual(before, checksum(), "a dry run has written")

    def test_a_statement_changes_the_row_that_it_is_about_and_no_other(self):
        seen = 0
        for check, remedy in sorted(self.remedies.items()):
            if not remedy.startswith(("UPDATE ", "DELETE ")):
                continue
            with self.subTest(check=check):
                c = pymysql.connect(host="127.0.0.1", port=int(ENV["SB_DB_PORT"]), user=ENV["SB_DB_ADMIN"], password=ENV["SB_DB_ADMIN_PASS"],
                                    database=database_of(check), autocommit=False)
                with c.cursor() as cursor:
                    self.assertEqual(cursor.execute(remedy), 1, remedy)
                c.rollback()
                c.close()
                seen += 1
        self.assertGreater(seen, 5)
