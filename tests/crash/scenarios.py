# SPDX-License-Identifier: Apache-2.0
"""What is run, dies, is recovered and then done after all; and what must be true of the rows and the broker each time."""
import collections
import glob
import json
import os
import shutil
import signal
import subprocess
import threading
import time

import fake_ceph
import harness
import journals
import pymysql
from harness import A, B, C, DRIFT, FENCED, OK, PARTIAL
from world import SNAPSHOT, WANTED

UNKNOWN = 9
GO = FENCED + ["--yes", "-f", "json"]
RESCUE = ["host", "rescue", A, *[w for name in WANTED for w in ("--only", name)], "--no-wait", *GO]
MOVE = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *FENCED]


class Case:
    """One death, or two, and what is true after it."""

    def __init__(self, runner, scenario):
        self.rows, self.conductor, self.scenario = runner.rows, runner.conductor, scenario
        self.tool = scenario.make_tool()
        self.log = os.path.join(self.tool.state, "points")
        self.told_unknown, self.executed, self.before = False, set(), set()

    def run(self, *words, die_at=None, power=False, log=False):
        environment = dict(os.environ)
        if die_at:
            environment["EVAC_MANAGE_CRASH_AT"] = die_at
        if power:
            environment["EVAC_MANAGE_CRASH_POWER"] = "1"
        if log:
            environment["EVAC_MANAGE_CRASH_LOG"] = self.log
        environment.update(self.scenario.environment(self))
        return self.tool.run(*words, env=environment)

    def points(self):
        seen = [line.strip() for line in open(self.log)] if os.path.exists(self.log) else []
        if seen:
            os.unlink(self.log)
        return seen

    def journals(self):
        return sorted(glob.glob(os.path.join(self.tool.state, "journal", "*.jsonl")))

    def run_id(self):
        """Of the command that dies; None: it has no journal yet."""
        return next((os.path.basename(p)[:-len(".jsonl")] for p in self.journals() if p not in self.before), None)

    def recover_with(self, *words, **more):
        return self.run("journal", "recover", self.run_id(), *self.scenario.recover_words, *words, "-f", "json", **more)

    def recover(self, **more):
        return self.recover_with(**more)

    def nova_executes(self):
        """What the conductor has really taken comes to its end, once for each message."""
        if self.scenario.goes_on_by_itself:
            return
        to = self.scenario.lands_on
        for inner in self.conductor.inner():
            uuid, request = inner["args"]["instance"]["nova_object.data"]["uuid"], inner["_context_request_id"]
            if (uuid, request) in self.executed:
                continue
            self.executed.add((uuid, request))
            self.rows.query("UPDATE nova.migrations SET status = 'done', dest_compute = %s WHERE instance_uuid = %s AND status = 'accepted'"
                            " AND migration_type = 'evacuation'", (to, uuid))
            self.rows.query("UPDATE nova.instances SET host = %s, node = %s, task_state = NULL, vm_state = 'active' WHERE uuid = %s",
                            (to, to, uuid))
            self.rows.query("UPDATE cinder.volume_attachment SET attached_host = %s WHERE instance_uuid = %s AND deleted = 0", (to, uuid))
            self.rows.query("UPDATE neutron.ml2_port_bindings b JOIN neutron.ports p ON p.id = b.port_id SET b.host = %s, p.status = 'ACTIVE'"
                            " WHERE p.device_id = %s", (to, uuid))

    def signature(self):
        """All that what comes next depends on."""
        rows = [self.rows.query(q) for q in (
            "SELECT id, host, service_uuid FROM cinder.volumes ORDER BY id", "SELECT id, host FROM cinder.backups ORDER BY id",
            "SELECT id, disabled FROM cinder.services ORDER BY id", "SELECT id, disabled, forced_down FROM nova.services ORDER BY id",
            "SELECT id, host, vm_state, task_state FROM nova.instances ORDER BY id",
            "SELECT instance_uuid, status FROM nova.migrations ORDER BY id")]
        last = {}
        for path in self.journals():
            for r in (json.loads(line) for line in open(path) if line.endswith("\n")):   # one that was torn is none
                if r["type"] in ("intent", "outcome", "publish_intent", "publish_outcome", "recovery", "end", "recover_end"):
                    last[path[-20:], r.get("unit"), r["type"]] = r.get("verdict") or r.get("outcome") or r.get("state") or r.get("result")
        return repr((self.scenario.name, rows, sorted(last.values(), key=str), sorted(k[1:] for k in last if k[1] is not None),
                     len(self.conductor.inner())))

    def settle(self, again=True):
        """Recovers until nothing changes; says whether all is known. again: also when nothing is open after the first time."""
        if not self.run_id():
            return True
        for _ in range(2):
            done = self.recover()
            assert done.code in self.scenario.recovered, str(done)
            self.told_unknown = done.code == UNKNOWN
            self.scenario.check(self)
            self.nova_executes()
            states = {s["state"] for s in done.json["steps"]}
            if not again and done.code == OK and "applied" not in states:
                break
        assert (done.code == UNKNOWN) == ("unknown" in states), str(done)
        assert states <= {"proved", "skipped", "unknown", "failed"}, str(done)
        return done.code != UNKNOWN


class Scenario:
    """name; prepare() once, what it leaves in rows and state directory is put back for each death; words() dies."""
    bound = True
    dead = (A,)                 # hosts
    lands_on = C
    goes_on_by_itself = False   # its nova answers while the tool runs
    machine_dies = False        # each first death is the machine's; else half of them, as the seed has it
    recover_words = ()
    recovered = (OK, UNKNOWN)   # how a recovery ends

    def make_tool(self):
        return harness.Tool()

    def environment(self, case):
        """Of the tool, beside ours."""
        return {}

    def is_first(self, point):
        """Shall the first death be there?"""
        return True

    def prepare(self, case):
        pass

    def resolve_unknown(self, case):
        """What a person does about what recovery could not decide; false: nothing is done here."""
        return False

    def check_casts(self, case):
        casts = case.conductor.inner()
        for key in (lambda c: c["args"]["instance"]["nova_object.data"]["uuid"], lambda c: c["_context_request_id"]):
            counted = collections.Counter(key(c) for c in casts)
            assert all(n == 1 for n in counted.values()), "twice: %r" % counted
        return collections.Counter(c["args"]["instance"]["nova_object.data"]["uuid"] for c in casts)

    def nodes(self, case):
        """The owners of what the failed host owned when the scenario began."""
        found = case.rows.query("SELECT DISTINCT SUBSTRING_INDEX(host, '@', 1) AS node FROM cinder.volumes WHERE deleted = 0 AND id IN"
                                " (SELECT id FROM %s.seeded_cinder_volumes WHERE deleted = 0 AND BINARY SUBSTRING_INDEX(host, '@', 2) ="
                                " BINARY %%s)" % SNAPSHOT, (A + "@ceph",))
        found = {r["node"] for r in found}
        for table, column in (("consistencygroups", "host"), ("`groups`", "host"), ("image_volume_cache_entries", "host")):
            found |= {r["node"] for r in case.rows.query(
                "SELECT DISTINCT SUBSTRING_INDEX(t.%s, '@', 1) AS node FROM cinder.%s t JOIN %s.%s s ON s.id = t.id"
                " WHERE BINARY SUBSTRING_INDEX(SUBSTRING_INDEX(s.host, '#', 1), '@', 2) = BINARY %%s"
                % (column, table, SNAPSHOT, "`seeded_cinder_%s`" % table.strip("`")), (A + "@ceph",))}
        assert len(found) == 1, "half moved: %r" % found
        return found.pop()

    def check(self, case):
        self.check_casts(case)
        self.nodes(case)


class Rescue(Scenario):
    """Ownership, then evacuations; what is left is done by --resume."""

    rescue = RESCUE

    def __init__(self, name, bound=True):
        self.name, self.bound = name, bound

    def words(self, case):
        return [*self.rescue, "--to", B]

    def check(self, case, final=False):
        sent = self.check_casts(case)
        text = "".join(open(p).read() for p in case.journals())
        instances = case.rows.query("SELECT uuid, display_name, host, task_state FROM nova.instances WHERE deleted = 0"
                                    " AND display_name IN %s", (WANTED,))
        for i in instances:
            open_ones = case.rows.query("SELECT uuid FROM nova.migrations WHERE instance_uuid = %s AND status = 'accepted'"
                                        " AND migration_type = 'evacuation'", (i["uuid"],))
            if i["task_state"] == "rebuilding":
                assert open_ones and open_ones[0]["uuid"] in text, "rebuilding without a trace: %r" % i
                assert case.told_unknown or sent[i["uuid"]], "rebuilding, not sent and not reported: %r" % i
            else:
                assert not open_ones, "an open migration and no task: %r" % i
            if final:
                assert i["host"] == self.lands_on and sent[i["uuid"]] == 1, "not done: %r, %d casts" % (i, sent[i["uuid"]])
        assert self.nodes(case) in ((B,) if final else (A, B))

    def resolve_unknown(self, case):
        """Its message can no longer be taken, and a person has it sent again: only what nobody has begun with goes."""
        (path,) = case.journals()
        journals.older(path, 600)
        done = case.recover_with("--resend")
        assert done.code == OK, str(done)
        case.nova_executes()
        return case.settle()

    def go_on(self, case):
        run = case.run_id()
        done = case.run(*self.rescue, *(["--resume", run] if run else ["--to", B]))
        assert done.code in (OK, PARTIAL), str(done)
        case.nova_executes()
        self.check(case, final=True)


class Several(Rescue):
    """Two hosts that failed together, one run: marks of both, all moves, an instance of each."""
    dead, lands_on = (A, C), B
    rescue = ["host", "rescue", A, C, *[w for name in WANTED for w in ("--only", name)], "--no-wait", "--fenced",
              "the test pulled the plugs of %s and %s" % (A, C), "--accept", "mass-failure", "--yes", "-f", "json"]

    def prepare(self, case):
        case.rows.query("UPDATE nova.instances SET host = %s, node = %s WHERE deleted = 0 AND display_name = %s", (C, C, WANTED[0]))
        (v,) = case.rows.query("SELECT id FROM cinder.volumes WHERE deleted = 0 AND BINARY SUBSTRING_INDEX(host, '#', 1) = BINARY %s LIMIT 1", (A + "@nvme",))
        self.volume = v["id"]
        case.rows.query("UPDATE cinder.volumes SET host = %s, service_uuid = (SELECT uuid FROM cinder.services WHERE `binary` = 'cinder-volume' AND"
                        " deleted = 0 AND BINARY host = BINARY %s) WHERE id = %s", (C + "@nvme#nvme", C + "@nvme", self.volume))

    def nodes(self, case):
        node = super().nodes(case)
        (v,) = case.rows.query("SELECT host FROM cinder.volumes WHERE id = %s", (self.volume,))
        assert v["host"].split("@")[0] == (B if node == B else C), "moved of one host alone: %r" % v
        return node

    def go_on(self, case):
        case.rows.heartbeats()      # nobody reports here, and each host takes its time
        super().go_on(case)


class Reserve(Rescue):
    """What fits nowhere else goes to a reserved host: enabled before it, disabled again when nothing is on its way."""
    keeps = {"disabled": 1, "disabled_reason": "Reserved for HA"}
    lends = {"disabled": 0, "disabled_reason": "evac-manage: reserved host, in service for a run"}

    def make_tool(self):
        tool = harness.Tool()
        with open(tool.site, "a") as f:
            f.write("[targets]\nreserved = %s\n" % C)
        return tool

    def prepare(self, case):
        case.rows.query("UPDATE nova.compute_nodes SET memory_mb_used = memory_mb * 100 WHERE BINARY host != BINARY %s", (C,))
        case.rows.query("UPDATE nova.services SET disabled = 1, disabled_reason = %s WHERE BINARY host = BINARY %s AND `binary` = 'nova-compute'",
                        (self.keeps["disabled_reason"], C))

    def service(self, case):
        (row,) = case.rows.query("SELECT disabled, disabled_reason FROM nova.services WHERE BINARY host = BINARY %s AND `binary` = 'nova-compute'", (C,))
        return row

    def check(self, case, final=False):
        super().check(case, final)
        assert self.service(case) in (self.keeps, self.lends), self.service(case)

    def go_on(self, case):
        super().go_on(case)
        for path in case.journals():
            done = case.run("journal", "recover", os.path.basename(path)[:-len(".jsonl")], "-f", "json")
            assert done.code == OK, str(done)
        assert self.service(case) == self.keeps, self.service(case)


class Undo(Scenario):
    """A rescue is taken back: the mark and the move; its evacuation stays with nova."""
    name = "undo"

    def prepare(self, case):
        done = case.run("host", "rescue", A, "--only", WANTED[0], "--no-wait", *GO, "--to", B)
        assert done.code in (OK, PARTIAL), str(done)
        case.nova_executes()
        done = case.run("journal", "recover", case.run_id())
        assert done.code == OK, str(done)
        self.first = case.run_id()
        del case.conductor.casts[:]

    def words(self, case):
        return ["journal", "undo", self.first, "--yes", "--accept", "target-down", "-f", "json"]

    def check(self, case, final=False):
        assert not case.conductor.inner(), "an undo has sent something"
        node = self.nodes(case)
        (nova,) = case.rows.query("SELECT disabled, disabled_reason, forced_down FROM nova.services WHERE BINARY host = BINARY %s"
                                  " AND `binary` = 'nova-compute'", (A,))
        assert nova["forced_down"] == 1, "forced_down was cleared while an evacuation is 'done'"
        assert bool(nova["disabled"]) == bool(nova["disabled_reason"]), nova
        cinder = {s["disabled"] for s in case.rows.query(
            "SELECT s.disabled FROM cinder.services s JOIN %s.seeded_cinder_services w ON w.id = s.id WHERE w.disabled = 0 AND s.deleted = 0"
            " AND s.`binary` IN ('cinder-volume', 'cinder-backup')"
            " AND BINARY SUBSTRING_INDEX(s.host, '@', 1) = BINARY %%s" % SNAPSHOT, (A,))}
        assert cinder == ({0} if node == A else {1}), "services %r, rows on %s" % (cinder, node)
        if final:
            assert node == A and not nova["disabled"], (node, nova)

    def go_on(self, case):
        done = case.run(*self.words(case))
        if done.code == DRIFT:   # a unit has been taken back already
            done = case.run(*self.words(case), "--skip-drifted")
        assert done.code == OK, str(done)
        self.check(case, final=True)


class Apply(Scenario):
    """A plan file is applied. The same file is refused once its run has a journal; the command itself then does the rest."""
    name = "apply"

    def file(self, case):
        return os.path.join(case.tool.state, "x.plan")

    def prepare(self, case):
        done = case.run(*MOVE, "--plan-out", self.file(case))
        assert done.code == OK, str(done)

    def words(self, case):
        return ["plan", "apply", self.file(case), "--yes", "-f", "json"]

    def go_on(self, case):
        again = case.run(*self.words(case))
        if again.code == DRIFT:
            assert "applied already" in again.err, str(again)
            again = case.run(*MOVE, "--yes", "-f", "json")
        assert again.code == OK, str(again)
        self.check(case)
        assert self.nodes(case) == B


class PlanOut(Apply):
    """Writing the plan: the file is there whole, or it is not there, and no row has changed."""
    name = "plan-out"

    def prepare(self, case):
        pass

    def words(self, case):
        return [*MOVE, "--plan-out", self.file(case), "-f", "json"]

    def go_on(self, case):
        assert not case.journals() and self.nodes(case) == A
        if not os.path.exists(self.file(case)):
            done = case.run(*self.words(case))
            assert done.code == OK, str(done)
        assert case.run("plan", "show", self.file(case)).code == OK
        done = case.run("plan", "apply", self.file(case), "--yes", "-f", "json")
        assert done.code == OK and self.nodes(case) == B, str(done)


class Close(Scenario):
    """An evacuation that nobody works on is closed: its migration and its instance's task state, both or neither."""
    name = "close"

    def prepare(self, case):
        (i,) = case.rows.query("SELECT uuid, host, node FROM nova.instances WHERE deleted = 0 AND display_name = %s", (WANTED[0],))
        self.uuid = i["uuid"]
        case.rows.query("UPDATE nova.instances SET task_state = 'rebuilding', updated_at = UTC_TIMESTAMP() - INTERVAL 2 HOUR"
                        " WHERE uuid = %s", (self.uuid,))
        case.rows.query("INSERT INTO nova.migrations (created_at, updated_at, deleted, uuid, source_compute, source_node, instance_uuid,"
                        " status, migration_type) VALUES (UTC_TIMESTAMP() - INTERVAL 2 HOUR, UTC_TIMESTAMP() - INTERVAL 2 HOUR, 0,"
                        " UUID(), %s, %s, %s, 'accepted', 'evacuation')", (i["host"], i["node"], self.uuid))
        (m,) = case.rows.query("SELECT id FROM nova.migrations WHERE instance_uuid = %s AND status = 'accepted'", (self.uuid,))
        self.number = str(m["id"])

    def words(self, case):
        return ["migration", "close", self.number, "--yes", "-f", "json"]

    def check(self, case, final=False):
        assert not case.conductor.inner(), "closing has sent something"
        (m,) = case.rows.query("SELECT status FROM nova.migrations WHERE id = %s", (self.number,))
        (i,) = case.rows.query("SELECT task_state FROM nova.instances WHERE uuid = %s", (self.uuid,))
        now = (m["status"], i["task_state"])
        assert now in ([("error", None)] if final else [("accepted", "rebuilding"), ("error", None)]), now

    def go_on(self, case):
        # recovery may have given the row a new time, and what is fresh is somebody's work
        case.rows.query("UPDATE nova.migrations SET updated_at = UTC_TIMESTAMP() - INTERVAL 2 HOUR WHERE id = %s", (self.number,))
        done = case.run(*self.words(case))
        assert done.code == OK, str(done)
        self.check(case, final=True)


class Resend(Rescue):
    """An evacuation that died before its message left is sent again, because a person says so."""
    name = "resend"

    def __init__(self):
        pass

    def prepare(self, case):
        case.run("instance", "evacuate", WANTED[0], "--no-wait", *GO, die_at="publish_before")
        self.run_of = case.run_id()
        journals.older(case.journals()[0], 600)

    def words(self, case):
        return ["journal", "recover", self.run_of, "--resend", "-f", "json"]

    def check(self, case, final=False):
        sent = self.check_casts(case)
        (i,) = case.rows.query("SELECT uuid, host, task_state FROM nova.instances WHERE deleted = 0 AND display_name = %s", (WANTED[0],))
        (m,) = case.rows.query("SELECT status FROM nova.migrations WHERE instance_uuid = %s AND migration_type = 'evacuation'"
                               " ORDER BY id DESC LIMIT 1", (i["uuid"],))
        if i["task_state"] == "rebuilding":
            assert m["status"] == "accepted" and (case.told_unknown or sent[i["uuid"]]), (i, m, sent)
        if final:
            assert (i["host"], m["status"], sent[i["uuid"]]) == (C, "done", 1), (i, m, sent)

    def go_on(self, case):
        case.nova_executes()
        self.check(case, final=True)


class PortsTool(harness.Tool):
    computes_wait = True


class Ports(Scenario):
    """A nova-compute waits until it is told of its instance's port, and neutron cannot tell it. Its nova answers at once: a message that
    the conductor takes is a moment later an instance that waits, its port bound and DOWN; another moment, and the port is ACTIVE;
    when the compute is told of it, it is done. Told of a port that is not ACTIVE it would believe it: it never is."""
    name = "ports"
    goes_on_by_itself = True
    recover_words = ("--timeout", "30")

    def __init__(self):
        self.told_wrongly, self.told, self.agent = [], 0, None

    def make_tool(self):
        return PortsTool()

    def is_first(self, point):
        return point.split(":")[0] in ("publish_after", "vif_event_before", "vif_event_after", "vif_event_recorded")

    def words(self, case):
        return ["instance", "evacuate", WANTED[0], "--timeout", "60", *GO]

    def prepare(self, case):
        case.conductor.listen_as_compute(C)
        case.conductor.hears = self.hears
        del self.told_wrongly[:]
        if not self.agent:
            self.agent = threading.Thread(target=self.plug, daemon=True)
            self.agent.start()

    def port(self, uuid):
        (p,) = harness.rows("neutron", "SELECT p.id, p.status, b.host FROM ports p JOIN ml2_port_bindings b ON b.port_id = p.id"
                            " WHERE p.device_id = %s", (uuid,))
        return p

    def hears(self, inner):
        if inner["method"] == "rebuild_instance":
            self.begin(inner["args"]["instance"]["nova_object.data"]["uuid"])
        elif inner["method"] == "external_instance_event":
            self.be_told(inner["args"]["events"][0]["nova_object.data"])

    def begin(self, uuid):
        id_ = self.port(uuid)["id"]
        harness.rows("neutron", "UPDATE ports SET status = 'DOWN' WHERE id = %s", (id_,))
        harness.rows("neutron", "UPDATE ml2_port_bindings SET host = %s WHERE port_id = %s", (C, id_))
        harness.rows("nova", "UPDATE instance_info_caches SET network_info = REPLACE(network_info, '\"active\": true', '\"active\": false')"
                     " WHERE instance_uuid = %s", (uuid,))
        harness.rows("nova", "UPDATE migrations SET status = 'pre-migrating', dest_compute = %s WHERE instance_uuid = %s"
                     " AND status = 'accepted'", (C, uuid))
        harness.rows("nova", "UPDATE instances SET task_state = 'rebuild_spawning' WHERE uuid = %s", (uuid,))

    @staticmethod
    def plug():
        """The agent of C, also after the rows were put back: what it finds bound there and DOWN is ACTIVE in a while."""
        while True:
            time.sleep(0.7)
            try:
                harness.rows("neutron", "UPDATE ports p JOIN ml2_port_bindings b ON b.port_id = p.id SET p.status = 'ACTIVE'"
                             " WHERE p.status = 'DOWN' AND b.host = %s", (C,))
            except pymysql.OperationalError:   # a deadlock with the rows that are just put back: next time
                pass

    def be_told(self, event):
        self.told += 1
        port, uuid = self.port(event["instance_uuid"]), event["instance_uuid"]
        if (port["id"], port["status"], port["host"]) != (event["tag"], "ACTIVE", C):
            self.told_wrongly.append((event, port))
        harness.rows("nova", "UPDATE instances SET host = %s, node = %s, task_state = NULL, vm_state = 'active' WHERE uuid = %s", (C, C, uuid))
        harness.rows("nova", "UPDATE migrations SET status = 'done' WHERE instance_uuid = %s AND status = 'pre-migrating'", (uuid,))

    def check(self, case, final=False):
        self.check_casts(case)
        assert not self.told_wrongly, "told of a port that was not ready: %r" % self.told_wrongly
        for path in case.journals():
            for r in journals.read(path):
                if r["type"] == "vif_event":
                    assert r["proof"]["port_status"] == "ACTIVE" and r["proof"]["binding_host"] == r["host"] == C, r
        (i,) = case.rows.query("SELECT host, task_state FROM nova.instances WHERE deleted = 0 AND display_name = %s", (WANTED[0],))
        if final:
            assert (i["host"], i["task_state"]) == (C, None) and self.told, (i, self.told)

    def resolve_unknown(self, case):
        (path,) = case.journals()
        journals.older(path, 600)
        done = case.recover_with("--resend")
        assert done.code == OK, str(done)
        return case.settle()

    def go_on(self, case):
        self.check(case, final=True)


class Fence(Scenario):
    """The host is switched off first, by its fence agent: nothing moves while it is on, and a recovery asks and switches nothing."""
    name = "fence"
    agent = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib", "fence_agent")

    def file(self, case, end=""):
        return os.path.join(case.tool.state, "power", "now" + end)

    def make_tool(self):
        tool = harness.Tool()
        with open(tool.site, "a") as f:
            f.write("[fencing %s]\nagent = %s\noptions = file=%s/power/now\n" % (A, self.agent, tool.state))
        return tool

    def is_first(self, point):
        return point.split(":")[0] in ("power_before_off", "power_after_off")

    def prepare(self, case):
        os.mkdir(os.path.dirname(self.file(case)))
        with open(self.file(case), "w") as f:
            f.write("on")

    def words(self, case):
        return [*[w for w in MOVE if w not in FENCED], "--fence", "power", "--yes", "-f", "json"]

    def switched(self, case):
        return open(self.file(case, ".calls")).read().split().count("off")

    def check(self, case, final=False):
        is_off = open(self.file(case)).read().strip() == "off"
        assert self.switched(case) == is_off, "%d times switched off" % self.switched(case)
        assert self.nodes(case) == (B if final else A)
        assert is_off or not final

    def go_on(self, case):
        done = case.run(*self.words(case))
        assert done.code == OK, str(done)
        self.check(case, final=True)


class KeepOut(Scenario):
    """Its old clients are kept out first: nothing is cast before every one is on the blocklist, and a recovery adds none."""
    name = "keep-out"
    goes_on_by_itself = True
    old = "192.0.2.7:0/%d"

    def make_tool(self):
        tool = harness.Tool()
        tool.ceph = fake_ceph.Cluster(tool, name="ceph/cluster")   # a directory: copy_state() takes it along
        return tool

    def environment(self, case):
        return case.tool.ceph.variables

    def is_first(self, point):
        return point.split(":")[0].startswith("fence_")

    def prepare(self, case):
        bdms = case.rows.query(
            "SELECT b.instance_uuid, b.volume_id FROM nova.block_device_mapping b JOIN nova.instances i ON i.uuid = b.instance_uuid"
            " WHERE i.host = %s AND i.vm_state = 'active' AND i.task_state IS NULL AND b.volume_id IS NOT NULL AND b.deleted = 0", (A,))
        counted = collections.Counter(b["instance_uuid"] for b in bdms)
        self.instance = max(sorted(counted), key=counted.get)
        self.volumes = [b["volume_id"] for b in bdms if b["instance_uuid"] == self.instance]
        os.mkdir(os.path.dirname(case.tool.ceph.path))
        for i, volume in enumerate(self.volumes):
            image = "volumes/volume-" + volume
            case.tool.ceph.tell("image %s 61" % image, "lock %s %s %d auto" % (image, self.old % (5 + i), 5 + i))
            case.rows.query("UPDATE nova.block_device_mapping SET connection_info = %s WHERE volume_id = %s", (fake_ceph.connection_info(image), volume))
            case.rows.query("UPDATE cinder.volumes SET host = REPLACE(host, %s, %s) WHERE id = %s", (A, B, volume))

    def words(self, case):
        return ["instance", "evacuate", self.instance, "--fence", "storage", "--yes", "--no-wait", "-f", "json"]

    def check(self, case, final=False):
        added, sent = case.tool.ceph.clients("added"), self.check_casts(case)
        all_of_them = {self.old % (5 + i) for i in range(len(self.volumes))}
        assert set(added) in (set(), all_of_them), added
        assert final or len(added) in (0, len(all_of_them)), "a recovery has added some: %r" % added
        assert not sent or set(added) == all_of_them, "cast before they were kept out"
        assert sent[self.instance] == (1 if final else 0), sent

    def go_on(self, case):
        done = case.run(*self.words(case))
        assert done.code == OK, str(done)
        self.check(case, final=True)


class FenceGone(KeepOut):
    """One of them is taken off behind the run's back, before its first message: nothing is cast, then or by a recovery."""
    name = "fence-gone"
    recovered = (OK, UNKNOWN, DRIFT)

    def is_first(self, point):
        return point.split(":")[0] == "fence_before_look_record"

    def prepare(self, case):
        super().prepare(case)
        self.gone = "after 5 removed %s" % (self.old % 5)   # after the plan, its caps, the order and the look that verified it
        case.tool.ceph.tell(self.gone)

    def go_on(self, case):
        case.tool.ceph.put(*(line for line in case.tool.ceph.lines() if line != self.gone))
        super().go_on(case)


class Unfence(KeepOut):
    """They are taken off again: an entry that is still there afterwards is taken away by the same words, whatever was recorded."""
    name = "unfence"

    def is_first(self, point):
        return point.split(":")[0].startswith(("unfence_", "journal_"))

    def prepare(self, case):
        super().prepare(case)
        done = case.run(*super().words(case))
        assert done.code == OK, str(done)
        self.first = case.run_id()
        for inner in case.conductor.inner():
            uuid = inner["args"]["instance"]["nova_object.data"]["uuid"]
            case.rows.query("UPDATE nova.migrations SET status = 'completed', dest_compute = %s WHERE instance_uuid = %s", (C, uuid))
            case.rows.query("UPDATE nova.instances SET host = %s, node = %s, task_state = NULL WHERE uuid = %s", (C, C, uuid))
        del case.conductor.casts[:]

    def words(self, case):
        return ["host", "return", A, "--unfence", "--rebooted", "Ann pulled both plugs and put them back", "-f", "json"]

    def check(self, case, final=False):
        assert not final or set(case.tool.ceph.clients("removed")) == set(case.tool.ceph.clients("added")), case.tool.ceph.orders()

    def go_on(self, case):
        case.run(*self.words(case))
        self.check(case, final=True)
        done = case.run("journal", "recover", self.first, "-f", "json")   # not asked for, and no alarm: it is known who took them away
        assert "fence-gone" not in done.err, str(done)
        types = [r["type"] for r in journals.read(case.journals()[0])]
        assert "unfence" in types[types.index("end"):], types


class Inventory(Scenario):
    """What runs where, saved: a file with a name is whole and signed, those of before are what they were, and the next one goes on behind them."""
    name = "inventory"
    keep = 3
    places = ("first", "second")

    def path(self, case, *names):
        return os.path.join(case.tool.state, "inventory", *names)

    def make_tool(self):
        tool = harness.Tool()
        top = os.path.join(tool.state, "inventory")
        with open(tool.site, "a") as f:
            f.write("[inventory]\nkey = %s/inventory.key\ndirectories = %s\nkeep = %d\n" % (top, ", ".join(os.path.join(top, p) for p in self.places), self.keep))
        return tool

    def is_first(self, point):
        return point.split(":")[0].startswith("inventory_") or point.startswith("file_before_rename")

    def prepare(self, case):
        os.makedirs(self.path(case), mode=0o700)
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.path(case, "inventory.key")], check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        os.chmod(self.path(case, "inventory.key"), 0o600)
        for _ in range(self.keep):
            done = case.run(*self.words(case))
            assert done.code == OK, str(done)
        self.kept = {place: self.files(case, place) for place in self.places}

    def words(self, case):
        return ["inventory", "save", "--prometheus", self.path(case, "inventory.prom"), "-f", "json"]

    def files(self, case, place):
        """{name: bytes} of what is there under the name of an inventory."""
        found = {}
        for name in os.listdir(self.path(case, place)):
            if name.startswith("inventory-"):
                with open(self.path(case, place, name), "rb") as f:
                    found[name] = f.read()
        return found

    def check(self, case, final=False):
        for place in self.places:
            there, before = self.files(case, place), self.kept[place]
            new = sorted(set(there) - set(before))
            assert new == sorted(there)[len(there) - len(new):] and len(new) <= (2 if final else 1), new
            assert all(there[name] == before[name] for name in set(there) & set(before)), "one of before was changed"
            assert len(there) >= self.keep, "fewer than are kept: %r" % sorted(there)
            done = case.run("inventory", "verify", self.path(case, place), "-f", "json")
            assert done.code == OK, str(done)
            done = case.run("host", "show", A, "--inventory", self.path(case, place, sorted(there)[-1]), "-f", "json")
            assert done.code == OK, str(done)
        with open(self.path(case, "inventory.prom")) as f:
            assert f.read().endswith("\n")

    def go_on(self, case):
        self.check(case)
        done = case.run(*self.words(case))
        assert done.code == OK, str(done)
        self.check(case, final=True)
        for place in self.places:
            assert len(self.files(case, place)) == self.keep and not os.path.exists(self.path(case, place, ".inventory.new"))


class InventoryAlone(Inventory):
    """The same in one directory, whose file the machine's death cuts to what was synced."""
    name = "inventory-alone"
    machine_dies = True
    places = ("first",)


SCENARIOS = [Rescue("rescue"), Rescue("returned", bound=False), Several("several"), Undo(), Apply(), PlanOut(), Close(), Resend(), Ports(), Fence(), KeepOut(), FenceGone(), Unfence(), Reserve("reserve"), Inventory(), InventoryAlone()]


def died(result):
    return result.code == -signal.SIGKILL


def copy_state(source, target):
    """A state directory as preparing left it; the paths in it are relative."""
    for name in os.listdir(source):
        if os.path.isdir(os.path.join(source, name)):
            shutil.copytree(os.path.join(source, name), os.path.join(target, name))
        elif name.endswith(".plan"):
            shutil.copy2(os.path.join(source, name), target)


def journal_types(path):
    return [json.loads(line).get("type") for line in open(path) if line.endswith("\n")]
