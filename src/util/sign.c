/* SPDX-License-Identifier: Apache-2.0 */
#include "util/sign.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "util/file.h"
#include "util/mem.h"
#include "util/str.h"

#define KEY_FILE_MAX ((size_t)64 * 1024)
#define PUBLIC_BYTES 32

struct sign_key {
	EVP_PKEY *pkey;
	bool is_private;
	char name[65];
};

/* openssl would ask the terminal. */
static int give_no_passphrase(char *buffer, int size, int writes, void *ctx)
{
	(void)buffer;
	(void)size;
	(void)writes;
	(void)ctx;
	return -1;
}

static EVP_PKEY *parse_key(const struct str *text, bool is_private)
{
	BIO *bio = BIO_new_mem_buf(text->s, (int)text->n);
	EVP_PKEY *pkey = is_private ? PEM_read_bio_PrivateKey(bio, NULL, give_no_passphrase, NULL) :
				      PEM_read_bio_PUBKEY(bio, NULL, give_no_passphrase, NULL);

	BIO_free(bio);
	if (pkey && EVP_PKEY_id(pkey) != EVP_PKEY_ED25519) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	return pkey;
}

static int check_owner_alone(const char *path, struct error *err)
{
	struct stat st;

	if (stat(path, &st) == 0 && !(st.st_mode & (S_IRWXG | S_IRWXO)))
		return 0;
	error_set(err, ERROR_CONFIG, "'%s' has a private key, and others than its owner may read it", path);
	return error_hint(err, "chmod 600 %s, and make a new one where somebody may have read it", path);
}

int sign_key_open(const char *path, struct sign_key **out, struct error *err)
{
	auto_secret_str struct str text = { 0 };
	unsigned char public[PUBLIC_BYTES];
	size_t n = sizeof public;
	bool is_private;
	EVP_PKEY *pkey;

	str_reserve(&text, KEY_FILE_MAX + 1);
	if (file_read(path, KEY_FILE_MAX, ERROR_CONFIG, &text, err) != 0)
		return -1;
	is_private = text.n > 0 && strstr(text.s, "PRIVATE KEY-----");
	if (is_private && check_owner_alone(path, err) != 0)
		return -1;
	pkey = text.n > 0 ? parse_key(&text, is_private) : NULL;
	if (!pkey) {
		error_set(err, ERROR_CONFIG, "'%s' is no Ed25519 key in PEM without a passphrase", path);
		return error_hint(err, "openssl genpkey -algorithm ed25519 makes one, openssl pkey -pubout its public half");
	}
	*out = xcalloc(1, sizeof **out);
	(*out)->pkey = pkey;
	(*out)->is_private = is_private;
	if (EVP_PKEY_get_raw_public_key(pkey, public, &n) != 1 || n != sizeof public)
		abort();
	sha256_hex(public, n, (*out)->name);
	return 0;
}

void sign_key_close(struct sign_key **key)
{
	if (!*key)
		return;
	EVP_PKEY_free((*key)->pkey);
	free(*key);
	*key = NULL;
}

bool sign_key_is_private(const struct sign_key *key)
{
	return key->is_private;
}

const char *sign_key_name(const struct sign_key *key)
{
	return key->name;
}

void sign_bytes(const struct sign_key *key, const void *bytes, size_t n, unsigned char out[SIGNATURE_BYTES])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t length = SIGNATURE_BYTES;

	if (!ctx || EVP_DigestSignInit(ctx, NULL, NULL, NULL, key->pkey) != 1 ||
	    EVP_DigestSign(ctx, out, &length, bytes, n) != 1 || length != SIGNATURE_BYTES)
		abort();
	EVP_MD_CTX_free(ctx);
}

bool sign_is_right(const struct sign_key *key, const void *bytes, size_t n, const unsigned char signature[SIGNATURE_BYTES])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool right = ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key->pkey) == 1 &&
	    EVP_DigestVerify(ctx, signature, SIGNATURE_BYTES, bytes, n) == 1;

	EVP_MD_CTX_free(ctx);
	return right;
}
