/* SPDX-License-Identifier: Apache-2.0 */
#include "table_internal.h"

#include <stdlib.h>
#include <string.h>

/* Rows that leave as they come. */
struct table_stream {
	const struct row_format *format;
	struct view view;
	struct sink sink;
	size_t nrow; /* formatted */
};

static bool *hidden_columns(const struct table *table, const struct shown *shown)
{
	bool *hidden = xcalloc(table->ncolumn, sizeof *hidden);
	size_t sorted_by = table_sorted_by(table, shown);
	struct view view;

	view_open(&view, table, shown);
	for (size_t i = 0; i < table->ncolumn; i++)
		hidden[i] = i != sorted_by;
	for (size_t i = 0; i < view.ncolumn; i++)
		hidden[view.column[i]] = false;
	view_close(&view);
	return hidden;
}

void table_begin(struct table *table, const struct shown *shown)
{
	const struct row_format *format = row_format(shown->format);
	struct table_stream *stream;

	table->hidden = hidden_columns(table, shown);
	if (!format || shown->sort_column)
		return;
	stream = table->stream = xcalloc(1, sizeof *stream);
	stream->format = format;
	view_open(&stream->view, table, shown);
	format->head(&stream->view, &stream->sink.text);
}

void table_stream_free(struct table *table)
{
	struct table_stream *stream = table->stream;

	free(table->hidden);
	if (!stream)
		return;
	view_close(&stream->view);
	sink_free(&stream->sink);
	free(stream);
}

/* The last row. */
static void stream_row(struct table_stream *stream)
{
	const struct table *table = stream->view.table;

	if (stream->nrow == table->nrow)
		return;
	stream->format->row(&stream->view, view_row(&stream->view, table->nrow - 1), stream->nrow, &stream->sink.text);
	stream->nrow++;
}

bool table_stream_row(struct table *table)
{
	if (!table->stream)
		return false;
	stream_row(table->stream);
	sink_offer(&table->stream->sink);
	return true;
}

int table_stream_end(const struct table *table, struct error *err)
{
	struct table_stream *stream = table->stream;

	stream_row(stream);
	stream->format->tail(&stream->view, &stream->sink.text);
	return sink_end(&stream->sink, err);
}

bool table_has_failed(const struct table *table)
{
	return table->stream && table->stream->sink.trouble;
}

void table_break_off(struct table *table, struct error *err)
{
	struct table_stream *stream = table->stream;
	struct error ignored = { 0 };

	if (!stream || !stream->sink.begun)
		return;
	if (sink_end(&stream->sink, &ignored) == 0)
		error_prefix(err, "the list on stdout is not whole, it ends after %zu row%s", stream->nrow,
		    stream->nrow == 1 ? "" : "s");
}
