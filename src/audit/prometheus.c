/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "internal.h"
#include "util/prometheus.h"

static void add_checks(const struct audit_report *report, struct str *out)
{
	const struct audit_result *r, *end = report->result + report->nresult;

	prometheus_add_gauge("evac_manage_audit_findings", "Findings of a check.", out);
	for (r = report->result; r < end; r++) {
		if (r->outcome == AUDIT_NOT_HERE)
			continue;
		prometheus_add_label("check", r->check->name, "evac_manage_audit_findings{", out);
		prometheus_add_label("severity", audit_severity_name[r->check->severity], ",", out);
		str_addf(out, "} %llu\n", (unsigned long long)r->found);
	}
	prometheus_add_gauge("evac_manage_audit_check_ok", "1: the check finished.", out);
	for (r = report->result; r < end; r++) {
		if (r->outcome == AUDIT_NOT_HERE)
			continue;
		prometheus_add_label("check", r->check->name, "evac_manage_audit_check_ok{", out);
		str_addf(out, "} %d\n", r->outcome == AUDIT_DONE);
	}
	prometheus_add_gauge("evac_manage_audit_check_seconds", "How long a check took.", out);
	for (r = report->result; r < end; r++) {
		if (r->outcome == AUDIT_NOT_HERE)
			continue;
		prometheus_add_label("check", r->check->name, "evac_manage_audit_check_seconds{", out);
		str_addf(out, "} %lld.%03lld\n", (long long)r->took_ms / 1000, (long long)r->took_ms % 1000);
	}
}

static int by_host_and_severity(const void *a, const void *b)
{
	const struct audit_finding *const *x = a, *const *y = b;
	int d = strcmp(str_or((*x)->host, ""), str_or((*y)->host, ""));

	return d ? d : (int)(*x)->check->severity - (int)(*y)->check->severity;
}

static void add_hosts(const struct audit_report *report, struct str *out)
{
	const struct audit_finding **sorted = xcalloc(report->n, sizeof *sorted);
	size_t n = 0;

	for (size_t i = 0; i < report->n; i++)
		sorted[i] = &report->v[i];
	vec_sort(sorted, report->n, sizeof *sorted, by_host_and_severity);
	prometheus_add_gauge("evac_manage_audit_host_findings", "Listed findings about a host.", out);
	for (size_t i = 0; i < report->n; i++) {
		n++;
		if (i + 1 < report->n && by_host_and_severity(&sorted[i], &sorted[i + 1]) == 0)
			continue;
		prometheus_add_label("host", str_or(sorted[i]->host, ""), "evac_manage_audit_host_findings{", out);
		prometheus_add_label("severity", audit_severity_name[sorted[i]->check->severity], ",", out);
		str_addf(out, "} %zu\n", n);
		n = 0;
	}
	free(sorted);
}

void prometheus_add(const struct audit_report *report, struct str *out)
{
	add_checks(report, out);
	add_hosts(report, out);
	prometheus_add_gauge("evac_manage_audit_last_run_timestamp_seconds", "When the last audit ended.", out);
	str_addf(out, "evac_manage_audit_last_run_timestamp_seconds %lld\n", (long long)time(NULL));
	prometheus_add_gauge("evac_manage_audit_duration_seconds", "How long it took.", out);
	str_addf(out, "evac_manage_audit_duration_seconds %lld.%03lld\n", (long long)report->took_ms / 1000,
	    (long long)report->took_ms % 1000);
}
