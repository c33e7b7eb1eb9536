/* SPDX-License-Identifier: Apache-2.0 */
#include "util/prometheus.h"

void prometheus_add_gauge(const char *name, const char *help, struct str *out)
{
	str_addf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

void prometheus_add_label(const char *name, const char *value, const char *before, struct str *out)
{
	str_addf(out, "%s%s=\"", before, name);
	for (; *value; value++) {
		if (*value == '\\' || *value == '"')
			str_addf(out, "\\%c", *value);
		else
			str_addc(out, (unsigned char)*value < 0x20 || (unsigned char)*value > 0x7e ? '?' : *value);
	}
	str_addc(out, '"');
}
