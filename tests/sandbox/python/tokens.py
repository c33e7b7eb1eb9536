"""Tokens of the stand-in for keystone: who makes them, and who asks whether one is good.

A token says whose it is and until when, with a signature, so that a restart of keystone forgets none (its own Fernet tokens are
like that). Only keystone_server.py judges them, as with keystonemiddleware; a service keeps an answer for some seconds.
"""
import hashlib
import hmac
import json
import os
import threading
import time
import urllib.error
import urllib.request

SECRET = os.environ["SANDBOX_TOKEN_SECRET"].encode()


def make(user, project, seconds):
    said = "%s:%s:%d:%s" % (user, project, time.time() + seconds, os.urandom(4).hex())
    return said + ":" + hmac.new(SECRET, said.encode(), hashlib.sha256).hexdigest()[:32]


def read(token):
    """(user, project, unix time of its end), or None for what is no token of ours, or an old one."""
    said, _, signature = token.rpartition(":")
    if not hmac.compare_digest(signature, hmac.new(SECRET, said.encode(), hashlib.sha256).hexdigest()[:32]):
        return None
    user, project, end, _ = said.split(":")
    return (user, project, float(end)) if float(end) > time.time() else None


def fetch(section):
    """A token for a service itself, out of a section of its configuration, and the catalog that comes with it."""
    scope = {"project": {"name": section["project_name"], "domain": {"name": section["project_domain_name"]}}}
    user = {"name": section["username"], "password": section["password"], "domain": {"name": section["user_domain_name"]}}
    body = {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}, "scope": scope}}
    with urllib.request.urlopen(urllib.request.Request(section["auth_url"] + "/auth/tokens", method="POST", data=json.dumps(body).encode(),
                                                       headers={"Content-Type": "application/json"}), timeout=30) as answer:
        return answer.headers["X-Subject-Token"], json.load(answer)["token"]["catalog"]


class Validator:
    """What keystonemiddleware is to a service."""

    def __init__(self, section, keep_s=30):
        self.section, self.keep_s, self.known, self.own, self.lock = section, keep_s, {}, None, threading.Lock()

    def check(self, token):
        """200: good; 401: not; 503: keystone does not answer, and nobody knows."""
        if not token:
            return 401
        code, until = self.known.get(token, (0, 0))
        if time.monotonic() > until:
            code = self._ask(token)
            if code != 503:
                self.known[token] = code, time.monotonic() + self.keep_s
        return code

    def _ask(self, token):
        for _ in range(2):
            try:
                with self.lock:
                    self.own = self.own or fetch(self.section)[0]
                urllib.request.urlopen(urllib.request.Request(self.section["auth_url"] + "/auth/tokens", headers={
                    "X-Auth-Token": self.own, "X-Subject-Token": token}), timeout=30).close()
                return 200
            except urllib.error.HTTPError as e:
                if e.code == 404:
                    return 401
                self.own = None     # our own one has ended
            except OSError:
                break
        return 503
