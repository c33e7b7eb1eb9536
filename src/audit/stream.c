/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/clock.h"

#define KEY_MAX 256
#define LOOK_AT_CLOCK 1024 /* rows between two looks */

/* Above every id: 'z' comes after the digits and letters of a UUID in every collation that the services use. */
const struct audit_range audit_all = { "", "zzzz" };

struct head { /* where one database's rows stand */
	struct audit_place *place;
	struct db_stream *stream;
	const char *const *value; /* NULL: at its end */
	const char **name;
	size_t n, key;
	int64_t aged_s;
	char last[KEY_MAX];
};
struct audit_stream {
	struct head *head;
	size_t n;
	struct head *given; /* the one whose row was handed out last */
	const char *statement;
	bool ordered;
	int64_t deadline_ms;
	uint64_t rows;
};

/* utf8's general_ci. Every key is an id or, of a host, the digits of its bytes (HEX): on those all collations agree. */
int key_compare(const char *a, const char *b)
{
	int x, y;

	for (; *a && *a == *b; a++, b++)
		;
	for (;; a++, b++) {
		x = *a ? toupper((unsigned char)*a) : ' ';
		y = *b ? toupper((unsigned char)*b) : ' ';
		if (x != y)
			return x - y;
		if (!*a && !*b)
			return 0;
		if (!*a)
			a--;
		if (!*b)
			b--;
	}
}

const char *row_value(const struct audit_row *row, const char *name)
{
	for (size_t i = 0; row && i < row->n; i++)
		if (strcmp(row->name[i], name) == 0)
			return row->value[i];
	return NULL;
}

static int head_advance(struct audit_stream *s, struct head *h, struct error *err)
{
	int rc = db_stream_next(h->stream, &h->value, err);

	if (rc <= 0) {
		h->value = NULL;
		return rc;
	}
	s->rows++;
	if (s->rows % LOOK_AT_CLOCK == 0 && clock_monotonic_ms() > s->deadline_ms)
		return error_set(err, ERROR_TIMEOUT, "%s took longer than --check-timeout", s->statement);
	if (!s->ordered)
		return 0;
	if (!h->value[h->key])
		return error_set(err, ERROR_ERROR, "%s: a key is NULL", s->statement);
	if (key_compare(h->last, h->value[h->key]) > 0)
		return error_set(err, ERROR_ERROR, "%s: the rows are not in the order of their keys ('%.40s' after '%.40s')",
		    s->statement, h->value[h->key], h->last);
	memcpy(h->last, h->value[h->key], strnlen(h->value[h->key], KEY_MAX - 1) + 1);
	h->last[KEY_MAX - 1] = '\0';
	return 0;
}

static int head_open(struct audit_stream *s, struct head *h, const struct audit_source *source, const struct request *request,
    const struct audit_range *range, struct error *err)
{
	const struct db_param known[] = { p_int("down", h->place->down_s + h->aged_s),
		p_int("stuck", request->audit.stuck_s + h->aged_s), p_str("from", range->from), p_str("to", range->to) };
	struct db_param params[sizeof known / sizeof *known + 1];
	struct db *db;
	size_t n = 0;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		for (size_t k = 0; k < source->sql->nparam; k++)
			if (strcmp(sql_param(source->sql, k), known[i].name) == 0) {
				params[n++] = known[i];
				break;
			}
	params[n] = p_end;
	if (place_db_for(h->place, source->sql, &db, err) != 0 || db_stream_open(db, source->sql, params, &h->stream, err) != 0)
		return -1;
	h->n = db_stream_columns(h->stream);
	h->name = xcalloc(h->n, sizeof *h->name);
	for (size_t i = 0; i < h->n; i++) {
		h->name[i] = db_stream_column(h->stream, i);
		if (strcmp(h->name[i], "k") == 0)
			h->key = i;
	}
	return head_advance(s, h, err);
}

int stream_open(struct audit_places *places, const struct audit_source *source, const struct request *request,
    const struct audit_range *range, bool ordered, int64_t deadline_ms, struct audit_stream **out, struct error *err)
{
	struct audit_stream *s = xcalloc(1, sizeof *s);

	*s = (struct audit_stream){ .head = xcalloc(places->n, sizeof *s->head),
		.statement = source->sql->name,
		.ordered = ordered,
		.deadline_ms = deadline_ms };
	*out = s;
	for (size_t i = 0; i < places->n; i++) {
		if (!places->v[i].db || !place_runs(&places->v[i], source->database))
			continue;
		s->head[s->n] = (struct head){ .place = &places->v[i], .aged_s = place_aged_s(&places->v[i]) };
		if (head_open(s, &s->head[s->n++], source, request, range, err) != 0) {
			stream_close(out);
			return -1;
		}
	}
	return 0;
}

int stream_next(struct audit_stream *s, struct audit_row *row, struct error *err)
{
	struct head *best = NULL;

	if (s->given && s->given->value && head_advance(s, s->given, err) != 0)
		return -1;
	for (struct head *h = s->head; h < s->head + s->n; h++) {
		if (!h->value)
			continue;
		if (!best || (s->ordered && key_compare(h->value[h->key], best->value[best->key]) < 0))
			best = h;
	}
	s->given = best;
	if (!best)
		return 0;
	*row = (struct audit_row){ .n = best->n,
		.name = best->name,
		.value = best->value,
		.key = s->ordered ? best->value[best->key] : "",
		.cell = best->place->cell,
		.cell_uuid = best->place->cell_uuid,
		.aged_s = best->aged_s };
	return 1;
}

uint64_t stream_rows(const struct audit_stream *stream)
{
	return stream->rows;
}

void stream_close(struct audit_stream **stream)
{
	struct audit_stream *s = *stream;

	if (!s)
		return;
	for (struct head *h = s->head; h < s->head + s->n; h++) {
		db_stream_close(&h->stream);
		free(h->name);
	}
	free(s->head);
	free(s);
	*stream = NULL;
}
