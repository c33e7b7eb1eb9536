/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "guard_cases.h"
#include "journal/past.h"

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
	f.scene.subject.evacuates = f.scene.subject.marks = f.scene.subject.moves_things = false;
	f.scene.subject.nmove = f.scene.subject.ncandidate = 0;
	mark = (struct step){ .kind = &step_kinds[STEP_COMPUTE_SERVICE], .id = "10", .before = { "0", NULL, "0" }, .after = { "1", "us", "1" } };
	closed = (struct step){ .kind = &step_kinds[STEP_MIGRATION], .id = "7", .before = { "accepted" }, .after = { "error" } };
	evacuated = (struct step){ .kind = &step_kinds[STEP_INSTANCE], .id = "i1" };
	past = (struct past){ .run = "R", .unit = units };
	memset(units, 0, sizeof units);
	memset(unit, 0, sizeof unit);
	past.plan.unit = unit;
	f.scene.subject.past = &past;
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
	assert_null(find("undo-reopens-evacuation"));
	wrote(UNIT_CLOSE, &closed);
	assert_string_equal(subject_of("undo-reopens-evacuation"), "7");
	closed.state = STATE_SKIPPED; /* left out */
	assert_null(find("undo-reopens-evacuation"));
	findings_free(&findings);
}

/* A frozen guest would write again. */
static void who_is_kept_out_stays_out(void **state)
{
	static struct step client = { .kind = &step_kinds[STEP_CLIENT], .id = "192.0.2.7:0/5" };

	(void)state;
	past.host = "c1";
	wrote(UNIT_FENCE, &client);
	assert_string_equal(subject_of("not-undoable"), "c1");
	assert_string_equal(find("not-undoable")->message,
	    "the run has put 1 client of 'c1' on Ceph's blocklist; an undo takes no entry away");
	assert_false(past_wrote(&past, 0));
	units[0].begun = false;
	assert_null(find("not-undoable"));
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
	f.scene.nova.standing = (struct standing_migrations){ .v = &standing, .n = 1 };
	assert_string_equal(subject_of("forced-down-stays"), "c1");
	findings_free(&findings);
}

/* ---- an undo is a move: c2 gives back to c1 what a rescue gave it */

static void moves_go_back(void)
{
	for (int i = 0; i < MOVES; i++) {
		struct host_name from = f.move[i].from;
		const struct cinder_service *source = f.move[i].source;

		f.move[i].from = f.move[i].to;
		f.move[i].to = from;
		f.move[i].source = f.move[i].target;
		f.move[i].target = source;
		f.move[i].taken_back = true;
	}
	f.scene.subject.nmove = MOVES;
	f.scene.subject.moves_things = true;
	f.request.how.fenced = NULL;
}

static void c1_is_back(void)
{
	f.cinder_service[C1_VOLUME].heartbeat_age_s = f.cinder_service[C1_BACKUP].heartbeat_age_s = f.nova_service[C1].heartbeat_age_s = AGE(5);
}

static size_t stops(void)
{
	size_t n = 0;

	find("target-down");
	for (size_t i = 0; i < findings.n; i++)
		n += findings.v[i].severity == SEVERITY_STOP;
	return n;
}

static void rows_go_back_to_an_owner_that_lives(void **state)
{
	(void)state;
	moves_go_back();
	c1_is_back();
	assert_int_equal(stops(), 0); /* who has them now lives, and nobody need have fenced it */
	f.cinder_service[C1_VOLUME].heartbeat_age_s = AGE(500);
	assert_string_equal(subject_of("target-down"), "c1@rbd");
	assert_null(find("other-backends-remain"));
	findings_free(&findings);
}

static void a_service_that_the_undo_enables_is_no_disabled_target(void **state)
{
	(void)state;
	moves_go_back();
	c1_is_back();
	f.cinder_service[C1_VOLUME].disabled = true;
	assert_string_equal(subject_of("target-disabled"), "c1@rbd");
	f.move[MOVE_VOLUMES].enables_target = true;
	assert_null(find("target-disabled"));
	findings_free(&findings);
}

static void rows_that_the_live_owner_works_on_stay(void **state)
{
	const struct finding *found;

	(void)state;
	moves_go_back();
	c1_is_back();
	f.volume[0].status = "extending";
	found = find("source-alive");
	assert_true(found && strcmp(found->subject, "v1") == 0);
	assert_true(found && !strstr(found->hint, "--accept"));
	f.cinder_service[C2_VOLUME].heartbeat_age_s = AGE(500); /* nobody is at work */
	assert_null(find("source-alive"));
	findings_free(&findings);
}

/* Its cluster is a column like its host: what came to another since is drift. */
static void a_member_of_a_cluster_takes_its_rows_back(void **state)
{
	(void)state;
	moves_go_back();
	c1_is_back();
	f.cinder_service[C1_VOLUME].cluster_name = "cl@rbd";
	assert_null(find("clustered"));
	f.move[MOVE_VOLUMES].taken_back = false;
	assert_string_equal(subject_of("clustered"), "c1@rbd");
	findings_free(&findings);
}

static void volumes_of_instances_that_left_stay_with_their_new_owner(void **state)
{
	static struct elsewhere guest = { "v1", "i1", "web", "c3" };

	(void)state;
	moves_go_back();
	c1_is_back();
	assert_null(find("in-use-elsewhere"));
	f.scene.subject.elsewhere = &guest;
	f.scene.subject.nelsewhere = 1;
	assert_string_equal(subject_of("in-use-elsewhere"), "v1");
	findings_free(&findings);
}

static void that_nobody_asked_nova_who_uses_them_is_said(void **state)
{
	const struct finding *found;

	(void)state;
	moves_go_back();
	c1_is_back();
	assert_null(find("nova-not-checked"));
	f.scene.nova.home = NULL;
	f.scene.nova.ncell = 0;
	found = find("nova-not-checked");
	assert_true(found && strstr(found->message, "uses these volumes on another host"));
	findings_free(&findings);
}

static void a_dead_compute_is_not_enabled(void **state)
{
	(void)state;
	wrote(UNIT_MARK, &mark);
	f.nova_service[C1].forced_down = true; /* that it is by our own mark says nothing */
	assert_string_equal(subject_of("target-down"), "c1");
	f.nova_service[C1].heartbeat_age_s = AGE(5);
	assert_null(find("target-down"));
	f.nova_service[C1].heartbeat_age_s = AGE(500);
	mark = (struct step){ .kind = &step_kinds[STEP_COMPUTE_SERVICE], .id = "10", .before = { "1", "us", "1" }, .after = { "0", NULL, "0" } };
	assert_null(find("target-down")); /* the undo of an undo disables it */
	findings_free(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(rows_go_back_to_an_owner_that_lives, begin_undo),
		cmocka_unit_test_setup(a_service_that_the_undo_enables_is_no_disabled_target, begin_undo),
		cmocka_unit_test_setup(rows_that_the_live_owner_works_on_stay, begin_undo),
		cmocka_unit_test_setup(a_member_of_a_cluster_takes_its_rows_back, begin_undo),
		cmocka_unit_test_setup(volumes_of_instances_that_left_stay_with_their_new_owner, begin_undo),
		cmocka_unit_test_setup(that_nobody_asked_nova_who_uses_them_is_said, begin_undo),
		cmocka_unit_test_setup(a_dead_compute_is_not_enabled, begin_undo),
		cmocka_unit_test_setup(a_closed_evacuation_would_be_open_again, begin_undo),
		cmocka_unit_test_setup(who_is_kept_out_stays_out, begin_undo),
		cmocka_unit_test_setup(what_nova_has_in_hand_cannot_be_undone, begin_undo),
		cmocka_unit_test_setup(a_host_with_evacuations_that_are_not_cleaned_up_stays_forced_down, begin_undo),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
