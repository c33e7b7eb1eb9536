# SPDX-License-Identifier: Apache-2.0
"""What is read of a dump, and what of it is given on: no server is needed."""
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.append(os.path.join(ROOT, "src", "rehearse"))    # behind tests/lib, which has a cloud.py of its own
import dump  # noqa: E402
import mask  # noqa: E402

HEAD = "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)\n--\n-- Host: db1    Database: %s\n"
TABLE = "CREATE TABLE `instances` (\n  `id` int(11) NOT NULL,\n  `display_name` varchar(255) DEFAULT NULL,\n  `user_data` mediumtext,\n  PRIMARY KEY (`id`)\n) ENGINE=InnoDB;\n"
ROWS = "INSERT INTO `instances` VALUES\n(1,'a;\\n','x'),\n(2,'it''s \\'b\\' (1),(2)',NULL);\n"
END = "-- Dump completed on 2026-11-28  3:10:12\n"
WHOLE = HEAD % "nova" + TABLE + ROWS + END
PLACES = {"database": "mysql+pymysql://root@localhost/%s?unix_socket=/s", "broker": "rabbit://masked:masked@127.0.0.1:1/"}


class Heard:
    """In the place of the loader: what it would send, masked."""

    def __init__(self, keep=()):
        self.masks = mask.Masks(PLACES, keep)
        self.rows, self.created, self.databases = {}, [], []

    def names(self, characters):
        pass

    def begin(self, database):
        if database not in self.databases:
            self.databases.append(database)

    def create(self, database, table, statement):
        self.created.append((database, table))

    def insert(self, database, table, columns, rows):
        rules = self.masks.of_table(table, columns)
        for row in rows:
            new = list(row)
            for index, rule in rules:
                new[index] = rule(row[index], row)
            self.rows.setdefault((database, table), []).append(dict(zip(columns, (mask.text_of(self.masks.logins(v)) if v[:1] in (b"'", b'"') else v for v in new))))


class DumpTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.directory)

    def file(self, name, data):
        path = os.path.join(self.directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(data if isinstance(data, bytes) else data.encode())
        return path

    def read(self, *paths, name=None, keep=()):
        heard = Heard(keep)
        reader = dump.Reader(heard)
        for path in paths:
            reader.read(path, name)
        return heard, reader

    def table(self, name, columns, values):
        """One row of one table, through everything."""
        text = HEAD % "x" + "CREATE TABLE `%s` (\n%s\n);\nINSERT INTO `%s` VALUES (%s);\n" % (
            name, ",\n".join("  `%s` text" % c for c in columns), name, ",".join(v if v == "NULL" else mask.literal_of(v.encode()).decode() for v in values)) + END
        heard, _ = self.read(self.file("x.sql", text))
        return heard.rows["x", name][0]

    def test_plain_and_packed_files_are_the_same(self):
        seen = []
        zst = os.path.join(self.directory, "n.zst")
        subprocess.run(["zstd", "-q", self.file("n", WHOLE), "-o", zst], check=True)
        for path in (self.file("a.sql", WHOLE), self.file("a.sql.gz", gzip.compress(WHOLE.encode())), zst):
            heard, reader = self.read(path)
            self.assertEqual((reader.sources[0].cut, reader.sources[0].kind, reader.sources[0].rows), ("", "mariadb-dump", 2))
            seen.append(heard.rows)
        self.assertEqual(seen[0], seen[1])
        self.assertEqual(seen[0], seen[2])
        self.assertEqual([r["display_name"] for r in seen[0]["nova", "instances"]], [b"a;\n", b"it's 'b' (1),(2)"])

    def test_several_databases_in_one_dump(self):
        text = HEAD % "nova" + "CREATE DATABASE `nova`;\nUSE `nova`;\n" + TABLE + ROWS + "USE `nova_cell2`;\n" + TABLE + END
        heard, _ = self.read(self.file("all.sql", text))
        self.assertEqual(heard.created, [("nova", "instances"), ("nova_cell2", "instances")])

    def test_the_database_is_the_header_s_or_the_one_that_is_given(self):
        path = self.file("monday.sql", WHOLE)
        self.assertEqual(self.read(path)[0].databases, ["nova"])
        self.assertEqual(self.read(path, name="nova_cell2")[0].databases, ["nova_cell2"])
        self.assertEqual(self.read(self.file("nova_x.sql", TABLE + ROWS))[0].databases, ["nova_x"])

    def test_rows_with_the_names_of_their_columns_and_rows_in_another_form(self):
        heard, _ = self.read(self.file("nova.sql", TABLE + "INSERT INTO `instances` (`user_data`, `id`) VALUES ('PLANTED',1);\n"))
        self.assertEqual(heard.rows["nova", "instances"], [{"user_data": b"NULL", "id": b"1"}])
        with self.assertRaisesRegex(dump.NotUnderstood, "form"):
            self.read(self.file("nova.sql", TABLE + "INSERT INTO instances SET id = 1;\n"))

    def test_one_database_in_two_dumps_is_refused(self):
        with self.assertRaisesRegex(dump.NotUnderstood, "nova"):
            self.read(self.file("a.sql", WHOLE), self.file("b.sql", WHOLE))

    def test_a_folder_of_mydumper(self):
        for name, data in (("metadata", "Started dump at: 2026-11-28 03:10:12\nFinished dump at: 2026-11-28 03:10:14\n"), ("nova-schema-create.sql", "CREATE DATABASE `nova`;\n"),
                           ("nova.instances-schema.sql.gz", gzip.compress(("/*!40101 SET NAMES binary*/;\n" + TABLE).encode())),
                           ("nova.instances.00000.sql", 'INSERT INTO `instances` VALUES\n(1,"a \\"b\\" \'c\'","x")\n,(2,NULL,NULL);\n'), ("nova.instances.00001.sql", "INSERT INTO `instances` VALUES(3,NULL,NULL);\n")):
            self.file("d/" + name, data)
        heard, reader = self.read(os.path.join(self.directory, "d"))
        self.assertEqual((reader.sources[0].kind, reader.sources[0].cut, reader.sources[0].rows), ("mydumper", "", 3))
        self.assertEqual(heard.rows["nova", "instances"][0]["display_name"], b"a \"b\" 'c'")
        os.rename(self.directory + "/d/metadata", self.directory + "/d/metadata.partial")
        self.assertIn("mydumper has not ended", self.read(os.path.join(self.directory, "d"))[1].sources[0].cut)

    def test_a_dump_that_was_cut_is_said_and_its_whole_rows_are_read(self):
        packed = gzip.compress(WHOLE.encode())
        middle = HEAD % "nova" + TABLE + ROWS[:-12]
        for path, rows in ((self.file("a.sql", WHOLE.replace(END, "")), 2), (self.file("b.sql", middle), 1), (self.file("c.gz", packed[:-9]), 2)):
            source = self.read(path)[1].sources[0]
            self.assertTrue(source.cut, path)
            self.assertEqual(source.rows, rows, path)
        self.assertIn("the last table is nova.instances", source.cut + self.read(self.file("b.sql", middle))[1].sources[0].cut)

    def test_a_dump_without_comments_is_said_to_tell_nothing_of_its_end(self):
        source = self.read(self.file("nova.sql", TABLE + ROWS))[1].sources[0]
        self.assertEqual(source.cut, "")
        self.assertIn("nothing in it says whether it is whole", source.notes[0])

    def test_accounts_settings_triggers_and_second_statements_are_not_given_on(self):
        text = ("GRANT ALL ON *.* TO x@y IDENTIFIED BY 'PLANTED';\nDELIMITER ;;\nCREATE TRIGGER t BEFORE INSERT ON instances FOR EACH ROW BEGIN END;;\nDELIMITER ;\n"
                "USE `mysql`;\nCREATE TABLE `user` (\n  `User` text\n);\nINSERT INTO `user` VALUES ('PLANTED');\n")
        heard, _ = self.read(self.file("a.sql", text))
        self.assertEqual((heard.rows, heard.created, heard.databases), ({}, [], []))
        with self.assertRaisesRegex(dump.NotUnderstood, "second statement"):
            self.read(self.file("nova.sql", TABLE + "INSERT INTO `instances` VALUES (1,'a','b'); INSERT INTO `instances` VALUES (2,'a','b');\n"))

    def test_a_table_that_no_rescue_needs_is_not_loaded(self):
        text = "CREATE TABLE `instance_faults` (\n  `details` text\n);\nINSERT INTO `instance_faults` VALUES ('PLANTED');\n" + "CREATE TABLE `driver_initiator_data` (\n  `value` text\n);\nINSERT INTO `driver_initiator_data` VALUES ('PLANTED');\n"
        heard, _ = self.read(self.file("cinder.sql", text))
        self.assertEqual((heard.rows, heard.created), ({}, [("cinder", "instance_faults")]))

    def test_cells_point_to_the_private_servers(self):
        row = self.table("cell_mappings", ("transport_url", "database_connection"), ("rabbit://nova:PLANTED@10.0.0.1:5672//", "mysql+pymysql://nova:PLANTED@10.0.0.2/nova_cell2?charset=utf8"))
        self.assertEqual(row, {"transport_url": PLACES["broker"].encode(), "database_connection": (PLACES["database"] % "nova_cell2").encode()})
        self.assertEqual(self.table("cell_mappings", ("transport_url", "x"), ("none:///", "y"))["transport_url"], b"none:///")

    def test_connections_keep_what_is_named_and_nothing_else(self):
        said = json.dumps({"driver_volume_type": "iscsi", "serial": "s", "data": {"volume_id": "v", "auth_password": "PLANTED", "target_portal": "10.0.0.3:3260", "new": {"x": "PLANTED"}}})
        row = self.table("block_device_mapping", ("id", "connection_info"), ("1", said))
        self.assertEqual(json.loads(row["connection_info"]), {"driver_volume_type": "iscsi", "serial": "s", "data": {"volume_id": "v"}})
        self.assertEqual(self.table("volume_attachment", ("connection_info", "connector"), ("no json PLANTED", '{"host": "h", "ip": "10.0.0.4", "data": "PLANTED"}')),
                         {"connection_info": b"{}", "connector": b'{"host": "h"}'})

    def test_passwords_and_keys_become_a_word(self):
        self.assertEqual(self.table("instance_system_metadata", ("key", "value"), ("password_0", "PLANTED"))["value"], b"masked")
        self.assertEqual(self.table("instance_system_metadata", ("key", "value"), ("image_min_ram", "512"))["value"], b"512")
        self.assertEqual(self.table("instance_metadata", ("key", "value"), ("db", "PLANTED"))["value"], b"masked")
        self.assertEqual(self.table("instance_metadata", ("key", "value"), ("HA_Enabled", "true"))["value"], b"true")
        self.assertEqual(self.table("instances", ("id", "user_data", "key_data"), ("1", "PLANTED", "PLANTED")), {"id": b"1", "user_data": b"NULL", "key_data": b"NULL"})
        self.assertEqual(self.table("volumes", ("id", "some_new_secret", "provider_auth"), ("1", "PLANTED", "CHAP u PLANTED")), {"id": b"1", "some_new_secret": b"masked", "provider_auth": b"NULL"})
        keys = json.dumps({"nova_object.data": {"objects": [{"nova_object.data": {"name": "k", "public_key": "PLANTED"}}]}})
        self.assertEqual(json.loads(self.table("instance_extra", ("id", "keypairs"), ("1", keys))["keypairs"])["nova_object.data"]["objects"][0]["nova_object.data"],
                         {"name": "k", "public_key": "masked"})

    def test_a_login_in_a_url_goes_from_any_column(self):
        row = self.table("volumes", ("id", "display_description"), ("1", "see https://ann:PLANTED@wiki.example.org/x and mail a@b"))
        self.assertEqual(row["display_description"], b"see https://masked:masked@wiki.example.org/x and mail a@b")

    def test_addresses_become_nobody_s(self):
        self.assertEqual(self.table("compute_nodes", ("id", "host_ip"), ("1", "10.1.2.3"))["host_ip"], b"192.0.2.1")
        self.assertEqual(self.table("agents", ("id", "configurations"), ("1", '{"tunneling_ip": "10.1.2.3"}'))["configurations"], b'{"tunneling_ip": "192.0.2.1"}')


if __name__ == "__main__":
    unittest.main()
