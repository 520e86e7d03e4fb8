-- SPDX-License-Identifier: ISC
--
-- Queued requests.  The dispatcher of a responder accepts one instead of running it; a worker
-- then calls the responder, which loads the row, runs it as its caller and stores the answer
-- with the work.  No responder reaches what another has accepted, and a worker none of it.

SET search_path = bureau, public;

-- Keeps the caller's request and puts in the job that has it run, behind all others of the
-- caller.  Follows authorize(), whose request id, address and program it takes.  Twice the same is
-- once: a COMMIT whose answer was lost is sent again.  Gives how many are before it; raises U5004
-- where a thousand are.
CREATE OR REPLACE FUNCTION request_accept(_method text, _path text, _query text, _type text,
                                          _variables jsonb, _body text, _host text,
                                          _is_tls boolean, OUT place int)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, bureau, pg_temp SET enable_seqscan = off AS $$
DECLARE
	_key CONSTANT text := 'requests:' || actor();
	_responder CONSTANT text := substr(session_user, 8);
	_id CONSTANT uuid := request_now();
BEGIN
	IF actor() IS NULL THEN
		RAISE EXCEPTION 'nobody can be told the answer' USING ERRCODE = 'U1001';
	END IF;
	PERFORM job_key_lock(_key);
	place := (SELECT count(*) FROM (SELECT FROM jobs
	           WHERE key = _key AND state IN ('waiting', 'queued', 'running') LIMIT 1000) j);
	IF EXISTS (SELECT FROM requests WHERE id = _id) THEN
		RETURN;
	END IF;
	IF place = 1000 THEN
		PERFORM refuse('U5004', NULL, 'A thousand of your requests wait already; let some of them be done first.');
	END IF;
	INSERT INTO requests (id, user_id, session_id, token_id, job_id, responder, method, path, query,
	                      type, variables, body, address, agent, host, is_tls)
	VALUES (_id, actor(), session_now(), token_now(),
	        job_add('request.run', jsonb_build_object('request', _id, 'responder', _responder),
	                _key => _key, _before => place),
	        _responder, _method, _path, _query, _type, _variables, _body, address_now(), agent_now(),
	        _host, _is_tls);
END
$$;

-- A request of the calling responder that has no answer yet; no row for any other.
CREATE OR REPLACE FUNCTION request_load(_id uuid, OUT method text, OUT path text, OUT query text,
                                        OUT type text, OUT variables text, OUT body text,
                                        OUT length int, OUT address text, OUT agent text,
                                        OUT host text, OUT https text, OUT user_id uuid,
                                        OUT session_id uuid, OUT token bytea)
RETURNS SETOF record
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT r.method, r.path, r.query, r.type,
	       (SELECT string_agg(v.key || '=' || v.value, E'\n') FROM jsonb_each_text(r.variables) v),
	       r.body, octet_length(r.body), host(r.address), r.agent, r.host,
	       CASE WHEN r.is_tls THEN 'on' END, CASE WHEN r.token_id IS NULL THEN r.user_id END,
	       r.session_id, (SELECT t.hash FROM tokens t WHERE t.id = r.token_id)
	  FROM requests r
	 WHERE r.id = _id AND r.responder = substr(session_user, 8) AND r.finished_at IS NULL;
END
$$;

-- Keeps the answer, in the transaction of what it tells of, in place of what was asked, and tells
-- the caller.  Raises U0003
-- where there is one already: then what this transaction did was done before, and is undone.
CREATE OR REPLACE FUNCTION request_store(_id uuid, _status int, _headers jsonb, _answer text)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_user uuid;
BEGIN
	UPDATE requests
	   SET status = _status, headers = _headers, answer = _answer, finished_at = clock_timestamp(),
	       variables = '{}', body = ''
	 WHERE id = _id AND responder = substr(session_user, 8) AND finished_at IS NULL
	RETURNING user_id INTO _user;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'answered already' USING ERRCODE = 'U0003';
	END IF;
	PERFORM event_tell(ARRAY['user:' || _user], 'requestDone', 'requests', _id,
		jsonb_build_object('id', _id, 'status', _status));
END
$$;

-- A job that was given up or cancelled ends its request, and one that an operator has tried again
-- opens it again: all three move finished_at, which no other step of a job does.  Waits for a run
-- that is still under way: what that stores comes first.
CREATE OR REPLACE FUNCTION request_job_moved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_id CONSTANT uuid := NEW.args ->> 'request';
	_status CONSTANT int := CASE WHEN NEW.state = 'failed' THEN coalesce((NEW.result ->> 'status')::int, 503) END;
	_user uuid;
BEGIN
	PERFORM pg_advisory_xact_lock(uuid_hash_extended(_id, 1));
	IF NEW.state NOT IN ('failed', 'cancelled') THEN
		UPDATE requests SET status = NULL, finished_at = NULL WHERE id = _id AND headers IS NULL;
		RETURN NULL;
	END IF;
	UPDATE requests SET status = _status, finished_at = clock_timestamp()
	 WHERE id = _id AND finished_at IS NULL
	RETURNING user_id INTO _user;
	IF FOUND THEN
		PERFORM event_tell(ARRAY['user:' || _user], 'requestDone', 'requests', _id,
			jsonb_build_object('id', _id, 'status', _status));
	END IF;
	RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER request_moved AFTER UPDATE OF finished_at ON jobs FOR EACH ROW
	WHEN (NEW.kind = 'request.run' AND (NEW.state IN ('failed', 'cancelled')
	      OR OLD.state IN ('failed', 'cancelled')))
	EXECUTE FUNCTION request_job_moved();

-- How many of the caller's come before this one of theirs; null: it has been answered.
CREATE OR REPLACE FUNCTION request_place(_id uuid) RETURNS int
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, bureau, pg_temp SET enable_seqscan = off AS $$
DECLARE
	_job jobs;
BEGIN
	SELECT j.* INTO _job FROM requests r JOIN jobs j ON j.id = r.job_id
	 WHERE r.id = _id AND r.user_id = actor() AND r.finished_at IS NULL;
	IF NOT FOUND THEN
		RETURN NULL;
	END IF;
	RETURN (SELECT count(*) FROM jobs b
	         WHERE b.key = _job.key AND b.state IN ('waiting', 'queued', 'running') AND b.seq < _job.seq);
END
$$;

-- The caller's own, as they are told of them; to who comes with a personal token, what came with
-- that.
DROP VIEW IF EXISTS own_requests;
CREATE VIEW own_requests WITH (security_barrier) AS
	SELECT r.id, r.method, r.path, r.status, r.headers, r.answer, r.created_at, r.finished_at,
	       CASE WHEN r.finished_at IS NULL THEN CASE j.state WHEN 'running' THEN 'running' ELSE 'queued' END
	            WHEN r.status < 400 THEN 'done'
	            ELSE 'failed' END AS state
	  FROM requests r LEFT JOIN jobs j ON j.id = r.job_id
	 WHERE r.user_id = actor() AND (token_now() IS NULL OR r.token_id = token_now());
