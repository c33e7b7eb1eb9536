# SPDX-License-Identifier: Apache-2.0
"""BMCs that are no hardware, for the fence agents that sites have: one that speaks IPMI (openipmi's simulator), one that speaks Redfish.

The power of its host is a file: "on", "off"; "lies" says off once, then on; "stuck" is on whatever it is told. A BMC that hangs is
frozen, one that is gone is stopped.
"""
import base64
import http.server
import json
import os
import signal
import socket
import ssl
import subprocess
import threading
import time

USER, PASSWORD = "admin", "Rack-7/s3cret=x"  # 15 letters: ipmi_sim takes 16

CHASSIS = """#!/bin/sh
# what ipmi_sim asks and tells its chassis: get NAME..., set NAME VALUE..., check NAME VALUE...
file=%s op=$1
shift
case $op in
get)
	for name; do
		case $name in
		power)
			case $(cat $file) in
			off) echo power:0 ;;
			lies) echo on >$file; echo power:0 ;;
			*) echo power:1 ;;
			esac ;;
		*) echo "$name:0" ;;
		esac
	done ;;
set)
	while [ $# -ge 2 ]; do
		if [ "$1" = power ]; then
			echo "$2" >>$file.told
			[ "$(cat $file)" = stuck ] || { if [ "$2" = 0 ]; then echo off; else echo on; fi >$file; }
		fi
		shift 2
	done ;;
esac
"""
LAN = """name "bmc"
set_working_mc 0x20
  startlan 1
    addr 127.0.0.1 %d
    priv_limit admin
    allowed_auths_admin none md2 md5 straight
    guid a123456789abcdefa123456789abcdef
  endlan
  chassis_control "%s"
  user 1 true "" "test" user 10 none md2 md5 straight
  user 2 true "%s" "%s" admin 10 none md2 md5 straight
"""
EMULATED = """mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr
sel_enable 0x20 1000 0x0a
mc_enable 0x20
"""


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def put(path, text, mode=0o600):
    with open(path, "w") as f:
        f.write(text)
    os.chmod(path, mode)
    return path


class Bmc:
    def __init__(self, directory):
        self.directory = directory
        self.power = os.path.join(directory, "bmc-power")
        self.set("on")

    def set(self, state):
        put(self.power, state + "\n")

    def state(self):
        with open(self.power) as f:
            return f.read().strip()

    def orders(self):
        """What it was told to do to the power, in order."""
        told = self.power + ".told"
        if not os.path.exists(told):
            return []
        with open(told) as f:
            return f.read().split()


class Ipmi(Bmc):
    def __init__(self, directory):
        super().__init__(directory)
        self.port = free_port(socket.SOCK_DGRAM)
        chassis = put(os.path.join(directory, "chassis"), CHASSIS % self.power, 0o700)
        lan = put(os.path.join(directory, "lan.conf"), LAN % (self.port, chassis, USER, PASSWORD))
        emulated = put(os.path.join(directory, "bmc.emu"), EMULATED)
        os.mkdir(os.path.join(directory, "sim"))
        self.sim = subprocess.Popen(["ipmi_sim", "-n", "-c", lan, "-f", emulated, "-s", os.path.join(directory, "sim")],
                                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_for_it()

    def wait_for_it(self):
        """RMCP presence: pong for ping."""
        ping = bytes((6, 0, 0xff, 6, 0, 0, 0x11, 0xbe, 0x80, 0, 0, 0))
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(0.2)
            for _ in range(100):
                s.sendto(ping, ("127.0.0.1", self.port))
                try:
                    if s.recvfrom(1024):
                        return
                except OSError:
                    time.sleep(0.05)
        raise RuntimeError("ipmi_sim does not answer: exit %s" % self.sim.poll())

    def freeze(self):
        self.sim.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.sim.send_signal(signal.SIGCONT)

    def close(self):
        self.sim.kill()
        self.sim.wait()


class Redfish(Bmc):
    SYSTEM = "/redfish/v1/Systems/1"

    def __init__(self, directory):
        super().__init__(directory)
        key, certificate = os.path.join(directory, "bmc.key"), os.path.join(directory, "bmc.crt")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate, "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True, stderr=subprocess.DEVNULL)
        self.certificate, self.going = certificate, threading.Event()
        self.going.set()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.answerer())
        self.server.daemon_threads, self.server.block_on_close = True, False
        self.server.handle_error = lambda *words: None  # an agent that was killed meanwhile
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def say_power(self):
        state = self.state()
        if state == "lies":
            self.set("on")
        return "Off" if state in ("off", "lies") else "On"

    def order(self, body):
        kind = json.loads(body)["ResetType"]
        with open(self.power + ".told", "a") as f:
            f.write(kind + "\n")
        if self.state() != "stuck":
            self.set("off" if kind == "ForceOff" else "on")

    def answerer(bmc):
        class Answerer(http.server.BaseHTTPRequestHandler):
            def answer(self, code, document):
                bmc.going.wait(60)
                body = json.dumps(document).encode()
                self.send_response(code)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def may(self):
                login = "Basic " + base64.b64encode(("%s:%s" % (USER, PASSWORD)).encode()).decode()
                if self.headers.get("Authorization") == login:
                    return True
                self.answer(401, {"error": {"code": "Base.1.0.NoValidSession", "message": "no valid session"}})
                return False

            def do_GET(self):
                if self.path.rstrip("/") == "/redfish/v1":  # the root needs no login
                    self.answer(200, {"Systems": {"@odata.id": "/redfish/v1/Systems"}})
                elif not self.may():
                    return
                elif self.path == "/redfish/v1/Systems":
                    self.answer(200, {"Members": [{"@odata.id": bmc.SYSTEM}]})
                elif self.path == bmc.SYSTEM:
                    self.answer(200, {"PowerState": bmc.say_power(),
                                      "Actions": {"#ComputerSystem.Reset": {"target": bmc.SYSTEM + "/Actions/ComputerSystem.Reset"}}})
                else:
                    self.answer(404, {"error": {"code": "Base.1.0.ResourceMissingAtURI", "message": "not here"}})

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                if self.may():
                    bmc.order(body)
                    self.answer(200, {})

            def log_message(self, *words):
                pass
        return Answerer

    def freeze(self):
        self.going.clear()

    def thaw(self):
        self.going.set()

    def close(self):
        self.going.set()
        self.server.shutdown()
        self.server.server_close()
