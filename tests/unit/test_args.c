/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "../../src/cli/internal.h"
#include "command/tree.h"
#include "under_valgrind.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define ARGV_MAX 24

/* "a|b c|d" is the argv { "evac-manage", "a", "b c", "d" }: words are separated by bars, so that they may hold blanks. */
struct argv {
	char *text;
	const char *v[ARGV_MAX + 1];
	int c;
};

static struct argv split(const char *line)
{
	struct argv argv = { .text = strdup(line), .v = { "evac-manage" }, .c = 1 };
	char *rest = argv.text, *word;

	while (*line && (word = strsep(&rest, "|")) != NULL) {
		assert_true(argv.c < ARGV_MAX);
		argv.v[argv.c++] = word;
	}
	return argv;
}

static int parse(struct argv *argv, struct call *call, struct error *err)
{
	*err = (struct error){ 0 };
	return cli_parse(&command_tree, argv->c, argv->v, call, err);
}

static void add_words(const char *name, const struct words *words, struct str *out)
{
	for (size_t i = 0; i < words->n; i++)
		str_addf(out, " %s=%s", name, words->v[i]);
}

static void add_text(const char *name, const char *text, const char *usual, struct str *out)
{
	if (!str_equal(text, usual))
		str_addf(out, " %s=%s", name, str_or(text, "(null)"));
}

static void add_number(const char *name, int64_t number, int64_t usual, struct str *out)
{
	if (number != usual)
		str_addf(out, " %s=%lld", name, (long long)number);
}

/* All of a request that is not as usual, in the order of its struct. */
static void describe(const struct request *r, struct str *out)
{
	str_add(out, r->command);
	add_text("host", r->what.host, NULL, out);
	add_text("to", r->what.to, NULL, out);
	add_text("target_host", r->what.target_host, NULL, out);
	add_text("currenthost", r->what.currenthost, NULL, out);
	add_text("newhost", r->what.newhost, NULL, out);
	add_text("id", r->what.id, NULL, out);
	add_number("force", r->what.force, 0, out);
	add_number("down", r->what.down, 0, out);
	add_number("volumes_only", r->what.volumes_only, 0, out);
	add_number("settle", r->what.settle, 0, out);
	add_words("pool_map", &r->what.pool_map, out);
	add_text("binary", r->what.binary, NULL, out);
	add_text("name", r->what.name, NULL, out);
	add_text("new_name", r->what.new_name, NULL, out);
	add_text("project_id", r->what.project_id, NULL, out);
	add_text("zone", r->what.zone, NULL, out);
	add_text("account", r->what.account, NULL, out);
	add_number("recursive", r->what.recursive, 0, out);
	add_number("full_rename", r->what.full_rename, 0, out);
	add_number("read_only", r->what.read_only, 0, out);
	add_number("operate", r->what.operate, 0, out);
	add_number("dry_run", r->how.dry_run, 0, out);
	add_number("yes", r->how.yes, 0, out);
	add_number("no_wait", r->how.no_wait, 0, out);
	add_text("fenced", r->how.fenced, NULL, out);
	add_words("accept", &r->how.accept, out);
	add_words("only", &r->what.only, out);
	add_words("exclude", &r->what.exclude, out);
	add_number("limit", r->what.limit, 0, out);
	add_number("timeout_s", r->how.timeout_s, 1800, out);
	add_number("max_in_flight", r->how.max_in_flight, 0, out);
	add_number("max_per_target", r->how.max_per_target, 0, out);
	add_number("stop_after_failures", r->how.stop_after_failures, 0, out);
	add_words("nova", &r->where.nova_files, out);
	add_words("cinder", &r->where.cinder_files, out);
	add_text("site", r->where.site_file, NULL, out);
	add_text("defaults", r->where.defaults_file, NULL, out);
	add_text("state_dir", r->where.state_dir, NULL, out);
	add_text("format", r->shown.format, "table", out);
	add_words("column", &r->shown.columns, out);
	add_text("sort", r->shown.sort_column, NULL, out);
	add_number("noindent", r->shown.noindent, 0, out);
	add_number("max_width", r->shown.max_width, 0, out);
	add_text("color", r->shown.color, "auto", out);
	add_text("progress", r->shown.progress, "auto", out);
	add_text("lang", r->shown.lang, NULL, out);
	add_number("debug", r->shown.debug, 0, out);
	add_number("log_json", r->shown.log_json, 0, out);
	add_text("log_file", r->shown.log_file, NULL, out);
}

static const struct {
	const char *line, *request;
} good[] = {
	{ "doctor", "doctor" },
	{ "--version|-f|json", "version format=json" },
	{ "service|list|--host|ctl1|--down", "service list host=ctl1 down=1" },
	{ "host|show|ctl1", "host show host=ctl1" },
	{ "host|rescue|ctl1|--to|ctl2|--target_host=ctl3|--dry-run",
	  "host rescue host=ctl1 to=ctl2 target_host=ctl3 dry_run=1" },
	{ "host|evacuate|ctl1|--target-host|ctl2|--force", "host evacuate host=ctl1 target_host=ctl2 force=1" },
{ "host-evacuate|ctl1|--yes", "host evacuate host=ctl1 yes=1" },
	{ "volume_update-host|--currenthost|a@b|--newhost|c@b", "volume update_host currenthost=a@b newhost=c@b" },
	{ "host|evacuate|ctl1|--no-wait|--timeout|60|--max_in_flight=9|--max-per-target|3|--stop-after-failures|1|--limit|3",
	  "host evacuate host=ctl1 no_wait=1 limit=3 timeout_s=60 max_in_flight=9 max_per_target=3 stop_after_failures=1" },
	{ "host|evacuate|ctl1|--wait|--yes|--yes", "host evacuate host=ctl1 yes=1" },
	{ "instance|list|--host|ctl1", "instance list host=ctl1" },
	{ "instance|evacuate|web 7", "instance evacuate id=web 7" },
	{ "instance|evacuate|--force|web-7|ctl2", "instance evacuate target_host=ctl2 id=web-7 force=1" },
	{ "instance|evacuate|--|--odd name", "instance evacuate id=--odd name" },
	{ "volume|list|--host|ctl1@rbd#ssd", "volume list host=ctl1@rbd#ssd" },
	{ "volume|update_host|--currenthost|a@b|--newhost|c@d", "volume update_host currenthost=a@b newhost=c@d" },
	{ "volume|update-host|--newhost=c@d#p|--currenthost=a@b#p|--volumes_only",
	  "volume update_host currenthost=a@b#p newhost=c@d#p volumes_only=1" },
	{ "volume|update_host|--currenthost|a|--newhost|c", "volume update_host currenthost=a newhost=c" },
	{ "volume|update_host|--currenthost|a|--newhost|c|--pool-map|ssd=fast|--pool_map=hdd=slow",
	  "volume update_host currenthost=a newhost=c pool_map=ssd=fast pool_map=hdd=slow" },
	{ "--currenthost|a@b|volume|--newhost|c@d|update_host", "volume update_host currenthost=a@b newhost=c@d" },
	{ "backup|list", "backup list" },
	{ "volume|update-service", "volume update_service" },
	{ "volume|delete|x|--yes", "volume delete id=x yes=1" },
	{ "group|update_host|--currenthost|a@b|--newhost|c@b", "group update_host currenthost=a@b newhost=c@b" },
	{ "consistencygroup|update_cg_host|--currenthost|a@b|--newhost|c@b", "consistencygroup update_cg_host currenthost=a@b newhost=c@b" },
	{ "service|remove|cinder-volume|a@b", "service remove host=a@b binary=cinder-volume" },
	{ "cluster|rename|--full-rename|a@b|c@d", "cluster rename name=a@b new_name=c@d full_rename=1" },
	{ "cluster|remove|--recursive|cinder-volume|c@d", "cluster remove binary=cinder-volume name=c@d recursive=1" },
	{ "quota|sync|--project-id|p", "quota sync project_id=p" },
	{ "host|list|az1", "host list zone=az1" },
	{ "sql|show|cinder/volume_move", "sql show id=cinder/volume_move" },
	{ "explain", "explain" },
	{ "explain|fencing-unconfirmed", "explain id=fencing-unconfirmed" },
	{ "grants|--operate|--account|u@h", "grants account=u@h operate=1" },
	{ "backup|update-backup-host|--currenthost|a|--newhost|b|--accept|source-alive|--accept|az-differs:x y|--fenced|iLO: off, Ann",
	  "backup update_backup_host currenthost=a newhost=b fenced=iLO: off, Ann accept=source-alive accept=az-differs:x y" },
	{ "backup|update_backup_host|--currenthost|a|--newhost|b|--only|1|--only|2|--exclude|3",
	  "backup update_backup_host currenthost=a newhost=b only=1 only=2 exclude=3" },
	{ "journal|list", "journal list" },
	{ "journal|show|20260131-abc", "journal show id=20260131-abc" },
	{ "-fjson|-c|id|volume|list|-cname|--host|h|--sort-column|name|--noindent|--max-width|80",
	  "volume list host=h format=json column=id column=name sort=name noindent=1 max_width=80" },
	{ "volume|list|--host|h|--config-file|a|--config_file=b|--cinder-config-file|c", "volume list host=h cinder=a cinder=b cinder=c" },
	{ "--config-file|a|instance|list|--host|h", "instance list host=h nova=a" },
	{ "doctor|--nova-config-file|a|--cinder-config-file|b|--config|c|--defaults-file|d|--state-dir|e",
	  "doctor nova=a cinder=b site=c defaults=d state_dir=e" },
	{ "--lang|zh|doctor", "doctor lang=zh" },
	{ "doctor|--color|never|--progress=line|--debug|--log-json|--log-file|f",
	  "doctor color=never progress=line debug=1 log_json=1 log_file=f" },
};

/* Before the line is parsed: what is wrong with it is told in this language. */
static void the_language_is_known_before_the_line_is_right(void **state)
{
	static const char *const lines[][2] = { { "doctor|--lang|zh", "zh" }, { "--lang=en|what is this", "en" }, { "--nonsense|--lang=zh|--", "zh" },
		{ "doctor|--lang|de", NULL }, { "doctor|--|--lang|zh", NULL }, { "doctor|--lang", NULL }, { "doctor", NULL } };

	(void)state;
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct argv argv = split(lines[i][0]);
		const char *word = cli_language(&command_tree, argv.c, argv.v);

		assert_true(str_equal(word, lines[i][1]));
		free(argv.text);
	}
}

static void command_lines_become_requests(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		struct argv argv = split(good[i].line);
		auto_str struct str text = { 0 };
		struct call call;
		struct error err;

		if (parse(&argv, &call, &err) != 0)
			fail_msg("%s: %s", good[i].line, err.text);
		assert_int_equal(err.kind, ERROR_OK);
		assert_null(call.help);
		assert_non_null(call.command->run);
		describe(&call.request, &text);
		assert_string_equal(text.s, good[i].request);
		assert_int_equal(call.request.argc, argv.c);
		assert_ptr_equal(call.request.argv, argv.v);
		call_free(&call);
		free(argv.text);
	}
}

#define NOUNS "doctor, service, host, instance, migration, volume, backup, consistencygroup, group, " \
	"cluster, quota, audit, inventory, plan, journal, sql, grants, explain, config, completion, version"
#define LONG_HOST "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" /* 64 */

static const struct {
	const char *line, *text, *hint; /* parts of what is said */
} bad[] = {
	{ "", "no command was given; known: " NOUNS, "'evac-manage --help'" },
	{ "--debug", "no command was given; known: ", "" },
	{ "volume", "'volume' needs a command: list, show, update_host, update_service, delete", "'evac-manage volume --help'" },
	{ "volumes|list", "unknown command 'volumes'; known: " NOUNS, "did you mean 'volume'?" },
	{ "volume|lst", "unknown volume command 'lst'; known: list, show, update_host", "did you mean 'list'?" },
	{ "volume|update", "unknown volume command 'update'", "did you mean 'update_host', 'update_service'?" },
	{ "Volume|list", "unknown command 'Volume'", "did you mean 'volume'?" },
	{ "|list", "unknown command ''", "" },
	{ "help|bogus", "unknown command 'bogus'", "'evac-manage --help'" },
	{ "evacuate|ctl1", "unknown command 'evacuate'", "did you mean 'host evacuate', 'instance evacuate'?" },
	{ "rescue", "unknown command 'rescue'", "did you mean 'host rescue'?" },
	{ "update-host|--currenthost|a@b", "unknown command 'update-host'", "did you mean 'volume update_host', 'group update_host'?" },
	{ "a\x1b[31m", "unknown command 'a\\x1b[31m'", "" },
	{ "volume|list|--hots|x", "unknown option '--hots'; 'volume list' takes --host", "did you mean '--host'" },
	{ "volume|update_host|--curr|x", "unknown option '--curr'", "did you mean '--currenthost'?" },
	{ "--bogus|nonsense", "unknown option '--bogus'", "'evac-manage --help'" },
	{ "-x", "unknown option '-x'", "" },
	{ "instance|evacuate|a|-force", "unknown option '-force'", "did you mean '--force'?" },
	{ "volume|list|-currenthost|x", "unknown option '-currenthost'", "did you mean '--currenthost'?" },
	{ "volume|list|--to|x", "'volume list' does not take --to ('host rescue' does)", "usage: evac-manage volume list --host" },
	{ "backup|list|--dry-run", "'backup list' does not take --dry-run", "usage: evac-manage backup list [options]" },
	{ "doctor|--config-file|f", "'doctor' does not take --config-file", "--nova-config-file FILE or --cinder-config-file FILE" },
	{ "host|show|h|--config-file=f", "'host show' does not take --config-file", "--nova-config-file" },
	{ "volume|list", "'volume list' needs --host (", "usage: evac-manage volume list --host HOST[@BACKEND[#POOL]] [options]" },
	{ "host|rescue", "'host rescue' needs HOST (the failed host, as nova names it)", "usage: evac-manage host rescue HOST" },
	{ "instance|evacuate", "'instance evacuate' needs INSTANCE (", "usage: evac-manage instance evacuate INSTANCE [TARGET]" },
	{ "volume|update_host|--currenthost|a@b", "'volume update_host' needs --newhost (", "usage: " },
	{ "volume|list|ctl1", "'volume list' takes no argument 'ctl1'", "usage: evac-manage volume list --host" },
	{ "host|show|a|b", "'host show' takes no argument 'b'", "usage: evac-manage host show HOST" },
	{ "doctor|now", "'doctor' takes no argument 'now'", "" },
	{ "volume|list|--host", "--host needs a value: HOST", "--host=VALUE" },
	{ "volume|update_host|--currenthost|--newhost|b", "--currenthost needs a value", "--currenthost=VALUE" },
	{ "volume|list|-f", "-f needs a value", "" },
	{ "volume|list|--host=", "--host needs HOST[@BACKEND[#POOL]], '' was given", "" },
	{ "host|show|", "HOST needs HOST, '' was given", "" },
	{ "backup|list|--host|", "--host needs HOST, '' was given", "" },
	{ "host|evacuate|a|--yes=1", "--yes takes no value, '1' was given", "" },
	{ "volume|list|--host|a|--host|b", "--host was given twice, 'a' and 'b'", "" },
	{ "doctor|-f|json|--format=csv", "--format was given twice, 'json' and 'csv'", "" },
	{ "host|evacuate|a|--wait|--no-wait", "--wait and --no-wait contradict each other", "" },
	{ "doctor|-f|xml", "-f takes table, json, yaml, csv or value, not 'xml'", "" },
	{ "doctor|--format|table,json", "not 'table,json'", "" },
	{ "doctor|--color|maybe", "--color takes auto, always or never, not 'maybe'", "" },
	{ "host|evacuate|a|--limit|0", "--limit takes a whole number from 1 to 1000000000, not '0'", "" },
	{ "host|evacuate|a|--limit|-1", "not '-1'", "" },
	{ "host|evacuate|a|--timeout|5m", "--timeout takes a whole number from 1 to 1000000000, not '5m'", "" },
	{ "host|evacuate|a|--timeout|99999999999999999999", "not '99999999999999999999'", "" },
	{ "host|evacuate|a|--force", "--force needs a target host", "--target_host HOST2" },
	{ "instance|evacuate|a|--force", "--force needs a target host", "after the instance" },
	{ "volume|update_host|--currenthost|a@b|--newhost|c@d#p", "--currenthost 'a@b' names no pool, --newhost 'c@d#p' does",
	  "for all pools: --newhost 'c@d'" },
	{ "volume|update_host|--currenthost|a@b|--newhost|a@b#p", "--currenthost 'a@b' names no pool", "--newhost 'a@b' --pool-map '=p'" },
	{ "volume|update_host|--currenthost|a|--newhost|c|--pool-map|x", "--pool-map 'x' is not OLD=NEW", "" },
	{ "volume|update_host|--currenthost|a|--newhost|c|--pool-map|x=", "--pool-map 'x=' is not OLD=NEW", "--pool-map =ssd" },
	{ "volume|update_host|--currenthost|a|--newhost|c|--pool-map|x=\ny", "--pool-map 'x=\\x0ay' is not OLD=NEW", "" },
	{ "volume|update_host|--currenthost|a|--newhost|c|--pool-map|x=#y", "--pool-map 'x=#y' is not OLD=NEW", "" },
	{ "volume|update_host|--currenthost|a|--newhost|c|--pool-map|x=y|--pool-map|x=z", "--pool-map is given twice for pool 'x'", "" },
	{ "volume|update_host|--currenthost|a@b#p|--newhost|c@b#q|--pool-map|p=q", "--currenthost 'a@b#p' is one pool already", "" },
	{ "grants", "'grants' needs either --read-only or --operate", "" },
	{ "grants|--read-only|--operate", "'grants' needs either", "" },
	{ "volume|list|--host|a\n", "'a\\x0a' is not a host's name", "a host looks like 'ctl1', 'ctl1@rbd' or 'ctl1@rbd#pool'" },
	{ "volume|list|--host|a@b#c\x1b", "'a@b#c\\x1b' is not a host's name", "" },
	{ "volume|list|--host|a@b#c#d", "'a@b#c#d' is not a host's name", "" },
	{ "volume|list|--host|@rbd", "'@rbd' is not a host's name", "" },
	{ "volume|list|--host|a@", "'a@' is not a host's name", "" },
	{ "volume|list|--host|a@b#", "'a@b#' is not a host's name", "" },
	{ "host|show|" LONG_HOST LONG_HOST LONG_HOST LONG_HOST, "aaa...' is not a host's name", "at most 255 bytes" },
	{ "host|rescue|a|--to|b|--accept|Source", "--accept: 'Source' is not CODE or CODE:ID", "" },
	{ "host|rescue|a|--to|b|--accept|local-disk:", "'local-disk:' is not CODE or CODE:ID", "" },
	{ "host|rescue|a|--to|b|--accept|:x", "':x' is not CODE or CODE:ID", "" },
	{ "host|rescue|a|--to|b|--accept|local-disks", "--accept: 'local-disks' is not a finding's code", "did you mean 'local-disk'" },
	{ "host|rescue|a|--to|b|--accept|target-dwon:c2", "--accept: 'target-dwon:c2' is not a finding's code", "did you mean 'target-down'" },
	{ "host|rescue|a|--to|b|--accept|local", "--accept: 'local' is not a finding's code", "" },
	{ "host|rescue|a|--to|b|--accept|all", "--accept: 'all' is not a finding's code", "" },
	{ "host|rescue|a|--to|b|--fenced|x", "--fenced 'x' does not say who powered the host off", "a sentence of your own" },
	{ "host|rescue|a|--to|b|--fenced|  ", "it is blank", "" },
	{ "host|rescue|a|--to|b|--fenced=WHO POWERED IT OFF, AND HOW WE KNOW", "it is the placeholder", "" },
	{ "volume|update_host|--currenthost|a@b|--newhost|c@b|--fenced|iLO off", "it has fewer than 8 letters", "" },
	{ "volume|list|--host|h|--plan-out|f", "'volume list' does not take --plan-out", "" },
	{ "volume|bogus|--help", "unknown volume command 'bogus'", "" },
};

static void wrong_words_are_usage_errors_that_say_what_to_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		struct argv argv = split(bad[i].line);
		struct call call;
		struct error err;

		if (parse(&argv, &call, &err) != -1)
			fail_msg("'%s' was taken", bad[i].line);
		assert_int_equal(err.kind, ERROR_USAGE);
		if (!strstr(err.text, bad[i].text) || !strstr(err.hint, bad[i].hint))
			fail_msg("'%s': said '%s' hint '%s'", bad[i].line, err.text, err.hint);
		assert_null(call.command);
		call_free(&call);
		free(argv.text);
	}
}

static void help_is_found_at_every_depth(void **state)
{
	static const struct {
		const char *line, *begins;
	} asked[] = {
		{ "--help", "usage: evac-manage COMMAND" },
		{ "-h", "usage: evac-manage COMMAND" },
		{ "help", "usage: evac-manage COMMAND" },
		{ "help|volume", "usage: evac-manage volume COMMAND" },
		{ "help|host|rescue", "usage: evac-manage host rescue [HOST]" },
		{ "help|host-evacuate", "usage: evac-manage host evacuate HOST" },
		{ "host-evacuate|ctl1|--help-all", "usage: evac-manage host evacuate HOST" },
		{ "--help-all", "usage: evac-manage COMMAND" },
		{ "volume|--help", "usage: evac-manage volume COMMAND" },
		{ "--help|volume", "usage: evac-manage volume COMMAND" },
		{ "volume|update-host|-h", "usage: evac-manage volume update_host" },
		{ "volume|-h|update_host", "usage: evac-manage volume update_host" },
		{ "doctor|--help", "usage: evac-manage doctor [options]" },
		{ "host|rescue|ctl1|--to|--help", "usage: evac-manage host rescue [HOST]" },
		{ "host|rescue|ctl1|--bogus|x|--timeout|no|-h", "usage: evac-manage host rescue [HOST]" },
		{ "host|rescue|--version|--help", "usage: evac-manage host rescue [HOST]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(asked); i++) {
		struct argv argv = split(asked[i].line);
		struct call call;
		struct error err;

		assert_int_equal(parse(&argv, &call, &err), 0);
		assert_null(call.command);
		assert_non_null(call.help);
		if (!str_starts(call.help, asked[i].begins))
			fail_msg("'%s': %.80s", asked[i].line, call.help);
		call_free(&call);
		free(argv.text);
	}
}

static void a_dash_dash_help_after_the_end_of_options_is_a_word(void **state)
{
	struct argv argv = split("instance|evacuate|--|--help");
	struct call call;
	struct error err;

	(void)state;
	assert_int_equal(parse(&argv, &call, &err), 0);
	assert_null(call.help);
	assert_string_equal(call.request.what.id, "--help");
	call_free(&call);
	free(argv.text);
}

static void no_words_at_all_leave_the_tree_for_stderr(void **state)
{
	struct argv argv = split("");
	struct call call;
	struct error err;

	(void)state;
	assert_int_equal(parse(&argv, &call, &err), -1);
	assert_int_equal(error_kind_exit_code(err.kind), 2);
	assert_true(str_starts(call.help, "usage: evac-manage COMMAND"));
	call_free(&call);
	assert_int_equal(cli_parse(&command_tree, 0, argv.v, &call, &err), -1); /* execve() without even a name */
	call_free(&call);
	free(argv.text);
}

/* The words of the tables and some that hurt. */
static const char *random_word(void)
{
	static const char *const words[] = { "", "-", "--", "-h", "--help", "--version", "-f", "-fjson", "-fx", "-c", "json", "ctl1",
		"ctl1@rbd", "ctl2@rbd#p", "5", "-1", "--host", "--host=", "--host=a", "--to", "--newhost", "--currenthost", "--force",
		"--target-host", "--wait", "--no-wait", "--accept", "az-differs:1", "--only", "--limit", "--config-file", "--nope",
		"--=", "--=x", "-=", "\xff\xfe", "a\nb", "--config", "-force", "--timeout=3", "%s%n", "--%n" };
	const struct command *command;
	size_t n = 0;

	while (commands[n])
		n++;
	command = commands[(size_t)random() % n];
	switch (random() % 4) {
	case 0:
		return command->noun;
	case 1:
		return str_or(command->verb, "extra");
	default:
		return words[(size_t)random() % COUNT(words)];
	}
}

static void random_words_never_crash_and_never_run_half_filled(void **state)
{
	const char *v[12] = { "evac-manage" };
	struct call call;
	struct error err;
	int c, i, n;

	(void)state;
	srandom(7);
	for (n = 0; n < (under_valgrind() ? 500 : 10000); n++) {
		c = 1 + (int)(random() % 11);
		for (i = 1; i < c; i++)
			v[i] = random_word();
		err = (struct error){ 0 };
		if (cli_parse(&command_tree, c, v, &call, &err) != 0) {
			assert_int_equal(err.kind, ERROR_USAGE);
			assert_true(err.text[0] != '\0');
			assert_null(strpbrk(err.text, "\n\x1b"));
		} else {
			assert_true((call.help != NULL) != (call.command != NULL));
			if (call.command && strcmp(call.request.command, "volume update_host") == 0)
				assert_true(call.request.what.currenthost && call.request.what.newhost);
		}
		call_free(&call);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_language_is_known_before_the_line_is_right),
		cmocka_unit_test(command_lines_become_requests),
		cmocka_unit_test(wrong_words_are_usage_errors_that_say_what_to_type),
		cmocka_unit_test(help_is_found_at_every_depth),
		cmocka_unit_test(a_dash_dash_help_after_the_end_of_options_is_a_word),
		cmocka_unit_test(no_words_at_all_leave_the_tree_for_stderr),
		cmocka_unit_test(random_words_never_crash_and_never_run_half_filled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
