/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "find/finding.h"
#include "find/moves.h"
#include "plan/kind.h"
#include "plan/plan.h"
#include "scene.h"
#include "util/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static struct fixture f;
static struct findings findings;
static struct plan plan;

static int begin(void **state)
{
	(void)state;
	fixture_init(&f);
	return 0;
}

static int end(void **state)
{
	(void)state;
	findings_free(&findings);
	plan_free(&plan);
	return 0;
}

static void make(void)
{
	plan_free(&plan);
	plan_mark(&plan, &f.scene);
	plan_ownership(&plan, &f.scene);
	plan_evacuations(&plan, &f.scene, &findings);
	plan_drop_idle_marks(&plan, &f.scene);
}

static struct unit *of(enum unit_kind kind)
{
	for (size_t i = 0; i < plan.nunit; i++)
		if (plan.unit[i].kind == kind)
			return &plan.unit[i];
	fail_msg("no unit of kind %d", kind);
	return plan.unit;
}

/* "[kind] sentence {command}", then "kind id: column before > after, …" a step. */
static void describe(const struct plan *p, struct str *out)
{
	str_clear(out);
	str_add(out, "");
	for (size_t u = 0; u < p->nunit; u++) {
		str_addf(out, "%s[%s] %s {%s}", u ? "\n" : "", unit_kind_name[p->unit[u].kind], p->unit[u].sentence,
		    str_or(p->unit[u].command, ""));
		for (const struct step *s = p->unit[u].step; s < p->unit[u].step + p->unit[u].nstep; s++) {
			str_addf(out, "\n %s %s:", s->kind->name, s->id);
			for (size_t c = 0; s->kind->column[c]; c++)
				str_addf(out, " %s %s > %s", s->kind->column[c], str_or(s->before[c], "NULL"), str_or(s->after[c], "NULL"));
		}
	}
}

static void assert_plan(const char *expected)
{
	auto_str struct str got = { 0 };

	make();
	describe(&plan, &got);
	assert_string_equal(got.s, expected);
}

#define REASON "evac-manage RUN by ann: failed host, fenced: iLO: off, Ann"
#define OWNERSHIP                                                                                  \
	"[ownership] move 2 volumes, 1 group, 1 backup from c1@rbd to c2@rbd, c1 to c2; disable 2 cinder services of c1 "     \
	"{evac-manage volume update_host --currenthost c1@rbd --newhost c2@rbd && "                                          \
	"evac-manage backup update_backup_host --currenthost c1 --newhost c2}\n"                                             \
	" volume v1: host c1@rbd#ssd > c2@rbd#ssd service_uuid s1 > s2 cluster_name NULL > NULL\n"                                                    \
	" volume v2: host c1@rbd#ssd > c2@rbd#ssd service_uuid s1 > s2 cluster_name NULL > NULL\n"                                                    \
	" group g1: host c1@rbd#ssd > c2@rbd#ssd cluster_name NULL > NULL\n"                                                                          \
	" backup b1: host c1 > c2\n"                                                                                         \
	" service 1: disabled 0 > 1 disabled_reason NULL > " REASON "\n"                                                     \
	" service 3: disabled 0 > 1 disabled_reason NULL > " REASON
#define MARK                                                                                       \
	"[mark] disable nova-compute of c1 and force it down, reason: " REASON " {}\n"                \
	" compute_service 10: disabled 0 > 1 disabled_reason NULL > " REASON " forced_down 0 > 1"
#define WEB                                                                                        \
	"[evacuation] evacuate i1 (web) from c1, the scheduler picks the host {evac-manage instance evacuate i1}\n"     \
	" instance i1: host c1 > NULL vm_state active > active task_state NULL > NULL"
#define DB                                                                                         \
	"[evacuation] evacuate i2 (db) from c1, the scheduler picks the host {evac-manage instance evacuate i2}\n"      \
	" instance i2: host c1 > NULL vm_state stopped > stopped task_state NULL > NULL"

/* ---- a whole plan */

static void a_rescue_marks_then_moves_then_evacuates(void **state)
{
	(void)state;
	assert_plan(MARK "\n" OWNERSHIP "\n" WEB "\n" DB);
	assert_int_equal(plan_steps(&plan), 9);
}

static void equal_worlds_give_equal_plans(void **state)
{
	auto_str struct str first = { 0 }, second = { 0 };

	(void)state;
	make();
	describe(&plan, &first);
	for (int i = 0; i < 3; i++) {
		fixture_init(&f);
		make();
		describe(&plan, &second);
		assert_string_equal(first.s, second.s);
	}
}

static void planning_leaves_the_world_as_it_was(void **state)
{
	static struct fixture before;

	(void)state;
	memcpy(&before, &f, sizeof f);
	make();
	assert_memory_equal(&before, &f, sizeof f);
}

static void every_step_begins_planned_and_without_an_error(void **state)
{
	(void)state;
	make();
	for (size_t u = 0; u < plan.nunit; u++)
		for (size_t s = 0; s < plan.unit[u].nstep; s++) {
			assert_int_equal(plan.unit[u].step[s].state, STATE_PLANNED);
			assert_null(plan.unit[u].step[s].error);
		}
	unit_set_state(of(UNIT_OWNERSHIP), STATE_FAILED, "why");
	assert_int_equal(of(UNIT_OWNERSHIP)->step[5].state, STATE_FAILED);
	assert_string_equal(of(UNIT_OWNERSHIP)->step[0].error, "why");
	assert_int_equal(of(UNIT_MARK)->step[0].state, STATE_PLANNED);
}

/* ---- ownership */

static void nothing_to_move_is_no_unit(void **state)
{
	(void)state;
	fixture_moves_only(&f);
	f.scene.subject.nmove = 0;
	assert_plan("");
	fixture_init(&f);
	fixture_moves_only(&f);
	f.move[MOVE_VOLUMES].rows[OWNED_VOLUME].n = f.move[MOVE_VOLUMES].rows[OWNED_GROUP].n = f.move[MOVE_BACKUP].rows[OWNED_BACKUP].n = 0;
	assert_plan("");
}

static void all_kinds_move_together_in_their_order(void **state)
{
	(void)state;
	fixture_moves_only(&f);
	f.scene.subject.nmove = 1;
	f.move[MOVE_VOLUMES].rows[OWNED_WORKER] = (struct owned_rows){ .v = f.worker, .n = 1 };
	f.move[MOVE_VOLUMES].rows[OWNED_CACHE_ENTRY] = (struct owned_rows){ .v = f.cache, .n = 1 };
	f.move[MOVE_VOLUMES].rows[OWNED_CONSISTENCYGROUP] = (struct owned_rows){ .v = f.cg, .n = 1 };
	f.move[MOVE_VOLUMES].rows[OWNED_VOLUME].n = 1;
	assert_plan("[ownership] move 1 volume, 1 group, 1 consistency group, 1 image cache entry, 1 worker from c1@rbd to c2@rbd "
	            "{evac-manage volume update_host --currenthost c1@rbd --newhost c2@rbd}\n"
	            " volume v1: host c1@rbd#ssd > c2@rbd#ssd service_uuid s1 > s2 cluster_name NULL > NULL\n"
	            " group g1: host c1@rbd#ssd > c2@rbd#ssd cluster_name NULL > NULL\n"
	            " consistencygroup cg1: host c1@rbd#ssd > c2@rbd#ssd cluster_name NULL > NULL\n"
	            " image_volume_cache_entry e1: host c1@rbd#ssd > c2@rbd#ssd cluster_name NULL > NULL\n"
	            " worker w1: service_id 1 > 2 race_preventer 4 > 5");
}

static const struct {
	const char *row, *from, *to, *after;
} pools[] = {
	{ "c1@rbd#ssd", "c1@rbd", "c2@rbd", "c2@rbd#ssd" },
	{ "c1@rbd#a b@c", "c1@rbd", "c2@rbd", "c2@rbd#a b@c" },
	{ "c1@rbd", "c1@rbd", "c2@rbd", "c2@rbd" }, /* what has no pool gets none */
	{ "c1@rbd#ssd", "c1@rbd#ssd", "c2@rbd#nvme", "c2@rbd#nvme" },
	{ "c1@rbd#ssd", "c1@rbd#ssd", "c2@rbd", "c2@rbd#ssd" },
	{ "c1@rbd", "c1@rbd", "c2@ceph", "c2@ceph" },
};

static void a_row_keeps_its_pool_unless_one_was_asked_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pools); i++) {
		fixture_init(&f);
		f.volume[0].host = pools[i].row;
		assert_true(host_name_parse(pools[i].from, &f.move[MOVE_VOLUMES].from));
		assert_true(host_name_parse(pools[i].to, &f.move[MOVE_VOLUMES].to));
		make();
		assert_string_equal(of(UNIT_OWNERSHIP)->step[0].after[0], pools[i].after);
	}
}

static void a_target_without_a_uuid_leaves_the_rows_own(void **state)
{
	(void)state;
	f.cinder_service[C2_VOLUME].uuid = NULL; /* a service that was registered before Queens */
	f.volume[1].service = NULL;
	make();
	assert_string_equal(step_after(&of(UNIT_OWNERSHIP)->step[0], "service_uuid"), "s1");
	assert_null(step_after(&of(UNIT_OWNERSHIP)->step[1], "service_uuid"));
	assert_string_equal(step_before(&of(UNIT_OWNERSHIP)->step[0], "service_uuid"), "s1");
	assert_null(step_before(&of(UNIT_OWNERSHIP)->step[2], "service_uuid")); /* a group has none */
}

static void what_is_disabled_already_is_marked_again_only_to_say_who_works_on_it(void **state)
{
	(void)state;
	f.cinder_service[C1_VOLUME].disabled = f.cinder_service[C1_BACKUP].disabled = f.nova_service[C1].disabled = true;
	f.nova_service[C1].disabled_reason = "broken fan";
	f.scene.subject.nmove = 0;
	f.scene.subject.ncandidate = 1;
	f.nova_service[C1].forced_down = true;
	assert_plan("[mark] set disabled_reason of nova-compute on c1, reason: " REASON " {}\n"
	            " compute_service 10: disabled 1 > 1 disabled_reason broken fan > " REASON " forced_down 1 > 1\n" WEB);
	f.scene.subject.ncandidate = 0; /* nothing follows */
	assert_plan("");
}

static void other_services_of_the_host_are_not_marked(void **state)
{
	(void)state;
	f.cinder_service[C1_VOLUME].binary = "cinder-scheduler";
	f.cinder_service[C1_BACKUP].host = "c10";
	f.scene.subject.nmove = 0;
	f.scene.subject.ncandidate = 0;
	f.scene.nova.compute = NULL;
	assert_plan("");
}

static void services_alone_are_marked_without_a_word_about_moves(void **state)
{
	(void)state;
	f.move[MOVE_VOLUMES].rows[OWNED_VOLUME].n = f.move[MOVE_VOLUMES].rows[OWNED_GROUP].n = f.move[MOVE_BACKUP].rows[OWNED_BACKUP].n = 0;
	f.scene.subject.nmove = 0;
	f.cinder_service[C1_BACKUP].disabled = true;
	make();
	assert_string_equal(of(UNIT_OWNERSHIP)->sentence, "disable 1 cinder service of c1");
	assert_null(of(UNIT_OWNERSHIP)->command);
}

/* cinder's and nova's column holds 255 letters of at most three bytes, and a server in strict mode refuses any other row. */
static const struct {
	const char *fenced, *reason;
} reasons[] = {
	{ NULL, "evac-manage RUN by ann: failed host" },
	{ "", "evac-manage RUN by ann: failed host, fenced: " },
	{ "\xc3\xa9t\xc3\xa9 \xe2\x82\xac", "evac-manage RUN by ann: failed host, fenced: \xc3\xa9t\xc3\xa9 \xe2\x82\xac" },
	{ "\xf0\x9f\x94\xa5 off \xe9", "evac-manage RUN by ann: failed host, fenced: ? off ?" },
};

static void the_reason_holds_only_what_its_column_takes(void **state)
{
	char fenced[1200];
	const char *reason;
	size_t letters;

	(void)state;
	for (size_t i = 0; i < COUNT(reasons); i++) {
		f.request.how.fenced = reasons[i].fenced;
		make();
		assert_string_equal(step_after(of(UNIT_MARK)->step, "disabled_reason"), reasons[i].reason);
	}
	for (size_t n = 0; n + 3 < sizeof fenced; n += 3)
		memcpy(fenced + n, "\xe2\x82\xac", 4);
	f.request.how.fenced = fenced;
	make();
	reason = step_after(of(UNIT_MARK)->step, "disabled_reason");
	for (letters = 0; *reason; reason++)
		letters += ((unsigned char)*reason & 0xc0) != 0x80;
	assert_true(letters > 80 && letters <= 255);
	assert_memory_equal(reason - 3, "\xe2\x82\xac", 3); /* whole to the last */
}

/* ---- a part first */

static const struct {
	const char *only[3], *exclude[3];
	int64_t limit;
	const char *steps; /* of moves alone */
	const char *evacuations; /* and of evacuations alone */
} parts[] = {
	{ { NULL }, { NULL }, 0, "v1 v2 g1 b1", "i1 i2" },
	{ { "v2" }, { NULL }, 0, "v2", "" },
	{ { "v2", "b1" }, { NULL }, 0, "v2 b1", "" },
	{ { NULL }, { "v1" }, 0, "v2 g1 b1", "i1 i2" },
	{ { "v1", "v2" }, { "v1" }, 0, "v2", "" },
	{ { "V1" }, { NULL }, 0, "", "" },
	{ { "data" }, { NULL }, 0, "v2", "" }, /* an exact name is as good as an id */
	{ { NULL }, { "root" }, 0, "v2 g1 b1", "i1 i2" },
	{ { NULL }, { "Root" }, 0, "v1 v2 g1 b1", "i1 i2" },
	{ { NULL }, { NULL }, 1, "v1", "i1" }, /* a limit is the run's, not each backend's, and counts what is asked for */
	{ { NULL }, { NULL }, 2, "v1 v2", "i1 i2" },
	{ { NULL }, { NULL }, 3, "v1 v2 g1 b1", "i1 i2" },
	{ { NULL }, { NULL }, 99, "v1 v2 g1 b1", "i1 i2" },
};

static void ids(struct str *out)
{
	str_clear(out);
	str_add(out, "");
	for (size_t u = 0; u < plan.nunit; u++)
		for (size_t s = 0; s < plan.unit[u].nstep; s++)
			str_addf(out, "%s%s", out->n ? " " : "", plan.unit[u].step[s].id);
}

static void fill(struct words *words, const char *const *from)
{
	for (words->n = 0; from[words->n]; words->n++)
		words->v[words->n] = from[words->n];
}

static void a_part_of_the_rows_may_go_first(void **state)
{
	auto_str struct str got = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(parts); i++) {
		fixture_init(&f);
		fixture_moves_only(&f);
		fill(&f.request.what.only, parts[i].only);
		fill(&f.request.what.exclude, parts[i].exclude);
		f.request.what.limit = parts[i].limit;
		scene_choose_rows(&f.scene);
		make();
		ids(&got);
		assert_string_equal(got.s, parts[i].steps);
	}
}

static void work_goes_where_its_volume_goes(void **state)
{
	auto_str struct str got = { 0 };

	(void)state;
	fixture_moves_only(&f);
	f.scene.subject.nmove = 1;
	f.worker[0].name = "v2";
	f.move[MOVE_VOLUMES].rows[OWNED_WORKER] = (struct owned_rows){ .v = f.worker, .n = 1 };
	f.exclude[f.request.what.exclude.n++] = "root";
	scene_choose_rows(&f.scene);
	make();
	ids(&got);
	assert_string_equal(got.s, "v2 g1 w1");
	f.exclude[0] = "data";
	scene_choose_rows(&f.scene);
	make();
	ids(&got);
	assert_string_equal(got.s, "v1 g1");
}

static void rows_of_a_dead_cluster_leave_it_or_go_into_the_one_of_their_new_owner(void **state)
{
	const struct step *v, *g;

	(void)state;
	fixture_moves_only(&f);
	f.volume[0].cluster_name = "old@rbd#ssd";
	f.group[0].cluster_name = "old@rbd";
	make();
	v = &plan.unit[0].step[0];
	assert_string_equal(step_before(v, "cluster_name"), "old@rbd#ssd");
	assert_null(step_after(v, "cluster_name"));
	assert_string_equal(step_after(v, "host"), "c2@rbd#ssd");
	assert_non_null(strstr(plan.unit[0].sentence, "; out of their cluster"));
	f.request.what.to_cluster = true;
	f.cinder_service[C2_VOLUME].cluster_name = "new@rbd";
	make();
	v = &plan.unit[0].step[0];
	g = &plan.unit[0].step[2];
	assert_string_equal(step_before(v, "cluster_name"), "old@rbd#ssd");
	assert_string_equal(step_after(v, "cluster_name"), "new@rbd#ssd");
	assert_string_equal(step_before(g, "cluster_name"), "old@rbd");
	assert_string_equal(step_after(g, "cluster_name"), "new@rbd#ssd");
	assert_null(step_before(v + 1, "cluster_name"));
	assert_non_null(strstr(plan.unit[0].command, " --cluster"));
}

static void a_lost_pool_is_given_back_where_the_volume_is(void **state)
{
	const char *maps[] = { "=ssd" };
	const struct step *v;

	(void)state;
	fixture_moves_only(&f);
	f.scene.subject.nmove = 1;
	f.request.what.pool_map = (struct words){ .v = maps, .n = 1 };
	f.move[MOVE_VOLUMES].to = f.move[MOVE_VOLUMES].from;
	f.move[MOVE_VOLUMES].target = f.move[MOVE_VOLUMES].source;
	f.move[MOVE_VOLUMES].in_place = true;
	f.volume[0].host = "c1@rbd";
	f.volume[0].cluster_name = "cl@rbd";
	make();
	v = &plan.unit[0].step[0];
	assert_string_equal(step_after(v, "host"), "c1@rbd#ssd");
	assert_string_equal(step_after(v, "cluster_name"), "cl@rbd#ssd");
	assert_string_equal(plan.unit[0].command, "evac-manage volume update_host --currenthost c1@rbd --newhost c1@rbd --pool-map =ssd");
	maps[0] = "=10.0.0.1:/vol 7";
	make();
	assert_string_equal(step_after(&plan.unit[0].step[0], "host"), "c1@rbd#10.0.0.1:/vol 7");
	assert_non_null(strstr(plan.unit[0].command, "--pool-map \"=10.0.0.1:/vol 7\""));
}

static void in_a_rescue_the_words_are_about_instances_and_all_rows_move(void **state)
{
	auto_str struct str got = { 0 };

	(void)state;
	f.only[0] = "i2";
	f.request.what.only.n = 1;
	f.request.what.limit = 1;
	f.candidate[I1].wanted = false;
	scene_choose_rows(&f.scene);
	make();
	ids(&got);
	assert_string_equal(got.s, "10 v1 v2 g1 b1 1 3 i2");
}

static void a_limit_takes_the_first_instances(void **state)
{
	auto_str struct str got = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(parts); i++) {
		if (parts[i].only[0])
			continue; /* find has settled who is wanted */
		fixture_init(&f);
		f.request.what.limit = parts[i].limit;
		plan_free(&plan);
		plan_evacuations(&plan, &f.scene, &findings);
		ids(&got);
		assert_string_equal(got.s, parts[i].evacuations);
	}
}

/* ---- evacuations */

static void the_volume_backed_go_first_and_the_left_out_not_at_all(void **state)
{
	auto_str struct str got = { 0 };

	(void)state;
	f.instance[I1].image_ref = "image";
	f.instance[I2].image_ref = "";
	plan_evacuations(&plan, &f.scene, &findings);
	ids(&got);
	assert_string_equal(got.s, "i2 i1");
	finding_add(&findings, "local-disk", SEVERITY_SKIP, "i1", "m", NULL);
	plan_free(&plan);
	plan_evacuations(&plan, &f.scene, &findings);
	ids(&got);
	assert_string_equal(got.s, "i2");
	findings.v[0].accepted = true;
	plan_free(&plan);
	plan_evacuations(&plan, &f.scene, &findings);
	ids(&got);
	assert_string_equal(got.s, "i2 i1");
	f.candidate[I2].wanted = false;
	plan_free(&plan);
	plan_evacuations(&plan, &f.scene, &findings);
	ids(&got);
	assert_string_equal(got.s, "i1");
}

static void a_limit_counts_after_what_is_left_out(void **state)
{
	auto_str struct str got = { 0 };

	(void)state;
	f.request.what.limit = 1;
	finding_add(&findings, "not-evacuable", SEVERITY_SKIP, "i1", "m", NULL);
	plan_evacuations(&plan, &f.scene, &findings);
	ids(&got);
	assert_string_equal(got.s, "i2");
}

static void a_target_host_is_in_the_promise_the_sentence_and_the_command(void **state)
{
	const struct unit *u;

	(void)state;
	f.request.what.target_host = "c2";
	f.request.what.force = true;
	f.instance[I1].vm_state = "error";
	f.instance[I1].name = NULL;
	f.instance[I1].task_state = "rebooting";
	plan_evacuations(&plan, &f.scene, &findings);
	u = &plan.unit[0];
	assert_string_equal(u->sentence, "evacuate i1 () from c1 to c2");
	assert_string_equal(u->command, "evac-manage instance evacuate i1 c2 --force");
	assert_ptr_equal(u->candidate, &f.candidate[I1]);
	assert_string_equal(step_after(u->step, "host"), "c2");
	assert_string_equal(step_before(u->step, "vm_state"), "error");
	assert_string_equal(step_after(u->step, "vm_state"), "active"); /* nova starts it */
	assert_string_equal(step_before(u->step, "task_state"), "rebooting");
	assert_null(step_after(u->step, "task_state"));
}

static void what_is_lost_with_the_host_is_in_the_sentence(void **state)
{
	(void)state;
	f.world.site.shared_disks = false;
	f.candidate[I1].needs.disks.ephemeral_gb = 20;
	plan_evacuations(&plan, &f.scene, &findings);
	assert_string_equal(plan.unit[0].sentence, "evacuate i1 (web) from c1, the scheduler picks the host; local disks, created again, empty, unless they are found "
	    "there: 20 GB ephemeral");
}

/* ---- names */

static bool takes(const struct sql *sql, const char *prefix, const char *column)
{
	auto_str struct str name = { 0 };

	str_addf(&name, "%s%s", prefix, column);
	for (size_t p = 0; p < sql->nparam; p++)
		if (strcmp(sql_param(sql, p), name.s) == 0)
			return true;
	return false;
}

/* Undo needs both values of a column; what is compared and stays the same has the old one alone. */
static void writes_its_columns(const struct step_kind *kind)
{
	size_t changes = 0;

	assert_int_equal(kind->write->access, SQL_WRITES);
	assert_true(takes(kind->write, "", "id"));
	for (size_t p = 0; p < kind->write->nparam; p++) {
		const char *param = sql_param(kind->write, p);
		bool is_value = str_starts(param, "old_") || str_starts(param, "new_");

		if (is_value ? !kind->column[step_kind_column(kind, param + 4)] : strcmp(param, "id") != 0)
			fail_msg("%s: @%s", kind->write->name, param);
	}
	for (size_t c = 0; kind->column[c]; c++) {
		if (!takes(kind->write, "old_", kind->column[c]))
			fail_msg("%s writes %s without its old value", kind->write->name, kind->column[c]);
		changes += takes(kind->write, "new_", kind->column[c]);
	}
	assert_true(changes > 0);
}

/* "SELECT r.host\n     , COALESCE(r.deleted, 0) AS deleted\n  FROM": as sql/README.md has them. */
static void reads_its_columns(const struct step_kind *kind)
{
	const char *line = strstr(kind->read->text, "SELECT "), *end = strstr(kind->read->text, "\n  FROM ");
	size_t n = 0;

	assert_int_equal(kind->read->access, SQL_READS);
	assert_int_equal(kind->read->nparam, 1);
	assert_string_equal(sql_param(kind->read, 0), "id");
	for (; line && line < end; line = strchr(line + 1, '\n'), n++) {
		auto_free char *one = xstrndup(line + 1, strcspn(line + 1, "\n"));
		const char *name = strstr(one, " AS ") ? strstr(one, " AS ") + 4 : strrchr(one, '.') ? strrchr(one, '.') + 1 : "?";
		auto_free char *plain = xstrndup(name + (*name == '`'), strcspn(name + (*name == '`'), "`"));

		if (!kind->column[n] || strcmp(kind->column[n], plain) != 0)
			fail_msg("%s: its column %zu is %s, not %s", kind->read->name, n + 1, plain, kind->column[n] ? kind->column[n] : "to be read");
	}
	assert_null(kind->column[n]);
}

static void every_kind_of_row_is_whole(void **state)
{
	(void)state;
	for (const struct step_kind *kind = step_kinds; kind < step_kinds + STEP_KINDS; kind++) {
		assert_non_null(kind->name);
		assert_ptr_equal(step_kind_named(kind->name), kind); /* no other has its name */
		assert_true(kind->one && kind->plural && kind->column[0]);
		assert_int_equal(!kind->read, kind->deed == DEED_POWER || kind->deed == DEED_FENCE); /* no row */
		assert_int_equal(kind->deed == DEED_MOVE, kind->owner != OWNER_NONE);
		assert_int_equal(!kind->write, kind->deed == DEED_EVACUATE || !kind->read); /* nova changes it, never we */
		if (kind->write)
			writes_its_columns(kind);
		if (kind->read)
			reads_its_columns(kind);
		if (kind->of)
			assert_ptr_equal(&step_kinds[step_kind_for(kind->deed, kind->of)], kind);
	}
	for (int k = 0; k < OWNED_KINDS; k++) {
		assert_string_equal(step_kinds[step_kind_owned((enum owned_kind)k)].name, owned_kind_name[k]);
		assert_int_equal(step_kinds[k].deed, DEED_MOVE);
	}
}

static void states_and_units_have_the_words_of_the_report(void **state)
{
	static const char *const states[] = { "planned", "applied", "proved", "failed", "unknown", "skipped" };

	(void)state;
	assert_int_equal(COUNT(states), STATE_COUNT);
	for (size_t i = 0; i < COUNT(states); i++)
		assert_string_equal(state_name[i], states[i]);
	assert_string_equal(unit_kind_name[UNIT_OWNERSHIP], "ownership");
	assert_string_equal(unit_kind_name[UNIT_MARK], "mark");
	assert_string_equal(unit_kind_name[UNIT_EVACUATION], "evacuation");
}

#define in_a_scene(t) cmocka_unit_test_setup_teardown(t, begin, end)

/* ---- kinds */

#define OWNED(...) { .owner = { .known = true, __VA_ARGS__ } }

static void say_kind_of(struct candidate *candidate, struct str *out)
{
	auto_arena struct arena arena = { 0 };
	struct unit unit = { .kind = UNIT_EVACUATION, .candidate = candidate };
	struct kind kind;

	kind_of_unit(&unit, &arena, &kind);
	str_clear(out);
	kind_say(&kind, out);
}

/* An outage cannot tell them apart: the order of volumes, their pools, and the node that owns their backend say nothing. */
static void a_kind_is_where_it_boots_from_its_backends_and_types_and_its_ports(void **state)
{
	static struct instance image = { .root_destination = "local" }, volume = { .root_destination = "volume" };
	static struct volume_fact facts[][2] = {
		{ OWNED(.host = "c1@ceph#ssd"), OWNED(.host = "c1@lvm#a") },
		{ OWNED(.host = "c2@lvm"), OWNED(.host = "c9@ceph#hdd") },
		{ OWNED(.host = "c1@ceph"), OWNED(.host = "c1@ceph#ssd") },
		{ OWNED(.host = "c1@ceph", .encryption_key_id = "key"), OWNED(.host = "c1@ceph") },
		{ OWNED(.host = "c1"), OWNED(.host = NULL) },
		{ OWNED(.host = "c1@ceph", .type = "fast", .encryption_key_id = "key"), OWNED(.host = "c1@ceph", .type = "fast") },
	};
	static struct vif vifs[] = { { .type = "ovs", .vnic_type = "normal" }, { .type = "ovs" }, { .type = "hw_veb", .vnic_type = "direct" },
		{ .port_id = "p" } };
	static const struct {
		struct candidate candidate;
		const char *kind;
	} cases[] = {
		{ { .instance = &image, .vifs = { .known = true } }, "a root disk of an image, no volumes, no ports" },
		{ { .instance = &image, .vifs = { .v = vifs, .n = 1, .known = true } }, "a root disk of an image, no volumes, ports of ovs" },
		{ { .instance = &image, .vifs = { .v = vifs, .n = 2, .known = true } }, "a root disk of an image, no volumes, ports of ovs" },
		{ { .instance = &image, .vifs = { .v = vifs, .n = 4, .known = true } },
		    "a root disk of an image, no volumes, ports of ?, hw_veb direct, ovs" },
		{ { .instance = &image }, "a root disk of an image, no volumes, ports of an unknown kind" },
		{ { .instance = &image, .volume = facts[0], .nvolume = 1 }, "a root disk of an image, volumes of ceph, ports of an unknown kind" },
		{ { .instance = &volume, .volume = facts[0], .nvolume = 1 }, "a root volume, volumes of ceph, ports of an unknown kind" },
		{ { .instance = &volume, .volume = facts[0], .nvolume = 2 }, "a root volume, volumes of ceph, lvm, ports of an unknown kind" },
		{ { .instance = &volume, .volume = facts[1], .nvolume = 2 }, "a root volume, volumes of ceph, lvm, ports of an unknown kind" },
		{ { .instance = &volume, .volume = facts[2], .nvolume = 2 }, "a root volume, volumes of ceph, ports of an unknown kind" },
		{ { .instance = &volume, .volume = facts[3], .nvolume = 2 },
		    "a root volume, volumes of ceph, ceph (encrypted), ports of an unknown kind" },
		{ { .instance = &volume, .volume = facts[4], .nvolume = 2 }, "a root volume, volumes of ?, c1, ports of an unknown kind" },
		{ { .instance = &volume, .volume = facts[5], .nvolume = 2 },
		    "a root volume, volumes of ceph type fast, ceph type fast (encrypted), ports of an unknown kind" },
	};
	auto_str struct str got = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct candidate candidate = cases[i].candidate;

		say_kind_of(&candidate, &got);
		assert_string_equal(got.s, cases[i].kind);
	}
}

static void kinds_are_equal_when_all_parts_are(void **state)
{
	static const struct kind all[] = {
		{ true, "a", "ovs" }, { false, "a", "ovs" }, { true, "b", "ovs" }, { true, "", "ovs" }, { true, NULL, "ovs" },
		{ true, "a", "" }, { true, "a", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++)
		for (size_t k = 0; k < COUNT(all); k++)
			assert_int_equal(kind_equal(&all[i], &all[k]), i == k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		in_a_scene(a_rescue_marks_then_moves_then_evacuates),
		in_a_scene(equal_worlds_give_equal_plans),
		in_a_scene(planning_leaves_the_world_as_it_was),
		in_a_scene(every_step_begins_planned_and_without_an_error),
		in_a_scene(nothing_to_move_is_no_unit),
		in_a_scene(all_kinds_move_together_in_their_order),
		in_a_scene(a_row_keeps_its_pool_unless_one_was_asked_for),
		in_a_scene(a_target_without_a_uuid_leaves_the_rows_own),
		in_a_scene(what_is_disabled_already_is_marked_again_only_to_say_who_works_on_it),
		in_a_scene(other_services_of_the_host_are_not_marked),
		in_a_scene(services_alone_are_marked_without_a_word_about_moves),
		in_a_scene(the_reason_holds_only_what_its_column_takes),
		in_a_scene(a_part_of_the_rows_may_go_first),
		in_a_scene(work_goes_where_its_volume_goes),
		in_a_scene(rows_of_a_dead_cluster_leave_it_or_go_into_the_one_of_their_new_owner),
		in_a_scene(a_lost_pool_is_given_back_where_the_volume_is),
		in_a_scene(in_a_rescue_the_words_are_about_instances_and_all_rows_move),
		in_a_scene(a_limit_takes_the_first_instances),
		in_a_scene(the_volume_backed_go_first_and_the_left_out_not_at_all),
		in_a_scene(a_limit_counts_after_what_is_left_out),
		in_a_scene(a_target_host_is_in_the_promise_the_sentence_and_the_command),
		in_a_scene(what_is_lost_with_the_host_is_in_the_sentence),
		cmocka_unit_test(a_kind_is_where_it_boots_from_its_backends_and_types_and_its_ports),
		cmocka_unit_test(kinds_are_equal_when_all_parts_are),
		cmocka_unit_test(every_kind_of_row_is_whole),
		cmocka_unit_test(states_and_units_have_the_words_of_the_report),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
