/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_ROOMS_H
#define TESTS_ROOMS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdbool.h>
#include <string.h>

#include "db/db.h"

/* What the tests of the database's and the broker's room share: the sandbox's settings (SB_… in the environment), a schema of
 * their own in its MariaDB, and an administrator who looks and disturbs from outside. */

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define PASSWORD "r00ms s3cr3t"
#define OLD_HOST "n1@ceph#ceph"
#define NEW_HOST "n2@ceph#ceph"

/* A statement of a test's own; the catalogue's come from sql/. NULL for the names when there are none. */
#define STATEMENT(variable, access_, text_, nparam_, ...)                                                              \
	static const char *const variable##_names[] = { __VA_ARGS__ };                                                     \
	static const struct sql variable = { "rooms/" #variable, text_, variable##_names, nparam_, access_, "thing", "many", "", "", NULL, NULL }

const char *setting(const char *name);     /* of the environment; ends the program when it is missing */
unsigned setting_number(const char *name);
/* 1, or the stride that ROOMS_STEP gives to loops over every byte: under valgrind they would take minutes. */
size_t step_of_loops(void);

/* The administrator's connection. A failure ends the program: it is never what is tested. */
void admin(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The first value of the answer, NULL for none or NULL; the text lives until the fourth call after it. */
const char *admin_value(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Asks again until the answer is ${expected}; false: not within 10 s. */
bool admin_sees(const char *expected, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Both vendors, where they differ: in a number of an error, or in where a variable is. */
bool server_is_mysql(void);
bool session_is_gone(uint64_t connection_id);

/* Schema evac_rooms with volumes (as cinder's) and thing, and account "rooms", which may do everything there. */
int rooms_make(void **state);
int rooms_remove(void **state);
void volume_put(const char *id, const char *host); /* made anew */
const char *volume_host(const char *id);

/* The account's own connection. ${port} 0: straight to the server. */
struct db_url rooms_url(unsigned port);
struct db *rooms_open(unsigned port);
/* One volume from OLD_HOST to NEW_HOST in the open transaction. */
int volume_move(struct db *db, const char *id, uint64_t *matched, struct error *err);

/* Rows of thing: number + 1, and what it is; statements of one parameter, "id". */
extern const struct sql thing_add_one, thing_number_of;
int thing_write(struct db *db, const struct sql *sql, int64_t id, struct error *err);
int64_t thing_number(struct db *db, int64_t id);
const char *thing_numbers(void); /* of 1 to 3, as the administrator sees them: "0,0,0" */
void rooms_begin(struct db *db);

/* Runs ${body} in a child; its exit status. What it says goes to /dev/null. */
int exit_status_of(void (*body)(void *ctx), void *ctx);
int64_t elapsed_ms_since(int64_t start_ms);
void assert_no_password(const struct error *err, const char *password);
/* On 127.0.0.1; *port is chosen when it is 0. */
int listen_on(unsigned *port);
unsigned closed_port(void);
void wait_ms(long ms);

/* Certificates in a new directory below /tmp: ca.pem, other-ca.pem, server.pem + server.key (for 127.0.0.1 and localhost),
 * elsewhere.pem + elsewhere.key (for another name). The text lives as long as the program. */
const char *certificates_make(void);
void certificates_remove(void);

#endif
