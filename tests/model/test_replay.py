#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Does the replay see what is wrong with a journal? One that is good, and the same with one thing changed for each rule."""
import copy
import itertools
import os
import sys
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import replay  # noqa: E402
import runs  # noqa: E402

HOST, TARGET = "dead-1", "alive-2"
PROOF = {"migration_status": "pre-migrating", "dest_compute": TARGET, "task_state": "rebuild_spawning", "vif_active": False, "port_status": "ACTIVE",
         "binding_host": TARGET, "vif_type": "ovs"}


def record(what, /, **more):
    return dict(type=what, **more)


def rows_unit(unit, kind):
    return [record("row", unit=unit), record("intent", unit=unit, kind=kind), record("outcome", unit=unit, state="applied"),
            record("outcome", unit=unit, state="proved")]


def message(unit, attempt=1):
    ids = {key: "%s-%d" % (key, unit) for key in ("instance", "migration_uuid", "request_id", "unique_id")}
    return record("publish_intent", unit=unit, attempt=attempt, expiration_ms=120000, **ids)


def numbered(records):
    """later: so many minutes after the record before."""
    minutes = itertools.accumulate(r.get("later", 0) for r in records)
    return [dict(r, seq=i, time="2026-11-24T00:%02d:%02d.%03dZ" % (m, i // 10, i % 10)) for i, (r, m) in enumerate(zip(records, minutes))]


def sent_again(later):
    sent = at(whole(), "publish_outcome", 4)
    return [*whole()[:sent], record("recover", later=later), message(4, 2), record("publish_outcome", unit=4, outcome="acked"),
            record("recovery", unit=4, verdict="under_way"), record("recover_end")]


def whole():
    """A rescue: fenced, marked, moved, and of two instances the second is announced while the first one's message is out."""
    return numbered([
        record("run", run="one", host=HOST, fence=["power"]), record("evidence", power=None),
        record("plan", units=[{"kind": k} for k in ("power", "mark", "ownership", "evacuation", "evacuation")]),
        record("intent", unit=0, kind="power"), record("power", action="off"), record("outcome", unit=0, state="proved"),
        *rows_unit(1, "mark"), *rows_unit(2, "ownership"),
        record("intent", unit=3, kind="evacuation"), record("outcome", unit=3, state="applied"), message(3),
        record("intent", unit=4, kind="evacuation"), record("publish_outcome", unit=3, outcome="acked"),
        record("vif_event", unit=3, host=TARGET, proof=PROOF),
        record("pause"), record("resume"), record("phase", phase=2),
        record("outcome", unit=4, state="applied"), message(4), record("publish_outcome", unit=4, outcome="acked"),
        record("outcome", unit=3, state="proved"), record("outcome", unit=4, state="applied"), record("end"),
        record("recover"), record("recovery", unit=4, verdict="done"), record("recover_end")])


def at(records, kind, unit=None, nth=0):
    return [i for i, r in enumerate(records) if r["type"] == kind and unit in (None, r.get("unit"))][nth]


class Replay(unittest.TestCase):
    def refused(self, change, words):
        """What change(records) makes of it, or returns in its place, is refused with these words."""
        records = copy.deepcopy(whole())
        records = change(records) or records
        found = replay.replay(numbered(records))
        self.assertTrue([f for f in found if words in f], "%r not in %r" % (words, found))

    def test_a_good_one_is_allowed(self):
        self.assertEqual(replay.replay(whole()), [])
        self.assertEqual(replay.replay_all({"a": whole()}), [])

    def test_every_death_of_it_is_allowed(self):
        """Cut wherever a run may die, it is still a journal of the model."""
        records = whole()
        for n in range(1, len(records)):
            self.assertEqual(replay.replay(records[:n]), [], n)

    def test_what_a_unit_does_is_the_models(self):
        swapped = (("publish_intent", 3), ("outcome", 3))
        self.refused(lambda r: self.swap(r, *swapped), "the model does not allow")
        for state, verdict in (("failed", "done"), ("proved", "not_done"), ("proved", "under_way")):
            self.refused(lambda r, s=state, v=verdict: (r[at(r, "outcome", 4, 1)].update(state=s), r[at(r, "recovery", 4)].update(verdict=v))[:0],
                         "the model does not allow")
        self.refused(lambda r: r[at(r, "outcome", 1, 1)].update(state="failed"), "unit 1 (mark): the model does not allow")

    @staticmethod
    def swap(r, one, other):
        i, k = at(r, *one), at(r, *other)
        r[i], r[k] = r[k], r[i]

    def test_every_rule_of_a_run_refuses_something(self):
        tried = {
            "begins_and_ends_once": lambda r: r.append(record("phase", phase=3)),
            "nothing_of_a_unit_comes_before_its_intent": lambda r: r.pop(at(r, "intent", 3)) and None,
            "recoveries_are_whole": lambda r: r.pop(at(r, "recover")) and None,
            "nothing_is_cast_before_what_comes_first": lambda r: r.pop(at(r, "outcome", 0)) and None,
            "fences_that_were_asked_for_are_there": lambda r: (r[0].update(fence=["storage"]), r[1].update(storage={"disks": [{"state": "open"}]}))[:0],
            "one_message_at_a_time": lambda r: r.insert(at(r, "publish_outcome", 3), record("outcome", unit=4, state="applied")),
            "no_message_after_an_answer_that_is_unknown": lambda r: r[at(r, "publish_outcome", 3)].update(outcome="timeout"),
            "no_message_while_it_is_paused": lambda r: r.pop(at(r, "resume")) and None,
            "an_event_has_its_proof": lambda r: r[at(r, "vif_event")]["proof"].update(binding_host=HOST),
            "ids_are_the_attempts_own": lambda r: r[at(r, "publish_intent", 4)].update(request_id="request_id-3"),
            "a_message_is_sent_again_when_its_life_is_over": lambda r: sent_again(1),
            "phases_follow_each_other": lambda r: r.insert(at(r, "phase"), record("phase", phase=2)),
        }
        self.assertEqual(set(tried), {rule.__name__ for rule in runs.RULES})
        for rule, change in tried.items():
            self.refused(change, rule.replace("_", " ") + ": ")

    def test_each_word_of_a_proof_counts(self):
        for key in PROOF:
            self.refused(lambda r, k=key: r[at(r, "vif_event")]["proof"].update({k: "binding_failed"}), "is no proof")
        self.refused(lambda r: r.append(record("vif_event", unit=3, host=TARGET, proof=PROOF)), "after its end")

    def test_what_one_operator_left_open_binds_the_next(self):
        first = whole()[:at(whole(), "outcome", 3)]
        second = [dict(r, time="2026-11-24T01" + r["time"][13:]) for r in whole()]
        self.assertEqual([name for name, text in replay.replay_all({"a": first, "b": second})], ["b"])
        self.assertEqual(replay.replay_all({"a": whole(), "b": second}), [])
        closing = [dict(second[0], command="migration close"), *second[1:]]
        self.assertNotIn("began while a was open", [text for name, text in replay.replay_all({"a": first, "b": closing})])
        resuming = [dict(first[0], resumes=second[0]["run"]), *first[1:]]
        self.assertEqual(replay.replay_all({"a": resuming, "b": second}), [])   # the clock was set back in between
        elsewhere = [dict(second[0], host="dead-9"), *second[1:]]
        self.assertEqual(replay.replay_all({"a": first, "b": elsewhere}), [])

    def test_a_second_sending_is_the_first_message_again(self):
        again = sent_again(3)
        self.assertEqual(replay.replay(numbered(again)), [])
        again[at(again, "recover") + 1]["unique_id"] = "another"
        self.assertIn("ids are the attempts own", "".join(replay.replay(numbered(again))))

    def test_it_is_sent_again_as_often_as_a_person_asks_for_it(self):
        once = sent_again(3)
        more = once[at(once, "recover"):]
        more[0] = dict(more[0], later=3)
        expired = [record("recover", later=3), record("recovery", unit=4, verdict="unknown"), record("recover_end")]
        self.assertEqual(replay.replay(numbered([*once, *expired, *more, *more, *more, *expired])), [])

    def test_a_recovery_that_cannot_look_judges_nothing_for_good(self):
        sent = at(whole(), "publish_outcome", 4)
        looks = [[record("recover", later=n), record("recovery", unit=4, verdict=verdict), record("recover_end")]
                 for n, verdict in ((0, "under_way"), (0, "unknown"), (0, "under_way"), (3, "unknown"))]
        self.assertEqual(replay.replay(numbered([*whole()[:sent + 1], *sum(looks, [])])), [])


def main():
    result = unittest.TextTestRunner(verbosity=2, stream=sys.stdout).run(unittest.defaultTestLoader.loadTestsFromModule(sys.modules[__name__]))
    bad = len(result.failures) + len(result.errors)
    print("%d passed, %d failed" % (result.testsRun - bad, bad))
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
