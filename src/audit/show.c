/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "out/table.h"

static const struct table_column columns[] = {
	{ "check", NULL, false, COLUMN_TEXT },
	{ "severity", NULL, false, COLUMN_TEXT },
	{ "subject_kind", NULL, true, COLUMN_TEXT },
	{ "subject", NULL, false, COLUMN_NAME },
	{ "host", NULL, false, COLUMN_NAME },
	{ "cell", NULL, true, COLUMN_NAME },
	{ "message", NULL, false, COLUMN_REMARK },
	{ "remedy", NULL, true, COLUMN_NOTE },
	{ "details", NULL, true, COLUMN_TEXT },
	{ "since", NULL, true, COLUMN_TEXT },
};
#define NCOLUMNS (sizeof columns / sizeof *columns)

static const struct table_column summary_columns[] = {
	{ "host", NULL, false, COLUMN_NAME },
	{ "critical", NULL, false, COLUMN_NUMBER },
	{ "high", NULL, false, COLUMN_NUMBER },
	{ "medium", NULL, false, COLUMN_NUMBER },
	{ "low", NULL, false, COLUMN_NUMBER },
};

/* A check that was not run to its end says nothing about what it looks for: that is a finding itself. */
static const struct audit_check unrun = { .number = "A00",
	.name = "check-not-run",
	.severity = AUDIT_MEDIUM,
	.title = "check that did not finish",
	.subject_kind = "check",
	.message = "{why}",
	.remedy = "evac-manage audit run {subject} --check-timeout 600" };

/* What was not run for want of a database is not run by waiting longer. */
static const struct audit_check unreached = { .number = "A00",
	.name = "check-not-run",
	.severity = AUDIT_MEDIUM,
	.title = "check that did not finish",
	.subject_kind = "check",
	.message = "{why}",
	.remedy = "evac-manage doctor" };

/* Its rows may be of any age; what is judged by a clock was read from the primary. */
static const struct audit_check lag_unknown = { .number = "A00",
	.name = "replica-lag-unknown",
	.severity = AUDIT_MEDIUM,
	.title = "replica whose lag is not known",
	.subject_kind = "database",
	.message = "{why}",
	.remedy = "evac-manage grants --read-only; evac-manage audit run --primary" };

/* What keeps the audit from being whole: a finding like the others, of ${subject}. */
static void add_own(struct audit_report *report, const struct audit_check *check, const char *subject, const char *why)
{
	static const char *const name[] = { "subject", "why" };
	const char *const value[] = { subject, why };
	const struct audit_row row = { .n = 2, .name = name, .value = value, .key = "" };

	report_add(report, check, &row, NULL);
}

static void count_own(struct audit_report *report, const struct audit_check *check, uint64_t n)
{
	if (n > 0)
		report_add_result(report, &(const struct audit_result){ .check = check, .found = n, .kept = n });
}

void report_lags(const struct audit_places *places, struct audit_report *report)
{
	uint64_t n = 0;

	for (const struct audit_place *p = places->v; p < places->v + places->n; p++)
		if (p->db && p->lag_unknown[0]) {
			add_own(report, &lag_unknown, p->label, p->lag_unknown);
			n++;
		}
	count_own(report, &lag_unknown, n);
}

void report_unrun(struct audit_report *report)
{
	uint64_t n = 0;

	for (size_t i = 0; i < report->nresult; i++) {
		const struct audit_result *r = &report->result[i];

		if (r->outcome != AUDIT_FAILED && r->outcome != AUDIT_TIMED_OUT)
			continue;
		add_own(report, r->outcome == AUDIT_FAILED ? &unreached : &unrun, r->check->name, r->why);
		n++;
	}
	count_own(report, &unrun, n);
}

int show_check(const struct request *request, struct error *err)
{
	return table_check(columns, NCOLUMNS, &request->shown, err);
}

/* ---- by host */

struct host_count {
	const char *host;
	int64_t n[AUDIT_SEVERITIES];
};

static int by_host_name(const void *a, const void *b)
{
	const struct audit_finding *const *x = a, *const *y = b;

	return strcmp(str_or((*x)->host, ""), str_or((*y)->host, ""));
}

static int show_summary(const struct audit_report *report, const struct request *request, struct error *err)
{
	struct request plain = *request;
	const struct audit_finding **sorted = xcalloc(report->n, sizeof *sorted);
	struct table table;
	int64_t n[AUDIT_SEVERITIES] = { 0 };
	int rc;

	for (size_t i = 0; i < report->n; i++)
		sorted[i] = &report->v[i];
	vec_sort(sorted, report->n, sizeof *sorted, by_host_name);
	table_init(&table, summary_columns, sizeof summary_columns / sizeof *summary_columns);
	for (size_t i = 0; i < report->n; i++) {
		n[sorted[i]->check->severity]++;
		if (i + 1 < report->n && by_host_name(&sorted[i], &sorted[i + 1]) == 0)
			continue;
		table_add(&table);
		table_text(&table, "host", str_or(sorted[i]->host, "(no host)"));
		for (enum audit_severity s = 0; s < AUDIT_SEVERITIES; s++)
			table_int(&table, audit_severity_name[s], n[s]);
		memset(n, 0, sizeof n);
	}
	plain.shown.columns = (struct words){ 0 };
	plain.shown.sort_column = NULL;
	rc = report->n > 0 ? table_print(&table, &plain.shown, err) : 0;
	table_free(&table);
	free(sorted);
	return rc;
}

static int show_totals(const struct audit_report *report, struct error *err)
{
	uint64_t ran = 0, failed = 0, elsewhere = 0, moved_on = 0, known = 0, left_out = 0;

	for (const struct audit_result *r = report->result; r < report->result + report->nresult; r++) {
		ran += r->outcome == AUDIT_DONE && r->check != &unrun && r->check != &lag_unknown;
		elsewhere += r->outcome == AUDIT_NOT_HERE;
		failed += r->outcome == AUDIT_FAILED || r->outcome == AUDIT_TIMED_OUT;
		moved_on += r->moved_on;
		known += r->known;
		left_out += r->found - r->kept;
	}
	return out_text(err,
	    "\n%llu checks finished, %llu not applicable to these databases, %llu not finished\n"
	    "findings: %llu critical, %llu high, %llu medium, %llu low%s\n"
	    "%llu more were gone at the second look, %llu are in the baseline\n",
	    (unsigned long long)ran, (unsigned long long)elsewhere, (unsigned long long)failed,
	    (unsigned long long)audit_report_count(report, AUDIT_CRITICAL),
	    (unsigned long long)audit_report_count(report, AUDIT_HIGH),
	    (unsigned long long)audit_report_count(report, AUDIT_MEDIUM),
	    (unsigned long long)audit_report_count(report, AUDIT_LOW),
	    left_out ? " (more than are listed: see --max-findings)" : "", (unsigned long long)moved_on,
	    (unsigned long long)known);
}

static bool was_not_asked(const struct audit_result *r)
{
	return r->check->rule == AUDIT_CEPH && r->outcome == AUDIT_NOT_HERE;
}

#define NOT_RUN "not run: "

/* What Ceph was not asked is no clean bill of the disks: which checks that are, and why. */
static int show_not_asked(const struct audit_report *report, struct error *err)
{
	const struct audit_result *end = report->result + report->nresult;
	auto_str struct str lines = { 0 };

	for (const struct audit_result *r = report->result; r < end; r++) {
		auto_str struct str names = { 0 };
		bool told = false;

		for (const struct audit_result *o = report->result; o < end; o++) {
			if (!was_not_asked(r) || !was_not_asked(o) || strcmp(o->why, r->why) != 0)
				continue;
			told = told || o < r;
			str_addf(&names, "%s%s", names.n ? ", " : "", o->check->name);
		}
		if (!names.n || told)
			continue;
		str_addf(&names, ": %s", r->why);
		str_add(&lines, NOT_RUN);
		str_add_wrapped(&lines, names.s, names.n, strlen(NOT_RUN), strlen(NOT_RUN));
	}
	return lines.n ? out_text(err, "%s", lines.s) : 0;
}

static void add_finding(struct table *table, const struct audit_finding *f)
{
	table_add(table);
	table_text(table, "check", f->check->name);
	table_text(table, "severity", audit_severity_name[f->check->severity]);
	table_text(table, "subject_kind", f->check->subject_kind);
	table_text(table, "subject", f->subject);
	table_text(table, "host", f->host);
	table_text(table, "cell", f->cell);
	table_text(table, "message", f->message);
	table_text(table, "remedy", f->remedy);
	table_json(table, "details", f->details);
	table_text(table, "since", f->since);
}

/* The worst first; within a severity in the order of the checks. */
int show_report(const struct audit_report *report, const struct request *request, struct error *err)
{
	bool for_people = strcmp(request->shown.format, "table") == 0;
	struct table table;
	int rc;

	table_init(&table, columns, NCOLUMNS);
	table_begin(&table, &request->shown);
	table_say_none(&table, "No findings.");
	for (enum audit_severity s = 0; s < AUDIT_SEVERITIES; s++)
		for (size_t i = 0; i < report->n; i++)
			if (report->v[i].check->severity == s)
				add_finding(&table, &report->v[i]);
	rc = table_print(&table, &request->shown, err);
	table_free(&table);
	if (rc == 0 && for_people && report->n > 0)
		rc = out_text(err, "\n");
	if (rc == 0 && for_people)
		rc = show_summary(report, request, err);
	if (rc == 0 && for_people)
		rc = show_totals(report, err);
	return rc == 0 && for_people ? show_not_asked(report, err) : rc;
}
