# SPDX-License-Identifier: Apache-2.0
"""A cinder database with every kind of row and every trap, each with what the takeover of 'dead' by 'next' makes of it.

Written from cinder's source and schema, not from the program's answers. A row is (table, id, columns, changed): `changed` is what
the takeover leaves in it; None: the row must stay as it is, byte for byte. updated_at is not compared in rows that change.
"""
DEAD, NEXT = "dead-1", "next-1"
UUID = {name: "%08x-5e41-4000-8000-000000000000" % n for n, name in enumerate(
    ["dead@ceph", "dead@ssd", "next@ceph", "next@ssd", "other@ceph", "twin_@ceph", "TWIN@ceph", "member@ceph", "gone@ceph"], 1)}

# id, host, uuid, cluster, deleted; report_count and heartbeats are set by the test
SERVICES = [
    (101, DEAD + "@ceph", UUID["dead@ceph"], "cinder-volume", None, 0),
    (102, DEAD + "@ssd", UUID["dead@ssd"], "cinder-volume", None, 0),
    (103, NEXT + "@ceph", UUID["next@ceph"], "cinder-volume", None, 0),
    (104, NEXT + "@ssd", UUID["next@ssd"], "cinder-volume", None, 0),
    (105, "other-1@ceph", UUID["other@ceph"], "cinder-volume", None, 0),
    (106, "dead_1@ceph", UUID["twin_@ceph"], "cinder-volume", None, 0),
    (107, "DEAD-1@ceph", UUID["TWIN@ceph"], "cinder-volume", None, 0),
    (108, "member-1@ceph", UUID["member@ceph"], "cinder-volume", "east@ceph", 0),
    (109, DEAD + "@ceph", UUID["gone@ceph"], "cinder-volume", None, 1),        # an older row of the same name, removed
    (110, DEAD, None, "cinder-backup", None, 0),
    (111, NEXT, None, "cinder-backup", None, 0),
    (112, "dead_1", None, "cinder-backup", None, 0),
]


def volume(n, host, uuid=None, **more):
    return ("volumes", "%08x-0000-4000-8000-000000000000" % n,
            dict({"host": host, "service_uuid": uuid, "status": "available", "attach_status": "detached", "deleted": 0, "cluster_name": None,
                  "migration_status": None, "availability_zone": "nova"}, **more))


def moved(row, host, uuid):
    return row + ({"host": host, "service_uuid": UUID[uuid]},)


def stays(row):
    return row + (None,)


MIGRATED = "00000011-0000-4000-8000-000000000000"
D, S = UUID["dead@ceph"], UUID["dead@ssd"]
ROWS = [
    # what is owned: every status moves, every pool is kept
    moved(volume(1, DEAD + "@ceph#ceph", D), NEXT + "@ceph#ceph", "next@ceph"),
    moved(volume(2, DEAD + "@ceph#fast", D, status="in-use", attach_status="attached"), NEXT + "@ceph#fast", "next@ceph"),
    moved(volume(3, DEAD + "@ceph", D), NEXT + "@ceph", "next@ceph"),                          # no pool: stays without
    moved(volume(4, DEAD + "@ceph#ceph", None), NEXT + "@ceph#ceph", "next@ceph"),             # never had a service_uuid
    moved(volume(5, DEAD + "@ceph#ceph", UUID["gone@ceph"]), NEXT + "@ceph#ceph", "next@ceph"),  # uuid of a removed service
    moved(volume(6, DEAD + "@ceph#ceph", UUID["other@ceph"]), NEXT + "@ceph#ceph", "next@ceph"),  # uuid of a stranger
    moved(volume(7, DEAD + "@ssd#gold", S), NEXT + "@ssd#gold", "next@ssd"),
    moved(volume(8, DEAD + "@ceph#ceph", D, migration_status="success"), NEXT + "@ceph#ceph", "next@ceph"),
    moved(volume(9, DEAD + "@ceph#ceph", D, migration_status="error"), NEXT + "@ceph#ceph", "next@ceph"),
    moved(volume(10, DEAD + "@ceph#ceph", D, availability_zone="az9"), NEXT + "@ceph#ceph", "next@ceph"),
    moved(volume(11, DEAD + "@ceph#ceph", D, status="error"), NEXT + "@ceph#ceph", "next@ceph"),
    moved(volume(12, DEAD + "@ceph#ceph", D, status="creating"), NEXT + "@ceph#ceph", "next@ceph"),
    moved(volume(13, DEAD + "@ceph#ceph", D, status="deleting"), NEXT + "@ceph#ceph", "next@ceph"),
    moved(volume(14, DEAD + "@ceph#ceph", D, status="uploading"), NEXT + "@ceph#ceph", "next@ceph"),
    moved(volume(15, DEAD + "@ceph#ceph", D, status="backing-up"), NEXT + "@ceph#ceph", "next@ceph"),
    moved(volume(17, DEAD + "@ceph#ceph", D, migration_status="migrating"), NEXT + "@ceph#ceph", "next@ceph"),           # with --accept in-flight
    moved(volume(18, DEAD + "@ceph#ceph", D, migration_status="target:" + MIGRATED), NEXT + "@ceph#ceph", "next@ceph"),
    moved(volume(19, DEAD + "@ceph#ceph ", D), NEXT + "@ceph#ceph ", "next@ceph"),             # '=' would ignore the blank; it is the pool's
    moved(volume(20, DEAD + "@ceph#ceph", D, group_id="aaaaaaaa-0000-4000-8000-000000000001"), NEXT + "@ceph#ceph", "next@ceph"),
    moved(volume(21, DEAD + "@ssd#gold", S, consistencygroup_id="bbbbbbbb-0000-4000-8000-000000000001"), NEXT + "@ssd#gold", "next@ssd"),
    moved(volume(22, DEAD + "@ceph#ceph", D, availability_zone=None, display_name="it's \"100%\" \\ \N{SNOWMAN}"), NEXT + "@ceph#ceph", "next@ceph"),
    moved(volume(16, DEAD + "@ceph#ceph", D, status="maintenance"), NEXT + "@ceph#ceph", "next@ceph"),
    # what only looks so
    stays(volume(30, DEAD + "@ceph#ceph", D, deleted=1, status="deleted")),
    stays(volume(31, None, None, status="error")),
    stays(volume(32, "dead_1@ceph#ceph", UUID["twin_@ceph"])),
    stays(volume(33, "DEAD-1@ceph#ceph", UUID["TWIN@ceph"])),
    stays(volume(34, "dead-10@ceph#ceph", None)),
    stays(volume(35, "xdead-1@ceph#ceph", None)),
    stays(volume(36, "other-1@ceph#" + DEAD, D)),                                              # named in the pool alone; its uuid is the dead one's
    stays(volume(37, "other-1@ceph#ceph", UUID["other@ceph"], availability_zone=DEAD)),
    stays(volume(38, NEXT + "@ceph#ceph", UUID["next@ceph"])),
    stays(volume(39, "member-1@ceph#ceph", UUID["member@ceph"], cluster_name="east@ceph#ceph")),
    stays(volume(40, "dead-2@ceph#ceph", None)),
    stays(volume(41, "other-1@ceph#ceph", UUID["other@ceph"], migration_status="target:00000008-0000-4000-8000-000000000000")),
    stays(volume(42, DEAD + " @ceph#ceph", None)),                                             # another node: named with a blank
    stays(volume(43, "other-1@ceph#" + DEAD + "@ceph", None)),
    stays(volume(44, DEAD + "@ceph#ceph", D, deleted=None)),                                   # cinder sees neither a live nor a deleted row
    # beside the volumes
    ("groups", "aaaaaaaa-0000-4000-8000-000000000001", {"host": DEAD + "@ceph#ceph", "status": "available", "deleted": 0}, {"host": NEXT + "@ceph#ceph"}),
    ("groups", "aaaaaaaa-0000-4000-8000-000000000002", {"host": DEAD + "@ceph#ceph", "status": "deleted", "deleted": 1}, None),
    ("groups", "aaaaaaaa-0000-4000-8000-000000000003", {"host": "dead_1@ceph#ceph", "status": "available", "deleted": 0}, None),
    ("consistencygroups", "bbbbbbbb-0000-4000-8000-000000000001", {"host": DEAD + "@ssd#gold", "status": "available", "deleted": 0}, {"host": NEXT + "@ssd#gold"}),
    ("consistencygroups", "bbbbbbbb-0000-4000-8000-000000000002", {"host": "DEAD-1@ceph#ceph", "status": "available", "deleted": 0}, None),
    ("image_volume_cache_entries", 71, {"host": DEAD + "@ceph#ceph", "image_id": "i1", "volume_id": "v", "size": 1}, {"host": NEXT + "@ceph#ceph"}),
    ("groups", "aaaaaaaa-0000-4000-8000-000000000004", {"host": "member-1@ceph#ceph", "cluster_name": "east@ceph#ceph", "status": "available", "deleted": 0}, None),
    ("consistencygroups", "bbbbbbbb-0000-4000-8000-000000000003", {"host": DEAD + "@ceph#ceph", "status": "deleted", "deleted": 1}, None),
    ("consistencygroups", "bbbbbbbb-0000-4000-8000-000000000004", {"host": "member-1@ceph#ceph", "cluster_name": "east@ceph#ceph", "status": "available", "deleted": 0}, None),
    ("image_volume_cache_entries", 73, {"host": "member-1@ceph#ceph", "cluster_name": "east@ceph#ceph", "image_id": "i1", "volume_id": "v", "size": 1}, None),
    ("image_volume_cache_entries", 74, {"host": "dead_1@ceph#ceph", "image_id": "i2", "volume_id": "v", "size": 1}, None),
    ("image_volume_cache_entries", 75, {"host": DEAD + "@ssd", "image_id": "i2", "volume_id": "v", "size": 1}, {"host": NEXT + "@ssd"}),
    ("image_volume_cache_entries", 72, {"host": "other-1@ceph#ceph", "image_id": "i1", "volume_id": "v", "size": 1}, None),
    ("workers", 81, {"resource_type": "Volume", "resource_id": "w1", "status": "creating", "service_id": 101, "race_preventer": 3, "deleted": 0},
     {"service_id": 103, "race_preventer": 4}),
    ("workers", 82, {"resource_type": "Snapshot", "resource_id": "w2", "status": "creating", "service_id": 102, "race_preventer": 0, "deleted": 0},
     {"service_id": 104, "race_preventer": 1}),
    ("workers", 83, {"resource_type": "Volume", "resource_id": "w3", "status": "creating", "service_id": 106, "race_preventer": 0, "deleted": 0}, None),
    ("workers", 84, {"resource_type": "Volume", "resource_id": "w4", "status": "creating", "service_id": None, "race_preventer": 0, "deleted": 0}, None),
    ("workers", 85, {"resource_type": "SENTINEL", "resource_id": "w5", "status": "", "service_id": 101, "race_preventer": 0, "deleted": 0}, None),
    ("snapshots", "cccccccc-0000-4000-8000-000000000001", {"volume_id": "00000001-0000-4000-8000-000000000000", "status": "creating", "deleted": 0}, None),
    ("volume_attachment", "dddddddd-0000-4000-8000-000000000001",
     {"volume_id": "00000002-0000-4000-8000-000000000000", "attached_host": DEAD, "attach_status": "attached", "deleted": 0}, None),
    # backups are another command's
    ("backups", "eeeeeeee-0000-4000-8000-000000000001", {"volume_id": "00000001-0000-4000-8000-000000000000", "host": DEAD, "status": "available", "deleted": 0}, "backups"),
    ("backups", "eeeeeeee-0000-4000-8000-000000000002", {"volume_id": "x", "host": DEAD, "status": "creating", "deleted": 0}, "backups"),
    ("backups", "eeeeeeee-0000-4000-8000-000000000003", {"volume_id": "x", "host": DEAD, "status": "deleted", "deleted": 1}, None),
    ("backups", "eeeeeeee-0000-4000-8000-000000000004", {"volume_id": "x", "host": "dead_1", "status": "available", "deleted": 0}, None),
    ("backups", "eeeeeeee-0000-4000-8000-000000000005", {"volume_id": "x", "host": "DEAD-1", "status": "available", "deleted": 0}, None),
    ("backups", "eeeeeeee-0000-4000-8000-000000000006", {"volume_id": "x", "host": DEAD + "@ceph", "status": "available", "deleted": 0}, None),
    ("backups", "eeeeeeee-0000-4000-8000-000000000007", {"volume_id": "x", "host": None, "status": "error", "deleted": 0}, None),
]
