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
	RETURN _room;
END
$$;

-- Counts what was begun against per_minute.
CREATE OR REPLACE FUNCTION queue_begun(_q queues, _count int) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_gap CONSTANT interval := interval '1 minute' / _q.per_minute;
BEGIN
	IF _q.per_minute IS NOT NULL AND _count > 0 THEN
		UPDATE queues q
		   SET next_at = greatest(q.next_at, now() - _gap * greatest(_q.per_minute / 10 - 1, 0))
		               + _gap * _count
		 WHERE q.name = _q.name;
	END IF;
END
$$;

-- Jobs for this worker, the most urgent there are and all of one queue.  args have the secret
-- merged in: member by member, and so do their `values`.
CREATE OR REPLACE FUNCTION jobs_claim(_worker text, _queues text[], OUT id uuid, OUT kind text,
                                      OUT args text, OUT attempt int)
RETURNS SETOF record
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
#variable_conflict use_column
DECLARE
	_q queues;
	_room int;
	_count int;
BEGIN
	FOR _priority IN 0..3 LOOP
		FOR _q IN SELECT q.* FROM queues q
		           WHERE q.leased AND q.paused_at IS NULL AND q.name = ANY (_queues)
		             AND EXISTS (SELECT FROM jobs j WHERE j.queue = q.name AND j.priority = _priority
		                            AND j.state = 'queued' AND j.run_at <= now()) LOOP
			_room := queue_room(_q);
			CONTINUE WHEN _room <= 0;
			RETURN QUERY
			WITH picked AS MATERIALIZED (
				SELECT j.id, k.lease FROM jobs j, job_kinds k
				 WHERE j.queue = _q.name AND j.priority = _priority AND j.state = 'queued'
				   AND j.run_at <= now() AND k.name = j.kind
				 ORDER BY j.run_at, j.seq LIMIT _room FOR UPDATE OF j SKIP LOCKED)
			UPDATE jobs j
			   SET state = 'running', worker = _worker, attempts = j.attempts + 1,
			       started_at = now(), lease_until = now() + p.lease
			  FROM picked p WHERE j.id = p.id
			RETURNING j.id, j.kind, job_args(j.args, j.secret)::text, j.attempts;
			GET DIAGNOSTICS _count = ROW_COUNT;
			IF _count > 0 THEN
				PERFORM queue_begun(_q, _count);
				-- There may be more than one can carry.
				IF _count = _q.batch THEN
					PERFORM job_bell();
				END IF;
				RETURN;
			END IF;
		END LOOP;
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

-- Ends tries.  Rows that the worker holds no more are passed over.
CREATE OR REPLACE FUNCTION jobs_end(_worker text, _ends job_end[]) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_keys text[];
	_count int;
BEGIN
	WITH e AS MATERIALIZED (
		SELECT e.*, j.key, j.worker, j.started_at, k.keep, k.wait, k.longest,
		       CASE WHEN e.outcome IN ('done', 'failed') THEN e.outcome
		            WHEN j.cancel_asked OR e.outcome = 'cancelled' THEN 'cancelled'
		            WHEN e.outcome <> 'back' AND j.attempts >= k.tries
		                 OR e.outcome = 'lost' AND j.lost >= 2 THEN 'failed'
		            ELSE 'queued' END AS state
		  FROM unnest(_ends) e
		  JOIN jobs j ON j.id = e.id AND j.state = 'running' AND j.attempts = e.attempt
		             AND j.worker = coalesce(_worker, j.worker)
		  JOIN job_kinds k ON k.name = j.kind
		   FOR UPDATE OF j),
	gone AS (
		DELETE FROM jobs j USING e WHERE j.id = e.id AND e.state = 'done' AND e.keep = '0'),
	kept AS (
		UPDATE jobs j
		   SET state = e.state, worker = NULL, lease_until = NULL,
		       attempts = j.attempts - (e.outcome = 'back')::int,
		       lost = j.lost + (e.outcome = 'lost')::int,
		       run_at = CASE WHEN e.outcome = 'back' THEN j.run_at
		                     WHEN e.state <> 'queued' THEN j.run_at
		                     -- Up to twice as long each time, at random, so that many do not come back at once.
		                     ELSE clock_timestamp() + coalesce(e.after, random()
		                          * least(e.longest, e.wait * 2.0 ^ least(e.attempt - 1, 20))) END,
		       finished_at = CASE WHEN e.state <> 'queued' THEN clock_timestamp() END,
		       secret = CASE WHEN e.state = 'queued' THEN j.secret END,
		       cause = CASE WHEN e.outcome = 'back' THEN j.cause ELSE e.cause END,
		       result = e.result
		  FROM e WHERE j.id = e.id AND NOT (e.state = 'done' AND e.keep = '0')),
	logged AS (
		INSERT INTO job_attempts (job_id, attempt, worker, started_at, ended_at, outcome, cause)
		SELECT e.id, e.attempt, e.worker, e.started_at, clock_timestamp(),
		       CASE WHEN e.state IN ('failed', 'cancelled') THEN e.state ELSE e.outcome END, e.cause
		  FROM e WHERE e.outcome <> 'back' AND NOT (e.state = 'done' AND e.keep = '0'))
	SELECT count(*), array_agg(e.key) FILTER (WHERE e.key IS NOT NULL AND e.state <> 'queued')
	  INTO _count, _keys FROM e;
	PERFORM job_key_next(k) FROM unnest(_keys) k ORDER BY k;
	RETURN _count;
END
$$;

-- One job of a key has ended: the next may begin.
CREATE OR REPLACE FUNCTION job_key_next(_key text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	PERFORM job_key_lock(_key);
	UPDATE jobs SET state = 'queued'
	 WHERE id = (SELECT j.id FROM jobs j WHERE j.key = _key AND j.state = 'waiting' ORDER BY j.seq LIMIT 1)
	   AND NOT EXISTS (SELECT FROM jobs j WHERE j.key = _key AND j.state IN ('queued', 'running'));
	IF FOUND THEN
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
-- many.  A job that raises is undone alone.
CREATE OR REPLACE FUNCTION jobs_run_inside(_worker text) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_q queues;
	_job record;
	_result jsonb;
	_ends job_end[] := '{}';
	_ids uuid[];
BEGIN
	FOR _priority IN 0..3 LOOP
		FOR _q IN SELECT q.* FROM queues q
		           WHERE NOT q.leased AND q.paused_at IS NULL
		             AND EXISTS (SELECT FROM jobs j WHERE j.queue = q.name AND j.priority = _priority
		                            AND j.state = 'queued' AND j.run_at <= now()) LOOP
			FOR _job IN
				SELECT j.id, j.kind, job_args(j.args, j.secret) AS args, j.attempts FROM jobs j
				 WHERE j.queue = _q.name AND j.priority = _priority AND j.state = 'queued'
				   AND j.run_at <= now()
				 ORDER BY j.run_at, j.seq LIMIT queue_room(_q) FOR UPDATE OF j SKIP LOCKED LOOP
				_ids := _ids || _job.id;
				BEGIN
					EXECUTE format('SELECT %I($1)', 'job_' || replace(_job.kind, '.', '_'))
					   INTO _result USING _job.args;
					_ends := _ends || (_job.id, _job.attempts + 1, 'done', NULL, _result, NULL)::job_end;
				EXCEPTION WHEN OTHERS THEN
					_ends := _ends || (_job.id, _job.attempts + 1, 'again', SQLERRM, NULL, NULL)::job_end;
				END;
			END LOOP;
			IF _ids IS NOT NULL THEN
				PERFORM queue_begun(_q, cardinality(_ids));
				IF cardinality(_ids) = _q.batch THEN
					PERFORM job_bell();
				END IF;
				RETURN jobs_end_inside(_worker, _ids, _ends);
			END IF;
		END LOOP;
	END LOOP;
	RETURN 0;
END
$$;

-- The end of tries that nobody outside this transaction saw begin.
CREATE OR REPLACE FUNCTION jobs_end_inside(_worker text, _ids uuid[], _ends job_end[]) RETURNS int
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	-- The frequent end needs no detour: done, and its row goes.
	IF NOT EXISTS (SELECT FROM unnest(_ends) e WHERE e.outcome <> 'done') THEN
		DELETE FROM jobs j USING job_kinds k
		 WHERE j.id = ANY (_ids) AND k.name = j.kind AND k.keep = '0' AND j.key IS NULL;
	END IF;
	UPDATE jobs SET state = 'running', worker = _worker, attempts = attempts + 1,
	       started_at = now(), lease_until = 'infinity'
	 WHERE id = ANY (_ids);
	IF FOUND THEN
		PERFORM jobs_end(_worker, _ends);
	END IF;
	RETURN cardinality(_ids);
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
END
$$;

-- Old rows of what was written down, by the clock.
CREATE OR REPLACE FUNCTION job_upkeep_prune(_args jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN (SELECT jsonb_object_agg(p.what, p.count) FROM prune_all() p);
END
$$;
