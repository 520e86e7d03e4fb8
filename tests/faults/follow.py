# SPDX-License-Identifier: ISC
"""Streams as a script follows them, and a second host on the same database."""

import http.client
import os
import shutil
import time
import urllib.parse

from house import House

TICK = 0.25


class Over(Exception):
    """The stream ended, or was never there."""


class Stream:
    """One connection: events as (id, name, data) until it ends or time is up."""

    def __init__(self, url, token, after=None, by_header=False):
        where = urllib.parse.urlsplit(url)
        path = "/api/v1/events"
        headers = {"Authorization": "Bearer " + token, "Accept": "text/event-stream"}
        if after and by_header:
            headers["Last-Event-ID"] = after
        elif after:
            path += "?after=" + urllib.parse.quote(after)
        self.conn = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
        try:
            self.conn.request("GET", path, headers=headers)
            self.answer = self.conn.getresponse()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Over(str(error)) from error
        self.status = self.answer.status
        if self.status != 200:
            text = self.answer.read()
            self.close()
            raise Over(f"{self.status} {text!r}")

    def events(self, until):
        """Until this moment of the monotonic clock; what is under way then is thrown away."""
        ident, name, data = None, "message", None
        while True:
            left = until - time.monotonic()
            if left <= 0:
                return
            self.conn.sock.settimeout(left)
            try:
                line = self.answer.readline()
            except TimeoutError:
                return
            except (OSError, http.client.HTTPException, ValueError) as error:
                raise Over(str(error)) from error
            if line == b"":
                raise Over("end")
            line = line.decode().rstrip("\n")
            if line == "":
                if ident or data is not None:
                    yield ident, name, data
                ident, name, data = None, "message", None
            elif line.startswith("id: "):
                ident = line[4:]
            elif line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                data = line[6:]

    def close(self):
        self.conn.close()


class Host(House):
    """Another host: responders of its own on the database and the secrets of the instance under test."""

    def __init__(self):
        home = os.environ["build"] + "/homes/faults-second"
        shutil.rmtree(home, ignore_errors=True)
        os.mkdir(home)
        shutil.copytree(os.environ["BUREAU_HOME"] + "/secrets", home + "/secrets")
        super().__init__(home)

    def start(self, **settings):
        super().start(RESPONDERS="auth admin push", MAX_WORKERS="1", RATE_LIMIT_MAX_REQUESTS="1000000",
                      DATABASE_URL="postgresql:///bureau?host=" + os.environ["PGHOST"], **settings)
