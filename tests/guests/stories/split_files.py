# SPDX-License-Identifier: Apache-2.0
"""Only a host's daemons die, and an operator says that it is fenced: on shared files QEMU's lock saves the disks, and the run stops."""
from claims import claim, cloud, first_boot, say


def story(c):
    a, b = c.a, c.b
    c.site("life_ports = none")   # else the host's own address would say it first: the story life
    guests = c.boot(b, first="volume files", second="volume files")
    before = first_boot(guests)
    say("nova-compute, cinder-volume and neutron's agent of %s are killed; its guests are not" % b)
    cloud("kill", "nova-api", "nova-compute-B", "cinder-volume-B", "neutron-agent-B")
    c.wait_down(b)
    code, said = c.rescue(b, a, "a sentence that is not true")
    claim("the rescue stops", code in (1, 6, 7), said)
    claim("QEMU on the other host refused: it could not get the write lock", 'Failed to get "write" lock' in "".join(
        r["details"] or "" for r in c.rows("nova", "select details from instance_faults")), said)
    claim("one instance was cast, not the next", 1 == c.rows(
        "nova", "select count(*) as n from migrations where migration_type = 'evacuation' and instance_uuid in (%s, %s)",
        tuple(guest.uuid for guest in guests))[0]["n"], said)
    claim("the program names it: the guest still runs", "guest-alive" in said, said)
    for guest in guests:
        now = guest.goes_on()
        claim("%s goes on where it was, in the same boot" % guest.name, now and now.boot == before[guest.name].boot, (before, now))
        claim("%s: one boot writes on its disk" % guest.name, guest.writers() == {before[guest.name].boot}, guest.writers)
