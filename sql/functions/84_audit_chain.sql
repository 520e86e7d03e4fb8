-- SPDX-License-Identifier: ISC
--
-- The hash chain over the audit log: job_audit_chain() makes it behind the writers, a batch a
-- run, audit_verify() holds the log against it, audit_redact() masks what must be forgotten.
--
-- Who can change rows behind everybody's back can also make the chain anew.  So what counts is
-- the hash that was read and kept elsewhere: audit_verify() tells the last one.

SET search_path = bureau, public;

-- What a row's hash is made of besides the hash before it: every column, as text that only
-- that row has.  The payload is in it by its salted hash, so that it can be redacted.
CREATE OR REPLACE FUNCTION audit_bytes(_a audit) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN convert_to(jsonb_build_array(
	_a.id, (extract(epoch FROM _a.at) * 1000000)::bigint, _a.actor, _a.session, _a.token, _a.request,
	_a.address::text, _a.agent, _a.role, _a.action, _a.resource, _a.resource_id,
	encode(_a.payload_hash, 'hex'))::text, 'UTF8');

CREATE OR REPLACE FUNCTION audit_link(_prev bytea, _a audit) RETURNS bytea
LANGUAGE sql STABLE PARALLEL SAFE
RETURN sha256(coalesce(_prev, '') || audit_bytes(_a));

-- Puts the rows with these ids behind the last one of the chain, in this order.
CREATE OR REPLACE FUNCTION audit_chain_add(_ids bigint[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_a audit;
	_seq bigint;
	_prev bytea;
	_hash bytea;
BEGIN
	SELECT c.seq, c.hash INTO _seq, _hash FROM audit_chain c ORDER BY c.seq DESC LIMIT 1;
	_seq := coalesce(_seq, 0);
	FOR _a IN SELECT a.* FROM unnest(_ids) WITH ORDINALITY i (id, at) JOIN audit a ON a.id = i.id
	           ORDER BY i.at LOOP
		_prev := _hash;
		_hash := audit_link(_prev, _a);
		_seq := _seq + 1;
		INSERT INTO audit_chain (audit_id, prev, hash, seq) VALUES (_a.id, _prev, _hash, _seq);
	END LOOP;
END
$$;

-- A batch of rows that are not in the chain.  Those behind the highest one in it are taken as
-- they become visible; one with a lower id may come late, from a transaction that took long.
-- Such ones are looked for once nothing up to `high` can come any more: every transaction that
-- runs is younger than audit_mark's row, whose own (sub)transaction began after `high`
-- was read.
CREATE OR REPLACE FUNCTION job_audit_chain(_args jsonb) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_batch CONSTANT int := 1000;
	_mark audit_mark;
	_settled boolean;
	_high CONSTANT bigint := (SELECT coalesce(max(c.audit_id), 0) FROM audit_chain c);
	_late bigint[] := '{}';
	_fresh bigint[];
BEGIN
	IF NOT pg_try_advisory_xact_lock(hashtextextended('audit.chain', 5)) THEN
		RETURN NULL;
	END IF;
	-- A negative age is one that came round.
	SELECT m.*, age(m.xmin) < 0 OR age(m.xmin) > age(pg_snapshot_xmin(pg_current_snapshot())::xid)
	  INTO _mark.done, _mark.high, _mark.single, _settled FROM audit_mark m;
	IF _settled THEN
		_late := ARRAY(SELECT a.id FROM audit a
		                WHERE a.id > _mark.done AND a.id <= _mark.high
		                  AND NOT EXISTS (SELECT FROM audit_chain c WHERE c.audit_id = a.id)
		                ORDER BY a.id LIMIT _batch);
	END IF;
	_fresh := ARRAY(SELECT a.id FROM audit a WHERE a.id > _high ORDER BY a.id LIMIT _batch);
	PERFORM audit_chain_add(_late || _fresh);
	IF _settled AND cardinality(_late) < _batch THEN
		PERFORM audit_mark_move(_mark, coalesce(_fresh[cardinality(_fresh)], _high));
	END IF;
	IF greatest(cardinality(_late), cardinality(_fresh)) = _batch THEN
		-- By turns, since the job at hand is there until this ends.
		PERFORM job_add('audit.chain', jsonb_build_object('odd', NOT coalesce((_args ->> 'odd')::boolean, false)),
			_unique => 'audit.chain' || CASE WHEN (_args ->> 'odd')::boolean THEN '' ELSE ':odd' END);
	END IF;
	RETURN jsonb_build_object('rows', cardinality(_late) + cardinality(_fresh));
END
$$;

-- All up to the old `high` is in.  In a subtransaction, whose id is drawn here.
CREATE OR REPLACE FUNCTION audit_mark_move(_mark audit_mark, _high bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	UPDATE audit_mark SET done = _mark.high, high = _high
	 WHERE (done, high) IS DISTINCT FROM (_mark.high, _high);
EXCEPTION WHEN check_violation THEN
	RAISE;
END
$$;

-- How many rows are not in the chain yet; those that came late are not counted, nor more than
-- 100,000.
CREATE OR REPLACE FUNCTION audit_unchained() RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
BEGIN
	RETURN (SELECT count(*) FROM (
		SELECT FROM audit a
		 WHERE a.id > (SELECT coalesce(max(c.audit_id), 0) FROM audit_chain c) LIMIT 100000) x);
END
$$;

-- Masks members of payloads that somebody has a right to have forgotten, salt and all, and adds
-- the audit row that says so, by which audit_verify() knows them.  For functions that
-- anonymise; nobody calls it by itself.
CREATE OR REPLACE FUNCTION audit_redact(_ids bigint[], _members text[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_salt bytea := uuid_send(gen_random_uuid());
	_told jsonb;
	_note bigint;
	_count bigint;
BEGIN
	SELECT jsonb_object_agg(p.audit_id, encode(audit_digest(_salt || int8send(p.audit_id),
	           audit_masked(p.before, _members), audit_masked(p.after, _members)), 'hex'))
	  INTO _told FROM audit_payload p WHERE p.audit_id = ANY (_ids);
	PERFORM audit_note('audit.redacted', 'audit', NULL, jsonb_build_object(
		'members', to_jsonb(_members), 'rows', coalesce(_told, '{}')));
	_note := currval(pg_get_serial_sequence('bureau.audit', 'id'));
	PERFORM set_config('bureau.redacting', 'on', true);
	UPDATE audit_payload p
	   SET salt = _salt || int8send(p.audit_id), before = audit_masked(p.before, _members),
	       after = audit_masked(p.after, _members), redacted_by = _note
	 WHERE p.audit_id = ANY (_ids);
	GET DIAGNOSTICS _count = ROW_COUNT;
	PERFORM set_config('bureau.redacting', '', true);
	RETURN _count;
END
$$;

-- What is wrong with one row; null: nothing, or 'redacted', which is no fault.
--   missing   the audit row, its payload or its place in the chain is not there
--   hash      a column is not what it was
--   payload   the payload is not what it was
--   order     the row before it in the chain is another, or is not there
CREATE OR REPLACE FUNCTION audit_fault(_a audit, _c audit_chain, _before audit_chain,
                                       _p audit_payload, _note jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE
	WHEN _a.id IS NULL OR _c.seq IS NULL OR _p.salt IS NULL THEN 'missing'
	WHEN _c.hash <> audit_link(_c.prev, _a) THEN 'hash'
	WHEN _c.prev IS DISTINCT FROM _before.hash OR (_before.seq IS NULL) <> (_c.seq = 1) THEN 'order'
	WHEN _a.payload_hash = audit_digest(_p.salt, _p.before, _p.after) THEN NULL
	WHEN _p.redacted_by IS NOT NULL
	     AND _note -> 'rows' ->> _a.id::text = encode(audit_digest(_p.salt, _p.before, _p.after), 'hex')
	THEN 'redacted'
	ELSE 'payload'
END;

-- Holds the audit rows behind _after, _limit of them, against the chain.  `next` is where to go
-- on, null at the end.  Rows that are not in the chain yet are counted, no fault.
CREATE OR REPLACE FUNCTION audit_verify(_after bigint, _limit int, OUT checked bigint,
                                        OUT broken_id bigint, OUT broken_why text,
                                        OUT redacted bigint, OUT unchained bigint,
                                        OUT last_id bigint, OUT last_hash text, OUT next bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, bureau, pg_temp AS $$
DECLARE
	_upto bigint;
	_count int;
	_done bigint;
BEGIN
	SELECT count(*), max(x.id) INTO _count, _upto
	  FROM (SELECT a.id FROM audit a WHERE a.id > _after ORDER BY a.id LIMIT _limit) x;
	SELECT m.done INTO _done FROM audit_mark m;
	-- Rows may be gone from the end, too.
	IF _count < _limit THEN
		_upto := greatest(_upto, (SELECT max(c.audit_id) FROM audit_chain c), _after);
	ELSE
		next := _upto;
	END IF;
	WITH ids AS (
		SELECT a.id FROM audit a WHERE a.id > _after AND a.id <= _upto
		 UNION
		SELECT c.audit_id FROM audit_chain c WHERE c.audit_id > _after AND c.audit_id <= _upto),
	rows AS (
		SELECT i.id, c.seq IS NOT NULL OR i.id <= _done AS is_due,
		       audit_fault(a, c, b, p, n.after) AS fault
		  FROM ids i
		  LEFT JOIN audit a ON a.id = i.id
		  LEFT JOIN audit_chain c ON c.audit_id = i.id
		  LEFT JOIN audit_chain b ON b.seq = c.seq - 1
		  LEFT JOIN audit_payload p ON p.audit_id = i.id
		  LEFT JOIN audit_payload n ON n.audit_id = p.redacted_by)
	SELECT count(*) FILTER (WHERE r.is_due), min(r.id) FILTER (WHERE r.is_due AND r.fault <> 'redacted'),
	       count(*) FILTER (WHERE r.fault = 'redacted'), count(*) FILTER (WHERE NOT r.is_due),
	       (array_agg(r.fault ORDER BY r.id) FILTER (WHERE r.is_due AND r.fault <> 'redacted'))[1]
	  INTO checked, broken_id, redacted, unchained, broken_why FROM rows r;
	SELECT c.audit_id, encode(c.hash, 'hex') INTO last_id, last_hash
	  FROM audit_chain c ORDER BY c.seq DESC LIMIT 1;
	IF next IS NULL AND broken_id IS NULL AND coalesce(last_id, 0) < _done
	   AND NOT EXISTS (SELECT FROM audit_chain c WHERE c.audit_id >= _done) THEN
		broken_id := _done;
		broken_why := 'missing';
	END IF;
END
$$;
