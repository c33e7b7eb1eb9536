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

#include "journal/past.h"
#include "journal/runs.h"
#include "scene.h"
#include "util/log.h"
#include "util/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MOST 4

/* Instance i1 of c1 is in ERROR; what earlier runs saw, and what nova's history says. */
static struct fixture f;
static char top[64];

static void write_run(const char *run, const char *host, const char *vm_state, enum state outcome)
{
	struct journal *journal = NULL;
	struct plan plan = { 0 };
	struct unit *unit = plan_unit(&plan, UNIT_EVACUATION);
	struct step *step = unit_step(unit, STEP_INSTANCE, "i1", "web");
	struct error err;

	step->before[0] = host;
	step->before[1] = vm_state;
	unit->sentence = "";
	assert_int_equal(0, journal_create(&f.request, run, host, &journal, &err));
	assert_int_equal(0, journal_intent(journal, 0, unit, "here", &err));
	assert_int_equal(0, journal_outcome(journal, 0, outcome, NULL, &err));
	journal_close(&journal);
	plan_free(&plan);
}

static int begin(void **state)
{
	(void)state;
	fixture_init(&f);
	f.request.where.state_dir = strcpy(top, "/tmp/evac-manage-unit.XXXXXX");
	f.instance[I1].vm_state = "error";
	return mkdtemp(top) ? 0 : -1;
}

static int end(void **state)
{
	auto_free char *journals = xasprintf("%s/journal", top);
	struct error err;
	struct runs runs;

	(void)state;
	assert_int_equal(0, runs_list(&f.request, &runs, &err));
	for (size_t i = 0; i < runs.n; i++) {
		auto_free char *path = runs_path(&runs, runs.v[i]);

		unlink(path);
	}
	runs_free(&runs);
	rmdir(journals);
	arena_free(&f.scene.arena);
	return rmdir(top);
}

struct seen_run {
	const char *host, *vm_state; /* host NULL: there is none */
	enum state outcome;
};

static const struct {
	struct seen_run run[MOST]; /* the oldest first, named 1, 2, 3 */
	const char *action;        /* nova's; NULL: no history */
	int64_t age_s;
	const char *before; /* the run that is named; NULL: none */
	bool was_stopped;
} cases[] = {
	{ { { .host = NULL } }, NULL, 0, NULL, false },
	{ { { "c1", "stopped", STATE_FAILED } }, NULL, 0, "1", true },
	{ { { "c1", "active", STATE_FAILED } }, NULL, 0, NULL, false },
	{ { { "c9", "stopped", STATE_FAILED } }, NULL, 0, NULL, false }, /* another host's */
	/* the first that saw it as it was */
	{ { { "c1", "stopped", STATE_FAILED }, { "c1", "error", STATE_FAILED }, { "c1", "error", STATE_UNKNOWN } }, NULL, 0, "1", true },
	{ { { "c1", "stopped", STATE_FAILED }, { "c1", "active", STATE_FAILED }, { "c1", "error", STATE_FAILED } }, NULL, 0, NULL, false },
	/* what arrived in between was started, or somebody's since */
	{ { { "c1", "stopped", STATE_FAILED }, { "c1", "error", STATE_PROVED } }, NULL, 0, NULL, false },
	/* nova's history: started since the run; or long before it */
	{ { { "c1", "stopped", STATE_FAILED } }, "start", -5, NULL, false },
	{ { { "c1", "stopped", STATE_FAILED } }, "start", 1000000, "1", true },
	{ { { "c1", "stopped", STATE_FAILED } }, "stop", -5, "1", true },
	{ { { .host = NULL } }, "stop", 5, NULL, true },
	{ { { .host = NULL } }, "start", 5, NULL, false },
};

static void an_instance_in_error_is_remembered_as_it_was(void **state)
{
	static const char *const names[MOST] = { "1", "2", "3", "4" };

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct candidate *c;

		assert_int_equal(begin(state), 0);
		c = &f.candidate[I1];
		for (size_t k = 0; k < MOST && cases[i].run[k].host; k++)
			write_run(names[k], cases[i].run[k].host, cases[i].run[k].vm_state, cases[i].run[k].outcome);
		c->power = (struct power_history){ .exists = cases[i].action, .action = cases[i].action, .age_s = AGE(cases[i].age_s) };
		c->was_stopped = power_was_stopped(&c->power);
		past_remember(&f.request, &f.scene);
		if (!str_equal(c->stopped_before, cases[i].before) || c->was_stopped != cases[i].was_stopped)
			fail_msg("%zu: %d, %s", i, c->was_stopped, str_or(c->stopped_before, "-"));
		assert_false(f.candidate[I2].was_stopped);
		end(state);
	}
}

/* Journals are read for nothing else. */
static void of_the_others_vm_state_says_it(void **state)
{
	begin(state);
	f.instance[I1].vm_state = "active";
	write_run("1", "c1", "stopped", STATE_FAILED);
	past_remember(&f.request, &f.scene);
	assert_false(f.candidate[I1].was_stopped);
	assert_null(f.candidate[I1].stopped_before);
	end(state);
}

static int quiet(void **state)
{
	struct error err;

	(void)state;
	return log_open(&(struct log_options){ .level = LOG_ERROR }, &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_instance_in_error_is_remembered_as_it_was),
		cmocka_unit_test(of_the_others_vm_state_says_it),
	};

	return cmocka_run_group_tests(tests, quiet, NULL);
}
