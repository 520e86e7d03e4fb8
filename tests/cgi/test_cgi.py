# SPDX-License-Identifier: ISC
"""A responder that a web server starts for one request and that ends with it."""

import json
import os
import stat
import subprocess
import sys
import time

import pytest

sys.path.insert(0, os.environ["root"] + "/tests/http")
import client  # noqa: E402

HOME = os.environ["BUREAU_HOME"]


@pytest.fixture(scope="module", autouse=True)
def web_server():
    end = time.monotonic() + 30
    while True:
        try:
            return client.Client().get("/auth/me")
        except OSError:
            assert time.monotonic() < end, "lighttpd does not answer"
            time.sleep(0.05)


@pytest.fixture(scope="module")
def ada(web_server):
    return client.person()


def program(responder):
    return f"{os.environ['BUREAU_LIBEXEC']}/bureau-{responder}"


def cgi_env(responder, body, **more):
    return {"GATEWAY_INTERFACE": "CGI/1.1", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "bureau.test", "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(body)), "BUREAU_CONF": f"{HOME}/{responder}.conf", **more}


def run(responder, body, **more):
    """The program itself, as a web server runs it."""
    done = subprocess.run([program(responder)], input=body, env=cgi_env(responder, body, **more),
                          capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    head, _, answer = done.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    return int(headers.get("Status", "200").split()[0]), json.loads(answer) if answer else None


def post_note(body, **more):
    return run("skeleton", body, REQUEST_METHOD="POST", SCRIPT_NAME="/api/v1/notes", PATH_INFO="",
               QUERY_STRING="", **more)


@pytest.mark.parametrize("responder", ["auth", "admin", "skeleton"])
def test_the_settings_are_for_the_owner_alone(responder):
    assert stat.S_IMODE(os.stat(f"{HOME}/{responder}.conf").st_mode) == 0o600


def test_the_settings_are_written_nowhere_that_others_read(tmp_path):
    path = tmp_path / "open.conf"
    path.touch()
    path.chmod(0o644)
    with path.open("w") as out:
        done = subprocess.run([os.environ["build"] + "/bin/bureau/bureau", "cgi", "auth"], stdout=out,
                              stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1 and b"0600" in done.stderr
    assert path.read_bytes() == b""


def test_only_auth_is_given_the_signing_key():
    settings = {name: open(f"{HOME}/{name}.conf", encoding="utf-8").read() for name in ("auth", "skeleton")}
    assert "JWT_PRIVATE_KEY=" in settings["auth"]
    assert "JWT_PRIVATE_KEY" not in settings["skeleton"]


def test_nobody_is_told_so(web_server):
    assert web_server.status == 401
    assert web_server.header("Content-Type") == "application/problem+json"


def test_a_person_signs_in_and_is_known(ada):
    me = ada.get("/auth/me")
    assert me.status == 200
    assert me.json["email"] == ada.user["email"]


def test_a_wrong_password_is_refused(ada):
    answer = client.Client().post("/auth/login", {"email": ada.user["email"], "password": "not this one 4711"})
    assert answer.status == 401


def test_a_note_is_stored_and_listed(ada):
    made = ada.post("/notes", {"title": "By CGI", "text": "Grüße"})
    assert made.status == 201
    assert ada.get("/notes/" + made.json["id"]).json["text"] == "Grüße"
    assert [note["title"] for note in ada.get("/notes?title=By%20CGI").json["items"]] == ["By CGI"]


def test_the_programs_share_a_prefix(ada):
    """The first account is the chairperson, who may look at people."""
    assert [user["email"] for user in ada.get("/users").json["items"]] == [ada.user["email"]]
    assert ada.get("/nothing-of-this-name").status == 404


def test_a_path_below_the_program_is_the_route(ada):
    assert ada.get("/notes/01890000-0000-7000-8000-000000000000").status == 404


def test_a_large_body_arrives_whole(ada):
    text = "a long line, " * 500
    made = ada.post("/notes", {"title": "Long", "text": text})
    assert made.status == 201, made
    assert made.json["text"] == text


def test_a_body_shorter_than_it_says_is_refused(ada):
    body = b'{"title":"Half"}'
    status, problem = post_note(body, CONTENT_LENGTH=str(len(body) + 1),
                                HTTP_AUTHORIZATION="Bearer " + ada.token)
    assert status == 400, problem
    status, problem = post_note(body, HTTP_AUTHORIZATION="Bearer " + ada.token)
    assert status == 201, problem


def test_the_end_of_the_input_is_not_waited_for(ada):
    """A server may leave the pipe open behind the body."""
    body = b'{"title":"Open end"}'
    env = cgi_env("skeleton", body, REQUEST_METHOD="POST", SCRIPT_NAME="/api/v1/notes", PATH_INFO="",
                  HTTP_AUTHORIZATION="Bearer " + ada.token)
    with subprocess.Popen([program("skeleton")], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdin.write(body)
        process.stdin.flush()
        assert process.wait(timeout=60) == 0
        assert b"201" in process.stdout.readline()


def test_of_a_longer_body_only_what_was_said_is_read(ada):
    body = b'{"title":"Said"}'
    status, note = post_note(body + b" and more", CONTENT_LENGTH=str(len(body)),
                             HTTP_AUTHORIZATION="Bearer " + ada.token)
    assert status == 201, note
    assert note["title"] == "Said"


def test_a_length_that_is_no_number_is_refused(ada):
    assert post_note(b"{}", CONTENT_LENGTH="two", HTTP_AUTHORIZATION="Bearer " + ada.token)[0] == 400


def test_a_header_cannot_pass_for_a_setting(ada):
    answer = ada.get("/auth/me", DATABASE_URL="postgresql://elsewhere.invalid/x", BUREAU_CONF="/dev/null")
    assert answer.status == 200


def test_without_settings_the_program_does_not_answer():
    done = subprocess.run([program("auth")], input=b"", capture_output=True,
                          env={"GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "GET",
                               "BUREAU_CONF": HOME + "/missing.conf"}, timeout=60, check=False)
    assert done.returncode == 78
    assert b"missing.conf cannot be read" in done.stderr
