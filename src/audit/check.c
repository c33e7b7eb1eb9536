/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/check.h"

#include <ctype.h>
#include <string.h>

#include "util/str.h"

const char *const audit_severity_name[AUDIT_SEVERITIES] = { "critical", "high", "medium", "low" };
const char *const audit_database_name[] = { "cinder", "nova cells", "nova cell 0", "all nova cells", "nova api", "placement",
	"neutron" };

bool audit_severity_parse(const char *word, enum audit_severity *out)
{
	for (enum audit_severity s = 0; s < AUDIT_SEVERITIES; s++) {
		if (strcmp(word, audit_severity_name[s]) == 0) {
			*out = s;
			return true;
		}
	}
	return false;
}

static bool same_word(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (tolower((unsigned char)(*a == '_' ? '-' : *a)) != tolower((unsigned char)(*b == '_' ? '-' : *b)))
			return false;
	return *a == *b;
}

static const struct audit_check *find_among(const struct audit_check *checks, const char *word)
{
	for (const struct audit_check *c = checks; c->number; c++)
		if (same_word(c->number, word) || same_word(c->name, word))
			return c;
	return NULL;
}

const struct audit_check *audit_check_find(const char *word)
{
	const struct audit_check *found = find_among(audit_checks, word);

	return found ? found : find_among(audit_readiness_checks, word);
}

bool audit_check_same(const struct audit_check *a, const struct audit_check *b)
{
	return strcmp(a->number, b->number) == 0;
}

void audit_check_add_databases(const struct audit_check *check, struct str *out)
{
	if (!check->left.sql) {
		str_add(out, "those of host readiness");
		return;
	}
	str_add(out, audit_database_name[check->left.database]);
	if (check->right.sql)
		str_addf(out, ", %s", audit_database_name[check->right.database]);
}

bool audit_check_is_first(const struct audit_check *check)
{
	return check == audit_checks || !audit_check_same(check - 1, check);
}
