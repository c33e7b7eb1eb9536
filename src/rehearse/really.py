# SPDX-License-Identifier: Apache-2.0
"""--really: what was predicted on paper is done, by nova's own programs, and compared instance by instance."""
import json
import time
from dataclasses import dataclass

from control import Control, NotInstalled, broker_program, installed
from clock import quoted
from report import visible
from server import CannotStart

REAL = ("placement", "nova-conductor", "nova-scheduler", "nova-compute of every host that could be a target, with nova's fake driver", "RabbitMQ", "MariaDB", "evac-manage")
STAND_INS = ("keystone: one token for all", "neutron-server and its agents: they bind where an agent reports, and wire at once", "cinder-api and cinder-volume: attachments in their rows",
             "hypervisors and storage: nova's fake driver, which has the resources that the dump names", "services of other controllers and of cinder: their heartbeats and consumers alone")
NEEDED = ("nova_api", "nova", "placement", "neutron")


class NotDone(Exception):
    """The rehearsal on paper stands; why it was not done for real."""


@dataclass
class Instance:
    id: str
    name: str
    host: str               # where it was
    predicted: str          # "evacuated", or "left: CODE"
    happened: str = ""
    where: str = ""         # the host that it is on
    seconds: float = None
    why: str = ""

    @property
    def differs(self):
        return self.predicted != self.happened

    def document(self):
        return {"id": self.id, "name": self.name, "from": self.host, "predicted": self.predicted, "happened": self.happened, "host": self.where or None, "seconds": self.seconds,
                "why": self.why or None, "differs": self.differs}


@dataclass
class Now:
    """Of one instance, as nova's rows have it."""
    host: str
    vm_state: str
    task_state: str
    status: str = ""        # of its newest evacuation
    seconds: float = None


def evacuated(now, dead):
    return now.host not in dead and now.status in ("done", "completed") and not now.task_state and now.vm_state != "error"


def predictions(plan, before):
    """Of a plan's document: what becomes of each instance. before: {uuid: (name, host)} of all on the dead hosts."""
    going = {s["id"] for s in plan["steps"] if s["kind"] == "instance"}
    codes = {}
    for f in plan["findings"]:
        if f["severity"] == "skip":
            codes.setdefault(f["subject"], f["code"])
    return [Instance(id_, name, host, "evacuated" if id_ in going else "left: %s" % codes.get(id_, "not chosen")) for id_, (name, host) in sorted(before.items(), key=lambda i: i[1])]


def outcome(instance, now, step, dead):
    """What happened, by nova's rows; where evac-manage's own report (its step, or None) says another thing, that is a difference."""
    if now is None:
        instance.happened, instance.why = "gone", "its row was deleted"
        return
    instance.where, instance.seconds = now.host, now.seconds
    landed, proved = evacuated(now, dead), bool(step) and step["state"] == "proved"
    if landed:
        instance.happened = "evacuated" if proved else "evacuated, and not verified"
    elif now.status:
        instance.happened = "not evacuated: its evacuation is %s, the instance %s" % (now.status, now.vm_state)
    elif now.host not in dead:
        instance.happened = "on another host without an evacuation"
    else:
        instance.happened = instance.predicted if instance.predicted.startswith("left: ") else "not begun"
    if instance.differs:
        instance.why = (step or {}).get("error") or ""


def moved(plan, done):
    """(predicted, happened) of the rows that change hands; a row counts as it stands in the report of the run."""
    rows = lambda document, state: {(s["kind"], s["id"]) for s in document["steps"] if s["kind"] != "instance" and s["state"] == state}
    wanted = rows(plan, "planned")
    return len(wanted), len(wanted & rows(done, "proved"))


class Really:
    def __init__(self, directory, server, cloud, options):
        self.directory, self.server, self.cloud, self.options = directory, server, cloud, options
        self.instances, self.rows, self.nova, self.hosts, self.notes = [], (0, 0), {}, [], []
        self.why, self.started_s, self.took_s, self.code, self.attempts = "", None, None, None, None
        self.control = None

    def prepare(self, dead):
        """NotDone where it cannot be; asks nothing of the dead."""
        lost = [k for k in NEEDED if not self.cloud.of_kind(k)]
        if lost:
            raise NotDone("the dumps have no %s, which nova needs" % ", ".join(lost))
        cells = [d for d in self.cloud.of_kind("nova") if not d.endswith("cell0")]
        if len(cells) != 1:
            raise NotDone("the dumps have %d cells: one is done for real" % len(cells))
        try:
            python, self.nova = installed(self.options.nova_python)
            broker_program()
        except NotInstalled as e:
            raise NotDone(str(e)) from None
        wanted = self.cloud.version()
        if wanted != self.nova["service"]:
            raise NotDone("the dumps are of a nova whose computes have version %d; installed is %s, which has %d: --nova-python names another" %
                          (wanted, self.nova["nova"], self.nova["service"]))
        self.hosts = self.cloud.targets(dead)
        if not self.hosts:
            raise NotDone("no other host reports and is enabled: there is no target")
        self.control = Control(self.directory, self.server, self.cloud, python)
        self.control.release = int(self.nova["nova"].split(".")[0])

    def do(self, plan, predicted, dead, words, broker_url):
        """Starts all, rescues, and looks. plan: a Plan; predicted: its document."""
        self.instances = predictions(predicted, self.cloud.instances_on(dead))
        self.control.configure(self.hosts, broker_url, self.options.nova_config_file)
        try:
            self.started_s = self.control.start()
            plan.configure(self.options.config, self.control.site())
            began = time.monotonic()
            done, self.code, said = plan.rescue(words)
            self.took_s = time.monotonic() - began
            self.control.check()
        except CannotStart as e:
            raise NotDone(str(e)) from None
        finally:
            self.control.stop()
        if done is None:
            raise NotDone("evac-manage gave no report: %s" % said)
        self.look(predicted, done, dead)

    def look(self, predicted, done, dead):
        steps, now = {s["id"]: s for s in done["steps"] if s["kind"] == "instance"}, self.now(dead)
        for i in self.instances:
            outcome(i, now.get(i.id), steps.get(i.id), set(dead))
        self.rows = moved(predicted, done)
        if self.code and done.get("error"):
            self.notes.append(done["error"])
        self.instances.sort(key=lambda i: (not i.differs, i.host, i.name))

    def now(self, dead):
        found = {}
        for cell in self.cloud.of_kind("nova"):
            ids = ", ".join(quoted(i.id) for i in self.instances)
            for row in self.server.ask("SELECT uuid, IFNULL(host, ''), vm_state, IFNULL(task_state, '') FROM instances WHERE deleted = 0 AND uuid IN (%s)" % ids, cell) if ids else ():
                found[row[0]] = Now(*row[1:])
            for uuid, status, seconds in self.server.ask(
                    "SELECT instance_uuid, status, TIMESTAMPDIFF(SECOND, created_at, updated_at) FROM migrations WHERE migration_type = 'evacuation' AND instance_uuid IN (%s)"
                    " AND created_at >= UTC_TIMESTAMP() - INTERVAL %d SECOND AND BINARY source_compute IN (%s) ORDER BY id" % (ids, int(self.took_s or 0) + 2, ", ".join(map(quoted, dead))),
                    cell) if ids else ():
                if uuid in found:
                    found[uuid].status, found[uuid].seconds = status, float(seconds) if seconds else None
        return found

    def beginning(self):
        return "really: nova %s is started, with a nova-compute for each of %d hosts, and the rescue done" % (self.nova["nova"], len(self.hosts))

    def lines(self):
        """For people; what differs comes first."""
        if self.why:
            return ["", "NOT DONE: %s" % visible(self.why), "what is above is the plan alone"]
        wrong = [i for i in self.instances if i.differs]
        lines = ["", "%d of %d instances: what was predicted happened%s" % (len(self.instances) - len(wrong), len(self.instances), "; what differs comes first" if wrong else ""), ""]
        table = [("INSTANCE", "PREDICTED", "HAPPENED", "SECONDS", "HOST")]
        table += [(visible(i.name or i.id), i.predicted, ("DIFFERS: " if i.differs else "") + i.happened, "%d" % i.seconds if i.seconds is not None else "-", visible(i.where)) for i in self.instances]
        widths = [max(len(row[k]) for row in table) for k in range(4)]
        for row, i in zip(table, [None, *self.instances]):
            lines.append("  ".join(cell.ljust(w) for cell, w in zip(row, [*widths, 0])).rstrip())
            if i and i.why:
                lines.append("    %s" % visible(i.why))
        lines += ["", "  rows      %d of %d that change hands did, and were verified" % (self.rows[1], self.rows[0]),
                  "  time      %.0f s to start, %.0f s to rescue, evac-manage ended with %d" % (self.started_s, self.took_s, self.code),
                  "  network   %s" % ("not of its own" if self.attempts is None else "%d packets found no route out, none left" % self.attempts),
                  "  real      %s" % ", ".join(REAL), *("  stood in  %s" % s for s in STAND_INS)]
        lines += ["  note      %s" % visible(n) for n in self.notes]
        return lines

    @property
    def as_predicted(self):
        return not self.why and not any(i.differs for i in self.instances) and self.rows[0] == self.rows[1]

    def document(self):
        return {"done": not self.why, "why": self.why or None, "as_predicted": self.as_predicted, "nova": self.nova.get("nova"), "computes": len(self.hosts),
                "real": list(REAL), "stood_in": list(STAND_INS), "started_s": round(self.started_s, 1) if self.started_s else None, "took_s": round(self.took_s, 1) if self.took_s else None,
                "exit_code": self.code, "rows": {"predicted": self.rows[0], "happened": self.rows[1]}, "packets_without_route": self.attempts,
                "instances": [i.document() for i in self.instances], "notes": self.notes}
