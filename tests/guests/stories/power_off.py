# SPDX-License-Identifier: Apache-2.0
"""A host loses its power while nova-api is off; its guests come back on another, and the host comes back empty."""
from claims import all_silent, claim, cloud, first_boot, same_disk, say, until


def story(c):
    a, b = c.a, c.b
    guests = c.boot(a, image="image", volume="volume files", data="data files")
    before = first_boot(guests)
    cloud("kill", "nova-api")
    say("nova-api is off; %s loses its power" % a)
    before = {g.name: g.goes_on() or before[g.name] for g in guests}
    cloud("off", a)
    all_silent(guests)
    c.wait_down(a)
    code, said = c.rescue(a, b, "its processes were killed with its init")
    claim("the rescue ends with 0", code == 0, said)
    same_disk(guests, before, a)

    say("%s has power again" % a)
    code, said = c.tool("host", "return", a)
    claim("host return does not stop it", code == 0, said)
    cloud("on", a)
    until("its copies to be dropped", lambda: not c.domains(a) or None, 90)
    claim("the host that returned has no copy of them", not c.domains(a), lambda: c.domains(a))
    for guest in guests:
        claim("%s elsewhere goes on" % guest.name, lambda: guest.goes_on(), guest.answer)
