-- SPDX-License-Identifier: ISC
--
-- Jobs: work that is accepted now and done later.  A job is a row, written in the
-- transaction of what it belongs to; functions/76_jobs.sql moves it from state to
-- state, and doc/jobs.md draws the moves.

-- Where jobs wait, by what they are for; filled by jobs_sync() from queues.def.
CREATE TABLE queues (
	id         uuid PRIMARY KEY DEFAULT uuid_v7(),
	name       text NOT NULL CONSTRAINT queues_name_key UNIQUE
	           CONSTRAINT queues_name_check CHECK (name ~ '^[a-z][a-z-]{0,39}$'),
	-- What it is for, one sentence.
	doc        text NOT NULL,
	-- True: a worker claims, works and finishes; false: the database does it itself.
	leased     boolean NOT NULL,
	-- How many run at the same time and begin in a minute, over all hosts; null: no bound.
	at_once    integer CONSTRAINT queues_at_once_check CHECK (at_once > 0),
	per_minute integer CONSTRAINT queues_per_minute_check CHECK (per_minute > 0),
	-- How many one worker takes along.
	batch      integer NOT NULL CONSTRAINT queues_batch_check CHECK (batch BETWEEN 1 AND 1000),
	-- Since when nothing is begun; null: it runs.
	paused_at  timestamptz,
	-- Of per_minute: when the one after the last was due.
	next_at    timestamptz NOT NULL DEFAULT '-infinity',
	version    integer NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	updated_at timestamptz NOT NULL DEFAULT now()
);

-- What can be done; filled by jobs_sync() from jobs.def.
CREATE TABLE job_kinds (
	name     text PRIMARY KEY
	         CONSTRAINT job_kinds_name_check CHECK (name ~ '^[a-z]+(\.[a-z]+)+$'),
	queue    text NOT NULL CONSTRAINT job_kinds_queue_fkey REFERENCES queues (name),
	doc      text NOT NULL,
	-- Of a job that says nothing else: 0 urgent, 1 high, 2 normal, 3 low.
	priority smallint NOT NULL CONSTRAINT job_kinds_priority_check CHECK (priority BETWEEN 0 AND 3),
	tries    integer NOT NULL CONSTRAINT job_kinds_tries_check CHECK (tries > 0),
	-- After the first failed try, and at most.
	wait     interval NOT NULL,
	longest  interval NOT NULL,
	lease    interval NOT NULL,
	-- How long a job that is done is kept; zero: its row goes.
	keep     interval NOT NULL
);

CREATE INDEX job_kinds_queue ON job_kinds (queue);

CREATE SEQUENCE job_seq;

-- No CHECK constraints: each is parsed anew by every statement that writes a row, and six of them cost
-- more than all else together.  Only functions/76_jobs.sql and those after it write here; what
-- holds is in sql/tests/jobs.sql.

CREATE TABLE jobs (
	id           uuid PRIMARY KEY DEFAULT uuid_v7(),
	-- The order of jobs of one key; drawn under the key's lock.
	seq          bigint NOT NULL DEFAULT nextval('job_seq'),
	queue        text NOT NULL,
	-- Of job_kinds, where job_add() found it.
	kind         text NOT NULL,
	args         jsonb NOT NULL DEFAULT '{}',
	-- Merged over args for the worker, shown to nobody, gone when the job ends.
	secret       jsonb,
	-- Jobs of one key are done one after the other.
	key          text,
	-- There is one live job of a unique key.
	unique_key   text,
	priority     smallint NOT NULL,
	-- waiting: behind another of its key.  queued: is begun when its time has come.  running, done, failed,
	-- cancelled.
	state        text NOT NULL DEFAULT 'queued',
	run_at       timestamptz NOT NULL DEFAULT now(),
	-- Tries begun; of these, how often the worker was lost.
	attempts     integer NOT NULL DEFAULT 0,
	lost         integer NOT NULL DEFAULT 0,
	-- Who is at it, until when it must say so again.
	worker       text,
	lease_until  timestamptz,
	-- Somebody wants it to stop.
	cancel_asked boolean NOT NULL DEFAULT false,
	-- Who caused it, in which request.
	owner_id     uuid,
	request      uuid,
	-- Percent.
	progress     smallint,
	result       jsonb,
	-- Why the last try failed.
	cause        text,
	created_at   timestamptz NOT NULL DEFAULT now(),
	started_at   timestamptz,
	-- Of done, failed, cancelled.
	finished_at  timestamptz
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
-- What to begin next.
CREATE INDEX jobs_ready ON jobs (queue, priority, run_at, seq) WHERE state = 'queued';
CREATE INDEX jobs_running ON jobs (queue) WHERE state = 'running';
CREATE INDEX jobs_key ON jobs (key, seq)
	WHERE key IS NOT NULL AND state IN ('waiting', 'queued', 'running');
CREATE UNIQUE INDEX jobs_unique_key ON jobs (unique_key)
	WHERE unique_key IS NOT NULL AND state IN ('waiting', 'queued', 'running');
-- What has ended: rates, and what may go.
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX jobs_failed ON jobs (id) WHERE state = 'failed';

-- Each try that ended, and why; append-only.  Goes with its job.
CREATE TABLE job_attempts (
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	job_id     uuid NOT NULL,
	attempt    integer NOT NULL,
	worker     text,
	started_at timestamptz,
	ended_at   timestamptz NOT NULL DEFAULT now(),
	outcome    text NOT NULL
	           CONSTRAINT job_attempts_outcome_check
	           CHECK (outcome IN ('done', 'again', 'failed', 'lost', 'cancelled')),
	cause      text
);
CREATE INDEX job_attempts_job ON job_attempts (job_id, id);

-- How a try ended, as a worker says it.
CREATE TYPE job_end AS (
	id      uuid,
	attempt int,
	-- done, again (after a while), failed (for good), cancelled, lost (its worker), or back: it
	-- was not begun.
	outcome text,
	cause   text,
	result  jsonb,
	-- When to try again; null: as its kind says.
	after   interval
);

-- Jobs that come by the clock; filled by jobs_sync() from crons.def.
CREATE TABLE crons (
	name      text PRIMARY KEY,
	kind      text NOT NULL CONSTRAINT crons_kind_fkey REFERENCES job_kinds (name),
	doc       text NOT NULL,
	-- Five fields of cron, UTC, or `every` and an interval.
	schedule  text NOT NULL,
	next_at   timestamptz NOT NULL,
	last_at   timestamptz
);
CREATE INDEX crons_kind ON crons (kind);

INSERT INTO watched (table_name, resource, quiet, audience)
VALUES ('queues', 'queues', '{next_at}', ARRAY['perm:queues:read']);
