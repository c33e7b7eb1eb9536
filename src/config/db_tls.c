/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "internal.h"

/* What the options of a URL mean for TLS. PyMySQL's own reading (connections.py: __init__, _create_ssl_ctx; SQLAlchemy's
 * mysqldb.py: create_connect_args) is the least that holds, and the words of the URL where it forgets them: it drops ssl_ca
 * beside ssl_verify_cert, takes ssl_disabled=false for true, and goes on in clear text where the server has no TLS. */

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Each makes PyMySQL encrypt, whatever its value. */
static const char *const encrypting[] = { "ssl_ca", "ssl_capath", "ssl_cert", "ssl_key", "ssl_cipher", "ssl_key_password",
	"ssl_check_hostname", "ssl_verify_cert", "ssl_verify_identity" };

static bool is_word(const char *text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(words[i], text) == 0)
			return true;
	return false;
}

bool ssl_flag(const char *text, bool *value)
{
	static const char *const yes[] = { "1", "true", "yes", "on", "y", "t", "required", "optional" };
	static const char *const no[] = { "0", "false", "no", "off", "n", "f", "none" };

	*value = is_word(text, yes, COUNT(yes));
	return *value || is_word(text, no, COUNT(no));
}

static const char *tls_option(const struct db_url *url, const char *name)
{
	return url_option(url->option, url->noption, name);
}

static bool is_switched_on(const struct db_url *url, const char *name)
{
	const char *text = tls_option(url, name);
	bool value;

	return text && ssl_flag(text, &value) && value;
}

static bool is_mode(const struct db_url *url, const char *mode)
{
	const char *text = tls_option(url, "ssl_mode");

	return text && strcasecmp(text, mode) == 0;
}

static bool must_encrypt(const struct db_url *url)
{
	for (size_t i = 0; i < COUNT(encrypting); i++)
		if (tls_option(url, encrypting[i]))
			return true;
	return is_switched_on(url, "ssl") || is_mode(url, "REQUIRED") || is_mode(url, "VERIFY_CA") ||
	    is_mode(url, "VERIFY_IDENTITY");
}

/* MySQL's own libraries encrypt by themselves where the server can; PyMySQL does not. A bare option of TLS is a template
 * whose variable was empty. */
static bool may_encrypt(const struct db_url *url)
{
	if (is_mode(url, "DISABLED"))
		return false;
	for (size_t i = 0; i < url->noption; i++)
		if (url->option[i].bare && str_starts(url->option[i].name, "ssl"))
			return true;
	return is_mode(url, "PREFERRED") || !strstr(url->driver, "+pymysql");
}

struct db_tls db_tls_of(const struct db_url *url)
{
	struct db_tls tls = { .ca = tls_option(url, "ssl_ca"),
		.capath = tls_option(url, "ssl_capath"),
		.cert = tls_option(url, "ssl_cert"),
		.key = tls_option(url, "ssl_key"),
		.key_password = tls_option(url, "ssl_key_password"),
		.cipher = tls_option(url, "ssl_cipher") };
	bool wants_name = is_switched_on(url, "ssl_verify_identity") || is_mode(url, "VERIFY_IDENTITY") ||
	    is_switched_on(url, "ssl_check_hostname");
	bool silent = !tls_option(url, "ssl_check_hostname") && !tls_option(url, "ssl_verify_cert") &&
	    !is_mode(url, "VERIFY_CA");

	if (is_switched_on(url, "ssl_disabled"))
		return (struct db_tls){ .use = DB_TLS_NONE };
	tls.use = must_encrypt(url) ? DB_TLS_REQUIRED : may_encrypt(url) ? DB_TLS_IF_OFFERED : DB_TLS_NONE;
	tls.checks_ca = is_switched_on(url, "ssl_verify_identity") || is_mode(url, "VERIFY_CA") ||
	    is_mode(url, "VERIFY_IDENTITY") ||
	    (tls_option(url, "ssl_verify_cert") ? is_switched_on(url, "ssl_verify_cert") : tls.ca || tls.capath);
	tls.checks_name = tls.checks_ca && (wants_name || silent);
	return tls;
}
