/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_CHILD_H
#define UTIL_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

/* A process of our own for what may hang or abort: it dies with us, knows nothing of what we ignore, block or have open, and is
 * never waited for without end. */

/* As fork(). In the child (0): killed when its parent ends, each signal as a new program has it, none blocked; with a parent
 * that is gone already it ends with 127. */
pid_t child_fork(void);
/* In the child, and after fork() alone: every open file from 3 on, but ${keep} (-1: none), is closed. */
void child_close_others(int keep);
/* Waits for its end, a second at most: it may be asleep in the kernel. ${at_once}: it is killed first; else it is about to end,
 * and killed when it has not within 0.2 s. ${group}: what it has started is killed with it, in its process group; its number is
 * nobody else's until it is waited for. false: its end was not seen, and ${status} (may be NULL) is 0. */
bool child_reap(pid_t pid, bool group, bool at_once, int *status);

#endif
