/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "apply/apply.h"
#include "util/json.h"
#include "util/log.h"
#include "util/mem.h"

/* Asked again before a write, and the switch-off with its records; the agent is a real program, clock and journal are ours. */

static char dir[] = "/tmp/power-XXXXXX";
static char *agent_path, file[64];
static struct str records;
static struct request request;
static struct work work;
static int64_t now_ms = 1000000;

int64_t clock_monotonic_ms(void)
{
	return now_ms;
}

void clock_sleep_ms(int64_t ms)
{
	now_ms += ms;
}

void clock_now(char out[CLOCK_TEXT_SIZE])
{
	strcpy(out, "2026-01-31T03:04:05.678Z");
}

int lock_check(struct lock *lock, struct error *err)
{
	(void)lock;
	(void)err;
	return 0;
}

int journal_intent(struct journal *j, size_t unit, const struct unit *what, const char *where, struct error *err)
{
	(void)j;
	(void)err;
	str_addf(&records, "intent %zu %s %s; ", unit, what->step[0].id, where);
	return 0;
}

int journal_outcome(struct journal *j, size_t unit, enum state state, const char *error, struct error *err)
{
	(void)j;
	(void)error;
	(void)err;
	str_addf(&records, "outcome %zu %s; ", unit, state_name[state]);
	return 0;
}

int journal_power(struct journal *j, const struct scene *host, const char *action, const struct fence_answer *answer,
    struct error *err)
{
	(void)j;
	(void)host;
	(void)err;
	str_addf(&records, "%s %s; ", action, fence_state_name[answer->state]);
	return 0;
}

static void power_is(const char *state)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	fputs(state, f);
	fclose(f);
}

static int begin(void **state)
{
	(void)state;
	snprintf(file, sizeof file, "%s/c1", dir);
	fence_agent_free(&work.scene.power.agent);
	plan_free(&work.plan);
	request = (struct request){ 0 };
	work = (struct work){ .request = &request, .scene.request = &request, .scene.subject.host = "c1", .journal = (struct journal *)&request };
	work.scene.power = (struct power_facts){ .asked = true,
		.agent = { .program = xstrdup(agent_path), .options = xasprintf("file=%s\n", file), .timeout_s = 10, .off_timeout_s = 5 },
		.answer.state = FENCE_OFF, .asked_ms = now_ms };
	str_clear(&records);
	str_add(&records, "");
	return 0;
}

static int check(struct error *err)
{
	error_clear(err);
	return power_check(&work, err);
}

static void a_young_answer_will_do(void **state)
{
	struct error err;

	(void)state;
	power_is("on");
	now_ms += 9999;
	assert_int_equal(check(&err), 0);
	work.scene.power.answer.took_ms = 3000; /* a slow one is not asked all the time */
	now_ms += 20000;
	assert_int_equal(check(&err), 0);
	assert_string_equal(records.s, "");
	now_ms += 1;
	assert_int_equal(check(&err), -1);
	assert_int_equal(err.kind, ERROR_DRIFT);
	assert_string_equal(records.s, "status on; ");
}

/* It has said off before the plan; now it says what is so. */
static void one_that_lied_stops_the_run(void **state)
{
	struct error err;

	(void)state;
	power_is("lies");
	work.scene.power.asked_ms = 0;
	assert_int_equal(check(&err), 0);
	request.how.fenced = "pulled by Ann";
	work.scene.power.asked_ms = 0;
	assert_int_equal(check(&err), -1);
	assert_non_null(strstr(err.text, "'c1' is on: fence_agent says 'Status: ON'"));
	assert_string_equal(records.s, "status off; status on; ");
}

static void silence_of_the_only_witness_stops_the_run(void **state)
{
	struct error err;

	(void)state;
	power_is("cannot");
	work.scene.power.asked_ms = 0;
	assert_int_equal(check(&err), -1);
	assert_int_equal(err.kind, ERROR_DRIFT);
	assert_string_equal(records.s, "status unknown; status unknown; status unknown; ");
	begin(NULL);
	power_is("cannot");
	work.scene.power.asked_ms = 0;
	request.how.fenced = "pulled by Ann"; /* then the person's word carries it, as without an agent */
	assert_int_equal(check(&err), 0);
	assert_string_equal(records.s, "status unknown; ");
}

static void without_an_agent_nobody_is_asked(void **state)
{
	struct error err;

	(void)state;
	work.scene.power.asked = false;
	work.scene.power.asked_ms = 0;
	assert_int_equal(check(&err), 0);
	assert_string_equal(records.s, "");
}

static int switch_off(struct error *err)
{
	struct unit *unit = plan_unit(&work.plan, UNIT_POWER);

	unit_step(unit, STEP_POWER, "c1", "fence_agent");
	error_clear(err);
	work.scene.power.answer.state = FENCE_ON;
	return apply_power(&work, 0, err);
}

static void a_switch_off_is_proved_by_the_agents_off(void **state)
{
	struct error err;

	(void)state;
	power_is("on");
	assert_int_equal(switch_off(&err), 0);
	assert_int_equal(work.plan.unit[0].step[0].state, STATE_PROVED);
	assert_string_equal(records.s, "intent 0 c1 fence_agent; off unknown; status off; outcome 0 proved; ");
	assert_true(scene_is_off(&work.scene));
}

static void a_host_that_stays_on_is_a_failure(void **state)
{
	struct error err;

	(void)state;
	power_is("stuck");
	assert_int_equal(switch_off(&err), -1);
	assert_int_equal(err.kind, ERROR_ERROR);
	assert_int_equal(work.plan.unit[0].step[0].state, STATE_FAILED);
	assert_string_equal(records.s, "intent 0 c1 fence_agent; off unknown; status on; outcome 0 failed; ");
}

static void no_answer_after_a_switch_off_is_unknown(void **state)
{
	struct error err;

	(void)state;
	power_is("cannot");
	assert_int_equal(switch_off(&err), -1);
	assert_int_equal(err.kind, ERROR_UNKNOWN);
	assert_int_equal(work.plan.unit[0].step[0].state, STATE_UNKNOWN);
	assert_string_equal(records.s, "intent 0 c1 fence_agent; off unknown; status unknown; outcome 0 unknown; ");
}

static int prepare(void **state)
{
	struct error err;

	(void)state;
	agent_path = realpath("tests/lib/fence_agent", NULL);
	return agent_path && mkdtemp(dir) ? log_open(&(struct log_options){ .level = LOG_ERROR }, &err) : -1;
}

static int tidy(void **state)
{
	auto_free char *command = xasprintf("rm -rf %s", dir);

	(void)state;
	fence_agent_free(&work.scene.power.agent);
	plan_free(&work.plan);
	str_free(&records);
	free(agent_path);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_young_answer_will_do, begin),
		cmocka_unit_test_setup(one_that_lied_stops_the_run, begin),
		cmocka_unit_test_setup(silence_of_the_only_witness_stops_the_run, begin),
		cmocka_unit_test_setup(without_an_agent_nobody_is_asked, begin),
		cmocka_unit_test_setup(a_switch_off_is_proved_by_the_agents_off, begin),
		cmocka_unit_test_setup(a_host_that_stays_on_is_a_failure, begin),
		cmocka_unit_test_setup(no_answer_after_a_switch_off_is_unknown, begin),
	};

	return cmocka_run_group_tests(tests, prepare, tidy);
}
