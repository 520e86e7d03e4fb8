# SPDX-License-Identifier: ISC
"""Queued requests: `Prefer: respond-async` on any write, run later by the same handler, in order, once."""

import json
import os
import signal
import threading
import uuid

import client
import pytest
from client import bureau, person, sql
from until import until

ASYNC = {"Prefer": "respond-async"}
PAUSE = "UPDATE queues SET paused_at = now() WHERE name = 'requests'"
RESUME = "UPDATE queues SET paused_at = NULL WHERE name = 'requests'; SELECT job_bell()"


def queue(who, method, path, data=None, **headers):
    """Ask for it later; the id under which it was accepted."""
    answer = who.request(method, path, data, {**ASYNC, "Content-Length": "0", **named(headers)} if data is None
                         else {**ASYNC, **named(headers)})
    assert answer.status == 202, answer
    assert answer.header("Preference-Applied") == "respond-async"
    assert answer.header("Location") == "/api/v1/requests/" + answer.json["id"]
    assert answer.json["state"] == "queued"
    return answer.json["id"]


def named(headers):
    return {name.replace("_", "-"): value for name, value in headers.items()}


def look(who, ident):
    answer = who.get("/requests/" + ident)
    assert answer.status == 200, answer
    return answer.json


def done(who, ident, seconds=60):
    """The request once it is answered."""
    return until(lambda: (found := look(who, ident))["state"] in ("done", "failed") and found, seconds)


def titles(who):
    return [note["title"] for note in who.get("/notes?sort=createdAt&limit=200").json["items"]]


def jobs(ident):
    return sql("SELECT j.state, j.attempts, coalesce(j.cause, '') FROM jobs j WHERE j.args ->> 'request' = '{}'", ident)[0]


@pytest.fixture
def paused():
    """Nothing is begun until the test lets it."""
    sql(PAUSE)
    yield lambda: sql(RESUME)
    sql(RESUME)


# --- the ordinary way ---------------------------------------------------------------------

def test_a_create_is_accepted_and_its_answer_is_the_one_of_a_direct_call(employee):
    ident = queue(employee, "POST", "/notes", {"title": "later", "tags": ["é"]})
    found = done(employee, ident)
    assert (found["state"], found["status"], found["method"], found["path"]) == ("done", 201, "POST", "/api/v1/notes")
    note = employee.get(found["headers"]["Location"].removeprefix("/api/v1"))
    assert note.json == found["body"] and note.header("ETag") == found["headers"]["ETag"]
    assert found["position"] is None and found["headers"]["Content-Type"] == "application/json"
    assert found["finishedAt"] >= found["createdAt"]
