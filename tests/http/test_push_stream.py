# SPDX-License-Identifier: ISC
"""The event stream: what comes, to whom, and how it goes on."""

import http.client
import json
import os
import time
import urllib.parse

import pytest

import client
import fastcgi
import forge
from pages import Browser
from stream import ASIDE, Stream, place, settled, until


def told(answer):
    """The events of a poll, but for what the making of people leaves behind."""
    return [e for e in answer["events"] if e["event"] != "refresh_data" or e["data"]["resource"] not in ASIDE]


def note(who, title="a note"):
    answer = who.post("/notes", {"title": title})
    assert answer.status == 201, answer
    return answer.json["id"]


def add_event(audience, kind="custom", resource="NULL", payload="{}"):
    """An event as a trigger would leave it; its place is found by looking."""
    client.sql("INSERT INTO events (audience, kind, resource, payload) VALUES ('{}', '{}', {}, '{}')",
               "{" + audience + "}", kind, resource, payload)


class Waiting:
    """A poll under way."""

    def __init__(self, who, after, seconds=30):
        url = urllib.parse.urlsplit(client.BASE_URL)
        self.conn = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
        self.conn.request("GET", f"/api/v1/events/poll?after={after}&wait={seconds}",
                          headers={"Authorization": "Bearer " + who.token})

    def answer(self):
        raw = self.conn.getresponse()
        assert raw.status == 200 and raw.headers["X-Request-Id"]
        return json.loads(raw.read())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.conn.close()


# --- what comes -----------------------------------------------------------------------------------

def test_a_change_is_told_with_its_place():
    who = client.person()
    with Stream(who) as stream:
        assert stream.headers.get_content_type() == "text/event-stream"
        assert stream.headers["Cache-Control"] == "no-store" and stream.headers["X-Request-Id"]
        assert 500 <= stream.retry <= 10000
        begun = place(stream.last)
        made = note(who)
        event = stream.next("refresh_data")
        assert event.data == {"resource": "notes", "id": made, "action": "created"}
        assert place(event.id)[0] == begun[0] and place(event.id)[1] > begun[1]
        who.patch("/notes/" + made, {"title": "another"})
        assert stream.next("refresh_data").data["action"] == "updated"
        who.delete("/notes/" + made)
        assert stream.next("refresh_data").data["action"] == "deleted"
        who.post(f"/notes/{made}/restore")
        assert stream.next("refresh_data").data["action"] == "restored"


def test_several_changes_of_a_record_in_one_transaction_are_told_once():
    who = client.person()
    with Stream(who) as stream:
        client.sql("""WITH n AS (INSERT INTO notes (owner_id, title) VALUES ('{}', 'x') RETURNING id)
                      SELECT id FROM n""", who.user["id"])
        first = stream.next("refresh_data").data
        assert first["action"] == "created"
        client.sql("""BEGIN; UPDATE notes SET title = 'y' WHERE id = '{0}'; UPDATE notes SET title = 'z' WHERE id = '{0}';
                      UPDATE notes SET deleted_at = now() WHERE id = '{0}'; COMMIT""", first["id"])
        assert stream.next("refresh_data").data == {**first, "action": "deleted"}
        assert stream.is_quiet()


def test_many_rows_at_once_are_one_event_without_an_id():
    who = client.person()
    with Stream(who) as stream:
        client.sql("INSERT INTO notes (owner_id, title) SELECT '{}', 'n' || g FROM generate_series(1, 150) g", who.user["id"])
        assert stream.next("refresh_data").data == {"resource": "notes", "id": None, "action": "created"}
        assert stream.is_quiet()


def test_other_kinds_bring_their_payload_as_it_is():
    who = client.person()
    with Stream(who) as stream:
        add_event("user:" + who.user["id"], "notification", payload='{"id": 1, "title": "an \\"event\\"\\nof two lines"}')
        event = stream.next()
        assert (event.name, event.data) == ("notification", {"id": 1, "title": 'an "event"\nof two lines'})


def test_a_cookie_will_do_as_well():
    who = client.person()
    page = Browser().sign_in(who.user["email"])
    cookie = "; ".join(f"{k}={v}" for k, v in page.jar.items())
    with Stream(headers={"Cookie": cookie}) as stream:
        assert stream.status == 200
        made = note(who)
        assert stream.next("refresh_data").data["id"] == made


def test_head_says_what_get_would():
    answer = client.person().request("HEAD", "/events")
    assert answer.status == 200 and answer.header("Content-Type") == "text/event-stream"


# --- who may --------------------------------------------------------------------------------------

def test_nobody_follows_without_an_identity(anonymous):
    answer = anonymous.get("/events")
    assert (answer.status, answer.code) == (401, 1001)
    assert answer.header("X-Request-Id") and answer.header("X-Content-Type-Options") == "nosniff"


def test_a_token_that_is_over_or_wrong_is_refused(anonymous):
    who = client.person()
    header, claims = forge.read(who.token)
    now = int(time.time())
    old = forge.es256(header, forge.fresh(claims, iat=now - 100, nbf=now - 100, exp=now - 10))
    assert client.Client(old).get("/events").code == 1003
    assert client.Client("a.b.c").get("/events").code == 1004
    who.post("/auth/logout")
    assert client.Client(who.token).get("/events").code == 1004


def test_who_is_revoked_is_refused_and_it_stands_in_the_audit_log(chair):
    who = client.person()
    assert chair.post(f"/users/{who.user['id']}/revoke").status == 200
    answer = who.get("/events")
    assert (answer.status, answer.code) == (403, 1007)
    rows = until(lambda: client.sql("""SELECT p.after ->> 'route' FROM audit a JOIN audit_payload p ON p.audit_id = a.id
                                        WHERE a.action = 'denied' AND p.after ->> 'user' = '{}'""", who.user["id"]))
    assert rows == [["GET /api/v1/events"]]


def test_two_identities_are_one_too_many():
    one, other = client.person(), client.person()
    page = Browser().sign_in(other.user["email"])
    stream = Stream(one, headers={"Cookie": f"jwt={page.jar['jwt']}"})
    assert stream.status == 400


def test_events_are_for_whom_they_are_for(chair):
    one, other, manager = client.person(), client.person(), client.person("manager")
    with Stream(one) as a, Stream(other) as b, Stream(manager) as c:
        add_event("user:" + one.user["id"], "mine")
        assert a.next().name == "mine"
        add_event("perm:users:read", "read")
        assert c.next().name == "read"
        add_event("perm:nobody:knows,conversation:1", "unknown")
        add_event("all", "everybody")
        # What was not theirs did not come before.
        assert a.next().name == b.next().name == c.next().name == "everybody"
    assert chair


def test_a_personal_token_sees_what_its_scopes_allow():
    who = client.person("manager")
    made = who.post("/auth/tokens", {"name": "t", "scopes": ["queues:read"], "expiresAt": client.later(days=1)})
    assert made.status == 201, made
    with Stream(client.Client(made.json["token"])) as stream:
        assert stream.status == 200
        add_event("perm:users:read", "hidden")
        add_event("perm:queues:read", "shown")
        # Notifications are theirs as well.
        assert stream.next("hidden", "shown").name == "shown"
        who.delete("/auth/tokens/" + made.json["id"])
        assert [e.name for e in stream.until_end()][-1] == "revoked"


# --- going on ----------------------------------------------------------------------------------------

def test_a_stream_goes_on_where_it_was():
    who = client.person()
    with Stream(who) as stream:
        first = note(who)
        cut = stream.next("refresh_data").id
    missed = [note(who, f"n{i}") for i in range(30)]
    for resumed in (Stream(who, last=cut), Stream(who, after=cut)):
        with resumed:
            assert [resumed.next("refresh_data").data["id"] for _ in missed] == missed
            assert resumed.is_quiet()
    # The header is the newer one: a browser asks for the same URL again.
    last = client.Client(who.token).get("/notes?limit=1").header("Event-Cursor")
    with Stream(who, after=cut, last=last) as resumed:
        assert resumed.is_quiet()
    assert first


def test_a_reading_and_the_stream_behind_it_have_no_gap():
    who = client.person()
    for _ in range(10):
        answer = who.get("/notes")
        made = note(who)
        with Stream(who, after=answer.header("Event-Cursor")) as stream:
            while stream.next("refresh_data").data["id"] != made:
                pass


def test_the_place_moves_on_for_who_is_told_nothing():
    """So that it is not lost to pruning: every heartbeat brings it."""
    who = client.person()
    with Stream(who) as stream:
        begun = place(stream.last)
        add_event("user:" + client.person().user["id"], "elsewhere")
        until(lambda: stream.block(25) is None and stream.comments > 0, 30)
        assert place(stream.last)[1] > begun[1]


@pytest.mark.parametrize("cursor", ["x", "12345678", "12345678:", "12345678:x", "1234567g:1", "12345678:-1", "12345678:1:1",
                                    "12345678:99999999999999999999", "%00"])
def test_a_malformed_cursor_is_said_to_be_wrong(cursor):
    answer = client.person().get(f"/events?after={cursor}")
    assert answer.status == 400 and answer.json["errors"][0]["field"] == "after" if cursor != "%00" else answer.status == 400


@pytest.mark.parametrize("cursor", ["x", "12345678:5", "00000000:99999999", "'; DROP TABLE events"])
def test_a_last_event_id_that_cannot_be_resumed_begins_anew(cursor):
    with Stream(client.person(), last=cursor) as stream:
        event = stream.next()
        assert event.name == "reset" and place(event.id)[0] == client.sql("SELECT id FROM epoch")[0][0]


def test_a_place_of_the_future_begins_anew():
    epoch = client.sql("SELECT id FROM epoch")[0][0]
    with Stream(client.person(), after=f"{epoch}:999999999999") as stream:
        assert stream.next().name == "reset"


def test_every_answer_tells_how_far_the_stream_has_come():
    who, seen = client.person(), 0
    with Stream(who) as stream:
        for _ in range(3):
            note(who)
            told_of = place(stream.next("refresh_data").id)
            # Behind the COMMIT of the place, so perhaps a moment after it was told; never back.
            now = until(lambda: (p := place(who.get("/auth/me").header("Event-Cursor")))[1] >= told_of[1] and p)
            assert now[0] == told_of[0] and now[1] >= seen
            assert now[1] <= int(client.sql("SELECT max(last) FROM stream_batch")[0][0])
            seen = now[1]


def test_of_pruned_history_the_client_is_told():
    who = client.person()
    with Stream(who) as stream:
        note(who)
        first = stream.next("refresh_data").id
    # More than the ring holds, of which the first is gone.
    client.sql("INSERT INTO events (audience, kind) SELECT '{{nobody}}', 'x' FROM generate_series(1, 20000)")
    until(lambda: int(client.sql("SELECT last FROM stream_batch ORDER BY last DESC LIMIT 1")[0][0]) >= place(first)[1] + 20000)
    with Stream(who) as stream:
        note(who)
        stream.next("refresh_data")
    # Behind the ring, but in the tables.
    with Stream(who, last=first) as resumed:
        assert resumed.next("refresh_data").data["action"] == "created"
    client.sql("DELETE FROM stream WHERE seq BETWEEN {0} AND {0} + 100", place(first)[1])
    with Stream(who, last=first) as resumed:
        assert resumed.next().name == "reset"
        made = note(who)
        assert resumed.next("refresh_data").data["id"] == made


# --- polls ---------------------------------------------------------------------------------------------

def test_a_poll_is_the_same_feed():
    who = client.person()
    settled()
    begun = who.get("/events/poll").json
    assert begun["events"] == []
    made = [note(who) for _ in range(5)]
    settled()
    until(lambda: len(told(who.get("/events/poll?after=" + begun["next"]).json)) == 5)
    answer = who.get("/events/poll?after=" + begun["next"]).json
    assert [e["data"]["id"] for e in answer["events"]] == made
    assert all(set(e) == {"id", "event", "data"} and e["event"] == "refresh_data" for e in answer["events"])
    assert place(answer["next"])[1] >= place(answer["events"][-1]["id"])[1]
    rest = who.get("/events/poll?after=" + answer["events"][2]["id"]).json
    assert [e["data"]["id"] for e in rest["events"]] == made[3:]
    assert who.get("/events/poll?after=" + answer["next"]).json["events"] == []


def test_a_poll_waits_for_something_to_tell():
    who = client.person()
    settled()
    begun = who.get("/events/poll").json["next"]
    started = time.monotonic()
    assert who.get(f"/events/poll?after={begun}&wait=1").json["events"] == []
    assert 0.9 < time.monotonic() - started < 5
    # It answers as soon as there is something: long before its time.
    started = time.monotonic()
    with Waiting(who, begun) as waiting:
        made = note(who)
        answer = waiting.answer()
    assert [e["data"]["id"] for e in answer["events"]] == [made] and time.monotonic() - started < 10


@pytest.mark.parametrize("query", ["wait=61", "wait=-1", "wait=x", "after=x", "other=1"])
def test_a_poll_is_told_what_is_wrong(query):
    answer = client.person().get("/events/poll?" + query)
    assert answer.status in (400, 422) and answer.header("Content-Type") == "application/problem+json"


def test_a_poll_that_cannot_go_on_begins_anew():
    who = client.person()
    answer = who.get("/events/poll?after=12345678:1&wait=5").json
    assert [e["event"] for e in answer["events"]] == ["reset"]
    assert place(answer["next"])[0] == client.sql("SELECT id FROM epoch")[0][0]


def test_a_poll_ends_when_access_does(chair):
    who = client.person()
    settled()
    with Waiting(who, who.get("/events/poll").json["next"]) as waiting:
        until(lambda: who.user["id"] in chair.get("/presence").json["users"])
        chair.post(f"/users/{who.user['id']}/revoke")
        assert [e["event"] for e in waiting.answer()["events"]] == ["revoked"]


# --- what is not FastCGI, or no request ---------------------------------------------------------------

def test_other_methods_and_paths_are_refused(chair):
    answer = chair.post("/events")
    assert (answer.status, answer.code) == (405, 2007) and answer.header("Allow") == "GET, HEAD, OPTIONS"
    assert chair.get("/events/else").status == 404
    assert chair.get("/presence/else").status == 404


def test_a_header_that_comes_twice_is_refused(employee):
    sock = os.path.realpath(os.environ["BUREAU_HOME"] + "/run") + "/push.sock"
    answer = fastcgi.call(sock, "GET", "/api/v1/presence", [("Authorization", "Bearer " + employee.token),
                                                            ("Authorization", "Bearer x")])
    assert answer.status == 400
