# SPDX-License-Identifier: ISC
"""Access tokens: what is ours opens the door, and nothing else does (A1-A6, A9)."""

import socket
import time
import urllib.parse

from cryptography.hazmat.primitives.asymmetric import ec
import pytest

import client
import forge


@pytest.fixture(scope="module")
def member():
    return client.person("employee")


@pytest.fixture(scope="module")
def good(member):
    return forge.read(member.token)


def ask(token):
    return client.Client(token).get("/auth/me")


def without_id(answer):
    return {name: value for name, value in answer.json.items() if name != "requestId"}


@pytest.fixture(scope="module")
def refusal():
    """What every token that is not ours is answered with."""
    return without_id(ask("no.such.token"))


def refused(token, refusal):
    answer = ask(token)
    return answer.status == 401 and without_id(answer) == refusal and answer.header("WWW-Authenticate") == "Bearer"


def test_the_forger_of_these_tests_can_make_a_good_one(member, good):
    header, claims = good
    assert ask(forge.es256(header, forge.fresh(claims))).json["id"] == member.user["id"]


def test_a_token_says_no_more_than_it_must(good):
    header, claims = good
    assert set(header) == {"alg", "typ", "kid"} and header["alg"] == "ES256" and header["typ"] == "at+jwt"
    assert set(claims) == {"iss", "aud", "sub", "sid", "iat", "nbf", "exp"}
    assert claims["exp"] - claims["iat"] == 900


@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "HS256", "RS256", "ES384", "es256", "", None, 256])
@pytest.mark.parametrize("signature", ["none", "ours"])
def test_another_algorithm_is_refused(good, refusal, alg, signature):
    header, claims = good
    token = forge.es256({**header, "alg": alg}, forge.fresh(claims))
    if signature == "none":
        token = token.rpartition(".")[0] + "."
    assert refused(token, refusal)


def test_hs256_under_the_public_key_is_refused(good, refusal):
    header, claims = good
    key = forge.own_key()
    for secret in (forge.public_pem(key), forge.public_der(key), forge.public_pem(key).strip(), header["kid"].encode()):
        assert refused(forge.hs256({**header, "alg": "HS256"}, forge.fresh(claims), secret), refusal)


@pytest.mark.parametrize("extra", [
    {"jku": "http://127.0.0.1:9/keys"}, {"x5u": "http://127.0.0.1:9/cert"}, {"jwk": {"kty": "EC"}}, {"x5c": ["MII"]},
    {"crit": ["exp"]}, {"crit": []}, {"b64": False}, {"zip": "DEF"}, {"kid": "../x"}, {"kid": "'||'"},
    {"kid": "/etc/passwd"}, {"kid": ""}, {"kid": 0}, {"kid": None}, {"kid": "0" * 16}, {"typ": "JWT"}, {"typ": "dpop+jwt"},
])
def test_a_header_that_says_more_or_other_is_refused(good, refusal, extra):
    header, claims = good
    assert refused(forge.es256({**header, **extra}, forge.fresh(claims)), refusal)


def test_no_key_is_fetched_from_anywhere(good, refusal):
    header, claims = good
    with socket.socket() as trap:
        trap.bind(("127.0.0.1", 0))
        trap.listen()
        trap.setblocking(False)
        url = "http://127.0.0.1:%d/" % trap.getsockname()[1]
        for extra in ({"jku": url}, {"x5u": url}, {"kid": url}, {"jku": url, "kid": "other"}, {"typ": url}):
            assert refused(forge.es256({**header, **extra}, forge.fresh(claims)), refusal)
        with pytest.raises(BlockingIOError):
            trap.accept()


def test_a_key_of_ones_own_in_the_header_is_refused(good, refusal):
    header, claims = good
    key = ec.generate_private_key(ec.SECP256R1())
    numbers = key.public_key().public_numbers()
    jwk = {"kty": "EC", "crv": "P-256", "x": forge.b64(numbers.x.to_bytes(32, "big")),
           "y": forge.b64(numbers.y.to_bytes(32, "big"))}
    assert refused(forge.es256({**header, "jwk": jwk}, forge.fresh(claims), key), refusal)
    assert refused(forge.es256(header, forge.fresh(claims), key), refusal)


def test_an_expired_token_says_so(good):
    header, claims = good
    now = int(time.time())
    answer = ask(forge.es256(header, forge.fresh(claims, iat=now - 100, nbf=now - 100, exp=now - 1)))
    assert (answer.status, answer.code) == (401, 1003)


@pytest.mark.parametrize("payload", [
    '"exp":"%d"', '"exp":%d.5', '"exp":%d.0', '"exp":1e400', '"exp":9e99', '"exp":-%d', '"exp":+%d', '"exp":0%d',
    '"exp":Infinity', '"exp":NaN', '"exp":null', '"exp":true', '"exp":[%d]', '"exp":99999999999999999999',
    '"exp":%d,"exp":%d', '"exp":%d,"aud":"other"', '"exp":%d,"x":{"y":1}', '"exp": %d',
])
def test_claims_of_another_form_are_refused(good, refusal, payload):
    header, claims = good
    until = int(time.time()) + 600
    begin = forge.compact({k: v for k, v in forge.fresh(claims).items() if k != "exp"})[:-1]
    text = f"{begin},{payload.replace('%d', str(until))}}}"
    assert refused(forge.es256(header, text), refusal)


@pytest.mark.parametrize("changes", [
    {"iss": "other"}, {"iss": None}, {"iss": ["bureau"]}, {"aud": "other"}, {"aud": None}, {"aud": ["bureau-api"]},
    {"sub": None}, {"sub": "admin"}, {"sub": 7}, {"sub": ""}, {"sid": None}, {"sid": "x"}, {"iat": None}, {"nbf": None},
    {"exp": None},
])
def test_claims_for_another_place_or_nobody_are_refused(good, refusal, changes):
    header, claims = good
    assert refused(forge.es256(header, forge.fresh(claims, **changes)), refusal)


def test_a_token_from_the_future_or_without_an_end_is_refused(good, refusal):
    header, claims = good
    now = int(time.time())
    assert refused(forge.es256(header, forge.fresh(claims, iat=now + 60, nbf=now + 60)), refusal)
    assert refused(forge.es256(header, forge.fresh(claims, nbf=now + 60)), refusal)
    assert refused(forge.es256(header, forge.fresh(claims, exp=now + 10 * 365 * 86400)), refusal)


def test_a_token_for_nobody_or_for_somebody_elses_session_is_refused(good, employee):
    header, claims = good
    _, others = forge.read(employee.token)
    nobody = ask(forge.es256(header, forge.fresh(claims, sub="01890a5d-ac96-774b-bcce-b302099a8057")))
    assert nobody.status in (401, 403)
    mixed = ask(forge.es256(header, forge.fresh(claims, sid=others["sid"])))
    assert (mixed.status, mixed.code) == (401, 1004)


def test_other_secrets_are_no_access_tokens(member, refusal):
    assert refused(member.tokens["refreshToken"], refusal)


def test_no_other_form_of_a_good_token_is_taken(member, refusal):
    head, payload, sig = member.token.split(".")
    raw = forge.unb64(sig)
    der_like = b"\x30\x44\x02\x20" + raw[:32] + b"\x02\x20" + raw[32:]
    for token in (
            f"{head}.{payload}", f"{head}.{payload}.", f"{head}.{payload}.{sig}.", f".{head}.{payload}.{sig}",
            f"{head}.{payload}.{sig}.x", f"{head}.{payload}.{sig}=", f"{head}.{payload}.{sig}A", f"{head}=.{payload}.{sig}",
            f"{head}.{payload}.{sig[:-2]}", f"{head}.{payload}.{forge.b64(der_like)}", f"{head}.{payload}.{forge.b64(bytes(64))}",
            f"{head}.{payload}.{forge.b64(raw[32:] + raw[:32])}", f"{payload}.{head}.{sig}", head, f"{head}.{payload}.{sig}" * 12,
            urllib.parse.quote(member.token, safe="").replace(".", "%2E")):
        assert refused(token, refusal), token
    assert ask(member.token).status == 200


@pytest.mark.parametrize("value", ["Basic dTpw", "bearer", "Bearer", "Token {}", "Bearer  {}x", "Bearer {} x", "{}"])
def test_another_scheme_is_no_identity(member, value):
    answer = client.Client().get("/auth/me", Authorization=value.format(member.token))
    assert answer.status in (400, 401), answer


def test_the_scheme_is_not_case_sensitive(member):
    assert client.Client().get("/auth/me", Authorization="bearer " + member.token).status == 200


def test_a_token_in_the_query_string_is_not_looked_at(member):
    for name in ("access_token", "token", "jwt"):
        assert client.Client().get(f"/auth/me?{name}={member.token}").status in (400, 401)


def test_cookie_and_bearer_of_one_person_go_together(member):
    again = client.sign_in(member.user["email"])
    assert client.Client(member.token).get("/auth/me", Cookie="jwt=" + again.token).status == 200


def test_cookie_and_bearer_of_two_people_are_refused(member, employee):
    answer = client.Client(member.token).get("/auth/me", Cookie="jwt=" + employee.token)
    assert (answer.status, answer.code) == (400, 2002)
    answer = client.Client(member.token).post("/auth/logout", {}, Cookie="jwt=" + employee.token)
    assert answer.status == 400
    assert client.Client(employee.token).get("/auth/me").status == 200


def test_two_cookies_of_the_same_name_are_no_identity(member, employee):
    answer = client.Client().get("/auth/me", Cookie=f"jwt={member.token}; jwt={employee.token}")
    assert answer.status in (400, 401)
