/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <string.h>

#include "journal/journal.h"
#include "journal/past.h"
#include "util/file.h"
#include "util/str.h"

/* A journal, a record a line, without seq, prev and sum: those are put in here, as nothing would be read of what lacks them. */

static void add_line(struct str *out, const char *line, size_t n, size_t seq, char prev[65])
{
	size_t begin = out->n;
	char sum[65];

	if (n < 3 || line[0] != '{' || line[n - 1] != '}') { /* as it is: damage */
		str_addn(out, line, n);
		str_add(out, "\n");
		return;
	}
	str_addf(out, "{\"seq\":%zu,\"prev\":\"%s\",", seq, prev);
	str_addn(out, line + 1, n - 2);
	sha256_hex(out->s + begin, out->n - begin, sum);
	str_addf(out, JOURNAL_SUM "%s\"}", sum);
	sha256_hex(out->s + begin, out->n - begin, prev);
	str_add(out, "\n");
}

static void look(const struct past *past)
{
	struct past_steps at = { 0 };

	for (const struct step *s; (s = past_next_step(past, &at));)
		MUST(s->kind && s->id);
	for (size_t i = 0; i < past->nunit; i++) {
		past_unit_is_final(&past->unit[i]);
		past_wrote(past, i);
		MUST(!past->unit[i].begun || past_unit_state(&past->unit[i]));
	}
	past_is_settled(past);
	past_accepts(past, "target-down");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const char *line = (const char *)bytes, *end = line + n, *newline;
	auto_str struct str all = { 0 };
	struct past past = { 0 };
	struct error err = { 0 };
	char prev[65] = { 0 };
	bool torn;

	memset(prev, '0', 64);
	for (size_t seq = 0; line < end; line = newline + 1, seq++) {
		newline = memchr(line, '\n', (size_t)(end - line));
		newline = newline ? newline : end;
		add_line(&all, line, (size_t)(newline - line), seq, prev);
	}
	if (journal_read(fuzz_file(str_or(all.s, ""), all.n), past_record, &past, &torn, &err) == 0 && past_check(&past, "it", &err) == 0)
		look(&past);
	past_free(&past);
	return 0;
}
