-- SPDX-License-Identifier: ISC
--
-- uuid_v7(), ts() and the settings of the caller.

\ir helpers.psql
SELECT plan(16);

SELECT matches(uuid_v7()::text, '^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$',
	'uuid_v7() has version 7 and its variant');
SELECT is((SELECT count(DISTINCT uuid_v7()) FROM generate_series(1, 10000)), 10000::bigint,
	'uuid_v7() does not repeat itself');
SELECT cmp_ok(abs((('x' || translate(left(uuid_v7()::text, 13), '-', ''))::bit(48)::bigint / 1000.0)
                  - extract(epoch FROM clock_timestamp())), '<', 1.0, 'uuid_v7() begins with the time');
SELECT ok((SELECT bool_and(later >= id)
             FROM (SELECT id, lead(id) OVER (ORDER BY n) AS later
                     FROM (SELECT n, left(uuid_v7()::text, 18) AS id FROM generate_series(1, 1000) n) x) y),
	'uuid_v7() ascends');

SELECT is(ts('2026-02-03 04:05:06.789123+02'), '2026-02-03T02:05:06.789Z', 'ts() is UTC with milliseconds');
SET LOCAL timezone = 'Asia/Kolkata';
SELECT is(ts('2026-02-03 04:05:06+00'), '2026-02-03T04:05:06.000Z', 'ts() does not depend on the time zone');
SELECT is(ts(NULL), NULL, 'ts() of nothing is nothing');

SELECT is(actor(), NULL, 'without authorize() there is no actor');
SELECT is(may('users:read'), false, 'and no permission');
DO $$BEGIN PERFORM set_config('bureau.permissions', '{users:read}', true); END$$;
SELECT is(may('users:read'), true, 'may() finds a permission');
SELECT is(may('users:rea'), false, 'may() wants the whole name');


-- Inlined, so that they cost nothing and indexes serve them.
CREATE FUNCTION pg_temp.plan_of(_sql text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	_line text;
	_all text := '';
BEGIN
	FOR _line IN EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || _sql LOOP
		_all := _all || _line || E'\n';
	END LOOP;
	RETURN _all;
END
$$;
SELECT unalike(pg_temp.plan_of($$SELECT id, ts(created_at), uuid_v7() FROM users
	WHERE id = actor() AND may('users:read') AND is_operator() AND token_now() IS NULL
	  AND session_now() IS NOT NULL AND request_now() IS NOT NULL AND address_now() IS NOT NULL
	  AND agent_now() <> '' AND rights_now() <> '{}'$$),
	'%\_now(%', 'the readers of settings are inlined');
SELECT unalike(pg_temp.plan_of($$SELECT ts(created_at) FROM users WHERE id = actor() AND may('x') AND is_operator()$$),
	'%' || f || '(%', f || '() is inlined') FROM unnest('{actor,may,is_operator,ts}'::text[]) f;

SELECT * FROM finish();
ROLLBACK;
