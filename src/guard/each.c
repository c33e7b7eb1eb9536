/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/str.h"

/* Several failed hosts in one run. What is about a host is asked of each by itself, in its own scene and beside its own
 * findings: that one lives says nothing of the next one's. What is about all of them, as whether their instances fit together,
 * is asked once. A host of which nothing is done has only the reason why. */

struct answers {
	const struct scene *scene;
	struct findings *each; /* of each host, those of which nothing is done behind the others */
	struct findings all;
};

static void copy_finding(struct findings *out, const struct finding *f)
{
	struct finding *copy = finding_add(out, f->code, f->severity, f->subject, f->message, f->hint);
	const struct finding texts = *copy;

	*copy = *f;
	copy->subject = texts.subject;
	copy->message = texts.message;
	copy->hint = texts.hint;
	copy->later = texts.later; /* a chain is its list's own */
}

/* Whose instance it is about; NULL: it is about none. */
static struct findings *answers_about(struct answers *a, const struct finding *f)
{
	size_t i = 0;

	EACH_HOST_OF(h, a->scene)
	{
		for (const struct candidate *c = h->subject.candidate; c < h->subject.candidate + h->subject.ncandidate; c++)
			if (strcmp(c->instance->uuid, f->subject) == 0)
				return &a->each[i];
		i++;
	}
	return NULL;
}

/* With what each host has been found to have before it: what leaves an instance out leaves it out of all. */
static void ask_of_all(struct answers *a, const struct guard *g)
{
	struct findings found = { 0 };
	size_t before;

	for (size_t i = 0; i < a->scene->neach; i++)
		for (const struct finding *f = a->each[i].v; f < a->each[i].v + a->each[i].n; f++)
			copy_finding(&found, f);
	for (const struct finding *f = a->all.v; f < a->all.v + a->all.n; f++)
		copy_finding(&found, f);
	before = found.n;
	guard_ask(g, a->scene, &found);
	for (const struct finding *f = found.v + before; f < found.v + found.n; f++) {
		struct findings *list = answers_about(a, f);

		copy_finding(list ? list : &a->all, f);
	}
	findings_free(&found);
}

static bool is_of_left(const struct guard *g)
{
	return strcmp(g->code, "no-counterpart") == 0;
}

static void ask_each(struct answers *a, const struct guard *g)
{
	for (size_t i = 0; i < a->scene->neach + a->scene->nleft; i++) {
		const size_t before = a->each[i].n;

		if (i < a->scene->neach || is_of_left(g))
			guard_ask(g, &a->scene->each[i], &a->each[i]);
		for (size_t k = before; k < a->each[i].n && i >= a->scene->neach; k++)
			a->each[i].v[k].severity = SEVERITY_SKIP; /* the others go on */
	}
}

/* ---- one list, in the order of the table */

static bool is_host(const struct scene *scene, const char *subject)
{
	return scene_has_failed(scene, subject);
}

/* The same was said of a host before this one, and names neither. */
static bool is_said(const struct answers *a, size_t host, const struct finding *f)
{
	const struct scene *scene = a->scene;

	for (size_t i = 0; i < host; i++)
		for (const struct finding *o = a->each[i].v; o < a->each[i].v + a->each[i].n; o++)
			if (strcmp(o->code, f->code) == 0 && strcmp(o->message, f->message) == 0 &&
			    (strcmp(o->subject, f->subject) == 0 || (is_host(scene, o->subject) && is_host(scene, f->subject))))
				return true;
	return false;
}

/* Whose it is stands in the text, too. */
static void say_of(struct findings *out, const struct finding *f, const struct scene *host)
{
	struct finding *last;

	copy_finding(out, f);
	last = &out->v[out->n - 1];
	last->host = arena_dup(&out->arena, host->subject.host);
	if (!strstr(last->message, last->host) && last->severity != SEVERITY_SKIP)
		last->message = arena_printf(&out->arena, "%s: %s", last->host, last->message);
}

static void merge_answers(struct answers *a, struct findings *out)
{
	for (const struct guard *g = guards; g->code; g++) {
		for (size_t i = 0; i < a->scene->neach + a->scene->nleft; i++)
			for (const struct finding *f = a->each[i].v; f < a->each[i].v + a->each[i].n; f++)
				if (strcmp(f->code, g->code) == 0 && !is_said(a, i, f))
					say_of(out, f, &a->scene->each[i]);
		for (const struct finding *f = a->all.v; f < a->all.v + a->all.n; f++)
			if (strcmp(f->code, g->code) == 0)
				copy_finding(out, f);
	}
}

void guards_ask_each(const struct scene *scene, struct findings *out)
{
	struct answers a = { .scene = scene, .each = xcalloc(scene->neach + scene->nleft + 1, sizeof *a.each) };

	for (const struct guard *g = guards; g->code; g++) {
		if (g->of_all)
			ask_of_all(&a, g);
		else
			ask_each(&a, g);
	}
	merge_answers(&a, out);
	for (size_t i = 0; i < scene->neach + scene->nleft; i++)
		findings_free(&a.each[i]);
	findings_free(&a.all);
	free(a.each);
}
