/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "audit/audit.h"

/* clang-format off */
static const struct argument_spec arguments[] = {
	{ .metavar = "OLD", .type = OPTION_TEXT, .offset = AT(audit.old_report), .sentence = "a report that --save or -f json made" },
	{ .metavar = "NEW", .type = OPTION_TEXT, .offset = AT(audit.new_report), .sentence = "a later report" },
	{ 0 }
};

const struct command command_audit_diff = {
	.noun = "audit", .verb = "diff",
	.sentence = "compare two reports: new and gone findings",
	.details = "A report is a file of 'audit run --save', or the output of 'audit run -f json'. A finding counts as gone only when the new report ran its check.",
	.arguments = arguments,
	.run = audit_diff,
};
