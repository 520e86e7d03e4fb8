# SPDX-License-Identifier: ISC
"""A reader of server-sent events, as a browser is one: it knows where it is, and resumes there."""

import http.client
import json
import os
import select
import time
import urllib.parse

import client


ASIDE = ("users", "sessions", "tokens")


def settled(sql=client.sql):
    """Until all that was committed has its place and is told."""
    until(lambda: sql("SELECT push_waiting() = 0")[0][0] == "t")


class Event:
    def __init__(self, name, data, place):
        self.name = name
        self.text = data
        self.id = place

    @property
    def data(self):
        return json.loads(self.text)

    def __repr__(self):
        return f"<{self.name} {self.id} {self.text[:200]}>"


class Stream:
    """One connection; the events as they come."""

    def __init__(self, who=None, after=None, last=None, query="", headers=None, base=client.BASE_URL, path="/api/v1/events"):
        url = urllib.parse.urlsplit(base)
        self.conn = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
        pairs = dict(headers or {})
        if who is not None and who.token:
            pairs["Authorization"] = "Bearer " + who.token
        if last is not None:
            pairs["Last-Event-ID"] = last
        query = "&".join(part for part in (query, f"after={after}" if after is not None else "") if part)
        self.conn.request("GET", path + ("?" + query if query else ""), headers=pairs)
        self.raw = self.conn.getresponse()
        self.status = self.raw.status
        self.last = last
        self.retry = None
        self.ended = False
        self.comments = 0
        if self.status == 200:
            # The first thing is where it stands.
            self.first = self.block()
        else:
            self.body = self.raw.read()

    @property
    def json(self):
        return json.loads(self.body)

    def block(self, seconds=30):
        """The next that ends in an empty line, as an event; None of what is no event."""
        name, data = "message", None
        self.conn.sock.settimeout(seconds)
        while True:
            line = self.raw.readline()
            if not line:
                self.ended = True
                return None
            line = line.decode().rstrip("\n")
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if line == "":
                return None if data is None else Event(name, data, self.last)
            if field == "":
                self.comments += 1
            elif field == "id":
                self.last = value
            elif field == "event":
                name = value
            elif field == "data":
                data = value if data is None else data + "\n" + value
            elif field == "retry":
                self.retry = int(value)

    def next(self, *names, seconds=10):
        """The next event, of one of these names if some are given; None when the stream ends.

        Passed over are lists of who is here, and what the making of people leaves behind.
        """
        end = time.monotonic() + seconds
        while not self.ended:
            left = end - time.monotonic()
            assert left > 0, "no such event came in time"
            try:
                event = self.block(left)
            except TimeoutError as late:
                raise AssertionError("no such event came in time") from late
            if event is None or (event.name == "refresh_data" and event.data["resource"] in ASIDE):
                continue
            if event.name in names if names else event.name != "getOnlineUsers":
                return event
        return None

    def until_end(self, seconds=10):
        """All that comes until it ends."""
        events = []
        while (event := self.next(seconds=seconds)) is not None:
            events.append(event)
        return events

    def is_quiet(self, seconds=0.3):
        """Whether nothing but lists of who is here comes in this time."""
        try:
            return self.next(seconds=seconds) is None
        except AssertionError:
            return True

    def close(self):
        self.raw.close()
        self.conn.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def place(cursor):
    """epoch:seq as both."""
    epoch, _, seq = cursor.partition(":")
    return epoch, int(seq)


def pids(service, home=None):
    """The children of a service of an instance."""
    found = []
    for pid in os.listdir("/proc"):
        if not pid.isdigit():
            continue
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as line:
                program = line.read().split(b"\0")[0]
            with open(f"/proc/{pid}/environ", "rb") as env:
                own = (f"BUREAU_HOME={home or os.environ['BUREAU_HOME']}\0").encode() in env.read() + b"\0"
        except OSError:
            continue
        if own and program.endswith(f"/bureau-{service}".encode()):
            found.append(int(pid))
    return found


def until(condition, seconds=15):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come to be"
        select.select([], [], [], 0.02)
    return found
