# SPDX-License-Identifier: Apache-2.0
"""A host is cut off, and its guests live on, with their disks in Ceph. While they reach it, the rescue is refused, --fence storage or not. Then
every cable is out: --fence storage keeps them off their disks, which go on elsewhere; the cables are put back, and what still runs there is
refused, in its own words."""
from claims import claim, cloud, first_boot, same_disk, say, until


def story(c):
    a, b = c.a, c.b
    guests = c.boot(a, one="volume rbd", two="volume rbd")
    before = first_boot(guests)
    say("%s is cut off from the control plane; its guests write on" % a)
    cloud("kill", "nova-api")
    cloud("cut", a)
    c.wait_down(a)
    for fence in ([], ["--fence", "storage"]):
        code, said = c.rescue(a, b, "a sentence that is not true", *fence)
        claim("their disks are held open: the rescue is refused%s" % (", with --fence storage, too" if fence else ""),
              code == 5 and "disk-watched" in said, said)
    for guest in guests:
        claim("%s was not cast, and goes on" % guest.name, not c.evacuations(guest) and guest.goes_on(), lambda: (c.evacuations(guest), guest.answer()))

    say("every cable of %s is pulled; its guests run, and wait for their disks" % a)
    before = {g.name: g.goes_on() or before[g.name] for g in guests}
    cloud("unplug", a)
    last = {g.name: g.on_disk() for g in guests}
    kept_off = set(c.blocklist())
    code, said = c.rescue(a, b, "its switch ports were shut", "--fence", "storage")
    claim("the rescue ends with 0", code == 0, said)
    claim("the old clients are on Ceph's blocklist, one of each disk", len(set(c.blocklist()) - kept_off) == len(guests), c.blocklist)
    for guest in guests:
        claim("%s: nothing was written on its disk in between" % guest.name, guest.found_on_disk(last[guest.name]), (last, guest.on_disk()))
    same_disk(guests, before, a)
    new = {g.name: g.writers() for g in guests}
    for guest in guests:
        claim("%s: one boot writes on its disk, and not the first" % guest.name,
              len(new[guest.name]) == 1 and new[guest.name] != {before[guest.name].boot}, new)

    say("the cables are put back")
    cloud("heal", a)
    until("%s to report" % a, lambda: c.up(a), 120)
    for guest in guests:
        claim("%s, the old one, still runs" % guest.name, guest.uuid in c.running(a), lambda: c.domains(a))
        claim("it is refused: it says so itself", until("the old guest to be refused", lambda: guest.refused(before[guest.name].boot), 120))
        claim("for ten seconds the new boot alone writes on its disk", guest.writers(10) == new[guest.name], guest.writers)
    code, said = c.tool("host", "return", a)
    claim("host return stops: nova-compute there was not started since", code != 0 and "restart" in said, said)
    cloud("kill", "nova-compute-A")
    cloud("start", "nova-compute-A")
    until("its copies to be dropped", lambda: not c.domains(a), 120)
    for guest in guests:
        claim("%s: the new boot writes on, and alone" % guest.name, guest.writers() == new[guest.name], guest.writers)
        now = guest.goes_on(90)
        claim("%s: its counter goes on" % guest.name, now and {now.boot} == new[guest.name], guest.answer)
