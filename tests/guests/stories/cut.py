# SPDX-License-Identifier: Apache-2.0
"""A host loses its cable to the control plane, not its power; its guest on a block device is evacuated all the same, and the cable is put
back: two guests write, until nova-compute there is started anew."""
from claims import claim, cloud, first_boot, say, until


def story(c):
    a, b = c.a, c.b
    guest = c.boot(b, cut="volume luns")[0]
    before = first_boot([guest])[guest.name]
    cloud("kill", "nova-api")
    say("%s is cut off from the control plane" % b)
    cloud("cut", b)
    c.wait_down(b)
    claim("the guest of a host that is cut off goes on", lambda: guest.goes_on(), guest.answer)
    code, said = c.rescue(b, a, "a sentence that is not true", "--only", guest.uuid)
    claim("the rescue cannot see it: it ends with 0", code == 0, said)
    claim("two boots write on one device", until("the second writer", lambda: len(guest.writers()) == 2, 90), guest.writers)
    say("the cable is put back")
    cloud("heal", b)
    until("%s to report" % b, lambda: c.up(b), 120)
    code, said = c.tool("host", "return", b)
    claim("host return stops: nova-compute there was not started since", code != 0 and "nova-compute" in said and "restart" in said, said)
    claim("both still write", len(guest.writers()) == 2, guest.writers)
    cloud("kill", "nova-compute-B")
    cloud("start", "nova-compute-B")
    until("its copy to be dropped", lambda: guest.uuid not in c.domains(b), 120)
    left = guest.writers()
    claim("nova-compute started anew removes its copy: one boot writes, and it is not the first", len(left) == 1 and left != {before.boot}, left)
