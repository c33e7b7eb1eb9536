/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"

/* One file that needs nothing else: no request leaves it, and it opens from a mail or a memory stick. */

static void add_policy(struct str *out)
{
	str_add(out, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
	    "script-src 'unsafe-inline'; img-src data:\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<link rel=\"icon\" href=\"data:,\">\n<title>evac-manage audit</title>\n<style>\n");
	str_add(out, page_css);
	str_add(out, "</style></head><body>\n");
}

static void add_heading(const struct audit_report *report, struct str *out)
{
	str_addf(out, "<header><h1>evac-manage audit</h1><p>%.10s %.5s UTC, %zu checks in %lld s</p></header>\n<main>\n<section class=\"cards\">\n",
	    report->started_at, report->started_at + strlen("2026-01-31T"), report->nresult, (long long)(report->took_ms + 500) / 1000);
	for (enum audit_severity s = 0; s < AUDIT_SEVERITIES; s++)
		str_addf(out, "<button class=\"card %s\" data-severity=\"%s\"><b>%llu</b> %s</button>\n", audit_severity_name[s],
		    audit_severity_name[s], (unsigned long long)audit_report_count(report, s), audit_severity_name[s]);
	str_add(out, "</section>\n");
}

static const int trend_width = 600, trend_height = 120;

static void add_line(const struct audit_trend *trend, enum audit_severity s, int64_t most, struct str *out)
{
	str_addf(out, "<polyline class=\"line %s\" points=\"", audit_severity_name[s]);
	for (size_t i = 0; i < trend->n; i++)
		str_addf(out, "%lld,%lld ", (long long)(10 + (int64_t)i * (trend_width - 20) / (int64_t)(trend->n - 1)),
		    (long long)(trend_height - 10 - trend->v[i].count[s] * (trend_height - 20) / most));
	str_add(out, "\"/>\n");
}

void trend_add(const struct audit_trend *trend, struct str *out)
{
	int64_t most = 1;

	if (trend->n < 2)
		return;
	for (size_t i = 0; i < trend->n; i++)
		for (enum audit_severity s = 0; s < AUDIT_SEVERITIES; s++)
			most = trend->v[i].count[s] > most ? trend->v[i].count[s] : most;
	str_addf(out, "<section><h2>Against earlier runs</h2><svg id=\"trend\" role=\"img\" aria-label=\"findings over time\" "
	    "viewBox=\"0 0 %d %d\" width=\"%d\">\n", trend_width, trend_height, trend_width);
	for (enum audit_severity s = 0; s < AUDIT_SEVERITIES; s++)
		add_line(trend, s, most, out);
	str_add(out, "</svg><p class=\"quiet\">");
	html_add(trend->v[0].at, out);
	str_addf(out, " to now, at most %lld of one severity</p></section>\n", (long long)most);
}

static void add_cell(const char *label, const char *text, struct str *out)
{
	str_addf(out, "<td data-label=\"%s\">", label);
	html_add(str_or(text, ""), out);
	str_add(out, "</td>");
}

/* 2026-01-31T03:04:05.678Z as people read it: 2026-01-31 03:04 */
static void add_minute(const char *at, struct str *out)
{
	auto_free char *text = xstrndup(at, strlen("2026-01-31T03:04"));
	char *t = strchr(text, 'T');

	if (t)
		*t = ' ';
	html_add(text, out);
}

static void add_finding(const struct audit_finding *f, struct str *out)
{
	str_addf(out, "<tr class=\"%s\" data-rank=\"%d\"><td data-label=\"severity\"><span class=\"tag\">%s</span></td>",
	    audit_severity_name[f->check->severity], (int)f->check->severity, audit_severity_name[f->check->severity]);
	add_cell("check", f->check->name, out);
	add_cell("subject", f->subject, out);
	add_cell("host", f->host, out);
	str_add(out, "<td data-label=\"message\"><details><summary>");
	html_add(f->message, out);
	str_add(out, "</summary><p>");
	html_add(f->check->left.sql ? f->check->left.sql->sentence : f->check->title, out);
	str_add(out, "</p><pre>");
	html_add(f->remedy, out);
	str_add(out, "</pre><button class=\"copy\">copy</button><p class=\"quiet\">");
	html_add(f->details, out);
	str_add(out, "</p></details></td>");
	str_add(out, "<td data-label=\"since\">");
	add_minute(f->since, out);
	str_add(out, "</td>");
	str_add(out, "</tr>\n");
}

static void add_findings(const struct audit_report *report, struct str *out)
{
	str_add(out, "<section><h2>Findings</h2><p class=\"tools\"><input id=\"filter\" type=\"search\" placeholder=\"filter\" "
	    "aria-label=\"filter\"> <span id=\"shown\" aria-live=\"polite\"></span></p>\n<table id=\"findings\"><thead><tr>"
	    "<th data-by=\"rank\">severity</th><th>check</th><th>subject</th><th>host</th><th>message</th><th>since</th></tr></thead>\n<tbody>\n");
	for (enum audit_severity s = 0; s < AUDIT_SEVERITIES; s++)
		for (size_t i = 0; i < report->n; i++)
			if (report->v[i].check->severity == s)
				add_finding(&report->v[i], out);
	str_add(out, "</tbody></table></section>\n");
}

static void add_checks(const struct audit_report *report, struct str *out)
{
	str_add(out, "<section><h2>Checks</h2><table id=\"checks\"><thead><tr><th>check</th><th>outcome</th><th>found</th>"
	    "<th>in motion</th><th>in baseline</th><th>ms</th></tr></thead><tbody>\n");
	for (const struct audit_result *r = report->result; r < report->result + report->nresult; r++) {
		str_add(out, "<tr>");
		add_cell("check", r->check->name, out);
		str_addf(out, "<td data-label=\"outcome\">%s ", audit_outcome_name[r->outcome]);
		html_add(r->why, out);
		str_addf(out, "</td><td data-label=\"found\">%llu</td><td data-label=\"in motion\">%llu</td>"
		    "<td data-label=\"in baseline\">%llu</td><td data-label=\"ms\">%lld</td></tr>\n", (unsigned long long)r->found,
		    (unsigned long long)r->moved_on, (unsigned long long)r->known, (long long)r->took_ms);
	}
	str_add(out, "</tbody></table></section>\n");
}

void page_add(const struct audit_report *report, const struct audit_trend *trend, struct str *out)
{
	add_policy(out);
	add_heading(report, out);
	if (report->n > 0) {
		str_add(out, "<section><h2>Where</h2>\n");
		heat_add(report, out);
		str_add(out, "</section>\n");
	}
	trend_add(trend, out);
	add_findings(report, out);
	add_checks(report, out);
	str_add(out, "</main>\n<script>\n");
	str_add(out, page_js);
	str_add(out, "</script></body></html>\n");
}
