# SPDX-License-Identifier: Apache-2.0
"""What of the rows the program can see in a simulated night. A night keeps the tables that server.py names, and of these each column counts; of the
others what a statement of the program asks for. What nobody asks for needs no actor."""
import glob
import os
import re

from harness import ROOT

# no night is given its configuration
UNSEEN = ("placement",)
# an actor writes these in part
PARTLY = ("nova.compute_nodes", "nova.instance_extra", "nova.instance_metadata", "nova.instance_system_metadata", "nova_api.instance_mappings")
# The program asks for flavor and request spec of what is on the host that it rescues; nova-api migrates nothing from there, and in no night somebody rescues
# a host that a tenant has migrated to: what a migration writes into them, and takes out again, nobody reads.
MOVED = {"conductor_migrates": ("nova_api.request_specs",), "compute_prepares": ("nova.instance_extra",), "compute_sends_it_off": ("nova.instance_extra",),
         "compute_confirms": ("nova.instance_extra",)}


class Asked:
    def __init__(self, kept):
        """${kept}: the tables of a night, by schema."""
        self.kept = {"%s.%s" % (schema, table) for schema, tables in kept.items() for table in tables} - set(PARTLY)
        self.statements = {}
        for path in glob.glob(os.path.join(ROOT, "sql", "*", "*.sql")):
            folder = os.path.basename(os.path.dirname(path))
            with open(path) as f:
                text = "".join(line for line in f if not line.startswith("--"))
            self.statements.setdefault({"nova_cell0": "nova"}.get(folder, folder), []).append(text)

    def is_seen(self, difference):
        schema, table = difference.table.split(".")
        if difference.table in MOVED.get(difference.step, ()):
            return False
        if difference.table in self.kept:
            return True
        if schema in UNSEEN:
            return False
        asking = [s for s in self.statements.get(schema, []) if re.search(r"\b%s\b" % table, s)]
        return any(difference.column == "row" or re.search(r"\b%s\b" % difference.column, s) for s in asking)
