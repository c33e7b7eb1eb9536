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

#include "config/config.h"
#include "find/scene.h"
#include "util/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* ---- what is written */

static const struct {
	const char *phases, *read; /* "tag(db) metadata(tier=db) | rest": terms and phases as they were read */
	const char *error;
} phases[] = {
	{ "tag db", "tag(db)", NULL },
	{ "tag db, rest , tag batch", "tag(db) | rest | tag(batch)", NULL },
	{ "tag db or metadata tier = d*\n ha,,priority", "tag(db) metadata(tier=d*) | ha | priority", NULL },
	{ "metadata restart_group", "metadata(restart_group)", NULL },
	{ "metadata a=b=c", "metadata(a=b=c)", NULL },
	{ "metadata a=", "metadata(a=)", NULL },
	{ "project 4a5b, flavor m1.* or flavor g1", "project(4a5b) | flavor(m1.*) flavor(g1)", NULL },
	{ "tag orange", "tag(orange)", NULL },
	{ "tags db", NULL, "'tags db' is no rule for a phase" },
	{ "tag", NULL, "'tag' lacks what it is about" },
	{ "ha yes", NULL, "'ha yes' has a word too many" },
	{ "rest, priority", NULL, "'priority' is the second rule" },
	{ "tag db or rest", NULL, "joins with 'or'" },
	{ "metadata =x", NULL, "has no key" },
	{ "tag db or ", NULL, "'' is no rule" },
};

static void say_rules(const struct order_config *c, struct str *out)
{
	static const char *const words[] = { "tag", "metadata", "project", "flavor", "ha", "priority", "rest" };

	str_clear(out);
	str_add(out, "");
	for (size_t r = 0; r < c->nrule; r++)
		for (size_t t = 0; t < c->rule[r].nterm; t++) {
			const struct phase_term *term = &c->rule[r].term[t];

			str_addf(out, "%s%s", t ? " " : r ? " | " : "", words[term->by]);
			if (term->key || term->pattern)
				str_addf(out, "(%s%s%s)", term->key ? term->key : "", term->key && term->pattern ? "=" : "",
				    term->pattern ? term->pattern : "");
		}
}

static void phases_are_read_or_refused(void **state)
{
	auto_str struct str said = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(phases); i++) {
		struct order_config c;
		struct error err = { 0 };
		int rc;

		order_config_init(&c);
		rc = order_config_set(&c, ORDER_PHASES, phases[i].phases, "here", &err);
		say_rules(&c, &said);
		if (phases[i].read ? rc != 0 || strcmp(said.s, phases[i].read) != 0 :
				     rc == 0 || err.kind != ERROR_CONFIG || !strstr(err.text, phases[i].error))
			fail_msg("'%s': %s, %s", phases[i].phases, said.s, err.text);
		order_config_free(&c);
	}
}

static void a_phase_has_a_time_that_is_one(void **state)
{
	static const char *const bad[] = { "0", "86401", "10s", "-1", "soon", "99999999999999999999" };
	struct order_config c;

	(void)state;
	order_config_init(&c);
	assert_int_equal(c.phase_timeout_s, 600);
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct error err = { 0 };

		assert_int_equal(order_config_set(&c, ORDER_PHASE_TIMEOUT, bad[i], "here", &err), -1);
		assert_int_equal(err.kind, ERROR_CONFIG);
	}
	assert_int_equal(order_config_set(&c, ORDER_PHASE_TIMEOUT, "86400", "here", &(struct error){ 0 }), 0);
	assert_int_equal(c.phase_timeout_s, 86400);
	order_config_free(&c);
}

/* What a plan or a journal keeps makes the same order again. */
static void an_order_comes_back_out_of_its_words(void **state)
{
	struct order_config c, again;
	struct error err = { 0 };
	struct words words, old = { .v = (const char *[]){ "phasen = tag x" }, .n = 1 };
	auto_str struct str before = { 0 }, after = { 0 };

	(void)state;
	order_config_init(&c);
	assert_int_equal(order_config_set(&c, ORDER_PHASES, "tag a or ha,\n priority", "here", &err), 0);
	assert_int_equal(order_config_set(&c, ORDER_HA_KEYS, "HA, KEEP", "here", &err), 0);
	assert_int_equal(order_config_set(&c, ORDER_RESPECT_HA_TAGS, "yes", "here", &err), 0);
	words = order_config_words(&c);
	assert_int_equal(words.n, 3);
	assert_int_equal(order_config_of_words(&words, &again, &err), 0);
	say_rules(&c, &before);
	say_rules(&again, &after);
	assert_string_equal(before.s, after.s);
	assert_string_equal(again.key[ORDER_HA_KEYS].v[1], "KEEP");
	assert_true(again.respect_ha_tags);
	free(words.v);
	order_config_free(&again);
	assert_int_equal(order_config_of_words(&old, &again, &err), -1); /* of a version that says it in another way */
	assert_int_equal(err.kind, ERROR_REFUSED);
	order_config_free(&again);
	order_config_free(&c);
}

static const char *file_with(const char *text)
{
	static char path[] = "/tmp/order-XXXXXX";
	int fd;

	strcpy(path, "/tmp/order-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	return path;
}

static void a_file_of_its_own_has_the_order_and_nothing_else(void **state)
{
	static const struct {
		const char *text, *error;
	} files[] = {
		{ "[order]\nphases = tag a, rest\n", NULL },
		{ "[order]\nrespect_ha_tags = true\n", NULL },
		{ "", "says nothing of an order" },
		{ "[order]\nphase_timeout = 5\n", "says nothing of an order" },
		{ "[order]\nphase = tag a\n", "unknown option" },
		{ "[order]\nphases = tag a\n[site]\nshared_disks = true\n", "no place in a file of --order" },
		{ "[order]\nphases = tagged a\n", "no rule for a phase" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		const char *path = file_with(files[i].text);
		const struct config_sources sources = { .order_file = path };
		struct site_config site = { 0 };
		struct error err = { 0 };
		int rc = config_load_site(&sources, &site, &err);

		if (files[i].error ? rc == 0 || !strstr(err.text, files[i].error) : rc != 0)
			fail_msg("%s: %s", files[i].text, err.text);
		site_config_free(&site);
		unlink(path);
	}
}

static void the_runs_own_order_goes_over_the_file_and_the_file_over_the_configuration(void **state)
{
	const char *site_path = xstrdup(file_with("[order]\nphases = tag site\n")), *own_path = xstrdup(file_with("[order]\nphases = tag own\n"));
	const struct words none = { 0 }, kept = { .v = (const char *[]){ "phases = tag kept" }, .n = 1 };
	const struct {
		const char *file;
		const struct words *words;
		const char *rule;
	} cases[] = { { NULL, NULL, "tag site" }, { own_path, NULL, "tag own" }, { own_path, &kept, "tag kept" }, { NULL, &none, NULL } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct config_sources sources = { .site_file = site_path, .order_file = cases[i].file, .order_words = cases[i].words };
		struct site_config site;
		struct error err = { 0 };

		assert_int_equal(config_load_site(&sources, &site, &err), 0);
		if (cases[i].rule)
			assert_string_equal(site.order.rule[0].text, cases[i].rule);
		else
			assert_int_equal(site.order.nrule, 0);
		site_config_free(&site);
	}
	unlink(site_path);
	unlink(own_path);
	free((void *)(uintptr_t)site_path);
	free((void *)(uintptr_t)own_path);
}

/* ---- where it puts an instance */

#define MOST 4
#define METADATA(...) { .metadata = { (struct label[]){ __VA_ARGS__ }, sizeof((struct label[]){ __VA_ARGS__ }) / sizeof(struct label) } }

static const struct {
	const char *phases;
	struct labels labels[MOST];
	const char *expected; /* names of the phases, by instance; '!' behind one whose word is unclear */
} ranks[] = {
	{ "tag db, flavor m1.*", { { .tag = (const char *[]){ "x", "db" }, .ntag = 2 }, { .flavor_name = "m1.large" }, { .flavor_name = "c1" } },
	    "tag db; flavor m1.*; rest" },
	{ "tag db", { { .tag = (const char *[]){ "DB" }, .ntag = 1 }, METADATA({ "tag", "db" }) }, "rest; rest" },
	{ "tag d[ab], rest", { { .tag = (const char *[]){ "da" }, .ntag = 1 }, { .ntag = 0 } }, "tag d[ab]; rest" },
	{ "metadata tier=db*, metadata tier", { METADATA({ "tier", "db1" }), METADATA({ "tier", NULL }), METADATA({ "Tier", "db1" }) },
	    "metadata tier=db*; metadata tier; rest" },
	{ "rest, metadata tier=batch", { METADATA({ "tier", "batch" }), METADATA({ "tier", "web" }) }, "metadata tier=batch; rest" },
	{ "project p1 or tag db", { { .ntag = 0 }, { .tag = (const char *[]){ "db" }, .ntag = 1 } },
	    "project p1 or tag db; project p1 or tag db" }, /* every instance here is of p1 */
	{ "priority",
	    { METADATA({ "restart_priority", "800" }), METADATA({ "instanceha:restart_priority", "1" }), { .ntag = 0 },
		METADATA({ "restart_priority", "1001" }) },
	    "priority 800; priority 1; priority 500; priority 500!" },
	{ "priority", { METADATA({ "restart_priority", "0" }), METADATA({ "restart_priority", " 7" }), METADATA({ "restart_priority", "+7" }),
			  METADATA({ "restart_priority", "" }) },
	    "priority 500!; priority 500!; priority 500!; priority 500!" },
	/* a group has the highest of its members, among those that a number decides about */
	{ "tag first, priority",
	    { METADATA({ "restart_group", "g" }, { "restart_priority", "100" }), METADATA({ "restart_group", "g" }, { "restart_priority", "900" }),
		METADATA({ "restart_group", "h" }), METADATA({ "restart_group", "g" }) },
	    "priority 900; priority 900; priority 500; priority 900" },
	{ "ha", { METADATA({ "HA_Enabled", "True" }), METADATA({ "HA_Enabled", "false" }), METADATA({ "evacuable", "ON" }),
		    METADATA({ "HA_Enabled", "perhaps" }) },
	    "ha; rest; ha; rest!" },
	/* one no beside a yes is a no; what the instance itself says goes over its flavor and its image */
	{ "ha", { METADATA({ "HA_Enabled", "yes" }, { "evacuable", "no" }),
		    { .flavor = { (struct label[]){ { "evacuable", "true" } }, 1 } }, { .image = { (struct label[]){ { "evacuable", "true" } }, 1 } },
		    { .metadata = { (struct label[]){ { "HA_Enabled", "0" } }, 1 }, .flavor = { (struct label[]){ { "evacuable", "1" } }, 1 } } },
	    "rest; ha; ha; rest" },
	{ "ha", { METADATA({ "HA_Enabled", "no" }, { "evacuable", "yes" }) }, "rest" },
	{ "tag db", { METADATA({ "HA_Enabled", "perhaps" }) }, "rest" }, /* nobody asks for that key */
};

static void an_instance_is_of_the_first_phase_that_it_fits(void **state)
{
	auto_str struct str said = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(ranks); i++) {
		struct instance instance = { .uuid = "i", .project_id = "p1" };
		struct candidate candidate[MOST];
		struct order_config c;
		struct arena arena = { 0 };
		size_t n = 0;

		for (const char *p = ranks[i].expected; p; p = strchr(p + 1, ';'))
			n++;
		order_config_init(&c);
		assert_int_equal(order_config_set(&c, ORDER_PHASES, ranks[i].phases, "here", &(struct error){ 0 }), 0);
		for (size_t k = 0; k < n; k++)
			candidate[k] = (struct candidate){ .instance = &instance, .labels = ranks[i].labels[k] };
		candidates_rank(&c, candidate, n, &arena);
		str_clear(&said);
		for (size_t k = 0; k < n; k++)
			str_addf(&said, "%s%s%s", k ? "; " : "", rank_name(&c, &candidate[k].rank, &arena), candidate[k].rank.unclear ? "!" : "");
		if (strcmp(said.s, ranks[i].expected) != 0)
			fail_msg("%s: %s, not %s", ranks[i].phases, said.s, ranks[i].expected);
		arena_free(&arena);
		order_config_free(&c);
	}
}

static void a_rank_goes_by_its_rule_and_then_by_its_number(void **state)
{
	static const struct rank first = { .rule = 0 }, high = { .rule = 1, .priority = 900 }, low = { .rule = 1, .priority = 5 };

	(void)state;
	assert_true(rank_compare(&first, &high) < 0 && rank_compare(&high, &first) > 0);
	assert_true(rank_compare(&high, &low) < 0 && rank_compare(&low, &high) > 0);
	assert_int_equal(rank_compare(&low, &low), 0);
}

static void a_flavor_has_its_name_and_its_extra_specs(void **state)
{
	static const char *const bad[] = { NULL, "", "{", "[]", "{\"cur\": 1}", "{\"cur\": {\"nova_object.data\": 3}}" };
	struct arena arena = { 0 };
	struct labels l = { 0 };

	(void)state;
	labels_of_flavor("{\"cur\": {\"nova_object.name\": \"Flavor\", \"nova_object.data\": {\"name\": \"m1\", \"extra_specs\": "
			 "{\"evacuable\": \"true\", \"hw:x\": null}}}, \"old\": null}",
	    &arena, &l);
	assert_string_equal(l.flavor_name, "m1");
	assert_int_equal(l.flavor.n, 2);
	assert_string_equal(label_find(&l.flavor, "evacuable")->value, "true");
	assert_null(label_find(&l.flavor, "hw:x")->value);
	assert_null(label_find(&l.flavor, "Evacuable"));
	for (size_t i = 0; i < COUNT(bad); i++) {
		l = (struct labels){ 0 };
		labels_of_flavor(bad[i], &arena, &l);
		assert_null(l.flavor_name);
		assert_int_equal(l.flavor.n, 0);
	}
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(phases_are_read_or_refused),
		cmocka_unit_test(a_phase_has_a_time_that_is_one),
		cmocka_unit_test(an_order_comes_back_out_of_its_words),
		cmocka_unit_test(a_file_of_its_own_has_the_order_and_nothing_else),
		cmocka_unit_test(the_runs_own_order_goes_over_the_file_and_the_file_over_the_configuration),
		cmocka_unit_test(an_instance_is_of_the_first_phase_that_it_fits),
		cmocka_unit_test(a_rank_goes_by_its_rule_and_then_by_its_number),
		cmocka_unit_test(a_flavor_has_its_name_and_its_extra_specs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
