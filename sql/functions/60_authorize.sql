-- SPDX-License-Identifier: ISC
--
-- authorize(): the first statement of every transaction of every responder, and the
-- hottest of all.

SET search_path = bureau, public;

-- The holder of a live personal token: rights are its scopes as far as the person holds them.
-- Of somebody revoked also of one that has ended, to say why.
CREATE OR REPLACE FUNCTION token_holder(_hash bytea, OUT user_id uuid, OUT token_id uuid,
                                        OUT permissions text[], OUT is_active boolean,
                                        OUT is_stale boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
#variable_conflict use_column
BEGIN
	SELECT u.id, t.id, u.is_active AND u.deleted_at IS NULL,
	       ARRAY(SELECT g FROM unnest(u.granted) g WHERE permission_covered(g, t.scopes)),
	       coalesce(t.last_used_at < now() - interval '1 minute', true)
	  INTO token_holder.user_id, token_id, is_active, permissions, is_stale
	  FROM tokens t JOIN users u ON u.id = t.user_id
	 WHERE t.hash = _hash
	   AND (t.ended_at IS NULL AND t.expires_at > now()
	        OR NOT u.is_active OR u.deleted_at IS NOT NULL);
END
$$;

-- Notes that somebody was here, unless another transaction is at it: never waits.
CREATE OR REPLACE FUNCTION seen(_user uuid, _session uuid, _token uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	UPDATE users SET last_seen_at = now()
	 WHERE id = (SELECT id FROM users WHERE id = _user FOR NO KEY UPDATE SKIP LOCKED);
	UPDATE sessions SET last_seen_at = now()
	 WHERE id = (SELECT id FROM sessions WHERE id = _session FOR NO KEY UPDATE SKIP LOCKED);
	UPDATE tokens SET last_used_at = now()
	 WHERE id = (SELECT id FROM tokens WHERE id = _token FOR NO KEY UPDATE SKIP LOCKED);
END
$$;

-- Says who asks and whether they may, or raises: U1001 nobody has signed in, U1007 access is
-- revoked, U1004 session or token unknown or over, U1005 permission missing; in this order.
-- _need is 'public', 'signed-in' or a permission; on a public route an identity that does
-- not hold is no identity.  No scope of a personal token says 'signed-in', so with one that
-- is for reads: it changes nothing of the account itself.  Leaves the caller in the settings that 10_caller.sql reads.
DROP FUNCTION IF EXISTS authorize(uuid, uuid, bytea, text, boolean, uuid, inet, text);
CREATE FUNCTION authorize(_user uuid, _session uuid, _token bytea, _need text,
                          _write boolean, _request uuid, _address inet, _agent text,
                          OUT user_id uuid, OUT session_id uuid,
                          OUT permissions text, OUT cursor text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
#variable_conflict use_column
DECLARE
	_granted text[];
	_token_id uuid;
	_active boolean;
	_stale boolean;
	_done text;
BEGIN
	-- One plain look-up after the other costs less than a join: most of what such a
	-- statement costs is setting up its plan, and an outer join needs more of it.
	IF _token IS NOT NULL THEN
		SELECT h.user_id, h.token_id, h.permissions, h.is_active, h.is_stale
		  INTO user_id, _token_id, _granted, _active, _stale
		  FROM token_holder(_token) h;
	ELSE
		-- The session before the person: whoever is revoked in between is told so.
		SELECT s.id, s.last_seen_at < now() - interval '1 minute'
		  INTO session_id, _stale
		  FROM sessions s
		 WHERE s.id = _session AND s.user_id = _user AND s.ended_at IS NULL
		   AND s.expires_at > now() AND s.idle_expires_at > now();
		SELECT u.id, u.granted, u.is_active AND u.deleted_at IS NULL
		  INTO user_id, _granted, _active
		  FROM users u WHERE u.id = _user;
	END IF;
	cursor := cursor_now();

	IF (_active AND coalesce(session_id, _token_id) IS NOT NULL) IS NOT TRUE THEN
		IF _need = 'public' THEN
			user_id := NULL;
			session_id := NULL;
			_token_id := NULL;
			_granted := '{}';
		ELSIF _user IS NULL AND _token IS NULL THEN
			RAISE EXCEPTION 'no identity' USING ERRCODE = 'U1001';
		ELSIF NOT _active THEN
			RAISE EXCEPTION 'access revoked' USING ERRCODE = 'U1007';
		ELSE
			RAISE EXCEPTION 'session or token over' USING ERRCODE = 'U1004';
		END IF;
	ELSIF _need = 'signed-in' THEN
		IF _write AND session_id IS NULL THEN
			RAISE EXCEPTION 'a token is no session' USING ERRCODE = 'U1005',
				DETAIL = 'A personal token does what its scopes name; sign in for this.';
		END IF;
	ELSIF _need <> 'public' AND _need <> ALL (_granted) THEN
		RAISE EXCEPTION '% is missing', _need USING ERRCODE = 'U1005';
	END IF;

	permissions := _granted::text;
	_done := set_config('bureau.user', coalesce(user_id::text, ''), true)
		|| set_config('bureau.session', coalesce(session_id::text, ''), true)
		|| set_config('bureau.permissions', permissions, true);
	IF NOT _write THEN
		IF _token_id IS NOT NULL THEN
			_done := set_config('bureau.token', _token_id::text, true);
		END IF;
		_done := set_config('transaction_read_only', 'on', true);
		RETURN;
	END IF;
	_done := set_config('bureau.token', coalesce(_token_id::text, ''), true)
		|| set_config('bureau.origin', concat_ws(E'\x1f', coalesce(_request::text, ''),
		                                         coalesce(host(_address), ''), _agent), true);
	PERFORM pg_advisory_xact_lock(uuid_hash_extended(_request, 1));
	IF _stale AND user_id IS NOT NULL THEN
		PERFORM seen(user_id, session_id, _token_id);
	END IF;
END
$$;
