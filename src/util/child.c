/* SPDX-License-Identifier: Apache-2.0 */
#include "util/child.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/clock.h"

#define NOT_STARTED 127
#define FDS_MAX 65536
#define REAP_STEP_MS 10
#define REAP_STEPS 100
#define PATIENCE_STEPS 20

pid_t child_fork(void)
{
	const pid_t parent = getpid(), pid = fork();
	sigset_t none;

	if (pid != 0)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* nothing is done for a run that is not there any more */
	if (getppid() != parent)
		_exit(NOT_STARTED);
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	return 0;
}

static bool close_range_of(unsigned from, unsigned to)
{
#ifdef SYS_close_range
	return from > to || syscall(SYS_close_range, from, to, 0u) == 0;
#else
	(void)from;
	(void)to;
	return false;
#endif
}

void child_close_others(int keep)
{
	struct rlimit limit = { .rlim_cur = FDS_MAX };
	const unsigned kept = keep >= 3 ? (unsigned)keep : 2;

	if (close_range_of(3, keep >= 3 ? kept - 1 : 2) && close_range_of(kept + 1, ~0u))
		return;
	getrlimit(RLIMIT_NOFILE, &limit);
	for (int fd = 3; fd < FDS_MAX && (rlim_t)fd < limit.rlim_cur; fd++)
		if (fd != keep)
			close(fd);
}

bool child_reap(pid_t pid, bool group, bool at_once, int *status)
{
	const pid_t whom = group ? -pid : pid;
	int ended = 0;

	if (status)
		*status = 0;
	if (at_once)
		kill(whom, SIGKILL);
	for (int i = 0; i < REAP_STEPS; i++) {
		const pid_t done = waitpid(pid, &ended, WNOHANG);

		if (done == pid || (done < 0 && errno != EINTR)) {
			if (done == pid && status)
				*status = ended;
			return done == pid;
		}
		if (i == PATIENCE_STEPS && !at_once)
			kill(whom, SIGKILL);
		clock_sleep_ms(REAP_STEP_MS);
	}
	return false;
}
