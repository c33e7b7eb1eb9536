#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The cloud of the histories: a private MariaDB in memory with three computes and three instances, made out of the sandbox's rows.

    tests/simulate/server.py DIRECTORY    starts it there and says "ready"; ends when its input does

DIRECTORY gets s (the socket), nova.conf, cinder.conf, neutron.conf, site.conf, agent.conf (that one
with a fence agent). The schema `world` keeps the rows as they were: what a
history may write is in TABLES.
"""
import os
import shlex
import subprocess
import sys
import time

import pymysql

HERE = os.path.dirname(os.path.abspath(__file__))
SANDBOX = os.path.join(HERE, "..", "sandbox", "sandbox")
WANTED = ("image-active-0", "volume-active-0", "volume-active-1")
SCHEMAS = ("nova_api", "nova_cell0", "nova", "cinder", "placement", "neutron")
TABLES = {
    "nova": ("instances", "migrations", "instance_actions", "instance_actions_events", "instance_faults", "instance_info_caches", "services",
             "block_device_mapping", "compute_nodes", "instance_extra", "instance_metadata", "instance_system_metadata"),
    "nova_api": ("instance_mappings",),
    "nova_cell0": ("services",),
    "cinder": ("volumes", "backups", "services", "workers", "groups", "consistencygroups", "image_volume_cache_entries", "volume_attachment"),
    "neutron": ("ports", "ml2_port_bindings", "provisioningblocks", "agents"),
    "world": ("wrong", "fresh"),  # of triggers.sql
}
COUNTED = ("nova.migrations", "nova.instance_actions", "nova.instance_actions_events", "nova.instance_faults",
           "nova.instance_extra", "nova.instance_system_metadata")  # whose next number is the history's own


def sandbox(*words):
    return subprocess.run([SANDBOX, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True).stdout


def environment():
    pairs = (line.partition("=") for line in sandbox("env").splitlines())
    return {name: (shlex.split(value) or [""])[0] for name, _, value in pairs}


def start(directory):
    socket = os.path.join(directory, "s")
    log = open(os.path.join(directory, "log"), "w")
    os.makedirs(os.path.join(directory, "tmp"), exist_ok=True)
    server = subprocess.Popen(
        ["mariadbd", "--no-defaults", "--user=root", "--datadir=" + os.path.join(directory, "mysql"), "--skip-networking", "--socket=" + socket,
         "--tmpdir=" + os.path.join(directory, "tmp"), "--skip-grant-tables", "--skip-name-resolve", "--character-set-server=utf8mb3",
         "--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync", "--skip-innodb-doublewrite",
         "--skip-innodb-adaptive-hash-index", "--innodb-stats-auto-recalc=0", "--performance-schema=0",
         "--table-definition-cache=4000", "--table-open-cache=4000", "--query-cache-type=0", "--thread-cache-size=64"], stdout=log, stderr=log)
    until = time.monotonic() + 120
    while True:
        try:
            return server, pymysql.connect(unix_socket=socket, user="root", autocommit=True, charset="utf8mb4", cursorclass=pymysql.cursors.DictCursor)
        except pymysql.err.OperationalError:
            if time.monotonic() > until or server.poll() is not None:
                raise
            time.sleep(0.1)


class Rows:
    def __init__(self, connection):
        self.connection = connection

    def do(self, statement, params=None):
        with self.connection.cursor() as c:
            c.execute(statement, params)
            return list(c.fetchall()) if c.description else c.rowcount

    def tables_with(self, column, schemas):
        return self.do("SELECT c.table_schema AS d, c.table_name AS t FROM information_schema.columns c JOIN information_schema.tables t ON"
                       " t.table_schema = c.table_schema AND t.table_name = c.table_name AND t.table_type = 'BASE TABLE'"
                       " WHERE c.column_name = %s AND c.table_schema IN %s", (column, schemas))


def thin_out(rows, a, hosts):
    """Of the sandbox's rows: the wanted instances with their ports and volumes, one volume that is nobody's, and a backup."""
    rows.do("SET foreign_key_checks = 0")
    wanted = [r["uuid"] for r in rows.do("SELECT uuid FROM nova.instances WHERE display_name IN %s", (WANTED,))]
    for r in rows.tables_with("instance_uuid", ("nova", "nova_api")):
        rows.do("DELETE FROM `%s`.`%s` WHERE instance_uuid NOT IN %%s" % (r["d"], r["t"]), (wanted,))
    rows.do("DELETE FROM nova.instances WHERE uuid NOT IN %s", (wanted,))
    rows.do("DELETE FROM nova.instance_actions_events WHERE action_id NOT IN (SELECT id FROM nova.instance_actions)")
    for table in ("services", "compute_nodes"):
        rows.do("DELETE FROM nova.`%s` WHERE id > 9000" % table)
    rows.do("DELETE FROM nova_api.host_mappings WHERE BINARY host NOT IN %s", (hosts,))
    rows.do("DELETE FROM nova_api.instance_group_member")
    rows.do("DELETE FROM neutron.ports WHERE device_id NOT IN %s", (wanted,))
    for r in rows.tables_with("port_id", ("neutron",)):
        rows.do("DELETE FROM neutron.`%s` WHERE port_id IS NOT NULL AND port_id NOT IN (SELECT id FROM neutron.ports)" % r["t"])
    rows.do("DELETE FROM neutron.agents WHERE agent_type <> 'Open vSwitch agent'")
    mine = [r["volume_id"] for r in rows.do("SELECT volume_id FROM nova.block_device_mapping WHERE deleted = 0 AND volume_id IS NOT NULL")]
    spare = rows.do("SELECT id FROM cinder.volumes WHERE deleted = 0 AND display_name = 'spare-ceph-0'")[0]["id"]
    keep = [*mine, spare]
    for r in rows.tables_with("volume_id", ("cinder",)):
        rows.do("DELETE FROM cinder.`%s` WHERE volume_id NOT IN %%s" % r["t"], (keep,))
    rows.do("DELETE FROM cinder.volumes WHERE id NOT IN %s", (keep,))
    for table in ("workers", "groups", "consistencygroups", "image_volume_cache_entries"):
        rows.do("DELETE FROM cinder.`%s`" % table)
    rows.do("DELETE FROM cinder.services WHERE host LIKE '%%@nvme' OR id > 10")
    rows.do("DELETE FROM cinder.backups WHERE BINARY host <> BINARY %s", (a,))
    rows.do("DELETE FROM placement.allocations WHERE consumer_id NOT IN %s", (wanted,))


def keep(rows):
    """world.SCHEMA_TABLE: the rows as they are now; world.kept: which tables these are, and the number that the next row of one gets (0: none)."""
    rows.do("CREATE DATABASE world")
    rows.do("CREATE TABLE world.kept (name VARCHAR(80), next BIGINT)")
    with open(os.path.join(HERE, "triggers.sql")) as f:
        for statement in f:
            if not statement.startswith("--"):
                rows.do(statement)
    for schema, tables in TABLES.items():
        for table in tables:
            name = "%s.%s" % (schema, table)
            rows.do("CREATE TABLE world.`%s_%s` AS SELECT * FROM `%s`.`%s`" % (schema, table, schema, table))
            top = rows.do("SELECT COALESCE(MAX(id), 0) + 1 AS n FROM " + name)[0]["n"] if name in COUNTED else 0
            rows.do("INSERT INTO world.kept VALUES (%s, %s)", (name, top))


def write_configuration(directory, controller):
    def url(name):
        return "mysql+pymysql://nova@localhost/%s?charset=utf8&unix_socket=%s/s" % (name, directory)

    login = ("auth_type = password\nauth_url = http://127.0.0.1:5000/v3\nusername = nova\npassword = simulated\nuser_domain_name = Default\n"
             "project_name = service\nproject_domain_name = Default\n")
    files = {
        "nova.conf": "[cinder]\n%s[service_user]\nsend_service_user_token = true\n%s" % (login, login) + "[DEFAULT]\nhost = %s\ntransport_url = rabbit://nova:simulated@127.0.0.1:5672/\nservice_down_time = 60\nreport_interval = 10\n"
                     "[database]\nconnection = %s\n[api_database]\nconnection = %s\n" % (controller, url("nova"), url("nova_api")),
        "cinder.conf": "[DEFAULT]\nhost = %s\ntransport_url = rabbit://nova:simulated@127.0.0.1:5672/\nenabled_backends = ceph\nservice_down_time = 60\n"
                       "report_interval = 10\n[database]\nconnection = %s\n[ceph]\nvolume_backend_name = ceph\n" % (controller, url("cinder")),
        "neutron.conf": "[DEFAULT]\ncore_plugin = ml2\nagent_down_time = 75\n[database]\nconnection = %s\n" % url("neutron"),
        "site.conf": "[site]\nshared_disks = true\ncomputes_wait_for_ports = true\nlife_ports = none\nplacement_url = http://127.0.0.1:8778\n"
                     "keystone_url = http://127.0.0.1:5000\nneutron_url = http://127.0.0.1:9696\ncinder_url = http://127.0.0.1:8776\n",
    }
    files["agent.conf"] = files["site.conf"] + "[fencing]\nagent = %s/fence_simulated\noptions = ip={short}\n" % directory
    for name, text in files.items():
        with open(os.path.join(directory, name), "w") as f:
            f.write(text)
    with open(os.open(os.path.join(directory, "fence_simulated"), os.O_WRONLY | os.O_CREAT, 0o700), "w") as f:
        f.write("#!/bin/false\n")  # it is never started (power.c)
    return url("nova"), url("nova_cell0")


def main(directory):
    sandbox("golden")
    env = environment()
    subprocess.run(["tar", "-C", directory, "-xf", env["SB_GOLDEN"], "mysql"], check=True)
    server, connection = start(directory)
    rows = Rows(connection)
    try:
        a, b, c = env["SB_HOST_A"], env["SB_HOST_B"], env["SB_HOST_C"]
        for r in rows.do("SELECT schema_name AS s FROM information_schema.schemata WHERE schema_name LIKE 'snapshot%%' OR schema_name = 'keystone'"):
            rows.do("DROP DATABASE `%s`" % r["s"])
        thin_out(rows, a, (a, b, c))
        nova, cell0 = write_configuration(directory, env["SB_CONTROLLER"])
        rows.do("UPDATE nova_api.cell_mappings SET database_connection = IF(name = 'cell0', %s, %s), transport_url = IF(name = 'cell0', transport_url,"
                " 'rabbit://nova:simulated@127.0.0.1:5672/')", (cell0, nova))
        keep(rows)
        print("ready", flush=True)
        sys.stdin.read()
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
