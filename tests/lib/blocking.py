# SPDX-License-Identifier: Apache-2.0
"""The tool stopped inside one of its transactions: a row that it wants to write is held by the test."""
import time

import harness
from harness import A, value


class TestCase(harness.TestCase):
    def connection(self, database="cinder"):
        c = harness.connect(database, autocommit=False)
        self.addCleanup(lambda: c.open and c.close())
        return c

    def blocked(self, *words, table="volumes", database="cinder", where="host LIKE '" + A.replace("_", "\\_") + "@ceph%%'"):
        """The tool inside its transaction, waiting for a row that we hold; ends when the connection that is returned does."""
        c = self.connection(database)
        with c.cursor() as cursor:
            cursor.execute("SELECT id FROM %s WHERE %s ORDER BY id LIMIT 1 FOR UPDATE" % (table, where.replace("%%", "%")))
            self.assertEqual(cursor.rowcount, 1)
        running = self.tool.start(*words)
        self.addCleanup(lambda: (running.poll() is None and running.kill(), running.communicate()))
        end = time.monotonic() + 30
        while time.monotonic() < end:
            time.sleep(0.2)  # the server renews that table only when nobody has asked for a tenth of a second
            if value("mysql", "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'"):
                return running, c
            self.assertIsNone(running.poll(), "it did not wait")
        self.fail("it did not come to the row")
