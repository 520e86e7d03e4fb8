# SPDX-License-Identifier: ISC
"""Customers one by one: what is documented, what is refused and how, who sees what, many at once."""

import concurrent.futures
import uuid

import pytest

import client
from customer import customer, fields_of, fresh_phone, fresh_word, group, join

MEMBERS = {"id", "name", "email", "phone", "countryCode", "company", "status", "ownerId", "tags", "customFields", "groups",
           "lastActivityAt", "createdAt", "updatedAt", "anonymisedAt", "version"}


@pytest.fixture
def ann(manager):
    return customer(manager, name="Ann Example", email="Ann@Example.org", phone=fresh_phone(), countryCode="de",
                    tags=["b", "a", "b"], customFields={"size": 4})


# --- the documented calls -------------------------------------------------------------------

def test_a_created_customer_is_whole_and_tidied(manager):
    phone = fresh_phone()
    answer = manager.post("/customers", {"name": " Ann  Example ", "email": "Ann@Example.ORG", "countryCode": "de",
                                         "phone": f"{phone[:3]} ({phone[3:5]}) {phone[5:9]}-{phone[9:]}", "tags": ["b", "a", "b"],
                                         "ownerId": manager.user["id"], "company": "", "customFields": {"size": 4, "no": None}})
    made = answer.json
    assert answer.status == 201 and answer.header("Location") == "/api/v1/customers/" + made["id"]
    assert set(made) == MEMBERS and answer.header("ETag") == '"1"'
    assert (made["name"], made["email"], made["phone"]) == ("Ann  Example", "ann@example.org", phone)
    assert (made["countryCode"], made["tags"], made["company"]) == ("DE", ["b", "a"], None)
    assert (made["status"], made["groups"], made["customFields"]) == ("active", [], {"size": 4})
    assert manager.get("/customers/" + made["id"]).json == made


def test_put_replaces_and_patch_changes(manager, ann):
    path = "/customers/" + ann["id"]
    changed = manager.patch(path, {"email": None, "customFields": {"size": None, "colour": "red"}}).json
    assert (changed["email"], changed["phone"], changed["tags"]) == (None, ann["phone"], ["b", "a"])
    assert changed["customFields"] == {"colour": "red"}
    replaced = manager.put(path, {"name": "Ann", "status": "pending"}).json
    assert (replaced["name"], replaced["status"], replaced["version"]) == ("Ann", "pending", 3)
    assert (replaced["phone"], replaced["tags"], replaced["customFields"]) == (None, [], {})
    assert manager.patch(path, {"name": "Ann"}).json["version"] == 3
    assert fields_of(manager.put(path, {"email": "a@example.org"})) == ["name"]


def test_a_change_on_an_old_version_is_refused(manager, ann):
    path = "/customers/" + ann["id"]
    assert manager.patch(path, {"name": "first"}, If_Match='"1"').status == 200
    for answer in (manager.patch(path, {"name": "second"}, If_Match='"1"'), manager.delete(path, If_Match='"1"'),
                   manager.put(path, {"name": "second"}, If_Match='"1"')):
        assert (answer.status, answer.code, answer.json["current"]["name"]) == (412, 3003, "first")
    assert manager.get(path, If_None_Match='"2"').status == 304


def test_deleting_is_soft_and_is_undone(manager, employee, ann):
    path = "/customers/" + ann["id"]
    assert manager.delete(path).status == 204
    for answer in (manager.get(path), manager.patch(path, {"name": "x"}), manager.delete(path), manager.get(path + "/notes"),
                   manager.post(path + "/notes", {"text": "x"}), manager.get(path + "/timeline")):
        assert (answer.status, answer.code) == (410, 3004)
    assert employee.get(path).code == 3001 and employee.get(path + "/notes").code == 3001
    assert manager.post(path + "/restore").json["version"] == 3
    assert manager.get(path).status == 200 and manager.post(path + "/restore").status == 409


def test_a_static_name_is_never_an_id(manager):
    for name in ("statistics", "groups", "batch", "import"):
        for method, body in (("GET", None), ("PUT", {"name": "x"}), ("PATCH", {"name": "x"}), ("DELETE", None)):
            answer = manager.request(method, f"/customers/{name}", body, {"Content-Length": "0"} if body is None else {})
            assert answer.status in (200, 404, 405, 422), (method, name, answer)
            assert answer.status != 200 or set(answer.json) & {"items", "byStatus"}
        assert manager.get(f"/customers/{name}/notes").status == 404


# --- what is refused ----------------------------------------------------------------------------

@pytest.mark.parametrize("body,code,field", [
    ({}, 2003, "name"), ({"name": " "}, 2003, "name"), ({"name": "x" * 201}, 2001, "name"), ({"name": "a\nb"}, 2004, "name"),
    ({"name": "x", "email": "x@y"}, 2004, "email"), ({"name": "x", "phone": "030 123456"}, 2004, "phone"),
    ({"name": "x", "phone": "+49 call me"}, 2004, "phone"), ({"name": "x", "countryCode": "XX"}, 2004, "countryCode"),
    ({"name": "x", "status": "gone"}, 2004, "status"), ({"name": "x", "ownerId": "1"}, 2004, "ownerId"),
    ({"name": "x", "ownerId": str(uuid.uuid4())}, 2001, "ownerId"), ({"name": "x", "tags": [""]}, 2001, "tags"),
    ({"name": "x", "tags": ["t"] * 51}, 2001, "tags"), ({"name": "x", "customFields": []}, 2004, "customFields"),
    ({"name": "x", "customFields": {"a": {"b": 1}}}, 2001, "customFields.a"), ({"name": "x", "id": "1"}, 2001, "id"),
    ({"name": "x", "customFields": {"a": "y" * 5000}}, 2001, "customFields.a"), ({"name": "x", "version": 1}, 2001, "version"),
])
def test_a_wrong_field_is_named(manager, body, code, field):
    answer = manager.post("/customers", body)
    assert (answer.status, answer.code, fields_of(answer)) == (422, code, [field]), answer


def test_all_wrong_fields_are_named_at_once(manager):
    answer = manager.post("/customers", {"name": "x", "email": "x", "phone": "1", "countryCode": "ZZ"})
    assert answer.code == 2001 and fields_of(answer) == ["email", "phone", "countryCode"]


def test_a_number_is_one_customers(manager, ann):
    again = {"name": "Bob", "phone": ann["phone"], "countryCode": "DE"}
    answer = manager.post("/customers", again)
    assert (answer.status, answer.code, fields_of(answer)) == (409, 3002, ["phone"])
    assert ann["id"] in answer.json["detail"] and "Ann Example" in answer.json["detail"]
    assert manager.post("/customers", {**again, "countryCode": "FR"}).status == 201
    bob = customer(manager)
    assert manager.patch("/customers/" + bob["id"], {"phone": ann["phone"], "countryCode": "DE"}).code == 3002
    assert manager.delete("/customers/" + ann["id"]).status == 204
    assert manager.post("/customers", again).status == 201
    assert manager.post(f"/customers/{ann['id']}/restore").code == 3002


def test_of_many_who_take_one_number_at_once_one_gets_it(manager):
    body = {"name": "Rush", "phone": fresh_phone(), "countryCode": "DE"}
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: manager.post("/customers", body), range(16)))
    assert sorted(a.status for a in answers) == [201] + [409] * 15
    assert all(fields_of(a) == ["phone"] for a in answers if a.status == 409)


def test_nobody_acts_without_the_permission(chair, employee, ann):
    path = "/customers/" + ann["id"]
    for answer in (employee.post("/customers", {"name": "x"}), employee.patch(path, {"name": "x"}), employee.delete(path),
                   employee.put(path, {"name": "x"}), employee.post(path + "/restore"), employee.post(path + "/notes", {"text": "x"}),
                   employee.patch("/customers/batch", {"updates": [{"id": ann["id"], "data": {}}]}),
                   employee.get("/customers/statistics"), employee.get("/customers/groups")):
        assert (answer.status, answer.code) == (403, 1005)
    assert chair.get(path).json["version"] == 1


# --- who sees what ----------------------------------------------------------------------------------

def test_who_may_not_read_contacts_sees_them_masked(manager, employee, ann):
    path = "/customers/" + ann["id"]
    answer = employee.get(path)
    seen = answer.json
    assert (seen["name"], seen["email"]) == ("Ann Example", "a***@***.org")
    assert seen["phone"] == ann["phone"][:3] + "***" + ann["phone"][-2:]
    assert answer.header("ETag") == '"1m"' and manager.get(path).header("ETag") == '"1"'
    assert manager.get(path, If_None_Match='"1m"').status == 200 and employee.get(path, If_None_Match='"1m"').status == 304
    listed = employee.get("/customers?search=Ann+Example&limit=200").json["items"]
    assert listed and all("***" in (c["email"] or "***") for c in listed)
    manager.patch(path, {"email": "new@example.org"})
    story = employee.get(path + "/timeline").body.decode()
    assert "new@example.org" not in story and ann["phone"] not in story
    assert "new@example.org" in manager.get(path + "/timeline").body.decode()


def test_nor_looks_up_by_them(manager, employee):
    word = fresh_word("secret")
    known = customer(manager, email=word + "@example.org", phone=fresh_phone())
    for field in ("email", "phone"):
        answer = employee.get(f"/customers?{field}=" + known[field].replace("+", "%2B"))
        assert (answer.status, answer.code, fields_of(answer)) == (403, 1005, [field])
        assert [c["id"] for c in manager.get(f"/customers?{field}=" + known[field].replace("+", "%2B")).json["items"]] == [known["id"]]
    assert employee.get("/customers?sort=email").status == 400
    for text in (word, known["phone"][1:]):
        assert employee.get("/customers?search=" + text).json["items"] == []
        assert employee.get("/search?q=" + text).json["items"] == []
        assert len(manager.get("/customers?search=" + text).json["items"]) == 1
        assert len(manager.get("/search?q=" + text).json["items"]) == 1


# --- at once --------------------------------------------------------------------------------------------

def test_fifty_writers_with_if_match_lose_no_update(manager):
    path = "/customers/" + customer(manager, customFields={"count": 0})["id"]

    def add_one(_):
        tries = 0
        while True:
            now = manager.get(path)
            answer = manager.patch(path, {"customFields": {"count": now.json["customFields"]["count"] + 1}},
                                   If_Match=now.header("ETag"))
            if answer.status == 200:
                return tries
            assert (answer.status, answer.code) == (412, 3003)
            tries += 1

    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        list(pool.map(add_one, range(50)))
    end = manager.get(path).json
    assert (end["customFields"]["count"], end["version"]) == (50, 51)


def test_fifty_writers_without_are_all_in_the_history(manager):
    made = customer(manager)
    path = "/customers/" + made["id"]
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda n: manager.patch(path, {"company": f"Company {n}"}), range(50)))
    assert all(a.status == 200 for a in answers)
    assert sorted(a.json["version"] for a in answers) == list(range(2, 52))
    story = manager.get(path + "/timeline?kind=change&limit=200").json["items"]
    assert {c["after"]["company"] for c in story if c["action"] == "updated"} == {f"Company {n}" for n in range(50)}
    last = next(a for a in answers if a.json["version"] == 51)
    assert manager.get(path).json["company"] == last.json["company"]


# --- notes and the timeline ------------------------------------------------------------------------------

def test_a_note_is_kept_and_is_activity(manager, employee, ann):
    path = "/customers/" + ann["id"]
    answer = manager.post(path + "/notes", {"text": "Called,\nwants an offer."})
    assert answer.status == 201 and answer.json["author"] == {"id": manager.user["id"], "fullName": "Manager"}
    after = manager.get(path).json
    assert after["lastActivityAt"] == answer.json["createdAt"] and after["version"] == 1
    assert [n["text"] for n in employee.get(path + "/notes").json["items"]] == ["Called,\nwants an offer."]
    manager.patch(path, {"status": "blocked"})
    story = employee.get(path + "/timeline").json["items"]
    assert [(s["kind"], s["action"]) for s in story] == [("change", "updated"), ("note", "created"), ("change", "created")]
    assert story[0]["before"] == {"status": "active"} and story[0]["actor"]["fullName"] == "Manager"
    page = employee.get(path + "/timeline?limit=1").json
    assert [s["kind"] for s in employee.get(path + "/timeline?limit=2&after=" + page["next"]).json["items"]] == ["note", "change"]
    assert fields_of(manager.post(path + "/notes", {"text": ""})) == ["text"]
    for wrong in (uuid.uuid4(), "x"):
        assert manager.get(f"/customers/{wrong}/notes").code == manager.post(f"/customers/{wrong}/notes", {"text": "x"}).code == 3001
        assert manager.get(f"/customers/{wrong}/timeline").code == 3001


# --- batches -----------------------------------------------------------------------------------------------

def batch(who, *updates, **headers):
    return who.patch("/customers/batch", {"updates": [{"id": i, "data": d, **more} for i, d, more in
                                                      ((u + ({},))[:3] for u in updates)]}, **headers)


def test_a_batch_is_all_or_nothing(manager):
    one, two = customer(manager), customer(manager)
    answer = batch(manager, (one["id"], {"status": "pending", "name": "Cafe\u0301"}), (two["id"], {"tags": ["x"], "email": None}))
    assert answer.json == {"updated": 2, "failed": 0, "items": [
        {"id": i, "status": "updated", "version": 2} for i in sorted((one["id"], two["id"]))]} or answer.json["updated"] == 2
    assert manager.get("/customers/" + one["id"]).json["name"] == "Caf\u00e9"
    refused = batch(manager, (one["id"], {"status": "blocked"}), (two["id"], {"phone": "1", "countryCode": "ZZ"}),
                    (str(uuid.uuid4()), {}))
    assert refused.status in (404, 422)
    assert fields_of(refused) == ["updates[1].data.phone", "updates[1].data.countryCode", "updates[2].id"]
    assert manager.get("/customers/" + one["id"]).json["status"] == "pending"


def test_a_lenient_batch_does_what_can_be_done(manager, ann):
    one, two, gone = customer(manager), customer(manager), customer(manager)
    manager.delete("/customers/" + gone["id"])
    answer = batch(manager, (one["id"], {"status": "blocked"}), (two["id"], {"phone": ann["phone"], "countryCode": "DE"}),
                   (gone["id"], {}), (ann["id"], {"name": "old"}, {"version": 7}), Prefer="handling=lenient")
    assert answer.status == 200 and answer.header("Preference-Applied") == "handling=lenient"
    assert (answer.json["updated"], answer.json["failed"]) == (1, 3)
    told = {i["id"]: i for i in answer.json["items"]}
    assert told[one["id"]] == {"id": one["id"], "status": "updated", "version": 2}
    codes = {i: (told[i]["errors"][0]["field"], told[i]["errors"][0]["code"]) for i in (two["id"], gone["id"], ann["id"])}
    assert codes == {two["id"]: ("data.phone", 3002), gone["id"]: ("id", 3004), ann["id"]: ("version", 3003)}


@pytest.mark.parametrize("body,field", [
    ({}, "updates"), ({"updates": []}, "updates"), ({"updates": [{"id": "x", "data": {}}]}, "updates[0].id"),
    ({"updates": [{"id": str(uuid.uuid4())}]}, "updates[0].data"), ({"updates": [{"id": str(uuid.uuid4()), "data": {"nam": 1}}]}, "updates[0].data.nam"),
    ({"updates": [{"id": str(uuid.uuid4()), "data": {"name": 1}}]}, "updates[0].data.name"),
    ({"updates": [{"id": "0" * 8 + "-0000-7000-8000-" + "0" * 12, "data": {}}] * 2}, "updates[1].id"),
])
def test_a_batch_that_is_not_understood_is_refused(manager, body, field):
    answer = manager.patch("/customers/batch", body)
    assert answer.status in (400, 422) and fields_of(answer) == [field], answer


def test_a_batch_of_a_thousand_leaves_an_audit_row_each(manager):
    word = fresh_word("Thousand")
    client.sql("INSERT INTO customers (name) SELECT '{} ' || n FROM generate_series(1, 1001) n", word)
    ids = [row[0] for row in client.sql("SELECT id FROM customers WHERE name LIKE '{} %' ORDER BY id", word)]
    assert fields_of(batch(manager, *((i, {"status": "pending"}) for i in ids))) == ["updates"]
    answer = batch(manager, *((i, {"status": "pending"}) for i in ids[:1000]))
    assert answer.json["updated"] == 1000
    assert client.sql("SELECT count(*) FROM audit WHERE request = '{}' AND action = 'customers.updated'",
                      answer.header("X-Request-Id")) == [["1000"]]


# --- later ---------------------------------------------------------------------------------------------------

def test_a_write_can_be_repeated_and_told_later(manager):
    key = {"Idempotency_Key": uuid.uuid4().hex}
    first, second = (manager.post("/customers", {"name": "Once"}, **key) for _ in range(2))
    assert first.json == second.json and second.header("Idempotent-Replayed") == "true"
    assert manager.post("/customers", {"name": "Later"}, Prefer="respond-async").status == 202


def test_a_repeated_answer_is_for_the_same_rights_alone(chair, manager):
    role = chair.post("/roles", {"name": fresh_word("clerk"), "permissions": ["customers:read", "customers:read-contact", "customers:create"]}).json["name"]
    who = client.person(role)
    key = {"Idempotency_Key": uuid.uuid4().hex}
    assert who.post("/customers", {"name": "Once", "email": "once@example.org"}, **key).json["email"] == "once@example.org"
    made = who.post("/auth/tokens", {"name": "t", "scopes": ["customers:create", "customers:read"], "expiresAt": client.later(days=1)}).json
    answer = client.Client(made["token"]).post("/customers", {"name": "Once", "email": "once@example.org"}, **key)
    assert answer.status == 422 and b"once@" not in answer.body


def test_nobody_clears_what_they_may_not_see(chair, manager):
    role = chair.post("/roles", {"name": fresh_word("clerk"), "permissions": ["customers:read", "customers:update"]}).json["name"]
    one = customer(manager, email="kept@example.org", phone=fresh_phone(), company="Gone")
    assert client.person(role).put("/customers/" + one["id"], {"name": "Renamed"}).status == 200
    now = manager.get("/customers/" + one["id"]).json
    assert (now["name"], now["email"], now["phone"], now["company"]) == ("Renamed", one["email"], one["phone"], None)


def test_custom_fields_are_judged_by_the_groups_a_customer_is_in(manager):
    into = group(manager, {"name": "size", "type": "number", "required": True, "min": 1.5}, {"name": "size2", "type": "list", "options": ["S", "L"]})
    who = customer(manager, customFields={"size": 2})
    join(manager, into, who)
    path = "/customers/" + who["id"]
    for wrong, code, field in (({"size": 1}, 2004, "customFields.size"), ({"size": None}, 2003, "customFields.size"),
                               ({"size2": "M"}, 2004, "customFields.size2")):
        answer = manager.patch(path, {"customFields": wrong})
        assert (answer.status, answer.code, fields_of(answer)) == (422, code, [field])
    assert manager.put(path, {"name": "x"}).code == 2003
    assert manager.patch(path, {"customFields": {"size2": ["S", "L"], "more": True}}).json["customFields"] == {
        "size": 2, "size2": ["S", "L"], "more": True}
    assert batch(manager, (who["id"], {"customFields": {"size": "big"}})).json["errors"][0]["field"] == "updates[0].data.customFields.size"


def test_custom_fields_have_a_bound_however_they_come(manager):
    who = customer(manager)
    answers = [manager.patch("/customers/" + who["id"], {"customFields": {f"{n}-{k}": "x" * 3000 for k in range(5)}}) for n in range(6)]
    assert [a.status for a in answers[:4]] == [200] * 4
    assert (answers[5].status, answers[5].code, fields_of(answers[5])) == (422, 2001, ["customFields"])
