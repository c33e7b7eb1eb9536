/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "journal/journal.h"
#include "util/file.h"
#include "util/str.h"

#define JOURNAL_MAX ((size_t)1 << 31)
#define DEPTH 32
#define SUM_SIZE (sizeof JOURNAL_SUM - 1 + 64 + 2) /* ,"sum":"…"} */

static bool record_sum_is_right(const char *line, size_t n)
{
	const char *tail = line + n - SUM_SIZE;
	char sum[65];

	if (n <= SUM_SIZE || memcmp(tail, JOURNAL_SUM, sizeof JOURNAL_SUM - 1) != 0 || memcmp(line + n - 2, "\"}", 2) != 0)
		return false;
	sha256_hex(line, n - SUM_SIZE, sum);
	return memcmp(tail + sizeof JOURNAL_SUM - 1, sum, 64) == 0;
}

/* NULL: not the record that follows. */
static json_object *parse_record(const char *line, size_t n, const struct journal_end *at)
{
	json_tokener *tokener;
	json_object *record;

	if (!record_sum_is_right(line, n))
		return NULL;
	tokener = json_tokener_new_ex(DEPTH);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	record = json_tokener_parse_ex(tokener, line, (int)n);
	if (json_tokener_get_error(tokener) != json_tokener_success || json_tokener_get_parse_end(tokener) != n ||
	    !json_object_is_type(record, json_type_object) ||
	    json_object_get_int64(json_object_object_get(record, "seq")) != at->seq ||
	    !str_equal(json_object_get_string(json_object_object_get(record, "prev")), at->prev)) {
		json_object_put(record);
		record = NULL;
	}
	json_tokener_free(tokener);
	return record;
}

/* A write that was cut leaves a beginning of a record and nothing behind it. A whole record with more behind it is damage: what
 * it announced may have begun. */
static bool is_beginning(const char *line, size_t n)
{
	for (size_t k = SUM_SIZE + 1; k < n; k++)
		if (line[k - 1] == '}' && record_sum_is_right(line, k))
			return false;
	return true;
}

static int damaged_line(const char *path, const struct journal_end *at, struct error *err)
{
	error_set(err, ERROR_ERROR, "'%s' line %lld is not the record that was written there", path, (long long)at->seq + 1);
	return error_hint(err, "it was changed or damaged later, and this journal is not used; compare it with a copy");
}

/* ${all}: what stands in the file behind ${at}. */
static int read_records(const char *path, const struct str *all, int (*fn)(void *, json_object *), void *ctx,
    struct journal_end *at, struct error *err)
{
	size_t base = at->offset;
	const char *line, *newline;
	json_object *record;
	size_t n;
	int stop = 0;

	while (at->offset - base < all->n && !stop) {
		line = all->s + (at->offset - base);
		newline = memchr(line, '\n', all->n - (at->offset - base));
		n = newline ? (size_t)(newline - line) : all->n - (at->offset - base);
		record = parse_record(line, n, at);
		if (!record && !newline && is_beginning(line, n)) { /* its side effect cannot have begun: it is written first */
			at->torn = true;
			return 0;
		}
		if (!record)
			return damaged_line(path, at, err);
		sha256_hex(line, n, at->prev);
		at->no_newline = !newline;
		at->offset += n + (newline ? 1 : 0);
		at->seq++;
		stop = fn(ctx, record);
		json_object_put(record);
	}
	return 0;
}

int journal_read_on(const char *path, int (*fn)(void *ctx, json_object *record), void *ctx, struct journal_end *end,
    struct error *err)
{
	auto_str struct str more = { 0 };

	end->torn = false; /* it may be whole by now */
	if (file_read_from(path, end->offset, JOURNAL_MAX, ERROR_ERROR, &more, err) != 0)
		return -1;
	if (end->no_newline && more.n > 0 && more.s[0] == '\n') {
		end->no_newline = false;
		end->offset++;
		str_clear(&more);
		return journal_read_on(path, fn, ctx, end, err);
	}
	return read_records(path, &more, fn, ctx, end, err);
}

int journal_read_to(const char *path, int (*fn)(void *ctx, json_object *record), void *ctx, struct journal_end *end,
    struct error *err)
{
	*end = (struct journal_end){ 0 };
	memset(end->prev, '0', 64);
	return journal_read_on(path, fn, ctx, end, err);
}

int journal_read(const char *path, int (*fn)(void *ctx, json_object *record), void *ctx, bool *torn, struct error *err)
{
	struct journal_end end;
	int rc = journal_read_to(path, fn, ctx, &end, err);

	*torn = end.torn;
	return rc;
}
