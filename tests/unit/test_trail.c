/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "journal/trail.h"
#include "util/json.h"
#include "util/str.h"
#include "util/syslog.h"
#include "util/who.h"

#define RUN "20260131T030405Z-host-rescue-1a2b3c4d"

static struct plan plan;
static struct trail_about about = { RUN, "host rescue", "c1", "Ann", &plan };
static const char *said[4];

static int make_plan_of_three(void **state)
{
	struct unit *unit;

	(void)state;
	unit = plan_unit(&plan, UNIT_OWNERSHIP);
	unit->sentence = "move 1 volume";
	unit = plan_unit(&plan, UNIT_MARK);
	unit->sentence = "disable c1";
	unit = plan_unit(&plan, UNIT_EVACUATION);
	unit->sentence = "evacuate vm";
	unit_step(unit, STEP_INSTANCE, "11111111-2222-3333-4444-555555555555", "vm \"1\"\n");
	for (size_t i = 0; i < sizeof said / sizeof *said; i++)
		said[i] = NULL;
	return 0;
}

static int free_plan_of_three(void **state)
{
	(void)state;
	plan_free(&plan);
	return 0;
}

static json_object *told(const char *type, const char *record)
{
	json_object *o = json_tokener_parse(record), *event = trail_event(&about, type, o, said);

	json_object_put(o);
	return event;
}

static const char *text_at(json_object *event, const char *a, const char *b)
{
	json_object *o = json_object_object_get(event, a);

	return get_text(o, b);
}

static json_object *content_of(json_object *event)
{
	return json_object_object_get(json_object_array_get_idx(json_object_object_get(event, "attachments"), 0), "content");
}

/* Names and values as pycadf's event.py, resource.py, cadftaxonomy.py and timestamp.py have them. */
static void a_unit_that_ended_is_an_event_of_cadf(void **state)
{
	json_object *e = told("outcome", "{\"unit\": 2, \"state\": \"proved\", \"error\": null}");
	struct who who;

	(void)state;
	who_am_i(&who);
	assert_non_null(e);
	assert_string_equal(get_text(e, "typeURI"), "http://schemas.dmtf.org/cloud/audit/1.0/event");
	assert_string_equal(get_text(e, "eventType"), "activity");
	assert_int_equal(strlen(get_text(e, "id")), 36);
	assert_int_equal(strlen(get_text(e, "eventTime")), strlen("2026-01-31T03:04:05.678000+0000"));
	assert_string_equal(get_text(e, "eventTime") + 23, "000+0000");
	assert_string_equal(get_text(e, "action"), "update/evacuate");
	assert_string_equal(get_text(e, "outcome"), "success");
	assert_string_equal(text_at(e, "initiator", "typeURI"), "service/security/account/user");
	assert_string_equal(text_at(e, "initiator", "id"), who_name(&who));
	assert_string_equal(text_at(e, "initiator", "name"), "Ann");
	assert_string_equal(text_at(e, "target", "typeURI"), "compute/machine");
	assert_string_equal(text_at(e, "target", "id"), "11111111-2222-3333-4444-555555555555");
	assert_string_equal(text_at(e, "target", "name"), "vm \"1\"\n");
	assert_string_equal(text_at(e, "observer", "id"), "evac-manage");
	assert_string_equal(text_at(e, "reason", "reasonCode"), "proved");
	assert_string_equal(get_text(content_of(e), "run"), RUN);
	assert_string_equal(get_text(content_of(e), "kind"), "evacuation");
	assert_int_equal(json_object_get_int(json_object_object_get(content_of(e), "unit")), 2);
	assert_null(strchr(json_object_to_json_string_ext(e, JSON_C_TO_STRING_PLAIN), '\n')); /* one line, whatever the name is */
	json_object_put(e);
}

static void each_end_has_its_outcome(void **state)
{
	static const struct {
		const char *type, *record, *name, *outcome, *reason;
	} rows[] = {
		{ "plan", "{}", "evac-manage.run.start", "pending", NULL },
		{ "outcome", "{\"unit\": 0, \"state\": \"failed\"}", "evac-manage.unit", "failure", "failed" },
		{ "outcome", "{\"unit\": 1, \"state\": \"unknown\"}", "evac-manage.unit", "unknown", "unknown" },
		{ "end", "{\"result\": \"ok\"}", "evac-manage.run.end", "success", "ok" },
		{ "end", "{\"result\": \"partial\"}", "evac-manage.run.end", "failure", "partial" },
		{ "end", "{\"result\": \"timeout\"}", "evac-manage.run.end", "pending", "timeout" },
		{ "recover", "{}", "evac-manage.recovery.start", "pending", NULL },
		{ "recovery", "{\"unit\": 1, \"verdict\": \"done\"}", "evac-manage.unit", "success", "done" },
		{ "recovery", "{\"unit\": 1, \"verdict\": \"not_done\"}", "evac-manage.unit", "failure", "not_done" },
		{ "recover_end", "{\"result\": \"unknown\"}", "evac-manage.recovery.end", "unknown", "unknown" },
	};
	json_object *e;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		e = told(rows[i].type, rows[i].record);
		assert_non_null(e);
		assert_string_equal(get_text(e, "name"), rows[i].name);
		assert_string_equal(get_text(e, "outcome"), rows[i].outcome);
		assert_string_equal(str_or(text_at(e, "reason", "reasonCode"), "none"), str_or(rows[i].reason, "none"));
		json_object_put(e);
	}
}

static void a_unit_is_told_once(void **state)
{
	static const struct {
		const char *record;
		bool is_told;
	} rows[] = {
		{ "{\"unit\": 0, \"state\": \"applied\"}", false }, /* committed, not read back */
		{ "{\"unit\": 0, \"state\": \"proved\"}", true },
		{ "{\"unit\": 0, \"state\": \"proved\"}", false }, /* at the end of the run it is read again */
		{ "{\"unit\": 9, \"state\": \"proved\"}", false }, /* of no unit of ours */
	};
	json_object *e;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		e = told("outcome", rows[i].record);
		assert_int_equal(e != NULL, rows[i].is_told);
		json_object_put(e);
	}
	assert_null(told("row", "{}"));
	assert_null(told("server", "{}"));
}

static void who_sits_there_is_said_or_not_known(void **state)
{
	(void)state;
	unsetenv("EVAC_MANAGE_OPERATOR");
	assert_null(who_operator(NULL));
	assert_null(who_operator("  "));
	assert_string_equal(who_operator("Ann"), "Ann");
	setenv("EVAC_MANAGE_OPERATOR", "Bob", 1);
	assert_string_equal(who_operator(NULL), "Bob");
	assert_string_equal(who_operator("Ann"), "Ann");
	unsetenv("EVAC_MANAGE_OPERATOR");
}

static void without_a_facility_there_is_no_trail(void **state)
{
	struct trail *trail = trail_open(NULL, &about);

	(void)state;
	assert_null(trail);
	trail_record(trail, "plan", NULL);
	trail_close(&trail);
	assert_true(syslog_has_facility("authpriv"));
	assert_false(syslog_has_facility("kern")); /* is not for us */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_unit_that_ended_is_an_event_of_cadf, make_plan_of_three, free_plan_of_three),
		cmocka_unit_test_setup_teardown(each_end_has_its_outcome, make_plan_of_three, free_plan_of_three),
		cmocka_unit_test_setup_teardown(a_unit_is_told_once, make_plan_of_three, free_plan_of_three),
		cmocka_unit_test(who_sits_there_is_said_or_not_known),
		cmocka_unit_test(without_a_facility_there_is_no_trail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
