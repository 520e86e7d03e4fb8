# SPDX-License-Identifier: ISC
"""A reader of server-sent events, as a browser is one: it knows where it is, and resumes there."""

import http.client
import io
import json
import os
import select
import socket
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


class Lines:
    """Lines as they come off a socket; one that does not come in time can be waited for again."""

    def __init__(self, sock):
        self.sock = sock
        self.bytes = b""
        self.text = b""

    def receive(self):
        """False: there is no more."""
        got = self.sock.recv(65536)
        self.bytes += got
        return bool(got)

    def more(self):
        """More text; False at the end."""
        raise NotImplementedError

    def readline(self):
        while b"\n" not in self.text:
            if not self.more():
                line, self.text = self.text, b""
                return line
        line, _, self.text = self.text.partition(b"\n")
        return line + b"\n"

    def read(self):
        while self.more():
            pass
        return self.text


class Body(Lines):
    """What is in an HTTP answer."""

    def __init__(self, sock):
        super().__init__(sock)
        while b"\r\n\r\n" not in self.bytes:
            assert self.receive(), "it hung up"
        head, _, self.bytes = self.bytes.partition(b"\r\n\r\n")
        line, _, fields = head.partition(b"\r\n")
        self.status = int(line.split()[1])
        self.headers = http.client.parse_headers(io.BytesIO(fields + b"\r\n\r\n"))
        self.is_chunked = self.headers["Transfer-Encoding"] == "chunked"
        self.left = None if self.is_chunked else int(self.headers["Content-Length"] or 0)

    def more(self):
        if not self.is_chunked:
            while len(self.bytes) < self.left and self.receive():
                pass
            self.text, self.bytes, self.left = self.text + self.bytes, b"", 0
            return False
        while b"\r\n" not in self.bytes or len(self.bytes) < (whole := self.chunk()):
            if not self.receive():
                return False
        size, _, rest = self.bytes.partition(b"\r\n")
        self.text += rest[:int(size, 16)]
        self.bytes = self.bytes[whole:]
        return int(size, 16) > 0

    def chunk(self):
        size = self.bytes.partition(b"\r\n")[0]
        return len(size) + int(size, 16) + 4


class Stream:
    """One connection; the events as they come."""

    def __init__(self, who=None, after=None, last=None, query="", headers=None, base=client.BASE_URL):
        url = urllib.parse.urlsplit(base)
        lines = dict(headers or {})
        if who is not None and who.token:
            lines["Authorization"] = "Bearer " + who.token
        if last is not None:
            lines["Last-Event-ID"] = last
        query = "&".join(part for part in (query, f"after={after}" if after is not None else "") if part)
        self.sock = socket.create_connection((url.hostname, url.port), 30)
        self.sock.sendall("".join(f"{line}\r\n" for line in (
            f"GET /api/v1/events{'?' + query if query else ''} HTTP/1.1", f"Host: {url.netloc}",
            *(f"{name}: {value}" for name, value in lines.items()), "")).encode())
        self.raw = Body(self.sock)
        self.headers = self.raw.headers
        self.begin(self.raw.status, last)

    def begin(self, status, last):
        self.status = status
        self.last = last
        self.retry = None
        self.ended = False
        self.comments = 0
        self.name, self.seen = "message", None
        if status == 200:
            # The first thing is where it stands.
            self.first = self.block()
        else:
            self.body = self.raw.read()

    @property
    def json(self):
        return json.loads(self.body)

    def block(self, seconds=30):
        """The next that ends in an empty line, as an event; None of what is no event."""
        self.sock.settimeout(seconds)
        while True:
            line = self.raw.readline()
            if not line:
                self.ended = True
                return None
            line = line.decode().rstrip("\n")
            field, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if line == "":
                name, data, self.name, self.seen = self.name, self.seen, "message", None
                return None if data is None else Event(name, data, self.last)
            if field == "":
                self.comments += 1
            elif field == "id":
                self.last = value
            elif field == "event":
                self.name = value
            elif field == "data":
                self.seen = value if self.seen is None else self.seen + "\n" + value
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
        self.sock.close()

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
