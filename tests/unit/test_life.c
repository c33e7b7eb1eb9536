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

static int listen_somewhere(uint16_t *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0 && getsockname(fd, (struct sockaddr *)&at, &n) == 0);
	*port = ntohs(at.sin_port);
	return fd;
}

static void only_an_accepted_connection_is_open(void **state)
{
	uint16_t ports[2], port = 0;
	int silent = listen_somewhere(&ports[0]), open = listen_somewhere(&ports[1]);

	(void)state;
	assert_int_equal(knock_at("127.0.0.1", ports, 2, 2000, &port), KNOCK_REFUSED); /* bound, and nobody listens */
	assert_int_equal(listen(open, 1), 0);
	assert_int_equal(knock_at("127.0.0.1", ports, 2, 2000, &port), KNOCK_OPEN);
	assert_int_equal(port, ports[1]);
	assert_int_equal(knock_at("127.0.0.1", ports, 0, 2000, &port), KNOCK_REFUSED);
	assert_int_equal(knock_at("c1.example.org", ports, 2, 2000, &port), KNOCK_NOWHERE); /* no name server is asked */
	close(silent);
	close(open);
}

/* ---- guards */

static const char *by_power = "power";

static void it_answers(void)
{
	f.scene.life = (struct life_facts){ .asked = true, .address = "192.0.2.1", .answer = KNOCK_OPEN, .port = 22 };
}

static void it_is_silent(void)
{
	f.scene.life = (struct life_facts){ .asked = true, .address = "192.0.2.1", .answer = KNOCK_SILENT };
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

static void only_a_compute_and_it_is_off(void)
{
	static char agent[] = "fence_x";

	only_a_compute();
	f.scene.power = (struct power_facts){ .asked = true, .agent.program = agent, .answer = { .state = FENCE_OFF, .exit_code = 2 } };
}

#define SHARED "witnesses-share-a-wire c1: all that tells that 'c1' is dead came through the message broker"

static const struct guard_case cases[] = {
	{ it_answers, "source-alive 192.0.2.1: 'c1' answers: a connection to 192.0.2.1, port 22, was accepted" },
	{ it_is_silent, "" },
	{ it_answers_and_is_switched_off_first, "" },
	{ only_a_compute, SHARED ": a fault there looks the same" },
	{ a_conductor_is_down_as_well, SHARED ", and nova-scheduler on 'ctl2' is down as well: a fault there looks the same\n"
	    "scheduler-missing scheduler: 127.0.0.1:5672 has no queue 'scheduler', and no nova-scheduler reports: a request would get lost, and its instance stay 'rebuilding'" },
	{ only_a_compute_and_it_is_silent, "" },
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
		cmocka_unit_test(only_an_accepted_connection_is_open),
		in_a_scene(an_answer_is_life_and_silence_is_none),
		in_a_scene(witnesses_are_counted_by_their_wires),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
