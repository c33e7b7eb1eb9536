/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "internal.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/visible.h"

/* For a ticket or a wiki. Names are text of strangers: no letter of theirs is markup, nor HTML, which Markdown lets through. */

#define MARKUP "\\`*_{}[]<>()#+!|~&$@"

static void add_escaped(const char *text, struct str *out)
{
	auto_str struct str visible = { 0 };

	str_add_visible(&visible, text);
	for (const char *c = str_or(visible.s, ""); *c; c++) {
		if (strchr(MARKUP, *c) ||
		    (c == visible.s && strchr("-.=0123456789", *c) && strpbrk(visible.s, ".)-=") == visible.s))
			str_addc(out, '\\');
		str_addc(out, *c);
	}
}

static void add_markdown_row(const struct sheet_block *b, struct str *out)
{
	for (size_t i = 0; i < b->n; i++) {
		str_add(out, "| ");
		add_escaped(b->cell[i], out);
		str_addc(out, ' ');
	}
	str_add(out, "|\n");
	for (size_t i = 0; i < b->n && b->kind == SHEET_HEAD; i++)
		str_add(out, i + 1 == b->n ? "|---|\n" : "|---");
}

/* Behind four blanks all is text: no fence that a name could close. */
static void add_markdown_command(const struct sheet *sheet, const char *command, struct str *out)
{
	auto_str struct str whole = { 0 };

	shell_add_commands(&whole, command, sheet->globals);
	str_add(out, "    ");
	str_add_visible(out, whole.s);
	str_addc(out, '\n');
}

static void add_markdown_times(const struct sheet *sheet, struct str *out)
{
	const struct incident *incident = sheet->incident;
	size_t unit[TIMELINE_ROWS], n = timeline_units(incident, unit);

	for (size_t i = 0; i < n; i++) {
		const struct incident_unit *at = &incident->unit[unit[i]];
		int64_t end = at->ended ? at->ended : incident->last;

		str_addf(out, "* +%.1f s \xe2\x80\x93 +%.1f s, ", (double)(at->begun - incident->first) / 1000,
		    (double)(end - incident->first) / 1000);
		add_escaped(incident_unit_words(&incident->past.unit[unit[i]]), out);
		str_add(out, ": ");
		add_escaped(incident->past.plan.unit[unit[i]].sentence, out);
		str_addc(out, '\n');
	}
}

static void add_markdown_block(const struct sheet *sheet, const struct sheet_block *b, struct str *out)
{
	switch (b->kind) {
	case SHEET_SECTION:
		str_add(out, "\n## ");
		add_escaped(b->cell[0], out);
		str_add(out, "\n\n");
		break;
	case SHEET_TEXT:
		add_escaped(b->cell[0], out);
		str_add(out, "\n\n");
		break;
	case SHEET_FACT:
		str_add(out, "* **");
		add_escaped(b->cell[0], out);
		str_add(out, "**: ");
		add_escaped(b->cell[1], out);
		str_addc(out, '\n');
		break;
	case SHEET_COMMAND:
		add_markdown_command(sheet, b->cell[0], out);
		break;
	case SHEET_TIMELINE:
		add_markdown_times(sheet, out);
		break;
	default:
		add_markdown_row(b, out);
		break;
	}
}

void sheet_as_markdown(const struct sheet *sheet, struct str *out)
{
	str_add(out, "# ");
	add_escaped(sheet->title, out);
	str_addc(out, '\n');
	for (size_t i = 0; i < sheet->n; i++) {
		const struct sheet_block *b = &sheet->v[i];

		if (b->kind == SHEET_HEAD && i > 0 && sheet->v[i - 1].kind != SHEET_SECTION)
			str_addc(out, '\n');
		add_markdown_block(sheet, b, out);
	}
}
