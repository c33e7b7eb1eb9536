/* SPDX-License-Identifier: Apache-2.0 */
/* A state directory with one journal in it, of records as a test has them. */
#ifndef WRITTEN_JOURNAL_H
#define WRITTEN_JOURNAL_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "journal/journal.h"
#include "util/file.h"
#include "util/mem.h"
#include "util/str.h"

#define RUN "20260131T030405Z-host-rescue-1a2b3c4d"
#define RUN_RECORD(version) "\"type\":\"run\",\"time\":\"2026-01-31T03:04:05.000Z\"," version "\"tool\":\"0.9.0\",\"run\":\"" RUN "\",\"command\":\"host rescue\",\"host\":\"c1\""
#define ROW "\"type\":\"row\",\"unit\":0,\"kind\":\"volume\",\"id\":\"v1\",\"before\":{\"host\":\"a\"},\"after\":{\"host\":\"c\"}"
#define INTENT "\"type\":\"intent\",\"unit\":0,\"kind\":\"ownership\",\"sentence\":\"s\",\"rows\":1"
#define PROVED "\"type\":\"outcome\",\"unit\":0,\"state\":\"proved\",\"error\":null"
#define END "\"type\":\"end\",\"result\":\"ok\",\"totals\":{\"unknown\":0,\"applied\":0}"

static char state_dir_of_test[] = "/tmp/evac-manage-journal.XXXXXX";
static char *path;

static int make_state(void **state)
{
	auto_free char *dir = NULL;

	(void)state;
	if (!mkdtemp(state_dir_of_test))
		return -1;
	dir = xasprintf("%s/journal", state_dir_of_test);
	path = xasprintf("%s/" RUN ".jsonl", dir);
	return mkdir(dir, 0700);
}

static int remove_state(void **state)
{
	auto_free char *dir = xasprintf("%s/journal", state_dir_of_test);

	(void)state;
	unlink(path);
	free(path);
	rmdir(dir);
	return rmdir(state_dir_of_test);
}

/* Each record with its number, its chain and its sum. */
static void write_journal(const char *const *records)
{
	auto_str struct str all = { 0 }, line = { 0 };
	char prev[65], sum[65];
	struct error err;

	memset(prev, '0', 64);
	prev[64] = '\0';
	for (int seq = 0; records[seq]; seq++) {
		str_clear(&line);
		str_addf(&line, "{\"seq\":%d,%s,\"prev\":\"%s\"", seq, records[seq], prev);
		sha256_hex(line.s, line.n, sum);
		str_addf(&line, JOURNAL_SUM "%s\"}", sum);
		sha256_hex(line.s, line.n, prev);
		str_addf(&all, "%s\n", line.s);
	}
	assert_int_equal(file_write(path, &all, 0600, &err), 0);
}

#endif
