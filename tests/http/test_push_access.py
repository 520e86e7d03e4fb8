# SPDX-License-Identifier: ISC
"""Access that ends while a stream is open: at once, and with nothing told behind it."""

import time

import client
import forge
from stream import Stream, settled, until


def add_event(audience, kind):
    client.sql("INSERT INTO events (audience, kind) VALUES ('{}', '{}')", "{" + audience + "}", kind)


def test_who_is_revoked_is_put_out_within_a_second_a_hundred_times_of_a_hundred(chair):
    who = client.person()
    slowest = 0
    for _ in range(100):
        with Stream(who) as stream:
            assert stream.status == 200
            assert chair.post(f"/users/{who.user['id']}/revoke").status == 200
            started = time.monotonic()
            assert stream.until_end()[-1].name == "revoked"
            slowest = max(slowest, time.monotonic() - started)
        assert chair.post(f"/users/{who.user['id']}/restore").status == 200
        who = client.sign_in(who.user["email"])
    print(f"the slowest took {slowest * 1000:.0f} ms")
    assert slowest < 1


def test_a_session_that_ends_ends_its_own_streams_alone():
    one = client.person()
    other = client.sign_in(one.user["email"])
    with Stream(one) as a, Stream(one) as b, Stream(other) as c:
        started = time.monotonic()
        assert one.post("/auth/logout").status == 200
        assert a.until_end()[-1].name == b.until_end()[-1].name == "revoked"
        assert time.monotonic() - started < 2
        made = other.post("/notes", {"title": "x"}).json["id"]
        assert c.next("refresh_data").data["id"] == made
        assert other.post("/auth/logout", {"allDevices": True}).status == 200
        assert c.until_end()[-1].name == "revoked"


def test_a_stream_ends_with_its_token_and_says_nothing():
    who = client.person()
    header, claims = forge.read(who.token)
    now = int(time.time())
    brief = client.Client(forge.es256(header, forge.fresh(claims, exp=now + 3)))
    with Stream(brief) as stream:
        assert stream.status == 200
        assert [e.name for e in stream.until_end() if e.name != "refresh_data"] == []
        assert now + 2 <= time.time() <= now + 5


def test_behind_a_permission_that_is_taken_away_nothing_comes_that_needs_it(chair):
    for _ in range(10):
        who = client.person("manager")
        settled()
        with Stream(who) as stream:
            add_event("perm:users:read", "before")
            assert stream.next().name == "before"
            # In the very next transaction, and in the same one.
            answer = chair.patch("/users/" + who.user["id"], {"role": "employee"})
            assert answer.status == 200, answer
            add_event("perm:users:read", "hidden")
            add_event("user:" + who.user["id"], "after")
            assert stream.next("hidden", "after").name == "after"
    who = client.person("manager")
    with Stream(who) as stream:
        client.sql("""BEGIN; UPDATE users SET role_id = (SELECT id FROM roles WHERE name = 'employee') WHERE id = '{0}';
                      INSERT INTO events (audience, kind) VALUES ('{1}', 'hidden'), ('{2}', 'after'); COMMIT""",
                   who.user["id"], "{perm:users:read}", "{user:" + who.user["id"] + "}")
        assert stream.next("hidden", "after").name == "after"


def test_a_role_that_loses_a_permission_takes_it_from_all_who_have_it(chair):
    role = chair.post("/roles", {"name": f"r{int(time.time())}", "permissions": ["users:read"]}).json
    people = [client.person(role["name"]) for _ in range(3)]
    settled()
    streams = [Stream(who) for who in people]
    add_event("perm:users:read", "before")
    assert [s.next().name for s in streams] == ["before"] * 3
    answer = chair.put("/roles/" + role["id"], {"name": role["name"], "permissions": []})
    assert answer.status == 200, answer
    add_event("perm:users:read", "hidden")
    add_event("all", "after")
    assert [s.next("hidden", "after").name for s in streams] == ["after"] * 3
    # And what is given is there as well.
    chair.put("/roles/" + role["id"], {"name": role["name"], "permissions": ["users:read"]})
    add_event("perm:users:read", "again")
    assert [s.next("again").name for s in streams] == ["again"] * 3
    for stream in streams:
        stream.close()


def test_who_is_deleted_is_put_out(chair):
    who = client.person()
    with Stream(who) as stream:
        client.sql("UPDATE users SET deleted_at = now() WHERE id = '{}'", who.user["id"])
        assert stream.until_end()[-1].name == "revoked"
    assert chair


def test_people_are_present_while_they_have_a_stream_and_a_moment_longer(chair):
    who = client.person()

    def is_there():
        return who.user["id"] in chair.get("/presence").json["users"]

    assert not is_there()
    with Stream(chair) as watcher:
        with Stream(who) as one, Stream(client.sign_in(who.user["email"])) as two:
            shown = watcher.next("getOnlineUsers")
            while who.user["id"] not in shown.data:
                shown = watcher.next("getOnlineUsers")
            users = chair.get("/presence").json["users"]
            assert users.count(who.user["id"]) == 1 and chair.user["id"] in users
            two.close()
            one.close()
        left = time.monotonic()
        assert is_there()
        # That they left may be seen only when something is sent to them, every 20 seconds.
        while who.user["id"] in watcher.next("getOnlineUsers", seconds=60).data:
            pass
        assert time.monotonic() - left > 8 and not is_there()


def test_a_return_within_the_moment_is_no_going(chair):
    who = client.person()
    with Stream(chair) as watcher:
        with Stream(who):
            until(lambda: who.user["id"] in chair.get("/presence").json["users"])
        with Stream(who) as back:
            gone = time.monotonic() + 12
            while time.monotonic() < gone:
                assert who.user["id"] in chair.get("/presence").json["users"]
                back.is_quiet(1)
        assert watcher.status == 200


def test_presence_is_for_who_is_signed_in(anonymous, employee):
    assert anonymous.get("/presence").code == 1001
    answer = employee.get("/presence")
    assert answer.status == 200 and set(answer.json) == {"users"}


def test_a_cookie_opens_streams_of_our_own_pages_alone():
    cookie = client.Client().post("/auth/login", {"email": client.person().user["email"], "password": client.PASSWORD, "cookie": True},
                                  Origin=client.BASE_URL).cookies["jwt"][0]
    for path in ("/events", "/events/poll"):
        for foreign in ({"Origin": "https://evil.example.org"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}, {"Sec_Fetch_Site": "same-site"}):
            answer = client.Client().get(path, Cookie="jwt=" + cookie, **foreign)
            assert (answer.status, answer.code) == (403, 1010), foreign
        for own in ({}, {"Origin": client.BASE_URL}, {"Sec_Fetch_Site": "same-origin"}):
            assert client.Client().get(path, Cookie="jwt=" + cookie, **own).status == 200, own
