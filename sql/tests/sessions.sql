-- SPDX-License-Identifier: ISC
--
-- Sessions, refresh families, invitations, lockout.  What happens in parallel is in
-- tests/sql/parallel.

\ir helpers.psql
SELECT plan(55);
SELECT pg_temp.people();
SELECT pg_temp.id_of('employee@example.org') AS person \gset

CREATE FUNCTION pg_temp.refresh(_session uuid, _generation int, _grace interval = '30s')
RETURNS text LANGUAGE sql AS
	$$SELECT outcome || ' ' || coalesce(generation::text, '-') FROM session_refresh(_session, _generation, _grace, '1h')$$;

-- Start.
SELECT session_start(:'person', '192.0.2.1', repeat('x', 600), '7d', '90d', 'registration') AS s \gset
SELECT is((SELECT user_id || ' ' || host(address) || ' ' || char_length(agent) || ' ' || generation FROM sessions WHERE id = :'s'),
	format('%s 192.0.2.1 500 0', :'person'), 'a session knows its person, address and program');
SELECT is((SELECT expires_at - now() || ' ' || idle_expires_at - now() FROM sessions WHERE id = :'s'), '90 days 7 days',
	'and when it ends');
SELECT is(actor(), :'person', 'whoever signs in is the caller from then on');
SELECT is(session_now(), :'s', 'in that session');
SELECT is((SELECT array_agg(outcome || ' ' || how) FROM sign_ins), '{"succeeded registration"}', 'it is in the history');
SELECT is((SELECT count(*) FROM audit WHERE action = 'sign-in.succeeded' AND resource_id = :'s' AND actor = :'person'),
	1::bigint, 'and once in the audit log');
SELECT session_start(:'person', NULL, NULL, '7d', '1d') AS short \gset
SELECT is((SELECT idle_expires_at - now() FROM sessions WHERE id = :'short'), '1 day', 'idle time never outlasts the session');

-- Refresh.
SELECT is(pg_temp.refresh(:'s', 0), 'rotated 1', 'the current token is traded for the next');
SELECT is(pg_temp.refresh(:'s', 0), 'replayed 1', 'again within the grace it gives the same');
SELECT is(pg_temp.refresh(:'s', 0), 'replayed 1', 'and again');
SELECT is(pg_temp.refresh(:'s', 1), 'rotated 2', 'the family goes on');
SELECT is((SELECT idle_expires_at - rotated_at FROM sessions WHERE id = :'s'), '1 hour', 'and idle time begins anew');
UPDATE sessions SET expires_at = now() + '1min' WHERE id = :'s';
SELECT is(pg_temp.refresh(:'s', 2), 'rotated 3', 'near the absolute end');
SELECT is((SELECT idle_expires_at = expires_at FROM sessions WHERE id = :'s'), true, 'idle time stops there');
SELECT is(pg_temp.try(format('SELECT outcome FROM session_refresh(%L, 1, ''30s'', ''1h'')', :'s')), 'reused',
	'two generations back is reuse');
SELECT is(pg_temp.try(format('SELECT outcome FROM session_refresh(%L, 9, ''30s'', ''1h'')', :'s')), 'reused',
	'a generation that never was is, too');
SELECT is((SELECT version FROM sessions WHERE id = :'s'), 2, 'rotation makes no new version');
SELECT is(pg_temp.refresh(:'s', 2, '0s'), 'reused -', 'the previous one beyond the grace is reuse');
SELECT is((SELECT end_reason FROM sessions WHERE id = :'s'), 'reused', 'which ends the family');
SELECT is((SELECT count(*) FROM audit JOIN audit_payload ON audit_id = id
            WHERE action = 'sessions.ended' AND resource_id = :'s' AND after ->> 'end_reason' = 'reused'),
	1::bigint, 'and is in the audit log');
SELECT is(pg_temp.refresh(:'s', 3), 'ended -', 'then even the current token is dead');
SELECT is(pg_temp.refresh(uuid_v7(), 0), 'ended -', 'as is an unknown one');

SELECT session_start(:'person', NULL, NULL, '7d', '90d') AS s \gset
UPDATE sessions SET idle_expires_at = now() - interval '1s' WHERE id = :'s';
SELECT is(pg_temp.refresh(:'s', 0), 'expired -', 'unused for too long');
UPDATE sessions SET idle_expires_at = now() + '1d', expires_at = now() - interval '1s' WHERE id = :'s';
SELECT is(pg_temp.refresh(:'s', 0), 'expired -', 'past its absolute end');
UPDATE sessions SET expires_at = now() + '1d' WHERE id = :'s';
UPDATE users SET is_active = false WHERE id = :'person';
SELECT is(pg_temp.refresh(:'s', 0), 'revoked -', 'a revoked person''s');
SELECT is((SELECT count(*) FROM sessions WHERE user_id = :'person' AND ended_at IS NULL), 0::bigint,
	'revoking ends every session');
SELECT is(pg_temp.try(format('SELECT session_start(%L, NULL, NULL, ''7d'', ''90d'')', :'person')), 'U1007',
	'and none begins');
UPDATE users SET is_active = true WHERE id = :'person';

-- End.
SELECT session_start(:'person', NULL, NULL, '7d', '90d') AS s1 \gset
SELECT session_start(:'person', NULL, NULL, '7d', '90d') AS s2 \gset
SELECT is(session_end(:'s1', 'signed out'), true, 'a session ends');
SELECT is(session_end(:'s1', 'signed out'), false, 'once');
SELECT session_start(:'person', NULL, NULL, '7d', '90d') AS s3 \gset
SELECT is(sessions_end_all(:'person', :'s3', 'password changed'), 1, 'all but one end');
SELECT is((SELECT array_agg(id) FROM sessions WHERE user_id = :'person' AND ended_at IS NULL), ARRAY[:'s3'::uuid], 'and that one lives');
SELECT ok(pg_temp.call_as('manager@example.org') IS NOT NULL, 'as the manager:');
SELECT is(sessions_end_all(:'person', NULL, 'ended'), 1, 'an employee''s sessions may be ended');
SELECT session_start(pg_temp.id_of('chair@example.org'), NULL, NULL, '7d', '90d') AS s4 \gset
SELECT ok(pg_temp.call_as('employee@example.org') IS NOT NULL, 'as the employee:');
SELECT is(pg_temp.try_as('bureau_auth', format('SELECT session_end(%L, ''x'')', :'s4')), 'U1005',
	'a chairperson''s session may not');
SELECT is(pg_temp.call_as(NULL), NULL, 'as nobody:');
SELECT is(pg_temp.try_as('bureau_admin', format('SELECT sessions_end_all(%L, NULL, ''x'')', :'person')), 'U1005',
	'admin ends no session');

-- Failures.
SELECT sign_in_failed(NULL, 'failed');
SELECT sign_in_failed(:'person', 'locked');
SELECT is((SELECT count(*) FROM sign_ins WHERE outcome <> 'succeeded'), 1::bigint, 'failures of people are in their history');
SELECT is((SELECT array_agg(action ORDER BY id) FROM audit WHERE action LIKE 'sign-in.%' AND action <> 'sign-in.succeeded'),
	'{sign-in.failed,sign-in.locked}', 'all are in the audit log, once each');

-- Lockout.
SELECT is((SELECT array_agg(login_failed('who@example.org', 3, '15min') IS NOT NULL) FROM generate_series(1, 3)),
	'{f,f,t}', 'the third failure locks');
SELECT ok(login_locked('who@example.org') > now() + interval '14min', 'for the time it is told');
SELECT is(login_locked('else@example.org'), NULL, 'and nobody else');
SELECT ok(login_succeeded('who@example.org') IS NOT NULL, 'the right password does not unlock');
SELECT login_unlock('who@example.org');
SELECT is(login_locked('who@example.org'), NULL, 'a code does');
SELECT login_failed('who@example.org', 3, '15min') FROM generate_series(1, 2);
SELECT is(login_succeeded('who@example.org'), NULL, 'signing in');
SELECT is(login_failed('who@example.org', 2, '15min'), NULL, 'forgets the failures before');
UPDATE throttle SET ends_at = now() - interval '1s';
SELECT is(login_failed('who@example.org', 2, '15min'), NULL, 'so does time');
SELECT is_empty($$SELECT 1 FROM throttle WHERE encode(key, 'escape') LIKE '%example%'$$, 'no address is stored');
SELECT is((SELECT array_agg(throttle_try('registration', 'a', 2, '1h')) FROM generate_series(1, 4)), '{t,t,f,f}',
	'the first two tries of a window are let through');

-- Invitations.
INSERT INTO users (full_name, email) VALUES ('New', 'new@example.org');
SELECT invitation_create(pg_temp.id_of('new@example.org'), sha256('1'), '7d') IS NOT NULL AS ok \gset
SELECT invitation_create(pg_temp.id_of('new@example.org'), sha256('2'), '7d') IS NOT NULL AS ok \gset
SELECT ok(pg_temp.call_as('employee@example.org') IS NOT NULL, 'in somebody else''s browser:');
SELECT is(pg_temp.try($$SELECT invitation_accept(sha256('1'))$$), 'U1004', 'a newer invitation ends the older');
SELECT is(invitation_accept(sha256('2')), pg_temp.id_of('new@example.org'), 'an invitation names its person');
SELECT is(pg_temp.try($$SELECT invitation_accept(sha256('2'))$$), 'U1004', 'once');
SELECT is(actor(), pg_temp.id_of('new@example.org'), 'who is the caller from then on');
SELECT ok((SELECT email_verified_at IS NOT NULL FROM users WHERE email = 'new@example.org'), 'and verifies the address');

SELECT * FROM finish();
ROLLBACK;
