/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "ready/ready.h"
#include "run/list.h"
#include "util/file.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

/* A row for each host, if it died alone, and for each aggregate and zone, if all of it did at once. */

static const struct table_column columns[] = {
	{ "kind", NULL, false, COLUMN_TEXT },
	{ "name", NULL, false, COLUMN_NAME },
	{ "zone", NULL, false, COLUMN_NAME | COLUMN_SPARE },
	{ "state", NULL, true, COLUMN_TEXT },
	{ "hosts", NULL, true, COLUMN_NUMBER },
	{ "instances", NULL, false, COLUMN_NUMBER },
	{ "could_go", NULL, false, COLUMN_NUMBER },
	{ "could_not", NULL, false, COLUMN_NUMBER },
	{ "unknown", NULL, true, COLUMN_NUMBER },
	{ "ready", NULL, false, COLUMN_TEXT },
	{ "fence_agent", NULL, true, COLUMN_TEXT },
	{ "to", NULL, true, COLUMN_SENTENCE },
	{ "reasons", NULL, false, COLUMN_REMARK },
	{ "missing", NULL, false, COLUMN_REMARK },
	{ "hint", NULL, false, COLUMN_NOTE },
};
static const struct table_column instance_columns[] = {
	{ "host", NULL, false, COLUMN_NAME },
	{ "id", NULL, false, COLUMN_UUID },
	{ "name", NULL, false, COLUMN_NAME },
	{ "ready", NULL, false, COLUMN_TEXT },
	{ "to", NULL, false, COLUMN_NAME },
	{ "to_together", NULL, true, COLUMN_NAME },
	{ "reason", NULL, false, COLUMN_TEXT },
	{ "message", NULL, false, COLUMN_REMARK },
	{ "hint", NULL, false, COLUMN_NOTE },
};

/* ---- the rows */

static void say_places(const struct ready_answer *a, struct str *out)
{
	str_clear(out);
	for (const struct ready_place *p = a->place; p < a->place + a->nplace; p++)
		str_addf(out, "%s%s%s %zu", out->n ? ", " : "", p->host, p->reserve ? _(" (reserved)") : "", p->n);
}

static void add_ready_answer(struct table *t, const struct ready_answer *a)
{
	auto_str struct str text = { 0 };

	table_int(t, "instances", (int64_t)a->instances);
	table_int(t, "could_go", (int64_t)a->could);
	table_int(t, "could_not", (int64_t)(a->instances - a->could - a->unknown));
	table_int(t, "unknown", (int64_t)a->unknown);
	table_text(t, "ready", ready_word(a));
	say_places(a, &text);
	table_text(t, "to", text.n ? text.s : NULL);
	str_clear(&text);
	ready_say_reasons(a, &text);
	table_text(t, "reasons", text.n ? text.s : NULL);
	table_text(t, "missing", a->missing);
	if (a->nreason && a->reason->hint && *a->reason->hint && !a->missing)
		table_advice(t, "hint", a->reason->hint);
}

/* How many instances it has is no number here. */
static void add_unseen_host(struct table *t, const struct ready_host *h)
{
	table_text(t, "ready", ready_word(&h->answer));
	table_text(t, "reasons", "cell-not-checked");
}

static void add_ready_host(struct table *t, const struct ready_host *h)
{
	table_add(t);
	table_text(t, "kind", "host");
	table_text(t, "name", h->host);
	table_text(t, "zone", h->zone);
	table_int(t, "hosts", 1);
	if (h->unseen) {
		add_unseen_host(t, h);
		return;
	}
	table_text(t, "state", h->up ? "up" : "down");
	table_text(t, "fence_agent", h->fence);
	add_ready_answer(t, &h->answer);
}

static void add_ready_group(struct table *t, const struct ready_group *g)
{
	table_add(t);
	table_text(t, "kind", g->kind);
	table_text(t, "name", g->name);
	table_int(t, "hosts", (int64_t)g->n);
	add_ready_answer(t, &g->answer);
}

static void add_ready_instances(struct table *t, const struct ready_host *h)
{
	const struct subject *s = &h->scene.subject;

	for (const struct candidate *c = s->candidate; c < s->candidate + s->ncandidate; c++) {
		const struct finding *against = ready_against(h, c->instance->uuid);
		const struct finding *f = against ? against : ready_doubt(h, c->instance->uuid);

		table_add(t);
		table_text(t, "host", h->host);
		table_text(t, "id", c->instance->uuid);
		table_text(t, "name", c->instance->name);
		table_text(t, "ready", against ? "no" : f ? "unknown" : "yes");
		table_text(t, "to", h->to[c - s->candidate]);
		table_text(t, "to_together", h->to_together[c - s->candidate]);
		if (!f)
			continue;
		table_text(t, "reason", f->code);
		table_text(t, "message", f->message);
		table_advice(t, "hint", f->hint);
	}
}

/* What is not ready comes first. */
static void add_readiness(struct table *t, const struct readiness *all, bool instances)
{
	for (int ready = 0; ready < 2 && !instances; ready++) {
		for (size_t i = 0; i < all->nhost; i++)
			if (ready_is_whole(&all->host[i].answer) == ready)
				add_ready_host(t, &all->host[i]);
		for (size_t i = 0; i < all->ngroup; i++)
			if (ready_is_whole(&all->group[i].answer) == ready)
				add_ready_group(t, &all->group[i]);
	}
	for (size_t i = 0; i < all->nhost && instances; i++)
		add_ready_instances(t, &all->host[i]);
}

/* Whole or not at all, and for every reader: it names no tenant. */
#define METRICS_MODE 0644

static int write_readiness_metrics(const char *path, const struct readiness *all, struct error *err)
{
	auto_str struct str text = { 0 };

	if (!path)
		return 0;
	readiness_add_metrics(all, &text);
	return file_write(path, &text, METRICS_MODE, err);
}

static int fill_readiness(struct scene *common, struct table *t, struct error *err)
{
	struct readiness all;
	int rc = readiness_find(&all, common, err);

	if (rc == 0)
		rc = write_readiness_metrics(common->request->audit.prometheus, &all, err);
	if (rc == 0) {
		table_say_none(t, "No compute hosts.");
		add_readiness(t, &all, common->request->what.instances);
	}
	readiness_free(&all);
	return rc;
}

#define READINESS .needs = NEEDS_NOVA | WITNESS_CINDER | WITNESS_NEUTRON, .fill = fill_readiness
static const struct listing host_readiness = { READINESS, LISTED(columns) };
static const struct listing instance_readiness = { READINESS, LISTED(instance_columns) };

static enum error_kind run_host_readiness(const struct request *request, struct error *err)
{
	return run_listing(request->what.instances ? &instance_readiness : &host_readiness, request, err);
}

static int check_readiness(const struct request *request, struct error *err)
{
	const struct what *what = &request->what;

	if (what->all + (what->hosts.n > 0) + (what->aggregates.n > 0) + (what->zones.n > 0) == 1)
		return 0;
	error_set(err, ERROR_USAGE, "host readiness needs hosts, --all, --aggregate or --zone: one of them");
	return error_hint(err, "evac-manage host readiness --all");
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "all", .type = OPTION_FLAG, .offset = AT(what.all),
	  .sentence = "every compute host, aggregate and zone" },
	{ .name = "aggregate", .type = OPTION_WORDS, .offset = AT(what.aggregates), .metavar = "AGGREGATE",
	  .sentence = "the hosts of this aggregate, each alone and all at once; repeatable" },
	{ .name = "zone", .type = OPTION_WORDS, .offset = AT(what.zones), .metavar = "ZONE",
	  .sentence = "the hosts of this availability zone, each alone and all at once; repeatable" },
	{ .name = "instances", .type = OPTION_FLAG, .offset = AT(what.instances),
	  .sentence = "a row for each instance instead, with what speaks against it" },
	{ .name = "prometheus", .type = OPTION_TEXT, .offset = AT(audit.prometheus), .metavar = "FILE",
	  .sentence = "also write metrics for node_exporter's textfile collector" },
	{ 0 }
};
static const struct argument_spec arguments[] = {
	{ .metavar = "HOST...", .type = OPTION_WORDS, .offset = AT(what.hosts), .optional = true,
	  .sentence = "these hosts, each alone and all at once" },
	{ 0 }
};

const struct command command_host_readiness = {
	.noun = "host", .verb = "readiness",
	.sentence = "what could be evacuated if a host died now",
	.details = "Asks what a rescue asks, without a dead host: which instances nova would evacuate, whether the others have room "
		"for them, whether another host has the backends of its volumes. Several hosts, an aggregate or a zone are looked at "
		"host by host, and as if all died at once. What could not be looked at is unknown. Reads databases only: no broker, no API "
		"and no Ceph is asked.\n\n"
		"Examples:\n"
		"  evac-manage host readiness --all\n"
		"  evac-manage host readiness --aggregate rack7 --instances",
	.options = options, .arguments = arguments,
	.check = check_readiness,
	.run = run_host_readiness,
};
