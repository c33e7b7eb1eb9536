/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIND_WORDS_H
#define FIND_WORDS_H

#include "db/db.h"
#include "util/mem.h"
#include "cli/request.h"

/* By --only and --exclude, which name a thing by its id or its exact name. */
bool request_wants(const struct request *request, const char *id, const char *name);
/* What --only and --exclude may name. Each of their words is one of these, or it is ERROR_NOT_FOUND with the nearest; '${list}'
 * shows all. What ${gone} has is no mistyped name but said and passed over (the same command again); NULL: nothing is. */
struct nameable {
	const char *id, *name; /* name may be NULL */
	bool deleted;          /* of what is gone: not moved */
};
struct nameables {
	struct nameable *v;
	size_t n, cap;
	struct arena arena; /* their texts, copied */
};
void nameables_add(struct nameables *all, const char *id, const char *name);
bool nameables_have(const struct nameables *all, const char *word); /* NULL: none */
void nameables_free(struct nameables *all);
int request_check_words(const struct request *request, const struct nameables *known, const struct nameables *gone,
    const char *what, const char *list, struct error *err);
/* The same of rows of cinder: a word that is the id of a deleted one is passed over, too. */
int request_check_cinder_words(const struct request *request, struct db *cinder, const struct nameables *known,
    struct nameables *gone, const char *what, const char *list, struct error *err);

#endif
