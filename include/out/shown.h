/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUT_SHOWN_H
#define OUT_SHOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "util/words.h"

/* How an answer is shown, as it was asked for. Strings are argv's own. */
struct shown {
	const char *format; /* table json yaml csv value */
	struct words columns;
	const char *sort_column;
	bool noindent;
	int64_t max_width; /* 0: the terminal's */
	const char *fit;   /* yes or no: does a table give way to the width; NULL: yes */
	const char *color, *progress;
	const char *lang; /* "zh", "en"; NULL: the environment's */
	bool debug, log_json;
	const char *log_file;
};

#endif
