#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What oslo.config reads for a service below a root: the values of [DEFAULT] o0, o1, ...

oslo_reads.py ROOT PROJECT PROGRAM script|plain|dir N: script is Debian's --config-file, dir a --config-dir behind it.
"""
import os
import sys

from oslo_config import cfg

root, project, program, way, number = sys.argv[1:]
cfg._get_config_dirs = lambda project=None: [os.path.join(root, "etc", project), os.path.join(root, "etc")]
main = "--config-file=%s/etc/%s/%s.conf" % (root, project, project)
conf = cfg.ConfigOpts()
conf.register_opts([cfg.StrOpt("o%d" % i, default="-") for i in range(int(number))])
conf({"script": [main], "plain": [], "dir": [main, "--config-dir=%s/extra" % root]}[way], project=project, prog=program)
print(" ".join(conf["o%d" % i] for i in range(int(number))))
