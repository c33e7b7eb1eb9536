/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "command/commands.h"
#include "cli/fenced.h"
#include "journal/runs.h"
#include "run/plan_file.h"
#include "out/table.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/str.h"

/* Commands whose plans can be applied: one row each. */
static const struct {
	const char *command;
	enum error_kind (*run)(const struct request *request, struct error *err);
} appliers[] = {
	{ "host rescue", op_host_rescue },
	{ "host evacuate", op_host_evacuate },
	{ "instance evacuate", op_instance_evacuate },
	{ "volume update_host", op_volume_update_host },
	{ "volume update_service", op_volume_update_service },
	{ "volume delete", op_volume_delete },
	{ "backup update_backup_host", op_backup_update_backup_host },
	{ "group update_host", op_group_update_host },
	{ "consistencygroup update_cg_host", op_consistencygroup_update_cg_host },
	{ "service remove", op_service_remove },
	{ "cluster rename", op_cluster_rename },
	{ "cluster remove", op_cluster_remove },
	{ "quota sync", op_quota_sync },
	{ "migration close", op_migration_close },
	{ "journal undo", op_journal_undo },
};
#define APPLIERS (sizeof appliers / sizeof *appliers)

/* Its place in the table; APPLIERS: none. */
static size_t applier_of(const char *command)
{
	size_t i = 0;

	while (i < APPLIERS && strcmp(appliers[i].command, command) != 0)
		i++;
	return i;
}

bool plan_can_apply(const char *command)
{
	return applier_of(command) < APPLIERS;
}

static const struct table_column columns[] = {
	{ "unit", NULL, false, true },  { "what", NULL, false, false },  { "kind", NULL, false, false },
	{ "id", NULL, false, false },   { "name", NULL, false, false },  { "before", NULL, false, false },
	{ "after", NULL, false, false },
};
#define COLUMNS columns, sizeof columns / sizeof *columns

static int print_rows(const struct plan_file *file, const struct request *request, struct error *err)
{
	auto_arena struct arena arena = { 0 };
	struct table t;
	int rc;

	table_init(&t, COLUMNS);
	for (size_t i = 0; i < file->plan.nunit; i++)
		for (const struct step *s = file->plan.unit[i].step; s < file->plan.unit[i].step + file->plan.unit[i].nstep; s++) {
			table_add(&t);
			table_int(&t, "unit", (int64_t)i);
			table_text(&t, "what", unit_kind_name[file->plan.unit[i].kind]);
			table_text(&t, "kind", s->kind->name);
			table_text(&t, "id", s->id);
			table_text(&t, "name", s->name);
			table_text(&t, "before", step_values_text(s->kind, s->before, &arena));
			table_text(&t, "after", step_values_text(s->kind, s->after, &arena));
		}
	rc = table_print(&t, &request->shown, err);
	table_free(&t);
	return rc;
}

static int print_document(const struct plan_file *file, const struct request *request, struct error *err)
{
	printf("%s\n", json_object_to_json_string_ext(file->document, JSON_C_TO_STRING_NOSLASHESCAPE |
	                   (request->shown.noindent ? JSON_C_TO_STRING_PLAIN : JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED)));
	return fflush(stdout) == 0 ? 0 : error_set(err, ERROR_ERROR, "the plan could not be written to stdout");
}

static bool is_applied(const struct plan_file *file, const struct request *request)
{
	auto_free char *path = NULL;
	struct error none = { 0 };

	return journal_find(request, file->run, &path, &none) == 0;
}

static bool is_expired(const struct plan_file *file)
{
	return clock_parse(file->expires_at) <= clock_wall_s();
}

/* What the file is good for, and the command that is next. */
static void say_end(struct plan_file *file, const struct request *request)
{
	size_t n = plan_steps(&file->plan);

	log_notice("sha256 %s", file->sha256);
	if (is_applied(file, request)) {
		log_notice("%zu step%s; applied already", n, n == 1 ? "" : "s");
		log_notice("next: evac-manage journal show %s", file->run);
	} else if (is_expired(file)) {
		log_notice("%zu step%s; expired at %s, so it is applied no more", n, n == 1 ? "" : "s", file->expires_at);
		log_notice("next: the same %s, with --plan-out and a new file", file->command);
	} else {
		log_notice("%zu step%s; good until %s; then a new plan is needed", n, n == 1 ? "" : "s", file->expires_at);
		if (n > 0)
			log_notice("next: %s", plan_file_command(&file->arena, request->what.plan_file));
	}
}

enum error_kind op_plan_show(const struct request *request, struct error *err)
{
	struct plan_file file = { 0 };
	int rc = table_check(COLUMNS, &request->shown, err);

	if (rc == 0)
		rc = plan_file_read(request->what.plan_file, &file, err);
	if (rc == 0 && strcmp(request->shown.format, "json") == 0) {
		rc = print_document(&file, request, err);
	} else if (rc == 0) {
		log_notice("%s of '%s', run %s, to be applied before %s", file.command, str_or(file.host, "?"), file.run, file.expires_at);
		for (size_t i = 0; i < file.plan.nunit; i++)
			log_notice("%zu. %s", i + 1, file.plan.unit[i].sentence);
		rc = print_rows(&file, request, err);
		if (rc == 0)
			say_end(&file, request);
	}
	plan_file_free(&file);
	return rc == 0 ? ERROR_OK : err->kind;
}

/* The file's words about what is done, this command line's about where things are and how it is shown. */
static struct request join(const struct request *now, const struct plan_file *file)
{
	struct request r = file->request;

	r.command = file->command;
	r.argc = now->argc;
	r.argv = now->argv;
	r.how.dry_run = now->how.dry_run;
	r.how.yes = now->how.yes;
	r.how.skip_drifted = now->how.skip_drifted;
	r.how.planned = file;
	r.what.plan_file = now->what.plan_file;
	r.where.nova_files = now->where.nova_files;
	r.where.cinder_files = now->where.cinder_files;
	r.where.placement_files = now->where.placement_files;
	r.where.site_file = now->where.site_file;
	r.where.defaults_file = now->where.defaults_file;
	r.where.state_dir = now->where.state_dir;
	r.where.globals = now->where.globals;
	r.shown.format = now->shown.format;
	r.shown.columns = now->shown.columns;
	r.shown.sort_column = now->shown.sort_column;
	r.shown.noindent = now->shown.noindent;
	r.shown.max_width = now->shown.max_width;
	r.shown.color = now->shown.color;
	r.shown.progress = now->shown.progress;
	r.shown.debug = now->shown.debug;
	r.shown.log_json = now->shown.log_json;
	r.shown.log_file = now->shown.log_file;
	return r;
}

static int check(const struct request *request, const struct plan_file *file, struct error *err)
{
	if (fenced_check("the plan's --fenced", file->request.how.fenced, err) != 0)
		return -1;
	if (is_expired(file)) {
		error_set(err, ERROR_REFUSED, "the plan expired at %s; nothing was written", file->expires_at);
		return error_hint(err, "make a new one: the same %s, with --plan-out and a new file", file->command);
	}
	if (is_applied(file, request)) {
		error_set(err, ERROR_DRIFT, "the plan was applied already; nothing was written");
		return error_hint(err, "'evac-manage journal show %s' says what came of it", file->run);
	}
	return 0;
}

enum error_kind op_plan_apply(const struct request *request, struct error *err)
{
	struct plan_file file;
	struct request joined;
	enum error_kind result;
	size_t i;

	if (plan_file_read(request->what.plan_file, &file, err) != 0 || check(request, &file, err) != 0) {
		plan_file_free(&file);
		return err->kind;
	}
	i = applier_of(file.command);
	if (i == APPLIERS) {
		error_set(err, ERROR_REFUSED, "'%s' is no command whose plan this version can apply", file.command);
		result = ERROR_REFUSED;
	} else {
		joined = join(request, &file);
		result = appliers[i].run(&joined, err);
	}
	plan_file_free(&file);
	return result;
}
