# SPDX-License-Identifier: Apache-2.0
"""What the audit says is to be done: lines that can be typed. Ours are understood by ourselves, statements hit the row they are about."""
import os
import re
import shlex

import pymysql

import plants
from harness import B, ENV, ROOT, USAGE, TestCase, Tool, checksum, heartbeats, sandbox

OTHERS = {"openstack", "cinder", "nova-manage", "cinder-manage", "rbd", "virsh"}
TO_FILL_IN = {"LIVE-HOST@BACKEND": B + "@ceph", "LIVE-HOST": B, "LIVE-CLUSTER": "aud-known@ceph", "HOST-THAT-IS-GONE": "aud-old"}
DATABASE = {"cinder": "cinder", "cell": "nova", "cells": "nova", "cell0": "nova_cell0", "api": "nova_api", "placement": "placement"}


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
        r = Tool().run("audit", "run", "--no-second-look", "--placement-config-file", ENV["SB_PLACEMENT_CONF"], "-f", "json", "--fail-on", "never")
        cls.remedies = {f["check"]: f["remedy"] for f in r.json if cls.planted[f["check"]] == f["subject"]}

    def lines(self):
        for check, remedy in sorted(self.remedies.items()):
            if remedy.startswith(("UPDATE ", "DELETE ")):
                continue
            for line in remedy.split("; "):
                yield check, shlex.split(line)

    def test_ours_are_understood(self):
        before, seen = checksum(), 0
        writing = {tuple(c) for c in (("volume", "update_host"), ("volume", "update_service"), ("volume", "delete"), ("backup", "update_backup_host"),
                                      ("group", "update_host"), ("cluster", "rename"), ("service", "remove"), ("quota", "sync"), ("migration", "close"),
                                      ("host", "rescue"), ("host", "evacuate"), ("instance", "evacuate"))}
        for check, words in self.lines():
            if words[0] != "evac-manage":
                self.assertIn(words[0], OTHERS, check)
                continue
            words = [TO_FILL_IN.get(w, w) for w in words[1:]]
            self.assertFalse([w for w in words if re.fullmatch(r"[A-Z][A-Z-]{4,}(@[A-Z]+)?", w) and w not in TO_FILL_IN.values()], (check, words))
            with self.subTest(check=check, words=" ".join(words)):
                r = self.tool.run(*words, *(["--dry-run"] if tuple(words[:2]) in writing else []))
                self.assertNotIn(r.code, (USAGE, 70), str(r))
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
