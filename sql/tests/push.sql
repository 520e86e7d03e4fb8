-- SPDX-License-Identifier: ISC
--
-- Push: who may follow, who belongs to an audience, the bell, what waits for its place.

\ir helpers.psql
SELECT plan(28);
SELECT pg_temp.people();
SELECT pg_temp.id_of('manager@example.org') AS person, pg_temp.id_of('employee@example.org') AS other,
       session_start(pg_temp.id_of('manager@example.org'), '192.0.2.1', 'test', '7d', '90d') AS session \gset
SELECT pg_temp.call_as('manager@example.org') IS NULL AS ok \gset
INSERT INTO tokens (user_id, name, hash, scopes, expires_at)
VALUES (:'person', 'a', sha256('a'), '{users:read}', now() + interval '1 day') RETURNING id AS token \gset
SELECT pg_temp.call_as(NULL) IS NULL AS ok \gset

CREATE FUNCTION pg_temp.open(_user uuid, _session uuid, _token bytea, _need text, _yield text) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.try_as('bureau_push', format('SELECT %s FROM push_open(%L, %L, %L, %L, %L, ''192.0.2.9'', ''agent'') o',
		_yield, _user, _session, _token, _need, uuid_v7()));
$$;

-- Who may follow.
SELECT is(pg_temp.open(:'person', :'session', NULL, 'signed-in', 'credential'), :'session', 'a session may, and is named');
SELECT is(pg_temp.open(:'person', :'session', NULL, 'signed-in', 'is_token::text'), 'false', 'it is no token');
SELECT is(pg_temp.open(:'person', :'session', NULL, 'signed-in', 'permissions'),
	(SELECT granted::text FROM users WHERE id = :'person'), 'with the permissions of its person');
SELECT is(pg_temp.open(:'person', :'session', NULL, 'signed-in', 'ends'),
	(SELECT extract(epoch FROM least(expires_at, idle_expires_at))::bigint::text FROM sessions WHERE id = :'session'),
	'until it ends');
SELECT is(pg_temp.open(NULL, NULL, sha256('a'), 'signed-in', 'credential'), :'token', 'so may a personal token');
SELECT is(pg_temp.open(NULL, NULL, sha256('a'), 'signed-in', 'permissions'), '{users:read}', 'with its scopes alone');
SELECT is(pg_temp.open(NULL, NULL, sha256('b'), 'signed-in', '1'), 'U1004', 'a token of nobody may not');
SELECT is(pg_temp.open(NULL, NULL, NULL, 'signed-in', '1'), 'U1001', 'nor may nobody');
SELECT is(pg_temp.open(NULL, NULL, NULL, 'public', 'coalesce(user_id::text, ''nobody'')'), 'nobody', 'but for what is public');

-- What they may later.
CREATE FUNCTION pg_temp.callers(_session uuid, _token uuid) RETURNS text LANGUAGE sql AS $$
	SELECT pg_temp.try_as('bureau_push', format('SELECT coalesce(string_agg(credential::text, '','' ORDER BY credential), '''')
		FROM push_callers(ARRAY[%L]::uuid[], ARRAY[%L]::uuid[])', _session, _token));
$$;
SELECT isnt(pg_temp.callers(:'session', NULL), '', 'a live session is told');
SELECT is(pg_temp.callers(NULL, :'token'), :'token', 'so is a token');
SELECT is(pg_temp.callers(:'token', :'session'), '', 'each as what it is');
SAVEPOINT live;
UPDATE users SET is_active = false WHERE id = :'person';
SELECT is(pg_temp.callers(:'session', :'token'), '', 'who is revoked is missing');
SELECT is(pg_temp.open(:'person', :'session', NULL, 'signed-in', '1'), 'U1007', 'and is told so');
ROLLBACK TO live;
UPDATE sessions SET ended_at = now(), end_reason = 'logout' WHERE id = :'session';
SELECT is(pg_temp.callers(:'session', NULL), '', 'a session that ended is missing');
ROLLBACK TO live;
UPDATE tokens SET created_at = now() - interval '2 days', expires_at = now() - interval '1 day' WHERE id = :'token';
SELECT is(pg_temp.callers(NULL, :'token'), '', 'and so is a token that is over');
ROLLBACK TO live;

-- A refusal is kept.
SELECT is(pg_temp.try_as('bureau_push', format('SELECT push_refused(%L, NULL, NULL, %L, NULL, ''agent'', ''GET /x'', 1007)',
	:'person', uuid_v7())), '', 'a refusal can be told');
SELECT push_refused(:'person', NULL, NULL, uuid_v7(), '192.0.2.9', 'agent', 'GET /x', 1007);
SELECT is((SELECT p.after ->> 'route' FROM audit a JOIN audit_payload p ON p.audit_id = a.id WHERE a.action = 'denied' ORDER BY a.id DESC LIMIT 1),
	'GET /x', 'and stands in the audit log');

-- Audiences.
SELECT set_eq(format('SELECT audience_members(%L)', 'user:' || :'person'), ARRAY[:'person'::uuid], 'one person');
SELECT set_eq('SELECT audience_members(''perm:users:read'')',
	'SELECT id FROM users WHERE ''users:read'' = ANY (granted)', 'holders of a permission');
SELECT set_eq('SELECT audience_members(''all'')', 'SELECT id FROM users', 'everybody');
UPDATE users SET is_active = false WHERE id = :'person';
SELECT is_empty(format('SELECT audience_members(%L)', 'user:' || :'person'), 'but nobody who is revoked');
ROLLBACK TO live;
SELECT is_empty('SELECT audience_members(''conversation:x'')', 'what nobody knows has nobody');
SELECT lives_ok('SELECT audience_changed(''conversation:x'')', 'that it changed can be told');
SELECT is((SELECT concat_ws(' ', kind, audience::text) FROM events ORDER BY id DESC LIMIT 1),
	'audience_changed {conversation:x}', 'and is an event for push');

-- What waits.
SELECT is(push_waiting(), 0::float8, 'nothing waits where no push has been');
INSERT INTO stream_batch (last, snap) VALUES (0, '1:1:');
SELECT cmp_ok(push_waiting(), '>', 0::float8, 'events wait from then on');
INSERT INTO stream_batch (last, snap) SELECT 1, (pg_current_xact_id()::text || ':' || (pg_current_xact_id()::text::bigint + 1) || ':')::pg_snapshot;
SELECT is(push_waiting(), 0::float8, 'until they have a place');

SELECT * FROM finish();
ROLLBACK;
