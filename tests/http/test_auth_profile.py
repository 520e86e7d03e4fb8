# SPDX-License-Identifier: ISC
"""One's own profile and personal tokens."""

import base64
import uuid

import pytest

import client

PICTURE = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(60)).decode()


@pytest.fixture
def member(chair):
    return client.person("employee")


# --- the profile -------------------------------------------------------------------------

def test_me_is_who_signed_in(member):
    me = member.get("/auth/me")
    assert me.status == 200 and me.json["id"] == member.user["id"] and me.header("ETag") == f'"{me.json["version"]}"'
    assert me.header("Event-Cursor") and me.header("Cache-Control") == "no-store"
    assert member.get("/auth/check").json == me.json
    assert uuid.UUID(me.json["id"]).version == 7
    assert me.json["permissions"] == sorted(me.json["permissions"]) and "notes:read" in me.json["permissions"]


def test_nobody_is_told_to_sign_in(anonymous):
    for method, path, body in (("GET", "/auth/me", None), ("GET", "/auth/check", None), ("PATCH", "/auth/me", {"theme": "dark"}),
                               ("PUT", "/auth/update-profile", {"theme": "dark"}), ("GET", "/auth/sessions", None),
                               ("GET", "/auth/sign-ins", None), ("GET", "/auth/tokens", None)):
        answer = anonymous.request(method, path, body)
        assert (answer.status, answer.code) == (401, 1001), path


@pytest.mark.parametrize("method,path", [("PATCH", "/auth/me"), ("PUT", "/auth/update-profile")])
def test_a_profile_is_changed(member, method, path):
    changes = {"fullName": "Nina Weber", "locale": "de-AT", "theme": "dark", "userName": "nina" + member.user["id"][-8:]}
    answer = member.request(method, path, changes)
    assert answer.status == 200 and {name: answer.json[name] for name in changes} == changes
    assert answer.json["version"] > member.user["version"]
    assert member.get("/auth/me").json == answer.json


def test_a_picture_is_a_small_data_url_and_null_gives_the_initials(member):
    initials = member.get("/auth/me").json["profilePic"]
    assert initials.startswith("data:image/svg+xml")
    assert member.patch("/auth/me", {"profilePic": PICTURE}).json["profilePic"] == PICTURE
    assert member.patch("/auth/me", {"profilePic": None}).json["profilePic"] == initials


@pytest.mark.parametrize("changes", [
    {"fullName": ""}, {"fullName": None}, {"fullName": "x" * 201}, {"theme": "pink"}, {"theme": None}, {"locale": "x"},
    {"locale": "not a locale"}, {"userName": "a@b"}, {"userName": "a b"}, {"userName": "ab"},
    {"profilePic": "https://other.test/x.png"}, {"profilePic": "javascript:alert(1)"},
    {"profilePic": "data:image/svg+xml;base64,AAAA"}, {"profilePic": "data:text/html;base64,AAAA"},
    {"profilePic": PICTURE + "\" onload=\"x"}, {"profilePic": "x" * 3000}, {"role": "chairperson"}, {"permissions": ["*"]},
    {"email": "nobody"}, {"email": None}, {"isActive": False}, {"id": "x"}, {"version": 9}, {"granted": []}, {"createdAt": None},
])
def test_a_wrong_or_foreign_field_is_refused(member, changes):
    before = member.get("/auth/me").json
    for method, path in (("PATCH", "/auth/me"), ("PUT", "/auth/update-profile")):
        answer = member.request(method, path, {"theme": "dark", **changes})
        assert answer.status == 422 and [e["field"] for e in answer.json["errors"]] == list(changes), answer
    assert member.get("/auth/me").json == before


@pytest.mark.parametrize("field,value", [("designation", "Boss"), ("email", "other@example.org")])
def test_address_and_job_title_need_a_code_first(member, field, value):
    before = member.get("/auth/me").json
    answer = member.patch("/auth/me", {field: value, "theme": "dark"})
    assert (answer.status, answer.code) == (403, 1009)
    assert [e["field"] for e in answer.json["errors"]] == [field]
    assert member.get("/auth/me").json == before


def test_a_user_name_is_taken_once_in_any_spelling(member, chair):
    name = "Taken" + member.user["id"][-8:]
    assert member.patch("/auth/me", {"userName": name}).json["userName"] == name.lower()
    other = client.person("employee")
    answer = other.patch("/auth/me", {"userName": name.upper()})
    assert (answer.status, answer.code) == (409, 3002) and answer.json["errors"][0]["field"] == "userName"
    assert member.patch("/auth/me", {"userName": None}).json["userName"] is None
    assert other.patch("/auth/me", {"userName": name}).status == 200


def test_a_change_on_an_old_version_is_refused_with_the_profile_as_it_is(member):
    tag = member.get("/auth/me").header("ETag")
    assert member.patch("/auth/me", {"theme": "dark"}, If_Match=tag).status == 200
    answer = member.patch("/auth/me", {"theme": "light"}, If_Match=tag)
    assert (answer.status, answer.code) == (412, 3003) and answer.json["current"]["theme"] == "dark"


def test_a_change_tells_whom_it_concerns(member):
    request = member.patch("/auth/me", {"fullName": "Someone Else"}).header("X-Request-Id")
    assert client.sql("SELECT action, actor FROM audit WHERE request = '{}'", request) == [["users.updated", member.user["id"]]]
    audience = client.sql("SELECT audience FROM events WHERE resource = 'users' AND resource_id = '{}' ORDER BY id DESC LIMIT 1",
                          member.user["id"])
    assert f"user:{member.user['id']}" in audience[0][0]


# --- personal tokens ----------------------------------------------------------------------------

def later(interval="1 day"):
    return client.sql("SELECT ts(now() + interval '{}')", interval)[0][0]


def make(who, scopes=("notes:read",), until=None, name="a script"):
    return who.post("/auth/tokens", {"name": name, "scopes": list(scopes), "expiresAt": until or later()})


def test_a_token_is_shown_once(member):
    answer = make(member)
    token = answer.json["token"]
    assert answer.status == 201 and token.startswith("bur_") and len(token) == 47
    listed = member.get("/auth/tokens")
    assert token not in listed.body.decode() and token[4:] not in listed.body.decode()
    row = next(t for t in listed.json["items"] if t["id"] == answer.json["id"])
    assert (row["name"], row["scopes"], row["lastUsedAt"]) == ("a script", ["notes:read"], None)
    assert "hash" not in row and "token" not in row


def test_a_token_may_what_its_scopes_and_its_person_may(member):
    token = client.Client(make(member, ["notes:read"]).json["token"])
    assert token.get("/notes").status == 200
    assert (token.post("/notes", {"title": "x"}).status, token.post("/notes", {"title": "x"}).code) == (403, 1005)
    assert token.get("/auth/me").json["id"] == member.user["id"]
    everything = client.Client(make(member, ["*"]).json["token"])
    assert everything.post("/notes", {"title": "x"}).status == 201
    assert everything.get("/users").code == 1005		# the person may not either


def test_a_wildcard_is_as_wide_as_its_resource(member):
    token = client.Client(make(member, ["notes:*"]).json["token"])
    assert token.post("/notes", {"title": "x"}).status == 201


def test_a_token_cannot_make_more_of_itself(member):
    token = client.Client(make(member, ["*"]).json["token"])
    assert (make(token).status, make(token).code) == (403, 1005)
    assert len(member.get("/auth/tokens").json["items"]) == 1


def test_an_ended_token_opens_nothing(member):
    made = make(member, ["*"]).json
    token = client.Client(made["token"])
    assert token.get("/auth/me").status == 200
    assert member.delete("/auth/tokens/" + made["id"]).status == 204
    assert (token.get("/auth/me").status, token.get("/auth/me").code) == (401, 1004)
    assert member.delete("/auth/tokens/" + made["id"]).status == 404
    assert member.get("/auth/tokens").json["items"] == []


def test_an_expired_token_opens_nothing(member):
    made = make(member, ["*"]).json
    client.sql("UPDATE tokens SET created_at = now() - interval '2 days', expires_at = now() - interval '1 second' WHERE id = '{}'",
               made["id"])
    assert client.Client(made["token"]).get("/auth/me").code == 1004


def test_the_tokens_of_who_is_revoked_open_nothing(member):
    token = client.Client(make(member, ["*"]).json["token"])
    assert client.bureau("user", "revoke", member.user["email"]).returncode == 0
    answer = token.get("/auth/me")
    assert (answer.status, answer.code) in ((403, 1007), (401, 1004))


def test_the_token_of_somebody_else_does_not_exist(member):
    other = client.person("employee")
    made = make(other).json
    assert member.delete("/auth/tokens/" + made["id"]).status == 404
    assert made["id"] not in member.get("/auth/tokens").body.decode()
    assert client.Client(made["token"]).get("/auth/me").status == 200


@pytest.mark.parametrize("changes,field", [
    ({"name": ""}, "name"), ({"name": "x" * 101}, "name"), ({"name": None}, "name"), ({"scopes": []}, "scopes"),
    ({"scopes": ["nonsense"]}, "scopes"), ({"scopes": ["nonsense:*"]}, "scopes"), ({"scopes": "notes:read"}, "scopes"),
    ({"scopes": ["notes:read"] * 101}, "scopes"), ({"expiresAt": "2001-01-01T00:00:00Z"}, "expiresAt"),
    ({"expiresAt": "2999-01-01T00:00:00Z"}, "expiresAt"), ({"expiresAt": "soon"}, "expiresAt"), ({"expiresAt": None}, "expiresAt"),
    ({"hash": "x"}, "hash"), ({"userId": "x"}, "userId"),
])
def test_a_wrong_token_is_not_made(member, changes, field):
    answer = member.post("/auth/tokens", {"name": "t", "scopes": ["notes:read"], "expiresAt": later(), **changes})
    assert answer.status == 422 and [e["field"].split("[")[0] for e in answer.json["errors"]] == [field], answer
    assert member.get("/auth/tokens").json["items"] == []


@pytest.mark.parametrize("damage", [lambda t: t[:-1], lambda t: t + "A", lambda t: t.lower(), lambda t: t.replace("bur_", "bur-"),
                                    lambda t: "bur_" + "A" * 43, lambda t: "bur_", lambda t: t + "=", lambda t: t * 100])
def test_no_other_form_of_a_token_is_taken(member, damage):
    token = make(member, ["*"]).json["token"]
    answer = client.Client(damage(token)).get("/auth/me")
    assert answer.status in (401, 431), answer


def test_a_token_is_no_cookie(member):
    token = make(member, ["*"]).json["token"]
    assert client.Client().get("/auth/me", Cookie="jwt=" + token).status == 401


def test_making_and_ending_leave_audit_rows_without_the_hash(member):
    made = make(member).json
    member.delete("/auth/tokens/" + made["id"])
    rows = client.sql("SELECT a.action, p.after FROM audit a JOIN audit_payload p ON p.audit_id = a.id WHERE a.resource_id = '{}' ORDER BY a.id",
                      made["id"])
    assert [row[0] for row in rows] == ["tokens.created", "tokens.ended"]
    stored = client.sql("SELECT encode(hash, 'hex') FROM tokens WHERE id = '{}'", made["id"])[0][0]
    assert all(stored not in "".join(row) for row in rows)
