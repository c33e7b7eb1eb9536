# SPDX-License-Identifier: Apache-2.0
"""Does the program take the steps of the model (tests/model/explore.py), in its order? Seen from outside: in the journal, and by
what the database and the broker have when a step is reached."""
import os
import sys
import time

import blocking
import harness
from harness import A, B, FENCED, OK, value

sys.path.insert(0, os.path.join(harness.ROOT, "tests", "model"))
import explore  # noqa: E402


class Steps(blocking.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = harness.Conductor()
        self.addCleanup(self.conductor.close)

    def test_an_evacuation_keeps_the_models_order(self):
        self.expect(self.tool.run("instance", "evacuate", "image-active-0", *FENCED, "--yes", "--no-wait"), OK)
        (journal,) = self.tool.journals()
        seen = [r["type"] for r in journal if r["type"] in ("intent", "outcome", "publish_intent", "publish_outcome")]
        wanted = [step.split(" ", 1)[1] for step in explore.FORWARD if step.startswith("journal ")]
        self.assertEqual(seen, wanted)
        self.assertEqual(journal[-1]["type"], "end")

    def test_the_next_ones_intent_is_written_before_the_message_leaves(self):
        """Each alone keeps the model's order; of two that follow each other the second is announced before the broker's word about the first
        is written down, and nothing else of it is begun before that."""
        names = ["image-active-0", "image-active-1", "image-stopped-0"]
        self.expect(self.tool.run("host", "evacuate", A, *[w for n in names for w in ("--only", n)], *FENCED, "--yes", "--no-wait", "--no-mark"), OK)
        (journal,) = self.tool.journals()
        seen = [(r["unit"], r["type"]) for r in journal if r["type"] in ("intent", "outcome", "publish_intent", "publish_outcome")]
        wanted = [step.split(" ", 1)[1] for step in explore.FORWARD if step.startswith("journal ")]
        for unit in range(len(names)):
            self.assertEqual([t for u, t in seen if u == unit], wanted)
        for unit in range(1, len(names)):
            self.assertEqual(seen[seen.index((unit - 1, "publish_intent")) + 1:][:3],
                             [(unit, "intent"), (unit - 1, "publish_outcome"), (unit, "outcome")])

    def test_the_intent_is_there_before_the_rows_and_no_message_before_the_commit(self):
        running, c = self.blocked("instance", "evacuate", "image-active-0", *FENCED, "--yes", "--no-wait", database="nova",
                                  table="instances", where="display_name = 'image-active-0' AND deleted = 0")
        (journal,) = self.tool.journals()
        self.assertEqual([r["type"] for r in journal][-1], "intent")
        self.assertEqual(value("nova", "SELECT COUNT(*) FROM migrations m JOIN instances i ON i.uuid = m.instance_uuid"
                                       " WHERE i.display_name = 'image-active-0' AND m.status = 'accepted'"), 0)
        time.sleep(0.3)
        self.assertEqual(self.conductor.casts, [])
        c.rollback()
        self.assertEqual(running.wait(30), OK)
        self.assertEqual(len(self.conductor.wait_for(1)), 1)

    def test_a_moves_intent_is_there_before_its_rows(self):
        running, c = self.blocked("volume", "update_host", "--currenthost", A + "@ceph", "--newhost", B + "@ceph", *FENCED, "--yes")
        (journal,) = self.tool.journals()
        self.assertEqual(journal[-1]["type"], "intent")
        self.assertEqual(sum(r["type"] == "row" for r in journal), journal[-1]["rows"])
        c.rollback()
        self.assertEqual(running.wait(30), OK)
