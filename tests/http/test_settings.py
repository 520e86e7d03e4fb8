# SPDX-License-Identifier: ISC
"""The settings in force: told to the chairperson alone, with their sources and without secrets."""

import os
import shutil

import pytest

from house import House, until


@pytest.fixture(scope="module")
def house():
    home = os.environ["BUREAU_HOME"] + "-settings"
    shutil.rmtree(home, ignore_errors=True)
    os.makedirs(home)
    house = House(home)
    with open(house.home + "/bureau.conf", "w", encoding="utf-8") as file:
        file.write("MAX_LOGIN_FAILURES=7\nSMTP_URL=smtp://me:hush-hush@mail.example.test\nMAIL_FROM=office@example.test\nLOCKOUT=5m\n")
    house.start(LOCKOUT="20m")
    yield house
    house.stop()


@pytest.fixture(scope="module")
def first(house):
    who = {"fullName": "Ada First", "email": "ada@example.test", "password": "three quiet herons wade"}
    return house.client(house.client().post("/auth/register", who).json["accessToken"])


@pytest.fixture(scope="module")
def answer(first):
    return first.get("/settings")


def one(answer, name):
    return next(item for item in answer.json["items"] if item["name"] == name)


@pytest.mark.parametrize("name,value,source,fallback", [
    ("MAX_LOGIN_FAILURES", "7", "file", "5"), ("LOCKOUT", "20m", "environment", "15m"),
    ("SESSION_MAX_AGE", "90d", "default", "90d"), ("DATABASE_URL", "", "bureau", ""),
])
def test_a_setting_says_what_it_is_and_where_from(answer, name, value, source, fallback):
    setting = one(answer, name)
    assert (setting["value"], setting["source"], setting["default"]) == (value, source, fallback)
    assert setting["doc"] and setting["isSecret"] is False


def test_it_names_the_file(house, answer):
    assert answer.json["file"] == house.home + "/bureau.conf"


@pytest.mark.parametrize("name,is_set,source", [
    ("SMTP_URL", True, "file"), ("JWT_PRIVATE_KEY", True, "bureau"), ("REFRESH_KEY", True, "bureau"),
    ("DATABASE_PASSWORD", True, "bureau"), ("DATABASE_ADMIN_URL", False, "default"),
])
def test_of_a_secret_it_tells_whether_it_is_set(answer, name, is_set, source):
    setting = one(answer, name)
    assert (setting["value"], setting["isSet"], setting["isSecret"], setting["source"]) == (None, is_set, True, source)
    assert b"hush" not in answer.body


def test_a_changed_file_is_told_after_a_reload(house, first):
    path = house.home + "/bureau.conf"
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text.replace("MAX_LOGIN_FAILURES=7", "MAX_LOGIN_FAILURES=9"))
    house.process.send_signal(1)
    until(lambda: one(first.get("/settings"), "MAX_LOGIN_FAILURES")["value"] == "9")


def test_only_the_chairperson_may_read_them(anonymous, employee, manager, chair):
    assert anonymous.get("/settings").status == 401
    for who in (employee, manager):
        assert (who.get("/settings").status, who.get("/settings").code) == (403, 1005)
    assert chair.get("/settings").status == 200
    assert "settings:read" in [one["name"] for one in chair.get("/permissions?limit=200").json["items"]]
