# SPDX-License-Identifier: Apache-2.0
"""Three RabbitMQ of this machine on 127.0.0.1, joined to one broker, with an epmd and files of their own. NODES_ROOT: the
RabbitMQ of that root (tests/servers/root) instead, as root."""
import os
import shutil
import signal
import socket
import subprocess
import time

NODES = (1, 2, 3)
BIN = "/usr/lib/rabbitmq/bin/"
ERLANG = "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +S 1:1"


# as tests/servers/servers.sh enters it: its mounts end with it
ROOT = os.environ.get("NODES_ROOT")
IN_ROOT = '''root=$1; run=$2; shift 2
  mount -t tmpfs none "$root/tmp" && mkdir -p "$root$run" && mount --bind "$run" "$root$run" && mount --rbind /dev "$root/dev" &&
    mount -t proc proc "$root/proc" && exec chroot "$root" "$@"'''


class Cluster:
    def __init__(self, directory, port, user, password):
        """Three ports for clients from ${port}, three for the nodes among themselves, and epmd's."""
        self.directory, self.port, self.user, self.password = directory, port, user, password
        self.children, self.epmd = {}, None

    def port_of(self, node):
        return self.port + node

    def command(self, *words):
        return ["unshare", "--mount", "sh", "-c", IN_ROOT, "sh", ROOT, self.directory, *words] if ROOT else list(words)

    def version(self):
        """Its first two numbers."""
        return tuple(int(n) for n in self.control(1, "eval", "rabbit_misc:version().").strip().strip('"').split(".")[:2])

    def env(self, node):
        at = os.path.join(self.directory, "n%d" % node)
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "HOME": self.directory, "ERL_EPMD_PORT": str(self.port),
                "ERL_EPMD_ADDRESS": "127.0.0.1", "ERL_INETRC": os.path.join(self.directory, "inetrc"),
                "ERL_CRASH_DUMP": os.path.join(at, "erl_crash.dump"), "RABBITMQ_NODENAME": "n%d@localhost" % node,
                "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_NODE_PORT": str(self.port_of(node)),
                "RABBITMQ_DIST_PORT": str(self.port + 10 + node), "RABBITMQ_MNESIA_BASE": os.path.join(at, "mnesia"),
                "RABBITMQ_LOG_BASE": os.path.join(at, "log"), "RABBITMQ_PID_FILE": os.path.join(at, "pid"),
                "RABBITMQ_CONFIG_FILE": os.path.join(at, "rabbitmq.conf"), "RABBITMQ_ENABLED_PLUGINS_FILE": os.path.join(at, "plugins"),
                "RABBITMQ_CONF_ENV_FILE": "/dev/null", "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG, "RABBITMQ_CTL_ERL_ARGS": ERLANG}

    def control(self, node, *words):
        done = subprocess.run(self.command(BIN + "rabbitmqctl", "-q", "-n", "n%d@localhost" % node, *words), env=self.env(node), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
        if done.returncode != 0:
            raise RuntimeError("rabbitmqctl %s: exit %d\n%s" % (" ".join(words), done.returncode, done.stdout))
        return done.stdout

    def write(self, name, text, mode=0o600):
        path = os.path.join(self.directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, mode)

    def start(self):
        shutil.rmtree(self.directory, ignore_errors=True)
        self.write(".erlang.cookie", "evacnodes%d" % os.getpid(), 0o400)
        self.write("inetrc", '{host, {127,0,0,1}, ["localhost", "%s"]}.\n{lookup, [file]}.\n' % socket.gethostname())
        self.epmd = subprocess.Popen(["epmd", "-address", "127.0.0.1", "-port", str(self.port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for node in NODES:
            self.write("n%d/plugins" % node, "[].\n")
            self.write("n%d/rabbitmq.conf" % node, "listeners.tcp.1 = 127.0.0.1:%d\ndisk_free_limit.absolute = 50MB\n"
                       "cluster_partition_handling = ignore\n" % self.port_of(node))
            self.start_node(node)
        for node in NODES:
            self.wait(node)
        for node in NODES[1:]:
            for words in (("stop_app",), ("reset",), ("join_cluster", "n1@localhost"), ("start_app",)):
                self.control(node, *words)
        self.control(1, "add_user", self.user, self.password)
        self.control(1, "set_user_tags", self.user, "administrator")

    def start_node(self, node):
        log = open(os.path.join(self.directory, "n%d" % node, "out"), "a")
        self.children[node] = subprocess.Popen(self.command(BIN + "rabbitmq-server"), env=self.env(node), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                               start_new_session=True)

    def wait(self, node, seconds=300):
        end = time.monotonic() + seconds
        while True:
            try:
                self.control(node, "await_startup", "--timeout", "60")
                return
            except RuntimeError:
                if time.monotonic() > end or self.children[node].poll() is not None:
                    raise
                time.sleep(1)

    def add_vhost(self, name):
        self.control(1, "add_vhost", name)
        self.control(1, "set_permissions", "-p", name, self.user, ".*", ".*", ".*")

    def kill(self, node):
        """As a machine that loses its power: no word to the others."""
        child = self.children.pop(node)
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()

    def stop(self):
        for node in list(self.children):
            self.kill(node)
        if self.epmd:
            self.epmd.kill()
            self.epmd.wait()
        shutil.rmtree(self.directory, ignore_errors=True)
