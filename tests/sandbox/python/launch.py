#!/usr/bin/python3
"""Start daemons of nova or of cinder quickly: import their code once, stay, and fork one process for each asked; where that
cannot be, each process imports its own.

usage: launch.py PROJECT PIDDIR PORT PLACEMENT SOCKET
                                                the launcher. PORT (the broker's) is waited for before a fork, as daemons
                                                that come before it lose seconds in retries, and PLACEMENT, while that runs:
                                                since nova 31 daemons that come before it end. Writes PIDDIR/NAME.
       launch.py --ask SOCKET                   ask it; standard input: NAME <tab> OUTPUT <tab> NETWORK <tab> PROGRAM <tab> ARGUMENT...
                                                NETWORK: the process whose network it gets; -: this one's
       launch.py --run PROGRAM ARGUMENT...      run one program (a *-manage) in this process
"""
import ctypes
import importlib.util
import os
import signal
import socket
import sys
import time

PROGRAMS = {
    "nova-api": "nova.cmd.api", "nova-compute": "nova.cmd.compute", "nova-conductor": "nova.cmd.conductor",
    "nova-manage": "nova.cmd.manage", "nova-scheduler": "nova.cmd.scheduler", "cinder-api": "cinder.cmd.api",
    "cinder-backup": "cinder.cmd.backup", "cinder-manage": "cinder.cmd.manage",
    "cinder-scheduler": "cinder.cmd.scheduler", "cinder-volume": "cinder.cmd.volume",
    "placement-manage": "placement.cmd.manage", "neutron-db-manage": "neutron.db.migration.cli",
    "keystone-manage": "keystone.cmd.manage"}
# what a daemon imports only after it has read its configuration
LATE = {"nova-compute": ["nova.compute.manager", "sandbox_nova"], "nova-conductor": ["nova.conductor.manager"],
        "nova-scheduler": ["nova.scheduler.manager"], "cinder-volume": ["cinder.volume.manager", "sandbox_cinder"],
        "cinder-backup": ["cinder.backup.manager", "sandbox_cinder"], "cinder-scheduler": ["cinder.scheduler.manager"]}


def imported(program):
    """Its module, which patches what it finds: nothing of nova's or cinder's may be imported before it."""
    if program == "nova-api" and not importlib.util.find_spec(PROGRAMS[program]):
        return importlib.import_module("nova_api_server")
    return importlib.import_module(PROGRAMS[program])


def run(program, arguments):
    sys.argv = ["/usr/bin/" + program] + arguments
    module = imported(program)
    if program.startswith("nova-") and program != "nova-api":  # nova's first heartbeat comes only after five seconds
        importlib.import_module("nova.servicegroup.api").INITIAL_REPORTING_DELAY = 0
    if program == "nova-compute":    # nova takes a driver only from below nova.virt
        without_power_states()
        sys.modules["nova.virt.sandbox_nova"] = importlib.import_module("sandbox_nova")
    elif program == "cinder-backup":
        importlib.import_module("sandbox_cinder").without_hardware()
    return module.main()


def without_power_states():
    """Read when nova.compute.manager is imported, which is here before any configuration is."""
    importlib.import_module("nova.conf").CONF.set_default("sync_power_state_interval", -1)


def each_its_own(project):
    """Since 33 some of nova's daemons run on threads and some on greenlets: no process can be patched for both."""
    return project == "nova" and not importlib.util.find_spec(PROGRAMS["nova-api"])


def start_time(pid):
    with open("/proc/%d/stat" % pid) as f:
        return f.read().rpartition(") ")[2].split()[19]


def connect(address, seconds):
    """Until somebody listens there."""
    end = time.monotonic() + seconds * int(os.environ.get("EVAC_SANDBOX_PATIENCE") or 1)
    while True:
        try:
            peer = socket.socket(socket.AF_UNIX if isinstance(address, str) else socket.AF_INET)
            peer.connect(address)
            return peer
        except OSError:
            peer.close()
            if time.monotonic() > end:
                sys.exit("launch: nobody listens on %s" % (address,))
            time.sleep(0.1)


def join(network):
    with open("/proc/%s/ns/net" % network) as f:
        if ctypes.CDLL(None, use_errno=True).setns(f.fileno(), 0) != 0:
            sys.exit("launch: cannot join the network of %s: errno %d" % (network, ctypes.get_errno()))


def become(output, network, program, arguments, alone):
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    null, out = os.open(os.devnull, os.O_RDONLY), os.open(output, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.dup2(null, 0)
    os.dup2(out, 1)
    os.dup2(out, 2)
    if network != "-":
        join(network)
    if alone:
        os.execv(sys.executable, [sys.executable, __file__, "--run", program, *arguments])
    import eventlet.hubs
    eventlet.hubs.use_hub()          # not the epoll descriptor of the parent
    sys.exit(run(program, arguments))


def preload(project):
    if project == "nova":
        without_power_states()
    for program, module in PROGRAMS.items():
        if program.startswith(project) and not program.endswith("-manage"):
            importlib.import_module(module)
    importlib.import_module(project + ".objects").register_all()
    for module in {m for program, modules in LATE.items() if program.startswith(project) for m in modules}:
        importlib.import_module(module)


def wait_for_servers(piddir, port, placement):
    connect(("127.0.0.1", port), 90).close()
    end = time.monotonic() + 60
    while os.path.exists(os.path.join(piddir, "placement")) and time.monotonic() < end:
        with socket.socket() as peer:
            if peer.connect_ex(("127.0.0.1", placement)) == 0:
                break
        time.sleep(0.1)


def launcher(project, piddir, port, placement, path):
    alone = each_its_own(project)
    if not alone:
        preload(project)
    if os.path.exists(path):
        os.unlink(path)
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(8)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)     # nobody asks how they ended
    while True:
        peer = server.accept()[0]
        with peer.makefile() as f:
            wanted = [line.rstrip("\n").split("\t") for line in f if line.strip()]
        wait_for_servers(piddir, port, placement)
        for name, output, network, program, *arguments in wanted:
            pid = os.fork()
            if pid == 0:
                peer.close()
                server.close()
                become(output, network, program, arguments, alone)
            written = "%s.%s" % (piddir, name)     # beside the directory: nobody may read half a file
            with open(written, "w") as f:
                f.write("%d %s\n" % (pid, start_time(pid)))
            os.rename(written, os.path.join(piddir, name))
        peer.close()


def ask(path):
    peer = connect(path, 90)
    peer.sendall(sys.stdin.buffer.read())
    peer.shutdown(socket.SHUT_WR)
    peer.recv(1)        # closed when all are forked


if sys.argv[1] == "--run":
    sys.exit(run(sys.argv[2], sys.argv[3:]))
elif sys.argv[1] == "--ask":
    ask(sys.argv[2])
else:
    launcher(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
