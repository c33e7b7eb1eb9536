# SPDX-License-Identifier: Apache-2.0
"""A cloud of many hosts in the light sandbox's databases, by INSERT … SELECT of its seeded rows: the same numbers give the same rows.

SMALL has 60 instances, BIG has 5,000, the rest are spread over the other hosts; each instance has a volume of its host, from which every second
one boots. Where a host's rows are read in full, they are as long as the seeded ones; elsewhere JSON is short. Nova's and cinder's marked-deleted rows are
among the others, as services leave them until they are archived.
"""
import os
import sys

import amqp

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "lib"))
from harness import A, ENV, connect, rows, value  # noqa: E402

N = int(os.environ.get("CLOUD", 1000000))
HOSTS = int(os.environ.get("HOSTS", 5000))
SMALL_N, BIG_N = 60, 5000
SMALL, BIG, TARGET = "cloud-00001", "cloud-00002", "cloud-00003"
FULL = SMALL_N + BIG_N          # the seeded rows' own JSON up to here
SEEDED = {True: "volume-active-0", False: "image-active-0"}  # whose rows are copied: boots from a volume?


def uuid_of(kind, seq="n.seq"):
    """An id that looks random and is the same in every run."""
    h = "MD5(CONCAT('%s', %s))" % (kind, seq)
    return "CONCAT(SUBSTR({0}, 1, 8), '-', SUBSTR({0}, 9, 4), '-4', SUBSTR({0}, 14, 3), '-8', SUBSTR({0}, 18, 3), '-', SUBSTR({0}, 21, 12))".format(h)


def named(number):
    return "CONCAT('cloud-', LPAD(%s, 5, '0'))" % number


NUMBER = "IF(n.seq <= %d, 1, IF(n.seq <= %d, 2, IF(n.seq <= %d, 3 + MOD(n.seq, %d), 1 + MOD(n.seq, %d))))" % (SMALL_N, FULL, N, HOSTS - 2, HOSTS)
HOST = named(NUMBER)
IS_DELETED = "n.seq > %d" % N
INSTANCE, VOLUME, ATTACHMENT, PORT = (uuid_of(k) for k in ("instance", "volume", "attachment", "port"))
PROJECT = "CONCAT('p', MOD(n.seq, 500))"


class Rows:
    """What is copied, table by table: into an emptied table and in one transaction, the server sorts the rows of each index before it writes them."""

    def __init__(self):
        self.of = {}

    def select(self, database, table, columns, source):
        self.of.setdefault((database, table), []).append("INSERT INTO `%s` (%s) %s" % (table, ", ".join("`%s`" % c for c in columns), source))

    def copy(self, database, table, where, first, last, step="", **picked):
        """A copy of one seeded row for each number from ${first} to ${last} for which ${step} is true; o is the row that is copied, n.seq the number."""
        columns = [r["Field"] for r in rows(database, "SHOW COLUMNS FROM `%s`" % table) if r["Field"] in picked or r["Field"] != "id"]
        self.select(database, table, columns, "SELECT %s FROM seq_%d_to_%d AS n JOIN (SELECT * FROM snapshot_%s.`%s` WHERE %s LIMIT 1) AS o %s" % (
            ", ".join(picked.get(c, "o.`%s`" % c) for c in columns), first, last, database, table, where, "WHERE " + step if step else ""))

    def write(self):
        for (database, table), inserts in self.of.items():
            seeded = rows("information_schema", "SELECT 1 FROM tables WHERE table_schema = %s AND table_name = %s", ("snapshot_" + database, table))
            connection = connect(database)
            with connection.cursor() as c:
                # no binary log of them: no replica is measured, and it is as large again
                c.execute("SET unique_checks = 0, foreign_key_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO', sql_log_bin = 0")
                c.execute("TRUNCATE `%s`" % table)
                c.execute("START TRANSACTION")
                for insert in (["INSERT INTO `%s` SELECT * FROM snapshot_%s.`%s`" % (table, database, table)] if seeded else []) + inserts:
                    c.execute(insert)
                c.execute("COMMIT")
                c.execute("ANALYZE TABLE `%s`" % table)
            connection.close()


def seeded(database, statement):
    return value("snapshot_" + database, statement)


def short(column, text="'{}'"):
    return "IF(n.seq <= %d, o.`%s`, %s)" % (FULL, column, text)


def with_port(column, port):
    """The seeded instance's info cache has its port's id in it; the copy's has the copy's."""
    return "IF(n.seq <= %d, REPLACE(o.`%s`, '%s', %s), '[]')" % (FULL, column, port, PORT)


def add_hosts(to):
    now, host, of_a = "UTC_TIMESTAMP()", named("n.seq"), "BINARY host = BINARY '%s'" % A
    to.copy("nova", "services", of_a + " AND `binary` = 'nova-compute'", 1, HOSTS, host=host, uuid=uuid_of("nova-compute"), last_seen_up=now)
    to.copy("nova", "compute_nodes", of_a, 1, HOSTS, host=host, hypervisor_hostname=host, uuid=uuid_of("node"), host_ip="CONCAT('10.0.', n.seq DIV 250, '.', 1 + MOD(n.seq, 250))")
    to.copy("nova_api", "host_mappings", of_a, 1, HOSTS, host=host)
    to.copy("cinder", "services", "BINARY host = BINARY '%s@ceph' AND `binary` = 'cinder-volume'" % A, 1, HOSTS, host="CONCAT(%s, '@ceph')" % host, uuid=uuid_of("cinder-volume"),
            updated_at=now)
    to.copy("cinder", "services", of_a + " AND `binary` = 'cinder-backup'", 1, HOSTS, "MOD(n.seq, 50) = 3", host=host, uuid=uuid_of("cinder-backup"), updated_at=now)
    to.copy("neutron", "agents", of_a, 1, HOSTS, id=uuid_of("agent"), host=host, heartbeat_timestamp=now)
    provider = seeded("placement", "SELECT id FROM resource_providers WHERE name = '%s'" % A)
    of_a = "resource_provider_id = %d" % provider
    to.copy("placement", "resource_providers", "id = %d" % provider, 1, HOSTS, id="1000 + n.seq", name=host, uuid=uuid_of("node"), root_provider_id="1000 + n.seq")
    for resource_class in (0, 1, 2):
        to.copy("placement", "inventories", of_a + " AND resource_class_id = %d" % resource_class, 1, HOSTS, resource_provider_id="1000 + n.seq")
    for trait in rows("snapshot_placement", "SELECT trait_id FROM resource_provider_traits WHERE " + of_a):
        to.copy("placement", "resource_provider_traits", of_a + " AND trait_id = %d" % trait["trait_id"], 1, HOSTS, resource_provider_id="1000 + n.seq")


def add_volumes(to, more):
    old = seeded("nova", "SELECT b.volume_id FROM block_device_mapping b JOIN instances i ON i.uuid = b.instance_uuid WHERE i.display_name = 'volume-active-0' AND b.deleted = 0")
    # of one in ten thousand cinder has forgotten the service, as after an import; of one in fifty thousand it is another host's
    service = "IF(MOD(n.seq, 10000) = 7, NULL, %s)" % uuid_of("cinder-volume", "IF(MOD(n.seq, 50000) = 8, 4, %s)" % NUMBER)
    to.copy("cinder", "volumes", "id = '%s'" % old, 1, N + more, id=VOLUME, host="CONCAT(%s, '@ceph#ceph')" % HOST, display_name="CONCAT('vol-', n.seq)", project_id=PROJECT, service_uuid=service,
            deleted=IS_DELETED, deleted_at="IF(%s, UTC_TIMESTAMP(), NULL)" % IS_DELETED, status="IF(%s, 'deleted', 'in-use')" % IS_DELETED)
    to.copy("cinder", "volume_attachment", "volume_id = '%s'" % old, 1, N + more, id=ATTACHMENT, volume_id=VOLUME, instance_uuid=INSTANCE, attached_host=HOST, deleted=IS_DELETED,
            attach_status="IF(%s, 'detached', 'attached')" % IS_DELETED, connection_info=short("connection_info"), connector=short("connector"))
    to.copy("cinder", "backups", "status = 'available' AND deleted = 0", 1, more, id=uuid_of("backup"), volume_id=uuid_of("volume", "n.seq + %d" % FULL),
            host=named("3 + 50 * MOD(n.seq, %d)" % ((HOSTS - 3) // 50)), display_name="CONCAT('backup-', n.seq)")


def add_instances(to, more):
    deleted = {"deleted": "IF(%s, n.seq, 0)" % IS_DELETED, "deleted_at": "IF(%s, UTC_TIMESTAMP(), NULL)" % IS_DELETED}
    for boots, other in ((True, "0"), (False, "1")):
        old = seeded("nova", "SELECT uuid FROM instances WHERE display_name = '%s' AND deleted = 0" % SEEDED[boots])
        port = seeded("neutron", "SELECT id FROM ports WHERE device_id = '%s'" % old)
        of, step, volume = "instance_uuid = '%s'" % old, "MOD(n.seq, 2) = " + other, {"volume_id": VOLUME, "attachment_id": ATTACHMENT}
        to.copy("nova", "instances", "uuid = '%s'" % old, 1, N + more, step, uuid=INSTANCE, host=HOST, node=HOST, display_name="CONCAT('vm-', n.seq)", hostname="CONCAT('vm-', n.seq)",
                project_id=PROJECT, task_state="NULL", launched_on=HOST, **deleted)
        to.copy("nova", "instance_extra", of, 1, N + more, step, instance_uuid=INSTANCE, flavor=short("flavor"), **deleted)
        to.copy("nova", "instance_info_caches", of, 1, N + more, step, instance_uuid=INSTANCE, network_info=with_port("network_info", port), **deleted)
        to.copy("nova", "block_device_mapping", of + " AND deleted = 0 AND boot_index = 0", 1, N + more, step, instance_uuid=INSTANCE, uuid=uuid_of("root"),
                connection_info=short("connection_info"), **deleted, **(volume if boots else {}))
        to.copy("nova_api", "instance_mappings", of, 1, N + more, step, instance_uuid=INSTANCE, project_id=PROJECT, queued_for_delete=IS_DELETED)
        to.copy("nova_api", "request_specs", of, 1, N, step, instance_uuid=INSTANCE, spec="IF(n.seq <= %d, REPLACE(o.spec, '%s', %s), '{\"nova_object.data\": {}}')" % (FULL, old, INSTANCE))
    # the data volume of those that boot from an image
    old = seeded("nova", "SELECT uuid FROM instances WHERE display_name = 'volume-data-active-0' AND deleted = 0")
    to.copy("nova", "block_device_mapping", "instance_uuid = '%s' AND destination_type = 'volume' AND deleted = 0" % old, 1, N + more, step, instance_uuid=INSTANCE, uuid=uuid_of("data"),
            connection_info=short("connection_info"), **deleted, **volume)


def add_history(to, more):
    """What nova has recorded: each creation, of one in ten a stop, of one in five a migration that has ended, of one in five hundred an evacuation."""
    ago, first = "UTC_TIMESTAMP() - INTERVAL %d DAY", 10 * (N + more)
    columns = ("created_at", "start_time", "finish_time", "deleted", "id", "action", "instance_uuid", "request_id")
    create = "SELECT {0}, {0}, {0}, 0, n.seq + {1}, 'create', {2}, CONCAT('req-', n.seq) FROM seq_1_to_{3} AS n".format(ago % 9, first, INSTANCE, N + more)
    stop = "SELECT {0}, {0}, {0}, 0, n.seq + {1}, 'stop', {2}, CONCAT('req-s-', n.seq) FROM seq_1_to_{3} AS n WHERE MOD(n.seq, 10) = 4".format(ago % 8, 2 * first, INSTANCE, N)
    to.select("nova", "instance_actions", columns, create)
    to.select("nova", "instance_actions", columns, stop)
    to.select("nova", "instance_actions_events", ("created_at", "start_time", "finish_time", "deleted", "action_id", "event", "result", "host"),
              "SELECT {0}, {0}, {0}, 0, n.seq + {1}, 'compute__do_build_instance', 'Success', {2} FROM seq_1_to_{3} AS n".format(ago % 9, first, HOST, N + more))
    to.select("nova", "migrations", ("created_at", "updated_at", "deleted", "source_compute", "dest_compute", "source_node", "dest_node", "status", "instance_uuid", "migration_type", "uuid", "hidden"),
              "SELECT {0}, {0}, 0, {1}, {2}, {1}, {2}, IF(MOD(n.seq, 1500) = 5, 'error', 'completed'), {3}, IF(MOD(n.seq, 500) = 5, 'evacuation', 'live-migration'), {4}, 0"
              " FROM seq_1_to_{5} AS n WHERE MOD(n.seq, 5) = 0".format(ago % 7, named("1 + MOD(n.seq * 7, %d)" % HOSTS), HOST, INSTANCE, uuid_of("migration"), N))
    # five of a group, each on another host
    groups = N // 100
    to.select("nova_api", "instance_groups", ("created_at", "id", "user_id", "project_id", "uuid", "name"),
              "SELECT UTC_TIMESTAMP(), 1000 + n.seq, 'u', %s, %s, CONCAT('group-', n.seq) FROM seq_1_to_%d AS n" % (PROJECT, uuid_of("group"), groups))
    to.select("nova_api", "instance_group_policy", ("policy", "group_id", "rules"),
              "SELECT ELT(1 + MOD(n.seq, 4), 'anti-affinity', 'soft-anti-affinity', 'affinity', 'soft-affinity'), 1000 + n.seq, '{}' FROM seq_1_to_%d AS n" % groups)
    to.select("nova_api", "instance_group_member", ("created_at", "instance_uuid", "group_id"),
              "SELECT UTC_TIMESTAMP(), %s, 1001 + MOD(n.seq DIV 20, %d) FROM seq_1_to_%d AS n WHERE MOD(n.seq, 20) = 3" % (INSTANCE, groups, N))


def add_bookkeeping(to):
    consumer = seeded("placement", "SELECT MIN(consumer_id) FROM allocations")
    for resource_class in (0, 1, 2):
        to.copy("placement", "allocations", "consumer_id = '%s' AND resource_class_id = %d" % (consumer, resource_class), 1, N, resource_provider_id="1000 + " + NUMBER, consumer_id=INSTANCE)
    to.copy("placement", "consumers", "1", 1, N, uuid=INSTANCE)
    # ports of the hosts that are measured, and three times as many of others
    old = seeded("nova", "SELECT uuid FROM instances WHERE display_name = 'image-active-0' AND deleted = 0")
    port, attribute = (seeded("neutron", "SELECT %s FROM ports WHERE device_id = '%s'" % (c, old)) for c in ("id", "standard_attr_id"))
    last = min(N, 4 * FULL)
    to.copy("neutron", "standardattributes", "id = %d" % attribute, 1, last, id="1000000 + n.seq")
    to.copy("neutron", "ports", "id = '%s'" % port, 1, last, id=PORT, device_id=INSTANCE, standard_attr_id="1000000 + n.seq",
            mac_address="CONCAT('fa:16:3e:', LPAD(HEX(n.seq DIV 65536), 2, '0'), ':', LPAD(HEX(MOD(n.seq DIV 256, 256)), 2, '0'), ':', LPAD(HEX(MOD(n.seq, 256)), 2, '0'))")
    to.copy("neutron", "ml2_port_bindings", "port_id = '%s'" % port, 1, last, port_id=PORT, host=HOST)


def make():
    to = Rows()
    # room for them: a dozen gigabytes a million
    rows("nova", "SET GLOBAL innodb_buffer_pool_size = 4294967296")
    rows("nova", "SET GLOBAL innodb_log_file_size = 1073741824")
    add_hosts(to)
    add_volumes(to, N // 10)
    add_instances(to, N // 10)
    add_history(to, N // 10)
    add_bookkeeping(to)
    to.write()


def readers():
    """The queues of the services that report, each with a consumer, until the connection that is returned ends."""
    connection = amqp.Connection("127.0.0.1:" + ENV["SB_AMQP_PORT"], userid=ENV["SB_AMQP_USER"], password=ENV["SB_AMQP_PASS"], heartbeat=0)
    connection.connect()
    channel = connection.channel()
    hosts = [r["host"] for r in rows("nova", "SELECT host FROM services WHERE `binary` = 'nova-compute' AND deleted = 0 AND host NOT IN (%s, %s)", (SMALL, BIG))]
    for host in hosts:
        for queue in ("compute." + host, "cinder-volume.%s@ceph.%s" % (host, host)):
            channel.queue_declare(queue, auto_delete=True, nowait=True)
            channel.basic_consume(queue, consumer_tag=queue, no_ack=True, nowait=True)
    channel.queue_declare(exclusive=True)   # answered when all of them are there
    return connection


def is_made():
    return value("nova", "SELECT COUNT(*) FROM services WHERE host = %s", (TARGET,)) > 0
