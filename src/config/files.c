/* SPDX-License-Identifier: Apache-2.0 */
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "util/mem.h"

/* Which files a service reads that is started as its distribution starts it, and in which order: oslo.config's
 * find_config_files(), find_config_dirs() and _parse_config_files(). The later wins. */

static void add_path(struct file_list *files, const char *path)
{
	files->v = xreallocarray(files->v, files->n + 1, sizeof *files->v);
	files->v[files->n++] = arena_dup(&files->texts, path);
}

static void add_if_there(struct file_list *files, const char *path)
{
	if (access(path, F_OK) == 0)
		add_path(files, path);
}

void file_list_free(struct file_list *files)
{
	free(files->v);
	arena_free(&files->texts);
	*files = (struct file_list){ 0 };
}

static int in_byte_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void add_directory(struct file_list *files, const char *directory)
{
	auto_free char *pattern = xasprintf("%s/*.conf", directory);
	glob_t found = { 0 };

	if (glob(pattern, GLOB_NOSORT, NULL, &found) == 0) {
		qsort(found.gl_pathv, found.gl_pathc, sizeof *found.gl_pathv, in_byte_order);
		for (size_t i = 0; i < found.gl_pathc; i++)
			add_path(files, found.gl_pathv[i]);
	}
	globfree(&found);
}

static void add_directories(struct file_list *files, const char *root, const char *service, const char *daemon)
{
	auto_free char *of_service = xasprintf("%s/etc/%s/%s.conf.d", root, service, service);
	auto_free char *of_daemon = xasprintf("%s/etc/%s/%s.conf.d", root, service, daemon);

	add_directory(files, of_service);
	if (strcmp(service, daemon) != 0)
		add_directory(files, of_daemon);
}

/* openstack-pkg-tools' init-script-template, of Debian and Ubuntu: "--config-file=/etc/nova/nova.conf" */
static bool has_init_script(const char *root, const char *service)
{
	auto_free char *pattern = xasprintf("%s/etc/init.d/%s-*", root, service);
	glob_t found = { 0 };
	bool any = glob(pattern, GLOB_NOSORT, NULL, &found) == 0;

	globfree(&found);
	return any;
}

/* A --config-file on the command line takes the place of the files that oslo finds, and is read behind its directories. RDO's
 * oslo.config begins with the distribution's own file. */
void add_default_files(const char *root, const char *service, const char *daemon, bool has_script, struct file_list *files)
{
	auto_free char *of_distribution = xasprintf("%s/usr/share/%s/%s-dist.conf", root, service, service);
	auto_free char *of_service = xasprintf("%s/etc/%s/%s.conf", root, service, service);
	auto_free char *of_daemon = xasprintf("%s/etc/%s/%s.conf", root, service, daemon);

	if (has_script && has_init_script(root, service)) {
		add_directories(files, root, service, daemon);
		add_path(files, of_service);
		return;
	}
	add_if_there(files, of_distribution);
	add_path(files, of_service);
	if (strcmp(service, daemon) != 0)
		add_if_there(files, of_daemon);
	add_directories(files, root, service, daemon);
}

void add_named_file(const char *path, struct file_list *files)
{
	struct stat st;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		add_directory(files, path);
	else
		add_path(files, path);
}
