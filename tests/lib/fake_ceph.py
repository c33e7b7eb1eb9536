# SPDX-License-Identifier: Apache-2.0
"""A cluster of Ceph that is a file, a line a fact, and both of Ceph's libraries that read it: tests/storage/fake.c says which lines.

    cluster = fake_ceph.Cluster(self.tool)        # its tool asks it from now on
    cluster.put("image volumes/volume-1 61", "lock volumes/volume-1 192.0.2.7:0/5 4253 auto")
    self.tool.run(…, env=cluster.env)
    cluster.orders()                              # what was put on its blocklist, and taken off it
"""
import json
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIBRARIES = os.path.join(ROOT, "build", "tests", "fake")
SECRET = "SECRETKEY=="    # in connection_info, and to be shown nowhere


class Cluster:
    def __init__(self, tool, *options, name="cluster"):
        """options: more lines of the site's [storage]."""
        self.path = os.path.join(tool.state, name)
        with open(tool.site, "a") as f:
            f.write("\n".join(["[storage]", "conf = " + self.path, *options, ""]))
        self.variables = {"FAKE_CEPH": self.path, "LD_LIBRARY_PATH": LIBRARIES}

    @property
    def env(self):
        return {**os.environ, **self.variables}

    def put(self, *lines):
        """These and no others."""
        with open(self.path, "w") as f:
            f.writelines(line + "\n" for line in lines)

    def tell(self, *lines):
        with open(self.path, "a") as f:
            f.writelines(line + "\n" for line in lines)

    def lines(self):
        with open(self.path) as f:
            return f.read().splitlines()

    def orders(self, *words):
        """[["added", client, seconds], ["removed", client], …] as they were obeyed; words: those of this kind alone."""
        return [line.split() for line in self.lines() if line.split()[:1] and line.split()[0] in (words or ("added", "removed"))]

    def clients(self, word):
        return [order[1] for order in self.orders(word)]


def connection_info(image):
    """How its compute reaches the image, as cinder's driver for Ceph says it and nova keeps it."""
    return json.dumps({"driver_volume_type": "rbd", "data": {
        "name": image, "hosts": ["192.0.2.1"], "ports": ["6789"], "auth_username": "cinder", "keyring": SECRET}})
