/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "planned.h"
#include "words.h"
#include "out/table.h"
#include "run/plan_file.h"
#include "util/log.h"
#include "util/json.h"
#include "util/str.h"

static const struct table_column columns[] = {
	{ "unit", NULL, false, COLUMN_NUMBER },
	{ "what", NULL, false, COLUMN_TEXT },
	{ "kind", NULL, false, COLUMN_TEXT },
	{ "id", NULL, false, COLUMN_NAME },
	{ "name", NULL, false, COLUMN_NAME },
	{ "before", NULL, false, COLUMN_NAME },
	{ "after", NULL, false, COLUMN_NAME },
};

#define COLUMNS columns, sizeof columns / sizeof *columns

static int print_plan_rows(const struct plan_file *file, const struct request *request, struct error *err)
{
	auto_arena struct arena arena = { 0 };
	struct table t;
	int rc;

	table_init(&t, COLUMNS);
	table_begin(&t, &request->shown);
	table_say_none(&t, "No steps in the plan.");
	for (size_t i = 0; i < file->plan.nunit; i++)
		for (const struct step *s = file->plan.unit[i].step; s < file->plan.unit[i].step + file->plan.unit[i].nstep;
		     s++) {
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

static void say_power_then(const struct plan_file *file)
{
	json_object *power = json_object_object_get(file->document, "power");

	if (json_object_is_type(power, json_type_object))
		log_notice("power of '%s' at %s: %s, by %s: %s", str_or(file->host, "?"),
		    str_or(get_text(power, "asked_at"), "?"), str_or(get_text(power, "state"), "?"),
		    str_or(get_text(power, "agent"), "?"),
		    str_or(get_text(power, "trouble"), str_or(get_text(power, "words"), "")));
}

/* What the file is good for, and the command that is next. */
static void say_what_is_next(struct plan_file *file, const struct request *request)
{
	size_t n = plan_steps(&file->plan);

	log_notice("sha256 %s", file->sha256);
	if (planned_is_applied(file, request)) {
		log_notice("%zu step%s; applied already", n, n == 1 ? "" : "s");
		log_notice("next: evac-manage journal show %s", file->run);
	} else if (planned_is_expired(file)) {
		log_notice("%zu step%s; expired at %s: it cannot be applied any more", n, n == 1 ? "" : "s", file->expires_at);
		log_notice("next: the same %s, with --plan-out and a new file", file->command);
	} else {
		log_notice("%zu step%s; good until %s; then a new plan is needed", n, n == 1 ? "" : "s", file->expires_at);
		if (n > 0)
			log_notice("next: %s", plan_file_command(&file->arena, request->what.plan_file));
	}
}

static enum error_kind run_plan_show(const struct request *request, struct error *err)
{
	struct plan_file file = { 0 };
	int rc = table_check(COLUMNS, &request->shown, err);

	if (rc == 0)
		rc = plan_file_read(request->what.plan_file, &file, err);
	if (rc == 0 && strcmp(request->shown.format, "json") == 0) {
		rc = out_json(file.document, &request->shown, err);
	} else if (rc == 0) {
		log_notice("%s of '%s', run %s, to be applied before %s", file.command, str_or(file.host, "?"), file.run,
		    file.expires_at);
		say_power_then(&file);
		for (size_t i = 0; i < file.plan.nunit; i++)
			log_notice("%zu. %s", i + 1, file.plan.unit[i].sentence);
		rc = print_plan_rows(&file, request, err);
		if (rc == 0)
			say_what_is_next(&file, request);
	}
	plan_file_free(&file);
	return rc == 0 ? ERROR_OK : err->kind;
}

/* clang-format off */
const struct command command_plan_show = {
	.noun = "plan", .verb = "show",
	.sentence = "the rows that a plan file would write",
	.details = "Verifies the file's checksum. Needs no database. With -f json it prints the whole document.",
	.arguments = plan_file_arguments,
	.run = run_plan_show,
};
