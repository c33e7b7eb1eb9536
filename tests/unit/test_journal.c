/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/journal.h"
#include "plan/step_json.h"
#include "run/run.h"
#include "util/file.h"
#include "util/signals.h"
#include "util/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define RUN "20260131T030405Z-host-rescue-1a2b3c4d"

static char top[64]; /* in memory where that can be: every record is made durable */
static char *path, *dir;

static int make_top(void **state)
{
	(void)state;
	snprintf(top, sizeof top, "%s/test_journal_XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	if (!mkdtemp(top))
		return -1;
	dir = xasprintf("%s/state/journal", top);
	path = xasprintf("%s/%s.jsonl", dir, RUN);
	return 0;
}

static void limit_file_size(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(0, getrlimit(RLIMIT_FSIZE, &limit));
	limit.rlim_cur = bytes;
	assert_int_equal(0, setrlimit(RLIMIT_FSIZE, &limit));
}

static int empty_top(void **state)
{
	auto_free char *parent = xasprintf("%s/state", top);

	(void)state;
	limit_file_size(RLIM_INFINITY);
	unlink(path);
	chmod(dir, 0700);
	rmdir(dir);
	rmdir(parent);
	return 0;
}

static int remove_top(void **state)
{
	(void)state;
	free(path);
	free(dir);
	return rmdir(top);
}

static const char *const argv[] = { "evac-manage", "host", "rescue", "c1", "--to", "c2" };

static struct request some_request(void)
{
	static char state[sizeof top + 8];

	snprintf(state, sizeof state, "%s/state", top);
	return (struct request){ .command = "host rescue", .argc = COUNT(argv), .argv = argv, .how.fenced = "iLO \"off\", Ann",
		.where.state_dir = state };
}

static struct journal *create(void)
{
	struct request request = some_request();
	struct journal *journal = NULL;
	struct error err;

	assert_int_equal(0, journal_create(&request, RUN, "c1", &journal, &err));
	return journal;
}

static struct unit some_unit(struct plan *plan)
{
	struct unit *unit = plan_unit(plan, UNIT_OWNERSHIP);
	struct step *step = unit_step(unit, STEP_VOLUME, "v1", "disk");

	step->before[0] = "a@b#p";
	step->after[0] = "c@b#p";
	step->after[1] = "s2";
	step = unit_step(unit, STEP_WORKER, "w1", NULL);
	step->before[0] = "3";
	step->after[0] = "4";
	step->before[1] = "0";
	step->after[1] = "1";
	unit->sentence = "move 1 volume, 1 worker from a@b to c@b";
	return *unit;
}

/* A small journal as a run leaves it. */
static void write_some(void)
{
	struct plan plan = { 0 };
	struct unit unit = some_unit(&plan);
	struct journal *journal = create();
	struct error err;

	assert_int_equal(0, journal_intent(journal, 0, &unit, "here", &err));
	assert_int_equal(0, journal_outcome(journal, 0, STATE_APPLIED, NULL, &err));
	assert_int_equal(0, journal_outcome(journal, 0, STATE_FAILED, "somebody moved \"it\"\n", &err));
	journal_close(&journal);
	assert_null(journal);
	plan_free(&plan);
}

static void read_bytes(struct str *out)
{
	struct error err;

	str_clear(out);
	assert_int_equal(0, file_read(path, 1 << 20, ERROR_ERROR, out, &err));
}

static void write_bytes(const char *bytes, size_t n)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, n), n);
	close(fd);
}

struct seen {
	json_object *record[16];
	size_t n;
	size_t stop_at; /* 0: never */
};

static int see(void *ctx, json_object *record)
{
	struct seen *seen = ctx;

	assert_true(seen->n < COUNT(seen->record));
	seen->record[seen->n++] = json_object_get(record);
	return seen->n == seen->stop_at;
}

static void forget(struct seen *seen)
{
	while (seen->n)
		json_object_put(seen->record[--seen->n]);
}

static const char *get(const struct seen *seen, size_t i, const char *key)
{
	return str_or(json_object_get_string(json_object_object_get(seen->record[i], key)), "NULL");
}

/* ---- names and places */

static void a_runs_name_holds_its_command_and_no_dot(void **state)
{
	static const struct {
		const char *command, *middle;
	} rows[] = {
		{ "host rescue", "Z-host-rescue-" },
		{ "volume update_host", "Z-volume-update-host-" },
		{ "consistencygroup update_cg_host and then some", "Z-consistencygroup-update-cg-hos-" }, /* cut */
	};
	char a[RUN_ID_SIZE], b[RUN_ID_SIZE];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		run_id_new(rows[i].command, a);
		run_id_new(rows[i].command, b);
		assert_string_not_equal(a, b);
		assert_null(strpbrk(a, "._ /"));
		assert_int_equal(strspn(a, "0123456789"), 8);
		assert_int_equal(a[8], 'T');
		assert_memory_equal(a + 15, rows[i].middle, strlen(rows[i].middle));
		assert_int_equal(strlen(a), 15 + strlen(rows[i].middle) + 8);
	}
}

static void the_option_wins_over_the_environment_and_that_over_the_default(void **state)
{
	struct request none = { 0 }, given = { .where.state_dir = "/given" };

	(void)state;
	unsetenv("EVAC_MANAGE_STATE_DIR");
	assert_string_equal(state_dir(&none), "/var/lib/evac-manage");
	setenv("EVAC_MANAGE_STATE_DIR", "", 1);
	assert_string_equal(state_dir(&none), "/var/lib/evac-manage");
	setenv("EVAC_MANAGE_STATE_DIR", "/environment", 1);
	assert_string_equal(state_dir(&none), "/environment");
	assert_string_equal(state_dir(&given), "/given");
	unsetenv("EVAC_MANAGE_STATE_DIR");
}

static unsigned mode_of(const char *name)
{
	struct stat st;

	assert_int_equal(0, stat(name, &st));
	return (unsigned)st.st_mode & 07777;
}

static void journals_are_for_their_owner_alone(void **state)
{
	auto_free char *parent = xasprintf("%s/state", top);
	mode_t old = umask(0);
	struct journal *journal = create();

	(void)state;
	umask(old);
	assert_string_equal(journal_path(journal), path);
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(mode_of(dir), 0700);
	assert_int_equal(mode_of(parent), 0700);
	journal_close(&journal);
}

/* ---- writing */

static void what_was_written_is_read_back_record_by_record(void **state)
{
	struct seen seen = { .n = 0 };
	struct error err;
	bool torn = true;

	(void)state;
	write_some();
	assert_int_equal(0, journal_read(path, see, &seen, &torn, &err));
	assert_false(torn);
	assert_int_equal(seen.n, 6);
	assert_string_equal(get(&seen, 0, "type"), "run");
	assert_string_equal(get(&seen, 0, "version"), "1");
	assert_string_equal(get(&seen, 0, "run"), RUN);
	assert_string_equal(get(&seen, 0, "command"), "host rescue");
	assert_string_equal(get(&seen, 0, "host"), "c1");
	assert_string_equal(get(&seen, 0, "fenced"), "iLO \"off\", Ann");
	assert_string_equal(json_object_to_json_string_ext(json_object_object_get(seen.record[0], "argv"), JSON_C_TO_STRING_PLAIN),
	    "[\"evac-manage\",\"host\",\"rescue\",\"c1\",\"--to\",\"c2\"]");
	assert_string_equal(get(&seen, 1, "type"), "row");
	assert_string_equal(get(&seen, 1, "kind"), "volume");
	assert_string_equal(get(&seen, 1, "id"), "v1");
	assert_string_equal(get(&seen, 1, "before"), "{ \"host\": \"a@b#p\", \"service_uuid\": null, \"cluster_name\": null }");
	assert_string_equal(get(&seen, 1, "after"), "{ \"host\": \"c@b#p\", \"service_uuid\": \"s2\", \"cluster_name\": null }");
	assert_string_equal(get(&seen, 2, "kind"), "worker");
	assert_string_equal(get(&seen, 2, "before"), "{ \"service_id\": \"3\", \"race_preventer\": \"0\" }");
	assert_string_equal(get(&seen, 3, "type"), "intent");
	assert_string_equal(get(&seen, 3, "kind"), "ownership");
	assert_string_equal(get(&seen, 3, "rows"), "2");
	assert_string_equal(get(&seen, 3, "sentence"), "move 1 volume, 1 worker from a@b to c@b");
	assert_string_equal(get(&seen, 4, "type"), "outcome");
	assert_string_equal(get(&seen, 4, "state"), "applied");
	assert_string_equal(get(&seen, 4, "error"), "NULL");
	assert_string_equal(get(&seen, 5, "state"), "failed");
	assert_string_equal(get(&seen, 5, "error"), "somebody moved \"it\"\n");
	for (size_t i = 0; i < seen.n; i++)
		assert_int_equal(json_object_get_int(json_object_object_get(seen.record[i], "seq")), i);
	forget(&seen);
}

/* A row's text is ours, and json-c's to the byte. */
static void a_row_is_written_as_json_c_writes_it(void **state)
{
	static const char *const odd[] = { "", "plain", "a \"b\" \\ c/d", "\x01\x1f\x7f tab\t line\n\r\b\f", "\xe5\x8d\xb7 \xf0\x9f\x98\x80", "bad \xff utf-8",
		NULL };

	(void)state;
	for (size_t i = 0; i < COUNT(odd); i++) {
		const struct step step = { .kind = &step_kinds[STEP_VOLUME], .id = str_or(odd[i], "v"), .name = odd[i],
			.before = { odd[i], "s1", NULL }, .after = { "c@b#p", odd[i], odd[i] } };
		json_object *row = json_object_new_object();
		auto_str struct str text = { 0 };

		str_add(&text, "{");
		step_add_text(&step, &text);
		str_add(&text, "}");
		step_add_json(&step, row);
		assert_string_equal(text.s, json_object_to_json_string_ext(row, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(row);
	}
}

#define MANY_ROWS 5000

static int count_row(void *ctx, json_object *record)
{
	size_t *n = ctx;
	char id[16];

	if (strcmp(json_object_get_string(json_object_object_get(record, "type")), "row") != 0)
		return 0;
	snprintf(id, sizeof id, "v%zu", *n);
	assert_string_equal(json_object_get_string(json_object_object_get(record, "id")), id);
	++*n;
	return 0;
}

/* They mean nothing before the intent that closes them, and it is not durable without them. */
static void rows_wait_for_each_other_and_none_behind_the_intent(void **state)
{
	struct plan plan = { 0 };
	struct unit *unit = plan_unit(&plan, UNIT_OWNERSHIP);
	struct journal *journal = create();
	auto_str struct str members = { 0 };
	struct stat before, after;
	struct error err;
	size_t n = 0;
	bool torn;

	(void)state;
	for (size_t i = 0; i < MANY_ROWS; i++)
		unit_step(unit, STEP_VOLUME, arena_printf(&plan.arena, "v%zu", i), "disk");
	unit->sentence = "move them";
	assert_int_equal(0, stat(path, &before));
	str_add(&members, ",");
	step_add_text(&(struct step){ .kind = &step_kinds[STEP_WORKER], .id = "w" }, &members);
	assert_int_equal(0, journal_add_row(journal, "2026-01-31T03:04:05.678Z", &members, &err));
	assert_int_equal(0, stat(path, &after));
	assert_int_equal(before.st_size, after.st_size);
	journal_close(&journal); /* one that nothing closes is not written */
	assert_int_equal(0, journal_read(path, count_row, &n, &torn, &err));
	assert_int_equal(n, 0);
	assert_false(torn);
	unlink(path);
	journal = create();
	assert_int_equal(0, journal_intent(journal, 0, unit, "here", &err));
	assert_int_equal(0, journal_read(path, count_row, &n, &torn, &err)); /* while it is open */
	assert_int_equal(n, MANY_ROWS);
	assert_false(torn);
	journal_close(&journal);
	plan_free(&plan);
}

/* As docs/journal.md tells a reader to check it, by hand. */
static void every_line_holds_the_hash_of_the_one_before_it(void **state)
{
	auto_str struct str all = { 0 }, rows = { 0 };
	char expected[65], *line, *rest = NULL;
	json_object *record;

	(void)state;
	write_some();
	read_bytes(&all);
	memset(expected, '0', 64);
	expected[64] = '\0';
	for (line = strtok_r(all.s, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		record = json_tokener_parse(line);
		assert_non_null(record);
		assert_string_equal(json_object_get_string(json_object_object_get(record, "prev")), expected);
		sha256_hex(line, strlen(line), expected);
		if (strcmp(json_object_get_string(json_object_object_get(record, "type")), "row") == 0)
			str_add(&rows, expected);
		if (strcmp(json_object_get_string(json_object_object_get(record, "type")), "intent") == 0) {
			char sum[65];

			sha256_hex(rows.s, rows.n, sum);
			assert_string_equal(json_object_get_string(json_object_object_get(record, "rows_sha256")), sum);
		}
		json_object_put(record);
	}
}

static void a_journal_is_never_written_over(void **state)
{
	struct request request = some_request();
	auto_str struct str before = { 0 }, after = { 0 };
	struct journal *journal = NULL;
	struct error err;

	(void)state;
	write_some();
	read_bytes(&before);
	assert_int_equal(-1, journal_create(&request, RUN, "c1", &journal, &err));
	assert_int_equal(err.code, EEXIST);
	assert_null(journal);
	read_bytes(&after);
	assert_string_equal(before.s, after.s);
	unlink(path);
	assert_int_equal(0, symlink("/dev/null", path)); /* and no link is followed */
	assert_int_equal(-1, journal_create(&request, RUN, "c1", &journal, &err));
}

static void where_no_journal_can_be_nothing_begins(void **state)
{
	struct request request = some_request();
	auto_free char *file = xasprintf("%s/file", top);
	struct journal *journal = NULL;
	struct error err;
	int fd;

	(void)state;
	assert_int_equal(0, directory_ensure(dir, &err));
	assert_int_equal(0, chmod(dir, 0770));
	assert_int_equal(-1, journal_create(&request, RUN, "c1", &journal, &err)); /* another could put a link there */
	assert_non_null(strstr(err.text, "may be written to by others"));
	assert_non_null(strstr(err.hint, "nothing was changed"));
	chmod(dir, 0500);
	if (geteuid() != 0) { /* root may write there */
		assert_int_equal(-1, journal_create(&request, RUN, "c1", &journal, &err));
		assert_int_equal(err.code, EACCES);
		assert_non_null(strstr(err.hint, "nothing was changed"));
	}
	fd = open(file, O_WRONLY | O_CREAT, 0600);
	close(fd);
	request.where.state_dir = file;
	assert_int_equal(-1, journal_create(&request, RUN, "c1", &journal, &err));
	assert_int_equal(err.code, ENOTDIR);
	request.where.state_dir = "/proc/nowhere";
	assert_int_equal(-1, journal_create(&request, RUN, "c1", &journal, &err));
	assert_non_null(strstr(err.hint, "--state-dir"));
	assert_null(journal);
	unlink(file);
}

/* ---- a disk that is full at any byte */

/* All that a run writes, until something fails; how many calls went well. */
static int write_until_full(struct error *err)
{
	struct request request = some_request();
	struct plan plan = { 0 };
	struct unit unit = some_unit(&plan);
	struct journal *journal = NULL;
	int done = 0;

	if (journal_create(&request, RUN, "c1", &journal, err) == 0) {
		done = 1;
		if (journal_intent(journal, 0, &unit, "here", err) == 0)
			done = journal_outcome(journal, 0, STATE_APPLIED, NULL, err) == 0 ? 3 : 2;
		if (done < 3) { /* after a failure nothing more is tried, also when there is room again */
			struct error again = { 0 };

			limit_file_size(RLIM_INFINITY);
			assert_int_equal(-1, journal_outcome(journal, 0, STATE_APPLIED, NULL, &again));
			assert_string_equal(again.text, err->text);
		}
	}
	journal_close(&journal);
	plan_free(&plan);
	return done;
}

static void a_disk_that_is_full_at_any_byte_is_an_error_and_never_a_false_record(void **state)
{
	auto_str struct str left = { 0 };
	struct seen seen = { .n = 0 };
	struct error err;
	size_t whole;
	bool torn;
	int done;

	(void)state;
	signals_watch("RUN", ""); /* the program's own: a file that may not grow is an error, not a death */
	write_until_full(&err);
	read_bytes(&left);
	whole = left.n;
	for (size_t room = 0; room < whole; room++) {
		empty_top(NULL);
		error_clear(&err);
		limit_file_size(room);
		done = write_until_full(&err);
		limit_file_size(RLIM_INFINITY);
		assert_true(done < 3);
		assert_int_equal(err.kind, ERROR_ERROR);
		assert_non_null(strstr(err.text, "cannot write the journal"));
		if (access(path, F_OK) != 0) { /* the first record is there whole, or there is no journal */
			assert_int_equal(done, 0);
			continue;
		}
		assert_true(done >= 1);
		assert_int_equal(0, journal_read(path, see, &seen, &torn, &err));
		read_bytes(&left);
		assert_true(left.n <= room);
		assert_true(!torn || left.s[left.n - 1] != '\n');
		/* an intent that is there was announced; one that lacks its newline alone is taken for one, which is the safe side */
		assert_true(seen.n < 4 || done == 2 || left.s[left.n - 1] != '\n');
		forget(&seen);
	}
}

/* ---- reading what was damaged */

/* A record that lacks nothing but its newline is whole: it was announced, and what it announced may have begun. */
static void a_journal_cut_at_any_byte_is_read_up_to_the_cut(void **state)
{
	auto_str struct str all = { 0 };
	struct seen seen = { .n = 0 };
	size_t n, i, whole;
	struct error err;
	bool torn;

	(void)state;
	write_some();
	read_bytes(&all);
	for (n = 0; n <= all.n; n++) {
		for (whole = 0, i = 0; i < all.n; i++)
			whole += all.s[i] == '\n' && i <= n;
		write_bytes(all.s, n);
		assert_int_equal(0, journal_read(path, see, &seen, &torn, &err));
		assert_int_equal(seen.n, whole);
		assert_int_equal(torn, n > 0 && all.s[n] != '\n' && all.s[n - 1] != '\n');
		forget(&seen);
	}
}

static void a_tail_of_zero_bytes_is_a_cut(void **state)
{
	auto_str struct str all = { 0 };
	struct seen seen = { .n = 0 };
	struct error err;
	bool torn;

	(void)state;
	write_some();
	read_bytes(&all);
	for (size_t from = all.n - 40; from <= all.n; from++) { /* as a file system leaves it when the power goes */
		if (from == all.n - 1)
			continue; /* a whole record with more behind it is damage */
		auto_free char *bytes = xcalloc(1, all.n + 100);

		memcpy(bytes, all.s, from);
		write_bytes(bytes, all.n + 100);
		assert_int_equal(0, journal_read(path, see, &seen, &torn, &err));
		assert_int_equal(seen.n, from == all.n ? 6 : 5);
		assert_true(torn);
		forget(&seen);
	}
}

static void one_flipped_bit_anywhere_is_never_taken(void **state)
{
	auto_str struct str all = { 0 };
	struct seen seen = { .n = 0 };
	auto_free char *expected = NULL;
	struct error err;
	size_t i, line = 1;
	bool torn;

	(void)state;
	write_some();
	read_bytes(&all);
	for (i = 0; i < all.n; i++) {
		for (int bit = 0; bit < 8; bit++) {
			all.s[i] = (char)((unsigned char)all.s[i] ^ 1u << bit);
			write_bytes(all.s, all.n);
			error_clear(&err);
			if (journal_read(path, see, &seen, &torn, &err) == 0)
				fail_msg("bit %d of byte %zu in line %zu was taken", bit, i, line);
			auto_free_(&expected);
			expected = xasprintf("'%s' line %zu is not the record that was written there", path, line);
			assert_string_equal(err.text, expected);
			assert_int_equal(seen.n, line - 1);
			forget(&seen);
			all.s[i] = (char)((unsigned char)all.s[i] ^ 1u << bit);
		}
		line += all.s[i] == '\n';
	}
}

/* What a forger does without counting again. */
static const struct {
	const char *name;
	size_t keep[6], n; /* lines, by number */
} forged[] = {
	{ "the first line is gone", { 1, 2, 3, 4, 5 }, 5 },
	{ "one in the middle is gone", { 0, 1, 3, 4, 5 }, 5 },
	{ "two changed places", { 0, 2, 1, 3, 4, 5 }, 6 },
	{ "one is there twice", { 0, 1, 1, 2, 3, 4 }, 6 },
	{ "the last is there twice", { 4, 5, 5 }, 3 },
};

static void lines_that_were_taken_out_or_moved_are_told(void **state)
{
	auto_str struct str all = { 0 }, other = { 0 };
	struct seen seen = { .n = 0 };
	const char *line[7];
	struct error err;
	size_t i, k, n = 0;
	bool torn;

	(void)state;
	write_some();
	read_bytes(&all);
	line[n++] = all.s;
	for (i = 0; i < all.n; i++)
		if (all.s[i] == '\n')
			line[n++] = all.s + i + 1;
	assert_int_equal(n, 7);
	for (i = 0; i < COUNT(forged); i++) {
		str_clear(&other);
		for (k = 0; k < forged[i].n; k++)
			str_addn(&other, line[forged[i].keep[k]], (size_t)(line[forged[i].keep[k] + 1] - line[forged[i].keep[k]]));
		write_bytes(other.s, other.n);
		if (journal_read(path, see, &seen, &torn, &err) == 0)
			fail_msg("%s, and nobody saw it", forged[i].name);
		forget(&seen);
	}
}

static const char *const rubbish[] = { "\n", "{}\n", "[]\n", "null\n", "\n\n\n", "{\"seq\":0}\n", "\0\n", "{\"seq\":0,\"prev\":\"\"}\n",
	"hello\nworld\n" };

static void what_never_was_a_journal_is_an_error(void **state)
{
	struct seen seen = { .n = 0 };
	struct error err;
	bool torn;

	(void)state;
	write_some();
	for (size_t i = 0; i < COUNT(rubbish); i++) {
		write_bytes(rubbish[i], rubbish[i][0] ? strlen(rubbish[i]) : 2);
		assert_int_equal(-1, journal_read(path, see, &seen, &torn, &err));
		assert_int_equal(seen.n, 0);
	}
	unlink(path);
	assert_int_equal(-1, journal_read(path, see, &seen, &torn, &err));
	assert_int_equal(err.code, ENOENT);
	assert_int_equal(-1, journal_read(dir, see, &seen, &torn, &err));
	write_bytes("", 0);
	assert_int_equal(0, journal_read(path, see, &seen, &torn, &err)); /* killed before its first record */
	assert_false(torn);
}

static void a_reader_may_stop(void **state)
{
	struct seen seen = { .stop_at = 2 };
	struct error err;
	bool torn;

	(void)state;
	write_some();
	assert_int_equal(0, journal_read(path, see, &seen, &torn, &err));
	assert_int_equal(seen.n, 2);
	forget(&seen);
}

#define in_top(f) cmocka_unit_test_teardown(f, empty_top)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_runs_name_holds_its_command_and_no_dot),
		cmocka_unit_test(the_option_wins_over_the_environment_and_that_over_the_default),
		in_top(journals_are_for_their_owner_alone),
		in_top(what_was_written_is_read_back_record_by_record),
		cmocka_unit_test(a_row_is_written_as_json_c_writes_it),
		in_top(rows_wait_for_each_other_and_none_behind_the_intent),
		in_top(every_line_holds_the_hash_of_the_one_before_it),
		in_top(a_journal_is_never_written_over),
		in_top(where_no_journal_can_be_nothing_begins),
		in_top(a_disk_that_is_full_at_any_byte_is_an_error_and_never_a_false_record),
		in_top(a_journal_cut_at_any_byte_is_read_up_to_the_cut),
		in_top(a_tail_of_zero_bytes_is_a_cut),
		in_top(one_flipped_bit_anywhere_is_never_taken),
		in_top(lines_that_were_taken_out_or_moved_are_told),
		in_top(what_never_was_a_journal_is_an_error),
		in_top(a_reader_may_stop),
	};

	return cmocka_run_group_tests(tests, make_top, remove_top);
}
