# SPDX-License-Identifier: ISC
"""Roles: what comes with Bureau, what people make, and who may hand out what."""

import uuid

import pytest

import client


def name():
    return "role-" + uuid.uuid4().hex[:12]


def make(who, *permissions, **more):
    answer = who.post("/roles", {"name": name(), "permissions": list(permissions), **more})
    assert answer.status == 201, answer
    return answer.json


def built_in(chair, wanted):
    return chair.get("/roles?name=" + wanted).json["items"][0]


def test_the_built_in_roles_are_there(chair):
    roles = {r["name"]: r for r in chair.get("/roles?limit=200").json["items"] if r["builtIn"]}
    assert set(roles) == {"chairperson", "manager", "employee"}
    assert roles["chairperson"]["permissions"] == ["*"]
    lacking = {"roles:manage", "audit:read", "users:revoke"}
    assert "users:create" in roles["manager"]["permissions"]
    assert not lacking & set(roles["manager"]["permissions"])
    assert not any(p.startswith("users:") for p in roles["employee"]["permissions"])


def test_a_role_lives_from_making_to_restoring(chair):
    made = chair.post("/roles", {"name": name(), "description": "For a while.", "permissions": ["users:*"]})
    role = made.json
    path = "/roles/" + role["id"]
    assert made.status == 201 and made.header("Location") == "/api/v1" + path
    assert made.header("ETag") == '"1"' and role["builtIn"] is False
    assert chair.get(path).json == role
    replaced = chair.put(path, {"name": role["name"]}, If_Match='"1"')
    assert replaced.status == 200 and replaced.json["version"] == 2
    assert (replaced.json["description"], replaced.json["permissions"]) == ("", [])
    stale = chair.put(path, {"name": role["name"], "description": "late"}, If_Match='"1"')
    assert (stale.status, stale.code, stale.json["current"]["version"]) == (412, 3003, 2)
    assert chair.delete(path).status == 204
    for gone in (chair.get(path), chair.delete(path), chair.put(path, {"name": role["name"]})):
        assert (gone.status, gone.code) == (410, 3004)
    assert role["id"] not in [r["id"] for r in chair.get("/roles?limit=200").json["items"]]
    assert chair.post(path + "/restore").json["name"] == role["name"]
    assert chair.get(path).status == 200
    assert [r[0] for r in client.sql("SELECT action FROM audit WHERE resource_id = '{}' ORDER BY id", role["id"])] == [
        "roles.created", "roles.updated", "roles.deleted", "roles.restored"]


@pytest.mark.parametrize("body,status,field", [
    ({}, 422, "name"), ({"name": "Has Capitals"}, 422, "name"), ({"name": "x" * 51}, 422, "name"),
    ({"name": "manager"}, 409, "name"), ({"name": "fine", "permissions": ["no:such"]}, 422, "permissions"),
    ({"name": "fine", "permissions": "users:read"}, 422, "permissions"),
    ({"name": "fine", "builtIn": True}, 422, "builtIn"),
])
def test_a_wrong_role_names_the_field(chair, body, status, field):
    answer = chair.post("/roles", body)
    assert answer.status == status and answer.json["errors"][0]["field"] == field
    if body == {"name": "Has Capitals"}:
        assert answer.json["errors"][0]["message"] == "A lower-case letter, then such letters, digits and -."


def test_a_built_in_role_keeps_its_name_and_is_not_deleted(chair):
    for wanted in ("chairperson", "manager", "employee"):
        role = built_in(chair, wanted)
        path = "/roles/" + role["id"]
        renamed = chair.put(path, {"name": name(), "permissions": role["permissions"]})
        assert (renamed.status, renamed.code) == (409, 3003)
        assert chair.delete(path).status == 409
    path = "/roles/" + built_in(chair, "chairperson")["id"]
    assert chair.put(path, {"name": "chairperson", "permissions": ["users:read"]}).status == 409


def test_a_role_that_somebody_has_is_not_deleted(chair):
    role = make(chair)
    who = client.person(role["name"])
    answer = chair.delete("/roles/" + role["id"])
    assert (answer.status, answer.code) == (409, 3003)
    assert chair.patch("/users/" + who.user["id"], {"role": "employee"}).status == 200
    assert chair.delete("/roles/" + role["id"]).status == 204
    answer = chair.patch("/users/" + who.user["id"], {"role": role["name"]})
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "role")


def test_a_changed_role_holds_for_its_people_at_their_next_request(chair):
    role = make(chair)
    who = client.person(role["name"])
    assert who.get("/users?limit=1").status == 403
    assert chair.put("/roles/" + role["id"], {"name": role["name"], "permissions": ["users:*"]}).status == 200
    assert who.get("/users?limit=1").status == 200
    assert chair.put("/roles/" + role["id"], {"name": role["name"]}).status == 200
    assert who.get("/users?limit=1").status == 403


def test_who_manages_roles_cannot_hand_out_what_they_lack(chair):
    keeper = client.person(make(chair, "roles:manage", "users:read")["name"])
    for permissions in (["audit:read"], ["*"], ["users:*"]):
        answer = keeper.post("/roles", {"name": name(), "permissions": permissions})
        assert (answer.status, answer.code) == (403, 1005), permissions
    own = make(keeper, "users:read")
    assert keeper.put("/roles/" + own["id"], {"name": own["name"], "permissions": ["users:revoke"]}).status == 403
    strong = make(chair, "audit:read")
    assert keeper.delete("/roles/" + strong["id"]).status == 403
    assert keeper.delete("/roles/" + own["id"]).status == 204


def test_the_permissions_of_ones_own_role_need_a_code(chair):
    role = make(chair, "roles:manage", "audit:read", "users:read")
    keeper = client.person(role["name"])
    answer = keeper.put("/roles/" + role["id"], {"name": role["name"], "permissions": ["roles:manage"]})
    assert (answer.status, answer.code) == (403, 1009)
    renamed = {"name": role["name"], "permissions": role["permissions"], "description": "As it was."}
    assert keeper.put("/roles/" + role["id"], renamed).status == 200


def test_roles_are_for_who_manages_them(manager, employee, anonymous):
    assert manager.get("/roles").status == employee.get("/roles").status == 403
    assert anonymous.get("/roles").status == 401
