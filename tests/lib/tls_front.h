/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_TLS_FRONT_H
#define TESTS_TLS_FRONT_H

/* TLS on 127.0.0.1 in front of a plain server, in a thread of its own; one connection at a time. */
struct tls_front;
struct tls_front *tls_front_start(unsigned server_port, const char *certificate_file, const char *key_file);
unsigned tls_front_port(const struct tls_front *front);
/* Decrypted bytes that clients have sent to the server so far. */
unsigned long tls_front_bytes(struct tls_front *front);
void tls_front_stop(struct tls_front **front);

#endif
