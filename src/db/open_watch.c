/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>

#include "internal.h"
#include "util/lang.h"

/* The connection that is being opened: the library names a socket first when it has to wait for it, and has no word for whose
 * it is. */
static struct db *opening;

static int wait_for_socket(my_socket fd, my_bool is_read, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = is_read ? POLLIN : POLLOUT };
	int rc;

	if (opening && fd >= 0 && (!opening->watch.on || opening->watch.fd != fd))
		deadline_watch(&opening->watch, fd, opening->open_ms);
	do
		rc = poll(&p, 1, timeout_ms ? timeout_ms : -1);
	while (rc == -1 && errno == EINTR);
	if (rc == 0)
		errno = ETIMEDOUT;
	return rc;
}

void db_watch_opening(struct db *db, int64_t within_ms)
{
	union {
		int (*in)(my_socket, my_bool, int);
		void *out; /* the library takes it as such */
	} wait = { .in = wait_for_socket };

	opening = db;
	db->open_ms = within_ms;
	mysql_optionsv(db->mysql, MARIADB_OPT_IO_WAIT, wait.out);
}

void db_watch_connected(struct db *db)
{
	my_socket fd = mysql_get_socket(db->mysql);

	opening = NULL;
	if (!db->watch.on && fd >= 0)
		deadline_watch(&db->watch, fd, db->open_ms);
}

void db_watch_opened(struct db *db)
{
	db->open_ms = 0;
	if (db->watch.on)
		deadline_watch(&db->watch, db->watch.fd, 0);
}

void db_watch_answer(struct db *db, bool begins)
{
	if (db->watch.on && !db->open_ms && (deadline_answer_ms() || db->watch.until_ms))
		deadline_watch(&db->watch, db->watch.fd, begins ? deadline_answer_ms() : 0);
}

int db_check_time(struct db *db, struct error *err)
{
	if (!deadline_is_over())
		return 0;
	error_set(err, ERROR_DB_UNREACHABLE, "not asked: %s (%s): the deadline of this command, %lld s, was over", db->label,
	    db->where, (long long)deadline_seconds());
	return error_hint(err, "the server before it took the time; --deadline SECONDS gives the command more");
}

int db_fail_late(struct db *db, enum db_phase phase, const char *name, struct error *err)
{
	bool late = deadline_has_cut(&db->watch);

	if (!db->watch.on && !late)
		return 0;
	if (late || mysql_get_socket(db->mysql) < 0) { /* the library has closed it, and its number may be another's soon */
		deadline_unwatch(&db->watch);
		db->watch.cut = late;
	} else if (!db->open_ms) {
		db_watch_answer(db, false);
	}
	if (!late || phase == PHASE_COMMIT)
		return 0;
	if (db->open_ms && !deadline_is_over()) {
		error_set(err, ERROR_DB_UNREACHABLE,
		    "cannot connect to %s (%s): it answers, but not to the end within %lld s%s%s", db->label, db->where,
		    (long long)db->open_ms / 1000, name ? " in " : "", name ? name : "");
		return error_hint(err,
		    "the server or the network before it is overloaded, or no database server: look at it from this machine");
	}
	error_set(err, ERROR_DB_UNREACHABLE,
	    "%s %s (%s): no answer to the end within %lld s, the deadline of this command%s%s; what comes after it was not asked",
	    phase == PHASE_CONNECT ? _("cannot connect to") : _("cannot read"), db->label, db->where,
	    (long long)deadline_seconds(), name ? " in " : "", name ? name : "");
	return error_hint(err, "look why this server is slow; --deadline SECONDS gives the command more time");
}
