# SPDX-License-Identifier: Apache-2.0
"""A host loses its cables to the control plane and to Ceph, not its power: nobody can switch it off. --fence storage keeps its guest off
its disk before the same guest runs elsewhere; the cables are put back, and the first guest can never write again."""
from claims import claim, cloud, first_boot, same_disk, say, until


def story(c):
    a, b = c.a, c.b
    guest = c.boot(a, fenced="volume rbd")[0]
    before = first_boot([guest])
    cloud("kill", "nova-api")
    before[guest.name] = guest.goes_on() or before[guest.name]
    say("%s is cut off from the control plane and from Ceph; its guest runs, and waits for its disk" % a)
    cloud("part", a)
    last = guest.on_disk()
    c.wait_down(a)
    code, said = c.rescue(a, b, "its switch ports were shut", "--only", guest.uuid, "--fence", "storage")
    claim("the rescue ends with 0", code == 0, said)
    claim("the old guest's client is on Ceph's blocklist", c.blocklist(), c.blocklist)
    say("the tenants' wire of %s is pulled, too: two guests had one address there, which no fence of storage prevents" % a)
    cloud("unplug", a)
    claim("nothing was written on its disk in between", guest.found_on_disk(last), (last, guest.on_disk()))
    same_disk([guest], before, a)
    new = guest.writers()
    claim("one boot writes on its disk, and it is not the first", len(new) == 1 and new != {before[guest.name].boot}, new)
    say("the cables are put back; the first guest finds its disk again, and is refused")
    cloud("heal", a)
    until("%s to report" % a, lambda: c.up(a), 120)
    claim("the old guest still runs there", guest.uuid in c.running(a), lambda: c.domains(a))
    claim("for twenty seconds the new boot alone writes", guest.writers(20) == new, guest.writers)
    code, said = c.tool("host", "return", a)
    claim("host return stops: nova-compute there was not started since", code != 0 and "restart" in said, said)
    cloud("kill", "nova-compute-A")
    cloud("start", "nova-compute-A")
    until("its copy to be dropped", lambda: guest.uuid not in c.domains(a), 120)
    claim("the new boot still writes, and alone", guest.writers() == new, guest.writers)
