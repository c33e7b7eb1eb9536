# SPDX-License-Identifier: Apache-2.0
"""evac-manage on the private servers: a configuration that knows nothing else, and a dry run."""
import json
import os
import re
import shutil
import subprocess

from control import groups_of

# of a site's own file ([site], [order]): what says how it works, and nothing that is an address, an agent or a file
SITE_KEYS = ("shared_disks", "computes_wait_for_ports", "version", "min_version", "nova_release")
# --fenced of several hosts counts for those that it names
FENCED = "%s: assumed in a rehearsal, nothing was switched off"


def tool():
    """evac-manage: named, beside us, or on the path."""
    here = os.path.dirname(os.path.realpath(__file__))
    places = [os.environ.get("EVAC_MANAGE"), os.path.join(here, "..", "..", "..", "bin", "evac-manage"), os.path.join(here, "..", "..", "build", "evac-manage")]
    return next((os.path.realpath(p) for p in places if p and os.access(p, os.X_OK)), shutil.which("evac-manage"))


class Plan:
    def __init__(self, directory, server, cloud, broker_url, nova_conf=None):
        """nova_conf: the site's nova.conf."""
        self.directory, self.server, self.cloud, self.broker, self.nova_conf = directory, server, cloud, broker_url, nova_conf
        self.state = os.path.join(directory, "state")
        os.makedirs(self.state, mode=0o700, exist_ok=True)
        self.files, self.fenced = [], []

    def _write(self, name, text):
        path = os.path.join(self.directory, name)
        with open(path, "w") as f:
            f.write(text)
        return path

    def _url(self, kind):
        found = self.cloud.of_kind(kind)
        return self.server.url() % (found[0] if found else "no_" + kind)

    def configure(self, site=None, services=""):
        """site: the site's evac-manage.conf; services: more lines of [site]."""
        cells = [d for d in self.cloud.of_kind("nova")]
        one = next((d for d in cells if not d.endswith("cell0")), cells[0] if cells else "no_nova")
        nova = self._write("nova.conf", "[DEFAULT]\ntransport_url = %s\n[service_user]\nsend_service_user_token = true\n[database]\nconnection = %s\n"
                           "[api_database]\nconnection = %s\n%s" % (self.broker, self.server.url() % one, self._url("nova_api"),
                                                                groups_of(self.nova_conf, ("scheduler",)) if self.nova_conf else ""))
        # no dump of cinder: one that is empty says nothing, and a name that is not there is said
        cinder = self._write("cinder.conf", "[DEFAULT]\ntransport_url = %s\n[database]\nconnection = %s\n" % (self.broker, self._url("cinder")))
        neutron = self._write("neutron.conf", "[database]\nconnection = %s\n" % self._url("neutron"))
        placement = self._write("placement.conf", "[placement_database]\nconnection = %s\n" % self._url("placement"))
        ceph = self._write("ceph.conf", "[global]\n")
        own = self._write("evac-manage.conf", "[site]\n%slife_ports = none\n%s[storage]\nconf = %s\n%s" % (site_lines(site, "site"), services, ceph, site_lines(site, "order")))
        self.files = ["--config", own, "--state-dir", self.state, "--nova-config-file", nova, "--cinder-config-file", cinder, "--placement-config-file", placement]
        if self.cloud.of_kind("neutron"):
            self.files += ["--neutron-config-file", neutron]

    def command(self, hosts, to, words):
        """The words of the run: a rescue where cinder has an owner for what the hosts have, else an evacuation."""
        self.fenced = ["--fenced", FENCED % ", ".join(hosts)]
        return [*(["host", "rescue", *hosts, "--to", to] if to else ["host", "evacuate", *hosts]), *words]

    def run(self, words, **more):
        environment = {k: v for k, v in os.environ.items() if k in ("PATH", "LANG", "LC_ALL", "LC_MESSAGES", "LANGUAGE", "TERM", "COLUMNS", "HOME", "NO_COLOR")}
        return subprocess.run([tool(), *words, *self.files], env=environment, stdin=subprocess.DEVNULL, **more)

    def document(self, words):
        """The dry run as evac-manage's own document; None and what it said, where it has none."""
        done = self.run([*words, *self.fenced, "--dry-run", "-f", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            return without(json.loads(done.stdout), " --[a-z-]+ %s/[^ ]+" % re.escape(self.directory)), ""
        except ValueError:
            return None, done.stderr.decode("utf-8", "replace").strip() or "exit %d" % done.returncode

    def rescue(self, words):
        """Done: (evac-manage's report, its exit code, what it said); without a report None."""
        done = self.run([*words, *self.fenced, "--yes", "-f", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        said = done.stderr.decode("utf-8", "replace").strip()
        try:
            return json.loads(done.stdout), done.returncode, said
        except ValueError:
            return None, done.returncode, said or "exit %d" % done.returncode

    def text(self, words):
        """The same for people: without the lines to type, which would name files that are gone when somebody reads them."""
        done = self.run([*words, *self.fenced, "--dry-run"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        lines = (done.stdout + done.stderr).decode("utf-8", "replace").splitlines()
        return "\n".join(line for line in lines if self.directory not in line)


def without(value, pattern):
    """A document whose texts have nothing that the pattern matches."""
    if isinstance(value, dict):
        return {k: without(v, pattern) for k, v in value.items()}
    if isinstance(value, list):
        return [without(v, pattern) for v in value]
    return re.sub(pattern, "", value) if isinstance(value, str) else value


def site_lines(path, group):
    """Lines of a group of the site's own file, as far as a rehearsal takes them."""
    if not path:
        return ""
    taken, inside = [], False
    with open(path) as f:
        for line in f:
            if line.startswith("["):
                inside = line.strip() == "[%s]" % group
            elif inside and "=" in line and not line.startswith(("#", ";", " ", "\t")):
                if group == "order" or line.partition("=")[0].strip() in SITE_KEYS:
                    taken.append(line if line.endswith("\n") else line + "\n")
    return ("[order]\n" if group == "order" and taken else "") + "".join(taken)
