/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"
#include "util/html.h"
#include "util/lang.h"
#include "util/shell.h"

/* One file that needs nothing else and runs nothing: it opens from a mail or a memory stick. */

static void add_page_head(const struct sheet *sheet, struct str *out)
{
	str_addf(out,
	    "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; form-action 'none'; "
	    "img-src data:; style-src ",
	    lang_is_english() ? "en" : "zh-CN");
	html_add_hash(incident_css, out);
	str_add(out,
	    "\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<link rel=\"icon\" href=\"data:,\">\n<title>");
	html_add(sheet->title, out);
	str_add(out, "</title>\n<style>");
	str_add(out, incident_css);
	str_addf(out, "</style></head><body class=\"%s\">\n<header><h1>", sheet->state);
	html_add(sheet->title, out);
	str_add(out, "</h1></header>\n<main>\n");
}

static void add_element(const char *element, const char *text, struct str *out)
{
	str_addf(out, "<%s>", element);
	html_add(text, out);
	str_addf(out, "</%s>", element);
}

static void add_html_row(const struct sheet_block *b, const struct sheet_block *head, struct str *out)
{
	str_add(out, "<tr>");
	for (size_t i = 0; i < b->n; i++) {
		if (!head) {
			str_add(out, "<th scope=\"col\">");
			html_add(b->cell[i], out);
			str_add(out, "</th>");
			continue;
		}
		str_add(out, "<td data-label=\""); /* what a phone shows before it */
		html_add(i < head->n ? head->cell[i] : "", out);
		str_add(out, "\">");
		html_add(b->cell[i], out);
		str_add(out, "</td>");
	}
	str_add(out, "</tr>\n");
}

static void add_html_command(const struct sheet *sheet, const char *command, struct str *out)
{
	auto_str struct str whole = { 0 };

	shell_add_commands(&whole, command, sheet->globals);
	str_add(out, "<pre><code>");
	html_add(whole.s, out);
	str_add(out, "</code></pre>\n");
}

/* A list of facts and a table begin with their first block and end with their last. */
static void add_html_group(const struct sheet *sheet, size_t i, struct str *out)
{
	const struct sheet_block *b = &sheet->v[i];

	if (b->kind == SHEET_FACT) {
		if (i == 0 || sheet->v[i - 1].kind != SHEET_FACT)
			str_add(out, "<dl>\n");
		add_element("dt", b->cell[0], out);
		add_element("dd", b->cell[1], out);
		str_add(out, sheet_ends(sheet, i, SHEET_FACT) ? "\n</dl>\n" : "\n");
	} else if (b->kind == SHEET_HEAD) {
		str_add(out, "<table><thead>");
		add_html_row(b, NULL, out);
		str_add(out, "</thead><tbody>\n");
	} else {
		size_t head = i;

		while (sheet->v[head].kind != SHEET_HEAD)
			head--;
		add_html_row(b, &sheet->v[head], out);
		if (sheet_ends(sheet, i, SHEET_ROW))
			str_add(out, "</tbody></table>\n");
	}
}

void sheet_as_html(const struct sheet *sheet, struct str *out)
{
	bool in_section = false;

	add_page_head(sheet, out);
	for (size_t i = 0; i < sheet->n; i++) {
		const struct sheet_block *b = &sheet->v[i];

		if (b->kind == SHEET_SECTION) {
			str_add(out, in_section ? "</section>\n<section>" : "<section>");
			add_element("h2", b->cell[0], out);
			in_section = true;
		} else if (b->kind == SHEET_TEXT) {
			add_element("p", b->cell[0], out);
			str_addc(out, '\n');
		} else if (b->kind == SHEET_COMMAND) {
			add_html_command(sheet, b->cell[0], out);
		} else if (b->kind == SHEET_TIMELINE) {
			timeline_add(sheet->incident, out);
		} else {
			add_html_group(sheet, i, out);
		}
	}
	str_add(out, in_section ? "</section>\n</main></body></html>\n" : "</main></body></html>\n");
}
