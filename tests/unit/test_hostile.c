/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../src/bus/internal.h"
#include "evacuate/evacuate.h"
#include "journal/past.h"
#include "run/plan_file.h"
#include "run/run.h"
#include "under_valgrind.h"
#include "util/file.h"
#include "util/mem.h"
#include "util/str.h"

/* A journal and a plan that were cut at every byte, or in which one bit was turned: never a crash, and nothing else is ever taken for
 * true than what was written, from its beginning on. */

#define RUN "20260131T030405Z-host-rescue-1a2b3c4d"

static char top[] = "/dev/shm/test_hostile_XXXXXX"; /* thousands of small files: in memory where that is there */
static char *journal_file, *plan_name, *other;
static struct str journal_bytes, plan_bytes;
static size_t stride; /* under valgrind not every byte */

static void fill_plan(struct plan *plan)
{
	struct unit *unit = plan_unit(plan, UNIT_OWNERSHIP);
	struct step *step = unit_step(unit, STEP_VOLUME, "11111111-1111-4111-8111-111111111111", "vol \"ä\"");

	unit->sentence = "move 2 volumes";
	step->before[0] = "a@b#c";
	step->after[0] = "d@b#c";
	step = unit_step(unit, STEP_VOLUME, "22222222-2222-4222-8222-222222222222", NULL);
	step->before[0] = "a@b#c";
	step->after[0] = "d@b#c";
	step->after[1] = "33333333-3333-4333-8333-333333333333";
	unit = plan_unit(plan, UNIT_EVACUATION);
	unit->sentence = "evacuate it";
	step = unit_step(unit, STEP_INSTANCE, "44444444-4444-4444-8444-444444444444", "web");
	step->before[0] = "a";
	step->before[1] = "active";
	step->after[1] = "active";
}

static void write_journal(const struct request *request, struct plan *plan)
{
	struct evacuation_rows rows = { .instance_uuid = "44444444-4444-4444-8444-444444444444" };
	struct broker_config config = { .queues = QUEUES_CLASSIC };
	struct bus bus = { .config = &config, .server = (char *)(uintptr_t)"127.0.0.1:5672", .version = "3.10.8" };
	const struct publish_record publish = { 1, &rows, "0123456789abcdef0123456789abcdef", "nova", &bus, 1, NULL };
	struct error err = { 0 };
	struct journal *j = NULL;
	struct str body = { 0 };

	str_add(&body, "{}");
	evacuation_name_ids(RUN, rows.instance_uuid, &rows);
	assert_int_equal(journal_create(request, RUN, "a", &j, &err), 0);
	assert_int_equal(journal_plan(j, plan, &err), 0);
	assert_int_equal(journal_intent(j, 0, &plan->unit[0], "cinder's database", &err), 0);
	assert_int_equal(journal_outcome(j, 0, STATE_APPLIED, NULL, &err), 0);
	assert_int_equal(journal_intent(j, 1, &plan->unit[1], "the database of cell 'cell1'", &err), 0);
	assert_int_equal(journal_outcome(j, 1, STATE_APPLIED, NULL, &err), 0);
	assert_int_equal(journal_publish_intent(j, &publish, &body, &err), 0);
	assert_int_equal(journal_publish_outcome(j, 1, BUS_ACKED, &err, &err), 0);
	assert_int_equal(journal_outcome(j, 0, STATE_PROVED, NULL, &err), 0);
	journal_file = xstrdup(journal_path(j));
	journal_close(&j);
	str_free(&body);
}

static int set_up(void **state)
{
	struct request request = { .command = "host rescue", .shown.format = "table" };
	struct operation operation = { .name = "host rescue" };
	struct run run = { .operation = &operation, .work = { .request = &request, .run = RUN } };
	struct instance instance = { 0 };
	struct candidate candidate = { .instance = &instance };
	struct error err = { 0 };

	(void)state;
	stride = under_valgrind() ? 61 : 1;
	if (access("/dev/shm", W_OK) != 0)
		strcpy(top, "/tmp/test_hostile_XXXXXX");
	if (!mkdtemp(top))
		return -1;
	request.where.state_dir = top;
	fill_plan(&run.work.plan);
	run.work.plan.unit[1].candidate = &candidate;
	run.work.scene.subject.host = "a";
	write_journal(&request, &run.work.plan);
	plan_name = xasprintf("%s/a.plan", top);
	other = xasprintf("%s/other", top);
	if (plan_file_write(&run, plan_name, (char[CLOCK_TEXT_SIZE]){ 0 }, &err) != 0)
		return -1;
	plan_free(&run.work.plan);
	return file_read(journal_file, 1 << 20, ERROR_ERROR, &journal_bytes, &err) != 0 ||
	    file_read(plan_name, 1 << 20, ERROR_ERROR, &plan_bytes, &err) != 0;
}

static int tear_down(void **state)
{
	auto_free char *dir = xasprintf("%s/journal", top);

	(void)state;
	unlink(journal_file);
	unlink(plan_name);
	unlink(other);
	rmdir(dir);
	free(journal_file);
	free(plan_name);
	free(other);
	str_free(&journal_bytes);
	str_free(&plan_bytes);
	return rmdir(top);
}

static void write_other(const char *bytes, size_t n)
{
	FILE *f = fopen(other, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static int count_record(void *ctx, json_object *record)
{
	(void)record;
	++*(size_t *)ctx;
	return 0;
}

static size_t lines_before(size_t n)
{
	size_t lines = 0;

	for (size_t i = 0; i < n; i++)
		lines += journal_bytes.s[i] == '\n';
	return lines;
}

static void a_journal_is_read_as_it_was_written(void **state)
{
	struct past past = { 0 };
	struct error err = { 0 };
	bool torn;

	(void)state;
	assert_int_equal(journal_read(journal_file, past_record, &past, &torn, &err), 0);
	assert_int_equal(past_check(&past, journal_file, &err), 0);
	assert_false(torn);
	assert_string_equal(past.run, RUN);
	assert_int_equal(past.nunit, 2);
	assert_int_equal(past.plan.unit[0].nstep, 2);
	assert_string_equal(past.plan.unit[0].step[1].after[1], "33333333-3333-4333-8333-333333333333");
	assert_null(past.plan.unit[0].step[1].before[1]);
	assert_string_equal(past_unit_state(&past.unit[0]), "proved");
	assert_true(past.unit[1].publish_begun);
	assert_string_equal(past.unit[1].publish_outcome, "acked");
	assert_false(past_is_settled(&past));
	past_free(&past);
}

/* Cut anywhere: what is whole counts, the rest is torn; a record that lacks only its newline counts, as its effect may have begun. */
static void a_journal_that_was_cut_is_its_own_beginning(void **state)
{
	(void)state;
	for (size_t n = 0; n < journal_bytes.n; n += stride) {
		size_t want = lines_before(n) + (journal_bytes.s[n] == '\n'), got = 0;
		struct past past = { 0 };
		struct error err = { 0 };
		bool torn;

		write_other(journal_bytes.s, n);
		assert_int_equal(journal_read(other, count_record, &got, &torn, &err), 0);
		assert_int_equal(got, want);
		assert_int_equal(torn, n > 0 && journal_bytes.s[n] != '\n' && journal_bytes.s[n - 1] != '\n');
		assert_int_equal(journal_read(other, past_record, &past, &torn, &err), 0);
		assert_null(past.trouble);
		past_free(&past);
	}
	print_message("a journal of %zu bytes, cut at %zu places: each time its own beginning\n", journal_bytes.n, (journal_bytes.n + stride - 1) / stride);
}

static void a_turned_bit_in_a_journal_is_noticed(void **state)
{
	(void)state;
	for (size_t i = 0; i < journal_bytes.n; i += stride)
		for (int bit = 0; bit < 8; bit++) {
			struct past past = { 0 };
			struct error err = { 0 };
			bool torn;

			journal_bytes.s[i] = (char)(journal_bytes.s[i] ^ (1 << bit));
			write_other(journal_bytes.s, journal_bytes.n);
			journal_bytes.s[i] = (char)(journal_bytes.s[i] ^ (1 << bit));
			if (journal_read(other, past_record, &past, &torn, &err) == 0)
				fail_msg("byte %zu bit %d: taken for true", i, bit);
			past_free(&past);
		}
	print_message("%zu turned bits in it: each refused\n", 8 * ((journal_bytes.n + stride - 1) / stride));
}

static void a_cut_journal_goes_on_where_it_was_whole(void **state)
{
	(void)state;
	for (size_t n = 1; n < journal_bytes.n; n += stride > 1 ? stride : 7) {
		size_t before = 0, after = 0;
		struct journal *j = NULL;
		struct error err = { 0 };
		bool torn;

		write_other(journal_bytes.s, n);
		assert_int_equal(journal_reopen(other, count_record, &before, &j, &err), 0);
		assert_int_equal(journal_add(j, "recover", json_object_new_object(), true, &err), 0);
		journal_close(&j);
		assert_int_equal(journal_read(other, count_record, &after, &torn, &err), 0);
		assert_int_equal(after, before + 1);
		assert_false(torn);
	}
}

static void a_journal_that_is_held_is_busy(void **state)
{
	struct journal *first = NULL, *second = NULL;
	struct error err = { 0 };
	size_t n = 0;

	(void)state;
	assert_int_equal(journal_reopen(journal_file, count_record, &n, &first, &err), 0);
	assert_int_equal(journal_reopen(journal_file, count_record, &n, &second, &err), -1);
	assert_int_equal(err.kind, ERROR_BUSY);
	journal_close(&first);
}

static void a_plan_is_read_as_it_was_written(void **state)
{
	struct plan_file file;
	struct error err = { 0 };

	(void)state;
	assert_int_equal(plan_file_read(plan_name, &file, &err), 0);
	assert_string_equal(file.run, RUN);
	assert_string_equal(file.command, "host rescue");
	assert_int_equal(file.plan.nunit, 2);
	assert_string_equal(file.plan.unit[0].step[0].name, "vol \"ä\"");
	assert_null(file.plan.unit[0].step[0].after[1]);
	plan_file_free(&file);
}

static void refuse_plan(const char *bytes, size_t n, size_t at)
{
	struct plan_file file;
	struct error err = { 0 };

	write_other(bytes, n);
	if (plan_file_read(other, &file, &err) == 0)
		fail_msg("byte %zu: taken for true", at);
	assert_int_equal(err.kind, ERROR_REFUSED);
	plan_file_free(&file);
}

static void a_plan_that_was_cut_or_changed_is_refused(void **state)
{
	(void)state;
	for (size_t n = 0; n < plan_bytes.n; n += stride)
		refuse_plan(plan_bytes.s, n, n);
	for (size_t i = 0; i < plan_bytes.n; i += stride)
		for (int bit = 0; bit < 8; bit++) {
			plan_bytes.s[i] = (char)(plan_bytes.s[i] ^ (1 << bit));
			refuse_plan(plan_bytes.s, plan_bytes.n, i);
			plan_bytes.s[i] = (char)(plan_bytes.s[i] ^ (1 << bit));
		}
	print_message("a plan of %zu bytes, cut at %zu places, %zu turned bits in it: each refused\n", plan_bytes.n,
	    (plan_bytes.n + stride - 1) / stride, 8 * ((plan_bytes.n + stride - 1) / stride));
}

static char *with_sum(const char *head, const char *sum_key, const char *tail)
{
	char sum[65];

	sha256_hex(head, strlen(head), sum);
	return xasprintf("%s%s%s\"}%s", head, sum_key, sum, tail);
}

/* Somebody who can make the sums: whatever such a plan or journal says, it is refused or is a plan, and never a crash. */
static void documents_that_make_no_sense(void **state)
{
	static const char *const plans[] = { "{\"a\":1", "{\"schema\":\"evac-manage-plan/2\"", "{\"schema\":\"evac-manage-plan/1\"",
		"{\"schema\":\"evac-manage-plan/1\",\"units\":7,\"made\":[],\"request\":\"x\"",
		"{\"schema\":\"evac-manage-plan/1\",\"made\":{\"run\":\"../x\",\"expires_at\":\"z\"},\"command\":\"c\",\"units\":[]",
		"{\"schema\":\"evac-manage-plan/1\",\"made\":{\"run\":\"x\",\"expires_at\":\"z\"},\"command\":\"c\",\"units\":[{\"kind\":\"x\"}]",
		"{\"schema\":\"evac-manage-plan/1\",\"made\":{\"run\":\"x\",\"expires_at\":\"z\"},\"command\":\"c\",\"units\":[{\"kind\":\"mark\",\"steps\":[{\"kind\":\"volume\"}]}]",
		"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[" };
	static const char *const records[] = { "{\"seq\":0,\"type\":\"intent\"", "{\"seq\":0,\"type\":7", "{\"seq\":0",
		"{\"seq\":0,\"type\":\"run\",\"run\":{},\"accept\":{}", "{\"seq\":0,\"type\":\"outcome\",\"unit\":-1" };

	(void)state;
	for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
		auto_free char *text = with_sum(plans[i], ",\"sha256\":\"", "\n");

		refuse_plan(text, strlen(text), i);
	}
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		auto_free char *head = xasprintf("%s,\"prev\":\"%064d\"", records[i], 0), *text = with_sum(head, JOURNAL_SUM, "\n");
		struct past past = { 0 };
		struct error err = { 0 };
		bool torn;

		write_other(text, strlen(text));
		if (journal_read(other, past_record, &past, &torn, &err) == 0)
			assert_int_equal(past_check(&past, other, &err), -1);
		past_free(&past);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_journal_is_read_as_it_was_written),
		cmocka_unit_test(a_journal_that_was_cut_is_its_own_beginning),
		cmocka_unit_test(a_turned_bit_in_a_journal_is_noticed),
		cmocka_unit_test(a_cut_journal_goes_on_where_it_was_whole),
		cmocka_unit_test(a_journal_that_is_held_is_busy),
		cmocka_unit_test(a_plan_is_read_as_it_was_written),
		cmocka_unit_test(a_plan_that_was_cut_or_changed_is_refused),
		cmocka_unit_test(documents_that_make_no_sense),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
