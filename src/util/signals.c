/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "util/lang.h"
#include "util/mem.h"
#include "util/signals.h"
#include "util/str.h"

static volatile sig_atomic_t came;
static char first_words[512], last_words[8192]; /* in the language of the run, before the handler needs them */

static void say_now(const char *text, size_t n)
{
	if (write(STDERR_FILENO, text, n) < 0)
		return; /* nobody reads it any more */
}

/* The first one stops between two units, the second now: what the journal holds then is the truth. Nothing here but what a
 * signal handler may call. */
static void on_signal(int number)
{
	if (came) {
		say_now(last_words, strlen(last_words));
		_exit(128 + number);
	}
	came = 1;
	say_now(first_words, strlen(first_words));
}

void signals_watch(const char *run, const char *globals)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	auto_free char *first = xasprintf("\n%s\n", _("Ctrl-C: stopping after this step; press again to stop now"));
	auto_free char *last = xasprintf(_("\nstopped in the middle of a step; next: evac-manage%s journal recover %s\n"),
	    str_or(globals, ""), run);

	snprintf(first_words, sizeof first_words, "%s", lang_for_people(first));
	snprintf(last_words, sizeof last_words, "%s", lang_for_people(last));
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN); /* a broker or a pager that went away is an error, not a death */
	signal(SIGXFSZ, SIG_IGN); /* and so is a file that may not grow */
}

bool signal_came(void)
{
	return came != 0;
}
