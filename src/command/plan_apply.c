/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "commands.h"
#include "plan_apply.h"
#include "planned.h"
#include "words.h"
#include "cli/fenced.h"
#include "command/tree.h"
#include "run/plan_file.h"
#include "util/str.h"

const struct command *plan_apply_command(const char *name)
{
	for (const struct command *const *c = commands; *c; c++) {
		auto_str struct str own = { 0 };

		cli_command_name(*c, &own);
		if ((*c)->flags & COMMAND_WRITES && strcmp(own.s, name) == 0)
			return *c;
	}
	return NULL;
}

/* The file's words about what is done, this command line's about where things are and how it is shown. */
static struct request join_words(const struct request *now, const struct plan_file *file)
{
	struct request r = file->request;

	r.command = file->command;
	r.argc = now->argc;
	r.argv = now->argv;
	r.how.dry_run = now->how.dry_run;
	r.how.yes = now->how.yes;
	r.how.skip_drifted = now->how.skip_drifted;
	r.how.token_file = now->how.token_file;
	r.how.token_from = now->how.token_from;
	r.how.planned = file;
	r.how.keeps_order = true;
	r.what.plan_file = now->what.plan_file;
	r.where.nova_files = now->where.nova_files;
	r.where.cinder_files = now->where.cinder_files;
	r.where.placement_files = now->where.placement_files;
	r.where.neutron_files = now->where.neutron_files;
	r.where.keystone_files = now->where.keystone_files;
	r.where.site_file = now->where.site_file;
	r.where.defaults_file = now->where.defaults_file;
	r.where.state_dir = now->where.state_dir;
	r.where.globals = now->where.globals;
	r.shown.format = now->shown.format;
	r.shown.columns = now->shown.columns;
	r.shown.sort_column = now->shown.sort_column;
	r.shown.noindent = now->shown.noindent;
	r.shown.max_width = now->shown.max_width;
	r.shown.fit = now->shown.fit;
	r.shown.color = now->shown.color;
	r.shown.progress = now->shown.progress;
	r.shown.debug = now->shown.debug;
	r.shown.log_json = now->shown.log_json;
	r.shown.log_file = now->shown.log_file;
	return r;
}

static int check_plan_file(const struct request *request, const struct plan_file *file, struct error *err)
{
	if (fenced_check("the plan's --fenced", file->request.how.fenced, err) != 0)
		return -1;
	if (planned_is_expired(file)) {
		error_set(err, ERROR_REFUSED, "the plan expired at %s; nothing was written", file->expires_at);
		return error_hint(err, "make a new one: the same %s, with --plan-out and a new file", file->command);
	}
	if (planned_is_applied(file, request)) {
		error_set(err, ERROR_DRIFT, "the plan was applied already; nothing was written");
		return error_hint(err, "its result: evac-manage journal show %s", file->run);
	}
	return 0;
}

static enum error_kind run_plan_apply(const struct request *request, struct error *err)
{
	const struct command *command;
	struct plan_file file;
	struct request joined;
	enum error_kind result;

	if (plan_file_read(request->what.plan_file, &file, err) != 0 || check_plan_file(request, &file, err) != 0) {
		plan_file_free(&file);
		return err->kind;
	}
	command = plan_apply_command(file.command);
	if (!command) {
		error_set(err, ERROR_REFUSED, "this version cannot apply a plan of command '%s'", file.command);
		result = ERROR_REFUSED;
	} else {
		joined = join_words(request, &file);
		result = command->run(&joined, err);
	}
	plan_file_free(&file);
	return result;
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "dry-run", .type = OPTION_FLAG, .offset = AT(how.dry_run), .sentence = "compare and check; write nothing" },
	{ .name = "yes", .type = OPTION_FLAG, .offset = AT(how.yes), .sentence = "do not ask; needed without a terminal" },
	{ .name = "skip-drifted", .type = OPTION_FLAG, .offset = AT(how.skip_drifted),
	  .sentence = "leave out rows that changed since the plan was made" },
	{ .name = "os-token-file", .type = OPTION_TEXT, .offset = AT(how.token_file), .metavar = "FILE",
	  .sentence = "a token of keystone, for instances that need one; only you may read FILE; instead of $OS_TOKEN" },
	{ .name = "os-token-from", .type = OPTION_CHOICE, .offset = AT(how.token_from), .metavar = "nova-conf",
	  .sentence = "get that token from keystone, with the login in nova.conf" },
	{ 0 }
};

const struct command command_plan_apply = {
	.noun = "plan", .verb = "apply",
	.sentence = "apply a plan file, if no row has changed since",
	.details = "Makes the plan again and compares the two. If they differ, it names each difference and writes nothing (7). All checks "
		"run again. A changed or expired file is refused.\n\n"
		"Examples:\n"
		"  evac-manage host rescue ctl1 --to ctl2 --plan-out r.plan\n"
		"  evac-manage plan show r.plan\n"
		"  evac-manage plan apply r.plan",
	.options = options, .arguments = plan_file_arguments,
	.run = run_plan_apply,
};
