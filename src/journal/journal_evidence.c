/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "find/finding.h"
#include "journal/journal.h"
#include "util/json.h"
#include "util/str.h"

/* What the plan saw, before anything was written: for whoever asks later why the host was taken for dead, and whom it concerns.
 * No run reads it again. */

static void put_age(json_object *o, const struct maybe_int *age)
{
	put(o, "heartbeat_age_s", age->set ? json_object_new_int64(age->v) : NULL);
}

static json_object *service_seen(const char *binary, const char *host, const struct maybe_int *age, unsigned down_s)
{
	json_object *o = json_object_new_object();

	put_text(o, "binary", binary);
	put_text(o, "host", host);
	put_age(o, age);
	put_int(o, "down_after_s", down_s);
	return o;
}

static json_object *services_seen(const struct scene *scene)
{
	json_object *list = json_object_new_array(), *one;

	if (scene->nova.compute) {
		one = service_seen(scene->nova.compute->binary, scene->nova.compute->host,
		    &scene->nova.compute->heartbeat_age_s, scene->nova.down_s);
		put_bool(one, "up", nova_service_is_up(scene->nova.compute, scene->nova.down_s));
		put_bool(one, "forced_down", scene->nova.compute->forced_down);
		json_object_array_add(list, one);
	}
	for (size_t i = 0; i < scene->cinder.services.n; i++) {
		const struct cinder_service *s = &scene->cinder.services.v[i];

		if (!scene->subject.host || !scene_is_failed_node(scene, s->host))
			continue;
		one = service_seen(s->binary, s->host, &s->heartbeat_age_s, scene->cinder.down_s);
		put_bool(one, "up", cinder_service_is_up(s, scene->cinder.down_s));
		json_object_array_add(list, one);
	}
	return list;
}

static json_object *consumers_seen(const struct scene *scene)
{
	json_object *list = json_object_new_array(), *one;

	for (const struct consumer_fact *c = scene->bus.consumer; c < scene->bus.consumer + scene->bus.nconsumer; c++) {
		one = json_object_new_object();
		put_text(one, "queue", c->queue);
		put_int(one, "consumers", c->now.consumers);
		put_int(one, "messages", c->now.messages);
		json_object_array_add(list, one);
	}
	return list;
}

/* ---- the disks, as they were frozen: whom a later look is compared with */

/* Where a recovery, and the host's return, ask again. No key is in it. */
static json_object *cluster_seen(const struct ceph_fact *ceph)
{
	json_object *one = json_object_new_object();

	put_text(one, "cluster", ceph->newest ? ceph->newest->fsid : NULL);
	put_text(one, "name", ceph->access.cluster);
	put_text(one, "conf", ceph->access.conf);
	put_text(one, "keyring", ceph->access.keyring);
	put_text(one, "user", ceph->access.user);
	put_text(one, "opener", ceph->opener);
	put_text(one, "monitors", ceph->access.monitors);
	return one;
}

static json_object *storage_seen(const struct scene *scene)
{
	json_object *o = scene_storage_json(scene), *clusters = json_object_new_array();

	for (size_t i = 0; i < scene->storage.nceph; i++)
		json_object_array_add(clusters, cluster_seen(&scene->storage.ceph[i]));
	put(o, "clusters", clusters);
	return o;
}

/* Of several hosts: those about this one; what is about all stands with the first. */
static bool is_said_here(const struct scene *scene, const struct finding *f)
{
	if (!scene->whole)
		return true;
	return f->host ? str_equal(f->host, scene->subject.host) : scene == scene->whole->each;
}

static json_object *findings_seen(const struct scene *scene, const struct findings *findings)
{
	json_object *list = json_object_new_array(), *one;

	for (const struct finding *f = findings->v; f < findings->v + findings->n; f++) {
		if (!is_said_here(scene, f))
			continue;
		one = json_object_new_object();
		put_text(one, "severity", severity_name[f->severity]);
		put_text(one, "code", f->code);
		put_text(one, "subject", f->subject);
		put_text(one, "message", f->message);
		put_bool(one, "accepted", f->accepted);
		json_object_array_add(list, one);
	}
	return list;
}

/* ---- whom it concerns: a project and the user who made the things */

struct party {
	const char *project, *user, *instance, *instance_name; /* instance NULL: ${volumes} or ${backups} is one */
	int64_t volumes, backups;
};
struct parties {
	struct party *v;
	size_t n, cap;
};

static void add_party(struct parties *parties, struct party party)
{
	parties->v = vec_grow(parties->v, parties->n, &parties->cap, sizeof *parties->v);
	parties->v[parties->n++] = party;
}

static int compare_parties(const void *a, const void *b)
{
	const struct party *x = a, *y = b;
	int order = strcmp(str_or(x->project, ""), str_or(y->project, ""));

	order = order ? order : strcmp(str_or(x->user, ""), str_or(y->user, ""));
	return order ? order : strcmp(str_or(x->instance, ""), str_or(y->instance, ""));
}

static void find_parties(const struct scene *scene, struct parties *out)
{
	for (size_t i = 0; i < scene->subject.ncandidate; i++) {
		const struct instance *instance = scene->subject.candidate[i].instance;

		add_party(out,
		    (struct party){ .project = instance->project_id,
			.user = instance->user_id,
			.instance = instance->uuid,
			.instance_name = instance->name });
	}
	for (size_t i = 0; i < scene->subject.nmove; i++)
		for (int kind = 0; kind < OWNED_KINDS; kind++)
			for (size_t k = 0; k < scene->subject.move[i].rows[kind].n; k++) {
				const struct owned *row = &scene->subject.move[i].rows[kind].v[k];

				if ((kind == OWNED_VOLUME || kind == OWNED_BACKUP) && !row->left_out)
					add_party(out,
					    (struct party){ .project = row->project_id,
						.user = row->user_id,
						.volumes = kind == OWNED_VOLUME,
						.backups = kind == OWNED_BACKUP });
			}
	vec_sort(out->v, out->n, sizeof *out->v, compare_parties);
}

static json_object *people_of(const struct scene *scene)
{
	json_object *list = json_object_new_array(), *one, *instances;
	struct parties parties = { 0 };
	int64_t volumes, backups;
	size_t i = 0, first;

	find_parties(scene, &parties);
	while (i < parties.n) {
		one = json_object_new_object();
		instances = json_object_new_array();
		volumes = backups = 0;
		for (first = i; i < parties.n && str_equal(parties.v[i].project, parties.v[first].project) &&
		     str_equal(parties.v[i].user, parties.v[first].user);
		     i++) {
			volumes += parties.v[i].volumes;
			backups += parties.v[i].backups;
			if (parties.v[i].instance)
				json_object_array_add(instances,
				    json_object_new_string(str_or(parties.v[i].instance_name, parties.v[i].instance)));
		}
		put_text(one, "project_id", parties.v[first].project);
		put_text(one, "user_id", parties.v[first].user);
		put(one, "instances", instances);
		put_int(one, "volumes", volumes);
		put_int(one, "backups", backups);
		json_object_array_add(list, one);
	}
	free(parties.v);
	return list;
}

static int add_evidence_record(struct journal *j, const struct scene *scene, const struct findings *findings, struct error *err)
{
	json_object *record = json_object_new_object();

	if (scene->whole)
		put_text(record, "host", scene->subject.host);
	put(record, "services", services_seen(scene));
	put(record, "consumers", consumers_seen(scene));
	put_text(record, "queues_absent", scene->bus.queues_absent);
	put(record, "sessions",
	    scene->witness.nsession > 0 && scene->subject.host ?
		json_object_new_int64((int64_t)scene_sessions_of(scene, scene->subject.host)) :
		NULL);
	put_text(record, "nova_api", scene->witness.nova_api);
	put(record, "agents", scene_agents_json(scene));
	put(record, "life", scene_life_json(scene));
	put(record, "wires", scene_wires_json(scene));
	put(record, "power", scene_power_json(scene));
	put(record, "storage", storage_seen(scene));
	put(record, "findings", findings_seen(scene, findings));
	put(record, "people", people_of(scene));
	return journal_add(j, "evidence", record, false, err);
}

int journal_evidence(struct journal *j, const struct scene *scene, const struct findings *findings, struct error *err)
{
	EACH_HOST_OF(h, scene)
	if (add_evidence_record(j, h, findings, err) != 0)
		return -1;
	return 0;
}

int journal_power(struct journal *j, const struct scene *host, const char *action, const struct fence_answer *answer,
    struct error *err)
{
	json_object *record = json_object_new_object();

	put_text(record, "action", action);
	if (host->whole)
		put_text(record, "host", host->subject.host);
	fence_answer_put(&host->power.agent, answer, record);
	return journal_add(j, "power", record, true, err);
}

int journal_fence(struct journal *j, const char *action, const struct step *client, struct error *err)
{
	json_object *record = json_object_new_object();

	put_text(record, "action", action);
	put_text(record, "client", client->id);
	put_text(record, "cluster", step_after(client, "cluster"));
	put_text(record, "state", state_name[client->state]);
	put_text(record, "error", client->error);
	return journal_add(j, "fence", record, true, err);
}

int journal_witness(struct journal *j, const struct scene *scene, struct error *err)
{
	json_object *record = json_object_new_object();

	if (scene->whole)
		put_text(record, "host", scene->subject.host);
	put(record, "agents", scene_agents_json(scene));
	put(record, "life", scene_life_json(scene));
	return journal_add(j, "witness", record, false, err);
}
