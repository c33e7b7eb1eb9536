/* SPDX-License-Identifier: Apache-2.0 */
#include "run/accept.h"

#include <stdlib.h>
#include <string.h>

#include "util/mem.h"
#include "util/str.h"

/* What a finding of this run can be about: whatever the scene holds, found something or not. */
struct subjects {
	const char **v;
	size_t n, cap;
};

static void add_subject(struct subjects *s, const char *subject)
{
	if (!subject)
		return;
	s->v = vec_grow(s->v, s->n, &s->cap, sizeof *s->v);
	s->v[s->n++] = subject;
}

static void add_request_subjects(struct subjects *s, const struct scene *scene)
{
	const struct request *r = scene->request;
	const char *const all[] = { scene->subject.host, scene->subject.asked_host, r->what.host, r->what.to,
		r->what.target_host, r->what.currenthost, r->what.newhost, r->what.id, r->what.binary, r->what.name,
		r->what.new_name };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		add_subject(s, all[i]);
	for (size_t i = 0; scene->each && i < scene->neach + scene->nleft; i++) {
		add_subject(s, scene->each[i].subject.host);
		add_subject(s, scene->each[i].subject.asked_host);
	}
}

static void add_instance_subjects(struct subjects *s, const struct scene *scene)
{
	const struct standing_migration *m;

	for (size_t i = 0; i < scene->subject.ncandidate; i++) {
		add_subject(s, scene->subject.candidate[i].instance->uuid);
		add_subject(s, scene->subject.candidate[i].instance->name);
	}
	EACH_HOST_OF(h, scene)
	for (m = h->nova.standing.v; m < h->nova.standing.v + h->nova.standing.n;
	     m++) { /* the same command again: it has left since */
		add_subject(s, m->instance_uuid);
		add_subject(s, m->instance_name);
	}
	for (size_t i = 0; i < scene->nova.ncell; i++)
		add_subject(s, scene->nova.cell[i].cell->name);
}

static void add_moves(struct subjects *s, const struct scene *scene)
{
	for (const struct move *m = scene->subject.move; m < scene->subject.move + scene->subject.nmove; m++) {
		const char *const names[] = { m->from.text, m->from.backend_host, m->to.text, m->to.backend_host };

		for (size_t i = 0; i < sizeof names / sizeof *names; i++)
			add_subject(s, names[i]);
		for (int k = 0; k < OWNED_KINDS; k++)
			for (size_t i = 0; i < m->rows[k].n; i++) {
				add_subject(s, m->rows[k].v[i].id);
				add_subject(s, m->rows[k].v[i].name);
			}
	}
}

static void add_steps(struct subjects *s, const struct plan *plan)
{
	for (size_t i = 0; i < plan->nunit; i++)
		for (size_t k = 0; k < plan->unit[i].nstep; k++) {
			add_subject(s, plan->unit[i].step[k].id);
			add_subject(s, plan->unit[i].step[k].name);
		}
}

static bool is_subject(const struct subjects *s, const char *word)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i], word) == 0)
			return true;
	return false;
}

static int unknown_subject(const struct subjects *s, const char *word, const char *id, struct error *err)
{
	auto_str struct str near = { 0 };

	str_nearest(id, s->v, s->n, &near);
	error_set(err, ERROR_NOT_FOUND, "--accept '%s': this run is about no '%s'; nothing was written", word, id);
	if (near.n)
		return error_hint(err, "did you mean %s?", near.s);
	return error_hint(err, "an ID is the subject of a finding, as -f json shows it, or the name of an instance");
}

/* A name that several instances have accepts for none of them. */
static int check_one_named(const struct scene *scene, const struct findings *findings, const char *word, const char *id,
    struct error *err)
{
	const char *uuid = NULL;
	size_t n = 0;

	for (size_t i = 0; i < findings->n; i++)
		if (strcmp(findings->v[i].subject, id) == 0) /* a host or a volume of that name */
			return 0;
	for (size_t i = 0; i < scene->subject.ncandidate; i++)
		if (str_equal(scene->subject.candidate[i].instance->name, id)) {
			uuid = scene->subject.candidate[i].instance->uuid;
			n++;
		}
	if (n < 2)
		return 0;
	error_set(err, ERROR_NOT_FOUND, "--accept '%s': %zu instances are named '%s'; nothing was written", word, n, id);
	return error_hint(err, "say which by its uuid: '%s' is one", uuid);
}

int accept_check(const struct scene *scene, const struct plan *plan, const struct findings *findings, struct error *err)
{
	const struct request *r = scene->request;
	struct subjects s = { 0 };
	int rc = 0;

	if (r->what.resume || r->how.planned) /* words of an earlier day: what they were about may be done */
		return 0;
	for (size_t i = 0; i < findings->n; i++)
		add_subject(&s, findings->v[i].subject);
	add_request_subjects(&s, scene);
	add_instance_subjects(&s, scene);
	add_moves(&s, scene);
	add_steps(&s, plan);
	for (size_t i = 0; i < r->how.accept.n && rc == 0; i++) {
		const char *colon = strchr(r->how.accept.v[i], ':');

		if (colon && !is_subject(&s, colon + 1))
			rc = unknown_subject(&s, r->how.accept.v[i], colon + 1, err);
		else if (colon)
			rc = check_one_named(scene, findings, r->how.accept.v[i], colon + 1, err);
	}
	free(s.v);
	return rc;
}
