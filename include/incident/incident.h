/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INCIDENT_INCIDENT_H
#define INCIDENT_INCIDENT_H

#include "cli/request.h"
#include "util/error.h"

/* The report of an incident, for people who were not there: who did what, when and why, what is known of the failed host's
 * death, what moved, what failed, whom it concerns. It is made of the run's journal alone and asks no server, so that it can be
 * written while everything else is down; what a journal does not have is said to be unknown.
 *
 * The run is ${request}->what.id. To ${request}->what.html, what.markdown, or as text on stdout. ERROR_NOT_FOUND with the
 * nearest for an unknown run; a damaged journal is ERROR_ERROR, as for everybody who reads one. */
int incident_report(const struct request *request, struct error *err);

#endif
