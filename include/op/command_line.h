/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OP_COMMAND_LINE_H
#define OP_COMMAND_LINE_H

#include "op/finding.h"
#include "op/request.h"
#include "util/str.h"

/* The command as it was typed, quoted for a shell, with what is missing for it to go on: --fenced, an --accept for each finding
 * that takes one, an --exclude for each instance that nothing lets in, --yes. true: a word of the operator's is among what it adds. */
bool command_line_to_go_on(const struct request *request, const struct findings *findings, struct str *out);

#endif
