# SPDX-License-Identifier: ISC
"""Codes by mail: sent seldom, good once, for one purpose and one session, and telling nobody who has an account
(A20-A27, A43).  The queue of messages is paused, so that a message's secret can be read before it is gone."""

import concurrent.futures
import os
import re

import pytest

import client
from client import PASSWORD, Client, fresh_email, sql
from until import until

NEW = "four loud geese swim 12"


@pytest.fixture(autouse=True)
def mail_waits():
    sql("UPDATE queues SET paused_at = now() WHERE name = 'mail'")
    sql("DELETE FROM throttle")
    yield
    sql("UPDATE queues SET paused_at = NULL WHERE name = 'mail'")


@pytest.fixture
def member(chair):
    return client.person("employee")


def messages(email):
    """(text, code, link) of what waits to be sent to an address, oldest first."""
    return [tuple(row) for row in sql(
        "SELECT args ->> 'mail', coalesce(secret #>> '{{values,code}}', ''),"
        " coalesce(secret #>> '{{values,link}}', args #>> '{{values,link}}', '') FROM jobs"
        " WHERE kind = 'mail.send' AND args ->> 'to' = '{}' ORDER BY seq", email)]


def code_to(email, text):
    sent = [code for mail, code, _ in messages(email) if mail == text]
    return sent[-1] if sent else None


def settled():
    """Until nothing is left of what was asked for."""
    until(lambda: sql("SELECT count(*) FROM jobs WHERE kind = 'codes.forgot'") == [["0"]])


def pass_time(email, span="1 hour"):
    """As if so much time had passed for somebody's codes."""
    sql("UPDATE codes c SET created_at = c.created_at - interval '{}', expires_at = c.expires_at - interval '{}'"
        " FROM users u WHERE u.id = c.user_id AND u.email = '{}'", span, span, email)


def ask(who, purpose):
    return who.post("/auth/request-otp", {"purpose": purpose})


def confirm(who, purpose, code):
    return who.post("/auth/verify-otp", {"purpose": purpose, "otp": code})


def step_up(who, purpose):
    """A grant, as a page gets it."""
    pass_time(who.user["email"])
    assert ask(who, purpose).status == 200
    answer = confirm(who, purpose, code_to(who.user["email"], "step-up"))
    assert answer.status == 200 and 0 < answer.json["expiresIn"] <= 600, answer
    return answer


def forgot(email):
    return Client().post("/auth/forgot-password", {"email": email})


def reset(email, code, password=NEW):
    return Client().post("/auth/reset-password", {"email": email, "otp": code, "newPassword": password})


def login(email, password=PASSWORD):
    return Client().post("/auth/login", {"email": email, "password": password})


def reset_code(email):
    pass_time(email)
    assert forgot(email).status == 202
    return until(lambda: code_to(email, "reset-password"))


def wrong_one(code):
    return f"{(int(code) + 1) % 1000000:06}"


def shown(answer):
    """All of an answer but what is new each time."""
    body = {k: v for k, v in answer.json.items() if k != "requestId"}
    headers = {k: v for k, v in answer.headers.items()
               if k.lower() not in ("x-request-id", "date", "ratelimit", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after")}
    return answer.status, body, headers


# --- asking ------------------------------------------------------------------------------------

def test_a_code_is_six_digits_in_a_message_and_nowhere_else(member):
    email = member.user["email"]
    answer = ask(member, "designation")
    assert answer.status == 200 and answer.json["expiresIn"] == 600
    code = code_to(email, "step-up")
    assert re.fullmatch("[0-9]{6}", code)
    assert code not in answer.body.decode()
    text = sql("SELECT string_agg(j.args::text || coalesce(j.result::text, '') || coalesce(j.cause, ''), '') FROM jobs j")[0][0]
    assert f'"{code}"' not in text
    assert sql("SELECT count(*) FROM audit_payload WHERE after::text LIKE '%{}%'", code) == [["0"]]
    assert sql("SELECT count(*) FROM events WHERE payload::text LIKE '%{}%'", code) == [["0"]]
    with open(os.environ["BUREAU_HOME"] + "/serve.log", encoding="utf-8") as log:
        assert f'"{code}"' not in log.read()


def test_there_is_one_message_a_minute_and_ten_an_hour(member):
    assert ask(member, "email").status == 200
    for purpose in ("email", "designation", "mfa-off"):
        answer = ask(member, purpose)
        assert (answer.status, answer.code) == (429, 5004) and 0 < int(answer.header("Retry-After")) <= 60
    for _ in range(9):
        pass_time(member.user["email"], "1 minute")
        assert ask(member, "email").status == 200
    pass_time(member.user["email"], "1 minute")
    answer = ask(member, "email")
    assert answer.status == 429 and 60 < int(answer.header("Retry-After")) <= 3600
    assert len(messages(member.user["email"])) == 10


def test_of_many_who_ask_at_once_one_is_sent_a_code(member):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask(member, "email").status, range(8)))
    assert sorted(answers) == [200] + [429] * 7
    assert len(messages(member.user["email"])) == 1


def test_a_personal_token_asks_for_no_code_and_uses_none(member):
    made = member.post("/auth/tokens", {"name": "x", "scopes": ["notes:read"], "expiresAt": client.later(days=1)})
    token = Client(made.json["token"])
    for answer in (ask(token, "email"), confirm(token, "email", "123456")):
        assert (answer.status, answer.code) == (403, 1005)


@pytest.mark.parametrize("purpose", ["reset", "x", "", None])
def test_a_purpose_there_is_not_is_named(member, purpose):
    answer = ask(member, purpose)
    assert answer.status == 422 and answer.json["errors"][0]["field"] == "purpose"
    assert confirm(member, purpose, "123456").status == 422


# --- trying ------------------------------------------------------------------------------------

def test_a_code_is_good_once_for_its_purpose_session_and_person(member, chair):
    email = member.user["email"]
    ask(member, "designation")
    code = code_to(email, "step-up")
    second = client.sign_in(email)
    for who, purpose in ((member, "email"), (second, "designation"), (chair, "designation"), (client.person(), "designation")):
        answer = confirm(who, purpose, code)
        assert (answer.status, answer.code) == (401, 1002)
        assert [e["field"] for e in answer.json["errors"]] == ["otp"]
    assert confirm(member, "designation", f" {code[:3]} {code[3:]} ").status == 200
    assert confirm(member, "designation", code).code == 1002


def test_a_code_expires(member):
    ask(member, "designation")
    code = code_to(member.user["email"], "step-up")
    pass_time(member.user["email"], "601 seconds")
    assert confirm(member, "designation", code).code == 1002
    assert sql("SELECT expires_at - created_at <= interval '601 s' FROM codes WHERE user_id = '{}'", member.user["id"]) == [["t"]]


def test_a_newer_code_ends_the_older(member):
    email = member.user["email"]
    ask(member, "designation")
    old = code_to(email, "step-up")
    pass_time(email, "1 minute")
    ask(member, "designation")
    new = code_to(email, "step-up")
    if old != new:
        assert confirm(member, "designation", old).code == 1002
    assert confirm(member, "designation", new).status == 200


def test_five_wrong_ones_end_a_code_and_fifteen_end_trying(member):
    email = member.user["email"]
    for n in range(3):
        ask(member, "designation")
        code = code_to(email, "step-up")
        for _ in range(5):
            assert confirm(member, "designation", wrong_one(code)).code == 1002
        if n < 2:
            sql("UPDATE throttle SET count = count - 1 WHERE kind = 'code'")
            assert confirm(member, "designation", code).code == 1002
        pass_time(email, "1 minute")
    ask(member, "designation")
    answer = confirm(member, "designation", code_to(email, "step-up"))
    assert (answer.status, answer.code) == (429, 5004) and int(answer.header("Retry-After")) > 3000
    ask(member, "email")
    assert sql("SELECT count(*) FROM audit WHERE action = 'code.failed' AND resource_id = '{}' AND actor = '{}'",
               member.user["id"], member.user["id"]) == [["17"]]


def test_of_fifty_who_use_a_code_at_once_one_succeeds(member):
    ask(member, "designation")
    code = code_to(member.user["email"], "step-up")
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: confirm(member, "designation", code).status, range(50)))
    assert answers.count(200) == 1, answers
    assert set(answers) <= {200, 401, 429}
    assert sql("SELECT count(*) FROM step_ups p JOIN sessions s ON s.id = p.session_id WHERE s.user_id = '{}'",
               member.user["id"]) == [["1"]]


# --- what a code allows ---------------------------------------------------------------------------

def test_the_job_title_needs_one_code_each_time(member):
    assert member.patch("/auth/me", {"designation": "Boss"}).code == 1009
    step_up(member, "designation")
    assert client.sign_in(member.user["email"]).patch("/auth/me", {"designation": "Boss"}).code == 1009
    assert member.patch("/auth/me", {"email": fresh_email()}).code == 1009
    assert member.patch("/auth/me", {"theme": "dark"}).status == 200
    answer = member.patch("/auth/me", {"designation": "Boss"})
    assert answer.status == 200 and answer.json["designation"] == "Boss"
    answer = member.patch("/auth/me", {"designation": None})
    assert (answer.status, answer.code) == (403, 1009)
    assert [e["field"] for e in answer.json["errors"]] == ["designation"]
    assert member.patch("/auth/me", {"designation": "Boss"}).status == 200       # it is that already


def test_what_a_code_allows_expires(member):
    step_up(member, "designation")
    sql("UPDATE step_ups SET expires_at = now() - interval '1 s'")
    assert member.patch("/auth/me", {"designation": "Boss"}).code == 1009


def test_administrators_need_a_code_for_themselves(chair):
    boss = client.person("chairperson")
    path = "/users/" + boss.user["id"]
    for body in ({"designation": "Boss"}, {"role": "manager"}, {"permissions": ["users:read"]}):
        answer = boss.patch(path, body)
        assert (answer.status, answer.code) == (403, 1009), body
    assert chair.patch(path, {"designation": "Boss"}).status == 200              # others may
    step_up(boss, "designation")
    assert boss.patch(path, {"role": "manager"}).json["role"] == "manager"


def test_a_changed_address_is_told_to_the_old_one_and_proven_by_the_new(member):
    old, new = member.user["email"], fresh_email("changed")
    sql("UPDATE users SET email_verified_at = now() WHERE email = '{}'", old)
    assert member.get("/auth/me").json["emailVerified"] is True
    answer = member.patch("/auth/me", {"email": new})
    assert (answer.status, answer.code) == (403, 1009)
    assert [e["field"] for e in answer.json["errors"]] == ["email"]
    step_up(member, "email")
    pass_time(old)
    answer = member.patch("/auth/me", {"email": new.upper()})
    assert answer.status == 200, answer
    assert (answer.json["email"], answer.json["emailVerified"]) == (new, False)
    assert messages(old)[-1][0] == "email-changed"
    code = code_to(new, "verify-email")
    assert (login(old).status, login(new).status) == (401, 200)
    assert Client().post("/auth/verify-email", {"email": old, "otp": code}).code == 1002
    assert confirm(member, "verify-email", code).status == 200
    assert member.get("/auth/me").json["emailVerified"] is True
    assert ask(member, "verify-email").code == 3003


def test_the_code_for_a_changed_address_comes_after_its_minute(member):
    new = fresh_email("changed")
    step_up(member, "email")
    assert member.patch("/auth/me", {"email": new}).status == 200
    assert messages(new) == []
    pass_time(new)
    sql("UPDATE jobs SET run_at = now() WHERE kind = 'codes.verify' AND state = 'queued'")
    code = until(lambda: code_to(new, "verify-email"), 60)
    assert confirm(member, "verify-email", code).status == 200


def test_an_address_that_is_taken_is_told_five_times_and_only_with_a_code(member, chair):
    assert member.patch("/auth/me", {"email": chair.user["email"]}).code == 1009
    step_up(member, "email")
    for _ in range(5):
        answer = member.patch("/auth/me", {"email": chair.user["email"]})
        assert (answer.status, answer.code) == (409, 3002)
        assert [e["field"] for e in answer.json["errors"]] == ["email"]
    answer = member.patch("/auth/me", {"email": chair.user["email"]})
    assert (answer.status, answer.code) == (429, 5004) and answer.header("Retry-After")
    assert member.patch("/auth/me", {"email": fresh_email()}).status == 200


# --- forgotten passwords ---------------------------------------------------------------------------

def test_a_new_password_ends_every_session_and_the_lock(member):
    email = member.user["email"]
    other = client.sign_in(email)
    token = Client(member.post("/auth/tokens", {"name": "x", "scopes": ["notes:read"], "expiresAt": client.later(days=1)}).json["token"])
    for _ in range(5):
        login(email, "none of the right ones")
    assert login(email).status == 423
    code = reset_code(email)
    answer = reset(email, code)
    assert answer.status == 200 and set(answer.json) == {"message"}
    assert {value for value, _ in answer.cookies.values()} <= {""}
    assert [who.get("/auth/me").status for who in (member, other)] == [401, 401]
    assert token.get("/auth/me").status == 200
    assert login(email).status == 401
    answer = login(email, NEW)
    assert answer.status == 200 and answer.json["user"]["emailVerified"] is True
    assert reset(email, code).code == 1002
    assert sql("SELECT count(*) FROM audit WHERE action = 'password.reset' AND resource_id = '{}'"
               " AND actor = '{}' AND address IS NOT NULL", member.user["id"], member.user["id"]) == [["1"]]


def test_a_bad_password_is_named_before_the_code_is_looked_at(member):
    email = member.user["email"]
    code = reset_code(email)
    for password in ("short", "password", "12345678"):
        for given in (code, wrong_one(code)):
            answer = reset(email, given, password)
            assert (answer.status, answer.code) == (422, 2001) and answer.json["errors"][0]["field"] == "newPassword"
    assert sql("SELECT tries FROM codes WHERE user_id = '{}' AND ended_at IS NULL", member.user["id"]) == [["0"]]
    assert reset(email, code).status == 200


def test_of_fifty_who_reset_at_once_one_succeeds(member):
    email = member.user["email"]
    code = reset_code(email)
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda n: reset(email, code, f"{NEW} {n}").status, range(50)))
    assert answers.count(200) == 1, answers
    assert login(email, f"{NEW} {answers.index(200)}").status == 200


def test_a_code_for_one_thing_resets_no_password(member):
    email = member.user["email"]
    sql("UPDATE users SET email_verified_at = NULL WHERE email = '{}'", email)
    assert ask(member, "verify-email").status == 200
    assert reset(email, code_to(email, "verify-email")).code == 1002
    code = reset_code(email)
    assert Client().post("/auth/verify-email", {"email": email, "otp": code}).code == 1002
    assert reset(client.person().user["email"], code).code == 1002
    assert reset(email, code).status == 200


def test_known_and_unknown_addresses_are_answered_alike(member):
    """A21: status, body and headers; what the database is asked is one function either way."""
    email, nobody = member.user["email"], fresh_email("nobody")
    answers = {address: [shown(forgot(address)) for _ in range(12)] for address in (email, nobody)}
    assert answers[email] == answers[nobody]
    assert {status for status, _, _ in answers[email]} == {202}
    settled()
    assert len(messages(email)) == 1 and messages(nobody) == []
    code = code_to(email, "reset-password")
    for call in (lambda address: reset(address, wrong_one(code)),
                 lambda address: Client().post("/auth/verify-email", {"email": address, "otp": "12 34 56"})):
        sql("DELETE FROM throttle")
        known, unknown = ([shown(call(address)) for _ in range(17)] for address in (email, nobody))
        assert known == unknown
        assert [status for status, _, _ in known] == [401] * 15 + [429] * 2


def test_no_code_goes_to_who_is_revoked_deleted_or_has_not_accepted(chair, member):
    invited = fresh_email("invited")
    assert chair.post("/users", {"fullName": "New One", "email": invited, "role": "employee"}).status == 201
    chair.post(f"/users/{member.user['id']}/revoke")
    for email in (invited, member.user["email"]):
        assert forgot(email).status == 202
    settled()
    assert [text for text, _, _ in messages(invited)] == ["invitation"] and messages(member.user["email"]) == []


def test_a_revoked_person_uses_no_code(chair, member):
    code = reset_code(member.user["email"])
    chair.post(f"/users/{member.user['id']}/revoke")
    assert reset(member.user["email"], code).code == 1002


def test_one_client_asks_thirty_times_an_hour(chair):
    answers = [forgot(fresh_email("many")).status for _ in range(32)]
    assert answers == [202] * 30 + [429] * 2
    settled()


def test_what_was_typed_stays_nowhere(member):
    typed = fresh_email("secret-typed")
    assert forgot(typed).status == 202
    settled()
    for table in ("jobs", "job_attempts", "audit_payload", "audit", "throttle"):
        assert sql("SELECT count(*) FROM {} t WHERE t::text LIKE '%{}%'", table, typed) == [["0"]], table


def test_asking_is_told_once_in_the_audit_log_with_where_from(member):
    before = sql("SELECT max(id) FROM audit")[0][0]
    forgot(member.user["email"])
    forgot(fresh_email("nobody"))
    settled()
    told = sql("SELECT action, coalesce(resource_id::text, ''), address IS NOT NULL, request IS NOT NULL FROM audit"
               " WHERE id > {} ORDER BY id", before)
    assert sorted(told) == [["code.requested", "", "t", "t"], ["code.requested", member.user["id"], "t", "t"]]


# --- welcome and invitations ----------------------------------------------------------------------

def test_who_registers_is_greeted_with_a_code(chair):
    email = fresh_email("newcomer")
    made = Client().post("/auth/register", {"fullName": "New Comer", "email": email, "password": PASSWORD})
    assert made.status == 201 and made.json["user"]["emailVerified"] is False
    assert [text for text, _, _ in messages(email)] == ["welcome"]
    answer = Client().post("/auth/verify-email", {"email": email, "otp": code_to(email, "welcome")})
    assert answer.status == 200
    assert login(email).json["user"]["emailVerified"] is True


def test_a_registration_that_is_refused_greets_nobody(member):
    email = member.user["email"]
    assert Client().post("/auth/register", {"fullName": "X", "email": email, "password": PASSWORD}).status == 409
    assert messages(email) == []


def test_an_invitation_is_sent_with_its_link(chair):
    email = fresh_email("invited")
    made = chair.post("/users", {"fullName": "New One", "email": email, "role": "employee"})
    assert messages(email) == [("invitation", "", made.json["inviteUrl"])]
    told = sql("SELECT args -> 'values' ->> 'inviter', args::text LIKE '%/invitation/%' FROM jobs WHERE args ->> 'to' = '{}'", email)
    assert told == [["Chairperson", "f"]]
    path = f"/users/{made.json['user']['id']}/invite"
    again = [chair.post(path).json["inviteUrl"] for _ in range(12)]
    assert len(set(again)) == 12
    assert len(messages(email)) == 10                    # no more in an hour
    secret = again[-1].partition("#")[2]
    answer = Client().post("/auth/accept-invitation", {"token": secret, "fullName": "New One", "password": PASSWORD})
    assert answer.status == 201 and answer.json["user"]["emailVerified"] is True


# --- forms ----------------------------------------------------------------------------------------

def test_the_forms_work_without_script(member):
    email = member.user["email"]
    answer = Client().form("/auth/forgot-password", {"email": email, "next": "/reset/#code"})
    assert (answer.status, answer.header("Location")) == (303, "/reset/#code")
    code = until(lambda: code_to(email, "reset-password"))
    fields = {"email": email, "otp": wrong_one(code), "newPassword": NEW, "next": "/sign-in/#password-reset"}
    assert Client().form("/auth/reset-password", fields).header("Location") == "/reset/#error-1002"
    assert Client().form("/auth/reset-password", {**fields, "otp": code}).header("Location") == "/sign-in/#password-reset"
    pass_time(email)
    sql("UPDATE users SET email_verified_at = NULL WHERE email = '{}'", email)
    ask(client.sign_in(email, NEW), "verify-email")
    fields = {"email": email, "otp": "1", "next": "/sign-in/#verified"}
    assert Client().form("/auth/verify-email", fields).header("Location") == "/verify/#error-1002"
    fields["otp"] = code_to(email, "verify-email")
    assert Client().form("/auth/verify-email", fields).header("Location") == "/sign-in/#verified"
