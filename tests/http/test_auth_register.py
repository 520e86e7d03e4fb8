# SPDX-License-Identifier: ISC
"""Becoming somebody: registering, the first account, who may, invitations."""

import concurrent.futures
import os
import shutil

import pytest

import client
import house

PASSWORD = client.PASSWORD


def form(email=None, **changes):
    return {"fullName": "Nina Weber", "email": email or client.fresh_email("new"), "password": PASSWORD, **changes}


def register(body, who=None, **headers):
    return (who or client.Client()).post("/auth/register", body, **headers)


def login(email, who=None):
    return (who or client.Client()).post("/auth/login", {"email": email, "password": PASSWORD})


# --- where registration is open ---------------------------------------------------------

@pytest.mark.parametrize("path", ["/auth/register", "/auth/signup"])
def test_who_registers_is_an_employee_and_signed_in(chair, path):
    body = form()
    answer = client.Client().post(path, body)
    assert answer.status == 201 and set(answer.cookies) == {"jwt", "refresh"}
    user = answer.json["user"]
    assert (user["email"], user["fullName"], user["role"]) == (body["email"], "Nina Weber", "employee")
    assert client.Client(answer.json["accessToken"]).get("/auth/me").json["id"] == user["id"]
    assert login(body["email"]).status == 200


@pytest.mark.parametrize("more", [
    {"role": "chairperson"}, {"roleId": "01890a5d-ac96-774b-bcce-b302099a8057"}, {"permissions": ["*"]}, {"isActive": True},
    {"id": "01890a5d-ac96-774b-bcce-b302099a8057"}, {"version": 7}, {"emailVerifiedAt": "2020-01-01T00:00:00Z"}, {"granted": []},
])
def test_nobody_chooses_what_they_are(chair, more):
    body = form(**more)
    answer = register(body)
    assert (answer.status, answer.code) == (422, 2001)
    assert [e["field"] for e in answer.json["errors"]] == list(more)
    assert login(body["email"]).status == 401


@pytest.mark.parametrize("field,value,code", [
    ("email", "nobody", 2004), ("email", "a@b@example.org", 2004), ("email", "a b@example.org", 2004), ("email", "", 2003),
    ("email", "x@" + "y" * 250 + ".org", 2004), ("email", "a@example.org\r\nBcc: b@example.org", 2004),
    ("email", "<a@example.org>", 2004), ("email", None, 2004), ("email", 7, 2004), ("fullName", "", 2003),
    ("fullName", "x" * 201, 2001), ("fullName", "a\nb", 2004), ("fullName", None, 2004),
])
def test_a_wrong_field_is_named(chair, field, value, code):
    answer = register({**form(), field: value})
    assert answer.status == 422 and [e["field"] for e in answer.json["errors"]] == [field]
    assert answer.code in (code, 2001, 2003, 2004)


def test_names_and_addresses_are_kept_in_one_form(chair):
    email = client.fresh_email("Mixed.CASE")
    answer = register(form(email.upper(), fullName="  Cafe\u0301 Weber "))
    assert answer.json["user"]["email"] == email.lower() and answer.json["user"]["fullName"] == "Caf\u00e9 Weber"


def test_a_name_is_text_and_nothing_else(chair):
    name = "<script>alert(1)</script> '; DROP TABLE users; -- {{7*7}} %s"
    answer = register(form(fullName=name))
    assert answer.json["user"]["fullName"] == name
    assert answer.json["user"]["profilePic"].startswith("data:image/svg+xml") and "<script" not in answer.json["user"]["profilePic"]


@pytest.mark.parametrize("trick", ["\u200b", "Ann\u202e", "\ufeffAnn", "An\u2066n", "Ann\u2028"])
def test_a_name_that_looks_like_another_is_refused(chair, trick):
    answer = register(form(fullName=trick))
    assert answer.status == 422 and [e["field"] for e in answer.json["errors"]] == ["fullName"]


@pytest.mark.parametrize("asked, locale", [("de-DE,de;q=0.9,en;q=0.8", "de"), ("fr", "fr"), ("*", "en"), ("", "en"), ("x" * 40, "en")])
def test_the_language_is_the_browsers(chair, asked, locale):
    assert register(form(), Accept_Language=asked).json["user"]["locale"] == locale


def test_registering_ends_the_session_that_the_browser_had(chair):
    first = register(form())
    cookie = f"refresh={first.cookies['refresh'][0]}"
    second = client.Client().post("/auth/register", form(), Cookie=cookie)
    assert second.status == 201
    assert client.Client(first.json["accessToken"]).get("/auth/me").code == 1004
    assert client.Client(second.json["accessToken"]).get("/auth/me").status == 200


def test_a_known_address_is_told_at_most_five_times_an_hour(chair):
    client.sql("DELETE FROM throttle WHERE kind = 'registration'")
    body = form()
    assert register(body).status == 201
    answers = [register({**body, "email": spelling}) for spelling in
               (body["email"], body["email"].upper(), body["email"], body["email"], body["email"], body["email"], body["email"])]
    assert [(a.status, a.code) for a in answers] == [(409, 3002)] * 5 + [(429, 5004)] * 2
    assert answers[0].json["errors"][0]["field"] == "email" and int(answers[-1].header("Retry-After")) > 0
    assert register(form()).status == 201		# another address is not held up
    client.sql("DELETE FROM throttle WHERE kind = 'registration'")


def test_the_same_address_at_once_makes_one_account(chair):
    client.sql("DELETE FROM throttle WHERE kind = 'registration'")
    body = form()
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: register(body), range(12)))
    assert sorted(a.status for a in answers).count(201) == 1
    assert {a.status for a in answers} <= {201, 409, 429, 503}     # 503: the gate was full
    assert client.sql("SELECT count(*) FROM users WHERE email = '{}'", body["email"]) == [["1"]]
    client.sql("DELETE FROM throttle WHERE kind = 'registration'")


def test_a_form_registers_and_goes_on(chair):
    answer = client.Client().form("/auth/register", {**form(), "next": "/account/"})
    assert answer.status == 303 and answer.header("Location") == "/account/" and set(answer.cookies) == {"jwt", "refresh"}
    for change, code in (({"password": "password"}, 2001), ({"email": "x"}, 2004), ({"fullName": ""}, 2003)):
        wrong = client.Client().form("/auth/register", {**form(), **change, "next": "/account/"})
        assert wrong.status == 303 and wrong.header("Location") == f"/register/#error-{code}" and wrong.cookies == {}


def test_registering_leaves_one_audit_row_for_the_person_and_one_for_signing_in(chair):
    answer = register(form())
    rows = client.sql("SELECT action, resource_id FROM audit WHERE request = '{}' ORDER BY id", answer.header("X-Request-Id"))
    assert {row[0] for row in rows} >= {"users.created", "sign-in.succeeded"}
    assert [row[0] for row in rows].count("users.created") == 1
    assert answer.json["user"]["id"] in [row[1] for row in rows]


def test_a_repeat_key_is_not_taken_where_the_answer_holds_secrets(chair):
    for path in ("/auth/register", "/auth/login", "/auth/refresh-token"):
        answer = client.Client().post(path, form(), Idempotency_Key="k")
        assert (answer.status, answer.code) == (400, 2002), path


# --- an instance of its own ------------------------------------------------------------------

@pytest.fixture(scope="module")
def own():
    home = os.environ["BUREAU_HOME"] + "-register"
    shutil.rmtree(home, ignore_errors=True)
    os.makedirs(home)
    one = house.House(home)
    yield one
    one.stop()


def empty(own):
    """As nobody may: what is append-only goes, too."""
    own.sql("SET session_replication_role = replica; TRUNCATE users, throttle CASCADE")


def restart(own, **settings):
    own.stop()
    own.start(**settings)
    empty(own)


def roles(own):
    return sorted(row[0] for row in own.sql("SELECT r.name FROM users u JOIN roles r ON r.id = u.role_id"))


def together(own, n):
    with concurrent.futures.ThreadPoolExecutor(n) as pool:
        return list(pool.map(lambda _: register(form(), own.client()), range(n)))


def test_of_many_first_registrations_one_is_the_chairperson(own):
    restart(own)
    for _ in range(3):
        empty(own)
        answers = together(own, 8)
        let_in = [a for a in answers if a.status == 201]
        assert let_in and {a.status for a in answers} <= {201, 503}      # 503: the gate was full
        assert roles(own) == ["chairperson"] + ["employee"] * (len(let_in) - 1)
        chairs = [a for a in let_in if a.json["user"]["role"] == "chairperson"]
        assert len(chairs) == 1 and "users:read" in chairs[0].json["user"]["permissions"]


def test_by_invitation_only_the_first_may_register(own):
    restart(own, REGISTRATION="invite")
    first = form()
    assert register(first, own.client()).json["user"]["role"] == "chairperson"
    answer = register(form(), own.client())
    assert (answer.status, answer.code) == (403, 1005) and answer.cookies == {}
    # A known address is not told from an unknown one by who is not let in.
    assert register(first, own.client()).code == 1005
    assert login(first["email"], own.client()).status == 200


def test_by_invitation_no_second_one_slips_in_beside_the_first(own):
    restart(own, REGISTRATION="invite")
    for _ in range(5):
        empty(own)
        answers = together(own, 8)
        assert [a.status for a in answers].count(201) == 1
        assert {a.status for a in answers} <= {201, 403, 503}      # 503: the gate was full
        assert roles(own) == ["chairperson"]


def test_an_invitation_is_accepted_once(own):
    restart(own, REGISTRATION="invite")
    chair = own.client(register(form(), own.client()).json["accessToken"])
    email = client.fresh_email("guest")
    made = chair.post("/users", {"email": email, "fullName": "Guest", "role": "manager"})
    assert made.status == 201, made
    token = made.json["inviteUrl"].rpartition("=")[2].rpartition("#")[2].rpartition("/")[2]
    body = {"token": token, "fullName": "Gerda Gast", "password": PASSWORD}
    assert login(email, own.client()).status == 401
    assert own.client().post("/auth/accept-invitation", {**body, "password": "password"}).status == 422
    assert own.client().post("/auth/accept-invitation", {**body, "token": token[:-1] + "x"}).status == 401
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: own.client().post("/auth/accept-invitation", body), range(6)))
    assert [a.status for a in answers].count(201) == 1
    assert {a.status for a in answers} <= {201, 401, 503}      # 503: the gate was full
    good = next(a for a in answers if a.status == 201)
    assert good.json["user"]["role"] == "manager" and good.json["user"]["fullName"] == "Gerda Gast"
    assert login(email, own.client()).status == 200


def test_by_domain_an_address_gives_no_session_before_it_is_verified(own):
    restart(own, REGISTRATION="domain:example.org")
    own.sql("UPDATE queues SET paused_at = now() WHERE name = 'mail'")
    assert register(form(), own.client()).json["user"]["role"] == "chairperson"
    body = form()
    answer = register(body, own.client())
    assert answer.status == 201 and answer.cookies == {} and "accessToken" not in answer.json
    wrong = own.client().post("/auth/login", {"email": body["email"], "password": "none of the right ones"})
    assert (wrong.status, wrong.code) == (401, 1002)
    assert login(body["email"], own.client()).status == 403
    code = own.sql(f"SELECT secret #>> '{{values,code}}' FROM jobs WHERE args ->> 'to' = '{body['email']}'")[0][0]
    verified = own.client().post("/auth/verify-email", {"email": body["email"], "otp": code})
    assert verified.status == 200 and verified.cookies == {}
    assert login(body["email"], own.client()).status == 200
    for email in ("a@example.com", "a@sub.example.org", "a@example.org.evil.test", "example.org@example.net"):
        refused = register(form(email), own.client())
        assert (refused.status, refused.code) == (403, 1005), email


def test_by_domain_signing_in_sends_a_code_where_one_is_needed(own):
    restart(own, REGISTRATION="domain:example.org")
    own.sql("UPDATE queues SET paused_at = now() WHERE name = 'mail'")
    register(form(), own.client())
    body = form()
    register(body, own.client())
    for _ in range(2):
        own.sql("UPDATE codes SET created_at = created_at - interval '1 minute'")
        for _ in range(2):
            refused = login(body["email"], own.client())
            assert (refused.status, refused.code) == (403, 1005) and "a code was sent" in refused.json["detail"]
    own.client().post("/auth/login", {"email": body["email"], "password": "none of the right ones"})
    sent = own.sql(f"SELECT args ->> 'mail', secret #>> '{{values,code}}' FROM jobs WHERE args ->> 'to' = '{body['email']}' ORDER BY seq")
    assert [mail for mail, _ in sent] == ["welcome", "verify-email", "verify-email"]
    assert own.client().post("/auth/verify-email", {"email": body["email"], "otp": sent[-1][1]}).status == 200
    assert login(body["email"], own.client()).status == 200


def test_by_domain_a_form_leads_to_where_the_code_is_entered(own):
    restart(own, REGISTRATION="domain:example.org")
    register(form(), own.client())
    answer = own.client().form("/auth/register", {**form(), "next": "/account/"}, {"Origin": own.url})
    assert (answer.status, answer.header("Location")) == (303, "/verify/#sent")


def test_by_domain_an_address_changes_within_it(own):
    restart(own, REGISTRATION="domain:example.org")
    signed_in = own.client(register(form(), own.client()).json["accessToken"])
    own.sql("INSERT INTO step_ups (session_id, purpose, expires_at) SELECT id, 'email', now() + interval '1 hour' FROM sessions")
    answer = signed_in.patch("/auth/me", {"email": "me@elsewhere.test"})
    assert (answer.status, answer.code) == (422, 2001) and answer.json["errors"][0]["field"] == "email"
    assert signed_in.patch("/auth/me", {"email": "me@example.org"}).status == 200


def test_messages_link_to_the_public_address_and_to_no_other(own):
    restart(own, PUBLIC_URL="https://office.example.org")
    own.sql("UPDATE queues SET paused_at = now() WHERE name = 'mail'")
    body = form()
    chair = own.client(register(body, own.client()).json["accessToken"])
    made = chair.post("/users", {"fullName": "A", "email": client.fresh_email(), "role": "employee"})
    assert made.json["inviteUrl"].startswith("https://office.example.org/invitation/#")
    own.sql("UPDATE codes SET created_at = created_at - interval '1 minute'")
    own.client().post("/auth/forgot-password", {"email": body["email"]})
    link = "SELECT args #>> '{values,link}' FROM jobs WHERE args ->> 'mail' = 'reset-password'"
    assert house.until(lambda: own.sql(link)) == [["https://office.example.org/reset/#code"]]
    own.stop()
    own.start()
    own.sql("UPDATE codes SET created_at = created_at - interval '1 minute'; DELETE FROM jobs")
    own.client().post("/auth/forgot-password", {"email": body["email"]})
    assert house.until(lambda: own.sql(link)) == [[""]]


def test_the_first_may_have_any_address(own):
    restart(own, REGISTRATION="domain:example.org")
    body = form("chair@elsewhere.test")
    assert register(body, own.client()).json["user"]["role"] == "chairperson"
    assert login(body["email"], own.client()).status == 200
