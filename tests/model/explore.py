#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every state that one evacuation, or one move of ownership, can come to: the protocol explored in full.

    tests/model/explore.py                the protocol and its broken variants; the last line counts
    tests/model/explore.py --trace NAME   the shortest way in which a variant goes wrong

What recovery does is not written here: it is read from the table in src/recover/recover_rule.c that the program itself follows. The
order of the forward steps (FORWARD) is compared with the journals of real runs by tests/integration/test_protocol.py.

The world may: lose the answer to a commit, which then lands at once, later or never; keep a message on its way, lose it, or
deliver it after the sender has died; let a conductor take a message and die; delete the migration, come back without the whole claim and
all that was recorded since (a failover to a replica that lagged) while a compute builds, let a user delete the instance; kill the program before and after every step, in
recovery as well; let an operator recover, send again, close and begin anew at any moment. Time is one bit: a message's life is over,
or not. What must always hold (I1 to I5) is checked in every state; a state that breaks it ends the search. Beside it a smaller one: a
compute that waits for its port, and the tool that tells it (E2, E3); evacuations that follow each other (T1 to T3); and two hosts, three
instances and two operators (night.py).
"""
import argparse
import collections
import os
import re
import sys

import night
from search import Broken, explore

HERE = os.path.dirname(os.path.abspath(__file__))
RULES = os.path.join(HERE, "..", "..", "src", "recover", "recover_rule.c")
CRASHES, RUNS, RESENDS = 3, 2, 1

# One evacuation, in this order; each is durable, or remote, before the next begins.
FORWARD = ("journal intent", "claim", "journal outcome", "journal publish_intent", "publish", "journal publish_outcome", "follow")

FIELDS = {"claim": ("OPEN", "FAILED", "APPLIED"), "cast": ("NEVER", "NOT_SENT", "ACKED", "UNKNOWN"),
          "row": ("ABSENT", "ACCEPTED", "WORKING", "DONE", "ERROR"), "evidence": ("NONE", "SOME", "FAILED", "LOST"), "age": ("YOUNG", "LATE", "ENDLESS", "GIVEN_UP"),
          "instance": ("OLD", "MOVED", "BUSY", "GONE"), "held": ("MAYBE", "NOT")}
Rule = collections.namedtuple("Rule", "when action verdict")


def read_rules(path=RULES):
    """The rows of recovery_rules[]: what is known, as a set a field; what is done; the verdict."""
    with open(path) as f:
        text = f.read()
    body = text[text.index("recovery_rules[] = {"):]
    for name, words in re.findall(r"^#define (\w+) (\(?[A-Z_| ]+\)?)$", text, re.M):
        body = re.sub(r"\b%s\b" % name, words.strip("()"), body)
    rules = []
    for known, action, verdict in re.findall(r"\{ \{ ([^}]*) \}, ACTION_(\w+),\s+VERDICT_(\w+),", body):
        when = []
        for (field, values), word in zip(FIELDS.items(), known.split(",")):
            word = word.strip()
            names = [n.strip().split("_", 1)[1] for n in word.split("|")] if word != "ANY" else values
            unknown = set(names) - set(values)
            if unknown:
                sys.exit("%s: %s has no %s" % (path, field, unknown))
            when.append(frozenset(names))
        rules.append(Rule(tuple(when), action, verdict))
    if len(rules) != body.count("VERDICT_") or rules[-1].when != tuple(frozenset(v) for v in FIELDS.values()):
        sys.exit("%s: its table could not be read" % path)
    return rules


# where: what the program does next ("off": it does not run); intent, outcome, pub, verdict: what the journal holds (outcome of the
# unit; pub None, begun, acked, not_sent, lost); row, task, moved: the database; pending: commits without an answer that may land;
# copies: messages, each on its way ("net"), in the "queue" or "taken" by a conductor; late: every message's life is over;
# begun: how often a rebuild was begun since the instance was last claimed; event: what nova has recorded; trace: our record of the
# request, under which it does; lost: rows have vanished; deleted: the instance; guest: one that is being built, or was and is left.
State = collections.namedtuple("State", "where intent outcome pub verdict row task moved pending copies late begun event crashes runs resends"
                                        " trace lost deleted guest")
START = State(FORWARD[0], False, None, None, None, "ABSENT", False, False, frozenset(), (), False, 0, "NONE", 0, 1, 0, False, False, False, False)


class Protocol:
    """The protocol as built; a variant changes one thing."""
    forward = FORWARD
    unique = True                 # the migration's uuid is made from the run: a second insert fails
    on_lost_publish = "unknown"   # or "resend"
    done_when = "moved"           # or "acked"
    resend_age = ("LATE",)
    resend_looks_at_queue = True
    auto_resend = False
    conductors_freeze = False     # longer than a message's life, with the message in hand
    programs_freeze = False       # as long, between the publish_intent and the message
    cancel_whole = True           # migration and task state in one transaction
    expires = True                # a broker drops a message when its life is over; quorum queues before RabbitMQ 3.10 do not
    heals = True                  # whatever kept a message on its way for so long is over by then: it is in the queue, or lost
    resends = RESENDS
    vanished_keeps_out = True     # an evacuation that is not to be seen any more keeps the next run out

    def __init__(self, rules):
        self.rules = self.change(list(rules))

    @property
    def start(self):
        return START._replace(where=self.forward[0])

    def change(self, rules):
        return rules

    # ---- the program, forward

    def next(self, where):
        i = self.forward.index(where) + 1
        return self.forward[i] if i < len(self.forward) else "off"

    def program(self, s):
        """What the step that is due can lead to."""
        step = s.where
        go = self.next(step) if step in self.forward else None
        if step == "journal intent":
            yield "intent on disk", s._replace(intent=True, where=go)
        elif step == "claim":
            yield from self.claim(s, go)
        elif step == "journal outcome":
            yield "outcome on disk", s._replace(outcome="applied", where=go)
        elif step == "journal publish_intent":
            yield "publish_intent on disk", s._replace(pub="begun", late=False, where=go)
            yield from self.take_back(s, "end failed", "end unknown")     # the host has shown life, or the pause has come
        elif step == "publish":
            yield from self.publish(s, go)
        elif step in ("acked", "not_sent", "lost"):      # the answer is known, and not yet on disk
            then = {"acked": "follow", "not_sent": "cancel", "lost": "end unknown"}[step]
            yield "publish_outcome %s on disk" % step, s._replace(pub=step, where=then)
            if step == "lost" and self.on_lost_publish == "resend" and s.resends < RESENDS:
                yield "resent on timeout", s._replace(where="publish", resends=s.resends + 1)
        elif step == "cancel":
            yield from self.take_back(s, "end failed", "end unknown")
        elif step == "end failed":
            yield "ended: not sent", s._replace(outcome="failed", verdict="NOT_DONE", where="off")
        elif step == "end unknown":
            yield "ended: unknown", s._replace(outcome="unknown", verdict="UNKNOWN", where="off")
        elif step == "follow":
            yield from self.follow(s)
        elif step == "landed":                           # its network, or its guest's disk, may be ready later
            yield "ended: proved", s._replace(outcome="proved", verdict="DONE", where="off")
            yield "the run ends, not ready", s._replace(verdict="NOT_READY", where="off")
        elif step.startswith("recover"):
            yield from self.recover(s)

    def claim(self, s, go):
        if s.row == "ABSENT" and not s.task and not s.moved and not s.deleted:
            claimed = s._replace(row="ACCEPTED", task=True, begun=0, trace=True)
            yield "claimed", claimed._replace(where=go)
            yield "claimed, answer lost", claimed._replace(where="claim unknown")
            yield "commit in doubt", s._replace(pending=s.pending | {"claim"}, where="claim unknown")
        yield "rolled back", s._replace(outcome="failed", verdict="NOT_DONE", where="off")
        if s.intent:    # written ahead, while the message of the one before was out; then nothing more was to be begun
            yield "announced, not begun", s._replace(outcome="skipped", verdict="NOT_DONE", where="off")

    def publish(self, s, go):
        if s.row == "ABSENT" and not s.lost:
            raise Broken("I5: published before its commit")
        queued = s._replace(copies=tuple(sorted(s.copies + ("queue",))))
        net = s._replace(copies=tuple(sorted(s.copies + ("net",))))
        if go != "journal publish_outcome":              # a variant without that order goes its own way
            yield "acked", queued._replace(where=go)
            yield "lost on its way", net._replace(where=go)
            return
        yield "acked", queued._replace(where="acked")
        yield "returned", s._replace(where="not_sent")
        yield "no answer, it is in the queue", queued._replace(where="lost")
        yield "no answer, it is on its way", net._replace(where="lost")
        yield "no answer, it is gone", s._replace(where="lost")

    def take_back(self, s, good, bad):
        """The transaction that puts the rows back: all of them, or none."""
        if s.row == "ACCEPTED" and s.task:
            back = s._replace(row="ERROR", task=False) if self.cancel_whole else s._replace(row="ERROR")
            yield "taken back", back._replace(where=good)
            yield "taken back, answer lost", back._replace(where=bad)
            yield "taking back in doubt", s._replace(pending=s.pending | {"cancel"}, where=bad)
        else:
            yield "somebody works on it", s._replace(where=bad)

    def follow(self, s):
        if self.done_when == "acked":
            yield "ended: done, because acked", s._replace(outcome="proved", verdict="DONE", where="off")
        if s.row == "DONE":
            yield "ended: proved", s._replace(outcome="proved", verdict="DONE", where="off")
            yield "landed, not ready", s._replace(where="landed")
        elif s.row == "ERROR" or s.event == "FAILED":
            yield "ended: nova failed", s._replace(outcome="failed", verdict="FAILED", where="off")
        elif s.row == "ABSENT":
            yield "ended: unknown, its rows vanished", s._replace(outcome="unknown", verdict="UNKNOWN", where="off")
        yield "ended: still under way", s._replace(outcome="applied", verdict="UNDER_WAY", where="off")

    # ---- the program, recovering: look, act, look again; "recover!" may send again

    def known(self, s):
        claim = "APPLIED" if s.pub or s.outcome in ("applied", "proved") else "FAILED" if s.outcome in ("failed", "skipped") else "OPEN"
        cast = {None: "NEVER", "acked": "ACKED", "not_sent": "NOT_SENT"}.get(s.pub, "UNKNOWN")
        instance = "GONE" if s.deleted else "BUSY" if s.moved and s.task else "MOVED" if s.moved else "OLD"
        evidence = "SOME" if s.row != "ABSENT" and not s.deleted and (s.moved or (s.row == "ACCEPTED" and not s.task)) else "NONE"
        if s.event != "NONE":
            evidence = s.event
        elif evidence == "NONE" and not s.trace:
            evidence = "LOST"
        if s.where == "recover accept" and s.row == "ABSENT" and evidence in ("LOST", "SOME") and cast in ("ACKED", "UNKNOWN"):
            evidence = "NONE"
        held = "NOT" if s.late and "queue" not in s.copies else "MAYBE"
        return claim, cast, s.row, evidence, self.age(s), instance, held

    def age(self, s):
        if not s.late:
            return "YOUNG"
        return "LATE" if self.expires else "GIVEN_UP" if s.where == "recover accept" and s.row == "ABSENT" else "ENDLESS"

    def rule(self, s):
        known = self.known(s)
        return next(r for r in self.rules if all(k in w for k, w in zip(known, r.when)))

    def recover(self, s):
        if s.where == "recover publish":                 # publish_intent is on disk
            yield "sent again", s._replace(copies=tuple(sorted(s.copies + ("queue",))), where="recover sent")
            yield "sending again: no answer", s._replace(copies=tuple(sorted(s.copies + ("net",))), where="recover sent, lost")
            yield "sending again: returned", s._replace(where="recover sent, lost")
            return
        if s.where.startswith("recover sent"):           # that this one was not is no proof: the first copy may have been taken after all
            pub = "acked" if s.where == "recover sent" else "lost"
            yield "publish_outcome %s on disk again" % pub, s._replace(pub=pub, where="recover")
            return
        if s.where == "recover unknown":                 # what it did itself is in doubt
            yield "recovered: UNKNOWN", s._replace(verdict="UNKNOWN", where="off")
            return
        if s.where in ("recover", "recover!"):           # a database, or the broker, does not answer: what it does not see it does not judge
            yield "recovered: UNKNOWN", s._replace(verdict="UNKNOWN", where="off")
        rule = self.rule(s)
        if rule.action == "FENCE":
            if s.row == "ABSENT":
                fenced = s._replace(row="ERROR")
                yield "fenced", fenced
                yield "fence in doubt", s._replace(pending=s.pending | {"fence"}, where="recover unknown")
            return
        if rule.action == "SETTLE":
            closed = s._replace(row="ERROR", task=False)
            yield "settled", closed._replace(verdict=rule.verdict, where="off")
            yield "settled, not yet on disk", closed
            yield "settling in doubt", s._replace(pending=s.pending | {"settle"}, where="recover unknown")
            return
        if rule.action == "TAKE_BACK":
            yield from self.take_back(s, s.where, "recover unknown")
            return
        if s.where == "recover accept":
            yield "recovered: " + rule.verdict, s._replace(verdict=rule.verdict, where="off")
            return
        wants = s.where == "recover!" or self.auto_resend
        if rule.verdict == "UNKNOWN" and wants and s.pub not in (None, "not_sent") and s.resends < self.resends and self.may_resend(s):
            yield "publish_intent on disk again", s._replace(pub="begun", late=False, resends=s.resends + 1, where="recover publish")
        yield "recovered: " + rule.verdict, s._replace(verdict=rule.verdict, where="off")
        if rule.verdict == "DONE":
            yield "recovered: NOT_READY", s._replace(verdict="NOT_READY", where="off")

    def may_resend(self, s):
        """recover_resend.c: its life is over, the queue is empty, and nobody has begun."""
        return (self.age(s) in self.resend_age and (not self.resend_looks_at_queue or "queue" not in s.copies) and
                s.row == "ACCEPTED" and s.task and not s.moved and s.event == "NONE")

    # ---- the world

    def world(self, s):
        if s.where == "claim unknown":
            yield "outcome unknown on disk", s._replace(outcome="unknown", verdict="UNKNOWN", where="off")
        if s.where != "off" and s.crashes < CRASHES:
            yield "CRASH", s._replace(where="off", crashes=s.crashes + 1)
        for commit in s.pending:
            rest = s._replace(pending=s.pending - {commit})
            yield "%s in doubt: dead" % commit, rest
            if commit == "claim" and (s.row == "ABSENT" or not self.unique) and not s.task and not s.moved and not s.deleted:
                # whoever waited for the same uuid gets a duplicate, whatever becomes of the row later
                waited = frozenset({"fence", "settle"}) if self.unique else frozenset()
                yield "claim in doubt: lands", rest._replace(row="ACCEPTED", task=True, begun=0, trace=True, pending=rest.pending - waited)
            elif commit == "settle" and s.row in ("ABSENT", "ACCEPTED"):
                yield "settling in doubt: lands", rest._replace(row="ERROR", task=False)
            elif commit == "cancel" and s.row == "ACCEPTED" and s.task:
                yield "taking back in doubt: lands", rest._replace(row="ERROR", task=False)
            elif commit == "fence" and s.row == "ABSENT":
                yield "fence in doubt: lands", rest._replace(row="ERROR")
        for i, copy in enumerate(s.copies):
            rest = s.copies[:i] + s.copies[i + 1:]
            if copy == "net":
                yield "message arrives late", s._replace(copies=tuple(sorted(rest + ("queue",))))
                yield "message is lost on its way", s._replace(copies=rest)
            elif copy == "queue":
                yield "conductor takes it", s._replace(copies=tuple(sorted(rest + ("taken",))))
            else:
                yield "conductor dies with it", s._replace(copies=rest)
                yield "conductor fails at it", s._replace(copies=rest, event="FAILED" if s.event == "NONE" and s.trace else s.event)
                yield "conductor begins", self.begin(s._replace(copies=rest))
        if s.guest:
            yield from self.build(s)
        yield from self.vanish(s)
        if s.pub and not s.late and (self.conductors_freeze or "taken" not in s.copies) and (
                self.programs_freeze or s.where not in ("publish", "recover publish")):
            yield "its life is over", s._replace(late=True, copies=self.left_over(s))

    def left_over(self, s):
        if self.expires:
            return tuple(c for c in s.copies if c == "taken")
        return tuple(sorted("queue" if c == "net" and self.heals else c for c in s.copies))

    def build(self, s):
        """A compute comes to an end with it: save(expected_task_state=…) tells it whether it may (nova compute/manager.py)."""
        if s.row == "WORKING":
            if not s.deleted:
                yield "nova ends it", s._replace(row="DONE", task=False, moved=True, guest=False)
            yield "nova ends it in error", s._replace(row="ERROR", task=False, guest=False)
        elif s.row == "ABSENT" and s.task:
            yield "it arrives without its migration", s._replace(task=False, moved=True, guest=False)
            yield "it comes there without its migration", s._replace(moved=True)      # nova still works on it
            yield "it fails without its migration", s._replace(event="FAILED", guest=False)

    def vanish(self, s):
        if s.row in ("ACCEPTED", "WORKING") and not s.lost and not s.deleted:
            yield "the database loses the migration", s._replace(row="ABSENT", lost=True)
            yield "the database comes back without the claim", s._replace(row="ABSENT", task=False, trace=False, event="NONE", lost=True,
                                                                          pending=frozenset())
        if s.row == "ACCEPTED" and not s.deleted and not s.lost:
            yield "its user deletes it", s._replace(deleted=True, task=False)

    def begin(self, s):
        if s.verdict == "NOT_DONE":
            raise Broken("I4: said not to have been sent, and somebody begins with it")
        if not s.task:
            return s                                     # nova compute/manager.py: save(expected_task_state=['rebuilding']) fails
        if s.begun or s.guest:
            raise Broken("I1: begun twice")
        return s._replace(begun=1, row="WORKING" if s.row == "ACCEPTED" else s.row, event="SOME" if s.trace else s.event, guest=True)

    def operator(self, s):
        if s.where != "off":
            return
        if s.intent and s.verdict in (None, "UNKNOWN", "UNDER_WAY", "NOT_READY"):
            yield "operator: recover", s._replace(where="recover")
            yield "operator: recover --resend", s._replace(where="recover!")
            # has looked, on every compute, and ended what he found; the message's age is that of the moment when the command begins
            # where it does not expire, also at the broker, and has restarted the conductors: nobody holds a message
            if s.lost and s.verdict == "UNKNOWN" and s.late and (self.expires or not set(s.copies) & {"queue", "taken"}):
                yield "operator: recover --accept", s._replace(where="recover accept", guest=False)
        quiet = "queue" not in s.copies and s.late and not s.pending
        if s.row == "ACCEPTED" and s.task and (s.event == "FAILED" or (quiet and s.event == "NONE" and s.pub)):
            yield "operator: migration close", s._replace(row="ERROR", task=False, verdict="FAILED")
        forgotten = not self.vanished_keeps_out and s.lost and s.row == "ABSENT"
        if not self.expires and s.late and "taken" in s.copies:
            return                                       # for a moment: what is on its way to him has been taken meanwhile
        if s.runs < RUNS and (s.verdict in ("NOT_DONE", "FAILED") or forgotten) and not s.task and not s.moved and not s.deleted:
            # another run has another uuid; what is in doubt under the old one meets that one's row and can never land
            yield "operator: begin anew", START._replace(where=self.forward[0], crashes=s.crashes, runs=s.runs + 1, copies=s.copies,
                                                         guest=s.guest, lost=s.lost,
                                                         pending=frozenset() if self.unique and s.row != "ABSENT" else s.pending)

    # ---- what must hold

    def check(self, s):
        if s.task and (s.row in ("ERROR", "DONE") or (s.row == "ABSENT" and not s.lost)):
            raise Broken("I2: 'rebuilding' with a migration that is %s" % s.row.lower())
        if s.task and not s.intent:
            raise Broken("I2: 'rebuilding' and the journal knows nothing of it")
        if s.verdict in ("DONE", "NOT_READY") and not s.moved:
            raise Broken("I4: said to be done, and it is not")
        if s.verdict == "NOT_DONE" and (s.task or s.moved or s.begun):
            raise Broken("I4: said to be as before, and it is not")
        if s.verdict == "NOT_DONE" and s.where == "off" and s.copies:
            raise Broken("I4: said not to have been sent, and a message is about")

    def moves(self, s):
        yield from self.program(s)
        yield from self.world(s)
        yield from self.operator(s)


class Moves(Protocol):
    """The other unit: two rows change owner in one transaction. Rows are old, new, another's ("other") or deleted ("gone"). Users
    change and delete rows whenever they like, and a failover may lose a commit that was acknowledged; what is said of the move must be
    true of the move."""
    whole = True
    fence = True                  # recovery runs the compare-and-set again, instead of believing what it reads
    drift_is_not_moved = False    # a row that users have changed since is taken for one that never moved
    looks_last = True             # before the run ends, what was verified is looked at once more

    State = collections.namedtuple("State", "where intent outcome verdict rows pending crashes written lost")
    start = State("journal intent", False, None, None, ("old", "old"), False, 0, False, False)

    def moves(self, s):
        if s.where == "journal intent":
            yield "intent on disk", s._replace(intent=True, where="write")
        elif s.where == "write":
            yield "rolled back", s._replace(outcome="failed", verdict="NOT_DONE", where="off")
            yield from self.write(s, "applied", "unknown", "rolled back")
        elif s.where == "applied":
            yield "outcome applied on disk", s._replace(outcome="applied", where="prove")
        elif s.where == "prove":                         # right after the commit, over another connection
            yield "proof read", s._replace(where="proved" if set(s.rows) <= {"new", "gone"} else "not proved")
        elif s.where == "proved":
            yield "outcome proved on disk", s._replace(outcome="proved", verdict="MOVED", where="last look")
        elif s.where == "not proved":
            yield "outcome not proved on disk", s._replace(outcome="applied", verdict="DRIFT", where="off")
        elif s.where == "last look":
            if "old" not in s.rows:
                yield "the run ends", s._replace(where="off")
            elif self.looks_last:
                yield "found lost at the end", s._replace(where="not proved")
            else:
                raise Broken("I4: the run ends with what was verified, and the database has lost it")
        elif s.where == "unknown":
            yield "outcome unknown on disk", s._replace(outcome="unknown", verdict="UNKNOWN", where="off")
        elif s.where == "rolled back":
            yield "rolled back", s._replace(outcome="failed", verdict="NOT_DONE", where="off")
        elif s.where == "recover":
            yield from self.recover_rows(s)
        elif s.where in ("MOVED", "DRIFT", "UNKNOWN", "NOT_DONE"):
            yield "recovered: " + s.where, s._replace(verdict=s.where, where="off")
        yield from self.others(s)

    def recover_rows(self, s):
        """recover_rows.c: rows_verdict(), recover_rows()"""
        held = set(s.rows)
        committed = s.outcome == "applied"
        yield "cannot look", s._replace(where="UNKNOWN")
        if held == {"new"}:
            yield "found moved", s._replace(where="MOVED")
        elif self.drift_is_not_moved and "new" not in held:
            yield "read: not moved", s._replace(where="NOT_DONE")
        elif "old" not in held and (committed or ("new" in held and "other" not in held)):
            yield "found moved, and changed since", s._replace(where="MOVED")
        elif held != {"old"}:
            yield "found drifted", s._replace(where="DRIFT")
        elif committed or s.outcome == "proved":
            yield "found lost", s._replace(where="DRIFT")
        elif s.outcome == "failed" or not self.fence:
            yield "read: not moved", s._replace(where="NOT_DONE")
        else:
            yield from self.settle_open(s)

    def settle_open(self, s):
        """Nobody knows what became of the commit, and every row is as before: the same compare-and-set once more."""
        yield from self.write(s, "MOVED", "UNKNOWN", "DRIFT")

    def others(self, s):
        if s.pending:
            yield "commit in doubt: dead", s._replace(pending=False)
            if set(s.rows) == {"old"}:
                yield "commit in doubt: lands", s._replace(pending=False, rows=("new", "new"), written=True)
        if s.where != "off" and s.crashes < CRASHES:
            yield "CRASH", s._replace(where="off", crashes=s.crashes + 1)
        if s.where == "off" and s.intent and s.verdict in (None, "UNKNOWN", "DRIFT"):
            yield "operator: recover", s._replace(where="recover")
        if s.rows[0] in ("old", "new") and not (s.rows == ("new", "old")):
            yield "somebody else takes a row", s._replace(rows=("other", s.rows[1]))
            yield "its user deletes a row", s._replace(rows=("gone", s.rows[1]))
        if (s.written and s.rows[1] == "new") or (s.lost and s.rows == ("other", "old")):   # what was lost, a later run has done
            yield "somebody else takes the other row", s._replace(rows=(s.rows[0], "other"))
        if s.rows == ("new", "new") and not s.lost:
            yield "the database loses the commit", s._replace(rows=("old", "old"), lost=True)

    def write(self, s, good, doubt, drift):
        if set(s.rows) == {"old"}:
            if not self.whole:
                yield "first row written", s._replace(rows=("new", "old"))
            yield "written", s._replace(rows=("new", "new"), where=good, written=True)
            yield "written, answer lost", s._replace(rows=("new", "new"), where=doubt, written=True)
            yield "commit in doubt", s._replace(pending=True, where=doubt)
        elif set(s.rows) == {"new"}:
            yield "is new already", s._replace(where=good)
        elif not self.whole and s.rows == ("new", "old"):
            yield "second row written", s._replace(rows=("new", "new"), where=good, written=True)
        else:
            yield "no longer as planned", s._replace(where=drift)

    def check(self, s):
        if s.where == "off" and "new" in s.rows and "old" in s.rows:
            raise Broken("I3: one row moved and the other not")
        if s.verdict == "NOT_DONE" and s.written and not s.lost:
            raise Broken("I4: said not to have moved, and it has")
        if s.verdict == "MOVED" and not s.written:
            raise Broken("I4: said to have moved, and it has not")


class Closes(Moves):
    """An evacuation that is closed: whether anybody works on it was asked before, so recovery does not close it; it touches the row, and
    an earlier try finds it changed. So for a reserved host: what it was enabled for does not come to it any more."""
    def settle_open(self, s):
        yield "touched", s._replace(pending=False, where="NOT_DONE")
        yield "touching in doubt", s._replace(where="UNKNOWN")


def changed(rules, **when):
    """Rules with one of them widened or replaced: match(rule) gives the new rule or None."""
    out = [when["match"](r) or r for r in rules]
    assert out != rules, "the variant changes nothing"
    return out


class PublishBeforeCommit(Protocol):
    forward = ("journal intent", "publish", "claim", "journal outcome", "journal publish_intent", "journal publish_outcome", "follow")


class ResendOnTimeout(Protocol):
    on_lost_publish = "resend"


class SuccessBeforeProof(Protocol):
    done_when = "acked"


class IntentAfterWrite(Protocol):
    forward = ("claim", "journal intent", "journal outcome", "journal publish_intent", "publish", "journal publish_outcome", "follow")


class NoPublishIntent(Protocol):
    forward = tuple(f for f in FORWARD if f != "journal publish_intent")


class NoFence(Protocol):
    """What is not to be seen is taken for what never was."""
    def change(self, rules):
        return changed(rules, match=lambda r: r.action == "FENCE" and r._replace(action="NONE", verdict="NOT_DONE"))


class NoUniqueKey(Protocol):
    """Another uuid at each try: the first commit can land beside the fence."""
    unique = False


class TakeBackWhenUnknown(Protocol):
    def change(self, rules):
        return changed(rules, match=lambda r: r.action == "TAKE_BACK" and
                       r._replace(when=(r.when[0], r.when[1] | {"UNKNOWN"}) + r.when[2:]))


class DoneWhenAcked(Protocol):
    def change(self, rules):
        return [Rule((frozenset(FIELDS["claim"]), frozenset({"ACKED"})) + tuple(frozenset(FIELDS[f]) for f in ("row", "evidence", "age")),
                     "NONE", "DONE")] + rules


class AutoResend(Protocol):
    """Recovery sends again by itself, whatever the message's age."""
    auto_resend = True
    resend_age = ("YOUNG", "LATE")


class ResendWhileYoung(Protocol):
    resend_age = ("YOUNG", "LATE")


class VanishedIsForgotten(Protocol):
    """To the rows nothing was ever asked for: the next run asks."""
    vanished_keeps_out = False


class SettlesWhileItMayBeHeld(Protocol):
    """A migration that vanished is closed while a queue may hold its message."""
    def change(self, rules):
        return changed(rules, match=lambda r: r.action == "SETTLE" and r.when[5] == {"OLD"} and r.when[3] == {"NONE"} and
                       r._replace(when=r.when[:4] + tuple(frozenset(FIELDS[f]) for f in ("age", "instance", "held"))))


class LostIsFailed(Protocol):
    """Who had begun is lost with the rows, and nobody looks."""
    def change(self, rules):
        return changed(rules, match=lambda r: r.when[3] == {"LOST"} and r.verdict == "UNKNOWN" and r.action == "NONE" and
                       r._replace(action="SETTLE", verdict="FAILED"))


class FrozenConductor(Protocol):
    """No protocol of ours helps here: a conductor that sleeps on a message longer than its life, and an operator who sends again.
    The program says so on the screen; this shows that the explorer sees it, too."""
    conductors_freeze = True


class FrozenProgram(Protocol):
    """The same for us: stopped for minutes right between publish_intent and message, then killed."""
    programs_freeze = True


class OldBroker(Protocol):
    """Quorum queues of a RabbitMQ before 3.10: a message waits for as long as nobody takes it."""
    expires = False


class OldBrokerIsLate(OldBroker):
    """Taken for one that lets a message expire."""
    def age(self, s):
        return "LATE" if s.late else "YOUNG"


class OldBrokerWithoutMajority(OldBroker):
    """A limit: its queue says that it is empty, and has the message when the other nodes are back."""
    heals = False


class HalfTakenBack(Protocol):
    cancel_whole = False


class RowByRow(Moves):
    whole = False


class MoveBelievesItsEyes(Moves):
    fence = False


class MoveLooksOnce(Moves):
    looks_last = False


class MoveForgetsUsers(Moves):
    drift_is_not_moved = True


# nova: how far it is with the instance ("quiet", "bound": its states say that it waits, "waits": it really does, "started"); attempt:
# of this evacuation and the next one to the same compute; port: "old" (ACTIVE on the failed host), "down", "up"; was_up: since it was
# bound; tool: what it does next; saw, good: what it has read; copies: events on their way; told: in this attempt.
Telling = collections.namedtuple("Telling", "nova attempt port was_up flapped tool saw good copies told crashes")


class Ports:
    """A compute is told of a port, or is not. A compute believes what it is told; what comes before it waits is lost; what was sent to
    it in one attempt it has before it hears of the next, as both come through its queue."""
    order = ("states", "ports")
    start = Telling("quiet", 0, "old", False, False, "states", 0, False, 0, False, 0)
    good_ports = ("up",)
    once = False
    recovers = True
    freezes = False     # between the last reading and the message, for as long as an attempt takes

    def __init__(self, rules):
        pass

    def reads(self, s, what):
        """The next thing to do after a reading, or all over again."""
        if what == "states":
            s = s._replace(saw=s.attempt if s.nova in ("bound", "waits") else 0)
            good = s.saw
        else:
            s = s._replace(good=s.port in self.good_ports)
            good = s.good
        i = self.order.index(what) + 1
        return s._replace(tool=self.order[0] if not good else self.order[i] if i < len(self.order) else "cast")

    def program(self, s):
        if s.tool == "off":
            if self.recovers:
                yield "operator: recover", s._replace(tool=self.order[0])
        elif s.tool == "cast":
            after = s._replace(tool=self.order[0])
            if self.once and s.told:
                yield "told before", after
            else:
                yield "told", after._replace(copies=min(s.copies + 1, 2), told=True)
        else:
            yield "reads " + s.tool, self.reads(s, s.tool)
        if s.tool != "off" and s.crashes < CRASHES:
            yield "CRASH", s._replace(tool="off", crashes=s.crashes + 1)

    def world(self, s):
        quick = s.tool == "cast" and not self.freezes     # no attempt ends and another begins in that time
        if s.nova == "quiet" and s.attempt < 2 and not quick:
            yield "the port is bound", s._replace(nova="bound", attempt=s.attempt + 1, port="down", was_up=False, copies=0, told=False)
        if s.nova == "bound":
            yield "it begins to wait", s._replace(nova="waits")
        if s.nova == "waits" and not quick:
            yield "it gives up", s._replace(nova="quiet", port="down")
        if s.nova in ("bound", "waits") and s.port == "down":
            yield "its agent reports it", s._replace(port="up", was_up=True)
        if s.port == "up" and not s.flapped and s.nova in ("bound", "waits"):
            yield "its agent restarts", s._replace(port="down", flapped=True)
        if s.copies:
            heard = s._replace(copies=s.copies - 1)
            yield "the compute hears it", heard._replace(nova="started") if s.nova == "waits" else heard

    def moves(self, s):
        yield from self.program(s)
        yield from self.world(s)

    def is_told_soon(self, s):
        """By the tool alone, if nothing else happens."""
        for _ in range(2 * len(self.order) + 4):
            if s.copies:
                return True
            s = next((after for label, after in self.program(s) if label != "CRASH"), s)
        return False

    def check(self, s):
        if s.nova == "started" and not s.was_up:
            raise Broken("E2: a guest was started whose port its agent never plugged")
        if s.nova == "waits" and s.port == "up" and not self.is_told_soon(s):
            raise Broken("E3: ready, and told by nobody")


class ToldWithoutLooking(Ports):
    order = ("states",)


class PortsBeforeStates(Ports):
    """What is read first may be of the attempt before."""
    order = ("ports", "states")


class DownWillDo(Ports):
    good_ports = ("up", "down")


class ToldOnce(Ports):
    once = True


class NobodyGoesOn(Ports):
    recovers = False


class FrozenTeller(Ports):
    """Stopped between reading and message while an attempt fails and the next one waits: nothing of ours sees it. What it has read for
    longer than ten seconds it reads again."""
    freezes = True


# step: what is due for unit number `unit`; intents, claims, casts: up to which unit they came; word: the broker's about the last cast; stop:
# there is a reason to begin no more; seen: the program knows it; fresh: its last look is younger than a second;
# late: a cast that was not, or that came after a reason to stop was known.
Turn = collections.namedtuple("Turn", "step unit intents claims casts word stop seen fresh late crashed")


class Turns:
    """Three evacuations one after the other: the intent of the next one is written while the broker's word about the last one is awaited, and
    what is the same for all is looked at once a second."""
    UNITS = 3
    start = Turn("look", 0, 0, 0, 0, True, False, False, False, False, False)
    claims_ahead = False
    looks_again = True
    awaits_word = True

    def __init__(self, rules):
        pass

    def program(self, s):
        end = s._replace(step="off")
        if s.step in ("look", "look again"):
            go = "intent" if s.step == "look" else "cast"
            if s.fresh or (not self.looks_again and s.unit > 0):
                yield "the last look is young", s._replace(step=go)
            elif s.stop:
                yield "sees that it must stop", end._replace(seen=True)
            else:
                yield "looks", s._replace(step=go, fresh=True)
        elif s.step == "intent":
            yield "intent on disk", s._replace(step="claim", intents=max(s.intents, s.unit + 1))
        elif s.step == "claim":
            yield "claimed", s._replace(step="look again", claims=s.unit + 1)
            yield "rolled back", self.turn_ends(s)
        elif s.step == "cast":
            yield "cast", s._replace(step="meanwhile", casts=s.unit + 1, word=False, late=s.seen or not s.fresh)
        elif s.step == "meanwhile":
            ahead = s._replace(step="word")
            if s.unit + 1 < self.UNITS:
                ahead = ahead._replace(intents=s.unit + 2, claims=s.unit + 2 if self.claims_ahead else s.claims)
            yield "the next one's intent on disk", ahead
            yield "nothing is written ahead", s._replace(step="word")
        elif s.step == "word":
            yield "acked", self.turn_ends(s._replace(word=True))
            yield "no answer", self.turn_ends(s._replace(seen=True)) if not self.awaits_word else end._replace(seen=True)
        if s.step != "off":
            yield "CRASH", end._replace(crashed=True)

    def turn_ends(self, s):
        return s._replace(step="look" if s.unit + 1 < self.UNITS else "off", unit=s.unit + 1)

    def moves(self, s):
        yield from self.program(s)
        if s.step not in ("off", "cast"):      # right before a cast its look was judged
            if s.fresh:
                yield "a second passes", s._replace(fresh=False)
        if not s.stop:
            yield "there is a reason to stop", s._replace(stop=True)

    def check(self, s):
        if s.step == "meanwhile" and (s.unit >= s.intents or s.unit >= s.claims):
            raise Broken("T1: cast without its intent, or without its rows")
        if s.late:
            raise Broken("T2: cast on a look that is old, or after a reason to stop was seen")
        if s.claims > s.casts and not s.word:
            raise Broken("T3: rows written before the broker's word about the one before")


class ClaimsAhead(Turns):
    claims_ahead = True


class LooksOnce(Turns):
    looks_again = False


class GoesOnWithoutWord(Turns):
    awaits_word = False


SOUND = (Protocol, OldBroker, Moves, Closes, Ports, Turns) + night.SOUND
BROKEN = ((PublishBeforeCommit, "I5"), (ResendOnTimeout, "I4"), (SuccessBeforeProof, "I4"), (IntentAfterWrite, "I2"),
          (NoPublishIntent, "I4"), (NoFence, "I4"), (NoUniqueKey, "I"), (TakeBackWhenUnknown, "I4"), (DoneWhenAcked, "I4"),
          (AutoResend, "I1"), (ResendWhileYoung, "I1"), (VanishedIsForgotten, "I"), (SettlesWhileItMayBeHeld, "I"), (LostIsFailed, "I"),
          (FrozenConductor, "I"), (FrozenProgram, "I"), (OldBrokerIsLate, "I1"), (OldBrokerWithoutMajority, "I"), (HalfTakenBack, "I2"), (RowByRow, "I3"),
          (MoveBelievesItsEyes, "I4"), (MoveForgetsUsers, "I4"), (MoveLooksOnce, "I4"),
          (ToldWithoutLooking, "E2"), (PortsBeforeStates, "E2"), (DownWillDo, "E2"), (ToldOnce, "E3"),
          (NobodyGoesOn, "E3"), (FrozenTeller, "E2"),
          (ClaimsAhead, "T3"), (LooksOnce, "T2"), (GoesOnWithoutWord, "T")) + night.BROKEN


# A model that never gets there proves nothing: the sound one must have come to all of these.
REACHED = {"ended: proved", "announced, not begun", "ended: nova failed", "ended: not sent", "claimed, answer lost", "claim in doubt: lands", "fenced", "CRASH",
           "fence in doubt: lands", "taken back, answer lost", "taking back in doubt: lands", "message arrives late", "sent again",
           "conductor dies with it", "conductor fails at it", "nova ends it", "nova ends it in error", "its life is over",
           "the database loses the migration", "the database comes back without the claim", "its user deletes it", "settled",
           "settling in doubt: lands", "it arrives without its migration", "ended: unknown, its rows vanished", "operator: recover --accept",
           "operator: migration close", "operator: begin anew", "recovered: DONE", "recovered: NOT_DONE", "recovered: FAILED",
           "recovered: UNDER_WAY", "recovered: UNKNOWN", "recovered: NOT_READY", "landed, not ready", "the run ends, not ready",
           "it comes there without its migration"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--trace", metavar="NAME")
    parser.add_argument("--rules", default=RULES, help="instead of src/recover/recover_rule.c")
    args = parser.parse_args()
    rules = read_rules(args.rules)
    passed = failed = 0
    for variant, invariant in [(v, None) for v in SOUND] + list(BROKEN):
        if args.trace and variant.__name__ != args.trace:
            continue
        model = variant(rules)
        states, ends, trouble = explore(model)
        good = trouble is None if invariant is None else trouble is not None and trouble[0].startswith(invariant)
        missed = REACHED - model.labels if variant is Protocol else REACHED - {"sent again"} - model.labels if variant is OldBroker else None
        if missed:
            good, trouble = False, ("never came to: " + ", ".join(sorted(missed)), [])
        passed, failed = passed + good, failed + (not good)
        said = "holds" if trouble is None else trouble[0]
        print("%-22s %7d states %5d ends  %-6s %s" % (variant.__name__, states, ends, "ok" if good else "FAILED", said))
        if trouble and (args.trace or not good):
            for i, step in enumerate(trouble[1], 1):
                print("    %2d. %s" % (i, step))
    print("%d passed, %d failed" % (passed, failed))
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
