/* SPDX-License-Identifier: Apache-2.0 */
/* What the server has answered, by the question (server.h). */
#include "server.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS (1u << 20)
#define ROOM (UINT64_C(384) << 20)

struct answer_kept {
	struct key key;
	uint64_t at;
	uint32_t n;
	uint32_t born;
	bool again; /* it was asked for in a later history, too */
};

static struct memory {
	uint64_t used, nkept;
	uint32_t history;
	struct answer_kept slot[SLOTS];
	char text[ROOM];
} * memory;

bool memory_verifies;

static uint64_t mix(uint64_t z)
{
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

void key_add_number(struct key *key, uint64_t number)
{
	key->a = mix(key->a + number + UINT64_C(0x9e3779b97f4a7c15));
	key->b = mix(key->b * UINT64_C(0xd1342543de82ef95) ^ number);
}

void key_add(struct key *key, const void *data, size_t n)
{
	const char *at = data;
	uint64_t word;

	key_add_number(key, n);
	for (; n > 0; n -= n < 8 ? n : 8, at += 8) {
		word = 0;
		memcpy(&word, at, n < 8 ? n : 8);
		key_add_number(key, word);
	}
}

void key_add_text(struct key *key, const char *text)
{
	key_add(key, text, strlen(text));
}

void memory_open(void)
{
	memory = world_share(sizeof *memory);
}

static struct answer_kept *slot_of(struct key key)
{
	size_t i = key.a % SLOTS;

	while (memory->slot[i].n && (memory->slot[i].key.a != key.a || memory->slot[i].key.b != key.b))
		i = (i + 1) % SLOTS;
	return &memory->slot[i];
}

const char *memory_find(struct key key, size_t *n)
{
	struct answer_kept *k = slot_of(key);

	if (!k->n)
		return NULL;
	if (k->born != memory->history)
		k->again = 1;
	*n = k->n;
	return memory->text + k->at;
}

void memory_keep(struct key key, const char *answer, size_t n)
{
	struct answer_kept *k = slot_of(key);

	if (k->n || n == 0 || memory->used + n > ROOM || memory->nkept > SLOTS / 2)
		return;
	memcpy(memory->text + memory->used, answer, n);
	*k = (struct answer_kept){ .key = key, .at = memory->used, .n = (uint32_t)n, .born = memory->history };
	memory->used += n;
	memory->nkept++;
}

static int by_place(const void *a, const void *b)
{
	const struct answer_kept *one = a, *other = b;

	return one->at < other->at ? -1 : one->at > other->at;
}

/* Those that were of use to a later history stay. */
static void forget_the_others(void)
{
	struct answer_kept *kept = malloc(memory->nkept * sizeof *kept);
	size_t n = 0;

	for (size_t i = 0; i < SLOTS; i++)
		if (memory->slot[i].n && memory->slot[i].again)
			kept[n++] = memory->slot[i];
	qsort(kept, n, sizeof *kept, by_place);
	memset(memory->slot, 0, sizeof memory->slot);
	memory->used = memory->nkept = 0;
	for (size_t i = 0; i < n; i++) {
		memmove(memory->text + memory->used, memory->text + kept[i].at, kept[i].n);
		kept[i].at = memory->used;
		kept[i].again = 0;
		memory->used += kept[i].n;
		*slot_of(kept[i].key) = kept[i];
		memory->nkept++;
	}
	free(kept);
}

void memory_tend(void)
{
	memory->history++;
	if (memory->used > ROOM / 2 || memory->nkept > SLOTS / 4)
		forget_the_others();
}
