/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BUS_LIBRABBITMQ_H
#define BUS_LIBRABBITMQ_H

/* Debian 12 has the headers at the top, later releases in a directory of their own. */
#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/ssl_socket.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#endif

#endif
