-- SPDX-License-Identifier: ISC
--
-- Codes by mail: six digits that prove an address, or that it is really the person at the
-- keyboard.  For auth.  The digits leave only in the secret of a message's job; the row has
-- a salted hash.  A code is good for ten minutes, once, for its person, purpose and session,
-- and while the address it was sent to is still theirs.
--
-- Wrong ones are counted twice: the fifth ends the code, the fifteenth in an hour ends
-- trying for that address and purpose, however many codes there were.  Commit also where the
-- answer is an error.  Who has no account is counted, answered and delayed like everybody.

SET search_path = bureau, public;

-- Who calls, as callers are counted: an address, or in version 6 its /64.
CREATE OR REPLACE FUNCTION client_now() RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_address CONSTANT inet := address_now();
BEGIN
	RETURN coalesce(host(CASE
		WHEN family(_address) = 6 AND NOT _address <<= '::ffff:0:0/96'
		THEN network(set_masklen(_address, 64)) ELSE _address END), '');
END
$$;

-- Whose address this is and may be signed in with; null: nobody's.
CREATE OR REPLACE FUNCTION person_at(_address text) RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN (SELECT u.id FROM users u JOIN credentials c ON c.user_id = u.id
	         WHERE u.email = _address AND u.is_active AND u.deleted_at IS NULL);
END
$$;

-- --- sending ------------------------------------------------------------------------

-- Every number up to a million is as likely, but for one part in a hundred million.  The
-- first six bytes of a random UUID are all random.
CREATE OR REPLACE FUNCTION code_draw() RETURNS text
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN lpad((('x' || left(replace(gen_random_uuid()::text, '-', ''), 12))::bit(48)::bigint
	             % 1000000)::text, 6, '0');
END
$$;

-- When somebody may be sent the next code: one a minute, ten an hour, whatever for.
CREATE OR REPLACE FUNCTION code_due(_user uuid) RETURNS timestamptz
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN (SELECT coalesce(max(due), '-infinity') FROM (
		(SELECT created_at + interval '1 minute' AS due FROM codes
		  WHERE user_id = _user ORDER BY created_at DESC LIMIT 1)
		UNION ALL
		(SELECT created_at + interval '1 hour' FROM codes
		  WHERE user_id = _user ORDER BY created_at DESC OFFSET 9 LIMIT 1)) d);
END
$$;

-- Sends a code in the message _mail, which ends the one before it.  Null, or when it may be
-- sent: then nothing was.
CREATE OR REPLACE FUNCTION code_send(_user uuid, _purpose text, _mail text,
                                     _session uuid DEFAULT NULL, _values jsonb DEFAULT '{}')
RETURNS timestamptz
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_code CONSTANT text := code_draw();
	_salt CONSTANT bytea := uuid_send(gen_random_uuid());
	_person users;
	_due timestamptz;
BEGIN
	-- The lock: of two at once one is too soon.
	SELECT * INTO _person FROM users WHERE id = _user FOR NO KEY UPDATE;
	_due := code_due(_user);
	IF _due > clock_timestamp() THEN
		RETURN _due;
	END IF;
	UPDATE codes SET ended_at = now()
	 WHERE user_id = _user AND purpose = _purpose AND ended_at IS NULL;
	INSERT INTO codes (user_id, purpose, session_id, address, salt, hash, expires_at)
	VALUES (_user, _purpose, _session, _person.email, _salt, code_hash(_salt, _code),
	        clock_timestamp() + interval '10 minutes');
	PERFORM mail_add(_mail, _person.email, _person.locale,
		jsonb_build_object('name', _person.full_name) || _values,
		jsonb_build_object('values', jsonb_build_object('code', _code)), 0);
	PERFORM audit_write('code.requested', 'users', _user, NULL,
		jsonb_build_object('purpose', _purpose));
	RETURN NULL;
END
$$;

-- Of what was typed, spaces do not count.
CREATE OR REPLACE FUNCTION code_hash(_salt bytea, _code text) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN sha256(_salt || convert_to(regexp_replace(_code, '\s', '', 'g'), 'UTF8'));

-- A code for the caller, in their session; null, or how many seconds to wait.
CREATE OR REPLACE FUNCTION code_request(_purpose text) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_due timestamptz;
BEGIN
	IF session_now() IS NULL THEN
		RAISE EXCEPTION 'a code without a session' USING ERRCODE = 'U1001';
	END IF;
	IF _purpose <> 'verify-email' THEN
		_due := code_send(actor(), _purpose, 'step-up', session_now(),
			jsonb_build_object('purpose', _purpose));
	ELSIF EXISTS (SELECT FROM users WHERE id = actor() AND email_verified_at IS NOT NULL) THEN
		PERFORM refuse('U3003', NULL, 'Your address has been verified already.');
	ELSE
		_due := code_send(actor(), _purpose, 'verify-email');
	END IF;
	RETURN seconds_until(_due);
END
$$;

CREATE OR REPLACE FUNCTION seconds_until(_at timestamptz) RETURNS int
LANGUAGE plpgsql STRICT SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN ceil(greatest(extract(epoch FROM _at - clock_timestamp()), 1));
END
$$;

-- Greets whoever has just become the caller, with a code for their address.
CREATE OR REPLACE FUNCTION code_welcome() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	IF actor() IS NOT NULL THEN
		PERFORM code_send(actor(), 'verify-email', 'welcome');
	END IF;
END
$$;

-- Once more to who knows the password but has not verified the address; not too often.
CREATE OR REPLACE FUNCTION code_remind(_user uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	IF EXISTS (SELECT FROM users WHERE id = _user AND is_active AND email_verified_at IS NULL) THEN
		PERFORM code_send(_user, 'verify-email', 'verify-email');
	END IF;
END
$$;

-- Somebody cannot get in.  Whether there is such a person is looked up by a job, so that the
-- request is the same for everybody.  Null, or how many seconds this client has to wait.
CREATE OR REPLACE FUNCTION forgot_ask(_address text, _link text) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	IF NOT throttle_try('forgot-client', client_now(), 30, interval '1 hour') THEN
		RETURN seconds_until(throttle_until('forgot-client', client_now()));
	END IF;
	IF throttle_try('forgot', _address, 10, interval '1 hour') THEN
		PERFORM job_add('codes.forgot', '{}', _secret => jsonb_build_object('address', _address,
			'link', _link, 'origin', current_setting('bureau.origin', true)));
	END IF;
	RETURN NULL;
END
$$;

-- The rest of it, as if in the request that asked.
CREATE OR REPLACE FUNCTION job_codes_forgot(_args jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_user CONSTANT uuid := person_at(_args ->> 'address');
	_was CONSTANT text := coalesce(current_setting('bureau.origin', true), '');
BEGIN
	PERFORM set_config('bureau.origin', coalesce(_args ->> 'origin', ''), true);
	IF _user IS NULL THEN
		PERFORM audit_write('code.requested', 'users', NULL, NULL, '{"purpose": "reset"}');
	ELSE
		PERFORM code_send(_user, 'reset', 'reset-password', _values =>
			jsonb_strip_nulls(jsonb_build_object('link', _args -> 'link')));
	END IF;
	PERFORM set_config('bureau.origin', _was, true);
	RETURN NULL;
END
$$;

-- --- trying -------------------------------------------------------------------------

-- Until when this is refused; null: it is not.
CREATE OR REPLACE FUNCTION throttle_until(_kind text, _key text) RETURNS timestamptz
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN (SELECT ends_at FROM throttle
	         WHERE kind = _kind AND key = throttle_key(_key) AND locked AND ends_at > clock_timestamp());
END
$$;

-- Tries a code of this person (null: nobody), who is counted by this address:
--   right   it is; it is used up where _use says so
--   wrong   it is not, or there is none (any more)
--   often   not looked at: too many were wrong; wait so many seconds
CREATE OR REPLACE FUNCTION code_try(_user uuid, _purpose text, _address text, _code text,
                                    _use boolean, OUT outcome text, OUT wait int)
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_key CONSTANT text := _purpose || ' ' || _address;
	_live codes;
BEGIN
	-- The lock: what is tried at the same time is tried one after the other.
	PERFORM FROM users WHERE id = _user FOR NO KEY UPDATE;
	wait := seconds_until(greatest(throttle_until('code', _key),
	                               throttle_until('code-client', client_now())));
	IF wait IS NOT NULL THEN
		outcome := 'often';
		RETURN;
	END IF;
	SELECT c.* INTO _live FROM codes c JOIN users u ON u.id = c.user_id AND u.email = c.address
	 WHERE c.user_id = _user AND c.purpose = _purpose AND c.ended_at IS NULL
	   AND c.expires_at > clock_timestamp() AND coalesce(c.session_id = session_now(), c.session_id IS NULL)
	   AND u.is_active AND u.deleted_at IS NULL;
	IF _live.hash = code_hash(_live.salt, _code) THEN
		outcome := 'right';
		UPDATE codes SET ended_at = now() WHERE id = _live.id AND _use;
		RETURN;
	END IF;
	outcome := 'wrong';
	UPDATE codes SET tries = tries + 1, ended_at = CASE WHEN tries >= 4 THEN now() END
	 WHERE id = _live.id;
	PERFORM throttle_count('code', _key, 15, interval '1 hour'),
	        throttle_count('code-client', client_now(), 60, interval '1 hour'),
	        audit_write('code.failed', 'users', _user, NULL, jsonb_build_object('purpose', _purpose));
END
$$;

-- The caller's code: verifies the address, or allows one change in this session.
CREATE OR REPLACE FUNCTION code_verify(_purpose text, _code text, OUT outcome text, OUT wait int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	IF session_now() IS NULL OR _purpose = 'reset' THEN
		RAISE EXCEPTION 'a code without a session' USING ERRCODE = 'U1001';
	END IF;
	SELECT t.outcome, t.wait INTO outcome, wait
	  FROM code_try(actor(), _purpose, (SELECT email FROM users WHERE id = actor()), _code, true) t;
	IF outcome <> 'right' THEN
		RETURN;
	END IF;
	PERFORM audit_write('code.used', 'users', actor(), NULL, jsonb_build_object('purpose', _purpose));
	IF _purpose = 'verify-email' THEN
		UPDATE users SET email_verified_at = now() WHERE id = actor();
	ELSE
		INSERT INTO step_ups (session_id, purpose, expires_at)
		VALUES (session_now(), _purpose, clock_timestamp() + interval '10 minutes');
	END IF;
END
$$;

-- Verifies an address by its code alone, whoever calls.
CREATE OR REPLACE FUNCTION email_verify(_address text, _code text, OUT outcome text, OUT wait int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_user CONSTANT uuid := person_at(_address);
BEGIN
	SELECT t.outcome, t.wait INTO outcome, wait
	  FROM code_try(_user, 'verify-email', _address, _code, true) t;
	IF outcome = 'right' THEN
		PERFORM become(_user, NULL);
		PERFORM audit_write('code.used', 'users', _user, NULL, '{"purpose": "verify-email"}');
		UPDATE users SET email_verified_at = coalesce(email_verified_at, now()) WHERE id = _user;
	END IF;
END
$$;

-- Chooses a new password by a code.  Without _hash it only says whether the code is right:
-- hashing comes between, in no transaction.  Every session ends, and so does a lock; the
-- address is proven.
CREATE OR REPLACE FUNCTION password_reset(_address text, _code text, _hash text,
                                          OUT outcome text, OUT wait int)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_user CONSTANT uuid := person_at(_address);
BEGIN
	SELECT t.outcome, t.wait INTO outcome, wait
	  FROM code_try(_user, 'reset', _address, _code, _hash IS NOT NULL) t;
	IF outcome <> 'right' OR _hash IS NULL THEN
		RETURN;
	END IF;
	PERFORM become(_user, NULL);
	PERFORM audit_write('password.reset', 'users', _user, NULL, NULL);
	UPDATE credentials SET hash = _hash, changed_at = clock_timestamp() WHERE user_id = _user;
	-- Who proves the address only now may be another than who has had the account until now.
	UPDATE tokens SET ended_at = now()
	 WHERE user_id = _user AND ended_at IS NULL
	   AND EXISTS (SELECT FROM users WHERE id = _user AND email_verified_at IS NULL);
	UPDATE users SET email_verified_at = coalesce(email_verified_at, now()) WHERE id = _user;
	PERFORM sessions_end_all(_user, NULL, 'password reset'), login_unlock(_address);
END
$$;

-- --- what a code allows -----------------------------------------------------------------

-- Whether this session may change this now.
CREATE OR REPLACE FUNCTION step_up_find(_purpose text) RETURNS uuid
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN (SELECT id FROM step_ups
	         WHERE session_id = session_now() AND purpose = _purpose
	           AND used_at IS NULL AND expires_at > clock_timestamp() LIMIT 1);
END
$$;

-- The same, and uses it up; raises U1009 where it may not.
CREATE OR REPLACE FUNCTION step_up_use(_purpose text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	UPDATE step_ups SET used_at = now() WHERE id = step_up_find(_purpose) AND used_at IS NULL;
	IF NOT FOUND THEN
		RAISE EXCEPTION '% without a code', _purpose USING ERRCODE = 'U1009', HINT = _purpose;
	END IF;
END
$$;

-- Whether the caller may take this address: free, taken, or often: nothing is told any more to
-- who asks that much.  Asked only by who may change theirs.
CREATE OR REPLACE FUNCTION email_judge(_address text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	IF EXISTS (SELECT FROM users WHERE id = actor() AND email = _address) THEN
		RETURN 'free';
	END IF;
	IF step_up_find('email') IS NULL THEN
		RAISE EXCEPTION 'email without a code' USING ERRCODE = 'U1009', HINT = 'email';
	END IF;
	IF NOT EXISTS (SELECT FROM users WHERE email = _address AND deleted_at IS NULL) THEN
		RETURN 'free';
	END IF;
	RETURN CASE WHEN throttle_try('registration', client_now(), 5, interval '1 hour')
	            THEN 'taken' ELSE 'often' END;
END
$$;

-- Trigger: the former address hears of it, the new one gets a code; that comes later where a
-- code has just been sent.
CREATE OR REPLACE FUNCTION users_email_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_due timestamptz;
BEGIN
	PERFORM mail_add('email-changed', OLD.email, NEW.locale, jsonb_build_object(
		'name', NEW.full_name, 'oldEmail', OLD.email, 'newEmail', NEW.email));
	IF NEW.email_verified_at IS NULL THEN
		_due := code_send(NEW.id, 'verify-email', 'verify-email');
		IF _due IS NOT NULL THEN
			PERFORM job_add('codes.verify', jsonb_build_object('user', NEW.id), _run_at => _due,
				_unique => 'codes.verify ' || NEW.id);
		END IF;
	END IF;
	RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION job_codes_verify(_args jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	PERFORM code_remind((_args ->> 'user')::uuid);
	RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER users_email_changed AFTER UPDATE OF email ON users
	FOR EACH ROW WHEN (OLD.email <> NEW.email)
	EXECUTE FUNCTION users_email_changed();
