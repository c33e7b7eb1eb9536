/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "commands.h"
#include "sql_catalogue.h"
#include "audit/check.h"
#include "out/table.h"
#include "util/str.h"

/* The least that an account needs, from the head lines of the statements themselves: a statement that is added brings its
 * own. */

static const struct table_column columns[] = {
	{ "statement", NULL, false, COLUMN_SENTENCE },
};

#define NCOLUMNS (sizeof columns / sizeof *columns)
#define TABLES_MAX 512
#define CELL "nova" /* as nova-manage names it; a cell of another name needs the same */
#define CELL0 "nova_cell0"
#define NEUTRON "neutron"
#define PLACEMENT "placement"
#define KEYSTONE "keystone"

enum { MAY_SELECT = 1, MAY_INSERT = 2, MAY_UPDATE = 4, MAY_DELETE = 8 };

struct privilege {
	const char *database, *table;
	size_t ntable;
	unsigned may;
	struct str set;    /* the columns that it may UPDATE, "a, b"; no other */
	struct str get;    /* the columns that it may SELECT; empty: all of them */
	const char *later; /* one that older releases have not; NULL: none */
};

struct privileges {
	struct privilege v[TABLES_MAX];
	size_t n;
};

static bool has_word(const char *list, const char *word, size_t n)
{
	for (; list && *list; list += strcspn(list, ", "), list += strspn(list, ", "))
		if (strcspn(list, ", ") == n && strncmp(list, word, n) == 0)
			return true;
	return false;
}

/* A column that came with a release: where it is missing it would take the whole GRANT along. */
static bool is_later(const struct privilege *p, const char *column, size_t n)
{
	return p->ntable == strlen("quota_usages") && strncmp(p->table, "quota_usages", p->ntable) == 0 &&
	    n == strlen("race_preventer") && strncmp(column, "race_preventer", n) == 0;
}

/* The columns that an UPDATE sets: what stands left of each '=', one a comma outside of parentheses. */
static void add_set_columns(const char *text, struct privilege *p)
{
	struct str *out = &p->set;
	const char *s = strstr(text, "SET ") + strlen("SET"), *end = strstr(text, "WHERE");
	int depth = 0;
	size_t n;

	while (s < end) {
		s++;
		s += strspn(s, " `");
		n = strcspn(s, " `=");
		if (is_later(p, s, n))
			p->later = "race_preventer";
		else if (!has_word(out->s, s, n))
			str_addf(out, "%s%.*s", out->n ? ", " : "", (int)n, s);
		for (; s < end && (depth > 0 || *s != ','); s++)
			depth += (*s == '(') - (*s == ')');
	}
}

/* What a statement calls the table: "FROM ports AS p"; NULL: it does not read it. */
static const char *alias_of(const char *text, const char *table, size_t n, size_t *length)
{
	const char *s = text, *alias;

	while ((s = strstr(s, " AS ")) != NULL) {
		const char *end = s;

		alias = s += strlen(" AS ");
		while (end > text && end[-1] == ' ')
			end--;
		*length = strcspn(alias, " \n,)");
		if ((size_t)(end - text) > n && strncmp(end - n, table, n) == 0 && end[-(ptrdiff_t)n - 1] == ' ')
			return alias;
	}
	return NULL;
}

/* neutron's tables have more in them than we ask for, so its account gets the columns that the statements name, as p.device_id.
 */
static void add_get_columns(const struct sql *sql, struct privilege *p)
{
	size_t k, n;
	const char *alias = alias_of(sql->text, p->table, p->ntable, &k), *s = sql->text;

	for (; alias && (s = strchr(s, '.')) != NULL; s++) {
		n = strspn(s + 1, "abcdefghijklmnopqrstuvwxyz_0123456789`"); /* a reserved word stays quoted */
		if ((size_t)(s - sql->text) > k && strncmp(s - k, alias, k) == 0 &&
		    !isalnum((unsigned char)s[-(ptrdiff_t)k - 1]) && !has_word(p->get.s, s + 1, n))
			str_addf(&p->get, "%s%.*s", p->get.n ? ", " : "", (int)n, s + 1);
	}
}

static void add_privilege(struct privileges *all, const char *database, const char *table, size_t n, unsigned may,
    const struct sql *sql)
{
	struct privilege *p;

	for (p = all->v; p < all->v + all->n; p++) {
		assert(p->database && p->table);
		if (strcmp(p->database, database) == 0 && p->ntable == n && strncmp(p->table, table, n) == 0)
			break;
	}
	if (p == all->v + TABLES_MAX)
		return;
	if (p == all->v + all->n)
		all->v[all->n++] = (struct privilege){ .database = database, .table = table, .ntable = n };
	p->may |= may;
	if (may & MAY_UPDATE)
		add_set_columns(sql->text, p);
	if (strcmp(database, NEUTRON) == 0 || strcmp(database, KEYSTONE) == 0)
		add_get_columns(sql, p);
}

/* The first word after the comment: what a writing statement does to its (first) table. The rest it reads. */
static unsigned rights_to_write(const struct sql *sql)
{
	const char *text = strchr(sql->text, '\n') + 1;

	text += strspn(text, " \t\n");
	if (str_starts(text, "INSERT"))
		return MAY_INSERT;
	return str_starts(text, "DELETE") ? MAY_DELETE | MAY_SELECT : MAY_UPDATE | MAY_SELECT;
}

static void add_needed_by(struct privileges *all, const struct sql *sql, const char *database)
{
	unsigned may = sql->access == SQL_WRITES ? rights_to_write(sql) : MAY_SELECT;
	const char *table = sql->tables;
	size_t n;

	for (; *table; table += n + (table[n] == ' ')) {
		n = strcspn(table, " ");
		if (!memchr(table, '.', n)) /* information_schema shows everybody what is his */
			add_privilege(all, database, table, n, may, sql);
		may = MAY_SELECT;
	}
}

/* By the directory of its file. */
static void add_of_directory(struct privileges *all, const struct sql *sql)
{
	if (str_starts(sql->name, "cinder/"))
		add_needed_by(all, sql, "cinder");
	if (str_starts(sql->name, "nova_api/"))
		add_needed_by(all, sql, "nova_api");
	if (str_starts(sql->name, "placement/"))
		add_needed_by(all, sql, PLACEMENT);
	if (str_starts(sql->name, "neutron/"))
		add_needed_by(all, sql, NEUTRON);
	if (str_starts(sql->name, "keystone/"))
		add_needed_by(all, sql, KEYSTONE);
	if (str_starts(sql->name, "nova/")) {
		add_needed_by(all, sql, CELL);
		add_needed_by(all, sql, CELL0);
	}
}

static void add_of_audit(struct privileges *all, const struct audit_source *s)
{
	if (!s->sql)
		return;
	if (s->database == AUDIT_CINDER)
		add_needed_by(all, s->sql, "cinder");
	if (s->database == AUDIT_CELL || s->database == AUDIT_CELLS)
		add_needed_by(all, s->sql, CELL);
	if (s->database == AUDIT_CELL0 || s->database == AUDIT_CELLS)
		add_needed_by(all, s->sql, CELL0);
	if (s->database == AUDIT_API)
		add_needed_by(all, s->sql, "nova_api");
	if (s->database == AUDIT_NEUTRON)
		add_needed_by(all, s->sql, NEUTRON);
	if (s->database == AUDIT_PLACEMENT)
		add_needed_by(all, s->sql, PLACEMENT);
}

static void add_privilege_words(const struct privilege *p, struct str *out)
{
	static const char *const word[] = { "SELECT", "INSERT", "UPDATE", "DELETE" };

	for (size_t i = 0; i < sizeof word / sizeof *word; i++)
		if (p->may & 1u << i) {
			str_addf(out, "%s%s", out->n ? ", " : "", word[i]);
			if (1u << i == MAY_UPDATE || (1u << i == MAY_SELECT && p->get.n > 0))
				str_addf(out, " (%s)", 1u << i == MAY_UPDATE ? p->set.s : p->get.s);
		}
}

/* 'user'@'host' as the server wants it; what was given may be quoted already. */
static void add_account(const char *account, struct str *out)
{
	const char *at = strrchr(account, '@');

	if (strchr(account, '\''))
		str_add(out, account);
	else if (at)
		str_addf(out, "'%.*s'@'%s'", (int)(at - account), account, at + 1);
	else
		str_addf(out, "'%s'@'%%'", account);
}

/* A table that came with a release: to grant it where it is missing is an error. */
static const char *grant_comment(const struct privilege *p)
{
	static const char *const later[] = { "share_mapping" };

	for (size_t i = 0; i < sizeof later / sizeof *later; i++)
		if (strlen(later[i]) == p->ntable && strncmp(later[i], p->table, p->ntable) == 0)
			return "-- where the table is there: ";
	if (strcmp(p->database, KEYSTONE) == 0)
		return "-- where keystone's database is on this server: ";
	return "";
}

static void add_grant(struct table *t, const struct privilege *p, const struct request *request)
{
	auto_str struct str line = { 0 }, account = { 0 }, words = { 0 };

	add_privilege_words(p, &words);
	add_account(str_or(request->what.account, "evac_manage@%"), &account);
	str_addf(&line, "%sGRANT %s ON `%s`.`%.*s` TO %s;", grant_comment(p), words.s, p->database, (int)p->ntable, p->table,
	    account.s);
	table_add(t);
	table_text(t, "statement", line.s);
	if (strcmp(p->database, PLACEMENT) == 0) {
		str_clear(&line);
		str_addf(&line, "-- where its tables are in nova_api (nova 17 and 18): GRANT %s ON `nova_api`.`%.*s` TO %s;",
		    words.s, (int)p->ntable, p->table, account.s);
		table_add(t);
		table_text(t, "statement", line.s);
	}
	if (!p->later)
		return;
	str_clear(&line);
	str_addf(&line, "GRANT UPDATE (%s) ON `%s`.`%.*s` TO %s; -- not where the column is missing (before cinder 18)",
	    p->later, p->database, (int)p->ntable, p->table, account.s);
	table_add(t);
	table_text(t, "statement", line.s);
}

/* GRANT makes no account on MySQL 8, and on MariaDB not under NO_AUTO_CREATE_USER. Locked, since it has no password yet; no
 * plugin is named, as MySQL 9 has no mysql_native_password. One that is there already stays as it is. */
static void add_create(struct table *t, const struct request *request)
{
	auto_str struct str line = { 0 }, account = { 0 };

	add_account(str_or(request->what.account, "evac_manage@%"), &account);
	str_addf(&line,
	    "CREATE USER IF NOT EXISTS %s ACCOUNT LOCK; -- nobody can log in yet: ALTER USER %s IDENTIFIED BY '...' ACCOUNT UNLOCK",
	    account.s, account.s);
	table_add(t);
	table_text(t, "statement", line.s);
}

/* What no file of a database names; for the account between ${before} and ${after}. */
static void add_site_grant(struct table *t, const struct request *request, const char *before, const char *after)
{
	auto_str struct str line = { 0 }, account = { 0 };

	add_account(str_or(request->what.account, "evac_manage@%"), &account);
	str_addf(&line, "%s%s;%s", before, account.s, after);
	table_add(t);
	table_text(t, "statement", line.s);
}

static void add_sites_grants(struct table *t, const struct request *request)
{
	add_site_grant(t, request,
	    "-- where MySQL's group replication runs: GRANT SELECT ON `performance_schema`.`replication_group_members` TO ",
	    "");
	add_site_grant(t, request, "-- where the audit reads a replica: GRANT SLAVE MONITOR ON *.* TO ",
	    " -- on MySQL, and before MariaDB 10.5: GRANT REPLICATION CLIENT");
}

static enum error_kind run_grants(const struct request *request, struct error *err)
{
	struct privileges all = { .n = 0 };
	struct request plain = *request;
	struct table t;
	int rc;

	if (table_check(columns, NCOLUMNS, &request->shown, err) != 0)
		return err->kind;
	for (const struct sql *const *sql = sql_catalogue; *sql; sql++)
		if ((*sql)->access == SQL_READS || request->what.operate)
			add_of_directory(&all, *sql);
	for (const struct audit_check *check = audit_checks; check->number; check++) {
		add_of_audit(&all, &check->left);
		add_of_audit(&all, &check->right);
	}
	if (strcmp(request->shown.format, "table") == 0)
		plain.shown.format = "value"; /* to be piped into a client */
	table_init(&t, columns, NCOLUMNS);
	add_create(&t, request);
	for (size_t i = 0; i < all.n; i++)
		add_grant(&t, &all.v[i], request);
	add_sites_grants(&t, request);
	rc = table_print(&t, &plain.shown, err);
	table_free(&t);
	for (size_t i = 0; i < all.n; i++) {
		str_free(&all.v[i].set);
		str_free(&all.v[i].get);
	}
	return rc == 0 ? ERROR_OK : err->kind;
}

/* clang-format off */
static const struct option_spec options[] = {
	{ .name = "read-only", .type = OPTION_FLAG, .offset = AT(what.read_only), .sentence = "for the commands that only read" },
	{ .name = "operate", .type = OPTION_FLAG, .offset = AT(what.operate), .sentence = "for all commands" },
	{ .name = "account", .type = OPTION_TEXT, .offset = AT(what.account), .metavar = "USER@HOST",
	  .sentence = "the account that gets them; without: evac_manage@%" },
	{ 0 }
};
/* clang-format on */

static int one_of_both(const struct request *request, struct error *err)
{
	if (request->what.read_only != request->what.operate)
		return 0;
	error_set(err, ERROR_USAGE, "'grants' needs either --read-only or --operate");
	return error_hint(err,
	    "'evac-manage grants --read-only' is for the commands that look, 'evac-manage grants --operate' for all");
}

/* clang-format off */
const struct command command_grants = {
	.noun = "grants",
	.sentence = "the least privileges that an account needs",
	.details = "As GRANT statements, made from the statements that evac-manage sends. Needs no database.\n\n"
		"Example:\n"
		"  evac-manage grants --operate --account evac@10.0.0.5 | mariadb",
	.options = options,
	.check = one_of_both,
	.run = run_grants,
};
