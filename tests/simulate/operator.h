/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATE_OPERATOR_H
#define SIMULATE_OPERATOR_H

#include "world.h"

#define LINE_MAX_BYTES 4096
#define SAID_MAX (256 * 1024)
#define PATIENCE_S "75"

struct said {
	int code;
	char text[SAID_MAX]; /* stderr, then stdout */
};

enum { HABIT_NO_FENCE = 3, HABIT_SAME_AGAIN = 5, HABIT_SENDS_AT_ONCE = 6, HABIT_OLD_PLAN = 7 };

/* command.c */
bool tonight(unsigned habit);
const char *fence_words(void);
void add_places(char *line, size_t size); /* where the configuration is */
const char *dead_hosts(void); /* as a rescue names them */
void rescue_line(char *line, size_t size);
void commands_begin(void); /* of a night */
/* Runs it to its end, and looks at what it has done. */
void type(const char *line, struct said *said);

#endif
