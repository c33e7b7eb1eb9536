/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "commands.h"
#include "out/table.h"

/* The scripts are src/cli/complete.*, and know nothing: what may stand at the cursor they ask of cli/complete.c. */

static const struct {
	const char *shell, *script;
} scripts[] = { { "bash", complete_bash }, { "zsh", complete_zsh }, { "fish", complete_fish } };

static enum error_kind run_completion(const struct request *request, struct error *err)
{
	size_t i = 0;

	while (strcmp(scripts[i].shell, request->what.name) != 0) /* the parser takes no other word */
		i++;
	return out_text(err, "%s", scripts[i].script) == 0 ? ERROR_OK : err->kind;
}

/* clang-format off */
static const struct argument_spec arguments[] = {
	{ .metavar = "bash|zsh|fish", .type = OPTION_CHOICE, .offset = AT(what.name), .sentence = "the shell" },
	{ 0 }
};

const struct command command_completion = {
	.noun = "completion",
	.sentence = "a completion script for your shell",
	.details = "Completes commands, options, and the values that need no database: files, runs, checks, statements, finding codes.\n\n"
		"Examples:\n"
		"  source <(evac-manage completion bash)\n"
		"  evac-manage completion zsh > \"${fpath[1]}/_evac-manage\"\n"
		"  evac-manage completion fish > ~/.config/fish/completions/evac-manage.fish",
	.arguments = arguments,
	.run = run_completion,
};
