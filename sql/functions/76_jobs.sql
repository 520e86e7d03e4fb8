-- SPDX-License-Identifier: ISC
--
-- Putting jobs in.  job_add() is for functions here alone: what a responder can cause is what
-- some function of its own causes, never any job it likes.  What workers call is in
-- 77_work.sql.

SET search_path = bureau, public;

-- Puts a job in, with the transaction that calls.  Its owner is the caller.  A unique key that
-- is live already gives that job's id.  Says by a notice (U0002) that there is something to do
-- now: whoever commits rings the bell.  (A plan made while there were few jobs is kept when there
-- are many.)  _before: how many live ones of the key there are, for who has its lock and has counted.
DROP FUNCTION IF EXISTS job_add(text, jsonb, text, jsonb, timestamptz, text, int);
CREATE OR REPLACE FUNCTION job_add(_kind text, _args jsonb, _key text DEFAULT NULL,
                                   _secret jsonb DEFAULT NULL,
                                   _run_at timestamptz DEFAULT now(),
                                   _unique text DEFAULT NULL, _priority int DEFAULT NULL,
                                   _before int DEFAULT NULL)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, bureau, pg_temp SET enable_seqscan = off AS $$
DECLARE
	_state text := CASE WHEN _before > 0 THEN 'waiting' ELSE 'queued' END;
	_job uuid;
BEGIN
	IF _key IS NOT NULL AND _before IS NULL THEN
		PERFORM job_key_lock(_key);
		IF EXISTS (SELECT FROM jobs WHERE key = _key AND state IN ('waiting', 'queued', 'running')) THEN
			_state := 'waiting';
		END IF;
	END IF;
	LOOP
		INSERT INTO jobs (queue, kind, args, secret, key, unique_key, priority, state, run_at,
		                  owner_id, request)
		SELECT k.queue, k.name, coalesce(_args, '{}'), _secret, _key, _unique,
		       coalesce(_priority, k.priority), _state, _run_at, actor(), request_now()
		  FROM job_kinds k WHERE k.name = _kind
		    ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL
		       AND state IN ('waiting', 'queued', 'running') DO NOTHING
		RETURNING id INTO _job;
		EXIT WHEN _job IS NOT NULL;
		IF _unique IS NULL THEN
			RAISE EXCEPTION 'there is no kind of job %', _kind;
		END IF;
		SELECT id INTO _job FROM jobs
		 WHERE unique_key = _unique AND state IN ('waiting', 'queued', 'running');
		IF _job IS NOT NULL THEN
			RETURN _job;
		END IF;
	END LOOP;
	IF _state = 'queued' AND _run_at <= now() THEN
		PERFORM job_bell();
	END IF;
	RETURN _job;
END
$$;

-- A key has one lock, held to the end of the transaction by who adds a job of it or ends one.
CREATE OR REPLACE FUNCTION job_key_lock(_key text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended(_key, 3));
END
$$;

-- Tells whoever commits this, once, that workers have something to do.  (Called with every job: an expression
-- costs less than a statement.)
CREATE OR REPLACE FUNCTION job_bell() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	_rings text;
BEGIN
	IF coalesce(current_setting('bureau.bell', true), '') = '' THEN
		_rings := set_config('bureau.bell', 'rings', true);
		RAISE NOTICE 'work' USING ERRCODE = 'U0002';
	END IF;
END
$$;

-- One message to one address.  _mail names its text; the members of _secret's `values` are
-- merged over _values: a code, a link that holds a token.
CREATE OR REPLACE FUNCTION mail_add(_mail text, _to text, _locale text, _values jsonb,
                                    _secret jsonb DEFAULT NULL, _priority int DEFAULT NULL)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN job_add('mail.send', jsonb_build_object('mail', _mail, 'to', _to,
		'locale', coalesce(_locale, 'en'), 'values', coalesce(_values, '{}')),
		_secret => _secret, _priority => _priority);
END
$$;

-- An event that is no change of a row: a request is done, a job has come further, a notification.
CREATE OR REPLACE FUNCTION event_tell(_audience text[], _kind text, _resource text, _id uuid,
                                      _payload jsonb) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	INSERT INTO events (audience, kind, resource, resource_id, payload)
	VALUES (_audience, _kind, _resource, _id, coalesce(_payload, '{}'));
END
$$;

-- One field of a schedule, as the numbers it names: `*`, `5`, `1-5`, `*/15`, `0-30/10`, `1,2`.
CREATE OR REPLACE FUNCTION cron_field(_field text, _min int, _max int) RETURNS int[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_numbers int[] := '{}';
	_part text;
	_m text[];
	_from int;
	_to int;
BEGIN
	FOREACH _part IN ARRAY string_to_array(_field, ',') LOOP
		_m := regexp_match(_part, '^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?$');
		_from := coalesce(_m[1]::int, _min);
		_to := coalesce(_m[2], CASE WHEN _m[3] IS NULL THEN _m[1] END, _max::text)::int;
		IF _m IS NULL OR _from < _min OR _to > _max OR _from > _to OR _m[3]::int = 0 THEN
			RAISE EXCEPTION 'not a field of a schedule: %', _part USING ERRCODE = 'invalid_parameter_value';
		END IF;
		_numbers := _numbers || ARRAY(SELECT generate_series(_from, _to, coalesce(_m[3]::int, 1)));
	END LOOP;
	RETURN _numbers;
END
$$;

-- When a schedule is due next after _after.  As cron has it: where day of the month and day of
-- the week are both given, either will do.
CREATE OR REPLACE FUNCTION cron_next(_schedule text, _after timestamptz) RETURNS timestamptz
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, bureau, pg_temp
SET timezone = 'UTC' AS $$
DECLARE
	_f text[] := regexp_split_to_array(trim(_schedule), '\s+');
	_minutes int[];
	_hours int[];
	_days int[];
	_months int[];
	_weekdays int[];
	_both boolean;
	_next timestamptz;
BEGIN
	IF _f[1] = 'every' THEN
		RETURN _after + substring(trim(_schedule) FROM 6)::interval;
	END IF;
	IF cardinality(_f) <> 5 THEN
		RAISE EXCEPTION 'a schedule has five fields: %', _schedule USING ERRCODE = 'invalid_parameter_value';
	END IF;
	_minutes := cron_field(_f[1], 0, 59);
	_hours := cron_field(_f[2], 0, 23);
	_days := cron_field(_f[3], 1, 31);
	_months := cron_field(_f[4], 1, 12);
	_weekdays := ARRAY(SELECT d % 7 FROM unnest(cron_field(_f[5], 0, 7)) d);
	_both := _f[3] NOT LIKE '*%' AND _f[5] NOT LIKE '*%';
	SELECT d + make_interval(hours => h, mins => m) INTO _next
	  FROM generate_series(date_trunc('day', _after), _after + interval '5 years', interval '1 day') d,
	       unnest(_hours) h, unnest(_minutes) m
	 WHERE extract(month FROM d) = ANY (_months)
	   AND CASE WHEN _both THEN extract(day FROM d) = ANY (_days) OR extract(dow FROM d) = ANY (_weekdays)
	            ELSE extract(day FROM d) = ANY (_days) AND extract(dow FROM d) = ANY (_weekdays) END
	   AND d + make_interval(hours => h, mins => m) > _after
	 ORDER BY d, h, m LIMIT 1;
	IF _next IS NULL THEN
		RAISE EXCEPTION 'a schedule that never comes: %', _schedule USING ERRCODE = 'invalid_parameter_value';
	END IF;
	RETURN _next;
END
$$;

-- Brings queues, kinds and the clock to what queues.def, jobs.def and crons.def say:
-- {"queues": [{"name": …}, …], "kinds": […], "crons": […]}.  For `bureau migrate`.  Whether a
-- queue is paused is the operators' matter and stays.
CREATE OR REPLACE FUNCTION jobs_sync(_list jsonb) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	INSERT INTO queues AS q (name, doc, leased, at_once, per_minute, batch)
	SELECT n.name, n.doc, n.leased, nullif(n.at_once, 0), nullif(n.per_minute, 0), n.batch
	  FROM jsonb_populate_recordset(NULL::queues, _list -> 'queues') n
	    ON CONFLICT (name) DO UPDATE SET doc = excluded.doc, leased = excluded.leased,
	       at_once = excluded.at_once, per_minute = excluded.per_minute, batch = excluded.batch
	 WHERE (q.doc, q.leased, q.at_once, q.per_minute, q.batch) IS DISTINCT FROM
	       (excluded.doc, excluded.leased, excluded.at_once, excluded.per_minute, excluded.batch);
	INSERT INTO job_kinds AS k
	SELECT n.* FROM jsonb_populate_recordset(NULL::job_kinds, _list -> 'kinds') n
	    ON CONFLICT (name) DO UPDATE SET queue = excluded.queue, doc = excluded.doc,
	       priority = excluded.priority, tries = excluded.tries, wait = excluded.wait,
	       longest = excluded.longest, lease = excluded.lease, keep = excluded.keep;
	DELETE FROM crons c
	 WHERE NOT EXISTS (SELECT FROM jsonb_to_recordset(_list -> 'crons') AS n (name text)
	                    WHERE n.name = c.name);
	INSERT INTO crons AS c (name, kind, doc, schedule, next_at)
	SELECT n.name, n.kind, n.doc, n.schedule, cron_next(n.schedule, now())
	  FROM jsonb_to_recordset(_list -> 'crons') AS n (name text, kind text, doc text, schedule text)
	    ON CONFLICT (name) DO UPDATE SET kind = excluded.kind, doc = excluded.doc,
	       schedule = excluded.schedule,
	       next_at = CASE WHEN c.schedule = excluded.schedule THEN c.next_at ELSE excluded.next_at END;
END
$$;
