/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "internal.h"
#include "util/mem.h"
#include "util/secret.h"

void config_values_add(struct config_values *values, struct config_value value)
{
	if (values->n == values->cap)
		values->v = vec_grow(values->v, values->n, &values->cap, sizeof *values->v);
	values->v[values->n++] = value;
}

void config_values_free(struct config_values *values)
{
	for (struct config_value *v = values->v; v < values->v + values->n; v++) {
		free(v->group);
		free(v->key);
		free(v->value);
		free(v->origin);
	}
	free(values->v);
	*values = (struct config_values){ 0 };
}

void ini_note_to(struct ini *ini, struct config_values *values, const char *service)
{
	ini->values = values;
	ini->service = service;
}

void ini_note(const struct ini *ini, const struct ini_name *names, const char *value, const char *origin)
{
	auto_str struct str shown = { 0 };

	if (!ini->values)
		return;
	str_add(&shown, "");
	str_add_foreign(&shown, str_or(value, "")); /* a reference may have put a URL into an option of another kind */
	config_values_add(ini->values,
	    (struct config_value){ .service = ini->service,
		.group = xstrdup(names->group),
		.key = xstrdup(names->key),
		.value = value ? xstrdup(shown.s) : NULL,
		.origin = origin ? xstrdup(origin) : NULL });
}
