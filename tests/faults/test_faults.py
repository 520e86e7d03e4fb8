# SPDX-License-Identifier: ISC
"""Processes killed and stopped, PostgreSQL gone, sockets abused: nothing acknowledged is lost or doubled."""

import contextlib
import os
import random
import signal
import socket
import subprocess
import threading
import time

import pytest

import client
import fastcgi
from instance import HOME, Load, Master, below, children, is_up, pause, processes, wait_until

SKELETON = "bureau-skeleton"


@pytest.fixture
def who():
    wait_until(is_up, 30, "the instance is up")
    return client.person("employee")


def test_children_killed_every_300_ms_cost_at_most_their_request(who):
    random.seed(7)
    with Load(who) as load:
        kills = 0
        for _ in range(15):
            wait_until(lambda: children(SKELETON), 5, "children are there")
            os.kill(random.choice(children(SKELETON)), signal.SIGKILL)
            kills += 1
            pause(0.3)
        last = time.monotonic()
        pause(1.2)
    assert len(load.failures) <= kills
    assert load.gap_after(last) <= 1
    load.check_ledger()


def test_lighttpd_killed_is_back_within_three_seconds(who):
    with Load(who) as load:
        old = children("lighttpd")
        moment = time.monotonic()
        for pid in old:
            os.kill(pid, signal.SIGKILL)
        wait_until(is_up, 3, "lighttpd is back")
        pause(0.5)
    assert not set(old) & set(children("lighttpd"))
    assert load.gap_after(moment) <= 3
    load.check_ledger()


def test_the_master_killed_takes_all_along_and_a_new_one_serves(who):
    with Load(who) as load:
        mine = below(Master.pid)
        os.kill(Master.pid, signal.SIGKILL)
        moment = time.monotonic()
        Master.start()
        wait_until(is_up, 15, "the new master serves")
        wait_until(lambda: not set(mine) & set(processes()), 10, "the old processes are gone")
        pause(0.5)
    assert load.gap_after(moment) <= 10
    load.check_ledger()


def test_a_reload_under_load_fails_nothing(who):
    with Load(who) as load:
        for _ in range(5):
            before = set(children(SKELETON))
            os.kill(Master.pid, signal.SIGHUP)
            wait_until(lambda: children(SKELETON) and not before & set(children(SKELETON)), 15, "all children are new")
    assert load.failures == []
    load.check_ledger()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL],
                         ids=["fast", "immediate", "killed"])
def test_postgresql_restarted_loses_nothing(who, how):
    with Load(who) as load:
        postmaster = int(open(HOME + "/pg/postmaster.pid", encoding="ascii").readline())
        os.kill(postmaster, how)
        moment = time.monotonic()
        wait_until(lambda: postmaster not in processes(), 20, "the old postmaster is gone")
        wait_until(is_up, 20, "PostgreSQL is back")
        pause(0.5)
    slow = [end - begun for _, status, begun, end in load.failures if begun > moment]
    assert all(s in (503, 500, None) for _, s, _, _ in load.failures), {s for _, s, _, _ in load.failures}
    assert max(slow, default=0) < 6
    load.check_ledger()


def test_a_killed_backend_is_survived(who):
    with Load(who) as load:
        postmaster = int(open(HOME + "/pg/postmaster.pid", encoding="ascii").readline())
        backends = {int(row[0]) for row in client.sql(
            "SELECT pid FROM pg_stat_activity WHERE usename = 'bureau_skeleton'")}
        os.kill(min(backends), signal.SIGKILL)
        # The postmaster ends all the others before it recovers.
        wait_until(lambda: not backends & set(below(postmaster)), 20, "ended every backend")
        wait_until(is_up, 20, "recovered")
        assert postmaster in processes()
    load.check_ledger()


def test_a_terminated_connection_is_made_again_without_a_failed_read(who):
    path = "/notes/" + who.post("/notes", {"title": "x"}).json["id"]
    for _ in range(20):
        client.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'bureau_skeleton'")
        assert who.get(path).status == 200


def test_a_frozen_database_ends_every_request_at_its_deadline(who):
    postmaster = int(open(HOME + "/pg/postmaster.pid", encoding="ascii").readline())
    frozen = [postmaster] + below(postmaster)
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        started = time.monotonic()
        answer = who.get("/notes")
        took = time.monotonic() - started
        assert answer.status in (503, 504), answer
        assert took < 6
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    wait_until(lambda: who.get("/notes").status == 200, 10, "it thaws")


@contextlib.contextmanager
def locked_row(record):
    """Another session holds the note, and lets go of it at the end."""
    with subprocess.Popen(["psql", "-XAtq"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        other.stdin.write(f"BEGIN; SELECT 'locked' FROM bureau.notes WHERE id = '{record}' FOR UPDATE;\n")
        other.stdin.flush()
        assert other.stdout.readline().strip() == "locked"
        try:
            yield
        finally:
            other.stdin.write("ROLLBACK;\n")
            other.stdin.close()
            other.wait()


def test_a_row_that_is_locked_gives_503_not_a_hang(who):
    record = who.post("/notes", {"title": "x"}).json["id"]
    with locked_row(record):
        started = time.monotonic()
        answer = who.patch("/notes/" + record, {"title": "y"})
        assert (answer.status, answer.code) == (503, 4002) and answer.header("Retry-After")
        assert time.monotonic() - started < 5
    assert who.patch("/notes/" + record, {"title": "y"}).status == 200


def test_all_connections_taken_give_503_and_no_crash(who):
    before = set(children(SKELETON))
    held = []
    client.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename LIKE 'bureau\\_%'")
    path = next(HOME + "/run/" + f for f in os.listdir(HOME + "/run") if f.startswith(".s.PGSQL") and "lock" not in f)
    try:
        for _ in range(300):
            conn = socket.socket(socket.AF_UNIX)
            conn.setblocking(False)
            try:
                conn.connect(path)
            except BlockingIOError:      # its backlog is full, too
                conn.close()
                break
            held.append(conn)
        statuses = {who.get("/notes").status for _ in range(20)}
        assert statuses <= {200, 503} and 503 in statuses
    finally:
        for conn in held:
            conn.close()
    wait_until(lambda: {who.get("/notes").status for _ in range(20)} == {200}, 10, "every child is connected again")
    assert set(children(SKELETON)) == before


def test_a_child_that_hangs_in_a_request_is_ended_and_replaced(who):
    record = who.post("/notes", {"title": "x"}).json["id"]
    before = children(SKELETON)
    with locked_row(record):
        threading.Thread(target=who.patch, args=("/notes/" + record, {"title": "y"}), daemon=True).start()
        wait_until(lambda: client.sql("SELECT 1 FROM pg_stat_activity WHERE usename = 'bureau_skeleton'"
                                      " AND wait_event_type = 'Lock'"), 3, "a child waits for the row")
        for pid in before:
            os.kill(pid, signal.SIGSTOP)
        try:
            wait_until(lambda: set(children(SKELETON)) - set(before), 15, "the watchdog has replaced it")
        finally:
            for pid in set(before) & set(processes()):
                os.kill(pid, signal.SIGCONT)
    assert len(set(before) - set(processes())) == 1
    assert who.get("/notes/" + record).status == 200


@pytest.mark.parametrize("garbage", [
    b"", b"\0", b"\1\1\0\1\0\10\0\0\0\1\0", b"GET / HTTP/1.1\r\n\r\n", b"\1" * 4096, os.urandom(4096),
    fastcgi.record(fastcgi.BEGIN, b"\0\1\0\0\0\0\0\0") + b"\1\4\0\1\xff\xff\0\0",
    fastcgi.record(fastcgi.BEGIN, b"\0\1\0\0\0\0\0\0") + fastcgi.record(fastcgi.PARAMS, b"\x7f\xff\xff\xfe" * 8),
    fastcgi.record(fastcgi.BEGIN, b"\0\1\0\0\0\0\0\0") + fastcgi.record(fastcgi.PARAMS, b"\xff\xff\xff\xff\xff\xff\xff\xff"),
    fastcgi.record(fastcgi.ABORT), fastcgi.record(fastcgi.STDIN, b"x"), fastcgi.record(9, b"\x0e\0FCGI_MAX_CONNS"),
], ids=range(12))
def test_malformed_fastcgi_hurts_nobody(who, garbage):
    for _ in range(4):
        with socket.socket(socket.AF_UNIX) as conn:
            conn.connect(HOME + "/run/skeleton.sock")
            conn.sendall(garbage)
            conn.shutdown(socket.SHUT_WR)
    wait_until(lambda: who.get("/notes").status == 200, 10, "others are served")


@pytest.mark.parametrize("length,body", [("10", b"{}"), ("1", b"{}"), ("-1", b""), ("2x", b"{}"), ("", b"{}"),
                                         ("99999999999999999999", b"{}")])
def test_a_body_of_another_length_than_announced_is_refused(who, length, body):
    answer = fastcgi.call(HOME + "/run/skeleton.sock", "POST", "/api/v1/notes",
                          [("Authorization", "Bearer " + who.token), ("Content-Type", "application/json")], body,
                          content_length=length)
    assert answer.status in (400, 413), answer.body


def test_a_variable_that_comes_twice_is_refused(who):
    for name in ("HTTP_X_FORWARDED_FOR", "HTTP_AUTHORIZATION", "CONTENT_LENGTH"):
        answer = fastcgi.call(HOME + "/run/skeleton.sock", "GET", "/api/v1/notes",
                              [("Authorization", "Bearer " + who.token)], extra=[(name, "0"), (name, "0")])
        assert answer.status == 400, name


def test_silent_connections_do_not_hold_the_children(who):
    held = []
    for _ in range(len(children(SKELETON))):
        conn = socket.socket(socket.AF_UNIX)
        conn.connect(HOME + "/run/skeleton.sock")
        held.append(conn)
    started = time.monotonic()
    assert who.get("/notes").status == 200
    assert time.monotonic() - started < 15
    for conn in held:
        conn.close()


def test_term_drains_and_leaves_no_process(who):
    with Load(who) as load:
        mine = below(Master.pid) + [Master.pid]
        os.kill(Master.pid, signal.SIGTERM)
        wait_until(lambda: not set(mine) & set(processes()), 20, "everything has ended")
        Master.start()
        wait_until(is_up, 20, "a new one serves")
    assert 500 not in {status for _, status, _, _ in load.log}
    load.check_ledger()
