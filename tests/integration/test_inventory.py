# SPDX-License-Identifier: Apache-2.0
"""What runs where, kept for the night without a database: saved, checked, and shown when no server answers."""
import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import uuid

import cells
import harness
import jsonschema
import schemas
from harness import A, B, DB_UNREACHABLE, ENV, ERROR, NOT_FOUND, OK, PARTIAL, rows, value

FINDINGS, CONFIG = 3, 11
PLANTED = "Plant3d-s3cret-%s"   # no name, no id and no path of anything
BAD_URL = "mysql+pymysql://nova:%s@127.0.0.1:1/nova_lost"


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def by_id(listed):
    return sorted(listed, key=lambda one: one["id"])


class Inventory(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.here = tempfile.mkdtemp(prefix="evac-manage-inventory.")
        self.addCleanup(shutil.rmtree, self.here, ignore_errors=True)
        self.key, self.public = os.path.join(self.here, "key.pem"), os.path.join(self.here, "key.pub")
        openssl("genpkey", "-algorithm", "ed25519", "-out", self.key)
        os.chmod(self.key, 0o600)
        openssl("pkey", "-in", self.key, "-pubout", "-out", self.public)
        self.dir, self.second = (os.path.join(self.here, name) for name in ("first", "second"))
        with open(self.tool.site, "a") as f:
            f.write("[storage]\npool = vms\n[inventory]\nkey = %s\ndirectories = %s, %s\nkeep = 3\n" % (self.key, self.dir, self.second))

    def files(self, where=None):
        where = where or self.dir
        return [os.path.join(where, n) for n in sorted(os.listdir(where)) if n.startswith("inventory-")]

    def records(self, path):
        return [json.loads(line) for line in open(path)]

    def save(self, *words, code=OK):
        return self.expect(self.tool.run("inventory", "save", *words), code)

    def kind(self, path, kind):
        return [r for r in self.records(path) if r["record"] == kind]

    # ---- what is in it

    def test_each_directory_gets_all_of_it_for_root_alone(self):
        self.save()
        for where in (self.dir, self.second):
            (path,) = self.files(where)
            self.assertEqual(os.stat(path).st_mode & 0o7777, 0o600)
            self.assertEqual(os.stat(where).st_mode & 0o7777, 0o700)
            self.assertEqual(sorted(r["uuid"] for r in self.kind(path, "instance")),
                             sorted(r["uuid"] for r in rows("nova", "SELECT uuid FROM instances WHERE deleted = 0 AND host IS NOT NULL")))
            for kind in ("volume", "backup"):
                self.assertEqual(sorted(r["id"] for r in self.kind(path, kind)),
                                 sorted(r["id"] for r in rows("cinder", "SELECT id FROM %ss WHERE deleted = 0" % kind)))
            (end,) = self.kind(path, "end")
            self.assertTrue(end["whole"])
            self.assertEqual({p["state"] for p in end["parts"]}, {"read"})
            self.assertIn("cell 'cell1'", [p["part"] for p in end["parts"]])

    def test_it_is_as_its_schema_says(self):
        self.save()
        (path,) = self.files()
        check = schemas.VALIDATOR(schemas.strict(schemas.schema("inventory-1")))
        of_kind = {kind: schemas.VALIDATOR(schemas.strict(part)) for kind, part in schemas.schema("inventory-1")["$defs"].items()}
        kinds = set()
        for r in self.records(path):
            jsonschema.Draft202012Validator(schemas.schema("inventory-1")).validate(r)
            self.assertEqual(list(of_kind[r["record"]].iter_errors(r)), [], r)
            kinds.add(r["record"])
        self.assertEqual(kinds, set(of_kind))
        self.assertTrue(list(check.iter_errors({"record": "instance"})))

    def test_an_instance_has_its_disks_and_ports_by_the_names_of_storage_and_network(self):
        i = value("nova", "SELECT uuid FROM instances WHERE display_name = 'volume-active-0'")
        info = {"driver_volume_type": "rbd", "data": {"name": "volumes/volume-77", "cluster_name": "ceph", "hosts": ["192.0.2.1"], "ports": ["6789"],
                                                      "auth_username": "cinder"}}
        rows("nova", "UPDATE block_device_mapping SET connection_info = %s WHERE instance_uuid = %s", (json.dumps(info), i))
        self.save()
        by_name = {r["name"]: r for r in self.kind(self.files()[0], "instance")}
        r = by_name["volume-active-0"]
        self.assertEqual((r["host"], r["boot"], r["vm_state"], r["flavor"], r["cell"]), (A, "volume", "active", "sandbox.small", "cell1"))
        self.assertEqual(r["volumes"][0]["storage"], {"driver": "rbd", "pool": "volumes", "image": "volume-77", "cluster_name": "ceph", "monitors": "192.0.2.1:6789"})
        cache = json.loads(value("nova", "SELECT network_info FROM instance_info_caches WHERE instance_uuid = %s", (i,)))
        self.assertEqual([(p["id"], p["mac"], p["addresses"]) for p in r["ports"]],
                         [(v["id"], v["address"], [ip["address"] for s in v["network"]["subnets"] for ip in s["ips"]]) for v in cache])
        root = by_name["image-active-0"]["own_disks"][0]
        self.assertEqual((root["kind"], root["pool"], root["image"]), ("root", "vms", by_name["image-active-0"]["uuid"] + "_disk"))

    def plant(self):
        """A secret in each place that a driver, a tenant or a service keeps one in, beside what is read."""
        n = iter(range(100))

        def secret():
            return PLANTED % next(n)
        info = {"driver_volume_type": "iscsi", "serial": secret(), "auth_token": secret(),
                "data": {"target_iqn": "iqn.2010-10.org.openstack:volume-1", "target_lun": 1, "target_portal": "192.0.2.9:3260", "auth_method": "CHAP",
                         "auth_username": secret(), "auth_password": secret(), "discovery_auth_password": secret(), "keyring": secret(),
                         "secret_uuid": secret(), "access_key": secret(), "options": "-o password=" + secret(), "token": secret(),
                         "encryption": {"key": secret()}, "export": "//user:%s@host/share" % secret(), "target_iqns": [{"x": secret()}, "ftp://u:%s@h/" % secret()],
                         "name": {"deep": secret()}}}
        rows("nova", "UPDATE block_device_mapping SET connection_info = %s WHERE volume_id IS NOT NULL", (json.dumps(info),))
        rows("nova", "UPDATE instances SET user_data = %s, key_data = %s, key_name = %s", (secret(), secret(), secret()))
        rows("nova", "UPDATE instance_extra SET keypairs = %s, vcpu_model = %s", (secret(), secret()))
        rows("nova", "INSERT INTO instance_system_metadata (created_at, instance_uuid, `key`, value, deleted) SELECT UTC_TIMESTAMP(), uuid, 'password_0', %s, 0"
             " FROM instances", (secret(),))
        rows("nova", "INSERT INTO instance_metadata (created_at, instance_uuid, `key`, value, deleted) SELECT UTC_TIMESTAMP(), uuid, 'token', %s, 0 FROM instances",
             (secret(),))
        for cache in rows("nova", "SELECT id, network_info FROM instance_info_caches WHERE deleted = 0 AND network_info IS NOT NULL"):
            vifs = json.loads(cache["network_info"])
            for v in vifs:
                v["profile"], v["details"] = {"token": secret()}, {"secret": secret()}
            rows("nova", "UPDATE instance_info_caches SET network_info = %s WHERE id = %s", (json.dumps(vifs), cache["id"]))
            n = iter(range(50, 100))
        rows("cinder", "UPDATE volumes SET provider_auth = %s, provider_location = %s, encryption_key_id = NULL", (secret(), secret()))
        rows("cinder", "UPDATE volume_attachment SET connector = %s, connection_info = %s", (json.dumps({"p": secret()}), json.dumps({"p": secret()})))
        rows("cinder", "UPDATE backups SET service_metadata = %s, parent_id = NULL", (secret(),))

    def test_no_secret_is_in_it(self):
        self.plant()
        said = self.save("-f", "json")
        for path in [*self.files(), *self.files(self.second)]:
            text = open(path).read()
            self.assertNotIn("Plant3d", text)
            for password in harness.SECRETS:
                self.assertNotIn(password, text)
            self.assertIn("iqn.2010-10.org.openstack:volume-1", text)
        shown = self.expect(self.tool.run("host", "show", A, "--inventory", self.files()[0]), OK)
        self.assertNotIn("Plant3d", shown.out + shown.err + said.out + said.err)

    def test_a_second_cell_is_in_it(self):
        self.addCleanup(rows, "mysql", "DROP DATABASE IF EXISTS " + cells.DATABASE)
        self.addCleanup(harness.sandbox, "reset", "--rows")
        rows("mysql", "DROP DATABASE IF EXISTS " + cells.DATABASE)
        rows("mysql", "CREATE DATABASE %s CHARACTER SET utf8mb3" % cells.DATABASE)   # no vhost: nobody sends it anything here
        for table in (r["t"] for r in rows("mysql", "SELECT table_name AS t FROM information_schema.tables WHERE table_schema = 'nova'")):
            rows(cells.DATABASE, "CREATE TABLE `%s` LIKE nova.`%s`" % (table, table))
        rows("mysql", "GRANT ALL ON %s.* TO %s" % (cells.DATABASE, cells.ACCOUNT))
        cells.announce()
        cells.add_compute(cells.DEAD)
        there = cells.add_instance("in-cell2", cells.DEAD)
        self.save()
        self.assertEqual([r["uuid"] for r in self.kind(self.files()[0], "instance") if r["cell"] == cells.NAME], [there])

    # ---- half of it

    def lose_a_cell(self):
        rows("nova_api", "INSERT INTO cell_mappings (created_at, uuid, name, transport_url, database_connection, disabled) VALUES"
             " (UTC_TIMESTAMP(), %s, 'lost', 'rabbit://u:p@127.0.0.1:1/', %s, 0)", (str(uuid.uuid4()), BAD_URL % (PLANTED % 7)))
        self.addCleanup(rows, "nova_api", "DELETE FROM cell_mappings WHERE name = 'lost'")

    def test_a_cell_that_does_not_answer_is_named_and_the_last_whole_one_is_kept(self):
        self.save()
        whole = self.files()
        self.lose_a_cell()
        for _ in range(4):
            r = self.save(code=PARTIAL)
            self.assertIn("unknown: cell 'lost'", r.err)
        left = self.files()
        self.assertEqual(left[:1], whole)
        self.assertEqual(len(left), 3)
        (end,) = self.kind(left[-1], "end")
        self.assertFalse(end["whole"])
        (lost,) = [p for p in end["parts"] if p["state"] == "unknown"]
        self.assertEqual(lost["part"], "cell 'lost'")
        self.assertIn("127.0.0.1:1", lost["why"])
        self.assertNotIn("Plant3d", open(left[-1]).read())
        self.expect(self.tool.run("inventory", "verify", self.dir), PARTIAL, "half")
        shown = self.expect(self.tool.run("host", "show", B, "--inventory", left[-1]), PARTIAL, "cell 'lost'", "half")
        self.assertIn("bystander-image-0", shown.out)

    def test_cinder_that_does_not_answer_is_unknown_and_cinder_that_is_not_configured_is_said(self):
        cinder = self.tool.cinder
        self.tool.cinder = [self.rewrite(cinder[0], r"@127.0.0.1:\d+/", "@127.0.0.1:1/")]
        self.assertIn("unknown: cinder", self.save(code=PARTIAL).err)
        (end,) = self.kind(self.files()[0], "end")
        self.assertEqual([p["part"] for p in end["parts"] if p["state"] == "unknown"], ["cinder"])
        self.assertEqual(self.kind(self.files()[0], "volume"), [])
        if os.path.exists("/etc/cinder/cinder.conf"):
            return
        self.tool.cinder = []
        self.assertIn("not in the inventory: cinder", self.save().err)
        (end,) = self.kind(self.files()[1], "end")
        self.assertEqual([(p["part"], p["state"]) for p in end["parts"] if p["state"] != "read"], [("cinder", "not_configured")])

    def test_where_nothing_answers_nothing_is_written(self):
        self.save()
        before = self.files()
        self.without_a_server()
        self.save(code=DB_UNREACHABLE)
        self.assertEqual(self.files(), before)

    # ---- where it goes

    def test_a_full_disk_keeps_the_last_good_one_and_the_others_get_theirs(self):
        if os.geteuid() != 0:
            self.skipTest("mounts need root")
        os.mkdir(self.second, 0o700)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0700,size=128k", "tmpfs", self.second], stderr=subprocess.DEVNULL).returncode != 0:
            self.skipTest("no mounts here")
        self.addCleanup(subprocess.run, ["umount", self.second], check=True)
        self.save()
        (good,) = self.files(self.second)
        bytes_of_it = open(good, "rb").read()
        with open(os.path.join(self.second, "ballast"), "wb", buffering=0) as f, contextlib.suppress(OSError):
            while True:
                f.write(b"x" * 512)
        for _ in range(3):
            r = self.save(code=PARTIAL)
            self.assertIn("No space left on device", r.err)
            self.assertIn(self.second, r.err)
        self.assertEqual(self.files(self.second), [good])
        self.assertEqual(open(good, "rb").read(), bytes_of_it)
        self.assertEqual(sorted(os.listdir(self.second)), [".inventory.lock", "ballast", os.path.basename(good)])
        self.assertEqual(len(self.files()), 3)
        os.unlink(os.path.join(self.second, "ballast"))
        self.save()
        self.expect(self.tool.run("inventory", "verify", self.dir, self.second), OK)
        self.assertEqual(len(self.files(self.second)), 2)

    def test_directories_of_the_command_line_are_instead_of_the_configured_ones(self):
        other = os.path.join(self.here, "other")
        self.save(other)
        self.assertEqual(len(self.files(other)), 1)
        self.assertFalse(os.path.exists(self.dir))
        os.chmod(other, 0o755)
        self.assertIn("others may look into", self.save(other, code=ERROR).err)

    def test_without_a_key_nothing_is_written(self):
        os.unlink(self.key)
        self.assertIn("openssl genpkey -algorithm ed25519", self.save(code=CONFIG).err)
        shutil.copy(self.public, self.key)
        self.assertIn("cannot sign", self.save(code=CONFIG).err)
        self.assertFalse(os.path.exists(self.dir))

    def test_metrics_say_how_old_the_newest_is(self):
        metrics = os.path.join(self.here, "inventory.prom")
        self.save("--prometheus", metrics)
        text = open(metrics).read()
        n = len(self.kind(self.files()[0], "instance"))
        self.assertIn('evac_manage_inventory_instances{directory="%s"} %d\n' % (self.dir, n), text)
        self.assertIn("evac_manage_inventory_unknown_parts 0\n", text)
        saved = int(re.search(r'evac_manage_inventory_whole_timestamp_seconds\{directory="%s"\} (\d+)' % self.second, text).group(1))
        self.lose_a_cell()
        self.save("--prometheus", metrics, code=PARTIAL)
        text = open(metrics).read()
        self.assertIn("evac_manage_inventory_unknown_parts 1\n", text)
        self.assertIn('evac_manage_inventory_whole_timestamp_seconds{directory="%s"} %d\n' % (self.second, saved), text)

    # ---- whether it is right

    def test_a_copy_is_checked_elsewhere_with_the_public_key_alone(self):
        self.save()
        self.save()
        copy = os.path.join(self.here, "copy")
        shutil.copytree(self.dir, copy)
        os.unlink(self.key)
        self.expect(self.tool.run("inventory", "verify", copy), CONFIG, "--public-key")
        r = self.expect(self.tool.run("inventory", "verify", copy, "--public-key", self.public, "-f", "json"), OK).json
        self.assertEqual([(v["serial"], v["state"]) for v in r], [(1, "whole"), (2, "whole")])
        self.assertLess(r[0]["age_s"], 600)
        openssl("genpkey", "-algorithm", "ed25519", "-out", os.path.join(self.here, "other.pem"))
        self.expect(self.tool.run("inventory", "verify", copy, "--public-key", os.path.join(self.here, "other.pem")), FINDINGS, "is signed with the key")

    def test_openssl_alone_can_check_it_as_the_page_says(self):
        self.save()
        (path,) = self.files()
        lines = open(path, "rb").readlines()
        signed, signature = (os.path.join(self.here, n) for n in ("signed", "signature"))
        with open(signed, "w") as f:
            f.write("evac-manage-inventory/1 " + hashlib.sha256(b"".join(lines[:-1])).hexdigest())
        with open(signature, "wb") as f:
            f.write(bytes.fromhex(json.loads(lines[-1])["ed25519"]))
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", self.public, "-rawin", "-in", signed, "-sigfile", signature],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.assertEqual((done.returncode, done.stdout.strip()), (0, "Signature Verified Successfully"))

    def test_a_byte_that_was_changed_or_a_file_that_is_gone_is_found(self):
        for _ in range(3):
            self.save()
        path = self.files()[1]
        text = open(path).read()
        with open(path, "w") as f:
            f.write(text.replace('"vm_state":"active"', '"vm_state":"paused"', 1))
        r = self.expect(self.tool.run("inventory", "verify", self.dir, "-f", "json"), FINDINGS)
        self.assertEqual([v["state"] for v in r.json], ["whole", "wrong", "wrong"])
        self.expect(self.tool.run("host", "show", A, "--inventory", path), ERROR, "is damaged or was changed")
        self.expect(self.tool.run("host", "show", A, "--inventory", self.dir), ERROR, "is not a regular file", "inventory verify " + self.dir)
        os.unlink(path)
        r = self.expect(self.tool.run("inventory", "verify", self.dir), FINDINGS, "files are missing before it: 1")
        self.expect(self.tool.run("inventory", "verify", self.files()[1]), OK)   # one alone has no chain
        self.expect(self.tool.run("inventory", "verify", os.path.join(self.here, "nowhere")), ERROR)
        os.mkdir(os.path.join(self.here, "empty"), 0o700)
        self.expect(self.tool.run("inventory", "verify", os.path.join(self.here, "empty")), NOT_FOUND)

    # ---- the night

    def without_a_server(self):
        harness.sandbox("stop", "mariadb")
        self.addCleanup(harness.sandbox, "start", "mariadb")

    def test_when_no_database_answers_it_tells_what_ran_there_and_that_it_is_not_now(self):
        for words in (("instance", "list", "--host", A), ("volume", "list", "--host", A)):
            self.expect(self.tool.run(*words), OK)
        there = {r["id"] for r in self.tool.run("volume", "list", "--host", A + "@ceph", "-f", "json").json}
        live = self.tool.run("instance", "list", "--host", A, "-f", "json").json
        backups = self.tool.run("backup", "list", "-f", "json").json
        self.save()
        (path,) = self.files()
        self.without_a_server()
        r = self.expect(self.tool.run("host", "show", A), DB_UNREACHABLE)
        (hint,) = re.findall(r"evac-manage .*host show %s --inventory (\S+)" % re.escape(A), r.err)
        self.assertIn(hint, (path, self.files(self.second)[0]))
        for words in (("instance", "list"), ("volume", "list"), ("backup", "list")):
            self.assertIn(" %s --host %s --inventory " % (" ".join(words), A), self.expect(self.tool.run(*words, "--host", A), DB_UNREACHABLE).err)
        shown = self.expect(self.tool.run("host", "show", A, "--inventory", hint, "-f", "json"), OK)
        first = shown.json[0]
        self.assertEqual((first["section"], first["state"]), ("inventory", "whole"))
        self.assertIn("not the present state: no database was asked", first["detail"])
        self.assertIn("its signature is right", first["detail"])
        self.assertRegex(shown.err.splitlines()[0], r"^warning: this was so at 20\d\d-.* ago, as saved in '.*': it is not the present state, and no database was asked$")
        (one,) = [f for f in shown.json if f["section"] == "instance" and "volume-data-active-0" in f["detail"]]
        self.assertIn("fa:16:3e:", one["detail"])
        self.assertEqual({v["id"] for v in self.tool.run("volume", "list", "--host", A + "@ceph", "--inventory", hint, "-f", "json").json}, there)
        self.assertEqual(self.tool.run("instance", "list", "--host", A, "--inventory", hint, "-f", "json").json, live)
        self.assertIn(" backup list --inventory ", self.expect(self.tool.run("backup", "list"), DB_UNREACHABLE).err)
        self.assertGreater({b["host"] for b in backups}, {A})
        self.assertEqual(by_id(self.tool.run("backup", "list", "--inventory", hint, "-f", "json").json), by_id(backups))
        mine = self.tool.run("backup", "list", "--host", A, "--inventory", hint, "-f", "json").json
        self.assertEqual(by_id(mine), by_id(b for b in backups if b["host"] == A))
        self.expect(self.tool.run("host", "show", A[:-1], "--inventory", hint), NOT_FOUND, "did you mean", A)

    def test_without_a_saved_one_none_is_named(self):
        self.without_a_server()
        r = self.expect(self.tool.run("host", "show", A), DB_UNREACHABLE)
        self.assertNotIn("--inventory", r.err)

    def test_a_signature_that_cannot_be_checked_is_said(self):
        self.save()
        os.unlink(self.key)
        r = self.expect(self.tool.run("host", "show", A, "--inventory", self.files()[0]), OK, "its signature was not checked")
        self.assertIn("the signature is not checked", r.err)
