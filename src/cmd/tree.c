/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <string.h>

#define COMMAND_ROW(row) &command_##row,
const struct command *const commands[] = { COMMANDS(COMMAND_ROW) NULL };
#undef COMMAND_ROW

const struct command *cmd_find(const char *noun, const char *verb)
{
	const struct command *const *c;

	for (c = commands; *c; c++) {
		if (!words_same((*c)->noun, noun, strlen(noun)))
			continue;
		if (!(*c)->verb || !verb ? (*c)->verb == verb : words_same((*c)->verb, verb, strlen(verb)))
			return *c;
	}
	return NULL;
}

void command_name(const struct command *command, struct str *out)
{
	str_add(out, command->noun);
	if (command->verb)
		str_addf(out, " %s", command->verb);
}
