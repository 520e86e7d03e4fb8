# SPDX-License-Identifier: ISC
"""Queued requests: `Prefer: respond-async` on any write, run later by the same handler, in order, once."""

import concurrent.futures
import json
import os
import signal
import socket
import threading
import uuid

import client
import fastcgi
import pytest
from client import bureau, person, sql
from test_queue import hold, let_go
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


def test_the_request_keeps_its_id_from_acceptance_to_the_audit_log(employee):
    answer = employee.request("POST", "/notes", {"title": "traced"}, ASYNC)
    ident = answer.json["id"]
    assert answer.header("X-Request-Id") == ident
    found = done(employee, ident)
    assert sql("SELECT action, host(address) FROM audit WHERE request = '{}'", ident) == [["notes.created", "127.0.0.1"]]
    assert sql("SELECT resource_id FROM audit WHERE request = '{}'", ident) == [[found["body"]["id"]]]


def test_change_delete_and_restore_run_like_direct_calls(employee):
    path = "/notes/" + employee.post("/notes", {"title": "first"}).json["id"]
    changed = done(employee, queue(employee, "PATCH", path, {"title": "second"}, If_Match='"1"'))
    assert (changed["status"], changed["body"]["title"], changed["headers"]["ETag"]) == (200, "second", '"2"')
    deleted = done(employee, queue(employee, "DELETE", path))
    assert (deleted["state"], deleted["status"], deleted["body"]) == ("done", 204, None)
    assert employee.get(path).status == 410
    restored = done(employee, queue(employee, "POST", path + "/restore"))
    assert restored["status"] == 200 and employee.get(path).json["title"] == "second"


def test_another_responders_put_runs_in_the_same_queue(chair):
    role = chair.post("/roles", {"name": "put-" + uuid.uuid4().hex[:8]}).json
    first = queue(chair, "PUT", "/roles/" + role["id"], {"name": role["name"], "description": "by put", "permissions": []})
    second = queue(chair, "POST", "/notes", {"title": "after it"})
    assert done(chair, first)["body"]["description"] == "by put"
    assert done(chair, second)["finishedAt"] >= look(chair, first)["finishedAt"]


def test_a_form_and_a_large_body_are_kept_whole(employee):
    answer = employee.send("POST", "/api/v1/notes", b"title=a+form&text=%C3%A9",
                           {**ASYNC, "Content-Type": "application/x-www-form-urlencoded"})
    assert done(employee, answer.json["id"])["body"]["text"] == "é"
    large = json.dumps({"title": "large", "text": "é" * 5000}).encode() + b" " * 900_000
    answer = employee.send("POST", "/api/v1/notes", large, {**ASYNC, "Content-Type": "application/json"})
    assert done(employee, answer.json["id"])["body"]["text"] == "é" * 5000


def test_the_caller_is_told_by_an_event(employee):
    ident = queue(employee, "POST", "/notes", {"title": "told"})
    done(employee, ident)
    audience, resource, payload = sql("SELECT audience, resource, payload FROM events WHERE kind = 'requestDone'"
                                      " AND resource_id = '{}'", ident)[0]
    assert (audience, resource) == (f"{{user:{employee.user['id']}}}", "requests")
    assert json.loads(payload) == {"id": ident, "status": 201}


# --- what is asked for -------------------------------------------------------------------------

@pytest.mark.parametrize("prefer", ["Respond-Async", "handling=strict, respond-async, wait=10", "respond-async; of=\"a, b\"",
                                    "note=\"respond-later\\\"\", RESPOND-ASYNC", "respond-async=\"\""])
def test_the_preference_is_read_as_the_standard_has_it(employee, prefer):
    answer = employee.request("POST", "/notes", {"title": "preferred"}, {"Prefer": prefer})
    assert answer.status == 202, prefer
    done(employee, answer.json["id"])


@pytest.mark.parametrize("prefer", ["", "wait=10", "respond-asynchronously", "x=\"respond-async\"", "x=\"a, respond-async",
                                    "respond-async=later", "x; respond-async", ",;=", "\"respond-async\""])
def test_what_does_not_ask_for_it_is_done_at_once(employee, prefer):
    assert employee.request("POST", "/notes", {"title": "at once"}, {"Prefer": prefer}).status == 201, prefer


def test_reads_take_no_notice_of_it(employee):
    for path in ("/notes", "/auth/me", "/requests", "/health"):
        assert employee.get(path, Prefer="respond-async").status == 200
    assert employee.request("HEAD", "/notes", None, ASYNC).status == 200


def test_what_may_hold_a_secret_is_not_queued(chair):
    email = client.fresh_email()
    for who, method, path, body in ((chair, "POST", "/users", {"fullName": "X", "email": email}),
                                    (chair, "PATCH", "/auth/me", {"fullName": "X"}),
                                    (chair, "DELETE", "/auth/sessions/" + str(uuid.uuid4()), None),
                                    (client.Client(), "POST", "/auth/login", {"email": email, "password": "x"})):
        headers = ASYNC if body is not None else {**ASYNC, "Content-Length": "0"}
        answer = who.request(method, path, body, headers)
        assert (answer.status, answer.code) == (400, 2002), path
        assert "cannot be queued" in answer.json["detail"]
    assert sql("SELECT count(*) FROM requests WHERE path LIKE '%/auth/%' OR path LIKE '%/users'") == [["0"]]


def test_what_is_wrong_at_once_is_answered_at_once(employee, chair):
    before = sql("SELECT count(*) FROM requests")
    ask = lambda who, path, body: who.request("POST", path, body, ASYNC)  # noqa: E731
    assert ask(employee, "/notes", {"title": ""}).status == 422
    assert ask(employee, "/notes", {"title": "x", "unknown": 1}).status == 422
    assert ask(employee, "/notes/not-an-id/restore", {}).status == 404
    assert ask(employee, "/roles", {"name": "x-" + uuid.uuid4().hex}).code == 1005
    assert ask(client.Client(), "/notes", {"title": "x"}).code == 1001
    assert ask(client.Client("bur_nobodys"), "/notes", {"title": "x"}).status == 401
    assert employee.request("PATCH", "/notes/" + str(uuid.uuid4()), {"title": "x"}, {**ASYNC, "If-Match": "x"}).status == 400
    assert employee.send("POST", "/api/v1/notes", b'{"title": ', {**ASYNC, "Content-Type": "application/json"}).status == 400
    assert sql("SELECT count(*) FROM requests") == before


def test_the_description_tells_of_it():
    document = client.Client().get("/openapi.json").json
    for path, method, may in (("/api/v1/notes", "post", True), ("/api/v1/notes/{id}", "delete", True),
                              ("/api/v1/roles/{id}", "put", True), ("/api/v1/users", "post", False),
                              ("/api/v1/auth/login", "post", False), ("/api/v1/notes", "get", False)):
        operation = document["paths"][path][method]
        assert ("202" in operation["responses"]) == may, (path, method)
        assert any(p["name"] == "Prefer" for p in operation["parameters"]) == may, (path, method)


# --- failing ----------------------------------------------------------------------------------

def test_a_refusal_when_it_is_run_is_the_answer(employee):
    missing = "/notes/" + str(uuid.uuid4())
    ident = queue(employee, "PATCH", missing, {"title": "x"})
    found = done(employee, ident)
    assert (found["state"], found["status"], found["body"]["code"]) == ("failed", 404, 3001)
    assert found["body"]["requestId"] == ident
    assert found["headers"]["Content-Type"] == "application/problem+json"
    assert jobs(ident)[:2] == ["done", "1"]


def test_a_precondition_that_no_longer_holds_fails_with_the_record_as_it_is(employee, paused):
    path = "/notes/" + employee.post("/notes", {"title": "mine"}).json["id"]
    first = queue(employee, "PATCH", path, {"title": "first"}, If_Match='"1"')
    second = queue(employee, "PATCH", path, {"title": "second"}, If_Match='"1"')
    paused()
    assert done(employee, first)["status"] == 200
    found = done(employee, second)
    assert (found["state"], found["status"], found["body"]["current"]["title"]) == ("failed", 412, "first")


def test_somebody_revoked_meanwhile_is_refused(chair, paused):
    who = person()
    ident = queue(who, "POST", "/notes", {"title": "too late"})
    assert chair.post(f"/users/{who.user['id']}/revoke").status == 200
    paused()
    until(lambda: sql("SELECT status FROM requests WHERE id = '{}'", ident) == [["403"]])
    assert sql("SELECT answer::json ->> 'code' FROM requests WHERE id = '{}'", ident) == [["1007"]]
    assert sql("SELECT count(*) FROM notes WHERE owner_id = '{}'", who.user["id"]) == [["0"]]
    assert chair.post(f"/users/{who.user['id']}/restore").status == 200
    assert look(client.sign_in(who.user["email"]), ident)["body"]["code"] == 1007


def test_a_session_that_ended_meanwhile_is_refused(paused):
    who = person()
    ident = queue(who, "POST", "/notes", {"title": "too late"})
    assert who.post("/auth/logout").status == 200
    paused()
    found = done(client.sign_in(who.user["email"]), ident)
    assert (found["state"], found["status"], found["body"]["code"]) == ("failed", 401, 1004)


def test_a_permission_that_was_taken_meanwhile_is_missing(chair, paused):
    role = chair.post("/roles", {"name": "r-" + uuid.uuid4().hex[:8], "permissions": ["notes:*"]}).json
    who = person(role["name"])
    ident = queue(who, "POST", "/notes", {"title": "too late"})
    assert chair.put("/roles/" + role["id"], {"name": role["name"], "permissions": ["notes:read"]}).status == 200
    paused()
    found = done(who, ident)
    assert (found["state"], found["status"], found["body"]["code"]) == ("failed", 403, 1005)
    assert sql("SELECT count(*) FROM audit WHERE action = 'denied' AND request = '{}'", ident) == [["1"]]


def test_a_personal_token_asks_for_itself(paused):
    who = person()
    made = who.post("/auth/tokens", {"name": "t", "scopes": ["notes:*"], "expiresAt": client.later(days=1)}).json
    token = client.Client(made["token"])
    first = queue(token, "POST", "/notes", {"title": "by token"})
    second = queue(token, "POST", "/notes", {"title": "by its ghost"})
    # The first is run before the token ends.
    sql("UPDATE jobs SET run_at = now() + interval '1 hour' WHERE args ->> 'request' = '{}'", second)
    paused()
    assert done(who, first)["status"] == 201
    assert sql("SELECT token IS NOT NULL AND session IS NULL FROM audit WHERE request = '{}'", first) == [["t"]]
    assert who.delete("/auth/tokens/" + made["id"], Content_Length="0").status == 204
    sql("UPDATE jobs SET run_at = now() WHERE args ->> 'request' = '{}'; SELECT job_bell()", second)
    assert (done(who, second)["status"], look(who, second)["body"]["code"]) == (401, 1004)


# --- whose it is ----------------------------------------------------------------------------------

def test_nobody_else_is_told(employee, manager, chair):
    ident = queue(employee, "POST", "/notes", {"title": "mine"})
    done(employee, ident)
    for who in (manager, chair):
        assert who.get("/requests/" + ident).status == 404
        assert ident not in [r["id"] for r in who.get("/requests?limit=200").json["items"]]
    assert client.Client().get("/requests/" + ident).status == 401
    assert employee.get("/requests/" + str(uuid.uuid4())).status == 404
    assert employee.get("/requests/x").status == 404


def test_ones_own_are_listed_newest_first_and_each_tells_its_place(paused):
    who = person()
    answers = [who.request("POST", "/notes", {"title": str(n)}, ASYNC).json for n in range(5)]
    assert [a["position"] for a in answers] == [0, 1, 2, 3, 4]
    items = who.get("/requests").json["items"]
    assert [(r["id"], r["state"]) for r in items] == [(a["id"], "queued") for a in reversed(answers)]
    assert [who.get("/requests/" + a["id"]).json["position"] for a in answers] == [0, 1, 2, 3, 4]
    page = who.get("/requests?limit=2").json
    assert [r["id"] for r in page["items"] + who.get(f"/requests?limit=3&after={page['next']}").json["items"]] == \
        [r["id"] for r in items]
    paused()
    done(who, answers[-1]["id"])
    assert {(r["state"], r["status"]) for r in who.get("/requests").json["items"]} == {("done", 201)}


def test_what_was_asked_is_not_kept_once_it_is_answered(employee):
    ident = queue(employee, "POST", "/notes", {"title": "a title nobody needs twice"})
    done(employee, ident)
    assert sql("SELECT body || variables::text FROM requests WHERE id = '{}'", ident) == [["{}"]]


def test_a_personal_token_sees_what_came_with_it_alone(employee):
    who = person()
    mine = queue(who, "POST", "/notes", {"title": "in a session"})
    made = who.post("/auth/tokens", {"name": "t", "scopes": ["notes:*"], "expiresAt": client.later(days=1)}).json
    token = client.Client(made["token"])
    its = queue(token, "POST", "/notes", {"title": "by token"})
    done(token, its)
    assert [r["id"] for r in token.get("/requests").json["items"]] == [its]
    assert token.get("/requests/" + mine).status == 404
    assert {r["id"] for r in who.get("/requests").json["items"]} == {mine, its}


def test_after_a_thousand_that_wait_no_more_are_taken(paused):
    who = person()
    sql("INSERT INTO jobs (queue, kind, key, state, priority) SELECT 'requests', 'request.run', 'requests:{}', 'waiting', 1"
        " FROM generate_series(1, 1000)", who.user["id"])
    answer = who.request("POST", "/notes", {"title": "one too many"}, ASYNC)
    assert (answer.status, answer.code) == (429, 5004)
    sql("DELETE FROM jobs WHERE key = 'requests:{}'", who.user["id"])
    assert who.request("POST", "/notes", {"title": "one"}, ASYNC).status == 202


def test_no_client_can_say_that_it_is_a_worker(paused):
    who = person()
    ident = queue(who, "POST", "/notes", {"title": "not yet"})
    for name in ("Bureau-Request", "BUREAU_REQUEST", "Bureau_Request", "BUREAU.REQUEST", "HTTP_BUREAU_REQUEST"):
        for path in ("/api/v1/notes", f"/api/v1/notes?BUREAU_REQUEST={ident}"):
            assert client.Client().send("GET", path, headers={name: ident}).status in (401, 400, 403)
            assert client.Client().send("POST", path, b'{"title": "x"}', {name: ident, "Content-Type": "application/json"}).status in (401, 400, 403)
    # Nor would one be believed that comes by a web server.
    answer = call_responder("skeleton", ident, address="127.0.0.1")
    assert answer.status == 401
    assert look(who, ident)["state"] == "queued"


def call_responder(name, ident, address=None):
    """As a worker does; with an address, as a web server that passes on what it should not."""
    params = [("REQUEST_METHOD", "POST" if address is None else "GET"), ("BUREAU_REQUEST", ident)]
    if address is not None:
        params += [("SCRIPT_NAME", "/api/v1/notes"), ("REMOTE_ADDR", address), ("HTTP_HOST", "localhost")]
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(os.path.realpath(os.environ["BUREAU_HOME"] + "/run") + f"/{name}.sock")
        sock.sendall(fastcgi.record(fastcgi.BEGIN, b"\0\1\0\0\0\0\0\0") + fastcgi.stream(fastcgi.PARAMS, fastcgi.pairs(params))
                     + fastcgi.stream(fastcgi.STDIN, b""))
        return fastcgi.read_answer(sock)


def test_a_responder_runs_its_own_once_and_no_others(paused):
    who = person()
    ident = queue(who, "POST", "/notes", {"title": "once"})
    assert call_responder("admin", ident).status == 410
    assert call_responder("skeleton", str(uuid.uuid4())).status == 410
    assert call_responder("skeleton", "../../etc").status == 404
    assert call_responder("skeleton", ident).status == 201
    assert call_responder("skeleton", ident).status == 410
    assert look(who, ident)["state"] == "done"
    paused()
    until(lambda: jobs(ident)[0] == "done")
    assert titles(who) == ["once"]


# --- once --------------------------------------------------------------------------------------------

def test_a_key_gives_one_request_and_the_same_answer():
    who, key = person(), uuid.uuid4().hex
    ask = lambda title, **more: who.request("POST", "/notes", {"title": title}, {"Idempotency-Key": key, **more})  # noqa: E731
    first, again = ask("once", **ASYNC), ask("once", **ASYNC)
    assert (first.status, again.status) == (202, 202) and first.body == again.body
    for name in ("Location", "Preference-Applied"):
        assert first.header(name) == again.header(name)
    assert first.header("Idempotent-Replayed") is None and again.header("Idempotent-Replayed") == "true"
    assert done(who, first.json["id"])["status"] == 201
    # The key stands for the answer that was given, however it is asked for now.
    assert ask("once").body == first.body
    assert ask("another", **ASYNC).status == 422
    assert titles(who) == ["once"]
    assert len(who.get("/requests").json["items"]) == 1


def test_a_key_that_was_used_directly_gives_that_answer():
    who, key = person(), uuid.uuid4().hex
    direct = who.request("POST", "/notes", {"title": "once"}, {"Idempotency-Key": key})
    later = who.request("POST", "/notes", {"title": "once"}, {"Idempotency-Key": key, **ASYNC})
    assert (later.status, later.body) == (201, direct.body)
    assert titles(who) == ["once"] and who.get("/requests").json["items"] == []


def test_parallel_requests_of_one_key_are_queued_once():
    who, key = person(), uuid.uuid4().hex
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: who.request("POST", "/notes", {"title": "race"}, {"Idempotency-Key": key, **ASYNC}),
                                range(24)))
    assert {a.status for a in answers} <= {202, 409}
    assert len({a.json["id"] for a in answers if a.status == 202}) == 1
    done(who, next(a.json["id"] for a in answers if a.status == 202))
    assert titles(who) == ["race"]


# --- in order ----------------------------------------------------------------------------------------

def test_two_hundred_of_one_caller_are_run_in_their_order():
    who = person()
    last = [queue(who, "POST", "/notes", {"title": f"{n:03}"}) for n in range(200)][-1]
    assert done(who, last, 120)["status"] == 201
    assert titles(who) == [f"{n:03}" for n in range(200)]


def test_callers_do_not_wait_for_each_other_and_each_has_their_order(paused):
    people = [person() for _ in range(2)]
    last = [[queue(who, "POST", "/notes", {"title": f"{n:02}"}) for who in people] for n in range(30)][-1]
    # One of them has one at the front that nobody can run yet.
    blocked = sql("SELECT id FROM jobs WHERE key = 'requests:{}' ORDER BY seq LIMIT 1", people[0].user["id"])[0][0]
    sql("UPDATE jobs SET run_at = now() + interval '1 hour' WHERE id = '{}'", blocked)
    paused()
    assert done(people[1], last[1])["status"] == 201
    assert titles(people[0]) == []
    sql("UPDATE jobs SET run_at = now() WHERE id = '{}'; SELECT job_bell()", blocked)
    assert done(people[0], last[0])["status"] == 201
    for who in people:
        assert titles(who) == [f"{n:02}" for n in range(30)]


# --- through what breaks -------------------------------------------------------------------------------

def children(pool):
    told = json.loads(bureau("status", "--json").stdout)
    return [child["pid"] for child in told["children"] if child["pool"] == pool and child["pid"] > 0]


def kill(pool):
    for pid in children(pool):
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def while_the_handler_waits(who, ident, act):
    """Do it while the responder is in the midst of the handler's statement."""
    held = hold("LOCK TABLE notes IN ACCESS EXCLUSIVE MODE")
    try:
        sql(RESUME)
        until(lambda: sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'bureau_skeleton'"
                          " AND wait_event_type = 'Lock' AND query LIKE '%notes%'") != [["0"]])
        act()
    finally:
        let_go(held)
    return done(who, ident)


def test_a_responder_that_is_killed_in_between_runs_it_again(paused):
    who = person()
    ident = queue(who, "POST", "/notes", {"title": "killed"})
    found = while_the_handler_waits(who, ident, lambda: kill("skeleton"))
    assert found["status"] == 201 and titles(who) == ["killed"]
    assert int(jobs(ident)[1]) >= 2


def test_a_worker_that_is_killed_in_between_has_it_done_once(paused):
    who = person()
    ident = queue(who, "POST", "/notes", {"title": "killed"})
    found = while_the_handler_waits(who, ident, lambda: kill("worker"))
    assert found["status"] == 201
    until(lambda: jobs(ident)[0] == "done")
    assert titles(who) == ["killed"]


def test_what_was_answered_is_not_run_again_when_the_worker_died_before_it_could_say_so():
    who = person()
    ident = queue(who, "POST", "/notes", {"title": "once"})
    found = done(who, ident)
    until(lambda: jobs(ident)[0] == "done")
    sql("UPDATE jobs SET state = 'queued', finished_at = NULL, attempts = 0 WHERE args ->> 'request' = '{}'; SELECT job_bell()",
        ident)
    until(lambda: jobs(ident)[:2] == ["done", "1"])
    assert look(who, ident) == found and titles(who) == ["once"]


@pytest.fixture
def unreachable(paused):
    """The responder of notes cannot be reached, until it is let."""
    path = os.path.realpath(os.environ["BUREAU_HOME"] + "/run") + "/skeleton.sock"

    def back():
        if os.path.exists(path + ".away"):
            os.rename(path + ".away", path)

    def away():
        os.rename(path, path + ".away")
        paused()
    yield away, back
    back()


def test_a_responder_that_is_away_is_waited_for(unreachable):
    away, back = unreachable
    who = person()
    ident = queue(who, "POST", "/notes", {"title": "waited"})
    away()
    until(lambda: int(jobs(ident)[1]) >= 1 and jobs(ident)[0] == "queued")
    assert "skeleton" in jobs(ident)[2] and look(who, ident)["state"] == "queued"
    back()
    assert done(who, ident)["status"] == 201 and titles(who) == ["waited"]


def test_one_that_is_given_up_has_failed_until_an_operator_has_it_tried_again(unreachable):
    away, back = unreachable
    who = person()
    ident, after = (queue(who, "POST", "/notes", {"title": title}) for title in ("given up", "after it"))
    sql("UPDATE jobs SET attempts = (SELECT tries - 1 FROM job_kinds WHERE name = kind) WHERE args ->> 'request' = '{}'", ident)
    away()
    found = done(who, ident)
    assert (found["state"], found["status"], found["body"], found["headers"]) == ("failed", 503, None, {})
    assert sql("SELECT payload ->> 'status' FROM events WHERE kind = 'requestDone' AND resource_id = '{}'", ident) == [["503"]]
    back()
    assert done(who, after)["status"] == 201
    sql("UPDATE jobs SET state = 'queued', finished_at = NULL, attempts = 0, run_at = now() WHERE args ->> 'request' = '{}';"
        " SELECT job_bell()", ident)
    assert done(who, ident)["status"] == 201
    assert titles(who) == ["after it", "given up"]


def test_kills_and_a_reload_under_load_lose_double_and_disorder_nothing():
    people = [person() for _ in range(4)]
    expected = [f"{n:02}" for n in range(40)]

    def put(who):
        for title in expected:
            # What was not accepted is sent again under its key, as a client does.
            key = f"{who.user['id']}-{title}"
            until(lambda title=title, key=key: try_to_queue(who, title, key))

    threads = [threading.Thread(target=put, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for pool in ("worker", "skeleton", "worker"):
        kill(pool)
        until(lambda pool=pool: children(pool))
    assert bureau("reload").returncode == 0
    for thread in threads:
        thread.join()
    for who in people:
        until(lambda who=who: not [r for r in who.get("/requests?limit=200").json["items"] if r["status"] is None], 120)
        assert titles(who) == expected
        assert {r["status"] for r in who.get("/requests?limit=200").json["items"]} == {201}


def try_to_queue(who, title, key):
    try:
        return who.request("POST", "/notes", {"title": title}, {**ASYNC, "Idempotency-Key": key}).status == 202
    except OSError:
        return False


# --- several in one hand ----------------------------------------------------------------------------------

def test_one_behind_that_is_cancelled_first_does_not_run(paused):
    who = person("chairperson")
    first = queue(who, "POST", "/jobs/00000000-0000-7000-8000-000000000000/cancel")
    behind = queue(who, "POST", "/notes", {"title": "never"})
    job = sql("SELECT job_id FROM requests WHERE id = '{}'", behind)[0][0]
    sql("UPDATE requests SET path = '/api/v1/jobs/{}/cancel' WHERE id = '{}'", job, first)
    paused()
    assert done(who, first)["status"] in (200, 204)
    until(lambda: sql("SELECT state FROM jobs WHERE id = '{}'", job)[0][0] == "cancelled")
    assert "never" not in titles(who)


def test_a_request_that_takes_long_keeps_nobody_else_waiting(paused):
    slow, other = person(), person()
    note = slow.post("/notes", {"title": "locked"}).json
    first = queue(slow, "PATCH", "/notes/" + note["id"], {"title": "changed"})
    second = queue(other, "POST", "/notes", {"title": "quick"})
    held = hold(f"SELECT FROM notes WHERE id = '{note['id']}' FOR UPDATE")
    try:
        paused()
        assert done(other, second)["status"] == 201
        assert look(slow, first)["state"] in ("running", "queued")
    finally:
        let_go(held)
    assert done(slow, first)["status"] == 200


def pid_of(worker):
    """The process of this name, if it lives."""
    slot = int(worker.rpartition(":")[2])
    return next((child["pid"] for child in json.loads(bureau("status", "--json").stdout)["children"]
                 if child["pool"] == "worker" and child.get("slot") == slot and child["pid"] > 0), None)


def test_what_kills_workers_takes_nobody_along(paused):
    poison, others = person(), [person() for _ in range(3)]
    note = poison.post("/notes", {"title": "poison"}).json
    first = queue(poison, "PATCH", "/notes/" + note["id"], {"title": "changed"})
    theirs = [(who, queue(who, "POST", "/notes", {"title": "innocent"})) for who in others]
    job = sql("SELECT job_id FROM requests WHERE id = '{}'", first)[0][0]
    held = hold(f"SELECT FROM notes WHERE id = '{note['id']}' FOR UPDATE")
    try:
        paused()
        for lost in range(3):
            pid = until(lambda: (name := sql("SELECT worker FROM jobs WHERE id = '{}' AND state = 'running' AND lost = {}", job, lost))
                        and pid_of(name[0][0]), 60)
            os.kill(pid, signal.SIGKILL)
        until(lambda: sql("SELECT state FROM jobs WHERE id = '{}'", job)[0][0] == "failed", 60)
    finally:
        let_go(held)
    assert [done(who, ident)["status"] for who, ident in theirs] == [201] * 3
    until(lambda: sql("SELECT count(*) FROM jobs j JOIN requests r ON r.job_id = j.id WHERE r.id IN ('{}', '{}', '{}') AND j.state = 'done'",
                      *(ident for _, ident in theirs)) == [["3"]])
