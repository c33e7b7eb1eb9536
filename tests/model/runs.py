# SPDX-License-Identifier: Apache-2.0
"""What must hold between the units of one journal, and between the journals of one state directory, beside what each unit does for
itself (replay.py). Each rule yields what is wrong, a sentence each; RULES has them all."""
import datetime

FENCES = ("power", "fence")           # keep the old guests off: before anything else
FIRST = FENCES + ("mark", "ownership")  # before the first message
UNKNOWN_ANSWERS = ("nacked", "blocked", "lost", "timeout")
AFTER_THE_END = ("recover", "recovery", "recover_end", "row", "intent", "outcome", "publish_intent", "publish_outcome", "vif_event", "vif_wait", "fence",
                 "unfence", "power", "nothing_left")


def named(record):
    return " ".join(str(record[k]) for k in ("seq", "type", "unit", "state", "outcome") if record.get(k) is not None)


def own(records):
    """What the run itself wrote: up to its end, or to the first recovery."""
    for i, r in enumerate(records):
        if r["type"] in ("recover", "unfence"):
            return records[:i]
        if r["type"] == "end":
            return records[:i + 1]
    return records


def begins_and_ends_once(records, kinds):
    if records and (records[0]["type"] != "run" or any(r["type"] == "run" for r in records[1:])):
        yield "one record 'run', the first, and no other"
    mine = own(records)
    if mine and mine[-1]["type"] == "end":
        for r in records[len(mine):]:
            if r["type"] not in AFTER_THE_END:
                yield "%s after the end of the run" % named(r)


def recoveries_are_whole(records, kinds):
    """What a recovery found stands between its beginning and its end, or its death."""
    open_ = False
    for r in records:
        if r["type"] == "recover":
            open_ = True
        elif r["type"] == "recover_end":
            if not open_:
                yield "%s without its beginning" % named(r)
            open_ = False
        elif r["type"] == "recovery" and not open_:
            yield "%s outside of a recovery" % named(r)


def nothing_of_a_unit_comes_before_its_intent(records, kinds):
    """I2: the old values are durable first."""
    announced = set()
    for r in records:
        if r["type"] == "intent":
            announced.add(r["unit"])
        elif r["type"] in ("outcome", "publish_intent", "publish_outcome", "vif_event", "recovery") and r["unit"] not in announced:
            yield "%s, and nothing announced it" % named(r)


def nothing_is_cast_before_what_comes_first(records, kinds):
    """I6: no message before the fences that were asked for are verified; nor before the host is marked, and its rows are moved."""
    last = {}
    plan = next((r["units"] for r in records if r["type"] == "plan"), [])
    for r in own(records):
        if r["type"] == "outcome":
            last[r["unit"]] = r["state"]
        if r["type"] != "publish_intent":
            continue
        for unit, planned in enumerate(plan):
            if planned["kind"] in FIRST and last.get(unit) != "proved":
                yield "%s, and unit %d (%s) is '%s'" % (named(r), unit, planned["kind"], last.get(unit, "not begun"))
        return


def fences_that_were_asked_for_are_there(records, kinds):
    """Of a run that makes sure by itself, the plan has that unit, and what it found is written down before the message."""
    asked = records[0].get("fence") or [] if records else []
    plan = {u["kind"] for r in records if r["type"] == "plan" for u in r["units"]}
    casts = any(r["type"] == "publish_intent" for r in own(records))
    for kind, unit in (("power", "power"), ("storage", "fence")):
        if casts and kind in asked and unit not in plan and is_needed(kind, records):
            yield "--fence %s, a message, and no unit '%s'" % (kind, unit)


def is_needed(kind, records):
    """A host that is off is not switched off, and who has no disk open any more, as an earlier run kept him out, is not kept out again."""
    seen = [r for r in records if r["type"] == "evidence"]
    if kind == "power":
        return not any((r.get("power") or {}).get("state") == "off" for r in seen)
    return any(disk["state"] == "open" for r in seen for disk in (r.get("storage") or {}).get("disks") or [])


def one_message_at_a_time(records, kinds):
    """T1, T3: between a message and the broker's word about it nothing of another unit is done but to announce the next."""
    out, ahead = None, 0
    for r in own(records):
        kind, unit = r["type"], r.get("unit")
        if kind == "publish_intent":
            if out is not None:
                yield "%s while the message of unit %d is out" % (named(r), out)
            out, ahead = unit, 0
        elif kind == "publish_outcome":
            out = None
        elif out is not None and unit is not None and unit != out and kinds.get(unit) == "evacuation":
            ahead += kind == "intent"
            if kind == "outcome" or ahead > 1:
                yield "%s while the message of unit %d is out" % (named(r), out)


def no_message_after_an_answer_that_is_unknown(records, kinds):
    unknown = None
    for r in own(records):
        if unknown and r["type"] == "publish_intent":
            yield "%s after %s" % (named(r), named(unknown))
        if (r["type"] == "publish_outcome" and r["outcome"] in UNKNOWN_ANSWERS) or (r["type"] == "outcome" and r["state"] == "unknown"):
            unknown = r


def no_message_while_it_is_paused(records, kinds):
    """A stop that one operator has written binds whoever runs it."""
    paused = None
    for r in own(records):
        if r["type"] == "pause":
            paused = r
        elif r["type"] == "resume":
            paused = None
        elif paused and r["type"] == "publish_intent":
            yield "%s under %s" % (named(r), named(paused))


def an_event_has_its_proof(records, kinds):
    """E1: a compute is told of a port only while it waits for it, and neutron has it ACTIVE on that compute."""
    sent, ended = set(), set()
    for r in records:
        if r["type"] == "publish_intent":
            sent.add(r["unit"])
        elif r["type"] == "outcome" and r["unit"] in sent:
            ended.add(r["unit"]) if r["state"] in ("proved", "failed") else None
        elif r["type"] == "vif_event":
            proof = r["proof"]
            if r["unit"] not in sent or r["unit"] in ended:
                yield "%s without a message of its unit, or after its end" % named(r)
            if (proof["migration_status"], proof["task_state"], proof["vif_active"], proof["port_status"]) != ("pre-migrating", "rebuild_spawning", False, "ACTIVE") \
                    or not proof["dest_compute"] == proof["binding_host"] == r["host"] or proof["vif_type"] in (None, "binding_failed", "unbound"):
                yield "%s: %r is no proof" % (named(r), proof)


def ids_are_the_attempts_own(records, kinds):
    """A second message is the first one again; of two units each has its own."""
    first, seen = {}, {}
    for r in records:
        if r["type"] != "publish_intent":
            continue
        ids = (r["instance"], r["migration_uuid"], r["request_id"], r["unique_id"])
        before = first.setdefault(r["unit"], (ids, 0))
        if before[0] != ids or r["attempt"] != (2 if before[1] else 1):
            yield "%s: attempt %d of %r, before it %r" % (named(r), r["attempt"], ids, before)
        first[r["unit"]] = (ids, r["attempt"])
        for one in ids:
            if seen.setdefault(one, r["unit"]) != r["unit"]:
                yield "%s: %s is unit %d's" % (named(r), one, seen[one])


def time_of(record):
    return datetime.datetime.fromisoformat(record["time"].replace("Z", "+00:00"))


def a_message_is_sent_again_when_its_life_is_over(records, kinds):
    """I1: while a conductor can still take the first one, a second one would start the same guest twice."""
    last = {}
    for r in records:
        if r["type"] == "publish_intent":
            before = last.get(r["unit"])
            if before and (time_of(r) - time_of(before)).total_seconds() * 1000 <= before["expiration_ms"]:
                yield "%s %s after the first one, which lives %d ms" % (named(r), time_of(r) - time_of(before), before["expiration_ms"])
            last[r["unit"]] = r


def phases_follow_each_other(records, kinds):
    numbers = [r["phase"] for r in own(records) if r["type"] == "phase"]
    if numbers != sorted(set(numbers)):
        yield "phases %r" % numbers


RULES = (begins_and_ends_once, recoveries_are_whole, nothing_of_a_unit_comes_before_its_intent, nothing_is_cast_before_what_comes_first, fences_that_were_asked_for_are_there, one_message_at_a_time,
         no_message_after_an_answer_that_is_unknown, no_message_while_it_is_paused, an_event_has_its_proof, ids_are_the_attempts_own,
         a_message_is_sent_again_when_its_life_is_over, phases_follow_each_other)


def wrong(records, kinds):
    return ["%s: %s" % (rule.__name__.replace("_", " "), text) for rule in RULES for text in rule(records, kinds)]


# ---- two operators

def hosts_of(run):
    return set(run.get("hosts") or [run.get("host")])


def was_over(records, when):
    """By then: it had ended, or was recovered, or had begun nothing."""
    by_then = [r for r in records if r["time"] <= when]
    return any(r["type"] in ("end", "recover_end") for r in by_then) or not any(r["type"] == "intent" for r in by_then)


def is_bound(records):
    """Closing an evacuation that no service works on is the way out of a run that stays unknown (docs/recovery.md, "Still unknown"): it goes by
    nova's own evidence, under the host's lock."""
    return records[0].get("command") != "migration close" and any(r["type"] == "intent" for r in records)


def wrong_between(journals):
    """One run at a time works on a host, and what a first one left open binds the second operator. journals: {name: records} of one
    state directory; (name, what is wrong) each. A clock that was set back makes the later one look earlier: what it resumes came before it."""
    order = sorted((j for j in journals.items() if j[1]), key=lambda j: j[1][0]["time"])
    for i, (name, first) in enumerate(order):
        for other, second in order[i + 1:]:
            if first[0].get("resumes") and first[0]["resumes"] == second[0].get("run"):
                continue
            if hosts_of(first[0]) & hosts_of(second[0]) and not was_over(first, second[0]["time"]) and is_bound(second):
                yield other, "began while %s was open" % name
