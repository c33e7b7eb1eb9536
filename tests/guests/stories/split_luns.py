# SPDX-License-Identifier: Apache-2.0
"""A host's nova-compute dies alone; its guests are on block devices, where nothing refuses a second writer. What the rest of the host
says, its network agent, must stop the run, whatever an operator states."""
from claims import claim, cloud, first_boot, say


def story(c):
    a, b = c.a, c.b
    c.site("life_ports = none")   # else the host's own address would say it first: the story life
    guest = c.boot(a, device="volume luns")[0]
    before = first_boot([guest])[guest.name]
    say("nova-compute and cinder-volume of %s are killed; its network agent and its guest are not" % a)
    cloud("kill", "nova-api", "nova-compute-A", "cinder-volume-A")
    c.wait_down(a, agent=False)
    code, said = c.rescue(a, b, "a sentence that is not true", "--only", guest.uuid)
    claim("the rescue is refused", code == 5, said)
    claim("nothing was cast", not c.rows("nova", "select 1 from migrations where source_compute = %s and instance_uuid = %s", (a, guest.uuid)), said)
    claim("the other host has no copy of it", guest.uuid not in c.domains(b), lambda: c.domains(b))
    claim("one boot writes on its device", guest.writers() == {before.boot}, guest.writers)
    claim("it goes on", lambda: guest.goes_on(), guest.answer)
