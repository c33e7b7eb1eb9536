/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_DEADLINE_H
#define UTIL_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

/* One deadline a command, for all that it reads before it writes. Timeouts of the libraries are for each read(2): a server that
 * drips a byte a second keeps them happy for ever. So a thread shuts sockets down when their time is over, and what waits on
 * them ends as with a lost connection. Nothing that is written is cut off by it: deadline_work(). Not for other threads. */

void deadline_begin(int64_t seconds);  /* from now on */
void deadline_change(int64_t seconds); /* another one, from the same moment on; not while it works or is paused */
/* It has read, and writes now: no deadline for the whole any more; each answer to a question gets as long
 * (deadline_answer_ms()). deadline_again(): it reads once more, from the start. */
void deadline_work(void);
void deadline_again(void);
/* A person is asked meanwhile. */
void deadline_pause(void);
void deadline_resume(void);
bool deadline_is_over(void);
int64_t deadline_seconds(void);
/* What is left of it for something that takes at most ${most_ms}; 0: nothing. While it works: as long as one answer may take.
 */
int64_t deadline_left_ms(int64_t most_ms);
int64_t deadline_answer_ms(void); /* 0: the command's deadline holds, or there is none */
void deadline_end(void);

/* A socket that is shut down at the deadline, or earlier. Whose it is ends it before the socket is closed; one that was never
 * started, or has ended, is fine. */
struct deadline_watch {
	int fd;
	int64_t until_ms; /* 0: no time of its own */
	bool on, cut;     /* cut: its time was over */
	struct deadline_watch *next;
};
void deadline_watch(struct deadline_watch *watch, int fd, int64_t within_ms); /* 0: the command's deadline alone */
void deadline_cut(struct deadline_watch *watch);                              /* now, if it is watched */
bool deadline_has_cut(const struct deadline_watch *watch);
void deadline_unwatch(struct deadline_watch *watch);

#endif
