"""The sandbox as python code sees it: its settings, its databases and its APIs. Standard library and pymysql only."""
import json
import os
import shlex
import subprocess
import time
import urllib.error
import urllib.request

import pymysql

HERE = os.path.dirname(os.path.abspath(__file__))
IMAGE = "11111111-2222-4333-8444-555555555555"


def settings(path=None):
    """The assignments of `sandbox env`, from a file or from the command itself."""
    if path:
        with open(path) as f:
            text = f.read()
    else:
        text = subprocess.run([os.path.join(os.path.dirname(HERE), "sandbox"), "env"], check=True, text=True,
                              stdout=subprocess.PIPE).stdout
    return dict(word.split("=", 1) for word in shlex.split(text))


class Sandbox:
    def __init__(self, path=None):
        self.env = settings(path)
        self.a, self.b, self.c = (self.env["SB_HOST_" + x] for x in "ABC")

    def connect(self, database, autocommit=True):
        return pymysql.connect(host="127.0.0.1", port=int(self.env["SB_DB_PORT"]), user=self.env["SB_DB_ADMIN"],
                               password=self.env["SB_DB_ADMIN_PASS"], database=database, autocommit=autocommit,
                               cursorclass=pymysql.cursors.DictCursor)

    def rows(self, database, statement, args=()):
        connection = self.connect(database)
        try:
            cursor = connection.cursor()
            cursor.execute(statement, args)
            return cursor.fetchall()
        finally:
            connection.close()

    def http(self, method, url, body, microversion):
        data = None if body is None else json.dumps(body).encode()
        token = self.token() if microversion is None else self.env["SB_TOKEN"]
        request = urllib.request.Request(url, data=data, method=method, headers={
            "Content-Type": "application/json", "Accept": "application/json", "X-Auth-Token": token,
            **({"OpenStack-API-Version": microversion} if microversion else {})})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                raw = answer.read()
                return json.loads(raw) if raw else {}
        except urllib.error.HTTPError as e:
            raise SystemExit("%s %s: %s %s" % (method, url, e.code, e.read().decode("utf-8", "replace")))

    def token(self):
        """Of keystone, for those who ask it: neutron and placement."""
        domain = {"name": "Default"}
        body = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
            "name": "nova", "password": self.env["SB_SERVICE_PASS"], "domain": domain}}},
            "scope": {"project": {"name": "service", "domain": domain}}}}
        with urllib.request.urlopen(urllib.request.Request(self.env["SB_KEYSTONE_URL"] + "/auth/tokens", method="POST",
                                                           data=json.dumps(body).encode()), timeout=30) as answer:
            return answer.headers["X-Subject-Token"]

    def nova(self, method, path, body=None, microversion="2.73"):
        return self.http(method, self.env["SB_NOVA_URL"] + path, body, "compute " + microversion)

    def cinder(self, method, path, body=None, microversion="3.60"):
        return self.http(method, self.env["SB_CINDER_URL"] + path, body, "volume " + microversion)

    def neutron(self, method, path, body=None):
        return self.http(method, self.env["SB_NEUTRON_URL"] + "/v2.0" + path, body, None)

    def wait(self, what, done, seconds=90):
        end = time.time() + seconds * int(os.environ.get("EVAC_SANDBOX_PATIENCE") or 1)
        while not done():
            if time.time() > end:
                raise SystemExit("gave up waiting for " + what)
            time.sleep(0.2)
