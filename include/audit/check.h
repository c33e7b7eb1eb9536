/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUDIT_CHECK_H
#define AUDIT_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "db/sql.h"
#include "util/str.h"

/* The checks of the audit, made from the head lines of sql/audit by sql/audit/embed.awk. A check is a file there: a statement
 * whose rows are the findings, or whose rows are compared with those of a second statement on another server. */

enum audit_severity { AUDIT_CRITICAL, AUDIT_HIGH, AUDIT_MEDIUM, AUDIT_LOW, AUDIT_SEVERITIES };
extern const char *const audit_severity_name[AUDIT_SEVERITIES];
/* false: there is no such severity. */
bool audit_severity_parse(const char *word, enum audit_severity *out);

/* Where a statement runs: in cinder's database, in every cell but cell 0, in cell 0, in every cell, in nova's API database, in
 * placement's, in neutron's. */
enum audit_database { AUDIT_CINDER, AUDIT_CELL, AUDIT_CELL0, AUDIT_CELLS, AUDIT_API, AUDIT_PLACEMENT, AUDIT_NEUTRON };
extern const char *const audit_database_name[];

enum audit_rule {
	AUDIT_EACH,    /* every row is a finding */
	AUDIT_CEPH,    /* every row names a disk on Ceph: what that says of it is a finding, or is none */
	AUDIT_ABSENT,  /* a row whose key the other statement does not have (or not under one of the conditions) */
	AUDIT_PAIR,    /* two rows of one key for which all conditions hold */
	AUDIT_SEVERAL, /* a key with more than one row; with another statement: that has the key too */
};

struct audit_condition {
	const char *left, *right; /* columns; NULL left ends a list */
	bool differs;             /* <>, where NULL is a value; otherwise =, where NULL equals nothing */
};

struct audit_source {
	const struct sql *sql; /* NULL: none */
	enum audit_database database;
	const char *const *needs; /* "table.column" that must be there; ends with NULL */
	const char *const *lacks; /* or must not */
};

struct audit_check {
	const char *number, *name; /* "A01", "volume-without-bdm" */
	enum audit_severity severity;
	const char *title;
	const char *subject_kind;     /* "volume" */
	const char *message, *remedy; /* {column} stands for a value; in a remedy it is quoted for a shell, or
	                               * as a text of SQL where the remedy is a statement */
	enum audit_rule rule;
	struct audit_source left, right;
	/* Narrower statements of the same keys, NULL: none. What the rule finds in those may be a finding; whether it is one,
	 * the others say, key by key. */
	struct audit_source first, first_with;
	const struct audit_condition *conditions;
};
extern const struct audit_check
    audit_checks[]; /* by number; ends with number NULL. One that has a variant for older tables comes twice */

/* What audit run --readiness looks for: no statement finds it, host readiness does. Ends with number NULL. */
extern const struct audit_check audit_readiness_checks[];

/* By number or name, _ and - alike, in any case, in either list; NULL: there is none. */
const struct audit_check *audit_check_find(const char *word);
bool audit_check_same(const struct audit_check *a, const struct audit_check *b);  /* the same or its variant */
void audit_check_add_databases(const struct audit_check *check, struct str *out); /* "cinder, all nova cells" */
/* Is ${check} the first of its name in audit_checks? */
bool audit_check_is_first(const struct audit_check *check);

#endif
