/* SPDX-License-Identifier: Apache-2.0 */
/* A configuration file as a test writes it. */
#ifndef CONFIG_FILE_H
#define CONFIG_FILE_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "util/log.h"
#include "util/mem.h"
#include "util/str.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define DATA "tests/data/config/" /* make runs the tests at the top of the tree */
#define API "[api_database]\nconnection = mysql://a:api-s3cret@h/nova_api\n"
#define RABBIT "[oslo_messaging_rabbit]\n"
#define BUS "[DEFAULT]\ntransport_url = rabbit://b:bus-s3cret@h/\n"

static char file[] = "/tmp/test_config_XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(file);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	log_close(); /* forgets the passwords */
	return unlink(file);
}

static void write_file(const char *text)
{
	FILE *f = fopen(file, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static const char *const file_list[] = { file };

static inline void assert_no_secret(const struct error *err)
{
	assert_null(strstr(err->text, "s3cret"));
	assert_null(strstr(err->hint, "s3cret"));
}

#endif
