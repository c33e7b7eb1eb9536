# SPDX-License-Identifier: Apache-2.0
"""The same run in Chinese: people read Chinese, programs what they always read."""
import json
import os
import re
import subprocess

import harness
from harness import A, B, FENCED, OK, REFUSED, USAGE

MOVE = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *FENCED]
RESCUE = ["host", "rescue", A, "--to", B]
CHINESE = re.compile("[\u4e00-\u9fff]")


class Languages(harness.TestCase):
    def setUp(self):
        super().setUp()
        self.tool.types = False  # commands are found by the English sentence around them
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)

    def chinese(self, *words, **environment):
        """In a C locale, or in that of the environment; no byte of the marks between languages comes out."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("LC_") and k not in ("LANG", "LANGUAGE")}
        command = self.tool.command(*words, *([] if environment else ["--lang", "zh"]))
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**inherited, **(environment or {"LC_ALL": "C"})})
        r = harness.Result(command, done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))  # strict: it is UTF-8
        self.assertNotIn("\\xf", r.out + r.err, str(r))
        return r

    def english(self, text):
        self.assertFalse(CHINESE.search(text), text)

    def test_a_refused_rescue_is_told_in_chinese(self):
        before = harness.checksum()
        r = self.expect(self.chinese(*RESCUE), REFUSED, "错误: ", "提示: ", "已拒绝", "未写入任何内容")
        self.assertIn("fencing-unconfirmed", r.err)
        self.assertNotRegex(r.err, r"(?m)^(error|hint|warning): ")
        self.unchanged(before)
        for variables in ({"LC_ALL": "zh_CN.UTF-8"}, {"LANG": "zh_CN.UTF-8"}, {"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}):
            self.assertEqual(self.chinese(*RESCUE, **variables).code, REFUSED)
            self.assertRegex(self.chinese(*RESCUE, **variables).err, "已拒绝")
        for variables in ({"LC_ALL": "C", "LANGUAGE": "zh_CN"}, {"LC_ALL": "C.UTF-8", "LANGUAGE": "zh_CN"}, {"LANG": "de_DE.UTF-8"}):
            self.english(self.chinese(*RESCUE, **variables).err)

    def test_documents_are_english_in_every_language(self):
        words = [*RESCUE, "-f", "json", "--dry-run"]
        english = self.tool.run(*words)
        r = self.chinese(*words)
        self.assertRegex(r.err, CHINESE)
        self.english(r.out)
        self.assertEqual(len(r.json["findings"]), len(english.json["findings"]))
        for mine, other in zip(r.json["findings"], english.json["findings"]):
            self.assertEqual({k: re.sub(r"\d+ s", "", str(v)) for k, v in mine.items()}, {k: re.sub(r"\d+ s", "", str(v)) for k, v in other.items()})
        # a program that asks has no --lang: its messages are English, too
        self.english(self.chinese(*words, LC_ALL="zh_CN.UTF-8").err)
        self.english(self.chinese(*RESCUE, "--log-json", LC_ALL="zh_CN.UTF-8").err)
        logged = self.chinese(*RESCUE, "--log-json").err.splitlines()
        self.assertTrue(logged)
        self.english("".join(json.loads(line)["message"] for line in logged))
        for form in ("csv", "yaml", "value"):
            self.english(self.chinese("doctor", "-f", form).out)
        self.assertRegex(self.chinese("doctor").out, CHINESE)

    def test_a_plan_made_in_chinese_is_the_same_plan(self):
        files = [os.path.join(self.tool.state, name) for name in ("zh.plan", "en.plan")]
        self.expect(self.chinese(*MOVE, "--plan-out", files[0]), OK)
        self.expect(self.tool.run(*MOVE, "--plan-out", files[1]), OK)
        zh, en = (json.load(open(f)) for f in files)
        self.assertEqual(zh["units_sha256"], en["units_sha256"])
        self.english(json.dumps(zh, ensure_ascii=False))
        self.expect(self.tool.run("plan", "apply", files[0], "--yes"), OK)

    def test_the_journal_of_a_run_in_chinese_is_english(self):
        r = self.expect(self.chinese(*MOVE, "--yes"), OK)
        self.assertRegex(r.out + r.err, CHINESE)
        (journal,) = self.tool.journals()
        self.english(json.dumps(journal, ensure_ascii=False))
        run = journal[0]["run"]
        self.assertRegex(self.chinese("journal", "undo", run, "--dry-run").err, CHINESE)
        self.english(self.chinese("journal", "undo", run, "--sql").out)

    def test_the_command_line_is_complained_about_in_chinese(self):
        self.expect(self.chinese("host", "rescue", "--nonsense"), USAGE, "错误: ", "未知选项 '--nonsense'")
        self.expect(self.tool.run("doctor", "--lang", "de"), USAGE, "--lang takes zh or en, not 'de'")
