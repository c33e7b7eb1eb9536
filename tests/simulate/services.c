/* SPDX-License-Identifier: Apache-2.0 */
/* nova's services that die, are started anew, or are away for a time: what they had in hand nobody has any more, what waits in their queues they take
 * when they are there again (oslo.messaging acknowledges a message before it is worked on). */
#include "world.h"

/* The whole host: its guests, too. */
void host_goes(size_t host)
{
	world->alive[host] = false;
	for (size_t i = 0; i < INSTANCES; i++)
		world->guest[i].runs &= ~(1u << host);
}

static void restart(size_t host)
{
	world->alive[host] = false;
	world->restarts[host] = true;
	for (struct message *m = world->message; m < world->message + world->nmessage; m++)
		m->is_forgotten |= m->begun && m->host == host;
	world_at((int64_t)(2 + world_draw(90)) * SECOND_US, EVENT_BACK, host);
}

/* nova compute/manager.py init_host: of an evacuation that was on its way to it it knows nothing, and touches neither its rows nor its guest. */
void service_is_back(size_t host)
{
	world->alive[host] = true;
	world->restarts[host] = false;
	world_tell("nova-compute on %s is started anew", host_name[host]);
	for (size_t i = 0; i < world->nmessage; i++)
		if (world->message[i].waits && world->message[i].host == host)
			world_at((int64_t)(SECOND_US + world_draw(SECOND_US)), EVENT_CLAIM, i);
}

bool service_is_there(const struct message *m)
{
	if (!world->alive[m->host])
		return false;
	if (world_fails(FAULT_STAGE))
		host_goes(m->host);
	else if (world_fails(FAULT_RESTART))
		restart(m->host);
	return world->alive[m->host];
}

/* Killed, or told to end what they have in hand. */
void services_go(bool killed, int64_t for_us)
{
	world->asleep_us = world->now_us + for_us;
	for (struct message *m = world->message; killed && m < world->message + world->nmessage; m++)
		if (m->state == MESSAGE_TAKEN && !m->waits && !m->begun) {
			m->is_forgotten = true;
			m->stands = false;
		}
}

void services_come(void)
{
	world->asleep_us = world->now_us;
	for (size_t i = 0; i < world->nmessage; i++)
		if (world->message[i].state == MESSAGE_QUEUED)
			world_at((int64_t)(SECOND_US + world_draw(SECOND_US)), EVENT_TAKE, i);
}
