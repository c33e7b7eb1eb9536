/* SPDX-License-Identifier: Apache-2.0 */
#include "find/moves.h"
#include "ready/ready.h"

#include <stdlib.h>
#include <string.h>

#include "guard/guard.h"
#include "internal.h"
#include "util/lang.h"
#include "util/str.h"

/* A backend or backups of it that no other node would take: its instances would wait for their volumes. */
static void find_counterparts(struct ready_host *h)
{
	const struct scene *scene = &h->scene;

	for (const struct owner *o = scene->cinder.owners.v; o < scene->cinder.owners.v + scene->cinder.owners.n; o++) {
		bool of_volumes = strcmp(o->kind, "volume") == 0;
		auto_free char *message = NULL;

		if (o->n == 0 || !host_is_on_node(o->host, h->host) ||
		    (o->cluster_name && cinder_cluster_is_up(&scene->cinder.services, o->cluster_name, scene->cinder.down_s)) ||
		    (of_volumes ? scene_live_backend(scene, o->host) : scene_live_backup_host(scene, o->host)))
			continue;
		message = xasprintf(of_volumes ? _("no other live host has a backend like '%s'") :
						 _("no other live host runs cinder-backup: '%s' has backups"),
		    o->host);
		finding_add(&h->found, "no-counterpart", of_volumes ? SEVERITY_STOP : SEVERITY_WARN, h->host, message,
		    _("configure the same backend on a second host"));
	}
}

/* A rescue moves them first, to a live backend of the same name. */
static void move_volumes_first(struct ready_host *h)
{
	for (struct candidate *c = h->scene.subject.candidate; c < h->scene.subject.candidate + h->scene.subject.ncandidate;
	     c++)
		for (struct volume_fact *v = c->volume; v < c->volume + c->nvolume; v++)
			if (v->owner.host && host_is_on_node(v->owner.host, h->host) &&
			    scene_live_backend(&h->scene, v->owner.host))
				v->moves_first = true;
}

static void ask_guards(struct ready_host *h, struct rooms *rooms)
{
	for (const struct guard *g = guards; g->code; g++) {
		if (strcmp(g->code, "no-capacity") == 0) { /* its question, with the answer kept */
			guard_place(&h->scene, rooms, &h->found);
			continue;
		}
		if (!g->of_doubt && !g->of_request && !g->of_life && g->severity != SEVERITY_NOTE &&
		    g->severity != SEVERITY_WARN)
			guard_ask(g, &h->scene, &h->found);
	}
	h->first_doubt = h->found.n;
	for (const struct guard *g = guards; g->code; g++)
		if (g->of_doubt)
			guard_ask(g, &h->scene, &h->found);
}

static bool is_about_instance(const struct scene *scene, const struct finding *f)
{
	for (size_t i = 0; i < scene->subject.ncandidate; i++)
		if (strcmp(scene->subject.candidate[i].instance->uuid, f->subject) == 0)
			return true;
	return false;
}

/* The first that counts: a skip, or a stop that is about it. */
static const struct finding *against_itself(const struct ready_host *host, const char *uuid)
{
	for (const struct finding *f = host->found.v; f < host->found.v + host->first_doubt; f++)
		if ((f->severity == SEVERITY_SKIP || f->severity == SEVERITY_STOP) && strcmp(f->subject, uuid) == 0)
			return f;
	return NULL;
}

/* Room is of no use where the host's stop remains. */
const struct finding *ready_against(const struct ready_host *host, const char *uuid)
{
	const struct finding *own = against_itself(host, uuid);

	return host->stop && (!own || strcmp(own->code, "no-capacity") == 0) ? host->stop : own;
}

/* One that is about the host is about each of its instances. */
const struct finding *ready_doubt(const struct ready_host *host, const char *uuid)
{
	for (const struct finding *f = host->found.v + host->first_doubt; f < host->found.v + host->found.n; f++)
		if (strcmp(f->subject, uuid) == 0 || strcmp(f->subject, host->host) == 0)
			return f;
	return NULL;
}

static const char *place_of(const struct rooms *rooms, const struct candidate *c)
{
	for (const struct room *r = rooms->v; r < rooms->v + rooms->n; r++)
		for (size_t i = 0; i < r->ntaken; i++)
			if (r->taken[i] == c)
				return r->host;
	return NULL;
}

static void answer(struct ready_host *h, struct rooms *rooms)
{
	const struct subject *s = &h->scene.subject;
	const struct candidate **left = xcalloc(s->ncandidate + 1, sizeof *left);
	size_t nleft = 0;

	h->to = arena_alloc(&h->scene.arena, s->ncandidate * sizeof *h->to);
	h->to_together = arena_alloc(&h->scene.arena, s->ncandidate * sizeof *h->to_together);
	h->answer.instances = s->ncandidate;
	for (const struct finding *f = h->found.v; f < h->found.v + h->first_doubt && s->ncandidate; f++)
		if (f->severity == SEVERITY_STOP && !is_about_instance(&h->scene, f)) {
			ready_add_reason(&h->answer, f, false);
			h->stop = h->stop ? h->stop : f;
		}
	for (const struct candidate *c = s->candidate; c < s->candidate + s->ncandidate; c++) {
		const struct finding *f = ready_against(h, c->instance->uuid), *doubt;

		if (f)
			ready_add_reason(&h->answer, f, true);
		if (f && strcmp(f->code, "no-capacity") == 0)
			left[nleft++] = c;
		if (f)
			continue;
		doubt = ready_doubt(h, c->instance->uuid);
		if (doubt)
			ready_add_reason(&h->answer, doubt, true);
		h->to[c - s->candidate] = place_of(rooms, c);
		*(doubt ? &h->answer.unknown : &h->answer.could) += 1;
	}
	if (!h->stop)
		ready_add_places(&h->answer, rooms);
	h->answer.missing = ready_missing(&h->scene, left, nleft, &h->scene.arena);
	ready_sort(&h->answer);
	free(left);
}

int ready_locate(struct ready_host *out, struct scene *common, const char *host, struct error *err)
{
	*out = (struct ready_host){ .host = host };
	scene_borrow(&out->scene, common);
	out->scene.subject.evacuates = true;
	if (scene_locate(&out->scene, host, err) != 0)
		return -1;
	out->host = out->scene.subject.host;
	out->cell = out->scene.nova.home;
	return 0;
}

void ready_ask(struct ready_host *h, const struct scene *common)
{
	struct fence_agent agent = { 0 };
	struct error trouble = { 0 };
	struct rooms rooms;

	h->scene.placing = common->placing;
	h->zone = aggregates_zone_of(&common->placing.aggregates, h->host);
	h->up = h->scene.nova.compute && nova_service_is_up(h->scene.nova.compute, h->scene.nova.down_s);
	if (fencing_find(&common->world->site.fencing, h->host, &agent, &trouble) > 0)
		h->fence = arena_dup(&h->scene.arena, fence_agent_name(&agent));
	fence_agent_free(&agent);
	move_volumes_first(h);
	rooms_make(&h->scene, &rooms);
	find_counterparts(h);
	ask_guards(h, &rooms);
	answer(h, &rooms);
	rooms_free(&rooms);
	scene_forget(&h->scene);
}

void ready_free_host(struct ready_host *host)
{
	ready_free_answer(&host->answer);
	findings_free(&host->found);
	scene_forget(&host->scene);
	scene_free(&host->scene);
}
