-- SPDX-License-Identifier: ISC
--
-- Sessions, for the auth responder; sessions_end_all() for admin, too.  Nobody writes
-- table sessions but these.  Signing in and its failures are told here once, to the person
-- (sign_ins) and to the audit log, so callers write no note of their own.

SET search_path = bureau, public;

-- Makes somebody the caller for the rest of the transaction, whoever was it before: they have
-- just proved who they are.  For the functions here only.
CREATE OR REPLACE FUNCTION become(_user uuid, _session uuid) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	PERFORM set_config('bureau.user', _user::text, true),
	        set_config('bureau.session', coalesce(_session::text, ''), true),
	        set_config('bureau.token', '', true),
	        set_config('bureau.permissions',
	                   (SELECT granted::text FROM users WHERE id = _user), true);
END
$$;

-- Begins a session and makes its owner the caller for the rest of the transaction.
-- _idle and _max are how long it lasts unused and at all; _how is password, registration …
CREATE OR REPLACE FUNCTION session_start(_user uuid, _address inet, _agent text,
                                         _idle interval, _max interval,
                                         _how text DEFAULT 'password') RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_session uuid;
BEGIN
	-- The lock: whoever revokes this person meanwhile waits, then ends this session, too.
	PERFORM FROM users
	 WHERE id = _user AND is_active AND deleted_at IS NULL FOR NO KEY UPDATE;
	IF NOT FOUND THEN
		RAISE EXCEPTION 'access revoked' USING ERRCODE = 'U1007';
	END IF;
	INSERT INTO sessions (user_id, address, agent, expires_at, idle_expires_at)
	VALUES (_user, _address, left(_agent, 500), now() + _max, now() + least(_idle, _max))
	RETURNING id INTO _session;
	UPDATE users SET last_seen_at = now() WHERE id = _user;
	INSERT INTO sign_ins (user_id, address, agent, outcome, how)
	VALUES (_user, _address, left(_agent, 500), 'succeeded', _how);
	PERFORM become(_user, _session);
	PERFORM audit_write('sign-in.succeeded', 'sessions', _session, NULL,
		jsonb_build_object('how', _how));
	RETURN _session;
END
$$;

-- Notes that a sign-in did not succeed: outcome failed, locked or refused (revoked, not verified).
-- _user is null where the address is unknown.
CREATE OR REPLACE FUNCTION sign_in_failed(_user uuid, _outcome text, _how text DEFAULT 'password')
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	IF _user IS NOT NULL THEN
		INSERT INTO sign_ins (user_id, address, agent, outcome, how)
		VALUES (_user, address_now(), left(agent_now(), 500), _outcome, _how);
	END IF;
	PERFORM audit_write('sign-in.' || _outcome, 'users', _user, NULL,
		jsonb_build_object('how', _how));
END
$$;

-- Trades the refresh token of _generation for the next.  Under the lock of the session's row, so of
-- any number of parallel calls one rotates and the others are told the same successor.
--   rotated   generation is the new one
--   replayed  the same token again within _grace: generation is the successor
--   reused    any other token of the family: the session has ended, commit this
--   ended, expired, revoked   nothing was done
CREATE OR REPLACE FUNCTION session_refresh(_session uuid, _generation int,
                                           _grace interval, _idle interval,
                                           OUT outcome text, OUT generation int, OUT user_id uuid,
                                           OUT expires_at timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
#variable_conflict use_column
DECLARE
	_row record;
	_now timestamptz;
BEGIN
	SELECT s.user_id, s.generation, s.rotated_at, s.ended_at, s.expires_at, s.idle_expires_at,
	       u.is_active AND u.deleted_at IS NULL AS is_active
	  INTO _row
	  FROM sessions s JOIN users u ON u.id = s.user_id
	 WHERE s.id = _session FOR NO KEY UPDATE OF s;
	_now := clock_timestamp();
	user_id := _row.user_id;
	outcome := CASE
		WHEN _row.user_id IS NULL THEN 'ended'
		WHEN NOT _row.is_active THEN 'revoked'
		WHEN _row.ended_at IS NOT NULL THEN 'ended'
		WHEN least(_row.expires_at, _row.idle_expires_at) <= _now THEN 'expired'
		WHEN _generation = _row.generation THEN 'rotated'
		WHEN _generation = _row.generation - 1 AND _row.rotated_at + _grace > _now THEN 'replayed'
		ELSE 'reused'
	END;
	IF outcome = 'reused' THEN
		UPDATE sessions s SET ended_at = now(), end_reason = 'reused' WHERE s.id = _session;
	ELSIF outcome = 'replayed' THEN
		generation := _row.generation;
		expires_at := least(_row.expires_at, _row.idle_expires_at);
	ELSIF outcome = 'rotated' THEN
		UPDATE sessions s
		   SET generation = s.generation + 1, rotated_at = _now, last_seen_at = _now,
		       idle_expires_at = least(_now + _idle, s.expires_at),
		       address = coalesce(address_now(), s.address)
		 WHERE s.id = _session
		RETURNING s.generation, s.idle_expires_at INTO generation, expires_at;
		PERFORM seen(user_id, NULL, NULL);
	END IF;
END
$$;

-- Ends a session for good; false if there was none to end.
CREATE OR REPLACE FUNCTION session_end(_session uuid, _reason text) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_user uuid;
BEGIN
	UPDATE sessions SET ended_at = now(), end_reason = _reason
	 WHERE id = _session AND ended_at IS NULL RETURNING user_id INTO _user;
	IF _user IS NULL THEN
		RETURN false;
	END IF;
	PERFORM person_guard(_user);
	RETURN true;
END
$$;

-- Ends all sessions of a person but _except (null: all of them); says how many.
CREATE OR REPLACE FUNCTION sessions_end_all(_user uuid, _except uuid, _reason text) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_count int;
BEGIN
	PERFORM person_guard(_user);
	UPDATE sessions SET ended_at = now(), end_reason = _reason
	 WHERE user_id = _user AND id IS DISTINCT FROM _except AND ended_at IS NULL;
	GET DIAGNOSTICS _count = ROW_COUNT;
	RETURN _count;
END
$$;

-- Makes the one invitation of a person; _hash is the SHA-256 of the secret in _link, which is
-- sent to them, ten times an hour at most; null: it is not sent.  For admin.
CREATE OR REPLACE FUNCTION invitation_create(_user uuid, _hash bytea, _lifetime interval,
                                             _link text DEFAULT NULL)
RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_id uuid;
BEGIN
	PERFORM person_guard(_user);
	IF EXISTS (SELECT FROM credentials WHERE user_id = _user) THEN
		PERFORM refuse('U3003', NULL, 'This person has accepted already.');
	END IF;
	UPDATE invitations SET ended_at = now() WHERE user_id = _user AND ended_at IS NULL;
	INSERT INTO invitations (user_id, hash, expires_at) VALUES (_user, _hash, now() + _lifetime)
	RETURNING id INTO _id;
	IF _link IS NOT NULL AND throttle_try('invitation', _user::text, 10, interval '1 hour') THEN
		PERFORM mail_add('invitation', u.email, u.locale, jsonb_build_object('name', u.full_name,
		                 'inviter', (SELECT full_name FROM users WHERE id = actor())),
		                 jsonb_build_object('values', jsonb_build_object('link', _link)))
		   FROM users u WHERE u.id = _user;
	END IF;
	RETURN _id;
END
$$;

-- Uses an invitation up, says whose it was and makes them the caller; raises U1004 where it does
-- not hold (any more).  Then come name, password and session.  For auth.
CREATE OR REPLACE FUNCTION invitation_accept(_hash bytea) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_user uuid;
BEGIN
	UPDATE invitations SET ended_at = now()
	 WHERE hash = _hash AND ended_at IS NULL AND expires_at > now()
	RETURNING user_id INTO _user;
	IF _user IS NULL THEN
		PERFORM refuse('U1004', NULL, 'This invitation has been used or has expired.');
	END IF;
	PERFORM become(_user, NULL);
	UPDATE users SET email_verified_at = coalesce(email_verified_at, now()) WHERE id = _user;
	RETURN _user;
END
$$;
