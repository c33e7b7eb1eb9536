# SPDX-License-Identifier: Apache-2.0
"""evac-rehearse: a host of your own cloud dies on paper, in dumps of its databases."""
import argparse
import json
import os
import random
import subprocess
import sys

import apart
import dump
import plan
import really
import report
from broker import Broker
from clock import Clock
from cloud import Cloud
from load import Loader
from mask import Masks
from server import CannotStart, Refused, Server, program

ERROR, NOT_FOUND, REFUSED, PARTIAL, CONFIG, NO_DATABASE = 1, 4, 5, 6, 11, 12
TELLING = ("cell_mappings", "compute_nodes", "volume_attachment", "resource_providers", "ml2_port_bindings")
PASSED = ("accept", "only", "exclude", "target_host", "cinder_host")


class Failed(Exception):
    def __init__(self, code, text, hint=""):
        super().__init__(text)
        self.code, self.hint = code, hint


def options():
    p = argparse.ArgumentParser(prog="evac-rehearse", allow_abbrev=False, description="A host of your own cloud dies on paper: dumps of its databases are loaded into a private "
                                "server, secrets masked, and the plan of the rescue is shown with every finding. Nothing of the cloud is touched or reached.")
    p.add_argument("dumps", metavar="DUMP", nargs="*", help="a file of mariadb-dump or mysqldump (plain, gz, zst, xz, bz2) or a folder of mydumper; DATABASE=DUMP names its database")
    p.add_argument("--from", dest="replica", metavar="FILE", help="dump them now, from the server in this option file: a replica")
    p.add_argument("--databases", metavar="NAMES", help="with --from: these, with commas between; else all of nova, cinder, placement and neutron")
    who = p.add_mutually_exclusive_group()
    who.add_argument("--host", metavar="HOST", action="append", default=[], help="who dies; repeatable: together")
    who.add_argument("--random", action="store_true", help="one that has instances and reports")
    who.add_argument("--aggregate", metavar="AGGREGATE", help="all hosts of it")
    p.add_argument("--seed", metavar="N", type=int, help="with --random: the same one again")
    p.add_argument("--to", metavar="HOST2", help="who gets volumes and backups; else the living host with most of the backends")
    for name, word in (("target_host", "HOST3"), ("accept", "CODE"), ("only", "ID"), ("exclude", "ID"), ("cinder-host", "NAME")):
        p.add_argument("--" + name, metavar=word, action="append", default=[], help="as of evac-manage")
    p.add_argument("--really", action="store_true", help="then it is done, with a nova of our own: what happened beside what was predicted, instance by instance")
    p.add_argument("--nova-python", metavar="PYTHON", help="with --really: the Python that has nova and placement of the dumps' release; else python3")
    p.add_argument("--nova-config-file", metavar="FILE", help="the site's nova.conf: its [scheduler]; with --really its [filter_scheduler], too")
    p.add_argument("--config", metavar="FILE", help="the site's evac-manage.conf: its [order], and of [site] what is no address")
    p.add_argument("--keep-metadata", metavar="KEY", action="append", default=[], help="the values of this key of instances' metadata are not masked; repeatable")
    p.add_argument("-f", "--format", choices=("text", "json"), default="text")
    p.add_argument("--save", metavar="DIRECTORY", help="the report goes there, too, as JSON")
    p.add_argument("--prometheus", metavar="FILE", help="metrics for the node exporter's textfile collector")
    p.add_argument("--keep", action="store_true", help="leave that directory, for a look at what was loaded; its path is the last line of stderr")
    p.add_argument("--directory", metavar="DIRECTORY", help="where the private servers' files are as long as it takes; else $TMPDIR or /tmp")
    return p


def parsed(arguments):
    p = options()
    o = p.parse_args(arguments)
    if not o.dumps and not o.replica:
        p.error("a dump is needed, or --from with the option file of a replica")
    if not (o.host or o.random or o.aggregate):
        p.error("--host, --random or --aggregate is needed: who dies?")
    return o


# ---- outside: what needs the network or the caller's files

def databases_of(replica):
    """Those of nova, cinder, placement and neutron that the server has."""
    tables = ", ".join("'%s'" % t for t in TELLING)
    done = subprocess.run([program("mariadb", "mysql"), "--defaults-file=" + replica, "-N", "-B", "-e",
                           "SELECT DISTINCT table_schema FROM information_schema.tables WHERE table_name IN (%s) ORDER BY 1" % tables],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Failed(NO_DATABASE, "the replica of '%s': %s" % (replica, done.stderr.strip()))
    return done.stdout.split()


def dump_of(replica, names):
    """mariadb-dump under way; its output is read by us alone."""
    names = names.split(",") if names else databases_of(replica)
    if not names:
        raise Failed(NO_DATABASE, "the replica of '%s' has no database of nova, cinder, placement or neutron" % replica)
    return subprocess.Popen([program("mariadb-dump", "mysqldump"), "--defaults-file=" + replica, "--single-transaction", "--quick", "--skip-lock-tables", "--no-tablespaces",
                             "--skip-triggers", "--hex-blob", "--default-character-set=utf8mb4", "--databases", *names], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)


def outside(o):
    if not plan.tool():
        raise Failed(CONFIG, "the program evac-manage is not found", "install it, or name it: EVAC_MANAGE=")
    for path in [d.rpartition("=")[2] if "=" in d and not os.path.exists(d) else d for d in o.dumps] + [f for f in (o.config, o.replica, o.nova_config_file) if f]:
        if not os.access(path, os.R_OK):
            raise Failed(CONFIG, "'%s' cannot be read" % path)
    child, fds = None, ()
    if o.replica:
        child = dump_of(os.path.abspath(o.replica), o.databases)
        fds = (child.stdout.fileno(),)
        os.environ["EVAC_REHEARSE_DUMP"] = str(fds[0])
    try:
        return apart.run_inside(o.directory, fds, o.keep)
    finally:
        if child:
            child.stdout.close()
            child.terminate()
            child.wait()


# ---- inside

def read_all(o, reader):
    for word in o.dumps:
        path, name = word, None
        if "=" in word and not os.path.exists(word):
            name, _, path = word.partition("=")
        reader.read(path, name)
    if o.replica:
        with os.fdopen(int(os.environ["EVAC_REHEARSE_DUMP"]), "rb") as lines:
            reader.read("--from %s" % o.replica, lines=lines)


def victims(o, cloud):
    if o.host:
        known = cloud.computes()
        for host in o.host:
            if host not in known:
                raise Failed(NOT_FOUND, "no nova-compute '%s' in the dumps" % host, "the nearest: %s" % ", ".join(cloud.nearest(host, known)) if known else "")
        return o.host
    if o.aggregate:
        found = cloud.of_aggregate(o.aggregate)
        if not found:
            raise Failed(NOT_FOUND, "no aggregate '%s' with hosts in the dumps" % o.aggregate)
        return found
    found = cloud.with_instances()
    if not found:
        raise Failed(NOT_FOUND, "no host in the dumps reports and has instances")
    return [random.Random(o.seed).choice(found)]


def words_of(o):
    words = []
    for name in PASSED:
        for value in getattr(o, name):
            words += ["--" + name.replace("cinder_host", "cinder-host"), value]
    return words


def rehearse(o, r, directory):
    server = Server(directory)
    places = {"database": server.url(), "broker": ""}
    server.start()
    try:
        broker = Broker()          # its port is in the masked URLs: it is there before they are
        places["broker"] = broker.url()
        masks = Masks(places, o.keep_metadata)
        loader = Loader(server, masks)
        reader = dump.Reader(loader)
        r.dumps = reader.sources
        read_all(o, reader)
        r.refused, r.masked = loader.end(), dict(sorted(masks.counts.items()))
        cloud = Cloud(server, reader.columns)
        r.without = cloud.missing()
        for kind in ("nova_api", "nova"):
            if not cloud.of_kind(kind):
                raise Failed(NO_DATABASE, "the dumps have no database of %s" % ("a cell of nova" if kind == "nova" else kind))
        clock = Clock(server, cloud)
        clock.set()
        r.newest, r.shift = clock.newest, clock.shift
        r.hosts = victims(o, cloud)
        if len(r.hosts) > 1 and not cloud.of_kind("cinder"):
            raise Failed(CONFIG, "%d hosts that die together are one host rescue, which reads cinder's database: there is no dump of cinder" % len(r.hosts), "one host: --host alone")
        clock.kill(r.hosts)
        broker.read_by(cloud.reporting())
        p = plan.Plan(directory, server, cloud, broker.url(), o.nova_config_file)
        words = show(o, r, p, o.to or cloud.owner_for(r.hosts))
        if o.really:
            do(o, r, p, words, broker, really.Really(directory, server, cloud, o))
        clock.go_on()
    finally:
        server.stop()


def show(o, r, p, to):
    p.configure(o.config)
    r.to, words = to, p.command(r.hosts, to, words_of(o))
    r.command = [*words, "--dry-run"]
    r.plan, said = p.document(words)
    if r.plan is None:
        raise Failed(ERROR, "evac-manage made no plan: %s" % said)
    half = r.without or r.refused or any(s.cut for s in r.dumps)
    r.code = r.plan["exit_code"] or (PARTIAL if half else 0)
    if o.format == "text":
        print("\n".join(r.head()), flush=True)
        print(p.text(words), flush=True)
        if half:
            print("\nthe dumps are not whole: what is named above as CUT, WITHOUT or REFUSED is not in this plan", flush=True)
    return words


def do(o, r, p, words, broker, real):
    """The plan for real. The exit code is then of what happened: 0 where it is what was predicted, of whole dumps."""
    r.really = real
    try:
        if r.plan["exit_code"] == REFUSED:
            raise really.NotDone("the plan has a stop")
        real.prepare(r.hosts)
        if o.format == "text":
            print("\n%s" % real.beginning(), flush=True)
        broker.close()
        real.do(p, r.plan, r.hosts, words, broker.url())
    except really.NotDone as e:
        real.why = str(e)
    real.attempts = apart.tried_to_leave() if r.apart else None
    if real.why:
        r.code = r.code or PARTIAL
    else:
        half = r.without or r.refused or any(s.cut for s in r.dumps)
        r.code = ERROR if not real.as_predicted else PARTIAL if half else 0
    if o.format == "text":
        print("\n".join(real.lines()), flush=True)


def inside(o, directory, how):
    r = report.Report()
    r.apart = how
    if how:
        apart.loopback_up()
    os.umask(0o077)
    hint = ""
    try:
        rehearse(o, r, directory)
    except Failed as e:
        r.code, r.error, hint = e.code, str(e), e.hint
    except CannotStart as e:
        r.code, r.error = NO_DATABASE, str(e)
    except dump.NotUnderstood as e:
        r.code, r.error = CONFIG, "the dump is not understood: %s" % e
    except Refused as e:
        r.code, r.error = ERROR, str(e)
    if o.format == "json":
        print(json.dumps(r.document(), indent=1), flush=True)
    elif r.error and r.dumps:
        print("\n".join(r.head()), flush=True)
    if r.error:
        complain(r.error, hint)
    if o.save:
        r.save(o.save)
    if o.prometheus:
        report.replace(o.prometheus, r.metrics(), 0o644)
    return r.code


def complain(text, hint=""):
    print("error: %s" % report.visible(text), file=sys.stderr)
    if hint:
        print("hint: %s" % report.visible(hint), file=sys.stderr, flush=True)


def main():
    o = parsed(sys.argv[1:])
    place = apart.inside()
    try:
        return inside(o, *place) if place else outside(o)
    except (Failed, CannotStart) as e:
        complain(str(e), getattr(e, "hint", ""))
        return getattr(e, "code", NO_DATABASE)
    except KeyboardInterrupt:
        return 130
