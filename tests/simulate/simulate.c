/* SPDX-License-Identifier: Apache-2.0 */
/* simulate SERVER [--first N] [--histories N] [--off BITS] [--trace] [--verify] [--journals DIRECTORY] [--only FAULT]
 *
 * Histories, each of its seed, on the server that server.py has started. A violation is shortened, and said with what repeats
 * it. */
#include "world.h"

#include <ftw.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

char other_directory[4096];
static const char *journals; /* where they are kept; NULL: they are not */

void *world_share(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		abort();
	return p;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	if (at->level > 0 && remove(path) != 0)
		abort();
	return 0;
}

/* A shell for it would take a tenth of a history. */
static void empty(const char *directory)
{
	if (mkdir(directory, 0700) != 0 && nftw(directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0)
		abort();
}

static bool play(uint64_t seed, uint64_t off)
{
	empty(state_directory);
	empty(other_directory);
	server_put_back();
	world_begin(seed, off);
	server_begin();
	files_forget();
	nova_begin();
	operator_night();
	return !world->violation[0];
}

/* Of one machine: journals of one state directory are read beside each other. */
static void keep_journals(uint64_t seed, const char *directory, const char *machine)
{
	char to[4096], from[4096];

	if (!journals)
		return;
	snprintf(from, sizeof from, "%s/journal", directory);
	snprintf(to, sizeof to, "%s/%llu%s", journals, (unsigned long long)seed, machine);
	if (access(from, F_OK) == 0 && rename(from, to) != 0)
		abort();
}

/* Each fault is left out as long as the history stays wrong without it. */
static uint64_t shorten(uint64_t seed, uint64_t off)
{
	const size_t n = world->nfault;

	for (size_t i = 0; i < n; i++)
		if (!(off >> i & 1) && !play(seed, off | UINT64_C(1) << i))
			off |= UINT64_C(1) << i;
	play(seed, off);
	return off;
}

static void show_violation(uint64_t seed, uint64_t off)
{
	off = shorten(seed, off);
	printf("seed %llu: %s\n", (unsigned long long)seed, world->violation);
	for (size_t i = 0; i < world->nfault; i++)
		if (world->fault[i].on)
			printf("    %s at %llu%s\n", fault_name[world->fault[i].kind], (unsigned long long)world->fault[i].at,
			    world->fault[i].happened ? "" : ", which did not happen");
	printf("    again: make simulate SEED=%llu OFF=%llu HISTORIES=1 TRACE=1\n", (unsigned long long)seed,
	    (unsigned long long)off);
}

static double now_s(void)
{
	struct timespec t;

	timespec_get(&t, TIME_UTC);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static unsigned long long number(const char *text)
{
	return text && *text ? strtoull(text, NULL, 0) : 0;
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "first", 1, NULL, 'f' }, { "histories", 1, NULL, 'n' },
		{ "off", 1, NULL, 'o' }, { "trace", 0, NULL, 't' }, { "journals", 1, NULL, 'j' }, { "steps", 1, NULL, 's' },
		{ "verify", 0, NULL, 'v' }, { "only", 1, NULL, 'k' }, { NULL, 0, NULL, 0 } };
	uint64_t first = 1, n = 1, off = 0, wrong = 0, happened[FAULTS] = { 0 };
	const char *steps = "tests/simulate/steps";
	char state[4096];
	bool trace = false;
	double began;
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'f')
			first = number(optarg);
		else if (c == 'n')
			n = number(optarg);
		else if (c == 'o')
			off = number(optarg);
		else if (c == 't')
			trace = true;
		else if (c == 'j')
			journals = optarg;
		else if (c == 's')
			steps = optarg;
		else if (c == 'k' && world_name_only(optarg))
			continue;
		else if (c == 'v')
			memory_verifies = true;
		else
			return 2;
	}
	if (optind != argc - 1)
		return 2;
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("LANGUAGE", "en", 1);
	world = world_share(sizeof *world);
	server_directory = argv[optind];
	snprintf(state, sizeof state, "%s/state", server_directory);
	state_directory = state;
	snprintf(other_directory, sizeof other_directory, "%s/other", server_directory);
	nova_load(steps);
	server_open(server_directory);
	began = now_s();
	for (uint64_t seed = first; seed < first + n; seed++) {
		const bool good = play(seed, off);

		for (size_t i = 0; i < world->nfault; i++)
			happened[world->fault[i].kind] += world->fault[i].happened;
		if (trace)
			fputs(world->trace, stdout);
		keep_journals(seed, state_directory, "");
		keep_journals(seed, other_directory, "-other");
		if (!good) {
			wrong++;
			show_violation(seed, off);
		}
		fflush(stdout);
	}
	if (!trace) {
		for (size_t i = 0; i < FAULTS; i++)
			printf("%8llu  %s\n", (unsigned long long)happened[i], fault_name[i]);
		printf("%.1f histories a second\n", (double)n / (now_s() - began));
		printf("%llu passed, %llu failed\n", (unsigned long long)(n - wrong), (unsigned long long)wrong);
	}
	return wrong ? 1 : 0;
}
