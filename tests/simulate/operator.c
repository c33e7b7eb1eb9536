/* SPDX-License-Identifier: Apache-2.0 */
/* A tired person: rescues the host, and then types the first command that was printed, again and again. */
#include "operator.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HINTS_MAX 8
#define FAILED 1 /* exit codes */
#define REFUSED 5
#define PARTIAL 6
#define UNKNOWN 9
#define DIED 137
#define LEAVE_OUT_STORAGE "next: leave out --fence storage"
#define THAWED_US (1000 * SECOND_US) /* no conductor stands still for longer */

static bool is_of_word(const char *p)
{
	return *p == ',' ? p[1] && !isspace((unsigned char)p[1]) : *p && !strchr("\"$`<>;()|&\n", *p);
}

/* From "evac-manage" to the end of its quotes or of its clause (tests/lib/pasted.py). */
static void copy_command(const char *from, bool in_quotes, char *out)
{
	size_t n = 0;
	bool quoted = false;

	while (
	    n < LINE_MAX_BYTES - 1 && *from && *from != '\n' && (quoted || is_of_word(from)) && !(in_quotes && *from == '\'')) {
		quoted ^= *from == '\'';
		out[n++] = *from++;
	}
	while (n > 0 && out[n - 1] == ' ')
		n--;
	out[n] = '\0';
}

/* A step's own command is no next one, usage is no command, and what was said of a pause is over when the run is. */
static bool is_hint(const char *text, const char *at)
{
	const char *line = at;

	while (line > text && line[-1] != '\n')
		line--;
	for (; line < at; line++)
		if (strncmp(line, "this step only", 14) == 0 || strncmp(line, "usage: ", 7) == 0 ||
		    strncmp(line, "paused by ", 10) == 0)
			return false;
	return true;
}

/* What he has read since he last did something, in the order in which he would type it. */
#define LINES_MAX 64
static struct notes {
	size_t nhint;
	char acted[LINE_MAX_BYTES]; /* the last command that did something, */
	bool is_a_persons;          /* which said that somebody has to see to something first, or decide */
	bool hasty, at_once;        /* he has done once what he was told not to; he is about to */
	bool again, listed;         /* it said to run it again; the list was read since */
	char first[LINE_MAX_BYTES];
	char refused[LINE_MAX_BYTES]; /* the last rescue, where it was, or died; */
	bool is_other;                /* and it died, or something was done since */
	size_t before;            /* how much of the words is older than the last answer */
	char words[2 * SAID_MAX]; /* that he read since the last fault */
	char hint[LINES_MAX][LINE_MAX_BYTES];
} notes;

static bool is_known(const char *line)
{
	for (size_t i = 0; i < notes.nhint; i++)
		if (strcmp(notes.hint[i], line) == 0)
			return true;
	return false;
}

/* Those of a newer answer come before what is left of an older one. */
static size_t note_hints(const char *text)
{
	size_t at = 0;

	for (const char *p = text; (p = strstr(p, "evac-manage ")); p++) {
		char line[LINE_MAX_BYTES];

		if ((p > text && strchr("/.-_", p[-1])) || (!islower((unsigned char)p[12]) && p[12] != '-') ||
		    !is_hint(text, p))
			continue;
		copy_command(p, p > text && p[-1] == '\'', line);
		if (is_known(line) || notes.nhint == LINES_MAX)
			continue;
		memmove(notes.hint + at + 1, notes.hint + at, (notes.nhint - at) * sizeof *notes.hint);
		memcpy(notes.hint[at++], line, sizeof line);
		notes.nhint++;
	}
	return at;
}

static bool take_hint(char out[LINE_MAX_BYTES])
{
	if (notes.nhint == 0)
		return false;
	memcpy(out, notes.hint[0], LINE_MAX_BYTES);
	memmove(notes.hint, notes.hint + 1, --notes.nhint * sizeof *notes.hint);
	return true;
}

/* The others only show. */
static bool does_something(const char *line)
{
	static const char *const does[] = { " host rescue ", " host evacuate ", " instance evacuate ", " journal undo ",
		" migration close ", " journal recover " };

	for (size_t i = 0; i < sizeof does / sizeof *does; i++)
		if (strstr(line, does[i]) && !strstr(line, " --dry-run"))
			return true;
	return false;
}

static bool is_rescue(const char *line)
{
	return strstr(line, " host rescue ") || strstr(line, " evacuate ");
}

static bool all_settled(void)
{
	for (size_t i = 0; i < INSTANCES; i++)
		if (!oracle_is_settled(i))
			return false;
	return true;
}

/* What he adds to what he pastes: a terminal is not there, so he answers before he is asked; the fence is his to state; and he
 * has not half an hour for what may never end. */
static void add_his_own(char *line, size_t size)
{
	static const struct {
		const char *command, *option, *value;
	} own[] = {
		{ "host rescue ", "--yes", "" },
		{ "host rescue ", "--timeout", PATIENCE_S },
		{ "host evacuate ", "--yes", "" },
		{ "host evacuate ", "--timeout", PATIENCE_S },
		{ "instance evacuate ", "--yes", "" },
		{ "instance evacuate ", "--timeout", PATIENCE_S },
		{ "journal recover ", "--timeout", PATIENCE_S },
		{ "journal undo ", "--yes", "" },
		{ "migration close ", "--yes", "" },
	};
	size_t n = strlen(line);

	if (is_rescue(line) && !strstr(line, " --fence"))
		n += (size_t)snprintf(line + n, size - n, " %s", fence_words());
	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (strstr(line, own[i].command) && !strstr(line, own[i].option))
			n += (size_t)snprintf(line + n, size - n, " %s %s", own[i].option, own[i].value);
}

static void note_first(const char *line)
{
	if (notes.nhint == LINES_MAX)
		return;
	memmove(notes.hint + 1, notes.hint, notes.nhint++ * sizeof *notes.hint);
	memcpy(notes.hint[0], line, LINE_MAX_BYTES);
}

static void note(const char *line)
{
	if (notes.nhint < LINES_MAX)
		memcpy(notes.hint[notes.nhint++], line, LINE_MAX_BYTES);
}

static const char *last_line(const char *text)
{
	const char *line = text;

	for (const char *p = text; (p = strchr(p, '\n'));)
		if (*++p && *p != '\n')
			line = p;
	return line;
}

/* docs/recovery.md, "After any ending": by the state of the newest run in 'journal list'; the same command where it is not
 * there. */
static void read_list(const char *text)
{
	char run[128], line[LINE_MAX_BYTES], state[4096] = "";

	if (sscanf(last_line(text), "%127[0-9TZa-z-] %4095[^\n]", run, state) != 2 || strstr(state, " failed ")) {
		note(notes.first);
		return;
	}
	if (!strstr(state, " open ") && !strstr(state, " unknown ")) {
		if (note_hints(text) == 0 && strstr(state, " recovered "))
			note(notes.first);
		return;
	}
	snprintf(line, sizeof line, "evac-manage journal recover %s", run);
	add_places(line, sizeof line);
	note(line);
}

/* "next: leave out --fence storage and power the host off" */
static void leave_out(char *line)
{
	static const char option[] = " --fence storage";
	char *at = world->leaves_storage ? strstr(line, option) : NULL;

	if (at)
		memmove(at, at + strlen(option), strlen(at + strlen(option)) + 1);
}

/* What was read before he did something is old, but of several evacuations that a list has he closes one after the other. */
static void keep_closings(bool any)
{
	size_t n = 0;

	for (size_t i = 0; i < notes.nhint; i++)
		if (any && strstr(notes.hint[i], " migration close "))
			memmove(notes.hint[n++], notes.hint[i], sizeof notes.hint[i]);
	notes.nhint = n;
}

/* "fix target-down first": what was refused, or is in no list, is typed again when all else is done that he was told. */
static void note_refused(const char *line, const struct said *said)
{
	if (is_rescue(line)) {
		const bool wrote_nothing = said->code == REFUSED || said->code == FAILED || said->code == DIED;

		snprintf(notes.refused, sizeof notes.refused, "%s", wrote_nothing ? line : "");
		notes.is_other = said->code == DIED;
	}
	notes.is_other |= said->code == 0;
}

static bool type_refused(char next[LINE_MAX_BYTES])
{
	if (!notes.refused[0] || !notes.is_other)
		return false;
	memcpy(next, notes.refused, LINE_MAX_BYTES);
	return true;
}

static void read_words(const char *line, const struct said *said)
{
	size_t n;

	world->leaves_storage |= strstr(said->text, LEAVE_OUT_STORAGE) != NULL;
	world->goes_alone |= strstr(said->text, "fix source-alive first; the other host without it: ") != NULL;
	if (does_something(line)) {
		note_refused(line, said);
		if (!notes.at_once) /* what he did against all advice makes nothing old */
			keep_closings(strstr(line, " migration close "));
		notes.listed = false;
		memcpy(notes.acted, line, sizeof notes.acted);
		notes.is_a_persons = said->code == REFUSED || said->code == UNKNOWN || strstr(said->text, "nothing that could be done is left") ||
		    strstr(said->text, "look there first") || strstr(said->text, "fence-gone") ||
		    (said->code == PARTIAL && strstr(said->text, " host show ")); /* all but what is left out by name is done */
		notes.again = strstr(said->text, "same command");
	}
	if (said->code == DIED) /* what it was doing is in no answer */
		notes.listed = false;
	n = strlen(notes.words);
	notes.before = n;
	snprintf(notes.words + n, sizeof notes.words - n, "%s", said->text);
	world_tell("%s", said->text);
	if (strstr(line, " journal list "))
		read_list(said->text);
	else if (note_hints(said->text) == 0 && !does_something(line) && strstr(said->text, "check again in "))
		note_first(line); /* nothing but when to look again */
	if (said->code == REFUSED && strstr(said->text, LEAVE_OUT_STORAGE) && strstr(line, " --fence storage"))
		note_first(line); /* what refuses comes before what the others' lines name */
	notes.at_once = false;
}

static bool is_in_a_log(const char *request)
{
	for (const struct message *m = world->message; m < world->message + world->nmessage; m++)
		if (m->state == MESSAGE_TAKEN && !m->stands && strcmp(m->request, request) == 0)
			return true;
	return false;
}

/* One that stands still has written no line of it, and would go on with it. */
static void restart_frozen_conductors(void)
{
	for (struct message *m = world->message; m < world->message + world->nmessage; m++)
		if (m->stands) {
			m->stands = false;
			m->state = MESSAGE_GONE;
			world_tell("a conductor that stands still is restarted: it had %s", m->request);
		}
}

/* "if no nova-conductor is frozen: evac-manage migration close 3"; and of an evacuation that the database has lost */
static void look_at_conductors(const char *line)
{
	if ((strstr(line, " migration close ") && strstr(notes.words, "if no nova-conductor is frozen: ")) ||
	    (strstr(line, " --accept guest-may-still-run:") && strstr(notes.words, "and no nova-conductor is frozen: ")))
		restart_frozen_conductors();
}

/* What a line leaves to a person: he looks into the logs of the conductors and at the conductors, and then it is sent again. */
static bool look_into_logs(const char *text, char next[LINE_MAX_BYTES])
{
	static const char condition[] = "if no nova-conductor log has ";
	const char *at = strstr(text, condition);
	char request[48];

	if (!at || strstr(notes.acted, " --resend") || !strstr(notes.acted, " journal recover ") ||
	    sscanf(at + strlen(condition), "%47[a-z0-9-] and no conductor is frozen: --resend", request) != 1 || is_in_a_log(request))
		return false;
	restart_frozen_conductors();
	snprintf(next, LINE_MAX_BYTES, "%.*s --resend", LINE_MAX_BYTES - 16, notes.acted);
	return true;
}

/* Against all advice, once a night. */
static bool be_hasty(const struct said *said, char next[LINE_MAX_BYTES])
{
	if (notes.hasty)
		return false;
	if (tonight(HABIT_SAME_AGAIN) && said->code == DIED)
		snprintf(next, LINE_MAX_BYTES, "%s", notes.first);
	else if (tonight(HABIT_SENDS_AT_ONCE) && strstr(notes.acted, " journal recover ") && strstr(said->text, "check again in "))
		snprintf(next, LINE_MAX_BYTES, "%.*s --resend", LINE_MAX_BYTES - 16, notes.acted);
	else
		return false;
	notes.hasty = notes.at_once = true;
	return true;
}

/* What he types next; false: nothing is left that he was told. */
static bool think(const struct said *said, char next[LINE_MAX_BYTES])
{
	if (be_hasty(said, next))
		return true;
	if (said->code != DIED && (look_into_logs(said->text, next) || take_hint(next)))
		return true;
	if (said->code != DIED && notes.again) {
		memcpy(next, notes.acted, LINE_MAX_BYTES);
		return true;
	}
	if (notes.listed)
		return type_refused(next);
	snprintf(next, LINE_MAX_BYTES, "evac-manage journal list"); /* "start here, whatever happened" */
	add_places(next, LINE_MAX_BYTES);
	notes.listed = true;
	return true;
}

/* A frozen conductor's lasts until it goes on. */
static size_t faults_so_far(void)
{
	size_t n = world->nthawed;

	for (size_t i = 0; i < world->nfault; i++)
		n += world->fault[i].happened && !world->armed[world->fault[i].kind];
	return n;
}

/* "next: start nova-conductor" */
static void start_services(const struct said *said)
{
	if (world->asleep_us > world->now_us && (strstr(said->text, "start nova-conductor") || strstr(said->text, "start nova-scheduler")))
		services_come();
}

/* He reads, frees the disk, finds the primary and the broker, and waits as long as he was told to. */
static void pause_before_next(const struct said *said)
{
	const char *told = strstr(said->text, "check again in ");
	int64_t most = world->full_us > world->read_only_us ? world->full_us : world->read_only_us;

	start_services(said);
	most = world->broker_us > most ? world->broker_us : most;
	most = world->bmc_us > most ? world->bmc_us : most;
	world_wait((5 + (told && !notes.at_once ? strtoll(told + strlen("check again in "), NULL, 10) : 0)) * SECOND_US);
	if (most > world->now_us)
		world_wait(most - world->now_us);
}

static void apply_old_plan(struct said *said)
{
	char line[LINE_MAX_BYTES];
	size_t n;

	rescue_line(line, sizeof line);
	n = strlen(line);
	snprintf(line + n, sizeof line - n, " --plan-out %s/old.plan", state_directory);
	type(line, said);
	world_wait(3 * 3600 * SECOND_US);
	snprintf(line, sizeof line, "evac-manage plan apply %s/old.plan --yes", state_directory);
	add_places(line, sizeof line);
	world->is_stale = true;
	type(line, said);
	world->is_stale = false;
}

static bool is_to_wait(const struct said *said)
{
	return strstr(said->text, "check again in ");
}

/* The first command, and eight more for each host that has died: each is a rescue of its own. */
static int patience(void)
{
	return HINTS_MAX * (1 + !world->alive[1] + !world->alive[2]);
}

void operator_night(void)
{
	static struct said said;
	char line[LINE_MAX_BYTES], typed[LINE_MAX_BYTES];
	int waits = 0;
	size_t faults = 0;
	bool was_hasty;

	memset(&notes, 0, offsetof(struct notes, words) + 1); /* the rest is a megabyte */
	commands_begin();
	if (tonight(HABIT_OLD_PLAN))
		apply_old_plan(&said);
	rescue_line(line, sizeof line);
	memcpy(notes.first, line, sizeof line);
	for (int i = 0;; i++) {
		leave_out(line);
		look_at_conductors(line);
		memcpy(typed, line, sizeof typed);
		was_hasty = notes.at_once;
		type(line, &said);
		read_words(line, &said);
		if (faults_so_far() > faults) { /* what is typed and read after the last fault counts */
			i = 0;
			memmove(notes.words, notes.words + notes.before, strlen(notes.words + notes.before) + 1);
		}
		faults = faults_so_far();
		if (world->violation[0] || (said.code == 0 && all_settled()) || !think(&said, line))
			break;
		add_his_own(line, sizeof line);
		if (is_to_wait(&said) && strcmp(line, typed) == 0 && waits++ < HINTS_MAX) /* told when to type it again, he does not count it twice */
			i--;
		if (notes.at_once || was_hasty) /* against all advice: it is no hint that he follows, and then what he did before */
			i--;
		if (i >= patience()) {
			if (!notes.is_a_persons)
				world_wrong("after %d commands he would still type: %s", i, line);
			break;
		}
		pause_before_next(&said);
	}
	oracle_end(notes.words);
	world_wait(THAWED_US);
}
