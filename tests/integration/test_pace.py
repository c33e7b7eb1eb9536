# SPDX-License-Identifier: Apache-2.0
"""How many are under way at once, in all and on one host, and a cloud that takes no more."""
import json
import os
import re
import time

import harness
import landing
from cloud import clone
from harness import A, B, C, ERROR, FENCED, OK, PARTIAL, rows

GO = FENCED + ["--yes"]
FILL = 200


class Busy(harness.Conductor):
    """Takes one message after the other; while it is stuck the rest waits in its queue."""

    def __init__(self):
        self.stuck, self.held = False, None
        super().__init__()

    def _listen(self):
        self.channel.basic_cancel(self.tag)
        self.channel.basic_qos(0, 1, False)
        self.tag = self.channel.basic_consume("conductor", callback=self._take)
        while not self.stopping:
            if self.held and not self.stuck:
                message, self.held = self.held, None
                self.channel.basic_ack(message.delivery_tag)
            try:
                self.connection.drain_events(timeout=0.05)
            except TimeoutError:
                pass

    def _take(self, message):
        if not message.body.startswith("fill"):
            self._got(message)
        if self.stuck:
            self.held = message
        else:
            self.channel.basic_ack(message.delivery_tag)

    def fill(self):
        import amqp
        self.stuck = True
        connection = amqp.Connection("127.0.0.1:%s" % harness.ENV["SB_AMQP_PORT"], userid=harness.ENV["SB_AMQP_USER"], password=harness.ENV["SB_AMQP_PASS"])
        connection.connect()
        for _ in range(FILL):
            connection.channel(1).basic_publish(amqp.Message("fill"), routing_key="conductor")
        connection.close()


class Pace(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.conductor = Busy()
        self.addCleanup(self.conductor.close)

    def configure(self, **keys):
        with open(os.path.join(self.tool.state, "site.conf"), "a") as f:
            f.write("\n[pace]\n" + "".join("%s = %s\n" % k for k in keys.items()))

    def begin(self, n, *more):
        self.ids = clone(n)
        harness.heartbeats()                      # that of many takes a while
        only = [word for id_ in self.ids for word in ("--only", id_)]
        running = self.tool.start("host", "evacuate", A, *only, *GO, "-f", "json", *more)
        self.addCleanup(lambda: (running.poll() is None and running.kill(), running.communicate()))
        return running

    def cast(self, n):
        """How many were cast when ${n} were, and the time was that more would have taken."""
        self.conductor.wait_for(n, 60)
        time.sleep(2.2)
        return len(self.conductor.casts)

    def land(self, first, until, host=B):
        for i in range(first, until):
            landing.land(landing.uuid_of(self.conductor.wait_for(i + 1, 60)[i]), host)

    def ends(self, running, code):
        out, err = running.communicate(timeout=90)
        self.assertEqual(running.returncode, code, (out + err).decode())
        return json.loads(out), err.decode()

    def records(self, kind):
        (journal,) = self.tool.journals()
        return [r for r in journal if r["type"] == kind]

    def test_without_a_number_it_begins_with_two_a_target_and_goes_on_with_more(self):
        running = self.begin(24)
        self.assertEqual(self.cast(1), 1)
        self.land(0, 1)
        self.assertEqual(self.cast(5), 5)         # four, for two hosts
        self.land(1, 5)
        self.assertEqual(self.cast(13), 13)       # eight
        self.land(5, 24)
        document, err = self.ends(running, OK)
        paces = self.records("pace")
        self.assertEqual([(r["width"], r["was"], r["why"]) for r in paces[:2]], [(4, None, "begins"), (8, 4, "rate-rises")])
        self.assertEqual((paces[0]["targets"], paces[0]["per_target"], paces[0]["a_minute"]), (2, 8, None))
        self.assertGreater(paces[1]["a_minute"], 0)
        shown = self.expect(self.tool.run("journal", "show", document["run"], "--follow"), OK)
        self.assertIn("under way at once: 8 (rate-rises)", shown.out)

    def test_a_number_that_is_given_stays(self):
        self.configure(max_in_flight=3)
        running = self.begin(9)
        self.assertEqual(self.cast(1), 1)
        self.land(0, 1)
        self.assertEqual(self.cast(4), 4)
        self.land(1, 9)
        self.ends(running, OK)
        self.assertEqual([(r["width"], r["why"], r["per_target"]) for r in self.records("pace")], [(3, "given", None)])

    def test_the_option_goes_before_the_configuration(self):
        self.configure(max_in_flight=3)
        running = self.begin(4, "--max-in-flight", "1")
        for n in range(4):
            self.assertEqual(self.cast(n + 1), n + 1)
            self.land(n, n + 1)
        self.ends(running, OK)

    def test_a_host_has_no_more_than_its_number(self):
        running = self.begin(7, "--max-in-flight", "6", "--max-per-target", "2")
        self.assertEqual(self.cast(1), 1)
        self.land(0, 1)
        self.assertEqual(self.cast(5), 5)         # two for each of two hosts, as planned
        for i in range(1, 5):                     # the scheduler has all of them on one
            rows("nova", "UPDATE migrations SET status = 'pre-migrating', dest_compute = %s WHERE instance_uuid = %s AND status = 'accepted'",
                 (B, landing.uuid_of(self.conductor.casts[i])))
        time.sleep(1)
        self.land(1, 3)                           # and two are under way there still
        self.assertEqual(self.cast(6), 6)         # what is planned for the other host has a place, and what is for this one has none
        self.land(3, 7)
        self.ends(running, OK)
        self.assertEqual([(r["width"], r["per_target"]) for r in self.records("pace")], [(4, 2)])

    def test_a_target_that_is_asked_for_is_the_only_one(self):
        running = self.begin(6, "--target_host", C, "--max-in-flight", "5", "--max-per-target", "2")
        self.assertEqual(self.cast(1), 1)
        self.land(0, 1, C)
        self.assertEqual(self.cast(3), 3)
        self.land(1, 6, C)
        self.ends(running, OK)

    def stuck(self, *more, **keys):
        self.configure(**keys)
        running = self.begin(4, "--max-in-flight", "2", *more)
        self.conductor.wait_for(1, 60)
        self.conductor.fill()
        time.sleep(2.5)                           # two looks
        self.land(0, 1)
        time.sleep(2)
        self.assertEqual(len(self.conductor.casts), 1)
        self.assertIsNone(running.poll())
        return running

    def test_a_queue_that_is_long_is_waited_for(self):
        running = self.stuck()
        self.conductor.stuck = False
        self.land(1, 4)
        _, err = self.ends(running, OK)
        self.assertRegex(err, r"queue 'conductor' holds \d+ messages, and instances are begun when 50 or fewer are left .*; waiting for 300 s at most")
        self.assertIn("the cloud takes more again; instances are begun again", err)
        waits, goes = self.records("health")
        self.assertEqual([(r["state"], r["ails"]) for r in (waits, goes)], [("waits", "queue"), ("goes-on", "nothing")])
        self.assertGreater(waits["messages"], 100)
        self.assertLessEqual(goes["messages"], 50)

    def test_and_not_for_ever(self):
        running = self.stuck(patience=6)
        document, _ = self.ends(running, PARTIAL)
        left = [s for s in document["steps"] if s["kind"] == "instance" and s["state"] == "skipped"]
        self.assertEqual(len(left), 3)
        for step in left:
            self.assertRegex(step["error"], r"^not begun within 6 s: queue 'conductor' holds \d+ messages")
        self.assertEqual([r["state"] for r in self.records("health")], ["waits", "given-up"])

    def test_a_run_that_waits_can_be_paused_and_the_wait_does_not_count(self):
        running = self.stuck(patience=6)
        self.tool.types = False
        name = re.match(r"(.*)\.jsonl", [n for n in os.listdir(os.path.join(self.tool.state, "journal")) if n.endswith(".jsonl")][0]).group(1)
        self.expect(self.tool.run("journal", "pause", name), OK)
        time.sleep(9)
        self.assertIsNone(running.poll())
        self.conductor.stuck = False
        time.sleep(1)
        self.assertEqual(len(self.conductor.casts), 1)
        self.expect(self.tool.run("journal", "resume", name), OK)
        self.land(1, 4)
        self.ends(running, OK)
        self.assertEqual([r["state"] for r in self.records("health")], ["waits", "goes-on"])

    def test_evacuations_of_others_that_fail_are_waited_for(self):
        ids = clone(3)
        for id_ in ids:
            rows("nova", "INSERT INTO instance_actions (created_at, action, instance_uuid, request_id, start_time) VALUES"
                 " (UTC_TIMESTAMP(), 'evacuate', %s, %s, UTC_TIMESTAMP())", (id_, "req-" + id_))
            rows("nova", "INSERT INTO instance_actions_events (created_at, event, action_id, start_time, finish_time, result) SELECT UTC_TIMESTAMP(),"
                 " 'compute_rebuild_instance', id, UTC_TIMESTAMP(), UTC_TIMESTAMP(), 'Error' FROM instance_actions WHERE request_id = %s", ("req-" + id_,))
        self.configure(patience=4)
        document, err = self.ends(self.begin(2), ERROR)
        self.assertIn("of 3 rebuilds and evacuations of others that ended in the last minute 3 failed; waiting for 4 s at most", err)
        self.assertEqual(self.conductor.casts, [])
        self.assertEqual({s["state"] for s in document["steps"] if s["kind"] == "instance"}, {"skipped"})
        rows("nova", "UPDATE instance_actions_events SET finish_time = UTC_TIMESTAMP() - INTERVAL 2 MINUTE")

    def test_the_plan_says_who_goes_together(self):
        ids = clone(7)
        words = ["host", "evacuate", A, *[w for i in ids for w in ("--only", i)], *FENCED, "--dry-run", "-f", "json"]
        wave = lambda *more: sorted(s["wave"] for s in self.tool.run(*words, *more).json["steps"] if s["kind"] == "instance")
        self.assertEqual(wave(), [1, 2, 2, 2, 2, 3, 3])
        self.assertEqual(wave("--max-in-flight", "6"), [1, 2, 2, 2, 2, 2, 2])
        self.assertEqual(wave("--max-in-flight", "6", "--max-per-target", "1"), [1, 2, 2, 3, 3, 4, 4])
