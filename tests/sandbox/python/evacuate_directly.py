#!/usr/bin/python3
"""Evacuate one instance the way the tool does, without nova's API: rows, then a cast to nova-conductor, then watch.

usage: evacuate_directly.py UUID [HOST]     HOST: force this destination
A second opinion for the tests, independent of the C code. Prints the states that it sees; exit status 0 only when the
instance is on another host and its migration is done.
"""
import json
import sys
import time
import uuid

import amqp

from sandbox_api import Sandbox

sandbox = Sandbox()
target, forced = sys.argv[1], (sys.argv[2] if len(sys.argv) > 2 else None)
connection = sandbox.connect("nova", autocommit=False)
cursor = connection.cursor()
cursor.execute("select host, node, user_id, project_id, vm_state, task_state from instances where uuid = %s"
               " and deleted = 0 for update", (target,))
before = cursor.fetchone()
if not before or before["task_state"] or before["vm_state"] not in ("active", "stopped", "error"):
    raise SystemExit("refused: %s" % before)
request_id, who = "req-" + str(uuid.uuid4()), (before["user_id"], before["project_id"])
cursor.execute("update instances set task_state = 'rebuilding', updated_at = utc_timestamp() where uuid = %s", (target,))
# conductor looks for the action by the request id, and does nothing without it
cursor.execute("insert into instance_actions (created_at, action, instance_uuid, request_id, user_id, project_id,"
               " start_time, deleted) values (utc_timestamp(), 'evacuate', %s, %s, %s, %s, utc_timestamp(), 0)",
               (target, request_id) + who)
cursor.execute("insert into migrations (created_at, uuid, source_compute, source_node, dest_compute, status,"
               " instance_uuid, migration_type, hidden, cross_cell_move, user_id, project_id, deleted) values"
               " (utc_timestamp(), %s, %s, %s, %s, 'accepted', %s, 'evacuation', 0, 0, %s, %s, 0)",
               (str(uuid.uuid4()), before["host"], before["node"], forced, target) + who)
connection.commit()

spec = json.loads(sandbox.rows("nova_api", "select spec from request_specs where instance_uuid = %s", (target,))[0]["spec"])
anywhere = "http://127.0.0.1/"     # an image endpoint must be in the catalog, though nobody calls it
context = {"user_id": before["user_id"], "project_id": before["project_id"], "is_admin": True, "request_id": request_id,
           "service_catalog": [{"type": "image", "name": "glance", "endpoints": [
               {"region": "RegionOne", "publicURL": anywhere, "internalURL": anywhere, "adminURL": anywhere}]}]}
message = {"method": "rebuild_instance", "namespace": "compute_task", "version": "1.12", "_unique_id": uuid.uuid4().hex,
           "args": {"instance": {"nova_object.name": "Instance", "nova_object.namespace": "nova",
                                 "nova_object.version": "2.0", "nova_object.data": {"uuid": target}},
                    "new_pass": uuid.uuid4().hex[:12], "injected_files": None, "image_ref": None,
                    "orig_image_ref": None, "orig_sys_metadata": None, "bdms": None, "recreate": True,
                    "on_shared_storage": None, "preserve_ephemeral": False, "host": forced, "request_spec": spec}}
message.update({"_context_" + key: value for key, value in context.items()})
body = json.dumps({"oslo.version": "2.0", "oslo.message": json.dumps(message)})
with amqp.Connection("127.0.0.1:" + sandbox.env["SB_AMQP_PORT"], userid=sandbox.env["SB_AMQP_USER"],
                     password=sandbox.env["SB_AMQP_PASS"], confirm_publish=True, connect_timeout=10) as broker:
    broker.channel().basic_publish(
        amqp.Message(body, content_type="application/json", content_encoding="utf-8", delivery_mode=2),
        exchange="nova", routing_key="conductor", mandatory=True)

start, seen = time.time(), None
while time.time() < start + 60:
    now = sandbox.rows("nova", "select m.status, m.dest_compute, i.host, i.vm_state, i.task_state from instances i join"
                               " migrations m on m.instance_uuid = i.uuid where i.uuid = %s order by m.id desc limit 1",
                       (target,))[0]
    if now != seen:
        print("%5.2fs" % (time.time() - start), " ".join(str(v) for v in now.values()))
    seen = now
    if now["status"] in ("done", "failed", "error") and now["task_state"] is None:
        break
    time.sleep(0.1)
for fault in sandbox.rows("nova", "select message from instance_faults where instance_uuid = %s", (target,)):
    print("fault:", fault["message"])
sys.exit(0 if seen["status"] == "done" and seen["host"] != before["host"] else 1)
