/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guard_cases.h"
#include "util/clock.h"
#include "util/knock.h"

/* Signs of life that come past the databases and the broker, and on how many ways one was told. */

static int bind_somewhere(uint16_t *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && getsockname(fd, (struct sockaddr *)&at, &n) == 0);
	*port = ntohs(at.sin_port);
	return fd;
}

static enum knock knock_one(const char *address, const uint16_t *ports, size_t n, uint16_t *at)
{
	struct door door = { .address = address, .port = ports, .nport = n };

	knock_at(&door, 1, 200);
	*at = door.at;
	return door.answer;
}

static void an_address_answers_or_it_does_not(void **state)
{
	uint16_t ports[2], at = 0;
	int closed = bind_somewhere(&ports[0]), open = bind_somewhere(&ports[1]);

	(void)state;
	assert_int_equal(knock_one("127.0.0.1", ports, 2, &at), KNOCK_REFUSED); /* bound, and nothing listens: its kernel says so */
	assert_int_equal(listen(open, 1), 0);
	assert_int_equal(knock_one("127.0.0.1", &ports[1], 1, &at), KNOCK_OPEN);
	assert_int_equal(at, ports[1]);
	assert_int_equal(knock_one("127.0.0.1", ports, 0, &at), KNOCK_NOWHERE);
	assert_int_equal(knock_one("c1.example.org", ports, 2, &at), KNOCK_NOWHERE); /* no name server is asked */
	assert_int_equal(knock_one("255.255.255.255", ports, 2, &at), KNOCK_BLOCKED); /* our own kernel has no way there */
	assert_int_equal(at, 0);
	close(closed);
	close(open);
}

/* A listener with a full queue drops what comes: nothing is heard, as of a host that is off. */
static void silence_takes_its_time_and_an_answer_of_another_does_not_end_it(void **state)
{
	uint16_t full, open;
	int listener = bind_somewhere(&full), other = bind_somewhere(&open), filling[4];
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(full) };
	struct door door[2] = { { .address = "127.0.0.1", .port = &full, .nport = 1 }, { .address = "127.0.0.1", .port = &open, .nport = 1 } };

	(void)state;
	assert_int_equal(listen(listener, 0), 0);
	assert_int_equal(listen(other, 1), 0);
	for (size_t i = 0; i < COUNT(filling); i++) {
		filling[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		connect(filling[i], (struct sockaddr *)&at, sizeof at);
	}
	knock_at(door, 2, 200);
	assert_int_equal(door[0].answer, KNOCK_SILENT);
	assert_int_equal(door[1].answer, KNOCK_OPEN);
	for (size_t i = 0; i < COUNT(filling); i++)
		close(filling[i]);
	close(listener);
	close(other);
}

/* ---- guards */

static const char *by_power = "power";

static void it_answers(void)
{
	f.scene.life = (struct life_facts){ .asked = true, .address = "192.0.2.1", .answer = KNOCK_OPEN, .port = 22 };
}

static void it_refuses(void)
{
	f.scene.life = (struct life_facts){ .asked = true, .address = "192.0.2.1", .answer = KNOCK_REFUSED, .port = 22 };
}

/* Where another compute was heard. */
static void it_is_silent(void)
{
	f.scene.life = (struct life_facts){ .asked = true, .address = "192.0.2.1", .answer = KNOCK_SILENT,
		.other = "c2", .other_answer = KNOCK_REFUSED };
}

static void it_answers_and_is_switched_off_first(void)
{
	static char agent[] = "fence_x";

	it_answers();
	f.request.how.fence = (struct words){ .v = &by_power, .n = 1 };
	f.scene.power = (struct power_facts){ .asked = true, .agent.program = agent, .answer.state = FENCE_ON };
}

/* A compute that runs nothing of cinder's: its services are another host's. */
static void only_a_compute(void)
{
	f.cinder_service[C1_VOLUME].host = "c9@rbd";
	f.cinder_service[C1_BACKUP].host = "c9";
	f.move[MOVE_VOLUMES].source = f.move[MOVE_BACKUP].source = NULL;
}

static void a_conductor_is_down_as_well(void)
{
	only_a_compute();
	f.nova_service[C3].binary = "nova-scheduler";
	f.nova_service[C3].host = "ctl2";
	f.nova_service[C3].heartbeat_age_s = AGE(600);
}

static void only_a_compute_and_it_is_silent(void)
{
	only_a_compute();
	it_is_silent();
}

/* What is between us and them answers nothing, or another than the host does. */
static void only_a_compute_and_all_are_silent(void)
{
	only_a_compute_and_it_is_silent();
	f.scene.life.other_answer = KNOCK_SILENT;
}

static void only_a_compute_and_the_way_is_blocked(void)
{
	only_a_compute_and_it_is_silent();
	f.scene.life.answer = KNOCK_BLOCKED;
}

static void a_broker_is_down_as_well(void)
{
	only_a_compute();
	f.scene.life.dumb_broker = "192.0.2.9:5672";
}

static void only_a_compute_and_it_is_off(void)
{
	static char agent[] = "fence_x";

	only_a_compute();
	f.scene.power = (struct power_facts){ .asked = true, .agent.program = agent, .answer = { .state = FENCE_OFF, .exit_code = 2 } };
}

#define SHARED "witnesses-share-a-wire c1: all evidence that 'c1' is dead came through the message broker"
#define ALONE SHARED "; a host that has lost the broker alone looks the same"

static const struct guard_case cases[] = {
	{ it_answers, "source-alive 192.0.2.1: 'c1' answers: a connection to 192.0.2.1, port 22, was accepted" },
	{ it_refuses, "source-alive 192.0.2.1: 'c1' answers: 192.0.2.1 refused a connection to port 22, which takes a running kernel" },
	{ it_is_silent, "" },
	{ it_answers_and_is_switched_off_first, "" },
	{ only_a_compute, ALONE },
	{ a_conductor_is_down_as_well, SHARED ", AND nova-scheduler ON 'ctl2' IS DOWN: 'c1' may have lost the control plane alone\n"
	    "scheduler-missing scheduler: 127.0.0.1:5672 has no queue 'scheduler', and no nova-scheduler reports: a request would get lost, and its instance stay 'rebuilding'" },
	{ a_broker_is_down_as_well, SHARED ", AND THE BROKER 192.0.2.9:5672 ACCEPTS NO CONNECTION: 'c1' may have lost the broker alone" },
	{ only_a_compute_and_it_is_silent, "" },
	{ only_a_compute_and_all_are_silent, ALONE },
	{ only_a_compute_and_the_way_is_blocked, ALONE },
	{ only_a_compute_and_it_is_off, "" },
};

static void an_answer_is_life_and_silence_is_none(void **state)
{
	(void)state;
	run_cases(cases, COUNT(cases));
}

static void witnesses_are_counted_by_their_wires(void **state)
{
	struct wires w;

	(void)state;
	w = scene_wires(&f.scene);
	assert_int_equal(w.of[WIRE_DATABASE] > 0, 1);
	assert_int_equal(w.wires, 2);
	it_is_silent();
	assert_int_equal(scene_wires(&f.scene).wires, 3);
	it_answers(); /* no witness of a death */
	assert_int_equal(scene_wires(&f.scene).wires, 2);
	only_a_compute();
	assert_int_equal(scene_wires(&f.scene).wires, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_answers_or_it_does_not),
		cmocka_unit_test(silence_takes_its_time_and_an_answer_of_another_does_not_end_it),
		in_a_scene(an_answer_is_life_and_silence_is_none),
		in_a_scene(witnesses_are_counted_by_their_wires),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
