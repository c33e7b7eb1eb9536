# SPDX-License-Identifier: Apache-2.0
"""The sandbox's backend (sandbox_cinder.py), whose volumes real hosts can open: as files of an NFS share, or as a block device each."""
import os
import subprocess

from oslo_config import cfg

from cinder.volume import configuration
import sandbox_cinder

OPTS = [cfg.StrOpt("guests_connection", choices=["nfs", "lun"]), cfg.StrOpt("guests_hosts"), cfg.StrOpt("guests_luns")]
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

    def initialize_connection(self, volume, connector):
        self._log("initialize_connection", volume, connector=connector.get("host"))
        self._file(volume)
        if self.configuration.guests_connection == "lun":
            return self._lun(volume, connector["host"])
        return {"driver_volume_type": "nfs", "data": {"export": "files:/pool", "name": volume.name, "format": "raw", "options": None}}
