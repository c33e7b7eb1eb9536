/* SPDX-License-Identifier: Apache-2.0 */
/* In the place of the child that asks Ceph (storage_begin, storage_take): a cluster that has the instances' volumes. The old guests' clients hold
 * the locks, and have their disks open while their host is alive; the blocklist is the world's. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "storage/storage.h"

#define EXCLUSIVE_LOCK 0x3du
#define FSID "5f3c1f8e-3f0c-4b6f-9d0e-0f4f6a1c2b3d"
#define ANSWERS_MAX 16

void __wrap_storage_begin(const struct storage_ask *ask, struct storage_look *look);
void __wrap_storage_take(struct storage_look *look, struct storage_answer *out);

/* Begun and not taken yet; of this command. */
static struct storage_answer waiting[ANSWERS_MAX];
static bool is_waiting[ANSWERS_MAX];

static struct storage_address address_of(const char *text)
{
	struct storage_address out = { .port = 0 };

	if (!storage_address_parse(text, &out) && !storage_address_parse_host(text, &out))
		abort();
	return out;
}

static struct storage_address client_of(size_t guest)
{
	char text[STORAGE_ADDRESS_SIZE];

	snprintf(text, sizeof text, "192.0.2.7:0/%zu", 5 + guest);
	return address_of(text);
}

static struct kept_out *entry_of(const struct storage_address *client)
{
	char text[STORAGE_ADDRESS_SIZE];

	storage_address_text(client, text);
	for (struct kept_out *k = world->kept_out; k < world->kept_out + world->nkept_out; k++)
		if (strcmp(k->client, text) == 0)
			return k;
	return NULL;
}

bool ceph_keeps_guest_out(size_t guest)
{
	const struct storage_address client = client_of(guest);

	return entry_of(&client) != NULL;
}

void ceph_is_cleared(void)
{
	world->nkept_out = 0;
	world->lifted_us = world->now_us;
}

static void keep_out(const struct storage_address *client, unsigned for_s)
{
	struct kept_out *k = entry_of(client);

	if (!k && world->nkept_out == KEPT_OUT_MAX)
		abort();
	k = k ? k : &world->kept_out[world->nkept_out++];
	storage_address_text(client, k->client);
	k->until_us = world->now_us + for_s * SECOND_US;
	world_tell("%s is kept out", k->client);
}

static void lift(const struct storage_address *client)
{
	struct kept_out *k = entry_of(client);

	if (k)
		*k = world->kept_out[--world->nkept_out];
}

/* Whose volume it is; INSTANCES: nobody's. */
static size_t guest_with(const struct storage_image *image)
{
	const char *id = strncmp(image->name, "volume-", 7) == 0 ? image->name + 7 : "-";
	const char *row = server_ask("SELECT instance_uuid FROM nova.block_device_mapping WHERE volume_id = '%.36s'", id);
	size_t i = 0;

	while (i < INSTANCES && strncmp(world->guest[i].uuid, row, UUID_TEXT - 1) != 0)
		i++;
	return i;
}

static void look_at_disk(struct storage_answer *out, struct storage_disk *disk, const struct storage_image *image)
{
	const size_t guest = guest_with(image);

	*disk = (struct storage_disk){ .seen = guest < INSTANCES ? STORAGE_SEEN : STORAGE_MISSING, .features = EXCLUSIVE_LOCK };
	if (guest == INSTANCES || world->guest[guest].runs) /* the new one broke the lock, and has it open from another address */
		return;
	disk->lock = arena_alloc(&out->arena, sizeof *disk->lock);
	*disk->lock = (struct storage_lock){ .address = client_of(guest), .client = 4100 + (int64_t)guest, .automatic = true, .cookie = 1 };
	disk->nlock = 1;
	if (!world->alive[0] || ceph_keeps_guest_out(guest))
		return;
	disk->watcher = arena_alloc(&out->arena, sizeof *disk->watcher);
	*disk->watcher = (struct storage_watcher){ .address = client_of(guest), .client = 4100 + (int64_t)guest, .cookie = 1 };
	disk->nwatcher = 1;
}

static void list_entries(struct storage_answer *out)
{
	out->entry = xcalloc(world->nkept_out + 1, sizeof *out->entry);
	for (size_t i = 0; i < world->nkept_out; i++) {
		const time_t until = (time_t)(world->kept_out[i].until_us / SECOND_US);
		struct tm t;
		char text[64];

		gmtime_r(&until, &t);
		strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S.000000+0000", &t);
		out->entry[out->nentry++] =
		    (struct storage_entry){ .address = address_of(world->kept_out[i].client), .until = arena_dup(&out->arena, text) };
	}
	out->entries_known = true;
}

static void describe_cluster(struct storage_answer *out)
{
	out->fsid = arena_dup(&out->arena, FSID);
	out->monitor = arena_alloc(&out->arena, sizeof *out->monitor);
	out->osd = xcalloc(1, sizeof *out->osd);
	*out->monitor = address_of("192.0.2.1:6789");
	*out->osd = address_of("192.0.2.2:6800");
	out->nmonitor = out->nosd = 1;
	out->osds_known = true;
	out->may_blocklist = STORAGE_MAY;
}

/* An order that has no answer: it may have been obeyed. */
static void lose_answer(const struct storage_ask *ask, struct storage_answer *out, bool is_done)
{
	for (size_t i = 0; is_done && i < ask->nfence; i++)
		keep_out(&ask->fence[i], ask->fence_s);
	world_wait(STORAGE_DEADLINE_MS * SECOND_US / 1000);
	for (size_t i = 0; i < ask->n; i++)
		out->disk[i] = (struct storage_disk){ .seen = STORAGE_UNKNOWN, .why = "Ceph did not answer in time" };
	out->fence_why = out->lift_why = arena_dup(&out->arena, "the monitors did not answer in time");
	out->fence_unsure = ask->nfence > 0;
}

static void answer(const struct storage_ask *ask, struct storage_answer *out)
{
	const struct fault *f = world_call(ask->nfence ? BOTTOM_FENCE : BOTTOM_ANY, ask->nfence ? "Ceph is told" : "Ceph is asked");

	out->ndisk = ask->n;
	out->disk = arena_alloc(&out->arena, ask->n * sizeof *out->disk + 1);
	if (!world->has_ceph) {
		out->absent = arena_dup(&out->arena, "there is none");
		return;
	}
	describe_cluster(out);
	if (f && f->kind == FAULT_CEPH_SILENT) {
		lose_answer(ask, out, f->by % 2);
		return;
	}
	for (; out->nfenced < ask->nfence; out->nfenced++)
		keep_out(&ask->fence[out->nfenced], ask->fence_s);
	for (; out->nlifted < ask->nlift; out->nlifted++)
		lift(&ask->lift[out->nlifted]);
	list_entries(out);
	for (size_t i = 0; i < ask->n; i++)
		look_at_disk(out, &out->disk[i], &ask->image[i]);
}

void __wrap_storage_begin(const struct storage_ask *ask, struct storage_look *look)
{
	size_t i = 0;

	while (i < ANSWERS_MAX && is_waiting[i])
		i++;
	if (i == ANSWERS_MAX)
		abort();
	is_waiting[i] = true;
	waiting[i] = (struct storage_answer){ .absent = NULL };
	answer(ask, &waiting[i]);
	*look = (struct storage_look){ .pid = (int)i + 1, .fd = -1, .n = ask->n, .nfence = ask->nfence, .nlift = ask->nlift };
}

void __wrap_storage_take(struct storage_look *look, struct storage_answer *out)
{
	if (look->pid == 0) {
		*out = (struct storage_answer){ .absent = "there is none", .ndisk = look->n };
		out->disk = arena_alloc(&out->arena, look->n * sizeof *out->disk + 1);
		return;
	}
	*out = waiting[look->pid - 1];
	is_waiting[look->pid - 1] = false;
	look->pid = 0;
}
