# SPDX-License-Identifier: ISC
"""What a customer may ask: to be told all that is kept, and to be forgotten."""

import concurrent.futures
import uuid

import pytest

import client
from customer import customer, fields_of, fresh_phone, fresh_word, group, join


@pytest.fixture
def ann(manager):
    word = fresh_word("Annabelle")
    made = customer(manager, name=word, phone=fresh_phone(), email=word + "@example.org", company=word + " Ltd", tags=[word],
                    countryCode="DE", customFields={"born": word})
    manager.patch("/customers/" + made["id"], {"name": word + " changed"})
    manager.post(f"/customers/{made['id']}/notes", {"text": f"{word} called"})
    return {**made, "word": word, "name": word + " changed"}


def forget(who, one, confirm=None):
    return who.post(f"/customers/{one['id']}/anonymise", {"confirm": confirm if confirm is not None else one["name"]})


# --- being told ------------------------------------------------------------------------------

def test_everything_about_a_customer_is_told(manager, chair, ann):
    into = group(manager)
    join(manager, into, ann)
    twin = customer(manager, name="Twin", email="twin@example.org")
    assert manager.post(f"/customers/{ann['id']}/merge", {"otherIds": [twin["id"]]}).status == 201
    told = manager.get(f"/customers/{ann['id']}/export")
    assert told.status == 200, told
    every = told.json
    assert every["customer"]["email"] == ann["email"].lower() and every["customer"]["custom_fields"] == {"born": ann["word"]}
    assert [n["text"] for n in every["notes"]] == [ann["word"] + " called"]
    assert [g["id"] for g in every["groups"]] == [into["id"]] and every["mergedFrom"][0]["email"] == "twin@example.org"
    assert len(every["merges"]) == 1
    assert {"customers.created", "customers.updated", "customer-notes.created"} <= {h["action"] for h in every["history"]}
    row = chair.get(f"/audit?resourceId={ann['id']}&action=customers.exported").json["items"][0]
    assert row["actor"] == manager.user["id"]


def test_deleted_customers_are_told_of_and_unknown_ones_not(manager, ann):
    manager.delete("/customers/" + ann["id"])
    assert manager.get(f"/customers/{ann['id']}/export").json["customer"]["deleted_at"]
    assert manager.get(f"/customers/{uuid.uuid4()}/export").code == 3001


def test_telling_needs_both_permissions(chair, employee, ann):
    assert employee.get(f"/customers/{ann['id']}/export").code == 1005
    role = chair.post("/roles", {"name": fresh_word("teller"), "permissions": ["customers:read", "customers:export"]}).json["name"]
    assert client.person(role).get(f"/customers/{ann['id']}/export").code == 1005


# --- being forgotten -------------------------------------------------------------------------

def test_nothing_of_a_forgotten_customer_is_left(manager, chair, ann):
    answer = forget(manager, ann)
    assert answer.status == 200, answer
    now = answer.json
    assert (now["name"], now["email"], now["phone"], now["company"]) == ("Anonymised", None, None, None)
    assert (now["tags"], now["customFields"], now["groups"]) == ([], {}, [])
    assert (now["countryCode"], now["status"], now["id"]) == ("DE", "active", ann["id"])
    for table in ("customers", "customer_notes", "customer_merges", "audit_payload", "import_rows"):
        assert client.sql("SELECT count(*) FROM {0} t WHERE t::text ILIKE '%{1}%'", table, ann["word"]) == [["0"]], table
    seen = manager.get(f"/customers/{ann['id']}/timeline").body + manager.get(f"/customers/{ann['id']}/export").body
    assert ann["word"].encode() not in seen and ann["phone"].encode() not in seen
    assert chair.get(f"/audit?resourceId={ann['id']}&action=customers.anonymised").json["items"][0]["actor"] == manager.user["id"]
    assert manager.get("/customers?search=" + ann["word"]).json["items"] == []


def test_the_audit_log_still_verifies(manager, chair, ann):
    assert forget(manager, ann).status == 200
    told = chair.get("/audit/verify?limit=100000").json
    assert told.get("fault") in (None, "redacted") and told.get("broken") in (None, 0, False), told


def test_who_was_merged_into_them_is_forgotten_too(manager, ann):
    twin = customer(manager, name="Twin of " + ann["word"], email="t" + ann["email"])
    made = manager.post(f"/customers/{ann['id']}/merge", {"otherIds": [twin["id"]], "keep": {"email": twin["id"]}}).json
    assert forget(manager, twin).status in (404, 409, 410)
    assert forget(manager, ann).status == 200
    assert client.sql("SELECT count(*) FROM customers c WHERE c::text ILIKE '%{0}%'", ann["word"]) == [["0"]]
    assert client.sql("SELECT count(*) FROM audit_payload c WHERE c::text ILIKE '%{0}%'", ann["word"]) == [["0"]]
    answer = manager.post(f"/customers/merge/{made['id']}/undo")
    assert (answer.status, answer.code) == (409, 3003)


def test_forgetting_is_confirmed_by_name_and_done_once(manager, employee, ann):
    for confirm in ("", "yes", ann["name"].lower()):
        answer = forget(manager, ann, confirm)
        assert answer.status == 422 and fields_of(answer) == ["confirm"]
    assert employee.post(f"/customers/{ann['id']}/anonymise", {"confirm": ann["name"]}).code == 1005
    assert forget(manager, ann).status == 200
    again = forget(manager, ann, "Anonymised")
    assert (again.status, again.code) == (409, 3003)
    assert forget(manager, {"id": str(uuid.uuid4()), "name": "x"}).code == 3001


def test_a_deleted_customer_can_be_forgotten(manager, ann):
    manager.delete("/customers/" + ann["id"])
    assert forget(manager, ann).status in (200, 410)
    assert client.sql("SELECT name FROM customers WHERE id = '{0}'", ann["id"]) == [["Anonymised"]]


def test_required_fields_of_a_group_do_not_keep_anybody(manager, ann):
    into = group(manager, {"name": "born", "type": "text", "required": True})
    join(manager, into, ann)
    assert forget(manager, ann).status == 200
    assert manager.get("/customers/groups/" + into["id"]).json["customersCount"] == 0


def test_who_was_forgotten_stays_so(manager, ann):
    assert forget(manager, ann).status == 200
    for body in ({"name": "Again"}, {"email": "again@example.org"}, {"tags": ["again"]}, {"customFields": {"again": 1}}):
        answer = manager.patch("/customers/" + ann["id"], body)
        assert (answer.status, answer.code) == (409, 3003), body
    assert manager.post(f"/customers/{ann['id']}/notes", {"text": "again"}).code == 3003
    assert manager.patch("/customers/" + ann["id"], {"status": "inactive"}).status == 200


def test_who_is_merged_into_them_at_the_same_time_is_forgotten_or_stays_apart(manager):
    for _ in range(5):
        word = fresh_word("Annabelle")
        ann, twin = (customer(manager, name=word + name, email=f"{word}{name}@example.org") for name in ("a", "b"))
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            merged = pool.submit(manager.post, f"/customers/{ann['id']}/merge", {"otherIds": [twin["id"]]})
            forgotten = pool.submit(forget, manager, ann)
        assert forgotten.result().status == 200
        left = client.sql("SELECT merged_into IS NULL FROM customers c WHERE c::text ILIKE '%{0}%'", word)
        assert left == ([] if merged.result().status == 201 else [["t"]])
