# SPDX-License-Identifier: ISC
"""Other people's accounts: who sees them, who may change them, and what revoking does."""

import concurrent.futures
import hashlib
import time
import uuid

import pytest

import client

FIELDS = {"isInvited", "id", "fullName", "email", "profilePic", "designation", "role", "permissions", "ownPermissions",
          "isActive", "createdAt", "updatedAt", "version"}


def new_role(chair, *permissions):
    answer = chair.post("/roles", {"name": "r" + uuid.uuid4().hex[:12], "permissions": list(permissions)})
    assert answer.status == 201, answer
    return answer.json["name"]


def invite(who, role="employee", name="Somebody", **more):
    return who.post("/users", {"fullName": name, "email": client.fresh_email("guest"), "role": role, **more})


@pytest.fixture(scope="module")
def team(chair):
    """Eleven people of a role of their own."""
    role = new_role(chair)
    for i in range(11):
        assert invite(chair, role, f"Member {'abcd'[i % 4] * 3}").status == 201
    return role


# --- lists -------------------------------------------------------------------------

@pytest.mark.parametrize("sort", ["createdAt", "-createdAt", "fullName", "-fullName", "email", "-email"])
@pytest.mark.parametrize("limit", [1, 4, 10, 11])
def test_pages_of_people_neither_skip_nor_repeat(manager, team, sort, limit):
    seen, after = [], ""
    while True:
        page = manager.get(f"/users?role={team}&sort={sort}&limit={limit}{after}").json
        assert len(page["items"]) <= limit
        seen += page["items"]
        if page["next"] is None:
            break
        after = "&after=" + page["next"]
    assert len({u["id"] for u in seen}) == len(seen) == 11
    values = [u[sort.lstrip("-")] for u in seen]
    assert values == sorted(values, reverse=sort.startswith("-"))


def test_an_unknown_filter_is_answered_with_the_allowed_names(manager):
    answer = manager.get("/users?passwordHash=x")
    assert (answer.status, answer.code) == (400, 2002)
    for name in ("role", "isActive", "createdAt", "email"):
        assert name in answer.json["errors"][0]["message"]


def test_people_are_found_by_filter_and_search(manager, team):
    one = manager.get(f"/users?role={team}&limit=1").json["items"][0]

    def total(query):
        return manager.get(f"/users?role={team}&count=exact&" + query).json["total"]

    assert total("") == 11
    assert total("isActive=true") == 11 and total("isActive=false") == 0
    assert total("createdAt[gte]=" + one["createdAt"][:10]) == 11 and total("createdAt[lt]=2001-01-01") == 0
    assert total("email=" + one["email"]) == 1
    assert total("search=" + one["email"]) == 1 and total("search=mEMBER+dDD") == 2
    assert total("search=nobody+at+all") == 0


def test_a_person_is_shown_as_documented_and_without_secrets(manager, employee):
    answer = manager.get("/users/" + employee.user["id"])
    assert answer.status == 200 and set(answer.json) == FIELDS
    assert answer.json["role"] == "employee" and answer.json["isActive"] is True
    assert answer.header("ETag") == f'"{answer.json["version"]}"'


def test_the_directory_has_everybodys_name_and_nobodys_address(chair, employee):
    name = "Dora " + uuid.uuid4().hex
    guest = invite(chair, name=name).json["user"]
    found = employee.get("/users/directory?search=" + name.replace(" ", "+")).json["items"]
    assert found == [{"id": guest["id"], "fullName": name, "profilePic": guest["profilePic"]}]
    assert chair.post(f"/users/{guest['id']}/revoke").status == 200
    assert employee.get("/users/directory?search=" + name.replace(" ", "+")).json["items"] == []
    assert employee.get("/users").status == 403


def test_permissions_are_told_to_whoever_is_signed_in(employee):
    items = employee.get("/permissions?limit=200").json["items"]
    assert {"name", "doc", "roles"} == set(items[0])
    names = [p["name"] for p in items]
    assert names == sorted(names) and "users:revoke" in names


# --- invitations ------------------------------------------------------------------------

def test_an_invitation_is_told_once_and_stored_as_a_hash(chair):
    answer = invite(chair, "manager", designation="Bookkeeper")
    assert answer.status == 201 and set(answer.json) == {"user", "inviteUrl"}
    user = answer.json["user"]
    assert user["role"] == "manager" and user["designation"] == "Bookkeeper" and user["isActive"] is True
    assert answer.header("Location") == "/api/v1/users/" + user["id"]
    secret = answer.json["inviteUrl"].partition("#")[2]
    assert len(secret) >= 43
    rows = client.sql("SELECT encode(hash, 'hex') FROM invitations WHERE user_id = '{}'", user["id"])
    assert rows == [[hashlib.sha256(secret.encode()).hexdigest()]]


def test_who_has_not_accepted_is_invited_and_spoken_to_as_who_invites(chair):
    assert chair.patch("/auth/me", {"locale": "de"}).status == 200
    answer = invite(chair)
    user, secret = answer.json["user"], answer.json["inviteUrl"].partition("#")[2]
    assert chair.patch("/auth/me", {"locale": "en"}).status == 200
    assert user["isInvited"] and chair.get("/users/" + user["id"]).json["isInvited"]
    accepted = client.Client().post("/auth/accept-invitation", {"token": secret, "fullName": "Here", "password": client.PASSWORD})
    assert accepted.status == 201 and accepted.json["user"]["locale"] == "de"
    assert not chair.get("/users/" + user["id"]).json["isInvited"]


def test_a_lost_invitation_is_replaced(chair):
    user = invite(chair).json["user"]
    again = chair.post(f"/users/{user['id']}/invite")
    assert again.status == 201 and again.json["user"]["id"] == user["id"]
    live = client.sql("SELECT encode(hash, 'hex') FROM invitations WHERE user_id = '{}' AND ended_at IS NULL",
                      user["id"])
    assert live == [[hashlib.sha256(again.json["inviteUrl"].partition("#")[2].encode()).hexdigest()]]
    assert chair.post(f"/users/{uuid.uuid4()}/invite").status == 404


def test_who_has_a_password_is_not_invited_again(chair, employee):
    answer = chair.post(f"/users/{employee.user['id']}/invite")
    assert (answer.status, answer.code) == (409, 3003)


def test_an_invitation_cannot_be_replayed_by_its_key(chair):
    answer = chair.post("/users", {"fullName": "A", "email": client.fresh_email(), "role": "employee"},
                        Idempotency_Key="once")
    assert (answer.status, answer.code) == (400, 2002)


def test_a_known_address_cannot_be_invited(chair, employee):
    answer = chair.post("/users", {"fullName": "A", "email": employee.user["email"].upper(), "role": "employee"})
    assert (answer.status, answer.code) == (409, 3002)
    assert answer.json["errors"][0]["field"] == "email"


@pytest.mark.parametrize("body,field", [
    ({"fullName": "A", "email": "a@example.org"}, "role"),
    ({"fullName": "A", "email": "no address", "role": "employee"}, "email"),
    ({"fullName": "", "email": "a@example.org", "role": "employee"}, "fullName"),
    ({"fullName": "A", "email": "a@example.org", "role": "no-such-role"}, "role"),
    ({"fullName": "A", "email": "a@example.org", "role": "employee", "isActive": True}, "isActive"),
])
def test_a_wrong_invitation_names_the_field(chair, body, field):
    answer = chair.post("/users", body)
    assert answer.status == 422 and [e["field"] for e in answer.json["errors"]] == [field]


# --- changes -----------------------------------------------------------------------------

def test_role_permissions_and_designation_change_and_take_effect_at_once(chair):
    who = client.person("employee")
    path = "/users/" + who.user["id"]
    assert who.get("/audit").status == 403
    changed = chair.patch(path, {"permissions": ["audit:*"], "designation": "Auditor"})
    assert changed.status == 200 and changed.json["ownPermissions"] == ["audit:*"]
    assert "audit:read" in changed.json["permissions"] and changed.json["designation"] == "Auditor"
    assert who.get("/audit?limit=1").status == 200
    changed = chair.patch(path, {"role": "manager", "permissions": [], "designation": None}).json
    assert (changed["role"], changed["ownPermissions"], changed["designation"]) == ("manager", [], None)
    assert who.get("/audit").status == 403 and who.get("/users?limit=1").status == 200


def test_a_change_on_an_old_version_is_refused_with_the_person_as_they_are(chair):
    user = invite(chair).json["user"]
    path, tag = "/users/" + user["id"], '"%d"' % user["version"]
    assert chair.patch(path, {"designation": "One"}, If_Match=tag).status == 200
    answer = chair.patch(path, {"designation": "Two"}, If_Match=tag)
    assert (answer.status, answer.code) == (412, 3003)
    assert answer.json["current"]["designation"] == "One"


@pytest.mark.parametrize("body,field", [
    ({"role": "no-such-role"}, "role"), ({"role": None}, "role"),
    ({"permissions": ["users:fly"]}, "permissions"), ({"permissions": ["nothing:*"]}, "permissions"),
    ({"email": "other@example.org"}, "email"), ({"isActive": False}, "isActive"),
])
def test_a_wrong_change_names_the_field(chair, employee, body, field):
    answer = chair.patch("/users/" + employee.user["id"], body)
    assert answer.status == 422 and answer.json["errors"][0]["field"] == field


def test_nobody_gives_what_they_lack(manager, chair):
    employee = client.person("employee")
    path = "/users/" + employee.user["id"]
    for body in ({"permissions": ["audit:read"]}, {"permissions": ["*"]}, {"permissions": ["users:*"]},
                 {"role": "chairperson"}):
        answer = manager.patch(path, body)
        assert (answer.status, answer.code) == (403, 1005), body
    assert invite(manager, "chairperson").status == 403
    assert manager.patch(path, {"permissions": ["users:read"]}).status == 200
    assert invite(manager, "manager").status == 201


def test_nobody_touches_who_holds_what_they_lack(manager, chair):
    path = "/users/" + chair.user["id"]
    for body in ({"role": "employee"}, {"permissions": []}, {"designation": "Former chair"}):
        answer = manager.patch(path, body)
        assert (answer.status, answer.code) == (403, 1005), body
    assert chair.get(path).json["role"] == "chairperson"


def test_the_last_chairperson_stays(chair):
    chairs = ("UPDATE users SET role_id = (SELECT id FROM roles WHERE name = '{}' AND built_in) WHERE id IN "
              "(SELECT u.id FROM users u JOIN roles r ON r.id = u.role_id WHERE r.name = '{}' AND r.built_in"
              " AND u.id <> '{}' AND u.full_name <> 'Manager') RETURNING id")
    path = "/users/" + chair.user["id"]
    others = client.sql(chairs, "manager", "chairperson", chair.user["id"])
    client.sql("INSERT INTO step_ups (session_id, purpose, expires_at) SELECT id, 'designation', now() + interval '1 hour'"
               " FROM sessions WHERE user_id = '{}'", chair.user["id"])
    try:
        for answer in (chair.post(path + "/revoke"), chair.patch(path, {"role": "manager"})):
            assert (answer.status, answer.code) == (409, 3003)
            assert "last chairperson" in answer.json["detail"]
        assert chair.get(path).json["isActive"] is True
    finally:
        for (other,) in others:
            client.sql("UPDATE users SET role_id = (SELECT id FROM roles WHERE name = 'chairperson') WHERE id = '{}'",
                       other)


# --- revoking --------------------------------------------------------------------------------

def test_revoking_refuses_the_very_next_request_and_ends_every_session(chair):
    who = client.person("manager")
    assert who.get("/users?limit=1").status == 200
    answer = chair.post(f"/users/{who.user['id']}/revoke")
    assert answer.status == 200 and answer.json["isActive"] is False
    for path in ("/users?limit=1", "/users/directory", "/permissions"):
        refused = who.get(path)
        assert (refused.status, refused.code) == (403, 1007)
    assert client.sql("SELECT count(*) FROM sessions WHERE user_id = '{}' AND ended_at IS NULL",
                      who.user["id"]) == [["0"]]
    assert client.sql("SELECT audience FROM events WHERE kind = 'revoked' AND resource_id = '{}'",
                      who.user["id"]) == [["{user:%s}" % who.user["id"]]]


def test_revoking_holds_for_personal_tokens_too(chair):
    who = client.person("manager")
    made = who.post("/auth/tokens", {"name": "script", "scopes": ["users:read"],
                                     "expiresAt": client.later(days=1)})
    assert made.status == 201, made
    script = client.Client(made.json["token"])
    assert script.get("/users?limit=1").status == 200
    assert chair.post(f"/users/{who.user['id']}/revoke").status == 200
    assert (script.get("/users?limit=1").status, script.get("/users?limit=1").code) == (403, 1007)


def test_no_request_begun_after_the_revocation_was_answered_succeeds(chair):
    who = client.person("manager")
    begun = []

    def knock(_):
        at = time.monotonic()
        begun.append((at, who.get("/permissions?limit=1").status))

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        knocking = pool.map(knock, range(120))
        assert chair.post(f"/users/{who.user['id']}/revoke").status == 200
        revoked = time.monotonic()
        list(knocking)
        list(pool.map(knock, range(12)))
    assert {status for at, status in begun if at > revoked} == {403}


def test_revoking_twice_is_revoking_once(chair):
    user = invite(chair).json["user"]
    first = chair.post(f"/users/{user['id']}/revoke").json
    again = chair.post(f"/users/{user['id']}/revoke")
    assert again.status == 200 and again.json["version"] == first["version"]


def test_restoring_lets_somebody_sign_in_again_but_revives_no_session(chair):
    who = client.person("employee")
    chair.post(f"/users/{who.user['id']}/revoke")
    restored = chair.post(f"/users/{who.user['id']}/restore")
    assert restored.status == 200 and restored.json["isActive"] is True
    old = who.get("/permissions")
    assert (old.status, old.code) == (401, 1004)
    assert client.sign_in(who.user["email"]).get("/permissions").status == 200


def test_revoking_needs_its_own_permission_and_no_more_than_ones_own(chair, manager):
    victim = client.person("employee")
    assert manager.post(f"/users/{victim.user['id']}/revoke").status == 403
    revoker = client.person(new_role(chair, "users:revoke", "users:read"))
    answer = revoker.post(f"/users/{chair.user['id']}/revoke")
    assert (answer.status, answer.code) == (403, 1005)
    assert chair.post(f"/users/{uuid.uuid4()}/revoke").status == 404


def test_every_act_on_a_person_leaves_its_audit_row(chair):
    user = invite(chair).json["user"]
    path = "/users/" + user["id"]
    requests = [chair.patch(path, {"designation": "X"}), chair.post(path + "/revoke"), chair.post(path + "/restore")]
    rows = client.sql("SELECT action, actor, request FROM audit WHERE resource_id = '{}' ORDER BY id", user["id"])
    assert [r[0] for r in rows] == ["users.created", "users.updated", "users.revoked", "users.restored"]
    assert {r[1] for r in rows} == {chair.user["id"]}
    assert [r[2] for r in rows[1:]] == [a.header("X-Request-Id") for a in requests]
