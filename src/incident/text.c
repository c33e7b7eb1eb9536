/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/visible.h"

/* For a terminal, as lines: a fact or a thing each. */

static void add_lines_of_row(const struct sheet_block *b, const struct sheet_block *head, struct str *out)
{
	for (size_t i = 0; i < b->n; i++) {
		str_add(out, i == 0 ? "  " : "      ");
		str_add_visible(out, i < head->n ? head->cell[i] : "");
		str_add(out, ": ");
		str_add_visible(out, b->cell[i]);
		str_addc(out, '\n');
	}
}

static void add_text_command(const struct sheet *sheet, const char *command, struct str *out)
{
	auto_str struct str whole = { 0 };

	shell_add_commands(&whole, command, sheet->globals);
	str_add(out, "  ");
	str_add_visible(out, whole.s);
	str_addc(out, '\n');
}

static void add_text_times(const struct sheet *sheet, struct str *out)
{
	const struct incident *incident = sheet->incident;
	size_t unit[TIMELINE_ROWS], n = timeline_units(incident, unit);

	for (size_t i = 0; i < n; i++) {
		const struct incident_unit *at = &incident->unit[unit[i]];
		int64_t end = at->ended ? at->ended : incident->last;

		str_addf(out, "  +%7.1f s  %7.1f s  ", (double)(at->begun - incident->first) / 1000,
		    (double)(end - at->begun) / 1000);
		str_add_visible(out, incident_unit_words(&incident->past.unit[unit[i]]));
		str_add(out, ": ");
		str_add_visible(out, incident->past.plan.unit[unit[i]].sentence);
		str_addc(out, '\n');
	}
}

static void add_text_line(const char *before, const char *text, struct str *out)
{
	str_add(out, before);
	str_add_visible(out, text);
	str_addc(out, '\n');
}

void sheet_as_text(const struct sheet *sheet, struct str *out)
{
	const struct sheet_block *head = NULL;

	add_text_line("", sheet->title, out);
	for (const struct sheet_block *b = sheet->v; b < sheet->v + sheet->n; b++) {
		if (b->kind == SHEET_SECTION) {
			add_text_line("\n", b->cell[0], out);
		} else if (b->kind == SHEET_TEXT) {
			add_text_line("  ", b->cell[0], out);
		} else if (b->kind == SHEET_FACT) {
			str_add(out, "  ");
			str_add_visible(out, b->cell[0]);
			add_text_line(": ", b->cell[1], out);
		} else if (b->kind == SHEET_COMMAND) {
			add_text_command(sheet, b->cell[0], out);
		} else if (b->kind == SHEET_TIMELINE) {
			add_text_times(sheet, out);
		} else if (b->kind == SHEET_HEAD) {
			head = b;
		} else if (head) {
			add_lines_of_row(b, head, out);
		}
	}
}
