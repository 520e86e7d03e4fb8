# SPDX-License-Identifier: ISC
"""Every route of the description x {anonymous, wrong role, bad parameter}.

What a route needs and takes is read from the description itself, so a route that is added is tried here without a
line of test.  A route whose cell cannot be made is a failure, not a gap.
"""

import json
import re
import urllib.parse
import uuid

import pytest

import client

DOCUMENT = client.Client().get("/openapi.json").json
OPERATIONS = [(method, path) for path, methods in sorted(DOCUMENT["paths"].items()) for method in sorted(methods)]
UNGRANTED = ("public", "signed-in")


def operation(method, path):
    return DOCUMENT["paths"][path][method]


def every(cell):
    return pytest.mark.parametrize("method,path", OPERATIONS, ids=[f"{cell}-{m}-{p}" for m, p in OPERATIONS])


# --- values that fit, and values that do not -----------------------------------------------

def resolve(schema):
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def kind(schema):
    for option in schema.get("anyOf", [schema]):
        if option.get("type") != "null":
            wanted = option.get("type", "object")
            return (next(t for t in wanted if t != "null") if isinstance(wanted, list) else wanted), option
    raise AssertionError(schema)


def fitting(schema, name=""):
    """A value that the schema allows."""
    wanted, schema = kind(resolve(schema))
    if "enum" in schema:
        return schema["enum"][0]
    if wanted == "string":
        form = schema.get("format")
        text = {"uuid": str(uuid.uuid4()), "email": client.fresh_email(), "uri": "https://example.org/",
                "date-time": client.later(days=1)}.get(form)
        if text is None:
            text = name + "x" * max(schema.get("minLength", 1) - len(name), 3)
        return text[:schema.get("maxLength", 1000)]
    if wanted in ("integer", "number"):
        return schema.get("minimum", 1)
    if wanted == "object":
        return {n: fitting(schema["properties"][n], n) for n in schema.get("required", [])}
    if wanted == "array":
        return [fitting(schema["items"], name)] * schema.get("minItems", 0)
    return {"boolean": True}[wanted]


def wrong(schema):
    """A JSON value that the schema does not allow."""
    return "not this" if kind(resolve(schema))[0] in ("boolean", "array", "object", "integer", "number") else [{"a": 1}]


def wrong_text(schema):
    """The same for a query string or a path; None where any text will do."""
    wanted, schema = kind(resolve(schema))
    if "enum" in schema or wanted in ("integer", "number", "boolean") or schema.get("format"):
        return "not-this"
    return None


# --- requests ---------------------------------------------------------------------------------

def parameters(method, path, place):
    return [p for p in operation(method, path).get("parameters", []) if p["in"] == place]


def body_schema(method, path):
    content = operation(method, path).get("requestBody", {}).get("content", {})
    return resolve(content["application/json"]["schema"]) if "application/json" in content else None


def url(method, path, **given):
    """The path with every placeholder filled and what the query string must have."""
    query = {p["name"]: fitting(p["schema"], p["name"]) for p in parameters(method, path, "query") if p["required"]}
    query.update(given.get("query", {}))
    filled = path
    for p in parameters(method, path, "path"):
        filled = filled.replace("{%s}" % p["name"], str(given.get(p["name"]) or fitting(p["schema"])))
    assert "{" not in filled, path
    return filled + ("?" + urllib.parse.urlencode(query) if query else "")


def ask(who, method, path, body=None, **given):
    if body is None and body_schema(method, path) is not None:
        body = fitting(body_schema(method, path))
    # lighttpd wants to be told that nothing comes.
    headers = {"Content-Length": "0"} if body is None and method != "get" else {}
    return who.request(method.upper(), url(method, path, **given), body, headers)


def refusal(answer):
    """The API's code of an error; None of a success."""
    return answer.code if answer.header("Content-Type") == "application/problem+json" else None


@pytest.fixture(scope="module")
def powerless(chair):
    """A role that may do nothing, and somebody who has it."""
    answer = chair.post("/roles", {"name": "none-" + uuid.uuid4().hex[:8]})
    assert answer.status == 201, answer
    return answer.json["name"], client.person(answer.json["name"])


@pytest.fixture(scope="module")
def mighty(chair):
    return client.person("chairperson")


# --- the cells ------------------------------------------------------------------------------------

def test_the_description_has_routes_and_every_route_says_what_it_needs():
    assert len(OPERATIONS) > 20
    known = {p["name"] for p in client.person().get("/permissions?limit=200").json["items"]} | set(UNGRANTED)
    for method, path in OPERATIONS:
        assert operation(method, path)["x-permission"] in known, (method, path)


@every("anonymous")
def test_nobody_passes_without_an_identity(anonymous, method, path):
    answer = ask(anonymous, method, path)
    if operation(method, path)["x-permission"] == "public":
        assert answer.status < 500 and refusal(answer) not in (1001, 1005)
    else:
        assert (answer.status, refusal(answer)) == (401, 1001)


@every("wrong-role")
def test_nobody_passes_without_the_permission(powerless, method, path):
    role, who = powerless
    is_ungranted = operation(method, path)["x-permission"] in UNGRANTED
    # What is allowed may end the session or change the person: one for each.
    answer = ask(client.person(role) if is_ungranted else who, method, path)
    if is_ungranted:
        assert answer.status < 500 and refusal(answer) not in (1001, 1005)
    else:
        assert (answer.status, refusal(answer)) == (403, 1005)


@every("bad-parameter")
def test_no_bad_parameter_passes(mighty, method, path):
    for p in parameters(method, path, "path"):
        text = wrong_text(p["schema"])
        if text is not None:
            answer = ask(mighty, method, path, **{p["name"]: text})
            assert (answer.status, answer.code) == (404, 3001), p["name"]
    for p in parameters(method, path, "query"):
        text = wrong_text(p["schema"])
        if text is not None:
            answer = ask(mighty, method, path, query={p["name"]: text})
            assert answer.status in (400, 422) and 2000 < answer.code < 3000, p["name"]
            assert p["name"] in [e["field"] for e in answer.json["errors"]]
    answer = ask(mighty, method, path, query={"noSuchName": "x"})
    assert (answer.status, answer.code) == (400, 2002)
    assert answer.json["errors"][0]["field"] == "noSuchName"


BODIES = [(m, p) for m, p in OPERATIONS if body_schema(m, p) is not None]


@pytest.mark.parametrize("method,path", BODIES, ids=[f"{m}-{p}" for m, p in BODIES])
def test_no_bad_field_of_a_body_passes(mighty, method, path):
    schema = body_schema(method, path)
    good = fitting(schema)

    def refused(body, field):
        answer = ask(mighty, method, path, body)
        assert answer.status == 422 and 2000 < answer.code < 3000, (field, answer)
        assert field in [re.match(r"[^.\[]*", e["field"]).group(0) for e in answer.json["errors"]], (field, answer)

    refused({**good, "noSuchName": 1}, "noSuchName")
    for name, of in schema["properties"].items():
        refused({**good, name: wrong(of)}, name)
    for name in schema.get("required", []):
        refused({n: v for n, v in good.items() if n != name}, name)
    answer = mighty.send(method.upper(), url(method, path), json.dumps(good)[:-1].encode(),
                         {"Content-Type": "application/json"})
    assert (answer.status, answer.code) == (400, 2002)


def test_no_route_is_left_out_of_the_matrix():
    """The description is the list; each operation has its three cells by construction, and no two share a name."""
    names = [operation(m, p)["operationId"] for m, p in OPERATIONS]
    assert len(set(names)) == len(names) == len(OPERATIONS)
