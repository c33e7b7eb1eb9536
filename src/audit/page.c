/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"
#include "util/html.h"
#include "util/json.h"

/* One file that needs nothing else: no request leaves it, and it opens from a mail or a memory stick. It carries the report,
 * and page.js draws it; where no script runs there is a list. */

/* Nothing is loaded, and nothing runs but the one script that this policy knows by its hash: what a stranger's name would
 * bring in is refused, and so is markup that is made of a text. */
static void page_add_head(struct str *out)
{
	str_add(out,
	    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; form-action 'none'; "
	    "img-src data:; style-src ");
	html_add_hash(page_css, out);
	str_add(out, "; script-src ");
	html_add_hash(page_js, out);
	str_add(out,
	    "; require-trusted-types-for 'script'\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	    "<link rel=\"icon\" href=\"data:,\">\n<title>evac-manage audit</title>\n<style>");
	str_add(out, page_css);
	str_add(out, "</style></head><body>\n");
}

/* ---- where no script runs */

static void page_add_finding(const struct audit_finding *f, struct str *out)
{
	const char *severity = audit_severity_name[f->check->severity];

	str_addf(out, "<li class=\"%s\"><b>%s</b> %s ", severity, severity, f->check->name);
	html_add(f->subject, out);
	str_addc(out, ' ');
	html_add(str_or(f->host, ""), out);
	str_add(out, "<br>");
	html_add(f->message, out);
	str_add(out, "<pre>");
	html_add(f->remedy, out);
	str_add(out, "</pre></li>\n");
}

static void page_add_list(const struct audit_report *report, struct str *out)
{
	str_add(out, report->n > 0 ? "<noscript><ul>\n" : "<noscript><p>Nothing was found.</p>\n<ul>\n");
	for (enum audit_severity s = 0; s < AUDIT_SEVERITIES; s++)
		for (size_t i = 0; i < report->n; i++)
			if (report->v[i].check->severity == s)
				page_add_finding(&report->v[i], out);
	str_add(out, "</ul></noscript>\n");
}

/* ---- what the script draws */

static struct json_object *checks_of(const struct audit_report *report)
{
	struct json_object *checks = json_object_new_array(), *o;

	for (const struct audit_result *r = report->result; r < report->result + report->nresult; r++) {
		o = json_object_new_object();
		put_text(o, "number", r->check->number);
		put_text(o, "sentence", r->check->left.sql ? r->check->left.sql->sentence : r->check->title);
		json_object_array_add(checks, o);
	}
	return checks;
}

static struct json_object *new_ones_of(const struct audit_report *report)
{
	struct json_object *new_ones = json_object_new_array();

	for (size_t i = 0; i < report->n; i++)
		if (report->v[i].is_new)
			json_object_array_add(new_ones, json_object_new_int64((int64_t)i));
	return new_ones;
}

static struct json_object *runs_of(const struct audit_trend *trend)
{
	struct json_object *runs = json_object_new_array(), *o;

	for (size_t i = 0; i < trend->n; i++) {
		o = json_object_new_object();
		put_text(o, "at", trend->v[i].at);
		for (enum audit_severity s = 0; s < AUDIT_SEVERITIES; s++)
			put_int(o, audit_severity_name[s], trend->v[i].count[s]);
		if (trend->v[i].not_ready.set)
			put_int(o, "not_ready", trend->v[i].not_ready.v);
		json_object_array_add(runs, o);
	}
	return runs;
}

/* What the report does not say: of its checks, in their order, the number and what they look for; which of its findings are
 * new, by their place; the earlier runs and this one. */
static void page_add_beside(const struct audit_report *report, const struct audit_trend *trend, struct str *out)
{
	struct json_object *o = json_object_new_object();

	put_int(o, "took_ms", report->took_ms);
	put(o, "checks", checks_of(report));
	put(o, "new", new_ones_of(report));
	put(o, "trend", runs_of(trend));
	html_add_json(o, out);
	json_object_put(o);
}

void page_add(const struct audit_report *report, const struct audit_trend *trend, struct str *out)
{
	page_add_head(out);
	str_addf(out,
	    "<header><h1>evac-manage <span>audit</span></h1><p>%.10s %.5s UTC</p></header>\n<main>\n"
	    "<p class=\"quiet\">This page is drawn by its script, which does not run here.</p>\n",
	    report->started_at, report->started_at + sizeof "2026-01-31");
	page_add_list(report, out);
	str_add(out, "</main>\n<script type=\"application/json\" id=\"report\">\n");
	document_embed(report, out);
	str_add(out, "</script>\n<script type=\"application/json\" id=\"beside\">\n");
	page_add_beside(report, trend, out);
	str_add(out, "\n</script>\n<script>");
	str_add(out, page_js);
	str_add(out, "</script></body></html>\n");
}
