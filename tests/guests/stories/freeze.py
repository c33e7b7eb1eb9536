# SPDX-License-Identifier: Apache-2.0
"""A host freezes, and thaws: its guest is not run twice meanwhile, and goes on as if nothing had been."""
from claims import claim, cloud, first_boot, say


def story(c):
    a, b = c.a, c.b
    guest = c.boot(a, frozen="volume files")[0]
    before = first_boot([guest])
    cloud("kill", "nova-api")
    say("every process of %s stops where it is" % a)
    cloud("freeze", a)
    claim("a frozen guest is silent", guest.silent, guest.answer)
    c.wait_down(a)
    code, said = c.rescue(a, b, "a sentence that is not true", "--only", guest.uuid)
    claim("the rescue of a frozen host does not end with 0", code != 0, said)
    claim("the lock of a frozen QEMU holds", 'Failed to get "write" lock' in "".join(
        r["details"] or "" for r in c.rows("nova", "select details from instance_faults where instance_uuid = %s", (guest.uuid,))), said)
    say("%s thaws" % a)
    cloud("thaw", a)
    now = guest.goes_on(60)
    claim("the guest goes on, in the same boot, and alone", now and now.boot == before[guest.name].boot and guest.writers() == {now.boot}, (before, now))
