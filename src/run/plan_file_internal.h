/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PLAN_FILE_INTERNAL_H
#define PLAN_FILE_INTERNAL_H

#include <json-c/json.h>

#include "run/plan_file.h"

#define PLAN_SCHEMA "evac-manage-plan/1"
#define PLAN_SUM ",\"sha256\":\"" /* then 64 digits, "} and a newline: the file's end */

struct plan_word {
	const char *name;
	enum {
		PLAN_WORD_TEXT,
		PLAN_WORD_BOOL,
		PLAN_WORD_INT,
		PLAN_WORD_LIST,
		PLAN_WORD_HOSTS
	} type;        /* hosts: a list, and no word at all where it is empty */
	size_t offset; /* in struct request */
};
extern const struct plan_word plan_words[]; /* ends with name NULL */

json_object *plan_servers(const struct run *run); /* [{label, server}] */

#endif
