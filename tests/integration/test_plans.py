# SPDX-License-Identifier: Apache-2.0
"""--plan-out, plan show, plan apply: what was shown is what is done, or nothing."""
import hashlib
import json
import os
import random
import shlex
import subprocess

import harness
import journals
import landing
from harness import A, B, C, DRIFT, FENCED, NOT_FOUND, OK, PARTIAL, REFUSED, rows, value

MOVE = ["volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *FENCED]


class Plans(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.file = os.path.join(self.tool.state, "x.plan")

    def write(self, *words, file=None):
        return self.tool.run(*words, "--plan-out", file or self.file, "-f", "json")

    def apply(self, *words):
        return self.tool.run("plan", "apply", self.file, *words, "-f", "json")

    def document(self, file=None):
        return json.load(open(file or self.file))

    def test_what_a_plan_has_left_needs_a_new_one(self):
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        self.expect(self.write("host", "evacuate", A, "--only", "image-active-0", "--only", "image-active-1", *FENCED), OK)
        running = self.tool.start("plan", "apply", self.file, "--yes", "-f", "json")
        landing.land(landing.uuid_of(conductor.wait_for(1, 30)[0]), B)
        failed = landing.uuid_of(conductor.wait_for(2, 30)[1])
        rows("nova", "UPDATE migrations SET status = 'failed' WHERE instance_uuid = %s AND status = 'accepted'", (failed,))
        rows("nova", "UPDATE instances SET vm_state = 'error', task_state = NULL WHERE uuid = %s", (failed,))
        out, err = (x.decode() for x in running.communicate(timeout=90))
        self.assertEqual(running.returncode, PARTIAL, out + err)
        self.assertIn("make a new plan", json.loads(out)["next"])   # this one would be refused: it was applied

    def test_a_plan_is_written_shown_and_applied(self):
        before = harness.checksum()
        self.expect(self.write(*MOVE), OK)
        self.unchanged(before)
        self.assertFalse(os.path.exists(os.path.join(self.tool.state, "journal")))
        self.assertEqual(os.stat(self.file).st_mode & 0o777, 0o600)
        plan = self.document()
        steps = [s for u in plan["units"] for s in u["steps"]]
        self.assertTrue(all(s["before"] and s["after"] and s["id"] for s in steps))
        for key in ("run", "tool", "at", "expires_at", "user", "on"):
            self.assertTrue(plan["made"][key], key)
        self.assertTrue(plan["world"]["servers"][0]["server"])
        page = open(os.path.join(harness.ROOT, "docs", "plan.md")).read()
        for key in [*plan, *plan["made"], *plan["world"], *plan["units"][0], *steps[0]]:
            self.assertIn("`%s`" % key, page)
        shown = self.expect(self.tool.run("plan", "show", self.file), OK)
        for s in steps:
            self.assertIn(s["id"], shown.out)
        self.assertEqual(self.expect(self.tool.run("plan", "show", self.file, "-f", "json"), OK).json, plan)
        self.expect(self.apply(), REFUSED, "--yes")
        self.unchanged(before)
        self.expect(self.apply("--dry-run"), OK)
        self.unchanged(before)
        r = self.expect(self.apply("--yes"), OK)
        self.assertEqual(r.json["run"], plan["made"]["run"])
        self.assertEqual([(s["kind"], s["id"], s["before"], s["after"], s["state"]) for s in r.json["steps"]],
                         [(s["kind"], s["id"], s["before"], s["after"], "proved") for s in steps])
        done = harness.checksum()
        self.expect(self.apply("--yes"), DRIFT, "applied already")
        self.unchanged(done)

    def test_the_same_world_gives_the_same_plan(self):
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        for words in (MOVE, ["host", "rescue", A, "--to", B, *FENCED, "--no-wait"]):
            other = self.file + ".2"
            self.expect(self.write(*words), OK)
            self.expect(self.write(*words, file=other), OK)
            self.assertEqual(self.document()["units_sha256"], self.document(other)["units_sha256"])
            self.assertNotEqual(self.document()["sha256"], self.document(other)["sha256"])
            os.unlink(self.file)
            os.unlink(other)

    def test_a_changed_byte_is_refused(self):
        self.expect(self.write(*MOVE), OK)
        good, before = open(self.file, "rb").read(), harness.checksum()
        chosen = random.Random(7)
        for i in chosen.sample(range(len(good)), 40) + [0, len(good) - 1, len(good) - 2, len(good) - 4]:
            with open(self.file, "wb") as f:
                f.write(good[:i] + bytes([good[i] ^ (1 << chosen.randrange(8))]) + good[i + 1:])
            self.expect(self.apply("--yes"), REFUSED, "one byte at least was changed")
        for n in (0, 1, 80, len(good) // 2, len(good) - 1):
            with open(self.file, "wb") as f:
                f.write(good[:n])
            self.expect(self.apply("--yes"), REFUSED)
        with open(self.file, "wb") as f:
            f.write(good + b"\n")
        self.expect(self.apply("--yes"), REFUSED)
        self.unchanged(before)

    def changed(self, old, new):
        """By somebody who can make the sum."""
        text = open(self.file).read()
        head = text[:text.rindex(',"sha256":')]
        self.assertIn(old, head)
        head = head.replace(old, new)
        with open(self.file, "w") as f:
            f.write('%s,"sha256":"%s"}\n' % (head, hashlib.sha256(head.encode()).hexdigest()))

    def test_a_plan_ends_and_is_for_its_own_server(self):
        self.expect(self.write(*MOVE), OK)
        plan, before = self.document(), harness.checksum()
        server = plan["world"]["servers"][0]["server"]
        self.changed(server, "127.0.0.1:1")
        self.expect(self.apply("--yes"), DRIFT, "another server", server, "127.0.0.1:1")
        self.changed("127.0.0.1:1", server)
        self.changed(plan["made"]["expires_at"], "2026-01-31T03:04:05.678Z")
        self.expect(self.apply("--yes"), REFUSED, "expired at 2026-01-31")
        self.expect(self.tool.run("plan", "show", self.file), OK)
        self.unchanged(before)

    def paste(self, line, *more):
        """A command that was printed, in a shell: it has the run's own global options."""
        command = line[line.index("evac-manage"):].replace("evac-manage", shlex.quote(harness.TOOL), 1)
        done = subprocess.run(["bash", "-c", " ".join([command, *more])], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        return harness.Result([command], done.returncode, done.stdout, done.stderr)

    def test_each_ending_says_the_file_its_steps_until_when_it_is_good_and_what_comes_next(self):
        self.file = os.path.join(self.tool.state, "a plan.json")
        r = self.expect(self.tool.run(*MOVE, "--plan-out", self.file), OK)
        plan = self.document()
        n, until = sum(len(u["steps"]) for u in plan["units"]), plan["made"]["expires_at"]
        self.assertGreater(n, 5)
        self.assertNotIn("nothing to do", r.out)
        steps, good, following = r.out.splitlines()[-3:]
        self.assertIn("plan: %d steps in " % n, steps)
        self.assertIn(self.file, steps)
        self.assertIn(until, good)
        self.assertRegex(following, "^  next +evac-manage .*plan apply ")
        shown = self.expect(self.tool.run("plan", "show", self.file), OK)
        self.assertIn("%d steps; good until %s" % (n, until), shown.err.splitlines()[-2])
        self.assertEqual(shown.err.splitlines()[-1].partition("evac-manage ")[2], following.partition("evac-manage ")[2])
        before = harness.checksum()
        dry = self.expect(self.paste(following, "--dry-run"), OK, "[DRY-RUN]")
        self.assertEqual(dry.out.splitlines()[-1], following)
        self.expect(self.paste(following), REFUSED, "no terminal to ask on")
        self.unchanged(before)
        self.expect(self.paste(following, "--yes"), OK, "verified")
        applied = self.expect(self.tool.run("plan", "show", self.file), OK, "applied already").err.splitlines()[-1]
        self.assertIn("journal show %s" % plan["made"]["run"], applied)
        self.expect(self.paste(applied), OK, "volume")

    def test_the_endings_in_json_of_an_expired_one_and_of_one_without_steps(self):
        r = self.expect(self.write(*MOVE), OK)
        self.assertEqual(r.json["good_until"], self.document()["made"]["expires_at"])
        self.assertIn("plan apply " + self.file, r.json["next"])
        self.changed(r.json["good_until"], "2026-01-31T03:04:05.678Z")
        self.expect(self.tool.run("plan", "show", self.file), OK, "expired at 2026-01-31T03:04:05.678Z", "next: the same volume update_host, with --plan-out")
        self.expect(self.tool.run(*MOVE, "--yes"), OK)
        empty = self.expect(self.write(*MOVE, file=self.file + ".2"), OK)
        self.assertIn("0 steps", empty.json["summary"])
        self.assertIsNone(empty.json["next"])
        self.expect(self.tool.run(*MOVE, "--dry-run", "--plan-out", self.file + ".3"), OK, "nor was " + self.file + ".3")
        self.assertFalse(os.path.exists(self.file + ".3"))

    def test_drift_is_named_row_by_row(self):
        self.expect(self.write(*MOVE), OK)
        volumes = [s for u in self.document()["units"] for s in u["steps"] if s["kind"] == "volume"]
        moved, gone, kept = volumes[0]["id"], volumes[1]["id"], volumes[2]["id"]
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (A + "@ceph#other", moved))
        rows("cinder", "UPDATE volumes SET deleted = 1 WHERE id = %s", (gone,))
        came = value("cinder", "SELECT id FROM volumes WHERE host LIKE %s AND deleted = 0 LIMIT 1", (A + "@nvme%",))
        rows("cinder", "UPDATE volumes SET host = %s WHERE id = %s", (A + "@ceph#ceph", came))
        before = harness.checksum()
        r = self.expect(self.apply("--yes"), DRIFT, moved, gone, came, A + "@ceph#other", "came since")
        self.assertNotIn(kept, r.err)
        self.unchanged(before)
        r = self.expect(self.apply("--yes", "--skip-drifted"), OK)
        self.assertFalse({moved, gone, came} & {s["id"] for s in r.json["steps"]})
        self.assertEqual(value("cinder", "SELECT host FROM volumes WHERE id = %s", (came,)), A + "@ceph#ceph")
        self.assertEqual(value("cinder", "SELECT host FROM volumes WHERE id = %s", (moved,)), A + "@ceph#other")
        self.assertTrue(value("cinder", "SELECT host FROM volumes WHERE id = %s", (kept,)).startswith(B + "@"))

    def test_every_check_runs_again(self):
        self.expect(self.write(*MOVE), OK)
        rows("cinder", "UPDATE services SET disabled = 1 WHERE host = %s", (B + "@ceph",))
        before = harness.checksum()
        r = self.expect(self.apply("--yes"), REFUSED)
        self.assertIn("target-disabled", r.findings())
        self.unchanged(before)

    def test_a_stop_finding_writes_no_plan(self):
        self.expect(self.tool.run(*MOVE[:-2], "--plan-out", self.file), REFUSED, "fencing-unconfirmed")
        self.assertFalse(os.path.exists(self.file))
        self.expect(self.write(*MOVE), OK)
        text = open(self.file).read()
        self.expect(self.write(*MOVE), harness.ERROR, "there already")
        self.assertEqual(text, open(self.file).read())
        self.expect(self.tool.run("plan", "show", self.file + ".no"), NOT_FOUND)
        self.expect(self.tool.run("plan", "apply", self.file + ".no", "--yes"), NOT_FOUND)

    def test_an_evacuation_by_plan_has_the_ids_of_the_plans_run(self):
        conductor = harness.Conductor()
        self.addCleanup(conductor.close)
        self.expect(self.write("host", "rescue", A, "--to", B, *FENCED, "--no-wait"), OK)
        self.assertEqual(conductor.casts, [])
        waves = [u["wave"] for u in self.document()["units"] if u["kind"] == "evacuation"]
        self.assertEqual((waves.count(1), sorted(set(waves))), (1, list(range(1, max(waves) + 1))))
        r = self.apply("--yes")
        self.assertIn(r.code, (OK, PARTIAL), str(r))
        self.assertEqual(len(conductor.wait_for(len(waves))), len(waves))
        marks = [s for u in self.document()["units"] for s in u["steps"] if s["kind"] == "compute_service"]
        self.assertEqual(value("nova", "SELECT disabled_reason FROM services WHERE id = %s", (marks[0]["id"],)),
                         marks[0]["after"]["disabled_reason"])
        self.expect(self.apply("--yes"), DRIFT)
        self.assertEqual(len(conductor.casts), len(waves))

    def test_words_that_write_no_plan(self):
        """Going on settles a run first, which writes; statements on stdout are no plan."""
        self.tool.types = False  # no run has that name: what to recover is the typist's own word
        for words in (["host", "rescue", A, "--resume", "20260131T030405Z-host-rescue-1a2b3c4d"],
                      ["journal", "undo", "20260131T030405Z-host-rescue-1a2b3c4d", "--sql"]):
            self.expect(self.write(*words), harness.USAGE, "--plan-out")
            self.assertFalse(os.path.exists(self.file))

    def test_an_undo_can_be_a_plan(self):
        before = rows("cinder", "SELECT id, host FROM volumes ORDER BY id")
        self.expect(self.tool.run(*MOVE, "--yes"), OK)
        run = os.path.basename(journals.path_of(self.tool))[:-len(".jsonl")]
        harness.heartbeats(alive=(A, B, C), dead=())
        self.expect(self.write("journal", "undo", run), OK)
        self.expect(self.apply("--yes"), OK)
        self.assertEqual(before, rows("cinder", "SELECT id, host FROM volumes ORDER BY id"))
