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


def action(uuid, body):
    """A tenant's."""
    sandbox_api.Sandbox().http("POST", "%s/servers/%s/action" % (ENV["SB_NOVA_URL"], uuid), body, "compute 2.1")


def last_request(uuid):
    return value("nova", "SELECT request_id FROM instance_actions WHERE instance_uuid = %s ORDER BY id DESC LIMIT 1", (uuid,))


def event(name, result="Success"):
    return Step("", "nova.instance_actions_events", event=name, result=result)


def count(since, step):
    return sum(step.ends(t) for t in LOG.transactions(since))


def before(since, step, nth=1):
    """The position of the commit before the nth one that ends that step."""
    all_ = LOG.transactions(since)
    at = [i for i, t in enumerate(all_) if step.ends(t)][nth - 1]
    return all_[at - 1].end if at else since


def asks(name, action_, uuid, **more):
    return Step(name, "nova.instance_actions", {"request": last_request(uuid), **more}, action=action_, instance_uuid=uuid)


def stop(uuid):
    action(uuid, {"os-stop": None})
    until(lambda: value("nova", "SELECT COUNT(*) FROM instance_actions WHERE instance_uuid = %s AND action = 'stop'", (uuid,)))
    time.sleep(1)


def host_fails_at_rest():
    """Of nothing else the state is changed when it comes back."""
    host_fails()
    harness.Tool().run("volume", "update_host", "--currenthost", A, "--newhost", B, *GO)
    rows("nova", "UPDATE instances SET task_state = NULL")


def comes_back(ends):
    """Its compute is started anew, until that is so."""
    harness.sandbox("start", "nova-compute-A")
    try:
        until(ends)
        time.sleep(2)
    finally:
        harness.sandbox("stop", "nova-compute-A")


def has_stopped(uuid, **more):
    return Step("compute_stops", "nova.instance_actions_events", {"request": last_request(uuid), **more}, event="compute_stop_instance", result="Success")


@scene
def tenant_stops_on_a_host_that_lives():
    host_fails_at_rest()
    uuid = uuid_of("image-active-0")
    evacuate(uuid)
    with nova_api():
        since = binlog.position()
        stop(uuid)
        until(lambda: has_written(since, event("compute_stop_instance")))
    host = value("nova", "SELECT host FROM instances WHERE uuid = %s", (uuid,))
    return Scene("an instance is stopped", uuid, since, Until(since), [asks("tenant_stops", "stop", uuid), has_stopped(uuid, host=host, power=4)])


@scene
def tenant_stops_on_the_dead_host():
    """Which comes back: what it finds at its start, and then the message that has waited."""
    host_fails_at_rest()
    uuid = uuid_of("image-active-0")
    with nova_api():
        since = binlog.position()
        stop(uuid)
    back = binlog.position()
    comes_back(lambda: count(back, event("compute_stop_instance")) == 2)
    return Scene("an instance of a dead host is stopped", uuid, since, Until(since), [
        asks("tenant_stops", "stop", uuid), Until(before(back, event("compute_stop_instance", None), 2), "compute_returns", host=A, power=0),
        has_stopped(uuid, host=A, power=0)])


@scene
def stop_comes_after_the_evacuation():
    """The message has waited: nova says 'stopped' of an instance that runs elsewhere."""
    host_fails_at_rest()
    uuid = uuid_of("image-active-0")
    with nova_api():
        stop(uuid)
    request = last_request(uuid)
    evacuate(uuid)
    back = binlog.position()
    comes_back(lambda: has_written(back, event("compute_stop_instance")))
    return Scene("a stop that comes after the evacuation", uuid, back, Until(before(back, event("compute_stop_instance", None))), [
        Step("compute_stops", "nova.instance_actions_events", {"request": request, "host": A, "power": 0}, event="compute_stop_instance", result="Success")])


@scene
def stop_comes_amid_the_evacuation():
    host_fails_at_rest()
    uuid = uuid_of("image-active-0")
    with nova_api():
        stop(uuid)
    request = last_request(uuid)
    failed = event("compute_stop_instance", "Error")
    at = binlog.position()
    since, _, _ = evacuate(uuid, ["nova-scheduler"], TAKEN, lambda uuid: comes_back(lambda: has_written(at, failed)))
    return Scene("a stop that comes amid the evacuation", uuid, since, Until(before(since, event("compute_stop_instance", None))), [
        Step("compute_stops_nothing", "nova.instance_actions_events", {
            "request": request, "host": A, "trace": traces.of("TRACE_STOP", "tenant.c"),
            "message": "Conflict updating instance %s. Expected: {'task_state': ['powering-off', None]}. Actual: {'task_state': 'rebuilding'}" % uuid},
            event="compute_stop_instance", result="Error")])


@scene
def stopped_one_is_evacuated():
    host_fails_at_rest()
    uuid = uuid_of("image-stopped-0")
    since, _, _ = evacuate(uuid)
    return Scene("an evacuation of one that was stopped", uuid, since, claimed(uuid), [
        TAKEN, SENT, BEGUN, CLAIMED, spawned(uuid),
        Step("neutron_plugs", "neutron.ports", device_id=uuid, status="ACTIVE"),
        Step("compute_has_spawned", "nova.instances", uuid=uuid, task_state=None),
        Step("compute_stops_it_again", "nova.instance_actions_events", event="compute_stop_instance", result="Success"),
        Step("compute_takes_it_over", "nova.instances", uuid=uuid, host={B, C}),
        Step("compute_ends", "nova.instance_actions_events", event="compute_rebuild_instance", result="Success")])


def migration_by_tenant(name):
    """Each daemon sleeps while another one does its part."""
    host_fails_at_rest()
    uuid = uuid_of(name)
    evacuate(uuid)
    source = value("nova", "SELECT host FROM instances WHERE uuid = %s", (uuid,))
    to, at_source, at_destination = (C, "nova-compute-B", "nova-compute-C") if source == B else (B, "nova-compute-C", "nova-compute-B")
    since = binlog.position()

    def come(step):
        until(lambda: has_written(since, step))
    with nova_api():
        with asleep("neutron-agent-B", "neutron-agent-C"):
            with asleep(at_source):
                with asleep(at_destination):
                    action(uuid, {"migrate": None})
                    come(event("conductor_migrate_server"))
                come(event("compute_prep_resize"))
            with asleep(at_destination):
                come(event("compute_resize_instance"))
            come(event("compute_finish_resize"))
        request = last_request(uuid)
        until(lambda: value("neutron", "SELECT COUNT(*) FROM ports WHERE device_id = %s AND status = 'ACTIVE'", (uuid,)))
        active = binlog.position()
        time.sleep(2)
        until(lambda: binlog.position() != active)
        woke = binlog.position()
        action(uuid, {"confirmResize": None})
        come(event("compute_confirm_resize"))
    migration = value("nova", "SELECT MAX(id) FROM migrations WHERE instance_uuid = %s", (uuid,))
    more = {"request": request, "host": to, "from": source, "migration": migration}

    def ended(name, event_, **other):
        return Step(name, "nova.instance_actions_events", {**more, **other}, event=event_, result="Success")
    confirmed = {"request": last_request(uuid), "host": source}
    return Scene("a migration of " + name, uuid, since, Until(since), [
        Step("tenant_migrates", "nova.instance_actions", more, action="migrate"),
        ended("conductor_migrates", "conductor_migrate_server"), ended("compute_prepares", "compute_prep_resize"),
        ended("compute_sends_it_off", "compute_resize_instance"), ended("compute_finishes", "compute_finish_resize"),
        Step("neutron_plugs", "neutron.ports", device_id=uuid, status="ACTIVE"), Until(woke),
        Step("tenant_confirms", "nova.instance_actions", {**more, **confirmed}, action="confirmResize"),
        ended("compute_confirms", "compute_confirm_resize", **confirmed)])


@scene
def tenant_migrates_image():
    return migration_by_tenant("image-active-0")


@scene
def tenant_migrates_volume():
    return migration_by_tenant("volume-active-0")


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
    lives = {"a": A, "b": B, "c": C, "a_lives": 0, "b_lives": 1, "c_lives": 1, "a_agents": 0, "asleep": 0}
    return Scene("reports", "", since, Until(since), [Until(binlog.position(), "heartbeats", **lives)])
