/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_INTERNAL_H
#define CLI_INTERNAL_H

#include <stddef.h>

#include "cli/cli.h"

/* What a request holds before the first word is read: the only place of the defaults. */
extern const struct request request_defaults;

/* The options that a command takes, in the order of its help. */
struct option_group {
	const char *title; /* "options of a command that writes" */
	const struct option_spec *options;
};
#define OPTION_GROUPS 5
size_t option_groups(const struct command *command, struct option_group out[OPTION_GROUPS]); /* NULL: every command's */
/* NULL: the command does not take it. _ and - are the same in ${name}, which is ${n} bytes long. */
const struct option_spec *option_find(const struct command *command, const char *name, size_t n);
const struct option_spec *option_find_letter(char letter); /* every command's; no other option has a letter */
const struct option_spec *option_find_anywhere(const struct tree *tree, const char *name,
    size_t n); /* the first command's that takes it */
bool option_takes_value(const struct option_spec *option);
bool option_repeats(const struct option_spec *option);
bool words_same(const char *a, const char *b, size_t nb); /* all of a and nb bytes of b; _ and - are the same */

/* Checks ${value} by its type and puts it into its member of the request; ${name} is what the error calls it ("--timeout"). */
int value_set(const char *name, enum option_type type, const char *metavar, size_t offset, const char *value, struct call *call,
    struct error *err);

/* "evac-manage host rescue HOST --to HOST [options]" */
void usage_line(const struct command *command, struct str *out);
bool command_has_noun(const struct command *command, const char *word); /* in full, or as cinder-manage has it */
/* NULL: there is none; ${used}: how many of the words name it. */
const struct command *find_command(const struct tree *tree, const struct words *words, size_t *used);
const char *find_noun(const struct tree *tree, const char *word); /* as the tables spell it; NULL: there is none */

/* Reading goes in two passes, because options may stand before the command that says which ones are taken: scan_words() tells
 * words from options, then the command is found, then each option is looked up in what that command takes. */
struct given {
	const struct option_spec *option; /* of any command; NULL: nobody's */
	char name[SHOWN_SIZE];            /* as it was typed: "--host", "-f" */
	const char *value;                /* NULL: none */
};
struct scan {
	const struct tree *tree;
	struct given *given;
	size_t ngiven, given_cap;
	struct words words;           /* what is no option */
	bool help, help_all, version; /* help_all: and help */
	bool ended;                   /* by "--" */
};
void scan_words(int argc, const char *const *argv,
    struct scan *scan); /* scan->tree is set; finds no fault, that is for later */
void scan_free(struct scan *scan);

/* What may stand where the last word is, for the scripts of the shells; "" for words that nobody knows. The caller frees it.
 * ${argv[0]} is no word of that line. */
char *complete_words(const struct tree *tree, int argc, const char *const *argv);

void words_add(struct words *words, const char *word);

#endif
