/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "out/table.h"
#include "recover/undo.h"
#include "sql_catalogue.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/visible.h"

/* A value as the client's SET takes it, whatever sql_mode says of backslashes: anything but plain letters goes as
 * hexadecimal. */
static void add_sql_value(struct str *out, const char *value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:@# ,/";

	if (!value) {
		str_add(out, "NULL");
	} else if (value[strspn(value, plain)] == '\0') {
		str_addf(out, "'%s'", value);
	} else {
		str_add(out, "CONVERT(X'");
		for (; *value; value++)
			str_addf(out, "%02X", (unsigned)(unsigned char)*value);
		str_add(out, "' USING utf8mb4)");
	}
}

/* Whether forced_down may be cleared, only the database knows: so it stays. */
static const char *sql_value_of(const struct step *s, const char *parameter)
{
	if (step_is(s, STEP_COMPUTE_SERVICE) && strcmp(parameter, "new_forced_down") == 0)
		return step_after(s, "forced_down");
	if (str_starts(parameter, "old_"))
		return step_after(s, parameter + 4);
	if (str_starts(parameter, "new_"))
		return step_before(s, parameter + 4);
	return s->id;
}

/* The text of the catalogue has ? where the file has @name; the names come back in their order. */
static void add_sql_text(struct str *out, const struct sql *sql)
{
	size_t n = 0;
	char quote = 0;

	for (const char *p = sql->text; *p; p++) {
		if (quote)
			quote = *p == quote ? 0 : quote;
		else if (*p == '\'' || *p == '"' || *p == '`')
			quote = *p;
		if (*p == '?' && !quote)
			str_addf(out, "@%s", sql_param(sql, n++));
		else
			str_addc(out, *p);
	}
	while (out->n && strchr("\n ", out->s[out->n - 1]))
		out->s[--out->n] = '\0';
	str_add(out, ";\n");
}

static void add_step_sql(struct str *out, const struct step *s)
{
	const struct sql *sql = s->kind->write;

	str_add(out, "SET ");
	for (size_t i = 0, shown = 0; i < sql->nparam; i++) {
		size_t k = 0;

		while (strcmp(sql_param(sql, k), sql_param(sql, i)) != 0)
			k++;
		if (k < i)
			continue;
		str_addf(out, "%s@%s := ", shown++ ? ", " : "", sql_param(sql, i));
		add_sql_value(out, sql_value_of(s, sql_param(sql, i)));
	}
	str_add(out, ";\n");
	add_sql_text(out, sql);
	str_add(out, "SET @matched := @matched + ROW_COUNT();\n");
}

/* It names cells and instances: what followed a line end in such a name would be a statement. */
static void __attribute__((format(printf, 2, 3))) add_comment(struct str *out, const char *fmt, ...)
{
	auto_free char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	text = lang_for_machines(lang_vformat(fmt, ap));
	va_end(ap);
	str_add(out, "-- ");
	str_add_visible(out, text);
	str_addc(out, '\n');
}

/* What only somebody who looks at the database can decide. */
static void warn(struct str *out, const struct past *past, const struct unit *unit, const struct step *s)
{
	if (step_is(s, STEP_MIGRATION))
		add_comment(out,
		    "careful: evacuation %s would be open again; when the failed host returns, its nova-compute destroys the instance there",
		    s->id);
	if (step_is(s, STEP_COMPUTE_SERVICE) && !str_equal(step_before(s, "forced_down"), step_after(s, "forced_down"))) {
		auto_free char *host = shell_quoted(str_or(unit->host, str_or(past->host, "HOST")));

		add_comment(out, "forced_down stays as it is: 'evac-manage host return %s' says when it may be cleared", host);
	}
}

static void add_unit_sql(struct str *out, const struct past *past, size_t index)
{
	const struct unit *unit = &past->plan.unit[index];

	str_addc(out, '\n');
	add_comment(out, "unit %zu, in %s", index, str_or(past->unit[index].where, "cinder's database"));
	for (const struct step *s = unit->step; s < unit->step + unit->nstep; s++)
		warn(out, past, unit, s);
	str_add(out, "START TRANSACTION;\nSET @matched := 0;\n");
	for (const struct step *s = unit->step + unit->nstep; s-- > unit->step;)
		add_step_sql(out, s);
	str_addf(out, "-- all or none: type COMMIT when this says %zu of %zu, else ROLLBACK\n", unit->nstep, unit->nstep);
	str_addf(out, "SET @of := %zu;\n", unit->nstep);
	add_sql_text(out, &SQL_SESSION_UNDO_COUNT);
}

enum error_kind undo_print_sql(const struct request *request, const struct past *past, struct error *err)
{
	auto_str struct str out = { 0 };

	(void)request;
	add_comment(&out, "undoes run %s (%s); a row is changed only while it holds the value that the run wrote", past->run,
	    str_or(past->command, "?"));
	for (size_t i = past->nunit; i-- > 0;)
		if (past_wrote(past, i))
			add_unit_sql(&out, past, i);
	for (size_t i = 0; i < past->nunit; i++)
		if (past->plan.unit[i].kind == UNIT_EVACUATION && past->unit[i].publish_begun)
			add_comment(&out, "not undone: nova has the evacuation of %s", past->plan.unit[i].step[0].id);
	return out_text(err, "%s", out.s) == 0 ? ERROR_OK : err->kind;
}
