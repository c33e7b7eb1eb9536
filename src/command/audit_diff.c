/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "audit/audit.h"

/* clang-format off */
static const struct argument_spec arguments[] = {
	{ .metavar = "OLD", .type = OPTION_TEXT, .offset = AT(audit.old_report), .sentence = "a report made with --save, or -f json" },
	{ .metavar = "NEW", .type = OPTION_TEXT, .offset = AT(audit.new_report), .sentence = "a later one" },
	{ 0 }
};

const struct command command_audit_diff = {
	.noun = "audit", .verb = "diff",
	.sentence = "what is new, gone or still there in a report",
	.details = "Reports are files of audit run --save, or its output with -f json. What a report did not look for is not called gone.",
	.arguments = arguments,
	.run = audit_diff,
};
