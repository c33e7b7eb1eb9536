# SPDX-License-Identifier: Apache-2.0
"""A guest that was stopped stays stopped elsewhere: it does not reach its disk."""
from claims import claim, cloud, first_boot, until


def story(c):
    a, b = c.a, c.b
    guest = c.boot(a, stopped="volume files")[0]
    first_boot([guest])
    c.nova("POST", "/servers/%s/action" % guest.uuid, {"os-stop": None})
    until("the guest to stop", lambda: guest.row()["vm_state"] == "stopped", 180)
    wrote = guest.writers(1)
    last = guest.on_disk()
    claim("a stopped guest is silent", guest.silent, guest.answer)
    cloud("kill", "nova-api")
    cloud("off", a)
    c.wait_down(a)
    code, said = c.rescue(a, b, "its processes were killed with its init")
    claim("the rescue ends with 0", code == 0, said)
    claim("nova calls it stopped, on another host", guest.row()["host"] != a and guest.row()["vm_state"] == "stopped", guest.row)
    claim("it is silent", guest.silent, guest.answer)
    claim("nothing was written on its disk since it stopped", (guest.on_disk(), guest.writers(1)) == (last, wrote), (last, guest.on_disk()))
    cloud("start", "nova-api")
    c.nova("POST", "/servers/%s/action" % guest.uuid, {"os-start": None})
    now = guest.answers(150)
    claim("started there, it answers, and found what it had written", now and last and now.found.startswith(last), (last, now))
