/* SPDX-License-Identifier: Apache-2.0 */
/* The dead host's BMC, and the child that a fence agent runs in: what is above it, src/fence as shipped, reads its words and its end. */
#include "world.h"

#include <stdio.h>
#include <string.h>

#include "../../src/fence/internal.h"

int __wrap_child_run(const struct child *child, struct str *output, struct child_end *end, struct error *err);

void power_comes_on(void)
{
	if (!world->has_agent || world->is_on)
		return;
	world->is_on = true;
	world->on_us = world->now_us;
	world_tell("somebody switches %s on", host_name[0]);
}

/* Whatever ran there does not any more. */
void power_goes_off(void)
{
	world->is_on = false;
	world->alive[0] = world->agents_alive = false;
	world->reported_us = world->owner_reported_us = 0;
	world_tell("%s is off", host_name[0]);
}

static void say(struct str *output, struct child_end *end, const char *words, int exit_code)
{
	str_add(output, words);
	end->exit_code = exit_code;
}

static bool is_about(const char *input, const char *host)
{
	const char *ip = strstr(input, "ip=");

	return ip && strncmp(ip + 3, host, strlen(host)) == 0 && ip[3 + strlen(host)] == '\n';
}

/* It obeys after some seconds, however often it is told. */
static void obey(const struct fault *f)
{
	const int64_t in_s = f && f->kind == FAULT_BMC_SLOW ? (int64_t)(40 + f->by % 180) : (int64_t)(1 + world_draw(8));

	if (world->is_on)
		world_at(in_s * SECOND_US, EVENT_OFF, 0);
}

int __wrap_child_run(const struct child *child, struct str *output, struct child_end *end, struct error *err)
{
	const bool is_order = strncmp(child->input, "action=off\n", 11) == 0;
	const struct fault *f = world_call(is_order ? BOTTOM_ORDER : BOTTOM_AGENT, is_order ? "the agent is told: off" : "the agent is asked");

	(void)err;
	*end = (struct child_end){ .exit_code = -1 };
	if (f && f->kind == FAULT_BMC_SILENT)
		world->bmc_us = world->now_us + (int64_t)(20 + f->by % 240) * SECOND_US;
	if (world->bmc_us > world->now_us) {
		world_wait(child->timeout_ms * 1000);
		end->timed_out = true;
		return 0;
	}
	world_wait((int64_t)(200000 + world_draw(SECOND_US)));
	if (!is_about(child->input, host_name[0])) {
		const bool is_off = world->is_pair && is_about(child->input, host_name[1]);

		world->is_fenced[1] |= is_off && !is_order;
		say(output, end, is_order ? "Success: Powered OFF\n" : is_off ? "Status: OFF\n" : "Status: ON\n", is_off && !is_order ? 2 : 0);
	} else if (is_order) {
		obey(f);
		say(output, end, "Success: Powered OFF\n", 0);
	} else {
		say(output, end, world->is_on ? "Status: ON\n" : "Status: OFF\n", world->is_on ? 0 : 2);
		world->is_fenced[0] |= !world->is_on;
	}
	return 0;
}
