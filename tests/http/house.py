# SPDX-License-Identifier: ISC
"""An instance of its own, for what cannot be tried on the shared one: being empty, other settings."""

import os
import select
import socket
import subprocess
import time

import client


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def until(condition, seconds=60):
    """What the condition gives once it is true; fails when it does not become so."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come to be"
        select.select([], [], [], 0.05)
    return found


def peaks(program):
    """The most memory that each process of the instance under test has had, in KB, by process id."""
    found, home = {}, b"BUREAU_HOME=" + os.environ["BUREAU_HOME"].encode() + b"\0"
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as line, open(f"/proc/{pid}/environ", "rb") as env:
                if not line.read().split(b"\0")[0].endswith(b"/bureau-" + program.encode()) or home not in env.read():
                    continue
            with open(f"/proc/{pid}/status", encoding="ascii") as status:
                found[pid] = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        except OSError:
            continue
    assert found, f"no {program} runs"
    return found


class House:
    def __init__(self, home):
        self.home = str(home)
        self.process = None

    def start(self, **settings):
        """Until it is ready; settings as in bureau.conf."""
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        env = {**os.environ, "BUREAU_HOME": self.home, "BUREAU_PORT": str(port), "ENVIRONMENT": "development",
               "RESPONDERS": "auth admin", "MAX_WORKERS": "4", "RATE_LIMIT_ANONYMOUS": "1000000", "SCRYPT_N": "1024",
               "SCRYPT_P": "1", **settings}
        with open(self.home + "/serve.log", "ab") as log:
            self.process = subprocess.Popen([os.environ["build"] + "/bin/bureau/bureau", "serve"], env=env, stdout=log, stderr=log)
        end = time.monotonic() + 120
        while not self.is_ready():
            assert self.process.poll() is None and time.monotonic() < end, self.log()
            select.select([], [], [], 0.1)

    def is_ready(self):
        try:
            return self.client().get("/health/ready").status == 200
        except OSError:
            return False

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(60)
            self.process = None

    def log(self):
        with open(self.home + "/serve.log", encoding="utf-8", errors="replace") as log:
            return log.read()[-4000:]

    def client(self, token=None):
        return Visitor(self.url, token)

    def sql(self, text):
        done = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c", "SET search_path = bureau, public;" + text],
                              text=True, capture_output=True, check=True,
                              env={**os.environ, "PGHOST": os.path.realpath(self.home + "/run"),
                                   "PGPASSFILE": self.home + "/secrets/pgpass"})
        return [line.split("|") for line in done.stdout.splitlines()]


class Visitor(client.Client):
    def __init__(self, url, token):
        super().__init__(token)
        self.url = url

    def send(self, method, path, body=None, headers=None, base=None):
        return super().send(method, path, body, headers, base or self.url)
