/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "guard_cases.h"
#include "run/accept.h"

static struct findings findings;
static struct plan plan;
static struct standing_migration left;

static int find_all(void **state)
{
	(void)state;
	fixture_init(&f);
	return 0;
}

static void look(void)
{
	findings_free(&findings);
	guards_run(&f.scene, &findings);
}

static const struct finding *find(const char *code)
{
	for (size_t i = 0; i < findings.n; i++)
		if (strcmp(findings.v[i].code, code) == 0)
			return &findings.v[i];
	return NULL;
}

static const struct finding *there(const char *code)
{
	static const struct finding none = { .subject = "", .message = "", .hint = "" };
	const struct finding *found = find(code);

	if (!found)
		fail_msg("no %s", code);
	return found ? found : &none;
}

/* ---- the ID */

static const struct {
	const char *accept;
	enum error_kind kind;
	const char *hint;
} ids[] = {
	{ "local-disk:i2", ERROR_OK, NULL },       /* an instance's uuid */
	{ "local-disk:db", ERROR_OK, NULL },       /* its name */
	{ "local-disk:web", ERROR_OK, NULL },      /* one that has no such finding is still of this run */
	{ "in-flight:v1", ERROR_OK, NULL },        /* a row that moves, by id and by name */
	{ "in-flight:data", ERROR_OK, NULL },
	{ "target-down:c2@rbd", ERROR_OK, NULL },
	{ "target-down:c2", ERROR_OK, NULL },
	{ "mass-failure:cell1", ERROR_OK, NULL },
	{ "task-state:gone", ERROR_OK, NULL },     /* the same command again: it has left */
	{ "local-disk", ERROR_OK, NULL },          /* all of them */
	{ "local-disk:webb", ERROR_NOT_FOUND, "did you mean 'web'" },
	{ "local-disk:WEB", ERROR_NOT_FOUND, "did you mean 'web'" },
	{ "target-down:c2@rdb", ERROR_NOT_FOUND, "'c2@rbd'" },
	{ "target-down:nothing-like-it", ERROR_NOT_FOUND, "-f json" },
};

static void an_id_is_something_that_this_run_is_about(void **state)
{
	struct error err;

	(void)state;
	left = (struct standing_migration){ .id = 7, .instance_uuid = "i7", .instance_name = "gone" };
	f.scene.nova.standing = (struct standing_migrations){ .v = &left, .n = 1 };
	look();
	for (size_t i = 0; i < COUNT(ids); i++) {
		f.request.how.accept.n = 0;
		fixture_accept(&f, ids[i].accept);
		error_clear(&err);
		accept_check(&f.scene, &plan, &findings, &err);
		if (err.kind != ids[i].kind || (ids[i].hint && !strstr(err.hint, ids[i].hint)))
			fail_msg("%s: %s, %s", ids[i].accept, err.text, err.hint);
	}
	findings_free(&findings);
}

static void a_name_that_two_instances_have_accepts_for_neither(void **state)
{
	struct error err = { 0 };
	size_t n = f.scene.subject.ncandidate;

	(void)state;
	assert_true(n > 1);
	look();
	fixture_accept(&f, "local-disk:db");
	assert_int_equal(accept_check(&f.scene, &plan, &findings, &err), 0);
	f.instance[0].name = f.instance[1].name = "db";
	assert_int_equal(accept_check(&f.scene, &plan, &findings, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_non_null(strstr(err.text, "2 instances are named 'db'"));
	assert_non_null(strstr(err.hint, f.instance[1].uuid));
	findings_free(&findings);
}

static void words_of_an_earlier_day_are_not_checked(void **state)
{
	struct error err = { 0 };

	(void)state;
	fixture_accept(&f, "local-disk:webb");
	f.request.what.resume = "RUN";
	assert_int_equal(accept_check(&f.scene, &plan, &findings, &err), 0);
	f.request.what.resume = NULL;
	assert_int_equal(accept_check(&f.scene, &plan, &findings, &err), -1);
}

/* ---- what it met */

static void one_that_met_nothing_is_a_note(void **state)
{
	(void)state;
	look();
	finding_seen("accept-unused", find("accept-unused") != NULL);
	assert_null(find("accept-unused"));
	fixture_accept(&f, "target-down");
	look();
	finding_seen("accept-unused", find("accept-unused") != NULL);
	assert_string_equal(there("accept-unused")->subject, "target-down");
	assert_string_equal(there("accept-unused")->message, "--accept 'target-down' had no effect: this run has no such finding");
	f.cinder_service[C2_VOLUME].heartbeat_age_s = AGE(500);
	look();
	assert_true(there("target-down")->accepted);
	assert_null(find("accept-unused"));
	findings_free(&findings);
}

static void one_for_another_subject_met_nothing_though_the_code_is_there(void **state)
{
	(void)state;
	f.world.site.shared_disks = false;
	fixture_token(&f);
	fixture_accept(&f, "local-disk:web"); /* boots from a volume */
	fixture_accept(&f, "local-disk:db");
	look();
	assert_true(there("local-disk")->accepted);
	assert_string_equal(there("accept-unused")->subject, "local-disk:web");
	findings_free(&findings);
}

static void one_that_is_never_taken_says_so(void **state)
{
	(void)state;
	f.cinder_service[C1_VOLUME].heartbeat_age_s = AGE(5);
	fixture_accept(&f, "source-alive");
	look();
	assert_non_null(strstr(there("accept-unused")->message, "cannot be accepted for an evacuation"));
	fixture_moves_only(&f);
	f.request.how.fenced = NULL;
	look();
	assert_non_null(strstr(there("accept-unused")->message, "only together with --fenced"));
	f.request.how.fenced = "iLO: off, Ann";
	look();
	assert_null(find("accept-unused"));
	findings_free(&findings);
}

/* ---- what is offered */

static void source_alive(void)
{
	fixture_moves_only(&f);
	f.cinder_service[C1_VOLUME].heartbeat_age_s = AGE(5);
	f.cinder_service[C1_BACKUP].heartbeat_age_s = AGE(5);
}

static void the_flag_stands_once_beside_its_finding(void **state)
{
	const char *first;
	size_t n = 0;

	(void)state;
	source_alive();
	look();
	first = there("source-alive")->hint;
	assert_string_equal(first, "power the host off and wait until it no longer reports; for a planned move: --accept source-alive");
	for (size_t i = 0; i < findings.n; i++)
		n += strstr(findings.v[i].hint, "--accept") != NULL;
	assert_int_equal(n, 1);
	f.world.site.shared_disks = false;
	fixture_init(&f);
	f.world.site.shared_disks = false;
	fixture_token(&f);
	look();
	assert_non_null(strstr(there("local-disk")->hint, ": --accept local-disk:i2"));
	fixture_accept(&f, "local-disk:i2");
	look();
	assert_null(strstr(there("local-disk")->hint, "--accept")); /* it was given */
	findings_free(&findings);
}

/* It would be left out all the same. */
static void nothing_is_offered_for_what_something_else_leaves_out(void **state)
{
	(void)state;
	f.world.site.shared_disks = false;
	fixture_token(&f);
	look();
	assert_true(there("local-disk")->offered);
	f.instance[I2].vm_state = "paused";
	look();
	assert_string_equal(there("not-evacuable")->subject, there("local-disk")->subject);
	assert_null(strstr(there("local-disk")->hint, "--accept"));
	findings_free(&findings);
}

static void what_ends_badly_is_offered_nowhere(void **state)
{
	static const char *const badly[] = { "target-down", "target-frozen", "volume-owner-dead", "no-capacity", "release-deletes-disks", "pools-lost",
		"cluster-owns", "service-owns", "undo-reopens-evacuation", "octavia", "fencing-unconfirmed" };

	(void)state;
	for (size_t i = 0; i < COUNT(badly); i++) {
		assert_int_equal(row(badly[i])->accept, ACCEPT_CODE);
		assert_true(!row(badly[i])->hint || !strstr(row(badly[i])->hint, "--accept"));
	}
	f.cinder_service[C2_VOLUME].heartbeat_age_s = AGE(500);
	f.fact[I1][0].moves_first = false;
	f.request.how.fenced = NULL;
	look();
	assert_non_null(find("target-down"));
	assert_non_null(find("volume-owner-dead"));
	assert_non_null(find("fencing-unconfirmed"));
	for (size_t i = 0; i < findings.n; i++)
		assert_null(strstr(findings.v[i].hint, "--accept"));
	findings_free(&findings);
}

/* ---- two names the wrong way round */

struct exchange {
	const char *command, *currenthost, *newhost, *host, *to, *target_host;
	const char *expected;
};
static const struct exchange exchanges[] = {
	{ "volume update_host", "c1@rbd", "c2@rbd", NULL, NULL, NULL, "evac-manage volume update_host --currenthost c2@rbd --newhost c1@rbd" },
	{ "backup update_backup_host", "c1", "c2", NULL, NULL, NULL, "evac-manage backup update_backup_host --currenthost c2 --newhost c1" },
	{ "group update_host", "c1@rbd", "c2@rbd", NULL, NULL, NULL, "evac-manage group update_host --currenthost c2@rbd --newhost c1@rbd" },
	{ "consistencygroup update_cg_host", "c1@rbd", "c2@rbd", NULL, NULL, NULL,
	  "evac-manage consistencygroup update_cg_host --currenthost c2@rbd --newhost c1@rbd" },
	{ "host rescue", NULL, NULL, "c1", "c2", NULL, "evac-manage host rescue c2 --to c1" },
	{ "host evacuate", NULL, NULL, "c1", NULL, "c2", "evac-manage host evacuate c2 --target_host c1" },
};

static void ask_for(const struct exchange *e)
{
	fixture_init(&f);
	f.request.command = e->command;
	f.request.what.currenthost = e->currenthost;
	f.request.what.newhost = e->newhost;
	f.request.what.host = e->host;
	f.request.what.to = e->to;
	f.request.what.target_host = e->target_host;
	f.scene.nova.target_compute = e->target_host ? &f.nova_service[C2] : NULL;
	f.scene.nova.target_cell = f.scene.nova.target_compute ? &f.facts : NULL;
	f.scene.nova.target_node = &f.node[1];
	f.scene.nova.target_is_mapped = true;
}

static void c1_lives(void)
{
	f.cinder_service[C1_VOLUME].heartbeat_age_s = f.cinder_service[C1_BACKUP].heartbeat_age_s = f.nova_service[C1].heartbeat_age_s = AGE(5);
}

static void c2_is_dead(void)
{
	f.cinder_service[C2_VOLUME].heartbeat_age_s = f.cinder_service[C2_BACKUP].heartbeat_age_s = f.nova_service[C2].heartbeat_age_s = AGE(500);
}

static void a_live_source_and_a_dead_target_are_asked_about(void **state)
{
	auto_str struct str expected = { 0 };

	(void)state;
	for (const struct exchange *e = exchanges; e < exchanges + COUNT(exchanges); e++) {
		ask_for(e);
		c1_lives();
		look();
		assert_null(find("looks-swapped"));
		ask_for(e);
		c2_is_dead();
		look();
		finding_seen("looks-swapped", find("looks-swapped") != NULL);
		assert_null(find("looks-swapped"));
		c1_lives();
		look();
		finding_seen("looks-swapped", find("looks-swapped") != NULL);
		if (!find("looks-swapped"))
			fail_msg("%s", e->command);
		str_clear(&expected);
		str_addf(&expected, "did you swap the two? %s", e->expected);
		assert_string_equal(there("looks-swapped")->hint, expected.s);
		for (size_t i = 0; i < findings.n; i++)
			assert_null(strstr(findings.v[i].hint, "--accept"));
	}
	findings_free(&findings);
}

static void nobody_is_asked_about_one_instance(void **state)
{
	(void)state;
	ask_for(&(struct exchange){ "instance evacuate", NULL, NULL, NULL, NULL, "c2", NULL });
	f.request.what.id = "web";
	c1_lives();
	c2_is_dead();
	look();
	assert_null(find("looks-swapped"));
	findings_free(&findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_id_is_something_that_this_run_is_about, find_all),
		cmocka_unit_test_setup(a_name_that_two_instances_have_accepts_for_neither, find_all),
		cmocka_unit_test_setup(words_of_an_earlier_day_are_not_checked, find_all),
		cmocka_unit_test_setup(one_that_met_nothing_is_a_note, find_all),
		cmocka_unit_test_setup(one_for_another_subject_met_nothing_though_the_code_is_there, find_all),
		cmocka_unit_test_setup(one_that_is_never_taken_says_so, find_all),
		cmocka_unit_test_setup(the_flag_stands_once_beside_its_finding, find_all),
		cmocka_unit_test_setup(nothing_is_offered_for_what_something_else_leaves_out, find_all),
		cmocka_unit_test_setup(what_ends_badly_is_offered_nowhere, find_all),
		cmocka_unit_test(a_live_source_and_a_dead_target_are_asked_about),
		cmocka_unit_test_setup(nobody_is_asked_about_one_instance, find_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
