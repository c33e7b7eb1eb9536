/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "sql_catalogue.h"
#include "util/clock.h"
#include "util/log.h"

#define LOOK_EVERY_MS 1000

/* What is not there or not a number is not set. */
static int read_load(struct db *db, struct maybe_int *out, struct error *err)
{
	struct db_stream *stream = NULL;
	const char *const *value;
	int rc;

	*out = (struct maybe_int){ 0 };
	if (db_stream_open(db, &SQL_SESSION_LOAD_GET, NULL, &stream, err) != 0)
		return -1;
	rc = db_stream_next(stream, &value, err);
	for (size_t i = 0; rc == 1 && i < db_stream_columns(stream); i++)
		if (value[i] && strcasecmp(db_stream_column(stream, i), "Value") == 0)
			*out = (struct maybe_int){ true, strtoll(value[i], NULL, 10) };
	db_stream_close(&stream);
	return rc < 0 ? -1 : 0;
}

/* Several databases may be one server's: it is asked once a second, whichever of them is read next. */
static bool was_looked_at(const struct audit_places *places, const struct audit_place *place)
{
	const char *server = db_server(place->db)->text;
	int64_t now = clock_monotonic_ms();

	for (const struct audit_place *p = places->v; p < places->v + places->n; p++)
		if (p->db && p->looked_ms && now - p->looked_ms < LOOK_EVERY_MS && strcmp(db_server(p->db)->text, server) == 0)
			return true;
	return false;
}

/* Asking for the lag may not be allowed: then there is no brake, and what that means for the findings is one itself (lag.c). */
static int is_busy(const struct request *request, struct audit_place *place, bool *busy, struct error *err)
{
	struct maybe_int load;
	struct lag lag;
	struct error ignored = { 0 };

	*busy = false;
	if (read_load(place->db, &load, err) != 0)
		return -1;
	if (load.set && load.v > request->audit.max_load) {
		*busy = true;
		return error_set(err, ERROR_BUSY, "%s runs %lld statements at the same time (--max-load %lld)", place->label,
			   (long long)load.v, (long long)request->audit.max_load),
		       0;
	}
	if (place_lag(place, &lag, &ignored) != 0)
		return 0;
	if (lag.known && lag.seconds > request->audit.max_lag_s) {
		*busy = true;
		error_set(err, ERROR_BUSY, "%s is a replica %lld s behind (--max-lag %lld)", place->label,
		    (long long)lag.seconds, (long long)request->audit.max_lag_s);
	}
	return 0;
}

int brake(const struct request *request, struct audit_places *places, int64_t deadline_ms, struct error *err)
{
	bool busy;

	for (struct audit_place *p = places->v; p < places->v + places->n; p++) {
		if (!p->db || was_looked_at(places, p))
			continue;
		while (is_busy(request, p, &busy, err) == 0 && busy) {
			p->looked_ms = 0;
			if (clock_monotonic_ms() + LOOK_EVERY_MS > deadline_ms)
				return -1;
			log_info("waiting: %s", err->text);
			clock_sleep_ms(LOOK_EVERY_MS);
		}
		p->looked_ms = clock_monotonic_ms();
		error_clear(err);
	}
	return 0;
}
