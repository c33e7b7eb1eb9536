/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_ERROR_H
#define UTIL_ERROR_H

#include <stdbool.h>

/* What went wrong, as a value. The caller owns the struct and passes it down as the last
 * parameter; whoever meets the trouble fills it once, those above add where they were.
 * Setting an error cannot fail. Formats are translated here: no _() at a call (util/lang.h). */

/* KIND(NAME, exit code, word in JSON, sentence, what to do or type next). The exit codes are a contract with other
 * programs: a number is never given a second meaning. docs/exit-codes.md is made from this list. */
/* clang-format off */
#define ERROR_KINDS(KIND) \
	KIND(OK, 0, "ok", "done and verified, or nothing to do", \
		"read the list of instances that were left out, if there is one") \
	KIND(ERROR, 1, "error", "any other error", \
		"read the message") \
	KIND(USAGE, 2, "usage", "invalid command line", \
		"nothing was opened; the hint has the right words") \
	KIND(FINDINGS, 3, "findings", "an audit, a quota check or a verification found something", \
		"each row says what to do; 'evac-manage explain CHECK' says more") \
	KIND(NOT_FOUND, 4, "not_found", "unknown host, backend, pool, instance, volume or run", \
		"the hint names the nearest known ones: copy, do not type") \
	KIND(REFUSED, 5, "refused", "a stop finding, or no confirmation; doctor: not fit", \
		"nothing was written: fix the first problem; 'evac-manage explain CODE' says more") \
	KIND(PARTIAL, 6, "partial", "some units are done, some failed or remain", \
		"read the last lines, fix the problems in them and run the same command again") \
	KIND(DRIFT, 7, "drift", "data changed since the plan was made", \
		"run the same command again: it makes a new plan; the unit was rolled back as a whole") \
	KIND(BUSY, 8, "busy", "another run works on the same host, or an earlier one is unfinished", \
		"the message names who and since when, or the run to recover: evac-manage journal recover RUN") \
	KIND(UNKNOWN, 9, "unknown", "a write or a message to nova may or may not have happened", \
		"do not run the command again: evac-manage journal recover RUN") \
	KIND(UNPROVED, 10, "unproved", "written, but not verified: rows read back differ, or a network is not ready", \
		"the error lines name the row, the expected value and the actual one: evac-manage journal show RUN") \
	KIND(CONFIG, 11, "config", "an error in a configuration file or value", \
		"the message names file and line; 'evac-manage config show' shows every value in use") \
	KIND(DB_UNREACHABLE, 12, "db_unreachable", "a database cannot be used", \
		"evac-manage doctor") \
	KIND(BUS_UNREACHABLE, 13, "bus_unreachable", "the message broker cannot be used", \
		"evac-manage doctor; moves of volumes and backups need no broker") \
	KIND(TIMEOUT, 14, "timeout", "evacuations were still under way when --timeout ended", \
		"nova goes on with them; 'evac-manage instance list --host HOST' shows what is left") \
	KIND(BUG, 70, "bug", "internal error, please report", \
		"report it, with the journal") \
	KIND(INTERRUPTED, 130, "interrupted", "interrupted by a signal between two units", \
		"run the same command again; after a rescue the last line is the command that continues it")
/* clang-format on */

enum error_kind {
#define ERROR_KIND_ENUM(name, code, word, sentence, next) ERROR_##name,
	ERROR_KINDS(ERROR_KIND_ENUM)
#undef ERROR_KIND_ENUM
	    ERROR_KIND_COUNT
};

#define ERROR_TEXT_SIZE 1536 /* whoever keeps a text keeps as much */

struct error {
	enum error_kind kind; /* ERROR_OK: nothing is wrong */
	int code;             /* errno, MariaDB errno or AMQP reply code; 0 when there is none */
	/* in both languages where it is translated */
	char text[ERROR_TEXT_SIZE];
	char hint[8192]; /* what to type next: a whole command line fits; may be empty */
};

/* All return -1, so that `return error_set(…)` is the whole failure path. */
int error_set(struct error *err, enum error_kind kind, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
int error_prefix(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int error_hint(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* ": strerror(errno_value)" is added to the text and the number kept in code. */
int error_errno(struct error *err, enum error_kind kind, int errno_value, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

void error_clear(struct error *err);
const char *error_kind_name(enum error_kind kind);
const char *error_kind_sentence(enum error_kind kind);
const char *error_kind_next(enum error_kind kind); /* what to do */
int error_kind_exit_code(enum error_kind kind);
/* Of several sources that could not be asked, whose code a command ends with: a configuration's before a database's, that
 * before a broker's, and any of them before another reason (a privilege that is missing, say); ERROR_OK is less than all. */
bool error_kind_outweighs(enum error_kind a, enum error_kind b);

#endif
