# SPDX-License-Identifier: Apache-2.0
"""The hypervisor of a rehearsal: nova's fake driver, with the resources and guests that the dump has of a host.

It is loaded as nova.virt.fake_host by daemon.py, inside nova. Inventories and traits stay as placement's dump has them: what the scheduler sees is the
site's own. Ports are plugged and waited for as libvirt does it (nova 26 virt/libvirt/driver.py _create_guest_with_network).
"""
import json
import urllib.request

from nova import exception
from nova import objects
from nova.compute import power_state
from nova.virt import fake
import nova.conf

CONF = nova.conf.CONF
HOSTS = {}              # {host: {"nodes": [row of compute_nodes], "instances": [(uuid, name)]}}
PLUGS = ""              # where a port is said to be plugged
SIZES = ("vcpus", "memory_mb", "local_gb", "vcpus_used", "memory_mb_used", "local_gb_used", "hypervisor_type", "hypervisor_version", "hypervisor_hostname", "cpu_info",
         "disk_available_least")


def timeouts():
    """What nova throws when no event has come: eventlet's, and its own where it may run on threads (since 33)."""
    own = getattr(exception, "InstanceEventTimeout", None)
    if own:
        return (own,)
    import eventlet.timeout
    return (eventlet.timeout.Timeout,)


def unused(topology):
    """As a driver tells it: what its instances use is reckoned by nova's resource tracker."""
    if not topology:
        return None
    found = objects.NUMATopology.obj_from_db_obj(topology)
    for cell in found.cells:
        cell.cpu_usage, cell.memory_usage, cell.pinned_cpus = 0, 0, set()
        for pages in cell.mempages or []:
            pages.used = 0
    return found._to_json()


class Driver(fake.FakeDriver):
    def init_host(self, host):
        super().init_host(host)
        self.rows = {row["hypervisor_hostname"]: row for row in HOSTS[host]["nodes"]}
        self._set_nodes(list(self.rows))
        for uuid, name in HOSTS[host]["instances"]:
            self.instances[uuid] = fake.FakeInstance(name, power_state.RUNNING, uuid)

    def get_available_resource(self, nodename):
        row = self.rows[nodename]
        found = {k: row[k] for k in SIZES}
        found["numa_topology"] = unused(row["numa_topology"])
        found["supported_instances"] = [tuple(s) for s in json.loads(row["supported_instances"] or "[]")]
        if row.get("uuid"):
            found["uuid"] = row["uuid"]
        return found

    def get_nodenames_by_uuid(self, refresh=False):
        return {row["uuid"]: name for name, row in self.rows.items()}

    def update_provider_tree(self, provider_tree, nodename, allocations=None, **more):
        pass

    def capabilities_as_traits(self):
        return {}

    def instance_on_disk(self, instance):
        """Whose disk may be lost with its host the plan leaves out; the others' are shared."""
        return True

    def _plug(self, vif):
        if vif["type"] in ("binding_failed", "unbound"):
            raise exception.VirtualInterfacePlugException("Plug VIF failed because of unexpected vif_type=%s" % vif["type"])
        urllib.request.urlopen(urllib.request.Request("%s/%s/%s" % (PLUGS, self._host, vif["id"]), method="POST"), timeout=60).close()

    def _neutron_failed(self, event_name, instance):
        if CONF.vif_plugging_is_fatal:
            raise exception.VirtualInterfaceCreateException()

    def spawn(self, context, instance, *args, network_info=None, power_on=True, **more):
        events = []
        if power_on and CONF.vif_plugging_timeout:
            events = [("network-vif-plugged", vif["id"]) for vif in network_info or [] if vif.get("active", True) is False and vif["vnic_type"] != "remote-managed"]
        try:
            with self.virtapi.wait_for_instance_event(instance, events, CONF.vif_plugging_timeout, error_callback=self._neutron_failed):
                for vif in network_info or []:
                    self._plug(vif)
                super().spawn(context, instance, *args, network_info=network_info, power_on=power_on, **more)
        except timeouts():
            if CONF.vif_plugging_is_fatal:
                self.instances.pop(instance.uuid, None)
                raise exception.VirtualInterfaceCreateException()
