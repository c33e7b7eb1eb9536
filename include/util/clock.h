/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_CLOCK_H
#define UTIL_CLOCK_H

#include <stdint.h>

/* RFC 3339 in UTC with milliseconds: 2026-01-31T03:04:05.678Z. For journals and reports;
 * what is written to a database takes the server's clock instead. */
#define CLOCK_TEXT_SIZE 25
void clock_now(char out[CLOCK_TEXT_SIZE]);

/* What clock_now() wrote, as seconds since 1970; 0: it is no such text. And the same of this moment. */
int64_t clock_parse(const char *text);
int64_t clock_wall_s(void);
void clock_text(int64_t seconds, char out[CLOCK_TEXT_SIZE]);

/* A time span in words: "40 s", "14 min", "5 h", "3 d", rounded down; a unit holds until two of the next are full, so that 90 s
 * stay seconds. "-5 s" where a clock is wrong. */
#define CLOCK_AGE_SIZE 28
const char *clock_age(int64_t seconds, char out[CLOCK_AGE_SIZE]);

/* Milliseconds that only ever grow, for deadlines; and microseconds, to measure. */
int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void);
void clock_sleep_ms(int64_t ms); /* shorter when a signal comes */

#endif
