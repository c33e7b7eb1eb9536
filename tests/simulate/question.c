/* SPDX-License-Identifier: Apache-2.0 */
/* What a statement's text says about its answers, read once a lane. */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CATALOGUE_MAX 1024
#define NAME_OF_TABLE 80
#define AGE "TIMESTAMPDIFF(SECOND, "
#define UNTIL_NOW ", UTC_TIMESTAMP()) AS "

static bool is_of_name(char c)
{
	return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static unsigned count_words(const char *text, const char *word, size_t n)
{
	unsigned found = 0;

	for (const char *at = text; (at = strstr(at, word)); at += n)
		found += !is_of_name(at[-1]) && !is_of_name(at[n]);
	return found;
}

/* A line of the select list: the age of a moment in seconds. Its name stands nowhere else, so that nothing is chosen or sorted by it. */
static bool is_age(const char *text, const char *line, size_t n, char name[NAME_OF_COLUMN])
{
	const char *from = line + strspn(line, " ,"), *as = strstr(line, UNTIL_NOW);

	from += strncmp(from, "SELECT ", 7) == 0 ? 7 : 0;
	if (strncmp(from, AGE, strlen(AGE)) != 0 || !as || as > line + n ||
	    sscanf(as + strlen(UNTIL_NOW), "%47[a-z0-9_]", name) != 1 || as + strlen(UNTIL_NOW) + strlen(name) != line + n)
		return false;
	return count_words(text, name, strlen(name)) == 1;
}

/* Where the clock makes nothing but ages, an answer is the same a second later, with each age a second more: moments have no
 * fractions here, nor has the clock. */
static void find_ages(struct traits *t, const char *text)
{
	unsigned clocks = 0;
	size_t n;

	for (const char *line = text; *line; line += n + (line[n] == '\n')) {
		char copy[512];

		n = strcspn(line, "\n");
		snprintf(copy, sizeof copy, "%.*s", (int)n, line);
		if (!server_uses_clock(copy))
			continue;
		clocks++;
		if (t->nage == AGES_MAX || !is_age(text, line, n, t->age[t->nage]))
			return;
		t->nage++;
	}
	t->has_ages_only = clocks > 0;
}

/* Its rows are those of the last seconds, and the clock stands nowhere else: where there are none, there are none later. */
static bool fades(const char *text)
{
	static const char recent[] = " > UTC_TIMESTAMP() - INTERVAL ";
	const char *at = strstr(text, recent), *line = at;
	char *rest;

	if (!at || strstr(at + 1, recent) || strstr(text, "COUNT(") || strstr(text, "MAX(") || strstr(text, "MIN(") || strstr(text, "SUM("))
		return false;
	while (line > text && line[-1] != '\n')
		line--;
	strtoul(at + strlen(recent), &rest, 10);
	return strncmp(line, "   AND ", 7) == 0 && strncmp(rest, " SECOND\n", 8) == 0 && !server_uses_clock(rest) &&
	    strstr(text, "UTC_TIMESTAMP(") == at + 3;
}

static const char *const when[] = { "updated_at", "last_seen_up", "heartbeat_timestamp", "report_count" };
#define WHEN (sizeof when / sizeof *when)

bool question_asks_when(const char *text)
{
	for (size_t i = 0; i < WHEN; i++)
		if (strstr(text, when[i]))
			return true;
	return strstr(text, "SELECT *") || strstr(text, ".*");
}

static void read_text(struct traits *t, const struct sql *sql)
{
	const char *text = sql->text;

	t->is_own = strncmp(sql->name, "session/", 8) == 0;
	t->takes_lock = strstr(text, "GET_LOCK(");
	t->frees_lock = strstr(text, "RELEASE_LOCK(");
	t->sees_locks = strstr(text, "USED_LOCK(");
	t->sees_sessions = strstr(text, "processlist") || strstr(text, "PROCESSLIST");
	t->is_plain = sql->access == SQL_READS && !strstr(text, "FOR UPDATE") && !strstr(text, "STATUS") && !t->takes_lock && !t->frees_lock;
	t->uses_clock = server_uses_clock(text);
	t->asks_when = question_asks_when(text);
	t->inserts = sql->access == SQL_WRITES && strstr(text, "INSERT INTO");
	t->has_derived = sql->access == SQL_READS && (strstr(text, "FROM (SELECT") || strstr(text, "JOIN (SELECT"));
	find_ages(t, text);
	t->fades = fades(text);
}

static struct traits *all; /* by the statement's index; what a command has read its parent has, too */

void traits_open(void)
{
	all = world_share(CATALOGUE_MAX * sizeof *all);
}

const struct traits *traits_of(const struct sql *sql, const char *schema)
{
	struct traits *t;
	size_t index;

	sql_of_text(sql->text, &index);
	t = &all[index];
	if (!t->is_known)
		read_text(t, sql);
	if (!t->is_known || strcmp(t->schema, schema) != 0) {
		snprintf(t->schema, sizeof t->schema, "%s", schema);
		t->tables = server_tables(schema, sql->tables);
		t->named = sql->access == SQL_WRITES ? server_tables(schema, sql->text) : 0;
	}
	t->is_known = true;
	return t;
}

static bool is_age_column(const struct traits *t, const char *name)
{
	size_t i = 0;

	while (i < t->nage && strcmp(t->age[i], name) != 0)
		i++;
	return i < t->nage;
}

/* The answer's values, each behind its length: those of an age are ${by_s} more. */
static size_t put_later(char *out, const char *at, const char *end, const bool *is_older, uint32_t ncolumn, int64_t by_s)
{
	char *to = out, text[32];
	uint32_t n, wide;

	for (uint32_t i = 0; at < end; i = (i + 1) % ncolumn) {
		memcpy(&n, at, sizeof n);
		wide = n == NO_VALUE ? 0 : n + 1;
		if (is_older[i] && n != NO_VALUE) {
			const uint32_t m = (uint32_t)snprintf(text, sizeof text, "%lld", strtoll(at + sizeof n, NULL, 10) + (long long)by_s);

			memcpy(to, &m, sizeof m);
			memcpy(to + sizeof m, text, m + 1);
			to += sizeof m + m + 1;
		} else {
			memcpy(to, at, sizeof n + wide);
			to += sizeof n + wide;
		}
		at += sizeof n + wide;
	}
	return (size_t)(to - out);
}

char *answer_later(const struct traits *t, const char *answer, size_t *n, int64_t by_s)
{
	bool is_older[COLUMNS_MAX];
	const char *at = answer + sizeof(uint32_t);
	uint32_t ncolumn, length;
	size_t head;
	char *out;

	memcpy(&ncolumn, answer, sizeof ncolumn);
	for (uint32_t i = 0; i < ncolumn; i++) {
		memcpy(&length, at, sizeof length);
		is_older[i] = is_age_column(t, at + sizeof length);
		at += sizeof length + length + 1;
	}
	head = (size_t)(at - answer);
	out = malloc(2 * *n + 32); /* an age may have more digits than it had, and each stands behind four bytes */
	memcpy(out, answer, head);
	*n = head + put_later(out + head, at, answer + *n, is_older, ncolumn, by_s);
	return out;
}

static const char *skip(const char *at)
{
	while (*at == ' ' || *at == '\n')
		at++;
	return at;
}

/* Behind a value: a comma or the end of the assignments. Nobody writes a text or a moment of its own into these. */
static const char *skip_value(const char *at)
{
	int depth = 0;

	for (; *at && (depth || (*at != ',' && strncmp(at, "WHERE ", 6) != 0)); at++)
		depth += (*at == '(') - (*at == ')');
	return at;
}

static bool are_all_when(const char *assignments)
{
	char name[NAME_OF_TABLE];

	for (const char *at = assignments;; at = skip(at + 1)) {
		size_t i = 0;

		if (sscanf(at, "%79[a-z_]", name) != 1)
			return false;
		while (i < WHEN && strcmp(when[i], name) != 0)
			i++;
		at = skip(at + strlen(name));
		if (i == WHEN || *at != '=')
			return false;
		at = skip_value(at);
		if (*at != ',')
			return true;
	}
}

/* Of a statement the table behind its first words, where it writes no other one; 0: it may. */
static uint32_t written_alone(const char *statement, const char **behind)
{
	char name[NAME_OF_TABLE], next[NAME_OF_TABLE] = "";
	int n = 0;

	if (sscanf(statement, "INSERT INTO %79s%n", name, &n) == 1 || (sscanf(statement, "UPDATE %79s%n %79s", name, &n, next) == 2 && strcmp(next, "SET") == 0)) {
		*behind = skip(statement + n);
		return server_tables(NULL, name);
	}
	return 0;
}

uint32_t question_writes(const char *statement, uint32_t *changes)
{
	const char *behind = statement;
	uint32_t tables;

	for (statement = skip(statement); strncmp(statement, "--", 2) == 0; statement = skip(strchr(statement, '\n')))
		;
	if (strncmp(statement, "SELECT ", 7) == 0)
		return 0;
	tables = written_alone(statement, &behind);
	if (!tables)
		*changes |= tables = server_tables(NULL, statement);
	else if (strncmp(behind, "SET ", 4) != 0 || !are_all_when(skip(behind + 4)))
		*changes |= tables;
	return tables;
}
