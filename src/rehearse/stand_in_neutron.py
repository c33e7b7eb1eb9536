# SPDX-License-Identifier: Apache-2.0
"""In the place of neutron-server and its agents: ports that are bound to another host, plugged, and ACTIVE.

What counts, each as in neutron 21: plugins/ml2/plugin.py _process_port_binding (another host or profile unbinds a port and makes it DOWN, then it is bound
anew, and failing that "binding_failed"); plugins/ml2/drivers/mech_agent.py (only a living agent of that host binds). A dump without agents is of a
mechanism that has none there (OVN): every host binds. A port that is plugged becomes ACTIVE, as its agent would report it.
"""
import json
import re
import threading

DOWN_S = 75         # neutron 21 conf/agent/database/agents_db.py agent_down_time
ONE = {"networks": "network", "subnets": "subnet", "ports": "port"}
LISTS = ("extensions", "floatingips", "security-groups", "qos/policies", "trunks")
PORTS = ("SELECT p.*, b.host, b.vif_type, b.vnic_type, b.profile, b.vif_details FROM ports AS p"
         " LEFT JOIN ml2_port_bindings AS b ON b.port_id = p.id AND b.status = 'ACTIVE' WHERE %s ORDER BY p.standard_attr_id")
# of what else is listed when a port is bound: agents that are of a host, and not of its compute
COMPUTE_AGENTS = ("Open vSwitch agent", "Linux bridge agent", "NIC Switch agent", "OVN Controller agent", "Macvtap agent", "HyperV agent")
ROUND = threading.Lock()


def loaded(text):
    return json.loads(text) if text else {}


class Neutron:
    def __init__(self, rows):
        self.rows = rows

    def answer(self, request):
        plugged = re.match(r"/plugged/([^/]+)/([0-9a-f-]{36})$", request.path)
        if plugged:
            with ROUND:
                return self.plug(*plugged.groups())
        found = re.match(r"/v2\.0/(ports|networks|subnets)(?:/([0-9a-f-]{36}))?$", request.path)
        if found and request.method == "GET":
            return self.show(*found.groups(), request.query)
        if found and found[1] == "ports" and request.method == "PUT":
            with ROUND:
                return self.update(found[2], request.json["port"])
        kind = request.path.partition("/v2.0/")[2]
        if request.method == "GET" and kind in LISTS:
            return 200, {kind.rpartition("/")[2].replace("-", "_"): []}
        if request.path in ("", "/v2.0"):
            return 200, {"versions": [{"id": "v2.0", "status": "CURRENT", "links": []}]}
        return 404, {"NeutronError": {"type": "NotFound", "message": request.path, "detail": ""}}

    def show(self, kind, which, query):
        wanted = {"id": [which]} if which else query
        with self.rows() as db:
            things = getattr(self, kind)(db, wanted)
        found = [t for t in things if all(str(t[k]) in v for k, v in wanted.items() if k in t)]
        if not which:
            return 200, {kind: found}
        return (200, {ONE[kind]: found[0]}) if found else (404, {"NeutronError": {"type": ONE[kind].capitalize() + "NotFound", "message": which, "detail": ""}})

    def ports(self, db, wanted):
        for column, key in (("p.device_id", "device_id"), ("p.id", "id")):
            if key in wanted:
                return [self.shown(db, r) for r in db(PORTS % ("%s IN (%s)" % (column, ", ".join(["%s"] * len(wanted[key])))), *wanted[key])]
        return [self.shown(db, r) for r in db(PORTS % "TRUE")]

    @staticmethod
    def shown(db, row):
        port = {k: row[k] for k in ("id", "name", "network_id", "mac_address", "status", "device_id", "device_owner", "project_id")}
        port.update({"tenant_id": row["project_id"], "admin_state_up": bool(row["admin_state_up"]), "security_groups": [], "allowed_address_pairs": [], "extra_dhcp_opts": [],
                     "fixed_ips": list(db("SELECT subnet_id, ip_address FROM ipallocations WHERE port_id = %s", row["id"])), "resource_request": None,
                     "port_security_enabled": True, "binding:host_id": row["host"] or "", "binding:vif_type": row["vif_type"] or "unbound",
                     "binding:vnic_type": row["vnic_type"] or "normal", "binding:profile": loaded(row["profile"]), "binding:vif_details": loaded(row["vif_details"])})
        return port

    @staticmethod
    def networks(db, _):
        shown = []
        for row in db("SELECT * FROM networks"):
            segments = db("SELECT * FROM networksegments WHERE network_id = %s ORDER BY segment_index", row["id"])
            segment = segments[0] if segments else {"network_type": "", "physical_network": None, "segmentation_id": None}
            shown.append({"id": row["id"], "name": row["name"], "tenant_id": row["project_id"], "project_id": row["project_id"], "status": row["status"], "shared": True,
                          "admin_state_up": bool(row["admin_state_up"]), "router:external": False, "mtu": row["mtu"], "port_security_enabled": True,
                          "provider:network_type": segment["network_type"], "provider:physical_network": segment["physical_network"],
                          "provider:segmentation_id": segment["segmentation_id"], "subnets": [s["id"] for s in db("SELECT id FROM subnets WHERE network_id = %s", row["id"])]})
        return shown

    @staticmethod
    def subnets(db, _):
        return [{"id": r["id"], "name": r["name"], "network_id": r["network_id"], "cidr": r["cidr"], "ip_version": r["ip_version"], "gateway_ip": r["gateway_ip"],
                 "enable_dhcp": bool(r["enable_dhcp"]), "tenant_id": r["project_id"], "project_id": r["project_id"], "dns_nameservers": [], "host_routes": [],
                 "allocation_pools": [], "ipv6_ra_mode": None, "ipv6_address_mode": None} for r in db("SELECT * FROM subnets")]

    def one(self, db, port_id):
        found = db(PORTS % "p.id = %s", port_id)
        return found[0] if found else None

    def update(self, port_id, new):
        with self.rows() as db:
            port = self.one(db, port_id)
            if not port:
                return 404, {"NeutronError": {"type": "PortNotFound", "message": port_id, "detail": ""}}
            if "device_owner" in new:
                db("UPDATE ports SET device_owner = %s WHERE id = %s", new["device_owner"], port_id)
            host = new.get("binding:host_id", port["host"]) or ""
            profile = json.dumps(new["binding:profile"] or {}) if "binding:profile" in new else port["profile"]
            if host != port["host"] or loaded(profile) != loaded(port["profile"]) or port["vif_type"] == "binding_failed":
                self.bind(db, port, host, profile or "")
            return 200, {"port": self.shown(db, self.one(db, port_id))}

    @staticmethod
    def bind(db, port, host, profile):
        alive = db("SELECT host = %s AND heartbeat_timestamp > UTC_TIMESTAMP() - INTERVAL %s SECOND AND admin_state_up AS alive FROM agents WHERE agent_type IN (%s)"
                   % ("%s", "%s", ", ".join(["%s"] * len(COMPUTE_AGENTS))), host, DOWN_S, *COMPUTE_AGENTS)
        bound = not alive or any(a["alive"] for a in alive)
        was = port["vif_type"] if port["vif_type"] not in (None, "unbound", "binding_failed") else "ovs"
        levels = db("SELECT level, driver, segment_id FROM ml2_port_binding_levels WHERE port_id = %s AND host = %s", port["id"], port["host"])
        db("DELETE FROM ml2_port_binding_levels WHERE port_id = %s AND host = %s", port["id"], port["host"])
        db("UPDATE ml2_port_bindings SET host = %s, vif_type = %s, profile = %s WHERE port_id = %s AND status = 'ACTIVE'", host, was if bound else "binding_failed", profile, port["id"])
        for level in levels if bound else ():
            db("INSERT INTO ml2_port_binding_levels (port_id, host, level, driver, segment_id) VALUES (%s, %s, %s, %s, %s)", port["id"], host, level["level"], level["driver"],
               level["segment_id"])
        db("UPDATE ports SET status = 'DOWN' WHERE id = %s", port["id"])
        db("INSERT IGNORE INTO provisioningblocks (standard_attr_id, entity) VALUES (%s, 'L2')", port["standard_attr_id"])

    def plug(self, host, port_id):
        with self.rows() as db:
            port = self.one(db, port_id)
            if not port or port["host"] != host or port["vif_type"] in ("unbound", "binding_failed"):
                return 409, None
            db("DELETE FROM provisioningblocks WHERE standard_attr_id = %s", port["standard_attr_id"])
            db("UPDATE ports SET status = 'ACTIVE' WHERE id = %s", port_id)
            return 204, None
