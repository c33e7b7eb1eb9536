# SPDX-License-Identifier: Apache-2.0
"""Each command that cinder-manage has too: the same words, on the same rows, through the real one and through ours. What came of it
is compared with the table in docs/compare-cinder-manage.md, which explains every difference."""
import json
import os
import re
import subprocess

import harness
from cinder_rows import changed, everything, put_back
from harness import A, B, C, ENV, FENCED, ROOT, rows, value

PAGE = os.path.join(ROOT, "docs", "compare-cinder-manage.md")
MANY = os.path.join(ROOT, "tests", "sandbox", "python", "manage_many.py")
UNDER, PROJECT = A.replace("sh03-", "sh03_"), ENV["SB_PROJECT"]


def moves(command, old, new):
    return [*command.split(), "--currenthost", old, "--newhost", new]


def one(statement, *params):
    return value("cinder", statement, params)


def volume(host, status="available"):
    return lambda: one("SELECT id FROM volumes WHERE host <=> %s AND status = %s AND deleted = 0 ORDER BY id LIMIT 1", host, status)


def cluster():
    """east@ceph has A@ceph's rows; west@ceph is there and empty."""
    for name in ("east@ceph", "west@ceph"):
        rows("cinder", "INSERT INTO clusters (deleted, name, `binary`, disabled, race_preventer, frozen) VALUES (0, %s, 'cinder-volume', 0, 0, 0)", (name,))
    for table in ("volumes", "`groups`", "consistencygroups", "image_volume_cache_entries"):
        rows("cinder", "UPDATE %s SET cluster_name = 'east@ceph#ceph' WHERE BINARY host = BINARY %%s" % table, (A + "@ceph#ceph",))


def member():
    cluster()
    rows("cinder", "UPDATE services SET cluster_name = 'east@ceph' WHERE BINARY host = BINARY %s", (A + "@ceph",))


def drift():
    rows("cinder", "UPDATE quota_usages SET in_use = in_use + 3 WHERE resource = 'volumes'")


# name: (words, what is done to the rows before, what ours is told beyond the fence and --yes). A callable is a word, once the rows are there.
VOLUME, BACKUP, CG = "volume update_host", "backup update_backup_host", "cg update_cg_host"
CASES = {
    "one pool": (moves(VOLUME, A + "@ceph#ceph", B + "@ceph#ceph"), None, []),
    "one pool, volumes only": (moves(VOLUME, A + "@ceph#ceph", B + "@ceph#ceph"), None, ["--volumes-only"]),
    "a backend": (moves(VOLUME, A + "@ceph", B + "@ceph"), None, []),
    "a whole node": (moves(VOLUME, A, B), None, []),
    "a mistyped old host": (moves(VOLUME, A + "@cehp", B + "@ceph"), None, []),
    "a mistyped new host": (moves(VOLUME, A + "@ceph#ceph", B + "@cehp#ceph"), None, []),
    "a name with _": (moves(VOLUME, UNDER + "@ceph", B + "@ceph"), None, []),
    "a name in capitals": (moves(VOLUME, A.upper() + "@nvme", B + "@nvme"), None, []),
    "an owner that reports": (moves(VOLUME, C + "@nvme#nvme", B + "@nvme#nvme"), "a volume on C", []),
    "nothing on the old host": (moves(VOLUME, C + "@ceph", B + "@ceph"), "C is dead", []),
    "an option is missing": (["volume", "update_host", "--currenthost", A + "@ceph"], None, []),
    "300 letters": (moves(VOLUME, A + "@ceph#ceph", "h" * 300), None, []),
    "the service of volumes": (["volume", "update_service"], "volumes without a service", []),
    "a volume on no host": (["volume", "delete", volume(None, "error")], "metadata of a volume on no host", []),
    "a volume in use": (["volume", "delete", volume(A + "@ceph#ceph", "in-use")], None, []),
    "a volume with an owner": (["volume", "delete", volume(B + "@ceph#ceph")], None, []),
    "an unknown volume": (["volume", "delete", "11111111-0000-4000-8000-000000000000"], None, []),
    "backups of a node": (moves(BACKUP, A, B), None, []),
    "backups, in capitals": (moves(BACKUP, A.upper(), B), None, []),
    "backups, a mistyped old host": (moves(BACKUP, A + "x", B), None, []),
    "backups, a mistyped new host": (moves(BACKUP, A, B + "x"), None, []),
    "a consistency group's pool": (moves(CG, A + "@ceph#ceph", B + "@ceph#ceph"), None, []),
    "consistency groups of a backend": (moves(CG, A + "@ceph", B + "@ceph"), None, []),
    "consistency groups, a mistyped old host": (moves(CG, A + "@cehp#ceph", B + "@ceph#ceph"), None, []),
    "all services": (["service", "list"], None, []),
    "a dead service that owns rows": (["service", "remove", "cinder-volume", A + "@ceph"], None, []),
    "the same, accepted": (["service", "remove", "cinder-volume", A + "@ceph"], None, ["--accept", "service-owns"]),
    "a service by its node": (["service", "remove", "cinder-volume", A], None, []),
    "a service that reports": (["service", "remove", "cinder-volume", B + "@ceph"], None, []),
    "an unknown service": (["service", "remove", "cinder-volume", A + "@cehp"], None, []),
    "all clusters": (["cluster", "list"], "a cluster", []),
    "another name for a cluster": (["cluster", "rename", "east@ceph", "west@ceph"], "a cluster", []),
    "the full name": (["cluster", "rename", "--full-rename", "east@ceph", "west@ceph"], "a cluster", ["--accept", "pools-lost"]),
    "a new name that no cluster has": (["cluster", "rename", "east@ceph", "wset@ceph"], "a cluster", []),
    "an unknown cluster": (["cluster", "rename", "esat@ceph", "west@ceph"], "a cluster", []),
    "an empty cluster": (["cluster", "remove", "cinder-volume", "west@ceph"], "a cluster", []),
    "a cluster with members": (["cluster", "remove", "cinder-volume", "east@ceph"], "a cluster with a member", []),
    "a cluster and its members": (["cluster", "remove", "--recursive", "cinder-volume", "east@ceph"], "a cluster with a member", ["--accept", "cluster-owns"]),
    "a cluster that is not there": (["cluster", "remove", "cinder-volume", "esat@ceph"], "a cluster", []),
    "usage without drift": (["quota", "check", "--project-id", "tenant"], "usage of a project", []),
    "usage with drift": (["quota", "check", "--project-id", "tenant"], "drift of a project", []),
    "drift, written": (["quota", "sync", "--project-id", "tenant"], "drift of a project", []),
    "drift of a project with groups": (["quota", "check", "--project-id", PROJECT], "drift", []),
    "drift of all projects": (["quota", "check"], "drift", []),
    "drift of all projects, written": (["quota", "sync"], "drift", []),
    "a mistyped project": (["quota", "check", "--project-id", PROJECT[:-1]], None, []),
    "all backups": (["backup", "list"], None, []),
    "all hosts": (["host", "list"], None, []),
    "the hosts of no zone": (["host", "list", "nvoa"], None, []),
}
DEAD_TOO = {"C is dead": True}
PREPARE = {
    None: lambda: None,
    "usage of a project": lambda: rows("cinder", "INSERT INTO quota_usages (deleted, project_id, resource, in_use, reserved) VALUES (0, 'tenant', 'volumes', 0, 0)"),
    "drift of a project": lambda: rows("cinder", "INSERT INTO quota_usages (deleted, project_id, resource, in_use, reserved) VALUES (0, 'tenant', 'volumes', 3, 0)"),
    "a cluster": cluster, "a cluster with a member": member, "drift": drift,
    "C is dead": lambda: harness.heartbeats(dead=(A, C), alive=(B,)),
    "a volume on C": lambda: rows("cinder", "UPDATE volumes SET host = %s WHERE BINARY host = BINARY %s LIMIT 1", (C + "@nvme#nvme", B + "@nvme#nvme")),
    "volumes without a service": lambda: rows("cinder", "UPDATE volumes SET service_uuid = NULL WHERE BINARY host = BINARY %s", (A + "@nvme#nvme",)),
    "metadata of a volume on no host": lambda: [rows("cinder", "INSERT INTO %s (deleted, volume_id, `key`, value) VALUES (0, %%s, 'a', 'b')" % t,
                                                     (volume(None, "error")(),)) for t in ("volume_metadata", "volume_glance_metadata")]
    + [rows("cinder", "INSERT INTO transfers (deleted, id, volume_id) VALUES (0, 'offer', %s)", (volume(None, "error")(),))],
}


# what a listing is about: ours by these columns, theirs by the places in a line (split at tabs, or at blanks)
LISTED = {"service": (["binary", "host"], None, [0, 1]), "cluster": (["name", "binary"], None, [0, 1]),
          "host": (["host"], None, [0]), "backup": (["id", "host"], "\t", [0, 3])}


def cinder_manage():
    environment = dict(os.environ, PYTHONPATH=os.path.dirname(MANY), PYTHONWARNINGS="ignore")
    return subprocess.Popen(["/usr/bin/python3", MANY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            text=True, env=environment)


class Compare(harness.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.theirs = cinder_manage()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        harness.Tool().run("quota", "sync", "--yes")     # what the seeds' SQL added is counted too
        cls.golden = everything()

    @classmethod
    def tearDownClass(cls):
        cls.theirs.communicate()
        harness.sandbox("reset", "--rows")

    def run_theirs(self, words):
        self.theirs.stdin.write(json.dumps(["--config-file", ENV["SB_CINDER_CONF"], *words]) + "\n")
        self.theirs.stdin.flush()
        return json.loads(self.theirs.stdout.readline())

    @staticmethod
    def listed(words, theirs, ours):
        """Both answers as rows of the same few values."""
        columns, separator, places = LISTED[words[0]]
        lines = [[cell.strip() for cell in line.split(separator)] for line in theirs["out"].splitlines()[1:] if line.strip()]
        return (sorted([line[i] for i in places] for line in lines),
                sorted([row[c] for c in columns] for row in (ours.json if ours.code == 0 else [])))

    def measure(self, name):
        """What both did: how they ended, how many rows they changed, whether the rows, or the answers, are the same afterwards."""
        words, prepare, more = CASES[name]
        put_back(self.golden)
        harness.heartbeats()
        PREPARE[prepare]()
        before = everything()
        words = [w() if callable(w) else w for w in words]
        theirs = self.run_theirs(words)
        after_theirs = everything()
        put_back(before)
        if not DEAD_TOO.get(prepare):
            harness.heartbeats()
        if words[1] == "list":
            ours = self.tool.run(*words, "-f", "json")
        else:
            ours = self.tool.run(*words, *([] if words[1] == "check" else [*FENCED, "--yes", *more]))
        after = everything()
        if words[1] == "list":
            same = len({str(x) for x in self.listed(words, theirs, ours)}) == 1
        else:
            same = not changed(after_theirs, after)
        return [str(theirs["code"]), str(len(changed(before, after_theirs))), str(ours.code), str(len(changed(before, after))),
                "same" if same else "differ"]

    @staticmethod
    def page():
        """The lines of its tables: case, how theirs ended, its rows, how ours ended, its rows, afterwards, why."""
        found = {}
        for line in open(PAGE):
            cells = [c.strip() for c in line.strip().strip("|").split("|")]
            if len(cells) == 7 and re.fullmatch(r"\d+", cells[1]):
                found[cells[0]] = cells[1:]
        return found

    def test_the_page_says_what_happens(self):
        page = self.page()
        self.assertEqual(set(page), set(CASES))
        for name in CASES:
            with self.subTest(case=name):
                measured = self.measure(name)
                self.assertEqual(measured, page[name][:5])
                if measured[:2] != measured[2:4] or measured[4] != "same":
                    self.assertTrue(page[name][5], "no word on why they differ")
