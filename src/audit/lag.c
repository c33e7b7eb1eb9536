/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "sql_catalogue.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/str.h"

/* How far a replica is behind, and who is asked what only means something beside a clock: heartbeats and the ages of rows. On a
 * replica whose lag nobody knows those would call a living host dead, so they are read where they are written. */

/* MySQL 8.4 has no SHOW SLAVE STATUS, and before MySQL 8.0.22 and MariaDB 10.5.1 it is the only one. */
#define SYNTAX_ERROR 1064

/* MySQL lists the channels of its own group beside those of a source: a member is never seconds behind by them. */
static bool is_of_the_group(const struct db_stream *stream, const char *const *value)
{
	for (size_t i = 0; i < db_stream_columns(stream); i++)
		if (strcasecmp(db_stream_column(stream, i), "Channel_Name") == 0)
			return value[i] && str_starts(value[i], "group_replication_");
	return false;
}

/* A server with several sources is behind by the worst of them, and not known to be anything where one of them is not. */
static void read_source(const struct db_stream *stream, const char *const *value, struct lag *out)
{
	if (is_of_the_group(stream, value))
		return;
	out->replicates = true;
	for (size_t i = 0; i < db_stream_columns(stream); i++) {
		const char *column = db_stream_column(stream, i);

		if (strcasecmp(column, "Seconds_Behind_Master") != 0 && strcasecmp(column, "Seconds_Behind_Source") != 0)
			continue;
		if (!value[i])
			out->known = false;
		else if (strtoll(value[i], NULL, 10) > out->seconds)
			out->seconds = strtoll(value[i], NULL, 10);
	}
}

static int read_lag(struct db *db, const struct sql *sql, struct lag *out, struct error *err)
{
	struct db_stream *stream = NULL;
	const char *const *value;
	int rc;

	*out = (struct lag){ .known = true };
	if (db_stream_open(db, sql, NULL, &stream, err) != 0)
		return -1;
	while ((rc = db_stream_next(stream, &value, err)) == 1)
		read_source(stream, value, out);
	db_stream_close(&stream);
	return rc < 0 ? -1 : 0;
}

int place_lag(struct audit_place *place, struct lag *out, struct error *err)
{
	if (read_lag(place->db, &SQL_SESSION_LAG_GET, out, err) == 0)
		return 0;
	if (err->code != SYNTAX_ERROR)
		return -1;
	error_clear(err);
	return read_lag(place->db, &SQL_SESSION_LAG_GET_REPLICA, out, err);
}

/* ${slave_connection} may well lead to the server that ${connection} does, or to another member of a cluster, which is never
 * seconds behind the others; but a whole cluster can follow another site, and then its members are as late as that. */
static bool is_as_good_as(struct db *replica, struct db *primary, bool follows_nobody)
{
	return (follows_nobody && (db_server(replica)->galera || db_server(replica)->group)) ||
	    (primary && strcmp(db_server(replica)->text, db_server(primary)->text) == 0);
}

static void open_primary(struct audit_places *places, struct audit_place *place)
{
	struct error err = { 0 };

	if (place->primary || place->primary_lost[0])
		return;
	if (place_open_primary(places, place, &err) == 0)
		return;
	memcpy(place->primary_lost, err.text, sizeof place->primary_lost);
	place->primary_kind = err.kind;
}

void place_learn_lag(struct audit_places *places, struct audit_place *place)
{
	struct error why = { 0 };
	struct lag lag;
	bool asked = place_lag(place, &lag, &why) == 0;

	place->behind_s = asked && lag.known ? lag.seconds : 0;
	place->lag_unknown[0] = place->primary_lost[0] = '\0'; /* at the second look it may be back */
	if (!place->on_replica || (asked && lag.known && lag.replicates))
		return;
	open_primary(places, place);
	if (is_as_good_as(place->db, place->primary, asked && !lag.replicates)) {
		db_close(&place->primary);
		return;
	}
	if (asked && lag.replicates)
		error_set(&why, ERROR_ERROR, "its replication is stopped");
	else if (asked)
		error_set(&why, ERROR_ERROR, "it replicates nothing");
	error_prefix(&why, "it is not known how far the replica of %s (slave_connection) is behind", place->label);
	memcpy(place->lag_unknown, why.text, sizeof place->lag_unknown);
}

static bool asks_the_clock(const struct sql *sql)
{
	for (size_t i = 0; i < sql->nparam; i++)
		if (strcmp(sql_param(sql, i), "down") == 0 || strcmp(sql_param(sql, i), "stuck") == 0)
			return true;
	return false;
}

int place_db_for(struct audit_place *place, const struct sql *sql, struct db **out, struct error *err)
{
	*out = place->db;
	if (!place->lag_unknown[0] || !asks_the_clock(sql))
		return 0;
	if (!place->primary) {
		if (place->why_kind == ERROR_OK)
			log_error("%s", place->primary_lost);
		place->why_kind = place->primary_kind; /* what is said of it is not whole */
		return error_set(err, place->primary_kind, "%s, and its primary cannot be asked: %s", place->lag_unknown,
		    place->primary_lost);
	}
	*out = place->primary;
	return 0;
}
