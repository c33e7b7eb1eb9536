/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Hosts are rows, kinds of findings are columns, a cell is the darker the more there are of it. The busiest ones only: a picture
 * of a thousand rows is none. */
#define HOSTS_MAX 40
#define KINDS_MAX 40
#define CELL 22
#define LEFT 300
#define TOP 190

struct heat_host {
	const char *host;
	uint64_t n;
	uint64_t of[KINDS_MAX];
};
struct heat {
	const struct audit_check *kind[KINDS_MAX];
	size_t nkind;
	struct heat_host *host;
	size_t nhost, cap;
};

static int by_host(const void *a, const void *b)
{
	const struct audit_finding *const *x = a, *const *y = b;

	return strcmp(str_or((*x)->host, ""), str_or((*y)->host, ""));
}

static int by_number(const void *a, const void *b)
{
	const struct heat_host *x = a, *y = b;

	return x->n != y->n ? (x->n < y->n) - (x->n > y->n) : strcmp(x->host, y->host);
}

static size_t kind_of(struct heat *heat, const struct audit_check *check)
{
	size_t i = 0;

	while (i < heat->nkind && !audit_check_same(heat->kind[i], check))
		i++;
	if (i == heat->nkind && i < KINDS_MAX)
		heat->kind[heat->nkind++] = check;
	return i;
}

static void count(const struct audit_report *report, struct heat *heat)
{
	const struct audit_finding **sorted = xcalloc(report->n, sizeof *sorted);
	struct heat_host *host = NULL;
	size_t kind;

	for (size_t i = 0; i < report->n; i++)
		sorted[i] = &report->v[i];
	qsort(sorted, report->n, sizeof *sorted, by_host);
	for (size_t i = 0; i < report->n; i++) {
		if (i == 0 || by_host(&sorted[i - 1], &sorted[i]) != 0) {
			heat->host = vec_grow(heat->host, heat->nhost, &heat->cap, sizeof *heat->host);
			host = &heat->host[heat->nhost++];
			*host = (struct heat_host){ .host = str_or(sorted[i]->host, "(no host)") };
		}
		host->n++;
		kind = kind_of(heat, sorted[i]->check);
		if (kind < KINDS_MAX)
			host->of[kind]++;
	}
	free(sorted);
	qsort(heat->host, heat->nhost, sizeof *heat->host, by_number);
}

static int shade(uint64_t n)
{
	return n == 0 ? 0 : n == 1 ? 1 : n <= 5 ? 2 : n <= 25 ? 3 : 4;
}

static void add_cell(const struct heat *heat, size_t h, size_t k, struct str *out)
{
	const struct heat_host *host = &heat->host[h];
	size_t x = LEFT + k * CELL, y = TOP + h * CELL;

	if (host->of[k] == 0)
		return;
	str_addf(out, "<rect class=\"heat %s s%d\" x=\"%zu\" y=\"%zu\" width=\"%d\" height=\"%d\" data-host=\"",
	    audit_severity_name[heat->kind[k]->severity], shade(host->of[k]), x, y, CELL - 2, CELL - 2);
	html_add(host->host, out);
	str_addf(out, "\" data-check=\"%s\"><title>", heat->kind[k]->name);
	html_add(host->host, out);
	str_addf(out, ": %llu × %s</title></rect>\n", (unsigned long long)host->of[k], heat->kind[k]->name);
}

void heat_add(const struct audit_report *report, struct str *out)
{
	struct heat heat = { 0 };
	size_t rows;

	count(report, &heat);
	rows = heat.nhost < HOSTS_MAX ? heat.nhost : HOSTS_MAX;
	str_addf(out, "<div class=\"scroll\"><svg id=\"heat\" role=\"img\" aria-label=\"findings by host and kind\" width=\"%zu\" height=\"%zu\">\n",
	    LEFT + heat.nkind * CELL + 120, TOP + rows * CELL + 4);
	for (size_t k = 0; k < heat.nkind; k++)
		str_addf(out, "<text class=\"kind\" transform=\"translate(%zu,%d) rotate(-50)\">%s</text>\n", LEFT + k * CELL + CELL / 2, TOP - 8,
		    heat.kind[k]->name);
	for (size_t h = 0; h < rows; h++) {
		str_addf(out, "<text class=\"host\" x=\"%d\" y=\"%zu\" text-anchor=\"end\">", LEFT - 8, TOP + h * CELL + 15);
		html_add(heat.host[h].host, out);
		str_add(out, "</text>\n");
		for (size_t k = 0; k < heat.nkind; k++)
			add_cell(&heat, h, k, out);
	}
	str_add(out, "</svg></div>\n");
	if (heat.nhost > rows)
		str_addf(out, "<p class=\"quiet\">%zu more hosts have fewer findings.</p>\n", heat.nhost - rows);
	free(heat.host);
}
