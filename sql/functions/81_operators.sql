-- SPDX-License-Identifier: ISC
--
-- What operators do to queues and jobs; for the role bureau_admin and the command line.  The
-- moves are drawn in doc/jobs.md.
--
-- Locks, so that nobody waits in a circle: who ends a live job has its row first and its key
-- then, as jobs_end() has; who moves a waiting or an ended one has the key first.

SET search_path = bureau, public;

CREATE OR REPLACE FUNCTION queue_pause(_name text, _pause boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	UPDATE queues SET paused_at = CASE WHEN _pause THEN coalesce(paused_at, now()) END
	 WHERE name = _name;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no queue %', _name USING ERRCODE = 'U3001';
	END IF;
	PERFORM job_bell();
END
$$;

CREATE OR REPLACE FUNCTION job_find(_job uuid) RETURNS jobs
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_j jobs;
BEGIN
	SELECT j.* INTO _j FROM jobs j WHERE j.id = _job;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'there is no job %', _job USING ERRCODE = 'U3001';
	END IF;
	RETURN _j;
END
$$;

-- Why an ended job cannot be done again; null: it can.
CREATE OR REPLACE FUNCTION job_retry_fault(_j jobs) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN CASE
		WHEN _j.state NOT IN ('failed', 'cancelled')
		THEN format('Only a job that failed or was cancelled can be retried; this one is %s.', _j.state)
		WHEN _j.secret_gone
		THEN 'What it needs was secret and is gone; cause it anew where it came from.'
		WHEN NOT EXISTS (SELECT FROM job_kinds k WHERE k.name = _j.kind)
		THEN format('There is no kind of job %s any more.', _j.kind)
		WHEN _j.unique_key IS NOT NULL
		     AND EXISTS (SELECT FROM jobs o WHERE o.unique_key = _j.unique_key
		                    AND o.state IN ('waiting', 'queued', 'running'))
		THEN 'Another job of its kind that there may be only one of is there already.'
	END;
END
$$;

-- Puts an ended job in again, behind the others of its key; the caller holds that key's lock.
-- Its tries are counted anew; those it had stay written down.
CREATE OR REPLACE FUNCTION job_again(_j jobs) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	UPDATE jobs j
	   SET state = CASE WHEN _j.key IS NOT NULL
	                     AND EXISTS (SELECT FROM jobs o WHERE o.key = _j.key
	                                    AND o.state IN ('waiting', 'queued', 'running'))
	                    THEN 'waiting' ELSE 'queued' END,
	       seq = nextval('job_seq'), run_at = now(), attempts = 0, lost = 0, cancel_asked = false,
	       progress = NULL, result = NULL, cause = NULL, started_at = NULL, finished_at = NULL
	 WHERE j.id = _j.id;
END
$$;

CREATE OR REPLACE FUNCTION job_retry(_job uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_j jobs := job_find(_job);
BEGIN
	IF _j.key IS NOT NULL THEN
		PERFORM job_key_lock(_j.key);
	END IF;
	-- Without a key two may be at it: the row decides.
	IF _j.state IN ('failed', 'cancelled') THEN
		SELECT j.* INTO _j FROM jobs j
		 WHERE j.id = _job AND j.state IN ('failed', 'cancelled') FOR UPDATE;
		IF NOT FOUND THEN
			_j := job_find(_job);
		END IF;
	END IF;
	IF job_retry_fault(_j) IS NOT NULL THEN
		PERFORM refuse('U3003', NULL, job_retry_fault(_j));
	END IF;
	PERFORM job_again(_j);
	PERFORM audit_note('jobs.retried', 'jobs', _job,
		jsonb_build_object('queue', _j.queue, 'kind', _j.kind, 'state', _j.state, 'cause', _j.cause));
	PERFORM job_bell();
END
$$;

-- Ended jobs that a filter says, the oldest first.
CREATE OR REPLACE FUNCTION jobs_ended(_queue text, _kind text, _state text, _before timestamptz,
                                      _limit int) RETURNS SETOF jobs
LANGUAGE plpgsql STABLE ROWS 1000 SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	-- Two statements, since each has an index of its own.
	IF coalesce(_state, 'failed') = 'failed' THEN
		RETURN QUERY SELECT j.* FROM jobs j
		 WHERE j.state = 'failed' AND j.queue = coalesce(_queue, j.queue)
		   AND j.kind = coalesce(_kind, j.kind) AND j.finished_at < coalesce(_before, 'infinity')
		   AND job_retry_fault(j) IS NULL
		 ORDER BY j.id LIMIT _limit;
	ELSE
		RETURN QUERY SELECT j.* FROM jobs j
		 WHERE j.state = _state AND j.queue = coalesce(_queue, j.queue)
		   AND j.kind = coalesce(_kind, j.kind) AND j.finished_at < coalesce(_before, 'infinity')
		   AND job_retry_fault(j) IS NULL
		 ORDER BY j.finished_at LIMIT _limit;
	END IF;
END
$$;

-- Retries the jobs a filter says, _max at most; how many, and how many more there are (no
-- more than 10,000 are counted).  Those of one key keep their order.
CREATE OR REPLACE FUNCTION jobs_retry(_queue text, _kind text, _state text, _before timestamptz,
                                      _max int, OUT retried int, OUT "left" int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_ids uuid[] := ARRAY(SELECT e.id FROM jobs_ended(_queue, _kind, _state, _before, _max) e);
	_done uuid[] := '{}';
	_j jobs;
BEGIN
	PERFORM job_key_lock(k.key)
	   FROM (SELECT DISTINCT j.key FROM jobs j WHERE j.id = ANY (_ids) AND j.key IS NOT NULL) k
	  ORDER BY k.key;
	FOR _j IN SELECT j.* FROM jobs j
	           WHERE j.id = ANY (_ids) AND j.state IN ('failed', 'cancelled') ORDER BY j.seq FOR UPDATE LOOP
		-- Of two with one unique key the first goes.
		CONTINUE WHEN job_retry_fault(_j) IS NOT NULL;
		PERFORM job_again(_j);
		_done := _done || _j.id;
	END LOOP;
	retried := cardinality(_done);
	"left" := (SELECT count(*) FROM jobs_ended(_queue, _kind, _state, _before, 10000));
	IF retried > 0 THEN
		PERFORM audit_note('jobs.retried', 'jobs', NULL, jsonb_strip_nulls(jsonb_build_object(
			'queue', _queue, 'kind', _kind, 'state', coalesce(_state, 'failed'),
			'before', ts(_before), 'count', retried, 'jobs', to_jsonb(_done))));
		PERFORM job_bell();
	END IF;
END
$$;

-- Ends a job that has not begun; one that runs is asked to stop.
CREATE OR REPLACE FUNCTION job_cancel(_job uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_j jobs := job_find(_job);
	_was CONSTANT text := _j.state;
BEGIN
	IF _was = 'waiting' THEN
		PERFORM job_key_lock(_j.key);
	END IF;
	IF _was = 'waiting' THEN
		SELECT j.* INTO _j FROM jobs j WHERE j.id = _job FOR UPDATE SKIP LOCKED;
	ELSE
		SELECT j.* INTO _j FROM jobs j WHERE j.id = _job FOR UPDATE;
	END IF;
	IF _was = 'waiting' AND _j.state IS DISTINCT FROM 'waiting' THEN
		-- Its turn has just come: once more, with the locks in the other order.
		RAISE EXCEPTION 'job % has moved on', _job USING ERRCODE = 'serialization_failure';
	END IF;
	IF _j.state IS NULL OR _j.state NOT IN ('waiting', 'queued', 'running') THEN
		PERFORM refuse('U3003', NULL, format('It has ended: %s.', coalesce(_j.state, 'done')));
	ELSIF _j.state = 'running' THEN
		UPDATE jobs SET cancel_asked = true WHERE id = _job;
	ELSE
		UPDATE jobs
		   SET state = 'cancelled', finished_at = now(), cancel_asked = true,
		       secret = NULL, secret_gone = secret_gone OR secret IS NOT NULL
		 WHERE id = _job;
		IF _j.state = 'queued' AND _j.key IS NOT NULL THEN
			PERFORM job_key_next(_j.key);
		END IF;
	END IF;
	PERFORM audit_note('jobs.cancelled', 'jobs', _job,
		jsonb_build_object('queue', _j.queue, 'kind', _j.kind, 'state', _j.state));
END
$$;

-- Lets a job that is set for later, or waits for its next try, begin now.
CREATE OR REPLACE FUNCTION job_hurry(_job uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_j jobs := job_find(_job);
BEGIN
	IF _j.state = 'waiting' THEN
		PERFORM refuse('U3003', NULL, format('It waits behind job %s of the same key.',
			(SELECT j.id FROM jobs j WHERE j.key = _j.key AND j.state IN ('queued', 'running') LIMIT 1)));
	END IF;
	UPDATE jobs SET run_at = now() WHERE id = _job AND state = 'queued' AND run_at > now();
	IF NOT FOUND THEN
		_j := job_find(_job);
		PERFORM refuse('U3003', NULL, CASE WHEN _j.state = 'queued' THEN 'It is due already.'
			ELSE format('Only a job that is queued for later can be hurried; this one is %s.', _j.state) END);
	END IF;
	PERFORM audit_note('jobs.hurried', 'jobs', _job,
		jsonb_build_object('queue', _j.queue, 'kind', _j.kind, 'was', ts(_j.run_at)));
	PERFORM job_bell();
END
$$;
