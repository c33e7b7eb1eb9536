#!/usr/bin/python3
"""Copy every row of the databases into schemas snapshot_*, and print the SQL that puts them back.

usage: SANDBOX_PASSWORD=... snapshot.py PORT "DATABASE..."
The heartbeats of services that are alive at a reset are kept: their daemons go on, so nobody should call them down.
"""
import os
import sys

import pymysql

port, databases = int(sys.argv[1]), sys.argv[2].split()
connection = pymysql.connect(host="127.0.0.1", port=port, user="sandbox", password=os.environ["SANDBOX_PASSWORD"], autocommit=True)
cursor = connection.cursor()
cursor.execute("set foreign_key_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO'")    # there are ids of 0
back = ["set foreign_key_checks = 0, unique_checks = 0, sql_mode = 'NO_AUTO_VALUE_ON_ZERO';",
        # nova and cinder write utc
        "create temporary table snapshot_nova.alive select id, updated_at, last_seen_up, report_count from nova.services"
        " where deleted = 0 and last_seen_up > utc_timestamp() - interval 8 second;",
        "create temporary table snapshot_cinder.alive select id, updated_at, report_count from cinder.services"
        " where deleted = 0 and updated_at > utc_timestamp() - interval 8 second;",
        "create temporary table snapshot_neutron.alive select id, heartbeat_timestamp from neutron.agents"
        " where heartbeat_timestamp > utc_timestamp() - interval 8 second;",
        "start transaction;"]
for database in databases:
    copy = "snapshot_" + database
    cursor.execute("drop database if exists " + copy)
    cursor.execute("create database %s character set utf8mb3" % copy)
    cursor.execute("select table_name from information_schema.tables where table_schema = %s"
                   " and table_type = 'BASE TABLE' order by 1", (database,))
    for (table,) in cursor.fetchall():
        back.append("delete from %s.`%s`;" % (database, table))
        cursor.execute("select 1 from %s.`%s` limit 1" % (database, table))
        if cursor.fetchone():
            cursor.execute("create table %s.`%s` like %s.`%s`" % (copy, table, database, table))
            cursor.execute("insert into %s.`%s` select * from %s.`%s`" % (copy, table, database, table))
            back.append("insert into %s.`%s` select * from %s.`%s`;" % (database, table, copy, table))
back += ["update nova.services s join snapshot_nova.alive a using (id) set s.updated_at = a.updated_at,"
         " s.last_seen_up = a.last_seen_up, s.report_count = a.report_count;",
         "update cinder.services s join snapshot_cinder.alive a using (id) set s.updated_at = a.updated_at,"
         " s.report_count = a.report_count;",
         "update neutron.agents n join snapshot_neutron.alive a using (id) set n.heartbeat_timestamp = a.heartbeat_timestamp;",
         "commit;"]
print("\n".join(back))
