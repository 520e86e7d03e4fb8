# SPDX-License-Identifier: ISC
"""The conventions of API.md, shown on the example resource."""

import concurrent.futures
import uuid

import pytest

import client


def note(who, title="A note", **more):
    answer = who.post("/notes", {"title": title, **more})
    assert answer.status == 201, answer
    return answer.json


@pytest.fixture
def owner(chair):
    return client.person("employee")


# --- records ---------------------------------------------------------------------

def test_a_created_record_has_location_etag_and_version_one(owner):
    answer = owner.post("/notes", {"title": "Hello", "text": "a\nb", "tags": ["x", "y \"z\" \\"]})
    record = answer.json
    assert answer.status == 201
    assert answer.header("Location") == f"/api/v1/notes/{record['id']}"
    assert answer.header("ETag") == '"1"' and record["version"] == 1
    assert record["tags"] == ["x", "y \"z\" \\"] and record["text"] == "a\nb"
    assert uuid.UUID(record["id"]).version == 7
    assert len(record["createdAt"]) == 24 and record["createdAt"].endswith("Z")


def test_every_answer_is_traceable_and_not_cached(owner):
    answer = owner.get("/notes")
    assert uuid.UUID(answer.header("X-Request-Id"))
    assert answer.header("Cache-Control") == "no-store"
    epoch, _, seq = answer.header("Event-Cursor").partition(":")
    assert epoch and seq.isdigit()
    for name in ("RateLimit", "RateLimit-Policy", "X-RateLimit-Limit", "X-RateLimit-Remaining"):
        assert answer.header(name), name


def test_a_known_etag_gives_304_also_with_the_suffix_of_compression(owner):
    path = "/notes/" + note(owner)["id"]
    for tag in ('"1"', '"1-gzip"', 'W/"1"', '"7", "1"', "*"):
        answer = owner.get(path, If_None_Match=tag)
        assert answer.status == 304 and answer.body == b"", tag
    assert owner.get(path, If_None_Match='"2"').status == 200


def test_a_change_on_an_old_version_is_refused_with_the_record_as_it_is(owner):
    path = "/notes/" + note(owner)["id"]
    assert owner.patch(path, {"title": "first"}, If_Match='"1"').json["version"] == 2
    answer = owner.patch(path, {"title": "second"}, If_Match='"1"')
    assert (answer.status, answer.code) == (412, 3003)
    assert answer.json["current"]["title"] == "first" and answer.json["current"]["version"] == 2
    assert owner.patch(path, {"title": "x"}, If_Match="nonsense").status == 400


def test_patch_clears_with_null_and_leaves_what_is_absent(owner):
    path = "/notes/" + note(owner, text="body", tags=["a"])["id"]
    changed = owner.patch(path, {"text": None}).json
    assert changed["text"] is None and changed["tags"] == ["a"] and changed["title"] == "A note"
    assert owner.patch(path, {"title": None}).status == 422


def test_a_patch_that_changes_nothing_makes_no_version(owner):
    path = "/notes/" + note(owner)["id"]
    assert owner.patch(path, {"title": "A note"}).json["version"] == 1


def test_deleting_is_soft_and_can_be_undone(owner):
    path = "/notes/" + note(owner)["id"]
    answer = owner.delete(path)
    assert answer.status == 204 and answer.body == b""
    assert (owner.get(path).status, owner.get(path).code) == (410, 3004)
    assert owner.delete(path).status == 410
    assert owner.patch(path, {"title": "x"}).status == 410
    assert owner.post(path + "/restore").status == 200
    assert owner.get(path).status == 200


def test_somebody_elses_note_does_not_exist(owner, employee):
    path = "/notes/" + note(owner)["id"]
    assert employee.get(path).status == 404
    assert employee.patch(path, {"title": "mine now"}).status == 404
    assert employee.delete(path).status == 404
    assert employee.post(path + "/restore").status == 404
    assert owner.get(path).json["title"] == "A note"


@pytest.mark.parametrize("wrong", ["abc", "0", "..", "%00", "A" * 300,
                                   "01A1F95C-5DFD-7564-9CC0-7D3D99E5258A"])
def test_a_malformed_id_is_not_found(owner, wrong):
    assert owner.get("/notes/" + wrong).status in (400, 404)


# --- bodies ------------------------------------------------------------------------

@pytest.mark.parametrize("body,code,field", [
    ({}, 2003, "title"),
    ({"title": ""}, 2003, "title"),
    ({"title": 7}, 2004, "title"),
    ({"title": "a\nb"}, 2004, "title"),
    ({"title": "x" * 201}, 2001, "title"),
    ({"title": "x", "titel": "y"}, 2001, "titel"),
    ({"title": "x", "id": "y"}, 2001, "id"),
    ({"title": "x", "tags": "y"}, 2004, "tags"),
    ({"title": "x", "tags": [1]}, 2004, "tags[0]"),
    ({"title": "x", "tags": ["t"] * 21}, 2001, "tags"),
])
def test_a_wrong_field_is_named(owner, body, code, field):
    answer = owner.post("/notes", body)
    assert answer.status == 422 and answer.code == code
    assert [e["field"] for e in answer.json["errors"]] == [field]
    assert answer.header("Content-Type") == "application/problem+json"
    assert answer.json["message"] == answer.json["detail"]


def test_several_wrong_fields_are_all_named(owner):
    answer = owner.post("/notes", {"title": 1, "text": 2, "what": 3})
    assert answer.code == 2001
    assert {e["field"] for e in answer.json["errors"]} == {"title", "text", "what"}


@pytest.mark.parametrize("body", [
    b"", b"{", b"[]", b"null", b"{\"title\":NaN}", b"{'title':'x'}", b"{\"title\":\"x\"} x",
    b"{\"title\":\"x\",\"title\":\"y\"}", b"{\"title\":\"a\\u0000b\"}", b"{\"ti\\u0000tle\":\"x\"}",
    b"{\"title\":\"\xff\"}", b"{\"title\":\"\\ud800\"}", b"\xef\xbb\xbf{\"title\":\"x\"}",
    b"{\"title\":01}", b"{\"title\":\"a\tb\"}", b"{\"a\":" * 40 + b"1" + b"}" * 40, b"{\"title\":1e400}",
    b"{\"title\":\"x\"}\0", b"{\"title\":\"x\",}", b"{\"title\":\"x\"//\n}",
])
def test_what_is_not_json_is_refused(owner, body):
    answer = owner.send("POST", "/api/v1/notes", body, {"Content-Type": "application/json"})
    assert answer.status in (400, 422), answer
    if body:
        assert answer.code in (2002, 2003), answer


def test_a_mistake_in_json_is_located(owner):
    answer = owner.send("POST", "/api/v1/notes", b'{\n  "title": tru\n}', {"Content-Type": "application/json"})
    assert "line 2" in answer.json["detail"] and "column" in answer.json["detail"]


def test_other_content_types_are_refused(owner):
    for kind in ("text/plain", "application/xml", "multipart/form-data; boundary=x", ""):
        answer = owner.send("POST", "/api/v1/notes", b"title=x", {"Content-Type": kind})
        assert (answer.status, answer.code) == (415, 2006), kind


def test_a_post_takes_a_form(owner):
    answer = owner.send("POST", "/api/v1/notes", b"title=From+a+form&tags=a&tags=b",
                        {"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status == 201
    assert answer.json["title"] == "From a form" and answer.json["tags"] == ["a", "b"]
    twice = owner.send("POST", "/api/v1/notes", b"title=a&title=b",
                       {"Content-Type": "application/x-www-form-urlencoded"})
    assert twice.status == 400


def test_a_body_over_the_limit_is_refused(owner):
    answer = owner.post("/notes", {"title": "x", "text": "y" * (1024 * 1024 + 10)})
    assert (answer.status, answer.code) == (413, 2005)


def test_text_is_kept_in_normal_form_c(owner):
    assert note(owner, title="Cafe\u0301")["title"] == "Caf\u00e9"


# --- methods and headers ------------------------------------------------------------

def test_an_unknown_method_tells_what_is_allowed(owner):
    answer = owner.put("/notes", {})
    assert answer.status == 405 and answer.code == 2007
    assert answer.header("Allow") == "GET, HEAD, POST, OPTIONS"
    assert owner.request("PUT", "/notes/" + note(owner)["id"]).header("Allow") == "GET, HEAD, PATCH, DELETE, OPTIONS"


def test_head_is_get_without_a_body(owner):
    head = owner.request("HEAD", "/notes")
    assert head.status == 200 and head.body == b"" and head.header("Event-Cursor")


def test_options_answers_without_signing_in(anonymous):
    answer = anonymous.request("OPTIONS", "/notes")
    assert answer.status == 204 and "POST" in answer.header("Allow")


@pytest.mark.parametrize("name", ["X_Request_Id", "X.Request_Id", "If_Match"])
def test_a_header_that_comes_twice_by_another_spelling_is_refused(owner, name):
    answer = owner.send("GET", "/api/v1/notes",
                        headers=[(name, "1"), (name.replace("_", "-").replace(".", "-"), "2")])
    assert answer.status in (400, 403), answer


def test_nobody_gets_in_without_a_token(anonymous):
    answer = anonymous.get("/notes")
    assert (answer.status, answer.code) == (401, 1001)
    assert answer.header("WWW-Authenticate") == "Bearer"
    for token in ("x", "bur_" + "A" * 43, "a.b.c", "é"):
        wrong = client.Client(token.encode().decode("latin-1")).get("/notes")
        assert wrong.status == 401 and wrong.code == 1004, token


# --- lists ------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def lister(chair):
    who = client.person("employee")
    for i in range(23):
        note(who, title=f"note {i % 7:02}", text="50%_\\" if i == 5 else "plain", tags=["odd"] if i % 2 else [])
    return who


@pytest.mark.parametrize("sort", ["createdAt", "-createdAt", "title", "-title"])
@pytest.mark.parametrize("limit", [1, 4, 22, 23, 200])
def test_pages_neither_skip_nor_repeat(lister, sort, limit):
    seen, after = [], ""
    while True:
        page = lister.get(f"/notes?sort={sort}&limit={limit}" + after).json
        assert len(page["items"]) <= limit
        seen += page["items"]
        if page["next"] is None:
            break
        after = "&after=" + page["next"]
    key = sort.lstrip("-")
    assert len({n["id"] for n in seen}) == len(seen) == 23
    values = [n[key] for n in seen]
    assert values == sorted(values, reverse=sort.startswith("-"))


def test_filters_search_and_count_work_together(lister):
    assert lister.get("/notes?tags=odd&count=exact&limit=2").json["total"] == 11
    assert lister.get("/notes?tags[ne]=odd&count=exact&limit=1").json["total"] == 12
    assert lister.get("/notes?title=note+03&count=exact").json["total"] == 3
    assert lister.get("/notes?search=NOTE+0&count=exact").json["total"] == 23
    assert lister.get("/notes?createdAt[gte]=2001-01-01T00:00:00Z&createdAt[lt]=2002-01-01").json["items"] == []


@pytest.mark.parametrize("text,found", [("50%25_", 1), ("%25", 1), ("_", 1), ("%5C", 1), ("'", 0), ("%22", 0)])
def test_search_takes_wildcards_as_letters(lister, text, found):
    assert len(lister.get(f"/notes?search={text}").json["items"]) == found


@pytest.mark.parametrize("query,status", [
    ("nonsense=1", 400), ("title[gte]=a", 400), ("sort=text", 400), ("sort=title,createdAt", 400),
    ("limit=0", 422), ("limit=201", 422), ("limit=x", 422), ("limit=1&limit=2", 400), ("after=x", 400),
    ("createdAt[gt]=yesterday", 422), ("count=1", 422), ("search=%ff", 400), ("a=%zz", 400), ("title=%00", 400),
])
def test_a_wrong_query_string_is_refused(lister, query, status):
    answer = lister.get("/notes?" + query)
    assert answer.status == status, answer
    if answer.header("Content-Type") == "application/problem+json":
        assert answer.json["errors"] or "query string" in answer.json["detail"]
    else:
        assert "%" in query      # refused by lighttpd, before a responder saw it


def test_an_unknown_name_is_answered_with_the_allowed_ones(lister):
    message = lister.get("/notes?nonsense=1").json["errors"][0]["message"]
    for name in ("limit", "after", "createdAt", "title", "tags"):
        assert name in message


def test_a_cursor_of_another_order_is_refused(lister):
    cursor = lister.get("/notes?limit=1").json["next"]
    assert lister.get(f"/notes?limit=1&sort=title&after={cursor}").status == 400


# --- idempotency ---------------------------------------------------------------------------

def test_the_same_key_and_body_give_the_same_answer_once(owner):
    key = str(uuid.uuid4())
    first = owner.post("/notes", {"title": "once"}, Idempotency_Key=key)
    again = owner.post("/notes", {"title": "once"}, Idempotency_Key=key)
    assert first.status == again.status == 201 and first.body == again.body
    assert first.header("Idempotent-Replayed") is None and again.header("Idempotent-Replayed") == "true"
    assert again.header("ETag") == first.header("ETag") and again.header("Location") == first.header("Location")
    assert owner.get("/notes?count=exact&title=once").json["total"] == 1


def test_the_same_key_with_another_body_is_refused(owner):
    key = str(uuid.uuid4())
    assert owner.post("/notes", {"title": "a"}, Idempotency_Key=key).status == 201
    answer = owner.post("/notes", {"title": "b"}, Idempotency_Key=key)
    assert (answer.status, answer.code) == (422, 2001)


def test_the_same_key_of_another_person_is_another_key(owner, employee):
    key = str(uuid.uuid4())
    a = owner.post("/notes", {"title": "a"}, Idempotency_Key=key)
    b = employee.post("/notes", {"title": "a"}, Idempotency_Key=key)
    assert a.status == b.status == 201 and a.json["id"] != b.json["id"]


def test_a_refused_request_leaves_its_key_free(owner):
    key = str(uuid.uuid4())
    assert owner.post("/notes", {"title": ""}, Idempotency_Key=key).status == 422
    assert owner.post("/notes", {"title": "now right"}, Idempotency_Key=key).status == 201


def test_many_at_once_with_one_key_make_one_record(owner):
    key = str(uuid.uuid4())
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: owner.post("/notes", {"title": "race"}, Idempotency_Key=key), range(32)))
    assert {a.status for a in answers} <= {201, 409}
    assert len({a.json["id"] for a in answers if a.status == 201}) == 1
    assert owner.get("/notes?count=exact&title=race").json["total"] == 1


@pytest.mark.parametrize("key", ["x" * 256, "a\tb"])
def test_a_key_that_is_no_key_is_refused(owner, key):
    assert owner.post("/notes", {"title": "x"}, Idempotency_Key=key).status == 400


# --- what it leaves behind --------------------------------------------------------------------

def test_every_change_leaves_an_audit_row_and_an_event(owner):
    record = note(owner, title="watched")
    path = "/notes/" + record["id"]
    request = owner.patch(path, {"title": "watched too"}).header("X-Request-Id")
    owner.delete(path)
    owner.post(path + "/restore")
    rows = client.sql("SELECT action, actor, request FROM audit WHERE resource_id = '{}' ORDER BY id", record["id"])
    assert [row[0] for row in rows] == ["notes.created", "notes.updated", "notes.deleted", "notes.restored"]
    assert {row[1] for row in rows} == {owner.user["id"]}
    assert rows[1][2] == request
    events = client.sql("SELECT payload->>'action', audience FROM events WHERE resource_id = '{}' ORDER BY id",
                        record["id"])
    assert [row[0] for row in events] == ["created", "updated", "deleted", "restored"]
    assert {row[1] for row in events} == {"{user:%s}" % owner.user["id"]}


def test_a_refusal_leaves_an_audit_row(chair):
    who = client.person("employee")
    answer = who.get("/audit")
    assert (answer.status, answer.code) == (403, 1005)
    rows = client.sql("SELECT action FROM audit WHERE request = '{}'", answer.header("X-Request-Id"))
    assert rows == [["denied"]]


def test_reads_write_nothing(owner):
    note(owner)
    count = "SELECT (SELECT count(*) FROM audit), (SELECT count(*) FROM events), (SELECT sum(version) FROM notes)"
    before = client.sql(count)
    for path in ("/notes", "/notes?search=a", "/auth/me"):
        assert owner.get(path).status == 200
    assert client.sql(count) == before


def test_a_request_makes_one_round_trip(owner):
    def trips():
        text = client.Client().get("/metrics").body.decode()
        return sum(float(line.split()[-1]) for line in text.splitlines()
                   if line.startswith("bureau_db_trips_total") and "skeleton" in line)

    path = "/notes/" + note(owner)["id"]
    for act in (lambda: owner.get(path), lambda: owner.get("/notes?count=exact"),
                lambda: owner.patch(path, {"title": "x"}), lambda: owner.post("/notes", {"title": "y"})):
        before = trips()
        assert act().status in (200, 201)
        assert trips() - before == 1
