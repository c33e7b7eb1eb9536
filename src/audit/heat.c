/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Hosts are rows, kinds of findings are columns, a cell is the darker the more there are of it. The busiest ones only: a picture
 * of a thousand rows is none. */
#define HOSTS_MAX 40
#define KINDS_MAX 120
#define CELL 24
#define LETTER 8 /* of a name, on the average and a little more */
#define LEFT_MAX 320

struct heat_host {
	const char *host;
	const struct audit_finding *const *finding; /* its first one in the sorted list */
	size_t n, critical;
	uint64_t of[KINDS_MAX];
};
struct heat {
	const struct audit_check *kind[KINDS_MAX];
	size_t nkind;
	struct heat_host *host;
	size_t nhost, cap, shown;
	size_t left, top, right; /* room for the names */
};

static int by_host(const void *a, const void *b)
{
	const struct audit_finding *const *x = a, *const *y = b;

	return strcmp(str_or((*x)->host, ""), str_or((*y)->host, ""));
}

static int by_weight(const void *a, const void *b)
{
	const struct heat_host *x = a, *y = b;

	if (x->critical != y->critical)
		return x->critical < y->critical ? 1 : -1;
	return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : strverscmp(x->host, y->host);
}

static int by_severity(const void *a, const void *b)
{
	const struct audit_check *const *x = a, *const *y = b;

	return (*x)->severity != (*y)->severity ? (int)(*x)->severity - (int)(*y)->severity : strcmp((*x)->number, (*y)->number);
}

static size_t kind_of(const struct heat *heat, const struct audit_check *check)
{
	size_t i = 0;

	while (i < heat->nkind && !audit_check_same(heat->kind[i], check))
		i++;
	return i;
}

static void count_hosts(const struct audit_finding *const *sorted, size_t n, struct heat *heat)
{
	struct heat_host *host = NULL;

	for (size_t i = 0; i < n; i++) {
		if (i == 0 || by_host(&sorted[i - 1], &sorted[i]) != 0) {
			heat->host = vec_grow(heat->host, heat->nhost, &heat->cap, sizeof *heat->host);
			host = &heat->host[heat->nhost++];
			*host = (struct heat_host){ .host = str_or(sorted[i]->host, "(no host)"), .finding = &sorted[i] };
		}
		host->n++;
		host->critical += sorted[i]->check->severity == AUDIT_CRITICAL;
	}
	vec_sort(heat->host, heat->nhost, sizeof *heat->host, by_weight);
	heat->shown = heat->nhost < HOSTS_MAX ? heat->nhost : HOSTS_MAX;
}

/* The kinds that the shown hosts have, the worst first. */
static void count_kinds(struct heat *heat)
{
	for (struct heat_host *h = heat->host; h < heat->host + heat->shown; h++)
		for (size_t i = 0; i < h->n; i++)
			if (heat->nkind < KINDS_MAX && kind_of(heat, h->finding[i]->check) == heat->nkind)
				heat->kind[heat->nkind++] = h->finding[i]->check;
	vec_sort(heat->kind, heat->nkind, sizeof *heat->kind, by_severity);
	for (struct heat_host *h = heat->host; h < heat->host + heat->shown; h++) {
		heat->left = strlen(h->host) * LETTER > heat->left ? strlen(h->host) * LETTER : heat->left;
		for (size_t i = 0; i < h->n; i++)
			if (kind_of(heat, h->finding[i]->check) < heat->nkind)
				h->of[kind_of(heat, h->finding[i]->check)]++;
	}
	for (size_t k = 0; k < heat->nkind; k++)
		heat->top = strlen(heat->kind[k]->name) * LETTER > heat->top ? strlen(heat->kind[k]->name) * LETTER : heat->top;
	heat->left = (heat->left < LEFT_MAX ? heat->left : LEFT_MAX) + 16;
	heat->right = heat->top * 4 / 7; /* the slanted names lean over to there */
	heat->top = heat->top * 2 / 3 + 12;
}

static int shade(uint64_t n)
{
	return n == 0 ? 0 : n == 1 ? 1 : n <= 5 ? 2 : n <= 25 ? 3 : 4;
}

static void add_cell(const struct heat *heat, size_t h, size_t k, struct str *out)
{
	const struct heat_host *host = &heat->host[h];
	size_t x = heat->left + k * CELL, y = heat->top + h * CELL;

	if (host->of[k] == 0)
		return;
	str_addf(out, "<rect class=\"heat %s s%d\" x=\"%zu\" y=\"%zu\" width=\"%d\" height=\"%d\" rx=\"4\" data-host=\"",
	    audit_severity_name[heat->kind[k]->severity], shade(host->of[k]), x + 1, y + 1, CELL - 2, CELL - 2);
	html_add(host->host, out);
	str_addf(out, "\" data-check=\"%s\"><title>", heat->kind[k]->name);
	html_add(host->host, out);
	str_addf(out, ": %llu × %s</title></rect>", (unsigned long long)host->of[k], heat->kind[k]->name);
	if (host->of[k] > 1 && host->of[k] < 1000)
		str_addf(out, "<text class=\"n s%d\" x=\"%zu\" y=\"%zu\">%llu</text>", shade(host->of[k]), x + CELL / 2, y + CELL / 2 + 4,
		    (unsigned long long)host->of[k]);
	str_addc(out, '\n');
}

static void add_names(const struct heat *heat, struct str *out)
{
	for (size_t k = 0; k < heat->nkind; k++)
		str_addf(out, "<text class=\"kind\" transform=\"translate(%zu,%zu) rotate(-50)\">%s</text>\n", heat->left + k * CELL + CELL / 2,
		    heat->top - 6, heat->kind[k]->name);
	for (size_t h = 0; h < heat->shown; h++) {
		if (h % 2 == 0)
			str_addf(out, "<rect class=\"band\" x=\"0\" y=\"%zu\" width=\"%zu\" height=\"%d\"/>", heat->top + h * CELL,
			    heat->left + heat->nkind * CELL, CELL);
		str_addf(out, "<text class=\"host\" x=\"%zu\" y=\"%zu\" text-anchor=\"end\">", heat->left - 8, heat->top + h * CELL + CELL / 2 + 4);
		html_add(heat->host[h].host, out);
		str_add(out, "</text>\n");
	}
}

static void add_legend(const struct heat *heat, struct str *out)
{
	static const char *const amount[] = { "1", "2 to 5", "6 to 25", "more" };

	str_add(out, "<p class=\"quiet legend\">findings of a host of one kind:");
	for (size_t i = 0; i < sizeof amount / sizeof *amount; i++)
		str_addf(out, " <span class=\"s%zu\"></span> %s", i + 1, amount[i]);
	if (heat->nhost > heat->shown)
		str_addf(out, " · %zu more hosts have fewer", heat->nhost - heat->shown);
	str_add(out, "</p>\n");
}

void heat_add(const struct audit_report *report, struct str *out)
{
	const struct audit_finding **sorted = xcalloc(report->n, sizeof *sorted);
	struct heat heat = { 0 };
	size_t width, height;

	for (size_t i = 0; i < report->n; i++)
		sorted[i] = &report->v[i];
	vec_sort(sorted, report->n, sizeof *sorted, by_host);
	count_hosts(sorted, report->n, &heat);
	count_kinds(&heat);
	width = heat.left + heat.nkind * CELL + heat.right;
	height = heat.top + heat.shown * CELL + 4;
	str_addf(out, "<div class=\"scroll\"><svg id=\"heat\" role=\"img\" aria-label=\"findings by host and kind\" width=\"%zu\" height=\"%zu\" "
	    "viewBox=\"0 0 %zu %zu\">\n", width, height, width, height);
	add_names(&heat, out);
	for (size_t h = 0; h < heat.shown; h++)
		for (size_t k = 0; k < heat.nkind; k++)
			add_cell(&heat, h, k, out);
	str_add(out, "</svg></div>\n");
	add_legend(&heat, out);
	free(heat.host);
	free(sorted);
}
