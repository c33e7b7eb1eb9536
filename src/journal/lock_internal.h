/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OP_LOCK_INTERNAL_H
#define OP_LOCK_INTERNAL_H

#include "journal/lock.h"

/* lock_file.c: STATE/lock/HOST, held by flock; its content says who. */
int lock_file_look(const struct request *request, const char *host, struct error *err);
int lock_file_take(const struct scene *scene, int *out, struct error *err);
void lock_file_release(int fd);

#endif
