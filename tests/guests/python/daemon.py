#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""One daemon of nova, cinder or neutron in this process: daemon.py PROGRAM ARGUMENT...

Debian's own scripts are in packages that bring configuration, users and services along; the code is in the libraries.
"""
import importlib
import sys

PROGRAMS = {"nova-compute": "nova.cmd.compute", "cinder-volume": "cinder.cmd.volume", "neutron-server": "neutron.cmd.eventlet.server",
            "neutron-linuxbridge-agent": "neutron.cmd.eventlet.plugins.linuxbridge_neutron_agent"}


def nova_compute():
    importlib.import_module("nova.servicegroup.api").INITIAL_REPORTING_DELAY = 0
    # root already: no helpers for what only root may, 100 MB and a second each
    for module, context in (("nova.privsep", "sys_admin_pctxt"), ("os_brick.privileged", "default"),
                            ("vif_plug_linux_bridge.privsep", "vif_plug")):
        getattr(importlib.import_module(module), context).set_client_mode(False)


program = sys.argv[1]
sys.argv = ["/usr/bin/" + program] + sys.argv[2:]
main = importlib.import_module(PROGRAMS[program])   # first: it lets eventlet replace what the rest imports
if program == "nova-compute":
    nova_compute()
sys.exit(main.main())
