/* SPDX-License-Identifier: Apache-2.0 */
#include "words.h"

/* clang-format off */
const struct argument_spec failed_host_arguments[] = {
	{ .metavar = "HOST", .type = OPTION_HOST, .offset = AT(what.host), .sentence = "the failed host, as nova names it" },
	{ 0 }
};
const struct argument_spec host_arguments[] = {
	{ .metavar = "HOST", .type = OPTION_HOST, .offset = AT(what.host), .sentence = "the host, as nova and cinder name it" },
	{ 0 }
};
const struct argument_spec volume_arguments[] = {
	{ .metavar = "VOLUME", .type = OPTION_TEXT, .offset = AT(what.id), .sentence = "the volume's id" },
	{ 0 }
};
const struct argument_spec run_arguments[] = {
	{ .metavar = "RUN", .type = OPTION_TEXT, .offset = AT(what.id), .sentence = "the run's name, from 'evac-manage journal list'" },
	{ 0 }
};
const struct argument_spec plan_file_arguments[] = {
	{ .metavar = "FILE", .type = OPTION_TEXT, .offset = AT(what.plan_file), .sentence = "a plan that a command wrote with --plan-out" },
	{ 0 }
};
