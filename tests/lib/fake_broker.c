/* SPDX-License-Identifier: Apache-2.0 */
#include "fake_broker.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rooms.h"
#include "util/mem.h"

#define FRAME_METHOD 1
#define FRAME_HEADER 2
#define FRAME_BODY 3
#define FRAME_END 0xce
#define METHOD(class, method) ((uint32_t)(class) << 16 | (uint32_t)(method))

struct fake_broker {
	pthread_t thread;
	unsigned port, heartbeat_s;
	int listener, wake[2];
	enum fake_answer answer;
	const char *version; /* NULL: it does not say */
	atomic_uint connections, publishes;
};

/* ---- frames out: b8, b16, b32, b64 and short texts, one after the other */

struct frame {
	unsigned char bytes[512];
	size_t n;
};

static void put(struct frame *f, uint64_t value, unsigned bytes)
{
	while (bytes-- > 0)
		f->bytes[f->n++] = (unsigned char)(value >> 8 * bytes);
}

static void put_sized(struct frame *f, const char *text, unsigned size_bytes)
{
	put(f, strlen(text), size_bytes);
	memcpy(f->bytes + f->n, text, strlen(text));
	f->n += strlen(text);
}

static struct frame method(unsigned channel, unsigned class, unsigned id)
{
	struct frame f = { .n = 0 };

	put(&f, FRAME_METHOD, 1);
	put(&f, channel, 2);
	put(&f, 0, 4); /* size: known at the end */
	put(&f, class, 2);
	put(&f, id, 2);
	return f;
}

static void send_frame(int fd, struct frame *f)
{
	size_t size = f->n - 7;

	for (unsigned i = 0; i < 4; i++)
		f->bytes[3 + i] = (unsigned char)(size >> 8 * (3 - i));
	put(f, FRAME_END, 1);
	if (send(fd, f->bytes, f->n, MSG_NOSIGNAL) < 0)
		return; /* the peer has gone; the next read says so */
}

static void send_bare(int fd, unsigned channel, unsigned class, unsigned id)
{
	struct frame f = method(channel, class, id);

	send_frame(fd, &f);
}

static void send_start(int fd, const char *version)
{
	struct frame f = method(0, 10, 10);

	put(&f, 0, 1);
	put(&f, 9, 1);
	put(&f, version ? 1 + strlen("version") + 1 + 4 + strlen(version) : 0, 4); /* the bytes of its properties */
	if (version) {
		put_sized(&f, "version", 1);
		put(&f, 'S', 1);
		put_sized(&f, version, 4);
	}
	put_sized(&f, "PLAIN", 4);
	put_sized(&f, "en_US", 4);
	send_frame(fd, &f);
}

static void send_tune(int fd, unsigned heartbeat_s)
{
	struct frame f = method(0, 10, 30);

	put(&f, 2047, 2);
	put(&f, 131072, 4);
	put(&f, heartbeat_s, 2);
	send_frame(fd, &f);
}

static void send_long_or_short_empty(int fd, unsigned channel, unsigned class, unsigned id, unsigned bytes)
{
	struct frame f = method(channel, class, id);

	put(&f, 0, bytes);
	send_frame(fd, &f);
}

static void send_confirm(int fd, unsigned id, uint64_t tag, unsigned multiple)
{
	struct frame f = method(1, 60, id);

	put(&f, tag, 8);
	put(&f, multiple, 1);
	send_frame(fd, &f);
}

static void send_close(int fd, unsigned channel, unsigned code, const char *text, unsigned class, unsigned id)
{
	struct frame f = channel ? method(channel, 20, 40) : method(0, 10, 50);

	put(&f, code, 2);
	put_sized(&f, text, 1);
	put(&f, class, 2);
	put(&f, id, 2);
	send_frame(fd, &f);
}

static void send_return(int fd)
{
	struct frame f = method(1, 60, 50), header = { .n = 0 };

	put(&f, 312, 2);
	put_sized(&f, "NO_ROUTE", 1);
	put_sized(&f, "x", 1);
	put_sized(&f, "y", 1);
	send_frame(fd, &f);
	put(&header, FRAME_HEADER, 1);
	put(&header, 1, 2);
	put(&header, 0, 4);
	put(&header, 60, 2);
	put(&header, 0, 2);
	put(&header, 0, 8); /* no body */
	put(&header, 0, 2); /* no properties */
	send_frame(fd, &header);
}

static void send_blocked(int fd)
{
	struct frame f = method(0, 10, 60);

	put_sized(&f, "low on memory", 1);
	send_frame(fd, &f);
}

/* ---- the answer to the nth publish of a connection; 0: hang up */

static int answer(int fd, enum fake_answer what, uint64_t tag)
{
	switch (what) {
	case FAKE_ACK:
		send_confirm(fd, 80, tag, 0);
		break;
	case FAKE_ACK_OTHERS:
		send_confirm(fd, 80, tag + 7, 0);
		break;
	case FAKE_ACK_ALL:
		send_confirm(fd, 80, tag + 1, 1);
		break;
	case FAKE_NACK:
		send_confirm(fd, 120, tag, 0);
		break;
	case FAKE_HANG_UP:
		return 0;
	case FAKE_NOISE:
		if (send(fd, "HTTP/1.1 400 Bad Request\r\n\r\n", 28, MSG_NOSIGNAL) < 0)
			return 0;
		break;
	case FAKE_RETURN_ONLY:
		send_return(fd);
		break;
	case FAKE_RETURN_AND_ACK:
		send_return(fd);
		send_confirm(fd, 80, tag, 0);
		break;
	case FAKE_CLOSE_CHANNEL:
		send_close(fd, 1, 404, "NOT_FOUND", 60, 40);
		break;
	case FAKE_CLOSE_CHANNEL_OTHER:
		send_close(fd, 1, 504, "CHANNEL_ERROR", 0, 0);
		break;
	case FAKE_CLOSE_CONNECTION:
		send_close(fd, 0, 320, "CONNECTION_FORCED", 0, 0);
		break;
	case FAKE_BLOCK:
		send_blocked(fd);
		break;
	case FAKE_BLOCK_AND_ACK:
		send_blocked(fd);
		send_bare(fd, 0, 10, 61);
		send_confirm(fd, 80, tag, 0);
		break;
	case FAKE_ACK_THEN_BLOCK:
		send_confirm(fd, 80, tag, 0);
		send_blocked(fd);
		break;
	case FAKE_ACK_THEN_CLOSE:
		send_confirm(fd, 80, tag, 0);
		send_close(fd, 0, 320, "CONNECTION_FORCED", 0, 0);
		break;
	default: /* silence */
		break;
	}
	return 1;
}

/* ---- frames in */

/* Waits for bytes or for the end of the test; false: no more. */
static bool take_bytes(struct fake_broker *broker, int fd, unsigned char *into, size_t n)
{
	struct pollfd wait[2] = { { .fd = fd, .events = POLLIN }, { .fd = broker->wake[0], .events = POLLIN } };
	ssize_t got;

	for (; n > 0; into += got, n -= (size_t)got) {
		if (poll(wait, 2, -1) < 0 || wait[1].revents)
			return false;
		got = recv(fd, into, n, 0);
		if (got <= 0)
			return false;
	}
	return true;
}

struct head {
	unsigned type, channel;
	uint32_t size;
	unsigned char payload[16]; /* its first bytes */
};

static bool take_frame(struct fake_broker *broker, int fd, struct head *head)
{
	unsigned char raw[7], rest[4096];
	uint32_t left, now;

	memset(head->payload, 0, sizeof head->payload);
	if (!take_bytes(broker, fd, raw, sizeof raw))
		return false;
	head->type = raw[0];
	head->channel = (unsigned)(raw[1] << 8 | raw[2]);
	head->size = (uint32_t)raw[3] << 24 | (uint32_t)raw[4] << 16 | (uint32_t)raw[5] << 8 | raw[6];
	for (left = head->size + 1; left > 0; left -= now) { /* and the end's byte */
		now = left < sizeof rest ? left : (uint32_t)sizeof rest;
		if (!take_bytes(broker, fd, rest, now))
			return false;
		if (left == head->size + 1)
			memcpy(head->payload, rest, now < sizeof head->payload ? now : sizeof head->payload);
	}
	return true;
}

static uint32_t method_of(const struct head *head)
{
	const unsigned char *p = head->payload;

	return head->type == FRAME_METHOD ? METHOD(p[0] << 8 | p[1], p[2] << 8 | p[3]) : 0;
}

static uint64_t body_size_of(const struct head *head)
{
	uint64_t n = 0;

	for (int i = 4; i < 12; i++)
		n = n << 8 | head->payload[i];
	return n;
}

static void send_declared(int fd, unsigned messages, unsigned consumers)
{
	struct frame f = method(1, 50, 11);

	put_sized(&f, "q", 1);
	put(&f, messages, 4);
	put(&f, consumers, 4);
	send_frame(fd, &f);
}

/* To a passive declare of a queue, or of an exchange. */
static void answer_look(struct fake_broker *broker, int fd, unsigned class)
{
	static const char *const said[] = {
		[FAKE_ABSENT] = "NOT_FOUND - no queue 'q' in vhost '/'",
		[FAKE_HOME_NODE_DOWN] = "NOT_FOUND - home node 'rabbit@mq1' of durable queue 'q' in vhost '/' is down or inaccessible",
		[FAKE_QUEUE_HANGS] = "NOT_FOUND - failed to perform operation on queue 'q' in vhost '/' due to timeout",
	};

	if (broker->answer < sizeof said / sizeof *said && said[broker->answer])
		send_close(fd, 1, 404, said[broker->answer], class, 10);
	else if (broker->answer == FAKE_NODE_DOWN)
		send_close(fd, 0, 541, "INTERNAL_ERROR - nodedown", class, 10);
	else if (broker->answer != FAKE_SILENCE)
		send_declared(fd, broker->answer == FAKE_EMPTY ? 0 : 3, broker->answer == FAKE_EMPTY ? 0 : 1);
}

/* false: the conversation is over. */
static bool play(struct fake_broker *broker, int fd, const struct head *head)
{
	switch (method_of(head)) {
	case METHOD(10, 11): /* start-ok */
		if (broker->answer == FAKE_REFUSE_LOGIN)
			send_close(fd, 0, 403, "ACCESS_REFUSED", 0, 0);
		else
			send_tune(fd, broker->heartbeat_s);
		break;
	case METHOD(10, 40): /* open */
		send_long_or_short_empty(fd, 0, 10, 41, 1);
		break;
	case METHOD(20, 10): /* channel.open */
		send_long_or_short_empty(fd, head->channel, 20, 11, 4);
		break;
	case METHOD(85, 10): /* confirm.select */
		send_bare(fd, head->channel, 85, 11);
		return broker->answer != FAKE_STOP_READING && broker->answer != FAKE_READ_SLOWLY;
	case METHOD(50, 10): /* queue.declare */
		answer_look(broker, fd, 50);
		break;
	case METHOD(10, 50): /* close */
		send_bare(fd, 0, 10, 51);
		return false;
	default:
		break;
	}
	return true;
}

/* The socket stays open, and fills. */
static void hang(struct fake_broker *broker, int fd)
{
	struct pollfd wake = { .fd = broker->wake[0], .events = POLLIN };
	char bytes[4096];

	if (broker->answer == FAKE_STOP_READING)
		poll(&wake, 1, -1);
	if (broker->answer == FAKE_READ_SLOWLY)
		while (poll(&wake, 1, 20) == 0 && recv(fd, bytes, sizeof bytes, 0) > 0)
			;
}

static void converse(struct fake_broker *broker, int fd)
{
	unsigned char greeting[8];
	struct head head;
	uint64_t tag = 0, left = 0;

	if (!take_bytes(broker, fd, greeting, sizeof greeting))
		return;
	send_start(fd, broker->version);
	while (take_frame(broker, fd, &head) && play(broker, fd, &head)) {
		if (head.type == FRAME_HEADER)
			left = body_size_of(&head);
		else if (head.type == FRAME_BODY)
			left -= head.size;
		if ((head.type == FRAME_HEADER || head.type == FRAME_BODY) && left == 0) {
			atomic_fetch_add(&broker->publishes, 1);
			if (!answer(fd, broker->answer, ++tag))
				return;
		}
	}
	hang(broker, fd);
}

static void *serve(void *arg)
{
	struct fake_broker *broker = arg;
	struct pollfd wait[2] = { { .fd = broker->listener, .events = POLLIN }, { .fd = broker->wake[0], .events = POLLIN } };
	int fd;

	while (poll(wait, 2, -1) >= 0 && !wait[1].revents) {
		fd = accept4(broker->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		atomic_fetch_add(&broker->connections, 1);
		converse(broker, fd);
		close(fd);
	}
	return NULL;
}

struct fake_broker *fake_broker_start(enum fake_answer what, unsigned heartbeat_s)
{
	return fake_broker_of(what, heartbeat_s, "3.10.8");
}

struct fake_broker *fake_broker_of(enum fake_answer what, unsigned heartbeat_s, const char *version)
{
	struct fake_broker *broker = xcalloc(1, sizeof *broker);
	int small = 4096;

	broker->answer = what;
	broker->version = version;
	broker->heartbeat_s = heartbeat_s;
	broker->listener = listen_on(&broker->port);
	setsockopt(broker->listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof small); /* its children's too */
	assert_int_equal(pipe(broker->wake), 0);
	assert_int_equal(pthread_create(&broker->thread, NULL, serve, broker), 0);
	return broker;
}

unsigned fake_broker_port(const struct fake_broker *broker)
{
	return broker->port;
}

unsigned fake_broker_connections(struct fake_broker *broker)
{
	return atomic_load(&broker->connections);
}

unsigned fake_broker_publishes(struct fake_broker *broker)
{
	return atomic_load(&broker->publishes);
}

void fake_broker_stop(struct fake_broker **broker)
{
	struct fake_broker *b = *broker;

	assert_int_equal(write(b->wake[1], "", 1), 1);
	pthread_join(b->thread, NULL);
	close(b->listener);
	close(b->wake[0]);
	close(b->wake[1]);
	free(b);
	*broker = NULL;
}
