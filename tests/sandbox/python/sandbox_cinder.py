"""What the sandbox's cinder needs beside Debian's package; found through PYTHONPATH."""
import json
import os
import re
import time

from oslo_config import cfg
import webob.dec

from cinder import context
from cinder.api.openstack import wsgi
from cinder.volume import configuration
from cinder.volume import driver
from cinder.wsgi import common as base_wsgi

PROJECT = re.compile(r"/v3/([0-9a-f]{32})(/|$)")
ADMIN = "5e5e5e5e5e5e4e5e5e5e5e5e5e5e5e5e"


class SandboxAuth(base_wsgi.Middleware):
    """The context that keystonemiddleware would give; the project is taken from the URL.

    Every token is an admin's, but only a request with X-Service-Token has the role "service": cinder demands it for
    deleting the attachment of a guest.
    """

    @webob.dec.wsgify(RequestClass=wsgi.Request)
    def __call__(self, req):
        token = req.headers.get("X-Auth-Token")
        if not token:
            return webob.exc.HTTPUnauthorized()
        found = PROJECT.match(req.script_name + req.path_info)
        project = found.group(1) if found else token.partition(":")[2] or "sandbox"
        req.environ["cinder.context"] = context.RequestContext.from_environ(
            req.environ, user_id=ADMIN, project_id=project, is_admin=True, roles=["admin", "member", "reader"],
            auth_token=token, service_roles=["service"] if req.headers.get("X-Service-Token") else [],
            remote_address=req.remote_addr)
        return self.application


def without_hardware():
    """For cinder-backup, which lets os-brick ask the machine, as root, for its iSCSI, NVMe and fibre channel names."""
    from cinder import utils
    from cinder.volume import volume_utils
    for place in (utils, volume_utils):     # before cinder 18, and since
        place.brick_get_connector_properties = lambda *args, **kwargs: {
            "host": cfg.CONF.host, "ip": "127.0.0.1", "multipath": False, "enforce_multipath": False,
            "platform": "x86_64", "os_type": "linux"}


OPTS = [cfg.StrOpt("sandbox_pool_dir"), cfg.ListOpt("sandbox_pools"), cfg.StrOpt("sandbox_driver_log")]
cfg.CONF.register_opts(OPTS, group=configuration.SHARED_CONF_GROUP)


class SandboxDriver(driver.VolumeDriver):
    """A backend without hardware: a volume is a sparse file, 1 MiB for every GiB, so that backups are quick.

    All backends share one directory, as they would share a ceph cluster. Each call is a line of sandbox_driver_log.
    """

    VERSION = "1"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.configuration.append_config_values(OPTS)
        self.dir = self.configuration.sandbox_pool_dir

    def _log(self, op, obj=None, **more):
        with open(self.configuration.sandbox_driver_log, "a") as f:
            f.write(json.dumps(dict({"t": round(time.time(), 3), "host": self.host, "op": op,
                                     "id": obj and obj["id"]}, **more)) + "\n")

    def _path(self, volume):
        return os.path.join(self.dir, volume.name)

    def _file(self, volume, size=None):
        with open(self._path(volume), "ab") as f:
            f.truncate((size or volume.size) << 20)

    def do_setup(self, ctxt):
        os.makedirs(self.dir, exist_ok=True)

    def check_for_setup_error(self):
        pass

    def _update_volume_stats(self):
        self._stats = {"volume_backend_name": self.configuration.volume_backend_name, "vendor_name": "sandbox",
                       "driver_version": self.VERSION, "storage_protocol": "local",
                       "pools": [{"pool_name": pool, "total_capacity_gb": 100000, "free_capacity_gb": 90000,
                                  "provisioned_capacity_gb": 0, "reserved_percentage": 0,
                                  "thin_provisioning_support": True, "multiattach": True}
                                 for pool in self.configuration.sandbox_pools]}

    def create_volume(self, volume):
        self._log("create_volume", volume)
        self._file(volume)

    def delete_volume(self, volume):
        self._log("delete_volume", volume)
        try:
            os.unlink(self._path(volume))
        except FileNotFoundError:
            pass

    def extend_volume(self, volume, new_size):
        self._log("extend_volume", volume, size=new_size)
        self._file(volume, new_size)

    def create_snapshot(self, snapshot):
        self._log("create_snapshot", snapshot, volume=snapshot.volume_id)

    def delete_snapshot(self, snapshot):
        self._log("delete_snapshot", snapshot, volume=snapshot.volume_id)

    def create_volume_from_snapshot(self, volume, snapshot):
        self._log("create_volume_from_snapshot", volume)
        self._file(volume)

    def create_cloned_volume(self, volume, src_vref):
        self._log("create_cloned_volume", volume, source=src_vref.id)
        self._file(volume)

    def ensure_export(self, ctxt, volume):
        self._log("ensure_export", volume)

    def create_export(self, ctxt, volume, connector):
        self._log("create_export", volume, connector=connector and connector.get("host"))

    def remove_export(self, ctxt, volume):
        self._log("remove_export", volume)

    def initialize_connection(self, volume, connector):
        self._log("initialize_connection", volume, connector=connector.get("host"))
        self._file(volume)
        return {"driver_volume_type": "local", "data": {"device_path": self._path(volume)}}

    def terminate_connection(self, volume, connector, **kwargs):
        self._log("terminate_connection", volume, connector=connector and connector.get("host"))
