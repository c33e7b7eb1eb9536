/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UTIL_WHO_H
#define UTIL_WHO_H

/* The operator, for the journal, the locks and the services row: the account, who became it by sudo, and the machine. */
struct who {
	char user[64], sudo_user[64], on[128]; /* sudo_user "": nobody did */
};
void who_am_i(struct who *out);
const char *who_name(const struct who *who); /* the person: sudo_user, or user */

/* Who sits there, where everybody is root: ${given} by --operator, or else $EVAC_MANAGE_OPERATOR; NULL: nobody said. */
const char *who_operator(const char *given);

#endif
