#!/usr/bin/python3
"""Stand-in for what neutron runs on a compute: the Open vSwitch and the SR-IOV agent of one host.

usage: neutron_agent.py HOST SERVER-URL PLUGGED KNOBS INTERVAL
PLUGGED is a directory where the driver of nova-compute leaves a file for each port that it has plugged (sandbox_nova.py), as
libvirt leaves an interface on br-int. A new one is asked for (BUILD), wired, and reported up; one that is gone, down.
KNOBS is a directory; its files agent_delay and agent_delay.HOST: the seconds that the wiring takes (0.5), or "never".
"""
import json
import os
import sys
import time
import urllib.request

HOST, SERVER, PLUGGED, KNOBS, INTERVAL = *sys.argv[1:5], float(sys.argv[5])
KINDS = {"Open vSwitch agent": "neutron-openvswitch-agent", "NIC Switch agent": "neutron-sriov-nic-agent"}


def delay():
    for name in ("agent_delay." + HOST, "agent_delay"):
        try:
            with open(os.path.join(KNOBS, name)) as f:
                said = f.read().strip()
                return float("inf") if said == "never" else float(said)
        except OSError:
            pass
    return 0.5


def tell(what, body=None):
    try:
        urllib.request.urlopen(urllib.request.Request("%s/agent/%s/%s" % (SERVER, HOST, what), data=json.dumps(body).encode(),
                                                      method="POST"), timeout=10).close()
        return True
    except OSError:
        return False        # the server is away: again with the next round


def plugged_now():
    """{port: when}, of those that are still there when they are looked at."""
    there = {}
    for f in os.scandir(PLUGGED):
        try:
            if "." not in f.name:
                there[f.name] = f.stat().st_mtime_ns
        except FileNotFoundError:
            pass
    return there


def round_of(known):
    """known: {port: (when it was plugged, when that was seen, or None once it is reported up)}."""
    there = plugged_now()
    for port, plugged in there.items():
        if known.get(port, (None,))[0] != plugged and tell("details/" + port):
            known[port] = plugged, time.monotonic()
    for port, (plugged, since) in list(known.items()):
        if port not in there:
            if tell("down/" + port):
                del known[port]
        elif since is not None and time.monotonic() - since >= delay() and tell("up/" + port):
            known[port] = plugged, None


os.makedirs(PLUGGED, exist_ok=True)
ports, reported = {}, None
while True:
    if reported is None or time.monotonic() - reported >= INTERVAL:
        if tell("report", KINDS):
            reported = time.monotonic()
    round_of(ports)
    time.sleep(0.1)
