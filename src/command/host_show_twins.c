/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "host_show.h"
#include "find/moves.h"
#include "util/lang.h"
#include "util/shell.h"
#include "util/str.h"

/* Other names that may be the same machine. */

static int count_instances(const struct scene *scene, const char *host, int64_t *n, struct error *err)
{
	struct instances found;

	*n = 0;
	for (size_t i = 0; i < scene->nova.ncell; i++) {
		if (instances_on_host(scene->nova.cell[i].cell->db, host, &found, err) != 0)
			return -1;
		*n += (int64_t)found.n;
		instances_free(&found);
	}
	return 0;
}

static bool has_twin(const struct host_twins *twins, const char *name)
{
	for (size_t i = 0; i < twins->n; i++)
		if (strcmp(twins->v[i].name, name) == 0)
			return true;
	return false;
}

/* A host whose records are gone lives on in what its instances name. */
static int add_twins_of_instances(struct scene *scene, struct host_twins *twins, struct error *err)
{
	for (size_t c = 0; c < scene->nova.ncell; c++) {
		struct host_list hosts;

		if (instance_hosts_near(scene->nova.cell[c].cell->db, scene->subject.host, &hosts, err) != 0)
			return -1;
		for (size_t i = 0; i < hosts.n; i++) {
			struct host_twin *more;

			if (!str_is_twin(hosts.v[i].host, scene->subject.host) || has_twin(twins, hosts.v[i].host))
				continue;
			more = arena_alloc(&scene->arena, (twins->n + 1) * sizeof *more);
			if (twins->n > 0)
				memcpy(more, twins->v, twins->n * sizeof *more);
			more[twins->n++] = (struct host_twin){ .name = arena_dup(&scene->arena, hosts.v[i].host) };
			twins->v = more;
		}
		host_list_free(&hosts);
	}
	return 0;
}

/* An FQDN beside a short name: two names to us, one machine perhaps. */
int host_show_twins(struct table *t, struct scene *scene, struct error *err)
{
	auto_str struct str owns = { 0 };
	const char *to = scene_live_node(scene, &scene->arena);
	struct host_twins twins;
	int64_t n;

	scene_find_twins(scene, scene->subject.host, &scene->arena, &twins);
	if (add_twins_of_instances(scene, &twins, err) != 0)
		return -1;
	for (const struct host_twin *twin = twins.v; twin < twins.v + twins.n; twin++) {
		const char *name = shell_word(&scene->arena, twin->name);

		if (count_instances(scene, twin->name, &n, err) != 0)
			return -1;
		host_twin_describe(twin, &owns);
		if (n > 0)
			str_addf(&owns, _("%s%lld instance%s"), owns.n ? ", " : "", (long long)n, n == 1 ? "" : "s");
		if (scene->nova.home && to && twin->nova_services == 0 && n == 0)
			str_addf(&owns,
			    _("; the same name up to the first dot; to move its rows too: evac-manage host rescue %s --to %s --cinder-host %s"),
			    shell_word(&scene->arena, scene->subject.host), shell_word(&scene->arena, to), name);
		else
			str_addf(&owns, _("; the same name up to the first dot: evac-manage host show %s"), name);
		host_show_add(t, "twin", twin->name, twin->up ? "up" : "down", twin->volumes + twin->backups + n, owns.s);
	}
	return 0;
}
