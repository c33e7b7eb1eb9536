#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Is every journal that a test had written one that the model allows?

    tests/model/replay.py DIRECTORY…           journals, or directories of them, one for each state directory; the last line counts; for the first record that no state of the model leads to:
                                               the records up to there, and what the model allows in its place

A journal shows some of the model's steps (tests/model/explore.py) and hides the others: what the world, a dying program and an
operator do. So it is allowed when at least one way through the model shows exactly its records: all states that the model can be in
after each record are kept, and where none is left, the record is wrong. Each unit is a model of its own; what holds between the
units of a run is tests/model/runs.py's.
"""
import functools
import glob
import json
import os
import sys

import explore
import runs


class Endless:
    """No bound on deaths and repetitions: a journal is read, not searched for. Only one run writes it."""
    def moves(self, s):
        for label, after in super().moves(s):
            if label != "operator: begin anew":
                yield label, self.endless(after)

    def endless(self, s):
        return s._replace(crashes=0)


class Evacuation(Endless, explore.Protocol):
    outcomes = {"applied": ("outcome on disk", "landed, not ready", "ended: still under way"), "proved": ("ended: proved",), "skipped": ("announced, not begun",),
                "failed": ("rolled back", "ended: not sent", "ended: nova failed"),
                "unknown": ("outcome unknown on disk", "ended: unknown", "ended: unknown, its rows vanished")}
    answers = {"acked": "acked", **dict.fromkeys(("returned", "refused", "not_sent"), "not_sent"),
               **dict.fromkeys(("nacked", "blocked", "lost", "timeout"), "lost")}
    verdicts = {"done": "DONE", "unproved": "NOT_READY", "network_not_ready": "NOT_READY", "guest_cannot_write": "NOT_READY", "not_done": "NOT_DONE", "failed": "FAILED",
                "under_way": "UNDER_WAY", "unknown": "UNKNOWN"}

    def endless(self, s):
        return s._replace(crashes=0, resends=0)      # src/recover/recover_resend.c counts none

    def labels_of(self, record):
        """Those of which one must lead to this record; None: the model does not know its kind."""
        kind = record["type"]
        if kind == "publish_intent":
            return ("publish_intent on disk" + " again" * (record["attempt"] > 1),)
        if kind == "publish_outcome":
            answer = self.answers[record["outcome"]]
            return ("publish_outcome %s on disk" % answer, "publish_outcome %s on disk again" % ("acked" if answer == "acked" else "lost"))
        return {"intent": lambda: ("intent on disk",), "outcome": lambda: self.outcomes[record["state"]],
                "recovery": lambda: ("recovered: " + self.verdicts[record["verdict"]],)}.get(kind, lambda: None)()


class OldBroker(Evacuation):
    """Its broker lets no message expire."""
    expires = False


class Rows(Endless, explore.Moves):
    """A unit of rows that change in one transaction: a move, a mark, an undo of them."""
    outcomes = {"applied": ("outcome applied on disk", "outcome not proved on disk"), "proved": ("outcome proved on disk",),
                "failed": ("rolled back",), "unknown": ("outcome unknown on disk",)}
    verdicts = {"done": "MOVED", "drift": "DRIFT", "unknown": "UNKNOWN", "not_done": "NOT_DONE"}

    def labels_of(self, record):
        return {"intent": lambda: ("intent on disk",), "outcome": lambda: self.outcomes[record["state"]],
                "recovery": lambda: ("recovered: " + self.verdicts[record["verdict"]],)}.get(record["type"], lambda: None)()


class Close(Rows, explore.Closes):
    pass


NOT_AGAIN = ("close", "reserve")     # what recovery does not write again: it makes sure that an earlier try cannot come any more


class Automaton:
    """A model as a journal shows it: states by number, the steps that leave a record by their label, the others without."""

    def __init__(self, model):
        self.model, self.number, self.silent, self.shown = model, {}, [], []
        self.shows = {"intent on disk"} | {label for labels in model.outcomes.values() for label in labels}
        self.shows |= {"recovered: " + verdict for verdict in model.verdicts.values()}
        self.first = frozenset([self.of(model.start)])
        todo = list(self.number)
        for state in todo:      # grows while it is read
            for label, after in self.steps(state):
                known = len(self.number)
                to, here = self.of(after), self.number[state]
                if to == known:
                    todo.append(after)
                if label in self.shows or label.startswith("publish_"):
                    self.shown[here].setdefault(label, set()).add(to)
                else:
                    self.silent[here].append(to)

    def of(self, state):
        if state not in self.number:
            self.number[state] = len(self.number)
            self.silent.append([])
            self.shown.append({})
        return self.number[state]

    def steps(self, state):
        return list(self.model.moves(state))

    @functools.lru_cache(None)
    def may_be_in(self, states):
        """With all that can happen unseen."""
        seen, todo = set(states), list(states)
        while todo:
            for to in self.silent[todo.pop()]:
                if to not in seen:
                    seen.add(to)
                    todo.append(to)
        return frozenset(seen)

    @functools.lru_cache(None)
    def after(self, states, labels):
        return frozenset(to for s in self.may_be_in(states) for label in labels for to in self.shown[s].get(label, ()))

    def allows(self, states):
        return sorted({label for s in self.may_be_in(states) for label in self.shown[s]})


@functools.lru_cache(None)
def automaton(model):
    return Automaton(model(explore.read_rules()))


def model_of(kind, records):
    if kind != "evacuation":
        return Close if kind in NOT_AGAIN else Rows
    return OldBroker if any(r.get("expiration_ms") == 0 for r in records) else Evacuation


def shown(record):
    return " ".join(str(record[k]) for k in ("seq", "type", "unit", "state", "outcome", "verdict", "error") if record.get(k) is not None)


def replay_unit(unit, kind, records):
    """None, or what is wrong."""
    machine = automaton(model_of(kind, records))
    states = machine.first
    for i, record in enumerate(records):
        labels = machine.model.labels_of(record)
        if labels is None:
            continue
        before, states = states, machine.after(states, labels)
        if not states:
            return "unit %d (%s): the model does not allow\n    %s\n  after\n%s\n  it allows\n%s" % (
                unit, kind, shown(record), "".join("    %s\n" % shown(r) for r in records[:i]).rstrip("\n"),
                "".join("    %s\n" % a for a in machine.allows(before)).rstrip("\n"))
    return None


def replay(records):
    """What is wrong in a journal, a text each."""
    kinds = {r["unit"]: r["kind"] for r in records if r["type"] == "intent"}
    wrong = [replay_unit(unit, kind, [r for r in records if r.get("unit") == unit]) for unit, kind in kinds.items()
             if kind not in runs.FENCES]
    return [w for w in wrong if w] + runs.wrong(records, kinds)


def read(path):
    """Its whole records: the last line of one that was killed may be torn."""
    with open(path) as f:
        return [json.loads(line) for line in f if line.endswith("\n")]


def replay_all(journals):
    """Those of one state directory, {name: records}: what is wrong, (name, text) each."""
    found = [(name, text) for name, records in sorted(journals.items()) for text in replay(records)]
    return found + list(runs.wrong_between(journals))


def main(words):
    n = records = failed = 0
    for directory in sorted({os.path.dirname(p) for word in words for p in glob.glob(os.path.join(word, "**", "*.jsonl"), recursive=True)}):
        journals = {os.path.basename(p): read(p) for p in glob.glob(os.path.join(directory, "*.jsonl"))}
        wrong = replay_all(journals)
        n += len(journals)
        records += sum(map(len, journals.values()))
        failed += len({name for name, text in wrong})
        for name, text in wrong:
            print("%s/%s: %s" % (os.path.basename(directory), name, text))
    print("%d journals with %d records, each as the model allows or named above" % (n, records))
    print("%d passed, %d failed" % (n - failed, failed))
    sys.exit(1 if failed or not n else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
