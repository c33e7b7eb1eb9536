/* SPDX-License-Identifier: Apache-2.0 */
#include <json.h>
#include <string.h>

#include "internal.h"

/* One file that needs nothing else: no request leaves it, and it opens from a mail or a memory stick. Without its script it is
 * whole, too: the script only filters, sorts, and copies. */

#define NEWEST(trend) (&(trend)->v[(trend)->n - 1])

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

/* ---- the head: what was looked at, and how much of each severity */

static void add_heading(const struct audit_report *report, struct str *out)
{
	size_t ran = 0, unrun = 0;

	for (const struct audit_result *r = report->result; r < report->result + report->nresult; r++) {
		ran += r->outcome == AUDIT_DONE;
		unrun += r->outcome == AUDIT_FAILED || r->outcome == AUDIT_TIMED_OUT;
	}
	str_add(out, "<header><h1>evac-manage <span>audit</span></h1><p>");
	minute_add(report->started_at, out);
	str_addf(out, " UTC · %zu checks in %lld s", ran, (long long)(report->took_ms + 500) / 1000);
	if (unrun > 0)
		str_addf(out, " · <b>%zu not run to their end</b>", unrun);
	str_add(out, "</p></header>\n<main>\n");
}

static void add_change(const struct audit_trend *trend, enum audit_severity s, struct str *out)
{
	int64_t change = NEWEST(trend)->count[s] - (NEWEST(trend) - 1)->count[s];

	if (change == 0) {
		str_add(out, "<i>as before</i>");
		return;
	}
	str_addf(out, "<i class=\"%s\">%s ", change > 0 ? "more" : "fewer", change > 0 ? "▲" : "▼");
	number_add((uint64_t)(change > 0 ? change : -change), out);
	str_add(out, "</i>");
}

static void add_cards(const struct audit_report *report, const struct audit_trend *trend, struct str *out)
{
	uint64_t fresh = 0;

	str_add(out, "<section class=\"cards\" aria-label=\"show only\">\n");
	for (enum audit_severity s = 0; s < AUDIT_SEVERITIES; s++) {
		str_addf(out, "<button class=\"card %s\" data-severity=\"%s\" aria-pressed=\"false\"><b>", audit_severity_name[s],
		    audit_severity_name[s]);
		number_add(audit_report_count(report, s), out);
		str_addf(out, "</b> %s", audit_severity_name[s]);
		if (trend->n > 1)
			add_change(trend, s, out);
		str_add(out, "</button>\n");
	}
	for (size_t i = 0; i < report->n; i++)
		fresh += report->v[i].is_new;
	if (trend->n > 1) {
		str_add(out, "<button class=\"card new\" data-new aria-pressed=\"false\"><b>");
		number_add(fresh, out);
		str_add(out, "</b> new</button>\n");
	}
	str_add(out, "</section>\n");
}

/* ---- the findings: six cells a row, and what to do inside the fifth */

static void add_cell(const char *text, struct str *out)
{
	str_add(out, "<td>");
	html_add(str_or(text, ""), out);
	str_add(out, "</td>");
}

static void add_details(const char *details, struct str *out)
{
	struct json_object *o = json_tokener_parse(details);

	str_add(out, "<dl>");
	if (o) {
		json_object_object_foreach(o, name, value) {
			str_add(out, "<dt>");
			html_add(name, out);
			str_add(out, "</dt><dd>");
			html_add(value ? json_object_get_string(value) : "-", out);
			str_add(out, "</dd>");
		}
	}
	json_object_put(o);
	str_add(out, "</dl>");
}

static void add_finding(const struct audit_finding *f, struct str *out)
{
	const char *severity = audit_severity_name[f->check->severity], *check = f->check->name;

	str_addf(out, "<tr class=\"%s\"%s><td><span class=\"tag\">%s</span></td><td><a href=\"#c-%s\">%s</a></td>", severity,
	    f->is_new ? " data-new" : "", severity, check, check);
	add_cell(f->subject, out);
	add_cell(f->host, out);
	str_add(out, "<td><details><summary>");
	html_add(f->message, out);
	str_add(out, "</summary><pre>");
	html_add(f->remedy, out);
	str_add(out, "</pre>");
	add_details(f->details, out);
	str_add(out, "</details></td><td>");
	minute_add(f->since, out);
	str_addf(out, "%s</td></tr>\n", f->is_new ? " <span class=\"fresh\">new</span>" : "");
}

static void add_findings(const struct audit_report *report, struct str *out)
{
	str_add(out, "<section id=\"findings-section\"><h2>Findings</h2>\n"
	    "<div class=\"tools\"><input id=\"filter\" type=\"search\" placeholder=\"filter: words of a check, host, id, message\" "
	    "aria-label=\"filter\"><select id=\"sort\" aria-label=\"sort by\"></select><button id=\"clear\" hidden>show all</button>"
	    "<span id=\"shown\" aria-live=\"polite\"></span></div>\n<table id=\"findings\"><thead><tr>"
	    "<th>severity</th><th>check</th><th>subject</th><th>host</th><th>message</th><th>since</th></tr></thead>\n<tbody>\n");
	for (enum audit_severity s = 0; s < AUDIT_SEVERITIES; s++)
		for (size_t i = 0; i < report->n; i++)
			if (report->v[i].check->severity == s)
				add_finding(&report->v[i], out);
	str_add(out, "</tbody></table>\n<p id=\"none\" class=\"quiet\" hidden>No finding has all of these words.</p></section>\n");
}

/* ---- the checks: what each means, and what came of it */

static void add_number(const char *label, uint64_t n, struct str *out)
{
	str_addf(out, "<td%s title=\"%s\">", n == 0 ? " class=\"zero\"" : "", label);
	number_add(n, out);
	str_add(out, "</td>");
}

static void add_check(const struct audit_result *r, struct str *out)
{
	const char *severity = audit_severity_name[r->check->severity];

	str_addf(out, "<tr id=\"c-%s\" class=\"%s%s\"><td>%s</td><td><span class=\"tag\">%s</span></td><td><b>%s</b> ", r->check->name, severity,
	    r->outcome != AUDIT_DONE ? " unrun" : "", r->check->number, severity, r->check->name);
	html_add(r->check->left.sql ? r->check->left.sql->sentence : r->check->title, out);
	str_addf(out, "</td><td>%s ", audit_outcome_name[r->outcome]);
	html_add(r->why, out);
	str_add(out, "</td>");
	add_number("found", r->found, out);
	add_number("in motion: gone at the second look", r->moved_on, out);
	add_number("in the baseline", r->known, out);
	add_number("milliseconds", (uint64_t)r->took_ms, out);
	str_add(out, "</tr>\n");
}

static void add_checks(const struct audit_report *report, struct str *out)
{
	str_add(out, "<section><h2>Checks</h2><table id=\"checks\"><thead><tr><th></th><th>severity</th><th>what it looks for</th><th>outcome</th>"
	    "<th>found</th><th>in motion</th><th>in baseline</th><th>ms</th></tr></thead><tbody>\n");
	for (const struct audit_result *r = report->result; r < report->result + report->nresult; r++)
		add_check(r, out);
	str_add(out, "</tbody></table></section>\n");
}

void page_add(const struct audit_report *report, const struct audit_trend *trend, struct str *out)
{
	add_policy(out);
	add_heading(report, out);
	add_cards(report, trend, out);
	trend_add(trend, out);
	if (report->n > 0) {
		str_add(out, "<section><h2>Where</h2>\n");
		heat_add(report, out);
		str_add(out, "</section>\n");
		add_findings(report, out);
	} else {
		str_add(out, "<p class=\"nothing\">Nothing was found.</p>\n");
	}
	add_checks(report, out);
	str_add(out, "</main>\n<script>\n");
	str_add(out, page_js);
	str_add(out, "</script></body></html>\n");
}
