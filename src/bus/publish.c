/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <sys/time.h>

#include "internal.h"
#include "util/clock.h"
#include "util/lang.h"
#include "util/soon.h"
#include "util/str.h"
#include "util/uuid.h"

#define CANARY_TIMEOUT_S 2
#define PUBLISH_CLASS 60
#define PUBLISH_METHOD 40

static const struct {
	const char *name, *sentence;
	bool proves_not_sent;
} outcomes[] = {
	[BUS_ACKED] = { "acked", N_("the broker accepted it and put it into a queue"), false },
	[BUS_RETURNED] = { "returned", N_("the broker has no queue for it"), true },
	[BUS_REFUSED] = { "refused", N_("the broker refused it"), true },
	[BUS_NOT_SENT] = { "not_sent", N_("no byte of it was sent"), true },
	[BUS_NACKED] = { "nacked", N_("the broker rejected it, but a queue may still have it"), false },
	[BUS_BLOCKED] = { "blocked", N_("the broker does not read it because of an alarm; it may read it later"), false },
	[BUS_LOST] = { "lost", N_("the connection ended before the broker answered"), false },
	[BUS_TIMEOUT] = { "timeout", N_("the broker did not answer in time"), false },
};

const char *bus_outcome_name(enum bus_outcome outcome)
{
	return outcomes[outcome].name;
}

const char *bus_outcome_sentence(enum bus_outcome outcome)
{
	return _(outcomes[outcome].sentence);
}

bool bus_outcome_proves_not_sent(enum bus_outcome outcome)
{
	return outcomes[outcome].proves_not_sent;
}

static void say_outcome(const struct bus *bus, enum bus_outcome outcome, struct error *why, const char *detail)
{
	error_set(why, bus_outcome_proves_not_sent(outcome) ? ERROR_BUS_UNREACHABLE : ERROR_UNKNOWN, "%s (%s): %s%s%s",
	    bus->label, bus->server, _(bus_outcome_sentence(outcome)), *detail ? ": " : "", detail);
}

static void say_broker(const struct bus *bus, enum bus_outcome outcome, struct error *why, amqp_bytes_t text)
{
	auto_str struct str detail = { 0 };

	bus_add_text(&detail, text);
	say_outcome(bus, outcome, why, detail.s);
}

/* What has come back so far for one publish. */
struct answer {
	bool over, returned;
	enum bus_outcome outcome;
};

static void end_publish(struct answer *a, enum bus_outcome outcome)
{
	a->over = true;
	a->outcome = outcome;
}

static void on_channel_close(const struct bus *bus, const amqp_channel_close_t *close, struct answer *a, struct error *why)
{
	bool names_publish = close->class_id == PUBLISH_CLASS && close->method_id == PUBLISH_METHOD;

	end_publish(a, names_publish ? BUS_REFUSED : BUS_LOST);
	say_broker(bus, a->outcome, why, close->reply_text);
}

/* An ack or a nack is about our message, the last that was sent. */
static bool is_our_return(const struct bus *bus, uint64_t tag, amqp_boolean_t multiple)
{
	return tag == bus->tag || (multiple && (tag > bus->tag || tag == 0));
}

/* A return comes before the ack of the same message. */
static void on_method(struct bus *bus, const amqp_method_t *method, struct answer *a, struct error *why)
{
	switch (method->id) {
	case AMQP_BASIC_RETURN_METHOD: {
		const amqp_basic_return_t *m = method->decoded;

		a->returned = true;
		say_broker(bus, BUS_RETURNED, why, m->reply_text);
		break;
	}
	case AMQP_BASIC_ACK_METHOD: {
		const amqp_basic_ack_t *m = method->decoded;

		if (is_our_return(bus, m->delivery_tag, m->multiple))
			end_publish(a, a->returned ? BUS_RETURNED : BUS_ACKED);
		break;
	}
	case AMQP_BASIC_NACK_METHOD: {
		const amqp_basic_nack_t *m = method->decoded;

		if (!is_our_return(bus, m->delivery_tag, m->multiple))
			break;
		end_publish(a, BUS_NACKED);
		say_outcome(bus, BUS_NACKED, why, "");
		break;
	}
	case AMQP_CHANNEL_CLOSE_METHOD:
		on_channel_close(bus, method->decoded, a, why);
		break;
	case AMQP_CONNECTION_CLOSE_METHOD: {
		const amqp_connection_close_t *m = method->decoded;

		end_publish(a, BUS_LOST);
		say_broker(bus, BUS_LOST, why, m->reply_text);
		break;
	}
	default:
		bus_note_alarm(bus, method);
		break;
	}
}

static struct timeval left_until(int64_t deadline_ms)
{
	int64_t left = deadline_ms - clock_monotonic_ms();

	if (left < 0)
		left = 0;
	return (struct timeval){ .tv_sec = left / 1000, .tv_usec = left % 1000 * 1000 };
}

static enum bus_outcome wait_for_answer(struct bus *bus, int64_t deadline_ms, bool stop_when_blocked, struct error *why)
{
	struct answer a = { 0 };
	struct timeval left;
	amqp_frame_t frame;
	int status;

	await_soon(amqp_get_sockfd(bus->connection));
	while (!a.over && !(stop_when_blocked && bus->alarm[0])) {
		left = left_until(deadline_ms);
		amqp_maybe_release_buffers(bus->connection);
		status = amqp_simple_wait_frame_noblock(bus->connection, &frame, &left);
		if (status == AMQP_STATUS_TIMEOUT)
			break;
		if (status != AMQP_STATUS_OK) {
			say_outcome(bus, BUS_LOST, why, amqp_error_string2(status));
			return BUS_LOST;
		}
		if (frame.frame_type == AMQP_FRAME_METHOD)
			on_method(bus, &frame.payload.method, &a, why);
	}
	if (a.over)
		return a.outcome;
	a.outcome = bus->alarm[0] ? BUS_BLOCKED : BUS_TIMEOUT;
	say_outcome(bus, a.outcome, why, bus->alarm);
	return a.outcome;
}

/* Whether a failed write can have left a byte. The library also gives up for want of heartbeats, and then one may have. */
static enum bus_outcome write_failed(struct bus *bus, int status, bool fired, struct error *why)
{
	enum bus_outcome outcome = status == AMQP_STATUS_TABLE_TOO_BIG ? BUS_NOT_SENT : fired ? BUS_TIMEOUT : BUS_LOST;

	say_outcome(bus, outcome, why, amqp_error_string2(status));
	return outcome;
}

#define TEXT(x) #x
#define TEXT_OF(x) TEXT(x)

/* How long each half may take, to leave and to be answered, and what is done between them. */
struct way_out {
	unsigned timeout_s;
	bool stop_when_blocked;
	void (*meanwhile)(void *ctx); /* NULL: nothing */
	void *ctx;
};

static enum bus_outcome publish_once(struct bus *bus, const char *exchange, const char *key, amqp_bytes_t body,
    const struct way_out *how, struct error *why)
{
	amqp_basic_properties_t properties = { ._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_CONTENT_ENCODING_FLAG |
		    AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_PRIORITY_FLAG | AMQP_BASIC_HEADERS_FLAG |
		    AMQP_BASIC_EXPIRATION_FLAG,
		.content_type = amqp_cstring_bytes("application/json"),
		.content_encoding = amqp_cstring_bytes("utf-8"),
		.delivery_mode = 2,
		.expiration = amqp_cstring_bytes(TEXT_OF(BUS_EXPIRATION_MS)) };
	int status;
	bool fired;

	if (watchdog_arm(bus, how->timeout_s) != 0) {
		say_outcome(bus, BUS_NOT_SENT, why, "no thread");
		return BUS_NOT_SENT;
	}
	bus->tag++;
	status = amqp_basic_publish(bus->connection, CHANNEL, amqp_cstring_bytes(exchange), amqp_cstring_bytes(key), 1, 0,
	    &properties, body);
	fired = watchdog_disarm(bus);
	if (status != AMQP_STATUS_OK || fired)
		return write_failed(bus, status, fired, why);
	if (how->meanwhile)
		how->meanwhile(how->ctx);
	return wait_for_answer(bus, clock_monotonic_ms() + (int64_t)how->timeout_s * 1000, how->stop_when_blocked, why);
}

#define BODY_MAX ((size_t)8 << 20)
#define ALARM_HINT N_("the broker is short of memory or disk: free some, then run the same command again")

/* What is sent under an alarm stays somewhere and is read when it ends: do not begin. */
static int check_alarm(const struct bus *bus, struct error *err)
{
	if (!bus->alarm[0])
		return 0;
	say_outcome(bus, BUS_NOT_SENT, err, bus->alarm);
	return error_hint(err, ALARM_HINT);
}

enum bus_outcome bus_publish_meanwhile(struct bus *bus, const char *exchange, const char *key, const char *body, size_t n,
    void (*meanwhile)(void *ctx), void *ctx, struct error *why)
{
	const struct way_out how = { bus->confirm_timeout_s, false, meanwhile, ctx };
	union {
		const char *in;
		void *out; /* the library's bytes are not const; it only reads them here */
	} borrow = { .in = body };
	enum bus_outcome outcome;

	error_clear(why);
	if (n > BODY_MAX)
		error_set(why, ERROR_REFUSED, "%s: a message of %zu bytes is too large", bus->label, n);
	if (n > BODY_MAX || bus_ensure(bus, why) != 0 || check_alarm(bus, why) != 0)
		return BUS_NOT_SENT;
	outcome = publish_once(bus, exchange, key, (amqp_bytes_t){ .len = n, .bytes = borrow.out }, &how, why);
	bus->used_ms = clock_monotonic_ms();
	if (outcome == BUS_ACKED)
		error_clear(why);
	else if (outcome != BUS_RETURNED)
		bus_drop(bus);
	return outcome;
}

enum bus_outcome bus_publish(struct bus *bus, const char *exchange, const char *key, const char *body, size_t n,
    struct error *why)
{
	return bus_publish_meanwhile(bus, exchange, key, body, n, NULL, NULL, why);
}

static int canary_failed(struct bus *bus, enum bus_outcome outcome, const char *exchange, struct error *err)
{
	bus_drop(bus);
	if (outcome == BUS_ACKED) {
		error_set(err, ERROR_BUS_UNREACHABLE,
		    "%s (%s): a queue bound with '#' received a test message that no queue should receive", bus->label,
		    bus->server);
		return error_hint(err, "unbind the queues that are bound with '#' to exchange '%s'", exchange);
	}
	err->kind = ERROR_BUS_UNREACHABLE;
	if (outcome == BUS_BLOCKED)
		return error_hint(err, ALARM_HINT);
	return -1;
}

int bus_canary(struct bus *bus, const char *exchange, struct error *err)
{
	const struct way_out how = { .timeout_s = CANARY_TIMEOUT_S, .stop_when_blocked = true };
	enum bus_outcome outcome;
	char key[64], hex[33];
	struct uuid id;

	if (bus_ensure(bus, err) != 0 || check_alarm(bus, err) != 0)
		return -1;
	uuid_random(&id);
	uuid_hex(&id, hex);
	snprintf(key, sizeof key, "evac-manage-canary-%s", hex);
	outcome = publish_once(bus, exchange, key, amqp_cstring_bytes("{}"), &how, err);
	bus->used_ms = clock_monotonic_ms();
	if (outcome != BUS_RETURNED)
		return canary_failed(bus, outcome, exchange, err);
	error_clear(err);
	return 0;
}
