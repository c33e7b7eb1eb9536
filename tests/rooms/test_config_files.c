/* SPDX-License-Identifier: Apache-2.0 */
#include "rooms.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../src/config/internal.h"
#include "util/mem.h"

/* The files of a service and their order, beside oslo.config itself. */

static char root[] = "/tmp/evac-files-XXXXXX";
static const char *const paths[] = { "etc/nova/nova.conf", "etc/nova/nova-conductor.conf", "etc/nova/nova.conf.d/10-b.conf",
	"etc/nova/nova.conf.d/9-a.conf", "etc/nova/nova.conf.d/B.conf", "etc/nova/nova.conf.d/z.txt",
	"etc/nova/nova-conductor.conf.d/a.conf", "etc/nova/nova-compute.conf.d/a.conf", "extra/1.conf" };
#define PATHS COUNT(paths)
#define OPTIONS (1u << PATHS)

static void run(const char *command)
{
	if (system(command) != 0)
		fail_msg("%s", command);
}

/* Option oN is in each file whose bit is in N: the same values mean the same order. */
static void write_path(size_t i)
{
	auto_free char *path = xasprintf("%s/%s", root, paths[i]), *make = xasprintf("mkdir -p $(dirname %s)", path);
	FILE *f;

	run(make);
	f = fopen(path, "w");
	assert_non_null(f);
	fputs("[DEFAULT]\n", f);
	for (unsigned n = 0; n < OPTIONS; n++)
		if (n & 1u << i)
			fprintf(f, "o%u = %zu\n", n, i);
	fclose(f);
}

static int make_files(void **state)
{
	(void)state;
	if (!mkdtemp(root))
		return -1;
	for (size_t i = 0; i < PATHS; i++)
		write_path(i);
	return 0;
}

static int remove_files(void **state)
{
	auto_free char *remove = xasprintf("rm -rf %s", root);

	(void)state;
	return system(remove);
}

static void add_ours(const struct file_list *files, struct str *out)
{
	struct error err = { 0 };
	struct ini *ini = NULL;
	const char *value;

	if (ini_open(files->v, files->n, &ini, &err) != 0)
		fail_msg("%s", err.text);
	for (unsigned n = 0; n < OPTIONS; n++) {
		auto_free char *key = xasprintf("o%u", n);

		assert_int_equal(ini_get(ini, "DEFAULT", key, &value, NULL, &err), 0);
		str_addf(out, "%s%s", n ? " " : "", value ? value : "-");
	}
	str_add(out, "\n");
	ini_close(&ini);
}

static void assert_as_oslo(struct file_list *files, const char *way)
{
	auto_free char *command = xasprintf("/usr/bin/python3 tests/lib/oslo_reads.py %s nova nova-conductor %s %u", root, way, OPTIONS);
	auto_str struct str ours = { 0 };
	char theirs[OPTIONS * 3];
	FILE *f = popen(command, "r");

	assert_non_null(f);
	assert_non_null(fgets(theirs, sizeof theirs, f));
	assert_int_equal(pclose(f), 0);
	add_ours(files, &ours);
	assert_string_equal(ours.s, theirs);
	file_list_free(files);
}

static void a_service_started_plainly_reads_its_directories_last(void **state)
{
	struct file_list files = { 0 };

	(void)state;
	add_default_files(root, "nova", "nova-conductor", true, &files);
	assert_as_oslo(&files, "plain");
}

static void a_service_started_by_debians_script_reads_its_file_last(void **state)
{
	auto_free char *make = xasprintf("mkdir -p %s/etc/init.d && touch %s/etc/init.d/nova-conductor", root, root),
	               *away = xasprintf("rm -r %s/etc/init.d", root);
	struct file_list files = { 0 };

	(void)state;
	run(make);
	add_default_files(root, "nova", "nova-conductor", true, &files);
	run(away);
	assert_as_oslo(&files, "script");
}

/* oslo still reads the default directories where only a file is named, and not where a directory is. */
static void a_directory_that_is_named_is_read_in_its_place(void **state)
{
	auto_free char *main_file = xasprintf("%s/etc/nova/nova.conf", root), *extra = xasprintf("%s/extra", root);
	struct file_list files = { 0 };

	(void)state;
	add_named_file(main_file, &files);
	add_named_file(extra, &files);
	assert_as_oslo(&files, "dir");
}

/* RDO's oslo.config has this in its own patch, which is not here: it was read, not run. */
static void the_distributions_own_file_is_read_first(void **state)
{
	auto_free char *make = xasprintf("mkdir -p %s/usr/share/nova && echo '[DEFAULT]' >%s/usr/share/nova/nova-dist.conf", root, root);
	struct file_list files = { 0 };

	(void)state;
	run(make);
	add_default_files(root, "nova", "nova-conductor", true, &files);
	assert_non_null(strstr(files.v[0], "/usr/share/nova/nova-dist.conf"));
	file_list_free(&files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_started_plainly_reads_its_directories_last),
		cmocka_unit_test(a_service_started_by_debians_script_reads_its_file_last),
		cmocka_unit_test(a_directory_that_is_named_is_read_in_its_place),
		cmocka_unit_test(the_distributions_own_file_is_read_first),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
