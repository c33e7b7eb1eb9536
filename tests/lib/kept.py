# SPDX-License-Identifier: Apache-2.0
"""The journals that tests leave behind, kept for tests/model/replay.py in the directory $EVAC_JOURNALS; without it nothing is kept."""
import glob
import os
import re
import shutil

DIRECTORY = os.environ.get("EVAC_JOURNALS")
made_up = set()     # paths of those that a test has written itself, so that what is in them did not happen


def keep(state, test):
    """Every journal of a state directory, in a directory of its own that has the test's name."""
    journals = [p for p in glob.glob(os.path.join(state, "journal", "*.jsonl"))
                if not os.path.basename(p).startswith(".") and os.path.realpath(p) not in made_up]
    if DIRECTORY and journals:
        to = os.path.join(DIRECTORY, "%s-%s" % (re.sub(r"[^\w.-]+", "_", test), os.path.basename(state).rsplit(".", 1)[-1]))
        os.makedirs(to, exist_ok=True)
        for path in journals:
            shutil.copy(path, to)
