/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMAND_WORDS_H
#define COMMAND_WORDS_H

#include "cli/cli.h"

/* Words that more than one command takes. */

extern const struct argument_spec failed_host_arguments[], host_arguments[]; /* a dead one; any */
extern const struct argument_spec volume_arguments[], run_arguments[], plan_file_arguments[];

#define OPTION_SPREAD \
	{ \
		.name = "spread", .type = OPTION_WORDS, .offset = AT(what.spread), .metavar = "HOST,...", \
		.sentence = "only to these hosts, as they have capacity" \
	}
#define OPTION_FOLLOW_ZONE \
	{ \
		.name = "follow-zone", .type = OPTION_FLAG, .offset = AT(what.follow_zone), \
		.sentence = "moved volumes also get the availability zone of their new owner" \
	}
#define OPTION_TO_CLUSTER \
	{ \
		.name = "cluster", .type = OPTION_FLAG, .offset = AT(what.to_cluster), \
		.sentence = "the new owner is a member of an active-active cluster: what moves becomes the cluster's" \
	}
#define OPTION_SETTLE \
	{ \
		.name = "settle", .type = OPTION_FLAG, .offset = AT(what.settle), \
		.sentence = \
		    "also write the status of volumes, snapshots and backups whose work was cut short, where that is safe" \
	}

#endif
