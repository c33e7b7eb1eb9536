/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/fenced.h"
#include "out/paragraph.h"
#include "run/run.h"
#include "report/screen.h"
#include "util/deadline.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/signals.h"
#include "util/visible.h"

#define ANSWER_MAX 1024
#define QUESTION_LINES 2 /* one, and what is typed */
#define MOST_QUESTION_LINES 4

static bool is_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

static void show_screen(struct run *run)
{
	auto_str struct str screen = { 0 };
	size_t columns, lines;
	char *rest = NULL;

	run->report.shown = true;
	terminal_size(STDERR_FILENO, &columns, &lines);
	if (lines > MOST_QUESTION_LINES)
		lines -= run->work.request->how.fenced ? QUESTION_LINES : MOST_QUESTION_LINES;
	report_screen(&run->report, columns, lines, &screen);
	for (char *line = screen.s; line && *line; line = rest) {
		size_t n = strcspn(line, "\n");

		rest = line + n + (line[n] == '\n');
		line[n] = '\0';
		log_notice("%s", line);
	}
}

/* A line from the terminal without its newline; false at its end, or when a signal came: only poll() is woken by one. */
static bool read_terminal(const char *question, char answer[ANSWER_MAX])
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	auto_str struct str visible = { 0 };

	str_add_visible(&visible, question);
	fputs(str_or(visible.s, ""), stderr);
	fflush(stderr);
	setvbuf(stdin, NULL, _IONBF, 0); /* what was typed ahead stays where poll() sees it */
	while (!signal_came() && poll(&input, 1, -1) < 0 && errno == EINTR)
		;
	if (signal_came())
		return false;
	if (!fgets(answer, ANSWER_MAX, stdin)) {
		fputc('\n', stderr); /* what comes next begins a line of its own */
		return false;
	}
	answer[strcspn(answer, "\n")] = '\0';
	return true;
}

static bool ask_terminal(const char *question, char answer[ANSWER_MAX])
{
	bool answered;

	deadline_pause();
	answered = read_terminal(question, answer);
	deadline_resume();
	return answered;
}

static bool types_name(const struct run *run)
{
	const struct subject *subject = &run->work.scene.subject;
	char answer[ANSWER_MAX];

	return ask_terminal(!subject->host ? _("type yes to go on: ") :
		       subject->past       ? _("type the host's name to go on: ") :
					     _("type the failed host's name to go on: "),
		   answer) &&
	    strcmp(answer, str_or(subject->host, "yes")) == 0;
}

/* Of several hosts each is typed: one that was not meant is met here. */
static bool types_names(const struct run *run)
{
	const struct scene *scene = &run->work.scene;
	char answer[ANSWER_MAX];
	size_t i = 0;

	if (!scene->each)
		return types_name(run);
	EACH_HOST_OF(h, scene)
	{
		auto_str struct str question = { 0 };

		str_addf(&question, _("type the name of host %zu of %zu to go on: "), ++i, scene->neach);
		if (!ask_terminal(question.s, answer) || strcmp(answer, h->subject.host) != 0)
			return false;
	}
	return true;
}

int confirm(struct run *run, struct error *err)
{

	if (!run->work.request->how.yes && !is_terminal()) { /* the report shows the plan */
		error_set(err, ERROR_REFUSED, "not confirmed: there is no terminal to ask on; nothing was written");
		return error_hint(err, "on a terminal it asks; without one it goes on only with --yes");
	}
	if (!run->report.shown)
		show_screen(run);
	if (run->work.request->how.yes)
		return 0;
	if (types_names(run))
		return 0;
	if (signal_came())
		return error_set(err, ERROR_INTERRUPTED, "interrupted before anything was begun; nothing was written");
	error_set(err, ERROR_REFUSED, "not confirmed; nothing was written");
	return error_hint(err, "the same command asks again");
}

/* Would an answer let the run go on? */
static bool only_the_fence_is_missing(const struct findings *findings)
{
	bool missing = false;

	for (size_t i = 0; i < findings->n; i++) {
		if (findings->v[i].severity != SEVERITY_STOP || findings->v[i].accepted)
			continue;
		if (strcmp(findings->v[i].code, "fencing-unconfirmed") != 0)
			return false;
		missing = true;
	}
	return missing;
}

/* One statement, that names each host which it is about. */
static int ask_about_each(struct run *run, struct error *err)
{
	const struct findings *findings = &run->report.findings;
	const char *fenced = run->own.how.fenced;
	char answer[ANSWER_MAX];

	for (const struct finding *f = findings->v; f < findings->v + findings->n; f++) {
		auto_str struct str question = { 0 };

		if (strcmp(f->code, "fencing-unconfirmed") != 0 || f->accepted)
			continue;
		str_addf(&question, _("who powered %s off, and how do we know? (empty: stop here) "), f->subject);
		if (!ask_terminal(question.s, answer) || !answer[strspn(answer, " \t")])
			return 0;
		if (fenced_check(_("the answer"), answer, err) != 0)
			return -1;
		fenced = arena_printf(&run->work.scene.arena, "%s%s%s: %s", str_or(fenced, ""), fenced ? "; " : "", f->subject,
		    answer);
	}
	run->own.how.fenced = fenced;
	return 1;
}

int confirm_fence(struct run *run, struct error *err)
{
	char answer[ANSWER_MAX];

	if (!only_the_fence_is_missing(&run->report.findings) || run->work.request->how.yes || run->work.request->how.dry_run ||
	    run->work.plan.nunit == 0 || !is_terminal())
		return 0;
	show_screen(run);
	if (run->work.scene.each)
		return ask_about_each(run, err);
	if (!ask_terminal(_("who powered the host off, and how do we know? (empty: stop here) "), answer) ||
	    !answer[strspn(answer, " \t")])
		return 0;
	if (fenced_check(_("the answer"), answer, err) != 0)
		return -1;
	run->own.how.fenced = arena_dup(&run->work.scene.arena, answer);
	return 1;
}
