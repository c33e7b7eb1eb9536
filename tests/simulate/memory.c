/* SPDX-License-Identifier: Apache-2.0 */
/* What the server has answered, by the question (server.h). */
#include "server.h"

#include <string.h>

#define SLOTS (1u << 18)
#define KEPT_MAX (SLOTS / 2)
#define ROOM (UINT64_C(384) << 20)

struct answer_kept {
	struct key key;
	uint64_t at;
	uint32_t n;
	uint32_t born;
	bool again; /* it was asked for in a later history, too */
};

/* Each command is given the pages that it touches anew: so the table is small, and the answers' places lie in the order of their age, as what is
 * asked in one history lies together. */
static struct memory {
	uint64_t used, nkept;
	uint32_t history;
	struct slot {
		uint32_t tag;  /* of the key */
		uint32_t kept; /* which answer, and 1; 0: none */
	} slot[SLOTS];
	struct answer_kept kept[KEPT_MAX];
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

static bool is_key(const struct slot *s, struct key key)
{
	const struct key *k = &memory->kept[s->kept - 1].key;

	return s->tag == (uint32_t)key.b && k->a == key.a && k->b == key.b;
}

static struct slot *slot_of(struct key key)
{
	size_t i = key.a % SLOTS;

	while (memory->slot[i].kept && !is_key(&memory->slot[i], key))
		i = (i + 1) % SLOTS;
	return &memory->slot[i];
}

const char *memory_find(struct key key, size_t *n)
{
	const struct slot *s = slot_of(key);
	struct answer_kept *k;

	if (!s->kept)
		return NULL;
	k = &memory->kept[s->kept - 1];
	if (!k->again && k->born != memory->history)
		k->again = true;
	*n = k->n;
	return memory->text + k->at;
}

static void put_answer(struct slot *s, const struct answer_kept *k)
{
	memory->kept[memory->nkept++] = *k;
	*s = (struct slot){ (uint32_t)k->key.b, (uint32_t)memory->nkept };
}

void memory_keep(struct key key, const char *answer, size_t n)
{
	struct slot *s = slot_of(key);

	if (s->kept || n == 0 || memory->used + n > ROOM || memory->nkept == KEPT_MAX)
		return;
	memcpy(memory->text + memory->used, answer, n);
	put_answer(s, &(struct answer_kept){ .key = key, .at = memory->used, .n = (uint32_t)n, .born = memory->history });
	memory->used += n;
}

/* Those that were of use to a later history stay. */
static void forget_the_others(void)
{
	const size_t n = memory->nkept;

	memset(memory->slot, 0, sizeof memory->slot);
	memory->used = memory->nkept = 0;
	for (size_t i = 0; i < n; i++) {
		struct answer_kept k = memory->kept[i];

		if (!k.again)
			continue;
		memmove(memory->text + memory->used, memory->text + k.at, k.n);
		k.at = memory->used;
		k.again = false;
		memory->used += k.n;
		put_answer(slot_of(k.key), &k);
	}
}

void memory_tend(void)
{
	memory->history++;
	if (memory->used > ROOM / 2 || memory->nkept > KEPT_MAX / 4 * 3)
		forget_the_others();
}
