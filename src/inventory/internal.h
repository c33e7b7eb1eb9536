/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INVENTORY_INTERNAL_H
#define INVENTORY_INTERNAL_H

#include <openssl/evp.h>

#include "inventory/inventory.h"
#include "find/world.h"
#include "util/str.h"

/* What is signed: these words and the SHA-256, in hexadecimal digits, of every line before the last one. */
#define INVENTORY_SIGNS "evac-manage-inventory/1 "

void inventory_signed_text(const char sha256[65], struct str *out);
/* The last line of a file, with its end. There is no other spelling of it, so that each of its bytes counts. */
void inventory_signature_line(const char sha256[65], const char *key_name, const unsigned char signature[SIGNATURE_BYTES],
    struct str *out);

/* ---- place.c: a directory that gets a file */
struct place {
	const char *dir;
	int lock, fd; /* -1: none */
	char *name, *path, *draft;
	struct str waiting; /* not written yet */
	EVP_MD_CTX *digest;
	struct inventory_files files;  /* that are there, without the new one */
	struct inventory_facts before; /* the newest of them; serial 0: none */
	struct inventory_facts whole;  /* the newest whole one, the new one too when it is written */
	int64_t serial;
	bool written;
	struct error trouble; /* what went wrong with it: then it gets no more */
};
void place_begin(struct place *place, const char *dir, const struct sign_key *key, const char *now);
/* A line without its end. */
void place_write(struct place *place, const char *line);
/* Signs and names the file; then removes what is older than the newest ${keep}, never the newest whole one. */
void place_finish(struct place *place, const struct sign_key *key, const struct inventory_facts *facts, unsigned keep);
void place_close(struct place *place); /* what is not finished goes */

/* ---- record.c, record_nova.c, record_cinder.c: the rows as records; what could not be read is a part */
json_object *record_of(const char *kind);
void put_maybe(json_object *record, const char *key, struct maybe_int number);
enum part_state { PART_READ, PART_UNKNOWN, PART_NOT_CONFIGURED };
struct part {
	char *name; /* "nova", "cell 'cell1'", "cinder" */
	enum part_state state;
	char *why; /* NULL: it was read */
};
struct saving {
	const struct request *request;
	struct world *world;
	struct place *place;
	size_t nplace;
	struct part *part;
	size_t npart, part_cap;
	struct inventory_facts counts;
};
/* ${record} is given away; every directory gets it. */
void saving_add(struct saving *saving, json_object *record);
void saving_add_part(struct saving *saving, char *name, enum part_state state, const char *why);
json_object *saving_parts(const struct saving *saving);
/* A cell that breaks off in the middle is a part that is unknown, and so is cinder. */
void save_nova(struct saving *saving);
void save_cinder(struct saving *saving);

/* ---- metrics.c */
void inventory_metrics(const struct saving *saving, struct str *out);

#endif
