-- SPDX-License-Identifier: ISC
--
-- What a worker asks of the queue (functions/77_work.sql).

-- name: jobs_claim
SELECT id::text, kind, args, attempt::text, key FROM jobs_claim(:worker, :queues::text[])

-- name: jobs_finish
SELECT jobs_finish(:worker, :ends::jsonb)

-- name: jobs_recover
-- What this worker's name has in hand: lost, or back.
SELECT jobs_recover(:worker, :outcome)

-- name: jobs_run_inside
SELECT jobs_run_inside(:worker)::text AS count

-- name: jobs_tick
SELECT jobs_tick()

-- name: job_beat
SELECT job_beat(:worker, :job::uuid, :attempt::int) AS go_on

-- name: job_stands
SELECT job_stands(:worker, :job::uuid, :attempt::int) AS stands

-- name: job_progress
SELECT job_progress(:worker, :job::uuid, :attempt::int, :percent::int)
