# SPDX-License-Identifier: Apache-2.0
"""What the dumps are of: which database is whose, which hosts there are, who reports."""
import base64
import difflib
import json

from clock import quoted

# kind: the tables that tell it, in the order in which they are asked: a cell of nova 26 still has placement's tables, empty
KINDS = (("nova_api", {"cell_mappings", "host_mappings"}), ("nova", {"instances", "compute_nodes"}), ("cinder", {"volumes", "services"}),
         ("placement", {"resource_providers", "allocations"}), ("neutron", {"ports", "agents"}))
NEEDED = {"nova_api": "cell_mappings host_mappings instance_mappings request_specs aggregates aggregate_hosts aggregate_metadata instance_groups",
          "nova": "instances instance_extra instance_info_caches instance_system_metadata block_device_mapping migrations services compute_nodes instance_actions",
          "placement": "resource_providers inventories allocations", "cinder": "volumes volume_attachment snapshots backups services workers",
          "neutron": "agents ports ml2_port_bindings"}
WITHOUT = {"nova_api": "no cell is known: nothing can be planned", "nova": "no instance is known: nothing can be planned",
           "placement": "nothing says what fits on the other hosts", "cinder": "no volume or backup is known, and none is moved",
           "neutron": "nothing says whether ports can be plugged elsewhere"}


class Cloud:
    def __init__(self, server, seen):
        """seen: {(database, table): [column]}, as the dumps have created them."""
        self.server, self.seen = server, seen
        tables = {}
        for database, table in seen:
            tables.setdefault(database, set()).add(table)
        self.databases = {}
        for database, names in tables.items():
            self.databases[database] = next((kind for kind, telling in KINDS if telling <= names), None)
        self.other = sorted(d for d, kind in self.databases.items() if not kind)
        self.databases = {d: kind for d, kind in self.databases.items() if kind}
        self.tables = tables

    def of_kind(self, kind):
        return sorted(d for d, k in self.databases.items() if k == kind)

    def columns(self, database, table):
        return self.seen.get((database, table), [])

    def missing(self):
        """Sentences: databases and tables that are not there, and what follows."""
        said = []
        for kind, tables in NEEDED.items():
            found = self.of_kind(kind)
            if not found:
                said.append("no dump of %s: %s" % ("a cell" if kind == "nova" else kind, WITHOUT[kind]))
            for database in found:
                lost = [t for t in tables.split() if t not in self.tables[database]]
                if lost:
                    said.append("the dump of %s has no table %s" % (database, ", ".join(lost)))
        for uuid, database in self.cells():
            if database not in self.databases:
                said.append("no dump of the cell %s, database %s: its instances are not known" % (uuid, database))
        return said

    def cells(self):
        for api in self.of_kind("nova_api"):
            for uuid, url in self.server.ask("SELECT uuid, database_connection FROM `%s`.cell_mappings" % api):
                yield uuid, url.partition("?")[0].rpartition("/")[2]

    def _ask(self, kind, table, statement):
        """Of every database of the kind that has the table; %s stands for the database."""
        found = []
        for database in self.of_kind(kind):
            if table in self.tables[database]:
                found += self.server.ask(statement % database)
        return found

    def computes(self):
        return sorted({r[0] for r in self._ask("nova", "services", "SELECT host FROM `%s`.services WHERE `binary` = 'nova-compute' AND deleted = 0")})

    def with_instances(self):
        """Those that report and have instances: who can die in a rehearsal."""
        found = self._ask("nova", "services", "SELECT s.host FROM `%s`.services s WHERE s.`binary` = 'nova-compute' AND s.deleted = 0 AND s.forced_down = 0"
                          " AND s.last_seen_up > UTC_TIMESTAMP() - INTERVAL 60 SECOND")
        alive = {r[0] for r in found}
        busy = {r[0] for r in self._ask("nova", "instances", "SELECT DISTINCT host FROM `%s`.instances WHERE deleted = 0 AND host IS NOT NULL")}
        return sorted(alive & busy)

    def of_aggregate(self, name):
        found = set()
        for api in self.of_kind("nova_api"):
            if "aggregate_hosts" in self.tables[api]:
                found |= {r[0] for r in self.server.ask("SELECT h.host FROM aggregate_hosts h JOIN aggregates a ON a.id = h.aggregate_id WHERE BINARY a.name = BINARY %s"
                                                        % quoted(name), api)}
        return sorted(found)

    def nearest(self, name, names):
        return difflib.get_close_matches(name, names, 3, 0.5) or names[:3]

    def backends(self):
        """{host of cinder: {backend: alive}}"""
        found = {}
        for host, alive in self._ask("cinder", "services", "SELECT host, updated_at > UTC_TIMESTAMP() - INTERVAL 60 SECOND AND disabled = 0 FROM `%s`.services"
                                     " WHERE deleted = 0 AND `binary` = 'cinder-volume'"):
            node, _, backend = host.partition("@")
            found.setdefault(node, {})[backend] = alive == "1"
        return found

    def targets(self, dead):
        """Hosts that could be one: their nova-compute reports, and is enabled."""
        found = self._ask("nova", "services", "SELECT host FROM `%s`.services WHERE `binary` = 'nova-compute' AND deleted = 0 AND disabled = 0 AND forced_down = 0"
                          " AND last_seen_up > UTC_TIMESTAMP() - INTERVAL 60 SECOND")
        return sorted({r[0] for r in found} - set(dead))

    def instances_on(self, hosts):
        """{uuid: (name, host)}"""
        words = ", ".join(map(quoted, hosts)).replace("%", "%%")
        return {r[0]: (r[1], r[2]) for r in self._ask("nova", "instances", "SELECT uuid, IFNULL(display_name, ''), host FROM `%%s`.instances WHERE deleted = 0 AND BINARY host IN (%s)" % words)}

    def devices(self):
        """What nova's configuration must name for the PCI devices of the dumps to count (nova 26 pci/devspec.py): their kinds, by their pools."""
        kinds = set()
        for (text,) in self._ask("nova", "compute_nodes", "SELECT DISTINCT TO_BASE64(pci_stats) FROM `%s`.compute_nodes WHERE deleted = 0 AND pci_stats IS NOT NULL"):
            for pool in json.loads(base64.b64decode(text.replace("\\n", "")))["nova_object.data"]["objects"]:
                data = pool["nova_object.data"]
                kinds.add((data["vendor_id"], data["product_id"], data["tags"].get("physical_network")))
        return [{k: v for k, v in zip(("vendor_id", "product_id", "physical_network"), kind) if v} for kind in sorted(kinds, key=str)]

    def owner_for(self, hosts):
        """Who could own the volumes of these: the living host of cinder with most of their backends. Where they have none it is None; of several
        hosts any that lives, as host rescue alone takes several, and gives it nothing then."""
        backends = self.backends()
        lost = {b for h in hosts for b in backends.get(h, {})}
        living = {h: len(lost & {b for b, alive in of.items() if alive}) for h, of in backends.items() if h not in hosts}
        best = max(sorted(living), key=living.get, default=None)
        if lost and best and living[best]:
            return best
        return next(iter(self.targets(hosts)), None) if len(hosts) > 1 else None

    def reporting(self):
        """[(binary, host)] of the services that report."""
        return [tuple(r) for kind, column in (("nova", "last_seen_up"), ("cinder", "updated_at"))
                for r in self._ask(kind, "services", "SELECT `binary`, host FROM `%%s`.services WHERE deleted = 0 AND %s > UTC_TIMESTAMP() - INTERVAL 60 SECOND" % column)]

    def version(self):
        """The newest version of a compute of nova (nova 26 objects/service.py SERVICE_VERSION), or 0."""
        return max((int(r[0] or 0) for r in self._ask("nova", "services", "SELECT MAX(version) FROM `%s`.services WHERE deleted = 0 AND `binary` = 'nova-compute'")), default=0)
