/* SPDX-License-Identifier: Apache-2.0 */
#include "find/scene.h"
#include "util/signals.h"
#include "util/clock.h"
#include "util/log.h"

#define LOOK_MS 1000

/* A nova-compute that is forced down is down to nova, whatever it reports. It may be forced down since yesterday, though, and
 * its host be on again: a heartbeat that comes while we look is no dead host's. One that is already late need not be waited
 * for. */
static int64_t watch_s(const struct scene *scene)
{
	int64_t interval = scene->world->nova.report_interval_s;

	return interval + interval / 2 + 1;
}

static int age_now(const struct scene *scene, struct db *db, struct maybe_int *age, struct error *err)
{
	const struct nova_service *s;
	struct nova_services now;

	if (nova_services_of_host(db, scene->subject.host, &now, err) != 0)
		return -1;
	s = nova_service_find(&now, "nova-compute", scene->subject.host);
	*age = s ? s->heartbeat_age_s : (struct maybe_int){ false, 0 };
	nova_services_free(&now);
	return 0;
}

static int watch_heartbeat(struct scene *scene, struct db *db, struct error *err)
{
	int64_t last = scene->nova.compute->heartbeat_age_s.v, end = clock_monotonic_ms() + (watch_s(scene) + 1) * 1000;
	struct maybe_int age = { true, last };

	while (age.set && age.v < watch_s(scene) && clock_monotonic_ms() < end && !signal_came()) {
		clock_sleep_ms(LOOK_MS);
		if (age_now(scene, db, &age, err) != 0)
			return -1;
		if (age.set && age.v < last) {
			scene->nova.reports_though_forced_down = true;
			return 0;
		}
		last = age.v;
	}
	return 0;
}

int scene_watch_heartbeat(struct scene *scene, struct error *err)
{
	const struct nova_service *s = scene->nova.compute;
	struct db *db; /* the one that finds has its snapshot */
	int rc;

	if (!scene->subject.evacuates || !s || !s->forced_down || !s->heartbeat_age_s.set ||
	    s->heartbeat_age_s.v >= watch_s(scene))
		return 0;
	log_notice("nova-compute on '%s' is forced down but reported %lld s ago: waiting up to %lld s for another report",
	    scene->subject.host, (long long)s->heartbeat_age_s.v, (long long)(watch_s(scene) + 1));
	if (world_connect_cell(scene->world, scene->nova.home->cell, &db, err) != 0)
		return -1;
	rc = watch_heartbeat(scene, db, err);
	db_close(&db);
	return rc;
}
