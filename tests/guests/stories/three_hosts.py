# SPDX-License-Identifier: Apache-2.0
"""Three hosts. One loses its power, its guests go to both others, as the scheduler spreads them; in the middle of that a second one loses its
power, with guests of its own, with some that have just come and some on their way. In the end all of them run on the third, each once."""
from claims import all_silent, claim, cloud, first_boot, same_disk, say, until


def story(c):
    a, b, third = c.a, c.b, c.c
    guests = c.boot(a, one="volume rbd", two="volume files", three="volume rbd", four="volume files")
    own, calm = c.boot(b, own="volume files")[0], c.boot(third, calm="volume rbd")[0]
    before = first_boot(guests + [own, calm])
    cloud("kill", "nova-api")
    before = {g.name: g.goes_on() or before[g.name] for g in guests + [own, calm]}
    say("%s loses its power" % a)
    cloud("off", a)
    c.wait_down(a)
    running = c.begin_rescue(a, third, "its processes were killed with its init", "--timeout", "60")

    def chosen():
        last = [(c.evacuations(g) or [{"status": "", "dest_compute": ""}])[-1] for g in guests]
        return [m for m in last if m["dest_compute"]]

    def on_their_way():
        return len(chosen()) == len(guests) and [m for m in chosen() if m["dest_compute"] == b and m["status"] in ("pre-migrating", "migrating")]
    # the first two go to one host each, as both have the same room; the scheduler is left no choice about the others, which could all go to one
    until("the scheduler to choose for the first two", lambda: len(chosen()) > 1, 200)
    c.takes_guests(third, False)
    until("a guest on its way to %s" % b, on_their_way, 200)
    c.takes_guests(third, True)
    say("%s loses its power, with guests on their way to it" % b)
    cloud("off", b)
    code, said = c.end_tool(running)
    went = {g.name: c.evacuations(g)[-1] for g in guests}
    claim("the scheduler spread them over both hosts", {m["dest_compute"] for m in went.values()} == {b, third}, went)
    lost = [g for g in guests if went[g.name]["status"] not in ("done", "completed")]
    claim("the rescue does not call all of them verified: each that was on its way to %s is named" % b,
          code != 0 and lost and all(g.name in said for g in lost), (code, said))
    c.wait_down(b)
    all_silent([own])
    last = {g.name: g.last() for g in lost + [own] + [g for g in guests if went[g.name]["dest_compute"] == b]}
    here = [g for g in guests if g.name not in last]
    same_disk(here, before, a, b)

    code, said = c.rescue(b, third, "its processes were killed with its init")
    claim("the rescue of the second host ends with 0", code == 0, said)
    same_disk([g for g in guests + [own] if g.name in last and g not in lost], last, a, b)

    code, said = c.rescue(a, third, "its processes were killed with its init")
    claim("what was on its way is not begun again: its evacuation is open", code != 0 and
          all(len(c.evacuations(g)) == 1 for g in lost), said)
    say("five minutes later nobody works on it any more: it is closed")
    for guest in lost:
        until("nova to be silent about %s" % guest.name, lambda: c.tool("migration", "close", str(went[guest.name]["id"]), "--yes")[0] == 0, 500)
    code, said = c.rescue(a, third, "its processes were killed with its init", *(
        word for g in lost for word in ("--accept", "guest-may-still-run:" + g.uuid)))
    claim("the rescue of the first host ends with 0", code == 0, said)
    same_disk(lost, last, a, b)
    for guest in guests + [own]:
        now = guest.goes_on(60)
        claim("%s alone writes on its disk" % guest.name, now and guest.writers() == {now.boot}, guest.writers)
    now = calm.goes_on()
    claim("the guest that was on the third host has not noticed", now and now.boot == before[calm.name].boot, (before, now))
