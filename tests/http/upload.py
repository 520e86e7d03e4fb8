# SPDX-License-Identifier: ISC
"""Sending a file as a form does."""

import uuid


def form(data, name="file", **fields):
    """A body of multipart/form-data and its Content-Type."""
    boundary = uuid.uuid4().hex
    parts = [f'Content-Disposition: form-data; name="{k}"\r\n\r\n{v}'.encode() for k, v in fields.items()]
    parts.append(f'Content-Disposition: form-data; name="{name}"; filename="customers.csv"\r\n'
                 "Content-Type: text/csv\r\n\r\n".encode() + (data if isinstance(data, bytes) else data.encode()))
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    return body + b"--" + boundary.encode() + b"--\r\n", "multipart/form-data; boundary=" + boundary


def send(who, path, data, headers=None, name="file", **fields):
    body, kind = form(data, name, **fields)
    return who.send("POST", "/api/v1" + path, body, {"Content-Type": kind, **(headers or {})})


def csv(*lines, end="\r\n"):
    return "".join(line + end for line in lines)
