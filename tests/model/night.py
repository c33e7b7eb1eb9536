# SPDX-License-Identifier: Apache-2.0
"""Two hosts that failed together, three instances on them, two operators: locks, fences, marks, pauses and an undo, explored in full.

What one evacuation may go through is explore.py's; here an instance is waiting, claimed, sent or landed. The first operator rescues
both hosts in one run, the second one rescues one of them, undoes the first run, or writes a pause for it. The hosts look dead, and may
only be frozen: one may thaw, and then it reports and its guests write, unless it is kept off its disks. Whoever keeps them off may be
taken back by a third hand. A program may die at each step, and any operator may recover what it left.
"""
import collections

from search import Broken

# host: what each really is ("frozen", "alive"); kept: off its disks, in truth; marked: by the run that marked it, or None; instance: where
# each is; begun: how often nova began it; op: each operator's program; paused: by anybody, the first one's run; events, crashes: how many
# there were
Night = collections.namedtuple("Night", "host kept marked instance begun op paused events crashes undone")
# what: "rescue", "undo", "recover"; hosts, in the order of their names; at: the next step; unit: the next instance; seen: of the look before a
# message; open: its journal has begun and not ended
Program = collections.namedtuple("Program", "what hosts at unit looked open locks")
IDLE = Program(None, (), "idle", 0, None, False, ())

HOST_OF = (0, 0, 1)      # of each instance
CRASHES, EVENTS = 1, 2     # of the world: a host that thaws, a fence that is taken away, a pause


def replaced(values, i, value):
    return values[:i] + (value,) + values[i + 1:]


class Nights:
    start = Night(("frozen", "frozen"), (False, False), (None, None), ("waiting",) * 3, (0, 0, 0), (IDLE, IDLE), False, 0, 0, False)
    locks_all = True            # of several hosts each is locked
    heeds_open_journals = True  # what another run left open keeps the next one out
    verifies_fences = True
    looks_at_fences_again = True
    looks_at_life = True
    heeds_pause = True
    undo_waits = True           # for the end of the run that it undoes

    def __init__(self, rules):
        pass

    # ---- the programs

    def begin(self, s, o):
        """What an operator may type when his shell is free."""
        yield from self.take(s, o, "rescue", (0, 1) if o == 0 else (1,))
        other = s.op[1 - o]
        for left in range(2):
            if s.op[left].at == "dead":
                yield from self.take(s, o, "recover", s.op[left].hosts, left)
        if o == 1 and not s.undone and any(m == 0 for m in s.marked) and (other.at == "idle" or not self.undo_waits) and not (other.open and self.undo_waits):
            yield from self.take(s, o, "undo", tuple(h for h in range(2) if s.marked[h] == 0))

    def take(self, s, o, what, hosts, left=None):
        wanted = hosts if self.locks_all else hosts[:1]
        held = {h for p in s.op for h in p.locks}
        if held & set(wanted):
            yield "operator %d: busy" % o, s
            return
        if what == "rescue" and self.heeds_open_journals and any(p.open and set(p.hosts) & set(hosts) for p in s.op):
            yield "operator %d: an earlier run is unfinished" % o, s
            return
        if what != "recover" and s.op[o].open:      # its own, dead: it is kept until it is recovered
            return
        first = {"rescue": "fence", "undo": "unmark", "recover": "settle"}[what]
        program = Program(what, hosts, first, 0, left, what == "rescue", wanted)
        yield "operator %d: %s" % (o, what), s._replace(op=replaced(s.op, o, program))

    def step(self, s, o):
        p = s.op[o]
        go = lambda s, **more: s._replace(op=replaced(s.op, o, p._replace(**more)))  # noqa: E731
        if p.at == "fence":
            h = p.hosts[p.unit]
            after = "fence" if p.unit + 1 < len(p.hosts) else "verify"
            unit = p.unit + 1 if after == "fence" else 0
            yield "kept off", go(s._replace(kept=replaced(s.kept, h, True)), at=after, unit=unit)
            yield "its order is lost", go(s, at=after, unit=unit)
        elif p.at == "verify":
            if self.verifies_fences and not all(s.kept[h] for h in p.hosts):
                yield "not kept off: nothing is begun", self.ends(s, o)
            else:
                yield "verified", go(s, at="mark", unit=0)
        elif p.at == "mark":
            h = p.hosts[p.unit]
            last = p.unit + 1 == len(p.hosts)
            marked = s._replace(marked=replaced(s.marked, h, o)) if s.marked[h] is None else s
            yield "marked", go(marked, at="next" if last else "mark", unit=0 if last else p.unit + 1)
        elif p.at == "next":
            yield self.turn(s, o)
        elif p.at == "look":
            h = HOST_OF[p.unit]
            if self.heeds_pause and o == 0 and s.paused:
                yield "paused", s
            elif self.looks_at_life and s.host[h] == "alive":
                yield "it is alive: no more is begun", self.ends(s, o)
            elif self.looks_at_fences_again and not all(s.kept[k] for k in p.hosts):
                yield "fence gone: no more is begun", self.ends(s, o)
            else:
                yield "looked", go(s, at="claim", looked=(s.host[h], s.kept[h], s.paused and o == 0))
        elif p.at == "claim":
            if s.instance[p.unit] == "waiting":
                yield "claimed", go(s._replace(instance=replaced(s.instance, p.unit, "claimed")), at="cast")
            else:
                yield "not as planned", go(s, at="next", unit=p.unit + 1)
        elif p.at == "cast":
            self.check_cast(s, o)
            yield "cast", go(s._replace(instance=replaced(s.instance, p.unit, "sent")), at="next", unit=p.unit + 1)
        elif p.at == "unmark":
            marked = tuple(None if h in p.hosts and m == 0 else m for h, m in enumerate(s.marked))
            if any(q.open and set(q.hosts) & set(p.hosts) for q in s.op):
                raise Broken("N5: the mark of a host is taken back while a run works on it")
            yield "unmarked", self.ends(s._replace(marked=marked, undone=True), o)
        elif p.at == "settle":
            yield "recovered", self.settle(s, o)

    def turn(self, s, o):
        p = s.op[o]
        for unit in range(p.unit, 3):
            if HOST_OF[unit] in p.hosts:
                return "its turn", s._replace(op=replaced(s.op, o, p._replace(at="look", unit=unit, looked=None)))
        return "the run ends", self.ends(s, o)

    @staticmethod
    def ends(s, o):
        return s._replace(op=replaced(s.op, o, IDLE), paused=s.paused and o != 0)

    def settle(self, s, o):
        """What a dead one claimed and did not send is taken back; its journal has an end."""
        left = s.op[o].looked
        dead = s.op[left]
        instance = tuple("waiting" if where == "claimed" and HOST_OF[i] in dead.hosts else where for i, where in enumerate(s.instance))
        s = s._replace(instance=instance, op=replaced(s.op, o, IDLE), paused=s.paused and left != 0)
        return s._replace(op=replaced(s.op, left, IDLE))

    def check_cast(self, s, o):
        """What was seen right before it, in the look of its own turn."""
        p = s.op[o]
        alive, kept, paused = p.looked
        if not kept:
            raise Broken("N2: a message before the fence of its host is verified, or after it was gone")
        if alive == "alive":
            raise Broken("N3: a message of a host that was alive when it was looked at")
        if paused:
            raise Broken("N4: a message after another operator's pause")

    # ---- the world

    def world(self, s):
        for i, where in enumerate(s.instance):
            if where == "sent":
                if s.begun[i]:
                    raise Broken("N1: begun twice")
                yield "nova begins", s._replace(instance=replaced(s.instance, i, "landed"), begun=replaced(s.begun, i, 1))
        for h in range(2):
            if s.host[h] == "frozen" and s.events < EVENTS:
                yield "a host thaws", s._replace(host=replaced(s.host, h, "alive"), events=s.events + 1)
            if s.kept[h] and s.events < EVENTS:
                yield "somebody takes the fence away", s._replace(kept=replaced(s.kept, h, False), events=s.events + 1)
        if s.events < EVENTS and s.op[0].open and s.op[0].at != "dead" and not s.paused:
            yield "the other operator pauses it", s._replace(paused=True, events=s.events + 1)
        if s.paused:
            yield "it is resumed", s._replace(paused=False)

    def moves(self, s):
        for o in range(2):
            p = s.op[o]
            if p.at == "idle":
                yield from self.begin(s, o)
            elif p.at == "dead":
                yield from self.take(s, o, "recover", p.hosts, o) if p.open else self.again(s, o)
            else:
                yield from self.step(s, o)
                if s.crashes < CRASHES:
                    yield "CRASH", s._replace(crashes=s.crashes + 1, op=replaced(s.op, o, self.dies(p)))
        yield from self.world(s)

    @staticmethod
    def again(s, o):
        yield "another shell", s._replace(op=replaced(s.op, o, IDLE))

    @staticmethod
    def dies(p):
        return p._replace(at="dead", locks=(), looked=None)

    stranded = "N6: a night from which no command and no patience leads to a good end"

    @staticmethod
    def is_home(s):
        """Nothing is open, and each instance runs: elsewhere, or where it was, on a host that lives."""
        return all(p.at == "idle" and not p.open for p in s.op) and all(
            where == "landed" or (where == "waiting" and s.host[HOST_OF[i]] == "alive") for i, where in enumerate(s.instance))

    def check(self, s):
        if any(n > 1 for n in s.begun):
            raise Broken("N1: begun twice")


class LocksOneOfSeveral(Nights):
    locks_all = False
    heeds_open_journals = False


class CastsUnverified(Nights):
    verifies_fences = False
    looks_at_fences_again = False


class LooksAtFencesOnce(Nights):
    looks_at_fences_again = False


class NeverLooksForLife(Nights):
    looks_at_life = False


class ReadsNoPause(Nights):
    heeds_pause = False


class UndoesWhatRuns(Nights):
    undo_waits = False
    locks_all = False


class LeavesItsLocks(Nights):
    """A dead one's stay taken."""

    @staticmethod
    def dies(p):
        return p._replace(at="dead", looked=None)


class LeavesItsClaims(Nights):
    """A recovery ends the journal and leaves the rows of what was never sent."""

    def settle(self, s, o):
        left = s.op[o].looked
        s = s._replace(op=replaced(s.op, o, IDLE), paused=s.paused and left != 0)
        return s._replace(op=replaced(s.op, left, IDLE))


SOUND = (Nights,)
BROKEN = ((LocksOneOfSeveral, "N"), (CastsUnverified, "N2"), (LooksAtFencesOnce, "N2"), (NeverLooksForLife, "N3"), (ReadsNoPause, "N4"),
          (UndoesWhatRuns, "N5"), (LeavesItsLocks, "N6"), (LeavesItsClaims, "N6"))
