/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <string.h>

#include "util/mem.h"
#include "util/secret.h"
#include "util/url.h"

/* What db_url_show() writes is read as the same URL, but for the password. */
static void read_again(const struct db_url *url)
{
	auto_str struct str shown = { 0 };
	struct db_url again;
	struct error err = { 0 };

	db_url_show(url, &shown);
	MUST(db_url_parse(shown.s, "shown", &again, &err) == 0);
	MUST(str_equal(again.driver, url->driver) && str_equal(again.user, url->user) && str_equal(again.host, url->host));
	MUST(str_equal(again.database, url->database) && again.noption == url->noption);
	MUST(!url->host || again.port == url->port); /* a port without a host means nothing */
	MUST(!url->password || str_equal(again.password, "***"));
	db_url_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	auto_free char *text = fuzz_text(bytes, n);
	struct db_url url;
	struct error err = { 0 };

	if (db_url_parse(text, "here", &url, &err) == 0)
		read_again(&url);
	else
		MUST(err.kind == ERROR_CONFIG && !url.driver);
	db_url_free(&url);
	secrets_forget();
	return 0;
}
