# SPDX-License-Identifier: Apache-2.0
"""Only a host's daemons die, its network agent too, and an operator says that it is fenced; its guest's disk is in Ceph, whose lock two
living clients would take from each other. Ceph says who has the disk open: the rescue is refused."""
from claims import claim, cloud, first_boot, say


def story(c):
    a, b = c.a, c.b
    c.site("life_ports = none")   # else the host's own address would say it first: the story life
    guest = c.boot(a, alive="volume rbd")[0]
    before = first_boot([guest])[guest.name]
    say("nova-compute, cinder-volume and neutron's agent of %s are killed; its guest is not" % a)
    cloud("kill", "nova-api", "nova-compute-A", "cinder-volume-A", "neutron-agent-A")
    c.wait_down(a)
    code, said = c.rescue(a, b, "a sentence that is not true", "--only", guest.uuid)
    claim("the rescue is refused: its disk is held open", code == 5 and "disk-watched" in said, said)
    claim("nothing was cast", not c.evacuations(guest), said)
    claim("the other host has no copy of it", guest.uuid not in c.domains(b), lambda: c.domains(b))
    now = guest.goes_on()
    claim("it goes on, in the same boot, and alone", now and now.boot == before.boot and guest.writers() == {now.boot}, (before, now))
