# SPDX-License-Identifier: Apache-2.0
"""The main job with guests that boot: what each says before its host loses its power, and after the rescue."""
import os

from claims import all_silent, cloud, first_boot, same_disk, say


def words(guests):
    for guest in guests:
        now = guest.answer()
        say("%-9s %-11s %s" % (guest.name, guest.ip, "says: counter %d, boot %s" % (now.counter, now.boot[:8]) if now else "is silent"))


def story(c):
    os.environ["GUESTS_SHOW"] = "1"
    guests = c.boot(c.a, image="image", volume="volume files", data="data files")
    before = first_boot(guests)
    words(guests)
    say("nova-api is stopped, and %s loses its power" % c.a)
    cloud("kill", "nova-api")
    before = {g.name: g.goes_on() or before[g.name] for g in guests}
    cloud("off", c.a)
    all_silent(guests)
    c.wait_down(c.a)
    c.tool("host", "show", c.a)
    c.rescue(c.a, c.b, "demo: its processes were killed with its init")
    same_disk(guests, before, c.a)
    words(guests)
