/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <string.h>

#include "util/mem.h"
#include "util/secret.h"
#include "util/url.h"

/* What transport_url_show() writes is read as the same URL, but for the passwords. */
static void read_again(const struct transport_url *url)
{
	auto_str struct str shown = { 0 };
	struct transport_url again;
	struct error err = { 0 };

	transport_url_show(url, &shown);
	MUST(transport_url_parse(shown.s, "shown", &again, &err) == 0);
	MUST(str_equal(again.driver, url->driver) && str_equal(again.vhost, url->vhost));
	MUST(again.nbroker == url->nbroker && again.noption == url->noption);
	for (size_t i = 0; i < url->nbroker; i++) {
		MUST(str_equal(again.broker[i].user, url->broker[i].user) && str_equal(again.broker[i].host, url->broker[i].host));
		MUST(again.broker[i].port == url->broker[i].port);
	}
	transport_url_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	auto_free char *text = fuzz_text(bytes, n);
	struct transport_url url;
	struct error err = { 0 };

	if (transport_url_parse(text, "here", &url, &err) == 0)
		read_again(&url);
	else
		MUST(err.kind == ERROR_CONFIG && !url.driver);
	transport_url_free(&url);
	secrets_forget();
	return 0;
}
