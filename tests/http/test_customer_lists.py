# SPDX-License-Identifier: ISC
"""Lists of customers, groups and their members, statistics, saved views and the search over everything."""

import concurrent.futures
import datetime
import urllib.parse
import uuid

import pytest

import client
from customer import customer, fields_of, fresh_phone, fresh_word, group, join


def listed(who, query="", **params):
    answer = who.get(f"/customers{query}?" + urllib.parse.urlencode(params))
    assert answer.status == 200, answer
    return answer.json["items"]


def pages(who, between=lambda: None, **params):
    """All of a list, page by page; between two pages something may happen."""
    seen, after = [], {}
    while True:
        page = who.get("/customers?" + urllib.parse.urlencode({**params, **after})).json
        seen += page["items"]
        if page["next"] is None:
            return seen
        after = {"after": page["next"]}
        between()


@pytest.fixture(scope="module")
def word(manager):
    """Thirty customers whose company is a word of their own."""
    made = fresh_word("Firm")
    for i in range(30):
        customer(manager, name=f"N{i % 7} {made}", company=made, status=("active", "pending", "blocked")[i % 3],
                 countryCode=("DE", "JP")[i % 2], tags=["t" + made] if i % 5 == 0 else [], ownerId=manager.user["id"] if i < 4 else None)
    return made


@pytest.mark.parametrize("sort", ["createdAt", "-createdAt", "name", "-name", "lastActivityAt", "-lastActivityAt"])
@pytest.mark.parametrize("limit", [1, 7, 30])
def test_pages_neither_skip_nor_repeat(manager, word, sort, limit):
    seen = pages(manager, sort=sort, limit=limit, search=word)
    assert len(seen) == len({c["id"] for c in seen}) == 30
    values = [c[sort.lstrip("-")] for c in seen]
    assert values == sorted(values, reverse=sort.startswith("-"))


@pytest.mark.parametrize("sort", ["-createdAt", "name"])
def test_nor_while_rows_change(manager, sort):
    firm = fresh_word("Moving")
    ids = [customer(manager, name=f"{i:02}", company=firm)["id"] for i in range(20)]
    rest = iter(ids[::-1])

    def stir():
        i = next(rest)
        manager.patch("/customers/" + i, {"status": "pending", "tags": ["moved"]})
        manager.post(f"/customers/{i}/notes", {"text": "x"})
        customer(manager, name="zz", company=firm)

    seen = [c["id"] for c in pages(manager, stir, sort=sort, limit=3, search=firm)]
    assert len(seen) == len(set(seen)) and set(ids) <= set(seen)


def test_filters_work_alone_and_together(manager, word):
    def found(**params):
        return len(listed(manager, search=word, limit=200, **params))
    assert (found(), found(status="pending"), found(countryCode="JP"), found(tags="t" + word)) == (30, 10, 15, 6)
    assert (found(ownerId=manager.user["id"]), found(name="N3 " + word), found(**{"status[ne]": "pending"})) == (4, 4, 20)
    assert found(status="active", countryCode="DE", tags="t" + word) == 1
    assert found(**{"createdAt[gte]": "2100-01-01"}) == 0 and found(**{"lastActivityAt[gt]": "2020-01-01T00:00:00Z"}) == 30
    assert manager.get(f"/customers?search={word}&count=exact&limit=1").json["total"] == 30
    for wrong, field in (("what=1", "what"), ("status=", None), ("status=nosuch", "status"), ("ownerId=1", "ownerId"), ("sort=email", "sort"), ("name[gt]=a", "name[gt]"),
                         ("search[ne]=a", "search[ne]"), ("createdAt[gte]=soon", "createdAt[gte]"), ("limit=0", "limit"), ("after=x", "after")):
        answer = manager.get("/customers?" + wrong)
        assert answer.status == (200 if field is None else answer.status) and answer.status < 500
        assert field is None or (answer.status in (400, 422) and fields_of(answer) == [field]), answer


@pytest.mark.parametrize("name,company,terms", [
    ("李明", "東京商事", ["李", "明", "李明", "東京", "京商", "商事", "東京商事", "李明 商事"]),
    ("Jörg Müller", "Groß & Söhne", ["jör", "ör", "ö", "MÜLL", "ülle", "gro", "roß", "& s", "söh mül"]),
    ("Зоя Ким", "Ромашка", ["зоя", "ЗО", "ким", "маш", "я"]),
    ("علي حسن", "شركة", ["علي", "حس", "شركة"]),
    ("김민준", "한국", ["김", "민준", "한국"]),
    ("O'Neil 50%_\\", "HP Inc", ["o'n", "50%", "50%_\\", "hp", "h inc", "neil hp"]),
])
def test_search_finds_any_script_and_parts_of_words(manager, name, company, terms):
    made = customer(manager, name=name, company=company, tags=[fresh_word("tag")])
    for term in terms:
        assert made["id"] in [c["id"] for c in listed(manager, search=term, limit=200, sort="-createdAt")], term
    assert listed(manager, search=made["tags"][0] + " zzzqq") == []
    assert [c["id"] for c in listed(manager, search=made["tags"][0][2:])] == [made["id"]]


def test_a_number_is_found_however_it_is_written(manager):
    made = customer(manager, phone=fresh_phone())
    number = made["phone"]
    for text in (number, f"{number[:3]} ({number[3:5]}) {number[5:8]}-{number[8:]}", number[5:], f"{number[:3]} {number[3:]}"):
        assert [c["id"] for c in listed(manager, search=text)] == [made["id"]], text


# --- groups ---------------------------------------------------------------------------------------

def test_groups_are_made_read_replaced_deleted_and_restored(manager):
    made = group(manager, {"name": "size", "type": "number", "min": 1.5, "required": True}, description="Big ones")
    path = "/customers/groups/" + made["id"]
    assert set(made) == {"id", "name", "description", "customFields", "customersCount", "createdAt", "updatedAt", "version"}
    assert manager.get(path).json == made and made["customersCount"] == 0
    assert made["id"] in [g["id"] for g in manager.get("/customers/groups?limit=200&search=" + made["name"]).json["items"]]
    replaced = manager.put(path, {"name": made["name"] + "b"}, If_Match='"1"').json
    assert (replaced["description"], replaced["customFields"], replaced["version"]) == ("", [], 2)
    assert manager.put(path, {"name": "x"}, If_Match='"1"').status == 412
    assert manager.delete(path).status == 204 and manager.get(path).code == 3004
    assert manager.get(path + "/customers").code == 3004
    assert manager.post(path + "/restore").status == 200
    assert manager.get("/customers/groups/" + str(uuid.uuid4())).code == 3001


@pytest.mark.parametrize("field,where", [
    ({"name": "a"}, "customFields[0].type"), ({"name": "a", "type": "money"}, "customFields[0].type"), ({"type": "text"}, "customFields[0].name"),
    ({"name": "a", "type": "list"}, "customFields[0].options"), ({"name": "a", "type": "text", "pattern": "("}, "customFields[0].pattern"),
    ({"name": "a", "type": "text", "pattern": "(?i)abc"}, "customFields[0].pattern"),
    ({"name": "a", "type": "text", "pattern": "***:abc"}, "customFields[0].pattern"),
    ({"name": "a", "type": "number", "min": "1"}, "customFields[0].min"), ({"name": "a", "type": "date", "max": 1}, "customFields[0].min"),
    ({"name": "a", "type": "text", "more": 1}, "customFields[0].more"), ({"name": "a", "type": "text", "required": 1}, "customFields[0].required"),
])
def test_a_wrong_definition_is_named(manager, field, where):
    answer = manager.post("/customers/groups", {"name": fresh_word(), "customFields": [field]})
    assert answer.status == 422 and fields_of(answer) == [where], answer


def test_the_name_of_a_group_is_its_own(manager):
    made = group(manager)
    answer = manager.post("/customers/groups", {"name": made["name"]})
    assert (answer.status, answer.code, fields_of(answer)) == (409, 3002, ["name"])


def test_members_come_and_go_and_are_counted(manager, employee):
    into, people = group(manager), [customer(manager) for _ in range(3)]
    path = f"/customers/groups/{into['id']}"
    assert join(manager, into, *people) == {"changed": 3, "customersCount": 3}
    assert join(manager, into, people[0]) == {"changed": 0, "customersCount": 3}
    assert {c["id"] for c in listed(manager, f"/groups/{into['id']}/customers")} == {c["id"] for c in people}
    assert {c["id"] for c in listed(employee, groupId=into["id"])} == {c["id"] for c in people}
    assert manager.get("/customers/" + people[0]["id"]).json["groups"] == [{"id": into["id"], "name": into["name"]}]
    refused = manager.delete(path)
    assert (refused.status, refused.code) == (409, 3003) and "3 customers" in refused.json["detail"]
    manager.delete("/customers/" + people[2]["id"])
    assert manager.get(path).json["customersCount"] == 2 and len(listed(manager, f"/groups/{into['id']}/customers")) == 2
    gone = manager.request("DELETE", path + "/customers", {"customerIds": [c["id"] for c in people[:2]]})
    assert gone.json == {"changed": 2, "customersCount": 0}
    assert manager.delete(path).status == 204
    manager.post(f"/customers/{people[2]['id']}/restore")


@pytest.mark.parametrize("body,field", [({}, "customerIds"), ({"customerIds": []}, "customerIds"), ({"customerIds": ["x"]}, "customerIds[0]"),
                                        ({"customerIds": [str(uuid.uuid4())]}, "customerIds[0]"),
                                        ({"customerIds": [str(uuid.UUID(int=i)) for i in range(1001)]}, "customerIds")])
def test_members_that_are_none_are_named(manager, body, field):
    into = group(manager)
    answer = manager.post(f"/customers/groups/{into['id']}/customers", body)
    assert answer.status == 422 and field in fields_of(answer), answer
    assert manager.get("/customers/groups/" + into["id"]).json["customersCount"] == 0


def test_counts_are_right_whoever_comes_and_goes_at_once(manager):
    into = [group(manager) for _ in range(2)]
    people = [customer(manager) for _ in range(12)]

    def stir(n):
        one = people[n % 12]["id"]
        path = f"/customers/groups/{into[n % 2]['id']}/customers"
        act = (lambda: manager.post(path, {"customerIds": [one, people[(n * 5) % 12]["id"]]}),
               lambda: manager.request("DELETE", path, {"customerIds": [one]}),
               lambda: manager.delete("/customers/" + one), lambda: manager.post(f"/customers/{one}/restore"))[n * 7 % 4]
        return act().status

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        assert max(pool.map(stir, range(120))) < 500
    for g in into:
        counted = client.sql("SELECT g.customers_count, count(c.id) FROM customer_groups g LEFT JOIN customer_group_members m"
                             " ON m.group_id = g.id AND m.deleted_at IS NULL LEFT JOIN customers c ON c.id = m.customer_id"
                             " AND c.deleted_at IS NULL WHERE g.id = '{}' GROUP BY g.id", g["id"])[0]
        assert counted[0] == counted[1]


# --- statistics ---------------------------------------------------------------------------------------

def test_statistics_count_three_ways_and_fill_the_gaps(manager):
    into = group(manager)
    join(manager, into, customer(manager, status="blocked"))
    now = manager.get("/customers/statistics").json
    assert set(now) == {"total", "byStatus", "byGroup", "byOwner", "bucket", "series"}
    assert set(now["byStatus"]) == {"active", "inactive", "pending", "blocked"} and sum(now["byStatus"].values()) == now["total"]
    assert sum(o["count"] for o in now["byOwner"]) == now["total"]
    assert {"id": into["id"], "name": into["name"], "count": 1} in now["byGroup"]
    assert len(now["series"]) == 31 and sum(d["created"] for d in now["series"]) <= now["total"]
    assert now["series"][-1]["created"] >= 1
    client.sql("UPDATE customers SET created_at = '2019-03-05T10:00Z' WHERE id = '{}'", customer(manager, status="pending")["id"])
    spring = manager.get("/customers/statistics?from=2019-03-01&to=2019-03-15").json
    assert (spring["total"], spring["byStatus"]["pending"], len(spring["series"])) == (1, 1, 14)
    assert [d["at"] for d in spring["series"] if d["created"]] == ["2019-03-05T00:00:00.000Z"]
    assert {g["count"] for g in spring["byGroup"]} == {0}
    weeks = manager.get("/customers/statistics?from=2019-03-01&to=2019-03-15&bucket=week").json["series"]
    assert [(w["at"][:10], w["created"]) for w in weeks] == [("2019-02-25", 0), ("2019-03-04", 1), ("2019-03-11", 0)]
    months = manager.get("/customers/statistics?from=2019-01-01&to=2019-04-01&bucket=month").json["series"]
    assert [(m["at"][:7], m["created"]) for m in months] == [("2019-01", 0), ("2019-02", 0), ("2019-03", 1)]
    assert len(manager.get("/customers/statistics?from=0100-01-01").json["series"]) < 3700
    assert manager.get("/customers/statistics?from=2020-01-01&to=2019-01-01").json["series"] == []
    assert fields_of(manager.get("/customers/statistics?bucket=hour")) == ["bucket"]
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    assert now["series"][-1]["at"][:10] in (today, (datetime.date.fromisoformat(today) - datetime.timedelta(1)).isoformat())


# --- views and search -------------------------------------------------------------------------------------

def test_views_are_ones_own(manager, employee):
    name = fresh_word("Mine")
    made = manager.post("/views", {"resource": "customers", "name": name, "settings": {"status": "active", "columns": ["name"]}})
    assert made.status == 201 and made.json["settings"] == {"status": "active", "columns": ["name"]}
    path = "/views/" + made.json["id"]
    assert made.json in manager.get("/views?resource=customers&limit=200").json["items"]
    assert manager.get("/views?resource=users").json["items"] == []
    assert employee.get("/views").json["items"] == [] and employee.delete(path).code == 3001
    assert manager.post("/views", {"resource": "customers", "name": name}).code == 3002
    assert fields_of(manager.post("/views", {"resource": "No!", "name": "x"})) == ["resource"]
    assert manager.delete(path).status == 204 and manager.delete(path).status == 404
    assert manager.post("/views", {"resource": "customers", "name": name}).status == 201


def test_one_search_finds_people_and_customers_the_best_first(chair, manager, employee):
    word = fresh_word("Zirkon")
    customer(manager, name=f"Haus {word}", phone=fresh_phone())
    exact = customer(manager, name=word, email="z@example.org")
    client.sql("UPDATE users SET full_name = '{} Person' WHERE id = '{}'", word, client.person("employee").user["id"])
    found = manager.get("/search?q=" + word.lower()).json["items"]
    assert [f["resource"] for f in found] == ["customers", "users", "customers"]
    assert found[0] == {"resource": "customers", "id": exact["id"], "title": word, "subtitle": "z@example.org", "rank": found[0]["rank"]}
    assert [f["subtitle"] for f in employee.get("/search?q=" + word).json["items"]] == [None, None, None]
    assert len(manager.get(f"/search?q={word}&limit=1").json["items"]) == 1
    assert [f["title"] for f in manager.get(f"/search?q={word}+haus").json["items"]] == [f"Haus {word}"]
    assert [f["resource"] for f in manager.get(f"/search?q=person+{word}").json["items"]] == ["users"]
    both = customer(manager, name="李明 " + word)
    for text in ("李明 " + word, word + " 明", "李 明"):
        assert both["id"] in [f["id"] for f in manager.get("/search?q=" + urllib.parse.quote(text)).json["items"]]
    role = chair.post("/roles", {"name": "blind-" + uuid.uuid4().hex[:8]}).json["name"]
    assert [f["resource"] for f in client.person(role).get("/search?q=" + word).json["items"]] == ["users"]
    for query in ("", "?q=", "?q=%20", "?q=x&limit=51", "?q=" + "x" * 201):
        assert manager.get("/search" + query).status == 422, query
