# SPDX-License-Identifier: ISC
"""A FastCGI client: speaks to one responder's socket, past the web server."""

import socket
import struct

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR = 1, 2, 3, 4, 5, 6, 7


def record(kind, data=b"", request=1):
    pad = -len(data) % 8
    return struct.pack("!BBHHBB", 1, kind, request, len(data), pad, 0) + data + b"\0" * pad


def length(n):
    return struct.pack("!B", n) if n < 128 else struct.pack("!I", n | 0x80000000)


def pairs(params):
    out = b""
    for name, value in params:
        name, value = name.encode(), value.encode("utf-8", "surrogateescape")
        out += length(len(name)) + length(len(value)) + name + value
    return out


def stream(kind, data):
    out = b""
    for at in range(0, len(data), 65528):
        out += record(kind, data[at:at + 65528])
    return out + record(kind)


class Answer:
    def __init__(self, raw):
        head, _, self.body = raw.partition(b"\r\n\r\n")
        self.headers = [line.split(": ", 1) for line in head.decode().split("\r\n") if line]
        self.status = int(dict(self.headers).get("Status", "200").split()[0])

    def header(self, name):
        return next((v for k, v in self.headers if k.lower() == name.lower()), None)


def read_answer(sock):
    raw = sock.makefile("rb")
    out = b""
    while True:
        head = raw.read(8)
        if len(head) < 8:
            return Answer(out) if out else None
        _, kind, _, size, pad, _ = struct.unpack("!BBHHBB", head)
        data = raw.read(size + pad)[:size]
        if kind == STDOUT:
            out += data
        elif kind == END:
            return Answer(out)


def call(path, method, url, headers=(), body=b"", extra=(), content_length=None, address="127.0.0.1"):
    """One request; headers by their HTTP names; extra: raw variables."""
    target, _, query = url.partition("?")
    params = [("REQUEST_METHOD", method), ("SCRIPT_NAME", ""), ("PATH_INFO", target),
              ("QUERY_STRING", query), ("REMOTE_ADDR", address),
              ("HTTP_HOST", "bureau.test"), ("GATEWAY_INTERFACE", "CGI/1.1")]
    for name, value in headers:
        variable = name.upper().replace("-", "_")
        params.append((variable if variable == "CONTENT_TYPE" else "HTTP_" + variable, value))
    if body or content_length is not None:
        params.append(("CONTENT_LENGTH", str(len(body) if content_length is None else content_length)))
    params += extra
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(30)
        sock.connect(path)
        sock.sendall(record(BEGIN, struct.pack("!HB5x", 1, 0)) + stream(PARAMS, pairs(params)) + stream(STDIN, body))
        return read_answer(sock)
