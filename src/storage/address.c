/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/address.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "util/str.h"

static const unsigned char v4_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static bool is_v4(const struct storage_address *address)
{
	return memcmp(address->ip, v4_prefix, sizeof v4_prefix) == 0;
}

bool storage_number_parse(const char *text, size_t n, uint64_t max, uint64_t *out)
{
	uint64_t number = 0;

	for (size_t i = 0; i < n; i++) {
		const unsigned digit = (unsigned)(text[i] - '0');

		if (digit > 9 || digit > max || number > (max - digit) / 10)
			return false;
		number = number * 10 + digit;
	}
	if (n > 0)
		*out = number;
	return n > 0;
}

static const char *skip_protocol(const char *text)
{
	static const char *const protocols[] = { "v1:", "v2:", "any:" };

	for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
		if (str_starts(text, protocols[i]))
			return text + strlen(protocols[i]);
	return text;
}

/* The bytes of the IP address; gives what is behind it, NULL: there is none. */
static const char *read_ip(const char *text, unsigned char ip[16])
{
	const bool brackets = *text == '[';
	const char *begin = brackets ? text + 1 : text, *end = brackets ? strchr(begin, ']') : begin + strcspn(begin, ":/");
	char word[INET6_ADDRSTRLEN];

	if (!end || (size_t)(end - begin) >= sizeof word)
		return NULL;
	memcpy(word, begin, (size_t)(end - begin));
	word[end - begin] = '\0';
	if (brackets)
		return inet_pton(AF_INET6, word, ip) == 1 ? end + 1 : NULL;
	memcpy(ip, v4_prefix, sizeof v4_prefix);
	return inet_pton(AF_INET, word, ip + sizeof v4_prefix) == 1 ? end : NULL;
}

bool storage_address_parse(const char *text, struct storage_address *out)
{
	struct storage_address a = { .port = 0 };
	const char *rest = read_ip(skip_protocol(text), a.ip), *slash;
	uint64_t port, nonce;

	if (!rest || *rest != ':' || !(slash = strchr(rest, '/')) ||
	    !storage_number_parse(rest + 1, (size_t)(slash - rest - 1), UINT16_MAX, &port) ||
	    !storage_number_parse(slash + 1, strlen(slash + 1), UINT32_MAX, &nonce))
		return false;
	a.port = (uint16_t)port;
	a.nonce = (uint32_t)nonce;
	*out = a;
	return true;
}

bool storage_address_parse_host(const char *text, struct storage_address *out)
{
	struct storage_address a = { .port = 0 };
	const char *rest = read_ip(skip_protocol(text), a.ip);
	uint64_t port;

	if (!rest && inet_pton(AF_INET6, text, a.ip) == 1) /* without brackets where no port follows */
		rest = "";
	if (!rest || (*rest && (*rest != ':' || !storage_number_parse(rest + 1, strcspn(rest + 1, "/"), UINT16_MAX, &port))))
		return false;
	*out = a;
	return true;
}

const char *storage_address_host(const struct storage_address *address, char out[STORAGE_ADDRESS_SIZE])
{
	char ip[INET6_ADDRSTRLEN] = "";

	if (is_v4(address))
		inet_ntop(AF_INET, address->ip + sizeof v4_prefix, ip, sizeof ip);
	else
		inet_ntop(AF_INET6, address->ip, ip, sizeof ip);
	snprintf(out, STORAGE_ADDRESS_SIZE, "%s", ip);
	return out;
}

const char *storage_address_text(const struct storage_address *address, char out[STORAGE_ADDRESS_SIZE])
{
	char host[STORAGE_ADDRESS_SIZE];

	storage_address_host(address, host);
	snprintf(out, STORAGE_ADDRESS_SIZE, is_v4(address) ? "%.46s:%u/%u" : "[%.46s]:%u/%u", host, address->port,
	    address->nonce);
	return out;
}

bool storage_address_same_host(const struct storage_address *a, const struct storage_address *b)
{
	return memcmp(a->ip, b->ip, sizeof a->ip) == 0;
}

bool storage_address_same_client(const struct storage_address *a, const struct storage_address *b)
{
	return storage_address_same_host(a, b) && a->port == b->port && a->nonce == b->nonce;
}

bool storage_address_hits(const struct storage_address *entry, const struct storage_address *client)
{
	if (!storage_address_same_host(entry, client))
		return false;
	return entry->nonce == 0 ? entry->port == 0 || entry->port == client->port :
				   entry->nonce == client->nonce && entry->port == client->port;
}
