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

/* Hosts that there are not, each in the zone that its first instance has to be in; NULL: in any. */
struct new_host {
	struct size left;
	const char *zone;
	bool special; /* one of its instances asks for more than size */
};
struct new_hosts {
	struct new_host *v;
	size_t n;
	size_t too_big; /* instances that no such host takes */
};

static bool takes_it(const struct new_host *host, const struct candidate *c, const struct size *need)
{
	return (!c->spec_facts.zone || str_equal(c->spec_facts.zone, host->zone)) && size_fits(need, &host->left);
}

/* First fit, as they come, the biggest first. */
static void settle_in(struct new_hosts *hosts, const struct candidate *c, const struct size *kind)
{
	struct size need = need_of(c);
	size_t k = 0;

	while (k < hosts->n && !takes_it(&hosts->v[k], c, &need))
		k++;
	if (k == hosts->n && !size_fits(&need, kind)) {
		hosts->too_big++;
		return;
	}
	if (k == hosts->n)
		hosts->v[hosts->n++] = (struct new_host){ *kind, c->spec_facts.zone, false };
	subtract(&hosts->v[k].left, &need);
	hosts->v[k].special |= c->needs.naggregate > 0 || c->needs.nask > 0;
}

/* Only with a member of its group: a new host has none. */
static bool needs_a_host(const struct candidate *c)
{
	return !c->group.exists || !str_equal(c->group.policy, "affinity");
}

/* Those that may go anywhere come last: they take what the others leave. */
static void settle_all(struct new_hosts *hosts, const struct candidate *const *left, size_t n, const struct size *kind)
{
	for (int anywhere = 0; anywhere < 2; anywhere++)
		for (size_t i = 0; i < n; i++)
			if (needs_a_host(left[i]) && (left[i]->spec_facts.zone == NULL) == anywhere)
				settle_in(hosts, left[i], kind);
}

static void say_zone(const struct new_hosts *hosts, const char *zone, const struct size *kind, struct str *out)
{
	long long vcpus = kind->of[CLASS_VCPU], gb = kind->of[CLASS_MEMORY_MB] / 1024;
	bool special = false;
	size_t n = 0;

	for (size_t k = 0; k < hosts->n; k++)
		if (str_equal(hosts->v[k].zone, zone)) {
			n++;
			special |= hosts->v[k].special;
		}
	if (out->n)
		str_add(out, ", ");
	if (zone)
		str_addf(out,
		    n == 1 ? _("%zu more host of %lld vCPU and %lld GB in zone %s") :
			     _("%zu more hosts of %lld vCPU and %lld GB in zone %s"),
		    n, vcpus, gb, zone);
	else
		str_addf(out,
		    n == 1 ? _("%zu more host of %lld vCPU and %lld GB") : _("%zu more hosts of %lld vCPU and %lld GB"), n,
		    vcpus, gb);
	if (special)
		str_add(out, _(" (with the aggregates, traits and resources that the flavors ask for)"));
}

static bool is_first_of_zone(const struct new_hosts *hosts, size_t k)
{
	for (size_t i = 0; i < k; i++)
		if (str_equal(hosts->v[i].zone, hosts->v[k].zone))
			return false;
	return true;
}

const char *ready_missing(const struct scene *scene, const struct candidate *const *left, size_t n, struct arena *arena)
{
	struct new_hosts hosts = { .v = xcalloc(n + 1, sizeof *hosts.v) };
	auto_str struct str out = { 0 };
	struct size kind = { { 0 } };

	if (n > 0)
		kind = biggest(scene);
	if (kind.of[CLASS_MEMORY_MB] > 0)
		settle_all(&hosts, left, n, &kind);
	for (size_t k = 0; k < hosts.n; k++)
		if (is_first_of_zone(&hosts, k))
			say_zone(&hosts, hosts.v[k].zone, &kind, &out);
	if (hosts.too_big) {
		str_add(&out, out.n ? ", " : "");
		str_addf(&out, _("a host bigger than %lld vCPU and %lld GB"), (long long)kind.of[CLASS_VCPU],
		    (long long)kind.of[CLASS_MEMORY_MB] / 1024);
	}
	auto_free_(&hosts.v);
	return out.n ? arena_dup(arena, out.s) : NULL;
}
