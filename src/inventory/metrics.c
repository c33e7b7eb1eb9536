/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"
#include "util/prometheus.h"

typedef int64_t sample_fn(const struct saving *saving, const struct place *place);

/* A directory that says nothing of it has no sample. */
static void add_gauge(const struct saving *s, const char *name, const char *help, sample_fn *sample, struct str *out)
{
	auto_str struct str before = { 0 };

	str_addf(&before, "%s{", name);
	prometheus_add_gauge(name, help, out);
	for (const struct place *p = s->place; p < s->place + s->nplace; p++) {
		if (sample(s, p) < 0)
			continue;
		prometheus_add_label("directory", p->dir, before.s, out);
		str_addf(out, "} %lld\n", (long long)sample(s, p));
	}
}

static int64_t newest_time(const struct saving *s, const struct place *p)
{
	if (p->written)
		return clock_parse(s->counts.saved_at);
	return p->before.serial && p->before.saved_at[0] ? clock_parse(p->before.saved_at) : -1;
}

static int64_t whole_time(const struct saving *s, const struct place *p)
{
	(void)s;
	return p->whole.serial ? clock_parse(p->whole.saved_at) : -1;
}

static int64_t whole_instances(const struct saving *s, const struct place *p)
{
	(void)s;
	return p->whole.serial ? p->whole.instances : -1;
}

static int64_t was_written(const struct saving *s, const struct place *p)
{
	(void)s;
	return p->written;
}

void inventory_metrics(const struct saving *s, struct str *out)
{
	long long unknown = 0;

	for (size_t i = 0; i < s->npart; i++)
		unknown += s->part[i].state == PART_UNKNOWN;
	add_gauge(s, "evac_manage_inventory_saved_timestamp_seconds", "When the newest inventory was saved.", newest_time, out);
	add_gauge(s, "evac_manage_inventory_whole_timestamp_seconds", "When the newest whole inventory was saved.", whole_time,
	    out);
	add_gauge(s, "evac_manage_inventory_instances", "Instances in the newest whole inventory.", whole_instances, out);
	add_gauge(s, "evac_manage_inventory_written", "1: the last run wrote a file there.", was_written, out);
	prometheus_add_gauge("evac_manage_inventory_unknown_parts", "Databases and cells that did not answer the last run.",
	    out);
	str_addf(out, "evac_manage_inventory_unknown_parts %lld\n", unknown);
}
