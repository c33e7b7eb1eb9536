/* SPDX-License-Identifier: Apache-2.0 */
/* Who has which named lock, by what the server has answered: it has one more when GET_LOCK() says 1, and one less when RELEASE_LOCK() does, or its
 * session has ended. What asks for locks depends on nothing else. */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HELD_MAX 32
#define NAME_OF_LOCK 160

static struct locks {
	size_t n;
	struct held {
		char name[NAME_OF_LOCK];
		unsigned long session; /* the server's number */
		unsigned times;        /* one that takes it again must give it back as often */
	} held[HELD_MAX];
} * locks;

void locks_open(void)
{
	locks = world_share(sizeof *locks);
}

static struct held *find_held(const char *name, size_t n)
{
	for (struct held *h = locks->held; h < locks->held + locks->n; h++)
		if (strlen(h->name) == n && memcmp(h->name, name, n) == 0)
			return h;
	return NULL;
}

static void drop(struct held *h)
{
	*h = locks->held[--locks->n];
}

void locks_taken(const char *name, size_t n, unsigned long session)
{
	struct held *h = find_held(name, n);

	if (!h) {
		if (locks->n == HELD_MAX || n >= NAME_OF_LOCK)
			abort();
		h = &locks->held[locks->n++];
		*h = (struct held){ .session = session };
		memcpy(h->name, name, n);
	}
	if (h->session != session)
		world_wrong("the simulator has lost count of the lock '%s'", h->name);
	h->times++;
}

void locks_freed(const char *name, size_t n, unsigned long session)
{
	struct held *h = find_held(name, n);

	if (!h || h->session != session)
		world_wrong("the simulator has lost count of the lock '%.*s'", (int)n, name);
	else if (--h->times == 0)
		drop(h);
}

void locks_end(unsigned long session)
{
	for (size_t i = locks->n; i > 0; i--)
		if (locks->held[i - 1].session == session)
			drop(&locks->held[i - 1]);
}

bool locks_of(unsigned long session)
{
	for (size_t i = 0; i < locks->n; i++)
		if (locks->held[i].session == session)
			return true;
	return false;
}

unsigned long locks_holder(const char *name, size_t n)
{
	const struct held *h = find_held(name, n);

	return h ? h->session : 0;
}
