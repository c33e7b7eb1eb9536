# SPDX-License-Identifier: Apache-2.0
"""The screens of the documents, played on a real sandbox: see docs/screens/run. One cloud a language: its host A fails, is looked
at, is rescued on a terminal, and what is left is shown. To add a screen, give it a name in play() and a marker of that name in a
document."""
import os
import re
import shutil
import socket
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "lib"))

import harness    # noqa: E402
import terminal   # noqa: E402
from harness import A, B, C, ENV  # noqa: E402

DOCUMENTS = ["README.md", "docs/runbook.md", "docs/runbook.zh.md", "docs/recovery.md"]
MARKER = re.compile(r"(<!-- screen: ([a-z0-9-]+) -->\n)```\n.*?```\n", re.S)
STATE = "/var/lib/evac-manage"  # docs/screens/run has a place of its own there
# the ends of the two questions
ASKED = {"en": ("(empty: stop here)", "name to go on:"), "zh": ("留空：到此为止", "输入故障节点名以继续")}
FENCED = "ipmitool: chassis power is off, Ann, 03:10"


# ---- always the same: what differs from run to run

class Same:
    """Run ids, uuids, times and ports in the order in which they are seen; the length stays, for tables are aligned by it."""

    def __init__(self):
        self.runs, self.uuids = {}, {}
        for database, table, key in (("nova", "instances", "uuid"), ("cinder", "volumes", "id"), ("cinder", "backups", "id")):
            name = "display_name"
            for row in harness.rows(database, "SELECT %s AS id, %s AS name FROM %s ORDER BY %s, created_at" % (key, name, table, name)):
                self.uuid(row["id"])

    def uuid(self, text):
        n = self.uuids.setdefault(text, len(self.uuids) + 1)
        # like a real one: its first letters tell it from the others
        return "%08x-%04x-4%03x-8%03x-%012x" % ((n * 0x9e3779b1) & 0xffffffff, (n * 40503) & 0xffff, (n * 613) & 0xfff, (n * 977) & 0xfff, n * 0x9e3779b97f & 0xffffffffffff)

    def run(self, match):
        n = self.runs.setdefault(match[0], len(self.runs) + 1)
        return "20260311T0312%02dZ-%s-%08x" % (n, match[1], (n * 0x9e3779b1) & 0xffffffff)

    def text(self, text):
        text = re.sub(r"\d{8}T\d{6}Z-([a-z-]+)-[0-9a-f]{8}", self.run, text)
        text = re.sub(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", lambda m: self.uuid(m[0]), text)
        for known, n in self.uuids.items():  # a listing for people may show the beginning
            text = re.sub(r"\b%s(?=…|\s|$)" % known[:8], self.uuid(known)[:8], text)
        text = re.sub(r"\d{4}-\d\d-\d\d([T ])\d\d:\d\d:\d\d", r"2026-03-11\g<1>03:12:00", text)
        text = re.sub(r"\b\d{4}-\d\d-\d\d\b", "2026-03-11", text)
        base = int(ENV["EVAC_SANDBOX_PORT"])
        text = re.sub(r"\b%s:(?=\d{5}\b)" % re.escape(socket.gethostname()), "db1:", text)
        text = re.sub(r":(\d{5})\b", lambda m: ":%d" % (int(m[1]) - base + 23000), text)
        text = re.sub(r"version=10\.11\.\d+-MariaDB\S*", "version=10.11.14-MariaDB", text)
        text = re.sub(r"\b\d{4,6} MB\b", "75000 MB", text)
        text = re.sub(r"\b\d+\.\d s\b", "1.0 s", text)
        return re.sub(r"\b[0-9] s\b", "1 s", text)


# ---- the cloud

def age(host, minutes):
    for database, column in (("cinder", "updated_at"), ("nova", "last_seen_up")):
        harness.rows(database, "UPDATE services SET {0} = UTC_TIMESTAMP() - INTERVAL %s SECOND WHERE BINARY SUBSTRING_INDEX(host, '@', 1) = "
                     "BINARY %s".format(column), (60 * minutes + 5, host))
    harness.rows("neutron", "UPDATE agents SET heartbeat_timestamp = UTC_TIMESTAMP() - INTERVAL %s SECOND WHERE BINARY host = BINARY %s",
                 (60 * minutes + 5, host))


def fail():
    """A is dead for 14 minutes; C takes no instances, so that the scheduler has one choice."""
    harness.rows("nova", "UPDATE services SET disabled = 1, disabled_reason = 'maintenance' WHERE BINARY host = BINARY %s", (C,))
    harness.sandbox("fail", "A")
    age(A, 14)


class Play:
    def __init__(self, lang):
        self.lang, self.seen, self.same = lang, {}, None

    def show(self, name, *words, answers=(), columns=80, code=None):
        command = [harness.TOOL, *words, *(["--lang", self.lang] if self.lang != "en" else [])]
        seen = terminal.run(command, columns=columns, answers=answers, EVAC_MANAGE_STATE_DIR="")
        if code is not None and seen.code != code:
            raise SystemExit("%s: exit %s instead of %s\n%s" % (name, seen.code, code, seen.text))
        typed = " ".join(word if re.fullmatch(r"[\w./:@=#-]+", word) else "'%s'" % word for word in words)
        self.seen[name] = self.same.text("# evac-manage %s\n%s\n" % (typed, seen.text))
        return seen

    def play(self):
        harness.sandbox("reset")
        shutil.rmtree(STATE, ignore_errors=True)
        self.same = Same()
        fence, name = ASKED[self.lang]
        fail()
        self.show("doctor", "doctor")
        self.show("service-list", "service", "list", "--host", A)
        self.show("mistyped", "volume", "list", "--host", A[:-1] + "8@ceph", code=4)
        self.show("refused", "host", "rescue", A, "--to", B, answers=[(fence, "")], code=5)
        age(A, 14)
        self.show("rescue", "host", "rescue", A, "--to", B, answers=[(fence, FENCED), (name, A)], code=6)
        self.show("host-return", "host", "return", A)
        self.show("journal-list", "journal", "list")
        self.show("swapped", "host", "rescue", B, "--to", A, code=5)


# ---- the documents

def written(path, screens, missing):
    """The document with its screens as they are now."""
    lang = "zh" if path.endswith(".zh.md") else "en"

    def block(match):
        text = screens[lang].get(match[2])
        if text is None:
            missing.append("%s: there is no screen '%s'" % (path, match[2]))
            return match[0]
        return match[1] + "```\n" + text + "```\n"

    return MARKER.sub(block, open(os.path.join(ROOT, path)).read())


def main():
    check, screens, missing, changed = "--check" in sys.argv[1:], {}, [], []
    langs = ["en", "zh"] if os.path.exists(os.path.join(ROOT, "docs/runbook.zh.md")) else ["en"]
    for lang in langs:
        play = Play(lang)
        play.play()
        screens[lang] = play.seen
        if "--show" in sys.argv[1:]:
            print("\n".join("==== %s %s\n%s" % (lang, *each) for each in play.seen.items()))
    for path in DOCUMENTS:
        full = os.path.join(ROOT, path)
        if not os.path.exists(full):
            continue
        text = written(path, screens, missing)
        if text != open(full).read():
            changed.append(path)
            if not check:
                open(full, "w").write(text)
    print("\n".join(missing + ["%s: %s" % (path, "would change" if check else "written") for path in changed]) or "nothing changed")
    sys.exit(1 if missing or (check and changed) else 0)


if __name__ == "__main__":
    main()
