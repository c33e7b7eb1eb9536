/* SPDX-License-Identifier: Apache-2.0 */
#include "find/token.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/file.h"
#include "util/http.h"
#include "util/lang.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/secret.h"
#include "util/shell.h"

#define TOKEN_MAX ((size_t)16 * 1024) /* a PKI token of long ago was 8 kB; more does not fit into a header */
#define LOOKS_LIKE_ONE 24
#define ASK_MS 5000

void token_drop(struct token *token)
{
	token_facts_free(&token->facts);
	free_secret(token->text);
	free(token->origin);
	free(token->why);
	*token = (struct token){ 0 };
}

/* ---- what was given */

/* Who may read it may be an administrator of the cloud. */
static int check_owner_only(const char *path, struct error *err)
{
	auto_str struct str word = { 0 };
	struct stat st;

	if (stat(path, &st) != 0)
		return error_errno(err, ERROR_CONFIG, errno, "cannot open '%s'", path);
	if ((st.st_mode & (S_IRWXG | S_IRWXO)) == 0)
		return 0;
	error_set(err, ERROR_CONFIG, "others than its owner may read or write '%s' (mode %04o), and a token is a password",
	    path, (unsigned)st.st_mode & 07777);
	shell_add_word(&word, path);
	return error_hint(err, "chmod 600 %s", word.s);
}

/* One line, and blanks around it are not its. */
static int keep_token(struct token *token, const char *text, struct error *err)
{
	size_t n;

	text += strspn(text, " \t\r\n");
	n = strcspn(text, "\r\n");
	while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
		n--;
	token->text = xstrndup(text, n);
	secret_keep(token->text);
	if (!token_is_text(token->text) || text[n + strspn(text + n, " \t\r\n")])
		return error_set(err, ERROR_CONFIG, "%s holds no token: one word in one line is expected", token->origin);
	token->state = TOKEN_GIVEN;
	return 0;
}

/* Who gives the token itself where the file's name belongs reads it in no message. */
static bool is_token_itself(const char *path)
{
	return strlen(path) >= LOOKS_LIKE_ONE && !strchr(path, '/') && access(path, F_OK) != 0;
}

static int take_file(const char *path, struct token *token, struct error *err)
{
	auto_secret_str struct str text = { 0 };

	token->source = "file";
	token->origin = xasprintf("'%s'", path);
	if (is_token_itself(path)) {
		secret_keep(path);
		error_set(err, ERROR_CONFIG,
		    "--os-token-file takes the name of a file, and its value is none; if it is the token itself, every local user could read it");
		return error_hint(err, "revoke it, and write a new one to a file that only you may read");
	}
	str_reserve(&text, TOKEN_MAX + 1);
	if (check_owner_only(path, err) == 0 && file_read(path, TOKEN_MAX, ERROR_CONFIG, &text, err) == 0 &&
	    keep_token(token, str_or(text.s, ""), err) == 0)
		return 0;
	return error_prefix(err, "--os-token-file");
}

static void take_login(struct token *token)
{
	token->state = TOKEN_GIVEN;
	token->source = "nova-conf";
	token->origin = xstrdup("nova.conf");
}

int token_take(const struct request *request, bool environment, struct token *out, struct error *err)
{
	const char *own = environment ? getenv("OS_TOKEN") : NULL;
	int rc = 0;

	*out = (struct token){ 0 };
	if (request->how.token_file && request->how.token_from)
		return error_set(err, ERROR_USAGE, "--os-token-file and --os-token-from are two tokens, and a message has one");
	if (request->how.token_file) {
		rc = take_file(request->how.token_file, out, err);
	} else if (request->how.token_from) {
		take_login(out);
	} else if (own && *own) {
		out->source = "environment";
		out->origin = xstrdup("$OS_TOKEN");
		rc = keep_token(out, own, err);
	}
	if (rc != 0)
		token_drop(out);
	return rc;
}

void token_add_options(const struct request *request, struct str *out)
{
	if (request->how.token_file) {
		str_add(out, " --os-token-file ");
		shell_add_word(out, request->how.token_file);
	} else if (request->how.token_from) {
		str_addf(out, " --os-token-from %s", request->how.token_from);
	}
}

/* ---- what keystone knows about it */

static void set_state(struct token *token, enum token_state state, char *why)
{
	token->state = state;
	free(token->why);
	token->why = why;
}

static char *no_answer(const char *url, const struct http_look *look)
{
	auto_str struct str text = { 0 };

	str_addf(&text, _("keystone at %s "), url);
	http_say(look, &text);
	return str_take(&text);
}

static void fill_question(struct http_question *q, const struct keystone_config *login)
{
	q->ca_file = login->ca_file;
	q->cert_file = login->cert_file;
	q->key_file = login->key_file;
	q->insecure = login->insecure;
	q->timeout_ms = ASK_MS;
}

static void take_facts(struct token *token, const char *url, struct http_reply *reply)
{
	struct error err = { 0 };

	token_facts_free(&token->facts);
	if (token_read(reply->body.s, &token->facts, &err) == 0)
		set_state(token, TOKEN_GOOD, NULL);
	else
		set_state(token, TOKEN_UNCHECKED, xasprintf(_("keystone at %s gave an answer without a token"), url));
}

/* Whoever has a token may ask about it (keystone common/policies/token.py: validate_token). */
static void validate(struct token *token, const struct nova_config *nova, const char *service)
{
	auto_free char *url = xasprintf("%s/auth/tokens", service);
	auto_secret_str struct str headers = { 0 };
	struct http_question q = { .method = "GET", .url = url };
	struct http_reply reply;

	fill_question(&q, &nova->keystone);
	str_reserve(&headers, 2 * strlen(token->text) + 64);
	str_add(&headers, "X-Auth-Token: ");
	str_add(&headers, token->text);
	str_add(&headers, "\r\nX-Subject-Token: ");
	str_add(&headers, token->text);
	str_add(&headers, "\r\n");
	q.headers = headers.s;
	if (!http_ask(&q, &reply) || reply.look.status >= 500)
		set_state(token, TOKEN_UNCHECKED, no_answer(service, &reply.look));
	else if (reply.look.status == 200)
		take_facts(token, service, &reply);
	else if (reply.look.status == 401 || reply.look.status == 404)
		set_state(token, TOKEN_REFUSED,
		    xasprintf(_("keystone at %s does not know it (%d): it has expired, was revoked, or is another keystone's"),
			service, reply.look.status));
	else
		set_state(token, TOKEN_UNCHECKED, no_answer(service, &reply.look));
	http_reply_free(&reply);
}

static void take_issued(struct token *token, const char *url, struct http_reply *reply)
{
	free_secret(token->text);
	token->text = xstrdup(reply->header.s);
	secret_keep(token->text);
	take_facts(token, url, reply);
	if (token->state == TOKEN_GOOD && token_is_text(token->text))
		return;
	free_secret(token->text);
	token->text = NULL;
	set_state(token, TOKEN_REFUSED, xasprintf(_("keystone at %s gave an answer without a token"), url));
}

static void log_in(struct token *token, const struct nova_config *nova, const char *service)
{
	auto_free char *url = xasprintf("%s/auth/tokens", service);
	auto_secret_str struct str body = { 0 };
	struct http_question q = { .method = "POST", .url = url, .wanted = "X-Subject-Token" };
	struct http_reply reply;

	token_request_body(&nova->keystone, &body);
	fill_question(&q, &nova->keystone);
	q.body = body.s;
	if (http_ask(&q, &reply) && reply.look.status == 201)
		take_issued(token, service, &reply);
	else if (reply.look.status == 401)
		set_state(token, TOKEN_REFUSED,
		    xasprintf(_("keystone at %s refused the login of [%s] (401)"), service, nova->keystone.group));
	else
		set_state(token, TOKEN_REFUSED, no_answer(service, &reply.look));
	http_reply_free(&reply);
}

/* keystone's catalog, or what the configuration has of it. */
static void complete_catalog(struct token *token, const struct nova_config *nova)
{
	if (token->state == TOKEN_UNCHECKED && !token->facts.catalog)
		token->facts.catalog = catalog_of_addresses(nova->glance_url, nova->endpoint[PEER_NEUTRON].url);
}

void token_ask(struct token *token, const struct nova_config *nova)
{
	bool issued = str_equal(token->source, "nova-conf");
	auto_free char *service = nova->keystone.auth_url ? token_service_url(nova->keystone.auth_url) : NULL;

	if (token->state == TOKEN_ABSENT)
		return;
	if (issued && !keystone_config_has_login(&nova->keystone))
		set_state(token, TOKEN_REFUSED,
		    xstrdup(_(
			"nova's configuration has no login (auth_url, username, password) in [keystone_authtoken] or [service_user]")));
	else if (issued)
		log_in(token, nova, service);
	else if (service)
		validate(token, nova, service);
	else
		set_state(token, TOKEN_UNCHECKED, xstrdup(_("nova's configuration does not say where keystone is")));
	complete_catalog(token, nova);
	log_debug("token of %s: state %d, user %s", token->origin, (int)token->state, str_or(token->facts.user, "?"));
}
