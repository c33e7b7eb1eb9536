/* SPDX-License-Identifier: Apache-2.0 */
#include <json.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/json.h"
#include "util/shell.h"

const char *const audit_outcome_name[] = { "done", "not here", "failed", "timed out" };

static void shell_quote(const char *word, struct str *out)
{
	shell_add_word(out, word);
}

static void plain_quote(const char *text, struct str *out)
{
	str_add(out, text);
}

static void sql_quote(const char *text, struct str *out)
{
	str_addc(out, '\'');
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			str_addc(out, *text);
		str_addc(out, *text);
	}
	str_addc(out, '\'');
}

/* A remedy is a line for a shell, or a statement for the client. */
static quote_fn *quote_of(const char *remedy)
{
	return str_starts(remedy, "UPDATE") || str_starts(remedy, "DELETE") ? sql_quote : shell_quote;
}

static const char *template_value(const char *name, const struct audit_row *left, const struct audit_row *right)
{
	const char *value = strcmp(name, "cell") == 0 ? left->cell : row_value(left, name);

	if (!value)
		value = row_value(right, name);
	return !value && strcmp(name, "cell_uuid") == 0 ? left->cell_uuid : value;
}

void template_fill(const char *template, quote_fn *quote, const struct audit_row *left, const struct audit_row *right,
    struct str *out)
{
	const char *end;

	for (; *template; template ++) {
		end = *template == '{' ? strchr(template, '}') : NULL;
		if (end) {
			auto_free char *name = xstrndup(template + 1, (size_t)(end - template - 1));

			quote(str_or(template_value(name, left, right), "-"), out);
			template = end;
		} else {
			str_addc(out, *template);
		}
	}
}

/* Has every value that the template names? */
static bool has_every_value(const char *template, const struct audit_row *left, const struct audit_row *right)
{
	const char *end;

	for (const char *begin = strchr(template, '{'); begin && (end = strchr(begin, '}')); begin = strchr(end, '{')) {
		auto_free char *name = xstrndup(begin + 1, (size_t)(end - begin - 1));

		if (!template_value(name, left, right))
			return false;
	}
	return true;
}

/* Lines for a shell are divided by "; ". One whose value is not known, as when nobody lives who could take what a dead host
 * has, is left out: a line that has to be filled in is none. */
static void remedy_fill(const char *remedy, const struct audit_row *left, const struct audit_row *right, struct str *out)
{
	quote_fn *quote = quote_of(remedy);
	const char *end;

	for (; *remedy; remedy = *end ? end + 2 : end) {
		end = quote == shell_quote ? strstr(remedy, "; ") : NULL;
		end = end ? end : remedy + strlen(remedy);
		auto_free char *line = xstrndup(remedy, (size_t)(end - remedy));

		if (!has_every_value(line, left, right))
			continue;
		str_add(out, out->n ? "; " : "");
		template_fill(line, quote, left, right, out);
	}
}

static bool is_plumbing(const char *name)
{
	static const char *const plumbing[] = { "k", "subject", "host", "age_s", "info" };

	for (size_t i = 0; i < sizeof plumbing / sizeof *plumbing; i++)
		if (strcmp(name, plumbing[i]) == 0)
			return true;
	return false;
}

static void add_details(const struct audit_row *row, const struct audit_row *before, struct json_object *out)
{
	for (size_t i = 0; row && i < row->n; i++) {
		bool again = before && row_value(before, row->name[i]);
		auto_free char *name = xasprintf("%s%s", again ? "other_" : "", row->name[i]);

		if (!is_plumbing(row->name[i]) || (again && strcmp(row->name[i], "k") != 0))
			put_text(out, name, row->value[i]);
	}
}

static const char *details_of(struct arena *arena, const struct audit_row *left, const struct audit_row *right)
{
	struct json_object *object = json_object_new_object();
	const char *text;

	if (left->cell)
		put_text(object, "cell", left->cell);
	add_details(left, NULL, object);
	add_details(right, left, object);
	text = arena_dup(arena,
	    json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
	return text;
}

/* A comparison reads two servers at two moments: always twice. One statement has one snapshot: twice only where its rows have
 * just changed. */
bool finding_is_settled(const struct audit_check *check, const struct audit_row *row, int64_t settle_s)
{
	const char *age = row_value(row, "age_s");

	if (check->rule != AUDIT_EACH)
		return false;
	return !age || strtoll(age, NULL, 10) >= settle_s + row->aged_s;
}

/* "node@backend#pool" is a matter of the node. */
static const char *node_of(struct arena *arena, const char *host)
{
	return host ? arena_dupn(arena, host, strcspn(host, "@#")) : NULL;
}

struct audit_finding *report_add(struct audit_report *report, const struct audit_check *check, const struct audit_row *left,
    const struct audit_row *right)
{
	auto_str struct str message = { 0 }, remedy = { 0 }, whole = { 0 };
	struct arena *arena = &report->arena;
	struct audit_finding *f;

	template_fill(check->message, plain_quote, left, right, &message);
	remedy_fill(check->remedy, left, right, &remedy);
	shell_add_commands(&whole, str_or(remedy.s, ""), report->globals);
	report->v = vec_grow(report->v, report->n, &report->cap, sizeof *report->v);
	f = &report->v[report->n++];
	*f = (struct audit_finding){ .check = check,
		.subject = arena_dup(arena, str_or(row_value(left, "subject"), "-")),
		.host = node_of(arena, row_value(left, "host")),
		.cell = arena_dup(arena, left->cell),
		.message = arena_dup(arena, str_or(message.s, "")),
		.remedy = arena_dup(arena, str_or(whole.s, "")),
		.details = details_of(arena, left, right),
		.key = arena_dup(arena, str_or(left->key, "")),
		.since = report->started_at };
	return f;
}

void report_add_result(struct audit_report *report, const struct audit_result *result)
{
	report->result = xreallocarray(report->result, report->nresult + 1, sizeof *report->result);
	report->result[report->nresult++] = *result;
}

void audit_report_free(struct audit_report *report)
{
	free(report->result);
	free(report->v);
	arena_free(&report->arena);
	*report = (struct audit_report){ 0 };
}

uint64_t audit_report_count(const struct audit_report *report, enum audit_severity severity)
{
	uint64_t n = 0;

	for (const struct audit_result *r = report->result; r < report->result + report->nresult; r++)
		if (r->check->severity == severity)
			n += r->found;
	return n;
}
