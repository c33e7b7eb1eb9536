# SPDX-License-Identifier: Apache-2.0
"""What a refusal prints: how many problems, what to mend first, and no way past them that could be pasted."""
import hashlib
import json
import os
import re
import subprocess

import harness
from harness import A, B, FENCED, NOT_FOUND, OK, REFUSED, USAGE, rows, value

MOVE = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph"]
BAD_FENCES = ["WHO POWERED IT OFF, AND HOW WE KNOW", "who did it, and how we know", "x", "   ", "xxxxxxxxxx xxxx", "poweroff"]

# the command, and the same with the two names exchanged
SWAPS = [
    (MOVE, "volume update_host --currenthost {B}@ceph --newhost {A}@ceph"),
    (["volume", "update_host", "--currenthost", A, "--newhost", B], "volume update_host --currenthost {B} --newhost {A}"),
    (["backup", "update_backup_host", "--currenthost", A, "--newhost", B], "backup update_backup_host --currenthost {B} --newhost {A}"),
    (["group", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph"], "group update_host --currenthost {B}@ceph --newhost {A}@ceph"),
    (["cg", "update_cg_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph"],
     "consistencygroup update_cg_host --currenthost {B}@ceph --newhost {A}@ceph"),
    (["host", "rescue", A, "--to", B], "host rescue {B} --to {A}"),
    (["host", "evacuate", A, "--target_host", B], "host evacuate {B} --target_host {A}"),
]


class Refusals(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)

    def last_lines(self, result):
        return result.err.splitlines()[-2:]

    def answers_for_nobody(self, result):
        said = result.out + result.err
        self.assertNotIn("--yes", said, str(result))
        self.assertNotRegex(said, r"--fenced ['\"]", str(result))
        for line in said.splitlines():
            self.assertLessEqual(line.count("--accept"), 1, str(result))

    def test_two_names_the_wrong_way_round_are_asked_about(self):
        for words, expected in SWAPS:
            with self.subTest(" ".join(words)):
                harness.heartbeats(alive=(A, harness.C, harness.ENV["SB_CONTROLLER"]), dead=(B,))
                before = harness.checksum()
                r = self.expect(self.tool.run(*words), REFUSED, "did you swap the two?")
                self.answers_for_nobody(r)
                self.assertNotIn("--accept", r.out + r.err)
                refused, hint = self.last_lines(r)
                self.assertRegex(refused, r"refused: \d+ problems?; nothing was written$")
                (found,) = re.findall(r"did you swap the two\? (evac-manage .*)$", r.out, re.M)
                self.assertTrue(found.endswith(expected.format(A=A, B=B)), found)
                # pasted, it is about the dead one, which goes to the live one
                again = subprocess.run(["bash", "-c", found.replace("evac-manage", harness.TOOL, 1) + " --dry-run -f json"], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                document = json.loads(again.stdout)
                self.assertEqual((document["command"], document["host"]), (" ".join(expected.split()[:2]), B))
                self.assertFalse({"source-alive", "target-down", "looks-swapped"} & {f["code"] for f in document["findings"]}, again.stdout)
                self.unchanged(before)

    def test_what_says_nothing_about_the_power_is_no_fencing_statement(self):
        before = harness.checksum()
        for text in BAD_FENCES:
            self.expect(self.tool.run(*MOVE, "--fenced", text, "--yes"), USAGE, "a sentence of your own")
        self.unchanged(before)
        self.assertEqual(self.tool.journals(), [])

    def forge(self, path, **words):
        """A plan whose digest is right, as an older version would have written it."""
        plan = json.load(open(path))
        plan["request"].update(words)
        del plan["sha256"]
        text = json.dumps(plan, separators=(",", ":"), ensure_ascii=False)[:-1]
        with open(path, "w") as f:
            f.write(text + ',"sha256":"' + hashlib.sha256(text.encode()).hexdigest() + '"}\n')

    def test_nor_is_it_one_in_a_plan_file(self):
        path = os.path.join(self.tool.state, "x.plan")
        self.expect(self.tool.run(*MOVE, *FENCED, "--plan-out", path), OK)
        before = harness.checksum()
        self.forge(path, fenced=BAD_FENCES[0])
        self.expect(self.tool.run("plan", "apply", path, "--yes"), USAGE, "the plan's --fenced", "it is the placeholder")
        self.unchanged(before)
        self.forge(path, fenced=FENCED[1])
        self.expect(self.tool.run("plan", "apply", path, "--yes"), OK)

    def test_a_refusal_counts_its_problems_and_says_what_to_mend_first(self):
        rows("cinder", "UPDATE services SET disabled = 1 WHERE host = %s", (B + "@ceph",))
        r = self.expect(self.tool.run(*MOVE, "--yes"), REFUSED)
        self.answers_for_nobody(r)
        refused, hint = self.last_lines(r)
        self.assertTrue(refused.endswith("refused: 2 problems; nothing was written"), refused)
        self.assertIn("fix fencing-unconfirmed first", hint)
        for once in ("power the host off", "enable it, or name another", "is not confirmed"):
            self.assertEqual((r.out + r.err).count(once), 1, str(r))
        r = self.expect(self.tool.run(*MOVE, *FENCED, "--yes"), REFUSED, "refused: 1 problem; nothing was written", "fix target-disabled first")

    def test_without_a_terminal_the_plan_is_printed_once(self):
        r = self.expect(self.tool.run(*MOVE, *FENCED), REFUSED, "no terminal to ask on")
        self.assertEqual((r.out + r.err).count("  move      "), 1, str(r))
        self.assertEqual((r.out + r.err).count("pool-unseen"), r.out.count("pool-unseen"), str(r))

    def test_an_accept_names_a_finding_and_something_of_this_run(self):
        volume = value("cinder", "SELECT id FROM volumes WHERE host LIKE %s AND deleted = 0 LIMIT 1", (A + "@ceph#%",))
        before = harness.checksum()
        self.expect(self.tool.run(*MOVE, *FENCED, "--yes", "--accept", "target-dwon"), USAGE, "did you mean 'target-down'")
        r = self.expect(self.tool.run(*MOVE, *FENCED, "--yes", "--accept", "in-flight:" + volume[:-1] + "x"), NOT_FOUND, "did you mean '%s'" % volume)
        self.expect(self.tool.run(*MOVE, *FENCED, "--dry-run", "--accept", "in-flight:" + volume[:-1] + "x"), NOT_FOUND)
        self.expect(self.tool.run("host", "evacuate", A, *FENCED, "--dry-run", "--accept", "local-disk:image-aktive-0"), NOT_FOUND, "'image-active-0'")
        self.unchanged(before)
        r = self.expect(self.tool.run(*MOVE, *FENCED, "--dry-run", "-f", "json", "--accept", "in-flight:" + volume, "--accept", "target-down"), OK)
        notes = [f["subject"] for f in r.json["findings"] if f["code"] == "accept-unused"]
        self.assertEqual(notes, ["in-flight:" + volume, "target-down"])
        r = self.expect(self.tool.run(*MOVE, *FENCED, "--dry-run", "-f", "json"), OK)
        self.assertNotIn("accept-unused", r.findings())

