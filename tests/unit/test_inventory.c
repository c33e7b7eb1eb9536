/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#include "../../src/inventory/internal.h"
#include "util/file.h"
#include "util/mem.h"

/* Files of inventories without a database: written as inventory save writes them, damaged, taken away, read again. */

#define DIR "inv"

static char top[] = "/tmp/test_inventory_XXXXXX";
static struct sign_key *key, *other_key, *public_key;
static const char *moment; /* when the next file is saved */

static void write_key(const char *path, EVP_PKEY *pkey, bool is_private)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	chmod(path, 0600);
	assert_int_equal(1, is_private ? PEM_write_PrivateKey(f, pkey, NULL, NULL, 0, NULL, NULL) : PEM_write_PUBKEY(f, pkey));
	fclose(f);
}

static EVP_PKEY *make_key(int type)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(type, NULL);
	EVP_PKEY *pkey = NULL;

	assert_int_equal(1, EVP_PKEY_keygen_init(ctx));
	assert_int_equal(1, EVP_PKEY_keygen(ctx, &pkey));
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static int make_top(void **state)
{
	EVP_PKEY *one = make_key(EVP_PKEY_ED25519), *two = make_key(EVP_PKEY_ED25519), *x = make_key(EVP_PKEY_X25519);
	struct error err = { 0 };

	(void)state;
	if (!mkdtemp(top) || chdir(top) != 0)
		return -1;
	write_key("key", one, true);
	write_key("key.pub", one, false);
	write_key("other", two, true);
	write_key("x25519", x, true);
	EVP_PKEY_free(one);
	EVP_PKEY_free(two);
	EVP_PKEY_free(x);
	return sign_key_open("key", &key, &err) || sign_key_open("other", &other_key, &err) || sign_key_open("key.pub", &public_key, &err);
}

static int remove_top(void **state)
{
	(void)state;
	sign_key_close(&key);
	sign_key_close(&other_key);
	sign_key_close(&public_key);
	return system("rm -rf \"$PWD\"") == 0 ? chdir("/") : -1;
}

static int empty_directory(void **state)
{
	(void)state;
	moment = "2026-11-30T01:02:03.004Z";
	return system("rm -rf " DIR);
}

/* ---- as inventory save does it */

static void add_records(struct place *p, bool whole)
{
	auto_str struct str first = { 0 };

	str_addf(&first, "{\"record\":\"inventory\",\"version\":1,\"serial\":%lld,\"saved_at\":\"%s\",\"previous\":{\"serial\":%lld,\"sha256\":\"%s\"},"
	    "\"last_whole\":{\"serial\":%lld,\"sha256\":\"%s\"}}", (long long)p->serial, moment, (long long)p->before.serial, p->before.sha256,
	    (long long)p->whole.serial, p->whole.sha256);
	place_write(p, first.s);
	place_write(p, "{\"record\":\"instance\",\"uuid\":\"u-1\",\"host\":\"a\"}");
	place_write(p, whole ? "{\"record\":\"end\",\"whole\":true,\"parts\":[],\"counts\":{\"hosts\":1,\"instances\":1,\"volumes\":2,\"backups\":3}}" :
			     "{\"record\":\"end\",\"whole\":false,\"parts\":[],\"counts\":{}}");
}

static void save_one(bool whole, unsigned keep)
{
	struct inventory_facts facts = { .whole = whole, .instances = 1 };
	struct place p;

	place_begin(&p, DIR, key, moment);
	assert_string_equal(p.trouble.text, "");
	add_records(&p, whole);
	place_finish(&p, key, &facts, keep);
	assert_true(p.written);
	place_close(&p);
}

static struct inventory_files listed(void)
{
	struct inventory_files files;
	struct error err = { 0 };

	assert_int_equal(0, inventory_files_list(DIR, &files, &err));
	return files;
}

static char *path_of(int64_t serial)
{
	struct inventory_files files = listed();
	char *path = NULL;

	for (size_t i = 0; i < files.n; i++)
		if (files.v[i].serial == serial)
			path = xasprintf(DIR "/%s", files.v[i].name);
	inventory_files_free(&files);
	assert_non_null(path);
	return path;
}

/* ---- what verify says: a line a file */

static struct str verdicts;

static void note_verdict(void *ctx, const struct inventory_verdict *v)
{
	(void)ctx;
	str_addf(&verdicts, "%lld %s%s%s\n", (long long)v->facts->serial, v->state, v->problem ? ": " : "", str_or(v->problem, ""));
}

static enum error_kind verify(const char *path, const struct sign_key *with)
{
	enum error_kind worst = ERROR_BUG;
	struct error err = { 0 };

	str_clear(&verdicts);
	return inventory_verify(path, with, note_verdict, NULL, &worst, &err) == 0 ? worst : err.kind;
}

static void a_file_that_was_saved_is_right_for_both_halves_of_its_key_and_for_no_other(void **state)
{
	struct inventory_facts facts;
	struct error err = { 0 };
	auto_free char *path = NULL;

	(void)state;
	save_one(true, 5);
	path = path_of(1);
	assert_int_equal(0, inventory_read(path, key, NULL, NULL, &facts, &err));
	assert_int_equal(0, inventory_read(path, public_key, NULL, NULL, &facts, &err));
	assert_int_equal(0, inventory_read(path, NULL, NULL, NULL, &facts, &err));
	assert_true(facts.whole);
	assert_int_equal(facts.serial, 1);
	assert_int_equal(facts.instances, 1);
	assert_int_equal(facts.backups, 3);
	assert_string_equal(facts.saved_at, moment);
	assert_int_equal(-1, inventory_read(path, other_key, NULL, NULL, &facts, &err));
	assert_non_null(strstr(err.text, "is signed with the key"));
	assert_int_equal(ERROR_FINDINGS, verify(path, other_key));
	assert_int_equal(ERROR_OK, verify(path, public_key));
}

static void it_is_its_owners_alone(void **state)
{
	auto_free char *path = NULL;
	struct stat st;

	(void)state;
	save_one(true, 5);
	path = path_of(1);
	assert_int_equal(0, stat(path, &st));
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(0, stat(DIR, &st));
	assert_int_equal(st.st_mode & 07777, 0700);
}

static void write_bytes(const char *path, const char *bytes, size_t n)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

static int ignore_record(void *ctx, const char *kind, json_object *record, struct error *err)
{
	(void)ctx;
	(void)kind;
	(void)record;
	(void)err;
	return 0;
}

static bool is_taken(const char *bytes, size_t n)
{
	struct inventory_facts facts;
	struct error err = { 0 };
	bool fast, read;

	write_bytes("changed", bytes, n);
	fast = inventory_read("changed", key, NULL, NULL, &facts, &err) == 0;
	error_clear(&err);
	read = inventory_read("changed", key, ignore_record, NULL, &facts, &err) == 0;
	assert_int_equal(fast, read);
	assert_true(fast || err.text[0]);
	return fast;
}

static void each_byte_that_is_changed_is_found(void **state)
{
	static const unsigned char turned[] = { 0x01, 0x20, 0x80, 0xff };
	auto_str struct str bytes = { 0 };
	auto_free char *path = NULL;
	struct error err = { 0 };

	(void)state;
	save_one(true, 5);
	path = path_of(1);
	assert_int_equal(0, file_read(path, 1 << 20, ERROR_ERROR, &bytes, &err));
	assert_true(is_taken(bytes.s, bytes.n));
	for (size_t i = 0; i < bytes.n; i++)
		for (size_t t = 0; t < sizeof turned; t++) {
			bytes.s[i] = (char)(bytes.s[i] ^ (char)turned[t]);
			if (is_taken(bytes.s, bytes.n))
				fail_msg("byte %zu of %zu", i, bytes.n);
			bytes.s[i] = (char)(bytes.s[i] ^ (char)turned[t]);
		}
}

static void one_that_is_cut_anywhere_or_goes_on_is_found(void **state)
{
	auto_str struct str bytes = { 0 };
	auto_free char *path = NULL;
	struct error err = { 0 };

	(void)state;
	save_one(true, 5);
	path = path_of(1);
	assert_int_equal(0, file_read(path, 1 << 20, ERROR_ERROR, &bytes, &err));
	for (size_t n = 0; n < bytes.n; n++)
		assert_false(is_taken(bytes.s, n));
	str_addc(&bytes, '\n');
	assert_false(is_taken(bytes.s, bytes.n));
	assert_false(is_taken(bytes.s, bytes.n + 1)); /* its NUL */
}

/* A line more, with the right digest and without the key. */
static void who_has_not_the_key_cannot_write_one(void **state)
{
	unsigned char signature[SIGNATURE_BYTES];
	auto_str struct str bytes = { 0 }, text = { 0 };
	auto_free char *path = NULL;
	struct error err = { 0 };
	char sha256[65];

	(void)state;
	save_one(true, 5);
	path = path_of(1);
	assert_int_equal(0, file_read(path, 1 << 20, ERROR_ERROR, &bytes, &err));
	bytes.n = (size_t)(strstr(bytes.s, "{\"record\":\"signature\"") - bytes.s);
	memcpy(strstr(bytes.s, "u-1"), "u-2", 3);
	sha256_hex(bytes.s, bytes.n, sha256);
	inventory_signed_text(sha256, &text);
	sign_bytes(other_key, text.s, text.n, signature);
	inventory_signature_line(sha256, sign_key_name(key), signature, &text);
	str_addn(&bytes, text.s, text.n);
	assert_false(is_taken(bytes.s, bytes.n));
	write_bytes("changed", bytes.s, bytes.n);
	assert_int_equal(ERROR_FINDINGS, verify("changed", key));
	assert_non_null(strstr(verdicts.s, "its signature is not that of the key"));
}

static void a_version_that_is_not_known_is_said(void **state)
{
	struct inventory_facts facts;
	struct error err = { 0 };
	const char *line = "{\"record\":\"inventory\",\"version\":2}\n";

	(void)state;
	write_bytes("changed", line, strlen(line));
	assert_int_equal(-1, inventory_read("changed", key, NULL, NULL, &facts, &err));
	assert_non_null(strstr(err.text, "is of version 2"));
}

/* ---- the chain */

static void each_names_the_one_before_it(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++)
		save_one(true, 10);
	assert_int_equal(ERROR_OK, verify(DIR, key));
	assert_string_equal(verdicts.s, "1 whole\n2 whole\n3 whole\n4 whole\n");
}

static void one_that_is_missing_in_the_middle_is_a_hole(void **state)
{
	auto_free char *path = NULL;

	(void)state;
	for (int i = 0; i < 4; i++)
		save_one(true, 10);
	path = path_of(2);
	unlink(path);
	assert_int_equal(ERROR_FINDINGS, verify(DIR, key));
	assert_string_equal(verdicts.s, "1 whole\n3 wrong: files are missing before it: 1\n4 whole\n");
}

/* Signed with the same key, and not the one that was there. */
static void one_that_was_exchanged_for_another_is_found(void **state)
{
	auto_free char *path = NULL, *saved = NULL;

	(void)state;
	save_one(true, 10);
	saved = path_of(1);
	assert_int_equal(0, rename(saved, "first"));
	moment = "2026-11-30T01:02:04.004Z";
	save_one(true, 10); /* another 1 */
	save_one(true, 10);
	path = path_of(1);
	unlink(path);
	assert_int_equal(0, rename("first", path));
	assert_int_equal(ERROR_FINDINGS, verify(DIR, key));
	assert_string_equal(verdicts.s, "1 whole\n2 wrong: the file before it, 1, is not the one that it was saved behind\n");
}

static void the_old_ones_go_and_the_chain_holds(void **state)
{
	(void)state;
	for (int i = 0; i < 6; i++)
		save_one(true, 3);
	assert_int_equal(ERROR_OK, verify(DIR, key));
	assert_string_equal(verdicts.s, "4 whole\n5 whole\n6 whole\n");
}

static void the_last_whole_one_stays_behind_half_ones_and_is_named(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++)
		save_one(true, 3);
	for (int i = 0; i < 5; i++)
		save_one(false, 3);
	assert_int_equal(ERROR_PARTIAL, verify(DIR, key));
	assert_string_equal(verdicts.s, "2 whole\n6 half\n7 half\n");
	save_one(true, 3);
	assert_int_equal(ERROR_OK, verify(DIR, key));
	assert_string_equal(verdicts.s, "6 half\n7 half\n8 whole\n");
}

/* It is no whole one, so the one before it is the last. */
static void one_that_was_damaged_does_not_push_the_last_whole_one_out(void **state)
{
	auto_free char *path = NULL;
	struct inventory_facts facts;
	auto_free char *newest = NULL;
	const char *dir[] = { DIR };

	(void)state;
	save_one(true, 2);
	save_one(true, 2);
	path = path_of(2);
	assert_int_equal(0, truncate(path, 100));
	save_one(false, 2);
	save_one(false, 2);
	assert_int_equal(ERROR_PARTIAL, verify(DIR, key));
	assert_string_equal(verdicts.s, "1 whole\n4 half\n");
	newest = inventory_newest(dir, 1, key, &facts);
	assert_non_null(newest);
	assert_int_equal(facts.serial, 1);
	assert_null(inventory_newest(dir, 1, other_key, &facts));
}

/* ---- the directory */

static void what_a_killed_one_left_is_swept_and_never_read(void **state)
{
	struct inventory_files files;

	(void)state;
	save_one(true, 5);
	write_bytes(DIR "/.inventory.new", "{\"record\":", 10);
	assert_int_equal(ERROR_OK, verify(DIR, key));
	save_one(true, 5);
	assert_int_not_equal(0, access(DIR "/.inventory.new", F_OK));
	files = listed();
	assert_int_equal(files.n, 2);
	inventory_files_free(&files);
}

static void two_do_not_write_at_once(void **state)
{
	struct place a, b;

	(void)state;
	place_begin(&a, DIR, key, moment);
	place_begin(&b, DIR, key, moment);
	assert_int_equal(a.trouble.kind, ERROR_OK);
	assert_int_equal(b.trouble.kind, ERROR_BUSY);
	place_close(&b);
	assert_int_equal(0, access(DIR "/.inventory.new", F_OK)); /* of the first, which goes on */
	place_close(&a);
}

static void a_directory_that_others_may_look_into_is_refused(void **state)
{
	struct place p;

	(void)state;
	assert_int_equal(0, mkdir(DIR, 0700));
	assert_int_equal(0, chmod(DIR, 0750));
	place_begin(&p, DIR, key, moment);
	assert_int_equal(p.trouble.kind, ERROR_ERROR);
	assert_non_null(strstr(p.trouble.text, "others may look into"));
	place_close(&p);
}

static void no_file_is_no_inventory(void **state)
{
	(void)state;
	assert_int_equal(0, mkdir(DIR, 0700));
	assert_int_equal(ERROR_NOT_FOUND, verify(DIR, key));
	assert_int_equal(ERROR_ERROR, verify("nothing", key));
}

/* ---- keys */

static void a_private_key_that_others_may_read_is_refused(void **state)
{
	struct sign_key *k = NULL;
	struct error err = { 0 };

	(void)state;
	chmod("other", 0640);
	assert_int_equal(-1, sign_key_open("other", &k, &err));
	assert_int_equal(err.kind, ERROR_CONFIG);
	assert_non_null(strstr(err.text, "others than its owner may read it"));
	chmod("other", 0600);
	error_clear(&err);
	chmod("key.pub", 0644);
	assert_int_equal(0, sign_key_open("key.pub", &k, &err));
	assert_false(sign_key_is_private(k));
	assert_string_equal(sign_key_name(k), sign_key_name(key));
	sign_key_close(&k);
}

static void what_is_no_ed25519_key_is_refused(void **state)
{
	struct sign_key *k = NULL;
	struct error err = { 0 };

	(void)state;
	write_bytes("none", "", 0);
	assert_int_equal(-1, sign_key_open("none", &k, &err));
	assert_int_equal(-1, sign_key_open("x25519", &k, &err));
	assert_non_null(strstr(err.text, "is no Ed25519 key"));
	assert_int_equal(-1, sign_key_open("missing", &k, &err));
	assert_null(k);
}

static void a_key_with_a_passphrase_asks_nobody(void **state)
{
	EVP_PKEY *pkey = make_key(EVP_PKEY_ED25519);
	struct sign_key *k = NULL;
	struct error err = { 0 };
	FILE *f = fopen("locked", "w");

	(void)state;
	chmod("locked", 0600);
	assert_int_equal(1, PEM_write_PKCS8PrivateKey(f, pkey, EVP_aes_256_cbc(), "secret", 6, NULL, NULL));
	fclose(f);
	EVP_PKEY_free(pkey);
	assert_int_equal(-1, sign_key_open("locked", &k, &err));
	assert_non_null(strstr(err.text, "without a passphrase"));
}

#define TEST(name) cmocka_unit_test_setup(name, empty_directory)
int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_that_was_saved_is_right_for_both_halves_of_its_key_and_for_no_other),
		TEST(it_is_its_owners_alone),
		TEST(each_byte_that_is_changed_is_found),
		TEST(one_that_is_cut_anywhere_or_goes_on_is_found),
		TEST(who_has_not_the_key_cannot_write_one),
		TEST(a_version_that_is_not_known_is_said),
		TEST(each_names_the_one_before_it),
		TEST(one_that_is_missing_in_the_middle_is_a_hole),
		TEST(one_that_was_exchanged_for_another_is_found),
		TEST(the_old_ones_go_and_the_chain_holds),
		TEST(the_last_whole_one_stays_behind_half_ones_and_is_named),
		TEST(one_that_was_damaged_does_not_push_the_last_whole_one_out),
		TEST(what_a_killed_one_left_is_swept_and_never_read),
		TEST(two_do_not_write_at_once),
		TEST(a_directory_that_others_may_look_into_is_refused),
		TEST(no_file_is_no_inventory),
		TEST(a_private_key_that_others_may_read_is_refused),
		TEST(what_is_no_ed25519_key_is_refused),
		TEST(a_key_with_a_passphrase_asks_nobody),
	};
	int failed = cmocka_run_group_tests(tests, make_top, remove_top);

	str_free(&verdicts);
	return failed;
}
