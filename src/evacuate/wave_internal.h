/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WAVE_INTERNAL_H
#define WAVE_INTERNAL_H

#include "evacuate/evacuate.h"
#include "evacuate/health.h"
#include "evacuate/limits.h"
#include "evacuate/plug.h"
#include "evacuate/order.h"
#include "evacuate/progress.h"
#include "evacuate/width.h"

/* wave.c: what may be sent now, and in which order; evacuate.c follows what was sent. */

/* What there is to take now, as it was read last. */
struct capacity {
	struct inventories books;
	struct nova_services services;
	int64_t read_ms; /* by our own clock; 0: not since the run began */
	size_t spare;    /* so many more messages without a host may go before it matters where they end */
	bool told;       /* that it could not be read */
};
struct wave {
	struct order order;
	struct limits limits;
	struct width width; /* where the limits are measured; else what was given */
	bool alone_known;   /* the first was looked at, which went alone */
	struct health health;
	bool unwell;       /* the cloud takes no more now: as way_closed */
	int64_t unwell_ms; /* since when; while the run is paused that stands still */
	bool way_closed;   /* database, broker or conductor is away: nothing is begun, what is under way is followed */
	int64_t closed_ms, tried_ms;
	struct error why;
	bool held;              /* a disk may be open on the failed host: nothing is begun until that is sure */
	int64_t paused_at_ms;   /* when we looked last, while somebody has the run paused */
	bool phase_told;        /* the first phase was said */
	bool phase_waits;       /* instances of a later phase wait for this one */
	int64_t phase_since_ms; /* since when the phase goes on: it began, or the run was resumed */
	struct progress progress;
	struct plugging plugging;
	struct capacity capacity;
};
/* Sends while the window has room. While the way is closed it is tried again for a minute: 0 as long as there is hope. -1:
 * nothing more is begun, and what waited is left. */
int wave_send(struct work *work, struct wave *wave, struct error *err);

/* steer.c. How many may be under way, and whether the cloud takes more now. */
void wave_begin_pace(struct work *work, struct wave *wave); /* after its order and its progress */
/* Before more is sent: what has ended since, and the cloud's health. */
void wave_steer(struct work *work, struct wave *wave);
/* After it: whether the width alone holds others back. */
void wave_steered(struct work *work, struct wave *wave);
/* Nothing is begun now. Waited for as long as [pace] patience says; then what waits is left, for that reason. */
bool wave_is_unwell(struct work *work, struct wave *wave);

/* phases.c. Says which phase begins, at the first and wherever wave_next_phase() lets another one in. */
void wave_first_phase(struct work *work, struct wave *wave);
/* The phase is over: each of its instances is verified or has ended in another way, or nothing of it has been sent or has ended
 * for [order] phase_timeout. Then the next one that has instances begins. */
bool wave_next_phase(struct work *work, struct wave *wave);

/* capacity.c. May unit ${index} be sent, as far as placement's books and the services tell now? No: it is left out as
 * no-capacity, or what is on its way may take the room that it needs (${held}), and it is asked again. Without placement's
 * database, and where no-capacity is accepted, it may. */
bool capacity_check(struct work *work, struct capacity *now, size_t index, bool *held);
void capacity_end(struct capacity *now);

size_t wave_in_flight(const struct plan *plan); /* how many are on their way, or may be */
void wave_leave_waiting(struct plan *plan, const char *why);
/* The first whose guest still runs, as the failure of its evacuation says; NULL: of none is that known. */
const struct unit *wave_guest_alive(const struct plan *plan);
/* No more hope: what waits is left, for the reason that closed the way. */
int wave_give_up(struct work *work, struct wave *wave, struct error *err);

#endif
