/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/request.h"
#include "util/error.h"
#include "util/str.h"

/* Words to requests. The tree, its options and its arguments are const tables that command/ has; parsing is pure (no I/O), so
 * that a test needs no server and help, completion and the man page cannot say anything else than the parser. */

enum option_type {
	OPTION_FLAG,
	OPTION_NO_FLAG /* --wait: makes the bool of --no-wait false */,
	OPTION_TEXT,
	OPTION_HOST /* text that can be a host's name */,
	OPTION_WORDS /* repeatable */,
	OPTION_ACCEPT /* repeatable, CODE or CODE:ID */,
	OPTION_FENCED /* a sentence */,
	OPTION_COUNT /* whole number > 0 */,
	OPTION_CHOICE,
	OPTION_CHOICES /* repeatable */,
	OPTION_HELP,
	OPTION_HELP_ALL,
	OPTION_VERSION /* answered by the parser itself; no member */
};

/* An option's name takes a value in every command or in none: a test holds it, the parser relies on it. */
struct option_spec {
	const char *name; /* "currenthost", as cinder-manage spells it; _ and - are the same when read */
	char letter;      /* 'f' for -f; 0: none */
	enum option_type type;
	size_t offset;        /* of the member in struct request; two options of one member exclude each other */
	const char *metavar;  /* "H@BACKEND"; for OPTION_CHOICE "table|json|yaml|csv|value" */
	const char *sentence; /* lower case, no full stop; help adds the default */
	bool required;
};
struct argument_spec {
	const char *metavar;   /* "HOST" */
	enum option_type type; /* OPTION_TEXT, OPTION_HOST or OPTION_CHOICE; the last one may be OPTION_WORDS */
	size_t offset;         /* of a const char * in struct request */
	bool optional;
	const char *sentence;
};

enum {
	COMMAND_WRITES = 1,    /* takes the options of every writing command */
	COMMAND_EVACUATES = 2, /* and those of an evacuation */
};

struct command {
	const char *noun, *verb; /* verb NULL: a noun alone ("doctor") */
	const char *short_noun;  /* as cinder-manage writes it; NULL: the same */
	const char *sentence;    /* lower case, no full stop */
	const char *details;     /* a paragraph for --help; NULL: none */
	unsigned flags;
	int64_t deadline_s;                    /* for what it reads, without --deadline; 0: 300 */
	const char *config_file_is;            /* what --config-file means here: "cinder", "nova" or NULL (not taken) */
	const struct option_spec *options;     /* its own; ends with name NULL */
	const struct argument_spec *arguments; /* ends with metavar NULL */
	/* What the words must be to each other: ERROR_USAGE and -1. NULL: nothing. No I/O. */
	int (*check)(const struct request *request, struct error *err);
	/* Does the work and returns the exit code's kind; what it has to say on stdout goes through out/. */
	enum error_kind (*run)(const struct request *request, struct error *err);
};
void cli_command_name(const struct command *command, struct str *out); /* "host rescue" */

/* A code that a value of OPTION_ACCEPT may begin with. */
struct accept_code {
	const char *code, *sentence;
	bool offered; /* false: known, and nothing comes of accepting it */
};
/* What completes a value in a shell, told by its metavar: ":files", ":directories", or ":ask" and the words of a command whose
 * lines they are. */
struct value_source {
	const char *metavar, *answer;
};
struct tree {
	const struct command *const *commands;                  /* ends with NULL; those of a noun stand together */
	bool (*accept_code)(size_t i, struct accept_code *out); /* the first is 0; false: there are no more */
	const struct value_source *sources;                     /* ends with metavar NULL */
};

/* ---- for the tables of commands, and what they check of their words */

#define AT(member) offsetof(struct request, member)

#define SHOWN_SIZE 160
/* A word of the operator's inside a message: control bytes escaped, cut when very long. */
const char *word_shown(const char *word, char out[SHOWN_SIZE]);
/* No control byte is in it: more is not asked of a pool's name. */
bool pool_is_text(const char *word);

/* ---- parsing */

struct call {
	const struct tree *tree;
	const struct command *command; /* NULL: help was all that was wanted */
	struct request request;        /* strings are argv's; the word lists and the command's name are ours: call_free() */
	char *help;                    /* non-NULL: print this and end with 0 */
	char *name;                    /* "host rescue", for request.command */
	char *globals;                 /* for request.globals */
};
/* Errors are ERROR_USAGE, with the word, the valid ones and the nearest in text and hint; the call is then empty, except that
 * no words at all leave the tree's help in it, for stderr. --help wins over other errors, but not over an unknown command.
 * "__complete WORDS…", which is in no list, is what the scripts of 'completion' ask: its answer is in help, and it has no
 * errors. */
int cli_parse(const struct tree *tree, int argc, const char *const *argv, struct call *out, struct error *err);
void call_free(struct call *call);
/* What --lang says, for what the parser itself has to say; NULL: nothing that we know. */
const char *cli_language(const struct tree *tree, int argc, const char *const *argv);

/* The scripts that ask so. */
extern const char complete_bash[], complete_zsh[], complete_fish[];

/* The command that ${noun} and ${verb} (NULL: none) name, with _ and - alike; NULL: there is none. */
const struct command *cli_find(const struct tree *tree, const char *noun, const char *verb);

/* At most 80 columns. Both NULL: the whole tree; ${noun} alone: its commands. Without ${all} the options of every command are
 * one line, and so are the exit codes. */
void cli_help(const struct tree *tree, const char *noun, const struct command *command, bool all, struct str *out);

#endif
