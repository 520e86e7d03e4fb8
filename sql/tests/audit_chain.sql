-- SPDX-License-Identifier: ISC
--
-- The hash chain: it grows behind the log, and whatever is changed behind everybody's back is
-- found and named.  That rows which come late are chained too is tried in tests/jobs.

\ir helpers.psql
SELECT plan(42);
SELECT pg_temp.people();
INSERT INTO queues (name, doc, leased, batch) VALUES ('upkeep', 'x', false, 1) ON CONFLICT DO NOTHING;
INSERT INTO job_kinds (name, queue, doc, priority, tries, wait, longest, lease, keep)
VALUES ('audit.chain', 'upkeep', 'x', 3, 3, '5 s', '1 min', '10 min', '0') ON CONFLICT DO NOTHING;

CREATE FUNCTION pg_temp.chain() RETURNS int LANGUAGE plpgsql AS $$
DECLARE
	_rows int;
	_sum int := 0;
BEGIN
	LOOP
		_rows := (job_audit_chain('{}') ->> 'rows')::int;
		_sum := _sum + _rows;
		EXIT WHEN _rows < 1000;
	END LOOP;
	RETURN _sum;
END
$$;

SELECT is((SELECT unchained FROM audit_verify(0, 1000)), (SELECT count(*) FROM audit),
	'before it runs, nothing is chained, and that is no fault');
SELECT is(pg_temp.chain(), (SELECT count(*)::int FROM audit), 'a run takes all there is');
SELECT is(pg_temp.chain(), 0, 'and the next nothing');
SELECT is((SELECT array_agg(seq ORDER BY seq) FROM audit_chain),
	(SELECT array_agg(n) FROM generate_series(1, (SELECT count(*) FROM audit)) n), 'places have no gaps');
SELECT results_eq($$SELECT broken_id, broken_why, unchained, redacted, next FROM audit_verify(0, 1000)$$,
	$$VALUES (NULL::bigint, NULL::text, 0::bigint, 0::bigint, NULL::bigint)$$, 'the log is whole');
SELECT is((SELECT checked FROM audit_verify(0, 1000)), (SELECT count(*) FROM audit), 'all of it was looked at');
SELECT is((SELECT last_id || last_hash FROM audit_verify(0, 1)),
	(SELECT audit_id || encode(hash, 'hex') FROM audit_chain ORDER BY seq DESC LIMIT 1), 'the last link is told');
SELECT is((SELECT hash FROM audit_chain WHERE seq = 2),
	(SELECT sha256(c.hash || audit_bytes(a)) FROM audit_chain c, audit a
	  WHERE c.seq = 1 AND a.id = (SELECT audit_id FROM audit_chain WHERE seq = 2)),
	'a link is the hash of the one before it and the row');

-- More than a batch.
SELECT count(audit_note('test', 'things', uuid_v7(), jsonb_build_object('n', n))) AS ok FROM generate_series(1, 2500) n \gset
SELECT is((job_audit_chain('{}') ->> 'rows')::int, 1000, 'a run takes a thousand rows');
SELECT is((SELECT args::text FROM jobs WHERE kind = 'audit.chain'), '{"odd": true}', 'and where there are more, it runs again');
SELECT is((job_audit_chain('{"odd": true}') ->> 'rows')::int, 1000, 'the next thousand');
SELECT is((SELECT count(*) FROM jobs WHERE kind = 'audit.chain'), 2::bigint, 'by turns');
SELECT is((job_audit_chain('{}') ->> 'rows')::int, 500, 'the rest');
SELECT is(audit_unchained(), 0::bigint, 'none is left');

-- In parts.
CREATE FUNCTION pg_temp.walk(_limit int) RETURNS TABLE (checked bigint, broken bigint, why text) LANGUAGE plpgsql AS $$
DECLARE
	_after bigint := 0;
	_v record;
BEGIN
	checked := 0;
	LOOP
		SELECT v.* INTO _v FROM audit_verify(_after, _limit) v;
		checked := checked + _v.checked;
		IF broken IS NULL THEN
			broken := _v.broken_id;
			why := _v.broken_why;
		END IF;
		EXIT WHEN _v.next IS NULL;
		_after := _v.next;
	END LOOP;
	RETURN NEXT;
END
$$;
SELECT is((SELECT checked FROM pg_temp.walk(7)), (SELECT count(*) FROM audit), 'in small parts every row is looked at once');
SELECT is((SELECT w FROM pg_temp.walk(7) w WHERE w.broken IS NOT NULL), NULL, 'and found whole');

CREATE TEMP TABLE places AS SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM audit;
-- What a superuser does behind everybody's back is found.  Undone each time.
CREATE FUNCTION pg_temp.broken(_sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	_found text;
BEGIN
	PERFORM set_config('session_replication_role', 'replica', true);
	EXECUTE replace(_sql, ':id', (SELECT id FROM places WHERE place = 10)::text);
	SELECT string_agg(concat_ws(' ', (SELECT p.place FROM places p WHERE p.id = w.broken), w.why), ',') INTO _found
	  FROM (SELECT * FROM pg_temp.walk(1000) UNION SELECT * FROM pg_temp.walk(5)) w;
	RAISE EXCEPTION USING ERRCODE = 'XXDON', MESSAGE = coalesce(_found, '');
EXCEPTION WHEN SQLSTATE 'XXDON' THEN
	PERFORM set_config('session_replication_role', 'origin', true);
	RETURN SQLERRM;
END
$$;
SELECT is(pg_temp.broken($$SELECT 1$$), '', 'nothing was done, nothing is found');
-- The key apart, every column of audit, one byte or as little as can be.
SELECT is(pg_temp.broken(format('UPDATE audit SET %I = %s WHERE id = :id', attname,
		CASE format_type(atttypid, NULL)
			WHEN 'uuid' THEN 'uuid_v7()'
			WHEN 'timestamp with time zone' THEN format('%I + interval ''1 us''', attname)
			WHEN 'inet' THEN '''192.0.2.1'''
			WHEN 'bytea' THEN format('set_byte(%1$I, 0, get_byte(%1$I, 0) # 1)', attname)
			ELSE format('coalesce(%I::text, '''') || ''x''', attname) END)),
	'10 hash', 'a change of ' || attname || ' is found')
  FROM pg_attribute WHERE attrelid = 'audit'::regclass AND attnum > 0 AND attname <> 'id' ORDER BY attnum;
SELECT is(pg_temp.broken($$UPDATE audit_payload SET after = after || '{"n": 9999}' WHERE audit_id = :id$$),
	'10 payload', 'a change of what it was about');
SELECT is(pg_temp.broken($$UPDATE audit_payload SET salt = set_byte(salt, 0, get_byte(salt, 0) # 1) WHERE audit_id = :id$$),
	'10 payload', 'of its salt');
SELECT is(pg_temp.broken($$UPDATE audit_chain SET hash = set_byte(hash, 31, get_byte(hash, 31) # 1) WHERE audit_id = :id$$),
	'10 hash', 'of a link');
SELECT is(pg_temp.broken($$WITH forged AS (UPDATE audit SET action = 'forged' WHERE id = :id RETURNING *)
	UPDATE audit_chain c SET hash = audit_link(c.prev, f::audit) FROM forged f WHERE c.audit_id = f.id$$),
	'11 order', 'a row forged with its link is found at the next one');
SELECT is(pg_temp.broken('DELETE FROM audit WHERE id = :id'), '10 missing', 'a row that is gone');
SELECT is(pg_temp.broken('DELETE FROM audit_payload WHERE audit_id = :id'), '10 missing', 'a payload that is gone');
SELECT is(pg_temp.broken($$WITH a AS (DELETE FROM audit WHERE id = :id), p AS (DELETE FROM audit_payload WHERE audit_id = :id)
	DELETE FROM audit_chain WHERE audit_id = :id$$), '11 order', 'a row that is gone with all of it, at the next one');
SELECT is(pg_temp.broken($$WITH a AS (DELETE FROM audit WHERE id >= :id), p AS (DELETE FROM audit_payload WHERE audit_id >= :id)
	SELECT 1$$), '10 missing', 'rows that are gone from the end');

-- Redaction.
SELECT id AS told FROM audit WHERE action = 'users.created' ORDER BY id LIMIT 1 \gset
SELECT is(audit_redact(ARRAY[:told], '{full_name,email}'), 1::bigint, 'a payload is redacted');
SELECT is((SELECT (after ->> 'full_name') || (after ->> 'email') || (after ->> 'theme') FROM audit_payload WHERE audit_id = :told),
	'******system', 'it tells what it may');
SELECT results_eq($$SELECT broken_id, redacted FROM audit_verify(0, 10000)$$, $$VALUES (NULL::bigint, 1::bigint)$$,
	'that is told as redacted, not as broken');
SELECT is(pg_temp.broken(format($$UPDATE audit_payload SET after = after || '{"theme": "dark"}' WHERE audit_id = %s$$, :told)),
	(SELECT place FROM places WHERE id = :told) || ' payload', 'and what it became is held fast, too');
SELECT is(pg_temp.try('UPDATE audit_payload SET after = NULL'), '42501', 'nobody else changes a payload after it');

SELECT * FROM finish();
ROLLBACK;
