# SPDX-License-Identifier: ISC
"""Customers that are the same: likely ones, merging with both histories, and undoing it."""

import uuid

import pytest

import client
from customer import customer, fields_of, fresh_phone, fresh_word, group, join


def note(who, about, text):
    assert who.post(f"/customers/{about['id']}/notes", {"text": text}).status == 201


def notes(who, about):
    return [n["text"] for n in who.get(f"/customers/{about['id']}/notes").json["items"]]


def merge(who, into, *others, **more):
    answer = who.post(f"/customers/{into['id']}/merge", {"otherIds": [o["id"] for o in others], **more})
    assert answer.status == 201, answer
    return answer.json


def get(who, one):
    return who.get("/customers/" + one["id"])


@pytest.fixture
def two(manager):
    ann = customer(manager, name="Ann", phone=fresh_phone(), tags=["a"], customFields={"x": 1, "y": 1})
    other = customer(manager, name="Ann E.", phone=fresh_phone(), email="ann@example.org", countryCode="DE", company="Firm",
                     tags=["b", "a"], customFields={"x": 2, "z": 2})
    return ann, other


# --- likely ones -----------------------------------------------------------------------------

def test_likely_duplicates_are_found_by_number_address_and_name(manager):
    word, phone, mail = fresh_word("Zyx"), fresh_phone(), fresh_word() + "@example.org"
    by_phone = customer(manager, name="Somebody", phone=phone)
    by_mail = customer(manager, name="Somebody", email=mail)
    by_name = customer(manager, name=f"Maximiliane {word}")
    answer = manager.get(f"/customers/duplicates?phone={phone[:3].replace('+', '%2B')}%20{phone[3:]}&email={mail.upper()}&name=Maximilane%20{word}")
    items = answer.json["items"]
    assert [(i["id"], i["reasons"]) for i in items[:3]] == [
        (by_phone["id"], ["phone"]), (by_mail["id"], ["email"]), (by_name["id"], ["name"])]
    assert [i["score"] for i in items] == sorted((i["score"] for i in items), reverse=True)
    manager.delete("/customers/" + by_phone["id"])
    assert by_phone["id"] not in [i["id"] for i in manager.get("/customers/duplicates?phone=" + phone.replace("+", "%2B")).json["items"]]


def test_who_may_not_read_addresses_finds_by_name_only(employee, manager):
    word = fresh_word("Zyx")
    made = customer(manager, name=word, phone=fresh_phone())
    [item] = employee.get("/customers/duplicates?name=" + word).json["items"]
    assert item["id"] == made["id"] and item["phone"] != made["phone"]
    assert employee.get("/customers/duplicates?phone=%2B4930123").code == 1005


# --- merging ---------------------------------------------------------------------------------

def test_a_merge_keeps_what_either_has(manager, two):
    ann, other = two
    into = group(manager)
    join(manager, into, other)
    note(manager, ann, "of the first")
    note(manager, other, "of the second")
    made = merge(manager, ann, other)
    assert (made["customerId"], made["otherIds"], made["undoneAt"]) == (ann["id"], [other["id"]], None)
    now = get(manager, ann).json
    assert (now["name"], now["phone"], now["countryCode"]) == ("Ann", ann["phone"], None)
    assert (now["email"], now["company"], now["tags"]) == ("ann@example.org", "Firm", ["a", "b"])
    assert now["customFields"] == {"x": 1, "y": 1, "z": 2} and [g["id"] for g in now["groups"]] == [into["id"]]
    assert sorted(notes(manager, ann)) == ["of the first", "of the second"]
    assert get(manager, other).code == 3004
    assert manager.get("/customers/groups/" + into["id"]).json["customersCount"] == 1


def test_the_timeline_has_both_histories(manager, two):
    ann, other = two
    made = merge(manager, ann, other)

    def told(one):
        return [(e["action"], e["text"]) for e in manager.get(f"/customers/{one['id']}/timeline").json["items"]]
    assert told(ann).count(("created", None)) == 2 and told(ann).count(("merged", "Ann E.")) == 1
    manager.post(f"/customers/merge/{made['id']}/undo")
    assert told(other)[:2] == [("unmerged", None), ("merged", None)]
    assert told(ann).count(("created", None)) == 1 and "merged" not in [action for action, _ in told(ann)]


def test_whose_value_is_kept_can_be_said(manager, two):
    ann, other = two
    merge(manager, ann, other, keep={"phone": other["id"], "name": other["id"], "email": ann["id"]})
    now = get(manager, ann).json
    assert (now["name"], now["phone"], now["countryCode"], now["email"]) == ("Ann E.", other["phone"], "DE", None)


def test_undoing_gives_back_both(manager, two):
    ann, other = two
    into = group(manager)
    join(manager, into, other)
    note(manager, other, "of the second")
    made = merge(manager, ann, other, keep={"phone": other["id"]})
    manager.patch("/customers/" + ann["id"], {"company": "Since then"})
    undone = manager.post(f"/customers/merge/{made['id']}/undo")
    assert undone.status == 200 and undone.json["undoneAt"]
    first, second = get(manager, ann).json, get(manager, other).json
    for name in ("name", "phone", "email", "tags", "customFields", "countryCode"):
        assert (first[name], second[name]) == (ann[name], other[name]), name
    assert (first["company"], second["company"]) == ("Since then", "Firm")
    assert (notes(manager, ann), notes(manager, other)) == ([], ["of the second"])
    assert first["groups"] == [] and [g["id"] for g in second["groups"]] == [into["id"]]
    assert manager.get("/customers/groups/" + into["id"]).json["customersCount"] == 1
    again = manager.post(f"/customers/merge/{made['id']}/undo")
    assert (again.status, again.code) == (409, 3003)


def test_merges_are_undone_in_order_and_never_by_restoring(manager, two):
    ann, other = two
    third = customer(manager, name="Ann the third")
    first = merge(manager, ann, other)
    second = merge(manager, third, ann)
    assert manager.post(f"/customers/{other['id']}/restore").status in (404, 409, 410)
    assert manager.post(f"/customers/merge/{first['id']}/undo").code == 3003
    assert manager.post(f"/customers/merge/{second['id']}/undo").status == 200
    assert manager.post(f"/customers/merge/{first['id']}/undo").status == 200
    assert get(manager, other).json["email"] == "ann@example.org"


def test_a_number_that_was_given_away_keeps_a_merge_from_being_undone(manager, two):
    ann, other = two
    made = merge(manager, ann, other)
    customer(manager, phone=other["phone"], countryCode="DE")
    answer = manager.post(f"/customers/merge/{made['id']}/undo")
    assert (answer.status, answer.code) == (409, 3002)
    assert get(manager, other).code == 3004


def test_what_cannot_be_merged_is_named(manager, employee, two):
    ann, other = two
    path = f"/customers/{ann['id']}/merge"
    for body, field in (({"otherIds": [ann["id"]]}, "otherIds"), ({"otherIds": [str(uuid.uuid4())]}, "otherIds"), ({}, "otherIds"),
                        ({"otherIds": [other["id"], other["id"]]}, "otherIds"),
                        ({"otherIds": [other["id"]], "keep": {"size": ann["id"]}}, "keep.size"),
                        ({"otherIds": [other["id"]], "keep": {"name": "x"}}, "keep.name")):
        answer = manager.post(path, body)
        assert answer.status == 422 and fields_of(answer) == [field], answer
    assert manager.post(f"/customers/{uuid.uuid4()}/merge", {"otherIds": [ann["id"]]}).code == 3001
    assert manager.post(f"/customers/merge/{uuid.uuid4()}/undo").code == 3001
    assert employee.post(path, {"otherIds": [other["id"]]}).code == 1005
    manager.delete("/customers/" + ann["id"])
    assert manager.post(path, {"otherIds": [other["id"]]}).code == 3004


def test_a_merge_is_in_the_history(manager, chair, two):
    ann, other = two
    made = merge(manager, ann, other)
    actions = {r["action"] for r in chair.get("/audit?request=" + chair.get(
        f"/audit?resourceId={made['id']}").json["items"][0]["request"]).json["items"]}
    assert {"customer-merges.created", "customers.deleted", "customers.updated"} <= actions
