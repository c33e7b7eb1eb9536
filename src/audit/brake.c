/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "sql_catalogue.h"
#include "util/clock.h"
#include "util/log.h"

#define LOOK_EVERY_MS 1000

/* The first row's value under one of two names; what is not there or not a number is not set. */
static int read_status_number(struct db *db, const struct sql *sql, const char *name, const char *other, struct maybe_int *out,
    struct error *err)
{
	struct db_stream *stream = NULL;
	const char *const *value;
	int rc;

	*out = (struct maybe_int){ 0 };
	if (db_stream_open(db, sql, NULL, &stream, err) != 0)
		return -1;
	rc = db_stream_next(stream, &value, err);
	for (size_t i = 0; rc == 1 && i < db_stream_columns(stream); i++) {
		const char *column = db_stream_column(stream, i);

		if (value[i] && (strcasecmp(column, name) == 0 || strcasecmp(column, other) == 0))
			*out = (struct maybe_int){ true, strtoll(value[i], NULL, 10) };
	}
	db_stream_close(&stream);
	return rc < 0 ? -1 : 0;
}

int place_lag(struct audit_place *place, struct maybe_int *seconds, struct error *err)
{
	return read_status_number(place->db, &SQL_SESSION_LAG_GET, "Seconds_Behind_Master", "Seconds_Behind_Source", seconds,
	    err);
}

/* Asking may not be allowed: then there is no brake, which is said once a run at most. */
static int is_busy(const struct request *request, struct audit_place *place, bool *busy, struct error *err)
{
	struct maybe_int load, lag;
	struct error ignored = { 0 };

	*busy = false;
	if (read_status_number(place->db, &SQL_SESSION_LOAD_GET, "Value", "Value", &load, err) != 0)
		return -1;
	if (load.set && load.v > request->audit.max_load) {
		*busy = true;
		return error_set(err, ERROR_BUSY, "%s runs %lld statements at the same time (--max-load %lld)", place->label,
			   (long long)load.v, (long long)request->audit.max_load),
		       0;
	}
	if (place_lag(place, &lag, &ignored) != 0)
		return 0;
	if (lag.set && lag.v > request->audit.max_lag_s) {
		*busy = true;
		error_set(err, ERROR_BUSY, "%s is a replica %lld s behind (--max-lag %lld)", place->label, (long long)lag.v,
		    (long long)request->audit.max_lag_s);
	}
	return 0;
}

int brake(const struct request *request, struct audit_places *places, int64_t deadline_ms, struct error *err)
{
	bool busy;

	for (struct audit_place *p = places->v; p < places->v + places->n; p++) {
		if (!p->db)
			continue;
		while (is_busy(request, p, &busy, err) == 0 && busy) {
			if (clock_monotonic_ms() + LOOK_EVERY_MS > deadline_ms)
				return -1;
			log_info("waiting: %s", err->text);
			clock_sleep_ms(LOOK_EVERY_MS);
		}
		error_clear(err);
	}
	return 0;
}
