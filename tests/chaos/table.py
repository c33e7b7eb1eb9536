#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Which faults were met, and how the instances ended beside each; the last line counts runs."""
import collections
import json
import sys

FATES = ("elsewhere", "untouched", "named", "deleted", "lost", "twice", "bare", "unreported")


def main():
    met = [run for path in sys.argv[1:] for run in json.load(open(path))]
    by_fault = collections.defaultdict(collections.Counter)
    for run in met:
        for fault in run["faults"]:
            by_fault[fault].update({"runs": 1, **run["fates"]})
    print("| fault | runs | %s |\n|---|%s" % (" | ".join(FATES), "---|" * (len(FATES) + 1)))
    for fault, counts in sorted(by_fault.items()):
        print("| %s | %d | %s |" % (fault, counts["runs"], " | ".join(str(counts[f]) for f in FATES)))
    total = collections.Counter()
    for run in met:
        total.update(run["fates"])
    bad = [run for run in met if run["trouble"]]
    print("| all | %d | %s |" % (len(met), " | ".join(str(total[f]) for f in FATES)))
    print("commands typed: %.1f in the mean, %d at most" % (sum(r["commands"] for r in met) / max(len(met), 1), max((r["commands"] for r in met), default=0)))
    print("%d of them had begun with an instance before the end" % sum(run["sent"] for run in met))
    said = [t for run in met for t in run["trouble"]]
    print("half of a move: %d; a first command without an end: %d; more than eight commands to type: %d" % tuple(
        sum(t.startswith(kind) for t in said) for kind in ("half", "no end", "still to be typed")))
    if bad:
        print("seeds: %s" % " ".join(str(r["seed"]) for r in bad))
    print("%d passed, %d failed" % (len(met) - len(bad), len(bad)))
    sys.exit(1 if bad or not met else 0)


main()
