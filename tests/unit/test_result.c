/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>

#include "plan/evacuation.h"
#include "report/report.h"
#include "util/signals.h"
#include "scene.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct fixture f;
static struct work work;
static struct report report;
static struct evacuation evacuation[2];

static void begin(bool rescues)
{
	fixture_init(&f);
	memset(evacuation, 0, sizeof evacuation);
	work = (struct work){ .request = &f.request };
	report = (struct report){ .work = &work, .rescues = rescues };
	work.scene = f.scene;
	plan_ownership(&work.plan, &work.scene);
	plan_evacuations(&work.plan, &work.scene, &report.findings);
}

static void end(void)
{
	plan_free(&work.plan);
	findings_free(&report.findings);
}

/* How each of a rescue's units ended: the moves, the first instance, the second. */
struct ending {
	enum state state;
	int phase; /* -1: the unit was never begun, or it is no evacuation */
};
#define MOVED { STATE_PROVED, -1 }
#define LANDED { STATE_PROVED, PHASE_PROVED }
#define NOT_READY { STATE_APPLIED, PHASE_NOT_READY }
#define NOT_BEGUN { STATE_SKIPPED, -1 }

static const struct {
	const char *name;
	struct ending unit[3];
	enum error_kind trouble, expected;
} endings[] = {
	{ "all is proved", { MOVED, LANDED, LANDED }, ERROR_OK, ERROR_OK },
	{ "nothing was begun, and we know why", { NOT_BEGUN, NOT_BEGUN, NOT_BEGUN }, ERROR_DB_UNREACHABLE, ERROR_DB_UNREACHABLE },
	{ "the moves met another value", { { STATE_FAILED, -1 }, NOT_BEGUN, NOT_BEGUN }, ERROR_DRIFT, ERROR_DRIFT },
	{ "the moves failed", { { STATE_FAILED, -1 }, NOT_BEGUN, NOT_BEGUN }, ERROR_BUSY, ERROR_BUSY },
	{ "the commit has no answer", { { STATE_UNKNOWN, -1 }, NOT_BEGUN, NOT_BEGUN }, ERROR_UNKNOWN, ERROR_UNKNOWN },
	{ "one instance failed", { MOVED, LANDED, { STATE_FAILED, PHASE_FAILED } }, ERROR_OK, ERROR_PARTIAL },
	{ "one instance was not begun", { MOVED, LANDED, NOT_BEGUN }, ERROR_BUS_UNREACHABLE, ERROR_PARTIAL },
	{ "one instance is unknown", { MOVED, LANDED, { STATE_UNKNOWN, PHASE_IN_DOUBT } }, ERROR_OK, ERROR_UNKNOWN },
	{ "one is unknown, another failed", { MOVED, { STATE_FAILED, PHASE_FAILED }, { STATE_UNKNOWN, PHASE_IN_DOUBT } }, ERROR_OK,
	    ERROR_UNKNOWN },
	{ "one is unknown, another late", { MOVED, { STATE_APPLIED, PHASE_TIMEOUT }, { STATE_UNKNOWN, PHASE_IN_DOUBT } }, ERROR_OK,
	    ERROR_UNKNOWN },
	{ "the moves are not as promised", { { STATE_APPLIED, -1 }, LANDED, LANDED }, ERROR_OK, ERROR_UNPROVED },
	{ "not as promised, and one late", { { STATE_APPLIED, -1 }, LANDED, { STATE_APPLIED, PHASE_TIMEOUT } }, ERROR_OK,
	    ERROR_UNPROVED },
	{ "an instance landed elsewhere", { MOVED, { STATE_APPLIED, PHASE_LANDED }, LANDED }, ERROR_OK, ERROR_UNPROVED },
	{ "the network of one is not ready", { MOVED, LANDED, NOT_READY }, ERROR_OK, ERROR_UNPROVED },
	{ "that, and another failed", { MOVED, { STATE_FAILED, PHASE_FAILED }, NOT_READY }, ERROR_OK, ERROR_UNPROVED },
	{ "that, and another unknown", { MOVED, { STATE_UNKNOWN, PHASE_IN_DOUBT }, NOT_READY }, ERROR_OK, ERROR_UNKNOWN },
	{ "one is late", { MOVED, LANDED, { STATE_APPLIED, PHASE_TIMEOUT } }, ERROR_OK, ERROR_TIMEOUT },
	{ "one is late, another failed", { MOVED, { STATE_FAILED, PHASE_FAILED }, { STATE_APPLIED, PHASE_TIMEOUT } }, ERROR_OK,
	    ERROR_TIMEOUT },
	{ "unknown wins over all", { { STATE_APPLIED, -1 }, { STATE_APPLIED, PHASE_TIMEOUT }, { STATE_UNKNOWN, PHASE_IN_DOUBT } },
	    ERROR_DRIFT, ERROR_UNKNOWN },
	{ "all is proved but the journal could not be ended", { MOVED, LANDED, LANDED }, ERROR_ERROR, ERROR_ERROR },
};

static void set(size_t unit, const struct ending *ending)
{
	unit_set_state(&work.plan.unit[unit], ending->state, NULL);
	if (ending->phase < 0)
		return;
	evacuation[unit - 1].phase = (enum evacuation_phase)ending->phase;
	work.plan.unit[unit].evacuation = &evacuation[unit - 1];
}

static void the_worst_of_what_happened_is_the_result(void **state)
{
	struct error err = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(endings); i++) {
		begin(true);
		assert_int_equal(work.plan.nunit, 3);
		for (size_t u = 0; u < 3; u++)
			set(u, &endings[i].unit[u]);
		err.kind = endings[i].trouble;
		if (report_result(&report, &err) != endings[i].expected)
			fail_msg("%s: %s", endings[i].name, error_kind_name(report_result(&report, &err)));
		end();
	}
}

static void a_failure_without_a_word_is_still_an_error(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin(true);
	for (size_t u = 0; u < 3; u++)
		set(u, &(struct ending){ STATE_FAILED, -1 });
	assert_int_equal(report_result(&report, &err), ERROR_ERROR);
	end();
}

/* Saying on the services row who is at it is not what was asked for. */
static void a_mark_alone_is_nothing_done(void **state)
{
	struct error err = { .kind = ERROR_DRIFT };

	(void)state;
	begin(true);
	end();
	plan_mark(&work.plan, &work.scene);
	plan_ownership(&work.plan, &work.scene);
	unit_set_state(&work.plan.unit[0], STATE_PROVED, NULL);
	unit_set_state(&work.plan.unit[1], STATE_FAILED, "moved");
	work.scene.subject.ncandidate = 0;
	assert_int_equal(report_result(&report, &err), ERROR_DRIFT);
	work.plan.unit[1].step[0].state = STATE_PROVED; /* a bit of work */
	assert_int_equal(report_result(&report, &err), ERROR_PARTIAL);
	end();
}

/* What was left out is listed; only of a rescue does it mean that something remains. */
static void a_rescue_that_left_something_out_is_partial_and_an_evacuation_is_not(void **state)
{
	struct error err = { 0 };

	(void)state;
	for (int rescues = 0; rescues < 2; rescues++) {
		begin(rescues);
		end();
		finding_add(&report.findings, "local-disk", SEVERITY_SKIP, "i2", "m", NULL);
		plan_ownership(&work.plan, &work.scene);
		plan_evacuations(&work.plan, &work.scene, &report.findings);
		assert_int_equal(work.plan.nunit, 2);
		set(0, &(struct ending)MOVED);
		set(1, &(struct ending)LANDED);
		assert_int_equal(report_result(&report, &err), rescues ? ERROR_PARTIAL : ERROR_OK);
		end();
	}
}

static void a_host_without_anything_is_done(void **state)
{
	struct error err = { 0 };

	(void)state;
	begin(true);
	end();
	work.scene.subject.ncandidate = 0;
	assert_int_equal(report_result(&report, &err), ERROR_OK);
}

static void the_totals_count_steps_instances_and_rows(void **state)
{
	struct totals t;

	(void)state;
	begin(true);
	finding_add(&report.findings, "local-disk", SEVERITY_SKIP, "i2", "m", NULL);
	work.scene.subject.candidate[I1].wanted = true;
	set(0, &(struct ending)MOVED);
	set(1, &(struct ending)LANDED);
	work.plan.unit[0].step[0].state = STATE_FAILED; /* one volume is not */
	report_totals(&report, &t);
	assert_int_equal(t.steps, plan_steps(&work.plan));
	assert_int_equal(t.state[STATE_FAILED], 1);
	assert_int_equal(t.state[STATE_PLANNED], 1);
	assert_int_equal(t.state[STATE_PROVED], t.steps - 2);
	assert_int_equal(t.instances, 2);
	assert_int_equal(t.evacuated, 1);
	assert_int_equal(t.skipped, 1);
	assert_int_equal(t.moved, 2); /* a volume and a backup; groups and services are not counted */
	work.scene.subject.candidate[I2].wanted = false;
	report_totals(&report, &t);
	assert_int_equal(t.instances, 1);
	assert_int_equal(t.skipped, 0);
	end();
}

/* Last: a signal that came does not go away again. */
static void what_a_signal_stopped_was_interrupted(void **state)
{
	struct error err = { 0 };

	(void)state;
	signals_watch("RUN", "");
	assert_false(signal_came());
	raise(SIGTERM);
	assert_true(signal_came());
	begin(true);
	for (size_t u = 0; u < 3; u++)
		set(u, &(struct ending)NOT_BEGUN);
	assert_int_equal(report_result(&report, &err), ERROR_INTERRUPTED);
	err.kind = ERROR_DRIFT; /* what we know more about wins */
	assert_int_equal(report_result(&report, &err), ERROR_DRIFT);
	set(0, &(struct ending)MOVED);
	err.kind = ERROR_OK;
	assert_int_equal(report_result(&report, &err), ERROR_INTERRUPTED);
	set(1, &(struct ending)LANDED);
	set(2, &(struct ending){ STATE_APPLIED, PHASE_SENT }); /* nova goes on, nobody waited */
	assert_int_equal(report_result(&report, &err), ERROR_INTERRUPTED);
	set(2, &(struct ending){ STATE_UNKNOWN, PHASE_IN_DOUBT });
	assert_int_equal(report_result(&report, &err), ERROR_UNKNOWN);
	set(2, &(struct ending)LANDED); /* it came when all was over */
	assert_int_equal(report_result(&report, &err), ERROR_OK);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_worst_of_what_happened_is_the_result),
		cmocka_unit_test(a_failure_without_a_word_is_still_an_error),
		cmocka_unit_test(a_mark_alone_is_nothing_done),
		cmocka_unit_test(a_rescue_that_left_something_out_is_partial_and_an_evacuation_is_not),
		cmocka_unit_test(a_host_without_anything_is_done),
		cmocka_unit_test(the_totals_count_steps_instances_and_rows),
		cmocka_unit_test(what_a_signal_stopped_was_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
