/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_ASIDE_H
#define UTIL_ASIDE_H

/* A call that waits for something else than we do, made aside: on a thread of its own, which begins with the first such call
 * and is kept, as to begin one costs as much as what is waited for. One call at a time. Between begin and end the caller
 * touches nothing that the call uses. Where no thread can be had, the call is made at its end. */
struct aside;
/* ${aside}: NULL before the first. */
void aside_begin(struct aside **aside, void (*call)(void *ctx), void *ctx);
/* When the call has returned; without one, at once. */
void aside_end(struct aside *aside);
void aside_free(struct aside **aside); /* no call is under way */

#endif
