"""What the sandbox's nova needs beside Debian's package; found through PYTHONPATH."""
import os
import shutil
import zlib

from oslo_serialization import jsonutils
import webob.dec
from oslo_middleware import request_id

import nova.conf
import sandbox_disks
import tokens
from nova.compute import power_state
from nova import context
from nova import exception
from nova.image import glance
from nova.virt import fake

CONF = nova.conf.CONF


def _timeouts():
    """What nova throws when no event has come: eventlet's, and its own where it may run on threads (since 33)."""
    found = [getattr(exception, "InstanceEventTimeout", None)]
    if not found[0]:
        import eventlet.timeout
        found = [eventlet.timeout.Timeout]
    return tuple(found)


class libvirtError(Exception):
    """Not nova's own: nova stores its class as the fault's message, and its text in the trace alone (compute/utils.py)."""


class ForgetfulDriver(fake.FakeDriver):
    """nova's fake hypervisor, which keeps its guests in memory, with a way to make it forget them: touch a file.

    Without that, an instance could be evacuated to the same host only once in the life of the process.
    """

    _guests = {}
    _forgot_at = None

    @property
    def instances(self):
        try:
            mark = os.stat(os.path.join(os.path.dirname(CONF.state_path), "forget")).st_mtime_ns
        except FileNotFoundError:
            mark = 0
        if mark != self._forgot_at:
            self._guests, self._forgot_at = {}, mark
        return self._guests

    @instances.setter
    def instances(self, guests):
        self._guests = guests


class WaitingDriver(ForgetfulDriver):
    """Plugs ports, and waits for network-vif-plugged as libvirt does (nova 26.2.2 virt/libvirt/driver.py
    _create_guest_with_network, _get_neutron_events, _cleanup_failed_start).

    A plugged port is a file that the stand-in for neutron's agent of this host finds (neutron_agent.py). There is also a network
    card with virtual functions, for ports of the vnic type direct; each host has it in another slot.
    """

    def get_available_resource(self, nodename):
        status = super().get_available_resource(nodename)
        if "uuid" in status:
            status["uuid"] = next(iter(self.get_nodenames_by_uuid()))
        card = "0000:%02x:00" % (1 + zlib.crc32(self._host.encode()) % 250)
        status["pci_passthrough_devices"] = jsonutils.dumps([
            {"address": "%s.%d" % (card, n), "product_id": "154c", "vendor_id": "8086", "status": "available",
             "dev_type": "type-VF", "parent_addr": card + ".0", "numa_node": None, "label": "label_8086_154c"}
            for n in range(1, 8)])
        return status

    def get_nodenames_by_uuid(self, refresh=False):
        """Since 28: what the file compute_id says, as with libvirt; the fake driver makes another one at each start."""
        from nova.virt import node
        return {node.get_local_node_uuid(): self.get_available_nodes()[0]}

    @staticmethod
    def _plugged(vif):
        return os.path.join(CONF.state_path, "plugged", vif["id"])

    def plug_vifs(self, instance, network_info):
        for vif in network_info or []:
            if vif["type"] in ("binding_failed", "unbound"):
                raise exception.VirtualInterfacePlugException("Plug VIF failed because of unexpected vif_type=%s" % vif["type"])
            os.makedirs(os.path.dirname(self._plugged(vif)), exist_ok=True)
            with open(self._plugged(vif) + ".new", "w") as f:
                f.write(instance.uuid)
            os.rename(self._plugged(vif) + ".new", self._plugged(vif))      # one new time of change: plugged once more

    def unplug_vifs(self, instance, network_info):
        for vif in network_info or []:
            if os.path.exists(self._plugged(vif)):
                os.unlink(self._plugged(vif))

    def _make_root(self, context, instance):
        """While the knob local_disks is there: a disk that is not on this host is made of its image, which the host's cache has
        or glance gives to the caller (nova 26.2.2 virt/libvirt/driver.py _create_and_inject_local_root, virt/images.py fetch)."""
        disk = os.path.join(CONF.state_path, "disks", instance.uuid)
        base = os.path.join(CONF.state_path, "base", instance.image_ref or "none")
        if not os.path.exists(os.path.join(os.path.dirname(CONF.state_path), "knobs", "local_disks")) or not instance.image_ref:
            return
        if os.path.exists(disk):
            return
        for path in (disk, base):
            os.makedirs(os.path.dirname(path), exist_ok=True)
        if not os.path.exists(base):
            glance.API().download(context, instance.image_ref, dest_path=base + ".part")
            os.rename(base + ".part", base)
        shutil.copy(base, disk)

    def _neutron_failed(self, event_name, instance):
        if CONF.vif_plugging_is_fatal:
            raise exception.VirtualInterfaceCreateException()

    def _create_guest_with_network(self, instance):
        """While the knob guests_alive has its uuid, the guest still runs on the old host and holds its disk: what qemu 7.2 and
        libvirt 9 say of it, measured with real guests on shared files."""
        knob = os.path.join(os.path.dirname(CONF.state_path), "knobs", "guests_alive")
        if os.path.exists(knob) and instance.uuid in open(knob).read():
            raise libvirtError(
                "internal error: process exited while connecting to monitor: 2026-11-28T03:09:11.123456Z qemu-system-x86_64: "
                "-blockdev {\"node-name\":\"libvirt-1-format\",\"driver\":\"qcow2\"}: Failed to get \"write\" lock\n"
                "Is another process using the image [/var/lib/nova/instances/%s/disk]?" % instance.uuid)

    @property
    def _disks(self):
        return sandbox_disks.Disks(os.path.dirname(os.path.dirname(CONF.state_path)))

    def init_host(self, host):
        """A hypervisor's guests do not end with nova-compute."""
        super().init_host(host)
        for _, uuid, _ in self._disks.guests(host):
            self.instances[uuid] = fake.FakeInstance(uuid, power_state.RUNNING, uuid)

    def instance_on_disk(self, instance):
        """nova 26.2.2 virt/libvirt/driver.py: true where the image backend is a shared block storage, as RBD."""
        return self._disks.exists() or super().instance_on_disk(instance)

    def _start_guest(self, instance, block_device_info):
        """While the sandbox has disks: a process for each that is on RBD."""
        if not self._disks.exists():
            return
        connections = [bdm["connection_info"] for bdm in (block_device_info or {}).get("block_device_mapping") or []]
        for pool, image, user in self._disks.of_instance(instance.uuid, instance.image_ref, connections):
            if pool == "vms":
                self._disks.rbd("create", pool, image, "1024", user="client.cinder")     # one that is there stays
            said = self._disks.start(CONF.host, instance.uuid, pool, image, user)
            if said:
                raise libvirtError("internal error: qemu unexpectedly closed the monitor: error reading header from %s: %s" % (image, said))

    def spawn(self, context, instance, image_meta, injected_files, admin_password, allocations, network_info=None,
              block_device_info=None, power_on=True, accel_info=None):
        events = []
        self._make_root(context, instance)
        if power_on and CONF.vif_plugging_timeout:
            events = [("network-vif-plugged", vif["id"]) for vif in network_info or []
                      if vif.get("active", True) is False and vif["vnic_type"] != "remote-managed"]
        try:
            with self.virtapi.wait_for_instance_event(instance, events, CONF.vif_plugging_timeout,
                                                      error_callback=self._neutron_failed):
                self.plug_vifs(instance, network_info)
                self._create_guest_with_network(instance)
                self._start_guest(instance, block_device_info)
                super().spawn(context, instance, image_meta, injected_files, admin_password, allocations,
                              network_info=network_info, block_device_info=block_device_info, power_on=power_on,
                              accel_info=accel_info)
        except (*_timeouts(), exception.VirtualInterfaceCreateException) as e:
            if isinstance(e, _timeouts()) and not CONF.vif_plugging_is_fatal:
                return
            self.instances.pop(instance.uuid, None)
            self._disks.stop(CONF.host, instance.uuid)
            self.unplug_vifs(instance, network_info)
            raise exception.VirtualInterfaceCreateException()
        except libvirtError:
            self._disks.stop(CONF.host, instance.uuid)
            self.unplug_vifs(instance, network_info)
            raise

    def power_off(self, instance, *args, **kwargs):
        """libvirt's is content when the guest is not there (nova 26.2.2 virt/libvirt/driver.py _clean_shutdown, _destroy)."""
        if instance.uuid in self.instances:
            super().power_off(instance, *args, **kwargs)
        self._disks.stop(CONF.host, instance.uuid)

    def power_on(self, context, instance, network_info, block_device_info=None, *args, **kwargs):
        self._start_guest(instance, block_device_info)
        super().power_on(context, instance, network_info, block_device_info, *args, **kwargs)

    def migrate_disk_and_power_off(self, context, instance, dest, flavor, network_info, *args, **kwargs):
        """libvirt's ends the guest and unplugs its ports (nova 26.2.2 virt/libvirt/driver.py)."""
        self.power_off(instance)
        self.unplug_vifs(instance, network_info)
        return super().migrate_disk_and_power_off(context, instance, dest, flavor, network_info, *args, **kwargs)

    def finish_migration(self, context, migration, instance, disk_info, network_info, *args, **kwargs):
        """libvirt's plugs the ports, and does not wait for them (vifs_already_plugged)."""
        self.plug_vifs(instance, network_info)
        super().finish_migration(context, migration, instance, disk_info, network_info, *args, **kwargs)

    # what they are given differs from release to release
    def destroy(self, context, instance, network_info, *args, **kwargs):
        super().destroy(context, instance, network_info, *args, **kwargs)
        self._disks.stop(CONF.host, instance.uuid)
        self.unplug_vifs(instance, network_info)

    def cleanup(self, context, instance, network_info, *args, destroy_vifs=True, **kwargs):
        super().cleanup(context, instance, network_info, *args, destroy_vifs=destroy_vifs, **kwargs)
        if destroy_vifs:
            self.unplug_vifs(instance, network_info)


def _catalog(project):
    def entry(kind, name, url):
        return {"type": kind, "name": name, "endpoints": [
            {"region": "RegionOne", "publicURL": url, "internalURL": url, "adminURL": url}]}
    glance = "http://127.0.0.1:" + os.environ["SANDBOX_GLANCE_PORT"]
    neutron = "http://127.0.0.1:" + os.environ["SANDBOX_NEUTRON_PORT"]
    cinder = "http://127.0.0.1:" + os.environ["SANDBOX_CINDER_PORT"]
    return [entry("image", "glance", glance), entry("network", "neutron", neutron),
            entry("volumev3", "cinderv3", cinder + "/v3/" + project)]


def __getattr__(name):
    # the base class lives in nova's api code, which a nova-compute need not load
    if name != "SandboxAuth":
        raise AttributeError(name)
    from nova.api import wsgi as base
    from nova.api.openstack import wsgi

    class SandboxAuth(base.Middleware):
        """The context that keystonemiddleware would give; X-Auth-Token is "user:project", and more in a token of keystone.

        nova's own noauth2 gives a context without a token, with which every call to glance fails.
        """

        @webob.dec.wsgify(RequestClass=wsgi.Request)
        def __call__(self, req):
            user, project = (req.headers.get("X-Auth-Token", "").split(":") + [None, None])[:2]
            if not project:
                return webob.exc.HTTPUnauthorized()
            req.environ["nova.context"] = context.RequestContext(
                user_id="5e5e5e5e5e5e4e5e5e5e5e5e5e5e5e5e", user_name=user, project_id=project,
                project_name="sandbox", user_domain_id="default", project_domain_id="default",
                roles=["admin", "member", "reader"], auth_token=tokens.make(user, project, 3600),
                service_catalog=_catalog(project), remote_address=req.remote_addr,
                request_id=req.environ.get(request_id.ENV_REQUEST_ID))
            return self.application
    return SandboxAuth
