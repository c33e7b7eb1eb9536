/* SPDX-License-Identifier: Apache-2.0 */
#include "find/rank.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "find/scene.h"
#include "util/str.h"

/* ---- what the keys say */

static const struct label *first_of_keys(const struct label_list *list, const struct words *keys)
{
	const struct label *found = NULL;

	for (size_t i = 0; i < keys->n && !found; i++)
		found = label_find(list, keys->v[i]);
	return found;
}

static void note_unclear(struct rank *rank, const struct label *label, struct arena *arena)
{
	if (!rank->unclear)
		rank->unclear = arena_printf(arena, "%s = %.64s", label->name, str_or(label->value, ""));
}

/* oslo_utils/strutils.py: bool_from_string; a word of neither list says nothing here. */
static enum ha_word word_of(const char *text)
{
	static const char *const yes[] = { "1", "t", "true", "on", "y", "yes" },
				 *const no[] = { "0", "f", "false", "off", "n", "no" };

	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		if (strcasecmp(text, yes[i]) == 0)
			return HA_YES;
		if (strcasecmp(text, no[i]) == 0)
			return HA_NO;
	}
	return HA_UNSAID;
}

/* One that says no beside one that says yes: no. */
static void hear_keys(const struct label_list *list, const struct words *keys, struct rank *rank, struct arena *arena)
{
	const struct label *label;
	enum ha_word word;

	for (size_t i = 0; i < keys->n; i++) {
		if (!(label = label_find(list, keys->v[i])))
			continue;
		word = word_of(str_or(label->value, ""));
		if (word == HA_UNSAID)
			note_unclear(rank, label, arena);
		if (word == HA_UNSAID || rank->ha == HA_NO)
			continue;
		rank->ha = word;
		rank->ha_label = arena_printf(arena, "%s = %s", label->name, label->value);
	}
}

static bool asks_for_ha(const struct order_config *order)
{
	for (size_t r = 0; r < order->nrule; r++)
		for (size_t t = 0; t < order->rule[r].nterm; t++)
			if (order->rule[r].term[t].by == PHASE_BY_HA)
				return true;
	return order->respect_ha_tags;
}

static void find_ha_word(const struct order_config *order, const struct labels *labels, struct rank *rank, struct arena *arena)
{
	const struct words *keys = &order->key[ORDER_HA_KEYS];

	if (!asks_for_ha(order))
		return;
	hear_keys(&labels->metadata, keys, rank, arena);
	if (rank->ha != HA_UNSAID)
		return;
	hear_keys(&labels->flavor, keys, rank, arena);
	hear_keys(&labels->image, keys, rank, arena);
}

static int64_t own_priority(const struct order_config *order, const struct labels *labels, struct rank *rank,
    struct arena *arena)
{
	const struct label *label = first_of_keys(&labels->metadata, &order->key[ORDER_PRIORITY_KEYS]);
	const char *text = label ? str_or(label->value, "") : "";
	char *end;
	long long n;

	if (!label)
		return PRIORITY_STANDARD;
	errno = 0;
	n = strtoll(text, &end, 10);
	if (isdigit((unsigned char)*text) && !*end && !errno && n >= 1 && n <= PRIORITY_MAX)
		return n;
	note_unclear(rank, label, arena);
	return PRIORITY_STANDARD;
}

/* ---- the rule that it fits */

static bool fits_pattern(const char *pattern, const char *text)
{
	return text && (!pattern || fnmatch(pattern, text, 0) == 0);
}

static bool has_tag(const struct labels *labels, const char *pattern)
{
	for (size_t i = 0; i < labels->ntag; i++)
		if (fits_pattern(pattern, labels->tag[i]))
			return true;
	return false;
}

static bool fits_term(const struct phase_term *term, const struct candidate *c)
{
	const struct label *label;

	switch (term->by) {
	case PHASE_BY_TAG:
		return has_tag(&c->labels, term->pattern);
	case PHASE_BY_METADATA:
		label = label_find(&c->labels.metadata, term->key);
		return label && fits_pattern(term->pattern, str_or(label->value, ""));
	case PHASE_BY_PROJECT:
		return fits_pattern(term->pattern, c->instance->project_id);
	case PHASE_BY_FLAVOR:
		return fits_pattern(term->pattern, c->labels.flavor_name);
	case PHASE_BY_HA:
		return c->rank.ha == HA_YES;
	case PHASE_BY_PRIORITY:
	case PHASE_BY_REST:
		break;
	}
	return false;
}

static size_t rule_that_fits(const struct order_config *order, const struct candidate *c)
{
	for (size_t r = 0; r < order->nrule; r++)
		for (size_t t = 0; t < order->rule[r].nterm; t++)
			if (fits_term(&order->rule[r].term[t], c))
				return r;
	return order->rest;
}

static bool is_by_priority(const struct order_config *order, size_t rule)
{
	return rule < order->nrule && order->rule[rule].term[0].by == PHASE_BY_PRIORITY;
}

/* ---- groups */

struct member {
	const char *group;
	struct candidate *c;
};

static int compare_member_groups(const void *a, const void *b)
{
	return strcmp(((const struct member *)a)->group, ((const struct member *)b)->group);
}

/* The members of a group start together: a low number of one does not leave it behind. */
static void raise_groups(const struct order_config *order, struct candidate *candidate, size_t n)
{
	struct member *member = xcalloc(n, sizeof *member);
	const struct label *label;
	size_t m = 0, end;

	for (size_t i = 0; i < n; i++) {
		label = first_of_keys(&candidate[i].labels.metadata, &order->key[ORDER_GROUP_KEYS]);
		if (label && is_by_priority(order, candidate[i].rank.rule))
			member[m++] = (struct member){ str_or(label->value, ""), &candidate[i] };
	}
	vec_sort(member, m, sizeof *member, compare_member_groups);
	for (size_t i = 0; i < m; i = end) {
		int64_t highest = 0;

		for (end = i; end < m && strcmp(member[end].group, member[i].group) == 0; end++)
			highest = member[end].c->rank.priority > highest ? member[end].c->rank.priority : highest;
		for (size_t k = i; k < end; k++)
			member[k].c->rank.priority = highest;
	}
	free(member);
}

void candidates_rank(const struct order_config *order, struct candidate *candidate, size_t n, struct arena *arena)
{
	for (struct candidate *c = candidate; c < candidate + n; c++) {
		c->rank = (struct rank){ 0 };
		find_ha_word(order, &c->labels, &c->rank, arena);
		c->rank.rule = rule_that_fits(order, c);
		if (is_by_priority(order, c->rank.rule))
			c->rank.priority = own_priority(order, &c->labels, &c->rank, arena);
	}
	raise_groups(order, candidate, n);
}

int rank_compare(const struct rank *a, const struct rank *b)
{
	if (a->rule != b->rule)
		return a->rule < b->rule ? -1 : 1;
	return (a->priority < b->priority) - (a->priority > b->priority);
}

const char *rank_name(const struct order_config *order, const struct rank *rank, struct arena *arena)
{
	if (rank->rule >= order->nrule || order->rule[rank->rule].term[0].by == PHASE_BY_REST)
		return "rest";
	return is_by_priority(order, rank->rule) ? arena_printf(arena, "priority %lld", (long long)rank->priority) :
						   order->rule[rank->rule].text;
}
