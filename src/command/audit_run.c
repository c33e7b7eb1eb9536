/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "audit/audit.h"

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "fail-on", .type = OPTION_CHOICE, .offset = AT(audit.fail_on), .metavar = "critical|high|medium|low|never",
	  .sentence = "exit 3 when something of this severity or a worse one is found" },
	{ .name = "html", .type = OPTION_TEXT, .offset = AT(audit.html), .metavar = "FILE",
	  .sentence = "also write a page to look at, whole in one file" },
	{ .name = "prometheus", .type = OPTION_TEXT, .offset = AT(audit.prometheus), .metavar = "FILE",
	  .sentence = "also write metrics for node_exporter's textfile collector" },
	{ .name = "save", .type = OPTION_TEXT, .offset = AT(audit.save), .metavar = "FILE|DIRECTORY",
	  .sentence = "also keep the whole report as JSON, for audit diff and --earlier" },
	{ .name = "earlier", .type = OPTION_WORDS, .offset = AT(audit.earlier), .metavar = "FILE|DIRECTORY",
	  .sentence = "reports of before, which know since when; repeatable" },
	{ .name = "baseline", .type = OPTION_TEXT, .offset = AT(audit.baseline), .metavar = "FILE",
	  .sentence = "known findings, a line each: CHECK SUBJECT YYYY-MM-DD WHY; they do not count until that day is over" },
	{ .name = "stuck", .type = OPTION_COUNT, .offset = AT(audit.stuck_s), .metavar = "SECONDS",
	  .sentence = "what stays this long in a state of passage is stuck" },
	{ .name = "settle-time", .type = OPTION_COUNT, .offset = AT(audit.settle_s), .metavar = "SECONDS",
	  .sentence = "rows that changed so lately are looked at again after this time" },
	{ .name = "no-second-look", .type = OPTION_FLAG, .offset = AT(audit.no_second_look),
	  .sentence = "do not wait for rows in motion: some findings will be none" },
	{ .name = "check-timeout", .type = OPTION_COUNT, .offset = AT(audit.check_timeout_s), .metavar = "SECONDS",
	  .sentence = "a check that takes longer is ended and reported as not run" },
	{ .name = "max-load", .type = OPTION_COUNT, .offset = AT(audit.max_load), .metavar = "N",
	  .sentence = "wait while a server works on more statements than this" },
	{ .name = "max-lag", .type = OPTION_COUNT, .offset = AT(audit.max_lag_s), .metavar = "SECONDS",
	  .sentence = "wait while a replica is further behind" },
	{ .name = "max-findings", .type = OPTION_COUNT, .offset = AT(audit.max_findings), .metavar = "N",
	  .sentence = "list at most N of one check, and twenty times that in all; the rest is counted" },
	{ .name = "primary", .type = OPTION_FLAG, .offset = AT(audit.primary),
	  .sentence = "read from connection even where slave_connection is configured" },
	{ 0 }
};

static const struct argument_spec arguments[] = {
	{ .metavar = "CHECK...", .type = OPTION_WORDS, .offset = AT(audit.checks), .optional = true,
	  .sentence = "only these, by name or number; all of them without" },
	{ 0 }
};

const struct command command_audit_run = {
	.noun = "audit", .verb = "run",
	.sentence = "look for stale ownership and contradictions",
	.details = "Reads nova's, cinder's and placement's databases, each in one consistent snapshot and from slave_connection where "
		"one is configured, and writes to none. A check that cannot be run is a finding itself; exit 3 says that something at or "
		"above --fail-on was found.",
	.options = options, .arguments = arguments,
	.run = audit_run,
};
