/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORAGE_ADDRESS_H
#define STORAGE_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

/* A client of Ceph as its monitors and OSDs name it: "192.0.2.7:0/3607724541", "[2001:db8::7]:0/77", newer ones with "v1:",
 * "v2:" or "any:" before it (ceph 14 to 20 msg/msg_types.cc: entity_addr_t). The nonce tells one process from another of the
 * same host. A nonce of 0 is every client of that address, and a monitor takes 4294967296 for it: such a text is no client. */
struct storage_address {
	unsigned char ip[16]; /* IPv4 as ::ffff:a.b.c.d */
	uint16_t port;        /* 0 of a client */
	uint32_t nonce;       /* 0: no client but a whole host, or a monitor */
};

/* ${text} as a whole, digits only, nothing twice; false: it is no such address, and ${out} is not touched. */
bool storage_address_parse(const char *text, struct storage_address *out);
/* An IP address alone, with or without a port, as monitors are named ("192.0.2.1:6789", "[2001:db8::1]"). */
bool storage_address_parse_host(const char *text, struct storage_address *out);

#define STORAGE_ADDRESS_SIZE 80
/* As the monitors take it for a blocklist; the host alone, without port and nonce, for people. */
const char *storage_address_text(const struct storage_address *address, char out[STORAGE_ADDRESS_SIZE]);
const char *storage_address_host(const struct storage_address *address, char out[STORAGE_ADDRESS_SIZE]);

bool storage_address_same_host(const struct storage_address *a, const struct storage_address *b);
bool storage_address_same_client(const struct storage_address *a, const struct storage_address *b);
/* Does an entry of the blocklist hit this client? One with nonce 0 hits all of its address. */
bool storage_address_hits(const struct storage_address *entry, const struct storage_address *client);

#endif
