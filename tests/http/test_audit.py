# SPDX-License-Identifier: ISC
"""The audit log as people read it, and as they take it away."""

import csv
import io
import re
import uuid

import pytest

import client
from customer import customer, fresh_phone, fresh_word


def make_role(who, agent="tests", **more):
    answer = who.post("/roles", {"name": "a" + uuid.uuid4().hex[:12], **more}, User_Agent=agent)
    assert answer.status == 201, answer
    return answer


@pytest.fixture(scope="module")
def acts(chair):
    """A role and thirteen changes of it."""
    role = make_role(chair).json
    for i in range(13):
        assert chair.put("/roles/" + role["id"], {"name": role["name"], "description": f"step {i}"}).status == 200
    return role


def test_an_act_is_told_with_who_what_where_and_by_which_request(chair):
    answer = make_role(chair, agent="Browser/1", description="new")
    items = chair.get("/audit?request=" + answer.header("X-Request-Id")).json["items"]
    assert len(items) == 1
    row = items[0]
    assert chair.get(f"/audit?id={row['id']}").json["items"] == items
    assert (row["action"], row["resource"], row["resourceId"]) == ("roles.created", "roles", answer.json["id"])
    assert (row["actor"], row["actorName"]) == (chair.user["id"], chair.user["fullName"])
    assert row["before"] is None and row["after"]["description"] == "new"
    assert row["agent"] == "Browser/1" and row["address"] and row["databaseRole"] == "bureau_admin"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", row["at"])


def test_a_change_tells_what_was_and_what_is(chair, acts):
    row = chair.get(f"/audit?resourceId={acts['id']}&limit=1").json["items"][0]
    assert (row["before"], row["after"]) == ({"description": "step 11"}, {"description": "step 12"})


@pytest.mark.parametrize("sort", ["", "at", "-at"])
@pytest.mark.parametrize("limit", [1, 5, 14])
def test_pages_of_the_log_neither_skip_nor_repeat(chair, acts, sort, limit):
    seen, after = [], ""
    while True:
        order = "&sort=" + sort if sort else ""
        page = chair.get(f"/audit?resource=roles&resourceId={acts['id']}&limit={limit}{order}{after}").json
        seen += [row["id"] for row in page["items"]]
        if page["next"] is None:
            break
        after = "&after=" + page["next"]
    assert seen == sorted(set(seen), reverse=not sort or sort.startswith("-")) and len(seen) == 14


def test_the_log_is_filtered(chair, acts):
    def total(query):
        answer = chair.get(f"/audit?resourceId={acts['id']}&count=exact&limit=1&{query}")
        assert answer.status == 200, answer
        return answer.json["total"]

    assert total("action=roles.updated") == 13 and total("action[ne]=roles.updated") == 1
    assert total("actor=" + chair.user["id"]) == 14 and total(f"actor={uuid.uuid4()}") == 0
    assert total("at[gte]=2001-01-01") == 14 and total("at[lt]=2001-01-01") == 0
    assert total("resource=users") == 0
    answer = chair.get("/audit?payload=x")
    assert answer.status == 400 and "resourceId" in answer.json["errors"][0]["message"]


def test_a_refusal_is_in_the_log(chair, employee):
    refused = employee.get("/roles")
    row = chair.get("/audit?request=" + refused.header("X-Request-Id")).json["items"][0]
    assert row["action"] == "denied" and row["actor"] == employee.user["id"]
    assert row["after"]["route"] == "GET /api/v1/roles" and row["after"]["code"] == 1005


def test_the_log_is_for_who_may_read_it(manager, employee):
    for who in (manager, employee):
        assert (who.get("/audit").status, who.get("/audit?format=csv").status) == (403, 403)


def test_the_file_has_the_same_rows_as_the_list(chair, acts):
    answer = chair.get(f"/audit?resourceId={acts['id']}&format=csv")
    assert answer.header("Content-Type").startswith("text/csv")
    assert 'filename="audit.csv"' in answer.header("Content-Disposition") and answer.header("Link") is None
    rows = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
    items = chair.get(f"/audit?resourceId={acts['id']}").json["items"]
    assert list(rows[0]) == list(items[0])
    for name in ("id", "at", "action", "actor", "resourceId", "request"):
        assert [r[name] for r in rows] == [str(i[name]) for i in items]


def test_a_file_has_all_rows_however_many(chair):
    client.sql("SELECT audit_note('tests.bulk', 'bulk', NULL, '{{}}') FROM generate_series(1, 10003)")
    whole = chair.get("/audit?format=csv&resource=bulk")
    assert whole.status == 200 and whole.body.count(b"\r\n") == 10004
    ids = [r["id"] for r in csv.DictReader(io.StringIO(whole.body.decode(), newline=""))]
    assert len(set(ids)) == 10003


def test_taking_the_log_away_is_in_the_log(chair, acts):
    chair.get(f"/audit?format=csv&resourceId={acts['id']}")
    row = chair.get("/audit?action=audit.exported").json["items"][0]
    assert row["actor"] == chair.user["id"] and acts["id"] in row["after"]["query"]


def test_a_file_may_begin_with_a_byte_order_mark(chair, acts):
    plain, marked = (chair.get(f"/audit?format=csv{bom}&resourceId={acts['id']}") for bom in ("", "&bom=true"))
    assert marked.body == b"\xef\xbb\xbf" + plain.body


@pytest.mark.parametrize("agent", ["=HYPERLINK(\"http://x\")", "+1+1", "-2+3", "@SUM(A1)", "a,b \"c\""])
def test_no_cell_is_a_formula(chair, agent):
    request = make_role(chair, agent=agent).header("X-Request-Id")
    body = chair.get(f"/audit?format=csv&request={request}").body.decode()
    row = next(csv.DictReader(io.StringIO(body, newline="")))
    assert row["agent"] == (agent if agent[0] == "a" else "'" + agent)


def test_a_list_without_files_knows_no_format(chair):
    assert chair.get("/users?format=csv").status == 400
    assert chair.get("/audit?format=xml").status == 422


def test_who_may_not_read_contacts_of_customers_sees_them_masked(chair, manager):
    first, second = (customer(manager, email=fresh_word("secret") + "@example.org", phone=fresh_phone()) for _ in range(2))
    assert manager.post(f"/customers/{first['id']}/merge", {"otherIds": [second["id"]], "keep": {"email": second["id"], "phone": second["id"]}}).status == 201
    manager.get("/customers?format=csv&email=" + second["email"])
    role = make_role(chair, permissions=["audit:read"]).json["name"]
    auditor = client.person(role)
    for query in ("resource=customers", "resource=customer-merges", "resource=customers&format=csv"):
        whole, masked = (who.get(f"/audit?limit=200&{query}".replace("limit=200&", "" if "csv" in query else "limit=200&")).body for who in (chair, auditor))
        for secret in (second["email"], second["phone"]):
            assert secret.encode() in whole and secret.encode() not in masked, query
