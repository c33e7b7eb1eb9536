/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "util/file.h"
#include "util/lang.h"
#include "util/mem.h"
#include "util/shell.h"

#define LINE_MAX_BYTES ((size_t)64 * 1024 * 1024)
#define DEPTH 32
#define FIRST "{\"record\":\"inventory\","
#define LAST "{\"record\":\"end\","
#define SIGNATURE "{\"record\":\"signature\",\"sha256\":\""
#define KEY "\",\"key\":\""
#define ED25519 "\",\"ed25519\":\""

void inventory_signed_text(const char sha256[65], struct str *out)
{
	str_clear(out);
	str_add(out, INVENTORY_SIGNS);
	str_add(out, sha256);
}

void inventory_signature_line(const char sha256[65], const char *key_name, const unsigned char signature[SIGNATURE_BYTES],
    struct str *out)
{
	char hex[2 * SIGNATURE_BYTES + 1];

	hex_of(signature, SIGNATURE_BYTES, hex);
	str_clear(out);
	str_addf(out, SIGNATURE "%s" KEY "%s" ED25519 "%s\"}\n", sha256, key_name, hex);
}

/* ---- a line after the other; the last one is known as such when there is no more */

struct reading {
	const char *path;
	FILE *file;
	char *line; /* the one that is looked at, without its end */
	size_t cap, n;
	EVP_MD_CTX *signed_part, *whole;
	inventory_record_fn *fn;
	void *ctx;
	struct inventory_facts *facts;
	struct error *err;
};

static int is_wrong(const struct reading *r, const char *why)
{
	const char *slash = strrchr(r->path, '/');
	auto_free char *dir = slash ? xstrndup(r->path, (size_t)(slash - r->path) + (slash == r->path)) : xstrdup(".");
	auto_free char *word = shell_quoted(dir);

	error_set(r->err, ERROR_ERROR, "'%s' is damaged or was changed: %s", r->path, why);
	return error_hint(r->err, "do not rely on it, and take another one: evac-manage inventory verify %s", word);
}

/* 1: ${r}->line is the next; 0: the end; -1. */
static int next_line(struct reading *r)
{
	size_t n = 0;
	int c = 0;

	while (n < LINE_MAX_BYTES && (c = getc_unlocked(r->file)) != EOF && c != '\n') {
		if (n + 1 >= r->cap) {
			r->cap = r->cap ? 2 * r->cap : 4096;
			r->line = xreallocarray(r->line, r->cap, 1);
		}
		r->line[n++] = (char)c;
	}
	if (ferror(r->file))
		return error_errno(r->err, ERROR_ERROR, errno, "cannot read '%s'", r->path);
	if (c == EOF && n == 0)
		return 0;
	if (c != '\n')
		return is_wrong(r, _("its last line is incomplete"));
	if (!r->line)
		r->line = xcalloc(1, r->cap = 1);
	r->line[n] = '\0';
	r->n = n;
	EVP_DigestUpdate(r->whole, r->line, n);
	EVP_DigestUpdate(r->whole, "\n", 1);
	return 1;
}

static void end_digest(EVP_MD_CTX *ctx, char out[65])
{
	unsigned char digest[EVP_MAX_MD_SIZE];

	EVP_DigestFinal_ex(ctx, digest, NULL);
	hex_of(digest, 32, out);
}

/* ---- records */

static json_object *parse_saved_record(const struct reading *r)
{
	json_tokener *tokener = json_tokener_new_ex(DEPTH);
	json_object *record;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	record = json_tokener_parse_ex(tokener, r->line, (int)r->n);
	if (json_tokener_get_error(tokener) != json_tokener_success || json_tokener_get_parse_end(tokener) != r->n ||
	    !json_object_is_type(record, json_type_object)) {
		json_object_put(record);
		record = NULL;
	}
	json_tokener_free(tokener);
	return record;
}

static int64_t saved_number(json_object *record, const char *key)
{
	return json_object_get_int64(json_object_object_get(record, key));
}

static void read_link(json_object *link, int64_t *serial, char sha256[65])
{
	const char *text = get_text(link, "sha256");

	*serial = saved_number(link, "serial");
	snprintf(sha256, 65, "%s", str_or(text, ""));
}

static int read_first_record(struct reading *r, json_object *record)
{
	struct inventory_facts *f = r->facts;

	f->version = saved_number(record, "version");
	if (f->version != INVENTORY_VERSION) {
		error_set(r->err, ERROR_ERROR, "'%s' is of version %lld, and evac-manage %s reads version %d", r->path,
		    (long long)f->version, EVAC_MANAGE_VERSION, INVENTORY_VERSION);
		return error_hint(r->err, "read it with the evac-manage that wrote it");
	}
	f->serial = saved_number(record, "serial");
	snprintf(f->saved_at, sizeof f->saved_at, "%s", str_or(get_text(record, "saved_at"), ""));
	read_link(json_object_object_get(record, "previous"), &f->previous, f->previous_sha256);
	read_link(json_object_object_get(record, "last_whole"), &f->last_whole, f->last_whole_sha256);
	return 0;
}

static void read_last_record(struct reading *r, json_object *record)
{
	json_object *counts = json_object_object_get(record, "counts");
	struct inventory_facts *f = r->facts;

	f->is_ended = true;
	f->whole = json_object_get_boolean(json_object_object_get(record, "whole"));
	f->hosts = saved_number(counts, "hosts");
	f->instances = saved_number(counts, "instances");
	f->volumes = saved_number(counts, "volumes");
	f->backups = saved_number(counts, "backups");
}

static int read_record(struct reading *r, bool is_first)
{
	bool is_last = strncmp(r->line, LAST, sizeof LAST - 1) == 0;
	json_object *record;
	int rc = 0;

	if (r->facts->is_ended || is_first != (strncmp(r->line, FIRST, sizeof FIRST - 1) == 0))
		return is_wrong(r, _("its lines are not in their order"));
	EVP_DigestUpdate(r->signed_part, r->line, r->n);
	EVP_DigestUpdate(r->signed_part, "\n", 1);
	if (!is_first && !is_last && !r->fn)
		return 0;
	record = parse_saved_record(r);
	if (!record || !get_text(record, "record"))
		rc = is_wrong(r, _("a line is no record"));
	else if (is_first)
		rc = read_first_record(r, record);
	else if (is_last)
		read_last_record(r, record);
	if (rc == 0 && r->fn)
		rc = r->fn(r->ctx, get_text(record, "record"), record, r->err);
	json_object_put(record);
	return rc;
}

/* ---- the signature */

static bool read_hex(const char *text, unsigned char *out, size_t n)
{
	unsigned byte;

	for (size_t i = 0; i < n; i++) {
		if (strspn(text + 2 * i, "0123456789abcdef") < 2 || sscanf(text + 2 * i, "%2x", &byte) != 1)
			return false;
		out[i] = (unsigned char)byte;
	}
	return true;
}

static int other_key(const struct reading *r, const char *name, const struct sign_key *key)
{
	error_set(r->err, ERROR_ERROR, "'%s' is signed with the key %.16s, and this one is %.16s", r->path, name,
	    sign_key_name(key));
	return error_hint(r->err, "name the public half of its key with --public-key");
}

/* The line is built anew of what it says, so that nothing else can stand in it. */
static int check_signature(const struct reading *r, const char sha256[65], const struct sign_key *key)
{
	const size_t key_at = sizeof SIGNATURE - 1 + 64 + sizeof KEY - 1, hex_at = key_at + 64 + sizeof ED25519 - 1;
	unsigned char signature[SIGNATURE_BYTES];
	auto_str struct str text = { 0 };
	char name[65];

	if (r->n != hex_at + 2 * SIGNATURE_BYTES + 2 || !read_hex(r->line + hex_at, signature, sizeof signature))
		return is_wrong(r, _("its signature is incomplete"));
	snprintf(name, sizeof name, "%.64s", r->line + key_at);
	inventory_signature_line(sha256, name, signature, &text);
	if (text.n != r->n + 1 || memcmp(text.s, r->line, r->n) != 0)
		return is_wrong(r, _("its digest is another"));
	if (!key)
		return 0;
	if (strcmp(name, sign_key_name(key)) != 0)
		return other_key(r, name, key);
	inventory_signed_text(sha256, &text);
	return sign_is_right(key, text.s, text.n, signature) ? 0 : is_wrong(r, _("its signature is not that of the key"));
}

static int read_lines(struct reading *r, const struct sign_key *key)
{
	char sha256[65];
	bool is_first = true;
	int got;

	while ((got = next_line(r)) == 1 && strncmp(r->line, SIGNATURE, sizeof SIGNATURE - 1) != 0) {
		if (read_record(r, is_first) != 0)
			return -1;
		is_first = false;
	}
	if (got < 0)
		return -1;
	if (got == 0 || !r->facts->is_ended)
		return is_wrong(r, _("its end is missing"));
	end_digest(r->signed_part, sha256);
	if (check_signature(r, sha256, key) != 0)
		return -1;
	got = next_line(r);
	return got == 1 ? is_wrong(r, _("it goes on behind its signature")) : got;
}

/* Of a damaged one the rest counts, too: the chain compares the digest of all of it. */
static void digest_rest(struct reading *r)
{
	char piece[8192];
	size_t n;

	rewind(r->file);
	EVP_DigestInit_ex(r->whole, EVP_sha256(), NULL);
	while ((n = fread(piece, 1, sizeof piece, r->file)) > 0)
		EVP_DigestUpdate(r->whole, piece, n);
}

static FILE *open_file(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	FILE *file;

	if (fd < 0 || fstat(fd, &st) != 0) {
		error_errno(err, ERROR_ERROR, errno, "cannot open '%s'", path);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	if (!S_ISREG(st.st_mode)) {
		auto_free char *word = shell_quoted(path);

		error_set(err, ERROR_ERROR, "'%s' is not a regular file", path);
		if (S_ISDIR(st.st_mode))
			error_hint(err, "name one of the files in it: evac-manage inventory verify %s", word);
		close(fd);
		return NULL;
	}
	file = fdopen(fd, "r");
	if (!file)
		close(fd);
	return file;
}

int inventory_read(const char *path, const struct sign_key *key, inventory_record_fn *fn, void *ctx,
    struct inventory_facts *out, struct error *err)
{
	struct reading r = { .path = path, .fn = fn, .ctx = ctx, .facts = out, .err = err };
	int rc;

	*out = (struct inventory_facts){ 0 };
	r.file = open_file(path, err);
	if (!r.file)
		return -1;
	r.signed_part = EVP_MD_CTX_new();
	r.whole = EVP_MD_CTX_new();
	EVP_DigestInit_ex(r.signed_part, EVP_sha256(), NULL);
	EVP_DigestInit_ex(r.whole, EVP_sha256(), NULL);
	rc = read_lines(&r, key);
	if (rc != 0)
		digest_rest(&r);
	end_digest(r.whole, out->sha256);
	EVP_MD_CTX_free(r.signed_part);
	EVP_MD_CTX_free(r.whole);
	fclose(r.file);
	free(r.line);
	return rc;
}
