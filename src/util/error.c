/* SPDX-License-Identifier: Apache-2.0 */
#include "util/error.h"

#include <stdarg.h>
#include <string.h>

#include "util/lang.h"
#include "util/mem.h"

static const struct {
	const char *name, *sentence, *next;
	int exit_code;
} kinds[ERROR_KIND_COUNT] = {
#define ERROR_KIND_ROW(name, code, word, sentence, next) [ERROR_##name] = { word, sentence, next, code },
	ERROR_KINDS(ERROR_KIND_ROW)
#undef ERROR_KIND_ROW
};

static void describe(struct error *err, enum error_kind kind, int code, const char *fmt, va_list ap)
    __attribute__((format(printf, 4, 0)));
static void describe(struct error *err, enum error_kind kind, int code, const char *fmt, va_list ap)
{
	err->kind = kind;
	err->code = code;
	err->hint[0] = '\0';
	lang_vformat_into(err->text, sizeof err->text, lang_text(fmt), ap);
}

/* Puts what was said before behind the text. */
static void add_said(struct error *err, const char *said)
{
	auto_free char *whole = xasprintf("%s: %s", err->text, said);

	lang_copy(err->text, sizeof err->text, whole);
}

int error_set(struct error *err, enum error_kind kind, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	describe(err, kind, 0, fmt, ap);
	va_end(ap);
	return -1;
}

int error_prefix(struct error *err, const char *fmt, ...)
{
	char said[sizeof err->text];
	va_list ap;

	memcpy(said, err->text, sizeof said);
	va_start(ap, fmt);
	lang_vformat_into(err->text, sizeof err->text, lang_text(fmt), ap);
	va_end(ap);
	add_said(err, said);
	return -1;
}

int error_hint(struct error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	lang_vformat_into(err->hint, sizeof err->hint, lang_text(fmt), ap);
	va_end(ap);
	return -1;
}

int error_errno(struct error *err, enum error_kind kind, int errno_value, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	describe(err, kind, errno_value, fmt, ap);
	va_end(ap);
	add_said(err, strerror(errno_value));
	return -1;
}

void error_clear(struct error *err)
{
	err->kind = ERROR_OK;
	err->code = 0;
	err->text[0] = '\0';
	err->hint[0] = '\0';
}

const char *error_kind_name(enum error_kind kind)
{
	return kinds[kind].name;
}

const char *error_kind_sentence(enum error_kind kind)
{
	return kinds[kind].sentence;
}

const char *error_kind_next(enum error_kind kind)
{
	return kinds[kind].next;
}

int error_kind_exit_code(enum error_kind kind)
{
	return kinds[kind].exit_code;
}

static int weight(enum error_kind kind)
{
	static const enum error_kind order[] = { ERROR_BUS_UNREACHABLE, ERROR_DB_UNREACHABLE, ERROR_CONFIG };

	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		if (order[i] == kind)
			return (int)i + 2;
	return kind != ERROR_OK;
}

bool error_kind_outweighs(enum error_kind a, enum error_kind b)
{
	return weight(a) > weight(b);
}
