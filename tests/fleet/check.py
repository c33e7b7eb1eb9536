# SPDX-License-Identifier: Apache-2.0
"""An independent judge of a plan: it knows the cloud as it was made, and nothing of the program's own reckoning."""
from fleet import CLASSES


def evacuable(i):
    return i.state in ("active", "stopped", "error")


def wrong(cloud, failed, to):
    """What is wrong with a plan: where each instance of the failed hosts goes, by uuid; one sentence each."""
    host = {h.name: h for h in cloud.hosts}
    used = {h.name: dict(h.used) for h in cloud.hosts}
    where = {i.uuid: i.host.name for i in cloud.instances}
    found = []
    for i in cloud.instances:
        target = host.get(to.get(i.uuid))
        if not to.get(i.uuid):
            continue
        where[i.uuid] = target.name
        for c in CLASSES:
            used[target.name][c] += i.needs[c]
        found += ["%s: %s" % (i.name, text) for bad, text in (
            (i.host.name not in failed, "is on no failed host"), (target.name in failed, "goes to a failed host"), (not target.up, "goes to a host that is down"),
            (target.disabled, "goes to a disabled host"), (not evacuable(i), "is %s" % i.state), (i.zone and i.zone != target.zone, "goes to another zone"),
            (i.fast and not target.fast, "goes outside its aggregate"), (i.trait and not target.trait, "goes to a host without its trait")) if bad]
    for h in cloud.hosts:
        found += ["%s: %d of %d %s" % (h.name, used[h.name][c], h.capacity()[c], c) for c in CLASSES
                  if used[h.name][c] > h.capacity()[c] and used[h.name][c] > h.used[c]]
    for n, policy in enumerate(cloud.groups):
        members = [i for i in cloud.instances if i.group == n]
        for i in members:
            others = [where[o.uuid] for o in members if o is not i]
            if to.get(i.uuid) and policy == "anti-affinity" and where[i.uuid] in others:
                found.append("%s: anti-affinity" % i.name)
    return found


def could_alone(cloud, failed, i, h):
    """If nothing else had to go anywhere."""
    members = [o.host.name for o in cloud.instances if i.group is not None and o.group == i.group and o is not i]
    policy = cloud.groups[i.group] if i.group is not None else None
    return (h.name not in failed and h.up and not h.disabled and all(h.used[c] + i.needs[c] <= h.capacity()[c] for c in CLASSES)
            and i.zone in (None, h.zone) and (h.fast or not i.fast) and (h.trait or not i.trait)
            and not (policy == "anti-affinity" and h.name in members) and not (policy == "affinity" and h.name not in members))


def most_memory(cloud, failed):
    """No plan can bring back more memory than this: of each zone what those need who could go there alone, or what is free there at all."""
    need, free = {}, {}
    for i in cloud.instances:
        if i.host.name in failed and evacuable(i):
            zones = {h.zone for h in cloud.hosts if could_alone(cloud, failed, i, h)}
            key = next(iter(zones)) if len(zones) == 1 else None if zones else "nowhere"
            need[key] = need.get(key, 0) + i.needs["MEMORY_MB"]
    for h in cloud.hosts:
        if h.name not in failed and h.up and not h.disabled:
            free[h.zone] = free.get(h.zone, 0) + h.capacity()["MEMORY_MB"] - h.used["MEMORY_MB"]
    bound = {zone: min(need.get(zone, 0), room) for zone, room in free.items()}
    return sum(bound.values()) + min(need.get(None, 0), sum(free.values()) - sum(bound.values()))
