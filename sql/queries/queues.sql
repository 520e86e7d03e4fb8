-- SPDX-License-Identifier: ISC
--
-- Queues and jobs as operators see them, for the admin responder, and what it measures of
-- them.  What changes them is functions/81_operators.sql.

-- Numbers of jobs by state: `ready` is queued and due, `later` queued for a time to come.
-- oldestAge: seconds since the oldest that is ready was due.  Rates and times are of the last
-- 15 minutes, of jobs whose kind is kept and of those that failed.

-- record: Queue id:uuid name:text doc:text leased:bool pausedAt:time? atOnce:int? perMinute:int?
-- record: Queue batch:int waiting:int ready:int later:int running:int failed:int oldestAge:float?
-- record: Queue donePerMinute:float failedPerMinute:float doneLastMinute:int failedLastMinute:int
-- record: Queue waitMs:json runMs:json

-- name: queue_list
-- returns: Queue
-- field: name q.name text sort eq
-- key: q.id
-- order: name
-- The newest 50,000 of the last 15 minutes stand for all of them, by the time they took.
WITH ended AS MATERIALIZED (
	SELECT j.queue, j.state, j.finished_at, j.started_at, greatest(j.created_at, j.run_at) AS due
	  FROM jobs j WHERE j.finished_at > now() - interval '15 minutes'
	 ORDER BY j.finished_at DESC LIMIT 50000),
span AS (
	SELECT greatest(CASE WHEN count(*) < 50000 THEN 900 ELSE extract(epoch FROM now() - min(finished_at)) END, 1)
	       / 60 AS minutes FROM ended),
rates AS (
	SELECT e.queue, count(*) FILTER (WHERE e.state = 'done') AS done,
	       count(*) FILTER (WHERE e.state = 'failed') AS failed,
	       count(*) FILTER (WHERE e.state = 'done' AND e.finished_at > now() - interval '1 minute') AS done_last,
	       count(*) FILTER (WHERE e.state = 'failed' AND e.finished_at > now() - interval '1 minute') AS failed_last,
	       percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP
	       (ORDER BY greatest(extract(epoch FROM e.started_at - e.due) * 1000, 0)::bigint) AS wait,
	       percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP
	       (ORDER BY greatest(extract(epoch FROM e.finished_at - e.started_at) * 1000, 0)::bigint) AS run
	  FROM ended e GROUP BY e.queue),
ready AS (
	SELECT j.queue, count(*) FILTER (WHERE j.run_at <= now()) AS ready,
	       count(*) FILTER (WHERE j.run_at > now()) AS later, min(j.run_at) FILTER (WHERE j.run_at <= now()) AS oldest
	  FROM jobs j WHERE j.state = 'queued' GROUP BY j.queue),
waiting AS (
	SELECT j.queue, count(*) AS count FROM jobs j
	 WHERE j.state = 'waiting' AND j.key IS NOT NULL GROUP BY j.queue),
running AS (SELECT j.queue, count(*) AS count FROM jobs j WHERE j.state = 'running' GROUP BY j.queue),
failed AS (SELECT j.queue, count(*) AS count FROM jobs j WHERE j.state = 'failed' GROUP BY j.queue)
SELECT q.id, q.name, q.doc, q.leased, q.paused_at AS "pausedAt", q.at_once AS "atOnce",
       q.per_minute AS "perMinute", q.batch, coalesce(w.count, 0) AS waiting,
       coalesce(r.ready, 0) AS ready, coalesce(r.later, 0) AS later, coalesce(n.count, 0) AS running,
       coalesce(f.count, 0) AS failed, round(extract(epoch FROM now() - r.oldest), 3)::float AS "oldestAge",
       round(coalesce(x.done, 0) / span.minutes, 2)::float AS "donePerMinute",
       round(coalesce(x.failed, 0) / span.minutes, 2)::float AS "failedPerMinute",
       coalesce(x.done_last, 0) AS "doneLastMinute", coalesce(x.failed_last, 0) AS "failedLastMinute",
       jsonb_build_object('p50', x.wait[1], 'p95', x.wait[2], 'p99', x.wait[3]) AS "waitMs",
       jsonb_build_object('p50', x.run[1], 'p95', x.run[2], 'p99', x.run[3]) AS "runMs"
  FROM queues q CROSS JOIN span
  LEFT JOIN waiting w ON w.queue = q.name
  LEFT JOIN ready r ON r.queue = q.name
  LEFT JOIN running n ON n.queue = q.name
  LEFT JOIN failed f ON f.queue = q.name
  LEFT JOIN rates x ON x.queue = q.name
 WHERE true

-- record: QueueState id:uuid name:text doc:text leased:bool pausedAt:time?
-- record: QueueState atOnce:int? perMinute:int? batch:int

-- name: queue_get
-- returns: QueueState
SELECT id, name, doc, leased, paused_at AS "pausedAt", at_once AS "atOnce",
       per_minute AS "perMinute", batch
  FROM queues
 WHERE name = :name

-- name: queue_pause
SELECT queue_pause(:name, :pause::boolean)

-- record: Job id:uuid queue:text kind:text key:text? state:text priority:int attempts:int
-- record: Job lost:int tries:int? runAt:time args:json progress:int? result:json? cause:text?
-- record: Job worker:text? cancelAsked:bool requestedBy:uuid? requestedByName:text?
-- record: Job request:uuid? createdAt:time startedAt:time? finishedAt:time?

-- name: job_list
-- returns: Job
-- field: id j.id uuid eq
-- field: queue j.queue text eq
-- field: kind j.kind text eq
-- field: state j.state text eq in=waiting,queued,running,done,failed,cancelled
-- field: key j.key text eq
-- field: requestedBy j.owner_id uuid eq
-- field: request j.request uuid eq
-- field: createdAt j.created_at time range
-- field: runAt j.run_at time range
-- field: finishedAt j.finished_at time range
-- search: j.finished_at IS NOT NULL AND j.queue <> 'requests' AND job_text(j.args) ILIKE :search OR j.state = 'queued' AND job_text(j.args) ILIKE :search OR j.state = 'running' AND job_text(j.args) ILIKE :search OR j.state = 'waiting' AND j.key IS NOT NULL AND job_text(j.args) ILIKE :search
-- key: j.id
-- order: -
-- Ids ascend with time, so the newest come first.
SELECT j.id, j.queue, j.kind, j.key, j.state, j.priority, j.attempts, j.lost, k.tries,
       j.run_at AS "runAt", job_masked(j.args) AS args, j.progress, j.result, j.cause, j.worker,
       j.cancel_asked AS "cancelAsked", j.owner_id AS "requestedBy", u.full_name AS "requestedByName",
       j.request, j.created_at AS "createdAt", j.started_at AS "startedAt",
       j.finished_at AS "finishedAt"
  FROM jobs j
  LEFT JOIN job_kinds k ON k.name = j.kind
  LEFT JOIN users u ON u.id = j.owner_id
 WHERE true

-- record: JobWhole id:uuid queue:text kind:text key:text? state:text priority:int attempts:int
-- record: JobWhole lost:int tries:int? runAt:time args:json progress:int? result:json? cause:text?
-- record: JobWhole worker:text? cancelAsked:bool requestedBy:uuid? requestedByName:text?
-- record: JobWhole request:uuid? createdAt:time startedAt:time? finishedAt:time? log:json

-- name: job_get
-- returns: JobWhole
-- With each try that ended.
SELECT j.id, j.queue, j.kind, j.key, j.state, j.priority, j.attempts, j.lost, k.tries,
       j.run_at AS "runAt", job_masked(j.args) AS args, j.progress, j.result, j.cause, j.worker,
       j.cancel_asked AS "cancelAsked", j.owner_id AS "requestedBy", u.full_name AS "requestedByName",
       j.request, j.created_at AS "createdAt", j.started_at AS "startedAt",
       j.finished_at AS "finishedAt",
       (SELECT coalesce(jsonb_agg(jsonb_build_object('attempt', a.attempt, 'worker', a.worker,
               'startedAt', ts(a.started_at), 'endedAt', ts(a.ended_at), 'outcome', a.outcome,
               'cause', a.cause) ORDER BY a.id), '[]')
          FROM job_attempts a WHERE a.job_id = j.id) AS log
  FROM jobs j
  LEFT JOIN job_kinds k ON k.name = j.kind
  LEFT JOIN users u ON u.id = j.owner_id
 WHERE j.id = :id

-- name: job_retry
SELECT job_retry(:id::uuid)

-- name: job_cancel
SELECT job_cancel(:id::uuid)

-- name: job_hurry
SELECT job_hurry(:id::uuid)

-- record: JobsRetried retried:int left:int

-- name: jobs_retry
-- returns: JobsRetried
SELECT r.retried, r."left" FROM jobs_retry(:queue, :kind, :state, :before::timestamptz,
       coalesce(:limit::text::int, 1000)) r

-- What /metrics and /health tell.

-- name: queue_gauges
SELECT q.name, s.state, (CASE s.state WHEN 'ready' THEN r.ready WHEN 'later' THEN r.later
            WHEN 'waiting' THEN w.count WHEN 'running' THEN n.count ELSE f.count END)::text AS count,
       coalesce(round(extract(epoch FROM now() - r.oldest), 3), 0)::text AS oldest,
       (q.paused_at IS NOT NULL)::int::text AS paused
  FROM queues q
 CROSS JOIN LATERAL (
	SELECT count(*) FILTER (WHERE j.run_at <= now()) AS ready, count(*) FILTER (WHERE j.run_at > now()) AS later,
	       min(j.run_at) FILTER (WHERE j.run_at <= now()) AS oldest
	  FROM jobs j WHERE j.state = 'queued' AND j.queue = q.name) r
 CROSS JOIN LATERAL (
	SELECT count(*) AS count FROM jobs j
	 WHERE j.state = 'waiting' AND j.key IS NOT NULL AND j.queue = q.name) w
 CROSS JOIN LATERAL (
	SELECT count(*) AS count FROM jobs j WHERE j.state = 'running' AND j.queue = q.name) n
 CROSS JOIN LATERAL (
	SELECT count(*) AS count FROM jobs j WHERE j.state = 'failed' AND j.queue = q.name) f
 CROSS JOIN unnest('{failed,later,ready,running,waiting}'::text[]) s (state)
 ORDER BY q.name, s.state

-- name: audit_unchained
SELECT audit_unchained()::text AS count

-- name: queue_health
-- How long the oldest job has been due, but for paused queues, and whether anything moves.
SELECT coalesce(greatest(floor(extract(epoch FROM now() - min(o.run_at))), 0), 0)::bigint::text AS oldest,
       (EXISTS (SELECT FROM jobs j WHERE j.state = 'running')
        OR EXISTS (SELECT FROM jobs j WHERE j.finished_at > now() - interval '1 minute')) AS moves
  FROM queues q CROSS JOIN generate_series(0, 3) p
 CROSS JOIN LATERAL (
	SELECT j.run_at FROM jobs j
	 WHERE j.queue = q.name AND j.priority = p AND j.state = 'queued' ORDER BY j.run_at LIMIT 1) o
 WHERE q.paused_at IS NULL

-- record: AuditState ok:bool checked:int firstBroken:json? redacted:int unchained:int
-- record: AuditState lastId:int? lastHash:text? next:int?

-- name: audit_verify
-- returns: AuditState
SELECT v.broken_id IS NULL AS ok, v.checked,
       CASE WHEN v.broken_id IS NOT NULL
            THEN jsonb_build_object('id', v.broken_id, 'why', v.broken_why) END AS "firstBroken",
       v.redacted, v.unchained, v.last_id AS "lastId", v.last_hash AS "lastHash", v.next
  FROM audit_verify(coalesce(:after::text::bigint, 0), coalesce(:limit::text::int, 20000)) v
