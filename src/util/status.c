/* SPDX-License-Identifier: Apache-2.0 */
#include "util/status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "util/mem.h"
#include "util/visible.h"

#define LIFT "\r\033[K" /* to the first column, and clear */
#define USUAL_COLUMNS 80

/* Beside util/log's sink: what stands on the screen. */
static char *shown;

bool status_is_possible(void)
{
	const char *terminal = getenv("TERM");

	return isatty(STDERR_FILENO) && terminal && *terminal && strcmp(terminal, "dumb") != 0;
}

/* Asked each time: somebody may have made the window smaller. */
static size_t terminal_columns(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : USUAL_COLUMNS;
}

size_t status_fits(const char *text, size_t columns)
{
	size_t n = strlen(text), at = 0, used = 0, length;
	uint32_t code;
	int width;

	while (at < n && (length = utf8_next(text + at, n - at, &code)) > 0) {
		width = wcwidth((wchar_t)code);
		used += width < 0 ? 2 : (size_t)width; /* a locale without letters does not know */
		if (used > columns)
			break;
		at += length;
	}
	return at;
}

void status_add_lift(struct str *out)
{
	if (shown)
		str_add(out, LIFT);
}

/* Not in the last column: there some terminals begin a new line. */
void status_add_line(struct str *out)
{
	if (shown)
		str_addn(out, shown, status_fits(shown, terminal_columns() - 1));
}

void status_show(const char *text)
{
	auto_str struct str out = { 0 }, visible = { 0 };

	status_add_lift(&out);
	free(shown);
	shown = NULL;
	if (text) {
		str_add_visible(&visible, text);
		shown = str_take(&visible);
		status_add_line(&out);
	}
	fputs(str_or(out.s, ""), stderr);
}
