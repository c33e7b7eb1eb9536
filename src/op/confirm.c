/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "op/command_line.h"
#include "op/run.h"
#include "out/report.h"
#include "util/log.h"
#include "util/visible.h"

#define ANSWER_MAX 1024

static bool is_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

static void show(const struct run *run)
{
	auto_str struct str plan = { 0 };
	char *rest = NULL;

	log_notice("run %s", run->id);
	report_plan(run, &plan);
	for (char *line = plan.s ? strtok_r(plan.s, "\n", &rest) : NULL; line; line = strtok_r(NULL, "\n", &rest))
		log_notice("%s", line);
	for (size_t i = 0; i < run->findings.n; i++) {
		const struct finding *f = &run->findings.v[i];

		log_notice("%s%s %s: %s", severity_name[f->severity], f->accepted ? " (accepted)" : "", f->code, f->message);
		if (f->hint[0] && !f->accepted) /* whoever accepted it needs no other way */
			log_notice("   hint: %s", f->hint);
	}
}

/* A line from the terminal without its newline; false at its end, or when a signal came: only poll() is woken by one. */
static bool ask(const char *question, char answer[ANSWER_MAX])
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	auto_str struct str visible = { 0 };

	str_add_visible(&visible, question);
	fputs(str_or(visible.s, ""), stderr);
	fflush(stderr);
	setvbuf(stdin, NULL, _IONBF, 0); /* what was typed ahead stays where poll() sees it */
	while (!signal_came() && poll(&input, 1, -1) < 0 && errno == EINTR)
		;
	if (signal_came() || !fgets(answer, ANSWER_MAX, stdin))
		return false;
	answer[strcspn(answer, "\n")] = '\0';
	return true;
}

static int refuse(struct run *run, struct error *err, const char *why)
{
	auto_str struct str line = { 0 };

	command_line_to_go_on(run->request, &run->findings, &line);
	error_set(err, ERROR_REFUSED, "%s; nothing was written", why);
	return error_hint(err, "to go on: %s", line.s);
}

int confirm(struct run *run, struct error *err)
{
	auto_str struct str question = { 0 };
	char answer[ANSWER_MAX];

	if (run->shown)
		log_notice("fenced: %s", run->request->fenced);
	else
		show(run);
	if (run->request->yes)
		return 0;
	if (!is_terminal())
		return refuse(run, err, "not confirmed: there is no terminal and no --yes");
	if (run->scene.host)
		str_addf(&question, "type the failed host's name (%s) to go on: ", run->scene.host);
	else
		str_add(&question, "type yes to go on: ");
	if (!ask(question.s, answer) || strcmp(answer, str_or(run->scene.host, "yes")) != 0)
		return signal_came() ? error_set(err, ERROR_INTERRUPTED, "interrupted before anything was begun; nothing was written") :
		                       refuse(run, err, "not confirmed");
	return 0;
}

bool confirm_fence(struct run *run)
{
	char answer[ANSWER_MAX];

	if (run->operation->guard || run->request->fenced || run->request->yes || run->request->dry_run || run->plan.nunit == 0 ||
	    !run->scene.host || !is_terminal())
		return false;
	show(run);
	if (!ask("who powered the host off, and how do we know? (empty: stop here) ", answer) ||
	    !answer[strspn(answer, " \t")])
		return false;
	run->own.fenced = arena_dup(&run->scene.arena, answer);
	run->shown = true;
	return true;
}
