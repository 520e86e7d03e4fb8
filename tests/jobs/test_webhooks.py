# SPDX-License-Identifier: ISC
"""Webhooks: other systems are told of every change, in order, signed, and no address that nobody may reach is reached."""

import base64
import json
import os
import random
import shutil
import signal
import subprocess
import threading
import time

import pytest
from client import PASSWORD, fresh_email, sql
from house import House
from receiver import Receiver, verify
from test_queue import workers
from until import until

FIELDS = {"id", "url", "description", "events", "isActive", "failingSince", "disabledAt", "disabledReason",
          "lastDeliveryAt", "formerSecretUntil", "createdAt", "updatedAt", "version"}


@pytest.fixture(autouse=True, scope="module")
def impatient():
    """Tries follow each other at once."""
    before = sql("SELECT wait, longest FROM job_kinds WHERE name = 'webhook.send'")[0]
    sql("UPDATE job_kinds SET wait = '20 ms', longest = '50 ms' WHERE name = 'webhook.send'")
    yield
    sql("UPDATE job_kinds SET wait = '{}', longest = '{}' WHERE name = 'webhook.send'", *before)


@pytest.fixture(name="hooks")
def fixture_hooks(chair):
    """Makes webhooks and receivers, and takes them away."""
    made, receivers = [], []

    def make(events, answer=None, url=None):
        receiver = Receiver(answer)
        receivers.append(receiver)
        hook = chair.post("/webhooks", {"url": url or receiver.url, "events": events})
        assert hook.status == 201, hook
        made.append(hook.json["id"])
        return hook.json, receiver

    yield make
    for ident in made:
        chair.delete("/webhooks/" + ident)
    for receiver in receivers:
        receiver.close()


def note(who, title="x"):
    answer = who.post("/notes", {"title": title})
    assert answer.status == 201, answer
    return answer.json["id"]


def deliveries(who, hook, query=""):
    return who.get(f"/webhooks/{hook['id']}/deliveries?sort=createdAt&limit=200{query}").json["items"]


def ping(who, hook):
    answer = who.post(f"/webhooks/{hook['id']}/test", {})
    assert answer.status == 201, answer
    return answer.json


def delivery(who, ident):
    return who.get("/deliveries/" + ident).json


def settled(who, ident):
    return until(lambda: (told := delivery(who, ident))["state"] != "pending" and told)


# --- what is told --------------------------------------------------------------------

def test_a_change_is_told_signed_as_the_public_library_wants_it(chair, hooks):
    hook, receiver = hooks(["notes.created"])
    began = time.time()
    ident = note(chair)
    call = until(lambda: receiver.calls and receiver.calls[0])
    assert call.json["type"] == "notes.created"
    assert call.data == {"resource": "notes", "id": ident, "action": "created"}
    assert call.headers["content-type"] == "application/json"
    assert abs(int(call.headers["webhook-timestamp"]) - began) < 60
    assert verify(hook["secret"], call) == [None]
    assert verify(hook["secret"], call, body=call.body.replace("created", "deleted"))[0] is not None
    assert verify("whsec_" + base64.b64encode(bytes(32)).decode(), call)[0] is not None
    told = until(lambda: [d for d in deliveries(chair, hook) if d["state"] == "delivered"])[0]
    assert (told["event"], told["status"], told["attempts"], told["messageId"]) == ("notes.created", 204, 1, call.id)
    whole = delivery(chair, told["id"])
    assert whole["payload"] == call.json and [t["status"] for t in whole["tries"]] == [204]
    assert chair.get("/webhooks/" + hook["id"]).json["lastDeliveryAt"] is not None


def test_created_changed_deleted_and_restored_come_in_that_order(chair, hooks):
    _, receiver = hooks(["notes.*"])
    _, other = hooks(["notes.deleted", "roles.*"])
    ident = note(chair)
    chair.patch("/notes/" + ident, {"title": "y"})
    chair.delete("/notes/" + ident)
    assert chair.post(f"/notes/{ident}/restore", {}).status == 200
    until(lambda: len(receiver.taken()) == 4)
    assert [c.data["action"] for c in receiver.taken()] == ["created", "updated", "deleted", "restored"]
    until(lambda: other.taken())
    assert [c.json["type"] for c in other.taken()] == ["notes.deleted"]


def test_a_star_is_told_of_everything_but_of_itself(chair, hooks):
    hook, receiver = hooks(["*"])
    chair.patch("/webhooks/" + hook["id"], {"description": "all"})
    role = chair.post("/roles", {"name": "hooked-" + hook["id"][-8:]})
    ident = note(chair)
    until(lambda: any(c.data["id"] == ident for c in receiver.taken()))
    told = [(c.data["resource"], c.data["id"]) for c in receiver.taken()]
    assert ("roles", role.json["id"]) in told and ("webhooks", hook["id"]) not in told


def test_a_change_is_told_within_a_moment(chair, hooks):
    """By the doorbell, not by the clock: the median of ten is well below a tick."""
    _, receiver = hooks(["notes.created"])
    spans = []
    for n in range(1, 11):
        began = time.monotonic()
        note(chair)
        until(lambda n=n: len(receiver.taken()) == n)
        spans.append(time.monotonic() - began)
    assert sorted(spans)[5] < 0.7, spans


def test_what_was_before_it_listened_is_not_told(chair, hooks):
    note(chair, "before")
    hook, receiver = hooks(["notes.created"])
    ident = note(chair, "after")
    until(lambda: receiver.taken())
    assert [c.data["id"] for c in receiver.taken()] == [ident]
    assert chair.patch("/webhooks/" + hook["id"], {"isActive": False}).status == 200
    note(chair, "while it is off")
    assert chair.patch("/webhooks/" + hook["id"], {"isActive": True}).status == 200
    last = note(chair, "on again")
    until(lambda: len(receiver.taken()) == 2)
    assert [c.data["id"] for c in receiver.taken()] == [ident, last]


def test_many_rows_at_once_are_told_as_one_without_an_id(chair, hooks):
    _, receiver = hooks(["notes.created"])
    sql("INSERT INTO notes (owner_id, title) SELECT '{}', 'bulk' FROM generate_series(1, 150)", chair.user["id"])
    until(lambda: receiver.taken())
    assert [c.data for c in receiver.taken()] == [{"resource": "notes", "id": None, "action": "created"}]


def test_more_events_than_one_page_are_read_in_order_to_the_last(chair, hooks):
    _, receiver = hooks(["notes.deleted"])
    sql("DO $$ DECLARE _id uuid; BEGIN FOR n IN 1..1300 LOOP INSERT INTO notes (owner_id, title) VALUES ('{}', 'page')"
        " RETURNING id INTO _id; IF n IN (1, 650, 1300) THEN UPDATE notes SET deleted_at = now() WHERE id = _id; END IF;"
        " END LOOP; END $$", chair.user["id"])
    until(lambda: len(receiver.taken()) == 3)
    gone = [row[0] for row in sql("SELECT id FROM notes WHERE title = 'page' AND deleted_at IS NOT NULL ORDER BY id")]
    assert [c.data["id"] for c in receiver.calls] == gone


# --- nothing is lost, nothing out of order ----------------------------------------------

class Session:
    """psql with a transaction of its own pace."""

    def __init__(self):
        self.psql = subprocess.Popen(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                     env={**os.environ, "PGUSER": "postgres"})
        self.say("SET search_path = bureau, public")

    def say(self, statement):
        self.psql.stdin.write(statement + ";\n\\echo said\n")
        self.psql.stdin.flush()
        out = []
        while (line := self.psql.stdout.readline()) != "said\n":
            assert line, "psql ended"
            out.append(line.strip())
        return out

    def close(self):
        self.psql.stdin.close()
        self.psql.wait(10)


INSERT = "INSERT INTO notes (owner_id, title) VALUES ('{}', '{}') RETURNING id"


def test_a_transaction_that_commits_late_is_told_late_and_once(chair, hooks):
    _, receiver = hooks(["notes.created"])
    sessions = [Session() for _ in range(5)]
    ids = [(s.say("BEGIN"), s.say(INSERT.format(chair.user["id"], "late")))[1][0] for s in sessions]
    expected = []
    for n in (2, 4, 0, 3, 1):
        # Events with higher numbers have been read when this one is committed.
        expected.append(note(chair))
        until(lambda: len(receiver.taken()) == len(expected))
        sessions[n].say("COMMIT")
        expected.append(ids[n])
        until(lambda: len(receiver.taken()) == len(expected))
    for s in sessions:
        s.close()
    assert [c.data["id"] for c in receiver.taken()] == expected
    assert len(receiver.calls) == len(expected)


def test_nothing_is_lost_or_doubled_with_slow_committers_side_by_side(chair, hooks):
    _, receiver = hooks(["notes.created"])
    ids = []

    def write(seed):
        dice, session = random.Random(seed), Session()
        for _ in range(25):
            session.say("BEGIN")
            mine = session.say(INSERT.format(chair.user["id"], "slow"))
            session.say(f"SELECT pg_sleep({dice.random() * 0.03})")
            keep = dice.random() < 0.9
            session.say("COMMIT" if keep else "ROLLBACK")
            if keep:
                ids.extend(mine)
        session.close()

    threads = [threading.Thread(target=write, args=(seed,)) for seed in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(ids) > 150
    until(lambda: len(receiver.taken()) >= len(ids), 60)
    assert sorted(c.data["id"] for c in receiver.calls) == sorted(ids)


def test_an_endpoint_gets_events_in_order_through_failures(chair, hooks):
    dice = random.Random(7)
    hook, receiver = hooks(["notes.*"], lambda call: dice.choice([204, 200, 500, 503]))
    ident = note(chair)
    for n in range(25):
        assert chair.patch("/notes/" + ident, {"title": f"t{n}"}).status == 200
    until(lambda: len(receiver.taken()) == 26, 60)
    order = [row[0] for row in sql("SELECT id FROM webhook_deliveries WHERE webhook_id = '{}' ORDER BY created_at", hook["id"])]
    assert [c.id for c in receiver.taken()] == order
    # None is tried before the one in front of it was taken.
    firsts = [c.id for c in receiver.calls]
    assert sorted(range(26), key=lambda n: firsts.index(order[n])) == list(range(26))
    assert len(receiver.calls) > 26


def test_a_receiver_that_is_down_is_told_when_it_is_up_again(chair, hooks):
    is_up = threading.Event()
    hook, receiver = hooks(["notes.created"], lambda call: 204 if is_up.is_set() else 500)
    ident = note(chair)
    until(lambda: len(receiver.calls) >= 3)
    failing = chair.get("/webhooks/" + hook["id"]).json
    assert failing["failingSince"] is not None and failing["version"] == hook["version"]
    is_up.set()
    until(lambda: receiver.taken())
    assert receiver.taken()[0].data["id"] == ident
    assert len({c.id for c in receiver.calls}) == 1
    told = settled(chair, deliveries(chair, hook)[0]["id"])
    assert told["state"] == "delivered" and told["attempts"] == len(told["tries"]) >= 4
    assert told["tries"][0] == {**told["tries"][0], "status": 500, "cause": "It answered 500.", "response": "hello"}
    assert chair.get("/webhooks/" + hook["id"]).json["failingSince"] is None


def test_a_delivery_fails_when_its_tries_are_used_up_and_the_next_goes_on(chair, hooks):
    hook, receiver = hooks(["notes.created"], lambda call: 500 if call.id == receiver.calls[0].id else 204)
    note(chair)
    second = note(chair)
    until(lambda: receiver.taken(), 60)
    first = deliveries(chair, hook)[0]
    assert (first["state"], first["attempts"], first["status"]) == ("failed", 18, 500)
    assert receiver.taken()[0].data["id"] == second
    assert deliveries(chair, hook, "&state=failed") == [first]


def test_a_busy_receiver_is_left_alone_as_long_as_it_asks(chair, hooks):
    hook, receiver = hooks(["notes.created"], lambda call: (503, {"Retry-After": "2"}) if len(receiver.calls) == 1 else 204)
    note(chair)
    until(lambda: receiver.taken())
    gap = sql("SELECT max(at) - min(at) >= interval '1900 ms' FROM webhook_attempts a JOIN webhook_deliveries d"
              " ON d.id = a.delivery_id WHERE d.webhook_id = '{}'", hook["id"])
    assert gap == [["t"]]


def test_a_slow_receiver_does_not_hold_up_others(chair, hooks):
    go_on = threading.Event()
    _, slow = hooks(["notes.created"], lambda call: go_on.wait(30) and 204)
    _, quick = hooks(["notes.created"])
    for _ in range(5):
        note(chair)
    until(lambda: slow.calls)
    until(lambda: len(quick.taken()) == 5)
    assert len(slow.calls) == 1 and not slow.taken()
    go_on.set()
    until(lambda: len(slow.taken()) == 5)


def test_a_message_whose_worker_is_killed_after_sending_is_sent_again_under_its_id(chair, hooks):
    go_on = threading.Event()
    hook, receiver = hooks(["notes.created"], lambda call: go_on.wait(30) and 204)
    note(chair)
    until(lambda: receiver.calls)
    for pid in workers():
        os.kill(pid, signal.SIGKILL)
    go_on.set()
    told = settled(chair, deliveries(chair, hook)[0]["id"])
    assert told["state"] == "delivered"
    assert len(receiver.calls) == 2 and len({c.id for c in receiver.calls}) == 1


# --- receivers that are no good ------------------------------------------------------------

def test_a_redirect_is_not_followed(chair, hooks):
    _, elsewhere = hooks(["roles.restored"])
    hook, receiver = hooks(["notes.created"], lambda call: (302, {"Location": elsewhere.url}))
    told = settled(chair, ping(chair, hook)["id"])
    assert told["state"] == "failed" and "redirect" in told["cause"] and told["status"] == 302
    assert not elsewhere.calls and len(receiver.calls) == 18


def test_a_receiver_that_is_gone_is_switched_off_at_once(chair, hooks):
    hook, receiver = hooks(["notes.created"], lambda call: 410)
    note(chair)
    off = until(lambda: (now := chair.get("/webhooks/" + hook["id"]).json)["isActive"] is False and now)
    assert off["disabledReason"] == "gone" and off["disabledAt"] is not None and len(receiver.calls) == 1
    until(lambda: deliveries(chair, hook)[0]["state"] == "failed")


def test_a_week_of_failures_switches_it_off_cancels_what_waits_and_tells_its_maker(chair, hooks):
    hook, receiver = hooks(["notes.created"], lambda call: 500)
    sql("UPDATE job_kinds SET wait = '1 hour' , longest = '1 hour' WHERE name = 'webhook.send'")
    try:
        first, second = note(chair), note(chair)
        until(lambda: len(told := deliveries(chair, hook)) == 2 and told[0]["attempts"] == 1)
        assert chair.get("/webhooks/" + hook["id"]).json["isActive"] is True
        sql("UPDATE webhooks SET failing_since = now() - interval '8 days' WHERE id = '{}'", hook["id"])
        sql("UPDATE jobs SET run_at = now() WHERE key = 'webhook:{}' AND state = 'queued'", hook["id"])
        off = until(lambda: (now := chair.get("/webhooks/" + hook["id"]).json)["isActive"] is False and now)
        assert off["disabledReason"] == "failing"
        until(lambda: [d["state"] for d in deliveries(chair, hook)] == ["failed", "cancelled"])
        assert {c.data["id"] for c in receiver.calls} == {first} != {second}
        events = sql("SELECT payload ->> 'kind' FROM events WHERE kind = 'notification' AND audience = ARRAY['user:{}']"
                     " AND payload ->> 'link' = '/app/webhooks/{}'", chair.user["id"], hook["id"])
        assert events == [["webhook-disabled"]]
        mails = sql("SELECT args ->> 'to' FROM jobs WHERE kind = 'mail.send' AND args ->> 'mail' = 'webhook-disabled'"
                    " AND args -> 'values' ->> 'url' = '{}'", hook["url"])
        assert mails == [[chair.user["email"]]]
        refused = chair.post(f"/webhooks/{hook['id']}/test", {})
        assert (refused.status, refused.code) == (409, 3003)
        on = chair.patch("/webhooks/" + hook["id"], {"isActive": True}).json
        assert (on["disabledAt"], on["disabledReason"], on["failingSince"]) == (None, None, None)
    finally:
        sql("UPDATE job_kinds SET wait = '20 ms', longest = '50 ms' WHERE name = 'webhook.send'")


@pytest.fixture(scope="module", name="closed")
def fixture_closed():
    """An instance that may reach no private address, as it is by default."""
    home = os.environ["BUREAU_HOME"] + "-closed"
    shutil.rmtree(home, ignore_errors=True)
    os.makedirs(home)
    one = House(home)
    one.start(WEBHOOKS_ALLOW="", WORKER_CHILDREN="2", MAX_WORKERS="2")
    made = one.client().post("/auth/register", {"fullName": "Ann", "email": fresh_email(), "password": PASSWORD})
    assert made.status == 201, made
    one.chair = one.client(made.json["accessToken"])
    one.receiver = Receiver()
    yield one
    one.receiver.close()
    one.stop()


@pytest.mark.parametrize("host", ["127.0.0.1:{}", "localhost:{}", "[::1]:{}", "[::ffff:127.0.0.1]:{}", "0.0.0.0:{}",
                                  "2130706433:{}", "0x7f.1:{}", "127.1:{}", "169.254.169.254", "10.0.0.1",
                                  "192.168.0.1:{}", "[fe80::1]:{}"])
def test_no_private_address_is_reached_however_it_is_written(closed, host):
    hook = closed.chair.post("/webhooks", {"url": "http://" + host.format(closed.receiver.port) + "/", "events": ["*"]})
    assert hook.status == 201, hook
    ident = ping(closed.chair, hook.json)["id"]
    told = until(lambda: (now := delivery(closed.chair, ident))["attempts"] > 0 and now)
    closed.chair.delete("/webhooks/" + hook.json["id"])
    assert "which webhooks may not reach" in told["cause"] and told["status"] is None
    assert not closed.receiver.calls


# --- people ---------------------------------------------------------------------------------------

def test_a_webhook_is_made_read_changed_deleted_and_restored(chair, hooks):
    hook, receiver = hooks(["users.created", "notes.*"])
    assert set(hook) == FIELDS | {"secret"} and len(base64.b64decode(hook["secret"].removeprefix("whsec_"))) == 32
    read = chair.get("/webhooks/" + hook["id"])
    assert read.json == {name: hook[name] for name in FIELDS} and read.header("ETag")
    assert hook["id"] in [w["id"] for w in chair.get("/webhooks?isActive=true&limit=200").json["items"]]
    changed = chair.patch("/webhooks/" + hook["id"], {"url": receiver.url + "/2", "description": "Second"},
                          If_Match=read.header("ETag"))
    assert changed.status == 200 and changed.json["description"] == "Second"
    missed = chair.patch("/webhooks/" + hook["id"], {"description": "x"}, If_Match=read.header("ETag"))
    assert (missed.status, missed.code, missed.json["current"]["description"]) == (412, 3003, "Second")
    missed = chair.post(f"/webhooks/{hook['id']}/rotate", {}, If_Match=read.header("ETag"))
    assert missed.status == 412
    assert chair.delete("/webhooks/" + hook["id"]).status == 204
    for answer in (chair.get("/webhooks/" + hook["id"]), chair.patch("/webhooks/" + hook["id"], {"isActive": True}),
                   chair.post(f"/webhooks/{hook['id']}/rotate", {}), chair.post(f"/webhooks/{hook['id']}/test", {})):
        assert (answer.status, answer.code) == (410, 3004)
    assert hook["id"] not in [w["id"] for w in chair.get("/webhooks?limit=200").json["items"]]
    assert chair.post(f"/webhooks/{hook['id']}/restore", {}).json["url"] == receiver.url + "/2"
    ping(chair, hook)
    until(lambda: receiver.taken())
    assert (receiver.calls[0].path, receiver.calls[0].json["type"]) == ("/hook/2", "ping")


@pytest.mark.parametrize("field,value,word", [
    ("url", "ftp://example.org/", "https://"), ("url", "https://u:p@example.org/", "password"), ("url", "https://", "host"),
    ("url", "https://example.org:0/", "port"), ("url", "https://exa mple.org/", "spaces"), ("url", "example.org", "scheme"),
    ("url", "https://example.org/#x", "fragment"), ("events", ["usesr.created"], "usesr.created"),
    ("events", ["users.painted"], "users.painted"), ("events", ["*.created"], "*.created"), ("events", [], ""),
    ("events", ["passwords.*"], "passwords.*"), ("isActive", "maybe", "")])
def test_a_wrong_field_is_named_with_what_to_mend(chair, hooks, field, value, word):
    hook, _ = hooks(["*"])
    answers = [chair.patch("/webhooks/" + hook["id"], {field: value})]
    if field != "isActive":
        answers.append(chair.post("/webhooks", {"url": "https://example.org/", "events": ["*"], field: value}))
    for answer in answers:
        assert answer.status == 422, answer
        assert answer.json["errors"][0]["field"] == field and word in answer.json["errors"][0]["message"]


def test_a_secret_that_is_replaced_signs_along_for_a_day(chair, hooks):
    hook, receiver = hooks(["notes.created"])
    fresh = chair.post(f"/webhooks/{hook['id']}/rotate", {})
    assert fresh.status == 200 and fresh.json["secret"] != hook["secret"] and fresh.json["formerSecretUntil"]
    note(chair)
    call = until(lambda: receiver.calls and receiver.calls[0])
    assert len(call.headers["webhook-signature"].split(" ")) == 2
    assert verify(hook["secret"], call) == verify(fresh.json["secret"], call) == [None]
    sql("UPDATE webhooks SET former_until = now() WHERE id = '{}'", hook["id"])
    note(chair)
    call = until(lambda: len(receiver.calls) == 2 and receiver.calls[1])
    assert verify(fresh.json["secret"], call) == [None] and verify(hook["secret"], call)[0] is not None


def test_a_secret_is_told_once_and_is_nowhere_else(chair, hooks):
    hook, receiver = hooks(["notes.created"], lambda call: 500)
    fresh = chair.post(f"/webhooks/{hook['id']}/rotate", {}).json
    note(chair)
    until(lambda: len(receiver.calls) > 1)
    pages = [chair.get("/webhooks/" + hook["id"]), chair.get("/webhooks?limit=200"),
             chair.get(f"/webhooks/{hook['id']}/deliveries"), chair.get("/deliveries/" + deliveries(chair, hook)[0]["id"]),
             chair.get("/audit?resourceId=" + hook["id"])]
    audit = pages[-1].json["items"]
    assert {a["action"] for a in audit} >= {"webhooks.created", "webhooks.updated"}
    assert audit[-1]["after"]["secret"] == "***"
    with open(os.environ["BUREAU_HOME"] + "/serve.log", "rb") as log:
        text = log.read() + b"".join(page.body for page in pages) + json.dumps(
            sql("SELECT args, result, cause FROM jobs WHERE kind = 'webhook.send'")).encode()
    for secret in (hook["secret"], fresh["secret"]):
        plain = secret.removeprefix("whsec_")
        assert plain.encode() not in text and base64.b64decode(plain).hex().encode() not in text


def test_a_message_is_sent_again_under_its_id(chair, hooks):
    hook, receiver = hooks(["notes.created"])
    note(chair)
    until(lambda: receiver.taken())
    first = settled(chair, deliveries(chair, hook)[0]["id"])
    again = chair.post(f"/deliveries/{first['id']}/redeliver", {})
    assert again.status == 201 and again.json["id"] != first["id"] and again.json["messageId"] == first["messageId"]
    until(lambda: len(receiver.calls) == 2)
    assert receiver.calls[0].id == receiver.calls[1].id and receiver.calls[0].body == receiver.calls[1].body
    assert settled(chair, again.json["id"])["state"] == "delivered"
    assert len(deliveries(chair, hook, "&messageId=" + first["messageId"])) == 2


def test_what_waits_is_cancelled_when_it_is_switched_off(chair, hooks):
    go_on = threading.Event()
    hook, receiver = hooks(["notes.created"], lambda call: go_on.wait(30) and 204)
    for _ in range(3):
        note(chair)
    until(lambda: receiver.calls and len(deliveries(chair, hook)) == 3)
    assert chair.patch("/webhooks/" + hook["id"], {"isActive": False}).status == 200
    go_on.set()
    until(lambda: all(d["state"] != "pending" for d in deliveries(chair, hook)))
    assert [d["state"] for d in deliveries(chair, hook)[1:]] == ["cancelled"] * 2 and len(receiver.calls) == 1


def test_only_who_manages_webhooks_may_see_them(manager, employee, chair, hooks):
    hook, _ = hooks(["*"])
    for who in (manager, employee):
        for answer in (who.get("/webhooks"), who.get("/webhooks/" + hook["id"]), who.post(f"/webhooks/{hook['id']}/rotate", {}),
                       who.get(f"/webhooks/{hook['id']}/deliveries"), who.delete("/webhooks/" + hook["id"])):
            assert (answer.status, answer.code) == (403, 1005)
    assert chair.get("/webhooks/" + hook["id"]).status == 200
