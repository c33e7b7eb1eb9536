# SPDX-License-Identifier: Apache-2.0
"""A real Galera cluster of three nodes on loopback, with the sandbox's seeded rows."""
import os
import pwd
import re
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time

import pymysql

from harness import ENV

PROVIDER = "/usr/lib/galera/libgalera_smm.so"
HERE = os.path.dirname(os.path.abspath(__file__))
STATE = """# GALERA saved state
version: 2.1
uuid:    5d6a0b1c-0000-11ee-8000-000000000001
seqno:   0
safe_to_bootstrap: 1
"""
NODES = (0, 1, 2)


class Cluster:
    def __init__(self):
        self.top = tempfile.mkdtemp(prefix="evac-manage-galera.")
        self.process = {}
        self.base = int(ENV["EVAC_SANDBOX_PORT"]) + 400      # nine ports that the sandbox does not use
        cache = ENV["SB_GOLDEN"]
        with tarfile.open(cache) as seed:
            seed.extractall(self.top, [m for m in seed if m.name.startswith("mysql/") or m.name == "mysql"])
        os.rename(os.path.join(self.top, "mysql"), self.directory(0))
        self.make_seed()

    def directory(self, node):
        return os.path.join(self.top, "node%d" % node)

    def port(self, node):
        return self.base + node

    def make_seed(self):
        """The first node alone, once, so that its tables know a position of the cluster; then all are copies of it."""
        with open(os.path.join(self.directory(0), "grastate.dat"), "w") as f:
            f.write(STATE)
        self.start(0, first=True)
        self.wait_synced(0)
        self.stop(0)
        for node in NODES[1:]:
            shutil.copytree(self.directory(0), self.directory(node))
            os.unlink(os.path.join(self.directory(node), "galera.cache"))
            self.write_state(node, 0)
        self.write_state(0, 1)

    def write_state(self, node, bootstrap):
        path = os.path.join(self.directory(node), "grastate.dat")
        text = re.sub(r"safe_to_bootstrap: \d", "safe_to_bootstrap: %d" % bootstrap, open(path).read())
        with open(path, "w") as f:
            f.write(text)

    def start(self, node, first=False):
        group, ist = self.base + 10 + node, self.base + 20 + node
        os.makedirs(os.path.join(self.top, "tmp%d" % node), exist_ok=True)
        command = ["mariadbd", "--no-defaults", "--user=" + pwd.getpwuid(os.getuid()).pw_name,
                   "--datadir=" + self.directory(node), "--bind-address=127.0.0.1",
                   "--port=%d" % self.port(node), "--socket=%s/%d.sock" % (self.top, node), "--pid-file=%s/%d.pid" % (self.top, node),
                   "--tmpdir=%s/tmp%d" % (self.top, node), "--skip-name-resolve", "--innodb-buffer-pool-size=64M",
                   "--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync", "--innodb-autoinc-lock-mode=2",
                   "--innodb-lock-wait-timeout=10", "--binlog-format=ROW", "--performance-schema=OFF", "--character-set-server=utf8mb3",
                   "--wsrep-on=ON", "--wsrep-provider=" + PROVIDER, "--wsrep-cluster-name=evac-manage", "--wsrep-node-name=node%d" % node,
                   "--wsrep-node-address=127.0.0.1:%d" % group, "--wsrep-sst-method=seed",
                   "--wsrep-cluster-address=gcomm://" + ("" if first else ",".join("127.0.0.1:%d" % (self.base + 10 + n) for n in NODES if n != node)),
                   "--wsrep-provider-options=gmcast.listen_addr=tcp://127.0.0.1:%d;ist.recv_addr=127.0.0.1:%d;gcache.size=8M;gcache.dir=%s"
                   % (group, ist, self.directory(node))]
        if first:
            command.append("--wsrep-new-cluster")
        with open("%s/%d.log" % (self.top, node), "a") as log:
            self.process[node] = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                                  env={**os.environ, "PATH": HERE + ":" + os.environ["PATH"]})

    def connect(self, node, database=None, **more):
        return pymysql.connect(**{**dict(host="127.0.0.1", port=self.port(node), user=ENV["SB_DB_ADMIN"], password=ENV["SB_DB_ADMIN_PASS"],
                                         database=database, autocommit=True, charset="utf8mb4", connect_timeout=5, read_timeout=30,
                                         cursorclass=pymysql.cursors.DictCursor), **more})

    def rows(self, node, statement, params=(), database=None):
        connection = self.connect(node, database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, params)
                return list(cursor.fetchall()) if cursor.description else cursor.rowcount
        finally:
            connection.close()

    def status(self, node, name):
        found = self.rows(node, "SHOW STATUS LIKE %s", (name,))
        return found[0]["Value"] if found else ""

    def wait(self, node, name, value, seconds=40):
        end, seen = time.monotonic() + seconds, None
        while time.monotonic() < end:
            if self.process[node].poll() is not None:
                break
            try:
                seen = self.status(node, name)
                if seen == value:
                    return
            except pymysql.MySQLError as e:
                seen = e
            time.sleep(0.1)
        with open("%s/%d.log" % (self.top, node)) as log:
            raise RuntimeError("node %d: %s is %s, not %s\n%s" % (node, name, seen, value, log.read()[-4000:]))

    def wait_synced(self, node):
        self.wait(node, "wsrep_local_state_comment", "Synced")

    def up(self):
        self.start(0, first=True)
        self.wait_synced(0)
        for node in NODES[1:]:
            self.start(node)
            self.wait_synced(node)
        self.wait(0, "wsrep_cluster_size", "3")

    def signal(self, node, number):
        os.kill(self.process[node].pid, number)

    def kill(self, node):
        self.signal(node, signal.SIGKILL)
        self.process.pop(node).wait()

    def stop(self, node):
        self.signal(node, signal.SIGTERM)
        self.process.pop(node).wait()

    def down(self):
        for node in list(self.process):
            self.kill(node)
        shutil.rmtree(self.top)
