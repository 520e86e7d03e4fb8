-- SPDX-License-Identifier: ISC
--
-- Idempotency keys, and what may be pruned.

\ir helpers.psql
SELECT plan(14);
SELECT pg_temp.people();

CREATE FUNCTION pg_temp.claim(_key text, _body text) RETURNS text LANGUAGE sql AS
	$$SELECT pg_temp.try_as('bureau_skeleton', format('SELECT idempotency_claim(%L, %L)', _key, sha256(_body::bytea)))$$;

SELECT is(pg_temp.claim('k', 'one'), '23502', 'nobody has no key');
SELECT ok(pg_temp.call_as('employee@example.org') IS NOT NULL, 'as the employee:');
SELECT is(pg_temp.claim('k', 'one'), '', 'a new key is claimed');
SELECT idempotency_claim('k', sha256('one'));
SELECT idempotency_store('k', 201, '{"Location": "/x"}', 'body');
SELECT is(pg_temp.claim('k', 'one'), 'U0001', 'the same request again has its answer stored');
SELECT is((SELECT status || headers::text || convert_from(body, 'UTF8') FROM idempotency_answer('k')),
	'201{"Location": "/x"}body', 'which is given');
SELECT is(pg_temp.claim('k', 'two'), 'U2001', 'another request with that key is refused');
SELECT ok(pg_temp.call_as('manager@example.org') IS NOT NULL, 'as the manager:');
SELECT is(pg_temp.claim('k', 'two'), '', 'somebody else''s key is another');
SELECT is((SELECT status FROM idempotency_answer('k')), NULL, 'and shows no answer');

-- Time.
SELECT is(prune_idempotency(), 0::bigint, 'what is young stays');
UPDATE idempotency SET created_at = now() - interval '25 hours';
SELECT ok(pg_temp.call_as('employee@example.org') IS NOT NULL, 'a day later:');
SELECT is(pg_temp.claim('k', 'two'), '', 'the key is free again');
SELECT is(prune_idempotency(), 1::bigint, 'and may go');

INSERT INTO stream (seq, event_id) SELECT row_number() OVER (ORDER BY id), id FROM events;
INSERT INTO stream_batch (last, snap) VALUES (1, pg_current_snapshot()), (2, pg_current_snapshot());
UPDATE events SET at = now() - interval '8 days' WHERE id = (SELECT min(id) FROM events);
SELECT login_failed('a', 1, '-1s'::interval) IS NULL AS ok \gset
INSERT INTO sessions (user_id, expires_at, idle_expires_at, ended_at, end_reason)
VALUES (actor(), now(), now(), now() - interval '200 days', 'x');
SELECT results_eq($$SELECT what, count, (SELECT min(seq) FROM stream), (SELECT count(*) FROM stream_batch)
                      FROM prune_all()$$,
	$$VALUES ('codes', 0::bigint, 1::bigint, 2::bigint), ('events', 1, 1, 2), ('idempotency', 0, 1, 2), ('imports', 0, 1, 2), ('jobs', 0, 1, 2),
	         ('notifications', 0, 1, 2), ('requests', 0, 1, 2), ('sessions', 1, 1, 2), ('throttle', 1, 1, 2), ('webhooks', 0, 1, 2)$$,
	'old rows go');

SELECT * FROM finish();
ROLLBACK;
