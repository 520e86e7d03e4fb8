# SPDX-License-Identifier: ISC
"""What somebody hostile tried and got, once: each stays mended."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

import client
import fastcgi
import house


@pytest.fixture(scope="module")
def member():
    return client.person()


def token_of(who, *scopes):
    made = who.post("/auth/tokens", {"name": "t", "scopes": scopes, "expiresAt": client.later(days=1)})
    assert made.status == 201, made
    return made.json


# --- a personal token is no session ------------------------------------------------------------

def test_a_token_changes_nothing_of_the_account(member):
    one = client.sign_in(member.user["email"])
    for scopes in (["notes:read"], ["*"]):
        made, other = token_of(one, *scopes), token_of(one, "notes:read")
        session = one.get("/auth/sessions").json["items"][0]["id"]
        script = client.Client(made["token"])
        for method, path, body in [("PATCH", "/auth/me", {"fullName": "Somebody Else"}),
                                   ("PUT", "/auth/update-profile", {"userName": f"taken-{os.getpid()}"}),
                                   ("DELETE", "/auth/sessions/" + session, None),
                                   ("DELETE", "/auth/tokens/" + other["id"], None)]:
            answer = script.request(method, path, body)
            assert (answer.status, answer.code) == (403, 1005), (method, path)
        assert script.get("/auth/me").json["fullName"] == one.user["fullName"]
        assert client.Client(other["token"]).get("/auth/me").status == 200


def test_restoring_access_revives_no_token(chair):
    who = client.person()
    script = client.Client(token_of(who, "notes:read")["token"])
    chair.post(f"/users/{who.user['id']}/revoke")
    assert (script.get("/notes").status, script.get("/notes").code) == (403, 1007)
    chair.post(f"/users/{who.user['id']}/restore")
    assert (script.get("/notes").status, script.get("/notes").code) == (401, 1004)


# --- limits cannot be walked around ---------------------------------------------------------------

@pytest.fixture(scope="module")
def small():
    home = os.environ["BUREAU_HOME"] + "-attack"
    shutil.rmtree(home, ignore_errors=True)
    os.makedirs(home)
    one = house.House(home)
    one.start(RATE_LIMIT_ANONYMOUS="20", RATE_LIMIT_MAX_REQUESTS="1000")
    yield one
    one.stop()


def ask(small, address, *headers):
    socket = os.path.realpath(small.home + "/run") + "/auth.sock"
    return fastcgi.call(socket, "GET", "/api/v1/auth/me", headers, address=address).status


def test_one_network_of_version_6_is_one_caller(small):
    # Written short, as they are where a part is zero.
    inside = [f"2001:db8::{n:x}:2:3:4" for n in range(1, 31)]
    assert [ask(small, address) for address in inside].count(401) in (20, 21)
    assert ask(small, "2001:db8::5") == 429
    assert ask(small, "2001:db8:0:1::5") == 401


def test_addresses_of_version_4_written_as_version_6_are_apart(small):
    assert {ask(small, "::ffff:192.0.2.1") for _ in range(30)} == {401, 429}
    assert ask(small, "::ffff:192.0.2.2") == 401


def test_made_up_tokens_do_not_get_around_the_limit(small):
    def guess(n, address="192.0.2.9"):
        return ask(small, address, ("Authorization", f"Bearer bur_{n:043}"))
    assert [guess(n) for n in range(30)].count(401) in (20, 21)
    assert guess(99) == 429
    # Others, and anonymous callers from there, are let be.
    assert guess(99, "192.0.2.10") == ask(small, "192.0.2.9") == 401


def test_a_live_token_is_not_taken_for_a_guess(small):
    made = small.client().request("POST", "/auth/register", {
        "fullName": "First", "email": "first@example.org", "password": client.PASSWORD})
    assert made.status == 201, made
    one = token_of(small.client(made.json["accessToken"]), "users:read")["token"]
    bearer = ("Authorization", "Bearer " + one)
    assert {ask(small, "192.0.2.11", bearer) for _ in range(40)} == {200}


# --- answers are whole ----------------------------------------------------------------------------

def test_a_giant_name_is_not_told_back(member):
    body = b'{"title":"x","' + b"\x7f" * 1000000 + b'":1}'
    answer = member.send("POST", "/api/v1/notes", body, {"Content-Type": "application/json"})
    assert answer.status == 422 and len(answer.body) < 10000
    assert json.loads(answer.body)["errors"][0]["field"].startswith("\x7f")


def test_nobody_makes_the_audit_log_too_large_to_read(chair):
    writer = client.person()
    for _ in range(90):
        made = writer.post("/notes", {"title": "t", "text": "\U0001f600" * 10000})
        assert writer.patch("/notes/" + made.json["id"], {"text": "\U0001f601" * 10000}).status == 200
    ids, after = [], ""
    while after is not None:
        page = chair.get(f"/audit?actor={writer.user['id']}&limit=200" + after)
        assert page.status == 200, page
        ids += [row["id"] for row in page.json["items"]]
        after = page.json["next"] and "&after=" + page.json["next"]
    rows = client.sql("SELECT id FROM audit WHERE actor = '{}' ORDER BY at DESC, id DESC", writer.user["id"])
    assert len(rows) >= 180 and ids == [int(row[0]) for row in rows]


# --- processes -------------------------------------------------------------------------------------

LOOK = """import sys
try:
    open("/proc/%s/mem" % sys.argv[1], "rb").close()
    print("open")
except PermissionError:
    print("closed")
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")
def test_others_of_the_same_user_cannot_look_into_a_responder():
    if os.environ.get("ASAN_OPTIONS"):
        pytest.skip("the leak checker has to look")
    status = json.loads(client.bureau("status", "--json").stdout)
    for child in (c for c in status["children"] if c["pool"] in ("auth", "admin", "skeleton")):
        proc = pathlib.Path(f"/proc/{child['pid']}/status").read_text().splitlines()
        uid = next(line.split()[1] for line in proc if line.startswith("Uid:"))
        saw = subprocess.run(["setpriv", "--reuid=" + uid, "--regid=" + uid, "--clear-groups", sys.executable, "-c", LOOK,
                              str(child["pid"])], text=True, capture_output=True, check=True)
        assert saw.stdout.strip() == "closed", child
