# SPDX-License-Identifier: ISC
"""A client of the HTTP API, and people to be it."""

import datetime
import http.client
import itertools
import json
import os
import subprocess
import urllib.parse

BASE_URL = os.environ["BASE_URL"]
PASSWORD = "correct horse battery staple 9"
numbers = itertools.count(1)


class Answer:
    def __init__(self, raw, body):
        self.status = raw.status
        self.headers = raw.headers
        self.body = body

    def header(self, name):
        return self.headers.get(name)

    @property
    def cookies(self):
        """Set-Cookie headers as {name: (value, {attribute: value})}."""
        out = {}
        for line in self.headers.get_all("Set-Cookie") or []:
            first, *rest = [part.strip() for part in line.split(";")]
            name, _, value = first.partition("=")
            out[name] = (value, {a.partition("=")[0].lower(): a.partition("=")[2] for a in rest})
        return out

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["code"]

    def __repr__(self):
        return f"<{self.status} {self.body[:400]!r}>"


class Client:
    """One caller: anonymous, or with a Bearer token."""

    def __init__(self, token=None, user=None, tokens=None):
        self.token = token
        self.user = user
        self.tokens = tokens

    def send(self, method, path, body=None, headers=None, base=BASE_URL):
        """The bytes as they are; headers may be pairs to send one twice."""
        url = urllib.parse.urlsplit(base)
        conn = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
        conn.putrequest(method, path)
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers or [])
        if self.token and not any(name.lower() == "authorization" for name, _ in pairs):
            pairs.append(("Authorization", "Bearer " + self.token))
        if body is not None and not any(name.lower() == "content-length" for name, _ in pairs):
            pairs.append(("Content-Length", str(len(body))))
        for name, value in pairs:
            conn.putheader(name, value)
        conn.endheaders(body)
        raw = conn.getresponse()
        # A stream does not end by itself: what it begins with will do.
        endless = raw.headers.get_content_type() == "text/event-stream"
        answer = Answer(raw, raw.readline() if endless else raw.read())
        conn.close()
        return answer

    def request(self, method, path, data=None, headers=None):
        """JSON out and in; a path below /api/v1 unless it says otherwise."""
        if not path.startswith(("/api", "/health", "/metrics", "/docs")):
            path = "/api/v1" + path
        headers = dict(headers or {})
        body = None
        if data is not None:
            body = json.dumps(data).encode()
            headers.setdefault("Content-Type", "application/json")
        return self.send(method, path, body, headers)

    def form(self, path, fields, headers=None):
        """What a browser sends for a form without script."""
        origin = BASE_URL
        headers = {"Content-Type": "application/x-www-form-urlencoded",
                   "Accept": "text/html,application/xhtml+xml", "Origin": origin, **(headers or {})}
        return self.send("POST", "/api/v1" + path, urllib.parse.urlencode(fields).encode(), headers)

    def get(self, path, **headers):
        return self.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def post(self, path, data=None, **headers):
        return self.request("POST", path, data if data is not None else {},
                            {k.replace("_", "-"): v for k, v in headers.items()})

    def put(self, path, data, **headers):
        return self.request("PUT", path, data, {k.replace("_", "-"): v for k, v in headers.items()})

    def patch(self, path, data, **headers):
        return self.request("PATCH", path, data, {k.replace("_", "-"): v for k, v in headers.items()})

    def delete(self, path, **headers):
        return self.request("DELETE", path, None, {k.replace("_", "-"): v for k, v in headers.items()})


def fresh_email(word="person"):
    return f"{word}-{os.getpid()}-{next(numbers)}@example.org"


def later(**span):
    """A time from now on, as the API takes it."""
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**span)).isoformat()


def bureau(*args, stdin=""):
    """The command line, on the instance under test, hashing as cheaply as that."""
    return subprocess.run([os.environ["build"] + "/bin/bureau/bureau", *args], input=stdin, text=True,
                          env={**os.environ, "SCRYPT_N": "1024", "SCRYPT_P": "1"}, capture_output=True, check=False)


def sign_in(email, password=PASSWORD):
    answer = Client().post("/auth/login", {"email": email, "password": password})
    assert answer.status == 200, answer
    return Client(answer.json["accessToken"], answer.json["user"], answer.json)


def person(role="employee"):
    """Somebody new of a role, signed in."""
    email = fresh_email(role)
    made = bureau("user", "add", email, "--name", role.title(), "--role", role, "--password-stdin",
                  stdin=PASSWORD)
    assert made.returncode == 0, made.stderr
    return sign_in(email)


def sql(text, *values):
    """Rows of a statement run as the operator, psql's unaligned text split."""
    out = subprocess.run(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-c",
                          "SET search_path = bureau, public;" + text.format(*values)],
                         text=True, capture_output=True, check=True,
                         env={**os.environ, "PGUSER": os.environ.get("PGUSER", "postgres")}).stdout
    return [line.split("|") for line in out.splitlines()]
