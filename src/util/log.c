/* SPDX-License-Identifier: Apache-2.0 */
#include "util/json.h"
#include "util/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include "util/clock.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/shell.h"
#include "util/status.h"
#include "util/visible.h"

static const char *const level_name[] = { N_("error"), N_("warning"), "notice", "info", "sql", "debug" };

/* The one state below main: where lines go. */
static struct {
	struct log_options options;
	FILE *file;
	bool dry_run;
} sink = { .options = { .level = LOG_NOTICE } };

int log_open(const struct log_options *options, struct error *err)
{
	int fd;

	if (options->file) {
		fd = open(options->file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (fd < 0)
			return error_errno(err, ERROR_ERROR, errno, "cannot write the log file '%s'", options->file);
		sink.file = fdopen(fd, "a");
	}
	sink.options = *options;
	return 0;
}

void log_close(void)
{
	if (sink.file)
		fclose(sink.file);
	sink.file = NULL;
}

void log_set_dry_run(bool dry_run)
{
	sink.dry_run = dry_run;
}

bool log_enabled(enum log_level level)
{
	return level <= sink.options.level;
}

static void add_json_line(struct str *out, enum log_level level, const char *now, const char *message)
{
	json_object *line = json_object_new_object();

	put_text(line, "time", now);
	put_text(line, "level", level_name[level]);
	put_bool(line, "dry_run", sink.dry_run);
	put_text(line, "message", message);
	str_addf(out, "%s\n", json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(line);
}

/* In one write, so that a status line never stands between two lines of ours. */
static void put_on_stderr(const char *line)
{
	auto_str struct str out = { 0 };

	status_add_lift(&out);
	str_add(&out, line);
	status_add_line(&out);
	fputs(out.s, stderr);
}

void log_line(enum log_level level, const char *fmt, ...)
{
	auto_str struct str whole = { 0 }, clean = { 0 }, line = { 0 };
	auto_free char *message = NULL;
	char now[CLOCK_TEXT_SIZE];
	va_list ap;

	if (!log_enabled(level))
		return;
	va_start(ap, fmt);
	message = lang_vformat(level <= LOG_NOTICE ? lang_text(fmt) : fmt, ap);
	va_end(ap);
	if (sink.options.json)
		lang_for_machines(message);
	shell_add_commands(&whole, message, sink.options.globals);
	str_add_visible(&clean, str_or(whole.s, ""));
	clock_now(now);
	if (sink.options.json)
		add_json_line(&line, level, now, str_or(clean.s, ""));
	else
		str_addf(&line, "%s%s%s%s%s%s\n", sink.options.level >= LOG_DEBUG ? now : "",
		    sink.options.level >= LOG_DEBUG ? " " : "", sink.dry_run ? "[DRY-RUN] " : "",
		    level <= LOG_WARN || level >= LOG_SQL ? _(level_name[level]) : "",
		    level <= LOG_WARN || level >= LOG_SQL ? ": " : "", str_or(clean.s, ""));
	lang_for_people(line.s); /* its length is no longer line.n */
	put_on_stderr(line.s);
	if (sink.file) {
		fputs(line.s, sink.file);
		fflush(sink.file);
	}
}
