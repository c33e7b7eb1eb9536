/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Each fuzz_*.c is one reader and what must hold of it whatever it reads. libFuzzer calls it (make fuzz), or replay.c with the files
 * of corpus/ (make unit). A breach ends the program. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#define MUST(what) ((what) ? (void)0 : fuzz_breach(#what, __FILE__, __LINE__))
_Noreturn void fuzz_breach(const char *what, const char *file, int line);

/* A file with these bytes; the path of one in memory that each call writes anew. */
const char *fuzz_file(const void *bytes, size_t n);
/* They end at the first NUL. The caller frees it. */
char *fuzz_text(const uint8_t *bytes, size_t n);

#endif
