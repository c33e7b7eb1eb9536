/* SPDX-License-Identifier: Apache-2.0 */
/* simulate SERVER [--first N] [--histories N] [--for SECONDS] [--kept FILE] [--kinds N] [--with FAULT] [--only FAULT] [--off BITS]
 * [--trace] [--verify] [--journals DIRECTORY]
 *
 * Histories, each of its seed, on the server that server.py has started. A violation is shortened, and said with what repeats
 * it. */
#include "world.h"

#include <ftw.h>
#include <getopt.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "util/file.h"

#define HUGE_PAGE (2u << 20)

char other_directory[4096];
static struct choice choice = { .kinds = FAULTS, .with = FAULTS, .only = FAULTS };
static const char *journals; /* where they are kept; NULL: they are not */

void *world_share(size_t n)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		abort();
	if (n >= HUGE_PAGE) /* each command would be given its small pages anew, one after the other */
		madvise(p, n, MADV_HUGEPAGE);
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

static bool play(uint64_t seed, const struct choice *of)
{
	empty(state_directory);
	empty(other_directory);
	server_put_back();
	world_begin(seed, of);
	server_begin();
	files_forget();
	nova_begin(of->without);
	operator_night();
	return !world->violation[0];
}

/* The last history that no fault has befallen, which others of its family are, too: they are not played. Of --verify they are, and compared. */
static struct {
	bool is_known;
	uint64_t family;
	size_t kinds; /* of the choice, all else of which a run does not change */
	struct plain plain;
	size_t ntrace;
	char trace[TRACE_MAX];
} last;

static bool was_befallen(void)
{
	for (size_t i = 0; i < world->nfault; i++)
		if (world->fault[i].happened)
			return true;
	return false;
}

static void note_plain(void)
{
	struct plain p = { .end_us = world->now_us };

	memcpy(p.calls, world->calls, sizeof p.calls);
	memcpy(p.chances, world->chances, sizeof p.chances);
	if (was_befallen() || world_differs(&p))
		return;
	last.is_known = true;
	last.family = world->family;
	last.kinds = choice.kinds;
	last.plain = p;
	last.ntrace = world->ntrace - world->nhead;
	memcpy(last.trace, world->trace + world->nhead, last.ntrace);
}

/* Its faults are drawn, and it has nothing that they befall; the rows are still those of the history before. */
static bool is_plain_again(uint64_t seed)
{
	uint64_t version[VERSIONS];

	if (!last.is_known || last.family != seed / FAMILY || last.kinds != choice.kinds)
		return false;
	memcpy(version, world->version, sizeof version);
	world_begin(seed, &choice);
	memcpy(world->version, version, sizeof version);
	return !world_differs(&last.plain) && world->ntrace + last.ntrace < TRACE_MAX - 1024;
}

static void tell_again(void)
{
	memcpy(world->trace + world->ntrace, last.trace, last.ntrace);
	world->ntrace += last.ntrace;
	world->trace[world->ntrace] = '\0';
}

static bool is_told_again(void)
{
	return world->ntrace - world->nhead == last.ntrace && memcmp(world->trace + world->nhead, last.trace, last.ntrace) == 0;
}

/* Of one machine: journals of one state directory are read beside each other. */
static void keep_journals(uint64_t seed, const char *directory, const char *machine)
{
	char to[4096], from[4096];

	if (!journals)
		return;
	snprintf(from, sizeof from, "%s/journal", directory);
	snprintf(to, sizeof to, "%s/%llu%s", journals, (unsigned long long)seed, machine);
	/* not rename(), which is a call of the program that a fault may strike */
	if (access(from, F_OK) == 0 && renameat(AT_FDCWD, from, AT_FDCWD, to) != 0)
		abort();
}

/* Each fault, and then each instance, is left out as long as the history stays wrong without it. */
static struct choice shorten(uint64_t seed)
{
	const size_t n = world->nfault;
	struct choice best = choice, less;

	for (size_t i = 0; i < n + INSTANCES; i++) {
		less = best;
		if (i < n)
			less.off |= UINT64_C(1) << i;
		else
			less.without |= 1u << (i - n);
		if ((less.off != best.off || less.without != best.without) && !play(seed, &less))
			best = less;
	}
	play(seed, &best);
	return best;
}

static void show_violation(uint64_t seed)
{
	char *first = strdup(world->violation);
	const struct choice best = shorten(seed);

	printf("seed %llu: %s%s\n", (unsigned long long)seed, first, world->violation[0] ? "" : " (and not when it is played again)");
	free(first);
	for (size_t i = 0; i < world->nfault; i++)
		if (world->fault[i].on)
			printf("    %s at %llu%s\n", fault_name[world->fault[i].kind], (unsigned long long)world->fault[i].at,
			    world->fault[i].happened ? "" : ", which did not happen");
	printf("    again: make simulate SEED=%llu KINDS=%zu", (unsigned long long)seed, best.kinds);
	if (best.with < FAULTS)
		printf(" WITH=%s", fault_name[best.with]);
	if (best.only < FAULTS)
		printf(" ONLY=%s", fault_name[best.only]);
	printf(" OFF=%llu WITHOUT=%u HISTORIES=1 TRACE=1\n", (unsigned long long)best.off, best.without);
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

static struct {
	uint64_t first, n, for_s;
	const char *steps, *kept;
	bool trace;
} asked = { .first = 1, .n = 1, .steps = "tests/simulate/steps" };
static uint64_t done, again, wrong, happened[FAULTS];

static void play_and_judge(uint64_t seed, bool is_again)
{
	const bool good = play(seed, &choice), is_another = is_again && (was_befallen() || !is_told_again());

	for (size_t i = 0; i < world->nfault; i++)
		happened[world->fault[i].kind] += world->fault[i].happened;
	if (asked.trace)
		fputs(world->trace, stdout);
	keep_journals(seed, state_directory, "");
	keep_journals(seed, other_directory, "-other");
	wrong += !good || is_another;
	if (!good)
		show_violation(seed);
	else if (is_another)
		printf("seed %llu: the simulator takes it for another one of its family\n", (unsigned long long)seed);
	else
		note_plain();
}

static void take_seed(uint64_t seed)
{
	const bool is_again = is_plain_again(seed);

	done++;
	again += is_again;
	if (is_again && !memory_verifies) {
		tell_again();
		if (asked.trace)
			fputs(world->trace, stdout);
	} else {
		play_and_judge(seed, is_again);
	}
	fflush(stdout);
}

static size_t fault_named(const char *name);

/* Lines with a seed and the number of kinds of faults that it was found with, and the kind that it had alone, where that is so; what follows is for
 * people. */
static void play_kept(const char *path)
{
	FILE *f = fopen(path, "r");
	unsigned long long seed;
	char line[512], only[32];
	int n;

	if (!f) {
		fprintf(stderr, "simulate: cannot read %s\n", path);
		exit(2);
	}
	while (fgets(line, sizeof line, f))
		if ((n = sscanf(line, "%llu %zu only=%31[a-z-]", &seed, &choice.kinds, only)) >= 2) {
			choice.only = n == 3 ? fault_named(only) : FAULTS;
			take_seed(seed);
		}
	fclose(f);
}

static size_t fault_named(const char *name)
{
	size_t i = 0;

	while (i < FAULTS && strcmp(fault_name[i], name) != 0)
		i++;
	if (i == FAULTS) {
		fprintf(stderr, "simulate: there is no fault '%s'\n", name);
		exit(2);
	}
	return i;
}

static bool read_options(int argc, char **argv)
{
	static const struct option options[] = { { "first", 1, NULL, 'f' }, { "histories", 1, NULL, 'n' },
		{ "kinds", 1, NULL, 'k' }, { "with", 1, NULL, 'w' }, { "only", 1, NULL, 'O' }, { "off", 1, NULL, 'o' }, { "without", 1, NULL, 'W' },
		{ "for", 1, NULL, 'l' }, { "kept", 1, NULL, 'K' }, { "trace", 0, NULL, 't' }, { "journals", 1, NULL, 'j' },
		{ "steps", 1, NULL, 's' }, { "verify", 0, NULL, 'v' }, { "stop", 0, NULL, 'd' }, { NULL, 0, NULL, 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'f')
			asked.first = number(optarg);
		else if (c == 'n')
			asked.n = number(optarg);
		else if (c == 'k')
			choice.kinds = number(optarg);
		else if (c == 'w')
			choice.with = fault_named(optarg);
		else if (c == 'O')
			choice.only = fault_named(optarg);
		else if (c == 'o')
			choice.off = number(optarg);
		else if (c == 'W')
			choice.without = (unsigned)number(optarg);
		else if (c == 'l')
			asked.for_s = number(optarg);
		else if (c == 'K')
			asked.kept = optarg;
		else if (c == 't')
			asked.trace = true;
		else if (c == 'j')
			journals = optarg;
		else if (c == 's')
			asked.steps = optarg;
		else if (c == 'v')
			memory_verifies = true;
		else if (c == 'd')
			world_stops = true;
		else
			return false;
	}
	return optind == argc - 1 && choice.kinds > 0 && choice.kinds <= FAULTS;
}

/* What each command's libraries would make anew is made once, before they are forked off. */
static void warm_up(void)
{
	char digest[65];

	sha256_hex("", 0, digest);
}

static void open_world(const char *directory)
{
	static char state[4096];

	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("LANGUAGE", "en", 1);
	world = world_share(sizeof *world);
	server_directory = directory;
	snprintf(state, sizeof state, "%s/state", server_directory);
	state_directory = state;
	snprintf(other_directory, sizeof other_directory, "%s/other", server_directory);
	server_open(server_directory);
	nova_load(asked.steps);
	warm_up();
}

int main(int argc, char **argv)
{
	double began;

	if (!read_options(argc, argv))
		return 2;
	world_is_told = asked.trace || memory_verifies;
	open_world(argv[optind]);
	began = now_s();
	if (asked.kept)
		play_kept(asked.kept);
	for (uint64_t seed = asked.first; !asked.kept && seed < asked.first + asked.n; seed++) {
		if (asked.for_s && now_s() - began > (double)asked.for_s)
			break;
		take_seed(seed);
	}
	if (!asked.trace) {
		for (size_t i = 0; i < FAULTS; i++)
			printf("%8llu  %s\n", (unsigned long long)happened[i], fault_name[i]);
		printf("%.1f histories a second; of %llu of %llu the faults befell nothing: another one again\n", (double)done / (now_s() - began),
		    (unsigned long long)again, (unsigned long long)done);
		printf("%llu passed, %llu failed\n", (unsigned long long)(done - wrong), (unsigned long long)wrong);
	}
	return wrong ? 1 : 0;
}
