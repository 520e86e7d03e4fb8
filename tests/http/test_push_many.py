# SPDX-License-Identifier: ISC
"""Many streams at once: all of them are let in, told what happens, and told who is here."""

import json
import time

import pytest

import client
from pushing import Direct, Push
from stream import settled

MANY = 400
# In seconds, on a machine that has much else to do.
BOUND = 20


class Holder:
    """Who has a personal token and nothing else."""

    def __init__(self, user, token):
        self.user, self.token = {"id": user}, token


@pytest.fixture
def crowd():
    """People made at once: who are made one by one take longer than all else here."""
    rows = client.sql("""
        SET session_replication_role = replica;
        CREATE TEMP TABLE made AS
        WITH u AS (INSERT INTO users (full_name, email, picture, role_id)
                   SELECT 'Reader', 'crowd' || n || '@example.org', '', (SELECT id FROM roles WHERE name = 'employee')
                     FROM generate_series(1, {}) n RETURNING id)
        SELECT id, 'bur_' || translate(rtrim(encode(sha256(id::text::bytea), 'base64'), '='), '+/', '-_') AS token FROM u;
        INSERT INTO tokens (user_id, name, hash, scopes, expires_at)
        SELECT id, 'crowd', sha256(token::bytea), '{{*}}', now() + interval '1 day' FROM made;
        SELECT id, token FROM made""", MANY)
    yield [Holder(user, token) for user, token in rows]
    client.sql("""SET session_replication_role = replica;
                  DELETE FROM tokens WHERE name = 'crowd'; DELETE FROM users WHERE email LIKE 'crowd%@example.org'""")


def test_hundreds_who_come_at_once_are_all_served(tmp_path, crowd):
    with Push(tmp_path, files=4096) as push:
        assert push.get("/api/v1/presence", crowd[0]).status == 200
        began = time.monotonic()
        held = [Direct(push, who, waits=False) for who in crowd]
        for stream in held:
            stream.answer()
        assert {stream.status for stream in held} == {200}
        assert time.monotonic() - began < BOUND
        client.sql("INSERT INTO events (audience, kind, payload) VALUES ('{{all}}', 'crowd', '{{}}')")
        began = time.monotonic()
        assert {stream.next("crowd").name for stream in held} == {"crowd"}
        assert time.monotonic() - began < BOUND
        assert {who.user["id"] for who in crowd} <= set(json.loads(push.get("/api/v1/presence", crowd[0]).body)["users"])
        for stream in held:
            stream.close()


def test_each_of_many_is_told_of_all_the_others(tmp_path, crowd):
    everybody = {who.user["id"] for who in crowd}
    with Push(tmp_path, files=4096) as push:
        assert push.get("/api/v1/presence", crowd[0]).status == 200
        held = [Direct(push, who, waits=False) for who in crowd]
        for stream in held:
            stream.answer()
        for stream in held:
            lists = 1
            while not everybody <= set(stream.next("getOnlineUsers").data):
                lists += 1
            # Not one for each who came.
            assert lists < MANY / 4
            stream.close()


def test_who_could_not_take_the_list_is_given_it_later(tmp_path, chair):
    slow_one, newcomer = client.person(), client.person()
    with Push(tmp_path) as push, Direct(push, slow_one) as slow, Direct(push, chair) as quick:
        slow.next("getOnlineUsers")
        settled()
        client.sql("INSERT INTO events (audience, kind, payload) SELECT '{}', 'big', jsonb_build_object('text', repeat('x', 3000))"
                   " FROM generate_series(1, 300)", "{user:" + slow_one.user["id"] + "}")
        settled()
        with Direct(push, newcomer):
            for stream in (quick, slow):
                while newcomer.user["id"] not in stream.next("getOnlineUsers").data:
                    pass
