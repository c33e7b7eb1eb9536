#!/usr/bin/python3
"""Stand-in for neutron-server with ML2: the ports that nova asks for, in neutron's own tables, as ML2 would leave them.

usage: neutron_server.py PORT LOGFILE NEUTRON-CONF KNOBS
What counts here, each as in neutron 21.0.0:
  plugins/ml2/plugin.py _process_port_binding: another host, vnic type or profile unbinds the port and makes it DOWN in the same
      transaction; then it is bound anew (_bind_port_if_needed), and failing that, "binding_failed"
  plugins/ml2/drivers/mech_agent.py: only a living agent of that host binds; until it has reported, a provisioning block "L2" stays
  plugins/ml2/rpc.py: an agent that asks for a port makes it BUILD, one that reports it up makes it ACTIVE once no block is left
  notifiers/nova.py: ACTIVE is told to nova-api; who does not answer within about a second is never told again
The agents (neutron_agent.py) report over HTTP under /agent, where neutron's own use RPC. All state is in the database, so a
restart forgets nothing but the events that it still had to post.
KNOBS is a directory; its file post_events: "0" posts none.
"""
import json
import os
import random
import re
import sys
import threading
import time
import urllib.request
import uuid

import pymysql

import stand_in
import tokens

PORT, LOG, CONF, KNOBS = int(sys.argv[1]), sys.argv[2], stand_in.configuration(sys.argv[3]), sys.argv[4]
DOWN_S = CONF.getint("DEFAULT", "agent_down_time")
VALIDATOR = tokens.Validator(CONF["keystone_authtoken"])
OVS, SRIOV = "Open vSwitch agent", "NIC Switch agent"
ROUND = threading.RLock()   # one writer at a time: what two of ours would do to each other's rows is not the subject
ONE = {"networks": "network", "subnets": "subnet", "ports": "port"}
LISTS = ("extensions", "floatingips", "security-groups", "qos/policies", "trunks")
PORTS = """SELECT p.*, p.project_id AS tenant_id, b.host, b.vif_type, b.vnic_type, b.profile, b.vif_details, s.revision_number
    FROM ports AS p JOIN standardattributes AS s ON s.id = p.standard_attr_id
    LEFT JOIN ml2_port_bindings AS b ON b.port_id = p.id AND b.status = 'ACTIVE' WHERE %s ORDER BY p.standard_attr_id"""


class Rows:
    """A transaction."""

    def __enter__(self):
        url = re.match(r"mysql\+pymysql://(.*?):(.*?)@(.*?):(\d+)/(\w+)", CONF["database"]["connection"])
        user, password, host, port, name = (urllib.request.unquote(x) for x in url.groups())
        self.connection = pymysql.connect(host=host, port=int(port), user=user, password=password, database=name,
                                          cursorclass=pymysql.cursors.DictCursor)
        return self

    def __exit__(self, kind, *rest):
        if kind is None:
            self.connection.commit()
        self.connection.close()

    def __call__(self, statement, args=()):
        with self.connection.cursor() as cursor:
            cursor.execute(statement, args)
            return cursor.fetchall() if cursor.description else cursor.lastrowid

    def attribute(self, resource):
        return self("INSERT INTO standardattributes (resource_type, created_at, updated_at) VALUES (%s, UTC_TIMESTAMP(), UTC_TIMESTAMP())",
                    (resource,))


# -- what the API shows
def shown_port(db, row):
    ips = db("SELECT subnet_id, ip_address FROM ipallocations WHERE port_id = %s", (row["id"],))
    port = {k: row[k] for k in ("id", "name", "network_id", "mac_address", "status", "device_id", "device_owner", "project_id",
                                "tenant_id", "revision_number")}
    port.update({"admin_state_up": bool(row["admin_state_up"]), "fixed_ips": list(ips), "security_groups": [],
                 "allowed_address_pairs": [], "extra_dhcp_opts": [], "port_security_enabled": True, "resource_request": None,
                 "binding:host_id": row["host"] or "", "binding:vif_type": row["vif_type"] or "unbound",
                 "binding:vnic_type": row["vnic_type"] or "normal", "binding:profile": json.loads(row["profile"] or "{}"),
                 "binding:vif_details": json.loads(row["vif_details"] or "{}")})
    return port


def shown_network(db, row):
    segment = db("SELECT * FROM networksegments WHERE network_id = %s ORDER BY segment_index", (row["id"],))[0]
    return {"id": row["id"], "name": row["name"], "tenant_id": row["project_id"], "project_id": row["project_id"],
            "status": row["status"], "admin_state_up": bool(row["admin_state_up"]), "shared": True, "router:external": False,
            "mtu": row["mtu"], "port_security_enabled": True, "provider:network_type": segment["network_type"],
            "provider:physical_network": segment["physical_network"], "provider:segmentation_id": segment["segmentation_id"],
            "subnets": [s["id"] for s in db("SELECT id FROM subnets WHERE network_id = %s", (row["id"],))]}


def shown_subnet(db, row):
    return {"id": row["id"], "name": row["name"], "network_id": row["network_id"], "cidr": row["cidr"], "ip_version": row["ip_version"],
            "gateway_ip": row["gateway_ip"], "enable_dhcp": bool(row["enable_dhcp"]), "tenant_id": row["project_id"],
            "project_id": row["project_id"], "dns_nameservers": [], "host_routes": [], "allocation_pools": [],
            "ipv6_ra_mode": None, "ipv6_address_mode": None}


def listed(db, kind):
    if kind == "ports":
        return [shown_port(db, r) for r in db(PORTS % "TRUE")]
    return [(shown_network if kind == "networks" else shown_subnet)(db, r) for r in db("SELECT * FROM " + kind)]


def matches(thing, query):
    for key, wanted in query.items():
        if key in ("fields", "limit", "marker", "sort_key", "sort_dir", "shared", "network_id") and key not in ("network_id",):
            continue
        if key in thing and str(thing[key]) not in wanted:
            return False
    return True


# -- binding: plugins/ml2/plugin.py
def agents_of(db, host, kind):
    return db("SELECT id FROM agents WHERE host = %s AND agent_type = %s AND admin_state_up = 1"
              " AND heartbeat_timestamp > UTC_TIMESTAMP() - INTERVAL %s SECOND", (host, kind, DOWN_S))


def bind(db, port):
    """A living agent of the right kind on the host binds it; without one it is binding_failed."""
    host, direct = port["host"], port["vnic_type"] in ("direct", "macvtap")
    if not host:
        return
    alive = agents_of(db, host, SRIOV if direct else OVS)
    details = ({"port_filter": False, "connectivity": "l2", "vlan": "101"} if direct else
               {"port_filter": True, "connectivity": "l2", "bridge_name": "br-int", "datapath_type": "system", "ovs_hybrid_plug": False})
    db("UPDATE ml2_port_bindings SET vif_type = %s, vif_details = %s WHERE port_id = %s AND host = %s",
       (("hw_veb" if direct else "ovs") if alive else "binding_failed", json.dumps(details) if alive else "", port["id"], host))
    if alive:
        db("INSERT INTO ml2_port_binding_levels (port_id, host, level, driver, segment_id) SELECT %s, %s, 0, %s, id FROM networksegments"
           " WHERE network_id = %s", (port["id"], host, "sriovnicswitch" if direct else "openvswitch", port["network_id"]))


def block(db, port):
    """mech_agent.py _insert_provisioning_block: where an agent of the kind is there, dead or alive."""
    kind = SRIOV if port["vnic_type"] in ("direct", "macvtap") else OVS
    if port["host"] and port["status"] != "ACTIVE" and db("SELECT id FROM agents WHERE host = %s AND agent_type = %s", (port["host"], kind)):
        db("INSERT IGNORE INTO provisioningblocks (standard_attr_id, entity) VALUES (%s, 'L2')", (port["standard_attr_id"],))


def touch(db, port, status=None):
    db("UPDATE standardattributes SET updated_at = UTC_TIMESTAMP(), revision_number = revision_number + 1 WHERE id = %s",
       (port["standard_attr_id"],))
    if status:
        db("UPDATE ports SET status = %s WHERE id = %s", (status, port["id"]))


def one(db, port_id):
    found = db(PORTS % "p.id = %s", (port_id,))
    return found[0] if found else None


def create_port(wanted):
    with Rows() as db:
        new = str(uuid.uuid4())
        attribute = db.attribute("ports")
        db("INSERT INTO ports (project_id, id, name, network_id, mac_address, admin_state_up, status, device_id, device_owner,"
           " standard_attr_id, ip_allocation) VALUES (%s, %s, %s, %s, %s, %s, 'DOWN', %s, %s, %s, 'immediate')",
           (wanted.get("tenant_id") or wanted.get("project_id"), new, wanted.get("name", ""), wanted["network_id"],
            wanted.get("mac_address") or "fa:16:3e:" + ":".join("%02x" % random.randrange(256) for _ in range(3)),
            wanted.get("admin_state_up", True), wanted.get("device_id", ""), wanted.get("device_owner", ""), attribute))
        subnet = db("SELECT id, cidr FROM subnets WHERE network_id = %s", (wanted["network_id"],))[0]
        number = db("SELECT COUNT(*) AS n FROM ipallocations WHERE subnet_id = %s", (subnet["id"],))[0]["n"] + 10
        address = "%s.%d.%d" % (".".join(subnet["cidr"].split(".")[:2]), number // 250, number % 250 + 1)
        db("INSERT INTO ipallocations (port_id, ip_address, subnet_id, network_id) VALUES (%s, %s, %s, %s)",
           (new, address, subnet["id"], wanted["network_id"]))
        db("INSERT INTO ml2_port_bindings (port_id, host, vif_type, vnic_type, profile, vif_details, status)"
           " VALUES (%s, '', 'unbound', %s, '', '', 'ACTIVE')", (new, wanted.get("binding:vnic_type", "normal")))
    return update_port(new, {k: v for k, v in wanted.items() if k.startswith("binding:") and k != "binding:vnic_type"})


def update_port(port_id, new):
    with Rows() as db:
        port = one(db, port_id)
        if not port:
            return None
        for key in ("name", "device_id", "device_owner", "admin_state_up", "mac_address"):
            if key in new:
                db("UPDATE ports SET %s = %%s WHERE id = %%s" % key, (new[key], port_id))
        now = {"host": new.get("binding:host_id", port["host"]) or "", "vnic_type": new.get("binding:vnic_type", port["vnic_type"]),
               "profile": port["profile"]}
        if "binding:profile" in new and (new["binding:profile"] or {}) != json.loads(port["profile"] or "{}"):
            now["profile"] = json.dumps(new["binding:profile"] or {})
        changed = any(now[k] != port[k] for k in now)
        if changed:
            db("DELETE FROM ml2_port_binding_levels WHERE port_id = %s AND host = %s", (port_id, port["host"]))
            db("UPDATE ml2_port_bindings SET host = %s, vif_type = 'unbound', vif_details = '', vnic_type = %s, profile = %s"
               " WHERE port_id = %s AND status = 'ACTIVE'", (now["host"], now["vnic_type"], now["profile"], port_id))
        touch(db, port, "DOWN" if changed else None)
        port = one(db, port_id)
        if changed:
            block(db, port)
    with Rows() as db:      # the second transaction: _commit_port_binding
        if changed:
            bind(db, port)
        return shown_port(db, one(db, port_id))


def delete_port(port_id):
    with Rows() as db:
        port = one(db, port_id)
        if port:
            db("DELETE FROM standardattributes WHERE id = %s", (port["standard_attr_id"],))
        return bool(port)


# -- the agents: plugins/ml2/rpc.py
def report(host, kinds):
    with Rows() as db:
        for kind, binary in kinds.items():
            db("INSERT INTO agents (id, agent_type, `binary`, topic, host, admin_state_up, created_at, started_at, heartbeat_timestamp,"
               " configurations, `load`, availability_zone) VALUES (%s, %s, %s, 'N/A', %s, 1, UTC_TIMESTAMP(), UTC_TIMESTAMP(), UTC_TIMESTAMP(),"
               " %s, 0, NULL) ON DUPLICATE KEY UPDATE heartbeat_timestamp = UTC_TIMESTAMP()",
               (str(uuid.uuid4()), kind, binary, host, json.dumps(
                   {"device_mappings": {"physnet1": ["ens1"]}} if kind == SRIOV else
                   {"bridge_mappings": {"physnet1": "br-ex"}, "tunnel_types": [], "datapath_type": "system"})))


def of_agent(what, port_id, host):
    """details: BUILD; up: ACTIVE once nothing else is waited for; down: DOWN. Of a port bound elsewhere, nothing."""
    with Rows() as db:
        port = one(db, port_id)
        if not port or port["host"] != host or port["vif_type"] in ("unbound", "binding_failed"):
            return
        if what == "details" and port["status"] == "DOWN":
            touch(db, port, "BUILD")
        elif what == "down" and port["status"] != "DOWN":
            touch(db, port, "DOWN")
            block(db, dict(port, status="DOWN"))
        elif what == "up":
            db("DELETE FROM provisioningblocks WHERE standard_attr_id = %s AND entity = 'L2'", (port["standard_attr_id"],))
            left = db("SELECT entity FROM provisioningblocks WHERE standard_attr_id = %s", (port["standard_attr_id"],))
            if port["status"] != "ACTIVE" and not left:
                touch(db, port, "ACTIVE")
                threading.Thread(target=tell_nova, args=(port,), daemon=True).start()


# -- notifiers/nova.py
def knob(name):
    try:
        with open(os.path.join(KNOBS, name)) as f:
            return f.read().strip()
    except OSError:
        return ""


def tell_nova(port):
    if knob("post_events") == "0" or not port["device_owner"].startswith("compute:"):
        return
    body = json.dumps({"events": [{"name": "network-vif-plugged", "server_uuid": port["device_id"], "status": "completed",
                                   "tag": port["id"]}]}).encode()
    end = time.monotonic() + 1
    while True:
        try:
            token, catalog = tokens.fetch(CONF["nova"])
            nova = next(e["url"] for s in catalog if s["type"] == "compute" for e in s["endpoints"] if e["interface"] == "public")
            urllib.request.urlopen(urllib.request.Request(nova + "/os-server-external-events", data=body, method="POST", headers={
                "Content-Type": "application/json", "X-Auth-Token": token}), timeout=30).close()
            return
        except OSError as e:
            refused = isinstance(getattr(e, "reason", None), ConnectionRefusedError)
            if not refused or time.monotonic() > end:
                print("event for port %s dropped: %s" % (port["id"], e), file=sys.stderr, flush=True)
                return
            time.sleep(0.2)


# -- the API
def resources(request, kind, which):
    if request.method == "GET":
        with Rows() as db:
            all_of = listed(db, kind)
        if which is None:
            return 200, {kind: [t for t in all_of if matches(t, request.query)]}
        found = [t for t in all_of if t["id"] == which]
        return (200, {ONE[kind]: found[0]}) if found else missing(kind, which)
    if kind != "ports":
        return stand_in.NOWHERE
    with ROUND:
        if request.method == "POST":
            return 201, {"port": create_port(request.json["port"])}
        if request.method == "PUT":
            port = update_port(which, request.json["port"])
            return (200, {"port": port}) if port else missing(kind, which)
        return (204, None) if delete_port(which) else missing(kind, which)


def missing(kind, which):
    name = ONE[kind].capitalize()
    return 404, {"NeutronError": {"type": name + "NotFound", "message": "%s %s could not be found." % (name, which), "detail": ""}}


def answer(request):
    if request.path in ("", "/v2.0"):
        return 200, {"versions": [{"id": "v2.0", "status": "CURRENT", "links": [
            {"rel": "self", "href": "http://127.0.0.1:%d/v2.0/" % PORT}]}]}
    agent = re.match(r"/agent/([^/]+)/(report|details|up|down)(?:/([0-9a-f-]{36}))?$", request.path)
    if agent:
        host, what, port_id = agent.groups()
        with ROUND:
            report(host, request.json) if what == "report" else of_agent(what, port_id, host)
        return 200, {}
    code = VALIDATOR.check(request.headers.get("X-Auth-Token"))
    if code != 200:
        return code, {"error": {"code": code, "message": "no token, or not a good one" if code == 401 else "keystone does not answer"}}
    found = re.match(r"/v2.0/(ports|networks|subnets)(?:/([0-9a-f-]{36}))?$", request.path)
    if found:
        return resources(request, *found.groups())
    kind = request.path.partition("/v2.0/")[2]
    if request.method == "GET" and kind in LISTS:
        return 200, {kind.rpartition("/")[2].replace("-", "_"): []}
    if kind.startswith("quotas"):
        return 200, {"quota": {"port": -1}}
    return 404, {"NeutronError": {"type": "NotFound", "message": request.path, "detail": ""}}


stand_in.serve(PORT, LOG, answer)
