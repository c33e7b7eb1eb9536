# SPDX-License-Identifier: Apache-2.0
"""A MariaDB of our own: in a directory that only we may read, on a socket there and nowhere else, until we end."""
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import time

SETTINGS = ("--skip-networking", "--skip-name-resolve", "--skip-log-bin", "--skip-slave-start", "--performance-schema=OFF", "--innodb-flush-log-at-trx-commit=0",
            "--innodb-flush-method=nosync", "--innodb-doublewrite=0", "--innodb-log-file-size=64M", "--innodb-buffer-pool-size=256M",
            "--innodb-buffer-pool-dump-at-shutdown=0", "--general-log=0", "--slow-query-log=0", "--max-allowed-packet=256M", "--max-connections=200",
            "--character-set-server=utf8mb3", "--default-time-zone=+00:00", "--sql-mode=NO_ENGINE_SUBSTITUTION", "--event-scheduler=DISABLED")


class CannotStart(Exception):
    pass


class Refused(Exception):
    """A statement of ours: what is in the dumps has not the form that it expects."""


def dies_with_us():
    """For a child, before it becomes another program: the kernel kills it when we are gone."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def program(*names):
    """The first of them that is installed."""
    for name in names:
        found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/libexec:/usr/local/sbin")
        if found:
            return found
    raise CannotStart("the program %s is not installed: it is of the package of MariaDB's server or client" % names[0])


class Server:
    def __init__(self, directory):
        self.directory, self.data = directory, os.path.join(directory, "mysql")
        self.socket, self.log = os.path.join(directory, "sql"), os.path.join(directory, "mariadb.log")
        self.child, self.user = None, pwd.getpwuid(os.geteuid()).pw_name

    def url(self):
        """With %s for the database; the socket's directory is the secret."""
        return "mysql+pymysql://%s@localhost/%%s?unix_socket=%s" % (self.user, self.socket)

    def start(self):
        os.makedirs(self.directory + "/tmp", mode=0o700, exist_ok=True)
        made = subprocess.run([program("mariadb-install-db", "mysql_install_db"), "--no-defaults", "--user=" + self.user, "--datadir=" + self.data,
                               "--skip-test-db", "--skip-name-resolve", "--auth-root-authentication-method=socket", "--auth-root-socket-user=" + self.user],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True)
        if made.returncode != 0:
            raise CannotStart("mariadb-install-db: %s" % " ".join(made.stdout.split()[-40:]))
        with open(self.log, "wb") as log:
            self.child = subprocess.Popen([program("mariadbd", "mysqld"), "--no-defaults", "--user=" + self.user, "--datadir=" + self.data, "--socket=" + self.socket,
                                           "--pid-file=" + self.directory + "/pid", "--tmpdir=" + self.directory + "/tmp", *SETTINGS],
                                          stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=dies_with_us)
        end = time.monotonic() + 120
        while not os.path.exists(self.socket) or self.ask("SELECT 1", quiet=True) is None:
            if self.child.poll() is not None or time.monotonic() > end:
                raise CannotStart("the private server does not start: %s" % open(self.log, errors="replace").read()[-600:])
            time.sleep(0.1)

    def client(self, *words):
        return [program("mariadb", "mysql"), "--no-defaults", "--user=" + self.user, "--socket=" + self.socket, "--default-character-set=utf8mb4",
                "--binary-mode", "--max-allowed-packet=256M", *words]

    def ask(self, statement, database="", quiet=False):
        """Rows as lists of texts (NULL is None); with quiet None where the server does not answer."""
        done = subprocess.run(self.client("-N", "-B", *([database] if database else [])), input=statement.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode != 0:
            if quiet:
                return None
            raise Refused("the private server: %s" % done.stderr.decode("utf-8", "replace").strip())
        return [[None if f == "NULL" else f for f in line.split("\t")] for line in done.stdout.decode("utf-8", "replace").splitlines()]

    def stop(self):
        if self.child and self.child.poll() is None:
            self.child.kill()
            self.child.wait()
