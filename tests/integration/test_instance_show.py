# SPDX-License-Identifier: Apache-2.0
"""instance show: the attachments that nova does not map, of which two connections read half each."""
import harness
from harness import OK, rows, value

IDS = ["00000000-0000-4000-8000-000000000001", "7fffffff-0000-4000-8000-000000000002", "80000000-0000-4000-8000-000000000003",
       "ffffffff-0000-4000-8000-000000000004"]
NOT_MAPPED = "nova maps no such volume to it"


class InstanceShow(harness.TestCase):
    def setUp(self):
        super().setUp()
        harness.sandbox("reset", "--rows")
        harness.heartbeats()
        self.uuid = value("nova", "SELECT uuid FROM instances WHERE display_name = 'volume-active-0' AND deleted = 0")
        volumes = rows("cinder", "SELECT id FROM volumes WHERE deleted = 0 AND id NOT IN (SELECT volume_id FROM volume_attachment) ORDER BY id LIMIT 2")
        self.left = [(volumes[i % 2]["id"], id_) for i, id_ in enumerate(IDS)]
        for volume, id_ in self.left:
            rows("cinder", "INSERT INTO volume_attachment (created_at, deleted, id, volume_id, instance_uuid, attached_host, attach_status)"
                 " VALUES (UTC_TIMESTAMP(), 0, %s, %s, %s, 'gone', 'attached')", (id_, volume, self.uuid))

    def shown(self, parts):
        """(volume, attachment) that nova does not map, and nova's own; read in so many parts."""
        done = self.expect(self.tool.run("instance", "show", "volume-active-0", "-f", "json", "--debug"), OK)
        self.assertEqual(done.err.count("cinder/attachment_list_by_instance"), parts, done.err)
        attached = [r for r in done.json if r["section"] == "attachment"]
        return [(r["value"], r["item"]) for r in attached if r["contradiction"] == NOT_MAPPED], [r["item"] for r in attached if r["contradiction"] is None]

    def limit(self, connections):
        for r in rows("mysql", "SELECT user AS account, host AS its FROM user WHERE user = 'cinder'"):
            rows("mysql", "ALTER USER '%s'@'%s' WITH MAX_USER_CONNECTIONS %d" % (r["account"], r["its"].replace("%", "%%"), connections))

    def test_each_is_shown_once_with_a_second_connection_and_without(self):
        two = self.shown(2)
        self.assertEqual(two[0], sorted(self.left))
        self.assertEqual(len(two[1]), 1)
        self.addCleanup(self.limit, 0)
        self.limit(1)
        self.assertEqual(self.shown(1), two)
