/* SPDX-License-Identifier: Apache-2.0 */
#include "internal.h"
#include "util/json.h"
#include "util/lang.h"

/* What was done so that the failed host could not come back meanwhile: asked for, done, verified when, and what it does not
 * reach. */

static bool asks_for(const struct incident *incident, const char *way)
{
	json_object *list = json_object_object_get(incident->head, "fence");

	for (size_t i = 0; i < count_members(list); i++)
		if (str_equal(json_object_get_string(json_object_array_get_idx(list, i)), way))
			return true;
	return false;
}

static void add_what_was_asked(const struct incident *incident, struct sheet *out)
{
	bool power = asks_for(incident, "power"), storage = asks_for(incident, "storage");

	sheet_add(out, SHEET_FACT, _("Asked for"),
	    power && storage ? _("the host switched off by its fence agent, and its clients kept off their disks on Ceph") :
		power        ? _("the host switched off by its fence agent (--fence power)") :
		storage      ? _("its clients kept off their disks on Ceph (--fence storage)") :
			       _("nothing (--fence was not given)"));
}

/* ---- power */

/* "'Success: Powered OFF' (fence_ipmilan, exit 0, 3.2 s, at …)" */
static const char *answer_words(struct arena *arena, json_object *answer)
{
	const char *words = str_or(get_text(answer, "words"), ""), *agent = str_or(get_text(answer, "agent"), "?");
	const char *at = str_or(get_text(answer, "asked_at"), "?"), *trouble = get_text(answer, "trouble");
	json_object *exit_code = json_object_object_get(answer, "exit_code");
	double took_s = (double)json_object_get_int64(json_object_object_get(answer, "took_ms")) / 1000;

	if (!exit_code)
		return arena_printf(arena, _("'%s' (%s, no exit code, %.1f s, at %s)%s%s"), words, agent, took_s, at,
		    trouble ? ": " : "", str_or(trouble, ""));
	return arena_printf(arena, _("'%s' (%s, exit %lld, %.1f s, at %s)%s%s"), words, agent,
	    (long long)json_object_get_int64(exit_code), took_s, at, trouble ? ": " : "", str_or(trouble, ""));
}

/* Each order, and of the answers between those that differ from the one before. */
static void add_power_records(const struct incident *incident, struct sheet *out)
{
	size_t n = incident->power ? json_object_array_length(incident->power) : 0;
	const char *last = "";

	for (size_t i = 0; i < n; i++) {
		json_object *power = json_object_array_get_idx(incident->power, i);
		bool order = str_equal(get_text(power, "action"), "off");
		const char *state = str_or(get_text(power, "state"), "?");

		if (order)
			sheet_add(out, SHEET_FACT, _("It was told to switch the host off"), answer_words(&out->arena, power));
		else if (!str_equal(state, last))
			sheet_add(out, SHEET_FACT, _("The fence agent said then"),
			    arena_printf(&out->arena, "%s: %s", state, answer_words(&out->arena, power)));
		last = order ? "" : state;
	}
}

/* ---- storage */

static const struct step *step_of_client(const struct past *past, const char *client, const char *cluster)
{
	for (const struct unit *u = past->plan.unit; u < past->plan.unit + past->nunit; u++)
		for (const struct step *s = u->step; u->kind == UNIT_FENCE && s < u->step + u->nstep; s++)
			if (str_equal(s->id, client) && str_equal(step_after(s, "cluster"), cluster))
				return s;
	return NULL;
}

static const char *what_came(json_object *record)
{
	const char *action = get_text(record, "action"), *state = get_text(record, "state");

	if (str_equal(action, "add"))
		return str_equal(state, "proved") ? _("on the blocklist, and no disk open") :
		    str_equal(state, "failed")    ? _("not on the blocklist") :
						    _("not known");
	if (str_equal(action, "remove"))
		return str_equal(state, "proved") ? _("taken off the blocklist") : _("still on the blocklist, or not known");
	return _("missed on the blocklist (fence-gone)");
}

static void add_entry(const struct incident *incident, json_object *record, const char *client, const char *what,
    const char *why, struct sheet *out)
{
	const char *cluster = get_text(record, "cluster");
	const struct step *step = step_of_client(&incident->past, client, cluster);

	sheet_add(out, SHEET_ROW, client, step ? step->name : NULL, cluster,
	    why ? arena_printf(&out->arena, "%s: %s", what, why) : what, get_text(record, "time"));
}

static void add_entries(const struct incident *incident, struct sheet *out)
{
	size_t n = count_members(incident->fence);

	if (n > 0)
		sheet_add(out, SHEET_HEAD, _("Client of Ceph"), _("Disk"), _("Cluster"), _("What came of it"), _("Seen at"));
	for (size_t i = 0; i < n; i++) {
		json_object *r = json_object_array_get_idx(incident->fence, i), *lifted = json_object_object_get(r, "clients");

		for (size_t k = 0; k < count_members(lifted); k++)
			add_entry(incident, r, json_object_get_string(json_object_array_get_idx(lifted, k)),
			    _("to be taken off the blocklist"), get_text(r, "rebooted"), out);
		if (!lifted)
			add_entry(incident, r, get_text(r, "client"), what_came(r), get_text(r, "error"), out);
	}
}

/* Ordered, and nobody has recorded what came of it. */
static void add_open_orders(const struct incident *incident, struct sheet *out)
{
	const struct past *past = &incident->past;

	for (size_t i = 0; i < past->nunit; i++) {
		const struct past_unit *u = &past->unit[i];

		if (past->plan.unit[i].kind != UNIT_FENCE || !u->begun)
			continue;
		sheet_add(out, SHEET_FACT, _("Keeping them out"),
		    arena_printf(&out->arena, "%s: %s", past->plan.unit[i].sentence, incident_unit_words(u)));
	}
}

/* ---- what it does not reach */

static void add_limits(const struct incident *incident, struct sheet *out)
{
	if (asks_for(incident, "storage"))
		sheet_add(out, SHEET_TEXT,
		    _("Keeping clients off Ceph reaches disks on Ceph and nothing else: not disks of the host itself, not other storage, not the network addresses of its guests, not its cinder services."));
	if (asks_for(incident, "power"))
		sheet_add(out, SHEET_TEXT,
		    _("A fence agent tells what the BMC says of one machine. That the host was not switched on again later, this run has not seen."));
	if (!asks_for(incident, "storage") && !asks_for(incident, "power"))
		sheet_add(out, SHEET_TEXT,
		    _("This run has switched nothing off and kept nobody out. That the host was off rests on the evidence above."));
}

void incident_add_fences(const struct incident *incident, struct sheet *out)
{
	if (!incident->past.host)
		return;
	sheet_add(out, SHEET_SECTION, _("Fences"));
	add_what_was_asked(incident, out);
	add_power_records(incident, out);
	add_open_orders(incident, out);
	add_entries(incident, out);
	add_limits(incident, out);
}
