# SPDX-License-Identifier: Apache-2.0
"""What the tests of the whole evac-rehearse share: dumps of the sandbox, secrets that are planted in it, and the program as it is typed."""
import os
import shutil
import subprocess
import tempfile

import harness
import schemas
from harness import A, ENV, SECRETS, rows

ROOT = harness.ROOT
REHEARSE = os.path.join(ROOT, "src", "rehearse", "evac-rehearse")
DATABASES = ("nova_api", "nova_cell0", "nova", "cinder", "placement", "neutron")
PLANT = "PLANTED"
# everything that may hold a secret; {0} is a word of its own
PLANTS = (
    ("nova", "UPDATE instances SET user_data = '{0}', key_data = '{0}', display_description = 'https://ann:{0}@example.org/'"),
    ("nova", "UPDATE instance_extra SET keypairs = '{{\"nova_object.data\": {{\"objects\": [{{\"public_key\": \"{0}\"}}]}}}}'"),
    ("nova", "INSERT INTO instance_system_metadata (instance_uuid, `key`, value, deleted) SELECT uuid, 'password_0', '{0}', 0 FROM instances LIMIT 1"),
    ("nova", "INSERT INTO instance_metadata (instance_uuid, `key`, value, deleted) SELECT uuid, 'db', '{0}', 0 FROM instances LIMIT 1"),
    ("nova", "UPDATE block_device_mapping SET connection_info = '{{\"driver_volume_type\": \"iscsi\", \"data\": {{\"target_portal\": \"10.9.8.7:3260\", \"auth_password\": \"{0}\"}}}}'"),
    ("nova", "INSERT INTO instance_faults (instance_uuid, code, message, details, deleted) SELECT uuid, 500, 'x', '{0}', 0 FROM instances LIMIT 1"),
    ("nova", "INSERT INTO console_auth_tokens (token_hash, console_type, host, port, instance_uuid, expires) SELECT '{0}', 'novnc', 'h', 1, uuid, 1 FROM instances LIMIT 1"),
    ("nova_api", "UPDATE cell_mappings SET transport_url = 'rabbit://nova:{0}@10.9.8.7:5672/', database_connection ="
                 " CONCAT('mysql+pymysql://nova:{0}@10.9.8.7/', SUBSTRING_INDEX(SUBSTRING_INDEX(database_connection, '?', 1), '/', -1))"),
    ("nova_api", "INSERT INTO key_pairs (user_id, name, public_key, fingerprint, type) VALUES ('u', 'n', 'ssh-rsa {0}', '{0}', 'ssh')"),
    ("cinder", "UPDATE volumes SET provider_auth = 'CHAP u {0}', provider_location = '10.9.8.7:3260,1 {0}'"),
    ("cinder", "UPDATE volume_attachment SET connection_info = '{{\"data\": {{\"auth_password\": \"{0}\"}}}}', connector = '{{\"host\": \"h\", \"password\": \"{0}\"}}'"),
    ("cinder", "INSERT INTO volume_metadata (volume_id, `key`, value, deleted) SELECT id, 'k', '{0}', 0 FROM volumes LIMIT 1"),
    ("neutron", "UPDATE agents SET configurations = '{{\"tunneling_ip\": \"10.9.8.7\"}}'"))
ADDRESS = "10.9.8.7"


def dumped(*databases, options=()):
    return subprocess.run(["mariadb-dump", "--defaults-file=" + ENV["SB_DB_ADMIN_FILE"], "--single-transaction", *options, "--databases", *databases], check=True,
                          stdout=subprocess.PIPE).stdout


class Case(harness.TestCase):
    site = ""       # of the site's own file, in [site]

    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.mkdtemp(prefix="rehearsal.")
        cls.addClassCleanup(shutil.rmtree, cls.directory, True)
        harness.sandbox("reset", "--rows")     # of what others have planted
        harness.heartbeats()
        cls.whole = cls.file("whole.sql", dumped(*DATABASES))

    @classmethod
    def file(cls, name, data):
        path = os.path.join(cls.directory, name)
        with open(path, "wb") as f:
            f.write(data)
        return path

    def rehearse(self, *words, timeout=1800):
        done = subprocess.run([REHEARSE, *words, "--directory", self.directory], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env={**os.environ, "EVAC_MANAGE": harness.TOOL}, timeout=timeout)
        result = harness.Result(["evac-rehearse", *words], done.returncode, done.stdout.decode(), done.stderr.decode())
        self.said = result.out + result.err
        if "json" in words:
            self.assertEqual(schemas.of_rehearsal(result.json), [])
        for secret in SECRETS:
            self.assertNotIn(secret, self.said)
        return result

    def plant(self):
        """Into the sandbox's rows, until the test ends; gives the dump."""
        self.addCleanup(harness.sandbox, "reset", "--rows")
        words = []
        for n, (database, statement) in enumerate(PLANTS):
            words.append("%s%dx" % (PLANT, n))
            self.assertGreater(rows(database, statement.format(words[-1])), 0, statement)
        rows("nova", "UPDATE compute_nodes SET host_ip = %s", (ADDRESS,))
        data = dumped(*DATABASES)
        self.assertLess(8, sum(w.encode() in data for w in words))
        return self.file("planted.sql", data)

    def nothing_planted(self, *places):
        """In no file below these; gives their number."""
        looked = 0
        for folder, _, names in (found for top in places for found in os.walk(top)):
            for path in (os.path.join(folder, name) for name in names):
                if not os.path.isfile(path):
                    continue
                looked += 1
                with open(path, "rb") as f:
                    found = f.read()
                for secret in (PLANT, ADDRESS, *SECRETS):
                    self.assertNotIn(secret.encode(), found, path)
        return looked

    def planned(self, host, to):
        """What evac-manage itself plans in the sandbox, on the rows that were dumped."""
        with open(self.tool.site, "w") as f:
            f.write("[site]\nlife_ports = none\n%s" % self.site)
        self.tool.types = False     # what it prints to be typed is other tests'
        done = self.tool.run("host", *(["rescue", host, "--to", to] if to else ["evacuate", host]), *harness.FENCED, "--dry-run", "-f", "json", "--placement-config-file", ENV["SB_PLACEMENT_CONF"])
        return done.json

    def same_plan(self, report, alive, host, to):
        """As evac-manage plans on the rows themselves, as soon as alive() has made their heartbeats new; of servers that no dump has each says its own."""
        self.assertEqual((report["schema"], report["error"], report["without"], report["refused"]), ("evac-rehearse/1", None, [], []))
        self.assertEqual([d["cut"] for d in report["dumps"]], [None])
        alive()
        expected = self.planned(host, to)
        steps = lambda document: sorted((s["kind"], str(s["id"]), s["state"]) for s in document["steps"])
        self.assertGreater(len(steps(expected)), 10)
        self.assertEqual(steps(report["plan"]), steps(expected))
        servers = {"no-consumer", "service-not-checked", "service-down", "broker-keeps-messages", "needs-token", "service-token-missing", "host-not-checked"}
        findings = lambda document: sorted((f["code"], str(f["subject"])) for f in document["findings"] if f["code"] not in servers)
        self.assertEqual(findings(report["plan"]), findings(expected))
