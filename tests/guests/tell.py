#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tell stories, one after the other, in the cloud that is up (cloud up): tell.py [STORY...]. Each is a file of stories/."""
import importlib
import os
import sys
import traceback

GUESTS = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(GUESTS, "python"), os.path.join(GUESTS, "stories"), os.path.join(os.path.dirname(GUESTS), "sandbox", "python")]
from claims import Cloud, claim, counted, say  # noqa: E402

ALL = ["power_off", "power_off_rbd", "stopped", "three_hosts", "life", "split_files", "split_luns", "split_rbd", "freeze", "cut", "fence_rbd",
       "cut_rbd"]
for name in sys.argv[1:] or ALL:
    module = importlib.import_module(name)
    say("== " + module.__doc__.strip())
    try:
        there = Cloud()
        there.begin()
        say("told from here")
        module.story(there)
    except (SystemExit, Exception):
        claim("the story %s comes to its end" % name, False, traceback.format_exc())
print("%d passed, %d failed" % (counted[True], counted[False]))
sys.exit(1 if counted[False] else 0)
