# SPDX-License-Identifier: ISC
"""Customers from files, all the way: what is read, what is refused and why, what becomes of those that
are there already, and that a worker that dies leaves nothing half done."""

import csv
import io
import json
import os
import signal

import pytest

import client
import house
import upload
from customer import customer, fresh_phone, fresh_word, group
from until import until


def send(who, data, query="", **fields):
    answer = upload.send(who, "/customers/import" + query, data, **fields)
    assert answer.status == 202, answer
    return answer.json["id"]


def ended(who, made, seconds=60):
    def look():
        now = who.get("/imports/" + made).json
        return now if now["state"] != "checking" else None
    return until(look, seconds)


def bring(who, data, query="", **fields):
    """An import and how it ended."""
    return ended(who, send(who, data, query, **fields))


def counts(done):
    return [done[name] for name in ("created", "updated", "skipped", "failed")]


def found(who, **filters):
    return who.get("/customers?" + "&".join(f"{k}={v}" for k, v in filters.items()).replace("+", "%2B")).json["items"]


def test_a_file_becomes_customers(manager, chair):
    tag, phone = fresh_word("tag"), fresh_phone()
    done = bring(manager, "\ufeff" + upload.csv(
        "Name;Phone;country code;E-Mail;tags;customFields;customFields.size;unknown", f'"Ann; ""A""";\'{phone};de;Ann@Example.ORG;{tag};"{{""a"":1}}";XL;x',
        f";{fresh_phone()};DE;;{tag};;;", end="\n").replace("E-Mail", "email"))
    assert (done["state"], done["progress"], counts(done)) == ("done", 100, [1, 0, 0, 1])
    assert done["errors"] == [{"line": 3, "field": "name", "code": 2003, "message": "It must not be empty."}]
    [ann] = found(manager, tags=tag)
    assert (ann["name"], ann["phone"], ann["countryCode"], ann["email"]) == ('Ann; "A"', phone, "DE", "ann@example.org")
    assert ann["customFields"] == {"a": 1, "size": "XL"} and ann["status"] == "active"
    row = chair.get("/audit?action=customers.created&resourceId=" + ann["id"]).json["items"][0]
    assert row["actor"] == manager.user["id"] and row["request"]


def test_columns_are_mapped(manager):
    word, phone = fresh_word(), fresh_phone()
    done = bring(manager, upload.csv("Full name\tTel\tname", f"{word}\t{phone}\tnot this"),
                 mapping=json.dumps({"name": "Full name", "phone": "Tel"}))
    assert counts(done) == [1, 0, 0, 0] and found(manager, name=word)[0]["phone"] == phone


def test_a_dry_run_says_all_and_does_nothing(manager):
    tag = fresh_word("tag")
    done = bring(manager, upload.csv("name,tags,email", f"Ann,{tag},x", f"Ben,{tag},ben@example.org"), "?dryRun=true")
    assert (counts(done), done["dryRun"]) == ([1, 0, 0, 1], True) and found(manager, tags=tag) == []


# What is asked of a call is asked of a line: the same values, the same verdict and the same code.
VALUES = [("name", "x" * 201), ("name", "a\u202eb"), ("email", "a@b"), ("email", "no address"), ("email", "a b@example.org"),
          ("email", "ok@example.org"), ("phone", "123"), ("phone", "+49 (30) 1-2/3 4567"), ("phone", "0049301234568"), ("phone", "+4930x"),
          ("countryCode", "xx"), ("countryCode", "de"), ("countryCode", "DEU"), ("company", "c" * 201), ("company", "c" * 200),
          ("status", "gone"), ("status", "blocked"), ("ownerId", "nobody"), ("ownerId", "00000000-0000-7000-8000-000000000000"),
          ("tags", "t" * 51), ("tags", "t" * 50)]


def test_lines_are_held_to_the_rules_of_calls(manager):
    word = fresh_word()
    lines, calls = ["name,email,phone,countryCode,company,status,ownerId,tags"], []
    for field, value in VALUES:
        fields = {"name": word, field: value}
        answer = manager.post("/customers", {**fields, **({"tags": [value]} if field == "tags" else {})})
        calls.append(answer.json["errors"][0]["field"].partition("[")[0] if answer.status != 201 else None)
        if answer.status == 201:
            manager.delete("/customers/" + answer.json["id"])
        lines.append(",".join(fields.get(name, "") for name in lines[0].split(",")))
    errors = {e["line"]: e["field"] for e in bring(manager, upload.csv(*lines), "?dryRun=true")["errors"]}
    assert [errors.get(line + 2) for line in range(len(VALUES))] == calls


@pytest.mark.parametrize("by", ["phone", "email"])
def test_what_is_there_already_is_skipped_updated_or_refused(manager, by):
    phone, mail, tag = fresh_phone(), fresh_word() + "@example.org", fresh_word("tag")
    there = customer(manager, name="Ann", phone=phone, email=mail, countryCode="DE", company="Old", tags=["old"],
                     customFields={"size": 4})
    line = {"phone": f"Ann New,{phone},DE,,{tag}", "email": f"Ann New,,,{mail},{tag}"}[by]
    data = upload.csv("name,phone,countryCode,email,tags", line, line, f"Ben,{fresh_phone()},DE,,{tag}")
    skipped = bring(manager, data, "?dryRun=true", duplicates="skip", matchBy=by)
    assert counts(skipped) == [1, 0, 2, 0] and skipped["errors"] == []
    refused = bring(manager, data, "?dryRun=true", duplicates="fail", matchBy=by)
    assert counts(refused) == [1, 0, 0, 2]
    assert [(e["line"], e["field"], e["code"]) for e in refused["errors"]] == [(2, by, 3002), (3, by, 3002)]
    assert "Line 2" in refused["errors"][1]["message"]
    updated = bring(manager, data, duplicates="update", matchBy=by)
    assert counts(updated) == [1, 1, 0, 1]
    now = manager.get("/customers/" + there["id"]).json
    assert (now["name"], now["company"], now["tags"], now["customFields"]) == ("Ann New", "Old", [tag], {"size": 4})
    assert now["version"] == 2


def test_an_address_of_several_and_a_number_of_another_are_refused(manager):
    mail, phone = fresh_word() + "@example.org", fresh_phone()
    for name in ("Ann", "Ben"):
        customer(manager, name=name, email=mail)
    customer(manager, phone=phone)
    done = bring(manager, upload.csv("name,email,phone", f"Ann,{mail},", f"Carl,c@{mail[:-12]}.org,{phone}"),
                 duplicates="update", matchBy="email")
    assert [(e["line"], e["field"]) for e in done["errors"]] == [(2, "email"), (3, "phone")]


def test_a_cell_that_cannot_be_read_is_not_said_to_be_empty_too(manager):
    done = bring(manager, upload.csv("name,email", '"two\nlines",a@example.org'), "?dryRun=true")
    assert [(e["field"], e["code"]) for e in done["errors"]] == [("name", 2004)]


def test_a_trial_does_not_tell_who_is_there(chair):
    role = chair.post("/roles", {"name": fresh_word("clerk"), "permissions": ["customers:read", "customers:create", "customers:import"]}).json["name"]
    answer = upload.send(client.person(role), "/customers/import?dryRun=true", upload.csv("name,phone", "Ann,+49301234567"))
    assert (answer.status, answer.code) == (403, 1005)


def test_custom_fields_of_the_group_are_typed(manager):
    into = group(manager, {"name": "size", "type": "number", "required": True, "max": 9}, {"name": "vip", "type": "boolean"},
                 {"name": "kind", "type": "list", "options": ["a", "b"]}, {"name": "since", "type": "date"})
    tag = fresh_word("tag")
    done = bring(manager, upload.csv(
        "name,tags,customFields.size,customFields.vip,customFields.kind,customFields.since", f"Ann,{tag},4.5,yes,a;b,2026-01-31",
        f"Ben,{tag},,,,", f"Carl,{tag},10,maybe,c,2026-02-31"), groupId=into["id"])
    [ann] = found(manager, tags=tag)
    assert ann["customFields"] == {"size": 4.5, "vip": True, "kind": ["a", "b"], "since": "2026-01-31"}
    assert [g["id"] for g in ann["groups"]] == [into["id"]]
    assert manager.get("/customers/groups/" + into["id"]).json["customersCount"] == 1
    assert sorted((e["line"], e["field"]) for e in done["errors"]) == [
        (3, "customFields.size"), (4, "customFields.kind"), (4, "customFields.since"), (4, "customFields.size"), (4, "customFields.vip")]


def test_lines_that_were_wrong_can_be_mended_and_sent_again(manager):
    tag, phone = fresh_word("tag"), fresh_phone()
    made = send(manager, upload.csv("name,phone,email,tags", f"=Ann,{phone},x,{tag}", f"Ben,,,{tag}", f"Carl,1,2,3,{tag}"))
    ended(manager, made)
    answer = manager.get(f"/imports/{made}/errors.csv")
    assert answer.header("Content-Type").startswith("text/csv") and 'filename="errors.csv"' in answer.header("Content-Disposition")
    rows = list(csv.reader(io.StringIO(answer.body.decode(), newline="")))
    assert rows[0] == ["_line", "_errors", "name", "phone", "email", "tags"]
    assert rows[1] == ["2", "email: It is not an e-mail address.", "'=Ann", "'" + phone, "x", tag]
    assert rows[2][:2] == ["4", "The line has 5 cells, and the first line 4."]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([rows[0], [*rows[1][:4], "ann@example.org", rows[1][5]]])
    assert counts(bring(manager, out.getvalue())) == [1, 0, 0, 0]
    assert {c["name"] for c in found(manager, tags=tag)} == {"=Ann", "Ben"}


def test_what_was_exported_comes_back_as_it_was(manager):
    tag = fresh_word("tag")
    made = customer(manager, name="=Ann \"A\", B;C", phone=fresh_phone(), email="ann@example.org", countryCode="FR", status="pending",
                    company="A\u00e9rien", tags=[tag, "zwei drei"], ownerId=manager.user["id"], customFields={"n": 4, "l": ["a", "b"]})
    data = manager.get("/customers?format=csv&bom=true&tags=" + tag).body
    manager.delete("/customers/" + made["id"])
    assert counts(bring(manager, data)) == [1, 0, 0, 0]
    [back] = found(manager, tags=tag)
    for name in ("name", "phone", "email", "countryCode", "status", "company", "tags", "ownerId", "customFields"):
        assert back[name] == made[name], name


def test_progress_is_told_to_its_owner(manager):
    made = send(manager, upload.csv("name", *["Ann"] * 3), "?dryRun=true")
    ended(manager, made)
    told = client.sql("SELECT payload ->> 'progress', audience FROM events WHERE kind = 'jobProgress' AND resource_id = '{0}' ORDER BY id", made)
    assert told == [["80", f"{{user:{manager.user['id']}}}"], ["100", f"{{user:{manager.user['id']}}}"]]


def test_many_rows_are_one_event_and_an_audit_row_each(manager):
    tag = fresh_word("tag")
    before = int(client.sql("SELECT coalesce(max(id), 0) FROM events")[0][0])
    assert counts(bring(manager, upload.csv("name,tags", *[f"Ann,{tag}"] * 150))) == [150, 0, 0, 0]
    events = client.sql("SELECT resource_id, payload ->> 'action' FROM events WHERE id > {0} AND resource = 'customers' "
                        "AND kind = 'refresh_data'", before)
    assert ["", "created"] in events
    assert client.sql("SELECT count(*) FROM audit a JOIN customers c ON c.id = a.resource_id WHERE c.tags @> ARRAY['{0}'] "
                      "AND a.action = 'customers.created'", tag) == [["150"]]


def test_who_was_sent_away_meanwhile_imports_nothing(chair):
    who, tag = client.person("manager"), fresh_word("tag")
    chair.post("/queues/imports/pause")
    try:
        made = send(who, upload.csv("name,tags", f"Ann,{tag}"))
        assert chair.post(f"/users/{who.user['id']}/revoke").status == 200
    finally:
        chair.post("/queues/imports/resume")
    state = until(lambda: client.sql("SELECT state, cause FROM imports WHERE id = '{0}' AND state <> 'checking'", made))
    assert state[0][0] == "failed" and found(chair, tags=tag) == []
    assert client.sql("SELECT count(*) FROM import_rows WHERE import_id = '{0}'", made) == [["0"]]


def test_one_that_is_cancelled_says_so(manager, chair):
    chair.post("/queues/imports/pause")
    try:
        made = send(manager, "name\nAnn\n")
        job = client.sql("SELECT job_id FROM imports WHERE id = '{0}'", made)[0][0]
        assert chair.post(f"/jobs/{job}/cancel").status in (200, 204)
        assert manager.get("/imports/" + made).json["state"] == "cancelled"
    finally:
        chair.post("/queues/imports/resume")


def test_three_of_one_person_are_under_way_at_once(chair):
    who = client.person("manager")
    chair.post("/queues/imports/pause")
    try:
        made = [send(who, "name\nAnn\n") for _ in range(3)]
        fourth = upload.send(who, "/customers/import", "name\nAnn\n")
        assert (fourth.status, fourth.code) == (429, 5004) and "Three of your imports" in fourth.json["detail"]
    finally:
        chair.post("/queues/imports/resume")
    assert [ended(who, one)["state"] for one in made] == ["done"] * 3
    assert ended(who, send(who, "name\nAnn\n"))["state"] == "done"


def test_a_worker_that_dies_half_way_leaves_nothing_half_imported(manager):
    tag = fresh_word("tag")
    made = send(manager, upload.csv("name,tags", *[f"Ann {n},{tag}" for n in range(6000)]))
    # While the last step writes.
    until(lambda: manager.get("/imports/" + made).json["progress"] >= 80 or None)
    for pid in house.peaks("worker"):
        os.kill(int(pid), signal.SIGKILL)
    seen = set()

    def done():
        seen.add(client.sql("SELECT count(*) FROM customers WHERE tags @> ARRAY['{0}']", tag)[0][0])
        return manager.get("/imports/" + made).json["state"] == "done"
    until(done, 120)
    assert seen <= {"0", "6000"} and counts(ended(manager, made)) == [6000, 0, 0, 0]


def test_many_lines_take_no_memory(manager):
    tag, base = fresh_word("tag"), int(fresh_phone()[-7:]) * 7 % 10**7
    lines = [f"Ann Example {n},{'x' if n % 100 == 99 else f'ann{n}@example.org'},+33{10**9 + base + n},FR,Firm {n % 999},{tag}"
             for n in range(40000)]
    before = {**house.peaks("customers"), **house.peaks("worker")}
    made = send(manager, upload.csv("name,email,phone,countryCode,company,tags", *lines), duplicates="skip")
    done = ended(manager, made, 540)
    assert counts(done) == [39600, 0, 0, 400]
    assert done["errors"][0] == {"line": 101, "field": "email", "code": 2004, "message": "It is not an e-mail address."}
    answer = manager.get("/customers?format=csv&tags=" + tag)
    assert answer.body.count(b"\n") == 39601
    for pid, peak in {**house.peaks("customers"), **house.peaks("worker")}.items():
        assert peak - before.get(pid, peak) < 2048, "a process has grown"


def test_what_was_taken_away_meanwhile_is_not_done(chair, manager):
    there, into = customer(manager, name="Before", phone=fresh_phone()), group(manager)
    role = chair.post("/roles", {"name": fresh_word("importer"), "permissions": ["customers:*", "customer-groups:*"]}).json
    who = client.person(role["name"])
    assert chair.post("/queues/imports/pause").status == 200
    try:
        made = send(who, upload.csv("name,phone", f"After,{there['phone']}"), duplicates="update", groupId=into["id"])
        assert chair.put("/roles/" + role["id"], {"name": role["name"], "permissions": ["customers:import"]}).status == 200
    finally:
        assert chair.post("/queues/imports/resume").status == 200
    done = ended(who, made)
    assert done["state"] == "failed" and "may not" in done["cause"]
    assert manager.get("/customers/" + there["id"]).json["name"] == "Before"
    assert manager.get("/customers/groups/" + into["id"]).json["customersCount"] == 0


def test_one_customer_whose_groups_refuse_a_value_keeps_no_other_out(manager):
    phone, tag = fresh_phone(), fresh_word("tag")
    there = customer(manager, name="Ann", phone=phone)
    manager.post(f"/customers/groups/{group(manager, {'name': 'size', 'type': 'number'})['id']}/customers", {"customerIds": [there["id"]]})
    done = bring(manager, upload.csv("name,phone,tags,customFields.size", f"Ann,{phone},{tag},big", f"Ben,{fresh_phone()},{tag},7"),
                 duplicates="update")
    assert counts(done) == [1, 0, 0, 1]
    assert [(e["line"], e["field"], e["code"]) for e in done["errors"]] == [(2, "customFields.size", 2004)]


@pytest.mark.parametrize("column", ["phone", "countryCode"])
def test_nor_does_one_whose_number_would_be_anothers_with_what_it_keeps(manager, column):
    mail, phone, tag = fresh_word() + "@example.org", fresh_phone(), fresh_word("tag")
    customer(manager, name="Ann", email=mail, phone=phone if column == "countryCode" else fresh_phone(),
             countryCode="DE" if column == "phone" else "AT")
    customer(manager, name="Other", phone=phone, countryCode="DE")
    value = {"phone": phone, "countryCode": "DE"}[column]
    done = bring(manager, upload.csv(f"name,email,tags,{column}", f"Ann,{mail},{tag},{value}", f"Ben,b{mail},{tag},"),
                 duplicates="update", matchBy="email")
    assert counts(done) == [1, 0, 0, 1]
    assert [(e["line"], e["field"], e["code"]) for e in done["errors"]] == [(2, "phone", 3002)]


def test_lines_that_others_left_are_not_counted_through(manager):
    wide = "x," * 150 + "x"
    assert counts(bring(manager, upload.csv("name", *[wide] * 2000), "?dryRun=true")) == [0, 0, 0, 2000]
    assert counts(bring(manager, upload.csv("name", "Ann"), "?dryRun=true")) == [1, 0, 0, 0]
    assert client.sql("SELECT attname FROM pg_stats WHERE tablename = 'import_rows' AND attname = 'cells'") == []


@pytest.mark.parametrize("cells", ["{mail},,,", ",,{phone},"], ids=["address", "number"])
def test_lines_that_could_not_be_read_are_forgotten_with_the_customer(manager, cells):
    mail, phone, name = fresh_word("Ann") + "@Example.org", fresh_phone(), fresh_word("Ann")
    there = customer(manager, name=name, email=mail, phone=phone)
    line = "Ann," + cells.format(mail=mail, phone=f"{phone[:3]} ({phone[3:5]}) {phone[5:]}")
    made = send(manager, upload.csv("name,email,phone", line, "Ben,x,"), "?dryRun=true")
    assert counts(ended(manager, made)) == [0, 0, 0, 2]
    assert manager.post(f"/customers/{there['id']}/anonymise", {"confirm": name}).status == 200
    left = until(lambda: (text := manager.get(f"/imports/{made}/errors.csv").body.decode()) and mail not in text
                 and phone[5:] not in text and text)
    assert "Ben" in left
