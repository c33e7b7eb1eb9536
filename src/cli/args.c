/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/lang.h"
#include "util/mem.h"
#include "util/shell.h"

/* ---- what to say about a word that nobody knows */

/* "did you mean 'a'? " or nothing. What begins with the word comes before what looks like it: there are no abbreviations. */
static void add_nearest(const char *word, const struct words *known, struct str *out)
{
	auto_str struct str nearest = { 0 };
	size_t i;

	for (i = 0; i < known->n; i++)
		if (strlen(word) > 3 && str_starts(known->v[i], word))
			str_addf(&nearest, "%s'%s'", nearest.n ? ", " : "", known->v[i]);
	if (nearest.n == 0)
		str_nearest(word, known->v, known->n, &nearest);
	if (nearest.n)
		str_addf(out, _("did you mean %s? "), nearest.s);
}

static void add_list(const struct words *words, struct str *out)
{
	for (size_t i = 0; i < words->n; i++)
		str_addf(out, "%s%s", i ? ", " : "", words->v[i]);
}

/* All nouns, or the verbs of one. */
static void known_words(const struct tree *tree, const char *noun, struct words *out)
{
	const struct command *const *c;

	for (c = tree->commands; *c; c++) {
		if (noun && words_same((*c)->noun, noun, strlen(noun)))
			words_add(out, (*c)->verb);
		if (!noun && (out->n == 0 || !str_equal(out->v[out->n - 1], (*c)->noun)))
			words_add(out, (*c)->noun);
	}
}

/* A verb without its noun, as nova's own client has them: "evacuate". */
static void add_commands_of_verb(const struct tree *tree, const char *verb, struct words *known, struct arena *arena)
{
	for (const struct command *const *c = tree->commands; *c; c++)
		if ((*c)->verb && words_same((*c)->verb, verb, strlen(verb)))
			words_add(known, arena_printf(arena, "%s %s", (*c)->noun, (*c)->verb));
}

/* "did you mean 'a', 'b'? " */
static void add_did_you_mean(const struct words *words, struct str *out)
{
	auto_str struct str list = { 0 };

	for (size_t i = 0; i < words->n; i++)
		str_addf(&list, "%s'%s'", i ? ", " : "", words->v[i]);
	str_addf(out, _("did you mean %s? "), list.s);
}

static void add_meant(const struct tree *tree, const char *noun, const char *word, const struct words *known, struct str *out)
{
	auto_arena struct arena arena = { 0 };
	struct words commands = { 0 };

	if (!noun)
		add_commands_of_verb(tree, word, &commands, &arena);
	if (commands.n)
		add_did_you_mean(&commands, out);
	else
		add_nearest(word, known, out);
	free(commands.v);
}

static int unknown_command_word(const struct tree *tree, const char *noun, const char *word, struct error *err)
{
	struct words known = { 0 };
	auto_str struct str list = { 0 }, hint = { 0 };
	char shown_word[SHOWN_SIZE];

	known_words(tree, noun, &known);
	add_list(&known, &list);
	if (word)
		add_meant(tree, noun, word, &known, &hint);
	str_addf(&hint, _("'evac-manage%s%s --help' shows more"), noun ? " " : "", noun ? noun : "");
	if (!word && noun)
		error_set(err, ERROR_USAGE, "'%s' needs a command: %s", noun, list.s);
	else if (!word)
		error_set(err, ERROR_USAGE, "no command was given; known: %s", list.s);
	else if (noun)
		error_set(err, ERROR_USAGE, "unknown %s command '%s'; known: %s", noun, word_shown(word, shown_word), list.s);
	else
		error_set(err, ERROR_USAGE, "unknown command '%s'; known: %s", word_shown(word, shown_word), list.s);
	error_hint(err, "%s", hint.s);
	free(known.v);
	return -1;
}

/* ---- which command */

/* In one word, as nova's own client has it: "host-evacuate". */
static const struct command *find_joined(const struct tree *tree, const char *word)
{
	for (const struct command *const *c = tree->commands; *c; c++) {
		size_t n = strlen((*c)->noun);

		if ((*c)->verb && strncmp(word, (*c)->noun, n) == 0 && (word[n] == '-' || word[n] == '_') &&
		    words_same((*c)->verb, word + n + 1, strlen(word + n + 1)))
			return *c;
	}
	return NULL;
}

const struct command *find_command(const struct tree *tree, const struct words *words, size_t *used)
{
	const struct command *command = NULL;

	*used = 1;
	if (words->n >= 1)
		command = cli_find(tree, words->v[0], NULL);
	if (!command && words->n >= 1)
		command = find_joined(tree, words->v[0]);
	if (command || words->n < 2)
		return command;
	*used = 2;
	return cli_find(tree, words->v[0], words->v[1]);
}

const char *find_noun(const struct tree *tree, const char *word)
{
	const struct command *const *c;

	for (c = tree->commands; *c; c++)
		if (command_has_noun(*c, word))
			return (*c)->noun;
	return NULL;
}

static int no_command(const struct tree *tree, const struct words *words, struct error *err)
{
	const char *noun;

	if (words->n == 0)
		return unknown_command_word(tree, NULL, NULL, err);
	noun = find_noun(tree, words->v[0]);
	if (!noun)
		return unknown_command_word(tree, NULL, words->v[0], err);
	return unknown_command_word(tree, noun, words->n > 1 ? words->v[1] : NULL, err);
}

static int call_help(const struct words *words, const struct command *command, bool all, struct call *out, struct error *err)
{
	const struct tree *tree = out->tree;
	const char *noun = words->n ? find_noun(tree, words->v[0]) : NULL;
	auto_str struct str text = { 0 };

	if (!command && words->n > (noun ? 1 : 0))
		return no_command(tree, words, err);
	cli_help(tree, noun, command, all, &text);
	out->help = str_take(&text);
	return 0;
}

/* ---- options */

static void add_option_names(const struct option_spec *o, struct arena *arena, struct words *out)
{
	for (; o->name; o++)
		words_add(out, arena_printf(arena, "--%s", o->name));
}

static int unknown_option(const struct tree *tree, const struct command *command, const struct given *given, struct error *err)
{
	struct option_group groups[OPTION_GROUPS];
	size_t ngroup = option_groups(command, groups), i;
	auto_arena struct arena arena = { 0 };
	auto_str struct str list = { 0 }, hint = { 0 }, name = { 0 };
	struct words known = { 0 };

	for (i = 0; i < ngroup; i++) {
		add_option_names(groups[i].options, &arena, &known);
		if (i + 2 == ngroup) /* all but those of every command: they would fill the screen */
			add_list(&known, &list);
	}
	if (given->name[1] != '-' && option_find_anywhere(tree, given->name + 1, strlen(given->name + 1)))
		str_addf(&hint, _("did you mean '-%s'? "), given->name);
	else
		add_nearest(given->name, &known, &hint);
	if (command)
		cli_command_name(command, &name);
	str_addf(&hint, _("'evac-manage %s%s--help' lists them all"), name.n ? name.s : "", name.n ? " " : "");
	if (list.n)
		error_set(err, ERROR_USAGE, "unknown option '%s'; '%s' takes %s", given->name, name.s, list.s);
	else
		error_set(err, ERROR_USAGE, "unknown option '%s'", given->name);
	error_hint(err, "%s", hint.s);
	free(known.v);
	return -1;
}

static const struct command *first_taker(const struct tree *tree, const char *name)
{
	const struct command *const *c;

	for (c = tree->commands; *c; c++)
		if (option_find(*c, name, strlen(name)))
			break;
	assert(*c);
	return *c;
}

static int not_taken(const struct call *call, const struct given *given, struct error *err)
{
	auto_str struct str name = { 0 }, taker = { 0 }, usage = { 0 };

	cli_command_name(call->command, &name);
	if (strcmp(given->option->name, "config-file") == 0) {
		error_set(err, ERROR_USAGE, "'%s' does not take %s: it reads the files of several services", name.s,
		    given->name);
		return error_hint(err, "use --nova-config-file FILE or --cinder-config-file FILE");
	}
	cli_command_name(first_taker(call->tree, given->option->name), &taker);
	usage_line(call->command, &usage);
	error_set(err, ERROR_USAGE, "'%s' does not take %s ('%s' does)", name.s, given->name, taker.s);
	return error_hint(err, "usage: %s", usage.s);
}

static int option_clash(const struct given *a, const struct given *b, struct error *err)
{
	char first[SHOWN_SIZE], second[SHOWN_SIZE];

	if (a->value && b->value)
		return error_set(err, ERROR_USAGE, "%s was given twice, '%s' and '%s': it takes one value", b->name,
		    word_shown(a->value, first), word_shown(b->value, second));
	return error_set(err, ERROR_USAGE, "%s and %s contradict each other", a->name, b->name);
}

/* ${given[n]} against those before it. */
static int check_once(const struct given *given, size_t n, struct error *err)
{
	const struct option_spec *option = given[n].option;
	size_t i;

	if (option_repeats(option) || option->type == OPTION_HELP || option->type == OPTION_HELP_ALL ||
	    option->type == OPTION_VERSION)
		return 0;
	for (i = 0; i < n; i++) {
		if (given[i].option->type == OPTION_VERSION || given[i].option->offset != option->offset)
			continue;
		if (option_takes_value(option) || given[i].option != option)
			return option_clash(&given[i], &given[n], err);
	}
	return 0;
}

static int option_set(const struct given *given, struct call *call, struct error *err)
{
	const struct option_spec *option = given->option;
	char word[SHOWN_SIZE];
	bool *flag = (void *)((char *)&call->request + option->offset);

	if (option_takes_value(option)) {
		if (given->value)
			return value_set(given->name, option->type, option->metavar, option->offset, given->value, call, err);
		error_set(err, ERROR_USAGE, "%s needs a value: %s", given->name, option->metavar);
		return error_hint(err, "a value that begins with '-' is written --%s=VALUE", option->name);
	}
	if (given->value)
		return error_set(err, ERROR_USAGE, "%s takes no value, '%s' was given", given->name,
		    word_shown(given->value, word));
	if (option->type == OPTION_FLAG || option->type == OPTION_NO_FLAG)
		*flag = option->type == OPTION_FLAG;
	return 0;
}

static int options_set(struct scan *scan, struct call *call, struct error *err)
{
	const struct option_spec *own;
	struct given *given;
	size_t i;

	for (i = 0; i < scan->ngiven; i++) {
		given = &scan->given[i];
		own = option_find(call->command, given->option->name, strlen(given->option->name));
		if (!own)
			return not_taken(call, given, err);
		given->option = own; /* the same name can be another member here: --config-file */
		if (check_once(scan->given, i, err) != 0 || option_set(given, call, err) != 0)
			return -1;
	}
	return 0;
}

/* ---- arguments, and what is missing */

static int arguments_set(const struct words *words, size_t used, struct call *call, struct error *err)
{
	const struct argument_spec *a = call->command->arguments;
	auto_str struct str name = { 0 }, usage = { 0 };
	char word[SHOWN_SIZE];

	for (; used < words->n && a && a->metavar; used++) {
		if (value_set(a->metavar, a->type, a->metavar, a->offset, words->v[used], call, err) != 0)
			return -1;
		a += a->type != OPTION_WORDS; /* the last one may take all that is left */
	}
	if (used == words->n)
		return 0;
	cli_command_name(call->command, &name);
	usage_line(call->command, &usage);
	error_set(err, ERROR_USAGE, "'%s' takes no argument '%s'", name.s, word_shown(words->v[used], word));
	return error_hint(err, "usage: %s", usage.s);
}

static bool is_set(const struct request *request, size_t offset)
{
	const char *text;

	memcpy(&text, (const char *)request + offset, sizeof text);
	return text != NULL;
}

static void add_missing(const struct command *command, const struct request *request, struct str *out)
{
	const struct argument_spec *a = command->arguments;
	const struct option_spec *o = command->options;

	for (; a && a->metavar; a++)
		if (!a->optional && !is_set(request, a->offset))
			str_addf(out, "%s%s (%s)", out->n ? " and " : "", a->metavar, a->sentence);
	for (; o && o->name; o++)
		if (o->required && !is_set(request, o->offset))
			str_addf(out, "%s--%s (%s)", out->n ? " and " : "", o->name, o->sentence);
}

static int check_complete(const struct command *command, const struct request *request, struct error *err)
{
	auto_str struct str missing = { 0 }, name = { 0 }, usage = { 0 };

	add_missing(command, request, &missing);
	if (missing.n == 0)
		return command->check ? command->check(request, err) : 0;
	cli_command_name(command, &name);
	usage_line(command, &usage);
	error_set(err, ERROR_USAGE, "'%s' needs %s", name.s, missing.s);
	return error_hint(err, "usage: %s", usage.s);
}

/* ---- the whole */

static void request_begin(const struct command *command, int argc, const char *const *argv, struct call *out)
{
	auto_str struct str name = { 0 };

	cli_command_name(command, &name);
	out->name = str_take(&name);
	out->command = command;
	out->request = request_defaults;
	out->request.command = out->name;
	out->request.argc = argc;
	out->request.argv = argv;
}

static void add_global(struct str *out, const char *option, const char *value)
{
	if (!value)
		return;
	str_addf(out, " --%s%c", option, *value == '-' ? '=' : ' ');
	shell_add_word(out, value);
}

static void add_globals(struct str *out, const char *option, const struct words *values)
{
	for (size_t i = 0; i < values->n; i++)
		add_global(out, option, values->v[i]);
}

/* Where things are, by the names that every command takes. */
static void note_globals(struct call *out)
{
	const struct request *r = &out->request;
	auto_str struct str globals = { 0 };

	add_globals(&globals, "nova-config-file", &r->where.nova_files);
	add_globals(&globals, "cinder-config-file", &r->where.cinder_files);
	add_globals(&globals, "placement-config-file", &r->where.placement_files);
	add_globals(&globals, "neutron-config-file", &r->where.neutron_files);
	add_globals(&globals, "keystone-config-file", &r->where.keystone_files);
	add_global(&globals, "config", r->where.site_file);
	add_global(&globals, "defaults-file", r->where.defaults_file);
	add_global(&globals, "state-dir", r->where.state_dir);
	if (r->how.deadline_s)
		str_addf(&globals, " --deadline %lld", (long long)r->how.deadline_s);
	out->globals = str_take(&globals);
	out->request.where.globals = out->globals;
}

static void add_globals_to_hint(const struct request *request, struct error *err)
{
	auto_free char *english = lang_for_machines(xstrdup(err->hint));
	auto_str struct str whole = { 0 };

	if (!err->hint[0] || str_starts(english, "usage: "))
		return;
	shell_add_commands(&whole, err->hint, request->where.globals);
	error_hint(err, "%s", whole.s);
}

static const struct given *first_unknown(const struct scan *scan)
{
	for (size_t i = 0; i < scan->ngiven; i++)
		if (!scan->given[i].option)
			return &scan->given[i];
	return NULL;
}

static int call_fill(int argc, const char *const *argv, struct scan *scan, struct call *out, struct error *err)
{
	const struct command *command;
	const struct given *unknown = first_unknown(scan);
	size_t used;

	if (scan->version && !scan->help) {
		scan->words.n = 0;
		words_add(&scan->words, "version");
	}
	if (scan->words.n > 0 && strcmp(scan->words.v[0], "help") == 0) { /* "help host rescue" */
		memmove(scan->words.v, scan->words.v + 1, --scan->words.n * sizeof *scan->words.v);
		scan->help = true;
	}
	command = find_command(out->tree, &scan->words, &used);
	if (scan->help)
		return call_help(&scan->words, command, scan->help_all, out, err);
	if (unknown)
		return unknown_option(out->tree, command, unknown, err);
	if (!command)
		return no_command(out->tree, &scan->words, err);
	request_begin(command, argc, argv, out);
	if (options_set(scan, out, err) != 0 || arguments_set(&scan->words, used, out, err) != 0)
		return -1;
	note_globals(out);
	if (check_complete(command, &out->request, err) == 0)
		return 0;
	add_globals_to_hint(&out->request, err); /* the call is given back empty: nobody else could */
	return -1;
}

int cli_parse(const struct tree *tree, int argc, const char *const *argv, struct call *out, struct error *err)
{
	struct scan scan = { .tree = tree };
	struct error ignored;
	int rc;

	*out = (struct call){ .tree = tree };
	if (argc > 1 && strcmp(argv[1], "__complete") == 0) { /* the words of another command line: none of them is ours */
		out->help = complete_words(tree, argc - 1, argv + 1);
		return 0;
	}
	scan_words(argc, argv, &scan);
	rc = call_fill(argc, argv, &scan, out, err);
	if (rc != 0) {
		call_free(out);
		out->tree = tree;
	}
	if (rc != 0 && scan.words.n == 0 && scan.ngiven == 0)
		call_help(&scan.words, NULL, false, out, &ignored);
	scan_free(&scan);
	return rc;
}

void call_free(struct call *call)
{
	free(call->request.how.accept.v);
	free(call->request.how.fence.v);
	free(call->request.what.hosts.v);
	free(call->request.what.aggregates.v);
	free(call->request.what.zones.v);
	free(call->request.what.spread.v);
	free(call->request.what.only.v);
	free(call->request.what.pool_map.v);
	free(call->request.what.exclude.v);
	free(call->request.audit.checks.v);
	free(call->request.audit.earlier.v);
	free(call->request.inventory.places.v);
	free(call->request.where.nova_files.v);
	free(call->request.where.placement_files.v);
	free(call->request.where.neutron_files.v);
	free(call->request.where.keystone_files.v);
	free(call->request.where.cinder_files.v);
	free(call->request.shown.columns.v);
	free(call->help);
	free(call->name);
	free(call->globals);
	*call = (struct call){ 0 };
}
