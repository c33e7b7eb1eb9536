/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "op/journal.h"
#include "util/file.h"
#include "util/str.h"

#define JOURNAL_MAX ((size_t)1 << 31)

/* NULL: not the record that follows. */
static json_object *parse_line(const char *line, size_t n, const char *prev, int64_t seq)
{
	json_tokener *tokener = json_tokener_new();
	json_object *record;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	record = json_tokener_parse_ex(tokener, line, (int)n);
	if (json_tokener_get_error(tokener) != json_tokener_success || json_tokener_get_parse_end(tokener) != n ||
	    !json_object_is_type(record, json_type_object) ||
	    json_object_get_int64(json_object_object_get(record, "seq")) != seq ||
	    !str_equal(json_object_get_string(json_object_object_get(record, "prev")), prev)) {
		json_object_put(record);
		record = NULL;
	}
	json_tokener_free(tokener);
	return record;
}

int journal_read(const char *path, int (*fn)(void *ctx, json_object *record), void *ctx, bool *torn, struct error *err)
{
	auto_str struct str all = { 0 };
	char prev[65];
	const char *line, *end;
	json_object *record;
	int64_t seq = 0;
	int stop = 0;

	*torn = false;
	if (file_read(path, JOURNAL_MAX, ERROR_ERROR, &all, err) != 0)
		return -1;
	memset(prev, '0', 64);
	prev[64] = '\0';
	for (line = str_or(all.s, ""); *line && !stop; line = end + 1, seq++) {
		end = strchr(line, '\n');
		record = end ? parse_line(line, (size_t)(end - line), prev, seq) : NULL;
		if (!record && (!end || end[1] == '\0')) { /* its side effect cannot have begun: it is written first */
			*torn = true;
			return 0;
		}
		if (!record)
			return error_set(err, ERROR_ERROR, "'%s' line %lld is not the record that was written there", path,
			    (long long)seq + 1);
		sha256_hex(line, (size_t)(end - line), prev);
		stop = fn(ctx, record);
		json_object_put(record);
	}
	return 0;
}
