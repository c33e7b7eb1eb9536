/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_COMPLETION_H
#define CMD_COMPLETION_H

#include "internal.h"

/* completion.c: what the scripts of all shells are made of. */

/* What a value can be is told by its metavar. */
struct source {
	const char *metavar;
	enum { SOURCE_FILES, SOURCE_DIRECTORIES, SOURCE_COMMAND, SOURCE_FINDINGS } type;
	const char *command; /* its lines are the words; asks no server */
};
const struct source *completion_source(const char *metavar); /* NULL: nobody knows */
/* "table json yaml": the choices of an option, or the findings that can be accepted. */
bool completion_has_words(enum option_type type, const char *metavar);
void completion_add_words(enum option_type type, const char *metavar, struct str *out);

/* Each option once, however many commands take it. */
typedef void option_fn(const struct option_spec *option, struct str *out);
void completion_each_option(option_fn *fn, struct str *out);
bool is_first_of_noun(const struct command *const *command);
const char *noun_sentence(const struct command *command); /* "" for one with verbs */
const char *verb_or_none(const struct command *command);  /* "" */

void completion_add_quoted(const char *text, const char *escaped, struct str *out); /* escaped: a quote inside quotes */
void completion_add_value_options(struct str *out);                        /* "--format|-f|--column|…|--": those with a value */
void completion_add_pattern(const struct option_spec *option, struct str *out); /* "--format|-f) " */

/* The scripts. */
void completion_bash(struct str *out);
void completion_zsh(struct str *out);
void completion_fish(struct str *out);

#endif
