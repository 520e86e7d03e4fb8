# SPDX-License-Identifier: ISC
"""Notifications: one's own to list and mark, and one for every act that concerns an account."""

import pytest

from client import PASSWORD, Client, later, person, sign_in, sql

FIELDS = {"id", "kind", "title", "link", "about", "readAt", "createdAt"}


def told(who, query=""):
    answer = who.get("/notifications" + query)
    assert answer.status == 200, answer
    return answer.json


def kinds(who):
    return [one["kind"] for one in told(who)["items"]]


def add(who, count=1, kind="try-this"):
    sql("SELECT notification_add('{}', '{}', 'Number ' || n, '/account/', '{{\"n\": 1}}') FROM generate_series(1, {}) n",
        who.user["id"], kind, count)


@pytest.fixture(name="someone")
def fixture_someone():
    return person("employee")


# --- listing and marking -----------------------------------------------------------

def test_notifications_are_listed_newest_first_page_by_page(someone):
    add(someone, 5)
    first = told(someone, "?limit=3&count=exact")
    assert [set(one) for one in first["items"]] == [FIELDS] * 3
    assert first["total"] == 5 and first["next"]
    rest = told(someone, "?limit=3&after=" + first["next"])
    everything = first["items"] + rest["items"]
    assert len({one["id"] for one in everything}) == 5 and rest["next"] is None
    assert everything == sorted(everything, key=lambda one: (one["createdAt"], one["id"]), reverse=True)
    assert everything[0]["about"] == {"n": 1} and everything[0]["readAt"] is None


def test_notifications_are_filtered(someone):
    add(someone, 2)
    add(someone, 1, "another-kind")
    assert [one["kind"] for one in told(someone, "?kind=another-kind")["items"]] == ["another-kind"]
    someone.post("/notifications/read", {"ids": [told(someone)["items"][0]["id"]]})
    assert len(told(someone, "?unread=true")["items"]) == 2
    assert len(told(someone, "?unread=false")["items"]) == 1
    assert someone.get("/notifications?unread=perhaps").status == 422


def test_marking_says_how_many_are_unread_and_is_the_same_done_twice(someone):
    add(someone, 3)
    ids = [one["id"] for one in told(someone)["items"]]
    for _ in range(2):
        answer = someone.post("/notifications/read", {"ids": ids[:2]})
        assert (answer.status, answer.json) == (200, {"unread": 1})
    assert told(someone, "?unread=true&count=exact&limit=1")["total"] == 1
    assert someone.post("/notifications/read", {"all": True}).json == {"unread": 0}
    assert all(one["readAt"] for one in told(someone)["items"])


@pytest.mark.parametrize("body", [{}, {"all": False}, {"ids": [], "all": True}, {"ids": ["x"]}, {"ids": "x"}, {"all": "x"}])
def test_marking_needs_to_know_which(someone, body):
    answer = someone.post("/notifications/read", body)
    assert answer.status == 422 and answer.json["errors"], answer


def test_marking_takes_two_hundred_at_most(someone):
    answer = someone.post("/notifications/read", {"ids": [someone.user["id"]] * 201})
    assert answer.status == 422


def test_nobody_sees_or_marks_those_of_another(someone, chair):
    add(someone)
    ident = told(someone)["items"][0]["id"]
    assert ident not in [one["id"] for one in told(chair, "?limit=200")["items"]]
    assert chair.post("/notifications/read", {"ids": [ident]}).status == 404
    assert chair.post("/notifications/read", {"all": True}).status == 200
    assert told(someone)["items"][0]["readAt"] is None


def test_one_that_is_not_there_leaves_all_unread(someone):
    add(someone)
    ident = told(someone)["items"][0]["id"]
    answer = someone.post("/notifications/read", {"ids": [ident, someone.user["id"]]})
    assert (answer.status, answer.code) == (404, 3001)
    assert told(someone, "?unread=true&count=exact")["total"] == 1


def test_a_personal_token_reads_and_marks_nothing(someone):
    add(someone)
    token = someone.post("/auth/tokens", {"name": "t", "scopes": ["*"], "expiresAt": later(days=1)})
    assert token.status == 201, token
    script = Client(token.json["token"])
    assert told(script)["items"]
    assert script.post("/notifications/read", {"all": True}).status == 403


# --- what is told ---------------------------------------------------------------------

def test_a_sign_in_from_another_program_is_told(someone):
    assert kinds(someone) == []
    sign_in(someone.user["email"])
    assert kinds(someone) == []
    answer = Client().post("/auth/login", {"email": someone.user["email"], "password": PASSWORD}, User_Agent="Gadget/1.0")
    assert answer.status == 200, answer
    one = told(someone)["items"][0]
    assert (one["kind"], one["about"]["agent"], one["link"]) == ("new-sign-in", "Gadget/1.0", "/app/profile/sessions")
    assert one["about"]["address"] in one["title"]


def test_a_changed_password_is_told(someone):
    answer = someone.post("/auth/change-password", {"currentPassword": PASSWORD, "newPassword": PASSWORD + "!"})
    assert answer.status == 200, answer
    assert kinds(sign_in(someone.user["email"], PASSWORD + "!")) == ["password-changed"]


def test_a_personal_token_is_told(someone):
    answer = someone.post("/auth/tokens", {"name": "for a script", "scopes": ["*"], "expiresAt": later(days=1)})
    assert answer.status == 201, answer
    one = told(someone)["items"][0]
    assert (one["kind"], one["about"]["name"]) == ("token-made", "for a script")


def test_another_role_and_other_permissions_are_told(someone, chair):
    assert chair.patch("/users/" + someone.user["id"], {"role": "manager"}).status == 200
    assert chair.patch("/users/" + someone.user["id"], {"permissions": ["audit:read"]}).status == 200
    assert chair.patch("/users/" + someone.user["id"], {"designation": "Clerk"}).status == 200
    assert kinds(someone) == ["permissions-changed", "role-changed"]
    assert told(someone)["items"][1]["about"] == {"role": "manager", "by": chair.user["fullName"]}


def test_another_address_is_told(someone):
    sql("UPDATE users SET email = 'moved-' || email WHERE id = '{}'", someone.user["id"])
    one = told(someone)["items"][0]
    assert (one["kind"], one["about"]["to"]) == ("email-changed", "moved-" + someone.user["email"])
