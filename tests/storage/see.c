/* SPDX-License-Identifier: Apache-2.0 */
/* The room src/storage alone: what it says of a cluster's images, a line a fact.
 *	see CONF KEYRING USER [probe] [whole] [fence=ADDRESS@SECONDS] [lift=ADDRESS] [POOL/IMAGE]...        "-": NULL */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "storage/storage.h"
#include "util/clock.h"
#include "util/str.h"

static const char *null_or(const char *word)
{
	return strcmp(word, "-") == 0 ? NULL : word;
}

static void show_disk(const struct storage_image *image, const struct storage_disk *disk)
{
	static const char *const seen[] = { "unknown", "seen", "missing" };
	char text[STORAGE_ADDRESS_SIZE];

	printf("%s/%s %s %s features=%" PRIu64 "\n", image->pool, image->name, seen[disk->seen], str_or(disk->why, "-"), disk->features);
	for (size_t i = 0; i < disk->nwatcher; i++)
		printf("  watcher %s client.%" PRId64 " %" PRIu64 "\n", storage_address_text(&disk->watcher[i].address, text),
		    disk->watcher[i].client, disk->watcher[i].cookie);
	for (size_t i = 0; i < disk->nlock; i++)
		printf("  lock %s client.%" PRId64 " %s %" PRIu64 "\n", storage_address_text(&disk->lock[i].address, text), disk->lock[i].client,
		    disk->lock[i].automatic ? "auto" : "hand", disk->lock[i].cookie);
}

int main(int argc, char **argv)
{
	static const char *const may[] = { "unknown", "yes", "no" };
	struct storage_image *image = xcalloc((size_t)argc, sizeof *image);
	struct storage_address fence, lift;
	struct storage_ask ask = { .image = image };
	struct storage_look look;
	struct storage_answer answer;
	int64_t begin = clock_monotonic_ms(), deadline;
	char text[STORAGE_ADDRESS_SIZE];

	if (argc < 4)
		return 2;
	ask.access = (struct storage_access){ .conf = null_or(argv[1]), .keyring = null_or(argv[2]), .user = null_or(argv[3]),
		.monitors = getenv("MONITORS") };
	for (int i = 4; i < argc; i++) {
		char *slash = strchr(argv[i], '/'), *equals = strrchr(argv[i], '=');

		if (strcmp(argv[i], "probe") == 0) {
			ask.probe = true;
		} else if (strcmp(argv[i], "whole") == 0) {
			ask.whole_hosts = true;
		} else if (str_starts(argv[i], "lift=")) {
			if (!storage_address_parse(argv[i] + strlen("lift="), &lift))
				return 2;
			ask.lift = &lift;
			ask.nlift = 1;
		} else if (str_starts(argv[i], "fence=") && equals) {
			char *seconds = strrchr(argv[i], '@');

			*seconds++ = '\0';
			if (!storage_address_parse(argv[i] + strlen("fence="), &fence))
				return 2;
			ask.fence = &fence;
			ask.nfence = 1;
			ask.fence_s = (unsigned)atoi(seconds);
		} else {
			*slash = '\0';
			image[ask.n++] = (struct storage_image){ argv[i], slash + 1 };
		}
	}
	storage_begin(&ask, &look);
	deadline = look.deadline_ms;
	storage_take(&look, &answer);
	printf("absent %s\nfsid %s\nmonitors %zu\nmay %s\nfenced %zu %s\n", str_or(answer.absent, "-"), str_or(answer.fsid, "-"),
	    answer.nmonitor, may[answer.may_blocklist], answer.nfenced, str_or(answer.fence_why, "-"));
	printf("lifted %zu %s\nosds %s %zu\n", answer.nlifted, str_or(answer.lift_why, "-"), answer.osds_known ? "known" : "unknown",
	    answer.nosd);
	printf("entries %s %zu\n", answer.entries_known ? "known" : "unknown", answer.nentry);
	for (size_t i = 0; i < answer.nentry; i++)
		printf("  entry %s %s\n", storage_address_text(&answer.entry[i].address, text), answer.entry[i].until);
	for (size_t i = 0; i < ask.n; i++)
		show_disk(&image[i], &answer.disk[i]);
	printf("deadline %" PRId64 "\nms %" PRId64 "\n", deadline - begin, clock_monotonic_ms() - begin);
	storage_answer_free(&answer);
	free(image);
	return 0;
}
