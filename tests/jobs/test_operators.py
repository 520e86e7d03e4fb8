# SPDX-License-Identifier: ISC
"""What operators see of queues and jobs and do to them, and the hash chain, through the API beside working workers."""

import concurrent.futures
import json
import os
import subprocess
import uuid

import client
import pytest
from client import sql
from test_queue import add, hold, job, let_go
from until import until

LATER = "now() + interval '1 hour'"


@pytest.fixture(scope="module")
def reader(chair):
    """Who sees queues and may not touch them."""
    return client.person("manager")


@pytest.fixture
def still():
    """The queue of examples begins nothing meanwhile."""
    sql("UPDATE queues SET paused_at = now() WHERE name = 'example-inside'")
    yield
    sql("UPDATE queues SET paused_at = NULL WHERE name = 'example-inside'")


def queue(who, name):
    answer = who.get("/queues")
    assert answer.status == 200, answer
    return {q["name"]: q for q in answer.json["items"]}[name]


def dead(page, **more):
    """A job that has failed for good."""
    ident = add("example.diary", {"page": page, "number": 1}, run_at="tomorrow", **more)
    sql("UPDATE jobs SET state = 'failed', finished_at = now(), cause = 'the pen broke' WHERE id = '{}'", ident)
    return ident


def later(**more):
    args = json.dumps({"page": "later", "number": 1, **more})
    return sql("SELECT job_add('example.diary', '{}', _run_at => {})", args, LATER)[0][0]


# --- looking -------------------------------------------------------------------------------

def test_queues_tell_what_waits_what_failed_and_how_fast_it_goes(reader):
    sql("SELECT count(job_add('example.diary', '{{\"page\": \"fast\", \"number\": 1}}')) FROM generate_series(1, 20)")
    until(lambda: queue(reader, "example-inside")["doneLastMinute"] >= 20)
    told = queue(reader, "example-inside")
    assert told["leased"] is False and told["pausedAt"] is None and told["batch"] == 1000
    assert told["donePerMinute"] > 0 and told["ready"] == 0 and told["oldestAge"] is None
    assert 0 <= told["waitMs"]["p50"] <= told["waitMs"]["p95"] <= told["waitMs"]["p99"]
    assert 0 <= told["runMs"]["p50"] <= told["runMs"]["p99"]


def test_the_depth_is_told_by_state(reader, still):
    before = queue(reader, "example-inside")
    add("example.diary", {"page": "depth", "number": 1}, key="depth")
    add("example.diary", {"page": "depth", "number": 2}, key="depth")
    later()
    dead("depth")
    now = queue(reader, "example-inside")
    assert [now[s] - before[s] for s in ("ready", "waiting", "later", "failed", "running")] == [1, 1, 1, 1, 0]
    assert now["oldestAge"] >= 0 and now["pausedAt"]


def test_jobs_are_listed_newest_first_page_by_page(reader, still):
    mine = [add("example.diary", {"page": "listed", "number": n}) for n in range(5)]
    seen, after = [], ""
    while len(seen) < 5:
        page = reader.get("/jobs?queue=example-inside&limit=2" + after).json
        seen += [j["id"] for j in page["items"]]
        after = "&after=" + page["next"]
    assert seen[:5] == mine[::-1]
    assert reader.get("/jobs?limit=1&count=exact&state=queued&queue=example-inside").json["total"] >= 5


def test_jobs_are_found_by_id_key_state_kind_and_argument(reader, still):
    word = uuid.uuid4().hex
    live = add("example.diary", {"page": word, "number": 1}, key="key-" + word)
    behind = add("example.diary", {"page": word, "number": 2}, key="key-" + word)
    over = dead(word)

    def found(query):
        return {j["id"] for j in reader.get("/jobs?" + query).json["items"]}
    assert found("search=" + word) == found("search=" + word[5:20].upper()) == {live, behind, over}
    assert found("search=" + word + "&state=failed") == {over}
    assert found("key=key-" + word) == {live, behind} and found("id=" + live) == {live}
    assert found("search=" + word + "&kind=mail.send") == set()
    assert found("search=" + word + "&createdAt[lt]=2020-01-01T00:00:00Z") == set()
    assert found("search=%25" + word) == set()


def test_what_is_secret_is_shown_to_nobody(reader, still):
    ident = sql("SELECT job_add('example.diary', '{{\"page\": \"secret\", \"token\": \"tok-77\"}}', _secret =>"
                " '{{\"code\": \"sec-88\"}}')")[0][0]
    for path in ("/jobs/" + ident, "/jobs?id=" + ident):
        body = reader.get(path).body.decode()
        assert "tok-77" not in body and "sec-88" not in body and '"***"' in body
    assert reader.get("/jobs?search=tok-77").json["items"] == []


def test_a_job_tells_each_of_its_tries(reader):
    ident = add("example.diary", {"page": "tries", "number": 1, "odds": 1})
    until(lambda: job(ident)[0] == "failed", 60)
    told = reader.get("/jobs/" + ident).json
    assert told["state"] == "failed" and told["tries"] == told["attempts"] == len(told["log"]) == 20
    assert told["log"][0]["cause"] == "the pen broke" and told["log"][-1]["outcome"] == "failed"
    assert told["log"][0]["startedAt"] and told["log"][0]["worker"]


# --- doing ------------------------------------------------------------------------------------

def test_a_paused_queue_stands_still_and_the_audit_log_tells_who_did_it(chair):
    assert chair.post("/queues/example-inside/pause").json["pausedAt"]
    ident = add("example.diary", {"page": "held", "number": 1})
    other = add("example.nothing")
    until(lambda: job(other) is None)
    assert job(ident)[0] == "queued"
    assert chair.post("/queues/example-inside/resume").json["pausedAt"] is None
    until(lambda: job(ident)[0] == "done")
    entry = chair.get("/audit?action=queues.updated&limit=1").json["items"][0]
    assert entry["actor"] == chair.user["id"] and entry["after"] == {"paused_at": None}


def test_who_only_sees_touches_nothing(reader, employee):
    ident = dead("untouched")
    for path in (f"/jobs/{ident}/retry", f"/jobs/{ident}/cancel", f"/jobs/{ident}/run-now", "/jobs/retry",
                 "/queues/example/pause", "/queues/example/resume"):
        assert (reader.post(path).status, reader.post(path).code) == (403, 1005), path
    for path in ("/queues", "/jobs", "/jobs/" + ident):
        assert employee.get(path).status == 403 and reader.get(path).status == 200, path
    assert job(ident)[0] == "failed"


def test_what_is_not_there_is_not_found(chair):
    nobody = str(uuid.uuid4())
    assert chair.get("/jobs/" + nobody).status == 404
    for path in (f"/jobs/{nobody}/retry", f"/jobs/{nobody}/cancel", f"/jobs/{nobody}/run-now", "/jobs/x/retry",
                 "/queues/nowhere/pause", "/queues/nowhere/resume"):
        assert (chair.post(path).status, chair.post(path).code) == (404, 3001), path


def test_a_dead_letter_is_retried_by_a_worker(chair):
    ident = dead("retried")
    told = chair.post(f"/jobs/{ident}/retry")
    assert told.status == 200 and told.json["id"] == ident and told.json["cause"] is None
    until(lambda: job(ident)[0] == "done")
    again = chair.post(f"/jobs/{ident}/retry")
    assert (again.status, again.code) == (409, 3003) and "this one is done" in again.json["detail"]
    entry = chair.get("/audit?action=jobs.retried&limit=1").json["items"][0]
    assert entry["resourceId"] == ident and entry["after"]["cause"] == "the pen broke"


def test_a_job_is_cancelled_before_it_begins_and_the_next_of_its_key_goes_on(chair):
    held = hold("LOCK TABLE job_diary IN ACCESS EXCLUSIVE MODE")
    try:
        sql("UPDATE queues SET paused_at = now() WHERE name = 'example-inside'")
        first, second, third = (add("example.diary", {"page": "cut", "number": n}, key="cut") for n in range(3))
        assert chair.post(f"/jobs/{second}/cancel").json["state"] == "cancelled"
        assert chair.post(f"/jobs/{first}/cancel").json["state"] == "cancelled"
        sql("UPDATE queues SET paused_at = NULL WHERE name = 'example-inside'")
    finally:
        let_go(held)
    until(lambda: job(third)[0] == "done")
    assert sql("SELECT number FROM job_diary WHERE page = 'cut'") == [["2"]]
    assert chair.post(f"/jobs/{third}/cancel").status == 409


def test_a_running_job_is_asked_to_stop(chair):
    ident = sql("INSERT INTO jobs (queue, kind, state, priority, worker, lease_until, attempts, started_at)"
                " VALUES ('example', 'example.nothing', 'running', 1, 'afar', now() + interval '1 hour', 1, now())"
                " RETURNING id")[0][0]
    told = chair.post(f"/jobs/{ident}/cancel").json
    assert (told["state"], told["cancelAsked"]) == ("running", True)
    assert sql("SELECT job_beat('afar', '{}', 1)", ident) == [["f"]]
    sql("SELECT jobs_finish('afar', '[{{\"id\": \"{}\", \"attempt\": 1, \"outcome\": \"again\"}}]')", ident)
    assert job(ident)[0] == "cancelled"


def test_a_job_for_later_is_done_now(chair):
    ident = later(page="hurried")
    assert chair.post(f"/jobs/{ident}/run-now").status == 200
    until(lambda: job(ident)[0] == "done")
    assert chair.post(f"/jobs/{ident}/run-now").status == 409


def test_one_that_waits_is_told_behind_which(chair, still):
    first = add("example.diary", {"page": "behind", "number": 1}, key="behind")
    second = add("example.diary", {"page": "behind", "number": 2}, key="behind")
    answer = chair.post(f"/jobs/{second}/run-now")
    assert answer.status == 409 and first in answer.json["detail"]


def test_all_that_match_are_retried_and_the_rest_is_counted(chair):
    sql("UPDATE jobs SET state = 'cancelled' WHERE state = 'failed'")
    idents = [dead("all", key="all-%d" % (n % 3)) for n in range(30)]
    assert chair.post("/jobs/retry", {"queue": "mail"}).json == {"retried": 0, "left": 0}
    assert chair.post("/jobs/retry", {"kind": "example.diary", "limit": 20}).json == {"retried": 20, "left": 10}
    assert chair.post("/jobs/retry", {"queue": "example-inside"}).json == {"retried": 10, "left": 0}
    until(lambda: sql("SELECT count(*) FROM jobs WHERE args ->> 'page' = 'all' AND state = 'done'") == [["30"]])
    assert sql("SELECT count(*) FROM job_diary WHERE page = 'all'") == [["30"]] and len(idents) == 30
    entry = chair.get("/audit?action=jobs.retried&limit=1").json["items"][0]
    assert entry["after"]["count"] == 10 and len(entry["after"]["jobs"]) == 10


def test_a_job_whose_secret_is_gone_is_not_retried(chair, still):
    ident = sql("SELECT job_add('example.diary', '{{}}', _secret => '{{\"code\": \"1\"}}')")[0][0]
    assert chair.post(f"/jobs/{ident}/cancel").json["state"] == "cancelled"
    answer = chair.post(f"/jobs/{ident}/retry")
    assert (answer.status, answer.code) == (409, 3003) and "secret" in answer.json["detail"]


def test_operators_and_workers_at_once_leave_every_key_whole(chair):
    """Keys with failures, cancelled, retried and hurried while four workers are at them."""
    page = uuid.uuid4().hex[:8]
    sql("SELECT count(job_add('example.diary', jsonb_build_object('page', '{}', 'number', n, 'odds', 0.3),"
        " _key => '{}-' || n % 5)) FROM generate_series(1, 150) n", page, page)
    idents = [row[0] for row in sql("SELECT id FROM jobs WHERE key LIKE '{}-%' ORDER BY seq", page)]

    def meddle(n):
        acts = ("cancel", "retry", "run-now")
        return [chair.post(f"/jobs/{idents[(n * 37 + k * 11) % len(idents)]}/{acts[k % 3]}").status for k in range(60)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = {status for all_of in pool.map(meddle, range(4)) for status in all_of}
    assert answers <= {200, 409}, answers
    until(lambda: sql("SELECT count(*) FROM jobs WHERE key LIKE '{}-%' AND finished_at IS NULL", page) == [["0"]], 120)
    # Every one of them ended, and those that are done were done once for each time they were let.
    assert sql("SELECT count(*) FROM jobs j WHERE key LIKE '{}-%' AND state = 'done' AND NOT EXISTS"
               " (SELECT FROM job_diary d WHERE d.page = '{}' AND d.number = (j.args ->> 'number')::int)",
               page, page) == [["0"]]
    assert sql("SELECT count(*) FROM (SELECT number FROM job_diary WHERE page = '{}' GROUP BY number"
               " HAVING count(*) > 1) x", page) == [["0"]]


# --- what is measured -------------------------------------------------------------------------------

def metrics():
    text = client.Client().get("/metrics").body.decode()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
            for line in text.splitlines() if not line.startswith("#")}


def test_metrics_count_what_workers_did_by_kind():
    series = 'bureau_jobs_total{kind="example.nothing",outcome="done"}'
    before = metrics().get(series, 0)
    sql("SELECT count(job_add('example.nothing', '{{}}')) FROM generate_series(1, 25)")
    until(lambda: metrics().get(series, 0) - before >= 25)
    told = metrics()
    assert told['bureau_job_duration_seconds_count{kind="example.nothing"}'] >= told[series] - before
    assert not [name for name in told if "JOB " in name]
    checked = subprocess.run(["promtool", "check", "metrics"], input=client.Client().get("/metrics").body,
                             capture_output=True, check=False)
    assert checked.returncode == 0 and not checked.stderr + checked.stdout, checked


def test_metrics_tell_how_full_queues_are_and_which_are_paused(still):
    add("example.diary", {"page": "gauge", "number": 1})
    told = metrics()
    assert told['bureau_queue_jobs{queue="example-inside",state="ready"}'] >= 1
    assert told['bureau_queue_paused{queue="example-inside"}'] == 1
    assert told['bureau_queue_paused{queue="example"}'] == 0


def test_health_is_degraded_while_nobody_does_what_is_due():
    anonymous = client.Client()
    # No worker knows this queue; whatever moves elsewhere is held back from being seen as moving.
    sql("INSERT INTO queues (name, doc, leased, batch) VALUES ('nobody', 'x', true, 1)")
    sql("INSERT INTO jobs (queue, kind, priority, run_at) VALUES ('nobody', 'no.body', 1, now() - interval '2 minutes')")
    try:
        health = anonymous.get("/health").json
        assert health["checks"]["queue"]["oldestSeconds"] >= 120
        assert health["checks"]["queue"]["status"] in ("late", "stuck")

        def status():
            sql("UPDATE jobs SET finished_at = finished_at - interval '5 minutes' WHERE finished_at > now() - interval '5 minutes'")
            return anonymous.get("/health").json["checks"]["queue"]["status"]
        until(lambda: status() == "stuck")
        assert anonymous.get("/health").json["status"] == "degraded"
    finally:
        sql("DELETE FROM jobs WHERE queue = 'nobody'; DELETE FROM queues WHERE name = 'nobody'")
    assert anonymous.get("/health").json["status"] == "healthy"


# --- the hash chain ---------------------------------------------------------------------------------------

UNCHAINED = "SELECT count(*) FROM audit a WHERE NOT EXISTS (SELECT FROM audit_chain c WHERE c.audit_id = a.id)"


def chain():
    """Do not wait for the clock."""
    sql("SELECT job_add('audit.chain', '{{}}', _unique => 'audit.chain')")


def verify(who, **query):
    answer = who.get("/audit/verify?" + "&".join(f"{k}={v}" for k, v in query.items()))
    assert answer.status == 200, answer
    return answer.json


def verify_all(who):
    """The whole log, part by part; what the last part told, and how many rows all of them looked at."""
    checked, after = 0, 0
    while after is not None:
        told = verify(who, after=after, limit=10000)
        checked += told["checked"]
        after = told["next"] if told["ok"] else None
    return {**told, "checked": checked}


def test_the_audit_log_is_chained_behind_who_writes_and_verifies(chair):
    sql("SELECT count(audit_note('chain.test', 'things', NULL, jsonb_build_object('n', n))) FROM generate_series(1, 3500) n")
    chain()
    until(lambda: sql(UNCHAINED) == [["0"]], 60)
    told = verify_all(chair)
    assert told["ok"] and told["firstBroken"] is None and told["next"] is None and told["checked"] >= 3500
    part = verify(chair, limit=1000)
    assert part["checked"] == 1000 and part["next"]
    assert verify(chair, limit=1000, after=part["next"])["checked"] == 1000
    assert len(told["lastHash"]) == 64


def test_rows_that_come_late_are_chained_once_they_come(chair):
    held = hold("SELECT audit_note('chain.late', 'things', NULL, '{}')")
    try:
        sql("SELECT audit_note('chain.early', 'things', NULL, '{{}}')")
        early = sql("SELECT max(id) FROM audit WHERE action = 'chain.early'")[0][0]
        chain()
        until(lambda: sql("SELECT count(*) FROM audit_chain WHERE audit_id = {}", early) == [["1"]])
        # However often it runs, the mark does not pass what may still come.
        for _ in range(3):
            chain()
            until(lambda: sql("SELECT count(*) FROM jobs WHERE kind = 'audit.chain'") == [["0"]])
        assert sql("SELECT done < {} FROM audit_mark", early) == [["t"]]
        held.stdin.write("COMMIT;\n")
    finally:
        let_go(held)
    late = until(lambda: sql("SELECT id FROM audit WHERE action = 'chain.late'"))[0][0]
    assert int(late) < int(early)

    def is_in():
        chain()
        return sql("SELECT count(*) FROM audit_chain WHERE audit_id = {}", late) == [["1"]]
    until(is_in)
    until(lambda: chain() or sql("SELECT done >= {} FROM audit_mark", early) == [["t"]])
    assert verify_all(chair)["ok"]


def test_a_log_that_many_write_while_it_is_chained_is_whole_and_nothing_is_left_out(chair):
    script = "SELECT bureau.audit_note('chain.storm', 'things', NULL, '{}');"
    env = {**os.environ, "PGUSER": "postgres"}
    storm = [subprocess.Popen(["psql", "-XAtq", "-o", "/dev/null"], stdin=subprocess.PIPE, text=True, env=env) for _ in range(6)]
    for n, one in enumerate(storm):
        for k in range(100):
            # Some roll back, some hold many rows open at once.
            one.stdin.write("BEGIN;" + script * (1 + (n + k) % 5) + ("ROLLBACK;\n" if k % 7 == n else "COMMIT;\n"))
            if k % 10 == 0:
                one.stdin.flush()
                chain()
    for one in storm:
        one.stdin.close()
        one.wait(60)
    until(lambda: chain() or sql(UNCHAINED) == [["0"]], 60)
    told = verify_all(chair)
    assert told["ok"] and told["unchained"] <= 5
    assert sql("SELECT count(*) = max(seq) FROM audit_chain") == [["t"]]


def test_a_changed_row_is_named_and_only_who_may_read_the_log_may_ask(chair, reader):
    assert (reader.get("/audit/verify").status, reader.get("/audit/verify").code) == (403, 1005)
    chain()
    until(lambda: sql(UNCHAINED) == [["0"]], 60)
    ident, was = sql("SELECT id, action FROM audit ORDER BY id OFFSET 3 LIMIT 1")[0]
    change = "SET session_replication_role = replica; UPDATE audit SET action = '{}' WHERE id = {}"
    sql(change, "forged", ident)
    try:
        told = verify_all(chair)
        assert (told["ok"], told["firstBroken"]) == (False, {"id": int(ident), "why": "hash"})
    finally:
        sql(change, was, ident)
    assert verify_all(chair)["ok"]
