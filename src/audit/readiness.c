/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "ready/ready.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/log.h"

/* Whom nobody could bring back tonight: findings like the others, which a later report compares and a baseline knows. Their
 * rows are what `host readiness --all` says, and made by it. */

#define HOST_REMEDY "evac-manage host readiness {subject} --instances"

enum readiness_check { NOT_READY, PARTLY_READY, UNKNOWN_READY, ZONE_NOT_READY, AGGREGATE_NOT_READY, READINESS_CHECKS };
const struct audit_check audit_readiness_checks[READINESS_CHECKS + 1] = {
	[NOT_READY] = { .number = "R01",
	    .name = "host-not-ready",
	    .severity = AUDIT_HIGH,
	    .title = "Host of which nothing could be evacuated if it died now",
	    .subject_kind = "host",
	    .message = "{text}",
	    .remedy = HOST_REMEDY },
	[PARTLY_READY] = { .number = "R02",
	    .name = "host-partly-ready",
	    .severity = AUDIT_MEDIUM,
	    .title = "Host of which some instances could not be evacuated if it died now",
	    .subject_kind = "host",
	    .message = "{text}",
	    .remedy = HOST_REMEDY },
	[UNKNOWN_READY] = { .number = "R03",
	    .name = "host-readiness-unknown",
	    .severity = AUDIT_MEDIUM,
	    .title = "Host of which it is not known what could be evacuated",
	    .subject_kind = "host",
	    .message = "{text}",
	    .remedy = HOST_REMEDY },
	[ZONE_NOT_READY] = { .number = "R04",
	    .name = "zone-not-ready",
	    .severity = AUDIT_LOW,
	    .title = "Availability zone of which not everything could be evacuated if all of it died now",
	    .subject_kind = "zone",
	    .message = "{text}",
	    .remedy = "evac-manage host readiness --zone {subject} --instances" },
	[AGGREGATE_NOT_READY] = { .number = "R05",
	    .name = "aggregate-not-ready",
	    .severity = AUDIT_LOW,
	    .title = "Aggregate of which not everything could be evacuated if all of it died now",
	    .subject_kind = "aggregate",
	    .message = "{text}",
	    .remedy = "evac-manage host readiness --aggregate {subject} --instances" },
};

bool readiness_check_is_of_host(const char *name)
{
	for (int i = NOT_READY; i <= UNKNOWN_READY; i++)
		if (strcmp(audit_readiness_checks[i].name, name) == 0)
			return true;
	return false;
}

static enum readiness_check check_of_host(const struct ready_answer *a)
{
	const char *word = ready_word(a);

	return strcmp(word, "no") == 0 ? NOT_READY : strcmp(word, "partly") == 0 ? PARTLY_READY : UNKNOWN_READY;
}

static bool is_asked(const struct request *request, const struct audit_check *check)
{
	for (size_t i = 0; i < request->audit.checks.n; i++)
		if (audit_check_find(request->audit.checks.v[i]) == check)
			return true;
	return request->audit.readiness;
}

bool readiness_is_asked(const struct request *request)
{
	for (const struct audit_check *c = audit_readiness_checks; c->number; c++)
		if (is_asked(request, c))
			return true;
	return false;
}

/* "11 of 14 instances could not be evacuated, 1 is unknown (no-capacity 11, ...); 2 more hosts of ... would take them" */
static void readiness_say(const struct ready_answer *a, struct str *out)
{
	size_t could_not = a->instances - a->could - a->unknown;

	if (a->unseen)
		str_addf(out, "of %zu host%s nothing is known", a->unseen, a->unseen == 1 ? "" : "s");
	if (could_not)
		str_addf(out, "%s%zu of %zu instances could not be evacuated", out->n ? ", " : "", could_not, a->instances);
	if (a->unknown)
		str_addf(out, "%s%zu of %zu instances: not known", out->n ? ", " : "", a->unknown, a->instances);
	str_add(out, " (");
	ready_say_reasons(a, out);
	str_add(out, ")");
	if (a->missing)
		str_addf(out, "; what would help: %s", a->missing);
}

struct readying {
	const struct request *request;
	struct audit_report *report;
	uint64_t found[READINESS_CHECKS], kept[READINESS_CHECKS];
};

/* A row as a statement's would be: what is not said there is no column. */
static void add_readiness_finding(struct readying *r, enum readiness_check which, const char *subject, const char *host,
    const char *zone, const struct ready_answer *a)
{
	static const char *const name[] = { "subject", "text", "host", "zone", "instances", "could_go", "could_not", "unknown",
		"reasons", "missing" };
	char instances[24], could[24], could_not[24], unknown[24];
	auto_str struct str text = { 0 }, reasons = { 0 };
	const char *value[] = { subject, NULL, host, zone, instances, could, could_not, unknown, NULL, a->missing };

	if (!is_asked(r->request, &audit_readiness_checks[which]))
		return;
	r->found[which]++;
	if (r->kept[which] >= r->report->max_a_check || r->report->n >= r->report->max_in_all)
		return;
	r->kept[which]++;
	snprintf(instances, sizeof instances, "%zu", a->instances);
	snprintf(could, sizeof could, "%zu", a->could);
	snprintf(could_not, sizeof could_not, "%zu", a->instances - a->could - a->unknown);
	snprintf(unknown, sizeof unknown, "%zu", a->unknown);
	readiness_say(a, &text);
	ready_say_reasons(a, &reasons);
	value[1] = lang_for_machines(text.s);
	value[8] = str_or(reasons.s, "");
	report_add(r->report, &audit_readiness_checks[which],
	    &(const struct audit_row){ .n = sizeof name / sizeof *name, .name = name, .value = value, .key = "" }, NULL);
}

/* In the order of the checks, as a report has its findings. */
static void add_not_ready(const struct readiness *all, struct readying *r)
{
	for (int which = NOT_READY; which <= UNKNOWN_READY; which++)
		for (const struct ready_host *h = all->host; h < all->host + all->nhost; h++)
			if (!ready_is_whole(&h->answer) && (int)check_of_host(&h->answer) == which)
				add_readiness_finding(r, (enum readiness_check)which, h->host, h->host, h->zone, &h->answer);
	for (int which = ZONE_NOT_READY; which <= AGGREGATE_NOT_READY; which++)
		for (const struct ready_group *g = all->group; g < all->group + all->ngroup; g++)
			if (!ready_is_whole(&g->answer) && (strcmp(g->kind, "zone") == 0) == (which == ZONE_NOT_READY))
				add_readiness_finding(r, (enum readiness_check)which, g->name, NULL, NULL, &g->answer);
}

/* A check that found nothing has looked as well. */
static void add_readiness_results(struct readying *r, int rc, int64_t took_ms, const struct error *err)
{
	for (int i = 0; i < READINESS_CHECKS; i++) {
		struct audit_result result = { .check = &audit_readiness_checks[i],
			.found = r->found[i],
			.kept = r->kept[i],
			.took_ms = took_ms };

		if (rc != 0) {
			result.outcome = AUDIT_FAILED;
			lang_copy(result.why, sizeof result.why, err->text);
		}
		if (is_asked(r->request, result.check))
			report_add_result(r->report, &result);
	}
}

static int readiness_open(const struct request *request, struct world *world, struct error *err)
{
	if (world_open(request, NEEDS_NOVA | WITNESS_CINDER | WITNESS_NEUTRON | SHOWS, NULL, world, err) != 0)
		return -1;
	return world_begin_reads(world, err);
}

void readiness_look(const struct request *request, struct audit_report *report)
{
	struct request own = *request;
	struct world world = { 0 };
	struct scene scene = { .request = &own, .world = &world };
	struct readying r = { .request = request, .report = report };
	int64_t began = clock_monotonic_ms();
	struct readiness all = { 0 };
	struct error err = { 0 };
	int rc;

	own.what = (struct what){ .all = true };
	rc = readiness_open(&own, &world, &err);
	if (rc == 0)
		rc = readiness_find(&all, &scene, &err);
	if (rc == 0)
		add_not_ready(&all, &r);
	if (rc != 0)
		log_warn("host readiness was not looked at: %s", err.text);
	for (size_t i = 0; world.absences && i < world.absences->n; i++)
		if (error_kind_outweighs(world.absences->v[i].kind, report->absent))
			report->absent = world.absences->v[i].kind;
	if (rc != 0 && error_kind_outweighs(err.kind, report->absent))
		report->absent = err.kind;
	add_readiness_results(&r, rc, clock_monotonic_ms() - began, &err);
	readiness_free(&all);
	world_end_reads(&world);
	scene_free(&scene);
	world_close(&world);
}
