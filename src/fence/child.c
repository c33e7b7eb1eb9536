/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"
#include "util/child.h"
#include "util/clock.h"
#include "util/signals.h"

#define STEP_MS 50 /* how late its end may be seen */
#define NOT_STARTED 127
#define PIECE 1024
#define PIPE_READS (65536 / PIECE) /* Linux: pipe(7) */

struct pipes {
	int input[2], output[2];
};

static void close_pipes(struct pipes *p)
{
	for (int i = 0; i < 2; i++) {
		if (p->input[i] >= 0)
			close(p->input[i]);
		if (p->output[i] >= 0)
			close(p->output[i]);
	}
}

static int open_pipes(struct pipes *p, struct error *err)
{
	*p = (struct pipes){ { -1, -1 }, { -1, -1 } };
	if (pipe2(p->input, O_CLOEXEC) == 0 && pipe2(p->output, O_CLOEXEC) == 0)
		return 0;
	return error_errno(err, ERROR_ERROR, errno, "cannot start a program");
}

/* Only what may be called after fork(). */
static void become(const struct child *child, const struct pipes *p)
{
	static char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
	/* or each answer of fence_ipmilan 4.12 begins with "'pipes' is deprecated" */
	static char quiet[] = "PYTHONWARNINGS=ignore";
	char *const argv[] = { child->program, NULL };
	char *const envp[] = { path, locale, quiet, NULL };

	setpgid(0, 0);
	if (dup2(p->input[0], STDIN_FILENO) < 0 || dup2(p->output[1], STDOUT_FILENO) < 0 ||
	    dup2(p->output[1], STDERR_FILENO) < 0 || chdir("/") != 0)
		_exit(NOT_STARTED);
	child_close_others(-1);
	execve(child->program, argv, envp);
	_exit(NOT_STARTED);
}

static int write_input(int fd, const char *input, struct error *err)
{
	size_t n = strlen(input);

	if (n > CHILD_INPUT_MAX)
		return error_set(err, ERROR_CONFIG, "more than %d bytes of options", CHILD_INPUT_MAX);
	if (write(fd, input, n) == (ssize_t)n || errno == EPIPE) /* who reads no options has none */
		return 0;
	return error_errno(err, ERROR_ERROR, errno, "cannot write to the program");
}

/* What is there to be read; false: its end. */
static bool read_some(int fd, struct str *output)
{
	char piece[PIECE];
	ssize_t n = read(fd, piece, sizeof piece);

	if (n > 0 && output->n + (size_t)n <= CHILD_OUTPUT_MAX)
		str_addn(output, piece, (size_t)n);
	explicit_bzero(piece, sizeof piece); /* it may repeat a password */
	return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

static bool has_ended(pid_t pid)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == pid;
}

/* Until it has ended, whoever still holds its output; or until its time is over. */
static void attend(const struct child *child, pid_t pid, int fd, struct str *output, struct child_end *end)
{
	int64_t deadline = clock_monotonic_ms() + child->timeout_ms;
	bool open = true;

	while (!has_ended(pid)) {
		struct pollfd from = { .fd = open ? fd : -1, .events = POLLIN };

		end->timed_out = clock_monotonic_ms() >= deadline;
		end->interrupted = child->ends_by_signal && signal_came();
		if (end->timed_out || end->interrupted)
			return;
		if (poll(&from, 1, STEP_MS) > 0)
			open = read_some(fd, output);
	}
	/* What it left in the pipe, and no more: what it has started may go on without end. */
	for (size_t i = 0; open && i <= PIPE_READS; i++) {
		struct pollfd from = { .fd = fd, .events = POLLIN };

		if (poll(&from, 1, 0) <= 0)
			return;
		open = read_some(fd, output);
	}
}

/* With all that it has started. */
static void end_program(pid_t pid, struct child_end *end)
{
	const bool killed = end->timed_out || end->interrupted;
	int status = 0;
	const bool seen = child_reap(pid, true, true, &status) && !killed;

	end->exit_code = seen && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	end->signal = seen && WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

int child_run(const struct child *child, struct str *output, struct child_end *end, struct error *err)
{
	struct pipes p;
	pid_t pid;
	int rc;

	*end = (struct child_end){ .exit_code = -1 };
	if (open_pipes(&p, err) != 0 || write_input(p.input[1], child->input, err) != 0) {
		close_pipes(&p);
		return -1;
	}
	pid = child_fork();
	if (pid == 0)
		become(child, &p);
	rc = pid < 0 ? error_errno(err, ERROR_ERROR, errno, "cannot start '%s'", child->program) : 0;
	close(p.input[1]);
	close(p.output[1]);
	p.input[1] = p.output[1] = -1;
	if (pid > 0) {
		setpgid(pid, pid); /* as the child does: whichever comes first */
		fcntl(p.output[0], F_SETFL, O_NONBLOCK);
		str_reserve(output, CHILD_OUTPUT_MAX + 1);
		attend(child, pid, p.output[0], output, end);
		end_program(pid, end);
	}
	close_pipes(&p);
	return rc;
}
