/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_CRASH_H
#define UTIL_CRASH_H

/* Named places to die at, before and after every durable or remote effect; in a test build only (make CRASH_POINTS=1).
 * There EVAC_MANAGE_CRASH_AT=NAME kills the program at that point, NAME:3 when it is reached for the third time;
 * EVAC_MANAGE_CRASH_LOG=FILE notes every point that is reached; `evac-manage --crash-points` lists them all. */
#ifdef CRASH_POINTS
#include <stdbool.h>
#include <stdlib.h>

#define CRASH_POINT(point) \
	do { \
		static const char *const crash_name_ __attribute__((section("crash_points"), used)) = point; \
		crash_here(crash_name_); \
	} while (0)
/* Is it this one's turn? The caller does half of its work and calls crash_now(). */
#define CRASH_TURN(point) \
	__extension__({ \
		static const char *const crash_name_ __attribute__((section("crash_points"), used)) = point; \
		crash_is_turn(crash_name_); \
	})

/* Is a thing of ours to be left undone, to see what the world does without it? */
#define CRASH_OFF(variable) (getenv(variable) != NULL)

void crash_here(const char *name);
bool crash_is_turn(const char *name);
/* All that is in this file now is on disk: where EVAC_MANAGE_CRASH_POWER is set, what comes behind it goes with the machine,
 * also when the file is closed by then. One file at a time; -1: none any more. */
void crash_durable(int fd);
_Noreturn void crash_now(void);
int crash_list(void); /* on stdout, a line each */
#else
#define CRASH_POINT(point) ((void)0)
#define CRASH_TURN(point) 0
#define CRASH_OFF(variable) 0
#define crash_now() ((void)0)
#define crash_durable(fd) ((void)0)
#endif

#endif
