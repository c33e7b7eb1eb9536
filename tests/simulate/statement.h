/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SIMULATE_STATEMENT_H
#define SIMULATE_STATEMENT_H

#include "server.h"

/* The program knows it as a MYSQL_STMT, its answer as a MYSQL_RES. */
struct statement {
	struct session *session;
	const struct sql *sql;
	bool is_new; /* prepared, and not executed since */
	unsigned array_size;
	MYSQL_BIND *param, *column;
	char *copy; /* of an answer that memory has not */
	const char *answer, *row, *end;
	uint32_t ncolumn;
	const char **value;
	uint32_t *length;
	unsigned long long affected;
	int warnings;
};

static inline struct statement *statement_of(void *stmt)
{
	return stmt;
}

#endif
