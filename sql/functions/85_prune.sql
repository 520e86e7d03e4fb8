-- SPDX-License-Identifier: ISC
--
-- The only ways a row leaves.  For `bureau prune` (operators); each says how many rows went.
-- The audit log is never pruned.

SET search_path = bureau, public;

-- Old events with their places in the stream, and the batches behind the last one.
CREATE OR REPLACE FUNCTION prune_events(_keep interval DEFAULT '7 days') RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_count bigint;
BEGIN
	DELETE FROM stream_batch WHERE last < (SELECT max(last) FROM stream_batch);
	DELETE FROM stream s USING events e WHERE e.id = s.event_id AND e.at < now() - _keep;
	DELETE FROM events WHERE at < now() - _keep;
	GET DIAGNOSTICS _count = ROW_COUNT;
	RETURN _count;
END
$$;

CREATE OR REPLACE FUNCTION prune_idempotency() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_count bigint;
BEGIN
	DELETE FROM idempotency WHERE created_at < now() - interval '24 hours';
	GET DIAGNOSTICS _count = ROW_COUNT;
	RETURN _count;
END
$$;

CREATE OR REPLACE FUNCTION prune_throttle() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_count bigint;
BEGIN
	DELETE FROM throttle WHERE ends_at < now();
	GET DIAGNOSTICS _count = ROW_COUNT;
	RETURN _count;
END
$$;

-- Codes and what they allowed, once nothing is counted by them any more.
CREATE OR REPLACE FUNCTION prune_codes() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_count bigint;
BEGIN
	DELETE FROM step_ups WHERE created_at < now() - interval '1 day';
	DELETE FROM codes WHERE created_at < now() - interval '1 day';
	GET DIAGNOSTICS _count = ROW_COUNT;
	RETURN _count;
END
$$;

-- Sessions that have been over for a while, and the history of signing in.
CREATE OR REPLACE FUNCTION prune_sessions(_keep interval DEFAULT '180 days') RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_count bigint;
BEGIN
	DELETE FROM sign_ins WHERE at < now() - _keep;
	DELETE FROM sessions WHERE least(ended_at, expires_at, idle_expires_at) < now() - _keep;
	GET DIAGNOSTICS _count = ROW_COUNT;
	RETURN _count;
END
$$;

-- Jobs that ended as long ago as their kind is kept; dead letters stay for a month at least.
CREATE OR REPLACE FUNCTION prune_jobs() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_count bigint;
BEGIN
	WITH gone AS (
		DELETE FROM jobs j USING job_kinds k
		 WHERE k.name = j.kind AND j.finished_at < now() - greatest(k.keep,
		       CASE WHEN j.state = 'failed' THEN interval '30 days' ELSE '0' END)
		RETURNING j.id),
	tries AS (
		DELETE FROM job_attempts a USING gone g WHERE a.job_id = g.id)
	SELECT count(*) INTO _count FROM gone;
	RETURN _count;
END
$$;

-- Queued requests whose answer was there for a day.
CREATE OR REPLACE FUNCTION prune_requests() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_count bigint;
BEGIN
	DELETE FROM requests
	 WHERE created_at < now() - interval '24 hours' AND finished_at < now() - interval '24 hours';
	GET DIAGNOSTICS _count = ROW_COUNT;
	RETURN _count;
END
$$;

-- Imports, and the lines that were wrong in them.
CREATE OR REPLACE FUNCTION prune_imports(_keep interval DEFAULT '7 days') RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_count bigint;
BEGIN
	WITH gone AS (DELETE FROM imports WHERE created_at < now() - _keep RETURNING id)
	DELETE FROM import_rows r USING gone g WHERE r.import_id = g.id;
	GET DIAGNOSTICS _count = ROW_COUNT;
	RETURN _count;
END
$$;

-- What webhooks were told.
CREATE OR REPLACE FUNCTION prune_webhooks(_keep interval DEFAULT '30 days') RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_count bigint;
BEGIN
	DELETE FROM webhook_deliveries WHERE created_at < now() - _keep AND state <> 'pending';
	GET DIAGNOSTICS _count = ROW_COUNT;
	RETURN _count;
END
$$;

-- What people were told: once it has been read and is a while ago; unread, a year after.
CREATE OR REPLACE FUNCTION prune_notifications(_keep interval DEFAULT '90 days') RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_count bigint;
BEGIN
	DELETE FROM notifications
	 WHERE created_at < now() - _keep
	   AND (read_at < now() - _keep OR created_at < now() - interval '1 year');
	GET DIAGNOSTICS _count = ROW_COUNT;
	RETURN _count;
END
$$;

CREATE OR REPLACE FUNCTION prune_all() RETURNS TABLE (what text, count bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN QUERY VALUES
		('codes', prune_codes()),
		('events', prune_events()),
		('idempotency', prune_idempotency()),
		('imports', prune_imports()),
		('jobs', prune_jobs()),
		('notifications', prune_notifications()),
		('requests', prune_requests()),
		('sessions', prune_sessions()),
		('throttle', prune_throttle()),
		('webhooks', prune_webhooks());
END
$$;
