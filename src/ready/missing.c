/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/str.h"

/* What a host has, or an instance needs, of vCPU, memory and disk. */
struct size {
	int64_t of[CLASSES];
};

static bool size_fits(const struct size *needed, const struct size *left)
{
	for (int class = 0; class < CLASSES; class += 1)
		if (needed->of[class] > left->of[class])
			return false;
	return true;
}

static void subtract(struct size *left, const struct size *needed)
{
	for (int class = 0; class < CLASSES; class += 1)
		left->of[class] -= needed->of[class];
}

static struct size need_of(const struct candidate *c)
{
	struct size need;

	for (int class = 0; class < CLASSES; class += 1)
		need.of[class] = room_need(c, class);
	return need;
}

/* A host as the cell has them: the one with most memory, be it one of those that died. */
static struct size biggest(const struct scene *scene)
{
	struct scene whole = *scene;
	const struct words none = { .n = 0 };
	const struct room *best = NULL;
	struct size size = { { 0 } };
	struct rooms rooms;

	whole.subject.host = NULL;
	rooms_make_without(&whole, &none, &rooms);
	for (const struct room *r = rooms.v; r < rooms.v + rooms.n; r++)
		if (r->closed != ROOM_NO_COMPUTE && (!best || r->limit[CLASS_MEMORY_MB] > best->limit[CLASS_MEMORY_MB]))
			best = r;
	for (int class = 0; best && class < CLASSES; class += 1)
		size.of[class] = best->limit[class];
	rooms_free(&rooms);
	return size;
}

/* First fit, biggest first, as they come. SIZE_MAX: one of them size_fits on no such host. */
static size_t hosts_for(const struct candidate *const *left, size_t n, const char *zone, const struct size *kind)
{
	struct size *host = xcalloc(n + 1, sizeof *host);
	size_t nhost = 0, k;

	for (size_t i = 0; i < n && nhost != SIZE_MAX; i++) {
		struct size need = need_of(left[i]);

		if (!str_equal(left[i]->spec_facts.zone, zone))
			continue;
		for (k = 0; k < nhost && !size_fits(&need, &host[k]); k++)
			;
		if (k == nhost && !size_fits(&need, kind)) {
			nhost = SIZE_MAX;
			break;
		}
		if (k == nhost)
			host[nhost++] = *kind;
		subtract(&host[k], &need);
	}
	auto_free_(&host);
	return nhost;
}

/* Only with a member of its group: a new host has none. */
static bool needs_a_host(const struct candidate *c)
{
	return !c->group.exists || !str_equal(c->group.policy, "affinity");
}

static bool zone_came_before(const struct candidate *const *left, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (needs_a_host(left[k]) && str_equal(left[k]->spec_facts.zone, left[i]->spec_facts.zone))
			return true;
	return false;
}

static void say_hosts(size_t n, const struct size *kind, const char *zone, struct str *out)
{
	if (out->n)
		str_add(out, ", ");
	if (n == SIZE_MAX)
		str_addf(out, _("a bigger host than any of %lld vCPU and %lld GB"), (long long)kind->of[CLASS_VCPU],
		    (long long)kind->of[CLASS_MEMORY_MB] / 1024);
	else
		str_addf(out,
		    n == 1 ? _("%zu more host of %lld vCPU and %lld GB") : _("%zu more hosts of %lld vCPU and %lld GB"), n,
		    (long long)kind->of[CLASS_VCPU], (long long)kind->of[CLASS_MEMORY_MB] / 1024);
	if (zone)
		str_addf(out, _(" in zone %s"), zone);
}

const char *ready_missing(const struct scene *scene, const struct candidate *const *left, size_t n, struct arena *arena)
{
	const struct candidate **taking = xcalloc(n + 1, sizeof *taking);
	auto_str struct str out = { 0 };
	struct size kind = { { 0 } };
	size_t ntaking = 0;

	for (size_t i = 0; i < n; i++)
		if (needs_a_host(left[i]))
			taking[ntaking++] = left[i];
	if (ntaking > 0)
		kind = biggest(scene);
	for (size_t i = 0; i < ntaking && kind.of[CLASS_MEMORY_MB] > 0; i++)
		if (!zone_came_before(taking, i))
			say_hosts(hosts_for(taking, ntaking, taking[i]->spec_facts.zone, &kind), &kind,
			    taking[i]->spec_facts.zone, &out);
	auto_free_(&taking);
	return out.n ? arena_dup(arena, out.s) : NULL;
}
