/* SPDX-License-Identifier: Apache-2.0 */
#include "journal_lines.h"

#include <stdlib.h>
#include <string.h>

#include "out/table.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/str.h"
#include "util/visible.h"

#define UNITS_MAX 1000000

static int64_t unit_number(json_object *record)
{
	json_object *value = json_object_object_get(record, "unit");

	return json_object_is_type(value, json_type_int) ? json_object_get_int64(value) : -1;
}

static void set_label(struct journal_lines *lines, int64_t unit, const char *label)
{
	if (unit < 0 || unit >= UNITS_MAX)
		return;
	while (lines->nunit <= (size_t)unit) {
		lines->unit = vec_grow(lines->unit, lines->nunit, &lines->cap, sizeof *lines->unit);
		lines->unit[lines->nunit++] = "";
	}
	lines->unit[unit] = arena_dup(&lines->arena, label);
}

/* "3. " and what the unit is about. */
static void add_unit(const struct journal_lines *lines, json_object *record, struct str *out)
{
	int64_t unit = unit_number(record);
	const char *label = unit >= 0 && (size_t)unit < lines->nunit ? lines->unit[unit] : "";

	str_addf(out, "%lld. %s%s", (long long)unit + 1, label, *label ? ": " : "");
}

static void add_reason(json_object *record, struct str *out)
{
	if (get_text(record, "error"))
		str_addf(out, ": %s", get_text(record, "error"));
}

static void line_of_run(struct journal_lines *lines, json_object *record, struct str *out)
{
	json_object *list = json_object_object_get(record, "hosts");
	auto_str struct str hosts = { 0 };

	(void)lines;
	for (size_t i = 0; i < count_members(list); i++)
		str_addf(&hosts, "%s%s", i ? " " : "", str_or(json_object_get_string(json_object_array_get_idx(list, i)), "?"));
	str_addf(out, _("run %s: %s %s, by %s on %s"), str_or(get_text(record, "run"), "?"),
	    str_or(get_text(record, "command"), "?"), hosts.n ? hosts.s : str_or(get_text(record, "host"), ""),
	    str_or(get_text(record, "sudo_user"), str_or(get_text(record, "user"), "?")), str_or(get_text(record, "on"), "?"));
}

static void line_of_plan(struct journal_lines *lines, json_object *record, struct str *out)
{
	json_object *units = json_object_object_get(record, "units");
	size_t n = count_members(units);

	for (size_t i = 0; i < n; i++)
		set_label(lines, (int64_t)i, str_or(get_text(json_object_array_get_idx(units, i), "sentence"), ""));
	str_addf(out, n == 1 ? _("plan of %zu unit") : _("plan of %zu units"), n);
}

/* An instance is known by its name: the sentence of its unit is too long to be read again and again. */
static void line_of_row(struct journal_lines *lines, json_object *record, struct str *out)
{
	auto_str struct str label = { 0 };

	(void)out;
	if (!str_equal(get_text(record, "kind"), "instance"))
		return;
	str_addf(&label, "%s (%s)", str_or(get_text(record, "id"), "?"), str_or(get_text(record, "name"), ""));
	set_label(lines, unit_number(record), label.s);
}

/* What is not an instance has a long sentence, which is read once: its number is enough afterwards, as on the run's own screen.
 */
static void line_of_intent(struct journal_lines *lines, json_object *record, struct str *out)
{
	add_unit(lines, record, out);
	str_add(out, _("begun"));
	if (!str_equal(get_text(record, "kind"), "evacuation"))
		set_label(lines, unit_number(record), "");
}

/* A state as people call it. */
static const char *state_word(const char *state)
{
	static const struct {
		const char *state, *word;
	} words[] = {
		{ "planned", N_("not begun") },
		{ "applied", N_("written, not verified yet") },
		{ "proved", N_("verified") },
		{ "failed", N_("failed") },
		{ "unknown", N_("unknown") },
		{ "skipped", N_("left out") },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_equal(state, words[i].state))
			return _(words[i].word);
	return state;
}

static void line_of_outcome(struct journal_lines *lines, json_object *record, struct str *out)
{
	add_unit(lines, record, out);
	str_add(out,
	    str_equal(get_text(record, "disks"), "cannot-write") || str_equal(get_text(record, "network"), "not-ready") ?
		_("done by nova, not verified") :
		state_word(str_or(get_text(record, "state"), "?")));
	add_reason(record, out);
}

static void line_of_message(struct journal_lines *lines, json_object *record, struct str *out)
{
	const char *outcome = str_or(get_text(record, "outcome"), "?");

	add_unit(lines, record, out);
	if (str_equal(outcome, "acked"))
		str_add(out, _("sent to nova-conductor"));
	else
		str_addf(out, _("message to nova-conductor: %s"), outcome);
	add_reason(record, out);
}

static void line_of_vif_event(struct journal_lines *lines, json_object *record, struct str *out)
{
	const char *outcome = str_or(get_text(record, "outcome"), "?"), *port = str_or(get_text(record, "port"), "?");
	const char *host = str_or(get_text(record, "host"), "?");

	add_unit(lines, record, out);
	if (str_equal(outcome, "acked"))
		str_addf(out, _("nova-compute on '%s' told that port %s is plugged"), host, port);
	else
		str_addf(out, _("message to nova-compute on '%s' that port %s is plugged: %s"), host, port, outcome);
	add_reason(record, out);
}

static void line_of_vif_wait(struct journal_lines *lines, json_object *record, struct str *out)
{
	add_unit(lines, record, out);
	str_addf(out, _("waits for %s"), str_or(get_text(record, "waits_for"), "?"));
}

/* Of neutron's agents: their rows and their queues. */
static size_t count_alive(json_object *agents)
{
	json_object *rows = json_object_object_get(agents, "rows"), *queues = json_object_object_get(agents, "queues");
	size_t n = 0;

	for (size_t i = 0; i < count_members(rows); i++)
		n += json_object_get_boolean(json_object_object_get(json_object_array_get_idx(rows, i), "up")) ? 1 : 0;
	for (size_t i = 0; i < count_members(queues); i++)
		n += json_object_get_int(json_object_object_get(json_object_array_get_idx(queues, i), "consumers")) > 0;
	return n;
}

static void line_of_witness(struct journal_lines *lines, json_object *record, struct str *out)
{
	json_object *life = json_object_object_get(record, "life");
	size_t n = count_alive(json_object_object_get(record, "agents"));

	(void)lines;
	if (get_text(record, "host"))
		str_addf(out, "%s: ", get_text(record, "host"));
	str_addf(out, _("the failed host was checked again: signs of life from neutron's agents: %zu"), n);
	if (json_object_is_type(life, json_type_object))
		str_addf(out, _(", its address %s: %s"), str_or(get_text(life, "address"), "?"),
		    str_or(get_text(life, "answer"), "?"));
}

static void line_of_pause(struct journal_lines *lines, json_object *record, struct str *out)
{
	(void)lines;
	str_addf(out, _("paused by %s"), str_or(get_text(record, "by"), "?"));
}

static void line_of_resume(struct journal_lines *lines, json_object *record, struct str *out)
{
	(void)lines;
	(void)record;
	str_add(out, _("resumed"));
}

static void line_of_phase(struct journal_lines *lines, json_object *record, struct str *out)
{
	json_object *rest = json_object_object_get(record, "not_verified");
	size_t n = count_members(rest);

	(void)lines;
	str_addf(out, _("phase %lld begins: %s, instances: %lld"),
	    (long long)json_object_get_int64(json_object_object_get(record, "phase")), str_or(get_text(record, "name"), "?"),
	    (long long)json_object_get_int64(json_object_object_get(record, "instances")));
	if (n > 0)
		str_addf(out,
		    str_equal(get_text(record, "after"), "timeout") ?
			_("; not verified of the one before, whose time is over: %zu") :
			_("; not verified of the one before: %zu"),
		    n);
}

static void line_of_pace(struct journal_lines *lines, json_object *record, struct str *out)
{
	(void)lines;
	str_addf(out, _("under way at once: %lld (%s)"),
	    (long long)json_object_get_int64(json_object_object_get(record, "width")), str_or(get_text(record, "why"), "?"));
}

static void line_of_health(struct journal_lines *lines, json_object *record, struct str *out)
{
	(void)lines;
	if (str_equal(get_text(record, "state"), "goes-on"))
		str_add(out, _("the cloud takes more again; instances are begun again"));
	else
		str_addf(out, _("no instance is begun: %s"), str_or(get_text(record, "why"), "?"));
}

static void line_of_recover(struct journal_lines *lines, json_object *record, struct str *out)
{
	lines->ended = false;
	str_addf(out, _("recovery by %s on %s"), str_or(get_text(record, "sudo_user"), str_or(get_text(record, "user"), "?")),
	    str_or(get_text(record, "on"), "?"));
}

static void line_of_verdict(struct journal_lines *lines, json_object *record, struct str *out)
{
	add_unit(lines, record, out);
	str_add(out, str_or(get_text(record, "verdict"), "?"));
	add_reason(record, out);
}

static void line_of_end(struct journal_lines *lines, json_object *record, struct str *out)
{
	json_object *totals = json_object_object_get(record, "totals");

	lines->ended = true;
	str_addf(out, _("ended: %s, exit code %lld"), str_or(get_text(record, "result"), "?"),
	    (long long)json_object_get_int64(json_object_object_get(record, "exit_code")));
	if (!json_object_is_type(totals, json_type_object))
		return;
	json_object_object_foreach(totals, state, n)
		if (json_object_get_int64(n) > 0)
			str_addf(out, ", %lld %s", (long long)json_object_get_int64(n), state_word(state));
}

static const struct {
	const char *type;
	void (*add)(struct journal_lines *lines, json_object *record, struct str *out);
} kinds[] = {
	{ "run", line_of_run },
	{ "plan", line_of_plan },
	{ "row", line_of_row },
	{ "intent", line_of_intent },
	{ "outcome", line_of_outcome },
	{ "publish_outcome", line_of_message },
	{ "vif_event", line_of_vif_event },
	{ "vif_wait", line_of_vif_wait },
	{ "witness", line_of_witness },
	{ "pause", line_of_pause },
	{ "resume", line_of_resume },
	{ "phase", line_of_phase },
	{ "pace", line_of_pace },
	{ "health", line_of_health },
	{ "recover", line_of_recover },
	{ "recovery", line_of_verdict },
	{ "recover_end", line_of_end },
	{ "end", line_of_end },
};

/* The time of day is enough: who follows a run is there. */
static int print_line(struct journal_lines *lines, json_object *record, const struct str *text)
{
	const char *time = str_or(get_text(record, "time"), "");
	auto_str struct str visible = { 0 };

	str_add_visible(&visible, text->s);
	return out_text(&lines->trouble, "%.8s  %s\n", strlen(time) > 19 ? time + 11 : time, visible.s);
}

int journal_line(void *ctx, json_object *record)
{
	const char *type = get_text(record, "type");
	struct journal_lines *lines = ctx;
	struct shown line = *lines->shown;
	auto_str struct str text = { 0 };

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (str_equal(type, kinds[i].type))
			kinds[i].add(lines, record, &text);
	line.noindent = true;
	if (str_equal(line.format, "json"))
		return out_json(record, &line, &lines->trouble) != 0;
	return text.n > 0 && print_line(lines, record, &text) != 0;
}

void journal_lines_free(struct journal_lines *lines)
{
	free(lines->unit);
	arena_free(&lines->arena);
}
