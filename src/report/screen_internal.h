/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REPORT_SCREEN_INTERNAL_H
#define REPORT_SCREEN_INTERNAL_H

#include "report/report.h"

/* The screen before the question, in two files: screen.c has what is dead, done and left, screen_findings.c what speaks against
 * it. */

struct screen {
	const struct report *report;
	size_t width;
	struct str *out;
};

/* Words and how often each was met, in the order in which they came. The words are borrowed. */
struct counts {
	struct count {
		const char *word;
		size_t n;
	} * v;
	size_t n, cap;
};
void count_word(struct counts *counts, const char *word);
void counts_add(const struct counts *counts, struct str *out); /* "active 7, stopped 2" */
void counts_free(struct counts *counts);

void screen_add_age(int64_t seconds, struct str *out); /* "14 min" */
/* Every code once, in at most ${lines} lines. */
void screen_add_findings(const struct screen *s, size_t lines);

#endif
