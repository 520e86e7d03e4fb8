-- SPDX-License-Identifier: ISC
--
-- Push: who may follow, and who belongs to an audience.

SET search_path = bureau, public;

-- Who belongs to an audience, as far as anybody has access; a null is anybody, signed in or not.  A
-- resource that has audiences of its own adds its branch, and calls audience_changed() in the
-- transaction in which somebody comes or goes.
CREATE OR REPLACE FUNCTION audience_members(_audience text) RETURNS TABLE (user_id uuid)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
#variable_conflict use_column
DECLARE
	_what CONSTANT text := split_part(_audience, ':', 1);
	_which CONSTANT text := substr(_audience, length(_what) + 2);
BEGIN
	CASE _what
	WHEN 'user' THEN
		RETURN QUERY SELECT u.id FROM users u
		 WHERE u.id::text = _which AND u.is_active AND u.deleted_at IS NULL;
	WHEN 'perm' THEN
		RETURN QUERY SELECT u.id FROM users u
		 WHERE _which = ANY (u.granted) AND u.is_active AND u.deleted_at IS NULL;
	WHEN 'all' THEN
		RETURN QUERY SELECT u.id FROM users u WHERE u.is_active AND u.deleted_at IS NULL;
	ELSE
		NULL;
	END CASE;
END
$$;

-- Push forgets who belonged to it, before it delivers what follows.
CREATE OR REPLACE FUNCTION audience_changed(_audience text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	INSERT INTO events (audience, kind) VALUES (ARRAY[_audience], 'audience_changed');
END
$$;

-- As authorize(), and when the session or token ends (seconds since 1970).
CREATE OR REPLACE FUNCTION push_open(_user uuid, _session uuid, _token bytea, _need text, _request uuid,
                                     _address inet, _agent text,
                                     OUT user_id uuid, OUT credential uuid, OUT is_token boolean,
                                     OUT permissions text[], OUT ends bigint, OUT cursor text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
#variable_conflict use_column
BEGIN
	SELECT a.user_id, a.session_id, a.permissions::text[], a.cursor
	  INTO user_id, credential, permissions, cursor
	  FROM authorize(_user, _session, _token, _need, false, _request, _address, _agent) a;
	is_token := user_id IS NOT NULL AND credential IS NULL;
	IF is_token THEN
		SELECT t.id, extract(epoch FROM t.expires_at) INTO credential, ends
		  FROM tokens t WHERE t.hash = _token;
	ELSIF credential IS NOT NULL THEN
		SELECT extract(epoch FROM least(s.expires_at, s.idle_expires_at)) INTO ends
		  FROM sessions s WHERE s.id = credential;
	END IF;
END
$$;

-- What the holders of these sessions and tokens may now; whose access has ended is missing.
CREATE OR REPLACE FUNCTION push_callers(_sessions uuid[], _tokens uuid[])
RETURNS TABLE (credential uuid, permissions text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT s.id, u.granted FROM sessions s JOIN users u ON u.id = s.user_id
	 WHERE s.id = ANY (_sessions) AND s.ended_at IS NULL AND s.expires_at > now()
	   AND s.idle_expires_at > now() AND u.is_active AND u.deleted_at IS NULL
	UNION ALL
	SELECT t.id, ARRAY(SELECT g FROM unnest(u.granted) g WHERE permission_covered(g, t.scopes))
	  FROM tokens t JOIN users u ON u.id = t.user_id
	 WHERE t.id = ANY (_tokens) AND t.ended_at IS NULL AND t.expires_at > now()
	   AND u.is_active AND u.deleted_at IS NULL;
END
$$;

-- A refusal leaves a row in the audit log, as those of every responder do.
CREATE OR REPLACE FUNCTION push_refused(_user uuid, _session uuid, _token bytea, _request uuid,
                                        _address inet, _agent text, _route text, _code int)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	PERFORM authorize(_user, _session, _token, 'public', true, _request, _address, _agent);
	PERFORM audit_note('denied', 'routes', NULL,
		jsonb_build_object('user', _user::text, 'route', _route, 'code', _code));
END
$$;

-- How long the oldest event has waited for its place in the order, in seconds; 0: none waits.  For
-- /health.
CREATE OR REPLACE FUNCTION push_waiting() RETURNS double precision
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_snap pg_snapshot := (SELECT b.snap FROM stream_batch b ORDER BY b.last DESC LIMIT 1);
BEGIN
	-- Only the first of those behind it: there may be very many.
	RETURN coalesce(extract(epoch FROM clock_timestamp() - least(
		(SELECT e.at FROM events e WHERE e.xid >= pg_snapshot_xmax(_snap) ORDER BY e.xid LIMIT 1),
		(SELECT min(e.at) FROM events e WHERE e.xid = ANY (ARRAY(SELECT pg_snapshot_xip(_snap)))))), 0);
END
$$;
