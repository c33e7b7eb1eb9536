/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "find/services.h"
#include "model/cinder/service.h"
#include "util/mem.h"
#include "util/str.h"

/* Some of the services, with a queue of each. */
struct asked {
	struct service_queue **of;
	const char **queue;
	struct bus_queue *now;
	size_t n, looked;
	struct arena arena;
};

/* nova: TOPIC.HOST */
static const char *own_queue(const struct service_queue *q, struct arena *arena)
{
	auto_str struct str queue = { 0 };

	if (strcmp(q->binary, "nova-compute") == 0)
		return arena_printf(arena, "compute.%s", q->host);
	if (str_starts(q->binary, "nova-"))
		return arena_printf(arena, "%s.%s", q->binary + strlen("nova-"), q->host);
	cinder_service_queue(q->binary, q->host, &queue);
	return arena_dup(arena, queue.s);
}

static int look_at_asked(struct bus *bus, struct asked *a, struct error *err)
{
	int rc = bus_queues_look(bus, a->queue, a->n, a->now, &a->looked, err);

	for (size_t i = 0; i < a->n; i++) {
		a->of[i]->known = i < a->looked;
		a->of[i]->consumers = a->now[i].consumers;
	}
	return rc;
}

/* A nova-compute of 33 and later that is told to end leaves its queue first, and reads compute-alt.HOST until its work is done:
 * where its queue has no consumer, the other tells. */
static int look_at_second(struct bus *bus, struct asked *a, struct error *err)
{
	size_t n = 0;

	for (size_t i = 0; i < a->looked; i++)
		if (strcmp(a->of[i]->binary, "nova-compute") == 0 && a->of[i]->consumers == 0) {
			a->queue[n] = arena_printf(&a->arena, "compute-alt.%s", a->of[i]->host);
			a->of[n++] = a->of[i];
		}
	a->n = n;
	return look_at_asked(bus, a, err);
}

int service_queues_look(struct bus *bus, struct service_queue *v, size_t n, struct error *err)
{
	struct asked a = { .n = n };
	struct error second = { 0 };
	int rc;

	a.of = arena_alloc(&a.arena, (n + 1) * sizeof *a.of);
	a.queue = arena_alloc(&a.arena, (n + 1) * sizeof *a.queue);
	a.now = arena_alloc(&a.arena, (n + 1) * sizeof *a.now);
	for (size_t i = 0; i < n; i++) {
		a.of[i] = &v[i];
		a.queue[i] = own_queue(&v[i], &a.arena);
	}
	rc = look_at_asked(bus, &a, err);
	if (look_at_second(bus, &a, &second) != 0 && rc == 0) {
		*err = second;
		rc = -1;
	}
	arena_free(&a.arena);
	return rc;
}
