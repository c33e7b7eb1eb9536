# SPDX-License-Identifier: Apache-2.0
"""Every state that a model can come to. A model has a start, moves(state) that yields (label, state after it), and check(state), which
raises Broken; moves may, too. One with is_home(state), true of a night that has ended well, and stranded, what it is called otherwise, can
come to such an end from every state."""
import collections


class Broken(Exception):
    pass


def explore(protocol, start=None):
    """Breadth first, so that the first trouble has the shortest way to it: states seen, ends, (what broke, the way) or None."""
    start = start or protocol.start
    seen, todo, ends = {start: None}, collections.deque([start]), 0

    def way(s, last):
        steps = [last]
        while seen[s]:
            s, label = seen[s]
            steps.append(label)
        return steps[::-1]

    before = collections.defaultdict(list) if hasattr(protocol, "is_home") else None
    protocol.labels = set()
    while todo:
        s = todo.popleft()
        label, count = "", 0
        moves = protocol.moves(s)
        while True:
            try:
                label, after = next(moves)
                count += 1
                protocol.labels.add(label)
                if before is not None:
                    before[after].append(s)
                if after in seen:
                    continue
                protocol.check(after)
            except StopIteration:
                break
            except Broken as broken:
                return len(seen), ends, (str(broken), way(s, label if "after" in dir() and str(broken)[:2] != "I5" else "publish"))
            seen[after] = (s, label)
            todo.append(after)
        ends += count == 0
    lost = before is not None and first_stranded(protocol, seen, before)
    return len(seen), ends, (protocol.stranded, way(*seen[lost])) if lost else None


def first_stranded(protocol, seen, before):
    """The state from which no way leads home that has the shortest way to it; None: there is none."""
    todo = [s for s in seen if protocol.is_home(s)]
    leads_home = set(todo)
    while todo:
        for s in before[todo.pop()]:
            if s not in leads_home:
                leads_home.add(s)
                todo.append(s)
    return next((s for s in seen if s not in leads_home), None)
