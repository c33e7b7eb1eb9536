/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <unistd.h>

#include "op/run.h"

static volatile sig_atomic_t came;

/* The first one stops between two units, the second now: what the journal holds then is the truth. */
static void on_signal(int number)
{
	if (came)
		_exit(128 + number);
	came = 1;
}

void signals_watch(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN); /* a broker or a pager that went away is an error, not a death */
	signal(SIGXFSZ, SIG_IGN); /* so is a journal that may not grow (ulimit -f) */
}

bool signal_came(void)
{
	return came != 0;
}
