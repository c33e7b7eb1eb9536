/* SPDX-License-Identifier: Apache-2.0 */
#include "sink.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LEAST ((size_t)64 * 1024)
#define PIECE ((size_t)PIPE_BUF) /* a pipe that is ready takes as much at once */

static bool is_file(void)
{
	struct stat st;

	return fstat(STDOUT_FILENO, &st) == 0 && S_ISREG(st.st_mode);
}

static bool takes_more(void)
{
	struct pollfd stdout_is = { .fd = STDOUT_FILENO, .events = POLLOUT };

	return poll(&stdout_is, 1, 0) != 0; /* ready, or an error that write() will name */
}

/* What was printed by other means comes before. */
static void begin_sink(struct sink *sink)
{
	errno = 0;
	if (fflush(stdout) != 0)
		sink->trouble = errno ? errno : EIO;
	sink->begun = true;
}

static void write_piece(struct sink *sink, size_t most)
{
	size_t left = sink->text.n - sink->written;
	ssize_t n = write(STDOUT_FILENO, sink->text.s + sink->written, left < most ? left : most);

	if (n >= 0)
		sink->written += (size_t)n;
	else if (errno == EAGAIN) /* somebody has made our terminal or pipe one that does not wait */
		poll(&(struct pollfd){ .fd = STDOUT_FILENO, .events = POLLOUT }, 1, -1);
	else if (errno != EINTR)
		sink->trouble = errno;
}

static void forget_written(struct sink *sink)
{
	struct str *text = &sink->text;

	if (sink->trouble) {
		str_clear(text);
		sink->written = 0;
	} else if (sink->written * 2 > text->n) {
		memmove(text->s, text->s + sink->written, text->n - sink->written);
		text->n -= sink->written;
		text->s[text->n] = '\0';
		sink->written = 0;
	}
}

static void write_sink(struct sink *sink, bool waits)
{
	if (!sink->begun && sink->text.n > 0)
		begin_sink(sink);
	while (!sink->trouble && sink->written < sink->text.n && (waits || takes_more()))
		write_piece(sink, waits ? SSIZE_MAX : PIECE);
	if (sink->text.s)
		forget_written(sink);
}

void sink_offer(struct sink *sink)
{
	if (sink->text.n - sink->written >= LEAST)
		write_sink(sink, sink->waits || is_file());
}

int sink_end(struct sink *sink, struct error *err)
{
	write_sink(sink, true);
	return sink->trouble ? error_errno(err, ERROR_ERROR, sink->trouble, "cannot write to stdout") : 0;
}

void sink_free(struct sink *sink)
{
	str_free(&sink->text);
}
