/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_BROKER_H
#define TESTS_BROKER_H

#include "bus/bus.h"
#include "rooms.h"

/* The sandbox's RabbitMQ from outside: topology of our own, and what is in a queue. A failure ends the program. */

#define EXCHANGE "evac_rooms"
#define QUEUE "evac_rooms.q"
#define FULL_QUEUE "evac_rooms.full" /* refuses what would be its second message */

/* Exchange and queues, made anew and empty; each queue is bound under its own name. */
int broker_make(void **state);
int broker_remove(void **state);
uint32_t broker_count(const char *queue);
bool broker_count_becomes(const char *queue, uint32_t expected);
void broker_bind(const char *queue, const char *key);
void broker_unbind(const char *queue, const char *key);
void broker_consume(const char *queue); /* one consumer more, until the program ends */
void broker_forget(void); /* our own connection, after somebody closed it */
/* rabbitmqctl of the sandbox. */
void broker_control(const char *words);

/* ${n} brokers on 127.0.0.1, all with the sandbox's login; what it points to lives until the next call. */
struct broker_config *broker_config(const unsigned *ports, size_t n);
unsigned broker_port(void);
struct bus *broker_bus(unsigned port, unsigned confirm_timeout_s);

#endif
