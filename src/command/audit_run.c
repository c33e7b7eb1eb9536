/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "audit/audit.h"

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "fail-on", .type = OPTION_CHOICE, .offset = AT(audit.fail_on), .metavar = "critical|high|medium|low|never",
	  .sentence = "end with 3 when a finding has this severity or a higher one" },
	{ .name = "html", .type = OPTION_TEXT, .offset = AT(audit.html), .metavar = "FILE",
	  .sentence = "also write an HTML page, complete in one file" },
	{ .name = "prometheus", .type = OPTION_TEXT, .offset = AT(audit.prometheus), .metavar = "FILE",
	  .sentence = "also write metrics for node_exporter's textfile collector" },
	{ .name = "save", .type = OPTION_TEXT, .offset = AT(audit.save), .metavar = "FILE|DIRECTORY",
	  .sentence = "also write the full report as JSON, for audit diff and --earlier" },
	{ .name = "earlier", .type = OPTION_WORDS, .offset = AT(audit.earlier), .metavar = "FILE|DIRECTORY",
	  .sentence = "an earlier report: its findings keep the date on which they were first seen; repeatable" },
	{ .name = "baseline", .type = OPTION_TEXT, .offset = AT(audit.baseline), .metavar = "FILE",
	  .sentence = "accepted findings, a line each: CHECK SUBJECT YYYY-MM-DD WHY; they do not count until the end of that day" },
	{ .name = "stuck", .type = OPTION_COUNT, .offset = AT(audit.stuck_s), .metavar = "SECONDS",
	  .sentence = "a row that stays in a transitional status this long is stuck" },
	{ .name = "settle-time", .type = OPTION_COUNT, .offset = AT(audit.settle_s), .metavar = "SECONDS",
	  .sentence = "check rows that changed within this time again when it is over" },
	{ .name = "no-second-look", .type = OPTION_FLAG, .offset = AT(audit.no_second_look),
	  .sentence = "do not wait for rows that are changing: some findings may be false" },
	{ .name = "check-timeout", .type = OPTION_COUNT, .offset = AT(audit.check_timeout_s), .metavar = "SECONDS",
	  .sentence = "stop a check that takes longer, and report it as not run" },
	{ .name = "max-load", .type = OPTION_COUNT, .offset = AT(audit.max_load), .metavar = "N",
	  .sentence = "wait while a server runs more statements than this" },
	{ .name = "max-lag", .type = OPTION_COUNT, .offset = AT(audit.max_lag_s), .metavar = "SECONDS",
	  .sentence = "wait while a replica lags more than this" },
	{ .name = "max-findings", .type = OPTION_COUNT, .offset = AT(audit.max_findings), .metavar = "N",
	  .sentence = "list at most N findings of one check, and 20 times N in all; the rest is only counted" },
	{ .name = "readiness", .type = OPTION_FLAG, .offset = AT(audit.readiness),
	  .sentence = "also find hosts that could not be rescued tonight" },
	{ .name = "primary", .type = OPTION_FLAG, .offset = AT(audit.primary),
	  .sentence = "read from connection even where slave_connection is configured" },
	{ 0 }
};

static const struct argument_spec arguments[] = {
	{ .metavar = "CHECK...", .type = OPTION_WORDS, .offset = AT(audit.checks), .optional = true,
	  .sentence = "only these checks, by name or number; without: all" },
	{ 0 }
};

const struct command command_audit_run = {
	.noun = "audit", .verb = "run",
	.sentence = "find stale ownership and contradictions",
	.details = "Reads nova's, cinder's and placement's databases, each in one consistent snapshot and from slave_connection where "
		"one is configured. Writes to no database. A check that cannot run is a finding too. Ends with 3 when a finding is at or "
		"above --fail-on.",
	.options = options, .arguments = arguments,
	.deadline_s = 3600,
	.run = audit_run,
};
