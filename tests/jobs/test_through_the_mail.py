# SPDX-License-Identifier: ISC
"""People who only have their mail: what is asked for arrives, and leads on."""

import re

from client import PASSWORD, Client, fresh_email, later, sql


def code_in(mail):
    return re.search(r"^\s*(\d{6})\s*$", mail.text, re.M)[1]


def test_an_invitation_arrives_and_its_link_lets_in(box, chair):
    email = fresh_email("by-mail")
    made = chair.post("/users", {"fullName": "Post Box", "email": email, "role": "employee"})
    (mail,) = box.wait_for(email)
    assert made.json["inviteUrl"] in mail.text and made.json["inviteUrl"] in mail.html
    secret = re.search(r"/invitation/#(\S+)", mail.text)[1]
    answer = Client().post("/auth/accept-invitation", {"token": secret, "fullName": "Post Box", "password": PASSWORD})
    assert answer.status == 201 and answer.json["user"]["email"] == email


def test_a_welcome_arrives_and_its_code_verifies(box):
    email = fresh_email("by-mail")
    assert Client().post("/auth/register", {"fullName": "New Comer", "email": email, "password": PASSWORD}).status == 201
    (mail,) = box.wait_for(email)
    assert Client().post("/auth/verify-email", {"email": email, "otp": code_in(mail)}).status == 200


def test_whoever_forgot_the_password_gets_in_again(box, chair):
    email = fresh_email("by-mail")
    chair.post("/users", {"fullName": "Post Box", "email": email, "role": "employee"})
    secret = re.search(r"/invitation/#(\S+)", box.wait_for(email)[0].text)[1]
    Client().post("/auth/accept-invitation", {"token": secret, "fullName": "Post Box", "password": PASSWORD})
    assert Client().post("/auth/forgot-password", {"email": email}).status == 202
    code = code_in(box.wait_for(email, 2)[1])
    new = "another long sentence 77"
    answer = Client().post("/auth/reset-password", {"email": email, "otp": code, "newPassword": new})
    assert answer.status == 200
    assert Client().post("/auth/login", {"email": email, "password": new}).status == 200


def test_who_proves_an_address_first_by_a_reset_finds_nobodys_tokens_on_it(box):
    email = fresh_email("by-mail")
    made = Client().post("/auth/register", {"fullName": "Somebody Else", "email": email, "password": PASSWORD})
    taker = Client(made.json["accessToken"])
    token = taker.post("/auth/tokens", {"name": "x", "scopes": ["notes:read"], "expiresAt": later(days=1)}).json["token"]
    assert Client(token).get("/notes").status == 200
    box.wait_for(email)
    sql("UPDATE codes SET created_at = created_at - interval '2 minutes'")
    Client().post("/auth/forgot-password", {"email": email})
    code = code_in(box.wait_for(email, 2)[1])
    new = "the owner's long sentence 3"
    assert Client().post("/auth/reset-password", {"email": email, "otp": code, "newPassword": new}).status == 200
    assert Client(token).get("/notes").status == 401


def test_asking_too_often_says_once_when_to_ask_again(box, employee):
    employee.post("/auth/request-otp", {"purpose": "designation"})
    again = employee.post("/auth/request-otp", {"purpose": "designation"})
    assert again.status == 429 and len(again.headers.get_all("Retry-After")) == 1
    assert 0 < int(again.header("Retry-After")) <= 60
