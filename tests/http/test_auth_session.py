# SPDX-License-Identifier: ISC
"""Signing in, staying signed in, signing out (A7, A8, A10-A17)."""

import concurrent.futures
import json
import os
import subprocess

import pytest

import client
import fastcgi
import forge
import pages

PERSON = {"id", "fullName", "email", "profilePic", "designation", "role", "permissions", "isActive", "createdAt",
          "updatedAt", "version", "emailVerified"}
WEEK = 7 * 24 * 3600


@pytest.fixture
def member(chair):
    return client.person("employee")


def login(email, password=client.PASSWORD, **more):
    return client.Client().post("/auth/login", {"email": email, "password": password, **more})


def refresh(token):
    return client.Client().post("/auth/refresh-token", {"refreshToken": token})


def session_of(who):
    return forge.read(who.token)[1]["sid"]


def shift(who, column, by):
    client.sql("UPDATE sessions SET {0} = {0} + interval '{1}' WHERE id = '{2}'", column, by, session_of(who))


# --- signing in --------------------------------------------------------------------

def test_signing_in_answers_with_the_person_and_the_tokens(member):
    answer = login(member.user["email"])
    body = answer.json
    assert answer.status == 200 and answer.header("Cache-Control") == "no-store"
    assert PERSON <= set(body["user"]) and all(body[name] == body["user"][name] for name in PERSON)
    assert body["expiresIn"] == 900 and body["user"]["role"] == "employee" and body["user"]["isActive"] is True
    assert client.Client(body["accessToken"]).get("/auth/me").json["id"] == member.user["id"]
    assert refresh(body["refreshToken"]).status == 200


def test_nothing_about_the_password_is_in_any_answer(member):
    for answer in (login(member.user["email"]), member.get("/auth/me"), member.get("/auth/sessions")):
        assert b"$s1$" not in answer.body and b'"hash"' not in answer.body and client.PASSWORD.encode() not in answer.body


@pytest.mark.parametrize("change", [str.upper, lambda email: f"  {email} ", str.title])
def test_an_address_signs_in_however_it_is_written(member, change):
    assert login(change(member.user["email"])).status == 200


def test_a_user_name_signs_in_as_well(member):
    name = "name-" + member.user["id"][-12:]
    assert member.patch("/auth/me", {"userName": name}).json["userName"] == name
    assert login(name).json["user"]["id"] == member.user["id"]
    assert login(name.upper()).status == 200


def test_cookies_are_for_the_server_alone(member):
    cookies = login(member.user["email"]).cookies
    assert set(cookies) == {"jwt", "refresh"}
    for name, path in (("jwt", "/"), ("refresh", "/api/v1/auth")):
        value, attributes = cookies[name]
        assert value and "httponly" in attributes and "secure" not in attributes and "domain" not in attributes
        assert attributes["samesite"] == "Strict" and attributes["path"] == path
        assert int(attributes["max-age"]) == WEEK


def over_tls(path, body, cookies=""):
    headers = [("Content-Type", "application/json"), ("Origin", "https://bureau.test")]
    if cookies:
        headers.append(("Cookie", cookies))
    return fastcgi.call(os.environ["BUREAU_HOME"] + "/run/auth.sock", "POST", "/api/v1/auth/" + path, headers,
                        json.dumps(body).encode(), [("HTTPS", "on")])


def test_on_tls_cookies_are_secure_and_have_names_that_say_so(member):
    def cookies(answer):
        return {v.partition("=")[0]: v for k, v in answer.headers if k == "Set-Cookie"}

    answer = over_tls("login", {"email": member.user["email"], "password": client.PASSWORD})
    assert answer.status == 200
    lines = cookies(answer)
    assert set(lines) == {"__Host-jwt", "__Secure-refresh"}
    for line in lines.values():
        assert {"Secure", "HttpOnly", "SameSite=Strict"} <= set(line.split("; "))
    assert "Path=/" in lines["__Host-jwt"].split("; ") and "Path=/api/v1/auth" in lines["__Secure-refresh"].split("; ")
    pair = lines["__Secure-refresh"].split(";")[0]
    again = over_tls("refresh-token", {}, pair)
    assert again.status == 200 and set(cookies(again)) == set(lines)
    # Without TLS a cookie of this name is not looked at, nor the plain one with it.
    assert over_tls("refresh-token", {}, pair.replace("__Secure-", "")).status == 401
    out = over_tls("logout", {}, "; ".join(line.split(";")[0] for line in cookies(again).values()))
    assert all("Max-Age=0" in line.split("; ") and "Secure" in line.split("; ") for line in cookies(out).values())
    assert set(cookies(out)) == set(lines)


@pytest.mark.parametrize("path,body", [
    ("/auth/login", lambda who: {"email": who.user["email"], "password": client.PASSWORD, "cookie": True}),
    ("/auth/register", lambda who: {"email": client.fresh_email(), "password": client.PASSWORD, "fullName": "C", "cookie": True}),
])
def test_with_cookie_true_no_token_is_in_the_body(member, path, body):
    answer = pages.Browser().post(path, body(member))
    assert answer.status in (200, 201)
    assert "accessToken" not in answer.json and "refreshToken" not in answer.json
    for value, _ in answer.cookies.values():
        assert value.encode() not in answer.body


def test_a_refresh_by_cookie_keeps_the_tokens_in_cookies(member):
    browser = pages.Browser().sign_in(member.user["email"])
    before = dict(browser.jar)
    answer = browser.post("/auth/refresh-token")
    assert answer.status == 200 and "accessToken" not in answer.json
    assert browser.jar["refresh"] != before["refresh"] and browser.get("/auth/me").status == 200


@pytest.mark.parametrize("body", [{}, {"email": "a@example.org"}, {"password": "x"}, {"email": 1, "password": "x"},
                                  {"email": "a@example.org", "password": ["x"]}, {"email": "a@example.org", "password": None}])
def test_signing_in_needs_both_fields(body):
    answer = client.Client().post("/auth/login", body)
    assert answer.status == 422 and answer.json["errors"]


def test_a_second_factor_is_not_taken_yet(member):
    answer = login(member.user["email"], otp="123456")
    assert (answer.status, answer.code) == (400, 2002)


def test_signing_in_again_gives_other_tokens_and_ends_the_former_session(member):	# A10
    browser = pages.Browser().sign_in(member.user["email"])
    before = dict(browser.jar)
    browser.sign_in(member.user["email"])
    assert browser.jar["jwt"] != before["jwt"] and browser.jar["refresh"] != before["refresh"]
    assert refresh(before["refresh"]).status == 401
    assert client.Client(before["jwt"]).get("/auth/me").code == 1004
    assert browser.get("/auth/me").status == 200


def test_a_session_cannot_be_fixed_from_outside(member):	# A10
    planted = client.person("employee").tokens["refreshToken"]
    browser = pages.Browser()
    browser.jar["refresh"] = planted
    browser.sign_in(member.user["email"])
    assert browser.jar["refresh"].split(".")[0] != planted.split(".")[0]
    assert browser.get("/auth/me").json["id"] == member.user["id"]


def test_a_stale_cookie_does_not_keep_anybody_from_signing_in(member):
    for jwt in ("", "nonsense", "a.b.c"):
        browser = pages.Browser()
        browser.jar.update(jwt=jwt, refresh="x")
        browser.sign_in(member.user["email"])


# --- the form without script -------------------------------------------------------------

def test_a_form_is_answered_by_going_on(member):
    answer = client.Client().form("/auth/login", {"email": member.user["email"], "password": client.PASSWORD, "next": "/account/"})
    assert answer.status == 303 and answer.header("Location") == "/account/" and answer.body == b""
    assert set(answer.cookies) == {"jwt", "refresh"}


@pytest.mark.parametrize("target", ["https://other.test/", "//other.test/", "/\\other.test", "javascript:alert(1)", "", "\t//x"])
def test_a_form_goes_on_to_a_page_of_ours_only(member, target):
    answer = client.Client().form("/auth/login", {"email": member.user["email"], "password": client.PASSWORD, "next": target})
    assert answer.status == 303
    location = answer.header("Location")
    assert location.startswith("/") and not location.startswith(("//", "/\\")) and "other.test" not in location


@pytest.mark.parametrize("fields,code", [
    ({"email": "nobody@example.org", "password": "wrong password"}, 1002), ({"email": "", "password": ""}, 2001),
    ({"email": "a@example.org"}, 2003), ({}, 2001),
])
def test_a_wrong_form_leads_back_to_its_page_at_the_error(fields, code):
    answer = client.Client().form("/auth/login", {**fields, "next": "/account/"})
    assert answer.status == 303 and answer.header("Location") == f"/sign-in/#error-{code}"
    assert answer.cookies == {}


def test_a_form_from_another_site_leads_back_at_the_error(member):
    answer = client.Client().form("/auth/login", {"email": member.user["email"], "password": client.PASSWORD},
                                  {"Origin": "https://other.test"})
    assert answer.status == 303 and answer.header("Location") == "/sign-in/#error-1010" and answer.cookies == {}


# --- where a request comes from (A8) ------------------------------------------------------------

FOREIGN = [{"Origin": "https://other.test"}, {"Origin": "null"}, {"Origin": client.BASE_URL + ".other.test"},
           {"Origin": client.BASE_URL.replace("http:", "https:")}, {"Sec-Fetch-Site": "cross-site"},
           {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://other.test", "Sec-Fetch-Site": "same-origin"}]
WRITES = [("POST", "/auth/logout", {}), ("PATCH", "/auth/me", {"theme": "dark"}), ("PUT", "/auth/update-profile", {"theme": "dark"}),
          ("POST", "/notes", {"title": "x"}), ("DELETE", "/auth/sessions/01890a5d-ac96-774b-bcce-b302099a8057", None)]


@pytest.fixture(scope="module")
def page(chair):
    return pages.Browser(origin=None).sign_in(client.person("employee").user["email"])


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
@pytest.mark.parametrize("method,path,body", WRITES, ids=lambda v: v if isinstance(v, str) else "")
def test_a_write_by_cookie_from_another_site_is_refused(page, method, path, body, headers):
    answer = page.request(method, path, body, headers)
    assert (answer.status, answer.code) == (403, 1010), answer
    assert page.get("/auth/me").status == 200
    # The same by Bearer comes from a program, not from a page.
    program = client.sign_in(page.user["email"])
    assert program.request(method, path, body, headers).status in (200, 201, 204, 404)


def test_a_write_by_cookie_as_plain_text_is_refused(member):
    browser = pages.Browser(origin=None).sign_in(member.user["email"])
    answer = browser.send("POST", "/api/v1/auth/logout", b"{}", {"Content-Type": "text/plain"})
    assert answer.status in (403, 415)
    assert browser.get("/auth/me").status == 200


@pytest.mark.parametrize("path", ["/auth/login", "/auth/register", "/auth/refresh-token"])
def test_another_site_cannot_sign_anybody_in(member, path):
    body = {"email": member.user["email"], "password": client.PASSWORD, "refreshToken": member.tokens["refreshToken"],
            "fullName": "x"}
    answer = client.Client().post(path, body, Origin="https://other.test")
    assert (answer.status, answer.code) == (403, 1010) and answer.cookies == {}


def test_a_read_changes_nothing(member):
    count = ("SELECT (SELECT count(*) FROM audit), (SELECT count(*) FROM events), (SELECT count(*) FROM sign_ins), "
             "(SELECT sum(version) FROM users), (SELECT sum(version) FROM sessions)")
    before = client.sql(count)
    for path in ("/auth/me", "/auth/check", "/auth/sessions", "/auth/sign-ins", "/auth/tokens"):
        assert member.get(path).status == 200, path
    assert client.sql(count) == before


# --- refreshing -------------------------------------------------------------------------------

def test_refreshing_gives_the_next_token_and_keeps_the_session(member):
    answer = refresh(member.tokens["refreshToken"])
    assert answer.status == 200 and answer.json["refreshToken"] != member.tokens["refreshToken"]
    assert forge.read(answer.json["accessToken"])[1]["sid"] == session_of(member)
    assert client.Client(answer.json["accessToken"]).get("/auth/me").status == 200
    assert refresh(answer.json["refreshToken"]).status == 200


def test_the_same_token_again_gives_the_same_successor(member):	# A16
    first = refresh(member.tokens["refreshToken"])
    again = refresh(member.tokens["refreshToken"])
    assert again.status == 200 and again.json["refreshToken"] == first.json["refreshToken"]
    assert refresh(first.json["refreshToken"]).status == 200


def test_twenty_at_once_make_one_generation(member):	# A15
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: refresh(member.tokens["refreshToken"]), range(20)))
    assert {a.status for a in answers} == {200}
    assert len({a.json["refreshToken"] for a in answers}) == 1
    assert client.sql("SELECT generation, ended_at FROM sessions WHERE id = '{}'", session_of(member)) == [["1", ""]]
    assert refresh(answers[0].json["refreshToken"]).status == 200


def family_is_dead(member, *tokens):
    for token in tokens:
        answer = refresh(token)
        assert (answer.status, answer.code) == (401, 1004)
    assert member.get("/auth/me").code == 1004
    ended = client.sql("SELECT a.action, p.after->>'end_reason' FROM audit a JOIN audit_payload p ON p.audit_id = a.id "
                       "WHERE a.resource_id = '{}' AND a.resource = 'sessions' AND a.action = 'sessions.ended'", session_of(member))
    return ended == [["sessions.ended", "reused"]]


def test_a_token_two_generations_old_ends_the_session(member):	# A14
    first = member.tokens["refreshToken"]
    second = refresh(first).json["refreshToken"]
    third = refresh(second).json["refreshToken"]
    assert refresh(first).status == 401
    assert family_is_dead(member, third, second, first)


def test_the_former_token_after_the_grace_ends_the_session(member):	# A14
    first = member.tokens["refreshToken"]
    second = refresh(first).json["refreshToken"]
    shift(member, "rotated_at", "-29 seconds")
    assert refresh(first).json["refreshToken"] == second
    shift(member, "rotated_at", "-2 seconds")
    assert refresh(first).status == 401
    assert family_is_dead(member, second, first)


def test_the_session_of_somebody_else_goes_on_after_a_reuse(member, employee):
    other = client.sign_in(member.user["email"])
    tokens = [member.tokens["refreshToken"]]
    for _ in range(2):
        tokens.append(refresh(tokens[-1]).json["refreshToken"])
    assert refresh(tokens[0]).status == 401
    assert other.get("/auth/me").status == 200 and employee.get("/auth/me").status == 200


@pytest.mark.parametrize("damage", [
    lambda t: t[:-1], lambda t: t + "A", lambda t: t[:-1] + ("A" if t[-1] != "A" else "E"), lambda t: t.replace(".0.", ".1."),
    lambda t: t.replace(".0.", ".00."), lambda t: t.replace(".0.", ".-1."), lambda t: "." + t, lambda t: t.upper(),
    lambda t: "01890a5d-ac96-774b-bcce-b302099a8057" + t[36:], lambda t: "x", lambda t: "..", lambda t: t.rpartition(".")[0] + ".",
])
def test_a_token_that_is_not_ours_is_refused_and_harms_nobody(member, damage):
    answer = refresh(damage(member.tokens["refreshToken"]))
    assert (answer.status, answer.code) == (401, 1004)
    assert refresh(member.tokens["refreshToken"]).status == 200


def test_without_any_token_there_is_nothing_to_refresh(member):
    assert client.Client().post("/auth/refresh-token").status == 401
    assert client.Client(member.token).post("/auth/refresh-token").status == 401
    assert refresh(member.token).status in (401, 422)


def test_an_unused_session_ends(member):	# A13
    shift(member, "idle_expires_at", "-8 days")
    assert refresh(member.tokens["refreshToken"]).code == 1004
    assert member.get("/auth/me").code == 1004


def test_a_session_ends_however_much_it_is_used(member):	# A13
    token = refresh(member.tokens["refreshToken"]).json["refreshToken"]
    shift(member, "expires_at", "-89 days -23 hours")
    token = refresh(token).json["refreshToken"]
    left = client.sql("SELECT idle_expires_at <= expires_at, expires_at < now() + interval '2 hours' FROM sessions WHERE id = '{}'",
                      session_of(member))
    assert left == [["t", "t"]]
    shift(member, "expires_at", "-2 hours")
    assert refresh(token).status == 401
    assert member.get("/auth/me").code == 1004


def test_refreshing_moves_the_end_of_an_unused_session(member):
    shift(member, "idle_expires_at", "-6 days")
    assert refresh(member.tokens["refreshToken"]).status == 200
    assert client.sql("SELECT idle_expires_at > now() + interval '6 days' FROM sessions WHERE id = '{}'", session_of(member)) == [["t"]]


# --- signing out --------------------------------------------------------------------------------

def test_after_signing_out_both_tokens_are_dead_at_once(member):	# A11
    browser = pages.Browser().sign_in(member.user["email"])
    jwt, token = browser.jar["jwt"], browser.jar["refresh"]
    answer = browser.post("/auth/logout")
    assert answer.status == 200 and answer.json["message"]
    assert {name: a["max-age"] for name, (_, a) in answer.cookies.items()} == {"jwt": "0", "refresh": "0"}
    assert browser.jar == {}
    assert client.Client(jwt).get("/auth/me").code == 1004
    assert refresh(token).code == 1004
    assert browser.get("/auth/me").code == 1001
    assert member.get("/auth/me").status == 200		# another session


def test_signing_out_by_bearer_ends_that_session(member):
    assert member.post("/auth/logout").status == 200
    assert member.get("/auth/me").code == 1004


def test_signing_out_everywhere_ends_every_session(member):
    others = [client.sign_in(member.user["email"]) for _ in range(3)]
    assert member.post("/auth/logout", {"allDevices": True}).status == 200
    for who in (member, *others):
        assert who.get("/auth/me").code == 1004 and refresh(who.tokens["refreshToken"]).status == 401
    assert login(member.user["email"]).status == 200


def test_signing_out_works_with_the_refresh_cookie_alone(member):
    browser = pages.Browser().sign_in(member.user["email"])
    jwt = browser.jar.pop("jwt")
    assert browser.post("/auth/logout").status == 200
    assert client.Client(jwt).get("/auth/me").code == 1004


def test_a_form_signs_out_and_goes_on(member):
    browser = pages.Browser().sign_in(member.user["email"])
    answer = browser.form("/auth/logout", {"next": "/sign-in/#signed-out"})
    assert answer.status == 303 and answer.header("Location") == "/sign-in/#signed-out" and browser.jar == {}


# --- being revoked (A12) ---------------------------------------------------------------------------

def test_who_is_revoked_is_out_at_the_next_request(member):
    email = member.user["email"]
    assert client.bureau("user", "revoke", email).returncode == 0
    for answer in (member.get("/auth/me"), member.post("/notes", {"title": "x"})):
        assert (answer.status, answer.code) == (403, 1007)
    assert refresh(member.tokens["refreshToken"]).status in (401, 403)
    assert client.bureau("user", "restore", email).returncode == 0
    assert member.get("/auth/me").code == 1004
    assert login(email).status == 200


def test_only_the_right_password_is_told_that_access_is_revoked(member):
    email = member.user["email"]
    assert client.bureau("user", "revoke", email).returncode == 0
    assert (login(email, "not this one").status, login(email, "not this one").code) == (401, 1002)
    answer = login(email)
    assert (answer.status, answer.code) == (403, 1007) and answer.cookies == {}


# --- one's sessions -----------------------------------------------------------------------------------

def test_sessions_are_listed_with_where_they_are(member):
    other = client.Client()
    answer = other.post("/auth/login", {"email": member.user["email"], "password": client.PASSWORD}, User_Agent="Second/1.0")
    assert answer.status == 200
    items = member.get("/auth/sessions").json["items"]
    assert len(items) == 2 and [s["current"] for s in items].count(True) == 1
    mine = next(s for s in items if s["current"])
    assert mine["id"] == session_of(member) and mine["address"] == "127.0.0.1"
    assert {s["agent"] for s in items} >= {"Second/1.0"}
    assert set(mine) == {"id", "agent", "address", "createdAt", "lastSeenAt", "expiresAt", "current"}


def test_a_session_can_be_ended_from_another(member):
    other = client.sign_in(member.user["email"])
    assert member.delete("/auth/sessions/" + session_of(other)).status == 204
    assert other.get("/auth/me").code == 1004 and refresh(other.tokens["refreshToken"]).status == 401
    assert member.delete("/auth/sessions/" + session_of(other)).status == 404
    assert len(member.get("/auth/sessions").json["items"]) == 1


def test_the_session_of_somebody_else_does_not_exist(member, employee):
    assert member.delete("/auth/sessions/" + session_of(employee)).status == 404
    assert employee.get("/auth/me").status == 200
    assert employee.user["id"] not in member.get("/auth/sessions").body.decode()


def test_the_history_tells_who_tried(member):
    email = member.user["email"]
    client.Client().post("/auth/login", {"email": email, "password": "not this one"}, User_Agent="Guess/1 \u00e9 '\"")
    items = member.get("/auth/sign-ins").json["items"]
    assert [i["outcome"] for i in items][:2] == ["failed", "succeeded"]
    assert items[0]["address"] == "127.0.0.1" and items[0]["how"] == "password"
    assert items[0]["agent"].startswith("Guess/1")


# --- what it leaves behind ---------------------------------------------------------------------------

def audit_of(answer):
    return [row[0] for row in client.sql("SELECT action FROM audit WHERE request = '{}' ORDER BY id", answer.header("X-Request-Id"))]


def test_each_act_leaves_one_audit_row(member):	# A39
    email = member.user["email"]
    good = login(email)
    assert audit_of(good) == ["sign-in.succeeded"]
    assert audit_of(login(email, "not this one")) == ["sign-in.failed"]
    assert audit_of(login("nobody-" + email, "not this one")) == ["sign-in.failed"]
    assert audit_of(client.Client(good.json["accessToken"]).post("/auth/logout")) == ["sessions.ended"]


def test_a_dump_of_the_database_yields_no_token(member):	# A17
    token = refresh(member.tokens["refreshToken"]).json["refreshToken"]
    made = member.post("/auth/tokens", {"name": "t", "scopes": ["notes:read"], "expiresAt": in_days(1)})
    assert made.status == 201, made
    dump = subprocess.run(["pg_dump", "--data-only"], capture_output=True, text=True, check=True,
                          env={**os.environ, "PGUSER": os.environ.get("PGUSER", "postgres")}).stdout
    assert session_of(member) in dump
    for secret in (token, token.rpartition(".")[2], member.tokens["refreshToken"].rpartition(".")[2], member.token,
                   member.token.rpartition(".")[2], made.json["token"], made.json["token"][4:], client.PASSWORD):
        assert secret not in dump


def in_days(days):
    return client.sql("SELECT ts(now() + interval '{} days')", days)[0][0]


def test_no_secret_is_in_the_log(member):	# A39
    refresh(member.tokens["refreshToken"])
    login(member.user["email"], "an unusual wrong password")
    with open(os.environ["BUREAU_HOME"] + "/serve.log", encoding="utf-8", errors="replace") as log:
        text = log.read()
    for secret in (client.PASSWORD, "an unusual wrong password", member.token, member.tokens["refreshToken"],
                   member.tokens["refreshToken"].rpartition(".")[2], "$s1$"):
        assert secret not in text
