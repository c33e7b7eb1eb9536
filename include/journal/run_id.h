/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JOURNAL_RUN_ID_H
#define JOURNAL_RUN_ID_H

#include "model/nova/evacuation.h"

/* Names that are made once and can be made again: of a run, and of what a run asks nova for. */

#define RUN_ID_SIZE 64
void run_id_new(const char *command, char out[RUN_ID_SIZE]); /* 20260131T030405Z-host-rescue-1a2b3c4d: no dot */

/* The migration's uuid and the request id of an evacuation are made from the run's name: whoever knows the run can make them
 * again. */
void evacuation_name_ids(const char *run, const char *instance_uuid, struct evacuation_rows *rows);

#endif
