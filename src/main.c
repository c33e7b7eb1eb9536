/* SPDX-License-Identifier: Apache-2.0 */
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "command/tree.h"
#include "util/crash.h"
#include "util/deadline.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/secret.h"

#define DEADLINE_S 300

/* Passwords are in our memory: no core file, no other process of the same user reads it, no file of ours for others. */
static void keep_to_ourselves(void)
{
	prctl(PR_SET_DUMPABLE, 0);
	setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	umask(077);
}

/* Names are shown in the terminal's letters; numbers stay as they are. Where nobody has chosen any (ssh, sudo, cron), or has
 * chosen "C", they are UTF-8's, as Python does it (PEP 538): a terminal that cannot show them is rarer than an instance in
 * Chinese. LC_ALL=C is meant. */
static void set_letters(void)
{
	const char *all = getenv("LC_ALL");

	setlocale(LC_CTYPE, "");
	if (!(all && *all) && strcmp(nl_langinfo(CODESET), "ANSI_X3.4-1968") == 0)
		setlocale(LC_CTYPE, "C.UTF-8");
}

static enum error_kind complain(const struct error *err)
{
	if (err->text[0])
		log_error("%s", err->text);
	if (err->hint[0])
		log_notice("hint: %s", err->hint);
	return err->kind;
}

/* Its messages, too. Who asks for a document and a language reads the messages himself. */
static bool is_for_programs(const struct shown *shown)
{
	return shown->log_json || (!shown->lang && strcmp(shown->format, "table") != 0);
}

static enum error_kind run_call(const struct call *call, struct error *err)
{
	const struct log_options options = { .level = call->request.shown.debug ? LOG_DEBUG : LOG_NOTICE,
		.json = call->request.shown.log_json,
		.file = call->request.shown.log_file,
		.globals = call->request.where.globals };
	enum error_kind kind;

	if (is_for_programs(&call->request.shown))
		lang_open("en");
	if (log_open(&options, err) != 0)
		return complain(err);
	deadline_begin(call->request.how.deadline_s ? call->request.how.deadline_s :
		call->command->deadline_s           ? call->command->deadline_s :
						      DEADLINE_S);
	kind = call->command->run(&call->request, err);
	deadline_end();
	if (kind != ERROR_OK)
		complain(err);
	return kind;
}

int main(int argc, char **argv)
{
	struct error err = { 0 };
	struct call call;
	enum error_kind kind;

#ifdef CRASH_POINTS
	if (argc == 2 && strcmp(argv[1], "--crash-points") == 0)
		return crash_list();
#endif
	keep_to_ourselves();
	set_letters();
	lang_open(cli_language(&command_tree, argc, (const char *const *)argv));
	if (cli_parse(&command_tree, argc, (const char *const *)argv, &call, &err) != 0) {
		if (call.help)
			fputs(call.help, stderr);
		call_free(&call);
		return error_kind_exit_code(complain(&err));
	}
	if (call.help) {
		fputs(call.help, stdout);
		kind = fflush(stdout) == 0 ? ERROR_OK : ERROR_ERROR;
	} else {
		kind = run_call(&call, &err);
	}
	call_free(&call);
	if (fclose(stdout) != 0 && kind == ERROR_OK)
		kind = ERROR_ERROR;
	log_close();
	lang_close();
	secrets_forget();
	return error_kind_exit_code(kind);
}
