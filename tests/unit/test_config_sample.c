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

#include "command/tree.h"
#include "config/config.h"
#include "util/mem.h"
#include "util/str.h"

static char *sample(void)
{
	const char *argv[] = { "evac-manage", "config", "sample" };
	int saved = dup(STDOUT_FILENO);
	FILE *file = tmpfile();
	struct str text = { 0 };
	struct error err = { 0 };
	struct call call;
	char part[4096];
	size_t n;

	assert_int_equal(cli_parse(&command_tree, 3, argv, &call, &err), 0);
	assert_non_null(file);
	fflush(stdout);
	assert_int_equal(dup2(fileno(file), STDOUT_FILENO), STDOUT_FILENO);
	assert_int_equal(call.command->run(&call.request, &err), ERROR_OK);
	fflush(stdout);
	assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	close(saved);
	call_free(&call);
	rewind(file);
	while ((n = fread(part, 1, sizeof part, file)) > 0)
		str_addn(&text, part, n);
	fclose(file);
	return str_take(&text);
}

static void assert_loads(const char *text)
{
	char path[] = "/tmp/evac-manage-sample.XXXXXX";
	const struct config_sources sources = { .site_file = path };
	struct error err = { 0 };
	struct site_config c;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	if (config_load_site(&sources, &c, &err) != 0)
		fail_msg("%s: %s", text, err.text);
	site_config_free(&c);
	unlink(path);
}

static void each_option_has_its_group_its_meaning_and_a_line_that_is_taken(void **state)
{
	auto_free char *text = sample();
	auto_str struct str file = { 0 };

	(void)state;
	for (const struct own_option *o = own_options; o->group; o++) {
		str_clear(&file);
		str_addf(&file, "#%s = %s\n", o->key, o->sample);
		assert_non_null(strstr(text, file.s));
		str_clear(&file);
		str_addf(&file, "\n[%s]\n", o->group);
		assert_non_null(strstr(text, file.s));
		if (strcmp(o->key, "version_file") == 0) /* a file of the site, not of this machine */
			continue;
		str_addf(&file, "%s = %s\n", o->key, o->sample);
		assert_loads(file.s);
	}
}

static void as_it_is_the_sample_switches_nothing_on_and_fits(void **state)
{
	auto_free char *text = sample();

	(void)state;
	assert_loads(text);
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
		assert_true(strcspn(line, "\n") < 80);
		assert_non_null(strchr("#[\n", *line));
		assert_null(strstr(line, " \n") == line + strcspn(line, "\n") - 1 ? line : NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_option_has_its_group_its_meaning_and_a_line_that_is_taken),
		cmocka_unit_test(as_it_is_the_sample_switches_nothing_on_and_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
