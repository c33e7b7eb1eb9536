# SPDX-License-Identifier: Apache-2.0
"""A host loses its power, and its guests' disks are in Ceph: each comes back elsewhere, and may write in spite of the dead one's lock."""
from claims import all_silent, claim, cloud, first_boot, same_disk, say


def story(c):
    a, b = c.a, c.b
    guests = c.boot(a, one="volume rbd", two="data rbd")
    before = first_boot(guests)
    cloud("kill", "nova-api")
    before = {g.name: g.goes_on() or before[g.name] for g in guests}
    say("%s loses its power" % a)
    cloud("off", a)
    all_silent(guests)
    c.wait_down(a)
    code, said = c.rescue(a, b, "its processes were killed with its init")
    claim("the rescue ends with 0", code == 0, said)
    same_disk(guests, before, a)
    for guest in guests:
        now = guest.goes_on()
        claim("%s alone writes on its image" % guest.name, now and guest.writers() == {now.boot}, guest.writers)
