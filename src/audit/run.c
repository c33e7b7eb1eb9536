/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"
#include "out/table.h"
#include "util/clock.h"
#include "util/deadline.h"
#include "util/file.h"
#include "util/lang.h"
#include "util/log.h"

#define KEPT_IN_ALL 20      /* times --max-findings */
#define KEYS_ONE_BY_ONE 200 /* more than that are looked at again in one pass */
#define FILE_MODE 0600      /* names of tenants */
#define METRICS_MODE 0644

struct looking {
	const struct request *request;
	struct audit_report *report;
	struct audit_result *result;
	bool again;
	size_t first;   /* of this check's findings */
	size_t missing; /* of them, to be seen again */
};

/* Nothing of ours is ever half done: files appear whole (file_write), databases are only read. */
static void leave_on_signal(int number)
{
	static const char text[] = "error: interrupted\n";

	(void)!write(STDERR_FILENO, text, sizeof text - 1);
	_exit(number == SIGINT ? 130 : 128 + number);
}

static void leave_at_once(void)
{
	struct sigaction action = { .sa_handler = leave_on_signal };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* ---- which checks */

static int unknown_check(const char *word, struct error *err)
{
	auto_str struct str nearest = { 0 };
	const char **known = NULL;
	size_t n = 0, cap = 0;

	for (const struct audit_check *c = audit_checks; c->number; c++) {
		known = vec_grow(known, n, &cap, sizeof *known);
		known[n++] = c->name;
	}
	for (const struct audit_check *c = audit_readiness_checks; c->number; c++) {
		known = vec_grow(known, n, &cap, sizeof *known);
		known[n++] = c->name;
	}
	str_nearest(word, known, n, &nearest);
	free(known);
	error_set(err, ERROR_NOT_FOUND, "there is no check '%.60s'", word);
	return error_hint(err, "%s%s%s'evac-manage audit list' shows all checks", nearest.n ? "did you mean " : "",
	    str_or(nearest.s, ""), nearest.n ? "? " : "");
}

static bool is_check_asked(const struct request *request, const struct audit_check *check)
{
	for (size_t i = 0; i < request->audit.checks.n; i++)
		if (audit_check_same(audit_check_find(request->audit.checks.v[i]), check))
			return true;
	return request->audit.checks.n == 0;
}

static int choose_checks(const struct request *request, struct audit_report *report, struct error *err)
{
	size_t n = 0;

	for (size_t i = 0; i < request->audit.checks.n; i++)
		if (!audit_check_find(request->audit.checks.v[i]))
			return unknown_check(request->audit.checks.v[i], err);
	while (audit_checks[n].number)
		n++;
	report->result = xcalloc(n, sizeof *report->result);
	for (const struct audit_check *c = audit_checks; c->number; c++)
		if (audit_check_is_first(c) && is_check_asked(request, c))
			report->result[report->nresult++] = (struct audit_result){ .check = c };
	report->max_a_check = (size_t)request->audit.max_findings;
	report->globals = request->where.globals;
	report->max_in_all = (size_t)request->audit.max_findings * KEPT_IN_ALL;
	return 0;
}

/* The variant that fits the tables here; NULL with the reason: none does. */
static const struct audit_check *fitting_variant(const struct audit_places *places, const struct audit_check *check,
    struct str *why, enum audit_reach *reach)
{
	for (const struct audit_check *c = check; c->number && audit_check_same(c, check); c++) {
		str_clear(why);
		*reach = check_reach(places, c, why);
		if (*reach <= REACHES_SOME)
			return c;
	}
	return NULL;
}

/* ---- the first look */

static void found_first(void *ctx, const struct audit_check *check, const struct audit_row *left, const struct audit_row *right)
{
	struct looking *l = ctx;
	struct audit_finding *f;

	l->result->found++;
	if (l->result->kept >= l->report->max_a_check || l->report->n >= l->report->max_in_all)
		return;
	f = report_add(l->report, check, left, right);
	f->unsettled = !l->request->audit.no_second_look && !finding_is_settled(check, left, l->request->audit.settle_s);
	l->result->kept++;
}

static void end_result(struct audit_report *report, struct audit_result *r, int rc, const struct error *err)
{
	if (rc == 0)
		return;
	if (err->kind == ERROR_DB_UNREACHABLE)
		report->absent = err->kind;
	if (r->check->rule == AUDIT_CEPH && err->kind == ERROR_NOT_FOUND) {
		r->outcome = AUDIT_NOT_HERE;
		memcpy(r->why, err->text, sizeof r->why);
		return;
	}
	r->outcome = err->kind == ERROR_TIMEOUT || err->kind == ERROR_BUSY ? AUDIT_TIMED_OUT : AUDIT_FAILED;
	memcpy(r->why, err->text, sizeof r->why);
	log_warn("%s %s did not finish: %s", r->check->number, r->check->name, err->text);
}

static void look_first_at(const struct request *request, struct audit_places *places, struct audit_report *report,
    struct audit_result *r)
{
	struct looking l = { .request = request, .report = report, .result = r };
	int64_t began = clock_monotonic_ms(), deadline = began + request->audit.check_timeout_s * 1000;
	auto_str struct str why = { 0 };
	const struct audit_check *check;
	struct error err = { 0 };
	enum audit_reach reach = NOT_FOR_HERE;

	check = fitting_variant(places, r->check, &why, &reach);
	if (!check) {
		r->outcome = reach == REACHES_NOTHING ? AUDIT_FAILED : AUDIT_NOT_HERE;
		lang_copy(r->why, sizeof r->why, why.s);
		return;
	}
	if (reach == REACHES_SOME) {
		auto_free char *some = xasprintf(_("not in every database: %s"), why.s);

		lang_copy(r->why, sizeof r->why, some);
	}
	r->check = check;
	end_result(report, r, brake(request, places, deadline, &err), &err);
	if (r->outcome == AUDIT_DONE)
		end_result(report, r, check_look(places, check, request, deadline, found_first, &l, &r->rows, &err), &err);
	r->took_ms = clock_monotonic_ms() - began;
	log_info("%s %s: %llu found in %llu rows, %lld ms", check->number, check->name, (unsigned long long)r->found,
	    (unsigned long long)r->rows, (long long)r->took_ms);
}

/* ---- the second look: what was in motion and is gone was no finding */

static void found_again(void *ctx, const struct audit_check *check, const struct audit_row *left, const struct audit_row *right)
{
	const char *subject = str_or(row_value(left, "subject"), "-");
	struct looking *l = ctx;

	(void)check;
	(void)right;
	for (size_t i = l->first; l->missing > 0 && i < l->report->n && l->report->v[i].check == l->result->check; i++) {
		struct audit_finding *f = &l->report->v[i];

		if (f->again || !str_equal(f->subject, subject) || !str_equal(f->cell, left->cell))
			continue;
		f->again = true;
		l->missing -= f->unsettled;
	}
}

/* Key by key, as long as that is quicker than one pass was: where the keys have no index every look reads the whole table. */
static int look_by_key(const struct request *request, struct audit_places *places, struct looking *l, size_t n,
    int64_t deadline, bool *all, struct error *err)
{
	const struct audit_check *check = l->result->check;
	int64_t began = clock_monotonic_ms();
	size_t looks = 0;
	uint64_t rows;

	*all = false;
	for (size_t i = l->first; i < l->report->n && l->report->v[i].check == check; i++) {
		const struct audit_finding *f = &l->report->v[i];
		const struct audit_range one = { f->key, f->key };

		if (!f->unsettled || f->again)
			continue;
		if (looks > 0 && (clock_monotonic_ms() - began) / (int64_t)looks * (int64_t)n > l->result->took_ms)
			return 0;
		if (check_run(places, check, request, &one, deadline, found_again, l, &rows, err) != 0)
			return -1;
		looks++;
	}
	*all = true;
	return 0;
}

static int look_again(const struct request *request, struct audit_places *places, struct looking *l, size_t n,
    struct error *err)
{
	int64_t deadline = clock_monotonic_ms() + request->audit.check_timeout_s * 1000;
	bool all = false;
	uint64_t rows;

	if (l->result->check->rule != AUDIT_EACH && l->result->check->rule != AUDIT_CEPH && n <= KEYS_ONE_BY_ONE &&
	    look_by_key(request, places, l, n, deadline, &all, err) != 0)
		return -1;
	return all ? 0 : check_look(places, l->result->check, request, deadline, found_again, l, &rows, err);
}

/* Without a second look what was seen first stays, and its check says that it was not run to its end. */
static void look_again_at(const struct request *request, struct audit_places *places, struct audit_report *report,
    struct audit_result *r)
{
	struct looking l = { .request = request, .report = report, .result = r, .again = true };
	struct error err = { 0 };
	size_t n = 0;

	while (l.first < report->n && report->v[l.first].check != r->check)
		l.first++;
	for (size_t i = l.first; i < report->n && report->v[i].check == r->check; i++)
		n += report->v[i].unsettled;
	if (n == 0 || r->outcome != AUDIT_DONE)
		return;
	l.missing = n;
	if (look_again(request, places, &l, n, &err) != 0) {
		end_result(report, r, -1, &err);
		for (size_t i = l.first; i < report->n && report->v[i].check == r->check; i++)
			report->v[i].again = true;
	}
}

static bool is_gone(const struct audit_finding *f)
{
	return f->unsettled && !f->again;
}

static void drop_gone(struct audit_report *report)
{
	size_t kept = 0, r = 0;

	for (size_t i = 0; i < report->n; i++) {
		while (report->result[r].check != report->v[i].check)
			r++;
		if (is_gone(&report->v[i])) {
			report->result[r].found--;
			report->result[r].kept--;
			report->result[r].moved_on++;
		} else {
			report->v[kept++] = report->v[i];
		}
	}
	report->n = kept;
}

static void second_look(const struct request *request, struct audit_places *places, struct audit_report *report)
{
	size_t n = 0;

	for (size_t i = 0; i < report->n; i++)
		n += report->v[i].unsettled;
	if (n == 0)
		return;
	places_end(places);
	log_info("%zu findings are looked at again in %lld s", n, (long long)request->audit.settle_s);
	deadline_pause(); /* nobody is waited for */
	clock_sleep_ms(request->audit.settle_s * 1000);
	deadline_resume();
	places_begin(places);
	for (size_t i = 0; i < report->nresult; i++)
		look_again_at(request, places, report, &report->result[i]);
	drop_gone(report);
}

/* What was looked at stands; a check that was not looked at everywhere was not run to its end. */
static void mark_halves(struct audit_report *report)
{
	for (size_t i = 0; i < report->nresult; i++)
		if (report->result[i].outcome == AUDIT_DONE && report->result[i].why[0])
			report->result[i].outcome = AUDIT_FAILED;
}

/* ---- the whole */

static int look_at_everything(const struct request *request, struct audit_report *report, struct error *err)
{
	struct audit_places places;
	int64_t began = clock_monotonic_ms();
	int rc;

	clock_now(report->started_at);
	rc = places_open(request, &places, err);
	if (rc == 0)
		places_begin(&places);
	for (size_t i = 0; rc == 0 && i < report->nresult; i++)
		look_first_at(request, &places, report, &report->result[i]);
	if (rc == 0)
		second_look(request, &places, report);
	if (rc == 0 && readiness_is_asked(request))
		readiness_look(request, report);
	mark_halves(report);
	if (rc == 0)
		report_lags(&places, report);
	if (error_kind_outweighs(places_absent(&places), report->absent))
		report->absent = places_absent(&places);
	places_end(&places);
	places_close(&places);
	clock_now(report->finished_at);
	report->took_ms = clock_monotonic_ms() - began;
	return rc;
}

static enum error_kind verdict_on_report(const struct request *request, const struct audit_report *report)
{
	enum audit_severity worst;

	if (report->absent != ERROR_OK)
		return report->absent;
	if (!audit_severity_parse(request->audit.fail_on, &worst))
		return ERROR_OK; /* never */
	for (size_t i = 0; i < report->nresult; i++)
		if (report->result[i].found > 0 && report->result[i].check->severity <= worst)
			return ERROR_FINDINGS;
	return ERROR_OK;
}

typedef void add_fn(const struct audit_report *report, struct str *out);

static int write_file(const char *path, add_fn *add, const struct audit_report *report, unsigned mode, struct error *err)
{
	auto_str struct str text = { 0 };

	if (!path)
		return 0;
	add(report, &text);
	return file_write(path, &text, mode, err);
}

static int write_page(const char *path, const struct audit_report *report, const struct audit_trend *trend, struct error *err)
{
	auto_str struct str text = { 0 };

	if (!path)
		return 0;
	page_add(report, trend, &text);
	return file_write(path, &text, FILE_MODE, err);
}

/* In a directory each run has a file of its own, and their names are in the order of time. */
static int save_report(const struct request *request, const struct audit_report *report, struct error *err)
{
	const char *save = request->audit.save;
	auto_free char *path = save && file_is_directory(save) ? xasprintf("%s/%s.json", save, report->started_at) : NULL;

	return write_file(path ? path : save, document_add, report, FILE_MODE, err);
}

static int write_outputs(const struct request *request, const struct audit_report *report, const struct audit_trend *trend,
    struct error *err)
{
	if (save_report(request, report, err) != 0 ||
	    write_file(request->audit.prometheus, prometheus_add, report, METRICS_MODE, err) != 0 ||
	    write_page(request->audit.html, report, trend, err) != 0)
		return -1;
	return show_report(report, request, err);
}

enum error_kind audit_run(const struct request *request, struct error *err)
{
	struct audit_report report = { 0 };
	struct audit_trend trend = { 0 };
	struct baseline baseline = { 0 };
	struct history history = { 0 };
	enum error_kind kind;

	leave_at_once();
	kind = show_check(request, err) != 0 || choose_checks(request, &report, err) != 0 ||
		(request->audit.baseline && baseline_load(request->audit.baseline, &baseline, err) != 0) ||
		history_load(&request->audit.earlier, &history, err) != 0 || look_at_everything(request, &report, err) != 0 ?
	    err->kind :
	    ERROR_OK;
	if (kind == ERROR_OK) {
		history_apply(&history, &report, &trend);
		baseline_apply(&baseline, &report, report.started_at);
		report_unrun(&report);
		kind = write_outputs(request, &report, &trend, err) != 0 ? err->kind : verdict_on_report(request, &report);
	}
	if (kind == ERROR_FINDINGS)
		error_clear(err);
	free(trend.v);
	history_free(&history);
	baseline_free(&baseline);
	audit_report_free(&report);
	return kind;
}
