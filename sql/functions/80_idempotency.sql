-- SPDX-License-Identifier: ISC
--
-- Idempotency-Key, for the dispatcher of every responder.  The caller is actor(), so all
-- three follow authorize() in their transaction: claim before the statements, store after them; or, where
-- the claim raised, answer in a transaction of its own.

SET search_path = bureau, public;

-- What the answer of a request hangs on besides the request: as whom, and with which rights.
CREATE OR REPLACE FUNCTION idempotency_mark(_fingerprint bytea) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(_fingerprint || convert_to(concat_ws(' ', coalesce(token_now()::text, 'session'),
	current_setting('bureau.permissions', true)), 'UTF8'));

-- Claims the key for this transaction.  Raises U3003 while another runs with it, U2001 where it
-- was used for another request, and U0001 where the answer is stored: send that again.
CREATE OR REPLACE FUNCTION idempotency_claim(_key text, _fingerprint bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_mark CONSTANT bytea := idempotency_mark(_fingerprint);
	_known bytea;
BEGIN
	IF NOT pg_try_advisory_xact_lock(hashtextextended(actor() || _key, 2)) THEN
		PERFORM refuse('U3003', NULL, 'The first request with this Idempotency-Key is still running.');
	END IF;
	INSERT INTO idempotency AS i (user_id, key, fingerprint) VALUES (actor(), _key, _mark)
	    ON CONFLICT (user_id, key) DO UPDATE
	   SET fingerprint = excluded.fingerprint, status = NULL, headers = NULL, body = NULL,
	       created_at = now()
	 WHERE i.created_at < now() - interval '24 hours';
	IF FOUND THEN
		RETURN;
	END IF;
	SELECT fingerprint INTO _known FROM idempotency WHERE user_id = actor() AND key = _key;
	IF _known = _mark THEN
		RAISE EXCEPTION 'answered already' USING ERRCODE = 'U0001';
	END IF;
	PERFORM refuse('U2001', 'Idempotency-Key', 'This Idempotency-Key was used for another request.');
END
$$;

-- Keeps the answer to the request that claimed the key.
CREATE OR REPLACE FUNCTION idempotency_store(_key text, _status int, _headers jsonb, _body bytea)
RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	UPDATE idempotency SET status = _status, headers = _headers, body = _body
	 WHERE user_id = actor() AND key = _key AND status IS NULL;
END
$$;

-- The stored answer.
CREATE OR REPLACE FUNCTION idempotency_answer(_key text, OUT status int, OUT headers jsonb,
                                              OUT body bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
#variable_conflict use_column
BEGIN
	SELECT i.status, i.headers, i.body INTO status, headers, body
	  FROM idempotency i WHERE i.user_id = actor() AND i.key = _key;
END
$$;
