/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_LOG_H
#define UTIL_LOG_H

#include <stdbool.h>

#include "util/error.h"

/* What is happening, on stderr (and in --log-file). Text lines are "level: message", with the time
 * in front when debugging; --log-json writes one object a line, in English. Never the channel for errors.
 * Formats up to a notice are translated here. */
enum log_level { LOG_ERROR, LOG_WARN, LOG_NOTICE, LOG_INFO, LOG_SQL, LOG_DEBUG };

struct log_options {
	enum log_level level; /* the most talkative that is still written */
	bool json;
	const char *file; /* NULL: stderr alone */
	/* put behind each of our commands in a message, so that it can be pasted (util/shell.h); NULL: nothing */
	const char *globals;
};

int log_open(const struct log_options *options, struct error *err);
void log_close(void);
void log_set_dry_run(bool dry_run); /* every line says [DRY-RUN] from here on */
bool log_enabled(enum log_level level);

void log_line(enum log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warn(...) log_line(LOG_WARN, __VA_ARGS__)
#define log_notice(...) log_line(LOG_NOTICE, __VA_ARGS__)
#define log_info(...) log_line(LOG_INFO, __VA_ARGS__)
#define log_sql(...) log_line(LOG_SQL, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

#endif
