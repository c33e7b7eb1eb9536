# SPDX-License-Identifier: Apache-2.0
"""The places at which compute.c and tenant.c say that a build or a stop has ended, for the program reads where a trace ends: they are lines of the real one."""
import ast
import os
import re

from harness import ROOT


def of(name, file="compute.c"):
    with open(os.path.join(ROOT, "tests", "simulate", file)) as f:
        return ast.literal_eval(re.search(r"#define %s \\\n\t(\".*\")\n" % name, f.read()).group(1))


def missing(simulated, real):
    """The first line that the real trace does not have behind those before it; None: it has all."""
    at = 0
    for line in (line.strip() for line in simulated.splitlines()):
        found = real.find(line, at)
        if found < 0:
            return line
        at = found + len(line)
    return None
