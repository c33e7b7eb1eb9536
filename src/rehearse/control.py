# SPDX-License-Identifier: Apache-2.0
"""A control plane of our own for a rehearsal that evacuates: RabbitMQ, placement, nova's conductor, scheduler and computes, and what stands in for others."""
import json
import os
import shutil
import signal
import socket
import subprocess
import time

from server import CannotStart, dies_with_us

HERE = os.path.dirname(os.path.realpath(__file__))
STARTS_S, MORE_FOR_A_HOST_S = 600, 6       # who has ended is seen at once: this is for a machine that is busy
BROKERS = ("/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/sbin/rabbitmq-server", "rabbitmq-server")
PYTHONS = ("/usr/bin/python3", "python3")
# the site's scheduler, of its nova.conf: which filters there are decides who lands where
TAKEN = ("scheduler", "filter_scheduler")
NOVA = """[DEFAULT]
host = {controller}
my_ip = 127.0.0.1
state_path = {directory}/nova
transport_url = {broker}
compute_driver = fake_host.Driver
# guests are in the memory of the driver alone: nothing of nova's own rounds is to change that
sync_power_state_interval = -1
running_deleted_instance_action = noop
heal_instance_info_cache_interval = 0
periodic_enable = false
vif_plugging_timeout = 120
[conductor]
workers = 1
[oslo_concurrency]
lock_path = {directory}/nova/lock
[oslo_messaging_notifications]
driver = noop
[quota]
instances = -1
cores = -1
ram = -1
[placement]
endpoint_override = http://127.0.0.1:{ports[placement]}
{login}
[neutron]
endpoint_override = http://127.0.0.1:{ports[neutron]}
{login}
[cinder]
endpoint_template = http://127.0.0.1:{ports[cinder]}/v3/%(project_id)s
{login}
[service_user]
send_service_user_token = true
{login}
[pci]
{devices}
{scheduler}
[scheduler]
workers = 1
"""
LOGIN = "auth_type = password\nauth_url = http://127.0.0.1:%d/v3\nusername = nova\npassword = masked\nuser_domain_name = Default\nproject_name = service\nproject_domain_name = Default\nregion_name = RegionOne"


class NotInstalled(Exception):
    pass


def installed(python):
    """What nova is installed for a Python: (its path, its own words); NotInstalled, and why."""
    for name in [python] if python else PYTHONS:
        path = shutil.which(name)
        done = path and subprocess.run([path, os.path.join(HERE, "daemon.py"), "version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done and done.returncode == 0:
            return path, json.loads(done.stdout.splitlines()[-1])
    raise NotInstalled("no Python here has nova and placement: %s" % (done.stderr.strip().splitlines() or ["it says nothing"])[-1] if done else "there is no %s" % (python or "python3"))


def broker_program():
    found = next((p for p in map(shutil.which, BROKERS) if p), None)
    if not found:
        raise NotInstalled("RabbitMQ is not installed")
    return found


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def groups_of(path, names):
    """Those groups of a file of oslo's, as they are."""
    taken, inside = [], False
    with open(path) as f:
        for line in f:
            if line.startswith("["):
                inside = line.strip()[1:-1] in names
            if inside:
                taken.append(line if line.endswith("\n") else line + "\n")
    return "".join(taken)


class Control:
    def __init__(self, directory, server, cloud, python):
        self.directory, self.server, self.cloud, self.python = directory, server, cloud, python
        self.children, self.began = {}, time.monotonic()
        self.ports = {name: free_port() for name in ("keystone", "placement", "neutron", "cinder", "epmd", "distribution")}
        self.up, self.log = os.path.join(directory, "up"), os.path.join(directory, "log")
        for place in (self.up, self.log, os.path.join(directory, "nova", "lock"), os.path.join(directory, "etc")):
            os.makedirs(place, mode=0o700, exist_ok=True)

    def url(self, name):
        return "http://127.0.0.1:%d" % self.ports[name]

    def site(self):
        """Lines of [site]: where evac-manage finds what it asks before it begins."""
        return "".join("%s_url = %s\n" % (name, self.url(name)) for name in ("keystone", "placement", "neutron", "cinder"))

    # ---- files

    def configure(self, hosts, broker_url, scheduler=None):
        """hosts: those that have a compute; scheduler: the site's nova.conf."""
        self.ports["broker"] = int(broker_url.rpartition(":")[2].strip("/"))
        self.hosts, database = hosts, self.server.url()
        cell = next(d for d in self.cloud.of_kind("nova") if not d.endswith("cell0"))
        controller = next((h for b, h in self.cloud.reporting() if b == "nova-conductor"), "rehearsal")
        nova = NOVA.format(controller=controller, directory=self.directory, broker=broker_url, ports=self.ports, login=LOGIN % self.ports["keystone"],
                           devices="\n".join("%s = %s" % (self._device_option(), json.dumps(d)) for d in self.cloud.devices()),
                           scheduler=groups_of(scheduler, TAKEN) if scheduler else "")
        first = "[DEFAULT]\nhost = %s\n" % hosts[0]
        databases = "[database]\nconnection = %s\nmax_pool_size = 5\n[api_database]\nconnection = %s\nmax_pool_size = 5\n" % (database % cell, database % self.cloud.of_kind("nova_api")[0])
        placement = "[api]\nauth_strategy = noauth2\n[placement_database]\nconnection = %s\n" % (database % self.cloud.of_kind("placement")[0])
        cinder = (self.cloud.of_kind("cinder") or [None])[0]
        queues = sorted({q for binary, host in self.cloud.reporting() if binary.startswith("cinder-") for q in ("%s.%s" % (binary, host), binary)})
        self.settings = self._write("settings.json", json.dumps({
            "nova_conf": self._write("nova.conf", nova), "compute_conf": self._write("nova-compute.conf", first), "database_conf": self._write("nova-db.conf", databases),
            "placement_conf": self._write("placement.conf", placement), "log": os.path.join(self.log, "%s.log"), "state": os.path.join(self.directory, "nova"), "up": self.up, "ports": self.ports, "hosts": hosts, "cell": cell,
            "socket": self.server.socket, "user": self.server.user, "neutron": self.cloud.of_kind("neutron")[0], "cinder": cinder, "queues": queues,
            "plugs": self.url("neutron") + "/plugged", "catalog": {"placement": self.url("placement"), "network": self.url("neutron"), "volumev3": self.url("cinder") + "/v3/0"}}))
        self.controller = controller

    def _device_option(self):
        """Nova 26 conf/pci.py device_spec; before, under another name."""
        return "device_spec" if self.release >= 26 else "passthrough_whitelist"

    def _write(self, name, text):
        path = os.path.join(self.directory, "etc", name)
        with open(path, "w") as f:
            f.write(text)
        return path

    # ---- processes

    def _start(self, name, words, **environment):
        kept = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "TMPDIR")}
        with open(os.path.join(self.log, name + ".out"), "ab") as out:
            self.children[name] = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=self.directory, preexec_fn=dies_with_us, start_new_session=True,
                                                   env={**kept, "HOME": self.directory, "PYTHONDONTWRITEBYTECODE": "1", **environment})

    def start_broker(self):
        home = os.path.join(self.directory, "rabbit")
        os.makedirs(os.path.join(home, "log"), mode=0o700, exist_ok=True)

        def put(name, text):
            path = os.path.join(home, name)
            with open(path, "w") as f:
                f.write(text)
            return path
        os.chmod(put(".erlang.cookie", os.urandom(16).hex()), 0o400)
        # no name but these is ever asked for
        names = put("inetrc", '{host, {127,0,0,1}, ["localhost", "%s"]}.\n{lookup, [file]}.\n' % socket.gethostname())
        local = "-kernel inet_dist_use_interface {127,0,0,1}"
        environment = {"HOME": home, "RABBITMQ_NODENAME": "rehearsal%d@localhost" % self.ports["distribution"], "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
                       "RABBITMQ_NODE_PORT": str(self.ports["broker"]), "RABBITMQ_DIST_PORT": str(self.ports["distribution"]), "RABBITMQ_MNESIA_BASE": home + "/mnesia",
                       "RABBITMQ_LOG_BASE": home + "/log", "RABBITMQ_PID_FILE": home + "/pid", "RABBITMQ_ENABLED_PLUGINS_FILE": put("enabled_plugins", "[].\n"),
                       "RABBITMQ_CONF_ENV_FILE": put("rabbitmq-env.conf", ""), "RABBITMQ_ADVANCED_CONFIG_FILE": put("advanced.config", "[].\n"),
                       "RABBITMQ_CONFIG_FILE": put("rabbitmq.conf", "listeners.tcp.1 = 127.0.0.1:%d\ndefault_user = masked\ndefault_pass = masked\ndisk_free_limit.absolute = 50MB\n"
                                                   % self.ports["broker"]),
                       "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": local + " +S 2:2 +sbwt none", "ERL_CRASH_DUMP": home + "/log/erl_crash.dump", "ERL_EPMD_ADDRESS": "127.0.0.1",
                       "ERL_EPMD_PORT": str(self.ports["epmd"]), "ERL_INETRC": names}
        epmd = shutil.which("epmd")
        if epmd:        # else the broker starts one that outlives us where the kernel gives no processes of our own
            self._start("epmd", [epmd, "-address", "127.0.0.1", "-port", str(self.ports["epmd"])])
        self._start("rabbitmq", [broker_program()], **environment)

    def start(self):
        """All of it; CannotStart, and what the one said that did not."""
        self.start_broker()
        self._python("placement", "daemon.py", self.settings, "placement")
        self._python("stand-in", "stand_in.py", self.settings)
        for name in ("conductor", "scheduler", "computes"):      # they wait for the broker and for placement
            self._python("nova-" + name, "daemon.py", self.settings, name)
        wanted = {"stand-in", "nova-conductor." + self.controller, "nova-scheduler." + self.controller} | {"nova-compute." + h.replace("/", "_") for h in self.hosts}
        self._wait(lambda: wanted <= set(os.listdir(self.up)), "nova", STARTS_S + MORE_FOR_A_HOST_S * len(self.hosts))
        return time.monotonic() - self.began

    def _python(self, name, program, *words):
        self._start(name, [self.python, os.path.join(HERE, program), *words])

    def _wait(self, done, what, seconds):
        end = time.monotonic() + seconds
        while not done():
            self.check()
            if time.monotonic() > end:
                raise CannotStart("%s: not up after %d s: --keep leaves its logs" % (what, seconds))
            time.sleep(0.2)

    def check(self):
        """CannotStart where one of them has ended."""
        for name, child in self.children.items():
            if child.poll() is not None:
                raise CannotStart("%s has ended (%d): %s" % (name, child.returncode, self._last_words(name)))

    def _last_words(self, name):
        with open(os.path.join(self.log, name + ".out"), errors="replace") as f:
            said = [line.strip() for line in f if line.strip()]
        return said[-1][:300] if said else "it says nothing"

    def stop(self):
        for child in self.children.values():
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)    # the broker is a script, and what it has started
        for child in self.children.values():
            child.wait()
