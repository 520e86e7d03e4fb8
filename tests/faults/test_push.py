# SPDX-License-Identifier: ISC
"""The stream under faults: every reader has every event, once, in the one order; who is put out is out within a second."""

import json
import os
import random
import signal
import subprocess
import threading
import time

import pytest

import bell
import client
from follow import Host, Over, Stream
from instance import HOME, below, children, is_up, pause, processes, wait_until

WRITERS = 16
READERS = 8
EVENTS = int(os.environ.get("LOSS_EVENTS", "20000"))
STRAGGLER = 2.5         # s that a transaction stays open now and then
LOSS = "loss"           # the resource that is written


@pytest.fixture(name="second", scope="module")
def fixture_second():
    wait_until(is_up, 30, "the instance is up")
    host = Host()
    host.start()
    yield host
    host.stop()


# --- nothing lost -----------------------------------------------------------------------

class Psql:
    """A session that survives the death of its server."""

    def __init__(self):
        self.process = None

    def run(self, text):
        """True: it was done; false: the connection broke, so what became of it is not known."""
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                            stderr=subprocess.DEVNULL, text=True, bufsize=1)
        try:
            self.process.stdin.write(text + "\n\\echo done\n")
            for line in self.process.stdout:
                if line == "done\n":
                    return True
        except OSError:
            pass
        self.process.wait()
        return False


class Writer(threading.Thread):
    """Transactions of some events each, committed late, rolled back, and now and then open for very long."""

    def __init__(self, number, share, audiences, bells):
        super().__init__(daemon=True)
        self.random = random.Random(number)
        self.share, self.audiences, self.bells = share, audiences, bells
        self.written = 0

    def statement(self, events):
        return (f"INSERT INTO bureau.events (audience, kind, resource, resource_id, payload) SELECT '{self.random.choice(self.audiences)}',"
                f" 'refresh_data', '{LOSS}', bureau.uuid_v7(), '{{\"action\": \"created\"}}' FROM generate_series(1, {events});")

    def sleep(self):
        late = STRAGGLER if self.random.random() < 0.01 else self.random.random() * 0.03
        return f"SELECT pg_sleep({late});"

    def run(self):
        psql = Psql()
        while self.written < self.share:
            first, second = self.random.randint(1, 12), self.random.randint(1, 12)
            ends_well = self.random.random() < 0.85
            done = psql.run("BEGIN;" + self.statement(first) + self.sleep() + self.statement(second)
                            + ("COMMIT;" if ends_well else "ROLLBACK;"))
            if done and ends_well:
                self.written += first + second
            if self.random.random() < 0.8:      # the others are found by looking
                bell.ring(self.random.choice(self.bells))
            if not done:
                pause(0.1)


class Reader(threading.Thread):
    """Follows on one host or the other, is cut off at random, and goes on behind what it has."""

    def __init__(self, number, who, urls):
        super().__init__(daemon=True)
        self.random = random.Random(1000 + number)
        self.who, self.urls = who, urls
        self.last = who.get("/auth/me").header("Event-Cursor")
        self.began = int(self.last.split(":")[1])
        self.got = []           # (seq, resource_id)
        self.cuts = self.repeats = 0
        self.wrong = None
        self.is_done = False

    def take(self, ident, name, data):
        if name == "reset":
            raise AssertionError("reset")
        if ident is None:
            return
        epoch, _, seq = ident.partition(":")
        assert epoch == self.last.split(":")[0]
        if data is not None and int(seq) <= int(self.last.split(":")[1]):
            self.repeats += 1   # allowed over a resume, and known by its id
            return
        if int(seq) > int(self.last.split(":")[1]):
            self.last = ident
        if data is None or name != "refresh_data":
            return
        event = json.loads(data)
        if event["resource"] == LOSS:
            self.got.append((int(seq), event["id"]))
        self.is_done = self.is_done or event["resource"] == LOSS + "-end"

    def follow(self):
        stream = Stream(self.random.choice(self.urls), self.who.token, self.last, self.random.random() < 0.5)
        try:
            for event in stream.events(time.monotonic() + self.random.expovariate(1 / 1.5)):
                self.take(*event)
                if self.is_done:
                    return
        finally:
            stream.close()
            self.cuts += 1

    def run(self):
        while not self.is_done:
            try:
                self.follow()
            except Over:
                pause(0.05)
            except (AssertionError, ValueError) as wrong:
                self.wrong = repr(wrong)
                return


def written():
    return int(client.sql("SELECT count(*) FROM events WHERE resource = '{}'", LOSS)[0][0])


def tell(audience, resource):
    client.sql("INSERT INTO events (audience, kind, resource, payload)"
               " VALUES ('{{{}}}', 'refresh_data', '{}', '{{\"action\": \"updated\"}}')", audience, resource)


def expected(reader):
    """What the table says this reader must have."""
    audiences = ["all", "user:" + reader.who.user["id"]] + ["perm:" + name for name in reader.who.user["permissions"]]
    return [(int(seq), ident) for seq, ident in client.sql(
        "SELECT s.seq, e.resource_id FROM stream s JOIN events e ON e.id = s.event_id"
        " WHERE e.resource = '{}' AND s.seq > {} AND e.audience && '{{{}}}' ORDER BY s.seq",
        LOSS, reader.began, ",".join(audiences))]


def kill_push():
    for pid in children("bureau-push"):
        os.kill(pid, signal.SIGKILL)


def kill_postgresql():
    with open(HOME + "/pg/postmaster.pid", encoding="ascii") as file:
        postmaster = int(file.readline())
    os.kill(postmaster, signal.SIGKILL)
    wait_until(lambda: postmaster not in processes(), 20, "the old postmaster is gone")


def stored():
    """Counted where the database can be asked."""
    try:
        return written()
    except subprocess.CalledProcessError:
        return 0


def test_every_reader_has_every_event_once_in_the_one_order(second):
    people = [client.person(role) for role in ("chairperson", "manager", "employee")]
    audiences = ["{all}", "{perm:users:read}", "{perm:users:read,user:%s}" % people[2].user["id"]] \
        + ["{user:%s}" % one.user["id"] for one in people]
    bells = [bell.find(), bell.find(home=second.home)]
    readers = [Reader(n, people[n % 3], [client.BASE_URL, second.url]) for n in range(READERS)]
    writers = [Writer(n, EVENTS // WRITERS + 1, audiences, bells) for n in range(WRITERS)]
    for thread in readers + writers:
        thread.start()
    wait_until(lambda: stored() > EVENTS * 0.3, 300, "a third is written")
    kill_push()
    wait_until(lambda: stored() > EVENTS * 0.6, 300, "two thirds are written")
    kill_postgresql()
    wait_until(is_up, 60, "PostgreSQL is back")
    for thread in writers:
        thread.join(300)
        assert not thread.is_alive()
    tell("all", LOSS + "-end")
    for thread in readers:
        thread.join(60)
    assert [reader.wrong for reader in readers] == [None] * READERS
    assert all(reader.is_done for reader in readers), "somebody never came to the end"
    assert written() >= EVENTS
    for reader in readers:
        must = expected(reader)
        assert len(must) > EVENTS / 10
        assert [seq for seq, _ in reader.got] == sorted({seq for seq, _ in reader.got}), "out of order or twice"
        assert reader.got == must
    order = client.sql("SELECT count(*), count(DISTINCT event_id), max(seq) - min(seq) + 1 FROM stream")[0]
    assert len(set(order)) == 1, "the order has gaps or repeats"
    print(f"{written()} events, {sum(r.cuts for r in readers)} cuts, {sum(r.repeats for r in readers)} repeats over a resume")


# --- nobody kept in ---------------------------------------------------------------------

def ended_after(stream, begun):
    """Seconds until the stream said revoked or ended."""
    try:
        for _, name, _ in stream.events(time.monotonic() + 5):
            if name == "revoked":
                break
        else:
            raise AssertionError("it went on")
    except Over:
        pass
    finally:
        stream.close()
    return time.monotonic() - begun


def test_who_is_revoked_is_out_within_a_second_a_hundred_times_of_a_hundred_on_both_hosts(second):
    chair, email = client.person("chairperson"), client.person().user["email"]
    slowest = 0
    for _ in range(100):
        who = client.sign_in(email)
        streams = [Stream(url, who.token) for url in (client.BASE_URL, second.url)]
        begun = time.monotonic()
        assert chair.post(f"/users/{who.user['id']}/revoke").status == 200
        for stream in streams:
            slowest = max(slowest, ended_after(stream, begun))
            assert slowest < 1
        with pytest.raises(Over, match="403"):
            Stream(client.BASE_URL, who.token)
        assert chair.post(f"/users/{who.user['id']}/restore").status == 200
    print(f"slowest {slowest * 1000:.0f} ms")


def test_what_may_no_longer_be_seen_does_not_come(second):
    chair = client.person("chairperson")
    role = chair.post("/roles", {"name": "seer-" + os.urandom(4).hex(), "permissions": ["users:read"]}).json
    who = client.person(role["name"])
    for url in (client.BASE_URL, second.url):
        chair.put("/roles/" + role["id"], {"name": role["name"], "permissions": ["users:read"]})
        stream = Stream(url, who.token)
        begun = time.monotonic()
        assert chair.put("/roles/" + role["id"], {"name": role["name"], "permissions": []}).status == 200
        for text in ("perm:users:read", "all"):
            tell(text, "after-" + text)
        seen = []
        for _, _, data in stream.events(begun + 5):
            seen.append(data or "")
            if "after-all" in seen[-1]:
                break
        stream.close()
        assert "after-all" in seen[-1]
        assert not [data for data in seen if "after-perm" in data]
