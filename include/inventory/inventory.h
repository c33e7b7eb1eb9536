/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INVENTORY_INVENTORY_H
#define INVENTORY_INVENTORY_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/request.h"
#include "config/config.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/json.h"
#include "util/sign.h"

/* What ran where, written down while the databases answer, for the night in which none does: a file of JSON lines
 * (docs/schema/inventory-1.json), signed, that names the digest of the file before it in its directory. Nothing in it is a
 * secret: its readers take the members that they know, and no others. It is a picture of its moment and never of now. */

#define INVENTORY_VERSION 1

/* What a file says of itself. Times: UTC, as clock_now() has them. */
struct inventory_facts {
	int64_t version, serial; /* of its directory: 1, 2, 3 … */
	char saved_at[CLOCK_TEXT_SIZE];
	char sha256[65]; /* of the whole file */
	/* the file before it, and the last one before it that was whole; serial 0: there was none */
	int64_t previous, last_whole;
	char previous_sha256[65], last_whole_sha256[65];
	bool whole;    /* every part was read, or is not configured */
	bool is_ended; /* it is whole as a file: its last line but one says so */
	int64_t hosts, instances, volumes, backups;
};

/* ${kind}: "host", "service", "instance", "volume", "backup", "end"; the first record is "inventory". ${record} is the
 * reader's. -1 with ${err} ends the reading. */
typedef int inventory_record_fn(void *ctx, const char *kind, json_object *record, struct error *err);

/* Reads a file to its end, in pieces. ${key} NULL: its digest is compared, its signature is not checked. ${fn} NULL: nobody
 * wants the records. Only when it returns 0 is what ${fn} was given what was signed: nothing may be said of it before. -1 and
 * ERROR_ERROR: the file is damaged or was changed, signed with another key, or of another version; ${out} then has its digest
 * where it could be read at all. */
int inventory_read(const char *path, const struct sign_key *key, inventory_record_fn *fn, void *ctx,
    struct inventory_facts *out, struct error *err);

/* The files of a directory by their serial. No directory: none, and no error. */
struct inventory_file {
	char *name;
	int64_t serial;
};
struct inventory_files {
	struct inventory_file *v;
	size_t n, cap;
};
int inventory_files_list(const char *dir, struct inventory_files *out, struct error *err);
void inventory_files_free(struct inventory_files *files);

/* The newest file that is whole and signed with ${key} (NULL: whole, and its digest is right) in these directories, the path;
 * NULL: there is none. The caller frees it. */
char *inventory_newest(const char *const *dir, size_t n, const struct sign_key *key, struct inventory_facts *out);

/* What was found out about a file of a directory, or about one alone. */
struct inventory_verdict {
	const char *path;
	const struct inventory_facts *facts;
	const char *state;   /* "whole", "half", "wrong" */
	const char *problem; /* NULL: none */
};
typedef void inventory_verdict_fn(void *ctx, const struct inventory_verdict *verdict);
/* Signature, digest and version of a file, or of all in a directory and the chain of them: each names the one before it, or
 * where the half ones between were removed the last whole one. The first may name one that is not kept any more. ${worst}:
 * ERROR_OK; ERROR_PARTIAL where the newest is not whole; ERROR_FINDINGS where anything is wrong. -1: it could not be looked at,
 * or there is none (ERROR_NOT_FOUND). */
int inventory_verify(const char *path, const struct sign_key *key, inventory_verdict_fn *fn, void *ctx, enum error_kind *worst,
    struct error *err);

/* Writes what the request asks for: reads the databases, each in one snapshot, and writes a file into each directory, durable
 * before it has its name. ERROR_PARTIAL: a part could not be read, or a directory could not be written; each was said. */
enum error_kind inventory_save(const struct request *request, struct error *err);

#endif
