#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A flavor, a volume type for each backend, and a network: seed.py ENVIRONMENT-FILE. Guests are made by the stories."""
import sys

from sandbox_api import Sandbox

sandbox = Sandbox(sys.argv[1])
project = sandbox.env["SB_PROJECT"]
for backend in sandbox.env["SB_BACKENDS"].split():
    sandbox.cinder("POST", "/types", {"volume_type": {"name": backend, "extra_specs": {"volume_backend_name": backend}}})
sandbox.nova("POST", "/flavors", {"flavor": {"name": "small", "ram": 96, "vcpus": 1, "disk": 1, "id": "small"}})
network = sandbox.neutron("POST", "/networks", {"network": {
    "name": "wire", "tenant_id": project, "shared": True, "provider:network_type": "flat", "provider:physical_network": "physnet1",
    "port_security_enabled": False}})["network"]["id"]
sandbox.neutron("POST", "/subnets", {"subnet": {
    "network_id": network, "tenant_id": project, "ip_version": 4, "cidr": "10.77.0.0/24", "enable_dhcp": False, "gateway_ip": None,
    "allocation_pools": [{"start": "10.77.0.10", "end": "10.77.0.199"}]}})
