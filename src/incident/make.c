/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <time.h>

#include "internal.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/lang.h"
#include "util/shell.h"

#define NOT_KNOWN N_("not known")

/* "2026-01-31 03:04:05 UTC (04:04:05 +0100)" */
static const char *both_clocks(struct arena *arena, const char *time)
{
	int64_t ms = incident_ms(time);
	time_t s = (time_t)(ms / 1000);
	char utc[32], local[32];
	struct tm tm;

	if (ms == 0)
		return _(NOT_KNOWN);
	strftime(utc, sizeof utc, "%Y-%m-%d %H:%M:%S UTC", gmtime_r(&s, &tm));
	strftime(local, sizeof local, "%H:%M:%S %z", localtime_r(&s, &tm));
	return arena_printf(arena, "%s (%s)", utc, local);
}

static const char *how_long(struct arena *arena, int64_t ms)
{
	if (ms < 60000)
		return arena_printf(arena, _("%.1f s"), (double)ms / 1000);
	return arena_printf(arena, _("%lld min %lld s"), (long long)(ms / 60000), (long long)(ms / 1000 % 60));
}

/* What answers for the operator is told elsewhere in the report, and is nothing to paste. How many words it has; 0: it is no
 * such option. */
static size_t words_of_an_answer(const char *word)
{
	static const char *const with_value[] = { "--fenced", "--accept" };

	if (strcmp(word, "--yes") == 0)
		return 1;
	for (size_t i = 0; i < sizeof with_value / sizeof *with_value; i++) {
		size_t n = strlen(with_value[i]);

		if (strncmp(word, with_value[i], n) == 0 && (word[n] == '\0' || word[n] == '='))
			return word[n] == '=' ? 1 : 2;
	}
	return 0;
}

static const char *command_line(struct arena *arena, json_object *head)
{
	json_object *argv = json_object_object_get(head, "argv");
	size_t n = count_members(argv), answer;
	auto_str struct str line = { 0 };

	str_add(&line, "evac-manage");
	for (size_t i = 1; i < n; i += answer ? answer : 1) {
		const char *word = str_or(json_object_get_string(json_object_array_get_idx(argv, i)), "");

		if ((answer = words_of_an_answer(word)) > 0)
			continue;
		str_addc(&line, ' ');
		shell_add_typed(&line, word);
	}
	return n > 0 ? arena_dup(arena, line.s) : _(NOT_KNOWN);
}

static size_t units_in(const struct past *past, const char *a, const char *b)
{
	size_t n = 0;

	for (size_t i = 0; i < past->nunit; i++)
		n += past->unit[i].begun &&
		    (str_equal(past_unit_state(&past->unit[i]), a) || str_equal(past_unit_state(&past->unit[i]), b));
	return n;
}

static size_t units_not_ready(const struct past *past)
{
	size_t n = 0;

	for (size_t i = 0; i < past->nunit; i++)
		n += incident_is_not_ready(&past->unit[i]);
	return n;
}

static size_t units_cannot_write(const struct past *past)
{
	size_t n = 0;

	for (size_t i = 0; i < past->nunit; i++)
		n += incident_cannot_write(&past->unit[i]);
	return n;
}

static bool needs_recovery(const struct incident *incident)
{
	return !incident->under_way &&
	    (!past_is_settled(&incident->past) || past_holds_reserve(&incident->past, &incident->past.plan));
}

static const char *outcome_of_run(const struct incident *incident, struct arena *arena)
{
	const struct past *past = &incident->past;
	size_t not_ready = units_not_ready(past), cannot = units_cannot_write(past),
	       done = units_in(past, "proved", "applied") - not_ready - cannot, failed = units_in(past, "failed", "failed"),
	       open = units_in(past, "unknown", "open");
	const char *how = incident->under_way ? _("under way") :
	    past->recovery                    ? _("settled by a recovery") :
	    past->result                      ? past->result :
						_("interrupted: it did not come to its end");

	if (cannot > 0)
		return arena_printf(arena,
		    _("%s; units: %zu; %zu done, %zu done whose guests cannot write, %zu done without a ready network, %zu failed, %zu unknown or open"),
		    how, past->nunit, done, cannot, not_ready, failed, open);
	if (not_ready > 0)
		return arena_printf(arena,
		    _("%s; units: %zu; %zu done, %zu done without a ready network, %zu failed, %zu unknown or open"), how,
		    past->nunit, done, not_ready, failed, open);
	return arena_printf(arena, _("%s; units: %zu; %zu done, %zu failed, %zu unknown or open"), how, past->nunit, done,
	    failed, open);
}

static void add_head(const struct incident *incident, struct sheet *out)
{
	const struct past *past = &incident->past;
	struct arena *arena = &out->arena;

	sheet_add(out, SHEET_SECTION, _("In short"));
	sheet_add(out, SHEET_FACT, _("Outcome"), outcome_of_run(incident, arena));
	if (past->has_hosts)
		sheet_add(out, SHEET_FACT, _("Failed hosts"), past_hosts_words(past, arena));
	else
		sheet_add(out, SHEET_FACT, _("Failed host"), str_or(past->host, _("none")));
	sheet_add(out, SHEET_FACT, _("Who"), incident_who(arena, incident->head));
	sheet_add(out, SHEET_FACT, _("Began"), both_clocks(arena, past->started_at));
	sheet_add(out, SHEET_FACT, _("Ended"), both_clocks(arena, incident->ended_at));
	if (incident->ended_at)
		sheet_add(out, SHEET_FACT, _("Took"), how_long(arena, incident_ms(incident->ended_at) - incident->first));
	sheet_add(out, SHEET_FACT, _("Command"), command_line(arena, incident->head));
	sheet_add(out, SHEET_FACT, _("Run"), past->run);
	sheet_add(out, SHEET_FACT, _("Program"),
	    arena_printf(arena, "evac-manage %s", str_or(get_text(incident->head, "tool"), "?")));
	if (get_text(incident->head, "resumes"))
		sheet_add(out, SHEET_FACT, _("Goes on with"), get_text(incident->head, "resumes"));
	if (incident->torn)
		sheet_add(out, SHEET_TEXT,
		    _("The last record of the journal was cut off while it was written. What it announced was not begun."));
}

/* ---- why the host was taken for dead */

static json_object *list_of_evidence(const struct incident *incident, const char *key, size_t *n)
{
	json_object *list = json_object_object_get(incident->evidence, key);

	*n = count_members(list);
	return list;
}

static void add_services(const struct incident *incident, struct sheet *out)
{
	size_t n;
	json_object *list = list_of_evidence(incident, "services", &n), *one, *age;

	if (n > 0)
		sheet_add(out, SHEET_HEAD, _("Service"), _("Host"), _("Last heartbeat"), _("Down after"), _("State"));
	for (size_t i = 0; i < n; i++) {
		one = json_object_array_get_idx(list, i);
		age = json_object_object_get(one, "heartbeat_age_s");
		sheet_add(out, SHEET_ROW, get_text(one, "binary"), get_text(one, "host"),
		    age ? arena_printf(&out->arena, _("%lld s before the plan"), (long long)json_object_get_int64(age)) :
			  _("never"),
		    arena_printf(&out->arena, "%lld s",
			(long long)json_object_get_int64(json_object_object_get(one, "down_after_s"))),
		    json_object_get_boolean(json_object_object_get(one, "up")) ? _("up") : _("down"));
	}
}

static void add_witnesses(const struct incident *incident, struct sheet *out)
{
	json_object *e = incident->evidence, *sessions = json_object_object_get(e, "sessions"), *one;
	size_t n;
	json_object *queues = list_of_evidence(incident, "consumers", &n);

	if (sessions)
		sheet_add(out, SHEET_FACT, _("Database sessions from the host"),
		    arena_printf(&out->arena, "%lld", (long long)json_object_get_int64(sessions)));
	else
		sheet_add(out, SHEET_FACT, _("Database sessions from the host"), _("not asked"));
	for (size_t i = 0; i < n; i++) {
		one = json_object_array_get_idx(queues, i);
		sheet_add(out, SHEET_FACT, arena_printf(&out->arena, _("Queue %s"), str_or(get_text(one, "queue"), "?")),
		    arena_printf(&out->arena, _("consumers: %lld, messages: %lld"),
			(long long)json_object_get_int64(json_object_object_get(one, "consumers")),
			(long long)json_object_get_int64(json_object_object_get(one, "messages"))));
	}
	if (get_text(e, "queues_absent"))
		sheet_add(out, SHEET_FACT, _("Queues that were not looked at"), get_text(e, "queues_absent"));
}

/* "off: 'Status: OFF' (fence_ipmilan, exit 2, at …)", or why it is no answer. */
static const char *power_words(struct arena *arena, json_object *power)
{
	const char *words = get_text(power, "words"), *trouble = get_text(power, "trouble");
	const char *agent = str_or(get_text(power, "agent"), "?"), *at = str_or(get_text(power, "asked_at"), "?");

	if (trouble && words && *words)
		return arena_printf(arena, _("no answer that counts: %s; it said '%s' (%s, at %s)"), trouble, words, agent, at);
	if (trouble)
		return arena_printf(arena, _("no answer that counts: %s (%s, at %s)"), trouble, agent, at);
	return arena_printf(arena, _("%s: '%s' (%s, exit %lld, at %s)"), str_or(get_text(power, "state"), "?"),
	    str_or(words, ""), agent, (long long)json_object_get_int64(json_object_object_get(power, "exit_code")), at);
}

static void add_agent_evidence(const struct incident *incident, struct sheet *out)
{
	json_object *agents = json_object_object_get(incident->evidence, "agents"), *one;
	json_object *rows = json_object_object_get(agents, "rows"), *queues = json_object_object_get(agents, "queues");
	struct arena *arena = &out->arena;

	for (size_t i = 0; i < count_members(rows); i++) {
		one = json_object_array_get_idx(rows, i);
		sheet_add(out, SHEET_FACT, arena_printf(arena, _("neutron's %s"), str_or(get_text(one, "binary"), "?")),
		    arena_printf(arena, _("last heartbeat %lld s before the plan"),
			(long long)json_object_get_int64(json_object_object_get(one, "heartbeat_age_s"))));
	}
	for (size_t i = 0; i < count_members(queues); i++) {
		one = json_object_array_get_idx(queues, i);
		sheet_add(out, SHEET_FACT, arena_printf(arena, _("Queue %s"), str_or(get_text(one, "queue"), "?")),
		    arena_printf(arena, _("consumers: %lld, messages: %lld"),
			(long long)json_object_get_int64(json_object_object_get(one, "consumers")),
			(long long)json_object_get_int64(json_object_object_get(one, "messages"))));
	}
	if (get_text(agents, "absent"))
		sheet_add(out, SHEET_FACT, _("Of neutron's agents not checked"), get_text(agents, "absent"));
}

/* A knock at the host's own address; and the same at another compute, without which silence says nothing. */
static void add_life_evidence(const struct incident *incident, struct sheet *out)
{
	json_object *life = json_object_object_get(incident->evidence, "life");
	const char *other = get_text(life, "other");

	if (!json_object_is_type(life, json_type_object))
		sheet_add(out, SHEET_FACT, _("The host's own address"), _("not asked"));
	else
		sheet_add(out, SHEET_FACT, _("The host's own address"),
		    other ? arena_printf(&out->arena, _("%s: %s; of %s, which reported: %s"),
				str_or(get_text(life, "address"), "?"), str_or(get_text(life, "answer"), "?"), other,
				str_or(get_text(life, "other_answer"), "?")) :
			    arena_printf(&out->arena, _("%s: %s; no other compute to compare with"),
				str_or(get_text(life, "address"), "?"), str_or(get_text(life, "answer"), "?")));
}

/* As the journal has it: a fact that was read, or why it was not. */
static void add_power_evidence(const struct incident *incident, struct sheet *out)
{
	json_object *power = incident->evidence ? json_object_object_get(incident->evidence, "power") : NULL;

	sheet_add(out, SHEET_FACT, _("The fence agent said"),
	    json_object_is_type(power, json_type_object) ? power_words(&out->arena, power) :
							   _("not asked: none is configured for this host"));
}

/* Of one host; where several have failed, by its name. */
static void add_evidence_of(const struct incident *incident, struct sheet *out)
{
	if (get_text(incident->evidence, "host"))
		sheet_add(out, SHEET_FACT, _("Host"), get_text(incident->evidence, "host"));
	add_power_evidence(incident, out);
	add_witnesses(incident, out);
	add_agent_evidence(incident, out);
	add_life_evidence(incident, out);
	add_services(incident, out);
}

static void add_evidence(const struct incident *incident, struct sheet *out)
{
	sheet_add(out, SHEET_SECTION, _("Evidence that the host was dead"));
	sheet_add(out, SHEET_FACT, _("The operator said"),
	    str_or(incident->past.fenced, _("nothing (--fenced was not given)")));
	if (!incident->evidence) {
		add_power_evidence(incident, out);
		sheet_add(out, SHEET_TEXT,
		    _("The journal has no heartbeats, no witnesses and no findings: an older evac-manage wrote it."));
		return;
	}
	for (size_t i = 0; i < json_object_array_length(incident->evidences); i++) {
		struct incident one = *incident;

		one.evidence = json_object_array_get_idx(incident->evidences, i);
		add_evidence_of(&one, out);
	}
}

static void add_findings(const struct incident *incident, struct sheet *out)
{
	size_t n;
	json_object *list = list_of_evidence(incident, "findings", &n), *one;

	if (n == 0)
		return;
	sheet_add(out, SHEET_SECTION, _("What was known before the first write"));
	sheet_add(out, SHEET_HEAD, _("Severity"), _("Finding"), _("About"), _("What it says"));
	for (size_t i = 0; i < n; i++) {
		one = json_object_array_get_idx(list, i);
		sheet_add(out, SHEET_ROW,
		    json_object_get_boolean(json_object_object_get(one, "accepted")) ?
			arena_printf(&out->arena, _("%s, accepted by the operator"), str_or(get_text(one, "severity"), "?")) :
			get_text(one, "severity"),
		    get_text(one, "code"), get_text(one, "subject"), get_text(one, "message"));
	}
}

/* ---- what comes next, and what came */

static void add_what_remains(const struct incident *incident, struct sheet *out)
{
	const struct past *past = &incident->past;
	const char *host = past_hosts_words(past, &out->arena);
	bool is_rescue = host && str_equal(past->command, "host rescue");

	sheet_add(out, SHEET_SECTION, _("What remains"));
	if (incident->under_way) {
		sheet_add(out, SHEET_TEXT, _("The run is still going on. This report ends where its journal ends now."));
		sheet_add(out, SHEET_COMMAND, arena_printf(&out->arena, "evac-manage journal show %s", past->run));
	} else if (needs_recovery(incident)) {
		sheet_add(out, SHEET_TEXT,
		    units_in(past, "unknown", "open") ?
			_("The end of some units is not known. Settle the run before anything else is done to the host.") :
			units_cannot_write(past) > 0 ?
			_("The guests of some instances cannot write to their disks. Use the commands above, then look again.") :
			units_not_ready(past) == units_in(past, "applied", "applied") ?
			_("Some instances are on another host, and their network was not ready when they were seen last. Look again.") :
			_("nova still worked on some instances when the run ended. See their end."));
		sheet_add(out, SHEET_COMMAND, arena_printf(&out->arena, "evac-manage journal recover %s", past->run));
	} else if (is_rescue && !(str_equal(past->result, "ok") && past->whole)) {
		sheet_add(out, SHEET_TEXT, _("Something of the host may remain. Look, then go on with this run."));
		for (size_t i = 0; i < past->hosts.n; i++)
			sheet_add(out, SHEET_COMMAND,
			    arena_printf(&out->arena, "evac-manage host show %s", shell_word(&out->arena, past->hosts.v[i])));
		sheet_add(out, SHEET_COMMAND, resume_command(&out->arena, host, past->run, past->fences_disks));
	} else if (host) {
		sheet_add(out, SHEET_TEXT, _("Nothing of this run. Before the host is started again, ask whether it may."));
		for (size_t i = 0; i < past->hosts.n; i++)
			sheet_add(out, SHEET_COMMAND,
			    arena_printf(&out->arena, "evac-manage host return %s", shell_word(&out->arena, past->hosts.v[i])));
	} else {
		sheet_add(out, SHEET_TEXT, _("Nothing of this run."));
	}
}

static void add_later_runs(const struct incident *incident, struct sheet *out)
{
	sheet_add(out, SHEET_SECTION, _("What followed"));
	if (incident->nlater == 0)
		sheet_add(out, SHEET_TEXT, _("No recovery and no other run on this machine names this one."));
	else
		sheet_add(out, SHEET_HEAD, _("When"), _("What"), _("Run"), _("Who"), _("Result"));
	for (const struct incident_later *l = incident->later; l < incident->later + incident->nlater; l++)
		sheet_add(out, SHEET_ROW, both_clocks(&out->arena, l->at), l->command, str_or(l->run, incident->past.run),
		    l->who, str_or(l->result, _("did not come to its end")));
	if (incident->unreadable > 0)
		sheet_add(out, SHEET_TEXT,
		    arena_printf(&out->arena,
			_("%zu other journals could not be read; whether they follow this run is not known."),
			incident->unreadable));
}

static void add_times(const struct incident *incident, struct sheet *out)
{
	size_t left_out = timeline_left_out(incident);

	sheet_add(out, SHEET_SECTION, _("Timeline"));
	if (incident->past.nunit == 0) {
		sheet_add(out, SHEET_TEXT, _("Nothing was begun."));
		return;
	}
	sheet_add(out, SHEET_TIMELINE, "");
	if (left_out > 0)
		sheet_add(out, SHEET_TEXT,
		    arena_printf(&out->arena,
			left_out == 1 ? _("%zu more unit ended well and is not drawn; journal show has them all.") :
					_("%zu more units ended well and are not drawn; journal show has them all."),
			left_out));
}

void incident_make(const struct incident *incident, struct sheet *out)
{
	const struct past *past = &incident->past;

	out->incident = incident;
	out->title = past->host ? arena_printf(&out->arena, _("Incident report: %s of %s"), str_or(past->command, "?"),
				      past->has_hosts ? past_hosts_words(past, &out->arena) : past->host) :
				  arena_printf(&out->arena, _("Incident report: %s"), str_or(past->command, "?"));
	out->state = incident->under_way || needs_recovery(incident)                                   ? "open" :
	    units_in(past, "failed", "failed") > 0 || (past->result && !str_equal(past->result, "ok")) ? "bad" :
													 "good";
	add_head(incident, out);
	add_what_remains(incident, out);
	add_evidence(incident, out);
	incident_add_fences(incident, out);
	add_times(incident, out);
	incident_add_failures(incident, out);
	incident_add_moves(incident, out);
	incident_add_left_out(incident, out);
	incident_add_people(incident, out);
	add_later_runs(incident, out);
	add_findings(incident, out);
}
