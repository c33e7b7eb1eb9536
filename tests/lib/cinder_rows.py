# SPDX-License-Identifier: Apache-2.0
"""The rows of cinder's database that commands of ours or of cinder-manage write: all of them, what changed, and back again."""
from harness import rows

TABLES = ["volumes", "snapshots", "backups", "groups", "consistencygroups", "image_volume_cache_entries", "workers", "services",
          "clusters", "quota_usages", "reservations", "volume_metadata", "volume_admin_metadata", "volume_glance_metadata",
          "volume_attachment", "transfers"]
TIMES = {"updated_at", "deleted_at", "modified_at"}      # when, not what


def everything():
    return {(t, r["id"]): r for t in TABLES for r in rows("cinder", "SELECT * FROM `%s`" % t)}


def changed(before, after):
    """The rows that are others now, whenever they were written."""
    def same(x, y):
        return x and y and {c: v for c, v in x.items() if c not in TIMES} == {c: v for c, v in y.items() if c not in TIMES}
    return [key for key in before.keys() | after.keys() if not same(before.get(key), after.get(key))]


def put_back(wanted):
    """Every row as it was."""
    now = everything()
    for table, id_ in changed(wanted, now):
        want, have = wanted.get((table, id_)), now.get((table, id_))
        if not want:
            rows("cinder", "DELETE FROM `%s` WHERE id = %%s" % table, (id_,))
        elif have:
            rows("cinder", "UPDATE `%s` SET %s WHERE id = %%s" % (table, ", ".join("`%s` = %%s" % c for c in want)), [*want.values(), id_])
        else:
            raise AssertionError("row %s of %s is gone" % (id_, table))
