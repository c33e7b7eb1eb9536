/* SPDX-License-Identifier: Apache-2.0 */
#include "util/lang.h"

const char *lang_text(const char *english)
{
	return english;
}
