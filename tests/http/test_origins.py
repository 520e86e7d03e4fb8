# SPDX-License-Identifier: ISC
"""Whose pages may call: our own, those of ALLOWED_ORIGINS, and with * anybody's without cookies."""

import os
import shutil

import pytest

import client
import house

APP = "https://app.example.org"
FOREIGN = "https://evil.example.org"


@pytest.fixture(scope="module", params=[APP + " https://other.example.org", "*"], ids=["listed", "any"])
def open_house(request):
    home = os.environ["BUREAU_HOME"] + "-origins"
    shutil.rmtree(home, ignore_errors=True)
    os.makedirs(home)
    one = house.House(home)
    one.start(ALLOWED_ORIGINS=request.param)
    one.origins = request.param
    yield one
    one.stop()


@pytest.fixture(scope="module")
def cookie(open_house):
    made = open_house.client().post("/auth/register", {
        "fullName": "Ann", "email": client.fresh_email(), "password": client.PASSWORD, "cookie": True})
    assert made.status == 201, made
    return "jwt=" + made.cookies["jwt"][0]


def test_a_listed_origin_may_read_with_cookies(open_house, cookie):
    answer = open_house.client().get("/auth/me", Cookie=cookie, Origin=APP)
    assert answer.status == 200 and "Origin" in answer.header("Vary")
    if open_house.origins == "*":
        assert answer.header("Access-Control-Allow-Origin") == "*"
        assert answer.header("Access-Control-Allow-Credentials") is None
    else:
        assert answer.header("Access-Control-Allow-Origin") == APP
        assert answer.header("Access-Control-Allow-Credentials") == "true"


def test_another_origin_is_told_nothing_unless_all_are(open_house, cookie):
    answer = open_house.client().get("/auth/me", Cookie=cookie, Origin=FOREIGN)
    wanted = "*" if open_house.origins == "*" else None
    assert answer.header("Access-Control-Allow-Origin") == wanted
    assert answer.header("Access-Control-Allow-Credentials") is None


@pytest.mark.parametrize("origin", [FOREIGN, "null", APP + ".evil.example", "http://app.example.org"])
def test_a_write_by_cookie_from_elsewhere_is_refused(open_house, cookie, origin):
    answer = open_house.client().patch("/auth/me", {"theme": "dark"}, Cookie=cookie, Origin=origin)
    assert (answer.status, answer.code) == (403, 1010)


def test_a_write_by_cookie_from_a_listed_origin_is_taken(open_house, cookie):
    answer = open_house.client().patch("/auth/me", {"theme": "dark"}, Cookie=cookie, Origin=APP)
    assert answer.status == (403 if open_house.origins == "*" else 200)


def test_a_preflight_names_methods_and_headers(open_house):
    answer = open_house.client().request("OPTIONS", "/auth/me", headers={
        "Origin": APP, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "if-match"})
    assert answer.status == 204
    assert "PATCH" in answer.header("Access-Control-Allow-Methods")
    assert "If-Match" in answer.header("Access-Control-Allow-Headers")
    assert answer.header("Access-Control-Allow-Origin") in (APP, "*")
