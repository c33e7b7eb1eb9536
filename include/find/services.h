/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIND_SERVICES_H
#define FIND_SERVICES_H

#include "bus/bus.h"
#include "util/error.h"

struct scene;

/* The queue that this service alone reads. */
struct service_queue {
	const char *binary, *host; /* nova's or cinder's */
	bool known;                /* it was looked at */
	uint32_t consumers;        /* 0 also where there is no such queue */
};
/* All of them, many at a time. -1: the broker did not tell of each; those of which it did are known. */
int service_queues_look(struct bus *bus, struct service_queue *v, size_t n, struct error *err);

/* cinder's services alone, for who needs no owner: those stand in every row of its volumes, which have no index for them. What
 * scene_find_cinder() finds beside stays empty. */
int scene_find_cinder_services(struct scene *scene, struct error *err);

#endif
