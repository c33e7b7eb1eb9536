/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "guard_cases.h"
#include "op/past.h"

/* What speaks against taking back the run of the scene: past is what its journal says. */

static struct past past;
static struct past_unit units[2];
static struct unit unit[2];
static struct step mark, closed, evacuated;
static struct findings findings;
static struct standing_migration standing;

static int begin_undo(void **state)
{
	(void)state;
	fixture_init(&f);
	f.scene.evacuates = f.scene.marks = f.scene.moves_things = false;
	f.scene.nmove = f.scene.ncandidate = 0;
	mark = (struct step){ .kind = &step_compute_service, .id = "10", .before = { "0", NULL, "0" }, .after = { "1", "us", "1" } };
	closed = (struct step){ .kind = &step_migration, .id = "7", .before = { "accepted" }, .after = { "error" } };
	evacuated = (struct step){ .kind = &step_instance, .id = "i1" };
	past = (struct past){ .run = "R", .unit = units };
	memset(units, 0, sizeof units);
	memset(unit, 0, sizeof unit);
	past.plan.unit = unit;
	f.scene.past = &past;
	return 0;
}

static void wrote(enum unit_kind kind, struct step *step)
{
	unit[past.nunit] = (struct unit){ .kind = kind, .step = step, .nstep = 1 };
	units[past.nunit++] = (struct past_unit){ .begun = true, .outcome = "proved" };
}

static const struct finding *find(const char *code)
{
	const struct finding *found = NULL;

	findings_free(&findings);
	guards_run(&f.scene, &findings);
	for (size_t i = 0; i < findings.n && !found; i++)
		if (strcmp(findings.v[i].code, code) == 0)
			found = &findings.v[i];
	finding_seen(code, found != NULL);
	return found;
}

static const char *subject_of(const char *code)
{
	const struct finding *found = find(code);

	if (!found)
		fail_msg("no %s", code);
	return found ? found->subject : "";
}

static void a_closed_evacuation_would_be_open_again(void **state)
{
	(void)state;
	assert_null(find("undo-rearms"));
	wrote(UNIT_CLOSE, &closed);
	assert_string_equal(subject_of("undo-rearms"), "7");
	closed.state = STATE_SKIPPED; /* left out */
	assert_null(find("undo-rearms"));
	findings_free(&findings);
}

static void what_nova_has_in_hand_cannot_be_undone(void **state)
{
	(void)state;
	wrote(UNIT_EVACUATION, &evacuated);
	assert_null(find("not-undoable"));
	units[0].publish_begun = true;
	assert_string_equal(subject_of("not-undoable"), "i1");
	findings_free(&findings);
}

static void a_host_with_evacuations_that_are_not_cleaned_up_stays_forced_down(void **state)
{
	(void)state;
	wrote(UNIT_MARK, &mark);
	assert_null(find("forced-down-stays"));
	standing = (struct standing_migration){ .id = 3, .status = "done", .migration_type = "evacuation", .source_compute = "c1" };
	f.scene.standing = (struct standing_migrations){ .v = &standing, .n = 1 };
	assert_string_equal(subject_of("forced-down-stays"), "c1");
	findings_free(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_closed_evacuation_would_be_open_again, begin_undo),
		cmocka_unit_test_setup(what_nova_has_in_hand_cannot_be_undone, begin_undo),
		cmocka_unit_test_setup(a_host_with_evacuations_that_are_not_cleaned_up_stays_forced_down, begin_undo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
