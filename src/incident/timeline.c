/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"
#include "util/clock.h"
#include "util/html.h"
#include "util/lang.h"
#include "util/visible.h"

#define ROW 34     /* pixels: a line of text and its bar */
#define AXIS 24    /* the times above */
#define NARROW 0.8 /* per cent: what is shorter is still to be seen */
#define LABEL 26   /* letters of a name beside a state, on a phone */

static bool is_bad_unit(const struct past_unit *u)
{
	const char *state = past_unit_state(u);

	return u->begun && !str_equal(state, "proved") &&
	    (!str_equal(state, "applied") || incident_is_not_ready(u) || incident_cannot_write(u));
}

static size_t units_begun(const struct incident *incident, bool bad)
{
	size_t n = 0;

	for (size_t i = 0; i < incident->past.nunit; i++)
		n += incident->past.unit[i].begun && is_bad_unit(&incident->past.unit[i]) == bad;
	return n;
}

size_t timeline_units(const struct incident *incident, size_t unit[TIMELINE_ROWS])
{
	size_t bad = units_begun(incident, true), room = bad < TIMELINE_ROWS ? TIMELINE_ROWS - bad : 0, n = 0;

	for (size_t i = 0; i < incident->past.nunit && n < TIMELINE_ROWS; i++) {
		if (!incident->past.unit[i].begun)
			continue;
		if (!is_bad_unit(&incident->past.unit[i])) {
			if (room == 0)
				continue;
			room--;
		}
		unit[n++] = i;
	}
	return n;
}

size_t timeline_left_out(const struct incident *incident)
{
	size_t all = units_begun(incident, true) + units_begun(incident, false);

	return all > TIMELINE_ROWS ? all - TIMELINE_ROWS : 0;
}

static const char *unit_label(const struct unit *unit)
{
	return unit->kind == UNIT_EVACUATION && unit->nstep > 0 ? str_or(unit->step[0].name, unit->step[0].id) : unit->sentence;
}

/* A wide letter is two. */
static void add_short_label(const char *label, struct str *out)
{
	auto_str struct str visible = { 0 }, cut = { 0 };
	uint32_t code;
	size_t n, width = 0;

	str_add_visible(&visible, label);
	for (size_t i = 0; i < visible.n; i += n) {
		n = utf8_next(visible.s + i, visible.n - i, &code);
		n = n == 0 ? 1 : n;
		width += code >= 0x1100 ? 2 : 1;
		if (width > LABEL) {
			str_add(&cut, "\xe2\x80\xa6");
			break;
		}
		str_addn(&cut, visible.s + i, n);
	}
	html_add(str_or(cut.s, ""), out);
}

static void add_bar(const struct incident *incident, const char *class, int64_t from, int64_t to, size_t row, struct str *out)
{
	double whole = (double)(incident->last > incident->first ? incident->last - incident->first : 1),
	       x = 100 * (double)(from - incident->first) / whole, width = 100 * (double)(to - from) / whole;

	x = x < 0 ? 0 : x > 100 - NARROW ? 100 - NARROW : x;
	width = width < NARROW ? NARROW : width > 100 - x ? 100 - x : width;
	str_addf(out, "<rect class=\"%s\" x=\"%.2f%%\" y=\"%zu\" width=\"%.2f%%\" height=\"9\" rx=\"2\"/>", class, x,
	    AXIS + row * ROW + 19, width);
}

/* Before its message left, and since: what takes long is told apart. */
static void add_unit_row(const struct incident *incident, size_t index, size_t row, struct str *out)
{
	const struct incident_unit *at = &incident->unit[index];
	const char *state = past_unit_state(&incident->past.unit[index]), *label = unit_label(&incident->past.plan.unit[index]);
	int64_t end = at->ended ? at->ended : incident->last;

	str_add(out, "<g><title>");
	html_add(label, out);
	str_add(out, ": ");
	html_add(incident_unit_words(&incident->past.unit[index]), out);
	str_addf(out, ", +%.1f s ... +%.1f s</title><text x=\"0\" y=\"%zu\">", (double)(at->begun - incident->first) / 1000,
	    (double)(end - incident->first) / 1000, AXIS + row * ROW + 13);
	add_short_label(label, out);
	str_addf(out, "</text><text class=\"state %s\" x=\"100%%\" y=\"%zu\">", state, AXIS + row * ROW + 13);
	html_add(incident_unit_words(&incident->past.unit[index]), out);
	str_addf(out, "</text><rect class=\"rail\" x=\"0\" y=\"%zu\" width=\"100%%\" height=\"9\" rx=\"2\"/>",
	    AXIS + row * ROW + 19);
	if (at->sent)
		add_bar(incident, "claim", at->begun, at->sent, row, out);
	add_bar(incident, state, at->sent ? at->sent : at->begun, end, row, out);
	str_add(out, "</g>\n");
}

static void add_axis(const struct incident *incident, struct str *out)
{
	double whole = (double)(incident->last - incident->first) / 1000;
	char began[CLOCK_TEXT_SIZE];

	clock_text(incident->first / 1000, began);
	str_addf(out,
	    "<text class=\"axis\" x=\"0\" y=\"12\">%.8s UTC</text><text class=\"axis middle\" x=\"50%%\" y=\"12\">+%.1f s</text>"
	    "<text class=\"axis end\" x=\"100%%\" y=\"12\">+%.1f s</text>\n",
	    began + sizeof "2026-01-31", whole / 2, whole);
}

void timeline_add(const struct incident *incident, struct str *out)
{
	size_t unit[TIMELINE_ROWS], n = timeline_units(incident, unit);

	str_addf(out,
	    "<svg class=\"timeline\" role=\"img\" aria-labelledby=\"tl-title tl-desc\" width=\"100%%\" height=\"%zu\"><title id=\"tl-title\">",
	    AXIS + n * ROW + 4);
	html_add(_("Timeline of the run"), out);
	str_add(out, "</title><desc id=\"tl-desc\">");
	html_add(
	    _("A bar for each unit, from its begin to its end. The grey part is before the message to nova was sent. The tables below have the same."),
	    out);
	str_add(out, "</desc>\n");
	add_axis(incident, out);
	for (size_t i = 0; i < n; i++)
		add_unit_row(incident, unit[i], i, out);
	str_add(out, "</svg>\n");
}
