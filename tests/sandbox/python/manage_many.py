#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The distribution's own cinder-manage, many times, its code imported once: a process of its own runs each.

Standard input: a JSON array of words a line. Standard output: {"code", "out", "err"} a line, in the same order.
"""
import json
import os
import sys
import tempfile
import traceback

from cinder.cmd import manage


def ended(main):
    """The exit code that the console script would have; its threads are not waited for."""
    try:
        code = main()
    except SystemExit as e:
        code = e.code
    except Exception:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code if isinstance(code, int) else int(code is not None)


def run(words):
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        pid = os.fork()
        if pid == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            sys.argv = ["cinder-manage", *words]
            os._exit(ended(manage.main))
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        for f in (out, err):
            f.seek(0)
        return {"code": code, "out": out.read().decode("utf-8", "replace"), "err": err.read().decode("utf-8", "replace")}


for line in sys.stdin:
    print(json.dumps(run(json.loads(line))), flush=True)
