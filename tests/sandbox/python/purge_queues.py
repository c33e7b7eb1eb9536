#!/usr/bin/python3
"""Empty the queues of the broker that exist. usage: SANDBOX_PASSWORD=... purge_queues.py PORT USER QUEUE..."""
import os
import sys

import amqp

port, user, *queues = sys.argv[1:]
with amqp.Connection("127.0.0.1:" + port, userid=user, password=os.environ["SANDBOX_PASSWORD"], connect_timeout=10) as connection:
    for queue in queues:
        channel = connection.channel()
        try:
            channel.queue_purge(queue)
            channel.close()
        except amqp.exceptions.NotFound:   # the broker has closed the channel
            pass
