/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "guard_cases.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/log.h"
#include "util/secret.h"

#define T(text) ((char *)(uintptr_t)(text))
#define LONG_TOKEN "gAAAAABmSECRET-of-the-cloud_0123456789="

/* ---- what keystone is asked and answers */

static const char *at(json_object *object, const char *path)
{
	auto_free char *copy = xstrdup(path);

	for (char *key = strtok(copy, "."); key; key = strtok(NULL, "."))
		object = json_object_is_type(object, json_type_array) ? json_object_array_get_idx(object, strtoul(key, NULL, 10)) :
									json_object_object_get(object, key);
	return str_or(json_object_get_string(object), "-");
}

static const struct {
	struct keystone_config login;
	const char *user, *domain, *password, *project, *project_domain;
} logins[] = {
	{ { .username = T("nova"), .password = T("p"), .user_domain_name = T("Default"), .project_name = T("service"),
	      .project_domain_name = T("Default") },
	    "nova", "{ \"name\": \"Default\" }", "p", "service", "{ \"name\": \"Default\" }" },
	{ { .username = T("n\xc3\xb6va"), .password = T("a\"b\\c\n\xc3\xa9"), .user_domain_id = T("default"), .project_id = T("5e") },
	    "n\xc3\xb6va", "{ \"id\": \"default\" }", "a\"b\\c\n\xc3\xa9", "-", "-" },
	{ { .username = T("nova"), .password = T(""), .project_name = T("s"), .default_domain_name = T("D") }, "nova",
	    "{ \"name\": \"D\" }", "", "s", "{ \"name\": \"D\" }" },
	{ { .username = T("nova"), .password = T("p") }, "nova", "{ \"id\": \"default\" }", "p", "-", "-" },
};

static void a_login_is_asked_as_keystoneauth_asks_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(logins); i++) {
		auto_secret_str struct str body = { 0 };
		json_object *o;

		token_request_body(&logins[i].login, &body);
		o = json_tokener_parse(body.s);
		assert_non_null(o);
		assert_string_equal(at(o, "auth.identity.methods.0"), "password");
		assert_string_equal(at(o, "auth.identity.password.user.name"), logins[i].user);
		assert_string_equal(at(o, "auth.identity.password.user.domain"), logins[i].domain);
		assert_string_equal(at(o, "auth.identity.password.user.password"), logins[i].password);
		assert_string_equal(at(o, "auth.scope.project.name"), logins[i].project);
		assert_string_equal(at(o, "auth.scope.project.domain"), logins[i].project_domain);
		json_object_put(o);
	}
}

static void the_address_has_its_version_once(void **state)
{
	static const char *const rows[][2] = {
		{ "http://k:5000", "http://k:5000/v3" }, { "http://k:5000/", "http://k:5000/v3" }, { "http://k:5000/v3/", "http://k:5000/v3" },
		{ "https://k/identity", "https://k/identity/v3" }, { "https://k/identity/v2.0", "https://k/identity/v3" },
		{ "http://vault", "http://vault/v3" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free char *url = token_service_url(rows[i][0]);

		assert_string_equal(url, rows[i][1]);
	}
}

static const char answer[] =
    "{\"token\":{\"user\":{\"name\":\"nova\",\"id\":\"u\"},\"project\":{\"id\":\"5e\",\"name\":\"service\"},\"roles\":[{\"name\":\"service\"},"
    "{\"name\":\"admin\"}],\"expires_at\":\"2026-01-31T03:04:05.000000Z\",\"catalog\":["
    "{\"type\":\"image\",\"name\":\"glance\",\"id\":\"1\",\"endpoints\":["
    "{\"interface\":\"public\",\"url\":\"http://p/image\",\"region\":\"one\"},{\"interface\":\"internal\",\"url\":\"http://i/image\",\"region\":\"one\"},"
    "{\"interface\":\"internal\",\"url\":\"http://i2/image\",\"region\":\"two\"}]},"
    "{\"type\":\"identity\",\"name\":\"keystone\",\"endpoints\":[]},{\"type\":\"compute\"},{\"type\":\"network\",\"name\":\"neutron\",\"endpoints\":[]}]}}";

static void an_answer_is_read_and_its_catalog_turned_to_what_nova_has(void **state)
{
	struct token_facts t;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(token_read(answer, &t, &err), 0);
	assert_string_equal(t.user, "nova");
	assert_string_equal(t.project, "service");
	assert_string_equal(t.project_id, "5e");
	assert_true(t.is_admin);
	assert_int_equal(t.ends_s, clock_parse("2026-01-31T03:04:05.000Z"));
	assert_int_equal(json_object_array_length(t.catalog), 2); /* what nova's context keeps */
	assert_string_equal(at(t.catalog, "0.endpoints.0"),
	    "{ \"region\": \"one\", \"publicURL\": \"http:\\/\\/p\\/image\", \"internalURL\": \"http:\\/\\/i\\/image\" }");
	assert_string_equal(at(t.catalog, "0.endpoints.1"), "{ \"region\": \"two\", \"internalURL\": \"http:\\/\\/i2\\/image\" }");
	assert_true(catalog_has(t.catalog, "network"));
	assert_false(catalog_has(t.catalog, "compute"));
	token_facts_free(&t);
	assert_int_equal(token_read("{\"token\":{\"roles\":[{\"name\":\"administrator\"}, 3]}}", &t, &err), 0);
	assert_false(t.is_admin);
	assert_null(t.catalog);
	token_facts_free(&t);
	assert_int_equal(token_read("{\"versions\":[]}", &t, &err), -1);
	assert_int_equal(token_read("<html>", &t, &err), -1);
	assert_int_equal(token_read("[]", &t, &err), -1);
}

/* ---- what was given */

static void a_file_that_others_may_read_is_not_read(void **state)
{
	static const struct {
		mode_t mode;
		const char *text, *expected, *trouble;
	} rows[] = {
		{ 0600, LONG_TOKEN "\n", LONG_TOKEN, NULL },
		{ 0400, "  " LONG_TOKEN " \r\n\n", LONG_TOKEN, NULL },
		{ 0640, LONG_TOKEN, NULL, "mode 0640" },
		{ 0604, LONG_TOKEN, NULL, "mode 0604" },
		{ 0620, LONG_TOKEN, NULL, "mode 0620" },
		{ 0600, "", NULL, "holds no token" },
		{ 0600, "\n", NULL, "holds no token" },
		{ 0600, LONG_TOKEN "\nmore", NULL, "holds no token" },
		{ 0600, "export OS_TOKEN=" LONG_TOKEN, NULL, "holds no token" },
		{ 0600, "{\"id\":\"" LONG_TOKEN "\"}", NULL, "holds no token" },
	};
	char path[] = "/tmp/test_token_XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct request request = { .how.token_file = path };
		struct error err = { 0 };
		struct token token;
		int rc;

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, rows[i].text, strlen(rows[i].text), 0), strlen(rows[i].text));
		assert_int_equal(fchmod(fd, rows[i].mode), 0);
		rc = token_take(&request, true, &token, &err);
		assert_int_equal(rc, rows[i].trouble ? -1 : 0);
		assert_string_equal(str_or(token.text, ""), str_or(rows[i].expected, ""));
		if (rows[i].trouble) {
			assert_int_equal(err.kind, ERROR_CONFIG);
			assert_non_null(strstr(err.text, rows[i].trouble));
			assert_null(strstr(err.text, LONG_TOKEN));
		}
		token_drop(&token);
	}
	close(fd);
	unlink(path);
}

/* It is in argv by then, and nowhere else. */
static void a_token_in_the_place_of_the_files_name_is_said_by_nobody(void **state)
{
	struct request request = { .how.token_file = LONG_TOKEN };
	auto_str struct str said = { 0 };
	struct error err = { 0 };
	struct token token;

	(void)state;
	assert_int_equal(token_take(&request, false, &token, &err), -1);
	str_add_public(&said, err.text);
	assert_non_null(strstr(said.s, "takes the name of a file"));
	assert_null(strstr(err.text, LONG_TOKEN));
	assert_null(strstr(err.hint, LONG_TOKEN));
	secrets_forget();
}

static void the_environment_is_asked_last_and_only_before_an_evacuation(void **state)
{
	struct request request = { 0 };
	struct error err = { 0 };
	struct token token;

	(void)state;
	setenv("OS_TOKEN", LONG_TOKEN, 1);
	assert_int_equal(token_take(&request, false, &token, &err), 0);
	assert_int_equal(token.state, TOKEN_ABSENT);
	assert_int_equal(token_take(&request, true, &token, &err), 0);
	assert_string_equal(token.text, LONG_TOKEN);
	assert_string_equal(token.origin, "$OS_TOKEN");
	token_drop(&token);
	request.how.token_from = "nova-conf";
	assert_int_equal(token_take(&request, true, &token, &err), 0);
	assert_null(token.text);
	assert_string_equal(token.source, "nova-conf");
	token_drop(&token);
	request.how.token_from = NULL;
	setenv("OS_TOKEN", "two words", 1);
	assert_int_equal(token_take(&request, true, &token, &err), -1);
	assert_null(strstr(err.text, "two words"));
	setenv("OS_TOKEN", "", 1);
	assert_int_equal(token_take(&request, true, &token, &err), 0);
	assert_int_equal(token.state, TOKEN_ABSENT);
	unsetenv("OS_TOKEN");
	secrets_forget();
}

/* ---- findings */

static void an_image_without_a_token(void)
{
	f.world.site.shared_disks = false;
}

static void an_image_with_one(void)
{
	an_image_without_a_token();
	fixture_token(&f);
	fixture_accept(&f, "local-disk");
}

static void without_one_and_accepted(void)
{
	an_image_without_a_token();
	fixture_accept(&f, "needs-token");
	fixture_accept(&f, "local-disk");
}

static void one_that_keystone_does_not_know(void)
{
	an_image_with_one();
	f.world.token.state = TOKEN_REFUSED;
	f.world.token.why = T("keystone at http://k/v3 does not know it (404)");
}

static void one_that_ends_soon(void)
{
	an_image_with_one();
	f.world.token.facts.ends_s = clock_wall_s() - 5;
}

static void one_of_another_project_and_no_administrator(void)
{
	an_image_with_one();
	f.world.token.facts.is_admin = false;
	f.instance[I2].project_id = "tenant";
}

static void one_of_the_instances_project(void)
{
	one_of_another_project_and_no_administrator();
	f.instance[I2].project_id = f.token_project;
}

static void one_whose_catalog_has_no_neutron(void)
{
	static json_object *catalog;

	an_image_with_one();
	if (!catalog)
		catalog = json_tokener_parse("[{\"type\":\"image\"}]");
	f.world.token.facts.catalog = catalog;
}

static void one_that_nobody_could_check(void)
{
	an_image_with_one();
	f.world.token.state = TOKEN_UNCHECKED;
	f.world.token.why = T("keystone at http://k/v3 refuses the connection");
}

static void nobody_could_check_it_and_nothing_is_known(void)
{
	one_whose_catalog_has_no_neutron();
	f.world.token.state = TOKEN_UNCHECKED;
	f.world.token.why = T("keystone at http://k/v3 refuses the connection");
}

static void an_encrypted_volume(void)
{
	f.fact[I1][0].owner.encryption_key_id = "5a1b";
}

static void a_key_of_another_project(void)
{
	an_encrypted_volume();
	fixture_token(&f);
	f.instance[I1].project_id = "tenant";
}

static void a_key_of_another_project_and_accepted(void)
{
	a_key_of_another_project();
	fixture_accept(&f, "needs-token:web");
}

static void a_key_of_its_own_project(void)
{
	a_key_of_another_project();
	f.instance[I1].project_id = f.token_project;
}

static void a_kernel_of_glance(void)
{
	f.candidate[I2].needs.kernel_id = "k1";
}

static void a_kernel_and_accepted(void)
{
	a_kernel_of_glance();
	fixture_accept(&f, "needs-token:i2");
}

static void a_token_that_nobody_needs(void)
{
	fixture_token(&f);
}

#define IMAGE \
	"needs-token i2: db needs a token: its root disk may be lost with the host: nova-compute makes it again from image image, which it gets " \
	"from glance in the caller's name; "
#define LOCAL "local-disk i2: db boots from an image: its disks (a root as large as its image) may be lost with the host; nova makes the root disk again from the image, without what was written to it since"
#define USED(n) \
	"token-used c1: " n " with the token of '/root/t' (user ann, project service, ends in ?); nova then asks glance, neutron and cinder with it, not with its own login"

static const struct guard_case cases[] = {
	{ an_image_without_a_token, IMAGE "no token is given" },
	{ an_image_with_one, LOCAL "\n" USED("1 instance goes") },
	{ without_one_and_accepted, IMAGE "no token is given\naccept-unused needs-token: --accept 'needs-token' had no effect: this finding cannot be accepted\n"
	                                  "accept-unused local-disk: --accept 'local-disk' had no effect: this run has no such finding" },
	{ one_that_keystone_does_not_know, IMAGE "the token of '/root/t' cannot be used: keystone at http://k/v3 does not know it (404)\n"
	                                         "accept-unused local-disk: --accept 'local-disk' had no effect: this run has no such finding" },
	{ one_that_ends_soon, IMAGE "the token of '/root/t' cannot be used: it ends in 0 s, and nova may need it for 300 s\n"
	                            "accept-unused local-disk: --accept 'local-disk' had no effect: this run has no such finding" },
	{ one_of_another_project_and_no_administrator, IMAGE "the token of '/root/t' cannot be used: it is of project service, and the instance is of project tenant\n"
	                            "accept-unused local-disk: --accept 'local-disk' had no effect: this run has no such finding" },
	{ one_of_the_instances_project, LOCAL "\n" USED("1 instance goes") },
	{ one_whose_catalog_has_no_neutron, IMAGE "the token of '/root/t' cannot be used: its catalog has no service 'network'\n"
	                            "accept-unused local-disk: --accept 'local-disk' had no effect: this run has no such finding" },
	{ one_that_nobody_could_check, LOCAL "\ntoken-unchecked c1: the token of '/root/t' could not be checked: keystone at http://k/v3 refuses the connection; one that "
	                                     "has expired leaves each of its instances in ERROR" },
	{ nobody_could_check_it_and_nothing_is_known, IMAGE "the token of '/root/t' cannot be used: keystone at http://k/v3 refuses the connection, and nova's configuration "
	                            "does not say where the service 'network' is\n"
	                            "accept-unused local-disk: --accept 'local-disk' had no effect: this run has no such finding" },
	{ an_encrypted_volume, "needs-token i1: web needs a token: its volume v1 is encrypted: nova-compute gets the key from barbican in the caller's name; no token is given" },
	{ a_key_of_another_project, "needs-token i1: web needs a token: its volume v1 is encrypted: nova-compute gets the key from barbican in the caller's name; the token of "
	                            "'/root/t' cannot be used: it is of project service, and the instance is of project tenant" },
	{ a_key_of_another_project_and_accepted, "needs-token i1: web needs a token: its volume v1 is encrypted: nova-compute gets the key from barbican in the caller's name; "
	                            "the token of '/root/t' cannot be used: it is of project service, and the instance is of project tenant" },
	{ a_key_of_its_own_project, USED("1 instance goes") },
	{ a_kernel_of_glance, "needs-token i2: db needs a token: it boots with the kernel k1, a file beside its disks: nova-compute gets it from glance in the caller's name; no "
	                      "token is given" },
	{ a_kernel_and_accepted, "needs-token i2: db needs a token: it boots with the kernel k1, a file beside its disks: nova-compute gets it from glance in the caller's name; no "
	                         "token is given" },
	{ a_token_that_nobody_needs, "" },
};

static void what_needs_a_token_is_left_out_without_a_good_one(void **state)
{
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct findings findings = { 0 };
		auto_str struct str got = { 0 };

		begin(state);
		cases[i].change();
		guards_run(&f.scene, &findings);
		describe(&findings, &got);
		all_seen(&findings);
		assert_string_equal(got.s, cases[i].expected);
		for (size_t k = 0; k < findings.n; k++)
			answers_for_nobody(&findings.v[k]);
		findings_free(&findings);
	}
}

static void only_what_can_be_had_without_is_offered(void **state)
{
	static const struct {
		void (*change)(void);
		bool acceptable, accepted;
	} rows[] = {
		{ an_image_without_a_token, false, false }, { without_one_and_accepted, false, false }, { a_key_of_another_project, true, false },
		{ a_key_of_another_project_and_accepted, true, true }, { a_kernel_of_glance, true, false }, { a_kernel_and_accepted, true, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct findings findings = { 0 };
		const struct finding *found;

		begin(state);
		rows[i].change();
		guards_run(&f.scene, &findings);
		found = findings.v;
		while (found < findings.v + findings.n && strcmp(found->code, "needs-token") != 0)
			found++;
		assert_true(found < findings.v + findings.n);
		assert_int_equal(found->acceptable, rows[i].acceptable);
		assert_int_equal(found->accepted, rows[i].accepted);
		assert_int_equal(strstr(found->hint, "--accept") != NULL, rows[i].acceptable && !rows[i].accepted);
		assert_non_null(strstr(found->hint, "--os-token-file FILE"));
		findings_free(&findings);
	}
}

/* A key that a person says nova has otherwise: the token is another project's, and would take cinder's login away. */
static void a_token_goes_only_where_it_is_needed_and_serves(void **state)
{
	begin(state);
	fixture_token(&f);
	assert_false(token_goes(&f.scene, &f.candidate[I1]));
	assert_false(token_goes(&f.scene, &f.candidate[I2]));
	f.world.site.shared_disks = false;
	assert_false(token_goes(&f.scene, &f.candidate[I1])); /* boots from a volume */
	assert_true(token_goes(&f.scene, &f.candidate[I2]));
	an_encrypted_volume();
	f.instance[I1].project_id = "tenant";
	assert_false(token_goes(&f.scene, &f.candidate[I1]));
	f.instance[I1].project_id = f.token_project;
	assert_true(token_goes(&f.scene, &f.candidate[I1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_login_is_asked_as_keystoneauth_asks_it),
		cmocka_unit_test(the_address_has_its_version_once),
		cmocka_unit_test(an_answer_is_read_and_its_catalog_turned_to_what_nova_has),
		cmocka_unit_test(a_file_that_others_may_read_is_not_read),
		cmocka_unit_test(a_token_in_the_place_of_the_files_name_is_said_by_nobody),
		cmocka_unit_test(the_environment_is_asked_last_and_only_before_an_evacuation),
		cmocka_unit_test(what_needs_a_token_is_left_out_without_a_good_one),
		cmocka_unit_test(only_what_can_be_had_without_is_offered),
		cmocka_unit_test(a_token_goes_only_where_it_is_needed_and_serves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
