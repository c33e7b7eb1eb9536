/* SPDX-License-Identifier: Apache-2.0 */
#include "util/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *name, *sentence, *next;
	int exit_code;
} kinds[ERROR_KIND_COUNT] = {
#define ERROR_KIND_ROW(name, code, word, sentence, next) [ERROR_##name] = { word, sentence, next, code },
	ERROR_KINDS(ERROR_KIND_ROW)
#undef ERROR_KIND_ROW
};

int error_set(struct error *err, enum error_kind kind, const char *fmt, ...)
{
	va_list ap;

	err->kind = kind;
	err->code = 0;
	err->hint[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	return -1;
}

int error_prefix(struct error *err, const char *fmt, ...)
{
	char said[sizeof err->text];
	va_list ap;
	size_t n;

	memcpy(said, err->text, sizeof said);
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	n = strlen(err->text);
	snprintf(err->text + n, sizeof err->text - n, ": %s", said);
	return -1;
}

int error_hint(struct error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->hint, sizeof err->hint, fmt, ap);
	va_end(ap);
	return -1;
}

int error_errno(struct error *err, enum error_kind kind, int errno_value, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	err->kind = kind;
	err->code = errno_value;
	err->hint[0] = '\0';
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof err->text, fmt, ap);
	va_end(ap);
	n = strlen(err->text);
	snprintf(err->text + n, sizeof err->text - n, ": %s", strerror(errno_value));
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
