/* SPDX-License-Identifier: Apache-2.0 */
/* What goes to a server before a statement, with it: both are written before an answer is read, so that it costs no round trip. */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void failed(MYSQL *m, const struct pending *p)
{
	fprintf(stderr, "simulate: %s: %s\n", __real_mysql_error(m), p->text);
	abort();
}

void pending_add(struct pending *p, const char *text)
{
	const size_t n = strlen(text);

	if (p->n + n + 2 > sizeof p->text)
		abort();
	if (p->n)
		p->text[p->n++] = ';';
	memcpy(p->text + p->n, text, n + 1);
	p->n += n;
	p->parts++;
}

void pending_forget(struct pending *p)
{
	p->n = 0;
	p->parts = 0;
}

void pending_send(struct pending *p, MYSQL *m)
{
	if (!p->n)
		return;
	if (__real_mysql_real_query(m, p->text, p->n) != 0)
		failed(m, p);
	while (mysql_next_result(m) == 0)
		;
	if (__real_mysql_errno(m))
		failed(m, p);
	pending_forget(p);
}

/* In the place of the library's reading of what a statement is answered: the answers of what went before it come first. Each
 * command counts its packets from 1. */
static const struct st_mariadb_methods *of_library;
static unsigned awaited;

static int read_after_pending(MYSQL *m)
{
	for (; awaited > 0; awaited--) {
		if (of_library->db_read_stmt_result(m) != 0)
			return 1;
		if (awaited == 1)
			m->net.pkt_nr = 1;
	}
	return of_library->db_read_stmt_result(m);
}

int pending_execute(struct pending *p, MYSQL *m, MYSQL_STMT *stmt)
{
	static struct st_mariadb_methods methods;
	int rc;

	if (!p->n)
		return __real_mysql_stmt_execute(stmt);
	of_library = m->methods;
	methods = *of_library;
	methods.db_read_stmt_result = read_after_pending;
	awaited = p->parts;
	m->methods = &methods;
	rc = of_library->db_command(m, COM_QUERY, p->text, p->n, 1, NULL) || __real_mysql_stmt_execute(stmt);
	m->methods = of_library;
	if (awaited)
		failed(m, p);
	pending_forget(p);
	return rc;
}
