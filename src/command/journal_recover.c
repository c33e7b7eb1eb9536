/* SPDX-License-Identifier: Apache-2.0 */
#include "commands.h"
#include "recover/recover.h"
#include "util/log.h"

static enum error_kind run_journal_recover(const struct request *request, struct error *err)
{
	struct recovered recovered = { 0 };
	enum error_kind result;

	log_set_dry_run(request->how.dry_run);
	if (request->what.scan)
		return recover_scan(request, err);
	result = recover_run(request, request->what.id, false, &recovered, err);
	past_free(&recovered.past);
	return result;
}

/* clang-format off */
static const struct argument_spec arguments[] = {
	{ .metavar = "RUN", .type = OPTION_TEXT, .offset = AT(what.id), .optional = true, .sentence = "the run's name, from 'evac-manage journal list'" },
	{ 0 }
};

static const struct option_spec options[] = {
	{ .name = "resend", .type = OPTION_FLAG, .offset = AT(what.resend),
	  .sentence = "send an evacuation again when no service has begun it and its first message can no longer be received" },
	{ .name = "accept", .type = OPTION_ACCEPT, .offset = AT(how.accept), .metavar = "CODE[:ID]",
	  .sentence = "guest-may-still-run:ID: you have checked that no compute has a guest of that instance; settles an evacuation whose rows are gone" },
	{ .name = "scan", .type = OPTION_FLAG, .offset = AT(what.scan),
	  .sentence = "without a journal: list evacuations of evac-manage that have not ended" },
	{ .name = "no-wait", .type = OPTION_FLAG, .offset = AT(how.no_wait),
	  .sentence = "do not stay to tell nova-computes of their ports while nova-api is down" },
	{ .name = "timeout", .type = OPTION_COUNT, .offset = AT(how.timeout_s), .metavar = "SECONDS",
	  .sentence = "stop waiting for them after this time" },
	{ .name = "dry-run", .type = OPTION_FLAG, .offset = AT(how.dry_run), .sentence = "show the result; write nothing" },
	{ .name = "yes", .type = OPTION_FLAG, .offset = AT(how.yes), .sentence = "accepted, but not needed: the run was confirmed" },
	{ .name = "os-token-file", .type = OPTION_TEXT, .offset = AT(how.token_file), .metavar = "FILE",
	  .sentence = "with --resend: a token of keystone, where the first message had one; only you may read FILE; instead of $OS_TOKEN" },
	{ .name = "os-token-from", .type = OPTION_CHOICE, .offset = AT(how.token_from), .metavar = "nova-conf",
	  .sentence = "get that token from keystone, with the login in nova.conf" },
	{ 0 }
};
/* clang-format on */

static int run_or_scan(const struct request *request, struct error *err)
{
	if (request->what.id && request->what.scan)
		return error_set(err, ERROR_USAGE, "--scan is for when there is no journal: it takes no RUN");
	if (request->what.id || request->what.scan)
		return 0;
	error_set(err, ERROR_USAGE, "'journal recover' needs RUN (the run's name, from 'evac-manage journal list') or --scan");
	return error_hint(err, "usage: evac-manage journal recover RUN [--resend]");
}

/* clang-format off */
const struct command command_journal_recover = {
	.noun = "journal", .verb = "recover",
	.sentence = "settle a run that was interrupted",
	.details = "Reads the journal and the databases and settles every step as done, not done, or unknown with the check to make. A "
		"commit without an answer is settled by the same compare-and-set again. A claim without a message is taken back. A "
		"message is sent again only with --resend. While nova-api is down and an evacuation is under way, it stays and tells the "
		"nova-compute of its ports, as the run did. Ends with 0 when all is settled, 7 when a row holds a third value, 9 when a "
		"step is still unknown, 10 when the network of an instance is not ready on its new host.\n\n"
		"Example:\n"
		"  evac-manage journal recover 20260131T030405Z-host-rescue-1a2b3c4d",
	.options = options, .arguments = arguments,
	.check = run_or_scan,
	.run = run_journal_recover,
};
