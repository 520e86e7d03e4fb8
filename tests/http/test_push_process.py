# SPDX-License-Identifier: ISC
"""Push as a process: what it bears, what it passes on, and who takes over when it is gone."""

import gzip
import json
import os
import random
import signal
import socket
import struct
import time

import pytest

import client
import fastcgi
from pushing import Direct, Push, holder
from stream import Stream, pids, place, settled, until


@pytest.fixture
def push(tmp_path):
    with Push(tmp_path) as process:
        yield process


def note(who):
    answer = who.post("/notes", {"title": "x"})
    assert answer.status == 201, answer
    return answer.json["id"]


def add_event(audience, kind, payload="{}"):
    client.sql("INSERT INTO events (audience, kind, payload) VALUES ('{}', '{}', '{}')", "{" + audience + "}", kind, payload)


# --- several of them ----------------------------------------------------------------------------

def test_every_process_delivers_and_one_gives_the_places(push):
    who = client.person()
    with Stream(who) as one, Direct(push, who) as two:
        for _ in range(20):
            made = note(who)
            a, b = one.next("refresh_data"), two.next("refresh_data")
            assert a.data["id"] == b.data["id"] == made and a.id == b.id
        assert len(holder()) == 1


def test_when_the_one_dies_the_other_takes_over(push):
    who = client.person()
    with Direct(push, who) as stream:
        for _ in range(3):
            (old,) = pids("push")
            before = holder()
            os.kill(old, signal.SIGKILL)
            made = note(who)
            assert stream.next("refresh_data", seconds=5).data["id"] == made
            until(lambda: pids("push") not in ([], [old]))
            assert before


def test_bells_of_who_gives_no_places_are_passed_on(push):
    """The instance's push holds the lock or this one does: in both cases what is rung here is told soon."""
    who = client.person()
    settled()
    until(lambda: len(holder()) == 1)
    spent = []
    with Direct(push, who) as stream:
        for _ in range(20):
            add_event("user:" + who.user["id"], "rung")
            started = time.monotonic()
            push.say(b"\0")
            assert stream.next().name == "rung"
            spent.append(time.monotonic() - started)
    # Without a bell it takes a quarter of a second, half of what lies between two looks.
    assert sorted(spent)[10] < 0.1, spent


def test_a_stream_goes_on_at_another_process(push):
    who = client.person()
    with Stream(who) as stream:
        note(who)
        last = stream.next("refresh_data").id
    made = [note(who) for _ in range(5)]
    with Direct(push, who, last=last) as stream:
        assert [stream.next("refresh_data").data["id"] for _ in made] == made


def test_a_kill_loses_and_repeats_nothing():
    who = client.person()
    made, seen = [], []
    stream = Stream(who)
    last = stream.last
    for n in range(60):
        made.append(note(who))
        if n % 20 == 10:
            os.kill(pids("push")[0], signal.SIGKILL)
        try:
            while (event := stream.next(seconds=0.05)) is not None:
                seen.append(event.data["id"])
                last = event.id
        except (AssertionError, OSError):
            pass
        # Cut by the kill, or by us at any place.
        if stream.ended or n % 5 == 0:
            stream.close()
            stream = until(lambda: (s := Stream(who, last=last)).status == 200 and s)
    while len(seen) < len(made):
        seen.append(stream.next("refresh_data").data["id"])
    stream.close()
    assert seen == made


def test_presence_is_that_of_all_processes(push, chair):
    here, there = client.person(), client.person()
    with Stream(here), Direct(push, there), Direct(push, here):
        for ask in (lambda: chair.get("/presence").json["users"],
                    lambda: json.loads(push.get("/api/v1/presence", chair).body)["users"]):
            until(lambda: {here.user["id"], there.user["id"]} <= set(ask()))
            assert len(ask()) == len(set(ask()))
    # A process that dies takes its people with it, once it is missed.
    with Direct(push, there):
        until(lambda: there.user["id"] in chair.get("/presence").json["users"])
        push.stop(signal.SIGKILL)
        until(lambda: there.user["id"] not in chair.get("/presence").json["users"], 30)


# --- what is said and not stored -------------------------------------------------------------------

def typing(*audience):
    return json.dumps({"event": "typing", "audience": list(audience), "data": {"conversationId": "c", "userId": "u"}})


def test_typing_is_told_to_its_audience_here_and_elsewhere(push):
    who, other = client.person(), client.person()
    settled()
    before = client.sql("SELECT count(*) FROM events")
    with Direct(push, who) as here, Stream(who) as there, Direct(push, other) as else_:
        push.say(typing("user:" + who.user["id"]))
        for stream in (here, there):
            event = stream.next("typing", seconds=5)
            assert event.data == {"conversationId": "c", "userId": "u"} and event.id == stream.last
        assert else_.is_quiet()
        assert here.is_quiet(0.6)
    assert client.sql("SELECT count(*) FROM events") == before


@pytest.mark.parametrize("text", ["{", "{}", '{"event":"revoked","audience":["all"],"data":{}}', '{"event":"typing","audience":["all"]}',
                                  '{"event":"typing","audience":"all","data":{}}', '{"event":"typing","audience":[1,null,"}{"],"data":{}}',
                                  '{"event":"typing\\nid: 5","audience":["all"],"data":{}}', "x" * 1024, "\xff{}"])
def test_what_may_not_be_said_is_not(push, text):
    who = client.person()
    settled()
    with Direct(push, who) as stream:
        push.say(text.encode("latin-1"))
        push.say(typing("user:" + who.user["id"]))
        assert stream.next().name == "typing"


# --- conversations and public pages -------------------------------------------------------------------

@pytest.fixture
def groups():
    """Audiences with members, in place of the resources that will have them."""
    old = client.sql("SELECT pg_get_functiondef('audience_members'::regproc)")
    client.sql("""CREATE TABLE IF NOT EXISTS test_members (audience text, user_id uuid);
        CREATE OR REPLACE FUNCTION audience_members(_audience text) RETURNS TABLE (user_id uuid)
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
        BEGIN RETURN QUERY SELECT m.user_id FROM test_members m WHERE m.audience = _audience; END $$;
        ALTER TABLE test_members OWNER TO bureau_owner""")
    yield
    client.sql("{}; DROP TABLE test_members", "\n".join("|".join(line) for line in old))


def join(name, who):
    client.sql("BEGIN; INSERT INTO test_members VALUES ('{}', {}); SELECT audience_changed('{}'); COMMIT", name,
               f"'{who.user['id']}'" if who else "NULL", name)


def leave(name, who):
    client.sql("BEGIN; DELETE FROM test_members WHERE audience = '{}' AND user_id = '{}'; SELECT audience_changed('{}'); COMMIT",
               name, who.user["id"], name)


def test_a_conversation_is_for_its_members_as_long_as_they_are(groups):
    one, two = client.person(), client.person()
    name = "conversation:01a21c83-33f7-7b56-922d-2c8920f1edec"
    with Stream(one) as a, Stream(two) as b:
        join(name, one)
        add_event(name, "newMessage", '{"text": "1"}')
        assert a.next().data == {"text": "1"}
        join(name, two)
        add_event(name, "newMessage", '{"text": "2"}')
        assert a.next().data == b.next().data == {"text": "2"}
        leave(name, one)
        add_event(name, "newMessage", '{"text": "3"}')
        assert b.next().data == {"text": "3"}
        assert a.is_quiet()


def test_typing_is_for_a_conversation_too(groups, push):
    one, two = client.person(), client.person()
    name = "conversation:01a21c83-33f7-7b56-922d-2c8920f1eded"
    join(name, one)
    settled()
    with Direct(push, one) as a, Direct(push, two) as b:
        push.say(typing(name))
        assert a.next().name == "typing" and b.is_quiet()


def test_readers_of_a_public_page_need_not_be_signed_in(groups):
    article = "01a21c83-33f7-7b56-922d-2c8920f1edee"
    who = client.person()
    with Stream(query="article=" + article) as reader, Stream(who, query="article=" + article) as known, Stream(who) as elsewhere:
        assert reader.status == 200
        add_event("article:" + article, "commentAdded", '{"n": 1}')
        add_event("user:" + who.user["id"], "mine")
        assert known.next().name == "mine"
        # From now on it is public.
        join("article:" + article, None)
        add_event("article:" + article, "commentAdded", '{"n": 2}')
        assert reader.next().data == known.next().data == {"n": 2}
        assert elsewhere.next().name == "mine"
        add_event("all,user:" + who.user["id"] + ",perm:users:read", "private")
        assert reader.is_quiet()
    # A cookie that is over keeps nobody from a public page.
    stale = Stream(headers={"Cookie": "jwt=a.b.c"}, query="article=" + article)
    assert stale.status == 200
    stale.close()
    assert Stream(query="article=x").status in (400, 422)


# --- bounds ---------------------------------------------------------------------------------------------

def test_a_person_may_hold_so_many_streams():
    who = client.person()
    held = [Stream(who) for _ in range(20)]
    assert {s.status for s in held} == {200}
    more = Stream(who)
    assert (more.status, more.json["code"]) == (429, 5004) and more.headers["Retry-After"] == "5"
    held.pop().close()
    until(lambda: (s := Stream(who)).status == 200 and (held.append(s) or True))
    for stream in held:
        stream.close()


def test_more_than_there_is_room_for_are_sent_away(tmp_path):
    who = client.person()
    with Push(tmp_path, files=600, PUSH_USER_STREAMS="1000") as push:
        held = []
        while (stream := Direct(push, who)).status == 200:
            held.append(stream)
            assert len(held) < 600
        # (600 - 256) / 2
        assert len(held) == 172
        assert stream.status == 503 and stream.headers["Retry-After"] == "1"
        made = note(who)
        assert {s.next("refresh_data").data["id"] for s in held} == {made}
        held.pop().close()
        until(lambda: Direct(push, who).status == 200)
        assert "172" in (tmp_path / "push.log").read_text()


def test_descriptors_that_run_out_harm_nobody_who_is_there(tmp_path):
    who = client.person()
    with Push(tmp_path, files=64) as push:
        with Direct(push, who) as stream:
            idle = []
            for _ in range(100):
                sock = socket.socket(socket.AF_UNIX)
                sock.connect(push.path)
                idle.append(sock)
            made = note(who)
            assert stream.next("refresh_data").data["id"] == made
            for sock in idle:
                sock.close()
            until(lambda: push.get("/api/v1/presence", who).status == 200)


def test_who_takes_nothing_is_dropped_and_goes_on_later(push):
    who = client.person()
    slow, quick = Direct(push, who), Direct(push, who)
    settled()
    big = json.dumps({"text": "x" * 3000})
    for _ in range(10):
        client.sql("INSERT INTO events (audience, kind, payload) SELECT '{}', 'big', '{}' FROM generate_series(1, 30)",
                   "{user:" + who.user["id"] + "}", big)
    last = quick.last
    seen = 0
    while seen < 300:
        event = quick.next("big")
        seen, last = seen + 1, event.id
    # It is closed once it has taken nothing for ten seconds; what it had been sent is there.
    started = time.monotonic()
    until(lambda: slow.sock.recv(1, socket.MSG_PEEK) and not is_open(push, slow), 25)
    assert 5 < time.monotonic() - started
    got = []
    while (event := slow.next("big", seconds=5)) is not None:
        got.append(place(event.id)[1])
    assert 0 < len(got) < 300
    with Direct(push, who, last=slow.last) as again:
        while len(got) < 300:
            got.append(place(again.next("big").id)[1])
    assert got == sorted(set(got)) and got[-1] == place(last)[1]
    quick.close()


def is_open(push, stream):
    """Whether the process still has the other end: nothing can be sent to one that has not."""
    try:
        stream.sock.send(b"", socket.MSG_DONTWAIT)
        poll = __import__("select").poll()
        poll.register(stream.sock, 0)
        return not any(events & (0x10 | 0x8) for _, events in poll.poll(200))
    except OSError:
        return False


def test_a_burst_reaches_everybody_whole(push):
    who = client.person()
    settled()
    with Direct(push, who) as one, Stream(who) as two:
        client.sql("INSERT INTO events (audience, kind, payload) SELECT '{}', 'burst', jsonb_build_object('n', g) FROM generate_series(1, 5000) g",
                   "{user:" + who.user["id"] + "}")
        for stream in (one, two):
            assert [stream.next("burst").data["n"] for _ in range(5000)] == list(range(1, 5001))


# --- what is no request -----------------------------------------------------------------------------------

GARBAGE = [
    b"", b"\0" * 8, b"GET / HTTP/1.1\r\n\r\n", b"\1\1\0\1\0\10\0\0", b"\1\1\0\2\0\10\0\0" + b"\0\1" + b"\0" * 6,
    b"\2\1\0\1\0\10\0\0" + b"\0\1" + b"\0" * 6, fastcgi.record(fastcgi.STDIN, b"x"), fastcgi.record(fastcgi.BEGIN, b"\0\2" + b"\0" * 6),
    fastcgi.record(fastcgi.BEGIN, b"\0\1" + b"\0" * 6) + fastcgi.record(fastcgi.STDIN, b"x"),
    fastcgi.record(fastcgi.BEGIN, b"\0\1" + b"\0" * 6) + fastcgi.record(fastcgi.ABORT),
    fastcgi.record(fastcgi.BEGIN, b"\0\1" + b"\0" * 6) + fastcgi.stream(fastcgi.PARAMS, b"") + fastcgi.record(fastcgi.STDIN),
    fastcgi.record(fastcgi.BEGIN, b"\0\1" + b"\0" * 6) + fastcgi.stream(fastcgi.PARAMS, b"\xff" * 64) + fastcgi.record(fastcgi.STDIN),
    fastcgi.record(fastcgi.BEGIN, b"\0\1" + b"\0" * 6) + fastcgi.stream(fastcgi.PARAMS, b"x" * 65536),
    fastcgi.record(fastcgi.BEGIN, b"\0\1" + b"\0" * 6) + fastcgi.stream(fastcgi.PARAMS, fastcgi.pairs([("A=B", "\0")])) + fastcgi.record(fastcgi.STDIN),
]


def test_garbage_harms_nobody(push):
    who = client.person()
    chance = random.Random(5)
    with Direct(push, who) as stream:
        for text in GARBAGE + [chance.randbytes(chance.randrange(1, 400)) for _ in range(200)]:
            sock = socket.socket(socket.AF_UNIX)
            sock.connect(push.path)
            try:
                sock.sendall(text)
            except OSError:
                pass
            sock.close()
        made = note(who)
        assert stream.next("refresh_data").data["id"] == made
        # Whoever has a stream and goes on talking is let go.
        with Direct(push, who) as chatty:
            chatty.sock.sendall(fastcgi.record(fastcgi.STDIN, b"more"))
            assert chatty.until_end() is not None and chatty.ended


def test_a_request_in_small_pieces_is_one_all_the_same(push):
    who = client.person()
    text = (fastcgi.record(fastcgi.BEGIN, struct.pack("!HB5x", 1, 0)) + fastcgi.stream(fastcgi.PARAMS, fastcgi.pairs([
        ("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", "/api/v1/presence"), ("REMOTE_ADDR", "127.0.0.1"), ("HTTP_HOST", "x"),
        ("HTTP_AUTHORIZATION", "Bearer " + who.token)])) + fastcgi.stream(fastcgi.STDIN, b""))
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(push.path)
        for i in range(0, len(text), 7):
            sock.sendall(text[i:i + 7])
        answer = fastcgi.read_answer(sock)
    assert answer.status == 200 and "users" in json.loads(answer.body)


def test_half_a_request_is_not_waited_for_for_ever(push):
    with socket.socket(socket.AF_UNIX) as sock:
        sock.settimeout(20)
        sock.connect(push.path)
        sock.sendall(fastcgi.record(fastcgi.BEGIN, struct.pack("!HB5x", 1, 0))[:5])
        started = time.monotonic()
        assert sock.recv(1) == b"" and 8 < time.monotonic() - started < 14


# --- its end, and the database's -----------------------------------------------------------------------------

def test_told_to_stop_it_sends_everybody_elsewhere(push):
    people = [client.person() for _ in range(3)]
    streams = [Direct(push, who) for who in people]
    assert push.stop() == 0
    for stream in streams:
        assert stream.until_end() is not None and stream.raw.is_over
        assert stream.retry >= 500


def test_a_database_that_goes_away_is_come_back_to(push):
    who = client.person()
    with Direct(push, who) as stream:
        for _ in range(3):
            client.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bureau_push'")
            made = note(who)
            assert stream.next("refresh_data").data["id"] == made
            until(lambda: Direct(push, who).status == 200)


def test_a_notification_that_is_stuck_is_looked_for(push):
    """F28: NOTIFY does not arrive; what is committed is found all the same."""
    who = client.person()
    with Direct(push, who) as stream:
        client.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bureau_push' AND query LIKE '%none%'")
        add_event("user:" + who.user["id"], "unrung")
        started = time.monotonic()
        assert stream.next().name == "unrung" and time.monotonic() - started < 2


def test_health_and_metrics_tell_how_it_is(anonymous):
    who = client.person()
    with Stream(who) as stream:
        note(who)
        stream.next("refresh_data")
        until(lambda: anonymous.get("/health").json["checks"]["push"].get("streams", 0) >= 1)
        check = anonymous.get("/health").json["checks"]["push"]
        assert check["status"] == "up" and 0 <= check["lagMs"] <= 5000
        text = anonymous.get("/metrics").body.decode()
    for name in ("events_in_total", "events_out_total", "streams_opened_total", "streams_dropped_total", "streams_resumed_total",
                 "streams_reset_total", "streams", "sequencer", "lag_seconds_bucket", "lag_seconds_count"):
        assert f"\nbureau_push_{name}" in text, name


def test_health_fails_when_what_happens_is_not_told(anonymous):
    (pid,) = until(lambda: len(pids("push")) == 1 and pids("push"))
    os.kill(pid, signal.SIGSTOP)
    try:
        until(lambda: anonymous.get("/health").json["checks"]["push"]["status"] == "late", 20)
        assert anonymous.get("/health").json["status"] == "degraded"
    finally:
        os.kill(pid, signal.SIGCONT)
    until(lambda: anonymous.get("/health").json["checks"]["push"]["status"] == "up", 20)


def test_a_queued_call_is_none_of_its_business(push):
    raw = (fastcgi.record(fastcgi.BEGIN, struct.pack("!HB5x", 1, 0)) + fastcgi.stream(fastcgi.PARAMS, fastcgi.pairs([
        ("BUREAU_REQUEST", "01930000-0000-7000-8000-000000000000"), ("REQUEST_METHOD", "POST")])) + fastcgi.record(fastcgi.STDIN))
    with socket.socket(socket.AF_UNIX) as sock:
        sock.connect(push.path)
        sock.sendall(raw)
        assert fastcgi.read_answer(sock).status == 404


def test_a_compressed_answer_is_what_was_answered():
    who = client.person()
    # Now and then what was around the answer got into it.
    for _ in range(80):
        answer = who.get("/events/poll?wait=0&after=nonsense", Accept_Encoding="gzip")
        body = gzip.decompress(answer.body) if answer.header("Content-Encoding") == "gzip" else answer.body
        assert json.loads(body)["code"] == 2002, body
