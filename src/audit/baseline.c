/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"
#include "util/file.h"
#include "util/log.h"

#define BASELINE_MAX ((size_t)16 * 1024 * 1024)
#define BLANKS " \t\r"

static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, BLANKS);
	size_t n = strcspn(word, BLANKS);

	*rest = word + n + (word[n] != '\0');
	word[n] = '\0';
	return word;
}

static bool is_date(const char *text)
{
	static const char form[] = "dddd-dd-dd";
	size_t i;

	for (i = 0; form[i]; i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
			return false;
	return text[i] == '\0';
}

static int read_line(const char *path, unsigned number, char *line, struct baseline *out, struct error *err)
{
	const char *check = next_word(&line), *subject = next_word(&line), *until = next_word(&line);

	if (!*check || *check == '#')
		return 0;
	if (!audit_check_find(check))
		return error_set(err, ERROR_CONFIG, "%s:%u: there is no check '%.60s'", path, number, check);
	if (!*subject || !is_date(until)) {
		error_set(err, ERROR_CONFIG, "%s:%u: not a baseline line; CHECK SUBJECT YYYY-MM-DD WHY is expected", path,
		    number);
		return error_hint(err, "SUBJECT may be '*'; YYYY-MM-DD is the last day on which the finding is left out");
	}
	out->v = vec_grow(out->v, out->n, &out->cap, sizeof *out->v);
	out->v[out->n++] = (struct baseline_entry){ .check = audit_check_find(check)->name,
		.subject = arena_dup(&out->arena, subject),
		.until = arena_dup(&out->arena, until),
		.why = arena_dup(&out->arena, line),
		.line = number };
	return 0;
}

int baseline_load(const char *path, struct baseline *out, struct error *err)
{
	auto_str struct str text = { 0 };
	unsigned number = 0;
	char *rest, *line;

	if (file_read(path, BASELINE_MAX, ERROR_CONFIG, &text, err) != 0)
		return -1;
	for (rest = text.s; rest && (line = strsep(&rest, "\n"));)
		if (read_line(path, ++number, line, out, err) != 0)
			return -1;
	return 0;
}

struct baseline_entry *baseline_find(struct baseline *baseline, const char *check, const char *subject)
{
	for (size_t i = 0; i < baseline->n; i++) {
		struct baseline_entry *e = &baseline->v[i];

		if (strcmp(e->check, check) == 0 && (strcmp(e->subject, "*") == 0 || strcmp(e->subject, subject) == 0))
			return e;
	}
	return NULL;
}

/* Both begin with YYYY-MM-DD. */
bool baseline_is_expired(const struct baseline_entry *entry, const char *today)
{
	return strncmp(entry->until, today, strlen("YYYY-MM-DD")) < 0;
}

static void say_unused(const struct baseline *baseline, const char *today)
{
	for (size_t i = 0; i < baseline->n; i++) {
		const struct baseline_entry *e = &baseline->v[i];

		if (baseline_is_expired(e, today))
			log_notice("baseline line %u: %s %s has expired on %s", e->line, e->check, e->subject, e->until);
		else if (!e->used)
			log_info("baseline line %u: nothing was found for %s %s", e->line, e->check, e->subject);
	}
}

void baseline_apply(struct baseline *baseline, struct audit_report *report, const char *today)
{
	struct baseline_entry *entry;
	size_t kept = 0, r = 0;

	for (size_t i = 0; i < report->n; i++) {
		while (report->result[r].check != report->v[i].check)
			r++;
		entry = baseline_find(baseline, report->v[i].check->name, report->v[i].subject);
		if (entry && !baseline_is_expired(entry, today)) {
			entry->used = true;
			report->result[r].found--;
			report->result[r].kept--;
			report->result[r].known++;
		} else {
			report->v[kept++] = report->v[i];
		}
	}
	report->n = kept;
	say_unused(baseline, today);
}

void baseline_free(struct baseline *baseline)
{
	free(baseline->v);
	arena_free(&baseline->arena);
	*baseline = (struct baseline){ 0 };
}
