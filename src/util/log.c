/* SPDX-License-Identifier: Apache-2.0 */
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
#include "util/mem.h"
#include "util/shell.h"
#include "util/visible.h"

#define SHORTEST_SECRET 3 /* hiding "a" would blot out every word */

static const char *const level_name[] = { "error", "warning", "notice", "info", "sql", "debug" };

/* The one state below main: where lines go. */
static struct {
	struct log_options options;
	FILE *file;
	bool dry_run;
	char **secret;
	size_t nsecret, cap;
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
	for (size_t i = 0; i < sink.nsecret; i++)
		free_secret(sink.secret[i]);
	free(sink.secret);
	sink.secret = NULL;
	sink.nsecret = sink.cap = 0;
}

void log_set_dry_run(bool dry_run)
{
	sink.dry_run = dry_run;
}

bool log_enabled(enum log_level level)
{
	return level <= sink.options.level;
}

void log_hide(const char *secret)
{
	if (strlen(secret) < SHORTEST_SECRET)
		return;
	for (size_t i = 0; i < sink.nsecret; i++)
		if (strcmp(sink.secret[i], secret) == 0)
			return;
	sink.secret = vec_grow(sink.secret, sink.nsecret, &sink.cap, sizeof *sink.secret);
	sink.secret[sink.nsecret++] = xstrdup(secret);
}

/* The length of the longest secret that begins here: one may be the beginning of another. */
static size_t secret_at(const char *s)
{
	size_t longest = 0, n;

	for (size_t i = 0; i < sink.nsecret; i++) {
		n = strlen(sink.secret[i]);
		if (n > longest && strncmp(s, sink.secret[i], n) == 0)
			longest = n;
	}
	return longest;
}

static void add_without_secrets(struct str *out, const char *s)
{
	size_t n;

	while (*s) {
		if ((n = secret_at(s)) > 0) {
			str_add(out, "***");
			s += n;
		} else {
			str_addc(out, *s++);
		}
	}
}

static void add_json_line(struct str *out, enum log_level level, const char *now, const char *message)
{
	json_object *line = json_object_new_object();

	json_object_object_add(line, "time", json_object_new_string(now));
	json_object_object_add(line, "level", json_object_new_string(level_name[level]));
	json_object_object_add(line, "dry_run", json_object_new_boolean(sink.dry_run));
	json_object_object_add(line, "message", json_object_new_string(message));
	str_addf(out, "%s\n", json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(line);
}

void log_line(enum log_level level, const char *fmt, ...)
{
	auto_str struct str whole = { 0 }, public = { 0 }, clean = { 0 }, line = { 0 };
	auto_free char *message = NULL;
	char now[CLOCK_TEXT_SIZE];
	va_list ap;
	int n;

	if (!log_enabled(level))
		return;
	va_start(ap, fmt);
	n = vasprintf(&message, fmt, ap);
	va_end(ap);
	if (n < 0)
		abort();
	shell_add_commands(&whole, message, sink.options.globals);
	add_without_secrets(&public, whole.s);
	str_add_visible(&clean, str_or(public.s, ""));
	clock_now(now);
	if (sink.options.json)
		add_json_line(&line, level, now, str_or(clean.s, ""));
	else
		str_addf(&line, "%s%s%s%s%s%s\n", sink.options.level >= LOG_DEBUG ? now : "",
		    sink.options.level >= LOG_DEBUG ? " " : "", sink.dry_run ? "[DRY-RUN] " : "",
		    level <= LOG_WARN || level >= LOG_SQL ? level_name[level] : "",
		    level <= LOG_WARN || level >= LOG_SQL ? ": " : "", str_or(clean.s, ""));
	fputs(line.s, stderr);
	if (sink.file) {
		fputs(line.s, sink.file);
		fflush(sink.file);
	}
}
