-- SPDX-License-Identifier: ISC
--
-- What may be tried only so often, over all processes and restarts.  For auth.  Keys
-- are texts (a folded address) and are stored as hashes.  Each is one row, counted
-- under its lock; commit these also where the answer is an error.

SET search_path = bureau, public;

CREATE OR REPLACE FUNCTION throttle_key(_key text) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(convert_to(_key, 'UTF8'));

-- Until when signing in to this address, known or not, is locked; null: it is not.
CREATE OR REPLACE FUNCTION login_locked(_address text) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN (SELECT ends_at FROM throttle
	         WHERE kind = 'sign-in' AND key = throttle_key(_address)
	           AND locked AND ends_at > clock_timestamp());
END
$$;

-- Counts a failure; the _max-th within _lock of the first locks the address for _lock.
-- Until when it is locked, or null.
CREATE OR REPLACE FUNCTION login_failed(_address text, _max int, _lock interval)
RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_row throttle;
BEGIN
	_row := throttle_count('sign-in', _address, _max, _lock);
	RETURN CASE WHEN _row.locked THEN _row.ends_at END;
END
$$;

-- To be called with a right password before it is honoured.  Where the address got locked meanwhile,
-- by guesses in parallel, says until when and the password must not count; else forgets the
-- failures and returns null.
CREATE OR REPLACE FUNCTION login_succeeded(_address text) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	DELETE FROM throttle
	 WHERE kind = 'sign-in' AND key = throttle_key(_address)
	   AND NOT (locked AND ends_at > clock_timestamp());
	RETURN login_locked(_address);
END
$$;

-- Ends a lock early: a code sent to the address was used.
CREATE OR REPLACE FUNCTION login_unlock(_address text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	DELETE FROM throttle WHERE kind = 'sign-in' AND key = throttle_key(_address);
END
$$;

-- Counts one try of _kind (registration …) and says whether it is among the first _max
-- of its window.
CREATE OR REPLACE FUNCTION throttle_try(_kind text, _key text, _max int, _window interval)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN (throttle_count(_kind, _key, _max, _window)).count <= _max;
END
$$;

-- One more of a kind.  A count that is over begins anew; one that reaches _max is locked and
-- lasts _window from then.
CREATE OR REPLACE FUNCTION throttle_count(_kind text, _key text, _max int, _window interval)
RETURNS throttle
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_now CONSTANT timestamptz := clock_timestamp();
	_row throttle;
BEGIN
	INSERT INTO throttle AS t (kind, key, count, locked, ends_at)
	VALUES (_kind, throttle_key(_key), 1, _max <= 1, _now + _window)
	    ON CONFLICT (kind, key) DO UPDATE SET
	       count = CASE WHEN t.ends_at <= _now THEN 1 ELSE t.count + 1 END,
	       locked = CASE WHEN t.ends_at <= _now THEN _max <= 1 ELSE t.locked OR t.count + 1 >= _max END,
	       ends_at = CASE WHEN t.ends_at <= _now OR NOT t.locked AND t.count + 1 >= _max
	                      THEN _now + _window ELSE t.ends_at END
	RETURNING * INTO _row;
	RETURN _row;
END
$$;
