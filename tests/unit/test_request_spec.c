/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "fake_db.h"
#include "model/nova/request_spec.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define LIST(...) (const char *const[]){ __VA_ARGS__ }
#define PLAIN (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
#define HEAD "{\"nova_object.name\":\"RequestSpec\",\"nova_object.namespace\":\"nova\",\"nova_object.version\":\"1.14\","
#define DATA(d) HEAD "\"nova_object.data\":{" d "}}"
#define VERSION(v)                                                                                 \
	"{\"nova_object.name\":\"RequestSpec\",\"nova_object.namespace\":\"nova\",\"nova_object.version\":" v ",\"nova_object.data\":{}}"
/* What every spec gets: its row's id and instance, and the two that cannot be loaded later. */
#define OURS "\"id\":7,\"instance_uuid\":\"i1\",\"retry\":null,\"ignore_hosts\":null"
#define DESTINATION                                                                                \
	"\"requested_destination\":{\"nova_object.name\":\"Destination\",\"nova_object.namespace\":\"nova\","  \
	"\"nova_object.version\":\"1.0\",\"nova_object.data\":{\"host\":\"c2\",\"node\":\"n2\"}}"

static struct request_spec spec_of(const char *text)
{
	return (struct request_spec){ .exists = true, .id = 7, .instance_uuid = "i1", .spec = text };
}

static const struct {
	const char *stored, *host, *node, *expected;
} rows[] = {
	{ DATA(""), NULL, NULL, DATA(OURS) },
	{ DATA(""), "c2", "n2", DATA(OURS "," DESTINATION) },
	/* what the row says wins over what the text says, and stays in its place */
	{ DATA("\"id\":null,\"instance_uuid\":\"other\",\"retry\":{\"x\":1},\"ignore_hosts\":[\"c3\"]"), NULL, NULL, DATA(OURS) },
	/* never kept deliberately: leftovers of the first boot */
	{ DATA("\"requested_destination\":{\"a\":1},\"network_metadata\":{},\"requested_resources\":[],"
	       "\"request_level_params\":{},\"requested_networks\":null,\"is_bfv\":true"),
	    NULL, NULL, DATA("\"is_bfv\":true," OURS) },
	{ DATA("\"requested_destination\":{\"a\":1}"), "c2", "n2", DATA(OURS "," DESTINATION) },
	/* what we do not know goes along as it is: newer than us, and numbers to their last digit */
	{ DATA("\"new_in_2030\":{\"k\":[1,2.50,-0.0,1e3]},\"flavor\":{\"rxtx_factor\":1.0}"), NULL, NULL,
	    DATA("\"new_in_2030\":{\"k\":[1,2.50,-0.0,1e3]},\"flavor\":{\"rxtx_factor\":1.0}," OURS) },
	{ DATA("\"a\":9007199254740993,\"b\":\"\xc3\xa9/\\u0000\\n\""), NULL, NULL,
	    DATA("\"a\":9007199254740993,\"b\":\"\xc3\xa9/\\u0000\\n\"," OURS) },
	/* changes say nothing to the conductor: those of the spec go, those inside others stay */
	{ HEAD "\"nova_object.changes\":[\"retry\"],\"nova_object.data\":{\"limits\":{\"nova_object.changes\":[\"vcpu\"]}}}", NULL,
	    NULL, DATA("\"limits\":{\"nova_object.changes\":[\"vcpu\"]}," OURS) },
	/* of a server group that it is no member of: what is stored says nothing */
	{ DATA("\"instance_group\":{\"nova_object.changes\":[\"hosts\"],\"nova_object.data\":"
	       "{\"members\":null,\"hosts\":[\"c1\"],\"policy\":\"affinity\"}}"),
	    NULL, NULL, DATA("\"instance_group\":{\"nova_object.data\":{\"policy\":\"affinity\"}}," OURS) },
	{ DATA("\"instance_group\":null"), NULL, NULL, DATA("\"instance_group\":null," OURS) },
	{ DATA("\"instance_group\":{}"), NULL, NULL, DATA("\"instance_group\":{}," OURS) },
};

static void a_stored_spec_becomes_what_nova_would_send(void **state)
{
	struct request_spec spec;
	struct error err = { 0 };
	json_object *got;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		spec = spec_of(rows[i].stored);
		assert_int_equal(0, request_spec_object(&spec, &(struct spec_options){ .host = rows[i].host, .node = rows[i].node }, &got, &err));
		assert_string_equal(json_object_to_json_string_ext(got, PLAIN), rows[i].expected);
		json_object_put(got);
	}
}

/* nova scheduler/utils.py: setup_instance_group asks where the members are, of the group as it came. */
static void a_group_has_its_members_and_no_hosts(void **state)
{
	static const char *const member[] = { "u1", "u2" };
	const struct spec_options options = { .group = "g", .group_policy = "affinity", .group_member = member, .ngroup_member = 2 };
	static const struct {
		const char *stored, *expected;
	} cases[] = {
		{ DATA("\"instance_group\":{\"nova_object.changes\":[\"hosts\"],\"nova_object.data\":"
		       "{\"members\":null,\"hosts\":[\"c1\"],\"uuid\":\"g\"}}"),
		    DATA("\"instance_group\":{\"nova_object.data\":{\"uuid\":\"g\",\"members\":[\"u1\",\"u2\"]}}," OURS) },
		/* one that became a member without its spec */
		{ DATA("\"instance_group\":null"),
		    DATA("\"instance_group\":{\"nova_object.name\":\"InstanceGroup\",\"nova_object.namespace\":\"nova\","
			 "\"nova_object.version\":\"1.10\",\"nova_object.data\":{\"uuid\":\"g\",\"policy\":\"affinity\","
			 "\"policies\":[\"affinity\"],\"members\":[\"u1\",\"u2\"]}}," OURS) },
	};
	struct request_spec spec;
	struct error err = { 0 };
	json_object *got;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		spec = spec_of(cases[i].stored);
		assert_int_equal(0, request_spec_object(&spec, &options, &got, &err));
		assert_string_equal(json_object_to_json_string_ext(got, PLAIN), cases[i].expected);
		json_object_put(got);
	}
}

static const char *const broken[] = {
	"",
	"null",
	"7",
	"\"RequestSpec\"",
	"[]",
	"{}",
	"{",
	DATA("") "x",
	DATA("") "{}",
	HEAD "\"nova_object.data\":null}",
	HEAD "\"nova_object.data\":[]}",
	HEAD "\"nova_object.data\":\"{}\"}",
	"{\"nova_object.name\":\"Instance\",\"nova_object.data\":{}}",
	"{\"nova_object.name\":null,\"nova_object.data\":{}}",
	"{\"nova_object.data\":{}}",
	"{\"nova_object.name\":\"RequestSpec\",\"nova_object.version\":\"1.14\",\"nova_object.data\":{}}",
	"{\"nova_object.name\":\"RequestSpec\",\"nova_object.namespace\":\"x\",\"nova_object.version\":\"1.14\",\"nova_object.data\":{}}",
	VERSION("null"),
	VERSION("1.14"),
	VERSION("\"2.0\""),
	VERSION("\"1\""),
	VERSION("\"1.\""),
	VERSION("\"1.x\""),
	VERSION("\"1.14 \""),
	VERSION("\"1.-4\""),
	VERSION("\"1.99999999999999999999\""),
	DATA("\"a\":'b'"),
	DATA("\"a\":1,"),
	DATA("\"a\":\"\xff\""), /* no UTF-8 */
	DATA("\"instance_group\":\"g1\""),
	DATA("\"instance_group\":[]"),
	DATA("\"instance_group\":7"),
};

static int check_spec(const struct request_spec *spec, const char *newest, struct error *err)
{
	auto_arena struct arena arena = { 0 };
	json_object *object = request_spec_open(spec);
	struct spec_facts facts;
	int rc;

	request_spec_facts(object, &arena, &facts);
	json_object_put(object);
	rc = request_spec_check(spec, &facts, newest, err);
	return rc;
}

static void what_is_no_request_spec_is_refused_by_name(void **state)
{
	struct request_spec spec;
	struct error err;
	json_object *got = NULL;

	(void)state;
	for (size_t i = 0; i < COUNT(broken); i++) {
		spec = spec_of(broken[i]);
		error_clear(&err);
		if (request_spec_object(&spec, &(struct spec_options){ .host = NULL }, &got, &err) != -1)
			fail_msg("taken: %s", broken[i]);
		assert_int_equal(-1, check_spec(&spec, NULL, &err));
		assert_int_equal(err.kind, ERROR_ERROR);
		assert_string_equal(err.text, "request spec 7 of instance i1 is not a nova RequestSpec");
		assert_null(got);
	}
}

static void a_spec_cut_at_any_byte_is_refused(void **state)
{
	static const char whole[] = DATA("\"instance_group\":{\"nova_object.data\":{\"members\":null}},\"n\":[1,{\"a\":\"\xc3\xa9\"}]");
	struct error err;
	json_object *got = NULL;
	char cut[sizeof whole];
	struct request_spec spec = spec_of(cut);

	(void)state;
	for (size_t n = 0; n < sizeof whole - 1; n++) {
		memcpy(cut, whole, n);
		cut[n] = '\0';
		assert_int_equal(-1, request_spec_object(&spec, &(struct spec_options){ .host = NULL }, &got, &err));
		assert_null(got);
	}
}

static void a_spec_nested_too_deep_is_refused_not_followed(void **state)
{
	auto_str struct str text = { 0 };
	struct request_spec spec;
	struct error err;
	json_object *got = NULL;

	(void)state;
	str_add(&text, HEAD "\"nova_object.data\":{\"a\":");
	for (int i = 0; i < 100000; i++)
		str_addc(&text, '[');
	for (int i = 0; i < 100000; i++)
		str_addc(&text, ']');
	str_add(&text, "}}");
	spec = spec_of(text.s);
	assert_int_equal(-1, request_spec_object(&spec, &(struct spec_options){ .host = NULL }, &got, &err));
}

static const struct {
	const char *stored, *newest;
	int rc;
} versions[] = {
	{ VERSION("\"1.8\""), "1.8", 0 },
	{ VERSION("\"1.8\""), "1.14", 0 }, /* as a number, not as letters */
	{ VERSION("\"1.14\""), "1.8", -1 },
	{ VERSION("\"1.14\""), "1.14", 0 },
	{ VERSION("\"1.15\""), "1.14", -1 },
	{ VERSION("\"1.15\""), NULL, 0 }, /* nobody knows what the conductor knows */
};

static void a_spec_that_is_newer_than_the_conductor_is_refused(void **state)
{
	struct request_spec spec;
	struct error err;

	(void)state;
	for (size_t i = 0; i < COUNT(versions); i++) {
		spec = spec_of(versions[i].stored);
		error_clear(&err);
		assert_int_equal(versions[i].rc, check_spec(&spec, versions[i].newest, &err));
		assert_int_equal(err.kind, versions[i].rc ? ERROR_ERROR : ERROR_OK);
	}
	spec = spec_of(VERSION("\"1.15\""));
	assert_int_equal(-1, check_spec(&spec, "1.14", &err));
	assert_string_equal(err.text, "its request spec is of version 1.15, the oldest live conductor knows 1.14 and older");
}

static void a_spec_is_read_by_its_instance_or_is_not_there(void **state)
{
	auto_arena struct arena arena = { 0 };
	struct request_spec got;
	struct error err;

	(void)state;
	fake_reset();
	assert_int_equal(0, request_specs_get(NULL, &WORDS("i1"), &arena, &got, &err));
	assert_false(got.exists);
	assert_string_equal(fake_calls.s, "nova_api/request_spec_list_by_instance instance_uuids=i1");
	fake_rows("nova_api/request_spec_list_by_instance", LIST("id", "instance_uuid", "spec", NULL), LIST("7", "i1", "{}"), 1);
	assert_int_equal(0, request_specs_get(NULL, &WORDS("i1"), &arena, &got, &err));
	assert_true(got.exists);
	assert_int_equal(got.id, 7);
	assert_string_equal(got.spec, "{}");
	fake_reset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stored_spec_becomes_what_nova_would_send),
		cmocka_unit_test(a_group_has_its_members_and_no_hosts),
		cmocka_unit_test(what_is_no_request_spec_is_refused_by_name),
		cmocka_unit_test(a_spec_cut_at_any_byte_is_refused),
		cmocka_unit_test(a_spec_nested_too_deep_is_refused_not_followed),
		cmocka_unit_test(a_spec_that_is_newer_than_the_conductor_is_refused),
		cmocka_unit_test(a_spec_is_read_by_its_instance_or_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
