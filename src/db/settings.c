/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "internal.h"
#include "sql_catalogue.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/str.h"

/* What a server's defaults would do to a session: what the session can set is set and read back, and what it cannot, and what
 * decides whether this server takes writes, is kept for db_check_writes(). */

struct server_row {
	const char *hostname, *version;
	int64_t port, server_id;
};
static const struct db_shape server_row_shape = DB_SHAPE(struct server_row,
    DB_COLUMNS(struct server_row, hostname, port, server_id, version));

struct variable_row {
	const char *variable_name, *value;
};
struct member_row {
	const char *state;
	bool own;
};
struct members {
	DB_ROWS(struct member_row);
};
static const struct db_shape member_row_shape = DB_SHAPE(struct member_row, DB_COLUMNS(struct member_row, own, state));

struct variables {
	DB_ROWS(struct variable_row);
};
static const struct db_shape variable_row_shape = DB_SHAPE(struct variable_row,
    DB_COLUMNS(struct variable_row, variable_name, value));

/* As SHOW VARIABLES prints what sql/session/settings_set.sql and settings_set_whole.sql have set. One that a server has not it
 * does not list, and it cannot disturb. sql_mode is longer on some servers: the word that counts is in it. */
static const struct {
	const char *name, *value;
} kept[] = {
	{ "autocommit", "ON" },
	{ "sql_mode", "STRICT_ALL_TABLES" },
	{ "time_zone", "+00:00" },
	{ "innodb_lock_wait_timeout", "10" },
	{ "character_set_client", "utf8mb4" },
	{ "character_set_results", "utf8mb4" },
	{ "character_set_connection", "utf8mb4" },
	{ "collation_connection", "utf8mb4_general_ci" },
	{ "sql_select_limit", "18446744073709551615" },
	{ "max_join_size", "18446744073709551615" },
	{ "sql_big_selects", "ON" },
	{ "group_concat_max_len", "1048576" },
	{ "max_sort_length", "1024" },
	{ "sql_safe_updates", "OFF" },
	{ "sql_auto_is_null", "OFF" },
	{ "foreign_key_checks", "ON" },
	{ "unique_checks", "ON" },
	{ "completion_type", "NO_CHAIN" },
	{ "lock_wait_timeout", "10" },
};
#define KEPT (sizeof kept / sizeof *kept)
#define KEPT_EVERYWHERE 8 /* of them every server has the first: not to be told is not to be sure */

/* NULL: the server has no such variable. */
static const char *variable(const struct variables *variables, const char *name)
{
	for (const struct variable_row *v = variables->v; v < variables->v + variables->n; v++)
		if (strcasecmp(v->variable_name, name) == 0)
			return v->value;
	return NULL;
}

static bool is_variable(const struct variables *variables, const char *name, const char *value)
{
	const char *is = variable(variables, name);

	return is && strcasecmp(is, value) == 0;
}

/* MariaDB 12 has more than two words for read_only; all but OFF keep some writes out. */
static bool is_on(const struct variables *variables, const char *name)
{
	const char *is = variable(variables, name);

	return is && strcasecmp(is, "OFF") != 0 && strcmp(is, "0") != 0 && is[0];
}

static int check_kept(struct db *db, const struct variables *variables, struct error *err)
{
	for (size_t i = 0; i < KEPT; i++) {
		const char *is = variable(variables, kept[i].name);

		if (is ? strcasecmp(is, kept[i].value) == 0 || (i == 1 && strstr(is, kept[i].value)) : i >= KEPT_EVERYWHERE)
			continue;
		error_set(err, ERROR_DB_UNREACHABLE, "%s (%s) does not keep the session settings: %s is '%s', not '%s'",
		    db->label, db->where, kept[i].name, str_or(is, "?"), kept[i].value);
		return error_hint(err, "check for a proxy in between");
	}
	return 0;
}

static int who_answers(struct db *db, struct error *err)
{
	auto_arena struct arena texts = { 0 };
	struct server_row s;
	int found = db_read_one(db, &SQL_SESSION_SERVER_GET, NULL, &server_row_shape, &s, &texts, err);

	if (found < 0)
		return -1;
	if (!found)
		return error_set(err, ERROR_DB_UNREACHABLE,
		    "%s (%s) does not return its session settings: check for a proxy in between", db->label, db->where);
	if (db_session_id(db, &db->server.connection_id, err) != 0)
		return -1;
	snprintf(db->server.text, sizeof db->server.text, "%s:%lld server_id=%lld version=%s", s.hostname, (long long)s.port,
	    (long long)s.server_id, s.version);
	return 0;
}

static int list_variables(struct db *db, struct variables *out, struct error *err)
{
	return db_read(db, &SQL_SESSION_VARIABLE_LIST, NULL, &variable_row_shape, &out->rows, err);
}

static uint64_t number_of(const struct variables *variables, const char *name)
{
	return strtoull(str_or(variable(variables, name), "0"), NULL, 10);
}

static void add_galera(struct db *db, const struct variables *variables, const struct variables *status)
{
	struct db_server *s = &db->server;
	size_t n = strlen(s->text);

	s->galera_max_rows = number_of(variables, "wsrep_max_ws_rows");
	s->galera_max_bytes = number_of(variables, "wsrep_max_ws_size");
	s->galera_ready = is_variable(status, "wsrep_ready", "ON") && is_variable(status, "wsrep_cluster_status", "Primary") &&
	    is_variable(status, "wsrep_local_state_comment", "Synced") && !is_variable(variables, "wsrep_desync", "ON") &&
	    !is_variable(variables, "wsrep_dirty_reads", "ON");
	snprintf(s->text + n, sizeof s->text - n, " galera=%s node=%s",
	    str_or(variable(status, "wsrep_cluster_state_uuid"), ""), str_or(variable(variables, "wsrep_node_name"), ""));
}

static int look_for_galera(struct db *db, const struct variables *variables, struct error *err)
{
	struct variables status;

	db->server.galera_ready = true;
	db->server.galera = is_variable(variables, "wsrep_on", "ON");
	if (!db->server.galera)
		return 0;
	if (db_read(db, &SQL_SESSION_WSREP_LIST_STATUS, NULL, &variable_row_shape, &status.rows, err) != 0)
		return -1;
	add_galera(db, variables, &status);
	db_rows_free(&status.rows);
	return db_session(db, &SQL_SESSION_WSREP_SYNC, err);
}

static bool is_reachable(const struct member_row *m)
{
	return strcasecmp(m->state, "ONLINE") == 0 || strcasecmp(m->state, "RECOVERING") == 0;
}

/* Without a majority a member stays ONLINE in its own eyes, and a COMMIT there waits without end. */
static void judge_members(struct db_server *s, const struct members *members)
{
	const char *own = "OFFLINE";
	size_t reachable = 0;

	for (const struct member_row *m = members->v; m < members->v + members->n; m++) {
		reachable += is_reachable(m);
		if (m->own)
			own = m->state;
	}
	s->group_ready = strcasecmp(own, "ONLINE") == 0 && reachable * 2 > members->n;
	snprintf(s->group_state, sizeof s->group_state, "%s, %zu of %zu members are reachable", own, reachable, members->n);
}

static int ask_members(struct db *db, struct error *err)
{
	struct members members;

	db->server.group_state[0] = '\0';
	if (db_read(db, &SQL_SESSION_GROUP_LIST_MEMBERS, NULL, &member_row_shape, &members.rows, err) == 0) {
		judge_members(&db->server, &members);
		db_rows_free(&members.rows);
	} else if (err->kind == ERROR_REFUSED) { /* a right that few accounts have: unknown, which doctor says */
		error_clear(err);
		db->doomed = false;
	}
	return err->kind ? -1 : 0;
}

static int look_for_group(struct db *db, const struct variables *variables, struct error *err)
{
	const char *name = str_or(variable(variables, "group_replication_group_name"), "");
	struct db_server *s = &db->server;
	size_t n = strlen(s->text);

	s->group_ready = true;
	s->group = name[0] != '\0';
	if (!s->group)
		return 0;
	s->group_max_bytes = number_of(variables, "group_replication_transaction_size_limit");
	snprintf(s->text + n, sizeof s->text - n, " group=%s", name);
	return ask_members(db, err);
}

bool db_is_in_group(struct db *db)
{
	struct error err = { 0 };
	struct variables now;
	bool is_read_only;

	if (list_variables(db, &now, &err) != 0)
		return false;
	is_read_only = is_on(&now, "super_read_only") || is_on(&now, "read_only");
	db_rows_free(&now.rows);
	return !is_read_only && (!db->server.group || (ask_members(db, &err) == 0 && db->server.group_ready));
}

static bool logs_statements(const struct variables *variables)
{
	return is_on(variables, "log_bin") && is_variable(variables, "binlog_format", "STATEMENT");
}

/* The server's default may be what this account must not change (BINLOG ADMIN, SESSION_VARIABLES_ADMIN): then no write of ours
 * would be taken, which is known here and not in the middle of a run. */
static int log_rows(struct db *db, const struct variables *variables, struct error *err)
{
	struct error refused = { 0 };
	struct variables now;

	if (!logs_statements(variables))
		return 0;
	db->server.logs_statements = true;
	if (db_session(db, &SQL_SESSION_BINLOG_SET_ROW, &refused) != 0) {
		db->doomed = false;
		return 0;
	}
	if (list_variables(db, &now, err) != 0)
		return -1;
	db->server.logs_statements = logs_statements(&now);
	db_rows_free(&now.rows);
	return 0;
}

/* Some of it came or will go with a release: a server that knows one of them not takes none, and what it has is read back. */
static int set_whole(struct db *db, struct error *err)
{
	if (db_session(db, &SQL_SESSION_SETTINGS_SET_WHOLE, err) == 0)
		return 0;
	if (err->code != 1193)
		return -1;
	error_clear(err);
	db->doomed = false;
	return 0;
}

int db_set_up_session(struct db *db, struct error *err)
{
	struct variables variables;
	int rc;

	if (db_session(db, &SQL_SESSION_SETTINGS_SET, err) != 0 || set_whole(db, err) != 0 || who_answers(db, err) != 0 ||
	    list_variables(db, &variables, err) != 0)
		return -1;
	db->server.read_only = is_on(&variables, "read_only") || is_on(&variables, "super_read_only") ||
	    is_on(&variables, "innodb_read_only");
	db->in_transaction = variable(&variables, "transaction_isolation") ? &SQL_SESSION_TRANSACTION_GET :
	    variable(&variables, "tx_isolation")                           ? &SQL_SESSION_TRANSACTION_GET_TX :
									     NULL;
	db->limit = variable(&variables, "max_statement_time") ? LIMIT_SECONDS :
	    variable(&variables, "max_execution_time")         ? LIMIT_MILLISECONDS :
								 LIMIT_NONE;
	rc = check_kept(db, &variables, err) != 0 || look_for_galera(db, &variables, err) != 0 ||
		look_for_group(db, &variables, err) != 0 || log_rows(db, &variables, err) != 0 ?
	    -1 :
	    0;
	db_rows_free(&variables.rows);
	return rc;
}

int db_check_writes(const struct db *db, struct error *err)
{
	const struct db_server *s = &db->server;

	if (s->read_only) {
		error_set(err, ERROR_REFUSED, "%s (%s) is read only", db->label, db->where);
		return error_hint(err, "connect to the server that accepts writes");
	}
	if (s->galera && !s->galera_ready) {
		error_set(err, ERROR_DB_UNREACHABLE, "%s (%s) is a Galera node that is not ready", db->label, s->text);
		return error_hint(err, "use a node that is Primary and Synced");
	}
	if (s->group && !s->group_ready) {
		error_set(err, ERROR_DB_UNREACHABLE, "%s (%s) is a member of a group that takes no writes: %s", db->label,
		    s->text, s->group_state);
		return error_hint(err, "use a member that is ONLINE in a group with a majority");
	}
	if (s->logs_statements) {
		error_set(err, ERROR_REFUSED,
		    "%s (%s) writes its binary log as statements (binlog_format): it takes no write under READ COMMITTED (1665)",
		    db->label, db->where);
		return error_hint(err,
		    "set binlog_format = ROW on the server, or give the account the right to (BINLOG ADMIN; on MySQL SESSION_VARIABLES_ADMIN)");
	}
	return 0;
}
