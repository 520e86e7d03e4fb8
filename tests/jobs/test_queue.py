# SPDX-License-Identifier: ISC
"""The queue itself: every job is done, in order within a key, through failures and dead workers."""

import json
import os
import signal
import subprocess

from client import bureau, fresh_email, sql
from until import until


def add(kind, args=None, **more):
    """Put a job in, as the operator; its id."""
    extra = "".join(f", _{name} => '{value}'" for name, value in more.items())
    return sql("SELECT job_add('{}', '{}'{})", kind, json.dumps(args or {}), extra)[0][0]


def job(ident):
    rows = sql("SELECT state, attempts, coalesce(cause, ''), coalesce(result::text, '') FROM jobs WHERE id = '{}'", ident)
    return rows[0] if rows else None


def workers():
    """Pids of the children that do jobs."""
    told = json.loads(bureau("status", "--json").stdout)
    return [child["pid"] for child in told["children"] if child["pool"] == "worker" and child["pid"] > 0]


def diary(page):
    return [int(row[0]) for row in sql("SELECT number FROM job_diary WHERE page = '{}' ORDER BY id", page)]


def test_a_job_is_done_and_its_row_goes_where_it_is_not_kept():
    ident = add("example.nothing")
    until(lambda: job(ident) is None)


def test_a_job_that_is_kept_tells_its_result():
    ident = add("example.diary", {"page": "result", "number": 7})
    state, attempts, cause, result = until(lambda: job(ident)[0] == "done" and job(ident))
    assert (attempts, cause, json.loads(result)) == ("1", "", {"written": 7})
    assert diary("result") == [7]


def test_a_thousand_jobs_at_once_are_each_done_once():
    sql("SELECT count(job_add('example.diary', jsonb_build_object('page', 'many', 'number', n)))"
        " FROM generate_series(1, 1000) n")
    until(lambda: sql("SELECT count(*) FROM job_diary WHERE page = 'many'")[0][0] == "1000")
    assert sorted(diary("many")) == list(range(1, 1001))


def test_jobs_of_one_key_are_done_in_their_order_through_random_failures():
    for page in range(8):
        sql("SELECT count(job_add('example.diary', jsonb_build_object('page', 'key-{}', 'number', n, 'odds', 0.2),"
            " _key => 'page-{}')) FROM generate_series(1, 40) n", page, page)
    for page in range(8):
        until(lambda page=page: len(diary(f"key-{page}")) == 40, 120)
        assert diary(f"key-{page}") == list(range(1, 41))
    assert sql("SELECT count(*) > 20 FROM job_attempts a JOIN jobs j ON j.id = a.job_id"
               " WHERE j.key LIKE 'page-%' AND a.outcome = 'again'") == [["t"]]


def test_a_dead_letter_keeps_the_cause_of_each_try_and_lets_the_next_of_its_key_go():
    dead = add("example.diary", {"page": "dead", "number": 1, "odds": 1}, key="dead")
    after = add("example.diary", {"page": "dead", "number": 2}, key="dead")
    until(lambda: job(dead)[0] == "failed", 60)
    until(lambda: job(after)[0] == "done")
    tries = sql("SELECT attempt, outcome, cause FROM job_attempts WHERE job_id = '{}' ORDER BY id", dead)
    assert [t[0] for t in tries] == [str(n) for n in range(1, 21)]
    assert {t[2] for t in tries} == {"the pen broke"} and tries[-1][1] == "failed"
    assert diary("dead") == [2]


def test_a_unique_job_is_there_once_while_it_lives():
    later = "now() + interval '1 hour'"
    first, second = (sql("SELECT job_add('example.diary', '{{}}', _unique => 'one', _run_at => {})", later)[0][0]
                     for _ in range(2))
    assert first == second
    sql("UPDATE jobs SET state = 'cancelled', finished_at = now() WHERE id = '{}'", first)
    assert sql("SELECT job_add('example.diary', '{{}}', _unique => 'one', _run_at => {})", later)[0][0] != first


def test_a_job_waits_for_its_time():
    ident = sql("SELECT job_add('example.diary', '{{\"page\": \"later\", \"number\": 1}}', _run_at => now() + interval '2 s')")[0][0]
    early = sql("SELECT state FROM jobs WHERE id = '{}'", ident)
    assert early == [["queued"]]
    until(lambda: job(ident)[0] == "done")
    assert sql("SELECT finished_at >= run_at FROM jobs WHERE id = '{}'", ident) == [["t"]]


def test_a_paused_queue_begins_nothing_until_it_goes_on():
    sql("UPDATE queues SET paused_at = now() WHERE name = 'example-inside'")
    ident = add("example.diary", {"page": "paused", "number": 1})
    other = add("example.nothing")
    until(lambda: job(other) is None)
    assert job(ident)[0] == "queued"
    sql("UPDATE queues SET paused_at = NULL WHERE name = 'example-inside'")
    until(lambda: job(ident)[0] == "done")


def test_urgent_jobs_come_before_a_backlog():
    sql("UPDATE queues SET paused_at = now() WHERE name = 'example-inside'")
    sql("SELECT count(job_add('example.diary', jsonb_build_object('page', 'rank', 'number', 3), _priority => 3))"
        " FROM generate_series(1, 2000)")
    sql("SELECT job_add('example.diary', jsonb_build_object('page', 'rank', 'number', 0), _priority => 0)")
    sql("UPDATE queues SET paused_at = NULL WHERE name = 'example-inside'")
    until(lambda: len(diary("rank")) == 2001)
    assert 0 in diary("rank")[:500]


def test_a_hundred_thousand_jobs_do_not_hold_up_an_urgent_message(box):
    sql("UPDATE queues SET paused_at = now() WHERE name = 'example'")
    sql("INSERT INTO jobs (queue, kind, priority) SELECT 'example', 'example.nothing', 3 FROM generate_series(1, 100000)")
    sql("UPDATE queues SET paused_at = NULL WHERE name = 'example'")
    to = fresh_email()
    ident = sql("SELECT mail_add('test', '{}', 'en', '{{}}', _priority => 0)", to)[0][0]
    box.wait_for(to)
    until(lambda: job(ident)[0] == "done")
    assert sql("SELECT finished_at - created_at < interval '5 s' FROM jobs WHERE id = '{}'", ident) == [["t"]]
    sql("DELETE FROM jobs WHERE kind = 'example.nothing' AND state = 'queued'")


def test_a_throttled_queue_begins_no_more_than_it_may():
    sql("UPDATE queues SET per_minute = 60, batch = 1 WHERE name = 'example-inside'")
    try:
        sql("SELECT count(job_add('example.diary', jsonb_build_object('page', 'slow', 'number', n)))"
            " FROM generate_series(1, 9) n")
        until(lambda: len(diary("slow")) == 9, 30)
        span = sql("SELECT max(finished_at) - min(created_at) < interval '1 minute', count(*) FROM jobs"
                   " WHERE args ->> 'page' = 'slow'")
        gaps = sql("SELECT count(*) FROM (SELECT started_at, lag(started_at, 6) OVER (ORDER BY started_at) AS sixth"
                   " FROM jobs WHERE args ->> 'page' = 'slow') x WHERE started_at - sixth < interval '900 ms'")
        assert span == [["t", "9"]] and gaps == [["0"]]
    finally:
        sql("UPDATE queues SET per_minute = NULL, batch = 1000 WHERE name = 'example-inside'")


def test_no_more_jobs_of_a_bounded_queue_run_than_it_may():
    sql("UPDATE queues SET at_once = 1, batch = 1 WHERE name = 'example'")
    try:
        # Whoever claims next holds back the others until this transaction ends.
        claims = sql("SELECT count(*) FROM generate_series(1, 5) n, job_add('example.nothing', '{{}}')")
        assert claims == [["5"]]
        until(lambda: sql("SELECT count(*) FROM jobs WHERE kind = 'example.nothing' AND finished_at IS NULL") == [["0"]])
    finally:
        sql("UPDATE queues SET at_once = NULL, batch = 100 WHERE name = 'example'")


def test_the_clock_puts_one_job_in_for_each_tick():
    sql("INSERT INTO crons (name, kind, doc, schedule, next_at)"
        " VALUES ('test', 'example.diary', 'x', 'every 1 hour', now() - interval '3 hours')")
    try:
        until(lambda: sql("SELECT count(*) FROM jobs WHERE unique_key = 'cron:test'") == [["1"]])
        assert sql("SELECT next_at > now() AND last_at IS NOT NULL FROM crons WHERE name = 'test'") == [["t"]]
    finally:
        sql("DELETE FROM crons WHERE name = 'test'; UPDATE jobs SET state = 'cancelled', finished_at = now()"
            " WHERE unique_key = 'cron:test' AND finished_at IS NULL")


def hold(statement):
    """A session of psql that has run a statement in a transaction and keeps it open."""
    held = subprocess.Popen(["psql", "-XAtq", "-v", "ON_ERROR_STOP=1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            text=True, env={**os.environ, "PGUSER": "postgres"})
    held.stdin.write(f"SET search_path = bureau, public; BEGIN; {statement};\n\\echo held\n")
    held.stdin.flush()
    while held.stdout.readline().strip() != "held":
        assert held.poll() is None
    return held


def let_go(held):
    held.stdin.close()
    held.wait(10)


def test_a_job_whose_worker_is_killed_while_it_works_is_done_by_the_next():
    before = set(workers())
    # The function waits here for the diary, in the midst of the job.
    held = hold("LOCK TABLE job_diary IN ACCESS EXCLUSIVE MODE")
    try:
        ident = add("example.diary", {"page": "killed", "number": 1})
        until(lambda: sql("SELECT count(*) FROM pg_stat_activity WHERE usename = 'bureau_worker'"
                          " AND wait_event_type = 'Lock' AND query LIKE '%jobs_run_inside%'")[0][0] != "0")
        for pid in before:
            os.kill(pid, signal.SIGKILL)
    finally:
        let_go(held)
    until(lambda: job(ident)[0] == "done", 60)
    assert diary("killed") == [1]
    until(lambda: len(set(workers()) - before) >= 1)


def test_a_job_whose_worker_is_killed_before_it_could_tell_the_end_is_tried_again():
    # The claim is in; telling the end waits for the row that is held.
    sql("UPDATE queues SET paused_at = now() WHERE name = 'example'")
    ident = add("example.nothing")
    held = hold("LOCK TABLE job_kinds IN ACCESS EXCLUSIVE MODE")
    pids = set(workers())
    sql("UPDATE queues SET paused_at = NULL WHERE name = 'example'")
    for pid in pids:
        os.kill(pid, signal.SIGKILL)
    let_go(held)
    until(lambda: job(ident) is None, 60)


def test_a_job_that_was_claimed_by_a_worker_nobody_hears_of_is_taken_after_its_lease():
    ident = sql("INSERT INTO jobs (queue, kind, state, priority, worker, lease_until, attempts, started_at)"
                " VALUES ('example', 'example.nothing', 'running', 1, 'gone', now() - interval '1 s', 1, now())"
                " RETURNING id")[0][0]
    until(lambda: job(ident) is None)


def test_a_job_that_kills_its_worker_each_time_is_put_aside():
    ident = sql("INSERT INTO jobs (queue, kind, state, priority, worker, lease_until, attempts, lost, started_at)"
                " VALUES ('example', 'example.nothing', 'running', 1, 'gone', now() - interval '1 s', 3, 2, now())"
                " RETURNING id")[0][0]
    state, _, cause, _ = until(lambda: job(ident)[0] == "failed" and job(ident))
    assert "not heard of" in cause


def test_workers_finish_what_they_have_at_a_reload():
    sql("SELECT count(job_add('example.diary', jsonb_build_object('page', 'reload', 'number', n)))"
        " FROM generate_series(1, 2000) n")
    assert bureau("reload").returncode == 0
    until(lambda: len(diary("reload")) == 2000, 60)
    assert sorted(diary("reload")) == list(range(1, 2001))
    assert sql("SELECT count(*) FROM jobs j WHERE args ->> 'page' = 'reload' AND lost > 0") == [["0"]]
