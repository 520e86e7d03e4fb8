# SPDX-License-Identifier: ISC
"""A push process of the tests' own, on the instance's database, spoken to without a web server."""

import os
import resource
import signal
import socket
import struct
import subprocess

import client
import fastcgi
from stream import Lines, Stream


class Push:
    """As another host would run it.  bell: what responders there would ring."""

    def __init__(self, folder, files=None, **settings):
        self.path = str(folder / "push.sock")
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(self.path)
        listener.listen(1024)
        self.bell, hears = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        conf = folder / "push.conf"
        with open(os.open(conf, os.O_CREAT | os.O_WRONLY, 0o600), "wb") as out:
            subprocess.run([os.environ["build"] + "/bin/bureau/bureau", "cgi", "push"], stdout=out, check=True,
                           env={**os.environ, **settings})
        self.log = open(folder / "push.log", "wb")

        def limit():
            if files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

        self.process = subprocess.Popen(
            [os.environ["build"] + "/cgi-bin/bureau-push"], stdin=listener, stderr=self.log, preexec_fn=limit,
            pass_fds=[hears.fileno()], env={"BUREAU_CONF": str(conf), "BUREAU_HEAR_FD": str(hears.fileno())})
        listener.close()
        hears.close()

    def say(self, text):
        self.bell.send(text if isinstance(text, bytes) else text.encode())

    def get(self, path, who=None):
        headers = [("Authorization", "Bearer " + who.token)] if who else []
        return fastcgi.call(self.path, "GET", path, headers)

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        code = self.process.wait(15)
        self.bell.close()
        self.log.close()
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


class Records(Lines):
    """What is in the records of an answer."""

    is_over = False

    def more(self):
        while len(self.bytes) < 8 or len(self.bytes) < 8 + self.size():
            if not self.receive():
                return False
        kind, whole = self.bytes[1], 8 + self.size()
        length = struct.unpack("!H", self.bytes[4:6])[0]
        content, self.bytes = self.bytes[8:8 + length], self.bytes[whole:]
        if kind == fastcgi.STDOUT:
            self.text += content
        self.is_over = kind == fastcgi.END
        return not self.is_over

    def size(self):
        return struct.unpack("!H", self.bytes[4:6])[0] + self.bytes[6]


class Direct(Stream):
    """A stream straight from the process; where it does not wait, answer() is to be called."""

    def __init__(self, push, who, last=None, query="", waits=True):
        self.asked_from = last
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(push.path)
        params = [("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", "/api/v1/events"), ("PATH_INFO", ""), ("QUERY_STRING", query),
                  ("REMOTE_ADDR", "127.0.0.1"), ("HTTP_HOST", "bureau.test")]
        if who:
            params.append(("HTTP_AUTHORIZATION", "Bearer " + who.token))
        if last:
            params.append(("HTTP_LAST_EVENT_ID", last))
        self.sock.sendall(fastcgi.record(fastcgi.BEGIN, struct.pack("!HB5x", 1, 0)) +
                          fastcgi.stream(fastcgi.PARAMS, fastcgi.pairs(params)) + fastcgi.stream(fastcgi.STDIN, b""))
        if waits:
            self.answer()

    def answer(self):
        self.raw = Records(self.sock)
        self.headers = {}
        while (line := self.raw.readline().rstrip(b"\r\n")):
            name, _, value = line.decode().partition(": ")
            self.headers[name] = value
        self.begin(int(self.headers["Status"].split()[0]), self.asked_from)


def holder():
    """The server process of the connection that gives events their places, in a list."""
    return client.sql("""SELECT l.pid FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objid = 2015455598 AND l.granted""")
