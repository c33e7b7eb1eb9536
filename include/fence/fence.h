/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FENCE_FENCE_H
#define FENCE_FENCE_H

#include <stdint.h>

#include <json-c/json.h>

#include "config/fencing.h"
#include "util/clock.h"
#include "util/error.h"
#include "util/str.h"

/* A fence agent, by ClusterLabs' FenceAgentAPI: options on its standard input, "status" ends with 0 where the host is on, 2
 * where it is off, 1 where it cannot say. It runs in a child of its own process group with an environment of three variables
 * and no file of ours open, and is killed at its time-out. Nothing secret is in its argv or environment, nor in what is kept of
 * its words. */

enum fence_state {
	FENCE_UNKNOWN, /* cannot say, did not answer, could not be asked: never taken for off */
	FENCE_ON,
	FENCE_OFF,
};
extern const char *const fence_state_name[]; /* for programs */

#define FENCE_WORDS_SIZE 400
struct fence_answer {
	enum fence_state state;
	bool timed_out;
	int exit_code; /* -1: it was not started, or killed */
	int64_t took_ms;
	char at[CLOCK_TEXT_SIZE];      /* when it was asked */
	char words[FENCE_WORDS_SIZE];  /* what it said, in one line; "": nothing */
	char trouble[ERROR_TEXT_SIZE]; /* why it could not be asked, or what of its answer does not count; "": none */
};

/* Could it be asked? Its program is there, and its password is root's alone. Starts nothing. -1, ERROR_CONFIG: it could not. */
int fence_check(const struct fence_agent *agent, struct error *err);
/* Is the host on? Takes the agent's timeout_s at most; a signal (Ctrl-C) ends it at once. */
void fence_ask(const struct fence_agent *agent, struct fence_answer *out);
/* Switches it off, and asks until the agent says that it is off, off_timeout_s at most. ${said}: to the order, ${out}: then. A
 * host that is off already is off. */
void fence_off(const struct fence_agent *agent, struct fence_answer *said, struct fence_answer *out);

/* Would it give a community or passwords to snmpget in its argv, where ps shows them and an audit of execve() keeps them? SNMP
 * 3 without a secret of ours does not: net-snmp has its passphrases from its own snmp.conf. By the agent's name alone. */
bool fence_shows_secrets(const struct fence_agent *agent);

const char *fence_agent_name(const struct fence_agent *agent); /* without its directory */
/* "fence_ipmilan says 'Status: OFF' (exit 2, 0.4 s)", or why it is no answer. */
void fence_answer_put(const struct fence_agent *agent, const struct fence_answer *answer, json_object *object);
void fence_answer_say(const struct fence_agent *agent, const struct fence_answer *answer, struct str *out);

#endif
