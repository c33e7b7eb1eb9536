/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include "internal.h"
#include "util/lang.h"
#include "util/resolve.h"
#include "util/soon.h"

/* Above innodb_lock_wait_timeout (sql/session/settings_set.sql): a lock is waited for until the server says that it is held. */
#define LEAST_WRITE_MS 15000

/* The connection that is being opened: the library names a socket first when it has to wait for it, and has no word for whose
 * it is. */
static _Thread_local struct db *opening;

static int wait_for_socket(my_socket fd, my_bool is_read, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = is_read ? POLLIN : POLLOUT };
	int rc;

	if (opening && fd >= 0 && (!opening->watch.on || opening->watch.fd != fd))
		deadline_watch(&opening->watch, fd, opening->open_ms);
	if (is_read)
		await_soon(fd);
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

int db_find_name(struct db *db, const char *host, struct addrinfo **found, struct error *err)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	int64_t within_ms = deadline_left_ms(RESOLVE_WITHIN_MS);
	int rc = name_resolve(host, NULL, &hints, within_ms, found);

	if (rc != RESOLVE_LATE)
		return 0; /* of a name that is not found the library asks again, and has its own words for what is wrong */
	error_set(err, ERROR_DB_UNREACHABLE,
	    "cannot connect to %s (%s): the name server has not answered for '%s' within %lld s", db->label, db->where, host,
	    (long long)(within_ms + 999) / 1000);
	return error_hint(err, "look at /etc/resolv.conf and the name servers there, or give an address in the connection URL");
}

void db_answer_begins(struct db *db, enum db_phase phase)
{
	int64_t ms = deadline_answer_ms();

	db_wait_ahead(db);
	if (phase == PHASE_WRITE && ms && ms < LEAST_WRITE_MS)
		ms = LEAST_WRITE_MS;
	if (db->answer_ms && (!ms || db->answer_ms < ms))
		ms = db->answer_ms;
	db->given_ms = ms;
	db->too_late = deadline_is_over();
	if (db->watch.on && !db->open_ms && (ms || db->watch.until_ms))
		deadline_watch(&db->watch, db->watch.fd, ms);
}

void db_answer_ends(struct db *db)
{
	if (db->watch.on && !db->open_ms && db->watch.until_ms)
		deadline_watch(&db->watch, db->watch.fd, 0);
}

static int say_no_time(const struct db *db, struct error *err)
{
	error_set(err, ERROR_DB_UNREACHABLE, "not asked: %s (%s): the deadline of this command, %lld s, was over", db->label,
	    db->where, (long long)deadline_seconds());
	return error_hint(err, "the server before it took the time; --deadline SECONDS gives the command more");
}

int db_check_time(struct db *db, struct error *err)
{
	return deadline_is_over() ? say_no_time(db, err) : 0;
}

static const char *what_was_cut(enum db_phase phase)
{
	return phase == PHASE_CONNECT ? N_("cannot connect to") :
	    phase == PHASE_WRITE      ? N_("cannot write to") :
					N_("cannot read");
}

int db_fail_late(struct db *db, enum db_phase phase, const char *name, struct error *err)
{
	bool late = deadline_has_cut(&db->watch);

	if (!db->watch.on && !late)
		return 0;
	if (late || mysql_get_socket(db->mysql) < 0) { /* the library has closed it, and its number may be another's soon */
		deadline_unwatch(&db->watch);
		db->watch.cut = late;
	} else {
		db_answer_ends(db);
	}
	if (!late || phase == PHASE_COMMIT)
		return 0;
	if (db->too_late)
		return say_no_time(db, err);
	if (db->open_ms && !deadline_is_over()) {
		error_set(err, ERROR_DB_UNREACHABLE,
		    "cannot connect to %s (%s): it answers, but not to the end within %lld s%s%s", db->label, db->where,
		    (long long)db->open_ms / 1000, name ? " in " : "", name ? name : "");
		return error_hint(err,
		    "the server or the network before it is overloaded, or no database server: look at it from this machine");
	}
	if (db->given_ms && !deadline_is_over()) {
		error_set(err, ERROR_DB_UNREACHABLE, "%s %s (%s): no answer to the end within %lld s%s%s",
		    _(what_was_cut(phase)), db->label, db->where, (long long)db->given_ms / 1000, name ? " in " : "",
		    name ? name : "");
		return error_hint(err, "look why this server is slow");
	}
	error_set(err, ERROR_DB_UNREACHABLE,
	    "%s %s (%s): no answer to the end within %lld s, the deadline of this command%s%s; what comes after it was not asked",
	    _(what_was_cut(phase)), db->label, db->where, (long long)deadline_seconds(), name ? " in " : "", name ? name : "");
	return error_hint(err, "look why this server is slow; --deadline SECONDS gives the command more time");
}
