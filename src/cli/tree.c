/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <string.h>

bool command_has_noun(const struct command *command, const char *word)
{
	return words_same(command->noun, word, strlen(word)) || (command->short_noun && strcmp(command->short_noun, word) == 0);
}

const struct command *cli_find(const struct tree *tree, const char *noun, const char *verb)
{
	const struct command *const *c;

	for (c = tree->commands; *c; c++) {
		if (!command_has_noun(*c, noun))
			continue;
		if (!(*c)->verb || !verb ? (*c)->verb == verb : words_same((*c)->verb, verb, strlen(verb)))
			return *c;
	}
	return NULL;
}

void cli_command_name(const struct command *command, struct str *out)
{
	str_add(out, command->noun);
	if (command->verb)
		str_addf(out, " %s", command->verb);
}
