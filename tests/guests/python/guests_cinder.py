# SPDX-License-Identifier: Apache-2.0
"""The sandbox's backend (sandbox_cinder.py), whose volumes real hosts can open: files of an NFS share, a block device on each host, or
images of a Ceph."""
import os
import subprocess

from eventlet import tpool
import rados
import rbd
from oslo_config import cfg

from cinder.volume import configuration
import sandbox_cinder

OPTS = [cfg.StrOpt("guests_connection", choices=["files", "luns", "rbd"]), cfg.StrOpt("guests_hosts"), cfg.StrOpt("guests_luns"),
        cfg.StrOpt("guests_ceph"), cfg.IntOpt("guests_ceph_port"), cfg.StrOpt("guests_ceph_secret")]
cfg.CONF.register_opts(OPTS, group=configuration.SHARED_CONF_GROUP)


class GuestsDriver(sandbox_cinder.SandboxDriver):

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.configuration.append_config_values(OPTS)

    def _lun(self, volume, host):
        """A block device of its own for each host, as iSCSI and Fibre Channel give: no lock of one host's qemu reaches another's."""
        link = os.path.join(self.configuration.guests_hosts, host, "luns", volume.name)
        if not os.path.exists(link):
            device = subprocess.run(["losetup", "-f", "--show", "--direct-io=on", self._path(volume)], check=True, text=True,
                                    stdout=subprocess.PIPE).stdout.strip()
            if os.path.lexists(link):
                os.unlink(link)
            os.symlink(device, link)
        return {"driver_volume_type": "local", "data": {"device_path": os.path.join(self.configuration.guests_luns, volume.name)}}

    def _image(self, volume):
        """Made as cinder's RBD driver makes one (cinder 21 volume/drivers/rbd.py), with its default features."""
        conf = self.configuration.guests_ceph
        with rados.Rados(conffile=conf, name="client.cinder", conf={"keyring": os.path.join(os.path.dirname(conf), "keyring")}) as cluster, \
                cluster.open_ioctx("volumes") as pool:
            rbd.RBD().create(pool, volume.name, volume.size << 30, old_format=False, features=61)

    def create_volume(self, volume):
        if self.configuration.guests_connection != "rbd":
            return super().create_volume(volume)
        self._log("create_volume", volume)
        tpool.execute(self._image, volume)

    def _rbd(self, volume):
        return {"driver_volume_type": "rbd", "data": {
            "name": "volumes/" + volume.name, "hosts": ["127.0.0.1"], "ports": [str(self.configuration.guests_ceph_port)],
            "cluster_name": "ceph", "auth_enabled": True, "auth_username": "cinder", "secret_type": "ceph",
            "secret_uuid": self.configuration.guests_ceph_secret, "volume_id": volume.id, "discard": True, "keyring": None}}

    def initialize_connection(self, volume, connector):
        self._log("initialize_connection", volume, connector=connector.get("host"))
        if self.configuration.guests_connection == "rbd":
            return self._rbd(volume)
        self._file(volume)
        if self.configuration.guests_connection == "luns":
            return self._lun(volume, connector["host"])
        return {"driver_volume_type": "nfs", "data": {"export": "files:/pool", "name": volume.name, "format": "raw", "options": None}}
