/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <stdlib.h>

#include "util/clock.h"
#include "util/deadline.h"
#include "util/lang.h"
#include "util/mem.h"

/* A name that is missing closes the channel that asked for it, and a new one takes two answers: each queue is asked for on one
 * of many channels, so that no other waits for that. */

#define LANES 16
#define FIRST_LANE (CHANNEL + 1)

struct looks {
	struct bus *bus;
	const char *const *queue;
	struct bus_queue *out;
	bool *known; /* by queue */
	size_t n, next;
	size_t failed;    /* the first that cannot be read; n: none */
	size_t at[LANES]; /* the queue that a lane waits for */
	bool open[LANES];
	size_t nlane, nwaiting;
	int64_t until_ms; /* for the next answer */
};

static void await_answer(struct looks *l)
{
	l->until_ms = clock_monotonic_ms() + deadline_left_ms((int64_t)l->bus->open_timeout_s * 1000);
}

static int send_in_lane(struct looks *l, size_t lane, amqp_method_number_t id, void *method, struct error *err)
{
	int status = amqp_send_method(l->bus->connection, (amqp_channel_t)(FIRST_LANE + lane), id, method);

	return status == AMQP_STATUS_OK ? 0 : bus_fail_status(l->bus, _("looking at a queue"), status, err);
}

/* The broker does what a channel asks in that order: the opening is not waited for. */
static int ask_next(struct looks *l, size_t lane, struct error *err)
{
	amqp_channel_open_t open = { 0 };
	amqp_queue_declare_t look = { .passive = 1 };

	if (l->next >= l->failed)
		return 0;
	l->at[lane] = l->next++;
	l->nwaiting++;
	look.queue = amqp_cstring_bytes(l->queue[l->at[lane]]);
	if (!l->open[lane] && send_in_lane(l, lane, AMQP_CHANNEL_OPEN_METHOD, &open, err) != 0)
		return -1;
	l->open[lane] = true;
	return send_in_lane(l, lane, AMQP_QUEUE_DECLARE_METHOD, &look, err);
}

/* A missing name is an answer. Of those that cannot be read the first counts, and none behind it is asked for. */
static void queue_not_read(struct looks *l, size_t at, const amqp_method_t *close, struct error *err)
{
	struct error why = { 0 };
	amqp_rpc_reply_t reply = { .reply_type = AMQP_RESPONSE_SERVER_EXCEPTION, .reply = *close };

	if (bus_fail_look(l->bus, _("looking at a queue"), reply, &why) == 0) {
		l->known[at] = true;
	} else if (at < l->failed) {
		l->failed = at;
		*err = why;
	}
}

/* -1: the connection is of no use any more. */
static int on_lane(struct looks *l, size_t lane, const amqp_method_t *method, struct error *err, struct error *lost)
{
	amqp_channel_close_ok_t closed = { 0 };

	if (method->id == AMQP_QUEUE_DECLARE_OK_METHOD) {
		l->out[l->at[lane]] = bus_queue_found(l->bus, method->decoded);
		l->known[l->at[lane]] = true;
	} else if (method->id == AMQP_CHANNEL_CLOSE_METHOD) {
		queue_not_read(l, l->at[lane], method, err);
		l->open[lane] = false;
		if (send_in_lane(l, lane, AMQP_CHANNEL_CLOSE_OK_METHOD, &closed, lost) != 0)
			return -1;
	} else {
		return 0;
	}
	l->nwaiting--;
	await_answer(l);
	return ask_next(l, lane, lost);
}

static int on_connection(struct looks *l, const amqp_method_t *method, struct error *lost)
{
	if (method->id != AMQP_CONNECTION_CLOSE_METHOD && method->id != AMQP_CHANNEL_CLOSE_METHOD) {
		bus_note_alarm(l->bus, method);
		return 0;
	}
	return bus_fail_reply(l->bus, _("looking at a queue"),
	    (amqp_rpc_reply_t){ .reply_type = AMQP_RESPONSE_SERVER_EXCEPTION, .reply = *method }, lost);
}

/* The next frame; 1: it is a method. */
static int read_method(struct looks *l, amqp_frame_t *frame, struct error *lost)
{
	int64_t left = l->until_ms - clock_monotonic_ms();
	struct timeval timeout = { .tv_sec = left > 0 ? left / 1000 : 0, .tv_usec = left > 0 ? left % 1000 * 1000 : 0 };
	int status;

	amqp_maybe_release_buffers(l->bus->connection);
	status = amqp_simple_wait_frame_noblock(l->bus->connection, frame, &timeout);
	if (status != AMQP_STATUS_OK)
		return bus_fail_status(l->bus, _("looking at a queue"), status, lost);
	return frame->frame_type == AMQP_FRAME_METHOD;
}

static int take_answers(struct looks *l, struct error *err, struct error *lost)
{
	amqp_frame_t frame;
	int rc = 0;

	while (l->nwaiting > 0 && rc == 0) {
		rc = read_method(l, &frame, lost);
		if (rc == 1)
			rc = frame.channel >= FIRST_LANE && frame.channel < FIRST_LANE + l->nlane ?
			    on_lane(l, frame.channel - FIRST_LANE, &frame.payload.method, err, lost) :
			    on_connection(l, &frame.payload.method, lost);
	}
	return rc;
}

/* What was opened is closed, so that the next look finds the channels free. */
static int close_lanes(struct looks *l, struct error *lost)
{
	amqp_channel_close_t close = { .reply_code = AMQP_REPLY_SUCCESS };
	amqp_frame_t frame;
	size_t open = 0;
	int rc = 0;

	for (size_t lane = 0; lane < l->nlane && rc == 0; lane++)
		if (l->open[lane]) {
			rc = send_in_lane(l, lane, AMQP_CHANNEL_CLOSE_METHOD, &close, lost);
			open++;
		}
	await_answer(l);
	while (open > 0 && rc == 0) {
		rc = read_method(l, &frame, lost);
		if (rc == 1 && frame.payload.method.id == AMQP_CHANNEL_CLOSE_OK_METHOD) {
			open--;
			rc = 0;
		} else if (rc == 1) {
			rc = on_connection(l, &frame.payload.method, lost);
		}
	}
	return rc;
}

/* ${lost}: why the connection is of no use any more. */
static int look_in_lanes(struct looks *l, struct error *err, struct error *lost)
{
	int rc = 0;

	await_answer(l);
	for (size_t lane = 0; lane < l->nlane && rc == 0; lane++)
		rc = ask_next(l, lane, lost);
	if (rc == 0)
		rc = take_answers(l, err, lost);
	if (rc == 0)
		rc = close_lanes(l, lost);
	if (rc != 0)
		bus_drop(l->bus);
	else
		l->bus->used_ms = clock_monotonic_ms();
	return rc;
}

/* Those that have no answer yet, in their order, until one cannot be read. */
static void look_one_by_one(struct looks *l, struct error *err)
{
	struct error why = { 0 };

	for (size_t i = 0; i < l->failed; i++) {
		if (l->known[i] || bus_queue_look(l->bus, l->queue[i], &l->out[i], &why) == 0)
			continue;
		l->failed = i;
		*err = why;
	}
}

static void look_at_many_queues(struct looks *l, struct error *err)
{
	size_t most = (size_t)amqp_get_channel_max(l->bus->connection);
	struct error lost = { 0 };

	most = most > CHANNEL ? most - CHANNEL : 0;
	l->nlane = l->n < LANES ? l->n : LANES;
	l->nlane = l->nlane < most ? l->nlane : most;
	/* a connection that ended is opened again; who was silent is not asked again */
	if (l->nlane > 1 && look_in_lanes(l, err, &lost) != 0 && lost.code == AMQP_STATUS_TIMEOUT) {
		for (l->failed = 0; l->failed < l->n && l->known[l->failed]; l->failed++)
			;
		*err = lost;
		return;
	}
	look_one_by_one(l, err);
}

int bus_queues_look(struct bus *bus, const char *const *queue, size_t n, struct bus_queue *out, size_t *looked,
    struct error *err)
{
	struct looks l = { .bus = bus, .queue = queue, .out = out, .n = n, .failed = n };

	*looked = 0;
	for (size_t i = 0; i < n; i++)
		out[i] = (struct bus_queue){ 0 };
	if (n == 0)
		return 0;
	if (bus_ensure(bus, err) != 0)
		return -1;
	l.known = xcalloc(n, sizeof *l.known);
	look_at_many_queues(&l, err);
	free(l.known);
	*looked = l.failed;
	return l.failed == n ? 0 : -1;
}
