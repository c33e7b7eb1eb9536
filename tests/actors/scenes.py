# SPDX-License-Identifier: Apache-2.0
"""What the real daemons are made to do, and at which commit each of the simulator's steps ends there."""
import contextlib
import json
import os
import sys
import time
import uuid as uuid_

import binlog
import harness
import traces
from harness import A, B, C, ENV, FENCED, rows, value

sys.path.append(os.path.join(harness.ROOT, "tests", "sandbox", "python"))
import sandbox_api  # noqa: E402

GO = FENCED + ["--yes", "-f", "json"]
LOG = None
SCENES = []


class Step:
    """${name} of tests/simulate/steps, which is given ${more}, ends with the first commit that has a change of that table and these values."""

    def __init__(self, name, table, more=None, **columns):
        self.name, self.table, self.columns, self.more = name, table, columns, more or {}

    def ends(self, transaction):
        return any(c.is_(self.table, **self.columns) for c in transaction.changes)


class Until:
    """The same, up to a position of the log; without a name: what the scene itself has changed there."""

    def __init__(self, position, name=None, **more):
        self.name, self.more, self.position = name, more, position

    def ends(self, transaction):
        return transaction.end == self.position


class Scene:
    """An instance, what was written since ${since}, and the steps that this was in their order."""

    def __init__(self, name, instance, since, begins, steps):
        self.name, self.instance, self.since, self.begins, self.steps = name, instance, since, begins, steps


class NotSoFar(Exception):
    pass


def scene(function):
    SCENES.append(function)
    return function


def until(what, seconds=60):
    end = time.monotonic() + seconds * int(os.environ.get("EVAC_SANDBOX_PATIENCE") or 1)
    while not what():
        if time.monotonic() > end:
            raise NotSoFar("nova did not come so far")
        time.sleep(0.1)


def uuid_of(name):
    return value("nova", "SELECT uuid FROM instances WHERE display_name = %s AND deleted = 0", (name,))


def host_fails():
    harness.sandbox("reset", "--restart")  # what a compute has in memory it does not write again
    harness.sandbox("fail", "A", "--now")


@contextlib.contextmanager
def asleep(*daemons):
    harness.sandbox("pause", *daemons)
    try:
        yield
    finally:
        harness.sandbox("resume", *daemons)


@contextlib.contextmanager
def nova_api():
    harness.sandbox("start", "nova-api")
    try:
        yield
    finally:
        harness.sandbox("stop", "nova-api")


COMPUTES = ("nova-compute-B", "nova-compute-C")


def has_written(since, step):
    return any(step.ends(t) for t in LOG.transactions(since))


def claimed(uuid):
    return Step("", "nova.migrations", instance_uuid=uuid, status="accepted")


SENT = Step("conductor_sends", "nova.instance_actions_events", event="rebuild_server", result="Success")
TAKEN = Step("conductor_takes", "nova.instance_actions_events", event="rebuild_server", result=None)
BEGUN = Step("compute_begins", "nova.migrations", status="pre-migrating")
CLAIMED = Step("compute_claims", "nova.compute_nodes", host={B, C})


def wait_for_end(uuid):
    """Of the instance's events, and what comes right after."""
    open_ = "SELECT COUNT(*) FROM instance_actions_events e JOIN instance_actions a ON a.id = e.action_id WHERE a.instance_uuid = %s AND e.result IS NULL"
    until(lambda: not value("nova", open_, (uuid,)))
    time.sleep(1)


def evacuate(uuid, daemons=COMPUTES, come=SENT, while_asleep=lambda uuid: None):
    """The program sends it; these daemons sleep until the others have come as far as they can. Where the log began, where they woke up, and its end."""
    since = binlog.position()
    with asleep(*daemons):
        process = harness.Tool().start("host", "evacuate", A, "--only", uuid, *GO, "--timeout", "60")
        until(lambda: has_written(since, come))
        while_asleep(uuid)
        woke = binlog.position()
    process.communicate()
    wait_for_end(uuid)
    return since, woke, binlog.position()


def evacuation(name):
    host_fails()
    harness.Tool().run("volume", "update_host", "--currenthost", A, "--newhost", B, *GO)
    uuid = uuid_of(name)
    since, _, _ = evacuate(uuid)
    return Scene("an evacuation of " + name, uuid, since, claimed(uuid), [
        TAKEN, SENT, BEGUN, CLAIMED, spawned(uuid),
        Step("neutron_plugs", "neutron.ports", device_id=uuid, status="ACTIVE"),
        Step("compute_has_spawned", "nova.instances", uuid=uuid, task_state=None),
        Step("compute_takes_it_over", "nova.instances", uuid=uuid, host={B, C}),
        Step("compute_ends", "nova.instance_actions_events", event="compute_rebuild_instance", result="Success")])



CONFLICT = "Conflict updating instance %s. Expected: {'task_state': ['%s']}. Actual: {'task_state': None}"


def spawned(uuid):
    return Step("compute_spawns", "nova.instances", uuid=uuid, task_state="rebuild_spawning")


@scene
def image_is_evacuated():
    return evacuation("image-active-0")


@scene
def volume_is_evacuated():
    return evacuation("volume-active-0")


@scene
def scheduler_finds_no_host():
    host_fails()
    uuid = uuid_of("image-active-0")
    since, woke, _ = evacuate(uuid, ["nova-conductor"], claimed(uuid), lambda uuid: rows(
        "nova", "UPDATE services SET disabled = 1 WHERE host IN (%s, %s)", (B, C)))
    return Scene("no host for an instance", uuid, since, Until(woke), [
        TAKEN, Step("conductor_finds_no_host", "nova.instance_actions_events", event="rebuild_server", result="Error")])


@scene
def claim_fails():
    """It wants a network card that no host has."""
    host_fails()
    wanted = json.dumps([{"count": 1, "spec": [{"vendor_id": "ffff"}], "alias_name": None, "is_new": False, "numa_policy": None,
                          "requester_id": None, "request_id": str(uuid_.uuid4())}])
    uuid = uuid_of("image-active-0")
    since, woke, end = evacuate(uuid, while_asleep=lambda uuid: rows("nova", "UPDATE instance_extra SET pci_requests = %s WHERE instance_uuid = %s", (wanted, uuid)))
    return Scene("a claim that fails", uuid, since, claimed(uuid), [TAKEN, SENT, Until(woke), BEGUN,
        Until(end, "compute_fails", trace=traces.of("TRACE_CLAIM"), vm_state="active",
              message="Build of instance %s aborted: Insufficient compute resources: Claim pci failed." % uuid)])


@scene
def hypervisor_refuses():
    host_fails()
    uuid = uuid_of("image-active-0")
    with open(os.path.join(ENV["SB_KNOBS"], "guests_alive"), "w") as f:
        f.write(uuid)
    since, _, end = evacuate(uuid)
    os.unlink(f.name)
    return Scene("a hypervisor that fails", uuid, since, claimed(uuid), [TAKEN, SENT, BEGUN, CLAIMED, spawned(uuid),
        Until(end, "compute_fails", vm_state="error", claimed=1, message="libvirtError")])


@scene
def port_stays_down():
    host_fails()
    uuid = uuid_of("image-active-0")
    with asleep("neutron-agent-B", "neutron-agent-C"):
        since, _, end = evacuate(uuid)
    return Scene("a port that does not come up", uuid, since, claimed(uuid), [TAKEN, SENT, BEGUN, CLAIMED, spawned(uuid),
        Until(end, "compute_fails", vm_state="error", claimed=1, message="Virtual Interface creation failed")])


@scene
def state_is_lost():
    """As after a closing."""
    host_fails()
    uuid = uuid_of("image-active-0")
    since, woke, end = evacuate(uuid, while_asleep=lambda uuid: rows("nova", "UPDATE instances SET task_state = NULL WHERE uuid = %s", (uuid,)))
    return Scene("a task state that is not the expected one", uuid, since, claimed(uuid), [TAKEN, SENT, Until(woke), BEGUN, CLAIMED,
        Until(end, "compute_fails", vm_state="error", task_state="rebuilding", power=0, claimed=1, message=CONFLICT % (uuid, "rebuilding"),
              trace=traces.of("TRACE_STATE"))])


@scene
def claim_is_gone():
    """As after a closing, before a conductor has it: the compute makes a migration of its own."""
    host_fails()
    uuid = uuid_of("image-active-0")

    def close(uuid):
        rows("nova", "UPDATE migrations SET status = 'error' WHERE instance_uuid = %s AND status = 'accepted'", (uuid,))
        rows("nova", "UPDATE instances SET task_state = NULL WHERE uuid = %s", (uuid,))
    since, woke, end = evacuate(uuid, ["nova-conductor"], claimed(uuid), close)
    return Scene("a claim that was closed before", uuid, since, Until(woke), [
        TAKEN, SENT, Step("compute_begins", "nova.instance_actions_events", {"migration": 0}, event="compute_rebuild_instance"),
        Step("compute_makes_migration", "nova.migrations", status="pre-migrating"), CLAIMED,
        Until(end, "compute_fails", migration=0, vm_state="error", task_state="rebuilding", power=0, claimed=1, message=CONFLICT % (uuid, "rebuilding"),
              trace=traces.of("TRACE_STATE"))])


@scene
def state_is_lost_while_it_spawns():
    host_fails()
    uuid = uuid_of("image-active-0")
    with nova_api():  # the program does not tell of a port whose instance has another state
        since = binlog.position()
        process = harness.Tool().start("host", "evacuate", A, "--only", uuid, *GO, "--timeout", "60")
        until(lambda: rows("nova", "UPDATE instances SET task_state = NULL WHERE uuid = %s AND task_state = 'rebuild_spawning'", (uuid,)))
        woke = binlog.position()
        process.communicate()
        wait_for_end(uuid)
    return Scene("a task state that is another one when the guest runs", uuid, since, Until(woke), [
        Step("neutron_plugs", "neutron.ports", device_id=uuid, status="ACTIVE"),
        Until(binlog.position(), "compute_fails", vm_state="error", power=1, claimed=1, message=CONFLICT % (uuid, "rebuild_spawning"),
              trace=traces.of("TRACE_STATE_LATE"))])


def delete(uuid):
    """As a tenant does."""
    api = sandbox_api.Sandbox()
    api.http("DELETE", "%s/servers/%s" % (ENV["SB_NOVA_URL"], uuid), None, "compute 2.1")
    until(lambda: value("nova", "SELECT deleted FROM instances WHERE uuid = %s", (uuid,)))
    time.sleep(1)


@scene
def tenant_deletes():
    host_fails()
    harness.Tool().run("volume", "update_host", "--currenthost", A, "--newhost", B, *GO)
    uuid = uuid_of("volume-active-0")
    with nova_api():
        since = binlog.position()
        delete(uuid)
    return Scene("an instance of a dead host is deleted", uuid, since, Until(since), [Until(binlog.position(), "tenant_deletes")])


@scene
def conductor_gets_a_deleted_one():
    host_fails()
    uuid = uuid_of("image-active-0")
    with nova_api():
        since, woke, end = evacuate(uuid, ["nova-scheduler"], TAKEN, delete)
    return Scene("an instance that was deleted before the scheduler had it", uuid, since, Until(woke), [Until(end, "conductor_finds_it_deleted")])


@scene
def compute_gets_a_deleted_one():
    host_fails()
    uuid = uuid_of("image-active-0")
    with nova_api():
        since, woke, end = evacuate(uuid, while_asleep=delete)
    return Scene("an instance that was deleted before the compute had it", uuid, since, Until(woke), [BEGUN, Until(end, "compute_finds_it_deleted")])


@scene
def host_comes_back():
    """When of three instances one is elsewhere, one on its way, and one waits for a conductor."""
    host_fails()
    harness.Tool().run("volume", "update_host", "--currenthost", A, "--newhost", B, *GO)
    rows("nova", "UPDATE instances SET task_state = NULL")
    evacuate(uuid_of("image-active-0"))
    uuid = uuid_of("volume-active-0")

    def comes(uuid):
        harness.sandbox("start", "nova-compute-A")
        time.sleep(5)
    since, woke, end = evacuate(uuid, ["nova-scheduler"], TAKEN, comes)
    harness.sandbox("stop", "nova-compute-A")
    return Scene("the host is back", uuid, since, TAKEN, [Until(woke, "compute_returns", host=A)])


@scene
def services_report():
    host_fails()
    rows("nova", "DELETE FROM services WHERE id > 9000")
    rows("cinder", "DELETE FROM services WHERE updated_at < '2025-01-01'", settings="foreign_key_checks = 0")
    since = binlog.position()
    time.sleep(5)
    lives = {"a": A, "b": B, "c": C, "a_lives": 0, "b_lives": 1, "c_lives": 1, "a_agents": 0}
    return Scene("reports", "", since, Until(since), [Until(binlog.position(), "heartbeats", **lives)])
