# SPDX-License-Identifier: Apache-2.0
"""Two changes of the same rows, column by column. Times, generated ids, tracebacks are compared by kind (changed or not, NULL or not), all else by value."""
import json

TIMES = ("datetime", "timestamp")
# made by whoever inserts the row; a trace of Python's; a number that grows; what the fake driver says where libvirt's says [DEFAULT] my_ip, and where a volume is
MADE = ("uuid", "attachment_id", "traceback", "details", "report_count", "dest_host", "connection_info", "connector")


class Difference:
    def __init__(self, step, table, column, real, simulated):
        self.step, self.table, self.column, self.real, self.simulated = step, table, column, real, simulated

    def __str__(self):
        return "%s: %s.%s: real %s, simulated %s" % (self.step, self.table, self.column, self.real, self.simulated)


def change(before, after):
    """{table: {key: (row before or None, row after or None)}} of what is not the same."""
    found = {}
    for table in before:
        for key in before[table].keys() | after[table].keys():
            a, b = before[table].get(key), after[table].get(key)
            if a != b:
                found.setdefault(table, {})[key] = (a, b)
    return found


def is_kind(types, table, column, inserted):
    kind = types[table][column]
    return kind in TIMES or column in MADE or (inserted and (kind == "auto" or column == "id"))


def shown(value):
    text = "NULL" if value is None else str(value)
    return text if len(text) < 900 else text[:900] + "…"


def without_changes(thing):
    """Of an object of oslo's, without the members that it would write: they stand there in any order."""
    if isinstance(thing, dict):
        return {k: without_changes(v) for k, v in thing.items() if k != "nova_object.changes"}
    return [without_changes(v) for v in thing] if isinstance(thing, list) else thing


def same(a, b):
    if a == b:
        return True
    try:
        return without_changes(json.loads(a)) == without_changes(json.loads(b))
    except (TypeError, ValueError):
        return False


class Comparison:
    """${began}: the second in which the real step did, as text."""

    def __init__(self, types, step, began):
        self.types, self.step, self.began, self.found = types, step, began, []

    def say(self, table, column, real, simulated):
        self.found.append(Difference(self.step, table, column, real, simulated))

    def column(self, table, column, before, real, simulated):
        """${before}: None for a row that is inserted."""
        if is_kind(self.types, table, column, before is None):
            self.kind(table, column, before, real, simulated)
        elif not same(real[column], simulated[column]):
            self.say(table, column, shown(real[column]), shown(simulated[column]))

    def kind(self, table, column, before, real, simulated):
        r, s = real[column], simulated[column]
        if (r is None) != (s is None):
            self.say(table, column, shown(r), shown(s))
        elif before and (r != before[column]) != (s != before[column]):
            # written twice in one second it looks as if it had not been written
            if not (r == before[column] and self.types[table][column] in TIMES and r >= self.began):
                self.say(table, column, *("changed" if v != before[column] else "as it was" for v in (r, s)))

    def updates(self, table, real, simulated):
        for key in sorted(real.keys() | simulated.keys()):
            before = (real.get(key) or simulated.get(key))[0]
            r, s = (side.get(key, (before, before))[1] for side in (real, simulated))
            if r is None or s is None:
                if r is not s:
                    self.say(table, "row", *("deleted" if v is None else "there" for v in (r, s)))
                continue
            for column in before:
                self.column(table, column, before, r, s)

    def inserts(self, table, real, simulated):
        real, simulated = ([v[1] for _, v in sorted(side.items())] for side in (real, simulated))
        if len(real) != len(simulated):
            self.say(table, "row", "%d inserted" % len(real), "%d inserted" % len(simulated))
        for r, s in zip(real, simulated):
            for column in r:
                self.column(table, column, None, r, s)

    def of(self, real, simulated):
        for table in sorted(real.keys() | simulated.keys()):
            sides = [side.get(table, {}) for side in (real, simulated)]
            self.updates(table, *({k: v for k, v in side.items() if v[0]} for side in sides))
            self.inserts(table, *({k: v for k, v in side.items() if not v[0]} for side in sides))
        return self.found
