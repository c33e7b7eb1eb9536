/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "ready/ready.h"
#include "run/list.h"
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

/* All that was looked at, and the groups of it that were asked for. */
struct group {
	const char *kind, *name;
	struct ready_host **host;
	size_t n, cap;
	struct ready_answer answer;
};
struct looked {
	struct ready_host *host;
	size_t nhost, cap;
	struct group *group;
	size_t ngroup, group_cap;
};

static struct ready_host *looked_at(const struct looked *all, const char *host)
{
	for (size_t i = 0; i < all->nhost; i++)
		if (strcmp(all->host[i].host, host) == 0)
			return &all->host[i];
	return NULL;
}

static struct group *group_named(struct looked *all, const char *kind, const char *name)
{
	struct group *g = all->group;

	while (g < all->group + all->ngroup && !(strcmp(g->kind, kind) == 0 && strcmp(g->name, name) == 0))
		g++;
	if (g < all->group + all->ngroup)
		return g;
	all->group = vec_grow(all->group, all->ngroup, &all->group_cap, sizeof *g);
	g = &all->group[all->ngroup++];
	*g = (struct group){ .kind = kind, .name = name };
	return g;
}

static void readiness_group_take(struct group *g, struct ready_host *host)
{
	g->host = vec_grow(g->host, g->n, &g->cap, sizeof *g->host);
	g->host[g->n++] = host;
}

/* ---- which hosts */

static bool words_hold(const struct words *words, const char *word)
{
	for (size_t i = 0; i < words->n; i++)
		if (str_equal(words->v[i], word))
			return true;
	return false;
}

static bool is_in_aggregate(const struct aggregate_hosts *aggregates, const struct words *wanted, const char *host)
{
	for (size_t i = 0; i < aggregates->n; i++)
		if (strcmp(aggregates->v[i].host, host) == 0 && words_hold(wanted, aggregates->v[i].aggregate))
			return true;
	return false;
}

/* nova calls the zone of a host that is in none by a name of its own; what it is called is nova.conf's. */
#define DEFAULT_ZONE "nova"

static const char *zone_of(const struct scene *scene, const char *host)
{
	return str_or(aggregates_zone_of(&scene->placing.aggregates, host), DEFAULT_ZONE);
}

static bool readiness_wants(const struct scene *scene, const struct aggregate_hosts *aggregates, const char *host)
{
	const struct what *what = &scene->request->what;

	return what->all || words_hold(&what->hosts, host) || words_hold(&what->zones, zone_of(scene, host)) ||
	    is_in_aggregate(aggregates, &what->aggregates, host);
}

static int check_word(const char *what, const char *word, const char *const *known, size_t n, struct error *err)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(known[i], word) == 0)
			return 0;
	return scene_unknown(what, word, known, n, "evac-manage host readiness --all", err);
}

/* Every word is a zone, or an aggregate, that is there. */
static int readiness_check_words(const struct scene *scene, const struct aggregate_hosts *aggregates, struct error *err)
{
	const struct what *what = &scene->request->what;
	const struct aggregates *zones = &scene->placing.aggregates;
	const char **known = xcalloc(aggregates->n + zones->n + 1, sizeof *known);
	size_t n = 0;
	int rc = 0;

	for (size_t i = 0; i < aggregates->n; i++)
		if (i == 0 || strcmp(aggregates->v[i].aggregate, aggregates->v[i - 1].aggregate) != 0)
			known[n++] = aggregates->v[i].aggregate;
	for (size_t i = 0; i < what->aggregates.n && rc == 0; i++)
		rc = check_word(N_("aggregate"), what->aggregates.v[i], known, n, err);
	n = 0;
	known[n++] = DEFAULT_ZONE;
	for (size_t i = 0; i < zones->n; i++)
		if (strcmp(zones->v[i].name, "availability_zone") == 0)
			known[n++] = zones->v[i].value;
	for (size_t i = 0; i < what->zones.n && rc == 0; i++)
		rc = check_word(N_("availability zone"), what->zones.v[i], known, n, err);
	free(known);
	return rc;
}

static int look_at(struct looked *all, struct scene *common, const char *host, struct error *err)
{
	if (looked_at(all, host))
		return 0;
	return ready_find_host(&all->host[all->nhost++], common, host, err);
}

static size_t computes(const struct scene *scene)
{
	size_t n = 0;

	for (size_t c = 0; c < scene->nova.ncell; c++)
		n += scene->nova.cell[c].services.n;
	return n;
}

static int look_at_hosts(struct looked *all, struct scene *common, const struct aggregate_hosts *aggregates, struct error *err)
{
	const struct words *named = &common->request->what.hosts;

	all->host = xcalloc(computes(common) + named->n + 1, sizeof *all->host);
	for (size_t i = 0; i < named->n; i++)
		if (look_at(all, common, named->v[i], err) != 0)
			return -1;
	for (size_t c = 0; c < common->nova.ncell; c++)
		for (size_t i = 0; i < common->nova.cell[c].services.n; i++) {
			const struct nova_service *s = &common->nova.cell[c].services.v[i];

			if (strcmp(s->binary, "nova-compute") == 0 && readiness_wants(common, aggregates, s->host) &&
			    look_at(all, common, s->host, err) != 0)
				return -1;
		}
	return 0;
}

/* ---- which of them together */

static void make_groups(struct looked *all, struct scene *common, const struct aggregate_hosts *aggregates)
{
	const struct what *what = &common->request->what;
	struct ready_host *host;

	for (size_t i = 0; i < what->hosts.n && what->hosts.n > 1; i++)
		readiness_group_take(group_named(all, "hosts", "together"), looked_at(all, what->hosts.v[i]));
	for (size_t i = 0; i < all->nhost; i++) {
		const char *zone = zone_of(common, all->host[i].host);

		if (what->all || words_hold(&what->zones, zone))
			readiness_group_take(group_named(all, "zone", zone), &all->host[i]);
	}
	for (size_t i = 0; i < aggregates->n; i++)
		if ((what->all || words_hold(&what->aggregates, aggregates->v[i].aggregate)) &&
		    (host = looked_at(all, aggregates->v[i].host)))
			readiness_group_take(group_named(all, "aggregate", aggregates->v[i].aggregate), host);
	for (struct group *g = all->group; g < all->group + all->ngroup; g++)
		ready_together(g->host, g->n, common, &common->arena, &g->answer);
}

/* ---- the rows */

static const char *ready_word(const struct ready_answer *a)
{
	if (a->stopped)
		return a->instances ? "no" : "yes";
	return a->could == a->instances ? "yes" : a->could == 0 ? "no" : "partly";
}

static void say_reasons(const struct ready_answer *a, struct str *out)
{
	str_clear(out);
	for (const struct ready_reason *r = a->reason; r < a->reason + a->nreason; r++) {
		str_addf(out, "%s%s", out->n ? ", " : "", r->code);
		if (r->n)
			str_addf(out, " %zu", r->n);
	}
}

static void say_places(const struct ready_answer *a, struct str *out)
{
	str_clear(out);
	for (const struct ready_place *p = a->place; p < a->place + a->nplace; p++)
		str_addf(out, "%s%s %zu", out->n ? ", " : "", p->host, p->n);
}

static void add_ready_answer(struct table *t, const struct ready_answer *a)
{
	size_t could = a->stopped ? 0 : a->could;
	auto_str struct str text = { 0 };

	table_int(t, "instances", (int64_t)a->instances);
	table_int(t, "could_go", (int64_t)could);
	table_int(t, "could_not", (int64_t)(a->instances - could));
	table_text(t, "ready", ready_word(a));
	say_places(a, &text);
	table_text(t, "to", text.n ? text.s : NULL);
	say_reasons(a, &text);
	table_text(t, "reasons", text.n ? text.s : NULL);
	table_text(t, "missing", a->missing);
	if (a->nreason && a->reason->hint && *a->reason->hint && !a->missing)
		table_advice(t, "hint", a->reason->hint);
}

static void add_ready_host(struct table *t, const struct ready_host *h)
{
	table_add(t);
	table_text(t, "kind", "host");
	table_text(t, "name", h->host);
	table_text(t, "zone", h->zone);
	table_text(t, "state", h->up ? "up" : "down");
	table_int(t, "hosts", 1);
	table_text(t, "fence_agent", h->fence);
	add_ready_answer(t, &h->answer);
}

static void add_ready_group(struct table *t, const struct group *g)
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
		const struct finding *f = ready_against(h, c->instance->uuid);

		table_add(t);
		table_text(t, "host", h->host);
		table_text(t, "id", c->instance->uuid);
		table_text(t, "name", c->instance->name);
		table_text(t, "ready", f ? "no" : "yes");
		table_text(t, "to", h->to[c - s->candidate]);
		table_text(t, "to_together", h->to_together[c - s->candidate]);
		if (!f)
			continue;
		table_text(t, "reason", f->code);
		table_text(t, "message", f->message);
		table_advice(t, "hint", f->hint);
	}
}

static bool is_wholly_ready(const struct ready_answer *a)
{
	return strcmp(ready_word(a), "yes") == 0;
}

/* What is not ready comes first. */
static void add_readiness(struct table *t, const struct looked *all, bool instances)
{
	for (int ready = 0; ready < 2 && !instances; ready++) {
		for (size_t i = 0; i < all->nhost; i++)
			if (is_wholly_ready(&all->host[i].answer) == ready)
				add_ready_host(t, &all->host[i]);
		for (size_t i = 0; i < all->ngroup; i++)
			if (is_wholly_ready(&all->group[i].answer) == ready)
				add_ready_group(t, &all->group[i]);
	}
	for (size_t i = 0; i < all->nhost && instances; i++)
		add_ready_instances(t, &all->host[i]);
}

static void free_looked(struct looked *all)
{
	for (size_t i = 0; i < all->nhost; i++)
		ready_free_host(&all->host[i]);
	for (size_t i = 0; i < all->ngroup; i++) {
		ready_free_answer(&all->group[i].answer);
		free(all->group[i].host);
	}
	free(all->host);
	free(all->group);
}

static int fill_readiness(struct scene *common, struct table *t, struct error *err)
{
	struct aggregate_hosts aggregates = { 0 };
	struct looked all = { 0 };
	int rc = -1;

	if ((!common->world->cinder_db || scene_find_cinder(common, err) == 0) && scene_find_nova(common, err) == 0 &&
	    scene_find_placing(common, err) == 0 && aggregate_hosts_list(common->world->api_db, &aggregates, err) == 0 &&
	    readiness_check_words(common, &aggregates, err) == 0)
		rc = look_at_hosts(&all, common, &aggregates, err);
	if (rc == 0) {
		make_groups(&all, common, &aggregates);
		table_say_none(t, "No compute hosts.");
		add_readiness(t, &all, common->request->what.instances);
	}
	free_looked(&all);
	aggregate_hosts_free(&aggregates);
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
	{ 0 }
};
static const struct argument_spec arguments[] = {
	{ .metavar = "HOST...", .type = OPTION_WORDS, .offset = AT(what.hosts), .optional = true,
	  .sentence = "these hosts, each alone and all at once" },
	{ 0 }
};

const struct command command_host_readiness = {
	.noun = "host", .verb = "readiness",
	.sentence = "if a host died now: what could be evacuated, and what could not",
	.details = "Asks what a rescue asks, without a dead host: which instances nova would evacuate, whether the others have room "
		"for them, whether another host has the backends of its volumes. Several hosts, an aggregate or a zone are looked at "
		"host by host, and as if all died at once. Reads databases only.\n\n"
		"Examples:\n"
		"  evac-manage host readiness --all\n"
		"  evac-manage host readiness --aggregate rack7 --instances",
	.options = options, .arguments = arguments,
	.check = check_readiness,
	.run = run_host_readiness,
};
