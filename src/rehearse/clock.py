# SPDX-License-Identifier: Apache-2.0
"""The newest heartbeat of the dumps is now: every time in them is moved by as much, so that each row is as old as it was when it was dumped."""
import threading
import time

# (kind of database, table, column) of what services write while they live
HEARTBEATS = (("nova", "services", "last_seen_up"), ("nova", "services", "updated_at"), ("cinder", "services", "updated_at"),
              ("neutron", "agents", "heartbeat_timestamp"))
DEAD_FOR = 3600
ROUND = 2


class Clock:
    def __init__(self, server, cloud):
        self.server, self.cloud = server, cloud
        self.newest, self.shift = None, 0
        self.over, self.thread, self.began = threading.Event(), None, 0.0

    def places(self):
        for kind, table, column in HEARTBEATS:
            for database in self.cloud.of_kind(kind):
                if column in self.cloud.columns(database, table):
                    yield database, table, column

    def set(self):
        """Moves every time. From here on who reported in the dump still does, as long as we are at work: nobody else reports here."""
        stamps, self.began = [], time.monotonic()
        for database, table, column in self.places():
            found = self.server.ask("SELECT MAX(`%s`), TIMESTAMPDIFF(SECOND, MAX(`%s`), UTC_TIMESTAMP()) FROM `%s`.`%s`" % (column, column, database, table))
            if found and found[0][0]:
                stamps.append((found[0][0], int(found[0][1])))
        if not stamps:
            return
        self.newest, self.shift = max(stamps)
        for database in self.cloud.databases:
            self._move(database)
        self.thread = threading.Thread(target=self._hold, daemon=True)
        self.thread.start()

    def _move(self, database):
        columns = self.server.ask("SELECT c.table_name, c.column_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)"
                                  " WHERE c.table_schema = '%s' AND c.data_type IN ('datetime', 'timestamp') AND t.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'" % database)
        tables = {}
        for table, column in columns:
            tables.setdefault(table, []).append("`{0}` = `{0}` + INTERVAL {1} SECOND".format(column, self.shift))
        script = ["SET time_zone = '+00:00', foreign_key_checks = 0, sql_mode = '';"]
        script += ["UPDATE IGNORE `%s`.`%s` SET %s;" % (database, table, ", ".join(sets)) for table, sets in tables.items()]
        self.server.ask("\n".join(script))

    def kill(self, hosts):
        """These have not reported for an hour, whatever service of theirs."""
        for database, table, column in self.places():
            self.server.ask("UPDATE `%s`.`%s` SET `%s` = UTC_TIMESTAMP() - INTERVAL %d SECOND WHERE BINARY SUBSTRING_INDEX(host, '@', 1) IN (%s)"
                            % (database, table, column, DEAD_FOR, ", ".join(map(quoted, hosts))))

    def _hold(self):
        given, pause, places = 0, 0, list(self.places())
        while not self.over.wait(pause):
            pause = ROUND
            owed = int(time.monotonic() - self.began) - given
            given += owed
            self.server.ask("\n".join("UPDATE `{0}`.`{1}` SET `{2}` = LEAST(`{2}` + INTERVAL {3} SECOND, UTC_TIMESTAMP()) WHERE `{2}` > UTC_TIMESTAMP() - INTERVAL {4} SECOND;"
                                      .format(d, t, c, owed, DEAD_FOR // 2) for d, t, c in places), quiet=True)

    def go_on(self):
        self.over.set()
        if self.thread:
            self.thread.join()


def quoted(name):
    return "'%s'" % name.replace("\\", "\\\\").replace("'", "\\'")
