/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <string.h>

#include <json-c/json.h>

#include "model/nova/connection.h"
#include "model/nova/nic.h"

/* What an inventory takes out of nova's texts: the names of the storage, the addresses of the network, and nothing else. */

static void assert_place(const char *info, const char *expected)
{
	json_object *place = connection_place(info);

	if (!expected)
		assert_null(place);
	else
		assert_string_equal(json_object_to_json_string_ext(place, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE), expected);
	json_object_put(place);
}

static void a_volume_is_told_by_what_its_storage_calls_it(void **state)
{
	(void)state;
	assert_place("{\"driver_volume_type\":\"iscsi\",\"data\":{\"target_iqn\":\"iqn.2010-10.org:v\",\"target_lun\":1,"
		     "\"target_portals\":[\"192.0.2.1:3260\",\"192.0.2.2:3260\"]}}",
	    "{\"driver\":\"iscsi\",\"target_iqn\":\"iqn.2010-10.org:v\",\"target_lun\":1,\"target_portals\":[\"192.0.2.1:3260\",\"192.0.2.2:3260\"]}");
	assert_place("{\"driver_volume_type\":\"fibre_channel\",\"data\":{\"target_wwn\":[\"500a\",\"500b\"],\"target_lun\":7}}",
	    "{\"driver\":\"fibre_channel\",\"target_lun\":7,\"target_wwn\":[\"500a\",\"500b\"]}");
	assert_place("{\"driver_volume_type\":\"nfs\",\"data\":{\"export\":\"nas:/vols\",\"name\":\"volume-1\",\"options\":null}}",
	    "{\"driver\":\"nfs\",\"name\":\"volume-1\",\"export\":\"nas:/vols\"}");
	assert_place("{\"driver_volume_type\":\"of tomorrow\",\"data\":{}}", "{\"driver\":\"of tomorrow\"}");
}

static void what_is_no_name_stays_out(void **state)
{
	json_object *place = connection_place(
	    "{\"driver_volume_type\":\"iscsi\",\"token\":\"S1\",\"data\":{\"auth_method\":\"CHAP\",\"auth_username\":\"S2\",\"auth_password\":\"S3\","
	    "\"keyring\":\"S4\",\"secret_uuid\":\"S5\",\"options\":\"-o password=S6\",\"access_key\":\"S7\",\"export\":\"//u:S8@host/share\","
	    "\"target_iqns\":[\"ftp://u:S9@h/\",{\"x\":\"S10\"},[\"S11\"]],\"name\":{\"deep\":\"S12\"},\"whatever_comes\":\"S13\",\"device_path\":\"/dev/x\"}}");

	(void)state;
	assert_non_null(place);
	assert_string_equal(json_object_to_json_string_ext(place, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
	    "{\"driver\":\"iscsi\",\"target_iqns\":[],\"device_path\":\"/dev/x\"}");
	json_object_put(place);
}

static void what_cannot_be_read_is_unknown(void **state)
{
	(void)state;
	assert_place(NULL, NULL);
	assert_place("", NULL);
	assert_place("{", NULL);
	assert_place("[]", NULL);
	assert_place("{\"data\":{}}", NULL);
	assert_place("{\"driver_volume_type\":\"rbd\"}", NULL);
	assert_place("{\"driver_volume_type\":\"rbd\",\"data\":[]}", NULL);
}

#define PORT "33333333-3333-4333-8333-333333333333"

static void a_port_has_its_addresses(void **state)
{
	auto_arena struct arena arena = { 0 };
	struct nics nics;

	(void)state;
	nics_parse("[{\"id\":\"" PORT "\",\"address\":\"fa:16:3e:00:00:01\",\"vnic_type\":\"normal\",\"type\":\"ovs\",\"profile\":{\"key\":\"S\"},"
		   "\"network\":{\"id\":\"n\",\"label\":\"front\",\"subnets\":[{\"ips\":[{\"address\":\"10.0.0.4\",\"floating_ips\":[{\"address\":\"192.0.2.7\"}]},"
		   "{\"address\":\"10.0.0.5\"}]},{\"ips\":[{\"address\":\"2001:db8::4\"}]}]}}]",
	    &arena, &nics);
	assert_true(nics.known);
	assert_int_equal(nics.n, 1);
	assert_string_equal(nics.v[0].port_id, PORT);
	assert_string_equal(nics.v[0].mac, "fa:16:3e:00:00:01");
	assert_string_equal(nics.v[0].network, "front");
	assert_int_equal(nics.v[0].fixed.n, 3);
	assert_string_equal(nics.v[0].fixed.v[0], "10.0.0.4");
	assert_string_equal(nics.v[0].fixed.v[2], "2001:db8::4");
	assert_int_equal(nics.v[0].floating.n, 1);
	assert_string_equal(nics.v[0].floating.v[0], "192.0.2.7");
}

static void a_list_that_cannot_be_read_whole_is_not_no_ports(void **state)
{
	static const struct {
		const char *text;
		bool known;
		size_t n;
	} caches[] = { { NULL, false, 0 }, { "", false, 0 }, { "{}", false, 0 }, { "[]", true, 0 }, { "[7]", false, 0 },
		{ "[{\"id\":\"" PORT "\"},{\"id\":\"no uuid\"}]", false, 0 }, { "[{\"id\":\"" PORT "\",\"network\":[],\"address\":7}]", true, 1 },
		{ "[{\"id\":\"" PORT "\",\"network\":{\"subnets\":[7,{\"ips\":[null,{\"address\":1}]}]}}]", true, 1 } };
	auto_arena struct arena arena = { 0 };
	struct nics nics;

	(void)state;
	for (size_t i = 0; i < sizeof caches / sizeof *caches; i++) {
		nics_parse(caches[i].text, &arena, &nics);
		assert_int_equal(nics.known, caches[i].known);
		assert_int_equal(nics.n, caches[i].n);
		if (nics.n > 0)
			assert_int_equal(nics.v[0].fixed.n, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_volume_is_told_by_what_its_storage_calls_it),
		cmocka_unit_test(what_is_no_name_stays_out),
		cmocka_unit_test(what_cannot_be_read_is_unknown),
		cmocka_unit_test(a_port_has_its_addresses),
		cmocka_unit_test(a_list_that_cannot_be_read_whole_is_not_no_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
