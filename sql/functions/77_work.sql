-- SPDX-License-Identifier: ISC
--
-- Doing jobs, for the role bureau_worker: claim, say that one is still at it, finish.  doc/jobs.md
-- draws the states; every move between them is in this file but those that operators make.
-- A worker's word counts only for the try it began: it names itself and the attempt.

SET search_path = bureau, public;

-- How many jobs of this queue may be begun now, by its bounds; those of a bounded queue are
-- claimed by one transaction at a time.
CREATE OR REPLACE FUNCTION queue_room(_q queues) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_room int := _q.batch;
	_gap interval;
	_next timestamptz;
BEGIN
	IF _q.at_once IS NULL AND _q.per_minute IS NULL THEN
		RETURN _room;
	END IF;
	IF NOT pg_try_advisory_xact_lock(hashtextextended(_q.name, 4)) THEN
		RETURN 0;
	END IF;
	IF _q.at_once IS NOT NULL THEN
		_room := least(_room, _q.at_once - (SELECT count(*) FROM jobs j
		                                     WHERE j.queue = _q.name AND j.state = 'running'));
	END IF;
	IF _q.per_minute IS NOT NULL THEN
		-- A tenth of a minute's worth may come at once, the rest evenly.
		_gap := interval '1 minute' / _q.per_minute;
		SELECT greatest(q.next_at, now() - _gap * greatest(_q.per_minute / 10 - 1, 0)) INTO _next
		  FROM queues q WHERE q.name = _q.name;
		_room := least(_room, CASE WHEN _next > now() THEN 0
			ELSE 1 + floor(extract(epoch FROM now() - _next) / extract(epoch FROM _gap))::int END);
	END IF;
	RETURN greatest(_room, 0);
END
$$;

-- Counts what was begun against per_minute, and calls for help.
CREATE OR REPLACE FUNCTION queue_begun(_q queues, _count int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_gap CONSTANT interval := interval '1 minute' / _q.per_minute;
BEGIN
	-- There may be more than one can carry.
	IF _count = _q.batch THEN
		PERFORM job_bell();
	END IF;
	IF _q.per_minute IS NOT NULL THEN
		UPDATE queues q
		   SET next_at = greatest(q.next_at, now() - _gap * greatest(_q.per_minute / 10 - 1, 0))
		               + _gap * _count
		 WHERE q.name = _q.name;
	END IF;
END
$$;

-- Which queues have something to begin, the most urgent first.  (A plan that reads the whole table
-- looks cheap to the planner when nearly all of it is ready, and is not.)
CREATE OR REPLACE FUNCTION queues_ready(_leased boolean, _names text[], OUT queue queues, OUT priority int)
RETURNS SETOF record
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp SET enable_seqscan = off AS $$
BEGIN
	RETURN QUERY
	SELECT q, p FROM generate_series(0, 3) p, queues q,
	       LATERAL (SELECT FROM jobs j WHERE j.queue = q.name AND j.priority = p AND j.state = 'queued'
	                   AND j.run_at <= now() LIMIT 1) j
	 WHERE q.leased = _leased AND q.paused_at IS NULL AND (_names IS NULL OR q.name = ANY (_names))
	 ORDER BY p;
END
$$;

-- Jobs of a queue to begin now, locked; those that others have locked are passed over.
CREATE OR REPLACE FUNCTION jobs_pick(_queue text, _priority int, _room int) RETURNS SETOF jobs
LANGUAGE plpgsql ROWS 10 SET search_path = pg_catalog, bureau, pg_temp SET enable_seqscan = off AS $$
BEGIN
	RETURN QUERY
	SELECT j.* FROM jobs j
	 WHERE j.queue = _queue AND j.priority = _priority AND j.state = 'queued' AND j.run_at <= now()
	 ORDER BY j.run_at, j.seq LIMIT _room FOR UPDATE OF j SKIP LOCKED;
END
$$;

-- Those that wait next behind a job of a key, locked: they may be begun with it, for one worker does them one
-- after the other.  None where somebody is at one of them, or one has had trouble: then each is claimed alone.
CREATE OR REPLACE FUNCTION jobs_behind(_head jobs) RETURNS uuid[]
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp SET enable_seqscan = off AS $$
BEGIN
	RETURN (
		WITH n AS MATERIALIZED (
			SELECT j.id FROM jobs j
			 WHERE j.key = _head.key AND j.state = 'waiting' AND j.seq > _head.seq
			 ORDER BY j.seq LIMIT 7),
		l AS MATERIALIZED (
			SELECT j.id, j.seq FROM n JOIN jobs j ON j.id = n.id
			 WHERE j.state = 'waiting' AND j.attempts = 0 AND j.queue = _head.queue AND j.run_at <= now()
			   FOR UPDATE OF j SKIP LOCKED)
		SELECT array_agg(l.id ORDER BY l.seq) FROM l HAVING count(*) = (SELECT count(*) FROM n));
END
$$;

-- Jobs for this worker, the most urgent there are and all of one queue, in the order in which they are to
-- be done.  args have the secret merged in: member by member, and so do their `values`.
DROP FUNCTION IF EXISTS jobs_claim(text, text[]);
CREATE FUNCTION jobs_claim(_worker text, _queues text[], OUT id uuid, OUT kind text,
                           OUT args text, OUT attempt int, OUT key text)
RETURNS SETOF record
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
#variable_conflict use_column
DECLARE
	_q record;
	_room int;
	_ids uuid[];
BEGIN
	FOR _q IN SELECT r.queue, r.priority FROM queues_ready(true, _queues) r LOOP
		_room := queue_room(_q.queue);
		CONTINUE WHEN _room <= 0;
		-- What went down with a worker may be what brought it down: it is claimed alone.
		_ids := ARRAY(SELECT p.id FROM jobs_pick((_q.queue).name, _q.priority, 1) p WHERE p.lost > 0);
		IF _ids <> '{}' THEN
			PERFORM job_bell();
		ELSE
			_ids := ARRAY(SELECT i FROM jobs_pick((_q.queue).name, _q.priority, _room) p,
			                     unnest(p.id || CASE WHEN p.key IS NOT NULL AND p.attempts = 0 THEN jobs_behind(p) END) i
			               WHERE p.lost = 0 LIMIT _room);
		END IF;
		CONTINUE WHEN _ids = '{}';
		RETURN QUERY
		WITH u AS (
			UPDATE jobs j
			   SET state = 'running', worker = _worker, attempts = j.attempts + 1,
			       started_at = now(), lease_until = now() + k.lease
			  FROM unnest(_ids) WITH ORDINALITY o (id, n), job_kinds k
			 WHERE j.id = o.id AND k.name = j.kind
			RETURNING j.id, j.kind, job_args(j.args, j.secret)::text AS args, j.attempts, j.key, o.n)
		SELECT u.id, u.kind, u.args, u.attempts, u.key FROM u ORDER BY u.n;
		PERFORM queue_begun(_q.queue, cardinality(_ids));
		RETURN;
	END LOOP;
END
$$;

CREATE OR REPLACE FUNCTION job_args(_args jsonb, _secret jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN _secret IS NULL THEN _args
            WHEN _args ? 'values' AND _secret ? 'values'
            THEN _args || _secret || jsonb_build_object('values', (_args -> 'values') || (_secret -> 'values'))
            ELSE _args || _secret END;

-- Goes on with a try; false when it is to stop, null when it is not this worker's any more.
CREATE OR REPLACE FUNCTION job_beat(_worker text, _job uuid, _attempt int) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_go_on boolean;
BEGIN
	UPDATE jobs j SET lease_until = now() + k.lease FROM job_kinds k
	 WHERE j.id = _job AND j.state = 'running' AND j.worker = _worker AND j.attempts = _attempt
	   AND k.name = j.kind
	RETURNING NOT j.cancel_asked INTO _go_on;
	RETURN _go_on;
END
$$;

-- Whether a job that was claimed behind others may begin now: null when it is not this worker's any more, else
-- go, cancelled or, where its queue was paused, back.
CREATE OR REPLACE FUNCTION job_stands(_worker text, _job uuid, _attempt int) RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN (SELECT CASE WHEN j.cancel_asked THEN 'cancelled' WHEN q.paused_at IS NOT NULL THEN 'back' ELSE 'go' END
	          FROM jobs j JOIN queues q ON q.name = j.queue
	         WHERE j.id = _job AND j.state = 'running' AND j.worker = _worker AND j.attempts = _attempt);
END
$$;

-- How far a job has come, in percent; told to whoever asked for it.
CREATE OR REPLACE FUNCTION job_progress(_worker text, _job uuid, _attempt int, _percent int)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_owner uuid;
BEGIN
	UPDATE jobs SET progress = _percent
	 WHERE id = _job AND state = 'running' AND worker = _worker AND attempts = _attempt
	   AND progress IS DISTINCT FROM _percent
	RETURNING owner_id INTO _owner;
	IF _owner IS NOT NULL THEN
		PERFORM event_tell(ARRAY['user:' || _owner], 'jobProgress', 'jobs', _job,
			jsonb_build_object('id', _job, 'progress', _percent));
	END IF;
END
$$;

-- Ends tries.  Rows that the worker holds no more are passed over.  (What runs has a worker; asking for
-- the state instead would send the planner to the index of all that runs, again for each.)
CREATE OR REPLACE FUNCTION jobs_end(_worker text, _ends job_end[]) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp SET enable_seqscan = off AS $$
DECLARE
	_keys text[];
	_gone int;
	_count int;
BEGIN
	-- The frequent end needs no detour: done, and its row goes.
	DELETE FROM jobs j USING unnest(_ends) e, job_kinds k
	 WHERE j.id = e.id AND j.worker = coalesce(_worker, j.worker) AND j.attempts = e.attempt
	   AND e.outcome = 'done' AND k.name = j.kind AND k.keep = '0' AND j.key IS NULL;
	GET DIAGNOSTICS _gone = ROW_COUNT;
	IF _gone = cardinality(_ends) THEN
		RETURN _gone;
	END IF;
	WITH e AS MATERIALIZED (
		SELECT e.*, j.key, j.worker, j.started_at, k.keep, k.wait, k.longest,
		       CASE WHEN e.outcome IN ('done', 'failed') THEN e.outcome
		            WHEN j.cancel_asked OR e.outcome = 'cancelled' THEN 'cancelled'
		            WHEN e.outcome <> 'back' AND j.attempts >= k.tries
		                 OR e.outcome = 'lost' AND j.lost >= 2 THEN 'failed'
		            ELSE 'queued' END AS state
		  FROM unnest(_ends) e
		  JOIN jobs j ON j.id = e.id AND j.worker = coalesce(_worker, j.worker)
		             AND j.attempts = e.attempt
		  JOIN job_kinds k ON k.name = j.kind
		   FOR UPDATE OF j),
	gone AS (
		DELETE FROM jobs j USING e WHERE j.id = e.id AND e.state = 'done' AND e.keep = '0'),
	kept AS (
		UPDATE jobs j
		   SET state = CASE WHEN e.state = 'queued' AND e.key IS NOT NULL THEN 'waiting' ELSE e.state END,
		       worker = NULL, lease_until = NULL,
		       attempts = j.attempts - (e.outcome = 'back')::int,
		       lost = j.lost + (e.outcome = 'lost')::int,
		       run_at = CASE WHEN e.outcome = 'back' THEN j.run_at
		                     WHEN e.state <> 'queued' THEN j.run_at
		                     -- Up to twice as long each time, at random, so that many do not come back at once.
		                     ELSE clock_timestamp() + coalesce(e.after, random()
		                          * least(e.longest, e.wait * 2.0 ^ least(e.attempt - 1, 20))) END,
		       finished_at = CASE WHEN e.state <> 'queued' THEN clock_timestamp() END,
		       secret = CASE WHEN e.state = 'queued' THEN j.secret END,
		       secret_gone = j.secret_gone OR e.state <> 'queued' AND j.secret IS NOT NULL,
		       cause = CASE WHEN e.outcome = 'back' THEN j.cause ELSE e.cause END,
		       result = e.result
		  FROM e WHERE j.id = e.id AND NOT (e.state = 'done' AND e.keep = '0')),
	logged AS (
		INSERT INTO job_attempts (job_id, attempt, worker, started_at, ended_at, outcome, cause)
		SELECT e.id, e.attempt, e.worker, e.started_at, clock_timestamp(),
		       CASE WHEN e.state IN ('failed', 'cancelled') THEN e.state ELSE e.outcome END, e.cause
		  FROM e WHERE e.outcome <> 'back' AND NOT (e.state = 'done' AND e.keep = '0'))
	SELECT count(*), array_agg(DISTINCT e.key) FILTER (WHERE e.key IS NOT NULL) INTO _count, _keys FROM e;
	PERFORM job_key_next(k) FROM unnest(_keys) k ORDER BY k;
	RETURN _gone + _count;
END
$$;

-- Jobs of a key have ended or come back: the first that waits may begin.
CREATE OR REPLACE FUNCTION job_key_next(_key text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_run_at timestamptz;
BEGIN
	PERFORM job_key_lock(_key);
	-- Behind those of other keys that are due already: each key takes its turn.
	UPDATE jobs SET state = 'queued', run_at = greatest(run_at, now())
	 WHERE id = (SELECT j.id FROM jobs j WHERE j.key = _key AND j.state = 'waiting' ORDER BY j.seq LIMIT 1)
	   AND NOT EXISTS (SELECT FROM jobs j WHERE j.key = _key AND j.state IN ('queued', 'running'))
	RETURNING run_at INTO _run_at;
	IF _run_at <= now() THEN
		PERFORM job_bell();
	END IF;
END
$$;

-- What a worker says of the jobs it had, [{"id": …, "attempt": …, "outcome": …}, …]; how many of
-- them were still its own.
CREATE OR REPLACE FUNCTION jobs_finish(_worker text, _ends jsonb) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN jobs_end(_worker, ARRAY(SELECT e FROM jsonb_populate_recordset(NULL::job_end, _ends) e));
END
$$;

-- Whatever is in this worker's hand by the book is not in its hand: lost with its predecessor of the same
-- name, or, where it never heard of it, to be given back.
CREATE OR REPLACE FUNCTION jobs_recover(_worker text, _outcome text) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN jobs_end(_worker, ARRAY(
		SELECT (j.id, j.attempts, _outcome, 'the worker ended while it was at this', NULL, NULL)::job_end
		  FROM jobs j WHERE _outcome IN ('lost', 'back') AND j.state = 'running' AND j.worker = _worker));
END
$$;

-- Jobs whose workers have not been heard of for the length of the lease.
CREATE OR REPLACE FUNCTION jobs_reap() RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN jobs_end(NULL, ARRAY(
		SELECT (j.id, j.attempts, 'lost', 'the worker was not heard of any more', NULL, NULL)::job_end
		  FROM jobs j WHERE j.state = 'running' AND j.lease_until < now()
		   FOR UPDATE SKIP LOCKED));
END
$$;

-- Claims, does and finishes jobs of the queues whose jobs are functions, in this transaction; how
-- many.
CREATE OR REPLACE FUNCTION jobs_run_inside(_worker text) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_q record;
	_picked jobs[];
	_kind text;
	_ends job_end[] := '{}';
	_gone int;
BEGIN
	FOR _q IN SELECT r.queue, r.priority FROM queues_ready(false, NULL) r LOOP
		_picked := ARRAY(SELECT p FROM jobs_pick((_q.queue).name, _q.priority, queue_room(_q.queue)) p);
		CONTINUE WHEN _picked = '{}';
		FOR _kind IN SELECT DISTINCT p.kind FROM unnest(_picked) p LOOP
			_ends := _ends || jobs_run_kind(_kind, ARRAY(SELECT p FROM unnest(_picked) p WHERE p.kind = _kind));
		END LOOP;
		PERFORM queue_begun(_q.queue, cardinality(_ends));
		-- Nobody saw them begin, and where nothing is kept nobody sees them end.
		DELETE FROM jobs j USING job_kinds k
		 WHERE j.id = ANY (ARRAY(SELECT e.id FROM unnest(_ends) e WHERE e.outcome = 'done'))
		   AND k.name = j.kind AND k.keep = '0' AND j.key IS NULL;
		GET DIAGNOSTICS _gone = ROW_COUNT;
		IF _gone < cardinality(_ends) THEN
			UPDATE jobs j SET state = 'running', worker = _worker, attempts = j.attempts + 1,
			       started_at = now(), lease_until = 'infinity'
			 WHERE j.id = ANY (ARRAY(SELECT e.id FROM unnest(_ends) e));
			PERFORM jobs_end(_worker, _ends);
		END IF;
		RETURN cardinality(_ends);
	END LOOP;
	RETURN 0;
END
$$;

-- Does jobs of one kind, whose function is job_<kind>: all at once, and one by one where one raises,
-- which is then undone alone.
CREATE OR REPLACE FUNCTION jobs_run_kind(_kind text, _jobs jobs[]) RETURNS job_end[]
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_ends job_end[];
BEGIN
	EXECUTE format('SELECT array_agg((j.id, j.attempts + 1, ''done'', NULL,'
		' %I(job_args(j.args, j.secret)), NULL)::job_end) FROM unnest($1) j',
		'job_' || replace(_kind, '.', '_')) INTO _ends USING _jobs;
	RETURN _ends;
EXCEPTION WHEN OTHERS THEN
	IF cardinality(_jobs) = 1 THEN
		RETURN ARRAY[(_jobs[1].id, _jobs[1].attempts + 1, 'again', SQLERRM, NULL, NULL)::job_end];
	END IF;
	RETURN (SELECT array_agg(e) FROM unnest(_jobs) j, unnest(jobs_run_kind(_kind, ARRAY[j])) e);
END
$$;

-- What is due by the clock, and what was lost; by one worker of all hosts at a time.
CREATE OR REPLACE FUNCTION jobs_tick() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_cron crons;
BEGIN
	IF NOT pg_try_advisory_xact_lock(hashtextextended('tick', 4)) THEN
		RETURN;
	END IF;
	FOR _cron IN SELECT c.* FROM crons c WHERE c.next_at <= now() LOOP
		PERFORM job_add(_cron.kind, '{}', _unique => 'cron:' || _cron.name);
		UPDATE crons SET last_at = now(), next_at = cron_next(_cron.schedule, now())
		 WHERE name = _cron.name;
	END LOOP;
	PERFORM jobs_reap();
	PERFORM webhooks_turn();	-- last: 82_webhooks.sql says why
END
$$;

-- Old rows of what was written down, by the clock.
CREATE OR REPLACE FUNCTION job_upkeep_prune(_args jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN (SELECT jsonb_object_agg(p.what, p.count) FROM prune_all() p);
END
$$;
