/* SPDX-License-Identifier: Apache-2.0 */
#include <time.h>

#include "ready/ready.h"
#include "util/prometheus.h"
#include "util/str.h"

#define METRIC(word) "evac_manage_readiness_" word

typedef void add_answer_fn(const struct ready_answer *answer, const char *kind, const char *name, struct str *out);

static void each_answer(const struct readiness *all, add_answer_fn *add, struct str *out)
{
	for (const struct ready_host *h = all->host; h < all->host + all->nhost; h++)
		add(&h->answer, "host", h->host, out);
	for (const struct ready_group *g = all->group; g < all->group + all->ngroup; g++)
		add(&g->answer, g->kind, g->name, out);
}

static void add_labels(const char *metric, const char *kind, const char *name, struct str *out)
{
	str_addf(out, "%s{", metric);
	prometheus_add_label("kind", kind, "", out);
	prometheus_add_label("name", name, ",", out);
}

static void add_outcome(const char *outcome, size_t n, const char *kind, const char *name, struct str *out)
{
	add_labels(METRIC("instances"), kind, name, out);
	prometheus_add_label("outcome", outcome, ",", out);
	str_addf(out, "} %zu\n", n);
}

/* Of hosts that were not seen no number is made up. */
static void add_outcomes(const struct ready_answer *a, const char *kind, const char *name, struct str *out)
{
	if (a->unseen)
		return;
	add_outcome("could_go", a->could, kind, name, out);
	add_outcome("could_not", a->instances - a->could - a->unknown, kind, name, out);
	add_outcome("unknown", a->unknown, kind, name, out);
}

static void add_unseen(const struct ready_answer *a, const char *kind, const char *name, struct str *out)
{
	add_labels(METRIC("unseen_hosts"), kind, name, out);
	str_addf(out, "} %zu\n", a->unseen);
}

static void add_reasons(const struct ready_answer *a, const char *kind, const char *name, struct str *out)
{
	for (const struct ready_reason *r = a->reason; r < a->reason + a->nreason && !a->unseen; r++) {
		add_labels(METRIC("reason_instances"), kind, name, out);
		prometheus_add_label("code", r->code, ",", out);
		prometheus_add_label("cause", str_or(r->part, ""), ",", out);
		str_addf(out, "} %zu\n", r->n);
	}
}

void readiness_add_metrics(const struct readiness *all, struct str *out)
{
	prometheus_add_gauge(METRIC("instances"), "Instances of what would die, by what would become of them.", out);
	each_answer(all, add_outcomes, out);
	prometheus_add_gauge(METRIC("reason_instances"), "Instances that could not be evacuated, or are unknown, by finding.",
	    out);
	each_answer(all, add_reasons, out);
	prometheus_add_gauge(METRIC("unseen_hosts"), "Hosts of which nothing is known, as their cell does not answer.", out);
	each_answer(all, add_unseen, out);
	prometheus_add_gauge(METRIC("last_run_timestamp_seconds"), "When it was looked at last.", out);
	str_addf(out, METRIC("last_run_timestamp_seconds") " %lld\n", (long long)time(NULL));
}
