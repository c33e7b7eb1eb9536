/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "ending_internal.h"
#include "util/lang.h"

#define HOSTS_SHOWN 5

static void add_count(struct str *out, size_t n, const char *text_of_one, const char *text_of_many)
{
	if (n == 0)
		return;
	str_add(out, out->n ? ", " : "");
	str_addf(out, "%zu %s", n, n == 1 ? text_of_one : text_of_many);
}

/* ---- rows with a new owner */

/* From one node to another; where the node stays, from one owner to another. */
struct direction {
	char *from, *to;
	size_t volumes, backups, others;
};
struct directions {
	struct direction *v;
	size_t n, cap;
};

static char *node_named_by(const char *owner)
{
	return xstrndup(owner, strcspn(owner, "@#"));
}

static struct direction *direction_between(struct directions *all, char *from, char *to)
{
	for (struct direction *d = all->v; d < all->v + all->n; d++)
		if (strcmp(d->from, from) == 0 && strcmp(d->to, to) == 0) {
			free(from);
			free(to);
			return d;
		}
	all->v = vec_grow(all->v, all->n, &all->cap, sizeof *all->v);
	all->v[all->n] = (struct direction){ .from = from, .to = to };
	return &all->v[all->n++];
}

static struct direction *direction_of(struct directions *all, const struct step *s)
{
	const char *before = str_or(s->before[0], "?"), *after = str_or(s->after[0], "?");
	char *from = node_named_by(before), *to = node_named_by(after);

	if (strcmp(from, to) != 0)
		return direction_between(all, from, to);
	free(from);
	free(to);
	return direction_between(all, xstrdup(before), xstrdup(after));
}

static bool goes(const struct move *m, const struct direction *d)
{
	if (m->whose || m->whose_then)
		return str_equal(m->whose, d->from) && str_equal(m->whose_then, d->to);
	return strcmp(m->from.node, d->from) == 0 && strcmp(m->to.node, d->to) == 0;
}

/* It names a service by its id: whose that is the move knows. A recovery has no moves, and most often one direction. */
static struct direction *direction_of_worker(struct directions *all, const struct subject *subject, const struct step *s)
{
	for (const struct move *m = subject->move; m < subject->move + subject->nmove; m++)
		for (struct direction *d = all->v; d < all->v + all->n; d++)
			if (m->source && goes(m, d) && m->source->id == strtoll(str_or(s->before[0], ""), NULL, 10))
				return d;
	if (all->n == 1)
		return all->v;
	return direction_between(all, xasprintf("service id %s", str_or(s->before[0], "?")),
	    xasprintf("service id %s", str_or(s->after[0], "?")));
}

static void count_moved(const struct ending *e, bool workers, struct directions *all)
{
	for (const struct unit *u = e->plan->unit; u < e->plan->unit + e->plan->nunit; u++)
		for (const struct step *s = u->step; s < u->step + u->nstep; s++) {
			struct direction *d;

			if (s->kind->deed != DEED_MOVE || s->state != STATE_PROVED ||
			    (s->kind->owner == OWNER_SERVICE) != workers)
				continue;
			d = workers ? direction_of_worker(all, &e->report->work->scene.subject, s) : direction_of(all, s);
			d->volumes += step_is(s, STEP_VOLUME);
			d->backups += step_is(s, STEP_BACKUP);
			d->others += !step_is(s, STEP_VOLUME) && !step_is(s, STEP_BACKUP);
		}
}

/* As a DBA would count by hand: all of an owner's rows of the kinds that moved. */
struct owned_sums {
	bool any, known;
	int64_t before[2], now[2];
};

static struct owned_sums sums_of(const struct subject *subject, const struct direction *d)
{
	struct owned_sums s = { .known = true };

	for (const struct move *m = subject->move; m < subject->move + subject->nmove; m++)
		for (int k = 0; k < OWNED_KINDS; k++) {
			if (m->rows[k].n == 0 || !goes(m, d))
				continue;
			s.any = true;
			s.known &= m->before.known && m->now.known;
			s.before[0] += m->before.old_owner[k];
			s.before[1] += m->before.new_owner[k];
			s.now[0] += m->now.old_owner[k];
			s.now[1] += m->now.new_owner[k];
		}
	return s;
}

static void add_side(const struct ending *e, const char *label, const char *owner, const struct owned_sums *sums, int side)
{
	auto_str struct str text = { 0 };

	if (sums->any && sums->known)
		str_addf(&text, _("%s: %lld before, %lld now"), owner, (long long)sums->before[side],
		    (long long)sums->now[side]);
	else
		str_add(&text, owner);
	ending_add(e, label, text.s);
}

static void add_moved(const struct ending *e)
{
	struct directions all = { 0 };

	count_moved(e, false, &all);
	count_moved(e, true, &all);
	for (struct direction *d = all.v; d < all.v + all.n; d++) {
		struct owned_sums sums = sums_of(&e->report->work->scene.subject, d);
		auto_str struct str text = { 0 };

		add_count(&text, d->volumes, _("volume"), _("volumes"));
		add_count(&text, d->backups, _("backup"), _("backups"));
		add_count(&text, d->others, _("other row"), _("other rows"));
		ending_add(e, _("moved"), text.s);
		add_side(e, _("from"), d->from, &sums, 0);
		add_side(e, _("to"), d->to, &sums, 1);
		free(d->from);
		free(d->to);
	}
	free(all.v);
}

/* ---- services, other rows */

static void add_marked(const struct ending *e, const char *label, bool enabled)
{
	size_t n[2] = { 0 }, forced = 0;
	auto_str struct str text = { 0 };

	for (const struct unit *u = e->plan->unit; u < e->plan->unit + e->plan->nunit; u++)
		for (const struct step *s = u->step; s < u->step + u->nstep; s++)
			if (s->kind->deed == DEED_MARK && s->state == STATE_PROVED && str_equal(s->after[0], "0") == enabled) {
				n[step_is(s, STEP_COMPUTE_SERVICE)]++;
				forced += str_equal(step_after(s, "forced_down"), "1");
			}
	add_count(&text, n[1] - forced, _("nova service"), _("nova services"));
	add_count(&text, forced, _("nova service (forced down)"), _("nova services (forced down)"));
	add_count(&text, n[0], _("cinder service"), _("cinder services"));
	if (text.n)
		ending_add(e, label, text.s);
}

static bool is_told_alone(const struct step *s)
{
	return s->state == STATE_PROVED && s->kind->deed != DEED_MOVE && s->kind->deed != DEED_MARK &&
	    s->kind->deed != DEED_EVACUATE && s->kind->deed != DEED_POWER && s->kind->deed != DEED_FENCE;
}

/* "volume 5e1…: status 'creating' -> 'error'": every column that changes. */
static void add_changed_row(const struct ending *e, const struct step *s)
{
	auto_str struct str text = { 0 };
	bool any = false;

	str_addf(&text, "%s %s%s%s%s:", s->kind->one, s->id, s->name ? " (" : "", str_or(s->name, ""), s->name ? ")" : "");
	for (size_t i = 0; s->kind->column[i]; i++)
		if (!str_equal(s->before[i], s->after[i])) {
			str_addf(&text, "%s %s %s -> %s", any ? "," : "", s->kind->column[i], str_or(s->before[i], "NULL"),
			    str_or(s->after[i], "NULL"));
			any = true;
		}
	ending_add(e, s->kind->deed == DEED_REMOVE ? _("removed") : _("changed"), text.s);
}

static void add_rows(const struct ending *e)
{
	size_t n = 0;

	for (const struct unit *u = e->plan->unit; u < e->plan->unit + e->plan->nunit; u++)
		for (const struct step *s = u->step; s < u->step + u->nstep; s++)
			if (is_told_alone(s) && n++ < ENDING_SHOWN)
				add_changed_row(e, s);
	ending_add_more(e, _("changed"), n > ENDING_SHOWN ? n - ENDING_SHOWN : 0);
}

/* ---- instances */

static int most_first(const void *a, const void *b)
{
	const struct direction *x = a, *y = b;

	return x->others != y->others ? (x->others < y->others ? 1 : -1) : strcmp(x->to, y->to);
}

/* "": of a past run, whose journal has no hosts. */
static struct directions new_hosts(const struct plan *plan)
{
	struct directions hosts = { 0 };

	for (const struct unit *u = plan->unit; u < plan->unit + plan->nunit; u++) {
		const char *host = u->nstep ? str_or(u->step[0].after[0], "") : NULL;
		size_t i;

		if (u->kind != UNIT_EVACUATION || !host || u->step[0].state != STATE_PROVED)
			continue;
		for (i = 0; i < hosts.n && strcmp(hosts.v[i].to, host) != 0; i++)
			;
		if (i == hosts.n) {
			hosts.v = vec_grow(hosts.v, hosts.n, &hosts.cap, sizeof *hosts.v);
			hosts.v[hosts.n++] = (struct direction){ .to = xstrdup(host) };
		}
		hosts.v[i].others++;
	}
	vec_sort(hosts.v, hosts.n, sizeof *hosts.v, most_first);
	return hosts;
}

static void add_evacuated(const struct ending *e)
{
	struct directions hosts = new_hosts(e->plan);
	auto_str struct str text = { 0 };
	size_t rest = 0;

	for (size_t i = 0; i < hosts.n; i++) {
		if (i < HOSTS_SHOWN && !*hosts.v[i].to)
			str_addf(&text, "%s%zu", i ? ", " : "", hosts.v[i].others);
		else if (i < HOSTS_SHOWN)
			str_addf(&text, _("%s%zu to %s"), i ? ", " : "", hosts.v[i].others, hosts.v[i].to);
		else
			rest += hosts.v[i].others;
		free(hosts.v[i].to);
	}
	if (rest)
		str_addf(&text, _(", %zu to other hosts"), rest);
	if (text.n)
		ending_add(e, _("evacuated"), text.s);
	free(hosts.v);
}

static void add_switched_off(const struct ending *e)
{
	for (const struct unit *u = e->plan->unit; u < e->plan->unit + e->plan->nunit; u++) {
		auto_str struct str text = { 0 };

		if (u->kind != UNIT_POWER || u->nstep == 0 || u->step[0].state != STATE_PROVED)
			continue;
		str_addf(&text, _("%s was switched off by %s, and stays off"), u->step[0].id, str_or(u->step[0].name, "?"));
		ending_add(e, _("power"), text.s);
	}
}

static void add_kept_out(const struct ending *e)
{
	for (const struct unit *u = e->plan->unit; u < e->plan->unit + e->plan->nunit; u++) {
		auto_str struct str text = { 0 };
		size_t n = 0;

		for (const struct step *s = u->step; u->kind == UNIT_FENCE && s < u->step + u->nstep; s++)
			n += s->state == STATE_PROVED;
		if (n == 0)
			continue;
		str_addf(&text,
		    n == 1 ? _("%zu client of Ceph is on its blocklist and stays there until 'host return' takes it away") :
			     _("%zu clients of Ceph are on its blocklist and stay there until 'host return' takes them away"),
		    n);
		ending_add(e, _("kept out"), text.s);
	}
}

void ending_add_done(const struct ending *e)
{
	add_switched_off(e);
	add_kept_out(e);
	add_marked(e, _("disabled"), false);
	add_marked(e, _("enabled"), true);
	add_moved(e);
	add_rows(e);
	add_evacuated(e);
}
