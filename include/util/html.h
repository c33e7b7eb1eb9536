/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_HTML_H
#define UTIL_HTML_H

#include "util/str.h"

/* Texts of strangers in a page. Nothing in them is markup, and nothing that a reader would obey. */
void html_add(const char *text, struct str *out);
void html_add_hash(const char *text, struct str *out); /* a source of a policy: this script or stylesheet, and no other */

#endif
