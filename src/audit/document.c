/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/file.h"
#include "util/json.h"

#define SCHEMA "evac-manage-audit/1"
#define REPORT_MAX ((size_t)256 * 1024 * 1024)
#define FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

/* ---- writing: object by object, never the whole as a tree */

static struct json_object *result_object(const struct audit_result *r)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "check", r->check->name);
	put_text(o, "severity", audit_severity_name[r->check->severity]);
	put_text(o, "outcome", audit_outcome_name[r->outcome]);
	put_text(o, "why", r->why[0] ? r->why : NULL);
	put_count(o, "found", r->found);
	put_count(o, "listed", r->kept);
	put_count(o, "moved_on", r->moved_on);
	put_count(o, "in_baseline", r->known);
	put_count(o, "rows_read", r->rows);
	put_int(o, "took_ms", r->took_ms);
	return o;
}

static struct json_object *finding_object(const struct audit_finding *f)
{
	struct json_object *o = json_object_new_object();

	put_text(o, "check", f->check->name);
	put_text(o, "severity", audit_severity_name[f->check->severity]);
	put_text(o, "subject_kind", f->check->subject_kind);
	put_text(o, "subject", f->subject);
	put_text(o, "host", f->host);
	put_text(o, "cell", f->cell);
	put_text(o, "message", f->message);
	put_text(o, "remedy", f->remedy);
	put(o, "details", json_tokener_parse(f->details));
	put_text(o, "since", f->since);
	return o;
}

typedef void add_json_fn(struct json_object *o, struct str *out);

static void add_json_plain(struct json_object *o, struct str *out)
{
	str_add(out, json_object_to_json_string_ext(o, FLAGS));
}

static void add_json_object(struct json_object *o, bool first, add_json_fn *add_json, struct str *out)
{
	str_add(out, first ? "\n    " : ",\n    ");
	add_json(o, out);
	json_object_put(o);
}

static void add_document(const struct audit_report *report, add_json_fn *add_json, struct str *out)
{
	str_addf(out,
	    "{\n  \"schema\": \"" SCHEMA "\",\n  \"started_at\": \"%s\",\n  \"finished_at\": \"%s\",\n"
	    "  \"checks\": [",
	    report->started_at, report->finished_at);
	for (size_t i = 0; i < report->nresult; i++)
		add_json_object(result_object(&report->result[i]), i == 0, add_json, out);
	str_add(out, "\n  ],\n  \"findings\": [");
	for (size_t i = 0; i < report->n; i++)
		add_json_object(finding_object(&report->v[i]), i == 0, add_json, out);
	str_add(out, "\n  ]\n}\n");
}

void document_add(const struct audit_report *report, struct str *out)
{
	add_document(report, add_json_plain, out);
}

void document_embed(const struct audit_report *report, struct str *out)
{
	add_document(report, html_add_json, out);
}

/* ---- reading */

static const char *text_of(struct json_object *o, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(o, key, &value) ? json_object_get_string(value) : NULL;
}

static int read_finding(struct json_object *o, const char *path, struct known_report *out, struct error *err)
{
	struct known_finding f = { text_of(o, "check"), text_of(o, "severity"), text_of(o, "subject"), text_of(o, "message"),
		text_of(o, "since") };
	enum audit_severity severity;

	if (!f.check || !f.subject || !f.severity || !audit_severity_parse(f.severity, &severity))
		return error_set(err, ERROR_CONFIG, "'%s': finding %zu has no check, subject or severity", path, out->n + 1);
	f.check = arena_dup(&out->arena, f.check);
	f.severity = audit_severity_name[severity];
	f.subject = arena_dup(&out->arena, f.subject);
	f.message = arena_dup(&out->arena, str_or(f.message, ""));
	f.since = arena_dup(&out->arena, f.since);
	out->v = vec_grow(out->v, out->n, &out->cap, sizeof *out->v);
	out->v[out->n++] = f;
	if (!out->whole)
		out->count[severity]++;
	return 0;
}

static void read_check(struct json_object *o, struct known_report *out)
{
	const char *check = text_of(o, "check"), *outcome = text_of(o, "outcome"), *severity = text_of(o, "severity");
	struct json_object *found;
	enum audit_severity s;
	int64_t n;

	if (!check)
		return;
	/* all that was found, be it listed or not */
	if (severity && audit_severity_parse(severity, &s) && json_object_object_get_ex(o, "found", &found)) {
		n = json_object_get_int64(found);
		out->count[s] += n;
		if (readiness_check_is_of_host(check) && str_equal(outcome, audit_outcome_name[AUDIT_DONE]))
			out->not_ready = (struct maybe_int){ true, out->not_ready.v + n };
	}
	out->check = vec_grow(out->check, out->ncheck, &out->check_cap, sizeof *out->check);
	out->check[out->ncheck++] = (struct known_check){ arena_dup(&out->arena, check),
		str_equal(outcome, audit_outcome_name[AUDIT_DONE]) };
}

static int by_check_and_subject(const void *a, const void *b)
{
	const struct known_finding *x = a, *y = b;
	int d = strcmp(x->check, y->check);

	return d ? d : strcmp(x->subject, y->subject);
}

static int read_array(struct json_object *array, const char *path, struct known_report *out, struct error *err)
{
	for (size_t i = 0; i < json_object_array_length(array); i++)
		if (read_finding(json_object_array_get_idx(array, i), path, out, err) != 0)
			return -1;
	vec_sort(out->v, out->n, sizeof *out->v, by_check_and_subject);
	return 0;
}

static int read_root(struct json_object *root, const char *path, struct known_report *out, struct error *err)
{
	struct json_object *findings, *checks;

	if (json_object_is_type(root, json_type_array))
		return read_array(root, path, out, err);
	if (!json_object_is_type(root, json_type_object) || !str_equal(text_of(root, "schema"), SCHEMA) ||
	    !json_object_object_get_ex(root, "findings", &findings) || !json_object_is_type(findings, json_type_array)) {
		error_set(err, ERROR_CONFIG, "'%s' is not an audit report", path);
		return error_hint(err, "make one with audit run --save FILE");
	}
	out->whole = true;
	out->at = xstrdup(str_or(text_of(root, "started_at"), ""));
	if (json_object_object_get_ex(root, "checks", &checks) && json_object_is_type(checks, json_type_array))
		for (size_t i = 0; i < json_object_array_length(checks); i++)
			read_check(json_object_array_get_idx(checks, i), out);
	return read_array(findings, path, out, err);
}

int document_read(const char *path, struct known_report *out, struct error *err)
{
	auto_str struct str text = { 0 };
	struct json_tokener *tokener;
	struct json_object *root;
	int rc;

	*out = (struct known_report){ 0 };
	if (file_read(path, REPORT_MAX, ERROR_NOT_FOUND, &text, err) != 0)
		return -1;
	tokener = json_tokener_new();
	root = text.n && text.n < INT_MAX ? json_tokener_parse_ex(tokener, text.s, (int)text.n) : NULL;
	if (root)
		rc = read_root(root, path, out, err);
	else
		rc = error_set(err, ERROR_CONFIG, "'%s' is not JSON: %s at byte %zu", path,
		    json_tokener_error_desc(json_tokener_get_error(tokener)), json_tokener_get_parse_end(tokener));
	json_object_put(root);
	json_tokener_free(tokener);
	if (rc != 0)
		known_report_free(out);
	return rc;
}

void known_report_forget(struct known_report *report)
{
	free(report->v);
	free(report->check);
	arena_free(&report->arena);
	report->v = NULL;
	report->check = NULL;
	report->n = report->cap = report->ncheck = report->check_cap = 0;
}

void known_report_free(struct known_report *report)
{
	known_report_forget(report);
	free(report->at);
	*report = (struct known_report){ 0 };
}

const struct known_finding *known_find(const struct known_report *report, const char *check, const char *subject)
{
	const struct known_finding key = { .check = check, .subject = subject };

	return vec_search(&key, report->v, report->n, sizeof key, by_check_and_subject);
}

/* An array of findings does not say which checks ran: it is taken at its word. */
bool known_ran(const struct known_report *report, const char *check)
{
	for (size_t i = 0; i < report->ncheck; i++)
		if (strcmp(report->check[i].check, check) == 0)
			return report->check[i].ran;
	return !report->whole;
}
