/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include "util/uuid.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define DNS "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
#define URL "6ba7b811-9dad-11d1-80b4-00c04fd430c8"
#define OID "6ba7b812-9dad-11d1-80b4-00c04fd430c8"

static const struct {
	const char *text, *expected; /* NULL: it is none */
} rows[] = {
	{ "0a1b2c3d-4e5f-6789-abcd-ef0123456789", "0a1b2c3d-4e5f-6789-abcd-ef0123456789" },
	{ "0A1B2C3D-4E5F-6789-ABCD-EF0123456789", "0a1b2c3d-4e5f-6789-abcd-ef0123456789" },
	{ "00000000-0000-0000-0000-000000000000", "00000000-0000-0000-0000-000000000000" },
	{ "", NULL },
	{ "0a1b2c3d4e5f6789abcdef0123456789", NULL },
	{ "0a1b2c3d-4e5f-6789-abcd-ef012345678", NULL },
	{ "0a1b2c3d-4e5f-6789-abcd-ef01234567890", NULL },
	{ "0a1b2c3d-4e5f-6789-abcd-ef012345678g", NULL },
	{ "0a1b2c3d-4e5f-6789-abcd_ef0123456789", NULL },
	{ "0a1b2c3d-4e5f-6789-abcde-f0123456789", NULL },
	{ "{a1b2c3d-4e5f-6789-abcd-ef012345678}", NULL },
	{ "0a1b2c3d-4e5f-6789-abcd-ef012345678\xc3", NULL },
	{ " a1b2c3d-4e5f-6789-abcd-ef0123456789", NULL },
};

static void a_uuid_is_read_in_any_case_and_only_whole(void **state)
{
	struct uuid got;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(uuid_parse(rows[i].text, &got), rows[i].expected != NULL);
		if (rows[i].expected)
			assert_string_equal(got.text, rows[i].expected);
	}
}

/* RFC 4122's namespaces; the results are those of Python's uuid.uuid5(). */
static const struct {
	const char *space, *name, *expected;
} named[] = {
	{ DNS, "python.org", "886313e1-3b8a-5372-9b90-0c9aee199e5d" },
	{ URL, "http://www.example.com/", "fcde3c85-2270-590f-9e7c-ee003d65e0e2" },
	{ OID, "1.3.6.1", "1447fa61-5277-5fef-a9b3-fbc6e44f4af3" },
	{ DNS, "", "4ebd0208-8328-5d69-8c44-ec50939c0967" },
	{ DNS, "ümlaut-é", "eeba58ec-d126-50bf-8594-66e48cc3dc66" },
};

static void the_same_name_gives_the_same_uuid_for_ever(void **state)
{
	struct uuid space, got;

	(void)state;
	for (size_t i = 0; i < COUNT(named); i++) {
		assert_true(uuid_parse(named[i].space, &space));
		uuid_from_name(&space, named[i].name, &got);
		assert_string_equal(got.text, named[i].expected);
	}
}

static void a_random_uuid_is_of_version_four_and_another_every_time(void **state)
{
	struct uuid seen[64], parsed;

	(void)state;
	for (size_t i = 0; i < COUNT(seen); i++) {
		uuid_random(&seen[i]);
		assert_true(uuid_parse(seen[i].text, &parsed));
		assert_string_equal(parsed.text, seen[i].text);
		assert_int_equal(seen[i].text[14], '4');
		assert_non_null(strchr("89ab", seen[i].text[19]));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(seen[i].text, seen[k].text);
	}
}

static void hex_is_the_uuid_without_its_dashes(void **state)
{
	struct uuid uuid;
	char hex[33];

	(void)state;
	uuid_parse("0A1b2c3d-4e5f-6789-abcd-ef0123456789", &uuid);
	uuid_hex(&uuid, hex);
	assert_string_equal(hex, "0a1b2c3d4e5f6789abcdef0123456789");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_uuid_is_read_in_any_case_and_only_whole),
		cmocka_unit_test(the_same_name_gives_the_same_uuid_for_ever),
		cmocka_unit_test(a_random_uuid_is_of_version_four_and_another_every_time),
		cmocka_unit_test(hex_is_the_uuid_without_its_dashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
