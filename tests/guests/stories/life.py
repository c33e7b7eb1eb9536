# SPDX-License-Identifier: Apache-2.0
"""A host's daemons die, and its own address answers: at libvirt's port first, then no more than that nothing listens there. Both are life, and
the rescue is refused, whatever an operator states. Without power it answers nothing, another host does, and the rescue goes on."""
from claims import all_silent, claim, cloud, first_boot, same_disk, say


def story(c):
    a, b = c.a, c.b
    guest = c.boot(a, alive="volume luns")[0]
    before = first_boot([guest])
    say("nova-compute, cinder-volume and neutron's agent of %s are killed; its libvirtd and its guest are not" % a)
    cloud("kill", "nova-api", "nova-compute-A", "cinder-volume-A", "neutron-agent-A")
    c.wait_down(a)
    for ports, heard in (("22,16509", "port 16509, was accepted"), ("22,49152", "which takes a running kernel")):
        c.site("life_ports = " + ports)
        code, said = c.rescue(a, b, "a sentence that is not true", "--only", guest.uuid, "--accept", "source-alive")
        claim("at its ports %s it answers: the rescue is refused" % ports, code == 5 and "source-alive" in said and heard in said, said)
    claim("nothing was cast", not c.evacuations(guest), said)
    claim("the other host has no copy of it", guest.uuid not in c.domains(b), lambda: c.domains(b))
    now = guest.goes_on()
    claim("it goes on, in the same boot, and alone",
          now and now.boot == before[guest.name].boot and guest.writers() == {now.boot}, lambda: (before, now, guest.writers()))
    before[guest.name] = now or before[guest.name]
    say("%s loses its power" % a)
    c.site()
    cloud("off", a)
    all_silent([guest])
    code, said = c.rescue(a, b, "its processes were killed with its init", "--only", guest.uuid)
    claim("the rescue ends with 0", code == 0, said)
    shown = " ".join(said.split())
    claim("its address is silent, and another host's is not: that is a witness", "no answer at 10.78.0.1" in shown and "proves nothing" not in shown, said)
    same_disk([guest], before, a)
