# SPDX-License-Identifier: Apache-2.0
"""Every command that the program prints, taken out of what it printed and run as somebody would who pastes it.

Commands are found in hints, remedies, units and sentences, on stderr and in JSON documents: nothing is listed here by hand. One that
writes is pasted with --dry-run behind it. What it may end with is what a command can that is understood, knows its names and is not
the mistake it was printed against.
"""
import atexit
import json
import os
import re
import shutil
import subprocess
import tempfile

OURS = "evac-manage "
BEGIN = re.compile(r"(?<![/.\w-])evac-manage (?=[a-z]|--)")
# "STOP  target-down: …" before its next step, "hint: fix target-down first: …" of a refusal
FINDING = re.compile(r"(?:\[DRY-RUN\] )?(?:(?:STOP|ok|stop|warn|note|skip) +|hint: fix )([a-z-]+)(?: \(\d+\))?(?: first)?: ")
DATA = {"before", "after", "details", "name"}  # of rows: nobody is told to type them
# bash's own words: "…", '…' where the command does not stand in '…' itself, $'…'
WORD = r"""(?:[^\s'"$`<>;,()|&]|\$'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"%s|[,](?=\S))+"""
BARE, QUOTED = (re.compile(OURS + r"(?:(?<=\s)%s[ ]?)+" % (WORD % more)) for more in (r"|'(?:[^']|'\\'')*'", ""))
TO_FILL_IN = re.compile(r"(?<![\w.#@/-])[A-Z][A-Z-]{2,}\d?(?:@[A-Z]+\d?)?(?![\w.#@/-])")

def commands_of_text(text):
    """Those of one line. One in '…' ends there; one in the open goes to the end of its clause."""
    for begin in BEGIN.finditer(text):
        found = (QUOTED if text[begin.start() - 1:begin.start()] == "'" else BARE).match(text, begin.start())
        if found:
            yield found.group(0).strip()


def texts_of_document(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key not in DATA:
                yield from texts_of_document(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts_of_document(value)
    elif isinstance(node, str):
        yield from node.splitlines()


class Printed:
    """A command as it was printed: as the hint of a finding, or as what one unit of a plan can be done by. ${excused}: the findings that
    may stand in its way; None: any."""

    def __init__(self, command, finding=None, excused=()):
        self.command, self.finding, self.excused = command, finding, excused


def commands_of(out, err):
    """Of stderr and of the document of a command that acts, each once, in their order. (The audit's remedies have a test of their own.)"""
    found = {}

    def add(text, **more):
        finding = None
        for line in text.splitlines():
            told = FINDING.match(line)
            finding = told.group(1) if told else finding if "hint: " in line or line.lstrip().startswith("next: ") else None
            here = {"finding": finding, **more}
            if here["finding"] == "looks-swapped":  # names the other way round: what speaks against that is another question
                here["excused"] = None
            if "this step only: " in line:  # what a unit of the plan can be done by: no more when it has been done
                if re.search(r"^  journal +/", out, re.M) or isinstance(document, dict) and document.get("journal"):
                    continue
                here["excused"] = ["volume-owner-dead"]
            for command in commands_of_text(line) if "usage: " + OURS not in line else ():
                found.setdefault(command, Printed(command, **here))

    try:
        document = json.loads(out)
    except ValueError:
        document = None
    for row in document if isinstance(document, list) else []:
        for key in ("hint", "meaning", "contradiction", "detail"):
            add(row.get(key) or "" if isinstance(row, dict) else "")
    if isinstance(document, dict):
        for finding in document.get("findings") or []:
            add(finding.get("hint") or "", finding=finding["code"])
        units = document.get("units") or []
        for unit in units:  # what an earlier unit of the plan mends may stand in the way of a later one's own command
            add(unit.get("command") or "", excused=["volume-owner-dead"] if unit is not units[0] else [])
        for text in texts_of_document(document):
            add(text)
    add(err)
    return list(found.values())


class Paster:
    """Pastes into a shell that finds the program under test by its name."""

    def __init__(self, tool):
        self.tool, self.help, self.listed = tool, {}, set()
        self.path = tempfile.mkdtemp(prefix="evac-manage-path.")
        atexit.register(shutil.rmtree, self.path, ignore_errors=True)
        os.symlink(os.path.abspath(tool), os.path.join(self.path, "evac-manage"))

    def takes(self, command, option):
        """Does the command that is typed there know this option? Its own help says so."""
        words = re.sub(r" --[a-z-]+ %s" % (WORD % r"|'(?:[^']|'\\'')*'"), "", command).split()[1:3]
        words = tuple(w for w in words if re.fullmatch(r"[a-z_]+", w))
        if words not in self.help:
            self.help[words] = subprocess.run([self.tool, *words, "--help"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
        return "\n  %s " % option in self.help[words]

    def run(self, line):
        done = subprocess.run(["bash", "-c", line], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300,
                              env={**os.environ, "PATH": self.path + ":" + os.environ["PATH"]})
        return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace")

    def paste(self, printed, said):
        """What is wrong with it, in words; None: nothing. ${said}: all that the run said that printed it: what stood in its way may stand
        in the way of what it told to type, but not the finding that this is the hint of."""
        placeholder = TO_FILL_IN.search(printed.command)
        if placeholder:
            return "'%s' is left for the reader to fill in" % placeholder.group(0)
        dry = self.takes(printed.command, "--dry-run")
        plain = re.sub(r" --(?:[a-z]+-config-file|config|state-dir|defaults-file) (?:%s)" % WORD % "", "", printed.command)
        if not dry and plain in self.listed:  # the same list or page has been read before, in some other state
            return None
        self.listed.add(plain)
        line, end, names = printed.command.partition(" -- ")
        line += " --dry-run" if dry and " --dry-run" not in line else ""
        line += " -f json" if dry and " -f " not in line else ""
        code, out, err = self.run(line + end + names)
        if code in (0, 3, 6, 9, 12, 13) or (code == 5 and not dry):
            return None
        if code == 7 and " journal recover " in line and "rows that are not as it wrote them" in said:  # it names them
            return None
        if code == 10 and " journal recover " in line:  # it looks again whether a network is ready
            return None
        if code != 5:
            return "exit %d\n%s" % (code, err)
        try:
            # what is left out of a host's run stops nothing; alone it is refused
            ways = ("stop", "skip") if " instance evacuate " in line else ("stop",)
            stops = {f["code"] for f in json.loads(out)["findings"] if f["severity"] in ways and not f["accepted"]}
        except ValueError:
            stops = set()
        # a fence is the operator's to state; the light sandbox has no conductor but where a test brings one
        new = {c for c in stops if c == printed.finding or not (printed.excused is None or c in ("fencing-unconfirmed", "no-consumer") or c in printed.excused or re.search(r"\b%s\b" % re.escape(c), said))}
        return None if stops and not new else "refused: %s\n%s" % (", ".join(sorted(new)), err)
