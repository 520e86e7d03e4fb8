# SPDX-License-Identifier: ISC
"""Customers out of and into files: what goes out, and which uploads are taken.  What becomes of those
is tried in tests/jobs/test_imports.py."""

import csv
import io
import json
import uuid

import pytest

import client
import house
import upload
from customer import customer, fields_of, fresh_phone, fresh_word

MB = 1024 * 1024


def table(answer):
    assert answer.status == 200, answer
    return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))


# --- out -------------------------------------------------------------------------------------

def test_a_file_has_what_the_filters_leave(manager):
    tag = fresh_word("tag")
    made = [customer(manager, name=f"{tag} {n}", tags=[tag, "second one"], phone=fresh_phone(), email="a@example.org",
                     customFields={"size": 4}) for n in range(3)]
    customer(manager, name=tag + " other")
    answer = manager.get(f"/customers?format=csv&tags={tag}&sort=name")
    assert answer.header("Content-Type").startswith("text/csv")
    assert 'filename="customers.csv"' in answer.header("Content-Disposition")
    rows = table(answer)
    assert [r["id"] for r in rows] == [m["id"] for m in made]
    assert list(rows[0])[:4] == ["id", "name", "email", "phone"] and not [n for n in rows[0] if n.startswith("_")]
    assert rows[0]["tags"] == f"{tag};second one" and json.loads(rows[0]["customFields"]) == {"size": 4}
    assert rows[0]["phone"] == "'" + made[0]["phone"] and rows[0]["createdAt"] == made[0]["createdAt"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)"])
def test_no_cell_is_a_formula(manager, name):
    tag = fresh_word("tag")
    customer(manager, name=name, tags=[tag])
    assert table(manager.get("/customers?format=csv&tags=" + tag))[0]["name"] == "'" + name


def test_a_file_has_as_many_rows_as_were_asked_for(manager):
    tag = fresh_word("tag")
    for n in range(3):
        customer(manager, name=f"{tag} {n}", tags=[tag])
    assert [len(table(manager.get(f"/customers?format=csv&tags={tag}{limit}"))) for limit in ("&limit=1", "&limit=2", "")] == [1, 2, 3]


def test_a_file_without_rows_has_its_header(manager):
    answer = manager.get(f"/customers?format=csv&bom=true&tags={fresh_word()}")
    assert answer.body.startswith(b"\xef\xbb\xbfid,name,") and answer.body.count(b"\n") == 1


def test_who_may_export_is_asked_and_written_down(manager, employee, chair):
    assert employee.get("/customers?format=csv").code == 1005
    word = fresh_word()
    assert manager.get("/customers?format=csv&search=" + word).status == 200
    rows = chair.get("/audit?action=customers.exported&actor=" + manager.user["id"]).json["items"]
    assert any(word in r["after"]["query"] for r in rows)


def test_who_may_not_read_addresses_exports_them_masked(chair, manager):
    role = chair.post("/roles", {"name": fresh_word("exporter"),
                                 "permissions": ["customers:read", "customers:export"]}).json["name"]
    tag = fresh_word("tag")
    made = customer(manager, tags=[tag], phone=fresh_phone(), email="ann@example.org")
    row = table(client.person(role).get("/customers?format=csv&tags=" + tag))[0]
    assert made["phone"] not in row["phone"] and row["email"] == "a***@***.org"


def test_a_wrong_filter_of_a_file_is_refused_as_one_of_a_list(manager):
    answer = manager.get("/customers?format=csv&nothing=1")
    assert (answer.status, answer.code, fields_of(answer)) == (400, 2002, ["nothing"])
    assert manager.get("/customers?format=xml").status == 422


# --- in --------------------------------------------------------------------------------------

def test_an_upload_is_taken_and_told_how_it_goes_on(manager):
    answer = upload.send(manager, "/customers/import?dryRun=true", upload.csv("name,phone", f"Ann,{fresh_phone()}"),
                         duplicates="skip", matchBy="phone")
    made = answer.json
    assert (answer.status, made["rows"], made["dryRun"], made["duplicates"]) == (202, 1, True, "skip")
    assert answer.header("Location") == "/api/v1/imports/" + made["id"]
    assert manager.get("/imports/" + made["id"]).json["id"] == made["id"]


def test_an_import_is_its_owners_alone(manager, chair, employee):
    made = upload.send(manager, "/customers/import?dryRun=true", "name\nAnn\n").json
    assert chair.get("/imports/" + made["id"]).code == 3001
    assert employee.get("/imports/" + made["id"]).code == 1005
    assert upload.send(employee, "/customers/import", "name\nAnn\n").code == 1005
    for nobodys in (chair.get(f"/imports/{made['id']}/errors.csv"), manager.get(f"/imports/{uuid.uuid4()}/errors.csv")):
        assert (nobodys.status, nobodys.code) == (404, 3001)


@pytest.mark.parametrize("data,line,says", [
    ("", None, "no line"), ("name\n", None, "no line"), ("name\nAnn\n\"Ben\n", 3, "closing quote"),
    ("name,phone\nA\"nn,1\n", 2, "quote"), ("name\nA\0\n", 2, "NUL"), ("name\rAnn\r", 1, "CR"),
    (b"name\nAnn\nM\xfcller\n", 3, "not UTF-8"), ("name\nAnn\n".encode("utf-16"), 1, "UTF-16"),
])
def test_a_file_that_cannot_be_read_is_refused_with_the_line(manager, data, line, says):
    answer = upload.send(manager, "/customers/import", data)
    assert (answer.status, answer.code, fields_of(answer)) == (422, 2001, ["file"])
    message = answer.json["errors"][0]["message"]
    assert says in message and (line is None or message.startswith(f"Line {line}:")), message


@pytest.mark.parametrize("fields,field", [
    ({"mapping": "{"}, "mapping"), ({"mapping": "[" * 16000}, "mapping"), ({"mapping": "[]"}, "mapping"), ({"mapping": '{"name":"No such"}'}, "mapping.name"),
    ({"mapping": '{"nothing":"Full name"}'}, "mapping.nothing"), ({"mapping": '{"phone":"Tel"}'}, "mapping.name"),
    ({}, "mapping.name"), ({"duplicates": "eat"}, "duplicates"), ({"matchBy": "name"}, "matchBy"),
    ({"groupId": str(uuid.uuid4()), "mapping": '{"name":"Full name"}'}, "groupId"), ({"noSuch": "x"}, "noSuch"),
])
def test_wrong_fields_are_named(manager, fields, field):
    answer = upload.send(manager, "/customers/import", upload.csv("Full name,Tel", "Ann,1"), **fields)
    assert answer.status == 422 and fields_of(answer) == [field], answer


def test_what_is_no_upload_is_refused(manager):
    assert manager.post("/customers/import", {"file": "name"}).code == 2006
    assert upload.send(manager, "/customers/import", "name\nAnn\n", name="other").status == 400
    answer = upload.send(manager, "/customers/import", "name\nAnn\n", {"Prefer": "respond-async"})
    assert (answer.status, answer.code) == (400, 2002)
    body, kind = upload.form("name\nAnn\n")
    assert manager.send("POST", "/api/v1/customers/import", body[:-9], {"Content-Type": kind}).status == 400


def test_an_upload_of_another_site_is_refused(manager):
    body, kind = upload.form("name\nAnn\n")
    answer = client.Client().send("POST", "/api/v1/customers/import", body, {
        "Content-Type": kind, "Cookie": "jwt=" + manager.token, "Origin": "https://evil.example"})
    assert (answer.status, answer.code) == (403, 1010)


def test_too_large_a_file_is_refused_and_no_other_route_takes_one(manager):
    line = b"x" * 1023 + b"\n"
    answer = upload.send(manager, "/customers/import", b"name\n" + line * (50 * 1024))
    assert (answer.status, answer.code) == (413, 2005)
    assert upload.send(manager, "/customers/import", b"name\n" + line * (60 * 1024)).status == 413
    assert upload.send(manager, "/customers", b"name\n" + line * (13 * 1024)).status == 413
    answer = upload.send(manager, "/customers/import?dryRun=true", "name\n" + "x\n" * 100001)
    assert answer.status == 422 and "100002" in answer.json["errors"][0]["message"]


def test_the_largest_file_is_taken_at_constant_memory(manager):
    line = "x" * 100 + "," + "y" * 497 + "\r\n"
    data = "name,about\r\n" + line * (50 * MB // len(line) - 1)
    assert 49 * MB < len(data) < 50 * MB
    before = house.peaks("customers")
    answer = upload.send(manager, "/customers/import?dryRun=true", data)
    assert answer.status == 202 and answer.json["rows"] == data.count("\n") - 1
    grown = max(after - before.get(pid, after) for pid, after in house.peaks("customers").items())
    assert grown < 4 * 1024, f"a child has grown by {grown} KB"


def test_an_idempotency_key_makes_one_import_of_two_uploads(manager):
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first, second = (upload.send(manager, "/customers/import?dryRun=true", "name\nAnn\n", key) for _ in range(2))
    assert first.json["id"] == second.json["id"] and second.header("Idempotent-Replayed") == "true"


def test_updating_from_a_file_needs_the_permission_to_update(chair):
    role = chair.post("/roles", {"name": fresh_word("importer"),
                                 "permissions": ["customers:read", "customers:import", "customers:read-contact"]}).json["name"]
    who = client.person(role)
    answer = upload.send(who, "/customers/import", "name\nAnn\n", duplicates="update")
    assert (answer.status, answer.code, fields_of(answer)) == (403, 1005, ["duplicates"])
    assert upload.send(who, "/customers/import?dryRun=true", "name\nAnn\n", duplicates="skip").status == 202
