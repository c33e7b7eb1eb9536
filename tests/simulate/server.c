/* SPDX-License-Identifier: Apache-2.0 */
/* The world's own connection, which nobody cuts, and the rows: what a history may write, and how they come back. */
#include "server.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINES_MAX 65536
#define NAME_MAX_BYTES 80

static MYSQL *own; /* the parent's, which its children use one after the other */

/* Of server.py's world.kept. */
static struct {
	char name[NAME_MAX_BYTES]; /* schema.table */
	uint64_t next;             /* the number that its next row gets; 0: none */
} table[TABLES_MAX];
static size_t ntable;

#define TEXTS_MAX 4096
static struct text_known {
	struct key key;
	uint32_t tables; /* that it names */
} *text_known;

static void own_failed(const char *text)
{
	fprintf(stderr, "simulate: %s: %s\n", __real_mysql_error(own), text);
	abort();
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool names_table(const char *text, const char *name)
{
	const size_t n = strlen(name);

	for (const char *at = text; (at = strstr(at, name)); at += n)
		if ((at == text || !is_word(at[-1])) && !is_word(at[n]))
			return true;
	return false;
}

static uint32_t find_tables(const char *schema, const char *text)
{
	const size_t n = schema ? strlen(schema) : 0;
	uint32_t tables = 0;

	for (size_t i = 0; i < ntable; i++)
		if (schema ? strncmp(table[i].name, schema, n) == 0 && table[i].name[n] == '.' &&
			    names_table(text, table[i].name + n + 1) :
			     names_table(text, table[i].name))
			tables |= UINT32_C(1) << i;
	return tables;
}

/* The same few texts are asked about again and again. */
uint32_t server_tables(const char *schema, const char *text)
{
	struct key key = { 0 };
	struct text_known *t;

	key_add_text(&key, schema ? schema : "");
	key_add_text(&key, text);
	t = &text_known[key.a % TEXTS_MAX];
	if (t->key.a != key.a || t->key.b != key.b)
		*t = (struct text_known){ key, find_tables(schema, text) };
	return t->tables;
}

bool server_uses_clock(const char *text)
{
	static const char *const word[] = { "NOW(", "UTC_", "CURRENT_", "CURDATE", "CURTIME", "SYSDATE", "UNIX_TIMESTAMP",
		"LOCALTIME" };

	for (size_t i = 0; i < sizeof word / sizeof *word; i++)
		if (strstr(text, word[i]))
			return true;
	return false;
}

void server_add_versions_of(struct key *key, bool asks_when, uint32_t tables, const uint64_t version[VERSIONS])
{
	key_add_number(key, tables);
	for (size_t i = 0; i < ntable; i++)
		if (tables >> i & 1)
			key_add_number(key, version[asks_when ? i : TABLES_MAX + i]);
}

void server_add_versions(struct key *key, uint32_t tables, const uint64_t version[VERSIONS])
{
	server_add_versions_of(key, true, tables, version);
}

void server_wrote(uint32_t tables, uint32_t changes, const struct key *what)
{
	for (size_t i = 0; i < ntable; i++) {
		if (tables >> i & 1)
			world->version[i] = what->a | 1;
		if (changes >> i & 1)
			world->version[TABLES_MAX + i] = what->a | 1;
	}
}

uint64_t *server_next_number(uint32_t tables)
{
	for (size_t i = 0; i < ntable; i++)
		if (tables >> i & 1 && table[i].next)
			return &world->next[i];
	return NULL;
}

static size_t lines_of(MYSQL_RES *result, char lines[LINES_MAX])
{
	size_t n = 0;
	MYSQL_ROW row;

	lines[0] = '\0';
	while ((row = mysql_fetch_row(result)))
		for (unsigned i = 0; i < __real_mysql_num_fields(result); i++)
			n += (size_t)snprintf(lines + n, n < LINES_MAX ? LINES_MAX - n : 0, "%s%c", row[i] ? row[i] : "-",
			    i + 1 < __real_mysql_num_fields(result) ? ' ' : '\n');
	__real_mysql_free_result(result);
	if (n >= LINES_MAX)
		own_failed(lines);
	return n;
}

/* The looks that a step ends with: as many as it has, one after the other. */
static char looked[LOOKS][LINES_MAX];
static size_t nlooked;

static void read_on(uint64_t *next)
{
	nlooked = 0;
	do {
		MYSQL_RES *result = mysql_store_result(own);

		if (result)
			lines_of(result, looked[nlooked++ % LOOKS]);
		else if (__real_mysql_errno(own))
			return;
		else if (next && mysql_insert_id(own) > 0)
			*next = mysql_insert_id(own) + 1;
	} while (mysql_next_result(own) == 0);
}

/* The clock, and the number of the row that it inserts, before the text. A number is what the next row of a table would have
 * got: the server's own count goes on from history to history. */
static size_t add_settings(char *out, size_t size, const uint64_t *next)
{
	size_t n = 0;

	out[0] = '\0';
	if (world->own_second != world->now_us / SECOND_US)
		n = (size_t)snprintf(out, size, "SET timestamp = %lld;", (long long)(world->now_us / SECOND_US));
	world->own_second = world->now_us / SECOND_US;
	if (next)
		n += (size_t)snprintf(out + n, size - n, "SET insert_id = %llu;", (unsigned long long)*next);
	return n;
}

static bool own_does(const char *text, uint64_t *next)
{
	unsigned number;

	if (__real_mysql_real_query(own, text, strlen(text)) == 0)
		read_on(next);
	number = __real_mysql_errno(own);
	if (number == 0)
		return true;
	if (number != 1205 && number != 1213)
		own_failed(text);
	__real_mysql_real_query(own, "ROLLBACK", 8);
	return false;
}

struct key server_state(bool asks_when, uint32_t tables)
{
	struct key key = { 0 };

	server_add_versions_of(&key, asks_when, tables, world->version);
	return key;
}

static struct key key_of_question(const char *text)
{
	struct key key = { 0 };

	key_add_text(&key, text);
	server_add_versions_of(&key, question_asks_when(text), server_tables(NULL, text), world->version);
	return key;
}

/* What its transaction writes, and the statements that do. */
struct doing {
	const char *what, *how;
	uint32_t tables, writes, changes; /* as a step's */
	uint64_t *next; /* the number of the row that it inserts; NULL: none has one */
};

static void note_doing(const struct doing *d)
{
	struct key what = { 0 };

	key_add_text(&what, d->what);
	key_add_number(&what, (uint64_t)world->now_us / SECOND_US);
	key_add_number(&what, d->next ? *d->next : 0);
	server_add_versions(&what, d->tables, world->version);
	server_wrote(d->writes, d->changes, &what);
}

/* Whoever looks next has an answer already where this was done before. */
static bool needs_look(size_t look, uint32_t tables)
{
	static uint32_t seen[LOOKS];
	size_t n;

	seen[look] = seen[look] ? seen[look] : server_tables(NULL, look_text[look]);
	return (tables & seen[look]) && !memory_find(key_of_question(look_text[look]), &n);
}

static bool do_it(const struct doing *d)
{
	static char whole[STATEMENT_MAX];
	uint64_t before[VERSIONS];
	size_t n, look[LOOKS], nlook = 0;

	sessions_hold();
	n = add_settings(whole, sizeof whole, d->next);
	n += (size_t)snprintf(whole + n, sizeof whole - n, "%s", d->how);
	memcpy(before, world->version, sizeof before);
	note_doing(d);
	for (size_t i = 0; i < LOOKS; i++)
		if (needs_look(i, d->writes)) {
			n += (size_t)snprintf(whole + n, n < sizeof whole ? sizeof whole - n : 0, ";EXECUTE look_%zu", i);
			look[nlook++] = i;
		}
	if (n >= sizeof whole)
		abort();
	if (!own_does(whole, d->next)) {
		memcpy(world->version, before, sizeof before);
		return false;
	}
	for (size_t i = 0; i < nlook && i < nlooked; i++)
		memory_keep(key_of_question(look_text[look[i]]), looked[i], strlen(looked[i]) + 1);
	return true;
}

static uint32_t inserts_into(const char *text)
{
	const char *insert = strstr(text, "INSERT INTO ");
	char name[NAME_MAX_BYTES] = "";

	return insert && sscanf(insert, "INSERT INTO %79s", name) == 1 ? server_tables(NULL, name) : 0;
}

static uint64_t *number_of(const char *text)
{
	return server_next_number(inserts_into(text));
}

bool server_try(const char *text)
{
	const uint32_t tables = server_tables(NULL, text);

	return do_it(&(struct doing){ text, text, tables, tables, tables, number_of(text) });
}

static void prepare(const char *name, size_t i, const char *text, size_t n)
{
	char whole[2 * STATEMENT_MAX + 128];
	const size_t at = (size_t)snprintf(whole, sizeof whole, "PREPARE %s_%zu FROM '", name, i);
	const size_t length = mysql_real_escape_string(own, whole + at, text, n);

	strcpy(whole + at + length, "'");
	if (!own_does(whole, NULL))
		own_failed(whole);
}

void server_prepare(struct prepared *p, const char *name, const char *text)
{
	const char *end;

	*p = (struct prepared){ .name = name, .text = text, .tables = server_tables(NULL, text) };
	for (const char *at = text; (end = strstr(at, ";\n")); at = end + 1) {
		char statement[STATEMENT_MAX];

		if (p->n == STATEMENTS_MAX)
			abort();
		snprintf(statement, sizeof statement, "%.*s", (int)(end - at), at);
		p->numbers[p->n] = inserts_into(statement);
		p->writes |= question_writes(statement, &p->changes);
		prepare(name, p->n++, at, (size_t)(end - at));
	}
}

/* Each statement's rows have numbers of their own, of which some may be left over. */
#define ROWS_MAX INSTANCES

static size_t add_number(char *how, size_t size, uint32_t into)
{
	uint64_t *next = server_next_number(into);
	size_t n = next ? (size_t)snprintf(how, size, ";SET insert_id = %llu", (unsigned long long)*next) : 0;

	if (next)
		*next += ROWS_MAX;
	return n;
}

bool server_step(const struct prepared *p, const char *settings, size_t first, size_t n)
{
	char how[8192];
	uint64_t before[TABLES_MAX];
	size_t at = (size_t)snprintf(how, sizeof how, "%s;START TRANSACTION", settings);
	bool done;

	memcpy(before, world->next, sizeof before);
	for (size_t i = first; i < first + n; i++) {
		at += add_number(how + at, sizeof how - at, p->numbers[i]);
		at += (size_t)snprintf(how + at, sizeof how - at, ";EXECUTE %s_%zu", p->name, i);
	}
	snprintf(how + at, sizeof how - at, ";COMMIT");
	done = do_it(&(struct doing){ how, how, p->tables, p->writes, p->changes, NULL });
	if (!done)
		memcpy(world->next, before, sizeof before);
	return done;
}

static void own_must(const char *text)
{
	if (!own_does(text, NULL))
		own_failed(text);
}

static size_t ask_own(const char *text, char lines[LINES_MAX])
{
	MYSQL_RES *result;

	if (__real_mysql_real_query(own, text, strlen(text)) != 0 || !(result = mysql_store_result(own)))
		own_failed(text);
	return lines_of(result, lines);
}

/* None of these asks for the clock. */
const char *server_ask(const char *format, ...)
{
	static char lines[LINES_MAX];
	char text[4096];
	const char *known;
	struct key key;
	va_list args;
	size_t n;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	key = key_of_question(text);
	known = memory_find(key, &n);
	if (known && !memory_verifies)
		return known;
	n = ask_own(text, lines);
	if (known && strcmp(known, lines) != 0)
		world_wrong("the simulator remembers another answer to: %s", text);
	memory_keep(key, lines, n + 1);
	return lines;
}

static bool is_there(unsigned long session)
{
	static char lines[LINES_MAX];
	char text[128];

	snprintf(text, sizeof text, "SELECT COUNT(*) FROM information_schema.processlist WHERE id = %lu", session);
	ask_own(text, lines);
	return strcmp(lines, "0\n") != 0;
}

void server_wait_for_end(unsigned long session)
{
	for (int i = 0; i < 20000; i++) {
		if (!is_there(session))
			return;
		usleep(100);
	}
	own_failed("a session does not end");
}

unsigned long server_lock_holder(const char *host)
{
	static char lines[LINES_MAX];
	char text[256], name[128];
	unsigned long holder;

	snprintf(name, sizeof name, "evac-manage:%s", host);
	holder = locks_holder(name, strlen(name));
	if (!memory_verifies)
		return holder;
	snprintf(text, sizeof text, "SELECT COALESCE(IS_USED_LOCK('%s'), 0)", name);
	ask_own(text, lines);
	if (strtoul(lines, NULL, 10) != holder)
		world_wrong("the simulator has lost count of the lock '%s'", name);
	return holder;
}

static void read_tables(void)
{
	static char lines[LINES_MAX];
	const char *line = lines;

	ask_own("SELECT name, next FROM world.kept ORDER BY name", lines);
	for (; *line; line = strchr(line, '\n') + 1, ntable++)
		if (ntable == TABLES_MAX || sscanf(line, "%79s %lu", table[ntable].name, &table[ntable].next) != 2)
			own_failed("world.kept");
}

static void prepare_putting_back(size_t i)
{
	const char *name = table[i].name, *dot = strchr(name, '.');
	char text[STATEMENT_MAX];

	snprintf(text, sizeof text, "DELETE FROM %s", name);
	prepare("empty", i, text, strlen(text));
	snprintf(text, sizeof text, "INSERT INTO %s SELECT * FROM world.%.*s_%s", name, (int)(dot - name), name, dot + 1);
	prepare("fill", i, text, strlen(text));
}

void server_open(const char *directory)
{
	char socket[4096];

	snprintf(socket, sizeof socket, "%s/s", directory);
	own = mysql_init(NULL);
	if (!__real_mysql_real_connect(own, NULL, "world", "", "world", 0, socket, CLIENT_MULTI_STATEMENTS))
		own_failed(socket);
	own_must(
	    "SET innodb_lock_wait_timeout = 0, lock_wait_timeout = 1, time_zone = '+00:00', tx_isolation = 'READ-COMMITTED',"
	    " foreign_key_checks = 0, unique_checks = 0");
	read_tables();
	text_known = world_share(TEXTS_MAX * sizeof *text_known);
	for (size_t i = 0; i < ntable; i++) {
		world->version[i] = 1;
		prepare_putting_back(i);
	}
	for (size_t i = 0; i < LOOKS; i++)
		prepare("look", i, look_text[i], strlen(look_text[i]));
	memory_open();
	traits_open();
	locks_open();
	session_open_pool(socket);
}

void server_put_back(void)
{
	static char text[STATEMENT_MAX];
	size_t n = (size_t)snprintf(text, sizeof text, "START TRANSACTION;");

	for (size_t i = 0; i < ntable; i++)
		if (world->version[i])
			n += (size_t)snprintf(text + n, sizeof text - n, "EXECUTE empty_%zu;EXECUTE fill_%zu;", i, i);
	snprintf(text + n, sizeof text - n, "COMMIT");
	own_must(text);
	memory_tend();
}

void server_begin(void)
{
	for (size_t i = 0; i < ntable; i++)
		world->next[i] = table[i].next;
}
