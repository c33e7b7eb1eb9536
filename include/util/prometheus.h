/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_PROMETHEUS_H
#define UTIL_PROMETHEUS_H

#include "util/str.h"

/* Prometheus' text format, for node_exporter's textfile collector. */

/* The lines before the samples of a gauge. */
void prometheus_add_gauge(const char *name, const char *help, struct str *out);
/* ${before}, then ${name}="${value}". In the value backslash and quote are spelt; what is no printable ASCII becomes '?'. */
void prometheus_add_label(const char *name, const char *value, const char *before, struct str *out);

#endif
