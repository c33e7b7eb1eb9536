/* SPDX-License-Identifier: Apache-2.0 */
#include "evacuate/pace.h"

#include <stdlib.h>

#include "util/mem.h"

/* What is left is played through: each that waits takes as long as one that has ended, in the place that is free first. A mean
 * would not do: the last ones run in fewer and fewer places, and the slowest of them is the end. */

#define GOLDEN 0.618033988749895 /* its multiples fall evenly on 0 to 1, however many are taken */

static double spread(size_t i)
{
	double x = 0.5 + GOLDEN * (double)i;

	return x - (double)(size_t)x;
}

/* The first of those that took longer than ${since}. */
static size_t first_longer(const struct pace *p, int64_t since)
{
	size_t i = 0;

	while (i < p->ended && p->took[i] <= since)
		i++;
	return i;
}

/* One under way for ${since} ends as one of those that took longer; if none did, a quarter more is as good a guess as any. */
static int64_t likely(const struct pace *p, int64_t since, double where)
{
	size_t first = first_longer(p, since);

	return first == p->ended ? since + since / 4 + 1 : p->took[first + (size_t)(where * (double)(p->ended - first))];
}

static int by_length(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The quick ones end first: those under way belong to the sample, too, or all would seem quick. The caller frees it. */
static int64_t *sample(const struct pace *p, size_t *n)
{
	int64_t *all = xcalloc(p->ended + p->under_way + 1, sizeof *all);

	*n = 0;
	for (size_t i = 0; i < p->ended; i++)
		all[(*n)++] = p->took[i];
	for (size_t i = 0; i < p->under_way; i++)
		all[(*n)++] = likely(p, p->since[i], spread(i));
	vec_sort(all, *n, sizeof *all, by_length);
	return all;
}

static size_t first_free(const int64_t *place, size_t n)
{
	size_t first = 0;

	for (size_t i = 1; i < n; i++)
		if (place[i] < place[first])
			first = i;
	return first;
}

int64_t pace_left(const struct pace *p)
{
	size_t places = p->window > p->under_way ? p->window : p->under_way, in_turn, n;
	int64_t *place, *took, last = 0;

	if (p->ended == 0)
		return -1;
	place = xcalloc(places, sizeof *place);
	took = sample(p, &n);
	for (size_t i = 0; i < p->under_way; i++)
		place[i] = likely(p, p->since[i], spread(i)) - p->since[i];
	in_turn = p->first < p->under_way ? p->first : first_free(place, places);
	for (size_t i = 0; i < p->waiting; i++)
		place[i < p->firsts ? in_turn : first_free(place, places)] += p->gap + took[(size_t)(spread(i) * (double)n)];
	for (size_t i = 0; i < places; i++)
		last = place[i] > last ? place[i] : last;
	free(took);
	free(place);
	return last;
}
