#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a service of OpenStack does with a URL: SQLAlchemy and PyMySQL open each that stands on a line.

A line is the file of the system's CAs ("-": none of ours) and the URL; the answer is TLS's version and its cipher, "clear", or "fails: " and why.
"""
import os
import sys
import warnings

import sqlalchemy
from sqlalchemy.pool import NullPool

warnings.simplefilter("ignore")


def opened(url):
    engine = sqlalchemy.create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        status = {name: connection.exec_driver_sql("SHOW SESSION STATUS LIKE '%s'" % name).fetchone()[1] for name in ("Ssl_version", "Ssl_cipher")}
        return ("%(Ssl_version)s %(Ssl_cipher)s" % status).strip() or "clear"


for line in sys.stdin:
    authorities, url = line.rstrip("\n").split(" ", 1)
    os.environ["SSL_CERT_FILE"] = "/nonexistent" if authorities == "-" else authorities
    try:
        answer = opened(url)
    except Exception as e:  # whatever the driver thinks of its options
        answer = "fails: %s: %s" % (type(e).__name__, " ".join(str(e).split())[:200])
    print(answer, flush=True)
