#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Rescues of a dead host while the daemons of its cloud are killed, stopped and started, a second operator types, a tenant deletes, the dead
host comes back: all of it drawn from a seed, and judged by nova's own rows.

usage: chaos.py FIRST END STEP FILE     the seeds FIRST, FIRST + STEP, … below END; what was met goes to FILE

When the faults are over, an operator who knows nothing types what the program printed: at most eight commands. In the end each instance is
elsewhere, once, or where it was and untouched, or deleted by its tenant, or the program names it and says what to do.
"""
import json
import os
import random
import re
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "sandbox", "python"))
import harness  # noqa: E402
import kept  # noqa: E402
import pasted  # noqa: E402
from cloud import clone  # noqa: E402
from harness import A, B, C, ENV, rows, value  # noqa: E402

COMMANDS = 8
DAEMONS = ("mariadb", "rabbitmq", "nova-conductor", "nova-scheduler", "placement", "nova-compute-B", "nova-compute-C", "neutron-server", "keystone", "glance",
           "cinder-api", "cinder-scheduler", "cinder-volume-B", "neutron-agent-B", "neutron-agent-C")
NETWORKS = ("network-B", "network-C", "network-" + ENV["SB_CONTROLLER"], "network-tool")
FENCED = ["--fenced", "the test pulled the plug"]
VIOLATIONS = ("lost", "twice", "bare", "half", "unreported", "no end")
# a refusal, an unknown outcome that says what to look at, or instances that are left out by name: nothing is left to type but after a person's deed
PERSONS_CODES, PERSONS = (5, 9), re.compile(r"nothing that could be done is left|look there first|fence-gone|Unable to correlate PCI slot|next +evac-manage .*host show ")


def sandbox(*words):
    try:
        harness.sandbox(*words)
    except Exception as e:  # one that cannot be started now is started when all is over
        return str(e)
    return None


class Fault:
    """Something that begins at a moment of the run and is over later."""

    def __init__(self, draw, cloud):
        self.what = draw.choices(("kill", "stop", "pause", "cut", "we die", "second operator", "tenant", "host returns", "commits lost"), (5, 3, 4, 4, 3, 3, 2, 1, 2))[0]
        self.daemon = (draw.choice(DAEMONS) if self.what in ("kill", "stop", "pause") else draw.choice(NETWORKS) if self.what == "cut" else
                       "mariadb" if self.what == "commits lost" else None)
        self.at, self.lasts = draw.uniform(0, 9), draw.choice((0, draw.uniform(0.5, 4), draw.uniform(5, 25)))
        self.instance = draw.choice(cloud.ids)

    def __str__(self):
        return "%s%s at %.1f s%s" % (self.what, " " + self.daemon if self.daemon else "", self.at, " for %.1f s" % self.lasts if self.daemon else "")

    def name(self):
        return "%s %s" % (self.what, re.sub(r"-[BC]$", "", self.daemon)) if self.daemon else self.what

    def strike(self, cloud):
        if self.what == "commits lost":
            rows("mysql", "SET GLOBAL innodb_flush_log_at_trx_commit = 0")
        if self.daemon:
            sandbox({"pause": "pause", "cut": "pause", "stop": "stop"}.get(self.what, "kill"), self.daemon)
            time.sleep(self.lasts)
            sandbox("resume" if self.what in ("pause", "cut") else "start", self.daemon)
        elif self.what == "we die":
            cloud.first.kill()
        elif self.what == "second operator":
            cloud.second = cloud.tool.run(*cloud.words, timeout=240)
        elif self.what == "tenant":
            cloud.delete(self.instance)
        elif self.what == "host returns":
            sandbox("start", "nova-compute-A")


class Cloud:
    def __init__(self, seed):
        self.draw = random.Random(seed)
        harness.sandbox("reset", "--dead", "A")
        rows("mysql", "SET GLOBAL innodb_flush_log_at_trx_commit = 2")   # a commit outlives its server, as on a real one
        self.ids = clone(self.draw.randint(3, 6))
        self.seeded = [r["uuid"] for r in rows("nova", "SELECT uuid FROM instances WHERE BINARY host = BINARY %s AND deleted = 0 AND vm_state IN ('active', 'stopped')"
                                               " AND task_state IS NULL AND display_name LIKE 'volume-%%active%%'", (A,))][:2]
        self.ids += self.seeded
        self.volumes = self.owned()
        self.tool = harness.Tool()
        self.tool.types = False
        self.rescue = self.draw.random() < 0.6
        verb = ["host", "rescue", A, "--to", B] if self.rescue else ["host", "evacuate", A]
        width = ["--max-in-flight", str(self.draw.randint(1, 4))] if self.draw.random() < 0.7 else []
        if not self.rescue:
            self.move_volumes()
        self.words = [*verb, *(w for i in self.ids for w in ("--only", i)), *FENCED, *width, "--timeout", "45", "--yes"]
        self.faults = sorted((Fault(self.draw, self) for _ in range(self.draw.choice((1, 1, 2, 2, 3)))), key=lambda f: f.at)
        self.first = self.second = None
        self.typed, self.said, self.deleted, self.trouble = [], "", set(), []

    @staticmethod
    def owned():
        return {r["id"] for r in rows("cinder", "SELECT id FROM volumes WHERE deleted = 0 AND BINARY SUBSTRING_INDEX(host, '@', 1) = BINARY %s", (A,))}

    def move_volumes(self):
        """Before the faults: an evacuation alone is refused while a volume's backend is dead."""
        for backend in ENV["SB_BACKENDS"].split():
            self.tool.run("volume", "update_host", "--currenthost", "%s@%s" % (A, backend), "--newhost", "%s@%s" % (B, backend), *FENCED, "--yes")

    def delete(self, id_):
        """By nova-api, which comes up for it."""
        from sandbox_api import Sandbox
        if sandbox("start", "nova-api"):
            return
        try:
            Sandbox().nova("DELETE", "/servers/" + id_)
            self.deleted.add(id_)
        except (SystemExit, OSError):
            pass    # it does not answer, or the instance may not be deleted now
        sandbox("stop", "nova-api")

    # ---- the night

    @staticmethod
    def behind_a_cable():
        """The first command's, so that it can be pulled; who judges and who comes later do not hang on it."""
        harness.sandbox("start", "network-tool")
        with open(os.path.join(ENV["SB_RUN"], "pid", "network-tool")) as f:
            return ["nsenter", "--net=/proc/%s/ns/net" % f.read().split()[0]]

    def play(self):
        self.tool.prefix = self.behind_a_cable()
        self.first = self.tool.start(*self.words)
        self.tool.prefix = []
        threads = [threading.Timer(f.at, f.strike, (self,)) for f in self.faults]
        for t in threads:
            t.start()
        try:
            out, err = (x.decode("utf-8", "replace") for x in self.first.communicate(timeout=400))
        except subprocess.TimeoutExpired:
            self.first.kill()
            out, err = (x.decode("utf-8", "replace") for x in self.first.communicate())
            self.trouble.append("no end: the first command ran for more than 400 s")
        for t in threads:
            t.join()
        self.typed.append((" ".join(self.words), self.first.returncode))
        self.all_is_well_again()
        self.operator(out, err)

    def all_is_well_again(self):
        for f in self.faults:
            if f.what in ("pause", "cut"):
                sandbox("resume", f.daemon)
            if f.daemon and f.what != "cut":
                sandbox("start", f.daemon)
        sandbox("stop", "nova-api")
        end = time.monotonic() + 120
        while time.monotonic() < end and len(rows("nova", "SELECT 1 FROM services WHERE deleted = 0 AND last_seen_up > UTC_TIMESTAMP() - INTERVAL 5 SECOND AND"
                                                  " (host IN (%s, %s) OR `binary` IN ('nova-conductor', 'nova-scheduler'))", (B, C))) < 4:
            time.sleep(0.5)
        if not any(f.what == "host returns" for f in self.faults):
            harness.sandbox("fail", "A", "--now")

    def operator(self, out, err):
        """Types the first thing that was printed to be typed; where nothing was, the command again. Until nothing is left, or nothing new is said."""
        paster, again, asked, code = harness.PASTER, False, set(), None
        for _ in range(COMMANDS):
            printed = [p.command for p in pasted.commands_of(out, err) if not pasted.TO_FILL_IN.search(p.command)]
            fresh = [c for c in printed if c not in asked]
            if fresh and not again:
                line = fresh[0]
                asked.add(line)
                if " --dry-run" not in line and paster.takes(line, "--yes") and " --yes" not in line:
                    line += " --yes"
                code, out, err = paster.run(line)
                again = True
            else:
                if not self.left():
                    break
                self.wait_for_nova()
                line = " ".join(self.words)
                r = self.tool.run(*self.words)
                code, out, err, again = r.code, r.out, r.err, False
                if not [c for c in (p.command for p in pasted.commands_of(out, err)) if c not in asked] and code in (0, 5):
                    self.typed.append((line, code))
                    self.said += out + err
                    break
            self.typed.append((line, code))
            self.said += out + err
        else:
            if self.left() and code not in PERSONS_CODES and not PERSONS.search(out + err):
                self.trouble.append("still to be typed after %d commands: %s" % (COMMANDS, self.typed[-1]))

    def wait_for_nova(self, seconds=90):
        """Nobody types the same every second while an instance is being built."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and any((r["task_state"] or "").startswith("rebuild") for r in self.rows_now().values()):
            time.sleep(1)

    def left(self):
        return [i for i, row in self.rows_now().items() if not row["deleted"] and row["host"] == A]

    # ---- the judge

    def rows_now(self):
        return {r["uuid"]: r for r in rows("nova", "SELECT uuid, display_name, host, vm_state, task_state, deleted FROM instances WHERE uuid IN (%s)"
                                           % ", ".join(["%s"] * len(self.ids)), self.ids)}

    def builds(self, id_):
        """Every time that a compute began to build it, in order: its result; None: it never said."""
        return [r["result"] for r in rows("nova", "SELECT e.result FROM instance_actions a JOIN instance_actions_events e ON e.action_id = a.id"
                                          " WHERE e.event = 'compute_rebuild_instance' AND a.action = 'evacuate' AND a.instance_uuid = %s ORDER BY e.id", (id_,))]

    @staticmethod
    def is_bare(id_, host):
        """A volume that is not attached on that host, or a port that is not bound there."""
        return rows("cinder", "SELECT b.volume_id FROM nova.block_device_mapping b LEFT JOIN volume_attachment a ON a.volume_id = b.volume_id AND a.deleted = 0"
                    " AND BINARY a.attached_host = BINARY %s AND a.attach_status = 'attached'"
                    " WHERE b.deleted = 0 AND b.volume_id IS NOT NULL AND b.instance_uuid = %s AND a.id IS NULL", (host, id_)) or \
            rows("neutron", "SELECT p.id FROM ports p LEFT JOIN ml2_port_bindings m ON m.port_id = p.id AND BINARY m.host = BINARY %s"
                 " AND m.vif_type NOT IN ('unbound', 'binding_failed') WHERE p.device_id = %s AND m.port_id IS NULL", (host, id_))

    def is_named(self, id_, row):
        return id_ in self.said or re.search(r"\b%s\b" % re.escape(row["display_name"]), self.said)

    def fate(self, id_, row):
        builds = self.builds(id_)
        if any(result != "Error" for result in builds[:-1]):
            return "twice"
        if row["deleted"]:
            return "deleted" if id_ in self.deleted else "lost"
        if row["host"] != A and row["task_state"] is None and row["vm_state"] != "error":
            return "bare" if self.is_bare(id_, row["host"]) and not self.is_named(id_, row) else "elsewhere"
        if self.is_named(id_, row):
            return "named"
        if row["host"] == A and row["task_state"] is None and not builds:
            return "untouched"
        return "unreported"

    def judge(self):
        now = self.rows_now()
        fates = {id_: self.fate(id_, now[id_]) if id_ in now else "lost" for id_ in self.ids}
        left = self.volumes & self.owned()
        if self.rescue and left and left != self.volumes and not any(f.what == "tenant" for f in self.faults):
            self.trouble.append("half: %d of %d volumes" % (len(left), len(self.volumes)))
        self.trouble += ["%s: %s %r %r" % (fate, id_, now.get(id_), self.builds(id_)) for id_, fate in fates.items() if fate in VIOLATIONS]
        return fates


def main():
    first, end, step = (int(a) for a in sys.argv[1:4])
    met = []
    for seed in range(first, end, step):
        began = time.monotonic()
        cloud = Cloud(seed)
        cloud.play()
        fates = cloud.judge()
        kept.keep(cloud.tool.state, "chaos-%d" % seed)
        counts = {fate: list(fates.values()).count(fate) for fate in sorted(set(fates.values()))}
        print("seed %d: %s; %s; %d commands; %.0f s%s" % (seed, ", ".join(map(str, cloud.faults)), counts, len(cloud.typed), time.monotonic() - began,
                                                          "".join("\n  VIOLATION " + t for t in cloud.trouble)), flush=True)
        if cloud.trouble or os.environ.get("SEED"):
            for line, code in cloud.typed:
                print("    %s\n      exit %s" % (line, code))
            print(cloud.said[-6000:], flush=True)
        met.append({"seed": seed, "faults": [f.name() for f in cloud.faults], "fates": counts, "sent": any(map(cloud.builds, cloud.ids)), "commands": len(cloud.typed), "trouble": cloud.trouble})
        with open(sys.argv[4], "w") as f:
            json.dump(met, f)


main()
