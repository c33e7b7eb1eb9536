/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/file.h"
#include "util/str.h"

/* Every file of the folder, once, in the order of their names. */
int main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : CORPUS;
	struct dirent **entry = NULL;
	int n = scandir(folder, &entry, NULL, alphasort), seen = 0;

	for (int i = 0; i < n; free(entry[i++])) {
		auto_str struct str path = { 0 }, bytes = { 0 };
		struct error err = { 0 };

		if (entry[i]->d_name[0] == '.')
			continue;
		str_addf(&path, "%s/%s", folder, entry[i]->d_name);
		fprintf(stderr, "%s\n", path.s);
		if (file_read(path.s, 1 << 20, ERROR_ERROR, &bytes, &err) != 0)
			fuzz_breach(err.text, path.s, 0);
		LLVMFuzzerTestOneInput((const uint8_t *)str_or(bytes.s, ""), bytes.n);
		seen++;
	}
	free(entry);
	printf("%d passed, %d failed\n", seen, seen > 0 ? 0 : 1);
	return seen > 0 ? 0 : 1;
}
